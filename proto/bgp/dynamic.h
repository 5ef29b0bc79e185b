/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Neighbours that are not configured one by one: who connects from a range, or is found
 * on a link (discover.h), gets an instance of its own, a child (nest/spawn.h) of the one
 * that has the range or looks at the link.
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
	/* It did that: we don't, and the instance goes with the session. */
	bool connected;
};

struct bgp_session;

/* The hook child_configure(). */
struct protocol_config *bgp_dynamic_configure(const struct protocol *parent,
					      const void *detail, struct arena *arena);
/* A running instance has a range with the remote end in it. */
bool bgp_dynamic_covers(const struct protocol *protocol, const struct sys_tcp_ends *ends);
/* The session of a new child for who has connected; null, and `why`: there can be none.
 */
struct bgp_session *bgp_dynamic_meet(struct protocol *parent,
				     const struct sys_tcp_ends *ends, const char **why);

/* The child for a neighbour, which may be disabled; null: there is none. */
struct protocol *bgp_dynamic_child(const struct protocol *parent,
				   const struct bgp_dynamic *met);
/* Makes it; null, and `why`: there can be none. */
struct protocol *bgp_dynamic_child_new(struct protocol *parent,
				       const struct bgp_dynamic *met, const char **why);
/* Another instance than the parent and its children has the router at this address of the
 * link as its neighbour. */
bool bgp_dynamic_is_anothers(const struct protocol *parent, struct addr addr,
			     const char *link);

#endif
