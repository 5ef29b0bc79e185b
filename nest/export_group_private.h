/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of export groups share: export_group.c reads and tells, export_join.c
 * says who is in a group.
 */
#ifndef NEST_EXPORT_GROUP_PRIVATE_H
#define NEST_EXPORT_GROUP_PRIVATE_H

#include "lib/mem.h"
#include "nest/channel_private.h"
#include "nest/export_group.h"
#include "nest/protocol.h"
#include <assert.h>
#include <string.h>

/* Whom the group's told route of the node came from; 0: no member. */
static inline uint16_t
export_owner_of(const struct export_group *group, node_handle node)
{
	return node < group->owner_room ? group->owners[node] : 0;
}

static inline void
export_owner_put(struct export_group *group, node_handle node, uint16_t owner)
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
static inline struct channel *
export_group_voice(const struct export_group *group, const struct channel *source)
{
	for (uint16_t i = export_group_next(group, 0); i != 0;
	     i = export_group_next(group, i))
		if (group->members[i] != source)
			return group->members[i];
	assert(false);
	return NULL;
}

/* Lines about routes name the channel, so it is told alone. */
static inline bool
export_is_traced(const struct channel *channel)
{
	return (channel_debug(channel) & (DEBUG_ROUTES | DEBUG_FILTERS)) != 0;
}

/* ---- export_group.c ---- */

/* The group has a table, a reader and no member yet: it is ready to read. */
void export_group_begin(struct export_group *group);
/* Reads and tells.  False: nothing is left, or it can't be told now. */
bool export_group_read(struct export_group *group, unsigned budget);

/* ---- export_join.c ---- */

/* All leave, and the group is no more. */
void export_group_end(struct export_group *group);

#endif
