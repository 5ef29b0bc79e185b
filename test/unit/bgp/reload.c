/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a neighbour announced is judged anew, and its session by another configuration.
 */
#include "test/unit/bgp/lab.h"

#include <stdio.h>
#include <string.h>

#include "nest/channel_private.h"
#include "nest/cover.h"
#include "proto/bgp/rib.h"
#include "test/unit/unit.h"

#define BGP(options, channel)                                                           \
	"protocol bgp two { local as 65001; neighbor 10.0.0.2 as 65002; passive; hold " \
	"time 0; " options " ipv4 { export all; " channel " }; }\n"
#define ROUTE "10.8.0.0/16"
#define OTHER "10.9.0.0/16"

static bool
has(const struct lab_scene *scene, const char *net)
{
	return lab_has_route(scene->router, net, "");
}

/* The neighbour takes its time to answer. */
START_TEST(routes_stay_until_the_neighbour_has_told_them_again)
{
	for (int is_enhanced = 0; is_enhanced <= 1; is_enhanced++) {
		struct lab_scene scene =
			lab_scene_new(BGP("", "import all;"), is_enhanced);
		lab_say_route(scene.peer, 8);
		lab_say_route(scene.peer, 9);
		lab_command(scene.router, "reload in two");
		lab_run(scene.lab, 10 * USEC_S);
		ck_assert_uint_eq(lab_count(scene.peer, BGP_ROUTE_REFRESH), 1);
		ck_assert(has(&scene, ROUTE) && has(&scene, OTHER));
		lab_configure(scene.router,
			      BGP("", "import where net !~ [10.8.0.0/16];"));
		lab_run(scene.lab, 10 * USEC_S);
		ck_assert_uint_eq(lab_count(scene.peer, BGP_ROUTE_REFRESH), 2);
		ck_assert(has(&scene, ROUTE) && has(&scene, OTHER));
		if (is_enhanced)
			lab_say_refresh(scene.peer, BGP_REFRESH_BEGIN);
		lab_say_route(scene.peer, 8);
		ck_assert(!has(&scene, ROUTE) && has(&scene, OTHER));
		lab_say_route(scene.peer, 9);
		if (is_enhanced)
			lab_say_refresh(scene.peer, BGP_REFRESH_END);
		lab_run(scene.lab, USEC_S);
		ck_assert(!has(&scene, ROUTE) && has(&scene, OTHER));
		lab_free(scene.lab);
	}
}
END_TEST

/* A roa table changed, and at the same moment all is judged anew. */
START_TEST(what_is_to_be_judged_anew_twice_is)
{
	static const char *const tables[] = { "off", "on" };
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		char more[64];
		snprintf(more, sizeof(more), "import all; import table %s;", tables[i]);
		struct text config = { .text = NULL };
		text_printf(&config, BGP("", "%s"), more);
		struct lab_scene scene = lab_scene_new(text_string(&config), false);
		lab_say_route(scene.peer, 8);
		struct channel *channel = protocol_channel(
			&lab_bgp(scene.router, "two")->protocol, NET_IP4);
		struct cover *which = cover_new();
		struct prefix net = { .type = NET_IP4, .length = 8 };
		net.addr = addr_from_ip4(0x0a000000);
		cover_add(which, &net);
		reimport_within(channel, which);
		cover_release(which);
		channel_reimport(channel);
		lab_run(scene.lab, USEC_S);
		ck_assert_ptr_null(channel->private->reimport_which);
		lab_free(scene.lab);
		text_fini(&config);
	}
}
END_TEST

/* Options of a channel, too. */
START_TEST(another_next_hop_is_told_at_once)
{
	static const char route[] =
		"protocol static s { ipv4; route 10.9.4.0/24 blackhole; }\n";
	struct text config = { .text = NULL };
	text_printf(&config, "%s" BGP("", "import all;"), route);
	struct lab_scene scene = lab_scene_new(text_string(&config), true);
	lab_run(scene.lab, USEC_S);
	text_reset(&config);
	text_printf(&config, "%s" BGP("", "import all; next hop address 10.0.0.77;"),
		    route);
	scene.peer->heard_count = 0;
	lab_configure(scene.router, text_string(&config));
	lab_run(scene.lab, USEC_S);
	const struct lab_message *update = lab_last(scene.peer, BGP_UPDATE);
	ck_assert_ptr_nonnull(update);
	/* Behind an ORIGIN and an AS_PATH of one AS. */
	ck_assert_uint_eq(wire_load_u32(update->body + 20), 0x0a00004d);
	ck_assert_uint_eq(lab_bgp(scene.router, "two")->history.established_count, 1);
	text_fini(&config);
	lab_free(scene.lab);
}
END_TEST

/* A route by 10.0.0.9. */
static void
say_by_another(const struct lab_scene *scene, uint8_t second)
{
	uint8_t body[] = { 0, 0,    0,    20,   0x40, 1, 1,  0, 0x40, 2, 6,  2,  1,     0,
			   0, 0xfd, 0xea, 0x40, 3,    4, 10, 0, 0,    9, 16, 10, second };
	lab_say_update(scene->peer, body, sizeof(body));
	lab_run(scene->lab, USEC_S);
}

/* What was made of an earlier message's next hop holds no longer than that does. */
START_TEST(a_next_hop_that_becomes_ours_is_noticed)
{
	struct lab_scene scene = lab_scene_new(BGP("", "import all;"), false);
	struct addr another = addr_from_ip4(0x0a000009);
	say_by_another(&scene, 8);
	ck_assert(has(&scene, ROUTE));
	ck_assert_int_eq(sim_address_add(scene.router->interface, another, 24, 0), 0);
	lab_run(scene.lab, USEC_S);
	say_by_another(&scene, 9);
	ck_assert(!has(&scene, OTHER));
	ck_assert_int_eq(sim_address_remove(scene.router->interface, another), 0);
	lab_run(scene.lab, USEC_S);
	say_by_another(&scene, 9);
	ck_assert(has(&scene, OTHER));
	lab_free(scene.lab);
}
END_TEST

/* It said OPEN before the configuration changed. */
START_TEST(options_that_change_before_the_session_stands_count)
{
	struct lab *lab = lab_new(1);
	struct lab_router *router = lab_router_add(lab, 1, BGP("", "import all;"));
	struct lab_peer *peer = lab_peer_add(lab, 2);
	lab_run(lab, USEC_S);
	struct bgp_open open = lab_open(peer, 65002);
	open.hold = 0;
	lab_peer_call(peer, router, NULL);
	lab_say_open(peer, &open);
	ck_assert_int_eq(lab_state(router, "two"), BGP_OPEN_CONFIRM);
	lab_configure(router, BGP("allow bgp_local_pref on;", "import all;"));
	lab_say_keepalive(peer);
	ck_assert_int_eq(lab_state(router, "two"), BGP_ESTABLISHED);
	ck_assert(bgp_agreed(lab_bgp(router, "two"))->codec.local_pref);
	lab_free(lab);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		routes_stay_until_the_neighbour_has_told_them_again,
		what_is_to_be_judged_anew_twice_is,
		another_next_hop_is_told_at_once,
		a_next_hop_that_becomes_ours_is_noticed,
		options_that_change_before_the_session_stands_count,
	};
	return unit_run("bgp/reload", tests, ARRAY_SIZE(tests), NULL, 0);
}
