/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP of the simulated world, as a router sees it: connections over networks that lose,
 * double and reorder packets, that end, that are refused, cut, reset or kept out by hop
 * limits and keys.
 */
#include "lib/mem.h"
#include "sysdep/sim/sim.h"
#include "test/unit/deaf.h"
#include "test/unit/unit.h"
#include <errno.h>
#include <string.h>

#define PORT 179

/* A router that counts what comes, in order. */
struct host {
	struct sim_node *node;
	struct sys *sys;
	struct sim_interface *interface;
	struct addr addr;
	struct sys_listener *listener;
	struct sys_stream *stream; /* The newest, asked for or accepted. */
	unsigned accepted, connected, closed, drained;
	int error;
	size_t sent, received;
	bool in_order, close_at_end;
};

struct net {
	struct sim_world *world;
	struct sim_segment *segment;
	struct host a, b;
};

static void
receive(void *context, struct sys_stream *stream, const void *bytes, size_t size)
{
	struct host *host = context;
	const uint8_t *at = bytes;

	(void)stream;
	for (size_t i = 0; i < size; i++)
		host->in_order &= at[i] == (uint8_t)((host->received + i) * 7);
	host->received += size;
}

static void
drained(void *context, struct sys_stream *stream)
{
	(void)stream;
	((struct host *)context)->drained++;
}

static void
closed(void *context, struct sys_stream *stream, int error)
{
	struct host *host = context;

	host->closed++;
	host->error = error;
	host->sys->class->stream_close(stream);
	host->stream = NULL;
}

static void
connected(void *context, struct sys_stream *stream)
{
	(void)stream;
	((struct host *)context)->connected++;
}

static const struct sys_stream_ops ops = { receive, drained, closed, connected };

static void
accepted(void *context, struct sys_stream *stream)
{
	struct host *host = context;

	host->accepted++;
	host->stream = stream;
	host->sys->class->stream_attach(stream, &ops, host);
}

static void
host_start(struct net *net, struct host *host, const char *name, uint32_t ip4)
{
	host->node = sim_node_new(net->world, name);
	host->sys = sim_node_sys(host->node);
	host->sys->class->attach(host->sys, &deaf_handler, host);
	host->interface = sim_interface_new(host->node, "eth0", 0, net->segment);
	host->addr = addr_from_ip4(ip4);
	host->in_order = true;
	ck_assert_int_eq(sim_address_add(host->interface, host->addr, 24, 0), 0);
}

static void
net_start(struct net *net, uint64_t seed, const struct sim_quality *quality)
{
	memset(net, 0, sizeof(*net));
	net->world = sim_world_new(seed);
	net->segment = sim_segment_new(net->world, "cable", true);
	sim_segment_quality(net->segment, quality);
	host_start(net, &net->a, "a", 0x0a000001);
	host_start(net, &net->b, "b", 0x0a000002);
	sim_run(net->world, USEC_S);
}

static void
net_end(struct net *net)
{
	for (struct host *host = &net->a;; host = &net->b) {
		if (sim_node_is_running(host->node))
			sim_node_kill(host->node);
		sim_node_settle(host->node);
		if (host == &net->b)
			break;
	}
	sim_world_free(net->world);
}

static void
run(struct net *net, usec_t time)
{
	sim_run(net->world, sim_now(net->world) + time);
}

static struct sys_tcp_args
args_of(const struct host *host)
{
	return (struct sys_tcp_args){ .local = host->addr,
				      .local_port = PORT,
				      .remote = host->addr,
				      .remote_port = PORT,
				      .priority = -1 };
}

static void
listen_on(struct host *host, const struct sys_tcp_args *args)
{
	ck_assert_int_eq(host->sys->class->tcp_listen(host->sys, args, accepted, host,
						      &host->listener),
			 0);
}

static int
connect_with(struct host *host, struct sys_tcp_args args)
{
	args.local = addr_from_ip4(0);
	args.local_port = 0;
	return host->sys->class->tcp_connect(host->sys, &args, &ops, host, &host->stream);
}

