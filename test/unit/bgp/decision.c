/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of many routes is the best, as they come, change and go: always the one that is
 * found by looking at all of them (table_audit() does).  MULTI_EXIT_DISC counts within an
 * AS, so it is not enough to know who wins of two.
 */
#include "test/unit/bgp/lab.h"

#include <stdio.h>

#include "lib/wire.h"
#include "nest/attr.h"
#include "nest/channel.h"
#include "nest/nexthop.h"
#include "nest/table.h"
#include "proto/bgp/path.h"
#include "proto/bgp/rank.h"
#include "proto/bgp/rib.h"
#include "proto/bgp/stale.h"
#include "test/unit/unit.h"

enum { SESSIONS = 3, PATHS = 30, NETS = 2, STEPS = 6000 };

struct world {
	struct lab *lab;
	struct router *router;
	struct table *table;
	uint16_t sources[SESSIONS * PATHS];
	uint64_t random;
	unsigned ranks; /* How many lengths of path there are. */
};

static void
world_open(struct world *world, uint64_t seed, const char *options)
{
	char config[512];
	struct lab *lab = world->lab = lab_new(seed);
	snprintf(config, sizeof(config),
		 "template bgp t { local as 65001; direct; %s ipv4 { import all; export "
		 "none; }; }\n"
		 "protocol bgp b0 from t { neighbor 10.0.0.7 as 65010; }\n"
		 "protocol bgp b1 from t { neighbor 10.0.0.8 as 65001; }\n"
		 "protocol bgp b2 from t { neighbor 10.0.0.9 as 65010; med metric %s; }",
		 options, seed % 4 == 0 ? "on" : "off");
	struct lab_router *router = lab_router_add(lab, 1, config);
	world->router = router->router;
	world->random = seed;
	world->ranks = 1 + seed % 2;
	for (unsigned i = 0; i < SESSIONS; i++) {
		char name[] = { 'b', (char)('0' + i), 0 };
		struct channel *channel =
			protocol_channel(&lab_bgp(router, name)->protocol, NET_IP4);
		world->table = channel->table;
		for (unsigned j = 0; j < PATHS; j++)
			world->sources[i * PATHS + j] =
				table_source_new(world->table, channel, j);
	}
}

static void
world_close(struct world *world)
{
	for (unsigned i = 0; i < SESSIONS * PATHS; i++) {
		while (table_source_sweep(world->table, world->sources[i], 0,
					  &(unsigned){ 100 }))
			;
		table_source_free(world->table, world->sources[i]);
	}
	table_audit(world->table);
	lab_free(world->lab);
}

static void
field_write(struct wire_out *out, uint8_t type, const void *value, size_t size)
{
	struct bgp_field field = { bgp_attribute_flags(type), type, value, size };
	bgp_field_write(out, &field);
}

/* What decides before all that the others have is rare. */
static bool
is_odd(struct world *world)
{
	return world->ranks > 1 && unit_below(&world->random, 16) == 0;
}

/* As a set that came from a neighbour has it. */
static uint64_t
block_rank(const struct value *block)
{
	struct bgp_block_look look;
	bgp_block_look(block->bytes, block->size, &look);
	struct bgp_field path = bgp_look_field(&look, BGP_ATTRIBUTE_AS_PATH);
	return bgp_rank(&look, 0, bgp_path_length(path.value, path.size));
}

/* Few values of each, so that most is decided late.  Some have a rank, some will keep
 * that which they get, and some do not say what it needs. */
