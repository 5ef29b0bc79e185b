/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A session with a neighbour that does as it likes: nonsense, silence, slowness, floods,
 * restarts; and strangers.
 */
#include "test/unit/bgp/lab.h"

#include <string.h>

#include "lib/mem.h"
#include "test/unit/unit.h"

#define CHANNEL "ipv4 { import all; export all; }; "
#define WITH(options)                                                                \
	"protocol bgp two { local as 65001; neighbor 10.0.0.2 as 65002; error wait " \
	"time "                                                                      \
	"1, 1; " options " " CHANNEL "}\n"

struct scene {
	struct lab *lab;
	struct lab_router *router;
	struct lab_peer *peer;
	struct bgp *bgp;
};

static struct scene
scene_new(const char *config)
{
	struct scene scene = { .lab = lab_new(1) };
	scene.router = lab_router_add(scene.lab, 1, config);
	scene.peer = lab_peer_add(scene.lab, 2);
	scene.bgp = lab_bgp(scene.router, "two");
	lab_run(scene.lab, USEC_S);
	return scene;
}

static bool
is_up(const struct scene *scene)
{
	return bgp_state(scene->bgp) == BGP_ESTABLISHED;
}

/* The header of a message. */
static void
header_write(uint8_t bytes[static BGP_HEADER_SIZE], unsigned length, unsigned type)
{
	memset(bytes, 0xff, 16);
	wire_store_u16(bytes + 16, (uint16_t)length);
	bytes[18] = (uint8_t)type;
}

START_TEST(a_scripted_neighbour_establishes)
{
	struct scene scene = scene_new(WITH("passive;"));
	lab_peer_establish(scene.peer, scene.router);
	ck_assert(is_up(&scene));
	ck_assert_uint_eq(lab_count(scene.peer, BGP_OPEN), 1);
	ck_assert_int_eq(bgp_agreed(scene.bgp)->hold, 90 * USEC_S);
	ck_assert_int_eq(bgp_agreed(scene.bgp)->keepalive, 30 * USEC_S);
	/* Keepalives come in time, with jitter. */
	lab_run(scene.lab, 85 * USEC_S);
	ck_assert_uint_ge(lab_count(scene.peer, BGP_KEEPALIVE), 3);
	ck_assert_uint_le(lab_count(scene.peer, BGP_KEEPALIVE), 5);
	lab_run(scene.lab, 6 * USEC_S);
	ck_assert(lab_heard(scene.peer, BGP_ERROR_HOLD, 0));
	ck_assert_uint_eq(scene.peer->closed, 1);
	lab_free(scene.lab);
}
END_TEST

START_TEST(we_call_who_listens)
{
	struct scene scene = scene_new(WITH(""));
	struct bgp_open open = lab_open(scene.peer, 65002);
	lab_peer_listen(scene.peer);
	lab_run(scene.lab, 10 * USEC_S);
	ck_assert_uint_eq(scene.peer->accepted, 1);
	ck_assert_int_eq(bgp_state(scene.bgp), BGP_OPEN_SENT);
	lab_say_open(scene.peer, &open);
	ck_assert_int_eq(bgp_state(scene.bgp), BGP_OPEN_CONFIRM);
	lab_say_keepalive(scene.peer);
	ck_assert(is_up(&scene));
	lab_free(scene.lab);
}
END_TEST

START_TEST(a_call_that_nobody_answers_is_tried_again)
{
	struct scene scene =
		scene_new(WITH("connect retry time 20; connect delay time 2;"));
	sim_node_group(scene.peer->node, 1);
	lab_peer_listen(scene.peer);
	lab_run(scene.lab, 10 * USEC_S);
	ck_assert_int_eq(bgp_state(scene.bgp), BGP_CONNECT);
	lab_run(scene.lab, 12 * USEC_S);
	lab_says(scene.router, "show protocols two", "Error: No answer");
	sim_node_group(scene.peer->node, 0);
	lab_run(scene.lab, 25 * USEC_S);
	ck_assert_int_eq(bgp_state(scene.bgp), BGP_OPEN_SENT);
	lab_free(scene.lab);
}
END_TEST

