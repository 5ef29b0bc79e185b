/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP of the Linux world over loopback: connections that stand or are refused, blocks
 * that are written without being queued, hop limits, keys, last words.
 */
#include "lib/macros.h"
#include "lib/mem.h"
#include "sysdep/linux/linux.h"
#include "sysdep/sys.h"
#include "test/unit/unit.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT 21790

/* One end of a connection. */
struct end {
	struct sys_stream *stream;
	unsigned connected, closed, drained;
	int error;
	size_t received;
	uint8_t last;
	bool in_order; /* Bytes count up. */
};

static struct seen {
	struct sys *sys;
	const struct sys_class *class;
	struct sys_listener *listener;
	struct end client, server;
} * seen;

static void
receive(void *context, struct sys_stream *stream, const void *bytes, size_t size)
{
	struct end *end = context;
	const uint8_t *at = bytes;

	(void)stream;
	for (size_t i = 0; i < size; i++) {
		end->in_order &= at[i] == (uint8_t)(end->received + i);
		end->last = at[i];
	}
	end->received += size;
}

static void
drained(void *context, struct sys_stream *stream)
{
	(void)stream;
	((struct end *)context)->drained++;
}

static void
closed(void *context, struct sys_stream *stream, int error)
{
	struct end *end = context;

	end->closed++;
	end->error = error;
	seen->class->stream_close(stream);
	end->stream = NULL;
}

static void
connected(void *context, struct sys_stream *stream)
{
	(void)stream;
	((struct end *)context)->connected++;
}

static const struct sys_stream_ops ops = { receive, drained, closed, connected };

static void
accepted(void *context, struct sys_stream *stream)
{
	(void)context;
	seen->server.stream = stream;
	seen->class->stream_attach(stream, &ops, &seen->server);
}

static void
setup(void)
{
	seen = calloc(1, sizeof *seen);
	seen->sys = linux_new(NULL);
	seen->class = seen->sys->class;
	seen->client.in_order = seen->server.in_order = true;
}

static void
teardown(void)
{
	linux_free(seen->sys);
	free(seen);
}

#define until(condition)                                          \
	do {                                                      \
		for (unsigned turns = 0; !(condition); turns++) { \
			linux_run_once(seen->sys, false);         \
			ck_assert_uint_lt(turns, 1000000);        \
		}                                                 \
	} while (0)

static struct sys_tcp_args
args_of(const char *text)
{
	struct sys_tcp_args args = { .priority = -1, .local = addr_any };
	struct addr addr;

	ck_assert(addr_parse(text, strlen(text), &addr));
	args.local = args.remote = addr;
	args.local_port = args.remote_port = PORT;
	return args;
}

static void
listen_at(const char *text)
{
	struct sys_tcp_args args = args_of(text);

	ck_assert_int_eq(seen->class->tcp_listen(seen->sys, &args, accepted, NULL,
						 &seen->listener),
			 0);
}

static int
connect_to(struct sys_tcp_args args)
{
	args.local_port = 0;
	return seen->class->tcp_connect(seen->sys, &args, &ops, &seen->client,
					&seen->client.stream);
}

static void
connect_both(const char *text)
{
	listen_at(text);
	ck_assert_int_eq(connect_to(args_of(text)), 0);
	until(seen->client.connected && seen->server.stream);
}

START_TEST(a_connection_knows_both_its_ends)
{
	static const char *const places[] = { "127.0.0.1", "::1" };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		struct sys_tcp_ends client, server;
		setup();
		connect_both(places[i]);
		seen->class->tcp_ends(seen->client.stream, &client);
		seen->class->tcp_ends(seen->server.stream, &server);
		ck_assert(addr_equal(client.remote, args_of(places[i]).local));
		ck_assert(addr_equal(client.local, server.remote));
		ck_assert_uint_eq(client.remote_port, PORT);
		ck_assert_uint_eq(client.local_port, server.remote_port);
		ck_assert_uint_eq(server.local_port, PORT);
		teardown();
	}
}
END_TEST

START_TEST(a_refused_connection_is_told_from_the_loop)
{
	setup();
	ck_assert_int_eq(connect_to(args_of("127.0.0.1")), 0);
	ck_assert_uint_eq(seen->client.closed, 0);
	until(seen->client.closed);
	ck_assert_int_eq(seen->client.error, -ECONNREFUSED);
	ck_assert_uint_eq(seen->client.connected, 0);
	teardown();
}
END_TEST

START_TEST(what_is_sent_before_it_stands_goes_first)
{
	setup();
	listen_at("127.0.0.1");
	ck_assert_int_eq(connect_to(args_of("127.0.0.1")), 0);
	seen->class->stream_send(seen->client.stream, "\0\1\2", 3);
	until(seen->client.connected);
	seen->class->stream_send(seen->client.stream, "\3", 1);
	until(seen->server.received == 4);
	ck_assert(seen->server.in_order);
	teardown();
}
END_TEST

/* Writes all of a block that counts up from `sent`, in uneven slices; how much went. */
static size_t
write_some(size_t sent, size_t size)
{
	static uint8_t block[3 << 20];
	struct sys_slice slices[3];

	for (size_t i = 0; i < size; i++)
		block[i] = (uint8_t)(sent + i);
	slices[0] = (struct sys_slice){ block, size / 7 };
	slices[1] = (struct sys_slice){ block + size / 7, 1 };
	slices[2] = (struct sys_slice){ block + size / 7 + 1, size - size / 7 - 1 };
	return seen->class->stream_write(seen->client.stream, slices, 3);
}

