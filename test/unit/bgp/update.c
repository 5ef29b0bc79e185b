/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UPDATE messages: what is read of good ones, and what each fault of each attribute leads
 * to (RFC 7606), a row with its clause for each.
 */
#include "lib/macros.h"
#include "proto/bgp/update.h"
#include "test/unit/unit.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Attributes as hexadecimal: flags, type, length, value. */
#define ORIGIN     "400101 00 "
#define PATH       "400206 0201 0000fde8 "
#define NEXT_HOP   "400304 c0000201 "
#define LOCAL_PREF "400504 00000064 "
#define NET        "18 c63364 " /* 198.51.100.0/24 */
#define GOOD       ORIGIN PATH NEXT_HOP

static const struct bgp_codec external = { .four_byte_as = true, .external = true };
static const struct bgp_codec internal = { .four_byte_as = true };
static const struct bgp_codec narrow = { .external = true };
static const struct bgp_codec with_aigp = { .four_byte_as = true, .aigp = true };
static const struct bgp_codec everything = { .four_byte_as = true,
					     .extended_next_hop = true,
					     .aigp = true,
					     .add_path = { true, true } };

static uint8_t block[BGP_BLOCK_ROOM(BGP_EXTENDED_MAX)];

static size_t
hex(const char *text, uint8_t *to)
{
	size_t size = 0;

	for (const char *at = text; *at != '\0';) {
		unsigned value;
		if (isspace((unsigned char)*at)) {
			at++;
			continue;
		}
		ck_assert_int_eq(sscanf(at, "%2x", &value), 1);
		to[size++] = (uint8_t)value;
		at += 2;
	}
	return size;
}

#define UNTOUCHED 0xee

/* Makes a body of its three parts and reads it, in no more room than it must have. */
static void
read_parts(const struct bgp_codec *codec, const char *withdrawn, const char *attributes,
	   const char *nlri, struct bgp_update *update)
{
	static uint8_t body[BGP_EXTENDED_MAX];
	size_t size = hex(withdrawn, body + 2);

	wire_store_u16(body, (uint16_t)size);
	size += 2;
	size_t more = hex(attributes, body + size + 2);
	wire_store_u16(body + size, (uint16_t)more);
	size += 2 + more;
	size += hex(nlri, body + size);
	memset(block + BGP_BLOCK_ROOM(size), UNTOUCHED,
	       sizeof(block) - BGP_BLOCK_ROOM(size));
	bgp_update_read(codec, body, size, block, update);
	for (size_t i = BGP_BLOCK_ROOM(size); i < sizeof(block); i++)
		if (block[i] != UNTOUCHED)
			ck_abort_msg("byte %zu of a body of %zu", i, size);
}

/* The block is exactly these bytes. */
static void
block_is(const struct bgp_update *update, const char *text)
{
	uint8_t bytes[1024];
	size_t size = hex(text, bytes);

	bgp_block_turn(bytes, size);
	ck_assert_uint_eq(update->block_size, size);
	ck_assert_mem_eq(update->block, bytes, size);
}

/* ---- RFC 7606, row by row ---- */

