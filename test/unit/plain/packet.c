/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The packets of transport plain: what is written is read, and nothing else.
 */
#include "lib/mem.h"
#include "test/unit/unit.h"
#include "transport/plain/packet.h"

#include <string.h>

static const uint8_t ip4[28] = { 0x45, 0, 0, 28, [8] = 64, 17, [12] = 10,
				 0,    0, 1, 10, 0,        0,  2 };
static const uint8_t ip6[48] = { 0x60, 0,           0, 0,   0,    8,       17,
				 64,   [24] = 0x20, 1, 0xd, 0xb8, [39] = 2 };

static struct plain_packet
data_of(const uint8_t *bytes, size_t size)
{
	return (struct plain_packet){
		.type = PLAIN_DATA, .tag = 7, .data = bytes, .size = size
	};
}

START_TEST(what_is_written_is_read)
{
	const struct plain_packet packets[] = {
		data_of(ip4, sizeof(ip4)),
		data_of(ip6, sizeof(ip6)),
		{ .type = PLAIN_PROBE, .tag = 0, .clock = UINT64_C(0x123456789abcdef) },
		{ .type = PLAIN_REPLY, .tag = 65535, .clock = UINT64_MAX },
	};
	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		const struct plain_packet *packet = &packets[i];
		struct plain_packet read;
		uint8_t bytes[64];
		size_t size = plain_packet_write(packet, bytes, sizeof(bytes));

		ck_assert_uint_eq(size, packet->size ? PLAIN_HEADER + packet->size : 12);
		ck_assert_int_eq(plain_packet_read(bytes, size, &read), PLAIN_GOOD);
		ck_assert_uint_eq(read.type, packet->type);
		ck_assert_uint_eq(read.tag, packet->tag);
		ck_assert_uint_eq(read.clock, packet->clock);
		ck_assert_uint_eq(read.size, packet->size);
		if (packet->size)
			ck_assert_mem_eq(read.data, packet->data, packet->size);
	}
}
END_TEST

START_TEST(a_probe_on_the_wire_is_as_it_is_described)
{
	static const uint8_t wire[] = { 1, 1, 0x12, 0x34, 0, 0, 0, 0, 0, 0, 0x56, 0x78 };
	const struct plain_packet probe = { .type = PLAIN_PROBE,
					    .tag = 0x1234,
					    .clock = 0x5678 };
	uint8_t bytes[12];

	ck_assert_uint_eq(plain_packet_write(&probe, bytes, sizeof(bytes)), 12);
	ck_assert_mem_eq(bytes, wire, sizeof(wire));
}
END_TEST

START_TEST(what_does_not_fit_is_not_written)
{
	const struct plain_packet packet = data_of(ip4, sizeof(ip4));
	uint8_t bytes[PLAIN_HEADER + sizeof(ip4)];

	for (size_t room = 0; room < sizeof(bytes); room++)
		ck_assert_uint_eq(plain_packet_write(&packet, bytes, room), 0);
	ck_assert_uint_eq(plain_packet_write(&packet, bytes, sizeof(bytes)),
			  sizeof(bytes));
}
END_TEST

START_TEST(no_part_of_a_packet_is_good)
{
	const struct plain_packet packets[] = {
		data_of(ip4, sizeof(ip4)),
		data_of(ip6, sizeof(ip6)),
		{ .type = PLAIN_PROBE },
		{ .type = PLAIN_REPLY },
	};
	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		uint8_t bytes[64];
		struct plain_packet read;
		size_t whole = plain_packet_write(&packets[i], bytes, sizeof(bytes));

		for (size_t size = 0; size < whole; size++) {
			/* In memory of its own, for the address sanitizer. */
			uint8_t *part = mem_alloc(size + 1);
			memcpy(part, bytes, size);
			ck_assert_int_ne(plain_packet_read(part, size, &read),
					 PLAIN_GOOD);
			mem_free(part);
		}
		ck_assert_int_eq(plain_packet_read(bytes, whole + 1, &read),
				 PLAIN_BAD_SIZE);
	}
}
END_TEST

START_TEST(each_mistake_has_its_name)
{
	static const struct {
		const char *name;
		size_t size;
		uint8_t bytes[12];
	} bad[] = {
		{ "truncated", 0, { 0 } },
		{ "truncated", 3, { 1, 0, 0 } },
		{ "truncated", 4, { 1, 0, 0, 0 } },
		{ "truncated", 11, { 1, 1 } },
		{ "foreign", 12, { 0, 1 } },
		{ "foreign", 4, { 2, 1 } },
		{ "bad_type", 12, { 1, 3 } },
		{ "bad_type", 4, { 1, 255 } },
		{ "not_ip", 12, { 1, 0, 0, 0, 0x50 } },
		{ "truncated", 12, { 1, 0, 0, 0, 0x45, 0, 0, 8 } },
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct plain_packet read;
		enum plain_drop drop =
			plain_packet_read(bad[i].bytes, bad[i].size, &read);
		ck_assert_str_eq(plain_drop_name(drop), bad[i].name);
	}
}
END_TEST

START_TEST(a_destination_is_found_in_either_family)
{
	struct addr to;
	char text[ADDR_TEXT];

	ck_assert_int_eq(plain_packet_destination(ip4, sizeof(ip4), &to), PLAIN_GOOD);
	ck_assert_str_eq(addr_format(to, text), "10.0.0.2");
	ck_assert_int_eq(plain_packet_destination(ip6, sizeof(ip6), &to), PLAIN_GOOD);
	ck_assert_str_eq(addr_format(to, text), "2001:db8::2");
}
END_TEST

START_TEST(every_drop_has_a_name_of_its_own)
{
	for (unsigned i = 0; i < PLAIN_DROPS; i++) {
		ck_assert_ptr_nonnull(plain_drop_name((enum plain_drop)i));
		for (unsigned j = 0; j < i; j++)
			ck_assert_str_ne(plain_drop_name((enum plain_drop)i),
					 plain_drop_name((enum plain_drop)j));
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_is_written_is_read,
		a_probe_on_the_wire_is_as_it_is_described,
		what_does_not_fit_is_not_written,
		no_part_of_a_packet_is_good,
		each_mistake_has_its_name,
		a_destination_is_found_in_either_family,
		every_drop_has_a_name_of_its_own,
	};
	return unit_run("plain packet", tests, sizeof(tests) / sizeof(tests[0]), NULL, 0);
}
