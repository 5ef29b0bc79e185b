/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Watching: a command again and again, as watch(1) does, or what the daemon tells of
 * changes.  Both outlive the daemon: they go on when it is back.
 */
#include "client/client.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/output.h"
#include "client/screen.h"
#include "lib/mem.h"

#define AGAIN_MS 1000 /* Between attempts to reach the daemon. */

/* ---- again and again ---- */

struct watch {
	struct client *client;
	const char *command;
	unsigned interval_ms;
	struct text text; /* Of this time. */
	struct screen before;
};

/* More than any screen shows. */
#define TEXT_MOST ((size_t)4 << 20)

static bool
text_take(void *context, enum reply_kind kind, const char *bytes, size_t size)
{
	struct watch *watch = context;
	(void)kind;
	if (watch->text.length < TEXT_MOST)
		text_add_bytes(&watch->text, bytes, size);
	return true;
}

/* What is above: what runs how often, where and when. */
static void
title_add(struct text *to, const struct watch *watch, unsigned columns)
{
	char host[64] = "", clock[16];
	time_t now = time(NULL);
	struct tm calendar;
	struct text left = { 0 }, right = { 0 };
	gethostname(host, sizeof(host) - 1);
	strftime(clock, sizeof(clock), "%H:%M:%S", localtime_r(&now, &calendar));
	text_printf(&left, "Every %u.%u s: %s", watch->interval_ms / 1000,
		    watch->interval_ms % 1000 / 100, watch->command);
	text_printf(&right, "%s %s", host, clock);
	text_add_bytes(to, left.text, MIN(left.length, columns));
	if (left.length + 2 + right.length <= columns) {
		text_pad(to, ' ', columns - left.length - right.length);
		text_add(to, right.text);
	}
	text_add(to, "\n\n");
	text_fini(&left);
	text_fini(&right);
}

static void
screen_show(struct watch *watch, struct screen_size size)
{
	struct text page = { 0 }, drawing = { 0 };
	struct screen screen;
	title_add(&page, watch, size.columns);
	/* The clock is no news. */
	unsigned titles = 2, rows = size.rows > titles + 1 ? size.rows - titles : 1;
	screen_init(&screen, rows, size.columns, text_string(&watch->text));
	text_add(&drawing, "\x1b[H");
	for (const char *at = page.text; *at; at++) {
		if (*at == '\n')
			text_add(&drawing, "\x1b[K\r");
		text_add_char(&drawing, *at);
	}
	screen_draw(&drawing, &screen, watch->before.cells ? &watch->before : NULL);
	fwrite(drawing.text, 1, drawing.length, stdout);
	fflush(stdout);
	screen_fini(&watch->before);
	watch->before = screen;
	text_fini(&page);
	text_fini(&drawing);
}

/* Asks once; what goes wrong on the way to the daemon is part of the text. */
static enum session_result
text_ask(struct watch *watch)
{
	struct text why = { 0 };
	struct session_sink sink = { text_take, NULL, watch };
	enum session_result result = SESSION_LOST;
	text_reset(&watch->text);
	if (client_connect(watch->client, &why))
		result = client_ask(watch->client, watch->command, &sink);
	if (result == SESSION_LOST)
		text_printf(&watch->text, "%s\n",
			    why.length > 0 ? why.text : "The daemon is gone");
	text_fini(&why);
	return result;
}

static void
text_show(struct watch *watch)
{
	struct screen_size size = screen_size();
	if (size.rows > 0 && watch->client->form == FORM_TEXT) {
		screen_show(watch, size);
		return;
	}
	fwrite(text_string(&watch->text), 1, watch->text.length, stdout);
	fflush(stdout);
}

int
watch_command(struct client *client, const char *command, unsigned interval_ms)
{
	struct watch watch = { .client = client,
			       .command = command,
			       .interval_ms = interval_ms };
	enum session_result result = text_ask(&watch);
	/* A command that is wrong stays wrong; one that works may fail at times. */
	bool begun = result == SESSION_GOOD;
	if (result == SESSION_FAILED || result == SESSION_LOST)
		fprintf(stderr, "%s%s", result == SESSION_LOST ? "meshc: " : "",
			text_string(&watch.text));
	while (begun && result != SESSION_STOPPED && !ferror(stdout)) {
		text_show(&watch);
		if (session_sleep(client->session, (int)interval_ms))
			break;
		result = text_ask(&watch);
	}
	if (watch.before.cells)
		printf("\n");
	screen_fini(&watch.before);
	text_fini(&watch.text);
	return begun                      ? STATUS_GOOD
	       : result == SESSION_FAILED ? STATUS_FAILED
	       : result == SESSION_LOST   ? STATUS_DAEMON
					  : STATUS_GOOD;
}

/* ---- as it comes ---- */

int
watch_events(struct client *client, const char *what)
{
	struct text line = { 0 }, why = { 0 };
	enum session_result result = SESSION_LOST;
	bool reached = false, interrupted = false;
	text_printf(&line, "subscribe %s", what);
	do {
		text_reset(&why);
		if (client_connect(client, &why)) {
			struct output *output = output_new(false);
			struct session_sink sink = output_sink(output);
			reached = true;
			result = client_ask(client, text_string(&line), &sink);
			output_free(output);
			if (result == SESSION_LOST)
				fprintf(stderr,
					"meshc: the daemon is gone; waiting for it\n");
		} else if (!reached) {
			fprintf(stderr, "meshc: %s\n", text_string(&why));
		}
		if (reached && result == SESSION_LOST)
			interrupted = session_sleep(client->session, AGAIN_MS);
	} while (reached && result == SESSION_LOST && !interrupted && !ferror(stdout));
	text_fini(&line);
	text_fini(&why);
	return result == SESSION_FAILED                 ? STATUS_FAILED
	       : result == SESSION_LOST && !interrupted ? STATUS_DAEMON
							: STATUS_GOOD;
}
