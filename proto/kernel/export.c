/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes on their way to the kernel.  At most KERNEL_PENDING are under way; then the
 * channel waits, and the journal keeps the newest state of what is left.  What the kernel
 * refuses is logged with the route and the reason; what it loses is put back at once.
 */
#include "proto/kernel/kernel.h"

#include <errno.h>

#include "lib/text.h"
#include "nest/nexthop.h"
#include "nest/transport.h"

#define REFUSALS_PER_SECOND 10

static uint16_t
hops_make(const struct nexthop *nexthop, unsigned most, struct fib_nexthop *hops)
{
	uint16_t count = 0;
	for (unsigned i = 0; i < nexthop->hop_count && count < most; i++) {
		const struct nexthop_hop *hop = &nexthop->hops[i];
		if (!hop->link->interface)
			continue;
		hops[count++] = (struct fib_nexthop){
			.gateway = hop->gateway,
			.index = hop->link->interface->sys.index,
			.weight = hop->weight,
			.flags = hop->flags & NEXTHOP_ONLINK ? FIB_NEXTHOP_ONLINK : 0,
		};
	}
	return count;
}

bool
kernel_route_make(const struct kernel *kernel, const struct prefix *net,
		  const struct attrs *attrs, struct kernel_route *route)
{
	const struct nexthop *nexthop = attrs->nexthop;
	route->fib = (struct fib_route){ .net = *net,
					 .table = kernel_config(kernel)->table,
					 .protocol = FIB_PROTOCOL_MESHD };
	switch ((enum route_dest)nexthop->dest) {
	case RTD_UNICAST: route->fib.dest = FIB_UNICAST; break;
	case RTD_BLACKHOLE: route->fib.dest = FIB_BLACKHOLE; break;
	case RTD_UNREACHABLE: route->fib.dest = FIB_UNREACHABLE; break;
	case RTD_PROHIBIT: route->fib.dest = FIB_PROHIBIT; break;
	case RTD_NONE: return false;
	}
	kernel_attrs_apply(kernel, attrs, route);
	if (route->fib.dest != FIB_UNICAST)
		return true;
	unsigned most = MIN(kernel_config(kernel)->merge.limit, KERNEL_HOPS);
	most = kernel_config(kernel)->merge.on ? most : KERNEL_HOPS;
	route->fib.nexthop_count = hops_make(nexthop, most, route->hops);
	route->fib.nexthops = route->hops;
	return route->fib.nexthop_count > 0;
}

static void
change_queue(struct kernel *kernel, enum fib_op op, const struct fib_route *route)
{
	uint32_t serial = kernel->pending_next++;
	struct kernel_pending *pending = &kernel->pending[serial % KERNEL_PENDING];
	pending->net = route->net;
	pending->is_delete = op == FIB_DELETE;
	struct fib_change change = { .op = op, .cookie = serial, .route = *route };
	fib_change(&kernel->owner, &change, 1);
	if (kernel_is_busy(kernel))
		channel_pause(kernel->channel);
}

bool
kernel_is_busy(const struct kernel *kernel)
{
	return kernel->owner.queued >= KERNEL_PENDING - JOB_BUDGET;
}

void
kernel_delete(struct kernel *kernel, const struct prefix *net, uint32_t metric)
{
	struct fib_route route = { .net = *net,
				   .table = kernel_config(kernel)->table,
				   .metric = metric,
				   .protocol = FIB_PROTOCOL_MESHD };
	transport_route(kernel->protocol.router, net, NULL);
	change_queue(kernel, FIB_DELETE, &route);
}

static void
route_put(struct kernel *kernel, const struct prefix *net, const struct attrs *attrs)
{
	struct kernel_route route;
	if (!kernel_route_make(kernel, net, attrs, &route)) {
		kernel_delete(kernel, net, route.fib.metric);
		return;
	}
	transport_route(kernel->protocol.router, net, attrs->nexthop);
	change_queue(kernel, FIB_REPLACE, &route.fib);
}

void
kernel_route_event(struct protocol *protocol, struct channel *channel,
		   const struct route_change *changes, size_t count)
{
	struct kernel *kernel = (struct kernel *)protocol;
	for (size_t i = 0; i < count; i++) {
		const struct route_change *change = &changes[i];
		/* What was learned from the kernel is there already. */
		bool own = change->from == channel;
		kernel_scan_told(kernel, change->node);
		if (kernel->adopted.count > 0 && change->attrs)
			kernel_adopted_drop(kernel, change->net);
		if (change->attrs && !own)
			route_put(kernel, change->net, change->attrs);
		else if (!own || change->again)
			kernel_delete(kernel, change->net, kernel_config(kernel)->metric);
	}
}

/* At most some messages a second: a table that the kernel refuses whole must not fill the
 * disk. */
static bool
may_log(struct kernel *kernel)
{
	usec_t now = router_now(kernel->protocol.router);
	if (now - kernel->refusals_since >= USEC_S) {
		if (kernel->refusals_hidden > 0)
			protocol_log(&kernel->protocol, LOG_WARNING,
				     "The kernel refused %u more routes",
				     kernel->refusals_hidden);
		kernel->refusals_since = now;
		kernel->refusals_logged = kernel->refusals_hidden = 0;
	}
	if (kernel->refusals_logged < REFUSALS_PER_SECOND) {
		kernel->refusals_logged++;
		return true;
	}
	kernel->refusals_hidden++;
	return false;
}

void
kernel_result(struct fib_owner *owner, uint32_t cookie, int error)
{
	struct kernel *kernel = container_of(owner, struct kernel, owner);
	const struct kernel_pending *pending = &kernel->pending[cookie % KERNEL_PENDING];
	/* A route that is not there needs no deleting: the kernel was first, when a link
	 * went down. */
	bool refused = error && !(pending->is_delete && error == -ESRCH);
	kernel_refusal_note(kernel, &pending->net, refused ? error : 0);
	if (refused) {
		char text[PREFIX_TEXT];
		kernel->refused++;
		if (may_log(kernel))
			protocol_log(&kernel->protocol, LOG_WARNING,
				     "The kernel refused to %s %s: %s",
				     pending->is_delete ? "delete" : "set",
				     prefix_format(&pending->net, text),
				     text_error(error));
	}
	if (owner->queued < KERNEL_PENDING / 4) {
		kernel_adopted_purge(kernel);
		channel_resume(kernel->channel);
	}
	if (kernel->protocol.state == PROTOCOL_STOPPING)
		protocol_channel_flushed(&kernel->protocol);
}

/* Is `net` one the kernel should have from us? */
static bool
is_exported(const struct kernel *kernel, const struct prefix *net)
{
	node_handle node = table_find(kernel->channel->table, net);
	return node && channel_has_exported(kernel->channel, node);
}

void
kernel_event(struct fib_owner *owner, const struct fib_route *route, bool gone)
{
	struct kernel *kernel = container_of(owner, struct kernel, owner);
	if (kernel->protocol.state != PROTOCOL_UP)
		return;
	uint32_t metric = kernel_config(kernel)->metric;
	bool our_place =
		metric == 0 ? kernel_is_ours(kernel, route) : route->metric == metric;
	if (our_place && is_exported(kernel, &route->net)) {
		/* Deleted, or overwritten by somebody. */
		kernel->lost++;
		channel_retell(kernel->channel, &route->net);
	}
	if (kernel_is_ours(kernel, route))
		return;
	kernel_rival_note(kernel, route, gone);
	kernel_learn(kernel, route, gone);
}
