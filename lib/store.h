/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Objects of one size addressed by 32-bit handles.  Handle 0 is none.  Memory grows by
 * doubling chunks that never move, so a pointer stays good while its object lives, and
 * finding one costs a shift and one load from a directory that stays in cache.
 */
#ifndef LIB_STORE_H
#define LIB_STORE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define STORE_FIRST_BITS 6 /* The first chunk holds 64 objects. */

struct store {
	/* Of the chunk of 2^n objects, those from number 2^n on: where number 0 would lie
	 * if it was as large. */
	uintptr_t bases[32];
	uint32_t size;  /* Bytes of an object; at least 4. */
	uint32_t count; /* Live objects. */
	uint32_t end;   /* The first handle never given out. */
	uint32_t room;  /* There is memory for those below this one. */
	/* 0: none; head of the free list, chained through the objects' first 4 bytes. */
	uint32_t free;
};

void store_init(struct store *store, uint32_t size);
void store_fini(struct store *store);
/* A new zeroed object. */
uint32_t store_alloc(struct store *store);
/* Gives one object back; its handle may be given out again. */
void store_release(struct store *store, uint32_t handle);
/* Bytes held. */
size_t store_bytes(const struct store *store);

/* The object of a handle given out by store_alloc(). */
static inline void *
store_at(const struct store *store, uint32_t handle)
{
	uint32_t position = handle + (1u << STORE_FIRST_BITS);
	uint32_t chunk = (uint32_t)__builtin_clz(position) ^ 31;
	return (void *)(store->bases[chunk] + (size_t)position * store->size);
}

/* Makes room for one more at least. */
void store_extend(struct store *store);
/* A new object with anything in it, to be filled at once. */
static inline uint32_t
store_take(struct store *store)
{
	uint32_t handle = store->free;
	store->count++;
	if (handle != 0) {
		memcpy(&store->free, store_at(store, handle), sizeof(store->free));
		return handle;
	}
	if (store->end == store->room)
		store_extend(store);
	return store->end++;
}

#endif
