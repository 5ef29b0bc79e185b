/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may stand in `protocol static { … }`.
 */
#include "proto/static/static.h"

#include <string.h>

#include "lib/arena.h"
#include "nest/nexthop.h"

/* Tags of the patterns below. */
enum {
	TAG_NET,
	TAG_GATEWAY,
	TAG_INTERFACE,
	TAG_DEV,
	TAG_ONLINK,
	TAG_WEIGHT,
	TAG_BODY,
	TAG_SPECIAL,
	TAG_RECURSIVE,
	TAG_MAX,
	TAG_ASN,
	TAG_FROM,
	TAG_BFD
};

#define HOPS_MOST 128

/* A statement being read. */
struct route_reading {
	struct prefix net;
	bool has_source, is_roa;
	struct static_target target;
	struct static_hop hops[HOPS_MOST];
};

static uint8_t
special_kind(const char *word)
{
	/* `drop` and `reject` are BIRD 1's words for blackhole and unreachable. */
	if (!strcmp(word, "blackhole") || !strcmp(word, "drop"))
		return NEXTHOP_BLACKHOLE;
	return strcmp(word, "prohibit") != 0 ? NEXTHOP_UNREACHABLE : NEXTHOP_PROHIBIT;
}

static struct static_hop *
hop_add(struct route_reading *reading)
{
	if (reading->target.hop_count == HOPS_MOST)
		return NULL;
	struct static_hop *hop = &reading->hops[reading->target.hop_count++];
	*hop = (struct static_hop){ .weight = 1 };
	reading->target.kind = NEXTHOP_MULTIPATH;
	return hop;
}

static const char *
hop_take(struct route_reading *reading, const struct conf_value *value)
{
	bool begins = value->tag == TAG_GATEWAY || value->tag == TAG_INTERFACE ||
		      value->tag == TAG_RECURSIVE;
	struct static_hop *hop =
		begins ? hop_add(reading) : &reading->hops[reading->target.hop_count - 1];
	if (!hop)
		return "too many hops; at most 128 are possible";
	switch (value->tag) {
	case TAG_RECURSIVE:
		reading->target.kind = NEXTHOP_RECURSIVE;
		hop->gateway = value->addr;
		break;
	case TAG_GATEWAY:
		hop->gateway = value->addr;
		hop->interface = value->word;
		break;
	case TAG_INTERFACE:
	case TAG_DEV: hop->interface = value->word; break;
	case TAG_ONLINK: hop->onlink = value->number != 0; break;
	case TAG_BFD: hop->bfd = value->number != 0; break;
	case TAG_WEIGHT:
		if (value->number < 1 || value->number > 256)
			return "a weight is 1 to 256";
		hop->weight = (uint16_t)value->number;
		break;
	}
	return NULL;
}

static const char *
value_take(struct route_reading *reading, const struct conf_value *value)
{
	switch (value->tag) {
	case TAG_NET: reading->net = value->prefix; return NULL;
	case TAG_FROM:
		reading->has_source = true;
		reading->net.type = NET_IP6_SADR;
		reading->net.source = value->prefix.addr;
		reading->net.source_length = value->prefix.length;
		return prefix_is_ip4(&value->prefix) ? "a source prefix is IPv6" : NULL;
	case TAG_SPECIAL: reading->target.kind = special_kind(value->word); return NULL;
	case TAG_MAX:
		reading->is_roa = true;
		if (value->number < reading->net.length ||
		    value->number > prefix_max_length(&reading->net))
			return "the maximum length lies between the prefix's and the "
			       "family's";
		reading->net.max_length = (uint8_t)value->number;
		return NULL;
	case TAG_ASN:
		reading->net.asn = (uint32_t)value->number;
		return value->number > UINT32_MAX ? "an AS number has 32 bits" : NULL;
	case TAG_BODY: reading->target.attrs = value->filter; return NULL;
	default: return hop_take(reading, value);
	}
}

static struct static_target *
target_add(struct static_routes *routes, const struct route_reading *reading)
{
	struct static_target *target = arena_alloc(routes->arena, sizeof(*target));
	*target = reading->target;
	size_t size = reading->target.hop_count * sizeof(struct static_hop);
	if (size > 0) {
		void *hops = arena_alloc(routes->arena, size);
		memcpy(hops, reading->hops, size);
		target->hops = hops;
	}
	target->index = routes->target_count++;
	if (routes->last_target)
		routes->last_target->next = target;
	else
		routes->targets = target;
	routes->last_target = target;
	return target;
}

/* The types of the prefix as the statement means it; IPv6 may become ipv6 sadr once the
 * channels are known. */
