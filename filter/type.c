/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types of the filter language and the tables of operators and methods.  What the checker
 * does with them is in check.c.
 */
#include "filter/type.h"
#include "filter/set.h"
#include "lib/macros.h"
#include "lib/text.h"
#include <string.h>

#define ELEMENTS_INT TYPE_BIT(VALUE_INT)
#define ELEMENTS_EC  TYPE_BIT(VALUE_EC)
#define ELEMENTS_LC  TYPE_BIT(VALUE_LC)
#define ELEMENTS_LIST                                                        \
	(TYPE_BIT(VALUE_INT) | TYPE_BIT(VALUE_PAIR) | TYPE_BIT(VALUE_QUAD) | \
	 TYPE_BIT(VALUE_IP))
#define ELEMENTS_QUAD (TYPE_BIT(VALUE_QUAD) | TYPE_BIT(VALUE_IP))

#define BINARY(mark, left_type, right_type, result_type, code)        \
	{                                                             \
		.sign = mark, .left = left_type, .right = right_type, \
		.result = result_type, .op = code                     \
	}
#define BINARY_SET(left_type, element_bits, code)                          \
	{                                                                  \
		.sign = AST_MATCH, .left = left_type, .right = VALUE_SET,  \
		.elements = element_bits, .result = VALUE_BOOL, .op = code \
	}

static const struct type_rule operators[] = {
	BINARY(AST_ADD, VALUE_INT, VALUE_INT, VALUE_INT, OP_ADD),
	BINARY(AST_SUB, VALUE_INT, VALUE_INT, VALUE_INT, OP_SUB),
	BINARY(AST_MUL, VALUE_INT, VALUE_INT, VALUE_INT, OP_MUL),
	BINARY(AST_DIV, VALUE_INT, VALUE_INT, VALUE_INT, OP_DIV),
	BINARY(AST_CONCAT, VALUE_STRING, VALUE_STRING, VALUE_STRING, OP_STRING_APPEND),
	BINARY(AST_CONCAT, VALUE_BYTES, VALUE_BYTES, VALUE_BYTES, OP_BYTES_APPEND),
	BINARY(AST_MATCH, VALUE_PATH, VALUE_PATH_MASK, VALUE_BOOL, OP_PATH_MATCHES),
	BINARY(AST_MATCH, VALUE_INT, VALUE_PATH, VALUE_BOOL, OP_PATH_HAS),
	BINARY(AST_MATCH, VALUE_INT, VALUE_CLIST, VALUE_BOOL, OP_LIST_HAS),
	BINARY(AST_MATCH, VALUE_PAIR, VALUE_CLIST, VALUE_BOOL, OP_LIST_HAS),
	BINARY(AST_MATCH, VALUE_QUAD, VALUE_CLIST, VALUE_BOOL, OP_LIST_HAS),
	BINARY(AST_MATCH, VALUE_IP, VALUE_CLIST, VALUE_BOOL, OP_LIST_HAS),
	BINARY(AST_MATCH, VALUE_EC, VALUE_ECLIST, VALUE_BOOL, OP_LIST_HAS),
	BINARY(AST_MATCH, VALUE_LC, VALUE_LCLIST, VALUE_BOOL, OP_LIST_HAS),
	BINARY(AST_MATCH, VALUE_STRING, VALUE_STRING, VALUE_BOOL, OP_STRING_MATCHES),
	BINARY(AST_MATCH, VALUE_IP, VALUE_PREFIX, VALUE_BOOL, OP_IP_IN_PREFIX),
	BINARY(AST_MATCH, VALUE_PREFIX, VALUE_PREFIX, VALUE_BOOL, OP_PREFIX_IN_PREFIX),
	BINARY(AST_MATCH, VALUE_PREFIX, VALUE_PREFIX_SET, VALUE_BOOL, OP_PREFIX_SET_HAS),
	BINARY_SET(VALUE_INT, TYPE_BIT(VALUE_INT), OP_SET_HAS_NUMBER),
	BINARY_SET(VALUE_PAIR, TYPE_BIT(VALUE_PAIR), OP_SET_HAS_NUMBER),
	BINARY_SET(VALUE_ENUM, TYPE_BIT(VALUE_ENUM), OP_SET_HAS_NUMBER),
	BINARY_SET(VALUE_QUAD, ELEMENTS_QUAD, OP_SET_HAS),
	BINARY_SET(VALUE_IP, TYPE_BIT(VALUE_IP), OP_SET_HAS),
	BINARY_SET(VALUE_EC, ELEMENTS_EC, OP_SET_HAS),
	BINARY_SET(VALUE_LC, ELEMENTS_LC, OP_SET_HAS),
	BINARY_SET(VALUE_CLIST, ELEMENTS_LIST, OP_LIST_HAS_ANY),
	BINARY_SET(VALUE_ECLIST, ELEMENTS_EC, OP_LIST_HAS_ANY),
	BINARY_SET(VALUE_LCLIST, ELEMENTS_LC, OP_LIST_HAS_ANY),
	BINARY_SET(VALUE_PATH, ELEMENTS_INT, OP_PATH_HAS_ANY),
	BINARY_SET(VALUE_PREFIX, 0, OP_SET_HAS),
};

