/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol bgp: class and module.
 */
#include "proto/bgp/bgp.h"

#include "interface_version.h"
#include "nest/module.h"

static const struct protocol_class bgp_class = {
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
