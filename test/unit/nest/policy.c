/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What channels tell when a policy changes, or a roa table that it reads: what differs,
 * and nothing else.
 */
#include "nest/channel_private.h"
#include "nest/cover.h"
#include "nest/table_private.h"
#include "test/unit/nest/teller.h"

/* ---- policies ---- */

/* Rejects metrics below `least` and adds `more` to others; writes a preference unless 0,
 * and adds what a roa table says, or rejects what that calls invalid. */
struct policy {
	struct filter filter;
	struct filter_reads reads;
	uint32_t least, more;
	uint16_t preference;
	struct table *roa;
	unsigned runs;
};

static void
policy_run(const struct filter *filter, struct route_draft *routes, size_t count,
	   enum filter_verdict *verdicts)
{
	struct policy *policy = container_of(filter, struct policy, filter);
	for (size_t i = 0; i < count; i++) {
		struct route_draft *route = &routes[i];
		enum roa_state state = ROA_UNKNOWN;
		if (policy->roa != NULL)
			state = table_roa_check(policy->roa, route->net, 1);
		policy->runs++;
		verdicts[i] = FILTER_REJECT;
		if (route->metric < policy->least ||
		    (policy->preference == 0 && state == ROA_INVALID))
			continue;
		verdicts[i] = FILTER_ACCEPT;
		route->metric += policy->more;
		struct value value = { .type = VALUE_INT };
		value.number = policy->preference + (uint32_t)state;
		if (policy->preference > 0)
			ck_assert(route_draft_set(route, ATTR_PREFERENCE, &value));
	}
}

static bool
policy_equal(const struct filter *a, const struct filter *b)
{
	const struct policy *first = container_of(a, struct policy, filter);
	const struct policy *second = container_of(b, struct policy, filter);
	return first->least == second->least && first->more == second->more &&
	       first->roa == second->roa && first->preference == second->preference;
}

static const struct filter_reads *
policy_reads(const struct filter *filter)
{
	return &container_of(filter, struct policy, filter)->reads;
}

static const struct filter_class policy_class = {
	.run = policy_run,
	.equal = policy_equal,
	.reads = policy_reads,
};

static void
policy_init(struct policy *policy, uint32_t least, uint16_t preference)
{
	*policy = (struct policy){ .filter = { &policy_class, NULL } };
	policy->least = least;
	policy->preference = preference;
	policy->reads.metric = true;
	policy->reads.writes = preference > 0;
}

static void
policy_read_roa(struct policy *policy, struct table *roa)
{
	policy->roa = roa;
	policy->reads.net = true;
	policy->reads.roa = &policy->roa;
	policy->reads.roa_count = 1;
}

static int
start_merged(struct protocol *protocol)
{
	list_first(&protocol->channels, struct channel, link)->mode = READER_MERGED;
	protocol_set_state(protocol, PROTOCOL_UP);
	return 0;
}

static int (*const starts[])(struct protocol *) = { fake_start, teller_start_any,
						    start_merged };

enum { ROUTES = 100 };

static void
announce_rising(struct world *world, uint32_t first)
{
	for (uint32_t i = 0; i < ROUTES; i++) {
		struct prefix net = prefix_new(addr_from_ip4(10u << 24 | i << 8), 24);
		announce_net(world, &world->a, &net, 0, first + i);
	}
}

/* A world whose b has been told ROUTES routes as far as `policy` lets them. */
static void
policy_open(struct world *world, struct protocol_class *class, unsigned mode,
	    const struct policy *policy)
{
	*class = teller_class;
	class->start = starts[mode];
	world_open(world);
	fake_instance_init(&world->b, class, "b", world->table);
	world->b.channel_config.export = &policy->filter;
	world->b.channel_config.rpki_reload = true;
	world_start(world);
	announce_rising(world, 0);
	fake_settle(&world->fake);
	ck_assert_uint_eq(world->b.channel->exported, ROUTES - policy->least);
}

static void
policy_change(struct world *world, struct channel_config *next,
	      const struct policy *policy)
{
	*next = world->b.channel_config;
	next->export = &policy->filter;
	reconfigure(&world->b, next);
}

/* Since it was last asked. */
static void
check_told(struct world *world, unsigned told, unsigned again, unsigned withdrawn)
{
	struct teller *teller = teller_of(&world->b);
	ck_assert_uint_eq(teller->told, told);
	ck_assert_uint_eq(teller->again, again + withdrawn);
	ck_assert_uint_eq(teller->withdrawn, withdrawn);
	teller->told = teller->again = teller->withdrawn = 0;
}

