/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Indices from hashes to handles, against a naive list; with hashes that collide, while
 * they grow.
 */
#include "lib/index.h"

#include "lib/macros.h"
#include "lib/mem.h"
#include "test/unit/unit.h"
#include <stdbool.h>

enum { PLACES = 30000 };

/* Handles are multiples of `spread`. */
struct model {
	struct index index;
	uint32_t hashes[PLACES]; /* Of each place; 0: it is not there. */
	uint32_t count, spread, end;
	uint32_t asked;   /* For hashes, since the last look. */
	uint32_t growing; /* Looks that found an heir. */
	uint64_t random;
};

static bool
model_hash(const void *owner, uint32_t handle, uint32_t *hash)
{
	struct model *model = (struct model *)(uintptr_t)owner;
	model->asked++;
	*hash = model->hashes[handle / model->spread];
	return handle % model->spread == 0 && *hash != 0;
}

static struct model *
model_new(uint32_t spread)
{
	struct model *model = mem_zalloc(sizeof(*model));
	index_init(&model->index, model_hash, model);
	model->spread = spread;
	return model;
}

static void
model_free(struct model *model)
{
	index_fini(&model->index);
	mem_free(model);
}

static void
model_put(struct model *model, uint32_t place, uint32_t hash)
{
	uint32_t handle = place * model->spread;
	struct index_cursor cursor;
	model->end = MAX(model->end, handle + 1);
	index_reserve(&model->index, 1, model->end);
	model->growing += model->index.heir != NULL;
	/* Either way: anew, or where a search ended. */
	if (place % 2 > 0) {
		index_put(&model->index, hash, handle);
	} else {
		uint32_t at = index_find(&model->index, &cursor, hash);
		while (at != 0)
			at = index_next(&model->index, &cursor);
		index_put_at(&model->index, &cursor, handle);
	}
	model->hashes[place] = hash;
	model->count++;
}

static void
model_remove(struct model *model, uint32_t place)
{
	index_remove(&model->index, model->hashes[place], place * model->spread);
	model->hashes[place] = 0;
	model->count--;
}

/* How often a place is met under `hash`. */
static unsigned
model_find(const struct model *model, uint32_t place, uint32_t hash)
{
	struct index_cursor cursor;
	unsigned met = 0;
	for (uint32_t i = index_find(&model->index, &cursor, hash); i != 0;
	     i = index_next(&model->index, &cursor))
		met += i == place * model->spread;
	return met;
}

/* A random place: it is put where it was not there, else looked for, and mostly removed
 * if it is one of `removes` of sixteen. */
static void
model_step(struct model *model, uint32_t hash_mask, unsigned removes)
{
	uint32_t place = 1 + unit_below(&model->random, PLACES - 1);
	uint32_t hash = model->hashes[place];
	if (hash == 0) {
		hash = ((uint32_t)unit_random(&model->random) & hash_mask) | 1;
		model_put(model, place, hash);
	}
	/* What holds costs no assertion: each is written to a file. */
	if (model_find(model, place, hash) != 1)
		ck_abort_msg("what was put is not found");
	if (unit_below(&model->random, 16) >= removes)
		return;
	model_remove(model, place);
	if (model_find(model, place, hash) != 0)
		ck_abort_msg("what was removed is found");
}

/* It fills, stays as full as it is, and empties, twice. */
static void
live(struct model *model, uint32_t hash_mask)
{
	static const unsigned removes[] = { 1, 8, 15 };
	for (unsigned phase = 0; phase < 6; phase++) {
		for (unsigned step = 0; step < 40000; step++) {
			model_step(model, hash_mask, removes[phase % 3]);
			if (step % 10000 == 0 || (model->index.heir && step % 500 == 0))
				index_audit(&model->index, model->count);
		}
	}
	for (uint32_t i = 1; i < PLACES; i++)
		if (model->hashes[i] != 0)
			model_remove(model, i);
	index_audit(&model->index, 0);
	model_free(model);
}

START_TEST(what_was_put_is_found_and_what_was_removed_is_not)
{
	live(model_new(1), UINT32_MAX);
}
END_TEST

START_TEST(equal_hashes_are_told_apart_by_handle)
{
	live(model_new(1), 0x00ff0300);
}
END_TEST

START_TEST(handles_may_outgrow_their_bits)
{
	struct model *model = model_new(1);
	model->index.handle_mask = (1u << 8) - 1;
	live(model, UINT32_MAX);
}
END_TEST

/* So far that the heir has no bits for them either. */
START_TEST(handles_may_jump_while_it_grows)
{
	struct model *model = model_new(1);
	model->index.handle_mask = (1u << 8) - 1;
	for (uint32_t i = 1; i == 1 || model->index.heir == NULL || i < 5000; i++)
		model_put(model, i, (uint32_t)unit_random(&model->random) | 1);
	ck_assert_uint_lt(model->index.heir->handle_mask, PLACES - 1);
	model_put(model, PLACES - 1, 5);
	index_audit(&model->index, model->count);
	model_free(model);
}
END_TEST

