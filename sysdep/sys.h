/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything the router asks of the world: time, randomness, sockets, links, the kernel's
 * route tables, files, modules, the log.  sysdep/linux and sysdep/sim answer it; nothing
 * above this line knows which of them it runs in.
 *
 * Rules for both worlds:
 *  - Nothing blocks but the file functions.  Callbacks are only ever made from the
 * world's loop, never from inside a call of the router into the world (so there is no
 * recursion).
 *  - Errors are 0 or a negative errno.
 *  - Pointers passed in are good for the call only, unless said otherwise; contexts are
 * kept.
 *  - After x_close() no callback of x comes any more.
 */
#ifndef SYSDEP_SYS_H
#define SYSDEP_SYS_H

#include "lib/addr.h"
#include "lib/macros.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sys;
struct sys_udp;
struct sys_tun;
struct sys_stream;
struct sys_listener;
struct sys_lookup;

/* ---- log ---- */

/* BIRD's log classes, in its order. */
enum log_class {
	LOG_DEBUG,
	LOG_TRACE,
	LOG_INFO,
	LOG_REMOTE,
	LOG_WARNING,
	LOG_ERROR,
	LOG_AUTH,
	LOG_FATAL,
	LOG_BUG,
	LOG_CLASSES
};

/* One destination of `log` statements. */
struct sys_log_target {
	enum { SYS_LOG_STDERR, SYS_LOG_SYSLOG, SYS_LOG_FILE } kind;
	const char *path;   /* SYS_LOG_FILE; SYS_LOG_SYSLOG: the program name or null. */
	const char *backup; /* Where a full file is moved to; null: never. */
	uint64_t limit;     /* Bytes before that happens; 0: no limit. */
	uint32_t classes;   /* Bits 1 << enum log_class. */
};

/* ---- interfaces ---- */

#define SYS_NAME 16 /* An interface name and its end. */

enum sys_interface_flag {
	SYS_IF_UP = 1 << 0,      /* Administratively up. */
	SYS_IF_CARRIER = 1 << 1, /* Up and with carrier (IFF_RUNNING / IF_OPER_UP). */
	SYS_IF_LOOPBACK = 1 << 2,
	SYS_IF_POINTTOPOINT = 1 << 3,
	SYS_IF_MULTICAST = 1 << 4,
	SYS_IF_BROADCAST = 1 << 5,
	SYS_IF_WIRELESS = 1 << 6, /* A radio. */
	SYS_IF_TUNNEL = 1 << 7,   /* wireguard, l2tp, gre, sit, tun … */
};

struct sys_interface {
	uint32_t index;
	char name[SYS_NAME];
	uint32_t flags; /* enum sys_interface_flag */
	uint32_t mtu;
	uint32_t master; /* Index of the bridge or VRF it belongs to, or 0. */
};

enum sys_address_flag {
	SYS_ADDRESS_TENTATIVE = 1 << 0, /* Duplicate detection has not finished. */
	SYS_ADDRESS_SECONDARY = 1 << 1,
	SYS_ADDRESS_PEER = 1 << 2, /* Point-to-point: `prefix` is the peer's side. */
	SYS_ADDRESS_OURS = 1 << 3, /* By address_add(), also in a former life; Linux 5.18
				    * and later know that. */
};

struct sys_address {
	uint32_t index;       /* Interface. */
	uint32_t flags;       /* enum sys_address_flag */
	struct addr addr;     /* Our address. */
	struct prefix prefix; /* The prefix that is on link by it. */
};

/* ---- the kernel's routes ---- */

enum fib_dest { FIB_UNICAST, FIB_BLACKHOLE, FIB_UNREACHABLE, FIB_PROHIBIT };

enum { FIB_NEXTHOP_ONLINK = 1 << 0 };

struct fib_nexthop {
	/* addr_any: directly on the interface. May be IPv6 for an IPv4 route. */
	struct addr gateway;
	uint32_t index;  /* Interface. */
	uint16_t weight; /* 1..256 */
	uint16_t flags;  /* FIB_NEXTHOP_ONLINK */
};

/* Metrics of a route that the kernel keeps (mtu, advmss, …): RTAX_* numbers and values.
 */
