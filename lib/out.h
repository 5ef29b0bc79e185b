/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Structured output.  A command says what it has (tables of rows, fields with keys, lists,
 * notes); a renderer turns it into aligned text for people or into JSON for programs.  The same calls
 * make both, so neither can be forgotten.
 *
 *   out_table(out, "routes", columns, count);           -- a list of equal rows
 *   out_row(out);  out_str(out, "net", "10.0.0.0/8");  out_u64(out, "metric", 96);
 *   out_detail(out) … out_detail_end(out)               -- what belongs to the row, below it
 *   out_table_end(out);
 *   out_object(out, "status"); out_str(…) …; out_object_end(out);
 *
 * JSON streams: one line per top-level row ({"table":"routes", …}), so a million routes need no
 * memory.  Rows may be emitted over many calls of a resumable command.
 */
#ifndef LIB_OUT_H
#define LIB_OUT_H

#include "lib/addr.h"
#include "lib/macros.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum out_align { OUT_LEFT, OUT_RIGHT };

/* What a column is called, for text; JSON uses the key only. */
struct out_column {
	const char *key; /* "rxcost" */
	const char *
		title; /* "Rxcost"; null: not a column of the text form (shown with details). */
	uint8_t width; /* Least width in characters. */
	uint8_t align; /* enum out_align */
};

enum out_event {
	OUT_TABLE,
	OUT_ROW,
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
	OUT_NOTE,
	OUT_ERROR
};

/* One emitted thing, as a renderer gets it. */
struct out_item {
	enum out_event event;
	const char *key; /* Null inside a list. */
	const char *string; /* OUT_STRING, OUT_NOTE, OUT_ERROR */
	const char *unit; /* Shown behind a number in text; null: none. */
	uint64_t u64;
	int64_t i64; /* OUT_I64, OUT_BOOL, OUT_USEC */
	const struct out_column *columns;
	size_t count;
};

struct out;
struct out_class {
	void (*emit)(struct out *, const struct out_item *);
	void (*end)(
		struct out
			*); /* The command is over: flush what is held for alignment. */
};
/* Base of every renderer; where the characters go is `write`. */
struct out {
	const struct out_class *class;
	void (*write)(void *context, const char *bytes, size_t size);
	void *context;
	int errors; /* Count of out_error(): the exit status of the command. */
};

/* Renderers.  Freed with out_free(); `write` gets pieces of the text in order. */
struct out *out_text_new(void (*write)(void *, const char *, size_t), void *context);
struct out *out_json_new(void (*write)(void *, const char *, size_t), void *context);
/* Ends (flushes) and frees.  Accepts null. */
void out_free(struct out *out);
void out_end(struct out *out);

void out_table(struct out *out, const char *key, const struct out_column *columns,
	       size_t count);
void out_row(struct out *out); /* Begins the next row of the table. */
void out_detail(struct out *out);
void out_detail_end(struct out *out);
void out_table_end(struct out *out);
void out_object(struct out *out, const char *key);
void out_object_end(struct out *out);
void out_list(struct out *out, const char *key);
void out_list_end(struct out *out);
void out_str(struct out *out, const char *key, const char *value);
void
out_printf(struct out *out, const char *key, const char *format, ...) PRINTF_LIKE(3, 4);
void out_u64(struct out *out, const char *key, uint64_t value);
void out_i64(struct out *out, const char *key, int64_t value);
void out_bool(struct out *out, const char *key, bool value);
/* A duration: text `12.345 s`, JSON seconds as a decimal number. */
void out_usec(struct out *out, const char *key, usec_t value);
void out_addr(struct out *out, const char *key, struct addr addr);
void out_prefix(struct out *out, const char *key, const struct prefix *prefix);
/* A line for people (JSON: {"note": …}). */
void out_note(struct out *out, const char *format, ...) PRINTF_LIKE(2, 3);
/* Something went wrong: counted, shown in both forms ({"error": …}). */
void out_error(struct out *out, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
