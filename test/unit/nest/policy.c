/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What channels tell when a policy changes, or a roa table that it reads: what differs,
 * and nothing else.
 */
#include "nest/channel_private.h"
#include "test/unit/nest/policy.h"

/* ---- policies ---- */

static int
start_merged(struct protocol *protocol)
{
	list_first(&protocol->channels, struct channel, link)->mode = READER_MERGED;
	protocol_set_state(protocol, PROTOCOL_UP);
	return 0;
}

static int (*const starts[])(struct protocol *) = { fake_start, teller_start_any,
						    start_merged };

/* Its b exports by the policy. */
static void
exporter_start(struct scene *scene, unsigned mode)
{
	struct world *world = &scene->world;
	scene->class.start = starts[mode];
	fake_instance_init(&world->b, &scene->class, "b", world->table);
	world->b.channel_config.export = &scene->policies[0].filter;
	world->b.channel_config.rpki_reload = true;
	scene_start(scene);
}

static void
policy_open(struct scene *scene, unsigned mode)
{
	scene_open(scene);
	exporter_start(scene, mode);
}

START_TEST(another_export_filter_tells_what_it_lets_out_or_holds_back)
{
	for (unsigned mode = 0; mode < ARRAY_SIZE(starts); mode++) {
		struct scene scene = scene_new(20, 0);
		policy_open(&scene, mode);
		scene_export(&scene, scene_add(&scene, 10, 0));
		scene_settle(&scene);
		check_told(&scene, 10, 0, 0);
		scene_export(&scene, scene_add(&scene, 50, 0));
		scene_settle(&scene);
		check_told(&scene, 0, 0, 40);
		/* It is no feed that the protocol asked for. */
		ck_assert_uint_eq(teller_of(&scene.world.b)->feeds, 1);
		scene_close(&scene);
	}
}
END_TEST

START_TEST(another_export_filter_tells_again_what_it_writes_otherwise)
{
	for (unsigned mode = 0; mode < ARRAY_SIZE(starts); mode++) {
		struct scene scene = scene_new(0, 200);
		policy_open(&scene, mode);
		scene_export(&scene, scene_add(&scene, 50, 200));
		scene_settle(&scene);
		check_told(&scene, 0, 0, 50);
		scene_export(&scene, scene_add(&scene, 40, 300));
		scene_settle(&scene);
		check_told(&scene, 60, 50, 0);
		ck_assert_uint_eq(teller_of(&scene.world.b)->last_preference, 300);
		scene_export(&scene, scene_add(&scene, 40, 0));
		scene_settle(&scene);
		check_told(&scene, 60, 60, 0);
		ck_assert_uint_eq(teller_of(&scene.world.b)->last_preference, 100);
		scene_close(&scene);
	}
}
END_TEST

START_TEST(another_export_filter_tells_again_what_has_another_metric)
{
	struct scene scene = scene_new(0, 0);
	struct policy *other = scene_add(&scene, 0, 0);
	other->more = 1000;
	other->reads.writes = true;
	policy_open(&scene, 0);
	scene_export(&scene, other);
	scene_settle(&scene);
	check_told(&scene, ROUTES, ROUTES, 0);
	scene_close(&scene);
}
END_TEST

START_TEST(what_changes_while_policies_are_compared_is_told_once)
{
	for (unsigned mode = 0; mode < ARRAY_SIZE(starts); mode++) {
		struct scene scene = scene_new(0, 200);
		policy_open(&scene, mode);
		/* All wait in the journal, and a comparison is due too. */
		announce_rising(&scene.world, 1000);
		scene_export(&scene, scene_add(&scene, 0, 300));
		scene_settle(&scene);
		check_told(&scene, ROUTES, ROUTES, 0);
		ck_assert_uint_eq(teller_of(&scene.world.b)->last_preference, 300);
		scene_close(&scene);
	}
}
END_TEST

START_TEST(a_comparison_waits_while_the_channel_is_paused)
{
	struct scene scene = scene_new(0, 200);
	policy_open(&scene, 0);
	channel_pause(scene.world.b.channel);
	scene_export(&scene, scene_add(&scene, 50, 200));
	scene_settle(&scene);
	check_told(&scene, 0, 0, 0);
	channel_resume(scene.world.b.channel);
	scene_settle(&scene);
	check_told(&scene, 0, 0, 50);
	scene_close(&scene);
}
END_TEST

