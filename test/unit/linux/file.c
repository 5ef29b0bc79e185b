/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of the Linux world: read in pieces, replaced whole or not at all, found by
 * pattern; modules that are none.
 */
#include "lib/macros.h"
#include "sysdep/linux/linux.h"
#include "test/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* A directory of the test's own, and the way into it. */
static struct sys *
world_in(char directory[static 64])
{
	strcpy(directory, "/tmp/meshd-file-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	ck_assert_int_eq(chdir(directory), 0);
	struct sys *sys = linux_new(NULL);
	ck_assert_ptr_nonnull(sys);
	return sys;
}

static void
world_out(struct sys *sys, const char *directory)
{
	char command[128];

	linux_free(sys);
	snprintf(command, sizeof command, "rm -rf %s", directory);
	ck_assert_int_eq(system(command), 0);
}

START_TEST(a_file_is_read_in_pieces_as_it_was_written)
{
	char directory[64], bytes[8], whole[32] = "";
	struct sys *sys = world_in(directory);
	struct sys_file *file;
	ptrdiff_t size;

	ck_assert_int_eq(sys->class->file_write(sys, "state", "twenty bytes of text", 20),
			 0);
	ck_assert_int_eq(sys->class->file_open(sys, "state", &file), 0);
	while ((size = sys->class->file_read(file, bytes, 7)) > 0)
		strncat(whole, bytes, (size_t)size);
	ck_assert_int_eq(size, 0);
	ck_assert_str_eq(whole, "twenty bytes of text");
	sys->class->file_close(file);
	world_out(sys, directory);
}
END_TEST

START_TEST(what_is_not_there_or_is_no_file_is_an_error)
{
	char directory[64], byte;
	struct sys *sys = world_in(directory);
	struct sys_file *file;

	ck_assert_int_eq(sys->class->file_open(sys, "nothing", &file), -ENOENT);
	ck_assert_int_eq(sys->class->file_open(sys, ".", &file), 0);
	ck_assert_int_eq(sys->class->file_read(file, &byte, 1), -EISDIR);
	sys->class->file_close(file);
	ck_assert_int_eq(sys->class->file_write(sys, "no/such/directory", "x", 1),
			 -ENOENT);
	world_out(sys, directory);
}
END_TEST

static void
name_add(void *context, const char *path)
{
	strcat(context, path);
	strcat(context, " ");
}

START_TEST(replacing_keeps_the_mode_and_leaves_nothing_else_behind)
{
	char directory[64], names[256] = "";
	struct sys *sys = world_in(directory);
	struct stat stat_of;

	ck_assert_int_eq(sys->class->file_write(sys, "key", "1", 1), 0);
	ck_assert_int_eq(stat("key", &stat_of), 0);
	ck_assert_uint_eq(stat_of.st_mode & 0777, 0600);
	ck_assert_int_eq(chmod("key", 0640), 0);
	ck_assert_int_eq(sys->class->file_write(sys, "key", "22", 2), 0);
	ck_assert_int_eq(stat("key", &stat_of), 0);
	ck_assert_uint_eq(stat_of.st_mode & 0777, 0640);
	ck_assert_int_eq(stat_of.st_size, 2);
	ck_assert_int_eq(sys->class->file_write(sys, ".", "x", 1), -EBUSY);
	ck_assert_int_eq(sys->class->file_glob(sys, "*", name_add, names), 0);
	ck_assert_str_eq(names, "key ");
	names[0] = 0;
	ck_assert_int_eq(sys->class->file_glob(sys, ".[!.]*", name_add, names), 0);
	ck_assert_str_eq(names, "");
	world_out(sys, directory);
}
END_TEST

/* What is half there would spoil what is appended behind it. */
START_TEST(what_does_not_fit_is_not_appended_in_part)
{
	char directory[64];
	struct sys *sys = world_in(directory);
	struct rlimit before, limit;
	struct stat stat_of;
	ptrdiff_t error;

	ck_assert_int_eq(sys->class->file_append(sys, "log", "twenty bytes of text", 20),
			 20);
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = (struct rlimit){ .rlim_cur = 30, .rlim_max = before.rlim_max };
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	error = sys->class->file_append(sys, "log", "twenty bytes of text", 20);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
	ck_assert_int_eq(error, -EFBIG);
	ck_assert_int_eq(stat("log", &stat_of), 0);
	ck_assert_int_eq(stat_of.st_size, 20);
	world_out(sys, directory);
}
END_TEST

#define LONG ((size_t)300000)

START_TEST(a_pipe_takes_what_it_has_room_for)
{
	static uint8_t bytes[LONG], got[LONG];
	char directory[64];
	struct sys *sys = world_in(directory);

	for (size_t i = 0; i < LONG; i++)
		bytes[i] = (uint8_t)(i % 251);
	ck_assert_int_eq(mkfifo("pipe", 0600), 0);
	ck_assert_int_eq(sys->class->file_append(sys, "pipe", bytes, LONG), -ENXIO);
	int reader = open("pipe", O_RDONLY | O_NONBLOCK);
	ck_assert_int_ge(reader, 0);
	size_t taken = 0, count = 0;
	while (count < LONG) {
		ptrdiff_t more =
			sys->class->file_append(sys, "pipe", bytes + taken, LONG - taken);
		ck_assert_int_ge(more, 0);
		taken += (size_t)more;
		ck_assert(taken < LONG || count > 0);
		/* Of a full one nothing, which is no error. */
		if (taken < LONG)
			ck_assert_int_eq(sys->class->file_append(sys, "pipe", bytes, 1),
					 0);
		while (count < taken) {
			ssize_t size = read(reader, got + count, taken - count);
			ck_assert_int_gt(size, 0);
			count += (size_t)size;
		}
	}
	ck_assert_mem_eq(got, bytes, LONG);
	close(reader);
	world_out(sys, directory);
}
END_TEST

START_TEST(a_pattern_finds_names_in_order)
{
	char directory[64], names[256] = "";
	struct sys *sys = world_in(directory);

	ck_assert_int_eq(mkdir("d", 0700), 0);
	for (const char *name = "cab"; *name; name++) {
		char path[] = "d/x.conf";
		path[2] = *name;
		ck_assert_int_eq(sys->class->file_write(sys, path, "", 0), 0);
	}
	ck_assert_int_eq(sys->class->file_glob(sys, "d/*.conf", name_add, names), 0);
	ck_assert_str_eq(names, "d/a.conf d/b.conf d/c.conf ");
	names[0] = 0;
	ck_assert_int_eq(sys->class->file_glob(sys, "d/*.none", name_add, names), 0);
	ck_assert_str_eq(names, "");
	ck_assert_int_eq(sys->class->file_glob(sys, "e/*.conf", name_add, names),
			 -ENOENT);
	ck_assert_int_eq(sys->class->file_glob(sys, "d/a.conf", name_add, names), 0);
	ck_assert_str_eq(names, "d/a.conf ");
	world_out(sys, directory);
}
END_TEST

START_TEST(a_setting_of_the_kernel_is_read_by_either_spelling)
{
	struct sys *sys = linux_new(NULL);
	char dots[64], slashes[64];

	ck_assert_int_eq(
		sys->class->setting_read(sys, "kernel.ostype", dots, sizeof dots), 0);
	ck_assert_str_eq(dots, "Linux");
	ck_assert_int_eq(
		sys->class->setting_read(sys, "kernel/ostype", slashes, sizeof slashes),
		0);
	ck_assert_str_eq(slashes, "Linux");
	ck_assert_int_eq(sys->class->setting_read(sys, "kernel/ostype", dots, 3), 0);
	ck_assert_str_eq(dots, "Li");
	ck_assert_int_eq(sys->class->setting_read(sys, "no/such", dots, 3), -ENOENT);
	ck_assert_int_eq(sys->class->setting_read(sys, "../version", dots, 3), -EINVAL);
	linux_free(sys);
}
END_TEST

/* A shared object that is there wherever this runs, by its path. */
static const char *
libc_path(char path[static 512])
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512];

	ck_assert_ptr_nonnull(maps);
	path[0] = '\0';
	while (!strstr(path, "libc.so") && fgets(line, sizeof line, maps))
		if (sscanf(line, "%*s %*s %*s %*s %*s %511s", path) != 1)
			path[0] = '\0';
	fclose(maps);
	ck_assert_ptr_nonnull(strstr(path, "libc.so"));
	return path;
}

START_TEST(what_is_no_module_is_refused_with_a_reason)
{
	struct sys *sys = linux_new(NULL);
	const void *module = NULL;
	char error[128] = "", path[512];

	ck_assert_int_lt(sys->class->module_open(sys, "/nonexistent.so", &module, error,
						 sizeof error),
			 0);
	ck_assert_ptr_nonnull(strstr(error, "nonexistent"));
	ck_assert_int_eq(sys->class->module_open(sys, libc_path(path), &module, error,
						 sizeof error),
			 -ENOEXEC);
	ck_assert_ptr_nonnull(strstr(error, "meshd_module"));
	linux_free(sys);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_file_is_read_in_pieces_as_it_was_written,
		what_is_not_there_or_is_no_file_is_an_error,
		replacing_keeps_the_mode_and_leaves_nothing_else_behind,
		what_does_not_fit_is_not_appended_in_part,
		a_pipe_takes_what_it_has_room_for,
		a_pattern_finds_names_in_order,
		a_setting_of_the_kernel_is_read_by_either_spelling,
		what_is_no_module_is_refused_with_a_reason,
	};
	return unit_run("linux/file", tests, ARRAY_SIZE(tests), NULL, 0);
}
