/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unix sockets and streams of the Linux world: who may listen where, what is sent
 * arrives, back-pressure both ways, ends from either side.
 */
#include "lib/macros.h"
#include "lib/mem.h"
#include "sysdep/linux/world.h"
#include "test/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define PATH "control"

static struct seen {
	struct sys *sys;
	const struct sys_class *class;
	char directory[64];
	struct sys_listener *listener;
	struct sys_stream *stream; /* The last accepted. */
	char received[256];
	size_t received_size;
	unsigned drained, closed;
	int error;
	bool close_on_receive, close_on_drained, close_on_end;
} * seen;

static void
receive(void *context, struct sys_stream *stream, const void *bytes, size_t size)
{
	(void)context;
	if (seen->received_size + size < sizeof seen->received)
		memcpy(seen->received + seen->received_size, bytes, size);
	seen->received_size += size;
	if (seen->close_on_receive)
		seen->class->stream_close(stream);
}

static void
drained(void *context, struct sys_stream *stream)
{
	(void)context;
	seen->drained++;
	if (seen->close_on_drained)
		seen->class->stream_close(stream);
}

static void
closed(void *context, struct sys_stream *stream, int error)
{
	(void)context;
	seen->closed++;
	seen->error = error;
	if (seen->close_on_end)
		seen->class->stream_close(stream);
}

static void
accepted(void *context, struct sys_stream *stream)
{
	static const struct sys_stream_ops ops = { receive, drained, closed, NULL };

	(void)context;
	seen->stream = stream;
	seen->class->stream_attach(stream, &ops, NULL);
}

static void
setup(void)
{
	seen = calloc(1, sizeof *seen);
	strcpy(seen->directory, "/tmp/meshd-stream-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(seen->directory));
	ck_assert_int_eq(chdir(seen->directory), 0);
	seen->sys = linux_new(NULL);
	seen->class = seen->sys->class;
	ck_assert_int_eq(seen->class->unix_listen(seen->sys, PATH, 0660, NULL, accepted,
						  NULL, &seen->listener),
			 0);
}

static void
teardown(void)
{
	char command[128];

	linux_free(seen->sys);
	snprintf(command, sizeof command, "rm -rf %s", seen->directory);
	ck_assert_int_eq(system(command), 0);
	free(seen);
}

#define until(condition)                                          \
	do {                                                      \
		for (unsigned turns = 0; !(condition); turns++) { \
			linux_run_once(seen->sys, false);         \
			ck_assert_uint_lt(turns, 100000);         \
		}                                                 \
	} while (0)

/* A client that is connected and accepted. */
static int
client(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = PATH };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	seen->stream = NULL;
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&name, sizeof name), 0);
	until(seen->stream);
	return fd;
}

START_TEST(what_is_sent_arrives_in_order_both_ways)
{
	int fd = client();
	char text[16] = "";

	ck_assert_int_eq(write(fd, "show", 4), 4);
	until(seen->received_size == 4);
	ck_assert_int_eq(write(fd, " route\n", 7), 7);
	until(seen->received_size == 11);
	ck_assert_mem_eq(seen->received, "show route\n", 11);
	seen->class->stream_send(seen->stream, "a", 1);
	seen->class->stream_send(seen->stream, "bc", 2);
	until(seen->drained);
	ck_assert_int_eq(read(fd, text, sizeof text), 3);
	ck_assert_str_eq(text, "abc");
	close(fd);
}
END_TEST

START_TEST(a_reader_that_stops_leaves_all_queued_until_it_goes_on)
{
	static uint8_t block[50000], answer[4000000];
	int fd = client();
	size_t total = 0, got = 0, queued = 0;

	for (unsigned i = 0; i < 60; i++) {
		memset(block, (int)i, sizeof block);
		queued = seen->class->stream_send(seen->stream, block, sizeof block);
		total += sizeof block;
		linux_run_once(seen->sys, false);
	}
	ck_assert_uint_gt(queued, 1000000);
	seen->drained = 0;
	linux_run_once(seen->sys, false);
	ck_assert_uint_eq(seen->drained, 0);
	while (got < total) {
		ssize_t size = recv(fd, answer + got, sizeof answer - got, MSG_DONTWAIT);
		got += size > 0 ? (size_t)size : 0;
		linux_run_once(seen->sys, false);
	}
	ck_assert_uint_eq(got, total);
	for (size_t i = 0; i < total; i++)
		if (answer[i] != i / sizeof block)
			ck_abort_msg("byte %zu is %u", i, answer[i]);
	until(seen->drained);
	close(fd);
}
END_TEST

START_TEST(a_paused_stream_is_not_read)
{
	int fd = client();

	seen->class->stream_pause(seen->stream, true);
	ck_assert_int_eq(write(fd, "later", 5), 5);
	for (unsigned i = 0; i < 5; i++)
		linux_run_once(seen->sys, false);
	ck_assert_uint_eq(seen->received_size, 0);
	seen->class->stream_pause(seen->stream, false);
	until(seen->received_size == 5);
	close(fd);
}
END_TEST

START_TEST(a_client_that_has_sent_its_last_word_still_gets_the_answer)
{
	char text[64] = "";
	int fd = client();

	seen->close_on_end = true;
	ck_assert_int_eq(write(fd, "q", 1), 1);
	until(seen->received_size == 1);
	seen->class->stream_send(seen->stream, "answer", 6);
	shutdown(fd, SHUT_WR);
	until(seen->closed == 1);
	ck_assert_int_eq(seen->error, 0);
	ck_assert_int_eq(read(fd, text, sizeof text), 6);
	ck_assert_str_eq(text, "answer");
	ck_assert_int_eq(read(fd, text, sizeof text), 0);
	close(fd);
}
END_TEST

