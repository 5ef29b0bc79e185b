/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of BIRD's options (doc/bird-options.txt), each read by the language as it
 * stands: what becomes of it is found out, not claimed.
 */
#ifndef DOC_OPTIONS_H
#define DOC_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct text;

enum option_status {
	OPTION_TAKEN,
	OPTION_IGNORED, /* With a warning. */
	OPTION_REFUSED, /* In one sentence that says so. */
	OPTION_UNKNOWN  /* Any other complaint: a mistake of ours, or of the list. */
};

struct option {
	const char *section;   /* "bgp channel" */
	const char *statement; /* "next hop self;" */
	unsigned line;         /* Of the list. */
	enum option_status said, found;
	const char *reason; /* Why it is not taken; null: taken. */
};

/* Reads the file and each statement in it; calls `each` in order.  False if the file
 * can't be read. */
bool options_each(const char *path,
		  void (*each)(void *context, const struct option *option),
		  void *context);
/* Adds the table of the manual, as Markdown.  The number of options that are not what the
 * list says. */
size_t options_write(struct text *text, const char *path);

#endif
