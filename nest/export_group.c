/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Export groups: who is in one, what it reads and tells, and what each member was told.
 *
 * What a member was told is what the group was, but for the routes it owns: a node has
 * one owner at most, the member its told route came from.  That is all by which members
 * differ, so joining compares two sets and leaving copies one.
 */
#include "nest/export_group.h"

#include "lib/mem.h"
#include "nest/channel_private.h"
#include "nest/export_place.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include "nest/table_private.h"
#include <string.h>

#define MEMBERS_MOST UINT16_MAX
/* So long those that can take more are kept waiting by those that can't. */
#define PATIENCE (100 * USEC_MS)
/* A group is read on so far for one that wants to join it. */
#define AHEAD (8 * JOB_BUDGET)

/* What a batch adds to every member's counters. */
struct tally {
	uint64_t received, rejected, filtered, accepted, withdrawn;
	uint32_t exported; /* Modulo 2^32: it may be less. */
};

static bool group_run(struct job *job, unsigned budget);
static bool members_look(struct export_group *group);
static bool group_read(struct export_group *group, unsigned budget);
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
static uint16_t owner_of(const struct export_group *group, node_handle node);
static void owner_put(struct export_group *group, node_handle node, uint16_t owner);
static struct channel *voice_of(const struct export_group *group,
				const struct channel *source);
static bool is_traced(const struct channel *channel);
static bool is_sharable(const struct channel *channel);
static bool is_alike(const struct channel *a, const struct channel *b);
static bool may_join(const struct channel *channel);
static struct channel *mate_find(const struct channel *channel);
static bool is_in_step(struct export_group *group);
static struct export_group *group_new(struct channel *first);
static bool group_fits(const struct export_group *group, const struct channel *channel);
static void group_join(struct export_group *group, struct channel *channel);
static void group_part(struct export_group *group, struct channel *channel);
static void members_part(struct export_group *group);
static void group_free(struct export_group *group);

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
	       owner_of(group, node) != member->private->group_number;
}

/* ---- reading ---- */

static bool
group_run(struct job *job, unsigned budget)
{
	struct export_group *group = container_of(job, struct export_group, job);
	if (!members_look(group))
		return false;
	bool more = group_read(group, budget);
	if (!group->reader.lost)
		return more && group->waiting == 0;
	members_part(group);
	return false;
}

/* Those about whom more is logged now leave; false: the group has ended by that. */
static bool
members_look(struct export_group *group)
{
	for (uint16_t i = export_group_next(group, 0); i != 0;
	     i = export_group_next(group, i)) {
		struct channel *member = group->members[i];
		if (!is_traced(member))
			continue;
		/* The last two leave together. */
		bool is_last = group->count <= 2;
		export_alone(member);
		if (is_last)
			return false;
	}
	return true;
}

/* False: nothing is left, or it can't be told now. */
static bool
group_read(struct export_group *group, unsigned budget)
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
	struct channel *voice = voice_of(group, NULL);
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
	export_place_fill(place, voice_of(group, from), node, best, item);
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
	uint16_t former = was_told ? owner_of(group, node) : 0;
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
	owner_put(group, node, is_accepted ? owner : 0);
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

static uint16_t
owner_of(const struct export_group *group, node_handle node)
{
	return node < group->owner_room ? group->owners[node] : 0;
}

static void
owner_put(struct export_group *group, node_handle node, uint16_t owner)
{
	if (node >= group->owner_room) {
		if (owner == 0)
			return;
		uint32_t room = MAX(group->owner_room * 2, node + 64);
		group->owners = mem_resize(group->owners, room, sizeof(group->owners[0]));
		memset(group->owners + group->owner_room, 0,
		       (room - group->owner_room) * sizeof(group->owners[0]));
		group->owner_room = room;
	}
	group->owners[node] = owner;
}

