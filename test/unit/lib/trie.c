/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries against a list of prefixes that is searched from end to end.
 */
#include "lib/trie.h"

#include "lib/macros.h"
#include "lib/pool.h"
#include "test/unit/unit.h"
#include <string.h>

#define ENTRIES 400

/* An entry of the naive table; its own address is the value. */
struct entry {
	struct addr addr;
	unsigned length;
	bool in;
};

/* What a walk met. */
struct seen {
	const struct entry *entries[ENTRIES];
	size_t count, limit;
};

static bool
see(void *context, struct addr addr, unsigned length, void *value)
{
	struct seen *seen = context;
	const struct entry *entry = value;
	ck_assert(addr_equal(addr, entry->addr));
	ck_assert_uint_eq(length, entry->length);
	seen->entries[seen->count++] = entry;
	return seen->count < seen->limit;
}

static bool
covers(const struct entry *outer, struct addr addr, unsigned length)
{
	return outer->length <= length && addr_common(outer->addr, addr) >= outer->length;
}

/* Two bits per four, so that the prefixes share beginnings and nest. */
static struct addr
random_address(uint64_t *random)
{
	return addr_from_u64(unit_random(random) & 0x3030303030303030,
			     unit_random(random) & 0x3030303030303030);
}

static unsigned
random_length(uint64_t *random)
{
	return unit_below(random, 4) ? unit_below(random, 24) : unit_below(random, 129);
}

static void
entry_set(struct trie *trie, struct entry *entry, bool in)
{
	if (in)
		*trie_place(trie, entry->addr, entry->length) = entry;
	else
		trie_remove(trie, entry->addr, entry->length);
	entry->in = in;
}

static void
check_lookups(const struct trie *trie, const struct entry *entries, struct addr addr,
	      unsigned length)
{
	const struct entry *exact = NULL, *longest = NULL;
	for (size_t i = 0; i < ENTRIES; i++) {
		if (!entries[i].in || !covers(&entries[i], addr, length))
			continue;
		if (entries[i].length == length)
			exact = &entries[i];
		if (longest == NULL || entries[i].length > longest->length)
			longest = &entries[i];
	}
	ck_assert_ptr_eq(trie_find(trie, addr, length), exact);
	ck_assert_ptr_eq(trie_match(trie, addr, length), longest);
}

static void
check_walks(const struct trie *trie, const struct entry *entries, struct addr addr,
	    unsigned length)
{
	struct seen up = { .limit = SIZE_MAX }, down = { .limit = SIZE_MAX };
	size_t above = 0, below = 0;
	ck_assert(trie_walk(trie, addr, length, true, see, &up));
	ck_assert(trie_walk(trie, addr, length, false, see, &down));
	for (size_t i = 0; i < ENTRIES; i++) {
		above += entries[i].in && covers(&entries[i], addr, length);
		below += entries[i].in && entries[i].length >= length &&
			 addr_common(entries[i].addr, addr) >= length;
	}
	ck_assert_uint_eq(up.count, above);
	ck_assert_uint_eq(down.count, below);
	for (size_t i = 1; i < up.count; i++)
		ck_assert_uint_lt(up.entries[i - 1]->length, up.entries[i]->length);
	for (size_t i = 1; i < down.count; i++) {
		int order =
			addr_compare(down.entries[i - 1]->addr, down.entries[i]->addr);
		ck_assert(order < 0 || (order == 0 && down.entries[i - 1]->length <
							      down.entries[i]->length));
	}
}

/* Different prefixes, none in the trie yet. */
static struct entry *
entries_new(struct pool *pool, uint64_t *random)
{
	struct entry *entries = pool_alloc(pool, ENTRIES * sizeof(*entries));
	for (size_t count = 0; count < ENTRIES;) {
		struct entry *entry = &entries[count];
		entry->length = random_length(random);
		entry->addr = addr_mask(random_address(random), entry->length);
		size_t i = 0;
		while (entries[i].length != entry->length ||
		       !addr_equal(entries[i].addr, entry->addr))
			i++;
		count += i == count;
	}
	return entries;
}

START_TEST(random_work_agrees_with_a_naive_table)
{
	struct pool *pool = pool_new(NULL, "test");
	struct trie *trie = trie_new(pool);
	uint64_t random = 13;
	struct entry *entries = entries_new(pool, &random);
	for (int round = 0; round < 20000; round++) {
		struct entry *entry = &entries[unit_below(&random, ENTRIES)];
		entry_set(trie, entry, unit_below(&random, 2));
		struct addr addr = random_address(&random);
		unsigned length = random_length(&random);
		check_lookups(trie, entries, addr, 128);
		check_lookups(trie, entries, addr, length);
		check_lookups(trie, entries, entry->addr, entry->length);
		if (round % 16 == 0)
			check_walks(trie, entries, addr, length);
	}
	pool_free(pool);
}
END_TEST

START_TEST(all_that_is_removed_is_given_back)
{
	struct pool *pool = pool_new(NULL, "test");
	struct trie *trie = trie_new(pool);
	uint64_t random = 14;
	size_t size = 0;
	for (int round = 0; round < 100; round++) {
		/* Others each time, so that what is left over piles up. */
		struct entry *entries = entries_new(pool, &random);
		for (size_t i = 0; i < ENTRIES; i++)
			entry_set(trie, &entries[i], true);
		for (size_t i = 0; i < ENTRIES; i++)
			entry_set(trie, &entries[(i * 7 + 3) % ENTRIES], false);
		ck_assert_ptr_null(trie_match(trie, entries[0].addr, 128));
		pool_release(pool, entries);
		if (round == 0)
			size = pool_size(pool);
	}
	ck_assert_uint_le(pool_size(pool), size);
	trie_free(trie);
	trie_free(NULL);
	pool_free(pool);
}
END_TEST

