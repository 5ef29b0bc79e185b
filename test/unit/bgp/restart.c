/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Graceful restarts, ours and the neighbour's (RFC 4724, RFC 8538), and what is kept for
 * longer (RFC 9494), with neighbours that say what the test says.
 */
#include "test/unit/bgp/lab.h"

#include <stdio.h>
#include <string.h>

#include "nest/fib.h"
#include "proto/bgp/rib.h"
#include "proto/bgp/session_private.h"
#include "proto/bgp/stale.h"
#include "test/unit/unit.h"

#define BGP(name, number, options)                                                \
	"protocol bgp " name " { local as 65001; neighbor 10.0.0." number " as "  \
	"65002; passive; error wait time 1, 1; graceful restart on; hold time 0;" \
	" " options " ipv4 { import all; export all; }; }\n"
#define OWN                                                                         \
	"protocol kernel { graceful restart on; ipv4 { export all; }; }\nprotocol " \
	"static "                                                                   \
	"{ ipv4; route 10.77.0.0/16 unreachable; }\n"
#define TWO   BGP("two", "2", "")
#define THREE BGP("three", "3", "")
#define ROUTE "10.8.0.0/16"
#define OTHER "10.9.0.0/16"

struct scene {
	struct lab *lab;
	struct lab_router *router;
	struct lab_peer *peer;
	struct bgp_open open; /* As the neighbour says it. */
};

static struct scene
scene_new(const char *config)
{
	struct scene scene = { .lab = lab_new(1) };
	scene.router = lab_router_add(scene.lab, 1, config);
	scene.peer = lab_peer_add(scene.lab, 2);
	lab_run(scene.lab, USEC_S);
	scene.open = lab_open(scene.peer, 65002);
	scene.open.hold = 0;
	scene.open.capabilities.restart = true;
	scene.open.capabilities.restart_time = 30;
	scene.open.capabilities.restarts[BGP_IP4] =
		(struct bgp_restart_family){ .is_there = true, .forwarding = true };
	return scene;
}

static void
establish(struct scene *scene)
{
	lab_peer_establish_as(scene->peer, scene->router, &scene->open);
}

/* What the router said last of itself. */
static struct bgp_capabilities
said_of(const struct lab_peer *peer)
{
	const struct lab_message *last = lab_last(peer, BGP_OPEN);
	struct bgp_failure failure;
	struct bgp_open open;
	ck_assert_ptr_nonnull(last);
	ck_assert(bgp_open_read(last->body, last->size, &open, &failure));
	return open.capabilities;
}

static void
end_say(struct lab_peer *peer)
{
	static const uint8_t body[4];
	lab_say_update(peer, body, sizeof(body));
}

/* Announces 10.`second`.0.0/16 with a community. */
static void
announce(struct lab_peer *peer, uint8_t second, uint32_t community)
{
	uint8_t body[] = { 0,    0, 0, 27,   0x40, 1,    1, 0,  0x40, 2,     6, 2,
			   1,    0, 0, 0xfd, 0xea, 0x40, 3, 4,  10,   0,     0, 2,
			   0xc0, 8, 4, 0,    0,    0,    0, 16, 10,   second };
	wire_store_u32(body + 27, community);
	lab_say_update(peer, body, sizeof(body));
}

/* ---- our own restart ---- */

START_TEST(a_first_start_is_no_restart)
{
	struct scene scene = scene_new(OWN TWO);
	establish(&scene);
	struct bgp_capabilities said = said_of(scene.peer);
	ck_assert(said.restart && !said.restarted && said.notifications);
	ck_assert(said.restarts[BGP_IP4].is_there && !said.restarts[BGP_IP4].forwarding);
	/* It tells its routes at once, and their end. */
	lab_run(scene.lab, USEC_S);
	ck_assert_uint_eq(lab_count(scene.peer, BGP_UPDATE), 2);
	lab_free(scene.lab);
}
END_TEST

