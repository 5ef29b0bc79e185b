/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the words of `show route`.  They stand in any order; an expression or a filter
 * goes on to the next of them that is in no bracket.
 */
#include "nest/selection.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "lib/pool.h"
#include "lib/text.h"
#include "lib/words.h"
#include "nest/channel.h"
#include "nest/command.h"
#include "nest/protocol.h"
#include "nest/router.h"

/* The words, and where each stands in the line. */
struct words {
	struct selection *selection;
	struct words_line line;
	unsigned at;
};

static int all_read(struct selection *selection, struct words *words);
static int all_take(struct selection *selection, struct words *words, const char *word);
static int primary_take(struct selection *selection, struct words *words,
			const char *word);
static int explain_take(struct selection *selection, struct words *words,
			const char *word);
static int filtered_take(struct selection *selection, struct words *words,
			 const char *word);
static int count_take(struct selection *selection, struct words *words, const char *word);
static int net_take(struct selection *selection, struct words *words, const char *word);
static int table_take(struct selection *selection, struct words *words, const char *word);
static int protocol_take(struct selection *selection, struct words *words,
			 const char *word);
static int export_take(struct selection *selection, struct words *words,
		       const char *word);
static int import_take(struct selection *selection, struct words *words,
		       const char *word);
static int filter_take(struct selection *selection, struct words *words,
		       const char *word);
static int where_take(struct selection *selection, struct words *words, const char *word);
static int changes_take(struct selection *selection, struct words *words,
			const char *word);
static int net_read(struct selection *selection, enum prefix_match match,
		    const char *word);
static int tables_choose(struct selection *selection);
static int tables_settle(struct selection *selection);
static void selection_free(void *context);

static const struct keyword {
	const char *word;
	int (*take)(struct selection *selection, struct words *words, const char *word);
} keywords[] = {
	{ "all", all_take },           { "primary", primary_take },
	{ "filtered", filtered_take }, { "explain", explain_take },
	{ "count", count_take },       { "stats", count_take },
	{ "for", net_take },           { "in", net_take },
	{ "table", table_take },       { "protocol", protocol_take },
	{ "preexport", export_take },  { "export", export_take },
	{ "noexport", export_take },   { "exported", export_take },
	{ "import", import_take },     { "filter", filter_take },
	{ "where", where_take },       { "changes", changes_take },
};

int
selection_read(struct selection *selection, struct command_call *call)
{
	*selection = (struct selection){ .call = call, .is_list = true };
	pool_on_free(call->pool, selection_free, selection);
	struct words words = { .selection = selection };
	/* It could be split once already. */
	words_split(&words.line, call->rest);
	int error = all_read(selection, &words);
	words_fini(&words.line);
	if (error)
		return error;
	if (selection->filtered && (selection->destination || selection->primary)) {
		out_error(call->out,
			  "`filtered' goes with neither `primary' nor `export'");
		return -EINVAL;
	}
	error = selection->tables_asked ? 0 : tables_choose(selection);
	return error ? error : tables_settle(selection);
}

static void
selection_free(void *context)
{
	struct selection *selection = context;
	if (selection->compiled)
		selection->call->router->language->filter_free(selection->call->router,
							       selection->compiled);
}

/* ---- words ---- */

static const char *
word_next(struct words *words)
{
	return words->at < words->line.count ? words->line.words[words->at++] : NULL;
}

static const struct keyword *
keyword_find(const char *word, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (strlen(keywords[i].word) == length &&
		    !strncmp(keywords[i].word, word, length))
			return &keywords[i];
	return NULL;
}

/* A keyword, or the beginning of a single one. */
static const struct keyword *
keyword_meant(const struct command_call *call, const struct words *words,
	      const char *word)
{
	char full[WORDS_ARG];
	bool quoted = words->line.quoted >> (words->at - 1) & 1;
	if (!quoted && words_arg_find(call->command->args, word, full) == WORDS_PREFIX)
		word = full;
	return quoted ? NULL : keyword_find(word, strlen(word));
}

