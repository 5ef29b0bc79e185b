/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Channels: the joint between a protocol and a table.  Import: filter, limits,
 * preference, table.  Export: the table's journal, filter, limits, protocol.  A channel
 * knows which nodes (or routes) it has told its protocol about.
 *
 *          start            feed done
 *   DOWN ---------> FEEDING ---------> UP
 *     ^                |               |  refeed: back to FEEDING
 *     '----------------+---------------'
 *             stop: the table forgets its routes, the protocol is told nothing more but,
 *             if the channel drains, that all it was told is withdrawn
 */
#ifndef NEST_CHANNEL_H
#define NEST_CHANNEL_H

#include "lib/list.h"
#include "nest/filter.h"
#include "nest/rejections.h"
#include "nest/table.h"
#include "nest/timer.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config;
struct cover;
struct protocol;
struct protocol_config;
struct conf_schema;
struct out;

enum limit_action { LIMIT_WARN, LIMIT_BLOCK, LIMIT_RESTART, LIMIT_DISABLE };
struct limit {
	uint32_t count;
	uint32_t action; /* enum limit_action */
	bool on;         /* Else there is none. */
};
enum limit_kind { LIMIT_RECEIVE, LIMIT_IMPORT, LIMIT_EXPORT, LIMIT_KINDS };

struct channel_preference {
	bool said; /* Else the protocol's own. */
	uint16_t value;
};

struct channel_config {
	struct list link; /* In the protocol's configuration. */
	const char *name; /* Null: the net type's. A pipe's two channels differ by it. */
	uint8_t type;     /* enum net_type */
	struct channel_preference preference;
	const char *table;                    /* Null: the default table of the type. */
	const struct filter *import, *export; /* Null: all. */
	struct limit limits[LIMIT_KINDS];
	bool keep_filtered; /* `import keep filtered` */
	bool rpki_reload;
	bool is_model; /* For what is made of it (spawn.h): the instance has none. */
	unsigned debug;
	uint32_t written; /* Which of the text's channels, for who reads it; 0: none. */
	/* What the protocol's own channel rows fill (its schema says). */
	const void *more;
};
/* The rows every channel has; a protocol may add its own (protocol_class.channel_schema).
 */
extern const struct conf_schema channel_schema;

enum channel_state { CHANNEL_DOWN, CHANNEL_FEEDING, CHANNEL_UP };

/* BIRD's counters, per direction updates and withdraws. */
struct channel_counters {
	uint64_t received, rejected, filtered, ignored, accepted;
};

struct channel {
	struct list link; /* In its protocol. */
	struct protocol *protocol;
	struct table *table;
	const struct channel_config *config;
	/* "ipv4", "ipv6-sadr", …: the net type unless the protocol renames it. */
	const char *name;
	enum channel_state state;
	enum reader_mode mode; /* Preset: best; see channel_set_mode(). */
	/* False: nothing is exported, no reader. Preset: the class has a route_event. */
	bool exports;
	/* Set by the protocol before start: routes are kept as they were received, too,
	 * so that another import policy needs no announcement; what it refuses is kept as
	 * with `import keep filtered`. Preset: false. */
	bool keeps_received;
	/* Set by the protocol before start: it is told nothing while recovery holds its
	 * type. Preset: false. */
	bool defers;
	/* Set by the protocol before start, or before channel_reorder(): how ranks order
	 * its routes.  Preset: null. */
	const struct rank_order *rank_order;
	/* Set by the protocol in its stop(): what it was told is withdrawn before it is
	 * down.  It may pause that. Preset: false. */
	bool drains;
	bool awaited; /* recovery.c: the end of a restart waits for it. */
	/* Routes now: in the table, of these the best of their node; refused but kept;
	 * told. */
	uint32_t imported, preferred, filtered, exported;
	struct channel_counters import_updates, import_withdraws, export_updates,
		export_withdraws;
	/* Routes that were judged anew because a policy, or a roa table that it reads,
	 * changed. */
	uint64_t import_reviews, export_reviews;
	/* What the import policy turned away since it is in force. */
	struct rejections import_rejections;
	struct channel_private *private;
};

/* ---- import ---- */

/* One route from a protocol. */
struct route_update {
	const struct prefix *net;
	struct attrs *attrs; /* Borrowed; null: withdrawn. */
	uint32_t metric;
	uint32_t path_id; /* 0 where there is only one path. */
};

/* Announces and withdraws, in order. May be called at any time while the channel is not
 * down; never calls back. */
void channel_import(struct channel *channel, const struct route_update *updates,
		    size_t count);
/* What is not imported again between begin and end is withdrawn after the end.  Pairs
 * nest: the outermost end counts. */
void channel_refresh_begin(struct channel *channel);
void channel_refresh_end(struct channel *channel);
/* A refresh that has begun begins anew: what was imported since is stale, too.
 * `drops`: what was so before goes at once. */
void channel_refresh_again(struct channel *channel, bool drops);
/* Gives stale routes another set of attributes, budgeted, past the import policy; also
 * those that are judged anew before the refresh ends.  `revise` tells which, a use of it
 * is given away; null: the route goes. */
void channel_revise_stale(struct channel *channel,
			  struct attrs *(*revise)(struct channel *, struct attrs *));
