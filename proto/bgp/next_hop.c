/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Next hops (RFC 4271 §5.1.3, RFC 2545, RFC 8950): what those that come in lead to, and
 * which are sent.
 */
#include "proto/bgp/next_hop.h"

#include <string.h>

#include "nest/nexthop.h"
#include "nest/router.h"
#include "proto/bgp/advertise.h"
#include "proto/bgp/rib.h"

static const struct bgp_channel_config *
channel_config(const struct bgp_rib *rib)
{
	return rib->channel->config->more;
}

/* ---- that come in ---- */

/* Which of the two is used, where both are there. */
static struct addr
preferred(const struct bgp_rib *rib, const struct bgp_next_hop *hop)
{
	bool local = channel_config(rib)->terms.prefer == BGP_PREFER_LOCAL;
	if (addr_is_any(hop->global) || (local && !addr_is_any(hop->link_local)))
		return hop->link_local;
	return hop->global;
}

static struct nexthop *
direct_find(const struct bgp_rib *rib, struct addr gateway, const char **why)
{
	const struct bgp_agreed *agreed = bgp_agreed(rib->bgp);
	struct router *router = rib->bgp->protocol.router;
	struct link *link = agreed->link;
	if (!addr_is_link_local(gateway) && !addr_equal(gateway, rib->bgp->routes->addr))
		link = link_of_addr(router, gateway, NULL);
	if (link == NULL) {
		*why = "its next hop is on no link of ours";
		return NULL;
	}
	/* The neighbour itself is there, whatever our prefixes say. */
	return nexthop_gateway(router, link, gateway,
			       bgp_config(&rib->bgp->protocol)->onlink ? NEXTHOP_ONLINK
								       : 0);
}

struct nexthop *
bgp_next_hop_find(const struct bgp_rib *rib, const struct bgp_next_hop *hop,
		  const char **why)
{
	const struct bgp_channel_config *config = channel_config(rib);
	struct router *router = rib->bgp->protocol.router;
	struct addr gateway = preferred(rib, hop);
	if (addr_is_any(gateway) || addr_is_multicast(gateway) ||
	    addr_is_loopback(gateway)) {
		*why = "its next hop is no address of a router";
		return NULL;
	}
	if (router_has_addr(router, gateway)) {
		*why = "its next hop is our own";
		return NULL;
	}
	if (config->terms.gateway == BGP_GATEWAY_DIRECT)
		return direct_find(rib, gateway, why);
	if (addr_is_link_local(gateway)) {
		if (bgp_agreed(rib->bgp)->link != NULL)
			return direct_find(rib, gateway, why);
		*why = "its next hop is on a link that is not known";
		return NULL;
	}
	struct table *table = igp_table(router, &config->igp_tables, rib->channel->table,
					addr_is_ip4(gateway) ? NET_IP4 : NET_IP6);
	if (table == NULL) {
		*why = "its next hop is of a family without an igp table";
		return NULL;
	}
	return nexthop_recursive(router, table, gateway);
}

/* ---- that are sent ---- */

static bool
fits_family(const struct bgp_rib *rib, struct addr addr)
{
	if (addr_is_ip4(addr))
		return rib->family == BGP_IP4;
	return rib->family == BGP_IP6 || bgp_agreed(rib->bgp)->extended_next_hop;
}

/* An address there that routes of the family can have as next hop. */
static struct addr
interface_addr(const struct bgp_rib *rib, const struct interface *interface)
{
	const struct bgp_agreed *agreed = bgp_agreed(rib->bgp);
	struct addr found = addr_any;
	/* A session over IPv6 that may have its next hops for IPv4: those will work. */
	bool wants_ip6 = agreed->extended_next_hop && !addr_is_ip4(agreed->ends.local);
	list_each(address, &interface->addresses, struct interface_address, link) {
		struct addr addr = address->sys.addr;
		if (addr_is_link_local(addr) || addr_is_loopback(addr) ||
		    !fits_family(rib, addr) || (wants_ip6 && addr_is_ip4(addr)))
			continue;
		/* Its own family is better than another. */
		if (addr_is_any(found) ||
		    (rib->family == BGP_IP4 && addr_is_ip4(addr) && !addr_is_ip4(found)))
			found = addr;
	}
	return found;
}

