/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of a session, for its own files.
 *
 *   Idle         no call: the link is down, or we wait behind an error
 *   Active       called by nobody yet, about to call
 *   Connect      calling
 *   OpenSent     a connection stands, our OPEN is out
 *   OpenConfirm  theirs came and fits: KEEPALIVE is out, or held back until no other
 *                call is on its way (collision.c); theirs is awaited
 *   Established
 *
 * RFC 4271 §8.2.1.1 has a state machine for each connection: struct bgp_call, from
 * Connect on. Idle and Active are the session's, when it has no call.
 */
#ifndef PROTO_BGP_SESSION_PRIVATE_H
#define PROTO_BGP_SESSION_PRIVATE_H

#include "nest/bfd.h"
#include "proto/bgp/agree.h"
#include "proto/bgp/connection.h"
#include "proto/bgp/listen.h"

#define BGP_CALLS 2

/* A connection and how far it has come. */
struct bgp_call {
	struct bgp_connection connection;
	struct bgp_session *session;
	enum bgp_state state; /* BGP_IDLE: there is none. */
	bool incoming;        /* The neighbour called. */
	usec_t since;         /* When it came to this state. */
	struct bgp_open ours, theirs;
	char host[BGP_TEXT_MAX + 1]; /* Of theirs. */
	struct bgp_agreed agreed;    /* From OpenConfirm on. */
	/* Of silence; until connected, of the call. */
	struct timer hold;
	bool was_heard;     /* A whole message came in this read. */
	bool is_held;       /* In OpenConfirm: our KEEPALIVE is not out yet. */
	bool was_confirmed; /* The neighbour's KEEPALIVE has come. */
	bool is_late; /* The hold timer has fired; what has come already still counts. */
	struct timer keepalive;
};

enum bgp_phase {
	BGP_WAITING, /* For the link or our router id; `session.lacks` says. */
	BGP_RESTING, /* Behind an error. */
	BGP_OPEN_FOR_CALLS
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
	struct bgp_call calls[BGP_CALLS];
	struct bgp_call *established; /* One of them; null: none. */
	struct bgp_listener *listener;
	/* The link to a direct neighbour, and its interface's index. */
	struct link *link;
	uint32_t index;
	struct timer connect; /* To call, or the end of a rest. */
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
/* The neighbour confirmed: the call becomes the session. */
void bgp_session_established(struct bgp_call *call);
/* The call ends: it broke (`error` 0: in good order), we say why, or the neighbour did.
 */
void bgp_session_lost(struct bgp_call *call, int error);
void bgp_session_refuse(struct bgp_call *call, const struct bgp_failure *failure,
			const char *what);
void bgp_session_told(struct bgp_call *call, const struct bgp_failure *failure);
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
void bgp_mrt_message(const struct bgp_call *call, enum bgp_type type, const uint8_t *body,
		     size_t size);
void bgp_mrt_state(struct bgp *bgp);

/* ---- way.c ---- */

/* Finds the link to the neighbour. Null, or why there is no way to it now. */
const char *bgp_way_find(struct bgp_session *session);
/* Addresses, hop limits and such of a connection. */
void bgp_session_args(const struct bgp_session *session, struct sys_tcp_args *args);

/* ---- call.c ---- */

void bgp_call_init(struct bgp_call *call, struct bgp_session *session);
/* Calls the neighbour; an error at once is told by bgp_session_lost(). */
void bgp_call_open(struct bgp_call *call, const struct sys_tcp_args *args);
void bgp_call_accept(struct bgp_call *call, struct sys_stream *stream);
/* Ends it, with a NOTIFICATION if there is something to say and somebody to hear it. */
void bgp_call_end(struct bgp_call *call, const struct bgp_failure *last);

/* What it waits for is known, or waited for no more: a call that is held back is
 * confirmed, one that is parked begins.  False: it waited for nothing. */
bool bgp_call_go_on(struct bgp_call *call);
/* The session's other one. */
struct bgp_call *bgp_call_other(struct bgp_call *call);

/* ---- collision.c ---- */

/* Cease, Connection Collision Resolution (RFC 4486 §4). */
extern const struct bgp_failure bgp_collision;
/* The neighbour's OPEN has come by this call; another one that must make way for it ends.
 * False: the other one stays, or this one has ended. */
bool bgp_collision_won(struct bgp_call *call);
/* For how long its OPEN is not to be confirmed yet, as another call is on its way; 0:
 * none is. */
usec_t bgp_collision_hold(struct bgp_call *call);
/* How long a call that was just accepted is to wait, for another one is confirmed. */
usec_t bgp_collision_park(struct bgp_call *call);
/* The session stands since so short a time that a neighbour's call was on its way then:
 * that it calls does not mean that it has restarted (RFC 4724 §4.2). */
bool bgp_collision_is_fresh(const struct bgp_session *session);

/* ---- history.c ---- */

void bgp_history_sent(struct bgp *bgp, const struct bgp_failure *failure,
		      const char *what);
void bgp_history_received(struct bgp *bgp, const struct bgp_failure *failure);
/* `error`: an errno, or 0 and `what`. */
void bgp_history_trouble(struct bgp *bgp, int error, const char *what);
/* "Received: Administrative shutdown", in two parts; empty ones: nothing. */
const char *bgp_blame_class(const struct bgp *bgp);
const char *bgp_blame_words(const struct bgp *bgp);

/* "Established" */
const char *bgp_state_name(enum bgp_state state);

#endif
