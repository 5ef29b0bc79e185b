/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routes of the Linux world against a real kernel.
 */
#include "test/netns/linux_world.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

START_TEST(a_route_comes_back_from_a_scan_as_it_was_queued)
{
	struct fib_nexthop via = hop("10.1.0.7", "n0"), device = hop(NULL, "n0");
	struct fib_route route = route_of("10.9.0.0/16", &via, 1);

	holds(&route);
	route.nexthops = &device;
	holds(&route);
	route.prefsrc = address("10.1.0.1");
	route.realm = 5;
	struct fib_metric metrics[] = { { .type = 2, .value = 1400 },
					{ .type = 8, .value = 1360 } };
	route.metrics = metrics;
	route.metric_count = 2;
	holds(&route);
	ck_assert_int_eq(change(FIB_DELETE, &route), 0);
	ck_assert_uint_eq(scan(NET_BIT(NET_IP4)), 0);
}
END_TEST

START_TEST(an_ipv6_route_comes_back_from_a_scan_as_it_was_queued)
{
	struct fib_nexthop via = hop("fd01::7", "n0"), device = hop(NULL, "n0");
	struct fib_nexthop local = hop("fe80::2", "n0");
	struct fib_route route = route_of("2001:db8::/32", &via, 1);

	holds(&route);
	route.nexthops = &device;
	holds(&route);
	route.nexthops = &local;
	holds(&route);
	route.prefsrc = address("fd01::1");
	struct fib_metric metrics[] = { { .type = 2, .value = 1400 } };
	route.metrics = metrics;
	route.metric_count = 1;
	holds(&route);
	ck_assert_int_eq(change(FIB_DELETE, &route), 0);
	ck_assert_uint_eq(scan(NET_BIT(NET_IP6)), 0);
}
END_TEST

START_TEST(a_default_route_has_no_address)
{
	struct fib_nexthop four = hop("10.1.0.7", "n0"), six = hop("fd01::7", "n0");
	struct fib_route route = route_of("0.0.0.0/0", &four, 1);

	holds(&route);
	route = route_of("::/0", &six, 1);
	holds(&route);
}
END_TEST

START_TEST(a_route_without_next_hop_is_held_by_its_kind)
{
	static const uint8_t kinds[] = { FIB_BLACKHOLE, FIB_UNREACHABLE, FIB_PROHIBIT };
	static const char *const nets[] = { "10.9.0.0/16", "2001:db8::/32" };
	struct fib_nexthop via[] = { hop("10.1.0.7", "n0"), hop("fd01::7", "n0") };

	for (unsigned net = 0; net < 2; net++) {
		struct fib_route route = route_of(nets[net], NULL, 0);
		for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++) {
			route.dest = kinds[i];
			holds(&route);
		}
		route.dest = FIB_UNICAST;
		route.nexthops = &via[net];
		route.nexthop_count = 1;
		holds(&route);
	}
}
END_TEST

/*
 * IPv6 keeps one route per next hop and strings those of a multipath together.  A replace
 * takes the place of the whole string if new and old are of the same sort, or else of the
 * first route of that metric; seen so on Linux 6.18: whatever goes to whatever, one route
 * stands there afterwards.
 */
