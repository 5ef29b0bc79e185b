/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the writer of a statement that is wrong likely meant: other languages and versions
 * (BIRD 1, babeld, FRR), options that stand in the wrong block, values in the wrong form.
 */
#ifndef CONF_HINT_H
#define CONF_HINT_H

#include <stdbool.h>

struct piece;
struct reader;

/* A word that begins no statement of the block at hand.  In scratch memory or literal;
 * null: nothing is known of it. */
const char *hint_word(struct reader *reader, const char *word);
/* The same of a word that a `-` follows at once. */
const char *hint_dash(struct reader *reader, const struct piece *piece);
/* A piece (its text: `word`) that the statement at hand does not go on with. */
const char *hint_piece(struct reader *reader, const struct piece *piece,
		       const char *word);
/* A mark where a statement should begin. */
const char *hint_mark(const struct piece *piece);
/* A piece that filter code does not go on with. */
const char *hint_filter(const struct reader *reader, const struct piece *piece);
/* A table whose statement was wrong (`table t;`, as in BIRD 1) is known all the same, so
 * that its uses are no mistakes.  Called with the word that was wrong and each piece that
 * follows; true: that one was the name. */
bool hint_declare(struct reader *reader, const struct piece *word,
		  const struct piece *piece);

#endif
