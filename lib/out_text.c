/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output for people.  Everything ends up as lines of a grid (grid.h): rows of a table, or
 * `Key:` and the value.
 */
#include "lib/out.h"

#include "lib/grid.h"
#include "lib/mem.h"
#include "lib/text.h"
#include "lib/readable.h"
#include <assert.h>
#include <string.h>

#define INDENT 2

/* One open thing; parallel to out->nest. */
struct frame {
	const char *key;
	struct grid grid;  /* OUT_TABLE: its rows; OUT_ROW, OUT_OBJECT: fields. */
	struct text cells; /* OUT_ROW: terminated texts, the first one empty. */
	size_t starts[OUT_COLUMNS]; /* OUT_ROW: where in `cells` each column is, 0: empty.
				     */
	size_t next;                /* OUT_ROW: column that likely comes next. */
	bool committed;             /* OUT_ROW: cells are in the table already. */
	struct text items;          /* OUT_LIST: scalars so far. */
	unsigned item_count;        /* OUT_LIST */
};

struct out_text {
	struct out base;
	struct frame frames[OUT_DEPTH];
	struct text scratch; /* The value being shown. */
	bool began;  /* A block was shown: the next one is set off by an empty line … */
	bool headed; /* … but not from its heading. */
	struct page page;
};

/* Values can't contain such a sequence: they are shown without control characters. */
static const char *const tone_colours[OUT_TONES] = {
	[OUT_PLAIN] = "",
	[OUT_GOOD] = "\x1b[32m",
	[OUT_WAIT] = "\x1b[33m",
	[OUT_BAD] = SGR_RED,
};

static void text_emit(struct out *out, const struct out_item *item);
static void text_flush(struct out *out);
static void text_free(struct out *out);
static void text_open(struct out_text *text, const struct out_item *item);
static void text_close(struct out_text *text, enum out_event event);
static void text_set_off(struct out_text *text);
static void text_header(struct out_text *text, const char *key);
static void text_value(struct out_text *text, const char *key, const char *value);
static void text_message(struct out_text *text, const char *string, bool is_error);
static void list_close(struct out_text *text);
static void row_open(struct frame *row);
static bool row_cell(struct out_text *text, struct frame *row, const char *key,
		     const char *value);
static void row_commit(struct frame *row);
static void row_before(struct grid *grid);
static void field(struct grid *grid, const char *key, const char *value);
static struct grid *grid_innermost(struct out_text *text, unsigned depth);

static const struct out_class out_text_class = { .emit = text_emit,
						 .flush = text_flush,
						 .free = text_free };

struct out *
out_text_new(void (*write)(void *, const char *, size_t), void *context)
{
	struct out_text *text = mem_zalloc(sizeof(*text));
	text->base = (struct out){ .class = &out_text_class,
				   .write = write,
				   .context = context };
	text->page =
		(struct page){ .write = write, .context = context, .width = SIZE_MAX };
	return &text->base;
}

void
out_text_fit(struct out *out, unsigned width, bool coloured)
{
	struct out_text *text = container_of(out, struct out_text, base);
	assert(out->class == &out_text_class);
	text->page.width = width > 0 ? width : SIZE_MAX;
	text->page.coloured = coloured;
}

/* The innermost first: their lines are lines of the outer ones. */
static void
text_flush(struct out *out)
{
	struct out_text *text = container_of(out, struct out_text, base);
	for (unsigned depth = out->depth; depth > 0; depth--) {
		enum out_event open = out->nest[depth - 1];
		if (open == OUT_TABLE || open == OUT_ROW || open == OUT_OBJECT)
			grid_flush(&text->frames[depth - 1].grid);
	}
}

static void
text_free(struct out *out)
{
	struct out_text *text = container_of(out, struct out_text, base);
	for (size_t i = 0; i < OUT_DEPTH; i++) {
		grid_fini(&text->frames[i].grid);
		text_fini(&text->frames[i].cells);
		text_fini(&text->frames[i].items);
	}
	text_fini(&text->scratch);
	mem_free(text);
}

