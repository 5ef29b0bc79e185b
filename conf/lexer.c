/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between scanner and grammar: knows whether a statement of rows or filter code is being
 * read.  In a statement each piece goes to the rows at once, so that what follows (a
 * block, a filter, an expression, a list in braces) is known before it is met.  Mistakes
 * are mended here, so that one of them costs one complaint: a missing `;` or `}` is put
 * in, the rest of a wrong statement is passed over.
 */
#include "conf/lexer.h"

#include "conf/code.h"
#include "conf/grammar.h"
#include "conf/hint.h"
#include "conf/reader.h"
#include "lib/arena.h"
#include "lib/macros.h"
#include <string.h>

static int config_token(struct reader *reader);
static int config_parens(struct reader *reader);
static int config_word(struct reader *reader);
static int config_piece(struct reader *reader, int token);
static int config_open(struct reader *reader);
static int config_close(struct reader *reader);
static int config_end(struct reader *reader);
static void complain_unclosed(struct reader *reader, const struct place *place);
static void complain_missing_end(struct reader *reader);
static int skip_statement(struct reader *reader, int token);
static bool begins_declaration(const struct reader *reader);
static int skip_block(struct reader *reader, unsigned depth);
static void skip_expression(struct reader *reader);
static int filter_token(struct reader *reader, GRAMMAR_STYPE *value);
static bool filter_is_unclosed(struct reader *reader);
static int filter_header(struct reader *reader, int token);
static int filter_raw(struct reader *reader);
static int filter_recover(struct reader *reader, int token);
static int recover_header(struct reader *reader, int token);
static int recover_parens(struct reader *reader, int token);
static int filter_end(struct reader *reader);
static int filter_word(struct reader *reader);
static bool filter_statement_begins(struct reader *reader);
static bool filter_enum_follows(struct reader *reader);
static int filter_word_foreign(struct reader *reader);
static char filter_character_next(const struct reader *reader);
static bool follow_bracket(struct reader *reader, int token);
static void bracket_open(struct reader *reader, char bracket);
static bool has_brace(const struct lexer *lexer);
static void brackets_unwind(struct lexer *lexer);
static int raw(struct reader *reader);
static void hold(struct reader *reader, int token);
static bool word_is(const struct piece *piece, const char *word);
static bool is_mere_mark(int token);
static struct lexed *lexed_new(struct reader *reader, int token);

int
grammar_lex(GRAMMAR_STYPE *value, struct reader *reader)
{
	struct lexer *lexer = &reader->lexer;
	if (lexer->start != 0) {
		int token = lexer->start;
		lexer->start = 0;
		return token;
	}
	if (reader->complaints.errors > ERRORS_LIMIT && !reader->aborted) {
		reader->complaints.is_cut = true;
		reader->aborted = true;
		reader->scanner.ended = true;
	}
	return lexer->mode == LEXER_CONFIG ? config_token(reader)
					   : filter_token(reader, value);
}

/* ---- statements of rows
 * ------------------------------------------------------------------ */

static int
config_token(struct reader *reader)
{
	struct lexer *lexer = &reader->lexer;
	if (lexer->skips_block) {
		lexer->skips_block = false;
		return skip_block(reader, 1);
	}
	if (!reader->skipping && (reader_flags(reader) & ROWS_WHERE) != 0) {
		const struct place where =
			piece_place(&reader->pieces[reader->piece_count - 1]);
		if (code_take_again(reader, PIECE_WHERE, &where)) {
			skip_expression(reader);
			return ITEM;
		}
		lexer->mode = LEXER_LINE;
		return WHERE_OPEN;
	}
	for (bool taken = false;;) {
		int token = raw(reader);
		if (reader->skipping)
			return skip_statement(reader, token);
		bool is_piece = token != 0 && token != ';' && token != '(' &&
				token != '{' && token != '}';
		/* The grammar sees one token for a run of pieces. */
		if (taken && !is_piece) {
			hold(reader, token);
			return ITEM;
		}
		switch (token) {
		case 0: return config_end(reader);
		case STRANGE: return skip_statement(reader, raw(reader));
		case ';': return ';';
		case '(': return config_parens(reader);
		case '{': token = config_open(reader); break;
		case '}': token = config_close(reader); break;
		case WORD:
			token = reader->piece_count == 0 ? config_word(reader)
							 : config_piece(reader, WORD);
			break;
		default: token = config_piece(reader, token); break;
		}
		taken = token == ITEM;
		if (token != 0 && (!taken || (reader_flags(reader) & ROWS_WHERE) != 0))
			return token;
	}
}

