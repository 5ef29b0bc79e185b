/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a destination's routes are as they are: `why` and `show route … explain`.
 *
 *   why.c              the command: which tables, which destination
 *   explain.c          one destination of one table, as a whole; what is not there
 *   explain_route.c    one route: who let it in, what it wins or loses by, where it leads
 *   explain_export.c   who is told, who isn't and which line decided that
 */
#ifndef NEST_EXPLAIN_H
#define NEST_EXPLAIN_H

#include "lib/addr.h"
#include "nest/filter.h"
#include "nest/table.h"
#include <stdbool.h>

struct channel;
struct command_call;
struct nexthop;
struct out;
struct protocol;
struct text;

/* What is explained. */
struct explanation {
	struct command_call *call;
	struct table *table;
	struct prefix asked; /* As it was asked for; of the table's type. */
	struct prefix net;   /* What of the table that is about. */
	node_handle node;    /* 0: it has none. */
};

/* Finds what of the table is about a destination: it, or (`longest`, or it isn't there)
 * the longest match. */
void explain_find(struct explanation *explanation, bool longest);
/* All that can be said. */
void explain_all(const struct explanation *explanation);
/* Why one protocol is told of it, or the first reason why not. */
void explain_to(const struct explanation *explanation, struct protocol *to);

/* ---- explain_route.c */

/* An object in a list that is open; `other`: the one that it loses to or wins over, null:
 * there is none. */
void explain_route(const struct explanation *explanation, const struct route *route,
		   const struct route *other, bool is_best);
/* What a protocol announces and the table has no trace of: objects in a list that is open
 * (`shows`), and whether there is something. */
bool explain_refused(const struct explanation *explanation, struct channel *channel,
		     bool shows);
/* "via 10.0.0.1 on eth0" */
void explain_hops_text(const struct nexthop *nexthop, struct text *text);
/* A verdict of a policy, as a sentence for people and as fields for programs. */
void explain_decision(struct out *out, const char *key, const struct filter *filter,
		      const struct filter_decision *decision, const char *remark);

/* ---- explain_export.c */

/* Whether a channel is told of the destination. */
struct explain_told {
	bool is_told;
	struct text reason;
	bool has_decision; /* Its policy was asked. */
	struct filter_decision decision;
};
void explain_told(const struct explanation *explanation, struct channel *channel,
		  struct explain_told *told);
void explain_told_fini(struct explain_told *told);
/* All channels of the table: an object each, in a list that is open. */
void explain_exports(const struct explanation *explanation);

#endif
