/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A heap of intrusive entries ordered by (due, serial): the timer queue.
 * Equal times leave in the order they were inserted.
 */
#ifndef LIB_HEAP_H
#define LIB_HEAP_H

#include "lib/macros.h"
#include <stdbool.h>
#include <stdint.h>

struct heap_entry {
	usec_t due;
	uint64_t serial; /* Given by the heap at insert. */
	/* Place in the heap; meaningless while in none (zeroed is fine). */
	uint32_t slot;
};

/* What is compared stands in the heap itself: entries lie anywhere, and reading them is
 * what costs. */
struct heap_slot {
	usec_t due;
	uint64_t serial;
	struct heap_entry *entry;
};

struct heap {
	struct heap_slot *slots;
	uint32_t count, room;
	uint64_t serial;
};

void heap_init(struct heap *heap);
void heap_fini(struct heap *heap);
/* Inserts, or moves an entry that is in already (it gets a new serial). */
void heap_put(struct heap *heap, struct heap_entry *entry, usec_t due);
/* No effect if the entry is in no heap. */
void heap_remove(struct heap *heap, struct heap_entry *entry);
/* The earliest entry, null if the heap is empty. */
struct heap_entry *heap_first(const struct heap *heap);
/* The entry is in this heap. */
bool heap_has(const struct heap *heap, const struct heap_entry *entry);

#endif
