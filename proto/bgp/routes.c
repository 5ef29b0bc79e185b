/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The routes of a session: what happens to them when it comes and goes, and who handles
 * which message.
 */
#include "proto/bgp/routes.h"

#include <inttypes.h>

#include "lib/mem.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "nest/router.h"
#include "proto/bgp/adj_rib_in.h"
#include "proto/bgp/adj_rib_out.h"
#include "proto/bgp/agree.h"
#include "proto/bgp/cease.h"
#include "proto/bgp/lane.h"
#include "proto/bgp/next_hop.h"
#include "proto/bgp/rib.h"
#include "proto/bgp/stale.h"
#include "proto/bgp/decision.h"

static void ribs_up(struct bgp *bgp);
static bool tells_end(const struct bgp_agreed *agreed, enum bgp_family family);
static void rib_start(struct bgp_rib *rib);
static void rib_tell(struct bgp_rib *rib, bool again);
static void fault_log(struct bgp *bgp, const struct bgp_update *update);
static bool update_take(struct bgp *bgp, const struct bgp_codec *codec, unsigned families,
			const uint8_t *body, size_t size);
static struct bgp_rib *rib_of(struct bgp *bgp, enum bgp_family family);
static struct bgp_rib *rib_among(struct bgp *bgp, unsigned families,
				 enum bgp_family family);
static void refresh_answer(struct bgp_rib *rib);
static void refresh_begin(struct bgp_rib *rib);
static void refresh_end(struct bgp_rib *rib);

void
bgp_routes_start(struct bgp *bgp)
{
	struct bgp_routes *routes = pool_alloc(bgp->protocol.pool, sizeof(*routes));
	bgp->routes = routes;
	routes->bgp = bgp;
	bgp_guard_init(&routes->guard, bgp);
	for (unsigned i = 0; i < BGP_FAMILIES; i++) {
		struct bgp_rib *rib = &routes->ribs[i];
		rib->bgp = bgp;
		rib->family = (enum bgp_family)i;
		rib->channel = protocol_channel(&bgp->protocol,
						i == BGP_IP4 ? NET_IP4 : NET_IP6);
		adj_rib_out_init(rib);
		bgp_stale_init(rib);
		if (rib->channel == NULL)
			continue;
		/* RFC 4724 §4.1 */
		rib->channel->defers = true;
		rib->channel->rank_order = bgp_rank_order(bgp_config(&bgp->protocol));
		if (bgp_keeps_for(bgp, rib->channel->config->more))
			recovery_await(rib->channel);
		const struct bgp_channel_config *config = rib->channel->config->more;
		rib->channel->keeps_received = config->import_table;
		bgp_flaps_start(rib);
	}
}

/* ---- up and down ---- */

static void
rooms_make(struct bgp_routes *routes)
{
	size_t most = bgp_config(&routes->bgp->protocol)->extended_messages
			      ? BGP_EXTENDED_MAX
			      : BGP_MESSAGE_MAX;
	/* A block, and what is added to it here; of what is sent, several paths. */
	routes->room_size = BGP_BLOCK_ROOM(most);
	for (unsigned i = 0; i < BGP_ROOMS; i++)
		routes->rooms[i] = mem_alloc(routes->room_size);
	routes->arrivals = bgp_arrivals_new();
}

static void
rooms_free(struct bgp_routes *routes)
{
	for (unsigned i = 0; i < BGP_ROOMS; i++) {
		mem_free(routes->rooms[i]);
		routes->rooms[i] = NULL;
	}
	mem_free(routes->arrivals);
	routes->arrivals = NULL;
}

/* Kept routes are of a neighbour with another identifier now, which breaks ties (RFC 4271
 * §9.1.2.2) and is told where they are reflected. */
static void
id_changed(struct bgp_routes *routes)
{
	for (unsigned i = 0; i < BGP_FAMILIES; i++)
		if (routes->ribs[i].channel != NULL)
			channel_reorder(routes->ribs[i].channel);
	if (routes->internal)
		bgp_routes_retell(routes->bgp->protocol.router, bgp_routes_reflect);
}

