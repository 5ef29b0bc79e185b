/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Export groups: what one reads and tells, and what each member was told by that.
 *
 * What a member was told is what the group was, but for the routes it owns: a node has
 * one owner at most, the member its told route came from.  That is all by which members
 * differ.
 */
#include "nest/export_group_private.h"

#include "nest/export_place.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include "nest/table_private.h"

/* So long those that can take more are kept waiting by those that can't. */
#define PATIENCE (100 * USEC_MS)

/* What a batch adds to every member's counters. */
struct tally {
	uint64_t received, rejected, filtered, accepted, withdrawn;
	uint32_t exported; /* Modulo 2^32: it may be less. */
};

static bool group_run(struct job *job, unsigned budget);
static bool members_look(struct export_group *group);
static void group_wake(struct table_reader *reader);
static bool group_reader_has_told(const struct table_reader *reader, uint32_t handle);
static void patience_ends(struct timer *timer);
static void group_tell(struct export_group *group, const node_handle *nodes,
		       size_t count);
static void place_fill(struct export_group *group, struct export_place *place,
		       node_handle node, struct filter_item *item);
static bool place_tell(struct export_group *group, const struct export_place *place,
		       const struct filter_item *item, struct tally *tally,
		       struct group_change *change);
static void tally_add(struct export_group *group, const struct tally *tally);
static uint16_t number_of(const struct export_group *group,
			  const struct channel *channel);

void
export_group_wait(struct channel *channel)
{
	struct channel_private *private = channel->private;
	struct export_group *group = private->group;
	if (group == NULL) {
		channel_pause(channel);
		return;
	}
	if (private->group_waits)
		return;
	private->group_waits = true;
	if (group->waiting++ == 0)
		timer_start(&group->patience, PATIENCE);
}

void
export_group_resume(struct channel *member)
{
	struct export_group *group = member->private->group;
	if (!member->private->group_waits)
		return;
	member->private->group_waits = false;
	if (--group->waiting > 0)
		return;
	timer_stop(&group->patience);
	job_schedule(&group->job);
}

uint32_t
export_group_size(const struct channel *channel)
{
	const struct export_group *group = channel->private->group;
	return group != NULL ? group->count : 1;
}

const struct channel *
export_group_first(const struct channel *channel)
{
	const struct export_group *group = channel->private->group;
	return group != NULL ? group->members[export_group_next(group, 0)] : channel;
}

bool
export_group_has_told(const struct channel *member, node_handle node)
{
	const struct export_group *group = member->private->group;
	return handle_set_has(&group->told, node) &&
	       export_owner_of(group, node) != member->private->group_number;
}

void
export_group_begin(struct export_group *group)
{
	job_init(&group->job, group->router, group_run);
	timer_init(&group->patience, group->router, patience_ends);
	group->reader.wake = group_wake;
	group->reader.has_told = group_reader_has_told;
}

/* ---- reading ---- */

static bool
group_run(struct job *job, unsigned budget)
{
	struct export_group *group = container_of(job, struct export_group, job);
	if (!members_look(group))
		return false;
	bool more = export_group_read(group, budget);
	if (!group->reader.lost)
		return more && group->waiting == 0;
	export_group_end(group);
	return false;
}

/* Those about whom more is logged now leave; false: the group has ended by that. */
static bool
members_look(struct export_group *group)
{
	for (uint16_t i = export_group_next(group, 0); i != 0;
	     i = export_group_next(group, i)) {
		struct channel *member = group->members[i];
		if (!export_is_traced(member))
			continue;
		/* The last two leave together. */
		bool is_last = group->count <= 2;
		export_alone(member);
		if (is_last)
			return false;
	}
	return true;
}

bool
export_group_read(struct export_group *group, unsigned budget)
{
	node_handle nodes[FILTER_BATCH];
	bool more = true;
	while (budget > 0 && more && group->waiting == 0) {
		size_t most = MIN(FILTER_BATCH, budget);
		size_t count = table_read_some(&group->reader, nodes, most);
		if (count > 0)
			group_tell(group, nodes, count);
		budget -= (unsigned)count;
		more = count > 0;
	}
	table_read_done(&group->reader);
	return more;
}

static void
group_wake(struct table_reader *reader)
{
	struct export_group *group = container_of(reader, struct export_group, reader);
	if (group->waiting == 0)
		job_schedule(&group->job);
}

static bool
group_reader_has_told(const struct table_reader *reader, uint32_t handle)
{
	const struct export_group *group =
		container_of(reader, struct export_group, reader);
	return handle_set_has(&group->told, handle);
}

