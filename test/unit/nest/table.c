/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables of all net types: finding, matching, growing, and routes of sources.
 */
#include "nest/table_private.h"
#include "test/unit/nest/fake.h"
#include "test/unit/unit.h"

struct world {
	struct fake fake;
	struct router *router;
	struct table *table;
	struct attrs *attrs, *other;
	uint64_t random;
};

static void
world_open(struct world *world, enum net_type type)
{
	world->router = fake_open(&world->fake);
	world->table = fake_table(&world->fake, "t", type);
	world->random = 1 + type;
	world->attrs = fake_attrs(world->router,
				  nexthop_special(world->router, NEXTHOP_NONE), 100);
	world->other = fake_attrs(world->router,
				  nexthop_special(world->router, NEXTHOP_NONE), 200);
}

static void
world_close(struct world *world)
{
	table_audit(world->table);
	router_table_remove(world->router, world->table);
	attrs_release(world->router, world->attrs, 1);
	attrs_release(world->router, world->other, 1);
	fake_close(&world->fake);
}

/* Of a small space, so that the same ones come again. */
static struct prefix
random_prefix(struct world *world, unsigned space)
{
	uint32_t number = unit_below(&world->random, space);
	struct prefix net = { .type = (uint8_t)table_type(world->table) };
	unsigned offset = prefix_offset(&net);
	net.length = (uint8_t)(8 + number % 17);
	net.addr = prefix_is_ip4(&net) ? addr_from_ip4(number * 2654435761u)
				       : addr_from_u64(number * 0x9e3779b97f4a7c15ULL, 0);
	net.addr = addr_mask(net.addr, offset + net.length);
	if (net.type == NET_IP6_SADR) {
		net.source_length = (uint8_t)(number % 3 * 8);
		net.source = addr_mask(net.addr, net.source_length);
	}
	if (net.type == NET_ROA4 || net.type == NET_ROA6) {
		net.max_length = (uint8_t)(net.length + number % 4);
		net.asn = number / 7;
	}
	return net;
}

static void
grow(enum net_type type)
{
	enum { SPACE = 30000, STEPS = 100000 };
	struct world world;
	world_open(&world, type);
	uint16_t source = table_source_new(world.table, NULL, 0);
	unsigned present = 0;
	for (unsigned step = 0; step < STEPS; step++) {
		struct prefix net = random_prefix(&world, SPACE), back;
		bool was_there = table_find(world.table, &net) != 0;
		if (unit_below(&world.random, 3) > 0) {
			ck_assert_int_eq(table_update(world.table, source, &net,
						      world.attrs, 0, 0),
					 !was_there);
			present += !was_there;
			table_node_prefix(world.table, table_find(world.table, &net),
					  &back);
			ck_assert(prefix_equal(&net, &back));
		} else {
			ck_assert_int_eq(table_withdraw(world.table, source, &net),
					 was_there);
			present -= was_there;
			ck_assert_uint_eq(table_find(world.table, &net), 0);
		}
		if (step % 20000 == 0)
			table_audit(world.table);
	}
	struct table_counts counts;
	table_count(world.table, &counts);
	ck_assert_uint_eq(counts.nodes, present);
	ck_assert_uint_eq(counts.routes, present);
	unsigned walked = 0;
	for (node_handle i = table_walk(world.table, 0); i != 0;
	     i = table_walk(world.table, i))
		walked++;
	ck_assert_uint_eq(walked, present);
	table_audit(world.table);
	/* All go again, and take their memory along. */
	while (table_source_sweep(world.table, source, 0, &(unsigned){ 1000 }))
		;
	table_count(world.table, &counts);
	ck_assert_uint_eq(counts.nodes, 0);
	ck_assert_uint_eq(world.attrs->uses, 1);
	table_source_free(world.table, source);
	world_close(&world);
}

START_TEST(ipv4_tables_find_what_they_hold)
{
	grow(NET_IP4);
}
END_TEST

START_TEST(ipv6_tables_find_what_they_hold)
{
	grow(NET_IP6);
}
END_TEST

START_TEST(ipv6_sadr_tables_find_what_they_hold)
{
	grow(NET_IP6_SADR);
}
END_TEST

START_TEST(roa4_tables_find_what_they_hold)
{
	grow(NET_ROA4);
}
END_TEST

START_TEST(roa6_tables_find_what_they_hold)
{
	grow(NET_ROA6);
}
END_TEST

