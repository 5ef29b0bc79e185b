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
 *
 * A large one that is full is not put anew at once, which would take tens of milliseconds
 * for a million: its heir, which has more room, is filled beside it, some thousand
 * handles every 64 puts, in their order, which memory likes.  Searches look at the old
 * one alone until the heir has all and takes its place.
 */
#ifndef LIB_INDEX_H
#define LIB_INDEX_H

#include "lib/macros.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* True: `handle` is in the index, with this hash; asked for any below the end. */
typedef bool index_hash(const void *owner, uint32_t handle, uint32_t *hash);

struct index {
	uint32_t *slots; /* 0: never used; `handle_mask` alone: given up. */
	uint32_t slot_count;
	uint32_t used;        /* Slots that are not 0. */
	uint32_t given_up;    /* Of these. */
	uint32_t limit;       /* Where more would be, there is a step to be taken. */
	uint32_t handle_mask; /* The bits of a slot that are the handle. */
	struct index *heir;   /* Null: there is room. */
	/* The heir has all handles below this one; where few of those up to the end are
	 * in the index, all that are in slots below this one. */
	uint32_t inherited;
	bool by_slot;
	uint32_t clean;     /* So many slots are zeroed, if it is an heir. */
	uint32_t *old;      /* Slots of the one before, not freed yet; null: all are. */
	uint32_t old_count; /* How many they are. */
	index_hash *hash;
	const void *owner; /* Given to hash(). */
};

/* Where a search is: at a slot. */
struct index_cursor {
	uint32_t at, hash;
};

/* Empty, without memory.  `hash` is asked while index_reserve() is called.  Where its
 * owner is moved, index_moved() says where it is. */
void index_init(struct index *index, index_hash *hash, const void *owner);
void index_moved(struct index *index, const void *owner);
void index_fini(struct index *index);
/* What index_reserve() does where a step is to be taken. */
bool index_step(struct index *index, uint32_t puts, uint32_t end);
/* What index_put_at() does where there is an heir. */
void index_inherit(struct index *index, const struct index_cursor *cursor,
		   uint32_t handle);
/* There is room (index_reserve). */
void index_put(struct index *index, uint32_t hash, uint32_t handle);
/* It is there. */
void index_remove(struct index *index, uint32_t hash, uint32_t handle);
/* Bytes held. */
size_t index_bytes(const struct index *index);
/* Every handle is found by its hash, and there are `count`. */
void index_audit(const struct index *index, uint32_t count);

/* Makes room for so many puts of handles below `end`, as all are that are in it.  That
 * may take a step: some thousand handles, unless `end` has more bits than
 * all handles before had together.  True: searches that are under way begin anew. */
static inline bool
index_reserve(struct index *index, uint32_t puts, uint32_t end)
{
	return (index->used + puts > index->limit || end > index->handle_mask) &&
	       index_step(index, puts, end);
}

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

/* A search of the hash may end at the slot: it has never been used, or is one of it. */
static inline bool
index_ends(uint32_t slot, uint32_t hash, uint32_t handle_mask)
{
	return slot == 0 || ((slot ^ hash) & ~handle_mask) == 0;
}

/* From this slot on, which may be behind the last, the first that a search may end at, or
 * behind the last.  How far that is nobody can guess, so eight are looked at without a
 * branch where the machine can. */
static inline uint32_t
index_skip(const struct index *index, uint32_t at, uint32_t hash)
{
#if defined(__SSE2__)
	__m128i wanted = _mm_set1_epi32((int)hash), zero = _mm_setzero_si128();
	__m128i high = _mm_set1_epi32((int)~index->handle_mask);
	for (; at + 8 <= index->slot_count; at += 8) {
		const __m128i *slots = (const __m128i *)&index->slots[at];
		unsigned ends = 0;
		for (unsigned i = 0; i < 2; i++) {
			__m128i four = _mm_loadu_si128(&slots[i]);
			__m128i other = _mm_and_si128(_mm_xor_si128(four, wanted), high);
			__m128i is_end = _mm_or_si128(_mm_cmpeq_epi32(four, zero),
						      _mm_cmpeq_epi32(other, zero));
			ends |= (unsigned)_mm_movemask_ps(_mm_castsi128_ps(is_end))
				<< 4 * i;
		}
		if (ends != 0)
			return at + (unsigned)__builtin_ctz(ends);
	}
#endif
	while (at < index->slot_count &&
	       !index_ends(index->slots[at], hash, index->handle_mask))
		at++;
	return at;
}

static inline uint32_t
index_next(const struct index *index, struct index_cursor *cursor)
{
	uint32_t at = cursor->at, hash = cursor->hash, mask = index->handle_mask;
	uint32_t handle;
	do {
		at = index_skip(index, at, hash);
		/* Behind the last it goes on at the first, as behind one given up. */
		uint32_t slot = at < index->slot_count ? index->slots[at] : mask;
		handle = slot & mask;
		if (slot == 0)
			break;
		at = at < index->slot_count ? index_slot_after(index, at) : 0;
	} while (handle == mask);
	cursor->at = at;
	return handle;
}

/* Where a search of this hash begins: index_next() finds the first, too. */
static inline void
index_seek(const struct index *index, struct index_cursor *cursor, uint32_t hash)
{
	cursor->hash = hash;
	cursor->at = index_slot(index, hash);
}

/* The first handle that may be of this hash, 0 if there is none. */
static inline uint32_t
index_find(const struct index *index, struct index_cursor *cursor, uint32_t hash)
{
	index_seek(index, cursor, hash);
	return index_next(index, cursor);
}

/* Puts a handle where a search of its hash ended that found nothing; there is room. */
static inline void
index_put_at(struct index *index, struct index_cursor *cursor, uint32_t handle)
{
	while (index->slots[cursor->at] != 0)
		cursor->at = index_slot_after(index, cursor->at);
	index->slots[cursor->at] = (cursor->hash & ~index->handle_mask) | handle;
	index->used++;
	if (index->heir != NULL)
		index_inherit(index, cursor, handle);
}

/* Fetches where a search begins. */
PREFETCH_INLINE void
index_prefetch(const struct index *index, uint32_t hash)
{
	__builtin_prefetch(&index->slots[index_slot(index, hash)]);
}

#endif
