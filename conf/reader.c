/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a configuration: the statements' way from pieces to rows.
 */
#include "conf/reader.h"

#include "conf/channels.h"
#include "conf/code.h"
#include "conf/code_lexer.h"
#include "conf/commit.h"
#include "conf/expect.h"
#include "conf/grammar.h"
#include "conf/hint.h"
#include "conf/statement.h"
#include "conf/store.h"
#include "lib/arena.h"
#include "lib/mem.h"
#include "lib/out.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include "nest/schema.h"
#include <assert.h>
#include <string.h>

struct rows_cache {
	struct rows_cache *next;
	const void *key;
	int kind;
	struct rows *rows;
};

static void reader_init(struct reader *reader, const struct reader_args *args);
static void reader_fini(struct reader *reader);
static bool reader_open(struct reader *reader, const struct reader_args *args);
static bool mismatch(struct reader *reader, const struct piece *piece);
static bool is_unclosed_block(struct reader *reader, const struct piece *piece);
static bool stands_out(struct reader *reader, const struct piece *piece,
		       const struct place *opened);
static void complain_entangled(struct reader *reader);
static void statement_reset(struct reader *reader);
static void check(struct reader *reader, const struct block *block);

struct config *
reader_read(const struct reader_args *args, struct out *complaints)
{
	struct reader *reader = mem_zalloc(sizeof(*reader));
	reader_init(reader, args);
	if (reader_open(reader, args)) {
		statement_begin(reader);
		if (grammar_parse(reader) == 0 && !reader->aborted)
			statement_end(reader);
		else if (reader->complaints.errors == 0)
			reader_complain(reader, NULL, "the text cannot be read");
		scanner_close(&reader->scanner);
	}
	complaints_show(&reader->complaints, complaints);
	struct config *config = reader->config;
	if (reader->complaints.errors > 0 && (!args->is_lenient || reader->aborted)) {
		arena_free(config->arena);
		config = NULL;
	}
	reader_fini(reader);
	mem_free(reader);
	return config;
}

/* Reads an expression or block to reader->result; null after complaints. */
static struct reader *
expression_read(const struct reader_args *args, int start)
{
	struct reader_args own = *args;
	own.is_expression = true;
	struct reader *reader = mem_zalloc(sizeof(*reader));
	reader_init(reader, &own);
	reader_open(reader, &own);
	reader->depth = 1;
	reader->lexer.mode = LEXER_BLANK;
	reader->lexer.start = start;
	if (grammar_parse(reader) != 0 && reader->complaints.errors == 0)
		reader_complain(reader, NULL, "the text ends too early");
	scanner_close(&reader->scanner);
	return reader;
}

static bool
expression_end(struct reader *reader, struct out *complaints)
{
	if (reader->printed.length > 0)
		out_note(complaints, "%s", text_string(&reader->printed));
	complaints_show(&reader->complaints, complaints);
	bool good = reader->complaints.errors == 0;
	reader_fini(reader);
	mem_free(reader);
	return good;
}

bool
reader_value(const struct reader_args *args, struct value *value, struct out *complaints)
{
	struct reader *reader = expression_read(args, START_EXPRESSION);
	bool found = reader->result != NULL &&
		     policy_compute(reader->policy, reader->result, value);
	return expression_end(reader, complaints) && found;
}

const struct filter *
reader_filter(const struct reader_args *args, bool is_where, struct out *complaints)
{
	struct reader *reader =
		expression_read(args, is_where ? START_EXPRESSION : START_FILTER);
	const struct filter *filter = NULL;
	struct ast_node *result = reader->result;
	if (result != NULL && is_where)
		filter = policy_compile_where(reader->policy, result);
	else if (result != NULL)
		filter = policy_compile_filter(
			reader->policy,
			ast_filter(&reader->ast, result->place, NULL, NULL, result));
	if (filter != NULL)
		policy_bind(reader->policy, args->router);
	return expression_end(reader, complaints) ? filter : NULL;
}

struct block *
reader_block(struct reader *reader)
{
	return &reader->blocks[reader->depth - 1];
}

unsigned
reader_flags(const struct reader *reader)
{
	return rows_flags(reader->blocks[reader->depth - 1].rows, reader->state);
}

/* ---- pieces
 * ------------------------------------------------------------------------------ */

