/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flap counters, and damping where it is configured.  A record is made when a route that
 * the table has is withdrawn or becomes another one; it has a penalty that grows by each
 * such event and halves with time (RFC 2439 §4.2).  Who gets above a threshold is damped
 * till it is below another: what the neighbour says of it meanwhile is kept in the
 * record.
 *
 *                penalty > suppress
 *     counted -------------------------> damped   the table has no such route
 *        ^                                  |
 *        '----------------------------------'
 *            penalty < reuse, or for too long
 *
 * There are so many records at most; new ones then take the place of those that flapped
 * the longest ago and are not damped.
 */
#include "proto/bgp/flap.h"

#include "lib/mem.h"
#include "nest/router.h"
#include "proto/bgp/rib.h"

#define STEPS       16                /* A half-life is decayed in. */
#define REVIEW      (10 * USEC_S)     /* While something is damped. */
#define REVIEW_SLOW (5 * 60 * USEC_S) /* Else. */
#define MEMORY      (3600 * USEC_S)   /* For which a record stays behind its last flap. */
#define DEAF        (60 * USEC_S) /* A neighbour may take to tell all it was asked for. */

_Static_assert(ARRAY_SIZE(((struct bgp *)0)->flaps) == BGP_FAMILIES, "one for each");

static void flap_damp(struct bgp_flaps *flaps, struct bgp_flap *flap);
static void flap_release(struct bgp_flaps *flaps, struct bgp_flap *flap);
static void flap_free(struct bgp_flaps *flaps, struct bgp_flap *flap);

static const struct bgp_config *
config_of(const struct bgp_rib *rib)
{
	return bgp_config(&rib->bgp->protocol);
}

static usec_t
now_of(const struct bgp_rib *rib)
{
	return router_now(rib->bgp->protocol.router);
}

uint32_t
bgp_flap_decay(uint32_t penalty, usec_t time, usec_t half_life)
{
	/* 2^(-i/16), in units of 2^-16 */
	static const uint32_t roots[STEPS] = { 65536, 62757, 60097, 57549, 55109, 52773,
					       50535, 48393, 46341, 44376, 42495, 40693,
					       38968, 37316, 35734, 34219 };
	uint64_t steps = (uint64_t)time * STEPS / (uint64_t)half_life;
	if (steps / STEPS >= 32)
		return 0;
	return (uint32_t)((uint64_t)penalty * roots[steps % STEPS] >>
			  (16 + steps / STEPS));
}

/* Brings the penalty up to date; time that makes no whole step counts the next time. */
static void
flap_decay(struct bgp_flap *flap, const struct bgp_rib *rib)
{
	usec_t half_life = config_of(rib)->damping.half_life;
	usec_t step = MAX(half_life / STEPS, 1);
	usec_t steps = (now_of(rib) - flap->decayed_at) / step;
	flap->penalty = bgp_flap_decay(flap->penalty, steps * step, half_life);
	flap->decayed_at += steps * step;
}

/* ---- records ---- */

static void
flaps_free(struct bgp_flaps *flaps)
{
	if (flaps == NULL)
		return;
	list_each_safe(flap, &flaps->recent, struct bgp_flap, link)
		flap_free(flaps, flap);
	list_each_safe(flap, &flaps->damped, struct bgp_flap, link)
		flap_free(flaps, flap);
	hash_fini(&flaps->by_net);
	timer_stop(&flaps->timer);
	mem_free(flaps);
}

static void flaps_review(struct timer *timer);

static struct bgp_flaps *
flaps_of(struct bgp_rib *rib)
{
	struct bgp *bgp = rib->bgp;
	if (rib->flaps != NULL)
		return rib->flaps;
	struct bgp_flaps *flaps = rib->flaps = mem_zalloc(sizeof(*flaps));
	bgp->flaps[rib->family] = flaps;
	flaps->bgp = bgp;
	flaps->rib = rib;
	flaps->addr = bgp_config(&bgp->protocol)->remote.addr;
	hash_init(&flaps->by_net);
	list_init(&flaps->recent);
	list_init(&flaps->damped);
	timer_init(&flaps->timer, bgp->protocol.router, flaps_review);
	return flaps;
}

static uint32_t
hash_of(const struct bgp_flaps *flaps, const struct prefix *net, uint32_t path_id)
{
	return prefix_hash(net, flaps->bgp->protocol.router->hash_seed ^ path_id);
}

struct bgp_flap *
bgp_flap_find(const struct bgp_flaps *flaps, const struct prefix *net, uint32_t path_id)
{
	struct hash_node *node = hash_find(&flaps->by_net, hash_of(flaps, net, path_id));
	for (; node != NULL; node = hash_find_next(node)) {
		struct bgp_flap *flap = container_of(node, struct bgp_flap, node);
		if (flap->path_id == path_id && prefix_equal(&flap->net, net))
			return flap;
	}
	return NULL;
}

