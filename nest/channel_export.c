/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From tables to protocols: a job looks at the nodes that changed, or at all of them in a
 * feed, and has them told.  What of a node is told is up to channel_tell.c.
 *
 * A feed tells all again, or compares: behind a change of policy only what the new one
 * makes otherwise than the former.  Nodes that are still to be read from the journal are
 * left to that.
 */
#include "nest/channel_private.h"

#include "lib/mem.h"
#include "nest/export_group.h"
#include "nest/nexthop.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include "nest/table_private.h"
#include <assert.h>
#include <string.h>

/* Nodes that are looked at again because what lies in some prefixes is judged otherwise.
 */
struct export_review {
	struct list link;
	struct cover_walk walk;
	enum telling how;
};

static bool export_job_run(struct job *job, unsigned budget);
static bool drain_run(struct channel *channel, unsigned budget);
static void export_wake(struct table_reader *reader);
static bool export_has_told(const struct table_reader *reader, uint32_t handle);
static void feed_start(struct channel *channel, enum telling how);
static void feed_stop(struct channel *channel);
static void feed_step(struct tell_batch *batch);
static void retell_add(struct channel *channel, node_handle node);
static void retell_step(struct tell_batch *batch);
static void review_add(struct channel *channel, struct cover *which, enum telling how);
static void review_step(struct tell_batch *batch);
static void review_free(struct export_review *review);
static void reviews_free(struct channel *channel);
static bool journal_step(struct tell_batch *batch, unsigned *budget);

void
channel_set_mode(struct channel *channel, enum reader_mode mode)
{
	bool is_told = channel->private->has_reader;
	if (channel->mode == mode)
		return;
	if (is_told)
		export_stop(channel);
	channel->mode = mode;
	if (is_told)
		export_start(channel);
}

void
channel_pause(struct channel *channel)
{
	export_alone(channel);
	channel->private->paused = true;
}

void
channel_resume(struct channel *channel)
{
	struct channel_private *private = channel->private;
	if (private->group != NULL)
		export_group_resume(channel);
	if (!private->paused)
		return;
	private->paused = false;
	if (private->has_reader || private->draining)
		job_schedule(&private->export_job);
}

bool
channel_is_paused(const struct channel *channel)
{
	return channel->private->paused || channel->private->group_waits;
}

uint64_t
channel_behind(const struct channel *channel)
{
	const struct channel_private *private = channel->private;
	if (private->group != NULL)
		return table_reader_behind(&private->group->reader);
	return private->has_reader ? table_reader_behind(&private->reader) : 0;
}

void
channel_refeed(struct channel *channel)
{
	if (channel->private->has_reader)
		feed_start(channel, TELL_AGAIN);
}

void
channel_retell(struct channel *channel, const struct prefix *net)
{
	struct channel_private *private = channel->private;
	node_handle node = private->has_reader ? table_find(channel->table, net) : 0;
	if (node == 0)
		return;
	export_alone(channel);
	retell_add(channel, node);
}

void
channel_retell_within(struct channel *channel, struct cover *which)
{
	if (channel->private->has_reader)
		review_add(channel, which, TELL_AGAIN);
}

bool
channel_has_exported(const struct channel *channel, node_handle node)
{
	const struct channel_private *private = channel->private;
	if (private->group != NULL)
		return export_group_has_told(channel, node);
	if (channel->mode != READER_ANY)
		return handle_set_has(&private->told, node);
	route_handle route = table_node_first(channel->table, node);
	for (; route != 0; route = route_at(channel->table, route)->next) {
		if (handle_set_has(&private->told, route))
			return true;
	}
	return false;
}

void
export_init(struct channel *channel)
{
	job_init(&channel->private->export_job, channel->protocol->router,
		 export_job_run);
	list_init(&channel->private->reviews);
}

void
export_start(struct channel *channel)
{
	struct channel_private *private = channel->private;
	table_reader_init(&private->reader, channel->table, channel->mode, export_wake);
	export_reader_own(channel);
	private->has_reader = true;
	feed_start(channel, TELL_AGAIN);
}

void
export_refilter(struct channel *channel, const struct filter *former,
		struct config *config)
{
	struct channel_private *private = channel->private;
	const struct filter *filter = channel->config->export;
	export_alone(channel);
	bool is_between = private->feeding && private->feed != TELL_VERDICTS;
	/* Where it isn't known what the protocol was told, it is told all. */
	if (is_between || private->is_mixed || private->reader.recovering) {
		feed_start(channel, TELL_AGAIN);
		return;
	}
	bool writes = filter_writes(former) || filter_writes(filter);
	if (channel_tells_best(channel) && !writes) {
		feed_start(channel, TELL_VERDICTS);
		return;
	}
	/* What the former one wrote may have been by what a roa table said before. */
	if (roa_is_due(channel)) {
		feed_start(channel, TELL_AGAIN);
		return;
	}
	feed_start(channel, TELL_OUTCOMES);
	private->has_former = true;
	private->former = former;
	private->former_config = config_hold(config);
}

