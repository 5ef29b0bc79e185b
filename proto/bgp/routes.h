/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The routes of a session: what comes in goes to channels, what channels export is
 * packed into messages.  Called by the session (session.h).
 */
#ifndef PROTO_BGP_ROUTES_H
#define PROTO_BGP_ROUTES_H

#include "proto/bgp/session.h"

/* The instance starts: sets its channels up before they start.  Ends when the pool does.
 */
void bgp_routes_start(struct bgp *bgp);
/* The session is established, bgp_agreed() says how: sets the protocol UP, and so starts
 * its channels (unless, behind a graceful restart, it is). */
void bgp_routes_up(struct bgp *bgp);
/* It is no longer.  `agreed`: what it ran by; the protocol stays UP and routes stay, as
 * stale ones, until the neighbour is back and has told again (RFC 4724 §4.2).  Null: the
 * protocol stops, and its channels with it. */
void bgp_routes_down(struct bgp *bgp, const struct bgp_agreed *agreed);
/* The instance stops; `quietly`: and the router with it at once, so nobody is waited for
 * or told. */
void bgp_routes_stop(struct bgp *bgp, bool quietly);
/* Behind a restart of ours nobody waits for the neighbour's routes any more. */
void bgp_routes_give_up(struct bgp *bgp);

/* Another configuration than `old` is in force, which differs in nothing that needs a
 * restart. */
void bgp_routes_reconfigure(struct bgp *bgp, const struct bgp_config *old);
/* The body of an UPDATE. */
void bgp_routes_update(struct bgp *bgp, const uint8_t *body, size_t size);
/* All that came together was handed over: its routes go to the table now. */
void bgp_routes_heard(struct bgp *bgp);
/* A ROUTE-REFRESH of a family that is spoken. */
void bgp_routes_refresh(struct bgp *bgp, enum bgp_family family, enum bgp_refresh kind);
/* There is room to send again. */
void bgp_routes_write(struct bgp *bgp);
/* Something of one session changes what others are told: those whose channels are so are
 * told all again. */
void bgp_routes_retell(const struct router *router,
		       bool (*is_due)(const struct channel *));
/* RFC 4456 §6, §8: whether a route of one internal session is told to another, and with
 * which cluster and originator, depends on both. */
bool bgp_routes_reflect(const struct channel *channel);

/* ---- hooks of the class, see nest/protocol.h ---- */

void bgp_route_event(struct protocol *protocol, struct channel *channel,
		     const struct route_change *changes, size_t count);
void bgp_feed_end(struct protocol *protocol, struct channel *channel);
bool bgp_has_told_all(const struct protocol *protocol);
void bgp_reimport(struct protocol *protocol, struct channel *channel,
		  struct cover *which);

#endif
