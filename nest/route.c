/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routes and their sources: adding, replacing and withdrawing.  Routes of one source come
 * from its own chunks, small at first and then of 256, so that all of them are found
 * without a walk over the table.
 *
 * A withdrawn route lingers, dead, while a reader of all routes has not heard; without
 * such readers it is freed at once.  Its node is freed when no reader is to hear of it.
 */
#include "nest/table_private.h"

#include "lib/mem.h"
#include "nest/attr.h"
#include "nest/channel.h"
#include "nest/nexthop.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include <string.h>

/* What a node's first route makes of it. */
struct node_look {
	route_handle best;       /* 0: none. */
	struct channel *channel; /* Of the best; null: none, or gone. */
	bool is_live;            /* It has one that is not dead. */
	bool is_accepted;        /* It has one that is not filtered either. */
};

/* Routes of a source's first chunk; each next one has four times more, 256 at most. */
#define CHUNK_FIRST 8u
/* Looking at so many routes costs as much as ordering one. */
#define REORDER_LOOKS 16u

static inline route_handle route_alloc(struct table *table, uint16_t source);
static void route_free(struct table *table, route_handle handle);
static struct route_received *received_at(const struct table *table, route_handle handle);
static struct route_chunk *chunk_new(struct table *table, uint16_t source);
static void chunk_free(struct table *table, struct route_chunk *chunk);
static bool route_replace(struct table *table, route_handle handle, struct attrs *attrs,
			  uint32_t metric, uint16_t flags);
static route_handle route_add(struct table *table, node_handle node, uint16_t source,
			      struct attrs *attrs, uint32_t metric, uint16_t flags);
static void route_withdraw(struct table *table, route_handle handle);
static void route_withdraw_last(struct table *table, node_handle node,
				route_handle handle);
static void attrs_drop(struct table *table, route_handle handle);
static inline void count_live(struct table *table, const struct route *route, int change);
static void route_add_first(struct table *table, node_handle node, route_handle handle);
static inline struct node_look node_look(const struct table *table, node_handle node);
static inline void count_looks(struct table *table, const struct node_look *before,
			       const struct node_look *now);
static inline route_handle count_node(struct table *table, node_handle node,
				      const struct node_look *before);
static inline void node_touched(struct table *table, node_handle node,
				const struct node_look *before, uint32_t flags);
static void source_mark(struct table *table, uint16_t source, uint16_t has,
			uint16_t flag);
static unsigned reorder_node(struct table *table, route_handle handle);
static bool sweep_chunk(struct table *table, struct table_source *source, unsigned which,
			unsigned *budget);
static void source_release(struct table *table, uint16_t handle);
static uint32_t merged_flag(const struct table *table, node_handle node);
static inline uint16_t reachable_flag(const struct attrs *attrs);
static inline uint16_t fresh_flag(const struct table *table);

uint16_t
table_source_new(struct table *table, struct channel *channel, uint32_t path_id)
{
	uint32_t handle = MAX(table->source_free, 1);
	while (handle < table->source_count && table->sources[handle] != NULL)
		handle++;
	if (handle > UINT16_MAX)
		return 0;
	table->source_free = handle + 1;
	if (handle >= table->source_room) {
		table->source_room = table->source_room > 0 ? table->source_room * 2 : 4;
		table->sources = mem_resize(table->sources, table->source_room,
					    sizeof(table->sources[0]));
	}
	if (handle >= table->source_count) {
		table->source_count = handle + 1;
		table->sources[0] = NULL;
	}
	struct table_source *source = mem_zalloc(sizeof(*source));
	source->channel = channel;
	source->class = channel != NULL ? channel->protocol->class : NULL;
	source->path_id = path_id;
	source->keeps_received = channel != NULL && channel->keeps_received;
	list_init(&source->chunks);
	list_init(&source->open);
	table->sources[handle] = source;
	return (uint16_t)handle;
}

