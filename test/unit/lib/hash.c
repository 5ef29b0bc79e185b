/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hash tables against an array that is searched from end to end, the order of walks, and
 * the quality and constancy of the hash itself.
 */
#include "lib/hash.h"

#include "test/unit/unit.h"
#include <string.h>

#define ITEMS 600

struct item {
	struct hash_node node;
	uint32_t value;
	bool in;
};

static size_t
count_found(const struct hash *hash, uint32_t key)
{
	size_t count = 0;
	for (struct hash_node *node = hash_find(hash, key); node != NULL;
	     node = hash_find_next(node)) {
		ck_assert_uint_eq(node->key, key);
		count++;
	}
	return count;
}

START_TEST(nothing_is_found_in_an_empty_table)
{
	struct hash hash;
	hash_init(&hash);
	ck_assert_ptr_null(hash_find(&hash, 0));
	hash_each(item, &hash, struct item, node)
		ck_abort_msg("%u", item->value);
	hash_fini(&hash);
}
END_TEST

START_TEST(equal_keys_are_found_newest_first)
{
	struct hash hash;
	struct item items[100];
	hash_init(&hash);
	/* Far enough for two growths, which must keep this order. */
	for (uint32_t i = 0; i < ARRAY_SIZE(items); i++)
		hash_insert(&hash, &items[i].node, i % 2);
	struct hash_node *node = hash_find(&hash, 1);
	for (int i = ARRAY_SIZE(items) - 1; i > 0; i -= 2) {
		ck_assert_ptr_eq(node, &items[i].node);
		node = hash_find_next(node);
	}
	ck_assert_ptr_null(node);
	hash_fini(&hash);
}
END_TEST

START_TEST(keys_of_one_bucket_are_told_apart)
{
	struct hash hash;
	struct item items[2];
	hash_init(&hash);
	hash_insert(&hash, &items[0].node, 0x00000005);
	hash_insert(&hash, &items[1].node, 0x80000005);
	ck_assert_ptr_eq(hash_find(&hash, 0x00000005), &items[0].node);
	ck_assert_ptr_eq(hash_find(&hash, 0x80000005), &items[1].node);
	ck_assert_ptr_null(hash_find(&hash, 0x40000005));
	hash_fini(&hash);
}
END_TEST

START_TEST(walks_follow_insertion_and_may_remove)
{
	struct hash hash;
	struct item items[ITEMS];
	uint32_t next = 0;
	hash_init(&hash);
	for (uint32_t i = 0; i < ITEMS; i++) {
		items[i].value = i;
		hash_insert(&hash, &items[i].node, hash_u64(i));
	}
	hash_each(item, &hash, struct item, node) {
		ck_assert_uint_eq(item->value, next++);
		if (item->value % 3 != 0)
			hash_remove(&hash, &item->node);
	}
	ck_assert_uint_eq(next, ITEMS);
	ck_assert_uint_eq(hash.count, ITEMS / 3);
	next = 0;
	hash_each(item, &hash, struct item, node) {
		ck_assert_uint_eq(item->value, next);
		next += 3;
	}
	hash_fini(&hash);
}
END_TEST

START_TEST(random_work_agrees_with_a_naive_table)
{
	struct hash hash;
	struct item items[ITEMS];
	uint64_t random = 1;
	uint32_t count = 0;
	memset(items, 0, sizeof(items));
	hash_init(&hash);
	for (int i = 0; i < 20000; i++) {
		struct item *item = &items[unit_below(&random, ITEMS)];
		/* Few keys, so that many collide. */
		uint32_t key = unit_below(&random, 200) << 20;
		if (item->in) {
			hash_remove(&hash, &item->node);
			count--;
		} else {
			hash_insert(&hash, &item->node, key);
			count++;
		}
		item->in = !item->in;
		ck_assert_uint_eq(hash.count, count);
		size_t naive = 0;
		for (size_t j = 0; j < ITEMS; j++)
			naive += items[j].in && items[j].node.key == key;
		ck_assert_uint_eq(count_found(&hash, key), naive);
	}
	hash_fini(&hash);
}
END_TEST

