/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Next hops: interning, multipath, resolution through tables, and what follows when links
 * and routes change.
 */
#include "test/unit/nest/fake.h"
#include "test/unit/unit.h"

static const struct protocol_class speaker_class = {
	.name = "speaker",
	.size = sizeof(struct protocol),
	.preference = 100,
	.source = RTS_STATIC,
	.start = fake_start,
};

struct world {
	struct fake fake;
	struct router *router;
	struct table *table;
	struct fake_instance speaker;
	struct link *eth0, *eth1;
};

static void
world_open(struct world *world)
{
	world->router = fake_open(&world->fake);
	world->table = fake_table(&world->fake, "master4", NET_IP4);
	world->eth0 = fake_link(&world->fake, "eth0");
	world->eth1 = fake_link(&world->fake, "eth1");
	fake_instance_init(&world->speaker, &speaker_class, "s", world->table);
	fake_instance_start(&world->speaker, &world->fake);
}

static void
world_settle(struct world *world)
{
	fake_settle(&world->fake);
	router_audit(world->router, AUDIT_FULL);
	nexthop_audit(world->router);
	attrs_audit(world->router);
}

static void
world_close(struct world *world)
{
	world_settle(world);
	fake_close(&world->fake);
}

static struct addr
addr_of(const char *text)
{
	struct addr addr;
	bool good = addr_parse(text, strlen(text), &addr);
	ck_assert_msg(good, "%s", text);
	return addr;
}

/* Takes `nexthop` over; null withdraws. */
static void
announce(struct world *world, const char *net, struct nexthop *nexthop, uint32_t metric)
{
	struct prefix prefix = fake_prefix(net);
	struct attrs *attrs =
		nexthop != NULL ? fake_attrs(world->router, nexthop, 0) : NULL;
	struct route_update update = { .net = &prefix, .attrs = attrs, .metric = metric };
	channel_import(world->speaker.channel, &update, 1);
	attrs_release(world->router, attrs, 1);
	world_settle(world);
}

static struct nexthop *
via(struct world *world, struct link *link, const char *gateway)
{
	return nexthop_gateway(world->router, link, addr_of(gateway), 0);
}

static bool
has_best(const struct world *world, const char *net)
{
	struct prefix prefix = fake_prefix(net);
	node_handle node = table_find(world->table, &prefix);
	return node != 0 && table_node_best(world->table, node) != NULL;
}

static void
check_hop(const struct nexthop *nexthop, const struct link *link, const char *gateway)
{
	ck_assert_uint_eq(nexthop->dest, RTD_UNICAST);
	ck_assert_uint_eq(nexthop->hop_count, 1);
	ck_assert_ptr_eq(nexthop->hops[0].link, link);
	ck_assert(addr_equal(nexthop->hops[0].gateway, addr_of(gateway)));
}

START_TEST(the_same_address_on_two_links_is_two_next_hops)
{
	struct world world;
	world_open(&world);
	struct nexthop *a = via(&world, world.eth0, "10.0.0.1");
	struct nexthop *b = via(&world, world.eth1, "10.0.0.1");
	struct nexthop *c = via(&world, world.eth0, "10.0.0.1");
	ck_assert_ptr_eq(a, c);
	ck_assert_ptr_ne(a, b);
	ck_assert_uint_eq(nexthop_count(world.router), 2);
	nexthop_release(world.router, a);
	nexthop_release(world.router, a);
	/* Unused, but there until the jobs have run; and it can be taken up again. */
	ck_assert_uint_eq(nexthop_count(world.router), 2);
	ck_assert_ptr_eq(via(&world, world.eth0, "10.0.0.1"), a);
	world_settle(&world);
	ck_assert_uint_eq(nexthop_count(world.router), 2);
	nexthop_release(world.router, a);
	nexthop_release(world.router, b);
	world_settle(&world);
	ck_assert_uint_eq(nexthop_count(world.router), 0);
	world_close(&world);
}
END_TEST

