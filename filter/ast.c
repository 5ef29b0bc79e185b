/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Constructors of the filter language's tree.  They check nothing but nesting depth and
 * the names of types; null children are mistakes already reported and make null parents.
 * And the way through parentheses, which mean nothing by themselves.
 */
#include "filter/ast.h"
#include "lib/arena.h"
#include "lib/text.h"
#include <string.h>

void
ast_init(struct ast *ast, struct arena *arena, ast_complain *complain, void *context)
{
	*ast = (struct ast){ .arena = arena, .complain = complain, .context = context };
}

static void
ast_report(struct ast *ast, enum ast_severity severity, const struct ast_place *place,
	   const char *hint, const char *format, va_list arguments)
{
	struct text text = { 0 };
	text_vprintf(&text, format, arguments);
	if (severity == AST_ERROR)
		ast->errors++;
	if (ast->complain)
		ast->complain(ast->context, severity, place, text_string(&text), hint);
	text_fini(&text);
}

void
ast_error(struct ast *ast, const struct ast_place *place, const char *hint,
	  const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	ast_report(ast, AST_ERROR, place, hint, format, arguments);
	va_end(arguments);
}

void
ast_warn(struct ast *ast, const struct ast_place *place, const char *hint,
	 const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	ast_report(ast, AST_WARNING, place, hint, format, arguments);
	va_end(arguments);
}

static struct ast_node *
node_new(struct ast *ast, enum ast_kind kind, struct ast_place place)
{
	struct ast_node *node = arena_alloc(ast->arena, sizeof(*node));
	node->kind = (uint8_t)kind;
	node->place = place;
	return node;
}

/* Takes the children; null if the node came to lie too deep. */
static struct ast_node *
node_adopt(struct ast *ast, struct ast_node *node, struct ast_node *a, struct ast_node *b,
	   struct ast_node *c)
{
	struct ast_node *const children[3] = { a, b, c };
	unsigned depth = 0;
	for (unsigned i = 0; i < 3; i++) {
		node->child[i] = children[i];
		if (children[i])
			depth = MAX(depth, children[i]->depth);
	}
	if (depth >= AST_DEPTH_LIMIT) {
		if (!ast->too_deep)
			ast_error(ast, &node->place, NULL,
				  "nested more than %d levels deep", AST_DEPTH_LIMIT);
		ast->too_deep = true;
		return NULL;
	}
	node->depth = (uint16_t)(depth + 1);
	return node;
}

struct ast_node *
ast_append(struct ast *ast, struct ast_node *list, struct ast_node *item)
{
	if (!item)
		return list;
	if (!list)
		list = node_new(ast, AST_LIST, item->place);
	if (list->last)
		list->last->next = item;
	else
		list->first = item;
	list->last = item;
	list->count++;
	list->depth = MAX(list->depth, item->depth);
	return list;
}

/* Literals end behind their value: a long set is made of little else. */
#define AST_LITERAL_SIZE \
	(offsetof(struct ast_node, value) + sizeof(((struct ast_node *)0)->value))

/* ---- expressions ----------------------------------------------------------------------
 */

struct ast_node *
ast_literal(struct ast *ast, struct ast_place place, const struct value *value)
{
	struct ast_node *node = arena_alloc(ast->arena, AST_LITERAL_SIZE);
	node->kind = AST_LITERAL;
	node->place = place;
	node->value = value;
	node->depth = 1;
	return node;
}

/* Of a value that lies elsewhere. */
static struct ast_node *
literal_copy(struct ast *ast, struct ast_place place, const struct value *value)
{
	struct value *copy = arena_alloc(ast->arena, sizeof(*copy));
	*copy = *value;
	if ((value->type == VALUE_STRING || value->type == VALUE_BYTES) && value->size) {
		void *bytes = arena_alloc_bytes(ast->arena, value->size);
		memcpy(bytes, value->bytes, value->size);
		copy->bytes = bytes;
	}
	return ast_literal(ast, place, copy);
}

