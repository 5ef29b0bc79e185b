/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * At which nodes a source has a route: a bit for each node, for sources that have routes
 * at enough of them.  A route that is new to its source, as most are while a neighbour
 * tells all it has, is known to be new without a walk through the routes of others.
 */
#include "nest/table_private.h"

#include "lib/macros.h"
#include "lib/mem.h"
#include <string.h>

#define WORTH_IT 256u /* Routes that a source has at least. */
#define SPARSE   32u  /* Nodes for each of them at most: 4 bytes. */

/* Bits for all nodes of the table that there are now, and as many as it has room for. */
static uint32_t
room_for(const struct table *table)
{
	return MAX(64, (table->nodes.end + table->nodes.end / 4 + 63) / 64 * 64);
}

void
presence_fini(struct presence *presence)
{
	mem_free(presence->words);
	*presence = (struct presence){ .room = 0 };
}

static void
presence_widen(struct table *table, struct presence *presence)
{
	uint32_t room = room_for(table);
	presence->words = mem_resize(presence->words, room / 64, sizeof(uint64_t));
	memset(presence->words + presence->room / 64, 0, (room - presence->room) / 8);
	presence->room = room;
}

static bool
is_worth_it(const struct table *table, const struct table_source *source)
{
	return source->count >= WORTH_IT && room_for(table) / source->count <= SPARSE;
}

static void
presence_make(struct table *table, struct table_source *source)
{
	presence_widen(table, &source->presence);
	list_each(chunk, &source->chunks, struct route_chunk, link) {
		for (unsigned slot = 0; slot < chunk->room; slot++) {
			if (chunk_has(chunk, slot))
				presence_set(&source->presence, chunk->routes[slot].node);
		}
	}
}

void
presence_add_beyond(struct table *table, struct table_source *source, node_handle node)
{
	struct presence *presence = &source->presence;
	if (presence->words == NULL) {
		/* Not for each route: making it is a walk over all of them. */
		if ((source->count & (source->count - 1)) == 0 &&
		    is_worth_it(table, source))
			presence_make(table, source);
		return;
	}
	if (!is_worth_it(table, source)) {
		presence_fini(presence);
		return;
	}
	presence_widen(table, presence);
	presence_set(presence, node);
}

void
presence_remove(struct table_source *source, node_handle node)
{
	struct presence *presence = &source->presence;
	if (node < presence->room)
		presence->words[node / 64] &= ~(UINT64_C(1) << (node % 64));
	if (source->count == 0)
		presence_fini(presence);
}

void
presence_audit(const struct table_source *source)
{
	const struct presence *presence = &source->presence;
	uint32_t count = 0;
	if (presence->words == NULL)
		return;
	for (uint32_t i = 0; i < presence->room / 64; i++)
		count += bits_count(presence->words[i]);
	assert(count == source->count);
	list_each(chunk, &source->chunks, struct route_chunk, link) {
		for (unsigned slot = 0; slot < chunk->room; slot++)
			assert(!chunk_has(chunk, slot) ||
			       !presence_rules_out(source, chunk->routes[slot].node));
	}
}