START_TEST(a_third_policy_amid_a_comparison_leaves_nothing_untold)
{
	struct scene scene = scene_new(0, 200);
	policy_open(&scene, 0);
	scene_export(&scene, scene_add(&scene, 0, 300));
	/* Some are told by the second one, some by the first. */
	struct job *job = &scene.world.b.channel->private->export_job;
	job->run(job, ROUTES / 2);
	ck_assert_uint_lt(teller_of(&scene.world.b)->told, ROUTES);
	/* As the second one for most: which the rest has not been told yet. */
	scene_export(&scene, scene_add(&scene, 1, 300));
	teller_of(&scene.world.b)->told = teller_of(&scene.world.b)->again = 0;
	scene_settle(&scene);
	check_told(&scene, ROUTES - 1, ROUTES - 1, 1);
	ck_assert_uint_eq(teller_of(&scene.world.b)->last_preference, 300);
	scene_close(&scene);
}
END_TEST

START_TEST(a_former_configuration_is_held_until_all_is_compared)
{
	struct scene scene = scene_new(0, 200);
	struct config former = { .uses = 1 };
	policy_open(&scene, 0);
	struct channel_config *next = scene_config(&scene, &scene.world.b);
	next->export = &scene_add(&scene, 50, 200)->filter;
	channel_reconfigure(scene.world.b.channel, next, &former);
	ck_assert_uint_eq(former.uses, 2);
	scene_settle(&scene);
	ck_assert_uint_eq(former.uses, 1);
	scene_close(&scene);
}
END_TEST

START_TEST(behind_a_soft_change_all_is_told_again)
{
	struct scene scene = scene_new(0, 200);
	policy_open(&scene, 0);
	struct channel_config *next = scene_config(&scene, &scene.world.b);
	next->export = &scene_add(&scene, 0, 300)->filter;
	channel_soften(scene.world.b.channel, next);
	announce(&scene.world, &scene.world.a, "10.0.7.0/24", 1000);
	scene_settle(&scene);
	check_told(&scene, 1, 1, 0);
	ck_assert_uint_eq(teller_of(&scene.world.b)->last_preference, 300);
	/* As the soft one, but not as all were told. */
	scene_export(&scene, scene_add(&scene, 1, 300));
	scene_settle(&scene);
	check_told(&scene, ROUTES - 1, ROUTES - 1, 1);
	scene_close(&scene);
}
END_TEST

START_TEST(a_wider_limit_tells_what_was_held_back)
{
	struct scene scene = scene_new(0, 0);
	world_open(&scene.world);
	scene.world.b.channel_config.limits[LIMIT_EXPORT] =
		(struct limit){ 10, LIMIT_BLOCK, true };
	world_start(&scene.world);
	announce_rising(&scene.world, 0);
	scene_settle(&scene);
	check_told(&scene, 10, 0, 0);
	struct channel_config *next = scene_config(&scene, &scene.world.b);
	next->limits[LIMIT_EXPORT].count = 15;
	reconfigure(&scene.world.b, next);
	scene_settle(&scene);
	check_told(&scene, 5, 0, 0);
	scene_close(&scene);
}
END_TEST

/* ---- roa tables ---- */

/* The policy asks a roa table, too. */
static void
roa_open(struct scene *scene, unsigned mode)
{
	scene_open(scene);
	policy_read_roa(&scene->policies[0], scene->validator.table);
	exporter_start(scene, mode);
}

START_TEST(a_roa_change_that_waits_outlasts_a_reload_that_changes_nothing)
{
	struct scene scene = scene_new(0, 0);
	roa_open(&scene, 0);
	scene_say(&scene, "10.0.7.0/24", true);
	check_told(&scene, 0, 0, 0);
	struct policy *same = scene_add(&scene, 0, 0);
	policy_read_roa(same, scene.validator.table);
	scene_export(&scene, same);
	scene_settle_roa(&scene);
	check_told(&scene, 0, 0, 1);
	scene_close(&scene);
}
END_TEST

START_TEST(a_roa_change_that_waits_is_not_lost_to_another_policy)
{
	struct scene scene = scene_new(0, 200);
	roa_open(&scene, 0);
	scene_say(&scene, "10.0.7.0/24", true);
	check_told(&scene, 0, 0, 0);
	/* What the former would write now is what the new one writes; not what it wrote.
	 */
	scene_export(&scene, scene_add(&scene, 0, 200 + ROA_INVALID));
	scene_settle_roa(&scene);
	check_told(&scene, ROUTES, ROUTES, 0);
	ck_assert_uint_eq(teller_of(&scene.world.b)->last_preference, 200 + ROA_INVALID);
	scene_close(&scene);
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
			struct scene scene = scene_new(0, 0);
			unsigned touched = entries[i].touched;
			roa_open(&scene, mode);
			scene.policies[0].runs = 0;
			scene_say(&scene, entries[i].net, true);
			ck_assert_uint_eq(scene.policies[0].runs, 0);
			scene_settle_roa(&scene);
			ck_assert_uint_eq(scene.policies[0].runs, touched);
			ck_assert_uint_eq(scene.world.b.channel->export_reviews, touched);
			check_told(&scene, 0, 0, touched);
			/* And as it goes. */
			scene_say(&scene, entries[i].net, false);
			scene_settle_roa(&scene);
			check_told(&scene, touched, 0, 0);
			ck_assert_uint_eq(scene.policies[0].runs, 2 * touched);
			scene_close(&scene);
		}
	}
}
END_TEST

