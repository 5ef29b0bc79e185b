/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets on their way: from the kernel to a peer, from a peer to a protocol's port or
 * the kernel.  Every one ends as sent, or counted by the reason of its drop.
 */
#include "transport/plain/plain.h"

#include <errno.h>

enum plain_drop
plain_send(struct plain_peer *peer, const struct plain_packet *packet)
{
	struct plain *plain = peer->plain;
	struct sys_udp *socket = plain->sockets[!addr_is_ip4(peer->endpoint.addr)];
	uint8_t bytes[PLAIN_HEADER + PLAIN_MOST];
	struct plain_packet tagged = *packet;

	tagged.tag = (uint16_t)peer->config->tag;
	size_t size = plain_packet_write(&tagged, bytes, sizeof(bytes));
	if (size == 0)
		return PLAIN_TOO_BIG;
	if (!socket || peer->endpoint.port == 0 ||
	    plain_world(plain)->class->udp_send(socket, 0, addr_any, peer->endpoint.addr,
						(uint16_t)peer->endpoint.port, bytes,
						size))
		return PLAIN_NOT_SENT;
	return PLAIN_GOOD;
}

/* An IP packet to the peer of a link. */
static enum plain_drop
data_send(struct plain_peer *peer, const void *bytes, size_t size)
{
	const struct plain_packet packet = { .type = PLAIN_DATA,
					     .data = bytes,
					     .size = size };

	if (!peer->link->up)
		return PLAIN_LINK_DOWN;
	if (size > peer->link->mtu)
		return PLAIN_TOO_BIG;
	enum plain_drop drop = plain_send(peer, &packet);
	if (drop == PLAIN_GOOD) {
		peer->sent.packets++;
		peer->sent.bytes += size;
	}
	return drop;
}

int
plain_link_send(struct link *link, const void *packet, size_t size)
{
	static const int errors[PLAIN_DROPS] = { [PLAIN_LINK_DOWN] = -ENETDOWN,
						 [PLAIN_TOO_BIG] = -EMSGSIZE,
						 [PLAIN_NOT_SENT] = -EIO };
	struct plain_peer *peer = link->context;
	enum plain_drop drop = data_send(peer, packet, size);

	peer->plain->drops[drop]++;
	return errors[drop];
}

static enum plain_drop
data_receive(struct plain_peer *peer, const struct plain_packet *packet, usec_t received)
{
	struct plain *plain = peer->plain;

	if (!peer->link->up)
		return PLAIN_LINK_DOWN;
	peer->received.packets++;
	peer->received.bytes += packet->size;
	if (link_receive(peer->link, packet->data, packet->size, received))
		return PLAIN_GOOD;
	return plain_world(plain)->class->tun_write(plain->tun, packet->data,
						    packet->size)
		       ? PLAIN_NOT_TAKEN
		       : PLAIN_GOOD;
}

static enum plain_drop
datagram_receive(struct plain *plain, const struct sys_udp_packet *datagram)
{
	const struct plain_endpoint from = { datagram->source, datagram->source_port };
	struct plain_packet packet;
	enum plain_drop drop =
		plain_packet_read(datagram->bytes, datagram->size, &packet);

	if (drop != PLAIN_GOOD)
		return drop;
	struct plain_peer *peer = plain_peer_of(plain, &from, packet.tag);
	if (!peer)
		return PLAIN_STRANGER;
	if (packet.type == PLAIN_DATA)
		return data_receive(peer, &packet, datagram->received);
	return plain_peer_probed(peer, &packet, &from, datagram->received);
}

static void
udp_receive(void *context, struct sys_udp *udp, const struct sys_udp_packet *datagrams,
	    size_t count)
{
	struct plain *plain = context;

	(void)udp;
	for (size_t i = 0; i < count; i++)
		plain->drops[datagram_receive(plain, &datagrams[i])]++;
}

/* The kernel has routed a packet into the interface: to which peer? */
static enum plain_drop
packet_forward(struct plain *plain, const struct sys_tun_packet *packet)
{
	struct addr to;
	enum plain_drop drop = plain_packet_destination(packet->bytes, packet->size, &to);

	if (drop != PLAIN_GOOD)
		return drop;
	if (addr_is_multicast(to))
		return PLAIN_MULTICAST;
	struct plain_peer *peer = plain_route_match(plain, to);
	return peer ? data_send(peer, packet->bytes, packet->size) : PLAIN_NO_ROUTE;
}

static void
tun_receive(void *context, struct sys_tun *tun, const struct sys_tun_packet *packets,
	    size_t count)
{
	struct plain *plain = context;

	(void)tun;
	for (size_t i = 0; i < count; i++)
		plain->drops[packet_forward(plain, &packets[i])]++;
}

static void
tun_lost(void *context, struct sys_tun *tun, int error)
{
	struct plain *plain = context;

	(void)tun;
	(void)error;
	transport_restart(&plain->transport, "somebody removed its interface");
}

const struct sys_udp_ops plain_udp_ops = { .receive = udp_receive };
const struct sys_tun_ops plain_tun_ops = { .receive = tun_receive, .lost = tun_lost };
