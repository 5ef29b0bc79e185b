/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Handles: unique, stable, zeroed, reused; a random life against a naive one.
 */
#include "lib/store.h"

#include "lib/macros.h"
#include "test/unit/unit.h"
#include <string.h>

#define OBJECTS 5000

START_TEST(handles_start_at_one_and_count_up)
{
	struct store store;
	store_init(&store, 12);
	ck_assert_uint_eq(store_bytes(&store), 0);
	for (uint32_t i = 1; i <= 1000; i++)
		ck_assert_uint_eq(store_alloc(&store), i);
	ck_assert_uint_eq(store.count, 1000);
	ck_assert_uint_ge(store_bytes(&store), 1000 * 12);
	store_fini(&store);
	ck_assert_uint_eq(store_bytes(&store), 0);
}
END_TEST

START_TEST(objects_of_four_bytes_do)
{
	struct store store;
	store_init(&store, 4);
	for (uint32_t i = 0; i < 1000; i++) {
		uint32_t handle = store_alloc(&store);
		ck_assert_uint_eq(*(uint32_t *)store_at(&store, handle), 0);
		memcpy(store_at(&store, handle), &handle, 4);
	}
	for (uint32_t i = 1; i <= 1000; i++)
		ck_assert_uint_eq(*(uint32_t *)store_at(&store, i), i);
	store_fini(&store);
}
END_TEST

START_TEST(pointers_stay_while_the_store_grows)
{
	struct store store;
	void *places[OBJECTS];
	store_init(&store, 24);
	for (size_t i = 0; i < OBJECTS; i++)
		places[i] = store_at(&store, store_alloc(&store));
	for (uint32_t i = 0; i < OBJECTS; i++)
		ck_assert_ptr_eq(store_at(&store, i + 1), places[i]);
	store_fini(&store);
}
END_TEST

START_TEST(released_objects_come_back_zeroed)
{
	static const uint8_t zeros[20];
	struct store store;
	store_init(&store, sizeof(zeros));
	uint32_t handle = store_alloc(&store);
	memset(store_at(&store, handle), 0xff, sizeof(zeros));
	store_release(&store, handle);
	ck_assert_uint_eq(store.count, 0);
	ck_assert_uint_eq(store_alloc(&store), handle);
	ck_assert_mem_eq(store_at(&store, handle), zeros, sizeof(zeros));
	store_fini(&store);
}
END_TEST

START_TEST(a_finished_store_starts_anew)
{
	struct store store;
	store_init(&store, 8);
	for (int i = 0; i < 200; i++)
		store_release(&store, store_alloc(&store));
	store_fini(&store);
	ck_assert_uint_eq(store_alloc(&store), 1);
	store_fini(&store);
}
END_TEST

START_TEST(random_lives_do_not_touch_each_other)
{
	struct store store;
	uint32_t handles[OBJECTS] = { 0 };
	uint64_t random = 5, tags[OBJECTS] = { 0 };
	uint32_t count = 0;
	store_init(&store, 16);
	for (int i = 0; i < 60000; i++) {
		uint32_t at = unit_below(&random, OBJECTS);
		if (handles[at] != 0) {
			uint64_t tag;
			memcpy(&tag, store_at(&store, handles[at]), sizeof(tag));
			ck_assert_uint_eq(tag, tags[at]);
			store_release(&store, handles[at]);
			handles[at] = 0;
			count--;
		} else {
			handles[at] = store_alloc(&store);
			tags[at] = unit_random(&random);
			memcpy(store_at(&store, handles[at]), &tags[at],
			       sizeof(tags[at]));
			count++;
		}
		ck_assert_uint_eq(store.count, count);
		/* What was released is taken first. */
		ck_assert_uint_le(store.end, OBJECTS + 1);
	}
	store_fini(&store);
}
END_TEST

START_TEST(releasing_none_is_a_mistake)
{
	struct store store;
	store_init(&store, 8);
	store_alloc(&store);
	store_release(&store, 0);
}
END_TEST

START_TEST(releasing_what_was_never_given_is_a_mistake)
{
	struct store store;
	store_init(&store, 8);
	store_release(&store, store_alloc(&store) + 1);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		handles_start_at_one_and_count_up,   objects_of_four_bytes_do,
		pointers_stay_while_the_store_grows, released_objects_come_back_zeroed,
		a_finished_store_starts_anew,        random_lives_do_not_touch_each_other,
	};
	const TTest *const aborting[] = {
		releasing_none_is_a_mistake,
		releasing_what_was_never_given_is_a_mistake,
	};
	return unit_run("store", tests, ARRAY_SIZE(tests), aborting,
			ARRAY_SIZE(aborting));
}
