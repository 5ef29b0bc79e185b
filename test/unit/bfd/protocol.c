/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol bfd in two running routers on a cable: who asks for sessions is told of them,
 * whoever comes first waits, several share one, and what is not to be believed is not.
 */
#include "conf/conf.h"
#include "daemon/modules.h"
#include "lib/out.h"
#include "lib/text.h"
#include "nest/bfd.h"
#include "nest/router.h"
#include "sysdep/sim/sim.h"
#include "test/unit/unit.h"
#include <string.h>

#define BASE "router id 10.0.0.1; protocol device { }\n"
#define BFD  BASE "protocol bfd b { interface \"eth0\" { interval 100 ms; multiplier 3; };"

struct side {
	struct sim_node *node;
	struct sim_interface *interface;
	struct router *router;
};

struct asker {
	struct bfd_request request;
	unsigned told;
	unsigned failed; /* Times that the neighbour did (RFC 5882 §3.2). */
	bool closes;     /* At the next change. */
};

struct bench {
	struct sim_world *world;
	struct sim_segment *segment;
	struct side a, b;
	struct text text;
};

static void
run(struct bench *bench, usec_t time)
{
	sim_run(bench->world, sim_now(bench->world) + time);
}

static void
configure(struct bench *bench, struct side *side, const char *config)
{
	text_reset(&bench->text);
	struct out *out = out_text_new(out_to_text, &bench->text);
	sim_file_put(side->node, "/etc/meshd.conf", config, strlen(config));
	int result = conf_language.configure(side->router, "/etc/meshd.conf",
					     CONFIGURE_COMMIT, 0, out);
	out_end(out);
	out_free(out);
	ck_assert_msg(result == 0, "%s", text_string(&bench->text));
	run(bench, USEC_S);
}

static void
side_open(struct bench *bench, struct side *side, const char *name, uint32_t addr)
{
	side->node = sim_node_new(bench->world, name);
	side->interface = sim_interface_new(side->node, "eth0", 0, bench->segment);
	sim_address_add(side->interface, addr_from_ip4(addr), 24, 0);
	side->router =
		router_new(sim_node_sys(side->node), &modules_linked, &conf_language);
}

static void
bench_open(struct bench *bench)
{
	*bench = (struct bench){ .world = sim_world_new(3) };
	bench->segment = sim_segment_new(bench->world, "cable", true);
	side_open(bench, &bench->a, "a", 0x0a000001);
	side_open(bench, &bench->b, "b", 0x0a000002);
	run(bench, USEC_S);
	configure(bench, &bench->b, BFD " neighbor 10.0.0.1; }\n");
}

static void
bench_close(struct bench *bench)
{
	router_free(bench->a.router);
	router_free(bench->b.router);
	sim_world_free(bench->world);
	text_fini(&bench->text);
}

static void
asker_changed(struct bfd_request *request)
{
	struct asker *asker = container_of(request, struct asker, request);
	asker->told++;
	asker->failed += request->former == BFD_UP && request->state == BFD_DOWN;
	if (asker->closes)
		bfd_request_close(request);
}

static void
ask_of(struct side *side, struct asker *asker, uint32_t addr)
{
	*asker = (struct asker){ .request = { .addr = addr_from_ip4(addr),
					      .changed = asker_changed } };
	bfd_request_open(side->router, &asker->request);
}

static void
ask(struct bench *bench, struct asker *asker)
{
	ask_of(&bench->a, asker, 0x0a000002);
}

static void
wire_silent(struct bench *bench, bool silent)
{
	struct sim_quality quality = { .delay = USEC_MS, .silent = silent };
	sim_segment_quality(bench->segment, &quality);
}

START_TEST(whoever_comes_first_waits)
{
	struct bench bench;
	struct asker asker;
	bench_open(&bench);
	ask(&bench, &asker);
	run(&bench, 5 * USEC_S);
	ck_assert_int_eq(asker.request.state, BFD_ADMIN_DOWN);
	ck_assert_uint_eq(asker.told, 0);
	configure(&bench, &bench.a, BFD " }\n");
	run(&bench, 5 * USEC_S);
	ck_assert_int_eq(asker.request.state, BFD_UP);
	/* One is told where the provider ends, and that it is no failure. */
	configure(&bench, &bench.a, BASE);
	run(&bench, 5 * USEC_S);
	ck_assert_int_eq(asker.request.state, BFD_ADMIN_DOWN);
	ck_assert_int_eq(asker.request.former, BFD_UP);
	configure(&bench, &bench.a, BFD " }\n");
	run(&bench, 5 * USEC_S);
	ck_assert_int_eq(asker.request.state, BFD_UP);
	bfd_request_close(&asker.request);
	bench_close(&bench);
}
END_TEST

