/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that never fails: out of memory ends the process (abort), so callers don't
 * check. The only file of ours that calls malloc.  Pools (pool.h) and stores (store.h)
 * build on it.
 */
#ifndef LIB_MEM_H
#define LIB_MEM_H

#include <stddef.h>

/* `size` bytes, uninitialised; owned by the caller, given back with mem_free(). */
void *mem_alloc(size_t size);
/* The same, zeroed. */
void *mem_zalloc(size_t size);
/* Room for `count` items of `size` bytes; checks the product. `old` may be null. */
void *mem_resize(void *old, size_t count, size_t size);
/* A copy of `size` bytes at `from`. */
void *mem_dup(const void *from, size_t size);
/* A copy of the C string `from`. */
char *mem_strdup(const char *from);
/* Accepts null. */
void mem_free(void *memory);

#endif
