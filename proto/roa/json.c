/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The form of JSON: one object; of its members only the array "roas" matters.  Values are
 * read one by one by jansson, so that a file of any size needs the memory of its largest
 * entry.
 */
#include "proto/roa/reader.h"

#include "lib/macros.h"
#include <jansson.h>
#include <string.h>

/* The next value, to be released; null: it is not whole yet, or it is wrong (is_bad). */
static json_t *
value_read(struct roa_reader *reader)
{
	const char *from = reader->waiting.text + reader->at;
	size_t length = reader->waiting.length - reader->at;
	json_error_t error;
	if (length < reader->retry && !reader->is_last)
		return NULL;
	json_t *value = json_loadb(from, length, JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY,
				   &error);
	bool is_cut = value == NULL &&
		      json_error_code(&error) == json_error_premature_end_of_input;
	/* A number at the end of what there is may go on. */
	if (value != NULL && (size_t)error.position >= length && !json_is_object(value) &&
	    !json_is_string(value))
		is_cut = true;
	/* Twice as much next time, so that a long one is not read again and again. */
	reader->retry = is_cut ? 2 * length : 0;
	if (is_cut && !reader->is_last) {
		json_decref(value);
		return NULL;
	}
	if (value == NULL) {
		reader->line += (uint32_t)MAX(error.line - 1, 0);
		roa_fail(reader, "no JSON: %s", error.text);
		return NULL;
	}
	for (const char *at = from; at < from + error.position; at++)
		reader->line += *at == '\n';
	reader->at += (size_t)error.position;
	return value;
}

/* `AS64496`, `64496` as text, or a number. */
static bool
asn_of(const json_t *value, uint64_t *asn)
{
	if (json_is_integer(value)) {
		*asn = (uint64_t)json_integer_value(value);
		return json_integer_value(value) >= 0;
	}
	const char *text = json_string_value(value);
	if (text == NULL)
		return false;
	if ((text[0] == 'A' || text[0] == 'a') && (text[1] == 'S' || text[1] == 's'))
		text += 2;
	return text_parse_u64(text, strlen(text), asn);
}

static bool
entry_take(struct roa_reader *reader, const json_t *entry)
{
	const char *prefix = json_string_value(json_object_get(entry, "prefix"));
	const json_t *length = json_object_get(entry, "maxLength");
	uint64_t asn;
	if (prefix == NULL)
		return roa_fail(reader, "entry %llu has no \"prefix\"",
				(unsigned long long)reader->count + 1);
	if (length != NULL &&
	    (!json_is_integer(length) || json_integer_value(length) < 0))
		return roa_fail(reader, "\"maxLength\" of %.60s is no number", prefix);
	if (!asn_of(json_object_get(entry, "asn"), &asn))
		return roa_fail(reader, "\"asn\" of %.60s is no AS number", prefix);
	return roa_take(reader, prefix, strlen(prefix),
			length != NULL ? json_integer_value(length) : -1, asn);
}

/* What follows a value that was read. */
static bool
value_take(struct roa_reader *reader, const json_t *value)
{
	const char *key;
	switch (reader->json) {
	case ROA_JSON_KEY:
		key = json_string_value(value);
		if (key == NULL)
			return roa_fail(reader, "no JSON: a key is expected");
		reader->is_roas = strcmp(key, "roas") == 0;
		reader->has_list |= reader->is_roas;
		reader->json = ROA_JSON_COLON;
		return true;
	case ROA_JSON_ENTRY:
		reader->json = ROA_JSON_NEXT_ENTRY;
		return entry_take(reader, value);
	default: reader->json = ROA_JSON_NEXT; return true;
	}
}

/* A mark; where it leads. */
static bool
mark_take(struct roa_reader *reader, char mark)
{
	enum roa_json *json = &reader->json;
	switch (*json) {
	case ROA_JSON_OPEN:
		*json = ROA_JSON_KEY;
		reader->is_first = true;
		return true;
	case ROA_JSON_COLON:
		if (mark != ':')
			break;
		*json = reader->is_roas ? ROA_JSON_LIST : ROA_JSON_VALUE;
		return true;
	case ROA_JSON_LIST:
		if (mark != '[')
			return roa_fail(reader, "\"roas\" is no array");
		*json = ROA_JSON_ENTRY;
		reader->is_first = true;
		return true;
	case ROA_JSON_NEXT:
		if (mark != ',' && mark != '}')
			break;
		*json = mark == ',' ? ROA_JSON_KEY : ROA_JSON_END;
		reader->is_first = false;
		return true;
	case ROA_JSON_NEXT_ENTRY:
		if (mark != ',' && mark != ']')
			break;
		*json = mark == ',' ? ROA_JSON_ENTRY : ROA_JSON_NEXT;
		reader->is_first = false;
		return true;
	case ROA_JSON_END: break;
	case ROA_JSON_KEY:
	case ROA_JSON_VALUE:
	case ROA_JSON_ENTRY: break;
	}
	return roa_fail(reader, "no JSON: `%c` is not expected", mark);
}

/* Passes over blanks; the next character, 0: there is none yet. */
static char
next_character(struct roa_reader *reader)
{
	const struct text *waiting = &reader->waiting;
	for (; reader->at < waiting->length; reader->at++) {
		char next = waiting->text[reader->at];
		reader->line += next == '\n';
		if (strchr(" \t\r\n", next) == NULL || next == '\0')
			return next != '\0' ? next : '\1';
	}
	return '\0';
}

bool
roa_json_read(struct roa_reader *reader)
{
	for (char next; (next = next_character(reader)) != '\0';) {
		bool is_value = reader->json == ROA_JSON_KEY ||
				reader->json == ROA_JSON_VALUE ||
				reader->json == ROA_JSON_ENTRY;
		/* The end of what nothing has stood in. */
		if (is_value && reader->is_first &&
		    next == (reader->json == ROA_JSON_ENTRY ? ']' : '}')) {
			reader->json = reader->json == ROA_JSON_ENTRY ? ROA_JSON_NEXT
								      : ROA_JSON_END;
			reader->is_first = false;
			reader->at++;
			continue;
		}
		if (!is_value) {
			if (!mark_take(reader, next))
				return false;
			reader->at++;
			continue;
		}
		json_t *value = value_read(reader);
		if (value == NULL)
			return !reader->is_bad;
		bool good = value_take(reader, value);
		json_decref(value);
		if (!good)
			return false;
	}
	return true;
}
