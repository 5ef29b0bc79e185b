/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What files of route origin authorizations say: lines `route P max N as A;`, as BIRD's
 * static roa tables include them, or JSON with an array "roas" of objects with "prefix",
 * "maxLength" and "asn", as validators and registries publish it.  Which one it is shows
 * in the first character.  Fed in pieces of any size, it keeps little more than one
 * entry; pure but for memory.
 */
#ifndef PROTO_ROA_READER_H
#define PROTO_ROA_READER_H

#include "lib/addr.h"
#include "lib/text.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum roa_form { ROA_FORM_UNKNOWN, ROA_FORM_LINES, ROA_FORM_JSON };

/* Where in a JSON text the reader is: what it expects next. */
enum roa_json {
	ROA_JSON_OPEN, /* { */
	ROA_JSON_KEY,
	ROA_JSON_COLON,
	ROA_JSON_VALUE, /* Of another key: passed over. */
	ROA_JSON_NEXT,  /* , or } */
	ROA_JSON_LIST,  /* [ of "roas" */
	ROA_JSON_ENTRY,
	ROA_JSON_NEXT_ENTRY, /* , or ] */
	ROA_JSON_END
};

struct roa_reader {
	/* An entry; its type is NET_ROA4 or NET_ROA6. */
	void (*entry)(void *context, const struct prefix *roa);
	void *context;
	enum roa_form form;
	enum roa_json json;
	bool is_first;       /* Of a list or object: nothing has stood in it yet. */
	bool is_roas;        /* The last key was "roas". */
	bool is_last;        /* Nothing follows what is waiting. */
	bool is_bad;         /* It has failed. */
	bool has_list;       /* There was an array "roas". */
	struct text waiting; /* Not understood yet. */
	size_t at;           /* Understood up to here. */
	size_t retry;        /* A value is cut: not tried again with less than this. */
	uint32_t line;       /* From 1; of `at`. */
	uint64_t count;      /* Entries so far. */
	char error[192];     /* What is wrong, without the place. */
};

void roa_reader_init(struct roa_reader *reader,
		     void (*entry)(void *context, const struct prefix *roa),
		     void *context);
void roa_reader_fini(struct roa_reader *reader);
/* False: it is no such file; `line` and `error` say where and why, and nothing more is
 * read. */
bool roa_reader_feed(struct roa_reader *reader, const void *bytes, size_t size);
/* All was fed. */
bool roa_reader_end(struct roa_reader *reader);

/* ---- the two forms, for reader.c ---- */

/* Reads what is whole of `waiting` from `at` on. */
bool roa_lines_read(struct roa_reader *reader);
bool roa_json_read(struct roa_reader *reader);
/* Says what is wrong; false. */
bool roa_fail(struct roa_reader *reader, const char *format, ...) PRINTF_LIKE(2, 3);
/* Checks and gives an entry on. `max_length` < 0: that of the prefix. */
bool roa_take(struct roa_reader *reader, const char *prefix, size_t length,
	      int64_t max_length, uint64_t asn);

#endif
