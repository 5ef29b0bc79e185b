/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Channels between fake protocols and tables: what is told, and when.
 */
#include "nest/schema.h"
#include "nest/table_private.h"
#include "test/unit/nest/teller.h"
#include "test/unit/unit.h"

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

START_TEST(a_filter_that_does_not_read_the_net_runs_once_for_equal_routes)
{
	struct world world;
	unsigned runs = 0;
	world_open(&world);
	struct counting once = { .filter = { &counting_class, NULL }, .runs = &runs };
	once.reads.metric = true;
	world.a.channel_config.import = &once.filter;
	world_start(&world);
	announce_many(&world, &world.a, 32, 2);
	ck_assert_uint_eq(runs, 1);
	ck_assert_uint_eq(world.a.channel->imported, 32);
	announce_many(&world, &world.a, 32, 3);
	ck_assert_uint_eq(runs, 2);
	ck_assert_uint_eq(world.a.channel->imported, 0);
	ck_assert_uint_eq(world.a.channel->import_updates.filtered, 32);
	world_close(&world);
}
END_TEST

START_TEST(a_filter_that_reads_the_net_or_prints_runs_for_each_route)
{
	for (unsigned i = 0; i < 2; i++) {
		struct world world;
		unsigned runs = 0;
		world_open(&world);
		struct counting each = { .filter = { &counting_class, NULL },
					 .runs = &runs };
		each.reads.net = i == 0;
		each.reads.effects = i == 1;
		world.a.channel_config.import = &each.filter;
		world_start(&world);
		announce_many(&world, &world.a, 100, 2);
		ck_assert_uint_eq(runs, 100);
		world_close(&world);
	}
}
END_TEST

START_TEST(refused_routes_are_kept_only_if_asked)
{
	struct world world;
	unsigned runs = 0;
	world_open(&world);
	struct counting odd = { .filter = { &counting_class, NULL }, .runs = &runs };
	world.a.channel_config.import = &odd.filter;
	world.a.channel_config.keep_filtered = true;
	world.b.channel_config.import = &odd.filter;
	world_start(&world);
	announce(&world, &world.a, "10.0.0.0/8", 1);
	announce(&world, &world.b, "11.0.0.0/8", 1);
	ck_assert_uint_eq(world.a.channel->filtered, 1);
	ck_assert_uint_eq(world.a.channel->imported, 0);
	ck_assert_uint_eq(world.b.channel->filtered, 0);
	struct table_counts counts;
	table_count(world.table, &counts);
	ck_assert_uint_eq(counts.routes, 1);
	fake_settle(&world.fake);
	ck_assert_uint_eq(teller_of(&world.b)->told, 0);
	/* Accepted now, refused again. */
	announce(&world, &world.a, "10.0.0.0/8", 2);
	fake_settle(&world.fake);
	ck_assert_uint_eq(teller_of(&world.b)->told, 1);
	announce(&world, &world.a, "10.0.0.0/8", 3);
	fake_settle(&world.fake);
	ck_assert_uint_eq(teller_of(&world.b)->withdrawn, 1);
	ck_assert_uint_eq(world.a.channel->filtered, 1);
	world_close(&world);
}
END_TEST

START_TEST(preference_and_source_are_filled_in_where_left_open)
{
	struct world world;
	world_open(&world);
	world.b.channel_config.preference = (struct channel_preference){ true, 77 };
	world_start(&world);
	announce(&world, &world.a, "10.0.0.0/8", 1);
	announce(&world, &world.b, "11.0.0.0/8", 1);
	static const char *const nets[] = { "10.0.0.0/8", "11.0.0.0/8" };
	for (unsigned i = 0; i < 2; i++) {
		struct prefix net = fake_prefix(nets[i]);
		const struct route *route =
			table_node_best(world.table, table_find(world.table, &net));
		const struct attrs *attrs = table_route_attrs(world.table, route);
		ck_assert_uint_eq(attrs->preference, i == 0 ? 100 : 77);
		ck_assert_uint_eq(attrs->source, RTS_STATIC);
	}
	/* Another preference: the protocol announces again, here by a restart. */
	struct channel_config next = world.b.channel_config;
	next.preference = (struct channel_preference){ true, 78 };
	reconfigure(&world.b, &next);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.b.channel->imported, 0);
	announce(&world, &world.b, "11.0.0.0/8", 1);
	struct prefix net = fake_prefix("11.0.0.0/8");
	const struct route *route =
		table_node_best(world.table, table_find(world.table, &net));
	ck_assert_uint_eq(table_route_attrs(world.table, route)->preference, 78);
	world_close(&world);
}
END_TEST