void
bgp_routes_up(struct bgp *bgp)
{
	const struct bgp_agreed *agreed = bgp_agreed(bgp);
	const struct bgp_config *config = bgp_config(&bgp->protocol);
	struct bgp_routes *routes = bgp->routes;
	uint32_t former_id = routes->id;
	rooms_make(routes);
	routes->as = agreed->as;
	routes->id = agreed->id;
	routes->addr = agreed->ends.remote;
	routes->internal = agreed->as == config->local.as;
	routes->interior = routes->internal || config->confederation_member;
	routes->faulty = false;
	if (bgp->protocol.state == PROTOCOL_UP && routes->id != former_id)
		id_changed(routes);
	ribs_up(bgp);
	bgp_guard_look(&routes->guard);
}

static void
ribs_up(struct bgp *bgp)
{
	const struct bgp_agreed *agreed = bgp_agreed(bgp);
	bool is_back = bgp->protocol.state == PROTOCOL_UP;
	for (unsigned i = 0; i < BGP_FAMILIES; i++) {
		struct bgp_rib *rib = &bgp->routes->ribs[i];
		rib->is_spoken = rib->channel != NULL && agreed->families[i];
		if (rib->channel == NULL)
			continue;
		if (rib->is_spoken)
			rib->self = bgp_next_hop_own(rib);
		const struct bgp_channel_config *config = rib->channel->config->more;
		channel_set_mode(rib->channel, agreed->add_path[i] ? READER_ANY
					       : config->secondary ? READER_ACCEPTED
								   : READER_BEST);
	}
	if (!is_back)
		protocol_set_state(&bgp->protocol, PROTOCOL_UP);
	for (unsigned i = 0; i < BGP_FAMILIES; i++) {
		struct bgp_rib *rib = &bgp->routes->ribs[i];
		if (rib->channel == NULL)
			continue;
		bgp_stale_resume(rib, agreed);
		if (!rib->is_spoken || !tells_end(agreed, rib->family))
			recovery_arrived(rib->channel);
		if (!rib->is_spoken)
			channel_stop(rib->channel, false);
		else if (rib->channel->state == CHANNEL_DOWN)
			rib_start(rib);
		else
			rib_tell(rib, is_back);
	}
}

/* A session before this one did not speak the family. */
static void
rib_start(struct bgp_rib *rib)
{
	if (!channel_is_flushed(rib->channel)) {
		bgp_session_fail(rib->bgp, &bgp_cease_change,
				 "routes of an earlier session are still going");
		return;
	}
	channel_start(rib->channel);
	rib_tell(rib, true);
}

/* RFC 4724 §4.1: who restarted itself may be waiting for us; not if it keeps no routes of
 * the family. */
static bool
tells_end(const struct bgp_agreed *agreed, enum bgp_family family)
{
	return agreed->restart &&
	       !(agreed->restarted && agreed->restarts[family].is_there);
}

static void
rib_tell(struct bgp_rib *rib, bool again)
{
	/* RFC 4724 §4.2: also where there is nothing to tell. */
	if (!channel_is_told(rib->channel))
		adj_rib_out_end(rib);
	if (!again)
		return;
	channel_resume(rib->channel);
	channel_refeed(rib->channel);
}

void
bgp_routes_down(struct bgp *bgp, const struct bgp_agreed *agreed)
{
	bgp_guard_stop(&bgp->routes->guard);
	adj_rib_in_settle(bgp->routes);
	for (unsigned i = 0; i < BGP_FAMILIES; i++) {
		struct bgp_rib *rib = &bgp->routes->ribs[i];
		refresh_end(rib);
		bgp_flaps_down(rib);
		adj_rib_in_forget(rib);
		bgp_lanes_free(rib->lanes);
		rib->lanes = NULL;
		adj_rib_out_fini(rib);
		if (!rib->is_spoken)
			continue;
		rib->is_spoken = false;
		if (agreed == NULL)
			continue;
		channel_pause(rib->channel);
		bgp_stale_lose(rib, agreed);
	}
	rooms_free(bgp->routes);
}

void
bgp_routes_stop(struct bgp *bgp, bool quietly)
{
	if (!quietly)
		bgp_routes_give_up(bgp);
	for (unsigned i = 0; i < BGP_FAMILIES; i++) {
		bgp_stale_fini(&bgp->routes->ribs[i]);
		bgp_flaps_stop(&bgp->routes->ribs[i]);
	}
}

