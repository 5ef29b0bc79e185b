/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets for UDP, IPv4 and IPv6, and for ICMPv6: read in batches, with the interface,
 * the destination and the time of each packet.
 */
#include <errno.h>
#include <netinet/icmp6.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "lib/mem.h"
#include "sysdep/linux/socket.h"
#include "sysdep/linux/world.h"

#define BATCH       16 /* Packets read by one call. */
#define BATCHES     8  /* Of these in one turn of the loop, so that others get theirs. */
#define PACKET_ROOM 65536 /* The longest there is. */
#define STAMP_LIMIT \
	USEC_S /* A time stamp older than this is no good: the clock was set. */

struct sys_udp {
	struct list link; /* world->udps */
	struct world *world;
	struct watch *watch;
	int fd;
	bool ip4;
	bool busy;      /* In a callback of ours. */
	bool closed;    /* By its user while busy; freed after. */
	uint32_t index; /* Bound to; 0: none. */
	const struct sys_udp_ops *ops;
	void *context;
};

/* Where packets are read to; memory that no packet has reached is never touched. */
struct udp_batch {
	struct mmsghdr messages[BATCH];
	struct iovec parts[BATCH];
	struct sockaddr_in6 names[BATCH];
	_Alignas(struct cmsghdr) uint8_t controls[BATCH][256];
	struct sys_udp_packet packets[BATCH];
	uint8_t bytes[BATCH][PACKET_ROOM];
};

static int socket_open(const struct sys_udp *udp, const struct sys_udp_args *args);
static int options_set(const struct sys_udp *udp, const struct sys_udp_args *args);
static int options_ip4(const struct sys_udp *udp, const struct sys_udp_args *args);
static int options_ip6(const struct sys_udp *udp, const struct sys_udp_args *args);
static int name_bind(const struct sys_udp *udp, const struct sys_udp_args *args);
static void udp_ready(void *context, unsigned events);
static size_t batch_read(struct sys_udp *udp, struct udp_batch *batch, int *error);
static bool packet_read(struct sys_udp *udp, const struct mmsghdr *message,
			struct sys_udp_packet *packet);
static usec_t stamp_read(const struct world *world, const struct timespec *stamp);
static struct udp_batch *batch_of(struct world *world);
static size_t control_put(const struct sys_udp *udp, void *control, uint32_t index,
			  struct addr source);

int
linux_udp_open(struct sys *sys, const struct sys_udp_args *args,
	       const struct sys_udp_ops *ops, void *context, struct sys_udp **made)
{
	struct world *world = world_of(sys);
	struct sys_udp *udp = mem_zalloc(sizeof *udp);
	int error;

	udp->world = world;
	udp->ops = ops;
	udp->context = context;
	udp->index = args->index;
	udp->ip4 = addr_is_ip4(args->local) || addr_is_ip4(args->group);
	udp->fd = socket_open(udp, args);
	error = udp->fd < 0 ? -errno : options_set(udp, args);
	if (!error)
		error = name_bind(udp, args);
	if (error) {
		if (udp->fd >= 0)
			close(udp->fd);
		mem_free(udp);
		return error;
	}
	list_push_back(&world->udps, &udp->link);
	udp->watch = linux_watch_new(world->loop, udp->fd, WATCH_READ, udp_ready, udp);
	*made = udp;
	return 0;
}

