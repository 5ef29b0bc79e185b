/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From tables to protocols: a job reads the journal (or walks the table, in a feed),
 * judges what holds now, and tells the protocol what differs from what it was told.
 *
 * What was told is a set of handles: of nodes, or of routes where all of a node are told.
 * A handle is not reused before its withdrawal was told, so the set needs no look at the
 * table.
 */
#include "nest/channel_private.h"

#include "lib/mem.h"
#include "nest/nexthop.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include "nest/table_private.h"
#include <assert.h>
#include <string.h>

/* What is to be judged and told next. */
struct export_batch {
	struct channel *channel;
	size_t count;
	unsigned debug;
	struct filter_item items[FILTER_BATCH];
	struct {
		struct prefix net;
		node_handle node;
		route_handle route; /* 0: there is none, it is withdrawn. */
		uint32_t key;       /* What the set of told ones knows it by. */
		uint32_t changed;
	} about[FILTER_BATCH];
};

static bool export_job_run(struct job *job, unsigned budget);
static void export_wake(struct table_reader *reader);
static bool export_has_told(const struct table_reader *reader, uint32_t handle);
static void feed_start(struct channel *channel);
static void feed_step(struct export_batch *batch);
static void retell_step(struct export_batch *batch);
static bool journal_step(struct export_batch *batch);
static void node_export(struct export_batch *batch, node_handle node, bool again);
static void node_export_best(struct export_batch *batch, node_handle node);
static void node_export_all(struct export_batch *batch, node_handle node, bool again);
static void node_export_merged(struct export_batch *batch, node_handle node);
static void batch_add(struct export_batch *batch, node_handle node, route_handle route,
		      uint32_t key);
static void batch_tell(struct export_batch *batch);
static bool batch_change(struct export_batch *batch, size_t at,
			 struct route_change *change);
static bool export_limit_allows(struct channel *channel);
static void merge_judge(struct export_batch *batch, size_t at, node_handle node);
static bool merge_one(struct channel *channel, const struct route *route,
		      const struct prefix *net, struct filter_item *item);
static unsigned legs_add(struct nexthop_leg *legs, unsigned count,
			 const struct nexthop *nexthop);
static void draft_fill(const struct channel *channel, const struct route *route,
		       struct route_draft *draft);

void
channel_pause(struct channel *channel)
{
	channel->private->paused = true;
}

void
channel_resume(struct channel *channel)
{
	struct channel_private *private = channel->private;
	if (!private->paused)
		return;
	private->paused = false;
	if (private->has_reader)
		job_schedule(&private->export_job);
}

void
channel_refeed(struct channel *channel)
{
	if (!channel->private->has_reader)
		return;
	feed_start(channel);
	job_schedule(&channel->private->export_job);
}

void
channel_retell(struct channel *channel, const struct prefix *net)
{
	struct channel_private *private = channel->private;
	node_handle node = private->has_reader ? table_find(channel->table, net) : 0;
	if (node == 0)
		return;
	if (private->retell_count == private->retell_room) {
		private->retell_room =
			private->retell_room > 0 ? private->retell_room * 2 : 8;
		private->retell = mem_resize(private->retell, private->retell_room,
					     sizeof(private->retell[0]));
	}
	private->retell[private->retell_count++] = node;
	job_schedule(&private->export_job);
}

bool
channel_has_exported(const struct channel *channel, node_handle node)
{
	const struct channel_private *private = channel->private;
	if (channel->mode != READER_ANY)
		return handle_set_has(&private->told, node);
	route_handle route = table_node_first(channel->table, node);
	for (; route != 0; route = route_at(channel->table, route)->next) {
		if (handle_set_has(&private->told, route))
			return true;
	}
	return false;
}

enum filter_verdict
channel_export_verdict(struct channel *channel, const struct route *route,
		       struct route_draft *draft, struct attrs_draft *scratch)
{
	const struct filter *filter = channel->config->export;
	enum filter_verdict verdict = FILTER_ACCEPT;
	draft_fill(channel, route, draft);
	table_node_prefix(channel->table, route->node, &draft->own_net);
	draft->net = &draft->own_net;
	draft->router = channel->protocol->router;
	draft->scratch = scratch;
	if (filter != NULL)
		filter->class->run(filter, draft, 1, &verdict);
	return verdict;
}

