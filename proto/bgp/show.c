/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `show bgp …` and `show protocols` tell of sessions; how birdc has it is in
 * bird_show.c.
 */
#include "proto/bgp/show.h"

#include <errno.h>
#include <string.h>

#include "lib/out.h"
#include "lib/text.h"
#include "nest/command.h"
#include "nest/instances.h"
#include "nest/router.h"
#include "proto/bgp/discover.h"
#include "proto/bgp/history.h"
#include "proto/bgp/rib.h"
#include "proto/bgp/session_private.h"

static const char *const family_names[] = { [BGP_IP4] = "ipv4", [BGP_IP6] = "ipv6" };

static const struct bgp *
bgp_const(const struct protocol *protocol)
{
	return (const struct bgp *)protocol;
}

const char *
bgp_status(const struct protocol *protocol)
{
	const char *info = bgp_const(protocol)->history.info;
	return *info ? info : NULL;
}

/* ---- capabilities ---- */

/* Names of those families for which a byte of theirs is not 0. */
static void
families_show(struct out *out, const char *key, const void *first, size_t stride)
{
	struct text names = { .text = NULL };
	for (enum bgp_family family = BGP_IP4; family < BGP_FAMILIES; family++)
		if (((const uint8_t *)first)[family * stride] != 0)
			text_printf(&names, "%s%s", names.length > 0 ? " " : "",
				    family_names[family]);
	if (names.length > 0)
		out_str(out, key, text_string(&names));
	text_fini(&names);
}

static void
flag_show(struct out *out, const char *key, bool is_set)
{
	if (is_set)
		out_bool(out, key, true);
}

static void
paths_show(struct out *out, const char *key, const struct bgp_capabilities *of,
	   uint8_t mode)
{
	uint8_t modes[BGP_FAMILIES];
	for (enum bgp_family family = BGP_IP4; family < BGP_FAMILIES; family++)
		modes[family] = of->add_path[family] & mode;
	families_show(out, key, modes, 1);
}

/* Who only helps has no families, and no time either. */
static void
restart_show(struct out *out, const struct bgp_capabilities *of)
{
	const struct bgp_restart_family *restarts = of->restarts;
	if (!of->restart)
		return;
	out_bool(out, "graceful_restart", true);
	flag_show(out, "restart_recovery", of->restarted);
	flag_show(out, "restart_notifications", of->notifications);
	if (restarts[BGP_IP4].is_there || restarts[BGP_IP6].is_there)
		out_u64(out, "restart_time", of->restart_time);
	families_show(out, "restart_families", &restarts[0].is_there,
		      sizeof(restarts[0]));
	families_show(out, "restart_preserved", &restarts[0].forwarding,
		      sizeof(restarts[0]));
}

static void
long_lived_show(struct out *out, const struct bgp_capabilities *of)
{
	const struct bgp_restart_family *stale = of->stale;
	if (!of->long_lived)
		return;
	out_bool(out, "long_lived_graceful_restart", true);
	if (stale[BGP_IP4].is_there || stale[BGP_IP6].is_there)
		out_u64(out, "stale_time", MAX(stale[BGP_IP4].time, stale[BGP_IP6].time));
	families_show(out, "stale_families", &stale[0].is_there, sizeof(stale[0]));
}

static void
capabilities_show(struct out *out, const char *key, const struct bgp_capabilities *of)
{
	static const char *const roles[] = { "provider", "rs_server", "rs_client",
					     "customer", "peer" };
	out_object(out, key);
	families_show(out, "multiprotocol", of->families, sizeof(bool));
	flag_show(out, "route_refresh", of->refresh);
	if (of->extended_next_hop)
		out_str(out, "extended_next_hop", family_names[BGP_IP4]);
	flag_show(out, "extended_messages", of->extended_messages);
	restart_show(out, of);
	flag_show(out, "as4", of->four_byte_as);
	paths_show(out, "add_path_rx", of, BGP_ADD_PATH_RECEIVE);
	paths_show(out, "add_path_tx", of, BGP_ADD_PATH_SEND);
	flag_show(out, "enhanced_refresh", of->enhanced_refresh);
	long_lived_show(out, of);
	flag_show(out, "link_local_next_hop", of->link_local_next_hop);
	if (of->host_size > 0)
		out_printf(out, "hostname", "%.*s", of->host_size, of->host);
	if (of->has_role && of->role < ARRAY_SIZE(roles))
		out_str(out, "role", roles[of->role]);
	out_object_end(out);
}

