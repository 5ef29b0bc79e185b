/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The virtual kernel: routes with the semantics of Linux, what it tells and when it
 * fails, and its forwarding decision.
 */
#include "lib/mem.h"
#include "sysdep/sim/sim.h"
#include <check.h>
#include <errno.h>
#include <string.h>

/* Writes down what it is told. */
struct listener {
	struct sys *sys;
	uint64_t cookies[16];
	int errors[16];
	unsigned results;
	unsigned scanned, scans, events, gone, overruns;
	struct prefix last;
};

struct bench {
	struct sim_world *world;
	struct sim_node *a, *b;
	struct sim_interface *a_if, *b_if;
	struct listener heard;
};

static void
heard_wake(void *context)
{
	(void)context;
}

static void
heard_interface(void *context, const struct sys_interface *interface, bool gone)
{
	(void)context;
	(void)interface;
	(void)gone;
}

static void
heard_address(void *context, const struct sys_address *address, bool gone)
{
	(void)context;
	(void)address;
	(void)gone;
}

static void
heard_result(void *context, uint64_t cookie, int error)
{
	struct listener *heard = context;

	heard->cookies[heard->results] = cookie;
	heard->errors[heard->results++] = error;
}

static void
heard_scanned(void *context, const struct fib_route *route)
{
	struct listener *heard = context;

	heard->scanned++;
	heard->last = route->net;
}

static void
heard_scan_done(void *context, int error)
{
	struct listener *heard = context;

	ck_assert_int_eq(error, 0);
	heard->scans++;
}

static void
heard_event(void *context, const struct fib_route *route, bool gone)
{
	struct listener *heard = context;

	heard->last = route->net;
	heard->events++;
	heard->gone += gone;
}

static void
heard_overrun(void *context)
{
	struct listener *heard = context;

	heard->overruns++;
}

static const struct sys_handler heard_handler = {
	.wake = heard_wake,
	.interface_event = heard_interface,
	.address_event = heard_address,
	.interface_scan_done = heard_wake,
	.fib_result = heard_result,
	.fib_scanned = heard_scanned,
	.fib_scan_done = heard_scan_done,
	.fib_event = heard_event,
	.overrun = heard_overrun,
};

static struct prefix
net(const char *text)
{
	struct prefix prefix;
	bool host_bits;

	ck_assert(prefix_parse(text, strlen(text), &prefix, &host_bits));
	return prefix;
}

static struct addr
address(const char *text)
{
	struct addr addr;

	ck_assert(addr_parse(text, strlen(text), &addr));
	return addr;
}

/* Machine a (the router's) and b, a cable, 10.0.0.1/24 and 10.0.0.2/24 on it. */
static struct bench *
bench_new(void)
{
	struct bench *bench = mem_zalloc(sizeof(*bench));

	bench->world = sim_world_new(1);
	bench->a = sim_node_new(bench->world, "a");
	bench->b = sim_node_new(bench->world, "b");
	struct sim_segment *segment = sim_segment_new(bench->world, "a-b", true);
	bench->a_if = sim_interface_new(bench->a, "eth0", 0, segment);
	bench->b_if = sim_interface_new(bench->b, "eth0", 0, segment);
	sim_address_add(bench->a_if, address("10.0.0.1"), 24, 0);
	sim_address_add(bench->b_if, address("10.0.0.2"), 24, 0);
	bench->heard.sys = sim_node_sys(bench->a);
	bench->heard.sys->class->attach(bench->heard.sys, &heard_handler, &bench->heard);
	return bench;
}

static void
bench_free(struct bench *bench)
{
	sim_world_free(bench->world);
	mem_free(bench);
}

static void
settle(struct bench *bench)
{
	sim_run(bench->world, sim_now(bench->world) + USEC_S);
}

static struct fib_route
route(const char *text, const struct fib_nexthop *hop, uint8_t protocol)
{
	return (struct fib_route){ .net = net(text),
				   .table = 254,
				   .metric = 32,
				   .dest = hop ? FIB_UNICAST : FIB_UNREACHABLE,
				   .protocol = protocol,
				   .nexthops = hop,
				   .nexthop_count = hop != NULL };
}

