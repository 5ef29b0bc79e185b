/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The core's own attributes, as filters read and write them: preference, source, and what
 * the next hop says. Names and meanings are BIRD's.
 */
#include "nest/attr_private.h"

#include "nest/channel.h"
#include "nest/filter.h"
#include "nest/link.h"
#include "nest/nexthop.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include <string.h>

static void
value_set_number(struct value *value, enum value_type type, uint32_t number)
{
	*value = (struct value){ .type = (uint8_t)type, .number = number };
}

static bool
preference_get(const struct route_draft *route, attr_id id, struct value *value)
{
	(void)id;
	uint32_t preference = 0;
	if (route->changed != NULL)
		preference = route->changed->preference;
	else if (route->attrs != NULL)
		preference = route->attrs->preference;
	value_set_number(value, VALUE_INT, preference);
	return true;
}

static bool
preference_set(struct route_draft *route, attr_id id, const struct value *value)
{
	(void)id;
	if (value->type == VALUE_VOID || value->number > UINT16_MAX)
		return false;
	route_draft_write(route)->preference = (uint16_t)value->number;
	return true;
}

static bool
source_get(const struct route_draft *route, attr_id id, struct value *value)
{
	(void)id;
	uint32_t source = RTS_UNKNOWN;
	if (route->changed != NULL)
		source = route->changed->source;
	else if (route->attrs != NULL)
		source = route->attrs->source;
	value_set_number(value, VALUE_ENUM, source);
	value->kind = KIND_RTS;
	return true;
}

/* The next hop is the draft's for the moment: unused ones stay until the jobs of the
 * router run. */
static bool
nexthop_put(struct route_draft *route, struct nexthop *nexthop)
{
	route_draft_write(route)->nexthop = nexthop;
	nexthop_release(route->router, nexthop);
	return true;
}

static const struct nexthop_hop *
first_hop(const struct route_draft *route)
{
	const struct nexthop *nexthop = route_draft_nexthop(route);
	return nexthop != NULL && nexthop->hop_count > 0 ? &nexthop->hops[0] : NULL;
}

static bool
dest_get(const struct route_draft *route, attr_id id, struct value *value)
{
	(void)id;
	const struct nexthop *nexthop = route_draft_nexthop(route);
	value_set_number(value, VALUE_ENUM, nexthop != NULL ? nexthop->dest : RTD_NONE);
	value->kind = KIND_RTD;
	return true;
}

static bool
dest_set(struct route_draft *route, attr_id id, const struct value *value)
{
	(void)id;
	static const uint8_t special[] = {
		[RTD_BLACKHOLE] = NEXTHOP_BLACKHOLE,
		[RTD_UNREACHABLE] = NEXTHOP_UNREACHABLE,
		[RTD_PROHIBIT] = NEXTHOP_PROHIBIT,
	};
	if (value->kind != KIND_RTD || value->number >= sizeof(special) ||
	    special[value->number] == 0)
		return false;
	return nexthop_put(route, nexthop_special(route->router, special[value->number]));
}

static bool
gw_get(const struct route_draft *route, attr_id id, struct value *value)
{
	(void)id;
	const struct nexthop_hop *hop = first_hop(route);
	*value = (struct value){ .type = VALUE_IP };
	value->addr = hop != NULL ? hop->gateway : addr_any;
	return true;
}

static bool
gw_set(struct route_draft *route, attr_id id, const struct value *value)
{
	(void)id;
	if (value->type == VALUE_VOID)
		return false;
	const struct nexthop_hop *hop = first_hop(route);
	struct link *link = addr_is_link_local(value->addr) && hop != NULL
				    ? hop->link
				    : link_of_addr(route->router, value->addr, NULL);
	if (link == NULL)
		return false;
	return nexthop_put(route, nexthop_gateway(route->router, link, value->addr, 0));
}

static bool
ifname_get(const struct route_draft *route, attr_id id, struct value *value)
{
	(void)id;
	const struct nexthop_hop *hop = first_hop(route);
	const char *name = "";
	if (hop != NULL)
		name = hop->link->interface != NULL ? hop->link->interface->sys.name
						    : hop->link->name;
	*value = (struct value){ .type = VALUE_STRING };
	value->bytes = name;
	value->size = (uint32_t)strlen(name);
	return true;
}

static bool
ifname_set(struct route_draft *route, attr_id id, const struct value *value)
{
	(void)id;
	if (value->type == VALUE_VOID)
		return false;
	list_each(link, &route->router->links, struct link, link) {
		if (strlen(link->name) == value->size &&
		    memcmp(link->name, value->bytes, value->size) == 0)
			return nexthop_put(route, nexthop_direct(route->router, link));
	}
	return false;
}

static bool
ifindex_get(const struct route_draft *route, attr_id id, struct value *value)
{
	(void)id;
	const struct nexthop_hop *hop = first_hop(route);
	const struct interface *interface = hop != NULL ? hop->link->interface : NULL;
	value_set_number(value, VALUE_INT, interface != NULL ? interface->sys.index : 0);
	return true;
}

static bool
from_get(const struct route_draft *route, attr_id id, struct value *value)
{
	if (route_draft_entry(route, id, value))
		return true;
	*value = (struct value){ .type = VALUE_IP };
	return true;
}

static bool
proto_get(const struct route_draft *route, attr_id id, struct value *value)
{
	(void)id;
	if (route->channel == NULL)
		return false;
	const char *name = protocol_origin(route->channel, route->path_id)->name;
	*value = (struct value){ .type = VALUE_STRING };
	value->bytes = name;
	value->size = (uint32_t)strlen(name);
	return true;
}

