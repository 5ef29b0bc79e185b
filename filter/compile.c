/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The compiler: emitting instructions, and statements.
 */
#include "filter/compile.h"
#include "filter/set.h"
#include "lib/arena.h"
#include "lib/macros.h"
#include "lib/mem.h"
#include <string.h>

/* Instructions and constants of one function. */
#define INSTS_LIMIT     1000000u
#define CONSTANTS_LIMIT 0x7ff0u
#define REGISTERS_LIMIT 0x7000u
#define FEW_LIMIT       0xfff0u

static void compile_statement(struct compile *compile, const struct ast_node *node);

/* Room for one more, in the memory of the tree. */
static void *
array_grow(struct compile *compile, void *array, size_t count, size_t *room, size_t size)
{
	return arena_grow(compile->policy->ast->arena, array, count, room, size);
}

/* ---- emitting ---------------------------------------------------------------------- */

static bool
place_equal(const struct ast_place *a, const struct ast_place *b)
{
	return a->line == b->line && a->column == b->column && a->file == b->file;
}

void
compile_at(struct compile *compile, const struct ast_place *place)
{
	compile->place = *place;
}

static void
place_note(struct compile *compile)
{
	struct code_place *last =
		compile->place_count ? &compile->places[compile->place_count - 1] : NULL;
	if (last && place_equal(&last->place, &compile->place))
		return;
	compile->places = array_grow(compile, compile->places, compile->place_count,
				     &compile->place_room, sizeof(*compile->places));
	compile->places[compile->place_count++] =
		(struct code_place){ .at = (uint32_t)compile->inst_count,
				     .place = compile->place };
}

uint32_t
compile_emit(struct compile *compile, enum op op, unsigned to, unsigned a, unsigned b,
	     uint32_t wide)
{
	place_note(compile);
	compile->insts = array_grow(compile, compile->insts, compile->inst_count,
				    &compile->inst_room, sizeof(*compile->insts));
	if (compile->inst_count >= INSTS_LIMIT)
		compile->is_too_big = true;
	else
		compile->inst_count++;
	compile->insts[compile->inst_count - 1] =
		(struct inst){ (uint16_t)op, (uint16_t)to, (uint16_t)a, (uint16_t)b,
			       wide };
	return (uint32_t)compile->inst_count - 1;
}

static bool
constant_equal(const struct value *a, const struct value *b)
{
	if (a->type == VALUE_SET || a->type == VALUE_PREFIX_SET ||
	    a->type == VALUE_PATH_MASK)
		return a->type == b->type && a->set == b->set;
	return value_identical(a, b);
}

uint16_t
compile_constant(struct compile *compile, const struct value *value)
{
	/* Only the last ones: a long list of texts should not be compared each with each.
	 */
	size_t first = compile->constant_count > 32 ? compile->constant_count - 32 : 0;
	for (size_t i = first; i < compile->constant_count; i++)
		if (constant_equal(&compile->constants[i], value))
			return (uint16_t)(i | OPERAND_CONSTANT);
	compile->constants =
		array_grow(compile, compile->constants, compile->constant_count,
			   &compile->constant_room, sizeof(*compile->constants));
	if (compile->constant_count >= CONSTANTS_LIMIT)
		compile->is_too_big = true;
	else
		compile->constants[compile->constant_count++] = *value;
	return (uint16_t)((compile->constant_count - 1) | OPERAND_CONSTANT);
}

uint32_t
compile_message_name(struct compile *compile, const char *name)
{
	for (size_t i = 0; i < compile->name_count; i++)
		if (strcmp(compile->names[i], name) == 0)
			return (uint32_t)i;
	compile->names = array_grow(compile, compile->names, compile->name_count,
				    &compile->name_room, sizeof(char *));
	compile->names[compile->name_count++] =
		arena_strdup(compile->policy->arena, name);
	return (uint32_t)compile->name_count - 1;
}

uint32_t
compile_callee(struct compile *compile, const struct code *callee)
{
	for (size_t i = 0; i < compile->callee_count; i++)
		if (compile->callees[i] == callee)
			return (uint32_t)i;
	compile->callees = array_grow(compile, compile->callees, compile->callee_count,
				      &compile->callee_room, sizeof(struct code *));
	compile->is_too_big |= compile->callee_count >= FEW_LIMIT;
	compile->callees[compile->callee_count++] = callee;
	return (uint32_t)compile->callee_count - 1;
}

