/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Router Advertisements: what is discarded, in the order of RFC 4861 §6.1.2, and what
 * ours say.
 */
#include "proto/bgp/ra.h"

#include <string.h>

#include "lib/macros.h"
#include "test/unit/unit.h"

/* As FRR sends it: 30 s, and its link-layer address. */
static const uint8_t good[24] = { 134, 0, 0xb7, 0xd8, 64,   0,    0,    30,
				  0,   0, 0,    0,    0,    0,    0,    0,
				  1,   1, 0x6a, 0xc8, 0x16, 0x96, 0xc1, 0xb9 };

static const struct addr near = { .bytes = { 0xfe, 0x80, [15] = 1 } },
			 far = { .bytes = { 0x20, 1, 0xd, 0xb8, [15] = 1 } };

static struct sys_udp_packet
packet_of(const void *bytes, size_t size)
{
	return (struct sys_udp_packet){
		.source = near, .ttl = 255, .bytes = bytes, .size = size
	};
}

START_TEST(an_advertisement_tells_its_lifetime)
{
	struct sys_udp_packet packet = packet_of(good, sizeof(good));
	struct bgp_ra ra;
	ck_assert_int_eq(bgp_ra_read(&packet, &ra), BGP_RA_GOOD);
	ck_assert_uint_eq(ra.lifetime, 30);
}
END_TEST

START_TEST(what_is_wrong_is_discarded)
{
	static const struct {
		uint8_t at, value;
		enum bgp_ra_drop drop;
	} changes[] = {
		{ 0, 133, BGP_RA_CODE },    { 1, 1, BGP_RA_CODE },
		{ 17, 0, BGP_RA_OPTION },   { 17, 2, BGP_RA_OPTION },
		{ 17, 255, BGP_RA_OPTION },
	};
	struct bgp_ra ra = { .lifetime = 7 };
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		uint8_t bytes[sizeof(good)];
		memcpy(bytes, good, sizeof(good));
		bytes[changes[i].at] = changes[i].value;
		struct sys_udp_packet packet = packet_of(bytes, sizeof(bytes));
		ck_assert_str_eq(bgp_ra_drop_name(bgp_ra_read(&packet, &ra)),
				 bgp_ra_drop_name(changes[i].drop));
	}
	for (size_t size = 0; size < sizeof(good); size++) {
		struct sys_udp_packet packet = packet_of(good, size);
		enum bgp_ra_drop drop = bgp_ra_read(&packet, &ra);
		ck_assert_int_eq(drop, size < BGP_RA_SIZE    ? BGP_RA_SHORT
				       : size == BGP_RA_SIZE ? BGP_RA_GOOD
							     : BGP_RA_OPTION);
		ck_assert_uint_eq(ra.lifetime, size < BGP_RA_SIZE ? 7 : 30);
	}
}
END_TEST

START_TEST(what_may_come_from_elsewhere_is_discarded)
{
	struct sys_udp_packet packet = packet_of(good, sizeof(good));
	struct bgp_ra ra;
	packet.ttl = 254;
	ck_assert_int_eq(bgp_ra_read(&packet, &ra), BGP_RA_LIMIT);
	packet.ttl = 255;
	packet.source = far;
	ck_assert_int_eq(bgp_ra_read(&packet, &ra), BGP_RA_SOURCE);
	packet.source = addr_from_ip4(0xa9fe0001);
	ck_assert_int_eq(bgp_ra_read(&packet, &ra), BGP_RA_SOURCE);
}
END_TEST

/* Byte for byte: nothing in it is of use to a host. */
START_TEST(ours_is_of_no_use_to_hosts)
{
	static const uint8_t ra[BGP_RA_SIZE] = { 134 }, solicit[BGP_RS_SIZE] = { 133 };
	uint8_t bytes[BGP_RA_SIZE];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	bgp_ra_write(&out);
	ck_assert_uint_eq(wire_used(&out), sizeof(ra));
	ck_assert_mem_eq(bytes, ra, sizeof(ra));
	out = wire_out(bytes, sizeof(bytes));
	bgp_rs_write(&out);
	ck_assert_uint_eq(wire_used(&out), sizeof(solicit));
	ck_assert_mem_eq(bytes, solicit, sizeof(solicit));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		an_advertisement_tells_its_lifetime,
		what_is_wrong_is_discarded,
		what_may_come_from_elsewhere_is_discarded,
		ours_is_of_no_use_to_hosts,
	};
	return unit_run("bgp/ra", tests, ARRAY_SIZE(tests), NULL, 0);
}
