/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `show bgp peer X problem`: why the session is not up, what ended it before, and why
 * routes of the neighbour are not in use: lines of the policy that turn them away,
 * limits, faults of theirs, next hops that nothing leads to.  For the last the tables are
 * walked, in pieces.
 */
#include <errno.h>

#include "lib/out.h"
#include "lib/pool.h"
#include "nest/nexthop.h"
#include "nest/router.h"
#include "proto/bgp/discover.h"
#include "proto/bgp/history.h"
#include "proto/bgp/next_hop.h"
#include "proto/bgp/rib.h"
#include "proto/bgp/session_private.h"
#include "proto/bgp/show.h"

#define NODES_PER_RUN 1024
#define HOPS          32 /* Unresolved next hops that are told apart. */

/* A next hop that nothing leads to. */
struct hop {
	struct addr addr;
	uint64_t routes;
};

/* How far the walk of one channel's table has come. */
struct next_hop_walk {
	const struct table *table; /* Compared only, until it is the channel's still. */
	node_handle node;
	bool done;
	unsigned hop_count;
	struct hop hops[HOPS];
	uint64_t others;
};

struct progress {
	struct next_hop_walk walks[BGP_FAMILIES];
};

static bool walk_on(struct next_hop_walk *walk, const struct channel *channel);
static void session_show(struct out *out, const struct bgp *bgp);
static void channel_show(struct out *out, const struct bgp *bgp,
			 const struct bgp_rib *rib, const struct channel *channel,
			 const struct next_hop_walk *walk);

static const struct channel *
channel_of(const struct bgp *bgp, unsigned family)
{
	return protocol_channel(&bgp->protocol, family == BGP_IP4 ? NET_IP4 : NET_IP6);
}

int
bgp_problem_run(struct command_call *call)
{
	const struct bgp *bgp = bgp_named(call, call->words[0]);
	struct progress *progress = call->state;
	if (bgp == NULL)
		return -ENOENT;
	if (progress == NULL)
		progress = call->state = pool_alloc(call->pool, sizeof(*progress));
	for (unsigned i = 0; i < BGP_FAMILIES; i++) {
		const struct channel *channel = channel_of(bgp, i);
		if (channel != NULL && walk_on(&progress->walks[i], channel))
			return COMMAND_MORE;
	}
	struct out *out = call->out;
	out_object(out, "bgp_problem");
	out_str(out, "name", bgp->protocol.name);
	session_show(out, bgp);
	for (unsigned i = 0; i < BGP_FAMILIES; i++) {
		const struct channel *channel = channel_of(bgp, i);
		if (channel != NULL)
			channel_show(out, bgp,
				     bgp->routes != NULL ? &bgp->routes->ribs[i] : NULL,
				     channel, &progress->walks[i]);
	}
	out_object_end(out);
	return COMMAND_DONE;
}

/* ---- next hops ---- */

static void
hop_count(struct next_hop_walk *walk, struct addr addr)
{
	unsigned at = 0;
	while (at < walk->hop_count && !addr_equal(walk->hops[at].addr, addr))
		at++;
	if (at == HOPS) {
		walk->others++;
		return;
	}
	if (at == walk->hop_count)
		walk->hops[walk->hop_count++] = (struct hop){ .addr = addr };
	walk->hops[at].routes++;
}

static void
node_look(struct next_hop_walk *walk, const struct channel *channel, node_handle node)
{
	const struct table *table = channel->table;
	route_handle handle = table_node_first(table, node);
	while (handle != 0) {
		const struct route *route = table_route(table, handle);
		handle = route->next;
		if ((route->flags & (ROUTE_DEAD | ROUTE_FILTERED | ROUTE_UNREACHABLE)) ==
			    ROUTE_UNREACHABLE &&
		    table_source_of(table, route).channel == channel)
			hop_count(walk,
				  table_route_attrs(table, route)->nexthop->gateway);
	}
}

/* True: there is more to walk. */
static bool
walk_on(struct next_hop_walk *walk, const struct channel *channel)
{
	if (walk->table != channel->table)
		*walk = (struct next_hop_walk){ .table = channel->table };
	if (walk->done || channel->imported == 0)
		return false;
	for (unsigned i = 0; i < NODES_PER_RUN; i++) {
		walk->node = table_walk(channel->table, walk->node);
		if (walk->node == 0) {
			walk->done = true;
			return false;
		}
		node_look(walk, channel, walk->node);
	}
	return true;
}

static void
hops_show(struct out *out, const struct next_hop_walk *walk)
{
	static const struct out_column columns[] = {
		{ .key = "next_hop", .title = "Unresolved next hop" },
		{ .key = "routes", .title = "Routes", .align = OUT_RIGHT },
	};
	if (walk->hop_count == 0)
		return;
	out_table(out, "unresolved_next_hops", columns, ARRAY_SIZE(columns));
	for (unsigned i = 0; i < walk->hop_count; i++) {
		out_row(out);
		out_addr(out, "next_hop", walk->hops[i].addr);
		out_u64(out, "routes", walk->hops[i].routes);
	}
	if (walk->others > 0) {
		out_row(out);
		out_str(out, "next_hop", "others");
		out_u64(out, "routes", walk->others);
	}
	out_table_end(out);
}

/* ---- the session ---- */

/* Why one that others may connect to, or be found by, has no session itself. */
static const char *
parent_reason(const struct protocol *protocol)
{
	if (!list_is_empty(&protocol->children))
		return "its neighbours have instances of their own";
	if (bgp_config(protocol)->remote.is_found)
		return bgp_discover_reason((const struct bgp *)protocol);
	return "nobody has connected from the range";
}

