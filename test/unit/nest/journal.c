/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Readers of a table: what they are told, when they are woken, what is kept for them, and
 * what happens to one that is too slow.
 */
#include "nest/table_private.h"
#include "test/unit/nest/fake.h"
#include "test/unit/unit.h"

struct follower {
	struct table_reader reader;
	unsigned wakes;
	bool tells_all; /* Claims to have told everything. */
};

struct world {
	struct fake fake;
	struct table *table;
	struct attrs *low, *high;
	uint16_t a, b;
};

static void
follower_wake(struct table_reader *reader)
{
	container_of(reader, struct follower, reader)->wakes++;
}

static bool
follower_has_told(const struct table_reader *reader, uint32_t handle)
{
	(void)handle;
	return container_of(reader, struct follower, reader)->tells_all;
}

static void
follower_init(struct follower *follower, struct world *world, enum reader_mode mode)
{
	*follower = (struct follower){ .wakes = 0 };
	table_reader_init(&follower->reader, world->table, mode, follower_wake);
	follower->reader.has_told = follower_has_told;
}

static void
world_open(struct world *world)
{
	struct router *router = fake_open(&world->fake);
	world->table = fake_table(&world->fake, "t", NET_IP4);
	world->low = fake_attrs(router, nexthop_special(router, NEXTHOP_BLACKHOLE), 100);
	world->high = fake_attrs(router, nexthop_special(router, NEXTHOP_BLACKHOLE), 200);
	world->a = table_source_new(world->table, NULL, 1);
	world->b = table_source_new(world->table, NULL, 2);
}

static void
world_close(struct world *world)
{
	table_audit(world->table);
	router_table_remove(world->fake.router, world->table);
	attrs_release(world->fake.router, world->low, 1);
	attrs_release(world->fake.router, world->high, 1);
	fake_close(&world->fake);
}

static struct prefix
net_of(unsigned number)
{
	return prefix_new(addr_from_ip4(10u << 24 | number << 8), 24);
}

static node_handle
put(struct world *world, uint16_t source, unsigned number, struct attrs *attrs)
{
	struct prefix net = net_of(number);
	if (attrs != NULL)
		table_update(world->table, source, &net, attrs, 0, 0);
	else
		table_withdraw(world->table, source, &net);
	table_audit(world->table);
	return table_find(world->table, &net);
}

/* How many changes there are to be read. */
static unsigned
read_all(struct follower *follower)
{
	unsigned count = 0;
	while (table_read(&follower->reader) != 0)
		count++;
	table_read_done(&follower->reader);
	table_audit(follower->reader.table);
	return count;
}

START_TEST(a_reader_is_woken_once_and_told_in_order)
{
	struct world world;
	struct follower follower;
	world_open(&world);
	put(&world, world.a, 9, world.low);
	follower_init(&follower, &world, READER_BEST);
	node_handle first = put(&world, world.a, 1, world.low);
	node_handle second = put(&world, world.a, 2, world.low);
	ck_assert_uint_eq(follower.wakes, 1);
	ck_assert_uint_eq(table_read(&follower.reader), first);
	ck_assert_uint_eq(table_read(&follower.reader), second);
	ck_assert_uint_eq(table_read(&follower.reader), 0);
	table_read_done(&follower.reader);
	ck_assert_uint_eq(follower.wakes, 1);
	put(&world, world.a, 3, world.low);
	ck_assert_uint_eq(follower.wakes, 2);
	ck_assert_uint_eq(read_all(&follower), 1);
	table_reader_fini(&follower.reader);
	world_close(&world);
}
END_TEST

