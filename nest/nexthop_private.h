/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of nexthop.h, shared by nexthop.c and nexthop_resolve.c.
 */
#ifndef NEST_NEXTHOP_PRIVATE_H
#define NEST_NEXTHOP_PRIVATE_H

#include "lib/store.h"
#include "nest/nexthop.h"
#include "nest/timer.h"

#define NEXTHOP_WEIGHT_MAX 256u

struct nexthop_table {
	struct router *router;
	struct hash set;
	struct store handles; /* Only numbers; so that they stay small. */
	struct list waiting;  /* To be resolved anew. */
	struct list idle;     /* Without uses: freed by the job. */
	struct list tables;   /* struct table, all of the router. */
	uint64_t changes;     /* Counts changes of resolutions. */
	uint64_t legs_seen;   /* Multipaths know changes up to this. */
	uint64_t told;        /* Tables know changes up to this. */
	struct job job;
};

bool nexthop_job_run(struct job *job, unsigned budget);
/* Nobody uses it. */
void nexthop_free(struct router *router, struct nexthop *nexthop);
/* Looks what it leads to now; true if that changed. */
bool nexthop_look(struct nexthop *nexthop);
/* The same; a change is counted, so that others hear of it. */
bool nexthop_resolve(struct router *router, struct nexthop *nexthop);
/* A recursive one is found by changes of its table, or no more. */
void nexthop_watch(struct nexthop *nexthop);
void nexthop_unwatch(struct nexthop *nexthop);
/* The route in `table` by which an address is reached, null if there is none;
 * `is_recursive`: there would be one, but it is recursive itself and resolves nothing. */
const struct route *nexthop_resolving(const struct table *table, struct addr gateway,
				      bool *is_recursive);
/* Replaces the hops; their links are held. */
void nexthop_hops_set(struct nexthop *nexthop, const struct nexthop_hop *hops,
		      unsigned count);

#endif