START_TEST(nets_that_nobody_routes_are_rejected)
{
	static const char *const bogus[] = { "127.0.0.0/8", "224.0.0.0/4", "0.1.0.0/16",
					     "239.1.2.3/32" };
	struct world world;
	world_open(&world);
	world_start(&world);
	for (unsigned i = 0; i < ARRAY_SIZE(bogus); i++)
		announce(&world, &world.a, bogus[i], 0);
	ck_assert_uint_eq(world.a.channel->imported, 0);
	ck_assert_uint_eq(world.a.channel->import_updates.rejected, ARRAY_SIZE(bogus));
	announce(&world, &world.a, "0.0.0.0/0", 0);
	announce(&world, &world.a, "240.0.0.0/4", 0);
	ck_assert_uint_eq(world.a.channel->imported, 2);
	world_close(&world);
}
END_TEST

START_TEST(a_batch_is_applied_in_its_order)
{
	struct world world;
	world_open(&world);
	world_start(&world);
	struct router *router = world.fake.router;
	struct prefix one = fake_prefix("10.0.0.0/8"), two = fake_prefix("11.0.0.0/8");
	struct attrs *attrs =
		fake_attrs(router, nexthop_special(router, NEXTHOP_BLACKHOLE), 0);
	struct route_update updates[] = {
		{ .net = &one, .attrs = attrs, .metric = 1 },
		{ .net = &two },
		{ .net = &one },
		{ .net = &two, .attrs = attrs, .metric = 2 },
		{ .net = &two, .attrs = attrs, .metric = 3 },
	};
	channel_import(world.a.channel, updates, ARRAY_SIZE(updates));
	attrs_release(router, attrs, 1);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.a.channel->imported, 1);
	ck_assert_uint_eq(teller_of(&world.b)->told, 1);
	ck_assert_uint_eq(teller_of(&world.b)->last_metric, 3);
	ck_assert_uint_eq(world.a.channel->import_updates.accepted, 3);
	ck_assert_uint_eq(world.a.channel->import_withdraws.accepted, 1);
	ck_assert_uint_eq(world.a.channel->import_withdraws.ignored, 1);
	world_close(&world);
}
END_TEST

static void
limit_run(struct world *world, enum limit_kind kind, enum limit_action action)
{
	world_open(world);
	struct fake_instance *limited = kind == LIMIT_EXPORT ? &world->b : &world->a;
	limited->channel_config.limits[kind] =
		(struct limit){ .count = 10, .action = action, .on = true };
	world_start(world);
	announce_many(world, &world->a, 20, 0);
	fake_settle(&world->fake);
	/* One line, not ten; and one more from the protocol that is stopped. */
	ck_assert_uint_eq(world->fake.logs, 1);
	router_audit(world->fake.router, AUDIT_FULL);
}