static const struct {
	const char *clause;
	const struct bgp_codec *codec;
	const char *attributes;
	enum bgp_action action;
	uint8_t attribute;
	uint8_t subcode; /* Of BGP_RESET. */
} faults[] = {
	{ "nothing is wrong", &external, GOOD, BGP_ACCEPT, 0, 0 },
	/* §3(c): flags */
	{ "§3(c) ORIGIN", &external, "c00101 00" PATH NEXT_HOP, BGP_WITHDRAW, 1, 0 },
	{ "§3(c) AS_PATH", &external, ORIGIN "c00206 0201 0000fde8" NEXT_HOP,
	  BGP_WITHDRAW, 2, 0 },
	{ "§3(c) NEXT_HOP", &external, ORIGIN PATH "800304 c0000201", BGP_WITHDRAW, 3,
	  0 },
	{ "§3(c) MED", &external, GOOD "c00404 00000001", BGP_WITHDRAW, 4, 0 },
	{ "§3(c) LOCAL_PREF", &internal, GOOD "c00504 00000064", BGP_WITHDRAW, 5, 0 },
	{ "§3(c) ATOMIC_AGGREGATE", &external, GOOD "c00600", BGP_WITHDRAW, 6, 0 },
	{ "§3(c) AGGREGATOR", &external, GOOD "800708 0000fde8 01020304", BGP_WITHDRAW, 7,
	  0 },
	{ "§3(c) COMMUNITIES", &external, GOOD "800804 fde80001", BGP_WITHDRAW, 8, 0 },
	{ "§3(c) ORIGINATOR_ID", &internal, GOOD LOCAL_PREF "c00904 01020304",
	  BGP_WITHDRAW, 9, 0 },
	{ "§3(c) CLUSTER_LIST", &internal, GOOD LOCAL_PREF "c00a04 01020304",
	  BGP_WITHDRAW, 10, 0 },
	{ "§3(c) EXTENDED_COMMUNITIES", &external, GOOD "801008 0002fde800000001",
	  BGP_WITHDRAW, 16, 0 },
	{ "§3(c) LARGE_COMMUNITIES", &external, GOOD "80200c 000000010000000200000003",
	  BGP_WITHDRAW, 32, 0 },
	{ "§3(c) the unused bits mean nothing", &external,
	  "4f0101 00" PATH NEXT_HOP "cf0804 fde80001", BGP_ACCEPT, 0, 0 },
	/* §3(d): what must be there */
	{ "§3(d) ORIGIN", &external, PATH NEXT_HOP, BGP_WITHDRAW, 1, 0 },
	{ "§3(d) AS_PATH", &external, ORIGIN NEXT_HOP, BGP_WITHDRAW, 2, 0 },
	{ "§3(d) NEXT_HOP", &external, ORIGIN PATH, BGP_WITHDRAW, 3, 0 },
	{ "RFC 4271 §5.1.5 LOCAL_PREF", &internal, GOOD, BGP_WITHDRAW, 5, 0 },
	/* §3(g): more than once */
	{ "§3(g) the first counts", &external, GOOD "400101 02", BGP_DISCARD, 1, 0 },
	{ "§3(g) unknown ones", &external, GOOD "c06301 01 c06301 02", BGP_DISCARD, 99,
	  0 },
	{ "§3(g) MP_REACH_NLRI", &external, GOOD "800e05 0002010000 800e05 0002010000",
	  BGP_RESET, 14, 1 },
	{ "§3(g) MP_UNREACH_NLRI", &external, GOOD "800f03 000201 800f03 000201",
	  BGP_RESET, 15, 1 },
	/* §3(h): the strongest wins */
	{ "§3(h)", &external, GOOD "400601 00 400101 02 800403 000001", BGP_WITHDRAW, 4,
	  0 },
	/* §4 */
	{ "§4 overrun", &external, GOOD "800405 00000001", BGP_WITHDRAW, 4, 0 },
	{ "§4 too few bytes", &external, GOOD "8004", BGP_WITHDRAW, 4, 0 },
	{ "§4 too few for a long length", &external, GOOD "900400", BGP_WITHDRAW, 4, 0 },
	{ "§4 zero COMMUNITIES", &external, GOOD "c00800", BGP_WITHDRAW, 8, 0 },
	/* §7: one by one */
	{ "§7.1 length", &external, "400102 0000" PATH NEXT_HOP, BGP_WITHDRAW, 1, 0 },
	{ "§7.1 empty", &external, "400100" PATH NEXT_HOP, BGP_WITHDRAW, 1, 0 },
	{ "§7.1 value", &external, "400101 03" PATH NEXT_HOP, BGP_WITHDRAW, 1, 0 },
	{ "§7.2 segment type", &external, ORIGIN "400206 0501 0000fde8" NEXT_HOP,
	  BGP_WITHDRAW, 2, 0 },
	{ "§7.2 overrun", &external, ORIGIN "400206 0202 0000fde8" NEXT_HOP, BGP_WITHDRAW,
	  2, 0 },
	{ "§7.2 underrun", &external, ORIGIN "400207 0201 0000fde8 02" NEXT_HOP,
	  BGP_WITHDRAW, 2, 0 },
	{ "§7.2 empty segment", &external, ORIGIN "400202 0200" NEXT_HOP, BGP_WITHDRAW, 2,
	  0 },
	{ "§7.2 an empty path is fine", &internal, ORIGIN "400200" NEXT_HOP LOCAL_PREF,
	  BGP_ACCEPT, 0, 0 },
	{ "§7.3", &external, ORIGIN PATH "400305 c000020100", BGP_WITHDRAW, 3, 0 },
	{ "§7.4", &external, GOOD "800403 000001", BGP_WITHDRAW, 4, 0 },
	{ "§7.5 external", &external, GOOD "400503 000001", BGP_DISCARD, 5, 0 },
	{ "§7.5 internal", &internal, GOOD "400503 000001", BGP_WITHDRAW, 5, 0 },
	{ "§7.6", &external, GOOD "400601 00", BGP_DISCARD, 6, 0 },
	{ "§7.7 with four-byte numbers", &external, GOOD "c00706 fde8 01020304",
	  BGP_DISCARD, 7, 0 },
	{ "§7.7 with two-byte numbers", &narrow,
	  ORIGIN "400204 0201 fde8" NEXT_HOP "c00708 0000fde8 01020304", BGP_DISCARD, 7,
	  0 },
	{ "§7.8", &external, GOOD "c00806 fde80001fde8", BGP_WITHDRAW, 8, 0 },
	{ "§7.9 external", &external, GOOD "800903 010203", BGP_DISCARD, 9, 0 },
	{ "§7.9 internal", &internal, GOOD LOCAL_PREF "800903 010203", BGP_WITHDRAW, 9,
	  0 },
	{ "§7.10 external", &external, GOOD "800a04 01020304", BGP_DISCARD, 10, 0 },
	{ "§7.10 internal", &internal, GOOD LOCAL_PREF "800a05 0102030405", BGP_WITHDRAW,
	  10, 0 },
	{ "§7.10 empty", &internal, GOOD LOCAL_PREF "800a00", BGP_WITHDRAW, 10, 0 },
	{ "§7.11 next hop", &external, GOOD "800e09 00020104 01020304 00", BGP_RESET, 14,
	  9 },
	{ "§5.3 MP_REACH_NLRI too short", &external, GOOD "800e04 00020100", BGP_RESET,
	  14, 5 },
	{ "§5.3 MP_REACH_NLRI flags", &external, GOOD "400e05 0002010000", BGP_RESET, 14,
	  4 },
	{ "§5.3 MP_UNREACH_NLRI too short", &external, GOOD "800f02 0002", BGP_RESET, 15,
	  5 },
	{ "§5.3 MP_UNREACH_NLRI prefix length", &external, GOOD "800f04 00020181",
	  BGP_RESET, 15, 9 },
	{ "§5.3 MP_REACH_NLRI empty", &external, GOOD "800e00", BGP_RESET, 14, 5 },
	{ "§5.3 MP_REACH_NLRI prefix length", &external,
	  GOOD "800e16 00020110 20010db8000000000000000000000001 00 81", BGP_RESET, 14,
	  9 },
	{ "§7.11 next hop of 15 bytes", &external,
	  GOOD "800e14 0002010f 20010db80000000000000000000000 00", BGP_RESET, 14, 9 },
	{ "§5.3 MP_UNREACH_NLRI empty", &external, GOOD "800f00", BGP_RESET, 15, 5 },
	{ "§5.3 MP_UNREACH_NLRI flags", &external, GOOD "400f03 000201", BGP_RESET, 15,
	  4 },
	{ "§7.14", &external, GOOD "c01004 00020001", BGP_WITHDRAW, 16, 0 },
	{ "RFC 6793 §6 AS4_PATH", &narrow,
	  ORIGIN "400204 0201 fde8" NEXT_HOP "c01102 0200", BGP_DISCARD, 17, 0 },
	{ "RFC 6793 §6 AS4_AGGREGATOR", &narrow,
	  ORIGIN "400204 0201 fde8" NEXT_HOP "c01207 0000fde8010203", BGP_DISCARD, 18,
	  0 },
	{ "RFC 7311 §3.3", &everything, GOOD LOCAL_PREF "801a0b 01000a 0000000000000001",
	  BGP_DISCARD, 26, 0 },
	{ "RFC 8092 §5", &external, GOOD "c02008 0000000100000002", BGP_WITHDRAW, 32, 0 },
	{ "RFC 9234 §5", &external, GOOD "c02303 00fde8", BGP_WITHDRAW, 35, 0 },
	{ "RFC 4271 §6.3 unknown and well-known", &external, GOOD "406301 00",
	  BGP_WITHDRAW, 99, 0 },
	{ "RFC 4271 §9 unknown and optional", &external, GOOD "806301 00 c06401 00",
	  BGP_ACCEPT, 0, 0 },
};

