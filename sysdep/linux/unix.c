/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unix sockets that listen: made where none lives, with the rights asked for from their
 * first moment.
 */
#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "lib/mem.h"
#include "sysdep/linux/stream.h"

#define BACKLOG 16
#define ACCEPTS 16 /* In one turn of the loop. */

struct sys_listener {
	struct list link; /* world->listeners */
	struct world *world;
	struct watch *watch;
	int fd;
	char *path;
	dev_t device; /* Of the socket file, so that only ours is removed. */
	ino_t inode;
	bool busy;   /* In a callback of ours. */
	bool closed; /* By its user while busy; freed after. */
	sys_accept *accept;
	void *context;
};

static int place_clear(const struct sockaddr_un *name);
static int place_bind(int fd, const struct sockaddr_un *name, uint32_t mode,
		      const char *group);
static void listener_ready(void *context, unsigned events);

int
linux_unix_listen(struct sys *sys, const char *path, uint32_t mode, const char *group,
		  sys_accept *accept_of, void *context, struct sys_listener **made)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	struct world *world = world_of(sys);
	struct stat stat_of = { 0 };

	if (strlen(path) >= sizeof name.sun_path)
		return -ENAMETOOLONG;
	strcpy(name.sun_path, path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	int error = place_clear(&name);
	if (!error)
		error = place_bind(fd, &name, mode, group);
	if (!error && (listen(fd, BACKLOG) < 0 || stat(path, &stat_of) < 0))
		error = -errno;
	if (error) {
		close(fd);
		return error;
	}
	struct sys_listener *listener = mem_zalloc(sizeof *listener);
	listener->world = world;
	listener->fd = fd;
	listener->path = mem_strdup(path);
	listener->device = stat_of.st_dev;
	listener->inode = stat_of.st_ino;
	listener->accept = accept_of;
	listener->context = context;
	listener->watch =
		linux_watch_new(world->loop, fd, WATCH_READ, listener_ready, listener);
	list_push_back(&world->listeners, &listener->link);
	*made = listener;
	return 0;
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
	if (lstat(listener->path, &stat_of) == 0 && stat_of.st_dev == listener->device &&
	    stat_of.st_ino == listener->inode)
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

/* Removes the socket of a daemon that is dead.  Nothing else is ever removed. */
static int
place_clear(const struct sockaddr_un *name)
{
	struct stat stat_of;
	int error = 0;

	if (lstat(name->sun_path, &stat_of) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(stat_of.st_mode))
		return -EEXIST;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)name, sizeof *name) == 0 ||
	    errno != ECONNREFUSED)
		error = -EADDRINUSE;
	close(fd);
	if (!error && unlink(name->sun_path) < 0)
		error = -errno;
	return error;
}

static int
place_bind(int fd, const struct sockaddr_un *name, uint32_t mode, const char *group)
{
	/* Nobody else gets in before the rights are as they shall be. */
	mode_t mask = umask(0177);
	int error =
		bind(fd, (const struct sockaddr *)name, sizeof *name) < 0 ? -errno : 0;

	umask(mask);
	if (error)
		return error;
	if (group) {
		const struct group *entry = getgrnam(group);
		if (!entry)
			error = -ENOENT;
		else if (chown(name->sun_path, (uid_t)-1, entry->gr_gid) < 0)
			error = -errno;
	}
	if (!error && chmod(name->sun_path, mode) < 0)
		error = -errno;
	if (error)
		unlink(name->sun_path);
	return error;
}

static void
listener_ready(void *context, unsigned events)
{
	struct sys_listener *listener = context;

	(void)events;
	listener->busy = true;
	for (int i = 0; i < ACCEPTS && !listener->closed; i++) {
		int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0)
			break;
		struct sys_stream *stream = linux_stream_new(listener->world, fd);
		listener->accept(listener->context, stream);
	}
	listener->busy = false;
	if (listener->closed)
		linux_listener_close(listener);
}
