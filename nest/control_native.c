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
	/* `set width`, `set colour`: of the text forms. */
	uint32_t width;
	bool coloured;
};

/* Every line goes behind a character that says what it is, so that the end mark is
 * unmistakable. */
static void
native_lines(struct native_session *native, char kind, const char *bytes, size_t size)
{
	struct text *output = &native->session.output;
	while (size > 0) {
		if (!native->in_line)
			text_add_char(output, kind);
		const char *newline = memchr(bytes, '\n', size);
		size_t length = newline ? (size_t)(newline - bytes) + 1 : size;
		text_add_bytes(output, bytes, length);
		native->in_line = newline == NULL;
		bytes += length;
		size -= length;
	}
}

static void
native_write(void *context, const char *bytes, size_t size)
{
	native_lines(context, ' ', bytes, size);
}

static void
native_complain(void *context, const char *bytes, size_t size)
{
	native_lines(context, '!', bytes, size);
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
	native_complain(native, why, strlen(why));
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

enum form { FORM_TEXT, FORM_JSON, FORM_CSV };

static void
command_begin(struct native_session *native, enum form form, const char *line)
{
	struct out *out = NULL;
	switch (form) {
	case FORM_TEXT: out = out_text_new(native_write, native); break;
	case FORM_JSON: out = out_json_new(native_write, native); break;
	case FORM_CSV: out = out_csv_new(native_write, native); break;
	}
	out->complain = native_complain;
	if (form == FORM_TEXT)
		out_text_fit(out, native->width, native->coloured);
	session_command(&native->session, line, out);
}

/* `set width COLUMNS`, `set colour on|off` */
static bool
setting_take(struct native_session *native, const char *setting)
{
	uint64_t width;
	if (!strncmp(setting, "width ", 6) &&
	    text_parse_u64(setting + 6, strlen(setting + 6), &width))
		native->width = (uint32_t)MIN(width, 10000u);
	else if (!strcmp(setting, "colour on") || !strcmp(setting, "colour off"))
		native->coloured = !strcmp(setting, "colour on");
	else
		return false;
	return true;
}

/* What stands behind the first word, if that is `verb`; else null. */
static const char *
verb_take(const char *line, const char *verb)
{
	size_t length = strlen(verb);
	bool is_it = !strncmp(line, verb, length) && line[length] == ' ';
	return is_it ? line + length + 1 : NULL;
}

static void
native_request(struct session *session, const char *line)
{
	static const char *const forms[] = {
		[FORM_TEXT] = "text", [FORM_JSON] = "json", [FORM_CSV] = "csv"
	};
	struct native_session *native =
		container_of(session, struct native_session, session);
	const char *rest;
	for (unsigned form = 0; form < ARRAY_SIZE(forms); form++) {
		if ((rest = verb_take(line, forms[form]))) {
			command_begin(native, form, rest);
			return;
		}
	}
	if (verb_take(line, "subscribe")) {
		command_begin(native, FORM_JSON, line);
	} else if ((rest = verb_take(line, "complete"))) {
		command_complete(session->router, rest, candidate_write, native);
		native_end(native, true);
	} else if ((rest = verb_take(line, "set")) && setting_take(native, rest)) {
		native_end(native, true);
	} else if (strcmp(line, "stop") != 0) {
		/* That one has no reply of its own, as it may come too late. */
		native_refuse(session, "A request is `text', `json', `csv' or `complete' "
				       "with a line, `subscribe' or `set'\n");
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
	.stop = "stop",
	.greet = native_greet,
	.request = native_request,
	.finish = native_finish,
	.overlong = native_overlong,
};
