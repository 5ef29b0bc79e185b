/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is meant; see audience.h.
 */
#include "proto/bgp/audience.h"

#include "proto/bgp/next_hop.h"

bool
bgp_some_have(const struct bgp_some *some, const struct bgp_recipient *recipient)
{
	switch (some->trait) {
	case BGP_IS_MEMBER: return recipient->number == some->number;
	case BGP_IS_ON: return recipient->link == some->link;
	case BGP_IS_ELSEWHERE: return recipient->link != some->link;
	case BGP_IS_HOP: return bgp_next_hop_is_neighbours(recipient->rib, &some->hop);
	case BGP_IS_NO_HOP:
		return !bgp_next_hop_is_neighbours(recipient->rib, &some->hop);
	}
	return false;
}

bool
bgp_some_equal(const struct bgp_some *a, const struct bgp_some *b)
{
	return a->trait == b->trait && a->number == b->number && a->link == b->link &&
	       bgp_next_hop_equal(&a->hop, &b->hop);
}

const struct bgp_recipient *
bgp_audience_find(const struct bgp_audience *audience, const struct bgp_some *but,
		  unsigned count)
{
	for (uint32_t i = 0; i < audience->count; i++) {
		const struct bgp_recipient *recipient = &audience->recipients[i];
		unsigned at = 0;
		while (at < count && !bgp_some_have(&but[at], recipient))
			at++;
		if (at == count)
			return recipient;
	}
	return NULL;
}
