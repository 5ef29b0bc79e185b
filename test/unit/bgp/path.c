/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AS paths: what they count, and what is made of them.
 */
#include "proto/bgp/path.h"
#include "lib/macros.h"
#include "test/unit/unit.h"

#include <string.h>

/* 3 1, then {70000 7}, then (65100 65101), then 4 in a second sequence. */
static const uint8_t path[] = { BGP_AS_CONFED_SEQUENCE,
				2,
				0,
				0,
				0xfe,
				0x4c,
				0,
				0,
				0xfe,
				0x4d,
				BGP_AS_SEQUENCE,
				2,
				0,
				0,
				0,
				3,
				0,
				0,
				0,
				1,
				BGP_AS_SET,
				2,
				0,
				1,
				0x11,
				0x70,
				0,
				0,
				0,
				7,
				BGP_AS_SEQUENCE,
				1,
				0,
				0,
				0,
				4 };

static uint8_t room[2048];

START_TEST(a_path_says_where_it_leads)
{
	ck_assert_uint_eq(bgp_path_length(path, sizeof(path)), 4);
	ck_assert_uint_eq(bgp_path_first(path, sizeof(path)), 3);
	ck_assert_uint_eq(bgp_path_origin(path, sizeof(path)), 4);
	ck_assert_uint_eq(bgp_path_count(path, sizeof(path), 70000), 1);
	ck_assert_uint_eq(bgp_path_count(path, sizeof(path), 65101), 1);
	ck_assert_uint_eq(bgp_path_count(path, sizeof(path), 65102), 0);
	struct bgp_path_look look = bgp_path_look(path, sizeof(path), 70000);
	ck_assert_uint_ne(look.kinds & 1u << BGP_AS_SET, 0);
	ck_assert_uint_eq(look.kinds & 1u << BGP_AS_CONFED_SET, 0);
	ck_assert_uint_eq(look.own, 1);
	ck_assert_uint_eq(look.first, 3);
	/* Up to the set: its origin is not known; from the set on: nor is its first. */
	ck_assert_uint_eq(bgp_path_origin(path, sizeof(path) - 6), 0);
	ck_assert_uint_eq(bgp_path_first(path + 20, sizeof(path) - 20), 0);
	ck_assert_uint_eq(bgp_path_length(path, 0), 0);
	ck_assert_uint_eq(bgp_path_first(path, 0), 0);
}
END_TEST

START_TEST(an_as_joins_the_first_sequence)
{
	static const uint8_t expected[] = { BGP_AS_SEQUENCE, 2, 0, 0, 0, 9, 0, 0, 0, 4 };
	struct wire_out out = wire_out(room, sizeof(room));
	bgp_path_prepend(&out, path + sizeof(path) - 6, 6, 9, BGP_AS_SEQUENCE);
	ck_assert_uint_eq(wire_used(&out), sizeof(expected));
	ck_assert_mem_eq(room, expected, sizeof(expected));
}
END_TEST

START_TEST(an_as_begins_a_sequence_where_there_is_none_or_it_is_full)
{
	uint8_t full[2 + 255 * 4] = { BGP_AS_SEQUENCE, 255 };
	struct wire_out out = wire_out(room, sizeof(room));
	bgp_path_prepend(&out, NULL, 0, 9, BGP_AS_SEQUENCE);
	ck_assert_uint_eq(wire_used(&out), 6);
	ck_assert_uint_eq(bgp_path_first(room, 6), 9);
	out = wire_out(room, sizeof(room));
	bgp_path_prepend(&out, full, sizeof(full), 9, BGP_AS_SEQUENCE);
	ck_assert_uint_eq(wire_used(&out), sizeof(full) + 6);
	ck_assert_uint_eq(room[1], 1);
	ck_assert_uint_eq(bgp_path_length(room, wire_used(&out)), 256);
	/* Nor does it join another kind. */
	out = wire_out(room, sizeof(room));
	bgp_path_prepend(&out, path, sizeof(path), 9, BGP_AS_SEQUENCE);
	ck_assert_uint_eq(wire_used(&out), sizeof(path) + 6);
}
END_TEST

START_TEST(confederations_are_left_behind)
{
	struct wire_out out = wire_out(room, sizeof(room));
	bgp_path_leave(&out, path, sizeof(path));
	ck_assert_uint_eq(wire_used(&out), sizeof(path) - 10);
	ck_assert_mem_eq(room, path + 10, sizeof(path) - 10);
}
END_TEST

START_TEST(two_bytes_hold_what_they_can)
{
	struct wire_out out = wire_out(room, sizeof(room));
	ck_assert(bgp_path_narrow(&out, path, sizeof(path)));
	ck_assert_uint_eq(wire_used(&out), 4 * 2 + 7 * 2);
	ck_assert_uint_eq(wire_load_u16(room + 2), 65100);
	ck_assert_uint_eq(wire_load_u16(room + 14), 23456);
	out = wire_out(room, sizeof(room));
	ck_assert(!bgp_path_narrow(&out, path, 20));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_path_says_where_it_leads,
		an_as_joins_the_first_sequence,
		an_as_begins_a_sequence_where_there_is_none_or_it_is_full,
		confederations_are_left_behind,
		two_bytes_hold_what_they_can,
	};

	return unit_run("bgp path", tests, ARRAY_SIZE(tests), NULL, 0);
}
