/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checker: pairs, communities and path masks, which may have parts that are known
 * only when they are computed.
 */
#include "filter/check.h"
#include "filter/community.h"
#include "filter/path.h"
#include "lib/arena.h"
#include <string.h>

/* ---- tuples ------------------------------------------------------------------------ */

static const struct {
	const char *word;
	uint16_t kind;
} ec_words[] = { { "rt", EC_RT }, { "ro", EC_RO }, { "generic", EC_GENERIC } };

/* The first element is rt, ro or generic, unless something else is called so. */
static bool
ec_word_find(struct check *check, const struct ast_node *first, uint32_t *kind)
{
	if (first->kind != AST_NAME || check_find_local(check, first->name) ||
	    policy_symbol(check->policy, first->name))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(ec_words); i++)
		if (strcmp(ec_words[i].word, first->name) == 0) {
			*kind = ec_words[i].kind;
			return true;
		}
	return false;
}

static bool
ec_unknown_kind(struct check *check, struct ast_node *first, uint32_t *kind)
{
	check_expr(check, first);
	if (check_is_bad(first))
		return false;
	if (!check_constant(check, first) || first->type.base != VALUE_INT ||
	    first->value->number > 0xffff) {
		ast_error(check->ast, &first->place, NULL,
			  "the kind must be a constant from 0 to 65535");
		return false;
	}
	*kind = first->value->number;
	return true;
}

void
check_tuple_kind(struct check *check, struct ast_node *node)
{
	struct ast_node *list = node->child[0];
	uint32_t kind = 0;
	if (node->what == TUPLE_EC)
		return;
	if (list->count != 2 && list->count != 3) {
		ast_error(check->ast, &node->place, NULL,
			  "a tuple has two or three elements");
		check_fail(check, node);
		return;
	}
	if (node->what == TUPLE_UNKNOWN) {
		if (!ec_unknown_kind(check, list->first, &kind)) {
			check_fail(check, node);
			return;
		}
	} else if (!ec_word_find(check, list->first, &kind)) {
		return;
	}
	if (list->count != 3) {
		ast_error(check->ast, &node->place, NULL,
			  "an extended community is (kind, key, value)");
		check_fail(check, node);
		return;
	}
	node->what = TUPLE_EC;
	node->number = kind;
	list->first = list->first->next;
	list->count--;
}

/* Of pairs and large communities of literals, which lists of routes have by the thousand;
 * false: it is to be computed, or wrong. */
static bool
tuple_value(const struct ast_node *list, enum value_type type, struct value *value)
{
	uint32_t parts[3] = { 0 };
	size_t count = 0;
	for (const struct ast_node *at = list->first; at; at = at->next)
		parts[count++] = at->value->number;
	*value = (struct value){ .type = (uint8_t)type };
	if (type == VALUE_LC) {
		memcpy(value->large, parts, sizeof(parts));
		return true;
	}
	value->number = parts[0] << 16 | parts[1];
	return type == VALUE_PAIR && parts[0] <= UINT16_MAX && parts[1] <= UINT16_MAX;
}

void
check_tuple(struct check *check, struct ast_node *node)
{
	struct ast_node *list = node->child[0];
	bool is_constant = true, is_first = true;
	check_tuple_kind(check, node);
	if (check_is_bad(node))
		return;
	for (struct ast_node *at = list->first; at; at = at->next, is_first = false) {
		check_expr(check, at);
		is_constant &= at->kind == AST_LITERAL;
		bool is_key = is_first && node->what == TUPLE_EC &&
			      (at->type.base == VALUE_IP || at->type.base == VALUE_QUAD);
		if (!is_key && !check_wants(check, at, type_simple(VALUE_INT),
					    "an element of a tuple"))
			node->flags |= CHECK_BAD;
	}
	if (check_is_bad(node)) {
		check_fail(check, node);
		return;
	}
	node->type = type_simple(node->what == TUPLE_EC ? VALUE_EC
				 : list->count == 2     ? VALUE_PAIR
							: VALUE_LC);
	struct value value;
	if (is_constant && tuple_value(list, (enum value_type)node->type.base, &value))
		check_become(check, node, &value);
	else if (is_constant)
		check_fold(check, node);
}

