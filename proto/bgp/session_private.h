/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of a session, for its own files: it has a state machine (fsm.h) for each of
 * two connections, one of which becomes it.
 */
#ifndef PROTO_BGP_SESSION_PRIVATE_H
#define PROTO_BGP_SESSION_PRIVATE_H

#include "nest/bfd.h"
#include "proto/bgp/agree.h"
#include "proto/bgp/fsm.h"
#include "proto/bgp/listen.h"

#define BGP_FSMS 2

enum bgp_phase {
	BGP_WAITING,   /* For the link or our router id; `session.lacks` says. */
	BGP_IDLE_HOLD, /* Behind an error (RFC 4271 §8.1.1: IdleHoldTime). */
	BGP_STARTED    /* Connections are attempted and taken. */
};

/* What goes wrong within bgp_routes_*(), until they return. */
struct bgp_fate {
	bool is_due;
	struct bgp_failure failure; /* Its data of the pool. */
	char what[96];
};

struct bgp_session {
	struct bgp *bgp;
	enum bgp_phase phase;
	const char *lacks;
	struct bgp_fsm fsms[BGP_FSMS];
	struct bgp_fsm *established; /* One of them; null: none. */
	struct bgp_listener *listener;
	/* The link to a direct neighbour, and its interface's index. */
	struct link *link;
	uint32_t index;
	struct timer connect; /* To attempt one, or the end of BGP_IDLE_HOLD. */
	usec_t connect_began;
	struct timer listen;    /* To try again to listen. */
	bool cannot_listen;     /* It was said. */
	struct timer send_hold; /* RFC 9687 §3 */
	struct timer restart;   /* Routes are kept until then (RFC 4724 §4.2). */
	bool keeps;             /* Some are kept now. */
	struct timer comeback;  /* Behind a restart of ours: no longer waited for. */
	struct bfd_request bfd; /* Watches the neighbour while the session stands. */
	struct bgp_fate fate;
	struct job fail;
	uint64_t updates_in;
};

/* ---- session.c ---- */

/* Life, called by bgp.c. */
int bgp_session_start(struct bgp *bgp);
/* Says good-bye and lets go of all; `quietly`: says nothing. */
void bgp_session_stop(struct bgp *bgp, bool quietly);
/* Aborts on a broken invariant. */
void bgp_session_audit(const struct bgp *bgp);
/* Links or options changed. */
void bgp_session_look(struct bgp_session *session);

/* A connection was accepted that is from this neighbour. */
void bgp_session_accept(struct bgp_session *session, struct sys_stream *stream);
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
/* The state is another one: tells who looks. */
void bgp_session_changed(struct bgp_session *session);

/* BFD says that the neighbour can't be reached any more. */
void bgp_session_unreachable(struct bgp_session *session);

/* ---- bfd.c ---- */

/* Watches the neighbour as configured, or no longer: the session or the options are
 * others. */
void bgp_bfd_look(struct bgp_session *session);

/* ---- mrt.c ---- */

/* A whole message has come; the state may be another one: logged if it is wanted. */
void bgp_mrt_message(const struct bgp_fsm *fsm, enum bgp_type type, const uint8_t *body,
		     size_t size);
void bgp_mrt_state(struct bgp *bgp);

/* ---- way.c ---- */

/* Finds the link to the neighbour. Null, or why there is no way to it now. */
const char *bgp_way_find(struct bgp_session *session);
/* Addresses, hop limits and such of a connection. */
void bgp_session_args(const struct bgp_session *session, struct sys_tcp_args *args);

/* ---- history.c ---- */

void bgp_history_sent(struct bgp *bgp, const struct bgp_failure *failure,
		      const char *what);
void bgp_history_received(struct bgp *bgp, const struct bgp_failure *failure);
/* `error`: an errno, or 0 and `what`. */
void bgp_history_trouble(struct bgp *bgp, int error, const char *what);
/* "Received: Administrative shutdown", in two parts; empty ones: nothing. */
const char *bgp_blame_class(const struct bgp *bgp);
const char *bgp_blame_words(const struct bgp *bgp);

#endif
