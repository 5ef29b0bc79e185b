/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Patterns of schema rows (notation: nest/schema.h), compiled to a small program that
 * both the automaton (rows.h) and the capture of values run.
 */
#ifndef CONF_PATTERN_H
#define CONF_PATTERN_H

#include "nest/schema.h"
#include <stddef.h>
#include <stdint.h>

struct arena;

/* What a value step takes. */
enum pattern_value {
	PATTERN_NUMBER,
	PATTERN_TIME, /* A number, taken as seconds till a unit follows. */
	PATTERN_STRING,
	PATTERN_NAME,
	PATTERN_TABLE, /* A name; that there is such a table is looked for at the end. */
	PATTERN_ADDR,
	PATTERN_ADDR_SCOPED,
	PATTERN_PREFIX,
	PATTERN_IP4,
	PATTERN_BYTES,
	PATTERN_BODY,
	PATTERN_WHERE,
	PATTERN_VALUES
};

enum pattern_op {
	PATTERN_FAIL,
	PATTERN_WORD,  /* The keyword `x`; captured if `tag` is not 0. */
	PATTERN_MARK,  /* The character `x`. */
	PATTERN_VALUE, /* A pattern_value `x`. */
	PATTERN_BLOCK, /* The `{` of a block that follows. */
	/* These take nothing. */
	PATTERN_SPLIT, /* Go on at `x`, or else at `y`. */
	PATTERN_JUMP,  /* Go on at `x`. */
	PATTERN_CONST, /* Captures the number `number`, of the row's type. */
	PATTERN_SCALE, /* The time captured last was in units of 1/`number` s. */
	PATTERN_ACCEPT /* Row `x` is complete. */
};

struct pattern_step {
	uint8_t op, tag;
	uint16_t x, y;
	uint32_t number;
};

#define PATTERN_STEPS    16384
#define PATTERN_KEYWORDS 1024

/* All patterns of one automaton. */
struct pattern_program {
	struct arena *arena;
	struct pattern_step *steps; /* The first is PATTERN_FAIL. */
	size_t count, room;
	const char **keywords; /* From 1. */
	size_t keyword_count, keyword_room;
	uint16_t *buckets; /* Hash table of keywords, open addressing. */
	size_t bucket_count;
};

void pattern_program_init(struct pattern_program *program, struct arena *arena);
/* Adds a row's pattern; it accepts as `row`.  Returns its first step.  A pattern that is
 * wrong is a programmer's error. */
uint16_t pattern_compile(struct pattern_program *program, const struct conf_item *item,
			 uint16_t row);
/* The number of a keyword, 0 if the text is none. */
uint16_t pattern_keyword(const struct pattern_program *program, const char *text,
			 size_t length);
/* "a number", for messages. */
const char *pattern_value_name(enum pattern_value value);

#endif
