/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard against ghost routes, of a session.
 */
#ifndef PROTO_BGP_GUARD_H
#define PROTO_BGP_GUARD_H

#include "nest/timer.h"
#include "proto/bgp/bgp.h"

struct bgp_guard {
	struct bgp *bgp;
	struct timer timer; /* To ask the neighbour for all its routes. */
	usec_t planned;     /* The time between two askings that it runs by. */
};

void bgp_guard_init(struct bgp_guard *guard, struct bgp *bgp);
/* A session is established, or its options are others: asks from now on as they say. */
void bgp_guard_look(struct bgp_guard *guard);
/* The session is over. */
void bgp_guard_stop(struct bgp_guard *guard);
/* Hook of the class, see nest/protocol.h: says so where the neighbour forgot to. */
void bgp_swept(struct protocol *protocol, struct channel *channel, uint32_t count);

#endif
