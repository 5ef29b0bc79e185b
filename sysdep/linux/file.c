/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files: read in pieces, replaced atomically, found by pattern; settings of the kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lib/mem.h"
#include "lib/text.h"
#include "sysdep/linux/world.h"

struct sys_file {
	int fd;
};

static int bytes_write(int fd, const uint8_t *bytes, size_t size, size_t *written);
static int directory_sync(const char *path);
static bool directory_exists(const char *pattern);

int
linux_file_open(struct sys *sys, const char *path, struct sys_file **file)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	(void)sys;
	if (fd < 0)
		return -errno;
	*file = mem_alloc(sizeof **file);
	(*file)->fd = fd;
	return 0;
}

ptrdiff_t
linux_file_read(struct sys_file *file, void *bytes, size_t size)
{
	ssize_t got;

	do
		got = read(file->fd, bytes, size);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

void
linux_file_close(struct sys_file *file)
{
	if (!file)
		return;
	close(file->fd);
	mem_free(file);
}

int
linux_file_stamp(struct sys *sys, const char *path, struct sys_file_stamp *stamp)
{
	struct stat now;

	(void)sys;
	if (stat(path, &now) < 0)
		return -errno;
	*stamp = (struct sys_file_stamp){
		.size = (uint64_t)now.st_size,
		.serial = now.st_ino,
		.modified = now.st_mtim.tv_sec * USEC_S + now.st_mtim.tv_nsec / 1000,
	};
	return 0;
}

int
linux_file_write(struct sys *sys, const char *path, const void *bytes, size_t size)
{
	char name[PATH_MAX];
	struct stat old;
	size_t written;
	int error;

	(void)sys;
	if (!text_format(name, sizeof name, "%s.XXXXXX", path))
		return -ENAMETOOLONG;
	bool is_there = stat(path, &old) == 0;
	if (is_there && !S_ISREG(old.st_mode) && !S_ISDIR(old.st_mode))
		return -ESPIPE;
	int fd = mkostemp(name, O_CLOEXEC); /* Mode 0600: state may hold keys. */
	if (fd < 0)
		return -errno;
	if (is_there)
		(void)!fchmod(fd, old.st_mode & 0777);
	error = bytes_write(fd, bytes, size, &written);
	if (!error && fsync(fd) < 0)
		error = -errno;
	close(fd);
	if (!error && rename(name, path) < 0)
		error = -errno;
	if (error) {
		unlink(name);
		return error;
	}
	return directory_sync(path);
}

ptrdiff_t
linux_file_append(struct sys *sys, const char *path, struct sys_pipe **pipe,
		  const void *bytes, size_t size)
{
	struct stat now = { 0 };
	size_t written;

	if (*pipe && !linux_pipe_is(*pipe, path)) {
		linux_pipe_close(*pipe);
		*pipe = NULL;
	}
	if (*pipe)
		return linux_pipe_write(*pipe, bytes, size);
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0644);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &now) == 0 && S_ISFIFO(now.st_mode)) {
		*pipe = linux_pipe_new(world_of(sys), fd);
		return linux_pipe_write(*pipe, bytes, size);
	}
	int error = bytes_write(fd, bytes, size, &written);
	if (error && S_ISREG(now.st_mode))
		(void)!ftruncate(fd, now.st_size);
	close(fd);
	return error ? error : (ptrdiff_t)size;
}

int
linux_file_glob(struct sys *sys, const char *pattern,
		void (*found)(void *context, const char *path), void *context)
{
	glob_t names = { 0 };
	int result = glob(pattern, GLOB_ERR, NULL, &names);

	(void)sys;
	if (result == GLOB_NOMATCH && !directory_exists(pattern))
		result = -ENOENT;
	else if (result == GLOB_NOSPACE)
		result = -ENOMEM;
	else if (result == GLOB_ABORTED)
		result = errno == ENOENT ? -ENOENT : -EACCES;
	else
		result = 0;
	for (size_t i = 0; !result && i < names.gl_pathc; i++)
		found(context, names.gl_pathv[i]);
	globfree(&names);
	return result;
}

int
linux_setting_read(struct sys *sys, const char *name, char *value, size_t size)
{
	char path[256];
	struct sys_file *file = NULL;

	if (!size)
		return -EINVAL;
	if (strstr(name, "..") || !text_format(path, sizeof path, "/proc/sys/%s", name))
		return -EINVAL;
	/* As sysctl(8): where there is a slash, dots belong to names (of interfaces). */
	if (!strchr(name, '/'))
		for (char *at = path + strlen("/proc/sys/"); *at; at++)
			if (*at == '.')
				*at = '/';
	int error = linux_file_open(sys, path, &file);
	if (!file)
		return error;
	ptrdiff_t got = linux_file_read(file, value, size - 1);
	linux_file_close(file);
	if (got < 0)
		return (int)got;
	while (got > 0 && value[got - 1] == '\n')
		got--;
	value[got] = 0;
	return 0;
}

static int
bytes_write(int fd, const uint8_t *bytes, size_t size, size_t *written)
{
	for (*written = 0; *written < size;) {
		ssize_t done = write(fd, bytes + *written, size - *written);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		*written += (size_t)done;
	}
	return 0;
}

/* Puts the new name of the file on disk. */
static int
directory_sync(const char *path)
{
	const char *slash = strrchr(path, '/');
	char name[PATH_MAX];

	if (!slash)
		strcpy(name, ".");
	else if (!text_format(name, sizeof name, "%.*s", (int)(slash - path + 1), path))
		return -ENAMETOOLONG;
	int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* Some file systems have nothing to sync in a directory. */
	int error = fsync(fd) < 0 && errno != EINVAL ? -errno : 0;
	close(fd);
	return error;
}

/* The part of the pattern before its first wild character is a directory that is there.
 */
static bool
directory_exists(const char *pattern)
{
	size_t length = strcspn(pattern, "*?[{\\");
	char name[PATH_MAX];
	struct stat stat_of;

	while (length && pattern[length - 1] != '/')
		length--;
	if (!length)
		return true;
	if (!text_format(name, sizeof name, "%.*s", (int)length, pattern))
		return false;
	return stat(name, &stat_of) == 0 && S_ISDIR(stat_of.st_mode);
}