START_TEST(several_share_a_session_and_all_are_told)
{
	struct bench bench;
	struct asker askers[3];
	bench_open(&bench);
	configure(&bench, &bench.a, BFD " }\n");
	for (size_t i = 0; i < ARRAY_SIZE(askers); i++)
		ask(&bench, &askers[i]);
	run(&bench, 5 * USEC_S);
	for (size_t i = 0; i < ARRAY_SIZE(askers); i++) {
		ck_assert_int_eq(askers[i].request.state, BFD_UP);
		ck_assert_ptr_eq(askers[i].request.session, askers[0].request.session);
	}
	/* One who comes later sees what holds. */
	bfd_request_close(&askers[2].request);
	ask(&bench, &askers[2]);
	ck_assert_int_eq(askers[2].request.state, BFD_UP);
	askers[0].closes = true;
	wire_silent(&bench, true);
	run(&bench, USEC_S);
	ck_assert_ptr_null(askers[0].request.provider);
	for (size_t i = 1; i < ARRAY_SIZE(askers); i++) {
		ck_assert_int_eq(askers[i].request.state, BFD_DOWN);
		ck_assert_int_eq(askers[i].request.former, BFD_UP);
		ck_assert_int_eq(askers[i].request.diagnostic, BFD_DIAGNOSTIC_EXPIRED);
		bfd_request_close(&askers[i].request);
	}
	bench_close(&bench);
}
END_TEST

START_TEST(a_session_outlives_a_reload)
{
	struct bench bench;
	struct asker asker;
	bench_open(&bench);
	configure(&bench, &bench.a, BFD " neighbor 10.0.0.2; }\n");
	run(&bench, 5 * USEC_S);
	ask(&bench, &asker);
	ck_assert_int_eq(asker.request.state, BFD_UP);
	configure(&bench, &bench.a,
		  BASE "protocol bfd b { interface \"eth0\" { interval 700 ms; "
		       "multiplier 3; }; neighbor 10.0.0.2; }\n");
	run(&bench, 30 * USEC_S);
	configure(&bench, &bench.a, BFD " neighbor 10.0.0.2; }\n");
	run(&bench, 30 * USEC_S);
	ck_assert_int_eq(asker.request.state, BFD_UP);
	ck_assert_uint_eq(asker.told, 0);
	bfd_request_close(&asker.request);
	bench_close(&bench);
}
END_TEST

START_TEST(a_session_waits_for_its_interface)
{
	struct bench bench;
	struct asker asker;
	bench_open(&bench);
	sim_address_remove(bench.a.interface, addr_from_ip4(0x0a000001));
	configure(&bench, &bench.a, BFD " }\n");
	ask(&bench, &asker);
	run(&bench, 5 * USEC_S);
	ck_assert_int_eq(asker.request.state, BFD_ADMIN_DOWN);
	sim_address_add(bench.a.interface, addr_from_ip4(0x0a000001), 24, 0);
	run(&bench, 5 * USEC_S);
	ck_assert_int_eq(asker.request.state, BFD_UP);
	bfd_request_close(&asker.request);
	bench_close(&bench);
}
END_TEST

/* RFC 5880 §6.8.16 */
START_TEST(one_that_ends_says_so_until_it_must_be_known)
{
	for (unsigned is_freed = 0; is_freed < 2; is_freed++) {
		struct bench bench;
		struct asker asker;
		bench_open(&bench);
		configure(&bench, &bench.a, BFD " }\n");
		ask(&bench, &asker);
		run(&bench, 5 * USEC_S);
		ck_assert_int_eq(asker.request.state, BFD_UP);
		struct protocol *protocol = protocol_find(bench.b.router, "b");
		wire_silent(&bench, true);
		protocol_disable(protocol, NULL);
		run(&bench, 20 * USEC_MS);
		wire_silent(&bench, false);
		if (is_freed == 0) {
			run(&bench, USEC_S);
			ck_assert_int_eq(protocol->state, PROTOCOL_DOWN);
			ck_assert_int_eq(asker.request.state, BFD_ADMIN_DOWN);
			ck_assert_int_eq(asker.request.former, BFD_UP);
			protocol_enable(protocol);
			run(&bench, 5 * USEC_S);
			ck_assert_int_eq(asker.request.state, BFD_UP);
		}
		bfd_request_close(&asker.request);
		bench_close(&bench);
	}
}
END_TEST