static int
config_parens(struct reader *reader)
{
	reader->lexer.mode = LEXER_PARENS;
	bracket_open(reader, '(');
	return '(';
}

/* The first word of a statement. */
static int
config_word(struct reader *reader)
{
	static const struct {
		const char *word;
		int token;
		enum lexer_mode mode;
	} declarations[] = {
		{ "define", DEFINE, LEXER_LINE },
		{ "filter", FILTER, LEXER_DECLARATION },
		{ "function", FUNCTION, LEXER_DECLARATION },
		{ "eval", EVAL, LEXER_LINE },
		{ "attribute", ATTRIBUTE, LEXER_LINE },
		{ "bt_test_suite", TEST_SUITE, LEXER_LINE },
		{ "bt_test_same", TEST_SAME, LEXER_LINE },
	};
	const struct piece *piece = &reader->scanner.piece;
	for (size_t i = 0; i < ARRAY_SIZE(declarations) && reader->depth == 1; i++)
		if (word_is(piece, declarations[i].word)) {
			reader->lexer.mode = declarations[i].mode;
			reader->lexer.last = 0;
			reader->lexer.brackets_place = scanner_place(&reader->scanner);
			reader->lexer.declaration = reader->lexer.brackets_place;
			reader->lexer.in_body = false;
			reader->errors_before = reader->complaints.errors;
			return declarations[i].token;
		}
	return config_piece(reader, WORD);
}

static int
config_piece(struct reader *reader, int token)
{
	if (reader_take(reader, &reader->scanner.piece))
		return ITEM;
	if (reader->skipping)
		return skip_statement(reader, token);
	/* It belongs to the next statement, or behind a `}` that is missing. */
	hold(reader, token);
	return reader->piece_count == 0 ? '}' : ';';
}

static int
config_open(struct reader *reader)
{
	unsigned flags = reader->piece_count > 0 ? reader_flags(reader) : 0;
	struct place place = scanner_place(&reader->scanner);
	if ((flags & ROWS_BRACE) != 0)
		return config_piece(reader, '{');
	if ((flags & ROWS_BODY) != 0) {
		if (code_take_again(reader, PIECE_FILTER, &place)) {
			skip_block(reader, 1);
			return ITEM;
		}
		reader->lexer.mode = LEXER_BODY;
		reader->lexer.last = '{';
		reader->errors_before = reader->complaints.errors;
		bracket_open(reader, '{');
		return FILTER_OPEN;
	}
	if ((flags & ROWS_BLOCK) != 0)
		return '{';
	if (reader->piece_count == 0)
		complain(&reader->complaints, &place, NULL,
			 "a block without a statement before it");
	else if ((flags & ROWS_ENDS) != 0)
		complain(&reader->complaints, &place, NULL,
			 "no block may follow here, but `;`");
	else
		return config_piece(reader, '{');
	reader->skipping = true;
	return skip_statement(reader, '{');
}

static int
config_close(struct reader *reader)
{
	struct piece *piece = &reader->scanner.piece;
	if (reader->piece_count > 0) {
		if (rows_step(reader_block(reader)->rows, reader->state, piece) !=
		    ROWS_DEAD)
			return config_piece(reader, '}');
		complain_missing_end(reader);
		hold(reader, '}');
		return ';';
	}
	if (reader->depth > 1)
		return '}';
	struct place place = piece_place(piece);
	complain(&reader->complaints, &place, NULL, "no block is open here");
	return 0;
}