START_TEST(a_limit_blocks_what_is_above_it)
{
	for (unsigned kind = 0; kind < LIMIT_KINDS; kind++) {
		struct world world;
		limit_run(&world, kind, LIMIT_BLOCK);
		bool exports = kind == LIMIT_EXPORT;
		ck_assert_uint_eq(world.a.channel->imported, exports ? 20 : 10);
		ck_assert_uint_eq(world.b.channel->exported, 10);
		/* What is in may change. */
		announce_many(&world, &world.a, 10, 5);
		fake_settle(&world.fake);
		ck_assert_uint_eq(teller_of(&world.b)->last_metric, 5);
		withdraw_many(&world.a, 0, 5);
		fake_settle(&world.fake);
		announce_many(&world, &world.a, 20, 0);
		fake_settle(&world.fake);
		ck_assert_uint_eq(world.b.channel->exported, 10);
		world_close(&world);
	}
}
END_TEST

START_TEST(a_limit_may_only_warn)
{
	for (unsigned kind = 0; kind < LIMIT_KINDS; kind++) {
		struct world world;
		limit_run(&world, kind, LIMIT_WARN);
		ck_assert_uint_eq(world.a.channel->imported, 20);
		ck_assert_uint_eq(world.b.channel->exported, 20);
		world_close(&world);
	}
}
END_TEST

START_TEST(a_limit_may_disable_the_protocol)
{
	for (unsigned kind = 0; kind < LIMIT_KINDS; kind++) {
		struct world world;
		limit_run(&world, kind, LIMIT_DISABLE);
		struct fake_instance *limited =
			kind == LIMIT_EXPORT ? &world.b : &world.a;
		ck_assert_int_eq(limited->protocol->state, PROTOCOL_DOWN);
		ck_assert(limited->protocol->disabled);
		world_close(&world);
	}
}
END_TEST

START_TEST(a_limit_may_restart_the_protocol)
{
	struct world world;
	limit_run(&world, LIMIT_IMPORT, LIMIT_RESTART);
	ck_assert_int_eq(world.a.protocol->state, PROTOCOL_UP);
	ck_assert_uint_eq(world.a.channel->imported, 0);
	announce_many(&world, &world.a, 10, 0);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.b.channel->exported, 10);
	world_close(&world);
}
END_TEST

START_TEST(blocked_routes_are_kept_where_filtered_ones_are)
{
	struct world world;
	world_open(&world);
	world.a.channel_config.keep_filtered = true;
	world.a.channel_config.limits[LIMIT_IMPORT] =
		(struct limit){ 10, LIMIT_BLOCK, true };
	world.a.channel_config.limits[LIMIT_RECEIVE] =
		(struct limit){ 15, LIMIT_BLOCK, true };
	world_start(&world);
	announce_many(&world, &world.a, 20, 0);
	ck_assert_uint_eq(world.a.channel->imported, 10);
	ck_assert_uint_eq(world.a.channel->filtered, 5);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.b.channel->exported, 10);
	world_close(&world);
}
END_TEST

START_TEST(a_higher_export_limit_lets_the_rest_out)
{
	struct world world;
	limit_run(&world, LIMIT_EXPORT, LIMIT_BLOCK);
	struct channel_config next = world.b.channel_config;
	next.limits[LIMIT_EXPORT].count = 15;
	reconfigure(&world.b, &next);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.b.channel->exported, 15);
	world_close(&world);
}
END_TEST

START_TEST(a_paused_channel_is_told_nothing_until_resumed)
{
	struct world world;
	world_open(&world);
	world_start(&world);
	channel_pause(world.b.channel);
	announce(&world, &world.a, "10.0.0.0/8", 1);
	announce(&world, &world.a, "11.0.0.0/8", 1);
	fake_settle(&world.fake);
	ck_assert_uint_eq(teller_of(&world.b)->told, 0);
	withdraw(&world.a, "11.0.0.0/8");
	channel_resume(world.b.channel);
	fake_settle(&world.fake);
	/* The state counts, not what happened meanwhile. */
	ck_assert_uint_eq(teller_of(&world.b)->told, 1);
	ck_assert_uint_eq(teller_of(&world.b)->withdrawn, 0);
	world_close(&world);
}
END_TEST