START_TEST(the_longest_possible_chain_works)
{
	struct pool *pool = pool_new(NULL, "test");
	struct trie *trie = trie_new(pool);
	struct addr ones = addr_from_u64(UINT64_MAX, UINT64_MAX);
	struct entry entries[129];
	struct seen up = { .limit = SIZE_MAX }, down = { .limit = SIZE_MAX };
	for (unsigned i = 0; i <= 128; i++) {
		/* From both ends, so that nodes go in above and below others. */
		unsigned length = i % 2 ? 128 - i / 2 : i / 2;
		entries[length] = (struct entry){ addr_mask(ones, length), length, true };
		*trie_place(trie, ones, length) = &entries[length];
	}
	for (unsigned length = 0; length <= 128; length++) {
		ck_assert_ptr_eq(trie_find(trie, ones, length), &entries[length]);
		ck_assert_ptr_eq(trie_match(trie, ones, length), &entries[length]);
	}
	ck_assert(trie_walk(trie, ones, 128, true, see, &up));
	ck_assert(trie_walk(trie, ones, 0, false, see, &down));
	ck_assert_uint_eq(up.count, 129);
	ck_assert_uint_eq(down.count, 129);
	for (unsigned length = 0; length <= 128; length++)
		trie_remove(trie, ones, length);
	ck_assert_ptr_null(trie_match(trie, ones, 128));
	pool_free(pool);
}
END_TEST

START_TEST(a_place_without_value_is_no_entry)
{
	struct pool *pool = pool_new(NULL, "test");
	struct trie *trie = trie_new(pool);
	struct entry all = { .addr = addr_any, .length = 0 };
	struct addr addr = addr_from_ip4(0x0a000001);
	struct seen seen = { .limit = SIZE_MAX };
	*trie_place(trie, addr_any, 0) = &all;
	void **place = trie_place(trie, addr, 128);
	ck_assert_ptr_null(*place);
	ck_assert_ptr_eq(trie_place(trie, addr, 128), place);
	ck_assert_ptr_null(trie_find(trie, addr, 128));
	ck_assert_ptr_eq(trie_match(trie, addr, 128), &all);
	ck_assert(trie_walk(trie, addr_any, 0, false, see, &seen));
	ck_assert_uint_eq(seen.count, 1);
	pool_free(pool);
}
END_TEST

START_TEST(an_empty_trie_has_nothing)
{
	struct pool *pool = pool_new(NULL, "test");
	struct trie *trie = trie_new(pool);
	struct seen seen = { .limit = SIZE_MAX };
	ck_assert_ptr_null(trie_find(trie, addr_any, 0));
	ck_assert_ptr_null(trie_match(trie, addr_any, 128));
	ck_assert(trie_walk(trie, addr_any, 0, false, see, &seen));
	ck_assert(trie_walk(trie, addr_any, 128, true, see, &seen));
	trie_remove(trie, addr_any, 0);
	ck_assert_uint_eq(seen.count, 0);
	pool_free(pool);
}
END_TEST

START_TEST(a_walk_stops_when_told)
{
	struct pool *pool = pool_new(NULL, "test");
	struct trie *trie = trie_new(pool);
	struct entry entries[10];
	for (unsigned i = 0; i < 10; i++) {
		entries[i] = (struct entry){ addr_any, i, true };
		*trie_place(trie, addr_any, i) = &entries[i];
	}
	struct seen up = { .limit = 3 }, down = { .limit = 4 };
	ck_assert(!trie_walk(trie, addr_any, 128, true, see, &up));
	ck_assert(!trie_walk(trie, addr_any, 2, false, see, &down));
	ck_assert_uint_eq(up.count, 3);
	ck_assert_ptr_eq(up.entries[0], &entries[0]);
	ck_assert_uint_eq(down.count, 4);
	ck_assert_ptr_eq(down.entries[0], &entries[2]);
	pool_free(pool);
}
END_TEST

START_TEST(bits_behind_the_length_are_not_looked_at)
{
	struct pool *pool = pool_new(NULL, "test");
	struct trie *trie = trie_new(pool);
	struct addr net = addr_from_u64(0x20010db800000000, 0);
	struct addr host = addr_from_u64(0x20010db812345678, 9);
	struct entry entry = { net, 32, true };
	struct seen seen = { .limit = SIZE_MAX };
	*trie_place(trie, host, 32) = &entry;
	ck_assert_ptr_eq(trie_find(trie, net, 32), &entry);
	ck_assert_ptr_eq(trie_find(trie, host, 32), &entry);
	ck_assert(trie_walk(trie, host, 32, false, see, &seen));
	ck_assert(trie_walk(trie, host, 16, false, see, &seen));
	ck_assert_uint_eq(seen.count, 2);
	trie_remove(trie, host, 32);
	ck_assert_ptr_null(trie_find(trie, net, 32));
	pool_free(pool);
}
END_TEST

START_TEST(a_small_trie_is_small)
{
	struct pool *pool = pool_new(NULL, "test");
	size_t size = pool_size(pool);
	struct trie *trie = trie_new(pool);
	int value = 0;
	for (uint32_t i = 0; i < 5; i++)
		*trie_place(trie, addr_from_ip4(i << 24), 104) = &value;
	ck_assert_uint_lt(pool_size(pool) - size, 1000);
	pool_free(pool);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		random_work_agrees_with_a_naive_table,
		all_that_is_removed_is_given_back,
		the_longest_possible_chain_works,
		a_place_without_value_is_no_entry,
		an_empty_trie_has_nothing,
		a_walk_stops_when_told,
		bits_behind_the_length_are_not_looked_at,
		a_small_trie_is_small,
	};
	return unit_run("trie", tests, ARRAY_SIZE(tests), NULL, 0);
}
