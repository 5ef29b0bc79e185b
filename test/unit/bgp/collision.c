/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connection collision (RFC 4271 §6.8): the neighbour is scripted, so that each order of
 * events can be had.  Our identifier is 10.0.0.1 or 10.0.0.9, its is 10.0.0.2.
 */
#include "test/unit/bgp/lab.h"

#include <string.h>

#include "test/unit/unit.h"

#define WITH(options)                                                             \
	"protocol bgp two { local as 65001; neighbor 10.0.0.2 as 65002; connect " \
	"delay time 1; graceful restart on; " options                             \
	" ipv4 { import all; export all; }; }\n"
#define PLAIN                                                                     \
	"protocol bgp two { local as 65001; neighbor 10.0.0.2 as 65002; connect " \
	"delay time 1; graceful restart off; ipv4 { import all; export all; }; }\n"
#define LOWER  WITH("")
#define HIGHER WITH("router id 10.0.0.9;")

struct scene {
	struct lab *lab;
	struct lab_router *router;
	struct lab_peer *peer;
	struct bgp *bgp;
	struct sys_stream *ours, *theirs; /* By who connected. */
};

/* We have connected, and the neighbour's OPEN is awaited. */
static struct scene
scene_new(const char *config)
{
	struct scene scene = { .lab = lab_new(1) };
	scene.router = lab_router_add(scene.lab, 1, config);
	scene.peer = lab_peer_add(scene.lab, 2);
	scene.bgp = lab_bgp(scene.router, "two");
	lab_peer_listen(scene.peer);
	while (scene.peer->stream == NULL)
		lab_run(scene.lab, 10 * USEC_MS);
	scene.ours = scene.peer->stream;
	return scene;
}

static void
neighbour_calls(struct scene *scene)
{
	lab_peer_call(scene->peer, scene->router, NULL);
	scene->theirs = scene->peer->stream;
}

/* From now on it is this connection that the neighbour speaks by and listens to. */
static void
turn_to(struct scene *scene, struct sys_stream *stream)
{
	scene->peer->stream = stream;
	scene->peer->heard_count = 0;
}

static void
neighbour_opens(struct scene *scene, struct sys_stream *by)
{
	struct bgp_open open = lab_open(scene->peer, 65002);
	open.capabilities.restart = true;
	open.capabilities.restart_time = 30;
	open.capabilities.restarts[BGP_IP4].is_there = true;
	turn_to(scene, by);
	lab_say_open(scene->peer, &open);
}

static bool
is_up(const struct scene *scene)
{
	return bgp_state(scene->bgp) == BGP_ESTABLISHED;
}

static bool
is_over_theirs(const struct scene *scene)
{
	return is_up(scene) && scene->bgp->session->established->incoming;
}

static bool
hears_collision(const struct scene *scene)
{
	return lab_heard(scene->peer, BGP_ERROR_CEASE, 7);
}

/* Or it is Established, and we still free to prefer the other connection. */
START_TEST(an_open_is_not_confirmed_while_another_call_is_on_its_way)
{
	for (unsigned higher = 0; higher < 2; higher++) {
		struct scene scene = scene_new(higher ? HIGHER : LOWER);
		neighbour_calls(&scene);
		neighbour_opens(&scene, scene.theirs);
		lab_say_keepalive(scene.peer);
		ck_assert_uint_eq(lab_count(scene.peer, BGP_KEEPALIVE), 0);
		ck_assert_int_eq(bgp_state(scene.bgp), BGP_OPEN_CONFIRM);
		/* Its other OPEN comes: the higher one's connection stays. */
		neighbour_opens(&scene, scene.ours);
		ck_assert(higher ? lab_count(scene.peer, BGP_KEEPALIVE) == 1
				 : hears_collision(&scene));
		ck_assert(is_up(&scene) == !higher);
		if (higher)
			lab_say_keepalive(scene.peer);
		ck_assert(is_up(&scene));
		ck_assert(is_over_theirs(&scene) == !higher);
		ck_assert_uint_eq(scene.bgp->history.established_count, 1);
		lab_free(scene.lab);
	}
}
END_TEST

START_TEST(what_is_held_back_is_confirmed_when_the_other_call_ends)
{
	struct scene scene = scene_new(HIGHER);
	neighbour_calls(&scene);
	neighbour_opens(&scene, scene.theirs);
	lab_say_keepalive(scene.peer);
	turn_to(&scene, scene.ours);
	lab_peer_hang_up(scene.peer);
	ck_assert(is_over_theirs(&scene));
	lab_free(scene.lab);
}
END_TEST

