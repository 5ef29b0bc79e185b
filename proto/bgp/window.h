/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is to be sent, on its way into messages (writer.h).
 *
 * A window holds changes: a prefix is in it once, with what holds now, and prefixes with
 * the same attributes are in one bucket, for they go into the same messages.  It is
 * emptied when the changes pause or it is full; routes that came together are told
 * together, so a small one packs messages as full as a large one would.  It is there only
 * while something waits.
 */
#ifndef PROTO_BGP_WINDOW_H
#define PROTO_BGP_WINDOW_H

#include "proto/bgp/advertise.h"

#define BGP_WINDOW      1024       /* Prefixes. */
#define BGP_WITHDRAWALS 0          /* The bucket of what is withdrawn, for all. */
#define BGP_NO_ENTRY    UINT16_MAX /* Behind the last of a bucket. */

/* A change of a route. */
struct bgp_window_item {
	const struct prefix *net;
	uint32_t path_id; /* 0: the prefix is told without one. */
	/* `given.attrs` null: withdrawn. */
	struct bgp_outgoing given;
	/* The member of the group that isn't told (nest/export_group.h); 0: all are. */
	uint16_t owner;
};

/* A prefix in wire form (RFC 4271 §4.3), with zeros behind it: how many bytes it takes.
 */
#define BGP_NET_MAX 17
size_t bgp_net_write(uint8_t to[static BGP_NET_MAX], const struct prefix *net);

/* A prefix of a window. */
struct bgp_window_entry {
	uint32_t path_id;
	uint16_t bucket;
	uint16_t next; /* In its bucket, once that is sorted; BGP_NO_ENTRY at its end. */
	uint8_t size;
	uint8_t net[BGP_NET_MAX]; /* In wire form. */
};

/* Routes that have all in common. */
struct bgp_window_bucket {
	struct bgp_outgoing given; /* Its set is held; null: withdrawn. */
	uint16_t owner;            /* As in struct bgp_window_item. */
	uint16_t first, last;      /* Once it is sorted. */
};

struct bgp_window {
	struct router *router;
	uint16_t entry_count, bucket_count;
	uint16_t owner_end; /* No owner is so high. */
	/* By hash; BGP_NO_ENTRY: nothing is there. */
	uint16_t entries_by_net[2 * BGP_WINDOW], buckets_by_attrs[2 * BGP_WINDOW];
	struct bgp_window_entry entries[BGP_WINDOW];
	struct bgp_window_bucket buckets[BGP_WINDOW + 1];
};

struct bgp_window *bgp_window_new(struct router *router);
/* With what is in it.  Accepts null. */
void bgp_window_free(struct bgp_window *window);
bool bgp_window_is_full(const struct bgp_window *window);
bool bgp_window_is_small(const struct bgp_window *window);
/* There is room.  What was in it of this prefix is void; its owner, or a negative number
 * where there was nothing. */
int bgp_window_put(struct bgp_window *window, const struct bgp_window_item *item);
/* Nothing is put any more: entries are in the lists of their buckets, in the order they
 * came.  `order`: the buckets but that of withdrawals for all, by owner, so that what one
 * member is not told is in one piece; those of an owner in the order they came. */
void bgp_window_sort(struct bgp_window *window, uint16_t order[static BGP_WINDOW]);

#endif
