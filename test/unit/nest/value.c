/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values: their text as BIRD writes it, equality, names.
 */
#include "nest/value.h"

#include "lib/macros.h"
#include "lib/text.h"
#include "test/unit/unit.h"
#include <string.h>

static void
check_text(const struct value *value, const char *printed, const char *plain)
{
	struct text text = { .text = NULL };
	value_format(value, &text);
	ck_assert_str_eq(text_string(&text), printed);
	text_reset(&text);
	value_format_plain(value, &text);
	ck_assert_str_eq(text_string(&text), plain);
	text_fini(&text);
	ck_assert(value_equal(value, value));
}

static struct value
of_number(enum value_type type, uint32_t number)
{
	return (struct value){ .type = (uint8_t)type, .number = number };
}

static struct value
of_bytes(enum value_type type, const void *bytes, size_t size)
{
	struct value value = { .type = (uint8_t)type };
	value.bytes = bytes;
	value.size = (uint32_t)size;
	return value;
}

START_TEST(numbers_and_names_are_written)
{
	struct value value = of_number(VALUE_INT, 4294967295u);
	check_text(&value, "4294967295", "4294967295");
	value = of_number(VALUE_PAIR, 65000u << 16 | 7);
	check_text(&value, "(65000,7)", "(65000,7)");
	value = of_number(VALUE_QUAD, 0xc0000201);
	check_text(&value, "192.0.2.1", "192.0.2.1");
	value = (struct value){ .type = VALUE_BOOL, .truth = true };
	check_text(&value, "TRUE", "TRUE");
	value = (struct value){ .type = VALUE_VOID };
	check_text(&value, "(void)", "(void)");
	value = of_number(VALUE_ENUM, RTS_BABEL);
	value.kind = KIND_RTS;
	check_text(&value, "RTS_BABEL", "RTS_BABEL");
	value.number = 999;
	check_text(&value, "(enum 0)999", "(enum 0)999");
	value = (struct value){ .type = VALUE_ID, .wide = 0x0102030405060708 };
	check_text(&value, "01:02:03:04:05:06:07:08", "01:02:03:04:05:06:07:08");
	value = (struct value){ .type = VALUE_LC, .large = { 1, 2, 3 } };
	check_text(&value, "(1, 2, 3)", "(1, 2, 3)");
}
END_TEST

START_TEST(extended_communities_are_written_by_their_kind)
{
	static const struct {
		uint64_t ec;
		const char *text;
	} cases[] = {
		{ 0x0002fde800000007, "(rt, 65000, 7)" },
		{ 0x0103c00002010005, "(ro, 192.0.2.1, 5)" },
		{ 0x0202fffffffe0009, "(rt, 4294967294, 9)" },
		{ 0x4002fde800000007, "(unknown 0x4002, 65000, 7)" },
		{ 0x0304000000000001, "(generic, 0x3040000, 0x1)" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct value value = { .type = VALUE_EC, .wide = cases[i].ec };
		check_text(&value, cases[i].text, cases[i].text);
	}
}
END_TEST

START_TEST(lists_stand_in_words_of_their_kind_when_printed)
{
	static const uint32_t communities[] = { 1u << 16 | 2, 65000u << 16 | 3 };
	static const uint64_t extended[] = { 0x0002000100000002 };
	static const uint32_t large[] = { 1, 2, 3, 4, 5, 6 };
	struct value value = of_bytes(VALUE_CLIST, communities, sizeof(communities));
	check_text(&value, "(clist (1,2) (65000,3))", "(1,2) (65000,3)");
	value = of_bytes(VALUE_ECLIST, extended, sizeof(extended));
	check_text(&value, "(eclist (rt, 1, 2))", "(rt, 1, 2)");
	value = of_bytes(VALUE_LCLIST, large, sizeof(large));
	check_text(&value, "(lclist (1, 2, 3) (4, 5, 6))", "(1, 2, 3) (4, 5, 6)");
	value = of_bytes(VALUE_CLIST, NULL, 0);
	check_text(&value, "(clist )", "");
	value = of_bytes(VALUE_BYTES, "\x01\xab", 2);
	check_text(&value, "01:ab", "01:ab");
	value = of_bytes(VALUE_STRING, "some text", 4);
	check_text(&value, "some", "some");
}
END_TEST

START_TEST(paths_show_their_segments)
{
	static const uint8_t path[] = { 2, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 0,
					0, 0, 3, 0, 0, 0, 4, 3, 1, 0, 0, 0, 5,
					4, 1, 0, 0, 0, 6, 2, 1, 0, 1, 0, 0 };
	struct value value = of_bytes(VALUE_PATH, path, sizeof(path));
	check_text(&value, "(path 1 2 {3 4} (5) ({6}) 65536)",
		   "1 2 {3 4} (5) ({6}) 65536");
	value = of_bytes(VALUE_PATH, NULL, 0);
	check_text(&value, "(path )", "");
	/* Of an unknown segment on, nothing. */
	static const uint8_t unknown[] = { 2, 1, 0, 0, 0, 1, 9, 1, 0, 0, 0, 2 };
	value = of_bytes(VALUE_PATH, unknown, sizeof(unknown));
	check_text(&value, "(path 1)", "1");
}
END_TEST

START_TEST(values_of_another_type_kind_or_content_differ)
{
	struct value a = of_number(VALUE_INT, 1), b = of_number(VALUE_QUAD, 1);
	ck_assert(!value_equal(&a, &b));
	b = of_number(VALUE_INT, 2);
	ck_assert(!value_equal(&a, &b));
	a = of_number(VALUE_ENUM, 1);
	b = a;
	b.kind = KIND_ORIGIN;
	ck_assert(!value_equal(&a, &b));
	a = of_bytes(VALUE_STRING, "abc", 3);
	b = of_bytes(VALUE_STRING, "abd", 3);
	ck_assert(!value_equal(&a, &b));
	b.size = 2;
	ck_assert(!value_equal(&a, &b));
	b = of_bytes(VALUE_STRING, "abcd", 3);
	ck_assert(value_equal(&a, &b));
	a = of_bytes(VALUE_STRING, NULL, 0);
	b = of_bytes(VALUE_STRING, "", 0);
	ck_assert(value_equal(&a, &b));
}
END_TEST

START_TEST(members_of_enums_are_found_by_name)
{
	struct value value;
	for (unsigned kind = 0; kind < VALUE_KINDS; kind++) {
		for (uint32_t i = 0; i < 20; i++) {
			const char *name = value_enum_name(kind, i);
			if (name == NULL)
				continue;
			ck_assert(value_enum_find(name, &value));
			ck_assert_uint_eq(value.type, VALUE_ENUM);
			ck_assert_uint_eq(value.kind, kind);
			ck_assert_uint_eq(value.number, i);
		}
	}
	/* BIRD 1's names. */
	ck_assert(value_enum_find("RTD_ROUTER", &value));
	ck_assert_str_eq(value_enum_name(value.kind, value.number), "RTD_UNICAST");
	ck_assert(!value_enum_find("RTS_NOTHING", &value));
	ck_assert_ptr_null(value_enum_name(VALUE_KINDS, 0));
	for (unsigned type = 0; type < VALUE_TYPES; type++)
		ck_assert_ptr_nonnull(value_type_name(type));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		numbers_and_names_are_written,
		extended_communities_are_written_by_their_kind,
		lists_stand_in_words_of_their_kind_when_printed,
		paths_show_their_segments,
		values_of_another_type_kind_or_content_differ,
		members_of_enums_are_found_by_name,
	};
	return unit_run("value", tests, ARRAY_SIZE(tests), NULL, 0);
}