void
table_source_free(struct table *table, uint16_t handle)
{
	struct table_source *source = source_at(table, handle);
	source->channel = NULL;
	source->class = NULL;
	source->closing = true;
	source_release(table, handle);
}

struct route_source_id
table_source_of(const struct table *table, const struct route *route)
{
	return table_source(table, route->source);
}

struct route_source_id
table_source(const struct table *table, uint16_t handle)
{
	const struct table_source *source =
		handle < table->source_count ? source_at(table, handle) : NULL;
	if (source == NULL)
		return (struct route_source_id){ .channel = NULL };
	return (struct route_source_id){ source->channel, source->path_id };
}

const struct route *
table_route(const struct table *table, route_handle handle)
{
	return route_at(table, handle);
}

const struct attrs *
table_route_attrs(const struct table *table, const struct route *route)
{
	return route_attrs(table, route);
}

bool
table_update(struct table *table, uint16_t source, const struct prefix *net,
	     struct attrs *attrs, uint32_t metric, unsigned flags)
{
	struct node_key key;
	route_handle route;
	node_key_make(table, net, &key);
	return table_update_key(table, source, &key, attrs, metric, flags, &route);
}

bool
table_update_key(struct table *table, uint16_t source, struct node_key *key,
		 struct attrs *attrs, uint32_t metric, unsigned flags,
		 route_handle *route)
{
	node_handle node = node_find(table, key);
	*route = node != 0 && !presence_rules_out(source_at(table, source), node)
			 ? chain_find(table, node, source)
			 : 0;
	if (node == 0)
		node = node_make(table, key);
	if (*route != 0)
		return route_replace(table, *route, attrs, metric, (uint16_t)flags);
	*route = route_add(table, node, source, attrs, metric, (uint16_t)flags);
	return true;
}

bool
table_withdraw(struct table *table, uint16_t source, const struct prefix *net)
{
	struct node_key key;
	node_key_make(table, net, &key);
	return table_withdraw_key(table, source, &key);
}

bool
table_withdraw_key(struct table *table, uint16_t source, struct node_key *key)
{
	node_handle node = node_find(table, key);
	route_handle handle = node != 0 ? node_route_of(table, node, source) : 0;
	if (handle == 0)
		return false;
	route_withdraw(table, handle);
	return true;
}

void
table_source_stale(struct table *table, uint16_t handle, bool dooms)
{
	if (dooms)
		source_mark(table, handle, ROUTE_STALE, ROUTE_DOOMED);
	source_mark(table, handle, 0, ROUTE_STALE);
	table_source_rewind(table, handle);
}

void
table_source_rewind(struct table *table, uint16_t handle)
{
	struct table_source *source = source_at(table, handle);
	source->sweep = NULL;
	source->sweep_slot = 0;
}

bool
table_source_sweep(struct table *table, uint16_t handle, unsigned which, unsigned *budget)
{
	struct table_source *source = source_at(table, handle);
	if (source->sweep == NULL && !list_is_empty(&source->chunks))
		source->sweep = list_first(&source->chunks, struct route_chunk, link);
	while (source->sweep != NULL) {
		if (sweep_chunk(table, source, which, budget))
			return true;
	}
	return false;
}

void
table_source_reorder(struct table *table, uint16_t handle)
{
	source_mark(table, handle, 0, ROUTE_UNORDERED);
	table->reorder_at = 0;
	job_schedule(&table->reorder);
}

bool
table_reorder_run(struct job *job, unsigned budget)
{
	struct table *table = container_of(job, struct table, reorder);
	/* Looking is cheap, ordering is not. */
	unsigned looks = REORDER_LOOKS * budget;
	route_handle at = MAX(table->reorder_at, 1u << CHUNK_BITS);
	for (; at >> CHUNK_BITS < table->chunk_count && looks > 0; at++, looks--) {
		const struct route_chunk *chunk = table->chunks[at >> CHUNK_BITS];
		unsigned slot = at & (CHUNK_ROUTES - 1);
		if (chunk == NULL || slot >= chunk->room) {
			at |= CHUNK_ROUTES - 1;
			continue;
		}
		if (!chunk_has(chunk, slot) ||
		    (chunk->routes[slot].flags & ROUTE_UNORDERED) == 0)
			continue;
		unsigned cost = REORDER_LOOKS * reorder_node(table, at);
		looks -= MIN(looks - 1, cost);
	}
	table->reorder_at = at;
	return at >> CHUNK_BITS < table->chunk_count;
}

