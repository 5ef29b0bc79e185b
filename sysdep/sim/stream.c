/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Streams and listeners as their owners see them: what has come is told STREAM_DELAY
 * later, in order, the end after all bytes.  How it came is the kind's business.
 */
#include "lib/mem.h"
#include "sysdep/sim/stream.h"
#include <assert.h>

#define STREAM_DELAY ((usec_t)20)

static void stream_fire(struct sim_timer *timer);
static void stream_tell(struct sys_stream *stream);
static bool is_deaf(const struct sys_stream *stream);
static void stream_read(struct sys_stream *stream);
static bool may_drain(const struct sys_stream *stream);
static void handled(struct sys_stream *stream);

struct sys_listener *
sim_listener_new(struct sim_node *node, sys_accept *accept, void *context)
{
	struct sys_listener *made = mem_zalloc(sizeof(*made));

	made->node = node;
	made->serial = ++node->world->listener_count;
	made->accept = accept;
	made->context = context;
	list_init(&made->keys);
	list_push_back(&node->listeners, &made->link);
	return made;
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
	list_each_safe(key, &listener->keys, struct tcp_key, link)
		mem_free(key);
	list_remove(&listener->link);
	mem_free(listener->path);
	mem_free(listener);
}

void
sim_stream_init(struct sys_stream *stream, struct sim_node *node,
		const struct stream_kind *kind, bool router)
{
	stream->node = node;
	stream->kind = kind;
	stream->router = router;
	sim_timer_init(&stream->timer, stream_fire);
	list_push_back(&node->streams, &stream->link);
}

void
sim_stream_fini(struct sys_stream *stream)
{
	sim_timer_stop(stream->node->world, &stream->timer);
	list_remove(&stream->link);
	text_fini(&stream->inbox);
}

void
sim_stream_arm(struct sys_stream *stream)
{
	struct sim_world *world = stream->node->world;

	if (!heap_has(&world->heap, &stream->timer.entry))
		sim_timer_start(world, &stream->timer, world->now + STREAM_DELAY);
}

void
sim_stream_attach(struct sys_stream *stream, const struct sys_stream_ops *ops,
		  void *context)
{
	stream->ops = ops;
	stream->context = context;
	sim_stream_arm(stream);
}

size_t
sim_stream_send(struct sys_stream *stream, const void *bytes, size_t size)
{
	if (stream->gone || stream->error || (stream->router && stream->node->dead))
		return 0;
	stream->kind->send(stream, bytes, size);
	stream->kind->push(stream);
	size_t backlog = stream->kind->backlog(stream);
	if (backlog >= STREAM_LOW)
		stream->full = true;
	return backlog;
}

size_t
sim_stream_write(struct sys_stream *stream, const struct sys_slice *slices, size_t count)
{
	size_t taken = 0, backlog = stream->kind->backlog(stream);

	if (stream->gone || stream->error || (stream->router && stream->node->dead))
		return 0;
	for (size_t i = 0; i < count; i++) {
		size_t room = backlog < STREAM_LOW ? STREAM_LOW - backlog : 0;
		size_t size = MIN(slices[i].size, room);
		stream->kind->send(stream, slices[i].bytes, size);
		taken += size;
		backlog += size;
		stream->full = size < slices[i].size;
		if (stream->full)
			break;
	}
	stream->kind->push(stream);
	return taken;
}

void
sim_stream_pause(struct sys_stream *stream, bool paused)
{
	stream->paused = paused;
	sim_stream_arm(stream);
}

void
sim_node_deafen(struct sim_node *node, bool deaf)
{
	node->deaf = deaf;
	list_each(stream, &node->streams, struct sys_stream, link)
		sim_stream_arm(stream);
}

void
sim_stream_close(struct sys_stream *stream)
{
	if (!stream || stream->gone)
		return;
	stream->gone = true;
	stream->kind->close(stream);
	/* Freed from the loop: the owner may be in a callback of it. */
	sim_stream_arm(stream);
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
		stream->kind->free(stream);
}

static void
stream_fire(struct sim_timer *timer)
{
	struct sys_stream *stream = container_of(timer, struct sys_stream, timer);

	if (stream->gone) {
		if (stream->kind->is_done(stream))
			stream->kind->free(stream);
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
	if (stream->ops)
		stream_tell(stream);
}

/* One thing at a time; what has come is told first, the end only when all was read. */
static void
stream_tell(struct sys_stream *stream)
{
	if (stream->connected) {
		stream->connected = false;
		sim_stream_arm(stream);
		if (stream->ops->connected)
			stream->ops->connected(stream->context, stream);
	} else if (stream->inbox.length && !stream->paused && !is_deaf(stream)) {
		stream_read(stream);
	} else if ((stream->over || stream->error) && !stream->inbox.length &&
		   !stream->told && !is_deaf(stream)) {
		stream->told = true;
		stream->ops->closed(stream->context, stream, stream->error);
	} else if (may_drain(stream)) {
		stream->full = false;
		if (stream->ops->drained)
			stream->ops->drained(stream->context, stream);
	} else {
		return;
	}
	handled(stream);
}

static bool
is_deaf(const struct sys_stream *stream)
{
	return stream->router && stream->node->deaf;
}

static void
stream_read(struct sys_stream *stream)
{
	struct sim_world *world = stream->node->world;
	struct text bytes = stream->inbox;

	stream->inbox = (struct text){ 0 };
	sim_trace(world,
		  &(struct sim_event){ .when = world->now,
				       .kind = SIM_STREAM,
				       .node = stream->node,
				       .bytes = bytes.text,
				       .size = bytes.length },
		  hash_bytes64(bytes.text, bytes.length, 2));
	stream->kind->read(stream);
	if (stream->over || stream->error || may_drain(stream))
		sim_stream_arm(stream);
	stream->ops->receive(stream->context, stream, bytes.text, bytes.length);
	text_fini(&bytes);
}

static bool
may_drain(const struct sys_stream *stream)
{
	return stream->full && stream->kind->backlog(stream) < STREAM_LOW;
}

/* The stream may be closed by now, but never freed: that is done from the loop only. */
static void
handled(struct sys_stream *stream)
{
	if (stream->router && stream->node->handler)
		sim_node_handled(stream->node);
}