START_TEST(garbage_is_told_so_once)
{
	struct scene scene = scene_new(WITH("passive;"));
	static const char garbage[] = "GET / HTTP/1.1\r\nHost: router.example\r\n\r\n";
	lab_peer_call(scene.peer, scene.router, NULL);
	lab_say_bytes(scene.peer, garbage, sizeof(garbage));
	ck_assert(lab_heard(scene.peer, BGP_ERROR_HEADER, BGP_HEADER_MARKER));
	ck_assert_uint_eq(scene.peer->closed, 1);
	ck_assert_uint_eq(lab_logged(scene.router, "Connection not synchronized"), 1);
	/* While it rests behind that, who connects is told that it doesn't talk. */
	lab_peer_call(scene.peer, scene.router, NULL);
	ck_assert(lab_heard(scene.peer, BGP_ERROR_CEASE, 5));
	lab_run(scene.lab, 2 * USEC_S);
	lab_peer_establish(scene.peer, scene.router);
	ck_assert(is_up(&scene));
	/* Nor does it help later. */
	lab_say_bytes(scene.peer, garbage, sizeof(garbage));
	ck_assert(lab_heard(scene.peer, BGP_ERROR_HEADER, BGP_HEADER_MARKER));
	lab_run(scene.lab, USEC_S);
	ck_assert_int_ne(scene.bgp->protocol.state, PROTOCOL_UP);
	lab_free(scene.lab);
}
END_TEST

/* What a length must be for a type (RFC 4271 §6.1). */
static bool
length_is_good(unsigned length, unsigned type)
{
	static const unsigned least[] = { [BGP_OPEN] = 29,
					  [BGP_UPDATE] = 23,
					  [BGP_NOTIFICATION] = 21,
					  [BGP_KEEPALIVE] = 19,
					  [BGP_ROUTE_REFRESH] = 19 };
	unsigned most = type == BGP_KEEPALIVE ? 19 : BGP_MESSAGE_MAX;
	return length >= least[type] && length <= most;
}

START_TEST(lengths_are_what_they_may_be)
{
	struct scene scene = scene_new(WITH("passive; error wait time 0, 0;"));
	uint8_t header[BGP_HEADER_SIZE];
	unsigned refused = 0, awaited = 0;
	for (unsigned length = 0; length <= UINT16_MAX; length += length < 100 ? 1 : 331)
		for (unsigned type = BGP_OPEN; type <= BGP_ROUTE_REFRESH; type++) {
			bool good = length_is_good(length, type);
			scene.peer->heard_count = 0;
			lab_peer_call(scene.peer, scene.router, NULL);
			header_write(header, length, type);
			lab_say_bytes(scene.peer, header, sizeof(header));
			/* A keepalive of the right length is whole, and too early. */
			bool whole = good && length == BGP_HEADER_SIZE;
			if (!good)
				ck_assert_msg(lab_heard(scene.peer, BGP_ERROR_HEADER,
							BGP_HEADER_LENGTH),
					      "length %u, type %u", length, type);
			else if (!whole)
				ck_assert_uint_eq(lab_count(scene.peer, BGP_NOTIFICATION),
						  0);
			refused += !good;
			awaited += good;
			if (scene.peer->stream)
				lab_peer_hang_up(scene.peer);
		}
	ck_assert_uint_gt(refused, 500);
	ck_assert_uint_gt(awaited, 300);
	lab_free(scene.lab);
}
END_TEST

START_TEST(bytes_may_come_one_by_one)
{
	struct scene scene = scene_new(WITH("passive;"));
	struct bgp_open open = lab_open(scene.peer, 65002);
	uint8_t bytes[BGP_MESSAGE_MAX];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	bgp_open_write(&out, &open);
	bgp_keepalive_write(&out);
	bgp_keepalive_write(&out);
	lab_peer_call(scene.peer, scene.router, NULL);
	for (size_t i = 0; i < wire_used(&out); i++)
		lab_say_bytes(scene.peer, bytes + i, 1);
	ck_assert(is_up(&scene));
	/* But not for ever: bytes that make no message prove nothing. */
	usec_t began = sim_now(scene.lab->world);
	header_write(bytes, BGP_MESSAGE_MAX, BGP_UPDATE);
	memset(bytes + BGP_HEADER_SIZE, 0, BGP_MESSAGE_MAX - BGP_HEADER_SIZE);
	for (size_t i = 0; i < 100 && scene.peer->stream; i++) {
		lab_say_bytes(scene.peer, bytes + i, 1);
		lab_run(scene.lab, USEC_S);
	}
	ck_assert(lab_heard(scene.peer, BGP_ERROR_HOLD, 0));
	ck_assert_int_le(sim_now(scene.lab->world) - began, 95 * USEC_S);
	lab_free(scene.lab);
}
END_TEST

