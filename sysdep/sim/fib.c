/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The routes of the virtual kernels, with the semantics of Linux: one route for each
 * (table, prefix, metric), replaced in place; checks of next hops; what is lost with an
 * interface or an address; changes by others.
 */
#include "lib/mem.h"
#include "sysdep/sim/world.h"
#include <assert.h>
#include <errno.h>
#include <string.h>

#define IP6_METRIC 1024 /* What IPv6 makes of metric 0. */
#define MAIN_TABLE 254

static uint32_t route_metric(const struct fib_route *route);
static int route_check(const struct sim_node *node, const struct fib_route *route);
static int hop_check(const struct sim_node *node, const struct fib_route *route,
		     const struct fib_nexthop *hop);
static bool is_connected(const struct sim_interface *interface, struct addr addr);
static uint32_t *route_place(struct sim_node *node, const struct sim_dest *dest,
			     uint32_t table, uint32_t metric);
static bool place_is(const struct sim_node *node, const uint32_t *place, uint32_t table,
		     uint32_t metric);
static void route_fill(struct sim_route *to, const struct fib_route *route,
		       uint32_t metric);
static void more_free(struct sim_route *route);
static void route_unlink(struct sim_node *node, uint32_t *place);
static void route_vanish(struct sim_node *node, uint32_t *place, bool told);
static void route_tell(struct sim_node *node, const struct fib_route *route, bool gone);
static void fib_changed(struct sim_node *node, uint32_t table, struct sim_dest *dest);
static bool legs_lose(struct sim_route *route, uint32_t index);

int
sim_route_put(struct sim_node *node, const struct fib_route *route)
{
	int error = route_check(node, route);

	if (error)
		return error;
	struct sim_dest *dest = sim_dest_get(node->world, &route->net);
	uint32_t metric = route_metric(route);
	uint32_t *place = route_place(node, dest, route->table, metric);
	if (!place_is(node, place, route->table, metric)) {
		uint32_t next = *place;
		*place = store_alloc(&node->kernel.routes);
		sim_route_at(node, *place)->next = next;
		node->kernel.sadr_count += route->net.type == NET_IP6_SADR;
	}
	struct sim_route *to = sim_route_at(node, *place);
	more_free(to);
	to->dest = dest->id;
	route_fill(to, route, metric);
	fib_changed(node, route->table, dest);
	return 0;
}

int
sim_route_delete(struct sim_node *node, const struct fib_route *route, bool any_protocol,
		 struct fib_route *deleted)
{
	struct sim_dest *dest = sim_dest_get(node->world, &route->net);
	uint32_t metric = route_metric(route);
	uint32_t *place = route_place(node, dest, route->table, metric);

	if (!place_is(node, place, route->table, metric))
		return -ESRCH;
	struct sim_route *found = sim_route_at(node, *place);
	if (!any_protocol && found->protocol != route->protocol)
		return -ESRCH;
	if (deleted)
		sim_route_export(node, found, deleted);
	route_unlink(node, place);
	fib_changed(node, route->table, dest);
	return 0;
}

struct sim_route *
sim_route_at(const struct sim_node *node, uint32_t handle)
{
	return store_at(&node->kernel.routes, handle);
}

uint32_t
sim_route_first(const struct sim_node *node, const struct sim_dest *dest)
{
	return dest->id < node->kernel.dest_room ? node->kernel.by_dest[dest->id] : 0;
}

void
sim_route_export(const struct sim_node *node, const struct sim_route *route,
		 struct fib_route *to)
{
	const struct sim_route_more *more = route->more;

	*to = (struct fib_route){ .net = node->world->dest_list[route->dest]->net,
				  .table = route->table,
				  .metric = route->metric,
				  .dest = route->kind,
				  .protocol = route->protocol,
				  .scope = route->scope,
				  .nexthops = &route->hop,
				  .nexthop_count = route->nexthop_count };
	if (!more)
		return;
	to->realm = more->realm;
	to->prefsrc = more->prefsrc;
	to->metrics = more->metrics;
	to->metric_count = route->metric_count;
	if (route->nexthop_count > 1)
		to->nexthops = more->nexthops;
}

void
sim_routes_lose(struct sim_node *node, uint32_t index, bool told)
{
	for (uint32_t dest = 0; dest < node->kernel.dest_room; dest++) {
		uint32_t *place = &node->kernel.by_dest[dest];
		while (*place) {
			struct sim_route *route = sim_route_at(node, *place);
			uint16_t before = route->nexthop_count;
			bool ip4 = node->world->dest_list[dest]->net.type == NET_IP4;
			if (legs_lose(route, index)) {
				route_vanish(node, place, told || !ip4);
				continue;
			}
			if (before != route->nexthop_count)
				fib_changed(node, route->table,
					    node->world->dest_list[dest]);
			place = &route->next;
		}
	}
}