static void
flap_free(struct bgp_flaps *flaps, struct bgp_flap *flap)
{
	attrs_release(flaps->bgp->protocol.router, flap->held, 1);
	flaps->damped_count -= flap->is_damped;
	hash_remove(&flaps->by_net, &flap->node);
	list_remove(&flap->link);
	mem_free(flap);
}

/* Of those that are not damped; there is one. */
static struct bgp_flap *
oldest_of(const struct bgp_flaps *flaps)
{
	return container_of(flaps->recent.previous, struct bgp_flap, link);
}

/* One more may be made; false: all are damped. */
static bool
room_make(struct bgp_flaps *flaps)
{
	if (flaps->by_net.count < BGP_FLAPS_MOST)
		return true;
	if (list_is_empty(&flaps->recent))
		return false;
	flaps->forgotten++;
	flap_free(flaps, oldest_of(flaps));
	return true;
}

static struct bgp_flap *
flap_get(struct bgp_flaps *flaps, const struct prefix *net, uint32_t path_id)
{
	struct bgp_flap *flap = bgp_flap_find(flaps, net, path_id);
	if (flap != NULL || !room_make(flaps))
		return flap;
	flap = mem_zalloc(sizeof(*flap));
	flap->net = *net;
	flap->path_id = path_id;
	flap->decayed_at = now_of(flaps->rib);
	list_init(&flap->link);
	hash_insert(&flaps->by_net, &flap->node, hash_of(flaps, net, path_id));
	return flap;
}

/* ---- events ---- */

uint32_t
bgp_flap_ceiling(const struct bgp_damping *damping)
{
	uint64_t penalty = damping->reuse;
	for (usec_t time = damping->most; time > 0 && penalty < BGP_FLAP_PENALTY;
	     time -= damping->half_life)
		penalty =
			time >= damping->half_life ? penalty * 2 : penalty + penalty / 2;
	return (uint32_t)MIN(penalty, BGP_FLAP_PENALTY);
}

static void
flap_note(struct bgp_flaps *flaps, struct bgp_flap *flap, bool is_withdrawn)
{
	const struct bgp_damping *damping = &config_of(flaps->rib)->damping;
	flap_decay(flap, flaps->rib);
	flap->penalty += is_withdrawn ? BGP_FLAP_WITHDRAWAL : BGP_FLAP_CHANGE;
	flap->penalty = MIN(flap->penalty, bgp_flap_ceiling(damping));
	flap->count++;
	flap->is_withdrawn = is_withdrawn;
	flap->flapped_at = now_of(flaps->rib);
	if (!flap->is_damped) {
		list_remove(&flap->link);
		list_push_front(&flaps->recent, &flap->link);
		if (damping->on && flap->penalty > damping->suppress)
			flap_damp(flaps, flap);
	}
	timer_start_earlier(&flaps->timer,
			    flaps->damped_count > 0 ? REVIEW : REVIEW_SLOW);
}

/* All is told anew because we wanted it so. */
static bool
is_our_wish(const struct bgp_rib *rib, const struct bgp_flaps *flaps)
{
	return rib->is_refreshing || now_of(rib) < flaps->deaf_until;
}

void
bgp_flapped(struct protocol *protocol, struct channel *channel,
	    const struct route_update *update)
{
	struct bgp_rib *rib = bgp_rib_of(channel);
	bool is_withdrawn = update->attrs == NULL;
	(void)protocol;
	if (!rib->is_spoken || rib->is_stale)
		return;
	struct bgp_flaps *flaps = flaps_of(rib);
	if (!is_withdrawn && is_our_wish(rib, flaps))
		return;
	struct bgp_flap *flap = flap_get(flaps, update->net, update->path_id);
	if (flap != NULL && !flap->is_damped)
		flap_note(flaps, flap, is_withdrawn);
}

bool
bgp_flap_hear(struct bgp_rib *rib, const struct prefix *net, uint32_t path_id,
	      struct attrs *attrs)
{
	struct bgp_flaps *flaps = rib->flaps;
	struct bgp_flap *flap =
		flaps->damped_count > 0 ? bgp_flap_find(flaps, net, path_id) : NULL;
	if (flap == NULL || !flap->is_damped || flap->is_due)
		return false;
	struct router *router = rib->bgp->protocol.router;
	if (attrs != flap->held && flap->held != NULL &&
	    (attrs == NULL || !is_our_wish(rib, flaps)))
		flap_note(flaps, flap, attrs == NULL);
	attrs_release(router, flap->held, 1);
	flap->held = attrs != NULL ? attrs_hold(attrs, 1) : NULL;
	flap->is_withdrawn = attrs == NULL;
	return true;
}

