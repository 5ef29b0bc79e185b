/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The compiler: expressions.
 */
#include "filter/compile.h"
#include "filter/path.h"
#include "nest/attr.h"
#include <assert.h>

/* ---- reading names ----------------------------------------------------------------- */

static void
compile_attribute(struct compile *compile, const struct ast_node *node, uint16_t to,
		  bool must)
{
	compile_at(compile, &node->place);
	if (node->number == ATTR_SOURCE)
		compile_emit(compile, OP_SOURCE, to, 0, 0, 0);
	else if (node->number == ATTR_PREFERENCE)
		compile_emit(compile, OP_PREFERENCE, to, 0, 0, 0);
	else
		compile_emit(compile, OP_ATTR_GET, to, 0,
			     type_reads_empty(node->type) ? ATTR_OR_EMPTY
			     : must                       ? ATTR_MUST
							  : ATTR_MAYBE,
			     node->number);
}

static void
compile_name(struct compile *compile, const struct ast_node *node, uint16_t to, bool must)
{
	struct value nothing = { 0 };
	switch ((enum meaning)node->what) {
	case MEANING_NET: compile_emit(compile, OP_NET, to, 0, 0, 0); break;
	case MEANING_ATTRIBUTE: compile_attribute(compile, node, to, must); break;
	case MEANING_LOCAL:
		if (to != node->number)
			compile_emit(compile, OP_MOVE, to, node->number, 0, 0);
		break;
	case MEANING_NOTHING:
	case MEANING_NONE:
		if (type_reads_empty(node->type)) {
			nothing.type = node->type.base;
			nothing.bytes = "";
			nothing.size = 0;
		}
		compile_emit(compile, OP_MOVE, to, compile_constant(compile, &nothing), 0,
			     0);
	}
}

/* ---- tests ------------------------------------------------------------------------- */

/* A test as one instruction. */
struct test {
	enum op op;
	uint16_t a, b;
	bool is_negated;
};

static bool
type_is_number(struct ast_type type)
{
	return type.base == VALUE_INT || type.base == VALUE_PAIR ||
	       type.base == VALUE_QUAD || type.base == VALUE_ENUM;
}

/* Both are plain numbers of one type and always defined. */
static bool
sides_are_numbers(const struct ast_node *left, const struct ast_node *right)
{
	return type_is_number(left->type) && left->type.base == right->type.base &&
	       left->type.kind == right->type.kind && !(left->flags & CHECK_MAYBE) &&
	       !(right->flags & CHECK_MAYBE);
}

static struct test
test_comparison(struct compile *compile, const struct ast_node *node)
{
	const struct ast_node *left = node->child[0], *right = node->child[1];
	bool are_numbers = sides_are_numbers(left, right);
	struct test test = { .a = compile_value(compile, left),
			     .b = compile_value(compile, right) };
	switch ((enum ast_operator)node->what) {
	case AST_NE: test.is_negated = true; /* fall through */
	case AST_EQ: test.op = are_numbers ? OP_EQ_NUMBER : OP_EQ; break;
	case AST_GT:
	case AST_LT: test.op = are_numbers ? OP_LT_NUMBER : OP_LT; break;
	default: test.op = are_numbers ? OP_LE_NUMBER : OP_LE;
	}
	if (node->what == AST_GT || node->what == AST_GE) {
		uint16_t first = test.a;
		test.a = test.b;
		test.b = first;
	}
	return test;
}

static struct test
test_match(struct compile *compile, const struct ast_node *node)
{
	const struct ast_node *left = ast_inner(node->child[0]);
	const struct type_rule *rule = node->meaning;
	struct test test = { .op = (enum op)rule->op,
			     .is_negated = node->what == AST_NOT_MATCH };
	bool is_net = left->kind == AST_NAME && left->what == MEANING_NET;
	if (is_net && rule->op == OP_PREFIX_SET_HAS)
		test.op = OP_NET_IN_SET;
	else
		test.a = compile_defined(compile, left);
	test.b = compile_defined(compile, node->child[1]);
	return test;
}

/* An attribute is defined if the route has it; an empty list that is none is not. */
static struct test
test_defined(struct compile *compile, const struct ast_node *node)
{
	struct test test = { .op = OP_DEFINED };
	bool is_attribute = node->kind == AST_NAME && node->what == MEANING_ATTRIBUTE;
	if (is_attribute && type_reads_empty(node->type)) {
		test.a = compile_register(compile);
		compile_at(compile, &node->place);
		compile_emit(compile, OP_ATTR_GET, test.a, 0, ATTR_MAYBE, node->number);
	} else {
		test.a = compile_value(compile, node);
	}
	test.b = is_attribute;
	return test;
}

