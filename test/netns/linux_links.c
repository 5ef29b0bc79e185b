/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interfaces, addresses and UDP of the Linux world against a real kernel.
 */
#include "test/netns/linux_world.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>

static const struct sys_interface *
interface_last(const char *name, bool *gone)
{
	for (unsigned i = seen->interface_count; i-- > 0;)
		if (!strcmp(seen->interfaces[i].name, name)) {
			*gone = seen->interface_gone[i];
			return &seen->interfaces[i];
		}
	return NULL;
}

static bool
interface_has(const char *name, uint32_t flags, uint32_t without)
{
	bool gone;
	const struct sys_interface *interface = interface_last(name, &gone);

	return interface && !gone && (interface->flags & flags) == flags &&
	       !(interface->flags & without);
}

START_TEST(a_scan_tells_interfaces_and_addresses)
{
	bool gone, found = false;

	seen->class->interface_scan(seen->sys);
	until(seen->interface_scans == 1);
	ck_assert(interface_has("lo", SYS_IF_LOOPBACK | SYS_IF_UP, SYS_IF_MULTICAST));
	ck_assert(interface_has("n0", SYS_IF_UP | SYS_IF_MULTICAST | SYS_IF_BROADCAST,
				SYS_IF_LOOPBACK | SYS_IF_TUNNEL | SYS_IF_WIRELESS));
	ck_assert_uint_eq(interface_last("n0", &gone)->index, if_nametoindex("n0"));
	ck_assert_uint_eq(interface_last("n0", &gone)->mtu, 1500);
	for (unsigned i = 0; i < seen->address_count; i++)
		if (addr_equal(seen->addresses[i].addr, address("10.1.0.1"))) {
			char text[PREFIX_TEXT];
			found = true;
			ck_assert_str_eq(prefix_format(&seen->addresses[i].prefix, text),
					 "10.1.0.0/24");
			ck_assert_uint_eq(seen->addresses[i].index, if_nametoindex("n0"));
			ck_assert_uint_eq(seen->addresses[i].flags, 0);
		}
	ck_assert(found);
}
END_TEST

START_TEST(changes_of_interfaces_are_told)
{
	bool gone = false;

	seen->class->interface_scan(seen->sys);
	until(seen->interface_scans == 1);
	until(interface_has("n0", SYS_IF_CARRIER, 0));
	shell("ip link set n1 down");
	until(interface_has("n0", SYS_IF_UP, SYS_IF_CARRIER));
	shell("ip link set n0 mtu 1400");
	until(interface_last("n0", &gone)->mtu == 1400);
	shell("ip link set n0 down");
	until(interface_has("n0", 0, SYS_IF_UP));
	shell("ip link set n0 name nx");
	until(interface_last("nx", &gone));
	shell("ip link set nx name n0; ip link del m0");
	until(interface_last("m0", &gone) && gone);
	shell("ip link add m0 type veth peer name m1");
	until(interface_last("m0", &gone) && !gone);
}
END_TEST

START_TEST(a_lost_carrier_is_told_at_once_to_who_asks)
{
	seen->class->interface_scan(seen->sys);
	until(seen->interface_scans == 1);
	/* Both ends have one number, as of hardware: the kernel is not in a hurry then.
	 */
	shell("ip netns add far && ip link add c0 index 77 type veth "
	      "peer name c0 index 77 netns far");
	shell("ip link set c0 up && ip -n far link set c0 up");
	until(interface_has("c0", SYS_IF_CARRIER, 0));
	shell("ip link set m1 down"); /* Another link: it waits a second from here on. */
	until(interface_has("m0", SYS_IF_UP, SYS_IF_CARRIER));
	shell("ip -n far link set c0 down");
	seen->class->interface_check(seen->sys, 77);
	linux_run_once(seen->sys, false);
	ck_assert(interface_has("c0", SYS_IF_UP, SYS_IF_CARRIER));
	shell("ip netns del far");
}
END_TEST

/* What was told of our address; null if nothing was. */
static const struct sys_address *
address_told(const char *text, bool gone)
{
	for (unsigned i = 0; i < seen->address_count; i++)
		if (seen->address_gone[i] == gone &&
		    addr_equal(seen->addresses[i].addr, address(text)))
			return &seen->addresses[i];
	return NULL;
}

