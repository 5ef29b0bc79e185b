/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Router Advertisements and Solicitations (RFC 4861 §4.1, §4.2), by which routers on a
 * link find each other: bytes to a struct and back.  Pure: no state, no allocation,
 * reading through lib/wire.h.
 *
 * What we advertise is that there is a router, and nothing that a host could use: a
 * Router Lifetime of 0, so that it is no default router, no prefixes, no parameters.
 */
#ifndef PROTO_BGP_RA_H
#define PROTO_BGP_RA_H

#include "lib/wire.h"
#include "sysdep/sys.h"

#define BGP_RS_TYPE 133 /* Of ICMPv6. */
#define BGP_RA_TYPE 134
#define BGP_RA_HOPS 255 /* Nothing else has come from the link (RFC 4861 §11.2). */
#define BGP_RS_SIZE 8
#define BGP_RA_SIZE 16 /* Without options. */

/* Why an advertisement is discarded, in the order of RFC 4861 §6.1.2. */
enum bgp_ra_drop {
	BGP_RA_GOOD,
	BGP_RA_SOURCE, /* Not a link-local address. */
	BGP_RA_LIMIT,  /* It may have come from another link. */
	BGP_RA_CODE,   /* Of another type or code. */
	BGP_RA_SHORT,
	BGP_RA_OPTION, /* One of no length, or longer than what is left. */
	BGP_RA_DROPS
};

struct bgp_ra {
	uint16_t lifetime; /* Seconds it is a default router for hosts; 0: it is none. */
};

/* A message of ICMPv6; its checksum was right.  Only where nothing is to be dropped is
 * `ra` filled in. */
enum bgp_ra_drop bgp_ra_read(const struct sys_udp_packet *packet, struct bgp_ra *ra);
/* Ours; BGP_RA_SIZE bytes. */
void bgp_ra_write(struct wire_out *out);
/* Asks the routers there to advertise themselves; BGP_RS_SIZE bytes. */
void bgp_rs_write(struct wire_out *out);
/* "wrong hop limit" */
const char *bgp_ra_drop_name(enum bgp_ra_drop drop);

#endif
