/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's route tables as protocols see them: owners register per (kernel table,
 * family) and get the results of their changes, scans and foreign events.  One file so
 * that protocol kernel stays a protocol among others.
 */
#ifndef NEST_FIB_H
#define NEST_FIB_H

#include "lib/list.h"
#include "sysdep/sys.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct router;
struct nexthop;

struct fib_owner {
	struct list link;
	struct router *router;
	uint32_t table;    /* Kernel table. */
	uint32_t families; /* NET_BIT()s */
	uint32_t queued;   /* Changes without a result yet. */
	void (*result)(struct fib_owner *, uint32_t cookie, int error);
	void (*scanned)(struct fib_owner *, const struct fib_route *);
	void (*scan_done)(struct fib_owner *, int error);
	void (*event)(struct fib_owner *, const struct fib_route *, bool gone);
	void (*overrun)(struct fib_owner *); /* Scan again. */
	uint32_t serial;  /* Set by fib_register(): routes results back. */
	struct list scan; /* Waiting for its scan, or being scanned. */
	bool rescan;      /* Scan once more behind the one under way. */
};

void fib_register(struct router *router, struct fib_owner *owner);
/* Results still on their way are dropped. */
void fib_unregister(struct fib_owner *owner);
void fib_change(struct fib_owner *owner, const struct fib_change *changes,
		size_t count);          /* Cookies: 32 bits. */
void fib_scan(struct fib_owner *owner); /* One at a time per router; queued. */

/* sys_handler callbacks; the context is the router. */
void fib_result_told(void *context, uint64_t cookie, int error);
void fib_scanned_told(void *context, const struct fib_route *route);
void fib_scan_done_told(void *context, int error);
void fib_event_told(void *context, const struct fib_route *route, bool gone);
void fib_overrun_told(struct router *router);

#endif