START_TEST(who_says_no_open_is_hung_up_on)
{
	struct scene scene = scene_new(WITH("passive; startup hold time 20;"));
	lab_peer_call(scene.peer, scene.router, NULL);
	lab_run(scene.lab, 19 * USEC_S);
	ck_assert_uint_eq(scene.peer->closed, 0);
	lab_run(scene.lab, 2 * USEC_S);
	ck_assert_uint_eq(scene.peer->closed, 1);
	ck_assert(lab_heard(scene.peer, BGP_ERROR_HOLD, 0));
	lab_free(scene.lab);
}
END_TEST

START_TEST(messages_out_of_turn_are_refused)
{
	struct scene scene = scene_new(WITH("passive;"));
	struct bgp_open open = lab_open(scene.peer, 65002);
	lab_peer_call(scene.peer, scene.router, NULL);
	lab_say_keepalive(scene.peer);
	ck_assert(lab_heard(scene.peer, BGP_ERROR_FSM, 1));
	lab_run(scene.lab, 2 * USEC_S);
	lab_peer_call(scene.peer, scene.router, NULL);
	lab_say_open(scene.peer, &open);
	lab_say_open(scene.peer, &open);
	ck_assert(lab_heard(scene.peer, BGP_ERROR_FSM, 2));
	lab_run(scene.lab, 2 * USEC_S);
	lab_peer_establish(scene.peer, scene.router);
	ck_assert(is_up(&scene));
	lab_say_open(scene.peer, &open);
	ck_assert(lab_heard(scene.peer, BGP_ERROR_FSM, 3));
	ck_assert_uint_eq(lab_last(scene.peer, BGP_NOTIFICATION)->body[2], BGP_OPEN);
	lab_free(scene.lab);
}
END_TEST

/* ---- OPEN ---- */

/* An OPEN that is wrong in one way, against these options. */
struct wrong {
	const char *options;
	uint32_t as; /* 0: as it should be. */
	int hold;    /* -1: as it should be. */
	void (*spoil)(struct bgp_capabilities *);
	uint8_t subcode; /* 0: it does. */
};

static void
role_customer(struct bgp_capabilities *open)
{
	open->has_role = true;
	open->role = 3;
}

static void
role_peer(struct bgp_capabilities *open)
{
	open->has_role = true;
	open->role = 4;
}

static void
only_ip6(struct bgp_capabilities *open)
{
	open->families[BGP_IP4] = false;
	open->families[BGP_IP6] = true;
}

static void
bare(struct bgp_capabilities *open)
{
	*open = (struct bgp_capabilities){ .any = false };
}

static void
enhanced(struct bgp_capabilities *open)
{
	open->enhanced_refresh = true;
}

static const struct wrong wrongs[] = {
	{ "", 0, -1, NULL, 0 },
	{ "", 0, 0, NULL, 0 },
	{ "", 0, -1, bare, 0 },
	{ "", 65003, -1, NULL, BGP_OPEN_AS },
	{ "", 0, 2, NULL, BGP_OPEN_HOLD },
	{ "min hold time 100;", 0, -1, NULL, BGP_OPEN_HOLD },
	{ "min keepalive time 31;", 0, -1, NULL, BGP_OPEN_HOLD },
	{ "", 0, -1, only_ip6, BGP_OPEN_CAPABILITY },
	{ "local role provider;", 0, -1, role_customer, 0 },
	{ "local role provider;", 0, -1, NULL, 0 },
	{ "local role provider;", 0, -1, role_peer, BGP_OPEN_ROLE },
	{ "local role peer;", 0, -1, role_peer, 0 },
	{ "local role rs_server;", 0, -1, role_customer, BGP_OPEN_ROLE },
	{ "local role provider; require roles;", 0, -1, NULL, BGP_OPEN_ROLE },
	{ "require as4;", 0, -1, NULL, 0 },
	{ "require as4;", 0, -1, bare, BGP_OPEN_CAPABILITY },
	{ "require route refresh;", 0, -1, bare, BGP_OPEN_CAPABILITY },
	{ "require enhanced route refresh;", 0, -1, NULL, BGP_OPEN_CAPABILITY },
	{ "require enhanced route refresh;", 0, -1, enhanced, 0 },
	{ "enable extended messages; require extended messages;", 0, -1, NULL,
	  BGP_OPEN_CAPABILITY },
	{ "require graceful restart;", 0, -1, NULL, BGP_OPEN_CAPABILITY },
	{ "require hostname;", 0, -1, NULL, BGP_OPEN_CAPABILITY },
};

