/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between scanner and grammar: knows whether a statement of rows or filter code is being
 * read (code_lexer.h), and where in it.  grammar_lex(), which the grammar calls, is its
 * own.
 */
#ifndef CONF_LEXER_H
#define CONF_LEXER_H

#include "conf/bracket.h"
#include "conf/complaint.h"
#include "filter/ast.h"
#include <stdbool.h>
#include <stddef.h>

struct reader;

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
	struct brackets brackets;
	struct place declaration; /* Of the filter or function being read. */
	struct place now, before; /* The last two tokens of filter code. */
	struct place inserted;    /* The token a `;` was put before last. */
};

/* A token of filter code.  Marks end behind the place, words behind theirs. */
struct lexed {
	struct ast_place place;
	union {
		const char *word; /* Terminated. */
		struct value value;
	};
};

/* Statements of rows follow, whatever was being read. */
void lexer_reset(struct reader *reader);

/* ---- for lexer.c and code_lexer.c ---- */

/* The next token as it is written. */
int lexer_raw(struct reader *reader);
/* The last token will be the next one again; its piece stays where it is. */
void lexer_hold(struct reader *reader, int token);
/* Passes over all to the end of `depth` blocks: `}`. */
int lexer_skip_block(struct reader *reader, unsigned depth);
/* What was opened at a place has no `}`. */
void lexer_complain_unclosed(struct reader *reader, const struct place *place);

#endif
