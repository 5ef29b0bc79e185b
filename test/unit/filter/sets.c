/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets of prefixes and of numbers, paths and masks, against the plainest way of saying
 * what they mean.
 */
#include "filter/community.h"
#include "filter/path.h"
#include "filter/prefix_set.h"
#include "filter/set.h"
#include "lib/arena.h"
#include "lib/macros.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "lib/wire.h"
#include "test/unit/unit.h"
#include <string.h>

/* ---- prefixes ------------------------------------------------------------------------
 */

static struct prefix
random_prefix(uint64_t *state, bool is_ip4, unsigned spread)
{
	/* Few different bits, so that prefixes meet. */
	uint64_t high = unit_random(state) & unit_random(state);
	if (spread == 0)
		high &= UINT64_C(0xf0f0000000000000);
	unsigned length = unit_below(state, is_ip4 ? 33 : 129);
	if (is_ip4)
		return prefix_new(addr_from_ip4((uint32_t)(high >> 32)), length);
	return prefix_new_type(NET_IP6,
			       addr_from_u64(0x20010db800000000 | high >> 32,
					     unit_random(state) & 0xff00000000000001),
			       length);
}

struct pattern {
	struct prefix prefix;
	unsigned low, high;
};

static bool
pattern_matches(const struct pattern *pattern, const struct prefix *prefix)
{
	unsigned shorter = MIN(pattern->prefix.length, prefix->length);
	unsigned offset = prefix_offset(prefix);
	return prefix_is_ip4(prefix) == prefix_is_ip4(&pattern->prefix) &&
	       addr_common(pattern->prefix.addr, prefix->addr) >= offset + shorter &&
	       prefix->length >= pattern->low && prefix->length <= pattern->high;
}

static void
try_prefix_set(uint64_t seed, unsigned count, bool is_ip4)
{
	uint64_t state = seed;
	struct pattern *patterns = calloc(count, sizeof(*patterns));
	struct prefix_set_builder builder = { 0 };
	struct pool *pool = pool_new(NULL, "test");
	unsigned longest = is_ip4 ? 32 : 128;
	for (unsigned i = 0; i < count; i++) {
		struct pattern *pattern = &patterns[i];
		pattern->prefix = random_prefix(&state, is_ip4, seed & 1);
		pattern->low = pattern->high = pattern->prefix.length;
		switch (unit_below(&state, 4)) {
		case 0: pattern->high = longest; break;
		case 1: pattern->low = 0; break;
		case 2:
			pattern->low = unit_below(&state, longest + 1);
			pattern->high = pattern->low +
					unit_below(&state, longest - pattern->low + 1);
		}
		ck_assert(prefix_set_builder_add(&builder, &pattern->prefix, pattern->low,
						 pattern->high));
	}
	const struct prefix_set *set = prefix_set_build(&builder, arena_new(pool));
	for (unsigned i = 0; i < 3000; i++) {
		struct prefix prefix = random_prefix(&state, is_ip4, seed & 1);
		if (i % 3 == 0) { /* Near one of the patterns. */
			prefix = patterns[unit_below(&state, count)].prefix;
			prefix = prefix_new_type((enum net_type)prefix.type, prefix.addr,
						 unit_below(&state, longest + 1));
		}
		bool expected = false;
		for (unsigned j = 0; j < count && !expected; j++)
			expected = pattern_matches(&patterns[j], &prefix);
		char text[PREFIX_TEXT];
		ck_assert_msg(prefix_set_has(set, &prefix) == expected,
			      "seed %llu, %u patterns: %s should%s be in the set",
			      (unsigned long long)seed, count,
			      prefix_format(&prefix, text), expected ? "" : " not");
	}
	prefix_set_builder_fini(&builder);
	pool_free(pool);
	free(patterns);
}

START_TEST(prefix_sets_hold_what_their_patterns_say)
{
	static const unsigned counts[] = { 1, 2, 5, 12, 20, 60, 400 };
	for (uint64_t seed = 1; seed <= 12; seed++)
		for (unsigned i = 0; i < ARRAY_SIZE(counts); i++) {
			try_prefix_set(seed, counts[i], true);
			try_prefix_set(seed + 1000, counts[i], false);
		}
}
END_TEST

START_TEST(prefix_sets_are_equal_in_any_order)
{
	struct pool *pool = pool_new(NULL, "test");
	struct arena *arena = arena_new(pool);
	const struct prefix_set *sets[3];
	for (unsigned i = 0; i < 3; i++) {
		struct prefix_set_builder builder = { 0 };
		for (unsigned j = 0; j < 50; j++) {
			unsigned k = i == 1 ? 49 - j : j;
			struct prefix prefix = prefix_new(addr_from_ip4(k << 24), 8);
			unsigned high = i == 2 && k == 7 ? 9 : 8;
			prefix_set_builder_add(&builder, &prefix, 8, high);
			prefix_set_builder_add(&builder, &prefix, 8, high);
		}
		sets[i] = prefix_set_build(&builder, arena);
		prefix_set_builder_fini(&builder);
	}
	ck_assert(prefix_set_equal(sets[0], sets[1]));
	ck_assert(!prefix_set_equal(sets[0], sets[2]));
	ck_assert(!prefix_set_equal(sets[0], NULL));
	ck_assert(prefix_set_equal(NULL, NULL));
	struct prefix any = prefix_new(addr_from_ip4(0), 0);
	ck_assert(!prefix_set_has(NULL, &any));
	pool_free(pool);
}
END_TEST

