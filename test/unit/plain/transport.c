/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Transport plain in the simulated world: links that come and go with what their peers
 * answer, packets between kernels, and reconfiguration.
 *
 *      a ---- LAN ---- b        eth0, 192.0.2.1 to 192.0.2.3; all that plain needs
 *              |
 *              c
 */
#include <string.h>
#include "conf/conf.h"
#include "daemon/modules.h"
#include "lib/out.h"
#include "lib/text.h"
#include "nest/command.h"
#include "nest/router.h"
#include "lib/pool.h"
#include "sysdep/sim/sim.h"
#include "test/unit/unit.h"
#include "transport/plain/plain.h"

#define KEEPALIVE (100 * USEC_MS)
#define NODES     3

struct lab {
	struct sim_world *world;
	struct sim_segment *lan;
	struct sim_node *nodes[NODES];
	struct sim_interface *eth0[NODES];
	struct router *routers[NODES];
	unsigned probes; /* That have arrived. */
};

static void
probe_arrived(void *context, struct sim_node *node, uint64_t cookie)
{
	(void)node;
	(void)cookie;
	((struct lab *)context)->probes++;
}

static const struct sim_observer observer = { .probe_arrived = probe_arrived };

static struct addr
address(const char *text)
{
	struct addr addr;

	ck_assert_msg(addr_parse(text, strlen(text), &addr), "%s", text);
	return addr;
}

static struct lab *
lab_new(void)
{
	static const char *const names[NODES] = { "a", "b", "c" };
	struct lab *lab = calloc(1, sizeof(*lab));

	lab->world = sim_world_new(7);
	sim_observe(lab->world, &observer, lab);
	lab->lan = sim_segment_new(lab->world, "lan", false);
	for (unsigned i = 0; i < NODES; i++) {
		lab->nodes[i] = sim_node_new(lab->world, names[i]);
		lab->eth0[i] = sim_interface_new(lab->nodes[i], "eth0", 0, lab->lan);
		sim_address_add(lab->eth0[i], addr_from_ip4(0xc0000201 + i), 24, 0);
	}
	return lab;
}

static void
lab_kill(struct lab *lab, unsigned at)
{
	if (!lab->routers[at])
		return;
	sim_node_kill(lab->nodes[at]);
	router_free(lab->routers[at]);
	lab->routers[at] = NULL;
	sim_node_settle(lab->nodes[at]);
}

static void
lab_free(struct lab *lab)
{
	for (unsigned i = 0; i < NODES; i++) {
		if (lab->routers[i])
			router_audit(lab->routers[i], AUDIT_FULL);
		lab_kill(lab, i);
	}
	sim_world_free(lab->world);
	free(lab);
}

static void
lab_run(struct lab *lab, usec_t time)
{
	sim_run(lab->world, sim_now(lab->world) + time);
	for (unsigned i = 0; i < NODES; i++)
		if (lab->routers[i])
			router_audit(lab->routers[i], AUDIT_FULL);
}

/* Complaints, or an empty text: the configuration is in force. */
static const char *
lab_configure(struct lab *lab, unsigned at, const char *config)
{
	static struct text complaints;
	struct out *out = out_text_new(out_to_text, &complaints);

	text_fini(&complaints);
	router_configure(lab->routers[at], config, strlen(config), out);
	out_end(out);
	out_free(out);
	return text_string(&complaints);
}

static void
lab_start(struct lab *lab, unsigned at, const char *config)
{
	lab->routers[at] =
		router_new(sim_node_sys(lab->nodes[at]), &modules_linked, &conf_language);
	ck_assert_str_eq(lab_configure(lab, at, config), "");
}

#define COMMON                                                                           \
	"protocol device { } protocol kernel { ipv4 { export all; }; } protocol kernel " \
	"{ ipv6 { export all; }; } "

#define TO_A "peer a { endpoint 192.0.2.1 port 7477; keepalive 100 ms; } "
#define TO_B "peer b { endpoint 192.0.2.2 port 7477; keepalive 100 ms; } "
#define TO_C "peer c { endpoint 192.0.2.3 port 7477; keepalive 100 ms; } "

#define T0(rest) COMMON "transport plain t0 { " rest " } "

