/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Refreshes (RFC 2918, RFC 7313) out of turn: before the end of the initial table, of no
 * length that they have.
 */
#include "test/unit/bgp/lab.h"

#include <string.h>

#include "proto/bgp/rib.h"
#include "test/unit/unit.h"

#define CONFIG                                                                          \
	"protocol static { ipv4; route 10.77.0.0/16 unreachable; }\n"                   \
	"protocol bgp two { local as 65001; neighbor 10.0.0.2 as 65002; passive; hold " \
	"time 0; graceful restart on; ipv4 { import all; export all; }; }\n"
#define ONE "10.8.0.0/16"
#define TWO "10.9.0.0/16"

/* With graceful restart and enhanced refresh. */
static struct bgp_open
open_of(const struct lab_peer *peer)
{
	struct bgp_open open = lab_open(peer, 65002);
	open.hold = 0;
	open.capabilities.enhanced_refresh = open.capabilities.restart = true;
	open.capabilities.restart_time = 30;
	open.capabilities.restarts[BGP_IP4] =
		(struct bgp_restart_family){ .is_there = true, .forwarding = true };
	return open;
}

static struct lab_scene
scene_new(void)
{
	struct lab_scene scene = { .lab = lab_new(1) };
	scene.router = lab_router_add(scene.lab, 1, CONFIG);
	scene.peer = lab_peer_add(scene.lab, 2);
	lab_run(scene.lab, USEC_S);
	return scene;
}

static void
end_say(struct lab_peer *peer)
{
	static const uint8_t body[4];
	lab_say_update(peer, body, sizeof(body));
}

/* What it heard behind OPEN and KEEPALIVE: a letter for each. */
static const char *
heard(const struct lab_peer *peer, char letters[static 32])
{
	size_t count = 0;
	for (size_t i = 0; i < peer->heard_count && count < 31; i++) {
		const struct lab_message *message = &peer->heard[i];
		if (message->type == BGP_UPDATE)
			letters[count++] = message->size == 4 ? 'E' : 'u';
		else if (message->type == BGP_ROUTE_REFRESH)
			letters[count++] = "a<>"[message->body[2]];
	}
	letters[count] = '\0';
	return letters;
}

/* RFC 7313 §4: "MUST NOT send a BoRR … before it sends the EoR".  Without such marks,
 * too, the initial table comes to its end first. */
START_TEST(who_asks_in_the_initial_table_is_answered_behind_it)
{
	static const char *const said[2][2] = { { "uEu", "uEuu" },
						{ "uE<u>", "uE<u><u>" } };
	for (int knows = 0; knows <= 1; knows++) {
		struct lab_scene scene = scene_new();
		struct bgp_open open = open_of(scene.peer);
		uint8_t bytes[64];
		char letters[32];
		struct wire_out out = wire_out(bytes, sizeof(bytes));
		open.capabilities.enhanced_refresh = knows;
		lab_peer_call(scene.peer, scene.router, NULL);
		lab_say_open(scene.peer, &open);
		bgp_keepalive_write(&out);
		bgp_refresh_write(&out, BGP_IP4, BGP_REFRESH_ASK);
		lab_say_bytes(scene.peer, bytes, wire_used(&out));
		lab_run(scene.lab, 5 * USEC_S);
		ck_assert_str_eq(heard(scene.peer, letters), said[knows][0]);
		lab_say_refresh(scene.peer, BGP_REFRESH_ASK);
		lab_run(scene.lab, 5 * USEC_S);
		ck_assert_str_eq(heard(scene.peer, letters), said[knows][1]);
		lab_free(scene.lab);
	}
}
END_TEST

/* RFC 7313 §4: "MUST ignore any BoRRs … before the speaker receives the EoR". */
START_TEST(no_refresh_begins_before_the_end_of_a_restart)
{
	struct lab_scene scene = scene_new();
	struct bgp_open open = open_of(scene.peer);
	lab_peer_establish_as(scene.peer, scene.router, &open);
	lab_say_route(scene.peer, 8);
	lab_say_route(scene.peer, 9);
	end_say(scene.peer);
	lab_peer_hang_up(scene.peer);
	lab_peer_establish_as(scene.peer, scene.router, &open);
	lab_say_route(scene.peer, 8);
	lab_say_refresh(scene.peer, BGP_REFRESH_BEGIN);
	end_say(scene.peer);
	lab_run(scene.lab, USEC_S);
	/* What was stale went with the mark, and nothing else. */
	ck_assert(lab_has_route(scene.router, ONE, "") &&
		  !lab_has_route(scene.router, TWO, ""));
	lab_say_refresh(scene.peer, BGP_REFRESH_END);
	lab_run(scene.lab, USEC_S);
	ck_assert(lab_has_route(scene.router, ONE, ""));
	/* From now on they count. */
	lab_say_refresh(scene.peer, BGP_REFRESH_BEGIN);
	lab_say_refresh(scene.peer, BGP_REFRESH_END);
	lab_run(scene.lab, USEC_S);
	ck_assert(!lab_has_route(scene.router, ONE, ""));
	lab_free(scene.lab);
}
END_TEST

