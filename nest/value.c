/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values: their text, equality and the names of types and enum members.  What filters
 * compute with them is the filter folder's.
 */
#include "nest/value.h"

#include "lib/macros.h"
#include "lib/text.h"
#include "lib/wire.h"
#include <assert.h>
#include <string.h>

struct value_name {
	const char *name;
	uint32_t number;
};

/* RFC 4271 §4.3 and RFC 5065 §3: kinds of path segments. */
enum { SEGMENT_SET = 1, SEGMENT_SEQUENCE, SEGMENT_CONFED_SEQUENCE, SEGMENT_CONFED_SET };

static const struct value_name names_rts[] = {
	{ "RTS_UNKNOWN", RTS_UNKNOWN },
	{ "RTS_STATIC", RTS_STATIC },
	{ "RTS_INHERIT", RTS_INHERIT },
	{ "RTS_DEVICE", RTS_DEVICE },
	{ "RTS_STATIC_DEVICE", RTS_STATIC_DEVICE },
	{ "RTS_REDIRECT", RTS_REDIRECT },
	{ "RTS_RIP", RTS_RIP },
	{ "RTS_OSPF", RTS_OSPF },
	{ "RTS_OSPF_IA", RTS_OSPF_IA },
	{ "RTS_OSPF_EXT1", RTS_OSPF_EXT1 },
	{ "RTS_OSPF_EXT2", RTS_OSPF_EXT2 },
	{ "RTS_BGP", RTS_BGP },
	{ "RTS_PIPE", RTS_PIPE },
	{ "RTS_BABEL", RTS_BABEL },
	{ "RTS_RPKI", RTS_RPKI },
	{ "RTS_PERF", RTS_PERF },
	{ "RTS_L3VPN", RTS_L3VPN },
	{ "RTS_AGGREGATED", RTS_AGGREGATED },
	{ "RTS_MESH", RTS_MESH },
};

/* The first name of a number is the one it is shown by; others are only read (BIRD 1's).
 */
static const struct value_name names_rtd[] = {
	{ "RTD_NONE", RTD_NONE },           { "RTD_UNICAST", RTD_UNICAST },
	{ "RTD_BLACKHOLE", RTD_BLACKHOLE }, { "RTD_UNREACHABLE", RTD_UNREACHABLE },
	{ "RTD_PROHIBIT", RTD_PROHIBIT },   { "RTD_ROUTER", RTD_UNICAST },
	{ "RTD_DEVICE", RTD_UNICAST },      { "RTD_MULTIPATH", RTD_UNICAST },
};

static const struct value_name names_roa[] = {
	{ "ROA_UNKNOWN", 0 },
	{ "ROA_VALID", 1 },
	{ "ROA_INVALID", 2 },
};

static const struct value_name names_net[] = {
	{ "NET_IP4", 1 },  { "NET_IP6", 2 },      { "NET_ROA4", 5 },
	{ "NET_ROA6", 6 }, { "NET_IP6_SADR", 9 },
};

static const struct value_name names_scope[] = {
	{ "SCOPE_HOST", 0 },         { "SCOPE_LINK", 1 },     { "SCOPE_SITE", 2 },
	{ "SCOPE_ORGANIZATION", 3 }, { "SCOPE_UNIVERSE", 4 }, { "SCOPE_UNDEFINED", 5 },
};

static const struct value_name names_origin[] = {
	{ "ORIGIN_IGP", 0 },
	{ "ORIGIN_EGP", 1 },
	{ "ORIGIN_INCOMPLETE", 2 },
};

static const struct {
	const struct value_name *names;
	size_t count;
} kinds[VALUE_KINDS] = {
	[KIND_RTS] = { names_rts, ARRAY_SIZE(names_rts) },
	[KIND_RTD] = { names_rtd, ARRAY_SIZE(names_rtd) },
	[KIND_ROA] = { names_roa, ARRAY_SIZE(names_roa) },
	[KIND_NET] = { names_net, ARRAY_SIZE(names_net) },
	[KIND_SCOPE] = { names_scope, ARRAY_SIZE(names_scope) },
	[KIND_ORIGIN] = { names_origin, ARRAY_SIZE(names_origin) },
};

static void format_scalar(const struct value *value, struct text *text);
static void format_hex(const uint8_t *bytes, size_t size, char between,
		       struct text *text);
static void format_ec(uint64_t ec, struct text *text);
static void format_path(const struct value *value, struct text *text);
static void format_list(const struct value *value, struct text *text);
static uint32_t load_host_u32(const uint8_t *from);
static uint64_t load_host_u64(const uint8_t *from);

struct value
value_of_net_type(enum net_type type)
{
	static const uint8_t numbers[NET_TYPES] = { [NET_IP4] = 1,
						    [NET_IP6] = 2,
						    [NET_IP6_SADR] = 9,
						    [NET_ROA4] = 5,
						    [NET_ROA6] = 6 };
	struct value value = { .type = VALUE_ENUM, .kind = KIND_NET };
	value.number = numbers[type];
	return value;
}