static void
queue(struct bench *bench, enum fib_op op, uint64_t cookie, struct fib_route change)
{
	struct fib_change changes = { .op = op, .cookie = cookie, .route = change };

	bench->heard.sys->class->fib_queue(bench->heard.sys, &changes, 1);
}

static int
queue_result(struct bench *bench, enum fib_op op, struct fib_route change)
{
	bench->heard.results = 0;
	queue(bench, op, 1, change);
	ck_assert_uint_eq(bench->heard.results, 0);
	settle(bench);
	ck_assert_uint_eq(bench->heard.results, 1);
	return bench->heard.errors[0];
}

static struct sim_hop
forward(const struct bench *bench, const char *to)
{
	struct sim_hop hop;
	struct addr addr = address(to);

	sim_forward(bench->a, addr, addr_any, sim_dest_match(bench->world, addr), 0,
		    &hop);
	return hop;
}

START_TEST(results_come_in_order_with_their_cookies)
{
	struct bench *bench = bench_new();
	struct fib_nexthop hop = { .gateway = address("10.0.0.2"),
				   .index = 2,
				   .weight = 1 };

	queue(bench, FIB_REPLACE, 7, route("10.1.0.0/16", &hop, FIB_PROTOCOL_MESHD));
	queue(bench, FIB_DELETE, 8, route("10.2.0.0/16", &hop, FIB_PROTOCOL_MESHD));
	queue(bench, FIB_DELETE, 9, route("10.1.0.0/16", &hop, FIB_PROTOCOL_MESHD));
	settle(bench);
	ck_assert_uint_eq(bench->heard.results, 3);
	ck_assert_uint_eq(bench->heard.cookies[0], 7);
	ck_assert_int_eq(bench->heard.errors[0], 0);
	ck_assert_uint_eq(bench->heard.cookies[1], 8);
	ck_assert_int_eq(bench->heard.errors[1], -ESRCH);
	ck_assert_int_eq(bench->heard.errors[2], 0);
	ck_assert_uint_eq(bench->heard.events, 0); /* Our own changes are not told. */
	bench_free(bench);
}
END_TEST

START_TEST(routes_are_replaced_by_table_prefix_and_metric)
{
	struct bench *bench = bench_new();
	struct fib_nexthop hop = { .gateway = address("10.0.0.2"),
				   .index = 2,
				   .weight = 1 };
	struct fib_route one = route("10.1.0.0/16", &hop, FIB_PROTOCOL_MESHD);
	struct fib_route two = route("10.1.0.0/16", NULL, FIB_PROTOCOL_MESHD);

	ck_assert_int_eq(queue_result(bench, FIB_REPLACE, one), 0);
	ck_assert_int_eq(forward(bench, "10.1.2.3").verdict, SIM_VIA);
	ck_assert_int_eq(queue_result(bench, FIB_REPLACE, two), 0);
	ck_assert_int_eq(forward(bench, "10.1.2.3").verdict, SIM_UNREACHABLE);
	ck_assert_uint_eq(sim_kernel_route_count(bench->a), 1);
	one.metric = 31;
	ck_assert_int_eq(queue_result(bench, FIB_REPLACE, one), 0);
	ck_assert_uint_eq(sim_kernel_route_count(bench->a), 2);
	ck_assert_int_eq(forward(bench, "10.1.2.3").verdict, SIM_VIA);
	ck_assert_uint_eq(forward(bench, "10.1.2.3").metric, 31);
	bench_free(bench);
}
END_TEST

