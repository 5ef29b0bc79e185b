/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tokens of filter code, to the end of it; a `then`, `do`, `;` or `}` that is missing is
 * put in, and after a mistake the grammar is given what it can go on with.
 */
#include "conf/code_lexer.h"

#include "conf/grammar.h"
#include "conf/reader.h"
#include "conf/reserved.h"
#include "lib/arena.h"
#include "lib/macros.h"

static bool is_unclosed(struct reader *reader);
static bool begins_body(int token);
static int follow_header(struct reader *reader, int token);
static int raw(struct reader *reader);
static void recover_body(struct lexer *lexer, char mark);
static int recover(struct reader *reader, int token);
static int recover_header(struct reader *reader, int token);
static int recover_parens(struct reader *reader, int token);
static int end(struct reader *reader);
static bool follow_bracket(struct reader *reader, int token);
static bool is_mere_mark(int token);
static struct lexed *lexed_new(struct reader *reader, int token);

int
code_lex(struct reader *reader, struct lexed **lexed)
{
	struct lexer *lexer = &reader->lexer;
	if (lexer->inserting) {
		/* The grammar dropped what it met instead of a `;`. */
		lexer->inserting = false;
		reader->lexer.held = lexer->raw;
		lexer->last = ';';
		if (lexer->mode == LEXER_LINE && lexer->brackets.count == 0)
			lexer->mode = LEXER_CONFIG;
		*lexed = NULL;
		return ';';
	}
	if (lexer->next != 0) {
		int next = lexer->next;
		lexer->next = 0;
		*lexed = lexed_new(reader, next);
		return lexer->last = follow_header(reader, next);
	}
	int token = raw(reader);
	bool recovered = lexer->recovering;
	if (recovered) {
		lexer->recovering = false;
		token = recover(reader, token);
	}
	if (token == 0)
		return end(reader);
	if (token == WORD && is_unclosed(reader)) {
		lexer_complain_unclosed(reader, &lexer->brackets.place);
		lexer_hold(reader, WORD);
		token = '}';
	}
	if (token == WORD)
		token = reserved_token(reader);
	token = follow_header(reader, token);
	/* `}` where no block is open: the statement around lacks its `;`. */
	if (token == '}' && lexer->brackets.count == 0 && lexer->mode == LEXER_LINE) {
		struct place place = scanner_place(&reader->scanner);
		if (!recovered)
			complain(&reader->complaints, &place, NULL,
				 "`;` is missing before this");
		lexer_hold(reader, '}');
		token = ';';
	}
	if (token == ';' && lexer->brackets.count == 0 && lexer->mode == LEXER_LINE)
		lexer->mode = LEXER_CONFIG;
	else if (follow_bracket(reader, token))
		lexer->mode = LEXER_CONFIG;
	lexer->last = token;
	*lexed = is_mere_mark(token) ? NULL : lexed_new(reader, token);
	lexer->before = lexer->now;
	lexer->now = scanner_place(&reader->scanner);
	return token;
}

void
code_lex_open(struct reader *reader, char bracket)
{
	struct place place = scanner_place(&reader->scanner);
	if (brackets_open(&reader->lexer.brackets, bracket, &place))
		return;
	complain(&reader->complaints, &place, NULL, "nested more than %d deep",
		 BRACKET_DEPTH);
	reader->aborted = true;
	reader->scanner.ended = true;
}

void
code_lex_recover(struct reader *reader, char mark)
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
			lexer->brackets.count = 0;
			lexer->mode = LEXER_CONFIG;
		}
		lexer->recovering = mark != ';';
		break;
	case LEXER_PARENS: lexer->recovering = true; break;
	case LEXER_DECLARATION:
		if (!lexer->in_body && mark == ';' && lexer->brackets.count == 0)
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

/* A word behind a whole statement that begins one of the outermost level, and stands
 * where such a one would. */
