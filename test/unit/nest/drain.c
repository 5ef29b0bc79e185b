/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Channels that drain: what they told is withdrawn before they are down, as the kernel's
 * routes are.
 */
#include "nest/channel_private.h"
#include "nest/table_private.h"
#include "test/unit/nest/teller.h"
#include "test/unit/unit.h"

enum { NETS = 6 * JOB_BUDGET };

static void
drainer_stop(struct protocol *protocol)
{
	list_each(channel, &protocol->channels, struct channel, link)
		channel->drains = true;
}

static const struct protocol_class drainer_class = {
	.name = "drainer",
	.size = sizeof(struct teller),
	.start = fake_start,
	.stop = drainer_stop,
	.route_event = teller_event,
};

static const struct protocol_class drainer_of_all_class = {
	.name = "drainer",
	.size = sizeof(struct teller),
	.start = teller_start_any,
	.stop = drainer_stop,
	.route_event = teller_event,
};

static void
announce_nets(struct world *world, unsigned first, unsigned end)
{
	for (unsigned i = first; i < end; i++) {
		struct prefix net = prefix_new(addr_from_ip4(10u << 24 | i << 8), 24);
		announce_net(world, &world->a, &net, i % 2, 1);
	}
}

static void
drain_open(struct world *world, const struct protocol_class *class)
{
	fake_open(&world->fake);
	world->table = fake_table(&world->fake, "master4", NET_IP4);
	fake_instance_init(&world->a, &teller_class, "a", world->table);
	fake_instance_init(&world->b, class, "b", world->table);
	world_start(world);
	announce_nets(world, 0, NETS);
	fake_settle(&world->fake);
	ck_assert_uint_eq(world->b.channel->exported, NETS);
}

START_TEST(what_was_told_is_withdrawn_a_few_in_a_turn)
{
	const struct protocol_class *classes[] = { &drainer_class,
						   &drainer_of_all_class };
	for (unsigned i = 0; i < ARRAY_SIZE(classes); i++) {
		struct world world;
		drain_open(&world, classes[i]);
		unsigned before = 0, turns = 0;
		protocol_disable(world.b.protocol, NULL);
		ck_assert_uint_eq(teller_of(&world.b)->withdrawn, 0);
		for (; !channel_is_flushed(world.b.channel); turns++) {
			router_run(world.fake.router);
			unsigned now = teller_of(&world.b)->withdrawn;
			ck_assert_uint_le(now - before, JOB_BUDGET);
			before = now;
			router_audit(world.fake.router, AUDIT_FULL);
		}
		ck_assert_uint_ge(turns, NETS / JOB_BUDGET);
		ck_assert_uint_eq(before, NETS);
		fake_settle(&world.fake);
		ck_assert_int_eq(world.b.protocol->state, PROTOCOL_DOWN);
		world_close(&world);
	}
}
END_TEST

/* More changes than any journal keeps, so that the reader is lost on the way. */
START_TEST(each_is_withdrawn_once_whatever_the_table_does_meanwhile)
{
	struct world world;
	drain_open(&world, &drainer_class);
	protocol_disable(world.b.protocol, NULL);
	router_run(world.fake.router);
	for (unsigned i = 0; i < NETS; i++)
		for (unsigned path = 0; path < 2; path++) {
			struct prefix net =
				prefix_new(addr_from_ip4(10u << 24 | i << 8), 24);
			struct route_update gone = { .net = &net, .path_id = path };
			channel_import(world.a.channel, &gone, 1);
		}
	announce_nets(&world, NETS, 4 * NETS);
	router_audit(world.fake.router, AUDIT_FULL);
	unsigned withdrawn = 0;
	while (!channel_is_flushed(world.b.channel)) {
		router_run(world.fake.router);
		withdrawn = MAX(withdrawn, teller_of(&world.b)->withdrawn);
		router_audit(world.fake.router, AUDIT_FULL);
	}
	ck_assert_uint_eq(withdrawn, NETS);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.table->nodes.count, 3 * NETS);
	world_close(&world);
}
END_TEST

