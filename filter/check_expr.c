/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checker: operators, and folding of constants.
 */
#include "filter/check.h"
#include "lib/arena.h"

void
check_fail(struct check *check, struct ast_node *node)
{
	check->is_bad = true;
	node->flags |= CHECK_BAD;
	node->type = type_simple(VALUE_VOID);
}

bool
check_is_bad(const struct ast_node *node)
{
	return node->flags & CHECK_BAD;
}

void
check_become(struct check *check, struct ast_node *node, const struct value *value)
{
	struct value *copy = arena_alloc(check->ast->arena, sizeof(*copy));
	*copy = *value;
	node->kind = AST_LITERAL;
	node->value = copy;
	node->type = type_of(copy);
	node->flags = 0;
}

void
check_fold(struct check *check, struct ast_node *node)
{
	struct value value;
	if (check_is_bad(node))
		return;
	if (!fold_expression(check->policy, node, &value)) {
		check_fail(check, node);
		return;
	}
	value = value_copy(check->ast->arena, &value);
	check_become(check, node, &value);
}

static bool node_is_static(const struct ast_node *node);

static bool
list_is_static(const struct ast_node *list)
{
	for (const struct ast_node *at = list ? list->first : NULL; at; at = at->next)
		if (!node_is_static(at))
			return false;
	return true;
}

static bool
node_is_static(const struct ast_node *node)
{
	switch (node->kind) {
	case AST_LITERAL: return true;
	case AST_PARENS:
	case AST_UNARY: return node_is_static(node->child[0]);
	case AST_BINARY:
		return node_is_static(node->child[0]) && node_is_static(node->child[1]);
	case AST_METHOD:
		return node_is_static(node->child[0]) && list_is_static(node->child[1]);
	case AST_CALL: return node->what != CALL_ROA && list_is_static(node->child[0]);
	case AST_LOGIC:
	case AST_TUPLE:
	case AST_MASK: return list_is_static(node->child[0]);
	default: return false;
	}
}

bool
check_constant(struct check *check, struct ast_node *node)
{
	if (check_is_bad(node))
		return false;
	if (node->kind != AST_LITERAL && node_is_static(node))
		check_fold(check, node);
	return node->kind == AST_LITERAL;
}

static void
check_literal(struct ast_node *node)
{
	node->type = type_of(node->value);
}

static void
check_empty(struct check *check, struct ast_node *node)
{
	struct value value = { .type = node->what };
	value.bytes = "";
	check_become(check, node, &value);
}

/* ( expr ) is expr. */
static void
check_parens(struct check *check, struct ast_node *node)
{
	struct ast_node *inner = node->child[0];
	check_expr(check, inner);
	node->type = inner->type;
	node->flags = inner->flags;
	if (inner->kind == AST_LITERAL) {
		node->kind = AST_LITERAL;
		node->value = inner->value;
	}
}

static void
check_unary(struct check *check, struct ast_node *node)
{
	struct ast_node *inner = node->child[0];
	check_expr(check, inner);
	if (check_is_bad(inner)) {
		check_fail(check, node);
		return;
	}
	enum value_type wanted = node->what == AST_NOT ? VALUE_BOOL : VALUE_INT;
	if (!check_wants(check, inner, type_simple(wanted), "the operand")) {
		check_fail(check, node);
		return;
	}
	node->type = type_simple(wanted);
	if (inner->kind == AST_LITERAL)
		check_fold(check, node);
}

static void
check_logic(struct check *check, struct ast_node *node)
{
	bool is_constant = true;
	for (struct ast_node *at = node->child[0]->first; at; at = at->next) {
		check_expr(check, at);
		if (!check_wants(check, at, type_simple(VALUE_BOOL),
				 node->what == AST_AND ? "an operand of &&"
						       : "an operand of ||"))
			node->flags |= CHECK_BAD;
		is_constant &= at->kind == AST_LITERAL;
	}
	if (check_is_bad(node)) {
		check_fail(check, node);
		return;
	}
	node->type = type_simple(VALUE_BOOL);
	if (is_constant)
		check_fold(check, node);
}

/* ---- binary operators -----------------------------------------------------------------
 */

static bool
type_has_order(struct ast_type type)
{
	return type.base != VALUE_SET && type.base != VALUE_PREFIX_SET &&
	       type.base != VALUE_PATH_MASK && type.base != VALUE_CLIST &&
	       type.base != VALUE_ECLIST && type.base != VALUE_LCLIST &&
	       type.base != VALUE_BYTES;
}