void
bgp_routes_give_up(struct bgp *bgp)
{
	for (unsigned i = 0; i < BGP_FAMILIES; i++)
		if (bgp->routes->ribs[i].channel != NULL)
			recovery_arrived(bgp->routes->ribs[i].channel);
}

static bool
decides_alike(const struct bgp_config *a, const struct bgp_config *b)
{
	return a->path_metric == b->path_metric && a->med_metric == b->med_metric &&
	       a->igp_metric == b->igp_metric && a->prefer_older == b->prefer_older &&
	       a->deterministic_med == b->deterministic_med &&
	       a->default_med == b->default_med &&
	       a->default_local_pref == b->default_local_pref;
}

/* All of them are looked at for that, so only where it may be another one. */
static void
rib_reorder(struct bgp_rib *rib, const struct bgp_config *old)
{
	const struct bgp_config *new = bgp_config(&rib->bgp->protocol);
	const struct channel_config *former =
		channel_config_find(&old->common, rib->channel);
	const struct bgp_channel_config *own = rib->channel->config->more;
	const struct bgp_channel_config *before = former != NULL ? former->more : NULL;
	rib->channel->rank_order = bgp_rank_order(new);
	if (!decides_alike(old, new) || (before != NULL && before->cost != own->cost))
		channel_reorder(rib->channel);
}

/* What must pass through again the channels see to; how it is judged is what is left. */
void
bgp_routes_reconfigure(struct bgp *bgp, const struct bgp_config *old)
{
	for (unsigned i = 0; i < BGP_FAMILIES; i++)
		if (bgp->routes->ribs[i].channel != NULL)
			rib_reorder(&bgp->routes->ribs[i], old);
	if (bgp_agreed(bgp) == NULL)
		return;
	bgp_guard_look(&bgp->routes->guard);
	for (unsigned i = 0; i < BGP_FAMILIES; i++) {
		struct bgp_rib *rib = &bgp->routes->ribs[i];
		if (!rib->is_spoken)
			continue;
		adj_rib_in_forget(rib);
		bgp_flaps_look(rib);
		bgp_next_hop_look(rib);
	}
}

/* ---- what comes in ---- */

/* A mark: the neighbour has told all (RFC 4724 §2). */
static void
end_received(struct bgp_rib *rib)
{
	adj_rib_in_settle(rib->bgp->routes);
	protocol_trace(&rib->bgp->protocol, DEBUG_EVENTS, "End of routes, channel %s",
		       rib->channel->name);
	bgp_stale_end(rib);
}

/* The families of the session, as bits, whose metric is not taken (RFC 7311 §3.2), and
 * those where it is: that attribute is no other thing than one we don't know, else. */
static void
families_split(const struct bgp *bgp, unsigned families[2])
{
	families[false] = families[true] = 0;
	for (unsigned i = 0; i < BGP_FAMILIES; i++) {
		const struct bgp_rib *rib = &bgp->routes->ribs[i];
		if (!rib->is_spoken)
			continue;
		const struct bgp_channel_config *channel = rib->channel->config->more;
		families[channel->terms.aigp] |= 1u << i;
	}
}

static bool
reaches_of(const struct bgp_update *update, unsigned families)
{
	bool has = false;
	for (unsigned i = 0; i < update->reach_count; i++)
		has |= (families >> update->reaches[i].nlri.family & 1) != 0;
	return has;
}

void
bgp_routes_update(struct bgp *bgp, const uint8_t *body, size_t size)
{
	struct bgp_codec codec = bgp_agreed(bgp)->codec;
	unsigned families[2], without, with;
	families_split(bgp, families);
	without = families[false];
	with = families[true];
	codec.adds_local_pref = true;
	codec.default_local_pref = bgp_config(&bgp->protocol)->default_local_pref;
	if (with == 0 || without == 0) {
		codec.aigp = with != 0;
		update_take(bgp, &codec, with | without, body, size);
		return;
	}
	/* Of which family a message is, is known when it is read. */
	codec.aigp = false;
	if (!update_take(bgp, &codec, without, body, size))
		return;
	codec.aigp = true;
	update_take(bgp, &codec, with, body, size);
}

