/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets of prefixes: making and searching the trie.
 *
 * A node's `down` says for which lengths it and all below it is in the set (its
 * ancestors' included), `up` for which shorter lengths the prefixes on the way to it are
 * (its descendants' included).  Bit l-1 stands for length l; length 0 has a flag of its
 * own.  A search ends at the first node whose `down` has the bit, or where the way ends:
 * then the node below decides by `up` if the searched prefix lies on the edge to it.
 */
#include "filter/prefix_set.h"
#include "lib/arena.h"
#include "lib/macros.h"
#include "lib/mem.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct lengths {
	uint64_t word[2];
};

/* The address is left-aligned, also of IPv4. */
struct node {
	uint64_t high, low;
	struct lengths down, up;
	uint32_t child[2]; /* 0: none. */
	uint32_t length;
};

struct prefix_set {
	bool is_ip4;
	bool has_zero; /* The prefix of length 0. */
	uint8_t skip;  /* Bits all nodes share; the table is indexed by the next ones. */
	uint8_t index_bits;       /* 0: no table. */
	const uint32_t *index;    /* By those bits: the deepest node not below them. */
	const struct node *nodes; /* 0 is the root. */
	const struct prefix_pattern *patterns; /* Sorted, no two equal. */
	size_t count;
};

/* What is being built. */
struct trie_build {
	struct node *nodes;
	uint32_t count, room;
};

static inline bool
lengths_has(const struct lengths *lengths, unsigned length)
{
	return lengths->word[(length - 1) >> 6] >> ((length - 1) & 63) & 1;
}

/* Lengths low..high, of 1 up. */
static void
lengths_add(struct lengths *lengths, unsigned low, unsigned high)
{
	for (unsigned length = MAX(low, 1u); length <= high; length++)
		lengths->word[(length - 1) >> 6] |= UINT64_C(1) << ((length - 1) & 63);
}

static void
lengths_merge(struct lengths *lengths, const struct lengths *other)
{
	lengths->word[0] |= other->word[0];
	lengths->word[1] |= other->word[1];
}

static inline uint64_t
left_mask(unsigned length)
{
	return length ? ~UINT64_C(0) << (64 - length) : 0;
}

/* Both start with the same `length` bits. */
static inline bool
bits_equal(uint64_t a_high, uint64_t a_low, uint64_t b_high, uint64_t b_low,
	   unsigned length)
{
	if (length <= 64)
		return ((a_high ^ b_high) & left_mask(length)) == 0;
	return a_high == b_high && ((a_low ^ b_low) & left_mask(length - 64)) == 0;
}

static inline unsigned
bit_at(uint64_t high, uint64_t low, unsigned index)
{
	assert(index < 128);
	return (unsigned)(index < 64 ? high >> (63 - index) : low >> (127 - index)) & 1u;
}

static unsigned
bits_common(uint64_t a_high, uint64_t a_low, uint64_t b_high, uint64_t b_low)
{
	if (a_high != b_high)
		return (unsigned)__builtin_clzll(a_high ^ b_high);
	return a_low == b_low ? 128 : 64 + (unsigned)__builtin_clzll(a_low ^ b_low);
}

/* `count` (1..32) bits from `start` on. */
static inline uint32_t
bits_at(uint64_t high, uint64_t low, unsigned start, unsigned count)
{
	uint64_t bits = start == 0   ? high
			: start < 64 ? high << start | low >> (64 - start)
				     : low << (start - 64);
	return (uint32_t)(bits >> (64 - count));
}

static inline uint64_t
aligned_high(struct addr addr, bool is_ip4)
{
	return is_ip4 ? addr_low(addr) << 32 : addr_high(addr);
}

static inline uint64_t
aligned_low(struct addr addr, bool is_ip4)
{
	return is_ip4 ? 0 : addr_low(addr);
}

/* ---- collecting -------------------------------------------------------------------- */

static bool
builder_append(struct prefix_set_builder *builder, struct prefix_pattern pattern,
	       bool is_ip4)
{
	if (builder->count > 0 && builder->is_ip4 != is_ip4)
		return false;
	builder->is_ip4 = is_ip4;
	if (builder->count == builder->room) {
		builder->room = MAX((size_t)16, 2 * builder->room);
		builder->patterns =
			mem_resize(builder->patterns, builder->room, sizeof(pattern));
	}
	builder->patterns[builder->count++] = pattern;
	return true;
}

bool
prefix_set_builder_add(struct prefix_set_builder *builder, const struct prefix *prefix,
		       unsigned low, unsigned high)
{
	struct prefix_pattern pattern = { prefix->addr, prefix->length, (uint8_t)low,
					  (uint8_t)high };
	return builder_append(builder, pattern, prefix_is_ip4(prefix));
}