START_TEST(a_link_that_goes_takes_its_next_hops_along_and_is_kept_by_them)
{
	struct world world;
	world_open(&world);
	struct nexthop *nexthop = via(&world, world.eth0, "10.0.0.1");
	check_hop(nexthop, world.eth0, "10.0.0.1");
	announce(&world, "10.5.0.0/16", nexthop_hold(nexthop), 1);
	ck_assert(has_best(&world, "10.5.0.0/16"));
	link_set_up(world.eth0, false);
	ck_assert_uint_eq(nexthop->dest, RTD_UNREACHABLE);
	world_settle(&world);
	ck_assert(!has_best(&world, "10.5.0.0/16"));
	link_set_up(world.eth0, true);
	world_settle(&world);
	ck_assert(has_best(&world, "10.5.0.0/16"));
	link_gone(world.eth0);
	world_settle(&world);
	ck_assert(!has_best(&world, "10.5.0.0/16"));
	ck_assert_ptr_eq(nexthop->link, world.eth0);
	nexthop_release(world.router, nexthop);
	announce(&world, "10.5.0.0/16", NULL, 0);
	world_close(&world);
}
END_TEST

START_TEST(what_is_made_while_a_link_has_no_carrier_goes_over_it)
{
	struct world world;
	world_open(&world);
	link_set_state(world.eth0, true, false);
	struct nexthop *nexthop = via(&world, world.eth0, "10.0.0.1");
	check_hop(nexthop, world.eth0, "10.0.0.1");
	announce(&world, "10.5.0.0/16", nexthop_hold(nexthop), 1);
	ck_assert(has_best(&world, "10.5.0.0/16"));
	link_set_state(world.eth0, true, true);
	world_settle(&world);
	ck_assert(has_best(&world, "10.5.0.0/16"));
	nexthop_release(world.router, nexthop);
	world_close(&world);
}
END_TEST

START_TEST(equal_legs_of_a_multipath_add_up_in_any_order)
{
	struct world world;
	world_open(&world);
	struct nexthop *a = via(&world, world.eth0, "10.0.0.1");
	struct nexthop *b = via(&world, world.eth1, "10.0.0.2");
	struct nexthop_leg legs[] = { { a, 1 }, { b, 2 }, { a, 3 } };
	struct nexthop_leg other[] = { { b, 2 }, { a, 4 } };
	struct nexthop_leg one[] = { { b, 200 }, { b, 100 } };
	struct nexthop_key key = { .kind = NEXTHOP_MULTIPATH,
				   .leg_count = 3,
				   .legs = legs };
	struct nexthop *first = nexthop_intern(world.router, &key);
	key = (struct nexthop_key){ .kind = NEXTHOP_MULTIPATH,
				    .leg_count = 2,
				    .legs = other };
	struct nexthop *second = nexthop_intern(world.router, &key);
	ck_assert_ptr_eq(first, second);
	ck_assert_uint_eq(first->hop_count, 2);
	ck_assert_uint_eq(first->hops[0].weight, 4);
	ck_assert_uint_eq(first->hops[1].weight, 2);
	key.legs = one;
	struct nexthop *single = nexthop_intern(world.router, &key);
	ck_assert_ptr_eq(single, b);
	/* A leg that is down carries nothing. */
	link_set_up(world.eth0, false);
	world_settle(&world);
	check_hop(first, world.eth1, "10.0.0.2");
	link_set_up(world.eth1, false);
	world_settle(&world);
	ck_assert_uint_eq(first->dest, RTD_UNREACHABLE);
	ck_assert(!nexthop_is_reachable(first));
	nexthop_release(world.router, first);
	nexthop_release(world.router, second);
	nexthop_release(world.router, single);
	nexthop_release(world.router, a);
	nexthop_release(world.router, b);
	world_close(&world);
}
END_TEST

