/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory pools.  A pool is freed whole, with its children; objects of it need not be freed one
 * by one (pool_release() may return one early).  Arenas hand out memory that is only ever
 * freed together.  Slabs hold many objects of one size and belong to a pool.
 */
#ifndef LIB_POOL_H
#define LIB_POOL_H

#include "lib/macros.h"
#include <stdarg.h>
#include <stddef.h>

struct pool;
struct arena;
struct slab;

/* A pool under `parent` (null: a root).  `name` is copied; it is shown by `show memory`. */
struct pool *pool_new(struct pool *parent, const char *name);
/* Runs the cleanups (last added first), frees the children and all memory.  Accepts null. */
void pool_free(struct pool *pool);
/* Zeroed memory owned by the pool. */
void *pool_alloc(struct pool *pool, size_t size);
char *pool_strdup(struct pool *pool, const char *from);
/* Gives one object of pool_alloc() back early.  Accepts null. */
void pool_release(struct pool *pool, void *memory);
/* `clean(context)` is called when the pool is freed, before its memory goes. */
void pool_on_free(struct pool *pool, void (*clean)(void *), void *context);
/* Bytes held by this pool and everything below it. */
size_t pool_size(const struct pool *pool);
/* For `show memory`: the name, and a walk over the children (null ends). */
const char *pool_name(const struct pool *pool);
struct pool *pool_child(const struct pool *pool, const struct pool *previous);

/* An arena in `pool`: allocations are bumps, freed all at once by arena_reset() or the pool. */
struct arena *arena_new(struct pool *pool);
/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size);
/* Zeroed, unaligned: for packed rows and strings. */
void *arena_alloc_bytes(struct arena *arena, size_t size);
char *arena_strdup(struct arena *arena, const char *from);
char *arena_strndup(struct arena *arena, const char *from, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
/* Keeps the first block, frees the rest. */
void arena_reset(struct arena *arena);
void arena_free(struct arena *arena);
size_t arena_size(const struct arena *arena);

/* Objects of `size` bytes; slab_alloc() gives zeroed ones. */
struct slab *slab_new(struct pool *pool, size_t size);
void *slab_alloc(struct slab *slab);
void slab_release(struct slab *slab, void *object);

#endif
