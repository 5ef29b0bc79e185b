/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The option `igp table`, which several protocols have: in which table recursive next
 * hops are looked up, one for each family.
 */
#ifndef NEST_IGP_TABLE_H
#define NEST_IGP_TABLE_H

#include "nest/schema.h"
#include "nest/table.h"

struct router;
struct text;

/* A member of a configuration. */
struct igp_tables {
	const char *names[2]; /* Null: not said. */
};

/* The row for such a member. */
#define IGP_TABLE_ROW(config, member)                                                   \
	{                                                                               \
		.pattern = "igp table <table>",                                         \
		.doc = "The table in which recursive next hops are looked up; one for " \
		       "each family is possible. Preset: the channel's table.",         \
		.type = CONF_CALL, .effect = CONF_RESTART,                              \
		.offset = offsetof(config, member), .take = igp_tables_take,            \
		.equal = igp_tables_equal, .print = igp_tables_print                    \
	}
const char *igp_tables_take(struct conf_call *call);
bool igp_tables_equal(const void *old, const void *new);
void igp_tables_print(struct text *text, const void *field);

/* The table for next hops of a family: the one said, else `own` if it is of the family,
 * else the family's default; null if there is none. */
struct table *igp_table(const struct router *router, const struct igp_tables *tables,
			struct table *own, enum net_type type);

#endif
