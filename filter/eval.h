/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The evaluator: runs code over routes without recursion on the C stack.  It is made once
 * for a batch and forgets everything between two routes.
 */
#ifndef FILTER_EVAL_H
#define FILTER_EVAL_H

#include "filter/code.h"
#include "filter/scratch.h"
#include "lib/text.h"
#include "nest/filter.h"
#include <stdbool.h>

/* One evaluation forgets values that no variable has any more when they take too much
 * memory.  What it may take: instructions in loops and calls, calls within calls,
 * registers in all. */
#define EVAL_BUDGET    1000000
#define EVAL_DEPTH     1000
#define EVAL_REGISTERS 65536

enum eval_end {
	EVAL_ACCEPTED,
	EVAL_REJECTED,
	EVAL_ENDED,    /* A filter's end without either. */
	EVAL_RETURNED, /* An expression: see `result`. */
	EVAL_FAILED    /* See `error`, and eval_place() for where. */
};

struct eval_frame {
	const struct code *code;
	const struct inst *next;
	uint32_t base; /* Its first register. */
	uint16_t to;   /* Where the caller wants the result. */
};

/* What assertions came to. */
struct tally {
	unsigned held, failed;
};

struct eval {
	/* By the OPERAND_CONSTANT bit: the running function's registers, its constants.
	 */
	const struct value *operands[2];
	struct value *registers; /* The same registers. */
	const struct inst *next;
	const struct code *code;
	struct route_draft *route; /* Null: there is none. */
	/* The attribute read last, while nothing is written and no memory let go: one
	 * after another of a route's communities is asked for. */
	struct {
		bool is_there;
		attr_id id;
		struct value value;
	} read;
	struct value *stack;       /* All registers; `few` or on the heap. */
	struct eval_frame *frames; /* The callers; `few_frames` or on the heap. */
	uint32_t stack_room, depth, frame_room, base;
	int32_t budget;
	enum eval_end end;
	struct value result;
	struct text error, line; /* `line`: printed so far. */
	struct tally *tally;     /* Null: an assertion that fails is an error. */
	/* Gets what is printed; null: it is logged. */
	void (*print)(void *context, const char *line);
	void *context;
	struct scratch scratch;
	struct value few[48];
	struct eval_frame few_frames[8];
};

void eval_init(struct eval *eval);
void eval_fini(struct eval *eval);
/* Runs over one route, or none. Values of `result` are good until the next run or
 * eval_fini(). */
enum eval_end eval_run(struct eval *eval, const struct code *code,
		       struct route_draft *route);

/* ---- for the operations (op_*.c) --------------------------------------------------- */

/* One operation; false ends the evaluation. */
typedef bool eval_op(struct eval *eval, const struct inst *inst);

/* Ends with an error; always false. */
/* Lets go of memory that no register needs. False, having failed: that is not enough. */
bool eval_compact(struct eval *eval);
bool eval_fail(struct eval *eval, const char *format, ...) PRINTF_LIKE(2, 3);
/* Where the instruction that runs now was written; after a run: what decided. */
struct ast_place eval_place(const struct eval *eval);

static inline const struct value *
eval_operand(const struct eval *eval, uint16_t operand)
{
	return &eval->operands[operand >> 15][operand & 0x7fff];
}

static inline bool
eval_number(struct eval *eval, const struct inst *inst, enum value_type type,
	    uint32_t number)
{
	struct value *to = &eval->registers[inst->to];
	to->type = (uint8_t)type;
	to->number = number;
	return true;
}

/* The outcome of a test: a value or a jump. */
static inline bool
eval_test(struct eval *eval, const struct inst *inst, bool truth)
{
	if (inst->to >= TEST_JUMP_FALSE) {
		if (truth == (inst->to & 1))
			eval->next = eval->code->insts + inst->wide;
		return true;
	}
	struct value *to = &eval->registers[inst->to];
	to->type = VALUE_BOOL;
	to->number = 0;
	to->truth = truth;
	return true;
}

static inline bool
eval_store(struct eval *eval, const struct inst *inst, struct value value)
{
	eval->registers[inst->to] = value;
	return true;
}

/* By enum op. */
extern eval_op *const eval_ops[OPS];

/* op_value.c: moving, numbers, comparing, texts */
eval_op op_move, op_check, op_jump, op_add, op_sub, op_mul, op_div, op_not, op_minus,
	op_pair, op_ec, op_lc, op_truth, op_eq, op_eq_number, op_lt, op_le, op_lt_number,
	op_le_number, op_defined, op_string_matches, op_string_append, op_bytes_append,
	op_format, op_from_hex;
/* op_list.c: sets, communities, paths */
eval_op op_set_has, op_set_has_number, op_path_matches, op_path_has, op_path_has_any,
	op_list_has, op_list_has_any, op_pair_asn, op_pair_data, op_lc_asn, op_lc_data1,
	op_lc_data2, op_list_empty, op_list_len, op_list_add, op_list_delete,
	op_list_union, op_list_delete_list, op_list_delete_set, op_list_filter_list,
	op_list_filter_set, op_list_min, op_list_max, op_path_len, op_path_first,
	op_path_last, op_path_last_nonaggregated, op_path_prepend, op_path_delete,
	op_path_delete_set, op_path_filter_set, op_mask;
/* op_route.c: addresses, prefixes, the route */
eval_op op_prefix_set_has, op_net_in_set, op_prefix_in_prefix, op_ip_in_prefix,
	op_ip_is_v4, op_ip_mask, op_prefix_len, op_prefix_type, op_prefix_ip,
	op_prefix_src, op_prefix_dst, op_prefix_maxlen, op_prefix_asn, op_net, op_source,
	op_preference, op_attr_get, op_attr_set, op_attr_unset, op_roa_check,
	op_roa_check_net;
/* op_control.c */
eval_op op_for_next, op_switch, op_call, op_return, op_return_nothing, op_accept,
	op_reject, op_fail, op_end, op_print, op_print_end, op_assert;

#endif
