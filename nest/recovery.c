/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a restart is over: who looks for remains, who is awaited, and for how long.
 */
#include "nest/recovery.h"

#include <string.h>

#include "lib/out.h"
#include "nest/channel.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include "nest/subscribe.h"

#define WAIT_PRESET (240 * USEC_S) /* Of `graceful restart wait`. */

static void decide(struct router *router);
static void over(struct router *router);
static void wait_fire(struct timer *timer);

static uint32_t
awaited_count(const struct router *router)
{
	uint32_t count = 0;
	for (unsigned type = 0; type < NET_TYPES; type++)
		count += router->recovery.awaited[type];
	return count;
}

void
recovery_init(struct router *router)
{
	timer_init(&router->recovery.wait, router, wait_fire);
}

void
recovery_begin(struct router *router)
{
	if (router->recovery.phase != RECOVERY_FRESH || !router->interfaces_known ||
	    router->config == NULL)
		return;
	router->recovery.phase = RECOVERY_READING;
	recovery_look(router);
}

void
recovery_look(struct router *router)
{
	if (router->recovery.phase != RECOVERY_READING)
		return;
	list_each(protocol, &router->protocols, struct protocol, link)
		if (protocol->class->finds_remains &&
		    protocol->state == PROTOCOL_STARTING)
			return;
	decide(router);
}

static void
protocols_tell(struct router *router)
{
	list_each_safe(protocol, &router->protocols, struct protocol, link)
		if (protocol_is_running(protocol) && protocol->class->recovery_event)
			protocol->class->recovery_event(protocol);
}

/* Where there is no kernel to be in step with, nothing of it can be lost. */
static bool
has_finder(const struct router *router)
{
	list_each(protocol, &router->protocols, struct protocol, link)
		if (protocol->class->finds_remains && protocol_is_running(protocol))
			return true;
	return false;
}

static void
decide(struct router *router)
{
	struct recovery *recovery = &router->recovery;
	recovery->remains |= recovery->asked && !has_finder(router);
	if ((!recovery->remains && !recovery->asked) || awaited_count(router) == 0) {
		over(router);
		return;
	}
	usec_t wait =
		router->config ? router->config->graceful_restart_wait : WAIT_PRESET;
	recovery->phase = RECOVERY_WAITING;
	recovery->has_waited = true;
	recovery->waits = wait;
	timer_start(&recovery->wait, wait);
	router_log(router, LOG_INFO,
		   "Graceful restart: waiting for %u channels, %lld s at most",
		   awaited_count(router), (long long)(wait / USEC_S));
	protocols_tell(router);
}

/* What was held back of these types is told now. */
static void
types_release(struct router *router, uint32_t types)
{
	list_each(protocol, &router->protocols, struct protocol, link)
		list_each(channel, &protocol->channels, struct channel, link)
			if (channel->defers && (NET_BIT(channel->config->type) & types))
				channel_release(channel);
}

static void
over(struct router *router)
{
	struct recovery *recovery = &router->recovery;
	timer_stop(&recovery->wait);
	recovery->phase = RECOVERY_OVER;
	memset(recovery->awaited, 0, sizeof(recovery->awaited));
	list_each(protocol, &router->protocols, struct protocol, link)
		list_each(channel, &protocol->channels, struct channel, link)
			channel->awaited = false;
	types_release(router, UINT32_MAX);
	recovery->is_settled = recovery_is_complete(router);
	protocols_tell(router);
}

/* The last word of somebody who was not awaited has come. */
static void
settle(struct router *router)
{
	struct recovery *recovery = &router->recovery;
	if (recovery->is_settled || !recovery_is_complete(router))
		return;
	recovery->is_settled = true;
	protocols_tell(router);
}

static void
wait_fire(struct timer *timer)
{
	struct router *router = timer->router;
	router_log(router, LOG_WARNING,
		   "Graceful restart: %u channels have not told all in time",
		   awaited_count(router));
	over(router);
}

void
recovery_found(struct router *router)
{
	if (router->recovery.phase < RECOVERY_WAITING)
		router->recovery.remains = true;
}

bool
recovery_is_known(const struct router *router)
{
	return router->recovery.phase >= RECOVERY_WAITING;
}

bool
recovery_is_active(const struct router *router)
{
	return router->recovery.phase == RECOVERY_WAITING;
}

bool
recovery_holds(const struct router *router, enum net_type type)
{
	const struct recovery *recovery = &router->recovery;
	return recovery->phase < RECOVERY_WAITING ||
	       (recovery->phase == RECOVERY_WAITING && recovery->awaited[type] > 0);
}

void
recovery_await(struct channel *channel)
{
	struct recovery *recovery = &channel->protocol->router->recovery;
	if (channel->awaited || recovery->phase == RECOVERY_OVER)
		return;
	channel->awaited = true;
	recovery->awaited[channel->config->type]++;
}

void
recovery_arrived(struct channel *channel)
{
	struct router *router = channel->protocol->router;
	struct recovery *recovery = &router->recovery;
	enum net_type type = channel->config->type;
	if (router->shutting_down)
		return;
	if (recovery->phase == RECOVERY_OVER)
		settle(router);
	if (!channel->awaited)
		return;
	channel->awaited = false;
	if (--recovery->awaited[type] > 0 || recovery->phase != RECOVERY_WAITING)
		return;
	if (awaited_count(router) > 0) {
		types_release(router, NET_BIT(type));
		return;
	}
	router_log(router, LOG_INFO, "Graceful restart: all have told their routes");
	over(router);
}

bool
recovery_is_complete(const struct router *router)
{
	if (router->recovery.phase != RECOVERY_OVER || !router->recovery.has_waited)
		return false;
	list_each(protocol, &router->protocols, struct protocol, link)
		if (protocol_is_running(protocol) && protocol->class->has_told_all &&
		    !protocol->class->has_told_all(protocol))
			return false;
	return true;
}

bool
recovery_is_prepared(const struct router *router)
{
	list_each(protocol, &router->protocols, struct protocol, link)
		if (protocol->state == PROTOCOL_UP && protocol->class->leaves_remains &&
		    protocol->class->leaves_remains(protocol))
			return true;
	return false;
}

void
recovery_show(const struct router *router, struct out *out)
{
	const struct recovery *recovery = &router->recovery;
	if (!recovery_is_active(router))
		return;
	out_u64(out, "recovering_channels", awaited_count(router));
	out_usec(out, "recovery_ends_in",
		 timer_due(&recovery->wait) - router_now(router));
	out_usec(out, "recovery_wait", recovery->waits);
}
