/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The client's own commands.
 */
#include "client/commands.h"

#include "lib/macros.h"

static const enum client_command watch = CLIENT_WATCH, events = CLIENT_WATCH_EVENTS,
				 quit = CLIENT_QUIT;

const struct words_row client_rows[] = {
	{ "watch routes",
	  "[<prefix>] [for|in <prefix>] [table <table>|all] [protocol <protocol>] "
	  "[changes]",
	  "Shows the best routes, and changes as they come.", &events },
	{ "watch protocols", "[<protocol>|\"PATTERN\"]",
	  "Shows protocols and transports, and changes as they come.", &events },
	{ "watch links", "[<link>|\"PATTERN\"]", "Shows links, and changes as they come.",
	  &events },
	{ "watch", "[-n SECONDS] COMMAND",
	  "Runs a command again and again; on a terminal what differs is marked.",
	  &watch },
	{ "quit|exit", "", "Ends the client.", &quit },
	{ NULL, NULL, NULL, NULL },
};

static bool
rows_each(const struct words_row *row,
	  bool (*visit)(void *context, const struct words_row *), void *context)
{
	for (; row->words; row++)
		if (!visit(context, row))
			return false;
	return true;
}

static void
client_each(const struct words_source *source,
	    bool (*visit)(void *context, const struct words_row *), void *context)
{
	(void)source;
	rows_each(client_rows, visit, context);
}

static void
all_each(const struct words_source *source,
	 bool (*visit)(void *context, const struct words_row *), void *context)
{
	(void)source;
	if (rows_each(daemon_rows, visit, context))
		rows_each(client_rows, visit, context);
}

const struct words_source client_commands = { client_each };
const struct words_source all_commands = { all_each };