/* ---- one session ---- */

/* What is left of it, as `key_timer`, and its whole length. */
static void
timer_show(struct out *out, const char *key, const char *length_key,
	   const struct timer *timer, usec_t length)
{
	usec_t due = timer_due(timer);
	out_usec(out, key,
		 due == USEC_NEVER ? due : MAX(due - router_now(timer->router), 0));
	if (length_key)
		out_usec(out, length_key, length);
}

void
bgp_notice_show(struct out *out, const char *key, const struct protocol *protocol,
		const struct bgp_notice *notice)
{
	if (notice->when == 0)
		return;
	out_object(out, key);
	out_str(out, "what", notice->words);
	out_u64(out, "code", notice->code);
	out_u64(out, "subcode", notice->subcode);
	out_usec(out, "ago", router_now(protocol->router) - notice->when);
	out_object_end(out);
}

static void
neighbour_show(struct out *out, const struct bgp *bgp)
{
	const struct bgp_config *config = bgp_config(&bgp->protocol);
	const struct bgp_agreed *agreed = bgp_agreed(bgp);
	uint32_t as = agreed ? agreed->as : config->terms.remote_as;
	char shown[ADDR_TEXT];
	if (config->remote.has_range)
		out_prefix(out, "neighbour_range", &config->remote.range);
	else if (config->interface)
		out_printf(out, "neighbour_address", "%s%%%s",
			   addr_format(config->remote.addr, shown), config->interface);
	else
		out_addr(out, "neighbour_address", config->remote.addr);
	if (config->remote.port != BGP_PORT)
		out_u64(out, "neighbour_port", config->remote.port);
	if (as != 0)
		out_u64(out, "neighbour_as", as);
	out_u64(out, "local_as", config->local.as);
}

/* What it waits for. */
void
bgp_waiting_show(struct out *out, const struct bgp *bgp)
{
	const struct bgp_session *session = bgp->session;
	const struct bgp_config *config = bgp_config(&bgp->protocol);
	const struct bgp_attempts *attempts = &session->attempts;
	if (session->restart.is_awaited)
		timer_show(out, "restart_timer", NULL, &session->restart.away, 0);
	if (attempts->phase == BGP_WAITING)
		out_str(out, "waiting_for", attempts->lacks);
	else if (attempts->phase == BGP_IDLE_HOLD)
		timer_show(out, "error_wait", "error_wait_time", &attempts->next,
			   bgp->history.error_wait);
	else if (timer_is_running(&attempts->next))
		timer_show(out, "connect_delay", "connect_delay_time", &attempts->next,
			   config->connect_delay);
}

static void
established_show(struct out *out, const struct bgp *bgp, const struct bgp_fsm *fsm)
{
	const struct bgp_config *config = bgp_config(&bgp->protocol);
	const struct bgp_agreed *agreed = &fsm->agreed;
	out_addr(out, "neighbour_id", addr_from_ip4(agreed->id));
	capabilities_show(out, "local_capabilities", &fsm->ours.capabilities);
	capabilities_show(out, "neighbour_capabilities", &fsm->theirs.capabilities);
	out_printf(out, "session", "%s%s%s%s%s",
		   agreed->as == config->local.as ? "internal" : "external",
		   config->terms.direct ? "" : " multihop",
		   config->rr_client ? " route-reflector" : "",
		   config->rs_client ? " route-server" : "",
		   agreed->four_byte_as ? " AS4" : "");
	out_addr(out, "source_address", agreed->ends.local);
	timer_show(out, "hold_timer", "hold_time", &fsm->hold, agreed->hold);
	timer_show(out, "keepalive_timer", "keepalive_time", &fsm->keepalive,
		   agreed->keepalive);
	timer_show(out, "send_hold_timer", "send_hold_time", &bgp->session->send_hold,
		   agreed->send_hold);
	out_u64(out, "updates_received", bgp->session->updates_in);
	out_u64_unit(out, "queued", fsm->connection.queued, "B");
}

