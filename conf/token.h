/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tokens: what scanner.l makes of the texts, and the stack of texts it reads, as
 * `include` and templates push them.  The codes of tokens are the grammar's.
 */
#ifndef CONF_TOKEN_H
#define CONF_TOKEN_H

#include "conf/complaint.h"
#include "conf/piece.h"
#include "conf/source.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct sys;
struct scanner_frame;

#define INCLUDE_DEPTH 8

struct scanner {
	void *flex;
	struct sys *sys; /* Null: nothing can be included. */
	struct sources *sources;
	struct complaints *complaints;
	struct arena *scratch;       /* Lives as long as the scanner. */
	struct scanner_frame *frame; /* The text being read. */
	bool ended;
	struct piece piece; /* The last token. */
};

/* ---- for the reader
 * -------------------------------------------------------------------- */

/* Starts on a source. */
void scanner_open(struct scanner *scanner, unsigned source);
/* The next token, 0 at the end; its value and place are in scanner->piece. */
int scanner_token(struct scanner *scanner);
/* Reads a part of a source again before it goes on. */
void scanner_replay(struct scanner *scanner, unsigned source, uint32_t offset,
		    uint32_t size);
/* The last token was read before. */
bool scanner_is_replaying(const struct scanner *scanner);
/* Frees what the scanner holds; the sources are the caller's. */
void scanner_close(struct scanner *scanner);
/* Of the last token. */
struct place scanner_place(const struct scanner *scanner);

/* ---- in scanner.l
 * ---------------------------------------------------------------------- */

void scanner_begin(struct scanner *scanner);
void scanner_end(struct scanner *scanner);
int scanner_next(struct scanner *scanner);
/* Reads `text` (two zeros follow it) before it goes on with what it was reading. */
void scanner_push(struct scanner *scanner, char *text, size_t size);

/* ---- for scanner.l: each sets the piece and returns the token
 * ---------------------------- */

int scanner_text(struct scanner *scanner, int token, const char *text, size_t length);
int scanner_quoted(struct scanner *scanner, int token, const char *text, size_t length);
/* A word, a number, or enough digits in hex to be bytes. */
int scanner_digits(struct scanner *scanner, const char *text, size_t length);
/* Groups of digits in hex with colons between: an IPv6 address, bytes, or neither. */
int scanner_colons(struct scanner *scanner, const char *text, size_t length);
bool scanner_is_address(const char *text, size_t length);
/* At least 16 pairs of digits in hex, with a colon between all of them or none. */
bool scanner_is_bytes(const char *text, size_t length);
int scanner_number(struct scanner *scanner, const char *text, size_t length);
int scanner_prefix(struct scanner *scanner, const char *text, size_t length);
/* `scope`: an interface follows the address. */
int scanner_address(struct scanner *scanner, const char *text, size_t length, bool scope);
/* The same with the name of a constant instead. */
int scanner_scoped(struct scanner *scanner, const char *text, size_t length);
int scanner_mark(struct scanner *scanner, int token, const char *text, size_t length);
/* A character that means nothing, or several that begin no other token. */
int scanner_strange(struct scanner *scanner, const char *text, size_t length);
/* It begins with the mark that some editors begin files with, and so does the file. */
bool scanner_is_bom(const struct scanner *scanner, const char *text, size_t length);
/* `==`, which is complained of and read as `=`. */
void scanner_warn_equal(struct scanner *scanner, const char *text);
/* Complains. */
void scanner_bad(struct scanner *scanner, const char *text, size_t length,
		 const char *problem);
/* Pushes the files of an `include "…";`. */
void scanner_include(struct scanner *scanner, const char *text, size_t length);
/* A text is at its end. False: it was the last one. */
bool scanner_pop(struct scanner *scanner);

#endif