START_TEST(a_killed_daemon_defers_until_its_neighbour_has_told_all)
{
	struct scene scene = scene_new(OWN TWO);
	establish(&scene);
	lab_run(scene.lab, USEC_S);
	lab_router_restart(scene.router, OWN TWO, false);
	lab_run(scene.lab, USEC_S);
	scene.peer->heard_count = 0;
	establish(&scene);
	struct bgp_capabilities said = said_of(scene.peer);
	ck_assert(said.restarted && said.restarts[BGP_IP4].forwarding);
	announce(scene.peer, 8, 1);
	lab_run(scene.lab, 20 * USEC_S);
	ck_assert(recovery_is_active(scene.router->router));
	ck_assert_uint_eq(lab_count(scene.peer, BGP_UPDATE), 0);
	lab_says(scene.router, "show status", "recovering_channels");
	end_say(scene.peer);
	lab_run(scene.lab, USEC_S);
	ck_assert(!recovery_is_active(scene.router->router));
	ck_assert_uint_eq(lab_count(scene.peer, BGP_UPDATE), 2);
	/* A session that follows is no restart, but what was forwarded still is. */
	lab_peer_hang_up(scene.peer);
	establish(&scene);
	said = said_of(scene.peer);
	ck_assert(!said.restarted && said.restarts[BGP_IP4].forwarding);
	lab_free(scene.lab);
}
END_TEST

/* Graceful is the end of a session; before there is one an error is an error. */
START_TEST(an_error_before_established_makes_us_wait)
{
	struct scene scene = scene_new(TWO);
	struct bgp *bgp = lab_bgp(scene.router, "two");
	scene.open.capabilities.notifications = true;
	lab_peer_call(scene.peer, scene.router, NULL);
	lab_say_open(scene.peer, &scene.open);
	ck_assert_int_eq(lab_state(scene.router, "two"), BGP_OPEN_CONFIRM);
	lab_say_route(scene.peer, 8);
	ck_assert(lab_heard(scene.peer, BGP_ERROR_FSM, 2));
	ck_assert_int_eq(bgp->history.error_wait, USEC_S);
	ck_assert_int_eq(bgp->session->attempts.phase, BGP_IDLE_HOLD);
	lab_run(scene.lab, 2 * USEC_S);
	establish(&scene);
	lab_free(scene.lab);
}
END_TEST

START_TEST(a_neighbour_without_restarts_is_not_waited_for)
{
	struct scene scene = scene_new(OWN TWO);
	scene.open.capabilities.restart = false;
	lab_router_restart(scene.router, OWN TWO, true);
	establish(&scene);
	lab_run(scene.lab, USEC_S);
	ck_assert(!recovery_is_active(scene.router->router));
	ck_assert_uint_eq(lab_count(scene.peer, BGP_UPDATE), 2);
	lab_free(scene.lab);
}
END_TEST

START_TEST(two_that_restart_do_not_wait_for_each_other)
{
	struct scene scene = scene_new(OWN TWO);
	scene.open.capabilities.restarted = true;
	lab_router_restart(scene.router, OWN TWO, true);
	establish(&scene);
	lab_run(scene.lab, USEC_S);
	ck_assert(!recovery_is_active(scene.router->router));
	ck_assert_uint_eq(lab_count(scene.peer, BGP_UPDATE), 2);
	lab_free(scene.lab);
}
END_TEST

START_TEST(nobody_is_waited_for_for_ever)
{
	struct scene scene = scene_new("graceful restart wait 50;\n" OWN TWO THREE);
	lab_router_restart(scene.router, "graceful restart wait 50;\n" OWN TWO THREE,
			   true);
	establish(&scene);
	end_say(scene.peer);
	lab_run(scene.lab, 40 * USEC_S);
	ck_assert(recovery_is_active(scene.router->router));
	ck_assert_uint_eq(lab_count(scene.peer, BGP_UPDATE), 0);
	lab_run(scene.lab, 15 * USEC_S);
	ck_assert(!recovery_is_active(scene.router->router));
	ck_assert_uint_eq(lab_count(scene.peer, BGP_UPDATE), 2);
	lab_free(scene.lab);
}
END_TEST

