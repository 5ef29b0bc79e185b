/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The netlink codec: what is written is read again, every truncation of a good message is
 * refused or is a good shorter one, and nonsense has a name.
 */
#include "lib/macros.h"
#include "sysdep/netlink/interface.h"
#include "sysdep/netlink/route.h"
#include "test/unit/unit.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

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
	bool host_bits;

	ck_assert(prefix_parse(text, strlen(text), &prefix, &host_bits));
	return prefix;
}

/* One of many routes: each feature in some, and all together in some. */
static struct fib_route
route_make(unsigned shape, struct fib_nexthop nexthops[3], struct fib_metric metrics[2])
{
	struct fib_route route = { .table = shape & 1 ? 254 : 70000, .protocol = 77 };

	memset(nexthops, 0, 3 * sizeof nexthops[0]);
	route.net = shape & 2 ? net("2001:db8::/33") : net("10.64.0.0/10");
	if ((shape & 6) == 6) {
		route.net.type = NET_IP6_SADR;
		route.net.source = address("fd00:1::");
		route.net.source_length = 32;
	}
	if (shape & 8) {
		route.metric = 32;
		route.realm = shape & 2 ? 0 : 9;
		route.scope = 253;
		route.prefsrc = shape & 2 ? address("fd00::9") : address("10.0.0.9");
		metrics[0] = (struct fib_metric){ .type = 2, .value = 1400 };
		metrics[1] = (struct fib_metric){ .type = 8, .value = 1360 };
		route.metrics = metrics;
		route.metric_count = 2;
	}
	for (unsigned i = 0; i < 3; i++) {
		nexthops[i].index = 7 + i;
		nexthops[i].weight = 1;
		nexthops[i].gateway =
			shape & 2 ? address("fe80::1") : address("10.0.0.1");
	}
	nexthops[0].flags = FIB_NEXTHOP_ONLINK;
	nexthops[1].gateway = address("fe80::2"); /* IPv4 by IPv6 as well. */
	nexthops[2].gateway = addr_any;
	route.nexthops = nexthops;
	route.nexthop_count = (uint16_t)(shape >> 4 & 3);
	if (route.nexthop_count > 1) {
		nexthops[0].weight = 256;
		nexthops[1].weight = 17;
	}
	if (!route.nexthop_count)
		route.dest = FIB_PROHIBIT;
	return route;
}

#define SHAPES 64

static void
routes_equal(const struct fib_route *a, const struct fib_route *b)
{
	ck_assert(prefix_equal(&a->net, &b->net));
	ck_assert_uint_eq(a->table, b->table);
	ck_assert_uint_eq(a->metric, b->metric);
	ck_assert_uint_eq(a->dest, b->dest);
	ck_assert_uint_eq(a->protocol, b->protocol);
	ck_assert_uint_eq(a->scope, b->scope);
	ck_assert_uint_eq(a->realm, b->realm);
	ck_assert(addr_equal(a->prefsrc, b->prefsrc));
	ck_assert_uint_eq(a->nexthop_count, b->nexthop_count);
	for (unsigned i = 0; i < a->nexthop_count; i++)
		ck_assert_mem_eq(&a->nexthops[i], &b->nexthops[i], sizeof a->nexthops[i]);
	ck_assert_uint_eq(a->metric_count, b->metric_count);
	for (unsigned i = 0; i < a->metric_count; i++) {
		ck_assert_uint_eq(a->metrics[i].type, b->metrics[i].type);
		ck_assert_uint_eq(a->metrics[i].value, b->metrics[i].value);
	}
}

START_TEST(a_route_survives_being_written_and_read)
{
	static struct netlink_route read;
	struct fib_nexthop nexthops[3];
	struct fib_metric metrics[2];
	struct netlink_message message;
	uint8_t bytes[512];

	for (unsigned shape = 0; shape < SHAPES; shape++) {
		struct fib_route route = route_make(shape, nexthops, metrics);
		struct wire_out out = wire_out(bytes, sizeof bytes);
		ck_assert(netlink_put_route(&out, RTM_NEWROUTE, NLM_F_REQUEST, 5, 6,
					    &route));
		struct wire_in in = wire_in(bytes, wire_used(&out));
		ck_assert(netlink_get_message(&in, &message));
		ck_assert_uint_eq(message.type, RTM_NEWROUTE);
		ck_assert_uint_eq(message.flags, NLM_F_REQUEST);
		ck_assert_uint_eq(message.sequence, 5);
		ck_assert_uint_eq(message.port, 6);
		ck_assert_int_eq(netlink_get_route(&message, &read), NETLINK_GOOD);
		routes_equal(&read.route, &route);
		ck_assert(!netlink_get_message(&in, &message));
		ck_assert(!in.bad);
	}
}
END_TEST

