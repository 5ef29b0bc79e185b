/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol ibgp (`ibgp auto { … }`): the sessions within an AS, made by themselves.
 *
 * Each router has a loopback, a /128 of a common prefix, on its interface lo, and the IGP
 * carries it.  Whose loopback is in the IGP's table is a member of the AS
 * (ibgp_member.h); who of them has a session with us gets a child (nest/spawn.h), an
 * instance of bgp. Sessions come at once where they are missing, and go only after a
 * while: routes stay while an IGP looks for another way, and while members change over to
 * reflectors, or back.
 *
 *   ibgp.c           class: who is a member, and when to look what follows from it
 *   ibgp_config.c    the rows of `ibgp auto { … }`
 *   ibgp_session.c   the sessions with members
 *   loopback.c       our own loopback
 *   ibgp_member.c    which members reflect, and what they are to us
 */
#ifndef PROTO_BGP_IBGP_H
#define PROTO_BGP_IBGP_H

#include "proto/bgp/ibgp_member.h"
#include "proto/bgp/loopback.h"

struct ibgp_config {
	struct bgp_config bgp; /* What the children begin with. */
	struct prefix loopbacks;
	bool has_loopbacks;
	struct addr address; /* addr_any: made of the host's name and the router id. */
	usec_t settle, linger;
};

struct ibgp {
	struct protocol protocol;
	struct ibgp_loopback loopback;
	struct ibgp_members members;
	struct timer look; /* To bring sessions in line with what is wanted. */
	bool is_full;      /* There are too many loopbacks, as the log says. */
	struct addr reflectors[IBGP_REFLECTORS]; /* As the log says; addr_any: none. */
	char info[96];                           /* For `show protocols`. */
};

static inline const struct ibgp_config *
ibgp_config(const struct protocol *protocol)
{
	return (const struct ibgp_config *)protocol->config;
}

/* ibgp.c */
extern const struct protocol_class ibgp_class;

/* ibgp_config.c */
extern const struct conf_schema ibgp_schema;
/* What is wrong; if nothing is, what the children begin with is filled in, and the
 * channel to the IGP made. */
void ibgp_check(void *config, struct conf_check *check);

#endif
