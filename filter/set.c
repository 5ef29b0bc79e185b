/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets as sorted ranges.
 */
#include "filter/set.h"
#include "filter/symbol.h"
#include "lib/arena.h"
#include "lib/macros.h"
#include "lib/mem.h"
#include "lib/text.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

const struct set set_empty = { .element = VALUE_VOID };

static bool
element_is_number(unsigned type)
{
	return type == VALUE_INT || type == VALUE_PAIR || type == VALUE_QUAD ||
	       type == VALUE_ENUM || type == VALUE_BOOL;
}

static struct set_key
key_of(const struct value *value)
{
	switch (value->type) {
	case VALUE_IP:
		return (struct set_key){ addr_high(value->addr), addr_low(value->addr) };
	case VALUE_EC: return (struct set_key){ 0, value->wide };
	case VALUE_LC:
		return (struct set_key){
			value->large[0], (uint64_t)value->large[1] << 32 | value->large[2]
		};
	default: return (struct set_key){ 0, value->number };
	}
}

static struct value
key_value(const struct set *set, struct set_key key)
{
	struct value value = { .type = set->element, .kind = set->kind };
	switch (set->element) {
	case VALUE_IP: value.addr = addr_from_u64(key.high, key.low); break;
	case VALUE_EC: value.wide = key.low; break;
	case VALUE_LC:
		value.large[0] = (uint32_t)key.high;
		value.large[1] = (uint32_t)(key.low >> 32);
		value.large[2] = (uint32_t)key.low;
		break;
	default: value.number = (uint32_t)key.low;
	}
	return value;
}

static int
key_compare(struct set_key a, struct set_key b)
{
	if (a.high != b.high)
		return a.high < b.high ? -1 : 1;
	return a.low == b.low ? 0 : a.low < b.low ? -1 : 1;
}

int
set_compare(const struct value *a, const struct value *b)
{
	return key_compare(key_of(a), key_of(b));
}

/* ---- making ------------------------------------------------------------------------ */

void
set_builder_init(struct set_builder *builder, enum value_type element, unsigned kind)
{
	*builder = (struct set_builder){ .element = (uint8_t)element,
					 .kind = (uint8_t)kind };
}

void
set_builder_fini(struct set_builder *builder)
{
	mem_free(builder->items);
}

static void
builder_append(struct set_builder *builder, struct set_item item)
{
	if (builder->count == builder->room) {
		builder->room = MAX((size_t)16, 2 * builder->room);
		builder->items = mem_resize(builder->items, builder->room, sizeof(item));
	}
	builder->items[builder->count++] = item;
}

void
set_builder_add(struct set_builder *builder, const struct value *low,
		const struct value *high, uint32_t target)
{
	builder_append(builder, (struct set_item){ key_of(low), key_of(high), target });
}

static struct set_item
set_item_at(const struct set *set, uint32_t i)
{
	uint32_t target = set->targets ? set->targets[i] : 0;
	if (set->keys)
		return (struct set_item){ set->keys[2 * i], set->keys[2 * i + 1],
					  target };
	return (struct set_item){ { 0, set->numbers[2 * i] },
				  { 0, set->numbers[2 * i + 1] },
				  target };
}

void
set_builder_add_set(struct set_builder *builder, const struct set *set)
{
	for (uint32_t i = 0; i < set->count; i++)
		builder_append(builder, set_item_at(set, i));
}

static int
item_compare(const void *a, const void *b)
{
	const struct set_item *left = a, *right = b;
	int order = key_compare(left->low, right->low);
	if (order == 0)
		order = key_compare(left->high, right->high);
	if (order == 0 && left->target != right->target)
		order = left->target < right->target ? -1 : 1;
	return order;
}

/* Sorts and merges; false if items of two targets overlap, at `common`. */
static bool
builder_settle(struct set_builder *builder, struct set_key *common)
{
	bool is_clear = true;
	if (builder->count == 0)
		return true;
	qsort(builder->items, builder->count, sizeof(*builder->items), item_compare);
	size_t kept = 0;
	for (size_t i = 1; i < builder->count; i++) {
		struct set_item *last = &builder->items[kept];
		const struct set_item *item = &builder->items[i];
		if (key_compare(item->low, last->high) > 0) {
			builder->items[++kept] = *item;
			continue;
		}
		if (item->target != last->target)
			*common = item->low;
		is_clear &= item->target == last->target;
		if (key_compare(item->high, last->high) > 0)
			last->high = item->high;
	}
	builder->count = kept + 1;
	return is_clear;
}