static void
text_emit(struct out *out, const struct out_item *item)
{
	struct out_text *text = container_of(out, struct out_text, base);
	switch (item->event) {
	case OUT_TABLE:
	case OUT_ROW:
	case OUT_DETAIL:
	case OUT_OBJECT:
	case OUT_LIST: text_open(text, item); break;
	case OUT_TABLE_END:
	case OUT_ROW_END:
	case OUT_DETAIL_END:
	case OUT_OBJECT_END:
	case OUT_LIST_END: text_close(text, item->event); break;
	case OUT_TITLE:
		if (text->base.depth == 0)
			text_set_off(text);
		text->headed = text->base.depth == 0;
		text_message(text, item->string, false);
		break;
	case OUT_NOTE: text_message(text, item->string, false); break;
	case OUT_ERROR: text_message(text, item->string, true); break;
	case OUT_STRING:
	case OUT_U64:
	case OUT_I64:
	case OUT_BOOL:
	case OUT_USEC:
		text_reset(&text->scratch);
		if (text->page.coloured)
			text_add(&text->scratch, tone_colours[item->tone]);
		readable_value(&text->scratch, item);
		if (text->page.coloured && item->tone != OUT_PLAIN)
			text_add(&text->scratch, SGR_OFF);
		text_value(text, item->key, text_string(&text->scratch));
		break;
	}
}

static void
text_open(struct out_text *text, const struct out_item *item)
{
	unsigned depth = text->base.depth;
	struct frame *frame = &text->frames[depth - 1];
	struct grid *above = grid_innermost(text, depth - 1);
	unsigned indent = above != NULL ? INDENT : 0;
	frame->key = item->key;
	if (item->event == OUT_DETAIL)
		return;
	if (item->event == OUT_ROW) {
		row_open(frame);
		grid_open(&frame->grid, &text->page, above, INDENT, NULL, 2);
		frame->grid.before = row_before;
		return;
	}
	if (above == NULL)
		text_set_off(text);
	if (item->event == OUT_LIST) {
		text_reset(&frame->items);
		frame->item_count = 0;
		return;
	}
	if (above != NULL)
		text_header(text, item->key);
	if (item->event == OUT_TABLE)
		grid_open(&frame->grid, &text->page, above, indent, item->columns,
			  item->count);
	else
		grid_open(&frame->grid, &text->page, above, indent, NULL, 2);
}

static void
text_close(struct out_text *text, enum out_event event)
{
	struct frame *frame = &text->frames[text->base.depth - 1];
	if (event == OUT_DETAIL_END)
		return;
	if (event == OUT_LIST_END) {
		list_close(text);
		return;
	}
	if (event == OUT_ROW_END)
		row_commit(frame);
	grid_flush(&frame->grid);
}

/* An empty line between blocks: the things at the top, and those of a list there. */
static void
text_set_off(struct out_text *text)
{
	bool first = text->base.depth <= 1 ? !text->began || text->headed
					   : text->frames[0].item_count++ == 0;
	if (!first)
		text->base.write(text->base.context, "\n", 1);
	text->began = true;
	text->headed = false;
}

/* The line that announces an inner table or object: its key, or in a list that of the
 * list. */
static void
text_header(struct out_text *text, const char *key)
{
	struct text *header = &text->scratch;
	struct frame *outer = &text->frames[text->base.depth - 2];
	text_reset(header);
	if (key != NULL) {
		readable_key(header, key);
	} else {
		readable_key(header, outer->key != NULL ? outer->key : "item");
		text_printf(header, " %u", ++outer->item_count);
	}
	text_add_char(header, ':');
	grid_line(grid_innermost(text, text->base.depth - 1), text_string(header));
}

