/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checker: what a name means, and what a misspelt one may have meant.
 */
#include "filter/check.h"
#include "lib/arena.h"
#include "lib/macros.h"
#include "lib/mem.h"
#include "lib/text.h"
#include <assert.h>
#include <string.h>

/* Ids that are looked at for suggestions. */
#define ATTRIBUTES_LOOKED_AT 2048

struct local *
check_find_local(const struct check *check, const char *name)
{
	for (struct local *at = check->locals; at; at = at->next)
		if (strcmp(at->name, name) == 0)
			return at;
	return NULL;
}

static void
name_is_local(struct check *check, struct ast_node *node, const struct local *local)
{
	node->what = MEANING_LOCAL;
	node->number = local->number;
	node->type = local->type;
	if (local->is_bad)
		check_fail(check, node);
	if (!local->is_defined)
		node->flags |= CHECK_MAYBE;
}

static void
name_is_constant(struct ast_node *node, const struct value *value)
{
	node->kind = AST_LITERAL;
	node->value = value;
	node->type = type_of(value);
}

static void
name_is_attribute(struct check *check, struct ast_node *node, attr_id id)
{
	const struct attr_class *class = attr_class_of(check->policy->world.router, id);
	node->what = MEANING_ATTRIBUTE;
	node->number = id;
	node->meaning = class;
	node->type = (struct ast_type){ .base = class->type };
	if (class->type == VALUE_ENUM)
		node->type.kind = class->kind;
	if (!type_reads_empty(node->type))
		node->flags |= CHECK_MAYBE;
	if (!check->is_constant)
		return;
	ast_error(check->ast, &node->place, NULL,
		  "there is no route here that `%s` could be of", node->name);
	check_fail(check, node);
}

static void
name_is_symbol(struct check *check, struct ast_node *node, const struct symbol *symbol)
{
	if (symbol->is_bad) {
		check_fail(check, node);
		return;
	}
	if (symbol->kind == SYMBOL_CONSTANT) {
		name_is_constant(node, &symbol->value);
		return;
	}
	if (symbol->kind == SYMBOL_ATTRIBUTE) {
		name_is_attribute(check, node, symbol->attribute);
		return;
	}
	bool is_function = symbol->kind == SYMBOL_FUNCTION;
	ast_error(check->ast, &node->place,
		  is_function
			  ? arena_printf(check->ast->arena, "call it: %s(%s)", node->name,
					 symbol->code->parameters ? "…" : "")
			  : NULL,
		  "`%s` is a %s, not a value", node->name,
		  is_function ? "function" : "filter");
	check_fail(check, node);
}

/* Attributes of BIRD's that no module here has: configurations that mention them load.
 * `krt_` and so on stand for all others that begin so, which are numbers. */
static const struct {
	const char *name;
	uint8_t type, kind;
} foreign_attributes[] = {
	{ "bgp_path", VALUE_PATH, 0 },
	{ "bgp_community", VALUE_CLIST, 0 },
	{ "bgp_ext_community", VALUE_ECLIST, 0 },
	{ "bgp_large_community", VALUE_LCLIST, 0 },
	{ "bgp_cluster_list", VALUE_CLIST, 0 },
	{ "bgp_origin", VALUE_ENUM, KIND_ORIGIN },
	{ "bgp_next_hop", VALUE_IP, 0 },
	{ "bgp_originator_id", VALUE_QUAD, 0 },
	{ "bgp_", VALUE_INT, 0 },
	{ "krt_prefsrc", VALUE_IP, 0 },
	{ "krt_congctl", VALUE_STRING, 0 },
	{ "krt_", VALUE_INT, 0 },
	{ "ospf_router_id", VALUE_QUAD, 0 },
	{ "ospf_", VALUE_INT, 0 },
	{ "rip_", VALUE_INT, 0 },
	{ "ra_lifetime", VALUE_INT, 0 },
	{ "ra_preference", VALUE_INT, 0 },
	{ "mpls_", VALUE_INT, 0 },
	{ "gw_mpls", VALUE_INT, 0 },
	{ "gw_mpls_stack", VALUE_CLIST, 0 },
	{ "aspa_providers", VALUE_CLIST, 0 },
	{ "kbr_source", VALUE_INT, 0 },
	{ "babel_metric", VALUE_INT, 0 },
};

