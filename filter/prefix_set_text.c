/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of a prefix set.  BIRD shows the nodes of a trie that branches every four
 * bits, so to write the same text the same nodes are made here, for as long as it takes:
 * a node has the lengths for which everything above and below it is in the set, shown as
 * the mask behind it, and, one bit each, the fifteen prefixes up to three bits longer
 * than itself.
 */
#include "filter/prefix_set.h"
#include "lib/macros.h"
#include "lib/mem.h"
#include "lib/text.h"
#include <string.h>

#define STEP 4u

/* 128 bits, the first one highest; of IPv4 the first 32. */
struct bits {
	uint64_t high, low;
};

struct shown {
	struct bits addr;
	struct bits lengths; /* The first bit stands for length 1. */
	unsigned length;     /* A multiple of STEP. */
	unsigned local;      /* Bit 2^i + n: the n-th prefix i bits longer. */
	uint32_t child[1u << STEP];
};

struct shown_trie {
	struct shown *nodes; /* 0 is the root. */
	uint32_t count, room;
	bool is_ip4;
};

static struct bits
bits_first(unsigned count)
{
	struct bits bits = { UINT64_MAX, UINT64_MAX };
	bits.low = count <= 64 ? 0 : UINT64_MAX << (128 - count);
	if (count < 64)
		bits.high = count ? UINT64_MAX << (64 - count) : 0;
	return bits;
}

static struct bits
bits_and(struct bits a, struct bits b)
{
	return (struct bits){ a.high & b.high, a.low & b.low };
}

static struct bits
bits_or(struct bits a, struct bits b)
{
	return (struct bits){ a.high | b.high, a.low | b.low };
}

static bool
bit_is_set(struct bits bits, unsigned index)
{
	return (index < 64 ? bits.high >> (63 - index) : bits.low >> (127 - index)) & 1;
}

static void
bit_set(struct bits *bits, unsigned index)
{
	if (index < 64)
		bits->high |= UINT64_C(1) << (63 - index);
	else
		bits->low |= UINT64_C(1) << (127 - index);
}

/* `count` (up to 4) bits from `start` on, as a number. */
static unsigned
bits_number(struct bits bits, unsigned start, unsigned count)
{
	unsigned number = 0;
	for (unsigned i = 0; i < count; i++)
		number = number << 1 | bit_is_set(bits, start + i);
	return number;
}

static unsigned
bits_common(struct bits a, struct bits b)
{
	if (a.high != b.high)
		return (unsigned)__builtin_clzll(a.high ^ b.high);
	return a.low == b.low ? 128 : 64 + (unsigned)__builtin_clzll(a.low ^ b.low);
}

/* Bits of lengths low..high. */
static struct bits
lengths_between(unsigned low, unsigned high)
{
	struct bits all = bits_first(high), before = bits_first(low > 0 ? low - 1 : 0);
	return (struct bits){ all.high & ~before.high, all.low & ~before.low };
}

/* The prefixes `level` bits longer than the one at `position`. */
static unsigned
local_level(unsigned position, unsigned level)
{
	return ((1u << (1u << level)) - 1) << (position << level);
}

/* Those prefixes on the way to `addr` that `lengths` has and a node of `length` shows. */
static unsigned
local_on_way(struct bits addr, struct bits lengths, unsigned length)
{
	unsigned local = 0;
	for (unsigned i = length ? 0 : 1; i < STEP && length + i <= 128; i++)
		if (bit_is_set(lengths, length + i - 1))
			local |= 1u << ((1u << i) + bits_number(addr, length, i));
	return local;
}

/* ---- making ------------------------------------------------------------------------ */

static uint32_t
shown_new(struct shown_trie *trie, struct bits addr, unsigned length, struct bits lengths,
	  unsigned local)
{
	if (trie->count == trie->room) {
		trie->room = MAX(32u, 2 * trie->room);
		trie->nodes = mem_resize(trie->nodes, trie->room, sizeof(*trie->nodes));
	}
	trie->nodes[trie->count] =
		(struct shown){ .addr = bits_and(addr, bits_first(length)),
				.length = length,
				.lengths = lengths,
				.local = local };
	return trie->count++;
}

