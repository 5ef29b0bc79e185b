/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interfaces and addresses of the virtual kernels: their flags, what they lose when they
 * go down, and what the router is told of it.
 */
#include "lib/mem.h"
#include "lib/text.h"
#include "sysdep/sim/world.h"
#include <assert.h>
#include <errno.h>
#include <string.h>

#define KEPT_FLAGS (SYS_IF_LOOPBACK | SYS_IF_MULTICAST | SYS_IF_BROADCAST)
#define OWN_FLAGS  (SYS_IF_POINTTOPOINT | SYS_IF_WIRELESS | SYS_IF_TUNNEL)

static struct sim_interface *interface_add(struct sim_node *node, const char *name,
					   uint32_t flags, uint32_t mtu);
static void interface_tell(struct sim_interface *interface, bool gone);
static void carrier_tell(struct sim_timer *timer);
static void address_tell(struct sim_interface *interface,
			 const struct sys_address *address, bool gone);
static void address_free(struct sim_interface *interface, struct sim_address *address,
			 bool told);
static uint32_t flags_now(const struct sim_interface *interface);
static bool end_works(const struct sim_interface *interface);
static struct sim_interface *cable_end(const struct sim_interface *interface);
static void refresh_one(struct sim_interface *interface);
static struct addr link_local(const struct sim_interface *interface);
static bool is_private(struct addr addr);
static void links_changed(struct sim_node *node);
static void lists_make(struct sim_node *node);
static void lists_add(struct sim_kernel *kernel, struct sim_interface *interface,
		      const struct sys_address *address);

/* Interface 1: the loopback. */
void
sim_interface_init(struct sim_node *node)
{
	struct sim_interface *lo = interface_add(node, "lo", SYS_IF_LOOPBACK, 65536);

	lo->info.flags = flags_now(lo);
	sim_address_add(lo, addr_from_ip4(0x7f000001), 8, 0);
	struct addr one = { .bytes = { [15] = 1 } };
	sim_address_add(lo, one, 128, 0);
}

void
sim_interface_free(struct sim_node *node)
{
	list_each_safe(interface, &node->kernel.interfaces, struct sim_interface, link) {
		list_each_safe(address, &interface->addresses, struct sim_address, link)
			mem_free(address);
		sim_timer_stop(node->world, &interface->late);
		list_remove(&interface->link);
		list_remove(&interface->port);
		sim_nat_free(interface);
		mem_free(interface);
	}
	mem_free(node->kernel.by_index);
	mem_free(node->kernel.own);
	mem_free(node->kernel.onlink);
}

struct sim_interface *
sim_interface_new(struct sim_node *node, const char *name, uint32_t flags,
		  struct sim_segment *segment)
{
	uint32_t more = flags & SYS_IF_POINTTOPOINT ? 0 : SYS_IF_BROADCAST;
	struct sim_interface *interface = interface_add(
		node, name, (flags & OWN_FLAGS) | SYS_IF_MULTICAST | more, 1500);

	if (segment) {
		interface->segment = segment;
		list_push_back(&segment->members, &interface->port);
	}
	/* The interface is told of before its addresses. */
	sim_interface_refresh(interface);
	sim_address_add(interface, link_local(interface), 64, 0);
	return interface;
}

struct sim_interface *
sim_interface_tun(struct sim_node *node, const char *name, uint32_t mtu,
		  struct sys_tun *tun)
{
	if (sim_interface_find(node, name))
		return NULL;
	struct sim_interface *interface = interface_add(
		node, name, SYS_IF_POINTTOPOINT | SYS_IF_TUNNEL | SYS_IF_MULTICAST, mtu);
	interface->tun = tun;
	sim_interface_refresh(interface);
	return interface;
}

static struct sim_interface *
interface_add(struct sim_node *node, const char *name, uint32_t flags, uint32_t mtu)
{
	struct sim_interface *interface = mem_zalloc(sizeof(*interface));

	assert(strlen(name) < SYS_NAME && !sim_interface_find(node, name));
	interface->node = node;
	interface->up = interface->plugged = true;
	interface->info.index = node->kernel.next_index++;
	interface->info.flags = flags;
	interface->info.mtu = mtu;
	text_format(interface->info.name, SYS_NAME, "%s", name);
	list_init(&interface->addresses);
	list_init(&interface->sockets);
	list_init(&interface->port);
	sim_timer_init(&interface->late, carrier_tell);
	list_push_back(&node->kernel.interfaces, &interface->link);
	lists_make(node);
	return interface;
}

