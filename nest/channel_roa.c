/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Roa tables that a channel's filters read: when one changes, routes are judged anew
 * (`rpki reload`), a little later, for such changes come in crowds.
 */
#include "nest/channel_private.h"

#include "lib/mem.h"
#include "nest/protocol.h"
#include "nest/router.h"

#define ROA_SETTLE USEC_S

struct channel_roa {
	struct table_reader reader;
	struct channel_private *private;
	bool imports, exports; /* Whose filter reads it. */
};

static void roa_wake(struct table_reader *reader);
static void roa_settled(struct timer *timer);
static void roa_follow(struct channel_private *private, const struct filter *filter,
		       bool is_import);
static struct channel_roa *roa_find(struct channel_private *private, struct table *table);
static void roa_forget(struct channel_private *private);

void
roa_init(struct channel *channel)
{
	timer_init(&channel->private->roa_timer, channel->protocol->router, roa_settled);
}

void
roa_start(struct channel *channel)
{
	struct channel_private *private = channel->private;
	const struct channel_config *config = channel->config;
	for (uint32_t i = 0; i < private->roa_count; i++)
	private->roas[i]->imports = private->roas[i]->exports = false;
	if (config->rpki_reload) {
		roa_follow(private, config->import, true);
		roa_follow(private, config->export, false);
	}
	roa_forget(private);
}

void
roa_stop(struct channel *channel)
{
	struct channel_private *private = channel->private;
	for (uint32_t i = 0; i < private->roa_count; i++)
	private->roas[i]->imports = private->roas[i]->exports = false;
	roa_forget(private);
}

bool
roa_is_due(const struct channel *channel)
{
	const struct channel_private *private = channel->private;
	for (uint32_t i = 0; i < private->roa_count; i++) {
		const struct table_reader *reader = &private->roas[i]->reader;
		if (private->roas[i]->exports && (reader->awake || reader->lost))
			return true;
	}
	return false;
}

static void
roa_follow(struct channel_private *private, const struct filter *filter, bool is_import)
{
	const struct filter_reads *reads =
		filter != NULL ? filter->class->reads(filter) : NULL;
	for (size_t i = 0; reads != NULL && i < reads->roa_count; i++) {
		struct channel_roa *roa = roa_find(private, reads->roa[i]);
		roa->imports |= is_import;
		roa->exports |= !is_import;
	}
}

/* The one of a table, made if there is none. */
static struct channel_roa *
roa_find(struct channel_private *private, struct table *table)
{
	uint32_t at = 0;
	while (at < private->roa_count && private->roas[at]->reader.table != table)
		at++;
	if (at < private->roa_count)
		return private->roas[at];
	private->roas = mem_resize(private->roas, at + 1, sizeof(private->roas[0]));
	struct channel_roa *roa = mem_zalloc(sizeof(*roa));
	table_reader_init(&roa->reader, table, READER_BEST, roa_wake);
	roa->private = private;
	private->roas[private->roa_count++] = roa;
	return roa;
}

/* Those that no filter reads any more. */
static void
roa_forget(struct channel_private *private)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < private->roa_count; i++) {
		struct channel_roa *roa = private->roas[i];
		if (roa->imports || roa->exports) {
			private->roas[kept++] = roa;
			continue;
		}
		table_reader_fini(&roa->reader);
		mem_free(roa);
	}
	private->roa_count = kept;
	if (kept > 0)
		return;
	mem_free(private->roas);
	private->roas = NULL;
	timer_stop(&private->roa_timer);
}

static void
roa_wake(struct table_reader *reader)
{
	struct channel_private *private =
		container_of(reader, struct channel_roa, reader)->private;
	if (!timer_is_running(&private->roa_timer))
		timer_start(&private->roa_timer, ROA_SETTLE);
}

/* What changed does not matter, only that something did. */
static bool
roa_drain(struct table_reader *reader)
{
	bool changed = reader->awake;
	if (reader->lost) {
		table_feed_begin(reader);
		table_feed_end(reader);
	}
	while (table_read(reader) != 0)
		continue;
	table_read_done(reader);
	return changed;
}

static void
roa_settled(struct timer *timer)
{
	struct channel_private *private =
		container_of(timer, struct channel_private, roa_timer);
	struct channel *channel = private->channel;
	bool imports = false, exports = false;
	for (uint32_t i = 0; i < private->roa_count; i++) {
		struct channel_roa *roa = private->roas[i];
		if (roa->reader.table == NULL || !roa_drain(&roa->reader))
			continue;
		imports |= roa->imports;
		exports |= roa->exports;
	}
	/* One that can't announce again must not be restarted for this. */
	if (imports && channel->protocol->class->reimport != NULL)
		channel_reimport(channel);
	if (exports)
		export_review(channel);
}