/* Why it is not established, in a sentence; null: it is. */
static const char *
reason_of(const struct bgp *bgp)
{
	const struct bgp_session *session = bgp->session;
	const struct protocol *protocol = &bgp->protocol;
	if (session == NULL)
		return protocol->disabled                     ? "the instance is disabled"
		       : protocol->state == PROTOCOL_STOPPING ? "the instance is stopping"
							      : "the instance is down";
	switch (session->attempts.phase) {
	case BGP_WAITING: return session->attempts.lacks;
	case BGP_IDLE_HOLD: return "we rest behind an error before we try again";
	case BGP_STARTED: break;
	}
	if (bgp_config(protocol)->remote.has_range)
		return parent_reason(protocol);
	switch (bgp_state(bgp)) {
	case BGP_IDLE:
	case BGP_ACTIVE:
		return bgp_config(protocol)->passive
			       ? "we are `passive`, and the neighbour has not connected"
			       : "we are about to connect";
	case BGP_CONNECT: return "we connect, and nobody has answered yet";
	case BGP_OPEN_SENT: return "the neighbour has not said its OPEN yet";
	case BGP_OPEN_CONFIRM: return "the neighbour has not confirmed our OPEN yet";
	case BGP_ESTABLISHED: break;
	}
	return NULL;
}

static void
session_show(struct out *out, const struct bgp *bgp)
{
	const struct protocol *protocol = &bgp->protocol;
	const struct bgp_history *history = &bgp->history;
	const char *reason = reason_of(bgp);
	out_state(out, "state", bgp->session ? bgp_state_name(bgp_state(bgp)) : "Down",
		  bgp_tone(bgp));
	if (reason != NULL)
		out_str(out, "reason", reason);
	if (protocol->message)
		out_str(out, "message", protocol->message);
	if (bgp->session && !bgp->session->established)
		bgp_waiting_show(out, bgp);
	if (bgp->session && timer_is_running(&bgp->session->attempts.listening.retry))
		out_bool(out, "cannot_listen", true);
	if (*bgp_blame_words(bgp) != '\0')
		out_printf(out, "last_error", "%s%s", bgp_blame_class(bgp),
			   bgp_blame_words(bgp));
	bgp_notice_show(out, "last_sent", protocol, &history->sent);
	bgp_notice_show(out, "last_received", protocol, &history->received);
	out_u64(out, "established_count", history->established_count);
}

/* ---- routes that are not in use ---- */

static void
limits_show(struct out *out, const struct channel *channel)
{
	static const char *const keys[LIMIT_KINDS] = { "receive_limit", "import_limit",
						       "export_limit" };
	for (enum limit_kind kind = 0; kind < LIMIT_KINDS; kind++) {
		const struct limit *limit = &channel->config->limits[kind];
		if (channel_is_at_limit(channel, kind))
			out_printf(out, keys[kind], "reached: %u routes, action %s",
				   limit->count,
				   limit_action_name((enum limit_action)limit->action));
	}
}

static void
rejections_show(struct out *out, const struct channel *channel)
{
	const struct rejections *rejections = &channel->import_rejections;
	const struct filter *filter = channel->config->import;
	const char *name = filter != NULL && filter->name != NULL ? filter->name : "";
	const char *blank = *name != '\0' ? " " : "";
	for (uint32_t i = 0; i < rejections->count; i++) {
		const struct rejection *rejection = &rejections->rows[i];
		const char *file = rejection->file;
		out_row(out);
		out_u64(out, "routes", rejection->count);
		if (rejection->line == 0)
			out_str(out, "why", "rejected by `import none`");
		else
			out_printf(out, "why", "rejected by import filter%s%s, %s%s%u",
				   blank, name, file != NULL ? file : "line",
				   file != NULL ? ":" : " ", rejection->line);
	}
	if (rejections->others > 0) {
		out_row(out);
		out_u64(out, "routes", rejections->others);
		out_str(out, "why", "rejected by other lines");
	}
}

static void
refusals_show(struct out *out, const struct bgp_rib *rib)
{
	for (unsigned i = 0; i < rib->refusal_count; i++) {
		out_row(out);
		out_u64(out, "routes", rib->refusals[i].count);
		out_printf(out, "why", "refused: %s", rib->refusals[i].why);
	}
}

static void
channel_show(struct out *out, const struct bgp *bgp, const struct bgp_rib *rib,
	     const struct channel *channel, const struct next_hop_walk *walk)
{
	static const struct out_column columns[] = {
		{ .key = "routes", .title = "Rejected", .align = OUT_RIGHT },
		{ .key = "why", .title = "Why" },
	};
	bool is_refused = rib != NULL && rib->refusal_count > 0;
	out_object(out, channel->name);
	if (bgp_agreed(bgp) != NULL && rib != NULL && !rib->is_spoken)
		out_str(out, "reason", "the neighbour does not speak this family");
	if (rib != NULL && rib->is_spoken && bgp_next_hop_is_none(&rib->self))
		out_str(out, "next_hop",
			"no address of ours serves: what should go by us is not told");
	out_u64(out, "imported", channel->imported);
	limits_show(out, channel);
	if (rib != NULL && rib->ghosts > 0)
		out_u64(out, "ghosts", rib->ghosts);
	if (channel->import_rejections.count > 0 || is_refused) {
		out_table(out, "rejected", columns, ARRAY_SIZE(columns));
		rejections_show(out, channel);
		if (is_refused)
			refusals_show(out, rib);
		out_table_end(out);
	}
	hops_show(out, walk);
	out_object_end(out);
}
