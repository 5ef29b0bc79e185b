/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unix sockets: listeners of the routers and connections from programs on their machine
 * (the scenario).  Both ends of a connection are the same kind of stream; bytes cross
 * after STREAM_DELAY.
 */
#include "lib/mem.h"
#include "lib/text.h"
#include "sysdep/sim/world.h"
#include <assert.h>
#include <errno.h>
#include <string.h>

#define STREAM_DELAY ((usec_t)20)
#define LOW_MARK     65536 /* Bytes under way below which `drained` is told. */

struct sys_listener {
	struct list link;
	struct sim_node *node;
	char *path; /* Owned. */
	sys_accept *accept;
	void *context;
};

struct sys_stream {
	struct list link;
	struct sim_node *node;
	struct sys_stream *peer;   /* Null: it is gone. */
	struct sys_listener *from; /* Not accepted yet. */
	bool router;               /* The router's end. */
	bool told;                 /* `closed` was told. */
	bool paused, gone,
		over; /* gone: closed by its owner; over: the peer has closed. */
	bool full;    /* `drained` is owed. */
	const struct sys_stream_ops *ops;
	void *context;
	struct text inbox; /* What has been sent to it and not read. */
	struct sim_timer timer;
};

static struct sys_listener *listener_find(const struct sim_node *node, const char *path);
static struct sys_stream *stream_new(struct sim_node *node, bool router);
static void stream_arm(struct sys_stream *stream);
static void stream_fire(struct sim_timer *timer);
static void stream_read(struct sys_stream *stream);
static void stream_end(struct sys_stream *stream);
static void handled(struct sys_stream *stream);

int
sim_unix_listen(struct sys *sys, const char *path, uint32_t mode, const char *group,
		sys_accept *accept, void *context, struct sys_listener **listener)
{
	struct sim_node *node = sim_node_cast(sys);

	(void)mode;
	(void)group;
	*listener = NULL;
	if (listener_find(node, path))
		return -EADDRINUSE;
	struct sys_listener *made = mem_zalloc(sizeof(*made));
	made->node = node;
	made->path = mem_strdup(path);
	made->accept = accept;
	made->context = context;
	list_push_back(&node->listeners, &made->link);
	*listener = made;
	return 0;
}

void
sim_listener_close(struct sys_listener *listener)
{
	if (!listener)
		return;
	list_each(stream, &listener->node->streams, struct sys_stream, link) {
		if (stream->from == listener) {
			stream->from = NULL;
			sim_stream_close(stream);
		}
	}
	list_remove(&listener->link);
	mem_free(listener->path);
	mem_free(listener);
}

void
sim_stream_attach(struct sys_stream *stream, const struct sys_stream_ops *ops,
		  void *context)
{
	stream->ops = ops;
	stream->context = context;
	stream_arm(stream);
}

size_t
sim_stream_send(struct sys_stream *stream, const void *bytes, size_t size)
{
	struct sys_stream *peer = stream->peer;

	if (!peer || stream->gone || peer->gone || (stream->router && stream->node->dead))
		return 0;
	text_add_bytes(&peer->inbox, bytes, size);
	if (peer->inbox.length >= LOW_MARK)
		stream->full = true;
	stream_arm(peer);
	return peer->inbox.length;
}

void
sim_stream_pause(struct sys_stream *stream, bool paused)
{
	stream->paused = paused;
	stream_arm(stream);
}

void
sim_stream_close(struct sys_stream *stream)
{
	if (!stream || stream->gone)
		return;
	stream->gone = true;
	if (stream->peer) {
		stream->peer->over = true;
		stream_arm(stream->peer);
	}
	/* Freed from the loop: the owner may be in a callback of it. */
	stream_arm(stream);
}

int
sim_stream_connect(struct sim_node *node, const char *path,
		   const struct sys_stream_ops *ops, void *context,
		   struct sys_stream **stream)
{
	struct sys_listener *listener = listener_find(node, path);

