/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of attributes: the registry of classes, and reading and writing a route under way
 * by them.  The sets are attrs.c, the core's own attributes attr_core.c.
 */
#include "nest/attr.h"

#include "lib/mem.h"
#include "nest/attr_private.h"
#include "nest/filter.h"
#include "nest/router.h"
#include <assert.h>
#include <string.h>

struct attr_registry {
	const struct attr_class **rows; /* By id. */
	uint32_t count, room;
};

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
	mem_free(router->attr_registry);
	router->attr_registry = NULL;
}

void
attr_register(struct router *router, const struct attr_class *classes)
{
	struct attr_registry *registry = router->attr_registry;
	if (classes == NULL || attr_base(router, classes) != ATTR_NONE)
		return;
	for (; classes->name != NULL; classes++) {
		if (registry->count == registry->room) {
			registry->room = registry->room > 0 ? registry->room * 2 : 32;
			registry->rows = mem_resize(registry->rows, registry->room,
						    sizeof(registry->rows[0]));
		}
		assert(registry->count < ATTR_NONE);
		registry->rows[registry->count++] = classes;
	}
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
	for (uint32_t id = 0; id < registry->count; id++) {
		if (strcmp(registry->rows[id]->name, name) == 0)
			return (attr_id)id;
	}
	return ATTR_NONE;
}

attr_id
attr_base(const struct router *router, const struct attr_class *classes)
{
	const struct attr_registry *registry = router->attr_registry;
	for (uint32_t id = 0; id < registry->count; id++) {
		if (registry->rows[id] == classes)
			return (attr_id)id;
	}
	return ATTR_NONE;
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
