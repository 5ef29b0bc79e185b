/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Neighbours that are found on a link: who is one, from when, until when, and what is
 * done where there are several.
 */
#include "nest/spawn.h"
#include "proto/bgp/ra.h"
#include "test/unit/bgp/lab.h"

#include <string.h>

#include "test/unit/unit.h"

#define CHANNELS "ipv4 { import all; export all; }; ipv6 { import all; export all; }; "
#define WIRE(as, which, options)                                              \
	"protocol bgp wire { local as " #as "; neighbor interface " which     \
	"; hold time 9; connect delay time 1; connect retry time 2; " options \
	" " CHANNELS "}\n"
#define ROUTE(net) "protocol static s { ipv4; route " net " blackhole; }\n"

static uint32_t
neighbours(const struct lab_router *router)
{
	return spawn_count(protocol_find(router->router, "wire"));
}

static bool
is_up(struct lab_router *router)
{
	struct protocol *child = protocol_find(router->router, "wire.eth0");
	return child != NULL && bgp_state(bgp_of(child)) == BGP_ESTABLISHED;
}

static struct addr
link_local_of(struct lab_router *router)
{
	return link_find(router->router, "eth0")->local;
}

/* A router and another, neighbours of each other. */
static void
pair_make(struct lab *lab, struct lab_router **one, struct lab_router **two)
{
	*one = lab_router_add(lab, 1,
			      ROUTE("10.1.1.0/24") WIRE(65001, "\"eth*\" external", ""));
	*two = lab_router_add(lab, 2,
			      ROUTE("10.1.2.0/24") WIRE(65002, "\"eth0\" external", ""));
	lab_run(lab, 10 * USEC_S);
	ck_assert(is_up(*one) && is_up(*two));
}

START_TEST(routers_on_a_link_find_each_other)
{
	struct lab *lab = lab_new(1);
	struct lab_router *one, *two;
	pair_make(lab, &one, &two);
	ck_assert_uint_eq(neighbours(one), 1);
	lab_says(one, "show protocols all wire.eth0", "\"parent\":\"wire\"");
	lab_says(one, "show protocols all wire.eth0", "%eth0\"");
	/* Both families by one session, and IPv4 by an IPv6 next hop. */
	ck_assert(lab_has_route(one, "10.1.2.0/24", "fe80::"));
	ck_assert(lab_has_route(two, "10.1.1.0/24", "fe80::"));
	lab_says(one, "show protocols all wire", "\"link\":\"eth0\"");
	ck_assert_uint_eq(lab_logged(one, "was found: wire.eth0"), 1);
	/* It goes on like that. */
	lab_run(lab, 300 * USEC_S);
	ck_assert(is_up(one) && is_up(two));
	ck_assert_uint_eq(lab_bgp(one, "wire.eth0")->history.established_count, 1);
	lab_free(lab);
}
END_TEST

START_TEST(routers_of_one_as_find_each_other)
{
	struct lab *lab = lab_new(1);
	struct lab_router *one =
		lab_router_add(lab, 1, WIRE(65001, "\"eth0\" internal", ""));
	struct lab_router *two =
		lab_router_add(lab, 2, WIRE(65001, "\"eth0\"", "neighbor as 65001;"));
	lab_run(lab, 10 * USEC_S);
	ck_assert(is_up(one) && is_up(two));
	ck_assert_uint_eq(bgp_agreed(lab_bgp(one, "wire.eth0"))->as, 65001);
	lab_free(lab);
}
END_TEST

START_TEST(a_router_that_vanishes_is_forgotten)
{
	struct lab *lab = lab_new(1);
	struct lab_router *one, *two;
	pair_make(lab, &one, &two);
	sim_node_kill(two->node);
	lab_run(lab, 20 * USEC_S);
	ck_assert(!is_up(one));
	lab_run(lab, 60 * USEC_S);
	ck_assert_uint_eq(neighbours(one), 0);
	ck_assert_ptr_null(protocol_find(one->router, "wire.eth0"));
	ck_assert_uint_eq(lab_logged(one, "is gone: it is silent"), 1);
	lab_router_restart(two, WIRE(65002, "\"eth0\" external", ""), false);
	lab_run(lab, 10 * USEC_S);
	ck_assert(is_up(one) && is_up(two));
	lab_free(lab);
}
END_TEST

