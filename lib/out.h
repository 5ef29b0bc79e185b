/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Structured output.  A command says what it has (tables of rows, fields with keys,
 * lists, notes); a renderer turns it into aligned text for people, or into JSON or CSV
 * for programs.  The same calls make all, so none can be forgotten.
 *
 *   out_table(out, "routes", columns, count);         -- a list of equal rows
 *   out_row(out);  out_str(out, "net", "10.0.0.0/8");  out_u64(out, "metric", 96);
 *   out_detail(out) … out_detail_end(out);            -- what belongs to the row, below
 *   out_table_end(out);
 *
 *   out_object(out, "status"); out_str(…) …; out_object_end(out);
 *
 * Values stand in rows, details, objects and lists; tables, objects and lists at the top
 * or in any of these (a row ends with the next one or its table); notes and errors
 * anywhere.  All else is a programmer error.  Keys and columns must outlive the output:
 * they are literals; inside, none may be "row" or "object".
 *
 * JSON streams, one line per top-level thing, so a million routes need no memory:
 *   {"row":"routes", …}              a row of the table "routes", with its details
 *   {"object":"status", …}
 *   {"list":"names","items":[…]}
 *   {"note":"…"}  {"error":"…"}, with "code":N where they have a number
 *
 * CSV (RFC 4180, but with lines that end as they do on Unix) has a line with the keys of
 * the columns, then one for each row; an object is a table of one row.  What has no
 * column goes into that of the key "details", as `key=value; …`, if there is one; JSON
 * has all.  Tables within rows are left out.
 *
 * Text holds the first 200 rows back to measure the columns, then streams. Rows may be
 * emitted over many calls of a resumable command.
 */
#ifndef LIB_OUT_H
#define LIB_OUT_H

#include "lib/addr.h"
#include "lib/macros.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum out_align { OUT_LEFT, OUT_RIGHT };

/* What a value means to a person: its colour, where text has any. */
enum out_tone {
	OUT_PLAIN,
	OUT_GOOD, /* Up, the best, as it should be. */
	OUT_WAIT, /* On its way. */
	OUT_BAD,  /* Down, broken. */
	OUT_TONES
};

/* What a column is called, for text; JSON and CSV use the key only. */
struct out_column {
	const char *key;   /* "rxcost" */
	const char *title; /* "Rxcost"; null: text shows it with the details. */
	uint8_t width;     /* Least width in characters. */
	uint8_t align;     /* enum out_align */
};

enum out_event {
	OUT_TABLE,
	OUT_ROW,
	OUT_ROW_END,
	OUT_DETAIL,
	OUT_DETAIL_END,
	OUT_TABLE_END,
	OUT_OBJECT,
	OUT_OBJECT_END,
	OUT_LIST,
	OUT_LIST_END,
	OUT_STRING,
	OUT_U64,
	OUT_I64,
	OUT_BOOL,
	OUT_USEC,
	OUT_TITLE,
	OUT_NOTE,
	OUT_ERROR
};

/* One emitted thing, as a renderer gets it. */
struct out_item {
	enum out_event event;
	const char *key;    /* Null inside a list, and where the event has none. */
	const char *string; /* OUT_STRING (null: no value), OUT_TITLE, _NOTE, _ERROR */
	const char *unit;   /* OUT_U64: shown behind the number in text; null: none. */
	uint8_t tone;       /* enum out_tone; values only. */
	unsigned code;      /* OUT_NOTE, OUT_ERROR: its number; 0: none. */
	uint64_t u64;       /* OUT_U64 */
	int64_t i64;        /* OUT_I64, OUT_BOOL, OUT_USEC */
	const struct out_column *columns; /* OUT_TABLE */
	size_t count;                     /* Of columns. */
};

#define OUT_DEPTH   16 /* How deep tables, rows, details, objects and lists may nest. */
#define OUT_COLUMNS 32 /* How many columns a table may have. */

struct out;
struct out_class {
	void (*emit)(struct out *, const struct out_item *);
	void (*flush)(struct out *); /* Writes what it holds back; may be null. */
	void (*end)(struct out *);   /* The output is whole; may be null. */
	void (*free)(struct out *);  /* Releases the renderer, whole or not. */
	bool is_structured; /* Programs read it: fields rather than a sentence, no
			       pictures in messages. */
};

