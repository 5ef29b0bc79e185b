/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a neighbour is sent: which routes, and with which attributes.
 */
#ifndef PROTO_BGP_ADVERTISE_H
#define PROTO_BGP_ADVERTISE_H

#include "nest/channel.h"
#include "proto/bgp/next_hop.h"

struct bgp_rib;

/* What all routes of a message have in common. */
struct bgp_outgoing {
	struct attrs *attrs; /* Null: they are withdrawn, and the rest says nothing. */
	const struct channel *from;
	uint32_t metric;  /* Inline; where `aigp originate` asks for it, else 0. */
	bool has_own_med; /* The export policy set MULTI_EXIT_DISC. */
};

/* What a message says of them beside their prefixes. */
struct bgp_advert {
	struct bgp_next_hop hop;
	bool is_own; /* Ours, not one that a route brought. */
	bool by_mp;  /* Next hop and prefixes are in MP_REACH_NLRI. */
	uint8_t hop_bytes[BGP_HOP_MAX];
	uint32_t hop_size;
	/* But MP_REACH_NLRI; good until the next message, in or out. */
	const uint8_t *attributes;
	size_t size;
};

/* The change is of such a route, told by that channel; its set is borrowed. */
struct bgp_outgoing bgp_outgoing(const struct bgp_rib *rib,
				 const struct route_change *change);
/* What the neighbour is sent for such routes, if it can have their next hop.  False: they
 * can't be sent. */
bool bgp_advertise(const struct bgp_rib *rib, const struct bgp_outgoing *given,
		   struct bgp_advert *advert);
/* Hook of the class, see nest/protocol.h. */
const char *bgp_refusal(const struct channel *channel, const struct route_draft *draft);

#endif
