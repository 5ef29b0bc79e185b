/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The routers of an AS that `ibgp auto` runs on, known by their loopbacks: which of them
 * reflect routes (RFC 4456), and who has a session with whom.  It is the same at every
 * router that knows of the same others, so nobody has to say it.
 *
 * Up to IBGP_MESH_MAX routers each has a session with each.  Of more, two reflect and the
 * others are their clients: the first two in an order by hash.  Who gives no session does
 * not reflect, whatever its place: a router that has not the password, say.
 */
#ifndef PROTO_BGP_IBGP_MEMBER_H
#define PROTO_BGP_IBGP_MEMBER_H

#include "nest/protocol.h"

#define IBGP_MESH_MAX   12
#define IBGP_REFLECTORS 2

/* What another router is to us. */
enum ibgp_relation {
	IBGP_STRANGER, /* No session: reflectors tell both. */
	IBGP_PEER,
	IBGP_CLIENT /* We reflect for it. */
};

struct ibgp_member {
	struct addr addr;
	uint64_t order;
	bool is_own;
	bool is_there;    /* The IGP has its loopback. */
	bool is_silent;   /* Its session is down for so long that it can't reflect. */
	bool is_told;     /* The log says that it is silent. */
	uint8_t relation; /* enum ibgp_relation, as is wanted. */
	uint8_t session;  /* As it is; IBGP_STRANGER: there is none. */
	usec_t lost;  /* Since when the session is down; 0: it is up, or there is none. */
	usec_t spare; /* Since when it is more than wanted; 0: it is not. */
	struct protocol *child; /* With a session: the instance. */
};

struct ibgp_members {
	struct ibgp_member
		*list; /* In their order; valid until the next add or remove. */
	uint32_t count, room;
};

/* Null: there is none. */
struct ibgp_member *ibgp_member_find(const struct ibgp_members *members,
				     struct addr addr);
/* Finds or makes it. */
struct ibgp_member *ibgp_member_add(struct ibgp_members *members, struct addr addr);
void ibgp_member_remove(struct ibgp_members *members, struct ibgp_member *member);
void ibgp_members_free(struct ibgp_members *members);
/* Those that are there, ourselves included. */
uint32_t ibgp_members_there(const struct ibgp_members *members);

/* Who reflects; how many that are: 0 in a mesh, less than two where too many are silent.
 */
unsigned ibgp_reflectors(const struct ibgp_members *members,
			 struct ibgp_member *reflectors[static IBGP_REFLECTORS]);
/* Sets what all are to us. */
void ibgp_members_relate(struct ibgp_members *members);

/* The loopback of a router: of the prefix, the rest by hash. */
struct addr ibgp_address(const struct prefix *loopbacks, const char *hostname,
			 uint32_t router_id);

#endif
