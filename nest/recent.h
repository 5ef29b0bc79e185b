/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routes that vanished lately: a ring of the last ones, so that `why` can say of a
 * destination without a route who had one and when.
 */
#ifndef NEST_RECENT_H
#define NEST_RECENT_H

#include "lib/addr.h"
#include <stdbool.h>

struct channel;
struct router;
struct table;

struct recent_event {
	struct prefix net;
	const struct channel *channel; /* Whose route it was. */
	usec_t when;                   /* Monotonic. */
	bool refused; /* Announced again, but the import policy took it no more. */
};

/* A route of the channel is gone. */
void recent_add(const struct channel *channel, const struct prefix *net, bool refused);
/* The newest in a table that was of this destination, or else of the longest prefix
 * around it; null: nothing is remembered.  Good till the next one is added. */
const struct recent_event *recent_find(const struct router *router,
				       const struct table *table,
				       const struct prefix *net);
/* Forgets all; the router is about to be freed. */
void recent_free(struct router *router);
/* The channel is about to be freed. */
void recent_forget(const struct channel *channel);

#endif
