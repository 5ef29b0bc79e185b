/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prefixes: what is equal, which lies in which, their order, and their text.
 */
#include "lib/addr.h"

#include "lib/hash.h"
#include "lib/macros.h"
#include "test/unit/unit.h"
#include <string.h>

static struct prefix
net(const char *text)
{
	struct prefix prefix;
	bool host_bits = true;
	ck_assert_msg(prefix_parse(text, strlen(text), &prefix, &host_bits), "%s", text);
	ck_assert(!host_bits);
	return prefix;
}

/* `text` with all of a source-specific or origin prefix. */
static struct prefix
special(enum net_type type, const char *text, const char *source, uint8_t max,
	uint32_t asn)
{
	struct prefix prefix = net(text);
	prefix.type = (uint8_t)type;
	if (source != NULL) {
		struct prefix from = net(source);
		prefix.source = from.addr;
		prefix.source_length = from.length;
	}
	prefix.max_length = max;
	prefix.asn = asn;
	return prefix;
}

START_TEST(the_family_of_the_address_is_the_type)
{
	struct prefix four = prefix_new(addr_from_ip4(0x0a0b0c0d), 8);
	ck_assert_uint_eq(four.type, NET_IP4);
	ck_assert_uint_eq(prefix_offset(&four), 96);
	ck_assert_uint_eq(prefix_max_length(&four), 32);
	ck_assert_uint_eq(addr_to_ip4(four.addr), 0x0a000000);
	struct prefix six = prefix_new(addr_from_u64(0x20010db812345678, 1), 32);
	ck_assert_uint_eq(six.type, NET_IP6);
	ck_assert_uint_eq(prefix_offset(&six), 0);
	ck_assert_uint_eq(prefix_max_length(&six), 128);
	ck_assert(addr_equal(six.addr, addr_from_u64(0x20010db800000000, 0)));
}
END_TEST

START_TEST(a_mapped_ip6_prefix_is_no_ip4_prefix)
{
	struct prefix mapped = net("::ffff:10.0.0.0/104"), four = net("10.0.0.0/8");
	char text[PREFIX_TEXT];
	ck_assert_uint_eq(mapped.type, NET_IP6);
	ck_assert(addr_equal(mapped.addr, four.addr));
	ck_assert(!prefix_equal(&mapped, &four));
	ck_assert(!prefix_covers(&mapped, &four));
	ck_assert(!prefix_covers(&four, &mapped));
	ck_assert_str_eq(prefix_format(&mapped, text), "::ffff:10.0.0.0/104");
	struct prefix again = prefix_new_type(NET_IP6, four.addr, 104);
	ck_assert(prefix_equal(&mapped, &again));
}
END_TEST

START_TEST(one_covers_what_lies_in_it)
{
	static const struct {
		const char *outer, *inner;
		bool covers;
	} table[] = {
		{ "10.0.0.0/8", "10.0.0.0/8", true },
		{ "10.0.0.0/8", "10.255.255.255/32", true },
		{ "10.0.0.0/8", "11.0.0.0/32", false },
		{ "10.0.0.0/16", "10.0.0.0/8", false },
		{ "0.0.0.0/0", "255.0.0.0/8", true },
		{ "0.0.0.0/0", "::/0", false },
		{ "::/0", "0.0.0.0/0", false },
		{ "::/0", "2001:db8::/32", true },
		{ "2001:db8::/32", "2001:db8:ffff::/48", true },
		{ "2001:db8::/32", "2001:db9::/48", false },
		{ "2001:db8::1/128", "2001:db8::1/128", true },
		{ "2001:db8::1/128", "2001:db8::/127", false },
	};
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct prefix outer = net(table[i].outer), inner = net(table[i].inner);
		ck_assert_msg(prefix_covers(&outer, &inner) == table[i].covers, "%s %s",
			      table[i].outer, table[i].inner);
	}
	/* Destinations of different kinds of nets compare all the same. */
	struct prefix roa = special(NET_ROA4, "10.0.0.0/8", NULL, 24, 1),
		      four = net("10.1.0.0/16");
	ck_assert(prefix_covers(&roa, &four));
}
END_TEST

START_TEST(a_prefix_has_addresses_of_its_family)
{
	struct prefix four = net("10.0.0.0/8"), six = net("::/0"), all = net("0.0.0.0/0");
	ck_assert(prefix_has_addr(&four, addr_from_ip4(0x0affffff)));
	ck_assert(!prefix_has_addr(&four, addr_from_ip4(0x0b000000)));
	ck_assert(prefix_has_addr(&all, addr_from_ip4(0xffffffff)));
	ck_assert(!prefix_has_addr(&six, addr_from_ip4(0x0a000001)));
	ck_assert(prefix_has_addr(&six, addr_from_u64(1, 1)));
	ck_assert(!prefix_has_addr(&all, addr_from_u64(1, 1)));
}
END_TEST

