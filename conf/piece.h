/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pieces: what a configuration statement is made of (words, values, marks), each with its
 * place.  The reader keeps those of one statement; text is borrowed from the source.
 */
#ifndef CONF_PIECE_H
#define CONF_PIECE_H

#include "conf/complaint.h"
#include "lib/addr.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct filter;
struct value;

enum piece_kind {
	PIECE_WORD,
	PIECE_QUOTED, /* 'name' */
	PIECE_SCOPED, /* A word and a scope: a constant that is an address, with it. */
	PIECE_STRING,
	PIECE_NUMBER,
	PIECE_BYTES, /* hex:…, or 16 bytes and more in hex digits. */
	PIECE_ADDR,  /* With or without a scope. */
	PIECE_PREFIX,
	PIECE_FILTER, /* A filter block. */
	PIECE_WHERE,  /* The expression after `where`. */
	PIECE_MARK,   /* One of , - = { } */
	PIECE_OTHER /* What no row takes: a set, say, or a mark of the filter language. */
};

struct piece {
	uint8_t kind;     /* enum piece_kind */
	char mark;        /* PIECE_MARK */
	uint16_t keyword; /* Of the automaton at hand; 0: none. */
	uint16_t symbol;  /* The same, of any piece; set by rows_step(). */
	uint16_t source;  /* Where: file, offset and length of the text. */
	uint32_t offset, length;
	const char *text; /* PIECE_WORD, QUOTED and STRING: without the quotes; not
			     terminated. */
	uint32_t text_length;
	const char *scope; /* PIECE_ADDR, SCOPED: the interface after `%`, or null; not
			      terminated. */
	uint32_t scope_length;
	union {
		uint64_t number;
		struct addr addr;
		struct prefix prefix;
		const struct filter *filter;
	};
};

struct place piece_place(const struct piece *piece);
/* It is this word, unquoted. */
bool piece_is(const struct piece *piece, const char *word);

#endif
