/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `show babel …` and `show protocols all` tell; columns as birdc has them where the
 * thing is the same, more in JSON.
 */
#include "proto/babel/babel.h"

#include <errno.h>
#include <string.h>
#include "lib/out.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "nest/command.h"
#include "nest/instances.h"
#include "nest/router.h"

#define CHUNK 1024 /* Rows between two chances for others to run. */

/* What a row is written to. */
struct view {
	struct out *out;
	const char *pattern; /* Of names of interfaces; null: all. */
	bool all; /* With what birdc has no column for: asked for by `all`, always for
		     programs. */
};

/* Where a command that is called again goes on. */
struct row_walk {
	struct instances instances;
	const struct babel *babel; /* Compared only: it may be gone. */
	uint32_t row;
};

static bool
is_babel(const struct protocol *protocol)
{
	return protocol->class->commands == babel_commands;
}

static bool
is_all(const struct command_call *call)
{
	return call->count > 0 && strcmp(call->words[call->count - 1], "all") == 0;
}

/* A word in quotes: which interfaces; null: all. */
static const char *
pattern_of(const struct command_call *call)
{
	for (size_t i = 0; i < call->count && i < 64; i++)
		if (call->quoted >> i & 1)
			return call->words[i];
	return NULL;
}

/* The name stands first; null: no name was given. */
static const char *
name_of(const struct command_call *call)
{
	bool is_named = call->count > (size_t)is_all(call) && !(call->quoted & 1);

	return is_named ? call->words[0] : NULL;
}

/* It runs, and is named or no name was given. */
static bool
is_meant(const struct command_call *call, const struct protocol *protocol)
{
	const char *name = name_of(call);

	if (!is_babel(protocol) || !protocol_is_running(protocol) ||
	    !babel_of((struct protocol *)protocol)->router_id)
		return false;
	return !name || strcmp(name, protocol->name) == 0;
}

static const char *
type_name(enum babel_link_type type)
{
	switch (type) {
	case BABEL_AUTO: return "auto";
	case BABEL_WIRED: return "wired";
	case BABEL_WIRELESS: return "wireless";
	case BABEL_TUNNEL: return "tunnel";
	}
	return NULL;
}

/* The time until then. */
static void
out_until(struct out *out, const char *key, const struct babel *babel, usec_t due)
{
	out_usec(out, key, due == USEC_NEVER ? due : MAX(due - babel_now(babel), 0));
}

/* Programs are told whose row it is; people see it above the table. */
static void
row_begin(const struct view *view, const struct babel *babel)
{
	out_row(view->out);
	if (view->out->class->is_structured)
		out_str(view->out, "protocol", babel->protocol.name);
}

static void
out_router_id(struct out *out, uint64_t router_id)
{
	char text[BABEL_ID_TEXT];

	out_str(out, "router_id", babel_id_format(router_id, text));
}

/* Runs `show` for each instance; it emits its table from the given row on and says where
 * it stopped, 0 for its end. */
static int
each_instance(struct command_call *call, const char *key,
	      const struct out_column *columns, size_t column_count,
	      uint32_t (*show)(const struct view *, const struct babel *, uint32_t row))
{
	struct view view = { .out = call->out,
			     .pattern = pattern_of(call),
			     .all = is_all(call) || call->out->class->is_structured };
	struct row_walk *walk = call->state;

	if (!walk) {
		walk = call->state = pool_alloc(call->pool, sizeof(*walk));
		if (name_of(call) && !instances_named(call, "babel", name_of(call)))
			return -ENOENT;
		instances_begin(&walk->instances, call, is_meant);
	}
	if (walk->instances.count == 0)
		return instances_none(call, "babel", key, columns, column_count);
	const struct protocol *protocol = instances_now(&walk->instances, call);
	const struct babel *babel =
		protocol ? babel_of((struct protocol *)protocol) : NULL;
	if (walk->row > 0 && babel != walk->babel) {
		out_error(call->out, "The protocol was stopped");
		return -ENOENT;
	}
	if (!babel)
		return COMMAND_DONE;
	if (walk->row == 0) {
		out_title(call->out, "%s:", babel->protocol.name);
		out_table(call->out, key, columns, column_count);
	}
	walk->babel = babel;
	walk->row = show(&view, babel, walk->row);
	if (walk->row > 0)
		return COMMAND_MORE;
	out_table_end(call->out);
	return instances_next(&walk->instances, call) ? COMMAND_MORE : COMMAND_DONE;
}

