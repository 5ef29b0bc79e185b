/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The packed list of static routes.  A record: target index, type and path, lengths, then
 * only the address bytes that the net type has.
 */
#include "proto/static/static.h"

#include <assert.h>
#include <string.h>

#include "lib/mem.h"
#include "lib/arena.h"

#define PATH_SHIFT 3 /* The type needs three bits, the path has the other five. */
#define PATH_MOST  31

struct record_head {
	uint32_t target;
	uint8_t type_path, length, source_length, max_length;
};

/* How many bytes of address a record of the type has, and where in struct addr they
 * start. */
static unsigned
address_size(unsigned type)
{
	return type == NET_IP4 || type == NET_ROA4 ? 4 : 16;
}

static bool
has_asn(unsigned type)
{
	return type == NET_ROA4 || type == NET_ROA6;
}

static unsigned
record_size(unsigned type)
{
	unsigned size = (unsigned)sizeof(struct record_head) + address_size(type);
	if (type == NET_IP6_SADR)
		size += 16;
	return has_asn(type) ? size + 4 : size;
}

static struct static_block *
block_with_room(struct static_routes *routes, unsigned size)
{
	if (!routes->last || routes->last->size + size > STATIC_BLOCK) {
		struct static_block *block =
			arena_alloc(routes->arena, sizeof(*block) + STATIC_BLOCK);
		if (routes->last)
			routes->last->next = block;
		else
			routes->first = block;
		routes->last = block;
	}
	return routes->last;
}

void
static_routes_add(struct static_routes *routes, const struct prefix *net,
		  const struct static_target *target)
{
	unsigned part = address_size(net->type), size = record_size(net->type);
	struct static_block *block = block_with_room(routes, size);
	uint8_t *at = block->records + block->size;
	struct record_head head = { .target = target->index,
				    .type_path = net->type,
				    .length = net->length,
				    .source_length = net->source_length,
				    .max_length = net->max_length };
	memcpy(at, &head, sizeof(head));
	memcpy(at + sizeof(head), net->addr.bytes + 16 - part, part);
	if (net->type == NET_IP6_SADR)
		memcpy(at + sizeof(head) + part, net->source.bytes, 16);
	else if (has_asn(net->type))
		memcpy(at + sizeof(head) + part, &net->asn, 4);
	block->size += size;
	routes->sorted = routes->count == 0 ||
			 (routes->sorted && prefix_compare(&routes->newest, net) < 0);
	routes->newest = *net;
	routes->families |= NET_BIT(net->type);
	routes->count++;
}

struct static_cursor
static_routes_begin(const struct static_routes *routes)
{
	return (struct static_cursor){ .block = routes->first };
}

bool
static_routes_next(struct static_cursor *cursor, struct static_route *route)
{
	if (cursor->block && cursor->at >= cursor->block->size)
		*cursor = (struct static_cursor){ .block = cursor->block->next };
	if (!cursor->block)
		return false;
	const uint8_t *at = cursor->block->records + cursor->at;
	struct record_head head;
	memcpy(&head, at, sizeof(head));
	unsigned type = head.type_path & ((1u << PATH_SHIFT) - 1),
		 part = address_size(type);
	*route = (struct static_route){ .target = head.target,
					.path = head.type_path >> PATH_SHIFT };
	route->net.type = (uint8_t)type;
	route->net.length = head.length;
	route->net.source_length = head.source_length;
	route->net.max_length = head.max_length;
	if (part == 4)
		route->net.addr = addr_from_ip4(0);
	memcpy(route->net.addr.bytes + 16 - part, at + sizeof(head), part);
	if (type == NET_IP6_SADR)
		memcpy(route->net.source.bytes, at + sizeof(head) + part, 16);
	else if (has_asn(type))
		memcpy(&route->net.asn, at + sizeof(head) + part, 4);
	cursor->at += record_size(type);
	return true;
}

/* ---- duplicates ---- */

/* An open hash of places of records, for the time of one check. */
struct places {
	struct static_cursor *slots;
	uint32_t mask;
};

static bool
place_is_of(const struct static_cursor *place, const struct prefix *net, uint8_t *path)
{
	struct static_cursor cursor = *place;
	struct static_route route;
	bool is_there = static_routes_next(&cursor, &route);
	assert(is_there);
	*path = route.path;
	return prefix_equal(&route.net, net);
}

/* The path number of the record at `place`: one more than the last one to the same
 * destination has. */
static unsigned
place_take(struct places *places, const struct static_cursor *place,
	   const struct prefix *net)
{
	unsigned next = 0;
	uint32_t slot = prefix_hash(net, 0) & places->mask;
	uint8_t path;
	while (places->slots[slot].block) {
		if (place_is_of(&places->slots[slot], net, &path)) {
			next = path + 1u;
			break;
		}
		slot = (slot + 1) & places->mask;
	}
	places->slots[slot] = *place;
	return next;
}

bool
static_routes_number(struct static_routes *routes, struct prefix *crowded)
{
	if (routes->sorted || routes->count == 0)
		return true;
	uint32_t room = 16;
	while (room < routes->count * 2)
		room *= 2;
	struct places places = { mem_zalloc(room * sizeof(struct static_cursor)),
				 room - 1 };
	bool good = true;
	struct static_cursor cursor = static_routes_begin(routes), place;
	struct static_route route;
	while (good) {
		if (cursor.block && cursor.at >= cursor.block->size)
			cursor = (struct static_cursor){ .block = cursor.block->next };
		place = cursor;
		if (!static_routes_next(&cursor, &route))
			break;
		unsigned path = place_take(&places, &place, &route.net);
		good = path <= PATH_MOST;
		if (!good)
			*crowded = route.net;
		/* The blocks belong to the configuration that is being made: still ours
		 * to write. */
		assert(place.block);
		uint8_t *at = (uint8_t *)(uintptr_t)place.block->records + place.at;
		at[offsetof(struct record_head, type_path)] =
			(uint8_t)(route.net.type | path << PATH_SHIFT);
	}
	mem_free(places.slots);
	return good;
}
