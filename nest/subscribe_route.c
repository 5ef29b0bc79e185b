/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events of routes: the best one of each network, or the one that an address takes.  Each
 * table is followed by a reader of its journal, which is about states: a subscriber that
 * doesn't read costs nothing but a bit for each network it was told of.
 */
#include "nest/subscribe_private.h"

#include <errno.h>
#include <string.h>

#include "lib/mem.h"
#include "lib/pool.h"
#include "nest/attr.h"
#include "nest/channel.h"
#include "nest/command_private.h"
#include "nest/handle_set.h"
#include "nest/router.h"
#include "nest/selection.h"
#include "nest/show_private.h"
#include "nest/table.h"

#define NODES_PER_RUN 256

/* A table that is followed. */
struct follow {
	struct table_reader reader;
	struct list link;
	struct subscription *subscription;
	char *name; /* Of the table. */
	bool feeding;
	node_handle at; /* In the feed. */
	/* Where many networks are asked about: the nodes told. */
	struct handle_set told;
	/* Where one is: whether it was told, and which it was. */
	bool has_told;
	struct prefix told_net;
};

struct subscription {
	struct subscriber subscriber;
	struct command_call *call;
	struct selection selection; /* Its tables and protocol go by their names: they may
				       go and come again. */
	const char **tables;        /* Null: all that have what is asked about. */
	const char *protocol;       /* Whose routes; null: everybody's. */
	bool ready;
	struct list follows;
};

/* ---- telling ---- */

static bool
is_wanted(const struct subscription *subscription, const struct table *table,
	  const struct route *route)
{
	if (!route || !subscription->protocol)
		return route;
	return !strcmp(show_route_origin(table, route)->name, subscription->protocol);
}

static void
route_tell(struct follow *follow, enum subscribe_event event, const struct prefix *net,
	   const struct route *route)
{
	struct subscription *subscription = follow->subscription;
	struct command_call *call = subscription->call;
	const struct table *table = follow->reader.table;
	if (subscription->selection.changes && !subscription->ready)
		return;
	subscribe_row(call, event);
	if (event == EVENT_REMOVE) {
		if (call->out->class->is_structured)
			out_str(call->out, "table", follow->name);
		out_prefix(call->out, "net", net);
		return;
	}
	struct route_source_id source = table_source_of(table, route);
	struct attrs_draft scratch;
	attrs_draft_init(&scratch, NULL);
	struct route_draft draft = { .router = call->router,
				     .net = net,
				     .attrs = table_route_attrs(table, route),
				     .scratch = &scratch,
				     .metric = route->metric,
				     .path_id = source.path_id,
				     .channel = source.channel };
	show_route_cells(call, table, route, &draft, true);
	show_route_details(call->out, &draft, false);
	attrs_draft_fini(&scratch);
}

/* One of many networks. */
static void
node_tell(struct follow *follow, node_handle node)
{
	const struct subscription *subscription = follow->subscription;
	const struct table *table = follow->reader.table;
	const struct route *best = table_node_best(table, node);
	bool had = handle_set_has(&follow->told, node);
	bool has = is_wanted(subscription, table, best);
	struct prefix net;
	if (!had && !has)
		return;
	table_node_prefix(table, node, &net);
	if (subscription->selection.match == MATCH_IN &&
	    !prefix_covers(&subscription->selection.net, &net))
		return;
	handle_set_put(&follow->told, node, has);
	route_tell(follow,
		   !has  ? EVENT_REMOVE
		   : had ? EVENT_CHANGE
			 : EVENT_ADD,
		   &net, best);
}

/* The only answer there is. */
static void
answer_tell(struct follow *follow)
{
	const struct subscription *subscription = follow->subscription;
	struct table *table = follow->reader.table;
	node_handle node = selection_find(&subscription->selection, table);
	const struct route *best = node ? table_node_best(table, node) : NULL;
	bool has = is_wanted(subscription, table, best), had = follow->has_told;
	if (!had && !has)
		return;
	if (has)
		table_node_prefix(table, node, &follow->told_net);
	follow->has_told = has;
	route_tell(follow,
		   !has  ? EVENT_REMOVE
		   : had ? EVENT_CHANGE
			 : EVENT_ADD,
		   &follow->told_net, best);
}

/* ---- following ---- */

static bool
is_single(const struct subscription *subscription)
{
	return subscription->selection.match == MATCH_EXACT ||
	       subscription->selection.match == MATCH_FOR;
}

/* A node changed: that may be another answer. */
static void
node_changed(struct follow *follow, node_handle node)
{
	const struct subscription *subscription = follow->subscription;
	struct prefix net;
	if (!is_single(subscription)) {
		node_tell(follow, node);
		return;
	}
	table_node_prefix(follow->reader.table, node, &net);
	if (prefix_covers(&net, &subscription->selection.net))
		answer_tell(follow);
}

static void
feed_begin(struct follow *follow)
{
	table_feed_begin(&follow->reader);
	follow->feeding = true;
	follow->at = 0;
}

static void
feed_step(struct follow *follow)
{
	if (is_single(follow->subscription)) {
		answer_tell(follow);
		follow->at = 0;
	} else {
		follow->at = table_feed(&follow->reader, follow->at);
	}
	if (follow->at) {
		node_tell(follow, follow->at);
		return;
	}
	follow->feeding = false;
	table_feed_end(&follow->reader);
}