void
sim_interface_remove(struct sim_interface *interface)
{
	struct sim_interface *other = cable_end(interface);

	if (interface->removed)
		return;
	sim_routes_lose(interface->node, interface->info.index, true);
	list_each_safe(address, &interface->addresses, struct sim_address, link)
		address_free(interface, address, true);
	interface->removed = true;
	interface->up = interface->plugged = false;
	interface->info.flags &= ~(uint32_t)(SYS_IF_UP | SYS_IF_CARRIER);
	interface_tell(interface, true);
	if (other)
		refresh_one(other);
	if (interface->tun)
		sim_tun_lose(interface->tun);
	links_changed(interface->node);
}

struct sim_interface *
sim_interface_find(const struct sim_node *node, const char *name)
{
	list_each(interface, &node->kernel.interfaces, struct sim_interface, link) {
		if (!interface->removed && strcmp(interface->info.name, name) == 0)
			return interface;
	}
	return NULL;
}

struct sim_interface *
sim_interface_at(const struct sim_node *node, uint32_t index)
{
	return index < node->kernel.next_index ? node->kernel.by_index[index] : NULL;
}

struct sim_interface *
sim_interface_next(const struct sim_node *node, const struct sim_interface *previous)
{
	const struct list *head = &node->kernel.interfaces;
	const struct list *at = previous ? previous->link.next : head->next;

	for (; at != head; at = at->next) {
		struct sim_interface *interface =
			container_of(at, struct sim_interface, link);
		if (!interface->removed)
			return interface;
	}
	return NULL;
}

const struct sys_interface *
sim_interface_info(const struct sim_interface *interface)
{
	return &interface->info;
}

struct sim_node *
sim_interface_node(const struct sim_interface *interface)
{
	return interface->node;
}

struct sim_segment *
sim_interface_segment(const struct sim_interface *interface)
{
	return interface->segment;
}

void
sim_interface_up(struct sim_interface *interface, bool up)
{
	if (interface->up == up || interface->removed)
		return;
	interface->up = up;
	sim_interface_refresh(interface);
	if (up && !interface->tun) {
		sim_address_add(interface, link_local(interface), 64, 0);
		return;
	}
	list_each_safe(address, &interface->addresses, struct sim_address, link) {
		struct addr addr = address->info.addr;
		if (!up && addr_is_link_local(addr))
			address_free(interface, address, true);
	}
	links_changed(interface->node);
}

void
sim_interface_plug(struct sim_interface *interface, bool plugged)
{
	if (interface->plugged == plugged || interface->removed)
		return;
	interface->plugged = plugged;
	sim_interface_refresh(interface);
}

void
sim_interface_mtu(struct sim_interface *interface, uint32_t mtu)
{
	interface->info.mtu = mtu;
	interface_tell(interface, false);
}

void
sim_interface_rename(struct sim_interface *interface, const char *name)
{
	assert(strlen(name) < SYS_NAME && !sim_interface_find(interface->node, name));
	text_format(interface->info.name, SYS_NAME, "%s", name);
	interface_tell(interface, false);
}

void
sim_interface_flags(struct sim_interface *interface, uint32_t flags)
{
	interface->info.flags &= ~(uint32_t)OWN_FLAGS;
	interface->info.flags |= flags & OWN_FLAGS;
	interface_tell(interface, false);
}

bool
sim_interface_works(const struct sim_interface *interface)
{
	return (interface->info.flags & SYS_IF_CARRIER) != 0;
}

void
sim_interface_refresh(struct sim_interface *interface)
{
	struct sim_interface *other = cable_end(interface);

	refresh_one(interface);
	if (other)
		refresh_one(other);
}

