/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Laying out text and drawing it (ECMA-48).
 */
#include "client/screen.h"

#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"

#define REVERSED 7

static struct screen_cell *
cell_at(const struct screen *screen, unsigned row, unsigned column)
{
	return &screen->cells[row * screen->columns + column];
}

/* The number of the sequence `ESC [ N m` that begins here, its length in `*size`; any
 * other one is skipped. */
static uint8_t
colour_take(const char *text, size_t *size, uint8_t colour)
{
	*size = 1;
	if (text[1] != '[')
		return colour;
	size_t digits = strspn(text + 2, "0123456789;");
	*size = 2 + digits + (text[2 + digits] != '\0');
	return text[2 + digits] == 'm' ? (uint8_t)strtoul(text + 2, NULL, 10) : colour;
}

void
screen_init(struct screen *screen, unsigned rows, unsigned columns, const char *text)
{
	*screen = (struct screen){ .rows = rows, .columns = columns };
	screen->cells =
		mem_resize(NULL, (size_t)rows * columns + 1, sizeof(*screen->cells));
	memset(screen->cells, 0, ((size_t)rows * columns + 1) * sizeof(*screen->cells));
	unsigned row = 0, column = 0;
	uint8_t colour = 0;
	size_t size;
	for (const char *end = text + strlen(text); text < end; text += size) {
		uint32_t rune;
		size = text_utf8(text, (size_t)(end - text), &rune);
		size = size > 0 ? size : 1;
		if (*text == '\x1b') {
			colour = colour_take(text, &size, colour);
		} else if (*text == '\n') {
			row++;
			column = 0;
		} else if (row < rows && column < columns) {
			struct screen_cell *cell = cell_at(screen, row, column++);
			memcpy(cell->bytes, text, size);
			cell->colour = colour;
		}
	}
	row += column > 0;
	screen->used = MIN(row, rows);
	screen->left_out = row - screen->used;
}

void
screen_fini(struct screen *screen)
{
	mem_free(screen->cells);
	*screen = (struct screen){ .cells = NULL };
}

/* Behind the text a row is blank. */
static bool
is_blank(const struct screen_cell *cell)
{
	return cell->bytes[0] == '\0' || cell->bytes[0] == ' ';
}

static bool
differs(const struct screen_cell *cell, const struct screen *before, unsigned row,
	unsigned column)
{
	if (!before || row >= before->rows || column >= before->columns)
		return false;
	const struct screen_cell *old = cell_at(before, row, column);
	return !(is_blank(cell) && is_blank(old)) &&
	       memcmp(cell->bytes, old->bytes, sizeof(cell->bytes)) != 0;
}

/* How many characters it has. */
static unsigned
row_draw(struct text *to, const struct screen *screen, const struct screen *before,
	 unsigned row)
{
	int colour = 0, reversed = 0;
	unsigned end = screen->columns;
	while (end > 0 && is_blank(cell_at(screen, row, end - 1)) &&
	       !differs(cell_at(screen, row, end - 1), before, row, end - 1))
		end--;
	for (unsigned column = 0; column < end; column++) {
		const struct screen_cell *cell = cell_at(screen, row, column);
		int changed = differs(cell, before, row, column);
		if (cell->colour != colour || changed != reversed) {
			text_add(to, "\x1b[0m");
			if (cell->colour)
				text_printf(to, "\x1b[%um", cell->colour);
			if (changed)
				text_printf(to, "\x1b[%um", REVERSED);
		}
		colour = cell->colour;
		reversed = changed;
		if (cell->bytes[0])
			text_add_bytes(to, cell->bytes, strnlen(cell->bytes, 4));
		else
			text_add_char(to, ' ');
	}
	if (colour || reversed)
		text_add(to, "\x1b[0m");
	return end;
}

void
screen_draw(struct text *to, const struct screen *screen, const struct screen *before)
{
	for (unsigned row = 0; row < screen->used; row++) {
		/* Behind a full row the cursor still stands on its last character, and
		 * behind the last row the terminal would scroll. */
		if (row_draw(to, screen, before, row) < screen->columns)
			text_add(to, "\x1b[K");
		if (row + 1 < screen->rows)
			text_add(to, "\r\n");
	}
	if (screen->used < screen->rows)
		text_add(to, "\x1b[J");
}