static void
connect_both(struct net *net)
{
	struct sys_tcp_args args = args_of(&net->b);

	listen_on(&net->b, &args);
	ck_assert_int_eq(connect_with(&net->a, args), 0);
	run(net, 30 * USEC_S);
	ck_assert_uint_eq(net->a.connected, 1);
	ck_assert_uint_eq(net->b.accepted, 1);
}

static void
send_bytes(struct host *host, size_t size)
{
	uint8_t block[5000];

	while (size > 0) {
		size_t part = MIN(size, sizeof(block));
		for (size_t i = 0; i < part; i++)
			block[i] = (uint8_t)((host->sent + i) * 7);
		host->sys->class->stream_send(host->stream, block, part);
		host->sent += part;
		size -= part;
	}
}

static const struct sim_quality good = { .delay = 10 * USEC_MS };
static const struct sim_quality bad = { .delay = 10 * USEC_MS,
					.jitter = 5 * USEC_MS,
					.loss = 50000,
					.duplicate = 50000,
					.reorder = 50000 };

START_TEST(all_arrives_once_and_in_order_over_a_bad_network)
{
	for (uint64_t seed = 1; seed <= 50; seed++) {
		struct net net;
		net_start(&net, seed, &bad);
		connect_both(&net);
		send_bytes(&net.a, 300000);
		send_bytes(&net.b, 20000);
		run(&net, 600 * USEC_S);
		ck_assert_uint_eq(net.a.received, 20000);
		send_bytes(&net.a, 10000);
		net.a.sys->class->stream_close(net.a.stream);
		run(&net, 60 * USEC_S);
		ck_assert_uint_eq(net.b.received, 310000);
		ck_assert(net.a.in_order && net.b.in_order);
		ck_assert_uint_eq(net.b.closed, 1);
		net_end(&net);
	}
}
END_TEST

START_TEST(both_ends_know_each_other)
{
	struct sys_tcp_ends ends;
	struct net net;

	net_start(&net, 1, &good);
	connect_both(&net);
	net.a.sys->class->tcp_ends(net.a.stream, &ends);
	ck_assert(addr_equal(ends.local, net.a.addr));
	ck_assert(addr_equal(ends.remote, net.b.addr));
	uint16_t port = ends.local_port;
	net.b.sys->class->tcp_ends(net.b.stream, &ends);
	ck_assert(addr_equal(ends.remote, net.a.addr));
	ck_assert_uint_eq(ends.remote_port, port);
	ck_assert_uint_eq(ends.local_port, PORT);
	net_end(&net);
}
END_TEST

START_TEST(where_nobody_listens_it_is_refused)
{
	struct net net;

	net_start(&net, 1, &good);
	ck_assert_int_eq(connect_with(&net.a, args_of(&net.b)), 0);
	run(&net, USEC_S);
	ck_assert_uint_eq(net.a.closed, 1);
	ck_assert_int_eq(net.a.error, -ECONNREFUSED);
	net_end(&net);
}
END_TEST

START_TEST(without_an_answer_asking_ends_after_two_minutes)
{
	struct sys_tcp_args args;
	struct net net;

	net_start(&net, 1, &good);
	args = args_of(&net.b);
	args.remote = addr_from_ip4(0x0a000009);
	ck_assert_int_eq(connect_with(&net.a, args), 0);
	run(&net, 60 * USEC_S);
	ck_assert_uint_eq(net.a.closed, 0);
	run(&net, 120 * USEC_S);
	ck_assert_int_eq(net.a.error, -ETIMEDOUT);
	args.remote = addr_from_ip4(0x0b000001);
	ck_assert_int_eq(connect_with(&net.a, args), -ENETUNREACH);
	net_end(&net);
}
END_TEST

