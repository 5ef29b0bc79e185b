/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The simulated world: one virtual clock, one heap of events and one seed for many
 * machines in one process.  A machine (node) has interfaces on segments, a kernel with
 * addresses and routes, files, sockets, and one router whose `struct sys` it answers.
 * Knows nothing of the nest: a router is whoever attached a handler.
 *
 * Everything happens in sim_step(); callbacks to the routers are made from nowhere else.
 */
#ifndef SYSDEP_SIM_SIM_H
#define SYSDEP_SIM_SIM_H

#include "lib/heap.h"
#include "sysdep/sim/random.h"
#include "sysdep/sys.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_world;
struct sim_node;
struct sim_interface;
struct sim_segment;
struct sim_dest;

/* ---- world: clock, events, trace ---- */

/* What an event was; part of the trace hash, so the order is fixed. */
enum sim_kind {
	SIM_WAKE,      /* A router's timer. */
	SIM_PACKET,    /* A packet arrived at a machine; bytes: its payload. */
	SIM_LOST,      /* A packet was lost under way. */
	SIM_STREAM,    /* Bytes arrived on a stream. */
	SIM_INTERFACE, /* The kernel tells of an interface or address. */
	SIM_FIB,       /* The kernel carried out a change of a route; bytes: its text. */
	SIM_FIB_EVENT, /* The kernel tells of a foreign change. */
	SIM_SCAN,      /* An answer to a scan. */
	SIM_OVERRUN,
	SIM_SIGNAL,
	SIM_ACTION, /* Of the scenario. */
	SIM_KINDS
};

/* One event, for the trace. */
struct sim_event {
	usec_t when; /* World time. */
	enum sim_kind kind;
	struct sim_node *node; /* Null for actions. */
	struct sim_node *from; /* Packets: who sent it. */
	const char *what;      /* A few words; may be null. */
	const void *bytes;     /* May be null. */
	size_t size;
};

/* What the owner of the world is told; every member may be null.  Called from within
 * sim_step() and from calls that change a kernel; none of them may change the world. */
struct sim_observer {
	void (*trace)(void *context, const struct sim_event *);
	void (*log)(void *context, struct sim_node *, enum log_class, const char *line);
	/* The node's kernel forwards packets to `dest` (and what it covers) in another
	 * way now. */
	void (*fib_changed)(void *context, struct sim_node *, struct sim_dest *dest);
	/* Addresses or interfaces of the node changed, which can change its forwarding to
	 * anything. */
	void (*links_changed)(void *context, struct sim_node *);
	/* The node's router has just handled a callback. */
	void (*handled)(void *context, struct sim_node *);
	/* The router asked to end. */
	void (*quit)(void *context, struct sim_node *, int status);
	/* A packet ran out of hops at this node: it was in a loop. */
	void (*hops_exceeded)(void *context, struct sim_node *,
			      const struct sys_udp_packet *);
	/* A probe has come to its destination. */
	void (*probe_arrived)(void *context, struct sim_node *, uint64_t cookie);
};

struct sim_world *sim_world_new(uint64_t seed);
/* Frees all nodes and segments too; their routers must be gone.  Accepts null. */
void sim_world_free(struct sim_world *world);
/* One observer; the struct is kept, not copied. */
void sim_observe(struct sim_world *world, const struct sim_observer *observer,
		 void *context);
/* Since the world began. */
usec_t sim_now(const struct sim_world *world);
/* Handles the earliest event; false if there is none. */
bool sim_step(struct sim_world *world);
/* When the earliest event is due; USEC_NEVER if there is none. */
usec_t sim_due(const struct sim_world *world);
/* Handles everything due until then; the clock stands at `until` afterwards. */
void sim_run(struct sim_world *world, usec_t until);
/* Of all events so far: equal for equal seeds and scenarios. */
uint64_t sim_hash(const struct sim_world *world);
uint64_t sim_event_count(const struct sim_world *world);
/* The scenario's own stream of random numbers. */
struct sim_random *sim_world_random(struct sim_world *world);

