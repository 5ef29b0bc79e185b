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
#include "sysdep/linux/stream.h"

#define BACKLOG 16

static int place_clear(const struct sockaddr_un *name);
static int place_bind(int fd, const struct sockaddr_un *name, uint32_t mode,
		      const char *group);

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
	struct sys_listener *listener = linux_listener_new(world, fd, accept_of, context);
	linux_listener_place(listener, path, &stat_of);
	*made = listener;
	return 0;
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
