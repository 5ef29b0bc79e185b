/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interface and address messages of rtnetlink, RFC 3549 §2.3.3, both ways.
 */
#include <string.h>
#include <sys/socket.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include "lib/macros.h"
#include "sysdep/netlink/interface.h"

static bool type_is_tunnel(unsigned type);
static bool kind_is_tunnel(struct wire_in info);
static uint32_t flags_from_kernel(uint32_t flags);
static bool address_get(const struct netlink_attr *attr, uint8_t family,
			struct addr *addr);
static enum netlink_reason prefix_finish(struct sys_address *to, unsigned length,
					 uint8_t family, const struct addr *local,
					 const struct addr *address);

enum netlink_reason
netlink_get_interface(const struct netlink_message *message, struct sys_interface *to)
{
	struct wire_in body = message->body;
	struct netlink_attr attr;
	struct ifinfomsg header;

	if (message->type != RTM_NEWLINK && message->type != RTM_DELLINK)
		return NETLINK_OTHER;
	memset(to, 0, sizeof *to);
	wire_get_bytes(&body, &header, sizeof header);
	if (body.bad)
		return NETLINK_TRUNCATED;
	/* AF_BRIDGE: a port joined or left; its RTM_DELLINK doesn't mean the interface is
	 * gone. */
	if (header.ifi_family != AF_UNSPEC)
		return NETLINK_OTHER;
	if (header.ifi_index <= 0)
		return NETLINK_BAD_VALUE;
	to->index = (uint32_t)header.ifi_index;
	to->flags = flags_from_kernel(header.ifi_flags);
	if (type_is_tunnel(header.ifi_type))
		to->flags |= SYS_IF_TUNNEL;
	while (netlink_get_attr(&body, &attr)) {
		size_t size = wire_left(&attr.data);
		if (attr.type == IFLA_IFNAME) {
			if (size > sizeof to->name)
				return NETLINK_BAD_LENGTH;
			wire_get_bytes(&attr.data, to->name, size);
			to->name[sizeof to->name - 1] = 0;
		} else if (attr.type == IFLA_MTU || attr.type == IFLA_MASTER) {
			if (!netlink_attr_u32(&attr, attr.type == IFLA_MTU ? &to->mtu
									   : &to->master))
				return NETLINK_BAD_LENGTH;
		} else if (attr.type == IFLA_LINKINFO && kind_is_tunnel(attr.data)) {
			to->flags |= SYS_IF_TUNNEL;
		}
	}
	if (body.bad)
		return NETLINK_TRUNCATED;
	return to->name[0] ? NETLINK_GOOD : NETLINK_BAD_VALUE;
}

enum netlink_reason
netlink_get_address(const struct netlink_message *message, struct sys_address *to)
{
	struct addr local, address;
	bool has_local = false, has_address = false;
	struct wire_in body = message->body;
	struct netlink_attr attr;
	struct ifaddrmsg header;

	if (message->type != RTM_NEWADDR && message->type != RTM_DELADDR)
		return NETLINK_OTHER;
	memset(to, 0, sizeof *to);
	wire_get_bytes(&body, &header, sizeof header);
	if (body.bad)
		return NETLINK_TRUNCATED;
	if (header.ifa_family != AF_INET && header.ifa_family != AF_INET6)
		return NETLINK_OTHER;
	uint32_t flags = header.ifa_flags;
	uint8_t protocol = 0;
	while (netlink_get_attr(&body, &attr)) {
		bool good = true;
		if (attr.type == IFA_LOCAL)
			good = has_local = address_get(&attr, header.ifa_family, &local);
		else if (attr.type == IFA_ADDRESS)
			good = has_address =
				address_get(&attr, header.ifa_family, &address);
		else if (attr.type == IFA_FLAGS)
			good = netlink_attr_u32(&attr, &flags);
		else if (attr.type == IFA_PROTO)
			good = netlink_attr_u8(&attr, &protocol);
		if (!good)
			return NETLINK_BAD_LENGTH;
	}
	if (body.bad)
		return NETLINK_TRUNCATED;
	to->index = header.ifa_index;
	/* Optimistic addresses may be used although detection goes on (RFC 4429 §3.3). */
	if ((flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) && !(flags & IFA_F_OPTIMISTIC))
		to->flags |= SYS_ADDRESS_TENTATIVE;
	if (flags & IFA_F_SECONDARY)
		to->flags |= SYS_ADDRESS_SECONDARY;
	if (protocol == FIB_PROTOCOL_MESHD)
		to->flags |= SYS_ADDRESS_OURS;
	return prefix_finish(to, header.ifa_prefixlen, header.ifa_family,
			     has_local ? &local : NULL, has_address ? &address : NULL);
}

