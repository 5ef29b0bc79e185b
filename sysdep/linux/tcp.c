/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP: connections asked for and listened for, their hop limits (RFC 5082) and keys
 * (RFC 2385).  Once they stand they are streams as others.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>
#include "sysdep/linux/socket.h"
#include "sysdep/linux/stream.h"

#define BACKLOG     128
#define PREFIX_BITS 128 /* Of a key's addresses, IPv6. */

static int tcp_open(const struct sys_tcp_args *args, bool ip4);
static int options_set(int fd, const struct sys_tcp_args *args, bool ip4);
static int limits_set(int fd, bool ip4, uint8_t ttl, uint8_t ttl_least);
static int local_bind(int fd, const struct sys_tcp_args *args, bool ip4);
static int key_set(int fd, const struct prefix *peer, const char *key);
static bool stream_is_ip4(int fd);

int
linux_tcp_listen(struct sys *sys, const struct sys_tcp_args *args, sys_accept *accept_of,
		 void *context, struct sys_listener **made)
{
	bool ip4 = addr_is_ip4(args->local);
	int fd = tcp_open(args, ip4);

	if (fd < 0)
		return fd;
	int error = linux_option_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (!error)
		error = local_bind(fd, args, ip4);
	if (!error && listen(fd, BACKLOG) < 0)
		error = -errno;
	if (error) {
		close(fd);
		return error;
	}
	*made = linux_listener_new(world_of(sys), fd, accept_of, context);
	return 0;
}

int
linux_tcp_connect(struct sys *sys, const struct sys_tcp_args *args,
		  const struct sys_stream_ops *ops, void *context,
		  struct sys_stream **made)
{
	struct prefix peer = { .addr = args->remote };
	struct sockaddr_in6 name;
	bool ip4 = addr_is_ip4(args->remote);
	int fd = tcp_open(args, ip4), error = 0;

	if (fd < 0)
		return fd;
	peer.type = ip4 ? NET_IP4 : NET_IP6;
	peer.length = ip4 ? 32 : PREFIX_BITS;
	if (args->md5_key)
		error = key_set(fd, &peer, args->md5_key);
	if (!error && (args->local_port || !addr_is_any(args->local)))
		error = local_bind(fd, args, ip4);
	socklen_t size =
		linux_name_put(&name, ip4, args->remote, args->remote_port, args->index);
	if (!error && connect(fd, (struct sockaddr *)&name, size) < 0 &&
	    errno != EINPROGRESS)
		error = -errno;
	if (error) {
		close(fd);
		return error;
	}
	*made = linux_stream_new(world_of(sys), fd);
	linux_stream_connecting(*made);
	linux_stream_attach(*made, ops, context);
	return 0;
}

int
linux_tcp_md5(struct sys_listener *listener, const struct prefix *peer, const char *key)
{
	return key_set(linux_listener_fd(listener), peer, key);
}

void
linux_tcp_ends(const struct sys_stream *stream, struct sys_tcp_ends *ends)
{
	struct sockaddr_in6 name = { 0 };
	socklen_t size = sizeof name;
	int fd = linux_stream_fd(stream);

	*ends = (struct sys_tcp_ends){ .local = addr_any };
	if (getsockname(fd, (struct sockaddr *)&name, &size) < 0)
		return;
	ends->local = linux_name_get(&name, &ends->local_port);
	if (name.sin6_family == AF_INET6)
		ends->index = name.sin6_scope_id;
	size = sizeof name;
	if (getpeername(fd, (struct sockaddr *)&name, &size) < 0)
		return;
	ends->remote = linux_name_get(&name, &ends->remote_port);
	if (name.sin6_family == AF_INET6 && name.sin6_scope_id)
		ends->index = name.sin6_scope_id;
}

int
linux_tcp_limit(struct sys_stream *stream, uint8_t ttl, uint8_t ttl_least)
{
	int fd = linux_stream_fd(stream);

	return limits_set(fd, stream_is_ip4(fd), ttl, ttl_least);
}

