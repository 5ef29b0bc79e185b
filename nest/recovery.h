/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Coming back where an earlier daemon was (RFC 4724 §4.1): its routes are still in the
 * kernel, and neighbours forward to us meanwhile.  Until all is known again nobody is
 * told a half of it.
 *
 *            first configuration       finders are up         all awaited have told
 *   FRESH ------------------> READING -----------> WAITING ------------------> OVER
 *                                |  nothing is left,           `graceful restart wait`
 *                                |  or nobody is awaited
 *                                '----------------------------------------------^
 *
 * Protocols whose class says `finds_remains` (kernel) look what is left before they go
 * up.  Channels that a graceful restart is about are awaited: each says when it has
 * imported all.  Channels that `defer` tell their protocols nothing until every awaited
 * channel of their net type has.
 */
#ifndef NEST_RECOVERY_H
#define NEST_RECOVERY_H

#include "nest/table.h"
#include "nest/timer.h"

struct channel;
struct out;
struct protocol;
struct router;

enum recovery_phase { RECOVERY_FRESH, RECOVERY_READING, RECOVERY_WAITING, RECOVERY_OVER };

struct recovery {
	enum recovery_phase phase;
	bool asked;   /* The daemon was started with -R. */
	bool remains; /* Forwarding outlived the daemon before: that is so from then on.
		       */
	bool has_waited; /* It was in WAITING. */
	bool is_settled; /* Over, and all protocols have told all they know. */
	uint32_t awaited[NET_TYPES]; /* Channels that have not told all yet. */
	struct timer wait;           /* `graceful restart wait`, … */
	usec_t waits;                /* … which was so long when it began. */
};

void recovery_init(struct router *router);
/* The first configuration is in force, the interfaces are known and protocols were
 * started; does nothing at any other time. */
void recovery_begin(struct router *router);
/* A protocol has another state: perhaps all that looks for remains has looked. */
void recovery_look(struct router *router);
/* A finder met routes of an earlier run. */
void recovery_found(struct router *router);
/* Whether there is anything to come back to is known; before that neighbours are not to
 * be talked to. */
bool recovery_is_known(const struct router *router);
/* Between a start that comes back to something and the end of that: the Restart State
 * bit. */
bool recovery_is_active(const struct router *router);
/* A channel of this type that defers is told nothing yet. */
bool recovery_holds(const struct router *router, enum net_type type);
/* The end waits until the channel says recovery_arrived(), or stops.  Only before
 * OVER; else nothing happens. */
void recovery_await(struct channel *channel);
/* The channel has imported all, or will not be waited for; harmless where it isn't.
 * Behind the end of the recovery it may be what is still missing from it. */
void recovery_arrived(struct channel *channel);
/* What nobody confirmed by now is void: those awaited have come back, and all protocols
 * have told all they know.  Where nobody was awaited `graceful restart wait` tells. */
bool recovery_is_complete(const struct router *router);
/* Leaving without a word is worth it: the next daemon finds what we forward by. */
bool recovery_is_prepared(const struct router *router);
/* Members of `show status`. */
void recovery_show(const struct router *router, struct out *out);

#endif