static struct set *
builder_pack(struct set_builder *builder, struct arena *arena)
{
	struct set *set = arena_alloc(arena, sizeof(*set));
	set->element = builder->element;
	set->kind = builder->kind;
	set->count = (uint32_t)builder->count;
	if (element_is_number(builder->element)) {
		uint32_t *numbers =
			arena_alloc(arena, 2 * builder->count * sizeof(*numbers));
		for (size_t i = 0; i < builder->count; i++) {
			numbers[2 * i] = (uint32_t)builder->items[i].low.low;
			numbers[2 * i + 1] = (uint32_t)builder->items[i].high.low;
		}
		set->numbers = numbers;
		return set;
	}
	struct set_key *keys = arena_alloc(arena, 2 * builder->count * sizeof(*keys));
	for (size_t i = 0; i < builder->count; i++) {
		keys[2 * i] = builder->items[i].low;
		keys[2 * i + 1] = builder->items[i].high;
	}
	set->keys = keys;
	return set;
}

int64_t
set_builder_find(const struct set_builder *builder, const struct value *value)
{
	struct set_key key = key_of(value);
	for (size_t i = 0; i < builder->count; i++)
		if (key_compare(builder->items[i].low, key) <= 0 &&
		    key_compare(key, builder->items[i].high) <= 0)
			return builder->items[i].target;
	return -1;
}

const struct set *
set_build(struct set_builder *builder, struct arena *arena)
{
	struct set_key common;
	builder_settle(builder, &common);
	return builder_pack(builder, arena);
}

const struct set *
set_build_targets(struct set_builder *builder, struct arena *arena, struct value *common)
{
	const struct set like = { .element = builder->element, .kind = builder->kind };
	struct set_key key = { 0, 0 };
	if (!builder_settle(builder, &key)) {
		*common = key_value(&like, key);
		return NULL;
	}
	struct set *set = builder_pack(builder, arena);
	uint32_t *targets = arena_alloc(arena, builder->count * sizeof(*targets));
	for (size_t i = 0; i < builder->count; i++)
		targets[i] = builder->items[i].target;
	set->targets = targets;
	return set;
}

/* ---- using ------------------------------------------------------------------------- */

int
set_find_number(const struct set *set, uint32_t number)
{
	uint32_t low = 0, high = set->count;
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		if (number < set->numbers[2 * middle])
			high = middle;
		else if (number > set->numbers[2 * middle + 1])
			low = middle + 1;
		else
			return (int)middle;
	}
	return -1;
}

static int
set_find_key(const struct set *set, struct set_key key)
{
	uint32_t low = 0, high = set->count;
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		if (key_compare(key, set->keys[2 * middle]) < 0)
			high = middle;
		else if (key_compare(key, set->keys[2 * middle + 1]) > 0)
			low = middle + 1;
		else
			return (int)middle;
	}
	return -1;
}

int
set_find(const struct set *set, const struct value *value)
{
	if (!set->count)
		return -1;
	if (!set->keys)
		return set_find_number(set, value->number);
	if (set->element != VALUE_IP || value->type == VALUE_IP)
		return set_find_key(set, key_of(value));
	struct addr addr = addr_from_ip4(value->number);
	return set_find_key(set, (struct set_key){ addr_high(addr), addr_low(addr) });
}

bool
set_is_ip4(const struct set *set)
{
	if (set->count == 0)
		return true;
	struct value lowest = key_value(set, set->keys[0]);
	struct value highest = key_value(set, set->keys[2 * set->count - 1]);
	/* They lie beside each other. */
	return addr_is_ip4(lowest.addr) && addr_is_ip4(highest.addr);
}

bool
set_equal(const struct set *a, const struct set *b)
{
	if (a->count != b->count)
		return false;
	if (a->count == 0)
		return true;
	if (a->element != b->element || a->kind != b->kind || !a->targets != !b->targets)
		return false;
	size_t count = a->count;
	if (a->targets && memcmp(a->targets, b->targets, count * sizeof(*a->targets)))
		return false;
	if (a->keys)
		return memcmp(a->keys, b->keys, 2 * count * sizeof(*a->keys)) == 0;
	return memcmp(a->numbers, b->numbers, 2 * count * sizeof(*a->numbers)) == 0;
}

void
set_format(const struct set *set, struct text *text)
{
	text_add_char(text, '[');
	for (uint32_t i = 0; i < set->count; i++) {
		struct set_item item = set_item_at(set, i);
		struct value low = key_value(set, item.low);
		struct value high = key_value(set, item.high);
		if (i > 0)
			text_add(text, ", ");
		filter_value_format(&low, text);
		if (key_compare(item.low, item.high) != 0) {
			text_add(text, "..");
			filter_value_format(&high, text);
		}
	}
	text_add_char(text, ']');
}