START_TEST(bad_next_hops_are_refused)
{
	struct bench *bench = bench_new();
	struct fib_nexthop hop = { .gateway = address("10.9.9.9"),
				   .index = 2,
				   .weight = 1 };

	ck_assert_int_eq(queue_result(bench, FIB_REPLACE, route("10.1.0.0/16", &hop, 77)),
			 -ENETUNREACH);
	hop.flags = FIB_NEXTHOP_ONLINK;
	ck_assert_int_eq(queue_result(bench, FIB_REPLACE, route("10.1.0.0/16", &hop, 77)),
			 0);
	hop.flags = 0;
	hop.gateway = address("10.0.0.1"); /* Its own. */
	ck_assert_int_eq(queue_result(bench, FIB_REPLACE, route("10.1.0.0/16", &hop, 77)),
			 -EINVAL);
	hop.gateway = address("fe80::2");
	ck_assert_int_eq(queue_result(bench, FIB_REPLACE, route("10.1.0.0/16", &hop, 77)),
			 0);
	hop.index = 9;
	ck_assert_int_eq(queue_result(bench, FIB_REPLACE, route("10.1.0.0/16", &hop, 77)),
			 -ENODEV);
	hop.index = 2;
	sim_interface_up(bench->a_if, false);
	ck_assert_int_eq(queue_result(bench, FIB_REPLACE, route("10.1.0.0/16", &hop, 77)),
			 -ENETDOWN);
	bench_free(bench);
}
END_TEST

START_TEST(refusals_hit_what_they_cover_and_end)
{
	struct bench *bench = bench_new();
	struct prefix ten = net("10.0.0.0/8");

	sim_kernel_refuse(bench->a, &ten, -EPERM, 1);
	ck_assert_int_eq(queue_result(bench, FIB_REPLACE, route("20.0.0.0/8", NULL, 77)),
			 0);
	ck_assert_int_eq(queue_result(bench, FIB_REPLACE, route("10.1.0.0/16", NULL, 77)),
			 -EPERM);
	ck_assert_int_eq(queue_result(bench, FIB_REPLACE, route("10.1.0.0/16", NULL, 77)),
			 0);
	bench_free(bench);
}
END_TEST

START_TEST(foreign_changes_are_told)
{
	struct bench *bench = bench_new();
	struct fib_route foreign = route("10.3.0.0/16", NULL, 4);

	queue_result(bench, FIB_REPLACE, route("10.1.0.0/16", NULL, 77));
	ck_assert_int_eq(sim_kernel_route_add(bench->a, &foreign), 0);
	settle(bench);
	ck_assert_uint_eq(bench->heard.events, 1);
	ck_assert_uint_eq(bench->heard.gone, 0);
	struct prefix ours = net("10.1.0.0/16");
	ck_assert_int_eq(sim_kernel_route_remove(bench->a, 254, &ours, true), 0);
	ck_assert_int_eq(sim_kernel_route_remove(bench->a, 254, &ours, true), -ESRCH);
	settle(bench);
	ck_assert_uint_eq(bench->heard.gone, 1);
	ck_assert(prefix_equal(&bench->heard.last, &ours));
	/* A foreign one is not ours to delete. */
	foreign.protocol = 77;
	ck_assert_int_eq(queue_result(bench, FIB_DELETE, foreign), -ESRCH);
	bench_free(bench);
}
END_TEST

START_TEST(scan_tells_the_wanted_table_and_types)
{
	struct bench *bench = bench_new();
	struct fib_route other = route("10.4.0.0/16", NULL, 77);

	other.table = 100;
	queue_result(bench, FIB_REPLACE, other);
	queue_result(bench, FIB_REPLACE, route("10.1.0.0/16", NULL, 77));
	queue_result(bench, FIB_REPLACE, route("2001:db8::/32", NULL, 77));
	bench->heard.sys->class->fib_scan(bench->heard.sys, 254, NET_BIT(NET_IP4));
	settle(bench);
	ck_assert_uint_eq(bench->heard.scanned, 1);
	ck_assert_uint_eq(bench->heard.scans, 1);
	struct prefix expected = net("10.1.0.0/16");
	ck_assert(prefix_equal(&bench->heard.last, &expected));
	bench_free(bench);
}
END_TEST

