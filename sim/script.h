/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scenario text: statements of words, strings and blocks, one a line (or ended by `;`).
 * Knows nothing of what they mean.
 *
 *   router a b { protocol device { } }   # a block is kept as text
 *   at 30s cut a b
 *   repeat 3 { cut a b; wait 5s; heal a b }
 */
#ifndef SIM_SCRIPT_H
#define SIM_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lib/list.h"
#include "lib/macros.h"

struct arena;
struct text;

enum token_kind { TOKEN_WORD, TOKEN_STRING, TOKEN_BLOCK };

struct token {
	enum token_kind kind;
	const char *text; /* Terminated; strings without quotes, blocks without braces. */
	size_t length;    /* Characters of it. */
	unsigned line;    /* From 1, in the file. */
	const char *source; /* Where it begins in the file's text. */
};

struct statement {
	struct list link;
	const struct token *tokens; /* At least one. */
	unsigned count;
};

/* A file under execution. */
struct script {
	const char *name; /* Of the file. */
	const char *text; /* Terminated; lives as long as the script. */
	struct arena *arena;
};

/* Splits `text` (part of the script's, terminated or not, beginning in `line`) into
 * statements, appended to the list. False: the complaint is in `error`. */
bool script_split(const struct script *script, const char *text, size_t size,
		  unsigned line, struct list *statements, struct text *error);
/* Adds `file:line:column: message`, the line itself and a caret. */
void script_complain(const struct script *script, const char *source, unsigned line,
		     struct text *error, const char *format, ...) PRINTF_LIKE(5, 6);

#endif
