/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The attributes bgp_*: names as in BIRD's filters, values as RFC 4271 §5 and its
 * followers define them.  A route has them all in one entry of its set, a block (see
 * update.h) whose community lists are in the order of the host; they are found and
 * changed there.  Those that filters can only ask for and take away have their wire form
 * as bytes.
 */
#include "proto/bgp/bgp.h"

#include <inttypes.h>
#include <string.h>

#include "lib/mem.h"
#include "lib/text.h"
#include "lib/wire.h"
#include "nest/filter.h"
#include "proto/bgp/update.h"

#define AGGREGATOR_SIZE 8 /* RFC 6793 §3: AS number and router id. */
#define AIGP_TLV        1 /* RFC 7311 §3 */

/* The attribute type each has in the block. */
static const uint8_t wire_types[BGP_ATTRS] = {
	[BGP_ORIGIN] = BGP_ATTRIBUTE_ORIGIN,
	[BGP_PATH] = BGP_ATTRIBUTE_AS_PATH,
	[BGP_NEXT_HOP] = BGP_ATTRIBUTE_NEXT_HOP,
	[BGP_MED] = BGP_ATTRIBUTE_MED,
	[BGP_LOCAL_PREF] = BGP_ATTRIBUTE_LOCAL_PREF,
	[BGP_ATOMIC_AGGR] = BGP_ATTRIBUTE_ATOMIC_AGGREGATE,
	[BGP_AGGREGATOR] = BGP_ATTRIBUTE_AGGREGATOR,
	[BGP_COMMUNITY] = BGP_ATTRIBUTE_COMMUNITY,
	[BGP_ORIGINATOR_ID] = BGP_ATTRIBUTE_ORIGINATOR_ID,
	[BGP_CLUSTER_LIST] = BGP_ATTRIBUTE_CLUSTER_LIST,
	[BGP_EXT_COMMUNITY] = BGP_ATTRIBUTE_EXT_COMMUNITY,
	[BGP_AIGP] = BGP_ATTRIBUTE_AIGP,
	[BGP_LARGE_COMMUNITY] = BGP_ATTRIBUTE_LARGE_COMMUNITY,
	[BGP_OTC] = BGP_ATTRIBUTE_OTC,
};

static bool block_get(const struct route_draft *route, attr_id id, struct value *value);
static bool block_set(struct route_draft *route, attr_id id, const struct value *value);

bool
bgp_aigp_find(const void *bytes, size_t size_in_all, uint64_t *metric)
{
	struct wire_in in = wire_in(bytes, size_in_all);
	while (wire_left(&in) > 0 && !in.bad) {
		unsigned type = wire_get_u8(&in), size = wire_get_u16(&in);
		if (type == AIGP_TLV && size == BGP_AIGP_SIZE) {
			*metric = wire_get_u64(&in);
			return !in.bad;
		}
		wire_skip(&in, size < 3 ? wire_left(&in) + 1 : size - 3);
	}
	return false;
}

uint64_t
bgp_aigp_add(uint64_t metric, uint32_t distance)
{
	return metric > UINT64_MAX - distance ? UINT64_MAX : metric + distance;
}

size_t
bgp_aigp_write(uint8_t to[static BGP_AIGP_SIZE], uint64_t metric)
{
	struct wire_out out = wire_out(to, BGP_AIGP_SIZE);
	wire_put_u8(&out, AIGP_TLV);
	wire_put_u16(&out, BGP_AIGP_SIZE);
	wire_put_u64(&out, metric);
	return wire_used(&out);
}

/* ---- blocks ---------------------------------------------------------------------------
 */

static enum bgp_attr
attr_which(const struct route_draft *route, attr_id id)
{
	return (enum bgp_attr)(attr_class_of(route->router, id) - bgp_attrs);
}

bool
bgp_block_of(const struct attrs *attrs, attr_id base, struct value *block)
{
	return attrs_get(attrs, (attr_id)(base + BGP_BLOCK), block);
}

/* False: it has none yet. */
static bool
draft_block(const struct route_draft *route, attr_id base, struct value *block)
{
	attr_id id = (attr_id)(base + BGP_BLOCK);
	if (route->changed != NULL)
		return attrs_draft_get(route->changed, id, block);
	return route->attrs != NULL && attrs_get(route->attrs, id, block);
}

static struct addr
next_hop_load(const struct bgp_field *field)
{
	return field->size == 4 ? addr_from_ip4(wire_load_u32(field->value))
				: addr_from_bytes(field->value);
}