static void
refresh_one(struct sim_interface *interface)
{
	uint32_t before = interface->info.flags, now = flags_now(interface);
	const struct sim_kernel *kernel = &interface->node->kernel;

	if (before == now)
		return;
	interface->info.flags = now;
	if (before & ~now & SYS_IF_CARRIER && now & SYS_IF_UP && kernel->faults.carrier)
		sim_timer_start(interface->node->world, &interface->late,
				sim_now(interface->node->world) + kernel->faults.carrier);
	else
		interface_tell(interface, false);
	if ((before & SYS_IF_UP) && !(now & SYS_IF_UP))
		sim_routes_lose(interface->node, interface->info.index,
				!kernel->faults.silent_down);
	links_changed(interface->node);
}

static uint32_t
flags_now(const struct sim_interface *interface)
{
	uint32_t flags = interface->info.flags & (KEPT_FLAGS | OWN_FLAGS);
	const struct sim_interface *other = cable_end(interface);
	bool carrier = end_works(interface);

	if (interface->up)
		flags |= SYS_IF_UP;
	if (!(flags & SYS_IF_LOOPBACK)) {
		carrier &= interface->segment || interface->tun;
		if (interface->segment && interface->segment->cable)
			carrier &= other && end_works(other);
	}
	return carrier ? flags | SYS_IF_CARRIER : flags;
}

static bool
end_works(const struct sim_interface *interface)
{
	return interface->up && interface->plugged && interface->node->powered;
}

static struct sim_interface *
cable_end(const struct sim_interface *interface)
{
	if (!interface->segment || !interface->segment->cable)
		return NULL;
	list_each(other, &interface->segment->members, struct sim_interface, port) {
		if (other != interface && !other->removed)
			return other;
	}
	return NULL;
}

int
sim_address_add(struct sim_interface *interface, struct addr addr, unsigned length,
		uint32_t flags)
{
	struct sim_address *address = sim_address_of(interface, addr);

	if (length > (addr_is_ip4(addr) ? 32u : 128u))
		return -EINVAL;
	if (address && address->info.flags == flags)
		return -EEXIST;
	if (!address) {
		address = mem_zalloc(sizeof(*address));
		list_push_back(&interface->addresses, &address->link);
	}
	address->info = (struct sys_address){ .index = interface->info.index,
					      .flags = flags,
					      .addr = addr,
					      .prefix = prefix_new(addr, length) };
	address_tell(interface, &address->info, false);
	links_changed(interface->node);
	return 0;
}

int
sim_address_remove(struct sim_interface *interface, struct addr addr)
{
	struct sim_address *address = sim_address_of(interface, addr);

	if (!address)
		return -EADDRNOTAVAIL;
	address_free(interface, address, true);
	sim_routes_lose_source(interface->node, addr);
	links_changed(interface->node);
	return 0;
}

const struct sys_address *
sim_address_next(const struct sim_interface *interface,
		 const struct sys_address *previous)
{
	const struct list *at = interface->addresses.next;

	if (previous)
		at = container_of(previous, const struct sim_address, info)->link.next;
	return at == &interface->addresses
		       ? NULL
		       : &container_of(at, struct sim_address, link)->info;
}

struct sim_address *
sim_address_of(const struct sim_interface *interface, struct addr addr)
{
	list_each(address, &interface->addresses, struct sim_address, link) {
		if (addr_equal(address->info.addr, addr))
			return address;
	}
	return NULL;
}

bool
sim_node_owns(const struct sim_node *node, struct addr addr)
{
	const struct sim_kernel *kernel = &node->kernel;

	for (uint32_t i = 0; i < kernel->own_count; i++) {
		if (addr_equal(kernel->own[i], addr))
			return true;
	}
	if (!is_private(addr))
		return false;
	list_each(interface, &kernel->interfaces, struct sim_interface, link) {
		if (!interface->removed && sim_address_of(interface, addr))
			return true;
	}
	return false;
}

/* Snapshots of everything are queued behind what is queued already. */
void
sim_interface_scan(struct sys *sys)
{
	struct sim_node *node = sim_node_cast(sys);

	if (!node->dead)
		sim_message_post(node, sim_message_new(node, SIM_MESSAGE_INTERFACE_SCAN));
}

