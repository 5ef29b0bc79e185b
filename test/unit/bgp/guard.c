/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard against ghost routes: a neighbour that forgets to withdraw is asked for all
 * it has, and what it has no longer goes.
 */
#include "test/unit/bgp/lab.h"

#include <stdio.h>
#include <string.h>

#include "test/unit/unit.h"

#define BGP(options)                                                                    \
	"protocol bgp two { local as 65001; neighbor 10.0.0.2 as 65002; passive; hold " \
	"time 0; " options " ipv4 { import all; export all; }; }\n"
#define ONE "10.8.0.0/16"
#define TWO "10.9.0.0/16"

static bool
has(struct lab_router *router, const char *net)
{
	return lab_has_route(router, net, "");
}

static unsigned
asked(const struct lab_scene *scene)
{
	return lab_count(scene->peer, BGP_ROUTE_REFRESH);
}

/* The neighbour withdraws a route and does not say so; the guard mends that. */
START_TEST(a_forgotten_withdrawal_is_found)
{
	struct lab_scene scene = lab_scene_new(BGP("periodic refresh time 1000;"), true);
	lab_say_route(scene.peer, 8);
	lab_say_route(scene.peer, 9);
	ck_assert(has(scene.router, ONE) && has(scene.router, TWO));
	lab_run(scene.lab, 740 * USEC_S);
	ck_assert_uint_eq(asked(&scene), 0);
	lab_run(scene.lab, 260 * USEC_S);
	ck_assert_uint_eq(asked(&scene), 1);
	lab_say_refresh(scene.peer, BGP_REFRESH_BEGIN);
	lab_say_route(scene.peer, 8);
	ck_assert(has(scene.router, TWO));
	lab_say_refresh(scene.peer, BGP_REFRESH_END);
	lab_run(scene.lab, USEC_S);
	ck_assert(has(scene.router, ONE) && !has(scene.router, TWO));
	ck_assert_uint_eq(lab_logged(scene.router, "had 1 route no longer"), 1);
	/* And again; a neighbour that is in order is not complained of. */
	lab_run(scene.lab, 1000 * USEC_S);
	ck_assert_uint_eq(asked(&scene), 2);
	lab_say_refresh(scene.peer, BGP_REFRESH_BEGIN);
	lab_say_route(scene.peer, 8);
	lab_say_refresh(scene.peer, BGP_REFRESH_END);
	lab_run(scene.lab, USEC_S);
	ck_assert(has(scene.router, ONE));
	ck_assert_uint_eq(lab_logged(scene.router, "no longer"), 1);
	lab_free(scene.lab);
}
END_TEST

/* A neighbour whose refreshes are never whole. */
START_TEST(ghosts_are_told_of_once_a_minute)
{
	struct lab_scene scene = lab_scene_new(BGP(""), true);
	for (unsigned i = 0; i < 50; i++) {
		lab_say_route(scene.peer, 8);
		lab_say_route(scene.peer, 9);
		lab_say_refresh(scene.peer, BGP_REFRESH_BEGIN);
		lab_say_refresh(scene.peer, BGP_REFRESH_END);
	}
	ck_assert(!has(scene.router, ONE));
	ck_assert_uint_eq(lab_logged(scene.router, "no longer"), 1);
	lab_run(scene.lab, 60 * USEC_S);
	lab_say_route(scene.peer, 8);
	lab_say_refresh(scene.peer, BGP_REFRESH_BEGIN);
	lab_say_refresh(scene.peer, BGP_REFRESH_END);
	ck_assert_uint_eq(lab_logged(scene.router, "had 99 routes no longer"), 1);
	lab_free(scene.lab);
}
END_TEST

/* RFC 7313 §4.2: who begins anew has told nothing yet; ends come after beginnings. */
START_TEST(a_refresh_may_begin_anew)
{
	struct lab_scene scene = lab_scene_new(BGP(""), true);
	lab_say_route(scene.peer, 8);
	lab_say_route(scene.peer, 9);
	lab_say_refresh(scene.peer, BGP_REFRESH_END);
	lab_run(scene.lab, USEC_S);
	ck_assert(has(scene.router, ONE) && has(scene.router, TWO));
	lab_say_refresh(scene.peer, BGP_REFRESH_BEGIN);
	lab_say_route(scene.peer, 9);
	lab_say_refresh(scene.peer, BGP_REFRESH_BEGIN);
	lab_say_route(scene.peer, 8);
	lab_say_refresh(scene.peer, BGP_REFRESH_END);
	lab_run(scene.lab, USEC_S);
	ck_assert(has(scene.router, ONE) && !has(scene.router, TWO));
	lab_free(scene.lab);
}
END_TEST