enum out_tone
bgp_tone(const struct bgp *bgp)
{
	enum bgp_state state = bgp_state(bgp);
	return state == BGP_ESTABLISHED ? OUT_GOOD
	       : state == BGP_IDLE      ? OUT_BAD
					: OUT_WAIT;
}

void
bgp_show(const struct protocol *protocol, struct out *out)
{
	const struct bgp *bgp = bgp_const(protocol);
	const struct bgp_session *session = bgp->session;
	out_state(out, "bgp_state", session ? bgp_state_name(bgp_state(bgp)) : "Down",
		  bgp_tone(bgp));
	neighbour_show(out, bgp);
	if (session && session->established)
		established_show(out, bgp, session->established);
	else if (session)
		bgp_waiting_show(out, bgp);
	if (*bgp_blame_words(bgp) != '\0')
		out_printf(out, "last_error", "%s%s", bgp_blame_class(bgp),
			   bgp_blame_words(bgp));
	bgp_notice_show(out, "last_sent", protocol, &bgp->history.sent);
	bgp_notice_show(out, "last_received", protocol, &bgp->history.received);
	out_u64(out, "established_count", bgp->history.established_count);
	bgp_discover_show(bgp, out);
}

static void
igp_tables_show(struct out *out, const struct channel *channel)
{
	static const char *const keys[] = { "igp_table_ipv4", "igp_table_ipv6" };
	static const enum net_type types[] = { NET_IP4, NET_IP6 };
	const struct bgp_channel_config *config = channel->config->more;
	if (config->terms.gateway != BGP_GATEWAY_RECURSIVE)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		const struct table *table =
			igp_table(channel->protocol->router, &config->igp_tables,
				  channel->table, types[i]);
		if (table != NULL)
			out_str(out, keys[i], table_name(table));
	}
}

void
bgp_channel_show(const struct channel *channel, struct out *out)
{
	const struct bgp_rib *rib = bgp_rib_of(channel);
	if (rib == NULL || !rib->is_spoken)
		return;
	const struct bgp_next_hop *self = &rib->self;
	out_addr(out, "next_hop", self->global);
	if (!addr_is_any(self->link_local))
		out_addr(out, "next_hop_link_local", self->link_local);
	igp_tables_show(out, channel);
}

/* ---- commands ---- */

static bool
is_bgp(const struct protocol *protocol)
{
	return protocol->class->commands == bgp_commands;
}

bool
bgp_is_there(const struct router *router)
{
	list_each(protocol, &router->protocols, struct protocol, link)
		if (is_bgp(protocol))
			return true;
	return false;
}

static const struct out_column summary_columns[] = {
	{ "name", "Name", 10, OUT_LEFT },
	{ "neighbour", "Neighbour", 24, OUT_LEFT },
	{ "as", "AS", 10, OUT_RIGHT },
	{ "state", "State", 11, OUT_LEFT },
	{ "since", "Since", 12, OUT_RIGHT },
	{ "imported", "Imported", 8, OUT_RIGHT },
	{ "exported", "Exported", 8, OUT_RIGHT },
	{ "error", "Last error", 0, OUT_LEFT },
};