void
node_settle(struct table *table, node_handle handle)
{
	const struct node *node = node_at(table, handle);
	route_handle head = node->first, next;
	for (route_handle at = node->first; at != 0; at = next) {
		struct route *route = route_at(table, at);
		bool is_dead = route_is_dead(route);
		next = route->next;
		route->flags = (uint16_t)(route->flags & ~ROUTE_FRESH);
		if (!is_dead || journal_needs_route(table, at)) {
			table->has_orphans |= is_dead;
			continue;
		}
		chain_remove(table, handle, at);
		table->dead_count--;
		route_free(table, at);
	}
	if (node->first != head)
		node_reselect(table, handle);
	if (node->first != 0)
		return;
	if (journal_needs_node(table, handle))
		table->has_orphans = true;
	else
		node_free(table, handle);
}

unsigned
route_nexthop_refresh(struct table *table, route_handle handle)
{
	node_handle node = route_at(table, handle)->node;
	route_handle first = node_at(table, node)->first;
	struct node_look before = node_look(table, node);
	uint32_t flags = JOURNAL_ANY | merged_flag(table, node);
	for (route_handle at = first; at != 0; at = route_at(table, at)->next) {
		struct route *route = route_at(table, at);
		if (!route_nexthop_is_new(table, route))
			continue;
		/* What the walk has yet to come to is done with this. */
		uint16_t met = at > handle ? ROUTE_MET : 0;
		route->flags = (uint16_t)((route->flags & ~ROUTE_UNREACHABLE) |
					  reachable_flag(route_attrs(table, route)) |
					  fresh_flag(table) | met);
		if (at == before.best)
			flags |= JOURNAL_BEST;
	}
	unsigned count = node_reorder(table, node);
	node_touched(table, node, &before, flags | merged_flag(table, node));
	return count;
}

void
route_receive(struct table *table, route_handle handle, struct attrs *attrs,
	      uint32_t metric)
{
	const struct route *route = route_at(table, handle);
	struct route_received *received = received_at(table, handle);
	if (received == NULL)
		return;
	if (received->attrs != 0)
		attrs_release(table->router, attrs_at(table->router, received->attrs), 1);
	bool is_same = attrs == NULL ||
		       (attrs->handle == route->attrs && metric == route->metric);
	received->attrs = is_same ? 0 : attrs_hold(attrs, 1)->handle;
	received->metric = metric;
}

struct route_received
route_received(const struct table *table, route_handle handle)
{
	const struct route *route = route_at(table, handle);
	const struct route_received *received = received_at(table, handle);
	if (received != NULL && received->attrs != 0)
		return *received;
	return (struct route_received){ route->attrs, route->metric };
}

route_handle
route_next_of(const struct table *table, const struct channel *channel,
	      route_handle handle)
{
	uint32_t id = MAX(handle >> CHUNK_BITS, 1); /* There is none of number 0. */
	unsigned slot = (handle & (CHUNK_ROUTES - 1)) + (handle > 0);
	for (; id < table->chunk_count; id++, slot = 0) {
		const struct route_chunk *chunk = table->chunks[id];
		if (chunk == NULL || source_at(table, chunk->source)->channel != channel)
			continue;
		for (; slot < chunk->room; slot++)
			if (chunk_has(chunk, slot) &&
			    !route_is_dead(&chunk->routes[slot]))
				return id << CHUNK_BITS | slot;
	}
	return 0;
}

