/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attribute sets: interning by content, counting, and reading entries.  Making one is
 * attrs_draft.c.
 */
#include "nest/attr_private.h"

#include "lib/hash.h"
#include "lib/index.h"
#include "lib/macros.h"
#include "lib/mem.h"
#include "lib/pool.h"
#include "lib/slab.h"
#include "lib/store.h"
#include "nest/nexthop.h"
#include "nest/router.h"
#include <assert.h>
#include <string.h>

/* Larger sets are few, and allocated one by one. */
#define SMALL_SET (ATTRS_SLAB_WORDS * WORD)
#define WORD      sizeof(uint64_t)

static void place_fill(struct attrs_place *place, uint32_t hash, struct attrs *attrs);
static bool index_hash_of(const void *table, uint32_t handle, uint32_t *hash);
static uint32_t draft_hash(const struct router *router, const struct attrs_draft *draft);
static bool draft_matches(const struct attrs_draft *draft, const struct attrs *attrs);
static struct attrs *attrs_make(struct attrs_table *table,
				const struct attrs_draft *draft);
static struct attrs *set_alloc(struct attrs_table *table, size_t size);
static void set_free(struct attrs_table *table, struct attrs *attrs);
static size_t attrs_head(uint16_t count);
static size_t attrs_size(const struct attrs *attrs);

void
attrs_open(struct router *router)
{
	router->attrs = mem_zalloc(sizeof(*router->attrs));
	index_init(&router->attrs->index, index_hash_of, router->attrs);
	store_init(&router->attrs->sets, sizeof(struct attrs_place));
	router->attrs->pool = pool_new(router->pool, "attributes");
}

void
attrs_close(struct router *router)
{
	struct attrs_table *table = router->attrs;
	for (uint32_t i = 1; i < table->sets.end; i++) {
		struct attrs *attrs = attrs_place_set(attrs_place_at(table, i));
		if (attrs != NULL)
			set_free(table, attrs);
	}
	pool_free(table->pool);
	index_fini(&table->index);
	store_fini(&table->sets);
	mem_free(table);
	router->attrs = NULL;
}

bool
attrs_get(const struct attrs *attrs, attr_id id, struct value *value)
{
	const uint8_t *bytes = attrs_bytes(attrs);
	for (unsigned i = 0; i < attrs->count; i++) {
		const struct attr *entry = &attrs->entries[i];
		if (entry->id == id) {
			attr_load(entry, bytes, value);
			return true;
		}
		bytes += attr_aligned(attr_size(entry));
	}
	return false;
}

uint32_t
attrs_get_u32(const struct attrs *attrs, attr_id id, uint32_t otherwise)
{
	struct value value;
	return attrs_get(attrs, id, &value) ? value.number : otherwise;
}

void
attrs_intern_ahead(const struct router *router, struct attrs_draft *draft)
{
	draft->hash = draft_hash(router, draft);
	draft->is_hashed = true;
	index_prefetch(&router->attrs->index, draft->hash);
}

struct attrs *
attrs_intern(struct router *router, const struct attrs_draft *draft)
{
	struct attrs_table *table = router->attrs;
	struct index_cursor cursor;
	assert(draft->nexthop != NULL);
	uint32_t hash = draft->is_hashed ? draft->hash : draft_hash(router, draft);
	uint32_t handle = index_find(&table->index, &cursor, hash);
	for (; handle != 0; handle = index_next(&table->index, &cursor)) {
		const struct attrs_place *place = attrs_place_at(table, handle);
		if (place->hash == hash && draft_matches(draft, attrs_place_set(place)))
			return attrs_hold(attrs_place_set(place), 1);
	}
	struct attrs *attrs = attrs_make(table, draft);
	handle = store_take(&table->sets);
	/* It is not in the index yet. */
	place_fill(attrs_place_at(table, handle), 0, NULL);
	if (index_reserve(&table->index, 1, table->sets.end))
		cursor.at = index_slot(&table->index, hash);
	place_fill(attrs_place_at(table, handle), hash, attrs);
	index_put_at(&table->index, &cursor, handle);
	attrs->handle = handle;
	table->bytes += attrs_size(attrs);
	return attrs;
}

void
attrs_release(struct router *router, struct attrs *attrs, uint32_t uses)
{
	if (attrs == NULL)
		return;
	assert(attrs->uses >= uses);
	attrs->uses -= uses;
	if (attrs->uses > 0)
		return;
	struct attrs_table *table = router->attrs;
	struct attrs_place *place = attrs_place_at(table, attrs->handle);
	index_remove(&table->index, place->hash, attrs->handle);
	place_fill(place, 0, NULL);
	store_release(&table->sets, attrs->handle);
	table->bytes -= attrs_size(attrs);
	nexthop_release(router, attrs->nexthop);
	set_free(table, attrs);
}