START_TEST(a_deletion_names_only_the_key)
{
	static struct netlink_route read;
	struct fib_nexthop nexthops[3];
	struct fib_metric metrics[2];
	struct netlink_message message;
	uint8_t bytes[512];

	for (unsigned shape = 0; shape < SHAPES; shape++) {
		struct fib_route route = route_make(shape, nexthops, metrics);
		struct wire_out out = wire_out(bytes, sizeof bytes);
		ck_assert(netlink_put_route(&out, RTM_DELROUTE, 0, 0, 0, &route));
		struct wire_in in = wire_in(bytes, wire_used(&out));
		ck_assert(netlink_get_message(&in, &message));
		ck_assert_int_eq(netlink_get_route(&message, &read), NETLINK_GOOD);
		ck_assert(prefix_equal(&read.route.net, &route.net));
		ck_assert_uint_eq(read.route.table, route.table);
		ck_assert_uint_eq(read.route.metric, route.metric);
		ck_assert_uint_eq(read.route.protocol, route.protocol);
		ck_assert_uint_eq(read.route.nexthop_count, 0);
		ck_assert_uint_eq(read.route.metric_count, 0);
	}
}
END_TEST

START_TEST(a_route_that_has_no_room_leaves_the_buffer_as_it_was)
{
	struct fib_nexthop nexthops[3];
	struct fib_metric metrics[2];
	uint8_t bytes[512];

	for (unsigned shape = 0; shape < SHAPES; shape++) {
		struct fib_route route = route_make(shape, nexthops, metrics);
		struct wire_out whole = wire_out(bytes, sizeof bytes);
		ck_assert(netlink_put_route(&whole, RTM_NEWROUTE, 0, 0, 0, &route));
		for (size_t room = 0; room < wire_used(&whole); room++) {
			uint8_t *exact = malloc(room + 1);
			struct wire_out out = wire_out(exact, room);
			ck_assert(
				!netlink_put_route(&out, RTM_NEWROUTE, 0, 0, 0, &route));
			ck_assert_uint_eq(wire_used(&out), 0);
			ck_assert(!out.full);
			free(exact);
		}
	}
}
END_TEST

/* Reads all that a datagram holds, in every way; a copy of exactly its size, so that a
 * sanitizer sees each step beyond. */
static void
read_all(const uint8_t *bytes, size_t size)
{
	static struct netlink_route route;
	struct netlink_message message;
	struct sys_interface interface;
	struct sys_address address_of;
	struct netlink_dump dump;
	int error;
	uint8_t *exact = malloc(size + 1);

	memcpy(exact, bytes, size);
	struct wire_in in = wire_in(exact, size);
	while (netlink_get_message(&in, &message)) {
		netlink_get_route(&message, &route);
		netlink_get_interface(&message, &interface);
		netlink_get_address(&message, &address_of);
		netlink_get_error(&message, &error);
		netlink_get_dump(&message, &dump);
	}
	free(exact);
}

/* The same, with the length in its header made to fit. */
static void
read_cut(const uint8_t *bytes, size_t size)
{
	uint8_t copy[512];
	uint32_t length = (uint32_t)size;

	memcpy(copy, bytes, size);
	if (size >= sizeof length)
		memcpy(copy, &length, sizeof length);
	read_all(copy, size);
}

START_TEST(every_truncation_and_every_changed_byte_is_read_within_bounds)
{
	struct fib_nexthop nexthops[3];
	struct fib_metric metrics[2];
	uint8_t bytes[512];

	for (unsigned shape = 0; shape < SHAPES; shape++) {
		struct fib_route route = route_make(shape, nexthops, metrics);
		struct wire_out out = wire_out(bytes, sizeof bytes);
		ck_assert(netlink_put_route(&out, RTM_NEWROUTE, 0, 0, 0, &route));
		for (size_t size = 0; size < wire_used(&out); size++) {
			read_all(bytes, size);
			read_cut(bytes, size);
		}
		for (size_t at = 0; at < wire_used(&out); at++)
			for (unsigned value = 0; value < 256; value += 5) {
				uint8_t old = bytes[at];
				bytes[at] = (uint8_t)value;
				read_all(bytes, wire_used(&out));
				bytes[at] = old;
			}
	}
}
END_TEST

