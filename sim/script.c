/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scenario text into statements, and complaints that point at it.
 */
#include "sim/script.h"
#include <string.h>
#include "lib/arena.h"
#include "lib/mem.h"
#include "lib/text.h"

#define TOKENS_MAX 1024 /* Of one statement; LANs have many members. */

/* Reading position. */
struct reader {
	const struct script *script;
	const char *at, *end;
	unsigned line;
	struct text *error;
	struct token tokens[TOKENS_MAX];
	unsigned count;
};

static bool is_blank(char c);
static bool is_word(char c);
static void blanks_skip(struct reader *reader);
static bool token_read(struct reader *reader);
static bool string_read(struct reader *reader, struct token *token);
static bool block_read(struct reader *reader, struct token *token);
static void token_keep(struct reader *reader, struct token *token, const char *text,
		       size_t length);
static void statement_end(struct reader *reader, struct list *statements);

bool
script_split(const struct script *script, const char *text, size_t size, unsigned line,
	     struct list *statements, struct text *error)
{
	struct reader *reader = mem_zalloc(sizeof(*reader));
	bool good = true;

	reader->script = script;
	reader->at = text;
	reader->end = text + size;
	reader->line = line;
	reader->error = error;
	while (blanks_skip(reader), reader->at < reader->end) {
		if (*reader->at == '\n' || *reader->at == ';') {
			reader->line += *reader->at++ == '\n';
			statement_end(reader, statements);
			continue;
		}
		if (!(good = token_read(reader)))
			break;
	}
	if (good)
		statement_end(reader, statements);
	mem_free(reader);
	return good;
}

void
script_complain(const struct script *script, const char *source, unsigned line,
		struct text *error, const char *format, ...)
{
	const char *start = source;
	va_list arguments;

	while (start > script->text && start[-1] != '\n')
		start--;
	size_t length = strcspn(start, "\n");
	text_printf(error, "%s:%u:%u: ", script->name, line,
		    (unsigned)(source - start) + 1);
	va_start(arguments, format);
	text_vprintf(error, format, arguments);
	va_end(arguments);
	text_printf(error, "\n  ");
	text_add_bytes(error, start, length);
	text_printf(error, "\n  ");
	for (const char *at = start; at < source; at++)
		text_add_char(error, *at == '\t' ? '\t' : ' ');
	text_add(error, "^\n");
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool
is_word(char c)
{
	return !is_blank(c) && c != '\n' && c != ';' && c != '{' && c != '}' &&
	       c != '"' && c != '#';
}

/* Also a comment, and the end of a line behind a backslash. */
static void
blanks_skip(struct reader *reader)
{
	while (reader->at < reader->end) {
		if (is_blank(*reader->at)) {
			reader->at++;
		} else if (*reader->at == '#') {
			while (reader->at < reader->end && *reader->at != '\n')
				reader->at++;
		} else if (*reader->at == '\\' && reader->at + 1 < reader->end &&
			   reader->at[1] == '\n') {
			reader->at += 2;
			reader->line++;
		} else {
			return;
		}
	}
}

static bool
token_read(struct reader *reader)
{
	struct token token = { .source = reader->at, .line = reader->line };
	const char *start = reader->at;

	if (reader->count == TOKENS_MAX) {
		script_complain(reader->script, start, reader->line, reader->error,
				"too many words in one statement");
		return false;
	}
	if (*start == '"')
		return string_read(reader, &token);
	if (*start == '{')
		return block_read(reader, &token);
	if (*start == '}') {
		script_complain(reader->script, start, reader->line, reader->error,
				"this `}` closes nothing");
		return false;
	}
	while (reader->at < reader->end && is_word(*reader->at))
		reader->at++;
	token_keep(reader, &token, start, (size_t)(reader->at - start));
	return true;
}

static bool
string_read(struct reader *reader, struct token *token)
{
	const char *start = ++reader->at;

	while (reader->at < reader->end && *reader->at != '"' && *reader->at != '\n')
		reader->at++;
	if (reader->at == reader->end || *reader->at != '"') {
		script_complain(reader->script, token->source, token->line, reader->error,
				"this string has no end");
		return false;
	}
	token->kind = TOKEN_STRING;
	token_keep(reader, token, start, (size_t)(reader->at - start));
	reader->at++;
	return true;
}

/* Braces in strings and comments of the block don't count. */
static bool
block_read(struct reader *reader, struct token *token)
{
	const char *start = ++reader->at;
	unsigned depth = 1;

	for (; reader->at < reader->end; reader->at++) {
		char c = *reader->at;
		if (c == '"' || c == '#') {
			const char stop = c == '"' ? '"' : '\n';
			const char *next = reader->at + 1;
			while (next < reader->end && *next != stop && *next != '\n')
				next++;
			reader->at = next < reader->end && *next == '"' ? next : next - 1;
			continue;
		}
		reader->line += c == '\n';
		depth += c == '{';
		depth -= c == '}';
		if (depth == 0)
			break;
	}
	if (depth) {
		script_complain(reader->script, token->source, token->line, reader->error,
				"this block has no end");
		return false;
	}
	token->kind = TOKEN_BLOCK;
	token_keep(reader, token, start, (size_t)(reader->at - start));
	reader->at++;
	return true;
}

static void
token_keep(struct reader *reader, struct token *token, const char *text, size_t length)
{
	token->text = arena_strndup(reader->script->arena, text, length);
	token->length = length;
	reader->tokens[reader->count++] = *token;
}

static void
statement_end(struct reader *reader, struct list *statements)
{
	if (reader->count == 0)
		return;
	size_t size = reader->count * sizeof(struct token);
	struct statement *statement =
		arena_alloc(reader->script->arena, sizeof(*statement));
	struct token *tokens = arena_alloc(reader->script->arena, size);
	memcpy(tokens, reader->tokens, size);
	statement->tokens = tokens;
	statement->count = reader->count;
	list_push_back(statements, &statement->link);
	reader->count = 0;
}
