/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routes join their nodes: adding, replacing and withdrawing.
 *
 * A withdrawn route lingers, dead, while a reader of all routes has not heard; without
 * such readers it is freed at once.  Its node is freed when no reader is to hear of it.
 */
#include "nest/table_private.h"

#include "nest/attr.h"
#include "nest/channel.h"
#include "nest/nexthop.h"
#include "nest/router.h"

/* What a node's first route makes of it. */
struct node_look {
	route_handle first;
	unsigned standing;       /* Of ROUTE_NO_CANDIDATE; of no route: dead. */
	struct channel *channel; /* Of the best; null: none, or gone. */
};

/* Looking at so many routes costs as much as ordering one. */
#define REORDER_LOOKS 16u

NEVER_INLINE bool route_replace(struct table *table, route_handle handle,
				const struct route_given *given,
				const struct route_giver *giver);
static inline route_handle route_add(struct table *table, const struct node_key *key,
				     const struct route_giver *giver,
				     const struct route_given *given);
static void route_withdraw_last(struct table *table, node_handle node,
				route_handle handle);
static void attrs_drop(struct table *table, route_handle handle);
static inline void count_live(struct table *table, struct channel *channel,
			      const struct route *route, int change);
static inline struct node_look look_at(const struct table *table, route_handle first);
static inline struct node_look node_look(const struct table *table, node_handle node);
static inline void count_looks(struct table *table, const struct node_look *before,
			       const struct node_look *now);
NEVER_INLINE uint32_t count_change(struct table *table, node_handle node,
				   const struct node_look *before);
static inline void node_touched(struct table *table, node_handle node,
				const struct node_look *before, uint32_t flags);
static unsigned reorder_node(struct table *table, route_handle handle);
static uint32_t merged_flag(const struct table *table, node_handle node);
static inline uint16_t reachable_flag(const struct attrs *attrs);

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
	struct route_giver giver = route_giver(table, source);
	struct route_given given = { attrs, metric, (uint16_t)flags };
	struct node_key key;
	route_handle route;
	node_key_make(table, net, &key);
	return table_update_key(table, &giver, &key, &given, &route);
}

