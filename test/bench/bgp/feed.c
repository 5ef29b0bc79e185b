/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Feeds: sizes of groups, lengths of paths, numbers of communities are drawn as real
 * tables have them (2026: 5.1 IPv4 and 4 IPv6 prefixes share a set of attributes, paths
 * have 3 to 8 AS numbers, three of four sets have communities).  All prefixes are such
 * that every daemon takes them.
 */
#include "test/bench/bgp/feed.h"

#include <stdlib.h>
#include <string.h>

#define PATH_MAX_LENGTH 12
#define COMMUNITIES_MAX 12
#define TRANSITS        6000
#define MESSAGE_NETS                                                       \
	150 /* In one message: at most 17 bytes each, 21 with identifiers. \
	     */

static uint64_t
mix(uint64_t value)
{
	value += 0x9e3779b97f4a7c15ULL;
	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9ULL;
	value = (value ^ value >> 27) * 0x94d049bb133111ebULL;
	return value ^ value >> 31;
}

static uint64_t
draw(uint64_t *state)
{
	return mix(*state += 0x9e3779b97f4a7c15ULL);
}

/* ---- prefixes ---- */

static uint32_t
prefix_hash(const struct feed_prefix *prefix)
{
	uint64_t words[2];

	memcpy(words, prefix->bytes, sizeof(words));
	return (uint32_t)mix(words[0] ^ mix(words[1] ^ prefix->length ^
					    (uint64_t)prefix->is_ip6 << 8));
}

static bool
prefix_equal(const struct feed_prefix *a, const struct feed_prefix *b)
{
	return a->length == b->length && a->is_ip6 == b->is_ip6 &&
	       memcmp(a->bytes, b->bytes, 16) == 0;
}

uint32_t
feed_net_find(const struct feed_nets *nets, const struct feed_prefix *prefix)
{
	uint32_t slot = prefix_hash(prefix) & nets->slot_mask;

	for (; nets->slots[slot] != 0; slot = (slot + 1) & nets->slot_mask) {
		uint32_t index = nets->slots[slot] - 1;
		if (prefix_equal(&nets->prefixes[index], prefix))
			return index;
	}
	return UINT32_MAX;
}

static uint8_t
length_draw(uint64_t *state, bool is_ip6)
{
	/* Of a thousand. */
	static const struct {
		unsigned share;
		uint8_t length;
	} ip4[] = { { 640, 24 }, { 110, 23 }, { 105, 22 }, { 50, 21 },  { 43, 20 },
		    { 24, 19 },  { 13, 18 },  { 8, 17 },   { 1000, 16 } },
	  ip6[] = { { 480, 48 }, { 130, 32 }, { 110, 44 },
		    { 100, 40 }, { 50, 36 },  { 1000, 47 } };
	unsigned number = (unsigned)(draw(state) % 1000);

	for (unsigned i = 0;; i++) {
		unsigned share = is_ip6 ? ip6[i].share : ip4[i].share;
		if (number < share)
			return is_ip6 ? ip6[i].length : ip4[i].length;
		number -= share;
	}
}

/* Somewhere near the place of its group. */
static struct feed_prefix
prefix_draw(uint64_t *state, uint64_t place, bool is_ip6)
{
	struct feed_prefix prefix = { .length = length_draw(state, is_ip6),
				      .is_ip6 = is_ip6 };
	uint64_t high, first = place % 0xdc + 1;

	first += first >= 10;  /* The peers' own network, */
	first += first >= 127; /* and what no router takes: loopback, link-local. */
	first += first >= 169;
	if (is_ip6)
		high = UINT64_C(0x2000) << 48 | (place & 0x0fffffff) << 32 |
		       (draw(state) & 0xffffffff);
	else
		high = (first << 56) | ((place >> 16 & 0xff) << 48) |
		       ((draw(state) & 0xffff) << 32);
	high &= ~UINT64_C(0) << (64 - prefix.length);
	for (unsigned i = 0; i < 8; i++)
		prefix.bytes[i] = (uint8_t)(high >> (56 - 8 * i));
	return prefix;
}

static void
family_draw(struct feed_nets *nets, uint64_t *state, uint32_t count, bool is_ip6)
{
	uint32_t end = nets->count + count;
	unsigned mean = is_ip6 ? 40 : 51; /* Tenths. */

	while (nets->count < end) {
		uint64_t place = draw(state);
		nets->groups[nets->group_count++] = nets->count;
		do {
			struct feed_prefix prefix = prefix_draw(state, place, is_ip6);
			while (feed_net_find(nets, &prefix) != UINT32_MAX) {
				place = draw(state);
				prefix = prefix_draw(state, place, is_ip6);
			}
			nets->prefixes[nets->count++] = prefix;
			uint32_t slot = prefix_hash(&prefix) & nets->slot_mask;
			while (nets->slots[slot] != 0)
				slot = (slot + 1) & nets->slot_mask;
			nets->slots[slot] = nets->count;
		} while (nets->count < end && draw(state) % mean >= 10);
	}
}