START_TEST(a_recursive_one_follows_the_longest_match)
{
	struct world world;
	world_open(&world);
	struct nexthop *nexthop =
		nexthop_recursive(world.router, world.table, addr_of("10.1.2.3"));
	ck_assert(!nexthop_is_reachable(nexthop));
	announce(&world, "10.0.0.0/8", via(&world, world.eth0, "192.168.0.1"), 7);
	check_hop(nexthop, world.eth0, "192.168.0.1");
	ck_assert_uint_eq(nexthop->igp_metric, 7);
	announce(&world, "10.1.0.0/16", via(&world, world.eth1, "192.168.1.1"), 9);
	check_hop(nexthop, world.eth1, "192.168.1.1");
	ck_assert_uint_eq(nexthop->igp_metric, 9);
	/* Only the metric changes. */
	announce(&world, "10.1.0.0/16", via(&world, world.eth1, "192.168.1.1"), 10);
	ck_assert_uint_eq(nexthop->igp_metric, 10);
	announce(&world, "10.2.0.0/16", via(&world, world.eth0, "192.168.0.9"), 1);
	check_hop(nexthop, world.eth1, "192.168.1.1");
	/* On link: the address itself is the neighbour. */
	announce(&world, "10.1.2.0/24", nexthop_direct(world.router, world.eth0), 0);
	check_hop(nexthop, world.eth0, "10.1.2.3");
	link_set_up(world.eth0, false);
	world_settle(&world);
	check_hop(nexthop, world.eth1, "192.168.1.1");
	announce(&world, "10.1.0.0/16", NULL, 0);
	ck_assert_uint_eq(nexthop->dest, RTD_UNREACHABLE);
	link_set_up(world.eth0, true);
	world_settle(&world);
	check_hop(nexthop, world.eth0, "10.1.2.3");
	announce(&world, "10.1.2.0/24", nexthop_special(world.router, NEXTHOP_BLACKHOLE),
		 0);
	ck_assert_uint_eq(nexthop->dest, RTD_BLACKHOLE);
	ck_assert(nexthop_is_reachable(nexthop));
	nexthop_release(world.router, nexthop);
	world_close(&world);
}
END_TEST

START_TEST(what_would_resolve_by_itself_is_unreachable)
{
	struct world world;
	world_open(&world);
	struct nexthop *nexthop =
		nexthop_recursive(world.router, world.table, addr_of("10.0.0.1"));
	announce(&world, "0.0.0.0/0", via(&world, world.eth0, "192.168.0.1"), 0);
	check_hop(nexthop, world.eth0, "192.168.0.1");
	announce(&world, "10.0.0.0/8", nexthop_hold(nexthop), 0);
	ck_assert_uint_eq(nexthop->dest, RTD_UNREACHABLE);
	ck_assert(!has_best(&world, "10.0.0.0/8"));
	/* Two that lead to each other. */
	struct nexthop *other =
		nexthop_recursive(world.router, world.table, addr_of("11.0.0.1"));
	announce(&world, "11.0.0.0/8", nexthop_hold(nexthop), 0);
	announce(&world, "10.0.0.0/8", nexthop_hold(other), 0);
	ck_assert_uint_eq(nexthop->dest, RTD_UNREACHABLE);
	ck_assert_uint_eq(other->dest, RTD_UNREACHABLE);
	/* A route of the protocol below ends it. */
	announce(&world, "10.0.0.1/32", via(&world, world.eth1, "192.168.1.1"), 3);
	check_hop(nexthop, world.eth1, "192.168.1.1");
	ck_assert(has_best(&world, "11.0.0.0/8"));
	ck_assert(!has_best(&world, "10.0.0.0/8"));
	nexthop_release(world.router, nexthop);
	nexthop_release(world.router, other);
	world_close(&world);
}
END_TEST