/* Longest destination first, then longest source, as by a walk over everything. */
static node_handle
naive_match(const struct table *table, const struct prefix *net)
{
	node_handle best = 0;
	struct prefix best_net = { 0 };
	for (node_handle i = table_walk(table, 0); i != 0; i = table_walk(table, i)) {
		struct prefix other;
		table_node_prefix(table, i, &other);
		if (table_node_best(table, i) == NULL || !prefix_covers(&other, net) ||
		    other.source_length > net->source_length ||
		    addr_common(other.source, net->source) < other.source_length)
			continue;
		if (best != 0 && (other.length < best_net.length ||
				  (other.length == best_net.length &&
				   other.source_length < best_net.source_length)))
			continue;
		best = i;
		best_net = other;
	}
	return best;
}

static void
match(enum net_type type)
{
	struct world world;
	world_open(&world, type);
	uint16_t source = table_source_new(world.table, NULL, 0);
	for (unsigned i = 0; i < 2000; i++) {
		struct prefix net = random_prefix(&world, 100000);
		/* Nested: shorter ones of the same address too. */
		if (i % 2 > 0) {
			net.length = (uint8_t)unit_below(&world.random, net.length + 1u);
			net.addr = addr_mask(net.addr, prefix_offset(&net) + net.length);
			net.source_length = MIN(net.source_length, 8);
			net.source = addr_mask(net.source, net.source_length);
		}
		unsigned flags = i % 5 == 0 ? ROUTE_FILTERED : 0;
		table_update(world.table, source, &net, world.attrs, 0, flags);
		struct prefix wanted = random_prefix(&world, 100000);
		ck_assert_uint_eq(table_match(world.table, &wanted),
				  naive_match(world.table, &wanted));
		ck_assert_uint_eq(table_match(world.table, &net),
				  naive_match(world.table, &net));
	}
	world_close(&world);
}

START_TEST(the_longest_match_is_found)
{
	match(NET_IP4);
	match(NET_IP6);
}
END_TEST

START_TEST(the_longest_match_is_found_by_destination_then_source)
{
	match(NET_IP6_SADR);
}
END_TEST

START_TEST(a_node_tells_routes_of_sources_apart)
{
	struct world world;
	world_open(&world, NET_IP4);
	struct prefix net = fake_prefix("10.0.0.0/8");
	uint16_t a = table_source_new(world.table, NULL, 1);
	uint16_t b = table_source_new(world.table, NULL, 2);
	ck_assert_uint_ne(a, b);
	ck_assert(table_update(world.table, a, &net, world.attrs, 1, 0));
	ck_assert(table_update(world.table, b, &net, world.other, 2, 0));
	node_handle node = table_find(world.table, &net);
	ck_assert_uint_eq(table_node_best(world.table, node)->metric, 2);
	ck_assert(!table_update(world.table, b, &net, world.other, 2, 0));
	/* What is filtered or unreachable is not the best. */
	ck_assert(table_update(world.table, b, &net, world.other, 2, ROUTE_FILTERED));
	ck_assert_uint_eq(table_node_best(world.table, node)->metric, 1);
	ck_assert(table_update(world.table, a, &net, world.attrs, 1, ROUTE_FILTERED));
	ck_assert_ptr_null(table_node_best(world.table, node));
	ck_assert_uint_ne(table_node_first(world.table, node), 0);
	ck_assert_uint_eq(table_match(world.table, &net), 0);
	ck_assert(table_withdraw(world.table, a, &net));
	ck_assert(!table_withdraw(world.table, a, &net));
	ck_assert(table_withdraw(world.table, b, &net));
	ck_assert_uint_eq(table_find(world.table, &net), 0);
	world_close(&world);
}
END_TEST

static int
rank_compare(const struct contender *a, const struct contender *b)
{
	uint64_t first = a->attrs->rank, second = b->attrs->rank;
	return first < second ? -2 : first > second ? 2 : 0;
}

static const struct protocol_class ranked = {
	.name = "ranked",
	.route_compare = rank_compare,
};

/* Of the preference of world.attrs, which are better. */
static struct attrs *
worse_attrs(struct world *world)
{
	struct attrs_draft draft;
	attrs_draft_init(&draft, world->attrs);
	draft.source = RTS_STATIC;
	draft.rank = 2;
	world->attrs->rank = 1;
	struct attrs *attrs = attrs_intern(world->router, &draft);
	attrs_draft_fini(&draft);
	return attrs;
}

/* Long chains have an index, which comes and goes with them; also where ranks alone say
 * that a route is behind the first. */
