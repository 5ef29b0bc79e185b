/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AS paths: what filters compute with them.  Matching against masks is in path_mask.c.
 */
#include "filter/path.h"
#include "filter/set.h"
#include "lib/wire.h"
#include <string.h>

/* A walk over segments; whoever made the path has checked it, yet nothing is read past
 * its end. */
struct path_segment {
	const uint8_t *at, *end; /* The next segment. */
	const uint8_t *numbers;
	unsigned kind, count;
};

static struct path_segment
path_walk(const struct value *path)
{
	return (struct path_segment){ .at = path->bytes,
				      .end = (const uint8_t *)path->bytes + path->size };
}

static bool
path_next(struct path_segment *segment)
{
	if (segment->end - segment->at < 2)
		return false;
	segment->kind = segment->at[0];
	segment->count = segment->at[1];
	segment->numbers = segment->at + 2;
	size_t size = 4 * (size_t)segment->count;
	if ((size_t)(segment->end - segment->numbers) < size)
		return false;
	segment->at = segment->numbers + size;
	return true;
}

static uint32_t
number_at(const struct path_segment *segment, unsigned index)
{
	return wire_load_u32(segment->numbers + 4 * (size_t)index);
}

static bool
segment_is_set(const struct path_segment *segment)
{
	return segment->kind == PATH_SET || segment->kind == PATH_CONFED_SET;
}

uint32_t
path_length(const struct value *path)
{
	uint32_t length = 0;
	for (struct path_segment at = path_walk(path); path_next(&at);)
		length += at.kind == PATH_SET        ? 1
			  : at.kind == PATH_SEQUENCE ? at.count
						     : 0;
	return length;
}

uint32_t
path_first(const struct value *path)
{
	struct path_segment at = path_walk(path);
	if (!path_next(&at) || at.kind != PATH_SEQUENCE || at.count == 0)
		return 0;
	return number_at(&at, 0);
}

uint32_t
path_last(const struct value *path)
{
	uint32_t last = 0;
	for (struct path_segment at = path_walk(path); path_next(&at);)
		if (at.count > 0)
			last = segment_is_set(&at) ? 0 : number_at(&at, at.count - 1);
	return last;
}

uint32_t
path_last_nonaggregated(const struct value *path)
{
	uint32_t last = 0;
	for (struct path_segment at = path_walk(path); path_next(&at);) {
		if (at.count == 0)
			continue;
		if (segment_is_set(&at))
			return last;
		last = number_at(&at, at.count - 1);
	}
	return last;
}

bool
path_has(const struct value *path, uint32_t asn)
{
	for (struct path_segment at = path_walk(path); path_next(&at);)
		for (unsigned i = 0; i < at.count; i++)
			if (number_at(&at, i) == asn)
				return true;
	return false;
}

bool
path_has_any(const struct value *path, const struct set *set)
{
	if (set->count == 0)
		return false;
	for (struct path_segment at = path_walk(path); path_next(&at);)
		for (unsigned i = 0; i < at.count; i++)
			if (set_find_number(set, number_at(&at, i)) >= 0)
				return true;
	return false;
}

bool
path_at(const struct value *path, uint32_t index, uint32_t *asn)
{
	for (struct path_segment at = path_walk(path); path_next(&at);) {
		if (index < at.count) {
			*asn = number_at(&at, index);
			return true;
		}
		index -= at.count;
	}
	return false;
}

int
path_compare(const struct value *a, const struct value *b)
{
	for (uint32_t i = 0;; i++) {
		uint32_t left = 0, right = 0;
		bool has_left = path_at(a, i, &left), has_right = path_at(b, i, &right);
		if (!has_left && !has_right)
			return 0;
		if (has_left != has_right)
			return has_left ? 1 : -1;
		if (left != right)
			return left < right ? -1 : 1;
	}
}

static struct value
path_value(const void *bytes, size_t size)
{
	struct value value = { .type = VALUE_PATH };
	value.bytes = bytes;
	value.size = (uint32_t)size;
	return value;
}

struct value
path_prepend(struct scratch *scratch, const struct value *path, uint32_t asn)
{
	struct path_segment at = path_walk(path);
	bool joins = path_next(&at) && at.kind == PATH_SEQUENCE && at.count < 255;
	const uint8_t *rest = path->bytes;
	size_t size = path->size, skip = joins ? 2 : 0;
	uint8_t *bytes = scratch_alloc(scratch, 6 + size);
	bytes[0] = PATH_SEQUENCE;
	bytes[1] = (uint8_t)(joins ? at.count + 1 : 1);
	wire_store_u32(bytes + 2, asn);
	if (size > skip)
		memcpy(bytes + 6, rest + skip, size - skip);
	return path_value(bytes, 6 + size - skip);
}

struct value
path_filter(struct scratch *scratch, const struct value *path, const struct set *set,
	    uint32_t asn, bool keep)
{
	uint8_t *bytes = scratch_alloc(scratch, path->size), *to = bytes;
	for (struct path_segment at = path_walk(path); path_next(&at);) {
		uint8_t *head = to;
		unsigned kept = 0;
		to += 2;
		for (unsigned i = 0; i < at.count; i++) {
			uint32_t number = number_at(&at, i);
			bool is_member = !set ? number == asn
					 : !set->count
						 ? false
						 : set_find_number(set, number) >= 0;
			if (is_member != keep)
				continue;
			wire_store_u32(to, number);
			to += 4;
			kept++;
		}
		head[0] = (uint8_t)at.kind;
		head[1] = (uint8_t)kept;
		if (kept == 0)
			to = head;
	}
	size_t size = (size_t)(to - bytes);
	return size == path->size ? *path : path_value(bytes, size);
}
