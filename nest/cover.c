/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets of prefixes, and walks over the nodes that lie in them.
 *
 * Tables are hashed, so what lies in a prefix is found by trying each net it can hold, of
 * the lengths the table has; or by a look at all nodes, if that is less work.
 */
#include "nest/cover.h"

#include "lib/mem.h"
#include "lib/pool.h"
#include "lib/trie.h"
#include "nest/table_private.h"

/* So many nets or nodes are tried in a step, at most. */
#define STEP 8u
/* A prefix is tried net by net if it holds at most as many as one of so many nodes … */
#define NARROW_ONE 64u
/* … and all of those together at most as many as one of these. */
#define NARROW_ALL 4u

struct cover {
	struct pool *pool;
	struct trie *trie[2]; /* IPv6, IPv4. */
	size_t count;
	uint32_t uses;
};

/* What a walk has to sort its prefixes. */
struct sorter {
	struct cover_walk *walk;
	bool is_ip4;
	uint64_t most, all; /* Nets to be tried: of a prefix, of all that are narrow. */
	size_t room;
	bool has_last;
	struct prefix last; /* The one before, which may hold the next. */
};

static bool prefix_sort(void *context, struct addr addr, unsigned length, void *value);
static uint64_t nets_possible(const struct table *table, const struct prefix *prefix);
static void walk_widen(struct cover_walk *walk);
static node_handle narrow_find(const struct cover_walk *walk);
static void narrow_next(struct cover_walk *walk);
static bool walk_has_length(const struct cover_walk *walk, unsigned length);

struct cover *
cover_new(void)
{
	struct pool *pool = pool_new(NULL, "cover");
	struct cover *cover = pool_alloc(pool, sizeof(*cover));
	cover->pool = pool;
	cover->trie[0] = trie_new(pool);
	cover->trie[1] = trie_new(pool);
	cover->uses = 1;
	return cover;
}

struct cover *
cover_hold(struct cover *cover)
{
	cover->uses++;
	return cover;
}

void
cover_release(struct cover *cover)
{
	if (cover != NULL && --cover->uses == 0)
		pool_free(cover->pool);
}

void
cover_add(struct cover *cover, const struct prefix *net)
{
	struct trie *trie = cover->trie[prefix_is_ip4(net)];
	*trie_place(trie, net->addr, prefix_offset(net) + net->length) = cover;
	cover->count++;
}

size_t
cover_count(const struct cover *cover)
{
	return cover->count;
}

bool
cover_has(const struct cover *cover, const struct prefix *net)
{
	const struct trie *trie = cover->trie[prefix_is_ip4(net)];
	return trie_match(trie, net->addr, prefix_offset(net) + net->length) != NULL;
}

void
cover_walk_begin(struct cover_walk *walk, struct cover *cover, const struct table *table)
{
	*walk = (struct cover_walk){ .cover = cover_hold(cover), .table = table };
	walk->pool = pool_new(NULL, "cover walk");
	struct sorter sorter = { .walk = walk };
	sorter.is_ip4 = table->type == NET_IP4 || table->type == NET_ROA4;
	/* A net of other types is more than a destination. */
	if (table->type == NET_IP4 || table->type == NET_IP6)
		sorter.most = 1 + table->nodes.count / NARROW_ONE;
	trie_walk(cover->trie[sorter.is_ip4], addr_any, 0, false, prefix_sort, &sorter);
	if (sorter.all > sorter.most + table->nodes.count / NARROW_ALL)
		walk_widen(walk);
	walk->length = walk->narrow_count > 0 ? walk->narrow[0].length : 0;
	for (unsigned i = 0; i < table_lengths(table); i++)
		walk->lengths[i / 64] |= (uint64_t)(table->lengths[i] > 0) << (i % 64);
}

bool
cover_walk_step(struct cover_walk *walk, node_handle *node)
{
	*node = 0;
	for (unsigned i = 0; i < STEP && *node == 0; i++) {
		if (walk->at < walk->narrow_count) {
			*node = narrow_find(walk);
			narrow_next(walk);
			continue;
		}
		if (walk->wide == NULL)
			return false;
		walk->node = node_next(walk->table, walk->node);
		if (walk->node == 0)
			return false;
		struct prefix net;
		table_node_prefix(walk->table, walk->node, &net);
		if (trie_match(walk->wide, net.addr, prefix_offset(&net) + net.length))
			*node = walk->node;
	}
	return true;
}

