/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From protocols into tables: checks, import filter, limits, refreshes, and withdrawing
 * all that a channel brought.  Long walks are done by the channel's import job.
 */
#include "nest/channel_private.h"

#include "lib/mem.h"
#include "nest/protocol.h"
#include "nest/recent.h"
#include "nest/router.h"
#include "nest/table_private.h"
#include <limits.h>
#include <string.h>

/* An update on its way, and what becomes of it. */
struct import_item {
	const struct route_update *update;
	struct attrs *filled; /* With the defaults; null: withdrawn. */
	/* After the filter; no attributes: it was rejected. */
	struct route_given given;
	struct node_key key;
	/* The best one there, to be fetched; null: nothing is to be. */
	const struct route *first;
};

struct import_batch {
	struct channel *channel;
	struct import_item items[IMPORT_BATCH];
	size_t count;
	size_t unknown; /* Items that are to be searched for. */
	bool is_told;   /* By the protocol, not judged anew. */
	bool is_limited;
	unsigned debug;
	/* Uses that are ours until the end. */
	struct attrs *held[3 * IMPORT_BATCH];
	size_t held_count;
};

static void batch_fill(struct import_batch *batch, const struct route_update *updates,
		       const uint16_t *flags);
static void batch_filter(struct import_batch *batch);
static void batch_revise(struct import_batch *batch);
static void batch_search(struct import_batch *batch);
static void batch_apply(struct import_batch *batch);
static struct attrs *attrs_fill(struct import_batch *batch, struct attrs *given);
static void import_one(struct import_batch *batch, struct import_item *item,
		       const struct route_giver *giver);
static void import_put(struct import_batch *batch, struct import_item *item,
		       const struct route_giver *giver, bool is_filtered);
static void import_withdraw(struct import_batch *batch, struct import_item *item);
static bool limits_are_on(const struct channel *channel);
static bool limits_allow(struct channel *channel, uint16_t source, struct node_key *key,
			 bool *is_filtered);
static bool net_is_bogus(const struct prefix *net);
static uint32_t source_place(const struct channel_private *private, uint32_t path_id);
static uint16_t source_get(struct channel *channel, uint32_t path_id);
static bool import_job_run(struct job *job, unsigned budget);
static void sources_stale(struct channel *channel, bool dooms);
static void sources_rewind(struct channel *channel);
static bool sweep_run(struct channel *channel, unsigned which, unsigned budget);
static void sources_free(struct channel *channel);

void
channel_import(struct channel *channel, const struct route_update *updates, size_t count)
{
	if (channel->state == CHANNEL_DOWN)
		return;
	while (count > 0) {
		size_t piece = MIN(count, IMPORT_BATCH);
		import_run(channel, updates, NULL, piece);
		updates += piece;
		count -= piece;
	}
}

void
channel_refresh_begin(struct channel *channel)
{
	struct channel_private *private = channel->private;
	if (channel->state == CHANNEL_DOWN || private->refreshes++ > 0)
		return;
	private->sweeping = false;
	private->swept = 0;
	revise_stop(channel);
	sources_stale(channel, false);
}

void
channel_refresh_again(struct channel *channel, bool drops)
{
	struct channel_private *private = channel->private;
	if (channel->state == CHANNEL_DOWN || private->refreshes == 0)
		return;
	sources_stale(channel, drops);
	private->dropping |= drops;
	if (private->dropping)
		job_schedule(&private->import_job);
}

void
channel_refresh_end(struct channel *channel)
{
	struct channel_private *private = channel->private;
	if (channel->state == CHANNEL_DOWN)
		return;
	if (private->refreshes > 0 && --private->refreshes > 0)
		return;
	/* What is doomed is stale, too; should the sweep be stopped, it goes all the
	 * same.
	 */
	if (private->dropping)
		sources_rewind(channel);
	private->sweeping = true;
	revise_stop(channel);
	job_schedule(&private->import_job);
}

void
channel_flush(struct channel *channel)
{
	channel_refresh_begin(channel);
	channel_refresh_end(channel);
}

bool
channel_is_flushed(const struct channel *channel)
{
	const struct channel_private *private = channel->private;
	return channel->state == CHANNEL_DOWN && !private->flushing && !private->draining;
}

void
import_init(struct channel *channel)
{
	job_init(&channel->private->import_job, channel->protocol->router,
		 import_job_run);
}