void
table_sources_free(struct table *table)
{
	for (uint32_t i = 1; i < table->source_count; i++) {
		if (table->sources[i] != NULL)
			presence_fini(&table->sources[i]->presence);
		mem_free(table->sources[i]);
	}
	mem_free(table->sources);
	for (uint32_t i = 1; i < table->chunk_count; i++)
		mem_free(table->chunks[i]);
	mem_free(table->chunks);
	mem_free(table->free_chunks);
	index_fini(&table->places);
}

route_handle
node_route_of(const struct table *table, node_handle node, uint16_t source)
{
	route_handle handle = chain_find(table, node, source);
	return handle != 0 && !route_is_dead(route_at(table, handle)) ? handle : 0;
}

/* ---- one route ---- */

/* One of those whose next hop is another than the table knows may share traffic. */
static uint32_t
merged_flag(const struct table *table, node_handle node)
{
	route_handle at = node_at(table, node)->first;
	if ((table->journal.wanted & JOURNAL_MERGED) == 0)
		return 0;
	for (; at != 0; at = route_at(table, at)->next) {
		const struct route *route = route_at(table, at);
		if (route_nexthop_is_new(table, route) &&
		    route_is_merged(table, node, route))
			return JOURNAL_MERGED;
	}
	return 0;
}

static inline uint16_t
reachable_flag(const struct attrs *attrs)
{
	return nexthop_is_reachable(attrs->nexthop) ? 0 : ROUTE_UNREACHABLE;
}

static inline uint16_t
fresh_flag(const struct table *table)
{
	return table->journal.any_readers > 0 ? ROUTE_FRESH : 0;
}

static inline uint32_t
route_now(const struct table *table)
{
	const struct router *router = table->router;
	return (uint32_t)((router_now(router) - router->started) / USEC_S);
}

static inline void
route_fill(struct table *table, struct route *route, struct attrs *attrs, uint32_t metric,
	   uint16_t flags)
{
	route->attrs = attrs_hold(attrs, 1)->handle;
	route->metric = metric;
	route->flags = (uint16_t)((flags & (ROUTE_FILTERED | ROUTE_STALE)) |
				  reachable_flag(attrs) | fresh_flag(table));
	route->changed = route_now(table);
	count_live(table, route, 1);
}

static route_handle
route_add(struct table *table, node_handle node, uint16_t source, struct attrs *attrs,
	  uint32_t metric, uint16_t flags)
{
	route_handle handle = route_alloc(table, source);
	struct route *route = route_at(table, handle);
	route->node = node;
	route->source = source;
	route_fill(table, route, attrs, metric, flags);
	presence_add(table, source_at(table, source), node);
	if (node_at(table, node)->first == 0) {
		route_add_first(table, node, handle);
		return handle;
	}
	struct node_look before = node_look(table, node);
	node_insert(table, node, handle);
	uint32_t merged = route_is_merged(table, node, route) ? JOURNAL_MERGED : 0;
	uint32_t best = node_best(table, node) == handle ? JOURNAL_BEST : 0;
	node_touched(table, node, &before, JOURNAL_ANY | merged | best);
	return handle;
}

/* There is nothing to order, and nothing was best before. */
static void
route_add_first(struct table *table, node_handle node, route_handle handle)
{
	const struct node_look empty = { .best = 0 };
	uint32_t flags = JOURNAL_ANY;
	chain_push(table, node, handle);
	if (count_node(table, node, &empty) == handle)
		flags = JOURNAL_ALL;
	journal_add(table, node, flags);
}