static int
config_end(struct reader *reader)
{
	/* Should the grammar not take what ends it, it is ended all the same. */
	if (reader->lexer.ends++ > 2 * BLOCK_DEPTH) {
		reader->aborted = true;
		return 0;
	}
	if (reader->piece_count > 0) {
		complain_missing_end(reader);
		return ';';
	}
	if (reader->depth == 1)
		return 0;
	complain_unclosed(reader, &reader_block(reader)->place);
	return '}';
}

static void
complain_unclosed(struct reader *reader, const struct place *place)
{
	complain(&reader->complaints, place, NULL,
		 "this block is not closed: `}` is missing");
}

/* The statement is complete, or else its end says what it lacks. */
static void
complain_missing_end(struct reader *reader)
{
	const struct piece *last = &reader->pieces[reader->piece_count - 1];
	struct place place = { .source = last->source,
			       .offset = last->offset + last->length,
			       .length = 1 };
	if ((reader_flags(reader) & ROWS_ENDS) != 0 && last->kind != PIECE_FILTER)
		complain(&reader->complaints, &place, NULL, "`;` is missing here");
}

/* The rest of a wrong statement, from `token` on: to its `;`, its block's end, or to what
 * looks like the next. */
static int
skip_statement(struct reader *reader, int token)
{
	unsigned braces = 0; /* Of a list that is part of the statement. */
	for (size_t i = 0; i < reader->piece_count; i++)
		if (reader->pieces[i].kind == PIECE_MARK)
			braces += reader->pieces[i].mark == '{' ? 1u : 0u;
	const struct piece begun = reader->scanner.piece;
	bool named = reader->piece_count > 0 || token != WORD;
	reader->skipping = true;
	for (bool first = true;; token = raw(reader), first = false) {
		struct piece *piece = &reader->scanner.piece;
		named = named || (!first && hint_declare(reader, &begun, piece));
		if (token == 0 || token == ';')
			return ';';
		if (token == '{') {
			skip_block(reader, 1);
			return ';';
		}
		if (token == '}' && braces-- == 0) {
			hold(reader, token);
			return ';';
		}
		if (token == WORD &&
		    source_begins_line(&reader->sources, piece->source, piece->offset) &&
		    reader_begins(reader, reader->depth - 1, piece)) {
			hold(reader, token);
			return ';';
		}
	}
}

/* A word that no statement inside of a block begins with, known or not. */
static bool
begins_declaration(const struct reader *reader)
{
	static const char *const words[] = { "protocol",  "template", "define",
					     "transport", "filter",   "function" };
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (word_is(&reader->scanner.piece, words[i]))
			return true;
	return false;
}

/* To the end of `depth` blocks. */
static int
skip_block(struct reader *reader, unsigned depth)
{
	const struct place *opened = &reader_block(reader)->place;
	while (depth > 0) {
		int token = raw(reader);
		if (token == 0 || (token == WORD && begins_declaration(reader) &&
				   reader_leaves(reader, opened))) {
			complain_unclosed(reader, opened);
			hold(reader, token);
			break;
		}
		depth += token == '{' ? 1u : 0u;
		depth -= token == '}' ? 1u : 0u;
	}
	return '}';
}

/* To the `;` of an expression, which is right. */
static void
skip_expression(struct reader *reader)
{
	int token;
	do
		token = raw(reader);
	while (token != 0 && token != ';');
	hold(reader, token);
}

/* ---- filter code
 * --------------------------------------------------------------------------- */

