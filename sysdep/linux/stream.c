/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Byte streams: what is queued for the other side, watermarks, back-pressure, the end.
 * How a stream comes to be (accepted by listener.c, asked for in tcp.c) is not its
 * business.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "lib/mem.h"
#include "sysdep/linux/stream.h"

#define READ_ROOM ((size_t)256 * 1024) /* Read by one call, in one turn of the loop. */
#define WRITE_SOON \
	65536 /* This much queued is written at once, less before the loop waits. */
#define SLICES      64    /* Written by one call. */
#define UNREAD_MOST 64    /* Times READ_ROOM that is thrown away at the end. */
#define LOW_MARK    32768 /* Below this there is room to produce more. */
#define LINGER                                                                         \
	(10 * USEC_S) /* How long a closed stream waits for a reader that has stopped. \
		       */

struct sys_stream {
	struct list link; /* world->streams */
	struct world *world;
	struct watch *watch;
	int fd;
	const struct sys_stream_ops
		*ops; /* Null: not attached yet, or closed by its user. */
	void *context;
	struct task flush; /* Write what was queued in this turn. */
	uint8_t *queue;    /* What waits to be written: bytes [begin, end) of `room`. */
	size_t begin, end, room;
	bool connecting; /* The connection does not stand yet. */
	bool paused;     /* Its user reads no more for now. */
	bool blocked;    /* The other side takes no more for now. */
	bool owing;      /* Something was queued since the last drained(). */
	bool ended;      /* The other side sends no more; closed() was called. */
	bool broken;     /* Nor does it take any. */
	bool closing;    /* Its user has closed it. */
	bool busy;       /* In one of our callbacks: not to be freed now, but after. */
	bool released;
};

static void stream_ready(void *context, unsigned events);
static void stream_connect(struct sys_stream *stream);
static void stream_flush(void *context);
static void queue_drain(struct sys_stream *stream);
static void stream_read(struct sys_stream *stream);
static int queue_write(struct sys_stream *stream);
static void socket_close(int fd);
static void stream_watch(struct sys_stream *stream);
static void stream_end(struct sys_stream *stream, int error);
static void stream_release(struct sys_stream *stream);
static void stream_leave(struct sys_stream *stream);

struct sys_stream *
linux_stream_new(struct world *world, int fd)
{
	struct sys_stream *stream = mem_zalloc(sizeof *stream);

	stream->world = world;
	stream->fd = fd;
	linux_task_init(&stream->flush, stream_flush, stream);
	stream->watch = linux_watch_new(world->loop, fd, 0, stream_ready, stream);
	list_push_back(&world->streams, &stream->link);
	return stream;
}

void
linux_stream_connecting(struct sys_stream *stream)
{
	stream->connecting = stream->blocked = true;
}

int
linux_stream_fd(const struct sys_stream *stream)
{
	return stream->fd;
}

void
linux_stream_attach(struct sys_stream *stream, const struct sys_stream_ops *ops,
		    void *context)
{
	stream->ops = ops;
	stream->context = context;
	stream_watch(stream);
}

size_t
linux_stream_send(struct sys_stream *stream, const void *bytes, size_t size)
{
	size_t queued = stream->end - stream->begin;

	if (stream->broken || !size)
		return queued;
	if (size > stream->room - stream->end && stream->begin) {
		memmove(stream->queue, stream->queue + stream->begin, queued);
		stream->begin = 0;
		stream->end = queued;
	}
	if (size > stream->room - stream->end) {
		stream->room = MAX(stream->room * 2, queued + size);
		stream->queue = mem_resize(stream->queue, stream->room, 1);
	}
	memcpy(stream->queue + stream->end, bytes, size);
	stream->end += size;
	stream->owing = true;
	/* An error is found again, and told, from the loop. */
	if (queued + size >= WRITE_SOON && !stream->blocked)
		queue_write(stream);
	linux_task_defer(stream->world->loop, &stream->flush);
	return stream->end - stream->begin;
}