START_TEST(what_nobody_has_read_is_entered_once)
{
	struct world world;
	struct follower slow, fast;
	world_open(&world);
	follower_init(&slow, &world, READER_BEST);
	follower_init(&fast, &world, READER_BEST);
	for (unsigned i = 0; i < 10; i++) {
		put(&world, world.a, 1, i % 2 ? world.low : world.high);
		put(&world, world.a, 2, i % 2 ? world.low : NULL);
	}
	ck_assert_uint_eq(world.table->journal.end - world.table->journal.begin, 2);
	ck_assert_uint_eq(read_all(&fast), 2);
	/* Now one has: the other skips the old entry. */
	put(&world, world.a, 1, world.high);
	ck_assert_uint_eq(world.table->journal.end - world.table->journal.begin, 3);
	ck_assert_uint_eq(read_all(&slow), 2);
	ck_assert_uint_eq(read_all(&fast), 1);
	router_run(world.fake.router);
	ck_assert_uint_eq(world.table->journal.end, world.table->journal.begin);
	table_reader_fini(&slow.reader);
	table_reader_fini(&fast.reader);
	world_close(&world);
}
END_TEST

START_TEST(readers_of_the_best_hear_nothing_of_the_second_best)
{
	struct world world;
	struct follower best, all;
	world_open(&world);
	follower_init(&best, &world, READER_BEST);
	follower_init(&all, &world, READER_ANY);
	put(&world, world.a, 1, world.high);
	ck_assert_uint_eq(read_all(&best), 1);
	ck_assert_uint_eq(read_all(&all), 1);
	put(&world, world.b, 1, world.low);
	ck_assert_uint_eq(best.wakes, 1);
	ck_assert_uint_eq(all.wakes, 2);
	ck_assert_uint_eq(read_all(&best), 0);
	ck_assert_uint_eq(read_all(&all), 1);
	put(&world, world.a, 1, NULL);
	ck_assert_uint_eq(read_all(&best), 1);
	ck_assert_uint_eq(read_all(&all), 1);
	table_reader_fini(&best.reader);
	table_reader_fini(&all.reader);
	world_close(&world);
}
END_TEST

START_TEST(an_entry_that_was_read_by_one_says_all_to_the_other)
{
	struct world world;
	struct follower best, all;
	world_open(&world);
	follower_init(&best, &world, READER_BEST);
	follower_init(&all, &world, READER_ANY);
	put(&world, world.a, 1, world.high);
	ck_assert_uint_eq(read_all(&all), 1);
	/* A change that only the fast one looks for; the slow one must not lose the
	 * former. */
	put(&world, world.b, 1, world.low);
	ck_assert_uint_eq(read_all(&best), 1);
	ck_assert_uint_eq(read_all(&all), 1);
	table_reader_fini(&best.reader);
	table_reader_fini(&all.reader);
	world_close(&world);
}
END_TEST

START_TEST(an_empty_node_stays_until_all_have_heard)
{
	struct world world;
	struct follower slow, fast;
	world_open(&world);
	node_handle node = put(&world, world.a, 1, world.low);
	follower_init(&slow, &world, READER_BEST);
	follower_init(&fast, &world, READER_BEST);
	ck_assert_uint_eq(put(&world, world.a, 1, NULL), node);
	ck_assert_uint_eq(table_walk(world.table, 0), 0);
	ck_assert_uint_eq(read_all(&fast), 1);
	struct prefix net = net_of(1);
	ck_assert_uint_eq(table_find(world.table, &net), node);
	ck_assert_uint_eq(table_read(&slow.reader), node);
	ck_assert_uint_eq(table_read(&slow.reader), 0);
	/* Read, but not dealt with yet. */
	ck_assert_uint_eq(table_find(world.table, &net), node);
	table_read_done(&slow.reader);
	router_run(world.fake.router);
	ck_assert_uint_eq(table_find(world.table, &net), 0);
	table_reader_fini(&slow.reader);
	table_reader_fini(&fast.reader);
	world_close(&world);
}
END_TEST