void
sim_routes_lose_source(struct sim_node *node, struct addr addr)
{
	for (uint32_t dest = 0; dest < node->kernel.dest_room; dest++) {
		uint32_t *place = &node->kernel.by_dest[dest];
		while (*place) {
			struct sim_route *route = sim_route_at(node, *place);
			if (route->more && addr_equal(route->more->prefsrc, addr))
				route_vanish(node, place, true);
			else
				place = &route->next;
		}
	}
}

void
sim_routes_free(struct sim_node *node)
{
	struct sim_kernel *kernel = &node->kernel;

	for (uint32_t dest = 0; dest < kernel->dest_room; dest++) {
		while (kernel->by_dest[dest])
			route_unlink(node, &kernel->by_dest[dest]);
	}
	mem_free(kernel->by_dest);
	kernel->by_dest = NULL;
	kernel->dest_room = 0;
	store_fini(&kernel->routes);
}

int
sim_kernel_route_add(struct sim_node *node, const struct fib_route *route)
{
	int error = sim_route_put(node, route);

	if (!error)
		route_tell(node, route, false);
	return error;
}

int
sim_kernel_route_remove(struct sim_node *node, uint32_t table, const struct prefix *net,
			bool told)
{
	struct sim_dest *dest = sim_dest_get(node->world, net);
	uint32_t *place = route_place(node, dest, table, 0);

	if (!*place || sim_route_at(node, *place)->table != table)
		return -ESRCH;
	route_vanish(node, place, told);
	return 0;
}

void
sim_kernel_flush(struct sim_node *node, bool all, bool told)
{
	for (uint32_t dest = 0; dest < node->kernel.dest_room; dest++) {
		uint32_t *place = &node->kernel.by_dest[dest];
		while (*place) {
			struct sim_route *route = sim_route_at(node, *place);
			if (all || route->protocol == FIB_PROTOCOL_MESHD)
				route_vanish(node, place, told);
			else
				place = &route->next;
		}
	}
}

uint32_t
sim_kernel_route_count(const struct sim_node *node)
{
	return node->kernel.routes.count;
}

void
sim_kernel_each(const struct sim_node *node,
		void (*visit)(void *context, const struct fib_route *), void *context)
{
	struct fib_route route;

	for (uint32_t dest = 0; dest < node->kernel.dest_room; dest++) {
		for (uint32_t at = node->kernel.by_dest[dest]; at;
		     at = sim_route_at(node, at)->next) {
			sim_route_export(node, sim_route_at(node, at), &route);
			visit(context, &route);
		}
	}
}

bool
sim_kernel_route(const struct sim_node *node, const struct sim_dest *dest,
		 struct fib_route *route)
{
	for (uint32_t at = sim_route_first(node, dest); at;
	     at = sim_route_at(node, at)->next) {
		if (sim_route_at(node, at)->table == MAIN_TABLE) {
			sim_route_export(node, sim_route_at(node, at), route);
			return true;
		}
	}
	return false;
}

static uint32_t
route_metric(const struct fib_route *route)
{
	return route->metric || route->net.type == NET_IP4 ? route->metric : IP6_METRIC;
}

static int
route_check(const struct sim_node *node, const struct fib_route *route)
{
	if (route->net.type > NET_IP6_SADR ||
	    (route->dest == FIB_UNICAST) != !!route->nexthop_count)
		return -EINVAL;
	if (!addr_is_any(route->prefsrc) && !sim_node_owns(node, route->prefsrc))
		return -EINVAL;
	for (unsigned i = 0; i < route->nexthop_count; i++) {
		int error = hop_check(node, route, &route->nexthops[i]);
		if (error)
			return error;
	}
	return 0;
}

static int
hop_check(const struct sim_node *node, const struct fib_route *route,
	  const struct fib_nexthop *hop)
{
	const struct sim_interface *interface = sim_interface_at(node, hop->index);
	bool ip4 = addr_is_ip4(hop->gateway);

	if (!interface)
		return -ENODEV;
	if (!(interface->info.flags & SYS_IF_UP))
		return -ENETDOWN;
	if (addr_is_any(hop->gateway))
		return 0;
	if (route->net.type != NET_IP4 && ip4)
		return -EINVAL;
	if (sim_node_owns(node, hop->gateway))
		return -EINVAL;
	if (addr_is_link_local(hop->gateway) || hop->flags & FIB_NEXTHOP_ONLINK ||
	    is_connected(interface, hop->gateway))
		return 0;
	return ip4 ? -ENETUNREACH : -EHOSTUNREACH;
}

static bool
is_connected(const struct sim_interface *interface, struct addr addr)
{
	list_each(address, &interface->addresses, struct sim_address, link) {
		if (prefix_has_addr(&address->info.prefix, addr))
			return true;
	}
	return false;
}