/* When the wait is over what has been told is in the kernel before the rest leaves it. */
START_TEST(the_end_of_the_wait_leaves_no_gap)
{
	static const char config[] = "graceful restart wait 50;\n" OWN TWO THREE;
	struct scene scene = scene_new(config);
	establish(&scene);
	announce(scene.peer, 8, 1);
	announce(scene.peer, 9, 1);
	lab_run(scene.lab, USEC_S);
	lab_router_restart(scene.router, config, false);
	establish(&scene);
	announce(scene.peer, 8, 1);
	end_say(scene.peer);
	lab_run(scene.lab, 60 * USEC_S);
	ck_assert(!recovery_is_active(scene.router->router));
	ck_assert_uint_eq(lab_logged(scene.router, "Adopted 3 routes"), 1);
	ck_assert_uint_eq(lab_logged(scene.router, "Removed 1 routes"), 1);
	ck_assert_uint_eq(sim_kernel_route_count(scene.router->node), 2);
	lab_free(scene.lab);
}
END_TEST

/* Announces so many of 10.8.0.0/32 and what follows. */
static void
announce_many(struct lab_peer *peer, uint32_t count)
{
	static const uint8_t head[] = { 0, 0, 0, 20,   0x40, 1,    1, 0, 0x40, 2, 6, 2,
					1, 0, 0, 0xfd, 0xea, 0x40, 3, 4, 10,   0, 0, 2 };
	uint8_t body[sizeof(head) + 700 * 5];
	memcpy(body, head, sizeof(head));
	for (uint32_t done = 0; done < count;) {
		size_t size = sizeof(head);
		for (; done < count && size < sizeof(body); size += 5, done++) {
			body[size] = 32;
			wire_store_u32(body + size + 1, 0x0a080000 + done);
		}
		lab_say_update(peer, body, size);
	}
}

/* What nobody confirmed is removed as fast as the kernel takes it, no faster. */
START_TEST(many_are_removed_a_few_at_a_time)
{
	struct scene scene = scene_new("graceful restart wait 50;\n" OWN TWO);
	establish(&scene);
	announce_many(scene.peer, 5000);
	lab_run(scene.lab, USEC_S);
	ck_assert_uint_eq(sim_kernel_route_count(scene.router->node), 5001);
	lab_router_restart(scene.router, "graceful restart wait 50;\n" OWN, false);
	const struct fib_owner *owner =
		list_first(&scene.router->router->fib_owners, struct fib_owner, link);
	uint32_t most = 0;
	sim_kernel_faults(scene.router->node)->latency = 50 * USEC_MS;
	for (unsigned i = 0; i < 60 * 100; i++) {
		lab_run(scene.lab, 10 * USEC_MS);
		most = owner->queued > most ? owner->queued : most;
	}
	ck_assert_uint_le(most, 1024);
	ck_assert_uint_eq(sim_kernel_route_count(scene.router->node), 1);
	ck_assert_uint_eq(lab_logged(scene.router, "Removed 5000 routes"), 1);
	lab_free(scene.lab);
}
END_TEST

START_TEST(who_stays_away_longer_than_it_keeps_our_routes_is_given_up)
{
	static const char config[] =
		OWN TWO BGP("three", "3", "graceful restart time 20;");
	struct scene scene = scene_new(config);
	lab_router_restart(scene.router, config, true);
	establish(&scene);
	end_say(scene.peer);
	lab_run(scene.lab, 15 * USEC_S);
	ck_assert(recovery_is_active(scene.router->router));
	lab_run(scene.lab, 10 * USEC_S);
	ck_assert(!recovery_is_active(scene.router->router));
	lab_free(scene.lab);
}
END_TEST