START_TEST(another_export_filter_tells_what_it_lets_out_or_holds_back)
{
	for (unsigned mode = 0; mode < ARRAY_SIZE(starts); mode++) {
		struct world world;
		struct protocol_class class;
		struct policy policies[3];
		struct channel_config next[2];
		policy_init(&policies[0], 20, 0);
		policy_init(&policies[1], 10, 0);
		policy_init(&policies[2], 50, 0);
		policy_open(&world, &class, mode, &policies[0]);
		check_told(&world, 80, 0, 0);
		policy_change(&world, &next[0], &policies[1]);
		fake_settle(&world.fake);
		check_told(&world, 10, 0, 0);
		policy_change(&world, &next[1], &policies[2]);
		fake_settle(&world.fake);
		check_told(&world, 0, 0, 40);
		/* It is no feed that the protocol asked for. */
		ck_assert_uint_eq(teller_of(&world.b)->feeds, 1);
		world_close(&world);
	}
}
END_TEST

START_TEST(another_export_filter_tells_again_what_it_writes_otherwise)
{
	for (unsigned mode = 0; mode < ARRAY_SIZE(starts); mode++) {
		struct world world;
		struct protocol_class class;
		struct policy policies[4];
		struct channel_config next[3];
		policy_init(&policies[0], 0, 200);
		policy_init(&policies[1], 50, 200);
		policy_init(&policies[2], 40, 300);
		policy_init(&policies[3], 40, 0);
		policy_open(&world, &class, mode, &policies[0]);
		check_told(&world, ROUTES, 0, 0);
		policy_change(&world, &next[0], &policies[1]);
		fake_settle(&world.fake);
		check_told(&world, 0, 0, 50);
		policy_change(&world, &next[1], &policies[2]);
		fake_settle(&world.fake);
		check_told(&world, 60, 50, 0);
		ck_assert_uint_eq(teller_of(&world.b)->last_preference, 300);
		policy_change(&world, &next[2], &policies[3]);
		fake_settle(&world.fake);
		check_told(&world, 60, 60, 0);
		ck_assert_uint_eq(teller_of(&world.b)->last_preference, 100);
		world_close(&world);
	}
}
END_TEST

START_TEST(another_export_filter_tells_again_what_has_another_metric)
{
	struct world world;
	struct protocol_class class;
	struct policy policies[2];
	struct channel_config next;
	policy_init(&policies[0], 0, 0);
	policy_init(&policies[1], 0, 0);
	policies[1].more = 1000;
	policies[1].reads.writes = true;
	policy_open(&world, &class, 0, &policies[0]);
	check_told(&world, ROUTES, 0, 0);
	policy_change(&world, &next, &policies[1]);
	fake_settle(&world.fake);
	check_told(&world, ROUTES, ROUTES, 0);
	world_close(&world);
}
END_TEST

START_TEST(what_changes_while_policies_are_compared_is_told_once)
{
	for (unsigned mode = 0; mode < ARRAY_SIZE(starts); mode++) {
		struct world world;
		struct protocol_class class;
		struct policy policies[2];
		struct channel_config next;
		policy_init(&policies[0], 0, 200);
		policy_init(&policies[1], 0, 300);
		policy_open(&world, &class, mode, &policies[0]);
		check_told(&world, ROUTES, 0, 0);
		/* All wait in the journal, and a comparison is due too. */
		announce_rising(&world, 1000);
		policy_change(&world, &next, &policies[1]);
		fake_settle(&world.fake);
		check_told(&world, ROUTES, ROUTES, 0);
		ck_assert_uint_eq(teller_of(&world.b)->last_preference, 300);
		world_close(&world);
	}
}
END_TEST

START_TEST(a_comparison_waits_while_the_channel_is_paused)
{
	struct world world;
	struct protocol_class class;
	struct policy policies[2];
	struct channel_config next;
	policy_init(&policies[0], 0, 200);
	policy_init(&policies[1], 50, 200);
	policy_open(&world, &class, 0, &policies[0]);
	check_told(&world, ROUTES, 0, 0);
	channel_pause(world.b.channel);
	policy_change(&world, &next, &policies[1]);
	fake_settle(&world.fake);
	check_told(&world, 0, 0, 0);
	channel_resume(world.b.channel);
	fake_settle(&world.fake);
	check_told(&world, 0, 0, 50);
	world_close(&world);
}
END_TEST

