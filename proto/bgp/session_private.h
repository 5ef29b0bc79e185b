/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of a session, for its own files: it has a state machine (fsm.h) for each of
 * two connections, one of which becomes it.
 */
#ifndef PROTO_BGP_SESSION_PRIVATE_H
#define PROTO_BGP_SESSION_PRIVATE_H

#include "nest/bfd.h"
#include "nest/router.h"
#include "proto/bgp/attempts.h"
#include "proto/bgp/fsm.h"
#include "proto/bgp/restart.h"

#define BGP_FSMS 2

/* What goes wrong within bgp_routes_*(), until they return. */
struct bgp_fate {
	bool is_due;
	struct bgp_failure failure; /* Its data of the pool. */
	char what[96];
};

struct bgp_session {
	struct bgp *bgp;
	struct bgp_attempts attempts;
	struct bgp_fsm fsms[BGP_FSMS];
	struct bgp_fsm *established; /* One of them; null: none. */
	struct bgp_restart restart;
	/* The link to a direct neighbour, and its interface's index (way.h). */
	struct link *link;
	uint32_t index;
	struct timer send_hold; /* RFC 9687 §3 */
	struct bfd_request bfd; /* Watches the neighbour while the session stands. */
	struct bgp_fate fate;
	struct job fail;
	uint64_t updates_in;
};

static inline const struct bgp_config *
bgp_session_config(const struct bgp_session *session)
{
	return bgp_config(&session->bgp->protocol);
}

static inline usec_t
bgp_session_now(const struct bgp_session *session)
{
	return router_now(session->bgp->protocol.router);
}

/* Life, called by bgp.c. */
int bgp_session_start(struct bgp *bgp);
/* Says good-bye and lets go of all; `quietly`: says nothing. */
void bgp_session_stop(struct bgp *bgp, bool quietly);
/* Aborts on a broken invariant. */
void bgp_session_audit(const struct bgp *bgp);
/* Links or options changed. */
void bgp_session_look(struct bgp_session *session);

/* The neighbour confirmed: the connection becomes the session. */
void bgp_session_established(struct bgp_fsm *fsm);
/* The connection ends: it broke (`error` 0: in good order), we say why, or the neighbour
 * did.
 */
void bgp_session_lost(struct bgp_fsm *fsm, int error);
void bgp_session_refuse(struct bgp_fsm *fsm, const struct bgp_failure *failure,
			const char *what);
void bgp_session_told(struct bgp_fsm *fsm, const struct bgp_failure *failure);
/* What bgp_session_fail() asked for is done now. */
void bgp_session_settle(struct bgp_session *session);

/* BFD says that the neighbour can't be reached any more. */
void bgp_session_unreachable(struct bgp_session *session);

#endif