void
export_init(struct channel *channel)
{
	job_init(&channel->private->export_job, channel->protocol->router,
		 export_job_run);
}

void
export_start(struct channel *channel)
{
	struct channel_private *private = channel->private;
	table_reader_init(&private->reader, channel->table, channel->mode, export_wake);
	private->reader.has_told = export_has_told;
	private->has_reader = true;
	feed_start(channel);
	job_schedule(&private->export_job);
}

void
export_stop(struct channel *channel)
{
	struct channel_private *private = channel->private;
	job_cancel(&private->export_job);
	if (private->has_reader)
		table_reader_fini(&private->reader);
	private->has_reader = private->paused = private->feeding = false;
	handle_set_fini(&private->told);
	mem_free(private->retell);
	private->retell = NULL;
	private->retell_count = private->retell_room = 0;
	channel->exported = 0;
}

/* ---- the job ---- */

static bool
export_job_run(struct job *job, unsigned budget)
{
	struct channel_private *private =
		container_of(job, struct channel_private, export_job);
	struct channel *channel = private->channel;
	struct export_batch batch;
	batch.channel = channel;
	batch.count = 0;
	batch.debug = channel_debug(channel);
	bool more = true;
	while (budget > 0 && more) {
		/* Now, for what is looked at next must not be changed by who is told. */
		if (batch.count == FILTER_BATCH)
			batch_tell(&batch);
		if (!private->has_reader || private->paused)
			break;
		budget--;
		if (private->retell_count > 0)
			retell_step(&batch);
		else if (private->feeding)
			feed_step(&batch);
		else
			more = journal_step(&batch);
	}
	batch_tell(&batch);
	if (!private->has_reader)
		return false;
	table_read_done(&private->reader);
	return more && !private->paused;
}

static void
export_wake(struct table_reader *reader)
{
	struct channel_private *private =
		container_of(reader, struct channel_private, reader);
	if (!private->paused)
		job_schedule(&private->export_job);
}

static bool
export_has_told(const struct table_reader *reader, uint32_t handle)
{
	const struct channel_private *private =
		container_of(reader, struct channel_private, reader);
	return handle_set_has(&private->told, handle);
}

static void
feed_start(struct channel *channel)
{
	struct channel_private *private = channel->private;
	table_feed_begin(&private->reader);
	private->feeding = true;
	private->feed_at = 0;
	channel->state = CHANNEL_FEEDING;
}

/* The node may be gone, or another one's by now: then telling does no harm. */
static void
retell_step(struct export_batch *batch)
{
	struct channel_private *private = batch->channel->private;
	node_handle node = private->retell[--private->retell_count];
	if ((node_at(batch->channel->table, node)->flags & NODE_LIVE) != 0)
		node_export(batch, node, true);
}

static void
feed_step(struct export_batch *batch)
{
	struct channel *channel = batch->channel;
	struct channel_private *private = channel->private;
	private->feed_at = table_feed(&private->reader, private->feed_at);
	if (private->feed_at != 0) {
		node_export(batch, private->feed_at, true);
		return;
	}
	private->feeding = false;
	batch_tell(batch);
	/* Telling may have stopped it, or begun another feed. */
	if (!private->has_reader || private->feeding)
		return;
	channel->state = CHANNEL_UP;
	table_feed_end(&private->reader);
	if (channel->protocol->class->feed_end != NULL)
		channel->protocol->class->feed_end(channel->protocol, channel);
}

/* False: nothing is left to read. */
static bool
journal_step(struct export_batch *batch)
{
	struct channel_private *private = batch->channel->private;
	node_handle node = table_read(&private->reader);
	if (node != 0) {
		node_export(batch, node, false);
		return true;
	}
	if (!private->reader.lost)
		return false;
	feed_start(batch->channel);
	return true;
}

/* ---- what to tell ---- */

/* `again`: also what has not changed. */
static void
node_export(struct export_batch *batch, node_handle node, bool again)
{
	switch (batch->channel->mode) {
	case READER_BEST: node_export_best(batch, node); break;
	case READER_ANY: node_export_all(batch, node, again); break;
	case READER_MERGED: node_export_merged(batch, node); break;
	}
}

static void
node_export_best(struct export_batch *batch, node_handle node)
{
	route_handle best = node_best(batch->channel->table, node);
	if (best != 0 || handle_set_has(&batch->channel->private->told, node))
		batch_add(batch, node, best, node);
}

