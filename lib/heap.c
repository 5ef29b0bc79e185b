/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The timer queue's binary heap.  The order (due, serial) is total, so what leaves first
 * never depends on the shape of the heap.
 */
#include "lib/heap.h"

#include "lib/mem.h"
#include <assert.h>

#define HEAP_FIRST_ROOM 16u

static bool heap_before(const struct heap_entry *a, const struct heap_entry *b);
static void heap_set(struct heap *heap, uint32_t slot, struct heap_entry *entry);
static void heap_rise(struct heap *heap, uint32_t slot, struct heap_entry *entry);
static void heap_sink(struct heap *heap, uint32_t slot, struct heap_entry *entry);
static void heap_settle(struct heap *heap, uint32_t slot, struct heap_entry *entry);

void
heap_init(struct heap *heap)
{
	*heap = (struct heap){ .slots = NULL };
}

void
heap_fini(struct heap *heap)
{
	mem_free(heap->slots);
	heap_init(heap);
}

void
heap_put(struct heap *heap, struct heap_entry *entry, usec_t due)
{
	bool was_in = heap_has(heap, entry);
	entry->due = due;
	entry->serial = heap->serial++;
	if (was_in) {
		heap_settle(heap, entry->slot, entry);
		return;
	}
	if (heap->count == heap->room) {
		assert(heap->room <= UINT32_MAX / 2);
		heap->room = heap->room > 0 ? heap->room * 2 : HEAP_FIRST_ROOM;
		heap->slots = mem_resize(heap->slots, heap->room, sizeof(heap->slots[0]));
	}
	heap_rise(heap, heap->count++, entry);
}

void
heap_remove(struct heap *heap, struct heap_entry *entry)
{
	if (!heap_has(heap, entry))
		return;
	struct heap_entry *last = heap->slots[--heap->count];
	if (last != entry)
		heap_settle(heap, entry->slot, last);
}

struct heap_entry *
heap_first(const struct heap *heap)
{
	return heap->count > 0 ? heap->slots[0] : NULL;
}

bool
heap_has(const struct heap *heap, const struct heap_entry *entry)
{
	return entry->slot < heap->count && heap->slots[entry->slot] == entry;
}

/* Puts `entry` into the free `slot` and moves it to where it belongs. */
static void
heap_settle(struct heap *heap, uint32_t slot, struct heap_entry *entry)
{
	if (slot > 0 && heap_before(entry, heap->slots[(slot - 1) / 2]))
		heap_rise(heap, slot, entry);
	else
		heap_sink(heap, slot, entry);
}

static void
heap_rise(struct heap *heap, uint32_t slot, struct heap_entry *entry)
{
	while (slot > 0) {
		uint32_t parent = (slot - 1) / 2;
		if (!heap_before(entry, heap->slots[parent]))
			break;
		heap_set(heap, slot, heap->slots[parent]);
		slot = parent;
	}
	heap_set(heap, slot, entry);
}

static void
heap_sink(struct heap *heap, uint32_t slot, struct heap_entry *entry)
{
	while (slot < heap->count / 2) {
		uint32_t child = 2 * slot + 1;
		if (child + 1 < heap->count &&
		    heap_before(heap->slots[child + 1], heap->slots[child]))
			child++;
		if (!heap_before(heap->slots[child], entry))
			break;
		heap_set(heap, slot, heap->slots[child]);
		slot = child;
	}
	heap_set(heap, slot, entry);
}

static void
heap_set(struct heap *heap, uint32_t slot, struct heap_entry *entry)
{
	heap->slots[slot] = entry;
	entry->slot = slot;
}

static bool
heap_before(const struct heap_entry *a, const struct heap_entry *b)
{
	return a->due != b->due ? a->due < b->due : a->serial < b->serial;
}