struct fib_metric {
	uint16_t type;
	uint32_t value;
	const char *name; /* Instead of the value; null: none. */
};

/* Our number in rt_protos, written by us and recognised at restart. */
#define FIB_PROTOCOL_MESHD 77

struct fib_route {
	struct prefix net; /* NET_IP4, NET_IP6 or NET_IP6_SADR. */
	uint32_t table;    /* Kernel table; 254 is main. */
	uint32_t metric;   /* Priority. */
	uint8_t dest;      /* enum fib_dest */
	uint8_t protocol;  /* FIB_PROTOCOL_MESHD for ours. */
	uint8_t scope;
	uint32_t realm;
	struct addr prefsrc; /* addr_any: none. */
	const struct fib_nexthop *nexthops;
	uint16_t nexthop_count; /* 0 unless FIB_UNICAST. */
	uint16_t metric_count;
	const struct fib_metric *metrics;
};

enum fib_op {
	/* Add, or atomically replace the route of the same key: table, prefix, metric
	 * (IPv6 takes metric 0 for 1024). The kernel compares neither protocol nor kind,
	 * so a stranger's route with exactly this key goes too. If it is refused, the old
	 * one stays. */
	FIB_REPLACE,
	/* Only if protocol agrees as well; -ESRCH: there is none. Next hops don't matter.
	 */
	FIB_DELETE,
};

struct fib_change {
	enum fib_op op;
	uint64_t cookie; /* Comes back with the result. */
	struct fib_route route;
};

/* ---- signals, time, files ---- */

enum sys_signal { SYS_SIGNAL_RECONFIGURE, SYS_SIGNAL_SHUTDOWN, SYS_SIGNAL_DUMP };

/* Local time, broken down. */
struct sys_calendar {
	int year, month, day, hour, minute, second; /* month and day from 1. */
	int utc_offset;                             /* Minutes east of UTC. */
};

struct sys_file;
struct sys_pipe;

/* Tells whether a file is still the same: equal for two looks at an unchanged one. */
struct sys_file_stamp {
	uint64_t size, serial; /* `serial`: of this file among all. */
	usec_t modified;       /* Wall time. */
};

/* ---- what the world tells the router ---- */

struct sys_handler {
	/* It is `wake_at` time: call router_run(). */
	void (*wake)(void *context);
	/* An interface appeared or changed (gone = false), or is gone. */
	void (*interface_event)(void *context, const struct sys_interface *, bool gone);
	void (*address_event)(void *context, const struct sys_address *, bool gone);
	/* Every interface and address known at the time of interface_scan() has been
	 * told. */
	void (*interface_scan_done)(void *context);
	/* The kernel's answer to a queued change: 0 or a negative errno. In queue order.
	 */
	void (*fib_result)(void *context, uint64_t cookie, int error);
	/* A route in the answer to fib_scan(). */
	void (*fib_scanned)(void *context, const struct fib_route *);
	void (*fib_scan_done)(void *context, int error);
	/* Somebody (also the kernel itself) added, changed or removed a route; our own
	 * changes through fib_queue are not told. */
	void (*fib_event)(void *context, const struct fib_route *, bool gone);
	/* Notifications were lost (ENOBUFS): interfaces and routes must be scanned again.
	 */
	void (*overrun)(void *context);
	/* An interface went down or lost an IPv4 address: the kernel may have dropped
	 * IPv4 routes with it, which it does without a word. Routes must be scanned
	 * again; what it says one by one (IPv6) is told by fib_event. */
	void (*fib_lost)(void *context);
	void (*signal)(void *context, enum sys_signal);
};

/* ---- UDP, and messages of ICMPv6 ---- */

struct sys_udp_packet {
	struct addr source, destination;
	uint16_t source_port;
	uint32_t index;  /* Interface it came in by. */
	uint8_t ttl;     /* Hop limit it came with, where sys_udp_args.tells_ttl. */
	usec_t received; /* Monotonic, as early as the world can tell. */
	const void *bytes;
	size_t size;
};

