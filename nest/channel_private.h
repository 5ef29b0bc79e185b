/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of channel.h, shared by channel.c (life), channel_import.c,
 * channel_reimport.c, channel_export.c, channel_tell.c, channel_roa.c, export_group.c,
 * export_join.c and filter_run.c.
 */
#ifndef NEST_CHANNEL_PRIVATE_H
#define NEST_CHANNEL_PRIVATE_H

#include "lib/macros.h"
#include "nest/channel.h"
#include "nest/cover.h"
#include "nest/handle_set.h"

/* A path id this channel imports under, and what the table calls it. */
struct channel_source {
	uint32_t path_id;
	uint16_t source;
};

/* What of a node the protocol is told. */
enum telling {
	TELL_NEWS,     /* It changed; of all its routes those that did. */
	TELL_AGAIN,    /* All, whatever was told. */
	TELL_VERDICTS, /* What is accepted now and was not told, and the other way
			  around. */
	TELL_OUTCOMES /* What the filter makes of it otherwise than the former one did. */
};

static inline bool
tell_compares(enum telling how)
{
	return how == TELL_VERDICTS || how == TELL_OUTCOMES;
}

struct channel_private {
	struct channel *channel;
	/* Import. */
	struct channel_source *sources; /* Sorted by path id. */
	uint32_t source_count, source_room;
	usec_t sourceless_told; /* When it was told that the table has no source left. */
	/* Where the next prefix is looked for first: tables are told in the same order
	 * again, in a refresh, by a neighbour that is back or by the next one. */
	node_handle next;
	unsigned refreshes;  /* Begun and not ended. */
	bool sweeping;       /* Stale routes are being withdrawn. */
	uint32_t swept;      /* So many of them until now. */
	bool dropping;       /* Doomed ones are, as a refresh has begun anew. */
	uint32_t sweep_path; /* The path id that is being swept; lower ones are done. */
	bool flushing;       /* All routes are being withdrawn: the channel is down. */
	/* All is to be judged anew, from this route on; or what lies in these prefixes.
	 */
	bool reimporting;
	bool renewing; /* The protocol is asked to announce again. */
	route_handle reimport_at;
	struct cover *reimport_which; /* Held. */
	struct cover_walk reimport_walk;
	bool reimport_walks;
	/* How stale routes are revised, also when they are judged anew, until the refresh
	 * is over; null: they aren't.  They are walked for that from this one on. */
	struct attrs *(*revise)(struct channel *, struct attrs *);
	bool revising;
	route_handle revise_at;
	bool limit_hit[LIMIT_KINDS]; /* Logged, and not below since. */
	uint8_t limit_kind;          /* Which one is to be acted on. */
	bool limit_due;
	struct job import_job;
	char *order_name; /* The protocol's name that ties were decided by. */
	/* Export. */
	struct table_reader reader;
	bool has_reader; /* It is told of changes: by this reader, if it is alone. */
	bool paused;
	bool feeding;
	enum telling feed; /* What a feed under way tells. */
	node_handle feed_at;
	struct handle_set told; /* Nodes; routes where all are told (READER_ANY). */
	/* The channel is down, and what was told is being withdrawn, from this one on. */
	bool draining;
	uint32_t drain_at;
	/* While TELL_OUTCOMES: by what it was told, and what that is part of, held. */
	bool has_former;
	const struct filter *former;
	struct config *former_config;
	bool is_mixed;       /* Not all was told by one policy (`configure soft`). */
	struct list reviews; /* struct export_review, in their order */
	node_handle *retell;
	uint32_t retell_count, retell_room;
	struct job export_job;
	/* Null: alone.  Else the group reads, and knows what was told. */
	struct export_group *group;
	uint16_t group_number;
	bool group_waits;  /* The group waits for it. */
	bool group_sought; /* It looks for one once it has been told all. */
	/* Roa tables that the filters read. */
	struct channel_roa **roas;
	uint32_t roa_count;
	struct timer roa_timer;
};

/* A limit was reached: says so once, and plans what follows. False: the route is blocked.
 */
bool channel_limit_hit(struct channel *channel, enum limit_kind kind);
/* Below the limit again. */
void channel_limit_clear(struct channel *channel, enum limit_kind kind);

/* What of it goes into the log: enum protocol_debug. */
unsigned channel_debug(const struct channel *channel);
/* A line about a route; call it only where the bit is set. */
void channel_trace(const struct channel *channel, const char *what,
		   const struct prefix *net);

/* channel_import.c */
/* The set with preference and source where the protocol left them open: the same, or
 * another; a use of it is the caller's. */
struct attrs *channel_attrs_fill(const struct channel *channel, struct attrs *given);
#define IMPORT_BATCH 64u
/* One batch of channel_import(), IMPORT_BATCH at most; `flags`: ROUTE_STALE for those
 * that are to stay so, null: none. */