START_TEST(a_message_that_is_cut_off_is_not_taken)
{
	struct netlink_message message;
	struct fib_nexthop nexthops[3];
	struct fib_metric metrics[2];
	struct fib_route route = route_make(0x1a, nexthops, metrics);
	uint8_t bytes[512];
	struct wire_out out = wire_out(bytes, sizeof bytes);

	ck_assert(netlink_put_route(&out, RTM_NEWROUTE, 0, 0, 0, &route));
	for (size_t size = 1; size < wire_used(&out); size++) {
		struct wire_in in = wire_in(bytes, size);
		ck_assert(!netlink_get_message(&in, &message));
		ck_assert(in.bad);
	}
}
END_TEST

/* A route message with a header of our choice and the attributes that follow. */
struct route_message {
	uint8_t bytes[4096];
	struct wire_out out;
	uint8_t *start;
};

static struct rtmsg *
route_begin(struct route_message *to, uint8_t family, uint8_t length)
{
	struct rtmsg header = { .rtm_family = family,
				.rtm_dst_len = length,
				.rtm_type = RTN_UNICAST,
				.rtm_table = RT_TABLE_MAIN };
	to->out = wire_out(to->bytes, sizeof to->bytes);
	to->start = netlink_begin(&to->out, RTM_NEWROUTE, 0, 0, 0);
	struct rtmsg *place = (struct rtmsg *)(void *)to->out.at;
	wire_put_bytes(&to->out, &header, sizeof header);
	return place;
}

static enum netlink_reason
route_read(struct route_message *from, struct netlink_route *to)
{
	struct netlink_message message;

	ck_assert(netlink_end(&from->out, from->start));
	struct wire_in in = wire_in(from->bytes, wire_used(&from->out));
	ck_assert(netlink_get_message(&in, &message));
	return netlink_get_route(&message, to);
}

START_TEST(routes_that_we_do_not_hold_are_told_apart_from_nonsense)
{
	static struct netlink_route to;
	struct route_message m;
	static const uint8_t types[] = { RTN_LOCAL, RTN_BROADCAST, RTN_MULTICAST,
					 RTN_THROW, RTN_UNSPEC };

	for (unsigned i = 0; i < ARRAY_SIZE(types); i++) {
		route_begin(&m, AF_INET, 0)->rtm_type = types[i];
		ck_assert_int_eq(route_read(&m, &to), NETLINK_OTHER);
	}
	route_begin(&m, AF_INET, 0)->rtm_flags = RTM_F_CLONED;
	ck_assert_int_eq(route_read(&m, &to), NETLINK_OTHER);
	route_begin(&m, AF_INET, 0)->rtm_tos = 4;
	ck_assert_int_eq(route_read(&m, &to), NETLINK_OTHER);
	route_begin(&m, AF_MPLS, 0);
	ck_assert_int_eq(route_read(&m, &to), NETLINK_OTHER);
	route_begin(&m, AF_INET, 0);
	netlink_put_attr_u32(&m.out, RTA_ENCAP_TYPE, 1);
	ck_assert_int_eq(route_read(&m, &to), NETLINK_OTHER);
}
END_TEST

