/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Channels between fake protocols and tables: what is told, and when.
 */
#include "test/unit/nest/fake.h"
#include "test/unit/unit.h"

/* A protocol that counts. */
struct teller {
	struct protocol protocol;
	unsigned told, withdrawn, again, feeds;
	struct prefix last;
	uint32_t last_metric;
};

static void
teller_event(struct protocol *protocol, struct channel *channel,
	     const struct route_change *changes, size_t count)
{
	struct teller *teller = (struct teller *)protocol;
	ck_assert_ptr_eq(channel->protocol, protocol);
	for (size_t i = 0; i < count; i++) {
		teller->told += changes[i].attrs != NULL;
		teller->withdrawn += changes[i].attrs == NULL;
		teller->again += changes[i].again;
		teller->last = *changes[i].net;
		teller->last_metric = changes[i].metric;
	}
}

static void
teller_feed_end(struct protocol *protocol, struct channel *channel)
{
	(void)channel;
	((struct teller *)protocol)->feeds++;
}

static const struct protocol_class teller_class = {
	.name = "teller",
	.size = sizeof(struct teller),
	.preference = 100,
	.source = RTS_STATIC,
	.start = fake_start,
	.route_event = teller_event,
	.feed_end = teller_feed_end,
};

struct world {
	struct fake fake;
	struct table *table;
	struct fake_instance a, b;
};

static void
world_open(struct world *world)
{
	fake_open(&world->fake);
	world->table = fake_table(&world->fake, "master4", NET_IP4);
	fake_instance_init(&world->a, &teller_class, "a", world->table);
	fake_instance_init(&world->b, &teller_class, "b", world->table);
}

static void
world_start(struct world *world)
{
	fake_instance_start(&world->a, &world->fake);
	fake_instance_start(&world->b, &world->fake);
	fake_settle(&world->fake);
}

static void
world_close(struct world *world)
{
	fake_settle(&world->fake);
	router_audit(world->fake.router, AUDIT_FULL);
	fake_close(&world->fake);
}

static void
announce(struct world *world, struct fake_instance *from, const char *net,
	 uint32_t metric)
{
	struct prefix prefix = fake_prefix(net);
	struct router *router = world->fake.router;
	struct attrs *attrs =
		fake_attrs(router, nexthop_special(router, NEXTHOP_BLACKHOLE), 0);
	struct route_update update = { .net = &prefix, .attrs = attrs, .metric = metric };
	channel_import(from->channel, &update, 1);
	attrs_release(router, attrs, 1);
}

static void
withdraw(struct fake_instance *from, const char *net)
{
	struct prefix prefix = fake_prefix(net);
	struct route_update update = { .net = &prefix };
	channel_import(from->channel, &update, 1);
}

static struct teller *
teller_of(const struct fake_instance *instance)
{
	return (struct teller *)instance->protocol;
}

START_TEST(what_one_announces_the_other_is_told)
{
	struct world world;
	world_open(&world);
	world_start(&world);
	ck_assert_uint_eq(teller_of(&world.b)->feeds, 1);
	announce(&world, &world.a, "10.0.0.0/8", 7);
	/* Not from below channel_import(). */
	ck_assert_uint_eq(teller_of(&world.b)->told, 0);
	fake_settle(&world.fake);
	ck_assert_uint_eq(teller_of(&world.b)->told, 1);
	ck_assert_uint_eq(teller_of(&world.b)->last_metric, 7);
	ck_assert_uint_eq(world.b.channel->exported, 1);
	withdraw(&world.a, "10.0.0.0/8");
	fake_settle(&world.fake);
	ck_assert_uint_eq(teller_of(&world.b)->withdrawn, 1);
	ck_assert_uint_eq(world.b.channel->exported, 0);
	struct table_counts counts;
	table_count(world.table, &counts);
	ck_assert_uint_eq(counts.nodes, 0);
	ck_assert_uint_eq(attrs_count(world.fake.router, NULL), 0);
	ck_assert_uint_eq(nexthop_count(world.fake.router), 0);
	world_close(&world);
}
END_TEST

START_TEST(a_protocol_that_stops_takes_its_routes_along)
{
	struct world world;
	world_open(&world);
	world_start(&world);
	announce(&world, &world.a, "10.0.0.0/8", 7);
	announce(&world, &world.a, "10.1.0.0/16", 7);
	fake_settle(&world.fake);
	ck_assert_uint_eq(teller_of(&world.b)->told, 2);
	protocol_disable(world.a.protocol, NULL);
	fake_settle(&world.fake);
	ck_assert_int_eq(world.a.protocol->state, PROTOCOL_DOWN);
	ck_assert_uint_eq(teller_of(&world.b)->withdrawn, 2);
	protocol_enable(world.a.protocol);
	fake_settle(&world.fake);
	announce(&world, &world.a, "10.0.0.0/8", 7);
	world_close(&world);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_one_announces_the_other_is_told,
		a_protocol_that_stops_takes_its_routes_along,
	};
	return unit_run("channel", tests, ARRAY_SIZE(tests), NULL, 0);
}
