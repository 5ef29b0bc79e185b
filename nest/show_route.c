/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `show route`: tables are walked in pieces, so that a million routes need neither memory
 * nor the router's attention.  What to look for is selection.c's.
 */
#include "nest/command_private.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/mem.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "nest/attr.h"
#include "nest/bird/bird.h"
#include "nest/channel.h"
#include "nest/explain.h"
#include "nest/reply.h"
#include "nest/router.h"
#include "nest/selection.h"
#include "nest/show_private.h"

#define LOOKS_PER_RUN 256  /* At nodes and routes. */
#define SORTED_MOST   8192 /* Networks of a table that is shown in order. */

struct counts {
	uint32_t shown, routes, nets;
};

/* How far the answer has come. */
struct progress {
	struct selection selection;
	struct config *config; /* Held: the one the selection's names are of. */
	unsigned at;           /* Of the tables. */
	node_handle node;
	struct prefix *sorted; /* Owned; null: in the order of the table. */
	size_t sorted_count, sorted_at;
	bool begun, titled;
	struct counts counts, total;
};

/* ---- one route ---- */

/* Before a table's first route: a table without any is not mentioned, but where it was
 * asked for in BIRD's protocol. */
static void
table_title(struct progress *progress)
{
	const struct selection *selection = &progress->selection;
	struct out *out = selection->call->out;
	if (progress->titled || !selection->is_list)
		return;
	progress->titled = true;
	out_title(out, "Table %s:", table_name(selection->tables[progress->at].table));
	out_table(out, "routes", show_route_columns, SHOW_ROUTE_COLUMNS);
}

static void
route_row(struct progress *progress, const struct table *table, const struct route *route,
	  const struct route_draft *draft, bool best)
{
	struct command_call *call = progress->selection.call;
	table_title(progress);
	out_row(call->out);
	show_route_cells(call, table, route, draft, best);
	show_route_details(call->out, draft, progress->selection.all);
}

/* ---- choosing routes ---- */

