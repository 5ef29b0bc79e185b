/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocols: class (a const table of functions), configuration (typed, read-only),
 * instance.
 *
 *              start() = 0                 protocol_set_state(UP)
 *    DOWN ----------------> STARTING ------------------------------> UP
 *     ^                        |                                      |
 *     |   flushed              v     stop (disable, restart, gone)    v
 *     '--------------------- STOPPING <-------------------------------'
 *
 * Only protocol_set_state() changes the state.  stop() is called on the way into
 * STOPPING; the instance leaves it when its channels have no routes left in the tables;
 * then its pool is freed whole.
 */
#ifndef NEST_PROTOCOL_H
#define NEST_PROTOCOL_H

#include "lib/list.h"
#include "nest/channel.h"
#include "nest/link.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct bird_node;
struct bird_reply;
struct router;
struct pool;
struct out;
struct protocol;
struct route_draft;
struct nexthop;
struct wire_out;
struct command;
struct conf_check;
struct cover;
struct conf_schema;
struct conf_diff;
struct export_group_ops;

enum protocol_state { PROTOCOL_DOWN, PROTOCOL_STARTING, PROTOCOL_UP, PROTOCOL_STOPPING };

enum protocol_debug { /* `debug { … }` bits, BIRD's. */
		      DEBUG_STATES = 1 << 0,
		      DEBUG_ROUTES = 1 << 1,
		      DEBUG_FILTERS = 1 << 2,
		      DEBUG_INTERFACES = 1 << 3,
		      DEBUG_EVENTS = 1 << 4,
		      DEBUG_PACKETS = 1 << 5,
		      DEBUG_ALL = 0x3f
};

/* First member of every protocol's configuration struct. */
struct protocol_config {
	struct list link;     /* In the configuration, in file order. */
	struct config *whole; /* The configuration it is part of; held by its instance. */
	const struct protocol_class *class;
	const char *name;
	bool generated; /* The name is ours ("static1"): matched by content. */
	bool disabled;
	bool has_router_id;
	uint32_t router_id;
	const char *description; /* Null: none. */
	const char *hostname;    /* Null: the router's. */
	unsigned debug;          /* enum protocol_debug */
	unsigned mrtdump;        /* enum mrt_what */
	struct list channels;    /* struct channel_config */
	uint32_t line;           /* Where it stands, for messages. */
	const char *file;
	struct arena *own; /* A child's (spawn.h): where it lives; null: in the whole. */
};
/* The rows every protocol has (disabled, debug, description, router id, …). */
extern const struct conf_schema protocol_schema;

/* Base, first member of every instance. */
struct protocol {
	struct list link; /* In the router, in configuration order. */
	/* Takes effect once it is down; null: none. */
	const struct protocol_config *next;
	struct router *router;
	const struct protocol_class *class;
	/* Begins the class' own configuration struct. */
	const struct protocol_config *config;
	char *name;
	enum protocol_state state;
	bool disabled;           /* By the configuration or `disable`. */
	bool restarting;         /* Goes up again once it is down. */
	bool removing;           /* Is freed once it is down. */
	unsigned debug, mrtdump; /* Of the configuration, until commands say otherwise. */
	struct list channels;    /* struct channel */
	struct pool *pool;       /* What start() and later made; freed whole when DOWN. */
	usec_t since;            /* Of the last change of state; monotonic. */
	/* Why it is in this state, for `show protocols`; null: nothing to say. */
	char *message;
	attr_id attr_base; /* Of class->attrs. */
	struct protocol_private *private;
	struct spawn *spawn; /* What makes it a child, spawn.h; null: it is configured. */
	struct list children; /* struct spawn */
};

enum audit_depth { AUDIT_LIGHT, AUDIT_FULL };

/* Who is at the other end. */
struct protocol_neighbour {
	struct addr addr; /* addr_any: nobody in particular. */
	uint32_t asn;     /* 0: none. */
};

