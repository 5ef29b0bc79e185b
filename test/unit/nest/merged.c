/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Channels that are told the next hops of all routes that may share with the best.
 */
#include "test/unit/nest/teller.h"
#include "test/unit/unit.h"

#define NET    "10.9.0.0/16"
#define PATHS  200u
#define METRIC 5

/* Who is told counts its hops here. */
struct merger {
	struct protocol protocol;
	unsigned count;
	bool has[PATHS]; /* By their gateways' last numbers. */
};

static bool
mergable(const struct contender *a, const struct contender *b)
{
	return a->route->metric == b->route->metric;
}

static int
start_merged(struct protocol *protocol)
{
	list_first(&protocol->channels, struct channel, link)->mode = READER_MERGED;
	protocol_set_state(protocol, PROTOCOL_UP);
	return 0;
}

static void
merger_event(struct protocol *protocol, struct channel *channel,
	     const struct route_change *changes, size_t count)
{
	struct merger *merger = (struct merger *)protocol;
	const struct attrs *attrs = changes[count - 1].attrs;
	(void)channel;
	memset(merger->has, 0, sizeof(merger->has));
	merger->count = attrs != NULL ? attrs->nexthop->hop_count : 0;
	for (unsigned i = 0; i < merger->count; i++) {
		uint32_t gateway = addr_to_ip4(attrs->nexthop->hops[i].gateway);
		ck_assert_uint_lt(gateway & 0xffff, PATHS);
		merger->has[gateway & 0xffff] = true;
	}
}

static const struct protocol_class source_class = {
	.name = "source",
	.size = sizeof(struct protocol),
	.preference = 100,
	.source = RTS_STATIC,
	.start = fake_start,
	.route_mergable = mergable,
};

static const struct protocol_class merger_class = {
	.name = "merger",
	.size = sizeof(struct merger),
	.preference = 100,
	.source = RTS_STATIC,
	.start = start_merged,
	.route_event = merger_event,
};

struct place {
	struct world world;
	struct link *link;
};

static void
place_open(struct place *place)
{
	struct world *world = &place->world;
	world_open(world);
	place->link = fake_link(&world->fake, "eth0");
	fake_instance_init(&world->a, &source_class, "a", world->table);
	fake_instance_init(&world->b, &merger_class, "b", world->table);
	world_start(world);
}

static struct merger *
merger_of(const struct place *place)
{
	return (struct merger *)place->world.b.protocol;
}

static void
announce_by(struct place *place, uint32_t path)
{
	struct router *router = place->world.fake.router;
	struct prefix net = fake_prefix(NET);
	struct addr gateway = addr_from_ip4(0x0a010000 + path);
	struct attrs *attrs =
		fake_attrs(router, nexthop_gateway(router, place->link, gateway, 0), 0);
	struct route_update update = {
		.net = &net, .attrs = attrs, .metric = METRIC, .path_id = path
	};
	channel_import(place->world.a.channel, &update, 1);
	attrs_release(router, attrs, 1);
}

/* Of more than there is room for the better ones share, whichever came first. */
START_TEST(which_hops_share_does_not_depend_on_the_order_of_arrival)
{
	for (unsigned step = 1; step < PATHS; step += 66) {
		struct place place;
		place_open(&place);
		/* 67 and 133 have no factor in common with 200. */
		for (uint32_t i = 0; i < PATHS; i++)
			announce_by(&place, (i * step + 7) % PATHS);
		fake_settle(&place.world.fake);
		ck_assert_uint_eq(merger_of(&place)->count, NEXTHOP_LEGS);
		for (uint32_t i = 0; i < PATHS; i++)
			ck_assert_msg(merger_of(&place)->has[i] == (i < NEXTHOP_LEGS),
				      "step %u, path %u", step, i);
		world_close(&place.world);
	}
}
END_TEST

START_TEST(all_share_that_there_is_room_for)
{
	struct place place;
	place_open(&place);
	for (uint32_t i = 0; i < NEXTHOP_LEGS; i++)
		announce_by(&place, i);
	fake_settle(&place.world.fake);
	ck_assert_uint_eq(merger_of(&place)->count, NEXTHOP_LEGS);
	world_close(&place.world);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		which_hops_share_does_not_depend_on_the_order_of_arrival,
		all_share_that_there_is_room_for,
	};
	return unit_run("nest/merged", tests, sizeof(tests) / sizeof(tests[0]), NULL, 0);
}
