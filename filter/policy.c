/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A policy: names, and what is done with each declaration.
 */
#include "filter/policy.h"
#include "filter/check.h"
#include "filter/compile.h"
#include "filter/eval.h"
#include "filter/filter.h"
#include "lib/arena.h"
#include "lib/hash.h"
#include "lib/macros.h"
#include "lib/pool.h"
#include "nest/router.h"
#include <string.h>

struct policy *
policy_new(struct arena *arena, struct ast *ast, const struct policy_world *world)
{
	struct policy *policy = arena_alloc(arena, sizeof(*policy));
	policy->arena = arena;
	policy->ast = ast;
	policy->world = *world;
	return policy;
}

struct policy *
policy_new_above(struct arena *arena, struct ast *ast, const struct policy_world *world,
		 const struct policy *base)
{
	struct policy *policy = policy_new(arena, ast, world);
	policy->base = base;
	return policy;
}

/* ---- names ------------------------------------------------------------------------- */

static uint32_t
name_hash(const char *name)
{
	return hash_bytes(name, strlen(name), 0);
}

static struct symbol *
own_symbol(const struct policy *policy, const char *name)
{
	if (!policy->bucket_count)
		return NULL;
	struct symbol *symbol =
		policy->buckets[name_hash(name) & (policy->bucket_count - 1)];
	while (symbol && strcmp(symbol->name, name) != 0)
		symbol = symbol->chain;
	return symbol;
}

static void
symbol_hang(struct policy *policy, struct symbol *symbol)
{
	uint32_t bucket = name_hash(symbol->name) & (policy->bucket_count - 1);
	symbol->chain = policy->buckets[bucket];
	policy->buckets[bucket] = symbol;
}

/* As many buckets as names, at least. */
static void
buckets_grow(struct policy *policy)
{
	policy->bucket_count = MAX(64u, 2 * policy->bucket_count);
	policy->buckets = arena_alloc(policy->arena,
				      policy->bucket_count * sizeof(struct symbol *));
	for (struct symbol *at = policy->first; at; at = at->next)
		symbol_hang(policy, at);
}

struct symbol *
policy_symbol(const struct policy *policy, const char *name)
{
	for (; policy; policy = policy->base) {
		struct symbol *symbol = own_symbol(policy, name);
		if (symbol)
			return symbol;
	}
	return NULL;
}

void
policy_use(const struct policy *policy, struct symbol *symbol)
{
	if (!policy->base)
		symbol->is_used = true;
}

struct symbol *
policy_symbol_add(struct policy *policy, enum symbol_kind kind, const char *name,
		  const struct ast_place *place)
{
	const struct symbol *known = own_symbol(policy, name);
	if (known) {
		ast_error(policy->ast, place, NULL,
			  "`%s` is already defined, in line %u%s%s", name,
			  known->place.line, known->place.file ? " of " : "",
			  known->place.file ? known->place.file : "");
		return NULL;
	}
	struct symbol *symbol = arena_alloc(policy->arena, sizeof(*symbol));
	symbol->kind = kind;
	symbol->name = arena_strdup(policy->arena, name);
	symbol->place = *place;
	if (policy->last)
		policy->last->next = symbol;
	else
		policy->first = symbol;
	policy->last = symbol;
	if (policy->symbol_count++ == policy->bucket_count)
		buckets_grow(policy);
	else
		symbol_hang(policy, symbol);
	return symbol;
}

static const char *
kind_name(enum symbol_kind kind)
{
	static const char *const names[] = { [SYMBOL_CONSTANT] = "constant",
					     [SYMBOL_FUNCTION] = "function",
					     [SYMBOL_FILTER] = "filter",
					     [SYMBOL_ATTRIBUTE] = "attribute" };
	return names[kind];
}

const char *
policy_kind_of(const struct policy *policy, const char *name)
{
	const struct symbol *symbol = policy_symbol(policy, name);
	return symbol ? kind_name(symbol->kind) : NULL;
}

