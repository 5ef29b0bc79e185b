/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets: their memory (slabs by size, counted, shared by all receivers of a multicast)
 * and what a machine does with one that arrives: hand it to its sockets or forward it.
 */
#include <string.h>
#include "lib/mem.h"
#include "sysdep/sim/world.h"

static const uint16_t class_sizes[SIM_PACKET_CLASSES] = { 192, 640, 1600 };

static struct sim_packet *packet_own(struct sim_world *world, struct sim_packet *packet);
static void deliver(struct sim_interface *at, const struct sim_packet *packet);
static void forward(struct sim_interface *at, struct sim_packet *packet);

void
sim_packet_init(struct sim_world *world)
{
	for (unsigned i = 0; i < SIM_PACKET_CLASSES; i++)
		world->packets[i] =
			slab_new(world->pool, sizeof(struct sim_packet) + class_sizes[i]);
}

/* One use is the caller's; a size above all classes is rare and gets memory of its own.
 */
struct sim_packet *
sim_packet_new(struct sim_world *world, size_t size)
{
	struct sim_packet *packet;
	uint8_t class = 0;

	while (class < SIM_PACKET_CLASSES && size > class_sizes[class])
		class ++;
	if (class < SIM_PACKET_CLASSES)
		packet = slab_alloc(world->packets[class]);
	else
		packet = mem_zalloc(sizeof(*packet) + size);
	packet->uses = 1;
	packet->is_tcp = false;
	packet->icmp6_type = 0;
	packet->class = class;
	packet->size = (uint32_t)size;
	return packet;
}

void
sim_packet_seal(struct sim_packet *packet)
{
	packet->hash = hash_bytes64(packet->source.bytes, sizeof(packet->source.bytes),
				    packet->port);
	packet->hash =
		hash_bytes64(packet->to.bytes, sizeof(packet->to.bytes), packet->hash);
	packet->hash = hash_bytes64(packet->bytes, packet->size, packet->hash);
}

void
sim_packet_release(struct sim_world *world, struct sim_packet *packet)
{
	if (--packet->uses)
		return;
	if (packet->class < SIM_PACKET_CLASSES)
		slab_release(world->packets[packet->class], packet);
	else
		mem_free(packet);
}

void
sim_packet_arrive(struct sim_interface *at, struct sim_packet *packet)
{
	struct sim_node *node = at->node;
	bool heard = sim_interface_works(at);

	sim_trace(node->world,
		  &(struct sim_event){ .when = node->world->now,
				       .kind = heard ? SIM_PACKET : SIM_LOST,
				       .node = node,
				       .from = packet->from,
				       .what = at->info.name,
				       .bytes = packet->bytes,
				       .size = packet->size },
		  packet->hash);
	if (!heard)
		return;
	bool ours = addr_is_multicast(packet->to) || sim_node_owns(node, packet->to);
	if (!ours && addr_is_link_local(packet->to))
		return;
	if (ours && !at->nat) {
		deliver(at, packet);
		return;
	}
	packet = packet_own(node->world, packet);
	if (!ours || sim_nat_in(at, packet))
		forward(at, packet);
	else
		deliver(at, packet);
	sim_packet_release(node->world, packet);
}

/* A packet that nobody else holds, to be changed: a copy if need be. One use is the
 * caller's. */
static struct sim_packet *
packet_own(struct sim_world *world, struct sim_packet *packet)
{
	if (packet->uses == 1) {
		packet->uses++;
		return packet;
	}
	struct sim_packet *copy = sim_packet_new(world, packet->size);
	uint8_t class = copy->class;
	memcpy(copy, packet, sizeof(*packet) + packet->size);
	copy->class = class;
	copy->uses = 1;
	return copy;
}

static void
deliver(struct sim_interface *at, const struct sim_packet *packet)
{
	if (packet->is_tcp)
		sim_tcp_deliver(at->node, at, packet);
	else
		sim_udp_deliver(at->node, at, packet);
}

static void
forward(struct sim_interface *at, struct sim_packet *packet)
{
	struct sim_node *node = at->node;
	const struct sim_observer *observer = node->world->observer;
	struct sim_hop hop;

	if (packet->hops <= 1) {
		if (observer && observer->hops_exceeded)
			observer->hops_exceeded(
				node->world->observer_context, node,
				&(struct sys_udp_packet){ .source = packet->source,
							  .destination = packet->to,
							  .source_port =
								  packet->source_port,
							  .index = at->info.index,
							  .bytes = packet->bytes,
							  .size = packet->size });
		return;
	}
	packet->hops--;
	struct sim_dest *near = sim_dest_match(node->world, packet->to);
	sim_forward(node, packet->to, packet->source, near, 0, &hop);
	if (hop.verdict != SIM_VIA && hop.verdict != SIM_ON_LINK)
		return;
	struct addr next = hop.verdict == SIM_VIA ? hop.gateway : packet->to;
	sim_nat_out(hop.interface, packet);
	sim_segment_send_via(hop.interface, next, packet);
}
