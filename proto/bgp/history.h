/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is remembered of a neighbour (struct bgp_history, bgp.h): the last NOTIFICATION in
 * either direction and the last error, in words, over restarts of the instance.
 */
#ifndef PROTO_BGP_HISTORY_H
#define PROTO_BGP_HISTORY_H

#include "proto/bgp/bgp.h"
#include "proto/bgp/message.h"

/* A NOTIFICATION was sent or came; `what`: more of it for people, or null.  Both are said
 * in the log, but for a Cease of ours. */
void bgp_history_sent(struct bgp *bgp, const struct bgp_failure *failure,
		      const char *what);
void bgp_history_received(struct bgp *bgp, const struct bgp_failure *failure);
/* Something else is wrong.  `error`: an errno, or 0 and `what`. */
void bgp_history_trouble(struct bgp *bgp, int error, const char *what);
/* "Received: Administrative shutdown", in two parts; empty ones: nothing. */
const char *bgp_blame_class(const struct bgp *bgp);
const char *bgp_blame_words(const struct bgp *bgp);

#endif
