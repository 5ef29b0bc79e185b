/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The instances a command is about, over its turns: between two of them a configuration
 * may take some away or put others before them.
 */
#ifndef NEST_INSTANCES_H
#define NEST_INSTANCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct command_call;
struct protocol;
struct out_column;

typedef bool instances_meant(const struct command_call *, const struct protocol *);

/* Zeroed: not begun. */
struct instances {
	instances_meant *is_meant;
	const char **names; /* As they were at the beginning; of the call's pool. */
	uint32_t count, at;
};

/* Those that are meant now, in the router's order; one that comes later is not shown. */
void instances_begin(struct instances *instances, const struct command_call *call,
		     instances_meant *is_meant);
/* The one at hand, as it is in this turn; those that are gone, or no longer meant, are
 * passed over. Null: there are no more. */
struct protocol *instances_now(struct instances *instances,
			       const struct command_call *call);
/* It is done with; the one behind it, or null. */
struct protocol *instances_next(struct instances *instances,
				const struct command_call *call);

/* The instance of this class ("babel") that a command names; null, after a complaint that
 * says which there are. */
struct protocol *instances_named(struct command_call *call, const char *class,
				 const char *name);
/* Nothing is shown since none of the class runs, which is no mistake: people are told,
 * programs get the empty table, and who asks in BIRD's protocol the error that BIRD makes
 * of it.  What the command returns. */
int instances_none(const struct command_call *call, const char *class, const char *table,
		   const struct out_column *columns, size_t count);

#endif
