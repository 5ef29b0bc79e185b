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
static struct attr *draft_entry_add(struct attrs_draft *draft, uint16_t place);

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
	/* Both are laid out alike. */
	draft_entries_grow(draft, from->count);
	memcpy(draft->entries, from->entries, from->count * sizeof(from->entries[0]));
	draft->count = from->count;
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

void
attrs_draft_set(struct attrs_draft *draft, attr_id id, const struct value *value)
{
	assert(!draft->is_hashed);
	uint16_t place = attr_place(draft->entries, draft->count, id);
	bool is_there = place < draft->count && draft->entries[place].id == id;
	if (value->type == VALUE_VOID) {
		if (is_there)
			draft_entry_remove(draft, place);
		return;
	}
	struct attr entry = { .id = id, .type = value->type, .kind = value->kind };
	const void *bytes = attr_bytes(value, &entry.size);
	if (entry.size > 0)
		entry.value = draft_bytes_add(draft, bytes, entry.size);
	else if (value->type == VALUE_BOOL)
		entry.value = value->truth;
	else if ((bytes == NULL && value->type <= VALUE_QUAD) ||
		 value->type == VALUE_ENUM)
		entry.value = value->number;
	if (value->type != VALUE_ENUM)
		entry.kind = 0;
	if (!is_there)
		draft_entry_add(draft, place);
	draft->entries[place] = entry;
}

void
attrs_draft_lend(struct attrs_draft *draft, attr_id id, const uint8_t *bytes,
		 uint32_t size)
{
	assert(draft->count == 0 && size > 0);
	draft->entries[0] = (struct attr){ .id = id, .type = VALUE_BYTES, .size = size };
	draft->count = 1;
	draft->bytes = (uint8_t *)(uintptr_t)bytes;
	draft->bytes_room = 0;
	draft->size = size;
}

bool
attrs_draft_get(const struct attrs_draft *draft, attr_id id, struct value *value)
{
	uint16_t place = attr_place(draft->entries, draft->count, id);
	if (place == draft->count || draft->entries[place].id != id)
		return false;
	attr_load(&draft->entries[place], draft->bytes, value);
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
	assert(count < UINT16_MAX / 2);
	draft->room = (uint16_t)MAX(count, 2u * draft->room);
	draft->entries = mem_resize(is_few ? NULL : draft->entries, draft->room,
				    sizeof(draft->entries[0]));
	if (is_few)
		memcpy(draft->entries, draft->few, sizeof(draft->few));
}

static struct attr *
draft_entry_add(struct attrs_draft *draft, uint16_t place)
{
	draft_entries_grow(draft, draft->count + 1u);
	memmove(&draft->entries[place + 1], &draft->entries[place],
		(size_t)(draft->count - place) * sizeof(draft->entries[0]));
	draft->count++;
	return &draft->entries[place];
}
