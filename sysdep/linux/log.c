/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where log lines go: stderr, files with a size limit, syslog.  The line is the caller's,
 * written as it stands with one write; its time and class are already in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>
#include "lib/mem.h"
#include "sysdep/linux/world.h"

#define SYSLOG_DAEMON (3 << 3) /* The facility. */

struct target {
	struct sys_log_target to; /* Its strings are ours. */
	int fd;                   /* -1: closed. */
	uint64_t size;            /* Of the file so far. */
};

struct log {
	struct target *targets;
	size_t count;
	struct target debug[2]; /* Of linux_options; they stay whatever is configured. */
	size_t debug_count;
	bool debug_stderr;
	bool configured; /* log_open() was called; until then lines go to stderr. */
};

static void target_init(struct target *target, const struct sys_log_target *to);
static void target_fini(struct target *target);
static int target_open(struct target *target);
static void target_write(struct target *target, enum log_class class, const char *line);
static void file_rotate(struct target *target);
static void syslog_write(struct target *target, enum log_class class, const char *line);
static void line_write(int fd, const char *line, size_t size);

struct log *
linux_log_new(const struct linux_options *options)
{
	struct log *log = mem_zalloc(sizeof *log);
	struct sys_log_target to = { .kind = SYS_LOG_STDERR, .classes = UINT32_MAX };

	log->debug_stderr = options && options->debug_stderr;
	if (log->debug_stderr)
		target_init(&log->debug[log->debug_count++], &to);
	if (options && options->debug_path) {
		to.kind = SYS_LOG_FILE;
		to.path = options->debug_path;
		target_init(&log->debug[log->debug_count], &to);
		target_open(&log->debug[log->debug_count++]);
	}
	return log;
}

void
linux_log_free(struct log *log)
{
	if (!log)
		return;
	for (size_t i = 0; i < log->count; i++)
		target_fini(&log->targets[i]);
	for (size_t i = 0; i < log->debug_count; i++)
		target_fini(&log->debug[i]);
	mem_free(log->targets);
	mem_free(log);
}

void
linux_log(struct sys *sys, enum log_class class, const char *line)
{
	struct log *log = world_of(sys)->log;

	for (size_t i = 0; i < log->count; i++) {
		const struct sys_log_target *to = &log->targets[i].to;
		/* Not twice. */
		if (to->kind == SYS_LOG_STDERR && log->debug_stderr)
			continue;
		if (to->classes & 1u << class)
			target_write(&log->targets[i], class, line);
	}
	for (size_t i = 0; i < log->debug_count; i++)
		target_write(&log->debug[i], class, line);
	if (!log->configured && !log->debug_count && class >= LOG_INFO)
		line_write(STDERR_FILENO, line, strlen(line));
}

int
linux_log_open(struct sys *sys, const struct sys_log_target *targets, size_t count)
{
	struct log *log = world_of(sys)->log;
	struct target *made = mem_zalloc((count + 1) * sizeof *made);
	int error = 0;

	for (size_t i = 0; i < count; i++) {
		target_init(&made[i], &targets[i]);
		int result = target_open(&made[i]);
		if (result < 0 && !error)
			error = result;
	}
	/* What can't be opened keeps the old targets: a failed reload changes nothing. */
	struct target *old = error ? made : log->targets;
	size_t old_count = error ? count : log->count;
	if (!error) {
		log->targets = made;
		log->count = count;
		log->configured = true;
	}
	for (size_t i = 0; i < old_count; i++)
		target_fini(&old[i]);
	mem_free(old);
	return error;
}

static void
target_init(struct target *target, const struct sys_log_target *to)
{
	target->to = *to;
	target->to.path = to->path ? mem_strdup(to->path) : NULL;
	target->to.backup = to->backup ? mem_strdup(to->backup) : NULL;
	target->fd = -1;
}

static void
target_fini(struct target *target)
{
	if (target->fd >= 0)
		close(target->fd);
	mem_free((char *)target->to.path);
	mem_free((char *)target->to.backup);
}

static int
target_open(struct target *target)
{
	struct stat stat;

	if (target->to.kind != SYS_LOG_FILE)
		return 0;
	if (!target->to.path)
		return -EINVAL;
	target->fd = open(target->to.path,
			  O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0640);
	if (target->fd < 0)
		return -errno;
	target->size = fstat(target->fd, &stat) < 0 ? 0 : (uint64_t)stat.st_size;
	return 0;
}

static void
target_write(struct target *target, enum log_class class, const char *line)
{
	size_t size = strlen(line);

	switch (target->to.kind) {
	case SYS_LOG_STDERR: line_write(STDERR_FILENO, line, size); break;
	case SYS_LOG_SYSLOG: syslog_write(target, class, line); break;
	case SYS_LOG_FILE:
		if (target->to.limit && target->to.backup &&
		    target->size + size + 1 > target->to.limit && target->size)
			file_rotate(target);
		if (target->fd < 0 && target_open(target) < 0)
			break;
		line_write(target->fd, line, size);
		target->size += size + 1;
		break;
	}
}

static void
file_rotate(struct target *target)
{
	/* If it can't be moved (no right to the directory any more), the file just grows.
	 */
	if (rename(target->to.path, target->to.backup) < 0) {
		target->size = 0;
		return;
	}
	close(target->fd);
	target->fd = -1;
}

/* RFC 3164 §4.1 as /dev/log takes it: no host name; the receiver adds the time. */
static void
syslog_write(struct target *target, enum log_class class, const char *line)
{
	static const uint8_t priorities[LOG_CLASSES] = {
		/* RFC 3164 §4.1.1, table 2 */
		[LOG_DEBUG] = 7,  [LOG_TRACE] = 7,   [LOG_INFO] = 6,
		[LOG_REMOTE] = 5, [LOG_WARNING] = 4, [LOG_ERROR] = 3,
		[LOG_AUTH] = 5,   [LOG_FATAL] = 2,   [LOG_BUG] = 2,
	};
	const struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = "/dev/log" };
	const char *name = target->to.path ? target->to.path : "meshd";
	char head[128];

	if (target->fd < 0)
		target->fd =
			socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int size = snprintf(head, sizeof head,
			    "<%d>%.64s[%ld]: ", SYSLOG_DAEMON | priorities[class], name,
			    (long)getpid());
	struct iovec parts[] = {
		{ .iov_base = head, .iov_len = (size_t)size },
		{ .iov_base = (char *)line, .iov_len = strlen(line) },
	};
	struct msghdr message = {
		.msg_name = (void *)&to,
		.msg_namelen = sizeof to,
		.msg_iov = parts,
		.msg_iovlen = 2,
	};
	/* No syslog, or one that can't keep up: the line is lost, the router goes on. */
	(void)!sendmsg(target->fd, &message, MSG_NOSIGNAL);
}

static void
line_write(int fd, const char *line, size_t size)
{
	struct iovec parts[] = {
		{ .iov_base = (char *)line, .iov_len = size },
		{ .iov_base = "\n", .iov_len = 1 },
	};

	(void)!writev(fd, parts, 2);
}
