/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Next hops: of routes that come in, and of those that are sent (RFC 4271 §5.1.3, RFC
 * 2545, RFC 8950).
 */
#ifndef PROTO_BGP_NEXT_HOP_H
#define PROTO_BGP_NEXT_HOP_H

#include "lib/addr.h"
#include "proto/bgp/chunk.h"

struct attrs;
struct bgp_field;
struct bgp_outgoing;
struct bgp_rib;
struct channel;
struct link;
struct nexthop;

/* The next hops of a message. */
struct bgp_next_hop {
	struct addr global;     /* addr_any: none. */
	struct addr link_local; /* addr_any: none. */
};

/* The next hop of routes that came with these addresses; a use is the caller's.  Null:
 * none that routes can have, and why. */
struct nexthop *bgp_next_hop_find(const struct bgp_rib *rib,
				  const struct bgp_next_hop *hop, const char **why);
/* Our own, as it is to be told on this session. */
struct bgp_next_hop bgp_next_hop_own(const struct bgp_rib *rib);
/* Of a family that is spoken: our own may be another now; if so, all is told again. */
void bgp_next_hop_look(struct bgp_rib *rib);
/* That of a route to be sent, whose block has `field` (null: none). */
enum bgp_hop_choice {
	BGP_HOP_NONE, /* It can't be sent. */
	BGP_HOP_OWN,  /* `self`, whatever that is. */
	BGP_HOP_OTHER /* Which one, depends on nothing of the neighbour but its link. */
};
enum bgp_hop_choice bgp_next_hop_choose(const struct bgp_rib *rib,
					const struct attrs *attrs,
					const struct bgp_field *field,
					const struct channel *from,
					struct bgp_next_hop *hop);
/* The links whose neighbours may be told another next hop of such routes than all others
 * are, who are told the same: how many. */
#define BGP_HOP_LINKS 2
unsigned bgp_next_hop_links(const struct bgp_rib *rib, const struct bgp_outgoing *given,
			    const struct link *links[static BGP_HOP_LINKS]);
bool bgp_next_hop_is_none(const struct bgp_next_hop *hop);
/* It is the neighbour itself: that can't be told to go by it. */
bool bgp_next_hop_is_neighbours(const struct bgp_rib *rib,
				const struct bgp_next_hop *hop);
bool bgp_next_hop_equal(const struct bgp_next_hop *a, const struct bgp_next_hop *b);
/* As the neighbour is sent it: 4 bytes for NEXT_HOP, or 16 or 32 for MP_REACH_NLRI (RFC
 * 4760 §3, RFC 2545 §3, capability 77); 0: there is none. */
size_t bgp_next_hop_write(const struct bgp_rib *rib, const struct bgp_next_hop *hop,
			  uint8_t to[static BGP_HOP_MAX]);

#endif
