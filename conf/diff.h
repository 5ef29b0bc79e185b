/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What differs between two configurations of an instance, row by row, and what that
 * costs.
 */
#ifndef CONF_DIFF_H
#define CONF_DIFF_H

#include "nest/schema.h"
#include <stdbool.h>
#include <stddef.h>

struct arena;
struct text;
struct channel_config;
struct protocol_config;
struct transport_config;

/* One difference, for people. */
struct diff_line {
	struct diff_line *next;
	const struct conf_item *outer; /* The block's row; null: none. */
	const void *block;             /* Which block of several; null: there is one. */
	unsigned place;                /* Its place among them, from 1. */
	const struct conf_item *item;  /* Null: see `note`. */
	const struct channel_config *channel; /* Of a channel; null: of the instance. */
	const char *note;
	const void *old, *new; /* The row's fields; null: see `note`. */
	enum conf_effect effect;
};

struct diff {
	struct conf_diff conf; /* Rows of the instance itself, and the dearest effect. */
	/* The dearest of the class's own rows, be it of the instance or of a channel: who
	 * looks again at what follows of a channel's other rows is the channel. */
	enum conf_effect own_effect;
	struct diff_line *lines, *last_line;
	struct arena *arena;
	const struct conf_item **items; /* conf.items, while they are collected. */
	size_t item_room;
};

/* Blocks of a list are compared with those that stand for the same: that have the same
 * name or interface patterns; those without names by their place.  The order of named
 * blocks means nothing, that of interfaces does: the first that matches decides. */

/* Compares two configurations of the same class; all memory is from the arena. Without
 * one only `same` and the effect are told. */
void diff_protocols(struct diff *diff, struct arena *arena,
		    const struct protocol_config *old, const struct protocol_config *new);
/* Two structs of a schema; rows of lists of instances are not among them. */
void diff_structs(struct diff *diff, struct arena *arena,
		  const struct conf_schema *schema, const void *old, const void *new);
void diff_transports(struct diff *diff, struct arena *arena,
		     const struct transport_config *old,
		     const struct transport_config *new);
/* One row's value at the two places is the same; lists of blocks are not looked into. */
bool diff_row_is_equal(const struct conf_item *item, const void *old, const void *new);
/* "ipv4: import", "interface "eth*": hello interval", "peer alice: added" */
void diff_line_text(const struct diff_line *line, struct text *text);
/* "SAME", "LIVE", "REFEED", "RESTART" */
const char *diff_effect_name(const struct diff *diff);

#endif
