/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Handles by hash: making room, putting and removing.  Finding is inline.
 */
#include "lib/index.h"

#include "lib/mem.h"
#include <assert.h>
#include <string.h>

/* Slots: it doubles, a large one grows by half, a huge one by a quarter: the larger it is
 * the more costs the room that it does not need, and that its heir stands beside it. */
#define INDEX_FIRST 16u
#define INDEX_LARGE (1u << 18)
#define INDEX_HUGE  (1u << 20)
/* So many bits of a slot are the handle's at least. */
#define INDEX_BITS 24u

/* Of FULL_SLOTS, so many are used when it gets an heir, and when the heir should have
 * all; where fewer would be used without those that are given up, it need not grow. */
#define FULL_SLOTS 32u
#define FULL_BEGIN 25u
#define FULL_END   26u
#define FULL_AGAIN 20u
/* A step is taken every so many puts.  It zeroes at most so many slots of an heir, or
 * frees so many of an old one: of their pages each takes a microsecond or two. */
#define STEP_PUTS   64u
#define STEP_ZEROED 32768u
#define STEP_FREED  65536u
/* So many slots are fetched at once. */
#define FILL_BATCH 32u

static uint32_t slot_before(const struct index *index, uint32_t at);
static bool is_inherited(const struct index *index, uint32_t at, uint32_t handle);
static void heir_new(struct index *index, uint32_t count, uint32_t end);
static bool heir_clean(struct index *heir, uint32_t count);
static uint32_t heir_share(const struct index *index, uint32_t puts, uint32_t rest);
static void heir_fill(struct index *index, uint32_t end);
static void heir_succeed(struct index *index);
static void old_free(struct index *index);
static uint32_t handle_in(const struct index *index, uint32_t slot);
static uint32_t parts(uint32_t count, uint32_t of);

/* So that a search of an index without memory need not know. */
static const uint32_t no_slots[1];

void
index_init(struct index *index, index_hash *hash, const void *owner)
{
	*index = (struct index){ .slots = (uint32_t *)(uintptr_t)no_slots,
				 .slot_count = ARRAY_SIZE(no_slots),
				 .handle_mask = (1u << INDEX_BITS) - 1,
				 .hash = hash,
				 .owner = owner };
}

void
index_fini(struct index *index)
{
	if (index->heir != NULL)
		index_fini(index->heir);
	mem_free(index->heir);
	mem_free(index->old);
	if (index->slots != no_slots)
		mem_free(index->slots);
	index_init(index, index->hash, index->owner);
}

void
index_moved(struct index *index, const void *owner)
{
	index->owner = owner;
	if (index->heir != NULL)
		index->heir->owner = owner;
}

bool
index_step(struct index *index, uint32_t puts, uint32_t end)
{
	/* Handles are longer than it has bits: then all is done at once. */
	bool is_late = end > index->handle_mask;
	index->limit = index->used + puts + STEP_PUTS - 1;
	if (index->old != NULL && !is_late) {
		old_free(index);
		return false;
	}
	if (index->heir == NULL)
		heir_new(index, index->used - index->given_up + puts, end);
	if (!heir_clean(index->heir, is_late ? UINT32_MAX : STEP_ZEROED))
		return false;
	uint32_t all = index->by_slot ? index->slot_count : end;
	uint32_t rest = all - index->inherited;
	heir_fill(index, is_late ? all : all - rest + heir_share(index, puts, rest));
	if (index->inherited < all)
		return false;
	heir_succeed(index);
	/* They may be longer than the heir was made for, too. */
	if (end > index->handle_mask)
		index_step(index, puts, end);
	return true;
}

void
index_inherit(struct index *index, const struct index_cursor *cursor, uint32_t handle)
{
	if (is_inherited(index, cursor->at, handle))
		index_put(index->heir, cursor->hash, handle);
}

void
index_put(struct index *index, uint32_t hash, uint32_t handle)
{
	uint32_t at = index_slot(index, hash);
	assert(handle > 0 && handle < index->handle_mask);
	while (index->slots[at] != 0 && index->slots[at] != index->handle_mask)
		at = index_slot_after(index, at);
	if (index->slots[at] == 0)
		index->used++;
	else
		index->given_up--;
	index->slots[at] = (hash & ~index->handle_mask) | handle;
	if (is_inherited(index, at, handle))
		index_put(index->heir, hash, handle);
}

void
index_remove(struct index *index, uint32_t hash, uint32_t handle)
{
	uint32_t at = index_slot(index, hash);
	uint32_t slot = (hash & ~index->handle_mask) | handle;
	while (index->slots[at] != slot) {
		assert(index->slots[at] != 0);
		at = index_slot_after(index, at);
	}
	if (is_inherited(index, at, handle))
		index_remove(index->heir, hash, handle);
	/* Only where something lies behind must it not look empty. */
	if (index->slots[index_slot_after(index, at)] != 0) {
		index->slots[at] = index->handle_mask;
		index->given_up++;
		return;
	}
	index->slots[at] = 0;
	index->used--;
	for (at = slot_before(index, at); index->slots[at] == index->handle_mask;
	     at = slot_before(index, at)) {
		index->slots[at] = 0;
		index->used--;
		index->given_up--;
	}
}

