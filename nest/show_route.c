/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `show route`: what to look for is read once, then tables are walked in pieces, so that
 * a million routes need neither memory nor the router's attention.
 */
#include "nest/command_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "lib/words.h"
#include "nest/attr.h"
#include "nest/channel.h"
#include "nest/router.h"
#include "nest/show_private.h"

#define NODES_PER_RUN 256
#define SORTED_MOST   8192 /* Networks of a table that is shown in order. */

enum prefix_match { MATCH_ALL, MATCH_EXACT, MATCH_FOR, MATCH_IN };
enum export_match { EXPORT_ANY, EXPORT_ACCEPTED, EXPORT_REFUSED, EXPORT_TOLD };

/* What was asked for, and how far it is answered. */
struct selection {
	struct command_call *call;
	enum prefix_match match;
	struct prefix net;
	bool all, primary, filtered, count;
	const struct protocol *protocol;    /* Whose routes; null: everybody's. */
	const struct protocol *destination; /* `export X` */
	enum export_match export;
	const struct filter *filter;
	struct filter *compiled; /* Ours to free. */
	struct table *tables[32];
	unsigned table_count;
	/* Progress. */
	unsigned at;
	node_handle node;
	struct prefix *sorted; /* Owned; null: in the order of the table. */
	size_t sorted_count, sorted_at;
	bool begun, titled;
	uint32_t shown, routes, nets, total_shown, total_routes, total_nets;
};

/* ---- reading the words ---- */

struct words {
	struct command_call *call;
	size_t at;
};

static const char *
word_next(struct words *words)
{
	return words->at < words->call->count ? words->call->words[words->at++] : NULL;
}

static int
missing(struct selection *selection, const char *what)
{
	out_error(selection->call->out, "`show route': %s is missing", what);
	return -EINVAL;
}

/* An address or a prefix; host bits are an error as everywhere. */
static int
net_read(struct selection *selection, const char *word)
{
	struct addr addr;
	bool host_bits;
	size_t length = strlen(word);
	if (addr_parse(word, length, &addr)) {
		selection->net = prefix_new(addr, addr_is_ip4(addr) ? 32 : 128);
		return 0;
	}
	if (prefix_parse(word, length, &selection->net, &host_bits))
		return 0;
	out_error(selection->call->out,
		  host_bits ? "%s has host bits set"
			    : "`%s' is neither a word of `show route' nor a prefix",
		  word);
	return -EINVAL;
}

static int
table_read_word(struct selection *selection, const char *word)
{
	const struct router *router = selection->call->router;
	list_each(entry, &router->tables, struct table_entry, link) {
		if (strcmp(word, "all") != 0 &&
		    strcmp(word, table_name(entry->table)) != 0)
			continue;
		if (selection->table_count < ARRAY_SIZE(selection->tables))
			selection->tables[selection->table_count++] = entry->table;
	}
	if (selection->table_count > 0)
		return 0;
	out_error(selection->call->out, "There is no table `%s'", word);
	return -ENOENT;
}

static int
protocol_read(struct selection *selection, const char *word,
	      const struct protocol **protocol)
{
	*protocol = protocol_find(selection->call->router, word);
	if (*protocol)
		return 0;
	out_error(selection->call->out, "There is no protocol `%s'", word);
	return -ENOENT;
}

static int
filter_read(struct selection *selection, const char *name)
{
	selection->filter = selection->call->router->language->filter_find(
		selection->call->router, name);
	if (selection->filter)
		return 0;
	out_error(selection->call->out, "There is no filter `%s'", name);
	return -ENOENT;
}

/* Everything behind `where`, which is word number `at`, is an expression. */
static int
where_read(struct selection *selection, size_t at)
{
	struct command_call *call = selection->call;
	struct words_line line;
	words_split(&line, call->rest);
	selection->compiled = call->router->language->filter_compile(
		call->router, line.starts[at] + strlen("where"), true, call->out);
	selection->filter = selection->compiled;
	words_fini(&line);
	return selection->compiled ? 0 : -EINVAL;
}

