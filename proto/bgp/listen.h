/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Listeners: one for all instances of a router that wait at the same address and port.
 */
#ifndef PROTO_BGP_LISTEN_H
#define PROTO_BGP_LISTEN_H

#include "proto/bgp/bgp.h"

struct bgp_failure;
struct bgp_listener;
struct bgp_session;
struct sys_stream;

/* Listens for connections of this neighbour's; the session's listener is set.  A negative
 * errno: it can't for now. */
int bgp_listen(struct bgp_session *session);
/* No longer; does nothing where it doesn't. */
void bgp_listen_end(struct bgp_session *session);
/* Says by a connection that was accepted why nobody talks there, and closes it. */
void bgp_listen_refuse(struct router *router, struct sys_stream *stream,
		       const struct bgp_failure *why);

#endif
