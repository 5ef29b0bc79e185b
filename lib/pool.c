/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pools: a tree of named owners of memory.  Each allocation carries a header that links
 * it into its pool, so giving one back early takes constant time and sizes are exact.
 */
#include "lib/pool.h"

#include "lib/list.h"
#include "lib/mem.h"
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What stands before each allocation, POOL_HEADER bytes before it. */
struct pool_object {
	struct list objects; /* In pool->objects. */
	struct pool *pool;   /* Owner, to catch a release to the wrong pool. */
	size_t size;         /* Bytes with the header. */
};

/* Rounded up here, not by the type's alignment: a list head is no aligned object. */
#define POOL_ALIGNMENT _Alignof(max_align_t)
#define POOL_HEADER \
	((sizeof(struct pool_object) + POOL_ALIGNMENT - 1) & ~(POOL_ALIGNMENT - 1))

struct pool_cleanup {
	struct pool_cleanup *next; /* Added before this one. */
	void (*clean)(void *);
	void *context;
};

struct pool {
	struct pool *parent;           /* Null: a root. */
	struct list siblings;          /* In parent->children. */
	struct list children;          /* In order of birth. */
	struct list objects;           /* struct pool_object */
	struct pool_cleanup *cleanups; /* Last added first; objects of this pool. */
	size_t size;                   /* Bytes held, without the children's. */
	char name[];
};

static void *pool_add(struct pool *pool, void *memory, size_t size);
static size_t pool_object_size(size_t size);

struct pool *
pool_new(struct pool *parent, const char *name)
{
	size_t size = sizeof(struct pool) + strlen(name) + 1;
	struct pool *pool = mem_zalloc(size);
	memcpy(pool->name, name, strlen(name) + 1);
	pool->parent = parent;
	pool->size = size;
	list_init(&pool->siblings);
	list_init(&pool->children);
	list_init(&pool->objects);
	if (parent != NULL)
		list_push_back(&parent->children, &pool->siblings);
	return pool;
}

void
pool_free(struct pool *pool)
{
	if (pool == NULL)
		return;
	while (pool->cleanups != NULL) {
		struct pool_cleanup *cleanup = pool->cleanups;
		pool->cleanups = cleanup->next;
		cleanup->clean(cleanup->context);
	}
	while (!list_is_empty(&pool->children))
		pool_free(list_first(&pool->children, struct pool, siblings));
	list_each_safe(object, &pool->objects, struct pool_object, objects)
		mem_free(object);
	list_remove(&pool->siblings);
	mem_free(pool);
}

void *
pool_alloc(struct pool *pool, size_t size)
{
	size_t whole = pool_object_size(size);
	return pool_add(pool, mem_zalloc(whole), whole);
}

void *
pool_alloc_raw(struct pool *pool, size_t size)
{
	size_t whole = pool_object_size(size);
	return pool_add(pool, mem_alloc(whole), whole);
}

char *
pool_strdup(struct pool *pool, const char *from)
{
	size_t size = strlen(from) + 1;
	return memcpy(pool_alloc_raw(pool, size), from, size);
}

void
pool_release(struct pool *pool, void *memory)
{
	if (memory == NULL)
		return;
	struct pool_object *object = (void *)((unsigned char *)memory - POOL_HEADER);
	assert(object->pool == pool);
	pool->size -= object->size;
	list_remove(&object->objects);
	mem_free(object);
}

void
pool_on_free(struct pool *pool, void (*clean)(void *), void *context)
{
	struct pool_cleanup *cleanup = pool_alloc_raw(pool, sizeof(*cleanup));
	cleanup->next = pool->cleanups;
	cleanup->clean = clean;
	cleanup->context = context;
	pool->cleanups = cleanup;
}

size_t
pool_size(const struct pool *pool)
{
	size_t size = pool->size;
	list_each(child, &pool->children, struct pool, siblings)
		size += pool_size(child);
	return size;
}

const char *
pool_name(const struct pool *pool)
{
	return pool->name;
}

struct pool *
pool_child(const struct pool *pool, const struct pool *previous)
{
	const struct list *next =
		previous != NULL ? previous->siblings.next : pool->children.next;
	return next != &pool->children ? container_of(next, struct pool, siblings) : NULL;
}

/* Makes `size` fresh bytes an object of the pool; returns what the caller gets. */
static void *
pool_add(struct pool *pool, void *memory, size_t size)
{
	struct pool_object *object = memory;
	object->pool = pool;
	object->size = size;
	list_push_back(&pool->objects, &object->objects);
	pool->size += size;
	return (unsigned char *)memory + POOL_HEADER;
}

/* A size no machine can give ends the process, as any failed allocation. */
static size_t
pool_object_size(size_t size)
{
	if (size > SIZE_MAX - POOL_HEADER)
		abort();
	return POOL_HEADER + size;
}
