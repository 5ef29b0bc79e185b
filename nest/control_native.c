/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The native protocol of control sockets: requests name the form they want, replies are
 * framed by the first character of each line.  control.h has its description.
 */
#include "nest/control_private.h"

#include <errno.h>
#include <string.h>

#include "nest/router.h"

struct native_session {
	struct session session;
	bool in_line; /* The output's last line has no end yet. */
};

/* Every line of output goes behind a blank, so that the end mark is unmistakable. */
static void
native_write(void *context, const char *bytes, size_t size)
{
	struct native_session *native = context;
	struct text *output = &native->session.output;
	while (size > 0) {
		if (!native->in_line)
			text_add_char(output, ' ');
		const char *newline = memchr(bytes, '\n', size);
		size_t length = newline ? (size_t)(newline - bytes) + 1 : size;
		text_add_bytes(output, bytes, length);
		native->in_line = newline == NULL;
		bytes += length;
		size -= length;
	}
}

static void
native_end(struct native_session *native, bool good)
{
	struct text *output = &native->session.output;
	if (native->in_line)
		text_add_char(output, '\n');
	native->in_line = false;
	text_add(output, good ? ".0\n" : ".1\n");
}

static void
native_refuse(struct session *session, const char *why)
{
	struct native_session *native =
		container_of(session, struct native_session, session);
	native_write(native, why, strlen(why));
	native_end(native, false);
}

static void
native_greet(struct session *session, bool busy)
{
	text_add(&session->output, busy ? "meshd " PACKAGE_VERSION
					  " busy: too many connections\n"
					: "meshd " PACKAGE_VERSION " ready\n");
}

static void
candidate_write(void *context, const char *word, const char *doc)
{
	struct text line = { 0 };
	text_printf(&line, "%s\t%s\n", word, doc ? doc : "");
	native_write(context, line.text, line.length);
	text_fini(&line);
}

static void
native_request(struct session *session, const char *line)
{
	struct native_session *native =
		container_of(session, struct native_session, session);
	if (!strncmp(line, "text ", 5)) {
		session_command(session, line + 5, out_text_new(native_write, native));
	} else if (!strncmp(line, "json ", 5)) {
		session_command(session, line + 5, out_json_new(native_write, native));
	} else if (!strncmp(line, "complete ", 9)) {
		command_complete(session->router, line + 9, candidate_write, native);
		native_end(native, true);
	} else {
		native_refuse(session,
			      "A request begins with `text', `json' or `complete'\n");
	}
}

static void
native_finish(struct session *session, int status)
{
	struct out *out = session->call.out;
	if (out->depth == 0)
		out_end(out);
	native_end(container_of(session, struct native_session, session),
		   status >= 0 && out->errors == 0);
}

static void
native_overlong(struct session *session)
{
	native_refuse(session, "The request is too long\n");
}

const struct control_class control_native = {
	.size = sizeof(struct native_session),
	.greet = native_greet,
	.request = native_request,
	.finish = native_finish,
	.overlong = native_overlong,
};
