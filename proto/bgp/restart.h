/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Graceful restart (RFC 4724) as a session sees it: the neighbour is away and awaited, or
 * we have been and await it.  What becomes of its routes meanwhile is in stale.c.
 */
#ifndef PROTO_BGP_RESTART_H
#define PROTO_BGP_RESTART_H

#include "nest/timer.h"
#include "proto/bgp/session.h"

struct bgp_session;

struct bgp_restart {
	bool is_awaited;   /* The neighbour is away, routes of its are kept. */
	struct timer away; /* Until its restart time is over (RFC 4724 §4.2). */
	/* Behind a restart of ours: until it has let go of our routes. */
	struct timer ended;
};

/* The instance starts, behind a restart of ours perhaps. */
void bgp_restart_init(struct bgp_session *session);
/* The session that ran by `agreed` is lost: its routes stay, until the neighbour is back
 * or its time is over. */
void bgp_restart_await(struct bgp_session *session, const struct bgp_agreed *agreed);
/* It is back, or nobody is awaited any more. */
void bgp_restart_end(struct bgp_session *session);
/* None of its stale routes is kept any more: if it is still away, the session begins
 * anew. */
void bgp_restart_forget(struct bgp *bgp);
/* Aborts on a broken invariant. */
void bgp_restart_audit(const struct bgp_session *session);

#endif
