/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Linked lists: order, and removal at any place and while walking.
 */
#include "lib/list.h"

#include "test/unit/unit.h"

struct item {
	int number;
	struct list chain;
};

#define ITEMS 5

/* Items 0 … ITEMS - 1, appended in order. */
static void
fill(struct list *head, struct item items[static ITEMS])
{
	list_init(head);
	for (int i = 0; i < ITEMS; i++) {
		items[i].number = i;
		list_push_back(head, &items[i].chain);
	}
}

static int
digits(struct list *head)
{
	int value = 0;
	list_each(item, head, struct item, chain)
		value = value * 10 + item->number;
	return value;
}

START_TEST(a_new_list_is_empty)
{
	struct list head;
	list_init(&head);
	ck_assert(list_is_empty(&head));
	ck_assert_ptr_null(list_first(&head, struct item, chain));
	ck_assert_int_eq(digits(&head), 0);
}
END_TEST

START_TEST(items_stand_where_they_were_put)
{
	struct list head;
	struct item items[ITEMS], front = { .number = 9 }, between = { .number = 7 };
	fill(&head, items);
	ck_assert_int_eq(digits(&head), 1234);
	list_push_front(&head, &front.chain);
	ck_assert_int_eq(digits(&head), 901234);
	list_insert_after(&items[1].chain, &between.chain);
	ck_assert_int_eq(digits(&head), 9017234);
	list_remove(&between.chain);
	list_insert_before(&items[1].chain, &between.chain);
	ck_assert_int_eq(digits(&head), 9071234);
	ck_assert_ptr_eq(list_first(&head, struct item, chain), &front);
}
END_TEST

START_TEST(removing_twice_harms_nothing)
{
	struct list head;
	struct item items[ITEMS];
	fill(&head, items);
	list_remove(&items[2].chain);
	list_remove(&items[3].chain);
	list_remove(&items[2].chain);
	ck_assert_int_eq(digits(&head), 14);
	list_remove(&items[4].chain);
	ck_assert_int_eq(digits(&head), 1);
}
END_TEST

START_TEST(the_current_item_may_leave_a_safe_walk)
{
	struct list head;
	struct item items[ITEMS];
	int seen = 0;
	fill(&head, items);
	list_each_safe(item, &head, struct item, chain) {
		seen = seen * 10 + item->number;
		if (item->number % 2 == 0)
			list_remove(&item->chain);
	}
	ck_assert_int_eq(seen, 1234);
	ck_assert_int_eq(digits(&head), 13);
	list_each_safe(item, &head, struct item, chain)
		list_remove(&item->chain);
	ck_assert(list_is_empty(&head));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_new_list_is_empty,
		items_stand_where_they_were_put,
		removing_twice_harms_nothing,
		the_current_item_may_leave_a_safe_walk,
	};
	return unit_run("list", tests, ARRAY_SIZE(tests), NULL, 0);
}
