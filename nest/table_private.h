/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of table.h, shared by table.c (nodes), route.c (what joins them), source.c
 * (who routes are from), presence.c (where a source has one), chain.c (those of a node),
 * route_select.c (the best of them), journal.c (readers), table_audit.c and
 * nexthop_resolve.c.
 */
#ifndef NEST_TABLE_PRIVATE_H
#define NEST_TABLE_PRIVATE_H

#include "lib/index.h"
#include "lib/macros.h"
#include "lib/store.h"
#include "nest/attr_private.h"
#include "nest/router.h"
#include "nest/table.h"
#include "nest/timer.h"
#include <assert.h>

struct nexthop;
struct protocol_class;
struct trie;

/* ---- nodes ---- */

enum {
	NODE_LIVE = 1 << 0, /* Allocated; a free one of the store has it not. */
	/* A counter in five bits: the routes of its chain, all ones where that is long.
	 */
	NODE_COUNT_ONE = 1 << 1,
	NODE_COUNT = 31 * NODE_COUNT_ONE
};

/* Compared in one, but for the counter. */
struct node_shape {
	uint8_t length, source_length, max_length, flags;
};
_Static_assert(sizeof(struct node_shape) == sizeof(uint32_t), "a word");

/* A destination.  The key: one word for IPv4, four for IPv6, then four of a source prefix
 * or one of an AS. */
struct node {
	route_handle first; /* 0: no route; the store's free list once released. */
	uint32_t position;  /* The low half of its newest place in the journal. */
	struct node_shape shape;
	uint32_t key[];
};

#define NODE_KEY_WORDS 8

/* A prefix as a table looks for it, and how far the search is. */
struct node_key {
	uint32_t words[NODE_KEY_WORDS];
	struct node_shape shape; /* Of a live node. */
	uint32_t hash;
	struct index_cursor cursor;
	node_handle candidate; /* That may be it; 0: there is none so far. */
	struct node *at;       /* The candidate's. */
	uint32_t era;          /* The table's when the search began. */
};

/* A flag beside enum route_flag: the route changed, and not all readers have passed its
 * node since.  Those that are told all routes need not be told the others again. */
#define ROUTE_FRESH (1u << 8)
/* First of its node by what its class says: it may not be by the order. */
#define ROUTE_PROMOTED (1u << 9)
/* What decides its order changed, and its node has not been looked at since: the best may
 * be another one. */
#define ROUTE_UNORDERED (1u << 10)
/* The walk that is under way behind changes of next hops is yet to come to it, and it has
 * been refreshed with another of its node. */
#define ROUTE_MET (1u << 11)

/* ---- routes ---- */

/* A route's handle: its chunk's number and the place in the chunk. */
#define CHUNK_BITS   8
#define CHUNK_ROUTES (1u << CHUNK_BITS)

/* A route as its channel received it. */
struct route_received {
	uint32_t attrs; /* Held; 0 in a chunk: as the route has them, metric included. */
	uint32_t metric;
};

struct route_chunk {
	struct list link; /* In its source, oldest first. */
	struct list open; /* In its source's list of chunks with room. */
	uint32_t id;
	uint16_t source;
	uint16_t room, count;
	uint64_t used[CHUNK_ROUTES / 64];
	/* Behind the routes, one for each; null: the source keeps none. */
	struct route_received *received;
	struct route routes[];
};

/* At which nodes a source has a route, dead or not; see presence.c. */
struct presence {
	uint64_t *words; /* A bit for each node; null: nobody keeps count. */
	uint32_t room;   /* Nodes that have one. */
};

/* Who routes are from. */
struct table_source {
	struct channel *channel; /* Null once freed, while dead routes linger. */
	const struct protocol_class *class;  /* The channel's; null with it. */
	const struct rank_order *rank_order; /* Likewise. */
	uint16_t handle;
	uint32_t path_id;
	uint32_t count; /* Routes in chunks, dead ones included. */
	uint32_t chunk_count;
	struct presence presence;
	struct list chunks, open;
	bool keeps_received;
	struct route_chunk *sweep; /* Where a sweep goes on; null: at the first. */
	uint16_t sweep_slot;
	bool closing; /* Freed with the last dead route. */
};

