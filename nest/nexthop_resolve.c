/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What next hops lead to, and what follows when that changes.
 *
 *   link up, down --> direct, gateway --.
 *   table changed --> recursive --------+--> multipath --> tables walk their routes
 *
 * A recursive one is resolved by the longest prefix with a route that could carry it.
 * Routes that are recursive themselves resolve nothing: where a node has only such, the
 * next hop is unreachable.  So what it resolves to never depends on what another one
 * resolved to, and loops can't be.
 */
#include "nest/nexthop_private.h"

#include "lib/mem.h"
#include "lib/trie.h"
#include "nest/attr.h"
#include "nest/link.h"
#include "nest/router.h"
#include "nest/table_private.h"
#include <string.h>

/* What a resolution comes to. */
struct resolution {
	uint8_t dest;
	unsigned hop_count;
	uint32_t igp_metric;
	struct nexthop_hop hops[NEXTHOP_LEGS];
};

static void resolve_link(const struct nexthop *nexthop, struct resolution *to);
static void resolve_recursive(const struct nexthop *nexthop, struct resolution *to);
static void resolve_legs(const struct nexthop *nexthop, struct resolution *to);
static bool has_changed(const struct nexthop *nexthop, const struct resolution *to);
static void hop_add(struct resolution *to, struct nexthop_hop hop, unsigned weight);
static void multipaths_update(struct router *router);
static void changes_tell(struct router *router);
static void idle_free(struct router *router);
static bool table_walk_run(struct job *job, unsigned budget);
static unsigned route_nexthop_look(struct table *table, route_handle handle);
static bool is_recursive(const struct nexthop *nexthop);

bool
nexthop_resolve(struct router *router, struct nexthop *nexthop)
{
	if (!nexthop_look(nexthop))
		return false;
	nexthop->changed = ++router->nexthops->changes;
	return true;
}

bool
nexthop_look(struct nexthop *nexthop)
{
	static const uint8_t special[] = {
		[NEXTHOP_NONE] = RTD_NONE,
		[NEXTHOP_BLACKHOLE] = RTD_BLACKHOLE,
		[NEXTHOP_UNREACHABLE] = RTD_UNREACHABLE,
		[NEXTHOP_PROHIBIT] = RTD_PROHIBIT,
	};
	struct resolution to;
	to.dest = RTD_UNREACHABLE;
	to.hop_count = 0;
	to.igp_metric = 0;
	switch ((enum nexthop_kind)nexthop->kind) {
	case NEXTHOP_NONE:
	case NEXTHOP_BLACKHOLE:
	case NEXTHOP_UNREACHABLE:
	case NEXTHOP_PROHIBIT: to.dest = special[nexthop->kind]; break;
	case NEXTHOP_DIRECT:
	case NEXTHOP_GATEWAY: resolve_link(nexthop, &to); break;
	case NEXTHOP_RECURSIVE: resolve_recursive(nexthop, &to); break;
	case NEXTHOP_MULTIPATH: resolve_legs(nexthop, &to); break;
	}
	if (!has_changed(nexthop, &to))
		return false;
	nexthop->dest = to.dest;
	nexthop->igp_metric = to.igp_metric;
	nexthop_hops_set(nexthop, to.hops, to.hop_count);
	return true;
}

void
nexthop_link_changed(struct router *router, struct link *link)
{
	struct nexthop_table *table = router->nexthops;
	list_each(nexthop, &table->set.order, struct nexthop, node.order) {
		if (nexthop->link == link)
			nexthop_resolve(router, nexthop);
		else if (nexthop->kind == NEXTHOP_RECURSIVE &&
			 list_is_empty(&nexthop->waiting))
			list_push_back(&table->waiting, &nexthop->waiting);
	}
	multipaths_update(router);
	job_schedule(&table->job);
}