START_TEST(changes_of_addresses_are_told)
{
	seen->class->interface_scan(seen->sys);
	until(seen->interface_scans == 1);
	shell("ip addr add 10.7.0.1 peer 10.7.0.2/32 dev n0");
	until(address_told("10.7.0.1", false));
	const struct sys_address *told = address_told("10.7.0.1", false);
	ck_assert_uint_eq(told->flags, SYS_ADDRESS_PEER);
	ck_assert(addr_equal(told->prefix.addr, address("10.7.0.2")));
	ck_assert_ptr_null(address_told("10.7.0.1", true));
	shell("ip addr del 10.7.0.1 peer 10.7.0.2/32 dev n0");
	until(address_told("10.7.0.1", true));
}
END_TEST

START_TEST(a_flood_of_notifications_ends_in_an_overrun)
{
	seen->class->fib_scan(seen->sys, 100, NET_BIT(NET_IP4));
	until(seen->scans == 1);
	/* T-42: while nobody reads, more than the socket holds. */
	shell("(for r in 1 2 3; do for i in $(seq 0 59); do for j in $(seq 0 249); do "
	      "echo route replace 10.$i.$j.0/24 dev n0 table 100; done; done; done) | ip "
	      "-batch -");
	until(seen->overruns >= 1);
}
END_TEST

static void
receive(void *context, struct sys_udp *udp, const struct sys_udp_packet *packets,
	size_t count)
{
	(void)context;
	(void)udp;
	seen->receive_calls++;
	for (size_t i = 0; i < count; i++) {
		unsigned at = seen->packet_count++;
		if (at >= ROOM)
			continue;
		seen->packets[at] = packets[i];
		memcpy(seen->bytes[at], packets[i].bytes,
		       packets[i].size < 64 ? packets[i].size : 64);
	}
}

static const struct sys_udp_ops udp_ops = { .receive = receive };

/* Waits until each interface has its own link-local address. */
static void
links_await(void)
{
	unsigned found;

	seen->class->interface_scan(seen->sys);
	do {
		unsigned before = seen->address_count;
		until(seen->address_count > before || seen->interface_scans == 1);
		seen->interface_scans = 0;
		found = 0;
		for (unsigned i = 0; i < seen->address_count; i++)
			found += addr_is_link_local(seen->addresses[i].addr) &&
				 !(seen->addresses[i].flags & SYS_ADDRESS_TENTATIVE);
	} while (found < 4);
}

static struct sys_udp *
udp_on(const char *interface, const char *group)
{
	struct sys_udp_args args = { .port = 6696,
				     .index = if_nametoindex(interface),
				     .group = address(group),
				     .ttl = 1,
				     .tos = 0xc0,
				     .priority = 6,
				     .reuse = true };
	struct sys_udp *udp;

	if (addr_is_ip4(args.group))
		args.local = addr_from_ip4(0);
	ck_assert_int_eq(seen->class->udp_open(seen->sys, &args, &udp_ops, NULL, &udp),
			 0);
	return udp;
}

START_TEST(a_multicast_packet_arrives_on_the_right_interface_only)
{
	static const char *const groups[] = { "ff02::1:6", "224.0.0.111" };

	links_await();
	for (unsigned i = 0; i < 2; i++) {
		const char *names[] = { "n0", "n1", "m0", "m1" };
		struct sys_udp *udps[4];
		for (unsigned at = 0; at < 4; at++)
			udps[at] = udp_on(names[at], groups[i]);
		seen->packet_count = 0;
		usec_t before = seen->class->now(seen->sys);
		ck_assert_int_eq(seen->class->udp_send(udps[0], if_nametoindex("n0"),
						       addr_any, address(groups[i]), 6696,
						       "hello", 5),
				 0);
		until(seen->packet_count == 1);
		linux_run_once(seen->sys, false);
		ck_assert_uint_eq(seen->packet_count, 1);
		ck_assert_uint_eq(seen->packets[0].index, if_nametoindex("n1"));
		ck_assert_uint_eq(seen->packets[0].source_port, 6696);
		ck_assert_uint_eq(seen->packets[0].size, 5);
		ck_assert_mem_eq(seen->bytes[0], "hello", 5);
		ck_assert(addr_equal(seen->packets[0].destination, address(groups[i])));
		if (i == 0)
			ck_assert(addr_is_link_local(seen->packets[0].source));
		else
			ck_assert(
				addr_equal(seen->packets[0].source, address("10.1.0.1")));
		ck_assert_int_ge(seen->packets[0].received, before);
		ck_assert_int_le(seen->packets[0].received, seen->class->now(seen->sys));
		for (unsigned at = 0; at < 4; at++)
			seen->class->udp_close(udps[at]);
	}
}
END_TEST

