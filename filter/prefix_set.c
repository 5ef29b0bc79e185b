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

/* Sorted patterns that begin with the bits of the node to be made of them. */
struct span {
	size_t first, end;
	uint32_t parent;
};

/* What is being built. */
struct trie_build {
	const struct prefix_pattern *patterns;
	bool is_ip4;
	/* In the order of a walk, so that a search reads forward; null while they are
	 * only counted. */
	struct node *nodes;
	uint32_t *parents; /* Of each. */
	uint32_t count;
	struct span spans[130]; /* To be looked at; on each level at most one waits. */
	unsigned depth;
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
	/* Most lists are made by programs, in order. */
	bool is_sorted = true;
	for (size_t i = 1; i < builder->count && is_sorted; i++)
		is_sorted = pattern_compare(&builder->patterns[i - 1],
					    &builder->patterns[i]) <= 0;
	if (!is_sorted)
		qsort(builder->patterns, builder->count, sizeof(*builder->patterns),
		      pattern_compare);
	size_t kept = 0;
	for (size_t i = 1; i < builder->count; i++)
		if (pattern_compare(&builder->patterns[kept], &builder->patterns[i]) != 0)
			builder->patterns[++kept] = builder->patterns[i];
	builder->count = kept + 1;
}

/* ---- building the trie ------------------------------------------------------------- */

static void
node_add_pattern(struct node *node, const struct prefix_pattern *pattern)
{
	if (pattern->high >= pattern->length)
		lengths_add(&node->down, MAX(pattern->low, pattern->length),
			    pattern->high);
	if (pattern->low < pattern->length)
		lengths_add(&node->up, pattern->low,
			    MIN(pattern->high, pattern->length - 1u));
}

/* The node of the bits that a span's patterns begin with, and of those that are just
 * that, which the span loses.  Being sorted, they agree as far as the first and the last
 * do; the shortest is the first. */
static struct node
span_node(const struct trie_build *build, struct span *span)
{
	const struct prefix_pattern *first = &build->patterns[span->first];
	const struct prefix_pattern *last = &build->patterns[span->end - 1];
	uint64_t high = aligned_high(first->addr, build->is_ip4);
	uint64_t low = aligned_low(first->addr, build->is_ip4);
	unsigned common = bits_common(high, low, aligned_high(last->addr, build->is_ip4),
				      aligned_low(last->addr, build->is_ip4));
	/* All begin at the root. */
	struct node node = { .length =
				     build->count == 0 ? 0 : MIN(common, first->length) };
	node.high = high & left_mask(MIN(node.length, 64u));
	node.low = node.length > 64 ? low & left_mask(node.length - 64) : 0;
	for (; span->first < span->end; span->first++) {
		const struct prefix_pattern *own = &build->patterns[span->first];
		if (own->length != node.length)
			break;
		node_add_pattern(&node, own);
	}
	return node;
}

/* The first of the span's patterns that has a bit. */
static size_t
span_split(const struct trie_build *build, const struct span *span, unsigned bit)
{
	size_t first = span->first, end = span->end;
	while (first < end) {
		size_t middle = first + (end - first) / 2;
		struct addr addr = build->patterns[middle].addr;
		if (bit_at(aligned_high(addr, build->is_ip4),
			   aligned_low(addr, build->is_ip4), bit))
			end = middle;
		else
			first = middle + 1;
	}
	return first;
}

static void
node_keep(struct trie_build *build, const struct node *node, uint32_t parent)
{
	uint32_t at = build->count;
	build->nodes[at] = *node;
	build->parents[at] = parent;
	if (at == 0)
		return;
	struct node *above = &build->nodes[parent];
	above->child[bit_at(node->high, node->low, above->length)] = at;
	lengths_merge(&build->nodes[at].down, &above->down);
}

/* All nodes, from the root on. */
static void
build_walk(struct trie_build *build, size_t pattern_count)
{
	build->count = 0;
	build->spans[0] = (struct span){ .end = pattern_count };
	build->depth = 1;
	while (build->depth > 0) {
		struct span span = build->spans[--build->depth];
		struct node node = span_node(build, &span);
		if (build->nodes)
			node_keep(build, &node, span.parent);
		uint32_t at = build->count++;
		if (span.first == span.end)
			continue;
		size_t middle = span_split(build, &span, node.length);
		if (middle < span.end)
			build->spans[build->depth++] =
				(struct span){ middle, span.end, at };
		if (middle > span.first)
			build->spans[build->depth++] =
				(struct span){ span.first, middle, at };
	}
}

/* The nodes, with `down` handed to children and `up` to parents. */
static const struct node *
trie_build(const struct prefix_set_builder *builder, struct arena *arena, uint32_t *count)
{
	struct trie_build build = { .patterns = builder->patterns,
				    .is_ip4 = builder->is_ip4 };
	if (builder->count == 0) {
		*count = 1;
		return arena_alloc(arena, sizeof(struct node));
	}
	build_walk(&build, builder->count);
	build.nodes = arena_alloc(arena, build.count * sizeof(*build.nodes));
	build.parents = mem_alloc(build.count * sizeof(*build.parents));
	build_walk(&build, builder->count);
	for (uint32_t i = build.count; i-- > 1;)
		lengths_merge(&build.nodes[build.parents[i]].up, &build.nodes[i].up);
	mem_free(build.parents);
	*count = build.count;
	return build.nodes;
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
	set->is_ip4 = builder->is_ip4;
	for (size_t i = 0; i < builder->count; i++)
		set->has_zero |= builder->patterns[i].low == 0;
	uint32_t node_count;
	set->nodes = trie_build(builder, arena, &node_count);
	index_build(set, arena, node_count);
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
