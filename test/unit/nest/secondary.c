/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nodes with many routes, where the protocol is told of others than the best: of all, or
 * of the best one that its policy accepts.
 */
#include "nest/channel_private.h"
#include "nest/table_private.h"
#include "test/unit/nest/teller.h"
#include "test/unit/unit.h"

enum { NETS = 64, PATHS = 600 };

/* Compares by metric, and counts how often. */
struct compared {
	struct protocol protocol;
	unsigned count;
};

static int
compared_compare(const struct contender *a, const struct contender *b)
{
	((struct compared *)a->channel->protocol)->count++;
	return a->route->metric < b->route->metric ? -1
						   : a->route->metric > b->route->metric;
}

static const struct protocol_class compared_class = {
	.name = "compared",
	.size = sizeof(struct compared),
	.source = RTS_STATIC,
	.start = fake_start,
	.route_compare = compared_compare,
};

static int
start_accepted(struct protocol *protocol)
{
	list_first(&protocol->channels, struct channel, link)->mode = READER_ACCEPTED;
	protocol_set_state(protocol, PROTOCOL_UP);
	return 0;
}

static const struct protocol_class accepted_class = {
	.name = "accepted",
	.size = sizeof(struct teller),
	.start = start_accepted,
	.route_event = teller_event,
};

static const struct protocol_class all_class = {
	.name = "all",
	.size = sizeof(struct teller),
	.start = teller_start_any,
	.route_event = teller_event,
};

static unsigned
compared(const struct world *world)
{
	return ((struct compared *)world->a.protocol)->count;
}

/* Routes to each net, the metrics odd but for the worst; some worse ones die. */
static void
crowd_open(struct world *world, const struct protocol_class *class)
{
	fake_open(&world->fake);
	world->table = fake_table(&world->fake, "master4", NET_IP4);
	fake_instance_init(&world->a, &compared_class, "a", world->table);
	fake_instance_init(&world->b, class, "b", world->table);
	fake_instance_start(&world->a, &world->fake);
	for (unsigned i = 0; i < NETS * PATHS; i++) {
		struct prefix net =
			prefix_new(addr_from_ip4(10u << 24 | (i % NETS) << 8), 24);
		uint32_t path = i / NETS;
		/* In no order. */
		uint32_t metric = path * 7 % PATHS * 2 + 1;
		announce_net(world, &world->a, &net, path,
			     metric == 2 * PATHS - 1 ? 2 * PATHS : metric);
	}
}

START_TEST(the_best_of_those_that_are_accepted_is_found_in_one_walk)
{
	struct world world;
	unsigned runs = 0;
	struct counting even = { .filter = { &counting_class, NULL }, .runs = &runs };
	crowd_open(&world, &accepted_class);
	world.b.channel_config.export = &even.filter;
	even.reads.metric = true;
	unsigned before = compared(&world);
	fake_instance_start(&world.b, &world.fake);
	while (router_due(world.fake.router) <= world.fake.now) {
		unsigned ran = runs;
		router_run(world.fake.router);
		ck_assert_uint_le(runs - ran,
				  JOB_BUDGET + (FILTER_BATCH / 8 + 1) * PATHS);
	}
	ck_assert_uint_eq(world.b.channel->exported, NETS);
	ck_assert_uint_eq(teller_of(&world.b)->last_metric, 2 * PATHS);
	/* A heap of 600: 2 for each to make it, twice its height of 10 to take it. */
	ck_assert_uint_le(compared(&world) - before, NETS * PATHS * (2 + 20));
	ck_assert_uint_le(runs, NETS * (PATHS + 1));
	world_close(&world);
}
END_TEST

START_TEST(routes_of_crowded_nodes_count_each_in_a_turn)
{
	struct world world;
	unsigned told = 0;
	crowd_open(&world, &all_class);
	fake_instance_start(&world.b, &world.fake);
	for (unsigned i = 0; i < 2; i++) {
		while (router_due(world.fake.router) <= world.fake.now) {
			router_run(world.fake.router);
			ck_assert_uint_le(teller_of(&world.b)->told - told,
					  JOB_BUDGET + PATHS);
			told = teller_of(&world.b)->told;
		}
		ck_assert_uint_eq(told, (i + 1) * NETS * PATHS);
		/* The same again by the journal. */
		for (node_handle node = table_walk(world.table, 0); node != 0;
		     node = table_walk(world.table, node))
			table_touch(world.table, node);
	}
	world_close(&world);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		the_best_of_those_that_are_accepted_is_found_in_one_walk,
		routes_of_crowded_nodes_count_each_in_a_turn,
	};
	return unit_run("secondary", tests, ARRAY_SIZE(tests), NULL, 0);
}
