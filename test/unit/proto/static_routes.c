/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The packed list of static routes, and the difference of two lists against a naive one.
 */
#include "proto/static/static.h"

#include "lib/arena.h"
#include "lib/pool.h"
#include "nest/nexthop.h"
#include "test/unit/unit.h"
#include <stdio.h>
#include <string.h>

#define MOST 2000

struct lists {
	struct pool *pool;
	struct static_routes old, now;
};

static void
list_init_empty(struct lists *lists, struct static_routes *routes)
{
	memset(routes, 0, sizeof(*routes));
	routes->arena = arena_new(lists->pool);
}

static struct lists
lists_new(void)
{
	struct lists lists = { .pool = pool_new(NULL, "test") };
	list_init_empty(&lists, &lists.old);
	list_init_empty(&lists, &lists.now);
	return lists;
}

/* A target by the gateway 192.0.2.`last`, new in the list if no route had it. */
static struct static_target *
target_of(struct static_routes *routes, unsigned last)
{
	struct addr gateway = addr_from_ip4(0xc0000200 + last);
	for (struct static_target *one = routes->targets; one; one = one->next)
		if (addr_equal(one->hops[0].gateway, gateway))
			return one;
	struct static_target *target = arena_alloc(routes->arena, sizeof(*target));
	struct static_hop *hop = arena_alloc(routes->arena, sizeof(*hop));
	*hop = (struct static_hop){ .gateway = gateway, .weight = 1 };
	target->kind = NEXTHOP_MULTIPATH;
	target->hop_count = 1;
	target->hops = hop;
	target->index = routes->target_count++;
	if (routes->last_target)
		routes->last_target->next = target;
	else
		routes->targets = target;
	routes->last_target = target;
	return target;
}

static struct prefix
net_of(unsigned number)
{
	struct prefix net = prefix_new(addr_from_ip4(0x0a000000 + number), 32);
	return net;
}

static void
add(struct static_routes *routes, unsigned net, unsigned gateway)
{
	struct prefix prefix = net_of(net);
	static_routes_add(routes, &prefix, target_of(routes, gateway));
}

/* ---- what was changed, by net ---- */

enum { SAME, GONE, FRESH };

struct changes {
	uint8_t what[MOST];
	unsigned count;
};

static void
note(void *context, const struct static_route *route, bool gone)
{
	struct changes *changes = context;
	unsigned net = addr_to_ip4(route->net.addr) - 0x0a000000;
	ck_assert_uint_lt(net, MOST);
	ck_assert_uint_eq(changes->what[net], SAME);
	changes->what[net] = gone ? GONE : FRESH;
	changes->count++;
}

static struct changes
diff(struct lists *lists)
{
	struct changes changes = { .count = 0 };
	uint32_t *map = arena_alloc(lists->now.arena,
				    (lists->now.target_count + 1) * sizeof(*map));
	static_targets_map(&lists->old, &lists->now, map);
	static_routes_diff(&lists->old, &lists->now, map, note, &changes);
	return changes;
}

/* ---- records ---- */

START_TEST(records_come_back_as_they_went_in)
{
	static const char *const texts[] = { "10.0.0.0/8",    "192.0.2.1/32",
					     "2001:db8::/32", "::/0",
					     "fe80::1/128",   "0.0.0.0/0" };
	struct lists lists = lists_new();
	struct prefix nets[ARRAY_SIZE(texts) + 3];
	size_t count = 0;
	bool host_bits;
	for (; count < ARRAY_SIZE(texts); count++)
		ck_assert(prefix_parse(texts[count], strlen(texts[count]), &nets[count],
				       &host_bits));
	nets[count] = nets[0];
	nets[count].type = NET_ROA4;
	nets[count].max_length = 24;
	nets[count++].asn = 4200000000u;
	nets[count] = nets[2];
	nets[count].type = NET_ROA6;
	nets[count].max_length = 48;
	nets[count++].asn = 1;
	nets[count] = nets[2];
	nets[count].type = NET_IP6_SADR;
	nets[count].source = nets[2].addr;
	nets[count++].source_length = 32;
	struct static_target *target = target_of(&lists.old, 1);
	for (unsigned round = 0; round < 200; round++)
		for (size_t i = 0; i < count; i++)
			static_routes_add(&lists.old, &nets[i], target);
	struct static_cursor cursor = static_routes_begin(&lists.old);
	struct static_route route;
	for (size_t i = 0; i < 200 * count; i++) {
		ck_assert(static_routes_next(&cursor, &route));
		ck_assert(prefix_equal(&route.net, &nets[i % count]));
		ck_assert_uint_eq(route.target, target->index);
	}
	ck_assert(!static_routes_next(&cursor, &route));
	pool_free(lists.pool);
}
END_TEST