START_TEST(a_dead_route_stays_for_readers_of_all_and_can_come_back)
{
	struct world world;
	struct follower all;
	world_open(&world);
	follower_init(&all, &world, READER_ANY);
	node_handle node = put(&world, world.a, 1, world.low);
	ck_assert_uint_eq(read_all(&all), 1);
	route_handle route = table_node_first(world.table, node);
	put(&world, world.a, 1, NULL);
	ck_assert_uint_eq(table_node_first(world.table, node), route);
	ck_assert(table_route(world.table, route)->flags & ROUTE_DEAD);
	ck_assert_uint_eq(world.low->uses, 1);
	put(&world, world.a, 1, world.high);
	ck_assert_uint_eq(table_node_first(world.table, node), route);
	ck_assert(route_is_candidate(table_route(world.table, route)));
	put(&world, world.a, 1, NULL);
	/* The number of its source lives as long as it. */
	table_source_free(world.table, world.a);
	ck_assert_uint_eq(table_source(world.table, world.a).path_id, 1);
	ck_assert_uint_eq(read_all(&all), 1);
	ck_assert_uint_eq(table_source(world.table, world.a).path_id, 0);
	ck_assert_uint_eq(world.table->nodes.count, 0);
	table_reader_fini(&all.reader);
	world_close(&world);
}
END_TEST

/* One that has more to do for so many turns. */
struct busy {
	struct job job;
	unsigned turns;
};

static bool
busy_run(struct job *job, unsigned budget)
{
	(void)budget;
	return --container_of(job, struct busy, job)->turns > 0;
}

START_TEST(what_is_gone_is_freed_when_nothing_else_is_to_be_done)
{
	struct world world;
	struct follower follower;
	struct busy busy = { .turns = 3 };
	world_open(&world);
	follower_init(&follower, &world, READER_BEST);
	put(&world, world.a, 1, world.low);
	put(&world, world.a, 1, NULL);
	read_all(&follower);
	job_init(&busy.job, world.fake.router, busy_run);
	job_schedule(&busy.job);
	while (busy.turns > 0) {
		ck_assert_uint_eq(world.table->nodes.count, 1);
		router_run(world.fake.router);
	}
	ck_assert_uint_eq(world.table->nodes.count, 1);
	router_run(world.fake.router);
	ck_assert_uint_eq(world.table->nodes.count, 0);
	table_reader_fini(&follower.reader);
	world_close(&world);
}
END_TEST

/* Nothing is freed by the job meanwhile. */
START_TEST(what_is_gone_is_freed_by_others_where_that_would_be_much)
{
	struct world world;
	struct follower follower;
	world_open(&world);
	follower_init(&follower, &world, READER_BEST);
	world.table->journal.behind = 32;
	for (unsigned i = 0; i < 2000; i++) {
		put(&world, world.a, i, world.low);
		put(&world, world.a, i, NULL);
		read_all(&follower);
		ck_assert_uint_le(world.table->nodes.count, 64);
		ck_assert_uint_le(world.table->journal.end - world.table->journal.begin,
				  128);
	}
	ck_assert(!follower.reader.lost);
	table_reader_fini(&follower.reader);
	world_close(&world);
}
END_TEST

/* Their entries lie there until the empty node is freed. */
START_TEST(what_all_have_read_is_not_read_again_for_being_there)
{
	struct world world;
	struct follower best, accepted;
	world_open(&world);
	follower_init(&best, &world, READER_BEST);
	follower_init(&accepted, &world, READER_ACCEPTED);
	put(&world, world.a, 1, world.high);
	put(&world, world.a, 2, world.high);
	put(&world, world.a, 2, NULL);
	ck_assert_uint_eq(read_all(&best), 2);
	ck_assert_uint_eq(read_all(&accepted), 2);
	ck_assert_uint_gt(world.table->journal.passed, world.table->journal.begin);
	put(&world, world.b, 1, world.low);
	ck_assert_uint_eq(read_all(&best), 0);
	ck_assert_uint_eq(read_all(&accepted), 1);
	table_reader_fini(&best.reader);
	table_reader_fini(&accepted.reader);
	world_close(&world);
}
END_TEST

/* Makes `slow` fall behind by more than is allowed, while `fast` keeps up. */
static void
fall_behind(struct world *world, struct follower *fast, unsigned nodes)
{
	world->table->journal.behind = 8;
	for (unsigned i = 0; i < 4 * nodes; i++) {
		put(world, world->a, i % nodes, i / nodes % 2 ? world->low : world->high);
		read_all(fast);
	}
}

