/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Listeners: one for all instances of a router that wait at the same address and port.
 */
#ifndef PROTO_BGP_LISTEN_H
#define PROTO_BGP_LISTEN_H

#include "nest/timer.h"
#include "proto/bgp/bgp.h"

struct bgp_failure;
struct bgp_listener;
struct bgp_session;
struct sys_stream;

/* A session's part in it. */
struct bgp_listening {
	struct bgp_listener *listener; /* Null: it doesn't listen. */
	struct timer retry;            /* It can't: to try again. */
	bool has_failed;               /* It could not; the log says so. */
};

void bgp_listening_init(struct bgp_session *session);
/* Listens for connections of this neighbour's, bgp_attempts_accept() gets them.  If that
 * can't be now, it says so once and tries again. */
void bgp_listening_start(struct bgp_session *session);
/* No longer; does nothing where it doesn't. */
void bgp_listening_stop(struct bgp_session *session);
/* Says by a connection that was accepted why nobody talks there, and closes it. */
void bgp_listen_refuse(struct router *router, struct sys_stream *stream,
		       const struct bgp_failure *why);

/* From where connections must have the password of the configuration; the system keeps
 * one for such a prefix at a listener. */
struct prefix bgp_key_peer(const struct bgp_config *config);

#endif
