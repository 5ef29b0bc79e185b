/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text: building, patterns, near words, numbers, UTF-8.
 */
#include "lib/text.h"

#include "test/unit/unit.h"
#include <errno.h>
#include <string.h>

START_TEST(pieces_add_up)
{
	struct text text = { .text = NULL };
	ck_assert_str_eq(text_string(&text), "");
	text_add(&text, "");
	ck_assert_str_eq(text.text, "");
	text_add(&text, "ab");
	text_add_bytes(&text, "cdX", 2);
	text_add_char(&text, 'e');
	text_printf(&text, "%d%s", 42, "!");
	text_pad(&text, '-', 3);
	text_pad(&text, '-', 0);
	text_add_u64(&text, 0);
	text_add_u64(&text, UINT64_MAX);
	ck_assert_str_eq(text_string(&text), "abcde42!---018446744073709551615");
	ck_assert_uint_eq(text.length, strlen(text.text));
	text_reset(&text);
	ck_assert_str_eq(text_string(&text), "");
	text_fini(&text);
	ck_assert_str_eq(text_string(&text), "");
}
END_TEST

START_TEST(it_grows_at_every_length)
{
	struct text text = { .text = NULL };
	for (size_t i = 0; i < 3000; i++) {
		ck_assert_uint_eq(text.length, i);
		text_add_char(&text, (char)('a' + i % 26));
	}
	for (size_t i = 0; i < 3000; i++)
		ck_assert_int_eq(text.text[i], 'a' + (int)(i % 26));
	text_fini(&text);
	for (int length = 0; length < 300; length++) {
		text_printf(&text, "%*s", length, "");
		ck_assert_uint_eq(text.length, (size_t)length);
		text_fini(&text);
	}
}
END_TEST

START_TEST(patterns_match_as_a_shell_does)
{
	static const struct {
		const char *pattern, *string;
		bool matches;
	} table[] = {
		{ "", "", true },
		{ "", "a", false },
		{ "a", "", false },
		{ "*", "", true },
		{ "*", "eth0", true },
		{ "?", "", false },
		{ "?", "a", true },
		{ "?", "ab", false },
		{ "eth*", "eth0", true },
		{ "eth*", "eth", true },
		{ "eth*", "et", false },
		{ "eth?", "eth", false },
		{ "*0", "eth0", true },
		{ "*0", "eth01", false },
		{ "*0", "e0h0", true },
		{ "a*b*c", "abc", true },
		{ "a*b*c", "aXbYc", true },
		{ "a*b*c", "aXcYb", false },
		{ "**", "x", true },
		{ "*?", "", false },
		{ "*?*", "x", true },
		{ "*aab", "aaaab", true },
		{ "eth0", "ETH0", false },
		{ "wg-*-?", "wg-home-1", true },
		{ "wg-*-?", "wg-home-12", false },
	};
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		ck_assert_msg(text_matches(table[i].pattern, table[i].string) ==
				      table[i].matches,
			      "%s %s", table[i].pattern, table[i].string);
}
END_TEST

START_TEST(matching_takes_no_more_than_the_product_of_lengths)
{
	char string[20001], pattern[201];
	memset(string, 'a', sizeof(string) - 1);
	string[sizeof(string) - 1] = '\0';
	for (size_t i = 0; i < sizeof(pattern) - 1; i++)
		pattern[i] = i % 2 ? 'a' : '*';
	pattern[sizeof(pattern) - 2] = 'b';
	pattern[sizeof(pattern) - 1] = '\0';
	/* Trying every way to share the letters out would not end. */
	ck_assert(!text_matches(pattern, string));
}
END_TEST

START_TEST(distances_count_edits)
{
	static const struct {
		const char *a, *b;
		unsigned distance;
	} table[] = {
		{ "", "", 0 },
		{ "", "abc", 3 },
		{ "abc", "", 3 },
		{ "protocol", "protocol", 0 },
		{ "protocl", "protocol", 1 },
		{ "prootcol", "protocol", 1 },
		{ "pratacal", "protocol", 3 },
		{ "table", "cable", 1 },
		{ "kernel", "babel", 4 },
		{ "ab", "ba", 1 },
	};
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		ck_assert_uint_eq(text_distance(table[i].a, table[i].b, 100),
				  table[i].distance);
		ck_assert_uint_eq(text_distance(table[i].b, table[i].a, 100),
				  table[i].distance);
		ck_assert_uint_eq(text_distance(table[i].a, table[i].b, 2),
				  MIN(table[i].distance, 2));
	}
	char longer[200];
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	ck_assert_uint_eq(text_distance(longer, "x", 5), 5);
	ck_assert_uint_eq(text_distance(longer, longer, 5), 0);
}
END_TEST

START_TEST(the_nearest_word_is_suggested)
{
	static const char *const words[] = { "protocol",  "preference", "port",
					     "password",  "import",     "export",
					     "interface", "rxcost" };
	static const struct {
		const char *word, *nearest;
	} table[] = {
		{ "protcol", "protocol" },
		{ "prefrence", "preference" },
		{ "prot", "protocol" },
		{ "pord", "port" },
		{ "imprt", "import" },
		{ "interfaces", "interface" },
		{ "iface", NULL },
		{ "xyz", NULL },
		{ "inter", "interface" },
		{ "", NULL },
		{ "expotr", "export" },
		{ "rx_cost", "rxcost" },
		{ "p", NULL },
	};
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		const char *nearest =
			text_nearest(table[i].word, words, ARRAY_SIZE(words));
		ck_assert_pstr_eq(nearest, table[i].nearest);
	}
	ck_assert_ptr_null(text_nearest("x", NULL, 0));
	/* Of one letter every other is a misspelling. */
	static const char *const letters[] = { "a", "b" };
	ck_assert_ptr_null(text_nearest("x", letters, 2));
}
END_TEST

