/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The insides of the simulated world, shared by the files of this folder and by nobody
 * else.
 */
#ifndef SYSDEP_SIM_WORLD_H
#define SYSDEP_SIM_WORLD_H

#include "lib/hash.h"
#include "lib/list.h"
#include "lib/pool.h"
#include "lib/slab.h"
#include "lib/store.h"
#include "lib/trie.h"
#include "sysdep/sim/sim.h"

#define SIM_PROBE_PORT     0 /* No socket has it. */
#define SIM_PACKET_CLASSES 3 /* Sizes of packet memory, see udp.c. */

struct sim_world {
	usec_t now;
	struct heap heap;
	uint64_t seed;
	uint64_t hash;
	uint64_t events;
	struct sim_random random; /* The scenario's. */
	const struct sim_observer *observer;
	void *observer_context;
	struct pool *pool;
	struct list nodes; /* struct sim_node.link */
	struct hash node_names;
	uint32_t node_count;
	struct list segments; /* struct sim_segment.link */
	uint32_t segment_count;
	uint64_t listener_count; /* Ever made. */
	struct slab *packets[SIM_PACKET_CLASSES];
	struct slab *arrivals, *messages, *chunks;
	struct hash dest_hash; /* struct sim_dest.node */
	struct trie *dests[2]; /* IPv4 and IPv6 destinations, values struct sim_dest. */
	uint32_t dest_count;
	struct sim_dest **dest_list; /* By id. */
	uint32_t dest_room;
	struct sim_codec *codec; /* Owned. */
};

/* What comes out of netlink's codec (codec.c). Routes are good until the next call. */
struct sim_codec;
struct sim_codec *sim_codec_new(void);
void sim_codec_free(struct sim_codec *codec);
const struct fib_route *sim_codec_route(struct sim_codec *codec,
					const struct fib_route *route, bool gone);
void sim_codec_interface(struct sim_codec *codec, struct sys_interface *interface,
			 bool gone);
void sim_codec_address(struct sim_codec *codec, struct sys_address *address, bool gone);

/* An interned destination. */
struct sim_dest {
	struct hash_node node;
	struct sim_world *world;
	uint32_t id; /* From 1. */
	struct prefix net;
	struct sim_dest *parent;  /* The closest one that covers it (plain types only). */
	struct sim_dest *sources; /* Source-specific ones of this destination, longest
				     source first. */
	struct sim_dest *source_next;
};

/* ---- the kernel ---- */

enum sim_message_kind {
	SIM_MESSAGE_CHANGE,
	SIM_MESSAGE_FIB_SCAN,
	SIM_MESSAGE_INTERFACE_SCAN,
	SIM_MESSAGE_INTERFACE,
	SIM_MESSAGE_ADDRESS,
	SIM_MESSAGE_FIB,
	SIM_MESSAGE_OVERRUN,
	SIM_MESSAGE_SIGNAL
};

/* Something for the kernel to do or for the router to hear, in order. */
struct sim_message {
	struct list link;
	usec_t due;
	enum sim_message_kind kind;
	bool gone;                /* INTERFACE, ADDRESS, FIB */
	enum fib_op op;           /* CHANGE */
	uint64_t cookie;          /* CHANGE */
	uint32_t table, families; /* FIB_SCAN */
	enum sys_signal signal;
	struct fib_route route; /* CHANGE, FIB; hops and metrics are `hop` or owned. */
	struct fib_nexthop hop;
	struct sys_interface interface;
	struct sys_address address;
};

/* What few routes have. */
struct sim_route_more {
	struct addr prefsrc;
	uint32_t realm;
	struct fib_metric *metrics;   /* Owned. */
	struct fib_nexthop *nexthops; /* Owned; all of them if there are several. */
};

/* A route of one kernel, addressed by its handle in the store. */
struct sim_route {
	uint32_t next; /* Of the same destination, in order of (table, metric); first for
			  the store. */
	uint32_t dest; /* Id. */
	uint32_t table, metric;
	uint8_t kind; /* enum fib_dest */
	uint8_t protocol, scope, metric_count;
	uint16_t nexthop_count;
	struct fib_nexthop hop;      /* The first one. */
	struct sim_route_more *more; /* Owned; null: nothing more. */
};

struct sim_refusal {
	struct list link;
	bool all;
	struct prefix net;
	int error;
	uint32_t count;
};

/* A prefix that is on link at an interface that is up, link-local and loopback ones left
 * out. */
struct sim_onlink {
	struct prefix net;
	struct sim_interface *interface;
};