size_t
index_bytes(const struct index *index)
{
	size_t count = index->slots != no_slots ? index->slot_count : 0;
	size_t heir = index->heir != NULL ? index_bytes(index->heir) : 0;
	return (count + index->old_count) * sizeof(index->slots[0]) + heir;
}

void
index_audit(const struct index *index, uint32_t count)
{
	uint32_t used = 0, given_up = 0, inherited = 0, hash;
	for (uint32_t i = 0; i < index->slot_count; i++) {
		uint32_t handle = handle_in(index, i);
		struct index_cursor cursor;
		used += index->slots[i] != 0;
		given_up += index->slots[i] == index->handle_mask;
		if (handle == 0)
			continue;
		inherited += is_inherited(index, i, handle);
		bool is_there = index->hash(index->owner, handle, &hash);
		assert(is_there);
		uint32_t found = index_find(index, &cursor, hash);
		while (found != handle && found != 0)
			found = index_next(index, &cursor);
		assert(found == handle);
	}
	assert(used == index->used && given_up == index->given_up);
	assert(used - given_up == count && used < index->slot_count);
	if (index->inherited > 0)
		index_audit(index->heir, inherited);
}

static uint32_t
slot_before(const struct index *index, uint32_t at)
{
	return at > 0 ? at - 1 : index->slot_count - 1;
}

/* ---- growing ---- */

static bool
is_inherited(const struct index *index, uint32_t at, uint32_t handle)
{
	return index->inherited > 0 && (index->by_slot ? at : handle) < index->inherited;
}

/* With room for so many handles. */
static void
heir_new(struct index *index, uint32_t count, uint32_t end)
{
	struct index *heir = mem_alloc(sizeof(*heir));
	index_init(heir, index->hash, index->owner);
	heir->slot_count =
		index->slot_count > INDEX_FIRST ? index->slot_count : INDEX_FIRST;
	/* Given-up slots alone are no reason to grow. */
	while (count >= parts(FULL_AGAIN, heir->slot_count))
		heir->slot_count += heir->slot_count < INDEX_LARGE ? heir->slot_count
				    : heir->slot_count < INDEX_HUGE
					    ? heir->slot_count / 2
					    : heir->slot_count / 4;
	/* Long enough for what comes until it has an heir itself. */
	heir->handle_mask = index->handle_mask;
	while (end >= heir->handle_mask / 2 && heir->handle_mask != UINT32_MAX)
		heir->handle_mask = heir->handle_mask << 1 | 1;
	heir->slots = mem_alloc(heir->slot_count * sizeof(heir->slots[0]));
	index->heir = heir;
	index->inherited = 0;
	index->by_slot = end / 2 > index->slot_count;
}

/* Zeroes so many slots more; true: now all are. */
static bool
heir_clean(struct index *heir, uint32_t count)
{
	count = MIN(count, heir->slot_count - heir->clean);
	memset(heir->slots + heir->clean, 0, count * sizeof(heir->slots[0]));
	heir->clean += count;
	return heir->clean == heir->slot_count;
}

/* How much of the rest is the share of one step. */
static uint32_t
heir_share(const struct index *index, uint32_t puts, uint32_t rest)
{
	uint32_t most = parts(FULL_END, index->slot_count);
	uint32_t used = index->used + puts;
	uint32_t steps = used < most ? (most - used) / STEP_PUTS : 0;
	return rest / (steps + 1) + (steps > 0);
}

static void
heir_fill(struct index *index, uint32_t end)
{
	struct index *heir = index->heir;
	struct index_cursor cursors[FILL_BATCH];
	uint32_t handles[FILL_BATCH];
	while (index->inherited < end) {
		uint32_t count = 0, hash;
		while (index->inherited < end && count < FILL_BATCH) {
			uint32_t handle = index->inherited++;
			if (index->by_slot)
				handle = handle_in(index, handle);
			if (handle == 0 || !index->hash(index->owner, handle, &hash))
				continue;
			index_seek(heir, &cursors[count], hash);
			__builtin_prefetch(&heir->slots[cursors[count].at]);
			handles[count++] = handle;
		}
		for (uint32_t i = 0; i < count; i++)
			index_put_at(heir, &cursors[i], handles[i]);
	}
}

static void
heir_succeed(struct index *index)
{
	struct index *heir = index->heir;
	heir->old = index->slots;
	heir->old_count = index->slot_count;
	mem_free(index->old);
	*index = *heir;
	mem_free(heir);
	index->limit = index->used + STEP_PUTS;
	old_free(index);
}

/* The last of the old one's slots; behind the first nothing else is to be done. */
static void
old_free(struct index *index)
{
	if (index->old_count > STEP_FREED) {
		index->old_count -= STEP_FREED;
		index->old =
			mem_resize(index->old, index->old_count, sizeof(index->old[0]));
		return;
	}
	if (index->old != no_slots)
		mem_free(index->old);
	index->old = NULL;
	index->old_count = 0;
	index->limit = parts(FULL_BEGIN, index->slot_count);
}

/* That of a slot; 0: it has none. */
static uint32_t
handle_in(const struct index *index, uint32_t slot)
{
	uint32_t handle = index->slots[slot] & index->handle_mask;
	return handle != index->handle_mask ? handle : 0;
}

static uint32_t
parts(uint32_t count, uint32_t of)
{
	return (uint32_t)((uint64_t)of * count / FULL_SLOTS);
}