/* An event of the owner's.  Embedded in its owner; `fire` may free it. */
struct sim_timer {
	struct heap_entry entry;
	void (*fire)(struct sim_timer *);
};
/* Sets or moves it; times in the past are now. */
void sim_timer_start(struct sim_world *world, struct sim_timer *timer, usec_t due);
void sim_timer_stop(struct sim_world *world, struct sim_timer *timer);
/* A timer that is in no heap yet. */
void sim_timer_init(struct sim_timer *timer, void (*fire)(struct sim_timer *));

/* ---- nodes ---- */

#define SIM_NAME 32
/* Monotonic clocks of machines differ; each starts at its own time below this. */
#define SIM_CLOCK_SPREAD (3600 * USEC_S)
#define SIM_WALL_START   (1800000000 * USEC_S) /* 2027-01-15 08:00:00 UTC */

/* A machine with a loopback interface, powered, without a router.  Names are unique. */
struct sim_node *sim_node_new(struct sim_world *world, const char *name);
/* Null if there is none of that name; the nodes in order of making (null starts and
 * ends). */
struct sim_node *sim_node_find(const struct sim_world *world, const char *name);
struct sim_node *sim_node_next(const struct sim_world *world,
			       const struct sim_node *previous);
const char *sim_node_name(const struct sim_node *node);
uint32_t sim_node_id(const struct sim_node *node); /* From 1. */
uint32_t sim_node_count(const struct sim_world *world);
struct sim_world *sim_node_world(const struct sim_node *node);
/* For the owner's use. */
void *sim_node_data(const struct sim_node *node);
void sim_node_data_set(struct sim_node *node, void *data);

/* What the node's router runs on.  Good as long as the node. */
struct sys *sim_node_sys(struct sim_node *node);
/* The node whose sys it is. */
struct sim_node *sim_node_of(struct sys *sys);
/* A router has attached and lives. */
bool sim_node_is_running(const struct sim_node *node);
/* `kill -9` of the router: nothing of it is heard any more, all its calls into the world
 * do nothing, its sockets close; the kernel stays as it is.  The owner frees the router's
 * memory afterwards, then calls sim_node_settle(). */
void sim_node_kill(struct sim_node *node);
/* After the dead router's memory is freed: a new router may attach. */
void sim_node_settle(struct sim_node *node);
/* Power: off also clears the kernel's routes and silences the interfaces.  The router
 * must be killed first. */
void sim_node_power(struct sim_node *node, bool on);
bool sim_node_is_powered(const struct sim_node *node);
void sim_node_signal(struct sim_node *node, enum sys_signal signal);
/* The router reads no more of what its streams bring, or does again.  It isn't told of
 * their ends either; all else goes on, and it may send. */
void sim_node_deafen(struct sim_node *node, bool deaf);
/* The wall clock jumps by this much. */
void sim_node_wall_jump(struct sim_node *node, usec_t by);
/* What setting_read() answers. `name` with dots. */
void sim_node_setting(struct sim_node *node, const char *name, const char *value);

/* ---- files ---- */

void sim_file_put(struct sim_node *node, const char *path, const void *bytes,
		  size_t size);
/* Null if there is none; good until the next change of it. */
const void *sim_file_get(const struct sim_node *node, const char *path, size_t *size);
/* Removes every file whose path matches the shell pattern. */
void sim_file_remove(struct sim_node *node, const char *pattern);
/* Writing fails with this negative errno (0: works again). */
void sim_file_refuse(struct sim_node *node, int error);
/* From now on what is appended goes into pipes: so many bytes more, until this is called
 * again. */
void sim_file_pipe(struct sim_node *node, size_t room);
/* One of them was appended to, and not closed since. */
bool sim_file_pipe_is_open(const struct sim_node *node);

/* ---- segments and interfaces ---- */

/* How packets fare from one member of a segment to another. Chances in parts per million.
 */
struct sim_quality {
	usec_t delay;
	usec_t jitter; /* Up to this much more, evenly spread; order is kept. */
	uint32_t loss;
	uint32_t duplicate; /* Comes a second time. */
	uint32_t reorder;   /* Is overtaken: comes up to `delay + 10 ms` later. */
	uint32_t mtu;       /* Larger ones vanish; 0: no limit. */
	bool silent;        /* Nothing gets through; nobody is told. */
};

