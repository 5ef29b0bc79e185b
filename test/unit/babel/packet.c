/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Babel codec: every rule of RFC 8966 §4 that a receiver must keep, and that what we
 * write is read back the same.
 */
#include "proto/babel/packet.h"

#include "lib/macros.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

#define TLV_MAX 64

/* What was read of a packet. */
struct reading {
	enum babel_drop packet;
	struct babel_tlv tlvs[TLV_MAX];
	enum babel_drop drops[TLV_MAX];
	size_t count;
};

static struct addr
address(const char *text)
{
	struct addr addr;

	ck_assert(addr_parse(text, strlen(text), &addr));
	return addr;
}

static struct prefix
net(const char *text)
{
	struct prefix prefix;
	bool host_bits = false;

	ck_assert(prefix_parse(text, strlen(text), &prefix, &host_bits));
	ck_assert(!host_bits);
	return prefix;
}

static void
reading_of(struct reading *reading, const uint8_t *packet, size_t size)
{
	struct babel_reader reader;
	/* A copy of exactly this size, so that a sanitizer sees every step beyond it. */
	uint8_t *copy = malloc(size ? size : 1);

	memcpy(copy, packet, size);
	memset(reading, 0, sizeof(*reading));
	reading->packet = babel_reader_open(&reader, copy, size, address("fe80::1"));
	if (reading->packet == BABEL_DROP_NONE)
		while (reading->count < TLV_MAX &&
		       babel_reader_next(&reader, &reading->tlvs[reading->count],
					 &reading->drops[reading->count]))
			reading->count++;
	free(copy);
}

/* Puts a header before a body and reads it. */
static void
body_read(struct reading *reading, const uint8_t *body, size_t size)
{
	uint8_t packet[1024] = { BABEL_MAGIC, BABEL_VERSION, (uint8_t)(size >> 8),
				 (uint8_t)size };

	ck_assert_uint_le(size, sizeof(packet) - BABEL_HEADER_SIZE);
	memcpy(packet + BABEL_HEADER_SIZE, body, size);
	reading_of(reading, packet, BABEL_HEADER_SIZE + size);
}

#define BODY(reading, ...)                                   \
	body_read(reading, (const uint8_t[]){ __VA_ARGS__ }, \
		  sizeof((const uint8_t[]){ __VA_ARGS__ }))

/* One TLV, refused for this reason, and the Hello behind it read. */
#define REFUSED(reason, ...)                                             \
	do {                                                             \
		struct reading refused;                                  \
		BODY(&refused, __VA_ARGS__, HELLO);                      \
		ck_assert_int_eq(refused.packet, BABEL_DROP_NONE);       \
		ck_assert_uint_eq(refused.count, 2);                     \
		ck_assert_str_eq(babel_drop_name(refused.drops[0]),      \
				 babel_drop_name(reason));               \
		ck_assert_int_eq(refused.drops[1], BABEL_DROP_NONE);     \
		ck_assert_int_eq(refused.tlvs[1].type, BABEL_TLV_HELLO); \
	} while (0)

#define HELLO     4, 6, 0, 0, 0x12, 0x34, 0x01, 0x90
#define ROUTER_ID 6, 10, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1
#define NEXT_HOP4 7, 6, 1, 0, 10, 0, 0, 9
/* Behind AE, flags, length, omitted: interval 16 s, seqno 7, metric 96. */
#define FINITE   0x06, 0x40, 0, 7, 0, 96
#define INFINITE 0x06, 0x40, 0, 7, 0xff, 0xff

START_TEST(a_bad_header_drops_the_packet)
{
	struct reading r;

	reading_of(&r, (const uint8_t[]){ 42, 2, 0 }, 3);
	ck_assert_int_eq(r.packet, BABEL_DROP_HEADER);
	reading_of(&r, (const uint8_t[]){ 43, 2, 0, 0 }, 4);
	ck_assert_int_eq(r.packet, BABEL_DROP_MAGIC);
	reading_of(&r, (const uint8_t[]){ 42, 1, 0, 0 }, 4);
	ck_assert_int_eq(r.packet, BABEL_DROP_VERSION);
	/* T-50: the body is longer than the packet. */
	reading_of(&r, (const uint8_t[]){ 42, 2, 0, 2, 0 }, 5);
	ck_assert_int_eq(r.packet, BABEL_DROP_BODY_LENGTH);
	reading_of(&r, (const uint8_t[]){ 42, 2, 0, 0 }, 4);
	ck_assert_int_eq(r.packet, BABEL_DROP_NONE);
	ck_assert_uint_eq(r.count, 0);
}
END_TEST

START_TEST(the_trailer_is_ignored)
{
	struct reading r;

	/* T-50: a trailer with a Hello, Pad1 and an odd byte. */
	reading_of(&r, (const uint8_t[]){ 42, 2, 0, 8, HELLO, HELLO, 0, 0, 16 },
		   4 + 8 + 8 + 3);
	ck_assert_int_eq(r.packet, BABEL_DROP_NONE);
	ck_assert_uint_eq(r.count, 1);
	ck_assert_int_eq(r.drops[0], BABEL_DROP_NONE);
}
END_TEST

START_TEST(pads_and_unknown_tlvs_are_skipped)
{
	struct reading r;

	BODY(&r, 0, 1, 0, 1, 3, 0, 0, 0, HELLO, 0);
	ck_assert_uint_eq(r.count, 1);
	ck_assert_int_eq(r.drops[0], BABEL_DROP_NONE);
	/* MAC and PC belong to RFC 8967; 255 and 0-long ones to nobody. */
	REFUSED(BABEL_DROP_TLV_UNKNOWN, 16, 4, 1, 2, 3, 4);
	REFUSED(BABEL_DROP_TLV_UNKNOWN, 255, 0);
}
END_TEST