bool
nexthop_job_run(struct job *job, unsigned budget)
{
	struct nexthop_table *table = container_of(job, struct nexthop_table, job);
	struct router *router = table->router;
	while (budget > 0 && !list_is_empty(&table->waiting)) {
		struct nexthop *nexthop =
			list_first(&table->waiting, struct nexthop, waiting);
		list_remove(&nexthop->waiting);
		nexthop_resolve(router, nexthop);
		budget--;
	}
	if (!list_is_empty(&table->waiting))
		return true;
	multipaths_update(router);
	changes_tell(router);
	idle_free(router);
	return false;
}

void
nexthop_hops_set(struct nexthop *nexthop, const struct nexthop_hop *hops, unsigned count)
{
	struct nexthop_hop *old = nexthop->hops;
	unsigned old_count = nexthop->hop_count;
	nexthop->hops = count > 0 ? mem_dup(hops, count * sizeof(hops[0])) : NULL;
	nexthop->hop_count = (uint8_t)count;
	for (unsigned i = 0; i < count; i++)
		link_hold(hops[i].link);
	for (unsigned i = 0; i < old_count; i++)
		link_release(old[i].link);
	mem_free(old);
}

void
nexthop_watch(struct nexthop *nexthop)
{
	struct table *table = nexthop->table;
	if (nexthop->kind != NEXTHOP_RECURSIVE || table == NULL)
		return;
	if (table->watched == NULL)
		table->watched = trie_new(table->router->pool);
	void **place = trie_place(table->watched, nexthop->gateway, 128);
	assert(*place == NULL);
	*place = nexthop;
	table->watched_count++;
}

void
nexthop_unwatch(struct nexthop *nexthop)
{
	struct table *table = nexthop->table;
	if (nexthop->kind != NEXTHOP_RECURSIVE || table == NULL)
		return;
	trie_remove(table->watched, nexthop->gateway, 128);
	table->watched_count--;
	nexthop->table = NULL;
}

/* ---- what tables have to do with it ---- */

void
nexthop_table_add(struct table *table)
{
	struct nexthop_table *nexthops = table->router->nexthops;
	list_push_back(&nexthops->tables, &table->link);
	table->nexthops_seen = nexthops->changes;
	job_init(&table->walk, table->router, table_walk_run);
}

/* What resolved there no longer does. */
void
nexthop_table_remove(struct table *table)
{
	struct nexthop_table *nexthops = table->router->nexthops;
	job_cancel(&table->walk);
	list_remove(&table->link);
	list_each(nexthop, &nexthops->set.order, struct nexthop, node.order) {
		if (nexthop->table != table)
			continue;
		nexthop_unwatch(nexthop);
		if (list_is_empty(&nexthop->waiting))
			list_push_back(&nexthops->waiting, &nexthop->waiting);
		job_schedule(&nexthops->job);
	}
	trie_free(table->watched);
	table->watched = NULL;
}

void
nexthop_table_audit(const struct table *table)
{
	assert(job_is_scheduled(&table->walk) ||
	       table->nexthops_seen >= table->router->nexthops->told);
}

static bool
watched_visit(void *context, struct addr addr, unsigned length, void *value)
{
	(void)addr;
	(void)length;
	struct nexthop_table *table = context;
	struct nexthop *nexthop = value;
	if (list_is_empty(&nexthop->waiting))
		list_push_back(&table->waiting, &nexthop->waiting);
	return true;
}

void
nexthop_node_changed(struct table *table, node_handle node)
{
	struct nexthop_table *nexthops = table->router->nexthops;
	struct prefix net;
	table_node_prefix(table, node, &net);
	trie_walk(table->watched, net.addr, prefix_offset(&net) + net.length, false,
		  watched_visit, nexthops);
	if (!list_is_empty(&nexthops->waiting))
		job_schedule(&nexthops->job);
}

/* Routes of changed next hops stand differently now, or are to be told again: one walk
 * over all routes serves any number of changes. */