/* A cable (two members: one without carrier takes it from the other) or a LAN. */
struct sim_segment *sim_segment_new(struct sim_world *world, const char *name,
				    bool cable);
struct sim_segment *sim_segment_find(const struct sim_world *world, const char *name);
struct sim_segment *sim_segment_next(const struct sim_world *world,
				     const struct sim_segment *previous);
const char *sim_segment_name(const struct sim_segment *segment);
bool sim_segment_is_cable(const struct sim_segment *segment);
/* For all pairs that have none of their own. */
void sim_segment_quality(struct sim_segment *segment, const struct sim_quality *quality);
/* Of this direction; starts as a copy of the segment's. To be changed in place. */
struct sim_quality *sim_segment_pair(struct sim_segment *segment,
				     struct sim_interface *from,
				     struct sim_interface *to);
/* This direction is as the segment again. */
void sim_segment_restore(struct sim_segment *segment, struct sim_interface *from,
			 struct sim_interface *to);
/* The quality in force now. */
const struct sim_quality *sim_segment_between(const struct sim_segment *segment,
					      const struct sim_interface *from,
					      const struct sim_interface *to);
/* Packets can get from one member to the other: both have carrier, not all are lost. */
bool sim_segment_passes(const struct sim_interface *from, const struct sim_interface *to);
/* The members in order of plugging in (null starts and ends); without removed ones. */
struct sim_interface *sim_segment_member(const struct sim_segment *segment,
					 const struct sim_interface *previous);
/* Nodes of different groups don't hear each other; all start in group 0. */
void sim_node_group(struct sim_node *node, uint32_t group);

/* A new interface, up, with a link-local IPv6 address, plugged into `segment` (null: into
 * none). The name is copied; `flags` are SYS_IF_WIRELESS, SYS_IF_POINTTOPOINT,
 * SYS_IF_TUNNEL. */
struct sim_interface *sim_interface_new(struct sim_node *node, const char *name,
					uint32_t flags, struct sim_segment *segment);
/* The hardware is gone; so are its addresses and routes.  The object stays until the
 * world ends. */
void sim_interface_remove(struct sim_interface *interface);
/* Null if there is none (removed ones aren't found); walks likewise. */
struct sim_interface *sim_interface_find(const struct sim_node *node, const char *name);
struct sim_interface *sim_interface_next(const struct sim_node *node,
					 const struct sim_interface *previous);
const struct sys_interface *sim_interface_info(const struct sim_interface *interface);
struct sim_node *sim_interface_node(const struct sim_interface *interface);
struct sim_segment *sim_interface_segment(const struct sim_interface *interface);
/* `ip link set up|down`; down loses the routes over it. */
void sim_interface_up(struct sim_interface *interface, bool up);
/* Plugs the cable in or out: the carrier. */
void sim_interface_plug(struct sim_interface *interface, bool plugged);
void sim_interface_mtu(struct sim_interface *interface, uint32_t mtu);
void sim_interface_rename(struct sim_interface *interface, const char *name);
/* Replaces the flags that sim_interface_new() takes. */
void sim_interface_flags(struct sim_interface *interface, uint32_t flags);
/* Masquerades IPv4 packets that are forwarded out of the interface; a mapping is
 * forgotten when it was idle for so long. 0: no more. */
void sim_nat(struct sim_interface *interface, usec_t idle);
/* Forgets all mappings, as a home router that was switched off and on. */
void sim_nat_forget(struct sim_interface *interface);
/* 0, -EEXIST, -EINVAL (no plain prefix). `length`: of what is on link. `flags`: enum
 * sys_address_flag. */
int sim_address_add(struct sim_interface *interface, struct addr addr, unsigned length,
		    uint32_t flags);
/* 0 or -EADDRNOTAVAIL. */
int sim_address_remove(struct sim_interface *interface, struct addr addr);
/* The addresses of an interface (null starts and ends). */
const struct sys_address *sim_address_next(const struct sim_interface *interface,
					   const struct sys_address *previous);

/* ---- the kernel's routes ---- */

/* Destinations are interned: one object for a prefix, shared by all kernels of the world.
 */
