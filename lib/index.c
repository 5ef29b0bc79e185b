/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Handles by hash: making room, putting and removing.  Finding is inline.
 */
#include "lib/index.h"

#include "lib/mem.h"
#include <assert.h>

#define INDEX_FIRST 16u
#define INDEX_LARGE (1u << 20)
/* So many bits of a slot are the handle's at least. */
#define INDEX_BITS 24u

void
index_init(struct index *index)
{
	*index = (struct index){ .handle_mask = (1u << INDEX_BITS) - 1 };
}

void
index_fini(struct index *index)
{
	mem_free(index->slots);
	index_init(index);
}

bool
index_is_full(const struct index *index, uint32_t handle)
{
	/* Thirteen sixteenths at most, and one slot stays free to end every search. */
	return index->used >= index->slot_count / 16 * 13 || handle >= index->handle_mask;
}

void
index_reset(struct index *index, uint32_t count, uint32_t most)
{
	uint32_t slot_count = index->slot_count > 0 ? index->slot_count : INDEX_FIRST;
	/* Given-up slots alone are no reason to grow.  A large one does by half, for the
	 * room that it does not need is as large. */
	while (count >= slot_count / 16 * 10)
		slot_count += slot_count < INDEX_LARGE ? slot_count : slot_count / 2;
	while (most >= index->handle_mask)
		index->handle_mask = index->handle_mask << 1 | 1;
	mem_free(index->slots);
	index->slots = mem_zalloc((size_t)slot_count * sizeof(index->slots[0]));
	index->slot_count = slot_count;
	index->used = 0;
}

void
index_put(struct index *index, uint32_t hash, uint32_t handle)
{
	uint32_t at = index_slot(index, hash);
	assert(handle > 0 && handle < index->handle_mask);
	while (index->slots[at] != 0 && index->slots[at] != index->handle_mask)
		at = index_slot_after(index, at);
	if (index->slots[at] == 0)
		index->used++;
	index->slots[at] = (hash & ~index->handle_mask) | handle;
}

void
index_remove(struct index *index, uint32_t hash, uint32_t handle)
{
	uint32_t at = index_slot(index, hash);
	uint32_t slot = (hash & ~index->handle_mask) | handle;
	while (index->slots[at] != slot) {
		assert(index->slots[at] != 0);
		at = index_slot_after(index, at);
	}
	index->slots[at] = index->handle_mask;
	/* Only where something lies behind must it not look empty. */
	while (index->slots[at] == index->handle_mask &&
	       index->slots[index_slot_after(index, at)] == 0) {
		index->slots[at] = 0;
		index->used--;
		at = at > 0 ? at - 1 : index->slot_count - 1;
	}
}