static void
foreign_warn(struct check *check, const struct ast_node *node)
{
	struct policy *policy = check->policy;
	for (struct foreign_name *at = policy->foreign; at; at = at->next)
		if (strcmp(at->name, node->name) == 0)
			return;
	struct foreign_name *seen = arena_alloc(policy->arena, sizeof(*seen));
	seen->name = arena_strdup(policy->arena, node->name);
	seen->next = policy->foreign;
	policy->foreign = seen;
	check_warn(check, &node->place,
		   "no protocol here has the attribute `%s`: it is never set and not "
		   "passed on",
		   node->name);
}

/* An attribute there is that begins with the same letters and could be meant. */
static bool
attribute_near(const struct check *check, const char *name, size_t length)
{
	const struct router *router = check->policy->world.router;
	const char *names[256];
	size_t count = 0;
	for (unsigned id = 0; router && id < ATTRIBUTES_LOOKED_AT; id++) {
		const struct attr_class *class = attr_class_of(router, (attr_id)id);
		if (class && strncmp(class->name, name, length) == 0 &&
		    count < ARRAY_SIZE(names))
			names[count++] = class->name;
	}
	return text_nearest(name, names, count) != NULL;
}

static bool
name_is_foreign(struct check *check, struct ast_node *node)
{
	for (size_t i = 0; i < ARRAY_SIZE(foreign_attributes); i++) {
		const char *name = foreign_attributes[i].name;
		size_t length = strlen(name);
		bool is_prefix = name[length - 1] == '_';
		if (is_prefix ? strncmp(node->name, name, length) != 0
			      : strcmp(node->name, name) != 0)
			continue;
		if (is_prefix && attribute_near(check, node->name, length))
			return false;
		foreign_warn(check, node);
		node->what = MEANING_NOTHING;
		node->meaning = NULL;
		node->type = (struct ast_type){ .base = foreign_attributes[i].type,
						.kind = foreign_attributes[i].kind };
		if (!type_reads_empty(node->type))
			node->flags |= CHECK_MAYBE;
		return true;
	}
	return false;
}

/* Members of BIRD's enums that mean things we don't have: comparing with them is legal.
 */
static bool
name_is_foreign_member(const char *name, struct value *value)
{
	static const struct {
		const char *name;
		uint8_t number;
	} nets[] = {
		{ "NET_VPN4", 3 },  { "NET_VPN6", 4 },  { "NET_FLOW4", 7 },
		{ "NET_FLOW6", 8 }, { "NET_ETH", 10 },  { "NET_MPLS", 11 },
		{ "NET_ASPA", 12 }, { "NET_EVPN", 13 }, { "NET_NEIGHBOR", 14 },
	};
	/* Of attributes that are numbers here. */
	static const struct {
		const char *name;
		uint8_t number;
	} numbers[] = {
		{ "RA_PREF_LOW", 0x18 },        { "RA_PREF_MEDIUM", 0 },
		{ "RA_PREF_HIGH", 8 },          { "MPLS_POLICY_NONE", 0 },
		{ "MPLS_POLICY_STATIC", 1 },    { "MPLS_POLICY_PREFIX", 2 },
		{ "MPLS_POLICY_AGGREGATE", 3 }, { "MPLS_POLICY_VRF", 4 },
		{ "KBR_SRC_BIRD", 1 },          { "KBR_SRC_LOCAL", 2 },
		{ "KBR_SRC_STATIC", 3 },        { "KBR_SRC_DYNAMIC", 4 },
	};
	for (size_t i = 0; i < ARRAY_SIZE(nets); i++)
		if (strcmp(nets[i].name, name) == 0) {
			*value = (struct value){ .type = VALUE_ENUM, .kind = KIND_NET };
			value->number = nets[i].number;
			return true;
		}
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (strcmp(numbers[i].name, name) == 0) {
			*value = (struct value){ .type = VALUE_INT };
			value->number = numbers[i].number;
			return true;
		}
	return false;
}

static void
name_needs_route(struct check *check, struct ast_node *node)
{
	if (!check->is_constant)
		return;
	ast_error(check->ast, &node->place, NULL,
		  "there is no route here that `%s` could be of", node->name);
	check_fail(check, node);
}

