/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replies of the control socket (doc/control.md): lines whose first character says what
 * they are.  Pure: bytes in any pieces, lines of any length.
 */
#ifndef CLIENT_REPLY_H
#define CLIENT_REPLY_H

#include <stdbool.h>
#include <stddef.h>

enum reply_kind {
	REPLY_OUTPUT,
	REPLY_ERROR, /* In words, apart from the output. */
};

/* Where a reply is; starts as all zeros. */
struct reply {
	enum { REPLY_AT_LINE, REPLY_IN_LINE, REPLY_IN_OTHER, REPLY_IN_END } state;
	enum reply_kind kind; /* Of the line. */
	char status;          /* Behind the dot; 0: not seen yet. */
	bool ended;
};

/* Takes bytes up to the end of the reply: how many. `take` gets pieces of lines, with
 * their newlines, none longer than what was given. */
size_t reply_take(struct reply *reply, const char *bytes, size_t size,
		  void (*take)(void *context, enum reply_kind kind, const char *bytes,
			       size_t size),
		  void *context);

#endif