START_TEST(numbers_are_read_whole_or_not_at_all)
{
	static const struct {
		const char *text;
		bool good;
		uint64_t value;
	} table[] = {
		{ "0", true, 0 },
		{ "007", true, 7 },
		{ "18446744073709551615", true, UINT64_MAX },
		{ "18446744073709551616", false, 0 },
		{ "99999999999999999999", false, 0 },
		{ "0x0", true, 0 },
		{ "0xffffffffffffffff", true, UINT64_MAX },
		{ "0XaBcDeF", true, 0xabcdef },
		{ "0x10000000000000000", false, 0 },
		{ "", false, 0 },
		{ "0x", false, 0 },
		{ "x1", false, 0 },
		{ "a", false, 0 },
		{ "0xg", false, 0 },
		{ "1 ", false, 0 },
		{ " 1", false, 0 },
		{ "+1", false, 0 },
		{ "-1", false, 0 },
		{ "1:", false, 0 },
		{ "1a", false, 0 },
		{ "1\x10", false, 0 },
	};
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		uint64_t value = 99;
		bool good = text_parse_u64(table[i].text, strlen(table[i].text), &value);
		ck_assert_msg(good == table[i].good, "%s", table[i].text);
		ck_assert_uint_eq(value, good ? table[i].value : 99);
	}
	uint64_t value;
	ck_assert(text_parse_u64("12345", 3, &value));
	ck_assert_uint_eq(value, 123);
}
END_TEST

START_TEST(format_says_whether_all_fitted)
{
	char to[6];
	ck_assert(text_format(to, sizeof(to), "%d", 12345));
	ck_assert_str_eq(to, "12345");
	ck_assert(!text_format(to, sizeof(to), "%d", 123456));
	ck_assert_str_eq(to, "12345");
	ck_assert(!text_format(to, 1, "x"));
	ck_assert_str_eq(to, "");
}
END_TEST

/* The UTF-8 form of any number up to four bytes, sensible or not. */
static size_t
encode(uint32_t rune, size_t size, char *to)
{
	static const uint8_t marks[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	for (size_t i = size - 1; i > 0; i--, rune >>= 6)
		to[i] = (char)(0x80 | (rune & 0x3f));
	to[0] = (char)(marks[size] | rune);
	return size;
}

START_TEST(utf8_is_read_strictly)
{
	static const struct {
		uint32_t rune;
		size_t size;
		bool good;
	} table[] = {
		{ 0, 1, true },         { 0x7f, 1, true },    { 0x80, 2, true },
		{ 0x7ff, 2, true },     { 0x800, 3, true },   { 0xd7ff, 3, true },
		{ 0xd800, 3, false },   { 0xdfff, 3, false }, { 0xe000, 3, true },
		{ 0xffff, 3, true },    { 0x10000, 4, true }, { 0x10ffff, 4, true },
		{ 0x110000, 4, false }, { 0x7f, 2, false },   { 0x7ff, 3, false },
		{ 0xffff, 4, false },
	};
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		char bytes[4];
		uint32_t rune = 0;
		size_t size = encode(table[i].rune, table[i].size, bytes);
		ck_assert_uint_eq(text_utf8(bytes, size, &rune),
				  table[i].good ? size : 0);
		if (table[i].good)
			ck_assert_uint_eq(rune, table[i].rune);
		/* Cut short anywhere, it is none. */
		for (size_t part = 0; part < size; part++)
			ck_assert_uint_eq(text_utf8(bytes, part, &rune), 0);
	}
	uint32_t rune;
	ck_assert_uint_eq(text_utf8("\x80", 1, &rune), 0);
	ck_assert_uint_eq(text_utf8("\xc3(", 2, &rune), 0);
	ck_assert_uint_eq(text_utf8("\xff\xff\xff\xff", 4, &rune), 0);
	ck_assert_uint_eq(text_utf8("\xf8\x88\x80\x80", 4, &rune), 0);
}
END_TEST

START_TEST(errors_are_named_by_either_sign)
{
	ck_assert_str_eq(text_error(-ENODEV), "No such device");
	ck_assert_str_eq(text_error(ENODEV), "No such device");
}
END_TEST

START_TEST(anything_can_be_made_printable)
{
	static const struct {
		const char *from, *to;
	} samples[] = { { "", "" },
			{ "plain", "plain" },
			{ "\xc3\xa4 \xe2\x82\xac", "\xc3\xa4 \xe2\x82\xac" },
			{ "a\nb\x1b[0m", "a b [0m" },
			{ "\xff\xc3(", "  (" },
			{ "\xc2\x85", " " },
			{ "cut\xe2\x82", "cut  " } };
	for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
		char to[32];
		size_t length =
			text_printable(to, samples[i].from, strlen(samples[i].from));
		ck_assert_str_eq(to, samples[i].to);
		ck_assert_uint_eq(length, strlen(samples[i].to));
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		anything_can_be_made_printable,
		pieces_add_up,
		it_grows_at_every_length,
		patterns_match_as_a_shell_does,
		matching_takes_no_more_than_the_product_of_lengths,
		distances_count_edits,
		the_nearest_word_is_suggested,
		numbers_are_read_whole_or_not_at_all,
		format_says_whether_all_fitted,
		utf8_is_read_strictly,
		errors_are_named_by_either_sign,
	};
	return unit_run("text", tests, ARRAY_SIZE(tests), NULL, 0);
}
