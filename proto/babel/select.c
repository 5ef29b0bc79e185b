/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Route selection (RFC 8966 §3.6) with hysteresis (App. A.3), the hold time (§3.5.4), and
 * what the route tables are told of it.  The only file that moves an entry from state to
 * state (babel.h).
 */
#include "proto/babel/babel.h"

#include "lib/slab.h"
#include "nest/attr.h"
#include "nest/cover.h"
#include "nest/nexthop.h"
#include "nest/router.h"

#define BATCH        128
#define MARGIN_SHARE 32         /* Of the smoothed metric … */
#define MARGIN_MAX   (24 * 256) /* … but less than any hop costs. */
/* As the route expiry of our neighbours: 3.5 times the update interval. */
#define HOLD_NUMERATOR   7
#define HOLD_DENOMINATOR 2

/* Routes on their way to a channel. */
struct import {
	struct channel *channel;
	struct route_update updates[BATCH];
	size_t count;
};

/* RFC 8966 §3.6: never a retracted route, never an unfeasible one. */
static bool
route_is_usable(const struct babel_route *route)
{
	return route->metric != BABEL_INFINITY && babel_route_is_feasible(route) &&
	       (!route->unconfirmed || route == route->entry->selected);
}

/* RFC 8966 §A.3: switch only to what is better both now and on average; by a margin, so
 * that two that waver around the same value don't take turns. */
static bool
route_is_preferable(const struct babel_route *route, const struct babel_route *selected,
		    usec_t now)
{
	uint32_t average = babel_route_smoothed(selected, now);
	uint32_t margin = MIN(average / MARGIN_SHARE, MARGIN_MAX);

	return route->metric < selected->metric &&
	       babel_route_smoothed(route, now) + margin < average;
}

/* The route to use, null if there is none.  With equal metrics the one that was there
 * first. RFC 8966 §3.6: seqnos play no part in it. */
static struct babel_route *
route_choose(struct babel_entry *entry, usec_t now)
{
	struct babel_route *selected = entry->selected;
	struct babel_route *best = NULL;

	entry->recheck = USEC_NEVER;
	if (selected && !route_is_usable(selected))
		selected = NULL;
	list_each(route, &entry->routes, struct babel_route, in_entry) {
		if ((selected && route == selected) || !route_is_usable(route))
			continue;
		if (selected && !route_is_preferable(route, selected, now)) {
			/* It may become so without anything new happening. */
			if (route->metric < selected->metric)
				entry->recheck =
					now + route->neighbour->interface->hello_interval;
			continue;
		}
		if (!best || route->metric < best->metric)
			best = route;
	}
	return best ? best : selected;
}

usec_t
babel_hold_time(const struct babel *babel)
{
	usec_t interval = 0;

	list_each(interface, &babel->interfaces, struct babel_interface, list)
		interval = MAX(interval, interface->update_interval);
	return interval * HOLD_NUMERATOR / HOLD_DENOMINATOR;
}

/* HELD: RFC 8966 §3.5.4. Packets to the prefix must not follow a shorter one until no
 * neighbour can have us as its next hop any more. */
static void
hold_begin(struct babel_entry *entry, usec_t now)
{
	entry->held = true;
	entry->unacked = false;
	entry->held_until = now + babel_hold_time(entry->babel);
	entry->import_due = true;
	babel_entry_wake(entry, entry->held_until);
}

static void
hold_end(struct babel_entry *entry)
{
	entry->held = false;
	entry->import_due = true;
	babel_entry_mark(entry);
}

void
babel_hold_check(struct babel_entry *entry)
{
	if (!entry->held || entry->unacked || !list_is_empty(&entry->acks))
		return;
	/* The retraction is not announced yet, or not sent everywhere. */
	if (entry->advert.metric != BABEL_INFINITY)
		return;
	list_each(interface, &entry->babel->interfaces, struct babel_interface, list)
		if (interface->sent_serial < entry->change_serial)
			return;
	hold_end(entry);
}

/* A new route by another link where split horizon holds: who heard us there must forget.
 */
static void
entry_set_selected(struct babel_entry *entry, struct babel_route *route)
{
	if (entry->selected == route)
		return;
	if (route && entry->advert.metric != BABEL_INFINITY &&
	    route->neighbour->interface->split_horizon)
		entry->poison = true;
	entry->selected = route;
	entry->import_due = true;
}

/* The one place where an entry changes its state. */
static void
babel_select(struct babel_entry *entry, usec_t now)
{
	struct babel_route *before = entry->selected;
	struct babel_route *route = route_choose(entry, now);

	if (before && !route) {
		entry->fresh_loss = true;
		entry->lost_router_id = before->router_id;
	}
	entry_set_selected(entry, route);
	if (route) {
		entry->held = false;
		entry->fresh_loss = false;
	} else if (entry->fresh_loss) {
		entry->fresh_loss = false;
		hold_begin(entry, now);
		/* RFC 8966 §3.8.2.1: there may be routes that only lack a new seqno. */
		babel_request_starved(entry);
	}
	if (entry->held && entry->held_until <= now)
		hold_end(entry);
	if (entry->recheck != USEC_NEVER)
		babel_entry_wake(entry, entry->recheck);
}

/* ---- what the tables are told ---- */

