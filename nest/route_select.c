/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of a node's routes is best, and first of its chain.  Candidates come before
 * unreachable, filtered and dead ones.  Among candidates the higher preference wins, then
 * what their class says, then a key that does not depend on who came first: class,
 * protocol name, path id.
 *
 * One that comes is held against the best alone; all are looked at only where the best
 * goes, or where a class's order does not decide between two.
 */
#include "nest/table_private.h"

#include "lib/mem.h"
#include "nest/attr.h"
#include "nest/nexthop.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include <string.h>

enum standing { CANDIDATE, UNREACHABLE, FILTERED, DEAD };

static void candidates_sink(struct candidates *candidates, uint32_t at);
static inline struct contender contender_of(const struct table *table,
					    const struct route *route);
static inline uint16_t preference_of(const struct contender *candidate);
ALWAYS_INLINE int order_by(const struct table *table, const struct contender *a,
			   const struct contender *b, enum route_step *step);
NEVER_INLINE int order_by_standing(const struct table *table, const struct contender *a,
				   const struct contender *b, enum route_step *step);
NEVER_INLINE bool node_insert_first(struct table *table, node_handle node,
				    route_handle handle, bool is_better);
static enum standing route_standing(const struct route *route);
NEVER_INLINE int source_order(const struct table *table, uint16_t a, uint16_t b);
static int number_order(uint32_t a, uint32_t b);
static int name_order(const char *a, const char *b);

bool
route_merges(const struct table *table, node_handle node, const struct route *route)
{
	const struct route *best = table_node_best(table, node);
	if (best == NULL || best == route || !route_is_candidate(route))
		return false;
	struct contender a = contender_of(table, best), b = contender_of(table, route);
	return a.class != NULL && a.class->route_mergable != NULL && a.class == b.class &&
	       preference_of(&a) == preference_of(&b) && a.class->route_mergable(&a, &b);
}

bool
route_is_unsettled(const struct table *table, const struct route *route)
{
	return (!route_is_dead(route) && (route->flags & ROUTE_UNORDERED) != 0) ||
	       route_nexthop_is_new(table, route);
}

bool
route_nexthop_is_new(const struct table *table, const struct route *route)
{
	return !route_is_dead(route) &&
	       route_attrs(table, route)->nexthop->changed > table->nexthops_seen;
}

struct contender
table_contender(const struct table *table, const struct route *route)
{
	return contender_of(table, route);
}

int
table_route_order(const struct table *table, const struct route *a, const struct route *b)
{
	enum route_step step;
	return route_order_step(table, a, b, &step);
}

int
route_order_step(const struct table *table, const struct route *a, const struct route *b,
		 enum route_step *step)
{
	struct contender first = contender_of(table, a), second = contender_of(table, b);
	return order_by(table, &first, &second, step);
}

/* What it means for the best of the node that another comes or goes. */
static inline enum route_contest
contest(const struct contender *best, const struct contender *route, int order,
	bool comes)
{
	const struct protocol_class *class = best->class;
	if (order >= -1 && order <= 1 && class != NULL && class->route_select != NULL &&
	    class == route->class && route_is_candidate(best->route) &&
	    route_is_candidate(route->route) &&
	    preference_of(best) == preference_of(route))
		return class->route_contest(best, route, order, comes);
	return comes && order < 0 ? BEST_CHANGES : BEST_STAYS;
}

void
node_reselect(struct table *table, node_handle node)
{
	route_handle head = node_at(table, node)->first;
	if (head == 0)
		return;
	route_handle first = node_first_but(table, node, 0);
	route_handle best = node_select(table, node, first);
	route_at(table, head)->flags &= (uint16_t)~ROUTE_PROMOTED;
	if (best != head) {
		chain_remove(table, node, best);
		chain_push(table, node, best);
	}
	if (best != first)
		route_at(table, best)->flags |= ROUTE_PROMOTED;
}

unsigned
node_reorder(struct table *table, node_handle node)
{
	unsigned count = 0;
	node_reselect(table, node);
	route_handle at = node_at(table, node)->first;
	for (; at != 0; at = route_at(table, at)->next, count++)
		route_at(table, at)->flags &= (uint16_t)~ROUTE_UNORDERED;
	return count;
}