START_TEST(another_address_is_another_neighbour)
{
	static const struct addr other = { .bytes = { 0xfe, 0x80, [15] = 0x77 } };
	struct lab *lab = lab_new(1);
	struct lab_router *one, *two;
	pair_make(lab, &one, &two);
	struct addr former = link_local_of(two);
	sim_address_add(two->interface, other, 64, 0);
	sim_address_remove(two->interface, former);
	lab_run(lab, 30 * USEC_S);
	/* The new one has a name of its own while there is the old one. */
	ck_assert_int_eq(lab_state(one, "wire.eth0.1"), BGP_ESTABLISHED);
	lab_run(lab, 60 * USEC_S);
	ck_assert_uint_eq(neighbours(one), 1);
	ck_assert_int_eq(lab_state(one, "wire.eth0.1"), BGP_ESTABLISHED);
	ck_assert(addr_equal(
		bgp_config(&lab_bgp(one, "wire.eth0.1")->protocol)->remote.addr, other));
	ck_assert(is_up(two));
	lab_free(lab);
}
END_TEST

START_TEST(a_link_has_as_many_neighbours_as_routers)
{
	struct lab *lab = lab_new(1);
	struct lab_router *routers[3];
	for (unsigned i = 0; i < 3; i++)
		routers[i] =
			lab_router_add(lab, i + 1,
				       i == 0   ? WIRE(65001, "\"eth0\" external", "")
				       : i == 1 ? WIRE(65002, "\"eth0\" external", "")
						: WIRE(65003, "\"eth0\" external", ""));
	lab_run(lab, 20 * USEC_S);
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_uint_eq(neighbours(routers[i]), 2);
		ck_assert_int_eq(lab_state(routers[i], "wire.eth0"), BGP_ESTABLISHED);
		ck_assert_int_eq(lab_state(routers[i], "wire.eth0.1"), BGP_ESTABLISHED);
	}
	lab_free(lab);
}
END_TEST

START_TEST(there_are_no_more_than_the_limit)
{
	struct lab *lab = lab_new(1);
	struct lab_router *one = lab_router_add(
		lab, 1, WIRE(65001, "\"eth0\" external", "dynamic limit 1;"));
	lab_router_add(lab, 2, WIRE(65002, "\"eth0\" external", ""));
	lab_router_add(lab, 3, WIRE(65003, "\"eth0\" external", ""));
	lab_run(lab, 100 * USEC_S);
	ck_assert_uint_eq(neighbours(one), 1);
	ck_assert_uint_ge(lab_logged(one, "`dynamic limit` is reached"), 1);
	lab_configure(one, WIRE(65001, "\"eth0\" external", "dynamic limit 2;"));
	lab_run(lab, 20 * USEC_S);
	ck_assert_uint_eq(neighbours(one), 2);
	lab_free(lab);
}
END_TEST

START_TEST(a_name_is_given_as_to_callers)
{
	struct lab *lab = lab_new(1);
	struct lab_router *one =
		lab_router_add(lab, 1,
			       WIRE(65001, "\"eth0\" external",
				    "dynamic name \"near\"; dynamic name digits 2;"));
	lab_router_add(lab, 2, WIRE(65002, "\"eth0\" external", ""));
	lab_run(lab, 10 * USEC_S);
	ck_assert_int_eq(lab_state(one, "near01"), BGP_ESTABLISHED);
	lab_free(lab);
}
END_TEST

START_TEST(another_pattern_touches_other_links_alone)
{
	struct lab *lab = lab_new(1);
	struct lab_router *one, *two;
	pair_make(lab, &one, &two);
	const struct bgp *child = lab_bgp(one, "wire.eth0");
	static const char *const same[] = {
		WIRE(65001, "\"swp*\", \"eth0\" external", ""),
		WIRE(65001, "-\"eth1\", \"e*\" external", ""),
	};
	for (size_t i = 0; i < ARRAY_SIZE(same); i++) {
		lab_configure(one, same[i]);
		lab_run(lab, 20 * USEC_S);
		ck_assert_ptr_eq(lab_bgp(one, "wire.eth0"), child);
		ck_assert_uint_eq(child->history.established_count, 1);
	}
	lab_configure(one, WIRE(65001, "-\"eth0\", \"e*\" external", ""));
	lab_run(lab, USEC_S / 2);
	ck_assert_uint_eq(neighbours(one), 0);
	ck_assert_int_eq(lab_bgp(two, "wire.eth0")->history.received.subcode, 3);
	lab_configure(one, WIRE(65001, "\"e*\" external", ""));
	lab_run(lab, 20 * USEC_S);
	ck_assert(is_up(one) && is_up(two));
	lab_free(lab);
}
END_TEST