bool
reader_take(struct reader *reader, const struct piece *given)
{
	if (reader->piece_count == reader->piece_room) {
		reader->piece_room = MAX(reader->piece_room * 2, 64);
		reader->pieces = mem_resize(reader->pieces, reader->piece_room,
					    sizeof(*reader->pieces));
	}
	struct piece *piece = &reader->pieces[reader->piece_count];
	struct rows *rows = reader_block(reader)->rows;
	*piece = *given;
	if (piece->kind == PIECE_WORD)
		rows_find_keyword(rows, piece);
	rows_state next = rows_step(rows, reader->state, piece);
	if (next == ROWS_DEAD && piece->kind <= PIECE_SCOPED &&
	    code_constant(reader, piece))
		next = rows_step(rows, reader->state, piece);
	if (next == ROWS_DEAD)
		return mismatch(reader, given);
	if (reader->piece_count >= PIECE_LIMIT) {
		struct place place = piece_place(piece);
		complain(&reader->complaints, &place, NULL,
			 "more than %d words in one statement", PIECE_LIMIT);
		reader->skipping = true;
		return false;
	}
	reader->state = next;
	reader->piece_count++;
	return true;
}

bool
reader_begins(struct reader *reader, size_t block, const struct piece *given)
{
	static const char *const declarations[] = { "define",      "filter",
						    "function",    "eval",
						    "attribute",   "bt_test_suite",
						    "bt_test_same" };
	struct piece piece = *given;
	struct rows *rows = reader->blocks[block].rows;
	if (rows == NULL || piece.kind != PIECE_WORD)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(declarations) && block == 0; i++)
		if (piece_is(&piece, declarations[i]))
			return true;
	rows_find_keyword(rows, &piece);
	return piece.keyword != 0 && rows_step(rows, ROWS_START, &piece) != ROWS_DEAD;
}

struct ast_place
reader_place(struct reader *reader, const struct piece *piece)
{
	struct source_place place =
		source_place(&reader->sources, piece->source, piece->offset);
	return (struct ast_place){ .file = place.file,
				   .line = place.line,
				   .column = (uint16_t)MIN(place.column, UINT16_MAX),
				   .length = (uint16_t)MIN(piece->length, UINT16_MAX) };
}

/* A word that begins nothing here, but a statement further out, and stands where such a
 * one would: some `}` is missing. */
static bool
is_unclosed_block(struct reader *reader, const struct piece *piece)
{
	const struct place *opened = &reader_block(reader)->place;
	bool begins = false;
	for (size_t i = 0; i + 1 < reader->depth; i++)
		begins |= reader_begins(reader, i, piece);
	if (!begins || !stands_out(reader, piece, opened))
		return false;
	complain(&reader->complaints, opened, NULL,
		 "this block is not closed: `}` is missing");
	return true;
}

bool
reader_leaves(struct reader *reader, const struct place *opened)
{
	const struct piece *piece = &reader->scanner.piece;
	return stands_out(reader, piece, opened) && reader_begins(reader, 0, piece);
}

/* First in its line, and not further in than what was opened. */
static bool
stands_out(struct reader *reader, const struct piece *piece, const struct place *opened)
{
	struct sources *sources = &reader->sources;
	return source_begins_line(sources, piece->source, piece->offset) &&
	       source_place(sources, piece->source, piece->offset).column <=
		       source_place(sources, opened->source, opened->offset).column;
}

/* The piece goes with no row: the statement is wrong, or it lacks its `;`, or a block its
 * `}`. */
static bool
mismatch(struct reader *reader, const struct piece *piece)
{
	bool complete =
		reader->piece_count > 0 && (reader_flags(reader) & ROWS_ENDS) != 0;
	bool begins = reader->piece_count > 0 &&
		      reader_begins(reader, reader->depth - 1, piece);
	const struct piece *last =
		&reader->pieces[reader->piece_count - (complete || begins)];
	/* A filter's block needs no `;`. */
	if (complete && begins && last->kind == PIECE_FILTER)
		return false;
	/* `import all export all`; but a single word may be the wrong one. */
	bool is_whole = complete && reader->piece_count > 1;
	if (begins && (is_whole || source_begins_line(&reader->sources, piece->source,
						      piece->offset))) {
		struct place place = { .source = last->source,
				       .offset = last->offset + last->length,
				       .length = 1 };
		if (!complete)
			expect_complain_end(reader);
		else
			complain(&reader->complaints, &place, NULL,
				 "`;` is missing here");
		reader->skipping = !complete;
		return false;
	}
	if (reader->piece_count == 0 && is_unclosed_block(reader, piece))
		return false;
	expect_complain(reader, piece);
	reader->skipping = true;
	return false;
}

