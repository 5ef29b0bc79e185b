/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel has of a route, for `why`: what it refused and with which reason, and
 * routes of other programs that come before ours.  Both are remembered as long as they
 * hold, as many as fit.
 */
#include "proto/kernel/kernel.h"

#include <inttypes.h>

#include "lib/mem.h"
#include "lib/out.h"
#include "lib/text.h"

#define REMEMBERED_MOST 4096 /* Of each kind. */

/* A destination that something is remembered of. */
struct remembered {
	struct hash_node node;
	struct prefix net;
	int error;         /* Of a refusal. */
	uint32_t metric;   /* Of another's route. */
	uint32_t protocol; /* The same: whose. */
	uint32_t scan;     /* The same: the scan that met it last. */
	usec_t when;
};

static struct remembered *
find(const struct kernel *kernel, const struct hash *hash, const struct prefix *net)
{
	uint32_t key = prefix_hash(net, kernel->protocol.router->hash_seed);
	struct hash_node *node = hash_find(hash, key);
	for (; node; node = hash_find_next(node)) {
		struct remembered *remembered =
			container_of(node, struct remembered, node);
		if (prefix_equal(&remembered->net, net))
			return remembered;
	}
	return NULL;
}

/* The one of the destination; a new one if there is room, else null. */
static struct remembered *
get(struct kernel *kernel, struct hash *hash, const struct prefix *net)
{
	struct remembered *remembered = find(kernel, hash, net);
	if (remembered || hash->count >= REMEMBERED_MOST)
		return remembered;
	remembered = mem_zalloc(sizeof(*remembered));
	remembered->net = *net;
	hash_insert(hash, &remembered->node,
		    prefix_hash(net, kernel->protocol.router->hash_seed));
	return remembered;
}

static void
drop(struct hash *hash, struct remembered *remembered)
{
	if (!remembered)
		return;
	hash_remove(hash, &remembered->node);
	mem_free(remembered);
}

static void
drop_all(struct hash *hash)
{
	hash_each(remembered, hash, struct remembered, node)
		drop(hash, remembered);
	hash_fini(hash);
}

void
kernel_explain_open(struct kernel *kernel)
{
	hash_init(&kernel->refusals);
	hash_init(&kernel->rivals);
}

void
kernel_explain_close(struct kernel *kernel)
{
	drop_all(&kernel->refusals);
	drop_all(&kernel->rivals);
}

void
kernel_refusal_note(struct kernel *kernel, const struct prefix *net, int error)
{
	if (error == 0) {
		if (kernel->refusals.count > 0)
			drop(&kernel->refusals, find(kernel, &kernel->refusals, net));
		return;
	}
	struct remembered *refusal = get(kernel, &kernel->refusals, net);
	if (!refusal)
		return;
	refusal->error = error;
	refusal->when = router_now(kernel->protocol.router);
}

void
kernel_rival_note(struct kernel *kernel, const struct fib_route *route, bool gone)
{
	struct remembered *rival = find(kernel, &kernel->rivals, &route->net);
	if (gone) {
		if (rival && rival->metric == route->metric)
			drop(&kernel->rivals, rival);
		return;
	}
	/* The kernel takes the one with the lowest metric. */
	if (route->metric >= kernel_config(kernel)->metric ||
	    (rival && rival->metric < route->metric &&
	     rival->scan == kernel->scan_serial))
		return;
	rival = get(kernel, &kernel->rivals, &route->net);
	if (!rival)
		return;
	rival->metric = route->metric;
	rival->protocol = route->protocol;
	rival->scan = kernel->scan_serial;
}

void
kernel_rivals_scanned(struct kernel *kernel)
{
	hash_each(rival, &kernel->rivals, struct remembered, node)
		if (rival->scan != kernel->scan_serial)
			drop(&kernel->rivals, rival);
}

/* A change to it is on its way. */
static bool
is_pending(const struct kernel *kernel, const struct prefix *net)
{
	for (uint32_t i = 1; i <= kernel->owner.queued && i <= KERNEL_PENDING; i++) {
		uint32_t place = (kernel->pending_next - i) % KERNEL_PENDING;
		if (prefix_equal(&kernel->pending[place].net, net))
			return true;
	}
	return false;
}

void
kernel_explain_told(const struct protocol *protocol, const struct channel *channel,
		    const struct prefix *net, struct out *out)
{
	const struct kernel *kernel = (const struct kernel *)protocol;
	const struct kernel_config *config = kernel_config(kernel);
	(void)channel;
	const struct remembered *refusal = find(kernel, &kernel->refusals, net);
	const struct remembered *rival = find(kernel, &kernel->rivals, net);
	if (is_pending(kernel, net))
		out_str(out, "kernel", "a change is on its way");
	else if (refusal)
		out_printf(out, "kernel", "refused %" PRId64 " s ago: %s",
			   (router_now(protocol->router) - refusal->when) / USEC_S,
			   text_error(refusal->error));
	else
		out_printf(out, "kernel", "installed in table %" PRIu32, config->table);
	if (config->metric > 0)
		out_u64(out, "kernel_metric", config->metric);
	if (rival && !refusal)
		out_printf(out, "overridden",
			   "by a route of another program with metric %" PRIu32
			   " (rtnetlink protocol %" PRIu32 ")",
			   rival->metric, rival->protocol);
}
