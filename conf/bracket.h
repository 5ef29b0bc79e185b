/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The brackets that are open in filter code, each known by a character: those written
 * alike, but for the { } of prefix lengths and the [= =] of a mask.
 */
#ifndef CONF_BRACKET_H
#define CONF_BRACKET_H

#include "conf/complaint.h"
#include <stdbool.h>
#include <stddef.h>

#define BRACKET_DEPTH 1000

enum { BRACKET_LENGTHS = 'l', BRACKET_MASK = 'm' };

struct brackets {
	char open[BRACKET_DEPTH];
	size_t count;
	struct place place; /* Of the first. */
};

/* One more opens at a place.  False: there are too many. */
bool brackets_open(struct brackets *brackets, char bracket, const struct place *place);
/* One is closed: `)`, `]`, `}` or BRACKET_MASK.  `}` closes what was left open inside,
 * too.  False: the innermost is of another kind, a mistake that the grammar finds. */
bool brackets_close(struct brackets *brackets, char bracket);
/* The innermost is of this kind. */
bool brackets_are_in(const struct brackets *brackets, char bracket);
/* A block is among them. */
bool brackets_have_block(const struct brackets *brackets);
/* Back to the innermost block. */
void brackets_unwind(struct brackets *brackets);

#endif
