/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A session of a control socket, and what the protocols spoken there bring.  control.c
 * owns connections, requests by line, slices and back-pressure; a protocol says how a
 * request and a reply look.
 */
#ifndef NEST_CONTROL_PRIVATE_H
#define NEST_CONTROL_PRIVATE_H

#include "lib/list.h"
#include "lib/text.h"
#include "nest/command.h"
#include "nest/control.h"
#include "nest/timer.h"
#include "sysdep/sys.h"

struct control_socket;
struct session;
struct sys_stream;

/* One protocol.  None of its functions may end the session. */
struct control_class {
	/* Of its session struct, which begins with struct session and is zeroed first. */
	size_t size;
	/* The request that breaks off the command before it; null: none does. */
	const char *stop;
	bool is_bird; /* Commands take what isn't said as BIRD does. */
	/* Says welcome; or that there are too many sessions, after which it is closed. */
	void (*greet)(struct session *, bool busy);
	/* A whole line, without its end: answers it, or begins a command with
	 * session_command(). */
	void (*request)(struct session *, const char *line);
	/* The session's command is over: `status` is what it returned, its output is not
	 * ended yet. */
	void (*finish)(struct session *, int status);
	/* A request was too long, and was thrown away. */
	void (*overlong)(struct session *);
	/* Tells messages of the log, of these classes (bits), of which so many bytes may
	 * wait; null: can't. */
	void (*echo)(struct session *, uint32_t classes, size_t size);
	/* A message was logged; null: not interested. */
	void (*logged)(struct session *, enum log_class class, const char *line);
	/* Adds to the output what is said unasked; null: nothing is. */
	void (*tell)(struct session *);
	/* Frees what the protocol added; may be null. */
	void (*free)(struct session *);
};

extern const struct control_class control_native; /* control_native.c */
extern const struct control_class control_bird;   /* bird/session.c */

struct session {
	struct list link;
	const struct control_class *class;
	struct control_socket *socket; /* Null: closed, the session ends. */
	struct router *router;
	struct sys_stream *stream;
	bool restricted;
	struct text input;  /* Received and not yet run. */
	size_t open_length; /* Of the line that has no end yet. */
	bool waiting;       /* For the client to read. */
	bool idle;          /* Its command waits for something to tell. */
	bool ended;         /* The client sends no more; it may wait for answers. */
	struct job run;
	struct pool *pool; /* Of the command that runs; null: none. */
	struct command_call call;
	struct text output; /* What is said next; the protocol appends to it. */
	/* Of times shown here; null: as configured. */
	struct config_timeformat *timeformat;
};

/* Begins the command of `line`, which emits to `out` (owned by the session from here
 * on); ends it at once if there is none.  No other may be running. */
void session_command(struct session *session, const char *line, struct out *out);
/* From the next command on times are shown so; all is copied. */
void session_timeformat(struct session *session, const struct config_timeformat *format);

#endif