static bool
table_walk_run(struct job *job, unsigned budget)
{
	struct table *table = container_of(job, struct table, walk);
	/* Looking is cheap, telling is not. */
	unsigned looks = 16 * budget;
	while (table->walk_chunk < table->chunk_count) {
		struct route_chunk *chunk = table->chunks[table->walk_chunk];
		if (looks == 0)
			return true;
		unsigned looked = 1;
		for (unsigned i = 0; chunk != NULL && i < chunk->room; i++) {
			if (chunk_has(chunk, i) && !route_is_dead(&chunk->routes[i]))
				looked += route_nexthop_look(
					table, table->walk_chunk << CHUNK_BITS | i);
		}
		looks -= MIN(looks, looked);
		table->walk_chunk++;
	}
	table->nexthops_seen = table->nexthops_target;
	table->walk_chunk = 1;
	uint64_t changes = table->router->nexthops->told;
	table->nexthops_target = changes;
	return changes > table->nexthops_seen;
}

/* So many routes were looked at. */
static unsigned
route_nexthop_look(struct table *table, route_handle handle)
{
	struct route *route = route_at(table, handle);
	bool is_met = (route->flags & ROUTE_MET) != 0;
	route->flags = (uint16_t)(route->flags & ~ROUTE_MET);
	return !is_met && route_nexthop_is_new(table, route)
		       ? route_nexthop_refresh(table, handle)
		       : 1;
}

/* ---- resolving ---- */

static void
resolve_link(const struct nexthop *nexthop, struct resolution *to)
{
	if (!nexthop->link->enabled || nexthop->link->gone)
		return;
	struct nexthop_hop hop = { .link = nexthop->link, .gateway = nexthop->gateway };
	hop.flags = nexthop->flags & NEXTHOP_ONLINK;
	to->dest = RTD_UNICAST;
	hop_add(to, hop, 1);
}

static void
resolve_recursive(const struct nexthop *nexthop, struct resolution *to)
{
	if (nexthop->table == NULL)
		return;
	bool is_recursive;
	const struct route *route =
		nexthop_resolving(nexthop->table, nexthop->gateway, &is_recursive);
	if (route == NULL)
		return;
	const struct attrs *attrs = table_route_attrs(nexthop->table, route);
	const struct nexthop *by = attrs->nexthop;
	to->dest = by->dest;
	to->igp_metric = attrs->source == RTS_DEVICE ? 0 : route->metric;
	for (unsigned i = 0; i < by->hop_count; i++) {
		struct nexthop_hop hop = by->hops[i];
		/* A route to the link itself: the address is a neighbour there. */
		if (addr_is_any(hop.gateway))
			hop.gateway = nexthop->gateway;
		hop_add(to, hop, hop.weight);
	}
}

static void
resolve_legs(const struct nexthop *nexthop, struct resolution *to)
{
	for (unsigned i = 0; i < nexthop->leg_count; i++) {
		const struct nexthop_leg *leg = &nexthop->legs[i];
		for (unsigned j = 0; j < leg->nexthop->hop_count; j++) {
			const struct nexthop_hop *hop = &leg->nexthop->hops[j];
			hop_add(to, *hop, (unsigned)leg->weight * hop->weight);
			to->dest = RTD_UNICAST;
		}
	}
}

/* The best route of a node that is reachable by itself; `*shadowed` if there are
 * recursive ones. */
static const struct route *
node_resolving(const struct table *table, node_handle node, bool *shadowed)
{
	const struct route *best = NULL;
	*shadowed = false;
	route_handle handle = node_at(table, node)->first;
	for (; handle != 0; handle = route_at(table, handle)->next) {
		const struct route *route = route_at(table, handle);
		if ((route->flags & (ROUTE_DEAD | ROUTE_FILTERED)) != 0)
			continue;
		const struct nexthop *by = table_route_attrs(table, route)->nexthop;
		if (is_recursive(by))
			*shadowed = true;
		else if (nexthop_is_reachable(by) &&
			 (best == NULL || table_route_order(table, route, best) < 0))
			best = route;
	}
	return best;
}

