/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log of the Linux world: who gets which class, how lines look, full files.
 */
#include "lib/macros.h"
#include "sysdep/linux/linux.h"
#include "test/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *
contents(const char *path)
{
	static char text[4096];
	int fd = open(path, O_RDONLY);
	ssize_t size = fd < 0 ? 0 : read(fd, text, sizeof text - 1);

	if (fd >= 0)
		close(fd);
	text[size] = 0;
	return text;
}

static void
directory_make(char directory[static 64])
{
	strcpy(directory, "/tmp/meshd-log-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	ck_assert_int_eq(chdir(directory), 0);
	/* stderr is looked at too. */
	int fd = open("stderr", O_RDWR | O_CREAT | O_APPEND, 0600);
	ck_assert_int_eq(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	close(fd);
}

static void
directory_remove(const char *directory)
{
	char command[128];

	snprintf(command, sizeof command, "rm -rf %s", directory);
	ck_assert_int_eq(system(command), 0);
}

static unsigned
lines(const char *text)
{
	unsigned count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

START_TEST(a_target_gets_its_classes_only)
{
	char directory[64];
	directory_make(directory);
	struct sys *sys = linux_new(NULL);
	const struct sys_log_target targets[] = {
		{ .kind = SYS_LOG_FILE, .path = "all", .classes = UINT32_MAX },
		{ .kind = SYS_LOG_FILE, .path = "bad", .classes = 1u << LOG_ERROR },
		{ .kind = SYS_LOG_STDERR, .classes = 1u << LOG_INFO },
	};

	ck_assert_int_eq(sys->class->log_open(sys, targets, ARRAY_SIZE(targets)), 0);
	sys->class->log(sys, LOG_INFO, NULL, "fine");
	sys->class->log(sys, LOG_ERROR, NULL, "not so");
	ck_assert_uint_eq(lines(contents("all")), 2);
	ck_assert_uint_eq(lines(contents("bad")), 1);
	ck_assert_ptr_nonnull(strstr(contents("bad"), " <ERR> not so\n"));
	ck_assert_uint_eq(lines(contents("stderr")), 1);
	ck_assert_ptr_nonnull(strstr(contents("stderr"), " <INFO> fine\n"));
	linux_free(sys);
	directory_remove(directory);
}
END_TEST

START_TEST(a_line_begins_with_the_time)
{
	char directory[64];
	int year, month, day, hour, minute, second, ms;
	directory_make(directory);
	struct sys *sys = linux_new(NULL);
	struct sys_calendar now;

	sys->class->log(sys, LOG_BUG, NULL, "x");
	ck_assert_int_eq(sscanf(contents("stderr"), "%d-%d-%d %d:%d:%d.%d <BUG> x\n",
				&year, &month, &day, &hour, &minute, &second, &ms),
			 7);
	sys->class->local_time(sys, sys->class->wall(sys), &now);
	ck_assert_int_le(abs((now.hour * 60 + now.minute) - (hour * 60 + minute)) % 1439,
			 1);
	sys->class->log(sys, LOG_BUG, "noon", "y");
	ck_assert_ptr_nonnull(strstr(contents("stderr"), "\nnoon <BUG> y\n"));
	linux_free(sys);
	directory_remove(directory);
}
END_TEST

START_TEST(without_targets_what_matters_goes_to_stderr)
{
	char directory[64];
	directory_make(directory);
	struct sys *sys = linux_new(NULL);

	sys->class->log(sys, LOG_TRACE, NULL, "no");
	sys->class->log(sys, LOG_INFO, NULL, "yes");
	ck_assert_uint_eq(lines(contents("stderr")), 1);
	const struct sys_log_target file = { .kind = SYS_LOG_FILE,
					     .path = "file",
					     .classes = UINT32_MAX };
	ck_assert_int_eq(sys->class->log_open(sys, &file, 1), 0);
	sys->class->log(sys, LOG_INFO, NULL, "elsewhere");
	ck_assert_uint_eq(lines(contents("stderr")), 1);
	ck_assert_int_eq(sys->class->log_open(sys, NULL, 0), 0);
	sys->class->log(sys, LOG_INFO, NULL, "again");
	ck_assert_uint_eq(lines(contents("stderr")), 2);
	ck_assert_uint_eq(lines(contents("file")), 1);
	linux_free(sys);
	directory_remove(directory);
}
END_TEST

START_TEST(debugging_adds_to_what_is_configured_and_nothing_comes_twice)
{
	char directory[64];
	directory_make(directory);
	const struct linux_options options = { .debug_stderr = true,
					       .debug_path = "debug" };
	struct sys *sys = linux_new(&options);
	const struct sys_log_target target = { .kind = SYS_LOG_STDERR,
					       .classes = UINT32_MAX };

	sys->class->log(sys, LOG_TRACE, NULL, "one");
	ck_assert_int_eq(sys->class->log_open(sys, &target, 1), 0);
	sys->class->log(sys, LOG_TRACE, NULL, "two");
	ck_assert_uint_eq(lines(contents("stderr")), 2);
	ck_assert_uint_eq(lines(contents("debug")), 2);
	linux_free(sys);
	directory_remove(directory);
}
END_TEST

START_TEST(a_full_file_is_moved_away)
{
	char directory[64];
	directory_make(directory);
	struct sys *sys = linux_new(NULL);
	const struct sys_log_target target = { .kind = SYS_LOG_FILE,
					       .path = "log",
					       .backup = "log.old",
					       .limit = 200,
					       .classes = UINT32_MAX };

	ck_assert_int_eq(sys->class->log_open(sys, &target, 1), 0);
	for (char line[] = "a"; *line <= 'j'; ++*line)
		sys->class->log(sys, LOG_INFO, NULL, line);
	ck_assert_uint_le(strlen(contents("log")), 200);
	ck_assert_ptr_nonnull(strstr(contents("log"), "> j\n"));
	ck_assert_uint_le(strlen(contents("log.old")), 200);
	ck_assert_uint_gt(strlen(contents("log.old")), 0);
	linux_free(sys);
	directory_remove(directory);
}
END_TEST

START_TEST(a_target_that_cannot_be_opened_changes_nothing)
{
	char directory[64];
	directory_make(directory);
	struct sys *sys = linux_new(NULL);
	const struct sys_log_target good = { .kind = SYS_LOG_FILE,
					     .path = "good",
					     .classes = UINT32_MAX };
	const struct sys_log_target bad = { .kind = SYS_LOG_FILE,
					    .path = "no/such/log",
					    .classes = UINT32_MAX };

	ck_assert_int_eq(sys->class->log_open(sys, &good, 1), 0);
	ck_assert_int_eq(sys->class->log_open(sys, &bad, 1), -ENOENT);
	sys->class->log(sys, LOG_INFO, NULL, "still there");
	ck_assert_uint_eq(lines(contents("good")), 1);
	linux_free(sys);
	directory_remove(directory);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_target_gets_its_classes_only,
		a_line_begins_with_the_time,
		without_targets_what_matters_goes_to_stderr,
		debugging_adds_to_what_is_configured_and_nothing_comes_twice,
		a_full_file_is_moved_away,
		a_target_that_cannot_be_opened_changes_nothing,
	};
	return unit_run("linux/log", tests, ARRAY_SIZE(tests), NULL, 0);
}