/* Base of every renderer; where the characters go is `write`. */
struct out {
	const struct out_class *class;
	void (*write)(void *context, const char *bytes, size_t size);
	void *context;
	/* Where whole lines of errors go that are to be told apart from the output (JSON
	 * has them in it); preset: null, errors stand in the text where they were met,
	 * and CSV drops them. */
	void (*complain)(void *context, const char *bytes, size_t size);
	int errors; /* Count of out_error(): the exit status of the command. */
	/* What is open, outermost first: the out_event that opened it.  While an opening
	 * or closing event is rendered, what it opens or closes is the innermost. */
	uint8_t nest[OUT_DEPTH];
	unsigned depth;
};

/* Renderers.  Freed with out_free(); `write` gets whole lines in order. */
struct out *out_text_new(void (*write)(void *, const char *, size_t), void *context);
/* Text for a terminal: lines of at most `width` characters where blanks allow it (0: as
 * long as they get), with colours (ECMA-48 §8.3.117) or without.  Before anything else.
 */
void out_text_fit(struct out *text, unsigned width, bool coloured);
struct out *out_json_new(void (*write)(void *, const char *, size_t), void *context);
struct out *out_csv_new(void (*write)(void *, const char *, size_t), void *context);
/* A `write` that appends to the struct text which is its context. */
void out_to_text(void *text, const char *bytes, size_t size);
/* Writes out what has been emitted; a row that is open ends by it.  For output that goes
 * on later: columns keep the widths they have got. */
void out_flush(struct out *out);
/* Says that all is out: nothing may be open. */
void out_end(struct out *out);
/* Frees; what is still open (a command broken off) is dropped.  Accepts null. */
void out_free(struct out *out);

void out_table(struct out *out, const char *key, const struct out_column *columns,
	       size_t count);
void out_row(struct out *out); /* Begins the next row of the table. */
void out_detail(struct out *out);
void out_detail_end(struct out *out);
void out_table_end(struct out *out);
/* The key is null inside a list. */
void out_object(struct out *out, const char *key);
void out_object_end(struct out *out);
void out_list(struct out *out, const char *key);
void out_list_end(struct out *out);
/* A null value: text `-`, JSON null. */
void out_str(struct out *out, const char *key, const char *value);
/* The same, with what it means. */
void out_state(struct out *out, const char *key, const char *value, enum out_tone tone);
void out_printf(struct out *out, const char *key, const char *format, ...)
	PRINTF_LIKE(3, 4);
void out_u64(struct out *out, const char *key, uint64_t value);
/* The unit is shown in text only; say it in the key, too, where it isn't plain.  Many "B"
 * are shown as "45.2 kB". */
void out_u64_unit(struct out *out, const char *key, uint64_t value, const char *unit);
void out_i64(struct out *out, const char *key, int64_t value);
void out_bool(struct out *out, const char *key, bool value);
/* A duration: text `12.345 s`, JSON seconds as a decimal number; USEC_NEVER: `never`,
 * null. */
void out_usec(struct out *out, const char *key, usec_t value);
void out_addr(struct out *out, const char *key, struct addr addr);
void out_prefix(struct out *out, const char *key, const struct prefix *prefix);
/* A line above what follows, for people; programs read it in the rows. */
void out_title(struct out *out, const char *format, ...) PRINTF_LIKE(2, 3);
/* A line (or several) for people (JSON: {"note": …}). */
void out_note(struct out *out, const char *format, ...) PRINTF_LIKE(2, 3);
/* Something went wrong: counted, shown in both forms ({"error": …}). */
void out_error(struct out *out, const char *format, ...) PRINTF_LIKE(2, 3);
/* The same with the number that programs know the message by, not 0 (JSON: "code"). */
void out_note_code(struct out *out, unsigned code, const char *format, ...)
	PRINTF_LIKE(3, 4);
void out_error_code(struct out *out, unsigned code, const char *format, ...)
	PRINTF_LIKE(3, 4);

#endif