START_TEST(every_fault_leads_to_what_its_clause_says)
{
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		struct bgp_update update;
		read_parts(faults[i].codec, "", faults[i].attributes,
			   faults[i].codec == &everything ? "00000001" NET : NET,
			   &update);
		ck_assert_msg(update.action == faults[i].action &&
				      update.attribute == faults[i].attribute &&
				      update.failure.subcode == faults[i].subcode,
			      "%s: action %d, attribute %u, subcode %u", faults[i].clause,
			      update.action, update.attribute, update.failure.subcode);
		if (update.action < BGP_RESET)
			ck_assert_uint_eq(update.reach_count, 1);
	}
}
END_TEST

/* Each attribute as it should be, and then with a flag, a length or both ends of it
 * wrong: RFC 7606 §3(c) for flags, the attribute's own clause for lengths. */
static const struct {
	uint8_t type, flags;
	const char *value;
	const struct bgp_codec *codec;
	bool may_be_empty;
	enum bgp_action flags_action, length_action;
	const char *clause;
} shapes[] = {
	{ 1, 0x40, "00", &external, false, BGP_WITHDRAW, BGP_WITHDRAW, "§7.1" },
	{ 2, 0x40, "0201 0000fde8", &external, true, BGP_WITHDRAW, BGP_WITHDRAW, "§7.2" },
	{ 3, 0x40, "c0000201", &external, false, BGP_WITHDRAW, BGP_WITHDRAW, "§7.3" },
	{ 4, 0x80, "00000001", &external, false, BGP_WITHDRAW, BGP_WITHDRAW, "§7.4" },
	{ 5, 0x40, "00000064", &internal, false, BGP_WITHDRAW, BGP_WITHDRAW, "§7.5" },
	{ 6, 0x40, "", &external, true, BGP_WITHDRAW, BGP_DISCARD, "§7.6" },
	{ 7, 0xc0, "0000fde8 01020304", &external, false, BGP_WITHDRAW, BGP_DISCARD,
	  "§7.7" },
	{ 8, 0xc0, "fde80001", &external, false, BGP_WITHDRAW, BGP_WITHDRAW, "§7.8" },
	{ 9, 0x80, "01020304", &internal, false, BGP_WITHDRAW, BGP_WITHDRAW, "§7.9" },
	{ 10, 0x80, "01020304", &internal, false, BGP_WITHDRAW, BGP_WITHDRAW, "§7.10" },
	{ 16, 0xc0, "0002fde800000001", &external, false, BGP_WITHDRAW, BGP_WITHDRAW,
	  "§7.14" },
	{ 17, 0xc0, "0201 0000fde8", &narrow, false, BGP_WITHDRAW, BGP_DISCARD,
	  "RFC 6793 §6" },
	{ 18, 0xc0, "0000fde8 01020304", &narrow, false, BGP_WITHDRAW, BGP_DISCARD,
	  "RFC 6793 §6" },
	{ 26, 0x80, "01000b 0000000000000001", &with_aigp, false, BGP_WITHDRAW,
	  BGP_DISCARD, "RFC 7311 §3.3" },
	{ 32, 0xc0, "000000010000000200000003", &external, false, BGP_WITHDRAW,
	  BGP_WITHDRAW, "RFC 8092 §5" },
	{ 35, 0xc0, "0000fde8", &external, false, BGP_WITHDRAW, BGP_WITHDRAW,
	  "RFC 9234 §5" },
};

