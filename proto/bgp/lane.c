/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lanes of destinations; see lane.h.
 */
#include "proto/bgp/lane.h"

#include <string.h>

#include "lib/addr.h"
#include "lib/hash.h"
#include "lib/macros.h"
#include "lib/mem.h"

#define ROOM_FIRST 4u

struct bgp_lanes {
	struct hash by_net; /* In the order in which they are looked at. */
	uint32_t seed;
	uint32_t count; /* Paths. */
};

/* Lanes of a destination, at least one of which is in use. */
struct lanes_of {
	struct hash_node node;
	struct prefix net;
	uint32_t *path_ids; /* By lane; 0, which is none that is put here: it is free. */
	uint32_t count, room;
};

struct bgp_lanes *
bgp_lanes_new(uint32_t seed)
{
	struct bgp_lanes *lanes = mem_alloc(sizeof(*lanes));
	lanes->seed = seed;
	lanes->count = 0;
	hash_init(&lanes->by_net);
	return lanes;
}

static void
lanes_of_free(struct bgp_lanes *lanes, struct lanes_of *of)
{
	hash_remove(&lanes->by_net, &of->node);
	mem_free(of->path_ids);
	mem_free(of);
}

void
bgp_lanes_free(struct bgp_lanes *lanes)
{
	if (lanes == NULL)
		return;
	hash_each(of, &lanes->by_net, struct lanes_of, node)
		lanes_of_free(lanes, of);
	hash_fini(&lanes->by_net);
	mem_free(lanes);
}

static struct lanes_of *
lanes_of_find(const struct bgp_lanes *lanes, const struct prefix *net)
{
	struct hash_node *node = hash_find(&lanes->by_net, prefix_hash(net, lanes->seed));
	for (; node != NULL; node = hash_find_next(node)) {
		struct lanes_of *of = container_of(node, struct lanes_of, node);
		if (prefix_equal(&of->net, net))
			return of;
	}
	return NULL;
}

static struct lanes_of *
lanes_of_new(struct bgp_lanes *lanes, const struct prefix *net)
{
	struct lanes_of *of = mem_alloc(sizeof(*of));
	of->net = *net;
	of->count = 0;
	of->room = ROOM_FIRST;
	of->path_ids = mem_zalloc(of->room * sizeof(of->path_ids[0]));
	hash_insert(&lanes->by_net, &of->node, prefix_hash(net, lanes->seed));
	return of;
}

/* Where it is; `room`: nowhere. */
static uint32_t
place_of(const struct lanes_of *of, uint32_t path_id)
{
	uint32_t at = 0;
	while (at < of->room && of->path_ids[at] != path_id)
		at++;
	return at;
}

/* False: there may be no more. */
static bool
widen(struct lanes_of *of)
{
	uint32_t before = of->room;
	if (before == BGP_LANES)
		return false;
	of->room = MIN(2 * before, BGP_LANES);
	of->path_ids = mem_resize(of->path_ids, of->room, sizeof(of->path_ids[0]));
	memset(of->path_ids + before, 0, (of->room - before) * sizeof(of->path_ids[0]));
	return true;
}

uint32_t
bgp_lane_take(struct bgp_lanes *lanes, const struct prefix *net, uint32_t path_id)
{
	struct lanes_of *of = lanes_of_find(lanes, net);
	if (of == NULL)
		of = lanes_of_new(lanes, net);
	uint32_t at = place_of(of, path_id);
	if (at < of->room)
		return BGP_LANE_FIRST + at;
	if (of->count == of->room && !widen(of))
		return 0;
	at = place_of(of, 0);
	of->path_ids[at] = path_id;
	of->count++;
	lanes->count++;
	return BGP_LANE_FIRST + at;
}

static void
lane_free(struct bgp_lanes *lanes, struct lanes_of *of, uint32_t at)
{
	of->path_ids[at] = 0;
	of->count--;
	lanes->count--;
}

uint32_t
bgp_lane_leave(struct bgp_lanes *lanes, const struct prefix *net, uint32_t path_id)
{
	struct lanes_of *of = lanes_of_find(lanes, net);
	uint32_t at = of != NULL ? place_of(of, path_id) : 0;
	if (of == NULL || at == of->room)
		return 0;
	lane_free(lanes, of, at);
	if (of->count == 0)
		lanes_of_free(lanes, of);
	return BGP_LANE_FIRST + at;
}

uint32_t
bgp_lanes_count(const struct bgp_lanes *lanes)
{
	return lanes->count;
}

static void
lanes_of_review(struct bgp_lanes *lanes, struct lanes_of *of,
		void (*know)(void *context, const struct prefix *net,
			     struct bgp_lane_set *set),
		void *context)
{
	struct bgp_lane_set set;
	set.count = of->room;
	for (uint32_t at = 0; at < of->room; at++) {
		set.is_taken[at] = of->path_ids[at] != 0;
		set.is_known[at] = false;
	}
	know(context, &of->net, &set);
	for (uint32_t at = 0; at < of->room; at++)
		if (set.is_taken[at] && !set.is_known[at])
			lane_free(lanes, of, at);
}

void
bgp_lanes_review(struct bgp_lanes *lanes, size_t most,
		 void (*know)(void *context, const struct prefix *net,
			      struct bgp_lane_set *set),
		 void *context)
{
	for (most = MIN(most, lanes->by_net.count); most > 0; most--) {
		struct lanes_of *of =
			list_first(&lanes->by_net.order, struct lanes_of, node.order);
		lanes_of_review(lanes, of, know, context);
		list_remove(&of->node.order);
		list_push_back(&lanes->by_net.order, &of->node.order);
		if (of->count == 0)
			lanes_of_free(lanes, of);
	}
}
