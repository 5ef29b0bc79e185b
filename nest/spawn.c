/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Children of instances: their names, their configurations, their ties.  Their life is
 * that of all instances, in protocol.c.
 */
#include "nest/spawn.h"

#include <assert.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/mem.h"
#include "lib/text.h"
#include "nest/router.h"
#include "nest/schema.h"
#include "nest/subscribe.h"

#define NAME_SIZE   128
#define NUMBER_MOST 100000000u /* That a name is taken to end in. */

static void name_find(const struct router *router, const char *base, unsigned digits,
		      char name[static NAME_SIZE]);
static void name_find_bare(const struct router *router, const char *base,
			   char name[static NAME_SIZE]);
static const struct protocol_config *config_make(const struct protocol *parent,
						 const void *detail, const char *name);

struct protocol *
spawn_new(struct protocol *parent, const char *base, unsigned digits, const void *detail,
	  size_t size)
{
	struct spawn *spawn = mem_zalloc(sizeof(*spawn));
	char name[NAME_SIZE];
	assert(protocol_is_running(parent));
	if (digits == SPAWN_BARE)
		name_find_bare(parent->router, base, name);
	else
		name_find(parent->router, base, digits, name);
	spawn->parent = parent;
	spawn->detail = mem_zalloc(size);
	spawn->detail_size = size;
	memcpy(spawn->detail, detail, size);
	const struct protocol_config *config = config_make(parent, detail, name);
	struct protocol *child = protocol_new(parent->router, config);
	spawn->child = child;
	child->spawn = spawn;
	list_push_back(&parent->children, &spawn->link);
	spawn_order(parent);
	return child;
}

void
spawn_change(struct protocol *child, const void *detail, const struct conf_diff *diff)
{
	struct spawn *spawn = child->spawn;
	memcpy(spawn->detail, detail, spawn->detail_size);
	protocol_reconfigure(
		child, config_make(spawn->parent, spawn->detail, child->name), diff);
}

struct protocol *
spawn_parent(const struct protocol *protocol)
{
	return protocol->spawn != NULL ? protocol->spawn->parent : NULL;
}

const void *
spawn_detail(const struct protocol *child)
{
	return child->spawn->detail;
}

uint32_t
spawn_count(const struct protocol *parent)
{
	uint32_t count = 0;
	list_each(spawn, &parent->children, struct spawn, link)
		count++;
	return count;
}

void *
spawn_config_copy(struct arena *arena, const struct protocol_config *model)
{
	const struct protocol_class *class = model->class;
	struct protocol_config *copy = arena_alloc(arena, class->schema->size);
	memcpy(copy, model, class->schema->size);
	copy->generated = copy->disabled = false;
	list_init(&copy->link);
	list_init(&copy->channels);
	list_each(channel, &model->channels, struct channel_config, link) {
		struct channel_config *own = arena_alloc(arena, sizeof(*own));
		*own = *channel;
		own->is_model = false;
		if (class->channel_schema != NULL) {
			void *more = arena_alloc(arena, class->channel_schema->size);
			memcpy(more, channel->more, class->channel_schema->size);
			own->more = more;
		}
		list_push_back(&copy->channels, &own->link);
	}
	return copy;
}

void
spawn_tell(struct protocol *protocol)
{
	struct protocol *parent = spawn_parent(protocol);
	if (parent != NULL && protocol_is_running(parent) && parent->class->child_event)
		parent->class->child_event(parent, protocol);
}

void
spawn_remove_all(struct protocol *parent)
{
	list_each(spawn, &parent->children, struct spawn, link)
		protocol_remove(spawn->child);
}

void
spawn_reconfigure_all(struct protocol *parent, const struct conf_diff *diff)
{
	list_each(spawn, &parent->children, struct spawn, link) {
		struct protocol *child = spawn->child;
		if (!child->removing)
			protocol_reconfigure(
				child, config_make(parent, spawn->detail, child->name),
				diff);
	}
}

void
spawn_untie(struct protocol *protocol)
{
	struct spawn *spawn = protocol->spawn;
	list_each_safe(orphan, &protocol->children, struct spawn, link) {
		list_remove(&orphan->link);
		orphan->parent = NULL;
	}
	if (spawn == NULL)
		return;
	if (spawn->parent != NULL) {
		list_remove(&spawn->link);
		protocol_channel_flushed(spawn->parent);
	}
	mem_free(spawn->detail);
	mem_free(spawn);
}

void
spawn_rename(struct router *router, const char *name)
{
	struct protocol *child = protocol_find(router, name);
	char free_name[NAME_SIZE];
	if (child == NULL || child->spawn == NULL)
		return;
	name_find_bare(router, name, free_name);
	mem_free(child->name);
	child->name = mem_strdup(free_name);
	subscribe_changed(router, SUBSCRIBE_PROTOCOLS);
}

void
spawn_order(struct protocol *parent)
{
	struct list *behind = &parent->link;
	list_each(spawn, &parent->children, struct spawn, link) {
		list_remove(&spawn->child->link);
		list_push_front(behind, &spawn->child->link);
		behind = &spawn->child->link;
	}
}

/* ---- helpers ---- */

/* The number behind BASE in a name, 0 if there is none. */
static unsigned
number_in(const char *name, const char *base)
{
	size_t length = strlen(base);
	unsigned number = 0;
	if (strncmp(name, base, length) != 0)
		return 0;
	for (const char *at = name + length; *at != '\0'; at++) {
		if (*at < '0' || *at > '9' || number > NUMBER_MOST)
			return 0;
		number = number * 10 + (unsigned)(*at - '0');
	}
	return number;
}

/* A name that is free: of so many instances some number up to theirs plus one is. */
static void
name_find(const struct router *router, const char *base, unsigned digits,
	  char name[static NAME_SIZE])
{
	uint32_t most = 1, number = 1;
	list_each(protocol, &router->protocols, struct protocol, link)
		most++;
	bool *taken = mem_zalloc(most + 1);
	list_each(protocol, &router->protocols, struct protocol, link)
		taken[MIN(number_in(protocol->name, base), most)] = true;
	while (number < most && taken[number])
		number++;
	mem_free(taken);
	text_format(name, NAME_SIZE, "%s%0*u", base, (int)digits, number);
}

static void
name_find_bare(const struct router *router, const char *base, char name[static NAME_SIZE])
{
	char dotted[NAME_SIZE];
	text_format(name, NAME_SIZE, "%s", base);
	if (protocol_find(router, name) == NULL)
		return;
	text_format(dotted, sizeof(dotted), "%s.", base);
	name_find(router, dotted, 0, name);
}

static const struct protocol_config *
config_make(const struct protocol *parent, const void *detail, const char *name)
{
	struct arena *arena = arena_new(parent->router->pool);
	struct protocol_config *config =
		parent->class->child_configure(parent, detail, arena);
	config->name = arena_strdup(arena, name);
	config->own = arena;
	return config;
}