/* A message with that attribute so, and all that it needs beside it. */
static enum bgp_action
shape_read(size_t at, unsigned flags, const uint8_t *value, size_t size)
{
	struct bgp_update update;
	const struct bgp_codec *codec = shapes[at].codec;
	char attributes[512], *to = attributes;
	const char *path = codec->four_byte_as ? PATH : "400204 0201 fde8";
	if (shapes[at].type != 1)
		to += sprintf(to, "%s ", ORIGIN);
	if (shapes[at].type != 2)
		to += sprintf(to, "%s ", path);
	if (shapes[at].type != 3)
		to += sprintf(to, "%s ", NEXT_HOP);
	if (shapes[at].type != 5 && !codec->external)
		to += sprintf(to, "%s ", LOCAL_PREF);
	to += sprintf(to, "%02x%02x%02x", flags, shapes[at].type, (unsigned)size);
	for (size_t i = 0; i < size; i++)
		to += sprintf(to, "%02x", value[i]);
	read_parts(codec, "", attributes, NET, &update);
	if (update.action != BGP_ACCEPT)
		ck_assert_msg(update.attribute == shapes[at].type, "%s: attribute %u",
			      shapes[at].clause, update.attribute);
	if (update.action < BGP_RESET)
		ck_assert_uint_eq(update.reach_count, 1);
	return update.action;
}

START_TEST(flags_and_lengths_of_every_attribute_are_looked_at)
{
	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
		uint8_t value[64] = { 0 };
		size_t size = hex(shapes[i].value, value);
		unsigned flags = shapes[i].flags;
		const char *clause = shapes[i].clause;
		ck_assert_msg(shape_read(i, flags, value, size) == BGP_ACCEPT, "%s",
			      clause);
		/* Optional or not, transitive or not. */
		ck_assert_msg(shape_read(i, flags ^ 0x80, value, size) ==
				      shapes[i].flags_action,
			      "%s: optional", clause);
		ck_assert_msg(shape_read(i, flags ^ 0x40, value, size) ==
				      shapes[i].flags_action,
			      "%s: transitive", clause);
		ck_assert_msg(shape_read(i, flags, value, size + 1) ==
				      shapes[i].length_action,
			      "%s: a byte more", clause);
		if (size > 1)
			ck_assert_msg(shape_read(i, flags, value, size - 1) ==
					      shapes[i].length_action,
				      "%s: a byte less", clause);
		ck_assert_msg(shape_read(i, flags, value, 0) ==
				      (shapes[i].may_be_empty ? BGP_ACCEPT
							      : shapes[i].length_action),
			      "%s: empty", clause);
	}
}
END_TEST