/* ---- for the grammar
 * ------------------------------------------------------------------------ */

void
reader_statement_end(struct reader *reader)
{
	struct rows_match match;
	if (reader->skipping || reader->piece_count == 0) {
		statement_reset(reader);
		return;
	}
	struct block *block = reader_block(reader);
	if ((rows_flags(block->rows, reader->state) & ROWS_ENDS) == 0) {
		expect_complain_end(reader);
		statement_reset(reader);
		return;
	}
	rows_match(block->rows, reader->state, reader->pieces, reader->piece_count,
		   reader->arena, &match);
	if (match.row == NULL) {
		complain_entangled(reader);
		return;
	}
	unsigned target = match.row->target;
	if (target == TARGET_CHANNEL && block->kind == BLOCK_PROTOCOL)
		block->has_own_channel = true;
	if (target == TARGET_CONF)
		statement_run(reader, &match);
	else
		store_statement(reader, &match, block->structs[target]);
	channels_stored(reader, &match,
			target == TARGET_CHANNEL ? block->structs[target] : NULL);
	statement_reset(reader);
}

/* Only rows of many optional and repeated parts could take that long to tell apart. */
static void
complain_entangled(struct reader *reader)
{
	reader_complain(reader, NULL, "this statement is too entangled to be understood");
	statement_reset(reader);
}

void
reader_statement_drop(struct reader *reader)
{
	statement_reset(reader);
}

void
reader_block_open(struct reader *reader)
{
	struct block *outer = reader_block(reader);
	struct block *block = &reader->blocks[reader->depth++];
	*block = (struct block){ .kind = BLOCK_STRUCT,
				 .protocol = outer->protocol,
				 .is_ignored = outer->is_ignored,
				 .errors = reader->complaints.errors,
				 .place = piece_place(&reader->pieces[0]) };
	rows_state state = rows_step_block(outer->rows, reader->state);
	rows_match(outer->rows, state, reader->pieces, reader->piece_count, reader->arena,
		   &reader->match);
	const struct rows_row *row = reader->match.row;
	bool good = false;
	if (reader->depth > BLOCK_DEPTH)
		complain(&reader->complaints, &block->place, NULL,
			 "blocks are nested more than %d deep", BLOCK_DEPTH);
	else if (row == NULL)
		complain_entangled(reader);
	else if (row->target == TARGET_CONF)
		good = statement_open(reader, &reader->match, block);
	else
		good = store_block(reader, &reader->match, outer->structs[row->target],
				   block);
	reader->lexer.skips_block = !good;
	if (!good)
		block->kind = BLOCK_STRUCT;
	statement_reset(reader);
}

void
reader_block_close(struct reader *reader)
{
	struct block *block = reader_block(reader);
	check(reader, block);
	if (block->kind != BLOCK_STRUCT)
		statement_close(reader, block);
	reader->depth--;
	statement_reset(reader);
}

void
reader_unexpected(struct reader *reader, bool is_end, bool ends_before, const char *hint)
{
	struct lexer *lexer = &reader->lexer;
	const struct piece *piece = &reader->scanner.piece;
	bool ends = piece->mark == ';' || piece->mark == '}';
	bool is_mark = piece->kind == PIECE_MARK || piece->kind == PIECE_OTHER;
	struct place place = piece_place(piece);
	const char *known = hint_filter(reader, piece);
	code_lex_recover(reader, is_mark && ends ? piece->mark : '\0');
	/* What was scanned wrong is reported; so is the end. */
	if (is_end || reader->aborted || (is_mark && piece->mark == '\0'))
		return;
	bool begins = is_mark ? piece->mark == '}'
			      : source_begins_line(&reader->sources, piece->source,
						   piece->offset);
	/* Once before each token, or it would go on for ever. */
	bool again = lexer->inserted.source == place.source &&
		     lexer->inserted.offset == place.offset && lexer->inserted.length > 0;
	if (ends_before && begins && !again) {
		lexer->inserted = place;
		place = lexer->before;
		place.offset += place.length;
		place.length = 1;
		complain(&reader->complaints, &place, NULL, "`;` is missing here");
		lexer->inserting = lexer->recovering;
		lexer->recovering = false;
		return;
	}
	complain(&reader->complaints, &place, known != NULL ? known : hint,
		 "`%.*s` cannot stand here", (int)MIN(piece->length, 40),
		 reader->sources.list[piece->source].text + piece->offset);
}

