/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statements of rows, and what is common to both kinds of text.  In a statement each
 * piece goes to the rows at once, so that what follows (a block, a filter, an expression,
 * a list in braces) is known before it is met.  Mistakes are mended here, so that one of
 * them costs one complaint: a missing `;` or `}` is put in, the rest of a wrong statement
 * is passed over.
 */
#include "conf/lexer.h"

#include "conf/code.h"
#include "conf/code_lexer.h"
#include "conf/grammar.h"
#include "conf/hint.h"
#include "conf/reader.h"
#include "lib/macros.h"

static int config_token(struct reader *reader);
static int config_parens(struct reader *reader);
static int config_word(struct reader *reader);
static int config_piece(struct reader *reader, int token);
static int config_open(struct reader *reader);
static int config_close(struct reader *reader);
static int config_end(struct reader *reader);
static void complain_missing_end(struct reader *reader);
static int skip_statement(struct reader *reader, int token);
static bool begins_declaration(const struct reader *reader);
static void skip_expression(struct reader *reader);

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
					   : code_lex(reader, &value->token);
}

void
lexer_reset(struct reader *reader)
{
	struct lexer *lexer = &reader->lexer;
	lexer->mode = LEXER_CONFIG;
	lexer->brackets.count = 0;
	lexer->recovering = lexer->inserting = false;
	lexer->header = lexer->next = 0;
}

int
lexer_raw(struct reader *reader)
{
	struct lexer *lexer = &reader->lexer;
	if (lexer->held != 0)
		lexer->raw = lexer->held;
	else
		lexer->raw = scanner_token(&reader->scanner);
	lexer->held = 0;
	return lexer->raw;
}

void
lexer_hold(struct reader *reader, int token)
{
	reader->lexer.held = token;
}

int
lexer_skip_block(struct reader *reader, unsigned depth)
{
	const struct place *opened = &reader_block(reader)->place;
	while (depth > 0) {
		int token = lexer_raw(reader);
		if (token == 0 || (token == WORD && begins_declaration(reader) &&
				   reader_leaves(reader, opened))) {
			lexer_complain_unclosed(reader, opened);
			lexer_hold(reader, token);
			break;
		}
		depth += token == '{' ? 1u : 0u;
		depth -= token == '}' ? 1u : 0u;
	}
	return '}';
}

void
lexer_complain_unclosed(struct reader *reader, const struct place *place)
{
	complain(&reader->complaints, place, NULL,
		 "this block is not closed: `}` is missing");
}

/* ---- statements of rows ---- */

static int
config_token(struct reader *reader)
{
	struct lexer *lexer = &reader->lexer;
	if (lexer->skips_block) {
		lexer->skips_block = false;
		return lexer_skip_block(reader, 1);
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
		int token = lexer_raw(reader);
		if (reader->skipping)
			return skip_statement(reader, token);
		bool is_piece = token != 0 && token != ';' && token != '(' &&
				token != '{' && token != '}';
		/* The grammar sees one token for a run of pieces. */
		if (taken && !is_piece) {
			lexer_hold(reader, token);
			return ITEM;
		}
		switch (token) {
		case 0: return config_end(reader);
		case STRANGE: return skip_statement(reader, lexer_raw(reader));
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
	code_lex_open(reader, '(');
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
		if (piece_is(piece, declarations[i].word)) {
			reader->lexer.mode = declarations[i].mode;
			reader->lexer.last = 0;
			reader->lexer.brackets.place = scanner_place(&reader->scanner);
			reader->lexer.declaration = reader->lexer.brackets.place;
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
	lexer_hold(reader, token);
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
			lexer_skip_block(reader, 1);
			return ITEM;
		}
		reader->lexer.mode = LEXER_BODY;
		reader->lexer.last = '{';
		reader->errors_before = reader->complaints.errors;
		code_lex_open(reader, '{');
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
		lexer_hold(reader, '}');
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
	lexer_complain_unclosed(reader, &reader_block(reader)->place);
	return '}';
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
	for (bool first = true;; token = lexer_raw(reader), first = false) {
		struct piece *piece = &reader->scanner.piece;
		named = named || (!first && hint_declare(reader, &begun, piece));
		if (token == 0 || token == ';')
			return ';';
		if (token == '{') {
			lexer_skip_block(reader, 1);
			return ';';
		}
		if (token == '}' && braces-- == 0) {
			lexer_hold(reader, token);
			return ';';
		}
		if (token == WORD &&
		    source_begins_line(&reader->sources, piece->source, piece->offset) &&
		    reader_begins(reader, reader->depth - 1, piece)) {
			lexer_hold(reader, token);
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
		if (piece_is(&reader->scanner.piece, words[i]))
			return true;
	return false;
}

/* To the `;` of an expression, which is right. */
static void
skip_expression(struct reader *reader)
{
	int token;
	do
		token = lexer_raw(reader);
	while (token != 0 && token != ';');
	lexer_hold(reader, token);
}
