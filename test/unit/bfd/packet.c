/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BFD Control packets: written and read, and what is discarded, in the order of RFC 5880
 * §6.8.6.
 */
#include "proto/bfd/packet.h"

#include "lib/macros.h"
#include "test/unit/unit.h"
#include <string.h>

static const uint8_t good[BFD_PACKET_SIZE] = {
	0x23, 0xe0, 5,    24,   1, 2, 3,    4,    5, 6, 7, 8,
	0,    1,    0x86, 0xa0, 0, 0, 0x27, 0x10, 0, 0, 0, 9,
};

START_TEST(a_packet_is_the_same_after_reading_and_writing)
{
	uint8_t bytes[BFD_PACKET_SIZE];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	struct bfd_packet packet;
	ck_assert_int_eq(bfd_packet_read(good, sizeof(good), &packet), BFD_DROP_NONE);
	ck_assert_int_eq(packet.diagnostic, BFD_DIAGNOSTIC_NEIGHBOUR);
	ck_assert_int_eq(packet.state, BFD_UP);
	ck_assert(packet.poll && !packet.final && !packet.demand);
	ck_assert_uint_eq(packet.multiplier, 5);
	ck_assert_uint_eq(packet.my_discriminator, 0x01020304);
	ck_assert_uint_eq(packet.your_discriminator, 0x05060708);
	ck_assert_uint_eq(packet.desired_min_tx, 100000);
	ck_assert_uint_eq(packet.required_min_rx, 10000);
	ck_assert_uint_eq(packet.required_min_echo_rx, 9);
	bfd_packet_write(&out, &packet);
	ck_assert_mem_eq(bytes, good, sizeof(good));
}
END_TEST

START_TEST(what_is_wrong_is_discarded)
{
	static const struct {
		uint8_t at, value, other, other_value;
		enum bfd_drop drop;
	} changes[] = {
		{ 0, 0x00, 0, 0x00, BFD_DROP_VERSION },
		{ 0, 0x43, 0, 0x43, BFD_DROP_VERSION },
		{ 3, 23, 3, 23, BFD_DROP_LENGTH },
		{ 3, 25, 3, 25, BFD_DROP_LENGTH },
		{ 3, 255, 3, 255, BFD_DROP_LENGTH },
		/* Authenticated, but too short for it. */
		{ 1, 0xe4, 3, 24, BFD_DROP_LENGTH },
		{ 2, 0, 2, 0, BFD_DROP_MULTIPLIER },
		{ 1, 0xe1, 1, 0xe1, BFD_DROP_MULTIPOINT },
	};
	struct bfd_packet packet;
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		uint8_t bytes[BFD_PACKET_SIZE];
		memcpy(bytes, good, sizeof(good));
		bytes[changes[i].at] = changes[i].value;
		bytes[changes[i].other] = changes[i].other_value;
		ck_assert_str_eq(
			bfd_drop_name(bfd_packet_read(bytes, sizeof(bytes), &packet)),
			bfd_drop_name(changes[i].drop));
	}
}
END_TEST

START_TEST(discriminators_and_authentication_are_looked_at)
{
	uint8_t bytes[BFD_PACKET_SIZE + 4];
	struct bfd_packet packet;
	memcpy(bytes, good, sizeof(good));
	memset(bytes + 4, 0, 4);
	ck_assert_int_eq(bfd_packet_read(bytes, sizeof(good), &packet),
			 BFD_DROP_DISCRIMINATOR);
	for (unsigned state = BFD_ADMIN_DOWN; state <= BFD_UP; state++) {
		memcpy(bytes, good, sizeof(good));
		memset(bytes + 8, 0, 4);
		bytes[1] = (uint8_t)(state << 6);
		ck_assert_int_eq(bfd_packet_read(bytes, sizeof(good), &packet),
				 state <= BFD_DOWN ? BFD_DROP_NONE : BFD_DROP_STATE);
	}
	memcpy(bytes, good, sizeof(good));
	memset(bytes + sizeof(good), 1, 4);
	bytes[1] |= 4;
	bytes[3] = sizeof(bytes);
	ck_assert_int_eq(bfd_packet_read(bytes, sizeof(bytes), &packet),
			 BFD_DROP_AUTHENTICATION);
}
END_TEST

START_TEST(every_cut_is_noticed_and_more_is_allowed)
{
	struct bfd_packet packet;
	uint8_t longer[BFD_PACKET_SIZE + 8] = { 0 };
	for (size_t size = 0; size < sizeof(good); size++) {
		uint8_t *bytes = malloc(size + 1);
		memcpy(bytes, good, size);
		ck_assert_int_eq(bfd_packet_read(bytes, size, &packet), BFD_DROP_SHORT);
		free(bytes);
	}
	memcpy(longer, good, sizeof(good));
	ck_assert_int_eq(bfd_packet_read(longer, sizeof(longer), &packet), BFD_DROP_NONE);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_packet_is_the_same_after_reading_and_writing,
		what_is_wrong_is_discarded,
		discriminators_and_authentication_are_looked_at,
		every_cut_is_noticed_and_more_is_allowed,
	};

	return unit_run("bfd packet", tests, ARRAY_SIZE(tests), NULL, 0);
}
