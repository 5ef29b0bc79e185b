/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checker: methods, functions, and the names that look like functions.
 */
#include "filter/check.h"
#include "lib/arena.h"
#include "lib/macros.h"
#include <string.h>

static size_t
argument_count(const struct ast_node *list)
{
	return list ? list->count : 0;
}

/* Checks all; false if one is bad or has no value. */
static bool
check_arguments(struct check *check, struct ast_node *list)
{
	bool good = true;
	for (struct ast_node *at = list ? list->first : NULL; at; at = at->next) {
		check_expr(check, at);
		if (!check_is_bad(at) && at->type.base == VALUE_VOID)
			ast_error(check->ast, &at->place, NULL, "this has no value");
		good &= !check_is_bad(at) && at->type.base != VALUE_VOID;
	}
	return good;
}

static bool
check_count(struct check *check, const struct ast_node *node, size_t have, size_t wanted)
{
	if (have == wanted)
		return true;
	ast_error(check->ast, &node->place, NULL,
		  "`%s` takes %zu argument%s, here are %zu", node->name, wanted,
		  wanted == 1 ? "" : "s", have);
	return false;
}

/* ---- methods ----------------------------------------------------------------------- */

static const char *
method_hint(struct check *check, const char *name, struct ast_type object)
{
	const char *near = type_method_near(name, object);
	return near ? arena_printf(check->ast->arena, "did you mean `.%s`?", near) : NULL;
}

/* Says why there is no such method. */
static void
method_complain(struct check *check, const struct ast_node *node, struct ast_type object,
		const struct ast_node *argument)
{
	char object_text[TYPE_TEXT], argument_text[TYPE_TEXT];
	const struct type_rule *rule = type_rule_next(node->name, object, NULL);
	type_name(object, object_text);
	if (!rule)
		ast_error(check->ast, &node->place,
			  method_hint(check, node->name, object), "%s has no method `%s`",
			  object_text, node->name);
	else if (!argument)
		ast_error(check->ast, &node->place, NULL, "`%s` of %s takes an argument",
			  node->name, object_text);
	else if (rule->right == VALUE_VOID)
		ast_error(check->ast, &argument->place, NULL,
			  "`%s` of %s takes no argument", node->name, object_text);
	else
		ast_error(check->ast, &argument->place, NULL,
			  "`%s` of %s does not take %s", node->name, object_text,
			  type_name(argument->type, argument_text));
}

/* Finds the row for object and argument; both are checked and good. */
static void
method_resolve(struct check *check, struct ast_node *node, const struct ast_node *object,
	       const struct ast_node *argument)
{
	struct ast_type right = argument ? argument->type : type_simple(VALUE_VOID);
	const struct type_rule *rule = type_rule_method(node->name, object->type, right);
	if (!rule) {
		method_complain(check, node, object->type, argument);
		check_fail(check, node);
		return;
	}
	node->meaning = rule;
	node->type = (struct ast_type){ .base = rule->result, .kind = rule->result_kind };
	if (object->kind == AST_LITERAL && (!argument || argument->kind == AST_LITERAL))
		check_fold(check, node);
}

/* link.rtt: an attribute with a dot in its name, unless `link` is something else. */
static bool
method_is_attribute(struct check *check, struct ast_node *node)
{
	const struct ast_node *object = node->child[0];
	const struct router *router = check->policy->world.router;
	if (object->kind != AST_NAME || node->child[1] || !router ||
	    check_find_local(check, object->name) ||
	    policy_symbol(check->policy, object->name))
		return false;
	if (!check_is_group(check, object->name))
		return false;
	node->kind = AST_NAME;
	node->name = arena_printf(check->ast->arena, "%s.%s", object->name, node->name);
	check_name(check, node);
	return true;
}

