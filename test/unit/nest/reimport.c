/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routes that came in and are judged again: because a roa table has changed, or the
 * policy; by the protocol, which announces them once more, or from what was received.
 */
#include "nest/channel_private.h"
#include "nest/cover.h"
#include "test/unit/nest/policy.h"

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

/* Its a imports by the policy, which asks a roa table. */
static void
import_open(struct scene *scene, bool keeps)
{
	struct world *world = &scene->world;
	scene_open(scene);
	scene->class.size = sizeof(struct source);
	scene->class.start = keeps ? source_start_keeping : fake_start;
	scene->class.reimport = keeps ? NULL : source_reimport;
	policy_read_roa(&scene->policies[0], scene->validator.table);
	fake_instance_init(&world->a, &scene->class, "a", world->table);
	world->a.channel_config.import = &scene->policies[0].filter;
	world->a.channel_config.rpki_reload = true;
	scene_start(scene);
	((struct source *)world->a.protocol)->world = world;
	scene->policies[0].runs = 0;
}

START_TEST(a_protocol_announces_again_what_a_changed_entry_covers)
{
	struct scene scene = scene_new(0, 0);
	import_open(&scene, false);
	scene_say(&scene, "10.0.16.0/22", true);
	scene_settle_roa(&scene);
	ck_assert_uint_eq(((struct source *)scene.world.a.protocol)->announced, 4);
	ck_assert_uint_eq(scene.policies[0].runs, 4);
	ck_assert_uint_eq(scene.world.a.channel->import_reviews, 4);
	ck_assert_uint_eq(scene.world.a.channel->imported, ROUTES - 4);
	check_told(&scene, 0, 0, 4);
	scene_say(&scene, "10.0.16.0/22", false);
	scene_settle_roa(&scene);
	ck_assert_uint_eq(scene.world.a.channel->imported, ROUTES);
	check_told(&scene, 4, 0, 0);
	scene_close(&scene);
}
END_TEST

START_TEST(what_was_received_is_judged_again_without_the_protocol)
{
	for (unsigned writes = 0; writes < 2; writes++) {
		struct scene scene = scene_new(10, writes > 0 ? 200 : 0);
		import_open(&scene, true);
		ck_assert_uint_eq(scene.world.a.channel->filtered, 10);
		scene_say(&scene, "10.0.16.0/22", true);
		scene_settle_roa(&scene);
		ck_assert_uint_eq(scene.policies[0].runs, 4);
		ck_assert_uint_eq(scene.world.a.channel->import_reviews, 4);
		if (writes > 0)
			check_told(&scene, 4, 4, 0);
		else
			check_told(&scene, 0, 0, 4);
		scene_say(&scene, "10.0.16.0/22", false);
		scene_settle_roa(&scene);
		if (writes > 0)
			check_told(&scene, 4, 4, 0);
		else
			check_told(&scene, 4, 0, 0);
		/* Another policy, and the first preference again. */
		const struct policy *other = scene_add(&scene, 5, 0);
		scene_import(&scene, other);
		scene_settle(&scene);
		ck_assert_uint_eq(scene.world.a.channel->imported, ROUTES - 5);
		ck_assert_uint_eq(scene.world.a.channel->filtered, 5);
		ck_assert_uint_eq(other->runs, ROUTES);
		ck_assert_int_eq(scene.world.a.protocol->state, PROTOCOL_UP);
		if (writes > 0)
			check_told(&scene, ROUTES - 5, ROUTES - 10, 0);
		else
			check_told(&scene, 5, 0, 0);
		ck_assert_uint_eq(teller_of(&scene.world.b)->last_preference, 100);
		withdraw_many(&scene.world.a, 0, ROUTES);
		scene_close(&scene);
	}
}
END_TEST

START_TEST(what_was_refused_is_judged_again_where_it_is_kept)
{
	struct scene scene = scene_new(0, 0);
	import_open(&scene, false);
	scene.class.reimport = NULL;
	scene.world.a.channel_config.keep_filtered = true;
	scene_say(&scene, "10.0.16.0/22", true);
	scene_settle_roa(&scene);
	ck_assert_uint_eq(scene.policies[0].runs, 4);
	ck_assert_uint_eq(scene.world.a.channel->filtered, 4);
	check_told(&scene, 0, 0, 4);
	scene_say(&scene, "10.0.16.0/22", false);
	scene_settle_roa(&scene);
	ck_assert_uint_eq(scene.world.a.channel->filtered, 0);
	check_told(&scene, 4, 0, 0);
	scene_close(&scene);
}
END_TEST

