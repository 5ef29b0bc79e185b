/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pipes between tables: what goes through, what does not come back, and rings.
 */
#include "lib/arena.h"
#include "lib/pool.h"
#include "nest/schema.h"
#include "test/unit/nest/fake.h"
#include "test/unit/unit.h"

extern const struct module pipe_module;

enum { TABLES = 3, PIPES = 3 };

static const struct protocol_class speaker_class = {
	.name = "speaker",
	.size = sizeof(struct protocol),
	.preference = 200,
	.source = RTS_STATIC,
	.start = fake_start,
};

struct world {
	struct fake fake;
	struct arena *arena;
	struct table *tables[TABLES];
	struct fake_instance speakers[TABLES];
	struct protocol *pipes[PIPES];
	struct channel_config *pipe_channels[PIPES];
	struct protocol_config *pipe_configs[PIPES];
};

static const char *const table_names[] = { "a", "b", "c" };
static const char *const pipe_names[] = { "p1", "p2", "p3" };

static void
world_open(struct world *world)
{
	static const char *const names[] = { "s1", "s2", "s3" };
	fake_open(&world->fake);
	world->arena = arena_new(world->fake.router->pool);
	for (unsigned i = 0; i < TABLES; i++) {
		world->tables[i] = fake_table(&world->fake, table_names[i], NET_IP4);
		fake_instance_init(&world->speakers[i], &speaker_class, names[i],
				   world->tables[i]);
		fake_instance_start(&world->speakers[i], &world->fake);
	}
}

static struct protocol_config *
pipe_config(struct world *world, unsigned which, unsigned from, unsigned to)
{
	const struct protocol_class *class = pipe_module.protocols[0];
	const struct conf_item *peer_table = class->schema->items;
	struct protocol_config *config = arena_alloc(world->arena, class->schema->size);
	struct channel_config *channel = arena_alloc(world->arena, sizeof(*channel));
	config->class = class;
	config->name = pipe_names[which];
	channel->table = table_names[from];
	list_init(&config->channels);
	list_push_back(&config->channels, &channel->link);
	memcpy((char *)config + peer_table->offset, &table_names[to],
	       sizeof(const char *));
	ck_assert_ptr_null(class->schema->check(world->arena, config));
	world->pipe_channels[which] = channel;
	return config;
}

static void
pipe_open(struct world *world, unsigned which, unsigned from, unsigned to)
{
	struct protocol_config *config = pipe_config(world, which, from, to);
	world->pipe_configs[which] = config;
	world->pipes[which] = protocol_new(world->fake.router, config);
	protocol_enable(world->pipes[which]);
}

static void
announce(struct world *world, unsigned table, const char *net, uint32_t metric)
{
	struct prefix prefix = fake_prefix(net);
	struct router *router = world->fake.router;
	struct attrs *attrs =
		fake_attrs(router, nexthop_special(router, NEXTHOP_PROHIBIT), 123);
	struct route_update update = { .net = &prefix, .attrs = attrs, .metric = metric };
	channel_import(world->speakers[table].channel, &update, 1);
	attrs_release(router, attrs, 1);
	fake_settle(&world->fake);
}

static void
withdraw(struct world *world, unsigned table, const char *net)
{
	struct prefix prefix = fake_prefix(net);
	struct route_update update = { .net = &prefix };
	channel_import(world->speakers[table].channel, &update, 1);
	fake_settle(&world->fake);
}

static unsigned
routes_in(const struct world *world, unsigned table)
{
	struct table_counts counts;
	table_count(world->tables[table], &counts);
	return counts.routes;
}

static void
check_routes(struct world *world, unsigned a, unsigned b, unsigned c)
{
	router_audit(world->fake.router, AUDIT_FULL);
	ck_assert_uint_eq(routes_in(world, 0), a);
	ck_assert_uint_eq(routes_in(world, 1), b);
	ck_assert_uint_eq(routes_in(world, 2), c);
}

static void
world_close(struct world *world)
{
	fake_settle(&world->fake);
	router_audit(world->fake.router, AUDIT_FULL);
	fake_close(&world->fake);
}

