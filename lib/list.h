/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Intrusive doubly linked lists.  A list is a circular chain through `struct list`
 * members; the head is one of them.  An unlinked member points at itself, so
 * list_remove() is safe twice.
 */
#ifndef LIB_LIST_H
#define LIB_LIST_H

#include "lib/macros.h"
#include <stdbool.h>

struct list {
	struct list *next, *previous;
};

static inline void
list_init(struct list *list)
{
	list->next = list->previous = list;
}

static inline bool
list_is_empty(const struct list *list)
{
	return list->next == list;
}

/* Links `item` behind `where`; behind a head that is the front. */
static inline void
list_insert_after(struct list *where, struct list *item)
{
	item->next = where->next;
	item->previous = where;
	where->next->previous = item;
	where->next = item;
}

/* Links `item` before `where`; before a head that is the back. */
static inline void
list_insert_before(struct list *where, struct list *item)
{
	list_insert_after(where->previous, item);
}

static inline void
list_push_back(struct list *head, struct list *item)
{
	list_insert_before(head, item);
}

static inline void
list_push_front(struct list *head, struct list *item)
{
	list_insert_after(head, item);
}

static inline void
list_remove(struct list *item)
{
	item->previous->next = item->next;
	item->next->previous = item->previous;
	list_init(item);
}

/* The first object of `head`, null if it is empty. */
#define list_first(head, type, member) \
	(list_is_empty(head) ? NULL : container_of((head)->next, type, member))

/* Walks the objects; the current one may not be removed (see list_each_safe). */
#define list_each(item, head, type, member)                         \
	for (type *item = container_of((head)->next, type, member); \
	     &item->member != (head);                               \
	     item = container_of(item->member.next, type, member))

/* Walks the objects; the current one may be removed and freed. */
#define list_each_safe(item, head, type, member)                                \
	for (type *item = container_of((head)->next, type, member),             \
		  *item##_next = container_of(item->member.next, type, member); \
	     &item->member != (head); item = item##_next,                       \
		  item##_next = container_of(item->member.next, type, member))

#endif