#define METHOD(word, left_type, result_type, code)                                 \
	{                                                                          \
		.name = word, .left = left_type, .result = result_type, .op = code \
	}
#define METHOD_WITH(word, left_type, right_type, result_type, code)   \
	{                                                             \
		.name = word, .left = left_type, .right = right_type, \
		.result = result_type, .op = code                     \
	}
#define METHOD_SET(word, left_type, element_bits, code)                   \
	{                                                                 \
		.name = word, .left = left_type, .right = VALUE_SET,      \
		.elements = element_bits, .result = left_type, .op = code \
	}

static const struct type_rule methods[] = {
	METHOD("len", VALUE_PREFIX, VALUE_INT, OP_PREFIX_LEN),
	METHOD("ip", VALUE_PREFIX, VALUE_IP, OP_PREFIX_IP),
	METHOD("src", VALUE_PREFIX, VALUE_PREFIX, OP_PREFIX_SRC),
	METHOD("dst", VALUE_PREFIX, VALUE_PREFIX, OP_PREFIX_DST),
	METHOD("maxlen", VALUE_PREFIX, VALUE_INT, OP_PREFIX_MAXLEN),
	METHOD("asn", VALUE_PREFIX, VALUE_INT, OP_PREFIX_ASN),
	{ .name = "type",
	  .left = VALUE_PREFIX,
	  .result = VALUE_ENUM,
	  .result_kind = KIND_NET,
	  .op = OP_PREFIX_TYPE },
	METHOD("is_v4", VALUE_IP, VALUE_BOOL, OP_IP_IS_V4),
	METHOD_WITH("mask", VALUE_IP, VALUE_INT, VALUE_IP, OP_IP_MASK),
	METHOD("asn", VALUE_PAIR, VALUE_INT, OP_PAIR_ASN),
	METHOD("data", VALUE_PAIR, VALUE_INT, OP_PAIR_DATA),
	METHOD("asn", VALUE_LC, VALUE_INT, OP_LC_ASN),
	METHOD("data1", VALUE_LC, VALUE_INT, OP_LC_DATA1),
	METHOD("data2", VALUE_LC, VALUE_INT, OP_LC_DATA2),
	METHOD_WITH("append", VALUE_STRING, VALUE_STRING, VALUE_STRING, OP_STRING_APPEND),
	METHOD_WITH("append", VALUE_BYTES, VALUE_BYTES, VALUE_BYTES, OP_BYTES_APPEND),
	METHOD("len", VALUE_PATH, VALUE_INT, OP_PATH_LEN),
	METHOD("first", VALUE_PATH, VALUE_INT, OP_PATH_FIRST),
	METHOD("last", VALUE_PATH, VALUE_INT, OP_PATH_LAST),
	METHOD("last_nonaggregated", VALUE_PATH, VALUE_INT, OP_PATH_LAST_NONAGGREGATED),
	METHOD("empty", VALUE_PATH, VALUE_PATH, OP_LIST_EMPTY),
	METHOD_WITH("prepend", VALUE_PATH, VALUE_INT, VALUE_PATH, OP_PATH_PREPEND),
	METHOD_WITH("delete", VALUE_PATH, VALUE_INT, VALUE_PATH, OP_PATH_DELETE),
	METHOD_SET("delete", VALUE_PATH, ELEMENTS_INT, OP_PATH_DELETE_SET),
	METHOD_SET("filter", VALUE_PATH, ELEMENTS_INT, OP_PATH_FILTER_SET),
	METHOD("len", VALUE_CLIST, VALUE_INT, OP_LIST_LEN),
	METHOD("min", VALUE_CLIST, VALUE_PAIR, OP_LIST_MIN),
	METHOD("max", VALUE_CLIST, VALUE_PAIR, OP_LIST_MAX),
	METHOD("empty", VALUE_CLIST, VALUE_CLIST, OP_LIST_EMPTY),
	METHOD_WITH("add", VALUE_CLIST, VALUE_PAIR, VALUE_CLIST, OP_LIST_ADD),
	METHOD_WITH("add", VALUE_CLIST, VALUE_INT, VALUE_CLIST, OP_LIST_ADD),
	METHOD_WITH("add", VALUE_CLIST, VALUE_QUAD, VALUE_CLIST, OP_LIST_ADD),
	METHOD_WITH("add", VALUE_CLIST, VALUE_IP, VALUE_CLIST, OP_LIST_ADD),
	METHOD_WITH("add", VALUE_CLIST, VALUE_CLIST, VALUE_CLIST, OP_LIST_UNION),
	METHOD_WITH("delete", VALUE_CLIST, VALUE_PAIR, VALUE_CLIST, OP_LIST_DELETE),
	METHOD_WITH("delete", VALUE_CLIST, VALUE_INT, VALUE_CLIST, OP_LIST_DELETE),
	METHOD_WITH("delete", VALUE_CLIST, VALUE_QUAD, VALUE_CLIST, OP_LIST_DELETE),
	METHOD_WITH("delete", VALUE_CLIST, VALUE_IP, VALUE_CLIST, OP_LIST_DELETE),
	METHOD_WITH("delete", VALUE_CLIST, VALUE_CLIST, VALUE_CLIST, OP_LIST_DELETE_LIST),
	METHOD_SET("delete", VALUE_CLIST, ELEMENTS_LIST, OP_LIST_DELETE_SET),
	METHOD_WITH("filter", VALUE_CLIST, VALUE_CLIST, VALUE_CLIST, OP_LIST_FILTER_LIST),
	METHOD_SET("filter", VALUE_CLIST, ELEMENTS_LIST, OP_LIST_FILTER_SET),
	METHOD("len", VALUE_ECLIST, VALUE_INT, OP_LIST_LEN),
	METHOD("min", VALUE_ECLIST, VALUE_EC, OP_LIST_MIN),
	METHOD("max", VALUE_ECLIST, VALUE_EC, OP_LIST_MAX),
	METHOD("empty", VALUE_ECLIST, VALUE_ECLIST, OP_LIST_EMPTY),
	METHOD_WITH("add", VALUE_ECLIST, VALUE_EC, VALUE_ECLIST, OP_LIST_ADD),
	METHOD_WITH("add", VALUE_ECLIST, VALUE_ECLIST, VALUE_ECLIST, OP_LIST_UNION),
	METHOD_WITH("delete", VALUE_ECLIST, VALUE_EC, VALUE_ECLIST, OP_LIST_DELETE),
	METHOD_WITH("delete", VALUE_ECLIST, VALUE_ECLIST, VALUE_ECLIST,
		    OP_LIST_DELETE_LIST),
	METHOD_SET("delete", VALUE_ECLIST, ELEMENTS_EC, OP_LIST_DELETE_SET),
	METHOD_WITH("filter", VALUE_ECLIST, VALUE_ECLIST, VALUE_ECLIST,
		    OP_LIST_FILTER_LIST),
	METHOD_SET("filter", VALUE_ECLIST, ELEMENTS_EC, OP_LIST_FILTER_SET),
	METHOD("len", VALUE_LCLIST, VALUE_INT, OP_LIST_LEN),
	METHOD("min", VALUE_LCLIST, VALUE_LC, OP_LIST_MIN),
	METHOD("max", VALUE_LCLIST, VALUE_LC, OP_LIST_MAX),
	METHOD("empty", VALUE_LCLIST, VALUE_LCLIST, OP_LIST_EMPTY),
	METHOD_WITH("add", VALUE_LCLIST, VALUE_LC, VALUE_LCLIST, OP_LIST_ADD),
	METHOD_WITH("add", VALUE_LCLIST, VALUE_LCLIST, VALUE_LCLIST, OP_LIST_UNION),
	METHOD_WITH("delete", VALUE_LCLIST, VALUE_LC, VALUE_LCLIST, OP_LIST_DELETE),
	METHOD_WITH("delete", VALUE_LCLIST, VALUE_LCLIST, VALUE_LCLIST,
		    OP_LIST_DELETE_LIST),
	METHOD_SET("delete", VALUE_LCLIST, ELEMENTS_LC, OP_LIST_DELETE_SET),
	METHOD_WITH("filter", VALUE_LCLIST, VALUE_LCLIST, VALUE_LCLIST,
		    OP_LIST_FILTER_LIST),
	METHOD_SET("filter", VALUE_LCLIST, ELEMENTS_LC, OP_LIST_FILTER_SET),
};

