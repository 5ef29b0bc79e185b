/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where recursive next hops are looked up.
 */
#include "nest/igp_table.h"

#include <string.h>

#include "lib/macros.h"
#include "lib/text.h"
#include "nest/router.h"

const char *
igp_tables_take(struct conf_call *call)
{
	struct igp_tables *tables =
		(struct igp_tables *)(void *)((char *)call->config + call->item->offset);
	unsigned at = tables->names[0] != NULL;
	if (tables->names[1] != NULL)
		return "there are two igp tables already, one for each family";
	tables->names[at] = call->values[0].word;
	return NULL;
}

bool
igp_tables_equal(const void *old, const void *new)
{
	const struct igp_tables *a = old, *b = new;
	for (size_t i = 0; i < ARRAY_SIZE(a->names); i++)
		if (!a->names[i] != !b->names[i] ||
		    (a->names[i] && strcmp(a->names[i], b->names[i]) != 0))
			return false;
	return true;
}

void
igp_tables_print(struct text *text, const void *field)
{
	const struct igp_tables *tables = field;
	text_add(text, tables->names[0] != NULL ? tables->names[0] : "none");
	if (tables->names[1] != NULL)
		text_printf(text, ", %s", tables->names[1]);
}

struct table *
igp_table(const struct router *router, const struct igp_tables *tables, struct table *own,
	  enum net_type type)
{
	for (size_t i = 0; i < ARRAY_SIZE(tables->names); i++) {
		struct table *table =
			tables->names[i] ? router_table(router, tables->names[i], type)
					 : NULL;
		if (table && table_type(table) == type)
			return table;
	}
	return own && table_type(own) == type ? own : router_table(router, NULL, type);
}
