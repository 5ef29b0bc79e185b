/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UDP and ICMPv6 sockets of the routers: opening with the refusals of a real kernel, and
 * finding the sockets that hear a packet.
 */
#include "lib/mem.h"
#include "sysdep/sim/world.h"
#include <errno.h>
#include <string.h>

struct sys_udp {
	struct list link;
	struct sim_node *node;
	struct sim_interface *interface; /* Bound to it; null: to none. */
	struct sys_udp_args args;
	const struct sys_udp_ops *ops;
	void *context;
	bool closed; /* Freed when no delivery is under way. */
};

static bool is_port_free(const struct sim_node *node, const struct sys_udp_args *args);
static bool clashes(const struct list *sockets, const struct sys_udp_args *args);
static uint32_t out_index(const struct sys_udp *socket, uint32_t index);
static uint16_t port_pick(struct sim_node *node, struct sys_udp_args *args);
static struct sim_packet *packet_make(const struct sys_udp *socket, struct addr source,
				      struct addr to, uint16_t port, const void *bytes,
				      size_t size);
static bool hears(const struct sys_udp *socket, const struct sim_interface *at,
		  const struct sim_packet *packet);
static bool deliver_list(struct list *sockets, struct sim_interface *at,
			 const struct sim_packet *packet);
static void list_reap(struct list *sockets, bool all);

int
sim_udp_open(struct sys *sys, const struct sys_udp_args *args,
	     const struct sys_udp_ops *ops, void *context, struct sys_udp **socket)
{
	struct sim_node *node = sim_node_cast(sys);
	struct sim_interface *interface = NULL;
	bool on_any = addr_is_any(args->local) || addr_is_multicast(args->local);

	*socket = NULL;
	if (args->index && !(interface = sim_interface_at(node, args->index)))
		return -ENODEV;
	if (!on_any && !sim_node_owns(node, args->local))
		return -EADDRNOTAVAIL;
	if (args->port && !is_port_free(node, args))
		return -EADDRINUSE;
	struct sys_udp *udp = mem_zalloc(sizeof(*udp));
	udp->node = node;
	udp->interface = interface;
	udp->args = *args;
	if (!args->port && !args->icmp6_type)
		port_pick(node, &udp->args);
	udp->ops = ops;
	udp->context = context;
	list_push_back(interface ? &interface->sockets : &node->sockets, &udp->link);
	*socket = udp;
	return 0;
}

int
sim_udp_send(struct sys_udp *socket, uint32_t index, struct addr source, struct addr to,
	     uint16_t port, const void *bytes, size_t size)
{
	struct sim_node *node = socket->node;
	struct sim_interface *out;
	struct addr next;
	uint32_t headers = addr_is_ip4(to) ? 28 : socket->args.icmp6_type ? 40 : 48;

	if (node->dead)
		return 0;
	int error = sim_ip_out(node, out_index(socket, index), to, &out, &next);
	if (error)
		return error;
	if (size + headers > MAX(out->info.mtu, 512u + headers))
		return -EMSGSIZE;
	if (addr_is_any(source) && !addr_is_any(socket->args.local) &&
	    !addr_is_multicast(socket->args.local))
		source = socket->args.local;
	error = sim_ip_source(node, out, to, &source);
	if (error)
		return error;
	struct sim_packet *packet = packet_make(socket, source, to, port, bytes, size);
	sim_ip_send(out, next, packet);
	if (addr_is_multicast(to) && socket->args.multicast_loop &&
	    sim_interface_works(out))
		sim_segment_loop(out, packet);
	sim_packet_release(node->world, packet);
	return 0;
}

void
sim_udp_close(struct sys_udp *socket)
{
	if (socket)
		socket->closed = true;
}

/* Callbacks may open and close sockets: closed ones are freed before the next packet, new
 * ones are at the end of their list. */
void
sim_udp_deliver(struct sim_node *node, struct sim_interface *at,
		const struct sim_packet *packet)
{
	const struct sim_observer *observer = node->world->observer;

	list_reap(&at->sockets, false);
	list_reap(&node->sockets, false);
	if (packet->port == SIM_PROBE_PORT && packet->size == 8 && observer &&
	    observer->probe_arrived)
		observer->probe_arrived(node->world->observer_context, node,
					wire_load_u64(packet->bytes));
	if (!node->handler)
		return;
	bool taken = deliver_list(&at->sockets, at, packet);
	if (!taken || addr_is_multicast(packet->to))
		deliver_list(&node->sockets, at, packet);
}

void
sim_udp_kill(struct sim_node *node)
{
	list_reap(&node->sockets, true);
	list_each(interface, &node->kernel.interfaces, struct sim_interface, link)
		list_reap(&interface->sockets, true);
}

