/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Made-up routing tables of real proportions, as the UPDATE messages that peers would
 * send (RFC 4271 §4.3, RFC 4760, RFC 7911).  Nothing here is shared with the daemon's own
 * codec, so that neither hides the other's mistakes.
 */
#ifndef BENCH_FEED_H
#define BENCH_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct feed_prefix {
	uint8_t bytes[16]; /* Left-aligned, host bits zero. */
	uint8_t length;
	bool is_ip6;
};

/* What a table is made of; the same numbers give the same table. */
struct feed_plan {
	uint32_t ip4, ip6; /* Prefixes. */
	uint64_t seed;
};

/* The prefixes of a plan, which all its feeds have in common. */
struct feed_nets {
	struct feed_plan plan;
	struct feed_prefix *prefixes;
	uint32_t count;
	uint32_t *groups; /* Where each set of equal attributes begins; and the end. */
	uint32_t group_count;
	uint32_t *slots; /* Hash: index + 1 by prefix. */
	uint32_t slot_mask;
};

/* Kept until the program ends. */
struct feed_nets *feed_nets_new(const struct feed_plan *plan);
/* The index of a prefix, UINT32_MAX if it is none of them. */
uint32_t feed_net_find(const struct feed_nets *nets, const struct feed_prefix *prefix);
/* The AS number at the end of all paths to the prefixes of a group. */
uint32_t feed_origin(const struct feed_nets *nets, uint32_t group);

/* Who tells of them, and how. */
struct feed_view {
	uint32_t number; /* Next hops are 10.9.1.`number` and fd09::1:`number`. */
	uint32_t as;
	uint32_t seed; /* Its attributes are drawn from the number and this. */
	uint32_t path_id;
	bool add_path;   /* IPv4 prefixes have the path identifier. */
	bool link_local; /* Next hops are fe80::1:`number`, of IPv4 too (RFC 8950). */
	bool no_communities;
};

/* One view of the table. */
struct feed {
	const struct feed_nets *nets;
	struct feed_view view;
	uint8_t *bytes; /* All UPDATE messages. */
	size_t size;
	/* For each set: a hash of what is passed on (origin, path, communities), and the
	 * length of the path. */
	uint64_t *marks;
	uint8_t *lengths;
};

/* Kept until the program ends. */
struct feed *feed_new(const struct feed_nets *nets, const struct feed_view *view);
/* By prefix index, the group it is of; of `count` prefixes.  The caller frees it. */
uint32_t *feed_groups_of(const struct feed_nets *nets);
/* The hash as of a received route: its path is `count` AS numbers. */
uint64_t feed_mark(uint8_t origin, const uint32_t *path, unsigned count,
		   const uint8_t *communities, size_t communities_size);

#endif