struct ast_node *
ast_int(struct ast *ast, struct ast_place place, uint32_t number)
{
	struct value value = { .type = VALUE_INT, .number = number };
	return literal_copy(ast, place, &value);
}

struct ast_node *
ast_bool(struct ast *ast, struct ast_place place, bool truth)
{
	struct value value = { .type = VALUE_BOOL, .truth = truth };
	return literal_copy(ast, place, &value);
}

struct ast_node *
ast_string(struct ast *ast, struct ast_place place, const char *text, size_t size)
{
	struct value value = { .type = VALUE_STRING };
	value.bytes = text;
	value.size = (uint32_t)size;
	return literal_copy(ast, place, &value);
}

struct ast_node *
ast_bytes(struct ast *ast, struct ast_place place, const char *text, size_t length)
{
	struct value value = { .type = VALUE_BYTES };
	uint8_t *bytes = arena_alloc_bytes(ast->arena, length / 2 + 1);
	uint32_t digits = 0;
	if (length >= 4 && memcmp(text, "hex:", 4) == 0) {
		text += 4;
		length -= 4;
	}
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c == ':')
			continue;
		unsigned digit = c <= '9' ? c - 0x30u : (c | 0x20u) - 0x57u;
		bytes[digits / 2] =
			(uint8_t)((unsigned)bytes[digits / 2] << 4 | (digit & 15));
		digits++;
	}
	if (digits % 2) {
		ast_error(ast, &place, NULL, "an odd number of hexadecimal digits");
		return NULL;
	}
	value.bytes = bytes;
	value.size = digits / 2;
	return literal_copy(ast, place, &value);
}

struct ast_node *
ast_empty(struct ast *ast, struct ast_place place, enum value_type type)
{
	struct ast_node *node = node_new(ast, AST_EMPTY, place);
	node->what = (uint8_t)type;
	node->depth = 1;
	return node;
}

struct ast_node *
ast_name(struct ast *ast, struct ast_place place, const char *name)
{
	struct ast_node *node = node_new(ast, AST_NAME, place);
	node->name = arena_strdup(ast->arena, name);
	node->depth = 1;
	return node;
}

struct ast_node *
ast_parens(struct ast *ast, struct ast_place place, struct ast_node *expr)
{
	if (!expr)
		return NULL;
	return node_adopt(ast, node_new(ast, AST_PARENS, place), expr, NULL, NULL);
}

struct ast_node *
ast_unary(struct ast *ast, struct ast_place place, enum ast_operator sign,
	  struct ast_node *expr)
{
	if (!expr)
		return NULL;
	struct ast_node *node = node_new(ast, AST_UNARY, place);
	node->what = (uint8_t)sign;
	return node_adopt(ast, node, expr, NULL, NULL);
}

struct ast_node *
ast_binary(struct ast *ast, struct ast_place place, enum ast_operator sign,
	   struct ast_node *left, struct ast_node *right)
{
	if (!left || !right)
		return NULL;
	bool is_logic = sign == AST_OR || sign == AST_AND;
	if (is_logic && left->kind == AST_LOGIC && left->what == sign) {
		/* A chain of one operator is one node: generated policies have thousands.
		 */
		struct ast_node *list = ast_append(ast, left->child[0], right);
		return node_adopt(ast, left, list, NULL, NULL);
	}
	if (sign == AST_AND && left->kind == AST_LOGIC)
		ast_warn(ast, &place, "write parentheses to say what is meant",
			 "`a || b && c` is `(a || b) && c`: both operators are of one "
			 "strength");
	struct ast_node *node = node_new(ast, is_logic ? AST_LOGIC : AST_BINARY, place);
	node->what = (uint8_t)sign;
	if (!is_logic)
		return node_adopt(ast, node, left, right, NULL);
	struct ast_node *list = ast_append(ast, ast_append(ast, NULL, left), right);
	return node_adopt(ast, node, list, NULL, NULL);
}