START_TEST(a_third_policy_amid_a_comparison_leaves_nothing_untold)
{
	struct world world;
	struct protocol_class class;
	struct policy policies[3];
	struct channel_config next[2];
	policy_init(&policies[0], 0, 200);
	policy_init(&policies[1], 0, 300);
	/* As the second one for most: which the rest has not been told yet. */
	policy_init(&policies[2], 1, 300);
	policy_open(&world, &class, 0, &policies[0]);
	check_told(&world, ROUTES, 0, 0);
	policy_change(&world, &next[0], &policies[1]);
	/* Some are told by the second one, some by the first. */
	struct job *job = &world.b.channel->private->export_job;
	job->run(job, ROUTES / 2);
	ck_assert_uint_lt(teller_of(&world.b)->told, ROUTES);
	policy_change(&world, &next[1], &policies[2]);
	teller_of(&world.b)->told = teller_of(&world.b)->again = 0;
	fake_settle(&world.fake);
	check_told(&world, ROUTES - 1, ROUTES - 1, 1);
	ck_assert_uint_eq(teller_of(&world.b)->last_preference, 300);
	world_close(&world);
}
END_TEST

START_TEST(a_former_configuration_is_held_until_all_is_compared)
{
	struct world world;
	struct protocol_class class;
	struct policy policies[2];
	struct channel_config next;
	struct config former = { .uses = 1 };
	policy_init(&policies[0], 0, 200);
	policy_init(&policies[1], 50, 200);
	policy_open(&world, &class, 0, &policies[0]);
	next = world.b.channel_config;
	next.export = &policies[1].filter;
	channel_reconfigure(world.b.channel, &next, &former);
	ck_assert_uint_eq(former.uses, 2);
	fake_settle(&world.fake);
	ck_assert_uint_eq(former.uses, 1);
	world_close(&world);
}
END_TEST

START_TEST(behind_a_soft_change_all_is_told_again)
{
	struct world world;
	struct protocol_class class;
	struct policy policies[3];
	struct channel_config next[2];
	policy_init(&policies[0], 0, 200);
	policy_init(&policies[1], 0, 300);
	/* As the soft one, but not as all were told. */
	policy_init(&policies[2], 1, 300);
	policy_open(&world, &class, 0, &policies[0]);
	check_told(&world, ROUTES, 0, 0);
	next[0] = world.b.channel_config;
	next[0].export = &policies[1].filter;
	channel_soften(world.b.channel, &next[0]);
	announce(&world, &world.a, "10.0.7.0/24", 1000);
	fake_settle(&world.fake);
	check_told(&world, 1, 1, 0);
	ck_assert_uint_eq(teller_of(&world.b)->last_preference, 300);
	policy_change(&world, &next[1], &policies[2]);
	fake_settle(&world.fake);
	check_told(&world, ROUTES - 1, ROUTES - 1, 1);
	world_close(&world);
}
END_TEST

START_TEST(a_wider_limit_tells_what_was_held_back)
{
	struct world world;
	struct channel_config next;
	world_open(&world);
	world.b.channel_config.limits[LIMIT_EXPORT] =
		(struct limit){ 10, LIMIT_BLOCK, true };
	world_start(&world);
	announce_rising(&world, 0);
	fake_settle(&world.fake);
	check_told(&world, 10, 0, 0);
	next = world.b.channel_config;
	next.limits[LIMIT_EXPORT].count = 15;
	reconfigure(&world.b, &next);
	fake_settle(&world.fake);
	check_told(&world, 5, 0, 0);
	world_close(&world);
}
END_TEST

/* ---- roa tables ---- */

struct validator {
	struct fake_instance instance;
	struct table *table;
};

static void
validator_start(struct validator *validator, struct world *world)
{
	fake_instance_init(&validator->instance, &teller_class, "v", validator->table);
	fake_instance_start(&validator->instance, &world->fake);
}