/* RFC 7313 §5: it is told the complete message; who knows of no marks is told nothing. */
START_TEST(a_mark_of_another_length_is_told_to_who_knows_marks)
{
	uint8_t bytes[24];
	memset(bytes, 0xff, 16);
	memcpy(bytes + 16, (uint8_t[8]){ 0, 24, BGP_ROUTE_REFRESH, 0, 1, 1, 1, 9 }, 8);
	for (int knows = 0; knows <= 1; knows++) {
		struct lab_scene scene = scene_new();
		struct bgp_open open = open_of(scene.peer);
		open.capabilities.enhanced_refresh = knows;
		lab_peer_establish_as(scene.peer, scene.router, &open);
		lab_say_bytes(scene.peer, bytes, sizeof(bytes));
		ck_assert_int_eq(lab_heard(scene.peer, BGP_ERROR_REFRESH, 1), knows);
		if (knows) {
			const struct lab_message *last =
				lab_last(scene.peer, BGP_NOTIFICATION);
			ck_assert_uint_eq(last->size, 2 + sizeof(bytes));
			ck_assert_mem_eq(last->body + 2, bytes, sizeof(bytes));
		}
		lab_free(scene.lab);
	}
}
END_TEST

/* One that asks and asks, and does not read the answers. */
START_TEST(who_asks_without_end_costs_no_more_memory)
{
	struct lab_scene scene = scene_new();
	struct bgp_open open = open_of(scene.peer);
	uint8_t bytes[4000];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	unsigned begun = 0, ended = 0;
	lab_peer_establish_as(scene.peer, scene.router, &open);
	while (wire_room(&out) >= BGP_HEADER_SIZE + 4)
		bgp_refresh_write(&out, BGP_IP4, BGP_REFRESH_ASK);
	const struct bgp *bgp = lab_bgp(scene.router, "two");
	scene.peer->sys->class->stream_pause(scene.peer->stream, true);
	for (unsigned i = 0; i < 500; i++)
		lab_say_bytes(scene.peer, bytes, wire_used(&out));
	ck_assert_uint_lt(bgp->session->established->connection.queued, 300000);
	scene.peer->heard_count = 0;
	scene.peer->sys->class->stream_pause(scene.peer->stream, false);
	lab_run(scene.lab, 10 * USEC_S);
	for (size_t i = 0; i < scene.peer->heard_count; i++) {
		const struct lab_message *message = &scene.peer->heard[i];
		begun += message->type == BGP_ROUTE_REFRESH && message->body[2] == 1;
		ended += message->type == BGP_ROUTE_REFRESH && message->body[2] == 2;
	}
	ck_assert_uint_gt(begun, 0);
	ck_assert_uint_eq(begun, ended);
	ck_assert(!bgp->routes->ribs[BGP_IP4].is_asked);
	lab_free(scene.lab);
}
END_TEST

/* RFC 7313 §4: who reads a BoRR takes all it has for stale until the EoRR. */
START_TEST(who_is_told_nothing_hears_the_end_of_it)
{
	struct lab_scene scene = { .lab = lab_new(1) };
	char letters[32];
	scene.router = lab_router_add(
		scene.lab, 1,
		"protocol bgp two { local as 65001; neighbor 10.0.0.2 as 65002; passive; "
		"hold time 0; graceful restart on; ipv4 { import all; export none; }; "
		"}\n");
	scene.peer = lab_peer_add(scene.lab, 2);
	lab_run(scene.lab, USEC_S);
	struct bgp_open open = open_of(scene.peer);
	lab_peer_establish_as(scene.peer, scene.router, &open);
	lab_say_refresh(scene.peer, BGP_REFRESH_ASK);
	lab_run(scene.lab, USEC_S);
	ck_assert_str_eq(heard(scene.peer, letters), "E<>");
	lab_say_refresh(scene.peer, BGP_REFRESH_ASK);
	lab_run(scene.lab, USEC_S);
	ck_assert_str_eq(heard(scene.peer, letters), "E<><>");
	lab_free(scene.lab);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		who_asks_in_the_initial_table_is_answered_behind_it,
		no_refresh_begins_before_the_end_of_a_restart,
		a_mark_of_another_length_is_told_to_who_knows_marks,
		who_asks_without_end_costs_no_more_memory,
		who_is_told_nothing_hears_the_end_of_it,
	};
	return unit_run("bgp/refresh", tests, ARRAY_SIZE(tests), NULL, 0);
}
