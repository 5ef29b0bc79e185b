/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A policy: all that one configuration says in the filter language.  Declarations are
 * handed to it as trees, in the order they are written; each is checked, compiled and
 * known by its name from then on.  Complaints go to the `struct ast`.
 *
 * The policy and what it compiles live in the configuration's arena and are immutable
 * once loaded.  roa tables are known by name while a configuration is read; policy_bind()
 * finds them when it is committed.
 */
#ifndef FILTER_POLICY_H
#define FILTER_POLICY_H

#include "filter/ast.h"
#include "nest/filter.h"
#include <stdbool.h>
#include <stddef.h>

struct arena;
struct policy;
struct pool;
struct router;
struct text;

/* What the policy asks of who reads the configuration. */
struct policy_world {
	struct router *router; /* Whose attributes there are; null: none (tests). */
	/* The net type of a table declared so far, -1 if there is none of that name; may
	 * be null. */
	int (*table_type)(void *context, const char *name);
	/* What somebody may have meant who wrote a name that is not known; null: nothing
	 * is known of it. May be null itself. */
	const char *(*name_hint)(void *context, const char *name);
	/* What expressions print that are computed at once; null: nobody hears it. */
	void (*print)(void *context, const char *line);
	void *context;
};

/* An empty policy in `arena`; `ast` gets the complaints and must outlive it while
 * declarations are added. */
struct policy *policy_new(struct arena *arena, struct ast *ast,
			  const struct policy_world *world);
/* The same names as `base`, for expressions typed later; `base` must outlive it. */
struct policy *policy_new_above(struct arena *arena, struct ast *ast,
				const struct policy_world *world,
				const struct policy *base);

/* Declarations.  False: there were complaints, nothing was declared (names are known all
 * the same, so that one mistake is not reported at every use). */
bool policy_define(struct policy *policy, const struct ast_place *place, const char *name,
		   struct ast_node *expr);
/* A constant of a value made elsewhere (ipp_*, ipt_* from iproute2 files). Redefining is
 * silently refused. */
void policy_define_value(struct policy *policy, const char *name,
			 const struct value *value);
/* `attribute TYPE NAME;`: routes may carry it from now on, for as long as the router
 * lives; filters know it while a configuration declares it.  `like`: it is a protocol's,
 * by the number in there; null: it is nobody's. */
bool policy_add_attribute(struct policy *policy, const struct ast_place *place,
			  const char *name, const struct ast_node *type,
			  const struct attr_class *like);
bool policy_add_function(struct policy *policy, struct ast_function *function);
bool policy_add_filter(struct policy *policy, struct ast_function *filter);
/* The function or filter of this name had a mistake the policy didn't see (of syntax):
 * from now on it is as if it had complained. `problem` says which. */
void policy_spoil(struct policy *policy, const char *name, const char *problem);

/* Filters without a name; null after complaints.  A block is a filter whose end accepts
 * (attributes of static routes). */
const struct filter *policy_compile_filter(struct policy *policy,
					   struct ast_function *filter);
const struct filter *policy_compile_where(struct policy *policy, struct ast_node *expr);
const struct filter *policy_compile_block(struct policy *policy, struct ast_node *block);

/* The value of an expression where the configuration wants one: literals, constants,
 * operators, calls of functions. False after complaints. Bytes and sets it points at live
 * as long as the policy. */
bool policy_evaluate(struct policy *policy, struct ast_node *expr, struct value *value);
/* The same; what has no value (a function that returns none) is VALUE_VOID and good. */
bool policy_compute(struct policy *policy, struct ast_node *expr, struct value *value);
/* The value of a constant; false if there is none of that name. */
bool policy_constant(const struct policy *policy, const char *name, struct value *value);
const struct filter *policy_find_filter(const struct policy *policy, const char *name);
/* The same where the configuration refers to it. */
const struct filter *policy_use_filter(const struct policy *policy, const char *name);
/* The text BIRD gives a value in, sets and masks included (nest's value_format() knows
 * only what attributes hold, and names enum members, which filters don't). */
void filter_value_format(const struct value *value, struct text *text);
/* What a name is: "constant", "function", "filter", null if it is not known here. */
const char *policy_kind_of(const struct policy *policy, const char *name);
/* The same, and where it was declared. */
const char *policy_place_of(const struct policy *policy, const char *name,
			    struct ast_place *place);
/* All names in order of declaration. */
void policy_each(const struct policy *policy,
		 void (*found)(void *context, const char *kind, const char *name,
			       const struct ast_place *place),
		 void *context);

/* Functions and filters that nothing refers to, in the same order. */
void policy_each_unused(const struct policy *policy,
			void (*found)(void *context, const char *kind, const char *name,
				      const struct ast_place *place),
			void *context);

/* After the tables of the configuration exist: finds those that roa_check() names. False:
 * one is missing (logged). */
bool policy_bind(struct policy *policy, struct router *router);

#endif