START_TEST(a_tlv_over_the_end_is_dropped_and_ends_the_body)
{
	struct reading r;

	/* T-50: truncated TLV. */
	BODY(&r, HELLO, 4, 6, 0, 0);
	ck_assert_uint_eq(r.count, 2);
	ck_assert_int_eq(r.drops[0], BABEL_DROP_NONE);
	ck_assert_int_eq(r.drops[1], BABEL_DROP_TLV_OVERRUN);
	/* A type without its length. */
	BODY(&r, HELLO, 4);
	ck_assert_uint_eq(r.count, 2);
	ck_assert_int_eq(r.drops[1], BABEL_DROP_TLV_OVERRUN);
}
END_TEST

START_TEST(hello_carries_kind_seqno_and_interval)
{
	struct reading r;

	BODY(&r, HELLO, 4, 6, 0xff, 0xff, 0xff, 0xff, 0, 0);
	ck_assert_uint_eq(r.count, 2);
	ck_assert(!r.tlvs[0].hello.unicast);
	ck_assert_uint_eq(r.tlvs[0].hello.seqno, 0x1234);
	ck_assert_uint_eq(r.tlvs[0].hello.interval, 400);
	/* T-21: interval 0 is an unscheduled Hello, and legal; other flags are ignored.
	 */
	ck_assert_int_eq(r.drops[1], BABEL_DROP_NONE);
	ck_assert(r.tlvs[1].hello.unicast);
	ck_assert_uint_eq(r.tlvs[1].hello.interval, 0);
}
END_TEST

START_TEST(an_interval_of_zero_is_refused)
{
	/* T-23: acknowledgment request, IHU, update. */
	REFUSED(BABEL_DROP_INTERVAL, 2, 6, 0, 0, 1, 2, 0, 0);
	REFUSED(BABEL_DROP_INTERVAL, 5, 6, 0, 0, 0, 96, 0, 0);
	REFUSED(BABEL_DROP_INTERVAL, ROUTER_ID, 8, 12, 2, 0, 16, 0, 0, 0, 0, 7, 0, 96,
		0xfd, 0);
	REFUSED(BABEL_DROP_INTERVAL, 8, 10, 0, 0, 0, 0, 0, 0, 0, 7, 0xff, 0xff);
}
END_TEST

START_TEST(interval_ffff_of_an_update_is_kept)
{
	struct reading r;

	/* T-23: FFFF means that the update is not repeated. */
	BODY(&r, ROUTER_ID, 8, 12, 2, 0, 16, 0, 0xff, 0xff, 0, 7, 0, 96, 0xfd, 0);
	ck_assert_uint_eq(r.count, 1);
	ck_assert_int_eq(r.drops[0], BABEL_DROP_NONE);
	ck_assert_uint_eq(r.tlvs[0].update.interval, BABEL_INTERVAL_ONCE);
}
END_TEST

START_TEST(ihu_names_its_receiver)
{
	struct reading r;

	/* T-22: wildcard, IPv4, IPv6, link-local. */
	BODY(&r, 5, 6, 0, 0, 0, 96, 4, 0xb0, 5, 10, 1, 0, 0, 96, 4, 0xb0, 10, 0, 0, 1, 5,
	     22, 2, 0, 0xff, 0xff, 4, 0xb0, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	     0, 5, 5, 14, 3, 0, 0, 0, 4, 0xb0, 2, 0, 0, 0, 0, 0, 0, 1);
	ck_assert_uint_eq(r.count, 4);
	for (size_t i = 0; i < r.count; i++)
		ck_assert_int_eq(r.drops[i], BABEL_DROP_NONE);
	ck_assert(r.tlvs[0].ihu.wildcard);
	ck_assert_uint_eq(r.tlvs[0].ihu.interval, 1200);
	ck_assert(addr_equal(r.tlvs[1].ihu.addr, address("10.0.0.1")));
	ck_assert(addr_equal(r.tlvs[2].ihu.addr, address("fd00::5")));
	ck_assert_uint_eq(r.tlvs[2].ihu.rxcost, BABEL_INFINITY);
	ck_assert(addr_equal(r.tlvs[3].ihu.addr, address("fe80::200:0:0:1")));
	/* T-14: an rxcost of 0 is read; what it costs is not decided here. */
	ck_assert_uint_eq(r.tlvs[3].ihu.rxcost, 0);
}
END_TEST

START_TEST(unknown_address_encodings_are_refused)
{
	/* T-50: AE 4 in IHU and Next Hop, AE 5 and 255 in updates, AE 0 where a prefix
	 * must be. */
	REFUSED(BABEL_DROP_AE, 5, 10, 4, 0, 0, 96, 4, 0xb0, 10, 0, 0, 1);
	REFUSED(BABEL_DROP_AE, 7, 6, 4, 0, 10, 0, 0, 9);
	REFUSED(BABEL_DROP_AE, 7, 2, 0, 0);
	REFUSED(BABEL_DROP_AE, 8, 11, 5, 0, 8, 0, FINITE, 10);
	REFUSED(BABEL_DROP_AE, 8, 11, 255, 0, 8, 0, INFINITE, 10);
	REFUSED(BABEL_DROP_AE, 9, 3, 4, 8, 10);
	REFUSED(BABEL_DROP_AE, 10, 14, 0, 0, 0, 1, 64, 0, 0, 0, 0, 0, 0, 0, 0, 1);
}
END_TEST