void
check_method(struct check *check, struct ast_node *node)
{
	struct ast_node *object = node->child[0], *arguments = node->child[1];
	if (method_is_attribute(check, node))
		return;
	check_expr(check, object);
	bool good = check_arguments(check, arguments);
	if (check_is_bad(object) || !good) {
		check_fail(check, node);
		return;
	}
	if (object->type.base == VALUE_VOID) {
		ast_error(check->ast, &object->place, NULL, "this has no value");
		check_fail(check, node);
		return;
	}
	if (argument_count(arguments) > 1) {
		check_count(check, node, argument_count(arguments), 1);
		check_fail(check, node);
		return;
	}
	method_resolve(check, node, object, arguments ? arguments->first : NULL);
}

/* ---- functions --------------------------------------------------------------------- */

static void
call_function(struct check *check, struct ast_node *node, struct code *code)
{
	struct ast_node *arguments = node->child[0];
	struct ast_node *at = arguments ? arguments->first : NULL;
	if (!check_count(check, node, argument_count(arguments), code->parameters)) {
		check_fail(check, node);
		return;
	}
	for (size_t i = 0; at; at = at->next, i++) {
		const char *what =
			arena_printf(check->ast->arena, "argument `%s` of `%s`",
				     code->parameter_names[i], code->name);
		if (!check_wants(check, at, code->parameter_types[i], what))
			node->flags |= CHECK_BAD;
	}
	if (check_is_bad(node)) {
		check_fail(check, node);
		return;
	}
	node->what = CALL_FUNCTION;
	node->meaning = code;
	check->accepts |= code->may_accept && check->dead == 0;
	node->type = code->result;
	if (code == check->self && !check->has_result) {
		check->wants_result = true;
		node->flags |= CHECK_BAD; /* For now: its type is not known. */
	}
	if (code->is_done ? !code->has_result_always : true)
		node->flags |= CHECK_MAYBE;
}

/* Old style: add(list, x). */
static void
call_method(struct check *check, struct ast_node *node)
{
	struct ast_node *arguments = node->child[0];
	size_t count = argument_count(arguments);
	if (count != 1 && count != 2) {
		check_count(check, node, count, 2);
		check_fail(check, node);
		return;
	}
	node->what = CALL_METHOD;
	method_resolve(check, node, arguments->first, arguments->first->next);
}

static void
call_defined(struct check *check, struct ast_node *node)
{
	node->what = CALL_DEFINED;
	node->type = type_simple(VALUE_BOOL);
	if (!check_count(check, node, argument_count(node->child[0]), 1))
		check_fail(check, node);
}

static void
call_unset(struct check *check, struct ast_node *node)
{
	node->what = CALL_UNSET;
	if (!check_count(check, node, argument_count(node->child[0]), 1)) {
		check_fail(check, node);
		return;
	}
	const struct ast_node *target = node->child[0]->first;
	bool is_attribute =
		target->kind == AST_NAME &&
		(target->what == MEANING_ATTRIBUTE || target->what == MEANING_NOTHING);
	const struct attr_class *class = is_attribute ? target->meaning : NULL;
	if (!is_attribute)
		ast_error(check->ast, &target->place, NULL,
			  "only attributes can be unset");
	else if (class && class->flags & ATTR_READ_ONLY)
		ast_error(check->ast, &target->place, NULL, "`%s` can be read only",
			  target->name);
}

static void
call_format(struct check *check, struct ast_node *node)
{
	node->what = CALL_FORMAT;
	node->type = type_simple(VALUE_STRING);
	if (!check_count(check, node, argument_count(node->child[0]), 1))
		check_fail(check, node);
	else if (node->child[0]->first->kind == AST_LITERAL)
		check_fold(check, node);
}

static void
call_from_hex(struct check *check, struct ast_node *node)
{
	node->what = CALL_FROM_HEX;
	node->type = type_simple(VALUE_BYTES);
	if (!check_count(check, node, argument_count(node->child[0]), 1) ||
	    !check_wants(check, node->child[0]->first, type_simple(VALUE_STRING),
			 "the argument of `from_hex`"))
		check_fail(check, node);
	else if (node->child[0]->first->kind == AST_LITERAL)
		check_fold(check, node);
}

