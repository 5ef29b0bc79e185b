/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checker: sets and the arms of a case.  What stands in them is computed at once, so
 * a set is a literal.
 */
#include "filter/check.h"
#include "filter/community.h"
#include "filter/prefix_set.h"
#include "filter/set.h"
#include "lib/arena.h"
#include "lib/macros.h"
#include "lib/text.h"

/* Ranges of one set: `(*, 5)` alone makes 65536. */
#define SET_RANGES_LIMIT 4000000u

/* Items go into one or the other; the first one decides. */
struct sink {
	struct check *check;
	struct set_builder set;
	struct prefix_set_builder prefixes;
	struct ast_type element; /* VALUE_VOID: none so far. */
	uint32_t target;         /* The arm. */
	bool is_bad;
};

/* One place of a tuple in a set. */
struct span {
	uint32_t low, high;
	bool is_any, is_address;
};

static void
sink_fail(struct sink *sink, const struct ast_node *node, const char *text)
{
	ast_error(sink->check->ast, &node->place, NULL, "%s", text);
	sink->is_bad = true;
}

/* All items are of one type. */
static bool
sink_takes(struct sink *sink, const struct ast_node *node, struct ast_type element)
{
	char have[TYPE_TEXT], wanted[TYPE_TEXT];
	if (sink->element.base == VALUE_VOID) {
		sink->element = element;
		if (element.base != VALUE_PREFIX)
			set_builder_init(&sink->set, (enum value_type)element.base,
					 element.kind);
		return true;
	}
	if (type_fits(element, sink->element))
		return true;
	ast_error(sink->check->ast, &node->place, NULL, "%s in a set that begins with %s",
		  type_name(element, have), type_name(sink->element, wanted));
	sink->is_bad = true;
	return false;
}

static bool
element_is_possible(struct ast_type type)
{
	return type.base == VALUE_INT || type.base == VALUE_PAIR ||
	       type.base == VALUE_QUAD || type.base == VALUE_ENUM ||
	       type.base == VALUE_IP || type.base == VALUE_EC || type.base == VALUE_LC;
}

static void
sink_add(struct sink *sink, const struct ast_node *node, const struct value *low,
	 const struct value *high)
{
	char text[TYPE_TEXT];
	struct ast_type type = type_of(low);
	if (!element_is_possible(type)) {
		ast_error(sink->check->ast, &node->place, NULL,
			  "a set can't hold elements of type %s", type_name(type, text));
		sink->is_bad = true;
		return;
	}
	if (!sink_takes(sink, node, type) || !sink_takes(sink, node, type_of(high)))
		return;
	if (set_compare(low, high) > 0)
		sink_fail(sink, node, "the range ends before it begins");
	else
		set_builder_add(&sink->set, low, high, sink->target);
}

static void
sink_add_prefix(struct sink *sink, const struct ast_node *node,
		const struct prefix *prefix, unsigned low, unsigned high)
{
	if (!sink_takes(sink, node, type_simple(VALUE_PREFIX)))
		return;
	if (prefix->type != NET_IP4 && prefix->type != NET_IP6)
		sink_fail(sink, node, "only ipv4 and ipv6 prefixes can be in a set");
	else if (!prefix_set_builder_add(&sink->prefixes, prefix, low, high))
		sink_fail(sink, node,
			  "ipv4 and ipv6 prefixes can't be in one set: make two");
}

/* Checks an expression whose value must be known now; complains otherwise. */
static bool
sink_constant(struct sink *sink, struct ast_node *node)
{
	check_expr(sink->check, node);
	if (check_constant(sink->check, node))
		return true;
	if (!check_is_bad(node))
		sink_fail(sink, node, "in a set only constants are allowed");
	sink->is_bad = true;
	return false;
}

/* ---- tuples ------------------------------------------------------------------------ */

/* A number known now; complains otherwise. */
static bool
constant_number(struct sink *sink, struct ast_node *node, struct span *span)
{
	if (!sink_constant(sink, node))
		return false;
	const struct value *value = node->value;
	*span = (struct span){ .low = value->number };
	if (value->type == VALUE_IP && addr_is_ip4(value->addr)) {
		span->low = addr_to_ip4(value->addr);
		span->is_address = true;
	} else if (value->type == VALUE_QUAD) {
		span->is_address = true;
	} else if (value->type != VALUE_INT) {
		sink_fail(sink, node, "a number is expected here");
		return false;
	}
	span->high = span->low;
	return true;
}

static bool
span_read(struct sink *sink, struct ast_node *node, struct span *span)
{
	struct span high;
	if (node->kind == AST_ANY) {
		*span = (struct span){ 0, UINT32_MAX, true, false };
		return true;
	}
	if (node->kind != AST_RANGE)
		return constant_number(sink, node, span);
	if (!constant_number(sink, node->child[0], span) ||
	    !constant_number(sink, node->child[1], &high))
		return false;
	span->high = high.high;
	if (span->high < span->low) {
		sink_fail(sink, node, "the range ends before it begins");
		return false;
	}
	return true;
}

