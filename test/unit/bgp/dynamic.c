/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Neighbours that are not configured one by one: instances that are made for who calls
 * from a range, and go with the session.
 */
#include "nest/spawn.h"
#include "test/unit/bgp/lab.h"

#include <string.h>

#include "test/unit/unit.h"

#define CHANNEL "ipv4 { import all; export all; }; "
#define HUB(options)                                                                     \
	"protocol bgp hub { local as 65001; neighbor range 10.0.0.0/24 as 65002; "       \
	"dynamic name \"guest\"; dynamic name digits 2; error wait time 5, 10; " options \
	" " CHANNEL "}\n"
#define GUEST(options)                                                            \
	"protocol bgp hub { local as 65002; neighbor 10.0.0.1 as 65001; " options \
	" connect delay time 1; " CHANNEL "}\n"

static uint32_t
guests(const struct lab_router *router)
{
	return spawn_count(protocol_find(router->router, "hub"));
}

static struct bgp *
guest(struct lab_router *router)
{
	return lab_bgp(router, "guest01");
}

START_TEST(who_calls_from_a_range_gets_an_instance)
{
	struct lab *lab = lab_new(1);
	struct lab_router *hub = lab_router_add(lab, 1, HUB("")),
			  *two = lab_router_add(lab, 2, GUEST("")),
			  *three = lab_router_add(lab, 3, GUEST(""));
	lab_run(lab, 10 * USEC_S);
	ck_assert_uint_eq(guests(hub), 2);
	ck_assert_int_eq(lab_state(two, "hub"), BGP_ESTABLISHED);
	ck_assert_int_eq(lab_state(three, "hub"), BGP_ESTABLISHED);
	ck_assert_int_eq(lab_state(hub, "guest01"), BGP_ESTABLISHED);
	ck_assert_int_eq(lab_state(hub, "guest02"), BGP_ESTABLISHED);
	lab_says(hub, "show protocols all guest01", "\"parent\":\"hub\"");
	lab_says(hub, "show protocols all hub", "10.0.0.0/24");
	lab_says(hub, "show bgp peer hub problem", "instances of their own");
	/* It is the parent that they stand behind. */
	ck_assert_ptr_eq(protocol_find(hub->router, "hub")->link.next,
			 &guest(hub)->protocol.link);
	lab_free(lab);
}
END_TEST

START_TEST(an_instance_goes_with_its_session)
{
	struct lab *lab = lab_new(1);
	struct lab_router *hub = lab_router_add(lab, 1, HUB("")),
			  *two = lab_router_add(lab, 2, GUEST(""));
	lab_run(lab, 10 * USEC_S);
	ck_assert_uint_eq(guests(hub), 1);
	for (unsigned round = 0; round < 3; round++) {
		lab_command(two, "disable hub");
		lab_run(lab, USEC_S);
		ck_assert_uint_eq(guests(hub), 0);
		ck_assert_ptr_null(protocol_find(hub->router, "guest01"));
		lab_command(two, "enable hub");
		lab_run(lab, 10 * USEC_S);
		ck_assert_int_eq(lab_state(two, "hub"), BGP_ESTABLISHED);
		ck_assert_uint_eq(guests(hub), 1);
	}
	lab_free(lab);
}
END_TEST

START_TEST(strangers_make_no_instances)
{
	struct lab *lab = lab_new(1);
	struct lab_router *hub = lab_router_add(
		lab, 1,
		"protocol bgp hub { local as 65001; neighbor range 10.0.0.64/26 as "
		"65002; " CHANNEL "}\n");
	struct lab_peer *peer = lab_peer_add(lab, 9);
	for (unsigned i = 0; i < 1000; i++) {
		lab_peer_call(peer, hub, NULL);
		ck_assert(lab_heard(peer, BGP_ERROR_CEASE, 5));
		ck_assert_uint_eq(guests(hub), 0);
	}
	/* Said now and then. */
	ck_assert_uint_le(lab_logged(hub, "was refused"), 3);
	ck_assert_uint_ge(lab_logged(hub, "was refused"), 1);
	lab_free(lab);
}
END_TEST