START_TEST(an_unknown_encoding_leaves_the_parser_state)
{
	struct reading r;

	/* T-50: unknown AE keeps state untouched: a Next Hop of AE 4, an update of AE 5
	 * with P and R. */
	BODY(&r, ROUTER_ID, NEXT_HOP4, 8, 13, 1, 0x80, 24, 0, FINITE, 10, 1, 1, 7, 6, 4,
	     0, 9, 9, 9, 9, 8, 14, 5, 0xc0, 32, 0, FINITE, 9, 9, 9, 9, 8, 11, 1, 0, 24, 2,
	     FINITE, 2);
	ck_assert_uint_eq(r.count, 4);
	ck_assert_int_eq(r.drops[1], BABEL_DROP_AE);
	ck_assert_int_eq(r.drops[2], BABEL_DROP_AE);
	ck_assert_int_eq(r.drops[3], BABEL_DROP_NONE);
	ck_assert_uint_eq(r.tlvs[3].update.router_id, 0x0a000001);
	ck_assert(addr_equal(r.tlvs[3].update.next_hop, address("10.0.0.9")));
	struct prefix expected = net("10.1.2.0/24");
	ck_assert(prefix_equal(&r.tlvs[3].update.prefix, &expected));
}
END_TEST

START_TEST(prefix_lengths_and_omitted_octets_have_bounds)
{
	/* T-50: plen > 32, plen > 128, omitted > plen, AE 3 with omitted, omitted from
	 * nothing. */
	REFUSED(BABEL_DROP_PREFIX_LENGTH, 8, 15, 1, 0, 33, 0, FINITE, 10, 0, 0, 0, 0);
	REFUSED(BABEL_DROP_PREFIX_LENGTH, 8, 27, 2, 0, 129, 0, FINITE, 1, 2, 3, 4, 5, 6,
		7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17);
	REFUSED(BABEL_DROP_PREFIX_LENGTH, 9, 7, 1, 33, 1, 2, 3, 4, 5);
	REFUSED(BABEL_DROP_OMITTED, 8, 10, 1, 0, 16, 3, FINITE);
	REFUSED(BABEL_DROP_OMITTED, 8, 18, 3, 0, 128, 1, FINITE, 0, 0, 0, 0, 0, 0, 0, 1);
	REFUSED(BABEL_DROP_DEFAULT_PREFIX, 8, 11, 1, 0, 16, 1, FINITE, 1);
	/* T-50: the prefix is longer than the TLV. */
	REFUSED(BABEL_DROP_TLV_SHORT, 8, 11, 1, 0, 16, 0, FINITE, 10);
	REFUSED(BABEL_DROP_TLV_SHORT, 9, 3, 2, 64, 0xfd);
	REFUSED(BABEL_DROP_TLV_SHORT, 8, 9, 1, 0, 0, 0, 0, 1, 0, 7, 0);
	REFUSED(BABEL_DROP_TLV_SHORT, 4, 5, 0, 0, 0, 1, 0);
	REFUSED(BABEL_DROP_TLV_SHORT, 2, 5, 0, 0, 0, 1, 0);
	REFUSED(BABEL_DROP_TLV_SHORT, 3, 1, 0);
	REFUSED(BABEL_DROP_TLV_SHORT, 5, 9, 1, 0, 0, 96, 4, 0xb0, 10, 0, 0);
	REFUSED(BABEL_DROP_TLV_SHORT, 6, 9, 0, 0, 1, 2, 3, 4, 5, 6, 7);
	REFUSED(BABEL_DROP_TLV_SHORT, 7, 5, 1, 0, 10, 0, 0);
	REFUSED(BABEL_DROP_TLV_SHORT, 10, 13, 1, 0, 0, 1, 64, 0, 0, 0, 0, 0, 0, 0, 0);
}
END_TEST

START_TEST(default_prefixes_are_kept_per_encoding)
{
	struct reading r;
	struct prefix expected;

	BODY(&r, ROUTER_ID, NEXT_HOP4, 8, 18, 2, 0x80, 64, 0, FINITE, 0xfd, 0, 0, 1, 0, 2,
	     0, 3, 8, 14, 1, 0x80, 32, 0, FINITE, 10, 1, 2, 3, 8, 12, 2, 0, 64, 6, FINITE,
	     0, 9, 8, 11, 1, 0, 30, 3, FINITE, 0xff);
	ck_assert_uint_eq(r.count, 4);
	for (size_t i = 0; i < r.count; i++)
		ck_assert_int_eq(r.drops[i], BABEL_DROP_NONE);
	expected = net("fd00:1:2:9::/64");
	ck_assert(prefix_equal(&r.tlvs[2].update.prefix, &expected));
	/* RFC 8966 §4.6.9: bits beyond the length are cleared. */
	expected = net("10.1.2.252/30");
	ck_assert(prefix_equal(&r.tlvs[3].update.prefix, &expected));
}
END_TEST

START_TEST(the_router_id_flag_takes_it_from_the_prefix)
{
	struct reading r;

	BODY(&r, NEXT_HOP4, 8, 26, 2, 0x40, 128, 0, FINITE, 0xfd, 0, 0, 0, 0, 0, 0, 0, 1,
	     2, 3, 4, 5, 6, 7, 8, 8, 14, 1, 0x40, 32, 0, FINITE, 10, 1, 2, 3, 8, 10, 1, 0,
	     0, 0, FINITE);
	ck_assert_uint_eq(r.count, 3);
	ck_assert_uint_eq(r.tlvs[0].update.router_id, 0x0102030405060708);
	/* RFC 8966 §4.6.9: a shorter address stands on the right of zeroes. */
	ck_assert_uint_eq(r.tlvs[1].update.router_id, 0x0a010203);
	ck_assert_uint_eq(r.tlvs[2].update.router_id, 0x0a010203);
}
END_TEST