/* None is left out of the table, but those that carry prefixes, which have rows above. */
START_TEST(every_attribute_has_a_row)
{
	for (unsigned type = 1; type < 256; type++) {
		bool has = type == BGP_ATTRIBUTE_MP_REACH ||
			   type == BGP_ATTRIBUTE_MP_UNREACH;
		for (size_t i = 0; i < ARRAY_SIZE(shapes); i++)
			has |= shapes[i].type == type;
		ck_assert_msg(has == (bgp_attribute_name((uint8_t)type) != NULL),
			      "attribute %u", type);
	}
}
END_TEST

START_TEST(withdrawing_needs_prefixes_to_withdraw)
{
	struct bgp_update update;

	/* RFC 7606 §5.2: attributes without a prefix, and one of them is malformed. */
	read_parts(&external, "", GOOD "800403 000001", "", &update);
	ck_assert_int_eq(update.action, BGP_RESET);
	read_parts(&external, "", GOOD "400601 00", "", &update);
	ck_assert_int_eq(update.action, BGP_DISCARD);
	read_parts(&external, NET, "", "", &update);
	ck_assert_int_eq(update.action, BGP_ACCEPT);
}
END_TEST

START_TEST(prefixes_are_checked_before_any_is_used)
{
	static const char *const bad[] = { "21 c6336400", "18 c633", NET "20 c63364" };
	struct bgp_update update;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		read_parts(&external, "", GOOD, bad[i], &update);
		ck_assert_int_eq(update.action, BGP_RESET);
		ck_assert_uint_eq(update.failure.subcode, 10);
		read_parts(&external, bad[i], "", "", &update);
		ck_assert_int_eq(update.action, BGP_RESET);
	}
}
END_TEST

START_TEST(lengths_that_exceed_the_message_reset)
{
	static const uint8_t bodies[][6] = { { 0, 3, 0, 0 }, { 0, 0, 0, 1 }, { 0xff } };
	struct bgp_update update;

	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
		bgp_update_read(&external, bodies[i], 4, block, &update);
		ck_assert_int_eq(update.action, BGP_RESET);
		ck_assert_uint_eq(update.failure.subcode, 1);
	}
}
END_TEST

/* ---- what is read of good ones ---- */

START_TEST(blocks_are_canonical)
{
	struct bgp_update update;

	/* Out of order, with a length longer than need be. */
	read_parts(&external, "",
		   "d0080004 fde80001" NEXT_HOP "c06302 abcd" PATH
		   "800404 00000007" ORIGIN,
		   NET, &update);
	ck_assert_int_eq(update.action, BGP_ACCEPT);
	block_is(&update,
		 ORIGIN PATH NEXT_HOP "800404 00000007 c00804 fde80001 e06302 abcd");
}
END_TEST

START_TEST(routes_of_another_as_get_a_local_pref)
{
	static const struct bgp_codec adding = { .four_byte_as = true,
						 .external = true,
						 .adds_local_pref = true,
						 .default_local_pref = 7 };
	static const struct bgp_codec own = { .four_byte_as = true,
					      .adds_local_pref = true,
					      .default_local_pref = 7 };
	static const struct bgp_codec taking = { .four_byte_as = true,
						 .external = true,
						 .local_pref = true,
						 .adds_local_pref = true,
						 .default_local_pref = 7 };
	static const char seven[] = "400504 00000007";
	static const struct {
		const struct bgp_codec *codec;
		const char *attributes, *before, *behind;
	} rows[] = {
		{ &adding, GOOD, GOOD, "" },
		{ &adding, GOOD "800404 00000001", GOOD "800404 00000001", "" },
		{ &adding, GOOD "c00804 fde80001", GOOD, "c00804 fde80001" },
		/* Its neighbours are written otherwise than blocks have them. */
		{ &adding, GOOD "d0080004 fde80001 c06301 07", GOOD,
		  "c00804 fde80001 e06301 07" },
		{ &adding, "c00804 fde80001" GOOD, GOOD, "c00804 fde80001" },
		/* Theirs is none of ours. */
		{ &adding, GOOD LOCAL_PREF "400600", GOOD, "400600" },
		{ &own, GOOD LOCAL_PREF, GOOD LOCAL_PREF, NULL },
		/* Theirs is taken. */
		{ &taking, GOOD LOCAL_PREF "400600", GOOD LOCAL_PREF "400600", NULL },
		{ &taking, GOOD "400600" LOCAL_PREF, GOOD LOCAL_PREF "400600", NULL },
		{ &taking, GOOD "400600", GOOD, "400600" },
		{ &external, GOOD "400600", GOOD "400600", NULL },
	};
	struct bgp_update update;
	char text[256];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		read_parts(rows[i].codec, "", rows[i].attributes, NET, &update);
		ck_assert_int_lt(update.action, BGP_WITHDRAW);
		snprintf(text, sizeof(text), "%s%s%s", rows[i].before,
			 rows[i].behind != NULL ? seven : "",
			 rows[i].behind != NULL ? rows[i].behind : "");
		block_is(&update, text);
	}
	read_parts(&adding, NET, "", "", &update);
	ck_assert_uint_eq(update.block_size, 0);
	/* No message is so short that there is no room. */
	read_parts(&adding, "", "", "00", &update);
	ck_assert_int_eq(update.action, BGP_WITHDRAW);
}
END_TEST

