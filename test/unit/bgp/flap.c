/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flap counters and damping: what counts, what is damped and for how long, and that
 * memory is bounded.
 */
#include "test/unit/bgp/lab.h"

#include <stdio.h>
#include <string.h>

#include "lib/out.h"
#include "lib/pool.h"
#include "nest/command.h"
#include "proto/bgp/rib.h"
#include "test/unit/unit.h"

#define BGP(options)                                                                    \
	"protocol bgp two { local as 65001; neighbor 10.0.0.2 as 65002; passive; hold " \
	"time 0; " options " ipv4 { import all; export all; }; }\n"
#define OTHER                                                                        \
	"protocol bgp three { local as 65001; neighbor 10.0.0.3 as 65003; passive; " \
	"ipv4 "                                                                      \
	"{ import all; export all; }; }\n"
#define ONE  "10.8.0.0/16"
#define TWO  "10.9.0.0/16"
#define SHOW "show bgp flaps"

struct scene {
	struct lab *lab;
	struct lab_router *router;
	struct lab_peer *peer;
};

static struct scene
scene_new(const char *config)
{
	struct scene scene = { .lab = lab_new(1) };
	scene.router = lab_router_add(scene.lab, 1, config);
	scene.peer = lab_peer_add(scene.lab, 2);
	lab_run(scene.lab, USEC_S);
	struct bgp_open open = lab_open(scene.peer, 65002);
	open.hold = 0;
	lab_peer_establish_as(scene.peer, scene.router, &open);
	ck_assert_int_eq(lab_state(scene.router, "two"), BGP_ESTABLISHED);
	return scene;
}

/* Announces 10.`second`.0.0/16, by the path 65002 and so many others. */
static void
announce(struct lab_peer *peer, uint8_t second, uint8_t more)
{
	uint8_t body[64];
	struct wire_out out = wire_out(body, sizeof(body));
	wire_put_u16(&out, 0);
	wire_put_u16(&out, (uint16_t)(20 + 4 * more));
	wire_put_u32(&out, 0x40010100);
	wire_put_u8(&out, 0x40);
	wire_put_u8(&out, 2);
	wire_put_u8(&out, (uint8_t)(6 + 4 * more));
	wire_put_u8(&out, 2);
	wire_put_u8(&out, (uint8_t)(1 + more));
	for (unsigned i = 0; i <= more; i++)
		wire_put_u32(&out, 65002 + i);
	wire_put_u8(&out, 0x40);
	wire_put_u16(&out, 0x0304);
	wire_put_u32(&out, 0x0a000002);
	wire_put_u8(&out, 16);
	wire_put_u8(&out, 10);
	wire_put_u8(&out, second);
	lab_say_update(peer, body, wire_used(&out));
}

static void
withdraw(struct lab_peer *peer, uint8_t second)
{
	uint8_t body[] = { 0, 3, 16, 10, second, 0, 0 };
	lab_say_update(peer, body, sizeof(body));
}

/* Withdrawn and announced again so many times, a second each. */
static void
flap(struct scene *scene, uint8_t second, unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		withdraw(scene->peer, second);
		announce(scene->peer, second, 0);
		lab_run(scene->lab, USEC_S);
	}
}

static bool
has(struct lab_router *router, const char *net)
{
	return lab_has_route(router, net, "");
}

START_TEST(penalties_halve)
{
	usec_t half = 900 * USEC_S;
	ck_assert_uint_eq(bgp_flap_decay(6000, 0, half), 6000);
	ck_assert_uint_eq(bgp_flap_decay(6000, half, half), 3000);
	ck_assert_uint_eq(bgp_flap_decay(6000, 3 * half, half), 750);
	ck_assert_uint_eq(bgp_flap_decay(50000, half / 2, half), 35355);
	ck_assert_uint_eq(bgp_flap_decay(50000, 100 * half, half), 0);
	struct bgp_damping damping = { .reuse = 750,
				       .half_life = half,
				       .most = 4 * half };
	ck_assert_uint_eq(bgp_flap_ceiling(&damping), 12000);
}
END_TEST

