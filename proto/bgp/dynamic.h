/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Neighbours that are not configured one by one: who calls from a range gets an instance
 * of its own, a child (nest/spawn.h) of the one that has the range.
 */
#ifndef PROTO_BGP_DYNAMIC_H
#define PROTO_BGP_DYNAMIC_H

#include "nest/spawn.h"
#include "proto/bgp/bgp.h"

#define BGP_LINK_NAME 64

/* What a child is made with. */
struct bgp_dynamic {
	struct addr addr;         /* Of the neighbour. */
	char link[BGP_LINK_NAME]; /* That it is on; empty: nowhere in particular. */
	/* It called: we don't, and the instance goes with the session. */
	bool called;
};

struct bgp_session;

/* The hook child_configure(). */
struct protocol_config *bgp_dynamic_configure(const struct protocol *parent,
					      const void *detail, struct arena *arena);
/* A running instance has a range with the caller in it. */
bool bgp_dynamic_covers(const struct protocol *protocol, const struct sys_tcp_ends *ends);
/* The session of a new child for the caller; null, and `why`: there can be none. */
struct bgp_session *bgp_dynamic_meet(struct protocol *parent,
				     const struct sys_tcp_ends *ends, const char **why);

#endif