START_TEST(families_do_not_mix)
{
	struct prefix_set_builder builder = { 0 };
	struct pool *pool = pool_new(NULL, "test");
	struct prefix ip4 = prefix_new(addr_from_ip4(0x0a000000), 8);
	struct prefix ip6 = prefix_new_type(NET_IP6, addr_from_u64(0, 0), 8);
	ck_assert(prefix_set_builder_add(&builder, &ip4, 0, 32));
	ck_assert(!prefix_set_builder_add(&builder, &ip6, 0, 128));
	const struct prefix_set *set = prefix_set_build(&builder, arena_new(pool));
	ck_assert(prefix_set_has(set, &ip4));
	ck_assert(!prefix_set_has(set, &ip6));
	prefix_set_builder_fini(&builder);
	pool_free(pool);
}
END_TEST

/* ---- numbers -------------------------------------------------------------------------
 */

static struct value
number_value(enum value_type type, uint32_t number)
{
	struct value value = { .type = (uint8_t)type };
	memset(value.large, 0, sizeof(value.large));
	if (type == VALUE_EC)
		value.wide = number;
	else if (type == VALUE_LC)
		value.large[2] = number;
	else if (type == VALUE_IP)
		value.addr = addr_from_ip4(number);
	else
		value.number = number;
	return value;
}

static void
try_set(enum value_type type, uint64_t seed, unsigned count)
{
	uint64_t state = seed;
	bool has[256] = { false };
	struct set_builder builder;
	struct pool *pool = pool_new(NULL, "test");
	set_builder_init(&builder, type, 0);
	for (unsigned i = 0; i < count; i++) {
		uint32_t low = unit_below(&state, 256);
		uint32_t high = low + unit_below(&state, 6);
		high = MIN(high, 255u);
		struct value from = number_value(type, low);
		struct value to = number_value(type, high);
		set_builder_add(&builder, &from, &to, 0);
		memset(has + low, true, high - low + 1);
	}
	const struct set *set = set_build(&builder, arena_new(pool));
	for (unsigned i = 0; i < ARRAY_SIZE(has); i++) {
		struct value value = number_value(type, i);
		ck_assert_msg((set_find(set, &value) >= 0) == has[i],
			      "type %d, seed %llu: %u", (int)type,
			      (unsigned long long)seed, i);
	}
	set_builder_fini(&builder);
	pool_free(pool);
}

START_TEST(sets_hold_what_their_ranges_say)
{
	static const enum value_type types[] = { VALUE_INT, VALUE_EC, VALUE_LC,
						 VALUE_IP };
	for (unsigned i = 0; i < ARRAY_SIZE(types); i++)
		for (uint64_t seed = 1; seed <= 30; seed++)
			try_set(types[i], seed, (unsigned)seed * 2);
}
END_TEST

/* ---- paths ---------------------------------------------------------------------------
 */

/* Segments of `kinds`: digits are ASes of a sequence, {…} a set. */
static struct value
path_of(const char *text, uint8_t *bytes)
{
	struct value path = { .type = VALUE_PATH };
	uint8_t *at = bytes;
	while (*text) {
		bool is_set = *text == '{';
		uint8_t *head = at;
		head[0] = is_set ? PATH_SET : PATH_SEQUENCE;
		head[1] = 0;
		at += 2;
		for (text += is_set; *text && *text != '{' && *text != '}'; text++) {
			wire_store_u32(at, (uint32_t)(*text - '0'));
			at += 4;
			head[1]++;
		}
		if (*text == '}')
			text++;
	}
	path.bytes = bytes;
	path.size = (uint32_t)(at - bytes);
	return path;
}

/* `*`, `?`, digits, `+` behind one. */
static struct path_mask *
mask_of(const char *text)
{
	size_t length = strlen(text);
	struct path_mask *mask =
		calloc(1, sizeof(*mask) + length * sizeof(struct mask_item));
	for (; *text; text++) {
		struct mask_item *item = &mask->items[mask->count];
		if (*text == '+') {
			item[-1].is_loop = true;
			continue;
		}
		item->kind = *text == '*'   ? MASK_ANY
			     : *text == '?' ? MASK_ONE
					    : MASK_RANGE;
		item->low = item->high = (uint32_t)(*text - '0');
		mask->count++;
	}
	return mask;
}

