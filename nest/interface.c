/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interfaces: the kernel's devices and their addresses, kept in step with what the world
 * tells.
 */
#include "nest/interface.h"

#include <string.h>

#include "lib/mem.h"
#include "nest/link_private.h"
#include "nest/router.h"
#include "nest/transport.h"

/* So many are carried over a change of name; a rescan finds the rest. */
#define RENAME_ADDRESSES 64

struct interface *
interface_at(const struct router *router, uint32_t index)
{
	list_each(interface, &router->interfaces, struct interface, link)
		if (interface->sys.index == index)
			return interface;
	return NULL;
}

struct interface *
interface_find(const struct router *router, const char *name)
{
	list_each(interface, &router->interfaces, struct interface, link)
		if (!strcmp(interface->sys.name, name))
			return interface;
	return NULL;
}

static void
interface_free(struct interface *interface)
{
	list_each_safe(address, &interface->addresses, struct interface_address, link)
		mem_free(address);
	list_remove(&interface->link);
	mem_free(interface);
}

static struct interface *
interface_new(struct router *router, const struct sys_interface *sys)
{
	struct interface *interface = mem_zalloc(sizeof(*interface));
	interface->router = router;
	interface->sys = *sys;
	interface->seen = true;
	list_init(&interface->addresses);
	/* In the order of their numbers, so that nothing depends on the order of the
	 * telling. */
	struct list *before = &router->interfaces;
	list_each(other, &router->interfaces, struct interface, link)
		if (other->sys.index > sys->index) {
			before = &other->link;
			break;
		}
	list_insert_before(before, &interface->link);
	return interface;
}

static void
own_link_set_state(struct interface *interface)
{
	uint32_t flags = interface->sys.flags;
	bool enabled = flags & SYS_IF_UP;
	link_set_state(interface->own_link, enabled, enabled && (flags & SYS_IF_CARRIER));
}

/* What the interface says of itself, into its own link. */
static void
own_link_describe(struct interface *interface)
{
	struct link *link = interface->own_link;
	uint32_t flags = interface->sys.flags;
	link->mtu = interface->sys.mtu;
	link->loopback = flags & SYS_IF_LOOPBACK;
	link->wireless = flags & SYS_IF_WIRELESS;
	link->tunnel = flags & SYS_IF_TUNNEL;
	link->multi_access = !(flags & SYS_IF_POINTTOPOINT);
}

static void
interface_gone(struct interface *interface)
{
	struct router *router = interface->router;
	if (interface->transport)
		transport_interface_told(interface->transport, interface, true);
	if (interface->own_link)
		link_gone(interface->own_link);
	list_each(link, &router->links, struct link, link)
		if (link->interface == interface) {
			link->interface = NULL;
			link_set_up(link, false);
		}
	interface_free(interface);
}

/* Makes or ends the interface's own link: it is a transport's, or nobody's. */
static void
interface_take(struct interface *interface, struct transport *transport)
{
	interface->transport = transport;
	if (transport && interface->own_link) {
		link_gone(interface->own_link);
		interface->own_link = NULL;
	}
	if (transport || interface->own_link)
		return;
	interface->own_link = link_make(interface->router, interface->sys.name);
	interface->own_link->interface = interface;
	own_link_describe(interface);
	link_addresses_update(interface->own_link);
	own_link_set_state(interface);
}

void
interface_give_back(struct transport *transport)
{
	struct router *router = transport->router;
	bool any = false;
	list_each(interface, &router->interfaces, struct interface, link)
		if (interface->transport == transport) {
			interface->transport = NULL;
			any = true;
		}
	if (any)
		interface_rescan(router);
}

static void
own_link_update(struct interface *interface)
{
	struct link *link = interface->own_link;
	bool was_up = link->up;
	own_link_describe(interface);
	own_link_set_state(interface);
	if (link->up && was_up)
		link_changed(link);
}

/* The kernel tells of a new name alone: the addresses are still there. */
static void
interface_renamed(struct router *router, struct interface *interface,
		  const struct sys_interface *sys)
{
	struct sys_address addresses[RENAME_ADDRESSES];
	size_t count = 0;
	list_each(address, &interface->addresses, struct interface_address, link)
		if (count < RENAME_ADDRESSES)
			addresses[count++] = address->sys;
	interface_gone(interface);
	interface_told(router, sys, false);
	for (size_t i = 0; i < count; i++)
		interface_address_told(router, &addresses[i], false);
	if (count == RENAME_ADDRESSES)
		interface_rescan(router);
}