START_TEST(who_says_nonsense_waits_and_is_forgotten)
{
	static const uint8_t nonsense[BGP_HEADER_SIZE] = { 1 };
	struct lab *lab = lab_new(1);
	struct lab_router *hub = lab_router_add(lab, 1, HUB(""));
	struct lab_peer *peer = lab_peer_add(lab, 9);
	lab_peer_call(peer, hub, NULL);
	ck_assert_uint_eq(guests(hub), 1);
	lab_say_bytes(peer, nonsense, sizeof(nonsense));
	ck_assert(lab_heard(peer, BGP_ERROR_HEADER, 1));
	lab_run(lab, USEC_S);
	/* It rests, and takes no other call. */
	ck_assert_uint_eq(guests(hub), 1);
	lab_peer_call(peer, hub, NULL);
	ck_assert(lab_heard(peer, BGP_ERROR_CEASE, 5));
	lab_run(lab, 6 * USEC_S);
	ck_assert_uint_eq(guests(hub), 0);
	/* Who hangs up before it has said anything is forgotten at once. */
	lab_peer_call(peer, hub, NULL);
	ck_assert_uint_eq(guests(hub), 1);
	lab_peer_hang_up(peer);
	lab_run(lab, USEC_S);
	ck_assert_uint_eq(guests(hub), 0);
	/* Who says nothing, when the time for an OPEN is over. */
	lab_peer_call(peer, hub, NULL);
	lab_run(lab, 300 * USEC_S);
	ck_assert_uint_eq(guests(hub), 0);
	lab_free(lab);
}
END_TEST

START_TEST(there_are_no_more_than_the_limit)
{
	struct lab *lab = lab_new(1);
	struct lab_router *hub = lab_router_add(lab, 1, HUB("dynamic limit 1;")),
			  *two = lab_router_add(lab, 2, GUEST(""));
	lab_run(lab, 10 * USEC_S);
	struct lab_router *three = lab_router_add(lab, 3, GUEST(""));
	lab_run(lab, 10 * USEC_S);
	ck_assert_int_eq(lab_state(two, "hub"), BGP_ESTABLISHED);
	ck_assert_int_ne(lab_state(three, "hub"), BGP_ESTABLISHED);
	ck_assert_uint_eq(guests(hub), 1);
	ck_assert_uint_ge(lab_logged(hub, "`dynamic limit` is reached"), 1);
	/* More, without a restart. */
	lab_configure(hub, HUB("dynamic limit 2;"));
	lab_run(lab, 20 * USEC_S);
	ck_assert_int_eq(lab_state(three, "hub"), BGP_ESTABLISHED);
	ck_assert_uint_eq(lab_bgp(two, "hub")->history.established_count, 1);
	lab_free(lab);
}
END_TEST

START_TEST(instances_live_through_a_reload_and_follow_it)
{
	struct lab *lab = lab_new(1);
	struct lab_router *hub = lab_router_add(lab, 1, HUB("")),
			  *two = lab_router_add(lab, 2, GUEST(""));
	lab_run(lab, 10 * USEC_S);
	struct bgp *child = guest(hub);
	const struct config *former = child->protocol.config->whole;
	lab_configure(hub, HUB(""));
	ck_assert_ptr_eq(guest(hub), child);
	ck_assert_ptr_ne(child->protocol.config->whole, former);
	ck_assert_ptr_eq(child->protocol.config->whole, hub->router->config);
	lab_configure(hub, HUB("description \"them\"; error forget time 77;"));
	ck_assert_ptr_eq(guest(hub), child);
	ck_assert_str_eq(child->protocol.config->description, "them");
	ck_assert_int_eq(bgp_config(&child->protocol)->error_forget, 77 * USEC_S);
	/* Another filter: it is told anew. */
	lab_configure(
		hub,
		"protocol static s { ipv4; route 10.9.0.0/16 blackhole; }\n" HUB(""));
	lab_run(lab, 5 * USEC_S);
	lab_says(two, "show route count", "1");
	ck_assert_uint_eq(
		protocol_channel(&lab_bgp(two, "hub")->protocol, NET_IP4)->imported, 1);
	lab_configure(hub,
		      "protocol static s { ipv4; route 10.9.0.0/16 blackhole; }\n"
		      "protocol bgp hub { local as 65001; neighbor range 10.0.0.0/24 "
		      "as 65002; dynamic name \"guest\"; dynamic name digits 2; "
		      "error wait time 5, 10; ipv4 { import all; export none; }; }\n");
	lab_run(lab, 5 * USEC_S);
	ck_assert_ptr_eq(guest(hub), child);
	ck_assert_uint_eq(
		protocol_channel(&lab_bgp(two, "hub")->protocol, NET_IP4)->imported, 0);
	ck_assert_uint_eq(lab_bgp(two, "hub")->history.established_count, 1);
	/* What costs a restart ends them. */
	lab_configure(hub, HUB("advertise hostname;"));
	lab_run(lab, 20 * USEC_S);
	ck_assert_int_eq(lab_state(two, "hub"), BGP_ESTABLISHED);
	ck_assert_uint_eq(lab_bgp(two, "hub")->history.established_count, 2);
	ck_assert_uint_eq(guests(hub), 1);
	lab_free(lab);
}
END_TEST