static bool
block_get(const struct route_draft *route, attr_id id, struct value *value)
{
	enum bgp_attr which = attr_which(route, id);
	const struct attr_class *class = &bgp_attrs[which];
	struct value block;
	struct bgp_field field;
	if (!draft_block(route, (attr_id)(id - which), &block) ||
	    !bgp_block_find(block.bytes, block.size, wire_types[which], &field))
		return false;
	*value = (struct value){ .type = class->type, .kind = class->kind };
	switch (class->type) {
	case VALUE_ENUM: value->number = field.value[0]; break;
	case VALUE_INT:
	case VALUE_QUAD: value->number = wire_load_u32(field.value); break;
	case VALUE_IP: value->addr = next_hop_load(&field); break;
	default: value->bytes = field.value; value->size = (uint32_t)field.size;
	}
	return true;
}

/* The value as it stands in a block; those of a few bytes in `few`. */
static void
field_of(enum bgp_attr which, const struct value *value, uint8_t few[static 16],
	 struct bgp_field *field)
{
	*field = (struct bgp_field){ .flags = bgp_attribute_flags(wire_types[which]),
				     .type = wire_types[which] };
	if (value->type == VALUE_VOID)
		return;
	field->value = few;
	switch (value->type) {
	case VALUE_ENUM:
		few[0] = (uint8_t)value->number;
		field->size = 1;
		break;
	case VALUE_INT:
	case VALUE_QUAD:
		wire_store_u32(few, value->number);
		field->size = 4;
		break;
	case VALUE_IP:
		field->size = addr_is_ip4(value->addr) ? 4 : 16;
		memcpy(few, value->addr.bytes + 16 - field->size, field->size);
		break;
	default:
		if (value->size > 0)
			field->value = value->bytes;
		field->size = value->size;
	}
}

/* Bytes that a filter gives as an attribute of that shape. */
static bool
value_fits(enum bgp_attr which, const struct value *value)
{
	uint64_t metric;
	if (value->type == VALUE_VOID)
		return true;
	switch (which) {
	case BGP_ATOMIC_AGGR: return value->size == 0;
	case BGP_AGGREGATOR: return value->size == AGGREGATOR_SIZE;
	case BGP_AIGP:
		return bgp_aigp_find(value->bytes, value->size, &metric) &&
		       value->size <= UINT16_MAX;
	case BGP_PATH:
	case BGP_COMMUNITY:
	case BGP_CLUSTER_LIST:
	case BGP_EXT_COMMUNITY:
	case BGP_LARGE_COMMUNITY: return value->size <= UINT16_MAX;
	default: return true;
	}
}

/* Puts one attribute of the block; without a value it goes. */
static void
field_put(struct route_draft *route, attr_id base, const struct bgp_field *field)
{
	struct value block = { .type = VALUE_BYTES, .bytes = "" };
	uint8_t room[1024], *bytes = room;
	bool is_there = draft_block(route, base, &block);
	if (!is_there && field->value == NULL)
		return;
	size_t size = block.size + field->size + BGP_FIELD_HEAD;
	if (size > sizeof(room))
		bytes = mem_alloc(size);
	struct wire_out out = wire_out(bytes, size);
	bgp_block_replace(&out, block.bytes, block.size, field);
	struct value changed = { .type = VALUE_BYTES, .bytes = bytes };
	changed.size = (uint32_t)wire_used(&out);
	attrs_draft_set(route_draft_write(route), (attr_id)(base + BGP_BLOCK), &changed);
	if (bytes != room)
		mem_free(bytes);
}

static bool
block_set(struct route_draft *route, attr_id id, const struct value *value)
{
	enum bgp_attr which = attr_which(route, id);
	struct bgp_field field;
	uint8_t few[16];
	if (!value_fits(which, value))
		return false;
	field_of(which, value, few, &field);
	field_put(route, (attr_id)(id - which), &field);
	return true;
}

/* ---- declared by number --------------------------------------------------------------
 */

static bool
numbered_get(const struct route_draft *route, attr_id id, struct value *value)
{
	uint8_t type = attr_class_of(route->router, id)->number;
	attr_id base = attr_base(route->router, bgp_attrs);
	struct value block;
	struct bgp_field field;
	if (!draft_block(route, base, &block) ||
	    !bgp_block_find(block.bytes, block.size, type, &field))
		return false;
	*value = (struct value){ .type = VALUE_BYTES, .bytes = field.value };
	value->size = (uint32_t)field.size;
	return true;
}