/* ---- masks ------------------------------------------------------------------------- */

bool
check_is_hole(const struct ast_node *item)
{
	return item->kind != AST_LITERAL && item->kind != AST_ANY &&
	       item->kind != AST_ONE && item->kind != AST_LOOP && item->kind != AST_RANGE;
}

static bool
mask_range(struct check *check, struct ast_node *node, struct mask_item *item)
{
	uint32_t bounds[2];
	for (unsigned i = 0; i < 2; i++) {
		struct ast_node *bound = node->child[i];
		check_expr(check, bound);
		if (check_is_bad(bound))
			return false;
		if (!check_constant(check, bound) || bound->type.base != VALUE_INT) {
			ast_error(check->ast, &bound->place, NULL,
				  "the bounds of a range must be constant numbers");
			return false;
		}
		bounds[i] = bound->value->number;
	}
	*item = (struct mask_item){ .kind = MASK_RANGE,
				    .low = bounds[0],
				    .high = bounds[1] };
	return true;
}

static bool
mask_value(struct check *check, struct ast_node *node, struct mask_item *item,
	   uint32_t *holes)
{
	char text[TYPE_TEXT];
	check_expr(check, node);
	if (check_is_bad(node))
		return false;
	bool is_set = node->type.base == VALUE_SET && (node->type.element == VALUE_INT ||
						       node->type.element == VALUE_VOID);
	if (!is_set && node->type.base != VALUE_INT) {
		ast_error(check->ast, &node->place, NULL,
			  "a path mask holds numbers and sets of numbers, this is %s",
			  type_name(node->type, text));
		return false;
	}
	if (node->kind != AST_LITERAL)
		*item = (struct mask_item){ .kind = MASK_HOLE, .low = (*holes)++ };
	else if (is_set)
		*item = (struct mask_item){ .kind = MASK_SET, .set = node->value->set };
	else
		*item = (struct mask_item){ .kind = MASK_NUMBER,
					    .low = node->value->number,
					    .high = node->value->number };
	return true;
}

static bool
mask_item_read(struct check *check, struct ast_node *node, struct path_mask *mask,
	       uint32_t *holes)
{
	struct mask_item *item = &mask->items[mask->count];
	bool good = true;
	switch (node->kind) {
	case AST_LOOP:
		if (mask->count == 0) {
			ast_error(check->ast, &node->place, NULL,
				  "there is nothing before this `+` that could repeat");
			return false;
		}
		item[-1].is_loop = true;
		return true;
	case AST_ANY: *item = (struct mask_item){ .kind = MASK_ANY }; break;
	case AST_ONE: *item = (struct mask_item){ .kind = MASK_ONE }; break;
	case AST_RANGE: good = mask_range(check, node, item); break;
	default: good = mask_value(check, node, item, holes);
	}
	mask->count++;
	return good;
}

void
check_mask(struct check *check, struct ast_node *node)
{
	struct ast_node *list = node->child[0];
	size_t count = list ? list->count : 0;
	uint32_t holes = 0;
	struct path_mask *mask = arena_alloc(
		check->policy->arena, sizeof(*mask) + count * sizeof(struct mask_item));
	for (struct ast_node *at = list ? list->first : NULL; at; at = at->next)
		if (!mask_item_read(check, at, mask, &holes))
			node->flags |= CHECK_BAD;
	if (check_is_bad(node)) {
		check_fail(check, node);
		return;
	}
	node->type = type_simple(VALUE_PATH_MASK);
	node->meaning = mask;
	if (holes > 0)
		return;
	struct value value = { .type = VALUE_PATH_MASK };
	value.set = mask;
	check_become(check, node, &value);
}