START_TEST(flaps_are_counted_without_damping)
{
	struct scene scene = scene_new(BGP(""));
	announce(scene.peer, 8, 0);
	announce(scene.peer, 8, 0);
	lab_says(scene.router, SHOW, "");
	ck_assert(strstr(lab_command(scene.router, SHOW), ONE) == NULL);
	announce(scene.peer, 8, 1);
	lab_says(scene.router, SHOW, "\"net\":\"" ONE "\",\"flaps\":1");
	lab_says(scene.router, SHOW, "\"penalty\":500");
	flap(&scene, 8, 20);
	lab_says(scene.router, SHOW, "\"flaps\":21");
	lab_says(scene.router, SHOW, "\"last\":\"withdrawn\",\"state\":\"counted\"");
	ck_assert(has(scene.router, ONE));
	/* Forgotten in time. */
	lab_run(scene.lab, 2 * 3600 * USEC_S);
	ck_assert(strstr(lab_command(scene.router, SHOW), ONE) == NULL);
	lab_free(scene.lab);
}
END_TEST

START_TEST(what_flaps_too_often_is_damped_till_it_rests)
{
	struct scene scene = scene_new(BGP("flap damping;"));
	announce(scene.peer, 8, 0);
	announce(scene.peer, 9, 0);
	flap(&scene, 8, 6);
	ck_assert(has(scene.router, ONE));
	flap(&scene, 8, 2);
	ck_assert(!has(scene.router, ONE) && has(scene.router, TWO));
	lab_says(scene.router, SHOW, "damped");
	lab_says(scene.router, "why " ONE, "it flapped 8 times");
	/* Three and a half half-lives later it is back, as it was announced last. */
	announce(scene.peer, 8, 2);
	lab_run(scene.lab, 51 * 60 * USEC_S);
	ck_assert(!has(scene.router, ONE));
	lab_run(scene.lab, 3 * 60 * USEC_S);
	ck_assert(has(scene.router, ONE));
	lab_says(scene.router, "show route all " ONE, "65002 65003 65004");
	lab_free(scene.lab);
}
END_TEST

START_TEST(changes_alone_damp_too_and_a_withdrawn_route_stays_away)
{
	struct scene scene = scene_new(BGP("flap damping;"));
	for (uint8_t i = 0; i < 14; i++)
		announce(scene.peer, 8, i % 2);
	ck_assert(!has(scene.router, ONE));
	withdraw(scene.peer, 8);
	lab_run(scene.lab, 61 * 60 * USEC_S);
	ck_assert(!has(scene.router, ONE));
	announce(scene.peer, 8, 0);
	ck_assert(has(scene.router, ONE));
	lab_free(scene.lab);
}
END_TEST

START_TEST(no_damping_lasts_longer_than_it_may)
{
	struct scene scene = scene_new(BGP("flap damping; flap max suppress time 3600;"));
	announce(scene.peer, 8, 0);
	flap(&scene, 8, 1000);
	ck_assert(!has(scene.router, ONE));
	lab_run(scene.lab, 3620 * USEC_S);
	ck_assert(has(scene.router, ONE));
	lab_free(scene.lab);
}
END_TEST

/* It is the oldest of all. */
START_TEST(what_is_damped_keeps_no_other_records)
{
	struct scene scene = scene_new(BGP("flap damping; flap max suppress time 7200;"));
	announce(scene.peer, 8, 0);
	flap(&scene, 8, 1000);
	announce(scene.peer, 9, 0);
	flap(&scene, 9, 1);
	lab_says(scene.router, SHOW, TWO);
	lab_run(scene.lab, 4000 * USEC_S);
	ck_assert(!has(scene.router, ONE));
	lab_says(scene.router, SHOW, ONE);
	ck_assert_ptr_null(strstr(lab_command(scene.router, SHOW), TWO));
	lab_free(scene.lab);
}
END_TEST

START_TEST(switched_off_all_is_released)
{
	struct scene scene = scene_new(BGP("flap damping;"));
	announce(scene.peer, 8, 0);
	flap(&scene, 8, 8);
	ck_assert(!has(scene.router, ONE));
	lab_configure(scene.router, BGP(""));
	lab_run(scene.lab, USEC_S);
	ck_assert(has(scene.router, ONE));
	lab_free(scene.lab);
}
END_TEST

START_TEST(another_policy_of_ours_is_no_flap)
{
	struct scene scene = scene_new(BGP(""));
	announce(scene.peer, 8, 0);
	lab_configure(scene.router,
		      "protocol bgp two { local as 65001; neighbor 10.0.0.2 as 65002; "
		      "passive; hold time 0; ipv4 { import filter { bgp_med = 7; accept; "
		      "}; export all; }; }\n");
	lab_run(scene.lab, USEC_S);
	announce(scene.peer, 8, 0);
	lab_says(scene.router, "show route all " ONE, "\"bgp_med\":\"7\"");
	ck_assert(strstr(lab_command(scene.router, SHOW), ONE) == NULL);
	lab_free(scene.lab);
}
END_TEST

