/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ports on links of transports: the packets they make and which ones they take.
 */
#include "test/unit/nest/carrier.h"

#include <errno.h>

#define BABEL  6696
#define HEADER 48

/* What a port has heard. */
struct ear {
	struct link_port *port;
	unsigned count;
	struct link_packet last;
	uint8_t bytes[64];
	bool close;
};

static void
ear_receive(void *context, struct link_port *port, const struct link_packet *packets,
	    size_t count)
{
	struct ear *ear = context;
	ck_assert_uint_eq(count, 1);
	ear->count++;
	ear->last = packets[0];
	ck_assert_uint_le(packets[0].size, sizeof(ear->bytes));
	memcpy(ear->bytes, packets[0].bytes, packets[0].size);
	if (ear->close)
		link_port_close(port);
}

static const struct link_port_ops ear_ops = { .receive = ear_receive };

/* Two links of one transport, whose interface is fe80::1, so that what is sent over one
 * can be received over the other. */
struct pair {
	struct carriers carriers;
	struct carrier *carrier;
	struct link *a, *b;
	struct ear at_a, at_b;
};

static void
ear_open(struct ear *ear, struct link *link, const char *group, uint16_t port)
{
	struct link_port_args args = { .port = port,
				       .group = carriers_addr(group),
				       .tos = 0xc0 };
	ck_assert_int_eq(link_port_open(link, &args, &ear_ops, ear, &ear->port), 0);
}

static void
pair_open(struct pair *pair)
{
	*pair = (struct pair){ 0 };
	carriers_open(&pair->carriers);
	pair->carrier = pair->carriers.carrier;
	carriers_tell(&pair->carriers, "t0", 7, false);
	carriers_tell_addr(&pair->carriers, 7, "fe80::1", 64, false);
	pair->a = carriers_link(&pair->carriers, "t0/a");
	pair->b = carriers_link(&pair->carriers, "t0/b");
	link_set_up(pair->a, true);
	link_set_up(pair->b, true);
	ear_open(&pair->at_a, pair->a, "ff02::1:6", BABEL);
	ear_open(&pair->at_b, pair->b, "ff02::1:6", BABEL);
}

static void
pair_close(struct pair *pair)
{
	carriers_close(&pair->carriers);
}

/* Sends over a; the packet is in the carrier. */
static void
pair_send(struct pair *pair, const char *to, const char *text)
{
	struct addr addr = to ? carriers_addr(to) : addr_any;
	ck_assert_int_eq(link_port_send(pair->at_a.port, addr, text, strlen(text)), 0);
	ck_assert_ptr_eq(pair->carrier->sent_on, pair->a);
	ck_assert_uint_eq(pair->carrier->size, HEADER + strlen(text));
}

static bool
pair_receive(struct pair *pair)
{
	return link_receive(pair->b, pair->carrier->packet, pair->carrier->size, 12345);
}

START_TEST(what_a_port_sends_another_hears)
{
	struct pair pair;
	pair_open(&pair);
	for (unsigned i = 0; i < 2; i++) {
		pair_send(&pair, i == 0 ? NULL : "fe80::1", "hello");
		ck_assert(pair_receive(&pair));
		ck_assert_uint_eq(pair.at_b.count, i + 1);
		ck_assert_uint_eq(pair.at_b.last.size, 5);
		ck_assert_mem_eq(pair.at_b.bytes, "hello", 5);
		ck_assert_uint_eq(pair.at_b.last.source_port, BABEL);
		ck_assert_int_eq(pair.at_b.last.received, 12345);
		ck_assert(addr_equal(pair.at_b.last.source, carriers_addr("fe80::1")));
	}
	ck_assert_uint_eq(pair.at_a.count, 0);
	pair_close(&pair);
}
END_TEST

