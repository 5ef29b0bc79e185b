/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AS paths in wire form (RFC 4271 §4.3 with four-byte AS numbers, RFC 5065 §3), and the
 * masks they are matched against. Pure: a new path is made in the scratch memory given,
 * an unchanged one is returned as it came.
 */
#ifndef FILTER_PATH_H
#define FILTER_PATH_H

#include "filter/scratch.h"
#include "nest/value.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct set;
struct text;

/* Kinds of segments. */
enum { PATH_SET = 1, PATH_SEQUENCE = 2, PATH_CONFED_SEQUENCE = 3, PATH_CONFED_SET = 4 };

/* As the decision counts: a set is one, confederations are none (RFC 4271 §9.1.2.2, RFC
 * 5065 §5.3). */
uint32_t path_length(const struct value *path);
/* 0 where there is none: the path is empty or does not start (end) with a sequence. */
uint32_t path_first(const struct value *path);
uint32_t path_last(const struct value *path);
/* The last one before the first set. */
uint32_t path_last_nonaggregated(const struct value *path);
bool path_has(const struct value *path, uint32_t asn);
bool path_has_any(const struct value *path, const struct set *set);
/* The AS number at `index`, counted over all segments; false behind the last. */
bool path_at(const struct value *path, uint32_t index, uint32_t *asn);
/* By AS numbers in order, segments ignored; a path comes before a longer one it begins.
 */
int path_compare(const struct value *a, const struct value *b);
struct value path_prepend(struct scratch *scratch, const struct value *path,
			  uint32_t asn);
/* Keeps (or drops, if `keep` is false) AS numbers of the set, or the one number if `set`
 * is null. */
struct value path_filter(struct scratch *scratch, const struct value *path,
			 const struct set *set, uint32_t asn, bool keep);

enum mask_kind {
	MASK_ANY,    /* `*`: any number of ASes */
	MASK_ONE,    /* `?` */
	MASK_NUMBER, /* One AS, low and high. */
	MASK_RANGE,  /* One AS of low..high. */
	MASK_SET,    /* One AS of the set. */
	MASK_HOLE /* To be filled when the mask is computed: operand `low` of type `high`.
		   */
};

struct mask_item {
	uint8_t kind; /* enum mask_kind */
	bool is_loop; /* Followed by `+`: once or more. */
	uint32_t low, high;
	const struct set *set;
};

struct path_mask {
	uint32_t count;
	struct mask_item items[];
};

/* A set in the path stands for any sequence of its members. */
bool path_matches(struct scratch *scratch, const struct value *path,
		  const struct path_mask *mask);
bool path_mask_equal(const struct path_mask *a, const struct path_mask *b);
void path_mask_format(const struct path_mask *mask, struct text *text);

#endif