void
sim_interface_check(struct sys *sys, uint32_t index)
{
	struct sim_node *node = sim_node_cast(sys);
	struct sim_interface *interface = sim_interface_at(node, index);

	if (!node->dead && interface &&
	    heap_has(&node->world->heap, &interface->late.entry))
		interface_tell(interface, false);
}

static void
address_free(struct sim_interface *interface, struct sim_address *address, bool told)
{
	if (told)
		address_tell(interface, &address->info, true);
	list_remove(&address->link);
	mem_free(address);
}

static void
interface_tell(struct sim_interface *interface, bool gone)
{
	struct sim_message *message =
		sim_message_new(interface->node, SIM_MESSAGE_INTERFACE);

	sim_timer_stop(interface->node->world, &interface->late);
	message->gone = gone;
	message->interface = interface->info;
	sim_codec_interface(interface->node->world->codec, &message->interface, gone);
	sim_message_notify(interface->node, message);
}

static void
carrier_tell(struct sim_timer *timer)
{
	interface_tell(container_of(timer, struct sim_interface, late), false);
}

static void
address_tell(struct sim_interface *interface, const struct sys_address *address,
	     bool gone)
{
	struct sim_message *message =
		sim_message_new(interface->node, SIM_MESSAGE_ADDRESS);

	message->gone = gone;
	message->address = *address;
	sim_codec_address(interface->node->world->codec, &message->address, gone);
	sim_message_notify(interface->node, message);
}

/* fe80::NODE:INTERFACE, so that an address in a trace says whose it is. */
static struct addr
link_local(const struct sim_interface *interface)
{
	struct addr addr = { .bytes = { 0xfe, 0x80 } };
	uint32_t node = interface->node->id, index = interface->info.index;

	addr.bytes[11] = (uint8_t)(node >> 16);
	addr.bytes[12] = (uint8_t)(node >> 8);
	addr.bytes[13] = (uint8_t)node;
	addr.bytes[14] = (uint8_t)(index >> 8);
	addr.bytes[15] = (uint8_t)index;
	return addr;
}

/* Known on one machine or link only. */
static bool
is_private(struct addr addr)
{
	return addr_is_link_local(addr) || addr_is_loopback(addr);
}

static void
links_changed(struct sim_node *node)
{
	const struct sim_observer *observer = node->world->observer;

	lists_make(node);
	if (observer && observer->links_changed)
		observer->links_changed(node->world->observer_context, node);
}

static void
lists_make(struct sim_node *node)
{
	struct sim_kernel *kernel = &node->kernel;
	uint32_t count = 0;

	list_each(interface, &kernel->interfaces, struct sim_interface, link) {
		list_each(address, &interface->addresses, struct sim_address, link)
			count++;
	}
	kernel->own = mem_resize(kernel->own, count + 1, sizeof(*kernel->own));
	kernel->onlink = mem_resize(kernel->onlink, count + 1, sizeof(*kernel->onlink));
	kernel->by_index = mem_resize(kernel->by_index, kernel->next_index,
				      sizeof(struct sim_interface *));
	memset(kernel->by_index, 0, kernel->next_index * sizeof(struct sim_interface *));
	kernel->own_count = kernel->onlink_count = 0;
	list_each(interface, &kernel->interfaces, struct sim_interface, link) {
		if (interface->removed)
			continue;
		kernel->by_index[interface->info.index] = interface;
		list_each(address, &interface->addresses, struct sim_address, link)
			lists_add(kernel, interface, &address->info);
	}
}

static void
lists_add(struct sim_kernel *kernel, struct sim_interface *interface,
	  const struct sys_address *address)
{
	const struct prefix *net = &address->prefix;
	bool known = false;

	if (is_private(address->addr))
		return;
	for (uint32_t i = 0; i < kernel->own_count && !known; i++)
		known = addr_equal(kernel->own[i], address->addr);
	if (!known)
		kernel->own[kernel->own_count++] = address->addr;
	bool alone = net->length == prefix_max_length(net) &&
		     addr_equal(net->addr, address->addr);
	if (!alone && interface->info.flags & SYS_IF_UP)
		kernel->onlink[kernel->onlink_count++] =
			(struct sim_onlink){ .net = *net, .interface = interface };
}
