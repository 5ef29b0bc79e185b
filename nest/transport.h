/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Transports: they make links out of peers.  Class, configuration, instance and life
 * cycle as with protocols, with other hooks: packets in and out of a link, and the
 * binding of routes to links.
 */
#ifndef NEST_TRANSPORT_H
#define NEST_TRANSPORT_H

#include "lib/list.h"
#include "nest/link.h"
#include "nest/protocol.h"
#include "nest/timer.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct transport;

/* First member of every transport's configuration struct. */
struct transport_config {
	struct list link;
	struct config *whole; /* As in a protocol's. */
	const struct transport_class *class;
	const char *name; /* Also the name of its interface. */
	bool generated, disabled;
	const char *description;
	unsigned debug;
	uint32_t line;
	const char *file;
};
extern const struct conf_schema transport_schema;

struct transport {
	struct list link; /* In the router. */
	struct router *router;
	const struct transport_class *class;
	const struct transport_config *config;
	char *name;
	enum protocol_state state; /* The same machine as a protocol's. */
	bool disabled;
	unsigned debug;
	struct pool *pool;
	usec_t since;
	char *message;
	struct timer retry; /* Runs where it could not start. */
};

struct transport_class {
	const char *name, *doc;
	size_t size;
	const struct conf_schema *schema;
	const struct command *commands;
	void (*check)(void *config, struct conf_check *check);
	/* 0: it runs.  A negative errno (after which stop() is called): it is tried again
	 * from time to time. */
	int (*start)(struct transport *);
	/* Calls link_gone() for all its links. */
	void (*stop)(struct transport *);
	/* As a protocol's: also where nothing differs. */
	void (*reconfigure)(struct transport *, const void *old,
			    const struct conf_diff *);
	/* One packet (from its IP header on) to the link's peer. */
	int (*send)(struct link *, const void *packet, size_t size);
	/* The forwarding of `net` goes by this link from now on; WireGuard keeps
	 * allowed-ips by it. Null: not needed. */
	int (*route_bind)(struct transport *, struct link *, const struct prefix *net);
	void (*route_unbind)(struct transport *, struct link *, const struct prefix *net);
	/* The transport's interface appeared, changed or went. */
	void (*interface_event)(struct transport *, struct interface *, bool gone);
	void (*show)(const struct transport *, struct out *);
	void (*audit)(const struct transport *, enum audit_depth);
};

struct transport *transport_new(struct router *router,
				const struct transport_config *config);
void transport_enable(struct transport *transport);
void transport_disable(struct transport *transport, const char *message);
void transport_restart(struct transport *transport, const char *message);
void transport_remove(struct transport *transport);
void transport_reconfigure(struct transport *transport,
			   const struct transport_config *config,
			   const struct conf_diff *diff);
/* For the router. */
void transport_start_all(struct router *router);
void transport_free_all(struct router *router);
/* The transport whose interface has this name, null if none. */
struct transport *transport_of_interface(const struct router *router, const char *name);
void transport_interface_told(struct transport *transport, struct interface *interface,
			      bool gone);
/* Forwarding of `net` goes over `nexthop` from now on (null: no longer goes anywhere):
 * binds and unbinds it at the transports concerned.  Called by whoever tells the kernel.
 */
void transport_route(struct router *router, const struct prefix *net,
		     const struct nexthop *nexthop);
struct transport *transport_find(const struct router *router, const char *name);
void transport_log(const struct transport *transport, enum log_class class,
		   const char *format, ...) PRINTF_LIKE(3, 4);

#endif