START_TEST(any_replace_leaves_exactly_the_new_route)
{
	struct fib_nexthop four[] = { hop("10.1.0.7", "n0"), hop("10.2.0.2", "m0"),
				      hop("10.1.0.3", "n0"), hop(NULL, "n0") };
	struct fib_nexthop six[] = { hop("fd01::7", "n0"), hop("fd02::2", "m0"),
				     hop("fd01::3", "n0"), hop(NULL, "n0") };
	static const struct {
		uint8_t dest, first, count;
	} shapes[] = {
		{ FIB_UNICAST, 0, 1 },     { FIB_UNICAST, 0, 2 }, { FIB_UNICAST, 1, 2 },
		{ FIB_UNICAST, 0, 3 },     { FIB_UNICAST, 3, 1 }, { FIB_BLACKHOLE, 0, 0 },
		{ FIB_UNREACHABLE, 0, 0 }, { FIB_UNICAST, 2, 1 },
	};
	four[1].weight = six[1].weight = 200;
	four[2].weight = six[2].weight = 1;

	for (unsigned family = 0; family < 2; family++) {
		struct fib_route route =
			route_of(family ? "2001:db8::/32" : "10.9.0.0/16", NULL, 0);
		for (unsigned pair = 0; pair < ARRAY_SIZE(shapes) * ARRAY_SIZE(shapes);
		     pair++) {
			unsigned turns[] = { pair / ARRAY_SIZE(shapes),
					     pair % ARRAY_SIZE(shapes) };
			seen->result_count = 0;
			for (unsigned i = 0; i < 2; i++) {
				route.dest = shapes[turns[i]].dest;
				route.nexthops =
					(family ? six : four) + shapes[turns[i]].first;
				route.nexthop_count = shapes[turns[i]].count;
				holds(&route);
			}
		}
		ck_assert_int_eq(change(FIB_DELETE, &route), 0);
		ck_assert_uint_eq(scan(NET_BIT(route.net.type)), 0);
	}
}
END_TEST

START_TEST(deleting_a_multipath_route_leaves_nothing_of_it)
{
	struct fib_nexthop four[] = { hop("10.1.0.7", "n0"), hop("10.2.0.2", "m0") };
	struct fib_nexthop six[] = { hop("fd01::7", "n0"), hop("fd02::2", "m0") };
	struct fib_route routes[] = { route_of("10.9.0.0/16", four, 2),
				      route_of("2001:db8::/32", six, 2) };

	for (unsigned i = 0; i < 2; i++) {
		holds(&routes[i]);
		ck_assert_int_eq(change(FIB_DELETE, &routes[i]), 0);
		ck_assert_uint_eq(scan(NET_BIT(routes[i].net.type)), 0);
	}
}
END_TEST

/* The kernel looks at all next hops before it touches what is there. */
START_TEST(a_replace_that_is_refused_leaves_the_old_route)
{
	struct fib_nexthop four[] = { hop("10.1.0.7", "n0"), hop("192.0.2.1", "n0") };
	struct fib_nexthop six[] = { hop("fd01::7", "n0"), hop("2001:db8:f::1", "n0") };
	struct fib_route routes[] = { route_of("10.9.0.0/16", four, 1),
				      route_of("2001:db8::/32", six, 1) };

	for (unsigned i = 0; i < 2; i++) {
		struct fib_route bad = routes[i];
		holds(&routes[i]);
		bad.nexthop_count = 2;
		ck_assert_int_lt(change(FIB_REPLACE, &bad), 0);
		bad.nexthops++;
		bad.nexthop_count = 1;
		ck_assert_int_lt(change(FIB_REPLACE, &bad), 0);
		ck_assert_uint_eq(scan(NET_BIT(bad.net.type)), 1);
		routes_equal(&seen->scanned[0].route, &routes[i]);
	}
}
END_TEST

/* Two metrics are two routes; a replace or delete of one leaves the other. */
START_TEST(routes_of_other_metrics_and_tables_are_left_alone)
{
	struct fib_nexthop four = hop("10.1.0.7", "n0"), six = hop("fd01::7", "n0");
	struct fib_route routes[] = { route_of("10.9.0.0/16", &four, 1),
				      route_of("2001:db8::/32", &six, 1) };

	for (unsigned i = 0; i < 2; i++) {
		struct fib_route other = routes[i], elsewhere = routes[i];
		other.metric = 33;
		elsewhere.table = 101;
		ck_assert_int_eq(change(FIB_REPLACE, &other), 0);
		ck_assert_int_eq(change(FIB_REPLACE, &elsewhere), 0);
		ck_assert_int_eq(change(FIB_REPLACE, &routes[i]), 0);
		ck_assert_int_eq(change(FIB_REPLACE, &routes[i]), 0);
		ck_assert_uint_eq(scan(NET_BIT(routes[i].net.type)), 2);
		ck_assert_int_eq(change(FIB_DELETE, &routes[i]), 0);
		ck_assert_uint_eq(scan(NET_BIT(routes[i].net.type)), 1);
		routes_equal(&seen->scanned[0].route, &other);
		ck_assert_int_eq(change(FIB_DELETE, &elsewhere), 0);
	}
}
END_TEST

