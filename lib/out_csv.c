/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output as CSV (RFC 4180): what the top-level tables, objects and lists hold, a line for
 * each row.  A field is quoted where it must be.  Notes are for people: they are left
 * out.
 */
#include "lib/mem.h"
#include "lib/out.h"
#include "lib/text.h"
#include <inttypes.h>
#include <string.h>

#define DETAILS "details"

struct out_csv {
	struct out base;
	bool began;                       /* Something was written. */
	const struct out_column *columns; /* Whose keys were written last. */
	const struct out_column *table;   /* Of the table at the top. */
	size_t count;                     /* Of its columns. */
	struct text cells[OUT_COLUMNS];   /* Of the row. */
	struct text head, body;  /* Of the object at the top, as they are written. */
	struct text value, path; /* Scratch. */
	/* What each open thing is called, how many values it has, and of lists these,
	 * joined. */
	struct {
		const char *key;
		unsigned items;
		struct text joined;
	} frames[OUT_DEPTH + 1];
};

static void csv_emit(struct out *out, const struct out_item *item);
static void csv_free(struct out *out);
static void csv_open(struct out_csv *csv, const struct out_item *item);
static void csv_close(struct out_csv *csv, enum out_event event);
static void csv_take(struct out_csv *csv, const char *key, const char *value);
static void csv_join(struct out_csv *csv, unsigned list, const char *key,
		     const char *value);
static void csv_item(struct out_csv *csv, const char *value);
static void csv_cell(struct out_csv *csv, const char *path, const char *value);
static void csv_message(struct out_csv *csv, const char *string);
static void csv_row(struct out_csv *csv);
static void csv_titles(struct out_csv *csv);
static void csv_write(struct out_csv *csv, struct text *line);
static void csv_set_off(struct out_csv *csv);
static void value_show(struct text *to, const struct out_item *item);
static void field_add(struct text *line, const char *string);
static bool is_hidden(const struct out_csv *csv);
static const char *path_of(struct out_csv *csv, const char *key, unsigned depth);

static const struct out_class out_csv_class = { .emit = csv_emit,
						.free = csv_free,
						.is_structured = true };

struct out *
out_csv_new(void (*write)(void *, const char *, size_t), void *context)
{
	struct out_csv *csv = mem_zalloc(sizeof(*csv));
	csv->base = (struct out){ .class = &out_csv_class,
				  .write = write,
				  .context = context };
	return &csv->base;
}

static void
csv_free(struct out *out)
{
	struct out_csv *csv = container_of(out, struct out_csv, base);
	for (size_t i = 0; i < OUT_COLUMNS; i++)
		text_fini(&csv->cells[i]);
	for (size_t i = 0; i < ARRAY_SIZE(csv->frames); i++)
		text_fini(&csv->frames[i].joined);
	text_fini(&csv->head);
	text_fini(&csv->body);
	text_fini(&csv->value);
	text_fini(&csv->path);
	mem_free(csv);
}

static void
csv_emit(struct out *out, const struct out_item *item)
{
	struct out_csv *csv = container_of(out, struct out_csv, base);
	switch (item->event) {
	case OUT_TABLE:
	case OUT_ROW:
	case OUT_DETAIL:
	case OUT_OBJECT:
	case OUT_LIST: csv_open(csv, item); break;
	case OUT_TABLE_END:
	case OUT_ROW_END:
	case OUT_DETAIL_END:
	case OUT_OBJECT_END:
	case OUT_LIST_END: csv_close(csv, item->event); break;
	case OUT_TITLE:
	case OUT_NOTE: break;
	case OUT_ERROR: csv_message(csv, item->string); break;
	case OUT_STRING:
	case OUT_U64:
	case OUT_I64:
	case OUT_BOOL:
	case OUT_USEC:
		text_reset(&csv->value);
		value_show(&csv->value, item);
		csv_take(csv, item->key, text_string(&csv->value));
		break;
	}
}

