/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A laboratory for BGP: real routers and scripted neighbours on one LAN of the simulated
 * world.  A scripted neighbour has TCP and says what the test says; what it hears is
 * kept.  What must hold for the laboratory itself aborts.
 */
#ifndef TEST_UNIT_BGP_LAB_H
#define TEST_UNIT_BGP_LAB_H

#include "lib/text.h"
#include "nest/router.h"
#include "proto/bgp/session_private.h"
#include "sysdep/sim/sim.h"

#define LAB_ROUTERS 8
#define LAB_HEARD   4096 /* All are forgotten when so many are kept. */

struct lab;

struct lab_router {
	struct lab *lab;
	struct sim_node *node;
	struct sim_interface *interface;
	struct router *router;
	struct addr addr; /* 10.0.0.N */
	struct text said; /* By the last command or configuration. */
	struct text log;
};

/* A message that was heard. */
struct lab_message {
	usec_t when;
	enum bgp_type type;
	uint8_t code, subcode; /* Of a NOTIFICATION. */
	uint8_t body[256];     /* The beginning of it. */
	size_t size;
};

struct lab_peer {
	struct lab *lab;
	struct sim_node *node;
	struct sys *sys;
	struct sim_interface *interface;
	struct addr addr; /* 10.0.0.N */
	struct sys_listener *listener;
	/* The newest, the only one that is listened to.  Null: none, or it was closed by
	 * the other side. */
	struct sys_stream *stream;
	unsigned accepted, closed;
	int error; /* Of the last end. */
	struct text bytes;
	struct lab_message *heard;
	size_t heard_count;
};

struct lab {
	struct sim_world *world;
	struct sim_segment *lan;
	struct lab_router routers[LAB_ROUTERS];
	unsigned router_count;
	struct lab_peer peers[2];
	unsigned peer_count;
};

struct lab *lab_new(uint64_t seed);
void lab_free(struct lab *lab);
void lab_run(struct lab *lab, usec_t time);

/* A router at 10.0.0.`number` on the LAN; its configuration is `router id 10.0.0.N;` and
 * this. */
struct lab_router *lab_router_add(struct lab *lab, unsigned number, const char *config);
/* The daemon is killed, and another started on the same host; `asked`: with -R. */
void lab_router_restart(struct lab_router *router, const char *config, bool asked);
/* A cable between two routers: interface wN on both, with 10.1.N.1 and fe80::a1:N on
 * `one`, 10.1.N.2 and fe80::a2:N on the other. */
void lab_wire(struct lab_router *one, struct lab_router *other, unsigned number);
void lab_configure(struct lab_router *router, const char *config);
/* `configure soft` */
void lab_configure_soft(struct lab_router *router, const char *config);
/* Runs a command; what it says, as JSON. */
const char *lab_command(struct lab_router *router, const char *line);
void lab_says(struct lab_router *router, const char *line, const char *part);
struct bgp *lab_bgp(struct lab_router *router, const char *name);
enum bgp_state lab_state(struct lab_router *router, const char *name);
/* `show route` has something of it, and this is in what it says. */
bool lab_has_route(struct lab_router *router, const char *net, const char *with);
/* So many lines of its log have this in them. */
unsigned lab_logged(const struct lab_router *router, const char *part);

struct lab_peer *lab_peer_add(struct lab *lab, unsigned number);
void lab_peer_listen(struct lab_peer *peer);
/* Connects to the router; `key`: MD5, or null. */
void lab_peer_call(struct lab_peer *peer, const struct lab_router *router,
		   const char *key);
void lab_peer_hang_up(struct lab_peer *peer);
/* Its host loses power and has it again: it knows of no connection, and says so to whom
 * speaks by one. */
void lab_peer_reboot(struct lab_peer *peer);
void lab_say_bytes(struct lab_peer *peer, const void *bytes, size_t size);
/* An OPEN as a plain neighbour of that AS says it; id: its address. */
struct bgp_open lab_open(const struct lab_peer *peer, uint32_t as);
void lab_say_open(struct lab_peer *peer, const struct bgp_open *open);
void lab_say_keepalive(struct lab_peer *peer);
void lab_say_notification(struct lab_peer *peer, uint8_t code, uint8_t subcode,
			  const char *text);
void lab_say_update(struct lab_peer *peer, const void *body, size_t size);
/* Announces 10.`second`.0.0/16, by AS 65002. */
void lab_say_route(struct lab_peer *peer, uint8_t second);
void lab_say_refresh(struct lab_peer *peer, enum bgp_refresh kind);
/* Connects, says OPEN (of AS 65002) and KEEPALIVE. */
void lab_peer_establish(struct lab_peer *peer, const struct lab_router *router);
void lab_peer_establish_as(struct lab_peer *peer, const struct lab_router *router,
			   const struct bgp_open *open);
/* Router 1, whose instance "two" waits for peer 2, and the session between them: without
 * keepalives, with enhanced refresh (RFC 7313) if the peer is to know it. */
struct lab_scene {
	struct lab *lab;
	struct lab_router *router;
	struct lab_peer *peer;
};
struct lab_scene lab_scene_new(const char *config, bool is_enhanced);
/* The last message of the type that it heard; null: none. */
const struct lab_message *lab_last(const struct lab_peer *peer, enum bgp_type type);
unsigned lab_count(const struct lab_peer *peer, enum bgp_type type);
/* It has heard a NOTIFICATION with this code and subcode last. */
bool lab_heard(const struct lab_peer *peer, uint8_t code, uint8_t subcode);

#endif
