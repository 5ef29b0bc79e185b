/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records of TABLE_DUMP_V2.
 */
#include "proto/mrt/packet.h"

#include <string.h>

#define TABLE_DUMP_V2 13
#define HEADER        12 /* Time, type, subtype, length. */

enum {
	PEER_INDEX_TABLE = 1,
	RIB_IPV4_UNICAST = 2,
	RIB_IPV6_UNICAST = 4,
	RIB_IPV4_UNICAST_ADDPATH = 8, /* RFC 8050 §4 */
	RIB_IPV6_UNICAST_ADDPATH = 10
};

enum { PEER_IPV6 = 1, PEER_AS4 = 2 };

/* Null: no room. */
static uint8_t *
record_begin(struct wire_out *out, uint32_t time, uint16_t subtype)
{
	uint8_t *start = out->at;

	wire_put_u32(out, time);
	wire_put_u16(out, TABLE_DUMP_V2);
	wire_put_u16(out, subtype);
	wire_put_u32(out, 0);
	return out->full ? NULL : start;
}

static void
record_end(struct wire_out *out, uint8_t *start)
{
	if (!out->full)
		wire_store_u32(start + 8, (uint32_t)(out->at - start - HEADER));
}

void
mrt_peers_write(struct wire_out *out, uint32_t time, uint32_t router_id, const char *view,
		const struct mrt_peer *peers, uint16_t count)
{
	uint8_t *start = record_begin(out, time, PEER_INDEX_TABLE);
	size_t length = strlen(view);

	wire_put_u32(out, router_id);
	wire_put_u16(out, (uint16_t)length);
	wire_put_bytes(out, view, (uint16_t)length);
	wire_put_u16(out, count);
	for (uint16_t i = 0; i < count; i++) {
		const struct mrt_peer *peer = &peers[i];
		bool is_ip4 = addr_is_any(peer->addr) || addr_is_ip4(peer->addr);
		wire_put_u8(out, is_ip4 ? PEER_AS4 : PEER_AS4 | PEER_IPV6);
		wire_put_u32(out, peer->router_id);
		if (addr_is_any(peer->addr))
			wire_put_u32(out, 0);
		else if (is_ip4)
			wire_put_u32(out, addr_to_ip4(peer->addr));
		else
			wire_put_bytes(out, peer->addr.bytes, 16);
		wire_put_u32(out, peer->asn);
	}
	record_end(out, start);
}

struct mrt_rib
mrt_rib_begin(struct wire_out *out, uint32_t time, uint32_t sequence,
	      const struct prefix *net, bool add_path)
{
	struct mrt_rib rib = { .out = out, .add_path = add_path };
	bool is_ip4 = net->type == NET_IP4;
	uint8_t bytes[16];

	if (is_ip4)
		rib.start = record_begin(out, time,
					 add_path ? RIB_IPV4_UNICAST_ADDPATH
						  : RIB_IPV4_UNICAST);
	else
		rib.start = record_begin(out, time,
					 add_path ? RIB_IPV6_UNICAST_ADDPATH
						  : RIB_IPV6_UNICAST);
	if (is_ip4)
		wire_store_u32(bytes, addr_to_ip4(net->addr));
	else
		memcpy(bytes, net->addr.bytes, 16);
	wire_put_u32(out, sequence);
	wire_put_u8(out, net->length);
	wire_put_bytes(out, bytes, (net->length + 7u) / 8);
	rib.entries = wire_put_gap(out, 2);
	return rib;
}

void
mrt_rib_end(struct mrt_rib *rib)
{
	if (!rib->out->full)
		wire_store_u16(rib->entries, rib->count);
	record_end(rib->out, rib->start);
}

uint8_t *
mrt_entry_begin(struct mrt_rib *rib, uint16_t peer, uint32_t changed, uint32_t path_id)
{
	rib->count++;
	wire_put_u16(rib->out, peer);
	wire_put_u32(rib->out, changed);
	if (rib->add_path)
		wire_put_u32(rib->out, path_id);
	return wire_put_gap(rib->out, 2);
}

void
mrt_entry_end(struct mrt_rib *rib, uint8_t *entry)
{
	if (!rib->out->full)
		wire_store_u16(entry, (uint16_t)(rib->out->at - entry - 2));
}
