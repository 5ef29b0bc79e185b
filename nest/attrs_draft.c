/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An attribute set being made: entries sorted by id, and the bytes they point into.
 * Replaced bytes stay behind as waste until the set is interned, which copies only what
 * is used.
 */
#include "nest/attr_private.h"

#include "lib/mem.h"
#include "lib/macros.h"
#include <assert.h>
#include <string.h>

static uint32_t draft_bytes_add(struct attrs_draft *draft, const void *from,
				uint32_t size);
static uint8_t *draft_owned(const struct attrs_draft *draft);
static void draft_clear(struct attrs_draft *draft);
static void draft_entries_grow(struct attrs_draft *draft, unsigned count);
static void draft_entry_remove(struct attrs_draft *draft, uint16_t place);
static void draft_entry_add(struct attrs_draft *draft, uint16_t place);

void
attrs_draft_init(struct attrs_draft *draft, const struct attrs *from)
{
	draft_clear(draft);
	if (from == NULL)
		return;
	draft->nexthop = from->nexthop;
	draft->preference = from->preference;
	draft->source = from->source;
	draft->flags = from->flags;
	draft_entries_grow(draft, from->count);
	draft->count = from->count;
	uint32_t at = 0;
	for (unsigned i = 0; i < from->count; i++) {
		draft->entries[i] = (struct attr_drafted){ from->entries[i], at };
		at += attr_aligned(attr_size(&from->entries[i]));
	}
	uint32_t size = attrs_bytes_size(from);
	if (size > 0)
		draft_bytes_add(draft, attrs_bytes(from), size);
}

void
attrs_draft_fini(struct attrs_draft *draft)
{
	if (draft->entries != draft->few)
		mem_free(draft->entries);
	mem_free(draft_owned(draft));
	draft_clear(draft);
}

/* Bytes that are to be freed; null: there are none. */
static uint8_t *
draft_owned(const struct attrs_draft *draft)
{
	bool is_owned = draft->bytes != draft->few_bytes && draft->bytes_room > 0;
	return is_owned ? draft->bytes : NULL;
}

/* All but the room for little, which is written before it is read. */
static void
draft_clear(struct attrs_draft *draft)
{
	draft->nexthop = NULL;
	draft->preference = 0;
	draft->source = draft->flags = 0;
	draft->rank = 0;
	draft->is_hashed = false;
	draft->count = 0;
	draft->size = 0;
	draft->room = ARRAY_SIZE(draft->few);
	draft->entries = draft->few;
	draft->bytes = draft->few_bytes;
	draft->bytes_room = sizeof(draft->few_bytes);
}

/* The place of `id` among the entries: the first that is not lower. */
static uint16_t
draft_place(const struct attrs_draft *draft, attr_id id)
{
	uint16_t place = 0;
	while (place < draft->count && draft->entries[place].attr.id < id)
		place++;
	return place;
}

static bool
draft_has(const struct attrs_draft *draft, uint16_t place, attr_id id)
{
	return place < draft->count && draft->entries[place].attr.id == id;
}

void
attrs_draft_set(struct attrs_draft *draft, attr_id id, const struct value *value)
{
	assert(!draft->is_hashed);
	uint16_t place = draft_place(draft, id);
	bool is_there = draft_has(draft, place, id);
	if (value->type == VALUE_VOID) {
		if (is_there)
			draft_entry_remove(draft, place);
		return;
	}
	struct attr entry = { .id = id, .type = value->type };
	uint32_t size, at = 0;
	const void *bytes = attr_bytes(value, &size);
	if (attr_has_bytes(&entry))
		entry.value = size;
	else
		entry.value = value->type == VALUE_BOOL ? value->truth : value->number;
	if (size > 0)
		at = draft_bytes_add(draft, bytes, size);
	if (value->type == VALUE_ENUM)
		entry.kind = value->kind;
	if (!is_there)
		draft_entry_add(draft, place);
	draft->entries[place] = (struct attr_drafted){ entry, at };
}

void
attrs_draft_lend(struct attrs_draft *draft, attr_id id, const uint8_t *bytes,
		 uint32_t size)
{
	assert(draft->count == 0 && size > 0);
	draft->entries[0] =
		(struct attr_drafted){ { .id = id, .type = VALUE_BYTES, .value = size },
				       0 };
	draft->count = 1;
	draft->bytes = (uint8_t *)(uintptr_t)bytes;
	draft->bytes_room = 0;
	draft->size = size;
}

bool
attrs_draft_get(const struct attrs_draft *draft, attr_id id, struct value *value)
{
	uint16_t place = draft_place(draft, id);
	if (!draft_has(draft, place, id))
		return false;
	const struct attr_drafted *entry = &draft->entries[place];
	attr_load(&entry->attr, draft->bytes + entry->at, value);
	return true;
}

/* The value may lie in the very bytes that move: the old ones go last. */
static uint32_t
draft_bytes_add(struct attrs_draft *draft, const void *from, uint32_t size)
{
	uint32_t start = attr_aligned(draft->size);
	uint8_t *old = NULL;
	assert(size <= UINT32_MAX / 4 && start <= UINT32_MAX / 4);
	if (start + size > draft->bytes_room) {
		old = draft_owned(draft);
		const uint8_t *bytes = draft->bytes;
		draft->bytes_room = MAX(2 * draft->bytes_room, start + size + 64);
		draft->bytes = mem_zalloc(draft->bytes_room);
		if (draft->size > 0)
			memcpy(draft->bytes, bytes, draft->size);
	}
	memcpy(draft->bytes + start, from, size);
	draft->size = start + size;
	mem_free(old);
	return start;
}

static void
draft_entry_remove(struct attrs_draft *draft, uint16_t place)
{
	draft->count--;
	memmove(&draft->entries[place], &draft->entries[place + 1],
		(size_t)(draft->count - place) * sizeof(draft->entries[0]));
}

static void
draft_entries_grow(struct attrs_draft *draft, unsigned count)
{
	bool is_few = draft->entries == draft->few;
	if (count <= draft->room)
		return;
	assert(count <= ATTR_MOST);
	draft->room = (uint16_t)MAX(count, 2u * draft->room);
	draft->entries = mem_resize(is_few ? NULL : draft->entries, draft->room,
				    sizeof(draft->entries[0]));
	if (is_few)
		memcpy(draft->entries, draft->few, sizeof(draft->few));
}

static void
draft_entry_add(struct attrs_draft *draft, uint16_t place)
{
	draft_entries_grow(draft, draft->count + 1u);
	memmove(&draft->entries[place + 1], &draft->entries[place],
		(size_t)(draft->count - place) * sizeof(draft->entries[0]));
	draft->count++;
}