bool
node_insert(struct table *table, node_handle node, route_handle handle,
	    const struct contender *comer)
{
	route_handle head = node_at(table, node)->first;
	if (head == 0) {
		chain_push(table, node, handle);
		return true;
	}
	struct route *best = route_at(table, head);
	struct contender holder = contender_of(table, best);
	enum route_step step;
	int order = order_by(table, comer, &holder, &step);
	enum route_contest outcome = contest(&holder, comer, order, true);
	if (outcome != BEST_STAYS)
		return node_insert_first(table, node, handle, outcome == BEST_CHANGES);
	chain_insert(table, node, handle);
	if (order < 0)
		best->flags |= ROUTE_PROMOTED;
	return false;
}

/* One that is better than the best, or may make another one it. */
NEVER_INLINE bool
node_insert_first(struct table *table, node_handle node, route_handle handle,
		  bool is_better)
{
	route_handle head = node_at(table, node)->first;
	struct route *best = route_at(table, head);
	bool selects = true;
	if (is_better) {
		/* That says nothing of the others then. */
		selects = route_is_unsettled(table, best);
		chain_push(table, node, handle);
		route_at(table, handle)->flags |= best->flags & ROUTE_PROMOTED;
		best->flags &= (uint16_t)~ROUTE_PROMOTED;
	} else {
		chain_insert(table, node, handle);
	}
	if (selects)
		node_reselect(table, node);
	return node_at(table, node)->first != head;
}

void
node_unlink(struct table *table, node_handle node, route_handle handle)
{
	struct route *route = route_at(table, handle);
	route_handle head = node_at(table, node)->first;
	const struct route *best = route_at(table, head);
	/* Nobody may come by again to see what an unordered one held back. */
	bool is_unordered = (route->flags & ROUTE_UNORDERED) != 0;
	bool selects = handle == head || is_unordered;
	/* Where the best is the first by the order too, nobody held back a better one. */
	if (!selects && (best->flags & ROUTE_PROMOTED) != 0) {
		struct contender holder = contender_of(table, best);
		struct contender goer = contender_of(table, route);
		enum route_step step;
		int order = order_by(table, &goer, &holder, &step);
		selects = contest(&holder, &goer, order, false) != BEST_STAYS;
	}
	chain_remove(table, node, handle);
	if (is_unordered)
		node_reorder(table, node);
	else if (selects)
		node_reselect(table, node);
}

route_handle
node_first_but(const struct table *table, node_handle node, route_handle one)
{
	route_handle first = 0, at = node_at(table, node)->first;
	struct contender best;
	enum route_step step;
	for (; at != 0; at = route_at(table, at)->next) {
		if (at == one)
			continue;
		struct contender other = contender_of(table, route_at(table, at));
		if (first == 0 || order_by(table, &other, &best, &step) < 0) {
			first = at;
			best = other;
		}
	}
	return first;
}

void
candidates_init(struct candidates *candidates, const struct table *table,
		node_handle node)
{
	uint32_t count = 0;
	route_handle first = node_at(table, node)->first, at;
	for (at = first; at != 0; at = route_at(table, at)->next)
		count += route_is_candidate(route_at(table, at));
	candidates->table = table;
	candidates->heap = candidates->few;
	candidates->count = 0;
	if (count > ARRAY_SIZE(candidates->few))
		candidates->heap = mem_resize(NULL, count, sizeof(candidates->heap[0]));
	for (at = first; at != 0; at = route_at(table, at)->next)
		if (route_is_candidate(route_at(table, at)))
			candidates->heap[candidates->count++] = at;
	for (uint32_t i = count / 2; i-- > 0;)
		candidates_sink(candidates, i);
}

route_handle
candidates_take(struct candidates *candidates)
{
	if (candidates->count == 0)
		return 0;
	route_handle best = candidates->heap[0];
	candidates->heap[0] = candidates->heap[--candidates->count];
	candidates_sink(candidates, 0);
	return best;
}

void
candidates_fini(struct candidates *candidates)
{
	if (candidates->heap != candidates->few)
		mem_free(candidates->heap);
}

