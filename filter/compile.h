/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The compiler: from a checked tree to code.  It can't fail but by size.
 */
#ifndef FILTER_COMPILE_H
#define FILTER_COMPILE_H

#include "filter/check.h"

/* Code under way; the arrays are in the memory of the tree until it is finished. */
struct compile {
	struct policy *policy;
	struct code *code;
	struct inst *insts;
	struct value *constants;
	const struct code **callees;
	struct code_place *places;
	struct code_table *tables;
	const char **names;
	size_t inst_count, inst_room;
	size_t constant_count, constant_room;
	size_t callee_count, callee_room;
	size_t place_count, place_room;
	size_t table_count, table_room;
	size_t name_count, name_room;
	struct ast_place place;             /* Of what is compiled now. */
	unsigned registers, registers_most; /* In use: locals and temporaries. */
	bool is_too_big;
};

/* Jumps that wait for their target, chained through `wide`. */
struct jumps {
	uint32_t last; /* Index + 1; 0: none. */
};

/* What a body becomes at its end. */
enum compile_end { COMPILE_FUNCTION, COMPILE_FILTER, COMPILE_ACCEPTS };

/* Fills `code`, whose arrays go to the arena. `locals`: registers the checker gave out.
 * False, after a complaint: too big. */
bool compile_body(struct policy *policy, struct arena *arena, struct code *code,
		  const struct ast_node *body, unsigned locals, enum compile_end end);
/* Old-style locals come first. */
bool compile_function(struct policy *policy, struct arena *arena, struct code *code,
		      const struct ast_function *function, unsigned locals);
/* Code that returns the value of an expression; or accepts what it is true for. */
bool compile_expression(struct policy *policy, struct arena *arena, struct code *code,
			const struct ast_node *expr, bool is_where);

/* ---- compile.c: emitting */

void compile_at(struct compile *compile, const struct ast_place *place);
uint32_t compile_emit(struct compile *compile, enum op op, unsigned to, unsigned a,
		      unsigned b, uint32_t wide);
uint16_t compile_constant(struct compile *compile, const struct value *value);
/* Of a name in messages. */
uint32_t compile_message_name(struct compile *compile, const char *name);
uint32_t compile_callee(struct compile *compile, const struct code *callee);
uint32_t compile_table(struct compile *compile, const char *name, unsigned type);
/* The next free register; given back by setting compile->registers. */
uint16_t compile_register(struct compile *compile);
void compile_jump(struct compile *compile, struct jumps *jumps);
void jumps_add(struct compile *compile, struct jumps *jumps, uint32_t inst);
/* All of them lead here. */
void jumps_land(struct compile *compile, struct jumps *jumps);

/* ---- compile_expr.c */

/* An operand that has the value; undefined only if the checker said it may be. */
uint16_t compile_value(struct compile *compile, const struct ast_node *node);
/* The same, an error when it runs if it is undefined. */
uint16_t compile_defined(struct compile *compile, const struct ast_node *node);
/* The value into a register of choice. */
void compile_to(struct compile *compile, const struct ast_node *node, uint16_t to);
/* Jumps if the truth of the expression is `sense`, else goes on. */
void compile_test(struct compile *compile, const struct ast_node *node, bool sense,
		  struct jumps *jumps);

#endif