/* Who gives routes, and what is given. */
struct route_giver {
	struct table_source *source;
	uint32_t now;   /* As route.changed says it. */
	uint16_t fresh; /* ROUTE_FRESH, where somebody has to hear of changes. */
};
struct route_given {
	struct attrs *attrs;
	uint32_t metric;
	uint16_t flags; /* ROUTE_FILTERED, ROUTE_STALE */
};

/* ---- the journal ---- */

/* An entry is a node and who has to look. */
#define JOURNAL_BEST   (1u << 31)
#define JOURNAL_MERGED (1u << 30)
#define JOURNAL_ANY    (1u << 29)
#define JOURNAL_ALL    (JOURNAL_BEST | JOURNAL_MERGED | JOURNAL_ANY)
#define JOURNAL_NODE   (JOURNAL_ANY - 1)

struct journal {
	uint32_t *entries; /* A ring of `room`, a power of two or 0. */
	uint32_t room;
	/* Positions: the oldest one kept, the first that not all readers have passed, the
	 * next to be written. */
	uint64_t begin, passed, end;
	uint64_t front;   /* How far the fastest reader has read. */
	uint64_t changes; /* That readers looked for, also where one entry says it. */
	/* A reader may be behind by this or by the number of nodes, whichever is more. */
	uint32_t behind;
	struct list readers;
	uint32_t wanted;      /* What readers that are not lost look for. */
	uint32_t sleeping;    /* What those look for who are to be woken. */
	uint32_t recovering;  /* Readers between loss and the end of their feed. */
	bool settling;        /* Passed nodes may have something to free. */
	struct job settle;    /* Frees it. */
	uint32_t any_readers; /* Those for whom dead routes are kept. */
};

struct table {
	struct router *router;
	struct list link; /* In the next hops' list of tables. */
	char *name;
	enum net_type type;
	uint8_t key_words;
	usec_t min_settle, max_settle;
	struct store nodes;
	struct index index;      /* Of nodes by their key. */
	uint32_t node_count;     /* With a route that is not dead. */
	uint32_t accepted_count; /* With one that is not filtered either. */
	uint32_t *lengths;       /* Nodes per prefix length. */
	uint32_t era;            /* Changes that make searches begin anew. */
	/* Routes. */
	struct route_chunk **chunks; /* By number. */
	uint32_t chunk_count, chunk_room;
	uint32_t *free_chunks;
	uint32_t free_chunk_count, free_chunk_room;
	struct table_source **sources; /* By handle; null: free. */
	uint32_t source_count, source_room;
	uint32_t source_free;    /* None below is free. */
	uint32_t route_count;    /* Not dead. */
	uint32_t filtered_count; /* Of these. */
	uint32_t dead_count;
	size_t chunk_bytes;
	struct index places; /* Of routes in long chains. */
	struct journal journal;
	bool has_orphans;   /* Nodes were left for a recovering reader. */
	struct job orphans; /* Settles them behind its end, from this node on. */
	node_handle orphans_at;
	struct job reorder; /* Looks at nodes of unordered routes, from this place on. */
	route_handle reorder_at;
	/* Next hops. */
	struct trie *watched; /* Gateways that resolve here; null: none. */
	uint32_t watched_count;
	uint64_t nexthops_seen;   /* All routes know changes of next hops up to this. */
	uint64_t nexthops_target; /* The walk under way is for changes up to this. */
	uint32_t walk_chunk;      /* Where it goes on. */
	struct job walk;
};

/* How many prefix lengths there can be. */
static inline unsigned
table_lengths(const struct table *table)
{
	return table->type == NET_IP4 || table->type == NET_ROA4 ? 33 : 129;
}

static inline struct node *
node_at(const struct table *table, node_handle handle)
{
	return store_at(&table->nodes, handle);
}

static inline struct route *
route_at(const struct table *table, route_handle handle)
{
	return &table->chunks[handle >> CHUNK_BITS]->routes[handle & (CHUNK_ROUTES - 1)];
}

static inline struct attrs *
route_attrs(const struct table *table, const struct route *route)
{
	return attrs_of(table->router->attrs, route->attrs);
}

static inline struct table_source *
source_at(const struct table *table, uint16_t source)
{
	return table->sources[source];
}

/* Of a route that changes now. */
static inline uint16_t
fresh_flag(const struct table *table)
{
	return table->journal.any_readers > 0 ? ROUTE_FRESH : 0;
}

