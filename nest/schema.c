/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What modules say about a configuration, and ask of a difference between two.
 */
#include "nest/schema.h"

#include "lib/arena.h"
#include <stdarg.h>

void
conf_check_error(struct conf_check *check, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	check->say(check, false, arena_vprintf(check->arena, format, arguments));
	va_end(arguments);
}

void
conf_check_warning(struct conf_check *check, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	check->say(check, true, arena_vprintf(check->arena, format, arguments));
	va_end(arguments);
}

bool
conf_diff_has(const struct conf_diff *diff, size_t offset)
{
	for (size_t i = 0; i < diff->count; i++)
		if (diff->items[i]->offset == offset)
			return true;
	return false;
}
