/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arenas: memory in a pool that is only ever freed together (a loaded configuration, the
 * parts of one answer).  An allocation is a bump of a pointer.
 */
#ifndef LIB_ARENA_H
#define LIB_ARENA_H

#include "lib/macros.h"
#include <stdarg.h>
#include <stddef.h>

struct arena;
struct pool;

/* An empty arena in `pool`, freed with it at the latest. */
struct arena *arena_new(struct pool *pool);
/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size);
/* Zeroed, unaligned: for packed rows and strings. */
void *arena_alloc_bytes(struct arena *arena, size_t size);
char *arena_strdup(struct arena *arena, const char *from);
/* A terminated copy of the `length` characters at `from`. */
char *arena_strndup(struct arena *arena, const char *from, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
char *arena_vprintf(struct arena *arena, const char *format, va_list arguments);
/* An array in the arena with `count` items of `size` bytes, and room for one more: as it
 * is, or moved to twice its room. `array` may be null, with no room. */
void *arena_grow(struct arena *arena, void *array, size_t count, size_t *room,
		 size_t size);
/* Takes all allocations back; keeps the block that was filled last, which is the largest
 * of those that are shared, frees the rest. */
void arena_reset(struct arena *arena);
/* Accepts null. */
void arena_free(struct arena *arena);
/* Bytes held, used or not. */
size_t arena_size(const struct arena *arena);

#endif