uint32_t
compile_table(struct compile *compile, const char *name, unsigned type)
{
	for (size_t i = 0; i < compile->table_count; i++)
		if (strcmp(compile->tables[i].name, name) == 0)
			return (uint32_t)i;
	compile->tables = array_grow(compile, compile->tables, compile->table_count,
				     &compile->table_room, sizeof(*compile->tables));
	compile->is_too_big |= compile->table_count >= FEW_LIMIT;
	compile->tables[compile->table_count++] =
		(struct code_table){ .name = arena_strdup(compile->policy->arena, name),
				     .type = (uint8_t)type };
	return (uint32_t)compile->table_count - 1;
}

uint16_t
compile_register(struct compile *compile)
{
	unsigned taken = compile->registers;
	if (taken >= REGISTERS_LIMIT) {
		compile->is_too_big = true;
		return 0;
	}
	compile->registers++;
	compile->registers_most = MAX(compile->registers_most, compile->registers);
	return (uint16_t)taken;
}

void
jumps_add(struct compile *compile, struct jumps *jumps, uint32_t inst)
{
	compile->insts[inst].wide = jumps->last;
	jumps->last = inst + 1;
}

void
compile_jump(struct compile *compile, struct jumps *jumps)
{
	jumps_add(compile, jumps, compile_emit(compile, OP_JUMP, 0, 0, 0, 0));
}

void
jumps_land(struct compile *compile, struct jumps *jumps)
{
	while (jumps->last && !compile->is_too_big) {
		struct inst *inst = &compile->insts[jumps->last - 1];
		jumps->last = inst->wide;
		inst->wide = (uint32_t)compile->inst_count;
	}
}

/* ---- statements -------------------------------------------------------------------- */

static void
compile_list(struct compile *compile, const struct ast_node *list)
{
	for (const struct ast_node *at = list ? list->first : NULL; at; at = at->next)
		compile_statement(compile, at);
}

static void
compile_local(struct compile *compile, const struct ast_node *node)
{
	uint16_t number = (uint16_t)node->number;
	struct value empty = { 0 };
	if (node->child[0]) {
		if (node->child[0]->flags & CHECK_MAYBE)
			compile_emit(compile, OP_MOVE, number,
				     compile_defined(compile, node->child[0]), 0, 0);
		else
			compile_to(compile, node->child[0], number);
		return;
	}
	if (type_reads_empty(node->type)) {
		empty.type = node->type.base;
		empty.bytes = "";
		empty.size = 0;
	}
	compile_emit(compile, OP_MOVE, number, compile_constant(compile, &empty), 0, 0);
}

static void
compile_assign(struct compile *compile, const struct ast_node *node)
{
	const struct ast_node *target = node->child[0], *value = node->child[1];
	if (target->what == MEANING_LOCAL && !(value->flags & CHECK_MAYBE)) {
		compile_to(compile, value, (uint16_t)target->number);
		return;
	}
	uint16_t operand = compile_defined(compile, value);
	compile_at(compile, &node->place);
	if (target->what == MEANING_LOCAL)
		compile_emit(compile, OP_MOVE, target->number, operand, 0, 0);
	else if (target->what == MEANING_ATTRIBUTE)
		compile_emit(compile, OP_ATTR_SET, 0, operand, 0, target->number);
}

static void
compile_if(struct compile *compile, const struct ast_node *node)
{
	struct jumps end = { 0 };
	for (;;) {
		struct jumps otherwise = { 0 };
		unsigned registers = compile->registers;
		compile_test(compile, node->child[0], false, &otherwise);
		compile->registers = registers;
		if (node->child[1])
			compile_statement(compile, node->child[1]);
		const struct ast_node *next = node->child[2];
		if (next)
			compile_jump(compile, &end);
		jumps_land(compile, &otherwise);
		if (!next)
			break;
		if (next->kind != AST_IF) {
			compile_statement(compile, next);
			break;
		}
		node = next;
		compile_at(compile, &node->place);
	}
	jumps_land(compile, &end);
}

/* The set of the arms with addresses instead of their numbers. */
static struct value
arms_value(struct compile *compile, const struct set *arms, const uint32_t *addresses)
{
	struct arena *arena = compile->policy->arena;
	struct set *set = arena_alloc(arena, sizeof(*set));
	uint32_t *targets = arena_alloc(arena, arms->count * sizeof(*targets));
	*set = *arms;
	for (uint32_t i = 0; i < arms->count; i++)
		targets[i] = addresses[arms->targets[i]];
	set->targets = targets;
	struct value value = { .type = VALUE_SET };
	value.set = set;
	return value;
}