/* An entry for `net` and longer ones, of an AS that is not that of the routes. */
static void
validator_say(struct validator *validator, struct world *world, const char *net,
	      bool holds)
{
	struct prefix prefix = fake_prefix(net);
	struct router *router = world->fake.router;
	struct attrs *attrs = NULL;
	prefix.type = NET_ROA4;
	prefix.max_length = 32;
	prefix.asn = 2;
	if (holds)
		attrs = fake_attrs(router, nexthop_special(router, NEXTHOP_NONE), 0);
	struct route_update update = { .net = &prefix, .attrs = attrs };
	channel_import(validator->instance.channel, &update, 1);
	attrs_release(router, attrs, 1);
	fake_settle(&world->fake);
}

/* A world whose b is told what `policy` makes of the routes and of a roa table. */
static void
roa_open(struct world *world, struct protocol_class *class, unsigned mode,
	 struct policy *policy, struct validator *validator)
{
	*class = teller_class;
	class->start = starts[mode];
	world_open(world);
	validator->table = fake_table(&world->fake, "roa", NET_ROA4);
	policy_read_roa(policy, validator->table);
	fake_instance_init(&world->b, class, "b", world->table);
	world->b.channel_config.export = &policy->filter;
	world->b.channel_config.rpki_reload = true;
	world_start(world);
	validator_start(validator, world);
	announce_rising(world, 0);
	fake_settle(&world->fake);
	check_told(world, ROUTES, 0, 0);
}

static void
roa_settle(struct world *world)
{
	world->fake.now += 30 * USEC_S;
	fake_settle(&world->fake);
}

START_TEST(a_roa_change_that_waits_outlasts_a_reload_that_changes_nothing)
{
	struct world world;
	struct protocol_class class;
	struct policy policy, same;
	struct validator validator;
	struct channel_config next;
	policy_init(&policy, 0, 0);
	roa_open(&world, &class, 0, &policy, &validator);
	validator_say(&validator, &world, "10.0.7.0/24", true);
	check_told(&world, 0, 0, 0);
	policy_init(&same, 0, 0);
	policy_read_roa(&same, validator.table);
	policy_change(&world, &next, &same);
	roa_settle(&world);
	check_told(&world, 0, 0, 1);
	world_close(&world);
}
END_TEST

START_TEST(a_roa_change_that_waits_is_not_lost_to_another_policy)
{
	struct world world;
	struct protocol_class class;
	struct policy policy, other;
	struct validator validator;
	struct channel_config next;
	policy_init(&policy, 0, 200);
	roa_open(&world, &class, 0, &policy, &validator);
	validator_say(&validator, &world, "10.0.7.0/24", true);
	check_told(&world, 0, 0, 0);
	/* What the former would write now is what the new one writes; not what it wrote.
	 */
	policy_init(&other, 0, 200 + ROA_INVALID);
	policy_change(&world, &next, &other);
	roa_settle(&world);
	check_told(&world, ROUTES, ROUTES, 0);
	ck_assert_uint_eq(teller_of(&world.b)->last_preference, 200 + ROA_INVALID);
	world_close(&world);
}
END_TEST

START_TEST(a_changed_entry_touches_what_its_prefix_covers)
{
	static const struct {
		const char *net;
		unsigned touched;
	} entries[] = {
		{ "10.0.7.0/24", 1 }, { "10.0.16.0/22", 4 }, { "10.0.0.0/16", ROUTES },
		{ "10.0.7.0/25", 0 }, { "11.0.0.0/8", 0 },
	};
	for (unsigned mode = 0; mode < ARRAY_SIZE(starts); mode++) {
		for (unsigned i = 0; i < ARRAY_SIZE(entries); i++) {
			struct world world;
			struct protocol_class class;
			struct policy policy;
			struct validator validator;
			unsigned touched = entries[i].touched;
			policy_init(&policy, 0, 0);
			roa_open(&world, &class, mode, &policy, &validator);
			policy.runs = 0;
			validator_say(&validator, &world, entries[i].net, true);
			ck_assert_uint_eq(policy.runs, 0);
			roa_settle(&world);
			ck_assert_uint_eq(policy.runs, touched);
			ck_assert_uint_eq(world.b.channel->export_reviews, touched);
			check_told(&world, 0, 0, touched);
			/* And as it goes. */
			validator_say(&validator, &world, entries[i].net, false);
			roa_settle(&world);
			check_told(&world, touched, 0, 0);
			ck_assert_uint_eq(policy.runs, 2 * touched);
			world_close(&world);
		}
	}
}
END_TEST

