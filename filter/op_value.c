/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Operations: moving values, numbers, comparing, texts and bytes.  Numbers are 32 bits
 * without sign and wrap.
 */
#include "filter/community.h"
#include "filter/eval.h"
#include "filter/symbol.h"
#include <string.h>

bool
op_move(struct eval *eval, const struct inst *inst)
{
	return eval_store(eval, inst, *eval_operand(eval, inst->a));
}

bool
op_check(struct eval *eval, const struct inst *inst)
{
	if (eval_operand(eval, inst->a)->type != VALUE_VOID)
		return true;
	return eval_fail(eval,
			 inst->b == CHECK_RESULT ? "function `%s` returned nothing"
						 : "`%s` has no value here",
			 eval->code->names[inst->wide]);
}

bool
op_jump(struct eval *eval, const struct inst *inst)
{
	eval->next = eval->code->insts + inst->wide;
	return true;
}

/* ---- numbers ----------------------------------------------------------------------- */

bool
op_add(struct eval *eval, const struct inst *inst)
{
	return eval_number(eval, inst, VALUE_INT,
			   eval_operand(eval, inst->a)->number +
				   eval_operand(eval, inst->b)->number);
}

bool
op_sub(struct eval *eval, const struct inst *inst)
{
	return eval_number(eval, inst, VALUE_INT,
			   eval_operand(eval, inst->a)->number -
				   eval_operand(eval, inst->b)->number);
}

bool
op_mul(struct eval *eval, const struct inst *inst)
{
	return eval_number(eval, inst, VALUE_INT,
			   eval_operand(eval, inst->a)->number *
				   eval_operand(eval, inst->b)->number);
}

bool
op_div(struct eval *eval, const struct inst *inst)
{
	uint32_t divisor = eval_operand(eval, inst->b)->number;
	if (divisor == 0)
		return eval_fail(eval, "division by zero");
	return eval_number(eval, inst, VALUE_INT,
			   eval_operand(eval, inst->a)->number / divisor);
}

bool
op_minus(struct eval *eval, const struct inst *inst)
{
	return eval_number(eval, inst, VALUE_INT,
			   0 - eval_operand(eval, inst->a)->number);
}

bool
op_not(struct eval *eval, const struct inst *inst)
{
	struct value value = { .type = VALUE_BOOL };
	value.truth = !eval_operand(eval, inst->a)->truth;
	return eval_store(eval, inst, value);
}

bool
op_pair(struct eval *eval, const struct inst *inst)
{
	uint32_t a = eval_operand(eval, inst->a)->number;
	uint32_t b = eval_operand(eval, inst->b)->number;
	if (a > 0xffff || b > 0xffff)
		return eval_fail(eval, "%u does not fit into a pair: it holds 0 to 65535",
				 a > 0xffff ? a : b);
	return eval_number(eval, inst, VALUE_PAIR, a << 16 | b);
}

bool
op_ec(struct eval *eval, const struct inst *inst)
{
	const struct value *key = eval_operand(eval, inst->a);
	uint32_t value = eval_operand(eval, inst->b)->number, number = key->number;
	bool is_address = key->type == VALUE_IP || key->type == VALUE_QUAD;
	if (key->type == VALUE_IP) {
		if (!addr_is_ip4(key->addr))
			return eval_fail(eval, "the key of an extended community can't "
					       "be an IPv6 address");
		number = addr_to_ip4(key->addr);
	}
	if (value > ec_value_limit(inst->wide, number, is_address))
		return eval_fail(eval,
				 "value %u does not fit: beside this key of an extended "
				 "community it goes to 65535",
				 value);
	struct value result = { .type = VALUE_EC };
	result.wide = ec_make(inst->wide, number, is_address, value);
	return eval_store(eval, inst, result);
}

bool
op_lc(struct eval *eval, const struct inst *inst)
{
	struct value result = { .type = VALUE_LC };
	result.large[0] = eval_operand(eval, inst->a)->number;
	result.large[1] = eval_operand(eval, inst->b)->number;
	result.large[2] = eval_operand(eval, (uint16_t)inst->wide)->number;
	return eval_store(eval, inst, result);
}

/* ---- tests ------------------------------------------------------------------------- */

bool
op_truth(struct eval *eval, const struct inst *inst)
{
	return eval_test(eval, inst, eval_operand(eval, inst->a)->truth);
}

bool
op_defined(struct eval *eval, const struct inst *inst)
{
	const struct value *value = eval_operand(eval, inst->a);
	bool is_list = value->type == VALUE_PATH || value->type == VALUE_CLIST ||
		       value->type == VALUE_ECLIST || value->type == VALUE_LCLIST;
	/* Empty lists are what undefined ones read as; but an attribute may be empty. */
	bool is_nothing =
		value->type == VALUE_VOID || (is_list && !inst->b && value->size == 0);
	return eval_test(eval, inst, !is_nothing);
}

bool
op_eq(struct eval *eval, const struct inst *inst)
{
	return eval_test(eval, inst,
			 filter_value_equal(eval_operand(eval, inst->a),
					    eval_operand(eval, inst->b)));
}

