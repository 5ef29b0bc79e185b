/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of attr.h, shared by the files attr*.c and filter_run.c.
 */
#ifndef NEST_ATTR_PRIVATE_H
#define NEST_ATTR_PRIVATE_H

#include "lib/index.h"
#include "lib/store.h"
#include "nest/attr.h"
#include <string.h>

struct pool;
struct slab;

#define ATTRS_SLAB_WORDS 64

struct attrs_table {
	struct store sets;  /* struct attrs_place */
	struct index index; /* By content. */
	size_t bytes;
	struct pool *pool;
	struct slab *slabs[ATTRS_SLAB_WORDS + 1]; /* By words; null: none yet. */
};

/* A set by its handle.  There are as many as sets: no byte is for alignment alone. */
struct attrs_place {
	uint32_t hash; /* Where it is free, the store's. */
	/* A pointer to the set; null: a free place. */
	uint32_t set[sizeof(struct attrs *) / sizeof(uint32_t)];
};

static inline struct attrs_place *
attrs_place_at(const struct attrs_table *table, uint32_t handle)
{
	return store_at(&table->sets, handle);
}

static inline struct attrs *
attrs_place_set(const struct attrs_place *place)
{
	struct attrs *attrs;
	memcpy(&attrs, place->set, sizeof(attrs));
	return attrs;
}

/* attrs_at() for those who ask all the time. */
static inline struct attrs *
attrs_of(const struct attrs_table *table, uint32_t handle)
{
	return attrs_place_set(attrs_place_at(table, handle));
}

/* The rows of enum core_attr. */
extern const struct attr_class attr_core_classes[];
/* Those from ATTR_LINK_NAME on. */
extern const struct attr_class attr_peer_classes[];

void attrs_open(struct router *router);
void attrs_close(struct router *router);
/* The bytes behind the entries, in their order, and how many they are. */
const uint8_t *attrs_bytes(const struct attrs *attrs);
uint32_t attrs_bytes_size(const struct attrs *attrs);
/* Where the bytes of an entry may start. */
static inline uint32_t
attr_aligned(uint32_t size)
{
	return (size + 3) & ~3u;
}

/* The entry of a route under way, whatever the class' hooks say. */
bool route_draft_entry(const struct route_draft *route, attr_id id, struct value *value);

/* Its value is in bytes, not in the entry. */
static inline bool
attr_has_bytes(const struct attr *entry)
{
	const unsigned in_bytes = 1u << VALUE_STRING | 1u << VALUE_BYTES |
				  1u << VALUE_IP | 1u << VALUE_PREFIX | 1u << VALUE_EC |
				  1u << VALUE_LC | 1u << VALUE_PATH | 1u << VALUE_CLIST |
				  1u << VALUE_ECLIST | 1u << VALUE_LCLIST |
				  1u << VALUE_ID;
	return (in_bytes >> entry->type & 1) != 0;
}

/* How many bytes: 0 where the value is in the entry. */
static inline uint32_t
attr_size(const struct attr *entry)
{
	return attr_has_bytes(entry) ? entry->value : 0;
}

/* An entry and its bytes as a value, and back: the bytes of a value that has them, null
 * and size 0 for those that are a number. */
void attr_load(const struct attr *entry, const uint8_t *bytes, struct value *value);
const void *attr_bytes(const struct value *value, uint32_t *size);

/* One more use of a set at hand. */
static inline struct attrs *
attrs_use(const struct attrs *attrs)
{
	return attrs_hold((struct attrs *)(uintptr_t)attrs, 1);
}

#endif
