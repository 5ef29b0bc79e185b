/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output for people.  Everything ends up as lines of a grid: a table has its columns, the
 * fields of an object or below a row have two, `Key:` and the value.  A grid holds its
 * first lines back until it knows how wide its columns get, then streams.  Grids nest:
 * the lines of an inner one, indented, are lines of the next outer one.
 */
#include "lib/mem.h"
#include "lib/out.h"
#include "lib/text.h"
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#define GRID_HELD 200 /* Lines held back to measure columns. */
#define INDENT    2
#define FOLD      4 /* What goes on on a line of its own is set in by so much. */

/* What a held line starts with: text as it is, or cells (each terminated). */
enum { HELD_LINE = 1, HELD_CELLS };

struct grid {
	struct grid *above; /* Where finished lines go; null: they are written. */
	unsigned indent;    /* Characters before each line. */
	const struct out_column *columns; /* Null: fields. */
	size_t count;                     /* Of columns. */
	size_t widths[OUT_COLUMNS];       /* Characters. */
	bool measured;                    /* Lines are no longer held back. */
	unsigned held_count;              /* Lines in `held`. */
	struct text held;
	struct text line; /* The line being put together. */
};

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

/* Lines being written of one row of cells. */
struct pen {
	struct out_text *text;
	struct grid *grid;
	const char *colour; /* Null: none. */
	size_t at, room;    /* Characters without the grid's indent. */
	bool any;           /* A cell stands on the line. */
	bool folded;        /* It is not the first line. */
};

struct out_text {
	struct out base;
	struct frame frames[OUT_DEPTH];
	struct text scratch; /* The value being shown. */
	bool began;  /* A block was shown: the next one is set off by an empty line … */
	bool headed; /* … but not from its heading. */
	size_t width; /* Characters a line may have. */
	bool coloured;
};

/* Select graphic rendition, ECMA-48 §8.3.117.  Values can't contain such a sequence: they
 * are shown without control characters. */
#define SGR_BOLD "\x1b[1m"
#define SGR_RED  "\x1b[31m"
#define SGR_OFF  "\x1b[0m"
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
static void row_commit(struct out_text *text, struct frame *row);
static struct grid *grid_innermost(struct out_text *text, unsigned depth);
static void grid_open(struct grid *grid, struct grid *above, unsigned indent,
		      const struct out_column *columns, size_t count);
static void grid_field(struct out_text *text, struct grid *grid, const char *key,
		       const char *value);
static void grid_cells(struct out_text *text, struct grid *grid, const char *const *cells,
		       size_t count);
static void grid_line(struct out_text *text, struct grid *grid, const char *line);
static void grid_hold(struct out_text *text, struct grid *grid);
static void grid_flush(struct out_text *text, struct grid *grid);
static void grid_widen(struct out_text *text, struct grid *grid);
static size_t grid_room(const struct out_text *text, const struct grid *grid);
static void grid_titles(struct out_text *text, struct grid *grid);
static void grid_show(struct out_text *text, struct grid *grid, const char *const *cells,
		      size_t count, const char *colour);
static void pen_begin(struct pen *pen, size_t indent);
static void pen_end(struct pen *pen);
static void pen_cell(struct pen *pen, const char *cell, size_t width, uint8_t align,
		     bool is_last);
static void pen_words(struct pen *pen, const char *words, size_t length);
static void grid_write(struct out_text *text, struct grid *grid);
static void show_value(struct text *to, const struct out_item *item);
static void show_string(struct text *to, const char *string, size_t size);
static void show_key(struct text *to, const char *key);
static bool is_written(const char *word, const char *key, size_t length);
static void show_bytes(struct text *to, uint64_t bytes);
static size_t count_characters(const char *string);

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
	text->width = SIZE_MAX;
	return &text->base;
}

