/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The chain of a node's routes: which is first matters (route_select.c), the others are
 * in no order.
 *
 *     node.first -> route -> route -> route
 *
 * A node that many sources have a route to, as a collector of paths has, would be walked
 * for every route that comes or goes.  Where the chain is long, an index says by source
 * behind which route another is linked: its place.  The first has none.
 */
#include "nest/table_private.h"

#include "lib/hash.h"
#include "nest/router.h"

static bool chain_is_long(const struct node *node);
static inline bool chain_grows(struct table *table, const struct node *node);
static inline void chain_count(struct table *table, struct node *node, int change);
static route_handle chain_before(const struct table *table, node_handle node,
				 route_handle route);
static bool index_hash_of(const void *owner, route_handle before, uint32_t *hash);
static void places_reserve(struct table *table);
static void place_put(struct table *table, route_handle before);
static void place_remove(struct table *table, route_handle before);
static route_handle place_find(const struct table *table, node_handle node,
			       uint16_t source);

void
chain_init(struct table *table)
{
	index_init(&table->places, index_hash_of, table);
}

route_handle
chain_find(const struct table *table, node_handle node, uint16_t source)
{
	route_handle at = node_at(table, node)->first;
	if (!chain_is_long(node_at(table, node))) {
		while (at != 0 && route_at(table, at)->source != source)
			at = route_at(table, at)->next;
		return at;
	}
	if (route_at(table, at)->source == source)
		return at;
	route_handle before = place_find(table, node, source);
	return before != 0 ? route_at(table, before)->next : 0;
}

void
chain_push(struct table *table, node_handle handle, route_handle route)
{
	struct node *node = node_at(table, handle);
	bool is_long = chain_grows(table, node);
	route_at(table, route)->next = node->first;
	node->first = route;
	if (is_long)
		place_put(table, route);
	else
		chain_count(table, node, 1);
}

void
chain_insert_long(struct table *table, node_handle handle, route_handle route)
{
	struct node *node = node_at(table, handle);
	route_handle first = node->first;
	bool is_long = chain_grows(table, node);
	if (is_long)
		place_remove(table, first);
	route_at(table, route)->next = route_at(table, first)->next;
	route_at(table, first)->next = route;
	if (is_long) {
		place_put(table, route);
		place_put(table, first);
	} else {
		chain_count(table, node, 1);
	}
}

void
chain_remove_inner(struct table *table, node_handle handle, route_handle route)
{
	struct node *node = node_at(table, handle);
	route_handle before =
		node->first == route ? 0 : chain_before(table, handle, route);
	bool is_long = chain_is_long(node);
	if (is_long) {
		place_remove(table, route);
		place_remove(table, before);
	}
	if (before == 0)
		node->first = route_at(table, route)->next;
	else
		route_at(table, before)->next = route_at(table, route)->next;
	route_at(table, route)->next = 0;
	if (!is_long) {
		chain_count(table, node, -1);
		return;
	}
	place_put(table, before);
	if (route_at(table, node->first)->next == 0)
		chain_count(table, node, 1 - (int)CHAIN_LONG);
}

void
chain_audit(const struct table *table, node_handle handle)
{
	const struct node *node = node_at(table, handle);
	unsigned count = 0;
	for (route_handle at = node->first; at != 0; at = route_at(table, at)->next) {
		assert(chain_find(table, handle, route_at(table, at)->source) == at);
		count++;
	}
	assert(chain_is_long(node) ? count > 1 : count == node_count(node));
}

static bool
chain_is_long(const struct node *node)
{
	return node_count(node) == CHAIN_LONG;
}

/* It will have one more: there is room for its places then.  True: it is long. */
static inline bool
chain_grows(struct table *table, const struct node *node)
{
	if (node_count(node) + 1 >= CHAIN_LONG)
		places_reserve(table);
	return chain_is_long(node);
}

/* A chain that becomes long gets its places. */
static inline void
chain_count(struct table *table, struct node *node, int change)
{
	node->shape.flags = (uint8_t)(node->shape.flags + change * NODE_COUNT_ONE);
	if (!chain_is_long(node))
		return;
	for (route_handle at = node->first; at != 0; at = route_at(table, at)->next)
		place_put(table, at);
}

/* The route is not the first. */
static route_handle
chain_before(const struct table *table, node_handle handle, route_handle route)
{
	const struct node *node = node_at(table, handle);
	route_handle at = node->first;
	if (chain_is_long(node))
		return place_find(table, handle, route_at(table, route)->source);
	while (route_at(table, at)->next != route)
		at = route_at(table, at)->next;
	return at;
}

/* ---- places ---- */

static uint32_t
place_hash_of(const struct table *table, node_handle node, uint16_t source)
{
	uint64_t seed = (uint64_t)table->router->hash_seed << 48;
	return hash_u64(seed ^ ((uint64_t)node << 16 | source));
}

static uint32_t
place_hash(const struct table *table, const struct route *route)
{
	return place_hash_of(table, route->node, route->source);
}

static bool
index_hash_of(const void *owner, route_handle before, uint32_t *hash)
{
	const struct table *table = owner;
	const struct route_chunk *chunk =
		before < CHUNK_ROUTES ? NULL : table->chunks[before >> CHUNK_BITS];
	if (chunk == NULL || !chunk_has(chunk, before & (CHUNK_ROUTES - 1)))
		return false;
	const struct route *route = route_at(table, before);
	if (route->next == 0 || !chain_is_long(node_at(table, route->node)))
		return false;
	*hash = place_hash(table, route_at(table, route->next));
	return true;
}

/* Room for what one change may put, made while all places are right. */
static void
places_reserve(struct table *table)
{
	index_reserve(&table->places, CHAIN_LONG, table->chunk_count << CHUNK_BITS);
}

/* The place of the one that follows, if there is one; likewise below. */
static void
place_put(struct table *table, route_handle before)
{
	route_handle route = before != 0 ? route_at(table, before)->next : 0;
	if (route == 0)
		return;
	index_put(&table->places, place_hash(table, route_at(table, route)), before);
}

static void
place_remove(struct table *table, route_handle before)
{
	route_handle route = before != 0 ? route_at(table, before)->next : 0;
	if (route == 0)
		return;
	index_remove(&table->places, place_hash(table, route_at(table, route)), before);
}

/* Behind which route of the node that of the source is; 0: it has none but the first. */
static route_handle
place_find(const struct table *table, node_handle node, uint16_t source)
{
	struct index_cursor cursor;
	uint32_t hash = place_hash_of(table, node, source);
	route_handle at = index_find(&table->places, &cursor, hash);
	for (; at != 0; at = index_next(&table->places, &cursor)) {
		const struct route *before = route_at(table, at);
		if (before->node == node && before->next != 0 &&
		    route_at(table, before->next)->source == source)
			return at;
	}
	return 0;
}