START_TEST(a_client_that_is_gone_is_told_once)
{
	static uint8_t block[300000];
	int fd = client();

	close(fd);
	seen->class->stream_send(seen->stream, block, sizeof block);
	until(seen->closed);
	for (unsigned i = 0; i < 5; i++)
		linux_run_once(seen->sys, false);
	ck_assert_uint_eq(seen->closed, 1);
	/* It takes no more, and can still be closed. */
	seen->class->stream_send(seen->stream, block, sizeof block);
	seen->class->stream_close(seen->stream);
}
END_TEST

START_TEST(closing_sends_what_is_queued_first)
{
	static uint8_t block[400000], answer[400001];
	int fd = client();
	size_t got = 0;

	memset(block, 7, sizeof block);
	seen->class->stream_send(seen->stream, block, sizeof block);
	seen->class->stream_close(seen->stream);
	for (;;) {
		ssize_t size = recv(fd, answer + got, sizeof answer - got, MSG_DONTWAIT);
		if (size == 0)
			break;
		got += size > 0 ? (size_t)size : 0;
		linux_run_once(seen->sys, false);
	}
	ck_assert_uint_eq(got, sizeof block);
	ck_assert_uint_eq(seen->closed + seen->drained, 0);
	close(fd);
}
END_TEST

START_TEST(a_stream_may_be_closed_from_any_of_its_callbacks)
{
	char text[8];

	seen->close_on_receive = true;
	int fd = client();
	ck_assert_int_eq(write(fd, "x", 1), 1);
	until(seen->received_size);
	ck_assert_int_eq(read(fd, text, 1), 0);
	close(fd);
	seen->close_on_receive = false;
	seen->close_on_drained = true;
	fd = client();
	seen->class->stream_send(seen->stream, "y", 1);
	until(seen->drained);
	ck_assert_int_eq(read(fd, text, 2), 1);
	ck_assert_int_eq(read(fd, text, 1), 0);
	close(fd);
	seen->close_on_end = true;
	fd = client();
	close(fd);
	until(seen->closed);
	linux_run_once(seen->sys, false);
}
END_TEST

static int
listen_at(const char *path)
{
	struct sys_listener *listener;
	int error = seen->class->unix_listen(seen->sys, path, 0600, NULL, accepted, NULL,
					     &listener);

	if (!error)
		seen->class->listener_close(listener);
	return error;
}

START_TEST(a_living_socket_is_left_alone_and_a_dead_one_replaced)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = "dead" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	ck_assert_int_eq(listen_at(PATH), -EADDRINUSE);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&name, sizeof name), 0);
	close(fd);
	ck_assert_int_eq(listen_at("dead"), 0);
	ck_assert_int_ne(access("dead", F_OK), 0);
	fd = open("file", O_CREAT | O_WRONLY, 0600);
	close(fd);
	ck_assert_int_eq(listen_at("file"), -EEXIST);
	ck_assert_int_eq(access("file", F_OK), 0);
	ck_assert_int_eq(listen_at("no/such/directory"), -ENOENT);
	char path[200];
	memset(path, 'x', sizeof path);
	path[sizeof path - 1] = 0;
	ck_assert_int_eq(listen_at(path), -ENAMETOOLONG);
}
END_TEST

START_TEST(the_socket_has_the_mode_asked_for_and_goes_with_its_listener)
{
	struct stat stat_of;

	ck_assert_int_eq(stat(PATH, &stat_of), 0);
	ck_assert_uint_eq(stat_of.st_mode & 0777, 0660);
	struct sys_listener *listener;
	ck_assert_int_eq(seen->class->unix_listen(seen->sys, "grouped", 0660,
						  "no such group", accepted, NULL,
						  &listener),
			 -ENOENT);
	ck_assert_int_ne(access("grouped", F_OK), 0);
	/* Somebody else has taken the place: it stays. */
	ck_assert_int_eq(unlink(PATH), 0);
	close(open(PATH, O_CREAT | O_WRONLY, 0600));
	seen->class->listener_close(seen->listener);
	ck_assert_int_eq(access(PATH, F_OK), 0);
}
END_TEST

START_TEST(who_cannot_be_taken_waits_and_the_loop_rests)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = PATH };
	struct loop *loop = world_of(seen->sys)->loop;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), next = dup(fd);
	struct rlimit limit, former;

	ck_assert_int_eq(connect(fd, (struct sockaddr *)&name, sizeof name), 0);
	close(next);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &former), 0);
	limit = former;
	limit.rlim_cur = (rlim_t)next;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	linux_run_once(seen->sys, true);
	ck_assert_ptr_null(seen->stream);
	ck_assert_int_ne(linux_loop_due(loop), USEC_NEVER);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &former), 0);
	while (seen->stream == NULL)
		linux_run_once(seen->sys, true);
	ck_assert_int_eq(linux_loop_due(loop), USEC_NEVER);
	close(fd);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_is_sent_arrives_in_order_both_ways,
		a_reader_that_stops_leaves_all_queued_until_it_goes_on,
		a_paused_stream_is_not_read,
		a_client_that_has_sent_its_last_word_still_gets_the_answer,
		a_client_that_is_gone_is_told_once,
		closing_sends_what_is_queued_first,
		a_stream_may_be_closed_from_any_of_its_callbacks,
		a_living_socket_is_left_alone_and_a_dead_one_replaced,
		the_socket_has_the_mode_asked_for_and_goes_with_its_listener,
		who_cannot_be_taken_waits_and_the_loop_rests,
	};
	Suite *suite = suite_create("linux/stream");

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++) {
		TCase *tcase = tcase_create(tests[i]->name);
		tcase_add_checked_fixture(tcase, setup, teardown);
		tcase_add_test(tcase, tests[i]);
		suite_add_tcase(suite, tcase);
	}
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
