/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The evaluator's loop.
 */
#include "filter/eval.h"
#include "filter/path.h"
#include "lib/mem.h"
#include <stdarg.h>
#include <string.h>

eval_op *const eval_ops[OPS] = {
	[OP_MOVE] = op_move,
	[OP_CHECK] = op_check,
	[OP_JUMP] = op_jump,
	[OP_ADD] = op_add,
	[OP_SUB] = op_sub,
	[OP_MUL] = op_mul,
	[OP_DIV] = op_div,
	[OP_NOT] = op_not,
	[OP_MINUS] = op_minus,
	[OP_PAIR] = op_pair,
	[OP_EC] = op_ec,
	[OP_LC] = op_lc,
	[OP_TRUTH] = op_truth,
	[OP_EQ] = op_eq,
	[OP_EQ_NUMBER] = op_eq_number,
	[OP_LT] = op_lt,
	[OP_LE] = op_le,
	[OP_LT_NUMBER] = op_lt_number,
	[OP_LE_NUMBER] = op_le_number,
	[OP_DEFINED] = op_defined,
	[OP_SET_HAS] = op_set_has,
	[OP_SET_HAS_NUMBER] = op_set_has_number,
	[OP_PREFIX_SET_HAS] = op_prefix_set_has,
	[OP_NET_IN_SET] = op_net_in_set,
	[OP_PREFIX_IN_PREFIX] = op_prefix_in_prefix,
	[OP_IP_IN_PREFIX] = op_ip_in_prefix,
	[OP_STRING_MATCHES] = op_string_matches,
	[OP_PATH_MATCHES] = op_path_matches,
	[OP_PATH_HAS] = op_path_has,
	[OP_PATH_HAS_ANY] = op_path_has_any,
	[OP_LIST_HAS] = op_list_has,
	[OP_LIST_HAS_ANY] = op_list_has_any,
	[OP_IP_IS_V4] = op_ip_is_v4,
	[OP_STRING_APPEND] = op_string_append,
	[OP_BYTES_APPEND] = op_bytes_append,
	[OP_FORMAT] = op_format,
	[OP_FROM_HEX] = op_from_hex,
	[OP_IP_MASK] = op_ip_mask,
	[OP_PREFIX_LEN] = op_prefix_len,
	[OP_PREFIX_TYPE] = op_prefix_type,
	[OP_PREFIX_IP] = op_prefix_ip,
	[OP_PREFIX_SRC] = op_prefix_src,
	[OP_PREFIX_DST] = op_prefix_dst,
	[OP_PREFIX_MAXLEN] = op_prefix_maxlen,
	[OP_PREFIX_ASN] = op_prefix_asn,
	[OP_PAIR_ASN] = op_pair_asn,
	[OP_PAIR_DATA] = op_pair_data,
	[OP_LC_ASN] = op_lc_asn,
	[OP_LC_DATA1] = op_lc_data1,
	[OP_LC_DATA2] = op_lc_data2,
	[OP_LIST_EMPTY] = op_list_empty,
	[OP_LIST_LEN] = op_list_len,
	[OP_LIST_ADD] = op_list_add,
	[OP_LIST_DELETE] = op_list_delete,
	[OP_LIST_UNION] = op_list_union,
	[OP_LIST_DELETE_LIST] = op_list_delete_list,
	[OP_LIST_DELETE_SET] = op_list_delete_set,
	[OP_LIST_FILTER_LIST] = op_list_filter_list,
	[OP_LIST_FILTER_SET] = op_list_filter_set,
	[OP_LIST_MIN] = op_list_min,
	[OP_LIST_MAX] = op_list_max,
	[OP_PATH_LEN] = op_path_len,
	[OP_PATH_FIRST] = op_path_first,
	[OP_PATH_LAST] = op_path_last,
	[OP_PATH_LAST_NONAGGREGATED] = op_path_last_nonaggregated,
	[OP_PATH_PREPEND] = op_path_prepend,
	[OP_PATH_DELETE] = op_path_delete,
	[OP_PATH_DELETE_SET] = op_path_delete_set,
	[OP_PATH_FILTER_SET] = op_path_filter_set,
	[OP_MASK] = op_mask,
	[OP_NET] = op_net,
	[OP_SOURCE] = op_source,
	[OP_PREFERENCE] = op_preference,
	[OP_ATTR_GET] = op_attr_get,
	[OP_ATTR_SET] = op_attr_set,
	[OP_ATTR_UNSET] = op_attr_unset,
	[OP_ROA_CHECK] = op_roa_check,
	[OP_ROA_CHECK_NET] = op_roa_check_net,
	[OP_FOR_NEXT] = op_for_next,
	[OP_SWITCH] = op_switch,
	[OP_CALL] = op_call,
	[OP_RETURN] = op_return,
	[OP_RETURN_NOTHING] = op_return_nothing,
	[OP_ACCEPT] = op_accept,
	[OP_REJECT] = op_reject,
	[OP_FAIL] = op_fail,
	[OP_END] = op_end,
	[OP_PRINT] = op_print,
	[OP_PRINT_END] = op_print_end,
	[OP_ASSERT] = op_assert,
};