size_t
linux_stream_write(struct sys_stream *stream, const struct sys_slice *slices,
		   size_t count)
{
	struct iovec parts[SLICES];
	struct msghdr message = { .msg_iov = parts };
	size_t wanted = 0;
	ssize_t sent;

	if (stream->broken || stream->closing)
		return 0;
	stream->owing = true;
	if (stream->blocked || stream->begin < stream->end)
		return 0;
	message.msg_iovlen = MIN(count, SLICES);
	for (size_t i = 0; i < message.msg_iovlen; i++) {
		parts[i] = (struct iovec){ (void *)slices[i].bytes, slices[i].size };
		wanted += slices[i].size;
	}
	do
		sent = sendmsg(stream->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	size_t taken = sent < 0 ? 0 : (size_t)sent;
	stream->blocked = taken < wanted;
	/* An error is found again, and told, from the loop. */
	if (sent < 0 && errno != EAGAIN)
		linux_task_defer(stream->world->loop, &stream->flush);
	/* All went, and there is room for the slices left out. */
	if (!stream->blocked && count <= SLICES)
		stream->owing = false;
	else if (!stream->blocked)
		linux_task_defer(stream->world->loop, &stream->flush);
	stream_watch(stream);
	return taken;
}

void
linux_stream_pause(struct sys_stream *stream, bool paused)
{
	stream->paused = paused;
	stream_watch(stream);
}

void
linux_stream_close(struct sys_stream *stream)
{
	if (!stream || stream->closing)
		return;
	stream->ops = NULL;
	stream->closing = true;
	if (stream->broken || queue_write(stream) < 0 || stream->begin == stream->end)
		stream_release(stream);
	else
		stream_watch(stream);
}

void
linux_streams_free(struct world *world)
{
	list_each_safe(stream, &world->streams, struct sys_stream, link) {
		queue_write(stream);
		stream_release(stream);
	}
}

static void
stream_ready(void *context, unsigned events)
{
	struct sys_stream *stream = context;

	stream->busy = true;
	if (events & WATCH_LATE)
		stream_release(stream);
	if (stream->connecting && events & (WATCH_READ | WATCH_WRITE))
		stream_connect(stream);
	else if (events & WATCH_WRITE) {
		stream->blocked = false;
		queue_drain(stream);
	}
	if (events & WATCH_READ)
		stream_read(stream);
	stream_leave(stream);
}

/* It stands, or never will. */
static void
stream_connect(struct sys_stream *stream)
{
	int error = 0;
	socklen_t size = sizeof error;

	if (getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		error = errno;
	stream->connecting = stream->blocked = false;
	if (error) {
		stream_end(stream, -error);
		return;
	}
	if (stream->ops && stream->ops->connected)
		stream->ops->connected(stream->context, stream);
	queue_drain(stream);
}

static void
stream_flush(void *context)
{
	struct sys_stream *stream = context;

	stream->busy = true;
	queue_drain(stream);
	stream_leave(stream);
}

/* Writes what it can, and says so if there is room again. */
static void
queue_drain(struct sys_stream *stream)
{
	int error = stream->broken ? 0 : queue_write(stream);

	if (error) {
		stream_end(stream, error);
		return;
	}
	if (stream->closing && stream->begin == stream->end)
		stream_release(stream);
	else
		stream_watch(stream);
	if (!stream->owing || stream->end - stream->begin >= LOW_MARK || !stream->ops)
		return;
	stream->owing = false;
	if (stream->ops->drained)
		stream->ops->drained(stream->context, stream);
}

static void
stream_read(struct sys_stream *stream)
{
	struct world *world = stream->world;

	if (!stream->ops || stream->paused || stream->ended || stream->connecting)
		return;
	if (!world->stream_bytes)
		world->stream_bytes = mem_alloc(READ_ROOM);
	uint8_t *bytes = world->stream_bytes;
	ssize_t size = read(stream->fd, bytes, READ_ROOM);
	if (size > 0)
		stream->ops->receive(stream->context, stream, bytes, (size_t)size);
	else if (size == 0)
		stream_end(stream, 0);
	else if (errno != EAGAIN && errno != EINTR)
		stream_end(stream, -errno);
}

/* 0 or a negative errno; what the other side can't take yet stays. */
static int
queue_write(struct sys_stream *stream)
{
	while (stream->begin < stream->end && !stream->connecting) {
		ssize_t size =
			send(stream->fd, stream->queue + stream->begin,
			     stream->end - stream->begin, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0 && errno == EAGAIN) {
			stream->blocked = true;
			return 0;
		}
		if (size < 0)
			return -errno;
		stream->begin += (size_t)size;
	}
	if (stream->connecting)
		return 0;
	/* A long answer's room is given back. */
	if (stream->room > WRITE_SOON) {
		mem_free(stream->queue);
		stream->queue = NULL;
		stream->room = 0;
	}
	stream->begin = stream->end = 0;
	stream->blocked = false;
	return 0;
}

static void
stream_watch(struct sys_stream *stream)
{
	unsigned events = 0;

	if (stream->ops && !stream->paused && !stream->ended && !stream->connecting)
		events |= WATCH_READ;
	if (stream->blocked && !stream->broken)
		events |= WATCH_WRITE;
	linux_watch_set(stream->watch, events, stream->closing ? LINGER : -1);
}

/* The other side is gone; after a good end it may only have shut its side, and want the
 * answer. */
static void
stream_end(struct sys_stream *stream, int error)
{
	bool told = stream->ended;

	stream->ended = true;
	if (error)
		stream->broken = true;
	stream_watch(stream);
	if (stream->closing)
		stream_release(stream);
	else if ((!told || error) && stream->ops)
		stream->ops->closed(stream->context, stream, error);
}

static void
stream_release(struct sys_stream *stream)
{
	stream->released = true;
	if (stream->busy)
		return;
	linux_task_cancel(&stream->flush);
	linux_watch_free(stream->watch);
	list_remove(&stream->link);
	socket_close(stream->fd);
	mem_free(stream->queue);
	mem_free(stream);
}

/* A TCP socket that is closed with something unread resets the connection, and the other
 * side may lose our last words. */
static void
socket_close(int fd)
{
	shutdown(fd, SHUT_WR);
	for (int i = 0; i < UNREAD_MOST; i++)
		if (recv(fd, NULL, READ_ROOM, MSG_DONTWAIT | MSG_TRUNC) <= 0)
			break;
	close(fd);
}

static void
stream_leave(struct sys_stream *stream)
{
	stream->busy = false;
	if (stream->released)
		stream_release(stream);
}