/* Made with another tool: fe80::1 to ff02::1:6, hop limit 1, class 0xc0. */
START_TEST(packets_are_as_they_are_on_a_wire)
{
	static const uint8_t expected[HEADER + 5] = {
		[0] = 0x6c, [5] = 13,    [6] = 17,    [7] = 1,     [8] = 0xfe,
		[9] = 0x80, [23] = 1,    [24] = 0xff, [25] = 2,    [37] = 1,
		[39] = 6,   [40] = 0x1a, [41] = 0x28, [42] = 0x1a, [43] = 0x28,
		[45] = 13,  [46] = 0x8a, [47] = 0x26, [48] = 'h',  [49] = 'e',
		[50] = 'l', [51] = 'l',  [52] = 'o',
	};
	struct pair pair;
	pair_open(&pair);
	pair_send(&pair, NULL, "hello");
	ck_assert_mem_eq(pair.carrier->packet, expected, sizeof(expected));
	pair_close(&pair);
}
END_TEST

START_TEST(a_sum_of_zero_is_written_as_all_ones)
{
	struct pair pair;
	uint8_t payload[2] = { 0, 0 };
	pair_open(&pair);
	/* What the checksum is with zeros is what is missing to make it zero. */
	ck_assert_int_eq(link_port_send(pair.at_a.port, addr_any, payload, 2), 0);
	memcpy(payload, pair.carrier->packet + 46, 2);
	ck_assert_int_eq(link_port_send(pair.at_a.port, addr_any, payload, 2), 0);
	ck_assert_uint_eq(wire_load_u16(pair.carrier->packet + 46), 0xffff);
	ck_assert(pair_receive(&pair));
	ck_assert_uint_eq(pair.at_b.count, 1);
	/* RFC 8200 §8.1: a sum of zero is none, which IPv6 doesn't allow. */
	wire_store_u16(pair.carrier->packet + 46, 0);
	ck_assert(pair_receive(&pair));
	ck_assert_uint_eq(pair.at_b.count, 1);
	pair_close(&pair);
}
END_TEST

