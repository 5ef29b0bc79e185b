/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Linux world against a real kernel: routes, interfaces, UDP, in a network namespace
 * that belongs to the test. What the kernel was seen doing is what the tests hold it to,
 * so that a kernel which differs is noticed.
 *
 *      n0 ---- veth ---- n1      10.1.0.1/24 fd01::1/64   and   10.1.0.2/24 fd01::2/64
 *      m0 ---- veth ---- m1      10.2.0.1/24 fd02::1/64   (all in one namespace)
 */
#include "lib/mem.h"
#include "lib/text.h"
#include "sysdep/linux/linux.h"
#include "test/unit/unit.h"
#include <errno.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ROOM     64
#define DEADLINE (10 * USEC_S)

/* A route as it was told, with what it points to. */
struct told {
	struct fib_route route;
	struct fib_nexthop nexthops[8];
	struct fib_metric metrics[8];
	bool gone;
};

static struct seen {
	struct sys *sys;
	const struct sys_class *class;
	usec_t deadline;
	/* Results, by cookie. */
	int results[ROOM];
	uint64_t order[ROOM];
	unsigned result_count;
	unsigned results_bad;
	struct told scanned[ROOM], events[ROOM];
	unsigned scanned_count, event_count;
	unsigned scans, scan_errors, interface_scans, overruns, wakes;
	struct sys_interface interfaces[ROOM];
	bool interface_gone[ROOM];
	unsigned interface_count;
	struct sys_address addresses[ROOM];
	bool address_gone[ROOM];
	unsigned address_count;
	struct sys_udp_packet packets[ROOM];
	uint8_t bytes[ROOM][64];
	unsigned packet_count, receive_calls;
} * seen;

/* ---- the handler
 * ------------------------------------------------------------------------ */

static void
wake(void *context)
{
	(void)context;
	seen->wakes++;
}

static void
interface_event(void *context, const struct sys_interface *interface, bool gone)
{
	(void)context;
	ck_assert_uint_lt(seen->interface_count, ROOM);
	seen->interfaces[seen->interface_count] = *interface;
	seen->interface_gone[seen->interface_count++] = gone;
}

static void
address_event(void *context, const struct sys_address *address, bool gone)
{
	(void)context;
	ck_assert_uint_lt(seen->address_count, ROOM);
	seen->addresses[seen->address_count] = *address;
	seen->address_gone[seen->address_count++] = gone;
}

static void
interface_scan_done(void *context)
{
	(void)context;
	seen->interface_scans++;
}

static void
fib_result(void *context, uint64_t cookie, int error)
{
	(void)context;
	if (seen->result_count < ROOM) {
		seen->order[seen->result_count] = cookie;
		seen->results[seen->result_count] = error;
	}
	seen->result_count++;
	seen->results_bad += error != 0;
}

static void
told_put(struct told *told, const struct fib_route *route, bool gone)
{
	told->route = *route;
	told->gone = gone;
	ck_assert_uint_le(route->nexthop_count, ARRAY_SIZE(told->nexthops));
	ck_assert_uint_le(route->metric_count, ARRAY_SIZE(told->metrics));
	memcpy(told->nexthops, route->nexthops,
	       route->nexthop_count * sizeof told->nexthops[0]);
	memcpy(told->metrics, route->metrics,
	       route->metric_count * sizeof told->metrics[0]);
	told->route.nexthops = told->nexthops;
	told->route.metrics = told->metrics;
}

static void
fib_scanned(void *context, const struct fib_route *route)
{
	(void)context;
	if (seen->scanned_count < ROOM)
		told_put(&seen->scanned[seen->scanned_count], route, false);
	seen->scanned_count++;
}

static void
fib_scan_done(void *context, int error)
{
	(void)context;
	seen->scans++;
	seen->scan_errors += error != 0;
}

static void
fib_event(void *context, const struct fib_route *route, bool gone)
{
	(void)context;
	if (route->table == 255)
		return;
	if (seen->event_count < ROOM)
		told_put(&seen->events[seen->event_count], route, gone);
	seen->event_count++;
}

