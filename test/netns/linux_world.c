/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Linux world against a real kernel, in a network namespace that belongs to the test.
 * What the kernel was seen doing is what the tests hold it to, so that a kernel which
 * differs is noticed.
 */
#include "test/netns/linux_world.h"

#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct seen *seen;

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
	/* Others belong to the interfaces. */
	if (route->table != 100)
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

static void
fib_lost(void *context)
{
	(void)context;
	seen->losses++;
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
	.fib_lost = fib_lost,
};

void
shell(const char *format, ...)
{
	char command[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command, sizeof command, format, arguments);
	va_end(arguments);
	if (system(command) != 0)
		ck_abort_msg("failed: %s", command);
}

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

struct addr
address(const char *text)
{
	struct addr addr;

	if (!addr_parse(text, strlen(text), &addr))
		ck_abort_msg("no address: %s", text);
	return addr;
}

struct fib_route
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

struct fib_nexthop
hop(const char *gateway, const char *interface)
{
	struct fib_nexthop nexthop = { .index = if_nametoindex(interface), .weight = 1 };

	if (gateway)
		nexthop.gateway = address(gateway);
	return nexthop;
}

int
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

unsigned
scan(uint32_t families)
{
	unsigned before = seen->scans;

	seen->scanned_count = 0;
	seen->class->fib_scan(seen->sys, 100, families);
	until(seen->scans > before);
	ck_assert_uint_eq(seen->scan_errors, 0);
	return seen->scanned_count;
}

void
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

void
holds(const struct fib_route *route)
{
	ck_assert_int_eq(change(FIB_REPLACE, route), 0);
	ck_assert_uint_eq(scan(NET_BIT(route->net.type)), 1);
	routes_equal(&seen->scanned[0].route, route);
	ck_assert_uint_eq(seen->event_count, 0);
}

static void
tests_add(Suite *suite, const TTest *const *const *tests)
{
	for (; *tests; tests++) {
		TCase *tcase = tcase_create((**tests)->name);
		tcase_add_checked_fixture(tcase, setup, teardown);
		tcase_set_timeout(tcase, 60);
		tcase_add_test(tcase, **tests);
		suite_add_tcase(suite, tcase);
	}
}

int
main(void)
{
	Suite *suite = suite_create("linux_world");

	tests_add(suite, route_tests);
	tests_add(suite, link_tests);
	if (access("/dev/net/tun", R_OK | W_OK) == 0)
		tests_add(suite, tun_tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
