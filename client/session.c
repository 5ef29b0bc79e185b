/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests and replies over the control socket.
 */
#include "client/session.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/connect.h"
#include "lib/mem.h"

struct session {
	char *path;
	int fd; /* -1: not connected. */
	int interrupt;
	int patience; /* Milliseconds; 0: endless. */
	unsigned connections;
	size_t begin, end; /* Of what was received and not looked at. */
	char greeting[128];
	char buffer[64 * 1024];
};

struct session *
session_new(const char *path, int interrupt)
{
	struct session *session = mem_zalloc(sizeof(*session));
	session->path = mem_strdup(path);
	session->fd = -1;
	session->interrupt = interrupt;
	return session;
}

static void
disconnect(struct session *session)
{
	if (session->fd >= 0)
		close(session->fd);
	session->fd = -1;
	session->begin = session->end = 0;
}

void
session_free(struct session *session)
{
	if (!session)
		return;
	disconnect(session);
	mem_free(session->path);
	mem_free(session);
}

const char *
session_path(const struct session *session)
{
	return session->path;
}

void
session_set_patience(struct session *session, int milliseconds)
{
	session->patience = milliseconds;
}

const char *
session_greeting(const struct session *session)
{
	return session->greeting;
}

/* ---- receiving ---- */

enum received { RECEIVED_BYTES, RECEIVED_INTERRUPT, RECEIVED_NOTHING, RECEIVED_END };

static bool
interrupt_take(struct session *session)
{
	struct signalfd_siginfo info;
	return read(session->interrupt, &info, sizeof(info)) > 0;
}

/* Into the buffer, which is empty.  Nothing: nothing is there, and it shall not wait. */
static enum received
receive(struct session *session, bool wait)
{
	struct pollfd files[] = { { .fd = session->fd, .events = POLLIN },
				  { .fd = session->interrupt, .events = POLLIN } };
	int timeout = !wait ? 0 : session->patience > 0 ? session->patience : -1;
	int ready = poll(files, ARRAY_SIZE(files), timeout);
	if (ready < 0 && errno == EINTR)
		return RECEIVED_NOTHING;
	if (ready <= 0)
		return wait ? RECEIVED_END : RECEIVED_NOTHING;
	if (files[1].revents && interrupt_take(session))
		return RECEIVED_INTERRUPT;
	ssize_t size = recv(session->fd, session->buffer, sizeof(session->buffer), 0);
	if (size < 0 && errno == EINTR)
		return RECEIVED_NOTHING;
	session->begin = 0;
	session->end = size > 0 ? (size_t)size : 0;
	return size > 0 ? RECEIVED_BYTES : RECEIVED_END;
}

/* ---- connecting ---- */

bool
session_is_lost(const struct session *session)
{
	struct pollfd file = { .fd = session->fd, .events = POLLIN };
	char byte;
	/* Nothing is said but answers: what can be read is the end. */
	return session->fd >= 0 && session->begin == session->end &&
	       poll(&file, 1, 0) > 0 &&
	       recv(session->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0;
}

/* The first line; false: there was none. */
static bool
greeting_read(struct session *session)
{
	struct text line = { 0 };
	const char *newline = NULL;
	while (!newline && line.length < sizeof(session->greeting)) {
		if (session->begin == session->end) {
			enum received received = receive(session, true);
			if (received == RECEIVED_END || received == RECEIVED_INTERRUPT)
				break;
			continue;
		}
		const char *at = session->buffer + session->begin;
		size_t size = session->end - session->begin;
		newline = memchr(at, '\n', size);
		size = newline ? (size_t)(newline - at) + 1 : size;
		text_add_bytes(&line, at, size - (newline != NULL));
		session->begin += size;
	}
	text_format(session->greeting, sizeof(session->greeting), "%s",
		    text_string(&line));
	text_fini(&line);
	return newline;
}

bool
session_connect(struct session *session, struct text *why)
{
	if (session_is_lost(session))
		disconnect(session);
	if (session->fd >= 0)
		return true;
	session->begin = session->end = 0;
	session->fd = connect_to(session->path, why);
	if (session->fd < 0)
		return false;
	bool answers = greeting_read(session);
	if (answers && !connect_is_foreign(session->path, session->greeting, why)) {
		session->connections++;
		return true;
	}
	if (!answers)
		text_printf(why, "meshd doesn't answer at %s", session->path);
	disconnect(session);
	return false;
}

unsigned
session_connections(const struct session *session)
{
	return session->connections;
}

bool
session_sleep(struct session *session, int milliseconds)
{
	struct pollfd file = { .fd = session->interrupt, .events = POLLIN };
	return poll(&file, 1, milliseconds) > 0 && interrupt_take(session);
}

/* ---- requests ---- */

static bool
send_all(struct session *session, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t sent = send(session->fd, bytes, size, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return false;
		bytes += sent;
		size -= (size_t)sent;
	}
	return true;
}

/* What becomes of one request. */
struct request {
	struct session *session;
	const struct session_sink *sink;
	bool stopped; /* The daemon was asked to end it; nothing more is handed on. */
};

/* The second time the daemon isn't waited for. */
static void
request_stop(struct request *request)
{
	static const char stop[] = "stop\n";
	if (request->stopped || !send_all(request->session, stop, sizeof(stop) - 1))
		disconnect(request->session);
	request->stopped = true;
}

static void
request_take(void *context, enum reply_kind kind, const char *bytes, size_t size)
{
	struct request *request = context;
	const struct session_sink *sink = request->sink;
	if (!request->stopped && !sink->take(sink->context, kind, bytes, size))
		request_stop(request);
}

static bool
request_send(struct session *session, const char *verb, const char *line)
{
	struct text request = { 0 };
	text_printf(&request, "%s %s", verb, line);
	/* It is one line. */
	for (size_t i = 0; i < request.length; i++)
		if (request.text[i] == '\n' || request.text[i] == '\r')
			request.text[i] = ' ';
	text_add_char(&request, '\n');
	bool sent = send_all(session, request.text, request.length);
	text_fini(&request);
	return sent;
}

/* Receives; false at the end of the connection. */
static bool
request_receive(struct request *request)
{
	struct session *session = request->session;
	const struct session_sink *sink = request->sink;
	enum received received = receive(session, false);
	if (received == RECEIVED_NOTHING) {
		if (sink->idle && !request->stopped)
			sink->idle(sink->context);
		received = receive(session, true);
	}
	if (received == RECEIVED_INTERRUPT)
		request_stop(request);
	return received != RECEIVED_END && session->fd >= 0;
}

enum session_result
session_request(struct session *session, const char *verb, const char *line,
		const struct session_sink *sink)
{
	struct request request = { .session = session, .sink = sink };
	struct reply reply = { .ended = false };
	bool alive = session->fd >= 0 && request_send(session, verb, line);
	while (alive && !reply.ended) {
		if (session->begin == session->end) {
			alive = request_receive(&request);
			continue;
		}
		session->begin +=
			reply_take(&reply, session->buffer + session->begin,
				   session->end - session->begin, request_take, &request);
		alive = session->fd >= 0;
	}
	if (!reply.ended)
		disconnect(session);
	if (request.stopped)
		return SESSION_STOPPED;
	if (!reply.ended)
		return SESSION_LOST;
	return reply.status == '0' ? SESSION_GOOD : SESSION_FAILED;
}
