/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The texts a configuration is read from: files and what was typed, whole in memory until
 * the reading is over, so that any place can be shown to a person.
 */
#ifndef CONF_SOURCE_H
#define CONF_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct sys;

#define SOURCE_SIZE_LIMIT  ((size_t)64 << 20)  /* Bytes of one file. */
#define SOURCE_ALL_LIMIT   ((size_t)128 << 20) /* Of all files. */
#define SOURCE_COUNT_LIMIT 10000               /* Files of one configuration. */

struct source {
	const char *name;     /* The path; null: a text. */
	const char *includer; /* Path of the file that included it; null: none. */
	char *text;           /* Two zeros follow. */
	size_t size;
	uint32_t *line_starts; /* Offsets, ascending; null until a line is asked for. */
	size_t line_count;     /* What follows the last `\n` is a line, too. */
	size_t asked;          /* The line asked for last, from 0. */
};

struct sources {
	struct arena *arena; /* For names: lives as long as the configuration. */
	struct source *list;
	size_t count, room;
	size_t size; /* Bytes of all. */
};

/* A place for people: both from 1. */
struct source_place {
	const char *file; /* Null: a text. */
	uint32_t line, column;
};

void sources_init(struct sources *sources, struct arena *arena);
/* Frees the texts; names stay in the arena. */
void sources_fini(struct sources *sources);
/* Adds a copy of a text. Returns its index. */
int source_add_text(struct sources *sources, const char *text, size_t size);
/* Reads a file. Its index, or a negative errno and the reason in `reason` (literal). */
int source_add_file(struct sources *sources, struct sys *sys, const char *path,
		    const char **reason);
/* The line a place is in, from 1.  The text is read once, by who asks first; each answer
 * is a binary search, but for the line asked for last and the one behind it. */
uint32_t source_line(struct sources *sources, unsigned source, uint32_t offset);
/* Where a line begins (from 1) in `offset`; false: there are fewer. */
bool source_line_start(struct sources *sources, unsigned source, uint32_t line,
		       uint32_t *offset);
struct source_place source_place(struct sources *sources, unsigned source,
				 uint32_t offset);
/* The first character that is no blank in its line. */
bool source_begins_line(const struct sources *sources, unsigned source, uint32_t offset);
/* The line a place is in, without its end; its length. */
const char *source_line_text(const struct sources *sources, unsigned source,
			     uint32_t offset, size_t *length);

#endif
