/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who of a group is told what is written for it, and for whom of them what is.
 *
 * A route is told in two versions where its next hop is on a link of some: they go by it
 * themselves, others by us (RFC 4271 §5.1.3).  Nobody is told a route of its own, and to
 * whom the next hop is it is withdrawn.  So what is written is for all but some, and
 * those are said by what they have in common.
 */
#ifndef PROTO_BGP_AUDIENCE_H
#define PROTO_BGP_AUDIENCE_H

#include "proto/bgp/next_hop.h"

/* A member of the group whose session is established and speaks the family. */
struct bgp_recipient {
	const struct bgp_rib *rib;
	const struct link *link; /* Null: it is several hops away. */
	uint16_t number;         /* In the group (nest/export_group.h). */
};

/* All of them. */
struct bgp_audience {
	struct bgp_recipient *recipients;
	uint32_t count;
	bool is_scattered; /* They are not all on one link. */
};

enum bgp_trait {
	BGP_IS_MEMBER,
	BGP_IS_ON,        /* The link. */
	BGP_IS_ELSEWHERE, /* Not on the link. */
	BGP_IS_HOP,       /* Its own address is the next hop. */
	BGP_IS_NO_HOP
};

/* Some recipients: who has the trait. */
struct bgp_some {
	enum bgp_trait trait;
	uint16_t number;         /* Of BGP_IS_MEMBER */
	const struct link *link; /* Of BGP_IS_ON, BGP_IS_ELSEWHERE */
	struct bgp_next_hop hop; /* Of BGP_IS_HOP, BGP_IS_NO_HOP */
};

bool bgp_some_have(const struct bgp_some *some, const struct bgp_recipient *recipient);
bool bgp_some_equal(const struct bgp_some *a, const struct bgp_some *b);
/* The first recipient who is none of those; null: all are. */
const struct bgp_recipient *bgp_audience_find(const struct bgp_audience *audience,
					      const struct bgp_some *but, unsigned count);

#endif
