/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What modules ask of a difference between configurations.
 */
#include "nest/schema.h"

bool
conf_diff_has(const struct conf_diff *diff, size_t offset)
{
	for (size_t i = 0; i < diff->count; i++)
		if (diff->items[i]->offset == offset)
			return true;
	return false;
}