START_TEST(attributes_that_follow_one_another_are_kept_as_they_are)
{
	static const struct {
		const char *came, *kept;
	} rows[] = {
		{ GOOD "800404 00000001 400600", GOOD "800404 00000001 400600" },
		/* What is dropped or comes late is between two runs. */
		{ ORIGIN PATH "800f03 000201" NEXT_HOP, GOOD },
		{ ORIGIN PATH "800901 00" NEXT_HOP "400600", GOOD "400600" },
		{ ORIGIN NEXT_HOP "800404 00000001" PATH "400600",
		  GOOD "800404 00000001 400600" },
		/* A length of two bytes whose first looks like a type. */
		{ "50010001 00" PATH NEXT_HOP, GOOD },
		{ ORIGIN PATH NEXT_HOP "d0c80000 c0c900", GOOD "e0c800 e0c900" },
	};
	struct bgp_update update;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		read_parts(&external, "", rows[i].came, NET, &update);
		ck_assert_int_lt(update.action, BGP_WITHDRAW);
		block_is(&update, rows[i].kept);
	}
}
END_TEST

START_TEST(prefixes_come_with_what_they_need)
{
	struct bgp_update update;
	struct prefix prefix = { 0 };
	char text[PREFIX_TEXT];
	uint32_t id;

	read_parts(&everything, "0000000208 0a", GOOD LOCAL_PREF,
		   "00000007 00  00000008 13 c633ff", &update);
	ck_assert_int_eq(update.action, BGP_ACCEPT);
	ck_assert_uint_eq(update.withdrawal_count, 1);
	ck_assert(bgp_nlri_next(&update.withdrawals[0], &prefix, &id));
	ck_assert_uint_eq(id, 2);
	prefix_format(&prefix, text);
	ck_assert_str_eq(text, "10.0.0.0/8");
	ck_assert(bgp_nlri_next(&update.reaches[0].nlri, &prefix, &id));
	prefix_format(&prefix, text);
	ck_assert_str_eq(text, "0.0.0.0/0");
	ck_assert(bgp_nlri_next(&update.reaches[0].nlri, &prefix, &id));
	ck_assert_uint_eq(id, 8);
	prefix_format(&prefix, text);
	ck_assert_str_eq(text, "198.51.224.0/19"); /* Bits behind the length are zero. */
	ck_assert(!bgp_nlri_next(&update.reaches[0].nlri, &prefix, &id));
}
END_TEST

#define LL     "fe80 0000 0000 0000 0000 0000 0000 0001 "
#define GLOBAL "2001 0db8 0000 0000 0000 0000 0000 0001 "
#define ZERO   "0000 0000 0000 0000 0000 0000 0000 0000 "

START_TEST(all_forms_of_link_local_next_hops_are_read)
{
	static const struct {
		const char *attribute, *global, *link_local, *next_hop;
	} forms[] = {
		{ "800e1a 000201 10" LL "00 20 20010db8", "::", "fe80::1", LL },
		{ "800e2a 000201 20" ZERO LL "00 20 20010db8", "::", "fe80::1", LL },
		{ "800e2a 000201 20" LL LL "00 20 20010db8", "::", "fe80::1", LL },
		{ "800e2a 000201 20" GLOBAL LL "00 20 20010db8", "2001:db8::1", "fe80::1",
		  GLOBAL LL },
		{ "800e1a 000201 10" GLOBAL "00 20 20010db8", "2001:db8::1",
		  "::", GLOBAL },
	};
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		char attributes[512], expected[512], text[ADDR_TEXT];
		uint8_t made[512];
		struct wire_out room = wire_out(made, sizeof(made));
		struct bgp_update update;
		size_t size;

		snprintf(attributes, sizeof(attributes), ORIGIN PATH "%s",
			 forms[i].attribute);
		read_parts(&external, "", attributes, "", &update);
		ck_assert_int_eq(update.action, BGP_ACCEPT);
		ck_assert_uint_eq(update.reach_count, 1);
		addr_format(update.reaches[0].next_hop, text);
		ck_assert_str_eq(text, forms[i].global);
		addr_format(update.reaches[0].link_local, text);
		ck_assert_str_eq(text, forms[i].link_local);
		const uint8_t *kept =
			bgp_reach_block(&room, &update, &update.reaches[0], &size);
		snprintf(expected, sizeof(expected), ORIGIN PATH "4003%02x %s",
			 (unsigned)hex(forms[i].next_hop, block), forms[i].next_hop);
		ck_assert_uint_eq(size, hex(expected, block));
		ck_assert_mem_eq(kept, block, size);
	}
}
END_TEST

