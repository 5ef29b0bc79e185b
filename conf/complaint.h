/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Complaints: all that is wrong with a configuration, each with its place, the line, a
 * caret and a hint, collected while reading and shown together.
 */
#ifndef CONF_COMPLAINT_H
#define CONF_COMPLAINT_H

#include "conf/source.h"
#include "lib/macros.h"
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct out;

#define COMPLAINT_LIMIT 50 /* Of what a reader keeps, unless told otherwise. */

/* Where in the sources. */
struct place {
	uint16_t source;
	uint32_t offset, length;
};

struct complaint {
	bool is_warning;
	struct source_place place;
	uint32_t length;     /* Characters the caret covers. */
	const char *excerpt; /* The line, from `shift` on. */
	uint32_t shift;
	const char *message, *hint; /* `hint` null: none. */
	const char *about;          /* A name that is not known; null: none. */
	uint16_t source;
	uint32_t offset, order;
};

struct complaints {
	struct arena *arena;
	struct sources *sources;
	struct complaint *list;
	size_t count, room;
	size_t limit;            /* Kept and shown; the rest is counted. */
	size_t errors, warnings; /* Those beyond the limit included. */
	size_t listed_warnings;
	bool is_cut;       /* There were so many that what follows was not read. */
	const char *about; /* See complaints_about(). */
};

void complaints_init(struct complaints *complaints, struct arena *arena,
		     struct sources *sources);
/* `hint` may be null.  The same complaint at the same place is taken once. */
void complain(struct complaints *complaints, const struct place *place, const char *hint,
	      const char *format, ...) PRINTF_LIKE(4, 5);
void complain_warning(struct complaints *complaints, const struct place *place,
		      const char *hint, const char *format, ...) PRINTF_LIKE(4, 5);
/* The same at a place known by line and column (0: none). */
void complain_at(struct complaints *complaints, bool is_warning,
		 const struct source_place *place, uint32_t length, const char *hint,
		 const char *message);
/* The message of the first error after so many. */
const char *complaint_after(const struct complaints *complaints, size_t errors);
/* The next complaint is that this name is not known. */
void complaints_about(struct complaints *complaints, const char *name);
/* There is an error at this place already: another one would be its consequence. */
bool complaints_has(const struct complaints *complaints, const struct place *place);
/* Shows all, by file and line; out_error() for errors, objects in structured output. */
void complaints_show(struct complaints *complaints, struct out *out);

#endif