struct attrs *
attrs_at(const struct router *router, uint32_t handle)
{
	return attrs_of(router->attrs, handle);
}

uint32_t
attrs_count(const struct router *router, size_t *bytes)
{
	const struct attrs_table *table = router->attrs;
	if (bytes != NULL)
		*bytes = table->bytes + store_bytes(&table->sets) +
			 index_bytes(&table->index);
	return table->sets.count;
}

void
attrs_audit(const struct router *router)
{
	const struct attrs_table *table = router->attrs;
	size_t bytes = 0;
	uint32_t count = 0;
	for (uint32_t handle = 1; handle < table->sets.end; handle++) {
		const struct attrs *attrs =
			attrs_place_set(attrs_place_at(table, handle));
		if (attrs == NULL)
			continue;
		assert(attrs->uses > 0 && attrs->handle == handle);
		assert(attrs->nexthop != NULL && attrs->nexthop->uses > 0);
		for (unsigned i = 1; i < attrs->count; i++)
			assert(attrs->entries[i - 1].id < attrs->entries[i].id);
		bytes += attrs_size(attrs);
		count++;
	}
	assert(bytes == table->bytes && count == table->sets.count);
	index_audit(&table->index, count);
}

void
attr_load(const struct attr *entry, const uint8_t *bytes, struct value *value)
{
	*value = (struct value){ .type = entry->type, .kind = entry->kind };
	const uint8_t *from = entry->value > 0 ? bytes : (const uint8_t *)"";
	switch ((enum value_type)entry->type) {
	case VALUE_BOOL: value->truth = entry->value != 0; break;
	case VALUE_INT:
	case VALUE_PAIR:
	case VALUE_QUAD:
	case VALUE_ENUM: value->number = entry->value; break;
	case VALUE_EC:
	case VALUE_ID: memcpy(&value->wide, from, sizeof(value->wide)); break;
	case VALUE_LC: memcpy(value->large, from, sizeof(value->large)); break;
	case VALUE_IP: memcpy(&value->addr, from, sizeof(value->addr)); break;
	case VALUE_PREFIX: memcpy(&value->prefix, from, sizeof(value->prefix)); break;
	case VALUE_STRING:
	case VALUE_BYTES:
	case VALUE_PATH:
	case VALUE_CLIST:
	case VALUE_ECLIST:
	case VALUE_LCLIST:
		value->bytes = from;
		value->size = entry->value;
		break;
	case VALUE_VOID:
	case VALUE_PATH_MASK:
	case VALUE_SET:
	case VALUE_PREFIX_SET:
	case VALUE_TYPES: assert(false);
	}
}

const void *
attr_bytes(const struct value *value, uint32_t *size)
{
	*size = 0;
	switch ((enum value_type)value->type) {
	case VALUE_BOOL:
	case VALUE_INT:
	case VALUE_PAIR:
	case VALUE_QUAD:
	case VALUE_ENUM: return NULL;
	case VALUE_EC:
	case VALUE_ID: *size = sizeof(value->wide); return &value->wide;
	case VALUE_LC: *size = sizeof(value->large); return value->large;
	case VALUE_IP: *size = sizeof(value->addr); return &value->addr;
	case VALUE_PREFIX: *size = sizeof(value->prefix); return &value->prefix;
	case VALUE_STRING:
	case VALUE_BYTES:
	case VALUE_PATH:
	case VALUE_CLIST:
	case VALUE_ECLIST:
	case VALUE_LCLIST: *size = value->size; return value->bytes;
	case VALUE_VOID:
	case VALUE_PATH_MASK:
	case VALUE_SET:
	case VALUE_PREFIX_SET:
	case VALUE_TYPES: break;
	}
	/* Filters alone have these; no attribute is of their types. */
	assert(false);
	return NULL;
}