START_TEST(a_route_goes_through_as_it_is_and_is_withdrawn)
{
	struct world world;
	world_open(&world);
	pipe_open(&world, 0, 0, 1);
	announce(&world, 0, "10.0.0.0/8", 17);
	check_routes(&world, 1, 1, 0);
	struct prefix net = fake_prefix("10.0.0.0/8");
	const struct route *route =
		table_node_best(world.tables[1], table_find(world.tables[1], &net));
	ck_assert_uint_eq(route->metric, 17);
	const struct attrs *attrs = table_route_attrs(world.tables[1], route);
	ck_assert_uint_eq(attrs->preference, 123);
	ck_assert_uint_eq(attrs->source, RTS_STATIC);
	ck_assert_ptr_eq(table_source_of(world.tables[1], route).channel->protocol,
			 world.pipes[0]);
	withdraw(&world, 0, "10.0.0.0/8");
	check_routes(&world, 0, 0, 0);
	world_close(&world);
}
END_TEST

START_TEST(both_sides_keep_their_own_route_to_a_net)
{
	struct world world;
	world_open(&world);
	pipe_open(&world, 0, 0, 1);
	announce(&world, 0, "10.0.0.0/8", 1);
	announce(&world, 1, "10.0.0.0/8", 2);
	check_routes(&world, 2, 2, 0);
	withdraw(&world, 0, "10.0.0.0/8");
	check_routes(&world, 1, 1, 0);
	world_close(&world);
}
END_TEST

START_TEST(a_pipe_that_stops_takes_both_directions_along)
{
	struct world world;
	world_open(&world);
	announce(&world, 0, "10.0.0.0/8", 1);
	announce(&world, 1, "11.0.0.0/8", 1);
	pipe_open(&world, 0, 0, 1);
	fake_settle(&world.fake);
	check_routes(&world, 2, 2, 0);
	protocol_disable(world.pipes[0], NULL);
	fake_settle(&world.fake);
	check_routes(&world, 1, 1, 0);
	protocol_enable(world.pipes[0]);
	fake_settle(&world.fake);
	check_routes(&world, 2, 2, 0);
	world_close(&world);
}
END_TEST

START_TEST(in_a_ring_of_pipes_no_route_comes_back)
{
	struct world world;
	world_open(&world);
	for (unsigned i = 0; i < PIPES; i++)
		pipe_open(&world, i, i, (i + 1) % TABLES);
	announce(&world, 0, "10.0.0.0/8", 1);
	/* Both ways round, and not into the table it is from. */
	check_routes(&world, 1, 2, 2);
	protocol_disable(world.pipes[0], NULL);
	fake_settle(&world.fake);
	check_routes(&world, 1, 1, 1);
	protocol_enable(world.pipes[0]);
	fake_settle(&world.fake);
	check_routes(&world, 1, 2, 2);
	withdraw(&world, 0, "10.0.0.0/8");
	check_routes(&world, 0, 0, 0);
	world_close(&world);
}
END_TEST

START_TEST(pipes_beside_each_other_make_no_loop)
{
	struct world world;
	world_open(&world);
	pipe_open(&world, 0, 0, 1);
	pipe_open(&world, 1, 1, 0);
	announce(&world, 0, "10.0.0.0/8", 1);
	check_routes(&world, 1, 2, 0);
	withdraw(&world, 0, "10.0.0.0/8");
	check_routes(&world, 0, 0, 0);
	world_close(&world);
}
END_TEST

START_TEST(a_changed_filter_is_applied_to_what_is_there)
{
	struct world world;
	world_open(&world);
	pipe_open(&world, 0, 0, 1);
	announce(&world, 0, "10.0.0.0/8", 1);
	announce(&world, 1, "11.0.0.0/8", 1);
	check_routes(&world, 2, 2, 0);
	/* Nothing into the first table any more. */
	struct conf_diff diff = { .effect = CONF_LIVE };
	struct protocol_config *next = pipe_config(&world, 0, 0, 1);
	world.pipe_channels[0]->import = &filter_reject;
	protocol_reconfigure(world.pipes[0], next, &diff);
	fake_settle(&world.fake);
	check_routes(&world, 1, 2, 0);
	/* And nothing out of it. */
	next = pipe_config(&world, 0, 0, 1);
	world.pipe_channels[0]->import = &filter_reject;
	world.pipe_channels[0]->export = &filter_reject;
	protocol_reconfigure(world.pipes[0], next, &diff);
	fake_settle(&world.fake);
	check_routes(&world, 1, 1, 0);
	/* All again. */
	protocol_reconfigure(world.pipes[0], pipe_config(&world, 0, 0, 1), &diff);
	fake_settle(&world.fake);
	check_routes(&world, 2, 2, 0);
	world_close(&world);
}
END_TEST

