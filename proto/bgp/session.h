/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The session with a neighbour: connections and their state machine (RFC 4271 §8),
 * timers, what both sides agree on, framing, sending.  The side of routes (routes.h) sees
 * of it whole messages that came in an established session, and room to send.
 */
#ifndef PROTO_BGP_SESSION_H
#define PROTO_BGP_SESSION_H

#include "proto/bgp/bgp.h"
#include "proto/bgp/chunk.h"
#include "proto/bgp/state.h"
#include "proto/bgp/update.h"

/* What an established session runs by. */
struct bgp_agreed {
	struct bgp_codec codec;      /* Of what the neighbour sends. */
	bool families[BGP_FAMILIES]; /* Spoken by both. */
	/* Of what we send. */
	bool four_byte_as;
	bool add_path[BGP_FAMILIES];
	bool extended_next_hop;   /* IPv4 routes may have IPv6 next hops (RFC 8950). */
	bool link_local_next_hop; /* Capability 77: 16 bytes of it will do. */
	bool refresh, enhanced_refresh;
	size_t message_max; /* BGP_MESSAGE_MAX or BGP_EXTENDED_MAX */
	/* The neighbour. */
	uint32_t as, id;
	usec_t hold, keepalive, send_hold; /* 0: never. */
	/* Graceful restart (RFC 4724): it keeps our routes over a restart of ours, we
	 * keep its; `forwarding`: it says it kept its forwarding state. */
	bool restart;
	bool restarted;      /* It comes back from a restart itself. */
	bool long_lived;     /* And LLGR (RFC 9494). */
	bool notifications;  /* Also where a NOTIFICATION ends the session (RFC 8538). */
	usec_t restart_time; /* How long we wait for it. */
	struct bgp_restart_family restarts[BGP_FAMILIES];
	struct bgp_restart_family stale[BGP_FAMILIES]; /* RFC 9494 */
	/* Both ends of the connection, and the link it is over (null: several hops). */
	struct sys_tcp_ends ends;
	struct link *link;
};

/* Null unless the session is established. */
const struct bgp_agreed *bgp_agreed(const struct bgp *bgp);
/* Queues a piece behind what is queued already (holds its chunk); only in an established
 * session.  Always takes it: callers ask bgp_session_has_room() first. */
void bgp_session_send(struct bgp *bgp, const struct bgp_piece *piece);
/* Little enough is queued that more may be. If not, bgp_routes_write() is called when it
 * is so again. */
bool bgp_session_has_room(const struct bgp *bgp);
/* Ends the session with a NOTIFICATION (RFC 4271 §6), whose data is copied, and says so
 * in the log; `what` for people: "AS_PATH: wrong length".  May be called from within
 * bgp_routes_*(); takes effect when that returns. */
void bgp_session_fail(struct bgp *bgp, const struct bgp_failure *failure,
		      const char *what);

#endif