START_TEST(it_is_confirmed_also_when_nothing_comes_by_the_other_call)
{
	struct scene scene = scene_new(HIGHER);
	neighbour_calls(&scene);
	neighbour_opens(&scene, scene.theirs);
	turn_to(&scene, scene.ours);
	lab_run(scene.lab, 4 * USEC_S);
	ck_assert_uint_eq(lab_count(scene.peer, BGP_NOTIFICATION), 0);
	lab_run(scene.lab, USEC_S);
	ck_assert(hears_collision(&scene));
	turn_to(&scene, scene.theirs);
	lab_say_keepalive(scene.peer);
	ck_assert(is_over_theirs(&scene));
	lab_free(scene.lab);
}
END_TEST

START_TEST(an_old_call_is_not_waited_for)
{
	struct scene scene = scene_new(HIGHER);
	lab_run(scene.lab, 6 * USEC_S);
	neighbour_calls(&scene);
	neighbour_opens(&scene, scene.theirs);
	ck_assert_uint_eq(lab_count(scene.peer, BGP_KEEPALIVE), 1);
	turn_to(&scene, scene.theirs);
	lab_say_keepalive(scene.peer);
	ck_assert(is_over_theirs(&scene));
	lab_free(scene.lab);
}
END_TEST

/* Or it would give up for our OPEN the connection that we are about to be Established by.
 */
START_TEST(a_call_that_comes_behind_our_keepalive_hears_no_open)
{
	struct scene scene = scene_new(LOWER);
	neighbour_opens(&scene, scene.ours);
	ck_assert_uint_eq(lab_count(scene.peer, BGP_KEEPALIVE), 1);
	neighbour_calls(&scene);
	neighbour_opens(&scene, scene.theirs);
	ck_assert_uint_eq(lab_count(scene.peer, BGP_OPEN), 0);
	turn_to(&scene, scene.ours);
	lab_say_keepalive(scene.peer);
	ck_assert(is_up(&scene) && !is_over_theirs(&scene));
	ck_assert_uint_eq(lab_count(scene.peer, BGP_NOTIFICATION), 0);
	lab_free(scene.lab);
}
END_TEST

START_TEST(it_hears_one_when_the_confirmed_call_ends)
{
	struct scene scene = scene_new(LOWER);
	neighbour_opens(&scene, scene.ours);
	neighbour_calls(&scene);
	turn_to(&scene, scene.theirs);
	scene.peer->sys->class->stream_close(scene.ours);
	lab_run(scene.lab, 100 * USEC_MS);
	ck_assert_uint_eq(lab_count(scene.peer, BGP_OPEN), 1);
	neighbour_opens(&scene, scene.theirs);
	lab_say_keepalive(scene.peer);
	ck_assert(is_over_theirs(&scene));
	lab_free(scene.lab);
}
END_TEST

/* The neighbour may hold back what we wait for; the lower one gives way. */
START_TEST(it_hears_one_when_the_confirmed_call_comes_no_further)
{
	for (unsigned higher = 0; higher < 2; higher++) {
		struct scene scene = scene_new(higher ? HIGHER : LOWER);
		neighbour_opens(&scene, scene.ours);
		neighbour_calls(&scene);
		neighbour_opens(&scene, scene.theirs);
		lab_run(scene.lab, 600 * USEC_MS);
		ck_assert_uint_eq(lab_count(scene.peer, BGP_OPEN), 1);
		ck_assert(hears_collision(&scene) == higher);
		turn_to(&scene, higher ? scene.ours : scene.theirs);
		lab_say_keepalive(scene.peer);
		ck_assert(is_up(&scene));
		ck_assert(is_over_theirs(&scene) == !higher);
		lab_free(scene.lab);
	}
}
END_TEST

/* With graceful restart a connection may mean one (RFC 4724 §4.2), but not at once. */
START_TEST(a_call_that_comes_late_is_no_restart)
{
	struct scene scene = scene_new(LOWER);
	neighbour_opens(&scene, scene.ours);
	lab_say_keepalive(scene.peer);
	ck_assert(is_up(&scene));
	ck_assert(bgp_agreed(scene.bgp)->restart);
	neighbour_calls(&scene);
	neighbour_opens(&scene, scene.theirs);
	ck_assert_uint_eq(scene.peer->heard_count, 0);
	lab_run(scene.lab, 2 * USEC_S);
	ck_assert(hears_collision(&scene));
	ck_assert_uint_eq(lab_count(scene.peer, BGP_OPEN), 0);
	ck_assert(is_up(&scene) && !is_over_theirs(&scene));
	ck_assert_uint_eq(scene.bgp->history.established_count, 1);
	lab_run(scene.lab, 6 * USEC_S);
	neighbour_calls(&scene);
	neighbour_opens(&scene, scene.theirs);
	lab_say_keepalive(scene.peer);
	ck_assert(is_over_theirs(&scene));
	ck_assert_int_eq(scene.bgp->protocol.state, PROTOCOL_UP);
	ck_assert_uint_eq(scene.bgp->history.established_count, 2);
	lab_free(scene.lab);
}
END_TEST

