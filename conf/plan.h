/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of plans (commit.h), shared by commit.c, which makes and does them, and
 * plan_show.c, which says what they would do.
 */
#ifndef CONF_PLAN_H
#define CONF_PLAN_H

#include "conf/commit.h"
#include "conf/diff.h"

struct arena;
struct protocol;
struct protocol_config;
struct transport;
struct transport_config;

/* An instance's way; `old` null: it is added, `new` null: removed. */
struct step {
	struct step *next;
	const struct protocol_config *old, *new;
	const struct transport_config *old_transport, *new_transport;
	struct diff diff;
};

struct plan {
	struct router *router;
	struct config *old, *new;
	struct arena *arena;
	struct step *first,
		*last; /* Removals, then the new configuration in its order. */
};

/* The instance that runs by a configuration, or will; null: none. */
struct protocol *plan_protocol(const struct router *router,
			       const struct protocol_config *config);
struct transport *plan_transport(const struct router *router,
				 const struct transport_config *config);

#endif
