/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checker: statements, locals, functions and filters.
 */
#include "filter/check.h"
#include "filter/set.h"
#include "lib/arena.h"
#include "lib/macros.h"
#include "lib/text.h"
#include <stdarg.h>
#include <string.h>

/* Registers of one function, temporaries not counted. */
#define LOCALS_LIMIT 1000

static bool check_statement(struct check *check, struct ast_node *node);
static bool check_list(struct check *check, struct ast_node *list);

void
check_warn(struct check *check, const struct ast_place *place, const char *format, ...)
{
	va_list arguments;
	if (check->is_again)
		return;
	struct text text = { 0 };
	va_start(arguments, format);
	text_vprintf(&text, format, arguments);
	va_end(arguments);
	ast_warn(check->ast, place, NULL, "%s", text_string(&text));
	text_fini(&text);
}

/* A literal that stands for one of the wanted type: addresses are quads too, `[]` is any
 * set. */
void
check_promote(struct check *check, struct ast_node *node, struct ast_type wanted)
{
	if (node->kind != AST_LITERAL)
		return;
	struct value value = *node->value;
	if (value.type == VALUE_IP && wanted.base == VALUE_QUAD &&
	    addr_is_ip4(value.addr)) {
		value = (struct value){ .type = VALUE_QUAD };
		value.number = addr_to_ip4(node->value->addr);
	} else if (value.type == VALUE_SET && wanted.base == VALUE_PREFIX_SET &&
		   node->type.element == VALUE_VOID) {
		value = (struct value){ .type = VALUE_PREFIX_SET };
		value.set = NULL;
	} else {
		return;
	}
	struct value *copy = arena_alloc(check->ast->arena, sizeof(*copy));
	*copy = value;
	node->value = copy;
	node->type = type_of(copy);
}

/* A call behind which nothing is ever done. */
static bool
check_never_returns(const struct ast_node *expr)
{
	expr = ast_inner(expr);
	if (expr->kind != AST_CALL || expr->what != CALL_FUNCTION)
		return false;
	const struct code *code = expr->meaning;
	return code->never_returns;
}

bool
check_wants(struct check *check, struct ast_node *expr, struct ast_type wanted,
	    const char *what)
{
	char have_text[TYPE_TEXT], wanted_text[TYPE_TEXT];
	if (check_is_bad(expr))
		return false;
	check_promote(check, expr, wanted);
	/* Who never comes back gives what is wanted. */
	if (check_never_returns(expr))
		ast_retype(expr, wanted);
	if (type_fits(expr->type, wanted))
		return true;
	bool is_call = expr->kind == AST_CALL && expr->what == CALL_FUNCTION;
	ast_error(check->ast, &expr->place,
		  is_call && expr->type.base == VALUE_VOID
			  ? "end each way through the function in accept, reject or a "
			    "`return` with a value"
			  : NULL,
		  "%s must be of type %s, this is %s", what,
		  type_name(wanted, wanted_text),
		  expr->type.base == VALUE_VOID ? "nothing"
						: type_name(expr->type, have_text));
	return false;
}

/* ---- locals ------------------------------------------------------------------------ */

static uint16_t
registers_take(struct check *check, const struct ast_place *place, uint16_t count)
{
	uint16_t first = check->registers;
	if (first + count > LOCALS_LIMIT) {
		if (!check->is_full)
			ast_error(check->ast, place, NULL, "more than %d local variables",
				  LOCALS_LIMIT);
		check->is_full = true;
		return 0;
	}
	check->registers = (uint16_t)(first + count);
	check->registers_most = MAX(check->registers_most, check->registers);
	return first;
}

static struct local *
local_add(struct check *check, const char *name, const struct ast_place *place,
	  struct ast_type type)
{
	for (struct local *at = check->locals; at && at != check->block; at = at->next)
		if (strcmp(at->name, name) == 0) {
			ast_error(check->ast, place, NULL,
				  "`%s` is already declared in this block (line %u)",
				  name, at->place.line);
			break;
		}
	struct local *local = arena_alloc(check->ast->arena, sizeof(*local));
	local->next = check->locals;
	local->name = name;
	local->place = *place;
	local->type = type;
	local->number = registers_take(check, place, 1);
	local->conditions = check->conditions;
	check->locals = local;
	return local;
}

static void
check_local(struct check *check, struct ast_node *node)
{
	struct ast_node *value = node->child[0];
	/* Its value does not see it. */
	if (value) {
		check_expr(check, value);
		if (!node->what)
			check_wants(check, value, node->type, "the initial value");
	}
	struct local *local = local_add(check, node->name, &node->place, node->type);
	local->is_bad = node->what;
	local->is_defined = value || type_reads_empty(node->type);
	node->number = local->number;
}

