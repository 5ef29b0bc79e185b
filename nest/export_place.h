/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A route of a node on its way through an export filter: of one channel (channel_tell.c),
 * or of a group (export_group.c).  Inline, for it is run for each route that is told.
 */
#ifndef NEST_EXPORT_PLACE_H
#define NEST_EXPORT_PLACE_H

#include "nest/channel_private.h"
#include "nest/protocol.h"
#include "nest/table_private.h"

/* What a filter is given of a route; but for its net. */
static inline void
export_draft_fill(const struct channel *channel, const struct route *route,
		  struct route_draft *draft)
{
	const struct table *table = channel->table;
	struct route_source_id source = table_source_of(table, route);
	*draft = (struct route_draft){
		.router = channel->protocol->router,
		.attrs = table_route_attrs(table, route),
		.metric = route->metric,
		.path_id = source.path_id,
		.channel = source.channel,
		.peer = channel,
	};
}

/* Fills both in for that channel: the item is judged already where there is no route, and
 * where the protocol refuses it. */
static inline void
export_place_fill(struct export_place *place, const struct channel *channel,
		  node_handle node, route_handle handle, struct filter_item *item)
{
	const struct table *table = channel->table;
	table_node_prefix(table, node, &place->net);
	place->node = node;
	place->route = handle;
	place->changed = 0;
	place->is_refused = false;
	item->attrs = NULL;
	item->verdict = FILTER_REJECT;
	item->is_judged = handle == 0;
	if (handle == 0)
		return;
	const struct route *route = route_at(table, handle);
	place->changed = route->changed;
	export_draft_fill(channel, route, &item->draft);
	item->draft.net = &place->net;
	place->is_refused = channel_refuses(channel, &item->draft);
	item->is_judged = place->is_refused;
}

#endif