struct ast_type
type_simple(enum value_type base)
{
	return (struct ast_type){ .base = (uint8_t)base };
}

struct ast_type
type_of(const struct value *value)
{
	struct ast_type type = { .base = value->type };
	if (value->type == VALUE_ENUM)
		type.kind = value->kind;
	if (value->type == VALUE_SET) {
		const struct set *set = value->set;
		type.element = set->element;
		type.kind = set->kind;
	}
	return type;
}

static bool
elements_fit(struct ast_type have, struct ast_type wanted)
{
	if (have.element == wanted.element)
		return have.element != VALUE_ENUM || have.kind == wanted.kind;
	uint32_t both = TYPE_BIT(have.element) | TYPE_BIT(wanted.element);
	return both == ELEMENTS_QUAD;
}

bool
type_fits(struct ast_type have, struct ast_type wanted)
{
	bool is_empty = have.base == VALUE_SET && have.element == VALUE_VOID;
	if (is_empty)
		return wanted.base == VALUE_SET || wanted.base == VALUE_PREFIX_SET;
	if (have.base != wanted.base)
		return false;
	if (have.base == VALUE_SET)
		return elements_fit(have, wanted);
	return have.base != VALUE_ENUM || have.kind == wanted.kind;
}

const char *
type_name(struct ast_type type, char text[static TYPE_TEXT])
{
	static const char *const kinds[VALUE_KINDS] = {
		[KIND_RTS] = "RTS", [KIND_RTD] = "RTD",     [KIND_ROA] = "ROA",
		[KIND_NET] = "NET", [KIND_SCOPE] = "SCOPE", [KIND_ORIGIN] = "ORIGIN",
	};
	bool is_set = type.base == VALUE_SET;
	unsigned base = is_set ? type.element : type.base;
	if (base == VALUE_ENUM && type.kind < VALUE_KINDS)
		text_format(text, TYPE_TEXT, "enum %s%s", kinds[type.kind],
			    is_set ? " set" : "");
	else if (is_set && base == VALUE_VOID)
		text_format(text, TYPE_TEXT, "empty set");
	else
		text_format(text, TYPE_TEXT, "%s%s",
			    value_type_name((enum value_type)base), is_set ? " set" : "");
	return text;
}