/* A restart that keeps the routes is not to cost the sessions that BFD watches. */
START_TEST(a_router_that_leaves_has_not_failed)
{
	struct bench bench;
	struct asker asker;
	bench_open(&bench);
	configure(&bench, &bench.a, BFD " }\n");
	ask(&bench, &asker);
	run(&bench, 5 * USEC_S);
	ck_assert_int_eq(asker.request.state, BFD_UP);
	router_leave(bench.b.router);
	router_free(bench.b.router);
	bench.b.router = NULL;
	sim_node_kill(bench.b.node);
	sim_node_settle(bench.b.node);
	run(&bench, 5 * USEC_S);
	ck_assert_int_eq(asker.request.state, BFD_ADMIN_DOWN);
	ck_assert_int_eq(asker.request.former, BFD_UP);
	ck_assert_uint_eq(asker.failed, 0);
	bfd_request_close(&asker.request);
	bench_close(&bench);
}
END_TEST

START_TEST(of_an_instance_that_another_follows_no_more_is_heard)
{
	struct bench bench;
	struct asker ours, theirs;
	bench_open(&bench);
	configure(&bench, &bench.a, BFD " }\n");
	configure(&bench, &bench.b,
		  BFD " neighbor 10.0.0.1; }\n"
		      "protocol bfd c { disabled; interface \"eth0\" { interval 100 ms; "
		      "multiplier 3; }; neighbor 10.0.0.1; }\n");
	ask(&bench, &ours);
	ask_of(&bench.b, &theirs, 0x0a000001);
	run(&bench, 5 * USEC_S);
	ck_assert_int_eq(ours.request.state, BFD_UP);
	ck_assert_int_eq(theirs.request.state, BFD_UP);
	ours.told = theirs.told = 0;
	struct protocol *former = protocol_find(bench.b.router, "b");
	protocol_disable(former, NULL);
	protocol_enable(protocol_find(bench.b.router, "c"));
	run(&bench, 10 * USEC_S);
	ck_assert_int_eq(former->state, PROTOCOL_DOWN);
	ck_assert_int_eq(ours.request.state, BFD_UP);
	ck_assert_int_eq(theirs.request.state, BFD_UP);
	ck_assert_uint_eq(ours.failed + theirs.failed, 0);
	/* AdminDown, Init or Down, Up; once each. */
	ck_assert_uint_le(ours.told, 3);
	ck_assert_uint_le(theirs.told, 4);
	bfd_request_close(&ours.request);
	bfd_request_close(&theirs.request);
	bench_close(&bench);
}
END_TEST

START_TEST(a_static_route_holds_while_its_gateway_answers)
{
#define ROUTES(bfd)                                                                   \
	BFD " }\nprotocol static s { ipv4; route 10.7.0.0/16 via 10.0.0.2 " bfd ";\n" \
	    "route 10.8.0.0/16 via 10.0.0.2; }\n"
	struct bench bench;
	bench_open(&bench);
	configure(&bench, &bench.b, BASE);
	configure(&bench, &bench.a, ROUTES("bfd"));
	const struct channel *channel =
		protocol_channel(protocol_find(bench.a.router, "s"), NET_IP4);
	ck_assert_uint_eq(channel->imported, 1);
	configure(&bench, &bench.b, BFD " neighbor 10.0.0.1; }\n");
	run(&bench, 5 * USEC_S);
	ck_assert_uint_eq(channel->imported, 2);
	wire_silent(&bench, true);
	run(&bench, USEC_S);
	ck_assert_uint_eq(channel->imported, 1);
	wire_silent(&bench, false);
	run(&bench, 5 * USEC_S);
	ck_assert_uint_eq(channel->imported, 2);
	wire_silent(&bench, true);
	run(&bench, USEC_S);
	configure(&bench, &bench.a, ROUTES(""));
	ck_assert_uint_eq(channel->imported, 2);
	bench_close(&bench);
}
END_TEST

