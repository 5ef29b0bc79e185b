/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control sockets and their sessions.  A session runs one command at a time, in slices,
 * and stops producing while the client does not read.
 */
#include "nest/control.h"

#include <errno.h>
#include <string.h>

#include "lib/mem.h"
#include "lib/out.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "nest/command.h"
#include "nest/router.h"

#define LINE_MOST     8192 /* A longer request is answered with an error and skipped. */
#define SESSIONS_MOST 64
#define INPUT_MOST    (64 * 1024)  /* Whole requests that wait; more is left unread. */
#define BACKLOG_MOST  (256 * 1024) /* Unread output at which a command waits. */

struct control_socket {
	struct list link;
	struct router *router;
	struct sys_listener *listener;
	bool restricted;
};

struct control {
	struct list sockets;
	struct list sessions;
	unsigned session_count;
};

struct session {
	struct list link;
	struct router *router;
	struct sys_stream *stream;
	bool restricted;
	struct text input;  /* Received and not yet run. */
	size_t open_length; /* Of the line that has no end yet. */
	bool skipping;      /* The rest of a line that is too long. */
	bool at_line_start; /* Of the output. */
	bool waiting;       /* For the client to read. */
	struct job run;
	struct pool *pool; /* Of the command that runs; null: none. */
	struct command_call call;
	struct text output;
};

/* ---- output
 * --------------------------------------------------------------------------------------
 */

/* Every line of output goes behind a blank, so that the end mark is unmistakable. */
static void
session_write(void *context, const char *bytes, size_t size)
{
	struct session *session = context;
	while (size > 0) {
		if (session->at_line_start)
			text_add_char(&session->output, ' ');
		const char *newline = memchr(bytes, '\n', size);
		size_t length = newline ? (size_t)(newline - bytes) + 1 : size;
		text_add_bytes(&session->output, bytes, length);
		session->at_line_start = newline != NULL;
		bytes += length;
		size -= length;
	}
}

static void
session_flush(struct session *session)
{
	struct sys *sys = session->router->sys;
	if (session->output.length == 0)
		return;
	size_t backlog = sys->class->stream_send(session->stream, session->output.text,
						 session->output.length);
	session->waiting = backlog > BACKLOG_MOST;
	text_reset(&session->output);
}

static void
session_end_reply(struct session *session, bool good)
{
	if (!session->at_line_start)
		text_add_char(&session->output, '\n');
	session->at_line_start = true;
	text_add(&session->output, good ? ".0\n" : ".1\n");
}

/* ---- requests
 * --------------------------------------------------------------------------------------
 */

static void
command_end(struct session *session, int status)
{
	struct out *out = session->call.out;
	if (out->depth == 0)
		out_end(out);
	bool good = status >= 0 && out->errors == 0;
	out_free(out);
	pool_free(session->pool);
	session->pool = NULL;
	session->call = (struct command_call){ 0 };
	session_end_reply(session, good);
}

static void
candidate_write(void *context, const char *word, const char *doc)
{
	struct session *session = context;
	struct text line = { 0 };
	text_printf(&line, "%s\t%s\n", word, doc ? doc : "");
	session_write(session, line.text, line.length);
	text_fini(&line);
}

/* `text LINE`, `json LINE`: begins the command; it goes on in session_run(). */
static void
command_begin(struct session *session, const char *line, bool json)
{
	struct router *router = session->router;
	session->pool = pool_new(router->pool, "command");
	session->call = (struct command_call){
		.router = router,
		.out = json ? out_json_new(session_write, session)
			    : out_text_new(session_write, session),
		.pool = session->pool,
		.restricted = session->restricted,
	};
	if (router->config && router->config->debug_commands)
		router_log(router, LOG_TRACE, "Command: %s", line);
	if (!command_parse(&session->call, line))
		command_end(session, session->call.out->errors ? -EINVAL : 0);
}

static void
request_run(struct session *session, const char *line)
{
	if (!strncmp(line, "text ", 5)) {
		command_begin(session, line + 5, false);
	} else if (!strncmp(line, "json ", 5)) {
		command_begin(session, line + 5, true);
	} else if (!strncmp(line, "complete ", 9)) {
		command_complete(session->router, line + 9, candidate_write, session);
		session_end_reply(session, true);
	} else {
		static const char text[] =
			"A request begins with `text', `json' or `complete'\n";
		session_write(session, text, sizeof(text) - 1);
		session_end_reply(session, false);
	}
}

/* Takes the next whole line out of the input; null if there is none. Of the pool-free
 * kind: freed by the caller. */
static char *
input_take(struct session *session)
{
	struct text *input = &session->input;
	char *newline = input->length ? memchr(input->text, '\n', input->length) : NULL;
	if (!newline)
		return NULL;
	size_t length = (size_t)(newline - input->text);
	char *line = mem_alloc(length + 1);
	memcpy(line, input->text, length);
	line[length] = '\0';
	if (length > 0 && line[length - 1] == '\r')
		line[length - 1] = '\0';
	memmove(input->text, newline + 1, input->length - length - 1);
	input->length -= length + 1;
	return line;
}

