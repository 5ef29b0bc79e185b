/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What both ends say in their OPENs, and what that comes to.
 */
#ifndef PROTO_BGP_AGREE_H
#define PROTO_BGP_AGREE_H

#include "proto/bgp/session.h"

/* Our OPEN, from configuration and channels.  The host name is borrowed. */
void bgp_open_make(const struct bgp *bgp, struct bgp_open *open);
/* What a session runs by after these OPENs, but for `ends` and `link`.  False: there can
 * be none; `failure` and, for people, `what` say why. */
bool bgp_agree(const struct bgp *bgp, const struct bgp_open *ours,
	       const struct bgp_open *theirs, struct bgp_agreed *agreed,
	       struct bgp_failure *failure, const char **what);
/* Of a session that stands, what our options decide alone: they may be others. */
void bgp_agree_anew(const struct bgp *bgp, struct bgp_agreed *agreed);
/* The channel of a family; null: there is none. */
const struct bgp_channel_config *bgp_channel_of(const struct bgp *bgp,
						enum bgp_family family);

/* RFC 4724 §4.1: a restart of ours is to leave the family's routes in force. */
bool bgp_keeps_for(const struct bgp *bgp, const struct bgp_channel_config *channel);

#endif
