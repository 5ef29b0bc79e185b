/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names and options of sockets, IPv4 and IPv6.
 */
#include <errno.h>
#include <string.h>
#include "sysdep/linux/socket.h"

socklen_t
linux_name_put(struct sockaddr_in6 *name, bool ip4, struct addr addr, uint16_t port,
	       uint32_t index)
{
	memset(name, 0, sizeof *name);
	if (ip4) {
		struct sockaddr_in *in = (struct sockaddr_in *)name;
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		in->sin_addr.s_addr = htonl(addr_is_any(addr) ? 0 : addr_to_ip4(addr));
		return sizeof *in;
	}
	name->sin6_family = AF_INET6;
	name->sin6_port = htons(port);
	memcpy(&name->sin6_addr, addr.bytes, sizeof name->sin6_addr);
	if (addr_is_link_local(addr) || addr_is_multicast(addr))
		name->sin6_scope_id = index;
	return sizeof *name;
}

struct addr
linux_name_get(const struct sockaddr_in6 *name, uint16_t *port)
{
	*port = ntohs(name->sin6_port); /* At the same place in both. */
	if (name->sin6_family == AF_INET)
		return addr_from_ip4(
			ntohl(((const struct sockaddr_in *)name)->sin_addr.s_addr));
	return addr_from_bytes(name->sin6_addr.s6_addr);
}

int
linux_option_set(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof value) < 0 ? -errno : 0;
}
