/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Route tables.  A node is one destination; its routes hang in a chain, the best first.
 * Nodes and routes are slabs addressed by 32-bit handles; the key of a node is as wide as
 * the table's net type needs. Routes come from chunks of their source, so that a lost
 * peer is not a table walk.
 *
 * A change is written to the journal: a node handle per entry, a node knows its newest
 * position, readers skip stale entries.  Readers (export channels, next-hop resolution,
 * `subscribe`) follow at their own pace; one that is too far behind gets a budgeted feed
 * instead, so a stuck reader pins no memory.
 */
#ifndef NEST_TABLE_H
#define NEST_TABLE_H

#include "lib/addr.h"
#include "lib/list.h"
#include "lib/macros.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct router;
struct table;
struct attrs;
struct channel;
struct protocol_class;
struct protocol;

/* Handles; 0 is none. */
typedef uint32_t node_handle;
typedef uint32_t route_handle;

enum route_flag {
	ROUTE_FILTERED = 1 << 0, /* Refused by the import filter, kept to be shown. */
	ROUTE_STALE =
		1 << 1, /* Not confirmed since the refresh began (or before a restart). */
	ROUTE_DEAD = 1 << 2, /* Withdrawn; kept until every reader has heard. */
	ROUTE_UNREACHABLE =
		1 << 3, /* Its next hop can't be resolved: not a candidate for best. */
	ROUTE_DOOMED = 1 << 4, /* Stale, and to go before the refresh is over. */
	/* None of these may be best. */
	ROUTE_NO_CANDIDATE = ROUTE_FILTERED | ROUTE_DEAD | ROUTE_UNREACHABLE
};

/* 24 bytes; what a million routes cost. */
struct route {
	/* Next of the node; the best is first, the others are in no order. */
	route_handle next;
	node_handle node;
	uint32_t attrs; /* Handle of the attribute set, held. */
	/* What the owner's class makes of it: Babel's metric, IGP cost. */
	uint32_t metric;
	uint16_t source;  /* Of the table: channel and path id; see table_source_of(). */
	uint16_t flags;   /* enum route_flag */
	uint32_t changed; /* Seconds of monotonic time since the router started. */
};

/* Who a route is from: a channel, and for several paths of one peer its path id (RFC
 * 7911). */
struct route_source_id {
	struct channel *channel;
	uint32_t path_id;
};

struct table_config {
	const char *name;
	enum net_type type;
	/* Channels whose policies read the table look at routes again when it has not
	 * changed for `min_settle`, or changes since `max_settle`. */
	usec_t min_settle, max_settle;
};

struct table *table_new(struct router *router, const struct table_config *config);
/* Takes the options of another configuration; name and type are the same. */
void table_configure(struct table *table, const struct table_config *config);
/* Nobody uses it any more but readers, whose `table` becomes null.  Accepts null. */
void table_free(struct table *table);
const char *table_name(const struct table *table);
enum net_type table_type(const struct table *table);

/* The node of a prefix, 0 if there is none. */
node_handle table_find(const struct table *table, const struct prefix *net);
/* The node with a best route that matches longest. */
node_handle table_match(const struct table *table, const struct prefix *net);
/* What the entries of a roa table say of `asn` as the origin of `net` (RFC 6811 §2);
 * ROA_UNKNOWN also where the table is of the other family. */
enum roa_state { ROA_UNKNOWN, ROA_VALID, ROA_INVALID };
enum roa_state table_roa_check(const struct table *table, const struct prefix *net,
			       uint32_t asn);
void table_node_prefix(const struct table *table, node_handle node, struct prefix *net);
/* The first route of the chain, 0 if none; the best if route_is_candidate(); the others
 * are in no order. */
route_handle table_node_first(const struct table *table, node_handle node);
/* The best route of the node, null if there is none. */
const struct route *table_node_best(const struct table *table, node_handle node);
const struct route *table_route(const struct table *table, route_handle handle);
static inline bool
route_is_candidate(const struct route *route)
{
	return (route->flags & ROUTE_NO_CANDIDATE) == 0;
}
/* A route with what a comparison asks of it. */
struct contender {
	const struct route *route;
	const struct attrs *attrs; /* Null: it is dead. */
	/* Null: nothing but dead routes is left of the source. */
	const struct channel *channel;
	const struct protocol_class *class;
};
struct contender table_contender(const struct table *table, const struct route *route);
/* Which of two routes of a node is better by the order alone (no route_select() asked):
 * < 0 the first.  Never 0. */
int table_route_order(const struct table *table, const struct route *a,
		      const struct route *b);
struct route_source_id table_source_of(const struct table *table,
				       const struct route *route);
/* By the number in struct route; the channel is null where only dead routes are left of
 * it. */
struct route_source_id table_source(const struct table *table, uint16_t source);
const struct attrs *table_route_attrs(const struct table *table,
				      const struct route *route);

/* Walks nodes in the order of their handles: the next after `node`, 0 at the end; start
 * with 0. Nodes may come and go between calls. */
node_handle table_walk(const struct table *table, node_handle node);