START_TEST(every_member_orders_and_hashes)
{
	const struct prefix sorted[] = {
		net("10.0.0.0/8"),
		net("10.0.0.0/9"),
		net("11.0.0.0/8"),
		net("::/0"),
		net("::ffff:10.0.0.0/104"),
		net("2001:db8::/32"),
		special(NET_IP6_SADR, "2001:db8::/32", "::/0", 0, 0),
		special(NET_IP6_SADR, "2001:db8::/32", "::/1", 0, 0),
		special(NET_IP6_SADR, "2001:db8::/32", "2001:db8::/32", 0, 0),
		special(NET_IP6_SADR, "2001:db8::/32", "2001:db9::/32", 0, 0),
		special(NET_IP6_SADR, "2001:db8::/33", "::/0", 0, 0),
		special(NET_ROA4, "10.0.0.0/8", NULL, 8, 2),
		special(NET_ROA4, "10.0.0.0/8", NULL, 9, 1),
		special(NET_ROA4, "10.0.0.0/8", NULL, 9, 2),
		special(NET_ROA6, "2001:db8::/32", NULL, 48, 1),
	};
	for (size_t i = 0; i < ARRAY_SIZE(sorted); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(sorted); j++) {
			int order = prefix_compare(&sorted[i], &sorted[j]);
			bool same =
				prefix_hash(&sorted[i], 7) == prefix_hash(&sorted[j], 7);
			ck_assert_msg((order < 0) == (i < j) && (order > 0) == (i > j),
				      "%zu %zu", i, j);
			ck_assert(prefix_equal(&sorted[i], &sorted[j]) == (i == j));
			ck_assert(same == (i == j));
		}
		ck_assert(prefix_hash(&sorted[i], 7) != prefix_hash(&sorted[i], 8));
	}
}
END_TEST

/* Who knows the function, but not the seed, can't choose prefixes of one hash. */
START_TEST(hashes_of_chosen_prefixes_spread)
{
	uint64_t rest = (uint64_t)NET_IP6 << 56 | 128ULL << 48;
	unsigned same = 0;
	uint32_t first = 0;
	for (uint64_t low = 0; low < 1000; low++) {
		/* So that the words undo each other. */
		uint64_t high = hash_mix(low ^ rest * 0x9fb21c651e98df25ULL) ^ 1;
		struct addr addr = addr_any;
		for (unsigned i = 0; i < 8; i++) {
			addr.bytes[i] = (uint8_t)(high >> (56 - 8 * i));
			addr.bytes[8 + i] = (uint8_t)(low >> (56 - 8 * i));
		}
		struct prefix prefix = prefix_new(addr, 128);
		uint32_t hash = prefix_hash(&prefix, 12345);
		first = low == 0 ? hash : first;
		same += hash == first;
	}
	ck_assert_uint_lt(same, 3);
}
END_TEST

START_TEST(hashes_of_neighbouring_prefixes_spread)
{
	/* 4096 /24 over 4096 buckets by the low bits: a fair hash fills 63 %. */
	static const unsigned buckets = 4096;
	uint8_t *used = calloc(buckets, 1);
	unsigned count = 0;
	for (uint32_t i = 0; i < buckets; i++) {
		struct prefix prefix =
			prefix_new(addr_from_ip4(0x0a000000 + (i << 8)), 24);
		uint8_t *bucket = &used[prefix_hash(&prefix, 0) % buckets];
		count += !*bucket;
		*bucket = 1;
	}
	ck_assert_uint_gt(count, buckets * 60 / 100);
	free(used);
}
END_TEST

START_TEST(text_is_as_bird_writes_it)
{
	char text[PREFIX_TEXT];
	struct prefix table[] = {
		net("10.0.0.0/8"),
		net("2001:db8::/32"),
		special(NET_IP6_SADR, "2001:db8::/32", "2001:db8:1::/48", 0, 0),
		special(NET_ROA4, "10.0.0.0/8", NULL, 24, 65000),
		special(NET_ROA6, "2001:db8::/32", NULL, 48, 4294967295),
	};
	ck_assert_str_eq(prefix_format(&table[0], text), "10.0.0.0/8");
	ck_assert_str_eq(prefix_format(&table[1], text), "2001:db8::/32");
	ck_assert_str_eq(prefix_format(&table[2], text),
			 "2001:db8::/32 from 2001:db8:1::/48");
	ck_assert_str_eq(prefix_format(&table[3], text), "10.0.0.0/8-24 AS65000");
	ck_assert_str_eq(prefix_format(&table[4], text), "2001:db8::/32-48 AS4294967295");
}
END_TEST

