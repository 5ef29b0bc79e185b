/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The finite state machine of one connection, which we attempted or the neighbour did
 * (RFC 4271 §8): from Connect to Established, and what each message means on the way.
 * What a change of its state leads to is for the session that has it.
 *
 *   Idle         there is no connection
 *   Connect      ours is attempted; or the neighbour's stands and is parked (collision.h)
 *   OpenSent     it stands, our OPEN is out
 *   OpenConfirm  theirs came and fits: KEEPALIVE is out, or held back until no other
 *                connection is on its way (collision.h); theirs is awaited
 *   Established
 *
 * Active is the session's: it waits, and none of its connections is beyond Connect.
 */
#ifndef PROTO_BGP_FSM_H
#define PROTO_BGP_FSM_H

#include "proto/bgp/connection.h"
#include "proto/bgp/message.h"
#include "proto/bgp/session.h"

struct bgp_session;

struct bgp_fsm {
	struct bgp_connection connection;
	struct bgp_session *session;
	enum bgp_state state;
	bool incoming;            /* The neighbour made the connection. */
	struct sys_tcp_ends ends; /* Once it stands. */
	usec_t since;             /* When it came to this state. */
	struct bgp_open ours, theirs;
	char host[BGP_TEXT_MAX + 1]; /* Of theirs. */
	struct bgp_agreed agreed;    /* From OpenConfirm on. */
	/* Of silence; in Connect, how long it may take. */
	struct timer hold;
	bool was_heard;     /* A whole message came in this read. */
	bool is_held;       /* In OpenConfirm: our KEEPALIVE is not out yet. */
	bool was_confirmed; /* The neighbour's KEEPALIVE has come. */
	bool is_late; /* The hold timer has fired; what has come already still counts. */
	struct timer keepalive;
	usec_t asks_from; /* bgp_fsm_ask() asks from then on. */
};

void bgp_fsm_init(struct bgp_fsm *fsm, struct bgp_session *session);
/* In Idle: attempts a connection to the neighbour; an error at once is told by
 * bgp_session_lost(). */
void bgp_fsm_connect(struct bgp_fsm *fsm, const struct sys_tcp_args *args);
/* In Idle: takes a connection of the neighbour's. */
void bgp_fsm_accept(struct bgp_fsm *fsm, struct sys_stream *stream);
/* To Idle, with a NOTIFICATION if there is something to say (not null) and somebody to
 * hear it.  The session is told nothing but that the state is another one. */
void bgp_fsm_end(struct bgp_fsm *fsm, const struct bgp_failure *last);
/* Established: asks whether the neighbour knows of it, whose host resets what it does not
 * know; once a second at most. */
void bgp_fsm_ask(struct bgp_fsm *fsm);
/* What it waits for is known, or waited for no more: one that is held back confirms, one
 * that is parked begins, or ends where the session stands.  False: it waited for nothing.
 */
bool bgp_fsm_go_on(struct bgp_fsm *fsm);
/* The session's other one. */
struct bgp_fsm *bgp_fsm_other(struct bgp_fsm *fsm);
/* Aborts on a broken invariant. */
void bgp_fsm_audit(const struct bgp_fsm *fsm);

#endif
