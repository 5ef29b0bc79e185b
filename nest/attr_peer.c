/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What filters know of the way a route takes: the link packets leave by (link.*), and who
 * is at the other end of the session (neighbor.*).  It is read as it is when the filter
 * runs; that it changes later does not run the filter again.
 */
#include "nest/attr_private.h"

#include "lib/macros.h"
#include "nest/channel.h"
#include "nest/filter.h"
#include "nest/link.h"
#include "nest/nexthop.h"
#include "nest/protocol.h"
#include <string.h>

static void
value_set_int(struct value *value, uint32_t number)
{
	*value = (struct value){ .type = VALUE_INT };
	value->number = number;
}

static bool
value_set_string(struct value *value, const char *text)
{
	if (text == NULL)
		return false;
	*value = (struct value){ .type = VALUE_STRING };
	value->bytes = text;
	value->size = (uint32_t)strlen(text);
	return true;
}

/* ---- link.* ------------------------------------------------------------------------ */

static const struct link *
link_of_route(const struct route_draft *route)
{
	const struct nexthop *nexthop = route_draft_nexthop(route);
	return nexthop != NULL && nexthop->hop_count > 0 ? nexthop->hops[0].link : NULL;
}

/* Numbers that were not measured are undefined. */
static bool
link_get(const struct route_draft *route, attr_id id, struct value *value)
{
	const struct link *link = link_of_route(route);
	if (link == NULL)
		return false;
	switch (id) {
	case ATTR_LINK_NAME: return value_set_string(value, link->name);
	case ATTR_LINK_PEER: return value_set_string(value, link->peer_name);
	case ATTR_LINK_RTT:
		if (link->rtt == USEC_NEVER)
			return false;
		value_set_int(value, (uint32_t)MIN(link->rtt, (usec_t)UINT32_MAX));
		return true;
	case ATTR_LINK_LOSS:
		/* Any loss is some: rounded up. */
		value_set_int(value, (link->loss * 100 + 0xffff) >> 16);
		return true;
	case ATTR_LINK_MTU: value_set_int(value, link->mtu); return true;
	case ATTR_LINK_WIRELESS:
	case ATTR_LINK_TUNNEL:
		*value = (struct value){ .type = VALUE_BOOL };
		value->truth = id == ATTR_LINK_WIRELESS ? link->wireless : link->tunnel;
		return true;
	default: return false;
	}
}

/* ---- neighbor.* -------------------------------------------------------------------- */

static bool
neighbor_get(const struct route_draft *route, attr_id id, struct value *value)
{
	const struct channel *channel =
		route->peer != NULL ? route->peer : route->channel;
	struct protocol_neighbour neighbour = { .addr = addr_any };
	if (channel == NULL)
		return false;
	const struct protocol *protocol = channel->protocol;
	if (protocol->class->neighbour == NULL)
		return id == ATTR_NEIGHBOR_IP && route->peer == NULL &&
		       route_draft_entry(route, ATTR_FROM, value);
	if (!protocol->class->neighbour(protocol, route, &neighbour))
		return false;
	if (id == ATTR_NEIGHBOR_ASN) {
		value_set_int(value, neighbour.asn);
		return neighbour.asn != 0;
	}
	*value = (struct value){ .type = VALUE_IP };
	value->addr = neighbour.addr;
	return !addr_is_any(neighbour.addr);
}

/* clang-format off */
const struct attr_class attr_peer_classes[] = {
	{ .name = "link.name", .type = VALUE_STRING, .flags = ATTR_READ_ONLY | ATTR_HIDDEN,
	  .doc = "The link packets leave by: `eth0`, or `wg0/alice` for a peer.",
	  .get = link_get },
	{ .name = "link.peer", .type = VALUE_STRING, .flags = ATTR_READ_ONLY | ATTR_HIDDEN,
	  .doc = "What the configuration calls who is at its other end.", .get = link_get },
	{ .name = "link.rtt", .type = VALUE_INT, .flags = ATTR_READ_ONLY | ATTR_HIDDEN,
	  .doc = "Its round-trip time in microseconds, where it is measured.",
	  .get = link_get },
	{ .name = "link.loss", .type = VALUE_INT, .flags = ATTR_READ_ONLY | ATTR_HIDDEN,
	  .doc = "Packets of a hundred that get lost on it.", .get = link_get },
	{ .name = "link.mtu", .type = VALUE_INT, .flags = ATTR_READ_ONLY | ATTR_HIDDEN,
	  .doc = "The largest packet it takes, in bytes.", .get = link_get },
	{ .name = "link.wireless", .type = VALUE_BOOL, .flags = ATTR_READ_ONLY | ATTR_HIDDEN,
	  .doc = "It is a radio.", .get = link_get },
	{ .name = "link.tunnel", .type = VALUE_BOOL, .flags = ATTR_READ_ONLY | ATTR_HIDDEN,
	  .doc = "It is a tunnel.", .get = link_get },
	{ .name = "neighbor.asn", .type = VALUE_INT,
	  .flags = ATTR_READ_ONLY | ATTR_HIDDEN | ATTR_OF_PEER,
	  .doc = "The AS number of who announced the route, or on export of who is told.",
	  .get = neighbor_get },
	{ .name = "neighbor.ip", .type = VALUE_IP,
	  .flags = ATTR_READ_ONLY | ATTR_HIDDEN | ATTR_OF_PEER,
	  .doc = "The address of who announced the route, or on export of who is told.",
	  .get = neighbor_get },
	{ .name = NULL }
};
/* clang-format on */