START_TEST(an_end_of_routes_is_told_where_nothing_is_exported)
{
	struct scene scene = scene_new(
		"protocol bgp two { local as 65001; neighbor 10.0.0.2 as 65002; passive; "
		"ipv4 { import all; export none; }; }\n");
	establish(&scene);
	lab_run(scene.lab, USEC_S);
	ck_assert_uint_eq(lab_count(scene.peer, BGP_UPDATE), 1);
	ck_assert_uint_eq(lab_last(scene.peer, BGP_UPDATE)->size, 4);
	lab_free(scene.lab);
}
END_TEST

/* ---- the neighbour's ---- */

START_TEST(only_families_it_names_are_kept)
{
	struct scene scene = scene_new(TWO);
	scene.open.capabilities.restarts[BGP_IP4].is_there = false;
	establish(&scene);
	announce(scene.peer, 8, 1);
	lab_peer_hang_up(scene.peer);
	lab_run(scene.lab, USEC_S);
	ck_assert(!lab_has_route(scene.router, ROUTE, ""));
	lab_free(scene.lab);
}
END_TEST

START_TEST(routes_go_when_it_did_not_forward_meanwhile)
{
	struct scene scene = scene_new(TWO);
	establish(&scene);
	announce(scene.peer, 8, 1);
	lab_peer_hang_up(scene.peer);
	ck_assert(lab_has_route(scene.router, ROUTE, ""));
	scene.open.capabilities.restarts[BGP_IP4].forwarding = false;
	establish(&scene);
	ck_assert(!lab_has_route(scene.router, ROUTE, ""));
	lab_free(scene.lab);
}
END_TEST

START_TEST(what_is_not_told_again_goes_at_the_end_or_in_time)
{
	struct scene scene =
		scene_new(BGP("two", "2", "graceful restart stale time 40;"));
	establish(&scene);
	announce(scene.peer, 8, 1);
	announce(scene.peer, 9, 1);
	lab_peer_hang_up(scene.peer);
	establish(&scene);
	announce(scene.peer, 8, 1);
	lab_run(scene.lab, 35 * USEC_S);
	ck_assert(lab_has_route(scene.router, ROUTE, "") &&
		  lab_has_route(scene.router, OTHER, ""));
	/* RFC 8538 §4.1: it says no end. */
	lab_run(scene.lab, 10 * USEC_S);
	ck_assert(lab_has_route(scene.router, ROUTE, "") &&
		  !lab_has_route(scene.router, OTHER, ""));
	lab_peer_hang_up(scene.peer);
	establish(&scene);
	end_say(scene.peer);
	lab_run(scene.lab, USEC_S);
	ck_assert(!lab_has_route(scene.router, ROUTE, ""));
	lab_free(scene.lab);
}
END_TEST

START_TEST(a_second_restart_drops_what_the_first_left_stale)
{
	struct scene scene = scene_new(TWO);
	for (int both_notify = 0; both_notify <= 1; both_notify++) {
		scene.open.capabilities.notifications = both_notify;
		establish(&scene);
		announce(scene.peer, 8, 1);
		announce(scene.peer, 9, 1);
		lab_peer_hang_up(scene.peer);
		establish(&scene);
		announce(scene.peer, 8, 1);
		lab_peer_hang_up(scene.peer);
		ck_assert(lab_has_route(scene.router, ROUTE, ""));
		/* RFC 8538 §4.1: then all stay. */
		ck_assert_int_eq(lab_has_route(scene.router, OTHER, ""), both_notify);
	}
	lab_free(scene.lab);
}
END_TEST

/* The identifier breaks ties (RFC 4271 §9.1.2.2 f); a neighbour may come back with
 * another one to routes that were kept. */
