/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Route messages of rtnetlink, RFC 3549 §3.1.1, both ways.  What the attributes mean was
 * checked against Linux 6.18 by test/netns/linux-world.
 */
#include <string.h>
#include <sys/socket.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include "lib/macros.h"
#include "sysdep/netlink/route.h"

/* A route while it is read: the attributes come in any order. */
struct reading {
	struct netlink_route *to;
	struct fib_route *route; /* &to->route */
	uint8_t family;          /* AF_INET, AF_INET6 */
	struct fib_nexthop
		nexthop; /* The only one, from RTA_GATEWAY, RTA_VIA and RTA_OIF. */
	bool single;     /* `nexthop` was named. */
	bool destination, source; /* RTA_DST, RTA_SRC were there. */
};

static enum netlink_reason header_get(const struct rtmsg *header,
				      struct reading *reading);
static enum netlink_reason attr_get(struct reading *reading,
				    const struct netlink_attr *attr);
static enum netlink_reason number_get(struct reading *reading,
				      const struct netlink_attr *attr);
static enum netlink_reason nexthop_attr_get(struct fib_nexthop *nexthop, uint8_t family,
					    const struct netlink_attr *attr);
static enum netlink_reason multipath_get(struct reading *reading, struct wire_in in);
static enum netlink_reason metrics_get(struct reading *reading, struct wire_in in);
static enum netlink_reason address_get(struct wire_in in, uint8_t family,
				       struct addr *addr);
static enum netlink_reason net_finish(struct reading *reading);
static void net_put(struct wire_out *out, const struct fib_route *route);
static void address_put(struct wire_out *out, uint16_t type, struct addr addr, bool ip4);
static void gateway_put(struct wire_out *out, const struct fib_nexthop *nexthop,
			bool ip4);
static void nexthops_put(struct wire_out *out, const struct fib_route *route);
static void metrics_put(struct wire_out *out, const struct fib_route *route);
static uint8_t dest_type(const struct fib_route *route);

enum netlink_reason
netlink_get_route(const struct netlink_message *message, struct netlink_route *to)
{
	struct reading reading = { .to = to, .route = &to->route };
	struct wire_in body = message->body;
	struct netlink_attr attr;
	struct rtmsg header;

	if (message->type != RTM_NEWROUTE && message->type != RTM_DELROUTE)
		return NETLINK_OTHER;
	memset(&to->route, 0, sizeof to->route);
	to->route.nexthops = to->nexthops;
	to->route.metrics = to->metrics;
	wire_get_bytes(&body, &header, sizeof header);
	if (body.bad)
		return NETLINK_TRUNCATED;
	/* Only a request to delete leaves the type open. */
	if (header.rtm_type == RTN_UNSPEC && message->type == RTM_DELROUTE)
		header.rtm_type = RTN_UNICAST;
	enum netlink_reason reason = header_get(&header, &reading);
	if (reason != NETLINK_GOOD)
		return reason;
	while (netlink_get_attr(&body, &attr)) {
		reason = attr_get(&reading, &attr);
		if (reason != NETLINK_GOOD)
			return reason;
	}
	return body.bad ? NETLINK_TRUNCATED : net_finish(&reading);
}

bool
netlink_put_route(struct wire_out *out, uint16_t type, uint16_t flags, uint32_t sequence,
		  uint32_t port, const struct fib_route *route)
{
	bool ip4 = route->net.type == NET_IP4, whole = type == RTM_NEWROUTE;
	struct rtmsg header = {
		.rtm_family = ip4 ? AF_INET : AF_INET6,
		.rtm_dst_len = route->net.length,
		.rtm_src_len = route->net.source_length,
		.rtm_table =
			(uint8_t)(route->table < 256 ? route->table : RT_TABLE_UNSPEC),
		.rtm_protocol = route->protocol,
		/* NOWHERE and UNSPEC: whatever it has. */
		.rtm_scope = whole ? route->scope : RT_SCOPE_NOWHERE,
		.rtm_type = whole ? dest_type(route) : RTN_UNSPEC,
	};
	if (whole && route->nexthop_count == 1 &&
	    (route->nexthops[0].flags & FIB_NEXTHOP_ONLINK))
		header.rtm_flags = RTNH_F_ONLINK;

	uint8_t *start = netlink_begin(out, type, flags, sequence, port);
	wire_put_bytes(out, &header, sizeof header);
	net_put(out, route);
	if (route->table >= 256)
		netlink_put_attr_u32(out, RTA_TABLE, route->table);
	if (route->metric)
		netlink_put_attr_u32(out, RTA_PRIORITY, route->metric);
	if (whole) {
		if (!addr_is_any(route->prefsrc))
			address_put(out, RTA_PREFSRC, route->prefsrc, ip4);
		if (route->realm)
			netlink_put_attr_u32(out, RTA_FLOW, route->realm);
		metrics_put(out, route);
		nexthops_put(out, route);
	}
	return netlink_end(out, start);
}

