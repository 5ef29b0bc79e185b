/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Handle-addressed objects in doubling chunks.  A chunk's pages are not touched before
 * its objects are given out, so the unused half of the last chunk costs address space
 * only.
 */
#include "lib/store.h"

#include "lib/macros.h"
#include "lib/mem.h"
#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define STORE_LAST_HANDLE (UINT32_MAX - (1u << STORE_FIRST_BITS))

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
	*store = (struct store){ .size = size, .end = 1, .room = 1 };
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

void
store_extend(struct store *store)
{
	/* All handles used: as good as out of memory. */
	if (store->end >= STORE_LAST_HANDLE)
		abort();
	uint32_t position = store->end + (1u << STORE_FIRST_BITS);
	unsigned bits = 31 - (unsigned)__builtin_clz(position);
	store->bases[bits] = (uintptr_t)mem_resize(NULL, (size_t)1 << bits, store->size) -
			     chunk_bytes(store, bits);
	uint64_t room = (UINT64_C(2) << bits) - (1u << STORE_FIRST_BITS);
	store->room = (uint32_t)MIN(room, STORE_LAST_HANDLE);
}
