/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The attributes bgp_*: names as in BIRD's filters, values as RFC 4271 §5 and its
 * followers define them.  Those that filters can only ask for and take away have their
 * wire form as bytes.
 */
#include "proto/bgp/bgp.h"

#include <inttypes.h>
#include <string.h>

#include "lib/text.h"
#include "lib/wire.h"
#include "nest/filter.h"

#define AGGREGATOR_SIZE 8  /* RFC 6793 §3: AS number and router id. */
#define AIGP_TLV        1  /* RFC 7311 §3 */
#define AIGP_TLV_SIZE   11 /* Its type, its length, the metric. */

/* Sets an entry if its bytes are such a one. */
static bool
bytes_put(struct route_draft *route, attr_id id, const struct value *value, bool fits)
{
	if (value->type != VALUE_VOID && !fits)
		return false;
	attrs_draft_set(route_draft_write(route), id, value);
	return true;
}

static bool
atomic_aggr_set(struct route_draft *route, attr_id id, const struct value *value)
{
	return bytes_put(route, id, value, value->size == 0);
}

static bool
aggregator_set(struct route_draft *route, attr_id id, const struct value *value)
{
	return bytes_put(route, id, value, value->size == AGGREGATOR_SIZE);
}

/* The metric in the first TLV that has one. */
static bool
aigp_find(const struct value *value, uint64_t *metric)
{
	struct wire_in in = wire_in(value->bytes, value->size);
	while (wire_left(&in) > 0 && !in.bad) {
		unsigned type = wire_get_u8(&in), size = wire_get_u16(&in);
		if (type == AIGP_TLV && size == AIGP_TLV_SIZE) {
			*metric = wire_get_u64(&in);
			return !in.bad;
		}
		wire_skip(&in, size < 3 ? wire_left(&in) + 1 : size - 3);
	}
	return false;
}

static bool
aigp_set(struct route_draft *route, attr_id id, const struct value *value)
{
	uint64_t metric;
	return bytes_put(route, id, value,
			 value->type == VALUE_VOID || aigp_find(value, &metric));
}

/* ---- as shown ------------------------------------------------------------------------
 */

static void
origin_format(const struct value *value, struct text *text)
{
	static const char *const names[] = { "IGP", "EGP", "Incomplete" };
	text_add(text, value->number < ARRAY_SIZE(names) ? names[value->number] : "?");
}

static void
aggregator_format(const struct value *value, struct text *text)
{
	struct wire_in in = wire_in(value->bytes, value->size);
	char id[ADDR_TEXT];
	uint32_t as = wire_get_u32(&in);
	text_printf(text, "%s AS%u", addr_format(addr_from_ip4(wire_get_u32(&in)), id),
		    as);
}

static void
cluster_list_format(const struct value *value, struct text *text)
{
	const uint8_t *bytes = value->bytes;
	char id[ADDR_TEXT];
	for (uint32_t at = 0; at + 4 <= value->size; at += 4) {
		uint32_t number;
		memcpy(&number, bytes + at, sizeof(number));
		text_printf(text, at > 0 ? " %s" : "%s",
			    addr_format(addr_from_ip4(number), id));
	}
}

static void
aigp_format(const struct value *value, struct text *text)
{
	uint64_t metric;
	if (aigp_find(value, &metric))
		text_printf(text, "%" PRIu64, metric);
	else
		text_add_char(text, '?');
}

/* clang-format off */
const struct attr_class bgp_attrs[] = {
	[BGP_ORIGIN] = { .name = "bgp_origin", .title = "BGP.origin",
		.type = VALUE_ENUM, .kind = KIND_ORIGIN, .format = origin_format,
		.doc = "Where the route is from: ORIGIN_IGP, ORIGIN_EGP or ORIGIN_INCOMPLETE." },
	[BGP_PATH] = { .name = "bgp_path", .title = "BGP.as_path", .type = VALUE_PATH,
		.doc = "The AS numbers the route came by, the nearest first." },
	[BGP_NEXT_HOP] = { .name = "bgp_next_hop", .title = "BGP.next_hop",
		.type = VALUE_IP,
		.doc = "The next hop that is announced." },
	[BGP_MED] = { .name = "bgp_med", .title = "BGP.med", .type = VALUE_INT,
		.doc = "Which of several ways into the AS that sent it is preferred: the lowest." },
	[BGP_LOCAL_PREF] = { .name = "bgp_local_pref", .title = "BGP.local_pref",
		.type = VALUE_INT,
		.doc = "How much the route is preferred within the AS: the highest wins." },
	[BGP_ATOMIC_AGGR] = { .name = "bgp_atomic_aggr", .title = "BGP.atomic_aggr",
		.type = VALUE_BYTES, .set = atomic_aggr_set,
		.doc = "Set if the route was aggregated and lost part of its path." },
	[BGP_AGGREGATOR] = { .name = "bgp_aggregator", .title = "BGP.aggregator",
		.type = VALUE_BYTES, .set = aggregator_set, .format = aggregator_format,
		.doc = "Who aggregated the route." },
	[BGP_COMMUNITY] = { .name = "bgp_community", .title = "BGP.community",
		.type = VALUE_CLIST,
		.doc = "Communities (RFC 1997)." },
	[BGP_ORIGINATOR_ID] = { .name = "bgp_originator_id", .title = "BGP.originator_id",
		.type = VALUE_QUAD,
		.doc = "Who brought a reflected route into the AS (RFC 4456)." },
	[BGP_CLUSTER_LIST] = { .name = "bgp_cluster_list", .title = "BGP.cluster_list",
		.type = VALUE_CLIST, .format = cluster_list_format,
		.doc = "The clusters it was reflected by (RFC 4456)." },
	[BGP_EXT_COMMUNITY] = { .name = "bgp_ext_community", .title = "BGP.ext_community",
		.type = VALUE_ECLIST,
		.doc = "Extended communities (RFC 4360)." },
	[BGP_AIGP] = { .name = "bgp_aigp", .title = "BGP.aigp", .type = VALUE_BYTES,
		.set = aigp_set, .format = aigp_format,
		.doc = "The metric of the whole way (RFC 7311)." },
	[BGP_LARGE_COMMUNITY] = { .name = "bgp_large_community",
		.title = "BGP.large_community", .type = VALUE_LCLIST,
		.doc = "Large communities (RFC 8092)." },
	[BGP_OTC] = { .name = "bgp_otc", .title = "BGP.otc", .type = VALUE_INT,
		.doc = "The AS that let the route go to customers only (RFC 9234)." },
	[BGP_ATTRS] = { .name = NULL },
};
/* clang-format on */