/* Who still can take no more goes on alone, unless nobody can. */
static void
patience_ends(struct timer *timer)
{
	struct export_group *group = container_of(timer, struct export_group, patience);
	if (group->waiting == group->count) {
		timer_start(timer, PATIENCE);
		return;
	}
	for (uint16_t i = export_group_next(group, 0); i != 0;
	     i = export_group_next(group, i)) {
		struct channel *member = group->members[i];
		if (!member->private->group_waits)
			continue;
		bool is_last = group->count <= 2;
		channel_pause(member);
		if (is_last)
			return;
	}
}

/* ---- telling ---- */

static void
group_tell(struct export_group *group, const node_handle *nodes, size_t count)
{
	struct filter_item items[FILTER_BATCH];
	struct export_place places[FILTER_BATCH];
	struct group_change changes[FILTER_BATCH];
	struct tally tally = { 0 };
	size_t change_count = 0;
	struct channel *voice = export_group_voice(group, NULL);
	struct router *router = group->router;
	for (size_t i = 0; i < count; i++) {
		route_handle first = node_at(group->table, nodes[i])->first;
		if (first != 0)
			__builtin_prefetch(route_at(group->table, first));
	}
	for (size_t i = 0; i < count; i++)
		place_fill(group, &places[i], nodes[i], &items[i]);
	filter_items_run(router, voice->config->export, items, count);
	for (size_t i = 0; i < count; i++)
		change_count += place_tell(group, &places[i], &items[i], &tally,
					   &changes[change_count]);
	tally_add(group, &tally);
	group->is_telling = true;
	if (change_count > 0)
		group->ops->tell(group, changes, change_count);
	group->is_telling = false;
	filter_items_fini(router, items, count);
}

/* For all members: a route is told none of them that it is from. */
static void
place_fill(struct export_group *group, struct export_place *place, node_handle node,
	   struct filter_item *item)
{
	const struct table *table = group->table;
	route_handle best = node_best(table, node);
	const struct channel *from =
		best != 0 ? table_source_of(table, route_at(table, best)).channel : NULL;
	export_place_fill(place, export_group_voice(group, from), node, best, item);
}

/* What is to be told of it, and remembered as told; false: nothing.  Who differs from the
 * others in what is counted is set off here against what all are counted. */
static bool
place_tell(struct export_group *group, const struct export_place *place,
	   const struct filter_item *item, struct tally *tally,
	   struct group_change *change)
{
	node_handle node = place->node;
	bool is_route = place->route != 0;
	bool is_accepted = is_route && item->verdict == FILTER_ACCEPT;
	bool is_filtered = is_route && !is_accepted && !place->is_refused;
	bool was_told = handle_set_has(&group->told, node);
	uint16_t former = was_told ? export_owner_of(group, node) : 0;
	uint16_t owner = is_route ? number_of(group, item->draft.channel) : 0;
	struct channel *own = group->members[owner], *before = group->members[former];
	tally->received += is_route;
	tally->rejected += place->is_refused;
	tally->filtered += is_filtered;
	tally->accepted += is_accepted;
	tally->withdrawn += was_told && !is_accepted;
	tally->exported += (uint32_t)is_accepted - (uint32_t)was_told;
	if (own != NULL && !place->is_refused) {
		own->export_updates.rejected++;
		own->export_updates.filtered -= is_filtered;
		own->export_updates.accepted -= is_accepted;
	}
	if (before != NULL) {
		before->exported++;
		before->export_withdraws.accepted -= !is_accepted;
	}
	if (!is_accepted && !was_told)
		return false;
	*change = (struct group_change){
		.change = { .net = &place->net,
			    .node = node,
			    .route = place->route,
			    .again = was_told },
		.owner = is_accepted ? owner : former,
	};
	handle_set_put(&group->told, node, is_accepted);
	export_owner_put(group, node, is_accepted ? owner : 0);
	if (!is_accepted)
		return true;
	if (own != NULL) {
		change->owner_was_told = was_told && former != owner;
		own->exported--;
		own->export_withdraws.accepted += change->owner_was_told;
	}
	change->change.attrs = item->attrs;
	change->change.metric = item->draft.metric;
	change->change.from = item->draft.channel;
	change->change.changed = place->changed;
	return true;
}

static void
tally_add(struct export_group *group, const struct tally *tally)
{
	for (uint16_t i = export_group_next(group, 0); i != 0;
	     i = export_group_next(group, i)) {
		struct channel *member = group->members[i];
		member->export_updates.received += tally->received;
		member->export_updates.rejected += tally->rejected;
		member->export_updates.filtered += tally->filtered;
		member->export_updates.accepted += tally->accepted;
		member->export_withdraws.accepted += tally->withdrawn;
		member->exported += tally->exported;
	}
}

/* ---- owners ---- */

static uint16_t
number_of(const struct export_group *group, const struct channel *channel)
{
	if (channel == NULL || channel->private->group != group)
		return 0;
	return channel->private->group_number;
}