START_TEST(a_reload_of_the_parent_is_one_of_all)
{
	struct lab *lab = lab_new(1);
	struct lab_router *hub = lab_router_add(
		lab, 1,
		"protocol static s { ipv4; route 10.9.0.0/16 blackhole; }\n" HUB(""));
	struct lab_router *two = lab_router_add(lab, 2, GUEST(""));
	lab_run(lab, 10 * USEC_S);
	const struct channel *at_two =
		protocol_channel(&lab_bgp(two, "hub")->protocol, NET_IP4);
	uint64_t heard = at_two->import_updates.received;
	lab_says(hub, "reload out hub", "reloading");
	lab_run(lab, USEC_S);
	ck_assert_uint_eq(at_two->import_updates.received, heard + 1);
	lab_command(two, "disable hub");
	lab_run(lab, USEC_S);
	lab_says(hub, "reload hub", "is not up");
	lab_free(lab);
}
END_TEST

/* What costs no restart, and what is for later routes only. */
START_TEST(options_of_channels_follow_at_once_or_softly)
{
#define EXPORTS(channel)                                                             \
	"protocol static s { ipv4; route 10.9.0.0/16 blackhole; }\n"                 \
	"protocol bgp hub { local as 65001; neighbor range 10.0.0.0/24 as 65002; "   \
	"dynamic name \"guest\"; dynamic name digits 2; ipv4 { import all; " channel \
	" }; }\n"
	struct lab *lab = lab_new(1);
	struct lab_router *hub = lab_router_add(lab, 1, EXPORTS("export all;"));
	struct lab_router *two = lab_router_add(lab, 2, GUEST(""));
	lab_run(lab, 10 * USEC_S);
	ck_assert(lab_has_route(two, "10.9.0.0/16", "10.0.0.1"));
	lab_configure(hub, EXPORTS("export all; next hop address 10.0.0.77;"));
	lab_run(lab, USEC_S);
	ck_assert(lab_has_route(two, "10.9.0.0/16", "10.0.0.77"));
	lab_configure_soft(hub, EXPORTS("export none; next hop address 10.0.0.77;"));
	lab_run(lab, USEC_S);
	ck_assert(lab_has_route(two, "10.9.0.0/16", ""));
	lab_command(hub, "reload out hub");
	lab_run(lab, USEC_S);
	ck_assert(!lab_has_route(two, "10.9.0.0/16", ""));
	ck_assert_uint_eq(lab_bgp(two, "hub")->history.established_count, 1);
	lab_free(lab);
}
END_TEST

/* Their sessions may come back as any other. */
START_TEST(an_instance_waits_for_a_neighbour_that_restarts)
{
#define PATIENT "graceful restart on; graceful restart time 20;"
	static const char config[] =
		"protocol static s { ipv4; route 10.9.0.0/16 blackhole; }\n" GUEST(
			PATIENT);
	struct lab *lab = lab_new(1);
	struct lab_router *hub = lab_router_add(lab, 1, HUB(PATIENT));
	struct lab_router *two = lab_router_add(lab, 2, config);
	lab_run(lab, 10 * USEC_S);
	ck_assert(lab_has_route(hub, "10.9.0.0/16", ""));
	struct bgp *child = guest(hub);
	lab_router_restart(two, config, false);
	ck_assert(lab_has_route(hub, "10.9.0.0/16", ""));
	lab_run(lab, 10 * USEC_S);
	ck_assert_ptr_eq(guest(hub), child);
	ck_assert_int_eq(lab_state(two, "hub"), BGP_ESTABLISHED);
	ck_assert_uint_eq(child->history.established_count, 2);
	ck_assert(lab_has_route(hub, "10.9.0.0/16", ""));
	/* One that does not come is forgotten, with its routes. */
	lab_router_restart(two, "", false);
	lab_configure(hub, HUB(PATIENT " description \"other\";"));
	lab_run(lab, 15 * USEC_S);
	ck_assert_ptr_eq(guest(hub), child);
	ck_assert(lab_has_route(hub, "10.9.0.0/16", ""));
	lab_run(lab, 15 * USEC_S);
	ck_assert_uint_eq(guests(hub), 0);
	ck_assert(!lab_has_route(hub, "10.9.0.0/16", ""));
	lab_free(lab);
}
END_TEST

