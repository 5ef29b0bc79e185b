/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Export groups: channels that are told the same, told as one.  A group reads the journal
 * once, runs the export filter once and remembers once what was told; its protocol makes
 * messages once.  A route that came from a member is not told that one: its owner.
 *
 *            alike, in step: told the same up to here
 *     ALONE ----------------------------------------------> MEMBER
 *       ^                                                      |
 *       '------------------------------------------------------'
 *         policy, feed, refresh, review, limit, end; too slow for the others
 *
 * A channel is alone while it is fed and whenever it is told something that others are
 * not.  Once it is in step with one that is_alike() it joins that; what it was told is
 * known on either side of both steps, to the route.  Who can take no more makes the group
 * wait, but not for long where others are kept from what they could take: then it leaves,
 * and reads on alone from there.
 *
 * Only channels that are told the best routes (READER_BEST) are in groups, without an
 * export limit and route debugging, by filters that neither read the peer nor print.
 */
#ifndef NEST_EXPORT_GROUP_H
#define NEST_EXPORT_GROUP_H

#include "nest/channel.h"
#include "nest/handle_set.h"

struct export_group;

/* A change as all members but one are told. */
struct group_change {
	struct route_change
		change; /* `again`: told before to all but perhaps an owner. */
	/* The member that is not told, for the route is its own, or was where it is
	 * withdrawn; 0: all are told. */
	uint16_t owner;
	/* The owner was told another one: to it alone, that is withdrawn. */
	bool owner_was_told;
};

/* What a protocol class does with groups; none of it stops, pauses or feeds channels. */
struct export_group_ops {
	/* Beside its own routes, either channel is told just what the other is: asked
	 * where both are of the class, of one table, up, and have equal policies. */
	bool (*is_alike)(const struct channel *, const struct channel *);
	/* A group is made, as `more` what the class needs; and freed. */
	void (*open)(struct export_group *);
	void (*close)(struct export_group *);
	void (*tell)(struct export_group *, const struct group_change *changes,
		     size_t count);
	/* A channel is about to join, or to leave: from now on it is told other changes
	 * than the group. */
	void (*part)(struct export_group *, struct channel *);
};

struct export_group {
	struct router *router;
	struct table *table;
	const struct export_group_ops *ops;
	void *more; /* The class's. */
	/* By number, from 1 on; null: nobody. */
	struct channel **members;
	uint16_t end, count; /* No number is so high; members. */
	/* ---- for export_group.c ---- */
	struct table_reader reader;
	struct handle_set told; /* Nodes: all were, but an owner. */
	uint16_t *owners;       /* By node; of what was told. */
	uint32_t owner_room;
	uint16_t waiting; /* Members that can take no more. */
	bool is_telling;
	struct job job;
	struct timer patience;
};

/* The number behind this one that a member has; 0 at the end, start with 0. */
static inline uint16_t
export_group_next(const struct export_group *group, uint16_t number)
{
	for (number++; number < group->end; number++)
		if (group->members[number] != NULL)
			return number;
	return 0;
}

/* The member's output is full, until channel_resume().  Of a channel that is alone it is
 * channel_pause(). */
void export_group_wait(struct channel *channel);
/* How many are told as one with this channel, it included. */
uint32_t export_group_size(const struct channel *channel);
/* One of them, the same for all. */
const struct channel *export_group_first(const struct channel *channel);

/* ---- for the channel's own files ---- */

/* The channel has been told all there is: joins others, if there are any. */
void export_group_seek(struct channel *channel);
/* Leaves the group, if it is in one: it has a reader of its own then, and knows what it
 * was told.  To be called before it gets another configuration. */
void export_alone(struct channel *channel);
/* The member was told of the node. */
bool export_group_has_told(const struct channel *member, node_handle node);
/* There is room again. */
void export_group_resume(struct channel *member);
/* Aborts on a broken invariant; `deeply`: what each member was told is held against what
 * its policy says, where all is read. */
void export_group_audit(const struct export_group *group);

#endif