START_TEST(entries_that_change_together_touch_each_route_once)
{
	struct world world;
	struct protocol_class class;
	struct policy policy;
	struct validator validator;
	policy_init(&policy, 0, 200);
	roa_open(&world, &class, 0, &policy, &validator);
	policy.runs = 0;
	validator_say(&validator, &world, "10.0.0.0/20", true);
	validator_say(&validator, &world, "10.0.0.0/21", true);
	validator_say(&validator, &world, "10.0.7.0/24", true);
	validator_say(&validator, &world, "10.0.8.0/24", true);
	roa_settle(&world);
	ck_assert_uint_eq(policy.runs, 16);
	/* What a filter writes by it is told again. */
	check_told(&world, 16, 16, 0);
	ck_assert_uint_eq(teller_of(&world.b)->last_preference, 200 + ROA_INVALID);
	world_close(&world);
}
END_TEST

START_TEST(a_filter_that_asks_about_other_nets_is_run_for_all)
{
	struct world world;
	struct protocol_class class;
	struct policy policy;
	struct validator validator;
	policy_init(&policy, 0, 0);
	roa_open(&world, &class, 0, &policy, &validator);
	policy.reads.roa_elsewhere = true;
	policy.runs = 0;
	validator_say(&validator, &world, "10.0.7.0/24", true);
	roa_settle(&world);
	ck_assert_uint_eq(policy.runs, ROUTES);
	check_told(&world, 0, 0, 1);
	world_close(&world);
}
END_TEST

START_TEST(a_roa_table_that_went_on_without_its_reader_is_looked_at_whole)
{
	struct world world;
	struct protocol_class class;
	struct policy policy;
	struct validator validator;
	policy_init(&policy, 0, 0);
	roa_open(&world, &class, 0, &policy, &validator);
	validator.table->journal.behind = 4;
	policy.runs = 0;
	for (unsigned i = 0; i < 20; i++) {
		validator_say(&validator, &world, "10.0.7.0/24", i % 2 == 0);
		validator_say(&validator, &world, "10.0.8.0/24", i % 2 == 0);
		validator_say(&validator, &world, "10.0.9.0/24", i % 2 == 0);
	}
	validator_say(&validator, &world, "10.0.7.0/24", true);
	roa_settle(&world);
	check_told(&world, 0, 0, 1);
	world_close(&world);
}
END_TEST

START_TEST(changes_wait_until_the_table_settles_but_not_for_ever)
{
	struct world world;
	struct protocol_class class;
	struct policy policy;
	struct validator validator;
	policy_init(&policy, 0, 0);
	roa_open(&world, &class, 0, &policy, &validator);
	struct table_config config = { .min_settle = USEC_S, .max_settle = 5 * USEC_S };
	table_configure(validator.table, &config);
	policy.runs = 0;
	usec_t begun = world.fake.now;
	/* It does not come to rest. */
	for (unsigned i = 0; policy.runs == 0; i++) {
		validator_say(&validator, &world, "10.0.7.0/24", i % 2 == 0);
		world.fake.now += USEC_S / 2;
		fake_settle(&world.fake);
		ck_assert_int_le(world.fake.now, begun + 5 * USEC_S);
	}
	ck_assert_int_eq(world.fake.now, begun + 5 * USEC_S);
	/* It does. */
	validator_say(&validator, &world, "10.0.9.0/24", true);
	world.fake.now += USEC_S / 2;
	validator_say(&validator, &world, "10.0.10.0/24", true);
	fake_settle(&world.fake);
	policy.runs = 0;
	world.fake.now += 2 * USEC_S;
	fake_settle(&world.fake);
	world.fake.now += 2 * USEC_S;
	fake_settle(&world.fake);
	ck_assert_uint_ge(policy.runs, 2);
	world_close(&world);
}
END_TEST

START_TEST(what_is_paused_is_looked_at_when_it_goes_on)
{
	struct world world;
	struct protocol_class class;
	struct policy policy;
	struct validator validator;
	policy_init(&policy, 0, 0);
	roa_open(&world, &class, 0, &policy, &validator);
	channel_pause(world.b.channel);
	validator_say(&validator, &world, "10.0.7.0/24", true);
	roa_settle(&world);
	validator_say(&validator, &world, "10.0.9.0/24", true);
	roa_settle(&world);
	check_told(&world, 0, 0, 0);
	channel_resume(world.b.channel);
	fake_settle(&world.fake);
	roa_settle(&world);
	check_told(&world, 0, 0, 2);
	world_close(&world);
}
END_TEST

