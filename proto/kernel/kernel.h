/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol kernel: keeps one route table of the kernel equal to what a channel exports,
 * and learns the routes of others from it.
 *
 *   kernel.c   class, configuration, life
 *   export.c   changes on their way to the kernel, what it refuses, what it loses
 *   scan.c     comparing what is there with what should be; adoption after a restart
 *   learn.c    routes of other programs
 *   explain.c  what the kernel has of a route
 *   metrics.c  the attributes krt_*
 */
#ifndef PROTO_KERNEL_KERNEL_H
#define PROTO_KERNEL_KERNEL_H

#include "lib/hash.h"
#include "nest/attr.h"
#include "nest/fib.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include "nest/schema.h"
#include "sysdep/sys.h"

#define KERNEL_PENDING 1024 /* Changes on their way at a time. */
#define KERNEL_HOPS    64   /* Most hops of a route that goes to the kernel. */
#define KERNEL_METRICS 24
#define KERNEL_CONGCTL 16 /* A name of TCP congestion control, terminated. */

enum kernel_learning { KERNEL_LEARN_NONE, KERNEL_LEARN_ALIEN, KERNEL_LEARN_ALL };

#define MERGE_LIMIT 16

/* `merge paths` */
struct kernel_merge {
	bool on;
	uint32_t limit; /* Hops. */
};

struct kernel_config {
	struct protocol_config common;
	usec_t scan_time;
	bool persist;
	uint32_t learn; /* enum kernel_learning */
	uint32_t table;
	uint32_t metric;
	bool graceful_restart;
	struct kernel_merge merge;
};

/* A change on its way, for the message if it is refused. */
struct kernel_pending {
	struct prefix net;
	bool is_delete;
};

struct kernel {
	struct protocol protocol;
	struct channel *channel;
	struct fib_owner owner;
	struct timer scan;
	struct timer adoption; /* Ends the time in which protocols may confirm adopted
				  routes. */
	struct hash adopted; /* struct adopted: found at the start, not confirmed yet. */
	struct kernel_pending *pending;
	uint32_t pending_next; /* Serial of the next change; its place is the rest by
				  KERNEL_PENDING. */
	uint8_t *seen;         /* A bit per node: the running scan has met our route. */
	uint32_t seen_size;
	/* Looks for what should have been met and was not, from this node on. */
	struct job unseen;
	node_handle unseen_at;
	bool scanned_once;
	struct hash refusals;  /* explain.c: what the kernel refused. */
	struct hash rivals;    /* The same: others' routes that come before ours. */
	uint32_t scan_serial;  /* Of the scan under way or the last one. */
	bool prunes;           /* Behind the next feed, what nobody confirmed goes. */
	bool purging;          /* It does, as fast as the kernel takes it. */
	uint32_t purged;       /* So many until now. */
	bool refreshing;       /* What was learned is stale until the scan meets it. */
	usec_t refusals_since; /* Start of the second in which refusals are counted. */
	uint32_t refusals_logged, refusals_hidden;
	/* Shown. */
	uint64_t refused, lost, replaced, removed, adopted_count, confirmed;
};

static inline const struct kernel_config *
kernel_config(const struct kernel *kernel)
{
	return (const struct kernel_config *)kernel->protocol.config;
}

/* The attributes of module kernel, in the order of kernel_attrs. */
enum kernel_attr {
	KRT_SOURCE,
	KRT_METRIC,
	KRT_PREFSRC,
	KRT_REALM,
	KRT_SCOPE,
	KRT_FIRST_METRIC /* krt_lock, krt_mtu, … : RTAX_* numbers from 1 on. */
};
extern const struct attr_class kernel_attrs[];

/* A route as the kernel gets it, with the memory it points into. */
struct kernel_route {
	struct fib_route fib;
	struct fib_nexthop hops[KERNEL_HOPS];
	struct fib_metric metrics[KERNEL_METRICS];
	char congctl[KERNEL_CONGCTL];
};

/* metrics.c: fills in what attributes say. */
void kernel_attrs_apply(const struct kernel *kernel, const struct attrs *attrs,
			struct kernel_route *route);

/* export.c */
/* So much is under way that nothing more is to be asked of the kernel now. */
bool kernel_is_busy(const struct kernel *kernel);
/* The kernel's form of a route; false if it leads nowhere now. */
bool kernel_route_make(const struct kernel *kernel, const struct prefix *net,
		       const struct attrs *attrs, struct kernel_route *route);
void kernel_route_event(struct protocol *protocol, struct channel *channel,
			const struct route_change *changes, size_t count);
void kernel_delete(struct kernel *kernel, const struct prefix *net, uint32_t metric);
void kernel_result(struct fib_owner *owner, uint32_t cookie, int error);
void kernel_event(struct fib_owner *owner, const struct fib_route *route, bool gone);

/* scan.c */
void kernel_scan_init(struct kernel *kernel);
void kernel_scan_stop(struct kernel *kernel);
/* The kernel is told of the node's route now, whatever the last scan met. */
void kernel_scan_told(struct kernel *kernel, node_handle node);
void kernel_scan_start(struct kernel *kernel);
void kernel_scanned(struct fib_owner *owner, const struct fib_route *route);
void kernel_scan_done(struct fib_owner *owner, int error);
void kernel_overrun(struct fib_owner *owner);
void kernel_adopted_drop(struct kernel *kernel, const struct prefix *net);
/* Begins to delete adopted routes that nobody confirmed (`keep`: only forgets them). */
void kernel_adopted_end(struct kernel *kernel, bool keep);
/* There is room for more changes: deletes some of them. */
void kernel_adopted_purge(struct kernel *kernel);
bool kernel_is_ours(const struct kernel *kernel, const struct fib_route *route);

/* explain.c */
void kernel_explain_open(struct kernel *kernel);
void kernel_explain_close(struct kernel *kernel);
/* The kernel's answer to a change; 0: it did it. */
void kernel_refusal_note(struct kernel *kernel, const struct prefix *net, int error);
/* A route of another program is there, or gone. */
void kernel_rival_note(struct kernel *kernel, const struct fib_route *route, bool gone);
/* A scan is complete: what it has not met is gone. */
void kernel_rivals_scanned(struct kernel *kernel);
void kernel_explain_told(const struct protocol *protocol, const struct channel *channel,
			 const struct prefix *net, struct out *out);

/* learn.c */
bool kernel_learns(const struct kernel *kernel);
void kernel_learn(struct kernel *kernel, const struct fib_route *route, bool gone);

#endif
