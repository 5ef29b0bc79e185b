/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Router Advertisements and Solicitations (RFC 4861 §4.1, §4.2), by which routers on a
 * link find each other: bytes to a struct and back.  Pure: no state, no allocation,
 * reading through lib/wire.h.
 *
 * What we advertise is that there is a router, and nothing that a host could use: a
 * Router Lifetime of 0, so that it is no default router, no prefixes, no parameters.
 */
#ifndef PROTO_BGP_ADVERT_H
#define PROTO_BGP_ADVERT_H

#include "lib/wire.h"
#include "sysdep/sys.h"

#define BGP_SOLICIT_TYPE 133 /* Of ICMPv6. */
#define BGP_ADVERT_TYPE  134
#define BGP_ADVERT_HOPS  255 /* Nothing else has come from the link (RFC 4861 §11.2). */
#define BGP_SOLICIT_SIZE 8
#define BGP_ADVERT_SIZE  16 /* Without options. */

/* Why an advertisement is discarded, in the order of RFC 4861 §6.1.2. */
enum bgp_advert_drop {
	BGP_ADVERT_GOOD,
	BGP_ADVERT_SOURCE, /* Not a link-local address. */
	BGP_ADVERT_LIMIT,  /* It may have come from another link. */
	BGP_ADVERT_CODE,   /* Of another type or code. */
	BGP_ADVERT_SHORT,
	BGP_ADVERT_OPTION, /* One of no length, or longer than what is left. */
	BGP_ADVERT_DROPS
};

struct bgp_advert {
	uint16_t lifetime; /* Seconds it is a default router for hosts; 0: it is none. */
};

/* A message of ICMPv6; its checksum was right.  Only where nothing is to be dropped is
 * `advert` filled in. */
enum bgp_advert_drop bgp_advert_read(const struct sys_udp_packet *packet,
				     struct bgp_advert *advert);
/* Ours; BGP_ADVERT_SIZE bytes. */
void bgp_advert_write(struct wire_out *out);
/* Asks the routers there to advertise themselves; BGP_SOLICIT_SIZE bytes. */
void bgp_solicit_write(struct wire_out *out);
/* "wrong hop limit" */
const char *bgp_advert_drop_name(enum bgp_advert_drop drop);

#endif
