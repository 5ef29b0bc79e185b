/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sessions with the members of an AS: how one is made, what keeps one, who is silent.
 */
#include "proto/bgp/ibgp_session.h"

#include "lib/arena.h"
#include "lib/text.h"
#include "nest/router.h"
#include "nest/spawn.h"

/* What a child is made with. */
struct peer {
	struct addr addr;
	bool is_client;
};

static void
peer_channel(const struct ibgp *ibgp, const struct peer *peer,
	     struct channel_config *channel)
{
	struct bgp_channel_config *more = (void *)channel->more;
	if (addr_is_any(more->next_hop))
		more->next_hop = ibgp->loopback.addr;
	/* As it is preset for clients (check.c). */
	if (peer->is_client && more->next_hop_keep == BGP_WHOSE_UNSAID)
		more->terms.next_hop_keep = BGP_IBGPS;
}

struct protocol_config *
ibgp_child_configure(const struct protocol *parent, const void *detail,
		     struct arena *arena)
{
	const struct ibgp *ibgp = (const struct ibgp *)parent;
	const struct peer *peer = detail;
	struct ibgp_config *copy = spawn_config_copy(arena, parent->config);
	struct bgp_config *config = &copy->bgp;
	config->common.class = &bgp_class;
	config->local.addr = ibgp->loopback.addr;
	config->remote.addr = peer->addr;
	config->remote.has_range = false;
	config->rr_client = peer->is_client;
	config->automatic = true;
	config->loopbacks = copy->loopbacks;
	list_each_safe(channel, &config->common.channels, struct channel_config, link) {
		if (channel->name != NULL)
			list_remove(&channel->link);
		else
			peer_channel(ibgp, peer, channel);
	}
	return &config->common;
}

static void
session_begin(struct ibgp *ibgp, struct ibgp_member *member)
{
	const struct peer peer = { .addr = member->addr,
				   .is_client = member->relation == IBGP_CLIENT };
	char base[128];
	text_format(base, sizeof(base), "%s.", ibgp->protocol.name);
	member->child = spawn_new(&ibgp->protocol, base, 0, &peer, sizeof(peer));
	member->lost = router_now(ibgp->protocol.router);
	protocol_enable(member->child);
}

/* It becomes a client of ours, or no longer is: the session goes on. */
static void
session_change(const struct ibgp_member *member)
{
	static const struct conf_item role = { .pattern = "rr client",
					       .effect = CONF_REFEED,
					       .offset = offsetof(struct bgp_config,
								  rr_client) };
	static const struct conf_item *const items[] = { &role };
	static const struct conf_diff diff = { .effect = CONF_REFEED,
					       .items = items,
					       .count = ARRAY_SIZE(items) };
	const struct peer peer = { .addr = member->addr,
				   .is_client = member->relation == IBGP_CLIENT };
	spawn_change(member->child, &peer, &diff);
}

static void
session_end(struct ibgp_member *member)
{
	protocol_remove(member->child);
	member->child = NULL;
	member->lost = 0;
	member->is_silent = member->is_told = false;
}

/* Whether a session that is more than wanted has to stay: for a while, and while
 * reflectors don't serve who is still there; not if it is down. */
static bool
session_stays(struct ibgp *ibgp, struct ibgp_member *member, bool is_served)
{
	usec_t now = router_now(ibgp->protocol.router),
	       linger = ibgp_config(&ibgp->protocol)->linger;
	if (member->relation == IBGP_STRANGER && member->lost != 0)
		return false;
	if (member->is_there && !is_served) {
		member->spare = 0;
		return true;
	}
	if (member->spare == 0)
		member->spare = now;
	if (now - member->spare >= linger)
		return false;
	timer_start_earlier(&ibgp->look, member->spare + linger - now);
	return true;
}

/* Brings a session in line with what is wanted: more at once, less later. */
static void
session_settle(struct ibgp *ibgp, struct ibgp_member *member, bool is_served)
{
	if (member->relation < member->session && session_stays(ibgp, member, is_served))
		return;
	member->spare = 0;
	if (member->relation == member->session)
		return;
	if (member->session == IBGP_STRANGER)
		session_begin(ibgp, member);
	else if (member->relation == IBGP_STRANGER)
		session_end(member);
	else
		session_change(member);
	member->session = member->relation;
}

/* Of so many reflectors that are not we ourselves each has told us its routes. */
static bool
reflectors_serve(struct ibgp_member *const *reflectors, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (!reflectors[i]->is_own &&
		    (reflectors[i]->child == NULL ||
		     !bgp_class.has_told_all(reflectors[i]->child)))
			return false;
	return true;
}

void
ibgp_sessions_settle(struct ibgp *ibgp, struct ibgp_member *const *reflectors,
		     unsigned count)
{
	bool is_served = reflectors_serve(reflectors, count);
	for (uint32_t i = 0; i < ibgp->members.count; i++)
		session_settle(ibgp, &ibgp->members.list[i], is_served);
}

/* ---- what becomes of them ---- */

void
ibgp_child_event(struct protocol *protocol, const struct protocol *child)
{
	struct ibgp *ibgp = (struct ibgp *)protocol;
	const struct peer *peer = spawn_detail(child);
	struct ibgp_member *member = ibgp_member_find(&ibgp->members, peer->addr);
	if (member == NULL || member->child != child)
		return;
	if (child->state == PROTOCOL_UP)
		member->lost = 0;
	else if (member->lost == 0)
		member->lost = router_now(protocol->router);
	timer_start_earlier(&ibgp->look, 0);
}

/* Whose session is down for long does not reflect; true where that is news. */
static bool
silence_look(struct ibgp *ibgp, struct ibgp_member *member)
{
	usec_t now = router_now(ibgp->protocol.router),
	       linger = ibgp_config(&ibgp->protocol)->linger;
	bool was_told = member->is_told;
	if (member->lost == 0)
		member->is_silent = member->is_told = false;
	if (member->lost == 0 || !member->is_there || member->relation == IBGP_STRANGER)
		return false;
	member->is_silent = now - member->lost >= linger;
	if (!member->is_silent)
		timer_start_earlier(&ibgp->look, member->lost + linger - now);
	member->is_told |= member->is_silent;
	return member->is_told && !was_told;
}

/* One line for all, for where we have the wrong password that is everybody. */
void
ibgp_silent_log(struct ibgp *ibgp)
{
	const struct ibgp_member *first = NULL;
	unsigned count = 0;
	char shown[ADDR_TEXT];
	for (uint32_t i = 0; i < ibgp->members.count; i++) {
		struct ibgp_member *member = &ibgp->members.list[i];
		if (!silence_look(ibgp, member))
			continue;
		first = first != NULL ? first : member;
		count++;
	}
	if (count > 1)
		protocol_log(&ibgp->protocol, LOG_WARNING,
			     "No session comes up with loopback %s (%s) and %u more: "
			     "perhaps they have another password, or no `ibgp auto`",
			     addr_format(first->addr, shown), first->child->name,
			     count - 1);
	else if (count == 1)
		protocol_log(&ibgp->protocol, LOG_WARNING,
			     "No session comes up with loopback %s (%s): perhaps it has "
			     "another password, or no `ibgp auto`",
			     addr_format(first->addr, shown), first->child->name);
}