static void
wrong_try(const struct wrong *wrong)
{
	struct text config = { .text = NULL };
	text_printf(&config,
		    "protocol bgp two { local as 65001; neighbor 10.0.0.2 as 65002; "
		    "passive; %s " CHANNEL "}\n",
		    wrong->options);
	struct scene scene = scene_new(text_string(&config));
	struct bgp_open open = lab_open(scene.peer, wrong->as ? wrong->as : 65002);
	if (wrong->hold >= 0)
		open.hold = (uint16_t)wrong->hold;
	if (wrong->spoil)
		wrong->spoil(&open.capabilities);
	lab_peer_call(scene.peer, scene.router, NULL);
	lab_say_open(scene.peer, &open);
	if (wrong->subcode != 0) {
		ck_assert_msg(lab_heard(scene.peer, BGP_ERROR_OPEN, wrong->subcode),
			      "case %td: %s", wrong - wrongs, wrong->options);
		ck_assert_int_eq(scene.bgp->session->attempts.phase, BGP_IDLE_HOLD);
	} else {
		lab_say_keepalive(scene.peer);
		ck_assert_msg(is_up(&scene), "case %td: %s", wrong - wrongs,
			      wrong->options);
	}
	text_fini(&config);
	lab_free(scene.lab);
}

START_TEST(opens_are_held_against_the_configuration)
{
	for (size_t i = 0; i < ARRAY_SIZE(wrongs); i++)
		wrong_try(&wrongs[i]);
}
END_TEST

START_TEST(ids_must_differ_within_an_as)
{
	struct scene scene =
		scene_new("protocol bgp two { local as 65002; neighbor 10.0.0.2 as "
			  "65002; passive; " CHANNEL "}\n");
	struct bgp_open open = lab_open(scene.peer, 65002);
	open.id = 0x0a000001;
	lab_peer_call(scene.peer, scene.router, NULL);
	lab_say_open(scene.peer, &open);
	ck_assert(lab_heard(scene.peer, BGP_ERROR_OPEN, BGP_OPEN_IDENTIFIER));
	lab_free(scene.lab);
}
END_TEST

START_TEST(a_mandatory_family_is_missed)
{
	struct scene scene =
		scene_new(WITH("passive; ipv6 { mandatory; import all; export all; }; "));
	struct bgp_open open = lab_open(scene.peer, 65002);
	lab_peer_call(scene.peer, scene.router, NULL);
	lab_say_open(scene.peer, &open);
	ck_assert(lab_heard(scene.peer, BGP_ERROR_OPEN, BGP_OPEN_CAPABILITY));
	lab_run(scene.lab, 2 * USEC_S);
	open.capabilities.families[BGP_IP6] = true;
	lab_peer_call(scene.peer, scene.router, NULL);
	lab_say_open(scene.peer, &open);
	lab_say_keepalive(scene.peer);
	ck_assert(is_up(&scene));
	lab_says(scene.router, "show bgp neighbours two",
		 "\"multiprotocol\":\"ipv4 ipv6\"");
	lab_free(scene.lab);
}
END_TEST

/* ---- several connections, and strangers ---- */

START_TEST(of_two_calls_of_the_neighbour_the_newer_counts)
{
	struct scene scene = scene_new(WITH("passive;"));
	struct bgp_open open = lab_open(scene.peer, 65002);
	lab_peer_call(scene.peer, scene.router, NULL);
	struct sys_stream *first = scene.peer->stream;
	lab_peer_call(scene.peer, scene.router, NULL);
	ck_assert_ptr_ne(scene.peer->stream, first);
	ck_assert_uint_eq(scene.peer->closed, 1);
	lab_say_open(scene.peer, &open);
	lab_say_keepalive(scene.peer);
	ck_assert(is_up(&scene));
	/* An established one stays. */
	struct sys_stream *session = scene.peer->stream;
	lab_peer_call(scene.peer, scene.router, NULL);
	ck_assert_uint_eq(scene.peer->closed, 2);
	scene.peer->stream = session;
	lab_say_keepalive(scene.peer);
	ck_assert(is_up(&scene));
	lab_free(scene.lab);
}
END_TEST

