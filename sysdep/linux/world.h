/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the Linux world share: its state and the functions that answer struct
 * sys_class. Only loop.c knows libevent; the others see watches (a descriptor and what it
 * is ready for) and tasks (to be done before the loop waits again).
 */
#ifndef SYSDEP_LINUX_WORLD_H
#define SYSDEP_LINUX_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lib/list.h"
#include "sysdep/linux/linux.h"
#include "sysdep/netlink/route.h"
#include "sysdep/sys.h"

struct world;
struct loop;
struct log;
struct interfaces;
struct fib;
struct scanner;
struct events;
struct udp_batch;

/* ---- loop ---- */

enum { WATCH_READ = 1 << 0, WATCH_WRITE = 1 << 1, WATCH_LATE = 1 << 2 };

struct watch;
/* `events`: WATCH_READ, WATCH_WRITE; WATCH_LATE, once: neither came within the timeout.
 */
typedef void watch_ready(void *context, unsigned events);
/* Something to do before the loop waits again; put off with linux_task_defer(), which is
 * idempotent. */
struct task {
	struct list
		link; /* Unlinked: nothing to do.  Initialised by linux_task_init(). */
	void (*run)(void *context);
	void *context;
};

struct loop *linux_loop_new(struct world *world);
void linux_loop_free(struct loop *loop);
/* From now on signals go to the handler. */
void linux_loop_signals(struct loop *loop);
/* Runs the tasks; true if there were any.  What a task puts off, also itself, is for the
 * next time. */
bool linux_loop_tasks(struct loop *loop);
/* One turn: tasks, wait (until something is due or ready), callbacks. */
void linux_loop_turn(struct loop *loop, bool wait);
/* When the first of the watches is late; USEC_NEVER: none has a timeout. */
usec_t linux_loop_due(const struct loop *loop);
/* Watches `fd` for `events`.  The descriptor stays the caller's. */
struct watch *linux_watch_new(struct loop *loop, int fd, unsigned events,
			      watch_ready *ready, void *context);
/* What to watch for from now on; `timeout` < 0: for ever. */
void linux_watch_set(struct watch *watch, unsigned events, usec_t timeout);
void linux_watch_free(
	struct watch *watch); /* Accepts null; safe inside its own callback. */
void linux_task_init(struct task *task, void (*run)(void *), void *context);
void linux_task_defer(struct loop *loop, struct task *task);
void linux_task_cancel(struct task *task);

/* ---- the world ---- */

struct world {
	struct sys sys;
	struct linux_options options; /* Its strings are not kept. */
	struct loop *loop;
	const struct sys_handler *handler; /* Null before attach(). */
	void *context;
	usec_t now; /* Read when a callback begins. */
	struct {
		int fd; /* The timer that wakes us; -1: not made yet. */
		struct watch *watch;
		usec_t due;   /* What was asked for. */
		usec_t armed; /* What the timer is set to. */
	} wake;
	struct {
		uint8_t bytes[256];
		size_t left;
	} random; /* Drawn ahead; handed out from the end, wiped. */
	char hostname[256];
	struct log *log;
	struct events *events;
	struct scanner *scanner;
	struct interfaces *interfaces;
	struct fib *fib;
	uint8_t *netlink_bytes; /* Room for one datagram of the kernel, NETLINK_ROOM. */
	struct udp_batch
		*udp_batch;    /* Room for one batch of packets, shared by all sockets. */
	uint8_t *stream_bytes; /* Room for one reading, shared by all streams; null: not
				  made yet. */
	struct list udps, tuns, streams, listeners; /* All that are open. */
	bool quit;
	int status;
};

static inline struct world *
world_of(struct sys *sys)
{
	return container_of(sys, struct world, sys);
}

/* ---- clock.c ---- */

void linux_clock_update(struct world *world); /* Reads the clock into world->now. */
usec_t linux_now(struct sys *sys);
usec_t linux_wall(struct sys *sys);
void linux_local_time(struct sys *sys, usec_t wall, struct sys_calendar *calendar);
void linux_random(struct sys *sys, void *bytes, size_t size);
void linux_wake_at(struct sys *sys, usec_t due);
/* Sets the timer before the loop waits.  True if waiting makes no sense: it is due. */
bool linux_wake_arm(struct world *world);
void linux_wake_run(struct world *world); /* Tells the handler if it is due. */
void linux_wake_free(struct world *world);
const char *linux_hostname(struct sys *sys);

