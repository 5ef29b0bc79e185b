/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who routes are from.  Routes of one source come from its own chunks, small at first and
 * then of 256, so that all of them are found without a walk over the table.
 */
#include "nest/table_private.h"

#include "lib/mem.h"
#include "nest/channel.h"
#include "nest/protocol.h"
#include <string.h>

/* Routes of a source's first chunk; each next one has four times more, 256 at most. */
#define CHUNK_FIRST 8u
/* Looking at so many routes costs as much as withdrawing one. */
#define SWEEP_LOOKS 16u
/* So many routes before it is its turn a set is fetched. */
#define SWEEP_AHEAD 8u

static bool sweep_chunk(struct table *table, struct table_source *source, unsigned which,
			unsigned *budget);
static struct route_received *received_at(const struct table *table, route_handle handle);
static void chunk_free(struct table *table, struct route_chunk *chunk);
static void source_release(struct table *table, uint16_t handle);

uint16_t
table_source_new(struct table *table, struct channel *channel, uint32_t path_id)
{
	uint32_t handle = MAX(table->source_free, 1);
	while (handle < table->source_count && table->sources[handle] != NULL)
		handle++;
	if (handle > UINT16_MAX)
		return 0;
	table->source_free = handle + 1;
	if (handle >= table->source_room) {
		table->source_room = table->source_room > 0 ? table->source_room * 2 : 4;
		table->sources = mem_resize(table->sources, table->source_room,
					    sizeof(table->sources[0]));
	}
	if (handle >= table->source_count) {
		table->source_count = handle + 1;
		table->sources[0] = NULL;
	}
	struct table_source *source = mem_zalloc(sizeof(*source));
	source->channel = channel;
	source->class = channel != NULL ? channel->protocol->class : NULL;
	source->path_id = path_id;
	source->handle = (uint16_t)handle;
	source->rank_order = channel != NULL ? channel->rank_order : NULL;
	source->keeps_received = channel != NULL && channel->keeps_received;
	list_init(&source->chunks);
	list_init(&source->open);
	table->sources[handle] = source;
	return (uint16_t)handle;
}

void
table_source_free(struct table *table, uint16_t handle)
{
	struct table_source *source = source_at(table, handle);
	source->rank_order = NULL;
	source->channel = NULL;
	source->class = NULL;
	source->closing = true;
	source_release(table, handle);
}

struct route_source_id
table_source_of(const struct table *table, const struct route *route)
{
	return table_source(table, route->source);
}

struct route_source_id
table_source(const struct table *table, uint16_t handle)
{
	const struct table_source *source =
		handle < table->source_count ? source_at(table, handle) : NULL;
	if (source == NULL)
		return (struct route_source_id){ .channel = NULL };
	return (struct route_source_id){ source->channel, source->path_id };
}

void
table_sources_free(struct table *table)
{
	for (uint32_t i = 1; i < table->source_count; i++) {
		if (table->sources[i] != NULL)
			presence_fini(&table->sources[i]->presence);
		mem_free(table->sources[i]);
	}
	mem_free(table->sources);
	for (uint32_t i = 1; i < table->chunk_count; i++)
		mem_free(table->chunks[i]);
	mem_free(table->chunks);
	mem_free(table->free_chunks);
	index_fini(&table->places);
}

/* ---- routes of a source ---- */

void
table_source_stale(struct table *table, uint16_t handle, bool dooms)
{
	if (dooms)
		source_mark(table, handle, ROUTE_STALE, ROUTE_DOOMED);
	source_mark(table, handle, 0, ROUTE_STALE);
	table_source_rewind(table, handle);
}

void
source_mark(struct table *table, uint16_t handle, uint16_t has, uint16_t flag)
{
	struct table_source *source = source_at(table, handle);
	list_each(chunk, &source->chunks, struct route_chunk, link) {
		for (unsigned slot = 0; slot < chunk->room; slot++) {
			if (chunk_has(chunk, slot) &&
			    (chunk->routes[slot].flags & has) == has)
				chunk->routes[slot].flags |= flag;
		}
	}
}