/* Any other expression of type bool. */
static struct test
test_other(struct compile *compile, const struct ast_node *node)
{
	const struct ast_node *arguments = node->child[0];
	if (node->kind == AST_CALL && node->what == CALL_DEFINED)
		return test_defined(compile, ast_inner(arguments->first));
	if (node->kind == AST_METHOD) { /* ip.is_v4 is the only one. */
		const struct type_rule *rule = node->meaning;
		return (struct test){ .op = (enum op)rule->op,
				      .a = compile_defined(compile, node->child[0]) };
	}
	return (struct test){ .op = OP_TRUTH, .a = compile_defined(compile, node) };
}

static struct test
test_make(struct compile *compile, const struct ast_node *node)
{
	if (node->kind != AST_BINARY)
		return test_other(compile, node);
	if (node->what >= AST_EQ && node->what <= AST_GE)
		return test_comparison(compile, node);
	return test_match(compile, node);
}

static void
compile_logic_test(struct compile *compile, const struct ast_node *node, bool sense,
		   struct jumps *jumps)
{
	/* All terms of && must hold, so one that doesn't decides; of || the other way
	 * round. */
	bool decisive = node->what == AST_OR;
	struct jumps beyond = { 0 };
	for (const struct ast_node *at = node->child[0]->first; at; at = at->next) {
		if (decisive == sense)
			compile_test(compile, at, sense, jumps);
		else if (at->next)
			compile_test(compile, at, decisive, &beyond);
		else
			compile_test(compile, at, sense, jumps);
	}
	jumps_land(compile, &beyond);
}

void
compile_test(struct compile *compile, const struct ast_node *node, bool sense,
	     struct jumps *jumps)
{
	unsigned registers = compile->registers;
	node = ast_inner(node);
	if (node->kind == AST_LITERAL) {
		if (node->value->truth == sense)
			compile_jump(compile, jumps);
		return;
	}
	if (node->kind == AST_UNARY) {
		compile_test(compile, node->child[0], !sense, jumps);
		return;
	}
	if (node->kind == AST_LOGIC) {
		compile_logic_test(compile, node, sense, jumps);
		return;
	}
	struct test test = test_make(compile, node);
	bool wanted = sense != test.is_negated;
	compile_at(compile, &node->place);
	jumps_add(compile, jumps,
		  compile_emit(compile, test.op,
			       wanted ? TEST_JUMP_TRUE : TEST_JUMP_FALSE, test.a, test.b,
			       0));
	compile->registers = registers;
}

/* A test whose outcome is wanted as a value. */
static void
compile_truth(struct compile *compile, const struct ast_node *node, uint16_t to)
{
	struct test test = test_make(compile, node);
	compile_at(compile, &node->place);
	compile_emit(compile, test.op, to, test.a, test.b, 0);
	if (test.is_negated)
		compile_emit(compile, OP_NOT, to, to, 0, 0);
}

static void
compile_logic(struct compile *compile, const struct ast_node *node, uint16_t to)
{
	struct value truth = { .type = VALUE_BOOL }, falsehood = { .type = VALUE_BOOL };
	struct jumps is_false = { 0 }, end = { 0 };
	truth.truth = true;
	compile_test(compile, node, false, &is_false);
	compile_emit(compile, OP_MOVE, to, compile_constant(compile, &truth), 0, 0);
	compile_jump(compile, &end);
	jumps_land(compile, &is_false);
	compile_emit(compile, OP_MOVE, to, compile_constant(compile, &falsehood), 0, 0);
	jumps_land(compile, &end);
}

/* ---- computing --------------------------------------------------------------------- */

static void
compile_unary(struct compile *compile, const struct ast_node *node, uint16_t to)
{
	uint16_t operand = compile_defined(compile, node->child[0]);
	compile_at(compile, &node->place);
	compile_emit(compile, node->what == AST_NOT ? OP_NOT : OP_MINUS, to, operand, 0,
		     0);
}

static void
compile_binary(struct compile *compile, const struct ast_node *node, uint16_t to)
{
	const struct type_rule *rule = node->meaning;
	if (node->type.base == VALUE_BOOL) {
		compile_truth(compile, node, to);
		return;
	}
	uint16_t a = compile_defined(compile, node->child[0]);
	uint16_t b = compile_defined(compile, node->child[1]);
	compile_at(compile, &node->place);
	compile_emit(compile, (enum op)rule->op, to, a, b, 0);
}

