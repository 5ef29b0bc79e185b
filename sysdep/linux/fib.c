/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's routes: changes in batches, scans, notifications.
 *
 * The kernel works on what is sent before the call returns, and answers only where
 * something went wrong (nobody asks for acknowledgements): after a batch its errors are
 * read, the rest is known to be done.  A batch is never larger than the room for its
 * errors.  A full one is sent at once, so that memory stays bounded however much is
 * queued, a started one before the loop waits; results are told from the loop in either
 * case.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include "lib/mem.h"
#include "sysdep/linux/world.h"

#define BATCH_COUNT 512u  /* Changes of one batch. */
#define ERROR_ROOM  1280u /* What an error takes of the socket's room, at most. */

/* The changes of one batch and what became of them. */
struct answers {
	struct list link;
	uint32_t sequence; /* Of the first. */
	uint32_t count;
	struct answer {
		uint64_t cookie;
		int error;
	} answers[BATCH_COUNT];
};

struct fib {
	struct world *world;
	struct netlink_socket socket;
	struct task task;            /* Send what is started, tell results. */
	struct answers *batch;       /* Being filled; null: none. */
	struct wire_out out;         /* Its messages, in `bytes`. */
	uint8_t *bytes;              /* NETLINK_ROOM; made when first needed. */
	struct list done;            /* struct answers, in order. */
	uint32_t sequence;           /* Of the last change. */
	struct netlink_route *route; /* Where routes are read to. */
};

static int fib_open(struct fib *fib);
static void change_add(struct fib *fib, const struct fib_change *change);
static bool change_put(struct fib *fib, const struct fib_change *change);
static void batch_send(struct fib *fib);
static void errors_read(struct fib *fib, struct answers *batch);
static void fib_task(void *context);
static void results_tell(struct fib *fib);
static void scan_told(struct scan *scan, const struct netlink_message *message);
static void scan_done(struct scan *scan, int error);

struct fib *
linux_fib_new(struct world *world)
{
	struct fib *fib = mem_zalloc(sizeof *fib);

	fib->world = world;
	fib->socket.fd = -1;
	list_init(&fib->done);
	linux_task_init(&fib->task, fib_task, fib);
	return fib;
}

void
linux_fib_free(struct fib *fib)
{
	/* What was queued still has to happen: routes are withdrawn at shutdown. */
	batch_send(fib);
	list_each_safe(answers, &fib->done, struct answers, link)
		mem_free(answers);
	linux_task_cancel(&fib->task);
	linux_netlink_close(&fib->socket);
	mem_free(fib->bytes);
	mem_free(fib->route);
	mem_free(fib);
}

void
linux_fib_queue(struct sys *sys, const struct fib_change *changes, size_t count)
{
	struct fib *fib = world_of(sys)->fib;

	for (size_t i = 0; i < count; i++)
		change_add(fib, &changes[i]);
	linux_task_defer(fib->world->loop, &fib->task);
}

void
linux_fib_scan(struct sys *sys, uint32_t table, uint32_t families)
{
	struct world *world = world_of(sys);
	struct scan scan = {
		.dump = { .type = RTM_GETROUTE, .table = table },
		.families = families,
		.told = scan_told,
		.done = scan_done,
	};
	uint32_t ip6 = NET_BIT(NET_IP6) | NET_BIT(NET_IP6_SADR);

	/* Notifications before the scan, so that nothing falls between them. */
	fib_open(world->fib);
	/* And all that was queued before is in its answer. */
	batch_send(world->fib);
	bool both = families & NET_BIT(NET_IP4) && families & ip6;
	scan.dump.family = both                          ? AF_UNSPEC
			   : families & NET_BIT(NET_IP4) ? AF_INET
							 : AF_INET6;
	linux_scan_queue(world, &scan);
}

void
linux_fib_message(struct world *world, const struct netlink_message *message)
{
	struct fib *fib = world->fib;

	/* The socket's filter drops these; where a kernel has none they come here. */
	if (message->port && message->port == fib->socket.port)
		return;
	if (netlink_get_route(message, fib->route) != NETLINK_GOOD)
		return;
	if (world->handler && world->handler->fib_event)
		world->handler->fib_event(world->context, &fib->route->route,
					  message->type == RTM_DELROUTE);
}

void
linux_fib_barrier(struct world *world)
{
	/* Interfaces and IPv4 routes change under one lock of the kernel, and a request
	 * to change waits for it, unlike a dump.  Nobody has a route of this table. */
	struct fib_route nothing = { .table = UINT32_MAX - 1,
				     .protocol = FIB_PROTOCOL_MESHD };
	uint8_t bytes[128];
	struct wire_out out = wire_out(bytes, sizeof bytes);
	struct fib *fib = world->fib;

	nothing.net.type = NET_IP4;
	nothing.net.addr = addr_from_ip4(0);
	batch_send(fib);
	if (fib_open(fib) < 0)
		return;
	netlink_put_route(&out, RTM_DELROUTE, NLM_F_REQUEST, ++fib->sequence, 0,
			  &nothing);
	linux_netlink_send(&fib->socket, bytes, wire_used(&out));
	errors_read(fib, NULL);
}