void
export_review(struct channel *channel, struct cover *which)
{
	bool writes = filter_writes(channel->config->export);
	bool is_known = !writes && channel_tells_best(channel);
	if (!channel->private->has_reader)
		return;
	if (which != NULL)
		review_add(channel, which, is_known ? TELL_VERDICTS : TELL_AGAIN);
	else if (is_known)
		export_widen(channel);
	else
		feed_start(channel, TELL_AGAIN);
}

bool
export_is_reviewing(const struct channel *channel)
{
	return !list_is_empty(&channel->private->reviews);
}

void
export_widen(struct channel *channel)
{
	struct channel_private *private = channel->private;
	export_alone(channel);
	bool is_between = private->feeding && private->feed != TELL_VERDICTS;
	feed_start(channel, is_between ? TELL_AGAIN : TELL_VERDICTS);
}

void
export_stop(struct channel *channel)
{
	struct channel_private *private = channel->private;
	export_alone(channel);
	job_cancel(&private->export_job);
	feed_stop(channel);
	reviews_free(channel);
	if (private->has_reader || private->draining)
		table_reader_fini(&private->reader);
	private->has_reader = private->paused = private->is_mixed = false;
	private->draining = false;
	handle_set_fini(&private->told);
	mem_free(private->retell);
	private->retell = NULL;
	private->retell_count = private->retell_room = 0;
	channel->exported = 0;
}

/* The reader stays, so that the handles do. */
void
export_drain(struct channel *channel)
{
	struct channel_private *private = channel->private;
	export_alone(channel);
	feed_stop(channel);
	reviews_free(channel);
	if (channel->exported == 0) {
		export_stop(channel);
		return;
	}
	private->has_reader = false;
	private->draining = true;
	private->drain_at = 0;
	job_schedule(&private->export_job);
}

void
export_reader_own(struct channel *channel)
{
	struct table_reader *reader = &channel->private->reader;
	reader->wake = export_wake;
	reader->has_told = export_has_told;
}

/* ---- the job ---- */

/* So many nodes are judged at once; few where each may be a crowd. */
static size_t
batch_most(const struct channel *channel)
{
	return channel->mode == READER_ACCEPTED ? FILTER_BATCH / 8 : FILTER_BATCH;
}

static bool
export_job_run(struct job *job, unsigned budget)
{
	struct channel_private *private =
		container_of(job, struct channel_private, export_job);
	struct tell_batch batch;
	if (private->draining)
		return drain_run(private->channel, budget);
	tell_begin(&batch, private->channel);
	bool more = true;
	while (batch.extra < budget && more) {
		/* Now, for what is looked at next must not be changed by who is told. */
		if (batch.count >= batch_most(batch.channel))
			tell_flush(&batch);
		if (!private->has_reader || private->paused)
			break;
		if (private->retell_count == 0 && !private->feeding &&
		    !export_is_reviewing(batch.channel)) {
			more = journal_step(&batch, &budget);
			continue;
		}
		budget--;
		if (private->retell_count > 0)
			retell_step(&batch);
		else if (private->feeding)
			feed_step(&batch);
		else
			review_step(&batch);
	}
	tell_flush(&batch);
	if (!private->has_reader)
		return false;
	table_read_done(&private->reader);
	if (!more)
		export_group_seek(private->channel);
	return more && !private->paused;
}

