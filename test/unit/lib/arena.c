/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arenas: contents stay apart, large pieces don't cost the block being filled, reset
 * gives all back.
 */
#include "lib/arena.h"

#include "lib/macros.h"
#include "lib/pool.h"
#include "test/unit/unit.h"
#include <stdalign.h>
#include <string.h>

START_TEST(pieces_are_zeroed_aligned_and_apart)
{
	static const char zeros[300];
	struct pool *pool = pool_new(NULL, "test");
	struct arena *arena = arena_new(pool);
	unsigned char *pieces[1000];
	uint64_t random = 6;
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		size_t size = 1 + unit_below(&random, sizeof(zeros));
		pieces[i] = i % 3 == 0 ? arena_alloc_bytes(arena, size)
				       : arena_alloc(arena, size);
		ck_assert_mem_eq(pieces[i], zeros, size);
		if (i % 3 != 0)
			ck_assert_uint_eq((uintptr_t)pieces[i] % alignof(max_align_t), 0);
		memset(pieces[i], (int)(i % 255) + 1, size);
	}
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++)
		ck_assert_uint_eq(pieces[i][0], i % 255 + 1);
	pool_free(pool);
}
END_TEST

START_TEST(bytes_are_packed)
{
	struct pool *pool = pool_new(NULL, "test");
	struct arena *arena = arena_new(pool);
	char *first = arena_alloc_bytes(arena, 3), *second = arena_alloc_bytes(arena, 5);
	ck_assert_ptr_eq(first + 3, second);
	pool_free(pool);
}
END_TEST

START_TEST(an_arena_that_holds_little_is_small)
{
	struct pool *pool = pool_new(NULL, "test");
	struct arena *arena = arena_new(pool);
	arena_alloc(arena, 100);
	ck_assert_uint_le(arena_size(arena), 1200);
	pool_free(pool);
}
END_TEST

START_TEST(little_is_wasted)
{
	struct pool *pool = pool_new(NULL, "test");
	struct arena *arena = arena_new(pool);
	for (int i = 0; i < 100000; i++)
		arena_alloc(arena, 48);
	ck_assert_uint_lt(arena_size(arena), 100000 * 48 + (1 << 18) + (1 << 14));
	pool_free(pool);
}
END_TEST

START_TEST(a_large_piece_leaves_the_block_in_use)
{
	struct pool *pool = pool_new(NULL, "test");
	struct arena *arena = arena_new(pool);
	char *before = arena_alloc_bytes(arena, 10);
	memset(arena_alloc(arena, 1 << 20), 1, 1 << 20);
	char *after = arena_alloc_bytes(arena, 10);
	ck_assert_ptr_eq(before + 10, after);
	pool_free(pool);
}
END_TEST

/* Each block costs the pool a header. */
START_TEST(many_middling_pieces_share_blocks)
{
	struct pool *pool = pool_new(NULL, "test");
	struct arena *arena = arena_new(pool);
	size_t before = pool_size(pool) - arena_size(arena);
	arena_alloc(arena, 1);
	size_t block = pool_size(pool) - arena_size(arena) - before;
	for (int i = 0; i < 200; i++)
		arena_alloc(arena, 8000);
	size_t blocks = (pool_size(pool) - arena_size(arena) - before) / block;
	ck_assert_uint_le(blocks, 20);
	pool_free(pool);
}
END_TEST

START_TEST(reset_keeps_one_block_and_zeroes_again)
{
	static const char zeros[64];
	struct pool *pool = pool_new(NULL, "test");
	struct arena *arena = arena_new(pool);
	arena_reset(arena);
	for (int i = 0; i < 1000; i++)
		arena_alloc(arena, 1000);
	arena_reset(arena);
	size_t size = arena_size(arena);
	ck_assert_uint_lt(size, (1 << 18) + (1 << 10));
	char *first = arena_alloc(arena, sizeof(zeros));
	memset(first, 1, sizeof(zeros));
	for (int i = 0; i < 100; i++)
		arena_alloc(arena, 1000);
	ck_assert_uint_eq(arena_size(arena), size); /* It had room for that. */
	arena_reset(arena);
	ck_assert_uint_eq(arena_size(arena), size);
	ck_assert_ptr_eq(arena_alloc(arena, sizeof(zeros)), first);
	ck_assert_mem_eq(first, zeros, sizeof(zeros));
	pool_free(pool);
}
END_TEST

START_TEST(a_growing_array_keeps_its_items)
{
	struct pool *pool = pool_new(NULL, "test");
	struct arena *arena = arena_new(pool);
	size_t room = 0;
	int *numbers = NULL;
	for (int i = 0; i < 1000; i++) {
		numbers = arena_grow(arena, numbers, (size_t)i, &room, sizeof(*numbers));
		ck_assert_uint_gt(room, (size_t)i);
		numbers[i] = i;
	}
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(numbers[i], i);
	pool_free(pool);
}
END_TEST

START_TEST(a_freed_arena_leaves_nothing_in_the_pool)
{
	struct pool *pool = pool_new(NULL, "test");
	size_t size = pool_size(pool);
	struct arena *arena = arena_new(pool);
	for (int i = 0; i < 1000; i++)
		arena_alloc(arena, 1000);
	ck_assert_uint_ge(pool_size(pool), size + arena_size(arena));
	arena_free(arena);
	ck_assert_uint_eq(pool_size(pool), size);
	arena_free(NULL);
	pool_free(pool);
}
END_TEST

START_TEST(strings_are_terminated_copies)
{
	struct pool *pool = pool_new(NULL, "test");
	struct arena *arena = arena_new(pool);
	ck_assert_str_eq(arena_strdup(arena, "whole"), "whole");
	ck_assert_str_eq(arena_strndup(arena, "partial", 4), "part");
	ck_assert_str_eq(arena_strndup(arena, NULL, 0), "");
	ck_assert_str_eq(arena_printf(arena, "%s-%d", "x", 7), "x-7");
	ck_assert_uint_eq(strlen(arena_printf(arena, "%5000d", 1)), 5000);
	pool_free(pool);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		pieces_are_zeroed_aligned_and_apart,
		bytes_are_packed,
		an_arena_that_holds_little_is_small,
		little_is_wasted,
		a_large_piece_leaves_the_block_in_use,
		many_middling_pieces_share_blocks,
		reset_keeps_one_block_and_zeroes_again,
		a_growing_array_keeps_its_items,
		a_freed_arena_leaves_nothing_in_the_pool,
		strings_are_terminated_copies,
	};
	return unit_run("arena", tests, ARRAY_SIZE(tests), NULL, 0);
}