START_TEST(instances_go_with_their_parent)
{
	struct lab *lab = lab_new(1);
	struct lab_router *hub = lab_router_add(lab, 1, HUB("")),
			  *two = lab_router_add(lab, 2, GUEST(""));
	const struct bgp_history *heard = &lab_bgp(two, "hub")->history;
	lab_run(lab, 10 * USEC_S);
	lab_command(hub, "disable hub \"gone fishing\"");
	lab_run(lab, USEC_S);
	ck_assert_int_eq(lab_bgp(hub, "hub")->protocol.state, PROTOCOL_DOWN);
	ck_assert_uint_eq(guests(hub), 0);
	ck_assert_int_eq(heard->received.subcode, 2);
	ck_assert_uint_eq(lab_logged(two, "gone fishing"), 1);
	lab_command(hub, "enable hub");
	lab_run(lab, 20 * USEC_S);
	ck_assert_int_eq(lab_state(two, "hub"), BGP_ESTABLISHED);
	lab_command(hub, "restart all");
	lab_run(lab, 20 * USEC_S);
	ck_assert_int_eq(heard->received.subcode, 4);
	ck_assert_int_eq(lab_state(two, "hub"), BGP_ESTABLISHED);
	lab_configure(hub, "");
	lab_run(lab, USEC_S);
	ck_assert_int_eq(heard->received.subcode, 3);
	ck_assert_ptr_null(protocol_find(hub->router, "hub"));
	ck_assert_ptr_null(protocol_find(hub->router, "guest01"));
	lab_free(lab);
}
END_TEST

START_TEST(an_instance_may_be_disabled)
{
	struct lab *lab = lab_new(1);
	struct lab_router *hub = lab_router_add(lab, 1, HUB("")),
			  *two = lab_router_add(lab, 2, GUEST(""));
	lab_run(lab, 10 * USEC_S);
	lab_command(hub, "disable guest01");
	lab_run(lab, 30 * USEC_S);
	/* It stays, and so does its neighbour's refusal. */
	ck_assert_uint_eq(guests(hub), 1);
	ck_assert_int_ne(lab_state(two, "hub"), BGP_ESTABLISHED);
	ck_assert_uint_ge(lab_logged(hub, "its instance does not run"), 1);
	lab_configure(hub, HUB("description \"other\";"));
	ck_assert(guest(hub)->protocol.disabled);
	lab_command(hub, "enable guest01");
	lab_run(lab, 20 * USEC_S);
	ck_assert_int_eq(lab_state(two, "hub"), BGP_ESTABLISHED);
	ck_assert_uint_eq(guests(hub), 1);
	/* Down or not, it goes with the parent. */
	lab_command(hub, "disable guest01");
	lab_run(lab, USEC_S);
	lab_command(hub, "disable all");
	lab_run(lab, USEC_S);
	ck_assert_uint_eq(guests(hub), 0);
	ck_assert_int_eq(lab_bgp(hub, "hub")->protocol.state, PROTOCOL_DOWN);
	lab_free(lab);
}
END_TEST

START_TEST(a_configured_instance_takes_the_name)
{
	struct lab *lab = lab_new(1);
	struct lab_router *hub = lab_router_add(lab, 1, HUB("")),
			  *two = lab_router_add(lab, 2, GUEST(""));
	lab_run(lab, 10 * USEC_S);
	lab_configure(hub, "protocol static guest01 { ipv4; }\n" HUB(""));
	ck_assert_str_eq(protocol_find(hub->router, "guest01")->class->name, "static");
	ck_assert_int_eq(lab_state(hub, "guest01.1"), BGP_ESTABLISHED);
	lab_configure(hub, HUB("description \"other\";"));
	ck_assert_int_eq(lab_state(hub, "guest01.1"), BGP_ESTABLISHED);
	ck_assert_uint_eq(lab_bgp(two, "hub")->history.established_count, 1);
	lab_free(lab);
}
END_TEST