static bool
numbered_set(struct route_draft *route, attr_id id, const struct value *value)
{
	struct bgp_field field = { .flags = BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE,
				   .type = attr_class_of(route->router, id)->number };
	if (value->type != VALUE_VOID) {
		if (value->size > UINT16_MAX)
			return false;
		field.value = value->size > 0 ? value->bytes : (const uint8_t *)"";
		field.size = value->size;
	}
	field_put(route, attr_base(route->router, bgp_attrs), &field);
	return true;
}

const struct attr_class bgp_attr_numbered = { .type = VALUE_BYTES,
					      .get = numbered_get,
					      .set = numbered_set };

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
	if (bgp_aigp_find(value->bytes, value->size, &metric))
		text_printf(text, "%" PRIu64, metric);
	else
		text_add_char(text, '?');
}

#define IN_BLOCK .get = block_get, .set = block_set

/* clang-format off */
const struct attr_class bgp_attrs[] = {
	[BGP_ORIGIN] = { .name = "bgp_origin", .title = "BGP.origin",
		.type = VALUE_ENUM, .kind = KIND_ORIGIN, .format = origin_format,
		IN_BLOCK, .doc = "Where the route is from: ORIGIN_IGP, ORIGIN_EGP or ORIGIN_INCOMPLETE." },
	[BGP_PATH] = { .name = "bgp_path", .title = "BGP.as_path", .type = VALUE_PATH,
		IN_BLOCK, .doc = "The AS numbers the route came by, the nearest first." },
	[BGP_NEXT_HOP] = { .name = "bgp_next_hop", .title = "BGP.next_hop",
		.type = VALUE_IP,
		IN_BLOCK, .doc = "The next hop that is announced." },
	[BGP_MED] = { .name = "bgp_med", .title = "BGP.med", .type = VALUE_INT,
		IN_BLOCK, .doc = "Which of several ways into the AS that sent it is preferred: the lowest." },
	[BGP_LOCAL_PREF] = { .name = "bgp_local_pref", .title = "BGP.local_pref",
		.type = VALUE_INT,
		IN_BLOCK, .doc = "How much the route is preferred within the AS: the highest wins." },
	[BGP_ATOMIC_AGGR] = { .name = "bgp_atomic_aggr", .title = "BGP.atomic_aggr",
		.type = VALUE_BYTES,
		IN_BLOCK, .doc = "Set if the route was aggregated and lost part of its path." },
	[BGP_AGGREGATOR] = { .name = "bgp_aggregator", .title = "BGP.aggregator",
		.type = VALUE_BYTES, .format = aggregator_format,
		IN_BLOCK, .doc = "Who aggregated the route." },
	[BGP_COMMUNITY] = { .name = "bgp_community", .title = "BGP.community",
		.type = VALUE_CLIST,
		IN_BLOCK, .doc = "Communities (RFC 1997)." },
	[BGP_ORIGINATOR_ID] = { .name = "bgp_originator_id", .title = "BGP.originator_id",
		.type = VALUE_QUAD,
		IN_BLOCK, .doc = "Who brought a reflected route into the AS (RFC 4456)." },
	[BGP_CLUSTER_LIST] = { .name = "bgp_cluster_list", .title = "BGP.cluster_list",
		.type = VALUE_CLIST, .format = cluster_list_format,
		IN_BLOCK, .doc = "The clusters it was reflected by (RFC 4456)." },
	[BGP_EXT_COMMUNITY] = { .name = "bgp_ext_community", .title = "BGP.ext_community",
		.type = VALUE_ECLIST,
		IN_BLOCK, .doc = "Extended communities (RFC 4360)." },
	[BGP_AIGP] = { .name = "bgp_aigp", .title = "BGP.aigp", .type = VALUE_BYTES,
		 .format = aigp_format,
		IN_BLOCK, .doc = "The metric of the whole way (RFC 7311)." },
	[BGP_LARGE_COMMUNITY] = { .name = "bgp_large_community",
		.title = "BGP.large_community", .type = VALUE_LCLIST,
		IN_BLOCK, .doc = "Large communities (RFC 8092)." },
	[BGP_OTC] = { .name = "bgp_otc", .title = "BGP.otc", .type = VALUE_INT,
		IN_BLOCK, .doc = "The AS that let the route go to customers only (RFC 9234)." },
	[BGP_BLOCK] = { .name = "bgp block", .type = VALUE_BYTES,
		.flags = ATTR_READ_ONLY | ATTR_HIDDEN, .doc = "All of them." },
	[BGP_ATTRS] = { .name = NULL },
};
/* clang-format on */