START_TEST(what_is_damped_is_not_punished_for_our_question)
{
	struct scene scene = scene_new(BGP("flap damping;"));
	announce(scene.peer, 8, 0);
	flap(&scene, 8, 8);
	announce(scene.peer, 8, 0);
	lab_says(scene.router, "why " ONE, "it flapped 8 times");
	lab_configure(scene.router,
		      "protocol bgp two { local as 65001; neighbor 10.0.0.2 as 65002; "
		      "passive; hold time 0; flap damping; ipv4 { preference 200; import "
		      "all; export all; }; }\n");
	lab_run(scene.lab, USEC_S);
	announce(scene.peer, 8, 0);
	lab_says(scene.router, "why " ONE, "it flapped 8 times");
	lab_free(scene.lab);
}
END_TEST

/* What a neighbour can make grow has an end; the longest ago is forgotten first. */
START_TEST(records_have_a_limit)
{
	struct scene scene = scene_new(BGP(""));
	struct bgp_rib *rib = &lab_bgp(scene.router, "two")->routes->ribs[BGP_IP4];
	struct protocol *protocol = &rib->bgp->protocol;
	announce(scene.peer, 8, 1);
	announce(scene.peer, 8, 0);
	struct prefix net = { .type = NET_IP4, .length = 32 };
	struct route_update update = { .net = &net };
	for (uint32_t i = 0; i < BGP_FLAPS_MOST + 10; i++) {
		net.addr = addr_from_ip4(0x0b000000 + i);
		bgp_flapped(protocol, rib->channel, &update);
	}
	ck_assert_uint_eq(rib->flaps->by_net.count, BGP_FLAPS_MOST);
	ck_assert_uint_eq(rib->flaps->forgotten, 11);
	ck_assert(strstr(lab_command(scene.router, SHOW), ONE) == NULL);
	lab_free(scene.lab);
}
END_TEST

static void
take(void *context, const char *bytes, size_t size)
{
	text_add_bytes(context, bytes, size);
}

static unsigned
occurrences(const char *text, const char *word)
{
	unsigned count = 0;
	while ((text = strstr(text, word)) != NULL) {
		text += strlen(word);
		count++;
	}
	return count;
}

/* `show bgp flaps`, of which a turn at a time is run. */
struct showing {
	struct command_call call;
	struct text said;
};

static void
showing_begin(struct showing *showing, struct router *router)
{
	showing->said = (struct text){ .length = 0 };
	showing->call = (struct command_call){ .router = router,
					       .out = out_json_new(take, &showing->said),
					       .pool = pool_new(router->pool, "test") };
	showing->call.command = command_parse(&showing->call, SHOW);
}

static void
showing_end(struct showing *showing)
{
	out_end(showing->call.out);
	out_free(showing->call.out);
	pool_free(showing->call.pool);
}

/* So many prefixes from 11.0.0.0/32 on flap. */
static void
prefixes_flap(struct bgp_rib *rib, uint32_t count)
{
	struct prefix net = { .type = NET_IP4, .length = 32 };
	struct route_update update = { .net = &net };
	for (uint32_t i = 0; i < count; i++) {
		net.addr = addr_from_ip4(0x0b000000 + i);
		bgp_flapped(&rib->bgp->protocol, rib->channel, &update);
	}
}

START_TEST(records_are_shown_a_few_at_a_time)
{
	struct scene scene = scene_new(BGP(""));
	struct bgp_rib *rib = &lab_bgp(scene.router, "two")->routes->ribs[BGP_IP4];
	struct prefix net = { .type = NET_IP4, .length = 32 };
	struct route_update update = { .net = &net };
	struct showing showing;
	announce(scene.peer, 8, 1);
	prefixes_flap(rib, 1000);
	showing_begin(&showing, scene.router->router);
	unsigned shown = 0;
	bool goes_on = true;
	for (uint32_t i = 0; goes_on; i++) {
		goes_on = command_run(&showing.call) == COMMAND_MORE;
		unsigned now = occurrences(text_string(&showing.said), "\"net\"");
		ck_assert_uint_le(now - shown, 128);
		shown = now;
		/* One that is yet to come flaps again, one that is new does. */
		net.addr = addr_from_ip4(i % 2 ? 0x0b000000 + i : 0x0c000000 + i);
		bgp_flapped(&rib->bgp->protocol, rib->channel, &update);
	}
	ck_assert_uint_eq(shown, 1000);
	showing_end(&showing);
	ck_assert_uint_eq(occurrences(text_string(&showing.said), "11.0.0.1/32"), 1);
	text_fini(&showing.said);
	lab_free(scene.lab);
}
END_TEST

