/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TUN interfaces of the Linux world against a real kernel.
 */
#include "test/netns/linux_world.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>

/* What the TUN and the socket beside it were told. */
struct ends {
	struct sys_tun *tun;
	struct sys_udp *udp;
	unsigned packets, calls, datagrams;
	uint8_t first[64];
	uint16_t source_port;
	bool close, lost;
};

static void
tun_receive(void *context, struct sys_tun *tun, const struct sys_tun_packet *packets,
	    size_t count)
{
	struct ends *ends = context;

	if (ends->packets == 0)
		memcpy(ends->first, packets[0].bytes, MIN(packets[0].size, 64));
	ends->packets += (unsigned)count;
	ends->calls++;
	if (ends->close)
		seen->class->tun_close(tun);
}

static void
tun_lost(void *context, struct sys_tun *tun, int error)
{
	ck_assert_int_lt(error, 0);
	((struct ends *)context)->lost = true;
	seen->class->tun_close(tun);
}

static const struct sys_tun_ops tun_ops = { tun_receive, tun_lost };

static void
udp_receive(void *context, struct sys_udp *udp, const struct sys_udp_packet *packets,
	    size_t count)
{
	struct ends *ends = context;

	(void)udp;
	ends->datagrams += (unsigned)count;
	ends->source_port = packets[0].source_port;
}

static const struct sys_udp_ops udp_ops = { .receive = udp_receive };

/* t0 with 10.5.0.1/24, and a socket on it. */
static void
ends_open(struct ends *ends)
{
	struct sys_udp_args args = { .local = address("10.5.0.1"), .port = 5000 };

	*ends = (struct ends){ 0 };
	ck_assert_int_eq(
		seen->class->tun_open(seen->sys, "t0", 1400, &tun_ops, ends, &ends->tun),
		0);
	ck_assert_int_eq(seen->class->address_add(seen->sys, if_nametoindex("t0"),
						  address("10.5.0.1"), 24),
			 0);
	ck_assert_int_eq(
		seen->class->udp_open(seen->sys, &args, &udp_ops, ends, &ends->udp), 0);
}

static bool
told(const char *name, uint32_t flags, bool gone)
{
	for (unsigned i = seen->interface_count; i-- > 0;)
		if (!strcmp(seen->interfaces[i].name, name))
			return seen->interface_gone[i] == gone &&
			       (seen->interfaces[i].flags & flags) == flags;
	return false;
}

/* Not every kernel knows that they are ours. */
static bool
address_told(const char *text, bool gone)
{
	for (unsigned i = seen->address_count; i-- > 0;)
		if (addr_equal(seen->addresses[i].addr, address(text)))
			return (seen->addresses[i].flags | SYS_ADDRESS_OURS) ==
				       SYS_ADDRESS_OURS &&
			       seen->address_gone[i] == gone;
	return false;
}

START_TEST(a_tun_is_told_and_has_only_the_addresses_it_is_given)
{
	struct ends ends;

	seen->class->interface_scan(seen->sys);
	until(seen->interface_scans == 1);
	unsigned before = seen->address_count;
	ends_open(&ends);
	until(told("t0", SYS_IF_UP | SYS_IF_CARRIER | SYS_IF_TUNNEL | SYS_IF_POINTTOPOINT,
		   false));
	until(address_told("10.5.0.1", false));
	uint32_t index = if_nametoindex("t0");
	ck_assert_int_eq(
		seen->class->address_add(seen->sys, index, address("fe80::7"), 64), 0);
	until(address_told("fe80::7", false));
	/* Those of the links may come late. */
	for (unsigned i = before; i < seen->address_count; i++)
		ck_assert(seen->addresses[i].index != index ||
			  addr_equal(seen->addresses[i].addr, address("10.5.0.1")) ||
			  addr_equal(seen->addresses[i].addr, address("fe80::7")));
	ck_assert_int_eq(
		seen->class->address_add(seen->sys, index, address("fe80::7"), 64), 0);
	ck_assert_int_lt(
		seen->class->address_add(seen->sys, 9999, address("fe80::7"), 64), 0);
	ck_assert_int_eq(
		seen->class->address_remove(seen->sys, index, address("fe80::7"), 64), 0);
	until(address_told("fe80::7", true));
	ck_assert_int_eq(
		seen->class->address_remove(seen->sys, index, address("fe80::7"), 64),
		-EADDRNOTAVAIL);
	seen->class->tun_close(ends.tun);
	until(told("t0", 0, true));
	seen->class->udp_close(ends.udp);
}
END_TEST