void
table_source_rewind(struct table *table, uint16_t handle)
{
	struct table_source *source = source_at(table, handle);
	source->sweep = NULL;
	source->sweep_slot = 0;
}

bool
table_source_sweep(struct table *table, uint16_t handle, unsigned which, unsigned *budget)
{
	struct table_source *source = source_at(table, handle);
	if (source->sweep == NULL && !list_is_empty(&source->chunks))
		source->sweep = list_first(&source->chunks, struct route_chunk, link);
	while (source->sweep != NULL) {
		if (sweep_chunk(table, source, which, budget))
			return true;
	}
	return false;
}

/* It goes on with the next chunk, or is at its end. */
static void
sweep_pass(struct table_source *source)
{
	struct list *next = source->sweep->link.next;
	source->sweep_slot = 0;
	source->sweep = next == &source->chunks
				? NULL
				: container_of(next, struct route_chunk, link);
}

/* Fetches the set of a route that is swept soon. */
PREFETCH_INLINE void
sweep_prefetch(const struct table *table, const struct route_chunk *chunk, unsigned slot)
{
	if (slot < chunk->room && chunk_has(chunk, slot) &&
	    chunk->routes[slot].attrs != 0)
		__builtin_prefetch(route_attrs(table, &chunk->routes[slot]), 1);
}

/* The rest of the chunk the sweep is in; moves on at its end. True: the budget is used
 * up. */
static bool
sweep_chunk(struct table *table, struct table_source *source, unsigned which,
	    unsigned *budget)
{
	struct route_chunk *chunk = source->sweep;
	while (source->sweep_slot < chunk->room) {
		if (*budget == 0)
			return true;
		unsigned slot = source->sweep_slot++;
		const struct route *route = &chunk->routes[slot];
		if (!chunk_has(chunk, slot) || route_is_dead(route) ||
		    (route->flags & which) != which)
			continue;
		--*budget;
		sweep_prefetch(table, chunk, slot + SWEEP_AHEAD);
		route_withdraw(table, chunk->id << CHUNK_BITS | slot);
		/* The last route took the chunk along. */
		if (source->sweep != chunk)
			return false;
	}
	/* What stays was looked at. */
	*budget -= MIN(*budget, chunk->room / SWEEP_LOOKS);
	sweep_pass(source);
	return false;
}

route_handle
route_next_of(const struct table *table, const struct channel *channel,
	      route_handle handle)
{
	uint32_t id = MAX(handle >> CHUNK_BITS, 1); /* There is none of number 0. */
	unsigned slot = (handle & (CHUNK_ROUTES - 1)) + (handle > 0);
	for (; id < table->chunk_count; id++, slot = 0) {
		const struct route_chunk *chunk = table->chunks[id];
		if (chunk == NULL || source_at(table, chunk->source)->channel != channel)
			continue;
		for (; slot < chunk->room; slot++)
			if (chunk_has(chunk, slot) &&
			    !route_is_dead(&chunk->routes[slot]))
				return id << CHUNK_BITS | slot;
	}
	return 0;
}

static void
source_release(struct table *table, uint16_t handle)
{
	struct table_source *source = source_at(table, handle);
	if (!source->closing || source->count > 0)
		return;
	table->sources[handle] = NULL;
	table->source_free = MIN(table->source_free, handle);
	mem_free(source);
}

/* ---- a route's place ---- */

void
route_free(struct table *table, route_handle handle)
{
	struct route_chunk *chunk = table->chunks[handle >> CHUNK_BITS];
	unsigned slot = handle & (CHUNK_ROUTES - 1);
	uint16_t source_id = chunk->source;
	struct table_source *source = source_at(table, source_id);
	chunk->used[slot / 64] &= ~(UINT64_C(1) << (slot % 64));
	source->count--;
	presence_remove(source, chunk->routes[slot].node);
	if (chunk->count-- == chunk->room)
		list_push_front(&source->open, &chunk->open);
	if (chunk->count == 0)
		chunk_free(table, chunk);
	source_release(table, source_id);
}