/* Where the route of this key is linked, or where it would be: by (table, metric). */
static uint32_t *
route_place(struct sim_node *node, const struct sim_dest *dest, uint32_t table,
	    uint32_t metric)
{
	struct sim_kernel *kernel = &node->kernel;

	if (dest->id >= kernel->dest_room) {
		uint32_t room =
			MAX(node->world->dest_count + 1, dest->id + dest->id / 4 + 8);
		kernel->by_dest = mem_resize(kernel->by_dest, room, sizeof(uint32_t));
		memset(kernel->by_dest + kernel->dest_room, 0,
		       (room - kernel->dest_room) * sizeof(uint32_t));
		kernel->dest_room = room;
	}
	uint32_t *place = &kernel->by_dest[dest->id];
	while (*place) {
		struct sim_route *route = sim_route_at(node, *place);
		if (route->table > table ||
		    (route->table == table && route->metric >= metric))
			break;
		place = &route->next;
	}
	return place;
}

static bool
place_is(const struct sim_node *node, const uint32_t *place, uint32_t table,
	 uint32_t metric)
{
	const struct sim_route *route = *place ? sim_route_at(node, *place) : NULL;

	return route && route->table == table && route->metric == metric;
}

static void
route_fill(struct sim_route *to, const struct fib_route *route, uint32_t metric)
{
	bool plain = route->nexthop_count <= 1 && !route->realm && !route->metric_count &&
		     addr_is_any(route->prefsrc);

	to->table = route->table;
	to->metric = metric;
	to->kind = route->dest;
	to->protocol = route->protocol;
	to->scope = route->scope;
	to->nexthop_count = route->nexthop_count;
	to->metric_count = (uint8_t)route->metric_count;
	to->hop = (struct fib_nexthop){ 0 };
	if (route->nexthop_count)
		to->hop = route->nexthops[0];
	if (plain)
		return;
	to->more = mem_zalloc(sizeof(*to->more));
	to->more->realm = route->realm;
	to->more->prefsrc = route->prefsrc;
	if (route->metric_count)
		to->more->metrics = mem_dup(
			route->metrics, route->metric_count * sizeof(*route->metrics));
	if (route->nexthop_count > 1)
		to->more->nexthops = mem_dup(
			route->nexthops, route->nexthop_count * sizeof(*route->nexthops));
}

static void
more_free(struct sim_route *route)
{
	if (!route->more)
		return;
	mem_free(route->more->metrics);
	mem_free(route->more->nexthops);
	mem_free(route->more);
	route->more = NULL;
}

static void
route_unlink(struct sim_node *node, uint32_t *place)
{
	uint32_t handle = *place;
	struct sim_route *route = sim_route_at(node, handle);

	*place = route->next;
	more_free(route);
	node->kernel.sadr_count -=
		node->world->dest_list[route->dest]->net.type == NET_IP6_SADR;
	store_release(&node->kernel.routes, handle);
}

static void
route_vanish(struct sim_node *node, uint32_t *place, bool told)
{
	const struct sim_route *route = sim_route_at(node, *place);
	struct sim_dest *dest = node->world->dest_list[route->dest];
	uint32_t table = route->table;
	struct fib_route copy;

	sim_route_export(node, route, &copy);
	if (told)
		route_tell(node, &copy, true);
	route_unlink(node, place);
	fib_changed(node, table, dest);
}

static void
route_tell(struct sim_node *node, const struct fib_route *route, bool gone)
{
	struct sim_message *message = sim_message_new(node, SIM_MESSAGE_FIB);

	message->gone = gone;
	sim_message_route(node, message, route, gone);
	sim_message_notify(node, message);
}

static void
fib_changed(struct sim_node *node, uint32_t table, struct sim_dest *dest)
{
	const struct sim_observer *observer = node->world->observer;

	if (table == MAIN_TABLE && observer && observer->fib_changed)
		observer->fib_changed(node->world->observer_context, node, dest);
}

/* Takes the legs over this interface away; true: none is left (or there was only that
 * one). */
static bool
legs_lose(struct sim_route *route, uint32_t index)
{
	uint16_t kept = 0;

	if (route->nexthop_count == 0)
		return false;
	if (route->nexthop_count == 1)
		return route->hop.index == index;
	struct fib_nexthop *hops = route->more->nexthops;
	for (uint16_t i = 0; i < route->nexthop_count; i++)
		kept = (uint16_t)(kept + (hops[i].index != index));
	if (kept == 0 || kept == route->nexthop_count)
		return kept == 0;
	for (uint16_t i = 0, to = 0; i < route->nexthop_count; i++) {
		if (hops[i].index != index)
			hops[to++] = hops[i];
	}
	route->nexthop_count = kept;
	route->hop = hops[0];
	return false;
}