START_TEST(the_narrowest_range_and_the_own_address_count)
{
	struct lab *lab = lab_new(1);
	struct lab_router *hub = lab_router_add(
		lab, 1,
		"protocol bgp wide { local as 65001; neighbor range 10.0.0.0/8 external; "
		"dynamic name \"wide\"; " CHANNEL "}\n"
		"protocol bgp narrow { local as 65001; neighbor range 10.0.0.0/30 "
		"external; dynamic name \"narrow\"; " CHANNEL "}\n"
		"protocol bgp three { local as 65001; neighbor 10.0.0.3 as 65002; "
		"passive; " CHANNEL "}\n");
	struct lab_router *two = lab_router_add(lab, 2, GUEST("")),
			  *three = lab_router_add(lab, 3, GUEST(""));
	struct lab_peer *peer = lab_peer_add(lab, 9);
	lab_run(lab, 10 * USEC_S);
	ck_assert_int_eq(lab_state(two, "hub"), BGP_ESTABLISHED);
	ck_assert_int_eq(lab_state(three, "hub"), BGP_ESTABLISHED);
	ck_assert_int_eq(lab_state(hub, "narrow1"), BGP_ESTABLISHED);
	ck_assert_int_eq(lab_state(hub, "three"), BGP_ESTABLISHED);
	ck_assert_uint_eq(bgp_agreed(lab_bgp(hub, "narrow1"))->as, 65002);
	lab_peer_establish(peer, hub);
	ck_assert_int_eq(lab_state(hub, "wide1"), BGP_ESTABLISHED);
	lab_free(lab);
}
END_TEST

START_TEST(keys_are_for_the_whole_range)
{
	struct lab *lab = lab_new(1);
	struct lab_router *hub =
		lab_router_add(lab, 1, HUB("authentication md5; password \"salt\";"));
	struct lab_router *two =
		lab_router_add(lab, 2, GUEST("authentication md5; password \"salt\";"));
	struct lab_router *three = lab_router_add(lab, 3, GUEST(""));
	lab_run(lab, 30 * USEC_S);
	ck_assert_int_eq(lab_state(two, "hub"), BGP_ESTABLISHED);
	ck_assert_int_ne(lab_state(three, "hub"), BGP_ESTABLISHED);
	ck_assert_uint_eq(guests(hub), 1);
	lab_command(two, "restart hub");
	lab_run(lab, 30 * USEC_S);
	ck_assert_int_eq(lab_state(two, "hub"), BGP_ESTABLISHED);
	lab_free(lab);
}
END_TEST

START_TEST(link_local_neighbours_are_met_where_they_call)
{
	struct lab *lab = lab_new(1);
	struct lab_router *hub = lab_router_add(
		lab, 1,
		"protocol bgp hub { local as 65001; neighbor range fe80::/10 external; "
		"dynamic name \"guest0\"; ipv6 { import all; export all; }; }\n");
	struct lab_router *two = lab_router_add(lab, 2, "");
	struct text config = { .text = NULL };
	char shown[ADDR_TEXT];
	text_printf(&config,
		    "protocol bgp hub { local as 65002; neighbor %s%%eth0 as 65001; "
		    "ipv6 { import all; export all; }; }\n",
		    addr_format(link_find(hub->router, "eth0")->local, shown));
	lab_configure(two, text_string(&config));
	text_fini(&config);
	lab_run(lab, 10 * USEC_S);
	ck_assert_int_eq(lab_state(two, "hub"), BGP_ESTABLISHED);
	lab_says(hub, "show protocols all guest01", "%eth0\"");
	/* With the link goes the session, and with it the instance. */
	sim_interface_plug(hub->interface, false);
	lab_run(lab, USEC_S);
	ck_assert_uint_eq(guests(hub), 0);
	lab_free(lab);
}
END_TEST

/* Calls the hub by its link-local address on one of its interfaces. */
static void
call_by(struct lab_router *caller, struct lab_router *hub, const char *interface)
{
	struct text config = { .text = NULL };
	char shown[ADDR_TEXT];
	text_printf(&config,
		    "protocol bgp hub { local as 65002; neighbor %s%%%s as 65001; "
		    "connect delay time 1; ipv6 { import all; export all; }; }\n",
		    addr_format(link_find(hub->router, interface)->local, shown),
		    interface);
	lab_configure(caller, text_string(&config));
	text_fini(&config);
	lab_run(caller->lab, 10 * USEC_S);
}

