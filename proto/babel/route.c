/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routes: acquisition and retraction (RFC 8966 §3.5.3), their metrics (§3.5.2) and
 * smoothed metrics (App. A.3). Which one is used is select.c's matter; here every change
 * ends in babel_entry_mark().
 */
#include "proto/babel/babel.h"

#include "lib/slab.h"

#define EXPIRY_NUMERATOR   7 /* RFC 8966 App. B: 3.5 times the update interval. */
#define EXPIRY_DENOMINATOR 2
#define ASK_NUMERATOR      5 /* An update is asked for after 2.5 times it. */
#define SMOOTH_HELLOS                                                                \
	2 /* Half-life of the smoothed metric, in Hello intervals (about 3 as a time \
	     constant). */
#define SMOOTH_ONE 256
#define SMOOTH_NEW 2 /* A new route starts with so many times its metric. */

struct babel_route *
babel_route_of(const struct babel_entry *entry, const struct babel_neighbour *neighbour)
{
	list_each(route, &entry->routes, struct babel_route, in_entry)
		if (route->neighbour == neighbour)
			return route;
	return NULL;
}

bool
babel_route_is_feasible(const struct babel_route *route)
{
	return babel_is_feasible(route->entry, route->router_id, route->seqno,
				 route->advertised);
}

uint32_t
babel_route_smoothed(const struct babel_route *route, usec_t now)
{
	usec_t half = SMOOTH_HELLOS * route->neighbour->interface->hello_interval;
	usec_t elapsed = now - route->smoothed_at;
	int64_t difference =
		(int64_t)route->smoothed - (int64_t)route->metric * SMOOTH_ONE;

	if (elapsed / half >= 30)
		return (uint32_t)route->metric * SMOOTH_ONE;
	/* Halved for every half-life, on a straight line in between. */
	difference /= (int64_t)1 << (elapsed / half);
	difference -= difference * (elapsed % half) / (2 * half);
	return (uint32_t)((int64_t)route->metric * SMOOTH_ONE + difference);
}

/* The metric changes; its average follows from now on. */
static void
route_set_metric(struct babel_route *route, uint16_t metric)
{
	usec_t now = babel_now(route->entry->babel);

	if (metric == route->metric)
		return;
	if (route->metric == BABEL_INFINITY)
		route->smoothed = SMOOTH_NEW * SMOOTH_ONE * (uint32_t)metric;
	else
		route->smoothed = babel_route_smoothed(route, now);
	route->smoothed_at = now;
	route->metric = metric;
	if (route == route->entry->selected)
		route->entry->import_due = true;
	babel_entry_mark(route->entry);
}

void
babel_route_recost(struct babel_route *route)
{
	route_set_metric(route,
			 babel_metric_add(route->neighbour->cost, route->advertised));
}

void
babel_route_free(struct babel_route *route)
{
	struct babel_entry *entry = route->entry;

	if (entry->selected == route) {
		entry->selected = NULL;
		entry->fresh_loss = true;
		entry->lost_router_id = route->router_id;
	}
	babel_entry_mark(entry);
	if (route->neighbour->last == &route->in_neighbour)
		route->neighbour->last = route->in_neighbour.previous;
	list_remove(&route->in_entry);
	list_remove(&route->in_neighbour);
	route->neighbour->route_count--;
	entry->babel->route_count--;
	slab_release(entry->babel->route_slab, route);
}

/* RFC 8966 §3.5.3: the timers of an update that was accepted. */
static void
route_refresh(struct babel_route *route, uint16_t interval)
{
	usec_t now = babel_now(route->entry->babel);

	route->interval = interval * 10 * USEC_MS;
	route->expires = route->ask = USEC_NEVER;
	/* RFC 8966 §4.6.9: such an update is not repeated. */
	if (interval == BABEL_INTERVAL_ONCE)
		return;
	route->expires = now + route->interval * EXPIRY_NUMERATOR / EXPIRY_DENOMINATOR;
	route->ask = now + route->interval * ASK_NUMERATOR / EXPIRY_DENOMINATOR;
	babel_entry_wake(route->entry, route->ask);
}

static void
route_set(struct babel_route *route, const struct babel_update *update)
{
	struct babel_entry *entry = route->entry;
	bool progress = route->router_id == update->router_id &&
			babel_seqno_is_less(route->seqno, update->seqno);

	if (route->router_id != update->router_id ||
	    !addr_equal(route->next_hop, update->next_hop)) {
		route->router_id = update->router_id;
		route->next_hop = update->next_hop;
		if (route == entry->selected)
			entry->import_due = true;
		babel_entry_mark(entry);
	}
	if (route->seqno != update->seqno || route->advertised != update->metric) {
		route->seqno = update->seqno;
		route->advertised = update->metric;
		/* What was unfeasible may be feasible now, or the other way round. */
		babel_entry_mark(entry);
	}
	if (route->unconfirmed)
		babel_entry_mark(entry);
	route->unconfirmed = false;
	babel_route_recost(route);
	route_refresh(route, update->interval);
	if (progress)
		babel_requests_progress(route);
}