/* ---- log.c, file.c, name.c, module.c ---- */

struct log *linux_log_new(const struct linux_options *options);
void linux_log_free(struct log *log);
void linux_log(struct sys *sys, enum log_class class, const char *when, const char *line);
int linux_log_open(struct sys *sys, const struct sys_log_target *targets, size_t count);

int linux_file_open(struct sys *sys, const char *path, struct sys_file **file);
ptrdiff_t linux_file_read(struct sys_file *file, void *bytes, size_t size);
void linux_file_close(struct sys_file *file);
int linux_file_stamp(struct sys *sys, const char *path, struct sys_file_stamp *stamp);
int linux_file_write(struct sys *sys, const char *path, const void *bytes, size_t size);
int linux_name_find(struct sys *sys, const char *name, sys_name_found *found,
		    void *context, struct sys_lookup **lookup);
void linux_name_forget(struct sys_lookup *lookup);
ptrdiff_t linux_file_append(struct sys *sys, const char *path, struct sys_pipe **pipe,
			    const void *bytes, size_t size);
int linux_file_glob(struct sys *sys, const char *pattern,
		    void (*found)(void *context, const char *path), void *context);
int linux_setting_read(struct sys *sys, const char *name, char *value, size_t size);

void linux_module_list(struct sys *sys, void (*found)(void *context, const char *name),
		       void *context);
int linux_module_open(struct sys *sys, const char *path, const void **module, char *error,
		      size_t size);

/* ---- pipe.c ---- */

/* A named pipe that was opened for writing, without waiting; it takes the descriptor. */
struct sys_pipe *linux_pipe_new(struct world *world, int fd);
/* It is what the path leads to now, and somebody reads it. */
bool linux_pipe_is(struct sys_pipe *pipe, const char *path);
/* All of it, or 0 where there is no room now; a negative errno: nobody reads it. */
ptrdiff_t linux_pipe_write(struct sys_pipe *pipe, const void *bytes, size_t size);
void linux_pipe_close(struct sys_pipe *pipe);

/* ---- netlink.c: sockets to the kernel ---- */

#define NETLINK_ROOM 65536 /* Bytes of our largest datagram, both ways. */

/* One rtnetlink socket. */
struct netlink_socket {
	int fd;                /* -1: not open. */
	uint32_t port;         /* The address the kernel gave it. */
	uint32_t receive_room; /* Bytes the kernel may queue for it, its own overhead
				  included. */
};

/* Opens it, with room for about `room` bytes of answers if we may.  0 or a negative
 * errno. */
int linux_netlink_open(struct netlink_socket *to, uint32_t room);
void linux_netlink_close(struct netlink_socket *from);
/* Sends messages; 0 or a negative errno. */
int linux_netlink_send(const struct netlink_socket *to, const void *bytes, size_t size);
/* One datagram without waiting: its size, or a negative errno (-EAGAIN: none, -ENOBUFS:
 * some were lost). */
ptrdiff_t linux_netlink_receive(const struct netlink_socket *from, void *bytes,
				size_t room);

/* ---- scan.c: what the kernel tells whole ---- */

/* A dump in the queue: one is asked for at a time. */
struct scan {
	struct list link;
	struct netlink_dump dump;
	uint32_t families; /* Routes: the net types that are wanted. */
	struct world *world;
	void (*told)(struct scan *,
		     const struct netlink_message *); /* Each part of the answer. */
	/* The end: 0 or a negative errno, -EINTR where the answer is not of one moment.
	 * Only this one is called if the question can't be asked.  The scan is freed
	 * after it. */
	void (*done)(struct scan *, int error);
};

struct scanner *linux_scanner_new(struct world *world);
void linux_scanner_free(struct scanner *scanner);
/* Queues a copy.  Callbacks come from the loop. */
void linux_scan_queue(struct world *world, const struct scan *scan);