static int
all_read(struct selection *selection, struct words *words)
{
	const char *word;
	while ((word = word_next(words))) {
		const struct keyword *keyword =
			keyword_meant(selection->call, words, word);
		int error = keyword ? keyword->take(selection, words, word)
				    : net_read(selection, MATCH_EXACT, word);
		if (error)
			return error;
	}
	return 0;
}

static int
missing(const struct selection *selection, const char *what)
{
	out_error(selection->call->out, "`show route': %s is missing", what);
	return -EINVAL;
}

static int
all_take(struct selection *selection, struct words *words, const char *word)
{
	(void)words, (void)word;
	selection->all = true;
	return 0;
}

static int
primary_take(struct selection *selection, struct words *words, const char *word)
{
	(void)words, (void)word;
	selection->primary = true;
	return 0;
}

static int
explain_take(struct selection *selection, struct words *words, const char *word)
{
	(void)words, (void)word;
	selection->explain = true;
	return 0;
}

static int
filtered_take(struct selection *selection, struct words *words, const char *word)
{
	(void)words, (void)word;
	selection->filtered = true;
	return 0;
}

static int
count_take(struct selection *selection, struct words *words, const char *word)
{
	(void)words;
	selection->counts = true;
	selection->is_list = !strcmp(word, "stats");
	return 0;
}

static int
changes_take(struct selection *selection, struct words *words, const char *word)
{
	(void)words, (void)word;
	selection->changes = true;
	return 0;
}

/* ---- networks ---- */

static int
net_take(struct selection *selection, struct words *words, const char *word)
{
	const char *net = word_next(words);
	return net ? net_read(selection, !strcmp(word, "for") ? MATCH_FOR : MATCH_IN, net)
		   : missing(selection, "a prefix");
}

/* It is neither a word of the command nor a prefix. */
static void
complain(const struct command_call *call, const char *word)
{
	const struct command *command = call->command;
	struct text name = { 0 };
	char other[WORDS_ARG];
	words_spell(&name, command->words);
	if (words_arg_find(command->args, word, other) == WORDS_AMBIGUOUS)
		out_error(call->out, "`%s' is the beginning of several words of `%s'",
			  word, text_string(&name));
	else if (words_arg_nearest(command->args, word, other))
		out_error(call->out, "`%s' has no word `%s'; did you mean `%s'?",
			  text_string(&name), word, other);
	else
		out_error(call->out, "`%s' is neither a word of `%s' nor a prefix", word,
			  text_string(&name));
	text_fini(&name);
}

/* An address or a prefix; host bits are an error as everywhere. */
static int
net_read(struct selection *selection, enum prefix_match match, const char *word)
{
	struct out *out = selection->call->out;
	char cut[PREFIX_TEXT];
	struct addr addr;
	bool host_bits = false;
	size_t length = strlen(word);
	if (selection->match != MATCH_ALL) {
		out_error(out, "Only one prefix is expected");
		return -EINVAL;
	}
	selection->match = match;
	if (addr_parse(word, length, &addr)) {
		selection->net = prefix_new(addr, addr_is_ip4(addr) ? 32 : 128);
		return 0;
	}
	if (prefix_parse(word, length, &selection->net, &host_bits))
		return 0;
	if (host_bits)
		out_error(out, "%s has host bits set; did you mean %s?", word,
			  prefix_format(&selection->net, cut));
	else
		complain(selection->call, word);
	return -EINVAL;
}

/* ---- tables ---- */

static int
table_add(struct selection *selection, struct table *table, struct channel *destination)
{
	if (selection->table_count == SELECTION_TABLES) {
		out_error(selection->call->out, "So many tables can't be shown at once");
		return -EINVAL;
	}
	selection->tables[selection->table_count++] =
		(struct selected_table){ .table = table, .destination = destination };
	return 0;
}

static int
table_take(struct selection *selection, struct words *words, const char *word)
{
	const char *name = word_next(words);
	if (!name)
		return missing(selection, "the table");
	(void)word;
	bool is_all = !strcmp(name, "all"), found = false;
	selection->tables_asked = true;
	selection->tables_named |= !is_all;
	list_each(entry, &selection->call->router->tables, struct table_entry, link) {
		if (!is_all && strcmp(name, table_name(entry->table)) != 0)
			continue;
		int error = table_add(selection, entry->table, NULL);
		if (error)
			return error;
		found = true;
	}
	if (found)
		return 0;
	return command_missing(selection->call, "table", name);
}