struct table_counts {
	uint32_t nodes;  /* With at least one route. */
	uint32_t routes; /* Without dead ones. */
	/* The same without what an import policy turned away. */
	uint32_t accepted_nodes, accepted_routes;
	size_t bytes;
};
void table_count(const struct table *table, struct table_counts *counts);

/* Of route_contest() hooks. */
enum route_contest {
	BEST_STAYS,
	BEST_CHANGES, /* The one that comes is the best. */
	BEST_UNSURE   /* route_select() is to be asked. */
};

/* ---- changes ---- */

/* One source of routes (a channel, a path id); handles are small and reused; 0: there are
 * too many (65535). */
uint16_t table_source_new(struct table *table, struct channel *channel, uint32_t path_id);
/* All its routes are gone already. */
void table_source_free(struct table *table, uint16_t source);

/* Adds or replaces the source's route to `net`; `attrs` is held by the route afterwards.
 * `flags`: ROUTE_FILTERED, ROUTE_STALE. True if anything changed (an equal route changes
 * nothing but its ROUTE_STALE flag). */
bool table_update(struct table *table, uint16_t source, const struct prefix *net,
		  struct attrs *attrs, uint32_t metric, unsigned flags);
/* False if there was none. */
bool table_withdraw(struct table *table, uint16_t source, const struct prefix *net);
/* Marks all routes of the source ROUTE_STALE: a refresh begins; `dooms`: anew, and those
 * that are it already become ROUTE_DOOMED. */
void table_source_stale(struct table *table, uint16_t source, bool dooms);
/* Withdraws routes of the source (ROUTE_STALE, ROUTE_DOOMED: only such; 0: all), walking
 * its chunks from where the last call came to, as far as the budget goes, which shrinks;
 * true: more to do. */
bool table_source_sweep(struct table *table, uint16_t source, unsigned which,
			unsigned *budget);
/* The next sweep begins at the source's first route. */
void table_source_rewind(struct table *table, uint16_t source);
/* What decides between the source's routes and others changed (a protocol was renamed):
 * they are ordered anew, in budgeted pieces. */
void table_source_reorder(struct table *table, uint16_t source);

/* ---- readers ---- */

enum reader_mode {
	READER_BEST,     /* Told when the best route of a node changed. */
	READER_ANY,      /* Told when any route of a node changed (pipe, add-path). */
	READER_MERGED,   /* Told when the best or one equally good changed (kernel
			    multipath). */
	READER_ACCEPTED, /* Told when any changed: of the node the best one counts that
			    its owner wants (BGP's `secondary`). */
};

/* Follows a table.  Embedded in its owner; not to be touched but for `lost`, and for what
 * the owner sets after table_reader_init(). */
struct table_reader {
	struct list link;
	struct table *table;
	uint64_t cursor; /* Read up to here. */
	uint64_t done;   /* Handled up to here. */
	enum reader_mode mode;
	bool lost;       /* The journal went on without it: a feed is due. */
	bool recovering; /* Lost, or in the feed that mends it. */
	bool awake;      /* Has been woken and not read to the end since. */
	/* There is something to read; called once, until the next table_read() that found
	 * nothing.  It may schedule, but not read. */
	void (*wake)(struct table_reader *);
	/* Set by the owner, null: never.  It was told of this node (READER_ANY: this
	 * route) and not of its end: while the reader is recovering the handle is kept,
	 * so that it can be. */
	bool (*has_told)(const struct table_reader *, uint32_t handle);
};

void table_reader_init(struct table_reader *reader, struct table *table,
		       enum reader_mode mode, void (*wake)(struct table_reader *));
/* A reader that is where `from` is, and wakes whom that does. */
void table_reader_copy(struct table_reader *reader, const struct table_reader *from);
void table_reader_fini(struct table_reader *reader);
/* The next changed node, 0 if there is none now (then `lost` may be set: begin a feed).
 * What it gave, and the dead routes there, are good until table_read_done(). */
node_handle table_read(struct table_reader *reader);
/* The same for up to `most` nodes at once; how many there are. */
size_t table_read_some(struct table_reader *reader, node_handle *nodes, size_t most);
/* The last that were given have not been handled and are to be given again. */
void table_unread(struct table_reader *reader, const node_handle *nodes, size_t count);
/* So many entries of the journal, at most, are new to the reader. */
uint64_t table_reader_behind(const struct table_reader *reader);
/* table_read() is yet to give this node, if the reader is not lost. */
bool table_reader_is_due(const struct table_reader *reader, node_handle node);
/* All that was read has been handled: it needs to be kept no longer. */
void table_read_done(struct table_reader *reader);
/* A feed begins: all nodes are walked with table_feed().  A lost reader reads on from the
 * journal's end. */
void table_feed_begin(struct table_reader *reader);
/* The next node of the feed after `node`, 0 at the end; start with 0.  With those that
 * have no routes any more but are kept for this or other readers. */
node_handle table_feed(const struct table_reader *reader, node_handle node);
/* The feed has met all nodes: a lost reader is whole again. */
void table_feed_end(struct table_reader *reader);

/* Journals a node again for all readers, as if it had changed. */
void table_touch(struct table *table, node_handle node);
/* Aborts on a broken invariant. */
void table_audit(const struct table *table);

#endif