/* A member for all, but not the one the route is from. */
static struct channel *
voice_of(const struct export_group *group, const struct channel *source)
{
	for (uint16_t i = export_group_next(group, 0); i != 0;
	     i = export_group_next(group, i))
		if (group->members[i] != source)
			return group->members[i];
	assert(false);
	return NULL;
}

/* ---- joining ---- */

void
export_group_seek(struct channel *channel)
{
	if (!channel->private->group_sought || !may_join(channel))
		return;
	struct channel *mate = mate_find(channel);
	/* It may be later, by looking for one itself. */
	channel->private->group_sought = false;
	if (mate == NULL)
		return;
	struct export_group *group = mate->private->group;
	/* Who is not there yet will look when it is. */
	if (group == NULL && !may_join(mate)) {
		mate->private->group_sought = channel->private->group_sought = true;
		return;
	}
	if (group != NULL && !is_in_step(group)) {
		channel->private->group_sought = true;
		return;
	}
	if (group == NULL)
		group = group_new(mate);
	if (group_fits(group, channel)) {
		group_join(group, channel);
	} else if (group->count == 1) {
		members_part(group);
		/* Or the two would try for ever. */
		mate->private->group_sought = false;
	}
}

/* Lines about routes name the channel. */
static bool
is_traced(const struct channel *channel)
{
	return (channel_debug(channel) & (DEBUG_ROUTES | DEBUG_FILTERS)) != 0;
}

static bool
policy_may_share(const struct filter *filter)
{
	const struct filter_reads *reads =
		filter != NULL ? filter->class->reads(filter) : NULL;
	return reads == NULL || (!reads->peer && !reads->effects);
}

static bool
is_sharable(const struct channel *channel)
{
	const struct channel_private *private = channel->private;
	return channel->protocol->class->group_ops != NULL && private->has_reader &&
	       channel->state == CHANNEL_UP && channel->mode == READER_BEST &&
	       !private->is_mixed && !channel->config->limits[LIMIT_EXPORT].on &&
	       !is_traced(channel) && policy_may_share(channel->config->export);
}

/* Either is sharable. */
static bool
is_alike(const struct channel *a, const struct channel *b)
{
	return a->table == b->table &&
	       filter_equal(a->config->export, b->config->export) &&
	       a->protocol->class->group_ops->is_alike(a, b);
}

/* Alone, and has been told all there is. */
static bool
may_join(const struct channel *channel)
{
	const struct channel_private *private = channel->private;
	const struct table_reader *reader = &private->reader;
	return is_sharable(channel) && private->group == NULL && !private->paused &&
	       !private->feeding && private->retell_count == 0 && !reader->awake &&
	       !reader->recovering && !roa_is_due(channel);
}

/* One that is told the same; best of all, that is in a group. */
static struct channel *
mate_find(const struct channel *channel)
{
	const struct protocol_class *class = channel->protocol->class;
	struct channel *found = NULL;
	list_each(protocol, &channel->protocol->router->protocols, struct protocol,
		  link) {
		if (protocol->class != class || protocol == channel->protocol)
			continue;
		list_each(other, &protocol->channels, struct channel, link) {
			if (!is_sharable(other) || !is_alike(other, channel))
				continue;
			if (other->private->group != NULL)
				return other;
			found = found != NULL && may_join(found) ? found : other;
		}
	}
	return found;
}

/* The group has told all there is; it is read on for that, if it may be. */
static bool
is_in_step(struct export_group *group)
{
	if (group->count == MEMBERS_MOST - 1)
		return false;
	if (group->reader.awake && group->waiting == 0)
		group_read(group, AHEAD);
	if (group->reader.awake || group->reader.recovering)
		return false;
	for (uint16_t i = export_group_next(group, 0); i != 0;
	     i = export_group_next(group, i))
		if (roa_is_due(group->members[i]))
			return false;
	return true;
}