static struct attrs *
attrs_make(struct babel *babel, struct nexthop *nexthop, uint64_t router_id,
	   const struct addr *from)
{
	struct router *router = babel->protocol.router;
	struct value value = { .type = VALUE_ID, .wide = router_id };
	struct attrs_draft draft;
	struct attrs *attrs;

	attrs_draft_init(&draft, NULL);
	draft.nexthop = nexthop;
	draft.source = RTS_BABEL;
	attrs_draft_set(&draft,
			(attr_id)(babel->protocol.attr_base + BABEL_ATTR_ROUTER_ID),
			&value);
	if (from) {
		value = (struct value){ .type = VALUE_IP, .addr = *from };
		attrs_draft_set(&draft, ATTR_FROM, &value);
	}
	attrs = attrs_intern(router, &draft);
	attrs_draft_fini(&draft);
	nexthop_release(router, nexthop);
	return attrs;
}

/* The attribute set of a route; the neighbour keeps the last one, as most are equal.
 * Borrowed. */
static struct attrs *
route_attrs(struct babel_route *route)
{
	struct babel_neighbour *neighbour = route->neighbour;
	struct babel *babel = route->entry->babel;
	struct router *router = babel->protocol.router;
	struct nexthop *nexthop;

	if (neighbour->attrs && neighbour->attrs_router_id == route->router_id &&
	    addr_equal(neighbour->attrs_next_hop, route->next_hop))
		return neighbour->attrs;
	attrs_release(router, neighbour->attrs, 1);
	/* T-40: the next hop need not be in a prefix of ours. */
	nexthop = nexthop_gateway(router, neighbour->interface->link, route->next_hop,
				  NEXTHOP_ONLINK);
	neighbour->attrs = attrs_make(babel, nexthop, route->router_id, &neighbour->addr);
	neighbour->attrs_router_id = route->router_id;
	neighbour->attrs_next_hop = route->next_hop;
	return neighbour->attrs;
}

static void
import_flush(struct import *import, struct babel *babel)
{
	struct router *router = babel->protocol.router;

	if (import->count > 0)
		channel_import(import->channel, import->updates, import->count);
	for (size_t i = 0; i < import->count; i++)
		attrs_release(router, import->updates[i].attrs, 1);
	import->count = 0;
}

/* One use of the set is given away. */
static void
import_add(struct import *import, struct babel_entry *entry, struct attrs *attrs,
	   uint16_t metric)
{
	struct prefix prefix = entry->prefix;
	struct channel *channel = babel_channel_of(entry->babel, &prefix);

	if (import->count == BATCH || (import->count > 0 && import->channel != channel))
		import_flush(import, entry->babel);
	import->channel = channel;
	import->updates[import->count++] = (struct route_update){ .net = &entry->prefix,
								  .attrs = attrs,
								  .metric = metric };
}

/* T-15: no shorter prefix could be followed by mistake for a default route. */
static bool
is_default(const struct prefix *prefix)
{
	return prefix->length == 0 && prefix->source_length == 0;
}

static void
entry_import(struct babel_entry *entry, struct import *import)
{
	struct babel *babel = entry->babel;
	struct router *router = babel->protocol.router;

	entry->import_due = false;
	if (entry->selected) {
		entry->imported = true;
		import_add(import, entry, attrs_hold(route_attrs(entry->selected), 1),
			   entry->selected->metric);
	} else if (entry->held && entry->imported && !is_default(&entry->prefix)) {
		struct nexthop *nexthop = nexthop_special(router, NEXTHOP_UNREACHABLE);

		import_add(import, entry,
			   attrs_make(babel, nexthop, entry->lost_router_id, NULL),
			   BABEL_INFINITY);
	} else if (entry->imported) {
		entry->imported = false;
		import_add(import, entry, NULL, 0);
	}
}

/* Frees what is of no use any more, after the tables have heard the last of it. */
static void
entries_sweep(struct list *done, usec_t now)
{
	while (!list_is_empty(done)) {
		struct babel_entry *entry =
			container_of(done->next, struct babel_entry, marked);

		list_remove(&entry->marked);
		if (babel_entry_is_idle(entry, now))
			babel_entry_free(entry);
	}
}

void
babel_settle(struct babel *babel)
{
	struct import import = { .count = 0 };
	usec_t now = babel_now(babel);
	struct list done;

	if (babel->recovery == BABEL_GATHERING)
		return;
	list_init(&done);
	while (!list_is_empty(&babel->marked)) {
		struct babel_entry *entry =
			container_of(babel->marked.next, struct babel_entry, marked);

		list_remove(&entry->marked);
		babel_select(entry, now);
		if (entry->held)
			babel_hold_check(entry);
		if (entry->import_due)
			entry_import(entry, &import);
		else
			babel_advert_update(entry);
		/* A new seqno the tables don't see. */
		babel_requests_check(entry);
		list_remove(&entry->marked);
		list_push_back(&done, &entry->marked);
	}
	import_flush(&import, babel);
	entries_sweep(&done, now);
}

void
babel_recall(struct protocol *protocol, struct channel *channel, const struct prefix *net,
	     void (*heard)(void *context, const struct route_update *), void *context)
{
	const struct babel *babel = babel_of(protocol);
	struct babel_entry *entry = babel_entry_find(babel, net);
	struct prefix prefix = *net;

	if (!entry || !entry->selected || babel_channel_of(babel, &prefix) != channel)
		return;
	struct route_update update = { .net = net,
				       .attrs = route_attrs(entry->selected),
				       .metric = entry->selected->metric };
	heard(context, &update);
}

void
babel_reimport(struct protocol *protocol, struct channel *channel, struct cover *which)
{
	struct babel *babel = babel_of(protocol);
	struct import import = { .count = 0 };

	hash_each(entry, &babel->entries, struct babel_entry, node) {
		struct prefix prefix = entry->prefix;

		if (which != NULL && !cover_has(which, &prefix))
			continue;
		if (babel_channel_of(babel, &prefix) == channel && entry->imported)
			entry_import(entry, &import);
	}
	import_flush(&import, babel);
}
