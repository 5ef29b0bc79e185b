/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses: kinds, bits, order and text.  Arithmetic is held against one that goes bit
 * by bit, text against the tables of RFC 5952 and against getting back what was written.
 */
#include "lib/addr.h"

#include "lib/macros.h"
#include "test/unit/unit.h"
#include <arpa/inet.h>
#include <string.h>

static struct addr
address(const char *text)
{
	struct addr addr;
	ck_assert_msg(addr_parse(text, strlen(text), &addr), "%s", text);
	return addr;
}

/* Random, but sparse as real ones are, so that runs of zeros and common beginnings
 * happen. */
static struct addr
random_address(uint64_t *random)
{
	struct addr addr = addr_any;
	for (size_t i = 0; i < sizeof(addr.bytes); i++)
		if (unit_below(random, 3) == 0)
			addr.bytes[i] = (uint8_t)unit_below(random, 256);
	return addr;
}

static unsigned
naive_common(struct addr a, struct addr b)
{
	unsigned length = 0;
	while (length < 128 && (a.bytes[length / 8] >> (7 - length % 8) & 1) ==
				       (b.bytes[length / 8] >> (7 - length % 8) & 1))
		length++;
	return length;
}

START_TEST(ip4_is_kept_mapped)
{
	struct addr addr = addr_from_ip4(0x0a000102);
	static const uint8_t bytes[16] = { [10] = 0xff, 0xff, 10, 0, 1, 2 };
	ck_assert_mem_eq(addr.bytes, bytes, 16);
	ck_assert(addr_is_ip4(addr));
	ck_assert_uint_eq(addr_to_ip4(addr), 0x0a000102);
	ck_assert(addr_equal(addr, addr_from_bytes(bytes)));
	ck_assert(addr_equal(addr, address("10.0.1.2")));
	ck_assert(!addr_is_ip4(address("::10.0.1.2")));
	ck_assert(!addr_is_ip4(address("1::ffff:10.0.1.2")));
	ck_assert(!addr_is_ip4(address("::fffe:10.0.1.2")));
}
END_TEST

START_TEST(kinds_begin_and_end_where_they_should)
{
	static const struct {
		bool (*is)(struct addr);
		const char *inside[6], *outside[8];
	} kinds[] = {
		{ addr_is_any,
		  { "::", "0.0.0.0" },
		  { "::1", "0.0.0.1", "1::", "128.0.0.0" } },
		{ addr_is_link_local,
		  { "fe80::", "fe80::1", "febf:ffff::" },
		  { "fe7f:ffff::", "fec0::", "169.254.0.1", "169.254.255.255",
		    "::a9fe:1" } },
		{ addr_is_multicast,
		  { "ff00::", "ff02::1:6", "ffff::", "224.0.0.0", "239.255.255.255" },
		  { "feff::", "223.255.255.255", "240.0.0.0", "::e000:1", "::" } },
		{ addr_is_loopback,
		  { "::1", "127.0.0.0", "127.0.0.1", "127.255.255.255" },
		  { "::", "::2", "126.255.255.255", "128.0.0.0", "::7f00:1", "1::1" } },
	};
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		for (size_t j = 0; kinds[i].inside[j] != NULL; j++)
			ck_assert_msg(kinds[i].is(address(kinds[i].inside[j])), "%s",
				      kinds[i].inside[j]);
		for (size_t j = 0; kinds[i].outside[j] != NULL; j++)
			ck_assert_msg(!kinds[i].is(address(kinds[i].outside[j])), "%s",
				      kinds[i].outside[j]);
	}
}
END_TEST

START_TEST(masks_bits_and_common_agree_with_bitwise_work)
{
	uint64_t random = 8;
	for (int round = 0; round < 200; round++) {
		struct addr a = random_address(&random), b = a;
		unsigned flip = unit_below(&random, 128);
		b.bytes[flip / 8] ^= (uint8_t)(0x80 >> flip % 8);
		ck_assert_uint_eq(addr_common(a, b), flip);
		ck_assert_uint_eq(addr_common(a, a), 128);
		b = random_address(&random);
		ck_assert_uint_eq(addr_common(a, b), naive_common(a, b));
		for (unsigned length = 0; length <= 128; length++) {
			struct addr masked = addr_mask(a, length);
			for (unsigned i = 0; i < 128; i++)
				ck_assert_uint_eq(
					addr_bit(masked, i),
					i < length &&
						(a.bytes[i / 8] >> (7 - i % 8) & 1));
		}
	}
}
END_TEST