START_TEST(nonsense_has_a_name)
{
	static struct netlink_route to;
	struct route_message m;

	route_begin(&m, AF_INET, 33);
	ck_assert_int_eq(route_read(&m, &to), NETLINK_BAD_LENGTH);
	route_begin(&m, AF_INET6, 129);
	ck_assert_int_eq(route_read(&m, &to), NETLINK_BAD_LENGTH);
	route_begin(&m, AF_INET, 8); /* Without RTA_DST. */
	ck_assert_int_eq(route_read(&m, &to), NETLINK_BAD_VALUE);
	route_begin(&m, AF_INET, 8);
	netlink_put_attr(&m.out, RTA_DST, "12345", 5);
	ck_assert_int_eq(route_read(&m, &to), NETLINK_BAD_LENGTH);
	route_begin(&m, AF_INET, 0);
	netlink_put_attr(&m.out, RTA_OIF, "12", 2);
	ck_assert_int_eq(route_read(&m, &to), NETLINK_BAD_LENGTH);
	route_begin(&m, AF_INET, 0);
	netlink_put_attr(&m.out, RTA_VIA, "\x63\0aaaa", 6);
	ck_assert_int_eq(route_read(&m, &to), NETLINK_BAD_VALUE);
	route_begin(&m, AF_INET, 0);
	netlink_put_u32(&m.out, 3); /* An attribute shorter than its header. */
	ck_assert_int_eq(route_read(&m, &to), NETLINK_TRUNCATED);
	route_begin(&m, AF_INET, 0);
	netlink_put_attr(&m.out, RTA_MULTIPATH, "\4\0\0\0", 4);
	ck_assert_int_eq(route_read(&m, &to), NETLINK_BAD_LENGTH);
	for (unsigned i = 0; i < NETLINK_REASONS; i++)
		ck_assert_uint_gt(strlen(netlink_reason_name((enum netlink_reason)i)), 0);
}
END_TEST

START_TEST(more_next_hops_or_metrics_than_there_is_room_for_are_refused)
{
	static struct netlink_route to;
	static struct route_message m;
	struct rtnexthop hop = { .rtnh_len = sizeof hop, .rtnh_ifindex = 2 };

	for (unsigned count = NETLINK_NEXTHOPS; count <= NETLINK_NEXTHOPS + 1; count++) {
		route_begin(&m, AF_INET, 0);
		uint8_t *nest = netlink_nest_begin(&m.out, RTA_MULTIPATH);
		for (unsigned i = 0; i < count; i++)
			wire_put_bytes(&m.out, &hop, sizeof hop);
		netlink_nest_end(&m.out, nest);
		ck_assert_int_eq(route_read(&m, &to), count > NETLINK_NEXTHOPS
							      ? NETLINK_TOO_MANY
							      : NETLINK_GOOD);
	}
	for (unsigned count = NETLINK_METRICS; count <= NETLINK_METRICS + 1; count++) {
		route_begin(&m, AF_INET, 0);
		uint8_t *nest = netlink_nest_begin(&m.out, RTA_METRICS);
		for (unsigned i = 0; i < count; i++)
			netlink_put_attr_u32(&m.out, 2, 1);
		netlink_nest_end(&m.out, nest);
		ck_assert_int_eq(route_read(&m, &to), count > NETLINK_METRICS
							      ? NETLINK_TOO_MANY
							      : NETLINK_GOOD);
	}
}
END_TEST

START_TEST(host_bits_of_a_destination_are_cut)
{
	static struct netlink_route to;
	struct route_message m;

	route_begin(&m, AF_INET, 8);
	netlink_put_attr(&m.out, RTA_DST, "\x0a\x01\x02\x03", 4);
	ck_assert_int_eq(route_read(&m, &to), NETLINK_GOOD);
	struct prefix want = net("10.0.0.0/8");
	ck_assert(prefix_equal(&to.route.net, &want));
}
END_TEST

START_TEST(an_ipv6_prefix_of_mapped_addresses_stays_ipv6)
{
	static struct netlink_route to;
	struct route_message m;
	struct addr mapped = address("10.1.0.0");

	route_begin(&m, AF_INET6, 112);
	netlink_put_attr(&m.out, RTA_DST, mapped.bytes, sizeof mapped.bytes);
	ck_assert_int_eq(route_read(&m, &to), NETLINK_GOOD);
	ck_assert_uint_eq(to.route.net.type, NET_IP6);
	ck_assert_uint_eq(to.route.net.length, 112);
	ck_assert(addr_equal(to.route.net.addr, mapped));
}
END_TEST