/* A literal on one side may become what the other side is: quad = 1.2.3.4. */
static bool
sides_agree(struct check *check, struct ast_node *left, struct ast_node *right)
{
	if (type_fits(left->type, right->type) || type_fits(right->type, left->type))
		return true;
	unsigned both = TYPE_BIT(left->type.base) | TYPE_BIT(right->type.base);
	if (both == (TYPE_BIT(VALUE_QUAD) | TYPE_BIT(VALUE_IP)))
		return true;
	char left_text[TYPE_TEXT], right_text[TYPE_TEXT];
	check_warn(check, &right->place, "%s and %s are never equal",
		   type_name(left->type, left_text), type_name(right->type, right_text));
	return false;
}

static void
check_comparison(struct check *check, struct ast_node *node)
{
	struct ast_node *left = node->child[0], *right = node->child[1];
	char left_text[TYPE_TEXT], right_text[TYPE_TEXT];
	bool is_equality = node->what == AST_EQ || node->what == AST_NE;
	node->type = type_simple(VALUE_BOOL);
	check_promote(check, left, right->type);
	check_promote(check, right, left->type);
	if (is_equality) {
		sides_agree(check, left, right);
		return;
	}
	unsigned both = TYPE_BIT(left->type.base) | TYPE_BIT(right->type.base);
	bool agree = type_fits(left->type, right->type) ||
		     both == (TYPE_BIT(VALUE_QUAD) | TYPE_BIT(VALUE_IP));
	if (agree && type_has_order(left->type))
		return;
	ast_error(check->ast, &node->place, NULL, "`%s` can't compare %s with %s",
		  type_operator_text((enum ast_operator)node->what),
		  type_name(left->type, left_text), type_name(right->type, right_text));
	check_fail(check, node);
}

static const char *
match_hint(const struct ast_node *left, const struct ast_node *right)
{
	if (type_rule_binary(AST_MATCH, right->type, left->type))
		return "the element comes first: exchange the sides";
	if (left->type.base == VALUE_PATH && right->type.base == VALUE_INT)
		return "write `asn ~ path`";
	if (left->type.base == VALUE_IP && right->type.base == VALUE_PREFIX_SET)
		return "a set of prefixes has prefixes; an ip is looked up in a prefix "
		       "or a "
		       "set of ips";
	return NULL;
}

static void
check_operator(struct check *check, struct ast_node *node)
{
	struct ast_node *left = node->child[0], *right = node->child[1];
	enum ast_operator sign = (enum ast_operator)node->what;
	char left_text[TYPE_TEXT], right_text[TYPE_TEXT];
	const struct type_rule *rule = type_rule_binary(sign, left->type, right->type);
	if (!rule) {
		bool is_match = sign == AST_MATCH || sign == AST_NOT_MATCH;
		ast_error(check->ast, &node->place,
			  is_match ? match_hint(left, right) : NULL,
			  "`%s` does not work on %s and %s", type_operator_text(sign),
			  type_name(left->type, left_text),
			  type_name(right->type, right_text));
		check_fail(check, node);
		return;
	}
	node->meaning = rule;
	node->type = type_simple(rule->result);
}

static void
check_binary(struct check *check, struct ast_node *node)
{
	struct ast_node *left = node->child[0], *right = node->child[1];
	check_expr(check, left);
	check_expr(check, right);
	for (unsigned i = 0; i < 2; i++) {
		struct ast_node *side = node->child[i];
		if (!check_is_bad(side) && side->type.base == VALUE_VOID) {
			ast_error(check->ast, &side->place, NULL, "this has no value");
			check_fail(check, side);
		}
	}
	if (check_is_bad(left) || check_is_bad(right)) {
		check_fail(check, node);
		return;
	}
	if (node->what >= AST_EQ && node->what <= AST_GE)
		check_comparison(check, node);
	else
		check_operator(check, node);
	if (left->kind == AST_LITERAL && right->kind == AST_LITERAL)
		check_fold(check, node);
	else if (node->what >= AST_EQ && node->what <= AST_GE)
		check_doubt_comparison(check, node);
}

void
check_expr(struct check *check, struct ast_node *node)
{
	node->flags = 0;
	switch (node->kind) {
	case AST_LITERAL: check_literal(node); break;
	case AST_EMPTY: check_empty(check, node); break;
	case AST_NAME: check_name(check, node); break;
	case AST_PARENS: check_parens(check, node); break;
	case AST_UNARY: check_unary(check, node); break;
	case AST_BINARY: check_binary(check, node); break;
	case AST_LOGIC: check_logic(check, node); break;
	case AST_METHOD: check_method(check, node); break;
	case AST_CALL: check_call(check, node); break;
	case AST_TUPLE: check_tuple(check, node); break;
	case AST_SET: check_set(check, node); break;
	case AST_MASK: check_mask(check, node); break;
	default:
		ast_error(check->ast, &node->place, NULL, "this stands only in sets");
		check_fail(check, node);
	}
}
