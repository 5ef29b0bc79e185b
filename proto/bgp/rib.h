/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a session knows of routes, for each family: Adj-RIB-In (RFC 4271 §3.2) is the
 * channel's part of its table, Adj-RIB-Out what the channel has told and messages are
 * being made of.
 *
 *   adj_rib_in.c   UPDATEs to routes: which are acceptable, attribute sets
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
#include "proto/bgp/routes.h"

struct bgp_window;

/* Rooms for what is made of a message.  Of one that came: its block, the same with the
 * next hops of MP_REACH_NLRI, with LOCAL_PREF where more is to follow, as it is kept.  Of
 * one that is sent, which is never made meanwhile: lists that grow, all attributes. */
enum {
	BGP_ROOM_CAME,
	BGP_ROOM_REACH,
	BGP_ROOM_STEP,
	BGP_ROOM_KEPT,
	BGP_ROOMS,
	BGP_ROOM_LISTS = BGP_ROOM_STEP,
	BGP_ROOM_SENT = BGP_ROOM_KEPT
};

/* The next hops of a message. */
struct bgp_next_hop {
	struct addr global;     /* addr_any: none. */
	struct addr link_local; /* addr_any: none. */
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
	/* What was made of the last block; most are like the one before. */
	uint8_t *last_block; /* Null: none. */
	uint32_t last_size, last_room;
	struct attrs *last_attrs; /* Held; null: refused. */
	struct bgp_next_hop last_hop;
	struct nexthop *last_nexthop; /* Held; null: none. */
	bool has_last_hop;
	/* Why the last routes were refused; the last block, null: it was not. */
	const char *refusal, *last_refusal;
	unsigned refusal_count;
	struct bgp_refusal refusals[BGP_REFUSALS];
	bool is_refreshing; /* It tells all again, and will say when it has (RFC 7313). */
	bool was_refreshed; /* What is being swept was missing in such an answer. */
	struct bgp_flaps *flaps; /* Null: nothing has flapped. */
	uint64_t ghosts;         /* Routes that were, since the instance started. */
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
	bool refresh_due;  /* All is being told again, and the end of that to be said. */
	bool refresh_ends; /* It is, when all is sent. */
	struct bgp_next_hop self;
};