static void
interface_changed(struct interface *interface, const struct sys_interface *sys)
{
	bool same = !memcmp(&interface->sys, sys, sizeof(*sys));
	bool is_taken = interface->transport || interface->own_link;
	interface->sys = *sys;
	interface->seen = true;
	/* One that was there before its transport, or after. */
	struct transport *maker = interface->transport;
	if (!maker)
		maker = transport_of_interface(interface->router, sys->name);
	if (!is_taken || maker != interface->transport)
		interface_take(interface, maker);
	else if (same)
		return;
	if (maker)
		transport_interface_told(maker, interface, false);
	else if (is_taken)
		own_link_update(interface);
}

void
interface_told(void *context, const struct sys_interface *sys, bool gone)
{
	struct router *router = context;
	struct interface *interface = interface_at(router, sys->index);
	/* A renamed device is another one to every pattern that names it. */
	if (interface && !gone && strcmp(interface->sys.name, sys->name) != 0) {
		interface_renamed(router, interface, sys);
		return;
	}
	if (interface && gone)
		interface_gone(interface);
	if (gone)
		return;
	if (!interface)
		interface = interface_new(router, sys);
	interface_changed(interface, sys);
}

static struct interface_address *
address_find(const struct interface *interface, const struct sys_address *sys)
{
	list_each(address, &interface->addresses, struct interface_address, link)
		if (addr_equal(address->sys.addr, sys->addr) &&
		    prefix_equal(&address->sys.prefix, &sys->prefix))
			return address;
	return NULL;
}

/* True if something changed. */
static bool
address_store(struct interface *interface, const struct sys_address *sys, bool gone)
{
	struct interface_address *address = address_find(interface, sys);
	if (gone) {
		if (!address)
			return false;
		list_remove(&address->link);
		mem_free(address);
		return true;
	}
	if (!address) {
		address = mem_zalloc(sizeof(*address));
		list_push_back(&interface->addresses, &address->link);
	} else if (address->sys.flags == sys->flags) {
		address->seen = true;
		return false;
	}
	address->sys = *sys;
	address->seen = true;
	return true;
}

static void
address_announce(struct interface *interface, const struct sys_address *sys, bool gone)
{
	struct router *router = interface->router;
	list_each(link, &router->links, struct link, link)
		if (link->interface == interface && link_addresses_update(link))
			link_changed(link);
	list_each_safe(protocol, &router->protocols, struct protocol, link)
		if (protocol->class->address_event && protocol_is_running(protocol))
			protocol->class->address_event(protocol, interface, sys, gone);
}

void
interface_address_told(void *context, const struct sys_address *sys, bool gone)
{
	struct router *router = context;
	struct interface *interface = interface_at(router, sys->index);
	if (!interface || !address_store(interface, sys, gone))
		return;
	address_announce(interface, sys, gone);
}

void
interface_rescan(struct router *router)
{
	list_each(interface, &router->interfaces, struct interface, link) {
		interface->seen = false;
		list_each(address, &interface->addresses, struct interface_address, link)
			address->seen = false;
	}
	router->interfaces_rescanned = true;
	router->sys->class->interface_scan(router->sys);
}

/* After a rescan: what was not told is gone. */
static void
unseen_remove(struct router *router)
{
	list_each_safe(interface, &router->interfaces, struct interface, link) {
		if (!interface->seen) {
			interface_gone(interface);
			continue;
		}
		list_each_safe(address, &interface->addresses, struct interface_address,
			       link)
			if (!address->seen) {
				struct sys_address sys = address->sys;
				interface_address_told(router, &sys, true);
			}
	}
}

void
interface_scan_told(void *context)
{
	struct router *router = context;
	if (router->interfaces_rescanned) {
		router->interfaces_rescanned = false;
		unseen_remove(router);
	}
	if (router->interfaces_known)
		return;
	router->interfaces_known = true;
	router_id_update(router);
	transport_start_all(router);
	protocol_start_all(router);
}

void
interface_free_all(struct router *router)
{
	list_each_safe(link, &router->links, struct link, link)
		link_free(link);
	list_each_safe(interface, &router->interfaces, struct interface, link)
		interface_free(interface);
}