/* Also for a dead one that comes back before all have heard. */
static bool
route_replace(struct table *table, route_handle handle, struct attrs *attrs,
	      uint32_t metric, uint16_t flags)
{
	struct route *route = route_at(table, handle);
	node_handle node = route->node;
	bool was_dead = route_is_dead(route);
	if (!was_dead && route->attrs == attrs->handle && route->metric == metric &&
	    ((route->flags ^ flags) & ROUTE_FILTERED) == 0) {
		route->flags = (uint16_t)((route->flags & ~(ROUTE_STALE | ROUTE_DOOMED)) |
					  (flags & ROUTE_STALE));
		return false;
	}
	struct node_look before = node_look(table, node);
	uint32_t merged = route_is_merged(table, node, route) ? JOURNAL_MERGED : 0;
	struct attrs *old = NULL;
	if (was_dead) {
		table->dead_count--;
	} else {
		count_live(table, route, -1);
		old = route_attrs(table, route);
	}
	/* Unlinked by the old values, for the class may look at them. */
	node_unlink(table, node, handle);
	route_fill(table, route, attrs, metric, flags);
	attrs_release(table->router, old, 1);
	node_insert(table, node, handle);
	if (route_is_merged(table, node, route))
		merged = JOURNAL_MERGED;
	uint32_t best = node_best(table, node) == handle ? JOURNAL_BEST : 0;
	node_touched(table, node, &before, JOURNAL_ANY | merged | best);
	return true;
}

static void
route_withdraw(struct table *table, route_handle handle)
{
	struct route *route = route_at(table, handle);
	node_handle node = route->node;
	bool lingers = table->journal.any_readers > 0;
	if (!lingers && route->next == 0 && node_at(table, node)->first == handle) {
		route_withdraw_last(table, node, handle);
		return;
	}
	struct node_look before = node_look(table, node);
	uint32_t merged = route_is_merged(table, node, route) ? JOURNAL_MERGED : 0;
	count_live(table, route, -1);
	node_unlink(table, node, handle);
	attrs_drop(table, handle);
	if (lingers) {
		route->flags = ROUTE_DEAD;
		table->dead_count++;
		node_insert(table, node, handle);
	} else {
		route_free(table, handle);
	}
	node_touched(table, node, &before, JOURNAL_ANY | merged);
}

/* The only one of its node: nothing is to be ordered, and nothing will be best. */
static void
route_withdraw_last(struct table *table, node_handle node, route_handle handle)
{
	const struct node_look before = node_look(table, node), empty = { .best = 0 };
	count_live(table, route_at(table, handle), -1);
	attrs_drop(table, handle);
	chain_remove(table, node, handle);
	route_free(table, handle);
	count_looks(table, &before, &empty);
	journal_add(table, node, before.best != 0 ? JOURNAL_ALL : JOURNAL_ANY);
}

/* Gives back the sets of a route. */
static void
attrs_drop(struct table *table, route_handle handle)
{
	struct route *route = route_at(table, handle);
	route_receive(table, handle, NULL, 0);
	attrs_release(table->router, route_attrs(table, route), 1);
	route->attrs = 0;
}

static inline struct node_look
node_look(const struct table *table, node_handle node)
{
	route_handle first = node_at(table, node)->first;
	struct node_look look = { .best = 0 };
	if (first == 0)
		return look;
	const struct route *route = route_at(table, first);
	look.is_live = !route_is_dead(route);
	look.is_accepted = (route->flags & (ROUTE_DEAD | ROUTE_FILTERED)) == 0;
	if (route_is_candidate(route)) {
		look.best = first;
		look.channel = source_at(table, route->source)->channel;
	}
	return look;
}

static inline void
count_looks(struct table *table, const struct node_look *before,
	    const struct node_look *now)
{
	table->node_count += (uint32_t)now->is_live - before->is_live;
	table->accepted_count += (uint32_t)now->is_accepted - before->is_accepted;
	if (now->channel == before->channel)
		return;
	if (before->channel != NULL)
		before->channel->preferred--;
	if (now->channel != NULL)
		now->channel->preferred++;
}

/* Counts what has become of a node; returns its best route. */
static inline route_handle
count_node(struct table *table, node_handle node, const struct node_look *before)
{
	route_handle first = node_at(table, node)->first;
	/* Most often: a route that is no better came or went. */
	if (first == before->best && first != 0 &&
	    route_is_candidate(route_at(table, first)))
		return first;
	struct node_look now = node_look(table, node);
	count_looks(table, before, &now);
	return now.best;
}