/* Up to `budget` nodes; true: there is more. */
static bool
follow_run(struct follow *follow, unsigned budget)
{
	bool more = true;
	for (; more && budget > 0; budget--) {
		node_handle node;
		if (follow->feeding)
			feed_step(follow);
		else if ((node = table_read(&follow->reader)))
			node_changed(follow, node);
		else if (follow->reader.lost)
			feed_begin(follow);
		else
			more = false;
	}
	table_read_done(&follow->reader);
	return more;
}

static void
follow_wake(struct table_reader *reader)
{
	struct command_call *call =
		container_of(reader, struct follow, reader)->subscription->call;
	call->wake(call);
}

static bool
follow_has_told(const struct table_reader *reader, uint32_t node)
{
	return handle_set_has(&container_of(reader, const struct follow, reader)->told,
			      node);
}

static void
follow_free(struct follow *follow)
{
	table_reader_fini(&follow->reader);
	handle_set_fini(&follow->told);
	list_remove(&follow->link);
	mem_free(follow->name);
	mem_free(follow);
}

/* The table was removed: with all that was told of it. */
static void
follow_end(struct follow *follow)
{
	struct command_call *call = follow->subscription->call;
	subscribe_row(call, EVENT_REMOVE);
	if (call->out->class->is_structured)
		out_str(call->out, "table", follow->name);
	out_str(call->out, "net", NULL);
	follow_free(follow);
}

/* ---- the command ---- */

static void
subscription_free(void *context)
{
	struct subscription *subscription = context;
	subscribe_end(&subscription->subscriber);
	list_each_safe(follow, &subscription->follows, struct follow, link)
		follow_free(follow);
}

static void
follow_new(struct subscription *subscription, struct table *table)
{
	struct follow *follow = mem_zalloc(sizeof(*follow));
	follow->subscription = subscription;
	follow->name = mem_strdup(table_name(table));
	table_reader_init(&follow->reader, table, READER_BEST, follow_wake);
	follow->reader.has_told = follow_has_told;
	feed_begin(follow);
	list_push_back(&subscription->follows, &follow->link);
}

/* What is remembered goes by names. */
static int
subscription_read(struct subscription *subscription)
{
	struct command_call *call = subscription->call;
	struct selection *selection = &subscription->selection;
	int error = selection_read(selection, call);
	if (error)
		return error;
	if (selection->all || selection->primary || selection->filtered ||
	    selection->counts || selection->destination || selection->filter) {
		out_error(call->out, "`subscribe routes' is about the best routes: %s",
			  call->command->args);
		return -EINVAL;
	}
	if (selection->protocol)
		subscription->protocol =
			pool_strdup(call->pool, selection->protocol->name);
	if (!selection->tables_named)
		return 0;
	unsigned count = selection->table_count;
	subscription->tables =
		pool_alloc(call->pool, (count + 1) * sizeof(subscription->tables[0]));
	for (unsigned i = 0; i < count; i++)
		subscription->tables[i] =
			pool_strdup(call->pool, table_name(selection->tables[i].table));
	return 0;
}

static bool
is_asked_for(const struct subscription *subscription, const struct table *table)
{
	if (!subscription->tables)
		return selection_fits(&subscription->selection, table);
	for (const char **name = subscription->tables; *name; name++)
		if (!strcmp(*name, table_name(table)))
			return true;
	return false;
}

static bool
is_followed(const struct subscription *subscription, const struct table *table)
{
	list_each(follow, &subscription->follows, struct follow, link)
		if (follow->reader.table == table)
			return true;
	return false;
}

/* Lets go of tables that are gone, and follows the new ones. */
static void
tables_look(struct subscription *subscription)
{
	list_each_safe(follow, &subscription->follows, struct follow, link)
		if (!follow->reader.table)
			follow_end(follow);
	list_each(entry, &subscription->call->router->tables, struct table_entry, link) {
		if (is_asked_for(subscription, entry->table) &&
		    !is_followed(subscription, entry->table))
			follow_new(subscription, entry->table);
	}
}

static int
subscribe_routes(struct command_call *call)
{
	struct subscription *subscription = call->state;
	if (!subscription) {
		subscription = call->state =
			pool_alloc(call->pool, sizeof(*subscription));
		subscription->call = call;
		list_init(&subscription->follows);
		pool_on_free(call->pool, subscription_free, subscription);
		int error = subscription_read(subscription);
		if (!error)
			error = subscribe_begin(&subscription->subscriber, call,
						SUBSCRIBE_TABLES, "routes",
						show_route_columns, SHOW_ROUTE_COLUMNS);
		if (error)
			return error;
	}
	bool more = false;
	tables_look(subscription);
	list_each(follow, &subscription->follows, struct follow, link)
		more |= follow_run(follow, NODES_PER_RUN);
	if (more)
		return COMMAND_MORE;
	if (!subscription->ready)
		subscribe_ready(call);
	subscription->ready = true;
	out_flush(call->out);
	return COMMAND_WAIT;
}

const struct command subscribe_route_commands[] = {
	{ "subscribe routes",
	  "[<prefix>] [for|in <prefix>] [table <table>|all] [protocol <protocol>] "
	  "[changes]",
	  "Tells the best routes, and then what becomes of them; `changes` no more than "
	  "that.",
	  false, subscribe_routes, 0, NULL },
	{ NULL, NULL, NULL, false, NULL, 0, NULL },
};