static inline struct route_giver
route_giver(const struct table *table, uint16_t source)
{
	const struct router *router = table->router;
	usec_t since = router_now(router) - router->started;
	return (struct route_giver){
		.source = source_at(table, source),
		.now = (uint32_t)(since / USEC_S),
		.fresh = fresh_flag(table),
	};
}

static inline bool
chunk_has(const struct route_chunk *chunk, unsigned slot)
{
	return (chunk->used[slot / 64] >> (slot % 64) & 1) != 0;
}

/* The first place that is free, where there is one. */
static inline unsigned
chunk_gap(const struct route_chunk *chunk)
{
	unsigned word = 0;
	while (chunk->used[word] == UINT64_MAX)
		word++;
	return word * 64 + (unsigned)__builtin_ctzll(~chunk->used[word]);
}

/* Bytes of a chunk of so many routes. */
static inline size_t
chunk_size(unsigned room, bool keeps_received)
{
	size_t one = sizeof(struct route) +
		     (keeps_received ? sizeof(struct route_received) : 0);
	return sizeof(struct route_chunk) + room * one;
}

/* For audits. */
static inline uint32_t
bits_count(uint64_t bits)
{
	uint32_t count = 0;
	for (; bits != 0; bits &= bits - 1)
		count++;
	return count;
}

static inline bool
route_is_dead(const struct route *route)
{
	return (route->flags & ROUTE_DEAD) != 0;
}

/* The best of the node, 0 if none. */
static inline route_handle
node_best(const struct table *table, node_handle node)
{
	route_handle first = node_at(table, node)->first;
	return first != 0 && route_is_candidate(route_at(table, first)) ? first : 0;
}

/* It is the key's. */
static inline bool
node_matches(const struct table *table, const struct node *node,
	     const struct node_key *key)
{
	/* In one: lengths and that it is live, but not how many routes it has. */
	const struct node_shape asked = { UINT8_MAX, UINT8_MAX, UINT8_MAX, NODE_LIVE };
	uint32_t mask, has, wanted;
	memcpy(&mask, &asked, sizeof(mask));
	memcpy(&has, &node->shape, sizeof(has));
	memcpy(&wanted, &key->shape, sizeof(wanted));
	if (node->key[0] != key->words[0] || ((has ^ wanted) & mask) != 0)
		return false;
	return table->key_words == 1 ||
	       memcmp(node->key, key->words, table->key_words * sizeof(uint32_t)) == 0;
}

/* The first route of the node that the search may end at; null: none so far. */
static inline const struct route *
candidate_first(const struct table *table, const struct node_key *key)
{
	route_handle first = key->candidate != 0 ? key->at->first : 0;
	return first != 0 ? route_at(table, first) : NULL;
}

/* table.c */
/* Of roa entries without maximum length and AS, so that all of a prefix lie together. */
static inline uint32_t
node_key_hash(const struct table *table, const uint32_t *words,
	      const struct node_shape *shape)
{
	uint64_t state = (uint64_t)table->router->hash_seed << 32 |
			 (uint32_t)shape->source_length << 8 | shape->length;
	unsigned count = table->key_words & ~1u;
	if (table->key_words <= 2)
		return hash_u64(state ^ (uint64_t)words[0] << 16);
	for (unsigned i = 0; i < count; i += 2)
		state = hash_mix(state ^ ((uint64_t)words[i] << 32 | words[i + 1]));
	return (uint32_t)(state >> 32);
}
/* The words of others than IPv4. */
void node_key_words(const struct prefix *net, uint32_t words[NODE_KEY_WORDS]);
/* What is searched for, before the search begins: hash, cursor and era are not made. */
static inline void
node_key_take(const struct table *table, const struct prefix *net, struct node_key *key)
{
	assert(net->type == table->type);
	key->shape = (struct node_shape){ net->length, net->source_length,
					  net->max_length, NODE_LIVE };
	if (table->key_words == 1) /* IPv4 alone. */
		key->words[0] = addr_to_ip4(net->addr);
	else
		node_key_words(net, key->words);
}
/* Begins the search. */
static inline void
node_key_seek(const struct table *table, struct node_key *key)
{
	key->hash = node_key_hash(table, key->words, &key->shape);
	key->candidate = 0;
	key->era = table->era;
	index_seek(&table->index, &key->cursor, key->hash);
}
static inline void
node_key_make(const struct table *table, const struct prefix *net, struct node_key *key)
{
	node_key_take(table, net, key);
	node_key_seek(table, key);
}
/* Where many are searched for at once: begins, and fetches where the search begins. True:
 * it is over, for that node is it. */
