/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands that change the connection they are given on, and nothing else.
 */
#include "nest/command_private.h"

#include <errno.h>
#include <string.h>

#include "nest/control_private.h"
#include "nest/reply.h"
#include "nest/router.h"

/* BIRD's bounds of what waits to be told. */
#define ECHO_LEAST  256
#define ECHO_MOST   65536
#define ECHO_PRESET 4096

static const char *const class_names[LOG_CLASSES] = {
	[LOG_DEBUG] = "debug",   [LOG_TRACE] = "trace",     [LOG_INFO] = "info",
	[LOG_REMOTE] = "remote", [LOG_WARNING] = "warning", [LOG_ERROR] = "error",
	[LOG_AUTH] = "auth",     [LOG_FATAL] = "fatal",     [LOG_BUG] = "bug",
};

/* The connection; null, and said so, if there is none. */
static struct session *
session_of(struct command_call *call)
{
	if (!call->session)
		out_error(call->out, "This is for connections");
	return call->session;
}

static int
run_restrict(struct command_call *call)
{
	struct session *session = session_of(call);
	if (!session)
		return -EINVAL;
	session->restricted = true;
	out_note_code(call->out, REPLY_RESTRICTED, "Access restricted");
	return COMMAND_DONE;
}

/* ---- echo ---- */

/* The bits of class names in braces; false: one is none. */
static bool
classes_read(const struct command_call *call, uint32_t *classes, size_t *used)
{
	for (*used = 0; *used < call->count; ++*used) {
		const char *word = call->words[*used];
		for (word += strspn(word, "{},"); *word; word += strspn(word, "{},")) {
			size_t length = strcspn(word, "{},"), class = 0;
			while (class < LOG_CLASSES &&
			       (strlen(class_names[class]) != length ||
				strncmp(class_names[class], word, length) != 0))
				class ++;
			if (class == LOG_CLASSES)
				return false;
			*classes |= 1u << class;
			word += length;
		}
		if (strchr(call->words[*used], '}')) {
			++*used;
			return true;
		}
	}
	return false;
}

/* `all | off | { CLASS, … }`, and how much may wait. */
static bool
echo_read(struct command_call *call, uint32_t *classes, uint64_t *size)
{
	size_t used = 1;
	if (call->count == 0)
		return false;
	if (!strcmp(call->words[0], "all"))
		*classes = UINT32_MAX;
	else if (strcmp(call->words[0], "off") != 0 &&
		 (*call->words[0] != '{' || !classes_read(call, classes, &used)))
		return false;
	if (used == call->count)
		return true;
	return used + 1 == call->count &&
	       text_parse_u64(call->words[used], strlen(call->words[used]), size);
}

static int
run_echo(struct command_call *call)
{
	struct session *session = session_of(call);
	uint32_t classes = 0;
	uint64_t size = ECHO_PRESET;
	if (!session)
		return -EINVAL;
	if (!session->class->echo) {
		out_error(call->out, "The log can't be told on this connection");
		return -EINVAL;
	}
	if (!echo_read(call, &classes, &size)) {
		out_error(call->out, "echo all | off | { debug, trace, info, remote, "
				     "warning, error, auth } [SIZE]");
		return -EINVAL;
	}
	if (size < ECHO_LEAST || size > ECHO_MOST) {
		out_error(call->out, "The size is between %u and %u", ECHO_LEAST,
			  ECHO_MOST);
		return -EINVAL;
	}
	session->class->echo(session, classes, (size_t)size);
	return COMMAND_DONE;
}

/* ---- times ---- */

/* `iso short|long [ms|us]` */
static bool
iso_read(const struct command_call *call, struct config_timeformat *format)
{
	const char *const *words = call->words;
	if (call->count < 2 || call->count > 3)
		return false;
	format->iso = !strcmp(words[1], "short") ? 1 : !strcmp(words[1], "long") ? 2 : 0;
	if (call->count == 3)
		format->digits = !strcmp(words[2], "ms")   ? 3
				 : !strcmp(words[2], "us") ? 6
							   : 0;
	return format->iso > 0 && (call->count == 2 || format->digits > 0);
}

/* `"FORMAT" [SECONDS "FORMAT"]` */
static bool
format_read(const struct command_call *call, struct config_timeformat *format)
{
	uint64_t seconds = 0;
	if (call->count != 1 && call->count != 3)
		return false;
	if (!command_is_quoted(call, 0))
		return false;
	format->format = call->words[0];
	if (call->count == 1)
		return true;
	format->further = call->words[2];
	format->limit = (usec_t)seconds;
	if (!command_is_quoted(call, 2) ||
	    !text_parse_u64(call->words[1], strlen(call->words[1]), &seconds))
		return false;
	format->limit = (usec_t)MIN(seconds, 1000000000u) * USEC_S;
	return true;
}

static int
run_timeformat(struct command_call *call)
{
	struct session *session = session_of(call);
	struct config_timeformat format = { .iso = 0 };
	if (!session)
		return -EINVAL;
	bool is_iso = call->count > 0 && !strcmp(call->words[0], "iso");
	if (!(is_iso ? iso_read(call, &format) : format_read(call, &format))) {
		out_error(call->out, "timeformat iso short|long [ms|us], or "
				     "\"FORMAT\" [SECONDS \"FORMAT\"]");
		return -EINVAL;
	}
	session_timeformat(session, &format);
	return COMMAND_DONE;
}

const struct command session_commands[] = {
	{ .words = "restrict",
	  .args = "",
	  .doc = "From here on this connection may only look.",
	  .run = run_restrict },
	{ .words = "echo",
	  .args = "all|off|CLASSES [SIZE]",
	  .doc = "Tells messages of the log on this connection.",
	  .run = run_echo },
	{ .words = "timeformat",
	  .args = "\"FORMAT\"|iso [short|long] [ms|us]",
	  .doc = "Chooses how this connection is shown times.",
	  .run = run_timeformat },
	{ .words = NULL },
};