START_TEST(a_cut_delays_and_a_long_one_ends_it)
{
	struct sim_quality cut = good;
	struct net net;

	cut.silent = true;
	net_start(&net, 1, &good);
	connect_both(&net);
	sim_segment_quality(net.segment, &cut);
	send_bytes(&net.a, 1000);
	run(&net, 20 * USEC_S);
	ck_assert_uint_eq(net.b.received, 0);
	sim_segment_quality(net.segment, &good);
	run(&net, 60 * USEC_S);
	ck_assert_uint_eq(net.b.received, 1000);
	sim_segment_quality(net.segment, &cut);
	send_bytes(&net.a, 1000);
	run(&net, 1200 * USEC_S);
	ck_assert_int_eq(net.a.error, -ETIMEDOUT);
	net_end(&net);
}
END_TEST

START_TEST(a_reader_that_stops_holds_the_sender)
{
	struct net net;
	uint8_t block[1000] = { 0 };
	struct sys_slice slice = { block, sizeof(block) };
	size_t taken = 0;

	net_start(&net, 1, &good);
	connect_both(&net);
	net.b.sys->class->stream_pause(net.b.stream, true);
	for (unsigned i = 0; i < 2000; i++) {
		taken += net.a.sys->class->stream_write(net.a.stream, &slice, 1);
		run(&net, 10 * USEC_MS);
	}
	ck_assert_uint_lt(taken, 400000);
	ck_assert_uint_eq(net.a.sys->class->stream_write(net.a.stream, &slice, 1), 0);
	net.a.drained = 0;
	net.b.sys->class->stream_pause(net.b.stream, false);
	run(&net, 60 * USEC_S);
	ck_assert_uint_eq(net.b.received, taken);
	ck_assert_uint_gt(net.a.drained, 0);
	net_end(&net);
}
END_TEST

START_TEST(a_killed_router_ends_its_connections)
{
	struct net net;

	net_start(&net, 1, &good);
	connect_both(&net);
	sim_node_kill(net.b.node);
	sim_node_settle(net.b.node);
	run(&net, USEC_S);
	ck_assert_uint_eq(net.a.closed, 1);
	ck_assert_int_eq(net.a.error, 0);
	net_end(&net);
}
END_TEST

START_TEST(a_machine_that_was_off_and_on_resets_what_it_forgot)
{
	struct net net;

	net_start(&net, 1, &good);
	connect_both(&net);
	sim_node_kill(net.b.node);
	sim_node_power(net.b.node, false);
	sim_node_settle(net.b.node);
	run(&net, 10 * USEC_S);
	ck_assert_uint_eq(net.a.closed, 0);
	sim_node_power(net.b.node, true);
	run(&net, 10 * USEC_S);
	send_bytes(&net.a, 10);
	run(&net, 10 * USEC_S);
	ck_assert_uint_eq(net.a.closed, 1);
	ck_assert_int_eq(net.a.error, -ECONNRESET);
	net_end(&net);
}
END_TEST

START_TEST(hop_limits_keep_out_who_is_far)
{
	struct sys_tcp_args args;
	struct net net;

	net_start(&net, 1, &good);
	args = args_of(&net.b);
	args.ttl_least = 255;
	listen_on(&net.b, &args);
	args.ttl_least = 0;
	ck_assert_int_eq(connect_with(&net.a, args), 0);
	run(&net, 20 * USEC_S);
	ck_assert_uint_eq(net.a.connected, 0);
	net.a.sys->class->stream_close(net.a.stream);
	args.ttl = 255;
	ck_assert_int_eq(connect_with(&net.a, args), 0);
	run(&net, 20 * USEC_S);
	ck_assert_uint_eq(net.a.connected, 1);
	net_end(&net);
}
END_TEST

START_TEST(only_who_has_the_key_is_heard)
{
	struct prefix peer = { .type = NET_IP4, .length = 32 };
	struct sys_tcp_args args;
	struct net net;

	net_start(&net, 1, &good);
	args = args_of(&net.b);
	peer.addr = net.a.addr;
	listen_on(&net.b, &args);
	ck_assert_int_eq(net.b.sys->class->tcp_md5(net.b.listener, &peer, "sesame"), 0);
	static const char *const keys[] = { NULL, "simsalabim", "sesame" };
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		args.md5_key = keys[i];
		ck_assert_int_eq(connect_with(&net.a, args), 0);
		run(&net, 20 * USEC_S);
		ck_assert_uint_eq(net.a.connected, i == 2);
		net.a.sys->class->stream_close(net.a.stream);
	}
	net_end(&net);
}
END_TEST

