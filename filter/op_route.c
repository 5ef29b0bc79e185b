/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Operations: addresses, prefixes, and the route with its attributes.
 */
#include "filter/eval.h"
#include "filter/prefix_set.h"
#include "nest/table.h"
#include <string.h>

static const struct prefix *
operand_prefix(const struct eval *eval, uint16_t operand)
{
	return &eval_operand(eval, operand)->prefix;
}

/* ---- addresses and prefixes -------------------------------------------------------- */

bool
op_prefix_set_has(struct eval *eval, const struct inst *inst)
{
	return eval_test(eval, inst,
			 prefix_set_has(eval_operand(eval, inst->b)->set,
					operand_prefix(eval, inst->a)));
}

bool
op_prefix_in_prefix(struct eval *eval, const struct inst *inst)
{
	const struct prefix *inner = operand_prefix(eval, inst->a);
	const struct prefix *outer = operand_prefix(eval, inst->b);
	return eval_test(eval, inst,
			 inner->type == outer->type && prefix_covers(outer, inner));
}

bool
op_ip_in_prefix(struct eval *eval, const struct inst *inst)
{
	return eval_test(eval, inst,
			 prefix_has_addr(operand_prefix(eval, inst->b),
					 eval_operand(eval, inst->a)->addr));
}

bool
op_ip_is_v4(struct eval *eval, const struct inst *inst)
{
	return eval_test(eval, inst, addr_is_ip4(eval_operand(eval, inst->a)->addr));
}

static bool
eval_addr(struct eval *eval, const struct inst *inst, struct addr addr)
{
	struct value value = { .type = VALUE_IP };
	value.addr = addr;
	return eval_store(eval, inst, value);
}

static bool
eval_prefix(struct eval *eval, const struct inst *inst, const struct prefix *prefix)
{
	struct value value = { .type = VALUE_PREFIX };
	value.prefix = *prefix;
	return eval_store(eval, inst, value);
}

bool
op_ip_mask(struct eval *eval, const struct inst *inst)
{
	struct addr addr = eval_operand(eval, inst->a)->addr;
	uint32_t length = eval_operand(eval, inst->b)->number;
	bool is_ip4 = addr_is_ip4(addr);
	length = MIN(length, is_ip4 ? 32u : 128u);
	return eval_addr(eval, inst, addr_mask(addr, is_ip4 ? 96 + length : length));
}

bool
op_prefix_len(struct eval *eval, const struct inst *inst)
{
	return eval_number(eval, inst, VALUE_INT, operand_prefix(eval, inst->a)->length);
}

bool
op_prefix_type(struct eval *eval, const struct inst *inst)
{
	enum net_type type = (enum net_type)operand_prefix(eval, inst->a)->type;
	return eval_store(eval, inst, value_of_net_type(type));
}

bool
op_prefix_ip(struct eval *eval, const struct inst *inst)
{
	return eval_addr(eval, inst, operand_prefix(eval, inst->a)->addr);
}

bool
op_prefix_src(struct eval *eval, const struct inst *inst)
{
	const struct prefix *prefix = operand_prefix(eval, inst->a);
	if (prefix->type != NET_IP6_SADR)
		return eval_fail(eval, "`.src`: this prefix has no source prefix");
	struct prefix source =
		prefix_new_type(NET_IP6, prefix->source, prefix->source_length);
	return eval_prefix(eval, inst, &source);
}

bool
op_prefix_dst(struct eval *eval, const struct inst *inst)
{
	const struct prefix *prefix = operand_prefix(eval, inst->a);
	if (prefix->type != NET_IP6_SADR)
		return eval_fail(eval, "`.dst`: this prefix has no source prefix");
	struct prefix destination =
		prefix_new_type(NET_IP6, prefix->addr, prefix->length);
	return eval_prefix(eval, inst, &destination);
}

static bool
prefix_is_roa(const struct prefix *prefix)
{
	return prefix->type == NET_ROA4 || prefix->type == NET_ROA6;
}

bool
op_prefix_maxlen(struct eval *eval, const struct inst *inst)
{
	const struct prefix *prefix = operand_prefix(eval, inst->a);
	if (!prefix_is_roa(prefix))
		return eval_fail(eval, "`.maxlen`: this is not a roa entry");
	return eval_number(eval, inst, VALUE_INT, prefix->max_length);
}

bool
op_prefix_asn(struct eval *eval, const struct inst *inst)
{
	const struct prefix *prefix = operand_prefix(eval, inst->a);
	if (!prefix_is_roa(prefix))
		return eval_fail(eval, "`.asn`: this is not a roa entry");
	return eval_number(eval, inst, VALUE_INT, prefix->asn);
}

/* ---- the route --------------------------------------------------------------------- */

static bool
route_is_there(struct eval *eval)
{
	if (eval->route)
		return true;
	return eval_fail(eval, "there is no route here");
}

