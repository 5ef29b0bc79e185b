/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol ibgp: class; who is a member, and what follows when that changes.
 */
#include "proto/bgp/ibgp.h"

#include "lib/out.h"
#include "lib/text.h"
#include "nest/router.h"
#include "nest/subscribe.h"
#include "proto/bgp/ibgp_session.h"

static struct ibgp *
ibgp_of(struct protocol *protocol)
{
	return (struct ibgp *)protocol;
}

/* ---- our loopback ---- */

static void
ibgp_link_event(struct protocol *protocol, struct link *link, enum link_event event)
{
	if (link->loopback && event != LINK_GONE)
		ibgp_loopback_announce(&ibgp_of(protocol)->loopback);
}

static void
ibgp_address_event(struct protocol *protocol, struct interface *interface,
		   const struct sys_address *address, bool gone)
{
	struct ibgp *ibgp = ibgp_of(protocol);
	(void)interface;
	(void)gone;
	/* Later: one that is gone is still listed. */
	if (addr_equal(address->addr, ibgp->loopback.addr))
		timer_start_earlier(&ibgp->look, 0);
}

static void
ibgp_reimport(struct protocol *protocol, struct channel *channel, struct cover *which)
{
	(void)channel;
	(void)which;
	ibgp_loopback_announce(&ibgp_of(protocol)->loopback);
}

/* ---- the members ---- */

static const char *
ibgp_refusal(const struct channel *channel, const struct route_draft *draft)
{
	if (draft->net->length != 128 ||
	    !prefix_covers(&ibgp_config(channel->protocol)->loopbacks, draft->net))
		return "it is no loopback of a router";
	if (draft->attrs->source == RTS_BGP)
		return "it is not from the IGP";
	return NULL;
}

static void
member_told(struct ibgp *ibgp, struct addr addr, bool is_there)
{
	struct ibgp_member *member = ibgp_member_find(&ibgp->members, addr);
	uint32_t limit = ibgp_config(&ibgp->protocol)->bgp.dynamic_limit;
	if (member == NULL && is_there && ibgp->members.count <= limit)
		member = ibgp_member_add(&ibgp->members, addr);
	else if (member == NULL && is_there && !ibgp->is_full)
		protocol_log(&ibgp->protocol, LOG_WARNING,
			     "There are more than %u loopbacks (`dynamic limit`)", limit);
	ibgp->is_full |= member == NULL && is_there;
	if (member != NULL && !member->is_own)
		member->is_there = is_there;
}

static void
ibgp_route_event(struct protocol *protocol, struct channel *channel,
		 const struct route_change *changes, size_t count)
{
	struct ibgp *ibgp = ibgp_of(protocol);
	(void)channel;
	for (size_t i = 0; i < count; i++)
		member_told(ibgp, changes[i].net->addr, changes[i].attrs != NULL);
	timer_start_earlier(&ibgp->look, ibgp_config(&ibgp->protocol)->settle);
}

/* ---- what follows ---- */

static void
reflectors_log(struct ibgp *ibgp, struct ibgp_member *const *reflectors, unsigned count)
{
	char shown[IBGP_REFLECTORS][ADDR_TEXT];
	struct addr now[IBGP_REFLECTORS] = { addr_any, addr_any };
	for (unsigned i = 0; i < count; i++)
		now[i] = reflectors[i]->addr;
	if (addr_equal(now[0], ibgp->reflectors[0]) &&
	    addr_equal(now[1], ibgp->reflectors[1]))
		return;
	ibgp->reflectors[0] = now[0];
	ibgp->reflectors[1] = now[1];
	if (count == IBGP_REFLECTORS)
		protocol_log(&ibgp->protocol, LOG_INFO, "%s and %s reflect routes",
			     addr_format(now[0], shown[0]),
			     addr_format(now[1], shown[1]));
	else
		protocol_log(&ibgp->protocol, LOG_INFO,
			     "Nobody reflects routes: all have sessions with all");
}

static void
info_write(struct ibgp *ibgp, struct ibgp_member *const *reflectors, unsigned count)
{
	uint32_t wanted = 0, up = 0;
	for (uint32_t i = 0; i < ibgp->members.count; i++) {
		const struct ibgp_member *member = &ibgp->members.list[i];
		wanted += member->relation != IBGP_STRANGER;
		up += member->relation != IBGP_STRANGER && member->child != NULL &&
		      member->lost == 0;
	}
	bool reflects = false;
	for (unsigned i = 0; i < count; i++)
		reflects |= reflectors[i]->is_own;
	text_format(ibgp->info, sizeof(ibgp->info), "%s, %u of %u sessions up",
		    count == 0 ? "mesh"
		    : reflects ? "we reflect"
			       : "two reflectors",
		    up, wanted);
	subscribe_changed(ibgp->protocol.router, SUBSCRIBE_PROTOCOLS);
}

/* Forgets who is gone; who found no room before is asked for again. */
static void
members_tidy(struct ibgp *ibgp)
{
	struct ibgp_members *members = &ibgp->members;
	for (uint32_t i = members->count; i-- > 0;)
		if (!members->list[i].is_there && members->list[i].child == NULL)
			ibgp_member_remove(members, &members->list[i]);
	if (!ibgp->is_full ||
	    members->count > ibgp_config(&ibgp->protocol)->bgp.dynamic_limit)
		return;
	ibgp->is_full = false;
	channel_refeed(ibgp->loopback.igp);
}

