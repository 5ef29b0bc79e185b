/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows that may stand in a block, as one automaton over the pieces of a statement. It
 * is built from the rows' patterns and made deterministic as it is used, so that a piece
 * costs one look into a table; it knows after each piece what may follow.  The values of
 * a complete statement are captured by running the one row that matched.
 */
#ifndef CONF_ROWS_H
#define CONF_ROWS_H

#include "conf/pattern.h"
#include "conf/piece.h"
#include "nest/schema.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct text;

/* A state of the automaton. */
typedef uint16_t rows_state;
enum { ROWS_DEAD, ROWS_START };

enum rows_flag {
	ROWS_ENDS = 1 << 0,  /* The statement is complete. */
	ROWS_BLOCK = 1 << 1, /* A block may follow. */
	ROWS_BRACE = 1 << 2, /* A `{` that is a piece may follow (a list of words). */
	ROWS_BODY = 1 << 3,  /* A `{` with filter statements may follow. */
	ROWS_WHERE = 1 << 4  /* An expression follows. */
};

struct rows_row {
	const struct conf_item *item;
	uint8_t target; /* The caller's: which struct its value goes to. */
	uint16_t start; /* Its first step. */
};

struct rows;

/* An automaton without rows, in `arena`. */
struct rows *rows_new(struct arena *arena);
/* Adds one row, or all of a schema with its bases. */
void rows_add(struct rows *rows, const struct conf_item *item, unsigned target);
void rows_add_schema(struct rows *rows, const struct conf_schema *schema,
		     unsigned target);
/* Sets piece->keyword: once per word, before rows_step(). */
void rows_find_keyword(const struct rows *rows, struct piece *piece);
/* The state after one piece more; ROWS_DEAD: no row goes on with it. */
rows_state rows_step(struct rows *rows, rows_state state, struct piece *piece);
/* The state after the `{` of a block. */
rows_state rows_step_block(struct rows *rows, rows_state state);
unsigned rows_flags(const struct rows *rows, rows_state state);
/* A value of this kind may follow (for constants: is it worth looking). */
bool rows_takes(struct rows *rows, rows_state state, enum piece_kind kind);

struct rows_match {
	const struct rows_row *row;
	struct conf_value *values; /* Owned by the automaton, good till the next match. */
	size_t count;
};
/* The row of a complete statement (state `state` has ROWS_ENDS) and its values; names and
 * strings are copied to `arena`. */
void rows_match(struct rows *rows, rows_state state, const struct piece *pieces,
		size_t count, struct arena *arena, struct rows_match *match);

/* The pattern of the one row that begins with a word; null if several do. */
const char *rows_words(const struct rows *rows, const char *word);

/* Whatever follows, the statement will be refused. */
bool rows_is_refused(const struct rows *rows, rows_state state);

/* What may follow, one call each: words as they are, values by their kind's name
 * (`is_word` false). */
void rows_expect(const struct rows *rows, rows_state state,
		 void (*found)(void *context, const char *what, bool is_word),
		 void *context);

#endif