START_TEST(the_longest_text_fits)
{
	char text[PREFIX_TEXT];
	static const char whole[] = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128 from "
				    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128";
	struct prefix prefix =
		special(NET_IP6_SADR, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
			"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", 0, 0);
	ck_assert_str_eq(prefix_format(&prefix, text), whole);
	ck_assert_uint_lt(sizeof(whole), PREFIX_TEXT);
}
END_TEST

START_TEST(what_is_no_prefix_is_refused)
{
	static const char *const table[] = {
		"",
		"/",
		"/8",
		"10.0.0.0",
		"10.0.0.0/",
		"10.0.0.0/33",
		"10.0.0.0/-1",
		"10.0.0.0/08",
		"10.0.0.0/8 ",
		" 10.0.0.0/8",
		"10.0.0.0 /8",
		"10.0.0.0/8/8",
		"10.0.0.0/a",
		"10.0.0/8",
		"10/8",
		"::",
		"::/",
		"::/129",
		"::/1000",
		"::/+1",
		"::/0x1",
		"::/00",
		"g::/8",
		"::/64-",
		"10.0.0.0/4294967304",
		"10.0.0.0/8+",
	};
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct prefix prefix;
		bool host_bits = true;
		ck_assert_msg(
			!prefix_parse(table[i], strlen(table[i]), &prefix, &host_bits),
			"%s", table[i]);
		ck_assert(!host_bits);
	}
}
END_TEST

START_TEST(host_bits_are_told_and_cut)
{
	struct prefix prefix, wanted = net("10.0.0.0/8");
	bool host_bits = false;
	ck_assert(!prefix_parse("10.0.0.1/8", 10, &prefix, &host_bits));
	ck_assert(host_bits);
	ck_assert(prefix_equal(&prefix, &wanted));
	wanted = net("2001:db8::/32");
	ck_assert(!prefix_parse("2001:db8::1/32", 14, &prefix, &host_bits));
	ck_assert(host_bits);
	ck_assert(prefix_equal(&prefix, &wanted));
}
END_TEST

START_TEST(what_is_written_is_read_back)
{
	uint64_t random = 12;
	for (int round = 0; round < 20000; round++) {
		char text[PREFIX_TEXT];
		struct prefix prefix =
			round % 2 ? prefix_new(
					    addr_from_ip4((uint32_t)unit_random(&random)),
					    unit_below(&random, 33))
				  : prefix_new_type(NET_IP6,
						    addr_from_u64(unit_random(&random),
								  unit_random(&random)),
						    unit_below(&random, 129));
		struct prefix again = net(prefix_format(&prefix, text));
		ck_assert_msg(prefix_equal(&prefix, &again), "%s", text);
	}
}
END_TEST

START_TEST(every_net_type_has_a_name)
{
	ck_assert_str_eq(net_type_name(NET_IP4), "ipv4");
	ck_assert_str_eq(net_type_name(NET_IP6), "ipv6");
	ck_assert_str_eq(net_type_name(NET_IP6_SADR), "ipv6 sadr");
	ck_assert_str_eq(net_type_name(NET_ROA4), "roa4");
	ck_assert_str_eq(net_type_name(NET_ROA6), "roa6");
}
END_TEST

START_TEST(too_long_a_prefix_is_a_mistake)
{
	prefix_new(addr_from_ip4(1), 33);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		the_family_of_the_address_is_the_type,
		a_mapped_ip6_prefix_is_no_ip4_prefix,
		one_covers_what_lies_in_it,
		a_prefix_has_addresses_of_its_family,
		every_member_orders_and_hashes,
		hashes_of_chosen_prefixes_spread,
		hashes_of_neighbouring_prefixes_spread,
		text_is_as_bird_writes_it,
		the_longest_text_fits,
		what_is_no_prefix_is_refused,
		host_bits_are_told_and_cut,
		what_is_written_is_read_back,
		every_net_type_has_a_name,
	};
	const TTest *const aborting[] = { too_long_a_prefix_is_a_mistake };
	return unit_run("prefix", tests, ARRAY_SIZE(tests), aborting,
			ARRAY_SIZE(aborting));
}
