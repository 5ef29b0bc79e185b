/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reserved words of filter code, and those that are words of the language by what stands
 * around them.
 */
#include "conf/reserved.h"

#include "conf/grammar.h"
#include "conf/reader.h"
#include "lib/macros.h"
#include <string.h>

static bool begins_statement(struct reader *reader);
static bool enum_follows(struct reader *reader);
static int foreign_word(struct reader *reader);
static char next_character(const struct reader *reader);

int
reserved_token(struct reader *reader)
{
	static const struct {
		const char *word;
		int token;
		int before; /* Only after this one; 0: always. */
	} words[] = {
		{ "if", IF, 0 },
		{ "then", THEN, 0 },
		{ "else", ELSE, 0 },
		{ "case", CASE, 0 },
		{ "for", FOR, 0 },
		{ "in", IN, 0 },
		{ "do", DO, 0 },
		{ "return", RETURN, 0 },
		{ "accept", ACCEPT, 0 },
		{ "reject", REJECT, 0 },
		{ "print", PRINT, 0 },
		{ "printn", PRINTN, 0 },
		{ "true", TRUE, 0 },
		{ "false", FALSE, 0 },
		{ "set", SET, WORD },
		{ "from", FROM, PREFIX },
		{ "max", MAX, PREFIX },
		{ "as", AS, NUMBER },
		{ "unknown", UNKNOWN, '(' },
		{ "us", UNIT, NUMBER },
		{ "ms", UNIT, NUMBER },
		{ "s", UNIT, NUMBER },
	};
	const struct piece *piece = &reader->scanner.piece;
	/* `[= 1 s =]` has a constant. */
	bool in_mask = brackets_are_in(&reader->lexer.brackets, BRACKET_MASK);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (*words[i].word != *piece->text || !piece_is(piece, words[i].word) ||
		    (words[i].before != 0 && words[i].before != reader->lexer.last) ||
		    (words[i].token == UNIT && in_mask))
			continue;
		if (words[i].token != ELSE)
			return words[i].token;
		/* `else:` of a case. */
		return next_character(reader) == ':' ? ELSE_LABEL : ELSE;
	}
	if (piece_is(piece, "enum") && enum_follows(reader))
		return ENUM;
	if (piece_is(piece, "error") && begins_statement(reader))
		return FAIL;
	return foreign_word(reader);
}

/* The last word begins a statement, and no assignment, call or method of a thing that is
 * called so. */
static bool
begins_statement(struct reader *reader)
{
	char next = next_character(reader);
	switch (reader->lexer.last) {
	case ';':
	case '{':
	case '}':
	case ':':
	case THEN:
	case ELSE:
	case DO: return next != '=' && next != '.' && next != '(';
	default: return false;
	}
}

/* The next word names a kind of enum, ours or BIRD's; all else may be called `enum`. */
static bool
enum_follows(struct reader *reader)
{
	static const char *const kinds[] = {
		"rts",           "rtd", "roa",  "scope",         "net_type",
		"bgp_origin",    "af",  "aspa", "ra_preference", "mpls_policy",
		"net_evpn_type",
	};
	const struct piece *piece = &reader->scanner.piece;
	const char *at = piece->text + piece->length;
	at += strspn(at, " \t\r\n");
	size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyz_");
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strlen(kinds[i]) == length && memcmp(kinds[i], at, length) == 0)
			return true;
	return false;
}

/* Words of other languages that can only be meant so. */
static int
foreign_word(struct reader *reader)
{
	struct lexer *lexer = &reader->lexer;
	const struct piece *piece = &reader->scanner.piece;
	bool begins = lexer->last == ';' || lexer->last == '}';
	if (!begins || (!piece_is(piece, "elif") && !piece_is(piece, "elsif") &&
			!piece_is(piece, "elseif")))
		return WORD;
	/* A variable may be called that. */
	char next = next_character(reader);
	if (next == '=' || next == '.' || next == ';')
		return WORD;
	struct place place = piece_place(piece);
	complain(&reader->complaints, &place, "write `else if`",
		 "`%.*s` is no word of the filter language", (int)piece->text_length,
		 piece->text);
	lexer->next = IF;
	return ELSE;
}

/* Behind the last word, blanks passed over. */
static char
next_character(const struct reader *reader)
{
	const struct piece *piece = &reader->scanner.piece;
	const char *at = piece->text + piece->length;
	at += strspn(at, " \t\r\n");
	return *at;
}