START_TEST(a_feed_tells_all_again_and_says_when_it_ends)
{
	struct world world;
	world_open(&world);
	world_start(&world);
	announce_many(&world, &world.a, 200, 0);
	fake_settle(&world.fake);
	ck_assert_uint_eq(teller_of(&world.b)->again, 0);
	channel_refeed(world.b.channel);
	ck_assert_int_eq(world.b.channel->state, CHANNEL_FEEDING);
	fake_settle(&world.fake);
	ck_assert_int_eq(world.b.channel->state, CHANNEL_UP);
	ck_assert_uint_eq(teller_of(&world.b)->again, 200);
	ck_assert_uint_eq(teller_of(&world.b)->feeds, 2);
	struct prefix net = prefix_new(addr_from_ip4(10u << 24 | 5 << 8), 24);
	channel_retell(world.b.channel, &net);
	fake_settle(&world.fake);
	ck_assert_uint_eq(teller_of(&world.b)->again, 201);
	ck_assert(prefix_equal(&teller_of(&world.b)->last, &net));
	ck_assert(channel_has_exported(world.b.channel, table_find(world.table, &net)));
	net = fake_prefix("172.16.0.0/12");
	channel_retell(world.b.channel, &net);
	fake_settle(&world.fake);
	ck_assert_uint_eq(teller_of(&world.b)->again, 201);
	world_close(&world);
}
END_TEST

START_TEST(a_channel_that_exports_nothing_costs_no_journal)
{
	struct world world;
	world_open(&world);
	world.a.channel_config.export = &filter_reject;
	world.b.channel_config.export = &filter_reject;
	world_start(&world);
	announce_many(&world, &world.a, 100, 0);
	ck_assert(list_is_empty(&world.table->journal.readers));
	ck_assert_uint_eq(world.table->journal.room, 0);
	/* And can be told all later. */
	struct channel_config next = world.b.channel_config;
	next.export = NULL;
	reconfigure(&world.b, &next);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.b.channel->exported, 100);
	world_close(&world);
}
END_TEST

START_TEST(routes_are_traced_only_if_asked)
{
	struct world world;
	world_open(&world);
	world.b.channel_config.debug = DEBUG_ROUTES;
	world_start(&world);
	announce(&world, &world.a, "10.0.0.0/8", 2);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.fake.logs, 1);
	ck_assert_str_eq(world.fake.last_log, "b.ipv4 < added 10.0.0.0/8");
	announce(&world, &world.b, "10.0.0.0/8", 2);
	ck_assert_uint_eq(world.fake.logs, 2);
	ck_assert_str_eq(world.fake.last_log, "b.ipv4 > set 10.0.0.0/8");
	world_close(&world);
}
END_TEST

START_TEST(who_is_told_all_routes_is_told_only_those_that_changed)
{
	struct world world;
	struct protocol_class all = teller_class;
	all.name = "all";
	all.start = teller_start_any;
	world_open(&world);
	fake_instance_init(&world.b, &all, "b", world.table);
	world_start(&world);
	for (uint32_t path = 0; path < 40; path++)
		announce_path(&world, &world.a, "10.0.0.0/8", path, path);
	fake_settle(&world.fake);
	ck_assert_uint_eq(teller_of(&world.b)->told, 40);
	announce_path(&world, &world.a, "10.0.0.0/8", 7, 100);
	fake_settle(&world.fake);
	ck_assert_uint_eq(teller_of(&world.b)->told, 41);
	ck_assert_uint_eq(teller_of(&world.b)->last_metric, 100);
	struct prefix net = fake_prefix("10.0.0.0/8");
	table_touch(world.table, table_find(world.table, &net));
	fake_settle(&world.fake);
	ck_assert_uint_eq(teller_of(&world.b)->told, 81);
	channel_retell(world.b.channel, &net);
	fake_settle(&world.fake);
	ck_assert_uint_eq(teller_of(&world.b)->told, 121);
	announce_path(&world, &world.a, "10.0.0.0/8", 7, 101);
	fake_settle(&world.fake);
	ck_assert_uint_eq(teller_of(&world.b)->told, 122);
	world_close(&world);
}
END_TEST