/* Only the one at this place may be worse than those below it. */
static void
candidates_sink(struct candidates *candidates, uint32_t at)
{
	const struct table *table = candidates->table;
	route_handle *heap = candidates->heap;
	for (uint32_t below; (below = 2 * at + 1) < candidates->count; at = below) {
		below += below + 1 < candidates->count &&
			 table_route_order(table, route_at(table, heap[below + 1]),
					   route_at(table, heap[below])) < 0;
		if (table_route_order(table, route_at(table, heap[at]),
				      route_at(table, heap[below])) < 0)
			return;
		route_handle moved = heap[at];
		heap[at] = heap[below];
		heap[below] = moved;
	}
}

route_handle
node_select(const struct table *table, node_handle node, route_handle first)
{
	if (!route_is_candidate(route_at(table, first)))
		return first;
	const struct protocol_class *class =
		source_at(table, route_at(table, first)->source)->class;
	if (class == NULL || class->route_select == NULL)
		return first;
	return class->route_select(table, node, first);
}

static inline struct contender
contender_of(const struct table *table, const struct route *route)
{
	const struct table_source *source = source_at(table, route->source);
	return (struct contender){ route,
				   route->attrs != 0 ? route_attrs(table, route) : NULL,
				   source->channel, source->class };
}

static inline uint16_t
preference_of(const struct contender *candidate)
{
	assert(candidate->attrs != NULL); /* It is not dead. */
	return candidate->attrs->preference;
}

/* That of two that are not both candidates. */
NEVER_INLINE int
order_by_standing(const struct table *table, const struct contender *a,
		  const struct contender *b, enum route_step *step)
{
	enum standing first = route_standing(a->route);
	enum standing second = route_standing(b->route);
	*step = ROUTE_STEP_STANDING;
	if (first != second)
		return first < second ? -1 : 1;
	/* Dead ones may outlive what their source was. */
	*step = ROUTE_STEP_SOURCE;
	return first == DEAD ? number_order(a->route->source, b->route->source)
			     : source_order(table, a->route->source, b->route->source);
}

/* The order of two routes; what decided goes to `step`. */
ALWAYS_INLINE int
order_by(const struct table *table, const struct contender *a, const struct contender *b,
	 enum route_step *step)
{
	unsigned standing = (a->route->flags | b->route->flags) & ROUTE_NO_CANDIDATE;
	if (standing != 0)
		return order_by_standing(table, a, b, step);
	*step = ROUTE_STEP_PREFERENCE;
	if (preference_of(a) != preference_of(b))
		return preference_of(a) > preference_of(b) ? -1 : 1;
	*step = ROUTE_STEP_CLASS;
	if (a->class == b->class && a->class != NULL && a->class->route_compare != NULL) {
		int order = a->class->route_compare(a, b);
		if (order != 0)
			return order;
	}
	*step = ROUTE_STEP_SOURCE;
	return source_order(table, a->route->source, b->route->source);
}

static enum standing
route_standing(const struct route *route)
{
	if (route_is_candidate(route))
		return CANDIDATE;
	if (route_is_dead(route))
		return DEAD;
	return (route->flags & ROUTE_FILTERED) != 0 ? FILTERED : UNREACHABLE;
}

static int
number_order(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

NEVER_INLINE int
source_order(const struct table *table, uint16_t a, uint16_t b)
{
	const struct table_source *a_source = source_at(table, a);
	const struct table_source *b_source = source_at(table, b);
	if (a_source->channel != NULL && b_source->channel != NULL) {
		const struct protocol *a_protocol = a_source->channel->protocol;
		const struct protocol *b_protocol = b_source->channel->protocol;
		int order = strcmp(a_protocol->class->name, b_protocol->class->name);
		if (order == 0)
			order = name_order(a_protocol->name, b_protocol->name);
		if (order != 0)
			return order < 0 ? -1 : 1;
		if (a_source->path_id != b_source->path_id)
			return number_order(a_source->path_id, b_source->path_id);
	}
	return number_order(a, b);
}

/* So that static2 comes before static10. */
static int
name_order(const char *a, const char *b)
{
	size_t a_length = strlen(a), b_length = strlen(b);
	if (a_length != b_length)
		return a_length < b_length ? -1 : 1;
	return strcmp(a, b);
}
