/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Operations: sets, communities, paths.
 */
#include "filter/community.h"
#include "filter/eval.h"
#include "filter/path.h"
#include "filter/set.h"
#include <string.h>

/* ---- sets -------------------------------------------------------------------------- */

static const struct set *
operand_set(const struct eval *eval, uint16_t operand)
{
	const struct value *value = eval_operand(eval, operand);
	/* An empty set of prefixes may stand for any empty set. */
	return value->type == VALUE_SET ? value->set : &set_empty;
}

bool
op_set_has(struct eval *eval, const struct inst *inst)
{
	const struct set *set = operand_set(eval, inst->b);
	const struct value *element = eval_operand(eval, inst->a);
	if (element->type == VALUE_QUAD && set->element == VALUE_IP && !set_is_ip4(set))
		return eval_fail(eval, "IPv6 addresses can't be compared with a quad");
	return eval_test(eval, inst, set_find(set, element) >= 0);
}

bool
op_set_has_number(struct eval *eval, const struct inst *inst)
{
	const struct set *set = eval_operand(eval, inst->b)->set;
	uint32_t number = eval_operand(eval, inst->a)->number;
	return eval_test(eval, inst, set_find_number(set, number) >= 0);
}

/* ---- communities ------------------------------------------------------------------- */

/* An address that is not IPv4 fits into no clist. */
static bool
element_fits(struct eval *eval, const struct value *element)
{
	if (element->type == VALUE_IP && !addr_is_ip4(element->addr))
		return eval_fail(eval, "an IPv6 address can't be in a clist");
	return true;
}

bool
op_list_has(struct eval *eval, const struct inst *inst)
{
	const struct value *element = eval_operand(eval, inst->a);
	return element_fits(eval, element) &&
	       eval_test(eval, inst, community_has(eval_operand(eval, inst->b), element));
}

/* Addresses stand for communities, if they are IPv4. */
static bool
set_fits(struct eval *eval, const struct set *set)
{
	if (set->element == VALUE_IP && !set_is_ip4(set))
		return eval_fail(eval, "IPv6 addresses can't be in a clist");
	return true;
}

bool
op_list_has_any(struct eval *eval, const struct inst *inst)
{
	const struct set *set = operand_set(eval, inst->b);
	return set_fits(eval, set) &&
	       eval_test(eval, inst, community_has_any(eval_operand(eval, inst->a), set));
}

bool
op_pair_asn(struct eval *eval, const struct inst *inst)
{
	return eval_number(eval, inst, VALUE_INT,
			   eval_operand(eval, inst->a)->number >> 16);
}

bool
op_pair_data(struct eval *eval, const struct inst *inst)
{
	return eval_number(eval, inst, VALUE_INT,
			   eval_operand(eval, inst->a)->number & 0xffff);
}

bool
op_lc_asn(struct eval *eval, const struct inst *inst)
{
	return eval_number(eval, inst, VALUE_INT, eval_operand(eval, inst->a)->large[0]);
}

bool
op_lc_data1(struct eval *eval, const struct inst *inst)
{
	return eval_number(eval, inst, VALUE_INT, eval_operand(eval, inst->a)->large[1]);
}

bool
op_lc_data2(struct eval *eval, const struct inst *inst)
{
	return eval_number(eval, inst, VALUE_INT, eval_operand(eval, inst->a)->large[2]);
}

/* Also of a path. */
bool
op_list_empty(struct eval *eval, const struct inst *inst)
{
	struct value empty = { .type = eval_operand(eval, inst->a)->type };
	empty.bytes = "";
	empty.size = 0;
	return eval_store(eval, inst, empty);
}

bool
op_list_len(struct eval *eval, const struct inst *inst)
{
	return eval_number(eval, inst, VALUE_INT,
			   community_count(eval_operand(eval, inst->a)));
}

bool
op_list_add(struct eval *eval, const struct inst *inst)
{
	const struct value *element = eval_operand(eval, inst->b);
	return element_fits(eval, element) &&
	       eval_store(eval, inst,
			  community_add(&eval->scratch, eval_operand(eval, inst->a),
					element));
}

bool
op_list_delete(struct eval *eval, const struct inst *inst)
{
	const struct value *element = eval_operand(eval, inst->b);
	return element_fits(eval, element) &&
	       eval_store(eval, inst,
			  community_remove(&eval->scratch, eval_operand(eval, inst->a),
					   element));
}

bool
op_list_union(struct eval *eval, const struct inst *inst)
{
	return eval_store(eval, inst,
			  community_union(&eval->scratch, eval_operand(eval, inst->a),
					  eval_operand(eval, inst->b)));
}

static bool
list_filter_list(struct eval *eval, const struct inst *inst, bool keep)
{
	return eval_store(eval, inst,
			  community_filter_list(&eval->scratch,
						eval_operand(eval, inst->a),
						eval_operand(eval, inst->b), keep));
}