PREFETCH_INLINE bool
node_guess(const struct table *table, struct node_key *key, node_handle guess)
{
	if (guess != 0 && guess < table->nodes.end) {
		key->candidate = guess;
		key->at = node_at(table, guess);
		key->era = table->era - 1; /* It is none that began. */
		if (node_matches(table, key->at, key))
			return true;
	}
	node_key_seek(table, key);
	__builtin_prefetch(&table->index.slots[key->cursor.at]);
	return false;
}
/* The next step: fetches the node that the search may end at; then node_find() ends it.
 * Other nodes may come and go between. */
static inline void
node_search(const struct table *table, struct node_key *key)
{
	if (key->candidate != 0)
		return;
	key->candidate = index_next(&table->index, &key->cursor);
	if (key->candidate != 0) {
		key->at = node_at(table, key->candidate);
		__builtin_prefetch(key->at);
	}
}
node_handle node_find_on(const struct table *table, struct node_key *key);
static inline node_handle
node_find(const struct table *table, struct node_key *key)
{
	/* Whatever has changed, if it matches it is the one. */
	return key->candidate != 0 && node_matches(table, key->at, key)
		       ? key->candidate
		       : node_find_on(table, key);
}
/* node_find() just said that there is none. */
node_handle node_make(struct table *table, struct node_key *key);
/* It has no routes and no reader is to hear of it; `hash`: what node_free_ahead() said,
 * 0: it was not asked. */
void node_free(struct table *table, node_handle handle, uint32_t hash);
/* Fetches what node_free() will change, if the node is empty; 0: it isn't. */
uint32_t node_free_ahead(const struct table *table, node_handle handle);
/* The next allocated node, with routes or without. */
node_handle node_next(const struct table *table, node_handle node);
/* As table_update() with the key at hand; `route` is the one it is about. */
bool table_update_key(struct table *table, const struct route_giver *giver,
		      struct node_key *key, const struct route_given *given,
		      route_handle *route);
bool table_withdraw_key(struct table *table, uint16_t source, struct node_key *key);

/* source.c: who routes are from. */
/* A route of the source with anything in it, which goes to `route` and is to be filled at
 * once; and back. */
struct route_chunk *source_chunk_new(struct table *table, struct table_source *source);
static inline route_handle
route_alloc(struct table *table, struct table_source *source, struct route **route)
{
	struct route_chunk *chunk = list_first(&source->open, struct route_chunk, open);
	if (chunk == NULL)
		chunk = source_chunk_new(table, source);
	unsigned slot = chunk->count;
	/* That one is free unless others have gone. */
	if (chunk_has(chunk, slot))
		slot = chunk_gap(chunk);
	chunk->used[slot / 64] |= UINT64_C(1) << (slot % 64);
	source->count++;
	if (++chunk->count == chunk->room)
		list_remove(&chunk->open);
	*route = &chunk->routes[slot];
	return chunk->id << CHUNK_BITS | slot;
}
void route_free(struct table *table, route_handle route);
/* Sets a flag of all its routes that have the others: a millisecond for a million. */
void source_mark(struct table *table, uint16_t source, uint16_t has, uint16_t flag);
/* The channel's route that follows in the order of handles, without dead ones; 0 at the
 * end; start with 0. */
route_handle route_next_of(const struct table *table, const struct channel *channel,
			   route_handle handle);
/* Remembers what the route was made of, and tells; for channels with keeps_received. Of
 * others it is what the route is. */
void route_receive(struct table *table, route_handle handle, struct attrs *attrs,
		   uint32_t metric);
struct route_received route_received(const struct table *table, route_handle handle);
void table_sources_free(struct table *table);

/* route.c */
void route_withdraw(struct table *table, route_handle route);
/* Frees the node's dead routes that no reader needs, and the node if nothing is left;
 * `hash` as for node_free(). */
