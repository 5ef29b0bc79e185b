/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Going into the background, the pid file, and what the service manager is told.
 */
#include "daemon/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void parent_wait(int fd, pid_t child);

int
background_enter(struct background *background)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	pid_t child = fork();
	if (child < 0) {
		int error = -errno;
		close(ends[0]);
		close(ends[1]);
		return error;
	}
	if (child > 0) {
		close(ends[1]);
		parent_wait(ends[0], child);
	}
	close(ends[0]);
	setsid();
	background->fd = ends[1];
	return 0;
}

void
background_done(struct background *background)
{
	if (background->fd < 0)
		return;
	int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = STDIN_FILENO; nowhere >= 0 && fd <= STDERR_FILENO; fd++)
		dup2(nowhere, fd);
	if (nowhere > STDERR_FILENO)
		close(nowhere);
	(void)!write(background->fd, "", 1);
	close(background->fd);
	background->fd = -1;
}

int
pid_write(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);

	if (fd < 0 || dprintf(fd, "%ld\n", (long)getpid()) < 0) {
		fprintf(stderr, "meshd: can't write %s: %s\n", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

void
pid_remove(const char *path, int fd)
{
	if (fd < 0)
		return;
	/* The directory may be root's, and we no longer are. */
	if (unlink(path) < 0)
		(void)!ftruncate(fd, 0);
	close(fd);
}

void
notify_send(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t size = path ? strlen(path) : 0;

	if (!size || size >= sizeof to.sun_path || (*path != '/' && *path != '@'))
		return;
	memcpy(to.sun_path, path, size);
	/* '@' is how an abstract name is written, which begins with a zero byte. */
	if (*path == '@')
		to.sun_path[0] = 0;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to,
	       (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size));
	close(fd);
}

/* Ends the process: with 0 once the child says that it runs, with the child's status if
 * it ends before. */
static void
parent_wait(int fd, pid_t child)
{
	int status;
	char byte;
	ssize_t got;

	do
		got = read(fd, &byte, 1);
	while (got < 0 && errno == EINTR);
	if (got == 1)
		_exit(EXIT_SUCCESS);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	_exit(WIFEXITED(status) && WEXITSTATUS(status) ? WEXITSTATUS(status)
						       : EXIT_FAILURE);
}
