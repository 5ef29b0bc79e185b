/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol bgp (RFC 4271): what its files share.
 *
 *   config.c     rows of the protocol: the neighbour, session, timers, decision;
 *                channel_config.c: of its channels (RFC 4760 families)
 *   ends.c       those of them that say who both ends are
 *   bfd.c        the rows of `bfd`, and the BFD session that watches the neighbour
 *   check.c      what only the whole configuration shows, and what follows
 *   attr.c       the attributes bgp_*
 *   bgp.c        class and module
 *   session.c    the session: a connection becomes it, and what its end leads to
 *   state.c      how far an instance is, for all who ask
 *   attempts.c   when we connect to the neighbour, and which of its connections we take
 *   fsm.c        the state machine of one connection (RFC 4271 §8)
 *   collision.c  which of two connections stays (RFC 4271 §6.8)
 *   restart.c    graceful restart: how long either end is waited for (RFC 4724)
 *   cease.c      ends that nobody's error is (RFC 4486), and why an instance stops
 *   connection.c its TCP connection: messages of bytes, and back
 *   chunk.c      messages that are sent to one neighbour or to several
 *   listen.c     who listens for connections, for all instances
 *   agree.c      our OPEN, and what both come to
 *   dynamic.c    instances for neighbours that connect from a range or are found
 *   discover.c   who is on a link; ra.c: how it says so (RFC 4861)
 *   ibgp.h       protocol ibgp: sessions with all routers of the AS, and its files
 *   way.c        the link to the neighbour, and how connections are made
 *   history.c    what went wrong the last time
 *   flap.c       routes that come and go; flap_show.c shows them
 *   group_show.c who is told as one
 *   guard.c      routes that the neighbour forgot to take back
 *   mrt.c        records of what is heard and sent (`mrtdump`)
 *   show.c       commands; bird_show.c: sessions in birdc's lines
 *   problem.c    why a session or its routes are not as one would like
 *   routes.c     what becomes of routes as the session comes and goes;
 *                rib.h says which files do it
 *   decision.c   which of two routes is better
 *   dump.c       the attributes of a route for a dump of the table
 *
 * Bytes to structs and back, pure: message.c, open.c, update.c, block.c and path.c.
 *
 * Rows keep what was written, with a value for "not said" where the preset depends on
 * other options; struct bgp_terms is what follows, and what a session runs by.
 */
#ifndef PROTO_BGP_BGP_H
#define PROTO_BGP_BGP_H

#include "nest/attr.h"
#include "nest/bfd_options.h"
#include "nest/igp_table.h"
#include "nest/protocol.h"
#include "nest/schema.h"

#define BGP_PORT     179
#define BGP_HOPS_MAX 64 /* What `multihop` alone allows. */

/* A switch whose preset depends on other options. */
enum bgp_switch { BGP_UNSAID, BGP_OFF, BGP_ON, BGP_AWARE /* Graceful restart: helps. */ };

/* RFC 9234 §4.1: our role towards the neighbour, its code and one. */
enum bgp_role {
	BGP_ROLE_UNSAID,
	BGP_ROLE_PROVIDER,
	BGP_ROLE_RS_SERVER,
	BGP_ROLE_RS_CLIENT,
	BGP_ROLE_CUSTOMER,
	BGP_ROLE_PEER
};

enum bgp_side { BGP_ANY_SIDE, BGP_INTERNAL, BGP_EXTERNAL };

/* `local` and `source address`. */
struct bgp_local {
	struct addr addr; /* addr_any: the system's choice. */
	uint32_t as;      /* 0: not said. */
	uint32_t port;
};

/* `neighbor` */
struct bgp_remote {
	struct addr addr; /* addr_any: see the range. */
	struct prefix range;
	bool has_range; /* Whoever connects from it is a neighbour. */
	bool is_found;  /* And is looked for on links; the range is of their addresses. */
	uint32_t as;    /* 0: not said. */
	uint32_t port;
	uint32_t side; /* enum bgp_side, as said. */
};

enum bgp_distance { BGP_DISTANCE_UNSAID, BGP_DIRECT, BGP_MULTIHOP };

struct bgp_distance_config {
	uint32_t kind; /* enum bgp_distance */
	uint32_t hops; /* Of BGP_MULTIHOP: 1..255 */
};

/* `bfd { … }` */
struct bgp_bfd {
	bool on;
	bool graceful; /* A failure is a graceful restart, not the end of routes. */
	struct bfd_options options;
};

enum bgp_authentication { BGP_AUTH_NONE, BGP_AUTH_MD5 };

struct bgp_error_wait {
	usec_t least, most;
};

/* Route flap damping (RFC 2439). */
struct bgp_damping {
	bool on;
	uint32_t suppress, reuse; /* Penalties. */
	usec_t half_life, most;   /* `most`: that a route is damped. */
};

