/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory for one evaluation.
 */
#include "filter/scratch.h"
#include "lib/macros.h"
#include "lib/mem.h"

void
scratch_init(struct scratch *scratch)
{
	scratch->pieces = NULL;
	scratch_reset(scratch);
}

void
scratch_reset(struct scratch *scratch)
{
	while (scratch->pieces) {
		struct scratch_piece *next = scratch->pieces->next;
		mem_free(scratch->pieces);
		scratch->pieces = next;
	}
	scratch->used = 0;
	scratch->at = (uint8_t *)scratch->first;
	scratch->end = scratch->at + sizeof(scratch->first);
}

void
scratch_fini(struct scratch *scratch)
{
	scratch_reset(scratch);
}

static bool
range_has(const void *range, size_t room, const void *bytes, size_t size)
{
	uintptr_t start = (uintptr_t)range, at = (uintptr_t)bytes;
	return at >= start && at - start <= room && size <= room - (at - start);
}

bool
scratch_has(const struct scratch *scratch, const void *bytes, size_t size)
{
	if (range_has(scratch->first, sizeof(scratch->first), bytes, size))
		return true;
	for (const struct scratch_piece *piece = scratch->pieces; piece;
	     piece = piece->next)
		if (range_has(piece->bytes, piece->room, bytes, size))
			return true;
	return false;
}

void
scratch_replace(struct scratch *to, struct scratch *from)
{
	scratch_reset(to);
	to->pieces = from->pieces;
	to->used = from->used;
	from->pieces = NULL;
}

void *
scratch_alloc(struct scratch *scratch, size_t size)
{
	size = (size + 7) & ~(size_t)7;
	if ((size_t)(scratch->end - scratch->at) < size) {
		size_t room = MAX(size, (size_t)2 * SCRATCH_FIRST);
		struct scratch_piece *piece = mem_alloc(sizeof(*piece) + room);
		piece->next = scratch->pieces;
		piece->room = room;
		scratch->pieces = piece;
		scratch->used += room;
		scratch->at = (uint8_t *)piece->bytes;
		scratch->end = scratch->at + room;
	}
	void *memory = scratch->at;
	scratch->at += size;
	return memory;
}
