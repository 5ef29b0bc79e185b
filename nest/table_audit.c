/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The invariants of a table, checked one by one over all of it.
 */
#include "nest/table_private.h"

#include "lib/mem.h"
#include "nest/attr.h"
#include "nest/channel.h"
#include "nest/nexthop.h"
#include "nest/protocol.h"
#include "nest/router.h"

/* What is counted on the way. */
struct audit {
	uint32_t nodes, live_nodes, routes, dead, places;
	uint32_t accepted_nodes, filtered;
	uint32_t lengths[129];
};

static void audit_node(const struct table *table, node_handle handle,
		       struct audit *audit);
static void audit_route(const struct table *table, node_handle node, route_handle handle);
static void audit_best(const struct table *table, node_handle node);
static void audit_sources(const struct table *table, const struct audit *audit);

void
table_audit(const struct table *table)
{
	struct audit audit = { .nodes = 0 };
	for (node_handle i = node_next(table, 0); i != 0; i = node_next(table, i))
		audit_node(table, i, &audit);
	assert(audit.nodes == table->nodes.count);
	assert(audit.live_nodes == table->node_count);
	assert(audit.accepted_nodes == table->accepted_count);
	assert(audit.routes == table->route_count && audit.dead == table->dead_count);
	assert(audit.filtered == table->filtered_count);
	for (unsigned i = 0; i < table_lengths(table); i++)
		assert(audit.lengths[i] == table->lengths[i]);
	index_audit(&table->index, table->nodes.count);
	index_audit(&table->places, audit.places);
	audit_sources(table, &audit);
	journal_audit(table);
	nexthop_table_audit(table);
}

static void
audit_node(const struct table *table, node_handle handle, struct audit *audit)
{
	const struct node *node = node_at(table, handle);
	struct prefix net;
	table_node_prefix(table, handle, &net);
	assert(table_find(table, &net) == handle);
	audit->nodes++;
	audit->lengths[node->shape.length]++;
	uint32_t live = 0, dead = 0, filtered = 0;
	chain_audit(table, handle);
	audit_best(table, handle);
	for (route_handle i = node->first; i != 0; i = route_at(table, i)->next) {
		const struct route *route = route_at(table, i);
		audit_route(table, handle, i);
		if (route_is_dead(route))
			dead++;
		else
			live++;
		filtered += !route_is_dead(route) && (route->flags & ROUTE_FILTERED) != 0;
	}
	/* What is kept for nobody would be kept for ever. */
	if (live == 0 || dead > 0)
		assert(journal_has(table, handle) || table->journal.recovering > 0 ||
		       job_is_scheduled(&table->orphans));
	audit->live_nodes += live > 0;
	audit->accepted_nodes += live > filtered;
	audit->filtered += filtered;
	audit->routes += live;
	audit->dead += dead;
	audit->places += node_count(node) == CHAIN_LONG ? live + dead - 1 : 0;
}

static void
audit_route(const struct table *table, node_handle node, route_handle handle)
{
	const struct route *route = route_at(table, handle);
	const struct route_chunk *chunk = table->chunks[handle >> CHUNK_BITS];
	assert(route->node == node);
	assert(chunk_has(chunk, handle & (CHUNK_ROUTES - 1)));
	assert(route->source == chunk->source && source_at(table, route->source) != NULL);
	if (route_is_dead(route)) {
		assert(route->attrs == 0 && route_received(table, handle).attrs == 0);
		return;
	}
	assert((route->flags & (ROUTE_STALE | ROUTE_DOOMED)) != ROUTE_DOOMED);
	assert((route->flags & ROUTE_UNORDERED) == 0 ||
	       job_is_scheduled(&table->reorder));
	assert(attrs_at(table->router, route_received(table, handle).attrs)->uses > 0);
	const struct attrs *attrs = table_route_attrs(table, route);
	assert(attrs->handle == route->attrs && attrs->uses > 0);
	bool is_reachable = nexthop_is_reachable(attrs->nexthop);
	assert(is_reachable == ((route->flags & ROUTE_UNREACHABLE) == 0) ||
	       route_is_unsettled(table, route));
}

/* One of the node's routes is still in the order that was. */
static bool
is_unsettled(const struct table *table, node_handle node)
{
	route_handle at = node_at(table, node)->first;
	while (at != 0 && !route_is_unsettled(table, route_at(table, at)))
		at = route_at(table, at)->next;
	return at != 0;
}

static void
audit_best(const struct table *table, node_handle node)
{
	route_handle head = node_at(table, node)->first;
	if (head == 0 || is_unsettled(table, node))
		return;
	route_handle first = node_first_but(table, node, 0);
	assert(head == node_select(table, node, first));
	assert((route_at(table, head)->flags & ROUTE_PROMOTED) != 0 || head == first);
}

static void
audit_sources(const struct table *table, const struct audit *audit)
{
	uint32_t routes = 0;
	size_t bytes = 0;
	for (uint32_t i = 1; i < table->source_count; i++) {
		const struct table_source *source = table->sources[i];
		if (source == NULL)
			continue;
		uint32_t in_source = 0, open = 0, chunks = 0;
		list_each(chunk, &source->chunks, struct route_chunk, link) {
			uint32_t used = 0;
			for (unsigned word = 0; word < ARRAY_SIZE(chunk->used); word++)
				used += bits_count(chunk->used[word]);
			assert(table->chunks[chunk->id] == chunk && chunk->source == i);
			assert(used == chunk->count && used > 0 && used <= chunk->room);
			assert((used == chunk->room) == list_is_empty(&chunk->open));
			in_source += used;
			chunks++;
			bytes += chunk_size(chunk->room, chunk->received != NULL);
		}
		list_each(chunk, &source->open, struct route_chunk, open)
			open++;
		assert(in_source == source->count && chunks == source->chunk_count);
		assert(open <= chunks);
		presence_audit(source);
		assert(!source->closing || source->count > 0);
		routes += in_source;
	}
	assert(routes == audit->routes + audit->dead && bytes == table->chunk_bytes);
}