	*stream = NULL;
	if (!listener)
		return -ENOENT;
	if (!node->handler)
		return -ECONNREFUSED;
	struct sys_stream *ours = stream_new(node, false),
			  *theirs = stream_new(node, true);
	ours->peer = theirs;
	theirs->peer = ours;
	ours->ops = ops;
	ours->context = context;
	theirs->from = listener;
	stream_arm(theirs);
	*stream = ours;
	return 0;
}

void
sim_stream_kill(struct sim_node *node)
{
	list_each_safe(stream, &node->streams, struct sys_stream, link) {
		if (stream->router)
			sim_stream_close(stream);
	}
	list_each_safe(listener, &node->listeners, struct sys_listener, link)
		sim_listener_close(listener);
}

void
sim_stream_free(struct sim_node *node)
{
	list_each_safe(stream, &node->streams, struct sys_stream, link)
		stream_end(stream);
}

static struct sys_listener *
listener_find(const struct sim_node *node, const char *path)
{
	list_each(listener, &node->listeners, struct sys_listener, link) {
		if (strcmp(listener->path, path) == 0)
			return listener;
	}
	return NULL;
}

static struct sys_stream *
stream_new(struct sim_node *node, bool router)
{
	struct sys_stream *stream = mem_zalloc(sizeof(*stream));

	stream->node = node;
	stream->router = router;
	sim_timer_init(&stream->timer, stream_fire);
	list_push_back(&node->streams, &stream->link);
	return stream;
}

static void
stream_arm(struct sys_stream *stream)
{
	struct sim_world *world = stream->node->world;

	if (!heap_has(&world->heap, &stream->timer.entry))
		sim_timer_start(world, &stream->timer, world->now + STREAM_DELAY);
}

static void
stream_fire(struct sim_timer *timer)
{
	struct sys_stream *stream = container_of(timer, struct sys_stream, timer);

	if (stream->gone) {
		stream_end(stream);
		return;
	}
	if (stream->router && !stream->node->handler)
		return;
	if (stream->from) {
		struct sys_listener *listener = stream->from;
		stream->from = NULL;
		listener->accept(listener->context, stream);
		handled(stream);
		return;
	}
	if (stream->ops && !stream->paused)
		stream_read(stream);
}

/* What has come is told first, the end only when all was read. */
static void
stream_read(struct sys_stream *stream)
{
	struct sim_world *world = stream->node->world;

	if (stream->inbox.length) {
		struct text bytes = stream->inbox;
		stream->inbox = (struct text){ 0 };
		sim_trace(world,
			  &(struct sim_event){ .when = world->now,
					       .kind = SIM_STREAM,
					       .node = stream->node,
					       .bytes = bytes.text,
					       .size = bytes.length },
			  hash_bytes64(bytes.text, bytes.length, 2));
		if (stream->peer && stream->peer->full)
			stream_arm(stream->peer);
		if (stream->over)
			stream_arm(stream);
		stream->ops->receive(stream->context, stream, bytes.text, bytes.length);
		handled(stream);
		text_fini(&bytes);
	} else if (stream->over && !stream->told) {
		stream->told = true;
		stream->ops->closed(stream->context, stream, 0);
		handled(stream);
	} else if (stream->full && stream->peer &&
		   stream->peer->inbox.length < LOW_MARK) {
		stream->full = false;
		if (stream->ops->drained)
			stream->ops->drained(stream->context, stream);
		handled(stream);
	}
}

static void
stream_end(struct sys_stream *stream)
{
	if (stream->peer)
		stream->peer->peer = NULL;
	sim_timer_stop(stream->node->world, &stream->timer);
	list_remove(&stream->link);
	text_fini(&stream->inbox);
	mem_free(stream);
}

/* The stream may be gone by now, but never freed: that is done from the loop only. */
static void
handled(struct sys_stream *stream)
{
	if (stream->router && stream->node->handler)
		sim_node_handled(stream->node);
}
