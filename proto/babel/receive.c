/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reception: whose packets are taken (RFC 8966 §4), and which part of the protocol each
 * TLV goes to.  All that is not used is counted by reason.
 */
#include "proto/babel/babel.h"

#include "lib/text.h"
#include "nest/router.h"

#define LOG_PAUSE (60 * USEC_S) /* One line per reason in such a time. */

void
babel_drop(struct babel *babel, enum babel_drop drop,
	   const struct babel_interface *interface, struct addr from)
{
	usec_t now = babel_now(babel);
	char text[ADDR_TEXT];

	babel->drops[drop]++;
	/* RFC 8966 §4: silently; only what a sane speaker never sends is worth a line. */
	if (drop > BABEL_DROP_CODEC_LAST || drop == BABEL_DROP_TLV_UNKNOWN ||
	    drop == BABEL_DROP_SUBTLV_MANDATORY || drop == BABEL_DROP_AE)
		return;
	if (babel->drop_logged[drop] && now - babel->drop_logged[drop] < LOG_PAUSE)
		return;
	babel->drop_logged[drop] = now;
	protocol_log(&babel->protocol, LOG_REMOTE, "Bad packet from %s on %s: %s",
		     addr_format(from, text), interface->link->name,
		     babel_drop_name(drop));
}

/* Whose packets are ignored. */
static enum babel_drop
packet_check(const struct babel_interface *interface,
	     const struct babel_neighbour *neighbour, const struct link_packet *packet)
{
	const struct babel *babel = interface->babel;

	/* RFC 8966 §4: from a link-local address and the well-known port. */
	if (!addr_is_link_local(packet->source))
		return BABEL_DROP_SOURCE_ADDRESS;
	if (packet->source_port != interface->config->port)
		return BABEL_DROP_SOURCE_PORT;
	/* T-28: our own multicast, looped back here or over a bridge. */
	if (addr_equal(packet->source, interface->local))
		return BABEL_DROP_OWN;
	if (!neighbour && router_has_addr(babel->protocol.router, packet->source))
		return BABEL_DROP_OWN;
	return BABEL_DROP_NONE;
}

/* RFC 8966 §3.4: a neighbour is who said Hello; `*neighbour` is null for others. */
static enum babel_drop
tlv_handle(struct babel_interface *interface, struct addr from,
	   struct babel_neighbour **neighbour, const struct babel_tlv *tlv)
{
	if (tlv->type == BABEL_TLV_HELLO) {
		babel_neighbour_hello(interface, from, &tlv->hello);
		*neighbour = babel_neighbour_find(interface, from);
		return BABEL_DROP_NONE;
	}
	if (!*neighbour)
		return BABEL_DROP_NEIGHBOUR;
	switch (tlv->type) {
	case BABEL_TLV_ACK_REQUEST:
		babel_ack_answer(*neighbour, &tlv->ack_request);
		break;
	case BABEL_TLV_ACK:
		if (!babel_ack_received(*neighbour, &tlv->ack))
			return BABEL_DROP_ACK_UNKNOWN;
		break;
	case BABEL_TLV_IHU: babel_neighbour_ihu(*neighbour, &tlv->ihu); break;
	case BABEL_TLV_UPDATE: return babel_route_update(*neighbour, &tlv->update);
	case BABEL_TLV_ROUTE_REQUEST:
		babel_request_route(*neighbour, &tlv->route_request);
		break;
	case BABEL_TLV_SEQNO_REQUEST:
		babel_request_seqno(*neighbour, &tlv->seqno_request);
		break;
	}
	return BABEL_DROP_NONE;
}

static void
packet_read(struct babel_interface *interface, const struct link_packet *packet)
{
	struct babel *babel = interface->babel;
	struct babel_neighbour *neighbour =
		babel_neighbour_find(interface, packet->source);
	enum babel_drop drop = packet_check(interface, neighbour, packet);
	struct babel_reader reader;
	struct babel_tlv tlv;

	babel->packets_received++;
	if (drop == BABEL_DROP_NONE)
		drop = babel_reader_open(&reader, packet->bytes, packet->size,
					 packet->source);
	if (drop != BABEL_DROP_NONE) {
		babel_drop(babel, drop, interface, packet->source);
		return;
	}
	while (babel_reader_next(&reader, &tlv, &drop)) {
		if (drop == BABEL_DROP_NONE)
			drop = tlv_handle(interface, packet->source, &neighbour, &tlv);
		if (drop != BABEL_DROP_NONE)
			babel_drop(babel, drop, interface, packet->source);
	}
}

void
babel_receive(void *context, struct link_port *port, const struct link_packet *packets,
	      size_t count)
{
	struct babel_interface *interface = context;

	(void)port;
	for (size_t i = 0; i < count; i++)
		packet_read(interface, &packets[i]);
	babel_settle(interface->babel);
}