struct sim_kernel {
	struct sim_kernel_faults faults;
	struct store routes; /* struct sim_route */
	uint32_t *by_dest;   /* First route of a destination id; `dest_room` of them. */
	uint32_t dest_room;
	uint32_t sadr_count;    /* Source-specific routes. */
	struct list queue;      /* struct sim_message, by time. */
	uint32_t unread;        /* Notifications in it. */
	uint32_t losing;        /* The next so many notifications get lost. */
	bool overrun;           /* It has been lost, and the router not told yet. */
	struct sim_timer timer; /* For the first of the queue. */
	struct list refusals;
	struct list interfaces; /* struct sim_interface.link */
	uint32_t next_index;
	/* Drawn from the interfaces whenever one changes (interface.c), for forwarding.
	 */
	struct sim_interface **by_index; /* `next_index` of them; null: removed. */
	struct addr *own;                /* Addresses that others can know, each once. */
	uint32_t own_count;
	struct sim_onlink *onlink;
	uint32_t onlink_count;
};

/* ---- nodes, segments ---- */

struct sim_interface {
	struct list link; /* The node's. */
	struct list port; /* The segment's. */
	struct sim_node *node;
	struct sim_segment *segment; /* Null: none. */
	struct sys_interface info;
	bool up, plugged, removed;
	bool has_pairs;      /* Some struct sim_pair starts here. */
	struct sys_tun *tun; /* Its packets are a router's, not a segment's; null: no. */
	struct sim_nat *nat; /* Owned; null: packets keep their source. */
	struct list addresses;
	struct list sockets;   /* Bound to it. */
	usec_t last_arrival;   /* The order of arrivals is kept by it. */
	struct sim_timer late; /* Tells of a lost carrier. */
};

struct sim_address {
	struct list link;
	struct sys_address info;
};

/* A quality of one direction only. */
struct sim_pair {
	struct list link;
	struct sim_interface *from, *to;
	struct sim_quality quality;
	usec_t last_arrival;
};

struct sim_segment {
	struct list link;
	char name[SIM_NAME];
	struct sim_world *world;
	bool cable;
	struct list members; /* struct sim_interface.port */
	struct sim_quality quality;
	struct sim_random random;
	struct list pairs;
};

struct sys_pipe {
	bool is_open;
};

struct sim_node {
	struct sys sys; /* First. */
	struct sim_world *world;
	struct list link;
	struct hash_node name_node;
	uint32_t id;
	char name[SIM_NAME];
	void *data;
	const struct sys_handler *handler; /* Null: no router. */
	void *context;
	bool dead; /* Killed, not settled yet. */
	bool powered;
	bool deaf;      /* Reads nothing of its streams. */
	unsigned boots; /* How often it was switched on. */
	usec_t clock;   /* Its monotonic clock minus the world's. */
	usec_t wall;    /* Its wall clock minus the world's. */
	uint32_t group;
	struct sim_random random;
	struct sim_timer wake;
	usec_t spin_time;    /* World time of the last wake, */
	uint32_t spin_count; /* and how many there were at it. */
	struct sim_kernel kernel;
	struct list sockets;            /* Not bound to an interface. */
	struct list listeners, streams; /* struct sys_listener, struct sys_stream */
	struct list files, settings;
	int file_error;
	bool has_pipes; /* file_append() takes no more than `pipe_room` bytes. */
	size_t pipe_room;
	struct sys_pipe pipe; /* All of them. */
	uint16_t next_port;
};

/* The class of every node; collects the functions of this folder's files. */
extern const struct sys_class sim_class;

static inline struct sim_node *
sim_node_cast(struct sys *sys)
{
	return container_of(sys, struct sim_node, sys);
}

/* Mixes an event into the hash and shows it to the observer. `bytes_hash`: of the bytes,
 * 0 if none. */
void sim_trace(struct sim_world *world, const struct sim_event *event,
	       uint64_t bytes_hash);
/* A callback to the node's router has returned. */
void sim_node_handled(struct sim_node *node);
/* Adds to a router's world time. */
usec_t sim_node_time(const struct sim_node *node);

/* node.c's table, by the files that fill it. */
void sim_interface_scan(struct sys *sys);
void sim_interface_check(struct sys *sys, uint32_t index);
void sim_fib_queue(struct sys *sys, const struct fib_change *changes, size_t count);
void sim_fib_scan(struct sys *sys, uint32_t table, uint32_t families);
int sim_udp_open(struct sys *sys, const struct sys_udp_args *args,
		 const struct sys_udp_ops *ops, void *context, struct sys_udp **socket);
int sim_udp_send(struct sys_udp *socket, uint32_t index, struct addr source,
		 struct addr to, uint16_t port, const void *bytes, size_t size);
void sim_udp_close(struct sys_udp *socket);
int sim_tun_open(struct sys *sys, const char *name, uint32_t mtu,
		 const struct sys_tun_ops *ops, void *context, struct sys_tun **tun);