START_TEST(a_recursive_leg_joins_a_multipath)
{
	struct world world;
	world_open(&world);
	struct nexthop *a =
		nexthop_recursive(world.router, world.table, addr_of("10.0.0.1"));
	struct nexthop *b = via(&world, world.eth1, "192.168.1.1");
	struct nexthop_leg legs[] = { { a, 2 }, { b, 1 } };
	struct nexthop_key key = { .kind = NEXTHOP_MULTIPATH,
				   .leg_count = 2,
				   .legs = legs };
	struct nexthop *both = nexthop_intern(world.router, &key);
	nexthop_release(world.router, a);
	nexthop_release(world.router, b);
	check_hop(both, world.eth1, "192.168.1.1");
	announce(&world, "10.0.0.0/8", via(&world, world.eth0, "192.168.0.1"), 0);
	ck_assert_uint_eq(both->hop_count, 2);
	ck_assert_uint_eq(both->hops[0].weight, 2);
	announce(&world, "10.0.0.0/8", NULL, 0);
	check_hop(both, world.eth1, "192.168.1.1");
	nexthop_release(world.router, both);
	world_close(&world);
}
END_TEST

/* The routes that are not what their next hop says. */
static unsigned
wrong_routes(const struct world *world, unsigned count, bool is_reachable)
{
	unsigned wrong = 0;
	for (unsigned i = 0; i < count; i++) {
		struct prefix net = prefix_new(addr_from_ip4(10u << 24 | i << 8), 24);
		node_handle node = table_find(world->table, &net);
		wrong += (table_node_best(world->table, node) != NULL) != is_reachable;
	}
	return wrong;
}

START_TEST(a_change_amid_a_long_walk_reaches_all_routes)
{
	enum { COUNT = 40000 };
	struct world world;
	world_open(&world);
	struct nexthop *hops[] = { via(&world, world.eth0, "192.168.0.1"),
				   via(&world, world.eth1, "192.168.1.1") };
	struct attrs *attrs[] = { fake_attrs(world.router, hops[0], 0),
				  fake_attrs(world.router, hops[1], 0) };
	for (unsigned i = 0; i < COUNT; i++) {
		struct prefix net = prefix_new(addr_from_ip4(10u << 24 | i << 8), 24);
		struct route_update update = { .net = &net, .attrs = attrs[i % 2] };
		channel_import(world.speaker.channel, &update, 1);
	}
	world_settle(&world);
	link_set_up(world.eth0, false);
	for (unsigned i = 0; i < 3; i++)
		router_run(world.router);
	/* In pieces. */
	unsigned wrong = wrong_routes(&world, COUNT, true);
	ck_assert_uint_gt(wrong, 0);
	ck_assert_uint_lt(wrong, COUNT / 2);
	link_set_up(world.eth1, false);
	world_settle(&world);
	ck_assert_uint_eq(wrong_routes(&world, COUNT, false), 0);
	link_set_up(world.eth0, true);
	link_set_up(world.eth1, true);
	world_settle(&world);
	ck_assert_uint_eq(wrong_routes(&world, COUNT, true), 0);
	attrs_release(world.router, attrs[0], 1);
	attrs_release(world.router, attrs[1], 1);
	world_close(&world);
}
END_TEST

/* The nearer next hop wins. */
static int
nearer(const struct contender *a, const struct contender *b)
{
	uint32_t first = a->attrs->nexthop->igp_metric;
	uint32_t second = b->attrs->nexthop->igp_metric;
	return first < second ? -1 : first > second;
}

static const struct protocol_class walker_class = {
	.name = "walker",
	.size = sizeof(struct protocol),
	.preference = 100,
	.source = RTS_STATIC,
	.start = fake_start,
	.route_compare = nearer,
};

