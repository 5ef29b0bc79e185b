/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control sockets and their sessions.  A session runs one command at a time, in slices,
 * and stops producing while the client does not read.  What is said there, and how, is
 * the protocol's: control_native.c.
 */
#include "nest/control.h"

#include <errno.h>
#include <string.h>

#include "lib/mem.h"
#include "lib/out.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "nest/control_private.h"
#include "nest/reply.h"
#include "nest/router.h"

#define LINE_MOST     8192 /* A longer request is answered with an error. */
#define SESSIONS_MOST 64
#define INPUT_MOST    (64 * 1024)  /* Whole requests that wait; more is left unread. */
#define BACKLOG_MOST  (256 * 1024) /* Unread output at which a command waits. */

/* Sockets of the daemon stay; those of the configuration go with it. */
enum socket_owner { SOCKET_DAEMON, SOCKET_PREPARED, SOCKET_CONFIGURED };

struct control_socket {
	struct list link;
	struct router *router;
	char *path;
	const struct control_class *class; /* Of new sessions. */
	bool restricted;
	enum socket_owner owner;
	struct sys_listener *listener;
	struct list sessions;
	unsigned session_count;
};

struct control {
	struct list sockets;
	struct list orphans; /* Sessions whose socket is closed. */
	uint32_t mode;       /* Of configured sockets. */
	char *group;         /* Null: the process's. */
};

/* ---- commands ---- */

static void
session_flush(struct session *session)
{
	struct sys *sys = session->router->sys;
	if (session->class->tell)
		session->class->tell(session);
	if (session->output.length == 0)
		return;
	size_t backlog = sys->class->stream_send(session->stream, session->output.text,
						 session->output.length);
	session->waiting = backlog > BACKLOG_MOST;
	text_reset(&session->output);
}

static void
command_end(struct session *session, int status)
{
	session->class->finish(session, status);
	out_free(session->call.out);
	pool_free(session->pool);
	session->pool = NULL;
	session->idle = false;
	session->call = (struct command_call){ 0 };
}

static void
command_wake(struct command_call *call)
{
	job_schedule(&container_of(call, struct session, call)->run);
}

void
session_command(struct session *session, const char *line, struct out *out)
{
	struct router *router = session->router;
	session->pool = pool_new(router->pool, "command");
	session->call = (struct command_call){
		.router = router,
		.out = out,
		.pool = session->pool,
		.restricted = session->restricted,
		.wake = session->class->stop ? command_wake : NULL,
		.bird = session->class->is_bird,
		.session = session,
		.timeformat = session->timeformat,
	};
	if (router->config && router->config->debug_commands)
		router_log(router, LOG_TRACE, "Command: %s", line);
	if (!command_parse(&session->call, line))
		command_end(session, out->errors ? -EINVAL : 0);
}

static void
timeformat_free(struct config_timeformat *format)
{
	if (!format)
		return;
	mem_free((void *)(uintptr_t)format->format);
	mem_free((void *)(uintptr_t)format->further);
	mem_free(format);
}

void
session_timeformat(struct session *session, const struct config_timeformat *format)
{
	timeformat_free(session->timeformat);
	struct config_timeformat *own = mem_dup(format, sizeof(*format));
	own->format = format->format ? mem_strdup(format->format) : NULL;
	own->further = format->further ? mem_strdup(format->further) : NULL;
	session->timeformat = own;
}

static void
session_free(struct session *session)
{
	struct router *router = session->router;
	if (session->pool) {
		out_free(session->call.out);
		pool_free(session->pool);
	}
	if (session->class->free)
		session->class->free(session);
	job_cancel(&session->run);
	list_remove(&session->link);
	if (session->socket)
		session->socket->session_count--;
	router->sys->class->stream_close(session->stream);
	timeformat_free(session->timeformat);
	text_fini(&session->input);
	text_fini(&session->output);
	mem_free(session);
}

/* ---- requests ---- */

/* The next whole line of the input, of so many characters; null if there is none. */
static const char *
request_next(const struct session *session, size_t *length)
{
	const struct text *input = &session->input;
	const char *newline =
		input->length ? memchr(input->text, '\n', input->length) : NULL;
	if (!newline)
		return NULL;
	*length = (size_t)(newline - input->text);
	return input->text;
}

static void
request_drop(struct session *session, size_t length)
{
	struct text *input = &session->input;
	input->length -= length + 1;
	memmove(input->text, input->text + length + 1, input->length);
	session->router->sys->class->stream_pause(session->stream, false);
}

