/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What streams and listeners of all kinds have in common; the kinds are unix.c and tcp.c.
 */
#ifndef SYSDEP_SIM_STREAM_H
#define SYSDEP_SIM_STREAM_H

#include "lib/text.h"
#include "sysdep/sim/world.h"

#define STREAM_LOW 65536 /* Bytes under way below which `drained` is told. */

/* How bytes get to the other side. */
struct stream_kind {
	/* Takes bytes for the other side, all of them; they may wait for push(). */
	void (*send)(struct sys_stream *, const void *bytes, size_t size);
	/* What was taken goes on its way: the end of one call of the kernel, whose pieces
	 * travel together. */
	void (*push)(struct sys_stream *);
	/* How many of them are under way now. */
	size_t (*backlog)(const struct sys_stream *);
	/* The inbox was emptied. */
	void (*read)(struct sys_stream *);
	/* Its owner has closed it; what was sent before still goes. */
	void (*close)(struct sys_stream *);
	/* Nothing more is to be done for a closed one. */
	bool (*is_done)(const struct sys_stream *);
	/* Frees it, with what the kind has of its own. */
	void (*free)(struct sys_stream *);
};

/* First member of what a kind has for each. */
struct sys_stream {
	struct list link; /* node->streams */
	struct sim_node *node;
	const struct stream_kind *kind;
	struct sys_listener *from; /* To be accepted there; null: it is, or was asked for.
				    */
	bool router;               /* The router's, not a program's. */
	bool connected;            /* `connected` is due. */
	bool paused;
	bool gone; /* Closed by its owner. */
	bool over; /* The other side sends no more. */
	bool told; /* `closed` was told. */
	bool full; /* `drained` is owed. */
	int error; /* Told with `closed`. */
	const struct sys_stream_ops *ops;
	void *context;
	struct text inbox; /* What has come and is not read. */
	struct sim_timer timer;
};

struct tcp_key {
	struct list link;
	struct prefix peer;
	uint64_t hash;
};

struct sys_listener {
	struct list link; /* node->listeners */
	struct sim_node *node;
	uint64_t serial; /* No two have the same. */
	char *path;      /* Owned; null: of TCP. */
	sys_accept *accept;
	void *context;
	struct sys_tcp_args args;
	struct list keys; /* struct tcp_key */
};

struct sys_listener *sim_listener_new(struct sim_node *node, sys_accept *accept,
				      void *context);
/* Fills in a zeroed stream and puts it into the node's list. */
void sim_stream_init(struct sys_stream *stream, struct sim_node *node,
		     const struct stream_kind *kind, bool router);
/* Takes it out of all lists; the kind frees the memory. */
void sim_stream_fini(struct sys_stream *stream);
/* Something is to be told to its owner. */
void sim_stream_arm(struct sys_stream *stream);

#endif
