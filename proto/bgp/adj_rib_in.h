/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Adj-RIB-In (RFC 4271 §3.2): prefixes of UPDATEs become routes.
 */
#ifndef PROTO_BGP_ADJ_RIB_IN_H
#define PROTO_BGP_ADJ_RIB_IN_H

#include "nest/attr.h"
#include "nest/channel.h"
#include "proto/bgp/update.h"

struct bgp_rib;
struct bgp_routes;

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
	struct attrs_draft draft; /* Of a block in BGP_ROOM_LAST or BGP_ROOM_MARKED. */
	/* Their sets are the rib's last one and those that it was before. */
	struct route_update updates[BGP_ARRIVALS];
	struct prefix nets[BGP_ARRIVALS]; /* An update's is that of its place. */
	struct attrs *former[BGP_ARRIVALS];
	size_t former_count;
};

/* None, of no rib; for mem_free(). */
struct bgp_arrivals *bgp_arrivals_new(void);
/* The prefixes of a message with their attributes; `withdraws`: they are withdrawn,
 * whatever is said of them. */
void adj_rib_in_reach(struct bgp_rib *rib, const struct bgp_update *update,
		      const struct bgp_reach *reach, bool withdraws);
void adj_rib_in_withdraw(struct bgp_rib *rib, const struct bgp_nlri *nlri);
/* The table gets what came. */
void adj_rib_in_settle(struct bgp_routes *routes);
/* Forgets what was made of the last message: the next time it is looked at anew. */
void adj_rib_in_forget(struct bgp_rib *rib);

#endif