static bool
interface_has(const struct interface *interface, struct addr addr)
{
	list_each(address, &interface->addresses, struct interface_address, link)
		if (addr_equal(address->sys.addr, addr))
			return true;
	return false;
}

/* An address where the session ends on our side: on its link, or on an interface that has
 * its address (a loopback, say). */
static struct addr
own_addr(const struct bgp_rib *rib)
{
	const struct bgp_agreed *agreed = bgp_agreed(rib->bgp);
	struct addr found = addr_any;
	if (agreed->link != NULL && agreed->link->interface != NULL)
		return interface_addr(rib, agreed->link->interface);
	list_each(interface, &rib->bgp->protocol.router->interfaces, struct interface,
		  link)
		if (addr_is_any(found) && interface_has(interface, agreed->ends.local))
			found = interface_addr(rib, interface);
	return found;
}

struct bgp_next_hop
bgp_next_hop_own(const struct bgp_rib *rib)
{
	const struct bgp_agreed *agreed = bgp_agreed(rib->bgp);
	struct addr own = channel_config(rib)->next_hop;
	struct bgp_next_hop self = { addr_any, addr_any };
	struct link *link = agreed->link;
	if (addr_is_any(own) && !addr_is_link_local(agreed->ends.local) &&
	    fits_family(rib, agreed->ends.local))
		own = agreed->ends.local;
	if (addr_is_any(own))
		own = own_addr(rib);
	if (!addr_is_any(own) && !addr_is_link_local(own))
		self.global = own;
	if (addr_is_ip4(self.global) || link == NULL)
		return self;
	self.link_local = addr_is_link_local(own) ? own : link->local;
	/* On a session between link-local addresses it is the one that works. */
	if (addr_is_link_local(agreed->ends.local))
		self.link_local = agreed->ends.local;
	if (!fits_family(rib, self.link_local))
		self.link_local = addr_any;
	return self;
}

void
bgp_next_hop_look(struct bgp_rib *rib)
{
	struct bgp_next_hop own = bgp_next_hop_own(rib);
	if (bgp_next_hop_equal(&own, &rib->self))
		return;
	/* First: what a group has waiting goes by the former one, which may be of another
	 * size. */
	channel_refeed(rib->channel);
	rib->self = own;
}

static bool
whose_matches(uint32_t whose, const struct channel *from)
{
	if (whose == BGP_ALLS)
		return true;
	if (whose != BGP_IBGPS && whose != BGP_EBGPS)
		return false;
	const struct bgp *source = bgp_of_channel(from);
	return source != NULL && source->routes->interior == (whose == BGP_IBGPS);
}

/* The link of a neighbour that is one hop away. */
static const struct link *
link_of(const struct channel *channel)
{
	const struct bgp *bgp = bgp_of_channel(channel);
	const struct bgp_agreed *agreed = bgp != NULL ? bgp_agreed(bgp) : NULL;
	return agreed != NULL ? agreed->link : NULL;
}

/* The next hop the route has is sent on. */
static bool
keeps(const struct bgp_rib *rib, struct bgp_next_hop *hop, const struct channel *from)
{
	const struct bgp_channel_config *config = channel_config(rib);
	const struct link *link = bgp_agreed(rib->bgp)->link;
	bool is_local = link != NULL && link == link_of(from);
	if (whose_matches(config->next_hop_self, from))
		return false;
	if (whose_matches(config->terms.next_hop_keep, from))
		return true;
	bool has_global = !addr_is_any(hop->global);
	if (!fits_family(rib, has_global ? hop->global : hop->link_local))
		return false;
	/* A link-local one means nothing elsewhere. */
	if (!is_local)
		hop->link_local = addr_any;
	return is_local || (rib->bgp->routes->interior && has_global);
}

/* The gateway a route of another protocol goes by is sent: the neighbour can use it
 * itself. */
static bool
gateway_serves(const struct bgp_rib *rib, const struct attrs *attrs,
	       const struct channel *from)
{
	const struct nexthop *nexthop = attrs->nexthop;
	if (whose_matches(channel_config(rib)->next_hop_self, from) ||
	    bgp_config(&rib->bgp->protocol)->automatic)
		return false;
	if (nexthop->dest != RTD_UNICAST || nexthop->hop_count != 1)
		return false;
	const struct nexthop_hop *hop = &nexthop->hops[0];
	if (addr_is_any(hop->gateway) || addr_is_link_local(hop->gateway) ||
	    !fits_family(rib, hop->gateway))
		return false;
	if (rib->bgp->routes->interior)
		return true;
	return hop->link != NULL && hop->link == bgp_agreed(rib->bgp)->link;
}