START_TEST(a_byte_anywhere_changes_the_hash)
{
	uint8_t bytes[40] = { 0 };
	for (size_t size = 1; size <= sizeof(bytes); size++) {
		uint64_t before = hash_bytes64(bytes, size, 7);
		ck_assert(before != hash_bytes64(bytes, size - 1, 7));
		ck_assert(before != hash_bytes64(bytes, size, 8));
		for (size_t i = 0; i < size; i++) {
			bytes[i] = 1;
			ck_assert(before != hash_bytes64(bytes, size, 7));
			bytes[i] = 0;
		}
	}
}
END_TEST

static int
compare_u64(const void *a, const void *b)
{
	const uint64_t *first = a, *second = b;
	return *first == *second ? 0 : *first < *second ? -1 : 1;
}

START_TEST(neighbouring_seeds_and_short_keys_do_not_meet)
{
	enum { SEEDS = 128, KEYS = 256 };
	static uint64_t hashes[SEEDS * KEYS];
	for (size_t size = 1; size <= 8; size++) {
		for (unsigned i = 0; i < ARRAY_SIZE(hashes); i++) {
			uint8_t key[8] = { 0 };
			/* As numbers that are counted up, and joined one to another. */
			key[size - 1] = (uint8_t)(i % KEYS);
			hashes[i] = hash_bytes64(key, size, i / KEYS);
		}
		qsort(hashes, ARRAY_SIZE(hashes), sizeof(hashes[0]), compare_u64);
		for (unsigned i = 1; i < ARRAY_SIZE(hashes); i++)
			ck_assert(hashes[i - 1] != hashes[i]);
	}
}
END_TEST

START_TEST(what_is_hashed_in_parts_depends_on_where_they_end)
{
	const char *text = "aaaaaaaaaaaa";
	for (size_t first = 0; first <= 12; first++) {
		for (size_t other = 0; other < first; other++) {
			uint64_t a = hash_bytes64(text, first, 0);
			uint64_t b = hash_bytes64(text, other, 0);
			ck_assert(hash_bytes64(text + first, 12 - first, a) !=
				  hash_bytes64(text + other, 12 - other, b));
		}
	}
}
END_TEST

START_TEST(every_input_bit_flips_about_half_of_the_output)
{
	uint64_t random = 2;
	for (unsigned bit = 0; bit < 96; bit++) {
		unsigned flipped = 0;
		for (int round = 0; round < 200; round++) {
			uint8_t bytes[12];
			for (size_t i = 0; i < sizeof(bytes); i++)
				bytes[i] = (uint8_t)unit_random(&random);
			uint32_t before = hash_bytes(bytes, sizeof(bytes), 0);
			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
			uint32_t after = hash_bytes(bytes, sizeof(bytes), 0);
			flipped += (unsigned)__builtin_popcount(before ^ after);
		}
		/* 3200 on average, 40 the deviation. */
		ck_assert_uint_gt(flipped, 2900);
		ck_assert_uint_lt(flipped, 3500);
	}
}
END_TEST

START_TEST(the_hash_is_the_same_everywhere)
{
	/* Routers of one mesh will compare such values: they may not change then. */
	ck_assert_uint_eq(hash_bytes64("", 0, 0), UINT64_C(0xdf2cdcac8b1bd2ac));
	ck_assert_uint_eq(hash_bytes64("meshd", 5, 1), UINT64_C(0x176fa6a0e4729c50));
	ck_assert_uint_eq(hash_bytes64("0123456789abcdef", 16, 1),
			  UINT64_C(0xfdfc6d0c2ee329d8));
	ck_assert_uint_eq(hash_u64(1), UINT32_C(0xb456bcfc));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		nothing_is_found_in_an_empty_table,
		equal_keys_are_found_newest_first,
		keys_of_one_bucket_are_told_apart,
		walks_follow_insertion_and_may_remove,
		random_work_agrees_with_a_naive_table,
		a_byte_anywhere_changes_the_hash,
		neighbouring_seeds_and_short_keys_do_not_meet,
		what_is_hashed_in_parts_depends_on_where_they_end,
		every_input_bit_flips_about_half_of_the_output,
		the_hash_is_the_same_everywhere,
	};
	return unit_run("hash", tests, ARRAY_SIZE(tests), NULL, 0);
}
