/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Holding lines back and writing them, and the pen that writes a row of cells.
 */
#include "lib/grid.h"

#include "lib/macros.h"
#include <stdint.h>
#include <string.h>

#define GRID_HELD 200 /* Lines held back to measure columns. */
#define FOLD      4   /* What goes on on a line of its own is set in by so much. */

/* What a held line starts with: text as it is, or cells (each terminated). */
enum { HELD_LINE = 1, HELD_CELLS };

/* Lines being written of one row of cells. */
struct pen {
	struct grid *grid;
	const char *colour; /* Null: none. */
	size_t at, room;    /* Characters without the grid's indent. */
	bool any;           /* A cell stands on the line. */
	bool folded;        /* It is not the first line. */
};

static void grid_hold(struct grid *grid);
static void grid_widen(struct grid *grid);
static size_t grid_room(const struct grid *grid);
static void grid_titles(struct grid *grid);
static void grid_show(struct grid *grid, const char *const *cells, size_t count,
		      const char *colour);
static void grid_write(struct grid *grid);
static void pen_begin(struct pen *pen, size_t indent);
static void pen_end(struct pen *pen);
static void pen_cell(struct pen *pen, const char *cell, size_t width, uint8_t align,
		     bool is_last);
static void pen_words(struct pen *pen, const char *words, size_t length);
static size_t count_characters(const char *string);

void
grid_open(struct grid *grid, const struct page *page, struct grid *above, unsigned indent,
	  const struct out_column *columns, size_t count)
{
	grid->page = page;
	grid->above = above;
	grid->before = NULL;
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

void
grid_fini(struct grid *grid)
{
	text_fini(&grid->held);
	text_fini(&grid->line);
}

void
grid_cells(struct grid *grid, const char *const *cells, size_t count)
{
	for (size_t i = 0; i < count && !grid->measured; i++)
		grid->widths[i] = MAX(grid->widths[i], count_characters(cells[i]));
	if (grid->measured) {
		grid_show(grid, cells, count, NULL);
		return;
	}
	text_add_char(&grid->held, HELD_CELLS);
	for (size_t i = 0; i < count; i++)
		text_add_bytes(&grid->held, cells[i], strlen(cells[i]) + 1);
	grid_hold(grid);
}

void
grid_field(struct grid *grid, const char *title, const char *value)
{
	grid_cells(grid, (const char *const[]){ title, value }, 2);
}

void
grid_line(struct grid *grid, const char *line)
{
	if (grid->measured) {
		text_reset(&grid->line);
		text_pad(&grid->line, ' ', grid->indent);
		text_add(&grid->line, line);
		grid_write(grid);
		return;
	}
	text_add_char(&grid->held, HELD_LINE);
	text_add_bytes(&grid->held, line, strlen(line) + 1);
	grid_hold(grid);
}

void
grid_flush(struct grid *grid)
{
	const char *cells[OUT_COLUMNS];
	size_t count = grid->count;
	if (grid->measured)
		return;
	grid->measured = true;
	grid_widen(grid);
	if (grid->before != NULL)
		grid->before(grid);
	if (grid->columns != NULL)
		grid_titles(grid);
	const char *at = grid->held.text;
	for (unsigned i = 0; i < grid->held_count; i++) {
		if (*at++ == HELD_LINE) {
			grid_line(grid, at);
			at += strlen(at) + 1;
			continue;
		}
		for (size_t j = 0; j < count; j++) {
			cells[j] = at;
			at += strlen(at) + 1;
		}
		grid_show(grid, cells, count, NULL);
	}
	text_reset(&grid->held);
}

static void
grid_hold(struct grid *grid)
{
	if (++grid->held_count >= GRID_HELD)
		grid_flush(grid);
}

/* Columns get their least widths, where there is room for all of them. */
static void
grid_widen(struct grid *grid)
{
	size_t sum = 0;
	for (size_t i = 0; grid->columns != NULL && i < grid->count; i++) {
		if (grid->columns[i].title != NULL)
			sum += 1 + MAX(grid->widths[i], grid->columns[i].width);
	}
	if (grid->columns == NULL || sum > grid_room(grid))
		return;
	for (size_t i = 0; i < grid->count; i++)
		grid->widths[i] = MAX(grid->widths[i], grid->columns[i].width);
}

/* Characters that a line of it may have. */
static size_t
grid_room(const struct grid *grid)
{
	size_t room = grid->page->width;
	for (; grid != NULL && room != SIZE_MAX; grid = grid->above)
		room -= MIN(room, grid->indent);
	return room;
}

static void
grid_titles(struct grid *grid)
{
	const char *titles[OUT_COLUMNS];
	size_t count = grid->count;
	bool any = false;
	for (size_t i = 0; i < count; i++) {
		titles[i] = grid->columns[i].title != NULL ? grid->columns[i].title : "";
		any |= titles[i][0] != '\0';
	}
	if (any)
		grid_show(grid, titles, count, SGR_BOLD);
}

/* One line of cells, aligned, without blanks at its end, in more lines where it is too
 * long; `colour`: of all of it, where there are colours. */
static void
grid_show(struct grid *grid, const char *const *cells, size_t count, const char *colour)
{
	struct pen pen = { .grid = grid, .room = grid_room(grid) };
	pen.colour = grid->page->coloured ? colour : NULL;
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

/* Passes grid->line on. */
static void
grid_write(struct grid *grid)
{
	if (grid->above != NULL) {
		grid_line(grid->above, text_string(&grid->line));
		return;
	}
	text_add_char(&grid->line, '\n');
	grid->page->write(grid->page->context, grid->line.text, grid->line.length);
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
	grid_write(pen->grid);
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
