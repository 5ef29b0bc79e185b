/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compiled filters: instructions on registers.  A register is one value of the running
 * function; an operand is a register or, with OPERAND_CONSTANT set, one of the function's
 * constants.  Calls lay the callee's registers over the caller's arguments, on an
 * explicit stack.
 *
 * A test writes a bool to `to`, or jumps to `wide` when its outcome is as wanted: `to` is
 * then TEST_JUMP_FALSE or TEST_JUMP_TRUE.
 */
#ifndef FILTER_CODE_H
#define FILTER_CODE_H

#include "filter/ast.h"
#include "nest/attr.h"
#include "nest/value.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table;

/* What the letters mean: t `to`, a, b operands, w `wide`. */
enum op {
	/* Moving. */
	OP_MOVE,  /* t = a */
	OP_CHECK, /* error unless a is defined; w: its name, b: enum check_kind
		   */
	OP_JUMP,  /* to w */
	/* Numbers. */
	OP_ADD,
	OP_SUB,
	OP_MUL,
	OP_DIV,
	OP_NOT,
	OP_MINUS,
	OP_PAIR, /* (a, b) */
	OP_EC,   /* (kind w, a, b) */
	OP_LC,   /* (a, b, operand w) */
	/* Tests. */
	OP_TRUTH, /* a is true */
	OP_EQ,    /* Any types, also undefined ones. */
	OP_EQ_NUMBER,
	OP_LT,
	OP_LE,
	OP_LT_NUMBER,
	OP_LE_NUMBER,
	OP_DEFINED, /* b: an attribute */
	OP_SET_HAS, /* a ~ b */
	OP_SET_HAS_NUMBER,
	OP_PREFIX_SET_HAS,
	OP_NET_IN_SET, /* net ~ b */
	OP_PREFIX_IN_PREFIX,
	OP_IP_IN_PREFIX,
	OP_STRING_MATCHES,
	OP_PATH_MATCHES,
	OP_PATH_HAS,     /* a number, b path */
	OP_PATH_HAS_ANY, /* a path, b set */
	OP_LIST_HAS,     /* a element, b list */
	OP_LIST_HAS_ANY, /* a list, b set */
	OP_IP_IS_V4,
	/* Texts and bytes. */
	OP_STRING_APPEND,
	OP_BYTES_APPEND,
	OP_FORMAT,
	OP_FROM_HEX,
	/* Addresses and prefixes. */
	OP_IP_MASK,
	OP_PREFIX_LEN,
	OP_PREFIX_TYPE,
	OP_PREFIX_IP,
	OP_PREFIX_SRC,
	OP_PREFIX_DST,
	OP_PREFIX_MAXLEN,
	OP_PREFIX_ASN,
	/* Communities. */
	OP_PAIR_ASN,
	OP_PAIR_DATA,
	OP_LC_ASN,
	OP_LC_DATA1,
	OP_LC_DATA2,
	OP_LIST_EMPTY,
	OP_LIST_LEN,
	OP_LIST_ADD,
	OP_LIST_DELETE,
	OP_LIST_UNION,
	OP_LIST_DELETE_LIST,
	OP_LIST_DELETE_SET,
	OP_LIST_FILTER_LIST,
	OP_LIST_FILTER_SET,
	OP_LIST_MIN,
	OP_LIST_MAX,
	/* Paths. */
	OP_PATH_LEN,
	OP_PATH_FIRST,
	OP_PATH_LAST,
	OP_PATH_LAST_NONAGGREGATED,
	OP_PATH_PREPEND,
	OP_PATH_DELETE,
	OP_PATH_DELETE_SET,
	OP_PATH_FILTER_SET,
	OP_MASK, /* template a, holes in registers from b */
	/* The route. */
	OP_NET,
	OP_SOURCE,
	OP_PREFERENCE,
	OP_ATTR_GET, /* attribute w; b: enum attr_need */
	OP_ATTR_SET, /* attribute w = a */
	OP_ATTR_UNSET,
	OP_ROA_CHECK,     /* t = check of prefix a, origin b in table w */
	OP_ROA_CHECK_NET, /* … of the route's own prefix */
	/* Control. */
	OP_FOR_NEXT, /* t = element at b of list a, b + 1; at its end: to w */
	OP_SWITCH,   /* to the target of a in b, else to w */
	OP_CALL,     /* t = function w, arguments in registers from a */
	OP_RETURN,
	OP_RETURN_NOTHING,
	OP_ACCEPT,
	OP_REJECT,
	OP_FAIL,      /* `error` */
	OP_END,       /* The filter's end, without accept or reject. */
	OP_PRINT,     /* a */
	OP_PRINT_END, /* b: with a new line */
	OP_ASSERT, /* a; t and b: what was compared, by operator w; t OPERAND_NONE: not */
	OPS
};

#define OPERAND_CONSTANT 0x8000u
#define OPERAND_NONE     0x7fffu /* No register; temporaries stay below. */
#define TEST_JUMP_FALSE  0xfffeu
#define TEST_JUMP_TRUE   0xffffu

/* What was undefined, for the message. */
enum check_kind { CHECK_LOCAL, CHECK_RESULT };
/* What reading an attribute does where the route has none. */
enum attr_need { ATTR_MAYBE, ATTR_MUST, ATTR_OR_EMPTY };

struct inst {
	uint16_t op; /* enum op */
	uint16_t to, a, b;
	uint32_t wide;
};

/* From instruction `at` on it is this place's code. */
struct code_place {
	uint32_t at;
	struct ast_place place;
};

/* A roa table named in the code. */
struct code_table {
	const char *name;
	struct table *table; /* Found by policy_bind(). */
	uint8_t type;        /* enum net_type */
};

/* A compiled function, filter or expression. Lives in the policy's arena. */
struct code {
	const char *name; /* Null: written inline. */
	struct ast_place place;
	const struct inst *insts;
	const struct value *constants;
	const struct code *const *callees;
	const struct code_place *places;
	const char *const *names; /* For messages; no part of the meaning. */
	struct code_table *tables;
	uint32_t inst_count, place_count;
	uint16_t constant_count, callee_count, table_count;
	uint16_t registers; /* It needs in all. */
	uint16_t parameters;
	bool is_done; /* False while its body is being compiled (it may call itself). */
	bool may_accept;        /* It may end the filter that calls it by `accept`. */
	bool has_result_always; /* Every way through a function returns something defined.
				 */
	bool never_returns;     /* Every way through it ends in accept or reject. */
	struct ast_type result; /* VALUE_VOID: returns nothing. */
	const struct ast_type *parameter_types;
	const char *const *parameter_names;
};

#endif
