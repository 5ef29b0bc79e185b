/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replies, line by line.
 */
#include "client/reply.h"

#include <string.h>

static void
line_begin(struct reply *reply, char first)
{
	switch (first) {
	case ' ':
		reply->state = REPLY_IN_LINE;
		reply->kind = REPLY_OUTPUT;
		break;
	case '!':
		reply->state = REPLY_IN_LINE;
		reply->kind = REPLY_ERROR;
		break;
	case '.': reply->state = REPLY_IN_END; break;
	/* Of a later version. */
	case '\n': break;
	default: reply->state = REPLY_IN_OTHER;
	}
}

/* The rest of a line, or what there is of it. */
static size_t
line_go_on(struct reply *reply, const char *bytes, size_t size,
	   void (*take)(void *context, enum reply_kind kind, const char *bytes,
			size_t size),
	   void *context)
{
	const char *newline = memchr(bytes, '\n', size);
	size_t length = newline ? (size_t)(newline - bytes) + 1 : size;
	if (reply->state == REPLY_IN_LINE)
		take(context, reply->kind, bytes, length);
	if (reply->state == REPLY_IN_END) {
		if (!reply->status)
			reply->status = bytes[0];
		reply->ended = newline;
	}
	if (newline)
		reply->state = REPLY_AT_LINE;
	return length;
}

size_t
reply_take(struct reply *reply, const char *bytes, size_t size,
	   void (*take)(void *context, enum reply_kind kind, const char *bytes,
			size_t size),
	   void *context)
{
	size_t at = 0;
	while (at < size && !reply->ended) {
		if (reply->state == REPLY_AT_LINE)
			line_begin(reply, bytes[at++]);
		else
			at += line_go_on(reply, bytes + at, size - at, take, context);
	}
	return at;
}
