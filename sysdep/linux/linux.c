/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Linux world as a whole: made, run, taken down; the table of its functions.
 */
#include <errno.h>
#include <signal.h>
#include "lib/mem.h"
#include "sysdep/linux/world.h"

static void world_attach(struct sys *sys, const struct sys_handler *handler,
			 void *context);
static void world_quit(struct sys *sys, int status);

static const struct sys_class linux_class = {
	.name = "linux",
	.attach = world_attach,
	.now = linux_now,
	.wall = linux_wall,
	.local_time = linux_local_time,
	.random = linux_random,
	.wake_at = linux_wake_at,
	.log = linux_log,
	.log_open = linux_log_open,
	.hostname = linux_hostname,
	.interface_scan = linux_interface_scan,
	.interface_check = linux_interface_check,
	.setting_read = linux_setting_read,
	.fib_queue = linux_fib_queue,
	.fib_scan = linux_fib_scan,
	.udp_open = linux_udp_open,
	.udp_send = linux_udp_send,
	.udp_close = linux_udp_close,
	.tun_open = linux_tun_open,
	.tun_write = linux_tun_write,
	.tun_close = linux_tun_close,
	.address_add = linux_address_add,
	.address_remove = linux_address_remove,
	.unix_listen = linux_unix_listen,
	.listener_close = linux_listener_close,
	.stream_attach = linux_stream_attach,
	.stream_send = linux_stream_send,
	.stream_write = linux_stream_write,
	.stream_pause = linux_stream_pause,
	.stream_close = linux_stream_close,
	.tcp_listen = linux_tcp_listen,
	.tcp_md5 = linux_tcp_md5,
	.tcp_connect = linux_tcp_connect,
	.tcp_ends = linux_tcp_ends,
	.tcp_limit = linux_tcp_limit,
	.name_find = linux_name_find,
	.name_forget = linux_name_forget,
	.file_open = linux_file_open,
	.file_read = linux_file_read,
	.file_close = linux_file_close,
	.file_stamp = linux_file_stamp,
	.file_write = linux_file_write,
	.file_append = linux_file_append,
	.pipe_close = linux_pipe_close,
	.file_glob = linux_file_glob,
	.module_open = linux_module_open,
	.module_list = linux_module_list,
	.quit = world_quit,
};

struct sys *
linux_new(const struct linux_options *options)
{
	struct world *world = mem_zalloc(sizeof *world);

	world->sys.class = &linux_class;
	if (options)
		world->options = *options;
	world->wake.fd = -1;
	world->wake.due = world->wake.armed = USEC_NEVER;
	list_init(&world->udps);
	list_init(&world->tuns);
	list_init(&world->streams);
	list_init(&world->listeners);
	world->loop = linux_loop_new(world);
	if (!world->loop) {
		mem_free(world);
		return NULL;
	}
	/* A peer that hangs up is told by write(). */
	signal(SIGPIPE, SIG_IGN);
	linux_clock_update(world);
	world->log = linux_log_new(options);
	world->netlink_bytes = mem_alloc(NETLINK_ROOM);
	world->events = linux_events_new(world);
	world->scanner = linux_scanner_new(world);
	world->interfaces = linux_interfaces_new(world);
	world->fib = linux_fib_new(world);
	return &world->sys;
}

void
linux_signals(struct sys *sys)
{
	linux_loop_signals(world_of(sys)->loop);
}

int
linux_run(struct sys *sys)
{
	struct world *world = world_of(sys);

	linux_signals(sys);
	while (!world->quit)
		linux_loop_turn(world->loop, true);
	return world->status;
}

bool
linux_run_once(struct sys *sys, bool wait)
{
	struct world *world = world_of(sys);

	if (!world->quit && linux_loop_tasks(world->loop))
		wait = false;
	if (!world->quit)
		linux_loop_turn(world->loop, wait);
	return !world->quit;
}

void
linux_free(struct sys *sys)
{
	if (!sys)
		return;
	struct world *world = world_of(sys);
	world->handler = NULL;
	linux_fib_free(world->fib);
	linux_interfaces_free(world->interfaces);
	linux_scanner_free(world->scanner);
	linux_events_free(world->events);
	linux_tun_free(world);
	linux_udp_free(world);
	linux_stream_free(world);
	linux_wake_free(world);
	linux_loop_free(world->loop);
	linux_log_free(world->log);
	mem_free(world->stream_bytes);
	mem_free(world->netlink_bytes);
	mem_free(world);
}

static void
world_attach(struct sys *sys, const struct sys_handler *handler, void *context)
{
	struct world *world = world_of(sys);

	world->handler = handler;
	world->context = context;
}

static void
world_quit(struct sys *sys, int status)
{
	struct world *world = world_of(sys);

	world->quit = true;
	world->status = status;
}