START_TEST(an_interface_survives_being_written_and_read)
{
	struct netlink_message message;
	struct sys_interface read;
	uint8_t bytes[256];

	for (uint32_t flags = 0; flags < 64; flags++) {
		struct sys_interface interface = { .index = 9,
						   .name = "fifteen_letters",
						   .flags = flags,
						   .mtu = 1420,
						   .master = flags & 1 ? 3 : 0 };
		/* One that is down has no carrier. */
		if (!(flags & SYS_IF_UP))
			interface.flags &= ~(uint32_t)SYS_IF_CARRIER;
		if (!(flags & SYS_IF_LOOPBACK) && flags & SYS_IF_MULTICAST)
			interface.flags |= SYS_IF_TUNNEL;
		struct wire_out out = wire_out(bytes, sizeof bytes);
		ck_assert(netlink_put_interface(&out, RTM_NEWLINK, 0, 1, 0, &interface));
		struct wire_in in = wire_in(bytes, wire_used(&out));
		ck_assert(netlink_get_message(&in, &message));
		ck_assert_int_eq(netlink_get_interface(&message, &read), NETLINK_GOOD);
		ck_assert_mem_eq(&read, &interface, sizeof read);
		for (size_t size = 0; size < wire_used(&out); size++)
			read_cut(bytes, size);
	}
}
END_TEST

START_TEST(a_bridge_port_that_leaves_is_not_an_interface_that_is_gone)
{
	struct ifinfomsg header = { .ifi_family = AF_BRIDGE, .ifi_index = 3 };
	struct netlink_message message;
	struct sys_interface read;
	uint8_t bytes[128];
	struct wire_out out = wire_out(bytes, sizeof bytes);

	uint8_t *start = netlink_begin(&out, RTM_DELLINK, 0, 0, 0);
	wire_put_bytes(&out, &header, sizeof header);
	netlink_put_attr(&out, IFLA_IFNAME, "eth0", 5);
	ck_assert(netlink_end(&out, start));
	struct wire_in in = wire_in(bytes, wire_used(&out));
	ck_assert(netlink_get_message(&in, &message));
	ck_assert_int_eq(netlink_get_interface(&message, &read), NETLINK_OTHER);
}
END_TEST

START_TEST(a_tunnel_is_known_by_its_kind)
{
	struct ifinfomsg header = { .ifi_index = 3, .ifi_type = 1 };
	static const struct {
		const char *kind;
		size_t size;
		bool tunnel;
	} kinds[] = { { "gretap", 6, true }, { "gretap", 7, true },
		      { "veth", 5, false },  { "wireguard", 10, true },
		      { "tunx", 5, false },  { "", 0, false },
		      { "gr", 2, false } };

	for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct netlink_message message;
		struct sys_interface read;
		uint8_t bytes[128];
		struct wire_out out = wire_out(bytes, sizeof bytes);
		uint8_t *start = netlink_begin(&out, RTM_NEWLINK, 0, 0, 0);
		wire_put_bytes(&out, &header, sizeof header);
		netlink_put_attr(&out, IFLA_IFNAME, "x", 2);
		uint8_t *nest = netlink_nest_begin(&out, IFLA_LINKINFO);
		netlink_put_attr(&out, IFLA_INFO_KIND, kinds[i].kind, kinds[i].size);
		netlink_nest_end(&out, nest);
		ck_assert(netlink_end(&out, start));
		struct wire_in in = wire_in(bytes, wire_used(&out));
		ck_assert(netlink_get_message(&in, &message));
		ck_assert_int_eq(netlink_get_interface(&message, &read), NETLINK_GOOD);
		ck_assert_int_eq(read.flags == SYS_IF_TUNNEL, kinds[i].tunnel);
	}
}
END_TEST