const char *
policy_place_of(const struct policy *policy, const char *name, struct ast_place *place)
{
	const struct symbol *symbol = policy_symbol(policy, name);
	if (!symbol)
		return NULL;
	*place = symbol->place;
	return kind_name(symbol->kind);
}

bool
policy_constant(const struct policy *policy, const char *name, struct value *value)
{
	const struct symbol *symbol = policy_symbol(policy, name);
	if (!symbol || symbol->kind != SYMBOL_CONSTANT || symbol->is_bad)
		return false;
	*value = symbol->value;
	return true;
}

const struct filter *
policy_find_filter(const struct policy *policy, const char *name)
{
	const struct symbol *symbol = policy_symbol(policy, name);
	return symbol && symbol->kind == SYMBOL_FILTER ? symbol->filter : NULL;
}

const struct filter *
policy_use_filter(const struct policy *policy, const char *name)
{
	struct symbol *symbol = policy_symbol(policy, name);
	if (symbol && symbol->kind == SYMBOL_FILTER)
		policy_use(policy, symbol);
	return policy_find_filter(policy, name);
}

void
policy_each(const struct policy *policy,
	    void (*found)(void *context, const char *kind, const char *name,
			  const struct ast_place *place),
	    void *context)
{
	for (const struct symbol *at = policy->first; at; at = at->next)
		found(context, kind_name(at->kind), at->name, &at->place);
}

void
policy_each_unused(const struct policy *policy,
		   void (*found)(void *context, const char *kind, const char *name,
				 const struct ast_place *place),
		   void *context)
{
	for (const struct symbol *at = policy->first; at; at = at->next)
		if (!at->is_used && !at->is_bad &&
		    (at->kind == SYMBOL_FUNCTION || at->kind == SYMBOL_FILTER))
			found(context, kind_name(at->kind), at->name, &at->place);
}

/* Finds the tables that it names. */
static void
code_bind(const struct code *code, struct router *router)
{
	for (unsigned i = 0; i < code->table_count; i++) {
		struct code_table *table = &code->tables[i];
		table->table =
			router_table(router, table->name, (enum net_type)table->type);
	}
}

/* ---- constants --------------------------------------------------------------------- */

/* Runs it; false after a complaint. The value may be nothing. */
static bool
expression_run(struct policy *policy, const struct ast_node *node, struct value *value)
{
	struct code code = { .place = node->place };
	struct eval eval;
	if (!compile_expression(policy, policy->ast->arena, &code, node, false))
		return false;
	/* What is computed while a configuration is read knows no tables yet. */
	if (policy->base && policy->world.router)
		code_bind(&code, policy->world.router);
	eval_init(&eval);
	eval.print = policy->world.print;
	eval.context = policy->world.context;
	bool good = eval_run(&eval, &code, NULL) == EVAL_RETURNED;
	struct ast_place place = eval_place(&eval);
	if (good)
		*value = value_copy(policy->arena, &eval.result);
	else
		ast_error(policy->ast, &place, NULL, "%s",
			  eval.end == EVAL_FAILED ? text_string(&eval.error)
						  : "this has no value");
	eval_fini(&eval);
	return good;
}

bool
fold_expression(struct policy *policy, const struct ast_node *node, struct value *value)
{
	if (!expression_run(policy, node, value))
		return false;
	if (value->type != VALUE_VOID)
		return true;
	ast_error(policy->ast, &node->place, NULL, "this has no value");
	return false;
}

bool
policy_compute(struct policy *policy, struct ast_node *expr, struct value *value)
{
	struct check check = { .policy = policy,
			       .ast = policy->ast,
			       .is_constant = true };
	if (!expr || !check_alone(&check, expr))
		return false;
	if (expr->kind != AST_LITERAL)
		return expression_run(policy, expr, value);
	*value = value_copy(policy->arena, expr->value);
	return true;
}

bool
policy_evaluate(struct policy *policy, struct ast_node *expr, struct value *value)
{
	if (!policy_compute(policy, expr, value))
		return false;
	if (value->type != VALUE_VOID)
		return true;
	ast_error(policy->ast, &expr->place, NULL, "this has no value");
	return false;
}

