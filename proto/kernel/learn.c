/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routes of other programs in the kernel's table, imported as RTS_INHERIT.
 */
#include "proto/kernel/kernel.h"

#include "nest/nexthop.h"

/* Numbers of rtnetlink: made by an ICMP redirect, made by the kernel itself. */
enum { FIB_PROTOCOL_REDIRECT = 1, FIB_PROTOCOL_KERNEL = 2 };

bool
kernel_learns(const struct kernel *kernel)
{
	return kernel_config(kernel)->learn != KERNEL_LEARN_NONE;
}

static bool
is_learned(const struct kernel *kernel, const struct fib_route *route)
{
	const struct kernel_config *config = kernel_config(kernel);
	if (!kernel_learns(kernel))
		return false;
	if (route->protocol == FIB_PROTOCOL_MESHD || addr_is_multicast(route->net.addr) ||
	    addr_is_link_local(route->net.addr))
		return false;
	return config->learn == KERNEL_LEARN_ALL || route->protocol > FIB_PROTOCOL_KERNEL;
}

static struct nexthop *
hop_nexthop(struct router *router, const struct fib_nexthop *hop)
{
	struct interface *interface = interface_at(router, hop->index);
	if (!interface || !interface->own_link)
		return NULL;
	if (addr_is_any(hop->gateway))
		return nexthop_direct(router, interface->own_link);
	unsigned flags = hop->flags & FIB_NEXTHOP_ONLINK ? NEXTHOP_ONLINK : 0;
	return nexthop_gateway(router, interface->own_link, hop->gateway, flags);
}

static struct nexthop *
unicast_nexthop(struct router *router, const struct fib_route *route)
{
	struct nexthop_leg legs[KERNEL_HOPS];
	uint16_t count = 0;
	for (unsigned i = 0; i < route->nexthop_count && count < KERNEL_HOPS; i++) {
		struct nexthop *leg = hop_nexthop(router, &route->nexthops[i]);
		if (leg)
			legs[count++] =
				(struct nexthop_leg){ leg, route->nexthops[i].weight };
	}
	if (count <= 1)
		return count ? legs[0].nexthop : NULL;
	struct nexthop_key key = { .kind = NEXTHOP_MULTIPATH,
				   .leg_count = count,
				   .legs = legs };
	struct nexthop *nexthop = nexthop_intern(router, &key);
	for (unsigned i = 0; i < count; i++)
		nexthop_release(router, legs[i].nexthop);
	return nexthop;
}

static struct nexthop *
route_nexthop(struct router *router, const struct fib_route *route)
{
	switch ((enum fib_dest)route->dest) {
	case FIB_UNICAST: return unicast_nexthop(router, route);
	case FIB_BLACKHOLE: return nexthop_special(router, NEXTHOP_BLACKHOLE);
	case FIB_UNREACHABLE: return nexthop_special(router, NEXTHOP_UNREACHABLE);
	case FIB_PROHIBIT: return nexthop_special(router, NEXTHOP_PROHIBIT);
	}
	return NULL;
}

static void
draft_set(struct attrs_draft *draft, const struct kernel *kernel, enum kernel_attr attr,
	  uint32_t number)
{
	struct value value = { .type = VALUE_INT, .number = number };
	attrs_draft_set(draft, (attr_id)(kernel->protocol.attr_base + attr), &value);
}

static struct attrs *
learned_attrs(const struct kernel *kernel, const struct fib_route *route)
{
	struct router *router = kernel->protocol.router;
	struct nexthop *nexthop = route_nexthop(router, route);
	if (!nexthop)
		return NULL;
	struct attrs_draft draft;
	attrs_draft_init(&draft, NULL);
	draft.nexthop = nexthop;
	draft.source = RTS_INHERIT;
	draft_set(&draft, kernel, KRT_SOURCE, route->protocol);
	draft_set(&draft, kernel, KRT_METRIC, route->metric);
	if (route->realm)
		draft_set(&draft, kernel, KRT_REALM, route->realm);
	if (!addr_is_any(route->prefsrc)) {
		struct value value = { .type = VALUE_IP, .addr = route->prefsrc };
		attrs_draft_set(&draft,
				(attr_id)(kernel->protocol.attr_base + KRT_PREFSRC),
				&value);
	}
	struct attrs *attrs = attrs_intern(router, &draft);
	attrs_draft_fini(&draft);
	nexthop_release(router, nexthop);
	return attrs;
}

void
kernel_learn(struct kernel *kernel, const struct fib_route *route, bool gone)
{
	if (!is_learned(kernel, route) || kernel->channel->state == CHANNEL_DOWN)
		return;
	/* The kernel tells routes apart by their metric: a path each. */
	struct route_update update = { .net = &route->net,
				       .metric = route->metric,
				       .path_id = route->metric };
	update.attrs = gone ? NULL : learned_attrs(kernel, route);
	channel_import(kernel->channel, &update, 1);
	attrs_release(kernel->protocol.router, update.attrs, 1);
}
