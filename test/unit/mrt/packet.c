/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records of MRT files, byte by byte.
 */
#include "proto/mrt/packet.h"

#include "test/unit/unit.h"
#include <string.h>

#define TIME "\x67\x00\x00\x01"

static void
is_written(const struct wire_out *out, const char *bytes, size_t size)
{
	ck_assert(!out->full);
	ck_assert_mem_eq(out->start, bytes, MIN(size, wire_used(out)));
	ck_assert_uint_eq(wire_used(out), size);
}
#define WRITTEN(out, bytes) is_written(out, bytes, sizeof(bytes) - 1)

static struct addr
ip6(const char *bytes)
{
	struct addr addr;
	memcpy(addr.bytes, bytes, 16);
	return addr;
}
#define IP6 "\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"

START_TEST(peers_have_their_family_and_four_byte_numbers)
{
	uint8_t bytes[256];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	const struct mrt_peer peers[] = {
		{ .asn = 0 },
		{ addr_from_ip4(0x0a000001), 65536, 0x01020304 },
		{ ip6(IP6), 65001, 0 },
	};
	mrt_peers_write(&out, 0x67000001, 0x0a0a0a0a, "t4", peers, 3);
	WRITTEN(&out, TIME "\0\15\0\1\0\0\0\75"
			   "\12\12\12\12\0\2t4\0\3"
			   "\2\0\0\0\0\0\0\0\0\0\0\0\0"
			   "\2\1\2\3\4\12\0\0\1\0\1\0\0"
			   "\3\0\0\0\0" IP6 "\0\0\xfd\xe9");
}
END_TEST

static void
rib_write(struct wire_out *out, struct prefix net, bool add_path)
{
	struct mrt_rib rib = mrt_rib_begin(out, 0x67000001, 5, &net, add_path);
	for (uint16_t i = 1; i <= 2; i++) {
		uint8_t *entry = mrt_entry_begin(&rib, i, 0x100u + i, 7);
		wire_put_bytes(out, "abc", i);
		mrt_entry_end(&rib, entry);
	}
	mrt_rib_end(&rib);
}

START_TEST(ip4_prefix_has_only_its_own_bytes)
{
	uint8_t bytes[256];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	rib_write(&out, prefix_new(addr_from_ip4(0x0a090000), 16), false);
	WRITTEN(&out, TIME "\0\15\0\2\0\0\0\34"
			   "\0\0\0\5\20\12\11\0\2"
			   "\0\1\0\0\1\1\0\1a"
			   "\0\2\0\0\1\2\0\2ab");
}
END_TEST

START_TEST(ip6_is_of_another_subtype)
{
	uint8_t bytes[256];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	rib_write(&out, prefix_new(ip6("\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), 8), false);
	WRITTEN(&out, TIME "\0\15\0\4\0\0\0\33"
			   "\0\0\0\5\10\xfd\0\2"
			   "\0\1\0\0\1\1\0\1a"
			   "\0\2\0\0\1\2\0\2ab");
}
END_TEST

START_TEST(path_identifiers_have_subtypes_of_their_own)
{
	uint8_t bytes[256];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	rib_write(&out, prefix_new(addr_from_ip4(0x0a090000), 16), true);
	WRITTEN(&out, TIME "\0\15\0\10\0\0\0\44"
			   "\0\0\0\5\20\12\11\0\2"
			   "\0\1\0\0\1\1\0\0\0\7\0\1a"
			   "\0\2\0\0\1\2\0\0\0\7\0\2ab");
	out = wire_out(bytes, sizeof(bytes));
	rib_write(&out, prefix_new(ip6(IP6), 128), true);
	ck_assert_uint_eq(bytes[7], 10);
}
END_TEST

START_TEST(too_little_room_is_told_and_nothing_is_written_behind_it)
{
	uint8_t bytes[64];
	for (size_t room = 1; room < 39; room++) {
		memset(bytes, 0xee, sizeof(bytes));
		struct wire_out out = wire_out(bytes, room);
		rib_write(&out, prefix_new(addr_from_ip4(0x0a090000), 16), false);
		ck_assert(out.full);
		ck_assert_uint_eq(bytes[room], 0xee);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		peers_have_their_family_and_four_byte_numbers,
		ip4_prefix_has_only_its_own_bytes,
		ip6_is_of_another_subtype,
		path_identifiers_have_subtypes_of_their_own,
		too_little_room_is_told_and_nothing_is_written_behind_it,
	};
	return unit_run("mrt packet", tests, ARRAY_SIZE(tests), NULL, 0);
}
