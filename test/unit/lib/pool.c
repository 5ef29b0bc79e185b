/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pools: that all goes with them, in the promised order, and that sizes are exact.  Leaks
 * are for the sanitizer to find.
 */
#include "lib/pool.h"

#include "lib/macros.h"
#include "lib/text.h"
#include "test/unit/unit.h"
#include <stdalign.h>
#include <string.h>

/* What the cleanups leave behind. */
struct trace {
	struct text text;
};

struct mark {
	struct trace *trace;
	const char *name;
};

static void
clean(void *context)
{
	const struct mark *mark = context;
	text_add(&mark->trace->text, mark->name);
}

static void
mark_add(struct pool *pool, struct trace *trace, const char *name)
{
	struct mark *mark = pool_alloc(pool, sizeof(*mark));
	mark->trace = trace;
	mark->name = name;
	pool_on_free(pool, clean, mark);
}

START_TEST(memory_is_zeroed_and_aligned)
{
	static const char zeros[100];
	struct pool *pool = pool_new(NULL, "root");
	for (size_t size = 0; size <= sizeof(zeros); size++) {
		char *memory = pool_alloc(pool, size);
		ck_assert_mem_eq(memory, zeros, size);
		ck_assert_uint_eq((uintptr_t)memory % alignof(max_align_t), 0);
		memset(memory, 0xff, size);
		char *raw = pool_alloc_raw(pool, size);
		ck_assert_uint_eq((uintptr_t)raw % alignof(max_align_t), 0);
		memset(raw, 0xff, size);
	}
	pool_free(pool);
}
END_TEST

START_TEST(an_empty_pool_is_small)
{
	struct pool *pool = pool_new(NULL, "babel1");
	ck_assert_uint_lt(pool_size(pool), 200);
	pool_free(pool);
}
END_TEST

START_TEST(sizes_follow_every_allocation_and_release)
{
	struct pool *root = pool_new(NULL, "root");
	size_t empty = pool_size(root);
	struct pool *child = pool_new(root, "child");
	size_t both = pool_size(root);
	void *one = pool_alloc(root, 1000), *two = pool_alloc(child, 500);
	ck_assert_uint_ge(pool_size(root), both + 1500);
	ck_assert_uint_ge(pool_size(child), 500);
	pool_release(root, one);
	pool_release(child, two);
	pool_release(child, NULL);
	ck_assert_uint_eq(pool_size(root), both);
	pool_free(child);
	ck_assert_uint_eq(pool_size(root), empty);
	pool_free(root);
}
END_TEST

START_TEST(cleanups_run_last_first_and_parents_before_children)
{
	struct trace trace = { { .text = NULL } };
	struct pool *root = pool_new(NULL, "root");
	mark_add(root, &trace, "a");
	struct pool *child = pool_new(root, "child");
	mark_add(child, &trace, "x");
	mark_add(root, &trace, "b");
	mark_add(child, &trace, "y");
	pool_free(root);
	ck_assert_str_eq(text_string(&trace.text), "bayx");
	text_fini(&trace.text);
}
END_TEST

static void
free_pool(void *context)
{
	pool_free(context);
}

START_TEST(a_cleanup_may_free_a_child)
{
	struct pool *root = pool_new(NULL, "root");
	struct pool *child = pool_new(root, "child");
	pool_on_free(root, free_pool, child);
	pool_free(root);
}
END_TEST

START_TEST(children_are_walked_in_order_of_birth)
{
	struct pool *root = pool_new(NULL, "root");
	struct pool *a = pool_new(root, "a"), *b = pool_new(root, "b");
	ck_assert_ptr_null(pool_child(a, NULL));
	ck_assert_ptr_eq(pool_child(root, NULL), a);
	ck_assert_ptr_eq(pool_child(root, a), b);
	ck_assert_ptr_null(pool_child(root, b));
	ck_assert_str_eq(pool_name(b), "b");
	pool_free(a);
	ck_assert_ptr_eq(pool_child(root, NULL), b);
	pool_free(root);
}
END_TEST

START_TEST(names_and_strings_are_copies)
{
	char name[] = "name";
	struct pool *pool = pool_new(NULL, name);
	char *copy = pool_strdup(pool, name);
	name[0] = 'x';
	ck_assert_str_eq(pool_name(pool), "name");
	ck_assert_str_eq(copy, "name");
	pool_free(pool);
	pool_free(NULL);
}
END_TEST

START_TEST(releasing_to_the_wrong_pool_is_a_mistake)
{
	struct pool *one = pool_new(NULL, "one"), *two = pool_new(NULL, "two");
	pool_release(two, pool_alloc(one, 8));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		memory_is_zeroed_and_aligned,
		an_empty_pool_is_small,
		sizes_follow_every_allocation_and_release,
		cleanups_run_last_first_and_parents_before_children,
		a_cleanup_may_free_a_child,
		children_are_walked_in_order_of_birth,
		names_and_strings_are_copies,
	};
	const TTest *const aborting[] = { releasing_to_the_wrong_pool_is_a_mistake };
	return unit_run("pool", tests, ARRAY_SIZE(tests), aborting, ARRAY_SIZE(aborting));
}