static void
look_fire(struct timer *timer)
{
	struct ibgp *ibgp = container_of(timer, struct ibgp, look);
	struct ibgp_members *members = &ibgp->members;
	struct ibgp_member *reflectors[IBGP_REFLECTORS];
	ibgp_loopback_announce(&ibgp->loopback);
	ibgp_silent_log(ibgp);
	ibgp_members_relate(members);
	unsigned count = ibgp_reflectors(members, reflectors);
	ibgp_sessions_settle(ibgp, reflectors, count);
	reflectors_log(ibgp, reflectors, count);
	info_write(ibgp, reflectors, count);
	members_tidy(ibgp);
}

/* ---- life ---- */

static int
ibgp_start(struct protocol *protocol)
{
	struct ibgp *ibgp = ibgp_of(protocol);
	const struct ibgp_config *config = ibgp_config(protocol);
	timer_init(&ibgp->look, protocol->router, look_fire);
	ibgp_loopback_init(&ibgp->loopback, protocol);
	struct ibgp_member *own = ibgp_member_add(&ibgp->members, ibgp->loopback.addr);
	own->is_own = own->is_there = true;
	protocol_set_state(protocol, PROTOCOL_UP);
	ibgp_loopback_announce(&ibgp->loopback);
	timer_start(&ibgp->look, config->settle);
	return 0;
}

/* Another limit, say. */
static void
ibgp_reconfigure(struct protocol *protocol, const void *old, const struct conf_diff *diff)
{
	(void)old;
	if (!diff->same)
		timer_start_earlier(&ibgp_of(protocol)->look, 0);
}

static void
ibgp_end(struct ibgp *ibgp, bool is_left)
{
	ibgp_loopback_fini(&ibgp->loopback, is_left);
	timer_stop(&ibgp->look);
	ibgp_members_free(&ibgp->members);
}

static void
ibgp_abandon(struct protocol *protocol)
{
	ibgp_end(ibgp_of(protocol), true);
}

static void
ibgp_stop(struct protocol *protocol)
{
	ibgp_end(ibgp_of(protocol), false);
}

static void
member_show(struct out *out, const struct ibgp_member *member)
{
	static const char *const relations[] = { [IBGP_STRANGER] = "by reflectors",
						 [IBGP_PEER] = "peer",
						 [IBGP_CLIENT] = "client" };
	out_row(out);
	out_addr(out, "loopback", member->addr);
	out_str(out, "relation",
		member->is_own ? "ourselves" : relations[member->session]);
	out_str(out, "session", member->child ? member->child->name : NULL);
	out_str(out, "state",
		member->child == NULL ? NULL
		: member->lost == 0   ? "up"
				      : "down");
}

static void
ibgp_show(const struct protocol *protocol, struct out *out)
{
	static const struct out_column columns[] = {
		{ .key = "loopback", .title = "Loopback" },
		{ .key = "relation", .title = "Relation" },
		{ .key = "session", .title = "Session" },
		{ .key = "state", .title = "State" },
	};
	const struct ibgp *ibgp = (const struct ibgp *)protocol;
	struct ibgp_member *reflectors[IBGP_REFLECTORS];
	unsigned count = ibgp_reflectors(&ibgp->members, reflectors);
	out_addr(out, "loopback", ibgp->loopback.addr);
	out_u64(out, "routers", ibgp_members_there(&ibgp->members));
	out_list(out, "reflectors");
	for (unsigned i = 0; i < count; i++)
		out_addr(out, NULL, reflectors[i]->addr);
	out_list_end(out);
	out_table(out, "members", columns, ARRAY_SIZE(columns));
	for (uint32_t i = 0; i < ibgp->members.count; i++)
		member_show(out, &ibgp->members.list[i]);
	out_table_end(out);
}

static const char *
ibgp_status(const struct protocol *protocol)
{
	return ((const struct ibgp *)protocol)->info;
}

/* All but what the IGP carries is told (advertise.c). */
static void
ibgp_channel_preset(struct channel_config *channel)
{
	channel->import = channel->export = NULL;
}

const struct protocol_class ibgp_class = {
	.name = "ibgp",
	.title = "IBGP",
	.doc = "The sessions within an AS, made by themselves.",
	.size = sizeof(struct ibgp),
	.schema = &ibgp_schema,
	.channel_schema = &bgp_channel_schema,
	.families = NET_BIT(NET_IP4) | NET_BIT(NET_IP6),
	.channels = CHANNELS_PRESET,
	.preference = 100,
	.source = RTS_DEVICE,
	.uses_router_id = true,
	.guards_interior = true,
	.channel_preset = ibgp_channel_preset,
	.check = ibgp_check,
	.start = ibgp_start,
	.stop = ibgp_stop,
	.abandon = ibgp_abandon,
	.reconfigure = ibgp_reconfigure,
	.link_event = ibgp_link_event,
	.address_event = ibgp_address_event,
	.child_configure = ibgp_child_configure,
	.child_event = ibgp_child_event,
	.reimport = ibgp_reimport,
	.refusal = ibgp_refusal,
	.route_event = ibgp_route_event,
	.show = ibgp_show,
	.status = ibgp_status,
};
