/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Named pipes that are written to.  One stays open for as long as somebody reads it, so
 * that reading has no end in between.  It is closed as soon as nobody does, which throws
 * away what was left unread: who opens it next finds the beginning of a write.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lib/macros.h"
#include "lib/mem.h"
#include "sysdep/linux/world.h"

#define ROOM_WANTED (1 << 20) /* What every user may have; see pipe(7). */

struct sys_pipe {
	struct loop *loop;
	int fd; /* -1: nobody reads it. */
	dev_t device;
	ino_t inode;
	struct watch *watch;
	size_t page, pages; /* What it holds. */
	uint8_t *rest;      /* Of the last write, what it had no room for; null: none. */
	size_t rest_size;
};

static void pipe_ready(void *context, unsigned events);
static bool has_room(const struct sys_pipe *pipe, size_t size);
static bool rest_write(struct sys_pipe *pipe);
static void pipe_leave(struct sys_pipe *pipe);

struct sys_pipe *
linux_pipe_new(struct world *world, int fd)
{
	struct sys_pipe *pipe = mem_zalloc(sizeof *pipe);
	struct stat now = { 0 };

	(void)!fstat(fd, &now);
	(void)!fcntl(fd, F_SETPIPE_SZ, ROOM_WANTED);
	int room = fcntl(fd, F_GETPIPE_SZ);
	pipe->loop = world->loop;
	pipe->fd = fd;
	pipe->device = now.st_dev;
	pipe->inode = now.st_ino;
	pipe->page = (size_t)sysconf(_SC_PAGESIZE);
	pipe->pages = (size_t)MAX(room, 0) / pipe->page;
	/* There is never anything to read: it is readable when nobody reads it. */
	pipe->watch = linux_watch_new(pipe->loop, fd, WATCH_READ, pipe_ready, pipe);
	return pipe;
}

bool
linux_pipe_is(struct sys_pipe *pipe, const char *path)
{
	struct pollfd state = { .fd = pipe->fd, .events = POLLOUT };
	struct stat now;

	/* The loop may not have come to tell us yet. */
	if (pipe->fd >= 0 && poll(&state, 1, 0) == 1 && state.revents & POLLERR)
		pipe_leave(pipe);
	return pipe->fd >= 0 && stat(path, &now) == 0 && now.st_dev == pipe->device &&
	       now.st_ino == pipe->inode;
}

ptrdiff_t
linux_pipe_write(struct sys_pipe *pipe, const void *bytes, size_t size)
{
	ssize_t done;

	if (!rest_write(pipe) || (pipe->fd >= 0 && !has_room(pipe, size)))
		return 0;
	if (pipe->fd < 0)
		return -EPIPE;
	do
		done = write(pipe->fd, bytes, size);
	while (done < 0 && errno == EINTR);
	if (done < 0 && errno == EAGAIN)
		return 0;
	if (done < 0) {
		int error = errno;
		pipe_leave(pipe);
		return -error;
	}
	if ((size_t)done < size) {
		pipe->rest_size = size - (size_t)done;
		pipe->rest = mem_alloc(pipe->rest_size);
		memcpy(pipe->rest, (const uint8_t *)bytes + done, pipe->rest_size);
		linux_watch_set(pipe->watch, WATCH_READ | WATCH_WRITE, -1);
	}
	return (ptrdiff_t)size;
}

void
linux_pipe_close(struct sys_pipe *pipe)
{
	if (!pipe)
		return;
	pipe_leave(pipe);
	mem_free(pipe);
}

static void
pipe_ready(void *context, unsigned events)
{
	struct sys_pipe *pipe = context;

	if (events & WATCH_READ)
		pipe_leave(pipe);
	else
		rest_write(pipe);
}

/* All of it will be taken.  A page may be as good as empty where what was written next
 * did not fit into it, but then that one is not: two hold more than one, but for the last
 * and the one that is being read.  Into an empty one goes what is larger than that, too.
 */
static bool
has_room(const struct sys_pipe *pipe, size_t size)
{
	int unread = 0;

	if (ioctl(pipe->fd, FIONREAD, &unread) < 0 || unread <= 0)
		return true;
	size_t taken = 2 * ((size_t)unread / pipe->page + 1) + 2;
	return taken + size / pipe->page + 1 <= pipe->pages;
}

/* False: there is more of it still, and no room. */
static bool
rest_write(struct sys_pipe *pipe)
{
	while (pipe->rest_size > 0) {
		ssize_t done = write(pipe->fd, pipe->rest, pipe->rest_size);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0 && errno == EAGAIN)
			return false;
		if (done < 0) {
			pipe_leave(pipe);
			return true;
		}
		pipe->rest_size -= (size_t)done;
		memmove(pipe->rest, pipe->rest + done, pipe->rest_size);
	}
	if (pipe->rest)
		linux_watch_set(pipe->watch, WATCH_READ, -1);
	mem_free(pipe->rest);
	pipe->rest = NULL;
	return true;
}

/* Nobody reads it any more. */
static void
pipe_leave(struct sys_pipe *pipe)
{
	linux_watch_free(pipe->watch);
	pipe->watch = NULL;
	if (pipe->fd >= 0)
		close(pipe->fd);
	pipe->fd = -1;
	mem_free(pipe->rest);
	pipe->rest = NULL;
	pipe->rest_size = 0;
}
