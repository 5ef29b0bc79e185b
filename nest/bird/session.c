/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sessions in BIRD's control protocol.
 */
#include "nest/bird/bird.h"

#include <string.h>

#include "nest/control_private.h"
#include "nest/reply.h"

struct bird_session {
	struct session session;
	/* `echo`: messages of these classes wait to be told, up to so many bytes. */
	uint32_t echo_classes;
	size_t echo_size;
	struct text echoed;
	unsigned lost; /* For want of room. */
};

static struct bird_session *
bird_of(struct session *session)
{
	return container_of(session, struct bird_session, session);
}

static void
session_greet(struct session *session, bool busy)
{
	if (busy)
		text_printf(&session->output, "%04u Too many connections\n",
			    REPLY_DENIED);
	else
		text_printf(&session->output, "%04u BIRD " BIRD_VERSION " ready.\n",
			    REPLY_WELCOME);
}

static void
session_request(struct session *session, const char *line)
{
	if (line[strspn(line, " \t")] == '\0')
		text_printf(&session->output, "%04u A command is expected\n",
			    REPLY_SYNTAX);
	else
		session_command(session, line,
				bird_out_new(&session->output, &session->call));
}

static void
session_finish(struct session *session, int status)
{
	bird_out_finish(session->call.out, status);
}

static void
session_overlong(struct session *session)
{
	text_printf(&session->output, "%04u Command too long\n", REPLY_TOO_LONG);
}

/* ---- messages of the log ---- */

static void
session_echo(struct session *session, uint32_t classes, size_t size)
{
	struct bird_session *bird = bird_of(session);
	bird->echo_classes = classes;
	bird->echo_size = size;
}

static void
session_logged(struct session *session, enum log_class class, const char *line)
{
	struct bird_session *bird = bird_of(session);
	size_t length = strcspn(line, "\n");
	if (!(bird->echo_classes >> class & 1))
		return;
	if (bird->echoed.length + length + 2 > bird->echo_size) {
		bird->lost++;
		return;
	}
	text_add_char(&bird->echoed, '+');
	text_add_bytes(&bird->echoed, line, length);
	text_add_char(&bird->echoed, '\n');
	job_schedule(&session->run);
}

/* Between any two lines, but not while the client does not read. */
static void
session_tell(struct session *session)
{
	struct bird_session *bird = bird_of(session);
	text_add_bytes(&session->output, text_string(&bird->echoed), bird->echoed.length);
	if (bird->lost > 0)
		text_printf(&session->output, "+<%u messages lost>\n", bird->lost);
	bird->lost = 0;
	text_reset(&bird->echoed);
}

static void
session_fini(struct session *session)
{
	text_fini(&bird_of(session)->echoed);
}

const struct control_class control_bird = {
	.size = sizeof(struct bird_session),
	.is_bird = true,
	.greet = session_greet,
	.request = session_request,
	.finish = session_finish,
	.overlong = session_overlong,
	.echo = session_echo,
	.logged = session_logged,
	.tell = session_tell,
	.free = session_fini,
};
