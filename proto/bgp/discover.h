/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Neighbours that are found on a link, without being written down ("unnumbered"): an
 * instance with `neighbor interface "PATTERN"` has a child (nest/spawn.h) for each router
 * it hears on the links whose names match.
 *
 * We advertise ourselves there (RFC 4861 §4.2; ra.h says with what) and listen for others
 * that do.  Who is heard, or who connects first, is a neighbour: a child connects to it.
 * Each link has as many neighbours as there are routers on it. Who has been silent for as
 * long as it said, or for 30 s, is forgotten, unless there is a session with it: that has
 * a hold timer to know better.
 *
 * An address that changed is a new neighbour and one that has become silent.  What
 * another instance has as its neighbour already is left to it.  Over a transport's links,
 * which carry UDP alone, nobody is heard; who connects is a neighbour there, too.
 */
#ifndef PROTO_BGP_DISCOVER_H
#define PROTO_BGP_DISCOVER_H

#include "proto/bgp/bgp.h"

struct bgp_session;

/* With the instance; nothing is done for one that does not look for neighbours.  Its
 * children are removed by the nest when it stops. */
void bgp_discover_start(struct bgp *bgp);
void bgp_discover_stop(struct bgp *bgp);
/* Links, addresses or the pattern are others. */
void bgp_discover_look(struct bgp *bgp);
/* The link is one on which neighbours are looked for. */
bool bgp_discover_covers(const struct protocol *protocol, const struct link *link);
/* A router there has connected: the session of its child.  Null, and `why`: there can be
 * none. */
struct bgp_session *bgp_discover_meet(struct protocol *protocol, struct link *link,
				      struct addr addr, const char **why);
/* Why nobody is found, in a sentence; a running instance that looks for neighbours. */
const char *bgp_discover_reason(const struct bgp *bgp);
/* Where is looked, and what came of it: for bgp_show(). */
void bgp_discover_show(const struct bgp *bgp, struct out *out);

#endif
