/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output as JSON (RFC 8259), one line per top-level thing.  A line is gathered whole
 * before it is written; a note or an error met meanwhile goes out on a line of its own
 * before it.
 */
#include "lib/mem.h"
#include "lib/out.h"
#include "lib/text.h"
#include <inttypes.h>
#include <string.h>

struct out_json {
	struct out base;
	struct text line; /* The row, object or list being gathered. */
	bool comma;       /* A member stands before the next one. */
	const char *row;  /* Key of the top-level table. */
};

static void json_emit(struct out *out, const struct out_item *item);
static void json_free(struct out *out);
static bool json_open(struct out_json *json, const struct out_item *item);
static bool json_close(struct out_json *json, const struct out_item *item);
static void json_begin(struct out_json *json, const char *kind, const char *key);
static void json_finish(struct out_json *json, const char *closing);
static void json_member(struct out_json *json, const char *key);
static void json_value(struct out_json *json, const struct out_item *item);
static void json_message(struct out_json *json, const char *kind,
			 const struct out_item *item);
static void json_string(struct text *line, const char *string);
static bool json_is_top(const struct out_json *json, enum out_event event);

static const struct out_class out_json_class = { .emit = json_emit,
						 .free = json_free,
						 .is_structured = true };

struct out *
out_json_new(void (*write)(void *, const char *, size_t), void *context)
{
	struct out_json *json = mem_zalloc(sizeof(*json));
	json->base = (struct out){ .class = &out_json_class,
				   .write = write,
				   .context = context };
	return &json->base;
}

static void
json_free(struct out *out)
{
	struct out_json *json = container_of(out, struct out_json, base);
	text_fini(&json->line);
	mem_free(json);
}

static void
json_emit(struct out *out, const struct out_item *item)
{
	struct out_json *json = container_of(out, struct out_json, base);
	if (item->event == OUT_NOTE)
		json_message(json, "note", item);
	else if (item->event == OUT_ERROR)
		json_message(json, "error", item);
	else if (item->event != OUT_TITLE && !json_open(json, item) &&
		 !json_close(json, item))
		json_value(json, item);
}

/* True if the item opened something. */
static bool
json_open(struct out_json *json, const struct out_item *item)
{
	bool top = json_is_top(json, item->event);
	bool brace = item->event == OUT_ROW || item->event == OUT_OBJECT;
	if (item->event == OUT_DETAIL)
		return true;
	if (!brace && item->event != OUT_TABLE && item->event != OUT_LIST)
		return false;
	if (top && item->event == OUT_TABLE) {
		json->row = item->key;
	} else if (top && item->event == OUT_ROW) {
		json_begin(json, "row", json->row);
	} else if (top && item->event == OUT_OBJECT) {
		json_begin(json, "object", item->key);
	} else if (top) {
		json_begin(json, "list", item->key);
		json_member(json, "items");
		text_add_char(&json->line, '[');
		json->comma = false;
	} else {
		json_member(json, item->key);
		text_add_char(&json->line, brace ? '{' : '[');
		json->comma = false;
	}
	return true;
}

/* True if the item closed something. */
static bool
json_close(struct out_json *json, const struct out_item *item)
{
	bool brace = item->event == OUT_ROW_END || item->event == OUT_OBJECT_END;
	bool bracket = item->event == OUT_TABLE_END || item->event == OUT_LIST_END;
	if (item->event == OUT_DETAIL_END)
		return true;
	if (!brace && !bracket)
		return false;
	if (json_is_top(json, item->event)) {
		if (item->event != OUT_TABLE_END)
			json_finish(json, brace ? "}\n" : "]}\n");
	} else {
		text_add_char(&json->line, brace ? '}' : ']');
		json->comma = true;
	}
	return true;
}

static void
json_begin(struct out_json *json, const char *kind, const char *key)
{
	text_reset(&json->line);
	text_add_char(&json->line, '{');
	json->comma = false;
	json_member(json, kind);
	json_string(&json->line, key);
	json->comma = true;
}

static void
json_finish(struct out_json *json, const char *closing)
{
	text_add(&json->line, closing);
	json->base.write(json->base.context, json->line.text, json->line.length);
	text_reset(&json->line);
}

/* What stands before a value: the comma, and the key if it has one. */
static void
json_member(struct out_json *json, const char *key)
{
	if (json->comma)
		text_add_char(&json->line, ',');
	json->comma = true;
	if (key != NULL) {
		json_string(&json->line, key);
		text_add_char(&json->line, ':');
	}
}

static void
json_value(struct out_json *json, const struct out_item *item)
{
	struct text *line = &json->line;
	json_member(json, item->key);
	switch (item->event) {
	case OUT_STRING: json_string(line, item->string); break;
	case OUT_U64: text_add_u64(line, item->u64); break;
	case OUT_I64: text_printf(line, "%" PRId64, item->i64); break;
	case OUT_BOOL: text_add(line, item->i64 != 0 ? "true" : "false"); break;
	case OUT_USEC:
		if (item->i64 == USEC_NEVER)
			text_add(line, "null");
		else
			text_add_seconds(line, item->i64, 6);
		break;
	case OUT_TABLE:
	case OUT_ROW:
	case OUT_ROW_END:
	case OUT_DETAIL:
	case OUT_DETAIL_END:
	case OUT_TABLE_END:
	case OUT_OBJECT:
	case OUT_OBJECT_END:
	case OUT_LIST:
	case OUT_LIST_END:
	case OUT_TITLE:
	case OUT_NOTE:
	case OUT_ERROR: break;
	}
}

static void
json_message(struct out_json *json, const char *kind, const struct out_item *item)
{
	struct text line = { .text = NULL };
	text_printf(&line, "{\"%s\":", kind);
	json_string(&line, item->string);
	if (item->code != 0)
		text_printf(&line, ",\"code\":%u", item->code);
	text_add(&line, "}\n");
	json->base.write(json->base.context, line.text, line.length);
	text_fini(&line);
}

/* RFC 8259 §7; what is not UTF-8 becomes U+FFFD, byte by byte. */
static void
json_string(struct text *line, const char *string)
{
	if (string == NULL) {
		text_add(line, "null");
		return;
	}
	text_add_char(line, '"');
	for (const char *at = string, *end = string + strlen(string); at < end;) {
		const char *plain = at;
		uint32_t rune = 0;
		size_t size = text_utf8(at, (size_t)(end - at), &rune);
		while (size > 0 && rune >= ' ' && rune != '"' && rune != '\\') {
			at += size;
			size = text_utf8(at, (size_t)(end - at), &rune);
		}
		text_add_bytes(line, plain, (size_t)(at - plain));
		if (at == end)
			break;
		if (size == 0)
			text_add(line, "\\ufffd");
		else if (rune == '\n')
			text_add(line, "\\n");
		else if (rune < ' ')
			text_printf(line, "\\u%04x", (unsigned)rune);
		else
			text_printf(line, "\\%c", (char)rune);
		at++;
	}
	text_add_char(line, '"');
}

/* The innermost open thing is one that JSON gives a line: not within another one. */
static bool
json_is_top(const struct out_json *json, enum out_event event)
{
	bool row = event == OUT_ROW || event == OUT_ROW_END;
	return row ? json->base.depth == 2 && json->base.nest[0] == OUT_TABLE
		   : json->base.depth == 1;
}