/* What the options come to, once all of them are known. */
struct bgp_terms {
	bool internal; /* The neighbour is of our own AS. */
	bool interior; /* Or of our confederation. */
	uint32_t remote_as;
	uint8_t hops; /* 1: direct. */
	bool direct;
	bool check_link;
	uint8_t graceful_restart; /* BGP_OFF, BGP_ON, BGP_AWARE */
	uint8_t long_lived;       /* The same. */
	bool md5;
	usec_t send_hold; /* 0: never. */
	usec_t keepalive;
};

/* What a route counts as that has no LOCAL_PREF, where nothing else is configured. */
#define BGP_DEFAULT_LOCAL_PREF 100

struct bgp_config {
	struct protocol_config common;
	/* Who, and over what. */
	struct bgp_local local;
	struct bgp_remote remote;
	struct interface_pattern *interfaces; /* Where neighbours are looked for. */
	const char *interface;                /* Null: any. */
	struct list interface_ranges;         /* struct conf_interface */
	bool onlink;
	struct bgp_distance_config distance;
	bool strict_bind, free_bind;
	uint32_t check_link; /* enum bgp_switch */
	bool ttl_security;
	bool passive;
	struct bgp_bfd bfd;
	uint32_t authentication;
	const char *password;
	const char *dynamic_name;
	bool has_dynamic_name; /* It was said. */
	uint32_t dynamic_digits;
	uint32_t dynamic_limit;
	/* Of a child: the neighbour connected, and it goes with the session. */
	bool transient;
	/* Of a child of ibgp (ibgp.h): what the IGP carries is not told, nor are these.
	 */
	bool automatic;
	struct prefix loopbacks;
	/* What we are to each other. */
	bool rr_client, rs_client;
	uint32_t rr_cluster_id; /* 0: the router id. */
	uint32_t confederation;
	bool confederation_member;
	uint32_t role; /* enum bgp_role */
	bool require_roles;
	/* Capabilities. */
	bool capabilities, as4, route_refresh, enhanced_refresh, extended_messages,
		advertise_hostname;
	bool require_as4, require_refresh, require_enhanced_refresh,
		require_extended_messages, require_hostname, require_graceful_restart,
		require_long_lived;
	uint32_t graceful_restart; /* enum bgp_switch */
	usec_t restart_time, min_restart_time, max_restart_time;
	uint32_t long_lived; /* enum bgp_switch */
	usec_t stale_time, min_stale_time, max_stale_time;
	usec_t stale_wait; /* Until a neighbour that is back has told all. */
	/* Timers. */
	usec_t hold, min_hold, startup_hold, keepalive, min_keepalive;
	usec_t send_hold; /* < 0: twice the hold time. */
	usec_t connect_delay, connect_retry, error_forget;
	struct bgp_damping damping;
	usec_t refresh_time; /* Between two askings for all routes; 0: never. */
	struct bgp_error_wait error_wait;
	bool disable_after_error;
	uint32_t disable_after_cease; /* 1 << enum bgp_cease (message.h) */
	/* What comes in, and which is best. */
	bool interpret_communities, allow_local_pref, allow_med, allow_as_sets,
		enforce_first_as;
	uint32_t allow_local_as; /* Times our AS may be in a path; UINT32_MAX: any. */
	bool path_metric, med_metric, igp_metric, prefer_older, deterministic_med;
	uint32_t default_med, default_local_pref;
	struct bgp_terms terms;
};

/* Whose routes an option of next hops is about. */
enum bgp_whose { BGP_WHOSE_UNSAID, BGP_NONES, BGP_ALLS, BGP_IBGPS, BGP_EBGPS };
enum bgp_gateway { BGP_GATEWAY_UNSAID, BGP_GATEWAY_DIRECT, BGP_GATEWAY_RECURSIVE };
enum bgp_prefer { BGP_PREFER_UNSAID, BGP_PREFER_GLOBAL, BGP_PREFER_LOCAL };
/* How a next hop without a global address is written in MP_REACH_NLRI. */
enum bgp_link_local { BGP_LL_NATIVE, BGP_LL_SINGLE, BGP_LL_DOUBLE };
enum bgp_paths { BGP_PATHS_OFF, BGP_PATHS_RX, BGP_PATHS_TX, BGP_PATHS_BOTH };
enum bgp_aigp { BGP_AIGP_UNSAID, BGP_AIGP_OFF, BGP_AIGP_ON, BGP_AIGP_ORIGINATE };

/* As struct bgp_terms, of a channel. */
struct bgp_channel_terms {
	uint8_t next_hop_keep; /* enum bgp_whose, said */
	uint8_t gateway, prefer;
	bool graceful_restart, long_lived, aigp;
	usec_t stale_time, min_stale_time, max_stale_time;
};