/* What a restart of the neighbour left stale is no ghost. */
START_TEST(what_goes_later_is_not_said_to_be_a_ghost)
{
	static const uint8_t end[4];
	struct lab_scene scene = { .lab = lab_new(1) };
	scene.router = lab_router_add(scene.lab, 1, BGP("graceful restart on;"));
	scene.peer = lab_peer_add(scene.lab, 2);
	lab_run(scene.lab, USEC_S);
	struct bgp_open open = lab_open(scene.peer, 65002);
	open.hold = 0;
	open.capabilities.enhanced_refresh = open.capabilities.restart = true;
	open.capabilities.restart_time = 30;
	open.capabilities.restarts[BGP_IP4] =
		(struct bgp_restart_family){ .is_there = true, .forwarding = true };
	lab_peer_establish_as(scene.peer, scene.router, &open);
	lab_say_update(scene.peer, end, sizeof(end));
	lab_say_refresh(scene.peer, BGP_REFRESH_BEGIN);
	lab_say_route(scene.peer, 8);
	lab_say_route(scene.peer, 9);
	lab_say_refresh(scene.peer, BGP_REFRESH_END);
	lab_run(scene.lab, USEC_S);
	lab_peer_hang_up(scene.peer);
	lab_peer_establish_as(scene.peer, scene.router, &open);
	lab_say_route(scene.peer, 8);
	lab_say_update(scene.peer, end, sizeof(end));
	lab_run(scene.lab, USEC_S);
	ck_assert(has(scene.router, ONE) && !has(scene.router, TWO));
	ck_assert_uint_eq(lab_logged(scene.router, "no longer"), 0);
	lab_free(scene.lab);
}
END_TEST

START_TEST(a_session_that_ends_in_a_refresh_leaves_none_behind)
{
	struct lab_scene scene = lab_scene_new(BGP("error wait time 1, 1;"), true);
	lab_say_route(scene.peer, 8);
	lab_say_refresh(scene.peer, BGP_REFRESH_BEGIN);
	lab_peer_hang_up(scene.peer);
	lab_run(scene.lab, 2 * USEC_S);
	lab_peer_establish(scene.peer, scene.router);
	lab_say_route(scene.peer, 8);
	lab_say_refresh(scene.peer, BGP_REFRESH_END);
	lab_run(scene.lab, USEC_S);
	ck_assert(has(scene.router, ONE));
	lab_free(scene.lab);
}
END_TEST

START_TEST(who_marks_no_refresh_is_not_asked)
{
	struct lab_scene scene = lab_scene_new(BGP("periodic refresh time 10;"), false);
	lab_run(scene.lab, 100 * USEC_S);
	ck_assert_uint_eq(asked(&scene), 0);
	lab_free(scene.lab);
}
END_TEST

START_TEST(how_often_changes_at_once)
{
	struct lab_scene scene = lab_scene_new(BGP(""), true);
	lab_run(scene.lab, 1000 * USEC_S);
	ck_assert_uint_eq(asked(&scene), 0);
	lab_configure(scene.router, BGP("periodic refresh time 100;"));
	lab_run(scene.lab, 100 * USEC_S);
	ck_assert_uint_eq(asked(&scene), 1);
	lab_configure(scene.router, BGP("periodic refresh time 0;"));
	lab_run(scene.lab, 1000 * USEC_S);
	ck_assert_uint_eq(asked(&scene), 1);
	lab_configure(scene.router, BGP(""));
	lab_run(scene.lab, 86400 * USEC_S);
	ck_assert_uint_eq(asked(&scene), 2);
	lab_free(scene.lab);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_forgotten_withdrawal_is_found,
		ghosts_are_told_of_once_a_minute,
		a_refresh_may_begin_anew,
		what_goes_later_is_not_said_to_be_a_ghost,
		a_session_that_ends_in_a_refresh_leaves_none_behind,
		who_marks_no_refresh_is_not_asked,
		how_often_changes_at_once,
	};
	return unit_run("bgp/guard", tests, ARRAY_SIZE(tests), NULL, 0);
}