void
value_format(const struct value *value, struct text *text)
{
	static const char *const wraps[VALUE_TYPES] = {
		[VALUE_PATH] = "(path ",
		[VALUE_CLIST] = "(clist ",
		[VALUE_ECLIST] = "(eclist ",
		[VALUE_LCLIST] = "(lclist ",
	};
	const char *wrap = value->type < VALUE_TYPES ? wraps[value->type] : NULL;
	if (wrap == NULL) {
		value_format_plain(value, text);
		return;
	}
	text_add(text, wrap);
	value_format_plain(value, text);
	text_add_char(text, ')');
}

void
value_format_plain(const struct value *value, struct text *text)
{
	char buffer[PREFIX_TEXT];
	switch ((enum value_type)value->type) {
	case VALUE_VOID: text_add(text, "(void)"); break;
	case VALUE_STRING: text_add_bytes(text, value->bytes, value->size); break;
	case VALUE_BYTES: format_hex(value->bytes, value->size, ':', text); break;
	case VALUE_IP: text_add(text, addr_format(value->addr, buffer)); break;
	case VALUE_PREFIX: text_add(text, prefix_format(&value->prefix, buffer)); break;
	case VALUE_PATH: format_path(value, text); break;
	case VALUE_CLIST:
	case VALUE_ECLIST:
	case VALUE_LCLIST: format_list(value, text); break;
	case VALUE_PATH_MASK:
	case VALUE_SET:
	case VALUE_PREFIX_SET: text_add(text, value_type_name(value->type)); break;
	case VALUE_BOOL:
	case VALUE_INT:
	case VALUE_PAIR:
	case VALUE_QUAD:
	case VALUE_ENUM:
	case VALUE_EC:
	case VALUE_LC:
	case VALUE_ID: format_scalar(value, text); break;
	case VALUE_TYPES: assert(false);
	}
}

bool
value_equal(const struct value *a, const struct value *b)
{
	if (a->type != b->type || (a->type == VALUE_ENUM && a->kind != b->kind))
		return false;
	switch ((enum value_type)a->type) {
	case VALUE_VOID: return true;
	case VALUE_BOOL: return a->truth == b->truth;
	case VALUE_INT:
	case VALUE_PAIR:
	case VALUE_QUAD:
	case VALUE_ENUM: return a->number == b->number;
	case VALUE_EC:
	case VALUE_ID: return a->wide == b->wide;
	case VALUE_IP: return addr_equal(a->addr, b->addr);
	case VALUE_PREFIX: return prefix_equal(&a->prefix, &b->prefix);
	case VALUE_LC: return memcmp(a->large, b->large, sizeof(a->large)) == 0;
	case VALUE_STRING:
	case VALUE_BYTES:
	case VALUE_PATH:
	case VALUE_CLIST:
	case VALUE_ECLIST:
	case VALUE_LCLIST:
		return a->size == b->size &&
		       (a->size == 0 || memcmp(a->bytes, b->bytes, a->size) == 0);
	case VALUE_PATH_MASK:
	case VALUE_SET:
	case VALUE_PREFIX_SET: return a->set == b->set;
	case VALUE_TYPES: break;
	}
	return false;
}

const char *
value_type_name(enum value_type type)
{
	static const char *const names[VALUE_TYPES] = {
		[VALUE_VOID] = "void",
		[VALUE_BOOL] = "bool",
		[VALUE_INT] = "int",
		[VALUE_PAIR] = "pair",
		[VALUE_QUAD] = "quad",
		[VALUE_STRING] = "string",
		[VALUE_BYTES] = "bytestring",
		[VALUE_IP] = "ip",
		[VALUE_PREFIX] = "prefix",
		[VALUE_ENUM] = "enum",
		[VALUE_EC] = "ec",
		[VALUE_LC] = "lc",
		[VALUE_PATH] = "bgppath",
		[VALUE_PATH_MASK] = "bgpmask",
		[VALUE_CLIST] = "clist",
		[VALUE_ECLIST] = "eclist",
		[VALUE_LCLIST] = "lclist",
		[VALUE_ID] = "id",
		[VALUE_SET] = "set",
		[VALUE_PREFIX_SET] = "prefix set",
	};
	assert((unsigned)type < VALUE_TYPES);
	return names[type];
}

const char *
value_enum_name(enum value_kind kind, uint32_t number)
{
	if ((unsigned)kind >= VALUE_KINDS)
		return NULL;
	for (size_t i = 0; i < kinds[kind].count; i++) {
		if (kinds[kind].names[i].number == number)
			return kinds[kind].names[i].name;
	}
	return NULL;
}

bool
value_enum_find(const char *name, struct value *value)
{
	for (uint8_t kind = 0; kind < VALUE_KINDS; kind++) {
		for (size_t i = 0; i < kinds[kind].count; i++) {
			const struct value_name *known = &kinds[kind].names[i];
			if (strcmp(known->name, name) != 0)
				continue;
			*value = (struct value){ .type = VALUE_ENUM, .kind = kind };
			value->number = known->number;
			return true;
		}
	}
	return false;
}

