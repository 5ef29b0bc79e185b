/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our loopback, for protocol ibgp (ibgp.h): an address on the interface lo, the route by
 * which the IGP tells others of it, and a look at whether another router has it, too.
 */
#ifndef PROTO_BGP_LOOPBACK_H
#define PROTO_BGP_LOOPBACK_H

#include "nest/timer.h"
#include "proto/bgp/bgp.h"

struct ibgp_loopback {
	struct protocol *protocol; /* Of ibgp. */
	struct channel *igp;       /* Its channel to the IGP's table. */
	struct addr addr;
	uint32_t index;  /* Of the interface we gave it to; 0: it was there before. */
	bool is_refused; /* The log says that the interface does not take it. */
	bool is_taken;   /* The log says that another router has it. */
	struct timer look;
};

/* The instance starts, and has its channel: chooses the address, and looks from now on
 * who else has it. */
void ibgp_loopback_init(struct ibgp_loopback *loopback, struct protocol *protocol);
/* Gives lo the address, and the IGP the route to it, where they are missing. */
void ibgp_loopback_announce(struct ibgp_loopback *loopback);
/* The instance stops.  The address goes, unless it was there before us or `is_left`. */
void ibgp_loopback_fini(struct ibgp_loopback *loopback, bool is_left);

#endif