/* An entry of its own goes before what the next hop resolved to. */
static bool
igp_metric_get(const struct route_draft *route, attr_id id, struct value *value)
{
	if (route_draft_entry(route, id, value))
		return true;
	const struct nexthop *nexthop = route_draft_nexthop(route);
	if (nexthop == NULL || nexthop->kind != NEXTHOP_RECURSIVE ||
	    !nexthop_is_reachable(nexthop))
		return false;
	value_set_number(value, VALUE_INT, nexthop->igp_metric);
	return true;
}

static bool
weight_get(const struct route_draft *route, attr_id id, struct value *value)
{
	(void)id;
	const struct nexthop_hop *hop = first_hop(route);
	value_set_number(value, VALUE_INT, hop != NULL ? hop->weight : 1);
	return true;
}

/* All legs of a multipath get it; a single next hop has nothing to weigh it against. */
static bool
weight_set(struct route_draft *route, attr_id id, const struct value *value)
{
	(void)id;
	if (value->type == VALUE_VOID || value->number < 1 || value->number > 256)
		return false;
	const struct nexthop *nexthop = route_draft_nexthop(route);
	if (nexthop == NULL || nexthop->kind != NEXTHOP_MULTIPATH)
		return true;
	struct nexthop_leg legs[NEXTHOP_LEGS];
	for (unsigned i = 0; i < nexthop->leg_count; i++)
		legs[i] = (struct nexthop_leg){ nexthop->legs[i].nexthop,
						(uint16_t)value->number };
	struct nexthop_key key = { .kind = NEXTHOP_MULTIPATH,
				   .leg_count = nexthop->leg_count,
				   .legs = legs };
	return nexthop_put(route, nexthop_intern(route->router, &key));
}

static bool
onlink_get(const struct route_draft *route, attr_id id, struct value *value)
{
	(void)id;
	const struct nexthop_hop *hop = first_hop(route);
	*value = (struct value){ .type = VALUE_BOOL };
	value->truth = hop != NULL && (hop->flags & NEXTHOP_ONLINK) != 0;
	return true;
}

static bool
onlink_set(struct route_draft *route, attr_id id, const struct value *value)
{
	(void)id;
	const struct nexthop *nexthop = route_draft_nexthop(route);
	if (value->type == VALUE_VOID || nexthop == NULL ||
	    nexthop->kind != NEXTHOP_GATEWAY)
		return false;
	unsigned flags = value->truth ? NEXTHOP_ONLINK : 0;
	return nexthop_put(route, nexthop_gateway(route->router, nexthop->link,
						  nexthop->gateway, flags));
}

static bool
scope_get(const struct route_draft *route, attr_id id, struct value *value)
{
	if (route_draft_entry(route, id, value))
		return true;
	value_set_number(value, VALUE_ENUM, SCOPE_UNIVERSE);
	value->kind = KIND_SCOPE;
	return true;
}

static bool
source_prefix_set(struct route_draft *route, attr_id id, const struct value *value)
{
	if (value->type != VALUE_VOID && value->prefix.type != NET_IP6)
		return false;
	attrs_draft_set(route_draft_write(route), id, value);
	return true;
}

/* clang-format off */
const struct attr_class attr_core_classes[] = {
	[ATTR_PREFERENCE] = { .name = "preference", .type = VALUE_INT,
		.doc = "The higher wins among routes to the same prefix.",
		.get = preference_get, .set = preference_set },
	[ATTR_SOURCE] = { .name = "source", .type = VALUE_ENUM, .kind = KIND_RTS,
		.flags = ATTR_READ_ONLY,
		.doc = "What kind of protocol the route is from.", .get = source_get },
	[ATTR_DEST] = { .name = "dest", .type = VALUE_ENUM, .kind = KIND_RTD,
		.doc = "What is done with packets; blackhole, unreachable and prohibit can be set.",
		.get = dest_get, .set = dest_set },
	[ATTR_GW] = { .name = "gw", .type = VALUE_IP,
		.doc = "The next hop's address; can be set to that of a neighbour.",
		.get = gw_get, .set = gw_set },
	[ATTR_IFNAME] = { .name = "ifname", .type = VALUE_STRING,
		.doc = "The interface packets leave by; setting it makes the route a direct one.",
		.get = ifname_get, .set = ifname_set },
	[ATTR_IFINDEX] = { .name = "ifindex", .type = VALUE_INT, .flags = ATTR_READ_ONLY,
		.doc = "The number of that interface.", .get = ifindex_get },
	[ATTR_FROM] = { .name = "from", .type = VALUE_IP,
		.doc = "The router that announced the route.", .get = from_get },
	[ATTR_PROTO] = { .name = "proto", .type = VALUE_STRING, .flags = ATTR_READ_ONLY,
		.doc = "The name of the protocol the route is from.", .get = proto_get },
	[ATTR_IGP_METRIC] = { .name = "igp_metric", .type = VALUE_INT,
		.doc = "The cost of reaching a recursive next hop.", .get = igp_metric_get },
	[ATTR_WEIGHT] = { .name = "weight", .type = VALUE_INT,
		.doc = "The share of a path among several, 1 to 256.",
		.get = weight_get, .set = weight_set },
	[ATTR_ONLINK] = { .name = "onlink", .type = VALUE_BOOL,
		.doc = "The next hop is on the link, whatever the addresses say.",
		.get = onlink_get, .set = onlink_set },
	[ATTR_SCOPE] = { .name = "scope", .type = VALUE_ENUM, .kind = KIND_SCOPE,
		.doc = "A mark for filters; nothing else reads it.", .get = scope_get },
	[ATTR_SOURCE_PREFIX] = { .name = "source_prefix", .type = VALUE_PREFIX,
		.doc = "With which source prefix a pipe puts an ipv6 route into an ipv6 sadr "
		       "table.",
		.set = source_prefix_set },
	{ .name = NULL }
};
/* clang-format on */
