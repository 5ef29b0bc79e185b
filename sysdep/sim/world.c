/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The world: its clock, its heap of events, its trace hash and the interned destinations'
 * home.
 */
#include "sysdep/sim/world.h"
#include "lib/mem.h"
#include <assert.h>

static uint64_t mix(uint64_t hash, uint64_t value);

struct sim_world *
sim_world_new(uint64_t seed)
{
	struct sim_world *world = mem_zalloc(sizeof(*world));

	world->seed = seed;
	world->hash = mix(0x6d657368u, seed);
	world->pool = pool_new(NULL, "sim");
	heap_init(&world->heap);
	sim_random_init(&world->random, seed, 0);
	list_init(&world->nodes);
	list_init(&world->segments);
	hash_init(&world->node_names);
	hash_init(&world->dest_hash);
	for (unsigned i = 0; i < ARRAY_SIZE(world->dests); i++)
		world->dests[i] = trie_new(world->pool);
	world->messages = slab_new(world->pool, sizeof(struct sim_message));
	world->codec = sim_codec_new();
	sim_net_init(world);
	return world;
}

void
sim_world_free(struct sim_world *world)
{
	if (!world)
		return;
	list_each_safe(node, &world->nodes, struct sim_node, link)
		sim_node_free(node);
	list_each_safe(segment, &world->segments, struct sim_segment, link)
		sim_segment_free(segment);
	sim_net_fini(world);
	hash_fini(&world->node_names);
	hash_fini(&world->dest_hash);
	heap_fini(&world->heap);
	pool_free(world->pool);
	sim_codec_free(world->codec);
	mem_free(world->dest_list);
	mem_free(world);
}

void
sim_observe(struct sim_world *world, const struct sim_observer *observer, void *context)
{
	world->observer = observer;
	world->observer_context = context;
}

usec_t
sim_now(const struct sim_world *world)
{
	return world->now;
}

bool
sim_step(struct sim_world *world)
{
	struct heap_entry *first = heap_first(&world->heap);

	if (!first)
		return false;
	assert(first->due >= world->now);
	world->now = first->due;
	world->events++;
	heap_remove(&world->heap, first);
	struct sim_timer *timer = container_of(first, struct sim_timer, entry);
	timer->fire(timer);
	return true;
}

usec_t
sim_due(const struct sim_world *world)
{
	const struct heap_entry *first = heap_first(&world->heap);

	return first ? first->due : USEC_NEVER;
}

void
sim_run(struct sim_world *world, usec_t until)
{
	while (sim_due(world) <= until)
		sim_step(world);
	if (world->now < until)
		world->now = until;
}

uint64_t
sim_hash(const struct sim_world *world)
{
	return world->hash;
}

uint64_t
sim_event_count(const struct sim_world *world)
{
	return world->events;
}

struct sim_random *
sim_world_random(struct sim_world *world)
{
	return &world->random;
}

void
sim_timer_init(struct sim_timer *timer, void (*fire)(struct sim_timer *))
{
	*timer = (struct sim_timer){ .fire = fire };
}

void
sim_timer_start(struct sim_world *world, struct sim_timer *timer, usec_t due)
{
	heap_put(&world->heap, &timer->entry, MAX(due, world->now));
}

void
sim_timer_stop(struct sim_world *world, struct sim_timer *timer)
{
	heap_remove(&world->heap, &timer->entry);
}

void
sim_trace(struct sim_world *world, const struct sim_event *event, uint64_t bytes_hash)
{
	uint64_t node = event->node ? event->node->id : 0;

	world->hash = mix(world->hash, (uint64_t)event->when);
	world->hash = mix(world->hash, node << 8 | (uint64_t)event->kind);
	if (bytes_hash)
		world->hash = mix(world->hash, bytes_hash);
	if (world->observer && world->observer->trace)
		world->observer->trace(world->observer_context, event);
}

static uint64_t
mix(uint64_t hash, uint64_t value)
{
	hash ^= value + 0x9e3779b97f4a7c15ULL + (hash << 6) + (hash >> 2);
	hash *= 0xff51afd7ed558ccdULL;
	return hash ^ (hash >> 33);
}