static bool
is_unclosed(struct reader *reader)
{
	const struct lexer *lexer = &reader->lexer;
	if (lexer->mode != LEXER_BODY && lexer->mode != LEXER_DECLARATION)
		return false;
	if (lexer->last != ';' && lexer->last != '}' && lexer->last != '{')
		return false;
	return lexer->brackets.count > 0 && brackets_have_block(&lexer->brackets) &&
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
follow_header(struct reader *reader, int token)
{
	struct lexer *lexer = &reader->lexer;
	if (token == IF || token == IN) {
		lexer->header = token == IF ? THEN : DO;
		lexer->header_depth = lexer->brackets.count;
	} else if (lexer->header == 0) {
		return token;
	} else if (token == lexer->header) {
		lexer->header = 0;
	} else if (lexer->brackets.count == lexer->header_depth && begins_body(token)) {
		struct place place = lexer->now;
		place.offset += place.length;
		place.length = 1;
		complain(&reader->complaints, &place, NULL, "`%s` is missing here",
			 lexer->header == THEN ? "then" : "do");
		lexer_hold(reader, lexer->raw);
		token = lexer->header;
		lexer->header = 0;
	}
	return token;
}

/* The next token of filter code: a `{` in a set is that of lengths. */
static int
raw(struct reader *reader)
{
	struct lexer *lexer = &reader->lexer;
	int token = lexer_raw(reader);
	return token == '{' && brackets_are_in(&lexer->brackets, '[') ? LENGTHS_OPEN
								      : token;
}

/* A `{` that is a mistake goes with all that it opens, or the `}` of that would be taken
 * for the end of what is around. */
static void
recover_body(struct lexer *lexer, char mark)
{
	if (mark == ';')
		brackets_unwind(&lexer->brackets);
	lexer->skips_block = lexer->last == '{' && lexer->brackets.count > 1;
}

/* After a mistake: what the grammar goes on with. */
static int
recover(struct reader *reader, int token)
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
		lexer_hold(reader, token);
		lexer_skip_block(reader, 1);
		lexer->brackets.count--;
		if (brackets_are_in(&lexer->brackets, '{'))
			return ';';
		token = raw(reader);
	}
	for (;; token = raw(reader)) {
		if (token == 0)
			return 0;
		if (token == ';') {
			brackets_unwind(&lexer->brackets);
			return ';';
		}
		if (token == '}' && !brackets_are_in(&lexer->brackets, BRACKET_LENGTHS)) {
			brackets_unwind(&lexer->brackets);
			return '}';
		}
		if (token == '{') {
			/* A block of the wrong statement. */
			lexer_skip_block(reader, 1);
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
	bool opened = brackets_have_block(&lexer->brackets);
	while (!opened && token != 0 && token != '{')
		token = lexer_raw(reader);
	/* The brace that was the mistake itself is counted already; what follows it is
	 * not. */
	if (opened)
		lexer_hold(reader, token);
	lexer_skip_block(reader, 1);
	lexer->brackets.count = 0;
	return '}';
}

/* To the end of `( expression )`, or of the statement it is in. */
static int
recover_parens(struct reader *reader, int token)
{
	struct lexer *lexer = &reader->lexer;
	for (size_t depth = MAX(lexer->brackets.count, 1);; token = lexer_raw(reader)) {
		if (token == 0)
			return 0;
		depth += token == '(' ? 1u : 0u;
		depth -= token == ')' ? 1u : 0u;
		if (token == ';' || token == '}')
			lexer_hold(reader, token);
		if (token == ';' || token == '}' || depth == 0)
			break;
	}
	lexer->brackets.open[0] = '(';
	lexer->brackets.count = 1;
	return ')';
}

/* The text is at its end, and the filter code is not. */
static int
end(struct reader *reader)
{
	struct lexer *lexer = &reader->lexer;
	if (lexer->mode == LEXER_BLANK || reader->aborted)
		return 0;
	if (lexer->brackets.count > 0)
		lexer_complain_unclosed(reader, &lexer->brackets.place);
	else
		complain(&reader->complaints, &lexer->brackets.place, NULL,
			 "this is not complete: the text ends before its end");
	reader->aborted = true;
	return 0;
}

/* Keeps track of brackets; true if the filter code is at its end with this token. */
static bool
follow_bracket(struct reader *reader, int token)
{
	struct lexer *lexer = &reader->lexer;
	switch (token) {
	case '(':
	case '[':
	case '{': code_lex_open(reader, (char)token); return false;
	case MASK_OPEN: code_lex_open(reader, BRACKET_MASK); return false;
	case LENGTHS_OPEN: code_lex_open(reader, BRACKET_LENGTHS); return false;
	case ')':
	case ']':
	case MASK_CLOSE:
	case '}':
		if (!brackets_close(&lexer->brackets,
				    token == MASK_CLOSE ? BRACKET_MASK : (char)token) ||
		    lexer->brackets.count > 0)
			return false;
		return (lexer->mode == LEXER_PARENS && token == ')') ||
		       ((lexer->mode == LEXER_BODY || lexer->mode == LEXER_DECLARATION) &&
			token == '}');
	default: return false;
	}
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