void
import_stop(struct channel *channel, bool keep_stale)
{
	struct channel_private *private = channel->private;
	private->refreshes = 0;
	private->sweeping = private->dropping = private->limit_due = false;
	reimport_stop(channel);
	revise_stop(channel);
	job_cancel(&private->import_job);
	if (keep_stale) {
		sources_stale(channel, false);
		return;
	}
	if (channel->imported + channel->filtered == 0) {
		sources_free(channel);
		return;
	}
	sources_rewind(channel);
	private->flushing = true;
	job_schedule(&private->import_job);
}

void
import_fini(struct channel *channel)
{
	struct channel_private *private = channel->private;
	job_cancel(&private->import_job);
	reimport_stop(channel);
	sources_rewind(channel);
	while (sweep_run(channel, 0, UINT_MAX))
		;
	sources_free(channel);
	mem_free(private->sources);
}

void
import_run(struct channel *channel, const struct route_update *updates,
	   const uint16_t *flags, size_t count)
{
	struct router *router = channel->protocol->router;
	struct import_batch batch;
	batch.channel = channel;
	batch.count = count;
	batch.is_told = flags == NULL;
	batch.held_count = 0;
	batch.is_limited = limits_are_on(channel);
	batch.debug = channel_debug(channel);
	batch_fill(&batch, updates, flags);
	if (channel->config->import != NULL)
		batch_filter(&batch);
	if (flags != NULL && channel->private->revise != NULL)
		batch_revise(&batch);
	batch_search(&batch);
	batch_apply(&batch);
	if (count > 0)
		channel->private->next = batch.items[count - 1].key.candidate + 1;
	for (size_t i = 0; i < batch.held_count; i++)
		attrs_release(router, batch.held[i], 1);
}

/* Fetches what it will be compared with. */
PREFETCH_INLINE void
item_meet(const struct table *table, struct import_item *item)
{
	item->first = candidate_first(table, &item->key);
	__builtin_prefetch(item->first);
}

static void
batch_fill(struct import_batch *batch, const struct route_update *updates,
	   const uint16_t *flags)
{
	const struct table *table = batch->channel->table;
	node_handle next = batch->channel->private->next;
	struct attrs *last = NULL, *filled = NULL;
	size_t unknown = 0;
	for (size_t i = 0; i < batch->count; i++) {
		const struct route_update *update = &updates[i];
		struct import_item *item = &batch->items[i];
		/* Equal ones come together. */
		if (update->attrs != last) {
			last = update->attrs;
			filled = last != NULL ? attrs_fill(batch, last) : NULL;
		}
		item->update = update;
		item->filled = filled;
		item->given = (struct route_given){ filled, update->metric,
						    flags != NULL ? flags[i] : 0 };
		node_key_take(table, update->net, &item->key);
		if (node_guess(table, &item->key, next)) {
			item_meet(table, item);
			next++;
		} else {
			unknown++;
		}
	}
	batch->unknown = unknown;
}

/* Judges all announcements; nothing has changed yet. */
static void
batch_filter(struct import_batch *batch)
{
	struct channel *channel = batch->channel;
	struct filter_item judged[IMPORT_BATCH];
	struct import_item *items[IMPORT_BATCH];
	size_t count = 0;
	for (size_t i = 0; i < batch->count; i++) {
		struct import_item *item = &batch->items[i];
		if (item->filled == NULL)
			continue;
		items[count] = item;
		judged[count].is_judged = false;
		judged[count].attrs = NULL;
		judged[count++].draft = (struct route_draft){
			.net = item->update->net,
			.attrs = item->filled,
			.metric = item->given.metric,
			.path_id = item->update->path_id,
			.channel = channel,
		};
	}
	filter_items_run(channel->protocol->router, channel->config->import, judged,
			 count);
	for (size_t i = 0; i < count; i++) {
		items[i]->given.attrs = judged[i].attrs;
		items[i]->given.metric = judged[i].draft.metric;
		if (judged[i].verdict != FILTER_ACCEPT)
			rejections_add(&channel->import_rejections,
				       &judged[i].draft.rejected_at);
		if (judged[i].attrs != NULL)
			batch->held[batch->held_count++] = judged[i].attrs;
	}
}

/* What is stale stays revised, whatever the policy. */
static void
batch_revise(struct import_batch *batch)
{
	struct channel *channel = batch->channel;
	for (size_t i = 0; i < batch->count; i++) {
		struct import_item *item = &batch->items[i];
		struct route_given *given = &item->given;
		if ((given->flags & ROUTE_STALE) == 0 || given->attrs == NULL)
			continue;
		given->attrs = channel->private->revise(channel, given->attrs);
		if (given->attrs != NULL)
			batch->held[batch->held_count++] = given->attrs;
	}
}

