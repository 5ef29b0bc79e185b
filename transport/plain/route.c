/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which peer a destination goes to: the longest prefix decides.  A prefix may be bound by
 * a routing protocol (route_bind) and be an address of a peer in the configuration at the
 * same time; the protocol knows better.
 */
#include "transport/plain/plain.h"

#include <assert.h>

#include "lib/pool.h"

struct plain_route {
	struct list list;
	struct prefix net;
	struct plain_peer *bound, *configured; /* Not both null. */
};

static struct trie *
trie_of(const struct plain *plain, const struct prefix *net)
{
	return plain->tries[!prefix_is_ip4(net)];
}

static unsigned
bits(const struct prefix *net)
{
	return prefix_offset(net) + net->length;
}

static struct plain_peer **
slot(struct plain_route *route, bool configured)
{
	return configured ? &route->configured : &route->bound;
}

void
plain_routes_init(struct plain *plain)
{
	list_init(&plain->routes);
	for (unsigned i = 0; i < ARRAY_SIZE(plain->tries); i++)
		plain->tries[i] = trie_new(plain->transport.pool);
}

void
plain_route_set(struct plain *plain, const struct prefix *net, struct plain_peer *peer,
		bool configured)
{
	void **place = trie_place(trie_of(plain, net), net->addr, bits(net));
	struct plain_route *route = *place;

	if (!route) {
		*place = route = pool_alloc(plain->transport.pool, sizeof(*route));
		route->net = *net;
		list_push_back(&plain->routes, &route->list);
	}
	*slot(route, configured) = peer;
}

static void
route_empty(struct plain *plain, struct plain_route *route, bool configured)
{
	*slot(route, configured) = NULL;
	if (route->bound || route->configured)
		return;
	trie_remove(trie_of(plain, &route->net), route->net.addr, bits(&route->net));
	list_remove(&route->list);
	pool_release(plain->transport.pool, route);
}

void
plain_route_clear(struct plain *plain, const struct prefix *net,
		  const struct plain_peer *peer, bool configured)
{
	struct plain_route *route = trie_find(trie_of(plain, net), net->addr, bits(net));

	if (route && *slot(route, configured) == peer)
		route_empty(plain, route, configured);
}

void
plain_routes_forget(struct plain *plain, const struct plain_peer *peer)
{
	list_each_safe(route, &plain->routes, struct plain_route, list) {
		bool configured = route->configured == peer;
		if (route->bound == peer && configured)
			route->bound = NULL;
		if (route->bound == peer || configured)
			route_empty(plain, route, configured);
	}
}

struct plain_peer *
plain_route_match(const struct plain *plain, struct addr addr)
{
	const struct plain_route *route =
		trie_match(plain->tries[!addr_is_ip4(addr)], addr, 128);

	if (!route)
		return NULL;
	return route->bound ? route->bound : route->configured;
}

void
plain_routes_audit(const struct plain *plain)
{
	list_each(route, &plain->routes, struct plain_route, list) {
		assert(route->bound || route->configured);
		assert(trie_find(trie_of(plain, &route->net), route->net.addr,
				 bits(&route->net)) == route);
	}
}