START_TEST(hundreds_of_sources_have_routes_to_one_node)
{
	enum { SOURCES = 300, NETS = 3, STEPS = 40000 };
	struct world world;
	bool has[NETS][SOURCES] = { { false } };
	uint16_t sources[SOURCES];
	world_open(&world, NET_IP4);
	static const struct rank_order order = { .decides = UINT64_MAX };
	struct attrs *worse = worse_attrs(&world);
	for (unsigned i = 0; i < SOURCES; i++) {
		sources[i] = table_source_new(world.table, NULL, i);
		struct table_source *source = source_at(world.table, sources[i]);
		source->class = &ranked;
		source->rank_order = i % 3 > 0 ? &order : NULL;
	}
	for (unsigned step = 0; step < STEPS; step++) {
		unsigned n = unit_below(&world.random, NETS);
		unsigned i = unit_below(&world.random, SOURCES);
		struct prefix net = prefix_new(addr_from_ip4(n << 24), 8);
		/* Mostly growing, then mostly shrinking. */
		unsigned grows = step / 4000 % 2 == 0 ? 7 : 1;
		if (unit_below(&world.random, 8) < grows) {
			bool is_worse = unit_below(&world.random, 2) > 0;
			table_update(world.table, sources[i], &net,
				     is_worse ? worse : world.attrs, 0, 0);
			has[n][i] = true;
		} else {
			ck_assert_int_eq(table_withdraw(world.table, sources[i], &net),
					 has[n][i]);
			has[n][i] = false;
		}
		if (step % 100 == 0)
			table_audit(world.table);
	}
	for (unsigned i = 0; i < SOURCES; i++)
		while (table_source_sweep(world.table, sources[i], 0,
					  &(unsigned){ 1000 }))
			;
	index_audit(&world.table->places, 0);
	attrs_release(world.router, worse, 1);
	world_close(&world);
}
END_TEST

START_TEST(a_sweep_of_stale_routes_keeps_what_came_again)
{
	struct world world;
	world_open(&world, NET_IP4);
	uint16_t source = table_source_new(world.table, NULL, 0);
	struct prefix nets[1000];
	for (unsigned i = 0; i < 1000; i++) {
		nets[i] = prefix_new(addr_from_ip4(10u << 24 | i << 8), 24);
		table_update(world.table, source, &nets[i], world.attrs, 0, 0);
	}
	table_source_stale(world.table, source, false);
	for (unsigned i = 0; i < 1000; i += 2)
		ck_assert(
			!table_update(world.table, source, &nets[i], world.attrs, 0, 0));
	unsigned rounds = 1;
	while (table_source_sweep(world.table, source, ROUTE_STALE, &(unsigned){ 100 }))
		rounds++;
	ck_assert_uint_ge(rounds, 5);
	for (unsigned i = 0; i < 1000; i++)
		ck_assert_int_eq(table_find(world.table, &nets[i]) != 0, i % 2 == 0);
	world_close(&world);
}
END_TEST

START_TEST(small_sources_take_little_memory)
{
	struct world world;
	world_open(&world, NET_IP6);
	uint16_t source = table_source_new(world.table, NULL, 0);
	for (unsigned i = 0; i < 8; i++) {
		struct prefix net = random_prefix(&world, 1000000);
		table_update(world.table, source, &net, world.attrs, 0, 0);
	}
	struct table_counts counts;
	table_count(world.table, &counts);
	ck_assert_uint_le(counts.bytes, 4096);
	world_close(&world);
}
END_TEST

START_TEST(numbers_of_sources_run_out_and_come_back)
{
	struct world world;
	world_open(&world, NET_IP4);
	for (unsigned i = 1; i <= UINT16_MAX; i++)
		ck_assert_uint_eq(table_source_new(world.table, NULL, i), i);
	ck_assert_uint_eq(table_source_new(world.table, NULL, 0), 0);
	table_source_free(world.table, 77);
	table_source_free(world.table, 7000);
	ck_assert_uint_eq(table_source_new(world.table, NULL, 0), 77);
	ck_assert_uint_eq(table_source_new(world.table, NULL, 0), 7000);
	ck_assert_uint_eq(table_source_new(world.table, NULL, 0), 0);
	world_close(&world);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		ipv4_tables_find_what_they_hold,
		ipv6_tables_find_what_they_hold,
		ipv6_sadr_tables_find_what_they_hold,
		roa4_tables_find_what_they_hold,
		roa6_tables_find_what_they_hold,
		the_longest_match_is_found,
		the_longest_match_is_found_by_destination_then_source,
		a_node_tells_routes_of_sources_apart,
		hundreds_of_sources_have_routes_to_one_node,
		a_sweep_of_stale_routes_keeps_what_came_again,
		small_sources_take_little_memory,
		numbers_of_sources_run_out_and_come_back,
	};
	return unit_run("table", tests, ARRAY_SIZE(tests), NULL, 0);
}
