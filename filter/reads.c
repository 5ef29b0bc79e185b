/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the outcome of a filter can depend on, found in its code and in that of all it
 * calls.
 */
#include "filter/filter.h"
#include "lib/arena.h"
#include "lib/macros.h"
#include <stdlib.h>
#include <string.h>

struct finder {
	struct arena *scratch;
	const struct router *router;
	struct filter_reads *reads;
	const struct code **codes; /* Each once. */
	attr_id *attrs;
	const struct code_table **tables;
	size_t code_count, code_room, attr_count, attr_room, table_count, table_room;
};

static void
code_add(struct finder *finder, const struct code *code)
{
	for (size_t i = 0; i < finder->code_count; i++)
		if (finder->codes[i] == code)
			return;
	finder->codes = arena_grow(finder->scratch, finder->codes, finder->code_count,
				   &finder->code_room, sizeof(struct code *));
	finder->codes[finder->code_count++] = code;
}

static void
attr_add(struct finder *finder, attr_id id)
{
	for (size_t i = 0; i < finder->attr_count; i++)
		if (finder->attrs[i] == id)
			return;
	finder->attrs = arena_grow(finder->scratch, finder->attrs, finder->attr_count,
				   &finder->attr_room, sizeof(*finder->attrs));
	finder->attrs[finder->attr_count++] = id;
	/* A module's own way of reading: it may be the metric in the route, which is in
	 * no set. */
	const struct attr_class *class =
		finder->router ? attr_class_of(finder->router, id) : NULL;
	if (class && class->get && id >= CORE_ATTRS)
		finder->reads->metric = true;
	if (class && class->flags & ATTR_OF_PEER)
		finder->reads->peer = true;
}

static void
table_add(struct finder *finder, const struct code_table *table)
{
	for (size_t i = 0; i < finder->table_count; i++)
		if (strcmp(finder->tables[i]->name, table->name) == 0)
			return;
	finder->tables = arena_grow(finder->scratch, finder->tables, finder->table_count,
				    &finder->table_room, sizeof(struct code_table *));
	finder->tables[finder->table_count++] = table;
}

static void
inst_look_at(struct finder *finder, const struct code *code, const struct inst *inst)
{
	switch (inst->op) {
	case OP_NET:
	case OP_NET_IN_SET: finder->reads->net = true; break;
	case OP_SOURCE: attr_add(finder, ATTR_SOURCE); break;
	case OP_PREFERENCE: attr_add(finder, ATTR_PREFERENCE); break;
	case OP_ATTR_SET:
	case OP_ATTR_UNSET: finder->reads->writes = true; break;
	case OP_ATTR_GET: attr_add(finder, (attr_id)inst->wide); break;
	case OP_ROA_CHECK:
		finder->reads->roa_elsewhere = true;
		table_add(finder, &code->tables[inst->wide]);
		break;
	case OP_ROA_CHECK_NET:
		finder->reads->net = true;
		table_add(finder, &code->tables[inst->wide]);
		break;
	case OP_PRINT_END:
	case OP_ASSERT: finder->reads->effects = true; break;
	case OP_CALL: code_add(finder, code->callees[inst->wide]); break;
	default: break;
	}
}

static int
attr_compare(const void *a, const void *b)
{
	return (int)*(const attr_id *)a - (int)*(const attr_id *)b;
}

static void
finder_keep(struct finder *finder, struct code_filter *filter, struct arena *arena)
{
	size_t count = finder->attr_count;
	if (count > 0) {
		attr_id *attrs = arena_alloc(arena, count * sizeof(*attrs));
		memcpy(attrs, finder->attrs, count * sizeof(*attrs));
		qsort(attrs, count, sizeof(*attrs), attr_compare);
		filter->reads.attrs = attrs;
		filter->reads.attr_count = count;
	}
	count = finder->table_count;
	if (count > 0) {
		size_t size = count * sizeof(struct code_table *);
		filter->tables = arena_alloc(arena, count * sizeof(struct table *));
		filter->table_places =
			memcpy(arena_alloc(arena, size), finder->tables, size);
		filter->reads.roa = filter->tables;
		filter->reads.roa_count = count;
	}
}

struct code_filter *
code_filter_new(struct arena *arena, struct arena *scratch, const struct code *code,
		const struct router *router)
{
	struct code_filter *filter = arena_alloc(arena, sizeof(*filter));
	filter->filter.class = &code_filter_class;
	filter->filter.name = code->name;
	filter->code = code;
	struct finder finder = { .scratch = scratch,
				 .router = router,
				 .reads = &filter->reads };
	code_add(&finder, code);
	for (size_t i = 0; i < finder.code_count; i++)
		for (uint32_t j = 0; j < finder.codes[i]->inst_count; j++)
			inst_look_at(&finder, finder.codes[i],
				     &finder.codes[i]->insts[j]);
	finder_keep(&finder, filter, arena);
	return filter;
}

void
code_filter_bind(struct code_filter *filter)
{
	for (size_t i = 0; i < filter->reads.roa_count; i++)
		filter->tables[i] = filter->table_places[i]->table;
}
