/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records of what is heard and sent, and of states (RFC 6396): `mrtdump`.
 */
#ifndef PROTO_BGP_MRT_H
#define PROTO_BGP_MRT_H

#include "proto/bgp/message.h"

struct bgp;
struct bgp_fsm;
struct sys_stream;

enum bgp_mrt_way { BGP_MRT_HEARD, BGP_MRT_SENT };

/* A whole message. */
struct bgp_mrt_message {
	enum bgp_mrt_way way;
	enum bgp_type type;
	const uint8_t *body; /* Borrowed. */
	size_t size;         /* Of the body. */
};

/* Messages of that way are logged. */
bool bgp_mrt_wants(const struct bgp *bgp, enum bgp_mrt_way way);
/* A message has come, or gone; a connection of the neighbour's is refused by a
 * NOTIFICATION; the state may be another one: logged if it is wanted.  A stranger has no
 * records: those are of a peer, named by its AS (RFC 6396 §4.4.2); the log names it. */
void bgp_mrt_message(const struct bgp_fsm *fsm, const struct bgp_mrt_message *message);
void bgp_mrt_refusal(const struct bgp *bgp, const struct sys_stream *stream,
		     const struct bgp_failure *why);
void bgp_mrt_state(struct bgp *bgp);

#endif
