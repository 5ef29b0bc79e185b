/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Times as people see them, by the `timeformat` statements.
 */
#ifndef NEST_SHOW_TIME_H
#define NEST_SHOW_TIME_H

#include "lib/macros.h"

struct router;
struct config_timeformat;

#define TIME_TEXT 64

/* A wall time.  `format` null: `iso long ms`.  Returns `text`. */
char *time_format(const struct router *router, const struct config_timeformat *format,
		  usec_t wall, char text[static TIME_TEXT]);
/* A moment of the monotonic clock, as wall time. */
char *time_format_monotonic(const struct router *router,
			    const struct config_timeformat *format, usec_t moment,
			    char text[static TIME_TEXT]);

#endif