/* It has forgotten the session, which its host says when we ask. */
START_TEST(a_host_that_reboots_at_once_is_taken_at_once)
{
	struct scene scene = scene_new(LOWER);
	neighbour_opens(&scene, scene.ours);
	lab_say_keepalive(scene.peer);
	ck_assert(is_up(&scene));
	lab_peer_reboot(scene.peer);
	neighbour_calls(&scene);
	neighbour_opens(&scene, scene.theirs);
	lab_say_keepalive(scene.peer);
	ck_assert(is_over_theirs(&scene));
	ck_assert_uint_eq(lab_count(scene.peer, BGP_NOTIFICATION), 0);
	ck_assert_int_eq(scene.bgp->protocol.state, PROTOCOL_UP);
	ck_assert_uint_eq(scene.bgp->history.established_count, 2);
	lab_free(scene.lab);
}
END_TEST

/* Its second call is taken, without waiting for the hold timer. */
START_TEST(one_that_forgot_its_session_is_refused_once)
{
	struct scene scene = scene_new(PLAIN);
	neighbour_opens(&scene, scene.ours);
	lab_say_keepalive(scene.peer);
	ck_assert(is_up(&scene));
	lab_run(scene.lab, USEC_S);
	lab_peer_reboot(scene.peer);
	neighbour_calls(&scene);
	ck_assert(hears_collision(&scene));
	neighbour_calls(&scene);
	neighbour_opens(&scene, scene.theirs);
	lab_say_keepalive(scene.peer);
	ck_assert(is_over_theirs(&scene));
	lab_free(scene.lab);
}
END_TEST

/* A monitor on its host looks whether our port is open, or something speaks to it that
 * is no BGP. */
START_TEST(what_ends_beside_the_session_is_no_error_of_it)
{
	static const uint8_t garbage[BGP_HEADER_SIZE] = "GET / HTTP/1.1";
	struct scene scene = scene_new(LOWER);
	neighbour_opens(&scene, scene.ours);
	lab_say_keepalive(scene.peer);
	lab_run(scene.lab, 6 * USEC_S);
	for (unsigned speaks = 0; speaks < 2; speaks++) {
		neighbour_calls(&scene);
		if (speaks)
			lab_say_bytes(scene.peer, garbage, sizeof(garbage));
		else
			lab_peer_hang_up(scene.peer);
		lab_run(scene.lab, USEC_S);
		ck_assert(is_up(&scene) && !is_over_theirs(&scene));
		ck_assert_int_eq(scene.bgp->history.blame, BGP_BLAME_NOBODY);
		ck_assert_ptr_null(strstr(scene.bgp->history.info, "rror"));
	}
	ck_assert_int_eq(scene.bgp->history.sent.code, BGP_ERROR_HEADER);
	lab_free(scene.lab);
}
END_TEST

/* RFC 4271 §4.4 */
START_TEST(calls_one_after_another_make_one_keepalive)
{
	struct scene scene = scene_new(PLAIN);
	neighbour_opens(&scene, scene.ours);
	lab_say_keepalive(scene.peer);
	ck_assert(is_up(&scene));
	lab_run(scene.lab, USEC_S);
	const struct bgp_fsm *fsm = scene.bgp->session->established;
	ck_assert_int_eq(fsm->asks_from, 0);
	neighbour_calls(&scene);
	usec_t first = fsm->asks_from;
	ck_assert_int_gt(first, 0);
	neighbour_calls(&scene);
	ck_assert_int_eq(fsm->asks_from, first);
	lab_run(scene.lab, USEC_S);
	neighbour_calls(&scene);
	ck_assert_int_ge(fsm->asks_from, first + USEC_S);
	ck_assert(is_up(&scene));
	lab_free(scene.lab);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		an_open_is_not_confirmed_while_another_call_is_on_its_way,
		what_is_held_back_is_confirmed_when_the_other_call_ends,
		it_is_confirmed_also_when_nothing_comes_by_the_other_call,
		an_old_call_is_not_waited_for,
		a_call_that_comes_behind_our_keepalive_hears_no_open,
		it_hears_one_when_the_confirmed_call_ends,
		it_hears_one_when_the_confirmed_call_comes_no_further,
		a_call_that_comes_late_is_no_restart,
		a_host_that_reboots_at_once_is_taken_at_once,
		one_that_forgot_its_session_is_refused_once,
		calls_one_after_another_make_one_keepalive,
		what_ends_beside_the_session_is_no_error_of_it,
	};
	return unit_run("bgp/collision", tests, ARRAY_SIZE(tests), NULL, 0);
}