START_TEST(an_address_survives_being_written_and_read)
{
	struct sys_address addresses[] = {
		{ .index = 4, .addr = address("10.1.2.3"), .prefix = net("10.1.2.0/24") },
		{ .index = 4, .addr = address("fd00::7"), .prefix = net("fd00::/64") },
		{ .index = 5,
		  .flags = SYS_ADDRESS_PEER,
		  .addr = address("10.1.2.3"),
		  .prefix = net("10.9.9.9/32") },
		{ .index = 5,
		  .flags = SYS_ADDRESS_PEER,
		  .addr = address("fd00::7"),
		  .prefix = net("fd00::8/128") },
		{ .index = 6,
		  .flags = SYS_ADDRESS_TENTATIVE | SYS_ADDRESS_SECONDARY,
		  .addr = address("fe80::1"),
		  .prefix = net("fe80::/64") },
		{ .index = 1,
		  .flags = SYS_ADDRESS_OURS,
		  .addr = address("fd00::7"),
		  .prefix = net("fd00::7/128") },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(addresses); i++) {
		struct netlink_message message;
		struct sys_address read;
		uint8_t bytes[128];
		struct wire_out out = wire_out(bytes, sizeof bytes);
		ck_assert(netlink_put_address(&out, RTM_NEWADDR, 0, 0, 0, &addresses[i]));
		struct wire_in in = wire_in(bytes, wire_used(&out));
		ck_assert(netlink_get_message(&in, &message));
		ck_assert_int_eq(netlink_get_address(&message, &read), NETLINK_GOOD);
		ck_assert(addr_equal(read.addr, addresses[i].addr));
		ck_assert(prefix_equal(&read.prefix, &addresses[i].prefix));
		ck_assert_uint_eq(read.flags, addresses[i].flags);
		ck_assert_uint_eq(read.index, addresses[i].index);
		for (size_t size = 0; size < wire_used(&out); size++)
			read_cut(bytes, size);
	}
}
END_TEST

START_TEST(errors_and_ends_carry_their_number)
{
	struct netlink_message message,
		request = { .type = RTM_NEWROUTE, .sequence = 12 };
	uint8_t bytes[128];
	struct wire_out out = wire_out(bytes, sizeof bytes);
	int error;

	ck_assert(netlink_put_error(&out, &request, -ESRCH));
	ck_assert(netlink_put_error(&out, &request, 0));
	ck_assert(netlink_put_done(&out, &request, -EINTR));
	struct wire_in in = wire_in(bytes, wire_used(&out));
	static const int want[] = { -ESRCH, 0, -EINTR };
	for (unsigned i = 0; i < 3; i++) {
		ck_assert(netlink_get_message(&in, &message));
		ck_assert_uint_eq(message.type, i < 2 ? NLMSG_ERROR : NLMSG_DONE);
		ck_assert_uint_eq(message.sequence, 12);
		ck_assert_int_eq(netlink_get_error(&message, &error), NETLINK_GOOD);
		ck_assert_int_eq(error, want[i]);
	}
	ck_assert(!netlink_get_message(&in, &message));
}
END_TEST

START_TEST(a_dump_request_survives_being_written_and_read)
{
	static const struct netlink_dump dumps[] = {
		{ .type = RTM_GETLINK },
		{ .type = RTM_GETADDR, .family = AF_INET6 },
		{ .type = RTM_GETROUTE, .family = AF_INET, .table = 70000 },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(dumps); i++) {
		struct netlink_message message;
		struct netlink_dump read;
		uint8_t bytes[64];
		struct wire_out out = wire_out(bytes, sizeof bytes);
		ck_assert(netlink_put_dump(&out, &dumps[i], 4));
		struct wire_in in = wire_in(bytes, wire_used(&out));
		ck_assert(netlink_get_message(&in, &message));
		ck_assert_uint_eq(message.flags, NLM_F_REQUEST | NLM_F_DUMP);
		ck_assert_int_eq(netlink_get_dump(&message, &read), NETLINK_GOOD);
		ck_assert_uint_eq(read.type, dumps[i].type);
		ck_assert_uint_eq(read.family, dumps[i].family);
		ck_assert_uint_eq(read.table, dumps[i].table);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_route_survives_being_written_and_read,
		a_deletion_names_only_the_key,
		a_route_that_has_no_room_leaves_the_buffer_as_it_was,
		every_truncation_and_every_changed_byte_is_read_within_bounds,
		a_message_that_is_cut_off_is_not_taken,
		routes_that_we_do_not_hold_are_told_apart_from_nonsense,
		nonsense_has_a_name,
		more_next_hops_or_metrics_than_there_is_room_for_are_refused,
		host_bits_of_a_destination_are_cut,
		an_ipv6_prefix_of_mapped_addresses_stays_ipv6,
		an_interface_survives_being_written_and_read,
		a_bridge_port_that_leaves_is_not_an_interface_that_is_gone,
		a_tunnel_is_known_by_its_kind,
		an_address_survives_being_written_and_read,
		errors_and_ends_carry_their_number,
		a_dump_request_survives_being_written_and_read,
	};
	return unit_run("netlink", tests, ARRAY_SIZE(tests), NULL, 0);
}