struct sys_udp_ops {
	/* Packets that were read in one go. */
	void (*receive)(void *context, struct sys_udp *, const struct sys_udp_packet *,
			size_t count);
	/* A send failed later (ICMP error, interface gone); may be null. */
	void (*error)(void *context, struct sys_udp *, int error);
};

struct sys_udp_args {
	struct addr local;   /* addr_any of the wanted family: any address. */
	uint16_t port;       /* 0: any. */
	uint32_t index;      /* Bound to this interface; 0: none. */
	struct addr group;   /* Multicast group to join on `index`; addr_any: none. */
	uint8_t ttl;         /* Hop limit of what is sent; 0: the system's. */
	uint8_t tos;         /* DSCP << 2. */
	int8_t priority;     /* SO_PRIORITY; -1: the system's. */
	bool reuse;          /* Several sockets may share the port (one per interface). */
	bool multicast_loop; /* Also hear what we multicast. */
	bool tells_ttl;      /* What comes says its hop limit. */
	/* Not UDP but ICMPv6 (RFC 4443): only messages of this type are heard, as many
	 * sockets as there are hear each.  What is sent and heard begins with the ICMPv6
	 * header; its checksum the world writes and checks.  Ports are 0.  0: UDP. */
	uint8_t icmp6_type;
	uint32_t receive_buffer; /* Bytes; 0: the system's. */
};

/* ---- TUN: interfaces whose packets are ours ---- */

/* An IP packet, from its first byte on. */
struct sys_tun_packet {
	const void *bytes;
	size_t size;
};

struct sys_tun_ops {
	/* What the kernel sent into the interface, read in one go. */
	void (*receive)(void *context, struct sys_tun *, const struct sys_tun_packet *,
			size_t count);
	/* Somebody took the interface away. Close it now. */
	void (*lost)(void *context, struct sys_tun *, int error);
};

/* ---- byte streams: control connections, TCP for protocols ---- */

struct sys_stream_ops {
	/* Bytes have arrived; the callee consumes all of them. */
	void (*receive)(void *context, struct sys_stream *, const void *bytes,
			size_t size);
	/* What was queued has drained below the low mark; room to go on producing. */
	void (*drained)(void *context, struct sys_stream *);
	/* The other side is gone (error 0: in good order), or never answered
	 * tcp_connect(). Close it now; after a good end at the latest when all is said
	 * that the other side may still wait for: called again if it is gone before. */
	void (*closed)(void *context, struct sys_stream *, int error);
	/* What tcp_connect() asked for stands; null where nothing is asked for. */
	void (*connected)(void *context, struct sys_stream *);
};

/* Bytes to be written, of several places. */
struct sys_slice {
	const void *bytes;
	size_t size;
};

/* A new connection; the callee gives it ops with stream_attach() or closes it. */
typedef void sys_accept(void *context, struct sys_stream *);

struct sys_tcp_args {
	struct addr local;   /* addr_any of the wanted family: any address. */
	uint16_t local_port; /* 0: any. */
	struct addr remote;  /* Of tcp_connect(). */
	uint16_t remote_port;
	uint32_t index; /* Interface on which link-local addresses are; 0: none. */
	bool bound;     /* Nothing comes or goes by another interface than `index`. */
	bool free;      /* `local` need not be an address of ours yet. */
	uint8_t ttl;    /* Hop limit of what is sent; 0: the system's. */
	/* What comes with less is dropped by the kernel (RFC 5082 §3); 0: nothing is. */
	uint8_t ttl_least;
	uint8_t tos;         /* DSCP << 2. */
	int8_t priority;     /* SO_PRIORITY; -1: the system's. */
	const char *md5_key; /* RFC 2385, for `remote`; null: none. */
};

/* Who is connected with whom. */
struct sys_tcp_ends {
	struct addr local, remote;
	uint16_t local_port, remote_port;
	uint32_t index; /* Interface of link-local addresses; 0: others. */
};

/* ---- the table of functions ---- */

#define SYS_NAME_ADDRS 8 /* Addresses of a name that are told; the best first. */
/* 0: it has none, or nobody knows it. */
typedef void sys_name_found(void *context, const struct addr *addrs, size_t count);

struct sys_class {
	const char *name;
	/* Where callbacks go; once, right after the world is made. */
	void (*attach)(struct sys *, const struct sys_handler *, void *context);

