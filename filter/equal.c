/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether two pieces of code mean the same.  The compiler makes the same code of the same
 * tree, so instructions and constants are compared one by one; names of locals and
 * functions, layout and comments are not in them.
 */
#include "filter/filter.h"
#include "filter/symbol.h"
#include "lib/macros.h"
#include "lib/mem.h"
#include <string.h>

struct pair {
	const struct code *a, *b;
};

/* Pairs of callees that must be equal; each is compared once, so functions may call
 * themselves. */
struct comparison {
	struct pair *pairs;
	size_t count, room;
};

static void
pair_add(struct comparison *comparison, const struct code *a, const struct code *b)
{
	if (a == b)
		return;
	for (size_t i = 0; i < comparison->count; i++)
		if (comparison->pairs[i].a == a && comparison->pairs[i].b == b)
			return;
	if (comparison->count == comparison->room) {
		comparison->room = MAX((size_t)8, 2 * comparison->room);
		comparison->pairs = mem_resize(comparison->pairs, comparison->room,
					       sizeof(*comparison->pairs));
	}
	comparison->pairs[comparison->count++] = (struct pair){ a, b };
}

static bool
inst_equal(struct comparison *comparison, const struct code *a, const struct code *b,
	   const struct inst *left, const struct inst *right)
{
	if (left->op != right->op || left->to != right->to || left->a != right->a ||
	    left->b != right->b)
		return false;
	if (left->op == OP_CALL) {
		pair_add(comparison, a->callees[left->wide], b->callees[right->wide]);
		return true;
	}
	if (left->op == OP_ROA_CHECK || left->op == OP_ROA_CHECK_NET)
		return strcmp(a->tables[left->wide].name, b->tables[right->wide].name) ==
		       0;
	return left->op == OP_CHECK || left->wide == right->wide;
}

static bool
pair_equal(struct comparison *comparison, const struct code *a, const struct code *b)
{
	if (a->inst_count != b->inst_count || a->constant_count != b->constant_count ||
	    a->parameters != b->parameters)
		return false;
	for (uint32_t i = 0; i < a->inst_count; i++)
		if (!inst_equal(comparison, a, b, &a->insts[i], &b->insts[i]))
			return false;
	for (unsigned i = 0; i < a->constant_count; i++)
		if (!value_identical(&a->constants[i], &b->constants[i]))
			return false;
	return true;
}

bool
code_equal(const struct code *a, const struct code *b)
{
	struct comparison comparison = { 0 };
	bool equal = a == b || pair_equal(&comparison, a, b);
	for (size_t i = 0; i < comparison.count && equal; i++)
		equal = pair_equal(&comparison, comparison.pairs[i].a,
				   comparison.pairs[i].b);
	mem_free(comparison.pairs);
	return equal;
}
