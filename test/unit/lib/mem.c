/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that never fails: contents, and that sizes no machine has end the process.
 */
#include "lib/mem.h"

#include "lib/macros.h"
#include "test/unit/unit.h"
#include <string.h>

START_TEST(zalloc_gives_zeros)
{
	static const char zeros[1000];
	void *memory = mem_zalloc(sizeof(zeros));
	ck_assert_mem_eq(memory, zeros, sizeof(zeros));
	mem_free(memory);
}
END_TEST

START_TEST(no_bytes_are_memory_too)
{
	void *memory[] = { mem_alloc(0), mem_zalloc(0), mem_resize(NULL, 0, 8),
			   mem_dup("", 0) };
	for (size_t i = 0; i < ARRAY_SIZE(memory); i++) {
		ck_assert_ptr_nonnull(memory[i]);
		mem_free(memory[i]);
	}
}
END_TEST

START_TEST(resize_keeps_the_contents)
{
	uint32_t *numbers = mem_resize(NULL, 4, sizeof(*numbers));
	for (uint32_t i = 0; i < 4; i++)
		numbers[i] = i;
	numbers = mem_resize(numbers, 4000, sizeof(*numbers));
	for (uint32_t i = 0; i < 4; i++)
		ck_assert_uint_eq(numbers[i], i);
	mem_free(numbers);
}
END_TEST

START_TEST(copies_are_equal_and_apart)
{
	char from[] = "mesh";
	char *bytes = mem_dup(from, sizeof(from)), *string = mem_strdup(from);
	from[0] = 'x';
	ck_assert_str_eq(bytes, "mesh");
	ck_assert_str_eq(string, "mesh");
	mem_free(bytes);
	mem_free(string);
}
END_TEST

START_TEST(free_accepts_null)
{
	mem_free(NULL);
}
END_TEST

START_TEST(a_product_that_overflows_ends_the_process)
{
	mem_free(mem_resize(NULL, SIZE_MAX / 4, 8));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		zalloc_gives_zeros,        no_bytes_are_memory_too,
		resize_keeps_the_contents, copies_are_equal_and_apart,
		free_accepts_null,
	};
	const TTest *const aborting[] = { a_product_that_overflows_ends_the_process };
	return unit_run("mem", tests, ARRAY_SIZE(tests), aborting, ARRAY_SIZE(aborting));
}