void
reader_complain(struct reader *reader, const char *hint, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	struct place place = scanner_place(&reader->scanner);
	char *message = arena_vprintf(reader->scratch, format, arguments);
	va_end(arguments);
	complain(&reader->complaints, &place, hint, "%s", message);
}

static void
statement_reset(struct reader *reader)
{
	reader->piece_count = 0;
	reader->state = ROWS_START;
	reader->skipping = false;
}

/* What a block's schemas say about the whole. */
static void
check(struct reader *reader, const struct block *block)
{
	/* After a mistake inside, the whole cannot be right. */
	if (reader->complaints.errors > block->errors)
		return;
	for (unsigned i = 0; i < TARGETS; i++)
		for (const struct conf_schema *schema = block->schemas[i]; schema != NULL;
		     schema = schema->base) {
			const char *problem =
				schema->check != NULL
					? schema->check(reader->arena, block->structs[i])
					: NULL;
			if (problem != NULL)
				complain(&reader->complaints, &block->place, NULL, "%s",
					 problem);
		}
}

/* ---- the beginning and the end
 * ---------------------------------------------------------------- */

static void
reader_init(struct reader *reader, const struct reader_args *args)
{
	reader->router = args->router;
	reader->is_lenient = args->is_lenient;
	reader->is_expression = args->is_expression && args->router != NULL;
	reader->arena = arena_new(args->pool);
	reader->config = arena_alloc(reader->arena, sizeof(*reader->config));
	reader->config->arena = reader->arena;
	reader->pool = pool_new(args->pool, "reader");
	reader->scratch = arena_new(reader->pool);
	reader->trees = arena_new(reader->pool);
	hash_init(&reader->named);
	sources_init(&reader->sources, reader->arena);
	complaints_init(&reader->complaints, reader->scratch, &reader->sources);
	if (args->is_lenient)
		reader->complaints.limit = SIZE_MAX;
	reader->scanner.sys = args->router != NULL ? args->router->sys : NULL;
	reader->scanner.sources = &reader->sources;
	reader->scanner.complaints = &reader->complaints;
	reader->scanner.scratch = reader->scratch;
	code_begin(reader);
	struct conf_kept *kept = arena_alloc(reader->arena, sizeof(*kept));
	kept->policy = reader->policy;
	reader->config->kept = kept;
	statement_reset(reader);
}

static void
reader_fini(struct reader *reader)
{
	text_fini(&reader->printed);
	sources_fini(&reader->sources);
	hash_fini(&reader->named);
	mem_free(reader->pieces);
	mem_free(reader->channels);
	pool_free(reader->pool);
}

static bool
reader_open(struct reader *reader, const struct reader_args *args)
{
	const char *reason = NULL;
	int source = args->path == NULL
			     ? source_add_text(&reader->sources, args->text, args->size)
			     : source_add_file(&reader->sources, args->router->sys,
					       args->path, &reason);
	if (source < 0) {
		const struct source_place nowhere = { .line = 0 };
		char *message = arena_printf(reader->scratch, "cannot read `%s`: %s",
					     args->path, reason);
		complain_at(&reader->complaints, false, &nowhere, 0, NULL, message);
		reader->aborted = true;
		return false;
	}
	reader->config->file = reader->sources.list[source].name;
	scanner_open(&reader->scanner, (unsigned)source);
	return true;
}

struct rows *
reader_rows(struct reader *reader, const void *key, int kind,
	    void (*fill)(struct rows *, const void *key))
{
	for (struct rows_cache *cache = reader->caches; cache != NULL;
	     cache = cache->next)
		if (cache->key == key && cache->kind == kind)
			return cache->rows;
	struct rows_cache *cache = arena_alloc(reader->scratch, sizeof(*cache));
	*cache = (struct rows_cache){ .next = reader->caches,
				      .key = key,
				      .kind = kind,
				      .rows = rows_new(reader->scratch) };
	fill(cache->rows, key);
	reader->caches = cache;
	return cache->rows;
}

/* ---- the statement's values
 * --------------------------------------------------------------------------- */

struct place
value_place(const struct reader *reader, const struct conf_value *value)
{
	return piece_place(&reader->pieces[value->place]);
}

const struct conf_value *
match_value(const struct rows_match *match, unsigned tag)
{
	for (size_t i = 0; i < match->count; i++)
		if (match->values[i].tag == tag)
			return &match->values[i];
	return NULL;
}
