/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of attributes: the registry of classes, and reading and writing a route under way
 * by them.  The sets are attrs.c, the core's own attributes attr_core.c.
 */
#include "nest/attr.h"

#include "lib/hash.h"
#include "lib/macros.h"
#include "lib/mem.h"
#include "lib/pool.h"
#include "nest/attr_private.h"
#include "nest/filter.h"
#include "nest/router.h"
#include <assert.h>
#include <string.h>

#define FIRST_ROOM 32u

struct attr_registry {
	const struct attr_class **rows; /* By id. */
	/* By the hash of the name the first id of a bucket, by id the next of its bucket;
	 * ascending. As many buckets as room. */
	attr_id *buckets, *chain;
	uint32_t count, room; /* A power of two. */
};

static void registry_grow(struct attr_registry *registry);
static void registry_rehang(struct attr_registry *registry);
static void registry_hang(struct attr_registry *registry, attr_id id);
static void registry_add(struct attr_registry *registry, const struct attr_class *class);
static attr_id *bucket_of(const struct attr_registry *registry, const char *name);
static attr_id registry_seek(const struct attr_registry *registry, attr_id id,
			     const char *name);

void
attr_open(struct router *router)
{
	router->attr_registry = mem_zalloc(sizeof(*router->attr_registry));
	attr_register(router, attr_core_classes);
	attr_register(router, attr_peer_classes);
	assert(router->attr_registry->count == CORE_ATTRS);
	attrs_open(router);
}

void
attr_close(struct router *router)
{
	attrs_close(router);
	mem_free(router->attr_registry->rows);
	mem_free(router->attr_registry->buckets);
	mem_free(router->attr_registry->chain);
	mem_free(router->attr_registry);
	router->attr_registry = NULL;
}

void
attr_register(struct router *router, const struct attr_class *classes)
{
	struct attr_registry *registry = router->attr_registry;
	if (classes == NULL || attr_base(router, classes) != ATTR_NONE)
		return;
	for (; classes->name != NULL; classes++)
		registry_add(registry, classes);
}

bool
attr_has_room(const struct router *router, uint32_t count)
{
	return count <= ATTR_MOST - router->attr_registry->count;
}

attr_id
attr_declare(struct router *router, const struct attr_class *wanted)
{
	struct attr_registry *registry = router->attr_registry;
	attr_id id = attr_find(router, wanted->name);
	for (; id != ATTR_NONE; id = attr_find_next(router, id)) {
		const struct attr_class *known = registry->rows[id];
		if ((known->flags & ATTR_DECLARED) != 0 && known->type == wanted->type &&
		    known->get == wanted->get && known->number == wanted->number)
			return id;
	}
	if (!attr_has_room(router, 1))
		return ATTR_NONE;
	struct attr_class *class = pool_alloc(router->pool, sizeof(*class));
	*class = *wanted;
	class->name = pool_strdup(router->pool, wanted->name);
	class->flags |= ATTR_DECLARED;
	registry_add(registry, class);
	return (attr_id)(registry->count - 1);
}

uint32_t
attr_count(const struct router *router)
{
	return router->attr_registry->count;
}

void
attr_forget_since(struct router *router, uint32_t count)
{
	struct attr_registry *registry = router->attr_registry;
	uint32_t end = registry->count;
	registry->count = count;
	for (uint32_t i = count; i < end; i++) {
		const struct attr_class *class = registry->rows[i];
		if ((class->flags & ATTR_DECLARED) == 0) {
			registry->rows[registry->count++] = class;
			continue;
		}
		pool_release(router->pool, (char *)(uintptr_t) class->name);
		pool_release(router->pool, (struct attr_class *)(uintptr_t) class);
	}
	if (registry->count < end)
		registry_rehang(registry);
}

const struct attr_class *
attr_class_of(const struct router *router, attr_id id)
{
	const struct attr_registry *registry = router->attr_registry;
	return id < registry->count ? registry->rows[id] : NULL;
}

attr_id
attr_find(const struct router *router, const char *name)
{
	const struct attr_registry *registry = router->attr_registry;
	return registry_seek(registry, *bucket_of(registry, name), name);
}