static struct export_group *
group_new(struct channel *first)
{
	struct export_group *group = mem_zalloc(sizeof(*group));
	struct channel_private *private = first->private;
	group->router = first->protocol->router;
	group->table = first->table;
	group->ops = first->protocol->class->group_ops;
	group->members = mem_zalloc(sizeof(group->members[0]));
	group->end = 1;
	job_init(&group->job, group->router, group_run);
	timer_init(&group->patience, group->router, patience_ends);
	table_reader_copy(&group->reader, &private->reader);
	group->reader.wake = group_wake;
	group->reader.has_told = group_reader_has_told;
	group->told = private->told;
	private->told = (struct handle_set){ .words = NULL };
	group->ops->open(group);
	group_join(group, first);
	return group;
}

static uint64_t
word_of(const struct handle_set *set, uint32_t at)
{
	return at < set->word_count ? set->words[at] : 0;
}

/* The node's best route came from that channel. */
static bool
is_from(const struct table *table, node_handle node, const struct channel *channel)
{
	const struct route *best = table_node_best(table, node);
	return best != NULL && table_source_of(table, best).channel == channel;
}

/* All by which what it was told differs from what the group was is that each was not told
 * its own routes. */
static bool
group_fits(const struct export_group *group, const struct channel *channel)
{
	const struct handle_set *own = &channel->private->told;
	uint32_t count = MAX(own->word_count, group->told.word_count);
	const struct channel *only = group->count == 1 ? voice_of(group, NULL) : NULL;
	for (uint32_t i = 0; i < count; i++) {
		uint64_t bits = word_of(own, i) ^ word_of(&group->told, i);
		for (; bits != 0; bits &= bits - 1) {
			node_handle node = i * 64 + (unsigned)__builtin_ctzll(bits);
			bool is_told = handle_set_has(own, node);
			if (is_told ? only == NULL || !is_from(group->table, node, only)
				    : owner_of(group, node) != 0 ||
					      !is_from(group->table, node, channel))
				return false;
		}
	}
	return true;
}

/* It fits.  The first one brought what the group was told. */
static void
group_join(struct export_group *group, struct channel *channel)
{
	struct channel_private *private = channel->private;
	uint16_t number = 1;
	group->ops->part(group, channel);
	while (number < group->end && group->members[number] != NULL)
		number++;
	if (number == group->end)
		group->members = mem_resize(group->members, ++group->end,
					    sizeof(group->members[0]));
	uint32_t count = group->count == 0
				 ? 0
				 : MAX(private->told.word_count, group->told.word_count);
	for (uint32_t i = 0; i < count; i++) {
		uint64_t bits = word_of(&private->told, i) ^ word_of(&group->told, i);
		for (; bits != 0; bits &= bits - 1) {
			node_handle node = i * 64 + (unsigned)__builtin_ctzll(bits);
			bool is_told = handle_set_has(&private->told, node);
			owner_put(group, node, is_told ? 1 : number);
			handle_set_put(&group->told, node, true);
		}
	}
	handle_set_fini(&private->told);
	job_cancel(&private->export_job);
	table_reader_fini(&private->reader);
	private->group = group;
	private->group_number = number;
	group->members[number] = channel;
	group->count++;
}

/* ---- leaving ---- */

void
export_alone(struct channel *channel)
{
	struct export_group *group = channel->private->group;
	if (group == NULL)
		return;
	group_part(group, channel);
	if (group->count < 2)
		members_part(group);
}

static void
told_copy(const struct export_group *group, const struct channel *member,
	  struct handle_set *told)
{
	uint16_t number = member->private->group_number;
	uint32_t count = group->told.word_count;
	*told = (struct handle_set){ .word_count = count };
	if (count > 0)
		told->words = mem_resize(NULL, count, sizeof(told->words[0]));
	if (count > 0)
		memcpy(told->words, group->told.words, count * sizeof(told->words[0]));
	for (uint32_t i = 0; i < group->owner_room; i++) {
		if (group->owners[i] == number)
			handle_set_put(told, i, false);
	}
}