START_TEST(interface_going_down_takes_its_routes)
{
	struct bench *bench = bench_new();
	struct fib_nexthop four = { .gateway = address("10.0.0.2"),
				    .index = 2,
				    .weight = 1 };
	struct fib_nexthop six = { .gateway = address("fe80::2"),
				   .index = 2,
				   .weight = 1 };

	queue_result(bench, FIB_REPLACE, route("10.1.0.0/16", &four, 77));
	queue_result(bench, FIB_REPLACE, route("2001:db8::/32", &six, 77));
	sim_interface_plug(bench->a_if, false);
	settle(bench);
	ck_assert_uint_eq(sim_kernel_route_count(bench->a),
			  2); /* Carrier alone takes none. */
	sim_interface_up(bench->a_if, false);
	settle(bench);
	ck_assert_uint_eq(sim_kernel_route_count(bench->a), 0);
	/* As Linux: silently for IPv4. */
	ck_assert_uint_eq(bench->heard.gone, 1);
	struct prefix expected = net("2001:db8::/32");
	ck_assert(prefix_equal(&bench->heard.last, &expected));
	bench_free(bench);
}
END_TEST

START_TEST(lost_notifications_make_one_overrun)
{
	struct bench *bench = bench_new();

	sim_kernel_overrun(bench->a, 2);
	for (unsigned i = 0; i < 3; i++) {
		struct fib_route foreign = route("10.3.0.0/16", NULL, 4);
		foreign.metric = i;
		sim_kernel_route_add(bench->a, &foreign);
	}
	settle(bench);
	ck_assert_uint_eq(bench->heard.overruns, 1);
	ck_assert_uint_eq(bench->heard.events, 1);
	sim_kernel_faults(bench->a)->notices = 1;
	sim_kernel_flush(bench->a, true, true);
	settle(bench);
	ck_assert_uint_eq(bench->heard.overruns, 2);
	ck_assert_uint_eq(bench->heard.events, 2);
	bench_free(bench);
}
END_TEST

START_TEST(slow_kernel_answers_late)
{
	struct bench *bench = bench_new();

	sim_kernel_faults(bench->a)->latency = 3 * USEC_S;
	queue(bench, FIB_REPLACE, 1, route("10.1.0.0/16", NULL, 77));
	sim_run(bench->world, 3 * USEC_S - 1);
	ck_assert_uint_eq(bench->heard.results, 0);
	ck_assert_int_eq(forward(bench, "10.1.0.1").verdict, SIM_NO_ROUTE);
	sim_run(bench->world, 3 * USEC_S);
	ck_assert_uint_eq(bench->heard.results, 1);
	bench_free(bench);
}
END_TEST

START_TEST(longest_prefix_wins_whatever_the_order)
{
	struct bench *bench = bench_new();
	struct fib_nexthop hop = { .gateway = address("10.0.0.2"),
				   .index = 2,
				   .weight = 1 };

	queue_result(bench, FIB_REPLACE, route("10.1.2.0/24", &hop, 77));
	queue_result(bench, FIB_REPLACE, route("0.0.0.0/0", &hop, 77));
	queue_result(bench, FIB_REPLACE, route("10.1.0.0/16", NULL, 77));
	ck_assert_int_eq(forward(bench, "10.1.2.3").verdict, SIM_VIA);
	ck_assert_ptr_eq(forward(bench, "10.1.2.3").peer, bench->b_if);
	ck_assert_int_eq(forward(bench, "10.1.3.3").verdict, SIM_UNREACHABLE);
	ck_assert_int_eq(forward(bench, "10.9.3.3").verdict, SIM_VIA);
	ck_assert_int_eq(forward(bench, "10.0.0.1").verdict, SIM_LOCAL);
	ck_assert_int_eq(forward(bench, "10.0.0.2").verdict, SIM_ON_LINK);
	ck_assert_ptr_eq(forward(bench, "10.0.0.2").peer, bench->b_if);
	ck_assert_ptr_null(forward(bench, "10.0.0.9").peer);
	ck_assert_int_eq(forward(bench, "2001:db8::1").verdict, SIM_NO_ROUTE);
	bench_free(bench);
}
END_TEST