/* What an UPDATE says of these families; false: it was the end of the session. */
static bool
update_take(struct bgp *bgp, const struct bgp_codec *codec, unsigned families,
	    const uint8_t *body, size_t size)
{
	struct bgp_update update;
	bgp_update_read(codec, body, size, bgp->routes->rooms[BGP_ROOM_CAME], &update);
	/* A metric that nobody takes cannot be malformed. */
	bool is_ours =
		update.attribute != BGP_ATTRIBUTE_AIGP || reaches_of(&update, families);
	if (update.fault != BGP_FAULT_NONE && is_ours)
		fault_log(bgp, &update);
	if (update.action == BGP_RESET) {
		bgp_session_fail(bgp, &update.failure, bgp_fault_name(update.fault));
		return false;
	}
	if (update.is_end) {
		struct bgp_rib *rib = rib_among(bgp, families, update.end_family);
		if (rib != NULL)
			end_received(rib);
		return true;
	}
	for (unsigned i = 0; i < update.withdrawal_count; i++) {
		const struct bgp_nlri *nlri = &update.withdrawals[i];
		struct bgp_rib *rib = rib_among(bgp, families, nlri->family);
		if (rib != NULL)
			adj_rib_in_withdraw(rib, nlri);
	}
	for (unsigned i = 0; i < update.reach_count; i++) {
		const struct bgp_reach *reach = &update.reaches[i];
		struct bgp_rib *rib = rib_among(bgp, families, reach->nlri.family);
		if (rib != NULL)
			adj_rib_in_reach(rib, &update, reach,
					 update.action == BGP_WITHDRAW);
	}
	return true;
}

void
bgp_routes_heard(struct bgp *bgp)
{
	adj_rib_in_settle(bgp->routes);
}

/* Null: that family is not spoken here (RFC 4760 §8: ignored). */
static struct bgp_rib *
rib_of(struct bgp *bgp, enum bgp_family family)
{
	struct bgp_rib *rib = &bgp->routes->ribs[family];
	return rib->is_spoken ? rib : NULL;
}

/* Null: it is none of these, which are spoken. */
static struct bgp_rib *
rib_among(struct bgp *bgp, unsigned families, enum bgp_family family)
{
	return families >> family & 1 ? &bgp->routes->ribs[family] : NULL;
}

/* RFC 7606 §6: the first is told, with its bytes left to `debug packets`. */
static void
fault_log(struct bgp *bgp, const struct bgp_update *update)
{
	static const char *const actions[] = { [BGP_ACCEPT] = "accepted",
					       [BGP_DISCARD] = "attribute discarded",
					       [BGP_WITHDRAW] = "routes withdrawn",
					       [BGP_RESET] = "session ended" };
	struct bgp_routes *routes = bgp->routes;
	const char *name = bgp_attribute_name(update->attribute);
	if (routes->faulty && update->action != BGP_RESET)
		return;
	routes->faulty = true;
	protocol_log(&bgp->protocol, LOG_REMOTE, "Malformed UPDATE: %s%s%s: %s",
		     name != NULL ? name : "", name != NULL ? ": " : "",
		     bgp_fault_name(update->fault), actions[update->action]);
}

void
bgp_routes_refresh(struct bgp *bgp, enum bgp_family family, enum bgp_refresh kind)
{
	const struct bgp_agreed *agreed = bgp_agreed(bgp);
	struct bgp_rib *rib = rib_of(bgp, family);
	if (rib == NULL)
		return;
	adj_rib_in_settle(bgp->routes);
	switch (kind) {
	case BGP_REFRESH_ASK:
		rib->is_asked = true;
		refresh_answer(rib);
		break;
	case BGP_REFRESH_BEGIN:
		/* RFC 7313 §4: nor does theirs.  What is stale by a restart is so until
		 * the mark. */
		if (agreed->restart && !rib->has_ended)
			protocol_trace(&bgp->protocol, DEBUG_EVENTS,
				       "A refresh began before the end of routes");
		else
			refresh_begin(rib);
		break;
	case BGP_REFRESH_END:
		rib->was_refreshed = rib->is_refreshing && !rib->is_stale;
		refresh_end(rib);
		break;
	}
}