void node_settle(struct table *table, node_handle handle, uint32_t hash);
/* The job of table_source_reorder(). */
bool table_reorder_run(struct job *job, unsigned budget);
/* The next hops of this route and perhaps of others of its node resolve differently: all
 * stand anew and are told again.  How many routes the node has. */
unsigned route_nexthop_refresh(struct table *table, route_handle handle);
/* The live route of the source, 0 if there is none. */
route_handle node_route_of(const struct table *table, node_handle node, uint16_t source);

/* presence.c */
/* There is a bit for the node. */
static inline void
presence_set(struct presence *presence, node_handle node)
{
	presence->words[node / 64] |= UINT64_C(1) << (node % 64);
}
/* Where there is none: makes room, begins, or gives up. */
void presence_add_beyond(struct table *table, struct table_source *source,
			 node_handle node);
/* The source has no route there; false: it may have. */
static inline bool
presence_rules_out(const struct table_source *source, node_handle node)
{
	const struct presence *presence = &source->presence;
	if (node >= presence->room)
		return presence->words != NULL;
	return (presence->words[node / 64] >> (node % 64) & 1) == 0;
}
/* It has one more, counted already, or one less. */
static inline void
presence_add(struct table *table, struct table_source *source, node_handle node)
{
	struct presence *presence = &source->presence;
	if (node < presence->room)
		presence_set(presence, node);
	else
		presence_add_beyond(table, source, node);
}
void presence_remove(struct table_source *source, node_handle node);
void presence_fini(struct presence *presence);
void presence_audit(const struct table_source *source);

/* chain.c: the routes of a node. */
/* So many routes make a chain a long one; it stays one until a single route is left. */
#define CHAIN_LONG ((unsigned)(NODE_COUNT / NODE_COUNT_ONE))

/* Of a chain that is not long. */
static inline unsigned
node_count(const struct node *node)
{
	return (node->shape.flags & NODE_COUNT) / NODE_COUNT_ONE;
}

void chain_init(struct table *table);
/* That of the source, dead or not; 0: none. */
route_handle chain_find(const struct table *table, node_handle node, uint16_t source);
/* Puts it first. */
void chain_push(struct table *table, node_handle node, route_handle route);
/* With one more it is a long one. */
static inline bool
chain_is_full(const struct node *node)
{
	return node_count(node) + 1 >= CHAIN_LONG;
}
/* It is the only one, and followed by none. */
static inline void
chain_begin(struct node *node, route_handle handle)
{
	node->first = handle;
	node->shape.flags = (uint8_t)(node->shape.flags + NODE_COUNT_ONE);
}
/* Puts it behind the first, where the chain is not full. */
static inline void
chain_link(struct node *node, struct route *first, struct route *route,
	   route_handle handle)
{
	route->next = first->next;
	first->next = handle;
	node->shape.flags = (uint8_t)(node->shape.flags + NODE_COUNT_ONE);
}
/* Puts it among those behind the first. */
void chain_insert_long(struct table *table, node_handle node, route_handle route);
static inline void
chain_insert(struct table *table, node_handle handle, route_handle inserted)
{
	struct node *node = node_at(table, handle);
	if (chain_is_full(node))
		chain_insert_long(table, handle, inserted);
	else
		chain_link(node, route_at(table, node->first), route_at(table, inserted),
			   inserted);
}
void chain_remove_inner(struct table *table, node_handle node, route_handle route);
static inline void
chain_remove(struct table *table, node_handle handle, route_handle route)
{
	struct node *node = node_at(table, handle);
	if (node->first != route || node_count(node) == CHAIN_LONG) {
		chain_remove_inner(table, handle, route);
		return;
	}
	node->first = route_at(table, route)->next;
	route_at(table, route)->next = 0;
	node->shape.flags = (uint8_t)(node->shape.flags - NODE_COUNT_ONE);
}
void chain_audit(const struct table *table, node_handle node);

/* route_select.c: which is first. */
/* table_route_order(), and which step of the comparison decided. */
enum route_step {
	ROUTE_STEP_STANDING, /* One may not be best: unreachable, filtered. */
	ROUTE_STEP_PREFERENCE,
	ROUTE_STEP_CLASS, /* What the protocols' class says. */
	ROUTE_STEP_SOURCE /* A tie: by class, name and path. */
};
int route_order_step(const struct table *table, const struct route *a,
		     const struct route *b, enum route_step *step);