/* A source heard of for the first time after a crash may be an echo. */
static void
source_meet(struct babel_entry *entry, const struct babel_update *update)
{
	if (babel_recovery_distrusts(entry->babel) &&
	    !babel_source_find(entry, update->router_id))
		babel_source_distrust(entry, update->router_id, update->seqno);
}

static enum babel_drop
route_add(struct babel_neighbour *neighbour, struct babel_entry *entry,
	  const struct babel_update *update)
{
	struct babel *babel = entry->babel;
	struct babel_route *route;

	if (babel->route_count >= BABEL_ROUTES_MAX)
		return BABEL_DROP_ROUTE_LIMIT;
	route = slab_alloc(babel->route_slab);
	route->entry = entry;
	route->neighbour = neighbour;
	route->metric = BABEL_INFINITY;
	list_push_back(&entry->routes, &route->in_entry);
	list_insert_after(neighbour->last, &route->in_neighbour);
	neighbour->last = &route->in_neighbour;
	babel->route_count++;
	neighbour->route_count++;
	babel_entry_mark(entry);
	source_meet(entry, update);
	route_set(route, update);
	if (!babel_route_is_feasible(route))
		babel_request_unfeasible(route, update->router_id);
	return BABEL_DROP_NONE;
}

static enum babel_drop
route_change(struct babel_route *route, const struct babel_update *update)
{
	struct babel_entry *entry = route->entry;
	bool feasible;

	source_meet(entry, update);
	feasible = babel_is_feasible(entry, update->router_id, update->seqno,
				     update->metric);
	/* RFC 8966 §3.5.3: unfeasible, for the selected route, from the same source:
	 * ignored, and its timer not reset. §3.8.2.2: but asked about. */
	if (!feasible && route == entry->selected &&
	    route->router_id == update->router_id) {
		babel_request_unfeasible(route, update->router_id);
		return BABEL_DROP_UNFEASIBLE;
	}
	route_set(route, update);
	/* If it was selected, it can't be any more: select.c sees that when it looks. */
	if (!feasible)
		babel_request_unfeasible(route, update->router_id);
	return BABEL_DROP_NONE;
}

/* RFC 8966 §4.6.9: AE 0 retracts all that the neighbour ever told. */
static void
routes_retract(struct babel_neighbour *neighbour)
{
	list_each_safe(route, &neighbour->routes, struct babel_route, in_neighbour)
		babel_route_free(route);
}

/* The route of a neighbour to a prefix.  Its dumps come in the same order every time, so
 * it is most often the one behind the last; else it is put there, and will be the next
 * time. */
static struct babel_route *
route_find(struct babel_neighbour *neighbour, const struct prefix *prefix,
	   struct babel_entry **entry)
{
	struct list *next = neighbour->last->next;
	struct babel_route *route;

	if (next == &neighbour->routes)
		next = next->next;
	if (next != &neighbour->routes) {
		route = container_of(next, struct babel_route, in_neighbour);
		if (prefix_equal(&route->entry->prefix, prefix)) {
			*entry = route->entry;
			neighbour->last = next;
			return route;
		}
	}
	*entry = babel_entry_find(neighbour->interface->babel, prefix);
	route = *entry ? babel_route_of(*entry, neighbour) : NULL;
	if (route && &route->in_neighbour != neighbour->last) {
		list_remove(&route->in_neighbour);
		list_insert_after(neighbour->last, &route->in_neighbour);
		neighbour->last = &route->in_neighbour;
	}
	return route;
}

/* An update for a prefix we know nothing of yet. */
static enum babel_drop
route_add_first(struct babel_neighbour *neighbour, const struct prefix *prefix,
		const struct babel_update *update)
{
	struct babel_entry *entry = babel_entry_get(neighbour->interface->babel, prefix);

	return entry ? route_add(neighbour, entry, update) : BABEL_DROP_ROUTE_LIMIT;
}

enum babel_drop
babel_route_update(struct babel_neighbour *neighbour, const struct babel_update *update)
{
	struct babel *babel = neighbour->interface->babel;
	struct prefix prefix = update->prefix;
	struct babel_entry *entry;
	struct babel_route *route;
	bool own;

	if (update->wildcard) {
		routes_retract(neighbour);
		return BABEL_DROP_NONE;
	}
	if (babel_prefix_is_martian(&prefix))
		return BABEL_DROP_MARTIAN;
	if (!babel_channel_of(babel, &prefix))
		return BABEL_DROP_FAMILY;
	route = route_find(neighbour, &prefix, &entry);
	/* Our own route came back: whatever else it had for the prefix, it has no more.
	 */
	own = update->metric != BABEL_INFINITY && update->router_id == babel->router_id;
	if (own && babel_seqno_seen(babel, update->seqno))
		babel_adverts_renew(babel);
	if (update->metric == BABEL_INFINITY || own) {
		/* RFC 8966 §3.5.3: a retraction of a route that we don't know is ignored.
		 */
		if (route)
			babel_route_free(route);
		return own ? BABEL_DROP_OWN_ROUTER_ID : BABEL_DROP_NONE;
	}
	if (!route && entry)
		return route_add(neighbour, entry, update);
	if (!route)
		return route_add_first(neighbour, &prefix, update);
	return route_change(route, update);
}