START_TEST(one_that_was_no_match_wins_where_the_best_and_another_change_at_once)
{
	static const struct {
		const char *name, *net, *gateway;
		uint32_t metric;
	} ways[] = { /* In the order of the routes' handles: the best one last. */
		     { "middle", "10.1.2.0/24", "10.1.2.1", 30 },
		     { "still", "10.1.3.0/24", "10.1.3.1", 10 },
		     { "best", "10.1.1.0/24", "10.1.1.1", 5 }
	};
	struct world world;
	struct fake_instance walkers[ARRAY_SIZE(ways)];
	world_open(&world);
	struct prefix net = fake_prefix("10.9.0.0/16");
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		announce(&world, ways[i].net, nexthop_direct(world.router, world.eth0),
			 ways[i].metric);
		fake_instance_init(&walkers[i], &walker_class, ways[i].name, world.table);
		fake_instance_start(&walkers[i], &world.fake);
		struct nexthop *way = nexthop_recursive(world.router, world.table,
							addr_of(ways[i].gateway));
		struct attrs *attrs = fake_attrs(world.router, way, 0);
		struct route_update update = { .net = &net, .attrs = attrs };
		channel_import(walkers[i].channel, &update, 1);
		attrs_release(world.router, attrs, 1);
		world_settle(&world);
	}
	/* The best falls behind both, the middle one comes before it. */
	struct prefix nets[] = { fake_prefix(ways[2].net), fake_prefix(ways[0].net) };
	struct attrs *direct =
		fake_attrs(world.router, nexthop_direct(world.router, world.eth0), 0);
	struct route_update updates[] = {
		{ .net = &nets[0], .attrs = direct, .metric = 50 },
		{ .net = &nets[1], .attrs = direct, .metric = 20 },
	};
	channel_import(world.speaker.channel, updates, ARRAY_SIZE(updates));
	attrs_release(world.router, direct, 1);
	fake_settle(&world.fake);
	const struct route *best =
		table_node_best(world.table, table_find(world.table, &net));
	ck_assert_str_eq(table_source_of(world.table, best).channel->protocol->name,
			 "still");
	world_close(&world);
}
END_TEST

START_TEST(without_its_table_a_recursive_one_leads_nowhere)
{
	struct world world;
	world_open(&world);
	struct table *other = fake_table(&world.fake, "igp", NET_IP4);
	struct nexthop *nexthop =
		nexthop_recursive(world.router, other, addr_of("10.0.0.1"));
	router_table_remove(world.router, other);
	world_settle(&world);
	ck_assert_uint_eq(nexthop->dest, RTD_UNREACHABLE);
	/* A table of the same name is another one. */
	other = fake_table(&world.fake, "igp", NET_IP4);
	struct nexthop *again =
		nexthop_recursive(world.router, other, addr_of("10.0.0.1"));
	ck_assert_ptr_ne(again, nexthop);
	nexthop_release(world.router, nexthop);
	nexthop_release(world.router, again);
	world_close(&world);
}
END_TEST

START_TEST(an_address_of_the_other_family_is_not_resolved)
{
	struct world world;
	world_open(&world);
	announce(&world, "0.0.0.0/0", via(&world, world.eth0, "192.168.0.1"), 0);
	struct nexthop *nexthop =
		nexthop_recursive(world.router, world.table, addr_of("2001:db8::1"));
	ck_assert_uint_eq(nexthop->dest, RTD_UNREACHABLE);
	nexthop_release(world.router, nexthop);
	world_close(&world);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		the_same_address_on_two_links_is_two_next_hops,
		a_link_that_goes_takes_its_next_hops_along_and_is_kept_by_them,
		what_is_made_while_a_link_has_no_carrier_goes_over_it,
		equal_legs_of_a_multipath_add_up_in_any_order,
		a_recursive_one_follows_the_longest_match,
		what_would_resolve_by_itself_is_unreachable,
		a_recursive_leg_joins_a_multipath,
		a_change_amid_a_long_walk_reaches_all_routes,
		one_that_was_no_match_wins_where_the_best_and_another_change_at_once,
		without_its_table_a_recursive_one_leads_nowhere,
		an_address_of_the_other_family_is_not_resolved,
	};
	return unit_run("nexthop", tests, ARRAY_SIZE(tests), NULL, 0);
}
