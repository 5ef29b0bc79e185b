/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ring of routes that vanished lately; made with the first of them.
 */
#include "nest/recent.h"

#include "lib/mem.h"
#include "nest/channel.h"
#include "nest/protocol.h"
#include "nest/router.h"

#define RECENT_MOST 256

struct recent {
	struct recent_event events[RECENT_MOST];
	unsigned next; /* Counts on; its place is the rest. */
};

void
recent_add(const struct channel *channel, const struct prefix *net, bool refused)
{
	struct router *router = channel->protocol->router;
	if (router->recent == NULL)
		router->recent = mem_zalloc(sizeof(*router->recent));
	struct recent *recent = router->recent;
	recent->events[recent->next++ % RECENT_MOST] =
		(struct recent_event){ .net = *net,
				       .channel = channel,
				       .when = router_now(router),
				       .refused = refused };
}

const struct recent_event *
recent_find(const struct router *router, const struct table *table,
	    const struct prefix *net)
{
	const struct recent *recent = router->recent;
	const struct recent_event *longest = NULL;
	for (unsigned i = 0; recent != NULL && i < RECENT_MOST; i++) {
		const struct recent_event *event =
			&recent->events[(recent->next - 1 - i) % RECENT_MOST];
		if (event->channel != NULL && event->channel->table == table &&
		    prefix_covers(&event->net, net) &&
		    (longest == NULL || event->net.length > longest->net.length))
			longest = event;
	}
	return longest;
}

void
recent_free(struct router *router)
{
	mem_free(router->recent);
	router->recent = NULL;
}

void
recent_forget(const struct channel *channel)
{
	struct recent *recent = channel->protocol->router->recent;
	for (unsigned i = 0; recent != NULL && i < RECENT_MOST; i++)
		if (recent->events[i].channel == channel)
			recent->events[i].channel = NULL;
}