static int
fib_open(struct fib *fib)
{
	int error = linux_netlink_open(&fib->socket, BATCH_COUNT * ERROR_ROOM / 2);

	if (error)
		return error;
	if (!fib->route)
		fib->route = mem_zalloc(sizeof *fib->route);
	return linux_events_routes(fib->world, fib->socket.port);
}

static void
change_add(struct fib *fib, const struct fib_change *change)
{
	if (fib->batch &&
	    (fib->batch->count == BATCH_COUNT ||
	     (fib->batch->count + 1) * ERROR_ROOM > fib->socket.receive_room))
		batch_send(fib);
	bool placed = fib->batch && change_put(fib, change);
	if (!placed && fib->batch)
		batch_send(fib);
	if (!placed) {
		fib_open(fib);
		fib->batch = mem_alloc(sizeof *fib->batch);
		fib->batch->sequence = fib->sequence + 1;
		fib->batch->count = 0;
		list_init(&fib->batch->link);
		if (!fib->bytes)
			fib->bytes = mem_alloc(NETLINK_ROOM);
		fib->out = wire_out(fib->bytes, NETLINK_ROOM);
		placed = change_put(fib, change);
	}
	struct answer *answer = &fib->batch->answers[fib->batch->count++];
	answer->cookie = change->cookie;
	/* One that doesn't fit an empty batch never will. */
	answer->error = placed ? 0 : -E2BIG;
	fib->sequence++;
}

static bool
change_put(struct fib *fib, const struct fib_change *change)
{
	uint16_t type = RTM_DELROUTE, flags = NLM_F_REQUEST;

	if (change->op == FIB_REPLACE) {
		type = RTM_NEWROUTE;
		flags |= NLM_F_CREATE | NLM_F_REPLACE;
	}
	return netlink_put_route(&fib->out, type, flags, fib->sequence + 1, 0,
				 &change->route);
}

/* Sends the batch that was started; its answers wait to be told. */
static void
batch_send(struct fib *fib)
{
	struct answers *batch = fib->batch;

	if (!batch)
		return;
	fib->batch = NULL;
	list_push_back(&fib->done, &batch->link);
	if (!wire_used(&fib->out))
		return;
	int error = linux_netlink_open(&fib->socket, BATCH_COUNT * ERROR_ROOM / 2);
	if (!error)
		error = linux_netlink_send(&fib->socket, fib->bytes,
					   wire_used(&fib->out));
	if (!error) {
		errors_read(fib, batch);
		return;
	}
	for (uint32_t i = 0; i < batch->count; i++)
		batch->answers[i].error = error;
}

/* Reads all that the kernel has answered; what belongs to no change of `batch` is
 * dropped. */
static void
errors_read(struct fib *fib, struct answers *batch)
{
	struct netlink_message message;
	/* Of its own: a scan that is being told may be what queued this. */
	uint8_t bytes[1024];
	ptrdiff_t size;
	int error;

	while ((size = linux_netlink_receive(&fib->socket, bytes, sizeof bytes)) !=
	       -EAGAIN) {
		if (size < 0) {
			/* Can't be, there is room for all; then at least look again. */
			linux_events_lost(fib->world);
			if (size != -ENOBUFS)
				return;
			continue;
		}
		struct wire_in in = wire_in(bytes, (size_t)size);
		while (netlink_get_message(&in, &message)) {
			uint32_t at = batch ? message.sequence - batch->sequence : 0;
			if (message.type == NLMSG_ERROR && batch && at < batch->count &&
			    netlink_get_error(&message, &error) == NETLINK_GOOD)
				batch->answers[at].error = error;
		}
	}
}

static void
fib_task(void *context)
{
	struct fib *fib = context;

	batch_send(fib);
	results_tell(fib);
}

static void
results_tell(struct fib *fib)
{
	struct world *world = fib->world;
	struct list done;

	/* Only those of now: a handler may queue again what was refused. */
	list_init(&done);
	while (!list_is_empty(&fib->done)) {
		struct list *link = fib->done.next;
		list_remove(link);
		list_push_back(&done, link);
	}
	list_each_safe(batch, &done, struct answers, link) {
		for (uint32_t i = 0; i < batch->count; i++)
			if (world->handler && world->handler->fib_result)
				world->handler->fib_result(world->context,
							   batch->answers[i].cookie,
							   batch->answers[i].error);
		mem_free(batch);
	}
	if (!list_is_empty(&fib->done))
		linux_task_defer(world->loop, &fib->task);
}

static void
scan_told(struct scan *scan, const struct netlink_message *message)
{
	struct world *world = scan->world;
	struct netlink_route *read = world->fib->route;

	if (!read || netlink_get_route(message, read) != NETLINK_GOOD)
		return;
	/* A kernel before 4.20 tells all tables, and none tells plain and source routes
	 * apart. */
	if (scan->dump.table && read->route.table != scan->dump.table)
		return;
	if (!(scan->families & NET_BIT(read->route.net.type)))
		return;
	if (world->handler && world->handler->fib_scanned)
		world->handler->fib_scanned(world->context, &read->route);
}

static void
scan_done(struct scan *scan, int error)
{
	struct world *world = scan->world;

	if (world->handler && world->handler->fib_scan_done)
		world->handler->fib_scan_done(world->context, error);
}
