/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Export groups: who joins one, and who leaves.
 *
 * Members differ in what they were told only by the routes they own (export_group.c), so
 * joining compares two sets and leaving copies one.
 */
#include "nest/export_group_private.h"

#include "lib/mem.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include "nest/table_private.h"
#include <string.h>

#define MEMBERS_MOST UINT16_MAX
/* A group is read on so far for one that wants to join it. */
#define AHEAD (8 * JOB_BUDGET)

static bool is_sharable(const struct channel *channel);
static bool is_alike(const struct channel *a, const struct channel *b);
static bool may_join(const struct channel *channel);
static struct channel *mate_find(const struct channel *channel);
static bool is_in_step(struct export_group *group);
static struct export_group *group_new(struct channel *first);
static bool group_fits(const struct export_group *group, const struct channel *channel);
static void group_join(struct export_group *group, struct channel *channel);
static void group_part(struct export_group *group, struct channel *channel);
static void group_free(struct export_group *group);

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
		export_group_end(group);
		/* Or the two would try for ever. */
		mate->private->group_sought = false;
	}
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
	       !export_is_traced(channel) && policy_may_share(channel->config->export);
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
		export_group_read(group, AHEAD);
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
	table_reader_copy(&group->reader, &private->reader);
	export_group_begin(group);
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
	const struct channel *only =
		group->count == 1 ? export_group_voice(group, NULL) : NULL;
	for (uint32_t i = 0; i < count; i++) {
		uint64_t bits = word_of(own, i) ^ word_of(&group->told, i);
		for (; bits != 0; bits &= bits - 1) {
			node_handle node = i * 64 + (unsigned)__builtin_ctzll(bits);
			bool is_told = handle_set_has(own, node);
			if (is_told ? only == NULL || !is_from(group->table, node, only)
				    : export_owner_of(group, node) != 0 ||
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
			export_owner_put(group, node, is_told ? 1 : number);
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
		export_group_end(group);
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

void
export_group_end(struct export_group *group)
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
