/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records of TABLE_DUMP_V2 (RFC 6396 §4.3) with path identifiers (RFC 8050 §4).  Pure: no
 * state, no allocation; where there is no room the writer is `full`, and what it has is
 * of no use.
 */
#ifndef PROTO_MRT_PACKET_H
#define PROTO_MRT_PACKET_H

#include "lib/addr.h"
#include "lib/wire.h"

struct mrt_peer {
	struct addr addr; /* addr_any: we ourselves, 0.0.0.0. */
	uint32_t asn;
	uint32_t router_id; /* 0: not known. */
};

/* PEER_INDEX_TABLE (RFC 6396 §4.3.1); `time`: seconds since 1970. */
void mrt_peers_write(struct wire_out *out, uint32_t time, uint32_t router_id,
		     const char *view, const struct mrt_peer *peers, uint16_t count);

/* A record of one prefix that is being written (§4.3.2): `count` of its entries is
 * patched in at its end. */
struct mrt_rib {
	struct wire_out *out;
	uint8_t *start, *entries; /* Null: no room. */
	uint16_t count;
	bool add_path;
};

/* `net` is IPv4 or IPv6. */
struct mrt_rib mrt_rib_begin(struct wire_out *out, uint32_t time, uint32_t sequence,
			     const struct prefix *net, bool add_path);
void mrt_rib_end(struct mrt_rib *rib);
/* One entry (§4.3.4); what is written to `out` until mrt_entry_end() are its attributes.
 * Returns what mrt_entry_end() needs.  `changed`: seconds since 1970. */
uint8_t *mrt_entry_begin(struct mrt_rib *rib, uint16_t peer, uint32_t changed,
			 uint32_t path_id);
void mrt_entry_end(struct mrt_rib *rib, uint8_t *entry);

#endif
