/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libedit, with completion asked of the daemon: `complete LINE` answers one candidate per
 * line, its meaning behind a tab.
 */
#include "client/edit.h"

#include <histedit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/mem.h"
#include "lib/text.h"

#define HISTORY_SIZE 1000

struct edit {
	EditLine *line;
	History *history;
	struct session *session;
	struct text buffer;
	char *history_path;
};

struct candidate {
	char *word, *doc;
};

struct candidates {
	struct candidate *list;
	size_t count;
};

static bool
candidate_take(void *context, const char *line, size_t size)
{
	struct candidates *candidates = context;
	char *text = mem_alloc(size + 1);
	memcpy(text, line, size);
	text[size] = '\0';
	text[strcspn(text, "\n")] = '\0';
	char *doc = strchr(text, '\t');
	if (doc)
		*doc++ = '\0';
	candidates->list = mem_resize(candidates->list, candidates->count + 1,
				      sizeof(*candidates->list));
	candidates->list[candidates->count++] = (struct candidate){ text, doc };
	return true;
}

static void
candidates_free(struct candidates *candidates)
{
	for (size_t i = 0; i < candidates->count; i++)
		mem_free(candidates->list[i].word);
	mem_free(candidates->list);
}

static struct edit *
edit_of(EditLine *line)
{
	struct edit *edit = NULL;
	el_get(line, EL_CLIENTDATA, &edit);
	return edit;
}

/* The line up to the cursor, as it was typed; to be freed. */
static char *
typed(EditLine *line)
{
	const LineInfo *info = el_line(line);
	size_t length = (size_t)(info->cursor - info->buffer);
	char *text = mem_alloc(length + 1);
	memcpy(text, info->buffer, length);
	text[length] = '\0';
	return text;
}

static void
candidates_print(const struct candidates *candidates)
{
	int width = 0;
	for (size_t i = 0; i < candidates->count; i++)
		width = MAX(width, (int)strlen(candidates->list[i].word));
	putchar('\n');
	for (size_t i = 0; i < candidates->count; i++) {
		const char *doc = candidates->list[i].doc;
		printf("  %-*s  %s\n", width, candidates->list[i].word, doc ? doc : "");
	}
}

/* How many characters all candidates begin with alike. */
static size_t
common_length(const struct candidates *candidates)
{
	const char *first = candidates->list[0].word;
	size_t length = strlen(first);
	for (size_t i = 1; i < candidates->count; i++) {
		size_t same = 0;
		while (same < length && first[same] == candidates->list[i].word[same])
			same++;
		length = same;
	}
	return length;
}

static unsigned char
complete_key(EditLine *line, int key)
{
	(void)key;
	struct edit *edit = edit_of(line);
	char *text = typed(line);
	struct candidates candidates = { 0 };
	unsigned char result = CC_ERROR;
	session_request(edit->session, "complete", text, candidate_take, &candidates);
	const char *blank = strrchr(text, ' ');
	size_t have = strlen(blank ? blank + 1 : text);
	if (candidates.count > 0) {
		size_t common = common_length(&candidates);
		char *insert = mem_strdup(candidates.list[0].word);
		insert[common] = '\0';
		if (common > have && el_insertstr(line, insert + have) == 0)
			result = CC_REFRESH;
		if (candidates.count == 1 && el_insertstr(line, " ") == 0)
			result = CC_REFRESH;
		mem_free(insert);
		if (result == CC_ERROR) {
			candidates_print(&candidates);
			result = CC_REDISPLAY;
		}
	}
	candidates_free(&candidates);
	mem_free(text);
	return result;
}

static unsigned char
help_key(EditLine *line, int key)
{
	(void)key;
	struct edit *edit = edit_of(line);
	char *text = typed(line);
	struct candidates candidates = { 0 };
	session_request(edit->session, "complete", text, candidate_take, &candidates);
	candidates_print(&candidates);
	candidates_free(&candidates);
	mem_free(text);
	return CC_REDISPLAY;
}

static char *
prompt(EditLine *line)
{
	(void)line;
	static const char text[] = "meshd> ";
	/* libedit's type asks for char *, though it only reads. */
	return (char *)(uintptr_t)text;
}

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
	el_set(edit->line, EL_BIND, "^I", "meshc-complete", NULL);
	el_set(edit->line, EL_BIND, "?", "meshc-help", NULL);
	el_source(edit->line, NULL);
	return edit;
}

void
edit_free(struct edit *edit)
{
	if (!edit)
		return;
	HistEvent event;
	if (edit->history_path)
		history(edit->history, &event, H_SAVE, edit->history_path);
	history_end(edit->history);
	el_end(edit->line);
	text_fini(&edit->buffer);
	mem_free(edit->history_path);
	mem_free(edit);
}

const char *
edit_read(struct edit *edit)
{
	int count = 0;
	const char *line = el_gets(edit->line, &count);
	if (!line || count <= 0)
		return NULL;
	HistEvent event;
	line += strspn(line, " \t\r\n");
	size_t length = strlen(line);
	while (length > 0 && strchr(" \t\r\n", line[length - 1]))
		length--;
	text_reset(&edit->buffer);
	text_add_bytes(&edit->buffer, line, length);
	if (length > 0)
		history(edit->history, &event, H_ENTER, text_string(&edit->buffer));
	return text_string(&edit->buffer);
}