static int
filter_token(struct reader *reader, GRAMMAR_STYPE *value)
{
	struct lexer *lexer = &reader->lexer;
	if (lexer->inserting) {
		/* The grammar dropped what it met instead of a `;`. */
		lexer->inserting = false;
		reader->lexer.held = lexer->raw;
		lexer->last = ';';
		if (lexer->mode == LEXER_LINE && lexer->bracket_count == 0)
			lexer->mode = LEXER_CONFIG;
		value->token = NULL;
		return ';';
	}
	if (lexer->next != 0) {
		int next = lexer->next;
		lexer->next = 0;
		value->token = lexed_new(reader, next);
		return lexer->last = filter_header(reader, next);
	}
	int token = filter_raw(reader);
	bool recovered = lexer->recovering;
	if (recovered) {
		lexer->recovering = false;
		token = filter_recover(reader, token);
	}
	if (token == 0)
		return filter_end(reader);
	if (token == WORD && filter_is_unclosed(reader)) {
		complain_unclosed(reader, &lexer->brackets_place);
		hold(reader, WORD);
		token = '}';
	}
	if (token == WORD)
		token = filter_word(reader);
	token = filter_header(reader, token);
	/* `}` where no block is open: the statement around lacks its `;`. */
	if (token == '}' && lexer->bracket_count == 0 && lexer->mode == LEXER_LINE) {
		struct place place = scanner_place(&reader->scanner);
		if (!recovered)
			complain(&reader->complaints, &place, NULL,
				 "`;` is missing before this");
		hold(reader, '}');
		token = ';';
	}
	if (token == ';' && lexer->bracket_count == 0 && lexer->mode == LEXER_LINE)
		lexer->mode = LEXER_CONFIG;
	else if (follow_bracket(reader, token))
		lexer->mode = LEXER_CONFIG;
	lexer->last = token;
	value->token = is_mere_mark(token) ? NULL : lexed_new(reader, token);
	lexer->before = lexer->now;
	lexer->now = scanner_place(&reader->scanner);
	return token;
}

/* A word behind a whole statement that begins one of the outermost level, and stands
 * where such a one would. */
static bool
filter_is_unclosed(struct reader *reader)
{
	const struct lexer *lexer = &reader->lexer;
	if (lexer->mode != LEXER_BODY && lexer->mode != LEXER_DECLARATION)
		return false;
	if (lexer->last != ';' && lexer->last != '}' && lexer->last != '{')
		return false;
	return lexer->bracket_count > 0 && has_brace(lexer) &&
	       reader_leaves(reader, reader->depth > 1 ? &reader->blocks[1].place
						       : &lexer->declaration);
}

/* What may stand behind `then` or `do`, and not before them. */
static bool
begins_body(int token)
{
	switch (token) {
	case '{':
	case IF:
	case CASE:
	case FOR:
	case RETURN:
	case ACCEPT:
	case REJECT:
	case PRINT:
	case PRINTN: return true;
	default: return false;
	}
}

/* Puts in the `then` of an `if` or the `do` of a `for` where a statement begins without
 * it, as it would in C. */
static int
filter_header(struct reader *reader, int token)
{
	struct lexer *lexer = &reader->lexer;
	if (token == IF || token == IN) {
		lexer->header = token == IF ? THEN : DO;
		lexer->header_depth = lexer->bracket_count;
	} else if (lexer->header == 0) {
		return token;
	} else if (token == lexer->header) {
		lexer->header = 0;
	} else if (lexer->bracket_count == lexer->header_depth && begins_body(token)) {
		struct place place = lexer->now;
		place.offset += place.length;
		place.length = 1;
		complain(&reader->complaints, &place, NULL, "`%s` is missing here",
			 lexer->header == THEN ? "then" : "do");
		hold(reader, lexer->raw);
		token = lexer->header;
		lexer->header = 0;
	}
	return token;
}

static int
filter_raw(struct reader *reader)
{
	struct lexer *lexer = &reader->lexer;
	int token = raw(reader);
	if (token == '{' && lexer->bracket_count > 0 &&
	    lexer->brackets[lexer->bracket_count - 1] == '[')
		token = LENGTHS_OPEN;
	return token;
}

/* A `{` that is a mistake goes with all that it opens, or the `}` of that would be taken
 * for the end of what is around. */
static void
recover_body(struct lexer *lexer, char mark)
{
	if (mark == ';')
		brackets_unwind(lexer);
	lexer->skips_block = lexer->last == '{' && lexer->bracket_count > 1;
}

