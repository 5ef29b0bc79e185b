/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The timer queue's heap, four children to a slot: half as deep as with two, and they lie
 * side by side.  The order (due, serial) is total, so what leaves first never depends on
 * the shape of the heap.
 */
#include "lib/heap.h"

#include "lib/mem.h"
#include <assert.h>

#define HEAP_FIRST_ROOM 16u
#define HEAP_CHILDREN   4u

static bool heap_before(const struct heap_slot *a, const struct heap_slot *b);
static void heap_set(struct heap *heap, uint32_t at, struct heap_slot slot);
static void heap_rise(struct heap *heap, uint32_t at, struct heap_slot slot);
static void heap_sink(struct heap *heap, uint32_t at, struct heap_slot slot);
static void heap_settle(struct heap *heap, uint32_t at, struct heap_slot slot);

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
	struct heap_slot slot = { .due = due, .serial = entry->serial, .entry = entry };
	if (was_in) {
		heap_settle(heap, entry->slot, slot);
		return;
	}
	if (heap->count == heap->room) {
		assert(heap->room <= UINT32_MAX / 2);
		heap->room = heap->room > 0 ? heap->room * 2 : HEAP_FIRST_ROOM;
		heap->slots = mem_resize(heap->slots, heap->room, sizeof(heap->slots[0]));
	}
	heap_rise(heap, heap->count++, slot);
}

void
heap_remove(struct heap *heap, struct heap_entry *entry)
{
	if (!heap_has(heap, entry))
		return;
	struct heap_slot last = heap->slots[--heap->count];
	if (last.entry != entry)
		heap_settle(heap, entry->slot, last);
}

struct heap_entry *
heap_first(const struct heap *heap)
{
	return heap->count > 0 ? heap->slots[0].entry : NULL;
}

bool
heap_has(const struct heap *heap, const struct heap_entry *entry)
{
	return entry->slot < heap->count && heap->slots[entry->slot].entry == entry;
}

/* Puts `slot` at the free place `at` and moves it to where it belongs. */
static void
heap_settle(struct heap *heap, uint32_t at, struct heap_slot slot)
{
	if (at > 0 && heap_before(&slot, &heap->slots[(at - 1) / HEAP_CHILDREN]))
		heap_rise(heap, at, slot);
	else
		heap_sink(heap, at, slot);
}

static void
heap_rise(struct heap *heap, uint32_t at, struct heap_slot slot)
{
	while (at > 0) {
		uint32_t parent = (at - 1) / HEAP_CHILDREN;
		if (!heap_before(&slot, &heap->slots[parent]))
			break;
		heap_set(heap, at, heap->slots[parent]);
		at = parent;
	}
	heap_set(heap, at, slot);
}

static void
heap_sink(struct heap *heap, uint32_t at, struct heap_slot slot)
{
	while (at < (heap->count + HEAP_CHILDREN - 2) / HEAP_CHILDREN) {
		uint32_t child = HEAP_CHILDREN * at + 1;
		uint32_t end = MIN(child + HEAP_CHILDREN, heap->count), least = child;
		while (++child < end) {
			if (heap_before(&heap->slots[child], &heap->slots[least]))
				least = child;
		}
		if (!heap_before(&heap->slots[least], &slot))
			break;
		heap_set(heap, at, heap->slots[least]);
		at = least;
	}
	heap_set(heap, at, slot);
}

static void
heap_set(struct heap *heap, uint32_t at, struct heap_slot slot)
{
	heap->slots[at] = slot;
	slot.entry->slot = at;
}

static bool
heap_before(const struct heap_slot *a, const struct heap_slot *b)
{
	return a->due != b->due ? a->due < b->due : a->serial < b->serial;
}