/* What of the group's only this member owned is nobody's any more. */
static void
owner_forget(struct export_group *group, uint16_t number)
{
	for (uint32_t i = 0; i < group->owner_room; i++) {
		if (group->owners[i] == number)
			group->owners[i] = 0;
	}
}

static void
group_part(struct export_group *group, struct channel *channel)
{
	struct channel_private *private = channel->private;
	assert(!group->is_telling);
	group->ops->part(group, channel);
	export_group_resume(channel);
	told_copy(group, channel, &private->told);
	owner_forget(group, private->group_number);
	table_reader_copy(&private->reader, &group->reader);
	export_reader_own(channel);
	group->members[private->group_number] = NULL;
	group->count--;
	private->group = NULL;
	private->group_number = 0;
	private->group_sought = true;
	/* To read on, and to look for another group. */
	job_schedule(&private->export_job);
}

/* All leave, and the group is no more. */
static void
members_part(struct export_group *group)
{
	for (uint16_t i = export_group_next(group, 0); i != 0;
	     i = export_group_next(group, i))
		group_part(group, group->members[i]);
	group_free(group);
}

static void
group_free(struct export_group *group)
{
	group->ops->close(group);
	job_cancel(&group->job);
	timer_stop(&group->patience);
	table_reader_fini(&group->reader);
	handle_set_fini(&group->told);
	mem_free(group->owners);
	mem_free(group->members);
	mem_free(group);
}

/* ---- audit ---- */

/* What the policy says of a route now it said when that was told. */
static bool
policy_is_steady(const struct channel *channel)
{
	const struct filter *filter = channel->config->export;
	const struct filter_reads *reads =
		filter != NULL ? filter->class->reads(filter) : NULL;
	bool is_steady =
		reads == NULL || reads->roa_count == 0 || channel->config->rpki_reload;
	for (size_t i = 0; reads != NULL && i < reads->attr_count; i++)
		is_steady &=
			reads->attrs[i] == ATTR_SOURCE || reads->attrs[i] >= CORE_ATTRS;
	return is_steady && !roa_is_due(channel);
}

/* What a member was told of a node is what its policy makes of it. */
static void
node_audit(const struct export_group *group, struct channel *member, node_handle node)
{
	const struct route *best = table_node_best(group->table, node);
	struct route_draft draft;
	struct attrs_draft scratch;
	bool is_due = false;
	if (best != NULL) {
		is_due = channel_export_verdict(member, best, &draft, &scratch) ==
			 FILTER_ACCEPT;
		if (draft.changed != NULL)
			attrs_draft_fini(draft.changed);
	}
	assert(is_due == export_group_has_told(member, node));
}

void
export_group_audit(const struct export_group *group)
{
	const struct table_reader *reader = &group->reader;
	uint16_t count = 0, waiting = 0;
	assert(group->count >= 2 && reader->table == group->table);
	for (uint16_t i = export_group_next(group, 0); i != 0;
	     i = export_group_next(group, i)) {
		struct channel *member = group->members[i];
		uint32_t told = 0;
		assert(member->private->group == group);
		assert(member->private->group_number == i && member->private->has_reader);
		count++;
		waiting += member->private->group_waits;
		for (uint32_t word = 0; word < group->told.word_count; word++)
			told += bits_count(group->told.words[word]);
		for (uint32_t node = 0; node < group->owner_room; node++)
			told -= group->owners[node] == i;
		assert(told == member->exported);
		bool is_steady =
			!reader->awake && !reader->recovering && policy_is_steady(member);
		node_handle node = node_next(group->table, 0);
		for (; is_steady && node != 0; node = node_next(group->table, node))
			node_audit(group, member, node);
	}
	for (uint32_t node = 0; node < group->owner_room; node++)
		assert(group->owners[node] == 0 || handle_set_has(&group->told, node));
	assert(count == group->count && waiting == group->waiting);
}
