/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests and replies over the control socket, blocking.
 */
#include "client/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/mem.h"
#include "lib/text.h"

struct session {
	FILE *stream;
	char *line; /* Of getline(). */
	size_t room;
	char greeting[128];
};

static int
socket_connect(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path));
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int error = -errno;
		close(fd);
		return error;
	}
	return fd;
}

/* What a person can do about it. */
static const char *
connect_hint(int error)
{
	switch (-error) {
	case ENOENT:
	case ECONNREFUSED: return "; is meshd running? (-s gives another socket)";
	case EACCES:
	case EPERM: return "; be root or in the group of the socket";
	default: return "";
	}
}

struct session *
session_open(const char *path, char *error, size_t size)
{
	int fd = socket_connect(path);
	if (fd < 0) {
		text_format(error, size, "cannot connect to %s: %s%s", path,
			    text_error(fd), connect_hint(fd));
		return NULL;
	}
	struct session *session = mem_zalloc(sizeof(*session));
	session->stream = fdopen(fd, "r+");
	if (!session->stream ||
	    getline(&session->line, &session->room, session->stream) <= 0) {
		text_format(error, size, "%s closed the connection", path);
		session_close(session);
		return NULL;
	}
	session->line[strcspn(session->line, "\n")] = '\0';
	text_format(session->greeting, sizeof(session->greeting), "%s", session->line);
	if (strncmp(session->greeting, "meshd ", 6) != 0 ||
	    strstr(session->greeting, " busy")) {
		text_format(error, size, "%s answers: %s", path, session->greeting);
		session_close(session);
		return NULL;
	}
	return session;
}

void
session_close(struct session *session)
{
	if (!session)
		return;
	if (session->stream)
		fclose(session->stream);
	free(session->line);
	mem_free(session);
}

const char *
session_greeting(const struct session *session)
{
	return session->greeting;
}

enum session_result
session_request(struct session *session, const char *verb, const char *line,
		bool (*take)(void *context, const char *line, size_t size), void *context)
{
	/* A stream that was read from must be positioned before it is written to; for a
	 * socket a flush is that. */
	fflush(session->stream);
	if (fprintf(session->stream, "%s %s\n", verb, line) < 0 ||
	    fflush(session->stream) != 0)
		return SESSION_LOST;
	bool wanted = true;
	ssize_t length;
	while ((length = getline(&session->line, &session->room, session->stream)) > 0) {
		if (session->line[0] == '.')
			return session->line[1] == '0' ? SESSION_GOOD : SESSION_FAILED;
		if (wanted && (session->line[0] == ' ' || session->line[0] == '!'))
			wanted = take(context, session->line + 1, (size_t)length - 1);
	}
	return SESSION_LOST;
}