static bool
list_filter_set(struct eval *eval, const struct inst *inst, bool keep)
{
	const struct set *set = operand_set(eval, inst->b);
	return set_fits(eval, set) &&
	       eval_store(eval, inst,
			  community_filter_set(&eval->scratch,
					       eval_operand(eval, inst->a), set, keep));
}

bool
op_list_delete_list(struct eval *eval, const struct inst *inst)
{
	return list_filter_list(eval, inst, false);
}

bool
op_list_delete_set(struct eval *eval, const struct inst *inst)
{
	return list_filter_set(eval, inst, false);
}

bool
op_list_filter_list(struct eval *eval, const struct inst *inst)
{
	return list_filter_list(eval, inst, true);
}

bool
op_list_filter_set(struct eval *eval, const struct inst *inst)
{
	return list_filter_set(eval, inst, true);
}

bool
op_list_min(struct eval *eval, const struct inst *inst)
{
	return eval_store(eval, inst,
			  community_extreme(eval_operand(eval, inst->a), false));
}

bool
op_list_max(struct eval *eval, const struct inst *inst)
{
	return eval_store(eval, inst,
			  community_extreme(eval_operand(eval, inst->a), true));
}

/* ---- paths ------------------------------------------------------------------------- */

bool
op_path_matches(struct eval *eval, const struct inst *inst)
{
	return eval_test(eval, inst,
			 path_matches(&eval->scratch, eval_operand(eval, inst->a),
				      eval_operand(eval, inst->b)->set));
}

bool
op_path_has(struct eval *eval, const struct inst *inst)
{
	return eval_test(eval, inst,
			 path_has(eval_operand(eval, inst->b),
				  eval_operand(eval, inst->a)->number));
}

bool
op_path_has_any(struct eval *eval, const struct inst *inst)
{
	return eval_test(
		eval, inst,
		path_has_any(eval_operand(eval, inst->a), operand_set(eval, inst->b)));
}

bool
op_path_len(struct eval *eval, const struct inst *inst)
{
	return eval_number(eval, inst, VALUE_INT,
			   path_length(eval_operand(eval, inst->a)));
}

bool
op_path_first(struct eval *eval, const struct inst *inst)
{
	return eval_number(eval, inst, VALUE_INT,
			   path_first(eval_operand(eval, inst->a)));
}

bool
op_path_last(struct eval *eval, const struct inst *inst)
{
	return eval_number(eval, inst, VALUE_INT, path_last(eval_operand(eval, inst->a)));
}

bool
op_path_last_nonaggregated(struct eval *eval, const struct inst *inst)
{
	return eval_number(eval, inst, VALUE_INT,
			   path_last_nonaggregated(eval_operand(eval, inst->a)));
}

bool
op_path_prepend(struct eval *eval, const struct inst *inst)
{
	return eval_store(eval, inst,
			  path_prepend(&eval->scratch, eval_operand(eval, inst->a),
				       eval_operand(eval, inst->b)->number));
}

bool
op_path_delete(struct eval *eval, const struct inst *inst)
{
	return eval_store(eval, inst,
			  path_filter(&eval->scratch, eval_operand(eval, inst->a), NULL,
				      eval_operand(eval, inst->b)->number, false));
}

bool
op_path_delete_set(struct eval *eval, const struct inst *inst)
{
	return eval_store(eval, inst,
			  path_filter(&eval->scratch, eval_operand(eval, inst->a),
				      operand_set(eval, inst->b), 0, false));
}

bool
op_path_filter_set(struct eval *eval, const struct inst *inst)
{
	return eval_store(eval, inst,
			  path_filter(&eval->scratch, eval_operand(eval, inst->a),
				      operand_set(eval, inst->b), 0, true));
}

bool
op_mask(struct eval *eval, const struct inst *inst)
{
	const struct path_mask *template = eval_operand(eval, inst->a)->set;
	size_t size = sizeof(*template) + template->count * sizeof(struct mask_item);
	struct path_mask *mask = scratch_alloc(&eval->scratch, size);
	memcpy(mask, template, size);
	for (uint32_t i = 0; i < mask->count; i++) {
		struct mask_item *item = &mask->items[i];
		if (item->kind != MASK_HOLE)
			continue;
		const struct value *value = &eval->registers[inst->b + item->low];
		if (value->type == VALUE_SET) {
			item->kind = MASK_SET;
			item->set = value->set;
			item->low = 0;
		} else {
			item->kind = MASK_NUMBER;
			item->low = item->high = value->number;
		}
	}
	struct value result = { .type = VALUE_PATH_MASK };
	result.set = mask;
	return eval_store(eval, inst, result);
}
