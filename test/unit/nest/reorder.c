/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routes whose order changes, as the options of their protocol do: looked at a few at a
 * time, while others come and go.
 */
#include "nest/table_private.h"
#include "test/unit/nest/teller.h"
#include "test/unit/unit.h"

/* Its options say how a route of it counts. */
struct twisted {
	struct protocol protocol;
	uint32_t twist;
	unsigned *compared; /* So many times; null: nobody counts. */
};

static uint32_t
counts_as(const struct contender *contender)
{
	struct twisted *twisted = (struct twisted *)contender->channel->protocol;
	if (twisted->compared != NULL)
		++*twisted->compared;
	return contender->route->metric ^ twisted->twist;
}

static int
twisted_compare(const struct contender *a, const struct contender *b)
{
	uint32_t first = counts_as(a), second = counts_as(b);
	return first < second ? -1 : first > second;
}

static bool
twisted_mergable(const struct contender *a, const struct contender *b)
{
	return counts_as(a) == counts_as(b);
}

static const struct protocol_class twisted_class = {
	.name = "twisted",
	.size = sizeof(struct twisted),
	.source = RTS_STATIC,
	.start = fake_start,
	.route_compare = twisted_compare,
	.route_mergable = twisted_mergable,
};

static struct twisted *
twisted_of(const struct fake_instance *instance)
{
	return (struct twisted *)instance->protocol;
}

static void
twist(struct fake_instance *instance, uint32_t twist)
{
	twisted_of(instance)->twist = twist;
	channel_reorder(instance->channel);
}

struct place {
	struct world world;
	struct fake_instance many, other;
};

static void
place_open(struct place *place)
{
	world_open(&place->world);
	fake_instance_init(&place->many, &twisted_class, "many", place->world.table);
	fake_instance_init(&place->other, &twisted_class, "other", place->world.table);
	fake_instance_start(&place->many, &place->world.fake);
	fake_instance_start(&place->other, &place->world.fake);
}

static struct prefix
nth(unsigned i)
{
	return prefix_new(addr_from_ip4(10u << 24 | i << 8), 24);
}

static uint32_t
best_metric(const struct place *place, unsigned i)
{
	struct prefix net = nth(i);
	const struct table *table = place->world.table;
	return table_node_best(table, table_find(table, &net))->metric;
}

START_TEST(a_route_that_comes_before_its_own_is_held_against_others)
{
	struct place place;
	place_open(&place);
	struct prefix net = nth(0);
	announce_net(&place.world, &place.many, &net, 1, 7);
	announce_net(&place.world, &place.many, &net, 2, 4);
	announce_net(&place.world, &place.other, &net, 0, 6);
	/* 7 and 4 against 6, and then 8 and 11. */
	twist(&place.many, 15);
	fake_settle(&place.world.fake);
	ck_assert_uint_eq(best_metric(&place, 0), 6);
	world_close(&place.world);
}
END_TEST

START_TEST(routes_are_ordered_anew_a_few_in_a_turn)
{
	enum { NETS = 20 * JOB_BUDGET };
	struct place place;
	unsigned compared = 0, turns = 0;
	place_open(&place);
	for (unsigned i = 0; i < NETS; i++) {
		struct prefix net = nth(i);
		announce_net(&place.world, &place.many, &net, 0, 1);
		announce_net(&place.world, &place.other, &net, 0, 2);
	}
	ck_assert_uint_eq(place.many.channel->preferred, NETS);
	twisted_of(&place.many)->compared = &compared;
	twist(&place.many, 15);
	ck_assert_uint_eq(compared, 0);
	while (router_due(place.world.fake.router) <= place.world.fake.now) {
		compared = 0;
		router_run(place.world.fake.router);
		ck_assert_uint_le(compared, 4 * JOB_BUDGET);
		turns++;
	}
	ck_assert_uint_ge(turns, 20);
	ck_assert_uint_eq(place.many.channel->preferred, 0);
	ck_assert_uint_eq(place.other.channel->preferred, NETS);
	world_close(&place.world);
}
END_TEST

