/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Route messages of rtnetlink (RTM_NEWROUTE, RTM_DELROUTE) from and to struct fib_route.
 * Pure, as message.h. RFC 3549 §3.1.1.
 */
#ifndef SYSDEP_NETLINK_ROUTE_H
#define SYSDEP_NETLINK_ROUTE_H

#include "sysdep/netlink/message.h"
#include "sysdep/sys.h"

#define NETLINK_NEXTHOPS 256
#define NETLINK_METRICS  32

/* A route and the room for what it points to. */
struct netlink_route {
	struct fib_route
		route; /* `nexthops` and `metrics` point into the arrays below. */
	struct fib_nexthop nexthops[NETLINK_NEXTHOPS];
	struct fib_metric metrics[NETLINK_METRICS];
};

/*
 * Reads a route.  NETLINK_OTHER: routes that don't lie in a table of ours: cached, local,
 * multicast or throw routes, routes by type of service, with encapsulation, of other
 * families. Of an RTM_DELROUTE that names only the key the rest is zero.  Next hops that
 * the kernel has marked dead are told like living ones: the route is still there.
 */
enum netlink_reason netlink_get_route(const struct netlink_message *message,
				      struct netlink_route *route);

/*
 * Writes a route (RTM_NEWROUTE), or its key: destination, table, metric and protocol
 * (RTM_DELROUTE). `flags`: NLM_F_*.  False if there was no room; nothing is written then.
 */
bool netlink_put_route(struct wire_out *out, uint16_t type, uint16_t flags,
		       uint32_t sequence, uint32_t port, const struct fib_route *route);

#endif