START_TEST(no_packet_with_a_flipped_bit_is_heard)
{
	struct pair pair;
	pair_open(&pair);
	pair_send(&pair, "fe80::1", "seven"); /* Of an odd size. */
	for (unsigned bit = 0; bit < 8 * pair.carrier->size; bit++) {
		/* Class, flow label and hop limit are not summed. */
		bool summed = bit / 8 >= 8 || (bit / 8 >= 4 && bit / 8 < 7) || bit < 4;
		pair.carrier->packet[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		pair_receive(&pair);
		ck_assert_msg(!summed || pair.at_b.count == 0, "bit %u", bit);
		pair.at_b.count = 0;
		pair.carrier->packet[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
	}
	ck_assert(pair_receive(&pair));
	ck_assert_uint_eq(pair.at_b.count, 1);
	pair_close(&pair);
}
END_TEST

START_TEST(no_part_of_a_packet_is_taken)
{
	struct pair pair;
	pair_open(&pair);
	pair_send(&pair, NULL, "hello");
	for (size_t size = 0; size < pair.carrier->size; size++) {
		/* In memory of its own, for the address sanitizer. */
		uint8_t *part = mem_alloc(size + 1);
		memcpy(part, pair.carrier->packet, size);
		ck_assert(!link_receive(pair.b, part, size, 0));
		mem_free(part);
	}
	ck_assert(!link_receive(pair.b, pair.carrier->packet, pair.carrier->size + 1, 0));
	ck_assert_uint_eq(pair.at_b.count, 0);
	pair_close(&pair);
}
END_TEST

START_TEST(what_no_port_waits_for_is_left_to_the_kernel)
{
	struct pair pair;
	struct ear other = { 0 };
	pair_open(&pair);
	pair_send(&pair, "fe80::2", "not ours");
	ck_assert(!pair_receive(&pair));
	pair_send(&pair, "ff02::1", "not our group");
	ck_assert(!pair_receive(&pair));
	link_port_close(pair.at_b.port);
	ear_open(&other, pair.b, "ff02::1:6", BABEL + 1);
	pair_send(&pair, NULL, "not our port");
	ck_assert(!pair_receive(&pair));
	ck_assert_uint_eq(other.count + pair.at_b.count, 0);
	pair_close(&pair);
}
END_TEST

START_TEST(a_multicast_is_for_every_port_and_a_unicast_for_one)
{
	struct pair pair;
	struct ear second = { 0 };
	pair_open(&pair);
	ear_open(&second, pair.b, "ff02::1:6", BABEL);
	pair_send(&pair, NULL, "all");
	ck_assert(pair_receive(&pair));
	ck_assert_uint_eq(pair.at_b.count, 1);
	ck_assert_uint_eq(second.count, 1);
	pair_send(&pair, "fe80::1", "one");
	ck_assert(pair_receive(&pair));
	ck_assert_uint_eq(pair.at_b.count + second.count, 3);
	/* One may close itself while it hears. */
	pair.at_b.close = true;
	pair_send(&pair, NULL, "all");
	ck_assert(pair_receive(&pair));
	ck_assert_uint_eq(second.count, 2);
	pair_close(&pair);
}
END_TEST

START_TEST(a_port_is_deaf_and_dumb_while_its_link_is_down)
{
	struct pair pair;
	pair_open(&pair);
	pair_send(&pair, NULL, "hello");
	link_set_up(pair.b, false);
	ck_assert(!pair_receive(&pair));
	ck_assert_int_eq(link_port_send(pair.at_b.port, addr_any, "x", 1), -ENETDOWN);
	struct link_port_args args = { .port = 1 };
	struct link_port *port;
	ck_assert_int_eq(link_port_open(pair.b, &args, &ear_ops, NULL, &port), -ENETDOWN);
	ck_assert_ptr_null(port);
	/* And goes on when it comes back. */
	link_set_up(pair.b, true);
	ck_assert(pair_receive(&pair));
	ck_assert_uint_eq(pair.at_b.count, 1);
	ck_assert_int_eq(link_port_send(pair.at_b.port, addr_any, "x", 1), 0);
	pair_close(&pair);
}
END_TEST

START_TEST(a_port_closes_with_its_link)
{
	struct pair pair;
	pair_open(&pair);
	link_gone(pair.b);
	/* A leak or a second close would be seen by the sanitizer. */
	pair_send(&pair, NULL, "still");
	pair_close(&pair);
}
END_TEST

START_TEST(a_packet_fits_the_link_and_has_a_source_or_is_refused)
{
	struct pair pair;
	uint8_t bytes[1500] = { 0 };
	pair_open(&pair);
	ck_assert_int_eq(link_port_send(pair.at_a.port, addr_any, bytes, 1420 - HEADER),
			 0);
	ck_assert_int_eq(link_port_send(pair.at_a.port, addr_any, bytes, 1421 - HEADER),
			 -EMSGSIZE);
	carriers_tell_addr(&pair.carriers, 7, "fe80::1", 64, true);
	ck_assert_int_eq(link_port_send(pair.at_a.port, addr_any, bytes, 1),
			 -EADDRNOTAVAIL);
	ck_assert_uint_eq(pair.carrier->sends, 1);
	pair_close(&pair);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_a_port_sends_another_hears,
		packets_are_as_they_are_on_a_wire,
		a_sum_of_zero_is_written_as_all_ones,
		no_packet_with_a_flipped_bit_is_heard,
		no_part_of_a_packet_is_taken,
		what_no_port_waits_for_is_left_to_the_kernel,
		a_multicast_is_for_every_port_and_a_unicast_for_one,
		a_port_is_deaf_and_dumb_while_its_link_is_down,
		a_port_closes_with_its_link,
		a_packet_fits_the_link_and_has_a_source_or_is_refused,
	};
	return unit_run("link_port", tests, ARRAY_SIZE(tests), NULL, 0);
}