START_TEST(a_source_specific_route_stands_beside_the_plain_one)
{
	struct fib_nexthop via = hop("fd01::7", "n0"), other = hop("fd02::2", "m0");
	struct fib_route plain = route_of("2001:db8::/32", &via, 1);
	struct fib_route specific = route_of("2001:db8::/32", &other, 1);
	uint32_t both = NET_BIT(NET_IP6) | NET_BIT(NET_IP6_SADR);

	specific.net.type = NET_IP6_SADR;
	specific.net.source = address("2001:db8:1::");
	specific.net.source_length = 48;
	holds(&plain);
	int error = change(FIB_REPLACE, &specific);
	if (error == -EINVAL)
		return; /* A kernel without CONFIG_IPV6_SUBTREES. */
	ck_assert_int_eq(error, 0);
	ck_assert_uint_eq(scan(NET_BIT(NET_IP6_SADR)), 1);
	routes_equal(&seen->scanned[0].route, &specific);
	ck_assert_uint_eq(scan(NET_BIT(NET_IP6)), 1);
	routes_equal(&seen->scanned[0].route, &plain);
	ck_assert_uint_eq(scan(both), 2);
	ck_assert_int_eq(change(FIB_DELETE, &plain), 0);
	ck_assert_uint_eq(scan(both), 1);
	ck_assert_int_eq(change(FIB_DELETE, &specific), 0);
	ck_assert_uint_eq(scan(both), 0);
}
END_TEST

START_TEST(an_ipv4_route_may_lead_to_an_ipv6_neighbour)
{
	struct fib_nexthop via[] = { hop("fe80::2", "n0"), hop("fd02::2", "m0") };
	struct fib_route route = route_of("10.9.0.0/16", via, 1);

	holds(&route);
	route.nexthop_count = 2;
	holds(&route);
}
END_TEST

START_TEST(an_onlink_next_hop_need_not_be_in_a_prefix_of_the_interface)
{
	struct fib_nexthop four = hop("192.0.2.1", "n0"),
			   six = hop("2001:db8:f::1", "n0");
	struct fib_route routes[] = { route_of("10.9.0.0/16", &four, 1),
				      route_of("2001:db8::/32", &six, 1) };

	ck_assert_int_eq(change(FIB_REPLACE, &routes[0]), -ENETUNREACH);
	ck_assert_int_eq(change(FIB_REPLACE, &routes[1]), -EHOSTUNREACH);
	four.flags = six.flags = FIB_NEXTHOP_ONLINK;
	holds(&routes[0]);
	holds(&routes[1]);
}
END_TEST

START_TEST(each_refusal_comes_back_with_its_cookie_and_in_order)
{
	struct fib_nexthop good = hop("10.1.0.7", "n0"), bad = hop("192.0.2.1", "n0");
	struct fib_nexthop nowhere = { .index = 9999, .weight = 1 };
	struct fib_route routes[] = { route_of("10.9.0.0/24", &good, 1),
				      route_of("10.9.1.0/24", &bad, 1),
				      route_of("10.9.2.0/24", &good, 1),
				      route_of("10.9.3.0/24", &nowhere, 1),
				      route_of("10.9.4.0/24", &good, 1) };
	static const int errors[] = { 0, -ENETUNREACH, 0, -ENODEV, 0, -ESRCH };
	struct fib_change changes[6];

	for (unsigned i = 0; i < 5; i++)
		changes[i] = (struct fib_change){ .op = FIB_REPLACE,
						  .cookie = 100 + i,
						  .route = routes[i] };
	changes[5] = changes[1];
	changes[5].op = FIB_DELETE;
	changes[5].cookie = 105;
	seen->class->fib_queue(seen->sys, changes, 6);
	until(seen->result_count == 6);
	for (unsigned i = 0; i < 6; i++) {
		ck_assert_uint_eq(seen->order[i], 100 + i);
		ck_assert_int_eq(seen->results[i], errors[i]);
	}
	ck_assert_uint_eq(scan(NET_BIT(NET_IP4)), 3);
}
END_TEST

