/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What we set of interfaces: MTU, up, addresses.  Each is one request to rtnetlink, which
 * the kernel has carried out and answered when the call returns.
 */
#include <errno.h>
#include <sys/socket.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include "sysdep/linux/world.h"
#include "sysdep/netlink/interface.h"

#define ROOM 512 /* Bytes of a request or its answer. */

static int address_change(uint16_t type, uint16_t flags, uint32_t index, struct addr addr,
			  unsigned length);
static uint8_t *change_begin(struct wire_out *out, uint32_t index, unsigned flags);
static int request(const struct wire_out *out);

int
linux_interface_setup(uint32_t index, uint32_t mtu)
{
	uint8_t bytes[ROOM], none = IN6_ADDR_GEN_MODE_NONE;
	struct wire_out out = wire_out(bytes, sizeof bytes);
	uint8_t *start = change_begin(&out, index, 0);
	int error;

	netlink_put_attr_u32(&out, IFLA_MTU, mtu);
	netlink_end(&out, start);
	if ((error = request(&out)))
		return error;
	out = wire_out(bytes, sizeof bytes);
	start = change_begin(&out, index, 0);
	uint8_t *outer = netlink_nest_begin(&out, IFLA_AF_SPEC);
	uint8_t *inner = netlink_nest_begin(&out, AF_INET6);
	netlink_put_attr(&out, IFLA_INET6_ADDR_GEN_MODE, &none, sizeof none);
	netlink_nest_end(&out, inner);
	netlink_nest_end(&out, outer);
	netlink_end(&out, start);
	request(&out); /* Fails where there is no IPv6, and no harm done. */
	out = wire_out(bytes, sizeof bytes);
	start = change_begin(&out, index, IFF_UP);
	netlink_end(&out, start);
	return request(&out);
}

int
linux_address_add(struct sys *sys, uint32_t index, struct addr addr, unsigned length)
{
	(void)sys;
	int error = address_change(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, index, addr,
				   length);
	return error == -EEXIST ? 0 : error;
}

int
linux_address_remove(struct sys *sys, uint32_t index, struct addr addr, unsigned length)
{
	(void)sys;
	return address_change(RTM_DELADDR, 0, index, addr, length);
}

static int
address_change(uint16_t type, uint16_t flags, uint32_t index, struct addr addr,
	       unsigned length)
{
	const struct sys_address address = { .index = index,
					     .flags = SYS_ADDRESS_OURS,
					     .addr = addr,
					     .prefix = prefix_new(addr, length) };
	uint8_t bytes[ROOM];
	struct wire_out out = wire_out(bytes, sizeof bytes);

	netlink_put_address(&out, type, (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags), 0,
			    0, &address);
	return request(&out);
}

/* A change of an interface; `flags` are to be set. */
static uint8_t *
change_begin(struct wire_out *out, uint32_t index, unsigned flags)
{
	struct ifinfomsg header = { .ifi_index = (int)index,
				    .ifi_flags = flags,
				    .ifi_change = flags };
	uint8_t *start = netlink_begin(out, RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK, 0, 0);

	wire_put_bytes(out, &header, sizeof header);
	return start;
}

static int
request(const struct wire_out *out)
{
	struct netlink_socket socket = { .fd = -1 };
	struct netlink_message message;
	uint8_t bytes[ROOM];
	int error = linux_netlink_open(&socket, ROOM);

	if (!error)
		error = linux_netlink_send(&socket, out->start, wire_used(out));
	if (!error) {
		ptrdiff_t size = linux_netlink_receive(&socket, bytes, sizeof bytes);
		struct wire_in in = wire_in(bytes, size > 0 ? (size_t)size : 0);
		if (size < 0)
			error = (int)size;
		else if (!netlink_get_message(&in, &message) ||
			 netlink_get_error(&message, &error) != NETLINK_GOOD)
			error = -EBADMSG;
	}
	linux_netlink_close(&socket);
	return error;
}