static struct bgp_next_hop
hop_of(const struct bgp_field *field)
{
	struct bgp_next_hop hop = { addr_any, addr_any };
	struct addr first = field->size == 4 ? addr_from_ip4(wire_load_u32(field->value))
					     : addr_from_bytes(field->value);
	if (addr_is_link_local(first))
		hop.link_local = first;
	else
		hop.global = first;
	if (field->size == 32)
		hop.link_local = addr_from_bytes(field->value + 16);
	return hop;
}

enum bgp_hop_choice
bgp_next_hop_choose(const struct bgp_rib *rib, const struct attrs *attrs,
		    const struct bgp_field *field, const struct channel *from,
		    struct bgp_next_hop *hop)
{
	if (field != NULL) {
		*hop = hop_of(field);
		if (keeps(rib, hop, from))
			return bgp_next_hop_is_none(hop) ? BGP_HOP_NONE : BGP_HOP_OTHER;
	}
	if (gateway_serves(rib, attrs, from)) {
		*hop = (struct bgp_next_hop){ attrs->nexthop->hops[0].gateway, addr_any };
		return BGP_HOP_OTHER;
	}
	*hop = rib->self;
	return bgp_next_hop_is_none(hop) ? BGP_HOP_NONE : BGP_HOP_OWN;
}

/* What keeps() and gateway_serves() ask of the neighbour's link. */
unsigned
bgp_next_hop_links(const struct bgp_rib *rib, const struct bgp_outgoing *given,
		   const struct link *links[static BGP_HOP_LINKS])
{
	const struct nexthop *nexthop = given->attrs->nexthop;
	const struct link *link = link_of(given->from);
	unsigned count = 0;
	if (whose_matches(channel_config(rib)->next_hop_self, given->from))
		return 0;
	if (link != NULL)
		links[count++] = link;
	if (!rib->bgp->routes->interior && nexthop->dest == RTD_UNICAST &&
	    nexthop->hop_count == 1 && nexthop->hops[0].link != NULL &&
	    nexthop->hops[0].link != link)
		links[count++] = nexthop->hops[0].link;
	return count;
}

bool
bgp_next_hop_is_none(const struct bgp_next_hop *hop)
{
	return addr_is_any(hop->global) && addr_is_any(hop->link_local);
}

bool
bgp_next_hop_is_neighbours(const struct bgp_rib *rib, const struct bgp_next_hop *hop)
{
	struct addr peer = rib->bgp->routes->addr;
	return addr_equal(hop->global, peer) || addr_equal(hop->link_local, peer);
}

bool
bgp_next_hop_equal(const struct bgp_next_hop *a, const struct bgp_next_hop *b)
{
	return addr_equal(a->global, b->global) &&
	       addr_equal(a->link_local, b->link_local);
}

size_t
bgp_next_hop_write(const struct bgp_rib *rib, const struct bgp_next_hop *hop,
		   uint8_t to[static BGP_HOP_MAX])
{
	bool has_global = !addr_is_any(hop->global);
	bool has_local = !addr_is_any(hop->link_local);
	struct addr first = has_global ? hop->global : hop->link_local;
	uint32_t format = channel_config(rib)->link_local;
	if (bgp_next_hop_is_none(hop))
		return 0;
	if (rib->family == BGP_IP4 && addr_is_ip4(hop->global)) {
		wire_store_u32(to, addr_to_ip4(hop->global));
		return 4;
	}
	if (!has_global && bgp_agreed(rib->bgp)->link_local_next_hop)
		format = BGP_LL_SINGLE;
	/* Native: zeros and the link-local one. */
	if (!has_global && format == BGP_LL_NATIVE)
		first = addr_any;
	memcpy(to, first.bytes, 16);
	if (!has_local || (!has_global && format == BGP_LL_SINGLE))
		return 16;
	memcpy(to + 16, hop->link_local.bytes, 16);
	return 32;
}