START_TEST(a_thousand_strangers_disturb_nobody)
{
	struct scene scene = scene_new(WITH("passive;"));
	struct lab_peer *stranger = lab_peer_add(scene.lab, 77);
	lab_peer_establish(scene.peer, scene.router);
	for (unsigned i = 0; i < 1000; i++) {
		if (i % 200 == 0)
			lab_say_keepalive(scene.peer);
		lab_peer_call(stranger, scene.router, NULL);
		ck_assert_uint_eq(stranger->closed, i + 1);
		ck_assert(lab_heard(stranger, BGP_ERROR_CEASE, 5));
		stranger->heard_count = 0;
	}
	ck_assert(is_up(&scene));
	/* 100 s, and a line a minute. */
	ck_assert_uint_eq(lab_logged(scene.router, "10.0.0.77"), 2);
	ck_assert_uint_ge(lab_logged(scene.router, "so were 5"), 1);
	lab_free(scene.lab);
}
END_TEST

START_TEST(a_neighbour_that_calls_on_is_told_of_once_a_minute)
{
	struct scene scene = scene_new(WITH("passive; hold time 0;"));
	lab_peer_establish(scene.peer, scene.router);
	lab_run(scene.lab, 10 * USEC_S);
	for (unsigned i = 0; i < 100; i++) {
		lab_peer_call(scene.peer, scene.router, NULL);
		ck_assert(lab_heard(scene.peer, BGP_ERROR_CEASE, 7));
	}
	ck_assert_uint_eq(lab_logged(scene.router, "was refused in state Est"), 1);
	lab_run(scene.lab, 60 * USEC_S);
	lab_peer_call(scene.peer, scene.router, NULL);
	ck_assert_uint_eq(lab_logged(scene.router, "was refused in state Est"), 2);
	ck_assert_uint_eq(lab_logged(scene.router, "so were 99 since"), 1);
	ck_assert(is_up(&scene));
	lab_free(scene.lab);
}
END_TEST

/* ---- slow readers ---- */

/* As many messages as they come, of an unknown attribute. */
static void
flood(struct scene *scene, size_t bytes)
{
	struct bgp_chunk *chunk = bgp_chunk_new(BGP_MESSAGE_MAX);
	chunk->size = BGP_MESSAGE_MAX;
	memset(chunk->bytes, 0, chunk->size);
	header_write(chunk->bytes, BGP_MESSAGE_MAX, BGP_UPDATE);
	wire_store_u16(chunk->bytes + BGP_HEADER_SIZE + 2, BGP_MESSAGE_MAX - 23);
	struct bgp_piece whole = bgp_chunk_whole(chunk);
	for (; bytes > 0; bytes -= BGP_MESSAGE_MAX)
		bgp_session_send(scene->bgp, &whole);
	bgp_chunk_release(chunk);
}

static void
pause_reading(struct scene *scene, bool paused)
{
	scene->peer->sys->class->stream_pause(scene->peer->stream, paused);
}

START_TEST(a_neighbour_that_does_not_read_is_given_up)
{
	struct scene scene = scene_new(WITH("passive; hold time 9; send hold time 20;"));
	lab_peer_establish(scene.peer, scene.router);
	ck_assert(bgp_session_has_room(scene.bgp));
	pause_reading(&scene, true);
	flood(&scene, 1024 * BGP_MESSAGE_MAX);
	ck_assert(!bgp_session_has_room(scene.bgp));
	for (unsigned i = 0; i < 18; i++) {
		lab_say_keepalive(scene.peer);
		lab_run(scene.lab, USEC_S);
		ck_assert(is_up(&scene));
	}
	for (unsigned i = 0; i < 4 && is_up(&scene); i++) {
		lab_say_keepalive(scene.peer);
		lab_run(scene.lab, USEC_S);
	}
	ck_assert(!is_up(&scene));
	ck_assert_uint_eq(lab_logged(scene.router, "Send hold timer expired"), 1);
	ck_assert_int_eq(scene.bgp->history.sent.code, BGP_ERROR_SEND_HOLD);
	lab_free(scene.lab);
}
END_TEST

