/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets of prefixes.  A pattern is a prefix and bounds `low`..`high` of a length; a prefix
 * N matches the pattern P if the first min(length N, length P) bits of both are equal and
 * the length of N is within the bounds.  A set is a path-compressed trie whose nodes say
 * which lengths are in the set below and above them, with a table in front that skips its
 * first levels.
 */
#ifndef FILTER_PREFIX_SET_H
#define FILTER_PREFIX_SET_H

#include "lib/addr.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct text;
struct prefix_set;

struct prefix_pattern {
	struct addr addr;
	uint8_t length, low, high;
};

/* A set being made; starts as all zeros. */
struct prefix_set_builder {
	struct prefix_pattern *patterns;
	size_t count, room;
	bool is_ip4; /* Of all patterns. */
};

/* False if the set has prefixes of the other family, which don't mix. 0 <= low <= high <=
 * 32 or 128. */
bool prefix_set_builder_add(struct prefix_set_builder *builder,
			    const struct prefix *prefix, unsigned low, unsigned high);
/* All of another set; false as above. */
bool prefix_set_builder_add_set(struct prefix_set_builder *builder,
				const struct prefix_set *set);
void prefix_set_builder_fini(struct prefix_set_builder *builder);
const struct prefix_set *prefix_set_build(struct prefix_set_builder *builder,
					  struct arena *arena);

/* Null stands for the empty set in all of these. A prefix of the other family is in no
 * set. */
bool prefix_set_has(const struct prefix_set *set, const struct prefix *prefix);
/* The same patterns, in whatever order they were written. */
bool prefix_set_equal(const struct prefix_set *a, const struct prefix_set *b);
size_t prefix_set_patterns(const struct prefix_set *set,
			   const struct prefix_pattern **patterns);
bool prefix_set_is_ip4(const struct prefix_set *set);
/* As BIRD writes it: prefixes with a mask of lengths. */
void prefix_set_format(const struct prefix_set *set, struct text *text);

#endif