bool
prefix_set_builder_add_set(struct prefix_set_builder *builder,
			   const struct prefix_set *set)
{
	for (size_t i = 0; set && i < set->count; i++)
		if (!builder_append(builder, set->patterns[i], set->is_ip4))
			return false;
	return true;
}

void
prefix_set_builder_fini(struct prefix_set_builder *builder)
{
	mem_free(builder->patterns);
}

static int
pattern_compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct prefix_pattern));
}

static void
builder_settle(struct prefix_set_builder *builder)
{
	if (builder->count == 0)
		return;
	qsort(builder->patterns, builder->count, sizeof(*builder->patterns),
	      pattern_compare);
	size_t kept = 0;
	for (size_t i = 1; i < builder->count; i++)
		if (pattern_compare(&builder->patterns[kept], &builder->patterns[i]) != 0)
			builder->patterns[++kept] = builder->patterns[i];
	builder->count = kept + 1;
}

/* ---- building the trie ------------------------------------------------------------- */

static uint32_t
node_new(struct trie_build *build, uint64_t high, uint64_t low, unsigned length)
{
	if (build->count == build->room) {
		build->room = MAX(64u, 2 * build->room);
		build->nodes =
			mem_resize(build->nodes, build->room, sizeof(*build->nodes));
	}
	struct node *node = &build->nodes[build->count];
	*node = (struct node){ .length = length };
	node->high = high & left_mask(MIN(length, 64u));
	node->low = length > 64 ? low & left_mask(length - 64) : 0;
	return build->count++;
}

/* The node of exactly this prefix, made with the branches it needs. */
static uint32_t
node_place(struct trie_build *build, uint64_t high, uint64_t low, unsigned length)
{
	uint32_t at = 0;
	for (;;) {
		if (build->nodes[at].length == length)
			return at;
		unsigned side = bit_at(high, low, build->nodes[at].length);
		uint32_t next = build->nodes[at].child[side];
		if (next == 0) {
			uint32_t leaf = node_new(build, high, low, length);
			build->nodes[at].child[side] = leaf;
			return leaf;
		}
		const struct node *below = &build->nodes[next];
		unsigned common = bits_common(below->high, below->low, high, low);
		unsigned split = MIN(MIN(common, length), below->length);
		if (split < below->length) {
			uint64_t below_high = below->high, below_low = below->low;
			uint32_t branch = node_new(build, high, low, split);
			build->nodes[branch].child[bit_at(below_high, below_low, split)] =
				next;
			build->nodes[at].child[side] = branch;
			next = branch;
		}
		at = next;
	}
}

static void
build_insert(struct trie_build *build, const struct prefix_pattern *pattern, bool is_ip4)
{
	uint64_t high = aligned_high(pattern->addr, is_ip4);
	uint64_t low = aligned_low(pattern->addr, is_ip4);
	uint32_t at = node_place(build, high, low, pattern->length);
	struct node *node = &build->nodes[at]; /* Only now: placing moves them. */
	if (pattern->high >= pattern->length)
		lengths_add(&node->down, MAX(pattern->low, pattern->length),
			    pattern->high);
	if (pattern->low < pattern->length)
		lengths_add(&node->up, pattern->low,
			    MIN(pattern->high, pattern->length - 1u));
}

/* Copies the nodes in the order of a walk, so that a search reads forward; hands `down`
 * to children and `up` to parents. */
static struct node *
build_pack(struct trie_build *build, struct arena *arena)
{
	struct node *nodes = arena_alloc(arena, build->count * sizeof(*nodes));
	uint32_t *parents = mem_alloc(build->count * sizeof(*parents));
	/* What is still to be copied: the node, and where its parent went. At most one
	 * sibling per level waits. */
	struct {
		uint32_t from, parent;
	} stack[130];
	unsigned depth = 0;
	uint32_t count = 0;
	stack[depth].from = 0;
	stack[depth++].parent = 0;
	while (depth > 0) {
		uint32_t from = stack[--depth].from, parent = stack[depth].parent;
		uint32_t to = count++;
		nodes[to] = build->nodes[from];
		parents[to] = parent;
		lengths_merge(&nodes[to].down, &nodes[parent].down);
		if (to > 0)
			nodes[parent].child[bit_at(nodes[to].high, nodes[to].low,
						   nodes[parent].length)] = to;
		for (unsigned side = 2; side-- > 0;) {
			if (!build->nodes[from].child[side])
				continue;
			stack[depth].from = build->nodes[from].child[side];
			stack[depth++].parent = to;
		}
	}
	for (uint32_t i = count; i-- > 1;)
		lengths_merge(&nodes[parents[i]].up, &nodes[i].up);
	mem_free(parents);
	return nodes;
}

