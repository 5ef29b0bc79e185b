/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Option schemas: one row per option.  Parser, range check, defaults, diff, `configure
 * check`, the manual and completion all read the same row.  conf/ does the reading; this
 * file is what modules write.
 *
 * Patterns.  A statement is words and values, ended by `;` or by its block.  A row's
 * pattern says which it takes; its parts stand apart by blanks:
 *
 *     word  ,  -  =  { }       themselves
 *     word:2                   a word captured with tag 2 (its text is value.word)
 *     @                        the value of the row's type; of an ignored or refused
 *                              row, any values
 *     <kind> <kind:1>          a value for a CONF_CALL row, with tag 0 or 1
 *     [ x y ]                  optional
 *     ( a | b c )              alternatives
 *     ( x y )...  or  x...     one or more times
 *     {                        last: a block follows, its rows are `more`
 *     [{]                      last: a block may follow
 *
 * Kinds: number, time, string, name, table (a name of one), addr, addr% (with or without
 * an %interface, which is value.word), prefix, ip4, bytes, switch, filter (as
 * CONF_FILTER), body (a block of filter statements), expr (a condition on routes).
 * Examples:
 *
 *     hello interval @
 *     interface @ [{]
 *     route <prefix> ( via <addr%:1> [ weight <number:2> ] )... [ <body:3> ]
 *     ( receive:1 | import:2 ) limit ( off | <number:4> [ action ( warn:5 | block:6 ) ] )
 *
 * Words are contextual: a word means an option only where a row expects it, and wins
 * there over a constant of that name.  The longest match wins; of two equally long ones
 * that with more words of its own.  Where a value stands, a constant or `( expression )`
 * does too. An enum's names may be of several words ("hmac sha1").
 */
#ifndef NEST_SCHEMA_H
#define NEST_SCHEMA_H

#include "lib/addr.h"
#include "lib/list.h"
#include "lib/macros.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct filter;
struct conf_call;
struct conf_diff;
struct out;
struct text;

/* What a row's value is, and what is stored at its offset. */
enum conf_type {
	CONF_SWITCH,  /* bool; on/off/yes/no, a number, or nothing (= on). */
	CONF_U32,     /* uint32_t within min..max. */
	CONF_U64,     /* uint64_t */
	CONF_USEC,    /* usec_t; `5`, `5 s`, `5 ms`, `5 us`; min, max, preset in
			 microseconds. */
	CONF_STRING,  /* const char *; "…" or a constant. */
	CONF_NAME,    /* const char *; a word, 'quoted' or "string". */
	CONF_TABLE,   /* const char *; the name of a table, which there must be. */
	CONF_ADDR,    /* struct addr */
	CONF_IP4,     /* uint32_t in host order, written as an address or a number (router
			 id). */
	CONF_PREFIX,  /* struct prefix */
	CONF_ENUM,    /* uint32_t; `more` is struct conf_word[], ended by a null name. */
	CONF_FLAGS,   /* unsigned; `all`, `off`, one word or { words, … }; `more` as
			 CONF_ENUM.  `max`: what `all` is; 0: all words. */
	CONF_KEYWORD, /* uint32_t set to `preset`; the pattern has no value. */
	CONF_SECRET,  /* const char *; never printed. */
	CONF_FILTER,  /* const struct filter *; all | none | filter F | filter { } | where
			 EXPR. */
	CONF_INTERFACES, /* struct list of blocks that begin with struct conf_interface;
			    `interface "e*", -"eth1" { … }`. */
	CONF_BLOCK,      /* The struct at offset, filled by the rows of `more`. */
	CONF_BLOCKS,  /* struct list of structs that begin with struct list; `more` says
			 size and rows.  `take`, if any, gets what stands before the
			 block; `config` is then the new struct. */
	CONF_CALL,    /* `take` is called with what was captured. */
	CONF_IGNORED, /* Accepted, warned about once: `doc` says why it does nothing.
			 `more` may be a schema whose rows are accepted too. */
	CONF_REFUSED  /* An error: `doc` says why, and what to use instead. */
};

/* What a change to the option costs a running instance. */
enum conf_effect { CONF_LIVE, CONF_REFEED, CONF_RESTART };

struct conf_word {
	const char *name;
	uint32_t value;
};

struct conf_item {
	const char *pattern;
	const char *doc;         /* One sentence for the manual; starts with a capital. */
	enum conf_type type : 8; /* There are hundreds of rows: they are kept small. */
	enum conf_effect effect : 8;
	uint16_t size; /* See `equal`. */
	uint32_t offset;
	int64_t min, max, preset; /* For numbers, times, enums and switches. */
	const void *more;         /* conf_word[], or the conf_schema of a block. */
	/* CONF_CALL: null, or the complaint in arena text; call->culprit says which value
	 * it is about. */
	const char *(*take)(struct conf_call *);
	/* CONF_CALL rows with a state of their own say whether old and new are equal;
	 * null: compare the bytes of `size` at offset.  CONF_BLOCKS: two structs of the
	 * lists stand for the same (have the same name, say); null: they always do. */
	bool (*equal)(const void *old, const void *new);
	/* Adds what stands behind the first words of the pattern; null: it can't be
	 * shown. CONF_CALL: `field` is what is at offset; CONF_BLOCKS: it is the block's
	 * struct. */
	void (*print)(struct text *text, const void *field);
	/* CONF_CALL: adds what makes `now` of `old`, where to show both would say too
	 * little or too much ("2 added"); null: both are shown. */
	void (*print_change)(struct text *text, const void *old, const void *now);
};

struct conf_schema {
	const char *name; /* "babel interface": a chapter of the manual. */
	const char *doc;
	size_t size;                    /* Of the struct. */
	const struct conf_item *items;  /* Ends with a null pattern; null: none. */
	const struct conf_schema *base; /* More rows, for the same struct; null: none. */
	/* Presets that rows can't say; called on the zeroed struct after the presets.
	 * Null: none. */
	void (*init)(void *config);
	/* Called when the block ends: null, or the complaint in arena text. */
	const char *(*check)(struct arena *arena, void *config);
};

/* First members of a CONF_INTERFACES block. */
struct interface_pattern;
struct conf_interface {
	struct list link;
	struct interface_pattern *patterns;
};

/* One captured value. */
struct conf_value {
	uint8_t kind;   /* enum conf_type: what it was read as. */
	uint8_t tag;    /* From <kind:tag> or word:tag; 0 if none. */
	uint16_t place; /* Where it stands in the statement; for conf/. */
	/* Captured words, names, strings; of an addr% its interface, or null.  Lives as
	 * long as the configuration. */
	const char *word;
	uint64_t number; /* Numbers, times, switches. */
	struct addr addr;
	struct prefix prefix;
	/* A block of filter statements (static's attribute block), or null. */
	const struct filter *filter;
};

/* A CONF_CALL row was matched. */
struct conf_call {
	const struct conf_item *item;
	void *config;        /* The struct being filled. */
	struct arena *arena; /* Lives as long as the configuration. */
	const struct conf_value *values;
	size_t count;
	size_t culprit; /* Set before complaining: the value that is wrong. Preset: none.
			 */
	uint32_t line;
	const char *file;
	/* Set, to a literal, by a `take` that takes it all the same: said once. Preset:
	 * none. */
	const char *warning;
};

/* Where a check of a whole block says what it finds; made by conf/. */
struct conf_check {
	struct arena *arena; /* Lives as long as the configuration. */
	/* `text` is in the arena. */
	void (*say)(struct conf_check *check, bool is_warning, const char *text);
};
void conf_check_error(struct conf_check *check, const char *format, ...)
	PRINTF_LIKE(2, 3);
void conf_check_warning(struct conf_check *check, const char *format, ...)
	PRINTF_LIKE(2, 3);

/* ---- diff ---- */

/* Which rows differ between two configurations of an instance. */
struct conf_diff {
	enum conf_effect effect; /* The dearest of them. */
	bool same;
	const struct conf_item *const *items; /* Those that differ. */
	size_t count;
};
/* True if a row that fills `offset` of the outermost struct is among them. */
bool conf_diff_has(const struct conf_diff *diff, size_t offset);

#endif