/* True: there is more, and it can be told. */
static bool
drain_run(struct channel *channel, unsigned budget)
{
	struct channel_private *private = channel->private;
	struct tell_batch batch;
	tell_begin(&batch, channel);
	while (budget-- > 0 && !private->paused) {
		uint32_t key = handle_set_next(&private->told, private->drain_at);
		if (key == 0)
			break;
		private->drain_at = key + 1;
		tell_gone(&batch, key);
		if (batch.count == FILTER_BATCH)
			tell_flush(&batch);
	}
	tell_flush(&batch);
	if (channel->exported > 0)
		return !private->paused;
	export_stop(channel);
	protocol_channel_flushed(channel->protocol);
	return false;
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
feed_start(struct channel *channel, enum telling how)
{
	struct channel_private *private = channel->private;
	export_alone(channel);
	feed_stop(channel);
	private->group_sought = true;
	table_feed_begin(&private->reader);
	private->feeding = true;
	private->feed = how;
	private->feed_at = 0;
	if (how == TELL_AGAIN) {
		/* All will have been told by one policy, if it is not softened now. */
		private->is_mixed = false;
		reviews_free(channel);
	}
	channel->state = CHANNEL_FEEDING;
	job_schedule(&private->export_job);
}

static void
feed_stop(struct channel *channel)
{
	struct channel_private *private = channel->private;
	private->feeding = private->has_former = false;
	private->former = NULL;
	config_release(channel->protocol->router, private->former_config);
	private->former_config = NULL;
}

static void
retell_add(struct channel *channel, node_handle node)
{
	struct channel_private *private = channel->private;
	if (private->retell_count == private->retell_room) {
		private->retell_room =
			private->retell_room > 0 ? private->retell_room * 2 : 8;
		private->retell = mem_resize(private->retell, private->retell_room,
					     sizeof(private->retell[0]));
	}
	private->retell[private->retell_count++] = node;
	job_schedule(&private->export_job);
}

/* The node may be gone, or another one's by now: then telling does no harm. */
static void
retell_step(struct tell_batch *batch)
{
	struct channel_private *private = batch->channel->private;
	node_handle node = private->retell[--private->retell_count];
	bool is_live =
		(node_at(batch->channel->table, node)->shape.flags & NODE_LIVE) != 0;
	if (is_live && !tell_node(batch, node, TELL_AGAIN) && private->has_reader)
		retell_add(batch->channel, node);
}

static void
feed_step(struct tell_batch *batch)
{
	struct channel *channel = batch->channel;
	struct channel_private *private = channel->private;
	enum telling how = private->feed;
	node_handle before = private->feed_at;
	node_handle node = table_feed(&private->reader, before);
	private->feed_at = node;
	if (node != 0) {
		/* If it is not to be told now, unless another feed has begun. */
		bool is_told = tell_node(batch, node, how);
		private->feed_at =
			!is_told && private->feed_at == node ? before : private->feed_at;
		return;
	}
	private->feeding = false;
	tell_flush(batch);
	/* Telling may have stopped it, or begun another feed. */
	if (!private->has_reader || private->feeding)
		return;
	feed_stop(channel);
	channel->state = CHANNEL_UP;
	table_feed_end(&private->reader);
	roa_look(channel);
	if (how == TELL_AGAIN && channel->protocol->class->feed_end != NULL)
		channel->protocol->class->feed_end(channel->protocol, channel);
}

static void
review_add(struct channel *channel, struct cover *which, enum telling how)
{
	struct export_review *review = mem_zalloc(sizeof(*review));
	export_alone(channel);
	cover_walk_begin(&review->walk, which, channel->table);
	review->how = how;
	list_push_back(&channel->private->reviews, &review->link);
	job_schedule(&channel->private->export_job);
}

static void
review_step(struct tell_batch *batch)
{
	struct channel *channel = batch->channel;
	struct export_review *review =
		list_first(&channel->private->reviews, struct export_review, link);
	node_handle node;
	if (!cover_walk_step(&review->walk, &node)) {
		review_free(review);
		if (!export_is_reviewing(channel))
			roa_look(channel);
	} else if (node != 0) {
		batch->is_review = true;
		bool is_told = tell_node(batch, node, review->how);
		batch->is_review = false;
		if (!is_told && channel->private->has_reader)
			retell_add(channel, node);
	}
}

static void
review_free(struct export_review *review)
{
	list_remove(&review->link);
	cover_walk_end(&review->walk);
	mem_free(review);
}

static void
reviews_free(struct channel *channel)
{
	list_each_safe(review, &channel->private->reviews, struct export_review, link)
		review_free(review);
}

/* What fits into the batch; false: nothing is left to read. */
static bool
journal_step(struct tell_batch *batch, unsigned *budget)
{
	struct channel_private *private = batch->channel->private;
	const struct table *table = batch->channel->table;
	node_handle nodes[FILTER_BATCH];
	size_t most = MIN(batch_most(batch->channel) - batch->count, *budget);
	size_t count = table_read_some(&private->reader, nodes, most);
	*budget -= (unsigned)count;
	for (size_t i = 0; i < count; i++) {
		route_handle first = node_at(table, nodes[i])->first;
		if (first != 0)
			__builtin_prefetch(route_at(table, first));
	}
	size_t told = 0;
	while (told < count && batch->extra <= *budget &&
	       tell_node(batch, nodes[told], TELL_NEWS))
		told++;
	if (told < count && private->has_reader)
		table_unread(&private->reader, &nodes[told], count - told);
	if (count > 0)
		return true;
	if (!private->reader.lost)
		return false;
	feed_start(batch->channel, TELL_AGAIN);
	return true;
}