struct protocol_class {
	const char *name, *doc; /* Configuration keyword and command word: "babel". */
	/* BIRD's name, where it is not the same with a capital: "BGP"; else null. */
	const char *title;
	size_t size; /* Of the instance. */
	/* So many bytes at its end stay as they are when it starts anew; the others are
	 * zeroed.  What they own goes with the instance: forget(); null: nothing. */
	size_t kept;
	void (*forget)(struct protocol *);
	/* Of the configuration; protocol_schema's rows are added. */
	const struct conf_schema *schema;
	/* Rows of its own in channels, into channel_config.more; null: none. */
	const struct conf_schema *channel_schema;
	const struct attr_class *attrs; /* Ends with a null name; null: none. */
	/* What an attribute is like that a configuration declares by its number
	 * (`attribute bgp 42 bytestring NAME`); `name`, `doc` and `number` are the
	 * declaration's.  Null: there are none. */
	const struct attr_class *attr_numbered;
	/* The name that a number has already, null if it is free. */
	const char *(*attr_number_taken)(uint8_t number);
	const struct command *commands; /* Ends with null words; null: none. */
	uint32_t families;              /* NET_BIT()s it can have channels for. */
	uint16_t preference;
	uint8_t source;      /* enum route_source of what it imports. */
	bool uses_router_id; /* Is restarted when the router's id changes. */
	/* This build reads the class' configurations, but what they ask for is not in it:
	 * why instances stay down ("this build has no BFD sessions"). Null: they run. */
	const char *inert;
	/* An IGP.  It is told no routes of BGP, whatever its policy, while there is an
	 * instance of a class that guards IGPs, running or not. */
	bool is_interior, guards_interior;
	enum {
		CHANNELS_WRITTEN, /* Only channels that are written. */
		CHANNELS_PRESET,  /* One for each of its families, written or not. */
		CHANNELS_ANY /* Exactly one, of any type; its rows may stand at protocol
				level (pipe, static …). */
	} channels;

	/* One of its channels may be ipv6 and another ipv6 sadr where they should be of
	 * one type. */
	bool joins_sources;