/* ---- interfaces ---- */

static const struct out_column interface_columns[] = {
	{ "interface", "Interface", 10, OUT_LEFT },
	{ "state", "State", 6, OUT_LEFT },
	{ "auth", "Auth", 5, OUT_LEFT },
	{ "rxcost", "RX cost", 7, OUT_RIGHT },
	{ "neighbours", "Nbrs", 6, OUT_RIGHT },
	{ "timer", "Timer", 7, OUT_RIGHT },
	{ "next_hop4", "Next hop (v4)", 15, OUT_LEFT },
	{ "next_hop6", "Next hop (v6)", 25, OUT_LEFT },
	{ "type", NULL, 0, OUT_LEFT },
	{ "hello_interval", NULL, 0, OUT_LEFT },
	{ "update_interval", NULL, 0, OUT_LEFT },
	{ "split_horizon", NULL, 0, OUT_LEFT },
	{ "packet_size", NULL, 0, OUT_LEFT },
	{ "unacknowledged", NULL, 0, OUT_LEFT },
};

static uint32_t
list_count(const struct list *list)
{
	uint32_t count = 0;

	for (const struct list *at = list->next; at != list; at = at->next)
		count++;
	return count;
}

static void
interface_row(const struct view *view, const struct babel_interface *interface)
{
	struct out *out = view->out;
	usec_t timer = MIN(timer_due(&interface->hello_timer),
			   timer_due(&interface->update_timer));

	row_begin(view, interface->babel);
	out_str(out, "interface", interface->link->name);
	out_str(out, "state", "Up");
	out_str(out, "auth", "No");
	out_u64(out, "rxcost", interface->rxcost);
	out_u64(out, "neighbours", list_count(&interface->neighbours));
	out_until(out, "timer", interface->babel, timer);
	out_addr(out, "next_hop4", babel_interface_next_hop(interface, true));
	out_addr(out, "next_hop6", babel_interface_next_hop(interface, false));
	if (!view->all)
		return;
	out_str(out, "type", type_name(interface->type));
	out_usec(out, "hello_interval", interface->hello_interval);
	out_usec(out, "update_interval", interface->update_interval);
	out_bool(out, "split_horizon", interface->split_horizon);
	out_u64(out, "packet_size", babel_output_size(interface));
	out_u64(out, "unacknowledged", list_count(&interface->waits));
}

static bool
is_looked_at(const struct view *view, const struct babel_interface *interface)
{
	return !view->pattern || text_matches(view->pattern, interface->link->name);
}

static uint32_t
interfaces_show(const struct view *view, const struct babel *babel, uint32_t row)
{
	(void)row;
	list_each(interface, &babel->interfaces, struct babel_interface, list)
		if (is_looked_at(view, interface))
			interface_row(view, interface);
	return 0;
}

static int
show_interfaces(struct command_call *call)
{
	return each_instance(call, "babel_interfaces", interface_columns,
			     ARRAY_SIZE(interface_columns), interfaces_show);
}

/* ---- neighbours ---- */

static const struct out_column neighbour_columns[] = {
	{ "address", "IP address", 25, OUT_LEFT },
	{ "interface", "Interface", 10, OUT_LEFT },
	{ "metric", "Metric", 6, OUT_RIGHT },
	{ "routes", "Routes", 6, OUT_RIGHT },
	{ "hellos", "Hellos", 6, OUT_RIGHT },
	{ "expires", "Expires", 7, OUT_RIGHT },
	{ "auth", "Auth", 4, OUT_LEFT },
	{ "reach", NULL, 0, OUT_LEFT },
	{ "unicast_reach", NULL, 0, OUT_LEFT },
	{ "rxcost", NULL, 0, OUT_LEFT },
	{ "txcost", NULL, 0, OUT_LEFT },
};

static unsigned
hellos_heard(const struct babel_neighbour *neighbour)
{
	unsigned heard = 0;

	for (unsigned bit = 0; bit < BABEL_HISTORY; bit++)
		heard += (neighbour->multicast.received | neighbour->unicast.received) >>
				 bit &
			 1u;
	return heard;
}

