/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rank of a set, attribute by attribute.
 */
#include "proto/bgp/rank.h"

#include <string.h>

#include "proto/bgp/path.h"
#include "proto/bgp/rib.h"
#include "proto/bgp/stale.h"

#define ORIGIN_WORST 2u
#define LENGTH_MAX   ((1u << 24) - 1)

static inline void
set(uint64_t *rank, unsigned from, unsigned bits, uint64_t value)
{
	uint64_t mask = (UINT64_C(1) << bits) - 1;
	*rank = (*rank & ~(mask << from)) | value << from;
}

static inline void
mark(uint64_t *rank, unsigned bit)
{
	*rank |= UINT64_C(1) << bit;
}

uint64_t
bgp_rank_begin(uint32_t local_pref)
{
	uint64_t rank = UINT64_C(1) << RANK_READ;
	set(&rank, RANK_PREFERENCE, 32, ~local_pref);
	set(&rank, RANK_ORIGIN, 2, ORIGIN_WORST);
	return rank;
}

static void
communities_add(uint64_t *rank, const struct bgp_field *field)
{
	for (size_t at = 0; at + 4 <= field->size; at += 4) {
		uint32_t community;
		memcpy(&community, field->value + at, sizeof(community));
		if (community < BGP_WELL_KNOWN)
			continue;
		mark(rank, RANK_RESTRICTED);
		if (community == BGP_LLGR_STALE)
			mark(rank, RANK_STALE);
	}
}

void
bgp_rank_add_path(uint64_t *rank, unsigned length)
{
	set(rank, RANK_LENGTH, 24, MIN(length, LENGTH_MAX));
}

void
bgp_rank_add(uint64_t *rank, const struct bgp_field *field)
{
	switch (field->type) {
	case BGP_ATTRIBUTE_ORIGIN:
		set(rank, RANK_ORIGIN, 2, MIN(field->value[0], ORIGIN_WORST));
		break;
	case BGP_ATTRIBUTE_AS_PATH:
		bgp_rank_add_path(rank, bgp_path_length(field->value, field->size));
		break;
	case BGP_ATTRIBUTE_MED: mark(rank, RANK_MED); break;
	case BGP_ATTRIBUTE_LOCAL_PREF:
		set(rank, RANK_PREFERENCE, 32, ~wire_load_u32(field->value));
		break;
	case BGP_ATTRIBUTE_COMMUNITY: communities_add(rank, field); break;
	case BGP_ATTRIBUTE_OTC: mark(rank, RANK_RESTRICTED); break;
	case BGP_ATTRIBUTE_ORIGINATOR_ID:
	case BGP_ATTRIBUTE_CLUSTER_LIST: mark(rank, RANK_REFLECTED); break;
	case BGP_ATTRIBUTE_AIGP: mark(rank, RANK_AIGP); break;
	default: break;
	}
}