/* Messages of ICMPv6 of one type, not those of another, and whole. */
START_TEST(a_message_of_icmp6_is_heard_with_its_hop_limit_and_checksum)
{
	static const uint8_t advertisement[16] = { 134 }, solicitation[8] = { 133 };
	struct sys_udp_args args = { .group = address("ff02::1"),
				     .ttl = 255,
				     .tells_ttl = true,
				     .icmp6_type = 134 };
	struct sys_udp *from, *to;

	links_await();
	args.index = if_nametoindex("n0");
	ck_assert_int_eq(seen->class->udp_open(seen->sys, &args, &udp_ops, NULL, &from),
			 0);
	args.index = if_nametoindex("n1");
	ck_assert_int_eq(seen->class->udp_open(seen->sys, &args, &udp_ops, NULL, &to), 0);
	seen->packet_count = 0;
	ck_assert_int_eq(seen->class->udp_send(from, if_nametoindex("n0"), addr_any,
					       args.group, 0, solicitation,
					       sizeof(solicitation)),
			 0);
	ck_assert_int_eq(seen->class->udp_send(from, if_nametoindex("n0"), addr_any,
					       args.group, 0, advertisement,
					       sizeof(advertisement)),
			 0);
	until(seen->packet_count == 1);
	linux_run_once(seen->sys, false);
	ck_assert_uint_eq(seen->packet_count, 1);
	ck_assert_uint_eq(seen->packets[0].index, if_nametoindex("n1"));
	ck_assert_uint_eq(seen->packets[0].ttl, 255);
	ck_assert_uint_eq(seen->packets[0].source_port, 0);
	ck_assert(addr_is_link_local(seen->packets[0].source));
	ck_assert(addr_equal(seen->packets[0].destination, args.group));
	ck_assert_uint_eq(seen->packets[0].size, sizeof(advertisement));
	ck_assert_uint_eq(seen->bytes[0][0], 134);
	ck_assert_uint_ne(seen->bytes[0][2] | seen->bytes[0][3], 0);
	seen->class->udp_close(from);
	seen->class->udp_close(to);
}
END_TEST

START_TEST(a_burst_is_read_in_batches_and_none_is_lost)
{
	struct sys_udp *a = udp_on("n0", "ff02::1:6"), *b = udp_on("n1", "ff02::1:6");

	links_await();
	for (unsigned i = 0; i < 40; i++)
		ck_assert_int_eq(seen->class->udp_send(a, if_nametoindex("n0"), addr_any,
						       address("ff02::1:6"), 6696, &i,
						       sizeof i),
				 0);
	until(seen->packet_count == 40);
	ck_assert_uint_le(seen->receive_calls, 4);
	for (unsigned i = 0; i < 40; i++)
		ck_assert_mem_eq(seen->bytes[i], &i, sizeof i);
	seen->class->udp_close(a);
	seen->class->udp_close(b);
}
END_TEST

START_TEST(a_chosen_source_address_is_used)
{
	struct sys_udp *a = udp_on("n0", "ff02::1:6"), *b = udp_on("n1", "ff02::1:6");

	links_await();
	ck_assert_int_eq(seen->class->udp_send(a, if_nametoindex("n0"),
					       address("fd01::1"), address("fd01::2"),
					       6696, "x", 1),
			 0);
	until(seen->packet_count == 1);
	ck_assert(addr_equal(seen->packets[0].source, address("fd01::1")));
	ck_assert(addr_equal(seen->packets[0].destination, address("fd01::2")));
	ck_assert_int_eq(seen->class->udp_send(a, if_nametoindex("n0"),
					       address("fd77::1"), address("fd01::2"),
					       6696, "x", 1),
			 -EINVAL);
	seen->class->udp_close(a);
	seen->class->udp_close(b);
}
END_TEST