/* Fills the table: for each value of its bits the deepest node whose prefix those bits
 * (and the skipped ones) decide. */
static void
index_build(struct prefix_set *set, struct arena *arena, uint32_t node_count)
{
	if (node_count < 16)
		return;
	uint32_t top =
		0; /* The first node with two children: all above it lead one way. */
	while (!set->nodes[top].child[0] != !set->nodes[top].child[1])
		top = set->nodes[top].child[0] ? set->nodes[top].child[0]
					       : set->nodes[top].child[1];
	unsigned skip = set->nodes[top].length;
	unsigned bits = MIN(32 - (unsigned)__builtin_clz(node_count), 18u);
	bits = MIN(bits, (set->is_ip4 ? 32u : 128u) - skip);
	if (bits == 0)
		return;
	uint32_t *index = arena_alloc(arena, ((size_t)1 << bits) * sizeof(*index));
	/* Nodes come before those below them, so deeper ones overwrite. */
	for (uint32_t i = top; i < node_count; i++) {
		const struct node *node = &set->nodes[i];
		if (node->length > skip + bits)
			continue;
		unsigned own = node->length - skip;
		uint32_t first = own ? bits_at(node->high, node->low, skip, own)
						 << (bits - own)
				     : 0;
		for (uint32_t j = 0; j < 1u << (bits - own); j++)
			index[first + j] = i;
	}
	set->skip = (uint8_t)skip;
	set->index_bits = (uint8_t)bits;
	set->index = index;
}

const struct prefix_set *
prefix_set_build(struct prefix_set_builder *builder, struct arena *arena)
{
	builder_settle(builder);
	struct prefix_set *set = arena_alloc(arena, sizeof(*set));
	struct trie_build build = { 0 };
	node_new(&build, 0, 0, 0);
	set->is_ip4 = builder->is_ip4;
	for (size_t i = 0; i < builder->count; i++) {
		build_insert(&build, &builder->patterns[i], builder->is_ip4);
		set->has_zero |= builder->patterns[i].low == 0;
	}
	set->nodes = build_pack(&build, arena);
	index_build(set, arena, build.count);
	mem_free(build.nodes);
	set->count = builder->count;
	if (builder->count > 0) {
		size_t size = builder->count * sizeof(*builder->patterns);
		void *patterns = arena_alloc_bytes(arena, size);
		memcpy(patterns, builder->patterns, size);
		set->patterns = patterns;
	}
	return set;
}

/* ---- using ------------------------------------------------------------------------- */

bool
prefix_set_has(const struct prefix_set *set, const struct prefix *prefix)
{
	if (!set || prefix_is_ip4(prefix) != set->is_ip4)
		return false;
	unsigned length = prefix->length;
	if (length == 0)
		return set->has_zero;
	uint64_t high = aligned_high(prefix->addr, set->is_ip4);
	uint64_t low = aligned_low(prefix->addr, set->is_ip4);
	const struct node *node = set->nodes;
	if (set->index && length >= (unsigned)set->skip + set->index_bits) {
		const struct node *start = &set->nodes[set->index[bits_at(
			high, low, set->skip, set->index_bits)]];
		/* The skipped bits were not looked at. */
		if (bits_equal(start->high, start->low, high, low, start->length))
			node = start;
	}
	for (;;) {
		if (lengths_has(&node->down, length))
			return true;
		if (node->length == length)
			return lengths_has(&node->up, length);
		uint32_t next = node->child[bit_at(high, low, node->length)];
		if (next == 0)
			return false;
		node = &set->nodes[next];
		if (node->length > length)
			return lengths_has(&node->up, length) &&
			       bits_equal(node->high, node->low, high, low, length);
		if (!bits_equal(node->high, node->low, high, low, node->length))
			return false;
	}
}

bool
prefix_set_equal(const struct prefix_set *a, const struct prefix_set *b)
{
	size_t a_count = a ? a->count : 0, b_count = b ? b->count : 0;
	if (a_count != b_count)
		return false;
	if (a_count == 0)
		return true;
	return a->is_ip4 == b->is_ip4 &&
	       memcmp(a->patterns, b->patterns, a_count * sizeof(*a->patterns)) == 0;
}

size_t
prefix_set_patterns(const struct prefix_set *set, const struct prefix_pattern **patterns)
{
	*patterns = set ? set->patterns : NULL;
	return set ? set->count : 0;
}

bool
prefix_set_is_ip4(const struct prefix_set *set)
{
	return set && set->is_ip4;
}