/* ---- event.c: what the kernel tells by itself ---- */

struct events *linux_events_new(struct world *world);
void linux_events_free(struct events *events);
/* Listen to interfaces and addresses; to routes, but for what `mute` (a socket's port)
 * has caused. Idempotent; 0 or a negative errno. */
int linux_events_interfaces(struct world *world);
int linux_events_routes(struct world *world, uint32_t mute);
/* Asks for one interface; the answer comes as a notification does. */
void linux_events_ask(struct world *world, uint32_t index);
/* Something was lost: an overrun is told from the loop. */
void linux_events_lost(struct world *world);

/* ---- interface.c ---- */

struct interfaces *linux_interfaces_new(struct world *world);
void linux_interfaces_free(struct interfaces *interfaces);
void linux_interface_scan(struct sys *sys);
void linux_interface_check(struct sys *sys, uint32_t index);
/* A notification.  True if the kernel may have dropped IPv4 routes with it without a
 * word. */
bool linux_interface_message(struct world *world, const struct netlink_message *message);

/* ---- fib.c ---- */

struct fib *linux_fib_new(struct world *world);
void linux_fib_free(struct fib *fib);
void linux_fib_queue(struct sys *sys, const struct fib_change *changes, size_t count);
void linux_fib_scan(struct sys *sys, uint32_t table, uint32_t families);
void linux_fib_message(struct world *world, const struct netlink_message *message);
/* Returns once the kernel has finished what it was doing to interfaces and routes. */
void linux_fib_barrier(struct world *world);

/* ---- tun.c, setup.c ---- */

int linux_tun_open(struct sys *sys, const char *name, uint32_t mtu,
		   const struct sys_tun_ops *ops, void *context, struct sys_tun **tun);
int linux_tun_write(struct sys_tun *tun, const void *bytes, size_t size);
void linux_tun_close(struct sys_tun *tun);
void linux_tun_free(struct world *world); /* All of them. */
/* Sets an interface's MTU and takes it up, with no IPv6 address but those we add. */
int linux_interface_setup(uint32_t index, uint32_t mtu);
int linux_address_add(struct sys *sys, uint32_t index, struct addr addr, unsigned length);
int linux_address_remove(struct sys *sys, uint32_t index, struct addr addr,
			 unsigned length);

/* ---- udp.c, unix.c, tcp.c, stream.c, listener.c ---- */

int linux_udp_open(struct sys *sys, const struct sys_udp_args *args,
		   const struct sys_udp_ops *ops, void *context, struct sys_udp **udp);
int linux_udp_send(struct sys_udp *udp, uint32_t index, struct addr source,
		   struct addr to, uint16_t port, const void *bytes, size_t size);
void linux_udp_close(struct sys_udp *udp);
void linux_udp_free(struct world *world); /* All of them. */

int linux_unix_listen(struct sys *sys, const char *path, uint32_t mode, const char *group,
		      sys_accept *accept, void *context, struct sys_listener **listener);
int linux_tcp_listen(struct sys *sys, const struct sys_tcp_args *args, sys_accept *accept,
		     void *context, struct sys_listener **listener);
int linux_tcp_md5(struct sys_listener *listener, const struct prefix *peer,
		  const char *key);
int linux_tcp_connect(struct sys *sys, const struct sys_tcp_args *args,
		      const struct sys_stream_ops *ops, void *context,
		      struct sys_stream **stream);
void linux_tcp_ends(const struct sys_stream *stream, struct sys_tcp_ends *ends);
int linux_tcp_limit(struct sys_stream *stream, uint8_t ttl, uint8_t ttl_least);
void linux_listener_close(struct sys_listener *listener);
void linux_stream_attach(struct sys_stream *stream, const struct sys_stream_ops *ops,
			 void *context);
size_t linux_stream_send(struct sys_stream *stream, const void *bytes, size_t size);
size_t linux_stream_write(struct sys_stream *stream, const struct sys_slice *slices,
			  size_t count);
void linux_stream_pause(struct sys_stream *stream, bool paused);
void linux_stream_close(struct sys_stream *stream);
void linux_stream_free(struct world *world); /* All of them, and the listeners. */

#endif
