/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `show route` was asked for: which tables, which networks, which of their routes.
 */
#ifndef NEST_SELECTION_H
#define NEST_SELECTION_H

#include "lib/addr.h"
#include "nest/table.h"
#include <stdbool.h>

struct channel;
struct command_call;
struct filter;
struct protocol;

enum prefix_match { MATCH_ALL, MATCH_EXACT, MATCH_FOR, MATCH_IN };

/* Which routes, as an export channel sees them. */
enum export_match {
	EXPORT_ANY,
	EXPORT_CONSIDERED, /* What the filter is asked about. */
	EXPORT_ACCEPTED,
	EXPORT_REFUSED,
	EXPORT_TOLD
};

/* One table to look into. */
struct selected_table {
	struct table *table;
	struct channel *destination; /* `export X`: its channel there; else null. */
};

#define SELECTION_TABLES 64

struct selection {
	struct command_call *call;
	enum prefix_match match;
	struct prefix net;
	bool all, primary, filtered;
	bool explain; /* Why the routes are as they are, rather than them. */
	bool counts;  /* `count`, `stats`: how many there are. */
	bool is_list; /* Not so `count`: the routes themselves. */
	bool changes; /* Of a subscription: no more than these. */
	const struct protocol *protocol;    /* Whose routes; null: everybody's. */
	const struct protocol *destination; /* `export X` */
	const char *destination_channel;    /* `export X.CHANNEL`; null: any. */
	enum export_match export;
	const struct filter *filter; /* Null: all. */
	struct filter *compiled;     /* Freed with the call's pool. */
	bool tables_asked;           /* By `table`. */
	bool tables_named;           /* By their names: none of them may be left out. */
	struct selected_table tables[SELECTION_TABLES];
	unsigned table_count;
};

/* Reads the words of a call; 0, or a negative errno after out_error(). */
int selection_read(struct selection *selection, struct command_call *call);
/* The table may have such networks. */
bool selection_fits(const struct selection *selection, const struct table *table);
/* A single node, for an exact prefix or the longest match; 0: none. */
node_handle selection_find(const struct selection *selection, struct table *table);

#endif