START_TEST(another_identifier_orders_what_was_kept_anew)
{
	struct scene scene = scene_new(TWO THREE);
	struct lab_peer *three = lab_peer_add(scene.lab, 3);
	struct bgp_open open = scene.open;
	open.id = 0x0a000003;
	establish(&scene);
	announce(scene.peer, 8, 1);
	end_say(scene.peer);
	lab_peer_establish_as(three, scene.router, &open);
	announce(three, 8, 1);
	end_say(three);
	lab_says(scene.router, "show route primary " ROUTE, "\"protocol\":\"two\"");
	lab_peer_hang_up(scene.peer);
	scene.open.id = 0x0a000009;
	establish(&scene);
	announce(scene.peer, 8, 1);
	end_say(scene.peer);
	lab_run(scene.lab, USEC_S);
	lab_says(scene.router, "show route primary " ROUTE, "\"protocol\":\"three\"");
	lab_free(scene.lab);
}
END_TEST

#define CLIENT(name, number)                                              \
	"protocol bgp " name " { local as 65002; neighbor 10.0.0." number \
	" as 65002; rr client; passive; error wait time 1, 1; "           \
	"graceful restart on; hold time 0; ipv4 { import all; export all; }; }\n"

/* Announces 10.8.0.0/16 within the AS. */
static void
inner_announce(struct lab_peer *peer)
{
	static const uint8_t body[] = { 0, 0,    0, 21, 0x40, 1,  1,  0, 0x40, 2,
					0, 0x40, 3, 4,  10,   0,  0,  2, 0x40, 5,
					4, 0,    0, 0,  100,  16, 10, 8 };
	lab_say_update(peer, body, sizeof(body));
}

static bool
hears_originator(const struct lab_peer *peer, uint32_t id)
{
	const struct lab_message *last = NULL;
	uint8_t attribute[7] = { 0x80, 9, 4 };
	wire_store_u32(attribute + 3, id);
	for (size_t i = 0; i < peer->heard_count; i++)
		if (peer->heard[i].type == BGP_UPDATE && peer->heard[i].size > 4)
			last = &peer->heard[i];
	ck_assert_ptr_nonnull(last);
	for (size_t at = 0; at + sizeof(attribute) <= last->size; at++)
		if (memcmp(last->body + at, attribute, sizeof(attribute)) == 0)
			return true;
	return false;
}

/* RFC 4456 §8 */
START_TEST(another_identifier_is_told_as_the_originator)
{
	struct scene scene = scene_new("protocol direct { ipv4; }\n" CLIENT("two", "2")
					       CLIENT("three", "3"));
	struct lab_peer *three = lab_peer_add(scene.lab, 3);
	struct bgp_open open = scene.open;
	open.id = 0x0a000003;
	lab_peer_establish_as(three, scene.router, &open);
	end_say(three);
	establish(&scene);
	inner_announce(scene.peer);
	end_say(scene.peer);
	lab_run(scene.lab, USEC_S);
	ck_assert(hears_originator(three, scene.open.id));
	lab_peer_hang_up(scene.peer);
	scene.open.id = 0x0a000009;
	establish(&scene);
	inner_announce(scene.peer);
	end_say(scene.peer);
	lab_run(scene.lab, USEC_S);
	ck_assert(hears_originator(three, scene.open.id));
	lab_free(scene.lab);
}
END_TEST

/* ---- long-lived ---- */

static struct scene
long_scene(const char *config)
{
	struct scene scene = scene_new(config);
	scene.open.capabilities.long_lived = true;
	scene.open.capabilities.stale[BGP_IP4] = (struct bgp_restart_family){
		.is_there = true, .forwarding = true, .time = 100
	};
	establish(&scene);
	announce(scene.peer, 8, 1);
	announce(scene.peer, 9, BGP_NO_LLGR);
	lab_run(scene.lab, USEC_S);
	lab_peer_hang_up(scene.peer);
	return scene;
}

#define MARKED "65535,6"

