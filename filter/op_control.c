/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Operations: calls, loops, verdicts, printing.
 */
#include "filter/community.h"
#include "filter/eval.h"
#include "filter/path.h"
#include "filter/set.h"
#include "filter/symbol.h"
#include "filter/type.h"
#include "lib/mem.h"
#include "nest/router.h"
#include <string.h>

/* Loops and calls use up what an evaluation may take. */
static bool
budget_take(struct eval *eval)
{
	if (--eval->budget < 0)
		return eval_fail(eval, "takes too long: more than %d steps", EVAL_BUDGET);
	return !scratch_is_over(&eval->scratch) || eval_compact(eval);
}

bool
op_for_next(struct eval *eval, const struct inst *inst)
{
	const struct value *list = eval_operand(eval, inst->a);
	struct value *index = &eval->registers[inst->b];
	struct value *element = &eval->registers[inst->to];
	uint32_t asn;
	bool found;
	if (list->type == VALUE_PATH) {
		found = path_at(list, index->number, &asn);
		if (found)
			eval_number(eval, inst, VALUE_INT, asn);
	} else {
		found = community_at(list, index->number, element);
	}
	index->number++;
	if (!found)
		eval->next = eval->code->insts + inst->wide;
	return budget_take(eval);
}

bool
op_switch(struct eval *eval, const struct inst *inst)
{
	const struct value *value = eval_operand(eval, inst->a);
	const struct set *arms = eval_operand(eval, inst->b)->set;
	int found = value->type == VALUE_VOID ? -1 : set_find(arms, value);
	eval->next = eval->code->insts + (found < 0 ? inst->wide : arms->targets[found]);
	return true;
}

/* ---- calls ------------------------------------------------------------------------- */

static void
stack_grow(struct eval *eval, uint32_t room)
{
	bool is_few = eval->stack == eval->few;
	struct value *stack =
		mem_resize(is_few ? NULL : eval->stack, room, sizeof(*stack));
	if (is_few)
		memcpy(stack, eval->few, sizeof(eval->few));
	memset(stack + eval->stack_room, 0, (room - eval->stack_room) * sizeof(*stack));
	eval->stack = stack;
	eval->stack_room = room;
}

static void
frames_grow(struct eval *eval)
{
	bool is_few = eval->frames == eval->few_frames;
	uint32_t room = 4 * eval->frame_room;
	struct eval_frame *frames =
		mem_resize(is_few ? NULL : eval->frames, room, sizeof(*frames));
	if (is_few)
		memcpy(frames, eval->few_frames, sizeof(eval->few_frames));
	eval->frames = frames;
	eval->frame_room = room;
}

static void
eval_enter(struct eval *eval, const struct code *code, const struct inst *next,
	   uint32_t base)
{
	eval->code = code;
	eval->next = next;
	eval->base = base;
	eval->registers = eval->stack + base;
	eval->operands[0] = eval->registers;
	eval->operands[1] = code->constants;
}

bool
op_call(struct eval *eval, const struct inst *inst)
{
	const struct code *callee = eval->code->callees[inst->wide];
	uint32_t base = eval->base + inst->a, end = base + callee->registers;
	if (eval->depth >= EVAL_DEPTH)
		return eval_fail(eval, "function `%s`: more than %d calls deep",
				 callee->name, EVAL_DEPTH);
	if (end > EVAL_REGISTERS)
		return eval_fail(eval, "function `%s`: too many variables in calls",
				 callee->name);
	if (!budget_take(eval))
		return false;
	if (eval->depth == eval->frame_room)
		frames_grow(eval);
	if (end > eval->stack_room)
		stack_grow(eval, MIN(2 * end, (uint32_t)EVAL_REGISTERS));
	eval->frames[eval->depth++] =
		(struct eval_frame){ eval->code, eval->next, eval->base, inst->to };
	eval_enter(eval, callee, callee->insts, base);
	return true;
}

static bool
eval_leave(struct eval *eval, struct value result)
{
	if (eval->depth == 0) {
		eval->result = result;
		eval->end = EVAL_RETURNED;
		return false;
	}
	const struct eval_frame *frame = &eval->frames[--eval->depth];
	eval_enter(eval, frame->code, frame->next, frame->base);
	eval->registers[frame->to] = result;
	return true;
}

bool
op_return(struct eval *eval, const struct inst *inst)
{
	return eval_leave(eval, *eval_operand(eval, inst->a));
}

bool
op_return_nothing(struct eval *eval, const struct inst *inst)
{
	(void)inst;
	struct value nothing = { .type = VALUE_VOID };
	return eval_leave(eval, nothing);
}

/* ---- verdicts ---------------------------------------------------------------------- */

bool
op_accept(struct eval *eval, const struct inst *inst)
{
	(void)inst;
	eval->end = EVAL_ACCEPTED;
	return false;
}

bool
op_reject(struct eval *eval, const struct inst *inst)
{
	(void)inst;
	eval->end = EVAL_REJECTED;
	return false;
}

bool
op_fail(struct eval *eval, const struct inst *inst)
{
	(void)inst;
	return eval_fail(eval, "error");
}

bool
op_end(struct eval *eval, const struct inst *inst)
{
	(void)inst;
	eval->end = EVAL_ENDED;
	return false;
}

/* ---- printing ---------------------------------------------------------------------- */

static void
eval_say(struct eval *eval, const char *line)
{
	if (eval->print)
		eval->print(eval->context, line);
	else if (eval->route && eval->route->router)
		router_log(eval->route->router, LOG_INFO, "%s", line);
}

bool
op_print(struct eval *eval, const struct inst *inst)
{
	filter_value_format(eval_operand(eval, inst->a), &eval->line);
	return true;
}

bool
op_print_end(struct eval *eval, const struct inst *inst)
{
	if (!inst->b)
		return true;
	eval_say(eval, text_string(&eval->line));
	text_reset(&eval->line);
	return true;
}

/* `assertion failed: 3 = 4`, as far as the sides are at hand. */
static void
assertion_format(const struct eval *eval, const struct inst *inst, struct text *text)
{
	text_add(text, "assertion failed");
	if (inst->to == OPERAND_NONE)
		return;
	text_add(text, ": ");
	filter_value_format(eval_operand(eval, inst->to), text);
	text_printf(text, " %s ", type_operator_text((enum ast_operator)inst->wide));
	filter_value_format(eval_operand(eval, inst->b), text);
}

bool
op_assert(struct eval *eval, const struct inst *inst)
{
	bool holds = eval_operand(eval, inst->a)->truth;
	if (holds && eval->tally)
		eval->tally->held++;
	if (holds)
		return true;
	struct text text = { 0 };
	struct ast_place place = eval_place(eval);
	if (eval->tally)
		text_printf(&text, "%s:%u:%u: ", place.file ? place.file : "", place.line,
			    place.column);
	assertion_format(eval, inst, &text);
	if (eval->tally)
		eval_say(eval, text_string(&text));
	else
		eval_fail(eval, "%s", text_string(&text));
	text_fini(&text);
	if (eval->tally)
		eval->tally->failed++;
	return eval->tally != NULL;
}
