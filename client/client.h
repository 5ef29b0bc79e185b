/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the client share: the session with the daemon, and how its answers
 * shall look.
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include "client/session.h"
#include <stdbool.h>

/* Exit status. */
enum {
	STATUS_GOOD = 0,
	STATUS_FAILED = 1, /* The command. */
	STATUS_USAGE = 2,  /* The client wasn't called as it wants to be. */
	STATUS_DAEMON = 3, /* It can't be reached, or is gone. */
	STATUS_QUIT = -1,  /* Of a line: no more are wanted. */
};

enum client_form { FORM_TEXT, FORM_JSON, FORM_CSV };

struct client {
	struct session *session;
	enum client_form form;
	bool coloured;
	/* What the daemon was told of the screen, in which connection. */
	unsigned connection, columns;
};

/* Connects, if that is needed, and tells the daemon what the screen is like.  False: it
 * can't be reached; `why` says what to do. */
bool client_connect(struct client *client, struct text *why);
/* Runs one command of the daemon, in the client's form. */
enum session_result client_ask(struct client *client, const char *line,
			       const struct session_sink *sink);
/* The same with the output where it belongs, and all that goes wrong told: the exit
 * status. */
int client_run(struct client *client, const char *line, bool paged);
/* Runs a line, which may be one of the client's own commands. */
int client_line(struct client *client, const char *line, bool paged);

/* `watch …`: until it is interrupted; the exit status. */
int watch_command(struct client *client, const char *command, unsigned interval_ms);
int watch_events(struct client *client, const char *what);

#endif