static void
shown_attach(struct shown_trie *trie, uint32_t parent, uint32_t child)
{
	struct shown *above = &trie->nodes[parent];
	above->child[bits_number(trie->nodes[child].addr, above->length, STEP)] = child;
}

/* `added` lies beside the node `below`: a branch comes between that and its parent. */
static void
shown_branch(struct shown_trie *trie, uint32_t parent, uint32_t below, uint32_t added)
{
	struct shown a = trie->nodes[added], b = trie->nodes[below];
	unsigned length = bits_common(a.addr, b.addr) / STEP * STEP;
	struct bits lengths = bits_and(bits_or(a.lengths, b.lengths), bits_first(length));
	unsigned local = local_on_way(a.addr, a.lengths, length) |
			 local_on_way(b.addr, b.lengths, length);
	uint32_t branch = shown_new(trie, a.addr, length, lengths, local);
	shown_attach(trie, parent, branch);
	shown_attach(trie, branch, below);
	shown_attach(trie, branch, added);
}

/* The node `length` bits long with these lengths and local prefixes; nodes above hear of
 * the shorter ones. */
static void
shown_add(struct shown_trie *trie, struct bits addr, unsigned length, unsigned local,
	  unsigned low, unsigned high)
{
	struct bits lengths = lengths_between(low, high);
	uint32_t parent = 0, at = 0;
	for (unsigned i = 0; i < STEP; i++)
		if (low <= length + i && length + i <= high)
			local |= local_level(1, i);
	do {
		struct shown *node = &trie->nodes[at];
		if (bits_common(addr, node->addr) < MIN(length, node->length)) {
			uint32_t added = shown_new(trie, addr, length, lengths, local);
			shown_branch(trie, parent, at, added);
			return;
		}
		if (length < node->length) {
			local |= local_on_way(node->addr, node->lengths, length);
			lengths = bits_or(lengths,
					  bits_and(node->lengths, bits_first(length)));
			uint32_t added = shown_new(trie, addr, length, lengths, local);
			shown_attach(trie, parent, added);
			shown_attach(trie, added, at);
			return;
		}
		if (length == node->length) {
			node->lengths = bits_or(node->lengths, lengths);
			node->local |= local;
			return;
		}
		node->lengths = bits_or(node->lengths,
					bits_and(lengths, bits_first(node->length)));
		node->local |= local_on_way(addr, lengths, node->length);
		parent = at;
		at = node->child[bits_number(addr, node->length, STEP)];
	} while (at != 0);
	shown_attach(trie, parent, shown_new(trie, addr, length, lengths, local));
}

/* A pattern whose length is no multiple of STEP is shown by a node before it and those
 * behind. */
static void
shown_add_between(struct shown_trie *trie, struct bits addr, unsigned length,
		  unsigned low, unsigned high)
{
	unsigned before = length / STEP * STEP, behind = before + STEP, local = 0;
	if (low < behind) {
		for (unsigned i = 0; i < STEP; i++) {
			if (low > before + i || before + i > high)
				continue;
			unsigned first = (1u << i) + bits_number(addr, before, i);
			unsigned count =
				before + i <= length ? 1 : 1u << (before + i - length);
			local |= ((1u << count) - 1) << first;
		}
		shown_add(trie, addr, before, local, low, before);
	}
	for (unsigned i = 0; behind <= high && i < 1u << (behind - length); i++) {
		struct bits part = addr;
		for (unsigned j = 0; j < behind - length; j++)
			if (i >> j & 1)
				bit_set(&part, behind - 1 - j);
		shown_add(trie, part, behind, 0, MAX(low, behind), high);
	}
}

