/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol ibgp (`ibgp auto { … }`): the sessions within an AS, made by themselves.
 *
 * Each router has a loopback, a /128 of a common prefix, on its interface lo, and the IGP
 * carries it.  Whose loopback is in the IGP's table is a member of the AS (member.h); who
 * of them has a session with us gets a child (nest/spawn.h), an instance of bgp. Sessions
 * come at once where they are missing, and go only after a while: routes stay while an
 * IGP looks for another way, and while members change over to reflectors, or back.
 */
#ifndef PROTO_BGP_AUTO_H
#define PROTO_BGP_AUTO_H

#include "proto/bgp/bgp.h"

#define IBGP_AS 4200000000u /* Of those for private use (RFC 6996). */

struct ibgp_config {
	struct bgp_config bgp; /* What the children begin with. */
	struct prefix loopbacks;
	bool has_loopbacks;
	struct addr address; /* addr_any: made of the host's name and the router id. */
	usec_t settle, linger;
};

extern const struct protocol_class ibgp_class;

#endif
