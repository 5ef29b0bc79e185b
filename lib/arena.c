/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arenas: blocks of a pool, filled from the front, doubling from 1 KB to 256 KB.  What is
 * too large for a block gets one of its own without giving up the one being filled.
 */
#include "lib/arena.h"

#include "lib/pool.h"
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_FIRST_SIZE ((size_t)1 << 10)
#define ARENA_LAST_SIZE  ((size_t)1 << 18)
#define ARENA_FIRST_ROOM ((size_t)8)

struct arena_block {
	struct arena_block *next; /* Older than this one. */
	size_t size, used;        /* Bytes of memory[]. */
	_Alignas(max_align_t) unsigned char memory[];
};

struct arena {
	struct pool *pool;
	struct arena_block *blocks; /* The one being filled, then the full ones. */
	size_t next_size;           /* Of the next block, with its header. */
	size_t size;                /* Bytes of all blocks with their headers. */
};

static void *arena_take(struct arena *arena, size_t size, size_t alignment);
static struct arena_block *arena_block_new(struct arena *arena, size_t size);

struct arena *
arena_new(struct pool *pool)
{
	struct arena *arena = pool_alloc(pool, sizeof(*arena));
	arena->pool = pool;
	arena->next_size = ARENA_FIRST_SIZE;
	return arena;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	return arena_take(arena, size, _Alignof(max_align_t));
}

void *
arena_alloc_bytes(struct arena *arena, size_t size)
{
	return arena_take(arena, size, 1);
}

char *
arena_strdup(struct arena *arena, const char *from)
{
	return arena_strndup(arena, from, strlen(from));
}

char *
arena_strndup(struct arena *arena, const char *from, size_t length)
{
	char *copy = arena_alloc_bytes(arena, length + 1);
	if (length > 0)
		memcpy(copy, from, length);
	return copy;
}

char *
arena_printf(struct arena *arena, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	char *text = arena_vprintf(arena, format, arguments);
	va_end(arguments);
	return text;
}

char *
arena_vprintf(struct arena *arena, const char *format, va_list arguments)
{
	va_list again;
	va_copy(again, arguments);
	int length = vsnprintf(NULL, 0, format, arguments);
	assert(length >= 0);
	char *text = arena_alloc_bytes(arena, (size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, format, again);
	va_end(again);
	return text;
}

void *
arena_grow(struct arena *arena, void *array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room = MAX(2 * *room, ARENA_FIRST_ROOM);
	void *grown = arena_alloc(arena, *room * size);
	return count > 0 ? memcpy(grown, array, count * size) : grown;
}

void
arena_reset(struct arena *arena)
{
	struct arena_block *kept = arena->blocks, *next;
	if (kept == NULL)
		return;
	for (struct arena_block *block = kept->next; block != NULL; block = next) {
		next = block->next;
		pool_release(arena->pool, block);
	}
	kept->used = 0;
	kept->next = NULL;
	arena->size = sizeof(*kept) + kept->size;
}

void
arena_free(struct arena *arena)
{
	if (arena == NULL)
		return;
	arena_reset(arena);
	pool_release(arena->pool, arena->blocks);
	pool_release(arena->pool, arena);
}

size_t
arena_size(const struct arena *arena)
{
	return sizeof(*arena) + arena->size;
}

static void *
arena_take(struct arena *arena, size_t size, size_t alignment)
{
	struct arena_block *block = arena->blocks;
	size_t start = 0;
	if (block != NULL)
		start = (block->used + alignment - 1) & ~(alignment - 1);
	if (block == NULL || start > block->size || size > block->size - start) {
		block = arena_block_new(arena, size);
		start = 0;
	}
	block->used = start + size;
	return memset(block->memory + start, 0, size);
}

/* A block with room for `size` bytes: the next to be filled, or one for this size alone.
 */
static struct arena_block *
arena_block_new(struct arena *arena, size_t size)
{
	if (size > SIZE_MAX / 2)
		abort();
	size_t whole = sizeof(struct arena_block) + size;
	bool alone = arena->blocks != NULL && whole > arena->next_size / 4;
	if (!alone)
		whole = MAX(whole, arena->next_size);
	/* Also behind one that is alone: many of a middling size come to share blocks. */
	arena->next_size = MIN(arena->next_size * 2, ARENA_LAST_SIZE);
	struct arena_block *block = pool_alloc_raw(arena->pool, whole);
	block->size = whole - sizeof(*block);
	arena->size += whole;
	struct arena_block **link = alone ? &arena->blocks->next : &arena->blocks;
	block->next = *link;
	*link = block;
	return block;
}
