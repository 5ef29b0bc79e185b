/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sessions of protocol ibgp (ibgp.h): each is a child, an instance of bgp with a
 * member of the AS as its neighbour.
 */
#ifndef PROTO_BGP_IBGP_SESSION_H
#define PROTO_BGP_IBGP_SESSION_H

#include "proto/bgp/ibgp.h"

/* Hooks of the class, see nest/protocol.h. */
struct protocol_config *ibgp_child_configure(const struct protocol *parent,
					     const void *detail, struct arena *arena);
void ibgp_child_event(struct protocol *protocol, const struct protocol *child);

/* Brings all in line with what members are to us: what is missing comes at once, what is
 * more than wanted goes after a while, and not before those who reflect have told us
 * their routes. */
void ibgp_sessions_settle(struct ibgp *ibgp, struct ibgp_member *const *reflectors,
			  unsigned count);
/* Finds who is silent (ibgp_member.h), and says so of those who are it anew. */
void ibgp_silent_log(struct ibgp *ibgp);

#endif