void
lexer_recover(struct reader *reader, char mark)
{
	struct lexer *lexer = &reader->lexer;
	lexer->recovering = mark == '\0';
	lexer->header = lexer->next = 0;
	switch (lexer->mode) {
	case LEXER_CONFIG:
		/* The mistake was the end of the filter code. */
		lexer->recovering = false;
		break;
	case LEXER_LINE:
		if (mark == ';') {
			lexer->bracket_count = 0;
			lexer->mode = LEXER_CONFIG;
		}
		lexer->recovering = mark != ';';
		break;
	case LEXER_PARENS: lexer->recovering = true; break;
	case LEXER_DECLARATION:
		if (!lexer->in_body && mark == ';' && lexer->bracket_count == 0)
			lexer->mode = LEXER_CONFIG;
		else if (!lexer->in_body)
			lexer->recovering = true;
		else
			recover_body(lexer, mark);
		break;
	case LEXER_BODY: recover_body(lexer, mark); break;
	case LEXER_BLANK: break;
	}
	/* Where a mark is no end to the grammar, it is met again after what is. */
	if (lexer->recovering && mark != '\0')
		lexer->held = lexer->raw;
}

void
lexer_reset(struct reader *reader)
{
	struct lexer *lexer = &reader->lexer;
	lexer->mode = LEXER_CONFIG;
	lexer->bracket_count = 0;
	lexer->recovering = lexer->inserting = false;
	lexer->header = lexer->next = 0;
}

/* After a mistake: what the grammar goes on with. */
static int
filter_recover(struct reader *reader, int token)
{
	struct lexer *lexer = &reader->lexer;
	if (lexer->mode == LEXER_DECLARATION && !lexer->in_body)
		return recover_header(reader, token);
	if (lexer->mode == LEXER_PARENS)
		return recover_parens(reader, token);
	if (lexer->skips_block) {
		/* The brace that was the mistake is counted already; what follows is not.
		 */
		lexer->skips_block = false;
		hold(reader, token);
		skip_block(reader, 1);
		lexer->bracket_count--;
		if (lexer->brackets[lexer->bracket_count - 1] == '{')
			return ';';
		token = filter_raw(reader);
	}
	for (;; token = filter_raw(reader)) {
		if (token == 0)
			return 0;
		if (token == ';') {
			brackets_unwind(lexer);
			return ';';
		}
		if (token == '}' && (lexer->bracket_count == 0 ||
				     lexer->brackets[lexer->bracket_count - 1] != 'l')) {
			brackets_unwind(lexer);
			return '}';
		}
		if (token == '{') {
			/* A block of the wrong statement. */
			skip_block(reader, 1);
			return ';';
		}
		follow_bracket(reader, token);
	}
}

/* A filter or function whose head is wrong: its body is passed over. */
static int
recover_header(struct reader *reader, int token)
{
	struct lexer *lexer = &reader->lexer;
	bool opened = has_brace(lexer);
	while (!opened && token != 0 && token != '{')
		token = raw(reader);
	/* The brace that was the mistake itself is counted already; what follows it is
	 * not. */
	if (opened)
		hold(reader, token);
	skip_block(reader, 1);
	lexer->bracket_count = 0;
	return '}';
}

/* To the end of `( expression )`, or of the statement it is in. */
static int
recover_parens(struct reader *reader, int token)
{
	struct lexer *lexer = &reader->lexer;
	for (size_t depth = MAX(lexer->bracket_count, 1);; token = raw(reader)) {
		if (token == 0)
			return 0;
		depth += token == '(' ? 1u : 0u;
		depth -= token == ')' ? 1u : 0u;
		if (token == ';' || token == '}')
			hold(reader, token);
		if (token == ';' || token == '}' || depth == 0)
			break;
	}
	lexer->brackets[0] = '(';
	lexer->bracket_count = 1;
	return ')';
}

