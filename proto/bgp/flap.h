/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routes of a neighbour that come and go: how often, and keeping them out of the table
 * for a while (route flap damping, RFC 2439, with the parameters of RFC 7196).
 */
#ifndef PROTO_BGP_FLAP_H
#define PROTO_BGP_FLAP_H

#include "lib/hash.h"
#include "nest/channel.h"
#include "proto/bgp/bgp.h"

struct bgp_rib;
struct out;
struct protocol;

#define BGP_FLAPS_MOST 8192 /* Records of a family of a session: about a megabyte. */

/* RFC 7196 §3: what an event costs. §6: no sum is more than this. */
#define BGP_FLAP_WITHDRAWAL 1000
#define BGP_FLAP_CHANGE     500
#define BGP_FLAP_PENALTY    50000

/* A prefix (and path) that flapped. */
struct bgp_flap {
	struct hash_node node;
	struct list
		link; /* In bgp_flaps.damped if it is that, else in bgp_flaps.recent. */
	struct prefix net;
	uint32_t path_id;
	uint32_t penalty;  /* At `decayed_at`. */
	uint32_t count;    /* Of events. */
	bool is_withdrawn; /* By the last one. */
	bool is_damped;
	bool is_due; /* It just became so; the table has it still. */
	usec_t decayed_at, flapped_at, damped_at;
	struct attrs *held; /* What was announced while it is damped; null: nothing. */
};

/* Of a family of a neighbour, from the first flap on; kept over its sessions. */
struct bgp_flaps {
	struct bgp *bgp;
	struct bgp_rib *rib; /* Null: the instance is down. */
	struct addr addr;    /* Of the neighbour. */
	struct hash by_net;
	/* struct bgp_flap: what is not damped, by its last flap or its release; what is,
	 * by when that began; the newest first. */
	struct list recent, damped;
	uint32_t damped_count;
	struct timer timer; /* To let go of some. */
	uint64_t forgotten; /* Records that made room for others. */
	usec_t deaf_until;  /* We asked for all routes: changes are no flaps. */
};

/* The penalty after `time` more. */
uint32_t bgp_flap_decay(uint32_t penalty, usec_t time, usec_t half_life);

/* RFC 7196 §5: the penalty from which it takes the longest time that is allowed. */
uint32_t bgp_flap_ceiling(const struct bgp_damping *damping);

/* Null: it has not flapped lately. */
struct bgp_flap *bgp_flap_find(const struct bgp_flaps *flaps, const struct prefix *net,
			       uint32_t path_id);
/* The neighbour announced (attrs) or withdrew (null) a prefix.  True: it is damped: the
 * table is to hear of it when it is no more, not now. */
bool bgp_flap_hear(struct bgp_rib *rib, const struct prefix *net, uint32_t path_id,
		   struct attrs *attrs);
/* Takes what became damped by the routes just imported, all with `attrs`, back from the
 * table. */
void bgp_flaps_act(struct bgp_rib *rib, struct attrs *attrs);
/* The neighbour was asked for all routes and will not say when it is done. */
void bgp_flaps_rest(struct bgp_rib *rib);
/* The instance starts: knows again what flapped before, if it is of the same neighbour.
 */
void bgp_flaps_start(struct bgp_rib *rib);
/* The session is over: what was announced is void. */
void bgp_flaps_down(struct bgp_rib *rib);
/* The instance stops. */
void bgp_flaps_stop(struct bgp_rib *rib);
/* The instance is freed. */
void bgp_flaps_forget(struct bgp *bgp);
/* Options may be others. */
void bgp_flaps_look(struct bgp_rib *rib);
/* Hook of the class, see nest/protocol.h. */
void bgp_flapped(struct protocol *protocol, struct channel *channel,
		 const struct route_update *update);
/* The same: that the prefix is damped. */
bool bgp_explain_known(const struct protocol *protocol, const struct channel *channel,
		       const struct prefix *net, struct out *out);
#endif