/* Takes the next whole line out of the input, and handles it; false: there is none. */
static bool
request_take(struct session *session)
{
	size_t length;
	const char *next = request_next(session, &length);
	if (!next)
		return false;
	char *line = mem_alloc(length + 1);
	memcpy(line, next, length);
	line[length] = '\0';
	if (length > 0 && line[length - 1] == '\r')
		line[length - 1] = '\0';
	request_drop(session, length);
	if (length > LINE_MOST)
		session->class->overlong(session);
	else
		session->class->request(session, line);
	mem_free(line);
	return true;
}

/* Takes the request that breaks the command off, if that is the next one. */
static bool
stop_take(struct session *session)
{
	const char *stop = session->class->stop;
	size_t length;
	const char *next = stop ? request_next(session, &length) : NULL;
	size_t size = next ? length - (length > 0 && next[length - 1] == '\r') : 0;
	if (!next || size != strlen(stop) || memcmp(next, stop, size) != 0)
		return false;
	request_drop(session, length);
	return true;
}

/* A piece of the command.  It has said something before it is broken off. */
static void
command_go_on(struct session *session)
{
	/* One that waits ends with its socket, or its client. */
	bool is_over = session->idle && (!session->socket || session->ended);
	int status = is_over ? COMMAND_DONE : command_run(&session->call);
	bool goes_on = status == COMMAND_MORE || status == COMMAND_WAIT;
	session->idle = status == COMMAND_WAIT;
	if (goes_on && stop_take(session))
		command_end(session, COMMAND_DONE);
	else if (!goes_on)
		command_end(session, status);
}

static bool
session_run(struct job *job, unsigned budget)
{
	(void)budget;
	struct session *session = container_of(job, struct session, run);
	if (session->waiting)
		return false;
	bool is_over = !session->socket, has_work = session->pool;
	if (!has_work && !is_over) {
		has_work = request_take(session);
		is_over = !has_work && session->ended;
	}
	if (session->pool)
		command_go_on(session);
	session_flush(session);
	if (is_over && !session->pool) {
		session_free(session);
		return false;
	}
	return has_work && !session->waiting && (!session->idle || session->ended);
}

/* ---- connections ---- */

/* Of a line that is too long only so much is kept that it is seen to be. */
static void
input_add(struct session *session, const char *bytes, size_t size)
{
	size_t room = LINE_MOST + 1 - session->open_length;
	text_add_bytes(&session->input, bytes, MIN(size, room));
	session->open_length += MIN(size, room);
}

static void
session_received(void *context, struct sys_stream *stream, const void *bytes, size_t size)
{
	struct session *session = context;
	const char *at = bytes, *end = at + size, *newline;
	while ((newline = memchr(at, '\n', (size_t)(end - at)))) {
		input_add(session, at, (size_t)(newline - at));
		text_add_char(&session->input, '\n');
		session->open_length = 0;
		at = newline + 1;
	}
	input_add(session, at, (size_t)(end - at));
	if (session->input.length > INPUT_MOST)
		session->router->sys->class->stream_pause(stream, true);
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
	struct session *session = context;
	session->ended = true;
	if (error)
		session_free(session);
	else
		job_schedule(&session->run);
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
	const struct control_class *class = socket->class;
	struct session *session = mem_zalloc(class->size);
	session->class = class;
	session->socket = socket;
	session->router = router;
	session->stream = stream;
	session->restricted = socket->restricted;
	job_init(&session->run, router, session_run);
	list_push_back(&socket->sessions, &session->link);
	bool busy = socket->session_count++ >= SESSIONS_MOST;
	class->greet(session, busy);
	router->sys->class->stream_attach(stream, &session_ops, session);
	session_flush(session);
	if (busy)
		session_free(session);
}

/* ---- sockets ---- */

static const struct control_class *
class_of(uint32_t protocol)
{
	return protocol == CONTROL_BIRD ? &control_bird : &control_native;
}

static struct control *
control_of(struct router *router)
{
	if (!router->control) {
		struct control *control = router->control = mem_zalloc(sizeof(*control));
		list_init(&control->sockets);
		list_init(&control->orphans);
		control->mode = 0660;
	}
	return router->control;
}

