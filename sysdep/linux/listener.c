/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Listeners: they accept what comes, some at a time.  How they come to listen is the
 * business of unix.c and tcp.c.
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>
#include "lib/mem.h"
#include "lib/text.h"
#include "sysdep/linux/stream.h"

#define ACCEPTS       16              /* In one turn of the loop. */
#define REST          (500 * USEC_MS) /* Behind a connection that could not be taken. */
#define TOLD_INTERVAL (60 * USEC_S)   /* Between two lines about that. */

struct sys_listener {
	struct list link; /* world->listeners */
	struct world *world;
	struct watch *watch;
	int fd;
	char *path;   /* Owned; null: it has no place in the file system. */
	dev_t device; /* Of the socket file, so that only ours is removed. */
	ino_t inode;
	bool busy;   /* In a callback of ours. */
	bool closed; /* By its user while busy; freed after. */
	usec_t told; /* When it was said last that one could not be taken; 0: never. */
	sys_accept *accept;
	void *context;
};

static void listener_ready(void *context, unsigned events);

struct sys_listener *
linux_listener_new(struct world *world, int fd, sys_accept *accept_of, void *context)
{
	struct sys_listener *listener = mem_zalloc(sizeof *listener);

	listener->world = world;
	listener->fd = fd;
	listener->accept = accept_of;
	listener->context = context;
	listener->watch =
		linux_watch_new(world->loop, fd, WATCH_READ, listener_ready, listener);
	list_push_back(&world->listeners, &listener->link);
	return listener;
}

void
linux_listener_place(struct sys_listener *listener, const char *path,
		     const struct stat *stat_of)
{
	listener->path = mem_strdup(path);
	listener->device = stat_of->st_dev;
	listener->inode = stat_of->st_ino;
}

int
linux_listener_fd(const struct sys_listener *listener)
{
	return listener->fd;
}

void
linux_listener_close(struct sys_listener *listener)
{
	struct stat stat_of;

	if (!listener)
		return;
	listener->closed = true;
	if (listener->busy)
		return;
	list_remove(&listener->link);
	linux_watch_free(listener->watch);
	close(listener->fd);
	/* Another daemon may have taken the place since. */
	if (listener->path && lstat(listener->path, &stat_of) == 0 &&
	    stat_of.st_dev == listener->device && stat_of.st_ino == listener->inode)
		unlink(listener->path);
	mem_free(listener->path);
	mem_free(listener);
}

void
linux_stream_free(struct world *world)
{
	list_each_safe(listener, &world->listeners, struct sys_listener, link)
		linux_listener_close(listener);
	linux_streams_free(world);
}

static bool
is_shortage(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/* Who waits stays ready, and would keep the loop busy with nothing. */
static void
listener_rest(struct sys_listener *listener, int error)
{
	struct world *world = listener->world;
	char line[128];

	linux_watch_set(listener->watch, 0, REST);
	if (listener->told != 0 && world->now - listener->told < TOLD_INTERVAL)
		return;
	listener->told = world->now;
	text_format(line, sizeof line, "A connection has to wait: %s",
		    text_error(-error));
	linux_log(&world->sys, LOG_WARNING, NULL, line);
}

static void
listener_ready(void *context, unsigned events)
{
	struct sys_listener *listener = context;

	if (events & WATCH_LATE)
		linux_watch_set(listener->watch, WATCH_READ, -1);
	listener->busy = true;
	for (int i = 0; i < ACCEPTS && !listener->closed; i++) {
		int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0 && is_shortage(errno))
			listener_rest(listener, errno);
		if (fd < 0)
			break;
		struct sys_stream *stream = linux_stream_new(listener->world, fd);
		listener->accept(listener->context, stream);
	}
	listener->busy = false;
	if (listener->closed)
		linux_listener_close(listener);
}