/* Goes on with all searches, and fetches more of what will be read: where the sets are of
 * what there is, then these. */
static void
batch_search(struct import_batch *batch)
{
	const struct table *table = batch->channel->table;
	const struct attrs_table *sets = table->router->attrs;
	if (batch->unknown > 0) {
		for (size_t i = 0; i < batch->count; i++)
			node_search(table, &batch->items[i].key);
		for (size_t i = 0; i < batch->count; i++)
			item_meet(table, &batch->items[i]);
	}
	for (size_t i = 0; i < batch->count; i++) {
		const struct route *first = batch->items[i].first;
		if (first != NULL)
			__builtin_prefetch(attrs_place_at(sets, first->attrs));
	}
	for (size_t i = 0; i < batch->count; i++) {
		const struct route *first = batch->items[i].first;
		if (first != NULL)
			__builtin_prefetch(route_attrs(table, first));
	}
}

static void
batch_apply(struct import_batch *batch)
{
	struct channel *channel = batch->channel;
	struct route_giver giver = { .source = NULL };
	uint32_t path_id = 0;
	for (size_t i = 0; i < batch->count; i++) {
		struct import_item *item = &batch->items[i];
		if (item->filled == NULL) {
			import_withdraw(batch, item);
			continue;
		}
		if (giver.source == NULL || path_id != item->update->path_id) {
			path_id = item->update->path_id;
			giver = route_giver(channel->table, source_get(channel, path_id));
		}
		import_one(batch, item, &giver);
	}
}

static struct attrs *
attrs_fill(struct import_batch *batch, struct attrs *given)
{
	if (given->preference > 0 && given->source != RTS_UNKNOWN)
		return given;
	struct attrs *filled = channel_attrs_fill(batch->channel, given);
	return batch->held[batch->held_count++] = filled;
}

struct attrs *
channel_attrs_fill(const struct channel *channel, struct attrs *given)
{
	const struct protocol_class *class = channel->protocol->class;
	struct attrs_draft draft;
	attrs_draft_init(&draft, given);
	if (draft.preference == 0)
		draft.preference = channel_preference(channel);
	if (draft.source == RTS_UNKNOWN)
		draft.source = class->source;
	struct attrs *filled = attrs_intern(channel->protocol->router, &draft);
	attrs_draft_fini(&draft);
	return filled;
}

static inline void
import_trace(const struct import_batch *batch, unsigned bit, const char *what,
	     const struct import_item *item)
{
	if ((batch->debug & bit) != 0)
		channel_trace(batch->channel, what, item->update->net);
}

/* A route was replaced or withdrawn. */
static void
import_flapped(const struct import_batch *batch, const struct import_item *item)
{
	struct protocol *protocol = batch->channel->protocol;
	if (protocol->class->flapped != NULL && batch->is_told)
		protocol->class->flapped(protocol, batch->channel, item->update);
}

static void
import_one(struct import_batch *batch, struct import_item *item,
	   const struct route_giver *giver)
{
	struct channel *channel = batch->channel;
	struct channel_counters *counters = &channel->import_updates;
	bool is_filtered = item->given.attrs == NULL;
	counters->received++;
	if (giver->source == NULL || net_is_bogus(item->update->net)) {
		counters->rejected++;
		import_trace(batch, DEBUG_ROUTES, "> invalid", item);
		return;
	}
	if (is_filtered) {
		counters->filtered++;
		import_trace(batch, DEBUG_FILTERS, "> filtered out", item);
	}
	if (!batch->is_limited ||
	    limits_allow(channel, giver->source->handle, &item->key, &is_filtered))
		import_put(batch, item, giver, is_filtered);
}

