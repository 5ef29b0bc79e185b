/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Path identifiers (RFC 7911) made few.  A neighbour may give each path of each
 * destination one of its own, as FRR does; but each is a source of routes, of which a
 * table knows no more than 65535.  Low ones are taken as they are.  Paths with others are
 * put in lanes, the first of their destination that is free; what the lane is called is
 * the path's identifier from there on.
 */
#ifndef PROTO_BGP_LANE_H
#define PROTO_BGP_LANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bgp_lanes;
struct prefix;

/* The lowest identifier that is not taken as it is, and what the first lane is called. */
#define BGP_LANE_FIRST 4096u
/* Of a destination at most. */
#define BGP_LANES 4096u

/* Empty; `seed`: of its hashes, which the neighbour doesn't know.  Null frees nothing. */
struct bgp_lanes *bgp_lanes_new(uint32_t seed);
void bgp_lanes_free(struct bgp_lanes *lanes);
/* What the lane of the path is called; 0: it can't have one.  One that has none yet gets
 * it. */
uint32_t bgp_lane_take(struct bgp_lanes *lanes, const struct prefix *net,
		       uint32_t path_id);
/* The same for the last time: the path is withdrawn.  0: it had none. */
uint32_t bgp_lane_leave(struct bgp_lanes *lanes, const struct prefix *net,
			uint32_t path_id);

/* Paths that have one. */
uint32_t bgp_lanes_count(const struct bgp_lanes *lanes);

/* The first lanes of a destination: which paths have, and of those which somebody knows.
 */
struct bgp_lane_set {
	uint32_t count;
	bool is_taken[BGP_LANES], is_known[BGP_LANES];
};
/* Looks at so many destinations, those first that it has not looked at for longest, and
 * frees lanes that `know` doesn't say are known: of paths that are gone, though they were
 * not withdrawn. */
void bgp_lanes_review(struct bgp_lanes *lanes, size_t most,
		      void (*know)(void *context, const struct prefix *net,
				   struct bgp_lane_set *set),
		      void *context);

#endif