attr_id
attr_find_next(const struct router *router, attr_id id)
{
	const struct attr_registry *registry = router->attr_registry;
	return registry_seek(registry, registry->chain[id], registry->rows[id]->name);
}

attr_id
attr_base(const struct router *router, const struct attr_class *classes)
{
	attr_id id = router->attr_registry->count > 0 ? attr_find(router, classes->name)
						      : ATTR_NONE;
	while (id != ATTR_NONE && router->attr_registry->rows[id] != classes)
		id = attr_find_next(router, id);
	return id;
}

void
attr_format(const struct attr_class *class, const struct value *value, struct text *text)
{
	if (class->format != NULL)
		class->format(value, text);
	else
		value_format_plain(value, text);
}

bool
route_draft_get(const struct route_draft *route, attr_id id, struct value *value)
{
	const struct attr_class *class = attr_class_of(route->router, id);
	if (class != NULL && class->get != NULL)
		return class->get(route, id, value);
	return route_draft_entry(route, id, value);
}

bool
route_draft_set(struct route_draft *route, attr_id id, const struct value *value)
{
	const struct attr_class *class = attr_class_of(route->router, id);
	if (class == NULL || (class->flags & ATTR_READ_ONLY) != 0)
		return false;
	if (value->type != VALUE_VOID && value->type != class->type)
		return false;
	if (class->set != NULL)
		return class->set(route, id, value);
	attrs_draft_set(route_draft_write(route), id, value);
	return true;
}

struct attrs_draft *
route_draft_write(struct route_draft *route)
{
	if (route->changed == NULL) {
		assert(route->scratch != NULL);
		attrs_draft_init(route->scratch, route->attrs);
		route->changed = route->scratch;
	}
	return route->changed;
}

struct nexthop *
route_draft_nexthop(const struct route_draft *route)
{
	if (route->changed != NULL)
		return route->changed->nexthop;
	return route->attrs != NULL ? route->attrs->nexthop : NULL;
}

bool
route_draft_entry(const struct route_draft *route, attr_id id, struct value *value)
{
	if (route->changed != NULL)
		return attrs_draft_get(route->changed, id, value);
	return route->attrs != NULL && attrs_get(route->attrs, id, value);
}

/* ---- names ---- */

static attr_id *
bucket_of(const struct attr_registry *registry, const char *name)
{
	uint32_t hash = hash_bytes(name, strlen(name), 0);
	return &registry->buckets[hash & (registry->room - 1)];
}

static attr_id
registry_seek(const struct attr_registry *registry, attr_id id, const char *name)
{
	while (id != ATTR_NONE && strcmp(registry->rows[id]->name, name) != 0)
		id = registry->chain[id];
	return id;
}

static void
registry_add(struct attr_registry *registry, const struct attr_class *class)
{
	assert(registry->count < ATTR_MOST);
	if (registry->count == registry->room)
		registry_grow(registry);
	attr_id id = (attr_id)registry->count++;
	registry->rows[id] = class;
	registry_hang(registry, id);
}

static void
registry_hang(struct attr_registry *registry, attr_id id)
{
	attr_id *link = bucket_of(registry, registry->rows[id]->name);
	while (*link != ATTR_NONE)
		link = &registry->chain[*link];
	*link = id;
	registry->chain[id] = ATTR_NONE;
}

static void
registry_grow(struct attr_registry *registry)
{
	uint32_t room = MAX(registry->room * 2, FIRST_ROOM);
	registry->rows = mem_resize(registry->rows, room, sizeof(registry->rows[0]));
	registry->chain = mem_resize(registry->chain, room, sizeof(registry->chain[0]));
	registry->buckets =
		mem_resize(registry->buckets, room, sizeof(registry->buckets[0]));
	registry->room = room;
	registry_rehang(registry);
}

static void
registry_rehang(struct attr_registry *registry)
{
	for (uint32_t i = 0; i < registry->room; i++)
		registry->buckets[i] = ATTR_NONE;
	for (uint32_t id = 0; id < registry->count; id++)
		registry_hang(registry, (attr_id)id);
}