START_TEST(masks_match_paths)
{
	static const struct {
		const char *path, *mask;
		bool matches;
	} cases[] = {
		{ "", "", true },
		{ "", "*", true },
		{ "", "?", false },
		{ "123", "123", true },
		{ "123", "12", false },
		{ "123", "1*", true },
		{ "123", "*3", true },
		{ "123", "*2*", true },
		{ "123", "*4*", false },
		{ "123", "1?3", true },
		{ "123", "????", false },
		{ "1112", "1+2", true },
		{ "1112", "1+", false },
		{ "2", "1+2", false },
		{ "12", "?+", true },
		{ "", "?+", false },
		{ "112233", "1+2+3+", true },
		{ "112233", "1+2+2+3+", true },
		{ "112233", "1+2+2+2+3+", false },
		{ "1{23}4", "124", true },
		{ "1{23}4", "134", true },
		{ "1{23}4", "1234", true },
		{ "1{23}4", "12324", true },
		{ "1{23}4", "14", false },
		{ "1{23}4", "1?4", true },
		{ "1{23}4", "1*4", true },
		{ "1{23}", "12", true },
		{ "1{23}", "15", false },
		{ "1{23}{45}", "124", true },
		{ "1{23}{45}", "12", true },
		{ "1{23}{45}", "14", false },
		{ "{12}3", "13", true },
		{ "{12}3", "3", false },
	};
	struct scratch scratch;
	uint8_t bytes[256];
	scratch_init(&scratch);
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		struct value path = path_of(cases[i].path, bytes);
		struct path_mask *mask = mask_of(cases[i].mask);
		ck_assert_msg(path_matches(&scratch, &path, mask) == cases[i].matches,
			      "path %s, mask %s", cases[i].path, cases[i].mask);
		free(mask);
	}
	scratch_fini(&scratch);
}
END_TEST

START_TEST(paths_with_sets_are_measured_as_the_decision_does)
{
	uint8_t bytes[256];
	struct value path = path_of("12{34}5", bytes);
	ck_assert_uint_eq(path_length(&path), 4);
	ck_assert_uint_eq(path_first(&path), 1);
	ck_assert_uint_eq(path_last(&path), 5);
	ck_assert_uint_eq(path_last_nonaggregated(&path), 2);
	ck_assert(path_has(&path, 4));
	ck_assert(!path_has(&path, 9));
	path = path_of("12{34}", bytes);
	ck_assert_uint_eq(path_last(&path), 0);
	ck_assert_uint_eq(path_last_nonaggregated(&path), 2);
	path = path_of("{34}", bytes);
	ck_assert_uint_eq(path_first(&path), 0);
	ck_assert_uint_eq(path_length(&path), 1);
}
END_TEST

/* Confederations count nothing (RFC 5065 §5.3). */
START_TEST(confederations_are_not_counted)
{
	uint8_t bytes[256];
	struct value path = path_of("12{34}5", bytes);
	bytes[0] = PATH_CONFED_SEQUENCE;
	ck_assert_uint_eq(path_length(&path), 2);
	ck_assert_uint_eq(path_first(&path), 0);
}
END_TEST

START_TEST(a_full_segment_is_not_overrun)
{
	struct scratch scratch;
	struct value path = { .type = VALUE_PATH };
	path.bytes = "";
	path.size = 0;
	scratch_init(&scratch);
	for (uint32_t i = 1; i <= 600; i++)
		path = path_prepend(&scratch, &path, i);
	ck_assert_uint_eq(path_length(&path), 600);
	ck_assert_uint_eq(path_first(&path), 600);
	ck_assert_uint_eq(path_last(&path), 1);
	ck_assert_uint_eq(path.size, 600 * 4 + 3 * 2);
	scratch_fini(&scratch);
}
END_TEST

/* Whatever the bytes, nothing is read past their end. */
START_TEST(torn_paths_are_cut)
{
	struct scratch scratch;
	uint64_t state = 7;
	struct path_mask *mask = mask_of("*1?+2*");
	scratch_init(&scratch);
	for (unsigned i = 0; i < 3000; i++) {
		uint32_t size = unit_below(&state, 40);
		uint8_t *bytes = malloc(size ? size : 1);
		struct value path = { .type = VALUE_PATH };
		for (uint32_t j = 0; j < size; j++)
			bytes[j] = (uint8_t)unit_below(&state, 5);
		path.bytes = bytes;
		path.size = size;
		path_length(&path);
		path_last(&path);
		path_matches(&scratch, &path, mask);
		path_filter(&scratch, &path, NULL, 1, false);
		path_prepend(&scratch, &path, 1);
		ck_assert_int_eq(path_compare(&path, &path), 0);
		scratch_reset(&scratch);
		free(bytes);
	}
	scratch_fini(&scratch);
	free(mask);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		prefix_sets_hold_what_their_patterns_say,
		prefix_sets_are_equal_in_any_order,
		families_do_not_mix,
		sets_hold_what_their_ranges_say,
		masks_match_paths,
		paths_with_sets_are_measured_as_the_decision_does,
		confederations_are_not_counted,
		a_full_segment_is_not_overrun,
		torn_paths_are_cut,
	};
	return unit_run("filter sets", tests, ARRAY_SIZE(tests), NULL, 0);
}