/* object.name(argument), or name(object, argument) */
static void
compile_method(struct compile *compile, const struct ast_node *node,
	       const struct ast_node *object, const struct ast_node *argument,
	       uint16_t to)
{
	const struct type_rule *rule = node->meaning;
	uint16_t a = compile_defined(compile, object);
	uint16_t b = argument ? compile_defined(compile, argument) : 0;
	compile_at(compile, &node->place);
	compile_emit(compile, (enum op)rule->op, to, a, b, 0);
}

static void
compile_call_function(struct compile *compile, const struct ast_node *node, uint16_t to)
{
	const struct ast_node *arguments = node->child[0];
	uint16_t first = (uint16_t)compile->registers;
	for (const struct ast_node *at = arguments ? arguments->first : NULL; at;
	     at = at->next) {
		uint16_t place = compile_register(compile);
		if (at->flags & CHECK_MAYBE)
			compile_emit(compile, OP_MOVE, place,
				     compile_defined(compile, at), 0, 0);
		else
			compile_to(compile, at, place);
		compile->registers = place + 1u;
	}
	compile_at(compile, &node->place);
	compile_emit(compile, OP_CALL, to, first, 0,
		     compile_callee(compile, node->meaning));
}

/* Of the route's own net where it can be seen: a changed table then concerns only the
 * routes of nets that it changed for. */
static void
compile_roa(struct compile *compile, const struct ast_node *node, uint16_t to)
{
	const struct ast_node *table = node->child[0]->first, *prefix = table->next;
	const struct router *router = compile->policy->world.router;
	assert(table);
	uint32_t number = compile_table(compile, table->name, node->number);
	uint16_t net = OPERAND_NONE, asn;
	if (prefix && !(prefix->kind == AST_NAME && prefix->what == MEANING_NET))
		net = compile_defined(compile, prefix);
	if (prefix) {
		asn = compile_defined(compile, prefix->next);
	} else {
		asn = compile_register(compile);
		compile_emit(compile, OP_ATTR_GET, asn, 0, ATTR_MUST,
			     router ? attr_find(router, "bgp_path") : ATTR_NONE);
		compile_emit(compile, OP_PATH_LAST, asn, asn, 0, 0);
	}
	compile_at(compile, &node->place);
	compile_emit(compile, net == OPERAND_NONE ? OP_ROA_CHECK_NET : OP_ROA_CHECK, to,
		     net, asn, number);
}

static void
compile_check_assign(struct compile *compile, const struct ast_node *target,
		     const struct ast_node *value)
{
	uint16_t operand = compile_defined(compile, value);
	if (target->what == MEANING_LOCAL)
		compile_emit(compile, OP_MOVE, target->number, operand, 0, 0);
	else if (target->what == MEANING_ATTRIBUTE)
		compile_emit(compile, OP_ATTR_SET, 0, operand, 0, target->number);
	uint16_t again = compile_value(compile, target);
	uint16_t truth = compile_register(compile);
	compile_emit(compile, OP_EQ, truth, again, operand, 0);
	compile_emit(compile, OP_ASSERT, again, truth, operand, AST_EQ);
}

/* Keeps both sides of a comparison for the message. */
static void
compile_assert(struct compile *compile, const struct ast_node *call)
{
	const struct ast_node *node = ast_inner(call->child[0]->first);
	if (node->kind != AST_BINARY) {
		uint16_t operand = compile_defined(compile, node);
		compile_at(compile, &call->place);
		compile_emit(compile, OP_ASSERT, OPERAND_NONE, operand, 0, 0);
		return;
	}
	struct test test = test_make(compile, node);
	uint16_t truth = compile_register(compile);
	bool is_turned = node->what == AST_GT || node->what == AST_GE;
	compile_at(compile, &node->place);
	compile_emit(compile, test.op, truth, test.a, test.b, 0);
	if (test.is_negated)
		compile_emit(compile, OP_NOT, truth, truth, 0, 0);
	compile_at(compile, &call->place);
	compile_emit(compile, OP_ASSERT,
		     test.op == OP_NET_IN_SET ? OPERAND_NONE
		     : is_turned              ? test.b
					      : test.a,
		     truth, is_turned ? test.a : test.b, node->what);
}