/* Words that have nothing behind them; false if it is none of them. */
static bool
flag_read(struct selection *selection, const char *word)
{
	if (!strcmp(word, "all"))
		selection->all = true;
	else if (!strcmp(word, "primary"))
		selection->primary = true;
	else if (!strcmp(word, "filtered"))
		selection->filtered = true;
	else if (!strcmp(word, "count") || !strcmp(word, "stats"))
		selection->count = true;
	else
		return false;
	return true;
}

static const struct {
	const char *word;
	enum export_match match;
} export_words[] = {
	{ "export", EXPORT_ACCEPTED },
	{ "noexport", EXPORT_REFUSED },
	{ "exported", EXPORT_TOLD },
};

/* A word and what follows it. */
static int
pair_read(struct selection *selection, struct words *words, const char *word)
{
	bool is_for = !strcmp(word, "for"), is_in = !strcmp(word, "in");
	if (is_for || is_in) {
		const char *net = word_next(words);
		selection->match = is_for ? MATCH_FOR : MATCH_IN;
		return net ? net_read(selection, net) : missing(selection, "a prefix");
	}
	if (!strcmp(word, "table")) {
		const char *name = word_next(words);
		return name ? table_read_word(selection, name)
			    : missing(selection, "the table");
	}
	if (!strcmp(word, "protocol")) {
		const char *name = word_next(words);
		return name ? protocol_read(selection, name, &selection->protocol)
			    : missing(selection, "the protocol");
	}
	if (!strcmp(word, "filter")) {
		const char *name = word_next(words);
		return name ? filter_read(selection, name)
			    : missing(selection, "the filter");
	}
	for (size_t i = 0; i < ARRAY_SIZE(export_words); i++) {
		if (strcmp(word, export_words[i].word) != 0)
			continue;
		const char *name = word_next(words);
		selection->export = export_words[i].match;
		return name ? protocol_read(selection, name, &selection->destination)
			    : missing(selection, "the protocol");
	}
	selection->match = MATCH_EXACT;
	return net_read(selection, word);
}

static bool
type_fits(const struct selection *selection, enum net_type type)
{
	if (selection->match == MATCH_ALL)
		return true;
	bool ip4 = type == NET_IP4 || type == NET_ROA4;
	return prefix_is_ip4(&selection->net) == ip4;
}

/* Without `table`: those of the protocol asked about, else all that can have what is
 * looked for. */
static void
tables_choose(struct selection *selection)
{
	const struct protocol *protocol =
		selection->destination ? selection->destination : selection->protocol;
	if (selection->table_count > 0)
		return;
	list_each(entry, &selection->call->router->tables, struct table_entry, link) {
		bool wanted = !protocol && type_fits(selection, table_type(entry->table));
		if (protocol)
			list_each(channel, &protocol->channels, struct channel, link)
				wanted |= channel->table == entry->table;
		if (wanted && selection->table_count < ARRAY_SIZE(selection->tables))
			selection->tables[selection->table_count++] = entry->table;
	}
}

static int
selection_read(struct selection *selection)
{
	struct words words = { selection->call, 0 };
	const char *word;
	while ((word = word_next(&words))) {
		int error = 0;
		if (!strcmp(word, "where")) {
			error = where_read(selection, words.at - 1);
			words.at = selection->call->count;
		} else if (!flag_read(selection, word)) {
			error = pair_read(selection, &words, word);
		}
		if (error)
			return error;
	}
	tables_choose(selection);
	return 0;
}

/* ---- one route ---- */

/* Before a table's first route: a table without any is not mentioned. */
static void
table_title(struct selection *selection, const struct table *table)
{
	struct out *out = selection->call->out;
	if (selection->titled)
		return;
	selection->titled = true;
	out_title(out, "Table %s:", table_name(table));
	out_table(out, "routes", show_route_columns, SHOW_ROUTE_COLUMNS);
}

static void
route_row(struct selection *selection, const struct table *table,
	  const struct route *route, const struct route_draft *draft, bool best)
{
	struct out *out = selection->call->out;
	table_title(selection, table);
	out_row(out);
	show_route_cells(selection->call, table, route, draft, best);
	show_route_details(out, draft, selection->all);
}

/* ---- choosing routes ---- */

