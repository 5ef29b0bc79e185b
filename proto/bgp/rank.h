/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every comparison of the Decision Process asks of a set of attributes first, in one
 * number that is kept with the set (struct attrs): the lower one is better.
 */
#ifndef PROTO_BGP_RANK_H
#define PROTO_BGP_RANK_H

#include "proto/bgp/update.h"

/* Marks in the lowest bits, and above them what is compared.  Never 0, which is "not read
 * yet". */
enum {
	RANK_READ,
	RANK_MED, /* There is one. */
	RANK_AIGP,
	RANK_REFLECTED,       /* By an ORIGINATOR_ID or CLUSTER_LIST. */
	RANK_RESTRICTED,      /* See bgp_is_restricted(). */
	RANK_ORIGIN,          /* 2 bits */
	RANK_LENGTH = 7,      /* 24 bits */
	RANK_PREFERENCE = 31, /* 32 bits, what is missing to the most. */
	RANK_STALE = 63
};

/* That of a block with a path of that length; `local_pref`: where it says none. */
uint64_t bgp_rank(const struct bgp_block_look *look, uint32_t local_pref,
		  unsigned path_length);
/* And where it gets OTC, too. */
static inline uint64_t
bgp_rank_restricted(uint64_t rank)
{
	return rank | UINT64_C(1) << RANK_RESTRICTED;
}

static inline uint32_t
bgp_rank_part(uint64_t rank, unsigned from, unsigned bits)
{
	return (uint32_t)(rank >> from & ((UINT64_C(1) << bits) - 1));
}

static inline bool
bgp_rank_has(uint64_t rank, unsigned mark)
{
	return (rank >> mark & 1) != 0;
}

#endif
