/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a session knows of routes, for each family: Adj-RIB-In (RFC 4271 §3.2) is the
 * channel's part of its table, Adj-RIB-Out what the channel has told and messages are
 * being made of.  Here is what it remembers; what is done with it is in
 *
 *   adj_rib_in.c   UPDATEs to routes: which are acceptable, attribute sets
 *   lane.c         identifiers of paths that come in, made few
 *   next_hop.c     next hops of routes that come in, and of those that go out
 *   advertise.c    the attributes a neighbour is sent
 *   window.c       changes of routes that wait, by their attributes
 *   writer.c       a window to UPDATEs, for one neighbour or for a group
 *   audience.c     who of a group a message is for
 *   adj_rib_out.c  what one neighbour is told alone
 *   group.c        neighbours that are told the same
 *   stale.c        routes of a neighbour that is away
 */
#ifndef PROTO_BGP_RIB_H
#define PROTO_BGP_RIB_H

#include "proto/bgp/flap.h"
#include "proto/bgp/guard.h"
#include "proto/bgp/next_hop.h"
#include "proto/bgp/session.h"

struct bgp_arrivals;
struct bgp_lanes;
struct bgp_window;

/* Rooms for what is made of a message.  Of one that came: its block, the same with the
 * next hops of MP_REACH_NLRI, the same with a mark for customers, and for each family the
 * last of its blocks, which took the place of what was there.  Of one that is sent, which
 * is never made while a message is read: lists that grow, all attributes. */
enum {
	BGP_ROOM_CAME,
	BGP_ROOM_REACH,
	BGP_ROOM_MARKED,
	BGP_ROOM_LAST,
	BGP_ROOMS = BGP_ROOM_LAST + BGP_FAMILIES,
	BGP_ROOM_LISTS = BGP_ROOM_CAME,
	BGP_ROOM_SENT = BGP_ROOM_REACH
};

/* Routes that were refused before any policy, by reason. */
#define BGP_REFUSALS 16
struct bgp_refusal {
	const char *why; /* Of the program. */
	uint64_t count;
};

struct bgp_rib {
	struct bgp *bgp;
	enum bgp_family family;
	struct channel *channel; /* Null: this family is not configured. */
	bool is_spoken;          /* The session is established and speaks it. */
	/* ---- in ---- */
	/* What was made of the last block; most are like the one before.  It stays in its
	 * room: one that takes its place has come in another, and they change. */
	uint32_t last_size;       /* 0: there is none. */
	struct attrs *last_attrs; /* Held; null: refused. */
	struct bgp_next_hop last_hop;
	struct nexthop *last_nexthop; /* Held; null: none. */
	struct bgp_lanes *lanes; /* Null: no path has an identifier that asks for one. */
	bool has_last_hop;
	/* Why the last routes were refused; the last block, null: it was not. */
	const char *refusal, *last_refusal;
	unsigned refusal_count;
	struct bgp_refusal refusals[BGP_REFUSALS];
	bool is_refreshing; /* It tells all again, and will say when it has (RFC 7313). */
	uint64_t refreshed_from; /* Updates that had come when that began. */
	bool was_refreshed;      /* What is being swept was missing in such an answer. */
	struct bgp_flaps *flaps; /* Null: nothing has flapped. */
	uint64_t ghosts;         /* Routes that were, since the instance started. */
	usec_t ghosts_told;      /* When the log was told last; 0: never. */
	uint32_t ghosts_untold;  /* How many there were since. */
	bool has_ended; /* The neighbour has told all there was when the session began. */
	/* Kept over a restart, until the neighbour has told all; `is_long_lived`: the
	 * restart time is over, they are marked LLGR_STALE. */
	bool is_stale, is_long_lived;
	bool has_expired;  /* That time was over before the neighbour had told all. */
	usec_t stale_time; /* For how long (RFC 9494); 0: not at all. */
	struct timer stale;
	/* ---- out ---- */
	struct bgp_window *window; /* What is to be sent; null: nothing. */
	struct job flush;
	bool is_told;      /* All was told once: no mark any more. */
	bool end_due;      /* A mark is to be sent when all is. */
	bool refresh_due;  /* All is being told again, as was asked. */
	bool refresh_ends; /* It was, which is to be said when all is sent. */
	bool is_asked;     /* For all again, which waits (refresh_answer()). */
	struct bgp_next_hop self;
};

struct bgp_routes {
	struct bgp *bgp;
	/* The neighbour; kept over a graceful restart. */
	uint32_t as, id;
	struct addr addr;
	bool internal, interior;
	/* Room for blocks on their way, for as long as the session is established. */
	uint8_t *rooms[BGP_ROOMS];
	size_t room_size;
	struct bgp_arrivals *arrivals; /* As long as those. */
	bool faulty;                   /* A fault was logged; the next come in silence. */
	struct bgp_guard guard;
	struct bgp_rib ribs[BGP_FAMILIES];
};

/* The session a channel is of; null: of another protocol, or none. */
static inline const struct bgp *
bgp_of_channel(const struct channel *channel)
{
	return channel != NULL && channel->protocol->class == &bgp_class
		       ? (const struct bgp *)channel->protocol
		       : NULL;
}

/* That of a channel of bgp; null: the instance is down. */
static inline struct bgp_rib *
bgp_rib_of(const struct channel *channel)
{
	const struct bgp *bgp = (const struct bgp *)channel->protocol;
	unsigned family = channel->config->type == NET_IP4 ? BGP_IP4 : BGP_IP6;
	return bgp->routes != NULL ? &bgp->routes->ribs[family] : NULL;
}

#endif
