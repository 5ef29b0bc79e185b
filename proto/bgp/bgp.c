/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol bgp: class and module.
 */
#include "proto/bgp/bgp.h"

#include "interface_version.h"
#include "nest/module.h"

/* Filters may ask before there is a session: it is what the configuration says. */
static bool
bgp_neighbour(const struct protocol *protocol, const struct route_draft *route,
	      struct protocol_neighbour *neighbour)
{
	(void)route;
	const struct bgp_config *config = (const void *)protocol->config;
	neighbour->addr = config->remote.addr;
	neighbour->asn = config->terms.remote_as;
	return true;
}

const struct protocol_class bgp_class = {
	.name = "bgp",
	.doc = "The Border Gateway Protocol (RFC 4271).",
	.size = sizeof(struct protocol),
	.schema = &bgp_schema,
	.channel_schema = &bgp_channel_schema,
	.attrs = bgp_attrs,
	.families = NET_BIT(NET_IP4) | NET_BIT(NET_IP6),
	.preference = 100,
	.source = RTS_BGP,
	.uses_router_id = true,
	.inert = "this build has no BGP sessions",
	.channel_preset = bgp_channel_preset,
	.check = bgp_check,
	.neighbour = bgp_neighbour,
};

static const struct protocol_class *const bgp_classes[] = { &bgp_class, NULL };

extern const struct module bgp_module;
const struct module bgp_module = {
	.magic = MODULE_MAGIC,
	.interface = INTERFACE_VERSION,
	.name = "bgp",
	.doc = "The Border Gateway Protocol (RFC 4271).",
	.protocols = bgp_classes,
};
