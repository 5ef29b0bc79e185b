/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Adj-RIB-Out (RFC 4271 §3.2) of a neighbour that is told alone: changes of routes to
 * UPDATEs, marks and refreshes.
 */
#ifndef PROTO_BGP_ADJ_RIB_OUT_H
#define PROTO_BGP_ADJ_RIB_OUT_H

#include "nest/channel.h"

struct bgp_rib;

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
/* The neighbour is about to be told all again, which it hears if it knows marks (RFC 7313
 * §4.1). */
void adj_rib_out_refresh(struct bgp_rib *rib);
/* Asks the neighbour to tell all again (RFC 2918 §4). */
void adj_rib_out_ask(struct bgp_rib *rib);

#endif