START_TEST(what_is_written_at_once_travels_together)
{
	static const uint8_t bytes[30] = { 0 };
	struct sys_slice slices[30];
	struct net net;

	net_start(&net, 1, &good);
	connect_both(&net);
	for (size_t i = 0; i < ARRAY_SIZE(slices); i++)
		slices[i] = (struct sys_slice){ .bytes = bytes + i, .size = 1 };
	uint64_t before = sim_event_count(net.world);
	size_t taken =
		net.a.sys->class->stream_write(net.a.stream, slices, ARRAY_SIZE(slices));
	run(&net, USEC_S);
	ck_assert_uint_eq(taken, ARRAY_SIZE(slices));
	ck_assert_uint_eq(net.b.received, ARRAY_SIZE(slices));
	/* It arrives, is read, and is acknowledged. */
	ck_assert_uint_eq(sim_event_count(net.world) - before, 3);
	net_end(&net);
}
END_TEST

START_TEST(a_deaf_router_reads_nothing_until_it_hears_again)
{
	struct net net;

	net_start(&net, 1, &good);
	connect_both(&net);
	sim_node_deafen(net.b.node, true);
	send_bytes(&net.a, 1000);
	send_bytes(&net.b, 10);
	net.a.sys->class->stream_close(net.a.stream);
	run(&net, 10 * USEC_S);
	ck_assert_uint_eq(net.b.received, 0);
	ck_assert_uint_eq(net.b.closed, 0);
	sim_node_deafen(net.b.node, false);
	run(&net, USEC_S);
	ck_assert_uint_eq(net.b.received, 1000);
	ck_assert(net.b.in_order);
	ck_assert_uint_eq(net.b.closed, 1);
	net_end(&net);
}
END_TEST

static void
check_connections(const struct net *net, unsigned whole, unsigned half)
{
	struct sim_connections count = sim_tcp_between(net->a.node, net->b.node);
	ck_assert_uint_eq(count.whole, whole);
	ck_assert_uint_eq(count.half, half);
	count = sim_tcp_between(net->b.node, net->a.node);
	ck_assert_uint_eq(count.whole, whole);
	ck_assert_uint_eq(count.half, half);
}

START_TEST(connections_are_counted_that_both_sides_hold)
{
	static const struct sim_quality silent = { .silent = true };
	struct net net;

	net_start(&net, 1, &good);
	check_connections(&net, 0, 0);
	connect_both(&net);
	check_connections(&net, 1, 0);
	struct sys_stream *first = net.a.stream;
	ck_assert_int_eq(connect_with(&net.a, args_of(&net.b)), 0);
	run(&net, USEC_S);
	check_connections(&net, 2, 0);
	/* The other side does not hear that it was closed. */
	sim_segment_quality(net.segment, &silent);
	net.a.sys->class->stream_close(first);
	run(&net, USEC_S);
	check_connections(&net, 1, 1);
	net_end(&net);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		all_arrives_once_and_in_order_over_a_bad_network,
		both_ends_know_each_other,
		where_nobody_listens_it_is_refused,
		without_an_answer_asking_ends_after_two_minutes,
		a_cut_delays_and_a_long_one_ends_it,
		a_reader_that_stops_holds_the_sender,
		a_killed_router_ends_its_connections,
		a_machine_that_was_off_and_on_resets_what_it_forgot,
		hop_limits_keep_out_who_is_far,
		only_who_has_the_key_is_heard,
		what_is_written_at_once_travels_together,
		a_deaf_router_reads_nothing_until_it_hears_again,
		connections_are_counted_that_both_sides_hold,
	};

	return unit_run("sim tcp", tests, ARRAY_SIZE(tests), NULL, 0);
}
