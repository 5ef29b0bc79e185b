/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checker: what a name means, and what a misspelt one may have meant.
 */
#include "filter/check.h"
#include "lib/arena.h"
#include "lib/macros.h"
#include "lib/mem.h"
#include "lib/text.h"
#include <string.h>

/* Ids that are looked at for suggestions. */
#define ATTRIBUTES_LOOKED_AT 2048

struct local *
check_find_local(const struct check *check, const char *name)
{
	for (struct local *at = check->locals; at; at = at->next)
		if (strcmp(at->name, name) == 0)
			return at;
	return NULL;
}

static void
name_is_local(struct ast_node *node, const struct local *local)
{
	node->what = MEANING_LOCAL;
	node->number = local->number;
	node->type = local->type;
	if (local->is_bad)
		check_fail(node);
	if (!local->is_defined)
		node->flags |= CHECK_MAYBE;
}

static void
name_is_constant(struct ast_node *node, const struct value *value)
{
	node->kind = AST_LITERAL;
	node->value = value;
	node->type = type_of(value);
}

static void
name_is_symbol(struct check *check, struct ast_node *node, const struct symbol *symbol)
{
	if (symbol->is_bad) {
		check_fail(node);
		return;
	}
	if (symbol->kind == SYMBOL_CONSTANT) {
		name_is_constant(node, &symbol->value);
		return;
	}
	bool is_function = symbol->kind == SYMBOL_FUNCTION;
	ast_error(check->ast, &node->place,
		  is_function
			  ? arena_printf(check->ast->arena, "call it: %s(%s)", node->name,
					 symbol->code->parameters ? "…" : "")
			  : NULL,
		  "`%s` is a %s, not a value", node->name,
		  is_function ? "function" : "filter");
	check_fail(node);
}

static bool
name_is_attribute(struct check *check, struct ast_node *node)
{
	const struct router *router = check->policy->world.router;
	attr_id id = router ? attr_find(router, node->name) : ATTR_NONE;
	if (id == ATTR_NONE)
		return false;
	const struct attr_class *class = attr_class_of(router, id);
	node->what = MEANING_ATTRIBUTE;
	node->number = id;
	node->meaning = class;
	node->type = (struct ast_type){ .base = class->type };
	if (class->type == VALUE_ENUM)
		node->type.kind = class->kind;
	if (!type_reads_empty(node->type))
		node->flags |= CHECK_MAYBE;
	return true;
}

/* Kernel attributes we don't have are known by their prefix, so that configurations of
 * others load. */
static bool
name_is_foreign(struct check *check, struct ast_node *node)
{
	if (strncmp(node->name, "krt_", 4) != 0)
		return false;
	check_warn(check, &node->place,
		   "attribute `%s` is not supported: it is never set and not passed on",
		   node->name);
	node->what = MEANING_NOTHING;
	node->meaning = NULL;
	node->type = type_simple(VALUE_INT);
	node->flags |= CHECK_MAYBE;
	return true;
}

static void
name_needs_route(struct check *check, struct ast_node *node)
{
	if (!check->is_constant)
		return;
	ast_error(check->ast, &node->place, NULL,
		  "there is no route here that `%s` could be of", node->name);
	check_fail(node);
}

void
check_name(struct check *check, struct ast_node *node)
{
	struct value value;
	const struct local *local = check_find_local(check, node->name);
	if (local) {
		name_is_local(node, local);
		return;
	}
	const struct symbol *symbol = policy_symbol(check->policy, node->name);
	if (symbol) {
		name_is_symbol(check, node, symbol);
		return;
	}
	if (strcmp(node->name, "net") == 0) {
		node->what = MEANING_NET;
		node->type = type_simple(VALUE_PREFIX);
		name_needs_route(check, node);
		return;
	}
	if (name_is_attribute(check, node)) {
		name_needs_route(check, node);
		return;
	}
	if (value_enum_find(node->name, &value)) {
		struct value *copy = arena_alloc(check->ast->arena, sizeof(*copy));
		*copy = value;
		name_is_constant(node, copy);
		return;
	}
	if (name_is_foreign(check, node)) {
		name_needs_route(check, node);
		return;
	}
	ast_error(check->ast, &node->place, check_name_hint(check, node->name),
		  "`%s` is not known", node->name);
	check_fail(node);
}

/* ---- suggestions
 * -------------------------------------------------------------------------- */

struct candidates {
	const char **names;
	size_t count, room;
};

static void
candidate_add(struct candidates *candidates, const char *name)
{
	if (candidates->count == candidates->room) {
		candidates->room = MAX((size_t)64, 2 * candidates->room);
		candidates->names = mem_resize(candidates->names, candidates->room,
					       sizeof(*candidates->names));
	}
	candidates->names[candidates->count++] = name;
}

static void
candidates_of_world(struct candidates *candidates, const struct policy *policy)
{
	for (const struct policy *at = policy; at; at = at->base)
		for (const struct symbol *symbol = at->first; symbol;
		     symbol = symbol->next)
			candidate_add(candidates, symbol->name);
	const struct router *router = policy->world.router;
	for (unsigned id = 0; router && id < ATTRIBUTES_LOOKED_AT; id++) {
		const struct attr_class *class = attr_class_of(router, (attr_id)id);
		if (class)
			candidate_add(candidates, class->name);
	}
	for (unsigned kind = 0; kind < VALUE_KINDS; kind++)
		for (uint32_t number = 0; number < 32; number++) {
			const char *name = value_enum_name((enum value_kind)kind, number);
			if (name)
				candidate_add(candidates, name);
		}
}

const char *
check_name_hint(const struct check *check, const char *name)
{
	static const char *const builtins[] = { "net",     "defined",   "unset",
						"format",  "roa_check", "from_hex",
						"prepend", "add",       "delete",
						"filter" };
	struct candidates candidates = { 0 };
	for (const struct local *at = check->locals; at; at = at->next)
		candidate_add(&candidates, at->name);
	candidates_of_world(&candidates, check->policy);
	for (size_t i = 0; i < ARRAY_SIZE(builtins); i++)
		candidate_add(&candidates, builtins[i]);
	const char *near = text_nearest(name, candidates.names, candidates.count);
	const char *hint =
		near ? arena_printf(check->ast->arena, "did you mean `%s`?", near) : NULL;
	mem_free(candidates.names);
	return hint;
}