static void
neighbour_row(const struct view *view, const struct babel_neighbour *neighbour)
{
	struct out *out = view->out;
	const struct babel_interface *interface = neighbour->interface;

	row_begin(view, neighbour->interface->babel);
	out_addr(out, "address", neighbour->addr);
	out_str(out, "interface", interface->link->name);
	out_u64(out, "metric", neighbour->cost);
	out_u64(out, "routes", neighbour->route_count);
	out_u64(out, "hellos", hellos_heard(neighbour));
	out_until(out, "expires", interface->babel,
		  MIN(neighbour->multicast.due, neighbour->unicast.due));
	out_str(out, "auth", "No");
	if (!view->all)
		return;
	out_printf(out, "reach", "%04x", neighbour->multicast.received);
	out_printf(out, "unicast_reach", "%04x", neighbour->unicast.received);
	out_u64(out, "rxcost", neighbour->rxcost);
	out_u64(out, "txcost", neighbour->txcost);
}

static uint32_t
neighbours_show(const struct view *view, const struct babel *babel, uint32_t row)
{
	(void)row;
	list_each(interface, &babel->interfaces, struct babel_interface, list) {
		if (!is_looked_at(view, interface))
			continue;
		list_each(neighbour, &interface->neighbours, struct babel_neighbour, list)
			neighbour_row(view, neighbour);
	}
	return 0;
}

static int
show_neighbours(struct command_call *call)
{
	return each_instance(call, "babel_neighbours", neighbour_columns,
			     ARRAY_SIZE(neighbour_columns), neighbours_show);
}

/* ---- entries, routes, sources ---- */

static const struct out_column entry_columns[] = {
	{ "prefix", "Prefix", 24, OUT_LEFT },
	{ "router_id", "Router ID", 23, OUT_LEFT },
	{ "metric", "Metric", 6, OUT_RIGHT },
	{ "seqno", "Seqno", 5, OUT_RIGHT },
	{ "routes", "Routes", 7, OUT_RIGHT },
	{ "sources", "Sources", 7, OUT_RIGHT },
	{ "state", NULL, 0, OUT_LEFT },
	{ "requests", NULL, 0, OUT_LEFT },
	{ "unacknowledged", NULL, 0, OUT_LEFT },
};

static void
entry_row(const struct view *view, const struct babel_entry *entry)
{
	struct out *out = view->out;
	struct babel_advert advert = babel_advert_of(entry);
	bool finite = advert.metric != BABEL_INFINITY;

	row_begin(view, entry->babel);
	out_prefix(out, "prefix", &entry->prefix);
	if (finite)
		out_router_id(out, advert.router_id);
	else
		out_str(out, "router_id", "<none>");
	out_u64(out, "metric", advert.metric);
	out_u64(out, "seqno", advert.seqno);
	out_u64(out, "routes", list_count(&entry->routes));
	out_u64(out, "sources", list_count(&entry->sources));
	if (!view->all)
		return;
	out_str(out, "state",
		entry->selected                  ? "selected"
		: entry->held                    ? "held"
		: entry->origin == BABEL_OURSELF ? "own"
						 : "idle");
	out_u64(out, "requests", list_count(&entry->requests));
	out_u64(out, "unacknowledged", list_count(&entry->acks));
}

static const struct out_column route_columns[] = {
	{ "prefix", "Prefix", 24, OUT_LEFT },
	{ "next_hop", "Nexthop", 25, OUT_LEFT },
	{ "interface", "Interface", 9, OUT_LEFT },
	{ "metric", "Metric", 6, OUT_RIGHT },
	{ "flags", "F", 1, OUT_LEFT },
	{ "seqno", "Seqno", 5, OUT_RIGHT },
	{ "expires", "Expires", 7, OUT_RIGHT },
	{ "router_id", NULL, 0, OUT_LEFT },
	{ "neighbour", NULL, 0, OUT_LEFT },
	{ "advertised", NULL, 0, OUT_LEFT },
	{ "smoothed", NULL, 0, OUT_LEFT },
	{ "feasible", NULL, 0, OUT_LEFT },
	{ "selected", NULL, 0, OUT_LEFT },
	{ "why", NULL, 0, OUT_LEFT },
};

