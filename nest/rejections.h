/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many routes each line of a policy turned away: a few lines with a counter each.
 */
#ifndef NEST_REJECTIONS_H
#define NEST_REJECTIONS_H

#include "nest/filter.h"
#include <stdint.h>

#define REJECTIONS 32 /* Lines that are told apart; what others reject is summed up. */

struct rejection {
	char *file;    /* Its own copy; null: a line typed by hand, or none. */
	uint32_t line; /* 0: the policy has no lines (`none`). */
	uint64_t count;
};

/* Zeroed: nothing was rejected. */
struct rejections {
	uint32_t count, last; /* Rows; the one that was hit last. */
	struct rejection *rows;
	uint64_t others;
};

void rejections_add(struct rejections *rejections, const struct filter_place *place);
/* As if nothing had been rejected: the policy is another one. */
void rejections_clear(struct rejections *rejections);

#endif
