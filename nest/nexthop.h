/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Next hops: where routes send packets.  Interned per router, keyed by address *and*
 * link, counted. A recursive one resolves through a table and is re-resolved when the
 * route there changes; routes that use it keep their handle, the table re-selects and
 * re-exports them.
 */
#ifndef NEST_NEXTHOP_H
#define NEST_NEXTHOP_H

#include "lib/addr.h"
#include "lib/hash.h"
#include "lib/list.h"
#include "nest/value.h"
#include <stdbool.h>
#include <stdint.h>

struct router;
struct link;
struct table;
struct nexthop;

enum nexthop_kind {
	NEXTHOP_NONE, /* Of types that route nothing (roa). */
	NEXTHOP_BLACKHOLE,
	NEXTHOP_UNREACHABLE,
	NEXTHOP_PROHIBIT,
	NEXTHOP_DIRECT,    /* On a link, no gateway. */
	NEXTHOP_GATEWAY,   /* On a link, by a neighbour there. */
	NEXTHOP_RECURSIVE, /* By an address that a table resolves. */
	NEXTHOP_MULTIPATH  /* Several legs with weights. */
};

enum { NEXTHOP_ONLINK = 1 << 0 };
#define NEXTHOP_LEGS 128 /* The most a multipath has, and hops of any next hop. */

struct nexthop_leg {
	struct nexthop *nexthop; /* Held by the multipath; not a multipath itself. */
	uint16_t weight;         /* 1..256 */
};

/* One hop as the kernel needs it. */
struct nexthop_hop {
	struct link *link;
	struct addr gateway; /* addr_any: none. */
	uint16_t weight;
	uint16_t flags; /* NEXTHOP_ONLINK */
};

struct nexthop {
	struct hash_node node;
	uint32_t handle, uses;
	uint8_t kind; /* enum nexthop_kind */
	uint8_t flags;
	uint16_t leg_count;
	struct addr gateway;
	struct link *link;   /* DIRECT, GATEWAY. Held. */
	struct table *table; /* RECURSIVE: resolved in this one. */
	struct nexthop_leg *legs;
	/* The resolution; for all kinds. */
	uint8_t dest; /* enum route_dest; RTD_UNREACHABLE while it can't be resolved. */
	uint8_t hop_count;
	uint32_t igp_metric; /* RECURSIVE: of the resolving route. */
	struct nexthop_hop *hops;
	/* When the resolution last changed, in changes of the router: who has seen a
	 * lower number must look again. */
	uint64_t changed;
	struct list waiting; /* Among those to be resolved anew. */
	struct list idle;    /* Among those without uses. */
};

/* What to intern. */
struct nexthop_key {
	uint8_t kind, flags;
	uint16_t leg_count;
	struct addr gateway;
	struct link *link;
	struct table *table;
	const struct nexthop_leg *legs; /* In any order; interned sorted. */
};

/* The interned next hop; one use is the caller's.  One without uses stays till the router
 * has run its jobs, so a filter may put a released one into a draft. */
struct nexthop *nexthop_intern(struct router *router, const struct nexthop_key *key);
/* Shorthands. */
struct nexthop *nexthop_gateway(struct router *router, struct link *link,
				struct addr gateway, unsigned flags);
struct nexthop *nexthop_direct(struct router *router, struct link *link);
struct nexthop *nexthop_special(struct router *router, enum nexthop_kind kind);
struct nexthop *nexthop_recursive(struct router *router, struct table *table,
				  struct addr gateway);
struct nexthop *nexthop_hold(struct nexthop *nexthop);
void nexthop_release(struct router *router, struct nexthop *nexthop);
/* Called by router_new() and router_free(). */
void nexthop_open(struct router *router);
void nexthop_close(struct router *router);
/* A link went up, down or away (link.c tells): what leads directly over it is resolved at
 * once; recursive ones, tables and protocols follow in a job. */
void nexthop_link_changed(struct router *router, struct link *link);
/* Routes by it may be best: it does what it says.  False where a link is down or nothing
 * resolves it (a multipath: no leg is left). */
static inline bool
nexthop_is_reachable(const struct nexthop *nexthop)
{
	return nexthop->kind <= NEXTHOP_PROHIBIT || nexthop->dest != RTD_UNREACHABLE;
}
/* By content, never by handle: a stable order for ties. */
int nexthop_compare(const struct nexthop *a, const struct nexthop *b);
/* Next hops interned now. */
uint32_t nexthop_count(const struct router *router);
/* Aborts on a broken invariant. */
void nexthop_audit(const struct router *router);

#endif