START_TEST(what_the_kernel_sends_into_a_tun_is_read_in_batches)
{
	struct ends ends;

	ends_open(&ends);
	for (unsigned i = 0; i < 40; i++)
		seen->class->udp_send(ends.udp, 0, addr_any, address("10.5.0.2"), 9, "x",
				      1);
	until(ends.packets == 40);
	ck_assert_uint_le(ends.calls, 8);
	ck_assert_uint_eq(ends.first[0], 0x45);
	ck_assert_uint_eq(ends.first[19], 2); /* To 10.5.0.2. */
	seen->class->udp_close(ends.udp);
	seen->class->tun_close(ends.tun);
}
END_TEST

START_TEST(what_is_written_to_a_tun_arrives)
{
	/* From 10.5.0.2, port 7, to 10.5.0.1, port 5000. */
	static const uint8_t packet[] = { 0x45, 0,    0,    29,   0, 0, 0,  0, 64, 17,
					  0x66, 0xc4, 10,   5,    0, 2, 10, 5, 0,  1,
					  0,    7,    0x13, 0x88, 0, 9, 0,  0, 'x' };
	struct ends ends;

	ends_open(&ends);
	ck_assert_int_eq(seen->class->tun_write(ends.tun, packet, sizeof(packet)), 0);
	until(ends.datagrams == 1);
	ck_assert_uint_eq(ends.source_port, 7);
	ck_assert_int_lt(seen->class->tun_write(ends.tun, "\x1f...", 4), 0);
	seen->class->udp_close(ends.udp);
	seen->class->tun_close(ends.tun);
}
END_TEST

START_TEST(a_tun_may_be_closed_from_its_callback)
{
	struct ends ends;

	ends_open(&ends);
	ends.close = true;
	for (unsigned i = 0; i < 40; i++)
		seen->class->udp_send(ends.udp, 0, addr_any, address("10.5.0.2"), 9, "x",
				      1);
	until(ends.packets);
	ck_assert_uint_eq(ends.calls, 1);
	ck_assert_uint_eq(if_nametoindex("t0"), 0);
	seen->class->udp_close(ends.udp);
}
END_TEST

START_TEST(a_tun_that_is_deleted_is_told_as_lost)
{
	struct ends ends;

	ends_open(&ends);
	shell("ip link del t0");
	until(ends.lost);
	seen->class->udp_close(ends.udp);
}
END_TEST

START_TEST(a_name_that_is_taken_is_refused)
{
	struct ends ends;
	struct sys_tun *other;

	ends_open(&ends);
	ck_assert_int_eq(
		seen->class->tun_open(seen->sys, "t0", 1400, &tun_ops, NULL, &other),
		-EBUSY);
	ck_assert_int_lt(
		seen->class->tun_open(seen->sys, "n0", 1400, &tun_ops, NULL, &other), 0);
	ck_assert_int_eq(seen->class->tun_open(seen->sys, "a-name-of-16-char", 1400,
					       &tun_ops, NULL, &other),
			 -ENAMETOOLONG);
	seen->class->udp_close(ends.udp);
	seen->class->tun_close(ends.tun);
}
END_TEST

const TTest *const *const tun_tests[] = {
	&a_tun_is_told_and_has_only_the_addresses_it_is_given,
	&what_the_kernel_sends_into_a_tun_is_read_in_batches,
	&what_is_written_to_a_tun_arrives,
	&a_tun_may_be_closed_from_its_callback,
	&a_tun_that_is_deleted_is_told_as_lost,
	&a_name_that_is_taken_is_refused,
	NULL,
};
