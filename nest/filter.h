/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A filter as the nest sees it: a table of functions.  The policy language (folder
 * filter) provides one; tests and modules may bring their own.  Null stands for "accept
 * all" wherever a filter is optional.
 */
#ifndef NEST_FILTER_H
#define NEST_FILTER_H

#include "lib/text.h"
#include "nest/attr.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct filter;
struct channel;
struct table;

/* Where something of a policy was written. */
struct filter_place {
	const char *file; /* Of the configuration; null: typed by hand, or nowhere. */
	uint32_t line;    /* From 1; 0: nowhere. */
};

/* A route under way through a filter: read in place, copied on the first write. */
struct route_draft {
	struct router *router;
	const struct prefix *net;
	/* As it came; null while a route is made from nothing. */
	const struct attrs *attrs;
	/* Null until the first write; owned by the runner. */
	struct attrs_draft *changed;
	struct attrs_draft *scratch; /* Where `changed` is made; set by the runner. */
	uint32_t metric;
	uint32_t path_id;
	const struct channel *channel; /* The channel the route is from. */
	const struct channel *peer;    /* The channel it goes to, on export; else null. */
	struct prefix own_net; /* Where `net` may lie, for want of another place. */
	struct filter_place rejected_at; /* Set by run(), where it rejects. */
};

enum filter_verdict {
	FILTER_ACCEPT,
	FILTER_REJECT,
	FILTER_ERROR /* A run-time error: rejected, logged. */
};

/* What a filter's outcome can depend on, and what it can be. */
struct filter_reads {
	bool net;     /* The prefix: else it may be run once per attribute set. */
	bool peer;    /* The channel it runs for: else one run serves an export group. */
	bool metric;  /* The inline metric. */
	bool effects; /* It prints: must be run for each route. */
	bool writes;  /* It may change what it accepts. */
	const attr_id *attrs; /* Which attributes, sorted. */
	size_t attr_count;
	struct table *const *roa; /* Which roa tables. */
	size_t roa_count;
	bool roa_elsewhere; /* They are asked about other nets than the route's own. */
};

/* How a filter came to its verdict. */
struct filter_decision {
	enum filter_verdict verdict;
	struct text where;   /* The line that decided, "meshd.conf:12:3"; empty: none. */
	struct text how;     /* "accepted", "rejected at its end" … */
	struct text printed; /* Lines it printed meanwhile. */
};

struct filter_class {
	/* Runs over `count` routes; a verdict each. Changes are in the drafts of accepted
	 * ones. */
	void (*run)(const struct filter *, struct route_draft *routes, size_t count,
		    enum filter_verdict *verdicts);
	bool (*equal)(const struct filter *,
		      const struct filter *); /* Same meaning, whatever the layout. */
	const struct filter_reads *(*reads)(const struct filter *);
	/* Runs over one route and says which line decided. */
	void (*explain)(const struct filter *, struct route_draft *route,
			struct filter_decision *decision);
};

struct filter {
	const struct filter_class *class;
	const char *name; /* Null: written inline. */
};

/* The draft's attributes, to be changed; copied at the first call.  For `set` hooks. */
struct attrs_draft *route_draft_write(struct route_draft *route);
/* What the route has now: next hop, preference and source, changed or not. */
struct nexthop *route_draft_nexthop(const struct route_draft *route);

/* The filters that need no language. */
extern const struct filter filter_reject; /* `none` */
/* Runs a filter (null: accepts) over one route; the draft's changes are the caller's to
 * give back. */
void filter_decide(const struct filter *filter, struct route_draft *route,
		   struct filter_decision *decision);
void filter_decision_fini(struct filter_decision *decision);
/* Null-safe: null accepts. Equal null, equal pointer, or the class says so. */
bool filter_equal(const struct filter *a, const struct filter *b);

#endif