/* The destination's channel on this table; null if it has none. */
static struct channel *
destination_channel(const struct selection *selection, const struct table *table)
{
	list_each(channel, &selection->destination->channels, struct channel, link)
		if (channel->table == table)
			return channel;
	return NULL;
}

static bool
export_matches(struct selection *selection, const struct table *table,
	       const struct route *route, struct route_draft *draft,
	       struct attrs_draft *scratch)
{
	struct channel *channel = destination_channel(selection, table);
	if (!channel)
		return false;
	if (selection->export == EXPORT_TOLD)
		return channel_has_exported(channel, route->node);
	enum filter_verdict verdict =
		channel_export_verdict(channel, route, draft, scratch);
	return (verdict == FILTER_ACCEPT) == (selection->export == EXPORT_ACCEPTED);
}

static bool
filter_matches(const struct filter *filter, struct route_draft *draft)
{
	enum filter_verdict verdict;
	filter->class->run(filter, draft, 1, &verdict);
	return verdict == FILTER_ACCEPT;
}

static void
route_consider(struct selection *selection, struct table *table,
	       const struct route *route, const struct prefix *net, bool best)
{
	struct attrs_draft scratch;
	struct channel *from = table_source_of(table, route).channel;
	if ((selection->protocol && from->protocol != selection->protocol) ||
	    (selection->primary && !best) || (selection->destination && !best))
		return;
	attrs_draft_init(&scratch, NULL);
	struct route_draft draft = { .router = selection->call->router,
				     .net = net,
				     .attrs = table_route_attrs(table, route),
				     .scratch = &scratch,
				     .metric = route->metric,
				     .channel = from };
	bool shown = (!selection->destination ||
		      export_matches(selection, table, route, &draft, &scratch)) &&
		     (!selection->filter || filter_matches(selection->filter, &draft));
	draft.net = net;
	if (shown && !selection->count)
		route_row(selection, table, route, &draft, best);
	selection->shown += shown;
	attrs_draft_fini(&scratch);
}

static void
node_consider(struct selection *selection, struct table *table, node_handle node)
{
	struct prefix net;
	table_node_prefix(table, node, &net);
	if (selection->match == MATCH_IN && !prefix_covers(&selection->net, &net))
		return;
	const struct route *best = table_node_best(table, node);
	bool any = false;
	for (route_handle handle = table_node_first(table, node); handle;) {
		const struct route *route = table_route(table, handle);
		handle = route->next;
		bool filtered = route->flags & ROUTE_FILTERED;
		if (route->flags & ROUTE_DEAD || filtered != selection->filtered)
			continue;
		any = true;
		selection->routes++;
		route_consider(selection, table, route, &net, route == best);
	}
	selection->nets += any;
}

/* ---- walking
 * ------------------------------------------------------------------------------------------
 */

static int
sorted_compare(const void *a, const void *b)
{
	return prefix_compare(a, b);
}

/* A table that isn't large is shown in order. */
static void
sorted_make(struct selection *selection, const struct table *table)
{
	struct table_counts counts;
	table_count(table, &counts);
	bool walked = selection->match == MATCH_ALL || selection->match == MATCH_IN;
	if (!walked || selection->count || counts.nodes > SORTED_MOST)
		return;
	selection->sorted =
		mem_resize(NULL, counts.nodes + 1, sizeof(selection->sorted[0]));
	selection->sorted_at = selection->sorted_count = 0;
	for (node_handle node = 0; (node = table_walk(table, node)) != 0;) {
		struct prefix *net = &selection->sorted[selection->sorted_count];
		table_node_prefix(table, node, net);
		if (selection->match == MATCH_ALL || prefix_covers(&selection->net, net))
			selection->sorted_count++;
		if (selection->sorted_count == counts.nodes)
			break;
	}
	qsort(selection->sorted, selection->sorted_count, sizeof(selection->sorted[0]),
	      sorted_compare);
}

static void
sorted_drop(struct selection *selection)
{
	mem_free(selection->sorted);
	selection->sorted = NULL;
}