/* a and b, each other's peers, met. */
static struct lab *
lab_pair(void)
{
	struct lab *lab = lab_new();

	lab_start(lab, 0, T0("address 10.9.0.1; " TO_B));
	lab_start(lab, 1, T0("address 10.9.0.2; " TO_A));
	lab_run(lab, USEC_S);
	return lab;
}

static struct link *
link_at(const struct lab *lab, unsigned at, const char *name)
{
	return link_find(lab->routers[at], name);
}

static bool
is_up(const struct lab *lab, unsigned at, const char *name)
{
	const struct link *link = link_at(lab, at, name);
	return link && link->up;
}

static const struct plain *
plain_at(const struct lab *lab, unsigned at)
{
	return (const struct plain *)transport_find(lab->routers[at], "t0");
}

static uint64_t
drops(const struct lab *lab, unsigned at, enum plain_drop drop)
{
	return plain_at(lab, at)->drops[drop];
}

/* A probe as a program on the node would send it arrives at the owner of `to`. */
static bool
passes(struct lab *lab, unsigned from, const char *to)
{
	lab->probes = 0;
	sim_probe(lab->nodes[from], address(to), 1);
	lab_run(lab, 50 * USEC_MS);
	return lab->probes == 1;
}

/* ---- links ---- */

START_TEST(links_come_up_when_both_sides_answer)
{
	struct lab *lab = lab_new();

	lab_start(lab, 0, T0(TO_B));
	lab_run(lab, USEC_S);
	ck_assert(!is_up(lab, 0, "t0/b"));
	lab_start(lab, 1, T0(TO_A));
	/* Whoever was there first needs less than a keepalive to notice. */
	lab_run(lab, KEEPALIVE / 2 + 10 * USEC_MS);
	ck_assert(is_up(lab, 0, "t0/b"));
	ck_assert(is_up(lab, 1, "t0/a"));
	const struct link *link = link_at(lab, 0, "t0/b");
	ck_assert(!link->multi_access && link->tunnel);
	ck_assert_str_eq(link->peer_name, "b");
	ck_assert_uint_eq(link->mtu, 1420);
	ck_assert(addr_is_link_local(link->local));
	ck_assert(!addr_equal(link->local, link_at(lab, 1, "t0/a")->local));
	lab_free(lab);
}
END_TEST

START_TEST(the_round_trip_is_measured)
{
	struct lab *lab = lab_new();

	sim_segment_quality(lab->lan, &(struct sim_quality){ .delay = 15 * USEC_MS });
	lab_start(lab, 0, T0(TO_B));
	lab_start(lab, 1, T0(TO_A));
	lab_run(lab, USEC_S);
	const struct link *link = link_at(lab, 0, "t0/b");
	ck_assert_int_eq(link->rtt, 30 * USEC_MS);
	ck_assert_uint_eq(link->loss, 0);
	usec_t silent = router_now(lab->routers[0]) - link->alive;
	ck_assert_int_ge(silent, 0);
	ck_assert_int_le(silent, KEEPALIVE);
	lab_free(lab);
}
END_TEST

START_TEST(a_silent_peer_is_down_after_three_and_a_half_keepalives)
{
	struct lab *lab = lab_pair();
	const struct link *link = link_at(lab, 0, "t0/b");

	/* A moment after an answer. */
	while (router_now(lab->routers[0]) - link->alive > USEC_MS)
		lab_run(lab, USEC_MS / 2);
	sim_segment_quality(lab->lan, &(struct sim_quality){ .silent = true });
	usec_t since = link->alive;
	lab_run(lab, since + KEEPALIVE * 7 / 2 - USEC_MS - router_now(lab->routers[0]));
	ck_assert(link->up);
	lab_run(lab, 2 * USEC_MS);
	ck_assert(!link->up);
	ck_assert_int_eq(link->rtt, USEC_NEVER);
	ck_assert_int_eq(link->alive, since);
	sim_segment_quality(lab->lan, &(struct sim_quality){ .delay = USEC_MS });
	lab_run(lab, KEEPALIVE + 20 * USEC_MS);
	ck_assert(link->up);
	lab_free(lab);
}
END_TEST