START_TEST(a_range_on_an_interface_is_not_called_by_another)
{
	static const char *const interfaces[] = {
		"interface \"eth0\";",
		"interface range \"*0\"; strict bind;",
	};
	for (size_t i = 0; i < ARRAY_SIZE(interfaces); i++) {
		struct lab *lab = lab_new(1);
		struct sim_segment *other = sim_segment_new(lab->world, "other", false);
		struct lab_router *hub = lab_router_add(lab, 1, "");
		struct lab_router *two = lab_router_add(lab, 2, "");
		struct text config = { .text = NULL };
		sim_interface_new(hub->node, "eth1", 0, other);
		sim_interface_new(two->node, "eth1", 0, other);
		lab_run(lab, USEC_S);
		text_printf(&config,
			    "protocol bgp hub { local as 65001; neighbor range fe80::/10 "
			    "external; dynamic name \"guest0\"; %s "
			    "ipv6 { import all; export all; }; }\n",
			    interfaces[i]);
		lab_configure(hub, text_string(&config));
		text_fini(&config);
		call_by(two, hub, "eth1");
		ck_assert_int_ne(lab_state(two, "hub"), BGP_ESTABLISHED);
		ck_assert_uint_eq(guests(hub), 0);
		call_by(two, hub, "eth0");
		ck_assert_int_eq(lab_state(two, "hub"), BGP_ESTABLISHED);
		lab_says(hub, "show protocols all guest01", "%eth0\"");
		lab_free(lab);
	}
}
END_TEST

#define MEMBERS(limit, routes)                                                    \
	"ibgp auto { prefix fd99::/64; address fd99::1; password \"s\"; dynamic " \
	"limit " limit "; "                                                       \
	"}\nprotocol static { ipv6; " routes " }\n"
#define LOOPBACK(last) "route fd99::" last "/128 blackhole; "

static bool
is_member(struct lab_router *router, const char *loopback)
{
	return strstr(lab_command(router, "show protocols all ibgp1"), loopback) != NULL;
}

/* Loopbacks beyond the limit are forgotten, and asked for again where there is room. */
START_TEST(who_found_no_room_is_a_member_when_another_leaves)
{
	struct lab *lab = lab_new(1);
	struct lab_router *router = lab_router_add(
		lab, 1,
		MEMBERS("2", LOOPBACK("a") LOOPBACK("b") LOOPBACK("c") LOOPBACK("d")));
	lab_run(lab, 100 * USEC_S);
	ck_assert(is_member(router, "fd99::a\"") && is_member(router, "fd99::b\""));
	ck_assert(!is_member(router, "fd99::c\"") && !is_member(router, "fd99::d\""));
	ck_assert_uint_eq(lab_logged(router, "more than 2 loopbacks"), 1);
	lab_configure(router, MEMBERS("2", LOOPBACK("b") LOOPBACK("c") LOOPBACK("d")));
	lab_run(lab, 100 * USEC_S);
	ck_assert(!is_member(router, "fd99::a\"") && is_member(router, "fd99::b\""));
	ck_assert(is_member(router, "fd99::c\"") != is_member(router, "fd99::d\""));
	ck_assert_uint_eq(lab_logged(router, "more than 2 loopbacks"), 2);
	lab_configure(router, MEMBERS("3", LOOPBACK("b") LOOPBACK("c") LOOPBACK("d")));
	lab_run(lab, 100 * USEC_S);
	ck_assert(is_member(router, "fd99::c\"") && is_member(router, "fd99::d\""));
	lab_free(lab);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		who_calls_from_a_range_gets_an_instance,
		an_instance_goes_with_its_session,
		strangers_make_no_instances,
		who_says_nonsense_waits_and_is_forgotten,
		there_are_no_more_than_the_limit,
		instances_live_through_a_reload_and_follow_it,
		a_reload_of_the_parent_is_one_of_all,
		options_of_channels_follow_at_once_or_softly,
		an_instance_waits_for_a_neighbour_that_restarts,
		instances_go_with_their_parent,
		an_instance_may_be_disabled,
		a_configured_instance_takes_the_name,
		the_narrowest_range_and_the_own_address_count,
		keys_are_for_the_whole_range,
		link_local_neighbours_are_met_where_they_call,
		a_range_on_an_interface_is_not_called_by_another,
		who_found_no_room_is_a_member_when_another_leaves,
	};
	return unit_run("bgp/dynamic", tests, ARRAY_SIZE(tests), NULL, 0);
}
