/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows of what stands outside of protocols: global options, and those of tables.
 */
#ifndef NEST_CONFIG_SCHEMA_H
#define NEST_CONFIG_SCHEMA_H

#include "nest/schema.h"

/* Fills struct config. */
extern const struct conf_schema config_schema;
/* Fills struct config_table. */
extern const struct conf_schema table_schema;
/* The words of `debug`. */
extern const struct conf_word debug_words[];
/* Of `mrtdump`: enum mrt_what. */
extern const struct conf_word mrtdump_words[];

#endif