static int
filter_end(struct reader *reader)
{
	struct lexer *lexer = &reader->lexer;
	if (lexer->mode == LEXER_BLANK || reader->aborted)
		return 0;
	if (lexer->bracket_count > 0)
		complain_unclosed(reader, &lexer->brackets_place);
	else
		complain(&reader->complaints, &lexer->brackets_place, NULL,
			 "this is not complete: the text ends before its end");
	reader->aborted = true;
	return 0;
}

/* Reserved words, and those that are words of the language by what stands before them. */
static int
filter_word(struct reader *reader)
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
	bool in_mask = reader->lexer.bracket_count > 0 &&
		       reader->lexer.brackets[reader->lexer.bracket_count - 1] == 'm';
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (*words[i].word != *piece->text || !word_is(piece, words[i].word) ||
		    (words[i].before != 0 && words[i].before != reader->lexer.last) ||
		    (words[i].token == UNIT && in_mask))
			continue;
		if (words[i].token != ELSE)
			return words[i].token;
		/* `else:` of a case. */
		return filter_character_next(reader) == ':' ? ELSE_LABEL : ELSE;
	}
	if (word_is(piece, "enum") && filter_enum_follows(reader))
		return ENUM;
	if (word_is(piece, "error") && filter_statement_begins(reader))
		return FAIL;
	return filter_word_foreign(reader);
}

/* The last word begins a statement, and no assignment, call or method of a thing that is
 * called so. */