START_TEST(the_order_is_that_of_bytes)
{
	uint64_t random = 9;
	for (int round = 0; round < 5000; round++) {
		struct addr a = random_address(&random), b = random_address(&random);
		if (round % 2)
			b = addr_mask(a, unit_below(&random, 129));
		int order = memcmp(a.bytes, b.bytes, 16), ours = addr_compare(a, b);
		ck_assert((order > 0) == (ours > 0) && (order < 0) == (ours < 0));
		ck_assert(addr_equal(a, b) == (order == 0));
	}
}
END_TEST

START_TEST(text_is_as_rfc_5952_wants_it)
{
	static const struct {
		const char *in, *out;
	} table[] = {
		/* §4.1: no leading zeros; §4.2.1 as short as possible. */
		{ "2001:0db8::0001", "2001:db8::1" },
		{ "2001:db8:0:0:0:0:2:1", "2001:db8::2:1" },
		/* §4.2.2: a single zero group stays. */
		{ "2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
		{ "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8" },
		{ "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0" },
		/* §4.2.3: the longest run, the first of equals. */
		{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },
		{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
		{ "0:0:1:0:0:1:0:0", "::1:0:0:1:0:0" },
		/* §4.3: lower case. */
		{ "2001:DB8::ABCD:EF01", "2001:db8::abcd:ef01" },
		/* §5: IPv4 where it is known to be there. */
		{ "::ffff:c000:201", "192.0.2.1" },
		{ "::192.0.2.1", "::192.0.2.1" },
		{ "::1:0", "::0.1.0.0" },
		{ "::ffff", "::ffff" },
		{ "::1:192.0.2.1", "::1:c000:201" },
		{ "64:ff9b::192.0.2.33", "64:ff9b::c000:221" },
		{ "0:0:0:0:0:0:0:0", "::" },
		{ "0:0:0:0:0:0:0:1", "::1" },
		{ "1::", "1::" },
		{ "fe80:0:0:0:200:5aee:feaa:20a2", "fe80::200:5aee:feaa:20a2" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
		{ "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304" },
		{ "255.255.255.255", "255.255.255.255" },
		{ "0.0.0.0", "0.0.0.0" },
		{ "10.20.30.4", "10.20.30.4" },
	};
	char text[ADDR_TEXT];
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		ck_assert_str_eq(addr_format(address(table[i].in), text), table[i].out);
}
END_TEST

START_TEST(what_is_no_address_is_refused)
{
	static const char *const table[] = {
		"",
		" ",
		":",
		":::",
		"1",
		"1:",
		":1",
		"1:2",
		"1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:",
		"1:2:3:4:5:6:7:8:",
		"1:2:3:4:5:6:7:8:9",
		":1:2:3:4:5:6:7:8",
		"1:2:3:4:5:6:7:8::",
		"::1:2:3:4:5:6:7:8",
		"1::2::3",
		"1:::2",
		":::1",
		"1:::",
		"12345::",
		"::12345",
		"g::",
		"::g",
		"::1 ",
		" ::1",
		"::1%eth0",
		"fe80::1%2",
		"::1/64",
		"::1.2.3",
		"::1.2.3.4.5",
		"::1.2.3.4:5",
		"1.2.3.4::",
		"::1.2.3.256",
		"::01.2.3.4",
		"1:2:3:4:5:6:7:1.2.3.4",
		"1:2:3:4:5:1.2.3.4",
		"::.1.2.3",
		"1.2.3",
		"1.2.3.",
		"1.2.3.4.",
		".1.2.3.4",
		"1..2.3",
		"1.2.3.4.5",
		"256.1.1.1",
		"1.2.3.256",
		"01.2.3.4",
		"1.2.3.04",
		"1.2.3.00",
		"1.2.3.4 ",
		" 1.2.3.4",
		"+1.2.3.4",
		"-1.2.3.4",
		"0x1.2.3.4",
		"1.2.3.4/8",
		"1,2,3,4",
		"a.b.c.d",
		"4294967296.1.1.1",
		"99999999999999999999.1.1.1",
		"localhost",
		"0000000000000001::",
	};
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct addr addr;
		ck_assert_msg(!addr_parse(table[i], strlen(table[i]), &addr), "%s",
			      table[i]);
	}
}
END_TEST

START_TEST(nothing_behind_the_length_is_read)
{
	const char *whole = "10.20.30.40";
	char *part = malloc(10);
	struct addr addr;
	memcpy(part, whole, 10);
	ck_assert(addr_parse(part, 10, &addr));
	ck_assert(addr_equal(addr, address("10.20.30.4")));
	/* Each beginning of an address, in memory of exactly its size. */
	static const char six[] = "2001:db8::1:192.0.2.1";
	for (size_t length = 0; length < sizeof(six); length++) {
		char *copy = malloc(length + (length == 0));
		memcpy(copy, six, length);
		addr_parse(copy, length, &addr);
		free(copy);
	}
	free(part);
	ck_assert(!addr_parse("1.2.3.4\0", 8, &addr));
}
END_TEST

START_TEST(what_is_written_is_read_back)
{
	uint64_t random = 10;
	for (int round = 0; round < 20000; round++) {
		char text[ADDR_TEXT];
		struct addr addr = random_address(&random);
		if (round % 4 == 0)
			addr = addr_from_ip4((uint32_t)unit_random(&random));
		ck_assert(addr_equal(address(addr_format(addr, text)), addr));
	}
}
END_TEST

START_TEST(the_system_reads_the_same)
{
	/* Characters an address is made of, put together at random. */
	static const char letters[] = "0123af::::..";
	uint64_t random = 11;
	size_t good = 0;
	for (int round = 0; round < 300000; round++) {
		char text[16] = "";
		struct addr ours;
		struct in6_addr theirs;
		struct in_addr theirs4;
		size_t length = 2 + unit_below(&random, 10);
		for (size_t i = 0; i < length; i++)
			text[i] = letters[unit_below(&random, sizeof(letters) - 1)];
		bool read = addr_parse(text, length, &ours);
		if (inet_pton(AF_INET, text, &theirs4) == 1) {
			ck_assert_msg(read, "%s", text);
			ck_assert_uint_eq(addr_to_ip4(ours), ntohl(theirs4.s_addr));
		} else if (inet_pton(AF_INET6, text, &theirs) == 1) {
			ck_assert_msg(read, "%s", text);
			ck_assert_mem_eq(ours.bytes, theirs.s6_addr, 16);
			good++;
		} else {
			ck_assert_msg(!read, "%s", text);
		}
	}
	ck_assert_uint_gt(good, 1000);
}
END_TEST

START_TEST(hashes_differ_by_address_and_seed)
{
	struct addr a = address("fe80::1"), b = address("fe80::2"),
		    c = address("fe81::1");
	ck_assert(addr_hash(a, 1) == addr_hash(a, 1));
	ck_assert(addr_hash(a, 1) != addr_hash(b, 1));
	ck_assert(addr_hash(a, 1) != addr_hash(c, 1));
	ck_assert(addr_hash(a, 1) != addr_hash(a, 2));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		ip4_is_kept_mapped,
		kinds_begin_and_end_where_they_should,
		masks_bits_and_common_agree_with_bitwise_work,
		the_order_is_that_of_bytes,
		text_is_as_rfc_5952_wants_it,
		what_is_no_address_is_refused,
		nothing_behind_the_length_is_read,
		what_is_written_is_read_back,
		the_system_reads_the_same,
		hashes_differ_by_address_and_seed,
	};
	return unit_run("addr", tests, ARRAY_SIZE(tests), NULL, 0);
}