/* ---- import ---- */

/* A protocol that can announce its routes again, and counts them. */
struct source {
	struct teller teller;
	struct world *world;
	unsigned announced;
};

static void
source_reimport(struct protocol *protocol, struct channel *channel, struct cover *which)
{
	struct source *source = (struct source *)protocol;
	struct world *world = source->world;
	ck_assert_ptr_eq(channel, world->a.channel);
	for (uint32_t i = 0; i < ROUTES; i++) {
		struct prefix net = prefix_new(addr_from_ip4(10u << 24 | i << 8), 24);
		if (which != NULL && !cover_has(which, &net))
			continue;
		source->announced++;
		announce_net(world, &world->a, &net, 0, i);
	}
}

static int
source_start_keeping(struct protocol *protocol)
{
	list_first(&protocol->channels, struct channel, link)->keeps_received = true;
	protocol_set_state(protocol, PROTOCOL_UP);
	return 0;
}

/* A world whose a has announced ROUTES routes through an import policy. */
static void
import_open(struct world *world, struct protocol_class *class, bool keeps,
	    struct policy *policy, struct validator *validator)
{
	*class = teller_class;
	class->size = sizeof(struct source);
	class->start = keeps ? source_start_keeping : fake_start;
	class->reimport = keeps ? NULL : source_reimport;
	world_open(world);
	validator->table = fake_table(&world->fake, "roa", NET_ROA4);
	policy_read_roa(policy, validator->table);
	fake_instance_init(&world->a, class, "a", world->table);
	world->a.channel_config.import = &policy->filter;
	world->a.channel_config.rpki_reload = true;
	world_start(world);
	validator_start(validator, world);
	((struct source *)world->a.protocol)->world = world;
	announce_rising(world, 0);
	fake_settle(&world->fake);
	check_told(world, ROUTES - policy->least, 0, 0);
	policy->runs = 0;
}

START_TEST(a_protocol_announces_again_what_a_changed_entry_covers)
{
	struct world world;
	struct protocol_class class;
	struct policy policy;
	struct validator validator;
	policy_init(&policy, 0, 0);
	import_open(&world, &class, false, &policy, &validator);
	validator_say(&validator, &world, "10.0.16.0/22", true);
	roa_settle(&world);
	ck_assert_uint_eq(((struct source *)world.a.protocol)->announced, 4);
	ck_assert_uint_eq(policy.runs, 4);
	ck_assert_uint_eq(world.a.channel->import_reviews, 4);
	ck_assert_uint_eq(world.a.channel->imported, ROUTES - 4);
	check_told(&world, 0, 0, 4);
	validator_say(&validator, &world, "10.0.16.0/22", false);
	roa_settle(&world);
	ck_assert_uint_eq(world.a.channel->imported, ROUTES);
	check_told(&world, 4, 0, 0);
	world_close(&world);
}
END_TEST

START_TEST(what_was_received_is_judged_again_without_the_protocol)
{
	for (unsigned writes = 0; writes < 2; writes++) {
		struct world world;
		struct protocol_class class;
		struct policy policy, other;
		struct validator validator;
		policy_init(&policy, 10, writes > 0 ? 200 : 0);
		import_open(&world, &class, true, &policy, &validator);
		ck_assert_uint_eq(world.a.channel->filtered, 10);
		validator_say(&validator, &world, "10.0.16.0/22", true);
		roa_settle(&world);
		ck_assert_uint_eq(policy.runs, 4);
		ck_assert_uint_eq(world.a.channel->import_reviews, 4);
		if (writes > 0)
			check_told(&world, 4, 4, 0);
		else
			check_told(&world, 0, 0, 4);
		validator_say(&validator, &world, "10.0.16.0/22", false);
		roa_settle(&world);
		if (writes > 0)
			check_told(&world, 4, 4, 0);
		else
			check_told(&world, 4, 0, 0);
		/* Another policy, and the first preference again. */
		struct channel_config next = world.a.channel_config;
		policy_init(&other, 5, 0);
		next.import = &other.filter;
		reconfigure(&world.a, &next);
		fake_settle(&world.fake);
		ck_assert_uint_eq(world.a.channel->imported, ROUTES - 5);
		ck_assert_uint_eq(world.a.channel->filtered, 5);
		ck_assert_uint_eq(other.runs, ROUTES);
		ck_assert_int_eq(world.a.protocol->state, PROTOCOL_UP);
		if (writes > 0)
			check_told(&world, ROUTES - 5, ROUTES - 10, 0);
		else
			check_told(&world, 5, 0, 0);
		ck_assert_uint_eq(teller_of(&world.b)->last_preference, 100);
		withdraw_many(&world.a, 0, ROUTES);
		world_close(&world);
	}
}
END_TEST

