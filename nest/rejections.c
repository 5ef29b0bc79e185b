/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counters of what lines of a policy turned away.
 */
#include "nest/rejections.h"

#include "lib/mem.h"
#include <string.h>

static bool
row_is_at(const struct rejection *row, const struct filter_place *place)
{
	if (row->line != place->line || (row->file == NULL) != (place->file == NULL))
		return false;
	return row->file == NULL || strcmp(row->file, place->file) == 0;
}

/* The row of a place, perhaps a new one; null: there is no room for it. */
static struct rejection *
row_of(struct rejections *rejections, const struct filter_place *place)
{
	/* Equal ones come together. */
	if (rejections->last < rejections->count &&
	    row_is_at(&rejections->rows[rejections->last], place))
		return &rejections->rows[rejections->last];
	for (uint32_t i = 0; i < rejections->count; i++) {
		if (!row_is_at(&rejections->rows[i], place))
			continue;
		rejections->last = i;
		return &rejections->rows[i];
	}
	if (rejections->count == REJECTIONS)
		return NULL;
	rejections->rows = mem_resize(rejections->rows, rejections->count + 1,
				      sizeof(rejections->rows[0]));
	struct rejection *row = &rejections->rows[rejections->count++];
	row->file = place->file != NULL ? mem_strdup(place->file) : NULL;
	row->line = place->line;
	row->count = 0;
	return row;
}

void
rejections_add(struct rejections *rejections, const struct filter_place *place)
{
	struct rejection *row = row_of(rejections, place);
	if (row != NULL)
		row->count++;
	else
		rejections->others++;
}

void
rejections_clear(struct rejections *rejections)
{
	for (uint32_t i = 0; i < rejections->count; i++)
		mem_free(rejections->rows[i].file);
	mem_free(rejections->rows);
	memset(rejections, 0, sizeof(*rejections));
}
