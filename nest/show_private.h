/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `show` and `subscribe` tell alike: the same keys for the same things.
 */
#ifndef NEST_SHOW_PRIVATE_H
#define NEST_SHOW_PRIVATE_H

#include "lib/out.h"
#include <stdbool.h>

struct command_call;
struct link;
struct protocol;
struct route;
struct route_draft;
struct table;
struct transport;

/* ---- show.c ---- */

#define SHOW_PROTOCOL_COLUMNS 7
extern const struct out_column show_protocol_columns[SHOW_PROTOCOL_COLUMNS];
void show_protocol_cells(const struct command_call *call,
			 const struct protocol *protocol);
void show_transport_cells(const struct command_call *call,
			  const struct transport *transport);
#define SHOW_LINK_COLUMNS 8
extern const struct out_column show_link_columns[SHOW_LINK_COLUMNS];
void show_link_cells(struct out *out, const struct link *link);

/* ---- show_route_row.c ---- */

#define SHOW_ROUTE_COLUMNS 10
extern const struct out_column show_route_columns[SHOW_ROUTE_COLUMNS];
/* Whose route it is, through whatever pipes it came. */
const struct protocol *show_route_origin(const struct table *table,
					 const struct route *route);
/* The cells of a route's row; programs are told the table, too. */
void show_route_cells(struct command_call *call, const struct table *table,
		      const struct route *route, const struct route_draft *draft,
		      bool best);
/* What doesn't fit there: several next hops; `all`: attributes. */
void show_route_details(struct out *out, const struct route_draft *draft, bool all);

#endif