START_TEST(entries_that_change_together_touch_each_route_once)
{
	struct scene scene = scene_new(0, 200);
	roa_open(&scene, 0);
	scene.policies[0].runs = 0;
	scene_say(&scene, "10.0.0.0/20", true);
	scene_say(&scene, "10.0.0.0/21", true);
	scene_say(&scene, "10.0.7.0/24", true);
	scene_say(&scene, "10.0.8.0/24", true);
	scene_settle_roa(&scene);
	ck_assert_uint_eq(scene.policies[0].runs, 16);
	/* What a filter writes by it is told again. */
	check_told(&scene, 16, 16, 0);
	ck_assert_uint_eq(teller_of(&scene.world.b)->last_preference, 200 + ROA_INVALID);
	scene_close(&scene);
}
END_TEST

START_TEST(a_filter_that_asks_about_other_nets_is_run_for_all)
{
	struct scene scene = scene_new(0, 0);
	roa_open(&scene, 0);
	scene.policies[0].reads.roa_elsewhere = true;
	scene.policies[0].runs = 0;
	scene_say(&scene, "10.0.7.0/24", true);
	scene_settle_roa(&scene);
	ck_assert_uint_eq(scene.policies[0].runs, ROUTES);
	check_told(&scene, 0, 0, 1);
	scene_close(&scene);
}
END_TEST

START_TEST(a_roa_table_that_went_on_without_its_reader_is_looked_at_whole)
{
	struct scene scene = scene_new(0, 0);
	roa_open(&scene, 0);
	scene.validator.table->journal.behind = 4;
	scene.policies[0].runs = 0;
	for (unsigned i = 0; i < 20; i++) {
		scene_say(&scene, "10.0.7.0/24", i % 2 == 0);
		scene_say(&scene, "10.0.8.0/24", i % 2 == 0);
		scene_say(&scene, "10.0.9.0/24", i % 2 == 0);
	}
	scene_say(&scene, "10.0.7.0/24", true);
	scene_settle_roa(&scene);
	check_told(&scene, 0, 0, 1);
	scene_close(&scene);
}
END_TEST

START_TEST(changes_wait_until_the_table_settles_but_not_for_ever)
{
	struct scene scene = scene_new(0, 0);
	roa_open(&scene, 0);
	struct table_config config = { .min_settle = USEC_S, .max_settle = 5 * USEC_S };
	table_configure(scene.validator.table, &config);
	scene.policies[0].runs = 0;
	usec_t begun = scene.world.fake.now;
	/* It does not come to rest. */
	for (unsigned i = 0; scene.policies[0].runs == 0; i++) {
		scene_say(&scene, "10.0.7.0/24", i % 2 == 0);
		scene.world.fake.now += USEC_S / 2;
		scene_settle(&scene);
		ck_assert_int_le(scene.world.fake.now, begun + 5 * USEC_S);
	}
	ck_assert_int_eq(scene.world.fake.now, begun + 5 * USEC_S);
	/* It does. */
	scene_say(&scene, "10.0.9.0/24", true);
	scene.world.fake.now += USEC_S / 2;
	scene_say(&scene, "10.0.10.0/24", true);
	scene_settle(&scene);
	scene.policies[0].runs = 0;
	scene.world.fake.now += 2 * USEC_S;
	scene_settle(&scene);
	scene.world.fake.now += 2 * USEC_S;
	scene_settle(&scene);
	ck_assert_uint_ge(scene.policies[0].runs, 2);
	scene_close(&scene);
}
END_TEST

START_TEST(what_is_paused_is_looked_at_when_it_goes_on)
{
	struct scene scene = scene_new(0, 0);
	roa_open(&scene, 0);
	channel_pause(scene.world.b.channel);
	scene_say(&scene, "10.0.7.0/24", true);
	scene_settle_roa(&scene);
	scene_say(&scene, "10.0.9.0/24", true);
	scene_settle_roa(&scene);
	check_told(&scene, 0, 0, 0);
	channel_resume(scene.world.b.channel);
	scene_settle(&scene);
	scene_settle_roa(&scene);
	check_told(&scene, 0, 0, 2);
	scene_close(&scene);
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
	};
	return unit_run("policy", tests, ARRAY_SIZE(tests), NULL, 0);
}