/* Though there is a slot before where it ended that is given up. */
START_TEST(what_is_put_where_a_search_ended_is_found_by_another)
{
	struct model *model = model_new(1);
	struct index_cursor one, other;
	uint32_t hash = 0x12345678, i = 1;
	while (i < 5000 || model->index.inherited == 0)
		model_put(model, i++, (uint32_t)unit_random(&model->random) | 1);
	model_put(model, i, hash);
	model_put(model, i + 1, hash);
	model_remove(model, i);
	ck_assert_uint_gt(model->index.given_up, 0);
	for (uint32_t at = index_find(&model->index, &one, hash); at != 0;)
		at = index_next(&model->index, &one);
	other = one;
	/* It is of those that the heir has. */
	model_remove(model, 1);
	index_put_at(&model->index, &one, 1);
	model->hashes[1] = hash;
	model->count++;
	ck_assert_uint_eq(index_next(&model->index, &other), 1);
	index_audit(&model->index, model->count);
	model_free(model);
}
END_TEST

START_TEST(handles_may_be_few_of_many)
{
	live(model_new(1000), UINT32_MAX);
}
END_TEST

/* What grows beside is found all the while, and no step is a long one. */
static void
grow(uint32_t spread)
{
	struct model *model = model_new(spread);
	uint32_t longest = 0, cleaned = 0, found = 0;
	for (uint32_t i = 1; i < PLACES; i++) {
		uint32_t other = 1 + unit_below(&model->random, i);
		uint32_t clean = model->index.heir ? model->index.heir->clean : 0;
		model->asked = 0;
		model_put(model, i, (uint32_t)unit_random(&model->random) | 1);
		longest = MAX(longest, model->asked);
		found += model_find(model, other, model->hashes[other]);
		if (model->index.heir != NULL)
			cleaned = MAX(cleaned, model->index.heir->clean - clean);
	}
	ck_assert_uint_eq(found, PLACES - 1);
	ck_assert_uint_le(cleaned, 32768);
	ck_assert_uint_le(longest, 2600);
	ck_assert_uint_gt(model->growing, 600);
	ck_assert_uint_eq(model->index.slot_count, 65536);
	index_audit(&model->index, model->count);
	model_free(model);
}

START_TEST(an_index_grows_in_steps)
{
	grow(1);
}
END_TEST

START_TEST(an_index_of_few_handles_grows_in_steps)
{
	grow(1000);
}
END_TEST

START_TEST(an_empty_index_finds_nothing_and_takes_no_memory)
{
	struct index index;
	struct index_cursor cursor;
	index_init(&index, model_hash, NULL);
	ck_assert_uint_eq(index_find(&index, &cursor, 5), 0);
	ck_assert_uint_eq(index_bytes(&index), 0);
	index_prefetch(&index, 5);
	index_fini(&index);
}
END_TEST

START_TEST(once_all_is_removed_no_slot_is_used)
{
	struct model *model = model_new(1);
	for (uint32_t i = 1; i <= 100; i++)
		model_put(model, i, i * 7 / 10 + 1);
	for (uint32_t i = 100; i > 0; i--)
		model_remove(model, i);
	ck_assert_uint_eq(model->index.used, 0);
	model_free(model);
}
END_TEST

START_TEST(what_was_given_up_makes_no_index_grow)
{
	struct model *model = model_new(1);
	for (uint32_t i = 1; i < 10000; i++) {
		/* None of odd places: who reuses what was given up. */
		model_put(model, i * 2, (uint32_t)unit_random(&model->random) | 1);
		if (i > 100)
			model_remove(model, (i - 100) * 2);
	}
	ck_assert_uint_le(model->index.slot_count, 256);
	model_free(model);
}
END_TEST

START_TEST(removing_what_is_not_there_is_a_mistake)
{
	struct model *model = model_new(1);
	model_put(model, 1, 5);
	index_remove(&model->index, 5, 2);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_was_put_is_found_and_what_was_removed_is_not,
		equal_hashes_are_told_apart_by_handle,
		what_is_put_where_a_search_ended_is_found_by_another,
		handles_may_outgrow_their_bits,
		handles_may_jump_while_it_grows,
		handles_may_be_few_of_many,
		an_index_grows_in_steps,
		an_index_of_few_handles_grows_in_steps,
		an_empty_index_finds_nothing_and_takes_no_memory,
		once_all_is_removed_no_slot_is_used,
		what_was_given_up_makes_no_index_grow,
	};
	const TTest *const aborting[] = { removing_what_is_not_there_is_a_mistake };
	return unit_run("index", tests, ARRAY_SIZE(tests), aborting,
			ARRAY_SIZE(aborting));
}