static struct attrs *
random_attrs(struct world *world)
{
	static const uint8_t aigp[11] = { 1, 0, 11, [10] = 7 };
	const uint32_t stale = BGP_LLGR_STALE;
	uint8_t bytes[128], origin = 0;
	uint8_t local_pref[4] = { 0, 0, 0, 100 };
	uint8_t path[] = { 2, 2, 0, 0, 0xfe, 0, 0, 0, 0, 1, 2, 1, 0, 0, 0, 2 };
	uint8_t med[4] = { 0 }, id[4] = { 10, 0, 0, 0 };
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	path[5] = (uint8_t)unit_below(&world->random, 4);
	med[3] = (uint8_t)unit_below(&world->random, 4);
	id[3] = (uint8_t)unit_below(&world->random, 8);
	size_t longer = unit_below(&world->random, world->ranks) > 0 ? 6 : 0;
	field_write(&out, BGP_ATTRIBUTE_ORIGIN, &origin, 1);
	field_write(&out, BGP_ATTRIBUTE_AS_PATH, path, 10 + longer);
	if (unit_below(&world->random, 4) > 0)
		field_write(&out, BGP_ATTRIBUTE_MED, med, sizeof(med));
	local_pref[3] = (uint8_t)(local_pref[3] + is_odd(world));
	bool has_local_pref = unit_below(&world->random, 4) > 0;
	if (has_local_pref)
		field_write(&out, BGP_ATTRIBUTE_LOCAL_PREF, local_pref, 4);
	if (is_odd(world))
		field_write(&out, BGP_ATTRIBUTE_COMMUNITY, &stale, sizeof(stale));
	if (unit_below(&world->random, 4) > 0)
		field_write(&out, BGP_ATTRIBUTE_ORIGINATOR_ID, id, sizeof(id));
	if (is_odd(world))
		field_write(&out, BGP_ATTRIBUTE_AIGP, aigp, sizeof(aigp));
	struct value block = { .type = VALUE_BYTES, .bytes = bytes };
	block.size = (uint32_t)wire_used(&out);
	struct attrs_draft draft;
	attrs_draft_init(&draft, NULL);
	draft.nexthop = nexthop_special(world->router, NEXTHOP_BLACKHOLE);
	draft.preference = 100;
	attr_id base = attr_base(world->router, bgp_attrs);
	attrs_draft_set(&draft, (attr_id)(base + BGP_BLOCK), &block);
	if (has_local_pref && unit_below(&world->random, 2) > 0)
		draft.rank = block_rank(&block);
	struct attrs *attrs = attrs_intern(world->router, &draft);
	attrs_draft_fini(&draft);
	nexthop_release(world->router, draft.nexthop);
	return attrs;
}

static void
step(struct world *world, unsigned sources)
{
	uint16_t source = world->sources[unit_below(&world->random, sources)];
	struct prefix net = prefix_new(
		addr_from_ip4(10u << 24 | unit_below(&world->random, NETS)), 32);
	if (unit_below(&world->random, 5) < 2) {
		table_withdraw(world->table, source, &net);
		return;
	}
	unsigned flags = unit_below(&world->random, 8) == 0 ? ROUTE_FILTERED : 0;
	struct attrs *attrs = random_attrs(world);
	table_update(world->table, source, &net, attrs, 0, flags);
	attrs_release(world->router, attrs, 1);
}

/* `sources`: how many there may be at once. */
static void
run(uint64_t seed, unsigned sources, const char *options)
{
	struct world world;
	world_open(&world, seed, options);
	for (unsigned i = 0; i < STEPS; i++) {
		step(&world, sources);
		table_audit(world.table);
	}
	world_close(&world);
}

START_TEST(few_routes_have_the_right_best)
{
	for (uint64_t seed = 1; seed <= 8; seed++)
		run(seed, 5, "");
}
END_TEST

/* Their chains have an index. */
START_TEST(many_routes_have_the_right_best)
{
	for (uint64_t seed = 1; seed <= 4; seed++)
		run(seed, SESSIONS * PATHS, "");
}
END_TEST

START_TEST(the_best_is_right_where_med_counts_for_all)
{
	run(4, 7, "med metric on;");
	run(5, SESSIONS * PATHS, "med metric on;");
}
END_TEST

START_TEST(the_best_is_right_where_lengths_do_not_count)
{
	for (uint64_t seed = 1; seed <= 3; seed++)
		run(seed, 7, "path metric off;");
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		few_routes_have_the_right_best,
		many_routes_have_the_right_best,
		the_best_is_right_where_med_counts_for_all,
		the_best_is_right_where_lengths_do_not_count,
	};
	return unit_run("decision", tests, ARRAY_SIZE(tests), NULL, 0);
}
