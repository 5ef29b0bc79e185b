/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A screenful of text, and what differs between two of them.  Pure.
 */
#ifndef CLIENT_SCREEN_H
#define CLIENT_SCREEN_H

#include "lib/text.h"
#include <stdint.h>

/* One character with its colour. */
struct screen_cell {
	char bytes[4];  /* UTF-8; zeros behind it. */
	uint8_t colour; /* The number of its SGR sequence; 0: none. */
};

struct screen {
	unsigned rows, columns;
	unsigned used;     /* Rows that have text. */
	unsigned left_out; /* Lines that had no room. */
	struct screen_cell *cells;
};

/* Lays text out, with the colours that out_text_fit() makes: what is wider than the
 * screen is cut. Freed with screen_fini(). */
void screen_init(struct screen *screen, unsigned rows, unsigned columns,
		 const char *text);
void screen_fini(struct screen *screen);
/* What draws it from where the cursor is, on a screen that ends with its last row;
 * characters other than in `before` (null: none are) in reverse. */
void screen_draw(struct text *to, const struct screen *screen,
		 const struct screen *before);

#endif