bool
op_eq_number(struct eval *eval, const struct inst *inst)
{
	return eval_test(eval, inst,
			 eval_operand(eval, inst->a)->number ==
				 eval_operand(eval, inst->b)->number);
}

/* A quad stands beside an address only if that is IPv4. */
static bool
sides_have_order(struct eval *eval, const struct value *a, const struct value *b)
{
	const struct value *address = a->type == VALUE_IP ? a : b;
	if (a->type == b->type || address->type != VALUE_IP || a->type == VALUE_VOID ||
	    b->type == VALUE_VOID || addr_is_ip4(address->addr))
		return true;
	return eval_fail(eval, "a quad can't be compared with an IPv6 address");
}

bool
op_lt(struct eval *eval, const struct inst *inst)
{
	const struct value *a = eval_operand(eval, inst->a);
	const struct value *b = eval_operand(eval, inst->b);
	return sides_have_order(eval, a, b) &&
	       eval_test(eval, inst, filter_value_compare(a, b) < 0);
}

bool
op_le(struct eval *eval, const struct inst *inst)
{
	const struct value *a = eval_operand(eval, inst->a);
	const struct value *b = eval_operand(eval, inst->b);
	return sides_have_order(eval, a, b) &&
	       eval_test(eval, inst, filter_value_compare(a, b) <= 0);
}

bool
op_lt_number(struct eval *eval, const struct inst *inst)
{
	return eval_test(eval, inst,
			 eval_operand(eval, inst->a)->number <
				 eval_operand(eval, inst->b)->number);
}

bool
op_le_number(struct eval *eval, const struct inst *inst)
{
	return eval_test(eval, inst,
			 eval_operand(eval, inst->a)->number <=
				 eval_operand(eval, inst->b)->number);
}

/* ---- texts and bytes --------------------------------------------------------------- */

/* The same, terminated. */
static const char *
string_terminated(struct eval *eval, const struct value *value)
{
	char *text = scratch_alloc(&eval->scratch, (size_t)value->size + 1);
	if (value->size)
		memcpy(text, value->bytes, value->size);
	text[value->size] = '\0';
	return text;
}

bool
op_string_matches(struct eval *eval, const struct inst *inst)
{
	const char *string = string_terminated(eval, eval_operand(eval, inst->a));
	const char *pattern = string_terminated(eval, eval_operand(eval, inst->b));
	return eval_test(eval, inst, text_matches(pattern, string));
}

static bool
bytes_append(struct eval *eval, const struct inst *inst, enum value_type type)
{
	const struct value *a = eval_operand(eval, inst->a);
	const struct value *b = eval_operand(eval, inst->b);
	struct value result = { .type = (uint8_t)type };
	size_t size = (size_t)a->size + b->size;
	uint8_t *bytes = scratch_alloc(&eval->scratch, size);
	if (scratch_is_over(&eval->scratch))
		return eval_fail(eval, "takes too much memory");
	if (a->size)
		memcpy(bytes, a->bytes, a->size);
	if (b->size)
		memcpy(bytes + a->size, b->bytes, b->size);
	result.bytes = bytes;
	result.size = (uint32_t)size;
	return eval_store(eval, inst, result);
}

bool
op_string_append(struct eval *eval, const struct inst *inst)
{
	return bytes_append(eval, inst, VALUE_STRING);
}

bool
op_bytes_append(struct eval *eval, const struct inst *inst)
{
	return bytes_append(eval, inst, VALUE_BYTES);
}

bool
op_format(struct eval *eval, const struct inst *inst)
{
	struct text text = { 0 };
	struct value result = { .type = VALUE_STRING };
	filter_value_format(eval_operand(eval, inst->a), &text);
	char *bytes = scratch_alloc(&eval->scratch, text.length + 1);
	memcpy(bytes, text_string(&text), text.length + 1);
	result.bytes = bytes;
	result.size = (uint32_t)text.length;
	text_fini(&text);
	return eval_store(eval, inst, result);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Pairs of digits, with blanks and any of :-. around them. */
bool
op_from_hex(struct eval *eval, const struct inst *inst)
{
	const struct value *from = eval_operand(eval, inst->a);
	struct value result = { .type = VALUE_BYTES };
	const char *at = from->bytes, *end = at + from->size;
	uint8_t *bytes = scratch_alloc(&eval->scratch, (size_t)from->size / 2 + 1);
	uint32_t size = 0;
	while (at < end) {
		if (*at == ' ' || *at == ':' || *at == '-' || *at == '.') {
			at++;
			continue;
		}
		int high = hex_digit(at[0]);
		int low = at + 1 < end ? hex_digit(at[1]) : -1;
		if (high < 0 || low < 0)
			return eval_fail(eval, "from_hex: not a row of pairs of "
					       "hexadecimal digits");
		bytes[size++] = (uint8_t)(high << 4 | low);
		at += 2;
	}
	result.bytes = bytes;
	result.size = size;
	return eval_store(eval, inst, result);
}