bool
type_reads_empty(struct ast_type type)
{
	return type.base == VALUE_PATH || type.base == VALUE_CLIST ||
	       type.base == VALUE_ECLIST || type.base == VALUE_LCLIST;
}

static bool
rule_takes(const struct type_rule *rule, struct ast_type right)
{
	if (rule->right != right.base)
		return false;
	if (right.base != VALUE_SET || right.element == VALUE_VOID)
		return true;
	return (rule->elements & TYPE_BIT(right.element)) != 0;
}

const struct type_rule *
type_rule_binary(enum ast_operator sign, struct ast_type left, struct ast_type right)
{
	if (sign == AST_NOT_MATCH)
		sign = AST_MATCH;
	for (size_t i = 0; i < ARRAY_SIZE(operators); i++) {
		const struct type_rule *rule = &operators[i];
		if (rule->sign != sign || rule->left != left.base ||
		    !rule_takes(rule, right))
			continue;
		bool is_other_enum = left.base == VALUE_ENUM &&
				     right.element == VALUE_ENUM &&
				     left.kind != right.kind;
		return is_other_enum ? NULL : rule;
	}
	return NULL;
}

const struct type_rule *
type_rule_next(const char *name, struct ast_type object, const struct type_rule *previous)
{
	const struct type_rule *rule = previous ? previous + 1 : methods;
	for (; rule < methods + ARRAY_SIZE(methods); rule++)
		if (rule->left == object.base && strcmp(rule->name, name) == 0)
			return rule;
	return NULL;
}

const struct type_rule *
type_rule_method(const char *name, struct ast_type object, struct ast_type argument)
{
	const struct type_rule *rule = NULL;
	while ((rule = type_rule_next(name, object, rule)) != NULL)
		if (rule_takes(rule, argument))
			return rule;
	return NULL;
}

bool
type_is_method(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
		if (strcmp(methods[i].name, name) == 0)
			return true;
	return false;
}

const char *
type_method_near(const char *name, struct ast_type object)
{
	const char *names[ARRAY_SIZE(methods)];
	size_t count = 0;
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
		if (methods[i].left == object.base)
			names[count++] = methods[i].name;
	return text_nearest(name, names, count);
}

const char *
type_operator_text(enum ast_operator sign)
{
	static const char *const texts[] = {
		[AST_OR] = "||",     [AST_AND] = "&&",       [AST_EQ] = "=",
		[AST_NE] = "!=",     [AST_LT] = "<",         [AST_LE] = "<=",
		[AST_GT] = ">",      [AST_GE] = ">=",        [AST_MATCH] = "~",
		[AST_CONCAT] = "++", [AST_NOT_MATCH] = "!~", [AST_ADD] = "+",
		[AST_SUB] = "-",     [AST_MUL] = "*",        [AST_DIV] = "/",
		[AST_NOT] = "!",     [AST_MINUS] = "-",
	};
	return texts[sign];
}