/* ---- protocols that act while they are told ----------------------------- */

enum { ACT_STOP, ACT_REFEED, ACT_WITHDRAW, ACT_ANNOUNCE, ACT_PAUSE, ACT_RETELL, ACTS };

struct actor {
	struct teller teller;
	int act;
	struct fake_instance *other; /* Whose routes it meddles with. */
};

static void
actor_act(struct actor *actor, struct channel *channel, const struct route_change *change)
{
	struct route_update update = { .net = change->net };
	struct router *router = channel->protocol->router;
	switch (actor->act) {
	case ACT_STOP: protocol_disable(channel->protocol, NULL); break;
	case ACT_REFEED: channel_refeed(channel); break;
	case ACT_WITHDRAW: channel_import(actor->other->channel, &update, 1); break;
	case ACT_ANNOUNCE:
		update.attrs = fake_attrs(router,
					  nexthop_special(router, NEXTHOP_PROHIBIT), 200);
		update.metric = change->metric + 1;
		channel_import(channel, &update, 1);
		attrs_release(router, update.attrs, 1);
		break;
	case ACT_PAUSE: channel_pause(channel); break;
	case ACT_RETELL: channel_retell(channel, change->net); break;
	default: break;
	}
}

static void
actor_event(struct protocol *protocol, struct channel *channel,
	    const struct route_change *changes, size_t count)
{
	struct actor *actor = (struct actor *)protocol;
	teller_event(protocol, channel, changes, count);
	for (size_t i = 0; i < count; i++) {
		/* What is told stays good whatever is done. */
		ck_assert(changes[i].attrs == NULL || changes[i].attrs->uses > 0);
		if (changes[i].attrs == NULL || changes[i].again ||
		    changes[i].from == channel)
			continue;
		actor_act(actor, channel, &changes[i]);
	}
}

static int
actor_start(struct protocol *protocol)
{
	struct channel *channel = list_first(&protocol->channels, struct channel, link);
	channel->mode = channel->config->limits[LIMIT_RECEIVE].action;
	protocol_set_state(protocol, PROTOCOL_UP);
	return 0;
}

static void
act(int what, enum reader_mode mode)
{
	struct world world;
	struct protocol_class class = teller_class;
	class.name = "actor";
	class.size = sizeof(struct actor);
	class.start = actor_start;
	class.route_event = actor_event;
	world_open(&world);
	fake_instance_init(&world.b, &class, "b", world.table);
	world.b.channel_config.limits[LIMIT_RECEIVE].action = mode;
	world_start(&world);
	struct actor *actor = (struct actor *)world.b.protocol;
	actor->act = what;
	actor->other = &world.a;
	for (uint32_t path = 0; path < 100; path++)
		announce_path(&world, &world.a, "10.0.0.0/8", path, path);
	announce_many(&world, &world.a, 200, 7);
	for (unsigned i = 0; i < 20; i++) {
		router_run(world.fake.router);
		router_audit(world.fake.router, AUDIT_FULL);
	}
	fake_settle(&world.fake);
	channel_resume(world.b.channel);
	fake_settle(&world.fake);
	router_audit(world.fake.router, AUDIT_FULL);
	protocol_remove(world.a.protocol);
	fake_settle(&world.fake);
	world_close(&world);
}

START_TEST(a_protocol_may_do_anything_while_it_is_told)
{
	for (int what = 0; what < ACTS; what++) {
		act(what, READER_BEST);
		act(what, READER_ANY);
		act(what, READER_MERGED);
	}
}
END_TEST

struct halting {
	struct teller teller;
	bool is_halted;
	unsigned events;
};

/* Wants nothing more after each time it was told. */
static void
halting_event(struct protocol *protocol, struct channel *channel,
	      const struct route_change *changes, size_t count)
{
	struct halting *halting = (struct halting *)protocol;
	ck_assert(!halting->is_halted);
	teller_event(protocol, channel, changes, count);
	halting->events++;
	halting->is_halted = true;
	channel_pause(channel);
}