START_TEST(a_reader_too_far_behind_is_lost_and_mended_by_a_feed)
{
	struct world world;
	struct follower slow, fast;
	world_open(&world);
	follower_init(&slow, &world, READER_BEST);
	follower_init(&fast, &world, READER_BEST);
	fall_behind(&world, &fast, 20);
	ck_assert(slow.reader.lost);
	ck_assert(!fast.reader.lost);
	ck_assert_uint_eq(table_read(&slow.reader), 0);
	ck_assert_uint_eq(world.table->journal.begin, world.table->journal.end);
	table_feed_begin(&slow.reader);
	put(&world, world.b, 3, world.high);
	unsigned fed = 0;
	for (node_handle i = table_feed(&slow.reader, 0); i != 0;
	     i = table_feed(&slow.reader, i))
		fed++;
	ck_assert_uint_eq(fed, 20);
	table_feed_end(&slow.reader);
	ck_assert(!slow.reader.lost && !slow.reader.recovering);
	read_all(&slow);
	table_reader_fini(&slow.reader);
	table_reader_fini(&fast.reader);
	world_close(&world);
}
END_TEST

START_TEST(what_a_lost_reader_told_of_is_kept_for_it)
{
	struct world world;
	struct follower slow, fast;
	world_open(&world);
	follower_init(&slow, &world, READER_BEST);
	follower_init(&fast, &world, READER_BEST);
	put(&world, world.a, 50, world.low);
	slow.tells_all = true;
	fall_behind(&world, &fast, 20);
	ck_assert(slow.reader.lost);
	node_handle node = put(&world, world.a, 50, NULL);
	read_all(&fast);
	struct prefix net = net_of(50);
	ck_assert_uint_eq(table_find(world.table, &net), node);
	/* A walk does not meet it, a feed does. */
	for (node_handle i = table_walk(world.table, 0); i != 0;
	     i = table_walk(world.table, i))
		ck_assert_uint_ne(i, node);
	table_feed_begin(&slow.reader);
	bool met = false;
	for (node_handle i = table_feed(&slow.reader, 0); i != 0;
	     i = table_feed(&slow.reader, i))
		met |= i == node;
	ck_assert(met);
	slow.tells_all = false;
	table_feed_end(&slow.reader);
	fake_settle(&world.fake);
	ck_assert_uint_eq(table_find(world.table, &net), 0);
	table_reader_fini(&slow.reader);
	table_reader_fini(&fast.reader);
	world_close(&world);
}
END_TEST

START_TEST(a_lost_reader_that_goes_leaves_nothing_behind)
{
	struct world world;
	struct follower slow, fast;
	world_open(&world);
	follower_init(&slow, &world, READER_ANY);
	follower_init(&fast, &world, READER_ANY);
	slow.tells_all = true;
	fall_behind(&world, &fast, 20);
	ck_assert(slow.reader.lost);
	for (unsigned i = 0; i < 20; i++)
		put(&world, world.a, i, NULL);
	read_all(&fast);
	ck_assert_uint_eq(world.table->dead_count, 20);
	table_reader_fini(&slow.reader);
	table_audit(world.table);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.table->dead_count, 0);
	ck_assert_uint_eq(world.table->nodes.count, 0);
	table_reader_fini(&fast.reader);
	world_close(&world);
}
END_TEST

/* Its node is in the journal when the others are looked at. */
START_TEST(what_was_kept_goes_where_another_hears_of_its_node)
{
	struct world world;
	struct follower slow, fast;
	world_open(&world);
	follower_init(&slow, &world, READER_ANY);
	follower_init(&fast, &world, READER_BEST);
	slow.tells_all = true;
	put(&world, world.a, 50, world.low);
	put(&world, world.b, 50, world.low);
	fall_behind(&world, &fast, 20);
	ck_assert(slow.reader.lost);
	put(&world, world.a, 50, NULL);
	read_all(&fast);
	ck_assert_uint_eq(world.table->dead_count, 1);
	table_reader_fini(&slow.reader);
	put(&world, world.b, 50, world.high);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.table->dead_count, 1);
	read_all(&fast);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.table->dead_count, 0);
	table_reader_fini(&fast.reader);
	world_close(&world);
}
END_TEST

