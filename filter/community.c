/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Community lists.
 */
#include "filter/community.h"
#include "filter/set.h"
#include <string.h>

enum value_type
community_element(enum value_type list)
{
	return list == VALUE_CLIST    ? VALUE_PAIR
	       : list == VALUE_ECLIST ? VALUE_EC
				      : VALUE_LC;
}

static uint32_t
width_of(const struct value *list)
{
	return list->type == VALUE_CLIST ? 4 : list->type == VALUE_ECLIST ? 8 : 12;
}

uint32_t
community_count(const struct value *list)
{
	return list->size / width_of(list);
}

bool
community_at(const struct value *list, uint32_t index, struct value *element)
{
	uint32_t width = width_of(list);
	if (index >= list->size / width)
		return false;
	const uint8_t *from = (const uint8_t *)list->bytes + (size_t)index * width;
	element->type = (uint8_t)community_element(list->type);
	element->kind = 0;
	switch (width) {
	case 4: memcpy(&element->number, from, 4); break;
	case 8: memcpy(&element->wide, from, 8); break;
	default: memcpy(element->large, from, 12);
	}
	return true;
}

/* The element as the bytes it has in a list. */
static void
element_store(const struct value *element, uint32_t width, uint8_t *to)
{
	uint32_t number =
		element->type == VALUE_IP ? addr_to_ip4(element->addr) : element->number;
	switch (width) {
	case 4: memcpy(to, &number, 4); break;
	case 8: memcpy(to, &element->wide, 8); break;
	default: memcpy(to, element->large, 12);
	}
}

static bool
list_has_bytes(const struct value *list, uint32_t width, const uint8_t *bytes)
{
	const uint8_t *at = list->bytes;
	for (uint32_t left = list->size; left >= width; left -= width, at += width)
		/* Most are of four, which is one comparison if the compiler knows. */
		if (width == 4 ? memcmp(at, bytes, 4) == 0
			       : memcmp(at, bytes, width) == 0)
			return true;
	return false;
}

bool
community_has(const struct value *list, const struct value *element)
{
	uint8_t bytes[12];
	uint32_t width = width_of(list);
	if (element->type == VALUE_IP && !addr_is_ip4(element->addr))
		return false;
	element_store(element, width, bytes);
	return list_has_bytes(list, width, bytes);
}

/* A set of addresses means quads in a clist; any other set of 32-bit numbers is looked up
 * as it is. */
static bool
set_has_element(const struct set *set, struct value *element)
{
	if (set->element == VALUE_IP)
		element->type = VALUE_QUAD;
	return set_find(set, element) >= 0;
}

bool
community_has_any(const struct value *list, const struct set *set)
{
	struct value element;
	for (uint32_t i = 0; community_at(list, i, &element); i++)
		if (set_has_element(set, &element))
			return true;
	return false;
}

static struct value
list_value(const struct value *list, const void *bytes, size_t size)
{
	struct value value = { .type = list->type };
	value.bytes = bytes;
	value.size = (uint32_t)size;
	return value;
}

/* Room for the list and `more` bytes; starts with the list. */
static uint8_t *
list_copy(struct scratch *scratch, const struct value *list, size_t more)
{
	uint8_t *bytes = scratch_alloc(scratch, list->size + more);
	if (list->size > 0)
		memcpy(bytes, list->bytes, list->size);
	return bytes;
}

struct value
community_add(struct scratch *scratch, const struct value *list,
	      const struct value *element)
{
	uint32_t width = width_of(list);
	if (community_has(list, element))
		return *list;
	uint8_t *bytes = list_copy(scratch, list, width);
	element_store(element, width, bytes + list->size);
	return list_value(list, bytes, list->size + width);
}

struct value
community_remove(struct scratch *scratch, const struct value *list,
		 const struct value *element)
{
	uint8_t bytes[12];
	uint32_t width = width_of(list);
	if (!community_has(list, element))
		return *list;
	element_store(element, width, bytes);
	struct value one = list_value(list, bytes, width);
	return community_filter_list(scratch, list, &one, false);
}

struct value
community_union(struct scratch *scratch, const struct value *list,
		const struct value *other)
{
	uint32_t width = width_of(list);
	const uint8_t *from = other->bytes;
	uint8_t *bytes = list_copy(scratch, list, other->size);
	size_t size = list->size;
	for (uint32_t left = other->size; left >= width; left -= width, from += width) {
		if (list_has_bytes(list, width, from))
			continue;
		memcpy(bytes + size, from, width);
		size += width;
	}
	return size == list->size ? *list : list_value(list, bytes, size);
}

struct value
community_filter_set(struct scratch *scratch, const struct value *list,
		     const struct set *set, bool keep)
{
	uint32_t width = width_of(list);
	uint8_t *bytes = scratch_alloc(scratch, list->size);
	size_t size = 0;
	struct value element = { 0 };
	for (uint32_t i = 0; community_at(list, i, &element); i++) {
		if (set_has_element(set, &element) != keep)
			continue;
		element_store(&element, width, bytes + size);
		size += width;
	}
	return size == list->size ? *list : list_value(list, bytes, size);
}

struct value
community_filter_list(struct scratch *scratch, const struct value *list,
		      const struct value *other, bool keep)
{
	uint32_t width = width_of(list);
	const uint8_t *from = list->bytes;
	uint8_t *bytes = scratch_alloc(scratch, list->size);
	size_t size = 0;
	for (uint32_t left = list->size; left >= width; left -= width, from += width) {
		if (list_has_bytes(other, width, from) != keep)
			continue;
		memcpy(bytes + size, from, width);
		size += width;
	}
	return size == list->size ? *list : list_value(list, bytes, size);
}

struct value
community_extreme(const struct value *list, bool greatest)
{
	struct value best = { .type = (uint8_t)community_element(list->type) }, element;
	memset(best.large, 0, sizeof(best.large));
	best.wide = 0;
	for (uint32_t i = 0; community_at(list, i, &element); i++) {
		int order = set_compare(&element, &best);
		if (i == 0 || (greatest ? order > 0 : order < 0))
			best = element;
	}
	return best;
}

uint32_t
ec_value_limit(unsigned kind, uint32_t key, bool is_address)
{
	return kind != EC_GENERIC && (is_address || key > 0xffff) ? 0xffff : UINT32_MAX;
}

uint64_t
ec_make(unsigned kind, uint32_t key, bool is_address, uint32_t value)
{
	if (kind == EC_GENERIC)
		return (uint64_t)key << 32 | value;
	/* RFC 4360 §3.1, §3.2 and RFC 5668 §2: a two-octet AS, an address, a four-octet
	 * AS. */
	if (is_address)
		return (uint64_t)(kind | 0x0100) << 48 | (uint64_t)key << 16 | value;
	if (key > 0xffff)
		return (uint64_t)(kind | 0x0200) << 48 | (uint64_t)key << 16 | value;
	return (uint64_t)kind << 48 | (uint64_t)key << 32 | value;
}