int sim_tun_write(struct sys_tun *tun, const void *bytes, size_t size);
void sim_tun_close(struct sys_tun *tun);
int sim_tun_address_add(struct sys *sys, uint32_t index, struct addr addr,
			unsigned length);
int sim_tun_address_remove(struct sys *sys, uint32_t index, struct addr addr,
			   unsigned length);
int sim_unix_listen(struct sys *sys, const char *path, uint32_t mode, const char *group,
		    sys_accept *accept, void *context, struct sys_listener **listener);
void sim_listener_close(struct sys_listener *listener);
void sim_stream_attach(struct sys_stream *stream, const struct sys_stream_ops *ops,
		       void *context);
size_t sim_stream_send(struct sys_stream *stream, const void *bytes, size_t size);
void sim_stream_pause(struct sys_stream *stream, bool paused);
void sim_stream_close(struct sys_stream *stream);
size_t sim_stream_write(struct sys_stream *stream, const struct sys_slice *slices,
			size_t count);
int sim_tcp_listen(struct sys *sys, const struct sys_tcp_args *args, sys_accept *accept,
		   void *context, struct sys_listener **listener);
int sim_tcp_md5(struct sys_listener *listener, const struct prefix *peer,
		const char *key);
int sim_tcp_connect(struct sys *sys, const struct sys_tcp_args *args,
		    const struct sys_stream_ops *ops, void *context,
		    struct sys_stream **stream);
void sim_tcp_ends(const struct sys_stream *stream, struct sys_tcp_ends *ends);
int sim_tcp_limit(struct sys_stream *stream, uint8_t ttl, uint8_t ttl_least);
int sim_file_open(struct sys *sys, const char *path, struct sys_file **file);
ptrdiff_t sim_file_read(struct sys_file *file, void *bytes, size_t size);
void sim_file_close(struct sys_file *file);
int sim_file_stamp(struct sys *sys, const char *path, struct sys_file_stamp *stamp);
int sim_file_write(struct sys *sys, const char *path, const void *bytes, size_t size);
int sim_name_find(struct sys *sys, const char *name, sys_name_found *found, void *context,
		  struct sys_lookup **lookup);
void sim_name_forget(struct sys_lookup *lookup);
ptrdiff_t sim_file_append(struct sys *sys, const char *path, struct sys_pipe **pipe,
			  const void *bytes, size_t size);
void sim_pipe_close(struct sys_pipe *pipe);
int sim_file_glob(struct sys *sys, const char *pattern,
		  void (*found)(void *, const char *), void *context);
int sim_setting_read(struct sys *sys, const char *name, char *value, size_t size);
void sim_local_time(struct sys *sys, usec_t wall, struct sys_calendar *calendar);

/* Life of a node's parts. */
void sim_kernel_init(struct sim_node *node);
void sim_kernel_fini(struct sim_node *node);
void sim_kernel_forget(
	struct sim_node *node);           /* The router is dead: empties the queue. */
void sim_udp_kill(struct sim_node *node); /* Closes the dead router's sockets for good. */
void sim_tun_kill(struct sim_node *node);
void sim_stream_kill(struct sim_node *node);
void sim_stream_free(struct sim_node *node);
/* The machine is switched off: its connections are gone, and nobody is told. */
void sim_tcp_power_off(struct sim_node *node);
void sim_file_free(struct sim_node *node);
/* The machine was switched on: another boot id. */
void sim_setting_boot(struct sim_node *node);
void sim_setting_init(struct sim_node *node);
void sim_setting_free(struct sim_node *node);
void sim_node_free(struct sim_node *node);
void sim_net_init(struct sim_world *world);
void sim_net_fini(struct sim_world *world); /* Packets under way are dropped. */
void sim_segment_free(struct sim_segment *segment);

/* The kernel's queue (queue.c): a message is made, filled in and posted. */
struct sim_message *sim_message_new(struct sim_node *node, enum sim_message_kind kind);
/* Copies `route` into the message, by way of netlink; `gone`: as a deletion. */
void sim_message_route(struct sim_node *node, struct sim_message *message,
		       const struct fib_route *route, bool gone);
void sim_message_post(struct sim_node *node, struct sim_message *message);
/* Queues a notification, or loses it: takes the message. */
void sim_message_notify(struct sim_node *node, struct sim_message *message);

/* The kernel's routes (fib.c). */
int sim_route_put(struct sim_node *node, const struct fib_route *route);
int sim_route_delete(struct sim_node *node, const struct fib_route *route,
		     bool any_protocol, struct fib_route *deleted);
struct sim_route *sim_route_at(const struct sim_node *node, uint32_t handle);
uint32_t sim_route_first(const struct sim_node *node, const struct sim_dest *dest);
/* Shows it as the contract's struct; hops point into the route. */
void sim_route_export(const struct sim_node *node, const struct sim_route *route,
		      struct fib_route *to);