static void
list_reap(struct list *sockets, bool all)
{
	list_each_safe(socket, sockets, struct sys_udp, link) {
		if (socket->closed || all) {
			list_remove(&socket->link);
			mem_free(socket);
		}
	}
}

static bool
deliver_list(struct list *sockets, struct sim_interface *at,
	     const struct sim_packet *packet)
{
	struct sys_udp_packet read = {
		.source = packet->source,
		.destination = packet->to,
		.source_port = packet->source_port,
		.index = at->info.index,
		.ttl = packet->hops,
		.received = sim_node_time(at->node),
		.bytes = packet->bytes,
		.size = packet->size,
	};
	bool taken = false;

	list_each(socket, sockets, struct sys_udp, link) {
		if (!hears(socket, at, packet))
			continue;
		taken = !packet->icmp6_type;
		socket->ops->receive(socket->context, socket, &read, 1);
		sim_node_handled(at->node);
		if ((taken && !addr_is_multicast(packet->to)) || !at->node->handler)
			break;
	}
	return taken;
}

static bool
hears(const struct sys_udp *socket, const struct sim_interface *at,
      const struct sim_packet *packet)
{
	const struct sys_udp_args *args = &socket->args;
	bool ip4 = addr_is_ip4(packet->to);

	if (socket->closed || args->port != packet->port ||
	    args->icmp6_type != packet->icmp6_type)
		return false;
	if (addr_is_multicast(packet->to))
		return addr_equal(args->group, packet->to) &&
		       (!socket->interface || socket->interface == at);
	if (addr_is_any(args->local))
		return addr_is_ip4(args->local) == ip4;
	return addr_equal(args->local, packet->to);
}

static bool
is_port_free(const struct sim_node *node, const struct sys_udp_args *args)
{
	list_each(interface, &node->kernel.interfaces, struct sim_interface, link) {
		if (args->index && interface->info.index != args->index)
			continue;
		if (clashes(&interface->sockets, args))
			return false;
	}
	return !clashes(&node->sockets, args);
}

static bool
clashes(const struct list *sockets, const struct sys_udp_args *args)
{
	list_each(socket, sockets, struct sys_udp, link) {
		const struct sys_udp_args *other = &socket->args;
		if (socket->closed || other->port != args->port)
			continue;
		if (addr_is_ip4(other->local) != addr_is_ip4(args->local))
			continue;
		if (!addr_is_any(other->local) && !addr_is_any(args->local) &&
		    !addr_equal(other->local, args->local))
			continue;
		if (!other->reuse || !args->reuse)
			return true;
	}
	return false;
}

/* The interface a packet has to leave by; 0: by route. */
static uint32_t
out_index(const struct sys_udp *socket, uint32_t index)
{
	return index || !socket->interface ? index : socket->interface->info.index;
}

static uint16_t
port_pick(struct sim_node *node, struct sys_udp_args *args)
{
	do {
		args->port = node->next_port++;
		if (node->next_port == 0)
			node->next_port = 32768;
	} while (!is_port_free(node, args));
	return args->port;
}

int
sim_probe(struct sim_node *node, struct addr to, uint64_t cookie)
{
	struct sys_udp socket = { .node = node };
	struct addr next, source = addr_any;
	struct sim_interface *out;
	uint8_t bytes[8];

	if (!node->powered)
		return -EHOSTDOWN;
	int error = sim_ip_out(node, 0, to, &out, &next);
	if (!error)
		error = sim_ip_source(node, out, to, &source);
	if (error)
		return error;
	wire_store_u64(bytes, cookie);
	struct sim_packet *packet =
		packet_make(&socket, source, to, SIM_PROBE_PORT, bytes, sizeof(bytes));
	sim_ip_send(out, next, packet);
	sim_packet_release(node->world, packet);
	return 0;
}

static struct sim_packet *
packet_make(const struct sys_udp *socket, struct addr source, struct addr to,
	    uint16_t port, const void *bytes, size_t size)
{
	struct sim_packet *packet = sim_packet_new(socket->node->world, size);
	uint8_t hops = socket->args.ttl;

	packet->from = socket->node;
	packet->source = source;
	packet->to = to;
	packet->source_port = socket->args.port;
	packet->port = port;
	/* Only a message that says its type. */
	packet->icmp6_type =
		socket->args.icmp6_type && size ? *(const uint8_t *)bytes : 0;
	packet->hops = hops ? hops : addr_is_multicast(to) ? 1 : SIM_HOPS;
	if (size)
		memcpy(packet->bytes, bytes, size);
	sim_packet_seal(packet);
	return packet;
}
