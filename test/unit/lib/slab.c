/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slabs: objects zeroed, apart and reused, small while they hold little.
 */
#include "lib/slab.h"

#include "lib/macros.h"
#include "lib/pool.h"
#include "test/unit/unit.h"
#include <stdalign.h>
#include <string.h>

#define OBJECTS 3000

START_TEST(objects_are_zeroed_and_apart_at_every_size)
{
	static const char zeros[200];
	for (size_t size = 1; size <= sizeof(zeros); size += 13) {
		struct pool *pool = pool_new(NULL, "test");
		struct slab *slab = slab_new(pool, size);
		unsigned char *objects[200];
		for (size_t i = 0; i < ARRAY_SIZE(objects); i++) {
			objects[i] = slab_alloc(slab);
			ck_assert_mem_eq(objects[i], zeros, size);
			ck_assert_uint_eq((uintptr_t)objects[i] % alignof(void *), 0);
			memset(objects[i], (int)i, size);
		}
		for (size_t i = 0; i < ARRAY_SIZE(objects); i++)
			ck_assert_uint_eq(objects[i][size - 1], i);
		pool_free(pool);
	}
}
END_TEST

START_TEST(widest_alignment_is_kept)
{
	struct pool *pool = pool_new(NULL, "test");
	struct slab *slab = slab_new(pool, sizeof(max_align_t));
	for (int i = 0; i < 1000; i++)
		ck_assert_uint_eq((uintptr_t)slab_alloc(slab) % alignof(max_align_t), 0);
	pool_free(pool);
}
END_TEST

START_TEST(objects_larger_than_a_chunk_do)
{
	struct pool *pool = pool_new(NULL, "test");
	struct slab *slab = slab_new(pool, 100000);
	for (int i = 0; i < 3; i++)
		memset(slab_alloc(slab), 1, 100000);
	pool_free(pool);
}
END_TEST

START_TEST(a_slab_that_holds_little_is_small)
{
	struct pool *pool = pool_new(NULL, "test");
	size_t size = pool_size(pool);
	struct slab *slab = slab_new(pool, 48);
	ck_assert_uint_lt(pool_size(pool) - size, 128);
	slab_alloc(slab);
	ck_assert_uint_lt(pool_size(pool) - size, 700);
	pool_free(pool);
}
END_TEST

START_TEST(random_lives_do_not_touch_each_other)
{
	struct pool *pool = pool_new(NULL, "test");
	size_t empty = pool_size(pool);
	struct slab *slab = slab_new(pool, 24);
	uint64_t *objects[OBJECTS] = { NULL }, tags[OBJECTS], random = 7;
	size_t count = 0, peak = 0;
	for (int i = 0; i < 60000; i++) {
		uint32_t at = unit_below(&random, OBJECTS);
		if (objects[at] != NULL) {
			ck_assert_uint_eq(objects[at][2], tags[at]);
			slab_release(slab, objects[at]);
			objects[at] = NULL;
			count--;
		} else {
			objects[at] = slab_alloc(slab);
			ck_assert_uint_eq(objects[at][0] | objects[at][2], 0);
			objects[at][2] = tags[at] = unit_random(&random);
			count++;
		}
		ck_assert_uint_eq(slab_count(slab), count);
		peak = MAX(peak, count);
	}
	/* Released objects are used again: no more memory than the most that lived at
	 * once. */
	ck_assert_uint_lt(pool_size(pool) - empty, peak * 24 * 2 + 1024);
	slab_release(slab, NULL);
	slab_free(slab);
	ck_assert_uint_eq(pool_size(pool), empty);
	slab_free(NULL);
	pool_free(pool);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		objects_are_zeroed_and_apart_at_every_size,
		widest_alignment_is_kept,
		objects_larger_than_a_chunk_do,
		a_slab_that_holds_little_is_small,
		random_lives_do_not_touch_each_other,
	};
	return unit_run("slab", tests, ARRAY_SIZE(tests), NULL, 0);
}