	/* Other presets of its channels than the rows' (import all, export none); null:
	 * those.  Each channel is given here once it is made. */
	void (*channel_preset)(struct channel_config *channel);
	/* All configured: says what is wrong that rows alone can't see. Null: nothing. */
	void (*check)(void *config, struct conf_check *check);
	/* Makes the instance run; UP at once, or later by protocol_set_state(). A
	 * negative errno keeps it DOWN. */
	int (*start)(struct protocol *);
	/* Lets go of the world (sockets, timers); routes are the channels' care. */
	void (*stop)(struct protocol *);
	/* At most LIVE and REFEED items differ; protocol->config and the channels' are
	 * the new ones already, `old` is the former.  Also called where nothing differs:
	 * what points into `old` must let go of it. */
	void (*reconfigure)(struct protocol *, const void *old, const struct conf_diff *);
	void (*link_event)(struct protocol *, struct link *, enum link_event);
	/* Address of an interface changed (null: not interested). */
	void (*address_event)(struct protocol *, struct interface *,
			      const struct sys_address *, bool gone);
	/* What a child of its (spawn.h) runs by, made in the arena of the parent's
	 * configuration by spawn_config_copy() and of what the child was made with;
	 * called again when the parent has a new one.  Null: it makes no children. */
	struct protocol_config *(*child_configure)(const struct protocol *parent,
						   const void *detail,
						   struct arena *arena);
	/* A child's state is another one; it is not to be changed from here.  Null: the
	 * parent does not care. */
	void (*child_event)(struct protocol *parent, const struct protocol *child);
	/* The router ends at once, by router_free() (it leaves for a restart, see
	 * router_leave(), or a test is over), perhaps while the instance stops: lets go
	 * of sockets and files, says no good-byes, but for one without which a restart
	 * is a failure to the neighbour (bfd).  Null: stop() is called. */
	void (*abandon)(struct protocol *);
	/* Stopping takes time (a queue that drains, say): false until it is over, then
	 * calls protocol_channel_flushed(). Null: stop() was all. */
	bool (*is_stopped)(const struct protocol *);
	/* Asked before the export filter: why the route is never told there, whatever the
	 * policy ("it came from there"); null: it may be. Null hook: all may. */
	const char *(*refusal)(const struct channel *, const struct route_draft *);
	/* What changed, after the export filter. Never below channel_import() on the
	 * stack.  Also while it stops, where a channel drains. */
	void (*route_event)(struct protocol *, struct channel *,
			    const struct route_change *changes, size_t count);
	/* Some of its channels are told as one, by these instead of route_event(); null:
	 * each is told for itself (see export_group.h). */
	const struct export_group_ops *group_ops;
	/* A feed of this channel is complete; what was exported before and not told again
	 * is void. */
	void (*feed_end)(struct protocol *, struct channel *);
	/* A refresh is complete: so many routes that had not come again are gone. */
	void (*swept)(struct protocol *, struct channel *, uint32_t count);
	/* By channel_import(), from below it: a route that the table had is gone, or is
	 * another one.  Not where only the policy is another. */
	void (*flapped)(struct protocol *, struct channel *,
			const struct route_update *update);
	/* Announce again through channel_import(), for the import policy judges otherwise
	 * now: all, between channel_refresh_begin() and _end(); or, where `which` is not
	 * null, at least what lies in these prefixes (hold them to do it later). */
	void (*reimport)(struct protocol *, struct channel *, struct cover *which);
	/* reimport() asks a neighbour, whose answer comes later: there is no refresh
	 * around it, and what was announced stays till then. */
	bool reimports_later;
	/* Which of two routes of this class is better: < 0 the first. Called after
	 * preference was equal; total, or see route_select.  Beyond 1 either way: by
	 * something so weighty that neither route_select nor route_contest would say
	 * otherwise.  Not asked where a rank_order of the channels has said as much. */
	int (*route_compare)(const struct contender *, const struct contender *);
	/* Optional, where that is not all (BGP's MED): the node's best, where `first` is
	 * it by the order alone, and of this class. */
	route_handle (*route_select)(const struct table *, node_handle,
				     route_handle first);
	/* With it: what it means for the best of a node that another route comes or goes,
	 * both of this class and of one preference; `order`: what route_compare() says
	 * of `route` and `best`. */
	enum route_contest (*route_contest)(const struct contender *best,
					    const struct contender *route, int order,
					    bool comes);
	/* Routes of an earlier run may be where it writes: before it is UP it looks for
	 * them, and tells recovery_found(). */
	bool finds_remains;
	/* What it wrote stays when the daemon leaves (SIGTERM), for the next one to find.
	 * Null: it does not. */
	bool (*leaves_remains)(const struct protocol *);
	/* Whether there is something to come back to is known now, or that is over. */
	void (*recovery_event)(struct protocol *);
	/* It has imported all that it knows of. Null: it does so at once. */
	bool (*has_told_all)(const struct protocol *);
	/* For filters: who announced the route, where it comes from this protocol, or is
	 * told it.  False: nobody in particular. Null: always. */
	bool (*neighbour)(const struct protocol *, const struct route_draft *,
			  struct protocol_neighbour *);
	/* The path attributes of a set of any origin that has some of class->attrs, as a
	 * dump of the table wants them (RFC 6396 §4.3.4): in wire form (RFC 4271 §4.3,
	 * AS numbers of four bytes), an IPv6 next hop as an MP_REACH_NLRI of nothing
	 * else.  `base`: the id of the first of class->attrs.  False: it has none of
	 * them.  Null: nobody can have any. */
	bool (*attributes_dump)(const struct attrs *attrs, attr_id base,
				struct wire_out *out);
	/* Which of two sets of any origin is better by what they have of class->attrs,
	 * whoever gave them: < 0 the first.  Total.  Null: none is. */
	int (*attributes_compare)(const struct attrs *, const struct attrs *,
				  attr_id base);
	/* Both may share traffic (kernel `merge paths`); null: never. */
	bool (*route_mergable)(const struct contender *, const struct contender *);
	/* Which protocol the routes of a source are from, as they are only passed on
	 * (pipe); null if that one is gone. No hook: they are the protocol's own. */
	const struct protocol *(*origin)(const struct channel *, uint32_t path_id);
	/* By what the first is better, where route_compare() or route_select() says it
	 * is: "metric 96 against 192". Null: nothing more can be said. */
	void (*compare_explain)(const struct table *, const struct route *better,
				const struct route *worse, struct text *);
	/* What it announces for one destination now: calls `heard` with each update as it
	 * would go to channel_import(), and changes nothing.  Null: it can't tell. */
	void (*recall)(struct protocol *, struct channel *, const struct prefix *net,
		       void (*heard)(void *context, const struct route_update *),
		       void *context);
	/* What it knows of a destination, announced or not: an object without a key, for
	 * a list that is open.  False: nothing; `out` null: it is asked no more than
	 * that. */
	bool (*explain_known)(const struct protocol *, const struct channel *,
			      const struct prefix *net, struct out *out);
	/* What became of a route that it was told: keys and values. */
	void (*explain_told)(const struct protocol *, const struct channel *,
			     const struct prefix *net, struct out *);
	/* The bracket and parenthesis of `show route`, as BIRD prints it: " (130/96)
	 * [00:…]". */
	void (*route_info)(const struct table *, const struct route *, struct text *);
	/* show() and status() have something to say in any state, not only UP. */
	bool tells_always;
	/* Rows of `show protocols all`. */
	void (*show)(const struct protocol *, struct out *);
	/* Of a channel, into its object. */
	void (*channel_show)(const struct channel *, struct out *);
	/* BIRD's lines of `show protocols all`, from the row of that command; null: the
	 * channels'. */
	void (*bird_show)(struct bird_reply *, const struct bird_node *row);
	/* One word or two for the Info column; null: none.  subscribe_changed() tells
	 * that they are others now. */
	const char *(*status)(const struct protocol *);
	/* Abort on a broken invariant. */
	void (*audit)(const struct protocol *, enum audit_depth);
};

