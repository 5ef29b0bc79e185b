/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A laboratory for Babel: one real router in a simulated world, with links to peers that
 * are scripted. A peer speaks the protocol by hand: what it says is up to the test, what
 * it hears is kept.
 */
#ifndef TEST_UNIT_BABEL_LAB_H
#define TEST_UNIT_BABEL_LAB_H

#include "nest/router.h"
#include "proto/babel/babel.h"
#include "sysdep/sim/sim.h"

#define LAB_PEERS 4
#define LAB_HEARD 65536

struct lab;

struct lab_heard {
	usec_t when;
	bool unicast;
	struct babel_tlv tlv;
};

/* A scripted speaker at the other end of a link of the router. */
struct lab_peer {
	struct lab *lab;
	struct sim_node *node;
	struct sim_segment *segment;
	struct sim_interface *interface; /* Its own. */
	struct sim_interface *router_interface;
	struct sys_udp *udp;
	struct addr addr, router_addr;
	struct sim_timer timer;
	bool alive; /* Says Hello and IHU every second by itself. */
	bool acks;  /* Acknowledges what is asked for. */
	uint16_t hello_seqno, rxcost;
	unsigned packets;
	struct lab_heard *heard;
	size_t heard_count;
};

struct lab {
	struct sim_world *world;
	struct sim_node *node;
	struct router *router;
	struct protocol *origin; /* Announces what lab_originate() says. */
	struct babel *babel;
	struct lab_peer peers[LAB_PEERS];
	unsigned peer_count;
	struct babel_config babel_config;
	struct babel_interface_config interface_config;
	struct interface_pattern pattern;
	struct protocol_config origin_config;
	struct channel_config channels[8];
	unsigned channel_count;
};

/* A router that is not running yet; its interface_config may be changed. Hellos every
 * second. */
struct lab *lab_new(void);
/* A link to a new peer, which is silent at first; `flags` as in sim_interface_new(). */
struct lab_peer *lab_peer_add(struct lab *lab, uint32_t flags);
/* Starts the router. */
void lab_start(struct lab *lab);
/* Kills it (`kill -9`) and starts it again; its files stay. */
void lab_restart(struct lab *lab);
void lab_free(struct lab *lab);
void lab_run(struct lab *lab, usec_t time);
usec_t lab_now(const struct lab *lab);
/* Starts and lets all peers be good neighbours for so long that their links are used. */
void lab_meet(struct lab *lab);

/* Another protocol of the router has this route, or not any more. */
void lab_originate(struct lab *lab, const char *net, bool there);

/* Says one TLV to the router, alone in a packet. */
void lab_say(struct lab_peer *peer, const struct babel_tlv *tlv);
void lab_say_bytes(struct lab_peer *peer, const void *bytes, size_t size);
void lab_say_hello(struct lab_peer *peer, uint16_t seqno, uint16_t interval,
		   bool unicast);
void lab_say_ihu(struct lab_peer *peer, uint16_t rxcost);
/* An update with an interval of 4 s, IPv6. */
void lab_say_update(struct lab_peer *peer, const char *net, uint64_t router_id,
		    uint16_t seqno, uint16_t metric);
void lab_say_request(struct lab_peer *peer, const char *net, uint64_t router_id,
		     uint16_t seqno, uint8_t hop_count);
/* Null net: a wildcard. */
void lab_say_route_request(struct lab_peer *peer, const char *net);

/* Forgets what it heard. */
void lab_forget(struct lab_peer *peer);
/* The last update it heard for this net since then; null if none. */
const struct babel_update *lab_update(const struct lab_peer *peer, const char *net);
/* How many TLVs of the type it heard; of updates and requests, only those of the net
 * unless it is null. */
unsigned lab_count(const struct lab_peer *peer, enum babel_tlv_type type,
		   const char *net);
/* The last TLV of the type it heard, null if none. */
const struct lab_heard *lab_last(const struct lab_peer *peer, enum babel_tlv_type type);

/* How the router sees things. */
struct babel_neighbour *lab_neighbour(struct lab_peer *peer);
struct babel_entry *lab_entry(struct lab *lab, const char *net);
/* The peer whose route is selected, null if none. */
struct lab_peer *lab_selected(struct lab *lab, const char *net);
/* The best route of its table is unreachable. */
bool lab_is_unreachable(struct lab *lab, const char *net);
bool lab_has_route(struct lab *lab, const char *net);
struct prefix lab_net(const char *text);

#endif