START_TEST(a_link_that_comes_back_has_its_neighbour_at_once)
{
	struct lab *lab = lab_new(1);
	struct lab_router *one, *two;
	pair_make(lab, &one, &two);
	const struct bgp *child = lab_bgp(one, "wire.eth0");
	sim_interface_plug(one->interface, false);
	lab_run(lab, 5 * USEC_S);
	ck_assert(!is_up(one));
	lab_says(one, "show protocols all wire.eth0", "Link down");
	sim_interface_plug(one->interface, true);
	lab_run(lab, 5 * USEC_S);
	ck_assert(is_up(one) && is_up(two));
	ck_assert_ptr_eq(lab_bgp(one, "wire.eth0"), child);
	ck_assert_uint_eq(child->history.established_count, 2);
	/* For longer. */
	sim_interface_up(one->interface, false);
	lab_run(lab, 100 * USEC_S);
	ck_assert_uint_eq(neighbours(one), 0);
	ck_assert_uint_eq(neighbours(two), 0);
	sim_interface_up(one->interface, true);
	lab_run(lab, 15 * USEC_S);
	ck_assert(is_up(one) && is_up(two));
	lab_free(lab);
}
END_TEST

START_TEST(a_renamed_interface_is_another_one)
{
	struct lab *lab = lab_new(1);
	struct lab_router *one, *two;
	pair_make(lab, &one, &two);
	sim_interface_rename(one->interface, "eth7");
	lab_run(lab, 20 * USEC_S);
	ck_assert_ptr_null(protocol_find(one->router, "wire.eth0"));
	ck_assert_int_eq(lab_state(one, "wire.eth7"), BGP_ESTABLISHED);
	sim_interface_rename(one->interface, "swp7");
	lab_run(lab, 5 * USEC_S);
	ck_assert_uint_eq(neighbours(one), 0);
	lab_free(lab);
}
END_TEST

/* Configures what `begin`, the other's link-local address and `end` are together. */
static void
configure_about(struct lab_router *router, struct lab_router *other, const char *begin,
		const char *end)
{
	struct text config = { .text = NULL };
	char shown[ADDR_TEXT];
	text_printf(&config, "%s%s%%eth0 %s", begin,
		    addr_format(link_local_of(other), shown), end);
	lab_configure(router, text_string(&config));
	text_fini(&config);
}

START_TEST(who_calls_is_found_by_that)
{
	struct lab *lab = lab_new(1);
	struct lab_router *one =
		lab_router_add(lab, 1, WIRE(65001, "\"eth0\" external", ""));
	struct lab_router *two = lab_router_add(lab, 2, "");
	configure_about(two, one, "protocol bgp hub { local as 65002; neighbor ",
			"as 65001; connect delay time 1; " CHANNELS "}\n");
	lab_run(lab, 10 * USEC_S);
	ck_assert_int_eq(lab_state(two, "hub"), BGP_ESTABLISHED);
	ck_assert(is_up(one));
	/* It has never advertised itself, but its session goes on. */
	lab_run(lab, 100 * USEC_S);
	ck_assert(is_up(one));
	lab_command(two, "disable hub");
	lab_run(lab, 100 * USEC_S);
	ck_assert_uint_eq(neighbours(one), 0);
	lab_free(lab);
}
END_TEST

START_TEST(who_is_configured_is_left_to_its_instance)
{
	struct lab *lab = lab_new(1);
	struct lab_router *two =
		lab_router_add(lab, 2, WIRE(65002, "\"eth0\" external", ""));
	struct lab_router *one = lab_router_add(lab, 1, "");
	configure_about(one, two,
			WIRE(65001, "\"eth0\" external",
			     "") "protocol bgp two { local as 65001; neighbor ",
			"as 65002; " CHANNELS "}\n");
	lab_run(lab, 20 * USEC_S);
	ck_assert_uint_eq(neighbours(one), 0);
	ck_assert_int_eq(lab_state(one, "two"), BGP_ESTABLISHED);
	lab_free(lab);
}
END_TEST

START_TEST(a_neighbour_may_be_disabled)
{
	struct lab *lab = lab_new(1);
	struct lab_router *one, *two;
	pair_make(lab, &one, &two);
	lab_command(one, "disable wire.eth0");
	lab_run(lab, 100 * USEC_S);
	ck_assert_uint_eq(neighbours(one), 1);
	ck_assert(!is_up(two));
	lab_command(one, "enable wire.eth0");
	lab_run(lab, 10 * USEC_S);
	ck_assert(is_up(one) && is_up(two));
	lab_command(one, "disable wire");
	lab_run(lab, USEC_S);
	ck_assert_uint_eq(neighbours(one), 0);
	lab_command(one, "enable wire");
	lab_run(lab, 20 * USEC_S);
	ck_assert(is_up(one) && is_up(two));
	lab_free(lab);
}
END_TEST