START_TEST(ip4_by_way_of_ip6_needs_to_be_agreed_on)
{
	static const char attributes[] =
		ORIGIN PATH LOCAL_PREF "800e1d 000101 10" LL "00 00000001 18 c63364";
	struct bgp_update update;

	read_parts(&everything, "", attributes, "", &update);
	ck_assert_int_eq(update.action, BGP_ACCEPT);
	ck_assert_int_eq(update.reaches[0].nlri.family, BGP_IP4);
	read_parts(&internal, "", attributes, "", &update);
	ck_assert_int_eq(update.action, BGP_RESET);
}
END_TEST

START_TEST(ends_of_all_families_are_known)
{
	struct bgp_update update;

	read_parts(&external, "", "", "", &update);
	ck_assert(update.is_end && update.end_family == BGP_IP4);
	read_parts(&external, "", "800f03 000201", "", &update);
	ck_assert(update.is_end && update.end_family == BGP_IP6);
	read_parts(&external, "", "800f03 000101", "", &update);
	ck_assert(update.is_end && update.end_family == BGP_IP4);
	read_parts(&external, "", "800f08 000201 20 20010db8", "", &update);
	ck_assert(!update.is_end);
	ck_assert_uint_eq(update.withdrawal_count, 1);
}
END_TEST

START_TEST(families_nobody_agreed_on_are_passed_over)
{
	struct bgp_update update;

	read_parts(&external, "", ORIGIN PATH "800e07 001946 00 00 0000 800f03 001946",
		   "", &update);
	ck_assert_int_eq(update.action, BGP_ACCEPT);
	ck_assert_uint_eq(update.reach_count + update.withdrawal_count, 0);
	ck_assert(!update.is_end);
}
END_TEST

/* ---- RFC 6793 §4.2.3 ---- */

START_TEST(paths_of_two_byte_speakers_are_made_whole)
{
	static const struct {
		const char *attributes, *path;
	} merges[] = {
		/* No AS4_PATH: as it is. */
		{ "40020a 0204 0001 5ba0 0003 0004", "0204 00000001 00005ba0 00000003 "
						     "00000004" },
		/* The tail is known better. */
		{ "40020a 0204 0001 5ba0 0003 5ba0 c0110e 0203 00010001 00000003 "
		  "00010002",
		  "0201 00000001 0203 00010001 00000003 00010002" },
		/* AS4_PATH is longer: ignored. */
		{ "400204 0201 0001 c0110a 0202 00010001 00010002", "0201 00000001" },
		/* A set counts as one. */
		{ "40020c 0202 0001 0002 0102 5ba0 0007 c0110a 0102 00010001 00000007",
		  "0202 00000001 00000002 0102 00010001 00000007" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(merges); i++) {
		char attributes[256], expected[256];
		struct bgp_update update;
		uint8_t path[128];

		snprintf(attributes, sizeof(attributes), ORIGIN NEXT_HOP "%s",
			 merges[i].attributes);
		read_parts(&narrow, "", attributes, NET, &update);
		ck_assert_int_eq(update.action, BGP_ACCEPT);
		snprintf(expected, sizeof(expected), ORIGIN "4002%02x %s" NEXT_HOP,
			 (unsigned)hex(merges[i].path, path), merges[i].path);
		block_is(&update, expected);
	}
}
END_TEST

/* The longest path that there is room for in a message is twice as long, and its length
 * must fit. */
START_TEST(long_paths_of_two_byte_speakers_are_made_whole)
{
	static const struct {
		unsigned segments;
		enum bgp_action action;
	} paths[] = { { 3, BGP_ACCEPT }, { 64, BGP_ACCEPT }, { 65, BGP_WITHDRAW } };
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		static char attributes[4 * BGP_EXTENDED_MAX];
		struct bgp_update update;
		struct bgp_field path;
		char *to = attributes;

		to += sprintf(to, ORIGIN NEXT_HOP "5002%04x", paths[i].segments * 512);
		for (unsigned j = 0; j < paths[i].segments * 256; j++)
			to += sprintf(to, "%04x", j % 256 == 0 ? 0x02ff : j % 256);
		read_parts(&narrow, "", attributes, NET, &update);
		ck_assert_int_eq(update.action, paths[i].action);
		if (update.action != BGP_ACCEPT)
			continue;
		ck_assert(bgp_block_find(update.block, update.block_size,
					 BGP_ATTRIBUTE_AS_PATH, &path));
		ck_assert_uint_eq(path.size, paths[i].segments * (2 + 255 * 4));
	}
}
END_TEST

