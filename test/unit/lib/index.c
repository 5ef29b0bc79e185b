/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Indices from hashes to handles, against a naive list; with hashes that collide.
 */
#include "lib/index.h"

#include "lib/macros.h"
#include "lib/mem.h"
#include "test/unit/unit.h"
#include <stdbool.h>

enum { HANDLES = 3000 };

struct model {
	struct index index;
	uint32_t hashes[HANDLES]; /* 0: not there. */
	uint32_t count;
};

static void
model_put(struct model *model, uint32_t handle, uint32_t hash)
{
	if (index_is_full(&model->index, handle)) {
		index_reset(&model->index, model->count, HANDLES);
		for (uint32_t i = 1; i < HANDLES; i++)
			if (model->hashes[i] != 0)
				index_put(&model->index, model->hashes[i], i);
	}
	/* Either way: anew, or where a search ended. */
	if (handle % 2 > 0) {
		index_put(&model->index, hash, handle);
	} else {
		struct index_cursor cursor;
		uint32_t at = index_find(&model->index, &cursor, hash);
		while (at != 0)
			at = index_next(&model->index, &cursor);
		index_put_at(&model->index, &cursor, handle);
	}
	model->hashes[handle] = hash;
	model->count++;
}

/* How often `handle` is met under `hash`. */
static unsigned
model_find(const struct model *model, uint32_t handle, uint32_t hash)
{
	struct index_cursor cursor;
	unsigned met = 0;
	for (uint32_t i = index_find(&model->index, &cursor, hash); i != 0;
	     i = index_next(&model->index, &cursor))
		met += i == handle;
	return met;
}

static void
live(uint32_t hash_mask, uint32_t handle_mask)
{
	struct model *model = mem_zalloc(sizeof(*model));
	uint64_t random = hash_mask;
	index_init(&model->index);
	model->index.handle_mask = handle_mask;
	for (unsigned step = 0; step < 60000; step++) {
		uint32_t handle = 1 + unit_below(&random, HANDLES - 1);
		uint32_t hash = ((uint32_t)unit_random(&random) & hash_mask) | 1;
		if (model->hashes[handle] == 0) {
			model_put(model, handle, hash);
		} else if (unit_below(&random, 3) > 0) {
			ck_assert_uint_eq(
				model_find(model, handle, model->hashes[handle]), 1);
		} else {
			hash = model->hashes[handle];
			index_remove(&model->index, hash, handle);
			model->hashes[handle] = 0;
			model->count--;
			ck_assert_uint_eq(model_find(model, handle, hash), 0);
		}
		ck_assert_uint_lt(model->index.used, model->index.slot_count);
	}
	for (uint32_t i = 1; i < HANDLES; i++) {
		if (model->hashes[i] == 0)
			continue;
		index_remove(&model->index, model->hashes[i], i);
		model->hashes[i] = 0;
	}
	index_fini(&model->index);
	mem_free(model);
}

START_TEST(what_was_put_is_found_and_what_was_removed_is_not)
{
	live(UINT32_MAX, (1u << 24) - 1);
}
END_TEST

START_TEST(equal_hashes_are_told_apart_by_handle)
{
	live(0x0f00000f, (1u << 24) - 1);
}
END_TEST

START_TEST(handles_may_outgrow_their_bits)
{
	live(UINT32_MAX, (1u << 8) - 1);
}
END_TEST

START_TEST(an_empty_index_finds_nothing_and_takes_no_memory)
{
	struct index index;
	struct index_cursor cursor;
	index_init(&index);
	ck_assert_uint_eq(index_find(&index, &cursor, 5), 0);
	ck_assert_ptr_null(index.slots);
	index_prefetch(&index, 5);
	index_fini(&index);
}
END_TEST

START_TEST(once_all_is_removed_no_slot_is_used)
{
	struct index index;
	index_init(&index);
	index_reset(&index, 100, 100);
	for (uint32_t i = 1; i <= 100; i++)
		index_put(&index, i * 7 / 10, i);
	for (uint32_t i = 100; i > 0; i--)
		index_remove(&index, i * 7 / 10, i);
	ck_assert_uint_eq(index.used, 0);
	index_fini(&index);
}
END_TEST

START_TEST(removing_what_is_not_there_is_a_mistake)
{
	struct index index;
	index_init(&index);
	index_reset(&index, 1, 1);
	index_put(&index, 5, 1);
	index_remove(&index, 5, 2);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_was_put_is_found_and_what_was_removed_is_not,
		equal_hashes_are_told_apart_by_handle,
		handles_may_outgrow_their_bits,
		an_empty_index_finds_nothing_and_takes_no_memory,
		once_all_is_removed_no_slot_is_used,
	};
	const TTest *const aborting[] = { removing_what_is_not_there_is_a_mistake };
	return unit_run("index", tests, ARRAY_SIZE(tests), aborting,
			ARRAY_SIZE(aborting));
}