	usec_t (*now)(struct sys *);  /* Monotonic; constant during one callback. */
	usec_t (*wall)(struct sys *); /* Since 1970 UTC; may jump. */
	void (*local_time)(struct sys *, usec_t wall, struct sys_calendar *);
	void (*random)(struct sys *, void *bytes, size_t size);
	/* Ask for one `wake` at or soon after `due` (monotonic); replaces the former
	 * wish. */
	void (*wake_at)(struct sys *, usec_t due);

	/* A line to each target of its class, the time before it: `when`, or null for the
	 * time in full.  Syslog has times of its own. */
	void (*log)(struct sys *, enum log_class, const char *when, const char *line);
	/* Replaces all targets; the strings are copied. */
	int (*log_open)(struct sys *, const struct sys_log_target *targets, size_t count);
	const char *(*hostname)(struct sys *);

	/* Tell all interfaces and addresses (interface_event …), then
	 * interface_scan_done. */
	void (*interface_scan)(struct sys *);
	/* Look at one interface now; interface_event tells if it is other than was told.
	 * Linux may tell of a lost carrier a second late: net/core/link_watch.c lets a
	 * second go by after any other link of the host, whoever's it is, has changed. */
	void (*interface_check)(struct sys *, uint32_t index);
	/* A setting of the kernel under /proc/sys (dots or slashes), as text without
	 * newline. */
	int (*setting_read)(struct sys *, const char *name, char *value, size_t size);

	/* Queue changes; each is answered by one fib_result. Copies what it needs. */
	void (*fib_queue)(struct sys *, const struct fib_change *changes, size_t count);
	/* Tell the routes of one kernel table and net type bits (fib_scanned …), then
	 * fib_scan_done. */
	void (*fib_scan)(struct sys *, uint32_t table, uint32_t families);

	int (*udp_open)(struct sys *, const struct sys_udp_args *,
			const struct sys_udp_ops *, void *context, struct sys_udp **);
	/* Sends one packet; -EAGAIN is a lost packet as any other. `index` picks the
	 * interface (needed for link-local and multicast), 0: by route. `source`
	 * addr_any: by the system. */
	int (*udp_send)(struct sys_udp *, uint32_t index, struct addr source,
			struct addr to, uint16_t port, const void *bytes, size_t size);
	void (*udp_close)(struct sys_udp *); /* Accepts null. */

	/* Makes a point-to-point interface, up and without addresses (the kernel gives it
	 * none of its own accord); the usual events tell of it.  It lives until
	 * tun_close(). -EBUSY where the name is taken. */
	int (*tun_open)(struct sys *, const char *name, uint32_t mtu,
			const struct sys_tun_ops *, void *context, struct sys_tun **);
	/* Hands the kernel a packet that came in by the interface. */
	int (*tun_write)(struct sys_tun *, const void *bytes, size_t size);
	void (*tun_close)(struct sys_tun *); /* Accepts null. */
	/* Gives an interface an address; `length`: of the prefix that is on link by it.
	 * One that is there already is no error. */
	int (*address_add)(struct sys *, uint32_t index, struct addr addr,
			   unsigned length);
	/* Takes it away again; -EADDRNOTAVAIL where it has none such. */
	int (*address_remove)(struct sys *, uint32_t index, struct addr addr,
			      unsigned length);

	/* A Unix socket of mode `mode`, group `group` (null: unchanged). A stale one of a
	 * dead daemon is replaced, a living one gives -EADDRINUSE. */
	int (*unix_listen)(struct sys *, const char *path, uint32_t mode,
			   const char *group, sys_accept *, void *context,
			   struct sys_listener **);
	void (*listener_close)(struct sys_listener *);
	void (*stream_attach)(struct sys_stream *, const struct sys_stream_ops *,
			      void *context);
	/* Queues all of it (copied); tells how much is queued now, so the caller can
	 * pause. */
	size_t (*stream_send)(struct sys_stream *, const void *bytes, size_t size);
	/* Hands over as much of the slices as there is room for now, and queues nothing:
	 * how many bytes that was; if not all, drained() is called when there is room
	 * again.  0 while something that stream_send() has queued waits. */
	size_t (*stream_write)(struct sys_stream *, const struct sys_slice *slices,
			       size_t count);
	/* Stop or go on reading from the other side (back-pressure). */
	void (*stream_pause)(struct sys_stream *, bool paused);
	/* Sends what is queued, then closes; no callback any more. */
	void (*stream_close)(struct sys_stream *);