static bool
export_matches(const struct selection *selection, struct channel *channel,
	       const struct route *route, struct route_draft *draft,
	       struct attrs_draft *scratch)
{
	if (selection->export == EXPORT_TOLD)
		return channel_has_exported(channel, route->node);
	if (selection->export == EXPORT_CONSIDERED)
		return true;
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

/* A channel is told the best, or all where it reads all; what only passes routes on is
 * not told those it brought. */
static bool
is_offered(const struct channel *destination, const struct channel *from, bool best)
{
	bool is_back = destination->protocol == from->protocol &&
		       from->protocol->class->origin != NULL;
	return destination->state != CHANNEL_DOWN && !is_back &&
	       (best || destination->mode == READER_ANY);
}

static void
route_consider(struct progress *progress, struct table *table, const struct route *route,
	       const struct prefix *net, bool best)
{
	const struct selection *selection = &progress->selection;
	struct channel *destination = selection->tables[progress->at].destination;
	struct route_source_id source = table_source_of(table, route);
	struct channel *from = source.channel;
	struct attrs_draft scratch;
	if ((selection->protocol && from->protocol != selection->protocol &&
	     show_route_origin(table, route) != selection->protocol) ||
	    (selection->primary && !best) ||
	    (destination && !is_offered(destination, from, best)))
		return;
	attrs_draft_init(&scratch, NULL);
	struct route_draft draft = { .router = selection->call->router,
				     .net = net,
				     .attrs = table_route_attrs(table, route),
				     .scratch = &scratch,
				     .metric = route->metric,
				     .path_id = source.path_id,
				     .channel = from };
	bool shown = (!destination ||
		      export_matches(selection, destination, route, &draft, &scratch)) &&
		     (!selection->filter || filter_matches(selection->filter, &draft));
	draft.net = net;
	if (shown && selection->is_list)
		route_row(progress, table, route, &draft, best);
	progress->counts.shown += shown;
	attrs_draft_fini(&scratch);
}

/* What it costs. */
static unsigned
node_consider(struct progress *progress, struct table *table, node_handle node)
{
	const struct selection *selection = &progress->selection;
	struct prefix net;
	unsigned looks = 1;
	table_node_prefix(table, node, &net);
	if (selection->match == MATCH_IN && !prefix_covers(&selection->net, &net))
		return looks;
	const struct route *best = table_node_best(table, node);
	bool any = false;
	for (route_handle handle = table_node_first(table, node); handle;) {
		const struct route *route = table_route(table, handle);
		handle = route->next;
		looks += handle != 0;
		bool filtered = route->flags & ROUTE_FILTERED;
		if (route->flags & ROUTE_DEAD || filtered != selection->filtered)
			continue;
		/* BIRD marks what stands first, be it that nothing good is there. */
		bool first = filtered && selection->call->bird && !best && !any;
		any = true;
		progress->counts.routes++;
		route_consider(progress, table, route, &net, first || route == best);
	}
	progress->counts.nets += any;
	return looks;
}

/* ---- walking ---- */

static int
sorted_compare(const void *a, const void *b)
{
	return prefix_compare(a, b);
}

/* A table that isn't large is shown in order. */
static void
sorted_make(struct progress *progress, const struct table *table)
{
	const struct selection *selection = &progress->selection;
	struct table_counts counts;
	table_count(table, &counts);
	bool walked = selection->match == MATCH_ALL || selection->match == MATCH_IN;
	if (!walked || !selection->is_list || counts.nodes > SORTED_MOST)
		return;
	progress->sorted =
		mem_resize(NULL, counts.nodes + 1, sizeof(progress->sorted[0]));
	progress->sorted_at = progress->sorted_count = 0;
	for (node_handle node = 0; (node = table_walk(table, node)) != 0;) {
		struct prefix *net = &progress->sorted[progress->sorted_count];
		table_node_prefix(table, node, net);
		if (selection->match == MATCH_ALL || prefix_covers(&selection->net, net))
			progress->sorted_count++;
		if (progress->sorted_count == counts.nodes)
			break;
	}
	qsort(progress->sorted, progress->sorted_count, sizeof(progress->sorted[0]),
	      sorted_compare);
}

static void
sorted_drop(struct progress *progress)
{
	mem_free(progress->sorted);
	progress->sorted = NULL;
}

/* The next node; one that has gone since the table was sorted is skipped. */
static node_handle
node_next(struct progress *progress, const struct table *table)
{
	if (!progress->sorted)
		return table_walk(table, progress->node);
	while (progress->sorted_at < progress->sorted_count) {
		node_handle node =
			table_find(table, &progress->sorted[progress->sorted_at++]);
		if (node)
			return node;
	}
	return 0;
}

static void
table_begin(struct progress *progress)
{
	progress->begun = true;
	progress->titled = false;
	progress->node = 0;
	progress->counts = (struct counts){ .shown = 0 };
	const struct selection *selection = &progress->selection;
	sorted_make(progress, selection->tables[progress->at].table);
	if (selection->call->bird && selection->tables_asked &&
	    (selection->match == MATCH_ALL || selection->match == MATCH_IN))
		table_title(progress);
}

static void
counts_show(struct command_call *call, const struct counts *counts, const char *table,
	    unsigned tables)
{
	static const struct out_column columns[] = {
		{ .key = "table", .title = "Table" },
		{ .key = "shown", .title = "Shown", .align = OUT_RIGHT },
		{ .key = "routes", .title = "Routes", .align = OUT_RIGHT },
		{ .key = "networks", .title = "Networks", .align = OUT_RIGHT },
	};
	if (!call->out->class->is_structured) {
		char sum[32];
		text_format(sum, sizeof(sum), "%u tables", tables);
		out_note(call->out, "%s%u of %u routes for %u networks in %s%s",
			 table ? "" : "Total: ", counts->shown, counts->routes,
			 counts->nets, table ? "table " : "", table ? table : sum);
		return;
	}
	out_table(call->out, "counts", columns, ARRAY_SIZE(columns));
	out_row(call->out);
	if (table)
		out_str(call->out, "table", table);
	else
		out_u64(call->out, "tables", tables);
	out_u64(call->out, "shown", counts->shown);
	out_u64(call->out, "routes", counts->routes);
	out_u64(call->out, "networks", counts->nets);
	out_table_end(call->out);
}

static void
table_end(struct progress *progress)
{
	const struct selection *selection = &progress->selection;
	struct command_call *call = selection->call;
	sorted_drop(progress);
	if (selection->counts)
		table_title(progress);
	if (progress->titled)
		out_table_end(call->out);
	if (selection->counts)
		counts_show(call, &progress->counts,
			    table_name(selection->tables[progress->at].table), 1);
	progress->total.shown += progress->counts.shown;
	progress->total.routes += progress->counts.routes;
	progress->total.nets += progress->counts.nets;
	progress->begun = false;
	progress->at++;
}

/* All of a table is counted, which it does itself. */
static bool
table_is_counted(const struct progress *progress)
{
	const struct selection *selection = &progress->selection;
	return selection->counts && !selection->is_list &&
	       selection->match == MATCH_ALL && !selection->filtered &&
	       !selection->primary && !selection->protocol && !selection->destination &&
	       !selection->filter;
}

static void
table_counted(struct progress *progress, const struct table *table)
{
	struct table_counts counts;
	table_count(table, &counts);
	progress->counts.shown = progress->counts.routes = counts.accepted_routes;
	progress->counts.nets = counts.accepted_nodes;
}

/* Some nodes of the table; false: it is done. */
static bool
table_walk_on(struct progress *progress, unsigned *budget)
{
	const struct selection *selection = &progress->selection;
	struct table *table = selection->tables[progress->at].table;
	unsigned looks = 1;
	bool more = false;
	if (table_is_counted(progress)) {
		table_counted(progress, table);
	} else if (selection->match == MATCH_EXACT || selection->match == MATCH_FOR) {
		node_handle node = selection_find(selection, table);
		if (node)
			looks = node_consider(progress, table, node);
	} else {
		progress->node = node_next(progress, table);
		more = progress->node != 0;
		if (more)
			looks = node_consider(progress, table, progress->node);
	}
	*budget -= MIN(*budget, looks);
	return more;
}

static bool
table_exists(const struct router *router, const struct table *table)
{
	list_each(entry, &router->tables, struct table_entry, link)
		if (entry->table == table)
			return true;
	return false;
}

/* Between two pieces a new configuration may have removed what was asked about. */
static bool
may_go_on(const struct progress *progress)
{
	const struct selection *selection = &progress->selection;
	const struct router *router = selection->call->router;
	bool by_name = selection->protocol || selection->destination || selection->filter;
	return (!by_name || progress->config == router->config) &&
	       table_exists(router, selection->tables[progress->at].table);
}

static int
progress_end(struct progress *progress)
{
	const struct selection *selection = &progress->selection;
	struct command_call *call = selection->call;
	if (selection->counts && selection->table_count > 1)
		counts_show(call, &progress->total, NULL, selection->table_count);
	if (progress->total.routes == 0 &&
	    (selection->match == MATCH_EXACT || selection->match == MATCH_FOR)) {
		out_error_code(call->out, REPLY_NOT_FOUND, "Network not found");
		return -ENOENT;
	}
	return COMMAND_DONE;
}

static void
progress_free(void *context)
{
	struct progress *progress = context;
	sorted_drop(progress);
	config_release(progress->selection.call->router, progress->config);
}

/* The destination itself rather than its routes. */
static int
show_explained(const struct selection *selection)
{
	if (selection->match != MATCH_EXACT && selection->match != MATCH_FOR) {
		out_error(selection->call->out,
			  "Which network is to be explained? Give a "
			  "prefix, or `for' an address");
		return -EINVAL;
	}
	for (unsigned i = 0; i < selection->table_count; i++) {
		struct explanation explanation = { .call = selection->call,
						   .table = selection->tables[i].table,
						   .asked = selection->net };
		explanation.asked.type = (uint8_t)table_type(explanation.table);
		explain_find(&explanation, selection->match == MATCH_FOR);
		if (selection->destination)
			explain_to(&explanation,
				   selection->tables[i].destination->protocol);
		else if (explanation.node || selection->tables_named ||
			 selection->table_count == 1)
			explain_all(&explanation);
	}
	return COMMAND_DONE;
}

static int
show_route(struct command_call *call)
{
	struct progress *progress = call->state;
	if (!progress) {
		progress = call->state = pool_alloc(call->pool, sizeof(*progress));
		int error = selection_read(&progress->selection, call);
		progress->config = config_hold(call->router->config);
		pool_on_free(call->pool, progress_free, progress);
		if (error)
			return error;
		if (progress->selection.explain)
			return show_explained(&progress->selection);
	}
	unsigned budget = LOOKS_PER_RUN;
	if (progress->at < progress->selection.table_count && !may_go_on(progress)) {
		out_error_code(call->out, REPLY_STOPPED,
			       "Stopped due to reconfiguration");
		return -ENOENT;
	}
	while (budget > 0) {
		if (progress->at == progress->selection.table_count)
			return progress_end(progress);
		if (!progress->begun)
			table_begin(progress);
		if (!table_walk_on(progress, &budget))
			table_end(progress);
	}
	return COMMAND_MORE;
}

const struct command show_route_commands[] = {
	{ .words = "show route|routes",
	  .args = "[<prefix>] [for|in <prefix>] [table <table>|all] [all] [primary] "
		  "[filtered] [explain] [count|stats] [protocol <protocol>] "
		  "[export|preexport|noexport|exported <protocol>] [filter <filter>] "
		  "[where EXPRESSION]",
	  .doc = "Shows routes; `all` with their attributes.",
	  .run = show_route,
	  .code = REPLY_ROUTE,
	  .bird = &bird_routes },
	{ .words = NULL },
};
