/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libedit, with completion by what the daemon knows.
 */
#include "client/edit.h"

#include <histedit.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/complete.h"
#include "client/output.h"
#include "lib/mem.h"

#define HISTORY_SIZE 1000

struct edit {
	EditLine *line;
	History *history;
	struct session *session;
	struct text buffer;
	bool goes_on;   /* The line before ended in a backslash. */
	bool cancelled; /* By Ctrl-C. */
	char *history_path;
};

static struct edit *
edit_of(EditLine *line)
{
	struct edit *edit = NULL;
	el_get(line, EL_CLIENTDATA, &edit);
	return edit;
}

/* What was typed up to the cursor, with the lines before that it goes on; to be freed. */
static char *
typed(EditLine *line)
{
	const LineInfo *info = el_line(line);
	size_t length = (size_t)(info->cursor - info->buffer);
	struct text text = { 0 };
	text_add(&text, text_string(&edit_of(line)->buffer));
	text_add_bytes(&text, info->buffer, length);
	char *copy = mem_strdup(text_string(&text));
	text_fini(&text);
	return copy;
}

/* ---- keys ---- */

static void
candidates_print(const struct candidates *candidates)
{
	struct screen_size screen = screen_size();
	int width = 0, most = screen.columns > 20 ? (int)screen.columns : 80;
	for (size_t i = 0; i < candidates->count; i++)
		width = MAX(width, (int)strlen(candidates->list[i].word));
	putchar('\n');
	for (size_t i = 0; i < candidates->count; i++) {
		const char *doc = candidates->list[i].doc;
		int room = MAX(most - width - 4, 10);
		printf("  %-*s%s%.*s\n", *doc ? width : 0, candidates->list[i].word,
		       *doc ? "  " : "", room, doc);
	}
	fflush(stdout);
}

static unsigned char
complete_key(EditLine *line, int key)
{
	(void)key;
	char *text = typed(line);
	struct candidates candidates;
	unsigned char result = CC_ERROR;
	complete_line(edit_of(line)->session, text, &candidates);
	const char *blank = strrchr(text, ' ');
	size_t have = strlen(blank ? blank + 1 : text);
	size_t common = candidates_common(&candidates);
	if (common > have) {
		char *insert = mem_strdup(candidates.list[0].word);
		insert[common] = '\0';
		result = el_insertstr(line, insert + have) == 0 ? CC_REFRESH : CC_ERROR;
		mem_free(insert);
	}
	if (candidates.count == 1 && el_insertstr(line, " ") == 0)
		result = CC_REFRESH;
	if (candidates.count > 1 && result == CC_ERROR) {
		candidates_print(&candidates);
		result = CC_REDISPLAY;
	}
	candidates_fini(&candidates);
	mem_free(text);
	return result;
}

static unsigned char
help_key(EditLine *line, int key)
{
	(void)key;
	char *text = typed(line);
	struct candidates candidates = { 0 };
	unsigned char result = CC_REFRESH;
	if (!complete_is_help(text)) {
		el_insertstr(line, "?");
	} else {
		complete_line(edit_of(line)->session, text, &candidates);
		if (candidates.count == 0)
			puts("\n  Nothing that is known may follow");
		else
			candidates_print(&candidates);
		candidates_fini(&candidates);
		result = CC_REDISPLAY;
	}
	mem_free(text);
	return result;
}

static unsigned char
cancel_key(EditLine *line, int key)
{
	(void)key;
	edit_of(line)->cancelled = true;
	fputs("^C", stdout);
	return CC_NEWLINE;
}

static unsigned char
suspend_key(EditLine *line, int key)
{
	(void)line, (void)key;
	raise(SIGTSTP);
	return CC_REFRESH;
}

static char *
prompt(EditLine *line)
{
	static const char first[] = "meshd> ", more[] = "     > ";
	/* libedit's type asks for char *, though it only reads. */
	return (char *)(uintptr_t)(edit_of(line)->goes_on ? more : first);
}

