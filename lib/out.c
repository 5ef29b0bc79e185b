/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calls commands make: each becomes one item for the renderer, after the check that
 * it may stand where it does.  How anything looks is the renderers' (out_text.c,
 * out_json.c, out_csv.c).
 */
#include "lib/out.h"

#include "lib/text.h"
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void out_open(struct out *out, const struct out_item *item);
static void out_close(struct out *out, enum out_event open, enum out_event close);
static void out_value(struct out *out, const struct out_item *item);
static void out_message(struct out *out, struct out_item item, const char *format,
			va_list arguments);
static bool out_is_in(const struct out *out, enum out_event open);
static bool out_key_is_free(const char *key);

void
out_to_text(void *text, const char *bytes, size_t size)
{
	text_add_bytes(text, bytes, size);
}

void
out_flush(struct out *out)
{
	if (out_is_in(out, OUT_ROW))
		out_close(out, OUT_ROW, OUT_ROW_END);
	if (out->class->flush != NULL)
		out->class->flush(out);
}

void
out_end(struct out *out)
{
	assert(out->depth == 0);
	if (out->class->end != NULL)
		out->class->end(out);
}

void
out_free(struct out *out)
{
	if (out != NULL)
		out->class->free(out);
}

void
out_table(struct out *out, const char *key, const struct out_column *columns,
	  size_t count)
{
	assert(count <= OUT_COLUMNS);
	out_open(out, &(struct out_item){ .event = OUT_TABLE,
					  .key = key,
					  .columns = columns,
					  .count = count });
}

void
out_row(struct out *out)
{
	if (out_is_in(out, OUT_ROW))
		out_close(out, OUT_ROW, OUT_ROW_END);
	assert(out_is_in(out, OUT_TABLE));
	out_open(out, &(struct out_item){ .event = OUT_ROW });
}

void
out_detail(struct out *out)
{
	assert(out_is_in(out, OUT_ROW));
	out_open(out, &(struct out_item){ .event = OUT_DETAIL });
}

void
out_detail_end(struct out *out)
{
	out_close(out, OUT_DETAIL, OUT_DETAIL_END);
}

void
out_table_end(struct out *out)
{
	if (out_is_in(out, OUT_ROW))
		out_close(out, OUT_ROW, OUT_ROW_END);
	out_close(out, OUT_TABLE, OUT_TABLE_END);
}

void
out_object(struct out *out, const char *key)
{
	out_open(out, &(struct out_item){ .event = OUT_OBJECT, .key = key });
}

void
out_object_end(struct out *out)
{
	out_close(out, OUT_OBJECT, OUT_OBJECT_END);
}

void
out_list(struct out *out, const char *key)
{
	out_open(out, &(struct out_item){ .event = OUT_LIST, .key = key });
}

void
out_list_end(struct out *out)
{
	out_close(out, OUT_LIST, OUT_LIST_END);
}

void
out_str(struct out *out, const char *key, const char *value)
{
	out_value(out,
		  &(struct out_item){ .event = OUT_STRING, .key = key, .string = value });
}

void
out_state(struct out *out, const char *key, const char *value, enum out_tone tone)
{
	out_value(out, &(struct out_item){ .event = OUT_STRING,
					   .key = key,
					   .string = value,
					   .tone = (uint8_t)tone });
}

void
out_printf(struct out *out, const char *key, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	out_message(out, (struct out_item){ .event = OUT_STRING, .key = key }, format,
		    arguments);
	va_end(arguments);
}

void
out_u64(struct out *out, const char *key, uint64_t value)
{
	out_u64_unit(out, key, value, NULL);
}

void
out_u64_unit(struct out *out, const char *key, uint64_t value, const char *unit)
{
	out_value(out,
		  &(struct out_item){
			  .event = OUT_U64, .key = key, .u64 = value, .unit = unit });
}

void
out_i64(struct out *out, const char *key, int64_t value)
{
	out_value(out, &(struct out_item){ .event = OUT_I64, .key = key, .i64 = value });
}