bool
op_net(struct eval *eval, const struct inst *inst)
{
	return route_is_there(eval) && eval_prefix(eval, inst, eval->route->net);
}

bool
op_net_in_set(struct eval *eval, const struct inst *inst)
{
	return route_is_there(eval) &&
	       eval_test(eval, inst,
			 prefix_set_has(eval_operand(eval, inst->b)->set,
					eval->route->net));
}

bool
op_source(struct eval *eval, const struct inst *inst)
{
	const struct route_draft *route = eval->route;
	if (!route_is_there(eval))
		return false;
	struct value *to = &eval->registers[inst->to];
	to->type = VALUE_ENUM;
	to->kind = KIND_RTS;
	to->number = route->changed ? route->changed->source
		     : route->attrs ? route->attrs->source
				    : RTS_UNKNOWN;
	return true;
}

bool
op_preference(struct eval *eval, const struct inst *inst)
{
	const struct route_draft *route = eval->route;
	if (!route_is_there(eval))
		return false;
	return eval_number(eval, inst, VALUE_INT,
			   route->changed ? route->changed->preference
			   : route->attrs ? route->attrs->preference
					  : 0);
}

static bool
value_has_bytes(const struct value *value)
{
	return value->type == VALUE_STRING || value->type == VALUE_BYTES ||
	       value->type == VALUE_PATH || value->type == VALUE_CLIST ||
	       value->type == VALUE_ECLIST || value->type == VALUE_LCLIST;
}

/* The bytes of a changed set move when it changes again; those of the route as it came
 * don't. */
static void
value_settle(struct eval *eval, struct value *value)
{
	if (!eval->route->changed || !value_has_bytes(value) || value->size == 0)
		return;
	void *bytes = scratch_alloc(&eval->scratch, value->size);
	memcpy(bytes, value->bytes, value->size);
	value->bytes = bytes;
}

bool
op_attr_get(struct eval *eval, const struct inst *inst)
{
	/* In place: a value that was just written by parts is slow to copy. */
	struct value *value = &eval->registers[inst->to];
	attr_id id = (attr_id)inst->wide;
	if (!route_is_there(eval))
		return false;
	if (eval->read.is_there && eval->read.id == id) {
		*value = eval->read.value;
		return true;
	}
	const struct attr_class *class = attr_class_of(eval->route->router, id);
	if (!class)
		return eval_fail(eval, "routes have no AS path here");
	if (route_draft_get(eval->route, id, value) && value->type != VALUE_VOID) {
		value_settle(eval, value);
		eval->read.is_there = true;
		eval->read.id = id;
		eval->read.value = *value;
		return true;
	}
	*value = (struct value){ .type = VALUE_VOID };
	if (inst->b == ATTR_MUST)
		return eval_fail(eval, "this route has no `%s`", class->name);
	if (inst->b == ATTR_OR_EMPTY) {
		value->type = class->type;
		value->bytes = "";
	}
	return true;
}

static bool
attr_write(struct eval *eval, attr_id id, const struct value *value)
{
	if (!route_is_there(eval))
		return false;
	eval->read.is_there = false;
	if (route_draft_set(eval->route, id, value))
		return true;
	const struct attr_class *class = attr_class_of(eval->route->router, id);
	struct text text = { 0 };
	value_format(value, &text);
	eval_fail(eval,
		  value->type == VALUE_VOID ? "`%s` of this route can't be unset"
					    : "`%s` of this route can't be set to %s",
		  class ? class->name : "?", text_string(&text));
	text_fini(&text);
	return false;
}

bool
op_attr_set(struct eval *eval, const struct inst *inst)
{
	return attr_write(eval, (attr_id)inst->wide, eval_operand(eval, inst->a));
}

bool
op_attr_unset(struct eval *eval, const struct inst *inst)
{
	struct value nothing = { .type = VALUE_VOID };
	return attr_write(eval, (attr_id)inst->wide, &nothing);
}

static bool
roa_check(struct eval *eval, const struct inst *inst, const struct prefix *net)
{
	const struct code_table *table = &eval->code->tables[inst->wide];
	struct value value = { .type = VALUE_ENUM, .kind = KIND_ROA };
	if (!table->table)
		return eval_fail(eval, "there is no table `%s`", table->name);
	/* Only what BGP announces has an origin. */
	bool is_plain = net->type == NET_IP4 || net->type == NET_IP6;
	value.number = !is_plain ? ROA_UNKNOWN
				 : table_roa_check(table->table, net,
						   eval_operand(eval, inst->b)->number);
	return eval_store(eval, inst, value);
}

bool
op_roa_check(struct eval *eval, const struct inst *inst)
{
	return roa_check(eval, inst, operand_prefix(eval, inst->a));
}

bool
op_roa_check_net(struct eval *eval, const struct inst *inst)
{
	return route_is_there(eval) && roa_check(eval, inst, eval->route->net);
}