static void
text_value(struct out_text *text, const char *key, const char *value)
{
	unsigned depth = text->base.depth;
	struct frame *frame = &text->frames[depth - 1];
	enum out_event open = text->base.nest[depth - 1];
	if (open == OUT_LIST) {
		if (depth == 1) {
			text->base.write(text->base.context, value, strlen(value));
			text->base.write(text->base.context, "\n", 1);
			return;
		}
		if (frame->item_count++ > 0)
			text_add(&frame->items, ", ");
		text_add(&frame->items, value);
	} else if (open != OUT_ROW || !row_cell(text, frame, key, value)) {
		field(grid_innermost(text, depth), key, value);
	}
}

/* Notes and errors stand where they were met, line by line, unless errors have a place of
 * their own. */
static void
text_message(struct out_text *text, const char *string, bool is_error)
{
	bool apart = is_error && text->base.complain != NULL;
	struct grid *grid = apart ? NULL : grid_innermost(text, text->base.depth);
	struct text line = { .text = NULL };
	for (;;) {
		size_t length = strcspn(string, "\n");
		text_reset(&line);
		if (is_error && text->page.coloured)
			text_add(&line, SGR_RED);
		readable_string(&line, string, length);
		if (is_error && text->page.coloured)
			text_add(&line, SGR_OFF);
		if (grid != NULL) {
			grid_line(grid, text_string(&line));
		} else {
			text_add_char(&line, '\n');
			(apart ? text->base.complain : text->base.write)(
				text->base.context, line.text, line.length);
		}
		string += length;
		if (*string == '\0' || *++string == '\0')
			break;
	}
	text_fini(&line);
}

/* Scalars of a list are one value of what it stands in. */
static void
list_close(struct out_text *text)
{
	unsigned depth = text->base.depth;
	struct frame *list = &text->frames[depth - 1];
	if (depth == 1 || (list->item_count > 0 && list->items.length == 0))
		return;
	if (list->item_count == 0)
		text_add(&list->items, "none");
	text->base.depth--;
	text_value(text, list->key, text_string(&list->items));
	text->base.depth++;
}

static void
row_open(struct frame *row)
{
	text_reset(&row->cells);
	text_add_bytes(&row->cells, "", 1);
	memset(row->starts, 0, sizeof(row->starts));
	row->next = 0;
	row->committed = false;
}

/* Takes the value if it is that of a column of the text form and the row isn't out yet.
 */
static bool
row_cell(struct out_text *text, struct frame *row, const char *key, const char *value)
{
	const struct grid *table = &text->frames[text->base.depth - 2].grid;
	if (row->committed)
		return false;
	for (size_t i = 0; i < table->count; i++) {
		size_t column = (row->next + i) % table->count;
		if (strcmp(table->columns[column].key, key) != 0)
			continue;
		row->next = column + 1;
		if (table->columns[column].title == NULL)
			return false;
		row->starts[column] = row->cells.length;
		text_add_bytes(&row->cells, value, strlen(value) + 1);
		return true;
	}
	return false;
}

static void
row_commit(struct frame *row)
{
	struct grid *table = row->grid.above;
	const char *cells[OUT_COLUMNS];
	if (row->committed)
		return;
	row->committed = true;
	size_t count = table->count;
	for (size_t i = 0; i < count; i++)
		cells[i] = row->cells.text + row->starts[i];
	grid_cells(table, cells, count);
}

/* The fields of a row come below it. */
static void
row_before(struct grid *grid)
{
	row_commit(container_of(grid, struct frame, grid));
}

static void
field(struct grid *grid, const char *key, const char *value)
{
	struct text title = { .text = NULL };
	readable_key(&title, key);
	text_add_char(&title, ':');
	grid_field(grid, title.text, value);
	text_fini(&title);
}

/* The grid that lines met at this depth belong to; null at the top. */
static struct grid *
grid_innermost(struct out_text *text, unsigned depth)
{
	while (depth > 0) {
		enum out_event open = text->base.nest[--depth];
		if (open == OUT_TABLE || open == OUT_ROW || open == OUT_OBJECT)
			return &text->frames[depth].grid;
	}
	return NULL;
}
