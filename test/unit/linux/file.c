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

static ptrdiff_t
append(struct sys *sys, const char *path, const void *bytes, size_t size)
{
	struct sys_pipe *pipe = NULL;
	ptrdiff_t done = sys->class->file_append(sys, path, &pipe, bytes, size);
	ck_assert_ptr_null(pipe);
	return done;
}

/* What is half there would spoil what is appended behind it. */
START_TEST(what_does_not_fit_is_not_appended_in_part)
{
	char directory[64];
	struct sys *sys = world_in(directory);
	struct rlimit before, limit;
	struct stat stat_of;
	ptrdiff_t error;

	ck_assert_int_eq(append(sys, "log", "twenty bytes of text", 20), 20);
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = (struct rlimit){ .rlim_cur = 30, .rlim_max = before.rlim_max };
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	error = append(sys, "log", "twenty bytes of text", 20);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
	ck_assert_int_eq(error, -EFBIG);
	ck_assert_int_eq(stat("log", &stat_of), 0);
	ck_assert_int_eq(stat_of.st_size, 20);
	world_out(sys, directory);
}
END_TEST

/* ---- pipes ---- */

struct piping {
	char directory[64];
	struct sys *sys;
	struct sys_pipe *pipe;
	int reader;
	char got[32]; /* By the last reading. */
};

static int
reader_open(void)
{
	int reader = open("pipe", O_RDONLY | O_NONBLOCK);
	ck_assert_int_ge(reader, 0);
	return reader;
}

static void
piping_open(struct piping *piping)
{
	*piping = (struct piping){ .sys = world_in(piping->directory) };
	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(mkfifo("pipe", 0600), 0);
	piping->reader = reader_open();
}

static void
piping_close(struct piping *piping)
{
	close(piping->reader);
	piping->sys->class->pipe_close(piping->pipe);
	world_out(piping->sys, piping->directory);
}

static ptrdiff_t
piping_write(struct piping *piping, const void *bytes, size_t size)
{
	return piping->sys->class->file_append(piping->sys, "pipe", &piping->pipe, bytes,
					       size);
}

/* What there is to be read, and null at the end. */
static const char *
piping_read(struct piping *piping)
{
	ssize_t size = read(piping->reader, piping->got, sizeof piping->got - 1);
	if (size < 0)
		ck_assert_int_eq(errno, EAGAIN);
	piping->got[size > 0 ? size : 0] = 0;
	return size == 0 ? NULL : piping->got;
}

START_TEST(who_reads_a_pipe_sees_no_end_of_it)
{
	struct piping piping;
	piping_open(&piping);
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_int_eq(piping_write(&piping, "abc", 3), 3);
		ck_assert_str_eq(piping_read(&piping), "abc");
		linux_run_once(piping.sys, false);
		ck_assert_str_eq(piping_read(&piping), "");
	}
	piping.sys->class->pipe_close(piping.pipe);
	piping.pipe = NULL;
	ck_assert_ptr_null(piping_read(&piping));
	piping_close(&piping);
}
END_TEST

/* Also if the loop has not noticed yet that the first one has left. */
START_TEST(what_a_reader_left_is_not_for_the_next_one)
{
	for (unsigned turns = 0; turns < 2; turns++) {
		struct piping piping;
		piping_open(&piping);
		ck_assert_int_eq(piping_write(&piping, "abcdef", 6), 6);
		close(piping.reader);
		if (turns > 0)
			linux_run_once(piping.sys, false);
		else
			ck_assert_int_eq(piping_write(&piping, "ghi", 3), -ENXIO);
		piping.reader = reader_open();
		ck_assert_ptr_null(piping_read(&piping));
		ck_assert_int_eq(piping_write(&piping, "jkl", 3), 3);
		ck_assert_str_eq(piping_read(&piping), "jkl");
		piping_close(&piping);
	}
}
END_TEST

START_TEST(a_pipe_that_takes_the_place_of_another_is_noticed)
{
	struct piping piping;
	piping_open(&piping);
	ck_assert_int_eq(piping_write(&piping, "abc", 3), 3);
	ck_assert_int_eq(rename("pipe", "old"), 0);
	ck_assert_int_eq(mkfifo("pipe", 0600), 0);
	ck_assert_int_eq(piping_write(&piping, "def", 3), -ENXIO);
	ck_assert_str_eq(piping_read(&piping), "abc");
	ck_assert_ptr_null(piping_read(&piping));
	close(piping.reader);
	piping.reader = reader_open();
	ck_assert_int_eq(piping_write(&piping, "ghi", 3), 3);
	ck_assert_str_eq(piping_read(&piping), "ghi");
	/* And a file. */
	ck_assert_int_eq(remove("pipe"), 0);
	ck_assert_int_eq(piping_write(&piping, "jkl", 3), 3);
	ck_assert_ptr_null(piping.pipe);
	piping_close(&piping);
}
END_TEST

