/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes of routes on their way into messages; see window.h.
 */
#include "proto/bgp/window.h"

#include <string.h>

#include "lib/mem.h"
#include "nest/router.h"
#include "proto/bgp/advertise.h"

#define INDEX (2 * BGP_WINDOW)
#define SMALL 32 /* Prefixes for which one message will do. */

static uint16_t bucket_of(struct bgp_window *window, const struct bgp_window_item *item);

/* ---- prefixes ---- */

struct bgp_window *
bgp_window_new(struct router *router)
{
	struct bgp_window *window = mem_alloc(sizeof(*window));
	window->router = router;
	window->entry_count = 0;
	window->bucket_count = 1;
	window->owner_end = 1;
	window->buckets[BGP_WITHDRAWALS] =
		(struct bgp_window_bucket){ .first = BGP_NO_ENTRY };
	memset(window->entries_by_net, 0xff, sizeof(window->entries_by_net));
	memset(window->buckets_by_attrs, 0xff, sizeof(window->buckets_by_attrs));
	return window;
}

void
bgp_window_free(struct bgp_window *window)
{
	if (window == NULL)
		return;
	for (unsigned i = 1; i < window->bucket_count; i++)
		attrs_release(window->router, window->buckets[i].given.attrs, 1);
	mem_free(window);
}

bool
bgp_window_is_full(const struct bgp_window *window)
{
	return window->entry_count == BGP_WINDOW ||
	       window->bucket_count == BGP_WINDOW + 1;
}

bool
bgp_window_is_small(const struct bgp_window *window)
{
	return window->entry_count <= SMALL;
}

size_t
bgp_net_write(uint8_t to[static BGP_NET_MAX], const struct prefix *net)
{
	to[0] = net->length;
	memcpy(to + 1, net->addr.bytes, 16);
	if (net->type == NET_IP4) {
		memcpy(to + 1, net->addr.bytes + 12, 4);
		memset(to + 5, 0, 12);
	}
	return (net->length + 7u) / 8 + 1;
}

static uint32_t
entry_hash(const struct bgp_window_entry *entry)
{
	uint64_t words[2], last = entry->net[BGP_NET_MAX - 1];
	memcpy(words, entry->net, sizeof(words));
	return hash_u64(words[0] ^ hash_mix(words[1] ^ last << 32 ^ entry->path_id));
}

int
bgp_window_put(struct bgp_window *window, const struct bgp_window_item *item)
{
	struct bgp_window_entry entry = { .bucket = bucket_of(window, item),
					  .path_id = item->path_id };
	entry.size = (uint8_t)bgp_net_write(entry.net, item->net);
	uint32_t at = entry_hash(&entry) % INDEX;
	for (; window->entries_by_net[at] != BGP_NO_ENTRY; at = (at + 1) % INDEX) {
		struct bgp_window_entry *other =
			&window->entries[window->entries_by_net[at]];
		if (other->path_id != entry.path_id || other->size != entry.size ||
		    memcmp(other->net, entry.net, entry.size) != 0)
			continue;
		uint16_t former = window->buckets[other->bucket].owner;
		other->bucket = entry.bucket;
		return former;
	}
	window->entries_by_net[at] = window->entry_count;
	window->entries[window->entry_count++] = entry;
	return -1;
}

/* ---- buckets ---- */

static bool
is_of(const struct bgp_window_bucket *bucket, const struct bgp_window_item *item)
{
	const struct bgp_outgoing *given = &item->given;
	return bucket->given.attrs == given->attrs && bucket->owner == item->owner &&
	       bucket->given.from == given->from &&
	       bucket->given.has_own_med == given->has_own_med &&
	       bucket->given.metric == given->metric;
}

static uint16_t
bucket_of(struct bgp_window *window, const struct bgp_window_item *item)
{
	const struct bgp_outgoing *given = &item->given;
	if (given->attrs == NULL && item->owner == 0)
		return BGP_WITHDRAWALS;
	/* Equal ones come together. */
	uint16_t last = (uint16_t)(window->bucket_count - 1);
	if (last != BGP_WITHDRAWALS && is_of(&window->buckets[last], item))
		return last;
	uint64_t key = given->attrs != NULL ? given->attrs->handle : 0;
	uint32_t at = hash_u64(key | (uint64_t)item->owner << 32) % INDEX;
	for (; window->buckets_by_attrs[at] != BGP_NO_ENTRY; at = (at + 1) % INDEX) {
		if (is_of(&window->buckets[window->buckets_by_attrs[at]], item))
			return window->buckets_by_attrs[at];
	}
	if (given->attrs != NULL)
		attrs_hold(given->attrs, 1);
	if (item->owner >= window->owner_end)
		window->owner_end = (uint16_t)(item->owner + 1);
	window->buckets_by_attrs[at] = window->bucket_count;
	window->buckets[window->bucket_count] =
		(struct bgp_window_bucket){ .given = *given, .owner = item->owner };
	return window->bucket_count++;
}

/* ---- in the end ---- */

static void
lists_make(struct bgp_window *window)
{
	for (unsigned i = 0; i < window->bucket_count; i++)
		window->buckets[i].first = window->buckets[i].last = BGP_NO_ENTRY;
	for (uint16_t i = 0; i < window->entry_count; i++) {
		struct bgp_window_bucket *bucket =
			&window->buckets[window->entries[i].bucket];
		window->entries[i].next = BGP_NO_ENTRY;
		if (bucket->first == BGP_NO_ENTRY)
			bucket->first = i;
		else
			window->entries[bucket->last].next = i;
		bucket->last = i;
	}
}

static void
owners_order(const struct bgp_window *window, uint16_t *order)
{
	if (window->owner_end == 1) {
		for (uint16_t i = 1; i < window->bucket_count; i++)
			order[i - 1] = i;
		return;
	}
	uint16_t *starts = mem_zalloc((window->owner_end + 1u) * sizeof(starts[0]));
	for (uint16_t i = 1; i < window->bucket_count; i++)
		starts[window->buckets[i].owner + 1]++;
	for (uint16_t i = 0; i < window->owner_end; i++)
		starts[i + 1] = (uint16_t)(starts[i + 1] + starts[i]);
	for (uint16_t i = 1; i < window->bucket_count; i++)
		order[starts[window->buckets[i].owner]++] = i;
	mem_free(starts);
}

void
bgp_window_sort(struct bgp_window *window, uint16_t order[static BGP_WINDOW])
{
	lists_make(window);
	owners_order(window, order);
}