/* Counts and journals a changed node. */
static inline void
node_touched(struct table *table, node_handle node, const struct node_look *before,
	     uint32_t flags)
{
	if (count_node(table, node, before) != before->best)
		flags |= JOURNAL_BEST;
	/* Who merges looks at the best too. */
	if ((flags & JOURNAL_BEST) != 0)
		flags |= JOURNAL_MERGED;
	journal_add(table, node, flags);
}

/* The node of an unordered route; how many routes it has. */
static unsigned
reorder_node(struct table *table, route_handle handle)
{
	node_handle node = route_at(table, handle)->node;
	struct node_look before = node_look(table, node);
	unsigned count = node_reorder(table, node);
	uint32_t flags = node_best(table, node) != before.best ? JOURNAL_ANY : 0;
	/* Others may be as good as it by now, or no more: what they were nobody knows. */
	if (count > 1)
		flags |= JOURNAL_MERGED;
	node_touched(table, node, &before, flags);
	return count;
}

static inline void
count_live(struct table *table, const struct route *route, int change)
{
	struct channel *channel = source_at(table, route->source)->channel;
	bool is_filtered = (route->flags & ROUTE_FILTERED) != 0;
	table->route_count += (uint32_t)change;
	table->filtered_count += is_filtered ? (uint32_t)change : 0;
	if (channel == NULL)
		return;
	if (is_filtered)
		channel->filtered += (uint32_t)change;
	else
		channel->imported += (uint32_t)change;
}

/* ---- chunks ---- */

static struct route_received *
received_at(const struct table *table, route_handle handle)
{
	const struct route_chunk *chunk = table->chunks[handle >> CHUNK_BITS];
	return chunk->received != NULL ? &chunk->received[handle & (CHUNK_ROUTES - 1)]
				       : NULL;
}

static inline route_handle
route_alloc(struct table *table, uint16_t handle)
{
	struct table_source *source = source_at(table, handle);
	struct route_chunk *chunk = list_first(&source->open, struct route_chunk, open);
	if (chunk == NULL)
		chunk = chunk_new(table, handle);
	unsigned word = 0;
	while (chunk->used[word] == UINT64_MAX)
		word++;
	unsigned slot = word * 64 + (unsigned)__builtin_ctzll(~chunk->used[word]);
	assert(slot < chunk->room);
	chunk->used[word] |= UINT64_C(1) << (slot % 64);
	source->count++;
	if (++chunk->count == chunk->room)
		list_remove(&chunk->open);
	chunk->routes[slot] = (struct route){ .next = 0 };
	return chunk->id << CHUNK_BITS | slot;
}

static void
route_free(struct table *table, route_handle handle)
{
	struct route_chunk *chunk = table->chunks[handle >> CHUNK_BITS];
	unsigned slot = handle & (CHUNK_ROUTES - 1);
	uint16_t source_id = chunk->source;
	struct table_source *source = source_at(table, source_id);
	chunk->used[slot / 64] &= ~(UINT64_C(1) << (slot % 64));
	source->count--;
	presence_remove(source, chunk->routes[slot].node);
	if (chunk->count-- == chunk->room)
		list_push_front(&source->open, &chunk->open);
	if (chunk->count == 0)
		chunk_free(table, chunk);
	source_release(table, source_id);
}