int
linux_udp_send(struct sys_udp *udp, uint32_t index, struct addr source, struct addr to,
	       uint16_t port, const void *bytes, size_t size)
{
	_Alignas(struct cmsghdr) uint8_t control[64] = { 0 };
	struct sockaddr_in6 name;
	struct iovec part = { .iov_base = (void *)bytes, .iov_len = size };
	struct msghdr message = { .msg_name = &name, .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t sent;

	message.msg_namelen = linux_name_put(&name, udp->ip4, to, port, index);
	if (index || !addr_is_any(source)) {
		message.msg_control = control;
		message.msg_controllen = control_put(udp, control, index, source);
	}
	do
		sent = sendmsg(udp->fd, &message, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

void
linux_udp_close(struct sys_udp *udp)
{
	if (!udp)
		return;
	udp->closed = true;
	if (udp->busy)
		return;
	list_remove(&udp->link);
	linux_watch_free(udp->watch);
	close(udp->fd);
	mem_free(udp);
}

void
linux_udp_free(struct world *world)
{
	list_each_safe(udp, &world->udps, struct sys_udp, link)
		linux_udp_close(udp);
	mem_free(world->udp_batch);
}

static int
socket_open(const struct sys_udp *udp, const struct sys_udp_args *args)
{
	const int how = SOCK_CLOEXEC | SOCK_NONBLOCK;

	if (args->icmp6_type)
		return socket(AF_INET6, SOCK_RAW | how, IPPROTO_ICMPV6);
	return socket(udp->ip4 ? AF_INET : AF_INET6, SOCK_DGRAM | how, IPPROTO_UDP);
}

/* What makes a socket of IPv6 one of the kind that is asked for. */
static int
kind_set(int fd, uint8_t icmp6_type)
{
	struct icmp6_filter filter;

	if (!icmp6_type)
		return linux_option_set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	ICMP6_FILTER_SETBLOCKALL(&filter);
	ICMP6_FILTER_SETPASS(icmp6_type, &filter);
	return setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter) < 0
		       ? -errno
		       : 0;
}

static int
options_set(const struct sys_udp *udp, const struct sys_udp_args *args)
{
	int fd = udp->fd, error = 0;

	if (args->reuse && (error = linux_option_set(fd, SOL_SOCKET, SO_REUSEADDR, 1)))
		return error;
	/* Bound by index, so that a rename in between can't hurt. Where we may not
	 * (before Linux 5.7 that needs CAP_NET_RAW), packets of other interfaces are
	 * dropped as they are read. */
	if (args->index)
		linux_option_set(fd, SOL_SOCKET, SO_BINDTOIFINDEX, (int)args->index);
	linux_option_set(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
	if (args->receive_buffer &&
	    linux_option_set(fd, SOL_SOCKET, SO_RCVBUFFORCE, (int)args->receive_buffer))
		linux_option_set(fd, SOL_SOCKET, SO_RCVBUF, (int)args->receive_buffer);
	error = udp->ip4 ? options_ip4(udp, args) : options_ip6(udp, args);
	if (error)
		return error;
	/* After the type of service, which sets a priority too.  Above 6 it needs a right
	 * we may not have, and it is only a wish. */
	if (args->priority >= 0)
		linux_option_set(fd, SOL_SOCKET, SO_PRIORITY, args->priority);
	return 0;
}

static int
options_ip4(const struct sys_udp *udp, const struct sys_udp_args *args)
{
	struct ip_mreqn group = { .imr_ifindex = (int)args->index };
	int fd = udp->fd, error;

	if ((error = linux_option_set(fd, IPPROTO_IP, IP_PKTINFO, 1)) ||
	    (error = linux_option_set(fd, IPPROTO_IP, IP_MULTICAST_LOOP,
				      args->multicast_loop)))
		return error;
	/* Without this a socket gets the groups of all sockets of the host. */
	linux_option_set(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0);
	if (args->ttl &&
	    ((error = linux_option_set(fd, IPPROTO_IP, IP_TTL, args->ttl)) ||
	     (error = linux_option_set(fd, IPPROTO_IP, IP_MULTICAST_TTL, args->ttl))))
		return error;
	if (args->tos && (error = linux_option_set(fd, IPPROTO_IP, IP_TOS, args->tos)))
		return error;
	if (args->tells_ttl && (error = linux_option_set(fd, IPPROTO_IP, IP_RECVTTL, 1)))
		return error;
	if (args->index &&
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &group, sizeof group) < 0)
		return -errno;
	if (addr_is_any(args->group))
		return 0;
	group.imr_multiaddr.s_addr = htonl(addr_to_ip4(args->group));
	if (setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group) < 0)
		return -errno;
	return 0;
}

static int
options_ip6(const struct sys_udp *udp, const struct sys_udp_args *args)
{
	struct ipv6_mreq group = { .ipv6mr_interface = args->index };
	int fd = udp->fd, error;

	if ((error = kind_set(fd, args->icmp6_type)) ||
	    (error = linux_option_set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)) ||
	    (error = linux_option_set(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP,
				      args->multicast_loop)))
		return error;
	linux_option_set(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
	if (args->ttl &&
	    ((error = linux_option_set(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, args->ttl)) ||
	     (error = linux_option_set(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS,
				       args->ttl))))
		return error;
	if (args->tos &&
	    (error = linux_option_set(fd, IPPROTO_IPV6, IPV6_TCLASS, args->tos)))
		return error;
	if (args->tells_ttl &&
	    (error = linux_option_set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1)))
		return error;
	if (args->index && (error = linux_option_set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF,
						     (int)args->index)))
		return error;
	if (addr_is_any(args->group))
		return 0;
	memcpy(&group.ipv6mr_multiaddr, args->group.bytes, sizeof group.ipv6mr_multiaddr);
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group, sizeof group) < 0)
		return -errno;
	return 0;
}

static int
name_bind(const struct sys_udp *udp, const struct sys_udp_args *args)
{
	struct sockaddr_in6 name;
	socklen_t size =
		linux_name_put(&name, udp->ip4, args->local, args->port, args->index);

	return bind(udp->fd, (struct sockaddr *)&name, size) < 0 ? -errno : 0;
}

static void
udp_ready(void *context, unsigned events)
{
	struct sys_udp *udp = context;
	struct udp_batch *batch = batch_of(udp->world);
	int error = 0;

	(void)events;
	udp->busy = true;
	for (int i = 0; i < BATCHES && !udp->closed && !error; i++) {
		size_t count = batch_read(udp, batch, &error);
		if (count)
			udp->ops->receive(udp->context, udp, batch->packets, count);
	}
	if (!udp->closed && error && error != -EAGAIN && udp->ops->error)
		udp->ops->error(udp->context, udp, error);
	udp->busy = false;
	if (udp->closed)
		linux_udp_close(udp);
}

