/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slabs: chunks of a pool cut into objects, the first small (a slab that holds little
 * must cost little), later ones doubling up to 64 KB.
 */
#include "lib/slab.h"

#include "lib/macros.h"
#include "lib/pool.h"
#include "lib/sanitizer.h"
#include <assert.h>
#include <stdint.h>
#include <string.h>

#define SLAB_FIRST_SIZE ((size_t)512)
#define SLAB_LAST_SIZE  ((size_t)1 << 16)

/* A released object. */
struct slab_free {
	struct slab_free *next;
};

struct slab_chunk {
	struct slab_chunk *next; /* Older than this one. */
	_Alignas(max_align_t) unsigned char memory[];
};

struct slab {
	struct pool *pool;
	struct slab_free *free;    /* Last released first. */
	struct slab_chunk *chunks; /* Newest first. */
	unsigned char *fresh; /* In the newest chunk: the next object never given out. */
	size_t fresh_count;   /* How many of these are left. */
	size_t next_size;     /* Of the next chunk. */
	size_t size;          /* Of an object, rounded up. */
	size_t count;         /* Given out. */
};

static void slab_grow(struct slab *slab);

struct slab *
slab_new(struct pool *pool, size_t size)
{
	struct slab *slab = pool_alloc(pool, sizeof(*slab));
	slab->pool = pool;
	/* A type's size is a multiple of its alignment, so this keeps any alignment. */
	slab->size = MAX((size + sizeof(void *) - 1) & ~(sizeof(void *) - 1),
			 sizeof(struct slab_free));
	slab->next_size = SLAB_FIRST_SIZE;
	return slab;
}

void
slab_free(struct slab *slab)
{
	if (slab == NULL)
		return;
	while (slab->chunks != NULL) {
		struct slab_chunk *chunk = slab->chunks;
		slab->chunks = chunk->next;
		pool_release(slab->pool, chunk);
	}
	pool_release(slab->pool, slab);
}

void *
slab_alloc(struct slab *slab)
{
	return memset(slab_take(slab), 0, slab->size);
}

void *
slab_take(struct slab *slab)
{
	void *object = slab->free;
	if (object != NULL) {
		ASAN_UNPOISON_MEMORY_REGION(object, slab->size);
		slab->free = slab->free->next;
	} else {
		if (slab->fresh_count == 0)
			slab_grow(slab);
		object = slab->fresh;
		slab->fresh += slab->size;
		slab->fresh_count--;
	}
	slab->count++;
	return object;
}

void
slab_release(struct slab *slab, void *object)
{
	if (object == NULL)
		return;
	assert(slab->count > 0);
	struct slab_free *free = object;
	free->next = slab->free;
	slab->free = free;
	slab->count--;
	/* Who still looks at it is caught, as with what is allocated one by one. */
	ASAN_POISON_MEMORY_REGION(object, slab->size);
}

size_t
slab_count(const struct slab *slab)
{
	return slab->count;
}

static void
slab_grow(struct slab *slab)
{
	size_t room = slab->next_size - sizeof(struct slab_chunk);
	slab->fresh_count = MAX(room / slab->size, 1);
	slab->next_size = MIN(slab->next_size * 2, SLAB_LAST_SIZE);
	struct slab_chunk *chunk = pool_alloc_raw(
		slab->pool, sizeof(*chunk) + slab->fresh_count * slab->size);
	chunk->next = slab->chunks;
	slab->chunks = chunk;
	slab->fresh = chunk->memory;
}
