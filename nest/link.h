/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interfaces and links.  An interface is a device of the kernel.  A link is what routing
 * protocols see: an Ethernet is one multi-access link; each peer of WireGuard or a tunnel
 * is a point-to-point link, though all share one interface.  The nest makes a link for
 * each plain interface; a transport makes the links of its peers (and its interface gets
 * no link of its own).
 *
 * Ports send and receive UDP on a link: over an interface link by a socket bound to it,
 * over a transport's link as packets handed to and from its peer.  Protocols can't tell
 * the difference.
 */
#ifndef NEST_LINK_H
#define NEST_LINK_H

#include "lib/addr.h"
#include "lib/list.h"
#include "sysdep/sys.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct router;
struct transport;
struct pool;

struct interface {
	struct list link; /* In the router, by index. */
	struct router *router;
	struct sys_interface sys;    /* Name, index, flags, MTU as the kernel has them. */
	struct list addresses;       /* struct interface_address */
	struct transport *transport; /* Its maker, or null. */
	struct link *own_link;       /* The link it is itself; null for a transport's. */
	bool seen;                   /* Told since the last rescan began. */
};

struct interface_address {
	struct list link;
	struct sys_address sys;
	bool seen; /* As in the interface. */
};

enum link_event {
	LINK_UP,      /* Usable now. */
	LINK_DOWN,    /* No longer; it still exists. */
	LINK_CHANGED, /* MTU, addresses, name, or measured values. */
	LINK_GONE,    /* Freed after the event: let go of it. */
};

struct link {
	struct list link; /* In the router, in order of making. */
	struct router *router;
	const char *name; /* "eth0", or "wg0/alice" for a peer. */
	uint32_t serial;  /* Distinguishes a link from a former one of the same name. */
	/* Next hops that hold it; a gone link stays in memory till they let go. */
	uint32_t uses;
	/* Where its packets leave; null for a moment while it comes or goes. */
	struct interface *interface;
	struct transport *transport; /* Its maker; null: the interface itself. */
	void *context;               /* The transport's own. */
	bool enabled; /* Administratively up: next hops over it count as reachable. */
	bool up;      /* Enabled and with carrier, or the peer is there: neighbours may be
			 heard. */
	bool gone;
	bool multi_access; /* Several neighbours by multicast; else one peer. */
	bool loopback;
	bool wireless;
	bool tunnel;
	struct list ports; /* struct link_port */
	uint32_t mtu;
	struct addr local;  /* Our link-local IPv6 address on it; addr_any: none yet. */
	struct addr local4; /* Our first IPv4 address on it; addr_any: none. */
	struct addr peer;   /* Point-to-point: the other side's link-local, if known. */
	const char *peer_name; /* Null if none. */
	uint8_t peer_key[32];  /* Zero if it has none. */
	/* Measured by the transport; USEC_NEVER / 0 where unknown. */
	usec_t rtt;
	uint32_t loss; /* 1/65536 */
	usec_t alive;  /* Last proof of life. */
};

/* ---- interface patterns: `interface "eth*", -"wg*", 10.0.0.0/8 { … }`
 * ---------------------------- */

struct interface_pattern {
	struct interface_pattern *next; /* The next of the same comma list. */
	const char *name;               /* Shell pattern; null: any. */
	bool exclude;
	bool has_prefix;
	struct prefix prefix; /* An address of the interface must lie in it. */
};
/* The list decides: the first pattern that matches, and it does not exclude. Matches
 * links by their own name and by their interface's. */
bool interface_pattern_matches(const struct interface_pattern *patterns,
			       const struct link *link);
bool interface_pattern_equal(const struct interface_pattern *a,
			     const struct interface_pattern *b);

/* ---- looking around ---- */

struct interface *interface_find(const struct router *router, const char *name);
struct interface *interface_at(const struct router *router, uint32_t index);
struct link *link_find(const struct router *router, const char *name);
/* The link of a neighbour's address: the one with a prefix on link that has it; null if
 * none is up. `within` limits it to one interface, or null. */
struct link *link_of_addr(const struct router *router, struct addr addr,
			  const struct interface *within);
bool link_has_addr(const struct link *link, struct addr addr);
bool router_has_addr(const struct router *router, struct addr addr);

/* Looks whether it still has its carrier; LINK_DOWN tells if not.  For who can't wait for
 * the kernel's word: see interface_check in sysdep/sys.h.  Nothing on a transport's link.
 */
void link_check(struct link *link);

/* ---- ports
 * --------------------------------------------------------------------------------------
 */

struct link_port;

struct link_packet {
	struct addr source, destination;
	uint16_t source_port;
	usec_t received;
	const void *bytes;
	size_t size;
};

struct link_port_ops {
	void (*receive)(void *context, struct link_port *, const struct link_packet *,
			size_t count);
};

struct link_port_args {
	uint16_t port;
	struct addr group; /* IPv6 link-local multicast group; joined. */
	uint8_t tos;
	int8_t priority;
	uint32_t receive_buffer;
};

/* Opens on an up link; hears and sends nothing while the link is down; closes by itself
 * (and is freed) when the link is gone, after LINK_GONE.  `receive` may close its own
 * port, no other one. */
int link_port_open(struct link *link, const struct link_port_args *args,
		   const struct link_port_ops *ops, void *context,
		   struct link_port **port);
void link_port_close(struct link_port *port); /* Accepts null. */
/* Sends to the group (addr_any) or to one address, to the same port number, hop limit 1,
 * from the link's link-local address. 0, -ENETDOWN, -EADDRNOTAVAIL (the link has no such
 * address), -EMSGSIZE (above its MTU) or what the world says. */
int link_port_send(struct link_port *port, struct addr to, const void *bytes,
		   size_t size);

/* ---- for transports ---- */

/* A point-to-point link on `interface` (may be null until it is there). Down at first. */
struct link *link_new(struct transport *transport, const char *name,
		      struct interface *interface);
/* Where its packets leave from now on; MTU and addresses follow. Null: nowhere, so the
 * link is down. */
void link_set_interface(struct link *link, struct interface *interface);
/* Sets up/down (and `enabled` with it) and tells everybody (LINK_UP, LINK_DOWN), next
 * hops included. */
void link_set_up(struct link *link, bool up);
/* The same where both may differ: an interface without carrier is enabled, but not up. */
void link_set_state(struct link *link, bool enabled, bool up);
/* After changing members: tells LINK_CHANGED. */
void link_changed(struct link *link);
/* Tells LINK_GONE; the memory goes when the last next hop lets go. */
void link_gone(struct link *link);
/* A packet (from its IP header on) came from the peer: true if a port took it, else it is
 * to be forwarded. */
bool link_receive(struct link *link, const void *packet, size_t size, usec_t received);

/* ---- for the router ---- */

void link_hold(struct link *link);
void link_release(struct link *link);

#endif
