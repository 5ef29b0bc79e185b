/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names to addresses, as the system resolves them (getaddrinfo(): hosts file, DNS,
 * whatever nsswitch.conf says).  That blocks, so a thread of its own does it for each
 * name; it shares nothing with us but its end of a socket pair, to which it writes the
 * addresses as one message.  Who asked may be gone by then.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>
#include "lib/mem.h"
#include "sysdep/linux/world.h"

struct sys_lookup {
	struct world *world;
	struct watch *watch;
	int fd;
	sys_name_found *found;
	void *context;
};

/* The thread's own. */
struct asked {
	int fd;
	char name[256];
};

static void *lookup_run(void *context);
static void lookup_ready(void *context, unsigned what);

int
linux_name_find(struct sys *sys, const char *name, sys_name_found *found, void *context,
		struct sys_lookup **lookup)
{
	struct world *world = world_of(sys);
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all, before;
	int ends[2];

	if (strlen(name) >= sizeof(((struct asked *)0)->name))
		return -ENAMETOOLONG;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	struct asked *asked = mem_zalloc(sizeof *asked);
	asked->fd = ends[1];
	strcpy(asked->name, name);
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	/* Signals are the loop's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(&thread, &attributes, lookup_run, asked);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	if (error) {
		close(ends[0]);
		close(ends[1]);
		mem_free(asked);
		return -error;
	}
	struct sys_lookup *new = *lookup = mem_zalloc(sizeof *new);
	*new = (struct sys_lookup){ world, NULL, ends[0], found, context };
	new->watch = linux_watch_new(world->loop, new->fd, WATCH_READ, lookup_ready, new);
	return 0;
}

void
linux_name_forget(struct sys_lookup *lookup)
{
	if (!lookup)
		return;
	linux_watch_free(lookup->watch);
	close(lookup->fd);
	mem_free(lookup);
}

static void
lookup_ready(void *context, unsigned what)
{
	struct sys_lookup *lookup = context;
	struct addr addrs[SYS_NAME_ADDRS];
	sys_name_found *found = lookup->found;
	void *owner = lookup->context;

	(void)what;
	ssize_t size = recv(lookup->fd, addrs, sizeof addrs, MSG_DONTWAIT);
	if (size < 0)
		size = 0;
	linux_name_forget(lookup);
	found(owner, addrs, (size_t)size / sizeof addrs[0]);
}

static bool
addr_take(const struct addrinfo *info, struct addr *addr)
{
	if (info->ai_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)info->ai_addr;
		*addr = addr_from_ip4(ntohl(in->sin_addr.s_addr));
		return true;
	}
	if (info->ai_family != AF_INET6)
		return false;
	const struct sockaddr_in6 *in6 = (const void *)info->ai_addr;
	*addr = addr_from_bytes(in6->sin6_addr.s6_addr);
	return true;
}

static void *
lookup_run(void *context)
{
	struct asked *asked = context;
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
	struct addr addrs[SYS_NAME_ADDRS];
	size_t count = 0;

	if (getaddrinfo(asked->name, NULL, &hints, &list) == 0) {
		for (const struct addrinfo *at = list; at && count < SYS_NAME_ADDRS;
		     at = at->ai_next)
			count += addr_take(at, &addrs[count]);
		freeaddrinfo(list);
	}
	/* An empty message says that there are none. */
	(void)!send(asked->fd, addrs, count * sizeof addrs[0], MSG_NOSIGNAL);
	close(asked->fd);
	mem_free(asked);
	return NULL;
}
