/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reader: a text becomes a typed configuration.  It is driven by the grammar
 * (statements, blocks) through the lexer (which gives each piece of a statement to the
 * rows of the block at hand), and fills structs as the rows say.
 */
#ifndef CONF_READER_H
#define CONF_READER_H

#include "conf/block.h"
#include "conf/complaint.h"
#include "conf/lexer.h"
#include "conf/named.h"
#include "conf/piece.h"
#include "conf/rows.h"
#include "conf/source.h"
#include "conf/token.h"
#include "filter/ast.h"
#include "filter/policy.h"
#include "lib/hash.h"
#include "lib/text.h"
#include "nest/config.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct channel_config;
struct protocol_config;
struct router;
struct transport_config;

#define BLOCK_DEPTH    16   /* Blocks of blocks. */
#define PIECE_LIMIT    8192 /* Of a statement. */
#define TEMPLATE_DEPTH 8    /* Templates of templates. */
/* The router does nothing else while it reads: these keep that short, not only memory. */
#define TREES_LIMIT  ((size_t)128 << 20)  /* Bytes to read one piece of filter code. */
#define ERRORS_LIMIT 1000                 /* More, and it is no configuration at all. */
#define REPLAY_LIMIT ((uint64_t)64 << 20) /* Characters that `from` reads again. */

struct reader {
	struct router *router; /* Null: nothing to look into (tests). */
	struct config *config;
	struct arena *arena;   /* The configuration's. */
	struct pool *pool;     /* Of what follows; gone when the reading is over. */
	struct arena *scratch; /* Lives as long as the reader. */
	struct arena *trees;   /* Filter code; reset after each declaration. */
	struct sources sources;
	struct complaints complaints;
	struct scanner scanner;
	struct lexer lexer;
	struct ast ast;
	struct policy *policy;

	struct block blocks[BLOCK_DEPTH + 1];
	size_t depth; /* Of blocks; blocks[depth - 1] is the innermost. */
	/* The statement. */
	struct piece *pieces;
	size_t piece_count, piece_room;
	rows_state state;
	bool skipping;           /* It is wrong: the rest is passed over. */
	struct rows_match match; /* Of the statement whose block is being opened. */

	struct hash named; /* struct named */
	struct name_count *name_counts;
	struct bodies *bodies; /* Filters written in place, by their source. */
	size_t bodies_count, bodies_room;
	struct table_use *table_uses;
	struct channel_written *channels; /* By channel_config.written, from 1. */
	size_t channel_count, channel_room;
	struct rows_cache *caches;
	struct warned *warned;   /* What was warned about once. */
	size_t errors_before;    /* Complaints when the present filter code began. */
	struct ast_node *result; /* Of an expression that is the whole text. */
	struct text printed;     /* By that expression. */
	bool is_lenient;         /* As in its arguments. */
	bool is_expression;      /* The same, and there is a router. */
	uint64_t replayed;       /* Characters that were read again for `from`. */
	bool aborted;
};

/* What a reader reads for. */
struct reader_args {
	struct router *router;
	struct pool *pool; /* Where the configuration lives. */
	const char *path;  /* A file; null: the text. */
	const char *text;
	size_t size;
	bool is_expression; /* The names of the configuration in force are known. */
	bool is_lenient;    /* What is wrong is left out, and the rest good for tests. */
};

/* Reads; the configuration, or null if there were errors.  Complaints are shown either
 * way. */
struct config *reader_read(const struct reader_args *args, struct out *complaints);
/* The same for an expression, and for a condition or a block of filter statements, typed
 * by hand: with the names of the router's configuration, in args->pool. */
bool reader_value(const struct reader_args *args, struct value *value,
		  struct out *complaints);
const struct filter *reader_filter(const struct reader_args *args, bool is_where,
				   struct out *complaints);

/* ---- for the grammar
 * --------------------------------------------------------------------- */

/* `;`: the statement goes to its row. */
void reader_statement_end(struct reader *reader);
/* It was wrong, which was reported. */
void reader_statement_drop(struct reader *reader);
/* `{`: the statement is a block's beginning. */
void reader_block_open(struct reader *reader);
void reader_block_close(struct reader *reader);
/* The grammar can't go on with the last token (`is_end`: the end of the text); it could
 * with a `;` before it (`ends_before`). */
void reader_unexpected(struct reader *reader, bool is_end, bool ends_before,
		       const char *hint);
/* At the last token. */
void reader_complain(struct reader *reader, const char *hint, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* ---- for the lexer
 * ------------------------------------------------------------------------ */

/* One more piece: steps on.  False: the statement is wrong, and skipping is set; or it
 * ended before this piece, and is not. */
bool reader_take(struct reader *reader, const struct piece *piece);
struct block *reader_block(struct reader *reader);
unsigned reader_flags(const struct reader *reader);
/* Whether a word begins a statement of this block (0: the outermost). */
bool reader_begins(struct reader *reader, size_t block, const struct piece *piece);
/* The last word stands where a statement of the outermost level would, and begins one. */
bool reader_leaves(struct reader *reader, const struct place *opened);
struct ast_place reader_place(struct reader *reader, const struct piece *piece);

/* ---- reader.c: what statements are made of, and what they name
 * --------------------------------------------------------------------- */

/* Automatons are made once per schema. */
struct rows *reader_rows(struct reader *reader, const void *key, int kind,
			 void (*fill)(struct rows *, const void *key));
/* Where a captured value stands. */
struct place value_place(const struct reader *reader, const struct conf_value *value);
/* The value captured with a tag; null if there is none. */
const struct conf_value *match_value(const struct rows_match *match, unsigned tag);

#endif
