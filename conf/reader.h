/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reader: a text becomes a typed configuration.  It is driven by the grammar
 * (statements, blocks) through the lexer (which gives each piece of a statement to the
 * rows of the block at hand), and fills structs as the rows say.
 */
#ifndef CONF_READER_H
#define CONF_READER_H

#include "conf/complaint.h"
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
#define BRACKET_DEPTH  1000 /* In filter code. */
#define TEMPLATE_DEPTH 8    /* Templates of templates. */
/* The router does nothing else while it reads: these keep that short, not only memory. */
#define TREES_LIMIT  ((size_t)128 << 20)  /* Bytes to read one piece of filter code. */
#define ERRORS_LIMIT 1000                 /* More, and it is no configuration at all. */
#define REPLAY_LIMIT ((uint64_t)64 << 20) /* Characters that `from` reads again. */

/* Which struct a row of a block fills. */
enum target {
	TARGET_OWN,     /* The block's own. */
	TARGET_CHANNEL, /* The channel's; in a protocol with one channel, that one's. */
	TARGET_MORE,    /* The protocol's own part of the channel. */
	TARGET_CONF,    /* None: the item is a statement's (statement.h). */
	TARGETS
};

enum block_kind {
	BLOCK_TOP,
	BLOCK_PROTOCOL,
	BLOCK_TRANSPORT,
	BLOCK_CHANNEL,
	BLOCK_TABLE,
	BLOCK_STRUCT
};

/* A block being read; the whole text is the first. */
struct block {
	enum block_kind kind;
	struct rows *rows;
	void *structs[TARGETS];
	const struct conf_schema *schemas[TARGETS]; /* To be checked at the end. */
	const struct conf_schema *inside[TARGETS];  /* Whose rows open blocks in it. */
	struct protocol_config *protocol;           /* BLOCK_PROTOCOL and below it. */
	struct transport_config *transport;         /* BLOCK_TRANSPORT */
	struct named *named;                        /* BLOCK_PROTOCOL: its name. */
	/* BLOCK_PROTOCOL with one channel: its options stood outside of a channel's
	 * block. */
	bool has_own_channel;
	struct place place; /* The statement it belongs to. */
	bool is_ignored;    /* It is a row's that does nothing. */
	size_t errors;      /* Complaints when it began. */
};

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
	/* Open ones; 'l': the { } of prefix lengths, 'm': the [= =] of a mask. */
	char brackets[BRACKET_DEPTH];
	size_t bracket_count;
	struct place brackets_place; /* Of the first. */
	struct place declaration;    /* Of the filter or function being read. */
	struct place now, before;    /* The last two tokens of filter code. */
	struct place inserted;       /* The token a `;` was put before last. */
};

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

/* A token of filter code.  Marks end behind the place, words behind theirs. */
struct lexed {
	struct ast_place place;
	union {
		const char *word; /* Terminated. */
		struct value value;
	};
};

/* `;`: the statement goes to its row. */
void reader_statement_end(struct reader *reader);
/* It was wrong, which was reported. */
void reader_statement_drop(struct reader *reader);
/* `{`: the statement is a block's beginning. */
void reader_block_open(struct reader *reader);
void reader_block_close(struct reader *reader);
/* A piece that filter code made: the value of `( expr )`, a filter block, an expression
 * after `where`. Null: a mistake that was reported. */
void reader_take_value(struct reader *reader, struct ast_node *expr);
void reader_take_body(struct reader *reader, struct ast_node *block);
void reader_take_where(struct reader *reader, struct ast_node *expr);
/* What begins at a place (`{` of a filter block, or `where`) was compiled before, the
 * text being read again for a template: it is taken as a piece. */
bool reader_take_again(struct reader *reader, enum piece_kind kind,
		       const struct place *place);
/* Declarations; any part may be null after a mistake. */
void reader_define(struct reader *reader, const struct lexed *name,
		   struct ast_node *expr);
void reader_function(struct reader *reader, struct ast_function *function);
void reader_eval(struct reader *reader, struct ast_node *expr);
void reader_attribute(struct reader *reader, struct ast_node *type,
		      const struct lexed *name);
/* `bt_test_suite(function, "what");` and `bt_test_same(a, b, number);` */
void reader_test_suite(struct reader *reader, const struct lexed *function,
		       const struct lexed *what);
void reader_test_same(struct reader *reader, const struct lexed *a, const struct lexed *b,
		      const struct lexed *wanted);
/* `attribute bgp 42 bytestring NAME;` */
void reader_attribute_of(struct reader *reader, const struct lexed *protocol,
			 const struct lexed *number, struct ast_node *type,
			 const struct lexed *name);
/* The grammar can't go on with the last token (`is_end`: the end of the text); it could
 * with a `;` before it (`ends_before`). */
void reader_unexpected(struct reader *reader, bool is_end, bool ends_before,
		       const char *hint);