START_TEST(blocks_are_taken_as_far_as_there_is_room_and_drained_tells_of_more)
{
	size_t sent = 0, total = (size_t)20 << 20;

	setup();
	connect_both("127.0.0.1");
	seen->class->stream_pause(seen->server.stream, true);
	for (;;) {
		size_t taken = write_some(sent, (size_t)3 << 20);
		sent += taken;
		if (taken < (size_t)3 << 20)
			break;
		ck_assert_uint_lt(sent, (size_t)1 << 30);
	}
	for (int i = 0; i < 100; i++)
		linux_run_once(seen->sys, false);
	ck_assert_uint_eq(write_some(sent, 100), 0);
	total = MAX(total, sent);
	seen->client.drained = 0;
	seen->class->stream_pause(seen->server.stream, false);
	until(seen->client.drained);
	while (sent < total) {
		size_t wanted = MIN(total - sent, (size_t)3 << 20);
		seen->client.drained = 0;
		size_t taken = write_some(sent, wanted);
		sent += taken;
		if (taken < wanted)
			until(seen->client.drained);
	}
	until(seen->server.received == sent);
	ck_assert(seen->server.in_order);
	teardown();
}
END_TEST

START_TEST(last_words_arrive_although_the_closer_had_unread_bytes)
{
	setup();
	connect_both("127.0.0.1");
	seen->class->stream_pause(seen->client.stream, true);
	seen->class->stream_send(seen->server.stream, "unread", 6);
	for (int i = 0; i < 100; i++)
		linux_run_once(seen->sys, false);
	seen->class->stream_send(seen->client.stream, "\0\1", 2);
	seen->class->stream_close(seen->client.stream);
	until(seen->server.closed);
	ck_assert_int_eq(seen->server.error, 0);
	ck_assert_uint_eq(seen->server.received, 2);
	teardown();
}
END_TEST

/* qemu-user, answering for the kernel, knows neither hop limits nor keys. */
static bool
kernel_is_emulated(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), least = 1;
	bool is = setsockopt(fd, IPPROTO_IP, IP_MINTTL, &least, sizeof least) < 0 &&
		  errno == ENOPROTOOPT;

	close(fd);
	return is;
}

START_TEST(what_has_come_over_too_many_hops_is_not_heard)
{
	struct sys_tcp_args args;

	if (kernel_is_emulated())
		return;
	setup();
	args = args_of("127.0.0.1");
	args.ttl_least = 255;
	ck_assert_int_eq(seen->class->tcp_listen(seen->sys, &args, accepted, NULL,
						 &seen->listener),
			 0);
	args = args_of("127.0.0.1"); /* Sends with the system's 64. */
	ck_assert_int_eq(connect_to(args), 0);
	for (int i = 0; i < 1000; i++)
		linux_run_once(seen->sys, false);
	ck_assert_uint_eq(seen->client.connected, 0);
	seen->class->stream_close(seen->client.stream);
	args.ttl = 255;
	ck_assert_int_eq(connect_to(args), 0);
	until(seen->client.connected);
	ck_assert_int_eq(seen->class->tcp_limit(seen->client.stream, 255, 255), 0);
	teardown();
}
END_TEST

START_TEST(only_who_has_the_key_is_heard)
{
	struct sys_tcp_args args;
	struct prefix peer = { .type = NET_IP4, .length = 32 };

	if (kernel_is_emulated())
		return;
	setup();
	args = args_of("127.0.0.1");
	peer.addr = args.local;
	listen_at("127.0.0.1");
	int error = seen->class->tcp_md5(seen->listener, &peer, "sesame");
	if (error == 0) {
		args.md5_key = "simsalabim";
		ck_assert_int_eq(connect_to(args), 0);
		for (int i = 0; i < 1000; i++)
			linux_run_once(seen->sys, false);
		ck_assert_uint_eq(seen->client.connected, 0);
		seen->class->stream_close(seen->client.stream);
		args.md5_key = "sesame";
		ck_assert_int_eq(connect_to(args), 0);
		until(seen->client.connected && seen->server.stream);
		ck_assert_int_eq(seen->class->tcp_md5(seen->listener, &peer, NULL), 0);
	} else
		ck_assert_int_eq(error, -ENOTSUP);
	teardown();
}
END_TEST

START_TEST(an_address_that_is_not_ours_is_refused_at_once)
{
	struct sys_tcp_args args;

	setup();
	args = args_of("203.0.113.77");
	ck_assert_int_eq(seen->class->tcp_listen(seen->sys, &args, accepted, NULL,
						 &seen->listener),
			 -EADDRNOTAVAIL);
	args.free = true;
	ck_assert_int_eq(seen->class->tcp_listen(seen->sys, &args, accepted, NULL,
						 &seen->listener),
			 0);
	teardown();
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_connection_knows_both_its_ends,
		a_refused_connection_is_told_from_the_loop,
		what_is_sent_before_it_stands_goes_first,
		blocks_are_taken_as_far_as_there_is_room_and_drained_tells_of_more,
		last_words_arrive_although_the_closer_had_unread_bytes,
		what_has_come_over_too_many_hops_is_not_heard,
		only_who_has_the_key_is_heard,
		an_address_that_is_not_ours_is_refused_at_once,
	};

	return unit_run("tcp", tests, ARRAY_SIZE(tests), NULL, 0);
}
