/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of the Linux world share: a handler that remembers all it is told, and a
 * few short words for routes.
 *
 *      n0 ---- veth ---- n1      10.1.0.1/24 fd01::1/64 and 10.1.0.2/24 fd01::2/64
 *      m0 ---- veth ---- m1      10.2.0.1/24 fd02::1/64   (all in one namespace)
 */
#ifndef TEST_NETNS_LINUX_WORLD_H
#define TEST_NETNS_LINUX_WORLD_H

#include "lib/macros.h"
#include "sysdep/linux/linux.h"
#include "test/unit/unit.h"

#define ROOM     64
#define DEADLINE (10 * USEC_S)

/* A route as it was told, with what it points to. */
struct told {
	struct fib_route route;
	struct fib_nexthop nexthops[8];
	struct fib_metric metrics[8];
	bool gone;
};

struct seen {
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
	unsigned scans, scan_errors, interface_scans, overruns, losses, wakes;
	struct sys_interface interfaces[ROOM];
	bool interface_gone[ROOM];
	unsigned interface_count;
	struct sys_address addresses[ROOM];
	bool address_gone[ROOM];
	unsigned address_count;
	struct sys_udp_packet packets[ROOM];
	uint8_t bytes[ROOM][64];
	unsigned packet_count, receive_calls;
};
extern struct seen *seen;

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

void shell(const char *format, ...) PRINTF_LIKE(1, 2); /* Must succeed. */
struct addr address(const char *text);
/* A route in table 100 with metric 32. */
struct fib_route route_of(const char *net, const struct fib_nexthop *nexthops,
			  uint16_t count);
struct fib_nexthop hop(const char *gateway, const char *interface);
/* Queues one change and waits for its result. */
int change(enum fib_op op, const struct fib_route *route);
/* Scans table 100; the number of routes found. */
unsigned scan(uint32_t families);
void routes_equal(const struct fib_route *a, const struct fib_route *b);
/* Puts a route in and finds it, and it alone, in the table as it was put; no event is
 * told. */
void holds(const struct fib_route *route);

extern const TTest *const *const route_tests[];
extern const TTest *const *const link_tests[];
extern const TTest *const *const tun_tests[]; /* All end with null. */

#endif