/* Why a route is not used. */
static const char *
route_why(const struct babel_route *route)
{
	const struct babel_route *selected = route->entry->selected;

	if (route == selected)
		return "selected";
	if (route->metric == BABEL_INFINITY)
		return "the link to the neighbour is not usable";
	if (!babel_route_is_feasible(route))
		return "not feasible: a new seqno is needed";
	if (selected && route->metric < selected->metric)
		return "better, but not for long enough";
	return "another is as good or better";
}

static void
route_row(const struct view *view, const struct babel_route *route)
{
	struct out *out = view->out;
	const struct babel *babel = route->entry->babel;
	bool feasible = babel_route_is_feasible(route);

	row_begin(view, route->entry->babel);
	out_prefix(out, "prefix", &route->entry->prefix);
	out_addr(out, "next_hop", route->next_hop);
	out_str(out, "interface", route->neighbour->interface->link->name);
	out_u64(out, "metric", route->metric);
	out_str(out, "flags",
		route == route->entry->selected ? "*"
		: feasible                      ? "+"
						: " ");
	out_u64(out, "seqno", route->seqno);
	out_until(out, "expires", babel, route->expires);
	if (!view->all)
		return;
	out_router_id(out, route->router_id);
	out_addr(out, "neighbour", route->neighbour->addr);
	out_u64(out, "advertised", route->advertised);
	out_u64(out, "smoothed", babel_route_smoothed(route, babel_now(babel)) / 256);
	out_bool(out, "feasible", feasible);
	out_bool(out, "selected", route == route->entry->selected);
	out_str(out, "why", route_why(route));
}

static const struct out_column source_columns[] = {
	{ "prefix", "Prefix", 24, OUT_LEFT },
	{ "router_id", "Router ID", 23, OUT_LEFT },
	{ "metric", "Metric", 6, OUT_RIGHT },
	{ "seqno", "Seqno", 5, OUT_RIGHT },
	{ "expires", "Expires", 7, OUT_RIGHT },
};

static void
source_row(const struct view *view, const struct babel_entry *entry,
	   const struct babel_source *source)
{
	struct out *out = view->out;
	row_begin(view, entry->babel);
	out_prefix(out, "prefix", &entry->prefix);
	out_router_id(out, source->router_id);
	out_u64(out, "metric", source->metric);
	out_u64(out, "seqno", source->seqno);
	out_until(out, "expires", entry->babel, source->expires);
}

static void
entry_show(const struct view *view, const struct babel_entry *entry)
{
	entry_row(view, entry);
}

static void
entry_routes_show(const struct view *view, const struct babel_entry *entry)
{
	list_each(route, &entry->routes, struct babel_route, in_entry)
		route_row(view, route);
}

static void
entry_sources_show(const struct view *view, const struct babel_entry *entry)
{
	list_each(source, &entry->sources, struct babel_source, list)
		source_row(view, entry, source);
}

/* A chunk of the entries. They may come and go between two; nobody's pointer is kept. */
static uint32_t
entries_walk(const struct view *view, const struct babel *babel, uint32_t row,
	     void (*show)(const struct view *, const struct babel_entry *))
{
	uint32_t at = 0;

	hash_each(entry, &babel->entries, struct babel_entry, node) {
		if (at++ < row)
			continue;
		if (at > row + CHUNK)
			return row + CHUNK;
		show(view, entry);
	}
	return 0;
}

static uint32_t
entries_show(const struct view *view, const struct babel *babel, uint32_t row)
{
	return entries_walk(view, babel, row, entry_show);
}

static uint32_t
routes_show(const struct view *view, const struct babel *babel, uint32_t row)
{
	return entries_walk(view, babel, row, entry_routes_show);
}

static uint32_t
sources_show(const struct view *view, const struct babel *babel, uint32_t row)
{
	return entries_walk(view, babel, row, entry_sources_show);
}

static int
show_entries(struct command_call *call)
{
	return each_instance(call, "babel_entries", entry_columns,
			     ARRAY_SIZE(entry_columns), entries_show);
}

static int
show_routes(struct command_call *call)
{
	return each_instance(call, "babel_routes", route_columns,
			     ARRAY_SIZE(route_columns), routes_show);
}

static int
show_sources(struct command_call *call)
{
	return each_instance(call, "babel_sources", source_columns,
			     ARRAY_SIZE(source_columns), sources_show);
}