/* ---- statements -------------------------------------------------------------------- */

static bool
check_block(struct check *check, struct ast_node *list)
{
	struct local *locals = check->locals, *block = check->block;
	uint16_t registers = check->registers;
	check->block = locals;
	bool falls = check_list(check, list);
	check->locals = locals;
	check->block = block;
	check->registers = registers;
	return falls;
}

static bool
check_list(struct check *check, struct ast_node *list)
{
	bool falls = true;
	for (struct ast_node *at = list ? list->first : NULL; at && !check->is_full;
	     at = at->next) {
		if (!falls) {
			check_warn(check, &at->place, "this is never reached");
			check->dead++;
			for (; at; at = at->next)
				check_statement(check, at);
			check->dead--;
			return false;
		}
		falls = check_statement(check, at);
	}
	return falls;
}

static void
check_condition(struct check *check, struct ast_node *expr, const char *what)
{
	bool has_name = check_has_name(expr);
	check_expr(check, expr);
	check_doubt_condition(check, expr, has_name);
	if (!check_is_bad(expr) && expr->type.base == VALUE_INT &&
	    expr->kind == AST_LITERAL)
		ast_error(check->ast, &expr->place,
			  "compare it with something, or write true or false",
			  "%s must be of type bool, this is int", what);
	else
		check_wants(check, expr, type_simple(VALUE_BOOL), what);
}

static bool
check_branch(struct check *check, struct ast_node *node, bool is_dead)
{
	check->conditions++;
	check->dead += is_dead;
	bool falls = !node || check_statement(check, node);
	check->dead -= is_dead;
	check->conditions--;
	return falls;
}

/* A condition that is known to come out as `truth`. */
static bool
is_known(const struct ast_node *condition, bool truth)
{
	return condition->kind == AST_LITERAL && condition->type.base == VALUE_BOOL &&
	       condition->value->truth == truth;
}

/* A chain of `else if` is walked here, so that it may be long. */
static bool
check_if(struct check *check, struct ast_node *node)
{
	bool falls = false, ends = false;
	unsigned dead = check->dead;
	while (!ends) {
		struct ast_node *condition = node->child[0], *otherwise = node->child[2];
		check_condition(check, condition, "the condition of `if`");
		if (!node->child[1] && !otherwise)
			check_warn(check, &node->place,
				   "the `;` ends this `if`: nothing depends on it");
		falls |= check_branch(check, node->child[1], is_known(condition, false));
		check->dead += is_known(condition, true);
		ends = !otherwise || otherwise->kind != AST_IF;
		if (ends)
			falls |= check_branch(check, otherwise, false);
		else
			node = otherwise;
	}
	check->dead = dead;
	return falls;
}

static bool
check_case(struct check *check, struct ast_node *node)
{
	struct ast_node *arms = node->child[1];
	bool falls = false, has_else = false;
	check_expr(check, node->child[0]);
	node->meaning = check_arms(check, node);
	check_doubt_arms(check, node);
	for (struct ast_node *arm = arms ? arms->first : NULL; arm; arm = arm->next) {
		if (!arm->child[0] && has_else)
			ast_error(check->ast, &arm->place, NULL,
				  "this `case` has an `else` already");
		has_else |= !arm->child[0];
		check->conditions++;
		falls |= check_block(check, arm->child[1]);
		check->conditions--;
	}
	return falls || !has_else;
}

static struct ast_type
for_element(struct check *check, const struct ast_node *list)
{
	char text[TYPE_TEXT];
	switch (list->type.base) {
	case VALUE_PATH: return type_simple(VALUE_INT);
	case VALUE_CLIST: return type_simple(VALUE_PAIR);
	case VALUE_ECLIST: return type_simple(VALUE_EC);
	case VALUE_LCLIST: return type_simple(VALUE_LC);
	default:
		if (!check_is_bad(list))
			ast_error(check->ast, &list->place, NULL,
				  "`for` walks a bgppath, clist, eclist or lclist, this "
				  "is %s",
				  type_name(list->type, text));
		return type_simple(VALUE_VOID);
	}
}

static bool
check_for(struct check *check, struct ast_node *node)
{
	struct ast_node *type = node->child[0], *list = node->child[1];
	char have[TYPE_TEXT], wanted[TYPE_TEXT];
	check_expr(check, list);
	struct ast_type element = for_element(check, list);
	if (type && element.base != VALUE_VOID && !type_fits(element, type->type))
		ast_error(check->ast, &type->place, NULL,
			  "the elements are of type %s, not %s", type_name(element, have),
			  type_name(type->type, wanted));
	struct local *locals = check->locals, *block = check->block;
	uint16_t registers = check->registers;
	check->block = locals;
	struct local *local = local_add(check, node->name, &node->place, element);
	local->is_defined = true;
	local->is_bad = element.base == VALUE_VOID;
	registers_take(check, &node->place, 2); /* The list, and how far it was walked. */
	node->number = local->number;
	check_branch(check, node->child[2], false);
	check->locals = locals;
	check->block = block;
	check->registers = registers;
	return true;
}

