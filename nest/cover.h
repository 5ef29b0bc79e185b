/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Many prefixes at once, and what lies in any of them: whether a net does, and which
 * nodes of a table do.  So that entries of a roa table that changed lead to the routes
 * they are about, and to no others.
 */
#ifndef NEST_COVER_H
#define NEST_COVER_H

#include "lib/addr.h"
#include "nest/table.h"
#include <stdbool.h>
#include <stddef.h>

struct pool;
struct trie;

/* Counted: one use is the maker's; the last release frees it. */
struct cover *cover_new(void);
struct cover *cover_hold(struct cover *cover);
/* Accepts null. */
void cover_release(struct cover *cover);
/* Adds the destination of `net`, of any type.  Before the first walk. */
void cover_add(struct cover *cover, const struct prefix *net);
/* How many were added. */
size_t cover_count(const struct cover *cover);
/* The destination of `net` lies in one of the prefixes. */
bool cover_has(const struct cover *cover, const struct prefix *net);

/* A walk over the nodes of a table that lie in the prefixes, each met once.  Prefixes
 * with few possible nets are looked up net by net, the rest needs one look at every node.
 * Nodes may come and go between steps; which of those are met is not said. */
struct cover_walk {
	struct cover *cover; /* Held. */
	const struct table *table;
	struct pool *pool;
	/* Looked up net by net: these, the next one, its length and number. */
	struct prefix *narrow;
	size_t narrow_count, at;
	unsigned length;
	uint64_t number;
	uint64_t lengths[3]; /* That the table had at the beginning, as bits. */
	struct trie *wide;   /* Found by a look at every node; null: none are. */
	node_handle node;
};
void cover_walk_begin(struct cover_walk *walk, struct cover *cover,
		      const struct table *table);
/* Looks at a few nets or nodes; false: the walk is over. `node` is one that was found, or
 * 0: go on. */
bool cover_walk_step(struct cover_walk *walk, node_handle *node);
/* May end before the walk is over. */
void cover_walk_end(struct cover_walk *walk);

#endif