static void
csv_open(struct out_csv *csv, const struct out_item *item)
{
	unsigned depth = csv->base.depth;
	csv->frames[depth - 1].key = item->key;
	csv->frames[depth - 1].items = 0;
	text_reset(&csv->frames[depth - 1].joined);
	if (depth == 2 && item->event == OUT_ROW) {
		for (size_t i = 0; i < csv->count; i++)
			text_reset(&csv->cells[i]);
	}
	if (depth > 1)
		return;
	csv->table = item->event == OUT_TABLE ? item->columns : NULL;
	csv->count = item->count;
	text_reset(&csv->head);
	text_reset(&csv->body);
	if (item->event == OUT_TABLE)
		csv_titles(csv);
}

static void
csv_close(struct out_csv *csv, enum out_event event)
{
	unsigned depth = csv->base.depth;
	if (event == OUT_ROW_END && depth == 2)
		csv_row(csv);
	if (event == OUT_OBJECT_END && depth == 1) {
		csv_set_off(csv);
		csv_write(csv, &csv->head);
		csv_write(csv, &csv->body);
	}
	const struct text *joined = &csv->frames[depth - 1].joined;
	if (event != OUT_LIST_END || depth == 1 || joined->length == 0)
		return;
	/* A list within something is one value of it; within another list it was joined
	 * to that already. */
	csv->base.depth--;
	csv_take(csv, csv->frames[depth - 1].key, text_string(joined));
	csv->base.depth++;
}

/* A value where it belongs: in a list, an object, a cell. */
static void
csv_take(struct out_csv *csv, const char *key, const char *value)
{
	enum out_event top = csv->base.nest[0];
	unsigned list = 1;
	while (list < csv->base.depth && csv->base.nest[list] != OUT_LIST)
		list++;
	if (is_hidden(csv))
		return;
	if (list < csv->base.depth) {
		csv_join(csv, list, key, value);
	} else if (top == OUT_LIST) {
		csv_item(csv, value);
	} else if (top == OUT_OBJECT) {
		const char *comma = csv->head.length > 0 ? "," : "";
		text_add(&csv->head, comma);
		text_add(&csv->body, comma);
		field_add(&csv->head, path_of(csv, key, 1));
		field_add(&csv->body, value);
	} else {
		csv_cell(csv, path_of(csv, key, 1), value);
	}
}

/* One within the list that is open at this depth: a list is one value. */
static void
csv_join(struct out_csv *csv, unsigned list, const char *key, const char *value)
{
	struct text *joined = &csv->frames[list].joined;
	bool first = csv->frames[list + 1].items++ == 0;
	if (list + 1 == csv->base.depth)
		text_printf(joined, "%s%s", joined->length > 0 ? " " : "", value);
	else
		text_printf(joined, "%s%s%s%s",
			    joined->length == 0 ? ""
			    : first             ? "; "
						: " ",
			    key != NULL ? path_of(csv, key, list + 1) : "",
			    key != NULL ? "=" : "", value);
}

/* One of a list at the top: a line, below its key. */
static void
csv_item(struct out_csv *csv, const char *value)
{
	if (csv->frames[0].items++ == 0) {
		csv_set_off(csv);
		field_add(&csv->head, csv->frames[0].key);
		csv_write(csv, &csv->head);
	}
	field_add(&csv->body, value);
	csv_write(csv, &csv->body);
}

/* One of a row: in its column, else among the details. */
static void
csv_cell(struct out_csv *csv, const char *path, const char *value)
{
	struct text *details = NULL;
	for (size_t i = 0; i < csv->count; i++) {
		if (strcmp(csv->table[i].key, path) == 0) {
			text_reset(&csv->cells[i]);
			text_add(&csv->cells[i], value);
			return;
		}
		if (strcmp(csv->table[i].key, DETAILS) == 0)
			details = &csv->cells[i];
	}
	if (details != NULL)
		text_printf(details, "%s%s=%s", details->length > 0 ? "; " : "", path,
			    value);
}