void import_run(struct channel *channel, const struct route_update *updates,
		const uint16_t *flags, size_t count);
void import_init(struct channel *channel);
void import_stop(struct channel *channel, bool keep_stale);
void import_fini(struct channel *channel);

/* channel_reimport.c */
/* Has imported routes judged anew that lie in the prefixes, which it holds. */
void reimport_within(struct channel *channel, struct cover *which);
/* Routes can be judged anew without a restart of the protocol. */
bool reimport_can(const struct channel *channel);
/* Some of what is to be judged anew; true: there is more. */
bool reimport_run(struct channel *channel, unsigned budget);
void reimport_stop(struct channel *channel);
/* Some of what is to be revised; true: there is more. */
bool revise_run(struct channel *channel, unsigned budget);
/* What is stale stays as it is from now on. */
void revise_stop(struct channel *channel);

/* channel_export.c */
void export_init(struct channel *channel);
void export_start(struct channel *channel);
void export_stop(struct channel *channel);
/* The same once all that was told is withdrawn. */
void export_drain(struct channel *channel);
/* The policy was `former`, which is part of `config`: tells what is otherwise now. */
void export_refilter(struct channel *channel, const struct filter *former,
		     struct config *config);
/* The policy is the same and judges otherwise than it did, all (null) or what lies in the
 * prefixes, which it holds: tells what is otherwise as far as that can be known. */
void export_review(struct channel *channel, struct cover *which);
/* A review is under way. */
bool export_is_reviewing(const struct channel *channel);
/* A limit is wider: tells what it held back. */
void export_widen(struct channel *channel);
/* Its reader was copied from another: it wakes the channel. */
void export_reader_own(struct channel *channel);

/* channel_roa.c */
void roa_init(struct channel *channel);
/* The channel goes up, or has another policy: follows the tables that it reads, those it
 * followed before from where it was. */
void roa_start(struct channel *channel);
void roa_stop(struct channel *channel);
/* A change of a table that the export policy reads has not been looked at yet. */
bool roa_is_due(const struct channel *channel);
/* What followed of a change is done: looks at what changed meanwhile. */
void roa_look(struct channel *channel);

/* The filter may change what it accepts; null does not. */
bool filter_writes(const struct filter *filter);

/* What a filter makes of a node's routes tells what the protocol is told of it: of the
 * best one, or of several. */
static inline bool
channel_tells_best(const struct channel *channel)
{
	return channel->mode != READER_MERGED && channel->mode != READER_ACCEPTED;
}

/* A filter run over many routes, some of which look alike to it. */
struct filter_item {
	struct route_draft draft;
	struct attrs_draft scratch;
	bool is_judged; /* Or needs no judgement: left alone. */
	enum filter_verdict verdict;
	struct attrs *attrs; /* The outcome if accepted: a use is the item's. */
};
#define FILTER_BATCH 64
/* Runs `filter` (null: accepts) over up to FILTER_BATCH items, whose drafts are filled in
 * but for router and scratch. */
void filter_items_run(struct router *router, const struct filter *filter,
		      struct filter_item *items, size_t count);
/* Gives the outcomes back. */
void filter_items_fini(struct router *router, struct filter_item *items, size_t count);

/* A route of a node on its way through an export filter (export_place.h). */
struct export_place {
	struct prefix net;
	node_handle node;
	route_handle route; /* 0: there is none, it is withdrawn. */
	uint32_t changed;
	bool is_refused; /* The protocol does not want it, whatever the policy. */
};

/* channel_tell.c: what is to be judged and told next.  On the stack of a job. */
struct tell_batch {
	struct channel *channel;
	size_t count;
	unsigned extra; /* Routes that were looked at where a node has several. */
	bool is_review; /* What is added is judged anew. */
	unsigned debug; /* enum protocol_debug */
	struct filter_item items[FILTER_BATCH];
	struct tell_place {
		struct export_place at;
		uint32_t key; /* What the set of told ones knows it by. */
		enum telling how;
		bool is_same; /* It was told just so. */
	} places[FILTER_BATCH];
};

/* The protocol is never told the route, whatever the policy. */
bool channel_refuses(const struct channel *channel, const struct route_draft *draft);
/* Why; null: it is not refused. */
const char *channel_refusal(const struct channel *channel,
			    const struct route_draft *draft);

void tell_begin(struct tell_batch *batch, struct channel *channel);
/* There is room for one more.  The protocol may be told what is in the batch at once, and
 * act; false: it ended or paused the channel by that, and the node is yet to be told. */
bool tell_node(struct tell_batch *batch, node_handle node, enum telling how);
/* There is room for one more, and it was told of this one: withdraws it. */
void tell_gone(struct tell_batch *batch, uint32_t key);
void tell_flush(struct tell_batch *batch);

#endif