START_TEST(a_peer_that_is_heard_but_does_not_hear_is_down)
{
	struct lab *lab = lab_pair();

	sim_segment_pair(lab->lan, lab->eth0[0], lab->eth0[1])->silent = true;
	lab_run(lab, USEC_S);
	/* b's probes come, but a can't answer any. */
	ck_assert(!is_up(lab, 0, "t0/b"));
	ck_assert(!is_up(lab, 1, "t0/a"));
	lab_free(lab);
}
END_TEST

START_TEST(loss_is_measured)
{
	struct lab *lab = lab_pair();
	uint64_t sum = 0;

	/* Lost on either way: about 0.0975. */
	sim_segment_quality(lab->lan,
			    &(struct sim_quality){ .delay = USEC_MS, .loss = 50000 });
	for (unsigned i = 0; i < 1000; i++) {
		lab_run(lab, KEEPALIVE);
		sum += link_at(lab, 0, "t0/b")->loss;
	}
	ck_assert_uint_gt(sum / 1000, 65536 * 8 / 100);
	ck_assert_uint_lt(sum / 1000, 65536 * 12 / 100);
	lab_free(lab);
}
END_TEST

START_TEST(strangers_and_other_tags_are_not_heard)
{
	struct lab *lab = lab_pair();

	lab_start(lab, 2, T0(TO_A));
	lab_run(lab, USEC_S);
	ck_assert_uint_ge(drops(lab, 0, PLAIN_STRANGER), 8);
	ck_assert(!is_up(lab, 2, "t0/a"));
	uint64_t before = drops(lab, 0, PLAIN_STRANGER);
	ck_assert_str_eq(lab_configure(lab, 1,
				       T0("address 10.9.0.2; peer a { endpoint 192.0.2.1 "
					  "port 7477; keepalive 100 ms; tag 5; }")),
			 "");
	lab_run(lab, USEC_S);
	ck_assert(!is_up(lab, 0, "t0/b"));
	ck_assert_uint_ge(drops(lab, 0, PLAIN_STRANGER), before + 16);
	ck_assert_uint_ge(drops(lab, 1, PLAIN_STRANGER), 8);
	lab_free(lab);
}
END_TEST

START_TEST(tags_tell_links_between_the_same_endpoints_apart)
{
	struct lab *lab = lab_new();

#define TWO(name, last)                                                                \
	T0("peer x { endpoint 192.0.2." last " port 7477; keepalive 100 ms; tag 1; } " \
	   "peer y { endpoint 192.0.2." last " port 7477; keepalive 100 ms; tag 2; }")
	lab_start(lab, 0, TWO("b", "2"));
	lab_start(lab, 1, TWO("a", "1"));
	lab_run(lab, USEC_S);
	ck_assert(is_up(lab, 0, "t0/x") && is_up(lab, 0, "t0/y"));
	ck_assert_uint_eq(drops(lab, 0, PLAIN_STRANGER), 0);
	lab_free(lab);
}
END_TEST

START_TEST(endpoints_are_of_either_family)
{
	struct lab *lab = lab_new();

#define OVER_IP6(name, last) \
	"peer " name " { endpoint 2001:db8::" last " port 7477; keepalive 100 ms; } "
	sim_address_add(lab->eth0[0], address("2001:db8::1"), 64, 0);
	sim_address_add(lab->eth0[2], address("2001:db8::3"), 64, 0);
	lab_start(lab, 0, T0(TO_B OVER_IP6("c", "3")));
	lab_start(lab, 1, T0("local 192.0.2.2 port 7477; " TO_A));
	lab_start(lab, 2, T0(OVER_IP6("a", "1")));
	lab_run(lab, USEC_S);
	ck_assert(is_up(lab, 0, "t0/b") && is_up(lab, 0, "t0/c"));
	ck_assert_ptr_null(plain_at(lab, 1)->sockets[1]);
	ck_assert_ptr_null(plain_at(lab, 2)->sockets[0]);
	/* A reload opens what is needed then. */
	ck_assert_str_eq(lab_configure(lab, 2, T0(OVER_IP6("a", "1") TO_B)), "");
	ck_assert_ptr_nonnull(plain_at(lab, 2)->sockets[0]);
	lab_free(lab);
}
END_TEST

