/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Netlink datagrams of any bytes: reading never steps outside, and a route that was
 * accepted is the same after it was written and read again.
 */
#include "sysdep/netlink/interface.h"
#include "sysdep/netlink/route.h"

#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
route_check(const struct netlink_message *message)
{
	static struct netlink_route first, second;
	static uint8_t bytes[65536];
	struct wire_out out = wire_out(bytes, sizeof bytes);
	struct netlink_message again;

	if (netlink_get_route(message, &first) != NETLINK_GOOD ||
	    !netlink_put_route(&out, RTM_NEWROUTE, 0, 0, 0, &first.route))
		return;
	struct wire_in in = wire_in(bytes, wire_used(&out));
	if (!netlink_get_message(&in, &again) ||
	    netlink_get_route(&again, &second) != NETLINK_GOOD ||
	    !prefix_equal(&first.route.net, &second.route.net) ||
	    first.route.nexthop_count != second.route.nexthop_count ||
	    first.route.metric_count != second.route.metric_count)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_in in = wire_in(data, size);
	struct netlink_message message;
	struct sys_interface interface;
	struct sys_address address;
	struct netlink_dump dump;
	int error;

	while (netlink_get_message(&in, &message)) {
		route_check(&message);
		netlink_get_interface(&message, &interface);
		netlink_get_address(&message, &address);
		netlink_get_error(&message, &error);
		netlink_get_dump(&message, &dump);
	}
	return 0;
}
