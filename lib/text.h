/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text: a growing, bounded string builder; matching and measuring words for error
 * messages.
 */
#ifndef LIB_TEXT_H
#define LIB_TEXT_H

#include "lib/macros.h"
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Starts as all zeros; `text` is always terminated once something was added. */
struct text {
	char *text;    /* Owned; null while empty. */
	size_t length; /* Characters, without the terminator. */
	size_t room;
};

void text_add(struct text *text, const char *string);
void text_add_bytes(struct text *text, const char *bytes, size_t size);
void text_add_char(struct text *text, char character);
void text_printf(struct text *text, const char *format, ...) PRINTF_LIKE(2, 3);
void text_vprintf(struct text *text, const char *format, va_list arguments);
void text_add_u64(struct text *text, uint64_t value);
/* Seconds as a decimal number, cut to `digits` (1..6) behind the point: "-1.234". */
void text_add_seconds(struct text *text, usec_t value, unsigned digits);
/* `count` times the character. */
void text_pad(struct text *text, char character, size_t count);
/* Empties it, keeps the memory. */
void text_reset(struct text *text);
void text_fini(struct text *text);
/* Never null. */
const char *text_string(const struct text *text);

/* Shell pattern with * and ? (as in interface lists). */
bool text_matches(const char *pattern, const char *string);
/* Edit distance, cut off at `limit` (for "did you mean"). */
unsigned text_distance(const char *a, const char *b, unsigned limit);
/* The candidate nearest to `word` within a sensible distance, null if none comes near. */
const char *text_nearest(const char *word, const char *const *candidates, size_t count);
/* Decimal or 0x; exactly `length` characters. */
bool text_parse_u64(const char *text, size_t length, uint64_t *value);
/* The size of the UTF-8 character (1..4 bytes) at the start of `size` bytes, its value in
 * `*rune`; 0 if there is no valid one (RFC 3629 §4). */
size_t text_utf8(const char *bytes, size_t size, uint32_t *rune);
/* Makes text that can be shown of anything: what is no UTF-8 (as text_utf8() has it) or a
 * control character becomes a blank.  `to` has room for `size` bytes and the terminator;
 * the length of it. */
size_t text_printable(char *to, const char *bytes, size_t size);
/* snprintf that says true if all of it fitted; `to` is always terminated. */
bool text_format(char *to, size_t size, const char *format, ...) PRINTF_LIKE(3, 4);
bool text_vformat(char *to, size_t size, const char *format, va_list arguments);
/* What a negative errno (or a positive one) means, in words: "No such device". */
const char *text_error(int error);

#endif