static bool
session_run(struct job *job, unsigned budget)
{
	(void)budget;
	struct session *session = container_of(job, struct session, run);
	if (session->waiting)
		return false;
	if (!session->pool) {
		char *line = input_take(session);
		if (!line)
			return false;
		session->router->sys->class->stream_pause(session->stream, false);
		request_run(session, line);
		mem_free(line);
	}
	if (session->pool) {
		int status = command_run(&session->call);
		if (status != COMMAND_MORE)
			command_end(session, status);
	}
	session_flush(session);
	return !session->waiting;
}

/* ---- connections ---- */

static void
session_free(struct session *session)
{
	struct router *router = session->router;
	if (session->pool) {
		out_free(session->call.out);
		pool_free(session->pool);
	}
	job_cancel(&session->run);
	list_remove(&session->link);
	router->control->session_count--;
	router->sys->class->stream_close(session->stream);
	text_fini(&session->input);
	text_fini(&session->output);
	mem_free(session);
}

/* Drops the line that has no end yet; whole ones before it are still to be run. */
static void
input_cut(struct session *session)
{
	struct text *input = &session->input;
	while (input->length > 0 && input->text[input->length - 1] != '\n')
		input->length--;
}

/* A line without end is not kept: what follows up to its newline is thrown away. */
static void
input_limit(struct session *session)
{
	static const char text[] = "The request is too long\n";
	session->skipping = true;
	input_cut(session);
	session_write(session, text, sizeof(text) - 1);
	session_end_reply(session, false);
	session_flush(session);
}

static void
session_received(void *context, struct sys_stream *stream, const void *bytes, size_t size)
{
	(void)stream;
	struct session *session = context;
	const char *at = bytes;
	while (size > 0) {
		const char *newline = memchr(at, '\n', size);
		size_t length = newline ? (size_t)(newline - at) + 1 : size;
		session->open_length += length;
		if (!session->skipping && session->open_length > LINE_MOST)
			input_limit(session);
		else if (!session->skipping)
			text_add_bytes(&session->input, at, length);
		if (newline) {
			session->skipping = false;
			session->open_length = 0;
		}
		at += length;
		size -= length;
	}
	if (session->input.length > INPUT_MOST)
		session->router->sys->class->stream_pause(session->stream, true);
	job_schedule(&session->run);
}

static void
session_drained(void *context, struct sys_stream *stream)
{
	(void)stream;
	struct session *session = context;
	session->waiting = false;
	job_schedule(&session->run);
}

static void
session_closed(void *context, struct sys_stream *stream, int error)
{
	(void)stream;
	(void)error;
	session_free(context);
}

static const struct sys_stream_ops session_ops = {
	.receive = session_received,
	.drained = session_drained,
	.closed = session_closed,
};

static void
control_accept(void *context, struct sys_stream *stream)
{
	struct control_socket *socket = context;
	struct router *router = socket->router;
	struct sys *sys = router->sys;
	static const char greeting[] = "meshd " PACKAGE_VERSION " ready\n";
	static const char busy[] =
		"meshd " PACKAGE_VERSION " busy: too many connections\n";
	if (router->control->session_count >= SESSIONS_MOST) {
		sys->class->stream_send(stream, busy, sizeof(busy) - 1);
		sys->class->stream_close(stream);
		return;
	}
	struct session *session = mem_zalloc(sizeof(*session));
	session->router = router;
	session->stream = stream;
	session->restricted = socket->restricted;
	session->at_line_start = true;
	job_init(&session->run, router, session_run);
	list_push_back(&router->control->sessions, &session->link);
	router->control->session_count++;
	sys->class->stream_attach(stream, &session_ops, session);
	sys->class->stream_send(stream, greeting, sizeof(greeting) - 1);
}

int
control_open(struct router *router, const char *path, uint32_t mode, const char *group,
	     bool restricted)
{
	if (!router->control) {
		router->control = mem_zalloc(sizeof(*router->control));
		list_init(&router->control->sockets);
		list_init(&router->control->sessions);
	}
	struct control_socket *socket = mem_zalloc(sizeof(*socket));
	socket->router = router;
	socket->restricted = restricted;
	int error = router->sys->class->unix_listen(router->sys, path, mode, group,
						    control_accept, socket,
						    &socket->listener);
	if (error) {
		mem_free(socket);
		return error;
	}
	list_push_back(&router->control->sockets, &socket->link);
	return 0;
}

void
control_close_all(struct router *router)
{
	struct control *control = router->control;
	if (!control)
		return;
	list_each_safe(session, &control->sessions, struct session, link)
		session_free(session);
	list_each_safe(socket, &control->sockets, struct control_socket, link) {
		router->sys->class->listener_close(socket->listener);
		list_remove(&socket->link);
		mem_free(socket);
	}
	mem_free(control);
	router->control = NULL;
}
