/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Path masks.  Positions of the path are the states of a machine, items of the mask its
 * input: all states that can be reached are followed at once, so matching takes items
 * times positions steps whatever the mask.
 */
#include "filter/path.h"
#include "filter/set.h"
#include "lib/text.h"
#include "lib/wire.h"
#include <string.h>

/* One position: an AS of a sequence, or a whole set. */
struct position {
	const uint8_t *numbers;
	uint8_t count;
	bool is_set;
};

static uint32_t
positions_of(const struct value *path, struct position *positions)
{
	const uint8_t *at = path->bytes, *end = at + path->size;
	uint32_t count = 0;
	while (end - at >= 2) {
		uint8_t kind = at[0], length = at[1];
		at += 2;
		if (end - at < 4 * (ptrdiff_t)length)
			break;
		bool is_set = kind == PATH_SET || kind == PATH_CONFED_SET;
		if (is_set)
			positions[count++] = (struct position){ at, length, true };
		else
			for (unsigned i = 0; i < length; i++)
				positions[count++] =
					(struct position){ at + 4 * (size_t)i, 1, false };
		at += 4 * (size_t)length;
	}
	return count;
}

static bool
position_matches(const struct position *position, const struct mask_item *item)
{
	if (item->kind == MASK_ONE)
		return true;
	for (unsigned i = 0; i < position->count; i++) {
		uint32_t asn = wire_load_u32(position->numbers + 4 * (size_t)i);
		if (item->kind == MASK_SET
			    ? item->set->count && set_find_number(item->set, asn) >= 0
			    : asn >= item->low && asn <= item->high)
			return true;
	}
	return false;
}

/* Marks where one match at `at` leads: past a single AS, or anywhere within a run of sets
 * and behind it. */
static void
marks_advance(const struct position *positions, uint32_t count, uint32_t at, bool *marks)
{
	if (positions[at].is_set)
		for (; at < count && positions[at].is_set; at++)
			marks[at] = true;
	else
		at++;
	marks[at] = true;
}

/* Input of one item; `next` starts clear. False: no state is left. */
static bool
mask_step(const struct position *positions, uint32_t count, const struct mask_item *item,
	  bool *marks, bool *next)
{
	bool is_alive = false;
	memset(next, 0, count + 1);
	for (uint32_t at = 0; at < count; at++) {
		/* A loop goes on from where it came to; states only lead forward. */
		bool is_marked = marks[at] || (item->is_loop && next[at]);
		if (!is_marked || !position_matches(&positions[at], item))
			continue;
		marks_advance(positions, count, at, next);
		is_alive = true;
	}
	return is_alive;
}

bool
path_matches(struct scratch *scratch, const struct value *path,
	     const struct path_mask *mask)
{
	size_t room = path->size / 2 + 1;
	struct position *positions = scratch_alloc(scratch, room * sizeof(*positions));
	uint32_t count = positions_of(path, positions);
	bool *marks = scratch_alloc(scratch, 2 * ((size_t)count + 1));
	bool *next = marks + count + 1;
	memset(marks, 0, (size_t)count + 1);
	marks[0] = true;
	for (uint32_t i = 0; i < mask->count; i++) {
		if (mask->items[i].kind == MASK_ANY) {
			bool *first = memchr(marks, true, (size_t)count + 1);
			memset(first, true, (size_t)(marks + count + 1 - first));
			continue;
		}
		if (!mask_step(positions, count, &mask->items[i], marks, next))
			return false;
		bool *old = marks;
		marks = next;
		next = old;
	}
	return marks[count];
}

static bool
item_equal(const struct mask_item *a, const struct mask_item *b)
{
	if (a->kind != b->kind || a->is_loop != b->is_loop)
		return false;
	if (a->kind == MASK_SET)
		return set_equal(a->set, b->set);
	return a->low == b->low && a->high == b->high;
}

bool
path_mask_equal(const struct path_mask *a, const struct path_mask *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++)
		if (!item_equal(&a->items[i], &b->items[i]))
			return false;
	return true;
}

void
path_mask_format(const struct path_mask *mask, struct text *text)
{
	text_add(text, "[= ");
	for (uint32_t i = 0; i < mask->count; i++) {
		const struct mask_item *item = &mask->items[i];
		switch ((enum mask_kind)item->kind) {
		case MASK_ANY: text_add(text, "* "); break;
		case MASK_ONE: text_add(text, "? "); break;
		case MASK_NUMBER: text_printf(text, "%u ", item->low); break;
		case MASK_RANGE:
			text_printf(text, "%u..%u ", item->low, item->high);
			break;
		case MASK_SET:
			set_format(item->set, text);
			text_add_char(text, ' ');
			break;
		case MASK_HOLE: break;
		}
		if (item->is_loop)
			text_add(text, "+ ");
	}
	text_add(text, "=]");
}