START_TEST(stale_routes_become_a_last_resort_and_go)
{
	struct scene scene = long_scene(TWO);
	lab_run(scene.lab, 25 * USEC_S);
	ck_assert(lab_has_route(scene.router, ROUTE, "") &&
		  lab_has_route(scene.router, OTHER, ""));
	ck_assert(!lab_has_route(scene.router, ROUTE, MARKED));
	lab_run(scene.lab, 10 * USEC_S);
	ck_assert(lab_has_route(scene.router, ROUTE, MARKED));
	ck_assert(!lab_has_route(scene.router, OTHER, ""));
	lab_run(scene.lab, 90 * USEC_S);
	ck_assert(lab_has_route(scene.router, ROUTE, MARKED));
	lab_run(scene.lab, 10 * USEC_S);
	ck_assert(!lab_has_route(scene.router, ROUTE, ""));
	ck_assert_int_eq(lab_bgp(scene.router, "two")->protocol.state, PROTOCOL_STARTING);
	lab_free(scene.lab);
}
END_TEST

/* A route without communities, but with what comes behind them in a set. */
START_TEST(the_mark_is_all_that_is_added)
{
	static const uint8_t body[] = { 0, 0, 0,    35, 0x40, 1,    1,    0,  0x40, 2,  6,
					2, 1, 0,    0,  0xfd, 0xea, 0x40, 3,  4,    10, 0,
					0, 2, 0xc0, 32, 12,   0,    0,    0,  1,    0,  0,
					0, 2, 0,    0,  0,    3,    16,   10, 8 };
	struct scene scene = long_scene(TWO);
	establish(&scene);
	lab_say_update(scene.peer, body, sizeof(body));
	end_say(scene.peer);
	lab_peer_hang_up(scene.peer);
	lab_run(scene.lab, 40 * USEC_S);
	ck_assert(lab_has_route(scene.router, ROUTE, "\"bgp_large_community\""));
	ck_assert(
		lab_has_route(scene.router, ROUTE, "\"bgp_community\":\"(" MARKED ")\""));
	lab_free(scene.lab);
}
END_TEST

START_TEST(a_neighbour_that_is_back_takes_the_mark_away)
{
	struct scene scene = long_scene(TWO);
	lab_run(scene.lab, 40 * USEC_S);
	ck_assert(lab_has_route(scene.router, ROUTE, MARKED));
	establish(&scene);
	ck_assert(lab_has_route(scene.router, ROUTE, MARKED));
	announce(scene.peer, 8, 1);
	end_say(scene.peer);
	lab_run(scene.lab, USEC_S);
	ck_assert(lab_has_route(scene.router, ROUTE, "") &&
		  !lab_has_route(scene.router, ROUTE, MARKED));
	lab_run(scene.lab, 200 * USEC_S);
	ck_assert(lab_has_route(scene.router, ROUTE, ""));
	lab_free(scene.lab);
}
END_TEST

START_TEST(the_time_of_the_last_resort_does_not_begin_anew)
{
	struct scene scene = long_scene(TWO);
	lab_run(scene.lab, 80 * USEC_S);
	/* It comes and goes without having told all. */
	establish(&scene);
	lab_peer_hang_up(scene.peer);
	ck_assert(lab_has_route(scene.router, ROUTE, MARKED));
	lab_run(scene.lab, 40 * USEC_S);
	establish(&scene);
	lab_run(scene.lab, 20 * USEC_S);
	ck_assert(!lab_has_route(scene.router, ROUTE, ""));
	lab_free(scene.lab);
}
END_TEST

START_TEST(without_its_flag_the_last_resort_ends)
{
	struct scene scene = long_scene(TWO);
	lab_run(scene.lab, 40 * USEC_S);
	ck_assert(lab_has_route(scene.router, ROUTE, MARKED));
	scene.open.capabilities.stale[BGP_IP4].forwarding = false;
	establish(&scene);
	lab_run(scene.lab, USEC_S);
	ck_assert(!lab_has_route(scene.router, ROUTE, ""));
	lab_free(scene.lab);
}
END_TEST