static void
sink_add_numbers(struct sink *sink, const struct ast_node *node, uint32_t low,
		 uint32_t high)
{
	struct value from = { .type = VALUE_PAIR }, to = { .type = VALUE_PAIR };
	from.number = low;
	to.number = high;
	sink_add(sink, node, &from, &to);
}

static void
pair_item(struct sink *sink, struct ast_node *node, struct span *spans)
{
	for (unsigned i = 0; i < 2; i++) {
		if (spans[i].is_any)
			spans[i].high = 0xffff;
		if (spans[i].is_address || spans[i].high > 0xffff) {
			sink_fail(sink, node, "the numbers of a pair go from 0 to 65535");
			return;
		}
	}
	uint32_t low = spans[1].low, high = spans[1].high;
	if (low == 0 && high == 0xffff) {
		sink_add_numbers(sink, node, spans[0].low << 16,
				 spans[0].high << 16 | 0xffff);
		return;
	}
	if (sink->set.count + (spans[0].high - spans[0].low) >= SET_RANGES_LIMIT) {
		if (!sink->is_bad) /* Once for a set. */
			ast_error(sink->check->ast, &node->place,
				  "a range or `*` before a number is a range for each of "
				  "its "
				  "numbers",
				  "this set has more than %u ranges", SET_RANGES_LIMIT);
		sink->is_bad = true;
		return;
	}
	for (uint32_t first = spans[0].low; first <= spans[0].high; first++)
		sink_add_numbers(sink, node, first << 16 | low, first << 16 | high);
}

static void
lc_item(struct sink *sink, struct ast_node *node, const struct span *spans)
{
	struct value low = { .type = VALUE_LC }, high = { .type = VALUE_LC };
	bool has_range = false;
	for (unsigned i = 0; i < 3; i++) {
		if (has_range && !spans[i].is_any) {
			sink_fail(sink, node,
				  "behind a range or `*` only `*` may follow");
			return;
		}
		has_range |= spans[i].low != spans[i].high;
		low.large[i] = spans[i].low;
		high.large[i] = spans[i].high;
	}
	sink_add(sink, node, &low, &high);
}

static void
ec_item(struct sink *sink, struct ast_node *node, unsigned kind, const struct span *spans)
{
	struct value low = { .type = VALUE_EC }, high = { .type = VALUE_EC };
	uint32_t key = spans[0].low, last = spans[1].high;
	uint32_t limit = ec_value_limit(kind, key, spans[0].is_address);
	if (spans[0].low != spans[0].high) {
		sink_fail(sink, node,
			  "the key of an extended community can't be a range");
		return;
	}
	if (spans[1].is_any)
		last = limit;
	if (last > limit) {
		sink_fail(sink, node,
			  "beside this key the value goes from 0 to 65535 only");
		return;
	}
	low.wide = ec_make(kind, key, spans[0].is_address, spans[1].low);
	high.wide = ec_make(kind, key, spans[0].is_address, last);
	sink_add(sink, node, &low, &high);
}

static void
tuple_item(struct sink *sink, struct ast_node *node)
{
	struct span spans[3] = { 0 };
	unsigned count = 0;
	check_tuple_kind(sink->check, node);
	if (check_is_bad(node)) {
		sink->is_bad = true;
		return;
	}
	for (struct ast_node *at = node->child[0]->first; at; at = at->next)
		if (count == ARRAY_SIZE(spans) || !span_read(sink, at, &spans[count++])) {
			sink->is_bad = true;
			return;
		}
	if (node->what == TUPLE_EC)
		ec_item(sink, node, node->number, spans);
	else if (count == 2)
		pair_item(sink, node, spans);
	else
		lc_item(sink, node, spans);
}

/* ---- items ------------------------------------------------------------------------- */

static void
pattern_item(struct sink *sink, struct ast_node *node)
{
	struct ast_node *inner = node->child[0];
	struct span low = { 0 }, high = { 0 };
	if (!sink_constant(sink, inner))
		return;
	if (inner->type.base != VALUE_PREFIX) {
		sink_fail(sink, inner, "only a prefix can have a pattern of lengths");
		return;
	}
	const struct prefix *prefix = &inner->value->prefix;
	unsigned longest = prefix_max_length(prefix);
	high.low = longest;
	switch ((enum ast_pattern_kind)node->what) {
	case AST_LONGER: low.low = prefix->length; break;
	case AST_SHORTER: high.low = prefix->length; break;
	case AST_LENGTHS:
		if (!constant_number(sink, node->child[1], &low) ||
		    !constant_number(sink, node->child[2], &high))
			return;
	}
	if (low.low > high.low || high.low > longest) {
		ast_error(
			sink->check->ast, &node->place, NULL,
			"invalid lengths {%u,%u}: they go from 0 to %u, the lower first",
			low.low, high.low, longest);
		sink->is_bad = true;
		return;
	}
	sink_add_prefix(sink, inner, prefix, low.low, high.low);
}