START_TEST(only_a_roaming_peer_is_followed)
{
	struct lab *lab = lab_new();

	lab_start(lab, 0, T0("peer b { roaming; tag 9; keepalive 100 ms; } " TO_C));
	lab_start(lab, 1,
		  T0("peer a { endpoint 192.0.2.1 port 7477; keepalive 100 ms; "
		     "tag 9; }"));
	lab_start(lab, 2, T0(TO_A));
	lab_run(lab, USEC_S);
	ck_assert(is_up(lab, 0, "t0/b") && is_up(lab, 0, "t0/c"));
	uint32_t serial = link_at(lab, 0, "t0/b")->serial;
	for (unsigned i = 1; i < NODES; i++) {
		sim_address_add(lab->eth0[i], addr_from_ip4(0xc000020a + i), 24, 0);
		sim_address_remove(lab->eth0[i], addr_from_ip4(0xc0000201 + i));
	}
	lab_run(lab, USEC_S);
	ck_assert(is_up(lab, 0, "t0/b"));
	ck_assert_uint_eq(link_at(lab, 0, "t0/b")->serial, serial);
	ck_assert(!is_up(lab, 0, "t0/c"));
	lab_free(lab);
}
END_TEST

/* ---- packets ---- */

#define STATIC(net, peer) "protocol static { ipv4; route " net " via \"t0/" peer "\"; } "

START_TEST(packets_follow_the_routes)
{
	struct lab *lab = lab_new();

	lab_start(lab, 0,
		  T0("address 10.9.0.1; " TO_B TO_C) STATIC("10.9.0.2/32", "b")
			  STATIC("10.9.0.3/32", "c"));
	lab_start(lab, 1, T0("address 10.9.0.2; " TO_A) STATIC("10.9.0.1/32", "a"));
	lab_start(lab, 2, T0("address 10.9.0.3; " TO_A) STATIC("10.9.0.0/16", "a"));
	lab_run(lab, USEC_S);
	ck_assert(passes(lab, 0, "10.9.0.2"));
	ck_assert(passes(lab, 1, "10.9.0.1"));
	ck_assert(passes(lab, 2, "10.9.0.2")); /* By a, whose kernel forwards. */
	const struct plain_peer *c = plain_peer_find(plain_at(lab, 0), "c");
	ck_assert_uint_eq(c->received.packets, 1);
	ck_assert_uint_eq(c->received.bytes, 36);
	ck_assert_uint_eq(plain_peer_find(plain_at(lab, 0), "b")->sent.packets, 2);
	/* Routes change, and the forwarding with them. */
	ck_assert_str_eq(lab_configure(lab, 0,
				       T0("address 10.9.0.1; " TO_B TO_C)
					       STATIC("10.9.0.2/32", "c")),
			 "");
	lab_run(lab, USEC_S);
	ck_assert(!passes(lab, 0, "10.9.0.3"));
	passes(lab, 0, "10.9.0.2");
	ck_assert_uint_gt(c->sent.packets, 0);
	lab_free(lab);
}
END_TEST

START_TEST(addresses_of_peers_are_reached_without_a_protocol)
{
	struct lab *lab = lab_new();
	struct fib_nexthop hop = { .weight = 1 };
	bool host_bits;
	struct fib_route route = {
		.table = 254, .protocol = 4, .nexthops = &hop, .nexthop_count = 1
	};

	prefix_parse("10.9.0.0/24", 11, &route.net, &host_bits);
	lab_start(lab, 0,
		  T0("peer b { endpoint 192.0.2.2 port 7477; keepalive 100 ms; address "
		     "10.9.0.2; address fe80::b; }"));
	lab_start(lab, 1, T0("address 10.9.0.2; address fe80::b; " TO_A));
	lab_run(lab, USEC_S);
	hop.index = sim_interface_info(sim_interface_find(lab->nodes[0], "t0"))->index;
	ck_assert_int_eq(sim_kernel_route_add(lab->nodes[0], &route), 0);
	ck_assert(passes(lab, 0, "10.9.0.2"));
	ck_assert(addr_equal(link_at(lab, 0, "t0/b")->peer, address("fe80::b")));
	ck_assert(addr_equal(link_at(lab, 1, "t0/a")->local, address("fe80::b")));
	/* Others have nowhere to go, and say so. */
	ck_assert(!passes(lab, 0, "10.9.0.3"));
	ck_assert_uint_eq(drops(lab, 0, PLAIN_NO_ROUTE), 1);
	sim_segment_quality(lab->lan, &(struct sim_quality){ .silent = true });
	lab_run(lab, USEC_S);
	ck_assert(!passes(lab, 0, "10.9.0.2"));
	ck_assert_uint_eq(drops(lab, 0, PLAIN_LINK_DOWN), 1);
	lab_free(lab);
}
END_TEST

