/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Refreshes of what a channel imported: what goes with their end, and that sweeps take
 * their turns.
 */
#include "nest/table_private.h"
#include "test/unit/nest/teller.h"
#include "test/unit/unit.h"

START_TEST(a_refresh_withdraws_what_did_not_come_again)
{
	struct world world;
	world_open(&world);
	world_start(&world);
	announce_many(&world, &world.a, 100, 0);
	fake_settle(&world.fake);
	channel_refresh_begin(world.a.channel);
	channel_refresh_begin(world.a.channel);
	announce_many(&world, &world.a, 60, 0);
	channel_refresh_end(world.a.channel);
	fake_settle(&world.fake);
	/* The outer pair is still open. */
	ck_assert_uint_eq(world.a.channel->imported, 100);
	channel_refresh_end(world.a.channel);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.a.channel->imported, 60);
	ck_assert_uint_eq(teller_of(&world.b)->withdrawn, 40);
	ck_assert_uint_eq(teller_of(&world.b)->again, 40);
	channel_flush(world.a.channel);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.a.channel->imported, 0);
	world_close(&world);
}
END_TEST

enum { MANY = 3000 };

static void
announce_thousands(struct world *world)
{
	struct router *router = world->fake.router;
	struct attrs *attrs =
		fake_attrs(router, nexthop_special(router, NEXTHOP_BLACKHOLE), 0);
	for (unsigned i = 0; i < MANY; i++) {
		struct prefix net = prefix_new(addr_from_ip4(10u << 24 | i << 8), 24);
		struct route_update update = { .net = &net, .attrs = attrs };
		channel_import(world->a.channel, &update, 1);
	}
	attrs_release(router, attrs, 1);
}

START_TEST(a_refresh_stops_the_sweep_of_the_one_before)
{
	struct world world;
	world_open(&world);
	world_start(&world);
	announce_thousands(&world);
	fake_settle(&world.fake);
	channel_flush(world.a.channel);
	router_run(world.fake.router);
	uint32_t left = world.a.channel->imported;
	ck_assert_uint_gt(left, 0);
	ck_assert_uint_lt(left, MANY);
	/* Begun again before all were swept: what is left may yet come again. */
	channel_refresh_begin(world.a.channel);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.a.channel->imported, left);
	channel_refresh_end(world.a.channel);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.a.channel->imported, 0);
	world_close(&world);
}
END_TEST

START_TEST(a_sweep_begins_anew_with_each_refresh)
{
	struct world world;
	world_open(&world);
	world_start(&world);
	announce_thousands(&world);
	channel_flush(world.a.channel);
	router_run(world.fake.router);
	ck_assert_uint_gt(world.a.channel->imported, 0);
	/* New ones take the place of those that were swept. */
	announce_thousands(&world);
	ck_assert_uint_eq(world.a.channel->imported, MANY);
	channel_flush(world.a.channel);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.a.channel->imported, 0);
	world_close(&world);
}
END_TEST

/* The sweep has passed what came again; that is not to be left behind. */
START_TEST(a_stop_in_a_sweep_takes_all_along)
{
	struct world world;
	struct table_counts counts;
	world_open(&world);
	world_start(&world);
	announce_thousands(&world);
	channel_refresh_begin(world.a.channel);
	announce_many(&world, &world.a, 50, 0);
	channel_refresh_end(world.a.channel);
	router_run(world.fake.router);
	ck_assert_uint_lt(world.a.channel->imported, MANY);
	ck_assert_uint_gt(world.a.channel->imported, 50);
	protocol_disable(world.a.protocol, NULL);
	fake_settle(&world.fake);
	table_count(world.table, &counts);
	ck_assert_uint_eq(counts.nodes, 0);
	ck_assert_int_eq(world.a.protocol->state, PROTOCOL_DOWN);
	world_close(&world);
}
END_TEST

