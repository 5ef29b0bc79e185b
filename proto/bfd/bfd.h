/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol bfd: what its files share.
 *
 *   packet.c    Control packets, pure
 *   session.c   the state machine of one session
 *   bfd.c       the instance: who asks for which session, sockets
 *   show.c      what it shows
 *   config.c    rows
 */
#ifndef PROTO_BFD_BFD_H
#define PROTO_BFD_BFD_H

#include "lib/hash.h"
#include "nest/command.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include "nest/schema.h"
#include "proto/bfd/session.h"

/* ---- configuration ---- */

/* Which requests for sessions are answered. */
struct bfd_accept {
	bool ip4, ip6, direct, multihop;
};

struct bfd_interface_config {
	struct conf_interface common;
	struct bfd_options options;
};

struct bfd_multihop_config {
	struct bfd_options options;
};

/* A session that nobody asked for but the configuration. */
struct bfd_neighbor_config {
	struct list link;
	struct addr addr, local;
	const char *interface; /* Null: found by the address. */
	bool multihop;
};

struct bfd_config {
	struct protocol_config common;
	struct bfd_accept accept;
	struct list interfaces; /* struct bfd_interface_config */
	struct bfd_multihop_config multihop;
	struct list neighbors; /* struct bfd_neighbor_config */
	bool strict_bind;
};

extern const struct conf_schema bfd_schema;

/* ---- the instance ---- */

enum { BFD_SINGLE_HOP, BFD_MULTIHOP, BFD_HOPS };

struct bfd_socket {
	struct bfd *bfd;
	unsigned hops; /* BFD_SINGLE_HOP, BFD_MULTIHOP */
	struct sys_udp *udp;
};

/* A session and with whom. */
struct bfd_neighbour {
	struct bfd_session session;
	struct hash_node node; /* By its discriminator. */
	struct hash_node ends; /* By addresses, interface and hops. */
	struct bfd *bfd;
	struct addr addr, local;
	uint32_t index; /* Interface; 0: several hops away. */
	bool multihop;
	/* Lines of the log about it, of at most a minute, and when that began. */
	uint32_t told;
	usec_t told_since;
	struct timer quiet; /* To the end of it, if something was not said. */
};

struct bfd {
	struct protocol protocol;
	struct bfd_provider provider;
	struct hash neighbours; /* struct bfd_neighbour, by `node` */
	struct hash ends;       /* The same, by `ends`. */
	struct list wanted;     /* struct bfd_wanted: what the configuration asks for. */
	struct job reap;        /* Sessions that nobody wants any more. */
	/* It ends once its neighbours know (see bfd_session_stop()). */
	bool stopping;
	/* By family (IPv4, IPv6); null: the system hasn't it. */
	struct bfd_socket receive[2][BFD_HOPS];
	struct sys_udp *send[2];
	uint64_t drops[BFD_DROP_COUNT];
};

extern const struct command bfd_commands[];

static inline struct bfd *
bfd_of(struct protocol *protocol)
{
	return (struct bfd *)protocol;
}

static inline const struct bfd_config *
bfd_config(const struct bfd *bfd)
{
	return (const struct bfd_config *)bfd->protocol.config;
}

/* So many ask for this session. */
uint32_t bfd_neighbour_uses(const struct bfd_neighbour *neighbour);

#endif
