/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The string builder, shell patterns, the distance of words and numbers of exact length.
 */
#include "lib/text.h"

#include "lib/mem.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_FIRST_ROOM 64u
#define TEXT_WORD       64u /* Longest word a distance is measured of. */

static void text_reserve(struct text *text, size_t more);
static unsigned text_limit(const char *word);
static unsigned least_u(unsigned a, unsigned b);

void
text_add(struct text *text, const char *string)
{
	text_add_bytes(text, string, strlen(string));
}

void
text_add_bytes(struct text *text, const char *bytes, size_t size)
{
	text_reserve(text, size);
	if (size > 0)
		memcpy(text->text + text->length, bytes, size);
	text->length += size;
	text->text[text->length] = '\0';
}

void
text_add_char(struct text *text, char character)
{
	text_add_bytes(text, &character, 1);
}

void
text_printf(struct text *text, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	text_vprintf(text, format, arguments);
	va_end(arguments);
}

void
text_vprintf(struct text *text, const char *format, va_list arguments)
{
	va_list again;
	va_copy(again, arguments);
	text_reserve(text, 0);
	size_t room = text->room - text->length;
	int length = vsnprintf(text->text + text->length, room, format, arguments);
	assert(length >= 0);
	if ((size_t)length >= room) {
		text_reserve(text, (size_t)length);
		vsnprintf(text->text + text->length, (size_t)length + 1, format, again);
	}
	text->length += (size_t)length;
	va_end(again);
}

void
text_add_u64(struct text *text, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);
	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	text_add_bytes(text, digits + at, sizeof(digits) - at);
}

void
text_add_seconds(struct text *text, usec_t value, unsigned digits)
{
	uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	uint64_t fraction = size % (uint64_t)USEC_S, unit = (uint64_t)USEC_S;
	assert(digits > 0 && digits <= 6);
	if (value < 0)
		text_add_char(text, '-');
	text_add_u64(text, size / (uint64_t)USEC_S);
	text_add_char(text, '.');
	for (; digits > 0; digits--) {
		unit /= 10;
		text_add_char(text, (char)('0' + fraction / unit % 10));
	}
}

void
text_pad(struct text *text, char character, size_t count)
{
	text_reserve(text, count);
	memset(text->text + text->length, character, count);
	text->length += count;
	text->text[text->length] = '\0';
}

void
text_reset(struct text *text)
{
	text->length = 0;
	if (text->text != NULL)
		text->text[0] = '\0';
}

void
text_fini(struct text *text)
{
	mem_free(text->text);
	*text = (struct text){ .text = NULL };
}

const char *
text_string(const struct text *text)
{
	return text->text != NULL ? text->text : "";
}

bool
text_matches(const char *pattern, const char *string)
{
	const char *star = NULL, *retry = NULL;
	for (;;) {
		if (*pattern == '*') {
			star = ++pattern;
			retry = string;
		} else if (*string == '\0') {
			return *pattern == '\0';
		} else if (*pattern == '?' || *pattern == *string) {
			pattern++;
			string++;
		} else if (star != NULL) {
			/* The last star takes one character more. */
			pattern = star;
			string = ++retry;
		} else {
			return false;
		}
	}
}

