/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stack of brackets.
 */
#include "conf/bracket.h"

#include <string.h>

bool
brackets_open(struct brackets *brackets, char bracket, const struct place *place)
{
	if (brackets->count == 0)
		brackets->place = *place;
	if (brackets->count == BRACKET_DEPTH)
		return false;
	brackets->open[brackets->count++] = bracket;
	return true;
}

bool
brackets_close(struct brackets *brackets, char bracket)
{
	if (brackets->count == 0)
		return true;
	if (bracket == '}' && !brackets_are_in(brackets, BRACKET_LENGTHS))
		brackets_unwind(brackets);
	else if (bracket != '}' && !brackets_are_in(brackets, bracket == ')'   ? '('
							      : bracket == ']' ? '['
									       : bracket))
		return false;
	if (brackets->count > 0)
		brackets->count--;
	return true;
}

bool
brackets_are_in(const struct brackets *brackets, char bracket)
{
	return brackets->count > 0 && brackets->open[brackets->count - 1] == bracket;
}

bool
brackets_have_block(const struct brackets *brackets)
{
	return memchr(brackets->open, '{', brackets->count) != NULL;
}

void
brackets_unwind(struct brackets *brackets)
{
	while (brackets->count > 0 && !brackets_are_in(brackets, '{'))
		brackets->count--;
}