bool
policy_define(struct policy *policy, const struct ast_place *place, const char *name,
	      struct ast_node *expr)
{
	struct value value = { .type = VALUE_VOID };
	bool good = policy_evaluate(policy, expr, &value);
	struct symbol *symbol = policy_symbol_add(policy, SYMBOL_CONSTANT, name, place);
	if (!symbol)
		return false;
	symbol->is_bad = !good;
	symbol->value = value;
	return good;
}

void
policy_define_value(struct policy *policy, const char *name, const struct value *value)
{
	static const struct ast_place nowhere;
	if (own_symbol(policy, name))
		return;
	policy_symbol_add(policy, SYMBOL_CONSTANT, name, &nowhere)->value =
		value_copy(policy->arena, value);
}

/* ---- attributes ---------------------------------------------------------------------
 */

bool
policy_attribute_is_custom(const struct router *router, attr_id id)
{
	return (attr_class_of(router, id)->flags & ATTR_DECLARED) != 0;
}

bool
policy_add_attribute(struct policy *policy, const struct ast_place *place,
		     const char *name, const struct ast_node *type,
		     const struct attr_class *like)
{
	struct router *router = policy->world.router;
	struct symbol *symbol = policy_symbol_add(policy, SYMBOL_ATTRIBUTE, name, place);
	char text[TYPE_TEXT];
	if (!symbol)
		return false;
	symbol->is_bad = true;
	if (!type)
		return false;
	unsigned base = type->type.base;
	if (base == VALUE_SET || base == VALUE_PREFIX_SET || base == VALUE_PATH_MASK) {
		ast_error(policy->ast, &type->place, NULL,
			  "routes can't have attributes of type %s",
			  type_name(type->type, text));
		return false;
	}
	if (!router) {
		ast_error(policy->ast, place, NULL, "there are no routes here");
		return false;
	}
	symbol->is_bad = false;
	struct attr_class wanted = { .type = (uint8_t)base };
	if (like != NULL)
		wanted = *like;
	wanted.name = name;
	wanted.doc = "Declared by the configuration.";
	symbol->attribute = attr_declare(router, &wanted);
	if (symbol->attribute != ATTR_NONE)
		return true;
	ast_error(policy->ast, place,
		  "declare fewer; those of former configurations count too until meshd "
		  "is started anew",
		  "`%s` is one attribute too many: a router has at most %u", name,
		  ATTR_MOST);
	symbol->is_bad = true;
	return false;
}

/* ---- functions and filters --------------------------------------------------------- */

/* Its tables are to be found when the configuration is committed. */
static void
codes_add(struct policy *policy, struct code *code, struct code_filter *filter)
{
	bool has_tables =
		code->table_count > 0 || (filter && filter->reads.roa_count > 0);
	if (!has_tables && !(filter && filter->reads.effects))
		return;
	policy->units = arena_grow(policy->arena, policy->units, policy->unit_count,
				   &policy->unit_room, sizeof(*policy->units));
	policy->units[policy->unit_count++] = (struct policy_unit){ code, filter };
}

static struct code *
code_new(struct policy *policy, const struct ast_function *function)
{
	struct code *code = arena_alloc(policy->arena, sizeof(*code));
	const struct ast_node *list = function->parameters;
	size_t count = list ? list->count : 0, i = 0;
	if (function->name)
		code->name = arena_strdup(policy->arena, function->name);
	code->place = function->place;
	code->result = function->type;
	if (count == 0)
		return code;
	struct ast_type *types = arena_alloc(policy->arena, count * sizeof(*types));
	const char **names = arena_alloc(policy->arena, count * sizeof(char *));
	for (const struct ast_node *at = list->first; at; at = at->next) {
		types[i] = at->type;
		names[i++] = arena_strdup(policy->arena, at->name);
	}
	code->parameters = (uint16_t)count;
	code->parameter_types = types;
	code->parameter_names = names;
	return code;
}

