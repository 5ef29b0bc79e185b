/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is asked of pieces all over.
 */
#include "conf/piece.h"

#include <string.h>

struct place
piece_place(const struct piece *piece)
{
	return (struct place){ .source = piece->source,
			       .offset = piece->offset,
			       .length = piece->length };
}

bool
piece_is(const struct piece *piece, const char *word)
{
	return piece->kind == PIECE_WORD && strlen(word) == piece->text_length &&
	       memcmp(word, piece->text, piece->text_length) == 0;
}