START_TEST(ten_thousand_refusals_overrun_nothing)
{
	struct fib_nexthop bad = hop("192.0.2.1", "n0");
	struct fib_route route = route_of("10.0.0.0/24", &bad, 1);

	for (uint32_t i = 0; i < 10000; i++) {
		route.net.addr = addr_from_ip4(0x0a000000 | i << 8);
		struct fib_change request = { .op = FIB_REPLACE,
					      .cookie = i,
					      .route = route };
		seen->class->fib_queue(seen->sys, &request, 1);
	}
	until(seen->result_count == 10000);
	ck_assert_uint_eq(seen->results_bad, 10000);
	ck_assert_uint_eq(seen->overruns, 0);
}
END_TEST

START_TEST(a_route_with_very_many_next_hops_fits_or_is_refused)
{
	static struct fib_nexthop hops[200];
	struct fib_route route = route_of("10.9.0.0/16", hops, 200);

	for (unsigned i = 0; i < 200; i++) {
		hops[i] = hop("fe80::1", "n0");
		hops[i].gateway.bytes[15] = (uint8_t)i;
	}
	/* More than a batch has bytes for. */
	static struct fib_change changes[40];
	for (unsigned i = 0; i < 40; i++)
		changes[i] = (struct fib_change){ .op = FIB_REPLACE,
						  .cookie = i,
						  .route = route };
	seen->class->fib_queue(seen->sys, changes, 40);
	until(seen->result_count == 40);
	ck_assert_uint_eq(seen->results_bad, 0);
	for (unsigned i = 0; i < 40; i++)
		ck_assert_uint_eq(seen->order[i], i);
	route.nexthop_count = 200;
	route.net.addr = addr_from_ip4(0x0a0a0000);
	static struct fib_nexthop many[4000];
	for (unsigned i = 0; i < 4000; i++)
		many[i] = hops[i % 200];
	route.nexthops = many;
	route.nexthop_count = 4000;
	ck_assert_int_eq(change(FIB_REPLACE, &route), -E2BIG);
}
END_TEST

START_TEST(changes_queued_before_a_scan_are_in_its_answer)
{
	struct fib_nexthop via = hop("10.1.0.7", "n0");
	struct fib_change change_of = { .op = FIB_REPLACE, .cookie = 1 };
	change_of.route = route_of("10.9.0.0/16", &via, 1);

	seen->class->fib_queue(seen->sys, &change_of, 1);
	ck_assert_uint_eq(scan(NET_BIT(NET_IP4)), 1);
	ck_assert_uint_eq(seen->result_count, 1);
}
END_TEST

START_TEST(a_scan_of_a_table_that_never_was_is_empty)
{
	seen->class->fib_scan(seen->sys, 4711, NET_BIT(NET_IP4));
	seen->class->fib_scan(seen->sys, 4711, NET_BIT(NET_IP6));
	seen->class->fib_scan(seen->sys, 4711, NET_BIT(NET_IP4) | NET_BIT(NET_IP6));
	until(seen->scans == 3);
	ck_assert_uint_eq(seen->scan_errors, 0);
	ck_assert_uint_eq(seen->scanned_count, 0);
}
END_TEST

START_TEST(what_others_do_is_told_and_what_we_do_is_not)
{
	struct fib_nexthop via = hop("10.1.0.7", "n0");
	struct fib_route route = route_of("10.9.0.0/16", &via, 1);

	holds(&route);
	shell("ip route add 10.8.0.0/16 dev m0 table 100 proto 99 metric 5");
	until(seen->event_count == 1);
	ck_assert(!seen->events[0].gone);
	ck_assert_uint_eq(seen->events[0].route.protocol, 99);
	ck_assert_uint_eq(seen->events[0].route.metric, 5);
	shell("ip route del 10.9.0.0/16 table 100");
	until(seen->event_count == 2);
	ck_assert(seen->events[1].gone);
	routes_equal(&seen->events[1].route, &route);
	ck_assert_int_eq(change(FIB_REPLACE, &route), 0);
	ck_assert_int_eq(change(FIB_DELETE, &route), 0);
	shell("ip -6 route add 2001:db8::/32 dev m0 table 100");
	until(seen->event_count == 3);
	ck_assert_uint_eq(seen->events[2].route.net.type, NET_IP6);
}
END_TEST

