/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Handle-addressed objects in doubling chunks.  A chunk's pages are not touched before
 * its objects are given out, so the unused half of the last chunk costs address space
 * only.
 */
#include "lib/store.h"

#include "lib/mem.h"
#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define STORE_LAST_HANDLE (UINT32_MAX - (1u << STORE_FIRST_BITS))

static uint32_t store_extend(struct store *store);

static bool
chunk_is_there(const struct store *store, unsigned bits)
{
	uint32_t last = store->end - 1 + (1u << STORE_FIRST_BITS);
	return bits < 32 && store->end > 1 && last >> bits != 0;
}

/* Of the chunk of 2^bits objects, and of all before its first. */
static size_t
chunk_bytes(const struct store *store, unsigned bits)
{
	return ((size_t)1 << bits) * store->size;
}

void
store_init(struct store *store, uint32_t size)
{
	assert(size >= sizeof(uint32_t));
	*store = (struct store){ .size = size, .end = 1 };
}

void
store_fini(struct store *store)
{
	for (unsigned bits = STORE_FIRST_BITS; chunk_is_there(store, bits); bits++)
		mem_free((void *)(store->bases[bits] + chunk_bytes(store, bits)));
	store_init(store, store->size);
}

uint32_t
store_alloc(struct store *store)
{
	uint32_t handle = store_take(store);
	memset(store_at(store, handle), 0, store->size);
	return handle;
}

uint32_t
store_take(struct store *store)
{
	uint32_t handle = store->free;
	store->count++;
	if (handle == 0)
		return store_extend(store);
	memcpy(&store->free, store_at(store, handle), sizeof(store->free));
	return handle;
}

void
store_release(struct store *store, uint32_t handle)
{
	assert(handle > 0 && handle < store->end && store->count > 0);
	memcpy(store_at(store, handle), &store->free, sizeof(store->free));
	store->free = handle;
	store->count--;
}

size_t
store_bytes(const struct store *store)
{
	size_t bytes = 0;
	for (unsigned bits = STORE_FIRST_BITS; chunk_is_there(store, bits); bits++)
		bytes += chunk_bytes(store, bits);
	return bytes;
}

/* A handle never given out before, its chunk in place. */
static uint32_t
store_extend(struct store *store)
{
	/* All handles used: as good as out of memory. */
	if (store->end >= STORE_LAST_HANDLE)
		abort();
	uint32_t handle = store->end;
	uint32_t position = handle + (1u << STORE_FIRST_BITS);
	unsigned bits = 31 - (unsigned)__builtin_clz(position);
	if (!chunk_is_there(store, bits))
		store->bases[bits] =
			(uintptr_t)mem_resize(NULL, (size_t)1 << bits, store->size) -
			chunk_bytes(store, bits);
	store->end++;
	return handle;
}
