/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The form of lines: `route P max N as A;` with or without `max N`, one or more in a
 * line; `#` begins a comment.
 */
#include "proto/roa/reader.h"

#include "lib/macros.h"
#include <string.h>

#define WORDS_MOST 8

struct word {
	const char *text;
	size_t length;
};

static bool
word_is(const struct word *word, const char *text)
{
	return word->length == strlen(text) &&
	       memcmp(word->text, text, word->length) == 0;
}

/* The words of a statement, which ends before `end`; how many, or one too many. */
static size_t
words_split(const char *at, const char *end, struct word *words)
{
	size_t count = 0;
	while (at < end) {
		while (at < end && strchr(" \t\r", *at) != NULL)
			at++;
		const char *start = at;
		while (at < end && strchr(" \t\r", *at) == NULL)
			at++;
		if (at == start)
			break;
		if (count == WORDS_MOST)
			return WORDS_MOST + 1;
		words[count++] = (struct word){ start, (size_t)(at - start) };
	}
	return count;
}

static bool
statement_read(struct roa_reader *reader, const char *at, const char *end)
{
	struct word words[WORDS_MOST];
	size_t count = words_split(at, end, words);
	uint64_t max_length = UINT64_MAX, asn;
	bool with_max = count == 6 && word_is(&words[2], "max");
	if (count == 0)
		return true;
	if ((count != 4 && !with_max) || !word_is(&words[0], "route") ||
	    !word_is(&words[count - 2], "as"))
		return roa_fail(reader,
				"expected `route PREFIX max LENGTH as NUMBER;`, found "
				"`%.*s`",
				(int)MIN((size_t)(end - at), 80), at);
	if (with_max && (!text_parse_u64(words[3].text, words[3].length, &max_length) ||
			 max_length > 128))
		return roa_fail(reader, "`%.*s` is no length of a prefix",
				(int)MIN(words[3].length, 60), words[3].text);
	if (!text_parse_u64(words[count - 1].text, words[count - 1].length, &asn))
		return roa_fail(reader, "`%.*s` is no AS number",
				(int)MIN(words[count - 1].length, 60),
				words[count - 1].text);
	return roa_take(reader, words[1].text, words[1].length,
			with_max ? (int64_t)max_length : -1, asn);
}

static bool
line_read(struct roa_reader *reader, const char *at, const char *end)
{
	const char *comment = memchr(at, '#', (size_t)(end - at));
	if (comment != NULL)
		end = comment;
	while (at < end) {
		const char *mark = memchr(at, ';', (size_t)(end - at));
		if (mark == NULL) {
			struct word words[WORDS_MOST];
			if (words_split(at, end, words) == 0)
				return true;
			return roa_fail(reader, "`;` is missing behind `%.*s`",
					(int)MIN((size_t)(end - at), 80), at);
		}
		if (!statement_read(reader, at, mark))
			return false;
		at = mark + 1;
	}
	return true;
}

bool
roa_lines_read(struct roa_reader *reader)
{
	const char *text = text_string(&reader->waiting);
	size_t length = reader->waiting.length;
	while (reader->at < length) {
		const char *start = text + reader->at;
		const char *end = memchr(start, '\n', length - reader->at);
		if (end == NULL && !reader->is_last)
			return true;
		size_t size = end != NULL ? (size_t)(end - start) : length - reader->at;
		if (!line_read(reader, start, start + size))
			return false;
		reader->at += size + (end != NULL ? 1 : 0);
		reader->line += end != NULL ? 1 : 0;
	}
	return true;
}