static void
shown_add_pattern(struct shown_trie *trie, const struct prefix_pattern *pattern)
{
	struct bits addr = { addr_high(pattern->addr), addr_low(pattern->addr) };
	unsigned length = MIN(pattern->length, pattern->high);
	if (trie->is_ip4)
		addr = (struct bits){ addr.low << 32, 0 };
	if (length % STEP == 0)
		shown_add(trie, addr, length, 0, pattern->low, pattern->high);
	else
		shown_add_between(trie, addr, length, pattern->low, pattern->high);
}

/* ---- writing ----------------------------------------------------------------------- */

static const char *
bits_text(const struct shown_trie *trie, struct bits bits, char text[static ADDR_TEXT])
{
	uint32_t last = (uint32_t)bits.low;
	uint64_t before = bits.low >> 32;
	if (trie->is_ip4)
		return addr_format(addr_from_ip4((uint32_t)(bits.high >> 32)), text);
	/* Mapped IPv4 is an address of IPv6 here. */
	if (bits.high == 0 && before == 0xffff) {
		text_format(text, ADDR_TEXT, "::ffff:%u.%u.%u.%u", last >> 24,
			    last >> 16 & 255, last >> 8 & 255, last & 255);
		return text;
	}
	return addr_format(addr_from_u64(bits.high, bits.low), text);
}

static void
shown_write(const struct shown_trie *trie, struct bits addr, unsigned length,
	    struct bits lengths, struct text *text)
{
	char from[ADDR_TEXT], mask[ADDR_TEXT];
	text_printf(text, "%s%s/%u{%s}", text->text[text->length - 1] == '[' ? "" : ", ",
		    bits_text(trie, addr, from), length, bits_text(trie, lengths, mask));
}

/* What the lengths of the node don't say already, each with what lies below it
 * completely. */
static void
shown_write_local(const struct shown_trie *trie, const struct shown *node,
		  struct text *text)
{
	unsigned local = node->local;
	for (unsigned i = node->length ? 0 : 1; i < STEP; i++)
		if (node->length + i <= 128 &&
		    bit_is_set(node->lengths, node->length + i - 1))
			local &= ~local_level(1, i);
	for (unsigned position = 2; position < 1u << STEP; position++) {
		if (!(local >> position & 1))
			continue;
		unsigned level = 31 - (unsigned)__builtin_clz(position), deep = 0;
		for (; level + deep < STEP; deep++) {
			unsigned all = local_level(position, deep);
			if ((local & all) != all)
				break;
			local &= ~all;
		}
		struct bits addr = node->addr;
		for (unsigned i = 0; i < level; i++)
			if (position >> (level - 1 - i) & 1)
				bit_set(&addr, node->length + i);
		unsigned length = node->length + level;
		shown_write(trie, addr, length,
			    lengths_between(length, length + deep - 1), text);
	}
}

/* Not deeper than 33 nodes. */
static void
shown_write_all(const struct shown_trie *trie, uint32_t at, struct text *text)
{
	const struct shown *node = &trie->nodes[at];
	if (node->lengths.high | node->lengths.low)
		shown_write(trie, node->addr, node->length, node->lengths, text);
	shown_write_local(trie, node, text);
	for (unsigned i = 0; i < ARRAY_SIZE(node->child); i++)
		if (node->child[i])
			shown_write_all(trie, node->child[i], text);
}

void
prefix_set_format(const struct prefix_set *set, struct text *text)
{
	const struct prefix_pattern *patterns;
	size_t count = prefix_set_patterns(set, &patterns);
	struct shown_trie trie = { .is_ip4 = prefix_set_is_ip4(set) };
	struct bits none = { 0, 0 };
	bool has_zero = false;
	shown_new(&trie, none, 0, none, 0);
	for (size_t i = 0; i < count; i++) {
		shown_add_pattern(&trie, &patterns[i]);
		has_zero |= patterns[i].low == 0;
	}
	text_add_char(text, '[');
	if (has_zero)
		text_add(text, trie.is_ip4 ? "0.0.0.0/0" : "::/0");
	shown_write_all(&trie, 0, text);
	text_add_char(text, ']');
	mem_free(trie.nodes);
}