static enum netlink_reason
header_get(const struct rtmsg *header, struct reading *reading)
{
	struct fib_route *route = reading->route;
	unsigned longest = header->rtm_family == AF_INET ? 32 : 128;

	if (header->rtm_family != AF_INET && header->rtm_family != AF_INET6)
		return NETLINK_OTHER;
	if (header->rtm_flags & RTM_F_CLONED)
		return NETLINK_OTHER;
	switch (header->rtm_type) {
	case RTN_UNICAST: route->dest = FIB_UNICAST; break;
	case RTN_BLACKHOLE: route->dest = FIB_BLACKHOLE; break;
	case RTN_UNREACHABLE: route->dest = FIB_UNREACHABLE; break;
	case RTN_PROHIBIT: route->dest = FIB_PROHIBIT; break;
	default: return NETLINK_OTHER;
	}
	if (header->rtm_dst_len > longest || header->rtm_src_len > longest)
		return NETLINK_BAD_LENGTH;
	if (header->rtm_family == AF_INET && (header->rtm_src_len || header->rtm_tos))
		return NETLINK_OTHER;
	route->net.type = header->rtm_family == AF_INET ? NET_IP4
			  : header->rtm_src_len         ? NET_IP6_SADR
							: NET_IP6;
	route->net.length = header->rtm_dst_len;
	route->net.source_length = header->rtm_src_len;
	route->table = header->rtm_table;
	route->protocol = header->rtm_protocol;
	route->scope = header->rtm_scope;
	reading->family = header->rtm_family;
	reading->nexthop.weight = 1;
	if (header->rtm_flags & RTNH_F_ONLINK)
		reading->nexthop.flags = FIB_NEXTHOP_ONLINK;
	return NETLINK_GOOD;
}

static enum netlink_reason
attr_get(struct reading *reading, const struct netlink_attr *attr)
{
	struct fib_route *route = reading->route;

	switch (attr->type) {
	case RTA_DST:
		reading->destination = true;
		return address_get(attr->data, reading->family, &route->net.addr);
	case RTA_SRC:
		reading->source = true;
		return address_get(attr->data, reading->family, &route->net.source);
	case RTA_PREFSRC:
		return address_get(attr->data, reading->family, &route->prefsrc);
	case RTA_TABLE:
	case RTA_PRIORITY:
	case RTA_FLOW: return number_get(reading, attr);
	case RTA_OIF:
	case RTA_GATEWAY:
	case RTA_VIA:
		reading->single = true;
		return nexthop_attr_get(&reading->nexthop, reading->family, attr);
	case RTA_MULTIPATH: return multipath_get(reading, attr->data);
	case RTA_METRICS: return metrics_get(reading, attr->data);
	case RTA_ENCAP:
	case RTA_ENCAP_TYPE: return NETLINK_OTHER;
	}
	return NETLINK_GOOD;
}

static enum netlink_reason
number_get(struct reading *reading, const struct netlink_attr *attr)
{
	uint32_t *to = attr->type == RTA_TABLE      ? &reading->route->table
		       : attr->type == RTA_PRIORITY ? &reading->route->metric
						    : &reading->route->realm;

	return netlink_attr_u32(attr, to) ? NETLINK_GOOD : NETLINK_BAD_LENGTH;
}