static void
summary_row(struct out *out, const struct bgp *bgp)
{
	const struct bgp_config *config = bgp_config(&bgp->protocol);
	const struct bgp_agreed *agreed = bgp_agreed(bgp);
	const struct bgp_history *history = &bgp->history;
	usec_t since = agreed ? history->established_at : history->lost_at;
	uint64_t imported = 0, exported = 0;
	char shown[ADDR_TEXT];
	list_each(channel, &bgp->protocol.channels, struct channel, link) {
		imported += channel->imported;
		exported += channel->exported;
	}
	out_row(out);
	out_str(out, "name", bgp->protocol.name);
	if (config->remote.has_range)
		out_prefix(out, "neighbour", &config->remote.range);
	else
		out_printf(out, "neighbour", "%s%s%s",
			   addr_format(config->remote.addr, shown),
			   config->interface ? "%" : "",
			   config->interface ? config->interface : "");
	out_u64(out, "as", agreed ? agreed->as : config->terms.remote_as);
	out_state(out, "state", bgp->session ? bgp_state_name(bgp_state(bgp)) : "Down",
		  bgp_tone(bgp));
	out_usec(out, "since",
		 since ? router_now(bgp->protocol.router) - since : USEC_NEVER);
	out_u64(out, "imported", imported);
	out_u64(out, "exported", exported);
	out_printf(out, "error", "%s%s", bgp_blame_class(bgp), bgp_blame_words(bgp));
}

static int
show_summary(struct command_call *call)
{
	if (!bgp_is_there(call->router))
		return instances_none(call, "bgp", "bgp_summary", summary_columns,
				      ARRAY_SIZE(summary_columns));
	out_table(call->out, "bgp_summary", summary_columns, ARRAY_SIZE(summary_columns));
	list_each(protocol, &call->router->protocols, struct protocol, link)
		if (is_bgp(protocol))
			summary_row(call->out, bgp_const(protocol));
	out_table_end(call->out);
	return COMMAND_DONE;
}

const struct bgp *
bgp_named(struct command_call *call, const char *name)
{
	const struct protocol *protocol = instances_named(call, "bgp", name);
	return protocol != NULL ? bgp_const(protocol) : NULL;
}

static void
neighbour_object(struct out *out, const struct protocol *protocol)
{
	out_object(out, "bgp_neighbour");
	out_str(out, "name", protocol->name);
	bgp_show(protocol, out);
	out_object_end(out);
}

static int
show_neighbours(struct command_call *call)
{
	const struct bgp *only = call->count > 0 ? bgp_named(call, call->words[0]) : NULL;
	if (call->count > 0 && only == NULL)
		return -ENOENT;
	if (!bgp_is_there(call->router))
		return instances_none(call, "bgp", NULL, NULL, 0);
	list_each(protocol, &call->router->protocols, struct protocol, link)
		if (is_bgp(protocol) && (!only || protocol == &only->protocol))
			neighbour_object(call->out, protocol);
	return COMMAND_DONE;
}

const struct command bgp_commands[] = {
	{ .words = "show bgp summary",
	  .args = "",
	  .doc = "Neighbours, one a line: state, for how long, routes, the last error.",
	  .run = show_summary },
	{ .words = "show bgp neighbours|neighbors",
	  .args = "[<protocol>]",
	  .doc = "What was agreed on with neighbours, timers, what ended sessions.",
	  .run = show_neighbours },
	{ .words = "show bgp groups",
	  .args = "",
	  .doc = "Which neighbours are told as one, how much has yet to be told, and who "
		 "takes no more just then.",
	  .run = bgp_groups_run },
	{ .words = "show bgp flaps",
	  .args = "[<protocol>]",
	  .doc = "Prefixes that came and went or changed, the last one first, and which "
		 "are damped.",
	  .run = bgp_flaps_run },
	{ .words = "show bgp peer",
	  .args = "<protocol> problem",
	  .doc = "Why there is no session with a neighbour or was none before, and why "
		 "routes of it are not in use.",
	  .run = bgp_problem_run },
	{ 0 },
};