START_TEST(a_full_output_makes_it_wait)
{
	struct world world;
	drain_open(&world, &drainer_class);
	protocol_disable(world.b.protocol, NULL);
	router_run(world.fake.router);
	unsigned withdrawn = teller_of(&world.b)->withdrawn;
	ck_assert_uint_gt(withdrawn, 0);
	channel_pause(world.b.channel);
	fake_settle(&world.fake);
	ck_assert_uint_eq(teller_of(&world.b)->withdrawn, withdrawn);
	ck_assert_int_eq(world.b.protocol->state, PROTOCOL_STOPPING);
	channel_resume(world.b.channel);
	fake_settle(&world.fake);
	ck_assert_int_eq(world.b.protocol->state, PROTOCOL_DOWN);
	/* It tells again what there is when it is back. */
	protocol_enable(world.b.protocol);
	fake_settle(&world.fake);
	ck_assert_uint_eq(teller_of(&world.b)->told, NETS);
	world_close(&world);
}
END_TEST

/* As soon as it is told something. */
static void
quitter_event(struct protocol *protocol, struct channel *channel,
	      const struct route_change *changes, size_t count)
{
	teller_event(protocol, channel, changes, count);
	if (protocol->state == PROTOCOL_UP)
		protocol_disable(protocol, NULL);
	ck_assert_int_eq(channel->state, CHANNEL_DOWN);
}

static const struct protocol_class quitter_class = {
	.name = "quitter",
	.size = sizeof(struct teller),
	.start = fake_start,
	.stop = drainer_stop,
	.route_event = quitter_event,
};

static const struct protocol_class quitter_of_all_class = {
	.name = "quitter",
	.size = sizeof(struct teller),
	.start = teller_start_any,
	.stop = drainer_stop,
	.route_event = quitter_event,
};

START_TEST(who_stops_while_it_is_told_is_told_no_more_but_the_end)
{
	static const struct protocol_class *const classes[] = { &quitter_class,
								&quitter_of_all_class };
	for (unsigned i = 0; i < 2 * ARRAY_SIZE(classes); i++) {
		struct world world;
		fake_open(&world.fake);
		world.table = fake_table(&world.fake, "master4", NET_IP4);
		fake_instance_init(&world.a, &teller_class, "a", world.table);
		fake_instance_init(&world.b, classes[i / 2], "b", world.table);
		fake_instance_start(&world.a, &world.fake);
		/* By a feed that ends with the batch, and by the journal. */
		if (i % 2 == 0)
			announce_nets(&world, 0, 10);
		fake_instance_start(&world.b, &world.fake);
		fake_settle(&world.fake);
		if (i % 2 == 1)
			announce_nets(&world, 0, NETS);
		router_run(world.fake.router);
		unsigned told = teller_of(&world.b)->told;
		ck_assert_uint_le(told, 64);
		router_audit(world.fake.router, AUDIT_FULL);
		fake_settle(&world.fake);
		ck_assert_int_eq(world.b.protocol->state, PROTOCOL_DOWN);
		ck_assert_uint_eq(world.b.channel->exported, 0);
		world_close(&world);
	}
}
END_TEST

START_TEST(an_end_at_once_drains_nothing)
{
	struct world world;
	drain_open(&world, &drainer_class);
	protocol_disable(world.b.protocol, NULL);
	router_run(world.fake.router);
	fake_close(&world.fake);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_was_told_is_withdrawn_a_few_in_a_turn,
		each_is_withdrawn_once_whatever_the_table_does_meanwhile,
		a_full_output_makes_it_wait,
		who_stops_while_it_is_told_is_told_no_more_but_the_end,
		an_end_at_once_drains_nothing,
	};
	return unit_run("drain", tests, ARRAY_SIZE(tests), NULL, 0);
}