void
eval_init(struct eval *eval)
{
	/* Registers are looked at even before they are written: eval_compact(). */
	memset(eval->few, 0, sizeof(eval->few));
	eval->stack = eval->few;
	eval->stack_room = ARRAY_SIZE(eval->few);
	eval->frames = eval->few_frames;
	eval->frame_room = ARRAY_SIZE(eval->few_frames);
	eval->error = eval->line = (struct text){ 0 };
	eval->tally = NULL;
	eval->print = NULL;
	eval->context = NULL;
	scratch_init(&eval->scratch);
}

void
eval_fini(struct eval *eval)
{
	if (eval->stack != eval->few)
		mem_free(eval->stack);
	if (eval->frames != eval->few_frames)
		mem_free(eval->frames);
	text_fini(&eval->error);
	text_fini(&eval->line);
	scratch_fini(&eval->scratch);
}

struct ast_place
eval_place(const struct eval *eval)
{
	const struct code *code = eval->code;
	uint32_t at = (uint32_t)(eval->next - code->insts) - 1;
	uint32_t low = 0, high = code->place_count;
	while (low < high) { /* The last that begins at or before `at`. */
		uint32_t middle = (low + high) / 2;
		if (code->places[middle].at <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? code->places[low - 1].place : code->place;
}

bool
eval_fail(struct eval *eval, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	text_reset(&eval->error);
	text_vprintf(&eval->error, format, arguments);
	va_end(arguments);
	eval->end = EVAL_FAILED;
	return false;
}

/* Where the value's bytes are, and how many; null: it has none of its own. */
static const void *
value_memory(const struct value *value, size_t *size)
{
	switch (value->type) {
	case VALUE_STRING:
	case VALUE_BYTES:
	case VALUE_PATH:
	case VALUE_CLIST:
	case VALUE_ECLIST:
	case VALUE_LCLIST: *size = value->size; return value->bytes;
	case VALUE_PATH_MASK: {
		const struct path_mask *mask = value->set;
		*size = sizeof(*mask) + mask->count * sizeof(struct mask_item);
		return mask;
	}
	default: return NULL;
	}
}

bool
eval_compact(struct eval *eval)
{
	struct scratch kept;
	uint32_t count = eval->base + eval->code->registers;
	scratch_init(&kept);
	kept.at = kept.end; /* Its first piece goes with this function. */
	for (uint32_t i = 0; i < count; i++) {
		struct value *value = &eval->stack[i];
		size_t size = 0;
		/* A mask is looked into: that it is one of ours is known before. */
		bool is_mask = value->type == VALUE_PATH_MASK;
		if (is_mask &&
		    !scratch_has(&eval->scratch, value->set, sizeof(struct path_mask)))
			continue;
		const void *bytes = value_memory(value, &size);
		if (!bytes || size == 0 || !scratch_has(&eval->scratch, bytes, size))
			continue;
		void *copy = scratch_alloc(&kept, size);
		memcpy(copy, bytes, size);
		if (is_mask)
			value->set = copy;
		else
			value->bytes = copy;
	}
	scratch_replace(&eval->scratch, &kept);
	eval->read.is_there = false;
	return eval->scratch.used <= SCRATCH_LIMIT / 2 ||
	       eval_fail(eval, "takes too much memory");
}

enum eval_end
eval_run(struct eval *eval, const struct code *code, struct route_draft *route)
{
	scratch_reset(&eval->scratch);
	eval->route = route;
	eval->read.is_there = false;
	eval->depth = 0;
	eval->base = 0;
	eval->budget = EVAL_BUDGET;
	eval->code = code;
	eval->next = code->insts;
	eval->result.type = VALUE_VOID;
	if (eval->line.length)
		text_reset(&eval->line);
	if (code->registers > eval->stack_room) {
		if (eval->stack != eval->few)
			mem_free(eval->stack);
		eval->stack = mem_zalloc(code->registers * sizeof(*eval->stack));
		eval->stack_room = code->registers;
	}
	eval->registers = eval->stack;
	eval->operands[0] = eval->stack;
	eval->operands[1] = code->constants;
	for (;;) {
		const struct inst *inst = eval->next++;
		if (!eval_ops[inst->op](eval, inst))
			break;
	}
	return eval->end;
}
