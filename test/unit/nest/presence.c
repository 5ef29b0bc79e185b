/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * At which nodes a source has a route: right whatever comes and goes, kept where it is
 * worth its memory.
 */
#include "nest/table_private.h"
#include "test/unit/nest/fake.h"
#include "test/unit/unit.h"

struct world {
	struct fake fake;
	struct table *table;
	struct attrs *attrs;
};

static void
setup(struct world *world)
{
	struct router *router = fake_open(&world->fake);
	world->table = fake_table(&world->fake, "t", NET_IP4);
	world->attrs = fake_attrs(router, nexthop_special(router, NEXTHOP_NONE), 100);
}

/* All sources have lost their routes. */
static void
teardown(struct world *world)
{
	struct router *router = world->table->router;
	table_audit(world->table);
	router_table_remove(router, world->table);
	attrs_release(router, world->attrs, 1);
	fake_close(&world->fake);
}

static struct prefix
net_of(uint32_t number)
{
	return prefix_new(addr_from_ip4(number << 8), 24);
}

static void
announce(struct world *world, uint16_t source, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++) {
		struct prefix net = net_of(i);
		ck_assert(table_update(world->table, source, &net, world->attrs, 0, 0));
	}
}

static void
withdraw(struct world *world, uint16_t source, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++) {
		struct prefix net = net_of(i);
		ck_assert(table_withdraw(world->table, source, &net));
	}
}

static bool
is_kept(const struct world *world, uint16_t source)
{
	return source_at(world->table, source)->presence.words != NULL;
}

START_TEST(many_routes_are_kept_count_of)
{
	struct world world;
	setup(&world);
	uint16_t first = table_source_new(world.table, NULL, 0);
	uint16_t second = table_source_new(world.table, NULL, 0);
	announce(&world, first, 0, 200);
	ck_assert(!is_kept(&world, first));
	announce(&world, first, 200, 5000);
	announce(&world, second, 1000, 6000);
	ck_assert(is_kept(&world, first) && is_kept(&world, second));
	table_audit(world.table);
	/* Of a node both had, one that neither has now, and one that is another's. */
	withdraw(&world, first, 0, 3000);
	withdraw(&world, second, 1000, 2000);
	table_audit(world.table);
	announce(&world, first, 500, 1500);
	table_audit(world.table);
	withdraw(&world, first, 500, 1500);
	withdraw(&world, first, 3000, 5000);
	ck_assert(!is_kept(&world, first));
	withdraw(&world, second, 2000, 6000);
	table_source_free(world.table, first);
	table_source_free(world.table, second);
	teardown(&world);
}
END_TEST

START_TEST(few_routes_among_many_are_not)
{
	struct world world;
	setup(&world);
	uint16_t large = table_source_new(world.table, NULL, 0);
	uint16_t small = table_source_new(world.table, NULL, 0);
	announce(&world, small, 0, 300);
	ck_assert(is_kept(&world, small));
	announce(&world, large, 0, 30000);
	/* Its next one is beyond what it has bits for, and they would be too many. */
	announce(&world, small, 29000, 29001);
	ck_assert(!is_kept(&world, small) && is_kept(&world, large));
	announce(&world, small, 300, 700);
	ck_assert(!is_kept(&world, small));
	announce(&world, small, 700, 2100);
	ck_assert(is_kept(&world, small));
	table_audit(world.table);
	withdraw(&world, small, 0, 2100);
	withdraw(&world, small, 29000, 29001);
	withdraw(&world, large, 0, 30000);
	table_source_free(world.table, small);
	table_source_free(world.table, large);
	teardown(&world);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		many_routes_are_kept_count_of,
		few_routes_among_many_are_not,
	};
	return unit_run("presence", tests, ARRAY_SIZE(tests), NULL, 0);
}
