/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection to the daemon's control socket; the other side of nest/control.h.
 */
#ifndef CLIENT_SESSION_H
#define CLIENT_SESSION_H

#include <stdbool.h>
#include <stddef.h>

struct session;

/* Connects and reads the greeting.  Null with `error` filled in if that fails. */
struct session *session_open(const char *path, char *error, size_t size);
void session_close(struct session *session); /* Accepts null. */
/* The daemon's greeting, without its newline. */
const char *session_greeting(const struct session *session);

enum session_result { SESSION_GOOD, SESSION_FAILED /* By the command. */, SESSION_LOST };

/* Sends `verb LINE` and hands each line of output (with its newline) to `take` until the
 * end mark.  `take` says false to be spared the rest. */
enum session_result session_request(
	struct session *session, const char *verb, const char *line,
	bool (*take)(void *context, const char *line, size_t size), void *context);

#endif