/* The route that carries `gateway`, null if none does. */
const struct route *
nexthop_resolving(const struct table *table, struct addr gateway, bool *is_recursive)
{
	*is_recursive = false;
	if ((table->type == NET_IP4) != addr_is_ip4(gateway) ||
	    (table->type != NET_IP4 && table->type != NET_IP6 &&
	     table->type != NET_IP6_SADR))
		return NULL;
	struct prefix net = { .type = (uint8_t)table->type };
	unsigned offset = prefix_offset(&net);
	for (unsigned length = prefix_max_length(&net) + 1; length-- > 0;) {
		if (table->lengths[length] == 0)
			continue;
		net.length = (uint8_t)length;
		net.addr = addr_mask(gateway, offset + length);
		node_handle node = table_find(table, &net);
		const struct route *route =
			node != 0 ? node_resolving(table, node, is_recursive) : NULL;
		if (route != NULL || *is_recursive)
			return route;
	}
	return NULL;
}

static bool
is_recursive(const struct nexthop *nexthop)
{
	if (nexthop->kind == NEXTHOP_RECURSIVE)
		return true;
	for (unsigned i = 0; i < nexthop->leg_count; i++) {
		if (nexthop->legs[i].nexthop->kind == NEXTHOP_RECURSIVE)
			return true;
	}
	return false;
}

/* Hops are in a fixed order, and one that comes twice weighs more. */
static void
hop_add(struct resolution *to, struct nexthop_hop hop, unsigned weight)
{
	unsigned place = 0;
	for (; place < to->hop_count; place++) {
		const struct nexthop_hop *other = &to->hops[place];
		int order = addr_compare(hop.gateway, other->gateway);
		if (hop.link != other->link)
			order = hop.link->serial < other->link->serial ? -1 : 1;
		if (order < 0)
			break;
		if (order > 0)
			continue;
		weight += other->weight;
		to->hops[place].weight = (uint16_t)MIN(weight, NEXTHOP_WEIGHT_MAX);
		to->hops[place].flags |= hop.flags;
		return;
	}
	if (to->hop_count == NEXTHOP_LEGS)
		return;
	memmove(&to->hops[place + 1], &to->hops[place],
		(to->hop_count - place) * sizeof(to->hops[0]));
	hop.weight = (uint16_t)MIN(weight, NEXTHOP_WEIGHT_MAX);
	to->hops[place] = hop;
	to->hop_count++;
}

static bool
has_changed(const struct nexthop *nexthop, const struct resolution *to)
{
	if (nexthop->dest != to->dest || nexthop->igp_metric != to->igp_metric ||
	    nexthop->hop_count != to->hop_count)
		return true;
	for (unsigned i = 0; i < to->hop_count; i++) {
		const struct nexthop_hop *a = &nexthop->hops[i], *b = &to->hops[i];
		if (a->link != b->link || a->weight != b->weight ||
		    a->flags != b->flags || !addr_equal(a->gateway, b->gateway))
			return true;
	}
	return false;
}

/* ---- what follows ---- */

static void
multipaths_update(struct router *router)
{
	struct nexthop_table *table = router->nexthops;
	uint64_t seen = table->legs_seen;
	if (seen == table->changes)
		return;
	list_each(nexthop, &table->set.order, struct nexthop, node.order) {
		bool is_due = false;
		for (unsigned i = 0; i < nexthop->leg_count && !is_due; i++)
			is_due = nexthop->legs[i].nexthop->changed > seen;
		if (is_due)
			nexthop_resolve(router, nexthop);
	}
	table->legs_seen = table->changes;
}

static void
changes_tell(struct router *router)
{
	struct nexthop_table *table = router->nexthops;
	if (table->told == table->changes)
		return;
	table->told = table->changes;
	list_each(each, &table->tables, struct table, link) {
		/* A walk under way goes on; at its end it sees that another is due. */
		if (job_is_scheduled(&each->walk))
			continue;
		each->nexthops_target = table->told;
		each->walk_chunk = 1;
		job_schedule(&each->walk);
	}
}

/* Legs become idle when their multipath goes, so more than one round may be needed. */
static void
idle_free(struct router *router)
{
	struct list *idle = &router->nexthops->idle;
	while (!list_is_empty(idle))
		nexthop_free(router, list_first(idle, struct nexthop, idle));
}
