/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types of the filter language: their names, and the tables of what operators, methods
 * and old-style functions take, give, and compile to.  One row per meaning.
 */
#ifndef FILTER_TYPE_H
#define FILTER_TYPE_H

#include "filter/ast.h"
#include "filter/code.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TYPE_TEXT 32

/* One way an operator or method may be used. */
struct type_rule {
	const char *name;    /* Of the method; null in the operators' table. */
	uint8_t sign;        /* enum ast_operator */
	uint8_t left, right; /* enum value_type; right VALUE_VOID: no argument. */
	uint32_t
		elements; /* A right side VALUE_SET: bits of element types it may have. */
	uint8_t result, result_kind; /* enum value_type, enum value_kind */
	uint16_t op;                 /* enum op */
};

#define TYPE_BIT(type) (1u << (type))

struct ast_type type_simple(enum value_type base);
/* The type of a value. */
struct ast_type type_of(const struct value *value);
/* The same type; sets of addresses and of quads count as one, and `[]` is of every set
 * type. */
bool type_fits(struct ast_type have, struct ast_type wanted);
/* "int", "prefix set", "enum RTS". Returns `text`. */
const char *type_name(struct ast_type type, char text[static TYPE_TEXT]);
/* Undefined reads as empty: paths and lists. */
bool type_reads_empty(struct ast_type type);

/* The row of `left sign right`; null: not for these types. */
const struct type_rule *type_rule_binary(enum ast_operator sign, struct ast_type left,
					 struct ast_type right);
/* The row of `object.name(argument)`; `argument` VALUE_VOID: none. */
const struct type_rule *type_rule_method(const char *name, struct ast_type object,
					 struct ast_type argument);
/* Rows of this name for objects of the type, one after another; null ends. */
const struct type_rule *type_rule_next(const char *name, struct ast_type object,
				       const struct type_rule *previous);
/* A method of any type has this name. */
bool type_is_method(const char *name);
/* The nearest method name of the object's type; null: none comes near. */
const char *type_method_near(const char *name, struct ast_type object);
/* Text of AST_EQ ...: "=". */
const char *type_operator_text(enum ast_operator sign);

#endif