static void
import_put(struct import_batch *batch, struct import_item *item,
	   const struct route_giver *giver, bool is_filtered)
{
	struct channel *channel = batch->channel;
	struct table *table = channel->table;
	const struct route_update *update = item->update;
	struct channel_counters *counters = &channel->import_updates;
	uint32_t imported = channel->imported;
	route_handle route;
	if (!is_filtered) {
		bool changed =
			table_update_key(table, giver, &item->key, &item->given, &route);
		*(changed ? &counters->accepted : &counters->ignored) += 1;
		import_trace(batch, DEBUG_ROUTES, changed ? "> set" : "> unchanged",
			     item);
		if (changed && channel->imported == imported)
			import_flapped(batch, item);
	} else if (channel->config->keep_filtered || channel->keeps_received) {
		struct route_given given = { item->filled, update->metric,
					     item->given.flags | ROUTE_FILTERED };
		table_update_key(table, giver, &item->key, &given, &route);
	} else {
		if (table_withdraw_key(table, giver->source->handle, &item->key))
			recent_add(channel, update->net, true);
		return;
	}
	if (channel->keeps_received)
		route_receive(table, route, update->attrs, update->metric);
}

static void
import_withdraw(struct import_batch *batch, struct import_item *item)
{
	struct channel *channel = batch->channel;
	struct channel_private *private = channel->private;
	uint32_t path_id = item->update->path_id;
	uint32_t place = source_place(private, path_id);
	bool is_known = place < private->source_count &&
			private->sources[place].path_id == path_id;
	channel->import_withdraws.received++;
	if (is_known && table_withdraw_key(channel->table, private->sources[place].source,
					   &item->key)) {
		channel->import_withdraws.accepted++;
		recent_add(channel, item->update->net, false);
		import_trace(batch, DEBUG_ROUTES, "> removed", item);
		import_flapped(batch, item);
	} else {
		channel->import_withdraws.ignored++;
	}
}

static bool
limits_are_on(const struct channel *channel)
{
	const struct limit *limits = channel->config->limits;
	return limits[LIMIT_RECEIVE].on || limits[LIMIT_IMPORT].on;
}

/* False: the route is not to be remembered at all. */
static bool
limits_allow(struct channel *channel, uint16_t source, struct node_key *key,
	     bool *is_filtered)
{
	const struct limit *limits = channel->config->limits;
	uint32_t remembered = channel->imported + channel->filtered;
	bool is_full[LIMIT_KINDS] = {
		[LIMIT_RECEIVE] = limits[LIMIT_RECEIVE].on &&
				  remembered >= limits[LIMIT_RECEIVE].count,
		[LIMIT_IMPORT] = limits[LIMIT_IMPORT].on &&
				 channel->imported >= limits[LIMIT_IMPORT].count,
	};
	for (unsigned i = 0; i < LIMIT_EXPORT; i++) {
		if (!is_full[i])
			channel_limit_clear(channel, i);
	}
	if (!is_full[LIMIT_RECEIVE] && !is_full[LIMIT_IMPORT])
		return true;
	node_handle node = node_find(channel->table, key);
	route_handle old = node != 0 ? node_route_of(channel->table, node, source) : 0;
	bool is_remembered = old != 0;
	bool is_imported = is_remembered &&
			   (route_at(channel->table, old)->flags & ROUTE_FILTERED) == 0;
	bool takes_room = !*is_filtered || channel->config->keep_filtered ||
			  channel->keeps_received;
	if (is_full[LIMIT_RECEIVE] && !is_remembered && takes_room &&
	    !channel_limit_hit(channel, LIMIT_RECEIVE))
		return false;
	/* Handled like a filtered one. */
	if (is_full[LIMIT_IMPORT] && !is_imported && !*is_filtered &&
	    !channel_limit_hit(channel, LIMIT_IMPORT))
		*is_filtered = true;
	return true;
}

/* Destinations that no router forwards to. */
static bool
net_is_bogus(const struct prefix *net)
{
	if (net->type == NET_IP4) {
		uint32_t first = addr_to_ip4(net->addr) >> 24;
		if (first - 1 < 126) /* Most are of these. */
			return false;
		return net->length > 0 &&
		       (first == 0 || first == 127 || first >> 4 == 14);
	}
	if (net->type == NET_ROA4 || net->type == NET_ROA6 || net->length == 0)
		return false;
	return addr_is_multicast(net->addr) || addr_is_link_local(net->addr) ||
	       (net->length == 128 &&
		(addr_is_loopback(net->addr) || addr_equal(net->addr, addr_any)));
}

/* ---- path ids ---- */