START_TEST(a_password_is_for_who_is_found)
{
	struct lab *lab = lab_new(1);
	struct lab_router *one =
		lab_router_add(lab, 1,
			       WIRE(65001, "\"eth0\" external",
				    "authentication md5; password \"salt\";"));
	struct lab_router *two =
		lab_router_add(lab, 2,
			       WIRE(65002, "\"eth0\" external",
				    "authentication md5; password \"salt\";"));
	lab_run(lab, 10 * USEC_S);
	ck_assert(is_up(one) && is_up(two));
	lab_configure(two, WIRE(65002, "\"eth0\" external",
				"authentication md5; password \"sugar\";"));
	lab_run(lab, 60 * USEC_S);
	ck_assert(!is_up(one) && !is_up(two));
	lab_free(lab);
}
END_TEST

START_TEST(a_problem_with_finding_anybody_is_told)
{
	struct lab *lab = lab_new(1);
	struct lab_router *one =
		lab_router_add(lab, 1, WIRE(65001, "\"swp*\" external", ""));
	lab_says(one, "show bgp peer wire problem", "no interface of such a name");
	sim_interface_rename(one->interface, "swp1");
	lab_run(lab, USEC_S);
	lab_says(one, "show bgp peer wire problem", "no router was heard");
	struct lab_router *two =
		lab_router_add(lab, 2, WIRE(65002, "\"eth0\" external", ""));
	lab_run(lab, 10 * USEC_S);
	ck_assert(is_up(two));
	lab_says(one, "show bgp peer wire problem", "instances of their own");
	lab_free(lab);
}
END_TEST

/* A message to all nodes, from a host that is no router of ours. */
static void
ra_send(struct lab_peer *peer, uint8_t hops, const void *bytes, size_t size)
{
	static const struct sys_udp_ops deaf = { .receive = NULL };
	static const struct addr all_nodes = { .bytes = { 0xff, 2, [15] = 1 } };
	struct sys_udp_args args = { .ttl = hops, .index = 2, .icmp6_type = 1 };
	const struct sys_class *world = peer->sys->class;
	struct sys_udp *udp;
	ck_assert_int_eq(world->udp_open(peer->sys, &args, &deaf, NULL, &udp), 0);
	ck_assert_int_eq(world->udp_send(udp, 2, addr_any, all_nodes, 0, bytes, size), 0);
	world->udp_close(udp);
	lab_run(peer->lab, USEC_S);
}

START_TEST(what_is_no_advertisement_finds_nobody)
{
	uint8_t bytes[24] = { BGP_RA_TYPE, [6] = 1, [16] = 1, [17] = 1 };
	struct lab *lab = lab_new(1);
	struct lab_router *one =
		lab_router_add(lab, 1, WIRE(65001, "\"eth0\" external", ""));
	struct lab_peer *peer = lab_peer_add(lab, 9);
	ra_send(peer, 254, bytes, sizeof(bytes));
	ra_send(peer, 255, bytes, 15);
	ra_send(peer, 255, bytes, 17);
	bytes[1] = 3;
	ra_send(peer, 255, bytes, sizeof(bytes));
	bytes[1] = 0;
	ck_assert_uint_eq(neighbours(one), 0);
	lab_says(one, "show protocols all wire", "\"discarded\":4");
	/* Who is heard is called, for as long as it said. */
	ra_send(peer, 255, bytes, sizeof(bytes));
	ck_assert_uint_eq(neighbours(one), 1);
	lab_run(lab, 100 * USEC_S);
	ck_assert_uint_eq(neighbours(one), 1);
	lab_run(lab, 200 * USEC_S);
	ck_assert_uint_eq(neighbours(one), 0);
	lab_free(lab);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		routers_on_a_link_find_each_other,
		routers_of_one_as_find_each_other,
		a_router_that_vanishes_is_forgotten,
		another_address_is_another_neighbour,
		a_link_has_as_many_neighbours_as_routers,
		there_are_no_more_than_the_limit,
		a_name_is_given_as_to_callers,
		another_pattern_touches_other_links_alone,
		a_link_that_comes_back_has_its_neighbour_at_once,
		a_renamed_interface_is_another_one,
		who_calls_is_found_by_that,
		who_is_configured_is_left_to_its_instance,
		a_neighbour_may_be_disabled,
		a_password_is_for_who_is_found,
		a_problem_with_finding_anybody_is_told,
		what_is_no_advertisement_finds_nobody,
	};
	return unit_run("bgp/discover", tests, ARRAY_SIZE(tests), NULL, 0);
}