bool
netlink_put_interface_request(struct wire_out *out, uint32_t index)
{
	struct ifinfomsg header = { .ifi_index = (int)index };
	uint8_t *start = netlink_begin(out, RTM_GETLINK, NLM_F_REQUEST, 0, 0);

	wire_put_bytes(out, &header, sizeof header);
	netlink_put_attr_u32(out, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return netlink_end(out, start);
}

bool
netlink_put_interface(struct wire_out *out, uint16_t type, uint16_t flags,
		      uint32_t sequence, uint32_t port,
		      const struct sys_interface *interface)
{
	uint32_t is = interface->flags;
	struct ifinfomsg header = {
		.ifi_type = is & SYS_IF_LOOPBACK ? ARPHRD_LOOPBACK
			    : is & SYS_IF_TUNNEL ? ARPHRD_NONE
						 : ARPHRD_ETHER,
		.ifi_index = (int)interface->index,
		.ifi_flags = (is & SYS_IF_UP ? IFF_UP : 0u) |
			     (is & SYS_IF_CARRIER ? IFF_RUNNING | IFF_LOWER_UP : 0u) |
			     (is & SYS_IF_LOOPBACK ? IFF_LOOPBACK : 0u) |
			     (is & SYS_IF_POINTTOPOINT ? IFF_POINTOPOINT : 0u) |
			     (is & SYS_IF_MULTICAST ? IFF_MULTICAST : 0u) |
			     (is & SYS_IF_BROADCAST ? IFF_BROADCAST : 0u),
	};
	uint8_t *start = netlink_begin(out, type, flags, sequence, port);

	wire_put_bytes(out, &header, sizeof header);
	netlink_put_attr(out, IFLA_IFNAME, interface->name, strlen(interface->name) + 1);
	netlink_put_attr_u32(out, IFLA_MTU, interface->mtu);
	if (interface->master)
		netlink_put_attr_u32(out, IFLA_MASTER, interface->master);
	return netlink_end(out, start);
}

bool
netlink_put_address(struct wire_out *out, uint16_t type, uint16_t flags,
		    uint32_t sequence, uint32_t port, const struct sys_address *address)
{
	static const uint8_t ours = FIB_PROTOCOL_MESHD;
	bool ip4 = address->prefix.type == NET_IP4,
	     peer = address->flags & SYS_ADDRESS_PEER;
	uint32_t kernel =
		(address->flags & SYS_ADDRESS_TENTATIVE ? IFA_F_TENTATIVE : 0u) |
		(address->flags & SYS_ADDRESS_SECONDARY ? IFA_F_SECONDARY : 0u);
	struct ifaddrmsg header = {
		.ifa_family = ip4 ? AF_INET : AF_INET6,
		.ifa_prefixlen = address->prefix.length,
		.ifa_flags = (uint8_t)kernel,
		.ifa_index = address->index,
	};
	const struct addr *other = peer ? &address->prefix.addr : &address->addr;
	size_t skip = ip4 ? 12 : 0;
	uint8_t *start = netlink_begin(out, type, flags, sequence, port);

	wire_put_bytes(out, &header, sizeof header);
	netlink_put_attr(out, IFA_ADDRESS, other->bytes + skip,
			 sizeof other->bytes - skip);
	if (ip4 || peer)
		netlink_put_attr(out, IFA_LOCAL, address->addr.bytes + skip,
				 sizeof address->addr.bytes - skip);
	netlink_put_attr_u32(out, IFA_FLAGS, kernel);
	/* Linux passes over what it does not know. */
	if (address->flags & SYS_ADDRESS_OURS)
		netlink_put_attr(out, IFA_PROTO, &ours, sizeof ours);
	return netlink_end(out, start);
}

static bool
type_is_tunnel(unsigned type)
{
	switch (type) {
	case ARPHRD_NONE: /* tun, wireguard */
	case ARPHRD_PPP:
	case ARPHRD_TUNNEL:
	case ARPHRD_TUNNEL6:
	case ARPHRD_SIT:
	case ARPHRD_IPGRE:
	case ARPHRD_IP6GRE: return true;
	}
	return false;
}

/* Tunnels that look like an Ethernet. */
static bool
kind_is_tunnel(struct wire_in info)
{
	static const char *const kinds[] = {
		"tun",    "wireguard", "gretap", "ip6gretap", "vxlan",  "geneve", "vti",
		"vti6",   "bareudp",   "xfrm",   "gre",       "ip6gre", "sit",    "ipip",
		"ip6tnl", "erspan",    "l2tp",   "l2tpeth",   "amt"
	};
	struct netlink_attr attr;

	while (netlink_get_attr(&info, &attr)) {
		if (attr.type != IFLA_INFO_KIND)
			continue;
		size_t size = wire_left(&attr.data);
		const uint8_t *kind = wire_get_view(&attr.data, size);
		for (size_t i = 0; size && i < ARRAY_SIZE(kinds); i++)
			/* With and without its terminator. */
			if (size - !kind[size - 1] == strlen(kinds[i]) &&
			    !memcmp(kind, kinds[i], strlen(kinds[i])))
				return true;
	}
	return false;
}

static uint32_t
flags_from_kernel(uint32_t flags)
{
	uint32_t to = 0;

	if (flags & IFF_UP)
		to |= SYS_IF_UP;
	/* RUNNING follows the operational state: up, or unknown to a driver that doesn't
	 * tell. */
	if ((flags & IFF_UP) && (flags & IFF_RUNNING))
		to |= SYS_IF_CARRIER;
	if (flags & IFF_LOOPBACK)
		to |= SYS_IF_LOOPBACK;
	if (flags & IFF_POINTOPOINT)
		to |= SYS_IF_POINTTOPOINT;
	if (flags & IFF_MULTICAST)
		to |= SYS_IF_MULTICAST;
	if (flags & IFF_BROADCAST)
		to |= SYS_IF_BROADCAST;
	return to;
}

static bool
address_get(const struct netlink_attr *attr, uint8_t family, struct addr *addr)
{
	struct wire_in in = attr->data;
	uint8_t bytes[16];

	if (wire_left(&in) != (family == AF_INET ? 4u : 16u))
		return false;
	if (family == AF_INET) {
		*addr = addr_from_ip4(wire_get_u32(&in));
	} else {
		wire_get_bytes(&in, bytes, sizeof bytes);
		*addr = addr_from_bytes(bytes);
	}
	return true;
}

/* IFA_LOCAL is ours; IFA_ADDRESS the peer's, or ours again where there is none (IPv6 then
 * leaves IFA_LOCAL out). */
static enum netlink_reason
prefix_finish(struct sys_address *to, unsigned length, uint8_t family,
	      const struct addr *local, const struct addr *address)
{
	unsigned longest = family == AF_INET ? 32 : 128;

	if (!local)
		local = address;
	if (!address)
		address = local;
	if (!local)
		return NETLINK_BAD_VALUE;
	if (length > longest)
		return NETLINK_BAD_LENGTH;
	to->addr = *local;
	if (!addr_equal(*local, *address))
		to->flags |= SYS_ADDRESS_PEER;
	to->prefix.type = family == AF_INET ? NET_IP4 : NET_IP6;
	to->prefix.length = (uint8_t)length;
	to->prefix.addr = addr_mask(*address, prefix_offset(&to->prefix) + length);
	return NETLINK_GOOD;
}