START_TEST(aggregators_of_two_byte_speakers_are_made_whole)
{
	struct bgp_update update;

	read_parts(&narrow, "",
		   ORIGIN "400204 0201 0001" NEXT_HOP
			  "c00706 5ba0 01020304 c01208 00010001 01020304",
		   NET, &update);
	block_is(&update,
		 ORIGIN "400206 0201 00000001" NEXT_HOP "c00708 00010001 01020304");
	/* An aggregator that knows no more made a new AGGREGATOR: the other two are old.
	 */
	read_parts(&narrow, "",
		   ORIGIN "400206 0202 5ba0 0002" NEXT_HOP
			  "c00706 0002 01020304 c01106 0201 00010001 "
			  "c01208 00010001 01020304",
		   NET, &update);
	block_is(&update, ORIGIN "40020a 0202 00005ba0 00000002" NEXT_HOP
				 "c00708 00000002 01020304");
}
END_TEST

/* ---- blocks ---- */

START_TEST(an_attribute_of_a_block_is_added_replaced_and_left_out)
{
	static const struct {
		const char *before;
		struct bgp_field field;
		const char *after;
	} changes[] = {
		{ GOOD, { 0x80, 4, (const uint8_t *)"abcd", 4 }, GOOD "800404 61626364" },
		{ GOOD, { 0x40, 2, (const uint8_t *)"", 0 }, ORIGIN "400200" NEXT_HOP },
		{ GOOD, { 0x40, 1, NULL, 0 }, PATH NEXT_HOP },
		{ GOOD, { 0x40, 3, NULL, 0 }, ORIGIN PATH },
		{ PATH, { 0x40, 1, (const uint8_t *)"", 1 }, ORIGIN PATH },
		{ PATH, { 0x40, 9, NULL, 0 }, PATH },
		{ "", { 0x40, 1, (const uint8_t *)"", 1 }, ORIGIN },
	};
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		uint8_t before[128], after[128], made[128];
		struct wire_out out = wire_out(made, sizeof(made));
		size_t size = hex(changes[i].before, before);
		bgp_block_replace(&out, before, size, &changes[i].field);
		size = hex(changes[i].after, after);
		ck_assert_uint_eq(wire_used(&out), size);
		ck_assert_mem_eq(made, after, size);
	}
}
END_TEST

START_TEST(every_truncation_is_survived)
{
	static uint8_t body[512];
	struct bgp_update update;
	size_t size = hex("0004 18c63364 0060" ORIGIN PATH NEXT_HOP LOCAL_PREF
			  "c00804 fde80001 800e2a 000201 20" ZERO LL
			  "00 20 20010db8 c02004" NET,
			  body);

	for (size_t cut = 0; cut <= size; cut++) {
		uint8_t *copy = malloc(cut + 1);
		memcpy(copy, body, cut);
		bgp_update_read(&external, copy, cut, block, &update);
		free(copy);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		every_fault_leads_to_what_its_clause_says,
		flags_and_lengths_of_every_attribute_are_looked_at,
		every_attribute_has_a_row,
		withdrawing_needs_prefixes_to_withdraw,
		prefixes_are_checked_before_any_is_used,
		lengths_that_exceed_the_message_reset,
		blocks_are_canonical,
		routes_of_another_as_get_a_local_pref,
		attributes_that_follow_one_another_are_kept_as_they_are,
		prefixes_come_with_what_they_need,
		all_forms_of_link_local_next_hops_are_read,
		ip4_by_way_of_ip6_needs_to_be_agreed_on,
		ends_of_all_families_are_known,
		families_nobody_agreed_on_are_passed_over,
		paths_of_two_byte_speakers_are_made_whole,
		long_paths_of_two_byte_speakers_are_made_whole,
		aggregators_of_two_byte_speakers_are_made_whole,
		an_attribute_of_a_block_is_added_replaced_and_left_out,
		every_truncation_is_survived,
	};

	return unit_run("bgp update", tests, ARRAY_SIZE(tests), NULL, 0);
}
