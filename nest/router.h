/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The router: owns everything.  Nothing is global; a process may hold thousands.  The
 * world calls in through the handler; router_run() does all that is due and never blocks.
 */
#ifndef NEST_ROUTER_H
#define NEST_ROUTER_H

#include "lib/hash.h"
#include "lib/heap.h"
#include "lib/list.h"
#include "lib/store.h"
#include "nest/config.h"
#include "nest/module.h"
#include "nest/protocol.h"
#include "nest/recovery.h"
#include "nest/timer.h"
#include "sysdep/sys.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pool;
struct attr_registry;
struct attrs_table;
struct nexthop_table;
struct control;
struct mrt_log;
struct recent;

struct router {
	struct sys *sys;
	struct pool *pool;
	const struct language *language;
	struct heap timers;
	struct list jobs, idle_jobs;
	usec_t armed;       /* What sys->wake_at was last asked for. */
	uint32_t hash_seed; /* Drawn once; keeps peers from choosing hash collisions. */
	usec_t started;     /* Monotonic. */
	/* What to add to a monotonic time to show it; steady, unless the clock is set. */
	usec_t wall_offset;
	/* Modules: built in, then loaded. */
	const struct module **modules;
	size_t module_count;
	struct attr_registry *attr_registry; /* attr.c */
	struct attrs_table *attrs;           /* attr.c */
	struct nexthop_table *nexthops;      /* nexthop.c */
	/* What runs. */
	struct config *config;  /* In force; null before the first. */
	struct config *undo;    /* The one before, for `configure undo`; null: none. */
	struct list tables;     /* struct table_entry, see router_table(). */
	struct list protocols;  /* struct protocol */
	struct list transports; /* struct transport */
	struct list interfaces; /* struct interface */
	struct list links;      /* struct link */
	uint32_t link_serial;
	struct list fib_owners;    /* struct fib_owner */
	struct fib_state *fib;     /* fib.c */
	struct hash bindings;      /* transport.c: prefixes bound to transports' links. */
	bool interfaces_known;     /* The first scan is complete. */
	bool interfaces_rescanned; /* A rescan is under way. */
	uint32_t router_id;        /* In force; 0 while unknown. */
	usec_t last_configured;    /* Wall. */
	struct control *control;   /* Control sockets; null: none. */
	struct list subscribers;   /* subscribe.h: who is told of changes. */
	/* bfd.h: struct bfd_request, struct bfd_provider */
	struct list bfd_requests, bfd_providers;
	struct mrt_log *mrt_log; /* mrt_log.c; null: nothing was logged yet. */
	struct recent *recent;   /* recent.c; null: nothing happened yet. */
	uint32_t igp_guards;     /* Instances whose class guards_interior. */
	bool shutting_down;
	struct recovery recovery; /* After a restart: adopts, waits. */
	char last_error[256];
};

/* A router in the world `sys` (which it attaches to), with these modules and this
 * language. Owned by the caller. */
struct router *router_new(struct sys *sys, const struct modules *modules,
			  const struct language *language);
/* Everything at once, without good-byes; for tests, crashes and after router_shutdown()
 * is done. Accepts null. */
void router_free(struct router *router);
/* Handles all that is due; never blocks.  The world calls it at router_due() and after
 * callbacks. */
void router_run(struct router *router);
/* When to call again; USEC_NEVER: only after a callback. */
usec_t router_due(const struct router *router);
/* Reads a configuration text; complaints go to `complaints`. 0 or -EINVAL (nothing
 * changed). */
int router_configure(struct router *router, const char *text, size_t size,
		     struct out *complaints);
/* Stops all protocols in good order, then sys->quit(). */
void router_shutdown(struct router *router);
/* Ends at once: neighbours are told nothing (but BFD's, to whom silence is a failure) and
 * the kernel keeps its routes, for the next daemon to take over. */
void router_leave(struct router *router);
/* Something became due now (a job was scheduled, a timer brought forward): makes sure
 * router_run() is called. */
void router_kick(struct router *router, usec_t due);
/* Walks on with what waits for one thing: protocols for the first interface scan, the
 * shutdown for protocols. */
void router_settle(struct router *router);

static inline usec_t
router_now(const struct router *router)
{
	return router->sys->class->now(router->sys);
}

/* Uniform in [0, bound). */
uint32_t router_random(struct router *router, uint32_t bound);
/* Uniform in [low, high]: jitter. */
usec_t router_jitter(struct router *router, usec_t low, usec_t high);
void router_log(const struct router *router, enum log_class class, const char *format,
		...) PRINTF_LIKE(3, 4);
/* A table of the router; made and removed by the configuration's commit. */
struct table_entry {
	struct list link;
	struct table *table;
	const struct table_config *config;
};
struct table *router_table_add(struct router *router, const struct table_config *config);
/* No channel uses it any more. */
void router_table_remove(struct router *router, struct table *table);
/* The table of a name; null if there is none. Null name: the default of the type. */
struct table *router_table(const struct router *router, const char *name,
			   enum net_type type);
/* Recomputes router->router_id (configured, by pattern, lowest IPv4, or made from the
 * first link's address); restarts who depends on it. */
void router_id_update(struct router *router);
void router_audit(const struct router *router, enum audit_depth depth);

#endif
