/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Path-compressed binary tries.  A node is a prefix; its children are longer prefixes
 * inside it, told apart by the bit behind it.  A node without a value joins two children,
 * or is a place asked for and not yet filled.
 */
#include "lib/trie.h"

#include "lib/pool.h"
#include "lib/slab.h"
#include <assert.h>

#define TRIE_DEPTH 129 /* Lengths 0..128, each at most once on a path. */

struct trie_node {
	struct addr addr; /* Bits behind `length` are zero. */
	void *value;      /* Null: none. */
	struct trie_node *children[2];
	unsigned length;
};

struct trie {
	struct pool *pool;
	struct slab *nodes;
	struct trie_node *root; /* Null: empty. */
};

static struct trie_node *trie_insert(struct trie *trie, struct trie_node **link,
				     struct addr addr, unsigned length);
static void trie_prune(struct trie *trie, struct trie_node **link);
static bool trie_node_covers(const struct trie_node *node, struct addr addr,
			     unsigned length);
static bool trie_walk_up(const struct trie *trie, struct addr addr, unsigned length,
			 trie_visit *visit, void *context);
static bool trie_walk_down(const struct trie_node *top, trie_visit *visit, void *context);

struct trie *
trie_new(struct pool *pool)
{
	struct trie *trie = pool_alloc(pool, sizeof(*trie));
	trie->pool = pool;
	trie->nodes = slab_new(pool, sizeof(struct trie_node));
	return trie;
}

void
trie_free(struct trie *trie)
{
	if (trie == NULL)
		return;
	slab_free(trie->nodes);
	pool_release(trie->pool, trie);
}

void **
trie_place(struct trie *trie, struct addr addr, unsigned length)
{
	assert(length <= 128);
	addr = addr_mask(addr, length);
	struct trie_node **link = &trie->root;
	while (*link != NULL && (*link)->length < length &&
	       trie_node_covers(*link, addr, length))
		link = &(*link)->children[addr_bit(addr, (*link)->length)];
	struct trie_node *node = *link;
	if (node == NULL || node->length != length || !addr_equal(node->addr, addr))
		node = trie_insert(trie, link, addr, length);
	return &node->value;
}

void *
trie_find(const struct trie *trie, struct addr addr, unsigned length)
{
	assert(length <= 128);
	const struct trie_node *node = trie->root;
	while (node != NULL && node->length < length)
		node = node->children[addr_bit(addr, node->length)];
	if (node == NULL || !trie_node_covers(node, addr, length) ||
	    node->length != length)
		return NULL;
	return node->value;
}

void
trie_remove(struct trie *trie, struct addr addr, unsigned length)
{
	assert(length <= 128);
	struct trie_node **above = NULL, **link = &trie->root;
	while (*link != NULL && (*link)->length < length) {
		above = link;
		link = &(*link)->children[addr_bit(addr, (*link)->length)];
	}
	struct trie_node *node = *link;
	if (node == NULL || node->length != length ||
	    !trie_node_covers(node, addr, length))
		return;
	node->value = NULL;
	trie_prune(trie, link);
	/* A joint that lost one of its two children is none any more. */
	if (above != NULL && (*above)->value == NULL)
		trie_prune(trie, above);
}

void *
trie_match(const struct trie *trie, struct addr addr, unsigned length)
{
	assert(length <= 128);
	void *value = NULL;
	const struct trie_node *node = trie->root;
	while (node != NULL && trie_node_covers(node, addr, length)) {
		if (node->value != NULL)
			value = node->value;
		if (node->length == length)
			break;
		node = node->children[addr_bit(addr, node->length)];
	}
	return value;
}

bool
trie_walk(const struct trie *trie, struct addr addr, unsigned length, bool up,
	  trie_visit *visit, void *context)
{
	assert(length <= 128);
	if (up)
		return trie_walk_up(trie, addr, length, visit, context);
	const struct trie_node *node = trie->root;
	while (node != NULL && node->length < length)
		node = node->children[addr_bit(addr, node->length)];
	if (node == NULL || addr_common(node->addr, addr) < length)
		return true;
	return trie_walk_down(node, visit, context);
}

static bool
trie_walk_up(const struct trie *trie, struct addr addr, unsigned length,
	     trie_visit *visit, void *context)
{
	const struct trie_node *node = trie->root;
	while (node != NULL && trie_node_covers(node, addr, length)) {
		if (node->value != NULL &&
		    !visit(context, node->addr, node->length, node->value))
			return false;
		if (node->length == length)
			break;
		node = node->children[addr_bit(addr, node->length)];
	}
	return true;
}

static bool
trie_walk_down(const struct trie_node *top, trie_visit *visit, void *context)
{
	const struct trie_node *later[TRIE_DEPTH];
	unsigned count = 0;
	for (const struct trie_node *node = top; node != NULL;) {
		if (node->value != NULL &&
		    !visit(context, node->addr, node->length, node->value))
			return false;
		if (node->children[1] != NULL)
			later[count++] = node->children[1];
		node = node->children[0];
		if (node == NULL && count > 0)
			node = later[--count];
	}
	return true;
}

/* A new node at `link`, above what is there or beside it under a joint. */
static struct trie_node *
trie_insert(struct trie *trie, struct trie_node **link, struct addr addr, unsigned length)
{
	struct trie_node *node = slab_alloc(trie->nodes), *old = *link;
	node->addr = addr;
	node->length = length;
	*link = node;
	if (old == NULL)
		return node;
	unsigned common = addr_common(addr, old->addr);
	if (common >= length) {
		node->children[addr_bit(old->addr, length)] = old;
		return node;
	}
	struct trie_node *joint = slab_alloc(trie->nodes);
	joint->addr = addr_mask(addr, common);
	joint->length = common;
	joint->children[addr_bit(addr, common)] = node;
	joint->children[addr_bit(old->addr, common)] = old;
	*link = joint;
	return node;
}

/* Takes the valueless node at `link` out, unless it joins two children. */
static void
trie_prune(struct trie *trie, struct trie_node **link)
{
	struct trie_node *node = *link;
	if (node->children[0] != NULL && node->children[1] != NULL)
		return;
	*link = node->children[0] != NULL ? node->children[0] : node->children[1];
	slab_release(trie->nodes, node);
}

static bool
trie_node_covers(const struct trie_node *node, struct addr addr, unsigned length)
{
	return node->length <= length && addr_common(node->addr, addr) >= node->length;
}