struct feed_nets *
feed_nets_new(const struct feed_plan *plan)
{
	struct feed_nets *nets = calloc(1, sizeof(*nets));
	uint64_t state = plan->seed;
	uint32_t count = plan->ip4 + plan->ip6, slots = 4;

	while (slots < 2 * count)
		slots *= 2;
	nets->plan = *plan;
	nets->prefixes = calloc(count, sizeof(*nets->prefixes));
	nets->groups = calloc(count + 1, sizeof(*nets->groups));
	nets->slots = calloc(slots, sizeof(*nets->slots));
	nets->slot_mask = slots - 1;
	family_draw(nets, &state, plan->ip4, false);
	family_draw(nets, &state, plan->ip6, true);
	nets->groups[nets->group_count] = nets->count;
	return nets;
}

/* ---- attributes ---- */

static uint8_t *
put_u16(uint8_t *to, unsigned value)
{
	*to++ = (uint8_t)(value >> 8);
	*to++ = (uint8_t)value;
	return to;
}

static uint8_t *
put_u32(uint8_t *to, uint32_t value)
{
	to = put_u16(to, value >> 16);
	return put_u16(to, value & 0xffff);
}

static uint8_t *
put_bytes(uint8_t *to, const void *bytes, size_t size)
{
	memcpy(to, bytes, size);
	return to + size;
}

uint64_t
feed_mark(uint8_t origin, const uint32_t *path, unsigned count,
	  const uint8_t *communities, size_t communities_size)
{
	uint64_t mark = mix(origin);

	for (unsigned i = 0; i < count; i++)
		mark = mix(mark ^ path[i]);
	for (size_t i = 0; i < communities_size; i++)
		mark = mix(mark ^ communities[i]);
	return mark;
}

static uint64_t
group_seed(const struct feed_nets *nets, uint32_t group)
{
	return mix(nets->plan.seed ^ group);
}

uint32_t
feed_origin(const struct feed_nets *nets, uint32_t group)
{
	/* Below those of private use, which the daemon's own is one of: not a loop. */
	return 24000 + (uint32_t)(group_seed(nets, group) % 40000);
}

static unsigned
path_draw(uint64_t *state, uint32_t origin, uint32_t as, uint32_t *path)
{
	static const uint8_t lengths[] = { 3, 4, 4, 4, 4, 5, 5, 5, 6, 7 };
	unsigned length = lengths[draw(state) % sizeof(lengths)], count = 0;

	if (length == 7)
		length += (unsigned)(draw(state) % 3);
	path[count++] = as;
	while (count < length - 1) {
		/* Few networks carry most of it. */
		uint64_t rank = draw(state) % TRANSITS;
		rank = rank * (draw(state) % TRANSITS) / TRANSITS;
		path[count++] = 1000 + (uint32_t)rank;
	}
	path[count++] = origin;
	for (uint64_t more = draw(state) % 100 < 15 ? 2 + draw(state) % 3 : 0;
	     more > 0 && count < PATH_MAX_LENGTH; more--)
		path[count++] = origin;
	return count;
}

static size_t
communities_draw(uint64_t *state, uint8_t *to)
{
	unsigned count = draw(state) % 4 == 0 ? 0 : 1 + (unsigned)(draw(state) % 10);
	uint8_t *at = to;
	uint32_t value = 0;

	for (unsigned i = 0; i < count; i++) {
		value += 1 + (uint32_t)(draw(state) % 0x0fffffff);
		at = put_u32(at, value);
	}
	return (size_t)(at - to);
}

static uint8_t *
attribute_put(uint8_t *to, uint8_t flags, uint8_t type, const uint8_t *value, size_t size)
{
	*to++ = flags;
	*to++ = type;
	*to++ = (uint8_t)size;
	return put_bytes(to, value, size);
}

/* All but MP_REACH_NLRI, in the order of their types (RFC 4271 §5); with NEXT_HOP or
 * without. */
