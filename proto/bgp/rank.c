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

static inline uint64_t
mark(unsigned bit, bool is_set)
{
	return (uint64_t)is_set << bit;
}

/* Those of a block, in the host's order. */
static uint64_t
communities_rank(const struct bgp_block_look *look)
{
	uint32_t most = 0;
	if (!bgp_look_has(look, BGP_ATTRIBUTE_COMMUNITY))
		return 0;
	struct bgp_field field = bgp_look_field(look, BGP_ATTRIBUTE_COMMUNITY);
	for (size_t at = 0; at + 4 <= field.size; at += 4) {
		uint32_t community;
		memcpy(&community, field.value + at, sizeof(community));
		most = MAX(most, community);
	}
	if (most < BGP_WELL_KNOWN)
		return 0;
	return mark(RANK_RESTRICTED, true) |
	       mark(RANK_STALE, bgp_list_has(&field, BGP_LLGR_STALE));
}

uint64_t
bgp_rank(const struct bgp_block_look *look, uint32_t local_pref, unsigned path_length)
{
	unsigned origin = ORIGIN_WORST;
	if (bgp_look_has(look, BGP_ATTRIBUTE_LOCAL_PREF))
		local_pref = wire_load_u32(
			bgp_look_field(look, BGP_ATTRIBUTE_LOCAL_PREF).value);
	if (bgp_look_has(look, BGP_ATTRIBUTE_ORIGIN))
		origin = bgp_look_field(look, BGP_ATTRIBUTE_ORIGIN).value[0];
	return mark(RANK_READ, true) |
	       (uint64_t)(uint32_t)~local_pref << RANK_PREFERENCE |
	       (uint64_t)MIN(path_length, LENGTH_MAX) << RANK_LENGTH |
	       (uint64_t)MIN(origin, ORIGIN_WORST) << RANK_ORIGIN |
	       mark(RANK_MED, bgp_look_has(look, BGP_ATTRIBUTE_MED)) |
	       mark(RANK_RESTRICTED, bgp_look_has(look, BGP_ATTRIBUTE_OTC)) |
	       mark(RANK_REFLECTED,
		    bgp_look_has(look, BGP_ATTRIBUTE_ORIGINATOR_ID) ||
			    bgp_look_has(look, BGP_ATTRIBUTE_CLUSTER_LIST)) |
	       mark(RANK_AIGP, bgp_look_has(look, BGP_ATTRIBUTE_AIGP)) |
	       communities_rank(look);
}