static int
socket_open(struct router *router, const struct control_config *config,
	    enum socket_owner owner)
{
	struct control *control = control_of(router);
	struct control_socket *socket = mem_zalloc(sizeof(*socket));
	socket->router = router;
	socket->class = class_of(config->protocol);
	socket->restricted = config->restricted;
	socket->owner = owner;
	list_init(&socket->sessions);
	int error = router->sys->class->unix_listen(
		router->sys, config->path, control->mode, control->group, control_accept,
		socket, &socket->listener);
	if (error) {
		mem_free(socket);
		return error;
	}
	socket->path = mem_strdup(config->path);
	list_push_back(&control->sockets, &socket->link);
	return 0;
}

/* Its sessions end when they have answered what they are at. */
static void
socket_close(struct control_socket *socket)
{
	struct control *control = socket->router->control;
	list_each_safe(session, &socket->sessions, struct session, link) {
		list_remove(&session->link);
		list_push_back(&control->orphans, &session->link);
		session->socket = NULL;
		job_schedule(&session->run);
	}
	socket->router->sys->class->listener_close(socket->listener);
	list_remove(&socket->link);
	mem_free(socket->path);
	mem_free(socket);
}

int
control_open(struct router *router, const char *path, uint32_t mode, const char *group,
	     bool restricted)
{
	struct control *control = control_of(router);
	if (list_is_empty(&control->sockets)) {
		control->mode = mode;
		mem_free(control->group);
		control->group = group ? mem_strdup(group) : NULL;
	}
	const struct control_config config = { .path = path, .restricted = restricted };
	return socket_open(router, &config, SOCKET_DAEMON);
}

static struct control_socket *
socket_find(const struct control *control, const char *path)
{
	list_each(socket, &control->sockets, struct control_socket, link)
		if (socket->owner != SOCKET_DAEMON && !strcmp(socket->path, path))
			return socket;
	return NULL;
}

static const char *
open_error(int error)
{
	if (error == -EADDRINUSE)
		return "something answers there already";
	if (error == -EACCES || error == -EPERM)
		return "the user that the daemon runs as may not write to the folder";
	return text_error(error);
}

bool
control_prepare(struct router *router, const struct config *config,
		struct out *complaints)
{
	bool good = true;
	list_each(wanted, &config->controls, struct control_config, link) {
		if (socket_find(control_of(router), wanted->path))
			continue;
		int error = socket_open(router, wanted, SOCKET_PREPARED);
		if (!error)
			continue;
		good = false;
		out_error_code(
			complaints, REPLY_CONFIGURATION_WRONG,
			"%s:%u: error: the control socket \"%s\" can't be opened: %s",
			wanted->file ? wanted->file : "line", wanted->line, wanted->path,
			open_error(error));
	}
	if (!good)
		control_abandon(router);
	return good;
}

static const struct control_config *
wanted_find(const struct config *config, const char *path)
{
	list_each(wanted, &config->controls, struct control_config, link)
		if (!strcmp(wanted->path, path))
			return wanted;
	return NULL;
}

void
control_commit(struct router *router, const struct config *config)
{
	if (!router->control)
		return;
	list_each_safe(socket, &router->control->sockets, struct control_socket, link) {
		if (socket->owner == SOCKET_DAEMON)
			continue;
		const struct control_config *wanted = wanted_find(config, socket->path);
		if (!wanted) {
			socket_close(socket);
			continue;
		}
		socket->owner = SOCKET_CONFIGURED;
		socket->class = class_of(wanted->protocol);
		socket->restricted = wanted->restricted;
		/* Who is connected loses the right at once. */
		list_each(session, &socket->sessions, struct session, link)
			session->restricted |= wanted->restricted;
	}
}

void
control_abandon(struct router *router)
{
	if (!router->control)
		return;
	list_each_safe(socket, &router->control->sockets, struct control_socket, link)
		if (socket->owner == SOCKET_PREPARED)
			socket_close(socket);
}

void
control_close_all(struct router *router)
{
	struct control *control = router->control;
	if (!control)
		return;
	list_each_safe(socket, &control->sockets, struct control_socket, link)
		socket_close(socket);
	list_each_safe(session, &control->orphans, struct session, link)
		session_free(session);
	mem_free(control->group);
	mem_free(control);
	router->control = NULL;
}

void
control_logged(const struct router *router, enum log_class class, const char *line)
{
	if (!router->control)
		return;
	list_each(socket, &router->control->sockets, struct control_socket, link)
		list_each(session, &socket->sessions, struct session, link)
			if (session->class->logged)
				session->class->logged(session, class, line);
}
