/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slabs: many objects of one size in a pool.  Released objects are reused by the same
 * slab; its memory goes back when the slab or the pool is freed.
 */
#ifndef LIB_SLAB_H
#define LIB_SLAB_H

#include <stddef.h>

struct pool;
struct slab;

/* Objects of `size` bytes, in `pool`, freed with it at the latest. */
struct slab *slab_new(struct pool *pool, size_t size);
/* Frees the slab and all its objects.  Accepts null. */
void slab_free(struct slab *slab);
/* A zeroed object, aligned as a type of that size can ask. */
void *slab_alloc(struct slab *slab);
/* The same with anything in it, to be filled at once. */
void *slab_take(struct slab *slab);
/* Accepts null. */
void slab_release(struct slab *slab, void *object);
/* Objects given out and not released. */
size_t slab_count(const struct slab *slab);

#endif
