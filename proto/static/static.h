/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol static: routes written in the configuration.
 *
 *   config.c   rows and what they fill: routes (packed records) and targets (where they
 * lead) routes.c   the packed records target.c   targets made into attribute sets, as
 * links and addresses are now diff.c     what differs between two lists of routes
 *   static.c   class, life, announcing
 *   bfd.c      sessions that routes wait for
 *   show.c     `show static`
 *
 * A hundred thousand lines are common (an imported list, roa data), so a route is a
 * record of 12 bytes (IPv4) to 40, and routes that lead to the same place share their
 * target.
 */
#ifndef PROTO_STATIC_STATIC_H
#define PROTO_STATIC_STATIC_H

#include "nest/attr.h"
#include "nest/command.h"
#include "nest/igp_table.h"
#include "nest/protocol.h"
#include "nest/schema.h"
#include "nest/timer.h"

struct arena;

/* ---- where routes lead ---- */

struct static_hop {
	struct addr gateway; /* addr_any: none. */
	const char *
		interface; /* Name of an interface or link; null: found by the gateway. */
	uint16_t weight;   /* 1..256 */
	bool onlink;
	bool bfd; /* Used while the gateway's session is up. */
};

struct static_target {
	struct static_target *next;
	uint32_t index;
	uint8_t kind; /* enum nexthop_kind; NEXTHOP_MULTIPATH: see the hops. */
	uint16_t hop_count;
	const struct static_hop *hops; /* RECURSIVE: one, with only its gateway. */
	const struct filter *attrs;    /* The attribute block; null: none. */
};

bool static_target_equal(const struct static_target *a, const struct static_target *b);

/* ---- the list of routes ---- */

#define STATIC_BLOCK 8000 /* Bytes of records in a block. */

struct static_block {
	struct static_block *next;
	uint32_t size; /* Of `records` used. */
	uint8_t records[];
};

struct static_routes {
	struct arena *arena;
	struct static_block *first, *last;
	struct static_target *targets, *last_target;
	uint32_t count, target_count;
	uint32_t families; /* NET_BIT()s met. */
	bool sorted;       /* Each is greater than the one before: no duplicates. */
	struct prefix newest;
};

/* One record, unpacked. */
struct static_route {
	struct prefix net;
	uint32_t target; /* Its index. */
	uint8_t path;    /* Counts routes to the same destination. */
};

/* Walks the records; null block: at the end. */
struct static_cursor {
	const struct static_block *block;
	uint32_t at;
};

void static_routes_add(struct static_routes *routes, const struct prefix *net,
		       const struct static_target *target);
struct static_cursor static_routes_begin(const struct static_routes *routes);
/* False at the end. */
bool static_routes_next(struct static_cursor *cursor, struct static_route *route);
/* Gives routes to the same destination their path numbers; false if one has too many. */
bool static_routes_number(struct static_routes *routes, struct prefix *crowded);

/* ---- configuration and instance ---- */

struct static_config {
	struct protocol_config common;
	bool check_link;
	struct igp_tables igp_tables;
	struct static_routes routes;
};

/* A target as it can be announced now. */
struct static_resolved {
	const struct static_target *target;
	struct attrs *attrs; /* Held; null: leads nowhere. */
	bool dirty;          /* Its routes are to be announced again. */
};

struct static_protocol {
	struct protocol protocol;
	struct static_resolved *resolved; /* By target index; of the protocol's pool. */
	uint32_t resolved_count;
	struct job walk; /* Announces the routes of dirty targets. */
	struct static_cursor cursor;
	bool walking, again;
	/* It announces what lies in these, too; held, null: none. */
	struct cover *which;
	struct channel *refreshes; /* Until its end; null: none. */
	struct list sessions;      /* struct static_session, of bfd.c */
};

static inline const struct static_config *
static_config(const struct static_protocol *instance)
{
	return (const struct static_config *)instance->protocol.config;
}

extern const struct conf_schema static_schema;
extern const struct command static_commands[]; /* show.c */
void static_config_check(void *config, struct conf_check *check);

/* static.c: routes whose targets lead elsewhere now are announced again. */
void static_look_again(struct static_protocol *instance);

/* A session can be had for a gateway alone. */
static inline bool
static_hop_has_bfd(const struct static_hop *hop)
{
	return hop->bfd && !addr_is_any(hop->gateway);
}

/* bfd.c: asks for the sessions that the configuration names, and for no others; changes
 * lead to static_look_again(). */
void static_bfd_update(struct static_protocol *instance);
/* The hop waits for no session, or it is up. */
bool static_bfd_allows(const struct static_protocol *instance,
		       const struct static_hop *hop);
void static_bfd_stop(struct static_protocol *instance);

/* target.c: the set a target's routes have now, held by the caller; null if it leads
 * nowhere. */
struct attrs *static_target_attrs(struct static_protocol *instance,
				  const struct static_target *target,
				  const struct prefix *net);
/* Its attribute block looks at the prefix: each route needs a set of its own. */
bool static_target_reads_net(const struct static_target *target);

/* diff.c: calls `changed` for each route of `now` that is new or leads elsewhere, and
 * (gone = true) for each of `old` that is not in `now`; `map` gives for a target of `now`
 * the equal one of `old`, or UINT32_MAX. */
void static_routes_diff(const struct static_routes *old, const struct static_routes *now,
			const uint32_t *map,
			void (*changed)(void *context, const struct static_route *,
					bool gone),
			void *context);
/* Fills `map`. */
void static_targets_map(const struct static_routes *old, const struct static_routes *now,
			uint32_t *map);
bool static_routes_equal(const void *old, const void *now);
/* "3 added, 1 removed, 2 changed" */
void static_routes_print_change(struct text *text, const void *old, const void *now);

#endif