/* ---- life ---- */

START_TEST(a_reload_touches_only_the_peers_that_changed)
{
	struct lab *lab = lab_new();

	lab_start(lab, 0, T0("address 10.9.0.1; " TO_B));
	lab_start(lab, 1, T0("address 10.9.0.2; " TO_A));
	lab_start(lab, 2, T0("address 10.9.0.3; " TO_A));
	lab_run(lab, USEC_S);
	uint32_t serial = link_at(lab, 0, "t0/b")->serial;
	uint32_t index = plain_at(lab, 0)->interface->sys.index;
	ck_assert_str_eq(lab_configure(lab, 0, T0("address 10.9.0.1; " TO_C TO_B)), "");
	ck_assert(is_up(lab, 0, "t0/b"));
	lab_run(lab, USEC_S);
	ck_assert(is_up(lab, 0, "t0/b") && is_up(lab, 0, "t0/c"));
	ck_assert_uint_eq(link_at(lab, 0, "t0/b")->serial, serial);
	/* The same peer by another name is another link. */
	ck_assert_str_eq(lab_configure(lab, 0,
				       T0("address 10.9.0.1; " TO_C
					  "peer z { endpoint 192.0.2.2 port 7477; "
					  "keepalive 100 ms; }")),
			 "");
	ck_assert_ptr_null(link_at(lab, 0, "t0/b"));
	lab_run(lab, USEC_S);
	ck_assert(is_up(lab, 0, "t0/z") && is_up(lab, 0, "t0/c"));
	ck_assert_uint_eq(plain_at(lab, 0)->interface->sys.index, index);
	/* What is the interface's needs a new one. */
	ck_assert_str_eq(lab_configure(lab, 0, T0("address 10.9.0.7; " TO_C)), "");
	lab_run(lab, USEC_S);
	ck_assert(is_up(lab, 0, "t0/c"));
	ck_assert_uint_ne(plain_at(lab, 0)->interface->sys.index, index);
	lab_free(lab);
}
END_TEST

START_TEST(an_interface_that_is_taken_down_gets_its_addresses_back)
{
	struct lab *lab = lab_pair();
	struct sim_interface *t0 = sim_interface_find(lab->nodes[0], "t0");

	struct addr local = link_at(lab, 0, "t0/b")->local;
	sim_interface_up(t0, false);
	lab_run(lab, 10 * USEC_MS);
	ck_assert(!is_up(lab, 0, "t0/b"));
	ck_assert(addr_is_any(link_at(lab, 0, "t0/b")->local));
	sim_interface_up(t0, true);
	lab_run(lab, 10 * USEC_MS);
	ck_assert(is_up(lab, 0, "t0/b"));
	ck_assert(addr_equal(link_at(lab, 0, "t0/b")->local, local));
	lab_free(lab);
}
END_TEST

START_TEST(an_interface_that_is_deleted_is_made_again)
{
	struct lab *lab = lab_pair();

	sim_interface_remove(sim_interface_find(lab->nodes[0], "t0"));
	lab_run(lab, USEC_S);
	ck_assert_ptr_nonnull(sim_interface_find(lab->nodes[0], "t0"));
	ck_assert(is_up(lab, 0, "t0/b"));
	ck_assert_ptr_null(link_at(lab, 0, "t0"));
	lab_free(lab);
}
END_TEST