START_TEST(destination_goes_before_source)
{
	struct bench *bench = bench_new();
	struct fib_nexthop hop = { .gateway = address("fe80::2"),
				   .index = 2,
				   .weight = 1 };
	struct fib_route specific = route("2001:db8::/32", NULL, 77);
	struct addr to = address("2001:db8:1::1"), from = address("2001:db8:f::1");
	struct sim_hop taken;

	specific.net.type = NET_IP6_SADR;
	specific.net.source = address("2001:db8:f::");
	specific.net.source_length = 48;
	queue_result(bench, FIB_REPLACE, specific);
	queue_result(bench, FIB_REPLACE, route("2001:db8::/32", &hop, 77));
	sim_forward(bench->a, to, from, sim_dest_match(bench->world, to), 0, &taken);
	ck_assert_int_eq(taken.verdict, SIM_UNREACHABLE);
	sim_forward(bench->a, to, address("2001:db8:e::1"),
		    sim_dest_match(bench->world, to), 0, &taken);
	ck_assert_int_eq(taken.verdict, SIM_VIA);
	queue_result(bench, FIB_REPLACE, route("2001:db8:1::/48", &hop, 77));
	sim_forward(bench->a, to, from, sim_dest_match(bench->world, to), 0, &taken);
	ck_assert_int_eq(taken.verdict, SIM_VIA);
	bench_free(bench);
}
END_TEST

START_TEST(multipath_loses_the_legs_of_a_dead_interface)
{
	struct bench *bench = bench_new();
	struct sim_segment *segment = sim_segment_new(bench->world, "second", true);
	struct sim_interface *second = sim_interface_new(bench->a, "eth1", 0, segment);
	struct fib_nexthop hops[2] = {
		{ .gateway = address("10.0.0.2"), .index = 2, .weight = 1 },
		{ .gateway = address("10.0.1.2"), .index = 3, .weight = 1 },
	};
	struct fib_route many = route("10.1.0.0/16", hops, 77);
	struct sim_hop hop;
	struct addr to = address("10.1.0.1");

	sim_interface_new(bench->b, "eth1", 0, segment);
	sim_address_add(second, address("10.0.1.1"), 24, 0);
	many.nexthop_count = 2;
	ck_assert_int_eq(queue_result(bench, FIB_REPLACE, many), 0);
	const struct sim_dest *near = sim_dest_match(bench->world, to);
	ck_assert(sim_forward(bench->a, to, addr_any, near, 1, &hop));
	ck_assert_ptr_eq(hop.interface, second);
	ck_assert(!sim_forward(bench->a, to, addr_any, near, 2, &hop));
	sim_interface_up(bench->a_if, false);
	ck_assert(sim_forward(bench->a, to, addr_any, near, 0, &hop));
	ck_assert_ptr_eq(hop.interface, second);
	ck_assert(!sim_forward(bench->a, to, addr_any, near, 1, &hop));
	sim_interface_remove(second);
	ck_assert_uint_eq(sim_kernel_route_count(bench->a), 0);
	bench_free(bench);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sim kernel");
	TCase *tests = tcase_create("kernel");
	SRunner *runner = srunner_create(suite);

	tcase_add_test(tests, results_come_in_order_with_their_cookies);
	tcase_add_test(tests, routes_are_replaced_by_table_prefix_and_metric);
	tcase_add_test(tests, bad_next_hops_are_refused);
	tcase_add_test(tests, refusals_hit_what_they_cover_and_end);
	tcase_add_test(tests, foreign_changes_are_told);
	tcase_add_test(tests, scan_tells_the_wanted_table_and_types);
	tcase_add_test(tests, interface_going_down_takes_its_routes);
	tcase_add_test(tests, lost_notifications_make_one_overrun);
	tcase_add_test(tests, slow_kernel_answers_late);
	tcase_add_test(tests, longest_prefix_wins_whatever_the_order);
	tcase_add_test(tests, destination_goes_before_source);
	tcase_add_test(tests, multipath_loses_the_legs_of_a_dead_interface);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
