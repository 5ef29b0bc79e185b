/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scans: what the kernel has against what it should have.  The first one finds what an
 * earlier run left: those routes are adopted, and stay until a protocol confirms them or
 * the time for that is over.
 */
#include "proto/kernel/kernel.h"

#include <string.h>

#include "lib/mem.h"
#include "lib/text.h"

/* A route of an earlier run. */
struct adopted {
	struct hash_node node;
	struct prefix net;
	uint32_t metric;
};

static struct adopted *
adopted_find(const struct kernel *kernel, const struct prefix *net)
{
	uint32_t key = prefix_hash(net, kernel->protocol.router->hash_seed);
	struct hash_node *node = hash_find(&kernel->adopted, key);
	for (; node; node = hash_find_next(node)) {
		struct adopted *adopted = container_of(node, struct adopted, node);
		if (prefix_equal(&adopted->net, net))
			return adopted;
	}
	return NULL;
}

static void
adopted_add(struct kernel *kernel, const struct fib_route *route)
{
	if (adopted_find(kernel, &route->net))
		return;
	struct adopted *adopted = mem_zalloc(sizeof(*adopted));
	adopted->net = route->net;
	adopted->metric = route->metric;
	hash_insert(&kernel->adopted, &adopted->node,
		    prefix_hash(&route->net, kernel->protocol.router->hash_seed));
	kernel->adopted_count++;
}

static void
adopted_free(struct kernel *kernel, struct adopted *adopted)
{
	hash_remove(&kernel->adopted, &adopted->node);
	mem_free(adopted);
}

void
kernel_adopted_drop(struct kernel *kernel, const struct prefix *net)
{
	struct adopted *adopted = adopted_find(kernel, net);
	if (!adopted)
		return;
	kernel->confirmed++;
	adopted_free(kernel, adopted);
}

void
kernel_adopted_end(struct kernel *kernel, bool keep)
{
	kernel->purging = !keep && kernel->adopted.count > 0;
	kernel->purged = 0;
	if (kernel->purging)
		kernel_adopted_purge(kernel);
	else
		hash_each(adopted, &kernel->adopted, struct adopted, node)
			adopted_free(kernel, adopted);
}

void
kernel_adopted_purge(struct kernel *kernel)
{
	if (!kernel->purging)
		return;
	hash_each(adopted, &kernel->adopted, struct adopted, node) {
		if (kernel_is_busy(kernel))
			return;
		kernel_delete(kernel, &adopted->net, adopted->metric);
		adopted_free(kernel, adopted);
		kernel->purged++;
	}
	kernel->purging = false;
	protocol_log(&kernel->protocol, LOG_INFO,
		     "Removed %u routes of an earlier run that nobody confirmed",
		     kernel->purged);
}

/* ---- scanning ---- */

bool
kernel_is_ours(const struct kernel *kernel, const struct fib_route *route)
{
	uint32_t metric = kernel_config(kernel)->metric;
	return route->protocol == FIB_PROTOCOL_MESHD &&
	       (metric == 0 || route->metric == metric);
}

static void
seen_set(struct kernel *kernel, node_handle node)
{
	uint32_t byte = node / 8;
	if (byte >= kernel->seen_size) {
		uint32_t size = MAX(byte + 1, kernel->seen_size * 2);
		kernel->seen = mem_resize(kernel->seen, size, 1);
		memset(kernel->seen + kernel->seen_size, 0, size - kernel->seen_size);
		kernel->seen_size = size;
	}
	kernel->seen[byte] |= (uint8_t)(1u << node % 8);
}

static bool
seen_get(const struct kernel *kernel, node_handle node)
{
	return node / 8 < kernel->seen_size && (kernel->seen[node / 8] >> node % 8 & 1);
}

/* Several may ask for the same scan, and one that failed is made up for by the next: a
 * refresh is open until a scan is complete. */
static void
refresh_begin(struct kernel *kernel)
{
	if (!kernel_learns(kernel) || kernel->protocol.state != PROTOCOL_UP ||
	    kernel->refreshing)
		return;
	kernel->refreshing = true;
	channel_refresh_begin(kernel->channel);
}

static void
refresh_end(struct kernel *kernel)
{
	if (!kernel->refreshing)
		return;
	kernel->refreshing = false;
	channel_refresh_end(kernel->channel);
	/* Another scan was asked for meanwhile. */
	if (!list_is_empty(&kernel->owner.scan))
		refresh_begin(kernel);
}

void
kernel_scan_start(struct kernel *kernel)
{
	if (kernel_config(kernel)->scan_time > 0)
		timer_start(&kernel->scan, kernel_config(kernel)->scan_time);
	kernel->scan_serial++;
	kernel_scan_stop(kernel);
	if (kernel->seen_size > 0)
		memset(kernel->seen, 0, kernel->seen_size);
	refresh_begin(kernel);
	fib_scan(&kernel->owner);
}

static bool
hops_equal(const struct fib_route *a, const struct fib_route *b)
{
	if (a->nexthop_count != b->nexthop_count)
		return false;
	for (unsigned i = 0; i < a->nexthop_count; i++) {
		bool found = false;
		for (unsigned j = 0; j < b->nexthop_count && !found; j++)
			found = a->nexthops[i].index == b->nexthops[j].index &&
				addr_equal(a->nexthops[i].gateway,
					   b->nexthops[j].gateway);
		if (!found)
			return false;
	}
	return true;
}

