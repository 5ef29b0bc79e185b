/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What both forms have in common: what waits, the form, entries and errors.
 */
#include "proto/roa/reader.h"

#include "lib/macros.h"
#include <string.h>

#define WAITING_MOST ((size_t)16 << 20) /* No value that makes sense is as long. */

static bool waiting_read(struct roa_reader *reader);
static void form_find(struct roa_reader *reader);
static void waiting_drop(struct roa_reader *reader);

void
roa_reader_init(struct roa_reader *reader,
		void (*entry)(void *context, const struct prefix *roa), void *context)
{
	*reader = (struct roa_reader){ .entry = entry, .context = context, .line = 1 };
}

void
roa_reader_fini(struct roa_reader *reader)
{
	text_fini(&reader->waiting);
}

bool
roa_reader_feed(struct roa_reader *reader, const void *bytes, size_t size)
{
	if (reader->is_bad)
		return false;
	text_add_bytes(&reader->waiting, bytes, size);
	return waiting_read(reader);
}

bool
roa_reader_end(struct roa_reader *reader)
{
	reader->is_last = true;
	if (reader->is_bad || !waiting_read(reader))
		return false;
	if (reader->form == ROA_FORM_JSON && reader->json != ROA_JSON_END)
		return roa_fail(reader, "the JSON text ends too early");
	if (reader->form == ROA_FORM_JSON && !reader->has_list)
		return roa_fail(reader, "the JSON text has no array \"roas\"");
	return true;
}

static bool
waiting_read(struct roa_reader *reader)
{
	if (reader->form == ROA_FORM_UNKNOWN)
		form_find(reader);
	bool good = true;
	if (reader->form == ROA_FORM_LINES)
		good = roa_lines_read(reader);
	else if (reader->form == ROA_FORM_JSON)
		good = roa_json_read(reader);
	waiting_drop(reader);
	if (good && reader->waiting.length > WAITING_MOST)
		good = roa_fail(reader, "more than 16 MB without an end");
	return good;
}

static void
form_find(struct roa_reader *reader)
{
	const char *text = text_string(&reader->waiting);
	size_t blank = strspn(text, " \t\r\n");
	if (blank < reader->waiting.length)
		reader->form = text[blank] == '{' ? ROA_FORM_JSON : ROA_FORM_LINES;
}

static void
waiting_drop(struct roa_reader *reader)
{
	struct text *waiting = &reader->waiting;
	if (reader->at == 0)
		return;
	waiting->length -= reader->at;
	memmove(waiting->text, waiting->text + reader->at, waiting->length + 1);
	reader->at = 0;
}

bool
roa_fail(struct roa_reader *reader, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	text_vformat(reader->error, sizeof(reader->error), format, arguments);
	va_end(arguments);
	reader->is_bad = true;
	return false;
}

bool
roa_take(struct roa_reader *reader, const char *prefix, size_t length, int64_t max_length,
	 uint64_t asn)
{
	int shown = (int)MIN(length, 60);
	bool host_bits = false;
	struct prefix roa;
	if (!prefix_parse(prefix, length, &roa, &host_bits))
		return roa_fail(reader,
				host_bits ? "`%.*s` has host bits"
					  : "`%.*s` is no prefix",
				shown, prefix);
	if (max_length < 0)
		max_length = roa.length;
	if (max_length < roa.length || max_length > (int64_t)prefix_max_length(&roa))
		return roa_fail(reader, "max length %lld of %.*s is not within %u..%u",
				(long long)max_length, shown, prefix, roa.length,
				prefix_max_length(&roa));
	if (asn > UINT32_MAX)
		return roa_fail(reader, "the AS number of %.*s is more than 32 bits",
				shown, prefix);
	roa.type = prefix_is_ip4(&roa) ? NET_ROA4 : NET_ROA6;
	roa.max_length = (uint8_t)max_length;
	roa.asn = (uint32_t)asn;
	reader->count++;
	reader->entry(reader->context, &roa);
	return true;
}
