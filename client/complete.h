/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may follow: asked of the daemon, which knows live names, or else found in the rows
 * the client was built with.
 */
#ifndef CLIENT_COMPLETE_H
#define CLIENT_COMPLETE_H

#include "client/session.h"

struct candidate {
	char *word;
	char *doc; /* "" none. */
};

struct candidates {
	struct candidate *list;
	size_t count;
};

/* What may stand at the end of the line, in the order it should be shown. Freed with
 * candidates_fini(). */
void complete_line(struct session *session, const char *line,
		   struct candidates *candidates);
void candidates_fini(struct candidates *candidates);
/* How many characters all begin with alike. */
size_t candidates_common(const struct candidates *candidates);
/* `?` asks for help at the end of this line, and is not part of a string, a mask or an
 * expression. */
bool complete_is_help(const char *line);

#endif
