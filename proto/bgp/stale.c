/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The neighbour's routes while it is away, and until it has told all again (RFC 4724
 * §4.2, RFC 8538 §4.1, RFC 9494 §4.2), family by family:
 *
 *            session lost            restart time is over       back, or stale time over
 *   fresh ----------------> stale -------------------------> long-lived stale ------>
 * gone ^                       |     (at once where that is 0)        |
 *     '-----------------------+--------------------------------------'
 *       the session is back, and the neighbour's mark has come
 */
#include "proto/bgp/restart.h"
#include "proto/bgp/rib.h"
#include "proto/bgp/stale.h"

#include <string.h>

#include "lib/mem.h"
#include "nest/filter.h"
#include "nest/router.h"

static bool
has_restart(const struct bgp_agreed *agreed, unsigned family)
{
	return agreed->restart && agreed->restarts[family].is_there &&
	       agreed->restart_time > 0;
}

static bool
has_long_life(const struct bgp_agreed *agreed, unsigned family)
{
	return agreed->long_lived && agreed->stale[family].is_there &&
	       agreed->stale[family].time > 0;
}

bool
bgp_stale_may_keep(const struct bgp_agreed *agreed)
{
	for (unsigned i = 0; i < BGP_FAMILIES; i++)
		if (agreed->families[i] &&
		    (has_restart(agreed, i) || has_long_life(agreed, i)))
			return true;
	return false;
}

/* ---- what becomes of a family ---- */

/* What is stale now is gone, the rest is as good as any. */
static void
rib_settle(struct bgp_rib *rib)
{
	if (rib->is_stale)
		channel_refresh_end(rib->channel);
	rib->is_stale = rib->is_long_lived = false;
	timer_stop(&rib->stale);
}

static struct attrs *
mark(struct channel *channel, struct attrs *attrs)
{
	return bgp_stale_mark(channel->protocol, attrs);
}

static void
live_long(struct bgp_rib *rib)
{
	protocol_log(&rib->bgp->protocol, LOG_INFO,
		     "Channel %s: stale routes are kept for %lld s as a last resort",
		     rib->channel->name, (long long)(rib->stale_time / USEC_S));
	channel_revise_stale(rib->channel, mark);
	/* RFC 9494 §4.2: it runs on until the neighbour has told all. */
	if (!rib->is_long_lived)
		timer_start(&rib->stale, rib->stale_time);
	rib->is_long_lived = true;
}

static void
stale_fire(struct timer *timer)
{
	struct bgp_rib *rib = container_of(timer, struct bgp_rib, stale);
	protocol_log(&rib->bgp->protocol, LOG_INFO,
		     "Channel %s: the neighbour has not told all routes again in time",
		     rib->channel->name);
	rib->has_expired = rib->is_long_lived;
	rib_settle(rib);
	if (!bgp_stale_is_kept(rib->bgp))
		bgp_restart_forget(rib->bgp);
}

void
bgp_stale_init(struct bgp_rib *rib)
{
	timer_init(&rib->stale, rib->bgp->protocol.router, stale_fire);
}

void
bgp_stale_fini(struct bgp_rib *rib)
{
	timer_stop(&rib->stale);
}

void
bgp_stale_lose(struct bgp_rib *rib, const struct bgp_agreed *agreed)
{
	bool restarts = has_restart(agreed, rib->family);
	bool lives_long = has_long_life(agreed, rib->family);
	rib->has_ended = false;
	/* RFC 9494 §4.2: time was up while it told them again. */
	if (rib->has_expired || (!restarts && !lives_long)) {
		rib->has_expired = false;
		rib_settle(rib);
		channel_flush(rib->channel);
		return;
	}
	if (!rib->is_stale)
		channel_refresh_begin(rib->channel);
	else
		/* RFC 4724 §4.2, unless by RFC 8538 §4.1 both mean it otherwise. */
		channel_refresh_again(rib->channel,
				      !agreed->notifications && !rib->is_long_lived);
	rib->is_stale = true;
	rib->stale_time = agreed->stale[rib->family].time * USEC_S;
	if (!rib->is_long_lived)
		timer_stop(&rib->stale);
	if (!restarts)
		live_long(rib);
}

void
bgp_stale_wait_over(struct bgp *bgp)
{
	for (unsigned i = 0; i < BGP_FAMILIES; i++) {
		struct bgp_rib *rib = &bgp->routes->ribs[i];
		if (rib->is_stale && rib->stale_time > 0)
			live_long(rib);
		else
			rib_settle(rib);
	}
}

bool
bgp_stale_is_kept(const struct bgp *bgp)
{
	for (unsigned i = 0; i < BGP_FAMILIES; i++)
		if (bgp->routes->ribs[i].is_stale)
			return true;
	return false;
}

/* RFC 4724 §4.2, RFC 9494 §4.2: it says that it went on forwarding meanwhile. */
static bool
was_preserved(const struct bgp_rib *rib, const struct bgp_agreed *agreed)
{
	const struct bgp_restart_family *of = rib->is_long_lived
						      ? &agreed->stale[rib->family]
						      : &agreed->restarts[rib->family];
	return rib->is_spoken && agreed->restart && of->is_there && of->forwarding;
}

void
bgp_stale_resume(struct bgp_rib *rib, const struct bgp_agreed *agreed)
{
	rib->has_ended = rib->has_expired = false;
	if (!rib->is_stale)
		return;
	if (!was_preserved(rib, agreed))
		rib_settle(rib);
	else if (!rib->is_long_lived)
		timer_start(&rib->stale, bgp_config(&rib->bgp->protocol)->stale_wait);
}

void
bgp_stale_end(struct bgp_rib *rib)
{
	rib->has_ended = true;
	rib->has_expired = false;
	rib_settle(rib);
	recovery_arrived(rib->channel);
}

/* ---- communities ---- */

/* The set with LLGR_STALE; a use of it is the caller's. */
static struct attrs *
stale_add(struct protocol *protocol, struct attrs *attrs, const struct bgp_field *list)
{
	struct router *router = protocol->router;
	uint32_t stale = BGP_LLGR_STALE;
	struct attrs_draft changed;
	struct route_draft draft = { .router = router, .attrs = attrs };
	uint8_t *bytes = mem_alloc(list->size + sizeof(stale));
	if (list->size > 0)
		memcpy(bytes, list->value, list->size);
	memcpy(bytes + list->size, &stale, sizeof(stale));
	struct value value = { .type = VALUE_CLIST,
			       .bytes = bytes,
			       .size = (uint32_t)(list->size + sizeof(stale)) };
	draft.scratch = &changed;
	route_draft_set(&draft, (attr_id)(protocol->attr_base + BGP_COMMUNITY), &value);
	struct attrs *marked = draft.changed != NULL ? attrs_intern(router, draft.changed)
						     : attrs_hold(attrs, 1);
	if (draft.changed != NULL)
		attrs_draft_fini(&changed);
	mem_free(bytes);
	return marked;
}

struct attrs *
bgp_stale_mark(struct protocol *protocol, struct attrs *attrs)
{
	struct value block;
	struct bgp_field list = { .size = 0 };
	if (bgp_block_of(attrs, protocol->attr_base, &block) &&
	    bgp_block_find(block.bytes, block.size, BGP_ATTRIBUTE_COMMUNITY, &list)) {
		/* RFC 9494 §4.2 */
		if (bgp_list_has(&list, BGP_NO_LLGR))
			return NULL;
		if (bgp_list_has(&list, BGP_LLGR_STALE))
			return attrs_hold(attrs, 1);
	}
	return stale_add(protocol, attrs, &list);
}