static void
compile_case(struct compile *compile, const struct ast_node *node)
{
	const struct ast_node *list = node->child[1];
	struct jumps end = { 0 };
	size_t count = list ? list->count : 0, arm = 0;
	uint32_t *addresses = mem_alloc((count + 1) * sizeof(*addresses));
	uint16_t operand = compile_value(compile, node->child[0]);
	compile_at(compile, &node->place);
	uint32_t at = compile_emit(compile, OP_SWITCH, 0, operand, 0, 0);
	uint32_t otherwise = 0;
	for (const struct ast_node *i = list ? list->first : NULL; i; i = i->next) {
		addresses[arm++] = (uint32_t)compile->inst_count;
		if (!i->child[0])
			otherwise = (uint32_t)compile->inst_count;
		compile_list(compile, i->child[1]);
		compile_jump(compile, &end);
	}
	jumps_land(compile, &end);
	struct value set = arms_value(compile, node->meaning, addresses);
	mem_free(addresses);
	compile->insts[at].b = compile_constant(compile, &set);
	compile->insts[at].wide = otherwise ? otherwise : (uint32_t)compile->inst_count;
}

static void
compile_for(struct compile *compile, const struct ast_node *node)
{
	uint16_t element = (uint16_t)node->number, list = (uint16_t)(element + 1);
	struct value zero = { .type = VALUE_INT };
	struct jumps end = { 0 };
	if (node->child[1]->flags & CHECK_MAYBE)
		compile_emit(compile, OP_MOVE, list,
			     compile_defined(compile, node->child[1]), 0, 0);
	else
		compile_to(compile, node->child[1], list);
	compile_emit(compile, OP_MOVE, element + 2u, compile_constant(compile, &zero), 0,
		     0);
	uint32_t again = (uint32_t)compile->inst_count;
	jumps_add(compile, &end,
		  compile_emit(compile, OP_FOR_NEXT, element, list, element + 2u, 0));
	if (node->child[2])
		compile_statement(compile, node->child[2]);
	compile_at(compile, &node->place);
	compile_emit(compile, OP_JUMP, 0, 0, 0, again);
	jumps_land(compile, &end);
}

static void
compile_print(struct compile *compile, const struct ast_node *list, bool newline)
{
	for (const struct ast_node *at = list ? list->first : NULL; at; at = at->next) {
		unsigned registers = compile->registers;
		compile_emit(compile, OP_PRINT, 0, compile_value(compile, at), 0, 0);
		compile->registers = registers;
	}
	compile_emit(compile, OP_PRINT_END, 0, 0, newline, 0);
}

static void
compile_verdict(struct compile *compile, const struct ast_node *node)
{
	if (node->child[0])
		compile_print(compile, node->child[0], true);
	compile_at(compile, &node->place);
	compile_emit(compile,
		     node->kind == AST_ACCEPT ? OP_ACCEPT
		     : node->what             ? OP_FAIL
					      : OP_REJECT,
		     0, 0, 0, 0);
}

static void
compile_return(struct compile *compile, const struct ast_node *node)
{
	if (!node->child[0]) {
		compile_emit(compile, OP_RETURN_NOTHING, 0, 0, 0, 0);
		return;
	}
	uint16_t operand = compile_value(compile, node->child[0]);
	compile_at(compile, &node->place);
	compile_emit(compile, OP_RETURN, 0, operand, 0, 0);
}

/* x.prepend(y); */
static void
compile_mutation(struct compile *compile, const struct ast_node *expr)
{
	const struct ast_node *object = expr->child[0];
	if (object->what == MEANING_LOCAL) {
		compile_to(compile, expr, (uint16_t)object->number);
		return;
	}
	uint16_t operand = compile_value(compile, expr);
	compile_at(compile, &expr->place);
	if (object->what == MEANING_ATTRIBUTE)
		compile_emit(compile, OP_ATTR_SET, 0, operand, 0, object->number);
}

static void
compile_statement(struct compile *compile, const struct ast_node *node)
{
	unsigned registers = compile->registers;
	compile_at(compile, &node->place);
	switch (node->kind) {
	case AST_BLOCK: compile_list(compile, node->child[0]); break;
	case AST_LOCAL: compile_local(compile, node); break;
	case AST_ASSIGN: compile_assign(compile, node); break;
	case AST_IF: compile_if(compile, node); break;
	case AST_CASE: compile_case(compile, node); break;
	case AST_FOR: compile_for(compile, node); break;
	case AST_RETURN: compile_return(compile, node); break;
	case AST_ACCEPT:
	case AST_REJECT: compile_verdict(compile, node); break;
	case AST_PRINT: compile_print(compile, node->child[0], node->what); break;
	default:
		if (node->child[0]->kind == AST_METHOD)
			compile_mutation(compile, node->child[0]);
		else
			compile_value(compile, node->child[0]);
	}
	compile->registers = registers;
}

