/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our loopback: the address, its route, and who else has it.
 */
#include "proto/bgp/loopback.h"

#include "lib/text.h"
#include "nest/interface.h"
#include "nest/nexthop.h"
#include "nest/router.h"
#include "proto/bgp/ibgp.h"

/* Nobody tells of a route that is not the best, as that of another who has our loopback.
 */
#define TAKEN_LOOK (10 * USEC_S)

static struct link *
loopback_find(const struct router *router)
{
	list_each(link, &router->links, struct link, link)
		if (link->loopback && link->enabled)
			return link;
	return NULL;
}

static const struct sys_address *
address_find(const struct interface *interface, struct addr addr)
{
	list_each(address, &interface->addresses, struct interface_address, link)
		if (addr_equal(address->sys.addr, addr))
			return &address->sys;
	return NULL;
}

/* A former life, which was killed, may have had another loopback: it is no address of
 * this host any more. */
static void
leftovers_remove(const struct ibgp_loopback *loopback, const struct interface *interface)
{
	struct sys *sys = loopback->protocol->router->sys;
	list_each(address, &interface->addresses, struct interface_address, link) {
		struct addr addr = address->sys.addr;
		if (address->sys.flags & SYS_ADDRESS_OURS &&
		    !addr_equal(addr, loopback->addr) &&
		    prefix_has_addr(&ibgp_config(loopback->protocol)->loopbacks, addr))
			sys->class->address_remove(sys, interface->sys.index, addr, 128);
	}
}

/* False: it has none of it. */
static bool
loopback_ensure(struct ibgp_loopback *loopback, const struct link *link)
{
	struct sys *sys = loopback->protocol->router->sys;
	uint32_t index = link->interface->sys.index;
	char shown[ADDR_TEXT];
	const struct sys_address *there = address_find(link->interface, loopback->addr);
	leftovers_remove(loopback, link->interface);
	/* Of a former life that was killed, too. */
	if (there != NULL && there->flags & SYS_ADDRESS_OURS)
		loopback->index = index;
	if (there != NULL)
		return true;
	int error = sys->class->address_add(sys, index, loopback->addr, 128);
	if (error == 0)
		loopback->index = index;
	else if (!loopback->is_refused)
		protocol_log(loopback->protocol, LOG_ERROR,
			     "%s does not take the loopback %s: %s", link->name,
			     addr_format(loopback->addr, shown), text_error(error));
	loopback->is_refused = error != 0;
	return error == 0;
}

/* Gives lo the address, and the IGP the route to it. */
void
ibgp_loopback_announce(struct ibgp_loopback *loopback)
{
	struct router *router = loopback->protocol->router;
	struct link *link = loopback_find(router);
	struct prefix net = prefix_new(loopback->addr, 128);
	struct route_update update = { .net = &net };
	struct attrs_draft draft;
	if (link == NULL || loopback->igp->state == CHANNEL_DOWN ||
	    !loopback_ensure(loopback, link))
		return;
	attrs_draft_init(&draft, NULL);
	draft.nexthop = nexthop_direct(router, link);
	draft.source = RTS_DEVICE;
	update.attrs = attrs_intern(router, &draft);
	nexthop_release(router, draft.nexthop);
	attrs_draft_fini(&draft);
	channel_import(loopback->igp, &update, 1);
	attrs_release(router, update.attrs, 1);
}

/* An IGP says that somebody else has it. */
static bool
loopback_is_taken(const struct ibgp_loopback *loopback)
{
	const struct table *table = loopback->igp->table;
	const struct prefix net = prefix_new(loopback->addr, 128);
	node_handle node = table_find(table, &net);
	route_handle handle = node != 0 ? table_node_first(table, node) : 0;
	while (handle != 0) {
		const struct route *route = table_route(table, handle);
		struct route_source_id source = table_source_of(table, route);
		if (route_is_candidate(route) && source.channel != NULL &&
		    source.channel->protocol->class->is_interior)
			return true;
		handle = route->next;
	}
	return false;
}

static void
look_fire(struct timer *timer)
{
	struct ibgp_loopback *loopback = container_of(timer, struct ibgp_loopback, look);
	char shown[ADDR_TEXT];
	bool is_taken = loopback_is_taken(loopback);
	if (is_taken && !loopback->is_taken)
		protocol_log(loopback->protocol, LOG_WARNING,
			     "Another router has our loopback %s, too: one of the two "
			     "needs another `address`",
			     addr_format(loopback->addr, shown));
	loopback->is_taken = is_taken;
	timer_start(timer, TAKEN_LOOK);
}

/* ---- life ---- */

static struct addr
addr_choose(const struct protocol *protocol)
{
	const struct ibgp_config *config = ibgp_config(protocol);
	struct sys *sys = protocol->router->sys;
	return !addr_is_any(config->address)
		       ? config->address
		       : ibgp_address(&config->loopbacks, sys->class->hostname(sys),
				      protocol_router_id(protocol));
}

void
ibgp_loopback_init(struct ibgp_loopback *loopback, struct protocol *protocol)
{
	loopback->protocol = protocol;
	loopback->igp = list_first(&protocol->channels, struct channel, link);
	loopback->addr = addr_choose(protocol);
	timer_init(&loopback->look, protocol->router, look_fire);
	timer_start(&loopback->look, TAKEN_LOOK);
}

void
ibgp_loopback_fini(struct ibgp_loopback *loopback, bool is_left)
{
	struct sys *sys = loopback->protocol->router->sys;
	timer_stop(&loopback->look);
	if (loopback->index != 0 && !is_left)
		sys->class->address_remove(sys, loopback->index, loopback->addr, 128);
}
