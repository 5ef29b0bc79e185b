/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values with their units, and keys as words.
 */
#include "lib/readable.h"

#include "lib/macros.h"
#include "lib/out.h"
#include "lib/text.h"
#include <inttypes.h>
#include <string.h>

static bool is_written(const char *word, const char *key, size_t length);
static void show_bytes(struct text *to, uint64_t bytes);

void
readable_value(struct text *to, const struct out_item *item)
{
	const char *string = item->string != NULL ? item->string : "-";
	bool is_bytes = item->unit != NULL && strcmp(item->unit, "B") == 0;
	if (item->event == OUT_STRING)
		readable_string(to, string, strlen(string));
	else if (item->event == OUT_U64 && is_bytes)
		show_bytes(to, item->u64);
	else if (item->event == OUT_U64)
		text_add_u64(to, item->u64);
	else if (item->event == OUT_I64)
		text_printf(to, "%" PRId64, item->i64);
	else if (item->event == OUT_BOOL)
		text_add(to, item->i64 != 0 ? "yes" : "no");
	else if (item->i64 == USEC_NEVER)
		text_add(to, "never");
	else {
		text_add_seconds(to, item->i64, 3);
		text_add(to, " s");
	}
	if (item->unit != NULL && !is_bytes) {
		text_add_char(to, ' ');
		text_add(to, item->unit);
	}
}

void
readable_string(struct text *to, const char *string, size_t size)
{
	for (const char *end = string + size; string < end;) {
		uint32_t rune = 0;
		size_t length = text_utf8(string, (size_t)(end - string), &rune);
		bool control =
			(rune < ' ' && rune != '\t') || (rune >= 0x7f && rune < 0xa0);
		if (length == 0 || control)
			text_printf(to, "\\x%02x", length == 0 ? (uint8_t)*string : rune);
		else
			text_add_bytes(to, string, length);
		string += length > 0 ? length : 1;
	}
}

void
readable_key(struct text *to, const char *key)
{
	static const char *const written[] = { "AS",   "BGP", "ID",  "IP",  "IPv4",
					       "IPv6", "MTU", "RTT", "TCP", "UDP" };
	size_t start = to->length;
	for (;;) {
		size_t length = strcspn(key, "_");
		const char *word = key;
		for (size_t i = 0; i < ARRAY_SIZE(written); i++)
			if (is_written(written[i], key, length))
				word = written[i];
		text_add_bytes(to, word, length);
		key += length;
		if (*key == '\0')
			break;
		text_add_char(to, ' ');
		key++;
	}
	if (to->length > start && to->text[start] >= 'a' && to->text[start] <= 'z')
		to->text[start] = (char)(to->text[start] - 'a' + 'A');
}

/* `word` is `key` in small letters. */
static bool
is_written(const char *word, const char *key, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		bool large = word[i] >= 'A' && word[i] <= 'Z';
		if ((large ? word[i] - 'A' + 'a' : word[i]) != key[i])
			return false;
	}
	return word[length] == '\0';
}

/* From ten kilobytes on with a unit of their own: bytes nobody can read. */
static void
show_bytes(struct text *to, uint64_t bytes)
{
	static const char units[] = "kMGTPE";
	uint64_t tenths = bytes;
	size_t unit = 0;
	if (bytes < 10000) {
		text_printf(to, "%" PRIu64 " B", bytes);
		return;
	}
	for (tenths /= 100; tenths >= 10000; tenths /= 1000)
		unit++;
	text_printf(to, "%" PRIu64 ".%" PRIu64 " %cB", tenths / 10, tenths % 10,
		    units[unit]);
}
