/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What nest's value.c does, for all types of the language: the text of a value, equality,
 * order, a copy.
 */
#include "filter/path.h"
#include "filter/prefix_set.h"
#include "filter/set.h"
#include "filter/symbol.h"
#include "lib/arena.h"
#include "lib/text.h"
#include <assert.h>
#include <string.h>

/* As BIRD numbers the kinds. */
static void
enum_format(const struct value *value, struct text *text)
{
	static const uint8_t kinds[VALUE_KINDS] = {
		[KIND_RTS] = 0x30, [KIND_ORIGIN] = 0x31, [KIND_SCOPE] = 0x32,
		[KIND_RTD] = 0x33, [KIND_ROA] = 0x34,    [KIND_NET] = 0x36,
	};
	text_printf(text, "(enum %x)%u",
		    value->kind < VALUE_KINDS ? kinds[value->kind] : 0x3f, value->number);
}

void
filter_value_format(const struct value *value, struct text *text)
{
	switch (value->type) {
	case VALUE_ENUM: enum_format(value, text); break;
	case VALUE_SET: set_format(value->set, text); break;
	case VALUE_PREFIX_SET: prefix_set_format(value->set, text); break;
	case VALUE_PATH_MASK: path_mask_format(value->set, text); break;
	default: value_format(value, text);
	}
}

/* A quad as the address it is written as, so that both compare. */
static struct value
quad_as_address(const struct value *quad)
{
	struct value value = { .type = VALUE_IP };
	value.addr = addr_from_ip4(quad->number);
	return value;
}

static bool
other_type_equal(const struct value *a, const struct value *b)
{
	struct value address;
	if (a->type == VALUE_QUAD && b->type == VALUE_IP) {
		address = quad_as_address(a);
		return value_equal(&address, b);
	}
	if (a->type == VALUE_IP && b->type == VALUE_QUAD) {
		address = quad_as_address(b);
		return value_equal(a, &address);
	}
	return false;
}

bool
filter_value_equal(const struct value *a, const struct value *b)
{
	if (a->type != b->type)
		return other_type_equal(a, b);
	switch (a->type) {
	case VALUE_SET: return set_equal(a->set, b->set);
	case VALUE_PREFIX_SET: return prefix_set_equal(a->set, b->set);
	case VALUE_PATH_MASK: return path_mask_equal(a->set, b->set);
	/* Segments don't count, as in BIRD. */
	case VALUE_PATH: return path_compare(a, b) == 0;
	default: return value_equal(a, b);
	}
}

bool
value_identical(const struct value *a, const struct value *b)
{
	if (a->type == VALUE_PATH)
		return value_equal(a, b);
	return a->type == b->type && filter_value_equal(a, b);
}

static int
bytes_compare(const struct value *a, const struct value *b)
{
	size_t size = a->size < b->size ? a->size : b->size;
	int order = size ? memcmp(a->bytes, b->bytes, size) : 0;
	if (order != 0)
		return order;
	return a->size == b->size ? 0 : a->size < b->size ? -1 : 1;
}

/* Of several net types as BIRD numbers them. */
static int
prefixes_compare(const struct prefix *a, const struct prefix *b)
{
	uint32_t left = value_of_net_type((enum net_type)a->type).number;
	uint32_t right = value_of_net_type((enum net_type)b->type).number;
	return left == right ? prefix_compare(a, b) : left < right ? -1 : 1;
}

static int
same_type_compare(const struct value *a, const struct value *b)
{
	switch (a->type) {
	case VALUE_VOID: return 0;
	case VALUE_BOOL: return (int)a->truth - (int)b->truth;
	case VALUE_STRING: return bytes_compare(a, b);
	case VALUE_PREFIX: return prefixes_compare(&a->prefix, &b->prefix);
	case VALUE_PATH: return path_compare(a, b);
	case VALUE_ID: return a->wide == b->wide ? 0 : a->wide < b->wide ? -1 : 1;
	default: return set_compare(a, b);
	}
}

int
filter_value_compare(const struct value *a, const struct value *b)
{
	struct value address;
	if (a->type == b->type)
		return same_type_compare(a, b);
	if (a->type == VALUE_VOID || b->type == VALUE_VOID)
		return a->type == VALUE_VOID ? -1 : 1;
	if (a->type == VALUE_QUAD) {
		address = quad_as_address(a);
		return same_type_compare(&address, b);
	}
	address = quad_as_address(b);
	return same_type_compare(a, &address);
}

struct value
value_copy(struct arena *arena, const struct value *value)
{
	struct value copy = *value;
	switch (value->type) {
	case VALUE_STRING:
	case VALUE_BYTES:
	case VALUE_PATH:
	case VALUE_CLIST:
	case VALUE_ECLIST:
	case VALUE_LCLIST: {
		char *bytes = arena_alloc_bytes(arena, (size_t)value->size + 1);
		if (value->size)
			memcpy(bytes, value->bytes, value->size);
		copy.bytes = bytes;
		break;
	}
	case VALUE_PATH_MASK: {
		const struct path_mask *mask = value->set;
		size_t size = sizeof(*mask) + mask->count * sizeof(struct mask_item);
		void *bytes = arena_alloc(arena, size);
		memcpy(bytes, mask, size);
		copy.set = bytes;
		break;
	}
	default: break;
	}
	return copy;
}