const struct command babel_commands[] = {
	{ .words = "show babel interfaces",
	  .args = "[<protocol>] [\"INTERFACE\"] [all]",
	  .doc = "The links that Babel speaks on.",
	  .run = show_interfaces,
	  .code = 1023 },
	{ .words = "show babel neighbours|neighbors",
	  .args = "[<protocol>] [\"INTERFACE\"] [all]",
	  .doc = "Who is heard, and what the link to it costs.",
	  .run = show_neighbours,
	  .code = 1024 },
	{ .words = "show babel entries",
	  .args = "[<protocol>] [all]",
	  .doc = "What is advertised for each prefix.",
	  .run = show_entries,
	  .code = 1025 },
	{ .words = "show babel routes",
	  .args = "[<protocol>] [all]",
	  .doc = "All routes of all neighbours, and why one is used or not.",
	  .run = show_routes,
	  .code = 1025 },
	{ .words = "show babel sources",
	  .args = "[<protocol>] [all]",
	  .doc = "The feasibility distances.",
	  .run = show_sources,
	  .code = 1025 },
	{ 0 },
};

/* ---- show protocols all ---- */

void
babel_show(const struct protocol *protocol, struct out *out)
{
	const struct babel *babel = container_of((struct protocol *)(uintptr_t)protocol,
						 struct babel, protocol);

	if (!babel->router_id)
		return;
	out_router_id(out, babel->router_id);
	out_u64(out, "seqno", babel->seqno);
	out_bool(out, "seqno_kept", babel->seqno_kept);
	out_u64(out, "neighbours", babel->neighbour_count);
	out_u64(out, "entries", babel->entries.count);
	out_u64(out, "routes", babel->route_count);
	out_u64(out, "requests", babel->request_count);
	out_u64(out, "packets_received", babel->packets_received);
	out_u64(out, "packets_sent", babel->packets_sent);
	out_u64(out, "send_errors", babel->send_errors);
	out_object(out, "dropped");
	for (int drop = 1; drop < BABEL_DROP_COUNT; drop++)
		if (babel->drops[drop])
			out_u64(out, babel_drop_name((enum babel_drop)drop),
				babel->drops[drop]);
	out_object_end(out);
}

/* ---- why ---- */

static const struct babel_entry *
entry_on(const struct protocol *protocol, const struct channel *channel,
	 const struct prefix *net)
{
	const struct babel *babel = container_of((struct protocol *)(uintptr_t)protocol,
						 struct babel, protocol);
	struct prefix prefix = *net;

	if (babel_channel_of(babel, &prefix) != channel)
		return NULL;
	return babel_entry_find(babel, net);
}

static void
route_explain(const struct babel_route *route, struct out *out)
{
	const struct babel_neighbour *neighbour = route->neighbour;

	out_object(out, NULL);
	out_addr(out, "neighbour", neighbour->addr);
	out_str(out, "interface", neighbour->interface->link->name);
	out_u64(out, "metric", route->metric);
	out_u64(out, "link_cost", neighbour->cost);
	out_u64(out, "advertised", route->advertised);
	out_u64(out, "hellos_of_16", hellos_heard(neighbour));
	out_bool(out, "feasible", babel_route_is_feasible(route));
	out_str(out, "used", route_why(route));
	out_object_end(out);
}

bool
babel_explain_known(const struct protocol *protocol, const struct channel *channel,
		    const struct prefix *net, struct out *out)
{
	const struct babel_entry *entry = entry_on(protocol, channel, net);

	if (!entry || list_is_empty(&entry->routes))
		return false;
	if (!out)
		return true;
	out_object(out, NULL);
	out_str(out, "protocol", protocol->name);
	out_list(out, "route");
	list_each(route, &entry->routes, struct babel_route, in_entry)
		route_explain(route, out);
	out_list_end(out);
	out_object_end(out);
	return true;
}

void
babel_explain_told(const struct protocol *protocol, const struct channel *channel,
		   const struct prefix *net, struct out *out)
{
	const struct babel_entry *entry = entry_on(protocol, channel, net);
	struct babel_advert advert;

	if (!entry)
		return;
	advert = babel_advert_of(entry);
	if (advert.metric == BABEL_INFINITY)
		out_str(out, "advertised", "no");
	else
		out_printf(out, "advertised", "with metric %u; neighbours: %u",
			   advert.metric, entry->babel->neighbour_count);
}
