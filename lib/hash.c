/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Chained hash tables that remember insertion order, and the hash of bytes.  The table
 * grows by doubling when it holds one node per bucket, and never shrinks before
 * hash_fini().
 */
#include "lib/hash.h"

#include "lib/mem.h"
#include <assert.h>

#define HASH_FIRST_BUCKETS 16u
#define HASH_MULTIPLIER    0x9fb21c651e98df25ULL

static void hash_grow(struct hash *hash);
static struct hash_node **hash_bucket(const struct hash *hash, uint32_t key);
static struct hash_node *hash_scan(struct hash_node *node, uint32_t key);
static uint64_t hash_load(const uint8_t *bytes, size_t size);
static uint64_t hash_step(uint64_t state, uint64_t word);

void
hash_init(struct hash *hash)
{
	*hash = (struct hash){ .buckets = NULL };
	list_init(&hash->order);
}

void
hash_fini(struct hash *hash)
{
	mem_free(hash->buckets);
	hash_init(hash);
}

void
hash_insert(struct hash *hash, struct hash_node *node, uint32_t key)
{
	if (hash->count >= hash->bucket_count)
		hash_grow(hash);
	struct hash_node **bucket = hash_bucket(hash, key);
	node->key = key;
	node->chain = *bucket;
	*bucket = node;
	list_push_back(&hash->order, &node->order);
	hash->count++;
}

void
hash_remove(struct hash *hash, struct hash_node *node)
{
	assert(hash->count > 0);
	struct hash_node **link = hash_bucket(hash, node->key);
	while (*link != node) {
		assert(*link != NULL);
		link = &(*link)->chain;
	}
	*link = node->chain;
	node->chain = NULL;
	list_remove(&node->order);
	hash->count--;
}

struct hash_node *
hash_find(const struct hash *hash, uint32_t key)
{
	if (hash->count == 0)
		return NULL;
	return hash_scan(*hash_bucket(hash, key), key);
}

struct hash_node *
hash_find_next(const struct hash_node *node)
{
	return hash_scan(node->chain, node->key);
}

uint64_t
hash_bytes64(const void *bytes, size_t size, uint64_t seed)
{
	const uint8_t *at = bytes;
	bool is_short = size < 8;
	/* Spread before a word meets it: neighbouring seeds would else only exchange what
	 * neighbouring words of short keys do. */
	uint64_t state = hash_step(seed, ((uint64_t)size + 1) * HASH_MULTIPLIER);
	while (size >= 8) {
		state = hash_step(state, hash_load(at, 8));
		at += 8;
		size -= 8;
	}
	/* The last ones are the end of a word that begins before them, without a loop. */
	if (size > 0)
		state = hash_step(state, is_short ? hash_load(at, size)
						  : hash_load(at + size - 8, 8) >>
							    (64 - 8 * size));
	return hash_mix(state);
}

uint32_t
hash_bytes(const void *bytes, size_t size, uint32_t seed)
{
	return (uint32_t)(hash_bytes64(bytes, size, seed) >> 32);
}

static void
hash_grow(struct hash *hash)
{
	uint32_t bucket_count =
		hash->bucket_count > 0 ? hash->bucket_count * 2 : HASH_FIRST_BUCKETS;
	assert(bucket_count > hash->bucket_count);
	mem_free(hash->buckets);
	hash->buckets = mem_zalloc(bucket_count * sizeof(hash->buckets[0]));
	hash->bucket_count = bucket_count;
	/* In insertion order, so that the newest of equal keys stays in front. */
	list_each(node, &hash->order, struct hash_node, order) {
		struct hash_node **bucket = hash_bucket(hash, node->key);
		node->chain = *bucket;
		*bucket = node;
	}
}

static struct hash_node **
hash_bucket(const struct hash *hash, uint32_t key)
{
	return &hash->buckets[key & (hash->bucket_count - 1)];
}

static struct hash_node *
hash_scan(struct hash_node *node, uint32_t key)
{
	while (node != NULL && node->key != key)
		node = node->chain;
	return node;
}

/* Up to 8 bytes, the first lowest, so that all machines agree on the hash. */
static uint64_t
hash_load(const uint8_t *bytes, size_t size)
{
	if (size == 8)
		return (uint64_t)bytes[0] | (uint64_t)bytes[1] << 8 |
		       (uint64_t)bytes[2] << 16 | (uint64_t)bytes[3] << 24 |
		       (uint64_t)bytes[4] << 32 | (uint64_t)bytes[5] << 40 |
		       (uint64_t)bytes[6] << 48 | (uint64_t)bytes[7] << 56;
	uint64_t word = 0;
	for (size_t i = 0; i < size; i++)
		word |= (uint64_t)bytes[i] << (8 * i);
	return word;
}

static uint64_t
hash_step(uint64_t state, uint64_t word)
{
	state = (state ^ word) * HASH_MULTIPLIER;
	return state ^ state >> 32;
}