/* The first that is not lower. */
static uint32_t
source_place(const struct channel_private *private, uint32_t path_id)
{
	uint32_t low = 0, high = private->source_count;
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		if (private->sources[middle].path_id < path_id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Routes are lost by it; told once a minute. */
static void
sourceless_tell(struct channel *channel)
{
	struct channel_private *private = channel->private;
	usec_t now = router_now(channel->protocol->router);
	if (private->sourceless_told != 0 && now - private->sourceless_told < 60 * USEC_S)
		return;
	private->sourceless_told = now;
	protocol_log(channel->protocol, LOG_WARNING,
		     "Channel %s: table %s keeps %u pairs of neighbour and path id "
		     "apart, which all are in use: routes with other path ids are "
		     "rejected; give this neighbour a table of its own, or `add paths "
		     "off`",
		     channel->name, table_name(channel->table), UINT16_MAX);
}

/* What the table calls the path id; 0: it has no number left. */
static uint16_t
source_get(struct channel *channel, uint32_t path_id)
{
	struct channel_private *private = channel->private;
	uint32_t place = source_place(private, path_id);
	if (place < private->source_count && private->sources[place].path_id == path_id)
		return private->sources[place].source;
	uint16_t source = table_source_new(channel->table, channel, path_id);
	if (source == 0) {
		sourceless_tell(channel);
		return 0;
	}
	if (private->source_count == private->source_room) {
		private->source_room =
			private->source_room > 0 ? private->source_room * 2 : 2;
		private->sources = mem_resize(private->sources, private->source_room,
					      sizeof(private->sources[0]));
	}
	memmove(&private->sources[place + 1], &private->sources[place],
		(private->source_count - place) * sizeof(private->sources[0]));
	private->sources[place] = (struct channel_source){ path_id, source };
	private->source_count++;
	return source;
}

static void
sources_free(struct channel *channel)
{
	struct channel_private *private = channel->private;
	for (uint32_t i = 0; i < private->source_count; i++)
		table_source_free(channel->table, private->sources[i].source);
	private->source_count = 0;
}

/* ---- the job ---- */

static void
sources_stale(struct channel *channel, bool dooms)
{
	struct channel_private *private = channel->private;
	for (uint32_t i = 0; i < private->source_count; i++)
		table_source_stale(channel->table, private->sources[i].source, dooms);
	private->sweep_path = 0;
}

static void
sources_rewind(struct channel *channel)
{
	struct channel_private *private = channel->private;
	for (uint32_t i = 0; i < private->source_count; i++)
		table_source_rewind(channel->table, private->sources[i].source);
	private->sweep_path = 0;
}

/* True: more is left. */
static bool
sweep_run(struct channel *channel, unsigned which, unsigned budget)
{
	struct channel_private *private = channel->private;
	uint32_t place = source_place(private, private->sweep_path);
	for (; place < private->source_count; place++) {
		const struct channel_source *source = &private->sources[place];
		private->sweep_path = source->path_id;
		if (table_source_sweep(channel->table, source->source, which, &budget))
			return true;
	}
	private->sweep_path = 0;
	return false;
}

static void
limit_act(struct channel *channel)
{
	struct channel_private *private = channel->private;
	private->limit_due = false;
	if (channel->config->limits[private->limit_kind].action == LIMIT_RESTART)
		protocol_restart(channel->protocol, "Route limit exceeded");
	else
		protocol_disable(channel->protocol, "Route limit exceeded");
}

static void
stale_sweep(struct channel *channel, unsigned budget)
{
	struct channel_private *private = channel->private;
	struct protocol *protocol = channel->protocol;
	uint32_t before = channel->imported + channel->filtered;
	private->sweeping = sweep_run(channel, ROUTE_STALE, budget);
	private->swept += before - (channel->imported + channel->filtered);
	if (private->sweeping)
		return;
	uint32_t swept = private->swept;
	private->swept = 0;
	if (protocol->class->swept != NULL)
		protocol->class->swept(protocol, channel, swept);
}

static bool
import_job_run(struct job *job, unsigned budget)
{
	struct channel_private *private =
		container_of(job, struct channel_private, import_job);
	struct channel *channel = private->channel;
	if (private->flushing) {
		if (sweep_run(channel, 0, budget))
			return true;
		private->flushing = false;
		sources_free(channel);
		protocol_channel_flushed(channel->protocol);
		return false;
	}
	if (private->limit_due) {
		limit_act(channel);
		return false;
	}
	if (private->sweeping) {
		stale_sweep(channel, budget);
		return true;
	}
	if (private->dropping) {
		private->dropping = sweep_run(channel, ROUTE_DOOMED, budget);
		return true;
	}
	if (private->revising)
		return revise_run(channel, budget);
	return reimport_run(channel, budget);
}
