/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Roa tables that a channel's filters read: when one has changed and settled, the routes
 * that its changed entries cover are judged anew (`rpki reload`), and no others.
 */
#include "nest/channel_private.h"

#include "lib/mem.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include "nest/table_private.h"

/* When more entries than these change at once, all routes are judged anew. */
#define ENTRIES_MOST 65536u

struct channel_roa {
	struct table_reader reader;
	struct channel_private *private;
	bool imports, exports; /* Whose filter reads it. */
	usec_t since;          /* When the change came that is to settle. */
	uint64_t seen;         /* How far the table had changed when last looked at. */
};

/* What changed in the tables that one filter reads. */
struct roa_change {
	struct cover *cover;
	bool is_whole; /* It can't be said what. */
};

static void roa_wake(struct table_reader *reader);
static void roa_settled(struct timer *timer);
static void roa_unfollow(struct channel_private *private);
static void roa_follow(struct channel_private *private, const struct filter *filter,
		       bool is_import);
static struct channel_roa *roa_find(struct channel_private *private, struct table *table);
static void roa_forget(struct channel_private *private);
static usec_t roa_settle_time(struct channel_roa *roa, usec_t now);
static bool roa_is_awake(const struct channel_roa *roa);
static void roa_read(struct channel_roa *roa, struct roa_change *imports,
		     struct roa_change *exports);
static void change_add(struct roa_change *change, const struct prefix *entry);
static void imports_review(struct channel *channel, const struct roa_change *change);
static void exports_review(struct channel *channel, const struct roa_change *change);
static bool change_is_some(const struct roa_change *change);
static void change_trace(const struct channel *channel, const struct roa_change *change,
			 const char *direction);
static bool filter_asks_elsewhere(const struct filter *filter);

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
	roa_unfollow(private);
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
	roa_unfollow(private);
	roa_forget(private);
}

bool
roa_is_due(const struct channel *channel)
{
	const struct channel_private *private = channel->private;
	bool is_due = export_is_reviewing(channel);
	for (uint32_t i = 0; i < private->roa_count; i++)
		is_due |= private->roas[i]->exports && roa_is_awake(private->roas[i]);
	return is_due;
}

/* Nobody reads them, until roa_follow() says so. */
static void
roa_unfollow(struct channel_private *private)
{
	for (uint32_t i = 0; i < private->roa_count; i++) {
		struct channel_roa *roa = private->roas[i];
		roa->imports = roa->exports = false;
	}
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
	struct channel_roa *roa = container_of(reader, struct channel_roa, reader);
	const struct table *table = reader->table;
	roa->since = router_now(table->router);
	roa->seen = table->journal.changes;
	timer_start_earlier(&roa->private->roa_timer, table->min_settle);
}

void
roa_look(struct channel *channel)
{
	struct channel_private *private = channel->private;
	bool awake = false;
	for (uint32_t i = 0; i < private->roa_count; i++)
		awake |= roa_is_awake(private->roas[i]);
	if (awake)
		timer_start_earlier(&private->roa_timer, 0);
}

/* When the table will have settled: now, or a time to look again. */
static usec_t
roa_settle_time(struct channel_roa *roa, usec_t now)
{
	const struct table *table = roa->reader.table;
	usec_t last = roa->since + table->max_settle;
	if (roa->reader.lost || roa->seen == table->journal.changes || now >= last)
		return now;
	roa->seen = table->journal.changes;
	return MIN(now + table->min_settle, last);
}

static void
roa_settled(struct timer *timer)
{
	struct channel_private *private =
		container_of(timer, struct channel_private, roa_timer);
	struct channel *channel = private->channel;
	usec_t now = router_now(timer->router), again = USEC_NEVER;
	struct roa_change imports = { .cover = cover_new() };
	struct roa_change exports = { .cover = cover_new() };
	/* Those who do it call roa_look() when they are done. */
	bool is_busy = private->reimport_which != NULL || export_is_reviewing(channel);
	for (uint32_t i = 0; i < private->roa_count && !is_busy; i++) {
		struct channel_roa *roa = private->roas[i];
		usec_t settled =
			roa_is_awake(roa) ? roa_settle_time(roa, now) : USEC_NEVER;
		if (settled > now)
			again = MIN(again, settled);
		else
			roa_read(roa, &imports, &exports);
	}
	if (again != USEC_NEVER)
		timer_start_at(timer, again);
	imports_review(channel, &imports);
	exports_review(channel, &exports);
	cover_release(imports.cover);
	cover_release(exports.cover);
}

static bool
roa_is_awake(const struct channel_roa *roa)
{
	return roa->reader.table != NULL && (roa->reader.awake || roa->reader.lost);
}

/* Notes the prefixes of all entries that changed. */
static void
roa_read(struct channel_roa *roa, struct roa_change *imports, struct roa_change *exports)
{
	struct table_reader *reader = &roa->reader;
	struct prefix entry;
	node_handle node;
	bool is_lost = reader->lost;
	if (is_lost) {
		table_feed_begin(reader);
		table_feed_end(reader);
	}
	imports->is_whole |= is_lost && roa->imports;
	exports->is_whole |= is_lost && roa->exports;
	while ((node = table_read(reader)) != 0) {
		table_node_prefix(reader->table, node, &entry);
		if (roa->imports)
			change_add(imports, &entry);
		if (roa->exports)
			change_add(exports, &entry);
	}
	table_read_done(reader);
}

static void
change_add(struct roa_change *change, const struct prefix *entry)
{
	change->is_whole |= cover_count(change->cover) == ENTRIES_MOST;
	if (!change->is_whole)
		cover_add(change->cover, entry);
}

static void
imports_review(struct channel *channel, const struct roa_change *change)
{
	bool asks_elsewhere = filter_asks_elsewhere(channel->config->import);
	/* One that can't announce again must not be restarted for this. */
	if (!change_is_some(change) || !reimport_can(channel))
		return;
	change_trace(channel, change, "import");
	if (!change->is_whole && !asks_elsewhere)
		reimport_within(channel, change->cover);
	else if (channel->keeps_received || channel->protocol->class->reimport != NULL)
		channel_reimport(channel);
}

static void
exports_review(struct channel *channel, const struct roa_change *change)
{
	bool is_whole =
		change->is_whole || filter_asks_elsewhere(channel->config->export);
	if (!change_is_some(change))
		return;
	change_trace(channel, change, "export");
	export_review(channel, is_whole ? NULL : change->cover);
}

static bool
change_is_some(const struct roa_change *change)
{
	return change->is_whole || cover_count(change->cover) > 0;
}

static void
change_trace(const struct channel *channel, const struct roa_change *change,
	     const char *direction)
{
	if ((channel_debug(channel) & DEBUG_EVENTS) == 0)
		return;
	if (change->is_whole)
		router_log(channel->protocol->router, LOG_TRACE,
			   "%s.%s: roa tables changed, all routes for %s are judged anew",
			   channel->protocol->name, channel->name, direction);
	else
		router_log(channel->protocol->router, LOG_TRACE,
			   "%s.%s: %zu roa entries changed, routes they cover are judged "
			   "anew for %s",
			   channel->protocol->name, channel->name,
			   cover_count(change->cover), direction);
}

static bool
filter_asks_elsewhere(const struct filter *filter)
{
	return filter != NULL && filter->class->reads(filter)->roa_elsewhere;
}
