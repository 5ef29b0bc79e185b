/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dumps of the kernel: interfaces, addresses, routes.  A socket has one dump at a time,
 * so they are queued. The kernel produces as we read; a turn of the loop reads a few
 * datagrams only.
 */
#include <errno.h>
#include <sys/socket.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include "lib/mem.h"
#include "sysdep/linux/world.h"

#define SCAN_DATAGRAMS 8 /* Read in one turn of the loop. */

struct scanner {
	struct world *world;
	struct netlink_socket socket;
	struct watch *watch;
	struct list
		queue; /* struct scan; the first is under way if `sequence` was sent. */
	struct task start; /* Ask for the first. */
	bool running;
	bool torn;         /* The answer is not of one moment. */
	uint32_t sequence; /* Of the dump under way. */
};

static void scan_start(void *context);
static void scan_ready(void *context, unsigned events);
static bool datagram_read(struct scanner *scanner);
static void scan_end(struct scanner *scanner, int error);

struct scanner *
linux_scanner_new(struct world *world)
{
	struct scanner *scanner = mem_zalloc(sizeof *scanner);

	scanner->world = world;
	scanner->socket.fd = -1;
	list_init(&scanner->queue);
	linux_task_init(&scanner->start, scan_start, scanner);
	return scanner;
}

void
linux_scanner_free(struct scanner *scanner)
{
	list_each_safe(scan, &scanner->queue, struct scan, link)
		mem_free(scan);
	linux_task_cancel(&scanner->start);
	linux_watch_free(scanner->watch);
	linux_netlink_close(&scanner->socket);
	mem_free(scanner);
}

void
linux_scan_queue(struct world *world, const struct scan *scan)
{
	struct scan *copy = mem_dup(scan, sizeof *scan);

	copy->world = world;
	list_push_back(&world->scanner->queue, &copy->link);
	linux_task_defer(world->loop, &world->scanner->start);
}

static void
scan_start(void *context)
{
	struct scanner *scanner = context;
	struct scan *scan = list_first(&scanner->queue, struct scan, link);
	uint8_t bytes[128];

	if (scanner->running || !scan)
		return;
	int error = linux_netlink_open(&scanner->socket, NETLINK_ROOM);
	if (!error && !scanner->watch)
		scanner->watch = linux_watch_new(scanner->world->loop, scanner->socket.fd,
						 WATCH_READ, scan_ready, scanner);
	scanner->torn = false;
	scanner->running = true;
	if (!error) {
		struct wire_out out = wire_out(bytes, sizeof bytes);
		netlink_put_dump(&out, &scan->dump, ++scanner->sequence);
		error = linux_netlink_send(&scanner->socket, bytes, wire_used(&out));
	}
	if (error)
		scan_end(scanner, error);
}

static void
scan_ready(void *context, unsigned events)
{
	struct scanner *scanner = context;

	(void)events;
	for (int i = 0; i < SCAN_DATAGRAMS; i++)
		if (!datagram_read(scanner))
			return;
}

/* False: nothing more to read now. */
static bool
datagram_read(struct scanner *scanner)
{
	struct scan *scan = list_first(&scanner->queue, struct scan, link);
	struct netlink_message message;
	int error;

	uint8_t *bytes = scanner->world->netlink_bytes;
	ptrdiff_t size = linux_netlink_receive(&scanner->socket, bytes, NETLINK_ROOM);
	if (size == -EAGAIN)
		return false;
	if (size < 0) {
		if (scanner->running)
			scan_end(scanner, (int)size);
		return false;
	}
	struct wire_in in = wire_in(bytes, (size_t)size);
	while (netlink_get_message(&in, &message)) {
		/* What is left of a dump that was given up. */
		if (!scanner->running || message.sequence != scanner->sequence)
			continue;
		if (message.flags & NLM_F_DUMP_INTR)
			scanner->torn = true;
		if (message.type == NLMSG_DONE || message.type == NLMSG_ERROR) {
			netlink_get_error(&message, &error);
			scan_end(scanner, error ? error : scanner->torn ? -EINTR : 0);
			return true;
		}
		scan->told(scan, &message);
	}
	return true;
}

static void
scan_end(struct scanner *scanner, int error)
{
	struct scan *scan = list_first(&scanner->queue, struct scan, link);

	list_remove(&scan->link);
	scanner->running = false;
	if (!list_is_empty(&scanner->queue))
		linux_task_defer(scanner->world->loop, &scanner->start);
	/* A strict kernel says so of a table that was never used. */
	if (scan->dump.type == RTM_GETROUTE && error == -ENOENT)
		error = 0;
	/* A table is never told as of one moment; that some kernels say so changes
	 * nothing. */
	if (scan->dump.type == RTM_GETROUTE && error == -EINTR)
		error = 0;
	scan->done(scan, error);
	mem_free(scan);
}
