/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The timer queue: order, ties, moves and removals, against a naive search.
 */
#include "lib/heap.h"

#include "test/unit/unit.h"
#include <string.h>

#define ENTRIES 300

START_TEST(the_earliest_leaves_first)
{
	struct heap heap;
	struct heap_entry entries[ENTRIES] = { 0 };
	uint64_t random = 3;
	usec_t last = INT64_MIN;
	heap_init(&heap);
	ck_assert_ptr_null(heap_first(&heap));
	for (size_t i = 0; i < ENTRIES; i++)
		heap_put(&heap, &entries[i], (usec_t)unit_random(&random));
	for (size_t i = 0; i < ENTRIES; i++) {
		struct heap_entry *first = heap_first(&heap);
		ck_assert_int_ge(first->due, last);
		last = first->due;
		heap_remove(&heap, first);
		ck_assert(!heap_has(&heap, first));
	}
	ck_assert_ptr_null(heap_first(&heap));
	heap_fini(&heap);
}
END_TEST

START_TEST(equal_times_leave_as_they_came)
{
	struct heap heap;
	struct heap_entry entries[ENTRIES] = { 0 };
	heap_init(&heap);
	for (size_t i = 0; i < ENTRIES; i++)
		heap_put(&heap, &entries[i], (usec_t)(i % 3));
	for (size_t i = 0; i < ENTRIES; i++) {
		size_t third = i / (ENTRIES / 3), nth = i % (ENTRIES / 3);
		ck_assert_ptr_eq(heap_first(&heap), &entries[nth * 3 + third]);
		heap_remove(&heap, heap_first(&heap));
	}
	heap_fini(&heap);
}
END_TEST

START_TEST(putting_again_moves_behind_equals)
{
	struct heap heap;
	struct heap_entry a = { 0 }, b = { 0 };
	heap_init(&heap);
	heap_put(&heap, &a, 5);
	heap_put(&heap, &b, 5);
	heap_put(&heap, &a, 5);
	ck_assert_uint_eq(heap.count, 2);
	ck_assert_ptr_eq(heap_first(&heap), &b);
	heap_put(&heap, &a, 4);
	ck_assert_ptr_eq(heap_first(&heap), &a);
	heap_fini(&heap);
}
END_TEST

START_TEST(an_entry_in_no_heap_may_be_removed)
{
	struct heap heap;
	struct heap_entry zeroed = { 0 }, in = { 0 };
	heap_init(&heap);
	heap_remove(&heap, &zeroed);
	heap_put(&heap, &in, 1);
	ck_assert(!heap_has(&heap, &zeroed));
	heap_remove(&heap, &zeroed);
	ck_assert_ptr_eq(heap_first(&heap), &in);
	heap_remove(&heap, &in);
	heap_remove(&heap, &in);
	ck_assert_uint_eq(heap.count, 0);
	heap_fini(&heap);
}
END_TEST

/* The first by (due, serial) of those that are in. */
static struct heap_entry *
naive_first(struct heap_entry *entries, const bool *in)
{
	struct heap_entry *first = NULL;
	for (size_t i = 0; i < ENTRIES; i++)
		if (in[i] &&
		    (first == NULL || entries[i].due < first->due ||
		     (entries[i].due == first->due && entries[i].serial < first->serial)))
			first = &entries[i];
	return first;
}

/* Nobody stands above one that leaves earlier. */
static bool
is_in_order(const struct heap *heap)
{
	for (uint32_t i = 1; i < heap->count; i++) {
		const struct heap_entry *above = heap->slots[(i - 1) / 4].entry;
		const struct heap_entry *entry = heap->slots[i].entry;
		if (above->due > entry->due ||
		    (above->due == entry->due && above->serial >= entry->serial))
			return false;
	}
	return true;
}

START_TEST(random_work_agrees_with_a_naive_queue)
{
	struct heap heap;
	struct heap_entry entries[ENTRIES] = { 0 };
	bool in[ENTRIES] = { false };
	uint64_t random = 4;
	heap_init(&heap);
	for (int i = 0; i < 30000; i++) {
		uint32_t at = unit_below(&random, ENTRIES);
		in[at] = unit_below(&random, 3) > 0;
		if (in[at])
			heap_put(&heap, &entries[at], unit_below(&random, 50));
		else
			heap_remove(&heap, &entries[at]);
		ck_assert(is_in_order(&heap));
		ck_assert(heap_has(&heap, &entries[at]) == in[at]);
		ck_assert_ptr_eq(heap_first(&heap), naive_first(entries, in));
	}
	heap_fini(&heap);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		the_earliest_leaves_first,
		equal_times_leave_as_they_came,
		putting_again_moves_behind_equals,
		an_entry_in_no_heap_may_be_removed,
		random_work_agrees_with_a_naive_queue,
	};
	return unit_run("heap", tests, ARRAY_SIZE(tests), NULL, 0);
}