/* ---- life
 * -------------------------------------------------------------------------------------
 */

/* An instance in DOWN; goes up by protocol_enable(). */
struct protocol *protocol_new(struct router *router,
			      const struct protocol_config *config);
/* The only place that changes protocol->state; tells channels, logs, counts. */
void protocol_set_state(struct protocol *protocol, enum protocol_state state);
void protocol_enable(struct protocol *protocol);
void protocol_disable(struct protocol *protocol, const char *message);
void protocol_restart(struct protocol *protocol, const char *message);
/* Down, then freed. */
void protocol_remove(struct protocol *protocol);
/* What shows in Info; printf-like; null clears. */
void protocol_message(struct protocol *protocol, const char *format, ...)
	PRINTF_LIKE(2, 3);
struct protocol *protocol_find(const struct router *router, const char *name);
/* Which protocol the routes of a channel under a path id are from: its own, or the one
 * before all pipes. */
const struct protocol *protocol_origin(const struct channel *channel, uint32_t path_id);
struct channel *protocol_channel(const struct protocol *protocol, enum net_type type);
const char *protocol_state_name(
	enum protocol_state state); /* "down", "start", "up", "stop" */
/* LOG lines get "NAME: " in front; debug lines only if the bit is on. */
void protocol_log(const struct protocol *protocol, enum log_class class,
		  const char *format, ...) PRINTF_LIKE(3, 4);
void protocol_trace(const struct protocol *protocol, enum protocol_debug bit,
		    const char *format, ...) PRINTF_LIKE(3, 4);
/* STARTING or UP: hooks may be called. */
bool protocol_is_running(const struct protocol *protocol);
/* A channel has no routes left: a stopping protocol may be down now. */
void protocol_channel_flushed(struct protocol *protocol);
/* The instance takes a new configuration of its class; `diff` says what it costs, and
 * that is done. */
void protocol_reconfigure(struct protocol *protocol, const struct protocol_config *config,
			  const struct conf_diff *diff);
/* For the router: starts what waited for the first interface scan; stops and removes all;
 * frees all at once. */
void protocol_start_all(struct router *router);
void protocol_stop_all(struct router *router);
void protocol_free_all(struct router *router);
/* Writes what the first class that knows any has as path attributes of the set; see
 * attributes_dump().  False: there are none. */
bool protocol_attributes_dump(const struct router *router, const struct attrs *attrs,
			      struct wire_out *out);
/* Which of two sets is better by their attributes alone: < 0 the first, 0: neither is,
 * by what any class says (attributes_compare). */
int protocol_attributes_compare(const struct router *router, const struct attrs *a,
				const struct attrs *b);
/* The router id in force for it. */
uint32_t protocol_router_id(const struct protocol *protocol);

#endif