static void
format_scalar(const struct value *value, struct text *text)
{
	uint32_t number = value->number;
	const char *name;
	uint8_t id[8];
	switch ((enum value_type)value->type) {
	case VALUE_BOOL: text_add(text, value->truth ? "TRUE" : "FALSE"); break;
	case VALUE_INT: text_printf(text, "%u", number); break;
	case VALUE_PAIR:
		text_printf(text, "(%u,%u)", number >> 16, number & 0xffff);
		break;
	case VALUE_QUAD:
		text_printf(text, "%u.%u.%u.%u", number >> 24, number >> 16 & 255,
			    number >> 8 & 255, number & 255);
		break;
	case VALUE_ENUM:
		name = value_enum_name(value->kind, number);
		if (name != NULL)
			text_add(text, name);
		else
			text_printf(text, "(enum %u)%u", value->kind, number);
		break;
	case VALUE_EC: format_ec(value->wide, text); break;
	case VALUE_LC:
		text_printf(text, "(%u, %u, %u)", value->large[0], value->large[1],
			    value->large[2]);
		break;
	default: /* VALUE_ID; value_format_plain() sends no other. */
		wire_store_u64(id, value->wide);
		format_hex(id, sizeof(id), ':', text);
		break;
	}
}

static void
format_hex(const uint8_t *bytes, size_t size, char between, struct text *text)
{
	for (size_t i = 0; i < size; i++) {
		if (i > 0)
			text_add_char(text, between);
		text_printf(text, "%02x", bytes[i]);
	}
}

/* RFC 4360 §3: the high byte says what the last six are, with the next one what it is
 * for. */
static void
format_ec(uint64_t ec, struct text *text)
{
	uint32_t high = (uint32_t)(ec >> 32), low = (uint32_t)ec;
	unsigned form = high >> 24 & 0xbf, kind = high >> 16 & 0xf0ff;
	if (form > 2) {
		text_printf(text, "(generic, 0x%x, 0x%x)", high, low);
		return;
	}
	if (kind == 2 || kind == 3)
		text_printf(text, "(%s, ", kind == 2 ? "rt" : "ro");
	else
		text_printf(text, "(unknown 0x%x, ", high >> 16);
	if (form == 0)
		text_printf(text, "%u, %u)", high & 0xffff, low);
	else if (form == 1)
		text_printf(text, "%u.%u.%u.%u, %u)", high >> 8 & 255, high & 255,
			    low >> 24, low >> 16 & 255, low & 0xffff);
	else
		text_printf(text, "%u, %u)", (high & 0xffff) << 16 | low >> 16,
			    low & 0xffff);
}

/* The wire form is checked by who made it; what does not fit is cut here all the same. */
static void
format_path(const struct value *value, struct text *text)
{
	static const char *const opening[] = {
		[SEGMENT_SET] = "{",
		[SEGMENT_SEQUENCE] = "",
		[SEGMENT_CONFED_SEQUENCE] = "(",
		[SEGMENT_CONFED_SET] = "({",
	};
	static const char *const closing[] = {
		[SEGMENT_SET] = "}",
		[SEGMENT_SEQUENCE] = "",
		[SEGMENT_CONFED_SEQUENCE] = ")",
		[SEGMENT_CONFED_SET] = "})",
	};
	struct wire_in in = wire_in(value->bytes, value->size);
	bool first = true;
	while (wire_left(&in) > 0) {
		unsigned kind = wire_get_u8(&in), count = wire_get_u8(&in);
		if (in.bad || kind >= ARRAY_SIZE(opening) || opening[kind] == NULL)
			return;
		if (!first && count > 0)
			text_add_char(text, ' ');
		text_add(text, opening[kind]);
		for (unsigned i = 0; i < count && !in.bad; i++) {
			text_printf(text, i > 0 ? " %u" : "%u", wire_get_u32(&in));
			first = false;
		}
		text_add(text, closing[kind]);
	}
}

static void
format_list(const struct value *value, struct text *text)
{
	static const uint8_t widths[VALUE_TYPES] = {
		[VALUE_CLIST] = 4,
		[VALUE_ECLIST] = 8,
		[VALUE_LCLIST] = 12,
	};
	const uint8_t *at = value->bytes;
	unsigned width = widths[value->type];
	for (uint32_t i = 0; i + width <= value->size; i += width, at += width) {
		uint32_t first = load_host_u32(at);
		if (i > 0)
			text_add_char(text, ' ');
		if (value->type == VALUE_CLIST)
			text_printf(text, "(%u,%u)", first >> 16, first & 0xffff);
		else if (value->type == VALUE_ECLIST)
			format_ec(load_host_u64(at), text);
		else
			text_printf(text, "(%u, %u, %u)", first, load_host_u32(at + 4),
				    load_host_u32(at + 8));
	}
}

static uint32_t
load_host_u32(const uint8_t *from)
{
	uint32_t number;
	memcpy(&number, from, sizeof(number));
	return number;
}

static uint64_t
load_host_u64(const uint8_t *from)
{
	uint64_t number;
	memcpy(&number, from, sizeof(number));
	return number;
}