static uint8_t *
attributes_put(struct feed *feed, uint8_t *to, uint32_t group, bool has_hop)
{
	uint64_t seed = group_seed(feed->nets, group);
	uint64_t state = mix(seed ^ (uint64_t)feed->view.number << 40 ^
			     (uint64_t)feed->view.seed << 48);
	uint32_t path[PATH_MAX_LENGTH];
	uint8_t communities[4 * COMMUNITIES_MAX], value[2 + 4 * PATH_MAX_LENGTH];
	unsigned count =
		path_draw(&state, feed_origin(feed->nets, group), feed->view.as, path);
	uint8_t origin = draw(&state) % 20 == 0 ? 2 : 0, *at = value;
	size_t size = communities_draw(&state, communities);

	if (feed->view.no_communities)
		size = 0;
	to = attribute_put(to, 0x40, 1, &origin, 1);
	*at++ = 2; /* AS_SEQUENCE */
	*at++ = (uint8_t)count;
	for (unsigned i = 0; i < count; i++)
		at = put_u32(at, path[i]);
	to = attribute_put(to, 0x40, 2, value, (size_t)(at - value));
	if (has_hop) {
		put_u32(value, 0x0a090100 + feed->view.number);
		to = attribute_put(to, 0x40, 3, value, 4);
	}
	if (draw(&state) % 5 == 0) {
		put_u32(value, (uint32_t)(draw(&state) % 500));
		to = attribute_put(to, 0x80, 4, value, 4);
	}
	if (size > 0)
		to = attribute_put(to, 0xc0, 8, communities, size);
	feed->marks[group] = feed_mark(origin, path, count, communities, size);
	feed->lengths[group] = (uint8_t)count;
	return to;
}

/* ---- messages ---- */

static uint8_t *
prefix_put(const struct feed *feed, uint8_t *to, const struct feed_prefix *prefix)
{
	if (feed->view.add_path && !prefix->is_ip6)
		to = put_u32(to, feed->view.path_id);
	*to++ = prefix->length;
	return put_bytes(to, prefix->bytes, (prefix->length + 7u) / 8);
}

/* MP_REACH_NLRI (RFC 4760 §3). */
static uint8_t *
reach_put(const struct feed *feed, uint8_t *to, uint32_t from, uint32_t end)
{
	const struct feed_prefix *prefixes = feed->nets->prefixes;
	const char *network = feed->view.link_local
				      ? "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\x01"
				      : "\xfd\x09\0\0\0\0\0\0\0\0\0\0\0\x01";
	uint8_t *length;

	*to++ = 0x90;
	*to++ = 14;
	length = to;
	to = put_u16(to + 2, prefixes[from].is_ip6 ? 2 : 1);
	*to++ = 1;
	*to++ = 16;
	to = put_bytes(to, network, 14);
	to = put_u16(to, feed->view.number);
	*to++ = 0;
	for (uint32_t i = from; i < end; i++)
		to = prefix_put(feed, to, &prefixes[i]);
	put_u16(length, (unsigned)(to - length - 2));
	return to;
}

static uint8_t *
message_put(struct feed *feed, uint8_t *start, uint32_t group, uint32_t from,
	    uint32_t end)
{
	const struct feed_prefix *prefixes = feed->nets->prefixes;
	bool is_reach = prefixes[from].is_ip6 || feed->view.link_local;
	uint8_t *attributes = start + 23, *to = attributes;

	memset(start, 0xff, 16);
	start[18] = 2;
	put_u16(start + 19, 0);
	if (is_reach)
		to = reach_put(feed, to, from, end);
	to = attributes_put(feed, to, group, !is_reach);
	put_u16(start + 21, (unsigned)(to - attributes));
	for (uint32_t i = from; i < end && !is_reach; i++)
		to = prefix_put(feed, to, &prefixes[i]);
	put_u16(start + 16, (unsigned)(to - start));
	return to;
}

struct feed *
feed_new(const struct feed_nets *nets, const struct feed_view *view)
{
	struct feed *feed = calloc(1, sizeof(*feed));
	uint8_t *to;

	feed->nets = nets;
	feed->view = *view;
	feed->marks = calloc(nets->group_count, sizeof(*feed->marks));
	feed->lengths = calloc(nets->group_count, sizeof(*feed->lengths));
	/* Attributes of one set, and its prefixes, never need more. */
	to = feed->bytes =
		malloc((size_t)nets->group_count * 200 + (size_t)nets->count * 21 + 4096);
	for (uint32_t group = 0; group < nets->group_count; group++) {
		uint32_t end = nets->groups[group + 1];
		for (uint32_t from = nets->groups[group]; from < end;
		     from += MESSAGE_NETS) {
			uint32_t until =
				end - from > MESSAGE_NETS ? from + MESSAGE_NETS : end;
			to = message_put(feed, to, group, from, until);
		}
	}
	feed->size = (size_t)(to - feed->bytes);
	feed->bytes = realloc(feed->bytes, feed->size);
	return feed;
}

uint32_t *
feed_groups_of(const struct feed_nets *nets)
{
	uint32_t *groups = calloc(nets->count, sizeof(*groups));

	for (uint32_t group = 0; group < nets->group_count; group++) {
		for (uint32_t i = nets->groups[group]; i < nets->groups[group + 1]; i++)
			groups[i] = group;
	}
	return groups;
}