/* Routes on their way to a channel: of one message, or of several that came together. */
#define BGP_ARRIVALS 64
struct bgp_arrivals {
	struct bgp_rib *rib; /* Of all, and of the late set; null: of none so far. */
	size_t count;
	/* Those from the one of that number on wait for the set that the draft will be:
	 * it is made when the next message has been read, for where it is looked for is
	 * fetched meanwhile. */
	bool is_late;
	size_t late;
	struct attrs_draft draft;
	/* Their sets are the rib's last one and those that it was before. */
	struct route_update updates[BGP_ARRIVALS];
	struct prefix nets[BGP_ARRIVALS];
	struct attrs *former[BGP_ARRIVALS];
	size_t former_count;
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

/* ---- adj_rib_in.c ---- */

/* The prefixes of a message with their attributes; `withdraws`: they are withdrawn,
 * whatever is said of them. */
void adj_rib_in_reach(struct bgp_rib *rib, const struct bgp_update *update,
		      const struct bgp_reach *reach, bool withdraws);
void adj_rib_in_withdraw(struct bgp_rib *rib, const struct bgp_nlri *nlri);
/* The table gets what came. */
void adj_rib_in_settle(struct bgp_routes *routes);
/* Forgets what was remembered of the last message. */
void adj_rib_in_fini(struct bgp_rib *rib);

/* ---- stale.c ---- */

/* RFC 9494 §4.1 */
#define BGP_WELL_KNOWN 0xffff0000u /* From here on. */
#define BGP_LLGR_STALE 0xffff0006u
#define BGP_NO_LLGR    0xffff0007u

void bgp_stale_init(struct bgp_rib *rib);
void bgp_stale_fini(struct bgp_rib *rib);
/* The session that ran by `agreed` is lost and may come back: keeps the routes, or not.
 */
void bgp_stale_lose(struct bgp_rib *rib, const struct bgp_agreed *agreed);
/* A session is back. */
void bgp_stale_resume(struct bgp_rib *rib, const struct bgp_agreed *agreed);
/* The neighbour's mark has come. */
void bgp_stale_end(struct bgp_rib *rib);
/* The set with the community LLGR_STALE, a use is the caller's; null: the route is not
 * one to be kept for long. */
struct attrs *bgp_stale_mark(struct protocol *protocol, struct attrs *attrs);

/* ---- next_hop.c ---- */

/* The next hop of routes that came with these addresses; a use is the caller's.  Null:
 * none that routes can have, and why. */
struct nexthop *bgp_next_hop_find(const struct bgp_rib *rib,
				  const struct bgp_next_hop *hop, const char **why);
/* Our own, as it is to be told on this session. */
struct bgp_next_hop bgp_next_hop_own(const struct bgp_rib *rib);
/* That of a route to be sent, whose block has `field` (null: none). */
enum bgp_hop_choice {
	BGP_HOP_NONE, /* It can't be sent. */
	BGP_HOP_OWN,  /* `self`, whatever that is. */
	BGP_HOP_OTHER /* Which one, depends on nothing of the neighbour but its link. */
};
enum bgp_hop_choice bgp_next_hop_choose(const struct bgp_rib *rib,
					const struct attrs *attrs,
					const struct bgp_field *field,
					const struct channel *from,
					struct bgp_next_hop *hop);
/* The links whose neighbours may be told another next hop of such routes than all others
 * are, who are told the same: how many. */
#define BGP_HOP_LINKS 2
struct bgp_outgoing;
unsigned bgp_next_hop_links(const struct bgp_rib *rib, const struct bgp_outgoing *given,
			    const struct link *links[static BGP_HOP_LINKS]);
/* It is the neighbour itself: that can't be told to go by it. */
bool bgp_next_hop_is_neighbours(const struct bgp_rib *rib,
				const struct bgp_next_hop *hop);
bool bgp_next_hop_equal(const struct bgp_next_hop *a, const struct bgp_next_hop *b);
/* As the neighbour is sent it: 4 bytes for NEXT_HOP, or 16 or 32 for MP_REACH_NLRI (RFC
 * 4760 §3, RFC 2545 §3, capability 77); 0: there is none. */
size_t bgp_next_hop_write(const struct bgp_rib *rib, const struct bgp_next_hop *hop,
			  uint8_t to[static BGP_HOP_MAX]);

/* ---- advertise.c ---- */

/* What all routes of a message have in common. */
struct bgp_outgoing {
	struct attrs *attrs; /* Null: they are withdrawn, and the rest says nothing. */
	const struct channel *from;
	uint32_t metric;  /* Inline; where `aigp originate` asks for it, else 0. */
	bool has_own_med; /* The export policy set MULTI_EXIT_DISC. */
};

/* What a message says of them beside their prefixes. */
struct bgp_advert {
	struct bgp_next_hop hop;
	bool is_own; /* Ours, not one that a route brought. */
	bool by_mp;  /* Next hop and prefixes are in MP_REACH_NLRI. */
	uint8_t hop_bytes[BGP_HOP_MAX];
	uint32_t hop_size;
	/* But MP_REACH_NLRI; good until the next message, in or out. */
	const uint8_t *attributes;
	size_t size;
};

/* The change is of such a route, told by that channel; its set is borrowed. */
struct bgp_outgoing bgp_outgoing(const struct bgp_rib *rib,
				 const struct route_change *change);
/* What the neighbour is sent for such routes, if it can have their next hop.  False: they
 * can't be sent. */
bool bgp_advertise(const struct bgp_rib *rib, const struct bgp_outgoing *given,
		   struct bgp_advert *advert);
/* Hook of the class, see nest/protocol.h. */
const char *bgp_refusal(const struct channel *channel, const struct route_draft *draft);

/* ---- adj_rib_out.c ---- */

void adj_rib_out_init(struct bgp_rib *rib);
void adj_rib_out_fini(struct bgp_rib *rib);
/* Takes changes over; all is sent soon. */
void adj_rib_out_change(struct bgp_rib *rib, const struct route_change *changes,
			size_t count);
/* Sends what there is now. */
void adj_rib_out_flush(struct bgp_rib *rib);
/* A feed is complete: the first time a mark follows (RFC 4724 §2), and the end of a
 * refresh. */
void adj_rib_out_end(struct bgp_rib *rib);
/* The neighbour is about to be told all again (RFC 7313 §4.1). */
void adj_rib_out_refresh(struct bgp_rib *rib);
/* Asks the neighbour to tell all again (RFC 2918 §4). */
void adj_rib_out_ask(struct bgp_rib *rib);

/* ---- routes.c: hooks of the class, see nest/protocol.h ---- */

void bgp_route_event(struct protocol *protocol, struct channel *channel,
		     const struct route_change *changes, size_t count);
void bgp_feed_end(struct protocol *protocol, struct channel *channel);
bool bgp_has_told_all(const struct protocol *protocol);
void bgp_reimport(struct protocol *protocol, struct channel *channel,
		  struct cover *which);

#endif