START_TEST(a_send_hold_time_counts_also_for_the_session_that_stands)
{
	struct scene scene = scene_new(WITH("passive; hold time 9; send hold time 20;"));
	lab_peer_establish(scene.peer, scene.router);
	pause_reading(&scene, true);
	flood(&scene, 1024 * BGP_MESSAGE_MAX);
	lab_configure(scene.router, WITH("passive; hold time 9; send hold time 0;"));
	for (unsigned i = 0; i < 60; i++) {
		lab_say_keepalive(scene.peer);
		lab_run(scene.lab, USEC_S);
	}
	ck_assert(is_up(&scene));
	lab_configure(scene.router, WITH("passive; hold time 9; send hold time 10;"));
	for (unsigned i = 0; i < 12 && is_up(&scene); i++) {
		lab_say_keepalive(scene.peer);
		lab_run(scene.lab, USEC_S);
	}
	ck_assert(!is_up(&scene));
	ck_assert_uint_eq(lab_logged(scene.router, "Send hold timer expired"), 1);
	lab_free(scene.lab);
}
END_TEST

START_TEST(a_slow_reader_is_waited_for_and_gets_all)
{
	struct scene scene = scene_new(WITH("passive; hold time 9; send hold time 20;"));
	lab_peer_establish(scene.peer, scene.router);
	unsigned before = lab_count(scene.peer, BGP_UPDATE);
	pause_reading(&scene, true);
	flood(&scene, 1024 * BGP_MESSAGE_MAX);
	for (unsigned i = 0; i < 60; i++) {
		lab_say_keepalive(scene.peer);
		pause_reading(&scene, i % 10 != 0);
		lab_run(scene.lab, USEC_S);
	}
	ck_assert(is_up(&scene));
	pause_reading(&scene, false);
	lab_run(scene.lab, 5 * USEC_S);
	ck_assert_uint_eq(lab_count(scene.peer, BGP_UPDATE) - before, 1024);
	ck_assert(bgp_session_has_room(scene.bgp));
	lab_free(scene.lab);
}
END_TEST

/* The NOTIFICATION comes behind a message that was half out, and in front of the rest. */
START_TEST(last_words_do_not_cut_messages)
{
	struct scene scene = scene_new(WITH("passive; hold time 9; send hold time 20;"));
	static const struct bgp_failure failure = { .code = BGP_ERROR_UPDATE,
						    .subcode = 3 };
	lab_peer_establish(scene.peer, scene.router);
	pause_reading(&scene, true);
	flood(&scene, 1024 * BGP_MESSAGE_MAX);
	lab_run(scene.lab, USEC_S);
	bgp_session_fail(scene.bgp, &failure, "a test");
	lab_run(scene.lab, 0);
	ck_assert(!is_up(&scene));
	pause_reading(&scene, false);
	lab_run(scene.lab, 5 * USEC_S);
	/* receive() of the laboratory has looked at each header. */
	ck_assert(lab_heard(scene.peer, BGP_ERROR_UPDATE, 3));
	ck_assert_uint_lt(lab_count(scene.peer, BGP_UPDATE), 1024);
	ck_assert_uint_eq(lab_logged(scene.router, "Missing mandatory attribute: a test"),
			  1);
	lab_free(scene.lab);
}
END_TEST

/* ---- graceful restart of the neighbour ---- */

static void
graceful_establish(struct scene *scene, bool notifications)
{
	struct bgp_open open = lab_open(scene->peer, 65002);
	open.capabilities.restart = true;
	open.capabilities.restart_time = 30;
	open.capabilities.notifications = notifications;
	open.capabilities.restarts[BGP_IP4].is_there = true;
	lab_peer_call(scene->peer, scene->router, NULL);
	lab_say_open(scene->peer, &open);
	lab_say_keepalive(scene->peer);
}