/* Linux 6.18 compares neither protocol nor type: the replace hits what has the key. A
 * delete compares the protocol. */
START_TEST(a_replace_takes_the_place_of_a_strangers_route_but_a_delete_does_not)
{
	struct fib_nexthop four = hop("10.1.0.7", "n0"), six = hop("fd01::7", "n0");
	struct fib_route routes[] = { route_of("10.9.0.0/16", &four, 1),
				      route_of("2001:db8::/32", &six, 1) };

	for (unsigned i = 0; i < 2; i++) {
		shell("ip route add %s dev m0 table 100 proto 99 metric 32",
		      i ? "2001:db8::/32" : "10.9.0.0/16");
		ck_assert_int_eq(change(FIB_DELETE, &routes[i]), -ESRCH);
		ck_assert_uint_eq(scan(NET_BIT(routes[i].net.type)), 1);
		ck_assert_int_eq(change(FIB_REPLACE, &routes[i]), 0);
		ck_assert_uint_eq(scan(NET_BIT(routes[i].net.type)), 1);
		routes_equal(&seen->scanned[0].route, &routes[i]);
	}
}
END_TEST

START_TEST(an_ipv6_route_without_metric_gets_1024)
{
	struct fib_nexthop via = hop("fd01::7", "n0");
	struct fib_route route = route_of("2001:db8::/32", &via, 1);

	route.metric = 0;
	ck_assert_int_eq(change(FIB_REPLACE, &route), 0);
	ck_assert_uint_eq(scan(NET_BIT(NET_IP6)), 1);
	ck_assert_uint_eq(seen->scanned[0].route.metric, 1024);
	ck_assert_int_eq(change(FIB_DELETE, &route), 0);
	ck_assert_uint_eq(scan(NET_BIT(NET_IP6)), 0);
}
END_TEST

/* The kernel says nothing of IPv4 routes that go with their interface; of IPv6 routes it
 * does, one by one. */
START_TEST(routes_that_go_with_an_interface_are_told_or_asked_for)
{
	struct fib_nexthop four = hop("10.1.0.7", "n0"), six = hop("fd01::7", "n0");
	struct fib_route routes[] = { route_of("10.9.0.0/16", &four, 1),
				      route_of("2001:db8::/32", &six, 1) };

	seen->class->interface_scan(seen->sys);
	until(seen->interface_scans == 1);
	holds(&routes[0]);
	holds(&routes[1]);
	shell("ip link set n0 down");
	until(seen->losses == 1);
	ck_assert_uint_eq(scan(NET_BIT(NET_IP4)), 0);
	bool told = false;
	for (unsigned i = 0; i < seen->event_count && i < ROOM; i++)
		told |= seen->events[i].gone &&
			prefix_equal(&seen->events[i].route.net, &routes[1].net);
	ck_assert(told);
	ck_assert_uint_eq(scan(NET_BIT(NET_IP6)), 0);
	ck_assert_int_eq(change(FIB_REPLACE, &routes[0]), -ENETUNREACH);
	ck_assert_int_eq(change(FIB_REPLACE, &routes[1]), -EHOSTUNREACH);
}
END_TEST