struct sim_dest *sim_dest_get(struct sim_world *world, const struct prefix *net);
const struct prefix *sim_dest_prefix(const struct sim_dest *dest);
uint32_t sim_dest_id(const struct sim_dest *dest); /* From 1, without gaps. */
/* The one that covers `addr` most closely and is known; null if there is none. */
struct sim_dest *sim_dest_match(const struct sim_world *world, struct addr addr);

/* How the kernel misbehaves. */
struct sim_kernel_faults {
	usec_t latency; /* From a request to its answer. */
	usec_t notice;  /* From a change to its notification. */
	usec_t carrier; /* So much later where a carrier was lost, unless the router asks
			   (interface_check). */
	uint32_t notices; /* So many unread ones fit, the next ones are lost: overrun. */
	bool silent_down; /* Routes that vanish with their interface are not told of (as
			     IPv4 on Linux). */
};
struct sim_kernel_faults *sim_kernel_faults(struct sim_node *node);
/* The next `count` changes that `net` covers are answered with `error`. Null covers all;
 * error 0 ends all refusals. */
void sim_kernel_refuse(struct sim_node *node, const struct prefix *net, int error,
		       uint32_t count);
/* The next `count` notifications are lost, and the overrun is told. */
void sim_kernel_overrun(struct sim_node *node, uint32_t count);
/* As somebody with `ip route` would; told to the router. 0 or a negative errno. */
int sim_kernel_route_add(struct sim_node *node, const struct fib_route *route);
/* Removes the first route to `net` in `table` (-ESRCH: there is none), told to the router
 * if `told`. */
int sim_kernel_route_remove(struct sim_node *node, uint32_t table,
			    const struct prefix *net, bool told);
/* Removes all routes of meshd's (`all`: of everybody). */
void sim_kernel_flush(struct sim_node *node, bool all, bool told);
uint32_t sim_kernel_route_count(const struct sim_node *node);
/* Calls `visit` for each route of the kernel, in order of (destination, table, metric).
 */
void sim_kernel_each(const struct sim_node *node,
		     void (*visit)(void *context, const struct fib_route *),
		     void *context);

/* ---- forwarding ---- */

enum sim_verdict {
	SIM_LOCAL,   /* The address is the node's own. */
	SIM_ON_LINK, /* Straight to the destination over `interface`. */
	SIM_VIA,     /* To `gateway` over `interface`. */
	SIM_BLACKHOLE,
	SIM_UNREACHABLE, /* A route says so (also prohibit). */
	SIM_NO_ROUTE
};

struct sim_hop {
	enum sim_verdict verdict;
	struct sim_interface *interface;
	struct addr gateway;
	struct sim_dest
		*dest; /* Of the route taken; null for local and connected ones. */
	struct sim_interface
		*peer;   /* That answers for the gateway or destination; null: none. */
	uint32_t metric; /* Of the route. */
};

/* What the node's kernel does with a packet to `to`; source addr_any where it doesn't
 * matter.  `near` is sim_dest_match(to), passed in because a walk needs it at every node.
 * `leg` picks among several hops of a multipath route: false if there is no such leg. */
bool sim_forward(const struct sim_node *node, struct addr to, struct addr source,
		 const struct sim_dest *near, unsigned leg, struct sim_hop *hop);
/* The route of the kernel's main table to exactly this prefix with the lowest metric;
 * false if none. `route` points into the kernel. */
bool sim_kernel_route(const struct sim_node *node, const struct sim_dest *dest,
		      struct fib_route *route);

/* Sends a packet as a program on the node would, forwarded by the kernels alone, to the
 * machine that owns `to`.  0 or a negative errno (no route …). */
int sim_probe(struct sim_node *node, struct addr to, uint64_t cookie);

/* ---- streams ---- */

/* TCP connections between two machines that neither has closed: those that both know, and
 * those that only one still takes to be open. */
struct sim_connections {
	uint32_t whole, half;
};
struct sim_connections sim_tcp_between(const struct sim_node *a,
				       const struct sim_node *b);

/* Connects to a Unix socket of the node's router, as a program on that machine;
 * -ECONNREFUSED or -ENOENT. The stream is used through sim_node_sys(node)->class. */
int sim_stream_connect(struct sim_node *node, const char *path,
		       const struct sys_stream_ops *ops, void *context,
		       struct sys_stream **stream);

#endif