START_TEST(a_restart_time_of_none_is_the_last_resort_at_once)
{
	struct scene scene = scene_new(TWO);
	scene.open.capabilities.restart_time = 0;
	scene.open.capabilities.long_lived = true;
	scene.open.capabilities.stale[BGP_IP4] = (struct bgp_restart_family){
		.is_there = true, .forwarding = true, .time = 100
	};
	establish(&scene);
	announce(scene.peer, 8, 1);
	lab_peer_hang_up(scene.peer);
	lab_run(scene.lab, USEC_S);
	ck_assert(lab_has_route(scene.router, ROUTE, MARKED));
	lab_free(scene.lab);
}
END_TEST

START_TEST(how_long_is_ours_to_bound)
{
	struct scene scene = long_scene(BGP("two", "2", "max long lived stale time 20;"));
	lab_run(scene.lab, 45 * USEC_S);
	ck_assert(lab_has_route(scene.router, ROUTE, MARKED));
	lab_run(scene.lab, 10 * USEC_S);
	ck_assert(!lab_has_route(scene.router, ROUTE, ""));
	lab_free(scene.lab);
}
END_TEST

/* A neighbour that does not know the mark is not told such routes. */
static void
told_to_others(bool knows)
{
	struct scene scene = scene_new(TWO THREE);
	struct lab_peer *third = lab_peer_add(scene.lab, 3);
	struct bgp_open open = lab_open(third, 65002);
	open.hold = 0;
	open.capabilities.restart = open.capabilities.long_lived = knows;
	establish(&scene);
	lab_peer_call(third, scene.router, NULL);
	lab_say_open(third, &open);
	lab_say_keepalive(third);
	announce(scene.peer, 8, BGP_LLGR_STALE);
	lab_run(scene.lab, USEC_S);
	/* The mark of the end, and perhaps the route. */
	ck_assert_uint_eq(lab_count(third, BGP_UPDATE), knows ? 2 : 1);
	lab_free(scene.lab);
}

START_TEST(only_who_knows_it_is_told_of_a_last_resort)
{
	told_to_others(true);
	told_to_others(false);
}
END_TEST

/* ---- who is back and is not what it was ---- */

static const struct channel *
channel_of(const struct scene *scene, enum net_type type)
{
	return protocol_channel(&lab_bgp(scene->router, "two")->protocol, type);
}

START_TEST(a_family_that_comes_with_a_later_session_is_spoken)
{
	struct scene scene = scene_new(
		"protocol bgp two { local as 65001; neighbor 10.0.0.2 as 65002; passive; "
		"error wait time 1, 1; graceful restart on; hold time 0; ipv4 { import "
		"all; export all; }; ipv6 { import all; export all; }; }\n");
	scene.open.capabilities.has_families = true;
	for (int round = 0; round < 2; round++) {
		scene.open.capabilities.families[BGP_IP6] = false;
		establish(&scene);
		announce(scene.peer, 8, 1);
		ck_assert_int_eq(channel_of(&scene, NET_IP6)->state, CHANNEL_DOWN);
		lab_peer_hang_up(scene.peer);
		scene.open.capabilities.families[BGP_IP6] = true;
		establish(&scene);
		lab_run(scene.lab, USEC_S);
		ck_assert(lab_has_route(scene.router, ROUTE, ""));
		ck_assert_int_eq(channel_of(&scene, NET_IP6)->state, CHANNEL_UP);
		lab_peer_hang_up(scene.peer);
	}
	lab_free(scene.lab);
}
END_TEST