static enum netlink_reason
nexthop_attr_get(struct fib_nexthop *nexthop, uint8_t family,
		 const struct netlink_attr *attr)
{
	struct wire_in data = attr->data;
	uint16_t via;

	switch (attr->type) {
	case RTA_OIF:
		return netlink_attr_u32(attr, &nexthop->index) ? NETLINK_GOOD
							       : NETLINK_BAD_LENGTH;
	case RTA_GATEWAY: return address_get(data, family, &nexthop->gateway);
	case RTA_VIA:
		via = netlink_get_u16(&data);
		if (via != AF_INET && via != AF_INET6)
			return NETLINK_BAD_VALUE;
		return address_get(data, (uint8_t)via, &nexthop->gateway);
	case RTA_ENCAP:
	case RTA_ENCAP_TYPE: return NETLINK_OTHER;
	}
	return NETLINK_GOOD;
}

static enum netlink_reason
multipath_get(struct reading *reading, struct wire_in in)
{
	struct netlink_attr attr;
	struct rtnexthop header;

	reading->route->nexthop_count = 0;
	while (wire_left(&in)) {
		wire_get_bytes(&in, &header, sizeof header);
		if (in.bad || header.rtnh_len < sizeof header)
			return NETLINK_BAD_LENGTH;
		struct wire_in attrs = wire_get_sub(&in, header.rtnh_len - sizeof header);
		if (in.bad)
			return NETLINK_TRUNCATED;
		if (reading->route->nexthop_count == NETLINK_NEXTHOPS)
			return NETLINK_TOO_MANY;
		struct fib_nexthop *nexthop =
			&reading->to->nexthops[reading->route->nexthop_count++];
		memset(nexthop, 0, sizeof *nexthop);
		nexthop->index = (uint32_t)header.rtnh_ifindex;
		nexthop->weight = (uint16_t)(header.rtnh_hops + 1);
		if (header.rtnh_flags & RTNH_F_ONLINK)
			nexthop->flags = FIB_NEXTHOP_ONLINK;
		while (netlink_get_attr(&attrs, &attr)) {
			enum netlink_reason reason =
				nexthop_attr_get(nexthop, reading->family, &attr);
			if (reason != NETLINK_GOOD)
				return reason;
		}
		if (attrs.bad)
			return NETLINK_TRUNCATED;
	}
	return NETLINK_GOOD;
}

static enum netlink_reason
metrics_get(struct reading *reading, struct wire_in in)
{
	struct netlink_attr attr;
	uint32_t value;

	reading->route->metric_count = 0;
	while (netlink_get_attr(&in, &attr)) {
		/* It comes as a name. */
		if (attr.type == RTAX_CC_ALGO || !netlink_attr_u32(&attr, &value))
			continue;
		if (reading->route->metric_count == NETLINK_METRICS)
			return NETLINK_TOO_MANY;
		reading->to->metrics[reading->route->metric_count++] =
			(struct fib_metric){ .type = attr.type, .value = value };
	}
	return in.bad ? NETLINK_TRUNCATED : NETLINK_GOOD;
}

static enum netlink_reason
address_get(struct wire_in in, uint8_t family, struct addr *addr)
{
	uint8_t bytes[16];

	if (wire_left(&in) != (family == AF_INET ? 4u : 16u))
		return NETLINK_BAD_LENGTH;
	if (family == AF_INET) {
		*addr = addr_from_ip4(wire_get_u32(&in));
	} else {
		wire_get_bytes(&in, bytes, sizeof bytes);
		*addr = addr_from_bytes(bytes);
	}
	return NETLINK_GOOD;
}

/* Puts what was read into its final form, once all attributes are known. */
static enum netlink_reason
net_finish(struct reading *reading)
{
	struct fib_route *route = reading->route;
	struct prefix *net = &route->net;

	/* A default route comes without an address. */
	if ((net->length && !reading->destination) ||
	    (net->source_length && !reading->source))
		return NETLINK_BAD_VALUE;
	if (!reading->destination && net->type == NET_IP4)
		net->addr = addr_from_ip4(0);
	net->addr = addr_mask(net->addr, prefix_offset(net) + net->length);
	net->source = addr_mask(net->source, net->source_length);
	if (route->dest != FIB_UNICAST) {
		/* IPv6 tells the loopback interface for these. */
		route->nexthop_count = 0;
	} else if (!route->nexthop_count && reading->single) {
		reading->to->nexthops[0] = reading->nexthop;
		route->nexthop_count = 1;
	}
	return NETLINK_GOOD;
}