static void
call_assert(struct check *check, struct ast_node *node)
{
	node->what = CALL_ASSERT;
	if (check_count(check, node, argument_count(node->child[0]), 1))
		check_wants(check, node->child[0]->first, type_simple(VALUE_BOOL),
			    "what is asserted");
}

/* bt_check_assign(x, value): x is assigned and read again. */
static void
call_check_assign(struct check *check, struct ast_node *node)
{
	struct ast_node *arguments = node->child[0];
	node->what = CALL_CHECK_ASSIGN;
	if (check_count(check, node, argument_count(arguments), 2))
		check_assignment(check, arguments->first, arguments->last);
}

/* roa_check(table) or roa_check(table, prefix, asn): the first is a name of its own kind.
 */
static void
call_roa(struct check *check, struct ast_node *node)
{
	struct ast_node *arguments = node->child[0];
	const struct policy_world *world = &check->policy->world;
	size_t count = argument_count(arguments);
	node->what = CALL_ROA;
	if (count != 1 && count != 3) {
		ast_error(check->ast, &node->place, NULL,
			  "`roa_check` takes a table, or a table, a prefix and an AS "
			  "number");
		check_fail(check, node);
		return;
	}
	struct ast_node *table = arguments->first;
	int type = -1;
	if (table->kind == AST_NAME && world->table_type)
		type = world->table_type(world->context, table->name);
	if (type != NET_ROA4 && type != NET_ROA6) {
		ast_error(check->ast, &table->place, NULL,
			  type < 0 ? "%s%s%s is not a table"
				   : "table %s%s%s is not a roa4 or roa6 table",
			  table->kind == AST_NAME ? "`" : "",
			  table->kind == AST_NAME ? table->name : "this",
			  table->kind == AST_NAME ? "`" : "");
		check_fail(check, node);
	}
	node->number = (uint32_t)type;
	if (count == 3) {
		struct ast_node *prefix = table->next, *asn = prefix->next;
		check_expr(check, prefix);
		check_expr(check, asn);
		if (!check_wants(check, prefix, type_simple(VALUE_PREFIX),
				 "the prefix to check") ||
		    !check_wants(check, asn, type_simple(VALUE_INT), "the AS number"))
			check_fail(check, node);
	}
	if (!check_is_bad(node))
		node->type = (struct ast_type){ .base = VALUE_ENUM, .kind = KIND_ROA };
}

static const struct {
	const char *name;
	void (*check)(struct check *check, struct ast_node *node);
} builtins[] = {
	{ "defined", call_defined },  { "unset", call_unset },
	{ "format", call_format },    { "from_hex", call_from_hex },
	{ "bt_assert", call_assert }, { "bt_check_assign", call_check_assign },
};

static bool
call_builtin(struct check *check, struct ast_node *node)
{
	for (size_t i = 0; i < ARRAY_SIZE(builtins); i++) {
		if (strcmp(builtins[i].name, node->name) != 0)
			continue;
		builtins[i].check(check, node);
		return true;
	}
	return false;
}

void
check_call(struct check *check, struct ast_node *node)
{
	struct symbol *symbol = policy_symbol(check->policy, node->name);
	if (symbol && symbol->code != check->self)
		policy_use(check->policy, symbol);
	if (!symbol && strcmp(node->name, "roa_check") == 0) {
		call_roa(check, node);
		return;
	}
	if (!check_arguments(check, node->child[0]) || (symbol && symbol->is_bad)) {
		check_fail(check, node);
		return;
	}
	if (symbol && symbol->kind == SYMBOL_FUNCTION) {
		call_function(check, node, symbol->code);
	} else if (symbol) {
		ast_error(check->ast, &node->place, NULL, "`%s` is not a function",
			  node->name);
		check_fail(check, node);
	} else if (type_is_method(node->name)) {
		call_method(check, node);
	} else if (!call_builtin(check, node)) {
		ast_error(check->ast, &node->place, check_name_hint(check, node->name),
			  "there is no function `%s`", node->name);
		check_fail(check, node);
	}
}