/* By the ranks alone the first of the node is better than a route of that source with
 * these attributes, as it most often is.  False: who knows. */
static inline bool
route_is_outranked(const struct table *table, const struct route *route,
		   const struct attrs *attrs, const struct table_source *source,
		   const struct route *first)
{
	const struct rank_order *order = source->rank_order;
	if (order == NULL || ((first->flags | route->flags) & ROUTE_NO_CANDIDATE) != 0 ||
	    source_at(table, first->source)->rank_order != order)
		return false;
	const struct attrs *firsts = route_attrs(table, first);
	return firsts->preference == attrs->preference &&
	       rank_is_lower(order, firsts->rank, attrs->rank);
}
/* `route` is the contender's, and newly filled.  True: the first is another one. */
bool node_insert(struct table *table, node_handle node, route_handle route,
		 const struct contender *comer);
void node_unlink(struct table *table, node_handle node, route_handle handle);
/* The best of a node but for one (0: of all) by the order alone; 0: there is none. */
route_handle node_first_but(const struct table *table, node_handle node,
			    route_handle one);
/* The candidates of a node, the best first by the order alone: all of one walk over the
 * chain, which must not change meanwhile. */
struct candidates {
	const struct table *table;
	/* A heap: the best is first, and none is better than the one at half its place.
	 */
	route_handle *heap;
	uint32_t count;
	route_handle few[32];
};
void candidates_init(struct candidates *candidates, const struct table *table,
		     node_handle node);
/* The next one; 0: there are no more. */
route_handle candidates_take(struct candidates *candidates);
void candidates_fini(struct candidates *candidates);
/* Looks at all for the best, and puts it first. */
void node_reselect(struct table *table, node_handle node);
/* The same, and none of them is unordered any more; how many there are. */
unsigned node_reorder(struct table *table, node_handle node);
/* Which of its routes is to be first, where `first` is it by the order alone. */
route_handle node_select(const struct table *table, node_handle node, route_handle first);
/* Its next hop has changed since the table last looked (route_nexthop_refresh), or what
 * decides its order: it may stand before others that are better by now. */
bool route_is_unsettled(const struct table *table, const struct route *route);
/* Its next hop has. */
bool route_nexthop_is_new(const struct table *table, const struct route *route);
/* May share traffic with the node's best one; false: or nobody asks. */
bool route_merges(const struct table *table, node_handle node, const struct route *route);
static inline bool
route_is_merged(const struct table *table, node_handle node, const struct route *route)
{
	return (table->journal.wanted & JOURNAL_MERGED) != 0 &&
	       route_merges(table, node, route);
}

/* journal.c */
void journal_init(struct journal *journal, struct router *router);
void journal_fini(struct journal *journal);
/* The node changed in a way that `flags` looks for. */
void journal_enter(struct table *table, node_handle node, uint32_t flags);
/* False: nobody looks, if the node is not empty.  Most often: a route that is not best
 * came or went. */
static inline bool
journal_looks(const struct table *table, uint32_t flags)
{
	const struct journal *journal = &table->journal;
	return ((flags & journal->wanted) | table->watched_count | journal->any_readers |
		table->dead_count) != 0;
}
static inline void
journal_add(struct table *table, node_handle node, uint32_t flags)
{
	if (journal_looks(table, flags) || node_at(table, node)->first == 0)
		journal_enter(table, node, flags);
}
/* Some of the nodes that are gone are freed at once, if there are any. */
void journal_hurry(struct table *table);
/* The job that settles orphans. */
bool table_orphans_run(struct job *job, unsigned budget);
/* A reader that is recovering has yet to be told that this is gone. */
bool journal_needs_route(const struct table *table, route_handle route);
bool journal_needs_node(const struct table *table, node_handle node);
/* The node's newest entry has not been passed by all readers. */
bool journal_has(const struct table *table, node_handle node);
void journal_audit(const struct table *table);

/* nexthop_resolve.c */
/* Routes of this node changed: what resolves by it is looked at again. */
void nexthop_node_changed(struct table *table, node_handle node);
void nexthop_table_add(struct table *table);
void nexthop_table_remove(struct table *table);
/* The walk over its routes is due, or all of them know what next hops resolve to. */
void nexthop_table_audit(const struct table *table);

#endif