	/* Listens for TCP connections to `args->local` and its port; `remote` is
	 * anybody. */
	int (*tcp_listen)(struct sys *, const struct sys_tcp_args *args, sys_accept *,
			  void *context, struct sys_listener **);
	/* The key that connections from addresses of `peer` must use (RFC 2385), and
	 * those of nobody else may; null takes it away. -ENOTSUP: the system has none. */
	int (*tcp_md5)(struct sys_listener *, const struct prefix *peer, const char *key);
	/* Asks for a connection: connected() or closed() follows. An error at once is one
	 * of ours: no such address, no such interface, no route. */
	int (*tcp_connect)(struct sys *, const struct sys_tcp_args *args,
			   const struct sys_stream_ops *, void *context,
			   struct sys_stream **);
	/* Of a connection that stands, or was accepted. */
	void (*tcp_ends)(const struct sys_stream *, struct sys_tcp_ends *ends);
	/* Hop limits of an accepted connection, as in struct sys_tcp_args. */
	int (*tcp_limit)(struct sys_stream *, uint8_t ttl, uint8_t ttl_least);

	/* Asks for the addresses of a name; found() is called later, or never if the
	 * lookup is forgotten before. */
	int (*name_find)(struct sys *, const char *name, sys_name_found *found,
			 void *context, struct sys_lookup **);
	/* Not after found(); accepts null. */
	void (*name_forget)(struct sys_lookup *);

	/* Whole small files, and large ones in pieces. */
	int (*file_open)(struct sys *, const char *path, struct sys_file **);
	/* Up to `size` bytes; 0 at the end. */
	ptrdiff_t (*file_read)(struct sys_file *, void *bytes, size_t size);
	void (*file_close)(struct sys_file *);
	int (*file_stamp)(struct sys *, const char *path, struct sys_file_stamp *);
	/* Atomically replaces the file, on disk when it returns.  -ESPIPE: there is a
	 * pipe, a socket or a device, which stays. */
	int (*file_write)(struct sys *, const char *path, const void *bytes, size_t size);
	/* Appends to the file, which is made if there is none; not yet on disk when it
	 * returns.  All or nothing: `size`, or a negative errno.  A named pipe stays open
	 * in `*pipe`, null at first, for as long as the path leads to it and somebody
	 * reads it; it takes nothing (0) while it has no room, and is -ENXIO or -EPIPE
	 * where nobody reads it.  What it took is whole for its reader, or, where that
	 * has left, for nobody. */
	ptrdiff_t (*file_append)(struct sys *, const char *path, struct sys_pipe **pipe,
				 const void *bytes, size_t size);
	void (*pipe_close)(struct sys_pipe *); /* Accepts null. */
	/* The names that match a shell pattern, sorted, one callback each; -ENOENT if its
	 * directory is missing. */
	int (*file_glob)(struct sys *, const char *pattern,
			 void (*found)(void *context, const char *path), void *context);

	/* Open a shared object and return its `struct module`; `error` is filled with
	 * text on failure. */
	int (*module_open)(struct sys *, const char *path, const void **module,
			   char *error, size_t size);
	/* The name of each installed shared object, in order; none where there are none.
	 */
	void (*module_list)(struct sys *, void (*found)(void *context, const char *name),
			    void *context);

	/* End the world's loop: the router is down. */
	void (*quit)(struct sys *, int status);
};

/* Base of both worlds. */
struct sys {
	const struct sys_class *class;
};

/* A random number of up to eight bytes: for the same bytes the same on every machine. */
static inline uint64_t
sys_random(struct sys *sys, size_t size)
{
	uint8_t bytes[sizeof(uint64_t)];
	uint64_t number = 0;

	sys->class->random(sys, bytes, size);
	while (size > 0)
		number = number << 8 | bytes[--size];
	return number;
}

#endif