struct ast_node *
ast_method(struct ast *ast, struct ast_place place, struct ast_node *object,
	   const char *name, struct ast_node *arguments, bool has_parens)
{
	if (!object)
		return NULL;
	struct ast_node *node = node_new(ast, AST_METHOD, place);
	node->name = arena_strdup(ast->arena, name);
	node->what = has_parens;
	return node_adopt(ast, node, object, arguments, NULL);
}

struct ast_node *
ast_call(struct ast *ast, struct ast_place place, const char *name,
	 struct ast_node *arguments)
{
	struct ast_node *node = node_new(ast, AST_CALL, place);
	node->name = arena_strdup(ast->arena, name);
	return node_adopt(ast, node, arguments, NULL, NULL);
}

struct ast_node *
ast_tuple(struct ast *ast, struct ast_place place, struct ast_node *elements)
{
	if (!elements)
		return NULL;
	return node_adopt(ast, node_new(ast, AST_TUPLE, place), elements, NULL, NULL);
}

struct ast_node *
ast_tuple_unknown(struct ast *ast, struct ast_place place, struct ast_node *elements)
{
	struct ast_node *node = ast_tuple(ast, place, elements);
	if (node)
		node->what = true;
	return node;
}

struct ast_node *
ast_set(struct ast *ast, struct ast_place place, struct ast_node *items)
{
	return node_adopt(ast, node_new(ast, AST_SET, place), items, NULL, NULL);
}

struct ast_node *
ast_mask(struct ast *ast, struct ast_place place, struct ast_node *items)
{
	return node_adopt(ast, node_new(ast, AST_MASK, place), items, NULL, NULL);
}

struct ast_node *
ast_range(struct ast *ast, struct ast_place place, struct ast_node *low,
	  struct ast_node *high)
{
	if (!low || !high)
		return NULL;
	return node_adopt(ast, node_new(ast, AST_RANGE, place), low, high, NULL);
}

static struct ast_node *
leaf_new(struct ast *ast, enum ast_kind kind, struct ast_place place)
{
	return node_adopt(ast, node_new(ast, kind, place), NULL, NULL, NULL);
}

struct ast_node *
ast_any(struct ast *ast, struct ast_place place)
{
	return leaf_new(ast, AST_ANY, place);
}

struct ast_node *
ast_one(struct ast *ast, struct ast_place place)
{
	return leaf_new(ast, AST_ONE, place);
}

struct ast_node *
ast_loop(struct ast *ast, struct ast_place place)
{
	return leaf_new(ast, AST_LOOP, place);
}

struct ast_node *
ast_pattern(struct ast *ast, struct ast_place place, struct ast_node *prefix,
	    enum ast_pattern_kind kind, struct ast_node *low, struct ast_node *high)
{
	if (!prefix || (kind == AST_LENGTHS && (!low || !high)))
		return NULL;
	struct ast_node *node = node_new(ast, AST_PATTERN, place);
	node->what = (uint8_t)kind;
	return node_adopt(ast, node, prefix, low, high);
}

/* ---- statements -----------------------------------------------------------------------
 */

struct ast_node *
ast_block(struct ast *ast, struct ast_place place, struct ast_node *statements)
{
	return node_adopt(ast, node_new(ast, AST_BLOCK, place), statements, NULL, NULL);
}

static const struct type_name {
	const char *name;
	uint8_t base, kind;
	bool in_sets;
} type_names[] = {
	{ "bool", VALUE_BOOL, 0, false },     { "int", VALUE_INT, 0, true },
	{ "pair", VALUE_PAIR, 0, true },      { "quad", VALUE_QUAD, 0, true },
	{ "string", VALUE_STRING, 0, false }, { "bytestring", VALUE_BYTES, 0, false },
	{ "ip", VALUE_IP, 0, true },          { "prefix", VALUE_PREFIX, 0, true },
	{ "ec", VALUE_EC, 0, true },          { "lc", VALUE_LC, 0, true },
	{ "bgppath", VALUE_PATH, 0, false },  { "bgpmask", VALUE_PATH_MASK, 0, false },
	{ "clist", VALUE_CLIST, 0, false },   { "eclist", VALUE_ECLIST, 0, false },
	{ "lclist", VALUE_LCLIST, 0, false },
};