static const char *
net_finish(struct route_reading *reading)
{
	struct prefix *net = &reading->net;
	if (reading->is_roa) {
		net->type = prefix_is_ip4(net) ? NET_ROA4 : NET_ROA6;
		reading->target.kind = NEXTHOP_NONE;
	}
	if (reading->has_source && addr_is_ip4(net->addr))
		return "only IPv6 routes have a source prefix";
	return NULL;
}

static const char *
route_take(struct conf_call *call)
{
	struct static_config *config = call->config;
	struct static_routes *routes = &config->routes;
	struct route_reading reading;
	reading.net = (struct prefix){ 0 };
	reading.target = (struct static_target){ 0 };
	reading.has_source = reading.is_roa = false;
	for (size_t i = 0; i < call->count; i++) {
		const char *complaint = value_take(&reading, &call->values[i]);
		call->culprit = i;
		if (complaint)
			return complaint;
	}
	call->culprit = 0;
	const char *complaint = net_finish(&reading);
	if (complaint)
		return complaint;
	routes->arena = call->arena;
	reading.target.hops = reading.hops;
	struct static_target *target = routes->last_target;
	if (!target || !static_target_equal(target, &reading.target))
		target = target_add(routes, &reading);
	static_routes_add(routes, &reading.net, target);
	return NULL;
}

#define ROUTE_ROW(rest, text)                                                            \
	{                                                                                \
		.pattern = "route <prefix> [from <prefix:11>] " rest " [<body:6>]",      \
		.doc = text, .type = CONF_CALL, .effect = CONF_LIVE, .take = route_take, \
		.equal = static_routes_equal,                                            \
		.print_change = static_routes_print_change,                              \
		.offset = offsetof(struct static_config, routes),                        \
		.size = sizeof(struct static_routes)                                     \
	}

static const struct conf_item static_items[] = {
	{ .pattern = "check link @",
	  .doc = "Withdraws routes over interfaces without carrier.",
	  .type = CONF_SWITCH,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct static_config, check_link) },
	IGP_TABLE_ROW(struct static_config, igp_tables),
	ROUTE_ROW("(via (<addr%:1> | <string:2>) [( dev <string:3> | onlink <switch:4> | "
		  "weight <number:5> | bfd <switch:12> )...])...",
		  "A route by a neighbour or an interface; several `via` share the "
		  "traffic by weight."),
	ROUTE_ROW("(blackhole:7 | unreachable:7 | prohibit:7 | reject:7 | drop:7)",
		  "A route that drops packets, silently or with an ICMP error."),
	ROUTE_ROW("recursive <addr:8>",
		  "A route by an address that another route leads to."),
	ROUTE_ROW("max <number:9> as <number:10>",
		  "A route origin authorization, for roa4 and roa6 channels."),
	{ .pattern = "route ( flow4 | flow6 ) {",
	  .doc = "Flow specifications are not available here.",
	  .type = CONF_REFUSED },
	{ .pattern = "route aspa <number> ( transit | providers <number> [( , <number> "
		     ")...] )",
	  .doc = "Lists of providers (ASPA) are not available here.",
	  .type = CONF_REFUSED },
	{ .pattern = "route <prefix> [( via ( <addr%> | <string> ) | recursive <addr> )] "
		     "mpls @",
	  .doc = "MPLS is not available here.",
	  .type = CONF_REFUSED },
	{ .pattern = "route ( mpls | eth | evpn | neighbor ) @",
	  .doc = "There are routes to IP prefixes, and roa entries.",
	  .type = CONF_REFUSED },
	{ 0 }
};

const struct conf_schema static_schema = {
	.name = "static",
	.doc = "Routes that are written in the configuration.",
	.size = sizeof(struct static_config),
	.items = static_items,
	.base = &protocol_schema,
};

void
static_config_check(void *data, struct conf_check *check)
{
	struct static_config *config = data;
	uint32_t channels = 0;
	list_each(channel, &config->common.channels, struct channel_config, link)
		channels |= NET_BIT(channel->type);
	if ((channels & NET_BIT(NET_IP6_SADR)) && !(channels & NET_BIT(NET_IP6)))
		channels |= NET_BIT(NET_IP6);
	if (config->routes.families & ~channels)
		conf_check_error(check,
				 "a route has no channel of its type; write `ipv4;`, "
				 "`ipv6;`, `ipv6 sadr;`, `roa4;` or `roa6;` in the "
				 "protocol");
	struct prefix crowded;
	if (!static_routes_number(&config->routes, &crowded))
		conf_check_error(check,
				 "more than 32 routes lead to the same destination");
}
