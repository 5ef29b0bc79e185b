/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values into structs, as rows say.
 */
#ifndef CONF_STORE_H
#define CONF_STORE_H

#include "conf/complaint.h"
#include "conf/rows.h"
#include <stdbool.h>

struct arena;
struct block;
struct reader;

/* A struct with its presets. */
void *store_new(struct arena *arena, const struct conf_schema *schema);
/* The presets alone, of rows added to a struct made otherwise. */
void store_preset(const struct conf_schema *schema, void *config);
/* A statement without a block. */
void store_statement(struct reader *reader, const struct rows_match *match, void *config);
/* One with a block: its struct is made. False: it is to be passed over. */
bool store_block(struct reader *reader, const struct rows_match *match, void *config,
		 struct block *block);

/* Warns, unless it did so before with the same key. `hint` may be null. */
void store_warn_once(struct reader *reader, const void *key, const struct place *place,
		     const char *hint, const char *message);

#endif
