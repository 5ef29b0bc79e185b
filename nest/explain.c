/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One destination of one table: its routes, what lets it be without one, who knows more
 * of it, and who is told.
 */
#include "nest/explain.h"

#include "lib/out.h"
#include "lib/text.h"
#include "nest/channel.h"
#include "nest/command.h"
#include "nest/protocol.h"
#include "nest/recent.h"
#include "nest/router.h"
#include "nest/table_private.h"
#include <inttypes.h>

static void routes_show(const struct explanation *explanation);
static void known_show(const struct explanation *explanation);
static void absence_show(const struct explanation *explanation);
static bool each_known(const struct explanation *explanation, struct out *out);
static bool each_refused(const struct explanation *explanation, bool shows);
static const struct route *second_of(const struct explanation *explanation);
static bool has_routes(const struct explanation *explanation);
static const char *owner_of(const struct table *table, const struct route *route);

void
explain_find(struct explanation *explanation, bool longest)
{
	const struct table *table = explanation->table;
	node_handle node = table_find(table, &explanation->asked);
	bool has_route = false;
	if (node != 0)
		for (route_handle at = table_node_first(table, node); at != 0;
		     at = route_at(table, at)->next)
			has_route |= !route_is_dead(route_at(table, at));
	if (!has_route)
		node = longest ? table_match(table, &explanation->asked) : 0;
	explanation->node = node;
	explanation->net = explanation->asked;
	if (node != 0)
		table_node_prefix(table, node, &explanation->net);
}

void
explain_all(const struct explanation *explanation)
{
	struct out *out = explanation->call->out;
	const struct table *table = explanation->table;
	out_object(out, "why");
	out_prefix(out, "net", &explanation->net);
	out_str(out, "table", table_name(table));
	if (!prefix_equal(&explanation->net, &explanation->asked))
		out_prefix(out, "asked", &explanation->asked);
	if (explanation->node == 0 || table_node_best(table, explanation->node) == NULL)
		absence_show(explanation);
	routes_show(explanation);
	known_show(explanation);
	if (explanation->node != 0)
		explain_exports(explanation);
	out_object_end(out);
}

void
explain_to(const struct explanation *explanation, struct protocol *to)
{
	struct out *out = explanation->call->out;
	list_each(channel, &to->channels, struct channel, link) {
		if (channel->table != explanation->table)
			continue;
		struct explain_told told;
		explain_told(explanation, channel, &told);
		out_object(out, "why");
		out_prefix(out, "net", &explanation->net);
		out_str(out, "table", table_name(explanation->table));
		out_printf(out, "to", "%s.%s", to->name, channel->name);
		out_bool(out, "exported", told.is_told);
		if (told.has_decision)
			explain_decision(out, "policy", channel->config->export,
					 &told.decision, "");
		out_str(out, "reason", text_string(&told.reason));
		if (explanation->node == 0)
			absence_show(explanation);
		if (told.is_told && to->class->explain_told)
			to->class->explain_told(to, channel, &explanation->net, out);
		out_object_end(out);
		explain_told_fini(&told);
	}
}

/* ---- what is there ---- */

static void
routes_show(const struct explanation *explanation)
{
	struct out *out = explanation->call->out;
	const struct table *table = explanation->table;
	const struct route *best = NULL;
	if (!has_routes(explanation) && !out->class->is_structured)
		return;
	out_list(out, "route");
	if (explanation->node != 0)
		best = table_node_best(table, explanation->node);
	route_handle at =
		explanation->node != 0 ? table_node_first(table, explanation->node) : 0;
	for (; at != 0; at = route_at(table, at)->next) {
		const struct route *route = route_at(table, at);
		if (route_is_dead(route))
			continue;
		const struct route *other = route == best ? second_of(explanation) : best;
		explain_route(explanation, route, other, route == best);
	}
	each_refused(explanation, true);
	out_list_end(out);
}

/* What the best is compared with; null: there is nothing else. */
static const struct route *
second_of(const struct explanation *explanation)
{
	const struct table *table = explanation->table;
	route_handle best = node_best(table, explanation->node);
	route_handle second = node_first_but(table, explanation->node, best);
	if (second == 0 || route_is_dead(route_at(table, second)))
		return NULL;
	return route_at(table, second);
}

static bool
has_routes(const struct explanation *explanation)
{
	bool any = each_refused(explanation, false);
	route_handle at = explanation->node != 0 ? table_node_first(explanation->table,
								    explanation->node)
						 : 0;
	for (; at != 0; at = route_at(explanation->table, at)->next)
		any |= !route_is_dead(route_at(explanation->table, at));
	return any;
}

static void
known_show(const struct explanation *explanation)
{
	struct out *out = explanation->call->out;
	if (!each_known(explanation, NULL) && !out->class->is_structured)
		return;
	out_list(out, "known");
	each_known(explanation, out);
	out_list_end(out);
}

static bool
each_known(const struct explanation *explanation, struct out *out)
{
	bool any = false;
	list_each(protocol, &explanation->call->router->protocols, struct protocol, link)
		list_each(channel, &protocol->channels, struct channel, link)
			if (channel->table == explanation->table &&
			    channel->state != CHANNEL_DOWN &&
			    protocol->class->explain_known != NULL)
				any |= protocol->class->explain_known(
					protocol, channel, &explanation->net, out);
	return any;
}

/* What protocols announce and the table has not. */
static bool
each_refused(const struct explanation *explanation, bool shows)
{
	bool any = false;
	list_each(protocol, &explanation->call->router->protocols, struct protocol, link)
		list_each(channel, &protocol->channels, struct channel, link)
			if (channel->table == explanation->table &&
			    channel->state != CHANNEL_DOWN &&
			    protocol->class->recall != NULL)
				any |= explain_refused(explanation, channel, shows);
	return any;
}

/* ---- what is not there ---- */

static void
absence_show(const struct explanation *explanation)
{
	struct out *out = explanation->call->out;
	const struct router *router = explanation->call->router;
	const struct table *table = explanation->table;
	char net[PREFIX_TEXT];
	prefix_format(&explanation->asked, net);
	out_printf(out, "missing",
		   explanation->node == 0 ? "the table has no route to %s"
					  : "no route to %s can be used",
		   net);
	node_handle node = table_match(table, &explanation->asked);
	if (node != 0) {
		struct prefix match;
		char text[PREFIX_TEXT];
		table_node_prefix(table, node, &match);
		out_printf(out, "longest_match", "%s, by %s", prefix_format(&match, text),
			   owner_of(table, table_node_best(table, node)));
	}
	const struct recent_event *event =
		recent_find(router, table, &explanation->asked);
	if (event == NULL)
		return;
	out_printf(out, "gone",
		   event->refused ? "%s announced %s again %" PRId64
				    " s ago, and the import policy took it no more"
				  : "%s withdrew %s %" PRId64 " s ago",
		   event->channel->protocol->name, prefix_format(&event->net, net),
		   (router_now(router) - event->when) / USEC_S);
}

static const char *
owner_of(const struct table *table, const struct route *route)
{
	return table_source_of(table, route).channel->protocol->name;
}
