/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory pools.  A pool is freed whole, with its children; objects of it need not be
 * freed one by one (pool_release() may return one early).  Arenas (arena.h) and slabs
 * (slab.h) take their memory from a pool and go with it.
 */
#ifndef LIB_POOL_H
#define LIB_POOL_H

#include <stddef.h>

struct pool;

/* A pool under `parent` (null: a root).  `name` is copied; it is shown by `show memory`.
 */
struct pool *pool_new(struct pool *parent, const char *name);
/* Runs the cleanups (last added first), frees the children and all memory.  Accepts null.
 */
void pool_free(struct pool *pool);
/* Zeroed memory owned by the pool, aligned for any type. */
void *pool_alloc(struct pool *pool, size_t size);
/* The same, uninitialised: for buffers that are filled at once. */
void *pool_alloc_raw(struct pool *pool, size_t size);
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

#endif