START_TEST(routes_wait_for_a_neighbour_that_restarts)
{
	struct scene scene = scene_new(WITH("passive;"));
	graceful_establish(&scene, false);
	ck_assert(is_up(&scene));
	lab_peer_hang_up(scene.peer);
	ck_assert(!is_up(&scene));
	ck_assert_int_eq(scene.bgp->protocol.state, PROTOCOL_UP);
	lab_run(scene.lab, 20 * USEC_S);
	graceful_establish(&scene, false);
	ck_assert(is_up(&scene));
	lab_run(scene.lab, 20 * USEC_S);
	ck_assert(is_up(&scene));
	/* It may connect again without a good-bye. */
	graceful_establish(&scene, false);
	ck_assert(is_up(&scene));
	ck_assert_uint_eq(scene.bgp->history.established_count, 3);
	ck_assert_int_eq(scene.bgp->protocol.state, PROTOCOL_UP);
	/* But not for ever. */
	lab_peer_hang_up(scene.peer);
	lab_run(scene.lab, 29 * USEC_S);
	ck_assert_int_eq(scene.bgp->protocol.state, PROTOCOL_UP);
	lab_run(scene.lab, 2 * USEC_S);
	ck_assert_int_eq(scene.bgp->protocol.state, PROTOCOL_STARTING);
	lab_free(scene.lab);
}
END_TEST

START_TEST(a_second_call_that_fails_is_nothing_to_the_session)
{
	struct scene scene = scene_new(WITH("passive; disable after error;"));
	graceful_establish(&scene, false);
	struct sys_stream *session = scene.peer->stream;
	/* Sooner it would be one that was on its way. */
	lab_run(scene.lab, 6 * USEC_S);
	lab_peer_call(scene.peer, scene.router, NULL);
	lab_say_keepalive(scene.peer);
	ck_assert(lab_heard(scene.peer, BGP_ERROR_FSM, 1));
	ck_assert(is_up(&scene));
	scene.peer->stream = session;
	lab_say_keepalive(scene.peer);
	ck_assert(is_up(&scene));
	lab_free(scene.lab);
}
END_TEST

START_TEST(a_notification_ends_routes_unless_both_say_otherwise)
{
	struct scene scene = scene_new(WITH("passive;"));
	graceful_establish(&scene, false);
	lab_say_notification(scene.peer, BGP_ERROR_CEASE, 4, NULL);
	lab_run(scene.lab, USEC_S);
	ck_assert_int_eq(scene.bgp->protocol.state, PROTOCOL_STARTING);
	/* RFC 8538 §4 */
	graceful_establish(&scene, true);
	lab_say_notification(scene.peer, BGP_ERROR_CEASE, 4, NULL);
	lab_run(scene.lab, USEC_S);
	ck_assert_int_eq(scene.bgp->protocol.state, PROTOCOL_UP);
	graceful_establish(&scene, true);
	ck_assert(is_up(&scene));
	/* A Hard Reset, of an administrative shutdown. */
	lab_say_notification(scene.peer, BGP_ERROR_CEASE, 9,
			     "\x02\x03"
			     "bye");
	lab_run(scene.lab, USEC_S);
	ck_assert_int_eq(scene.bgp->protocol.state, PROTOCOL_STARTING);
	lab_free(scene.lab);
}
END_TEST

START_TEST(our_shutdown_is_a_hard_reset_where_it_must_be)
{
	struct scene scene = scene_new(WITH("passive;"));
	graceful_establish(&scene, true);
	lab_command(scene.router, "disable two \"bye\"");
	lab_run(scene.lab, USEC_S);
	ck_assert(lab_heard(scene.peer, BGP_ERROR_CEASE, 9));
	const struct lab_message *last = lab_last(scene.peer, BGP_NOTIFICATION);
	static const uint8_t inner[] = { 6, 2, 3, 'b', 'y', 'e' };
	ck_assert_mem_eq(last->body + 2, inner, sizeof(inner));
	lab_free(scene.lab);
}
END_TEST

/* ---- limits, and errors that are forgotten ---- */

/* Two prefixes, by way of the neighbour. */
static void
routes_say(struct lab_peer *peer)
{
	static const uint8_t body[] = { 0, 0, 0,  20, 0x40, 1,    1,    0,  0x40, 2,  6,
					2, 1, 0,  0,  0xfd, 0xea, 0x40, 3,  4,    10, 0,
					0, 2, 24, 10, 1,    1,    24,   10, 1,    2 };
	uint8_t bytes[BGP_HEADER_SIZE + sizeof(body)];
	header_write(bytes, sizeof(bytes), BGP_UPDATE);
	memcpy(bytes + BGP_HEADER_SIZE, body, sizeof(body));
	lab_say_bytes(peer, bytes, sizeof(bytes));
}