unsigned
text_distance(const char *a, const char *b, unsigned limit)
{
	/* Rows of the usual table: the line before the last, the last, this one. */
	unsigned rows[3][TEXT_WORD + 1];
	size_t b_length = strlen(b);
	if (strlen(a) > TEXT_WORD || b_length > TEXT_WORD)
		return strcmp(a, b) == 0 ? 0 : limit;
	unsigned *before = rows[0], *last = rows[1], *row = rows[2];
	for (unsigned j = 0; j <= b_length; j++)
		last[j] = j;
	for (unsigned i = 1; a[i - 1] != '\0'; i++) {
		row[0] = i;
		for (unsigned j = 1; j <= b_length; j++) {
			unsigned change = a[i - 1] != b[j - 1];
			row[j] = least_u(last[j - 1] + change,
					 least_u(last[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = least_u(row[j], before[j - 2] + 1);
		}
		unsigned *spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return least_u(last[b_length], limit);
}

const char *
text_nearest(const char *word, const char *const *candidates, size_t count)
{
	unsigned limit = text_limit(word), best = limit + 1;
	const char *nearest = NULL;
	for (size_t i = 0; i < count; i++) {
		unsigned distance = text_distance(word, candidates[i], best);
		/* Who wrote the beginning meant the whole. */
		if (strlen(word) > 2 && strncmp(word, candidates[i], strlen(word)) == 0)
			distance = least_u(distance, 1);
		if (distance < best) {
			best = distance;
			nearest = candidates[i];
		}
	}
	return nearest;
}

bool
text_parse_u64(const char *text, size_t length, uint64_t *value)
{
	uint64_t result = 0;
	unsigned base = 10;
	if (length > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
		length -= 2;
	}
	for (size_t i = 0; i < length; i++) {
		unsigned digit = base;
		char letter = (char)(text[i] | 0x20);
		if (text[i] >= '0' && text[i] <= '9')
			digit = (unsigned)(text[i] - '0');
		else if (letter >= 'a' && letter <= 'f')
			digit = (unsigned)(letter - 'a') + 10;
		if (digit >= base || result > (UINT64_MAX - digit) / base)
			return false;
		result = result * base + digit;
	}
	if (length == 0)
		return false;
	*value = result;
	return true;
}

size_t
text_printable(char *to, const char *bytes, size_t size)
{
	size_t length = 0;
	for (size_t at = 0; at < size;) {
		uint32_t rune;
		size_t taken = text_utf8(bytes + at, size - at, &rune);
		bool good = taken > 0 && rune >= 0x20 && (rune < 0x7f || rune >= 0xa0);
		if (good)
			memcpy(to + length, bytes + at, taken);
		else
			to[length] = ' ';
		length += good ? taken : 1;
		at += taken > 0 ? taken : 1;
	}
	to[length] = '\0';
	return length;
}

bool
text_format(char *to, size_t size, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	bool fits = text_vformat(to, size, format, arguments);
	va_end(arguments);
	return fits;
}

bool
text_vformat(char *to, size_t size, const char *format, va_list arguments)
{
	assert(size > 0);
	int length = vsnprintf(to, size, format, arguments);
	return length >= 0 && (size_t)length < size;
}

const char *
text_error(int error)
{
	return strerror(error < 0 ? -error : error);
}

size_t
text_utf8(const char *bytes, size_t size, uint32_t *rune)
{
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint8_t first = size > 0 ? (uint8_t)bytes[0] : 0xff;
	size_t length = first < 0x80         ? 1
			: first >> 5 == 0x06 ? 2
			: first >> 4 == 0x0e ? 3
			: first >> 3 == 0x1e ? 4
					     : 0;
	if (length == 0 || length > size)
		return 0;
	uint32_t value = length == 1 ? first : first & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		if (((uint8_t)bytes[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | ((uint8_t)bytes[i] & 0x3f);
	}
	if (value < least[length] || value > 0x10ffff ||
	    (value >= 0xd800 && value < 0xe000))
		return 0;
	*rune = value;
	return length;
}

/* Room for `more` characters and the terminator. */
static void
text_reserve(struct text *text, size_t more)
{
	if (more >= SIZE_MAX / 2 - text->length)
		abort();
	size_t needed = text->length + more + 1;
	if (needed <= text->room)
		return;
	text->room = MAX(MAX(text->room * 2, needed), TEXT_FIRST_ROOM);
	text->text = mem_resize(text->text, text->room, 1);
}

/* How far off a word may be and still be taken for another: a third of its letters. */
static unsigned
text_limit(const char *word)
{
	size_t length = strlen(word);
	return length < 2    ? 0
	       : length < 3  ? 1
	       : length < 12 ? (unsigned)(length + 1) / 3
			     : 4;
}

static unsigned
least_u(unsigned a, unsigned b)
{
	return a < b ? a : b;
}