void
cover_walk_end(struct cover_walk *walk)
{
	pool_free(walk->pool);
	mem_free(walk->narrow);
	cover_release(walk->cover);
	*walk = (struct cover_walk){ .cover = NULL };
}

/* Takes one prefix to the narrow or to the wide ones, unless it lies in the one before:
 * they come shorter first, and what lies in one follows it. */
static bool
prefix_sort(void *context, struct addr addr, unsigned length, void *value)
{
	struct sorter *sorter = context;
	struct cover_walk *walk = sorter->walk;
	unsigned offset = sorter->is_ip4 ? 96 : 0;
	struct prefix prefix = { .type = (uint8_t)walk->table->type,
				 .addr = addr,
				 .length = (uint8_t)(length - offset) };
	if (sorter->has_last &&
	    addr_common(addr, sorter->last.addr) >= offset + sorter->last.length)
		return true;
	sorter->last = prefix;
	sorter->has_last = true;
	uint64_t nets = nets_possible(walk->table, &prefix);
	if (nets > sorter->most) {
		if (walk->wide == NULL)
			walk->wide = trie_new(walk->pool);
		*trie_place(walk->wide, addr, length) = value;
		return true;
	}
	if (nets == 0)
		return true;
	sorter->all += nets;
	if (walk->narrow_count == sorter->room) {
		sorter->room = sorter->room > 0 ? sorter->room * 2 : 16;
		walk->narrow =
			mem_resize(walk->narrow, sorter->room, sizeof(walk->narrow[0]));
	}
	walk->narrow[walk->narrow_count++] = prefix;
	return true;
}

/* How many nets of the lengths that are there lie in the prefix. */
static uint64_t
nets_possible(const struct table *table, const struct prefix *prefix)
{
	uint64_t nets = 0;
	for (unsigned length = prefix->length; length < table_lengths(table); length++) {
		unsigned more = length - prefix->length;
		if (table->lengths[length] == 0)
			continue;
		if (more >= 32)
			return UINT64_MAX;
		nets += UINT64_C(1) << more;
	}
	return nets;
}

/* A look at every node is less work than all the narrow ones. */
static void
walk_widen(struct cover_walk *walk)
{
	if (walk->wide == NULL)
		walk->wide = trie_new(walk->pool);
	for (size_t i = 0; i < walk->narrow_count; i++) {
		const struct prefix *net = &walk->narrow[i];
		*trie_place(walk->wide, net->addr, prefix_offset(net) + net->length) =
			walk->cover;
	}
	walk->narrow_count = 0;
}

/* The node of the net that is tried now, 0 if there is none. */
static node_handle
narrow_find(const struct cover_walk *walk)
{
	struct prefix net = walk->narrow[walk->at];
	if (!walk_has_length(walk, walk->length))
		return 0;
	/* The number is what follows the prefix, up to the length. */
	unsigned behind = 128 - prefix_offset(&net) - walk->length;
	uint64_t high = addr_high(net.addr), low = addr_low(net.addr);
	if (behind >= 64)
		high |= walk->number << (behind - 64);
	else if (behind > 0)
		high |= walk->number >> (64 - behind);
	if (behind < 64)
		low |= walk->number << behind;
	net.addr = addr_from_u64(high, low);
	net.length = (uint8_t)walk->length;
	return table_find(walk->table, &net);
}

static void
narrow_next(struct cover_walk *walk)
{
	const struct prefix *prefix = &walk->narrow[walk->at];
	unsigned more = walk->length - prefix->length;
	if (walk_has_length(walk, walk->length) && ++walk->number >> more == 0)
		return;
	walk->number = 0;
	if (++walk->length < table_lengths(walk->table))
		return;
	if (++walk->at < walk->narrow_count)
		walk->length = walk->narrow[walk->at].length;
}

/* Lengths that come later would be more work than was thought. */
static bool
walk_has_length(const struct cover_walk *walk, unsigned length)
{
	return (walk->lengths[length / 64] >> (length % 64) & 1) != 0;
}