/* A literal that is a quad, too, where one is wanted. */
static bool
is_address(const struct ast_node *value)
{
	return value->kind == AST_LITERAL && value->type.base == VALUE_IP &&
	       addr_is_ip4(value->value->addr);
}

/* What was returned before is of this type as well. */
static bool
result_widens(const struct check *check, struct ast_type type)
{
	return type_fits(check->self->result, type) ||
	       (check->has_address && type.base == VALUE_QUAD);
}

static void
complain_result(struct check *check, const struct ast_place *place, const char *what)
{
	char text[TYPE_TEXT];
	const char *type = type_name(check->self->result, text);
	const char *hint =
		check->result_place.line == 0
			? NULL
			: arena_printf(check->ast->arena,
				       "the `return` in line %u has a value of type %s",
				       check->result_place.line, type);
	ast_error(check->ast, place, hint, "this function returns %s, here is %s", type,
		  what);
}

/* As long as no type was written it is that of all results: the one that the others are
 * of, too. */
static void
check_result(struct check *check, struct ast_node *value)
{
	char text[TYPE_TEXT];
	if (check->is_settled) {
		check_wants(check, value, check->self->result, "the result");
		return;
	}
	if (check_never_returns(value))
		return;
	if (value->type.base == VALUE_VOID) {
		check->empty_place = value->place;
		return;
	}
	if (check->has_result)
		check_promote(check, value, check->self->result);
	if (check->has_result && type_fits(value->type, check->self->result)) {
		check->has_address &= is_address(value);
	} else if (!check->has_result || result_widens(check, value->type)) {
		check->wants_result |= check->has_result;
		check->has_address = is_address(value);
		check->has_result = true;
		check->self->result = value->type;
		check->result_place = value->place;
	} else {
		complain_result(check, &value->place, type_name(value->type, text));
	}
}

static void
check_return(struct check *check, struct ast_node *node)
{
	struct ast_node *value = node->child[0];
	check->returns = true;
	if (value) {
		check_expr(check, value);
		check->has_maybe |= (value->flags & CHECK_MAYBE) != 0;
	} else {
		check->empty_place = node->place;
	}
	if (!check->is_function)
		ast_error(check->ast, &node->place, "use accept or reject",
			  "`return` outside of a function");
	else if (value && !check_is_bad(value))
		check_result(check, value);
}

void
check_assignment(struct check *check, struct ast_node *target, struct ast_node *value)
{
	if (check_is_bad(target))
		return;
	if (target->kind == AST_NAME && target->what == MEANING_NET) {
		ast_error(check->ast, &target->place, NULL, "`net` can't be assigned");
		return;
	}
	if (target->kind != AST_NAME) {
		ast_error(check->ast, &target->place, NULL,
			  "only variables and attributes can be assigned");
		return;
	}
	if (target->what == MEANING_ATTRIBUTE) {
		const struct attr_class *class = target->meaning;
		if (class->flags & ATTR_READ_ONLY)
			ast_error(check->ast, &target->place, NULL,
				  "`%s` can be read only", target->name);
	}
	check_wants(check, value, target->type, "the value");
}

static void
check_assign(struct check *check, struct ast_node *node)
{
	struct ast_node *target = node->child[0];
	check_expr(check, target);
	check_expr(check, node->child[1]);
	check_assignment(check, target, node->child[1]);
	if (target->kind != AST_NAME || target->what != MEANING_LOCAL)
		return;
	/* What follows its declaration without condition holds for all behind it. */
	struct local *local = check_find_local(check, target->name);
	if (local->conditions == check->conditions)
		local->is_defined = true;
}

/* x.prepend(y); changes x. */
static void
check_mutation(struct check *check, struct ast_node *node, struct ast_node *expr)
{
	struct ast_node *object = expr->child[0];
	char have[TYPE_TEXT], wanted[TYPE_TEXT];
	if (check_is_bad(expr))
		return;
	if (object->kind != AST_NAME || object->what == MEANING_NET) {
		ast_error(check->ast, &node->place, NULL,
			  "the result of `.%s` is not used", expr->name);
		return;
	}
	if (object->what == MEANING_ATTRIBUTE) {
		const struct attr_class *class = object->meaning;
		if (class->flags & ATTR_READ_ONLY)
			ast_error(check->ast, &object->place, NULL,
				  "`%s` can be read only", object->name);
	}
	if (!type_fits(expr->type, object->type))
		ast_error(check->ast, &node->place, NULL,
			  "`.%s` gives %s, which `%s` of type %s can't hold", expr->name,
			  type_name(expr->type, have), object->name,
			  type_name(object->type, wanted));
}

