/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must hold between any two events.  Above all the invariants that keep Babel free
 * of loops: a selected route is finite, and feasible by the distances we advertised (RFC
 * 8966 §3.5.1, §3.6).
 */
#include "proto/babel/babel.h"

#include <stdlib.h>
#include "nest/router.h"

/* Stays in optimised builds, unlike an assertion. */
static void
check(bool holds)
{
	if (!holds)
		abort();
}

static void
route_audit(const struct babel_route *route)
{
	const struct babel_neighbour *neighbour = route->neighbour;

	check(route->advertised != BABEL_INFINITY);
	check(babel_router_id_is_valid(route->router_id));
	check(route->router_id != route->entry->babel->router_id);
	/* RFC 8966 §3.5.2: M(c, m) > m. */
	check(route->metric > route->advertised);
	check(route->metric == babel_metric_add(neighbour->cost, route->advertised));
}

static uint32_t
entry_audit(const struct babel_entry *entry)
{
	bool selected_found = entry->selected == NULL;
	uint32_t count = 0;

	list_each(route, &entry->routes, struct babel_route, in_entry) {
		check(route->entry == entry);
		route_audit(route);
		selected_found |= route == entry->selected;
		count++;
	}
	check(selected_found);
	if (entry->selected) {
		check(entry->selected->metric != BABEL_INFINITY);
		check(babel_route_is_feasible(entry->selected));
		check(!entry->held);
	}
	list_each(source, &entry->sources, struct babel_source, list) {
		check(source->metric != BABEL_INFINITY);
		/* There is no distance to ourselves. */
		check(source->router_id != entry->babel->router_id);
	}
	check(entry->babel->recovery == BABEL_GATHERING || list_is_empty(&entry->marked));
	check(entry->change_serial <= entry->babel->change_serial);
	return count;
}

/* The list of routes is walked in full audits only: a neighbour has as many as the
 * network. */
static uint32_t
neighbour_audit(const struct babel_neighbour *neighbour, enum audit_depth depth)
{
	uint32_t count = 0;

	check(neighbour->cost > 0);
	check(neighbour->cost == babel_cost_link(neighbour));
	/* RFC 8966 §3.4.3. */
	if (!neighbour->multicast.received && !neighbour->unicast.received)
		check(neighbour->cost == BABEL_INFINITY);
	if (neighbour->txcost == BABEL_INFINITY)
		check(neighbour->cost == BABEL_INFINITY);
	if (depth == AUDIT_LIGHT)
		return neighbour->route_count;
	list_each(route, &neighbour->routes, struct babel_route, in_neighbour) {
		check(route->neighbour == neighbour);
		count++;
	}
	check(count == neighbour->route_count);
	return count;
}

static void
changes_audit(const struct babel *babel)
{
	uint64_t serial = 0;

	list_each(entry, &babel->changes, struct babel_entry, change) {
		check(entry->change_serial > serial);
		serial = entry->change_serial;
	}
	check(serial <= babel->change_serial);
	list_each(interface, &babel->interfaces, struct babel_interface, list)
		check(interface->sent_serial <= babel->change_serial);
}

void
babel_audit(const struct protocol *protocol, enum audit_depth depth)
{
	const struct babel *babel = container_of((struct protocol *)(uintptr_t)protocol,
						 struct babel, protocol);
	uint32_t neighbours = 0, by_neighbour = 0, by_entry = 0;

	if (!protocol_is_running(protocol) || babel->router_id == 0)
		return;
	check(babel->recovery == BABEL_GATHERING || list_is_empty(&babel->marked));
	list_each(interface, &babel->interfaces, struct babel_interface, list)
		list_each(neighbour, &interface->neighbours, struct babel_neighbour,
			  list) {
			by_neighbour += neighbour_audit(neighbour, depth);
			neighbours++;
		}
	check(neighbours == babel->neighbour_count);
	check(by_neighbour == babel->route_count);
	if (depth == AUDIT_LIGHT) {
		/* What the event touched: the entry that changed last. */
		if (!list_is_empty(&babel->changes))
			entry_audit(container_of(babel->changes.previous,
						 struct babel_entry, change));
		return;
	}
	hash_each(entry, &babel->entries, struct babel_entry, node)
		by_entry += entry_audit(entry);
	check(by_entry == babel->route_count);
	changes_audit(babel);
}