/* Withdraws all the channel imported (in budgeted pieces). */
void channel_flush(struct channel *channel);

/* ---- export ---- */

/* What a protocol is told: the state of one destination (READER_BEST, READER_MERGED) or
 * one route (READER_ANY). */
struct route_change {
	const struct prefix *net;
	node_handle node;
	route_handle route; /* READER_ANY; else the best's. */
	/* After the filter; null: withdrawn. Borrowed for the call. */
	const struct attrs *attrs;
	uint32_t metric; /* After the filter. */
	/* Who imported it; null on withdrawals.  Jobs that are scheduled while this is
	 * told find it still there, and its protocol not down. */
	const struct channel *from;
	uint32_t changed; /* As in struct route. */
	bool again;       /* Told before; an update, not news. */
};

/* What the protocol is told of a node.  Where it runs already all is told anew: the
 * protocol has to forget what it was told. */
void channel_set_mode(struct channel *channel, enum reader_mode mode);
/* No more route_event until resumed: the protocol's output is full. The journal waits;
 * memory stays flat. */
void channel_pause(struct channel *channel);
void channel_resume(struct channel *channel);
/* Its output is full; of a member of an export group, that it keeps the others waiting.
 */
bool channel_is_paused(const struct channel *channel);
/* Changes of the table that its protocol has not been told of yet, at most. */
uint64_t channel_behind(const struct channel *channel);
/* The policy lets routes out to the protocol. */
bool channel_is_told(const struct channel *channel);
/* Tells everything again, budgeted; protocol_class.feed_end is called after the last. */
void channel_refeed(struct channel *channel);
/* Tells one destination again (what the kernel lost, say). */
void channel_retell(struct channel *channel, const struct prefix *net);
/* Tells again what lies in the prefixes, budgeted. Holds them. */
void channel_retell_within(struct channel *channel, struct cover *which);
/* The protocol has been told a route to this node and no withdrawal since. */
bool channel_has_exported(const struct channel *channel, node_handle node);
/* Prepares a draft of the route for this channel's export filter. */
void channel_export_draft(const struct channel *channel, const struct route *route,
			  struct route_draft *draft, struct attrs_draft *scratch);
/* How this channel's export filter judges the route now (for `show route export`). */
enum filter_verdict channel_export_verdict(struct channel *channel,
					   const struct route *route,
					   struct route_draft *draft,
					   struct attrs_draft *scratch);

/* ---- life, called by protocol.c ---- */

struct channel *channel_new(struct protocol *protocol,
			    const struct channel_config *config);
void channel_start(struct channel *channel);
/* Recovery holds it no longer: tells what there is. */
void channel_release(struct channel *channel);
/* Down: flushes imports; `keep_stale` (graceful restart): leaves them, marked stale. */
void channel_stop(struct channel *channel, bool keep_stale);
/* Its routes are gone from the table, it is drained, and may be freed. */
bool channel_is_flushed(const struct channel *channel);
void channel_free(struct channel *channel);
/* A new configuration whose table and type are the same.  Where the import policy is
 * another one, all is imported anew; where the export policy is, the protocol is told
 * what differs.  `former` is what the configuration until now is part of: it is held as
 * long as its policy is needed to see that.  Null: it outlives the channel. */
void channel_reconfigure(struct channel *channel, const struct channel_config *config,
			 struct config *former);
/* What channel_reconfigure() would look at again. */
struct channel_effect {
	bool import; /* All that the protocol announces. */
	bool export; /* All that the table has. */
};
struct channel_effect channel_effect_of(const struct channel *channel,
					const struct channel_config *config);
/* Takes the policies of a new configuration for what comes from now on and looks at
 * nothing again (`configure soft`). */
void channel_soften(struct channel *channel, const struct channel_config *config);
/* What `protocol` configures for this channel; null: nothing. */
const struct channel_config *channel_config_find(const struct protocol_config *protocol,
						 const struct channel *channel);
/* The channel, or a policy it still needs, refers to the table. */
bool channel_uses(const struct channel *channel, const struct table *table);
/* So many routes the limit allows are there; what comes more, it acts on. */
bool channel_is_at_limit(const struct channel *channel, enum limit_kind kind);
/* "receive", "block" */
const char *limit_kind_name(enum limit_kind kind);
const char *limit_action_name(enum limit_action action);
/* A limit is reached that restarts or disables the protocol. */
bool channel_is_beyond_limit(const struct channel *channel);
/* What decides between its routes and others changed: they are ordered anew (in budgeted
 * pieces). */
void channel_reorder(struct channel *channel);
/* The preference its routes get. */
uint16_t channel_preference(const struct channel *channel);
/* Runs the import policy anew, over what was received if that is kept; else the protocol
 * is to announce again, and if it can't it is restarted. */
void channel_reimport(struct channel *channel);
/* The same where what the protocol makes of what it hears is another, too (preference, or
 * an option of its own): it is to announce again, whatever is kept. */
void channel_renew(struct channel *channel);
void channel_audit(const struct channel *channel);
/* The state as text: DOWN FEED UP … as BIRD names it. */
const char *channel_state_name(const struct channel *channel);

#endif
