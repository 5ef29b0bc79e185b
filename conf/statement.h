/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The statements conf itself knows, beside those whose rows fill structs: instances,
 * channels, tables, modules.  Each is a row with a function of its own.
 */
#ifndef CONF_STATEMENT_H
#define CONF_STATEMENT_H

#include "conf/rows.h"
#include <stdbool.h>

struct block;
struct reader;

/* Tags of their patterns. */
enum {
	TAG_CLASS = 1,
	TAG_NAME,
	TAG_FROM,
	TAG_TYPE = 10 /* And its net type. */
};

struct statement {
	struct conf_item item;
	/* Does what it says; `block` is to be read by what it fills in (kind, rows,
	 * structs), and goes to waste where no block follows.  False: what follows is to
	 * be passed over, after a complaint. */
	bool (*open)(struct reader *reader, const struct rows_match *match,
		     struct block *block);
};

/* The outermost block. */
void statement_begin(struct reader *reader);
/* The text is at its end. */
void statement_end(struct reader *reader);
/* The rows of the outermost block, or of channels in a protocol: one by one, null at the
 * end (for the manual); all, with TARGET_CONF. */
const struct conf_item *statement_item(bool top, size_t index);
void statement_rows_add(struct rows *rows, bool top);
/* A statement of theirs, without a block and with one; false: it is to be passed over. */
void statement_run(struct reader *reader, const struct rows_match *match);
bool statement_open(struct reader *reader, const struct rows_match *match,
		    struct block *block);
void statement_close(struct reader *reader, struct block *block);
/* The net type it names. */
int statement_net_type(const struct rows_match *match);
/* And where. */
struct place statement_net_place(const struct reader *reader,
				 const struct rows_match *match);

#endif
