/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where log lines go: stderr, files with a size limit, syslog.  Files and stderr get the
 * time and the class in front, syslog knows both by itself.
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
#include "lib/text.h"
#include "sysdep/linux/world.h"

#define SYSLOG_DAEMON (3 << 3) /* The facility. */

/* What is said of each class: BIRD's word, and the severity (RFC 3164 §4.1.1). */
static const struct {
	const char *word;
	uint8_t severity;
} classes[LOG_CLASSES] = {
	[LOG_DEBUG] = { "DBG", 7 },    [LOG_TRACE] = { "TRACE", 7 },
	[LOG_INFO] = { "INFO", 6 },    [LOG_REMOTE] = { "RMT", 5 },
	[LOG_WARNING] = { "WARN", 4 }, [LOG_ERROR] = { "ERR", 3 },
	[LOG_AUTH] = { "AUTH", 5 },    [LOG_FATAL] = { "FATAL", 2 },
	[LOG_BUG] = { "BUG", 2 },
};

struct target {
	struct sys_log_target to; /* Its strings are ours. */
	int fd;                   /* -1: closed. */
	uint64_t size;            /* Of the file so far. */
};

/* A line on its way. */
struct entry {
	enum log_class class;
	const char *when; /* Null: now, in full. */
	const char *line;
	size_t size;    /* Of the line. */
	char head[128]; /* Time and class; made when first needed. */
	size_t head_size;
};

struct log {
	struct target *targets;
	size_t count;
	struct target debug[2]; /* Of linux_options; they stay whatever is configured. */
	size_t debug_count;
	bool debug_stderr;
	struct target preset; /* For as long as nothing else is configured. */
};

static void target_init(struct target *target, const struct sys_log_target *to);
static void target_fini(struct target *target);
static int target_open(struct target *target);
static void target_write(struct sys *sys, struct target *target, struct entry *entry);
static void file_write(struct target *target, struct entry *entry);
static void file_rotate(struct target *target);
static void syslog_write(struct target *target, const struct entry *entry);
static void entry_head(struct sys *sys, struct entry *entry);
static void line_write(int fd, const struct entry *entry);

struct log *
linux_log_new(const struct linux_options *options)
{
	static const struct linux_options none = { 0 };
	struct sys_log_target to = { .kind = SYS_LOG_STDERR, .classes = UINT32_MAX };
	struct log *log = mem_zalloc(sizeof *log);

	if (!options)
		options = &none;
	log->debug_stderr = options->debug_stderr;
	if (options->debug_stderr)
		target_init(&log->debug[log->debug_count++], &to);
	if (options->log_syslog)
		to.kind = SYS_LOG_SYSLOG;
	to.classes &= ~(1u << LOG_DEBUG | 1u << LOG_TRACE);
	target_init(&log->preset, &to);
	if (options->debug_path) {
		to = (struct sys_log_target){ .kind = SYS_LOG_FILE,
					      .path = options->debug_path,
					      .classes = UINT32_MAX };
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
	target_fini(&log->preset);
	mem_free(log->targets);
	mem_free(log);
}

void
linux_log(struct sys *sys, enum log_class class, const char *when, const char *line)
{
	struct entry entry = {
		.class = class, .when = when, .line = line, .size = strlen(line)
	};
	struct log *log = world_of(sys)->log;

	for (size_t i = 0; i < log->debug_count; i++)
		target_write(sys, &log->debug[i], &entry);
	for (size_t i = 0; i < log->count; i++)
		target_write(sys, &log->targets[i], &entry);
	if (!log->count)
		target_write(sys, &log->preset, &entry);
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
target_write(struct sys *sys, struct target *target, struct entry *entry)
{
	struct log *log = world_of(sys)->log;

	if (!(target->to.classes & 1u << entry->class))
		return;
	if (target->to.kind == SYS_LOG_SYSLOG) {
		syslog_write(target, entry);
		return;
	}
	/* Not twice. */
	if (target->to.kind == SYS_LOG_STDERR && log->debug_stderr &&
	    target != &log->debug[0])
		return;
	if (!entry->head_size)
		entry_head(sys, entry);
	if (target->to.kind == SYS_LOG_STDERR)
		line_write(STDERR_FILENO, entry);
	else
		file_write(target, entry);
}

static void
file_write(struct target *target, struct entry *entry)
{
	size_t size = entry->head_size + entry->size + 1;

	if (target->to.limit && target->to.backup && target->size &&
	    target->size + size > target->to.limit)
		file_rotate(target);
	if (target->fd < 0 && target_open(target) < 0)
		return;
	line_write(target->fd, entry);
	target->size += size;
}

static void
file_rotate(struct target *target)
{
	/* If it can't be moved (no right to the directory any more), it just grows. */
	if (rename(target->to.path, target->to.backup) < 0) {
		target->size = 0;
		return;
	}
	close(target->fd);
	target->fd = -1;
}

/* RFC 3164 §4.1 as /dev/log takes it: no host name; the receiver adds the time. */
static void
syslog_write(struct target *target, const struct entry *entry)
{
	const struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = "/dev/log" };
	const char *name = target->to.path ? target->to.path : "meshd";
	char head[128];

	if (target->fd < 0)
		target->fd =
			socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	text_format(head, sizeof head,
		    "<%d>%.64s[%ld]: ", SYSLOG_DAEMON | classes[entry->class].severity,
		    name, (long)getpid());
	struct iovec parts[] = {
		{ .iov_base = head, .iov_len = strlen(head) },
		{ .iov_base = (char *)entry->line, .iov_len = entry->size },
	};
	struct msghdr message = {
		.msg_name = (void *)&to,
		.msg_namelen = sizeof to,
		.msg_iov = parts,
		.msg_iovlen = ARRAY_SIZE(parts),
	};
	/* No syslog, or one that can't keep up: the line is lost, the router goes on. */
	(void)!sendmsg(target->fd, &message, MSG_NOSIGNAL);
}

static void
entry_head(struct sys *sys, struct entry *entry)
{
	usec_t wall = linux_wall(sys);
	struct sys_calendar at;
	char now[64];

	linux_local_time(sys, wall, &at);
	text_format(now, sizeof now, "%04d-%02d-%02d %02d:%02d:%02d.%03d", at.year,
		    at.month, at.day, at.hour, at.minute, at.second,
		    (int)(wall / USEC_MS % 1000));
	text_format(entry->head, sizeof entry->head, "%.64s <%s> ",
		    entry->when ? entry->when : now, classes[entry->class].word);
	entry->head_size = strlen(entry->head);
}

/* In one write, so that lines of several writers don't mix. */
static void
line_write(int fd, const struct entry *entry)
{
	struct iovec parts[] = {
		{ .iov_base = (char *)entry->head, .iov_len = entry->head_size },
		{ .iov_base = (char *)entry->line, .iov_len = entry->size },
		{ .iov_base = "\n", .iov_len = 1 },
	};

	(void)!writev(fd, parts, ARRAY_SIZE(parts));
}