struct bgp_channel_config {
	struct addr next_hop;                  /* addr_any: our own. */
	uint32_t next_hop_self, next_hop_keep; /* enum bgp_whose */
	uint32_t prefer, link_local, gateway;
	uint32_t cost; /* 0: none. */
	struct igp_tables igp_tables;
	bool mandatory, secondary;
	bool import_table;
	bool extended_next_hop, require_extended_next_hop;
	uint32_t add_paths; /* enum bgp_paths */
	bool require_add_paths;
	uint32_t aigp;                         /* enum bgp_aigp */
	uint32_t graceful_restart, long_lived; /* enum bgp_switch */
	usec_t stale_time, min_stale_time,
		max_stale_time; /* < 0: as the protocol says. */
	struct bgp_channel_terms terms;
};

#define BGP_WORDS_MAX 320

/* A NOTIFICATION that was sent or received. */
struct bgp_notice {
	usec_t when; /* Monotonic; 0: there was none. */
	uint8_t code, subcode;
	char words[BGP_WORDS_MAX]; /* What it means, and the text of a shutdown. */
};

/* Whose the last error was; as BIRD groups them. */
enum bgp_blame {
	BGP_BLAME_NOBODY,
	BGP_BLAME_MISC,     /* history.trouble says what. */
	BGP_BLAME_SOCKET,   /* So it does. */
	BGP_BLAME_RECEIVED, /* history.received */
	BGP_BLAME_SENT      /* history.sent */
};

/* What stays known of a neighbour over restarts of the instance; plain data. */
struct bgp_history {
	struct bgp_notice sent, received;
	uint8_t blame; /* enum bgp_blame, of the last error. */
	uint8_t state; /* enum bgp_state, as was logged last. */
	char trouble[64];
	usec_t error_at;   /* The last error that makes us wait; 0: none yet. */
	usec_t error_wait; /* How long we waited, or wait, after it. */
	uint32_t established_count;
	usec_t established_at, lost_at; /* The last time; 0: never. */
	char info[BGP_WORDS_MAX + 64];  /* For `show protocols`. */
};

struct bgp_flaps;

/* An instance.  What behind `protocol` is begins anew with each start, but for what is
 * from the history on. */
struct bgp {
	struct protocol protocol;
	struct bgp_session *session; /* session.c; of the pool, null: not running */
	struct bgp_routes *routes;   /* routes.c; of the pool */
	/* discover.c; null: looks for nobody. */
	struct bgp_discover *discover;
	struct bgp_history history;
	struct bgp_flaps *flaps[2]; /* flap.c, by enum bgp_family; kept, too. */
};

static inline struct bgp *
bgp_of(struct protocol *protocol)
{
	return (struct bgp *)protocol;
}

static inline const struct bgp_config *
bgp_config(const struct protocol *protocol)
{
	return (const struct bgp_config *)protocol->config;
}

/* The attributes of module bgp, in the order of bgp_attrs. */
enum bgp_attr {
	BGP_ORIGIN,
	BGP_PATH,
	BGP_NEXT_HOP,
	BGP_MED,
	BGP_LOCAL_PREF,
	BGP_ATOMIC_AGGR,
	BGP_AGGREGATOR,
	BGP_COMMUNITY,
	BGP_ORIGINATOR_ID,
	BGP_CLUSTER_LIST,
	BGP_EXT_COMMUNITY,
	BGP_AIGP,
	BGP_LARGE_COMMUNITY,
	BGP_OTC,
	BGP_BLOCK, /* What all of the others are in. */
	BGP_ATTRS
};

/* bgp.c */
extern const struct protocol_class bgp_class;

/* attr.c */
extern const struct attr_class bgp_attrs[];
/* What those are like that a configuration declares by their type code. */
extern const struct attr_class bgp_attr_numbered;
/* The block of a set, false: it has none; `base`: the id of BGP_ORIGIN. */
bool bgp_block_of(const struct attrs *attrs, attr_id base, struct value *block);

/* AIGP (RFC 7311 §3): the metric in the first TLV that has one, false: none has; one that
 * grew, to no more than there is; a TLV. */
#define BGP_AIGP_SIZE 11
bool bgp_aigp_find(const void *bytes, size_t size, uint64_t *metric);
uint64_t bgp_aigp_add(uint64_t metric, uint32_t distance);
size_t bgp_aigp_write(uint8_t to[static BGP_AIGP_SIZE], uint64_t metric);

/* dump.c: the hook attributes_dump(). */
bool bgp_attributes_dump(const struct attrs *attrs, attr_id base, struct wire_out *out);

/* config.c, channel_config.c */
extern const struct conf_schema bgp_schema, bgp_channel_schema;
/* `<switch:1>`, perhaps `aware:2`: an enum bgp_switch at the row's offset. */
enum { BGP_TAG_SWITCH = 1, BGP_TAG_AWARE };
const char *bgp_switch_take(struct conf_call *call);
void bgp_switch_print(struct text *text, const void *field);

/* check.c */
/* A channel of ours begins without policies: towards another AS none is a preset. */
void bgp_channel_preset(struct channel_config *channel);
/* What is wrong; if nothing is, the terms are filled in. */
void bgp_check(void *config, struct conf_check *check);

#endif