START_TEST(what_was_kept_goes_a_little_in_a_turn)
{
	enum { NETS = 40 * JOB_BUDGET };
	struct world world;
	struct follower slow;
	world_open(&world);
	follower_init(&slow, &world, READER_ANY);
	slow.tells_all = true;
	slow.reader.lost = slow.reader.recovering = true;
	table_feed_begin(&slow.reader);
	for (unsigned i = 0; i < 2 * NETS; i++) {
		struct prefix net = net_of(i % NETS);
		if (i < NETS)
			table_update(world.table, world.a, &net, world.low, 0, 0);
		else
			table_withdraw(world.table, world.a, &net);
	}
	while (table_read(&slow.reader) != 0)
		;
	table_read_done(&slow.reader);
	ck_assert_uint_eq(world.table->dead_count, NETS);
	table_feed_end(&slow.reader);
	ck_assert_uint_eq(world.table->dead_count, NETS);
	/* Meanwhile one comes back. */
	put(&world, world.a, 7, world.high);
	for (unsigned before = NETS; router_due(world.fake.router) <= world.fake.now;) {
		router_run(world.fake.router);
		unsigned now = world.table->dead_count;
		ck_assert_uint_le(before - now, 8 * JOB_BUDGET + 1);
		before = now;
	}
	ck_assert_uint_eq(world.table->dead_count, 0);
	ck_assert_uint_eq(world.table->nodes.count, 1);
	table_reader_fini(&slow.reader);
	world_close(&world);
}
END_TEST

START_TEST(without_readers_nothing_is_entered_or_kept)
{
	struct world world;
	world_open(&world);
	for (unsigned i = 0; i < 100; i++)
		put(&world, world.a, i % 10, i % 3 ? world.low : NULL);
	ck_assert_uint_eq(world.table->journal.end, world.table->journal.begin);
	ck_assert_uint_eq(world.table->journal.room, 0);
	ck_assert_uint_eq(world.table->dead_count, 0);
	world_close(&world);
}
END_TEST

START_TEST(a_large_journal_gives_its_memory_back)
{
	struct world world;
	struct follower follower;
	world_open(&world);
	follower_init(&follower, &world, READER_BEST);
	for (unsigned i = 0; i < 20000; i++) {
		struct prefix net = net_of(i);
		table_update(world.table, world.a, &net, world.low, 0, 0);
	}
	ck_assert_uint_ge(world.table->journal.room, 20000);
	ck_assert_uint_eq(read_all(&follower), 20000);
	ck_assert_uint_eq(world.table->journal.room, 0);
	table_touch(world.table, table_walk(world.table, 0));
	ck_assert_uint_eq(read_all(&follower), 1);
	table_reader_fini(&follower.reader);
	world_close(&world);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_reader_is_woken_once_and_told_in_order,
		what_nobody_has_read_is_entered_once,
		readers_of_the_best_hear_nothing_of_the_second_best,
		an_entry_that_was_read_by_one_says_all_to_the_other,
		an_empty_node_stays_until_all_have_heard,
		a_dead_route_stays_for_readers_of_all_and_can_come_back,
		what_is_gone_is_freed_when_nothing_else_is_to_be_done,
		what_is_gone_is_freed_by_others_where_that_would_be_much,
		what_all_have_read_is_not_read_again_for_being_there,
		a_reader_too_far_behind_is_lost_and_mended_by_a_feed,
		what_a_lost_reader_told_of_is_kept_for_it,
		a_lost_reader_that_goes_leaves_nothing_behind,
		what_was_kept_goes_where_another_hears_of_its_node,
		what_was_kept_goes_a_little_in_a_turn,
		without_readers_nothing_is_entered_or_kept,
		a_large_journal_gives_its_memory_back,
	};
	return unit_run("journal", tests, ARRAY_SIZE(tests), NULL, 0);
}