START_TEST(a_router_id_of_zeroes_or_ones_is_refused)
{
	struct reading r;

	/* T-50: router-id 0/FF, and no route gets the former one instead. */
	REFUSED(BABEL_DROP_ROUTER_ID, 6, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	REFUSED(BABEL_DROP_ROUTER_ID, 6, 10, 0, 0, 255, 255, 255, 255, 255, 255, 255,
		255);
	BODY(&r, ROUTER_ID, 6, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 11, 2, 0, 8, 0,
	     FINITE, 0xfd);
	ck_assert_uint_eq(r.count, 2);
	ck_assert_int_eq(r.drops[1], BABEL_DROP_ROUTER_ID);
	REFUSED(BABEL_DROP_ROUTER_ID, 10, 15, 1, 8, 0, 1, 64, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		10);
	/* The flag gives one of zeroes as well: fd00::/16. */
	REFUSED(BABEL_DROP_ROUTER_ID, 8, 12, 2, 0x40, 16, 0, FINITE, 0xfd, 0);
}
END_TEST

START_TEST(a_finite_update_needs_router_id_and_next_hop)
{
	REFUSED(BABEL_DROP_ROUTER_ID, 8, 11, 2, 0, 8, 0, FINITE, 0xfd);
	/* The packet came over IPv6, so IPv4 has no next hop yet. */
	struct reading r;
	BODY(&r, ROUTER_ID, 8, 11, 1, 0, 8, 0, FINITE, 10, 8, 11, 2, 0, 8, 0, FINITE,
	     0xfd);
	ck_assert_uint_eq(r.count, 2);
	ck_assert_int_eq(r.drops[0], BABEL_DROP_NEXT_HOP);
	ck_assert_int_eq(r.drops[1], BABEL_DROP_NONE);
	ck_assert(addr_equal(r.tlvs[1].update.next_hop, address("fe80::1")));
}
END_TEST

START_TEST(next_hops_are_kept_per_family)
{
	struct reading r;

	BODY(&r, ROUTER_ID, NEXT_HOP4, 7, 10, 3, 0, 0, 0, 0, 0, 0, 0, 0, 7, 8, 11, 1, 0,
	     8, 0, FINITE, 10, 8, 11, 2, 0, 8, 0, FINITE, 0xfd, 7, 6, 1, 0, 224, 0, 0, 1,
	     8, 11, 1, 0, 8, 0, FINITE, 10);
	ck_assert_uint_eq(r.count, 4);
	ck_assert(addr_equal(r.tlvs[0].update.next_hop, address("10.0.0.9")));
	ck_assert(addr_equal(r.tlvs[1].update.next_hop, address("fe80::7")));
	/* A next hop that can't be one is refused and leaves none. */
	ck_assert_int_eq(r.drops[2], BABEL_DROP_NEXT_HOP);
	ck_assert_int_eq(r.drops[3], BABEL_DROP_NEXT_HOP);
}
END_TEST

/* T-50: an IPv4 address in an IPv6 next hop is neither. */
START_TEST(a_mapped_next_hop_is_refused)
{
	struct reading r;

	BODY(&r, ROUTER_ID, 7, 18, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0,
	     0, 9, 8, 11, 2, 0, 8, 0, FINITE, 0xfd);
	ck_assert_uint_eq(r.count, 2);
	ck_assert_int_eq(r.drops[0], BABEL_DROP_NEXT_HOP);
	ck_assert_int_eq(r.drops[1], BABEL_DROP_NEXT_HOP);
}
END_TEST

START_TEST(a_retraction_needs_neither_router_id_nor_next_hop)
{
	struct reading r;

	/* T-12: no Router-Id, no Next Hop, for both families. */
	BODY(&r, 8, 11, 1, 0, 8, 0, INFINITE, 10, 8, 11, 2, 0, 8, 0, INFINITE, 0xfd);
	ck_assert_uint_eq(r.count, 2);
	ck_assert_int_eq(r.drops[0], BABEL_DROP_NONE);
	ck_assert_int_eq(r.drops[1], BABEL_DROP_NONE);
	ck_assert_uint_eq(r.tlvs[0].update.metric, BABEL_INFINITY);
}
END_TEST

START_TEST(a_wildcard_update_only_retracts)
{
	struct reading r;

	/* T-13: AE 0: metric FFFF, plen and omitted 0, no source prefix. */
	BODY(&r, 8, 10, 0, 0, 0, 0, INFINITE);
	ck_assert_uint_eq(r.count, 1);
	ck_assert_int_eq(r.drops[0], BABEL_DROP_NONE);
	ck_assert(r.tlvs[0].update.wildcard);
	REFUSED(BABEL_DROP_WILDCARD, 8, 10, 0, 0, 0, 0, FINITE);
	REFUSED(BABEL_DROP_WILDCARD, 8, 11, 0, 0, 8, 0, INFINITE, 0);
	REFUSED(BABEL_DROP_WILDCARD, 8, 10, 0, 0, 0, 1, INFINITE);
	REFUSED(BABEL_DROP_WILDCARD, 8, 14, 0, 0, 0, 0, INFINITE, 128, 2, 8, 0xfd);
}
END_TEST

START_TEST(a_wildcard_request_has_no_prefix)
{
	struct reading r;

	/* T-13: AE 0 + plen != 0 is ignored, and so is one with a source prefix. */
	BODY(&r, 9, 2, 0, 0, 9, 3, 1, 8, 10);
	ck_assert_uint_eq(r.count, 2);
	ck_assert(r.tlvs[0].route_request.wildcard);
	ck_assert(!r.tlvs[1].route_request.wildcard);
	REFUSED(BABEL_DROP_WILDCARD, 9, 3, 0, 8, 0);
	REFUSED(BABEL_DROP_WILDCARD, 9, 6, 0, 0, 128, 2, 8, 0xfd);
}
END_TEST

START_TEST(a_seqno_request_carries_all_of_it)
{
	struct reading r;
	struct prefix expected = net("10.0.0.0/8");

	BODY(&r, 10, 15, 1, 8, 0xff, 0xff, 64, 9, 0, 0, 0, 0, 10, 0, 0, 1, 10);
	ck_assert_uint_eq(r.count, 1);
	ck_assert_int_eq(r.drops[0], BABEL_DROP_NONE);
	ck_assert_uint_eq(r.tlvs[0].seqno_request.seqno, 0xffff);
	ck_assert_uint_eq(r.tlvs[0].seqno_request.hop_count, 64);
	ck_assert_uint_eq(r.tlvs[0].seqno_request.router_id, 0x0a000001);
	ck_assert(prefix_equal(&r.tlvs[0].seqno_request.prefix, &expected));
	REFUSED(BABEL_DROP_HOP_COUNT, 10, 15, 1, 8, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1,
		10);
}
END_TEST

START_TEST(an_unknown_mandatory_subtlv_refuses_its_tlv)
{
	/* T-50: any place among other sub-TLVs, and in every TLV. */
	REFUSED(BABEL_DROP_SUBTLV_MANDATORY, 4, 8, 0, 0, 0, 1, 1, 0, 129, 0);
	REFUSED(BABEL_DROP_SUBTLV_MANDATORY, 4, 14, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 3, 0,
		200, 0);
	REFUSED(BABEL_DROP_SUBTLV_MANDATORY, 2, 8, 0, 0, 1, 2, 0, 10, 255, 0);
	REFUSED(BABEL_DROP_SUBTLV_MANDATORY, 3, 4, 1, 2, 129, 0);
	REFUSED(BABEL_DROP_SUBTLV_MANDATORY, 5, 8, 0, 0, 0, 96, 1, 0, 129, 0);
	REFUSED(BABEL_DROP_SUBTLV_MANDATORY, 9, 4, 0, 0, 129, 0);
	REFUSED(BABEL_DROP_SUBTLV_MANDATORY, 10, 17, 1, 8, 0, 1, 64, 0, 0, 0, 0, 0, 10, 0,
		0, 1, 10, 129, 0);
	/* A source prefix means nothing to a Hello, so there it is unknown. */
	REFUSED(BABEL_DROP_SUBTLV_MANDATORY, 4, 10, 0, 0, 0, 1, 1, 0, 128, 2, 8, 0xfd);
}
END_TEST

START_TEST(other_subtlvs_are_skipped)
{
	struct reading r;

	/* T-50: several sub-TLVs in one TLV; a timestamp of another extension among them.
	 */
	BODY(&r, 4, 17, 0, 0, 0, 1, 1, 0, 0, 1, 2, 0, 0, 3, 4, 1, 2, 3, 4, HELLO);
	ck_assert_uint_eq(r.count, 2);
	ck_assert_int_eq(r.drops[0], BABEL_DROP_NONE);
	/* T-50: sub-TLVs over the end of the TLV, by their length or for want of one. */
	REFUSED(BABEL_DROP_SUBTLV, 4, 9, 0, 0, 0, 1, 1, 0, 3, 4, 1);
	REFUSED(BABEL_DROP_SUBTLV, 4, 7, 0, 0, 0, 1, 1, 0, 3);
	REFUSED(BABEL_DROP_SUBTLV, 3, 3, 1, 2, 1);
}
END_TEST

START_TEST(a_refused_tlv_still_updates_the_parser_state)
{
	struct reading r;
	struct prefix expected = net("10.1.3.0/24");

	/* T-51: Router-Id, Next Hop and Update with an unknown mandatory sub-TLV. */
	BODY(&r, 6, 12, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2, 129, 0, 7, 8, 1, 0, 10, 0, 0, 8,
	     129, 0, 8, 15, 1, 0x80, 24, 0, FINITE, 10, 1, 2, 129, 0, 8, 11, 1, 0, 24, 2,
	     FINITE, 3);
	ck_assert_uint_eq(r.count, 4);
	for (size_t i = 0; i < 3; i++)
		ck_assert_int_eq(r.drops[i], BABEL_DROP_SUBTLV_MANDATORY);
	ck_assert_int_eq(r.drops[3], BABEL_DROP_NONE);
	ck_assert_uint_eq(r.tlvs[3].update.router_id, 0x0a000002);
	ck_assert(addr_equal(r.tlvs[3].update.next_hop, address("10.0.0.8")));
	ck_assert(prefix_equal(&r.tlvs[3].update.prefix, &expected));
}
END_TEST

START_TEST(an_update_ignored_for_another_reason_updates_the_parser_state)
{
	struct reading r;
	struct prefix expected = net("fd00::3:0/112");

	/* T-51: "or for any other reason": interval 0, P and R; then an update that
	 * relies on them. */
	BODY(&r, 8, 26, 2, 0xc0, 128, 0, 0, 0, 0, 7, 0, 96, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0,
	     0, 0, 0, 0, 0, 0, 9, 8, 11, 2, 0, 112, 13, FINITE, 3);
	ck_assert_uint_eq(r.count, 2);
	ck_assert_int_eq(r.drops[0], BABEL_DROP_INTERVAL);
	ck_assert_int_eq(r.drops[1], BABEL_DROP_NONE);
	ck_assert_uint_eq(r.tlvs[1].update.router_id, 9);
	ck_assert(prefix_equal(&r.tlvs[1].update.prefix, &expected));
}
END_TEST

START_TEST(an_unreadable_update_leaves_no_default_prefix)
{
	struct reading r;

	BODY(&r, ROUTER_ID, 8, 12, 2, 0x80, 16, 0, FINITE, 0xfd, 0, 8, 11, 2, 0x80, 16, 0,
	     FINITE, 0xfc, 8, 11, 2, 0, 16, 1, FINITE, 9);
	ck_assert_uint_eq(r.count, 3);
	ck_assert_int_eq(r.drops[1], BABEL_DROP_TLV_SHORT);
	ck_assert_int_eq(r.drops[2], BABEL_DROP_DEFAULT_PREFIX);
}
END_TEST

START_TEST(a_source_prefix_is_part_of_the_key)
{
	struct reading r;
	struct prefix prefix;

	/* RFC 9079 §7.1: update and both requests; longer than needed is fine. */
	BODY(&r, ROUTER_ID, 8, 16, 2, 0, 16, 0, FINITE, 0xfd, 0, 128, 2, 7, 0xff, 9, 8, 2,
	     0, 128, 4, 16, 0xfd, 1, 0xee, 10, 17, 2, 0, 0, 1, 64, 0, 0, 0, 0, 0, 10, 0,
	     0, 1, 128, 1, 8);
	ck_assert_uint_eq(r.count, 3);
	ck_assert_int_eq(r.drops[0], BABEL_DROP_NONE);
	prefix = r.tlvs[0].update.prefix;
	ck_assert_int_eq(prefix.type, NET_IP6_SADR);
	ck_assert_uint_eq(prefix.source_length, 7);
	ck_assert_uint_eq(prefix.source.bytes[0], 0xfe);
	prefix = r.tlvs[1].route_request.prefix;
	ck_assert_int_eq(prefix.type, NET_IP6_SADR);
	ck_assert_uint_eq(prefix.length, 0);
	ck_assert(addr_equal(prefix.source, address("fd01::")));
	/* Shorter than needed, of length 0, over 128, twice, and for IPv4. */
	ck_assert_int_eq(r.drops[2], BABEL_DROP_SOURCE_PREFIX);
	REFUSED(BABEL_DROP_SOURCE_PREFIX, 9, 5, 2, 0, 128, 1, 0);
	REFUSED(BABEL_DROP_SOURCE_PREFIX, 9, 6, 2, 0, 128, 2, 129, 1);
	REFUSED(BABEL_DROP_SOURCE_PREFIX, 9, 4, 2, 0, 128, 0);
	REFUSED(BABEL_DROP_SOURCE_PREFIX, 9, 10, 2, 0, 128, 2, 8, 1, 128, 2, 8, 1);
	REFUSED(BABEL_DROP_SOURCE_PREFIX, 9, 7, 1, 8, 10, 128, 2, 8, 10);
}
END_TEST

START_TEST(a_mapped_ipv6_prefix_is_not_an_ipv4_one)
{
	struct reading r;

	/* T-40: ::ffff:a.b.c.d/104 stays IPv6. */
	BODY(&r, ROUTER_ID, 8, 23, 2, 0, 104, 0, FINITE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	     0xff, 0xff, 10);
	ck_assert_uint_eq(r.count, 1);
	ck_assert_int_eq(r.tlvs[0].update.prefix.type, NET_IP6);
	ck_assert_uint_eq(r.tlvs[0].update.prefix.length, 104);
	ck_assert_uint_eq(r.tlvs[0].update.prefix.addr.bytes[12], 10);
}
END_TEST

/* A packet with one of everything; its size. */
static size_t
sample_write(uint8_t *packet, size_t size)
{
	struct babel_writer writer;
	struct prefix sadr = net("fd00:1::/48");

	sadr.type = NET_IP6_SADR;
	sadr.source_length = 20;
	sadr.source = addr_mask(address("2001:db8::"), 20);
	babel_writer_open(&writer, packet, size, address("fe80::1"));
	babel_write_ack_request(&writer, &(struct babel_ack_request){ 77, 20 });
	babel_write_hello(&writer, &(struct babel_hello){ false, 9, 400 });
	babel_write_hello(&writer, &(struct babel_hello){ true, 10, 0 });
	babel_write_ihu(
		&writer,
		&(struct babel_ihu){ .wildcard = true, .rxcost = 96, .interval = 1200 });
	babel_write_ihu(&writer, &(struct babel_ihu){ .addr = address("fe80::2"),
						      .rxcost = 96,
						      .interval = 1200 });
	babel_write_update(&writer,
			   &(struct babel_update){ .prefix = net("10.0.0.0/8"),
						   .router_id = 5,
						   .next_hop = address("10.9.9.9"),
						   .interval = 1600,
						   .seqno = 3,
						   .metric = 96 });
	babel_write_update(&writer,
			   &(struct babel_update){ .prefix = net("10.1.2.0/24"),
						   .router_id = 5,
						   .next_hop = address("10.9.9.9"),
						   .interval = 1600,
						   .seqno = 3,
						   .metric = 96 });
	babel_write_update(&writer, &(struct babel_update){ .prefix = net("fd00:1::/48"),
							    .router_id = 5,
							    .interval = 1600,
							    .seqno = 3,
							    .metric = 192 });
	babel_write_update(&writer, &(struct babel_update){ .prefix = sadr,
							    .router_id = 6,
							    .interval = 1600,
							    .seqno = 3,
							    .metric = 192 });
	babel_write_update(&writer,
			   &(struct babel_update){ .prefix = net("fd00:1::7/128"),
						   .router_id = 7,
						   .interval = 1600,
						   .seqno = 3,
						   .metric = 192 });
	babel_write_update(&writer,
			   &(struct babel_update){ .prefix = net("fd00:1:2::/48"),
						   .interval = 1600,
						   .metric = BABEL_INFINITY });
	babel_write_update(&writer, &(struct babel_update){ .wildcard = true,
							    .interval = 1600,
							    .metric = BABEL_INFINITY });
	babel_write_route_request(&writer,
				  &(struct babel_route_request){ .wildcard = true });
	babel_write_route_request(&writer,
				  &(struct babel_route_request){ .prefix = sadr });
	babel_write_seqno_request(
		&writer, &(struct babel_seqno_request){ .prefix = net("10.0.0.0/8"),
							.router_id = 5,
							.seqno = 4,
							.hop_count = 64 });
	babel_write_ack(&writer, &(struct babel_ack){ 78 });
	return babel_writer_close(&writer);
}

START_TEST(what_is_written_is_read_back)
{
	uint8_t packet[1024], again[1024];
	struct babel_writer writer;
	struct reading r;
	size_t size = sample_write(packet, sizeof(packet));

	reading_of(&r, packet, size);
	ck_assert_int_eq(r.packet, BABEL_DROP_NONE);
	ck_assert_uint_eq(r.count, 16);
	babel_writer_open(&writer, again, sizeof(again), address("fe80::1"));
	for (size_t i = 0; i < r.count; i++) {
		struct babel_tlv *tlv = &r.tlvs[i];
		bool fits = false;

		ck_assert_int_eq(r.drops[i], BABEL_DROP_NONE);
		switch (tlv->type) {
		case BABEL_TLV_ACK_REQUEST:
			fits = babel_write_ack_request(&writer, &tlv->ack_request);
			break;
		case BABEL_TLV_ACK: fits = babel_write_ack(&writer, &tlv->ack); break;
		case BABEL_TLV_HELLO:
			fits = babel_write_hello(&writer, &tlv->hello);
			break;
		case BABEL_TLV_IHU: fits = babel_write_ihu(&writer, &tlv->ihu); break;
		case BABEL_TLV_UPDATE:
			fits = babel_write_update(&writer, &tlv->update);
			break;
		case BABEL_TLV_ROUTE_REQUEST:
			fits = babel_write_route_request(&writer, &tlv->route_request);
			break;
		case BABEL_TLV_SEQNO_REQUEST:
			fits = babel_write_seqno_request(&writer, &tlv->seqno_request);
			break;
		}
		ck_assert(fits);
	}
	ck_assert_uint_eq(babel_writer_close(&writer), size);
	ck_assert_mem_eq(packet, again, size);
}
END_TEST

START_TEST(updates_are_compressed)
{
	uint8_t packet[256];
	struct babel_writer writer;
	size_t before;

	babel_writer_open(&writer, packet, sizeof(packet), address("fe80::1"));
	/* The first of each says all; the next only what differs. */
	for (unsigned i = 1; i < 4; i++) {
		struct babel_update update = { .prefix = net("10.1.0.0/24"),
					       .router_id = 5,
					       .next_hop = address("10.9.9.9"),
					       .interval = 1600,
					       .metric = 96 };

		update.prefix.addr.bytes[14] = (uint8_t)i;
		before = wire_used(&writer.out);
		ck_assert(babel_write_update(&writer, &update));
		ck_assert_uint_eq(wire_used(&writer.out) - before,
				  i == 1 ? 8 + 12 + 12 + 3 : 12 + 1);
	}
	for (unsigned i = 1; i < 4; i++) {
		struct babel_update update = { .prefix = net("fd00:1:2:3::/64"),
					       .router_id = 5,
					       .interval = 1600,
					       .metric = 96 };

		update.prefix.addr.bytes[7] = (uint8_t)i;
		before = wire_used(&writer.out);
		ck_assert(babel_write_update(&writer, &update));
		ck_assert_uint_eq(wire_used(&writer.out) - before,
				  i == 1 ? 12 + 8 : 12 + 1);
	}
}
END_TEST

START_TEST(the_router_id_flag_is_used_for_host_routes)
{
	uint8_t packet[256];
	struct babel_writer writer;
	struct reading r;

	babel_writer_open(&writer, packet, sizeof(packet), address("fe80::1"));
	ck_assert(babel_write_update(&writer,
				     &(struct babel_update){ .prefix = net("fd00::7/128"),
							     .router_id = 7,
							     .interval = 1600,
							     .metric = 96 }));
	ck_assert_uint_eq(babel_writer_close(&writer), 4 + 12 + 16);
	reading_of(&r, packet, 4 + 12 + 16);
	ck_assert_uint_eq(r.tlvs[0].update.router_id, 7);
}
END_TEST

START_TEST(a_full_packet_takes_nothing_and_stays_good)
{
	uint8_t packet[64];
	struct babel_writer writer;
	struct reading r;
	struct babel_update update = {
		.prefix = net("fd00::/64"), .router_id = 5, .interval = 1600, .metric = 96
	};
	size_t count = 0;

	babel_writer_open(&writer, packet, sizeof(packet), address("fe80::1"));
	ck_assert(babel_writer_is_empty(&writer));
	ck_assert_uint_eq(babel_writer_close(&writer), 0);
	while (babel_write_update(&writer, &update)) {
		update.prefix.addr.bytes[7]++;
		count++;
	}
	/* A Router-Id that does not fit any more is not remembered as said either. */
	update.router_id = 6;
	ck_assert(!babel_write_update(&writer, &update));
	ck_assert_uint_eq(writer.state.router_id, 5);
	reading_of(&r, packet, babel_writer_close(&writer));
	ck_assert_int_eq(r.packet, BABEL_DROP_NONE);
	ck_assert_uint_eq(r.count, count);
	for (size_t i = 0; i < count; i++)
		ck_assert_int_eq(r.drops[i], BABEL_DROP_NONE);
}
END_TEST

START_TEST(every_truncation_is_survived)
{
	uint8_t packet[1024];
	struct reading whole, cut;
	size_t size = sample_write(packet, sizeof(packet));

	reading_of(&whole, packet, size);
	/* T-50: cut short, the packet is dropped whole. */
	for (size_t i = 0; i < size; i++) {
		reading_of(&cut, packet, i);
		ck_assert_int_eq(cut.packet, i < BABEL_HEADER_SIZE
						     ? BABEL_DROP_HEADER
						     : BABEL_DROP_BODY_LENGTH);
		ck_assert_uint_eq(cut.count, 0);
	}
	/* T-50: with a body length that agrees, only the TLV that is cut is lost. */
	for (size_t i = BABEL_HEADER_SIZE; i <= size; i++) {
		packet[2] = (uint8_t)((i - BABEL_HEADER_SIZE) >> 8);
		packet[3] = (uint8_t)(i - BABEL_HEADER_SIZE);
		reading_of(&cut, packet, i);
		ck_assert_int_eq(cut.packet, BABEL_DROP_NONE);
		ck_assert_uint_le(cut.count, whole.count);
		for (size_t j = 0; j < cut.count; j++) {
			if (cut.drops[j] == BABEL_DROP_NONE)
				ck_assert_int_eq(cut.tlvs[j].type, whole.tlvs[j].type);
			else
				ck_assert_uint_eq(j, cut.count - 1);
		}
	}
}
END_TEST

START_TEST(seqnos_are_compared_modulo)
{
	/* T-01: the wrap from 65535 to 0. */
	ck_assert(babel_seqno_is_less(65535, 0));
	ck_assert(!babel_seqno_is_less(0, 65535));
	ck_assert(babel_seqno_is_less(0, 1));
	ck_assert(!babel_seqno_is_less(1, 1));
	ck_assert(babel_seqno_is_less(0, 32767));
	/* RFC 8966 §3.2.1: half the circle away, neither is less. */
	ck_assert(!babel_seqno_is_less(0, 32768));
	ck_assert(!babel_seqno_is_less(32768, 0));
}
END_TEST

START_TEST(every_drop_has_a_name)
{
	for (int i = 0; i < BABEL_DROP_COUNT; i++)
		ck_assert_ptr_nonnull(babel_drop_name((enum babel_drop)i));
}
END_TEST

static Suite *
packet_suite(void)
{
	const TTest *const tests[] = {
		a_bad_header_drops_the_packet,
		the_trailer_is_ignored,
		pads_and_unknown_tlvs_are_skipped,
		a_tlv_over_the_end_is_dropped_and_ends_the_body,
		hello_carries_kind_seqno_and_interval,
		an_interval_of_zero_is_refused,
		interval_ffff_of_an_update_is_kept,
		ihu_names_its_receiver,
		unknown_address_encodings_are_refused,
		an_unknown_encoding_leaves_the_parser_state,
		prefix_lengths_and_omitted_octets_have_bounds,
		default_prefixes_are_kept_per_encoding,
		the_router_id_flag_takes_it_from_the_prefix,
		a_router_id_of_zeroes_or_ones_is_refused,
		a_finite_update_needs_router_id_and_next_hop,
		next_hops_are_kept_per_family,
		a_mapped_next_hop_is_refused,
		a_retraction_needs_neither_router_id_nor_next_hop,
		a_wildcard_update_only_retracts,
		a_wildcard_request_has_no_prefix,
		a_seqno_request_carries_all_of_it,
		an_unknown_mandatory_subtlv_refuses_its_tlv,
		other_subtlvs_are_skipped,
		a_refused_tlv_still_updates_the_parser_state,
		an_update_ignored_for_another_reason_updates_the_parser_state,
		an_unreadable_update_leaves_no_default_prefix,
		a_source_prefix_is_part_of_the_key,
		a_mapped_ipv6_prefix_is_not_an_ipv4_one,
		what_is_written_is_read_back,
		updates_are_compressed,
		the_router_id_flag_is_used_for_host_routes,
		a_full_packet_takes_nothing_and_stays_good,
		every_truncation_is_survived,
		seqnos_are_compared_modulo,
		every_drop_has_a_name,
	};
	Suite *suite = suite_create("babel packet");

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++) {
		TCase *tcase = tcase_create("packet");

		tcase_add_test(tcase, tests[i]);
		suite_add_tcase(suite, tcase);
	}
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(packet_suite());
	int failed;

	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
