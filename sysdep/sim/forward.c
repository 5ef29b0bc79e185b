/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Destinations shared by all kernels, and what a kernel does with a packet: longest match
 * over its connected prefixes and its main table, destination before source where routes
 * are source-specific.
 */
#include "lib/mem.h"
#include "sysdep/sim/world.h"
#include <string.h>

#define MAIN_TABLE 254

static void dest_link(struct sim_dest *dest);
static void source_link(struct sim_dest *dest);
static bool adopt(void *context, struct addr addr, unsigned length, void *value);
static bool connected(const struct sim_node *node, struct addr to, struct sim_hop *hop,
		      unsigned *length);
static const struct sim_route *route_main(const struct sim_node *node,
					  const struct sim_dest *dest);
static const struct sim_route *route_match(const struct sim_node *node,
					   const struct sim_dest *near,
					   struct addr source);
static bool route_follow(const struct sim_node *node, const struct sim_route *route,
			 struct addr to, unsigned leg, struct sim_hop *hop);

struct sim_dest *
sim_dest_get(struct sim_world *world, const struct prefix *net)
{
	uint32_t key = prefix_hash(net, 0);

	for (struct hash_node *node = hash_find(&world->dest_hash, key); node;
	     node = hash_find_next(node)) {
		struct sim_dest *dest = container_of(node, struct sim_dest, node);
		if (prefix_equal(&dest->net, net))
			return dest;
	}
	struct sim_dest *dest = pool_alloc(world->pool, sizeof(*dest));
	dest->world = world;
	dest->net = *net;
	dest->id = ++world->dest_count;
	hash_insert(&world->dest_hash, &dest->node, key);
	if (dest->id >= world->dest_room) {
		world->dest_room = world->dest_room ? world->dest_room * 2 : 64;
		world->dest_list = mem_resize(world->dest_list, world->dest_room,
					      sizeof(*world->dest_list));
		world->dest_list[0] = NULL;
	}
	world->dest_list[dest->id] = dest;
	if (net->type == NET_IP6_SADR)
		source_link(dest);
	else
		dest_link(dest);
	return dest;
}

const struct prefix *
sim_dest_prefix(const struct sim_dest *dest)
{
	return &dest->net;
}

uint32_t
sim_dest_id(const struct sim_dest *dest)
{
	return dest->id;
}

struct sim_dest *
sim_dest_match(const struct sim_world *world, struct addr addr)
{
	return trie_match(world->dests[!addr_is_ip4(addr)], addr, 128);
}

/* Finds its parent, and becomes that of the destinations it comes between. */
static void
dest_link(struct sim_dest *dest)
{
	struct trie *trie = dest->world->dests[!prefix_is_ip4(&dest->net)];
	unsigned length = dest->net.length + prefix_offset(&dest->net);

	dest->parent = trie_match(trie, dest->net.addr, length);
	trie_walk(trie, dest->net.addr, length, false, adopt, dest);
	*trie_place(trie, dest->net.addr, length) = dest;
}

static bool
adopt(void *context, struct addr addr, unsigned length, void *value)
{
	struct sim_dest *dest = context, *inner = value;

	(void)addr;
	(void)length;
	if (inner->parent == dest->parent)
		inner->parent = dest;
	return true;
}

/* Into the chain of its destination, longest source first. */
static void
source_link(struct sim_dest *dest)
{
	struct prefix plain = prefix_new(dest->net.addr, dest->net.length);
	struct sim_dest **place = &sim_dest_get(dest->world, &plain)->sources;

	while (*place && (*place)->net.source_length > dest->net.source_length)
		place = &(*place)->source_next;
	dest->source_next = *place;
	*place = dest;
}

bool
sim_forward(const struct sim_node *node, struct addr to, struct addr source,
	    const struct sim_dest *near, unsigned leg, struct sim_hop *hop)
{
	unsigned length = 0;

	*hop = (struct sim_hop){ .verdict = SIM_NO_ROUTE };
	if (sim_node_owns(node, to)) {
		hop->verdict = SIM_LOCAL;
		return leg == 0;
	}
	bool direct = connected(node, to, hop, &length);
	const struct sim_route *route = route_match(node, near, source);
	if (!route)
		return leg == 0;
	const struct prefix *net = &node->world->dest_list[route->dest]->net;
	if (direct && length >= net->length + prefix_offset(net))
		return leg == 0;
	return route_follow(node, route, to, leg, hop);
}

/* The longest prefix that is on link at an interface that is up. */
static bool
connected(const struct sim_node *node, struct addr to, struct sim_hop *hop,
	  unsigned *length)
{
	const struct sim_kernel *kernel = &node->kernel;
	struct sim_interface *best = NULL;

	for (uint32_t i = 0; i < kernel->onlink_count; i++) {
		const struct prefix *net = &kernel->onlink[i].net;
		unsigned bits = net->length + prefix_offset(net);
		if (bits > *length && prefix_has_addr(net, to)) {
			*length = bits;
			best = kernel->onlink[i].interface;
		}
	}
	if (!best)
		return false;
	hop->verdict = SIM_ON_LINK;
	hop->interface = best;
	hop->peer = sim_segment_resolve(best, to);
	return true;
}

static const struct sim_route *
route_main(const struct sim_node *node, const struct sim_dest *dest)
{
	for (uint32_t at = sim_route_first(node, dest); at;
	     at = sim_route_at(node, at)->next) {
		const struct sim_route *route = sim_route_at(node, at);
		if (route->table == MAIN_TABLE)
			return route;
	}
	return NULL;
}

static const struct sim_route *
route_match(const struct sim_node *node, const struct sim_dest *near, struct addr source)
{
	for (const struct sim_dest *dest = near; dest; dest = dest->parent) {
		const struct sim_route *route;
		if (node->kernel.sadr_count) {
			for (const struct sim_dest *from = dest->sources; from;
			     from = from->source_next) {
				struct prefix net = prefix_new(from->net.source,
							       from->net.source_length);
				if (prefix_has_addr(&net, source) &&
				    (route = route_main(node, from)))
					return route;
			}
		}
		if ((route = route_main(node, dest)))
			return route;
	}
	return NULL;
}

static bool
route_follow(const struct sim_node *node, const struct sim_route *route, struct addr to,
	     unsigned leg, struct sim_hop *hop)
{
	*hop = (struct sim_hop){ .dest = node->world->dest_list[route->dest],
				 .metric = route->metric };
	if (route->kind != FIB_UNICAST) {
		hop->verdict =
			route->kind == FIB_BLACKHOLE ? SIM_BLACKHOLE : SIM_UNREACHABLE;
		return leg == 0;
	}
	if (leg >= route->nexthop_count)
		return false;
	const struct fib_nexthop *take =
		route->nexthop_count > 1 ? &route->more->nexthops[leg] : &route->hop;
	hop->interface = sim_interface_at(node, take->index);
	hop->verdict = addr_is_any(take->gateway) ? SIM_ON_LINK : SIM_VIA;
	hop->gateway = take->gateway;
	if (hop->interface)
		hop->peer = sim_segment_resolve(
			hop->interface, hop->verdict == SIM_VIA ? take->gateway : to);
	return true;
}