bool
selection_fits(const struct selection *selection, const struct table *table)
{
	enum net_type type = table_type(table);
	if (selection->match == MATCH_ALL)
		return true;
	/* BIRD looks for prefixes among prefixes only. */
	if (selection->call->bird)
		return selection->net.type == type;
	bool ip4 = type == NET_IP4 || type == NET_ROA4;
	return prefix_is_ip4(&selection->net) == ip4;
}

node_handle
selection_find(const struct selection *selection, struct table *table)
{
	struct prefix net = selection->net;
	net.type = (uint8_t)table_type(table);
	return selection->match == MATCH_FOR ? table_match(table, &net)
					     : table_find(table, &net);
}

static struct channel *
channel_on(const struct selection *selection, const struct table *table)
{
	const char *name = selection->destination_channel;
	list_each(channel, &selection->destination->channels, struct channel, link)
		if (channel->table == table && channel->exports &&
		    (!name || !strcmp(channel->name, name)))
			return channel;
	return NULL;
}

/* The first table of its type: the one BIRD takes where none is named. */
static bool
is_default(const struct router *router, const struct table *table)
{
	return router_table(router, NULL, table_type(table)) == table;
}

/* Without `table`: those of the protocol asked about, else all. */
static int
tables_choose(struct selection *selection)
{
	const struct router *router = selection->call->router;
	const struct protocol *protocol =
		selection->destination ? selection->destination : selection->protocol;
	list_each(entry, &router->tables, struct table_entry, link) {
		bool wanted = !protocol && (!selection->call->bird ||
					    is_default(router, entry->table));
		if (protocol)
			list_each(channel, &protocol->channels, struct channel, link)
				wanted |= channel->table == entry->table;
		int error = wanted ? table_add(selection, entry->table, NULL) : 0;
		if (error)
			return error;
	}
	return 0;
}

/* Leaves out those that can't have what is asked for. */
static int
tables_settle(struct selection *selection)
{
	struct out *out = selection->call->out;
	unsigned count = selection->table_count;
	selection->table_count = 0;
	for (unsigned i = 0; i < count; i++) {
		struct selected_table one = selection->tables[i];
		const char *name = table_name(one.table);
		if (selection->destination)
			one.destination = channel_on(selection, one.table);
		bool fits = selection_fits(selection, one.table);
		if (fits && (!selection->destination || one.destination)) {
			selection->tables[selection->table_count++] = one;
		} else if (selection->tables_named) {
			out_error(out,
				  fits ? "No export channel for table %s"
				       : "Table %s is not for prefixes of this kind",
				  name);
			return -EINVAL;
		}
	}
	if (selection->table_count > 0)
		return 0;
	out_error(out, "There is no table to look into");
	return -EINVAL;
}

/* ---- protocols ---- */

static int
protocol_read(const struct selection *selection, const char *name,
	      const struct protocol **protocol)
{
	*protocol = protocol_find(selection->call->router, name);
	return *protocol ? 0 : command_missing(selection->call, "protocol", name);
}

static int
protocol_take(struct selection *selection, struct words *words, const char *word)
{
	const char *name = word_next(words);
	(void)word;
	return name ? protocol_read(selection, name, &selection->protocol)
		    : missing(selection, "the protocol");
}

/* `X` or `X.CHANNEL` */
static int
destination_read(struct selection *selection, const char *word)
{
	const struct router *router = selection->call->router;
	const char *point = strrchr(word, '.');
	if (protocol_find(router, word) || !point)
		return protocol_read(selection, word, &selection->destination);
	char *name = pool_strdup(selection->call->pool, word);
	name[point - word] = '\0';
	selection->destination_channel = name + (point - word) + 1;
	int error = protocol_read(selection, name, &selection->destination);
	if (error)
		return error;
	list_each(channel, &selection->destination->channels, struct channel, link)
		if (!strcmp(channel->name, selection->destination_channel))
			return 0;
	out_error(selection->call->out, "%s has no channel `%s'", name,
		  selection->destination_channel);
	return -ENOENT;
}