/* At the last token. */
void reader_complain(struct reader *reader, const char *hint, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* ---- lexer.c: after a mistake in filter code -----------------------------------------
 */

/* Prepares what the grammar is given next; `mark`: `;` or `}`, if that is the last token.
 */
void lexer_recover(struct reader *reader, char mark);
/* Statements of rows follow, whatever was being read. */
void lexer_reset(struct reader *reader);

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
struct place piece_place(const struct piece *piece);
struct ast_place reader_place(struct reader *reader, const struct piece *piece);

/* ---- code.c: the policy language; with reader_take_*() and declarations, above
 * ---------------------------------------------------------- */

/* There is a reader: makes its policy. */
void code_begin(struct reader *reader);
/* The piece, a word, becomes the value of the constant it names.  False: it names none,
 * or one that no row takes. */
bool code_constant(struct reader *reader, struct piece *piece);

/* ---- expect.c: what goes wrong with pieces
 * -------------------------------------------------- */

/* The piece fits no row. */
void expect_complain(struct reader *reader, const struct piece *piece);
/* The statement ends too early. */
void expect_complain_end(struct reader *reader);
/* "did you mean `x`?" in scratch memory, null if nothing comes near. */
const char *expect_nearest(struct reader *reader, const char *word,
			   const char *const *candidates, size_t count);
/* The same for a protocol or transport there is not, modules that are installed but not
 * loaded being candidates too; for the very name of one, how it is loaded. */
const char *expect_class(struct reader *reader, const char *word,
			 const char *const *candidates, size_t count);
/* The same over names of a kind. */
const char *expect_named(struct reader *reader, enum named_kind kind, const char *word);

const char *expect_filter(struct reader *reader, const char *word);
/* "expected `;` or an operator", of the names of the grammar's tokens; null if there are
 * too many for anybody to read. */
const char *expect_tokens(struct reader *reader, const char *const *names, size_t count);

/* ---- store.c: values into structs
 * ------------------------------------------------------------ */

/* A struct with its presets. */
void *store_new(struct arena *arena, const struct conf_schema *schema);
/* The presets alone, of rows added to a struct made otherwise. */
void store_preset(const struct conf_schema *schema, void *config);
/* A statement without a block. */
void store_statement(struct reader *reader, const struct rows_match *match, void *config);
/* One with a block: its struct is made. False: it is to be passed over. */
bool store_block(struct reader *reader, const struct rows_match *match, void *config,
		 struct block *block);

/* Warns, unless it did so before with the same key. `hint` may be null. */
void store_warn_once(struct reader *reader, const void *key, const struct place *place,
		     const char *hint, const char *message);

/* ---- lint.c: what cannot be meant
 * --------------------------------------------------------- */

/* Of the whole configuration, which has been read. */
void lint_config(struct reader *reader);
/* A name in a list of interfaces that is all but the name of one there is. */
void lint_interface(struct reader *reader, const char *name, const struct place *place);
/* A name that filter code does not know, about to be complained of: what it may have been
 * meant to be, or null. */
const char *lint_name(struct reader *reader, const char *name);

/* ---- reader.c: what statements are made of, and what they name
 * --------------------------------------------------------------------- */

/* Automatons are made once per schema. */
struct rows *reader_rows(struct reader *reader, const void *key, int kind,
			 void (*fill)(struct rows *, const void *key));
/* Where a captured value stands. */
struct place value_place(const struct reader *reader, const struct conf_value *value);
/* The value captured with a tag; null if there is none. */
const struct conf_value *match_value(const struct rows_match *match, unsigned tag);

/* ---- template.c: what a protocol is `from`
 * ----------------------------------------------------------------- */

/* The block of a protocol or template begins, and ends: its text, to be read again. */
void template_begin(struct reader *reader, struct named *named);
void template_end(struct reader *reader, struct named *named);
/* What `from` names is read before anything else, for the one of that name.
 * False after a complaint. */
bool template_replay(struct reader *reader, const struct conf_value *from,
		     struct named *named);

/* ---- channels.c: channels and the tables they name
 * -------------------------------------------------------- */

/* One of this net type (-1: the first that the class can have), in no list. */
struct channel_config *channels_new(struct reader *reader,
				    const struct protocol_class *class, int type);
/* A statement of the type's words in a protocol; false after a complaint. */
bool channels_open(struct reader *reader, const struct rows_match *match,
		   struct block *block);
/* It stands at this place. */
void channels_opened(struct reader *reader, struct channel_config *channel,
		     const struct place *place);
/* Those of an instance that stand whether they are written or not. */
void channels_preset(struct reader *reader, struct protocol_config *config,
		     const struct place *place);
/* The protocol's block is closed: the one channel whose rows stood in it becomes its. */
void channels_own(struct reader *reader, struct block *block);
/* A row was filled, of a channel's if it is not null. */
void channels_stored(struct reader *reader, const struct rows_match *match,
		     const struct channel_config *channel);
/* Its export policy was written, and is no preset. */
bool channels_say_export(const struct reader *reader,
			 const struct channel_config *channel);
/* Where a channel was opened, or its table named. */
struct place channels_place(const struct reader *reader,
			    const struct channel_config *channel);
/* All tables that are named are there, and of the types of those who name them. */
void channels_check(struct reader *reader);

#endif
