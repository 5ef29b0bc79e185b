/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Notifications of the kernel: read, handed to interface.c and fib.c, and told as an
 * overrun where some were lost.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include "lib/mem.h"
#include "sysdep/linux/world.h"
#include "sysdep/netlink/interface.h"

#define EVENT_ROOM      (4u << 20) /* Bytes that may wait for us in the kernel. */
#define EVENT_DATAGRAMS 64         /* Read in one turn of the loop. */
#define LOST_PAUSE      USEC_S /* Between two overruns for routes that went silently. */

struct events {
	struct world *world;
	struct netlink_socket socket;
	struct watch *watch;
	bool interfaces, routes; /* Groups that were joined. */
	struct task overrun;     /* Notifications were lost. */
	struct task silent;      /* IPv4 routes may have gone without one. */
	struct watch *pause;     /* Runs after `silent` was told. */
	bool pausing, again;     /* It runs; there was more meanwhile. */
};

static int events_open(struct events *events);
static int group_join(struct events *events, int group);
static void events_ready(void *context, unsigned what);
static void message_take(struct events *events, const struct netlink_message *message);
static void overrun_tell(void *context);
static void silent_loss(void *context);
static void pause_over(void *context, unsigned what);

struct events *
linux_events_new(struct world *world)
{
	struct events *events = mem_zalloc(sizeof *events);

	events->world = world;
	events->socket.fd = -1;
	linux_task_init(&events->overrun, overrun_tell, events);
	linux_task_init(&events->silent, silent_loss, events);
	return events;
}

void
linux_events_free(struct events *events)
{
	linux_task_cancel(&events->overrun);
	linux_task_cancel(&events->silent);
	linux_watch_free(events->pause);
	linux_watch_free(events->watch);
	linux_netlink_close(&events->socket);
	mem_free(events);
}

int
linux_events_interfaces(struct world *world)
{
	struct events *events = world->events;
	int error = events_open(events);

	if (error || events->interfaces)
		return error;
	if ((error = group_join(events, RTNLGRP_LINK)) ||
	    (error = group_join(events, RTNLGRP_IPV4_IFADDR)) ||
	    (error = group_join(events, RTNLGRP_IPV6_IFADDR)))
		return error;
	events->interfaces = true;
	return 0;
}

int
linux_events_routes(struct world *world, uint32_t mute)
{
	/* What we have changed ourselves, the kernel would tell us as well: with 100 000
	 * routes these notifications cost more than the changes.  This drops them before
	 * they are queued. Fields are loaded in network order. */
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_pid)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(mute), 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	struct sock_fprog program = { .len = ARRAY_SIZE(code), .filter = code };
	struct events *events = world->events;
	int error = linux_events_interfaces(world);

	if (error || events->routes)
		return error;
	if (setsockopt(events->socket.fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
		       sizeof program) < 0)
		return -errno;
	if ((error = group_join(events, RTNLGRP_IPV4_ROUTE)) ||
	    (error = group_join(events, RTNLGRP_IPV6_ROUTE)))
		return error;
	events->routes = true;
	return 0;
}

void
linux_events_ask(struct world *world, uint32_t index)
{
	struct events *events = world->events;
	uint8_t bytes[64];
	struct wire_out out = wire_out(bytes, sizeof bytes);

	/* Without notifications nobody listens; an answer that doesn't come is another
	 * question's matter. */
	if (events->interfaces && netlink_put_interface_request(&out, index))
		linux_netlink_send(&events->socket, bytes, wire_used(&out));
}

void
linux_events_lost(struct world *world)
{
	linux_task_defer(world->loop, &world->events->overrun);
}

static int
events_open(struct events *events)
{
	int error = linux_netlink_open(&events->socket, EVENT_ROOM);

	if (!error && !events->watch)
		events->watch = linux_watch_new(events->world->loop, events->socket.fd,
						WATCH_READ, events_ready, events);
	return error;
}

static int
group_join(struct events *events, int group)
{
	if (setsockopt(events->socket.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
		       sizeof group) < 0)
		return -errno;
	return 0;
}

static void
events_ready(void *context, unsigned what)
{
	struct events *events = context;
	struct netlink_message message;

	(void)what;
	for (int i = 0; i < EVENT_DATAGRAMS; i++) {
		uint8_t *bytes = events->world->netlink_bytes;
		ptrdiff_t size =
			linux_netlink_receive(&events->socket, bytes, NETLINK_ROOM);
		if (size == -EAGAIN)
			return;
		if (size < 0) {
			linux_task_defer(events->world->loop, &events->overrun);
			continue;
		}
		struct wire_in in = wire_in(bytes, (size_t)size);
		while (netlink_get_message(&in, &message))
			message_take(events, &message);
	}
}

static void
message_take(struct events *events, const struct netlink_message *message)
{
	struct world *world = events->world;

	switch (message->type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
	case RTM_NEWADDR:
	case RTM_DELADDR:
		if (linux_interface_message(world, message) && events->routes)
			linux_task_defer(world->loop, &events->silent);
		break;
	case RTM_NEWROUTE:
	case RTM_DELROUTE: linux_fib_message(world, message); break;
	}
}

static void
overrun_tell(void *context)
{
	struct events *events = context;
	struct world *world = events->world;

	if (world->handler && world->handler->overrun)
		world->handler->overrun(world->context);
}

/*
 * The kernel says nothing of the IPv4 routes that go with an interface or an address
 * (IPv6 does).  So somebody has to look, but with a pause behind it: a thousand
 * interfaces that leave are not to ask for a thousand scans.
 */
static void
silent_loss(void *context)
{
	struct events *events = context;
	struct world *world = events->world;

	if (events->pausing) {
		events->again = true;
		return;
	}
	events->pausing = true;
	if (!events->pause)
		events->pause = linux_watch_new(world->loop, -1, 0, pause_over, events);
	linux_watch_set(events->pause, 0, LOST_PAUSE);
	/* An interface is told to be down before its routes are taken out. */
	linux_fib_barrier(world);
	if (world->handler && world->handler->fib_lost)
		world->handler->fib_lost(world->context);
}

static void
pause_over(void *context, unsigned what)
{
	struct events *events = context;
	bool again = events->again;

	(void)what;
	linux_watch_set(events->pause, 0, -1);
	events->pausing = events->again = false;
	if (again)
		silent_loss(events);
}