/* Handles are collected first: the protocol may change the chain while it is told. Routes
 * that die meanwhile stay until this reader has passed. */
static void
node_export_all(struct export_batch *batch, node_handle node, bool again)
{
	struct channel_private *private = batch->channel->private;
	const struct table *table = batch->channel->table;
	uint32_t count = 0;
	route_handle few[16], *handles = few;
	route_handle first = node_at(table, node)->first;
	for (route_handle i = first; i != 0; i = route_at(table, i)->next)
		count++;
	if (count > ARRAY_SIZE(few))
		handles = mem_resize(NULL, count, sizeof(handles[0]));
	count = 0;
	for (route_handle i = first; i != 0; i = route_at(table, i)->next) {
		const struct route *route = route_at(table, i);
		bool is_told = handle_set_has(&private->told, i);
		if (route_is_candidate(route)
			    ? again || !is_told || (route->flags & ROUTE_FRESH) != 0
			    : is_told)
			handles[count++] = i;
	}
	for (uint32_t i = 0; i < count; i++) {
		if (batch->count == FILTER_BATCH)
			batch_tell(batch);
		if (!private->has_reader)
			break;
		bool is_candidate = route_is_candidate(route_at(table, handles[i]));
		batch_add(batch, node, is_candidate ? handles[i] : 0, handles[i]);
	}
	if (handles != few)
		mem_free(handles);
}

/* The best, with the next hops of all that may share with it as far as the filter takes
 * them. */
static void
node_export_merged(struct export_batch *batch, node_handle node)
{
	const struct table *table = batch->channel->table;
	size_t at = batch->count;
	node_export_best(batch, node);
	route_handle best = node_best(table, node);
	route_handle second = best != 0 ? route_at(table, best)->next : 0;
	if (second != 0 && route_is_candidate(route_at(table, second))) {
		assert(at < batch->count);
		merge_judge(batch, at, node);
	}
}

static void
merge_judge(struct export_batch *batch, size_t at, node_handle node)
{
	struct channel *channel = batch->channel;
	const struct table *table = channel->table;
	struct router *router = channel->protocol->router;
	struct filter_item *item = &batch->items[at];
	struct nexthop_leg legs[NEXTHOP_LEGS];
	route_handle handle = batch->about[at].route;
	item->is_judged = true;
	if (!merge_one(channel, route_at(table, handle), &batch->about[at].net, item))
		return;
	unsigned own = legs_add(legs, 0, item->attrs->nexthop), count = own;
	while (own > 0 && (handle = route_at(table, handle)->next) != 0) {
		const struct route *route = route_at(table, handle);
		struct filter_item other = { .verdict = FILTER_REJECT };
		if (route_is_merged(table, node, route) &&
		    merge_one(channel, route, &batch->about[at].net, &other))
			count = legs_add(legs, count, other.attrs->nexthop);
		/* The next hop stays till the jobs of the router have run. */
		attrs_release(router, other.attrs, 1);
	}
	if (count == own)
		return;
	struct nexthop_key key = { .kind = NEXTHOP_MULTIPATH, .legs = legs };
	key.leg_count = (uint16_t)count;
	struct nexthop *nexthop = nexthop_intern(router, &key);
	struct attrs_draft draft;
	attrs_draft_init(&draft, item->attrs);
	draft.nexthop = nexthop;
	attrs_release(router, item->attrs, 1);
	item->attrs = attrs_intern(router, &draft);
	attrs_draft_fini(&draft);
	nexthop_release(router, nexthop);
}

/* Judges one of several routes; true if it was accepted. */
static bool
merge_one(struct channel *channel, const struct route *route, const struct prefix *net,
	  struct filter_item *item)
{
	draft_fill(channel, route, &item->draft);
	item->draft.net = net;
	item->is_judged = false;
	item->attrs = NULL;
	filter_items_run(channel->protocol->router, channel->config->export, item, 1);
	item->is_judged = true;
	return item->verdict == FILTER_ACCEPT;
}

/* Legs of what leads somewhere; a blackhole shares with nobody. */
static unsigned
legs_add(struct nexthop_leg *legs, unsigned count, const struct nexthop *nexthop)
{
	if (nexthop->dest != RTD_UNICAST)
		return count;
	for (unsigned i = 0; i < nexthop->leg_count && count < NEXTHOP_LEGS; i++)
		legs[count++] = nexthop->legs[i];
	if (nexthop->leg_count == 0 && count < NEXTHOP_LEGS) {
		struct nexthop *leg = (struct nexthop *)(uintptr_t)nexthop;
		legs[count++] = (struct nexthop_leg){ leg, 1 };
	}
	return count;
}

