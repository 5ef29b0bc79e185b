/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A protocol that remembers what it was told of each node or route, and to which what it
 * is told next must fit.
 */
#ifndef TEST_UNIT_NEST_WATCHER_H
#define TEST_UNIT_NEST_WATCHER_H

#include "nest/table_private.h"
#include "test/unit/nest/fake.h"
#include "test/unit/unit.h"

#define WATCHER_TOLD 16384 /* No handle is so high. */

/* What a watcher was told of a node, or of one route. */
struct told {
	bool is_told;
	node_handle node;
	uint32_t metric, preference;
	struct nexthop *nexthop; /* Held. */
	uint64_t changed;        /* What its resolution was then. */
	const struct channel *from;
};

struct watcher {
	struct protocol protocol;
	struct told told[WATCHER_TOLD]; /* By handle. */
	unsigned feeds;
};

static inline void
watcher_told(struct watcher *watcher, struct channel *channel,
	     const struct route_change *change)
{
	uint32_t key = channel->mode == READER_ANY ? change->route : change->node;
	struct prefix net;
	table_node_prefix(channel->table, change->node, &net);
	ck_assert(prefix_equal(&net, change->net));
	ck_assert_uint_lt(key, WATCHER_TOLD);
	struct told *told = &watcher->told[key];
	ck_assert_int_eq(told->is_told, change->again);
	ck_assert(!told->is_told || told->node == change->node);
	nexthop_release(channel->protocol->router, told->nexthop);
	if (change->attrs == NULL) {
		ck_assert(told->is_told && change->from == NULL);
		*told = (struct told){ .is_told = false };
		return;
	}
	ck_assert_uint_gt(change->attrs->uses, 0);
	*told = (struct told){ true,
			       change->node,
			       change->metric,
			       change->attrs->preference,
			       nexthop_hold(change->attrs->nexthop),
			       change->attrs->nexthop->changed,
			       change->from };
}

static inline void
watcher_event(struct protocol *protocol, struct channel *channel,
	      const struct route_change *changes, size_t count)
{
	ck_assert(count > 0 && count <= 256);
	for (size_t i = 0; i < count; i++)
		watcher_told((struct watcher *)protocol, channel, &changes[i]);
}

static inline void
watcher_feed_end(struct protocol *protocol, struct channel *channel)
{
	(void)channel;
	((struct watcher *)protocol)->feeds++;
}

static inline int
watcher_start(struct protocol *protocol)
{
	struct channel *channel = list_first(&protocol->channels, struct channel, link);
	channel->mode = channel->config->debug;
	protocol_set_state(protocol, PROTOCOL_UP);
	return 0;
}

static inline void
watcher_stop(struct protocol *protocol)
{
	struct watcher *watcher = (struct watcher *)protocol;
	for (unsigned i = 0; i < WATCHER_TOLD; i++)
		nexthop_release(protocol->router, watcher->told[i].nexthop);
	memset(watcher->told, 0, sizeof(watcher->told));
}

static const struct protocol_class watching = {
	.name = "watching",
	.size = sizeof(struct watcher),
	.start = watcher_start,
	.stop = watcher_stop,
	.route_event = watcher_event,
	.feed_end = watcher_feed_end,
};

#endif