static bool
filter_statement_begins(struct reader *reader)
{
	char next = filter_character_next(reader);
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
filter_enum_follows(struct reader *reader)
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
filter_word_foreign(struct reader *reader)
{
	struct lexer *lexer = &reader->lexer;
	const struct piece *piece = &reader->scanner.piece;
	bool begins = lexer->last == ';' || lexer->last == '}';
	if (!begins || (!word_is(piece, "elif") && !word_is(piece, "elsif") &&
			!word_is(piece, "elseif")))
		return WORD;
	/* A variable may be called that. */
	char next = filter_character_next(reader);
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
filter_character_next(const struct reader *reader)
{
	const struct piece *piece = &reader->scanner.piece;
	const char *at = piece->text + piece->length;
	at += strspn(at, " \t\r\n");
	return *at;
}

/* Of a kind with the last one opened; `}` closes what was left open inside, too.  Others
 * are mistakes the grammar finds: they may not end blocks it is still in. */
static bool
bracket_closes(struct lexer *lexer, int token)
{
	if (lexer->bracket_count == 0)
		return true;
	char last = lexer->brackets[lexer->bracket_count - 1];
	if (token == '}') {
		if (last != 'l')
			brackets_unwind(lexer);
		return true;
	}
	if (token == MASK_CLOSE)
		return last == 'm';
	return last == (token == ')' ? '(' : '[');
}

/* Keeps track of brackets; true if the filter code is at its end with this token. */
static bool
follow_bracket(struct reader *reader, int token)
{
	struct lexer *lexer = &reader->lexer;
	switch (token) {
	case '(':
	case '[':
	case '{': bracket_open(reader, (char)token); return false;
	case MASK_OPEN: bracket_open(reader, 'm'); return false;
	case LENGTHS_OPEN: bracket_open(reader, 'l'); return false;
	case ')':
	case ']':
	case MASK_CLOSE:
	case '}':
		if (!bracket_closes(lexer, token))
			return false;
		if (lexer->bracket_count > 0)
			lexer->bracket_count--;
		if (lexer->bracket_count > 0)
			return false;
		return (lexer->mode == LEXER_PARENS && token == ')') ||
		       ((lexer->mode == LEXER_BODY || lexer->mode == LEXER_DECLARATION) &&
			token == '}');
	default: return false;
	}
}

static void
bracket_open(struct reader *reader, char bracket)
{
	struct lexer *lexer = &reader->lexer;
	if (lexer->bracket_count == 0)
		lexer->brackets_place = scanner_place(&reader->scanner);
	if (lexer->bracket_count < BRACKET_DEPTH) {
		lexer->brackets[lexer->bracket_count++] = bracket;
		return;
	}
	struct place place = scanner_place(&reader->scanner);
	complain(&reader->complaints, &place, NULL, "nested more than %d deep",
		 BRACKET_DEPTH);
	reader->aborted = true;
	reader->scanner.ended = true;
}

static bool
has_brace(const struct lexer *lexer)
{
	return memchr(lexer->brackets, '{', lexer->bracket_count) != NULL;
}

/* Back to the innermost block. */
static void
brackets_unwind(struct lexer *lexer)
{
	while (lexer->bracket_count > 0 &&
	       lexer->brackets[lexer->bracket_count - 1] != '{')
		lexer->bracket_count--;
}

/* ---- tokens
 * --------------------------------------------------------------------------------- */

static int
raw(struct reader *reader)
{
	struct lexer *lexer = &reader->lexer;
	if (lexer->held != 0)
		lexer->raw = lexer->held;
	else
		lexer->raw = scanner_token(&reader->scanner);
	lexer->held = 0;
	return lexer->raw;
}

/* The last token will be the next one again; its piece stays where it is. */
static void
hold(struct reader *reader, int token)
{
	reader->lexer.held = token;
}

static bool
word_is(const struct piece *piece, const char *word)
{
	return strlen(word) == piece->text_length &&
	       memcmp(piece->text, word, piece->text_length) == 0;
}

/* The grammar makes nothing of it, not even of its place. */
static bool
is_mere_mark(int token)
{
	return token == ';' || token == ',' || token == ')' || token == ']' ||
	       token == '}' || token == '.';
}

/* What the grammar makes trees of. */
static struct lexed *
lexed_new(struct reader *reader, int token)
{
	const struct piece *piece = &reader->scanner.piece;
	if (arena_size(reader->trees) > TREES_LIMIT && !reader->aborted) {
		struct place place = piece_place(piece);
		complain(
			&reader->complaints, &place, NULL,
			"this is too long: to read it takes more than the limit of %d MB",
			(int)(TREES_LIMIT >> 20));
		reader->aborted = true;
		reader->scanner.ended = true;
	}
	if (piece->scope != NULL) {
		struct place place = piece_place(piece);
		complain(&reader->complaints, &place, NULL,
			 "addresses in filter code have no interface");
	}
	/* Long sets are made of as little as can be. */
	size_t size = offsetof(struct lexed, value);
	bool is_word = token == WORD || token == QUOTED || token == UNIT;
	if (is_word)
		size += sizeof(const char *);
	else if (piece->kind != PIECE_MARK && piece->kind != PIECE_OTHER)
		size = sizeof(struct lexed);
	struct lexed *lexed = arena_alloc(reader->trees, size);
	lexed->place = reader_place(reader, piece);
	if (is_word)
		lexed->word =
			arena_strndup(reader->trees, piece->text, piece->text_length);
	struct value *value = &lexed->value;
	switch (is_word ? PIECE_WORD : (enum piece_kind)piece->kind) {
	case PIECE_NUMBER:
		value->type = VALUE_INT;
		value->number = (uint32_t)piece->number;
		if (piece->number > UINT32_MAX) {
			struct place place = piece_place(piece);
			complain(&reader->complaints, &place, NULL,
				 "this number is too large");
		}
		break;
	case PIECE_ADDR:
		value->type = VALUE_IP;
		value->addr = piece->addr;
		break;
	case PIECE_PREFIX:
		value->type = VALUE_PREFIX;
		value->prefix = piece->prefix;
		break;
	case PIECE_STRING:
		value->type = VALUE_STRING;
		value->bytes = piece->text;
		value->size = piece->text_length;
		break;
	case PIECE_BYTES: /* ast_bytes() reads the digits. */
		value->bytes = piece->text;
		value->size = piece->text_length;
		break;
	case PIECE_SCOPED: value->type = VALUE_IP; break;
	case PIECE_WORD:
	case PIECE_QUOTED:
	case PIECE_FILTER:
	case PIECE_WHERE:
	case PIECE_MARK:
	case PIECE_OTHER: break;
	}
	return lexed;
}