/* One question for the first, one for all that follow within a second. */
START_TEST(many_interfaces_that_go_do_not_ask_for_as_many_scans)
{
	seen->class->interface_scan(seen->sys);
	seen->class->fib_scan(seen->sys, 100, NET_BIT(NET_IP4));
	until(seen->interface_scans == 1 && seen->scans == 1);
	shell("for i in 1 2 3 4 5 6; do ip link set n0 up; ip link set n0 down; done");
	until(seen->losses == 1);
	shell("for i in 1 2 3 4 5 6; do ip link set n0 up; ip link set n0 down; done");
	until(seen->losses == 2);
	usec_t told = seen->class->now(seen->sys);
	seen->class->wake_at(seen->sys, told + 3 * USEC_S / 2);
	while (!seen->wakes)
		linux_run_once(seen->sys, true);
	ck_assert_uint_eq(seen->losses, 2);
	ck_assert_uint_eq(seen->overruns, 0);
}
END_TEST

/* Only in the main table (Linux 6.18): elsewhere such a route outlives the address. */
START_TEST(routes_that_go_with_their_preferred_source_are_asked_for)
{
	struct fib_nexthop via = hop("10.2.0.2", "m0");
	struct fib_route route = route_of("10.9.0.0/16", &via, 1);

	seen->class->interface_scan(seen->sys);
	until(seen->interface_scans == 1);
	route.prefsrc = address("10.1.0.1");
	holds(&route);
	route.table = 254;
	ck_assert_int_eq(change(FIB_REPLACE, &route), 0);
	shell("ip addr del 10.1.0.1/24 dev n0");
	until(seen->losses == 1);
	ck_assert_uint_eq(scan(NET_BIT(NET_IP4)), 1);
	ck_assert_int_eq(change(FIB_DELETE, &route), -ESRCH);
}
END_TEST

/* A multipath route stays with its dead part, in IPv4 as in IPv6, and is told whole. */
START_TEST(a_multipath_route_survives_one_of_its_interfaces)
{
	struct fib_nexthop four[] = { hop("10.1.0.7", "n0"), hop("10.2.0.2", "m0") };
	struct fib_nexthop six[] = { hop("fd01::7", "n0"), hop("fd02::2", "m0") };
	struct fib_route routes[] = { route_of("10.9.0.0/16", four, 2),
				      route_of("2001:db8::/32", six, 2) };

	holds(&routes[0]);
	holds(&routes[1]);
	shell("ip link set n0 down");
	ck_assert_uint_eq(scan(NET_BIT(NET_IP4)), 1);
	routes_equal(&seen->scanned[0].route, &routes[0]);
	ck_assert_uint_eq(scan(NET_BIT(NET_IP6)), 1);
	routes_equal(&seen->scanned[0].route, &routes[1]);
}
END_TEST

const TTest *const *const route_tests[] = {
	&a_route_comes_back_from_a_scan_as_it_was_queued,
	&an_ipv6_route_comes_back_from_a_scan_as_it_was_queued,
	&a_default_route_has_no_address,
	&a_route_without_next_hop_is_held_by_its_kind,
	&any_replace_leaves_exactly_the_new_route,
	&deleting_a_multipath_route_leaves_nothing_of_it,
	&a_replace_that_is_refused_leaves_the_old_route,
	&routes_of_other_metrics_and_tables_are_left_alone,
	&a_source_specific_route_stands_beside_the_plain_one,
	&an_ipv4_route_may_lead_to_an_ipv6_neighbour,
	&an_onlink_next_hop_need_not_be_in_a_prefix_of_the_interface,
	&each_refusal_comes_back_with_its_cookie_and_in_order,
	&ten_thousand_refusals_overrun_nothing,
	&a_route_with_very_many_next_hops_fits_or_is_refused,
	&changes_queued_before_a_scan_are_in_its_answer,
	&a_scan_of_a_table_that_never_was_is_empty,
	&what_others_do_is_told_and_what_we_do_is_not,
	&a_replace_takes_the_place_of_a_strangers_route_but_a_delete_does_not,
	&an_ipv6_route_without_metric_gets_1024,
	&routes_that_go_with_an_interface_are_told_or_asked_for,
	&many_interfaces_that_go_do_not_ask_for_as_many_scans,
	&routes_that_go_with_their_preferred_source_are_asked_for,
	&a_multipath_route_survives_one_of_its_interfaces,
	NULL,
};