static int
export_take(struct selection *selection, struct words *words, const char *word)
{
	static const struct {
		const char *word;
		enum export_match match;
	} matches[] = {
		{ "preexport", EXPORT_CONSIDERED },
		{ "export", EXPORT_ACCEPTED },
		{ "noexport", EXPORT_REFUSED },
		{ "exported", EXPORT_TOLD },
	};
	const char *name = word_next(words);
	for (size_t i = 0; i < ARRAY_SIZE(matches); i++)
		if (!strcmp(word, matches[i].word))
			selection->export = matches[i].match;
	if (!name)
		return missing(selection, "the protocol");
	if (!strcmp(name, "table"))
		return import_take(selection, words, "export");
	return destination_read(selection, name);
}

/* `import table P.C`: what BIRD keeps in such a table is `filtered` here. */
static int
import_take(struct selection *selection, struct words *words, const char *word)
{
	(void)words;
	out_error(selection->call->out, "There are no %s tables; %s", word,
		  !strcmp(word, "import")
			  ? "with `import keep filtered' `show route filtered' has them"
			  : "`show route exported' has what was sent");
	return -EINVAL;
}

/* ---- filters ---- */

/* A word of `show route` begins here. */
static bool
is_keyword(const char *at)
{
	size_t length = strcspn(at, " \t");
	return keyword_find(at, length) != NULL;
}

/* How long an expression is: to the next word of ours outside of brackets and strings;
 * that of a block, to its end. */
static size_t
expression_length(const char *text)
{
	bool is_block = *text == '{';
	unsigned depth = 0;
	const char *at = text;
	while (*at) {
		if (depth == 0 && at > text && isspace((unsigned char)at[-1]) &&
		    is_keyword(at))
			break;
		const char *quoted =
			*at == '"' || *at == '\'' ? strchr(at + 1, *at) : NULL;
		if (strchr("([{", *at))
			depth++;
		else if (strchr(")]}", *at) && depth > 0)
			depth--;
		at = (quoted ? quoted : at) + 1;
		if (is_block && depth == 0)
			break;
	}
	return (size_t)(at - text);
}

/* The text of an expression.  The words are those behind it from here on: the line may
 * have had more than could be told apart. */
static const char *
expression_take(struct words *words)
{
	const char *start = words->line.starts[words->at];
	size_t length = expression_length(start);
	char *text = pool_alloc(words->selection->call->pool, length + 1);
	memcpy(text, start, length);
	words_fini(&words->line);
	words_split(&words->line, start + length);
	words->at = 0;
	return text;
}

static int
filter_compile(struct selection *selection, const char *text, bool is_where)
{
	struct command_call *call = selection->call;
	selection->compiled = call->router->language->filter_compile(call->router, text,
								     is_where, call->out);
	selection->filter = selection->compiled;
	return selection->compiled ? 0 : -EINVAL;
}

static int
filter_begin(const struct selection *selection, const struct words *words)
{
	if (words->at == words->line.count)
		return missing(selection, "the filter");
	if (!selection->filter)
		return 0;
	out_error(selection->call->out, "Only one filter or condition is expected");
	return -EINVAL;
}

/* `filter NAME` or `filter { … }` */
static int
filter_take(struct selection *selection, struct words *words, const char *word)
{
	const struct router *router = selection->call->router;
	int error = filter_begin(selection, words);
	(void)word;
	if (error)
		return error;
	if (*words->line.starts[words->at] == '{')
		return filter_compile(selection, expression_take(words), false);
	const char *name = word_next(words);
	selection->filter = router->language->filter_find(router, name);
	return selection->filter ? 0 : command_missing(selection->call, "filter", name);
}

static int
where_take(struct selection *selection, struct words *words, const char *word)
{
	int error = filter_begin(selection, words);
	(void)word;
	return error ? error : filter_compile(selection, expression_take(words), true);
}