/* The route in the kernel is what the channel would tell now. */
static bool
is_as_told(struct kernel *kernel, node_handle node, const struct fib_route *route)
{
	const struct route *best = table_node_best(kernel->channel->table, node);
	if (!best || kernel_config(kernel)->merge.on)
		return true;
	struct attrs_draft scratch;
	struct route_draft draft;
	attrs_draft_init(&scratch, NULL);
	bool same = false;
	if (channel_export_verdict(kernel->channel, best, &draft, &scratch) ==
	    FILTER_ACCEPT) {
		struct router *router = kernel->protocol.router;
		struct attrs *attrs =
			draft.changed ? attrs_intern(router, draft.changed) : NULL;
		struct kernel_route wanted;
		same = kernel_route_make(kernel, &route->net, attrs ? attrs : draft.attrs,
					 &wanted) &&
		       wanted.fib.dest == route->dest &&
		       wanted.fib.metric == route->metric &&
		       addr_equal(wanted.fib.prefsrc, route->prefsrc) &&
		       hops_equal(&wanted.fib, route);
		attrs_release(router, attrs, 1);
	}
	attrs_draft_fini(&scratch);
	return same;
}

static void
own_scanned(struct kernel *kernel, const struct fib_route *route)
{
	if (!kernel->scanned_once) {
		adopted_add(kernel, route);
		return;
	}
	node_handle node = table_find(kernel->channel->table, &route->net);
	if (node && channel_has_exported(kernel->channel, node)) {
		seen_set(kernel, node);
		if (!is_as_told(kernel, node, route)) {
			kernel->replaced++;
			channel_retell(kernel->channel, &route->net);
		}
	} else if (!adopted_find(kernel, &route->net) && kernel->owner.queued == 0) {
		kernel->removed++;
		kernel_delete(kernel, &route->net, route->metric);
	}
}

void
kernel_scanned(struct fib_owner *owner, const struct fib_route *route)
{
	struct kernel *kernel = container_of(owner, struct kernel, owner);
	if (kernel_is_ours(kernel, route)) {
		own_scanned(kernel, route);
		return;
	}
	kernel_rival_note(kernel, route, false);
	if (kernel->protocol.state == PROTOCOL_UP)
		kernel_learn(kernel, route, false);
}

/* Looking at so many nodes costs as much as telling one. */
#define LOOKS 16u

/* Tells again what should be there and was not met. */
static bool
unseen_run(struct job *job, unsigned budget)
{
	struct kernel *kernel = container_of(job, struct kernel, unseen);
	struct table *table = kernel->channel->table;
	unsigned looks = LOOKS * budget;
	for (; looks > 0; looks--) {
		node_handle node = table_walk(table, kernel->unseen_at);
		kernel->unseen_at = node;
		if (node == 0)
			return false;
		if (!channel_has_exported(kernel->channel, node) ||
		    seen_get(kernel, node))
			continue;
		struct prefix net;
		table_node_prefix(table, node, &net);
		kernel->lost++;
		channel_retell(kernel->channel, &net);
		looks -= MIN(looks - 1, LOOKS);
	}
	return true;
}

void
kernel_scan_init(struct kernel *kernel)
{
	job_init(&kernel->unseen, kernel->protocol.router, unseen_run);
}

void
kernel_scan_stop(struct kernel *kernel)
{
	job_cancel(&kernel->unseen);
}

void
kernel_scan_told(struct kernel *kernel, node_handle node)
{
	if (job_is_scheduled(&kernel->unseen))
		seen_set(kernel, node);
}

/* The first scan is complete: now the channel may tell what should be. */
static void
first_scan_done(struct kernel *kernel)
{
	kernel->scanned_once = true;
	if (kernel->adopted.count > 0) {
		const struct config *config = kernel->protocol.router->config;
		usec_t wait = config ? config->graceful_restart_wait : 240 * USEC_S;
		protocol_log(&kernel->protocol, LOG_INFO,
			     "Adopted %u routes of an earlier run",
			     kernel->adopted.count);
		timer_start(&kernel->adoption, wait);
		recovery_found(kernel->protocol.router);
	}
	protocol_set_state(&kernel->protocol, PROTOCOL_UP);
	if (kernel_learns(kernel))
		kernel_scan_start(kernel);
}

void
kernel_scan_done(struct fib_owner *owner, int error)
{
	struct kernel *kernel = container_of(owner, struct kernel, owner);
	if (error)
		protocol_log(&kernel->protocol, LOG_ERROR,
			     "Cannot read kernel table %u: %s", owner->table,
			     text_error(error));
	if (kernel->protocol.state == PROTOCOL_STARTING) {
		first_scan_done(kernel);
		return;
	}
	if (kernel->protocol.state != PROTOCOL_UP || error)
		return;
	kernel_rivals_scanned(kernel);
	/* With changes under way, what was met is not what is there now: the next scan
	 * decides. */
	if (owner->queued == 0) {
		kernel->unseen_at = 0;
		job_schedule(&kernel->unseen);
	}
	refresh_end(kernel);
}

void
kernel_overrun(struct fib_owner *owner)
{
	struct kernel *kernel = container_of(owner, struct kernel, owner);
	if (kernel->protocol.state == PROTOCOL_UP)
		kernel_scan_start(kernel);
}