START_TEST(a_metric_that_the_filter_changed_is_judged_as_it_came)
{
	struct scene scene = scene_new(0, 0);
	scene.policies[0].more = 1000;
	import_open(&scene, true);
	ck_assert_uint_ge(teller_of(&scene.world.b)->last_metric, 1000);
	struct policy *other = scene_add(&scene, 0, 0);
	other->more = 2000;
	scene_import(&scene, other);
	scene_settle(&scene);
	check_told(&scene, ROUTES, ROUTES, 0);
	ck_assert_uint_ge(teller_of(&scene.world.b)->last_metric, 2000);
	ck_assert_uint_lt(teller_of(&scene.world.b)->last_metric, 2000 + ROUTES);
	scene_close(&scene);
}
END_TEST

/* To 300, and to that policy. */
static void
preference_change(struct scene *scene, const struct policy *policy)
{
	struct channel_config *config = scene_config(scene, &scene->world.a);
	config->preference.said = true;
	config->preference.value = 300;
	config->import = &policy->filter;
	reconfigure(&scene->world.a, config);
}

START_TEST(another_preference_is_given_to_routes_that_are_kept_as_they_came)
{
	struct scene scene = scene_new(0, 0);
	import_open(&scene, true);
	scene.class.reimport = source_reimport;
	preference_change(&scene, &scene.policies[0]);
	scene_settle(&scene);
	ck_assert_uint_eq(((struct source *)scene.world.a.protocol)->announced, ROUTES);
	check_told(&scene, ROUTES, ROUTES, 0);
	ck_assert_uint_eq(teller_of(&scene.world.b)->last_preference, 300);
	scene_close(&scene);
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
	struct scene scene = scene_new(0, 0);
	import_open(&scene, true);
	scene.class.reimport = source_is_away;
	scene.class.reimports_later = true;
	preference_change(&scene, scene_add(&scene, 5, 0));
	scene_settle(&scene);
	ck_assert_uint_eq(scene.world.a.channel->filtered, 5);
	scene_close(&scene);
}
END_TEST

START_TEST(routes_that_are_stale_stay_so_when_they_are_judged_again)
{
	struct scene scene = scene_new(0, 0);
	import_open(&scene, true);
	channel_refresh_begin(scene.world.a.channel);
	announce(&scene.world, &scene.world.a, "10.0.16.0/24", 16);
	channel_reimport(scene.world.a.channel);
	scene_settle(&scene);
	channel_refresh_end(scene.world.a.channel);
	scene_settle(&scene);
	ck_assert_uint_eq(scene.world.a.channel->imported, 1);
	scene_close(&scene);
}
END_TEST

START_TEST(routes_that_are_doomed_go_though_they_are_judged_again)
{
	struct scene scene = scene_new(0, 0);
	import_open(&scene, true);
	channel_refresh_begin(scene.world.a.channel);
	channel_reimport(scene.world.a.channel);
	router_run(scene.world.fake.router);
	channel_refresh_again(scene.world.a.channel, true);
	announce(&scene.world, &scene.world.a, "10.0.16.0/24", 16);
	channel_reimport(scene.world.a.channel);
	scene_settle(&scene);
	/* The refresh goes on, and only this one came again. */
	ck_assert_uint_eq(scene.world.a.channel->imported, 1);
	channel_refresh_end(scene.world.a.channel);
	scene_settle(&scene);
	ck_assert_uint_eq(scene.world.a.channel->imported, 1);
	scene_close(&scene);
}
END_TEST

/* The next refresh stops the sweep that would take them. */
START_TEST(routes_that_are_doomed_go_though_the_refresh_ends_and_begins)
{
	struct scene scene = scene_new(0, 0);
	import_open(&scene, true);
	channel_refresh_begin(scene.world.a.channel);
	channel_refresh_again(scene.world.a.channel, true);
	channel_refresh_end(scene.world.a.channel);
	channel_refresh_begin(scene.world.a.channel);
	announce(&scene.world, &scene.world.a, "10.0.16.0/24", 16);
	channel_reimport(scene.world.a.channel);
	scene_settle(&scene);
	ck_assert_uint_eq(scene.world.a.channel->imported, 1);
	channel_refresh_end(scene.world.a.channel);
	scene_settle(&scene);
	ck_assert_uint_eq(scene.world.a.channel->imported, 1);
	scene_close(&scene);
}
END_TEST

START_TEST(what_was_received_goes_with_its_route)
{
	struct scene scene = scene_new(10, 200);
	import_open(&scene, true);
	protocol_disable(scene.world.a.protocol, NULL);
	protocol_disable(scene.validator.instance.protocol, NULL);
	scene_settle(&scene);
	ck_assert_uint_eq(attrs_count(scene.world.fake.router, NULL), 0);
	scene_close(&scene);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
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
	return unit_run("reimport", tests, ARRAY_SIZE(tests), NULL, 0);
}