START_TEST(a_long_chain_is_ordered_anew_once)
{
	enum { PATHS = 400, NETS = 8 };
	struct place place;
	unsigned compared = 0;
	place_open(&place);
	for (unsigned i = 0; i < NETS * PATHS; i++) {
		struct prefix net = nth(i % NETS);
		announce_net(&place.world, &place.many, &net, i / NETS, i / NETS);
	}
	twisted_of(&place.many)->compared = &compared;
	twist(&place.many, 0x1ff);
	fake_settle(&place.world.fake);
	ck_assert_uint_le(compared, 4 * NETS * PATHS);
	ck_assert_uint_eq(best_metric(&place, 0), PATHS - 1);
	world_close(&place.world);
}
END_TEST

START_TEST(a_link_that_carries_many_routes_of_a_node_orders_it_once)
{
	enum { PATHS = 400, NETS = 8 };
	struct place place;
	unsigned compared = 0;
	place_open(&place);
	struct router *router = place.world.fake.router;
	struct link *link = fake_link(&place.world.fake, "eth0");
	struct nexthop *gateway =
		nexthop_gateway(router, link, addr_from_ip4(0x0a000001), 0);
	struct attrs *attrs = fake_attrs(router, gateway, 0);
	for (unsigned i = 0; i < NETS * PATHS; i++) {
		struct prefix net = nth(i % NETS);
		struct route_update update = { .net = &net,
					       .attrs = attrs,
					       .metric = i * 7 % 256,
					       .path_id = i / NETS };
		channel_import(place.many.channel, &update, 1);
	}
	attrs_release(router, attrs, 1);
	twisted_of(&place.many)->compared = &compared;
	for (unsigned i = 0; i < 2; i++) {
		compared = 0;
		link_set_up(link, i == 1);
		fake_settle(&place.world.fake);
		ck_assert_uint_le(compared, 4 * NETS * PATHS);
		ck_assert_uint_eq(place.many.channel->preferred, i * NETS);
		router_audit(router, AUDIT_FULL);
	}
	world_close(&place.world);
}
END_TEST

/* The best stays, and another is as good no more. */
START_TEST(who_shares_traffic_hears_of_another_order)
{
	struct place place;
	struct table_reader reader;
	place_open(&place);
	struct prefix net = nth(0);
	announce_net(&place.world, &place.many, &net, 0, 4);
	announce_net(&place.world, &place.other, &net, 0, 4);
	table_reader_init(&reader, place.world.table, READER_MERGED, NULL);
	twist(&place.other, 1);
	fake_settle(&place.world.fake);
	ck_assert_uint_eq(place.many.channel->preferred, 1);
	ck_assert_uint_ne(table_read(&reader), 0);
	table_read_done(&reader);
	table_reader_fini(&reader);
	world_close(&place.world);
}
END_TEST

/* The audit holds the best of each node against all, but for those whose turn is yet to
 * come. */
START_TEST(what_comes_and_goes_meanwhile_is_in_order_at_the_end)
{
	enum { NETS = 2 * JOB_BUDGET, ROUNDS = 60, CHANGES = 60 };
	struct place place;
	uint64_t random = 1;
	place_open(&place);
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned i = 0; i < CHANGES * (round > 0 ? 1 : 50); i++) {
			struct prefix net = nth(unit_below(&random, NETS));
			bool is_other = unit_below(&random, 3) == 0;
			struct fake_instance *from =
				is_other ? &place.other : &place.many;
			uint32_t path = unit_below(&random, 3);
			struct route_update gone = { .net = &net, .path_id = path };
			if (unit_below(&random, 3) == 0)
				channel_import(from->channel, &gone, 1);
			else
				announce_net(&place.world, from, &net, path,
					     unit_below(&random, 16));
		}
		if (round % 4 == 0)
			twist(round % 8 == 0 ? &place.many : &place.other,
			      unit_below(&random, 16));
		router_audit(place.world.fake.router, AUDIT_FULL);
		router_run(place.world.fake.router);
		router_audit(place.world.fake.router, AUDIT_FULL);
	}
	world_close(&place.world);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_route_that_comes_before_its_own_is_held_against_others,
		routes_are_ordered_anew_a_few_in_a_turn,
		a_long_chain_is_ordered_anew_once,
		a_link_that_carries_many_routes_of_a_node_orders_it_once,
		who_shares_traffic_hears_of_another_order,
		what_comes_and_goes_meanwhile_is_in_order_at_the_end,
	};
	return unit_run("reorder", tests, ARRAY_SIZE(tests), NULL, 0);
}