/* What goes when an interface goes down. */
void sim_routes_lose(struct sim_node *node, uint32_t index, bool told);
/* What goes with an address: routes that prefer it as source. */
void sim_routes_lose_source(struct sim_node *node, struct addr addr);
void sim_routes_free(struct sim_node *node);

/* Interfaces (interface.c). */
void sim_interface_init(struct sim_node *node);
void sim_interface_free(struct sim_node *node);
struct sim_interface *sim_interface_at(const struct sim_node *node, uint32_t index);
bool sim_interface_works(
	const struct sim_interface *interface); /* Up and with carrier. */
struct sim_address *sim_address_of(const struct sim_interface *interface,
				   struct addr addr);
bool sim_node_owns(const struct sim_node *node, struct addr addr);
/* Recomputes flags after `up`, `plugged` or power changed, here and on the other end of a
 * cable; tells. */
void sim_interface_refresh(struct sim_interface *interface);
/* A TUN interface, up; null if there is one of that name. */
struct sim_interface *sim_interface_tun(struct sim_node *node, const char *name,
					uint32_t mtu, struct sys_tun *tun);

/* TUN interfaces (tun.c). */
struct sim_packet;
/* The kernel has sent a packet into it. */
void sim_tun_output(struct sys_tun *tun, struct sim_packet *packet);
/* Somebody removed its interface. */
void sim_tun_lose(struct sys_tun *tun);
/* The TUN interface of another machine that answers for `addr`; null: nobody. */
struct sim_interface *sim_tun_resolve(const struct sim_interface *out, struct addr addr);

/* Packets of the machine's own (ip.c). */
#define SIM_HOPS 64 /* Of what says nothing else. */
/* Where one to `to` leaves (`index`: has to, 0: by route), and whom it is handed to
 * there. 0 or a negative errno. */
int sim_ip_out(const struct sim_node *node, uint32_t index, struct addr to,
	       struct sim_interface **out, struct addr *next);
/* Checks a given source, or takes one of the interface's (the machine's, where routed).
 */
int sim_ip_source(const struct sim_node *node, const struct sim_interface *out,
		  struct addr to, struct addr *source);
void sim_ip_send(struct sim_interface *out, struct addr next, struct sim_packet *packet);

/* Segments (net.c). */
/* Sends to all other members (`to` null) or to one; takes one use of the packet per
 * arrival. */
void sim_packet_init(struct sim_world *world);
/* Back to the sending machine itself, at once but not below the caller. */
void sim_segment_loop(struct sim_interface *at, struct sim_packet *packet);
void sim_segment_send(struct sim_interface *from, struct sim_interface *to,
		      struct sim_packet *packet);
/* Sends to whoever answers for `next` there. */
void sim_segment_send_via(struct sim_interface *out, struct addr next,
			  struct sim_packet *packet);
/* The member of `out`'s segment that answers for `addr`; null: nobody. */
struct sim_interface *sim_segment_resolve(const struct sim_interface *out,
					  struct addr addr);

/* Packets (packet.c). */
struct sim_packet {
	uint32_t uses;
	uint32_t size;      /* Of the payload. */
	uint8_t class;      /* Of memory. */
	uint8_t hops;       /* Left. */
	bool is_tcp;        /* The bytes are a segment of tcp.c; else UDP or ICMPv6. */
	uint8_t icmp6_type; /* 0: UDP. */
	uint16_t source_port, port;
	struct addr source, to;
	uint64_t hash; /* Of payload and addresses. */
	struct sim_node *from;
	uint8_t bytes[];
};
struct sim_packet *sim_packet_new(struct sim_world *world, size_t size);
void sim_packet_release(struct sim_world *world, struct sim_packet *packet);
/* It is filled in: makes its hash. */
void sim_packet_seal(struct sim_packet *packet);
/* It has come to this interface: deliver or forward. */
void sim_packet_arrive(struct sim_interface *at, struct sim_packet *packet);
/* Masquerading (nat.c): rewrites the source of what goes out, the destination of what
 * comes in; false: it belongs to no mapping. The packet must be the caller's alone. */
void sim_nat_out(struct sim_interface *out, struct sim_packet *packet);
bool sim_nat_in(struct sim_interface *at, struct sim_packet *packet);
void sim_nat_free(struct sim_interface *interface);
/* To the sockets of the node. */
void sim_udp_deliver(struct sim_node *node, struct sim_interface *at,
		     const struct sim_packet *packet);
void sim_tcp_deliver(struct sim_node *node, struct sim_interface *at,
		     const struct sim_packet *packet);

#endif