START_TEST(a_paused_channel_is_told_no_more_of_what_it_has_read)
{
	struct world world;
	struct protocol_class class = teller_class;
	class.size = sizeof(struct halting);
	class.start = teller_start_any;
	class.route_event = halting_event;
	world_open(&world);
	fake_instance_init(&world.b, &class, "b", world.table);
	world_start(&world);
	/* More than one route of a net, so that the batch is full amid what was read. */
	for (uint32_t path = 0; path < 3; path++)
		for (unsigned i = 0; i < 100; i++) {
			struct prefix net =
				prefix_new(addr_from_ip4(10u << 24 | i << 8), 24);
			announce_net(&world, &world.a, &net, path, path);
		}
	struct halting *halting = (struct halting *)world.b.protocol;
	for (unsigned i = 0; i < 20; i++) {
		fake_settle(&world.fake);
		router_audit(world.fake.router, AUDIT_FULL);
		ck_assert_uint_le(halting->events, i + 1);
		halting->is_halted = false;
		channel_resume(world.b.channel);
	}
	fake_settle(&world.fake);
	ck_assert_uint_eq(halting->teller.told, 300);
	ck_assert_uint_eq(halting->teller.again, 0);
	world_close(&world);
}
END_TEST

START_TEST(a_protocol_may_be_freed_before_all_have_heard)
{
	struct world world;
	struct protocol_class all = teller_class;
	all.start = teller_start_any;
	world_open(&world);
	fake_instance_init(&world.b, &all, "b", world.table);
	world_start(&world);
	announce_many(&world, &world.a, 100, 0);
	fake_settle(&world.fake);
	channel_pause(world.b.channel);
	protocol_remove(world.a.protocol);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.table->dead_count, 100);
	router_audit(world.fake.router, AUDIT_FULL);
	/* Another one in its place. */
	fake_instance_start(&world.a, &world.fake);
	announce_many(&world, &world.a, 50, 0);
	channel_resume(world.b.channel);
	fake_settle(&world.fake);
	ck_assert_uint_eq(teller_of(&world.b)->withdrawn, 100);
	ck_assert_uint_eq(world.b.channel->exported, 50);
	ck_assert_uint_eq(world.table->dead_count, 0);
	world_close(&world);
}
END_TEST

/* Looks at what it was told in a job of its own. */
struct later {
	struct teller teller;
	struct job job;
	const struct channel *from;
	unsigned looks;
};

static bool
later_run(struct job *job, unsigned budget)
{
	struct later *later = container_of(job, struct later, job);
	(void)budget;
	ck_assert_ptr_eq(later->from->protocol->class, &teller_class);
	ck_assert_int_ne(later->from->protocol->state, PROTOCOL_DOWN);
	later->looks++;
	return false;
}

static void
later_event(struct protocol *protocol, struct channel *channel,
	    const struct route_change *changes, size_t count)
{
	struct later *later = (struct later *)protocol;
	teller_event(protocol, channel, changes, count);
	for (size_t i = 0; i < count; i++)
		if (changes[i].from != NULL)
			later->from = changes[i].from;
	if (changes[count - 1].from != NULL)
		job_schedule(&later->job);
}

START_TEST(who_is_told_just_before_a_protocol_stops_has_time_to_look_at_it)
{
	struct world world;
	struct protocol_class class = teller_class;
	class.size = sizeof(struct later);
	class.route_event = later_event;
	world_open(&world);
	fake_instance_init(&world.b, &class, "b", world.table);
	world_start(&world);
	struct later *later = (struct later *)world.b.protocol;
	job_init(&later->job, world.fake.router, later_run);
	announce(&world, &world.a, "10.0.0.0/8", 1);
	protocol_remove(world.a.protocol);
	fake_settle(&world.fake);
	ck_assert_uint_eq(later->looks, 1);
	ck_assert_uint_eq(later->teller.withdrawn, 1);
	job_cancel(&later->job);
	world_close(&world);
}
END_TEST

