/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An index from hashes to handles, for objects of a store (store.h) that are found by
 * content: open addressing over 32-bit slots.  A slot holds the handle in its low bits
 * and high bits of the hash above, so that most objects of another hash need not be
 * looked at.  What an object's hash is, and whether it is the one that is looked for, its
 * owner knows.
 *
 *     for (h = index_find(index, &cursor, hash); h != 0; h = index_next(index, &cursor))
 *             if (it is the one) …
 */
#ifndef LIB_INDEX_H
#define LIB_INDEX_H

#include "lib/macros.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct index {
	uint32_t *slots;      /* 0: never used; `handle_mask` alone: given up. */
	uint32_t slot_count;  /* 0 before the first index_reset(). */
	uint32_t used;        /* Slots that are not 0. */
	uint32_t handle_mask; /* The bits of a slot that are the handle. */
};

/* Where a search is: at a slot. */
struct index_cursor {
	uint32_t at, hash;
};

void index_init(struct index *index);
void index_fini(struct index *index);
/* There is no room for `handle`: index_reset() first. */
bool index_is_full(const struct index *index, uint32_t handle);
/* Empties it, with room for `count` handles up to `most`; all are to be put again, in the
 * order of their handles, which is the order that memory likes. */
void index_reset(struct index *index, uint32_t count, uint32_t most);
void index_put(struct index *index, uint32_t hash, uint32_t handle);
/* It is there. */
void index_remove(struct index *index, uint32_t hash, uint32_t handle);

/* The slot that a hash is looked for from.  What a slot keeps of it, its high bits, says
 * least of where that is. */
static inline uint32_t
index_slot(const struct index *index, uint32_t hash)
{
	uint32_t turned = hash << 8 | hash >> 24;
	return (uint32_t)((uint64_t)turned * index->slot_count >> 32);
}

static inline uint32_t
index_slot_after(const struct index *index, uint32_t at)
{
	return at + 1 < index->slot_count ? at + 1 : 0;
}

static inline uint32_t
index_next(const struct index *index, struct index_cursor *cursor)
{
	uint32_t slot;
	while ((slot = index->slots[cursor->at]) != 0) {
		cursor->at = index_slot_after(index, cursor->at);
		uint32_t handle = slot & index->handle_mask;
		if (((slot ^ cursor->hash) & ~index->handle_mask) == 0 &&
		    handle != index->handle_mask)
			return handle;
	}
	return 0;
}

/* The first handle that may be of this hash, 0 if there is none. */
static inline uint32_t
index_find(const struct index *index, struct index_cursor *cursor, uint32_t hash)
{
	cursor->hash = hash;
	cursor->at = index_slot(index, hash);
	return index->slot_count > 0 ? index_next(index, cursor) : 0;
}

/* Puts a handle where a search of its hash ended that found nothing: room was there, and
 * index_reset() was not called since. */
static inline void
index_put_at(struct index *index, struct index_cursor *cursor, uint32_t handle)
{
	while (index->slots[cursor->at] != 0)
		cursor->at = index_slot_after(index, cursor->at);
	index->slots[cursor->at] = (cursor->hash & ~index->handle_mask) | handle;
	index->used++;
}

/* Fetches where a search begins. */
PREFETCH_INLINE void
index_prefetch(const struct index *index, uint32_t hash)
{
	if (index->slot_count > 0)
		__builtin_prefetch(&index->slots[index_slot(index, hash)]);
}

#endif
