/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Intrusive chained hash tables, walked in insertion order (never in hash order, so that
 * behaviour doesn't depend on a seed).  Objects embed a `struct hash_node`; the table
 * owns none.
 */
#ifndef LIB_HASH_H
#define LIB_HASH_H

#include "lib/list.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash_node {
	struct hash_node *chain; /* The next of the same bucket. */
	struct list order;       /* Insertion order, head in the table. */
	uint32_t key;            /* The full hash. */
};

struct hash {
	struct hash_node **buckets;
	uint32_t bucket_count; /* A power of two, or 0 before the first insert. */
	uint32_t count;
	struct list order;
};

void hash_init(struct hash *hash);
/* Frees the buckets; the objects are the caller's. */
void hash_fini(struct hash *hash);
void hash_insert(struct hash *hash, struct hash_node *node, uint32_t key);
void hash_remove(struct hash *hash, struct hash_node *node);
/* The newest node with this key, null if none; then the next older one with the same key.
 */
struct hash_node *hash_find(const struct hash *hash, uint32_t key);
struct hash_node *hash_find_next(const struct hash_node *node);

/* A well mixed hash of `size` bytes, the same on every machine (not for secrets). */
uint32_t hash_bytes(const void *bytes, size_t size, uint32_t seed);
uint64_t hash_bytes64(const void *bytes, size_t size, uint64_t seed);

/* Spreads every bit of `value` over all 64 of the result. */
static inline uint64_t
hash_mix(uint64_t value)
{
	value ^= value >> 33;
	value *= 0xff51afd7ed558ccdULL;
	value ^= value >> 33;
	value *= 0xc4ceb9fe1a85ec53ULL;
	return value ^ value >> 33;
}

static inline uint32_t
hash_u64(uint64_t value)
{
	/* The high half of hash_mix(), which does its last step on the low one only. */
	value ^= value >> 33;
	value *= 0xff51afd7ed558ccdULL;
	value ^= value >> 33;
	return (uint32_t)(value * 0xc4ceb9fe1a85ec53ULL >> 32);
}

/* Walks all objects in insertion order; the current one may be removed. */
#define hash_each(item, hash, type, member) \
	list_each_safe(item, &(hash)->order, type, member.order)

#endif
