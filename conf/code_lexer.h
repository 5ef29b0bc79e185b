/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lexer in filter code.
 */
#ifndef CONF_CODE_LEXER_H
#define CONF_CODE_LEXER_H

struct lexed;
struct reader;

/* The next token, and what the grammar makes trees of (null for marks that say nothing
 * but themselves); statements of rows follow on the last one. */
int code_lex(struct reader *reader, struct lexed **lexed);
/* The text of filter code is open with a bracket. */
void code_lex_open(struct reader *reader, char bracket);
/* After a mistake: prepares what the grammar is given next; `mark`: `;` or `}`, if that
 * is the last token. */
void code_lex_recover(struct reader *reader, char mark);

#endif