/* ---- damping ---- */

static void
flap_damp(struct bgp_flaps *flaps, struct bgp_flap *flap)
{
	char shown[PREFIX_TEXT];
	flap->is_damped = flap->is_due = true;
	flap->damped_at = now_of(flaps->rib);
	flaps->damped_count++;
	list_remove(&flap->link);
	list_push_front(&flaps->damped, &flap->link);
	protocol_trace(&flaps->rib->bgp->protocol, DEBUG_EVENTS, "%s is damped",
		       prefix_format(&flap->net, shown));
}

void
bgp_flaps_act(struct bgp_rib *rib, struct attrs *attrs)
{
	/* What is due is in front. */
	list_each(flap, &rib->flaps->damped, struct bgp_flap, link) {
		if (!flap->is_due)
			return;
		flap->is_due = false;
		if (flap->is_withdrawn || attrs == NULL)
			continue;
		flap->held = attrs_hold(attrs, 1);
		struct route_update update = { .net = &flap->net,
					       .path_id = flap->path_id };
		channel_import(rib->channel, &update, 1);
	}
}

static void
flap_release(struct bgp_flaps *flaps, struct bgp_flap *flap)
{
	struct bgp_rib *rib = flaps->rib;
	char shown[PREFIX_TEXT];
	protocol_trace(&rib->bgp->protocol, DEBUG_EVENTS, "%s is damped no longer",
		       prefix_format(&flap->net, shown));
	flap->is_damped = flap->is_due = false;
	flaps->damped_count--;
	list_remove(&flap->link);
	list_push_front(&flaps->recent, &flap->link);
	if (flap->held == NULL)
		return;
	struct route_update update = { .net = &flap->net,
				       .path_id = flap->path_id,
				       .attrs = flap->held };
	if (rib->is_spoken)
		channel_import(rib->channel, &update, 1);
	attrs_release(rib->bgp->protocol.router, flap->held, 1);
	flap->held = NULL;
}

static void
flaps_review(struct timer *timer)
{
	struct bgp_flaps *flaps = container_of(timer, struct bgp_flaps, timer);
	const struct bgp_damping *damping = &config_of(flaps->rib)->damping;
	usec_t now = now_of(flaps->rib);
	list_each_safe(flap, &flaps->damped, struct bgp_flap, link) {
		flap_decay(flap, flaps->rib);
		if (!damping->on || flap->penalty < damping->reuse ||
		    now - flap->damped_at >= damping->most)
			flap_release(flaps, flap);
	}
	while (!list_is_empty(&flaps->recent)) {
		struct bgp_flap *oldest = oldest_of(flaps);
		if (now - oldest->flapped_at < MEMORY)
			break;
		flap_free(flaps, oldest);
	}
	if (flaps->by_net.count > 0)
		timer_start(timer, flaps->damped_count > 0 ? REVIEW : REVIEW_SLOW);
}

/* ---- the session ---- */

void
bgp_flaps_rest(struct bgp_rib *rib)
{
	if (!bgp_agreed(rib->bgp)->enhanced_refresh)
		flaps_of(rib)->deaf_until = now_of(rib) + DEAF;
}

void
bgp_flaps_start(struct bgp_rib *rib)
{
	struct bgp_flaps **kept = &rib->bgp->flaps[rib->family];
	if (*kept == NULL)
		return;
	if (!addr_equal((*kept)->addr, bgp_config(&rib->bgp->protocol)->remote.addr)) {
		flaps_free(*kept);
		*kept = NULL;
		return;
	}
	rib->flaps = *kept;
	rib->flaps->rib = rib;
	timer_start(&rib->flaps->timer, 0);
}

void
bgp_flaps_down(struct bgp_rib *rib)
{
	if (rib->flaps == NULL)
		return;
	list_each(flap, &rib->flaps->damped, struct bgp_flap, link) {
		attrs_release(rib->bgp->protocol.router, flap->held, 1);
		flap->held = NULL;
	}
}

void
bgp_flaps_stop(struct bgp_rib *rib)
{
	if (rib->flaps == NULL)
		return;
	timer_stop(&rib->flaps->timer);
	rib->flaps->deaf_until = 0;
	rib->flaps->rib = NULL;
	rib->flaps = NULL;
}

void
bgp_flaps_forget(struct bgp *bgp)
{
	for (unsigned i = 0; i < BGP_FAMILIES; i++) {
		flaps_free(bgp->flaps[i]);
		bgp->flaps[i] = NULL;
	}
}

void
bgp_flaps_look(struct bgp_rib *rib)
{
	if (rib->flaps != NULL && rib->flaps->damped_count > 0)
		timer_start(&rib->flaps->timer, 0);
}