void
out_bool(struct out *out, const char *key, bool value)
{
	out_value(out, &(struct out_item){ .event = OUT_BOOL, .key = key, .i64 = value });
}

void
out_usec(struct out *out, const char *key, usec_t value)
{
	out_value(out, &(struct out_item){ .event = OUT_USEC, .key = key, .i64 = value });
}

void
out_addr(struct out *out, const char *key, struct addr addr)
{
	char text[ADDR_TEXT];
	out_str(out, key, addr_format(addr, text));
}

void
out_prefix(struct out *out, const char *key, const struct prefix *prefix)
{
	char text[PREFIX_TEXT];
	out_str(out, key, prefix_format(prefix, text));
}

void
out_title(struct out *out, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	out_message(out, (struct out_item){ .event = OUT_TITLE }, format, arguments);
	va_end(arguments);
}

void
out_note(struct out *out, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	out_message(out, (struct out_item){ .event = OUT_NOTE }, format, arguments);
	va_end(arguments);
}

void
out_error(struct out *out, const char *format, ...)
{
	va_list arguments;
	out->errors++;
	va_start(arguments, format);
	out_message(out, (struct out_item){ .event = OUT_ERROR }, format, arguments);
	va_end(arguments);
}

void
out_note_code(struct out *out, unsigned code, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	out_message(out, (struct out_item){ .event = OUT_NOTE, .code = code }, format,
		    arguments);
	va_end(arguments);
}

void
out_error_code(struct out *out, unsigned code, const char *format, ...)
{
	va_list arguments;
	out->errors++;
	va_start(arguments, format);
	out_message(out, (struct out_item){ .event = OUT_ERROR, .code = code }, format,
		    arguments);
	va_end(arguments);
}

/* Opens a table, row, detail, object or list. */
static void
out_open(struct out *out, const struct out_item *item)
{
	bool keyed = out->depth > 0 &&
		     (out_is_in(out, OUT_ROW) || out_is_in(out, OUT_DETAIL) ||
		      out_is_in(out, OUT_OBJECT));
	assert(out->depth < OUT_DEPTH);
	assert(item->event == OUT_ROW || !out_is_in(out, OUT_TABLE));
	assert(!keyed || item->event == OUT_DETAIL || item->key != NULL);
	assert(out->depth == 0 || out_key_is_free(item->key));
	out->nest[out->depth++] = (uint8_t)item->event;
	out->class->emit(out, item);
}

static void
out_close(struct out *out, enum out_event open, enum out_event close)
{
	assert(out_is_in(out, open));
	out->class->emit(out, &(struct out_item){ .event = close });
	out->depth--;
}

static void
out_value(struct out *out, const struct out_item *item)
{
	assert(out->depth > 0 && !out_is_in(out, OUT_TABLE));
	assert((item->key == NULL) == out_is_in(out, OUT_LIST));
	assert(out_key_is_free(item->key));
	out->class->emit(out, item);
}

/* A formatted string: on the stack while it is short. */
static void
out_message(struct out *out, struct out_item item, const char *format, va_list arguments)
{
	char buffer[256];
	struct text text = { .text = NULL };
	va_list again;
	va_copy(again, arguments);
	int length = vsnprintf(buffer, sizeof(buffer), format, arguments);
	assert(length >= 0);
	item.string = buffer;
	if ((size_t)length >= sizeof(buffer)) {
		text_vprintf(&text, format, again);
		item.string = text_string(&text);
	}
	va_end(again);
	if (item.event == OUT_STRING)
		out_value(out, &item);
	else
		out->class->emit(out, &item);
	text_fini(&text);
}

static bool
out_is_in(const struct out *out, enum out_event open)
{
	return out->depth > 0 && out->nest[out->depth - 1] == open;
}

/* Not one of the keys that JSON names the line with. */
static bool
out_key_is_free(const char *key)
{
	/* Asked of every value that is emitted. */
	if (key == NULL || (*key != 'r' && *key != 'o'))
		return true;
	return strcmp(key, "row") != 0 && strcmp(key, "object") != 0;
}
