/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Handle-addressed objects in doubling chunks.  A chunk's pages are not touched before
 * its objects are given out, so the unused half of the last chunk costs address space
 * only.
 */
#include "lib/store.h"

#include "lib/mem.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define STORE_LAST_HANDLE (UINT32_MAX - (1u << STORE_FIRST_BITS))

static uint32_t store_extend(struct store *store);

void
store_init(struct store *store, uint32_t size)
{
	assert(size >= sizeof(uint32_t));
	*store = (struct store){ .size = size, .end = 1 };
}

void
store_fini(struct store *store)
{
	for (size_t i = 0; i < STORE_CHUNKS; i++)
		mem_free(store->chunks[i]);
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
	size_t objects = 0;
	for (unsigned i = 0; i < STORE_CHUNKS && store->chunks[i] != NULL; i++)
		objects += (size_t)1 << (STORE_FIRST_BITS + i);
	return objects * store->size;
}

/* A handle never given out before, its chunk in place. */
static uint32_t
store_extend(struct store *store)
{
	/* All handles used: as good as out of memory. */
	if (store->end >= STORE_LAST_HANDLE)
		abort();
	uint32_t handle = store->end++;
	uint32_t position = handle + (1u << STORE_FIRST_BITS);
	unsigned bits = 31 - (unsigned)__builtin_clz(position);
	uint8_t **chunk = &store->chunks[bits - STORE_FIRST_BITS];
	if (*chunk == NULL)
		*chunk = mem_resize(NULL, (size_t)1 << bits, store->size);
	return handle;
}