static void
overrun(void *context)
{
	(void)context;
	seen->overruns++;
}

static const struct sys_handler handler = {
	.wake = wake,
	.interface_event = interface_event,
	.address_event = address_event,
	.interface_scan_done = interface_scan_done,
	.fib_result = fib_result,
	.fib_scanned = fib_scanned,
	.fib_scan_done = fib_scan_done,
	.fib_event = fib_event,
	.overrun = overrun,
};

/* ---- tools
 * --------------------------------------------------------------------------------- */

static void PRINTF_LIKE(1, 2) shell(const char *format, ...)
{
	char command[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command, sizeof command, format, arguments);
	va_end(arguments);
	if (system(command) != 0)
		ck_abort_msg("failed: %s", command);
}

/* Turns the loop until `condition` holds; fails after the deadline. */
#define until(condition)                                                    \
	do {                                                                \
		usec_t end = seen->class->now(seen->sys) + DEADLINE;        \
		seen->class->wake_at(seen->sys, end);                       \
		while (!(condition)) {                                      \
			linux_run_once(seen->sys, true);                    \
			if (seen->class->now(seen->sys) >= end)             \
				ck_abort_msg("never came: %s", #condition); \
		}                                                           \
	} while (0)

static void
world_open(void)
{
	static const struct linux_options options = { .debug_stderr = true };

	seen = calloc(1, sizeof *seen);
	seen->sys = linux_new(&options);
	ck_assert_ptr_nonnull(seen->sys);
	seen->class = seen->sys->class;
	seen->class->attach(seen->sys, &handler, NULL);
}

static void
world_close(void)
{
	linux_free(seen->sys);
	free(seen);
}

static void
setup(void)
{
	shell("ip link del n0 2>/dev/null; ip link del m0 2>/dev/null; true");
	shell("ip link add n0 type veth peer name n1 && ip link add m0 type veth peer "
	      "name m1");
	/* Both ends are here, so what comes in is from an address of our own. */
	shell("for i in n0 n1 m0 m1; do cd /proc/sys/net/ipv4/conf/$i;"
	      "echo 1 > accept_local; echo 0 > rp_filter;"
	      "echo 0 > /proc/sys/net/ipv6/conf/$i/accept_dad; done;"
	      "cd ..; echo 0 > all/rp_filter");
	shell("ip addr add 10.1.0.1/24 dev n0; ip addr add 10.1.0.2/24 dev n1;"
	      "ip addr add 10.2.0.1/24 dev m0");
	shell("ip addr add fd01::1/64 dev n0 nodad; ip addr add fd01::2/64 dev n1 nodad;"
	      "ip addr add fd02::1/64 dev m0 nodad");
	shell("for i in n0 n1 m0 m1; do ip link set $i up; done");
	world_open();
}

static void
teardown(void)
{
	world_close();
	shell("ip link del n0; ip link del m0;"
	      "ip route flush table 100; ip -6 route flush table 100 2>/dev/null; true");
}

static struct addr
address(const char *text)
{
	struct addr addr;

	if (!addr_parse(text, strlen(text), &addr))
		ck_abort_msg("no address: %s", text);
	return addr;
}

static struct fib_route
route_of(const char *net, const struct fib_nexthop *nexthops, uint16_t count)
{
	struct fib_route route = { .table = 100,
				   .metric = 32,
				   .protocol = FIB_PROTOCOL_MESHD,
				   .nexthops = nexthops,
				   .nexthop_count = count };
	bool host_bits;

	if (!prefix_parse(net, strlen(net), &route.net, &host_bits))
		ck_abort_msg("no prefix: %s", net);
	return route;
}

static struct fib_nexthop
hop(const char *gateway, const char *interface)
{
	struct fib_nexthop nexthop = { .index = if_nametoindex(interface), .weight = 1 };

	if (gateway)
		nexthop.gateway = address(gateway);
	return nexthop;
}

/* Queues one change and waits for its result. */
static int
change(enum fib_op op, const struct fib_route *route)
{
	struct fib_change request = { .op = op, .cookie = 7, .route = *route };
	unsigned before = seen->result_count;

	seen->class->fib_queue(seen->sys, &request, 1);
	ck_assert_uint_eq(seen->result_count, before);
	until(seen->result_count > before);
	ck_assert_uint_eq(seen->result_count, before + 1);
	ck_assert_uint_lt(before, ROOM);
	return seen->results[before];
}

/* Scans table 100; the number of routes found. */
static unsigned
scan(uint32_t families)
{
	unsigned before = seen->scans;

	seen->scanned_count = 0;
	seen->class->fib_scan(seen->sys, 100, families);
	until(seen->scans > before);
	ck_assert_uint_eq(seen->scan_errors, 0);
	return seen->scanned_count;
}

static void
routes_equal(const struct fib_route *a, const struct fib_route *b)
{
	char left[PREFIX_TEXT], right[PREFIX_TEXT];

	ck_assert_str_eq(prefix_format(&a->net, left), prefix_format(&b->net, right));
	ck_assert_int_eq(prefix_compare(&a->net, &b->net), 0);
	ck_assert_uint_eq(a->table, b->table);
	ck_assert_uint_eq(a->metric, b->metric);
	ck_assert_uint_eq(a->dest, b->dest);
	ck_assert_uint_eq(a->protocol, b->protocol);
	ck_assert_uint_eq(a->realm, b->realm);
	ck_assert(addr_equal(a->prefsrc, b->prefsrc));
	ck_assert_uint_eq(a->nexthop_count, b->nexthop_count);
	for (unsigned i = 0; i < a->nexthop_count; i++) {
		ck_assert(addr_equal(a->nexthops[i].gateway, b->nexthops[i].gateway));
		ck_assert_uint_eq(a->nexthops[i].index, b->nexthops[i].index);
		ck_assert_uint_eq(a->nexthops[i].weight, b->nexthops[i].weight);
		ck_assert_uint_eq(a->nexthops[i].flags, b->nexthops[i].flags);
	}
	ck_assert_uint_eq(a->metric_count, b->metric_count);
	for (unsigned i = 0; i < a->metric_count; i++) {
		ck_assert_uint_eq(a->metrics[i].type, b->metrics[i].type);
		ck_assert_uint_eq(a->metrics[i].value, b->metrics[i].value);
	}
}

/* Puts a route in and finds it, and it alone, in the table as it was put; no event is
 * told. */
static void
holds(const struct fib_route *route)
{
	ck_assert_int_eq(change(FIB_REPLACE, route), 0);
	ck_assert_uint_eq(scan(NET_BIT(route->net.type)), 1);
	routes_equal(&seen->scanned[0].route, route);
	ck_assert_uint_eq(seen->event_count, 0);
}

/* ---- routes
 * ------------------------------------------------------------------------------------ */

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
	for (unsigned i = 0; i < 40; i++)
		ck_assert_int_eq(change(FIB_REPLACE, &route), 0);
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
START_TEST(routes_that_go_with_an_interface_are_told_or_overrun)
{
	struct fib_nexthop four = hop("10.1.0.7", "n0"), six = hop("fd01::7", "n0");
	struct fib_route routes[] = { route_of("10.9.0.0/16", &four, 1),
				      route_of("2001:db8::/32", &six, 1) };

	seen->class->interface_scan(seen->sys);
	until(seen->interface_scans == 1);
	holds(&routes[0]);
	holds(&routes[1]);
	shell("ip link set n0 down");
	until(seen->overruns == 1);
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

/* Only in the main table (Linux 6.18): elsewhere such a route outlives the address. */
START_TEST(routes_that_go_with_their_preferred_source_overrun)
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
	until(seen->overruns == 1);
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

/* ---- interfaces
 * ---------------------------------------------------------------------------------- */

static const struct sys_interface *
interface_last(const char *name, bool *gone)
{
	for (unsigned i = seen->interface_count; i-- > 0;)
		if (!strcmp(seen->interfaces[i].name, name)) {
			*gone = seen->interface_gone[i];
			return &seen->interfaces[i];
		}
	return NULL;
}

static bool
interface_has(const char *name, uint32_t flags, uint32_t without)
{
	bool gone;
	const struct sys_interface *interface = interface_last(name, &gone);

	return interface && !gone && (interface->flags & flags) == flags &&
	       !(interface->flags & without);
}

START_TEST(a_scan_tells_interfaces_and_addresses)
{
	bool gone, found = false;

	seen->class->interface_scan(seen->sys);
	until(seen->interface_scans == 1);
	ck_assert(interface_has("lo", SYS_IF_LOOPBACK | SYS_IF_UP, SYS_IF_MULTICAST));
	ck_assert(interface_has("n0", SYS_IF_UP | SYS_IF_MULTICAST | SYS_IF_BROADCAST,
				SYS_IF_LOOPBACK | SYS_IF_TUNNEL | SYS_IF_WIRELESS));
	ck_assert_uint_eq(interface_last("n0", &gone)->index, if_nametoindex("n0"));
	ck_assert_uint_eq(interface_last("n0", &gone)->mtu, 1500);
	for (unsigned i = 0; i < seen->address_count; i++)
		if (addr_equal(seen->addresses[i].addr, address("10.1.0.1"))) {
			char text[PREFIX_TEXT];
			found = true;
			ck_assert_str_eq(prefix_format(&seen->addresses[i].prefix, text),
					 "10.1.0.0/24");
			ck_assert_uint_eq(seen->addresses[i].index, if_nametoindex("n0"));
			ck_assert_uint_eq(seen->addresses[i].flags, 0);
		}
	ck_assert(found);
}
END_TEST

START_TEST(changes_of_interfaces_are_told)
{
	bool gone = false;

	seen->class->interface_scan(seen->sys);
	until(seen->interface_scans == 1);
	until(interface_has("n0", SYS_IF_CARRIER, 0));
	shell("ip link set n1 down");
	until(interface_has("n0", SYS_IF_UP, SYS_IF_CARRIER));
	shell("ip link set n0 mtu 1400");
	until(interface_last("n0", &gone)->mtu == 1400);
	shell("ip link set n0 down");
	until(interface_has("n0", 0, SYS_IF_UP));
	shell("ip link set n0 name nx");
	until(interface_last("nx", &gone));
	shell("ip link set nx name n0; ip link del m0");
	until(interface_last("m0", &gone) && gone);
	shell("ip link add m0 type veth peer name m1");
	until(interface_last("m0", &gone) && !gone);
}
END_TEST

START_TEST(changes_of_addresses_are_told)
{
	seen->class->interface_scan(seen->sys);
	until(seen->interface_scans == 1);
	seen->address_count = 0;
	shell("ip addr add 10.7.0.1 peer 10.7.0.2/32 dev n0; ip addr del 10.7.0.1 peer "
	      "10.7.0.2/32 dev n0");
	until(seen->address_count == 2);
	ck_assert(!seen->address_gone[0] && seen->address_gone[1]);
	ck_assert_uint_eq(seen->addresses[0].flags, SYS_ADDRESS_PEER);
	ck_assert(addr_equal(seen->addresses[0].addr, address("10.7.0.1")));
	ck_assert(addr_equal(seen->addresses[0].prefix.addr, address("10.7.0.2")));
}
END_TEST

START_TEST(a_flood_of_notifications_ends_in_an_overrun)
{
	seen->class->fib_scan(seen->sys, 100, NET_BIT(NET_IP4));
	until(seen->scans == 1);
	/* While nobody reads: more than the socket holds. */
	shell("(for r in 1 2 3; do for i in $(seq 0 59); do for j in $(seq 0 249); do "
	      "echo "
	      "route replace 10.$i.$j.0/24 dev n0 table 100; done; done; done) | ip "
	      "-batch -");
	until(seen->overruns >= 1);
}
END_TEST

/* ---- UDP
 * -------------------------------------------------------------------------------------------
 */

static void
receive(void *context, struct sys_udp *udp, const struct sys_udp_packet *packets,
	size_t count)
{
	(void)context;
	(void)udp;
	seen->receive_calls++;
	for (size_t i = 0; i < count; i++) {
		unsigned at = seen->packet_count++;
		if (at >= ROOM)
			continue;
		seen->packets[at] = packets[i];
		memcpy(seen->bytes[at], packets[i].bytes,
		       packets[i].size < 64 ? packets[i].size : 64);
	}
}

static const struct sys_udp_ops udp_ops = { .receive = receive };

static struct sys_udp *
udp_on(const char *interface, const char *group)
{
	struct sys_udp_args args = { .port = 6696,
				     .index = if_nametoindex(interface),
				     .group = address(group),
				     .ttl = 1,
				     .tos = 0xc0,
				     .priority = 6,
				     .reuse = true };
	struct sys_udp *udp;

	if (addr_is_ip4(args.group))
		args.local = addr_from_ip4(0);
	ck_assert_int_eq(seen->class->udp_open(seen->sys, &args, &udp_ops, NULL, &udp),
			 0);
	return udp;
}

START_TEST(a_multicast_packet_arrives_on_the_right_interface_only)
{
	static const char *const groups[] = { "ff02::1:6", "224.0.0.111" };

	for (unsigned i = 0; i < 2; i++) {
		const char *names[] = { "n0", "n1", "m0", "m1" };
		struct sys_udp *udps[4];
		for (unsigned at = 0; at < 4; at++)
			udps[at] = udp_on(names[at], groups[i]);
		seen->packet_count = 0;
		usec_t before = seen->class->now(seen->sys);
		ck_assert_int_eq(seen->class->udp_send(udps[0], if_nametoindex("n0"),
						       addr_any, address(groups[i]), 6696,
						       "hello", 5),
				 0);
		until(seen->packet_count == 1);
		linux_run_once(seen->sys, false);
		ck_assert_uint_eq(seen->packet_count, 1);
		ck_assert_uint_eq(seen->packets[0].index, if_nametoindex("n1"));
		ck_assert_uint_eq(seen->packets[0].source_port, 6696);
		ck_assert_uint_eq(seen->packets[0].size, 5);
		ck_assert_mem_eq(seen->bytes[0], "hello", 5);
		ck_assert(addr_equal(seen->packets[0].destination, address(groups[i])));
		if (i == 0)
			ck_assert(addr_is_link_local(seen->packets[0].source));
		else
			ck_assert(
				addr_equal(seen->packets[0].source, address("10.1.0.1")));
		ck_assert_int_ge(seen->packets[0].received, before);
		ck_assert_int_le(seen->packets[0].received, seen->class->now(seen->sys));
		for (unsigned at = 0; at < 4; at++)
			seen->class->udp_close(udps[at]);
	}
}
END_TEST

START_TEST(a_burst_is_read_in_batches_and_none_is_lost)
{
	struct sys_udp *a = udp_on("n0", "ff02::1:6"), *b = udp_on("n1", "ff02::1:6");

	for (unsigned i = 0; i < 40; i++)
		ck_assert_int_eq(seen->class->udp_send(a, if_nametoindex("n0"), addr_any,
						       address("ff02::1:6"), 6696, &i,
						       sizeof i),
				 0);
	until(seen->packet_count == 40);
	ck_assert_uint_le(seen->receive_calls, 4);
	for (unsigned i = 0; i < 40; i++)
		ck_assert_mem_eq(seen->bytes[i], &i, sizeof i);
	seen->class->udp_close(a);
	seen->class->udp_close(b);
}
END_TEST

START_TEST(a_chosen_source_address_is_used)
{
	struct sys_udp *a = udp_on("n0", "ff02::1:6"), *b = udp_on("n1", "ff02::1:6");

	ck_assert_int_eq(seen->class->udp_send(a, if_nametoindex("n0"),
					       address("fd01::1"), address("fd01::2"),
					       6696, "x", 1),
			 0);
	until(seen->packet_count == 1);
	ck_assert(addr_equal(seen->packets[0].source, address("fd01::1")));
	ck_assert(addr_equal(seen->packets[0].destination, address("fd01::2")));
	ck_assert_int_eq(seen->class->udp_send(a, if_nametoindex("n0"),
					       address("fd77::1"), address("fd01::2"),
					       6696, "x", 1),
			 -EINVAL);
	seen->class->udp_close(a);
	seen->class->udp_close(b);
}
END_TEST

static void
close_on_receive(void *context, struct sys_udp *udp, const struct sys_udp_packet *packets,
		 size_t count)
{
	(void)packets;
	(void)context;
	seen->packet_count += (unsigned)count;
	seen->class->udp_close(udp);
}

START_TEST(a_socket_may_be_closed_from_its_callback)
{
	static const struct sys_udp_ops ops = { .receive = close_on_receive };
	struct sys_udp_args args = { .local = address("10.1.0.1"),
				     .port = 5000,
				     .priority = -1 };
	struct sys_udp *udp, *other;

	ck_assert_int_eq(seen->class->udp_open(seen->sys, &args, &ops, NULL, &udp), 0);
	args.port = 0;
	args.local = address("10.2.0.1");
	ck_assert_int_eq(seen->class->udp_open(seen->sys, &args, &ops, NULL, &other), 0);
	for (unsigned i = 0; i < 40; i++)
		seen->class->udp_send(other, 0, addr_any, address("10.1.0.1"), 5000, "x",
				      1);
	until(seen->packet_count);
	ck_assert_uint_le(seen->packet_count, 16);
	linux_run_once(seen->sys, false);
	seen->class->udp_close(other);
}
END_TEST

START_TEST(a_socket_survives_its_interface)
{
	struct sys_udp *a = udp_on("m0", "ff02::1:6");

	shell("ip link del m0");
	linux_run_once(seen->sys, false);
	ck_assert_int_lt(seen->class->udp_send(a, 9999, addr_any, address("ff02::1:6"),
					       6696, "x", 1),
			 0);
	seen->class->udp_close(a);
	shell("ip link add m0 type veth peer name m1");
}
END_TEST

int
main(void)
{
	static const TTest *const *const tests[] = {
		&a_route_comes_back_from_a_scan_as_it_was_queued,
		&an_ipv6_route_comes_back_from_a_scan_as_it_was_queued,
		&a_default_route_has_no_address,
		&a_route_without_next_hop_is_held_by_its_kind,
		&any_replace_leaves_exactly_the_new_route,
		&deleting_a_multipath_route_leaves_nothing_of_it,
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
		&routes_that_go_with_an_interface_are_told_or_overrun,
		&routes_that_go_with_their_preferred_source_overrun,
		&a_multipath_route_survives_one_of_its_interfaces,
		&a_scan_tells_interfaces_and_addresses,
		&changes_of_interfaces_are_told,
		&changes_of_addresses_are_told,
		&a_flood_of_notifications_ends_in_an_overrun,
		&a_multicast_packet_arrives_on_the_right_interface_only,
		&a_burst_is_read_in_batches_and_none_is_lost,
		&a_chosen_source_address_is_used,
		&a_socket_may_be_closed_from_its_callback,
		&a_socket_survives_its_interface,
	};
	Suite *suite = suite_create("linux_world");

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++) {
		TCase *tcase = tcase_create((*tests[i])->name);
		tcase_add_checked_fixture(tcase, setup, teardown);
		tcase_set_timeout(tcase, 60);
		tcase_add_test(tcase, *tests[i]);
		suite_add_tcase(suite, tcase);
	}
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