START_TEST(a_pipe_is_not_replaced)
{
	char directory[64], names[256] = "";
	struct sys *sys = world_in(directory);
	struct stat now;

	ck_assert_int_eq(mkfifo("pipe", 0600), 0);
	ck_assert_int_eq(symlink("/dev/null", "device"), 0);
	ck_assert_int_eq(sys->class->file_write(sys, "pipe", "x", 1), -ESPIPE);
	ck_assert_int_eq(stat("pipe", &now), 0);
	ck_assert(S_ISFIFO(now.st_mode));
	ck_assert_int_eq(sys->class->file_write(sys, "device", "x", 1), -ESPIPE);
	ck_assert_int_eq(stat("device", &now), 0);
	ck_assert(S_ISCHR(now.st_mode));
	ck_assert_int_eq(sys->class->file_glob(sys, "*", name_add, names), 0);
	ck_assert_str_eq(names, "device pipe ");
	ck_assert_int_eq(remove("pipe"), 0);
	ck_assert_int_eq(remove("device"), 0);
	world_out(sys, directory);
}
END_TEST

#define PERIOD 251

/* Bytes that say where in the pipe they are: from any place on. */
static const uint8_t *
numbered(size_t place)
{
	static uint8_t bytes[70000 + PERIOD];
	if (bytes[1] == 0)
		for (size_t i = 0; i < sizeof bytes; i++)
			bytes[i] = (uint8_t)(i % PERIOD);
	return bytes + place % PERIOD;
}

/* All that was taken is there when the writer leaves: nothing was in part. */
START_TEST(a_pipe_takes_what_it_has_room_for)
{
	static const size_t sizes[] = { 30, 4095, 4097, 5000, 60000, 1, 2049, 4096 };
	static const size_t readings[] = { 1, 4000, 4096, 100, 4095 };
	uint8_t got[4096];
	struct piping piping;
	piping_open(&piping);
	size_t taken = 0, read_at = 0;
	unsigned refused = 0;
	for (unsigned i = 0; i < 3000; i++) {
		size_t size = sizes[i * 7 % 11 % ARRAY_SIZE(sizes)];
		ptrdiff_t done = piping_write(&piping, numbered(taken), size);
		ck_assert(done == 0 || done == (ptrdiff_t)size);
		refused += done == 0;
		taken += (size_t)done;
		ssize_t count =
			read(piping.reader, got, readings[i % ARRAY_SIZE(readings)]);
		ck_assert(count <= 0 ||
			  memcmp(got, numbered(read_at), (size_t)count) == 0);
		read_at += (size_t)MAX(count, 0);
	}
	ck_assert_uint_gt(refused, 100);
	piping.sys->class->pipe_close(piping.pipe);
	piping.pipe = NULL;
	for (ssize_t count = 1; count > 0; read_at += (size_t)count)
		count = read(piping.reader, got, sizeof got);
	ck_assert_uint_eq(read_at, taken);
	piping_close(&piping);
}
END_TEST

/* The rest follows as it is read, whether or not more is written. */
START_TEST(what_is_larger_than_a_pipe_is_taken_whole)
{
	static uint8_t got[70000];
	const uint8_t *bytes = numbered(0);
	struct piping piping;
	piping_open(&piping);
	ck_assert_int_eq(piping_write(&piping, "", 0), 0);
	ck_assert_int_ge(fcntl(piping.reader, F_SETPIPE_SZ, 4096), 4096);
	ck_assert_int_eq(piping_write(&piping, bytes, sizeof got), sizeof got);
	ck_assert_int_eq(piping_write(&piping, "x", 1), 0);
	size_t count = 0;
	for (unsigned turns = 0; count < sizeof got; turns++) {
		ssize_t more = read(piping.reader, got + count, sizeof got - count);
		count += (size_t)MAX(more, 0);
		linux_run_once(piping.sys, false);
		ck_assert_uint_lt(turns, 100000);
	}
	ck_assert_mem_eq(got, bytes, sizeof got);
	ck_assert_int_eq(piping_write(&piping, "x", 1), 1);
	piping_close(&piping);
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
		who_reads_a_pipe_sees_no_end_of_it,
		what_a_reader_left_is_not_for_the_next_one,
		a_pipe_that_takes_the_place_of_another_is_noticed,
		a_pipe_is_not_replaced,
		a_pipe_takes_what_it_has_room_for,
		what_is_larger_than_a_pipe_is_taken_whole,
		a_pattern_finds_names_in_order,
		a_setting_of_the_kernel_is_read_by_either_spelling,
		what_is_no_module_is_refused_with_a_reason,
	};
	return unit_run("linux/file", tests, ARRAY_SIZE(tests), NULL, 0);
}