/* The packets of one call that are for us.  `error` is set when there are no more. */
static size_t
batch_read(struct sys_udp *udp, struct udp_batch *batch, int *error)
{
	size_t count = 0;

	for (size_t i = 0; i < BATCH; i++) {
		batch->parts[i].iov_base = batch->bytes[i];
		batch->parts[i].iov_len = sizeof batch->bytes[i];
		batch->messages[i].msg_hdr = (struct msghdr){
			.msg_name = &batch->names[i],
			.msg_namelen = sizeof batch->names[i],
			.msg_iov = &batch->parts[i],
			.msg_iovlen = 1,
			.msg_control = batch->controls[i],
			.msg_controllen = sizeof batch->controls[i],
		};
	}
	int got = recvmmsg(udp->fd, batch->messages, BATCH, MSG_DONTWAIT, NULL);
	if (got < 0) {
		*error = errno == EINTR ? -EAGAIN : -errno;
		return 0;
	}
	if (got < BATCH)
		*error = -EAGAIN;
	for (int i = 0; i < got; i++)
		if (packet_read(udp, &batch->messages[i], &batch->packets[count]))
			count++;
	return count;
}

static bool
packet_read(struct sys_udp *udp, const struct mmsghdr *message,
	    struct sys_udp_packet *packet)
{
	struct msghdr header = message->msg_hdr;

	memset(packet, 0, sizeof *packet);
	packet->source = linux_name_get(header.msg_name, &packet->source_port);
	packet->bytes = header.msg_iov->iov_base;
	packet->size = message->msg_len;
	packet->received = udp->world->now;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&header); c; c = CMSG_NXTHDR(&header, c)) {
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;
			memcpy(&info, CMSG_DATA(c), sizeof info);
			packet->destination = addr_from_bytes(info.ipi6_addr.s6_addr);
			packet->index = info.ipi6_ifindex;
		} else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;
			memcpy(&info, CMSG_DATA(c), sizeof info);
			packet->destination = addr_from_ip4(ntohl(info.ipi_addr.s_addr));
			packet->index = (uint32_t)info.ipi_ifindex;
		} else if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TTL) ||
			   (c->cmsg_level == IPPROTO_IPV6 &&
			    c->cmsg_type == IPV6_HOPLIMIT)) {
			int hops;
			memcpy(&hops, CMSG_DATA(c), sizeof hops);
			packet->ttl = (uint8_t)hops;
		} else if (c->cmsg_level == SOL_SOCKET &&
			   c->cmsg_type == SO_TIMESTAMPNS) {
			struct timespec stamp;
			memcpy(&stamp, CMSG_DATA(c), sizeof stamp);
			packet->received = stamp_read(udp->world, &stamp);
		}
	}
	if (header.msg_flags & MSG_TRUNC)
		return false;
	return !udp->index || packet->index == udp->index;
}

/* The kernel stamps by the clock on the wall; as long ago as that was by now, it was by
 * our clock.  The wall is read first, so that a wait in between makes it no earlier than
 * it was. */
static usec_t
stamp_read(const struct world *world, const struct timespec *stamp)
{
	struct timespec wall, now;

	clock_gettime(CLOCK_REALTIME, &wall);
	clock_gettime(CLOCK_MONOTONIC, &now);
	usec_t age = (wall.tv_sec - stamp->tv_sec) * USEC_S +
		     (wall.tv_nsec - stamp->tv_nsec) / 1000;
	usec_t received = now.tv_sec * USEC_S + now.tv_nsec / 1000 - age;
	return age < 0 || age > STAMP_LIMIT ? world->now : MIN(received, world->now);
}

static struct udp_batch *
batch_of(struct world *world)
{
	if (!world->udp_batch)
		world->udp_batch = mem_alloc(sizeof *world->udp_batch);
	return world->udp_batch;
}

static size_t
control_put(const struct sys_udp *udp, void *control, uint32_t index, struct addr source)
{
	struct cmsghdr *c = control;

	if (udp->ip4) {
		struct in_pktinfo info = { .ipi_ifindex = (int)index };
		if (!addr_is_any(source))
			info.ipi_spec_dst.s_addr = htonl(addr_to_ip4(source));
		c->cmsg_level = IPPROTO_IP;
		c->cmsg_type = IP_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof info);
		memcpy(CMSG_DATA(c), &info, sizeof info);
		return CMSG_SPACE(sizeof info);
	}
	struct in6_pktinfo info = { .ipi6_ifindex = index };
	memcpy(&info.ipi6_addr, source.bytes, sizeof info.ipi6_addr);
	c->cmsg_level = IPPROTO_IPV6;
	c->cmsg_type = IPV6_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof info);
	memcpy(CMSG_DATA(c), &info, sizeof info);
	return CMSG_SPACE(sizeof info);
}
