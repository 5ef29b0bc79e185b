/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A conversation with the daemon (doc/control.md): one request at a time, which may be
 * broken off; connected again where the daemon was restarted.
 */
#ifndef CLIENT_SESSION_H
#define CLIENT_SESSION_H

#include "client/reply.h"
#include "lib/text.h"
#include <stdbool.h>
#include <stddef.h>

struct session;

/* Not connected yet.  `interrupt`: a file that gets readable when a request is to be
 * broken off (signalfd of SIGINT), -1: none; it stays the caller's. */
struct session *session_new(const char *path, int interrupt);
void session_free(struct session *session); /* Accepts null. */
const char *session_path(const struct session *session);
/* Gives up on a daemon that doesn't answer for so long; 0: never. */
void session_set_patience(struct session *session, int milliseconds);

/* Connects and reads the greeting, if it isn't connected: false with the reason in
 * `why`. */
bool session_connect(struct session *session, struct text *why);
/* How often it was connected so far. */
unsigned session_connections(const struct session *session);
/* It was connected, and the other side has gone since. */
bool session_is_lost(const struct session *session);
/* The daemon's greeting, without its newline; "" before there was one. */
const char *session_greeting(const struct session *session);

enum session_result {
	SESSION_GOOD,
	SESSION_FAILED,  /* By the command. */
	SESSION_STOPPED, /* By the interrupt, or because the output had no room. */
	SESSION_LOST,    /* There is no connection (any more). */
};

/* Where output goes. */
struct session_sink {
	/* Pieces of lines, with their newlines; false: no more of it is wanted. */
	bool (*take)(void *context, enum reply_kind kind, const char *bytes, size_t size);
	void (*idle)(void *context); /* Nothing more is there for now; null: none. */
	void *context;
};

/* Sends `verb LINE` and hands the reply on. */
enum session_result session_request(struct session *session, const char *verb,
				    const char *line, const struct session_sink *sink);

/* Waits; true if it was interrupted. */
bool session_sleep(struct session *session, int milliseconds);

#endif
