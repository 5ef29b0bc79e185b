/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol mrt (RFC 6396): dumps tables every so often.  A dump that takes longer than
 * the period is the only one until it is done.
 */
#include "proto/mrt/dump.h"

#include "interface_version.h"
#include "lib/out.h"
#include "nest/module.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include "nest/schema.h"
#include "nest/timer.h"
#include <inttypes.h>

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
	.doc = "Writes tables to MRT files (RFC 6396) from time to time. A file "
	       "appears under its name when it is whole.",
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

struct mrt {
	struct protocol protocol;
	struct timer timer;
	struct job job;
	struct mrt_dump dump;
	bool is_dumping;
	bool again; /* The period was over before the dump was. */
	uint64_t dumps, files, routes;
	usec_t dumped_at; /* Monotonic; 0: never. */
	int error;        /* Of the last dump. */
};

static struct mrt *
mrt_of(struct protocol *protocol)
{
	return (struct mrt *)protocol;
}

static const struct mrt_config *
mrt_config(const struct protocol *protocol)
{
	return (const struct mrt_config *)protocol->config;
}

static void
dump_begin(struct mrt *mrt)
{
	const struct mrt_config *config = mrt_config(&mrt->protocol);
	const struct mrt_order order = { .table = config->table,
					 .tables = config->tables,
					 .filename = config->filename,
					 .filter = config->filter,
					 .always_add_path = config->always_add_path };

	mrt->is_dumping = true;
	mrt_dump_init(&mrt->dump, mrt->protocol.router, &order);
	job_schedule(&mrt->job);
}

static void
dump_end(struct mrt *mrt)
{
	job_cancel(&mrt->job);
	if (mrt->is_dumping)
		mrt_dump_fini(&mrt->dump);
	mrt->is_dumping = false;
}

static void
timer_fire(struct timer *timer)
{
	struct mrt *mrt = container_of(timer, struct mrt, timer);

	timer_start(timer, mrt_config(&mrt->protocol)->period);
	if (mrt->is_dumping)
		mrt->again = true;
	else
		dump_begin(mrt);
}

static bool
job_run(struct job *job, unsigned budget)
{
	struct mrt *mrt = container_of(job, struct mrt, job);

	if (mrt_dump_step(&mrt->dump, budget))
		return true;
	mrt->dumps++;
	mrt->files += mrt->dump.files;
	mrt->routes = mrt->dump.routes;
	mrt->error = mrt->dump.error;
	mrt->dumped_at = router_now(mrt->protocol.router);
	protocol_trace(&mrt->protocol, DEBUG_EVENTS, "Dumped %" PRIu64 " routes",
		       mrt->routes);
	dump_end(mrt);
	if (mrt->again)
		dump_begin(mrt);
	mrt->again = false;
	return false;
}

/* ---- life ---- */

static int
mrt_start(struct protocol *protocol)
{
	struct mrt *mrt = mrt_of(protocol);

	timer_init(&mrt->timer, protocol->router, timer_fire);
	job_init(&mrt->job, protocol->router, job_run);
	timer_start(&mrt->timer, mrt_config(protocol)->period);
	protocol_set_state(protocol, PROTOCOL_UP);
	return 0;
}

static void
mrt_stop(struct protocol *protocol)
{
	struct mrt *mrt = mrt_of(protocol);

	timer_stop(&mrt->timer);
	dump_end(mrt);
}

/* What is being dumped may be of the former one's filter: it begins anew. */
static void
mrt_reconfigure(struct protocol *protocol, const void *old, const struct conf_diff *diff)
{
	struct mrt *mrt = mrt_of(protocol);
	bool was_dumping = mrt->is_dumping;

	(void)old;
	(void)diff;
	dump_end(mrt);
	if (was_dumping)
		dump_begin(mrt);
	timer_start_earlier(&mrt->timer, mrt_config(protocol)->period);
}

static void
mrt_show(const struct protocol *protocol, struct out *out)
{
	const struct mrt *mrt = (const struct mrt *)protocol;

	out_u64(out, "dumps", mrt->dumps);
	out_u64(out, "files", mrt->files);
	out_u64(out, "routes", mrt->routes);
	if (mrt->error)
		out_str(out, "error", mrt_dump_error(mrt->error));
}

static const struct protocol_class mrt_class = {
	.name = "mrt",
	.doc = "Writes tables to MRT files (RFC 6396).",
	.title = "MRT",
	.size = sizeof(struct mrt),
	.schema = &mrt_schema,
	.commands = mrt_commands,
	.check = mrt_check,
	.start = mrt_start,
	.stop = mrt_stop,
	.reconfigure = mrt_reconfigure,
	.show = mrt_show,
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