/* Checks and compiles into `code`. */
static bool
function_build(struct policy *policy, struct ast_function *function, struct code *code)
{
	struct check check = { .policy = policy,
			       .ast = policy->ast,
			       .self = code,
			       .is_function = !function->is_filter,
			       .is_filter = function->is_filter };
	return check_function(&check, function) &&
	       compile_function(policy, policy->arena, code, function,
				check.registers_most);
}

bool
policy_add_function(struct policy *policy, struct ast_function *function)
{
	struct symbol *symbol = policy_symbol_add(policy, SYMBOL_FUNCTION, function->name,
						  &function->place);
	struct code *code = code_new(policy, function);
	if (symbol)
		symbol->code = code; /* Its body may call it. */
	bool good = function_build(policy, function, code);
	if (symbol)
		symbol->is_bad = !good;
	if (good)
		codes_add(policy, code, NULL);
	return good && symbol;
}

static const struct filter *
filter_of(struct policy *policy, struct code *code)
{
	struct code_filter *filter = code_filter_new(policy->arena, policy->ast->arena,
						     code, policy->world.router);
	codes_add(policy, code, filter);
	return &filter->filter;
}

bool
policy_add_filter(struct policy *policy, struct ast_function *function)
{
	struct symbol *symbol = policy_symbol_add(policy, SYMBOL_FILTER, function->name,
						  &function->place);
	const struct filter *filter = policy_compile_filter(policy, function);
	if (symbol) {
		symbol->filter = filter;
		symbol->is_bad = !filter;
	}
	return filter && symbol;
}

void
policy_spoil(struct policy *policy, const char *name, const char *problem)
{
	for (struct symbol *at = policy->first; at; at = at->next) {
		if (strcmp(at->name, name) != 0 ||
		    (at->kind != SYMBOL_FUNCTION && at->kind != SYMBOL_FILTER))
			continue;
		at->is_bad = true;
		at->filter = NULL;
		at->problem = arena_strdup(policy->arena, problem);
	}
}

const struct filter *
policy_compile_filter(struct policy *policy, struct ast_function *function)
{
	struct code *code = code_new(policy, function);
	return function_build(policy, function, code) ? filter_of(policy, code) : NULL;
}

const struct filter *
policy_compile_where(struct policy *policy, struct ast_node *expr)
{
	struct check check = { .policy = policy, .ast = policy->ast };
	if (!expr || !check_alone(&check, expr) ||
	    !check_wants(&check, expr, type_simple(VALUE_BOOL),
			 "the condition of `where`"))
		return NULL;
	struct code *code = arena_alloc(policy->arena, sizeof(*code));
	code->place = expr->place;
	if (!compile_expression(policy, policy->arena, code, expr, true))
		return NULL;
	return filter_of(policy, code);
}

const struct filter *
policy_compile_block(struct policy *policy, struct ast_node *block)
{
	struct ast_function function = { .is_filter = true, .body = block };
	if (!block)
		return NULL;
	function.place = block->place;
	struct code *code = code_new(policy, &function);
	struct check check = { .policy = policy, .ast = policy->ast, .self = code };
	if (!check_function(&check, &function) ||
	    !compile_body(policy, policy->arena, code, block, check.registers_most,
			  COMPILE_ACCEPTS))
		return NULL;
	return filter_of(policy, code);
}

bool
policy_bind(struct policy *policy, struct router *router)
{
	bool good = true;
	for (size_t i = 0; i < policy->unit_count; i++) {
		const struct code *code = policy->units[i].code;
		code_bind(code, router);
		for (unsigned j = 0; j < code->table_count; j++) {
			if (code->tables[j].table)
				continue;
			router_log(router, LOG_ERROR, "filters: there is no table %s",
				   code->tables[j].name);
			good = false;
		}
	}
	/* Filters read the tables of the functions they call, too. */
	for (size_t i = 0; i < policy->unit_count; i++)
		if (policy->units[i].filter)
			code_filter_bind(policy->units[i].filter);
	return good;
}
