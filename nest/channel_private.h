/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of channel.h, shared by channel.c (life), channel_import.c and
 * channel_export.c.
 */
#ifndef NEST_CHANNEL_PRIVATE_H
#define NEST_CHANNEL_PRIVATE_H

#include "lib/macros.h"
#include "nest/channel.h"

/* A path id this channel imports under, and what the table calls it. */
struct channel_source {
	uint32_t path_id;
	uint16_t source;
};

/* A growing set of handles. */
struct handle_set {
	uint64_t *words;
	uint32_t word_count;
};

struct channel_private {
	struct channel *channel;
	/* Import. */
	struct channel_source *sources; /* Sorted by path id. */
	uint32_t source_count, source_room;
	unsigned refreshes; /* Begun and not ended. */
	bool sweeping;      /* Stale routes are being withdrawn. */
	bool flushing;      /* All routes are being withdrawn: the channel is down. */
	bool reimporting;   /* The protocol is to announce all again. */
	bool limit_hit[LIMIT_KINDS]; /* Logged, and not below since. */
	uint8_t limit_kind;          /* Which one is to be acted on. */
	bool limit_due;
	struct job import_job;
	char *order_name; /* The protocol's name that ties were decided by. */
	/* Export. */
	struct table_reader reader;
	bool has_reader;
	bool paused;
	bool feeding;
	node_handle feed_at;
	struct handle_set told; /* Nodes; routes where all are told (READER_ANY). */
	node_handle *retell;
	uint32_t retell_count, retell_room;
	struct job export_job;
	/* Roa tables that the filters read. */
	struct channel_roa *roas;
	uint32_t roa_count;
	struct timer roa_timer;
};

static inline bool
handle_set_has(const struct handle_set *set, uint32_t handle)
{
	return handle / 64 < set->word_count &&
	       (set->words[handle / 64] >> (handle % 64) & 1) != 0;
}

void handle_set_put(struct handle_set *set, uint32_t handle, bool is_in);
void handle_set_fini(struct handle_set *set);

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
void import_init(struct channel *channel);
void import_stop(struct channel *channel, bool keep_stale);
void import_fini(struct channel *channel);

/* channel_export.c */
void export_init(struct channel *channel);
void export_start(struct channel *channel);
void export_stop(struct channel *channel);

/* channel_roa.c; starting again looks at the filters anew. */
void roa_init(struct channel *channel);
void roa_start(struct channel *channel);
void roa_stop(struct channel *channel);

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

#endif