static uint32_t
draft_hash(const struct router *router, const struct attrs_draft *draft)
{
	uint64_t head = (uint64_t)draft->nexthop->handle << 32 |
			(uint32_t)draft->preference << 16 | (uint32_t)draft->source << 8 |
			draft->flags;
	uint64_t state = hash_mix(head ^ (uint64_t)router->hash_seed << 16);
	for (unsigned i = 0; i < draft->count; i++) {
		const struct attr *entry = &draft->entries[i].attr;
		head = (uint64_t)entry->id << 48 | (uint64_t)entry->type << 40 |
		       (uint64_t)entry->kind << 32 | entry->value;
		state = attr_has_bytes(entry)
				? hash_bytes64(draft->bytes + draft->entries[i].at,
					       entry->value, state ^ head)
				: hash_mix(state ^ head);
	}
	return (uint32_t)(state >> 32);
}

static bool
draft_matches(const struct attrs_draft *draft, const struct attrs *attrs)
{
	if (attrs->nexthop != draft->nexthop || attrs->preference != draft->preference ||
	    attrs->source != draft->source || attrs->flags != draft->flags ||
	    attrs->count != draft->count)
		return false;
	const uint8_t *bytes = attrs_bytes(attrs);
	for (unsigned i = 0; i < draft->count; i++) {
		const struct attr *a = &draft->entries[i].attr, *b = &attrs->entries[i];
		if (a->id != b->id || a->type != b->type || a->kind != b->kind ||
		    a->value != b->value)
			return false;
		uint32_t size = attr_size(a);
		if (size > 0 &&
		    memcmp(draft->bytes + draft->entries[i].at, bytes, size) != 0)
			return false;
		bytes += attr_aligned(size);
	}
	return true;
}

/* The canonical form: bytes in the order of the entries, nothing between them but
 * padding. */
static struct attrs *
attrs_make(struct attrs_table *table, const struct attrs_draft *draft)
{
	uint32_t size = 0;
	for (unsigned i = 0; i < draft->count; i++)
		size = attr_aligned(size) + attr_size(&draft->entries[i].attr);
	size_t head = attrs_head(draft->count);
	struct attrs *attrs = set_alloc(table, MAX(head + size, sizeof(*attrs)));
	attrs->nexthop = nexthop_hold(draft->nexthop);
	attrs->preference = draft->preference;
	attrs->source = draft->source;
	attrs->flags = draft->flags;
	attrs->rank = draft->rank;
	attrs->count = draft->count;
	attrs->uses = 1;
	uint8_t *bytes = (uint8_t *)attrs + head;
	for (unsigned i = 0; i < draft->count; i++) {
		const struct attr_drafted *drafted = &draft->entries[i];
		attrs->entries[i] = drafted->attr;
		size = attr_size(&drafted->attr);
		if (size > 0)
			memcpy(bytes, draft->bytes + drafted->at, size);
		bytes += attr_aligned(size);
	}
	return attrs;
}

/* With anything in it.  The size of a set says which slab it is of. */
static struct attrs *
set_alloc(struct attrs_table *table, size_t size)
{
	size_t words = (size + WORD - 1) / WORD;
	if (size > SMALL_SET)
		return mem_alloc(size);
	if (table->slabs[words] == NULL)
		table->slabs[words] = slab_new(table->pool, words * WORD);
	return slab_take(table->slabs[words]);
}

static void
set_free(struct attrs_table *table, struct attrs *attrs)
{
	size_t size = attrs_size(attrs);
	if (size > SMALL_SET)
		mem_free(attrs);
	else
		slab_release(table->slabs[(size + WORD - 1) / WORD], attrs);
}

static void
place_fill(struct attrs_place *place, uint32_t hash, struct attrs *attrs)
{
	place->hash = hash;
	memcpy(place->set, &attrs, sizeof(attrs));
}

static bool
index_hash_of(const void *table, uint32_t handle, uint32_t *hash)
{
	const struct attrs_place *place = attrs_place_at(table, handle);
	*hash = place->hash;
	return attrs_place_set(place) != NULL;
}

/* Up to where the bytes are: entries begin where the set's own members end. */
static size_t
attrs_head(uint16_t count)
{
	size_t entries = count * sizeof(struct attr);
	return attr_aligned((uint32_t)(offsetof(struct attrs, entries) + entries));
}

const uint8_t *
attrs_bytes(const struct attrs *attrs)
{
	return (const uint8_t *)attrs + attrs_head(attrs->count);
}

uint32_t
attrs_bytes_size(const struct attrs *attrs)
{
	uint32_t size = 0;
	for (unsigned i = 0; i < attrs->count; i++)
		size = attr_aligned(size) + attr_size(&attrs->entries[i]);
	return size;
}

static size_t
attrs_size(const struct attrs *attrs)
{
	return MAX(attrs_head(attrs->count) + attrs_bytes_size(attrs), sizeof(*attrs));
}