void
out_text_fit(struct out *out, unsigned width, bool coloured)
{
	struct out_text *text = container_of(out, struct out_text, base);
	assert(out->class == &out_text_class);
	text->width = width > 0 ? width : SIZE_MAX;
	text->coloured = coloured;
}

/* The innermost first: their lines are lines of the outer ones. */
static void
text_flush(struct out *out)
{
	struct out_text *text = container_of(out, struct out_text, base);
	for (unsigned depth = out->depth; depth > 0; depth--) {
		enum out_event open = out->nest[depth - 1];
		if (open == OUT_TABLE || open == OUT_ROW || open == OUT_OBJECT)
			grid_flush(text, &text->frames[depth - 1].grid);
	}
}

static void
text_free(struct out *out)
{
	struct out_text *text = container_of(out, struct out_text, base);
	for (size_t i = 0; i < OUT_DEPTH; i++) {
		text_fini(&text->frames[i].grid.held);
		text_fini(&text->frames[i].grid.line);
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
		if (text->coloured)
			text_add(&text->scratch, tone_colours[item->tone]);
		show_value(&text->scratch, item);
		if (text->coloured && item->tone != OUT_PLAIN)
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
		grid_open(&frame->grid, above, INDENT, NULL, 2);
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
		grid_open(&frame->grid, above, indent, item->columns, item->count);
	else
		grid_open(&frame->grid, above, indent, NULL, 2);
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
		row_commit(text, frame);
	grid_flush(text, &frame->grid);
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
		show_key(header, key);
	} else {
		show_key(header, outer->key != NULL ? outer->key : "item");
		text_printf(header, " %u", ++outer->item_count);
	}
	text_add_char(header, ':');
	grid_line(text, grid_innermost(text, text->base.depth - 1), text_string(header));
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
		grid_field(text, grid_innermost(text, depth), key, value);
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
		if (is_error && text->coloured)
			text_add(&line, SGR_RED);
		show_string(&line, string, length);
		if (is_error && text->coloured)
			text_add(&line, SGR_OFF);
		if (grid != NULL) {
			grid_line(text, grid, text_string(&line));
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
row_commit(struct out_text *text, struct frame *row)
{
	struct grid *table = row->grid.above;
	const char *cells[OUT_COLUMNS];
	if (row->committed)
		return;
	row->committed = true;
	size_t count = table->count;
	for (size_t i = 0; i < count; i++)
		cells[i] = row->cells.text + row->starts[i];
	grid_cells(text, table, cells, count);
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

static void
grid_open(struct grid *grid, struct grid *above, unsigned indent,
	  const struct out_column *columns, size_t count)
{
	grid->above = above;
	grid->indent = indent;
	grid->columns = columns;
	grid->count = count;
	grid->measured = false;
	grid->held_count = 0;
	text_reset(&grid->held);
	for (size_t i = 0; i < count; i++) {
		grid->widths[i] = 0;
		if (columns != NULL && columns[i].title != NULL)
			grid->widths[i] = count_characters(columns[i].title);
	}
}

static void
grid_field(struct out_text *text, struct grid *grid, const char *key, const char *value)
{
	struct text title = { .text = NULL };
	show_key(&title, key);
	text_add_char(&title, ':');
	grid_cells(text, grid, (const char *const[]){ title.text, value }, 2);
	text_fini(&title);
}

static void
grid_cells(struct out_text *text, struct grid *grid, const char *const *cells,
	   size_t count)
{
	for (size_t i = 0; i < count && !grid->measured; i++)
		grid->widths[i] = MAX(grid->widths[i], count_characters(cells[i]));
	if (grid->measured) {
		grid_show(text, grid, cells, count, NULL);
		return;
	}
	text_add_char(&grid->held, HELD_CELLS);
	for (size_t i = 0; i < count; i++)
		text_add_bytes(&grid->held, cells[i], strlen(cells[i]) + 1);
	grid_hold(text, grid);
}

static void
grid_line(struct out_text *text, struct grid *grid, const char *line)
{
	if (grid->measured) {
		text_reset(&grid->line);
		text_pad(&grid->line, ' ', grid->indent);
		text_add(&grid->line, line);
		grid_write(text, grid);
		return;
	}
	text_add_char(&grid->held, HELD_LINE);
	text_add_bytes(&grid->held, line, strlen(line) + 1);
	grid_hold(text, grid);
}

static void
grid_hold(struct out_text *text, struct grid *grid)
{
	if (++grid->held_count >= GRID_HELD)
		grid_flush(text, grid);
}

/* Fixes the widths and passes on what was held. */
static void
grid_flush(struct out_text *text, struct grid *grid)
{
	struct frame *frame = container_of(grid, struct frame, grid);
	const char *cells[OUT_COLUMNS];
	size_t count = grid->count;
	if (grid->measured)
		return;
	grid->measured = true;
	grid_widen(text, grid);
	/* The fields of a row come below it. */
	if (text->base.nest[frame - text->frames] == OUT_ROW)
		row_commit(text, frame);
	if (grid->columns != NULL)
		grid_titles(text, grid);
	const char *at = grid->held.text;
	for (unsigned i = 0; i < grid->held_count; i++) {
		if (*at++ == HELD_LINE) {
			grid_line(text, grid, at);
			at += strlen(at) + 1;
			continue;
		}
		for (size_t j = 0; j < count; j++) {
			cells[j] = at;
			at += strlen(at) + 1;
		}
		grid_show(text, grid, cells, count, NULL);
	}
	text_reset(&grid->held);
}

/* Columns get their least widths, where there is room for all of them. */
static void
grid_widen(struct out_text *text, struct grid *grid)
{
	size_t sum = 0;
	for (size_t i = 0; grid->columns != NULL && i < grid->count; i++) {
		if (grid->columns[i].title != NULL)
			sum += 1 + MAX(grid->widths[i], grid->columns[i].width);
	}
	if (grid->columns == NULL || sum > grid_room(text, grid))
		return;
	for (size_t i = 0; i < grid->count; i++)
		grid->widths[i] = MAX(grid->widths[i], grid->columns[i].width);
}

/* Characters that a line of it may have. */
static size_t
grid_room(const struct out_text *text, const struct grid *grid)
{
	size_t room = text->width;
	for (; grid != NULL && room != SIZE_MAX; grid = grid->above)
		room -= MIN(room, grid->indent);
	return room;
}

static void
grid_titles(struct out_text *text, struct grid *grid)
{
	const char *titles[OUT_COLUMNS];
	size_t count = grid->count;
	bool any = false;
	for (size_t i = 0; i < count; i++) {
		titles[i] = grid->columns[i].title != NULL ? grid->columns[i].title : "";
		any |= titles[i][0] != '\0';
	}
	if (any)
		grid_show(text, grid, titles, count, SGR_BOLD);
}

/* One line of cells, aligned, without blanks at its end, in more lines where it is too
 * long; `colour`: of all of it, where there are colours. */
static void
grid_show(struct out_text *text, struct grid *grid, const char *const *cells,
	  size_t count, const char *colour)
{
	struct pen pen = { .text = text, .grid = grid, .room = grid_room(text, grid) };
	pen.colour = text->coloured ? colour : NULL;
	size_t last = 0;
	for (size_t i = 0; i < count; i++) {
		if (cells[i][0] != '\0')
			last = i;
	}
	pen_begin(&pen, 0);
	for (size_t i = 0; i <= last && i < count; i++) {
		const struct out_column *column =
			grid->columns != NULL ? &grid->columns[i] : NULL;
		if (column == NULL)
			pen_cell(&pen, cells[i], grid->widths[i], OUT_LEFT, i == last);
		else if (column->title != NULL)
			pen_cell(&pen, cells[i], grid->widths[i], column->align,
				 i == last);
	}
	pen_end(&pen);
}

static void
pen_begin(struct pen *pen, size_t indent)
{
	struct text *line = &pen->grid->line;
	text_reset(line);
	text_pad(line, ' ', pen->grid->indent + indent);
	if (pen->colour != NULL)
		text_add(line, pen->colour);
	pen->at = indent;
	pen->any = false;
}

static void
pen_end(struct pen *pen)
{
	struct text *line = &pen->grid->line;
	while (line->length > 0 && line->text[line->length - 1] == ' ')
		line->text[--line->length] = '\0';
	if (pen->colour != NULL)
		text_add(line, SGR_OFF);
	grid_write(pen->text, pen->grid);
}

static void
pen_cell(struct pen *pen, const char *cell, size_t width, uint8_t align, bool is_last)
{
	struct text *line = &pen->grid->line;
	size_t length = count_characters(cell);
	size_t blanks = width > length && !pen->folded ? width - length : 0;
	size_t before = (pen->any ? 1 : 0) + (align == OUT_RIGHT ? blanks : 0);
	if (pen->at + before + length > pen->room && pen->any) {
		/* Text has a column of its own as long as that is no narrow one. */
		bool is_wrapped =
			is_last && align == OUT_LEFT && pen->at + before <= pen->room / 2;
		if (!is_wrapped) {
			pen_end(pen);
			pen_begin(pen, FOLD);
			pen->folded = true;
			before = blanks = 0;
		}
		text_pad(line, ' ', before);
		pen->at += before;
		pen_words(pen, cell, length);
	} else {
		text_pad(line, ' ', before);
		text_add(line, cell);
		pen->at += before + length;
	}
	if (align == OUT_LEFT && !is_last) {
		text_pad(line, ' ', blanks);
		pen->at += blanks;
	}
	pen->any = true;
}

/* Text from here on, in as many lines as it needs, each beginning where this one does. */
static void
pen_words(struct pen *pen, const char *words, size_t length)
{
	size_t start = pen->at, room = pen->room > start ? pen->room - start : 1;
	while (length > room) {
		size_t count = 0, cut = 0;
		const char *blank = NULL;
		for (const char *at = words; *at != '\0'; at++) {
			if (*at == ' ' && (count <= room || blank == NULL)) {
				blank = at;
				cut = count;
			}
			if (count > room && blank != NULL)
				break;
			count += ((uint8_t)*at & 0xc0) != 0x80;
		}
		if (blank == NULL)
			break;
		text_add_bytes(&pen->grid->line, words, (size_t)(blank - words));
		pen_end(pen);
		pen_begin(pen, start);
		words = blank + 1;
		length -= cut + 1;
	}
	text_add(&pen->grid->line, words);
	pen->at += length;
}

/* Passes grid->line on. */
static void
grid_write(struct out_text *text, struct grid *grid)
{
	if (grid->above != NULL) {
		grid_line(text, grid->above, text_string(&grid->line));
		return;
	}
	text_add_char(&grid->line, '\n');
	text->base.write(text->base.context, grid->line.text, grid->line.length);
}

static void
show_value(struct text *to, const struct out_item *item)
{
	const char *string = item->string != NULL ? item->string : "-";
	bool is_bytes = item->unit != NULL && strcmp(item->unit, "B") == 0;
	if (item->event == OUT_STRING)
		show_string(to, string, strlen(string));
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

/* Control characters and bytes that are no UTF-8 are shown as `\x1b`: names come from
 * peers, and a terminal obeys what it is sent. */
static void
show_string(struct text *to, const char *string, size_t size)
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

/* router_id: `Router ID` */
static void
show_key(struct text *to, const char *key)
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

/* Without colours. */
static size_t
count_characters(const char *string)
{
	size_t count = 0;
	for (; *string != '\0'; string++) {
		if (*string == '\x1b')
			string += strcspn(string, "m");
		else
			count += ((uint8_t)*string & 0xc0) != 0x80;
	}
	return count;
}