/* ---- life ---- */

static void
history_load(struct edit *edit)
{
	HistEvent event;
	const char *home = getenv("HOME");
	edit->history = history_init();
	history(edit->history, &event, H_SETSIZE, HISTORY_SIZE);
	history(edit->history, &event, H_SETUNIQUE, 1);
	if (home) {
		struct text path = { 0 };
		text_printf(&path, "%s/.meshc_history", home);
		edit->history_path = mem_strdup(text_string(&path));
		text_fini(&path);
		history(edit->history, &event, H_LOAD, edit->history_path);
	}
	el_set(edit->line, EL_HIST, history, edit->history);
}

struct edit *
edit_new(struct session *session)
{
	struct edit *edit = mem_zalloc(sizeof(*edit));
	edit->session = session;
	edit->line = el_init("meshc", stdin, stdout, stderr);
	el_set(edit->line, EL_CLIENTDATA, edit);
	el_set(edit->line, EL_PROMPT, prompt);
	el_set(edit->line, EL_EDITOR, "emacs");
	el_set(edit->line, EL_SIGNAL, 1);
	history_load(edit);
	el_set(edit->line, EL_ADDFN, "meshc-complete", "Completes a word", complete_key);
	el_set(edit->line, EL_ADDFN, "meshc-help", "Shows what may follow", help_key);
	el_set(edit->line, EL_ADDFN, "meshc-cancel", "Cancels the line", cancel_key);
	el_set(edit->line, EL_ADDFN, "meshc-suspend", "Stops the client", suspend_key);
	/* Keys, not signals: those would be lost where they come between two keys. */
	el_set(edit->line, EL_SETTY, "-d", "-isig", NULL);
	el_set(edit->line, EL_BIND, "^C", "meshc-cancel", NULL);
	el_set(edit->line, EL_BIND, "^Z", "meshc-suspend", NULL);
	el_set(edit->line, EL_BIND, "^I", "meshc-complete", NULL);
	el_set(edit->line, EL_BIND, "?", "meshc-help", NULL);
	el_set(edit->line, EL_BIND, "^R", "em-inc-search-prev", NULL);
	el_source(edit->line, NULL);
	return edit;
}

void
edit_free(struct edit *edit)
{
	if (!edit)
		return;
	history_end(edit->history);
	el_end(edit->line);
	text_fini(&edit->buffer);
	mem_free(edit->history_path);
	mem_free(edit);
}

/* ---- lines ---- */

/* It is kept at once: the session may end by a signal. */
static void
history_add(struct edit *edit)
{
	HistEvent event;
	history(edit->history, &event, H_ENTER, text_string(&edit->buffer));
	if (edit->history_path)
		history(edit->history, &event, H_SAVE, edit->history_path);
}

/* Adds a line without the blanks around it: false if another one belongs to it. */
static bool
line_add(struct edit *edit, const char *line)
{
	struct text *buffer = &edit->buffer;
	line += strspn(line, " \t\r\n");
	size_t length = strlen(line);
	while (length > 0 && strchr(" \t\r\n", line[length - 1]))
		length--;
	edit->goes_on = length > 0 && line[length - 1] == '\\';
	text_add_bytes(buffer, line, length - edit->goes_on);
	return !edit->goes_on;
}

enum edit_result
edit_read(struct edit *edit, const char **line)
{
	int count = 0;
	text_reset(&edit->buffer);
	edit->goes_on = edit->cancelled = false;
	do {
		const char *read = el_gets(edit->line, &count);
		if (edit->cancelled)
			return EDIT_CANCELLED;
		if (!read || count <= 0)
			return EDIT_END;
		*line = read;
	} while (!line_add(edit, *line));
	*line = text_string(&edit->buffer);
	if (edit->buffer.length > 0)
		history_add(edit);
	return EDIT_LINE;
}