/* A path id is a source of the table's; each has a destination of its own here. */
static void
announce_with(struct world *world, uint32_t path)
{
	struct prefix net = prefix_new(addr_from_ip4((10u << 24) + (path << 8)), 24);
	announce_net(world, &world->a, &net, path, 1);
}

START_TEST(what_has_no_number_left_is_told_of_once_a_minute)
{
	struct world world;
	world_open(&world);
	world_start(&world);
	for (uint32_t path = 1; path <= UINT16_MAX; path++)
		announce_with(&world, path);
	ck_assert_uint_eq(world.fake.logs, 0);
	for (uint32_t path = 1; path <= 3; path++)
		announce_with(&world, UINT16_MAX + path);
	ck_assert_uint_eq(world.a.channel->imported, UINT16_MAX);
	ck_assert_uint_eq(world.a.channel->import_updates.rejected, 3);
	ck_assert_uint_eq(world.fake.logs, 1);
	ck_assert_ptr_nonnull(strstr(world.fake.last_log, "Channel ipv4: "));
	ck_assert_ptr_nonnull(strstr(world.fake.last_log, "table master4"));
	world.fake.now += 61 * USEC_S;
	announce_with(&world, UINT16_MAX + 4);
	ck_assert_uint_eq(world.fake.logs, 2);
	world_close(&world);
}
END_TEST

START_TEST(a_renamed_protocol_takes_its_new_place_among_equals)
{
	struct world world;
	world_open(&world);
	world_start(&world);
	announce(&world, &world.a, "10.0.0.0/8", 1);
	announce(&world, &world.b, "10.0.0.0/8", 2);
	struct prefix net = fake_prefix("10.0.0.0/8");
	node_handle node = table_find(world.table, &net);
	ck_assert_uint_eq(table_node_best(world.table, node)->metric, 1);
	ck_assert_uint_eq(world.a.channel->preferred, 1);
	struct protocol_config config = world.a.config;
	struct conf_diff diff = { .same = true };
	config.name = "z";
	protocol_reconfigure(world.a.protocol, &config, &diff);
	fake_settle(&world.fake);
	ck_assert_uint_eq(table_node_best(world.table, node)->metric, 2);
	ck_assert_uint_eq(world.a.channel->preferred, 0);
	world_close(&world);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_one_announces_the_other_is_told,
		a_protocol_that_stops_takes_its_routes_along,
		a_filter_that_does_not_read_the_net_runs_once_for_equal_routes,
		a_filter_that_reads_the_net_or_prints_runs_for_each_route,
		refused_routes_are_kept_only_if_asked,
		preference_and_source_are_filled_in_where_left_open,
		nets_that_nobody_routes_are_rejected,
		a_batch_is_applied_in_its_order,
		a_limit_blocks_what_is_above_it,
		a_limit_may_only_warn,
		a_limit_may_disable_the_protocol,
		a_limit_may_restart_the_protocol,
		blocked_routes_are_kept_where_filtered_ones_are,
		a_higher_export_limit_lets_the_rest_out,
		a_paused_channel_is_told_nothing_until_resumed,
		a_feed_tells_all_again_and_says_when_it_ends,
		a_channel_that_exports_nothing_costs_no_journal,
		routes_are_traced_only_if_asked,
		who_is_told_all_routes_is_told_only_those_that_changed,
		a_protocol_may_do_anything_while_it_is_told,
		a_paused_channel_is_told_no_more_of_what_it_has_read,
		a_protocol_may_be_freed_before_all_have_heard,
		who_is_told_just_before_a_protocol_stops_has_time_to_look_at_it,
		what_has_no_number_left_is_told_of_once_a_minute,
		a_renamed_protocol_takes_its_new_place_among_equals,
	};
	return unit_run("channel", tests, ARRAY_SIZE(tests), NULL, 0);
}
