/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Running lines: the daemon's commands, and the client's own.
 */
#include "client/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/commands.h"
#include "client/output.h"
#include "lib/out.h"

static const char *const verbs[] = {
	[FORM_TEXT] = "text", [FORM_JSON] = "json", [FORM_CSV] = "csv"
};

/* ---- the daemon's commands ---- */

static bool
nothing_take(void *context, enum reply_kind kind, const char *bytes, size_t size)
{
	(void)context, (void)kind, (void)bytes, (void)size;
	return true;
}

/* Lines are as long as the screen is wide, now. */
static void
screen_tell(struct client *client)
{
	struct session_sink sink = { nothing_take, NULL, NULL };
	unsigned connection = session_connections(client->session);
	unsigned columns = screen_size().columns;
	bool is_new = client->connection != connection;
	struct text setting = { 0 };
	if (client->form != FORM_TEXT)
		return;
	text_printf(&setting, "width %u", columns);
	if (is_new ? columns > 0 : columns != client->columns)
		session_request(client->session, "set", text_string(&setting), &sink);
	if (is_new && client->coloured)
		session_request(client->session, "set", "colour on", &sink);
	client->connection = connection;
	client->columns = columns;
	text_fini(&setting);
}

bool
client_connect(struct client *client, struct text *why)
{
	unsigned before = session_connections(client->session);
	if (!session_connect(client->session, why))
		return false;
	if (before > 0 && session_connections(client->session) != before)
		fprintf(stderr, "meshc: connected again: %s\n",
			session_greeting(client->session));
	screen_tell(client);
	return true;
}

enum session_result
client_ask(struct client *client, const char *line, const struct session_sink *sink)
{
	return session_request(client->session, verbs[client->form], line, sink);
}

int
client_run(struct client *client, const char *line, bool paged)
{
	struct text why = { 0 };
	enum session_result result = SESSION_LOST;
	if (client_connect(client, &why)) {
		struct output *output = output_new(paged);
		struct session_sink sink = output_sink(output);
		result = client_ask(client, line, &sink);
		output_free(output);
		if (result == SESSION_LOST)
			fprintf(stderr, "meshc: the daemon closed the connection\n");
	} else {
		fprintf(stderr, "meshc: %s\n", text_string(&why));
	}
	text_fini(&why);
	switch (result) {
	case SESSION_GOOD:
	case SESSION_STOPPED: return STATUS_GOOD;
	case SESSION_FAILED: return STATUS_FAILED;
	case SESSION_LOST: break;
	}
	return STATUS_DAEMON;
}

/* ---- the client's own ---- */

static int
usage(const char *text)
{
	fprintf(stderr, "meshc: %s\n", text);
	return STATUS_USAGE;
}

/* `watch [-n SECONDS] COMMAND`; `-n2` is good, too. */
static int
watch_run(struct client *client, const struct words_line *line, unsigned at)
{
	unsigned interval_ms = 2000;
	if (at < line->count && !strncmp(line->words[at], "-n", 2)) {
		const char *number = line->words[at][2]     ? line->words[at] + 2
				     : at + 1 < line->count ? line->words[++at]
							    : "";
		char *end;
		double seconds = strtod(number, &end);
		if (!*number || *end || !(seconds >= 0.1 && seconds <= 86400))
			return usage("watch -n SECONDS: from 0.1 to 86400");
		interval_ms = (unsigned)(seconds * 1000);
		at++;
	}
	if (at >= line->count)
		return usage("watch [-n SECONDS] COMMAND, or watch routes, protocols or "
			     "links");
	return watch_command(client, line->starts[at], interval_ms);
}

static void
out_print(void *context, const char *bytes, size_t size)
{
	fwrite(bytes, 1, size, context);
}

/* The client's rows that begin with `word`, as the daemon's `help` shows its own; how
 * many there are. */
static unsigned
own_help(const struct client *client, const char *word)
{
	static const struct out_column columns[] = {
		{ .key = "command", .title = "In this client", .width = 21 },
		{ .key = "doc", .title = "What it does" },
	};
	unsigned met = 0;
	struct out *out = out_text_new(out_print, stdout);
	out_text_fit(out, screen_size().columns, client->coloured);
	for (const struct words_row *row = client_rows; row->words; row++) {
		struct text words = { 0 };
		if (strncmp(row->words, word, strlen(word)) != 0)
			continue;
		if (met++ == 0)
			out_table(out, "commands", columns, ARRAY_SIZE(columns));
		words_spell(&words, row->words);
		out_row(out);
		out_str(out, "command", text_string(&words));
		out_str(out, "doc", row->doc);
		if (*word && *row->args)
			out_printf(out, "usage", "%s %s", text_string(&words), row->args);
		text_fini(&words);
	}
	if (met > 0)
		out_table_end(out);
	out_free(out);
	return met;
}

/* `help` is the daemon's, but for what it doesn't know. */
static int
help_run(struct client *client, const char *line, const struct words_line *words,
	 bool paged)
{
	if (client->form == FORM_TEXT && words->count > 1 &&
	    own_help(client, words->words[1]) > 0)
		return STATUS_GOOD;
	int status = client_run(client, line, paged);
	if (client->form == FORM_TEXT && words->count == 1 && status == STATUS_GOOD) {
		putchar('\n');
		own_help(client, "");
	}
	return status;
}

int
client_line(struct client *client, const char *line, bool paged)
{
	struct words_line words;
	struct words_found found = { .count = 0 };
	int status = STATUS_GOOD;
	if (words_split(&words, line))
		words_find(&all_commands, &words, &found);
	bool known = found.complete && !found.ambiguous;
	const enum client_command *own = known ? found.row.owner : NULL;
	if (own && *own == CLIENT_QUIT)
		status = STATUS_QUIT;
	else if (own && *own == CLIENT_WATCH)
		status = watch_run(client, &words, found.count);
	else if (own)
		status = watch_events(client, words.starts[1]);
	else if (known && !strcmp(found.row.words, "help"))
		status = help_run(client, line, &words, paged);
	else
		status = client_run(client, line, paged);
	words_found_fini(&found);
	words_fini(&words);
	return status;
}