static struct route_chunk *
chunk_new(struct table *table, uint16_t handle)
{
	struct table_source *source = source_at(table, handle);
	unsigned room = CHUNK_FIRST;
	for (uint32_t i = 0; i < source->chunk_count && room < CHUNK_ROUTES; i++)
		room *= 4;
	room = MIN(room, CHUNK_ROUTES);
	size_t size = chunk_size(room, source->keeps_received);
	struct route_chunk *chunk = mem_alloc(size);
	memset(chunk, 0, sizeof(*chunk));
	if (source->keeps_received) {
		chunk->received = (struct route_received *)&chunk->routes[room];
		memset(chunk->received, 0, room * sizeof(chunk->received[0]));
	}
	chunk->source = handle;
	chunk->room = (uint16_t)room;
	if (table->free_chunk_count > 0) {
		chunk->id = table->free_chunks[--table->free_chunk_count];
	} else {
		if (table->chunk_count == 0)
			table->chunk_count = 1; /* Number 0 would make handle 0. */
		chunk->id = table->chunk_count++;
	}
	assert(chunk->id < 1u << (32 - CHUNK_BITS));
	if (chunk->id >= table->chunk_room) {
		table->chunk_room = table->chunk_room > 0 ? table->chunk_room * 2 : 8;
		table->chunks = mem_resize(table->chunks, table->chunk_room,
					   sizeof(table->chunks[0]));
	}
	table->chunks[chunk->id] = chunk;
	table->chunk_bytes += size;
	list_push_back(&source->chunks, &chunk->link);
	list_push_back(&source->open, &chunk->open);
	source->chunk_count++;
	return chunk;
}

static void
chunk_free(struct table *table, struct route_chunk *chunk)
{
	struct table_source *source = source_at(table, chunk->source);
	if (source->sweep == chunk) {
		source->sweep_slot = 0;
		source->sweep = chunk->link.next == &source->chunks
					? NULL
					: container_of(chunk->link.next,
						       struct route_chunk, link);
	}
	if (table->free_chunk_count == table->free_chunk_room) {
		table->free_chunk_room =
			table->free_chunk_room > 0 ? table->free_chunk_room * 2 : 8;
		table->free_chunks =
			mem_resize(table->free_chunks, table->free_chunk_room,
				   sizeof(table->free_chunks[0]));
	}
	table->free_chunks[table->free_chunk_count++] = chunk->id;
	table->chunks[chunk->id] = NULL;
	table->chunk_bytes -= chunk_size(chunk->room, chunk->received != NULL);
	list_remove(&chunk->link);
	list_remove(&chunk->open);
	source->chunk_count--;
	mem_free(chunk);
}

/* Looking at so many routes costs as much as withdrawing one. */
#define SWEEP_LOOKS 16u

/* The rest of the chunk the sweep is in; moves on at its end. True: the budget is used
 * up. */
static bool
sweep_chunk(struct table *table, struct table_source *source, unsigned which,
	    unsigned *budget)
{
	struct route_chunk *chunk = source->sweep;
	while (source->sweep_slot < chunk->room) {
		if (*budget == 0)
			return true;
		unsigned slot = source->sweep_slot++;
		const struct route *route = &chunk->routes[slot];
		if (!chunk_has(chunk, slot) || route_is_dead(route) ||
		    (route->flags & which) != which)
			continue;
		--*budget;
		route_withdraw(table, chunk->id << CHUNK_BITS | slot);
		/* The last route took the chunk along. */
		if (source->sweep != chunk)
			return false;
	}
	/* What stays was looked at. */
	*budget -= MIN(*budget, chunk->room / SWEEP_LOOKS);
	source->sweep_slot = 0;
	source->sweep =
		chunk->link.next == &source->chunks
			? NULL
			: container_of(chunk->link.next, struct route_chunk, link);
	return false;
}

/* Sets a flag of all its routes that have the others: a millisecond for a million. */
static void
source_mark(struct table *table, uint16_t handle, uint16_t has, uint16_t flag)
{
	struct table_source *source = source_at(table, handle);
	list_each(chunk, &source->chunks, struct route_chunk, link) {
		for (unsigned slot = 0; slot < chunk->room; slot++) {
			if (chunk_has(chunk, slot) &&
			    (chunk->routes[slot].flags & has) == has)
				chunk->routes[slot].flags |= flag;
		}
	}
}

static void
source_release(struct table *table, uint16_t handle)
{
	struct table_source *source = source_at(table, handle);
	if (!source->closing || source->count > 0)
		return;
	table->sources[handle] = NULL;
	table->source_free = MIN(table->source_free, handle);
	mem_free(source);
}