START_TEST(paths_are_one_again_where_it_takes_no_more)
{
	struct scene scene = scene_new(
		"protocol static a { ipv4; route 10.77.0.0/16 unreachable; }\n"
		"protocol static b { ipv4; route 10.77.0.0/16 unreachable; }\n"
		"protocol bgp two { local as 65001; neighbor 10.0.0.2 as 65002; passive; "
		"error wait time 1, 1; graceful restart on; hold time 0; ipv4 { import "
		"all; export all; add paths on; }; }\n");
	scene.open.capabilities.add_path[BGP_IP4] = BGP_ADD_PATH_RECEIVE;
	establish(&scene);
	lab_run(scene.lab, USEC_S);
	ck_assert_uint_eq(channel_of(&scene, NET_IP4)->exported, 2);
	lab_peer_hang_up(scene.peer);
	scene.open.capabilities.add_path[BGP_IP4] = 0;
	establish(&scene);
	lab_run(scene.lab, USEC_S);
	ck_assert_uint_eq(channel_of(&scene, NET_IP4)->exported, 1);
	/* One goes, the other is still there. */
	scene.peer->heard_count = 0;
	lab_command(scene.router, "disable b");
	lab_run(scene.lab, USEC_S);
	ck_assert_uint_eq(lab_count(scene.peer, BGP_UPDATE), 0);
	lab_peer_hang_up(scene.peer);
	scene.open.capabilities.add_path[BGP_IP4] = BGP_ADD_PATH_RECEIVE;
	lab_command(scene.router, "enable b");
	establish(&scene);
	lab_run(scene.lab, USEC_S);
	ck_assert_uint_eq(channel_of(&scene, NET_IP4)->exported, 2);
	lab_free(scene.lab);
}
END_TEST

/* Its routes are judged anew meanwhile. */
START_TEST(another_policy_leaves_the_mark)
{
	static const char *const tables[] = { "off", "on" };
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		char config[512];
		snprintf(config, sizeof(config),
			 "protocol bgp two { local as 65001; neighbor 10.0.0.2 as 65002; "
			 "passive; error wait time 1, 1; graceful restart on; hold time "
			 "0; ipv4 { import all; export all; import table %s; }; }\n",
			 tables[i]);
		struct scene scene = long_scene(config);
		lab_run(scene.lab, 40 * USEC_S);
		ck_assert(lab_has_route(scene.router, ROUTE, MARKED));
		ck_assert(!lab_has_route(scene.router, OTHER, ""));
		lab_command(scene.router, "reload in two");
		lab_run(scene.lab, USEC_S);
		ck_assert(lab_has_route(scene.router, ROUTE, MARKED));
		ck_assert(!lab_has_route(scene.router, OTHER, ""));
		establish(&scene);
		announce(scene.peer, 8, 1);
		end_say(scene.peer);
		lab_command(scene.router, "reload in two");
		lab_run(scene.lab, USEC_S);
		ck_assert(lab_has_route(scene.router, ROUTE, ""));
		ck_assert(!lab_has_route(scene.router, ROUTE, MARKED));
		lab_free(scene.lab);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_first_start_is_no_restart,
		a_killed_daemon_defers_until_its_neighbour_has_told_all,
		an_error_before_established_makes_us_wait,
		a_neighbour_without_restarts_is_not_waited_for,
		two_that_restart_do_not_wait_for_each_other,
		nobody_is_waited_for_for_ever,
		the_end_of_the_wait_leaves_no_gap,
		many_are_removed_a_few_at_a_time,
		who_stays_away_longer_than_it_keeps_our_routes_is_given_up,
		an_end_of_routes_is_told_where_nothing_is_exported,
		only_families_it_names_are_kept,
		routes_go_when_it_did_not_forward_meanwhile,
		what_is_not_told_again_goes_at_the_end_or_in_time,
		a_second_restart_drops_what_the_first_left_stale,
		another_identifier_orders_what_was_kept_anew,
		another_identifier_is_told_as_the_originator,
		stale_routes_become_a_last_resort_and_go,
		the_mark_is_all_that_is_added,
		a_neighbour_that_is_back_takes_the_mark_away,
		the_time_of_the_last_resort_does_not_begin_anew,
		without_its_flag_the_last_resort_ends,
		a_restart_time_of_none_is_the_last_resort_at_once,
		how_long_is_ours_to_bound,
		only_who_knows_it_is_told_of_a_last_resort,
		a_family_that_comes_with_a_later_session_is_spoken,
		paths_are_one_again_where_it_takes_no_more,
		another_policy_leaves_the_mark,
	};
	return unit_run("bgp/restart", tests, ARRAY_SIZE(tests), NULL, 0);
}
