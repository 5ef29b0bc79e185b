/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Filters as the nest sees them (nest/filter.h), made of compiled code.  Inside of this
 * folder only.
 */
#ifndef FILTER_FILTER_H
#define FILTER_FILTER_H

#include "filter/code.h"
#include "nest/filter.h"

struct arena;
struct tally;

struct code_filter {
	struct filter filter;
	const struct code *code;
	struct tally *tally; /* Of its assertions; null: one that fails is an error. */
	struct filter_reads reads;
	struct table **tables; /* Room for reads.roa; filled when tables are found. */
	const struct code_table **table_places; /* Where they are found. */
};

extern const struct filter_class code_filter_class;

/* A filter of the code, in the arena; computes what it reads, using `scratch`. `router`
 * says what attributes there are; null: none. */
struct code_filter *code_filter_new(struct arena *arena, struct arena *scratch,
				    const struct code *code, const struct router *router);
/* The tables of its code were found: reads.roa is now right. */
void code_filter_bind(struct code_filter *filter);
/* The same instructions on the same constants, functions included. */
bool code_equal(const struct code *a, const struct code *b);

#endif