START_TEST(routes_to_one_destination_are_numbered)
{
	struct lists lists = lists_new();
	struct prefix crowded;
	add(&lists.old, 7, 1);
	add(&lists.old, 3, 1);
	add(&lists.old, 7, 2);
	add(&lists.old, 7, 3);
	ck_assert(static_routes_number(&lists.old, &crowded));
	static const uint8_t paths[] = { 0, 0, 1, 2 };
	struct static_cursor cursor = static_routes_begin(&lists.old);
	struct static_route route;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		ck_assert(static_routes_next(&cursor, &route));
		ck_assert_uint_eq(route.path, paths[i]);
	}
	for (unsigned i = 0; i < 40; i++)
		add(&lists.old, 3, i);
	ck_assert(!static_routes_number(&lists.old, &crowded));
	pool_free(lists.pool);
}
END_TEST

/* ---- difference ---- */

START_TEST(equal_lists_have_no_difference)
{
	struct lists lists = lists_new();
	for (unsigned i = 0; i < MOST; i++) {
		add(&lists.old, i, i % 5);
		add(&lists.now, i, i % 5);
	}
	ck_assert(static_routes_equal(&lists.old, &lists.now));
	ck_assert_uint_eq(diff(&lists).count, 0);
	add(&lists.now, 1, 1);
	ck_assert(!static_routes_equal(&lists.old, &lists.now));
	pool_free(lists.pool);
}
END_TEST

START_TEST(one_changed_line_is_one_change)
{
	struct lists lists = lists_new();
	for (unsigned i = 0; i < MOST; i++) {
		add(&lists.old, i, 1);
		add(&lists.now, i, i == 1000 ? 2 : 1);
	}
	struct changes changes = diff(&lists);
	ck_assert_uint_eq(changes.count, 1);
	ck_assert_uint_eq(changes.what[1000], FRESH);
	pool_free(lists.pool);
}
END_TEST

START_TEST(a_shifted_list_is_found_again)
{
	struct lists lists = lists_new();
	for (unsigned i = 0; i < MOST; i++)
		add(&lists.old, i, 1);
	for (unsigned i = 0; i < MOST; i++)
		if (i < 500 || i >= 550)
			add(&lists.now, i, 1);
	struct changes changes = diff(&lists);
	ck_assert_uint_eq(changes.count, 50);
	for (unsigned i = 500; i < 550; i++)
		ck_assert_uint_eq(changes.what[i], GONE);
	pool_free(lists.pool);
}
END_TEST

/* Whatever was edited: what is applied to the old list gives the new one. */
START_TEST(any_edit_is_told_exactly_enough)
{
	uint64_t random = (uint64_t)_i + 1;
	struct lists lists = lists_new();
	unsigned before[MOST] = { 0 }, after[MOST] = { 0 };
	unsigned turn = 1 + unit_below(&random, 400),
		 kinds = 1 + unit_below(&random, 200);
	for (unsigned i = 0; i < MOST; i++) {
		unsigned gateway = 1 + unit_below(&random, kinds);
		if (unit_below(&random, 10) > 0) {
			before[i] = gateway;
			add(&lists.old, i, gateway);
		}
		unsigned edit = unit_below(&random, turn);
		after[i] = edit == 0   ? 0
			   : edit == 1 ? 1 + unit_below(&random, kinds)
				       : before[i];
		if (after[i])
			add(&lists.now, i, after[i]);
	}
	struct changes changes = diff(&lists);
	for (unsigned i = 0; i < MOST; i++) {
		if (before[i] && !after[i])
			ck_assert_uint_eq(changes.what[i], GONE);
		else if (before[i] != after[i])
			ck_assert_uint_eq(changes.what[i], FRESH);
		else
			/* Telling an unchanged route again does no harm; taking it away
			 * would. */
			ck_assert_uint_ne(changes.what[i], GONE);
	}
	pool_free(lists.pool);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("static routes");
	TCase *tcase = tcase_create("routes");
	tcase_add_test(tcase, records_come_back_as_they_went_in);
	tcase_add_test(tcase, routes_to_one_destination_are_numbered);
	tcase_add_test(tcase, equal_lists_have_no_difference);
	tcase_add_test(tcase, one_changed_line_is_one_change);
	tcase_add_test(tcase, a_shifted_list_is_found_again);
	tcase_add_loop_test(tcase, any_edit_is_told_exactly_enough, 0, 200);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
