/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Completion of a line of commands.
 */
#include "client/complete.h"

#include <string.h>

#include "client/commands.h"
#include "lib/mem.h"

static void
candidate_add(struct candidates *candidates, const char *word, const char *doc)
{
	for (size_t i = 0; i < candidates->count; i++)
		if (!strcmp(candidates->list[i].word, word))
			return;
	candidates->list = mem_resize(candidates->list, candidates->count + 1,
				      sizeof(*candidates->list));
	candidates->list[candidates->count++] =
		(struct candidate){ mem_strdup(word), mem_strdup(doc) };
}

void
candidates_fini(struct candidates *candidates)
{
	for (size_t i = 0; i < candidates->count; i++) {
		mem_free(candidates->list[i].word);
		mem_free(candidates->list[i].doc);
	}
	mem_free(candidates->list);
	*candidates = (struct candidates){ .count = 0 };
}

size_t
candidates_common(const struct candidates *candidates)
{
	if (candidates->count == 0)
		return 0;
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

/* ---- asking the daemon ---- */

static bool
reply_gather(void *context, enum reply_kind kind, const char *bytes, size_t size)
{
	if (kind == REPLY_OUTPUT)
		text_add_bytes(context, bytes, size);
	return true;
}

/* Lines of a word, a tab and what it is. */
static void
reply_read(char *line, struct candidates *candidates)
{
	while (*line) {
		char *next = line + strcspn(line, "\n");
		next += *next != '\0';
		char *end = line + strcspn(line, "\n"),
		     *tab = memchr(line, '\t', (size_t)(end - line));
		*end = '\0';
		if (tab)
			*tab = '\0';
		if (*line)
			candidate_add(candidates, line, tab ? tab + 1 : "");
		line = next;
	}
}

static bool
daemon_ask(struct session *session, const char *line, struct candidates *candidates)
{
	struct text why = { 0 }, reply = { 0 };
	struct session_sink sink = { reply_gather, NULL, &reply };
	bool answered = session && session_connect(session, &why) &&
			session_request(session, "complete", line, &sink) == SESSION_GOOD;
	if (answered && reply.length > 0)
		reply_read(reply.text, candidates);
	text_fini(&why);
	text_fini(&reply);
	return answered;
}

/* ---- the client's own rows ---- */

static void
row_offer(void *context, const char *word, const char *doc)
{
	candidate_add(context, word, doc);
}

static void
rows_ask(const struct words_source *source, const char *line,
	 struct candidates *candidates)
{
	words_complete(source, line,
		       &(struct words_offer){ row_offer, NULL, candidates });
}

/* `watch [-n SECONDS] COMMAND`: what is behind it; null if it is none. */
static const char *
watch_skip(const char *line)
{
	line += strspn(line, " \t");
	if (strncmp(line, "watch", 5) != 0 || !strchr(" \t", line[5]) || !line[5])
		return NULL;
	line += 5 + strspn(line + 5, " \t");
	if (strncmp(line, "-n", 2) != 0)
		return line;
	line += 2 + strspn(line + 2, " \t");
	size_t digits = strcspn(line, " \t");
	if (digits == 0 || !line[digits])
		return "";
	return line + digits + strspn(line + digits, " \t");
}

/* The events that can be watched are the daemon's subscriptions. */
static void
watch_ask(struct session *session, const char *line, const char *behind,
	  struct candidates *candidates)
{
	struct text subscription = { 0 };
	text_printf(&subscription, "subscribe %s", behind);
	rows_ask(&client_commands, line, candidates);
	daemon_ask(session, text_string(&subscription), candidates);
	text_fini(&subscription);
}

void
complete_line(struct session *session, const char *line, struct candidates *candidates)
{
	const char *behind = watch_skip(line);
	*candidates = (struct candidates){ .count = 0 };
	if (behind)
		watch_ask(session, line, behind, candidates);
	const char *asked = behind ? behind : line;
	if (!daemon_ask(session, asked, candidates))
		rows_ask(&all_commands, asked, candidates);
	else if (!behind)
		rows_ask(&client_commands, asked, candidates);
}

bool
complete_is_help(const char *line)
{
	char quote = 0;
	int depth = 0;
	size_t word = 0;
	for (const char *at = line; *at; at++) {
		if (quote)
			quote = *at == quote ? 0 : quote;
		else if (*at == '"' || *at == '\'')
			quote = *at;
		else if (*at == '[')
			depth++;
		else if (*at == ']')
			depth--;
		word = *at == ' ' ? 0 : word + 1;
		if (word == 5 && !strncmp(at - 4, "where", 5) && (!at[1] || at[1] == ' '))
			return false;
	}
	return !quote && depth <= 0;
}
