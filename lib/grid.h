/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Grids: lines of cells under each other.  A table has its columns, the fields of an
 * object have two, name and value.  A grid holds its first lines back until it knows how
 * wide its columns get, then streams.  Grids nest: the lines of an inner one, indented,
 * are lines of the next outer one.
 */
#ifndef LIB_GRID_H
#define LIB_GRID_H

#include "lib/out.h"
#include "lib/text.h"
#include <stdbool.h>
#include <stddef.h>

/* Select graphic rendition, ECMA-48 §8.3.117; they take no place in a line. */
#define SGR_BOLD "\x1b[1m"
#define SGR_RED  "\x1b[31m"
#define SGR_OFF  "\x1b[0m"

/* What the lines of the outermost grids are written on. */
struct page {
	void (*write)(void *context, const char *bytes, size_t size); /* Whole lines. */
	void *context;
	size_t width;  /* Characters a line may have; SIZE_MAX: any number. */
	bool coloured; /* Titles stand out. */
};

struct grid {
	const struct page *page;
	struct grid *above; /* Where finished lines go; null: they are written. */
	/* Called before the first line goes there; null: nothing comes before it. */
	void (*before)(struct grid *grid);
	unsigned indent;                  /* Characters before each line. */
	const struct out_column *columns; /* Null: fields. */
	size_t count;                     /* Of columns. */
	size_t widths[OUT_COLUMNS];       /* Characters. */
	bool measured;                    /* Lines are no longer held back. */
	unsigned held_count;              /* Lines in `held`. */
	struct text held;
	struct text line; /* The line being put together. */
};

/* Begins, also again; `grid` is zeroed before the first time.  The columns (null: those
 * of fields, two) outlive it. */
void grid_open(struct grid *grid, const struct page *page, struct grid *above,
	       unsigned indent, const struct out_column *columns, size_t count);
void grid_fini(struct grid *grid);
/* A line of cells, one for each column; empty ones at the end leave no blanks.  What is
 * too long for the page goes on in further lines. */
void grid_cells(struct grid *grid, const char *const *cells, size_t count);
void grid_field(struct grid *grid, const char *title, const char *value);
/* A line as it is. */
void grid_line(struct grid *grid, const char *line);
/* Fixes the widths and passes on what was held, the titles first. */
void grid_flush(struct grid *grid);

#endif