static void
net_put(struct wire_out *out, const struct fib_route *route)
{
	const struct prefix *net = &route->net;

	if (net->length)
		address_put(out, RTA_DST, net->addr, net->type == NET_IP4);
	if (net->source_length)
		address_put(out, RTA_SRC, net->source, false);
}

static void
address_put(struct wire_out *out, uint16_t type, struct addr addr, bool ip4)
{
	if (ip4)
		netlink_put_attr(out, type, addr.bytes + 12, 4);
	else
		netlink_put_attr(out, type, addr.bytes, sizeof addr.bytes);
}

static void
gateway_put(struct wire_out *out, const struct fib_nexthop *nexthop, bool ip4)
{
	if (addr_is_any(nexthop->gateway))
		return;
	if (ip4 && !addr_is_ip4(nexthop->gateway)) {
		/* IPv4 by an IPv6 neighbour, Linux 5.2 and later. */
		uint8_t via[2 + sizeof nexthop->gateway.bytes];
		uint16_t family = AF_INET6;
		memcpy(via, &family, sizeof family);
		memcpy(via + 2, nexthop->gateway.bytes, sizeof nexthop->gateway.bytes);
		netlink_put_attr(out, RTA_VIA, via, sizeof via);
		return;
	}
	address_put(out, RTA_GATEWAY, nexthop->gateway, ip4);
}

static void
nexthops_put(struct wire_out *out, const struct fib_route *route)
{
	bool ip4 = route->net.type == NET_IP4;

	if (route->nexthop_count == 1) {
		gateway_put(out, &route->nexthops[0], ip4);
		netlink_put_attr_u32(out, RTA_OIF, route->nexthops[0].index);
	}
	if (route->nexthop_count <= 1)
		return;
	uint8_t *nest = netlink_nest_begin(out, RTA_MULTIPATH);
	for (size_t i = 0; i < route->nexthop_count; i++) {
		const struct fib_nexthop *nexthop = &route->nexthops[i];
		unsigned weight = nexthop->weight ? MIN(nexthop->weight, 256u) : 1;
		struct rtnexthop header = {
			.rtnh_flags =
				nexthop->flags & FIB_NEXTHOP_ONLINK ? RTNH_F_ONLINK : 0,
			.rtnh_hops = (uint8_t)(weight - 1),
			.rtnh_ifindex = (int)nexthop->index,
		};
		uint8_t *start = wire_put_gap(out, sizeof header);
		gateway_put(out, nexthop, ip4);
		if (out->full)
			return;
		header.rtnh_len = (uint16_t)(out->at - start);
		memcpy(start, &header, sizeof header);
	}
	netlink_nest_end(out, nest);
}

static void
metrics_put(struct wire_out *out, const struct fib_route *route)
{
	if (!route->metric_count)
		return;
	uint8_t *nest = netlink_nest_begin(out, RTA_METRICS);
	for (size_t i = 0; i < route->metric_count; i++) {
		const struct fib_metric *metric = &route->metrics[i];
		if (metric->name)
			netlink_put_attr(out, metric->type, metric->name,
					 strlen(metric->name) + 1);
		else
			netlink_put_attr_u32(out, metric->type, metric->value);
	}
	netlink_nest_end(out, nest);
}

static uint8_t
dest_type(const struct fib_route *route)
{
	switch ((enum fib_dest)route->dest) {
	case FIB_UNICAST: return RTN_UNICAST;
	case FIB_BLACKHOLE: return RTN_BLACKHOLE;
	case FIB_UNREACHABLE: return RTN_UNREACHABLE;
	case FIB_PROHIBIT: return RTN_PROHIBIT;
	}
	return RTN_UNICAST;
}