static void
check_effect(struct check *check, struct ast_node *node)
{
	struct ast_node *expr = node->child[0];
	check_expr(check, expr);
	if (check_is_bad(expr))
		return;
	if (expr->kind == AST_METHOD)
		check_mutation(check, node, expr);
	else if (expr->kind != AST_CALL ||
		 (expr->what != CALL_FUNCTION && expr->what != CALL_UNSET &&
		  expr->what != CALL_ASSERT && expr->what != CALL_CHECK_ASSIGN))
		ast_error(check->ast, &node->place, NULL, "this has no effect");
}

static void
check_values(struct check *check, struct ast_node *list)
{
	for (struct ast_node *at = list ? list->first : NULL; at; at = at->next) {
		check_expr(check, at);
		if (!check_is_bad(at) && at->type.base == VALUE_VOID)
			ast_error(check->ast, &at->place, NULL, "this has no value");
	}
}

/* True if what follows can be reached. */
static bool
check_statement(struct check *check, struct ast_node *node)
{
	switch (node->kind) {
	case AST_BLOCK: return check_block(check, node->child[0]);
	case AST_LOCAL: check_local(check, node); return true;
	case AST_ASSIGN: check_assign(check, node); return true;
	case AST_IF: return check_if(check, node);
	case AST_CASE: return check_case(check, node);
	case AST_FOR: return check_for(check, node);
	case AST_RETURN: check_return(check, node); return false;
	case AST_ACCEPT:
		check->accepts |= check->dead == 0;
		check_values(check, node->child[0]);
		return false;
	case AST_REJECT: check_values(check, node->child[0]); return false;
	case AST_PRINT: check_values(check, node->child[0]); return true;
	default:
		check_effect(check, node);
		return check_is_bad(node->child[0]) ||
		       !check_never_returns(node->child[0]);
	}
}

/* ---- declarations ------------------------------------------------------------------ */

static void
check_declarations(struct check *check, const struct ast_node *list, bool is_parameters)
{
	for (struct ast_node *at = list ? list->first : NULL; at && !check->is_full;
	     at = at->next) {
		check_local(check, at);
		check->locals->is_defined |= is_parameters;
	}
}

static void
check_body(struct check *check, struct ast_function *function)
{
	check->locals = check->block = NULL;
	check->registers = check->registers_most = check->conditions = 0;
	check->returns = false;
	check_declarations(check, function->parameters, true);
	check_declarations(check, function->locals, false);
	bool falls = check_block(check, function->body ? function->body->child[0] : NULL);
	if (check->is_function && check->has_result && check->empty_place.line > 0 &&
	    check->self->result.base != VALUE_VOID)
		complain_result(check, &check->empty_place, "no value");
	check->self->has_result_always = !falls && !check->has_maybe;
	check->self->never_returns = !falls && !check->returns;
	check->self->may_accept = check->accepts;
	if (falls && check->is_function && function->has_type)
		check_warn(check, &function->place,
			   "the end of function `%s` can be reached without return",
			   function->name);
	if (check->is_filter && check_doubt_filter(check, function))
		return;
	if (falls && check->is_filter)
		check_warn(check, &function->place,
			   "the end of %s%s%s can be reached without accept or reject: "
			   "such routes are rejected",
			   function->name ? "filter `" : "this filter",
			   function->name ? function->name : "",
			   function->name ? "`" : "");
}

bool
check_function(struct check *check, struct ast_function *function)
{
	check->errors = check->ast->errors;
	check->has_result = check->is_settled = function->has_type;
	check_body(check, function);
	if (check->ast->errors == check->errors && check->wants_result) {
		/* It calls itself, say, and what it returns is known only now. */
		check->is_again = true;
		check->has_result = check->is_settled = true;
		check->is_bad = false;
		check_body(check, function);
		if (check->self->result.base == VALUE_VOID)
			ast_error(check->ast, &function->place,
				  "say its type: `function … -> int`",
				  "what `%s` returns is not known: it only calls itself",
				  function->name);
	}
	return check->ast->errors == check->errors && !check->is_bad;
}

bool
check_alone(struct check *check, struct ast_node *expr)
{
	check->errors = check->ast->errors;
	check_expr(check, expr);
	return check->ast->errors == check->errors && !check->is_bad &&
	       !check_is_bad(expr);
}