START_TEST(another_instance_that_goes_meanwhile_hides_no_record)
{
	struct scene scene = scene_new(OTHER BGP(""));
	struct showing showing;
	announce(scene.peer, 8, 1);
	prefixes_flap(&lab_bgp(scene.router, "two")->routes->ribs[BGP_IP4], 300);
	showing_begin(&showing, scene.router->router);
	ck_assert_int_eq(command_run(&showing.call), COMMAND_MORE);
	lab_configure(scene.router, BGP(""));
	lab_run(scene.lab, USEC_S);
	while (command_run(&showing.call) == COMMAND_MORE)
		;
	showing_end(&showing);
	ck_assert_uint_eq(occurrences(text_string(&showing.said), "\"net\""), 300);
	text_fini(&showing.said);
	/* Its own records go with the instance. */
	prefixes_flap(&lab_bgp(scene.router, "two")->routes->ribs[BGP_IP4], 300);
	showing_begin(&showing, scene.router->router);
	ck_assert_int_eq(command_run(&showing.call), COMMAND_MORE);
	lab_configure(scene.router, OTHER);
	lab_run(scene.lab, USEC_S);
	ck_assert_int_eq(command_run(&showing.call), COMMAND_DONE);
	showing_end(&showing);
	text_fini(&showing.said);
	lab_free(scene.lab);
}
END_TEST

/* Nor does a session that ends make a neighbour a better one. */
START_TEST(flaps_are_known_over_sessions)
{
	struct scene scene = scene_new(BGP("flap damping; error wait time 1, 1;"));
	announce(scene.peer, 8, 0);
	announce(scene.peer, 9, 0);
	flap(&scene, 8, 8);
	flap(&scene, 9, 1);
	ck_assert(!has(scene.router, ONE));
	lab_peer_hang_up(scene.peer);
	lab_run(scene.lab, 2 * USEC_S);
	lab_says(scene.router, SHOW, ONE);
	lab_peer_establish(scene.peer, scene.router);
	announce(scene.peer, 8, 0);
	announce(scene.peer, 9, 0);
	ck_assert(!has(scene.router, ONE) && has(scene.router, TWO));
	lab_says(scene.router, SHOW, TWO);
	lab_command(scene.router, "restart two");
	lab_run(scene.lab, 2 * USEC_S);
	lab_peer_establish(scene.peer, scene.router);
	announce(scene.peer, 8, 0);
	ck_assert(!has(scene.router, ONE));
	/* It rests, and is let in. */
	for (unsigned i = 0; i < 120 && !has(scene.router, ONE); i++) {
		lab_run(scene.lab, 60 * USEC_S);
		if (scene.peer->stream != NULL)
			lab_say_keepalive(scene.peer);
	}
	ck_assert(has(scene.router, ONE));
	/* Another neighbour has a clean slate. */
	lab_configure(scene.router,
		      "protocol bgp two { local as 65001; neighbor 10.0.0.3 as 65002; "
		      "passive; flap damping; ipv4 { import all; export all; }; }\n");
	lab_run(scene.lab, 2 * USEC_S);
	ck_assert(strstr(lab_command(scene.router, SHOW), ONE) == NULL);
	lab_free(scene.lab);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		penalties_halve,
		flaps_are_counted_without_damping,
		what_flaps_too_often_is_damped_till_it_rests,
		changes_alone_damp_too_and_a_withdrawn_route_stays_away,
		no_damping_lasts_longer_than_it_may,
		what_is_damped_keeps_no_other_records,
		switched_off_all_is_released,
		another_policy_of_ours_is_no_flap,
		what_is_damped_is_not_punished_for_our_question,
		records_have_a_limit,
		records_are_shown_a_few_at_a_time,
		another_instance_that_goes_meanwhile_hides_no_record,
		flaps_are_known_over_sessions,
	};
	return unit_run("bgp/flap", tests, ARRAY_SIZE(tests), NULL, 0);
}
