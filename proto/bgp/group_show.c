/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `show bgp groups`: which neighbours are told as one, and how far each is.
 */
#include "lib/out.h"
#include "nest/instances.h"
#include "nest/router.h"
#include "proto/bgp/group.h"
#include "proto/bgp/rib.h"
#include "proto/bgp/session_private.h"
#include "proto/bgp/show.h"

static const struct out_column columns[] = {
	{ "group", "Group", 10, OUT_LEFT },
	{ "name", "Name", 10, OUT_LEFT },
	{ "channel", "Channel", 7, OUT_LEFT },
	{ "members", "Members", 7, OUT_RIGHT },
	{ "exported", "Exported", 8, OUT_RIGHT },
	{ "behind", "Behind", 6, OUT_RIGHT },
	{ "queued", "Queued bytes", 12, OUT_RIGHT },
	{ "state", "State", 0, OUT_LEFT },
};

static void
state_show(struct out *out, const struct channel *channel)
{
	bool is_paused = channel_is_paused(channel);
	const char *state = is_paused ? "waits for the neighbour"
			    : channel->state == CHANNEL_FEEDING ? "is told all"
			    : channel_behind(channel) > 0       ? "is told changes"
								: "in step";
	out_state(out, "state", state, is_paused ? OUT_BAD : OUT_PLAIN);
}

static void
channel_row(struct out *out, const struct channel *channel, const char *group)
{
	const struct bgp *bgp = (const struct bgp *)channel->protocol;
	const struct bgp_fsm *fsm = bgp->session->established;
	out_row(out);
	out_str(out, "group", group);
	out_str(out, "name", bgp->protocol.name);
	out_str(out, "channel", channel->name);
	out_u64(out, "members", export_group_size(channel));
	out_u64(out, "exported", channel->exported);
	out_u64(out, "behind", channel_behind(channel));
	out_u64(out, "queued", fsm->connection.queued);
	state_show(out, channel);
}

/* Is told, by a session. */
static bool
is_shown(const struct channel *channel)
{
	const struct bgp *bgp = bgp_of_channel(channel);
	if (bgp == NULL || bgp_agreed(bgp) == NULL || !channel_is_told(channel))
		return false;
	return bgp_rib_of(channel)->is_spoken;
}

/* A group goes by the name of the first of its neighbours. */
static void
group_rows(struct out *out, const struct channel *one)
{
	const char *name = NULL;
	list_each(protocol, &one->protocol->router->protocols, struct protocol, link)
		list_each(channel, &protocol->channels, struct channel, link) {
			if (!is_shown(channel) || export_group_first(channel) != one)
				continue;
			name = name != NULL ? name : protocol->name;
			channel_row(out, channel, name);
		}
}

int
bgp_groups_run(struct command_call *call)
{
	if (!bgp_is_there(call->router))
		return instances_none(call, "bgp", "bgp_groups", columns,
				      ARRAY_SIZE(columns));
	out_table(call->out, "bgp_groups", columns, ARRAY_SIZE(columns));
	list_each(protocol, &call->router->protocols, struct protocol, link)
		list_each(channel, &protocol->channels, struct channel, link)
			if (is_shown(channel) && export_group_first(channel) == channel)
				group_rows(call->out, channel);
	out_table_end(call->out);
	return COMMAND_DONE;
}
