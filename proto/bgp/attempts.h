/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attempts at a session (RFC 4271 §8.1): when we connect to the neighbour, and which of
 * its connections are taken.
 *
 *   BGP_WAITING     there is no way to the neighbour
 *   BGP_IDLE_HOLD   there is; an error was not long ago
 *   BGP_STARTED     we connect again and again until a connection has come far enough,
 *                   unless that is the neighbour's business, and take its connections
 */
#ifndef PROTO_BGP_ATTEMPTS_H
#define PROTO_BGP_ATTEMPTS_H

#include "nest/timer.h"
#include "proto/bgp/listen.h"

struct bgp_session;
struct sys_stream;

enum bgp_phase { BGP_WAITING, BGP_IDLE_HOLD, BGP_STARTED };

struct bgp_attempts {
	enum bgp_phase phase;
	const char *lacks;              /* In BGP_WAITING: what for, for people. */
	struct bgp_listening listening; /* But in BGP_WAITING. */
	/* To the next attempt; in BGP_IDLE_HOLD, to its end (RFC 4271 §8.1.1:
	 * ConnectRetryTimer, IdleHoldTimer). */
	struct timer next;
	/* The neighbour's connections that were refused: when that was said last (0:
	 * never), and of how many it was not. */
	usec_t told;
	uint32_t untold;
};

void bgp_attempts_init(struct bgp_session *session);
/* To BGP_WAITING; connections that there are stay.  Null: for nothing, the session ends.
 */
void bgp_attempts_wait(struct bgp_session *session, const char *lacks);
/* There is a way: leaves BGP_WAITING.  Nothing, if it has already. */
void bgp_attempts_begin(struct bgp_session *session);
/* Something has changed that decides whether and when we connect: an option, the end of a
 * connection, an error. */
void bgp_attempts_plan(struct bgp_session *session);
/* A session stands: nothing is attempted. */
void bgp_attempts_rest(struct bgp_session *session);
/* An error has been that makes us wait; longer if it is not the first one lately. */
void bgp_attempts_delay(struct bgp_session *session);
/* A connection was accepted that is from this neighbour: takes it, or says why not. */
void bgp_attempts_accept(struct bgp_session *session, struct sys_stream *stream);
/* Some connection of the session is not Idle. */
bool bgp_attempts_is_under_way(const struct bgp_session *session);
/* Aborts on a broken invariant. */
void bgp_attempts_audit(const struct bgp_session *session);

#endif
