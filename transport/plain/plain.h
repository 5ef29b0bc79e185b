/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Transport plain: IP packets in UDP datagrams, as they are.  Nothing is encrypted and
 * nobody proves who they are: for tests, for networks that are safe already, and as the
 * example to read before one writes a transport.
 *
 *     packet.c   datagrams, read and written
 *     config.c   the options
 *     peer.c     peers: one link each, kept up by probes that are answered
 *     route.c    which peer a destination goes to
 *     forward.c  packets between the TUN interface and the peers
 *     plain.c    class and life; sockets, interface, addresses
 *
 *        kernel                      plain                          the world
 *     ------------------    --------------------------------     ---------------
 *      TUN interface ---->  route: destination -> peer ------->   UDP datagram
 *                    <----  link_receive() said no  <----------   from a peer
 *      protocol's port <->  link_send(), link_receive()  <---->   (Babel and the like)
 */
#ifndef TRANSPORT_PLAIN_PLAIN_H
#define TRANSPORT_PLAIN_PLAIN_H

#include "lib/trie.h"
#include "nest/router.h"
#include "nest/schema.h"
#include "nest/transport.h"
#include "transport/plain/packet.h"

#define PLAIN_PORT 7477
#define PLAIN_MTU  1420
#define PLAIN_MOST 9000 /* The largest MTU. */
#define PLAIN_NETS 16   /* Addresses that one `address` list takes. */

/* ---- configuration
 * ------------------------------------------------------------------- */

struct plain_endpoint {
	struct addr addr; /* addr_any: none. */
	uint32_t port;    /* 0: none. */
};

struct plain_nets {
	uint32_t count;
	struct prefix list[PLAIN_NETS];
};

struct plain_peer_config {
	struct list list; /* In struct plain_config. */
	const char *name;
	struct plain_endpoint endpoint; /* Where it is (a roaming one: at first). */
	bool roaming;                   /* Goes by its tag, wherever it sends from. */
	uint32_t tag;
	usec_t keepalive;
	struct plain_nets addresses; /* Its own; reached without a routing protocol. */
};

struct plain_config {
	struct transport_config common;
	struct plain_endpoint local;
	uint32_t mtu;
	struct plain_nets addresses; /* Of our interface. */
	struct list peers;           /* struct plain_peer_config */
};

extern const struct conf_schema plain_schema;

/* ---- instance
 * ------------------------------------------------------------------------ */

struct plain {
	struct transport transport;
	struct sys_udp *sockets[2]; /* IPv4, IPv6; null: not needed. */
	struct sys_tun *tun;
	struct interface *interface; /* The TUN as the nest knows it; null: not yet. */
	struct list peers;           /* struct plain_peer */
	struct trie *tries[2];       /* IPv4, IPv6: values are struct plain_route. */
	struct list routes;          /* All of them. */
	uint64_t drops[PLAIN_DROPS];
};

static inline const struct plain_config *
plain_config(const struct plain *plain)
{
	return (const struct plain_config *)plain->transport.config;
}

static inline struct sys *
plain_world(const struct plain *plain)
{
	return plain->transport.router->sys;
}

struct plain_counter {
	uint64_t packets, bytes;
};

struct plain_peer {
	struct list list;
	struct plain *plain;
	const struct plain_peer_config *config;
	struct link *link;                   /* Its context is the peer. */
	struct plain_endpoint endpoint;      /* Where it is now. */
	struct timer probe;                  /* The next one. */
	struct timer silence;                /* Runs while the link is up. */
	bool answered;                       /* Since the last probe. */
	struct plain_counter sent, received; /* Data. */
};

/* ---- peer.c
 * -------------------------------------------------------------------------- */

struct plain_peer *plain_peer_new(struct plain *plain,
				  const struct plain_peer_config *config);
void plain_peer_free(struct plain_peer *peer);
/* Takes a new configuration of the same name. */
void plain_peer_configure(struct plain_peer *peer,
			  const struct plain_peer_config *config);
struct plain_peer *plain_peer_find(const struct plain *plain, const char *name);
/* Whose datagram this is; null: a stranger's. */
struct plain_peer *plain_peer_of(const struct plain *plain,
				 const struct plain_endpoint *from, uint16_t tag);
/* The interface came, changed or went. */
void plain_peer_interface(struct plain_peer *peer);
/* A probe or reply of it has come. */
enum plain_drop plain_peer_probed(struct plain_peer *peer, const struct plain_packet *,
				  const struct plain_endpoint *from, usec_t received);

/* ---- route.c
 * ------------------------------------------------------------------------- */

void plain_routes_init(struct plain *plain);
/* Packets to `net` go to the peer, by a routing protocol or by configuration (which
 * counts where no protocol has spoken). */
void plain_route_set(struct plain *plain, const struct prefix *net,
		     struct plain_peer *peer, bool configured);
/* No longer. */
void plain_route_clear(struct plain *plain, const struct prefix *net,
		       const struct plain_peer *peer, bool configured);
/* Nothing goes to it any more. */
void plain_routes_forget(struct plain *plain, const struct plain_peer *peer);
/* The peer that packets to `addr` go to; null: nobody. */
struct plain_peer *plain_route_match(const struct plain *plain, struct addr addr);
void plain_routes_audit(const struct plain *plain);

/* ---- forward.c
 * ----------------------------------------------------------------------- */

/* What sockets and interface call; the context is the instance. */
extern const struct sys_udp_ops plain_udp_ops;
extern const struct sys_tun_ops plain_tun_ops;
/* Sends to the peer, with its tag: PLAIN_GOOD, or why not. */
enum plain_drop plain_send(struct plain_peer *peer, const struct plain_packet *packet);
/* Of the class. */
int plain_link_send(struct link *link, const void *packet, size_t size);

/* ---- show.c, plain.c
 * ----------------------------------------------------------------- */

void plain_show(const struct transport *transport, struct out *out);
void plain_trace(const struct plain *plain, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
