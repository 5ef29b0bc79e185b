/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Path-compressed binary tries over prefixes of one family: longest match, exact match,
 * and walks.  A trie maps a prefix to a pointer it does not own.
 */
#ifndef LIB_TRIE_H
#define LIB_TRIE_H

#include "lib/addr.h"
#include <stdbool.h>
#include <stddef.h>

struct trie;
struct pool;

/* One prefix of a walk; false stops it.  It may not change the trie. */
typedef bool trie_visit(void *context, struct addr addr, unsigned length, void *value);

/* An empty trie in `pool`, freed with it at the latest. */
struct trie *trie_new(struct pool *pool);
/* Accepts null. */
void trie_free(struct trie *trie);
/* The value place of `addr`/`length` (length of the 128-bit address; further bits are not
 * looked at), made if missing (then null).  Good until trie_remove() of any prefix while
 * the value is null, else until that of this one. */
void **trie_place(struct trie *trie, struct addr addr, unsigned length);
/* The value of exactly this prefix, null if none. */
void *trie_find(const struct trie *trie, struct addr addr, unsigned length);
/* No effect if there is none. */
void trie_remove(struct trie *trie, struct addr addr, unsigned length);
/* The value of the longest prefix with a value that covers `addr`/`length`; null if none.
 */
void *trie_match(const struct trie *trie, struct addr addr, unsigned length);
/* Calls `visit` for each prefix with a value that covers (up = true, shortest first) or
 * lies in (up = false, in address order, shorter first) `addr`/`length`; stops and
 * returns false as soon as it does. */
bool trie_walk(const struct trie *trie, struct addr addr, unsigned length, bool up,
	       trie_visit *visit, void *context);

#endif
