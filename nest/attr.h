/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attribute sets: what routes carry beside their prefix.  Sets are interned once per
 * router, immutable and counted; a route holds a handle.  What changes often (the metric)
 * is in the route itself.
 *
 * Attributes are named by classes (rows of a module, or the core's); an attribute's id is
 * its module's base plus the row number, so ids are equal in all routers with the same
 * modules.  A class may keep its value in a form of its own (a BGP wire block, the
 * route's metric) by get and set hooks.
 */
#ifndef NEST_ATTR_H
#define NEST_ATTR_H

#include "nest/value.h"
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct router;
struct route_draft;
struct nexthop;
struct text;

typedef uint16_t attr_id;

enum {
	ATTR_READ_ONLY = 1 << 0,
	ATTR_HIDDEN = 1 << 1,  /* Not shown by `show route all`. */
	ATTR_OF_PEER = 1 << 2, /* Another one for each channel the route goes to. */
	ATTR_DECLARED = 1 << 3 /* By a configuration, not by a module or the core. */
};

struct attr_class {
	/* "babel_metric", or "link.rtt" where it is a thing's; null ends an array. */
	const char *name;
	const char *doc;
	uint8_t type, kind; /* enum value_type, enum value_kind */
	uint8_t flags;
	/* Of one that a configuration declared by it: what its protocol knows it by. */
	uint8_t number;
	/* Null: the value is an entry of the set.  `get` says false where the route has
	 * none. */
	bool (*get)(const struct route_draft *route, attr_id id, struct value *value);
	/* Null and not read-only: an entry of the set. VALUE_VOID unsets. False: refused.
	 */
	bool (*set)(struct route_draft *route, attr_id id, const struct value *value);
	/* What it is called where routes are shown as BIRD shows them ("Babel.metric");
	 * null: the name. */
	const char *title;
	/* The value as `show route all` has it; null: value_format_plain(). */
	void (*format)(const struct value *value, struct text *text);
};

/* The value of an attribute as `show route all` has it. */
void attr_format(const struct attr_class *class, const struct value *value,
		 struct text *text);

/* One attribute in a set; entries are sorted by id. */
struct attr {
	attr_id id;
	uint8_t type, kind;
	uint32_t value; /* A number; of a value in the set's bytes, how many they are. */
};
/* And in a draft: where its bytes are among the draft's. */
struct attr_drafted {
	struct attr attr;
	uint32_t at;
};

struct attrs {
	/* Held. Never null: RTD_* without hops are next hops too. */
	struct nexthop *nexthop;
	/* Kept by the owner's class for route_compare, and see rank_order; 0: not made.
	 */
	uint64_t rank;
	uint32_t handle, uses;
	uint16_t preference;
	uint8_t source; /* enum route_source */
	uint8_t flags;
	uint16_t count;        /* Entries. */
	struct attr entries[]; /* Then the bytes of their values, in their order. */
};

/* Which of two sets with ranks is better, without asking the class: the one whose bits of
 * `decides` are lower, where neither rank has a bit of `doubts`.  As it would say with
 * such weight that nothing else counts (protocol_class.route_compare). */
struct rank_order {
	uint64_t decides, doubts;
};
static inline bool
rank_is_lower(const struct rank_order *order, uint64_t rank, uint64_t than)
{
	return rank != 0 && than != 0 && ((rank | than) & order->doubts) == 0 &&
	       (rank & order->decides) < (than & order->decides);
}

/* Reads an entry; false if the set has none of that id. */
bool attrs_get(const struct attrs *attrs, attr_id id, struct value *value);
/* A u32 entry, or `otherwise`. */
uint32_t attrs_get_u32(const struct attrs *attrs, attr_id id, uint32_t otherwise);

/* A set being made; starts empty or from another; on the caller's stack.  Nothing else
 * owns it. */
struct attrs_draft {
	struct nexthop *nexthop; /* Borrowed. */
	uint16_t preference;
	uint8_t source, flags;
	uint64_t rank;  /* Where the owner's class knows it. */
	bool is_hashed; /* By attrs_intern_ahead(): `hash` is right. */
	uint16_t count;
	uint16_t room;
	uint32_t size, hash;
	struct attr_drafted *entries; /* `few`, or owned. */
	uint8_t *bytes;               /* `few_bytes`, owned, or lent. */
	uint32_t bytes_room;          /* 0: lent. */
	/* What most sets need, so that a filter that changes a route allocates nothing.
	 * A draft is not moved, therefore. */
	struct attr_drafted few[12];
	_Alignas(8) uint8_t few_bytes[256];
};
void attrs_draft_init(struct attrs_draft *draft, const struct attrs *from);
void attrs_draft_fini(struct attrs_draft *draft);
/* Sets or replaces; VALUE_VOID removes. Bytes are copied. */
void attrs_draft_set(struct attrs_draft *draft, attr_id id, const struct value *value);
/* The first of a new draft, of VALUE_BYTES; they stay the caller's, and as they are until
 * the draft is interned or given back. */
void attrs_draft_lend(struct attrs_draft *draft, attr_id id, const uint8_t *bytes,
		      uint32_t size);
bool attrs_draft_get(const struct attrs_draft *draft, attr_id id, struct value *value);

/* Fetches where attrs_intern() will look first, for a caller that has something else to
 * do in between; the draft must not change any more. */
void attrs_intern_ahead(const struct router *router, struct attrs_draft *draft);
/* The interned set of equal content; one use is the caller's. */
struct attrs *attrs_intern(struct router *router, const struct attrs_draft *draft);
static inline struct attrs *
attrs_hold(struct attrs *attrs, uint32_t uses)
{
	assert(attrs->uses <= UINT32_MAX - uses);
	attrs->uses += uses;
	return attrs;
}
/* Gives `uses` back; the last one frees it.  Accepts null. */
void attrs_release(struct router *router, struct attrs *attrs, uint32_t uses);
struct attrs *attrs_at(const struct router *router, uint32_t handle);

/* Sets interned now, and the bytes they take. */
uint32_t attrs_count(const struct router *router, size_t *bytes);
/* Aborts on a broken invariant of the interned sets. */
void attrs_audit(const struct router *router);

/* The core's own attributes, first of all ids. */
enum core_attr {
	ATTR_PREFERENCE,
	ATTR_SOURCE,
	ATTR_DEST,
	ATTR_GW,
	ATTR_IFNAME,
	ATTR_IFINDEX,
	ATTR_FROM,
	ATTR_PROTO,
	ATTR_IGP_METRIC,
	ATTR_WEIGHT,
	ATTR_ONLINK,
	ATTR_SCOPE,
	ATTR_SOURCE_PREFIX,
	/* attr_peer.c */
	ATTR_LINK_NAME,
	ATTR_LINK_PEER,
	ATTR_LINK_RTT,
	ATTR_LINK_LOSS,
	ATTR_LINK_MTU,
	ATTR_LINK_WIRELESS,
	ATTR_LINK_TUNNEL,
	ATTR_NEIGHBOR_ASN,
	ATTR_NEIGHBOR_IP,
	CORE_ATTRS
};
/* The class of an id, null if there is none; and the first id of a name, ATTR_NONE if
 * unknown. */
#define ATTR_NONE UINT16_MAX
const struct attr_class *attr_class_of(const struct router *router, attr_id id);
attr_id attr_find(const struct router *router, const char *name);
/* The next id of the same name: configurations may declare it as one thing and another.
 */
attr_id attr_find_next(const struct router *router, attr_id id);
/* The first id of a module's classes (`classes` as in its protocol_class). */
attr_id attr_base(const struct router *router, const struct attr_class *classes);
/* Called by router_new() and router_free(): registry and sets, before tables and behind
 * them.  What is still held at the end is freed with them. */
void attr_open(struct router *router);
void attr_close(struct router *router);
/* So many ids a router has at most. A set has room for all of them at once. */
#define ATTR_MOST 16384u
/* A module brought these classes; the same array twice is once.  Accepts null.  There
 * must be room for them. */
void attr_register(struct router *router, const struct attr_class *classes);
/* There is room for so many more. */
bool attr_has_room(const struct router *router, uint32_t count);
/* Declares one, as `wanted` says but for its name's and its own memory, which become the
 * router's, and ATTR_DECLARED.  An equal one that was declared before is it.  ATTR_NONE
 * if there is no room. */
attr_id attr_declare(struct router *router, const struct attr_class *wanted);
/* How many there are; and takes back what was declared since there were so many, which no
 * route and no configuration in force may know of.  What modules brought in between moves
 * down. */
uint32_t attr_count(const struct router *router);
void attr_forget_since(struct router *router, uint32_t count);
/* Read and write as filters do: by the class' hooks, else the entry. */
bool route_draft_get(const struct route_draft *route, attr_id id, struct value *value);
bool route_draft_set(struct route_draft *route, attr_id id, const struct value *value);

#endif