/* All is told again, if the neighbour has asked for that: not before the end of the
 * initial table is sent (RFC 7313 §4), one answer after the other, and while there is
 * room.  Who asks faster than that would else hear the beginning of the table again and
 * again, and never its end. */
static void
refresh_answer(struct bgp_rib *rib)
{
	if (!rib->is_asked || !rib->is_told || rib->refresh_due ||
	    !bgp_session_has_room(rib->bgp))
		return;
	rib->is_asked = false;
	adj_rib_out_flush(rib);
	adj_rib_out_refresh(rib);
	channel_refeed(rib->channel);
	/* No feed ends where there is nothing to tell. */
	if (!channel_is_told(rib->channel))
		adj_rib_out_end(rib);
}

/* RFC 7313 §4.2: a further beginning is one of all; what came behind the first is as
 * stale as the rest. */
static void
refresh_begin(struct bgp_rib *rib)
{
	uint64_t received = rib->channel->import_updates.received;
	/* Nothing has come behind the first: all is as stale as it can be. */
	if (rib->is_refreshing && rib->refreshed_from == received)
		return;
	rib->refreshed_from = received;
	refresh_end(rib);
	channel_refresh_begin(rib->channel);
	rib->is_refreshing = true;
	rib->was_refreshed = false;
}

/* An end without a beginning is passed over. */
static void
refresh_end(struct bgp_rib *rib)
{
	if (rib->is_refreshing)
		channel_refresh_end(rib->channel);
	rib->is_refreshing = false;
}

void
bgp_routes_write(struct bgp *bgp)
{
	for (unsigned i = 0; i < BGP_FAMILIES; i++) {
		if (!bgp->routes->ribs[i].is_spoken)
			continue;
		channel_resume(bgp->routes->ribs[i].channel);
		refresh_answer(&bgp->routes->ribs[i]);
	}
}

void
bgp_routes_retell(const struct router *router, bool (*is_due)(const struct channel *))
{
	list_each(protocol, &router->protocols, struct protocol, link) {
		if (protocol->class != &bgp_class || bgp_agreed(bgp_of(protocol)) == NULL)
			continue;
		list_each(channel, &protocol->channels, struct channel, link)
			if (is_due(channel))
				channel_refeed(channel);
	}
}

bool
bgp_routes_reflect(const struct channel *channel)
{
	return bgp_of_channel(channel)->routes->internal;
}

/* ---- hooks of the class ---- */

static struct bgp_rib *
rib_of_channel(const struct channel *channel)
{
	struct bgp_rib *rib = bgp_rib_of(channel);
	return rib->is_spoken ? rib : NULL;
}

void
bgp_route_event(struct protocol *protocol, struct channel *channel,
		const struct route_change *changes, size_t count)
{
	struct bgp_rib *rib = rib_of_channel(channel);
	(void)protocol;
	if (rib != NULL)
		adj_rib_out_change(rib, changes, count);
}

void
bgp_feed_end(struct protocol *protocol, struct channel *channel)
{
	struct bgp_rib *rib = rib_of_channel(channel);
	(void)protocol;
	if (rib == NULL)
		return;
	adj_rib_out_end(rib);
	refresh_answer(rib);
}

bool
bgp_has_told_all(const struct protocol *protocol)
{
	const struct bgp *bgp = (const struct bgp *)protocol;
	if (bgp_agreed(bgp) == NULL)
		return false;
	for (unsigned i = 0; i < BGP_FAMILIES; i++)
		if (bgp->routes->ribs[i].is_spoken && !bgp->routes->ribs[i].has_ended)
			return false;
	return true;
}

/* RFC 2918: what the neighbour announced is asked for again, if it can. */
void
bgp_reimport(struct protocol *protocol, struct channel *channel, struct cover *which)
{
	struct bgp *bgp = (struct bgp *)protocol;
	struct bgp_rib *rib = rib_of_channel(channel);
	(void)which;
	if (rib == NULL)
		return;
	adj_rib_in_forget(rib);
	bgp_flaps_rest(rib);
	if (bgp_agreed(bgp)->refresh)
		adj_rib_out_ask(rib);
	else
		protocol_restart(protocol, "Import policy changed");
}
