/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way to the neighbour: the link it is on, and what connections over it are like.
 */
#ifndef PROTO_BGP_WAY_H
#define PROTO_BGP_WAY_H

struct bgp_session;
struct sys_tcp_args;

/* Finds the link to the neighbour (`session.link`, `session.index`).  Null, or why there
 * is no way to it now, for people. */
const char *bgp_way_find(struct bgp_session *session);
/* Addresses, hop limits and such of a connection. */
void bgp_way_args(const struct bgp_session *session, struct sys_tcp_args *args);

#endif
