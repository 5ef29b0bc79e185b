/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TUN interfaces of the routers: what a virtual kernel sends into one is written as the
 * bytes of an IP and a UDP header and told to the router; what the router writes is read
 * again and arrives by the interface.  Nobody looks at checksums.
 */
#include "lib/mem.h"
#include "lib/wire.h"
#include "sysdep/sim/world.h"
#include <errno.h>

#define QUEUE       64 /* Packets that wait for the router; more are lost. */
#define HEADERS     48 /* Of the longest, IPv6 and UDP. */
#define IP4_HEADER  20
#define IP6_HEADER  40
#define UDP_HEADER  8
#define NEXT_UDP    17
#define PACKET_MOST 65535

struct sys_tun {
	struct sim_node *node;
	struct sim_interface *interface; /* Null: somebody removed it. */
	const struct sys_tun_ops *ops;
	void *context;
	bool busy, closed; /* In a callback; closed there, freed after. */
	struct sim_packet *queue[QUEUE];
	unsigned count;
	struct sim_timer timer; /* Runs while something is to be told. */
};

static void tun_fire(struct sim_timer *timer);
static void queue_tell(struct sys_tun *tun);
static size_t packet_write(const struct sim_packet *packet, uint8_t *bytes);
static struct sim_packet *packet_read(struct sys_tun *tun, struct wire_in in);

int
sim_tun_open(struct sys *sys, const char *name, uint32_t mtu,
	     const struct sys_tun_ops *ops, void *context, struct sys_tun **made)
{
	struct sim_node *node = sim_node_cast(sys);
	struct sys_tun *tun = mem_zalloc(sizeof(*tun));

	tun->node = node;
	tun->ops = ops;
	tun->context = context;
	sim_timer_init(&tun->timer, tun_fire);
	tun->interface = sim_interface_tun(node, name, mtu, tun);
	if (!tun->interface) {
		mem_free(tun);
		return -EBUSY;
	}
	*made = tun;
	return 0;
}

int
sim_tun_write(struct sys_tun *tun, const void *bytes, size_t size)
{
	if (!tun->interface || !sim_interface_works(tun->interface))
		return -EIO;
	struct sim_packet *packet = packet_read(tun, wire_in(bytes, size));
	if (packet) {
		sim_segment_loop(tun->interface, packet);
		sim_packet_release(tun->node->world, packet);
	}
	return 0;
}

void
sim_tun_close(struct sys_tun *tun)
{
	if (!tun)
		return;
	tun->closed = true;
	if (tun->busy)
		return;
	sim_timer_stop(tun->node->world, &tun->timer);
	while (tun->count > 0)
		sim_packet_release(tun->node->world, tun->queue[--tun->count]);
	if (tun->interface) {
		tun->interface->tun = NULL;
		sim_interface_remove(tun->interface);
	}
	mem_free(tun);
}

void
sim_tun_kill(struct sim_node *node)
{
	list_each(interface, &node->kernel.interfaces, struct sim_interface, link)
		sim_tun_close(interface->tun);
}

int
sim_tun_address_add(struct sys *sys, uint32_t index, struct addr addr, unsigned length)
{
	struct sim_interface *interface = sim_interface_at(sim_node_cast(sys), index);
	int error = interface ? sim_address_add(interface, addr, length, SYS_ADDRESS_OURS)
			      : -ENODEV;

	return error == -EEXIST ? 0 : error;
}

int
sim_tun_address_remove(struct sys *sys, uint32_t index, struct addr addr, unsigned length)
{
	struct sim_interface *interface = sim_interface_at(sim_node_cast(sys), index);

	(void)length; /* Nobody has an address twice here. */
	return interface ? sim_address_remove(interface, addr) : -ENODEV;
}

void
sim_tun_output(struct sys_tun *tun, struct sim_packet *packet)
{
	if (tun->count == QUEUE || !sim_interface_works(tun->interface))
		return;
	packet->uses++;
	tun->queue[tun->count++] = packet;
	sim_timer_start(tun->node->world, &tun->timer, tun->node->world->now);
}

void
sim_tun_lose(struct sys_tun *tun)
{
	tun->interface->tun = NULL;
	tun->interface = NULL;
	sim_timer_start(tun->node->world, &tun->timer, tun->node->world->now);
}