START_TEST(routes_beyond_a_limit_end_the_session)
{
	struct scene scene =
		scene_new("protocol bgp two { local as 65001; neighbor 10.0.0.2 as "
			  "65002; passive; ipv4 { import all; export all; import limit 1 "
			  "action disable; }; }\n");
	lab_peer_establish(scene.peer, scene.router);
	ck_assert(is_up(&scene));
	routes_say(scene.peer);
	lab_run(scene.lab, USEC_S);
	ck_assert(lab_heard(scene.peer, BGP_ERROR_CEASE, 1));
	ck_assert(scene.bgp->protocol.disabled);
	lab_says(scene.router, "show protocols two", "Route limit exceeded");
	lab_free(scene.lab);
}
END_TEST

START_TEST(routes_come_in_and_stay_over_a_restart)
{
	struct scene scene = scene_new(WITH("passive;"));
	graceful_establish(&scene, false);
	routes_say(scene.peer);
	lab_run(scene.lab, USEC_S);
	lab_says(scene.router, "show route count", "2");
	lab_peer_hang_up(scene.peer);
	lab_run(scene.lab, 20 * USEC_S);
	lab_says(scene.router, "show route 10.1.1.0/24", "10.0.0.2");
	lab_run(scene.lab, 15 * USEC_S);
	ck_assert_ptr_null(strstr(lab_command(scene.router, "show route"), "10.1.1.0"));
	lab_free(scene.lab);
}
END_TEST

START_TEST(an_error_of_long_ago_is_forgotten)
{
	struct scene scene = scene_new(
		"protocol bgp two { local as 65001; neighbor 10.0.0.2 as 65002; passive; "
		"error wait time 4, 64; error forget time 20; " CHANNEL "}\n");
	static const unsigned waits[] = { 4, 8, 16, 4 };
	for (size_t i = 0; i < ARRAY_SIZE(waits); i++) {
		lab_peer_call(scene.peer, scene.router, NULL);
		lab_say_keepalive(scene.peer);
		ck_assert_int_eq(scene.bgp->history.error_wait, waits[i] * USEC_S);
		lab_run(scene.lab, (waits[i] + (i == 2 ? 20 : 1)) * USEC_S);
	}
	lab_free(scene.lab);
}
END_TEST

START_TEST(an_error_may_disable)
{
	struct scene scene = scene_new(WITH("passive; disable after error;"));
	lab_peer_call(scene.peer, scene.router, NULL);
	lab_say_keepalive(scene.peer);
	lab_run(scene.lab, USEC_S);
	ck_assert(scene.bgp->protocol.disabled);
	lab_says(scene.router, "show protocols two", "Unexpected message in OpenSent");
	lab_free(scene.lab);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_scripted_neighbour_establishes,
		we_call_who_listens,
		a_call_that_nobody_answers_is_tried_again,
		garbage_is_told_so_once,
		lengths_are_what_they_may_be,
		bytes_may_come_one_by_one,
		who_says_no_open_is_hung_up_on,
		messages_out_of_turn_are_refused,
		opens_are_held_against_the_configuration,
		ids_must_differ_within_an_as,
		a_mandatory_family_is_missed,
		of_two_calls_of_the_neighbour_the_newer_counts,
		a_thousand_strangers_disturb_nobody,
		a_neighbour_that_calls_on_is_told_of_once_a_minute,
		a_neighbour_that_does_not_read_is_given_up,
		a_send_hold_time_counts_also_for_the_session_that_stands,
		a_slow_reader_is_waited_for_and_gets_all,
		last_words_do_not_cut_messages,
		routes_wait_for_a_neighbour_that_restarts,
		a_second_call_that_fails_is_nothing_to_the_session,
		a_notification_ends_routes_unless_both_say_otherwise,
		our_shutdown_is_a_hard_reset_where_it_must_be,
		routes_beyond_a_limit_end_the_session,
		routes_come_in_and_stay_over_a_restart,
		an_error_of_long_ago_is_forgotten,
		an_error_may_disable,
	};
	return unit_run("bgp/peer", tests, ARRAY_SIZE(tests), NULL, 0);
}
