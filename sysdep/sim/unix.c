/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unix sockets: listeners of the routers and connections from programs on their machine
 * (the scenario).  Both ends of a connection are the same kind of stream.
 */
#include "lib/mem.h"
#include "sysdep/sim/stream.h"
#include <errno.h>
#include <string.h>

struct unix_stream {
	struct sys_stream stream;
	struct unix_stream *peer; /* Null: it is gone. */
};

static struct unix_stream *unix_cast(struct sys_stream *stream);
static struct unix_stream *unix_new(struct sim_node *node, bool router);
static struct sys_listener *listener_find(const struct sim_node *node, const char *path);

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
	*listener = sim_listener_new(node, accept, context);
	(*listener)->path = mem_strdup(path);
	return 0;
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
	struct unix_stream *ours = unix_new(node, false), *theirs = unix_new(node, true);
	ours->peer = theirs;
	theirs->peer = ours;
	ours->stream.ops = ops;
	ours->stream.context = context;
	theirs->stream.from = listener;
	sim_stream_arm(&theirs->stream);
	*stream = &ours->stream;
	return 0;
}

static struct sys_listener *
listener_find(const struct sim_node *node, const char *path)
{
	list_each(listener, &node->listeners, struct sys_listener, link) {
		if (listener->path && strcmp(listener->path, path) == 0)
			return listener;
	}
	return NULL;
}

static void
unix_send(struct sys_stream *stream, const void *bytes, size_t size)
{
	struct unix_stream *peer = unix_cast(stream)->peer;

	if (!peer || peer->stream.gone || !size)
		return;
	text_add_bytes(&peer->stream.inbox, bytes, size);
	sim_stream_arm(&peer->stream);
}

/* It is there already. */
static void
unix_push(struct sys_stream *stream)
{
	(void)stream;
}

static size_t
unix_backlog(const struct sys_stream *stream)
{
	const struct unix_stream *peer =
		container_of(stream, const struct unix_stream, stream)->peer;

	return peer && !peer->stream.gone ? peer->stream.inbox.length : 0;
}

static void
unix_read(struct sys_stream *stream)
{
	struct unix_stream *peer = unix_cast(stream)->peer;

	if (peer && peer->stream.full)
		sim_stream_arm(&peer->stream);
}

static void
unix_close(struct sys_stream *stream)
{
	struct unix_stream *peer = unix_cast(stream)->peer;

	if (!peer)
		return;
	peer->stream.over = true;
	sim_stream_arm(&peer->stream);
}

static bool
unix_is_done(const struct sys_stream *stream)
{
	(void)stream;
	return true;
}

static void
unix_free(struct sys_stream *stream)
{
	struct unix_stream *end = unix_cast(stream);

	if (end->peer)
		end->peer->peer = NULL;
	sim_stream_fini(stream);
	mem_free(end);
}

static const struct stream_kind unix_kind = {
	unix_send,  unix_push,    unix_backlog, unix_read,
	unix_close, unix_is_done, unix_free,
};

static struct unix_stream *
unix_new(struct sim_node *node, bool router)
{
	struct unix_stream *end = mem_zalloc(sizeof(*end));

	sim_stream_init(&end->stream, node, &unix_kind, router);
	return end;
}

static struct unix_stream *
unix_cast(struct sys_stream *stream)
{
	return container_of(stream, struct unix_stream, stream);
}