/* An element, or a set whose elements are meant. */
static void
value_item(struct sink *sink, struct ast_node *node)
{
	if (!sink_constant(sink, node))
		return;
	const struct value *value = node->value;
	if (value->type == VALUE_PREFIX) {
		sink_add_prefix(sink, node, &value->prefix, value->prefix.length,
				value->prefix.length);
	} else if (value->type == VALUE_PREFIX_SET) {
		if (sink_takes(sink, node, type_simple(VALUE_PREFIX)) &&
		    !prefix_set_builder_add_set(&sink->prefixes, value->set))
			sink_fail(sink, node,
				  "ipv4 and ipv6 prefixes can't be in one set: make two");
	} else if (value->type == VALUE_SET) {
		const struct set *set = value->set;
		struct ast_type element = { .base = set->element, .kind = set->kind };
		if (set->count && sink_takes(sink, node, element))
			set_builder_add_set(&sink->set, set);
	} else {
		sink_add(sink, node, value, value);
	}
}

static void
range_item(struct sink *sink, struct ast_node *node)
{
	if (!sink_constant(sink, node->child[0]) || !sink_constant(sink, node->child[1]))
		return;
	sink_add(sink, node, node->child[0]->value, node->child[1]->value);
}

static void
sink_items(struct sink *sink, struct ast_node *list)
{
	for (struct ast_node *at = list ? list->first : NULL; at; at = at->next) {
		switch (at->kind) {
		case AST_PATTERN: pattern_item(sink, at); break;
		case AST_TUPLE: tuple_item(sink, at); break;
		case AST_RANGE: range_item(sink, at); break;
		default: value_item(sink, at);
		}
	}
}

static void
sink_fini(struct sink *sink)
{
	set_builder_fini(&sink->set);
	prefix_set_builder_fini(&sink->prefixes);
}

void
check_set(struct check *check, struct ast_node *node)
{
	struct sink sink = { .check = check };
	struct arena *arena = check->policy->arena;
	sink_items(&sink, node->child[0]);
	if (sink.is_bad) {
		check_fail(check, node);
		sink_fini(&sink);
		return;
	}
	struct value *value = arena_alloc(check->ast->arena, sizeof(*value));
	if (sink.element.base == VALUE_PREFIX) {
		value->type = VALUE_PREFIX_SET;
		value->set = prefix_set_build(&sink.prefixes, arena);
	} else {
		value->type = VALUE_SET;
		value->set = sink.element.base == VALUE_VOID
				     ? &set_empty
				     : set_build(&sink.set, arena);
	}
	sink_fini(&sink);
	node->kind = AST_LITERAL;
	node->value = value;
	node->type = type_of(value);
}

/* Of a constant, only the arm that is meant: BIRD lets others overlap then. */
static void
arms_reduce(struct sink *sink, const struct value *value)
{
	int64_t target = set_builder_find(&sink->set, value);
	sink->set.count = 0;
	if (target >= 0)
		set_builder_add(&sink->set, value, value, (uint32_t)target);
}

static const struct set *
arms_build(struct sink *sink, struct ast_node *node)
{
	struct ast_node *expr = node->child[0];
	struct value common;
	struct text text = { 0 };
	if (expr->kind == AST_LITERAL && expr->type.base == sink->element.base)
		arms_reduce(sink, expr->value);
	const struct set *set =
		set_build_targets(&sink->set, sink->check->policy->arena, &common);
	if (set)
		return set;
	filter_value_format(&common, &text);
	ast_error(sink->check->ast, &node->place, NULL, "two cases have %s in common",
		  text_string(&text));
	text_fini(&text);
	return NULL;
}

const struct set *
check_arms(struct check *check, struct ast_node *node)
{
	struct sink sink = { .check = check };
	struct ast_node *expr = node->child[0], *arms = node->child[1];
	const struct set *set = NULL;
	char have[TYPE_TEXT], wanted[TYPE_TEXT];
	for (struct ast_node *arm = arms ? arms->first : NULL; arm; arm = arm->next) {
		sink_items(&sink, arm->child[0]);
		sink.target++;
	}
	struct ast_type element = sink.element;
	if (sink.is_bad || check_is_bad(expr)) {
		sink_fini(&sink);
		return NULL;
	}
	if (element.base == VALUE_VOID) {
		sink_fini(&sink);
		return &set_empty;
	}
	bool quads = expr->type.base == VALUE_QUAD && element.base == VALUE_IP;
	if (element.base == VALUE_PREFIX)
		ast_error(check->ast, &node->place, "use `if net ~ [ … ]`",
			  "a case can't have prefixes");
	else if (!quads && !type_fits(element, expr->type))
		ast_error(check->ast, &node->place, NULL,
			  "the cases are of type %s, the expression is of type %s",
			  type_name(element, have), type_name(expr->type, wanted));
	else
		set = arms_build(&sink, node);
	sink_fini(&sink);
	return set;
}
