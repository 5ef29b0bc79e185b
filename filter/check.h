/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checker: gives every name its meaning and every expression its type, complains
 * about all that is wrong, and folds constants.  It writes what it finds into the tree;
 * the compiler reads it there.
 *
 *   expressions   type; flags; literals where they could be computed
 *   AST_NAME      what: enum meaning;  number: register or attribute
 *   AST_UNARY, AST_BINARY, AST_METHOD
 *                 meaning: the struct type_rule, null where one op serves all types
 *   AST_TUPLE     what: enum tuple_kind; number: the kind of an extended community,
 *                 whose word is taken off the list
 *   AST_CALL      what: enum call_kind; meaning: struct code or struct type_rule;
 *                 number: the type of the table
 *   AST_LOCAL, AST_FOR   number: register
 *   AST_CASE      meaning: struct set, whose targets count the arms
 *   AST_MASK      meaning: struct path_mask with holes, one for each check_is_hole()
 *                 of its list
 */
#ifndef FILTER_CHECK_H
#define FILTER_CHECK_H

#include "filter/symbol.h"
#include "filter/type.h"

/* Flags of expressions. */
enum {
	CHECK_BAD = 1 << 0, /* Has a mistake that was reported: its type means nothing. */
	CHECK_MAYBE = 1 << 1, /* May be undefined when it runs. */
	CHECK_FALLS = 1 << 2  /* Statements: what follows can be reached. */
};

enum meaning {
	MEANING_NONE,
	MEANING_LOCAL,
	MEANING_NET,
	MEANING_ATTRIBUTE,
	MEANING_NOTHING /* An attribute nobody has: reads undefined, is not written. */
};

/* The first two are the grammar's. */
enum tuple_kind { TUPLE_PLAIN, TUPLE_UNKNOWN, TUPLE_EC };

enum call_kind {
	CALL_FUNCTION,
	CALL_METHOD, /* Old style: add(list, x). */
	CALL_DEFINED,
	CALL_UNSET,
	CALL_FORMAT,
	CALL_FROM_HEX,
	CALL_ROA,
	CALL_ASSERT,
	CALL_CHECK_ASSIGN
};

struct local {
	struct local *next; /* Declared before, in this or an outer block. */
	const char *name;
	struct ast_type type;
	struct ast_place place;
	uint16_t number; /* Its register. */
	bool is_bad;
	uint16_t conditions; /* Of the check, when it was declared. */
	bool is_defined;     /* From its declaration on, whatever happens. */
};

struct check {
	struct policy *policy;
	struct ast *ast;
	struct code
		*self; /* The function or filter; its result may become known underway. */
	bool is_function; /* `return` is legal. */
	bool is_filter;   /* accept and reject end it. */
	bool has_result;  /* The result type is known. */
	bool is_settled;  /* And nothing in the body changes it any more. */
	/* It was called before that, or what was returned is of a narrower type than what
	 * is returned behind it: check again. */
	bool wants_result;
	bool has_address; /* All results so far are addresses that could be quads. */
	bool has_maybe;   /* A result may be undefined. */
	bool is_again;    /* The second time: warnings were given. */
	bool is_constant; /* No route, no locals: the value is wanted now. */
	bool is_bad;      /* Something had a mistake, here or where it was declared. */
	bool is_full;     /* Of variables: no further statement is looked at. */
	bool returns;     /* There is a `return`. */
	bool accepts;     /* An `accept` can be reached, here or in a call. */
	unsigned dead;    /* Conditions around that never hold; what is never reached. */
	unsigned errors;  /* Of the ast when it began. */
	struct local *locals; /* The newest first. */
	struct local *block;  /* Where the current block began. */
	/* Where the result type is from, and where nothing is returned; line 0: there is
	 * no such place. */
	struct ast_place result_place, empty_place;
	uint16_t conditions; /* Conditional blocks around. */
	uint16_t registers, registers_most;
};

/* ---- check.c: statements and declarations */

/* The whole body; false after complaints. */
bool check_function(struct check *check, struct ast_function *function);
/* An expression on its own; false after complaints. */
bool check_alone(struct check *check, struct ast_node *expr);
/* A literal becomes one of the wanted type if it stands for that, too: addresses are
 * quads, `[]` is any set. */
void check_promote(struct check *check, struct ast_node *node, struct ast_type wanted);
/* Complains unless the types fit; may turn a literal into one that does. */
bool check_wants(struct check *check, struct ast_node *expr, struct ast_type wanted,
		 const char *what);
/* Complains unless the target can be assigned a value; both are checked. */
void check_assignment(struct check *check, struct ast_node *target,
		      struct ast_node *value);
void check_warn(struct check *check, const struct ast_place *place, const char *format,
		...) PRINTF_LIKE(3, 4);

/* ---- check_expr.c */

void check_expr(struct check *check, struct ast_node *node);
/* The node becomes the literal of a value, whose bytes live as long as the tree. */
void check_become(struct check *check, struct ast_node *node, const struct value *value);
/* Turns a checked expression of literals into its value. */
void check_fold(struct check *check, struct ast_node *node);
/* Makes it a literal if nothing in it depends on locals or the route, calls of functions
 * included. False: it depends, or has a mistake. */
bool check_constant(struct check *check, struct ast_node *node);
/* Marks the node as bad. */
void check_fail(struct check *check, struct ast_node *node);
bool check_is_bad(const struct ast_node *node);

/* ---- check_call.c: methods, functions, names that look like functions */

void check_method(struct check *check, struct ast_node *node);
void check_call(struct check *check, struct ast_node *node);

/* ---- check_set.c, check_tuple.c: sets, tuples, masks, arms of a case */

/* Whether it is an extended community. */
void check_tuple_kind(struct check *check, struct ast_node *node);
void check_tuple(struct check *check, struct ast_node *node);
void check_set(struct check *check, struct ast_node *node);
void check_mask(struct check *check, struct ast_node *node);
/* An item of a mask whose value is known only when it runs. */
bool check_is_hole(const struct ast_node *item);
/* The items of all arms as one set with targets; complains about overlaps. Null after
 * complaints. */
const struct set *check_arms(struct check *check, struct ast_node *node);

/* ---- check_doubt.c: what is right, but cannot be meant; warnings */

/* Looks at names of any kind; before the expression is checked. */
bool check_has_name(const struct ast_node *node);
/* The others look at what is checked. */
void check_doubt_condition(struct check *check, const struct ast_node *expr,
			   bool has_name);
void check_doubt_comparison(struct check *check, const struct ast_node *node);
/* The arms of a case. */
void check_doubt_arms(struct check *check, const struct ast_node *node);
/* A filter that accepts nothing and does more than to reject: true after a warning. */
bool check_doubt_filter(struct check *check, const struct ast_function *function);

/* ---- check_name.c */

void check_name(struct check *check, struct ast_node *node);
struct local *check_find_local(const struct check *check, const char *name);
/* There are attributes whose names begin with this one and a dot. */
bool check_is_group(const struct check *check, const char *name);
/* "did you mean `x`?" over all that is known, null if nothing comes near. */
const char *check_name_hint(const struct check *check, const char *name);

#endif
