/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cease (RFC 4486): NOTIFICATIONs of a session that ends though nobody erred, above all
 * those that say why an instance stops.
 */
#ifndef PROTO_BGP_CEASE_H
#define PROTO_BGP_CEASE_H

#include "proto/bgp/message.h"

struct protocol;

/* What there is no more to say of. */
extern const struct bgp_failure bgp_cease_rejected, bgp_cease_change, bgp_cease_collision,
	bgp_cease_bfd_down;

/* RFC 8538 §3: a Hard Reset, behind which no routes are kept. */
bool bgp_cease_is_hard(const struct bgp_failure *failure);
/* What a Hard Reset is about, which is in its data (RFC 8538 §3.1); else the failure
 * itself.  Data is borrowed of it. */
struct bgp_failure bgp_cease_inner(const struct bgp_failure *failure);

/* Why an instance stops, with the words of who stopped it (RFC 9003). */
struct bgp_parting {
	struct bgp_failure failure; /* Its data is the parting's. */
	uint8_t data[3 + BGP_TEXT_MAX];
};

/* Of an instance that is stopping; `notifications`: the neighbour would keep our routes
 * behind an ordinary one (RFC 8538). */
void bgp_parting_fill(struct bgp_parting *parting, const struct protocol *protocol,
		      bool notifications);

#endif