/* RFC 5881 §5: who is on the link alone. */
START_TEST(what_comes_from_further_away_is_not_believed)
{
	static const uint8_t down[] = { 0x20, 0x40, 3,    24,   0, 0,    0,    9,
					0,    0,    0,    0,    0, 0x0f, 0x42, 0x40,
					0,    0x0f, 0x42, 0x40, 0, 0,    0,    0 };
	static const struct sys_udp_ops ops = { .receive = NULL };
	struct bench bench;
	struct asker asker;
	bench_open(&bench);
	configure(&bench, &bench.b, BASE);
	configure(&bench, &bench.a, BFD " }\n");
	ask(&bench, &asker);
	struct sys *sys = sim_node_sys(bench.b.node);
	for (unsigned ttl = 254; ttl <= 255; ttl++) {
		struct sys_udp_args args = { .local = addr_from_ip4(0),
					     .port = (uint16_t)(50000 + ttl),
					     .ttl = (uint8_t)ttl,
					     .priority = -1 };
		struct sys_udp *udp;
		ck_assert_int_eq(sys->class->udp_open(sys, &args, &ops, &bench, &udp), 0);
		sys->class->udp_send(udp, 0, addr_from_ip4(0x0a000002),
				     addr_from_ip4(0x0a000001), 3784, down, sizeof(down));
		run(&bench, 100 * USEC_MS);
		ck_assert_int_eq(asker.request.state, ttl == 255 ? BFD_INIT : BFD_DOWN);
		sys->class->udp_close(udp);
	}
	bfd_request_close(&asker.request);
	bench_close(&bench);
}
END_TEST

struct lines {
	unsigned count;
	char last[128];
};

static void
line_count(void *context, struct sim_node *node, enum log_class class, const char *line)
{
	struct lines *lines = context;
	const char *own = strstr(line, "Session with 10.0.0.2");
	(void)node;
	(void)class;
	if (own == NULL)
		return;
	lines->count++;
	text_format(lines->last, sizeof lines->last, "%s", own);
}

/* A neighbour that is Down and Init by turns. */
START_TEST(who_changes_without_end_is_not_told_of_without_end)
{
	static const struct sim_observer observer = { .log = line_count };
	static const struct sys_udp_ops ops = { .receive = NULL };
	uint8_t packet[] = { 0x20, 0x40, 3,    24,   0, 0,    0,    9,    0, 0, 0, 0,
			     0,    0x0f, 0x42, 0x40, 0, 0x0f, 0x42, 0x40, 0, 0, 0, 0 };
	struct bench bench;
	struct asker asker;
	struct lines lines = { .count = 0 };
	bench_open(&bench);
	configure(&bench, &bench.b, BASE);
	configure(&bench, &bench.a, BFD " }\n");
	ask(&bench, &asker);
	sim_observe(bench.world, &observer, &lines);
	struct sys *sys = sim_node_sys(bench.b.node);
	struct sys_udp_args args = {
		.local = addr_from_ip4(0), .port = 50000, .ttl = 255, .priority = -1
	};
	struct sys_udp *udp;
	ck_assert_int_eq(sys->class->udp_open(sys, &args, &ops, &bench, &udp), 0);
	for (unsigned i = 0; i < 300; i++) {
		/* Down, or AdminDown. */
		packet[1] = i % 2 == 0 ? 0x40 : 0;
		sys->class->udp_send(udp, 0, addr_from_ip4(0x0a000002),
				     addr_from_ip4(0x0a000001), 3784, packet,
				     sizeof(packet));
		run(&bench, 10 * USEC_MS);
		ck_assert_int_eq(asker.request.state,
				 i % 2 == 0 ? BFD_INIT : BFD_ADMIN_DOWN);
	}
	ck_assert_uint_ge(lines.count, 20);
	ck_assert_uint_le(lines.count, 21);
	/* What it is in the end is said, when it may be. */
	run(&bench, 70 * USEC_S);
	ck_assert_uint_le(lines.count, 22);
	ck_assert_str_eq(lines.last, "Session with 10.0.0.2 is Down");
	sys->class->udp_close(udp);
	bfd_request_close(&asker.request);
	bench_close(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		whoever_comes_first_waits,
		several_share_a_session_and_all_are_told,
		a_session_outlives_a_reload,
		a_session_waits_for_its_interface,
		one_that_ends_says_so_until_it_must_be_known,
		a_router_that_leaves_has_not_failed,
		of_an_instance_that_another_follows_no_more_is_heard,
		a_static_route_holds_while_its_gateway_answers,
		what_comes_from_further_away_is_not_believed,
		who_changes_without_end_is_not_told_of_without_end,
	};

	return unit_run("bfd protocol", tests, ARRAY_SIZE(tests), NULL, 0);
}
