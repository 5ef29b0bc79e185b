/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol mrt (RFC 6396): its configuration, which is read and checked; dumps are not in
 * this build.
 */
#include "interface_version.h"
#include "nest/module.h"
#include "nest/protocol.h"
#include "nest/schema.h"

struct mrt_config {
	struct protocol_config common;
	const char *table;    /* Null: see the pattern. */
	const char *tables;   /* Pattern of names. */
	const char *filename; /* With %N, %F and what strftime knows. */
	const struct filter *filter;
	usec_t period;
	bool always_add_path;
};

static const struct conf_item items[] = {
	{ .pattern = "table @",
	  .doc = "The table that is written out.",
	  .type = CONF_TABLE,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct mrt_config, table) },
	{ .pattern = "table <string>",
	  .doc = "All tables whose names match.",
	  .type = CONF_STRING,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct mrt_config, tables) },
	{ .pattern = "@",
	  .doc = "The routes that are written out.",
	  .type = CONF_FILTER,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct mrt_config, filter) },
	{ .pattern = "filename @",
	  .doc = "The file: %N is the table's name, the rest a time format.",
	  .type = CONF_STRING,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct mrt_config, filename) },
	{ .pattern = "period @",
	  .doc = "How often.",
	  .type = CONF_USEC,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct mrt_config, period) },
	{ .pattern = "always add path @",
	  .doc = "Writes path ids whether or not there are several routes.",
	  .type = CONF_SWITCH,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct mrt_config, always_add_path) },
	{ 0 },
};

static const struct conf_schema mrt_schema = {
	.name = "mrt",
	.doc = "Writes tables to MRT files (RFC 6396) from time to time. This build "
	       "reads "
	       "and checks its configuration; dumps are not in it yet.",
	.size = sizeof(struct mrt_config),
	.items = items,
	.base = &protocol_schema,
};

static void
mrt_check(void *data, struct conf_check *check)
{
	const struct mrt_config *config = data;
	if (config->table == NULL && config->tables == NULL)
		conf_check_error(check, "the table is missing: `table NAME;`");
	if (config->filename == NULL)
		conf_check_error(check, "the file is missing: `filename \"…\";`");
	if (config->period == 0)
		conf_check_error(check, "the period is missing: `period SECONDS;`");
}

static const struct protocol_class mrt_class = {
	.name = "mrt",
	.doc = "Writes tables to MRT files (RFC 6396).",
	.size = sizeof(struct protocol),
	.schema = &mrt_schema,
	.inert = "this build writes no MRT files",
	.check = mrt_check,
};

static const struct protocol_class *const mrt_classes[] = { &mrt_class, NULL };

extern const struct module mrt_module;
const struct module mrt_module = {
	.magic = MODULE_MAGIC,
	.interface = INTERFACE_VERSION,
	.name = "mrt",
	.doc = "Writes tables to MRT files (RFC 6396).",
	.protocols = mrt_classes,
};