static void
csv_message(struct out_csv *csv, const char *string)
{
	if (csv->base.complain == NULL)
		return;
	csv->base.complain(csv->base.context, string, strlen(string));
	if (*string == '\0' || string[strlen(string) - 1] != '\n')
		csv->base.complain(csv->base.context, "\n", 1);
}

static void
csv_row(struct out_csv *csv)
{
	text_reset(&csv->body);
	for (size_t i = 0; i < csv->count; i++) {
		if (i > 0)
			text_add_char(&csv->body, ',');
		field_add(&csv->body, text_string(&csv->cells[i]));
	}
	csv_write(csv, &csv->body);
}

/* The line with the keys; a table that goes on with the columns of the one before has
 * none. */
static void
csv_titles(struct out_csv *csv)
{
	if (csv->columns == csv->table)
		return;
	csv_set_off(csv);
	csv->columns = csv->table;
	for (size_t i = 0; i < csv->count; i++) {
		if (i > 0)
			text_add_char(&csv->head, ',');
		field_add(&csv->head, csv->table[i].key);
	}
	csv_write(csv, &csv->head);
}

static void
csv_write(struct out_csv *csv, struct text *line)
{
	text_add_char(line, '\n');
	csv->base.write(csv->base.context, line->text, line->length);
	text_reset(line);
}

/* An empty line between blocks of different columns. */
static void
csv_set_off(struct out_csv *csv)
{
	if (csv->began)
		csv->base.write(csv->base.context, "\n", 1);
	csv->began = true;
	csv->columns = NULL;
}

static void
value_show(struct text *to, const struct out_item *item)
{
	if (item->event == OUT_STRING)
		text_add(to, item->string != NULL ? item->string : "");
	else if (item->event == OUT_U64)
		text_add_u64(to, item->u64);
	else if (item->event == OUT_I64)
		text_printf(to, "%" PRId64, item->i64);
	else if (item->event == OUT_BOOL)
		text_add(to, item->i64 != 0 ? "true" : "false");
	else if (item->i64 != USEC_NEVER)
		text_add_seconds(to, item->i64, 6);
}

/* RFC 4180 §2.6: quoted if it has a comma, a quote or a line break.  What is no UTF-8,
 * and controls that would harm a terminal, become U+FFFD. */
static void
field_add(struct text *line, const char *string)
{
	static const char replacement[] = "\xef\xbf\xbd";
	bool quote = string[strcspn(string, ",\"\r\n")] != '\0';
	if (quote)
		text_add_char(line, '"');
	for (const char *end = string + strlen(string); string < end;) {
		uint32_t rune = 0;
		size_t size = text_utf8(string, (size_t)(end - string), &rune);
		bool blank = rune == '\t' || rune == '\n' || rune == '\r';
		bool control = (rune < ' ' && !blank) || (rune >= 0x7f && rune < 0xa0);
		if (size == 0 || control)
			text_add(line, replacement);
		else
			text_add_bytes(line, string, size);
		if (rune == '"')
			text_add_char(line, '"');
		string += size > 0 ? size : 1;
	}
	if (quote)
		text_add_char(line, '"');
}

/* Within a table that is itself within something. */
static bool
is_hidden(const struct out_csv *csv)
{
	for (unsigned i = 1; i < csv->base.depth; i++)
		if (csv->base.nest[i] == OUT_TABLE)
			return true;
	return false;
}

/* The key, and before it those of what it stands in from this depth on: "ipv4.state". */
static const char *
path_of(struct out_csv *csv, const char *key, unsigned depth)
{
	bool is_long = false;
	text_reset(&csv->path);
	for (; depth < csv->base.depth; depth++) {
		if (csv->base.nest[depth] != OUT_OBJECT || csv->frames[depth].key == NULL)
			continue;
		is_long = true;
		text_printf(&csv->path, "%s.", csv->frames[depth].key);
	}
	if (!is_long)
		return key;
	text_add(&csv->path, key);
	return text_string(&csv->path);
}
