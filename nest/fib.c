/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hands what the kernel says of its route tables to the protocols that own them, and
 * keeps scans in line.
 */
#include "nest/fib.h"

#include <assert.h>

#include "lib/pool.h"
#include "nest/router.h"

/* Scans are asked for one at a time; the head of `waiting` is under way if `scanning`. */
struct fib_state {
	uint32_t serial;
	bool scanning;
	uint32_t orphans;    /* Scans under way whose owner is gone. */
	struct list waiting; /* struct fib_owner by `scan` */
};

static struct fib_state *
fib_state(struct router *router)
{
	if (!router->fib) {
		router->fib = pool_alloc(router->pool, sizeof(*router->fib));
		list_init(&router->fib->waiting);
	}
	return router->fib;
}

static struct fib_owner *
owner_find(struct router *router, uint32_t serial)
{
	list_each(owner, &router->fib_owners, struct fib_owner, link)
		if (owner->serial == serial)
			return owner;
	return NULL;
}

void
fib_register(struct router *router, struct fib_owner *owner)
{
	owner->router = router;
	owner->serial = ++fib_state(router)->serial;
	owner->queued = 0;
	owner->rescan = false;
	list_init(&owner->scan);
	list_push_back(&router->fib_owners, &owner->link);
}

static void
scan_next(struct router *router)
{
	struct fib_state *state = fib_state(router);
	struct fib_owner *owner = list_first(&state->waiting, struct fib_owner, scan);
	state->scanning = owner != NULL;
	if (owner)
		router->sys->class->fib_scan(router->sys, owner->table, owner->families);
}

void
fib_unregister(struct fib_owner *owner)
{
	list_remove(&owner->link);
	/* If its scan is under way the answer finds nobody; fib_scan_done_told() goes on
	 * with the next. */
	struct fib_state *state = fib_state(owner->router);
	bool active = state->scanning && state->waiting.next == &owner->scan;
	list_remove(&owner->scan);
	if (active) {
		state->scanning = false;
		state->orphans++;
	}
}

void
fib_change(struct fib_owner *owner, const struct fib_change *changes, size_t count)
{
	struct sys *sys = owner->router->sys;
	while (count > 0) {
		struct fib_change batch[64];
		size_t size = MIN(count, ARRAY_SIZE(batch));
		for (size_t i = 0; i < size; i++) {
			batch[i] = changes[i];
			assert(changes[i].cookie <= UINT32_MAX);
			batch[i].cookie |= (uint64_t)owner->serial << 32;
		}
		owner->queued += (uint32_t)size;
		sys->class->fib_queue(sys, batch, size);
		changes += size;
		count -= size;
	}
}

void
fib_scan(struct fib_owner *owner)
{
	struct fib_state *state = fib_state(owner->router);
	if (!list_is_empty(&owner->scan)) {
		/* Under way or waiting already; one under way may have missed what is
		 * asked about now. */
		owner->rescan = state->scanning && state->waiting.next == &owner->scan;
		return;
	}
	list_push_back(&state->waiting, &owner->scan);
	if (!state->scanning && state->orphans == 0)
		scan_next(owner->router);
}

void
fib_result_told(void *context, uint64_t cookie, int error)
{
	struct router *router = context;
	struct fib_owner *owner = owner_find(router, (uint32_t)(cookie >> 32));
	if (!owner)
		return;
	owner->queued--;
	owner->result(owner, (uint32_t)cookie, error);
}

void
fib_scanned_told(void *context, const struct fib_route *route)
{
	struct router *router = context;
	struct fib_state *state = fib_state(router);
	if (!state->scanning)
		return;
	struct fib_owner *owner = list_first(&state->waiting, struct fib_owner, scan);
	if (route->table == owner->table && (owner->families & NET_BIT(route->net.type)))
		owner->scanned(owner, route);
}

void
fib_scan_done_told(void *context, int error)
{
	struct router *router = context;
	struct fib_state *state = fib_state(router);
	if (state->orphans > 0) {
		state->orphans--;
	} else if (state->scanning) {
		struct fib_owner *owner =
			list_first(&state->waiting, struct fib_owner, scan);
		list_remove(&owner->scan);
		state->scanning = false;
		bool rescan = owner->rescan;
		owner->rescan = false;
		if (rescan)
			list_push_back(&state->waiting, &owner->scan);
		owner->scan_done(owner, error);
	}
	if (!state->scanning && state->orphans == 0)
		scan_next(router);
}

void
fib_event_told(void *context, const struct fib_route *route, bool gone)
{
	struct router *router = context;
	list_each_safe(owner, &router->fib_owners, struct fib_owner, link)
		if (route->table == owner->table &&
		    (owner->families & NET_BIT(route->net.type)))
			owner->event(owner, route, gone);
}

void
fib_overrun_told(struct router *router)
{
	list_each_safe(owner, &router->fib_owners, struct fib_owner, link)
		owner->overrun(owner);
}