/* The next node; one that has gone since the table was sorted is skipped. */
static node_handle
node_next(struct selection *selection, const struct table *table)
{
	if (!selection->sorted)
		return table_walk(table, selection->node);
	while (selection->sorted_at < selection->sorted_count) {
		node_handle node =
			table_find(table, &selection->sorted[selection->sorted_at++]);
		if (node)
			return node;
	}
	return 0;
}

static void
table_begin(struct selection *selection)
{
	selection->begun = true;
	selection->titled = false;
	selection->node = 0;
	selection->shown = selection->routes = selection->nets = 0;
	sorted_make(selection, selection->tables[selection->at]);
}

static void
table_end(struct selection *selection)
{
	struct out *out = selection->call->out;
	sorted_drop(selection);
	if (selection->count)
		out_note(out, "%u of %u routes for %u networks in table %s",
			 selection->shown, selection->routes, selection->nets,
			 table_name(selection->tables[selection->at]));
	else if (selection->titled)
		out_table_end(out);
	selection->total_shown += selection->shown;
	selection->total_routes += selection->routes;
	selection->total_nets += selection->nets;
	selection->begun = false;
	selection->at++;
}

/* A single node, for an exact prefix or the longest match. */
static node_handle
node_find(const struct selection *selection, struct table *table)
{
	struct prefix net = selection->net;
	net.type = (uint8_t)table_type(table);
	return selection->match == MATCH_FOR ? table_match(table, &net)
					     : table_find(table, &net);
}

/* Some nodes of the table; false: it is done. */
static bool
table_walk_on(struct selection *selection)
{
	struct table *table = selection->tables[selection->at];
	if (selection->match == MATCH_EXACT || selection->match == MATCH_FOR) {
		node_handle node = node_find(selection, table);
		if (node)
			node_consider(selection, table, node);
		return false;
	}
	for (unsigned i = 0; i < NODES_PER_RUN; i++) {
		selection->node = node_next(selection, table);
		if (!selection->node)
			return false;
		node_consider(selection, table, selection->node);
	}
	return true;
}

static bool
table_exists(const struct router *router, const struct table *table)
{
	list_each(entry, &router->tables, struct table_entry, link)
		if (entry->table == table)
			return true;
	return false;
}

static int
selection_end(struct selection *selection)
{
	struct command_call *call = selection->call;
	if (selection->count && selection->table_count > 1)
		out_note(call->out, "Total: %u of %u routes for %u networks in %u tables",
			 selection->total_shown, selection->total_routes,
			 selection->total_nets, selection->table_count);
	if (!selection->count && selection->total_shown == 0 &&
	    (selection->match == MATCH_EXACT || selection->match == MATCH_FOR)) {
		out_error(call->out, "Network not found");
		return -ENOENT;
	}
	return COMMAND_DONE;
}

static void
selection_free(void *context)
{
	struct selection *selection = context;
	sorted_drop(selection);
	if (selection->compiled)
		selection->call->router->language->filter_free(selection->call->router,
							       selection->compiled);
}

static int
show_route(struct command_call *call)
{
	struct selection *selection = call->state;
	if (!selection) {
		selection = call->state = pool_alloc(call->pool, sizeof(*selection));
		selection->call = call;
		pool_on_free(call->pool, selection_free, selection);
		int error = selection_read(selection);
		if (error)
			return error;
	}
	if (selection->at == selection->table_count)
		return selection_end(selection);
	/* Between two pieces a reconfiguration may have removed what is walked. */
	if (!table_exists(call->router, selection->tables[selection->at])) {
		out_error(call->out, "The table is gone");
		return -ENOENT;
	}
	if (!selection->begun)
		table_begin(selection);
	if (!table_walk_on(selection))
		table_end(selection);
	return COMMAND_MORE;
}

const struct command show_route_commands[] = {
	{ "show route|routes",
	  "[<prefix>] [for|in <prefix>] [table <table>|all] [all] [primary] [filtered] "
	  "[count] [protocol <protocol>] [export|noexport|exported <protocol>] "
	  "[filter <filter>] [where EXPRESSION]",
	  "Shows routes; `all` with their attributes.", false, show_route, 1007 },
	{ NULL, NULL, NULL, false, NULL, 0 },
};