static void
type_name_unknown(struct ast *ast, const struct ast_place *place, const char *name)
{
	const char *names[ARRAY_SIZE(type_names)];
	for (size_t i = 0; i < ARRAY_SIZE(type_names); i++)
		names[i] = type_names[i].name;
	const char *near = text_nearest(name, names, ARRAY_SIZE(names));
	const char *hint =
		near ? arena_printf(ast->arena, "did you mean `%s`?", near) : NULL;
	ast_error(ast, place, hint, "`%s` is not a type", name);
}

static const struct type_name *
type_name_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(type_names); i++)
		if (strcmp(type_names[i].name, name) == 0)
			return &type_names[i];
	return NULL;
}

bool
ast_names_type(const char *name)
{
	return type_name_find(name) != NULL;
}

struct ast_node *
ast_type(struct ast *ast, struct ast_place place, const char *name, bool is_set)
{
	const struct type_name *found = type_name_find(name);
	if (!found) {
		type_name_unknown(ast, &place, name);
		return NULL;
	}
	if (is_set && !found->in_sets) {
		ast_error(ast, &place, NULL, "there are no sets of type %s", name);
		return NULL;
	}
	struct ast_node *node = leaf_new(ast, AST_TYPE, place);
	node->type.base = found->base;
	node->type.kind = found->kind;
	if (is_set && found->base == VALUE_PREFIX) {
		node->type.base = VALUE_PREFIX_SET;
	} else if (is_set) {
		node->type.base = VALUE_SET;
		node->type.element = found->base;
	}
	return node;
}

struct ast_node *
ast_enum_type(struct ast *ast, struct ast_place place, const char *name, bool is_set)
{
	static const struct {
		const char *name;
		uint8_t kind;
	} enums[] = {
		{ "rts", KIND_RTS },      { "rtd", KIND_RTD },
		{ "roa", KIND_ROA },      { "scope", KIND_SCOPE },
		{ "net_type", KIND_NET }, { "bgp_origin", KIND_ORIGIN },
	};
	for (size_t i = 0; i < ARRAY_SIZE(enums); i++) {
		if (strcmp(enums[i].name, name) != 0)
			continue;
		struct ast_node *node = leaf_new(ast, AST_TYPE, place);
		node->type =
			(struct ast_type){ .base = VALUE_ENUM, .kind = enums[i].kind };
		if (is_set)
			node->type = (struct ast_type){ .base = VALUE_SET,
							.element = VALUE_ENUM,
							.kind = enums[i].kind };
		return node;
	}
	ast_error(ast, &place, NULL, "there is no `enum %s` here", name);
	return NULL;
}

struct ast_node *
ast_local(struct ast *ast, struct ast_place place, struct ast_node *type,
	  const char *name, struct ast_node *value)
{
	struct ast_node *node = node_new(ast, AST_LOCAL, place);
	node->name = arena_strdup(ast->arena, name);
	if (type)
		node->type = type->type;
	else
		node->what = true; /* Its type is a mistake: known by name, never
				      complained about. */
	return node_adopt(ast, node, value, NULL, NULL);
}

struct ast_node *
ast_assign(struct ast *ast, struct ast_place place, struct ast_node *target,
	   struct ast_node *value)
{
	if (!target || !value)
		return NULL;
	return node_adopt(ast, node_new(ast, AST_ASSIGN, place), target, value, NULL);
}

struct ast_node *
ast_if(struct ast *ast, struct ast_place place, struct ast_node *condition,
       struct ast_node *then, struct ast_node *otherwise)
{
	if (!condition)
		return NULL;
	struct ast_node *node = node_new(ast, AST_IF, place);
	bool is_chain = otherwise && otherwise->kind == AST_IF;
	if (!node_adopt(ast, node, condition, then, is_chain ? NULL : otherwise))
		return NULL;
	if (is_chain) { /* Walked in a loop, so a long chain is not deep. */
		node->child[2] = otherwise;
		node->depth = MAX(node->depth, otherwise->depth);
	}
	return node;
}

