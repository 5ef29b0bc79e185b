/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between scanner and grammar: what the lexer knows of where it is in the text, and the
 * tokens of filter code.  grammar_lex(), which the grammar calls, is its own.
 */
#ifndef CONF_LEXER_H
#define CONF_LEXER_H

#include "conf/complaint.h"
#include "filter/ast.h"
#include <stdbool.h>
#include <stddef.h>

struct reader;

#define BRACKET_DEPTH 1000 /* In filter code. */

/* How the lexer reads. */
enum lexer_mode {
	LEXER_CONFIG,      /* Statements of rows. */
	LEXER_BODY,        /* A filter block, to its `}`. */
	LEXER_PARENS,      /* An expression, to its `)`. */
	LEXER_LINE,        /* An expression, to `;`. */
	LEXER_DECLARATION, /* A filter or function, to its last `}`. */
	LEXER_BLANK        /* An expression that is the whole text. */
};

struct lexer {
	enum lexer_mode mode;
	int start;        /* A token that comes before all others; 0: none. */
	int raw;          /* The token read last. */
	int held;         /* It is to be read again; 0: not. */
	unsigned ends;    /* How often the end was met. */
	bool skips_block; /* The block just opened is passed over. */
	int last;         /* The token before, in filter code. */
	/* After a mistake in filter code: a `;` is put before the last token; or all is
	 * passed over to the next `;` or `}`. */
	bool inserting, recovering;
	int header;          /* THEN or DO is to come, for this `if` or `for`; 0: none. */
	size_t header_depth; /* Brackets open at that. */
	int next;            /* A token put in behind the last; 0: none. */
	bool in_body;        /* Of the declaration: its head is behind. */
	/* Open ones; 'l': the { } of prefix lengths, 'm': the [= =] of a mask. */
	char brackets[BRACKET_DEPTH];
	size_t bracket_count;
	struct place brackets_place; /* Of the first. */
	struct place declaration;    /* Of the filter or function being read. */
	struct place now, before;    /* The last two tokens of filter code. */
	struct place inserted;       /* The token a `;` was put before last. */
};

/* A token of filter code.  Marks end behind the place, words behind theirs. */
struct lexed {
	struct ast_place place;
	union {
		const char *word; /* Terminated. */
		struct value value;
	};
};

/* After a mistake in filter code: prepares what the grammar is given next; `mark`: `;` or
 * `}`, if that is the last token. */
void lexer_recover(struct reader *reader, char mark);
/* Statements of rows follow, whatever was being read. */
void lexer_reset(struct reader *reader);

#endif
