/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets of numbers, pairs, quads, enum members, addresses and communities: sorted ranges,
 * searched in halves.  The arms of a `case` are such a set with a place to go to for each
 * range.
 */
#ifndef FILTER_SET_H
#define FILTER_SET_H

#include "nest/value.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct text;

/* An element as a number, ordered as its type is: communities, addresses. */
struct set_key {
	uint64_t high, low;
};

struct set {
	uint8_t element;            /* enum value_type; VALUE_VOID: `[]`, of any type. */
	uint8_t kind;               /* enum value_kind of VALUE_ENUM elements. */
	uint32_t count;             /* Ranges. */
	const uint32_t *numbers;    /* low, high of each; null: see keys. */
	const struct set_key *keys; /* The same of elements wider than 32 bits. */
	const uint32_t *targets;    /* Of each range; null unless made for a `case`. */
};

struct set_item {
	struct set_key low, high;
	uint32_t target;
};

/* A set being made; starts with set_builder_init(). */
struct set_builder {
	struct set_item *items;
	size_t count, room;
	uint8_t element, kind;
};

extern const struct set set_empty;

void set_builder_init(struct set_builder *builder, enum value_type element,
		      unsigned kind);
void set_builder_fini(struct set_builder *builder);
/* `low` <= `high`, both of the element type. */
void set_builder_add(struct set_builder *builder, const struct value *low,
		     const struct value *high, uint32_t target);
/* All items of another set of the same element type. */
void set_builder_add_set(struct set_builder *builder, const struct set *set);
/* The target of the first item added that has the value; -1: none has. */
int64_t set_builder_find(const struct set_builder *builder, const struct value *value);
/* The set, in the arena; what overlaps is merged. */
const struct set *set_build(struct set_builder *builder, struct arena *arena);
/* The same with targets; null if items of two targets overlap: `common` is in both then.
 */
const struct set *set_build_targets(struct set_builder *builder, struct arena *arena,
				    struct value *common);

/* The range `value` lies in, -1 if in none.  The value is of the element type; a quad may
 * be looked up in a set of addresses, and any number in a set of another kind of number.
 */
int set_find(const struct set *set, const struct value *value);
/* The same for elements of 32 bits. */
int set_find_number(const struct set *set, uint32_t number);
/* -1, 0, 1 by the order of the type (both of the same). */
int set_compare(const struct value *a, const struct value *b);
/* Of addresses, and all of them IPv4 (or it is empty): they may stand for quads. */
bool set_is_ip4(const struct set *set);
bool set_equal(const struct set *a, const struct set *b);
/* `[1, 5..7]` */
void set_format(const struct set *set, struct text *text);

#endif
