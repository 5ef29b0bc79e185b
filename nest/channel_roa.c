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
static void roa_add(struct channel_private *private, const struct filter *filter,
		    bool is_import);
static size_t roa_most(const struct filter *filter);

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
	roa_stop(channel);
	size_t most = roa_most(config->import) + roa_most(config->export);
	if (!config->rpki_reload || most == 0)
		return;
	private->roas = mem_zalloc(most * sizeof(private->roas[0]));
	roa_add(private, config->import, true);
	roa_add(private, config->export, false);
}

void
roa_stop(struct channel *channel)
{
	struct channel_private *private = channel->private;
	timer_stop(&private->roa_timer);
	for (uint32_t i = 0; i < private->roa_count; i++)
		table_reader_fini(&private->roas[i].reader);
	mem_free(private->roas);
	private->roas = NULL;
	private->roa_count = 0;
}

static size_t
roa_most(const struct filter *filter)
{
	return filter != NULL ? filter->class->reads(filter)->roa_count : 0;
}

static void
roa_add(struct channel_private *private, const struct filter *filter, bool is_import)
{
	const struct filter_reads *reads =
		filter != NULL ? filter->class->reads(filter) : NULL;
	for (size_t i = 0; reads != NULL && i < reads->roa_count; i++) {
		uint32_t at = 0;
		while (at < private->roa_count &&
		       private->roas[at].reader.table != reads->roa[i])
			at++;
		struct channel_roa *roa = &private->roas[at];
		if (at == private->roa_count) {
			table_reader_init(&roa->reader, reads->roa[i], READER_BEST,
					  roa_wake);
			roa->private = private;
			private->roa_count++;
		}
		roa->imports |= is_import;
		roa->exports |= !is_import;
	}
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
		struct channel_roa *roa = &private->roas[i];
		if (roa->reader.table == NULL || !roa_drain(&roa->reader))
			continue;
		imports |= roa->imports;
		exports |= roa->exports;
	}
	/* One that can't announce again must not be restarted for this. */
	if (imports && channel->protocol->class->reimport != NULL)
		channel_reimport(channel);
	if (exports)
		channel_refeed(channel);
}
