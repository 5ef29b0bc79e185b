/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connection collision (RFC 4271 §6.8): the neighbour and we have connected to each other
 * at the same time, and one connection is to stay.
 */
#ifndef PROTO_BGP_COLLISION_H
#define PROTO_BGP_COLLISION_H

#include "proto/bgp/fsm.h"

/* The neighbour's OPEN has come by this connection; another one that must make way for it
 * ends.  False: the other one stays, or this one has ended. */
bool bgp_collision_won(struct bgp_fsm *fsm);
/* For how long its OPEN is not to be confirmed yet, as another connection is on its way;
 * 0: none is. */
usec_t bgp_collision_hold(struct bgp_fsm *fsm);
/* How long one that was just accepted is to wait, for another one is confirmed, or just
 * became the session; 0: it is not to. */
usec_t bgp_collision_park(struct bgp_fsm *fsm);
/* The session stands since so short a time that a connection of the neighbour's was on
 * its way then: alone it does not mean that the neighbour has restarted (RFC 4724
 * §4.2). */
bool bgp_collision_is_fresh(const struct bgp_session *session);

#endif