struct sim_interface *
sim_tun_resolve(const struct sim_interface *out, struct addr addr)
{
	if (!sim_interface_works(out))
		return NULL;
	list_each(node, &out->node->world->nodes, struct sim_node, link) {
		list_each(interface, &node->kernel.interfaces, struct sim_interface,
			  link) {
			if (interface == out || !interface->tun ||
			    !sim_interface_works(interface))
				continue;
			if (sim_address_of(interface, addr))
				return interface;
			if (!addr_is_link_local(addr) && sim_node_owns(node, addr))
				return interface;
		}
	}
	return NULL;
}

static void
tun_fire(struct sim_timer *timer)
{
	struct sys_tun *tun = container_of(timer, struct sys_tun, timer);

	if (!tun->node->handler)
		return;
	tun->busy = true;
	if (tun->interface)
		queue_tell(tun);
	else
		tun->ops->lost(tun->context, tun, -ENODEV);
	tun->busy = false;
	sim_node_handled(tun->node);
	if (tun->closed)
		sim_tun_close(tun);
}

static void
queue_tell(struct sys_tun *tun)
{
	struct sys_tun_packet packets[QUEUE];
	unsigned count = tun->count;
	size_t room = 0;

	for (unsigned i = 0; i < count; i++)
		room += HEADERS + tun->queue[i]->size;
	uint8_t *bytes = mem_alloc(room), *at = bytes;
	for (unsigned i = 0; i < count; i++) {
		size_t size = packet_write(tun->queue[i], at);
		packets[i] = (struct sys_tun_packet){ .bytes = at, .size = size };
		at += size;
		sim_packet_release(tun->node->world, tun->queue[i]);
	}
	tun->count = 0;
	tun->ops->receive(tun->context, tun, packets, count);
	mem_free(bytes);
}

static size_t
packet_write(const struct sim_packet *packet, uint8_t *bytes)
{
	struct wire_out out = wire_out(bytes, HEADERS + packet->size);
	uint16_t size = (uint16_t)(UDP_HEADER + packet->size);

	if (addr_is_ip4(packet->to)) {
		wire_put_u16(&out, 0x4500);
		wire_put_u16(&out, (uint16_t)(IP4_HEADER + size));
		wire_put_u32(&out, 0);
		wire_put_u16(&out, (uint16_t)(packet->hops << 8 | NEXT_UDP));
		wire_put_u16(&out, 0);
		wire_put_bytes(&out, packet->source.bytes + 12, 4);
		wire_put_bytes(&out, packet->to.bytes + 12, 4);
	} else {
		wire_put_u32(&out, 6u << 28);
		wire_put_u16(&out, size);
		wire_put_u16(&out, (uint16_t)(NEXT_UDP << 8 | packet->hops));
		wire_put_bytes(&out, packet->source.bytes, 16);
		wire_put_bytes(&out, packet->to.bytes, 16);
	}
	wire_put_u16(&out, packet->source_port);
	wire_put_u16(&out, packet->port);
	wire_put_u16(&out, size);
	wire_put_u16(&out, 0);
	wire_put_bytes(&out, packet->bytes, packet->size);
	return wire_used(&out);
}

/* Null: no UDP packet, which is all that virtual kernels know. */
static struct sim_packet *
packet_read(struct sys_tun *tun, struct wire_in in)
{
	const uint8_t *bytes = in.at;
	size_t size = wire_left(&in);
	bool ip4 = size > 0 && bytes[0] >> 4 == 4;
	size_t headers = (ip4 ? IP4_HEADER : IP6_HEADER) + UDP_HEADER;

	if (size < headers || size > PACKET_MOST || bytes[ip4 ? 9 : 6] != NEXT_UDP ||
	    (!ip4 && bytes[0] >> 4 != 6))
		return NULL;
	struct sim_packet *packet = sim_packet_new(tun->node->world, size - headers);
	packet->from = tun->node;
	packet->hops = bytes[ip4 ? 8 : 7];
	wire_skip(&in, ip4 ? 12 : 8);
	if (ip4) {
		packet->source = addr_from_ip4(wire_get_u32(&in));
		packet->to = addr_from_ip4(wire_get_u32(&in));
	} else {
		wire_get_bytes(&in, packet->source.bytes, 16);
		wire_get_bytes(&in, packet->to.bytes, 16);
	}
	packet->source_port = wire_get_u16(&in);
	packet->port = wire_get_u16(&in);
	wire_skip(&in, 4);
	wire_get_bytes(&in, packet->bytes, wire_left(&in));
	sim_packet_seal(packet);
	return packet;
}
