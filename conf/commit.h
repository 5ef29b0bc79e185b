/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From one configuration to another: what is to be done to the router, shown or done.
 */
#ifndef CONF_COMMIT_H
#define CONF_COMMIT_H

#include "nest/config.h"
#include "nest/timer.h"
#include <stdbool.h>
#include <stddef.h>

struct out;
struct plan;
struct policy;
struct pool;
struct router;

/* What conf keeps with a configuration (config->kept). */
struct conf_kept {
	struct policy *policy;
	struct router *router;
	/* In force: undoes it unless confirmed; sweeps tables that are not wanted any
	 * more once they are empty. Initialised by the commit. */
	struct timer undo, sweep;
	bool has_timers;
};

/* How to get from the configuration in force (null: none) to `new`; in `pool`.  Null
 * after complaints: it can't be done. */
struct plan *plan_new(struct pool *pool, struct router *router, struct config *new,
		      struct out *complaints);
/* Says what would be done, to which options, and how many routes that touches; `all`:
 * also what stays as it is. */
void plan_show(const struct plan *plan, bool all, struct out *out);
/* Does it; `soft`: without passing routes through changed filters again. The
 * configuration before is not released. */
void plan_commit(struct plan *plan, bool soft);
/* The configuration is about to be freed: nothing of it is called any more. */
void commit_forget(struct config *config);

#endif
