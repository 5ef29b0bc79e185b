/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard against ghost routes: such as a neighbour took back without our hearing of
 * it.  Now and then it is asked for all its routes; it marks where its answer begins and
 * ends (RFC 7313 §4), and what is not in between goes.  Neighbours that don't mark it are
 * not asked: nothing would tell a ghost from a route that is yet to come.
 */
#include "proto/bgp/guard.h"

#include <inttypes.h>

#include "nest/router.h"
#include "proto/bgp/adj_rib_out.h"
#include "proto/bgp/rib.h"

#define TOLD_INTERVAL (60 * USEC_S) /* Between two lines about ghosts. */

/* Up to a quarter early, so that not all neighbours answer at once. */
static void
guard_plan(struct bgp_guard *guard)
{
	struct router *router = guard->bgp->protocol.router;
	usec_t time = bgp_config(&guard->bgp->protocol)->refresh_time;
	uint32_t early = router_random(router, (uint32_t)(time / USEC_S / 4) + 1);
	guard->planned = time;
	timer_start(&guard->timer, time - early * USEC_S);
}

static void
guard_fire(struct timer *timer)
{
	struct bgp_guard *guard = container_of(timer, struct bgp_guard, timer);
	struct bgp_routes *routes = guard->bgp->routes;
	for (unsigned i = 0; i < BGP_FAMILIES; i++)
		if (routes->ribs[i].is_spoken && !routes->ribs[i].is_stale)
			adj_rib_out_ask(&routes->ribs[i]);
	guard_plan(guard);
}

void
bgp_guard_init(struct bgp_guard *guard, struct bgp *bgp)
{
	guard->bgp = bgp;
	timer_init(&guard->timer, bgp->protocol.router, guard_fire);
}

void
bgp_guard_look(struct bgp_guard *guard)
{
	const struct bgp_agreed *agreed = bgp_agreed(guard->bgp);
	usec_t time = bgp_config(&guard->bgp->protocol)->refresh_time;
	if (agreed == NULL || !agreed->enhanced_refresh || time == 0)
		timer_stop(&guard->timer);
	else if (!timer_is_running(&guard->timer) || guard->planned != time)
		guard_plan(guard);
}

void
bgp_guard_stop(struct bgp_guard *guard)
{
	timer_stop(&guard->timer);
}

void
bgp_swept(struct protocol *protocol, struct channel *channel, uint32_t count)
{
	struct bgp_rib *rib = bgp_rib_of(channel);
	bool was_refreshed = rib->was_refreshed;
	rib->was_refreshed = false;
	if (count == 0 || !was_refreshed)
		return;
	usec_t now = router_now(protocol->router);
	rib->ghosts += count;
	rib->ghosts_untold += count;
	if (rib->ghosts_told != 0 && now - rib->ghosts_told < TOLD_INTERVAL)
		return;
	count = rib->ghosts_untold;
	rib->ghosts_told = now;
	rib->ghosts_untold = 0;
	protocol_log(protocol, LOG_WARNING,
		     "Channel %s: the neighbour had %" PRIu32
		     " route%s no longer, and had not said so",
		     channel->name, count, count == 1 ? "" : "s");
}