START_TEST(what_was_refused_is_judged_again_where_it_is_kept)
{
	struct world world;
	struct protocol_class class;
	struct policy policy;
	struct validator validator;
	policy_init(&policy, 0, 0);
	import_open(&world, &class, false, &policy, &validator);
	class.reimport = NULL;
	world.a.channel_config.keep_filtered = true;
	validator_say(&validator, &world, "10.0.16.0/22", true);
	roa_settle(&world);
	ck_assert_uint_eq(policy.runs, 4);
	ck_assert_uint_eq(world.a.channel->filtered, 4);
	check_told(&world, 0, 0, 4);
	validator_say(&validator, &world, "10.0.16.0/22", false);
	roa_settle(&world);
	ck_assert_uint_eq(world.a.channel->filtered, 0);
	check_told(&world, 4, 0, 0);
	world_close(&world);
}
END_TEST

START_TEST(a_metric_that_the_filter_changed_is_judged_as_it_came)
{
	struct world world;
	struct protocol_class class;
	struct policy policy, other;
	struct validator validator;
	policy_init(&policy, 0, 0);
	policy.more = 1000;
	import_open(&world, &class, true, &policy, &validator);
	ck_assert_uint_ge(teller_of(&world.b)->last_metric, 1000);
	struct channel_config next = world.a.channel_config;
	policy_init(&other, 0, 0);
	other.more = 2000;
	next.import = &other.filter;
	reconfigure(&world.a, &next);
	fake_settle(&world.fake);
	check_told(&world, ROUTES, ROUTES, 0);
	ck_assert_uint_ge(teller_of(&world.b)->last_metric, 2000);
	ck_assert_uint_lt(teller_of(&world.b)->last_metric, 2000 + ROUTES);
	world_close(&world);
}
END_TEST

START_TEST(another_preference_is_given_to_routes_that_are_kept_as_they_came)
{
	struct world world;
	struct protocol_class class;
	struct policy policy;
	struct validator validator;
	policy_init(&policy, 0, 0);
	import_open(&world, &class, true, &policy, &validator);
	struct protocol_class can = class;
	can.reimport = source_reimport;
	world.a.protocol->class = &can;
	struct channel_config next = world.a.channel_config;
	next.preference.said = true;
	next.preference.value = 300;
	reconfigure(&world.a, &next);
	fake_settle(&world.fake);
	ck_assert_uint_eq(((struct source *)world.a.protocol)->announced, ROUTES);
	check_told(&world, ROUTES, ROUTES, 0);
	ck_assert_uint_eq(teller_of(&world.b)->last_preference, 300);
	world_close(&world);
}
END_TEST

static void
source_is_away(struct protocol *protocol, struct channel *channel, struct cover *which)
{
	(void)protocol;
	(void)channel;
	(void)which;
}

/* Its session is lost, say, and its routes stay meanwhile. */
START_TEST(another_policy_does_not_wait_for_who_cannot_tell_again)
{
	struct world world;
	struct protocol_class class;
	struct policy policy, other;
	struct validator validator;
	policy_init(&policy, 0, 0);
	import_open(&world, &class, true, &policy, &validator);
	struct protocol_class away = class;
	away.reimport = source_is_away;
	away.reimports_later = true;
	world.a.protocol->class = &away;
	struct channel_config next = world.a.channel_config;
	next.preference.said = true;
	next.preference.value = 300;
	policy_init(&other, 5, 0);
	next.import = &other.filter;
	reconfigure(&world.a, &next);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.a.channel->filtered, 5);
	world_close(&world);
}
END_TEST