/* ---- finishing --------------------------------------------------------------------- */

static void *
array_keep(struct arena *arena, const void *array, size_t count, size_t size)
{
	return count ? memcpy(arena_alloc(arena, count * size), array, count * size)
		     : NULL;
}

/* The constants' bytes go with the code. */
static const struct value *
constants_keep(struct arena *arena, const struct value *constants, size_t count)
{
	struct value *kept = count ? arena_alloc(arena, count * sizeof(*kept)) : NULL;
	for (size_t i = 0; i < count; i++)
		kept[i] = value_copy(arena, &constants[i]);
	return kept;
}

static bool
compile_finish(struct compile *compile, struct arena *arena)
{
	struct code *code = compile->code;
	if (compile->is_too_big)
		ast_error(compile->policy->ast, &code->place, NULL,
			  "this is too big: more than %u instructions or %u constants",
			  INSTS_LIMIT, CONSTANTS_LIMIT);
	code->inst_count = (uint32_t)compile->inst_count;
	code->constant_count = (uint16_t)compile->constant_count;
	code->callee_count = (uint16_t)compile->callee_count;
	code->place_count = (uint32_t)compile->place_count;
	code->table_count = (uint16_t)compile->table_count;
	code->registers = (uint16_t)(compile->registers_most + 1);
	code->insts = array_keep(arena, compile->insts, compile->inst_count,
				 sizeof(*compile->insts));
	code->constants =
		constants_keep(arena, compile->constants, compile->constant_count);
	code->callees = array_keep(arena, compile->callees, compile->callee_count,
				   sizeof(struct code *));
	code->places = array_keep(arena, compile->places, compile->place_count,
				  sizeof(*compile->places));
	code->names =
		array_keep(arena, compile->names, compile->name_count, sizeof(char *));
	code->tables = array_keep(arena, compile->tables, compile->table_count,
				  sizeof(*code->tables));
	code->is_done = true;
	return !compile->is_too_big;
}

static struct compile
compile_begin(struct policy *policy, struct code *code, unsigned locals)
{
	return (struct compile){ .policy = policy,
				 .code = code,
				 .place = code->place,
				 .registers = locals,
				 .registers_most = locals };
}

static void
compile_end(struct compile *compile, enum compile_end end)
{
	static const uint8_t ends[] = { [COMPILE_FUNCTION] = OP_RETURN_NOTHING,
					[COMPILE_FILTER] = OP_END,
					[COMPILE_ACCEPTS] = OP_ACCEPT };
	compile_emit(compile, (enum op)ends[end], 0, 0, 0, 0);
}

bool
compile_body(struct policy *policy, struct arena *arena, struct code *code,
	     const struct ast_node *body, unsigned locals, enum compile_end end)
{
	struct compile compile = compile_begin(policy, code, locals);
	if (body)
		compile_list(&compile, body->child[0]);
	compile_end(&compile, end);
	return compile_finish(&compile, arena);
}

bool
compile_function(struct policy *policy, struct arena *arena, struct code *code,
		 const struct ast_function *function, unsigned locals)
{
	struct compile compile = compile_begin(policy, code, locals);
	compile_list(&compile, function->locals);
	if (function->body)
		compile_list(&compile, function->body->child[0]);
	compile_at(&compile, &function->place);
	compile_end(&compile, function->is_filter ? COMPILE_FILTER : COMPILE_FUNCTION);
	return compile_finish(&compile, arena);
}

bool
compile_expression(struct policy *policy, struct arena *arena, struct code *code,
		   const struct ast_node *expr, bool is_where)
{
	struct compile compile = compile_begin(policy, code, 0);
	struct jumps rejects = { 0 };
	if (is_where) {
		compile_test(&compile, expr, false, &rejects);
		compile_emit(&compile, OP_ACCEPT, 0, 0, 0, 0);
		jumps_land(&compile, &rejects);
		compile_emit(&compile, OP_REJECT, 0, 0, 0, 0);
	} else {
		uint16_t operand = compile_value(&compile, expr);
		compile_emit(&compile, OP_RETURN, 0, operand, 0, 0);
	}
	return compile_finish(&compile, arena);
}