/* ---- telling ---- */

static void
batch_add(struct export_batch *batch, node_handle node, route_handle route, uint32_t key)
{
	const struct table *table = batch->channel->table;
	assert(batch->count < FILTER_BATCH);
	size_t at = batch->count++;
	struct filter_item *item = &batch->items[at];
	table_node_prefix(table, node, &batch->about[at].net);
	batch->about[at].node = node;
	batch->about[at].route = route;
	batch->about[at].key = key;
	batch->about[at].changed = 0;
	item->attrs = NULL;
	item->verdict = FILTER_REJECT;
	item->is_judged = route == 0;
	if (route == 0)
		return;
	batch->about[at].changed = route_at(table, route)->changed;
	draft_fill(batch->channel, route_at(table, route), &item->draft);
	item->draft.net = &batch->about[at].net;
}

static void
batch_tell(struct export_batch *batch)
{
	struct channel *channel = batch->channel;
	struct protocol *protocol = channel->protocol;
	struct route_change changes[FILTER_BATCH];
	size_t count = batch->count, change_count = 0;
	if (count == 0)
		return;
	filter_items_run(protocol->router, channel->config->export, batch->items, count);
	for (size_t i = 0; i < count; i++) {
		if (batch_change(batch, i, &changes[change_count]))
			change_count++;
	}
	if (change_count > 0)
		protocol->class->route_event(protocol, channel, changes, change_count);
	filter_items_fini(protocol->router, batch->items, count);
	batch->count = 0;
}

/* What is to be told of one item, and remembered as told; false: nothing. */
static bool
batch_change(struct export_batch *batch, size_t at, struct route_change *change)
{
	struct channel *channel = batch->channel;
	struct channel_private *private = channel->private;
	const struct filter_item *item = &batch->items[at];
	uint32_t key = batch->about[at].key;
	bool was_told = handle_set_has(&private->told, key);
	bool is_route = batch->about[at].route != 0;
	bool is_accepted = is_route && item->verdict == FILTER_ACCEPT;
	channel->export_updates.received += is_route;
	channel->export_updates.filtered += is_route && !is_accepted;
	if (is_route && !is_accepted && (batch->debug & DEBUG_FILTERS) != 0)
		channel_trace(channel, "< filtered out", &batch->about[at].net);
	if (is_accepted && !was_told && !export_limit_allows(channel))
		is_accepted = false;
	if (!is_accepted && !was_told)
		return false;
	if ((batch->debug & DEBUG_ROUTES) != 0)
		channel_trace(channel,
			      !is_accepted ? "< removed"
			      : was_told   ? "< replaced"
					   : "< added",
			      &batch->about[at].net);
	*change = (struct route_change){
		.net = &batch->about[at].net,
		.node = batch->about[at].node,
		.route = channel->mode == READER_ANY ? key : batch->about[at].route,
		.again = was_told,
	};
	if (is_accepted != was_told) {
		handle_set_put(&private->told, key, is_accepted);
		channel->exported += is_accepted ? 1u : UINT32_MAX;
	}
	if (!is_accepted) {
		channel->export_withdraws.accepted++;
		return true;
	}
	channel->export_updates.accepted++;
	change->attrs = item->attrs;
	change->metric = item->draft.metric;
	change->from = item->draft.channel;
	change->changed = batch->about[at].changed;
	return true;
}

static bool
export_limit_allows(struct channel *channel)
{
	const struct limit *limit = &channel->config->limits[LIMIT_EXPORT];
	if (limit->count == 0 || channel->exported < limit->count) {
		channel_limit_clear(channel, LIMIT_EXPORT);
		return true;
	}
	return channel_limit_hit(channel, LIMIT_EXPORT);
}

static void
draft_fill(const struct channel *channel, const struct route *route,
	   struct route_draft *draft)
{
	const struct table *table = channel->table;
	struct route_source_id source = table_source_of(table, route);
	*draft = (struct route_draft){
		.attrs = table_route_attrs(table, route),
		.metric = route->metric,
		.path_id = source.path_id,
		.channel = source.channel,
		.peer = channel,
	};
}
