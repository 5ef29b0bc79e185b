/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checker: what is right, but cannot be meant.  Warnings only.
 */
#include "filter/check.h"
#include "lib/macros.h"

/* The numbers an expression can have. */
struct bounds {
	uint32_t low, high;
};

static bool list_has_name(const struct ast_node *list);
static struct bounds bounds_of(const struct ast_node *node);
static bool arm_is_out(const struct ast_node *arm, struct bounds bounds);
static bool is_out(const struct ast_node *item, struct bounds bounds);
static bool rejects_only(const struct ast_node *node);

bool
check_has_name(const struct ast_node *node)
{
	switch (node->kind) {
	case AST_LITERAL:
	case AST_EMPTY: return false;
	case AST_PARENS:
	case AST_UNARY: return check_has_name(node->child[0]);
	case AST_BINARY:
		return check_has_name(node->child[0]) || check_has_name(node->child[1]);
	case AST_METHOD:
		return check_has_name(node->child[0]) || list_has_name(node->child[1]);
	case AST_LOGIC:
	case AST_TUPLE: return list_has_name(node->child[0]);
	default: return true;
	}
}

static bool
list_has_name(const struct ast_node *list)
{
	for (const struct ast_node *at = list ? list->first : NULL; at; at = at->next)
		if (check_has_name(at))
			return true;
	return false;
}

void
check_doubt_condition(struct check *check, const struct ast_node *expr, bool has_name)
{
	/* A constant with a name is a switch. */
	if (expr->kind == AST_LITERAL && expr->type.base == VALUE_BOOL && !has_name)
		check_warn(check, &expr->place, "this condition is always %s",
			   expr->value->truth ? "true" : "false");
}

void
check_doubt_comparison(struct check *check, const struct ast_node *node)
{
	const struct ast_node *left = node->child[0], *right = node->child[1];
	bool is_turned = left->kind == AST_LITERAL;
	const struct ast_node *literal = is_turned ? left : right;
	if (left->type.base != VALUE_INT || right->type.base != VALUE_INT ||
	    literal->kind != AST_LITERAL)
		return;
	struct bounds bounds = bounds_of(is_turned ? right : left);
	uint32_t low = bounds.low, high = bounds.high;
	uint32_t number = (uint32_t)literal->value->number;
	bool always = false, never = false;
	/* number OP x is x OP' number. */
	static const uint8_t turned[] = {
		[AST_LT] = AST_GT, [AST_LE] = AST_GE, [AST_GT] = AST_LT, [AST_GE] = AST_LE
	};
	bool has_side = node->what >= AST_LT && node->what <= AST_GE;
	switch (is_turned && has_side ? turned[node->what] : node->what) {
	case AST_EQ: never = number < low || number > high; break;
	case AST_NE: always = number < low || number > high; break;
	case AST_LT: always = high < number, never = low >= number; break;
	case AST_LE: always = high <= number, never = low > number; break;
	case AST_GT: always = low > number, never = high <= number; break;
	case AST_GE: always = low >= number, never = high < number; break;
	default: break;
	}
	if (always || never)
		check_warn(check, &node->place,
			   "this is %s true: the number is from %u to %u",
			   always ? "always" : "never", low, high);
}

void
check_doubt_arms(struct check *check, const struct ast_node *node)
{
	const struct ast_node *expr = node->child[0], *arms = node->child[1];
	if (check_is_bad(expr) || expr->type.base != VALUE_INT)
		return;
	struct bounds bounds = bounds_of(expr);
	for (const struct ast_node *arm = arms ? arms->first : NULL; arm; arm = arm->next)
		if (arm_is_out(arm, bounds))
			check_warn(check, &arm->place,
				   "this case is never met: the number is from %u to %u",
				   bounds.low, bounds.high);
}

bool
check_doubt_filter(struct check *check, const struct ast_function *function)
{
	if (check->accepts || (function->body && rejects_only(function->body)))
		return false;
	bool has_name = function->name != NULL;
	check_warn(check, &function->place,
		   "%s%s%s accepts nothing: no way through it ends in `accept`",
		   has_name ? "filter `" : "this filter", has_name ? function->name : "",
		   has_name ? "`" : "");
	return true;
}

static struct bounds
bounds_of(const struct ast_node *node)
{
	node = ast_inner(node);
	struct bounds bounds = { 0, UINT32_MAX };
	if (node->kind != AST_METHOD || !node->meaning)
		return bounds;
	const struct type_rule *rule = node->meaning;
	switch ((enum op)rule->op) {
	case OP_PREFIX_LEN:
	case OP_PREFIX_MAXLEN: bounds.high = 128; break;
	case OP_PAIR_ASN:
	case OP_PAIR_DATA: bounds.high = UINT16_MAX; break;
	default: break;
	}
	return bounds;
}

static bool
arm_is_out(const struct ast_node *arm, struct bounds bounds)
{
	const struct ast_node *items = arm->child[0];
	bool out = items && items->first;
	for (const struct ast_node *at = items ? items->first : NULL; at; at = at->next)
		out &= is_out(at, bounds);
	return out;
}

static bool
is_out(const struct ast_node *item, struct bounds bounds)
{
	const struct ast_node *low = item->kind == AST_RANGE ? item->child[0] : item;
	const struct ast_node *high = item->kind == AST_RANGE ? item->child[1] : item;
	return low->kind == AST_LITERAL && high->kind == AST_LITERAL &&
	       low->type.base == VALUE_INT &&
	       (low->value->number > bounds.high || high->value->number < bounds.low);
}

/* Then it is meant. */
static bool
rejects_only(const struct ast_node *node)
{
	if (node->kind == AST_PRINT || node->kind == AST_REJECT)
		return true;
	const struct ast_node *list = node->kind == AST_BLOCK ? node->child[0] : NULL;
	bool only = list && list->first;
	for (const struct ast_node *at = list ? list->first : NULL; at; at = at->next)
		only &= rejects_only(at);
	return only;
}
