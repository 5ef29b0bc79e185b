/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines from a person.  Ctrl-C ends what is being typed (edit.c) or what runs
 * (session.c), not the client; the daemon may be restarted meanwhile.
 */
#include "client/terminal.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/edit.h"

int
terminal_run(struct client *client)
{
	struct text why = { 0 };
	if (!client_connect(client, &why)) {
		fprintf(stderr, "meshc: %s\n", text_string(&why));
		text_fini(&why);
		return STATUS_DAEMON;
	}
	sigaction(SIGPIPE, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL);
	struct edit *edit = edit_new(client->session);
	const char *line;
	int status = STATUS_GOOD;
	enum edit_result result;
	printf("%s; `help' lists the commands, `?' shows what may follow\n",
	       session_greeting(client->session));
	while (status != STATUS_QUIT && (result = edit_read(edit, &line)) != EDIT_END) {
		if (result == EDIT_LINE && *line)
			status = client_line(client, line, true);
		fflush(stdout);
	}
	if (status != STATUS_QUIT)
		printf("\n");
	edit_free(edit);
	return STATUS_GOOD;
}