struct route_chunk *
source_chunk_new(struct table *table, struct table_source *source)
{
	unsigned room = CHUNK_FIRST;
	for (uint32_t i = 0; i < source->chunk_count && room < CHUNK_ROUTES; i++)
		room *= 4;
	room = MIN(room, CHUNK_ROUTES);
	size_t size = chunk_size(room, source->keeps_received);
	struct route_chunk *chunk = mem_alloc(size);
	memset(chunk, 0, sizeof(*chunk));
	if (source->keeps_received) {
		chunk->received = (struct route_received *)&chunk->routes[room];
		memset(chunk->received, 0, room * sizeof(chunk->received[0]));
	}
	chunk->source = source->handle;
	chunk->room = (uint16_t)room;
	if (table->free_chunk_count > 0) {
		chunk->id = table->free_chunks[--table->free_chunk_count];
	} else {
		if (table->chunk_count == 0)
			table->chunk_count = 1; /* Number 0 would make handle 0. */
		chunk->id = table->chunk_count++;
	}
	assert(chunk->id < 1u << (32 - CHUNK_BITS));
	if (chunk->id >= table->chunk_room) {
		table->chunk_room = table->chunk_room > 0 ? table->chunk_room * 2 : 8;
		table->chunks = mem_resize(table->chunks, table->chunk_room,
					   sizeof(table->chunks[0]));
	}
	table->chunks[chunk->id] = chunk;
	table->chunk_bytes += size;
	list_push_back(&source->chunks, &chunk->link);
	list_push_back(&source->open, &chunk->open);
	source->chunk_count++;
	return chunk;
}

static void
chunk_free(struct table *table, struct route_chunk *chunk)
{
	struct table_source *source = source_at(table, chunk->source);
	if (source->sweep == chunk)
		sweep_pass(source);
	if (table->free_chunk_count == table->free_chunk_room) {
		table->free_chunk_room =
			table->free_chunk_room > 0 ? table->free_chunk_room * 2 : 8;
		table->free_chunks =
			mem_resize(table->free_chunks, table->free_chunk_room,
				   sizeof(table->free_chunks[0]));
	}
	table->free_chunks[table->free_chunk_count++] = chunk->id;
	table->chunks[chunk->id] = NULL;
	table->chunk_bytes -= chunk_size(chunk->room, chunk->received != NULL);
	list_remove(&chunk->link);
	list_remove(&chunk->open);
	source->chunk_count--;
	mem_free(chunk);
}

/* ---- as received ---- */

void
route_receive(struct table *table, route_handle handle, struct attrs *attrs,
	      uint32_t metric)
{
	const struct route *route = route_at(table, handle);
	struct route_received *received = received_at(table, handle);
	if (received == NULL)
		return;
	if (received->attrs != 0)
		attrs_release(table->router, attrs_at(table->router, received->attrs), 1);
	bool is_same = attrs == NULL ||
		       (attrs->handle == route->attrs && metric == route->metric);
	received->attrs = is_same ? 0 : attrs_hold(attrs, 1)->handle;
	received->metric = metric;
}

struct route_received
route_received(const struct table *table, route_handle handle)
{
	const struct route *route = route_at(table, handle);
	const struct route_received *received = received_at(table, handle);
	if (received != NULL && received->attrs != 0)
		return *received;
	return (struct route_received){ route->attrs, route->metric };
}

static struct route_received *
received_at(const struct table *table, route_handle handle)
{
	const struct route_chunk *chunk = table->chunks[handle >> CHUNK_BITS];
	return chunk->received != NULL ? &chunk->received[handle & (CHUNK_ROUTES - 1)]
				       : NULL;
}