struct ast_node *
ast_case(struct ast *ast, struct ast_place place, struct ast_node *expr,
	 struct ast_node *arms)
{
	if (!expr)
		return NULL;
	return node_adopt(ast, node_new(ast, AST_CASE, place), expr, arms, NULL);
}

struct ast_node *
ast_arm(struct ast *ast, struct ast_place place, struct ast_node *items,
	struct ast_node *statements)
{
	return node_adopt(ast, node_new(ast, AST_ARM, place), items, statements, NULL);
}

struct ast_node *
ast_for(struct ast *ast, struct ast_place place, struct ast_node *type, const char *name,
	struct ast_node *expr, struct ast_node *body)
{
	if (!expr)
		return NULL;
	struct ast_node *node = node_new(ast, AST_FOR, place);
	node->name = arena_strdup(ast->arena, name);
	return node_adopt(ast, node, type, expr, body);
}

struct ast_node *
ast_return(struct ast *ast, struct ast_place place, struct ast_node *expr)
{
	return node_adopt(ast, node_new(ast, AST_RETURN, place), expr, NULL, NULL);
}

struct ast_node *
ast_accept(struct ast *ast, struct ast_place place, struct ast_node *messages)
{
	return node_adopt(ast, node_new(ast, AST_ACCEPT, place), messages, NULL, NULL);
}

struct ast_node *
ast_reject(struct ast *ast, struct ast_place place, struct ast_node *messages)
{
	return node_adopt(ast, node_new(ast, AST_REJECT, place), messages, NULL, NULL);
}

struct ast_node *
ast_fail(struct ast *ast, struct ast_place place, struct ast_node *messages)
{
	struct ast_node *node = ast_reject(ast, place, messages);
	if (node)
		node->what = true;
	return node;
}

struct ast_node *
ast_print(struct ast *ast, struct ast_place place, struct ast_node *expressions,
	  bool newline)
{
	struct ast_node *node = node_new(ast, AST_PRINT, place);
	node->what = newline;
	return node_adopt(ast, node, expressions, NULL, NULL);
}

struct ast_node *
ast_expression(struct ast *ast, struct ast_place place, struct ast_node *expr)
{
	if (!expr)
		return NULL;
	return node_adopt(ast, node_new(ast, AST_EXPRESSION, place), expr, NULL, NULL);
}

/* ---- declarations ---------------------------------------------------------------------
 */

struct ast_function *
ast_filter(struct ast *ast, struct ast_place place, const char *name,
	   struct ast_node *locals, struct ast_node *body)
{
	struct ast_function *filter =
		ast_function(ast, place, name, NULL, NULL, locals, body);
	filter->is_filter = true;
	return filter;
}

struct ast_function *
ast_function(struct ast *ast, struct ast_place place, const char *name,
	     struct ast_node *parameters, struct ast_node *type, struct ast_node *locals,
	     struct ast_node *body)
{
	struct ast_function *function = arena_alloc(ast->arena, sizeof(*function));
	function->name = name ? arena_strdup(ast->arena, name) : NULL;
	function->place = place;
	function->parameters = parameters;
	function->locals = locals;
	function->body = body;
	function->has_type = type != NULL;
	if (type)
		function->type = type->type;
	return function;
}

/* ---- what is built ----------------------------------------------------------------- */

const struct ast_node *
ast_inner(const struct ast_node *expr)
{
	while (expr->kind == AST_PARENS)
		expr = expr->child[0];
	return expr;
}

void
ast_retype(struct ast_node *expr, struct ast_type type)
{
	for (; expr->kind == AST_PARENS; expr = expr->child[0])
		expr->type = type;
	expr->type = type;
}
