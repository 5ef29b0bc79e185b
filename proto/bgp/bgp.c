/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol bgp: class and module.
 */
#include "proto/bgp/session_private.h"

#include "interface_version.h"
#include "nest/module.h"
#include "nest/router.h"
#include "proto/bgp/adj_rib_in.h"
#include "proto/bgp/advertise.h"
#include "proto/bgp/decision.h"
#include "proto/bgp/discover.h"
#include "proto/bgp/dynamic.h"
#include "proto/bgp/group.h"
#include "proto/bgp/ibgp.h"
#include "proto/bgp/next_hop.h"
#include "proto/bgp/rib.h"
#include "proto/bgp/routes.h"
#include "proto/bgp/show.h"

/* Before there is a session it is what the configuration says. */
static bool
bgp_neighbour(const struct protocol *protocol, const struct route_draft *route,
	      struct protocol_neighbour *neighbour)
{
	(void)route;
	const struct bgp_config *config = bgp_config(protocol);
	const struct bgp_agreed *agreed = bgp_agreed((const struct bgp *)protocol);
	neighbour->addr = config->remote.addr;
	neighbour->asn = agreed ? agreed->as : config->terms.remote_as;
	return true;
}

static int
bgp_start(struct protocol *protocol)
{
	int error = bgp_session_start(bgp_of(protocol));
	bgp_discover_start(bgp_of(protocol));
	return error;
}

static void
bgp_stop(struct protocol *protocol)
{
	bgp_discover_stop(bgp_of(protocol));
	bgp_session_stop(bgp_of(protocol), false);
}

static void
bgp_abandon(struct protocol *protocol)
{
	bgp_discover_stop(bgp_of(protocol));
	bgp_session_stop(bgp_of(protocol), true);
}

/* RFC 7311 §3.4: with what the way by this neighbour costs. */
static bool
tells_metric(const struct channel *channel)
{
	return ((const struct bgp_channel_config *)channel->config->more)->terms.aigp;
}

static bool
cost_differs(const struct protocol *protocol, const struct bgp_config *old)
{
	list_each(channel, &protocol->channels, struct channel, link) {
		const struct bgp_channel_config *own = channel->config->more, *before;
		const struct channel_config *former =
			channel_config_find(&old->common, channel);
		before = former != NULL ? former->more : own;
		if (before->cost != own->cost)
			return true;
	}
	return false;
}

static void
bgp_forget(struct protocol *protocol)
{
	bgp_flaps_forget(bgp_of(protocol));
}

static void
bgp_reconfigure(struct protocol *protocol, const void *old, const struct conf_diff *diff)
{
	if (diff->same)
		return;
	bgp_routes_reconfigure(bgp_of(protocol), old);
	if (conf_diff_has(diff, offsetof(struct bgp_config, rr_client)) ||
	    conf_diff_has(diff, offsetof(struct bgp_config, rr_cluster_id)))
		bgp_routes_retell(protocol->router, bgp_routes_reflect);
	if (cost_differs(protocol, old))
		bgp_routes_retell(protocol->router, tells_metric);
	bgp_session_look(bgp_of(protocol)->session);
	bgp_discover_look(bgp_of(protocol));
}

/* Addresses may be others, of links or of interfaces. */
static void
addresses_look(struct bgp *bgp)
{
	for (unsigned i = 0; i < BGP_FAMILIES && bgp_agreed(bgp) != NULL; i++) {
		struct bgp_rib *rib = &bgp->routes->ribs[i];
		if (!rib->is_spoken)
			continue;
		/* The neighbour's next hop may be one of ours now. */
		adj_rib_in_forget(rib);
		bgp_next_hop_look(rib);
	}
}

static void
bgp_link_event(struct protocol *protocol, struct link *link, enum link_event event)
{
	(void)event;
	if (bgp_config(protocol)->terms.direct)
		bgp_session_look(bgp_of(protocol)->session);
	const struct bgp_agreed *agreed = bgp_agreed(bgp_of(protocol));
	if (agreed != NULL && agreed->link == link)
		addresses_look(bgp_of(protocol));
	bgp_discover_look(bgp_of(protocol));
}

static void
bgp_address_event(struct protocol *protocol, struct interface *interface,
		  const struct sys_address *address, bool gone)
{
	(void)interface;
	(void)address;
	(void)gone;
	if (bgp_config(protocol)->terms.direct)
		bgp_session_look(bgp_of(protocol)->session);
	addresses_look(bgp_of(protocol));
	bgp_discover_look(bgp_of(protocol));
}

/* What an earlier run left is known now, or all have come back. */
static void
bgp_recovery_event(struct protocol *protocol)
{
	bgp_session_look(bgp_of(protocol)->session);
}

static void
bgp_audit(const struct protocol *protocol, enum audit_depth depth)
{
	(void)depth;
	bgp_session_audit((const struct bgp *)protocol);
}

const struct protocol_class bgp_class = {
	.name = "bgp",
	.title = "BGP",
	.doc = "The Border Gateway Protocol (RFC 4271).",
	.size = sizeof(struct bgp),
	.kept = sizeof(struct bgp) - offsetof(struct bgp, history),
	.forget = bgp_forget,
	.schema = &bgp_schema,
	.channel_schema = &bgp_channel_schema,
	.attrs = bgp_attrs,
	.attr_numbered = &bgp_attr_numbered,
	.attr_number_taken = bgp_attribute_name,
	.commands = bgp_commands,
	.families = NET_BIT(NET_IP4) | NET_BIT(NET_IP6),
	.preference = 100,
	.source = RTS_BGP,
	.uses_router_id = true,
	.channel_preset = bgp_channel_preset,
	.check = bgp_check,
	.start = bgp_start,
	.stop = bgp_stop,
	.reconfigure = bgp_reconfigure,
	.link_event = bgp_link_event,
	.address_event = bgp_address_event,
	.child_configure = bgp_dynamic_configure,
	.abandon = bgp_abandon,
	.audit = bgp_audit,
	.refusal = bgp_refusal,
	.route_event = bgp_route_event,
	.group_ops = &bgp_group_ops,
	.feed_end = bgp_feed_end,
	.swept = bgp_swept,
	.flapped = bgp_flapped,
	.explain_known = bgp_explain_known,
	.recovery_event = bgp_recovery_event,
	.has_told_all = bgp_has_told_all,
	.reimport = bgp_reimport,
	.reimports_later = true,
	.route_compare = bgp_route_compare,
	.route_select = bgp_route_select,
	.route_contest = bgp_route_contest,
	.route_mergable = bgp_route_mergable,
	.compare_explain = bgp_compare_explain,
	.route_info = bgp_route_info,
	.neighbour = bgp_neighbour,
	.attributes_dump = bgp_attributes_dump,
	.attributes_compare = bgp_attributes_compare,
	.tells_always = true,
	.show = bgp_show,
	.channel_show = bgp_channel_show,
	.bird_show = bgp_bird_show,
	.status = bgp_status,
};

static const struct protocol_class *const bgp_classes[] = { &bgp_class, &ibgp_class,
							    NULL };

extern const struct module bgp_module;
const struct module bgp_module = {
	.magic = MODULE_MAGIC,
	.interface = INTERFACE_VERSION,
	.name = "bgp",
	.doc = "The Border Gateway Protocol (RFC 4271).",
	.protocols = bgp_classes,
};