static void
announce_from(struct world *world, const struct prefix *net, const char *source)
{
	struct router *router = world->fake.router;
	struct attrs_draft draft;
	attrs_draft_init(&draft, NULL);
	draft.nexthop = nexthop_special(router, NEXTHOP_PROHIBIT);
	if (source != NULL) {
		struct value value = { .type = VALUE_PREFIX };
		value.prefix = fake_prefix(source);
		attrs_draft_set(&draft, ATTR_SOURCE_PREFIX, &value);
	}
	struct attrs *attrs = attrs_intern(router, &draft);
	struct route_update update = { .net = net, .attrs = attrs };
	channel_import(world->speakers[0].channel, &update, 1);
	nexthop_release(router, draft.nexthop);
	attrs_draft_fini(&draft);
	attrs_release(router, attrs, 1);
	fake_settle(&world->fake);
}

static bool
has_from(const struct world *world, const char *source)
{
	struct prefix net = fake_prefix("2001:db8::/32");
	struct prefix from = fake_prefix(source);
	net.type = NET_IP6_SADR;
	net.source = from.addr;
	net.source_length = from.length;
	return table_find(world->tables[1], &net) != 0;
}

START_TEST(a_route_gets_a_source_prefix_and_loses_it)
{
	struct world world;
	fake_open(&world.fake);
	world.arena = arena_new(world.fake.router->pool);
	world.tables[0] = fake_table(&world.fake, table_names[0], NET_IP6);
	world.tables[1] = fake_table(&world.fake, table_names[1], NET_IP6_SADR);
	world.tables[2] = fake_table(&world.fake, table_names[2], NET_IP4);
	fake_instance_init(&world.speakers[0], &speaker_class, "s1", world.tables[0]);
	fake_instance_start(&world.speakers[0], &world.fake);
	struct protocol_config *config = pipe_config(&world, 0, 0, 1);
	world.pipe_channels[0]->type = NET_IP6;
	list_each(channel, &config->channels, struct channel_config, link)
		if (channel != world.pipe_channels[0])
			channel->type = NET_IP6_SADR;
	world.pipes[0] = protocol_new(world.fake.router, config);
	protocol_enable(world.pipes[0]);

	struct prefix net = fake_prefix("2001:db8::/32");
	announce_from(&world, &net, NULL);
	check_routes(&world, 1, 1, 0);
	ck_assert(has_from(&world, "::/0"));
	announce_from(&world, &net, "fd00::/8");
	check_routes(&world, 1, 1, 0);
	ck_assert(has_from(&world, "fd00::/8"));
	announce_from(&world, &net, "fd01::/16");
	check_routes(&world, 1, 1, 0);
	ck_assert(has_from(&world, "fd01::/16"));
	/* A withdrawal doesn't say which it was. */
	struct route_update update = { .net = &net };
	channel_import(world.speakers[0].channel, &update, 1);
	fake_settle(&world.fake);
	check_routes(&world, 0, 0, 0);
	announce_from(&world, &net, "fd00::/8");
	announce_from(&world, &net, NULL);
	check_routes(&world, 1, 1, 0);
	ck_assert(has_from(&world, "::/0"));
	announce_from(&world, &net, "fd00::/8");
	protocol_disable(world.pipes[0], NULL);
	fake_settle(&world.fake);
	check_routes(&world, 1, 0, 0);
	protocol_enable(world.pipes[0]);
	fake_settle(&world.fake);
	check_routes(&world, 1, 1, 0);
	ck_assert(has_from(&world, "fd00::/8"));
	world_close(&world);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_route_goes_through_as_it_is_and_is_withdrawn,
		both_sides_keep_their_own_route_to_a_net,
		a_pipe_that_stops_takes_both_directions_along,
		in_a_ring_of_pipes_no_route_comes_back,
		pipes_beside_each_other_make_no_loop,
		a_changed_filter_is_applied_to_what_is_there,
		a_route_gets_a_source_prefix_and_loses_it,
	};
	return unit_run("pipe", tests, ARRAY_SIZE(tests), NULL, 0);
}
