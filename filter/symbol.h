/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of this folder share about a policy: its names.  Others see policy.h.
 */
#ifndef FILTER_SYMBOL_H
#define FILTER_SYMBOL_H

#include "filter/code.h"
#include "filter/policy.h"

struct code_filter;
struct suite;

enum symbol_kind { SYMBOL_CONSTANT, SYMBOL_FUNCTION, SYMBOL_FILTER, SYMBOL_ATTRIBUTE };

struct symbol {
	struct symbol *chain; /* The next of the same bucket. */
	struct symbol *next;  /* In order of declaration. */
	const char *name;
	enum symbol_kind kind;
	struct ast_place place;
	bool is_used; /* Something refers to it. */
	bool is_bad;  /* Its declaration had mistakes: known, and not complained about. */
	const char *problem; /* The first of them, where somebody noted it; else null. */
	struct value value;  /* SYMBOL_CONSTANT */
	struct code *code;   /* SYMBOL_FUNCTION, SYMBOL_FILTER */
	const struct filter *filter; /* SYMBOL_FILTER */
	attr_id attribute;           /* SYMBOL_ATTRIBUTE */
};

struct policy_unit {
	const struct code *code;
	struct code_filter *filter; /* Null: a function. */
};

struct foreign_name {
	struct foreign_name *next;
	const char *name;
};

struct policy {
	struct arena *arena;
	struct ast *ast;
	struct policy_world world;
	const struct policy *base;   /* Names known as well; null: none. */
	struct symbol *first, *last; /* Its names. */
	struct symbol *
		*buckets; /* By name; in the arena, so that nothing needs freeing. */
	uint32_t bucket_count, symbol_count;
	struct foreign_name *foreign; /* Attributes of others that were warned about. */
	/* What was compiled and names tables, or counts assertions; grows in the arena.
	 */
	struct policy_unit *units;
	size_t unit_count, unit_room;
	struct suite *suites, *last_suite; /* suite.c */
};

/* Null if the name is not known. */
struct symbol *policy_symbol(const struct policy *policy, const char *name);
/* It is referred to; what lies below this policy is left alone. */
void policy_use(const struct policy *policy, struct symbol *symbol);
/* A new name; null, after a complaint, if it is known in this policy. */
struct symbol *policy_symbol_add(struct policy *policy, enum symbol_kind kind,
				 const char *name, const struct ast_place *place);

/* It is known by a declaration only. */
bool policy_attribute_is_custom(const struct router *router, attr_id id);

/* A copy whose bytes (and masks) live in the arena. Sets always live as long as their
 * policy. */
struct value value_copy(struct arena *arena, const struct value *value);
/* As nest's value_equal, of all types; see also filter_value_format(). */
bool filter_value_equal(const struct value *a, const struct value *b);
/* Nothing tells them apart: unlike the language's `=`, which takes an address for a quad.
 */
bool value_identical(const struct value *a, const struct value *b);
/* -1, 0, 1 for types that have an order; what is undefined comes first. */
int filter_value_compare(const struct value *a, const struct value *b);

/* The value of a checked expression without names of locals; runs it. False, after a
 * complaint, if it can't be computed. */
bool fold_expression(struct policy *policy, const struct ast_node *node,
		     struct value *value);

#endif
