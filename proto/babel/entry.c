/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entries: one prefix with its routes, sources, requests and what we advertise of it.
 * Making, finding and freeing them, and the one timer that each has for all that expires
 * in it.
 */
#include "proto/babel/babel.h"

#include "lib/slab.h"
#include "nest/router.h"

static void entry_fire(struct timer *timer);

struct babel_entry *
babel_entry_find(const struct babel *babel, const struct prefix *prefix)
{
	uint32_t key = prefix_hash(prefix, babel->protocol.router->hash_seed);

	for (struct hash_node *node = hash_find(&babel->entries, key); node;
	     node = hash_find_next(node)) {
		struct babel_entry *entry = container_of(node, struct babel_entry, node);

		if (prefix_equal(&entry->prefix, prefix))
			return entry;
	}
	return NULL;
}

static struct babel_entry *
entry_new(struct babel *babel, const struct prefix *prefix)
{
	struct babel_entry *entry = slab_alloc(babel->entry_slab);

	entry->babel = babel;
	entry->prefix = *prefix;
	entry->recheck = USEC_NEVER;
	entry->advert.metric = BABEL_INFINITY;
	entry->export_metric = BABEL_INFINITY;
	list_init(&entry->routes);
	list_init(&entry->sources);
	list_init(&entry->requests);
	list_init(&entry->acks);
	list_init(&entry->marked);
	list_init(&entry->change);
	timer_init(&entry->timer, babel->protocol.router, entry_fire);
	hash_insert(&babel->entries, &entry->node,
		    prefix_hash(prefix, babel->protocol.router->hash_seed));
	return entry;
}

struct babel_entry *
babel_entry_get(struct babel *babel, const struct prefix *prefix)
{
	struct babel_entry *entry = babel_entry_find(babel, prefix);

	if (entry)
		return entry;
	if (babel->entries.count >= BABEL_ENTRIES_MAX)
		return NULL;
	entry = entry_new(babel, prefix);
	/* Freed soon if nothing comes of it. */
	babel_entry_mark(entry);
	return entry;
}

void
babel_entry_mark(struct babel_entry *entry)
{
	if (list_is_empty(&entry->marked))
		list_push_back(&entry->babel->marked, &entry->marked);
}

void
babel_entry_wake(struct babel_entry *entry, usec_t due)
{
	if (due != USEC_NEVER && due < timer_due(&entry->timer))
		timer_start_at(&entry->timer, due);
}

bool
babel_entry_is_idle(const struct babel_entry *entry, usec_t now)
{
	return list_is_empty(&entry->routes) && list_is_empty(&entry->sources) &&
	       list_is_empty(&entry->requests) && list_is_empty(&entry->acks) &&
	       entry->origin == BABEL_NOBODY && entry->advert.metric == BABEL_INFINITY &&
	       !entry->held && !entry->imported && entry->linger <= now;
}

/* A dump that stands at this entry goes on with the next. */
static void
entry_leave_dumps(struct babel_entry *entry)
{
	struct babel *babel = entry->babel;
	struct list *next = entry->node.order.next;

	list_each(dump, &babel->dumps, struct babel_dump, list)
		if (dump->next == &entry->node.order)
			dump->next = next;
}

void
babel_entry_free(struct babel_entry *entry)
{
	struct babel *babel = entry->babel;

	list_each_safe(route, &entry->routes, struct babel_route, in_entry)
		babel_route_free(route);
	list_each_safe(source, &entry->sources, struct babel_source, list) {
		list_remove(&source->list);
		slab_release(babel->source_slab, source);
	}
	list_each_safe(request, &entry->requests, struct babel_request, list)
		babel_request_free(request);
	babel_ack_supersede(entry);
	entry_leave_dumps(entry);
	timer_stop(&entry->timer);
	list_remove(&entry->marked);
	list_remove(&entry->change);
	hash_remove(&babel->entries, &entry->node);
	slab_release(babel->entry_slab, entry);
}

/* RFC 8966 §3.5.3 has a route set to infinity, then flushed by another expiry; here the
 * entry is held instead (select.c). */
static void
routes_expire(struct babel_entry *entry, usec_t now)
{
	list_each_safe(route, &entry->routes, struct babel_route, in_entry) {
		if (route->expires <= now) {
			babel_route_free(route);
		} else if (route->ask <= now) {
			route->ask = now + route->interval / 2;
			/* RFC 8966 §3.8.2.3: only for the selected route. */
			if (route == entry->selected)
				babel_request_refresh(route);
		}
	}
}

/* The earliest of all that may expire. */
static usec_t
entry_due(struct babel_entry *entry, usec_t now)
{
	usec_t due = babel_sources_expire(entry, now);

	list_each(route, &entry->routes, struct babel_route, in_entry)
		due = MIN(due, MIN(route->expires, route->ask));
	due = MIN(due, entry->recheck);
	if (entry->held)
		due = MIN(due, entry->held_until);
	if (entry->linger > now)
		due = MIN(due, entry->linger);
	return due;
}

static void
entry_fire(struct timer *timer)
{
	struct babel_entry *entry = container_of(timer, struct babel_entry, timer);
	struct babel *babel = entry->babel;
	usec_t now = babel_now(babel);

	routes_expire(entry, now);
	if (entry->recheck <= now)
		entry->recheck = USEC_NEVER;
	babel_entry_wake(entry, entry_due(entry, now));
	/* May free it. */
	babel_entry_mark(entry);
	babel_settle(babel);
}

bool
babel_prefix_is_martian(const struct prefix *prefix)
{
	const uint8_t *bytes = prefix->addr.bytes;

	if (prefix_is_ip4(prefix)) {
		uint32_t addr = addr_to_ip4(prefix->addr);

		/* RFC 8966 App. C, and all of 127/8, 224/4 and 0/8 beyond the default
		 * route. */
		return addr >> 24 == 127 || addr >> 28 == 14 || addr == UINT32_MAX ||
		       (prefix->length >= 8 && addr >> 24 == 0);
	}
	/* fe80::/10, ff00::/8, :: and ::1 */
	if (prefix->length >= 10 && bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80)
		return true;
	if (prefix->length >= 8 && bytes[0] == 0xff)
		return true;
	return prefix->length >= 127 && addr_is_any(addr_mask(prefix->addr, 127));
}

struct channel *
babel_channel_of(const struct babel *babel, struct prefix *prefix)
{
	struct channel *sadr = protocol_channel(&babel->protocol, NET_IP6_SADR);

	if (prefix->type == NET_IP6_SADR && prefix->source_length == 0 && !sadr)
		prefix->type = NET_IP6;
	if (prefix->type == NET_IP6 && sadr)
		prefix->type = NET_IP6_SADR;
	return prefix->type == NET_IP6_SADR
		       ? sadr
		       : protocol_channel(&babel->protocol, (enum net_type)prefix->type);
}