START_TEST(it_waits_for_a_name_that_is_taken)
{
	struct lab *lab = lab_new();

	sim_interface_new(lab->nodes[0], "t0", 0, NULL);
	lab_start(lab, 0, T0(TO_B));
	lab_run(lab, USEC_S);
	ck_assert_int_eq(plain_at(lab, 0)->transport.state, PROTOCOL_DOWN);
	ck_assert_ptr_nonnull(link_at(lab, 0, "t0")); /* It is an interface as any. */
	sim_interface_remove(sim_interface_find(lab->nodes[0], "t0"));
	lab_run(lab, 10 * USEC_S);
	ck_assert_int_eq(plain_at(lab, 0)->transport.state, PROTOCOL_UP);
	ck_assert_ptr_null(link_at(lab, 0, "t0"));
	lab_free(lab);
}
END_TEST

START_TEST(a_crash_leaves_no_interface_behind)
{
	struct lab *lab = lab_pair();

	lab_kill(lab, 0);
	ck_assert_ptr_null(sim_interface_find(lab->nodes[0], "t0"));
	lab_run(lab, USEC_S);
	ck_assert(!is_up(lab, 1, "t0/a"));
	lab_start(lab, 0, T0("address 10.9.0.1; " TO_B));
	lab_run(lab, USEC_S);
	ck_assert(is_up(lab, 1, "t0/a"));
	lab_free(lab);
}
END_TEST

START_TEST(it_shows_peers_and_drops)
{
	struct lab *lab = lab_pair();
	struct text text = { 0 };
	struct out *out = out_json_new(out_to_text, &text);
	struct pool *pool = pool_new(NULL, "command");
	struct command_call call = { .router = lab->routers[0],
				     .out = out,
				     .pool = pool };

	lab_start(lab, 2, T0(TO_A));
	lab_run(lab, USEC_S);
	ck_assert(command_parse(&call, "show protocols all t0"));
	ck_assert_int_eq(command_run(&call), COMMAND_DONE);
	out_end(out);
	ck_assert_ptr_nonnull(
		strstr(text_string(&text), "\"endpoint\":\"192.0.2.2 port 7477\""));
	ck_assert_ptr_nonnull(strstr(text_string(&text), "\"stranger\":"));
	ck_assert_ptr_null(strstr(text_string(&text), "\"truncated\":"));
	out_free(out);
	pool_free(pool);
	text_fini(&text);
	lab_free(lab);
}
END_TEST

/* ---- configuration ---- */

START_TEST(mistakes_are_explained)
{
	static const char *const bad[][2] = {
		{ T0("peer b { }"), "a peer has an endpoint, or is `roaming`" },
		{ T0("peer b { roaming; }"), "a roaming peer is known by its tag" },
		{ T0("peer b { endpoint 192.0.2.2 port 0; }"), "a port is from 1" },
		{ T0("peer b { endpoint fe80::1 port 1; }"), "needs no interface" },
		{ T0(TO_B TO_B), "the same name" },
		{ T0(TO_B "peer d { endpoint 192.0.2.2 port 7477; }"),
		  "can't be told apart" },
		{ T0("local 2001:db8::1 port 7; " TO_B), "not of the family" },
		{ T0("mtu 500;"), "from 1280 to 9000" },
		{ COMMON "transport plain a_name_of_16_chr { }", "15 characters" },
	};
	struct lab *lab = lab_new();

	lab_start(lab, 0, T0(TO_B));
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		const char *complaint = lab_configure(lab, 0, bad[i][0]);
		ck_assert_msg(strstr(complaint, bad[i][1]), "%s: %s", bad[i][0],
			      complaint);
	}
	lab_free(lab);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		links_come_up_when_both_sides_answer,
		the_round_trip_is_measured,
		a_silent_peer_is_down_after_three_and_a_half_keepalives,
		a_peer_that_is_heard_but_does_not_hear_is_down,
		loss_is_measured,
		strangers_and_other_tags_are_not_heard,
		tags_tell_links_between_the_same_endpoints_apart,
		endpoints_are_of_either_family,
		only_a_roaming_peer_is_followed,
		packets_follow_the_routes,
		addresses_of_peers_are_reached_without_a_protocol,
		a_reload_touches_only_the_peers_that_changed,
		an_interface_that_is_taken_down_gets_its_addresses_back,
		an_interface_that_is_deleted_is_made_again,
		it_waits_for_a_name_that_is_taken,
		a_crash_leaves_no_interface_behind,
		it_shows_peers_and_drops,
		mistakes_are_explained,
	};
	return unit_run("plain", tests, ARRAY_SIZE(tests), NULL, 0);
}