bool
table_update_key(struct table *table, const struct route_giver *giver,
		 struct node_key *key, const struct route_given *given,
		 route_handle *route)
{
	node_handle node = node_find(table, key);
	*route = node != 0 && !presence_rules_out(giver->source, node)
			 ? chain_find(table, node, giver->source->handle)
			 : 0;
	if (node == 0)
		node_make(table, key);
	if (*route != 0)
		return route_replace(table, *route, given, giver);
	*route = route_add(table, key, giver, given);
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
table_source_reorder(struct table *table, uint16_t handle)
{
	struct table_source *source = source_at(table, handle);
	if (source->channel != NULL)
		source->rank_order = source->channel->rank_order;
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
node_settle(struct table *table, node_handle handle, uint32_t hash)
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
		node_free(table, handle, hash);
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
		if (at == before.first && before.standing == 0)
			flags |= JOURNAL_BEST;
	}
	unsigned count = node_reorder(table, node);
	node_touched(table, node, &before, flags | merged_flag(table, node));
	return count;
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

static inline void
route_fill(struct route *route, const struct route_given *given,
	   const struct route_giver *giver)
{
	route->attrs = attrs_hold(given->attrs, 1)->handle;
	route->metric = given->metric;
	route->flags = (uint16_t)((given->flags & (ROUTE_FILTERED | ROUTE_STALE)) |
				  reachable_flag(given->attrs) | giver->fresh);
	route->changed = giver->now;
}

static inline uint32_t
merged_flag_of(const struct table *table, node_handle node, const struct route *route)
{
	return route_is_merged(table, node, route) ? JOURNAL_MERGED : 0;
}

/* A new route is the first of its node; whom that interests. */
static inline uint32_t
route_begin(struct table *table, struct node *node, route_handle handle,
	    const struct route *route, struct channel *channel)
{
	const struct node_look before = { 0, ROUTE_DEAD, NULL };
	unsigned standing = route->flags & ROUTE_NO_CANDIDATE;
	struct node_look now = { handle, standing, standing == 0 ? channel : NULL };
	chain_begin(node, handle);
	count_looks(table, &before, &now);
	return standing == 0 ? JOURNAL_BEST | JOURNAL_MERGED : 0;
}

/* It is behind the first; likewise. */
static inline uint32_t
route_follow(struct table *table, struct node *node, route_handle handle,
	     struct route *route)
{
	chain_link(node, route_at(table, node->first), route, handle);
	return merged_flag_of(table, route->node, route);
}

/* It becomes one of those that are there, perhaps the best; likewise. */
NEVER_INLINE uint32_t
route_contend(struct table *table, node_handle node, route_handle handle)
{
	const struct route *route = route_at(table, handle);
	struct node_look before = node_look(table, node);
	struct contender comer = table_contender(table, route);
	if (node_insert(table, node, handle, &comer))
		return count_change(table, node, &before);
	return merged_flag_of(table, node, route);
}

/* The key's node is there. */
static inline route_handle
route_add(struct table *table, const struct node_key *key,
	  const struct route_giver *giver, const struct route_given *given)
{
	node_handle node = key->candidate;
	struct table_source *source = giver->source;
	struct node *place = key->at;
	struct route *route;
	route_handle handle = route_alloc(table, source, &route);
	uint32_t changes = JOURNAL_ANY;
	route->next = 0;
	route->node = node;
	route->source = source->handle;
	route_fill(route, given, giver);
	count_live(table, source->channel, route, 1);
	presence_add(table, source, node);
	if (place->first == 0)
		changes |= route_begin(table, place, handle, route, source->channel);
	else if (!chain_is_full(place) &&
		 route_is_outranked(table, route, given->attrs, source,
				    route_at(table, place->first)))
		changes |= route_follow(table, place, handle, route);
	else
		changes |= route_contend(table, node, handle);
	if (journal_looks(table, changes))
		journal_enter(table, node, changes);
	return handle;
}

/* Also for a dead one that comes back before all have heard. */
NEVER_INLINE bool
route_replace(struct table *table, route_handle handle, const struct route_given *given,
	      const struct route_giver *giver)
{
	struct route *route = route_at(table, handle);
	struct channel *channel = source_at(table, route->source)->channel;
	node_handle node = route->node;
	bool was_dead = route_is_dead(route);
	if (!was_dead && route->attrs == given->attrs->handle &&
	    route->metric == given->metric &&
	    ((route->flags ^ given->flags) & ROUTE_FILTERED) == 0) {
		route->flags = (uint16_t)((route->flags & ~(ROUTE_STALE | ROUTE_DOOMED)) |
					  (given->flags & ROUTE_STALE));
		return false;
	}
	struct node_look before = node_look(table, node);
	uint32_t merged = merged_flag_of(table, node, route);
	struct attrs *old = NULL;
	if (was_dead) {
		table->dead_count--;
	} else {
		count_live(table, channel, route, -1);
		old = route_attrs(table, route);
	}
	/* Unlinked by the old values, for the class may look at them. */
	node_unlink(table, node, handle);
	route_fill(route, given, giver);
	count_live(table, channel, route, 1);
	attrs_release(table->router, old, 1);
	struct contender comer = table_contender(table, route);
	node_insert(table, node, handle, &comer);
	if (route_is_merged(table, node, route))
		merged = JOURNAL_MERGED;
	uint32_t best = node_best(table, node) == handle ? JOURNAL_BEST : 0;
	node_touched(table, node, &before, JOURNAL_ANY | merged | best);
	return true;
}

void
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
	uint32_t merged = merged_flag_of(table, node, route);
	count_live(table, source_at(table, route->source)->channel, route, -1);
	node_unlink(table, node, handle);
	attrs_drop(table, handle);
	if (lingers) {
		route->flags = ROUTE_DEAD;
		table->dead_count++;
		struct contender comer = table_contender(table, route);
		node_insert(table, node, handle, &comer);
	} else {
		route_free(table, handle);
	}
	node_touched(table, node, &before, JOURNAL_ANY | merged);
}

