/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets to rtnetlink.  What is written and read through them is in sysdep/netlink.
 */
#include <errno.h>
#include <sys/socket.h>
#include <linux/netlink.h>
#include <unistd.h>
#include "sysdep/linux/world.h"

int
linux_netlink_open(struct netlink_socket *to, uint32_t room)
{
	struct sockaddr_nl name = { .nl_family = AF_NETLINK };
	socklen_t size = sizeof name;
	int on = 1, value = (int)room;

	if (to->fd >= 0)
		return 0;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_ROUTE);
	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&name, sizeof name) < 0 ||
	    getsockname(fd, (struct sockaddr *)&name, &size) < 0) {
		int error = -errno;
		close(fd);
		return error;
	}
	/* Beyond the system's limit, where we have the right to it. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &value, sizeof value) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &value, sizeof value);
	size = sizeof value;
	if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &value, &size) == 0)
		to->receive_room = (uint32_t)value;
	/* Errors without a copy of what was asked; dumps of only what was asked for.
	 * Where the kernel is too old for either, the answers are just longer. */
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof on);
	to->fd = fd;
	to->port = name.nl_pid;
	return 0;
}

void
linux_netlink_close(struct netlink_socket *from)
{
	if (from->fd >= 0)
		close(from->fd);
	from->fd = -1;
}

int
linux_netlink_send(const struct netlink_socket *to, const void *bytes, size_t size)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	ssize_t sent;

	do
		sent = sendto(to->fd, bytes, size, 0, (const struct sockaddr *)&kernel,
			      sizeof kernel);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

ptrdiff_t
linux_netlink_receive(const struct netlink_socket *from, void *bytes, size_t room)
{
	for (;;) {
		struct sockaddr_nl name = { 0 };
		socklen_t size = sizeof name;
		ssize_t got = recvfrom(from->fd, bytes, room, MSG_DONTWAIT | MSG_TRUNC,
				       (struct sockaddr *)&name, &size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		/* Only the kernel has port 0; other processes may write to us too. */
		if (size != sizeof name || name.nl_pid != 0)
			continue;
		return (size_t)got > room ? -ENOBUFS : got;
	}
}