/* A socket with its options, or a negative errno. */
static int
tcp_open(const struct sys_tcp_args *args, bool ip4)
{
	int fd = socket(ip4 ? AF_INET : AF_INET6,
			SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);

	if (fd < 0)
		return -errno;
	int error = options_set(fd, args, ip4);
	if (!error)
		return fd;
	close(fd);
	return error;
}

static int
options_set(int fd, const struct sys_tcp_args *args, bool ip4)
{
	int error;

	if (!ip4 && (error = linux_option_set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)))
		return error;
	/* Whole messages are written at once; nothing is gained by waiting for more. */
	if ((error = linux_option_set(fd, IPPROTO_TCP, TCP_NODELAY, 1)))
		return error;
	if (args->bound && args->index &&
	    (error = linux_option_set(fd, SOL_SOCKET, SO_BINDTOIFINDEX,
				      (int)args->index)))
		return error;
	/* Of both families. */
	if (args->free && (error = linux_option_set(fd, IPPROTO_IP, IP_FREEBIND, 1)))
		return error;
	if (args->tos &&
	    (error = linux_option_set(fd, ip4 ? IPPROTO_IP : IPPROTO_IPV6,
				      ip4 ? IP_TOS : IPV6_TCLASS, args->tos)))
		return error;
	/* After the type of service, which sets a priority too; only a wish. */
	if (args->priority >= 0)
		linux_option_set(fd, SOL_SOCKET, SO_PRIORITY, args->priority);
	return limits_set(fd, ip4, args->ttl, args->ttl_least);
}

static int
limits_set(int fd, bool ip4, uint8_t ttl, uint8_t ttl_least)
{
	int level = ip4 ? IPPROTO_IP : IPPROTO_IPV6, error = 0;

	if (ttl)
		error = linux_option_set(fd, level, ip4 ? IP_TTL : IPV6_UNICAST_HOPS,
					 ttl);
	if (!error && ttl_least)
		error = linux_option_set(fd, level, ip4 ? IP_MINTTL : IPV6_MINHOPCOUNT,
					 ttl_least);
	return error;
}

static int
local_bind(int fd, const struct sys_tcp_args *args, bool ip4)
{
	struct sockaddr_in6 name;
	socklen_t size =
		linux_name_put(&name, ip4, args->local, args->local_port, args->index);

	return bind(fd, (struct sockaddr *)&name, size) < 0 ? -errno : 0;
}

static int
key_set(int fd, const struct prefix *peer, const char *key)
{
	struct tcp_md5sig signature = { .tcpm_flags = TCP_MD5SIG_FLAG_PREFIX };
	struct sockaddr_in6 name;
	size_t length = key ? strlen(key) : 0;
	bool ip4 = addr_is_ip4(peer->addr);

	if (length > TCP_MD5SIG_MAXKEYLEN)
		return -EINVAL;
	socklen_t size = linux_name_put(&name, ip4, peer->addr, 0, 0);
	memcpy(&signature.tcpm_addr, &name, size);
	signature.tcpm_prefixlen = peer->length;
	signature.tcpm_keylen = (uint16_t)length;
	if (key)
		memcpy(signature.tcpm_key, key, length);
	int error = 0;
	if (setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG_EXT, &signature, sizeof signature) < 0)
		error = errno == ENOPROTOOPT ? -ENOTSUP : -errno;
	explicit_bzero(&signature, sizeof signature);
	/* There was none to be taken away. */
	return !key && error == -ENOENT ? 0 : error;
}

static bool
stream_is_ip4(int fd)
{
	struct sockaddr_in6 name = { 0 };
	socklen_t size = sizeof name;

	return getsockname(fd, (struct sockaddr *)&name, &size) == 0 &&
	       name.sin6_family == AF_INET;
}
