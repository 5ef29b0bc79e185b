/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ports: UDP on a link.  Over an interface's own link a port is a socket bound to the
 * interface; over a transport's link it makes and reads the IPv6 and UDP headers itself
 * (RFC 8200 §3, RFC 768).
 */
#include "nest/link.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "lib/mem.h"
#include "lib/wire.h"
#include "nest/link_private.h"
#include "nest/router.h"
#include "nest/transport.h"

#define IP6_HEADER   40
#define UDP_HEADER   8
#define IP6_NEXT_UDP 17
#define CHECKSUM_AT  (IP6_HEADER + 6)
#define PACKET_MOST  65535

struct link_port {
	struct list list; /* In the link. */
	struct link *link;
	struct link_port_args args;
	const struct link_port_ops *ops;
	void *context;
	struct sys_udp *udp; /* Null over a transport's link. */
};

static void
port_received(void *context, struct sys_udp *udp, const struct sys_udp_packet *packets,
	      size_t count)
{
	(void)udp;
	struct link_port *port = context;
	while (count > 0) {
		struct link_packet batch[64];
		size_t size = MIN(count, ARRAY_SIZE(batch));
		for (size_t i = 0; i < size; i++)
			batch[i] = (struct link_packet){ .source = packets[i].source,
							 .destination =
								 packets[i].destination,
							 .source_port =
								 packets[i].source_port,
							 .received = packets[i].received,
							 .bytes = packets[i].bytes,
							 .size = packets[i].size };
		port->ops->receive(port->context, port, batch, size);
		packets += size;
		count -= size;
	}
}

static const struct sys_udp_ops port_udp_ops = { .receive = port_received };

static int
port_open_socket(struct link_port *port)
{
	struct sys *sys = port->link->router->sys;
	struct sys_udp_args args = { .local = addr_any,
				     .port = port->args.port,
				     .index = port->link->interface->sys.index,
				     .group = port->args.group,
				     .ttl = 1,
				     .tos = port->args.tos,
				     .priority = port->args.priority,
				     .reuse = true,
				     .receive_buffer = port->args.receive_buffer };
	return sys->class->udp_open(sys, &args, &port_udp_ops, port, &port->udp);
}

int
link_port_open(struct link *link, const struct link_port_args *args,
	       const struct link_port_ops *ops, void *context, struct link_port **port)
{
	*port = NULL;
	if (!link->up || !link->interface)
		return -ENETDOWN;
	struct link_port *made = mem_zalloc(sizeof(*made));
	made->link = link;
	made->args = *args;
	made->ops = ops;
	made->context = context;
	int error = link->transport ? 0 : port_open_socket(made);
	if (error) {
		mem_free(made);
		return error;
	}
	list_push_back(&link->ports, &made->list);
	*port = made;
	return 0;
}

void
link_port_close(struct link_port *port)
{
	if (!port)
		return;
	if (port->udp)
		port->link->router->sys->class->udp_close(port->udp);
	list_remove(&port->list);
	mem_free(port);
}

void
link_ports_free(struct link *link)
{
	list_each_safe(port, &link->ports, struct link_port, list)
		link_port_close(port);
}

/* RFC 8200 §8.1: the sum over pseudo-header and datagram; 0xffff where the checksum in it
 * is right. */
static uint16_t
udp_sum(const uint8_t *packet, size_t udp_size)
{
	uint64_t sum = udp_size + IP6_NEXT_UDP;
	struct wire_in in = wire_in(packet + 8, 32 + udp_size);
	while (wire_left(&in) > 1)
		sum += wire_get_u16(&in);
	if (wire_left(&in))
		sum += (uint64_t)wire_get_u8(&in) << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static int
port_send_packet(struct link_port *port, struct addr to, const void *bytes, size_t size)
{
	uint8_t packet[PACKET_MOST];
	struct link *link = port->link;
	size_t whole = size + IP6_HEADER + UDP_HEADER;
	if (addr_is_any(link->local))
		return -EADDRNOTAVAIL;
	if (whole > link->mtu || whole > sizeof(packet))
		return -EMSGSIZE;
	uint16_t udp_size = (uint16_t)(size + UDP_HEADER);
	struct wire_out out = wire_out(packet, whole);
	wire_put_u32(&out, 6u << 28 | (uint32_t)port->args.tos << 20);
	wire_put_u16(&out, udp_size);
	wire_put_u8(&out, IP6_NEXT_UDP);
	wire_put_u8(&out, 1);
	wire_put_bytes(&out, link->local.bytes, 16);
	wire_put_bytes(&out, to.bytes, 16);
	wire_put_u16(&out, port->args.port);
	wire_put_u16(&out, port->args.port);
	wire_put_u16(&out, udp_size);
	wire_put_u16(&out, 0);
	wire_put_bytes(&out, bytes, size);
	uint16_t checksum = (uint16_t)~udp_sum(packet, udp_size);
	wire_store_u16(packet + CHECKSUM_AT, checksum ? checksum : 0xffff);
	return link->transport->class->send(link, packet, whole);
}

int
link_port_send(struct link_port *port, struct addr to, const void *bytes, size_t size)
{
	struct link *link = port->link;
	if (!link->up || !link->interface)
		return -ENETDOWN;
	if (addr_is_any(to))
		to = port->args.group;
	if (link->transport)
		return port_send_packet(port, to, bytes, size);
	struct sys *sys = link->router->sys;
	return sys->class->udp_send(port->udp, link->interface->sys.index, link->local,
				    to, port->args.port, bytes, size);
}

/* An IPv6 UDP datagram taken apart. */
static bool
datagram_read(const void *bytes, size_t size, struct link_packet *packet, uint16_t *port)
{
	struct wire_in in = wire_in(bytes, size);
	uint32_t head = wire_get_u32(&in);
	uint16_t length = wire_get_u16(&in);
	uint8_t next = wire_get_u8(&in);
	wire_skip(&in, 1);
	wire_get_bytes(&in, packet->source.bytes, 16);
	wire_get_bytes(&in, packet->destination.bytes, 16);
	packet->source_port = wire_get_u16(&in);
	*port = wire_get_u16(&in);
	uint16_t udp_size = wire_get_u16(&in);
	wire_skip(&in, 2);
	packet->bytes = in.at;
	packet->size = wire_left(&in);
	return !in.bad && head >> 28 == 6 && next == IP6_NEXT_UDP &&
	       length == size - IP6_HEADER && udp_size == length;
}

static bool
port_hears(const struct link_port *port, const struct link_packet *packet,
	   uint16_t number)
{
	struct addr to = packet->destination;
	return port->args.port == number &&
	       addr_equal(to,
			  addr_is_multicast(to) ? port->args.group : port->link->local);
}

/* RFC 8200 §8.1: there always is a checksum. */
static bool
is_intact(const uint8_t *packet, size_t size)
{
	return wire_load_u16(packet + CHECKSUM_AT) != 0 &&
	       udp_sum(packet, size - IP6_HEADER) == 0xffff;
}

/* As sockets have it: a multicast is for every port that joined, else there is one. */
bool
link_receive(struct link *link, const void *bytes, size_t size, usec_t received)
{
	struct link_packet packet = { .received = received };
	uint16_t number;
	bool taken = false;
	if (!link->up || !datagram_read(bytes, size, &packet, &number))
		return false;
	list_each_safe(port, &link->ports, struct link_port, list) {
		if (!port_hears(port, &packet, number))
			continue;
		if (!taken && !is_intact(bytes, size))
			return true;
		taken = true;
		port->ops->receive(port->context, port, &packet, 1);
		if (!addr_is_multicast(packet.destination))
			break;
	}
	return taken;
}