void
check_name(struct check *check, struct ast_node *node)
{
	struct value value;
	const struct local *local = check_find_local(check, node->name);
	if (local) {
		name_is_local(check, node, local);
		return;
	}
	const struct symbol *symbol = policy_symbol(check->policy, node->name);
	if (symbol) {
		name_is_symbol(check, node, symbol);
		return;
	}
	if (strcmp(node->name, "net") == 0) {
		node->what = MEANING_NET;
		node->type = type_simple(VALUE_PREFIX);
		name_needs_route(check, node);
		return;
	}
	const struct router *router = check->policy->world.router;
	attr_id id = router ? attr_find(router, node->name) : ATTR_NONE;
	/* What another configuration declared is not known to this one. */
	while (id != ATTR_NONE && policy_attribute_is_custom(router, id))
		id = attr_find_next(router, id);
	if (id != ATTR_NONE) {
		name_is_attribute(check, node, id);
		return;
	}
	if (value_enum_find(node->name, &value) ||
	    name_is_foreign_member(node->name, &value)) {
		struct value *copy = arena_alloc(check->ast->arena, sizeof(*copy));
		*copy = value;
		name_is_constant(node, copy);
		return;
	}
	if (name_is_foreign(check, node)) {
		name_needs_route(check, node);
		return;
	}
	ast_error(check->ast, &node->place, check_name_hint(check, node->name),
		  "`%s` is not known", node->name);
	check_fail(check, node);
}

bool
check_is_group(const struct check *check, const char *name)
{
	const struct router *router = check->policy->world.router;
	size_t length = strlen(name);
	const struct attr_class *class;
	for (attr_id id = 0; router && (class = attr_class_of(router, id)); id++)
		if (strncmp(class->name, name, length) == 0 && class->name[length] == '.')
			return true;
	return false;
}

/* ---- suggestions ------------------------------------------------------------------- */

struct candidates {
	const char **names;
	size_t count, room;
};

static void
candidate_add(struct candidates *candidates, const char *name)
{
	if (candidates->count == candidates->room) {
		candidates->room = MAX((size_t)64, 2 * candidates->room);
		candidates->names = mem_resize(candidates->names, candidates->room,
					       sizeof(*candidates->names));
	}
	candidates->names[candidates->count++] = name;
}

static void
candidates_of_world(struct candidates *candidates, const struct policy *policy)
{
	for (const struct policy *at = policy; at; at = at->base)
		for (const struct symbol *symbol = at->first; symbol;
		     symbol = symbol->next)
			candidate_add(candidates, symbol->name);
	assert(policy);
	const struct router *router = policy->world.router;
	for (unsigned id = 0; router && id < ATTRIBUTES_LOOKED_AT; id++) {
		const struct attr_class *class = attr_class_of(router, (attr_id)id);
		if (class)
			candidate_add(candidates, class->name);
	}
	for (unsigned kind = 0; kind < VALUE_KINDS; kind++)
		for (uint32_t number = 0; number < 32; number++) {
			const char *name = value_enum_name((enum value_kind)kind, number);
			if (name)
				candidate_add(candidates, name);
		}
}

const char *
check_name_hint(const struct check *check, const char *name)
{
	static const char *const builtins[] = {
		"true",     "false",   "net", "defined", "unset",  "format", "roa_check",
		"from_hex", "prepend", "add", "delete",  "filter", "link",   "neighbor"
	};
	const struct policy_world *world = &check->policy->world;
	const char *known =
		world->name_hint ? world->name_hint(world->context, name) : NULL;
	if (known)
		return known;
	struct candidates candidates = { 0 };
	for (const struct local *at = check->locals; at; at = at->next)
		candidate_add(&candidates, at->name);
	candidates_of_world(&candidates, check->policy);
	for (size_t i = 0; i < ARRAY_SIZE(builtins); i++)
		candidate_add(&candidates, builtins[i]);
	const char *near = text_nearest(name, candidates.names, candidates.count);
	const char *hint =
		near ? arena_printf(check->ast->arena, "did you mean `%s`?", near) : NULL;
	mem_free(candidates.names);
	return hint;
}