START_TEST(a_chosen_ipv4_source_address_is_used)
{
	struct sys_udp_args args = { .local = addr_from_ip4(0),
				     .port = 5000,
				     .priority = -1,
				     .tos = 0x10,
				     .receive_buffer = 300000 };
	struct sys_udp *udp;

	ck_assert_int_eq(seen->class->udp_open(seen->sys, &args, &udp_ops, NULL, &udp),
			 0);
	ck_assert_int_eq(seen->class->udp_send(udp, 0, address("10.2.0.1"),
					       address("10.1.0.1"), 5000, "x", 1),
			 0);
	until(seen->packet_count == 1);
	ck_assert(addr_equal(seen->packets[0].source, address("10.2.0.1")));
	ck_assert(addr_equal(seen->packets[0].destination, address("10.1.0.1")));
	ck_assert_uint_eq(seen->packets[0].source_port, 5000);
	seen->class->udp_close(udp);
}
END_TEST

START_TEST(a_socket_that_cannot_be_is_refused)
{
	struct sys_udp_args args = { .local = address("10.77.0.1"), .port = 5000 };
	struct sys_udp *udp, *other;

	ck_assert_int_eq(seen->class->udp_open(seen->sys, &args, &udp_ops, NULL, &udp),
			 -EADDRNOTAVAIL);
	args.local = address("10.1.0.1");
	ck_assert_int_eq(seen->class->udp_open(seen->sys, &args, &udp_ops, NULL, &udp),
			 0);
	ck_assert_int_eq(seen->class->udp_open(seen->sys, &args, &udp_ops, NULL, &other),
			 -EADDRINUSE);
	args.port = 5001;
	args.index = 9999;
	ck_assert_int_eq(seen->class->udp_open(seen->sys, &args, &udp_ops, NULL, &other),
			 -EADDRNOTAVAIL);
	args.local = addr_any;
	ck_assert_int_eq(seen->class->udp_open(seen->sys, &args, &udp_ops, NULL, &other),
			 -ENODEV);
	seen->class->udp_close(udp);
}
END_TEST

static void
close_on_receive(void *context, struct sys_udp *udp, const struct sys_udp_packet *packets,
		 size_t count)
{
	(void)packets;
	(void)context;
	seen->packet_count += (unsigned)count;
	seen->class->udp_close(udp);
}

START_TEST(a_socket_may_be_closed_from_its_callback)
{
	static const struct sys_udp_ops ops = { .receive = close_on_receive };
	struct sys_udp_args args = { .local = address("10.1.0.1"),
				     .port = 5000,
				     .priority = -1 };
	struct sys_udp *udp, *other;

	ck_assert_int_eq(seen->class->udp_open(seen->sys, &args, &ops, NULL, &udp), 0);
	args.port = 0;
	args.local = address("10.2.0.1");
	ck_assert_int_eq(seen->class->udp_open(seen->sys, &args, &ops, NULL, &other), 0);
	for (unsigned i = 0; i < 40; i++)
		seen->class->udp_send(other, 0, addr_any, address("10.1.0.1"), 5000, "x",
				      1);
	until(seen->packet_count);
	ck_assert_uint_le(seen->packet_count, 16);
	linux_run_once(seen->sys, false);
	seen->class->udp_close(other);
}
END_TEST

START_TEST(a_socket_survives_its_interface)
{
	struct sys_udp *a = udp_on("m0", "ff02::1:6");

	shell("ip link del m0");
	linux_run_once(seen->sys, false);
	ck_assert_int_lt(seen->class->udp_send(a, 9999, addr_any, address("ff02::1:6"),
					       6696, "x", 1),
			 0);
	seen->class->udp_close(a);
	shell("ip link add m0 type veth peer name m1");
}
END_TEST

const TTest *const *const link_tests[] = {
	&a_scan_tells_interfaces_and_addresses,
	&changes_of_interfaces_are_told,
	&a_lost_carrier_is_told_at_once_to_who_asks,
	&changes_of_addresses_are_told,
	&a_flood_of_notifications_ends_in_an_overrun,
	&a_multicast_packet_arrives_on_the_right_interface_only,
	&a_message_of_icmp6_is_heard_with_its_hop_limit_and_checksum,
	&a_burst_is_read_in_batches_and_none_is_lost,
	&a_chosen_source_address_is_used,
	&a_chosen_ipv4_source_address_is_used,
	&a_socket_that_cannot_be_is_refused,
	&a_socket_may_be_closed_from_its_callback,
	&a_socket_survives_its_interface,
	NULL,
};