START_TEST(routes_that_are_stale_stay_so_when_they_are_judged_again)
{
	struct world world;
	struct protocol_class class;
	struct policy policy;
	struct validator validator;
	policy_init(&policy, 0, 0);
	import_open(&world, &class, true, &policy, &validator);
	channel_refresh_begin(world.a.channel);
	announce(&world, &world.a, "10.0.16.0/24", 16);
	channel_reimport(world.a.channel);
	fake_settle(&world.fake);
	channel_refresh_end(world.a.channel);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.a.channel->imported, 1);
	world_close(&world);
}
END_TEST

START_TEST(routes_that_are_doomed_go_though_they_are_judged_again)
{
	struct world world;
	struct protocol_class class;
	struct policy policy;
	struct validator validator;
	policy_init(&policy, 0, 0);
	import_open(&world, &class, true, &policy, &validator);
	channel_refresh_begin(world.a.channel);
	channel_reimport(world.a.channel);
	router_run(world.fake.router);
	channel_refresh_again(world.a.channel, true);
	announce(&world, &world.a, "10.0.16.0/24", 16);
	channel_reimport(world.a.channel);
	fake_settle(&world.fake);
	/* The refresh goes on, and only this one came again. */
	ck_assert_uint_eq(world.a.channel->imported, 1);
	channel_refresh_end(world.a.channel);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.a.channel->imported, 1);
	world_close(&world);
}
END_TEST

/* The next refresh stops the sweep that would take them. */
START_TEST(routes_that_are_doomed_go_though_the_refresh_ends_and_begins)
{
	struct world world;
	struct protocol_class class;
	struct policy policy;
	struct validator validator;
	policy_init(&policy, 0, 0);
	import_open(&world, &class, true, &policy, &validator);
	channel_refresh_begin(world.a.channel);
	channel_refresh_again(world.a.channel, true);
	channel_refresh_end(world.a.channel);
	channel_refresh_begin(world.a.channel);
	announce(&world, &world.a, "10.0.16.0/24", 16);
	channel_reimport(world.a.channel);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.a.channel->imported, 1);
	channel_refresh_end(world.a.channel);
	fake_settle(&world.fake);
	ck_assert_uint_eq(world.a.channel->imported, 1);
	world_close(&world);
}
END_TEST

START_TEST(what_was_received_goes_with_its_route)
{
	struct world world;
	struct protocol_class class;
	struct policy policy;
	struct validator validator;
	policy_init(&policy, 10, 200);
	import_open(&world, &class, true, &policy, &validator);
	protocol_disable(world.a.protocol, NULL);
	protocol_disable(validator.instance.protocol, NULL);
	fake_settle(&world.fake);
	ck_assert_uint_eq(attrs_count(world.fake.router, NULL), 0);
	world_close(&world);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		another_export_filter_tells_what_it_lets_out_or_holds_back,
		another_export_filter_tells_again_what_it_writes_otherwise,
		another_export_filter_tells_again_what_has_another_metric,
		what_changes_while_policies_are_compared_is_told_once,
		a_comparison_waits_while_the_channel_is_paused,
		a_third_policy_amid_a_comparison_leaves_nothing_untold,
		a_former_configuration_is_held_until_all_is_compared,
		behind_a_soft_change_all_is_told_again,
		a_wider_limit_tells_what_was_held_back,
		a_roa_change_that_waits_outlasts_a_reload_that_changes_nothing,
		a_roa_change_that_waits_is_not_lost_to_another_policy,
		a_changed_entry_touches_what_its_prefix_covers,
		entries_that_change_together_touch_each_route_once,
		a_filter_that_asks_about_other_nets_is_run_for_all,
		a_roa_table_that_went_on_without_its_reader_is_looked_at_whole,
		changes_wait_until_the_table_settles_but_not_for_ever,
		what_is_paused_is_looked_at_when_it_goes_on,
		a_protocol_announces_again_what_a_changed_entry_covers,
		what_was_received_is_judged_again_without_the_protocol,
		what_was_refused_is_judged_again_where_it_is_kept,
		a_metric_that_the_filter_changed_is_judged_as_it_came,
		another_preference_is_given_to_routes_that_are_kept_as_they_came,
		another_policy_does_not_wait_for_who_cannot_tell_again,
		routes_that_are_stale_stay_so_when_they_are_judged_again,
		routes_that_are_doomed_go_though_they_are_judged_again,
		routes_that_are_doomed_go_though_the_refresh_ends_and_begins,
		what_was_received_goes_with_its_route,
	};
	return unit_run("policy", tests, ARRAY_SIZE(tests), NULL, 0);
}