/* The only one of its node: nothing is to be ordered, and nothing will be best. */
static void
route_withdraw_last(struct table *table, node_handle node, route_handle handle)
{
	struct node_look before = look_at(table, handle), now = look_at(table, 0);
	const struct route *route = route_at(table, handle);
	count_live(table, source_at(table, route->source)->channel, route, -1);
	attrs_drop(table, handle);
	chain_remove(table, node, handle);
	route_free(table, handle);
	count_looks(table, &before, &now);
	journal_add(table, node, before.standing == 0 ? JOURNAL_ALL : JOURNAL_ANY);
}

/* Gives back the sets of a route. */
static void
attrs_drop(struct table *table, route_handle handle)
{
	struct route *route = route_at(table, handle);
	if (source_at(table, route->source)->keeps_received)
		route_receive(table, handle, NULL, 0);
	attrs_release(table->router, route_attrs(table, route), 1);
	route->attrs = 0;
}

static inline struct node_look
look_at(const struct table *table, route_handle first)
{
	struct node_look look = { first, ROUTE_DEAD, NULL };
	if (first == 0)
		return look;
	const struct route *route = route_at(table, first);
	look.standing = route->flags & ROUTE_NO_CANDIDATE;
	if (look.standing == 0)
		look.channel = source_at(table, route->source)->channel;
	return look;
}

static inline struct node_look
node_look(const struct table *table, node_handle node)
{
	return look_at(table, node_at(table, node)->first);
}

static inline void
count_looks(struct table *table, const struct node_look *before,
	    const struct node_look *now)
{
	unsigned unaccepted = ROUTE_DEAD | ROUTE_FILTERED;
	table->node_count += (uint32_t)((now->standing & ROUTE_DEAD) == 0) -
			     ((before->standing & ROUTE_DEAD) == 0);
	table->accepted_count += (uint32_t)((now->standing & unaccepted) == 0) -
				 ((before->standing & unaccepted) == 0);
	if (now->channel == before->channel)
		return;
	if (before->channel != NULL)
		before->channel->preferred--;
	if (now->channel != NULL)
		now->channel->preferred++;
}

/* Counts what has become of a node; whom it interests. */
NEVER_INLINE uint32_t
count_change(struct table *table, node_handle node, const struct node_look *before)
{
	struct node_look now = node_look(table, node);
	route_handle best = now.standing == 0 ? now.first : 0;
	route_handle old = before->standing == 0 ? before->first : 0;
	count_looks(table, before, &now);
	/* Who merges looks at the best too. */
	return best != old ? JOURNAL_BEST | JOURNAL_MERGED : 0;
}

/* Counts and journals a changed node. */
static inline void
node_touched(struct table *table, node_handle node, const struct node_look *before,
	     uint32_t flags)
{
	route_handle first = node_at(table, node)->first;
	/* Most often not: a route that is no better came or went. */
	if (first != before->first ||
	    (first != 0 &&
	     (route_at(table, first)->flags & ROUTE_NO_CANDIDATE) != before->standing))
		flags |= count_change(table, node, before);
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
	uint32_t flags = node_at(table, node)->first != before.first ? JOURNAL_ANY : 0;
	/* Others may be as good as it by now, or no more: what they were nobody knows. */
	if (count > 1)
		flags |= JOURNAL_MERGED;
	node_touched(table, node, &before, flags);
	return count;
}

/* One more of the channel, or one less; null: it is gone. */
static inline void
count_live(struct table *table, struct channel *channel, const struct route *route,
	   int change)
{
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