/* Each of many path ids has a few: what one turn takes is bounded for all together. */
START_TEST(a_flush_takes_its_turns_whatever_the_number_of_paths)
{
	struct world world;
	world_open(&world);
	world_start(&world);
	for (uint32_t path = 1; path <= 100; path++)
		for (uint32_t i = 0; i < 100; i++) {
			struct prefix net =
				prefix_new(addr_from_ip4(10u << 24 | i << 8), 24);
			announce_net(&world, &world.a, &net, path, 7);
		}
	fake_settle(&world.fake);
	channel_refresh_begin(world.a.channel);
	channel_refresh_end(world.a.channel);
	router_run(world.fake.router);
	ck_assert_uint_eq(world.a.channel->imported, 10000 - JOB_BUDGET);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.a.channel->imported, 0);
	world_close(&world);
}
END_TEST

/* What was stale when a refresh began anew goes in turns, too; what comes meanwhile
 * stays. */
START_TEST(a_refresh_that_begins_anew_takes_its_turns)
{
	struct world world;
	world_open(&world);
	world_start(&world);
	for (unsigned comes_early = 0; comes_early <= 1; comes_early++) {
		announce_thousands(&world);
		channel_refresh_begin(world.a.channel);
		announce_many(&world, &world.a, 50, 0);
		channel_refresh_again(world.a.channel, true);
		ck_assert_uint_eq(world.a.channel->imported, MANY);
		router_run(world.fake.router);
		ck_assert_uint_ge(world.a.channel->imported, MANY - JOB_BUDGET);
		if (!comes_early)
			fake_settle(&world.fake);
		announce_many(&world, &world.a, 20, 0);
		if (comes_early)
			ck_assert_uint_ge(world.a.channel->imported, MANY - JOB_BUDGET);
		fake_settle(&world.fake);
		ck_assert_uint_eq(world.a.channel->imported, 50);
		channel_refresh_end(world.a.channel);
		fake_settle(&world.fake);
		ck_assert_uint_eq(world.a.channel->imported, 20);
	}
	/* An end without anything new. */
	announce_thousands(&world);
	channel_refresh_begin(world.a.channel);
	announce_many(&world, &world.a, 50, 0);
	channel_refresh_again(world.a.channel, true);
	channel_refresh_end(world.a.channel);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.a.channel->imported, 0);
	world_close(&world);
}
END_TEST

START_TEST(what_comes_while_a_refresh_begins_anew_stays)
{
	struct world world;
	world_open(&world);
	world_start(&world);
	announce_thousands(&world);
	channel_refresh_begin(world.a.channel);
	announce_many(&world, &world.a, 50, 0);
	channel_refresh_again(world.a.channel, true);
	/* Half of them are doomed. */
	announce_many(&world, &world.a, 100, 0);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.a.channel->imported, 100);
	channel_refresh_again(world.a.channel, true);
	/* None was stale, so none is doomed. */
	announce_many(&world, &world.a, 20, 0);
	channel_refresh_again(world.a.channel, false);
	announce_many(&world, &world.a, 10, 0);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.a.channel->imported, 100);
	channel_refresh_end(world.a.channel);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.a.channel->imported, 10);
	world_close(&world);
}
END_TEST

START_TEST(stale_routes_outlive_a_stop_until_the_next_refresh)
{
	struct world world;
	world_open(&world);
	world_start(&world);
	announce_many(&world, &world.a, 100, 0);
	fake_settle(&world.fake);
	channel_stop(world.a.channel, true);
	fake_settle(&world.fake);
	ck_assert(channel_is_flushed(world.a.channel));
	ck_assert_uint_eq(world.a.channel->imported, 100);
	channel_start(world.a.channel);
	announce_many(&world, &world.a, 50, 0);
	channel_refresh_end(world.a.channel);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.a.channel->imported, 50);
	ck_assert_uint_eq(teller_of(&world.b)->withdrawn, 50);
	world_close(&world);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_refresh_withdraws_what_did_not_come_again,
		a_refresh_stops_the_sweep_of_the_one_before,
		a_sweep_begins_anew_with_each_refresh,
		a_stop_in_a_sweep_takes_all_along,
		a_flush_takes_its_turns_whatever_the_number_of_paths,
		a_refresh_that_begins_anew_takes_its_turns,
		what_comes_while_a_refresh_begins_anew_stays,
		stale_routes_outlive_a_stop_until_the_next_refresh,
	};
	return unit_run("refresh", tests, ARRAY_SIZE(tests), NULL, 0);
}