static void
compile_call(struct compile *compile, const struct ast_node *node, uint16_t to)
{
	const struct ast_node *first = node->child[0] ? node->child[0]->first : NULL;
	if (node->what == CALL_FUNCTION) {
		compile_call_function(compile, node, to);
		return;
	}
	assert(first); /* Only functions are called with nothing. */
	switch ((enum call_kind)node->what) {
	case CALL_FUNCTION: break;
	case CALL_METHOD: compile_method(compile, node, first, first->next, to); break;
	case CALL_DEFINED: compile_truth(compile, node, to); break;
	case CALL_UNSET:
		if (first->what == MEANING_ATTRIBUTE)
			compile_emit(compile, OP_ATTR_UNSET, 0, 0, 0, first->number);
		break;
	case CALL_FORMAT:
		compile_emit(compile, OP_FORMAT, to, compile_value(compile, first), 0, 0);
		break;
	case CALL_FROM_HEX:
		compile_emit(compile, OP_FROM_HEX, to, compile_defined(compile, first), 0,
			     0);
		break;
	case CALL_ROA: compile_roa(compile, node, to); break;
	case CALL_ASSERT: compile_assert(compile, node); break;
	case CALL_CHECK_ASSIGN: compile_check_assign(compile, first, first->next);
	}
}

static void
compile_tuple(struct compile *compile, const struct ast_node *node, uint16_t to)
{
	uint16_t operands[3] = { 0 };
	unsigned count = 0;
	for (const struct ast_node *at = node->child[0]->first; at; at = at->next)
		operands[count++] = compile_defined(compile, at);
	compile_at(compile, &node->place);
	if (node->what == TUPLE_EC)
		compile_emit(compile, OP_EC, to, operands[0], operands[1], node->number);
	else if (count == 2)
		compile_emit(compile, OP_PAIR, to, operands[0], operands[1], 0);
	else
		compile_emit(compile, OP_LC, to, operands[0], operands[1], operands[2]);
}

static void
compile_mask(struct compile *compile, const struct ast_node *node, uint16_t to)
{
	struct value template = { .type = VALUE_PATH_MASK };
	uint16_t first = (uint16_t)compile->registers;
	template.set = node->meaning;
	for (const struct ast_node *at = node->child[0]->first; at; at = at->next) {
		if (!check_is_hole(at))
			continue;
		uint16_t place = compile_register(compile);
		compile_emit(compile, OP_MOVE, place, compile_defined(compile, at), 0, 0);
		compile->registers = place + 1u;
	}
	compile_at(compile, &node->place);
	compile_emit(compile, OP_MASK, to, compile_constant(compile, &template), first,
		     0);
}

/* Into `to`; `must`: an undefined attribute is an error at once. */
static void
compile_into(struct compile *compile, const struct ast_node *node, uint16_t to, bool must)
{
	switch (node->kind) {
	case AST_LITERAL:
		compile_emit(compile, OP_MOVE, to, compile_constant(compile, node->value),
			     0, 0);
		break;
	case AST_NAME: compile_name(compile, node, to, must); break;
	case AST_UNARY: compile_unary(compile, node, to); break;
	case AST_BINARY: compile_binary(compile, node, to); break;
	case AST_LOGIC: compile_logic(compile, node, to); break;
	case AST_METHOD: {
		const struct ast_node *arguments = node->child[1];
		compile_method(compile, node, node->child[0],
			       arguments ? arguments->first : NULL, to);
		break;
	}
	case AST_CALL: compile_call(compile, node, to); break;
	case AST_TUPLE: compile_tuple(compile, node, to); break;
	case AST_MASK: compile_mask(compile, node, to); break;
	default: assert(false); /* The checker lets nothing else through. */
	}
}

/* Where the value is already, or a new register it is put into. */
static uint16_t
compile_somewhere(struct compile *compile, const struct ast_node *node, bool must)
{
	if (node->kind == AST_LITERAL)
		return compile_constant(compile, node->value);
	if (node->kind == AST_NAME && node->what == MEANING_LOCAL)
		return (uint16_t)node->number;
	uint16_t to = compile_register(compile);
	compile_into(compile, node, to, must);
	compile->registers = to + 1u;
	return to;
}

uint16_t
compile_value(struct compile *compile, const struct ast_node *node)
{
	return compile_somewhere(compile, ast_inner(node), false);
}

uint16_t
compile_defined(struct compile *compile, const struct ast_node *node)
{
	node = ast_inner(node);
	uint16_t operand = compile_somewhere(compile, node, true);
	if (!(node->flags & CHECK_MAYBE))
		return operand;
	if (node->kind == AST_NAME && node->what == MEANING_ATTRIBUTE)
		return operand; /* Reading it has checked it. */
	bool is_call = node->kind == AST_CALL;
	compile_at(compile, &node->place);
	compile_emit(compile, OP_CHECK, 0, operand, is_call ? CHECK_RESULT : CHECK_LOCAL,
		     compile_message_name(compile, node->name));
	return operand;
}

void
compile_to(struct compile *compile, const struct ast_node *node, uint16_t to)
{
	unsigned registers = compile->registers;
	compile_into(compile, ast_inner(node), to, false);
	compile->registers = registers;
}
