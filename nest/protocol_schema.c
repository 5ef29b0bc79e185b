/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows every protocol and every transport has.
 */
#include "lib/text.h"
#include "nest/config_schema.h"
#include "nest/mrt_log.h"
#include "nest/protocol.h"
#include "nest/schema.h"
#include "nest/transport.h"

static const char *router_id_take(struct conf_call *call);
static void router_id_print(struct text *text, const void *field);

static const struct conf_item protocol_items[] = {
	{ .pattern = "disabled @",
	  .doc = "The instance is not started; `enable` starts it.",
	  .type = CONF_SWITCH,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct protocol_config, disabled) },
	{ .pattern = "debug @",
	  .doc = "What the instance writes to the log.",
	  .type = CONF_FLAGS,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct protocol_config, debug),
	  .more = debug_words },
	{ .pattern = "description @",
	  .doc = "A text for people, shown by `show protocols all`.",
	  .type = CONF_STRING,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct protocol_config, description) },
	{ .pattern = "router id <ip4>",
	  .doc = "A router id for this instance alone.",
	  .type = CONF_CALL,
	  .effect = CONF_RESTART,
	  .offset = offsetof(struct protocol_config, router_id),
	  .size = sizeof(uint32_t),
	  .print = router_id_print,
	  .take = router_id_take },
	{ .pattern = "hostname @",
	  .doc = "A host name for this instance alone.",
	  .type = CONF_STRING,
	  .effect = CONF_RESTART,
	  .offset = offsetof(struct protocol_config, hostname) },
	{ .pattern = "mrtdump @",
	  .doc = "Of what the instance hears and says there are records in the file of "
		 "the global `mrtdump`, see `mrtdump protocols`; BGP makes some.",
	  .type = CONF_FLAGS,
	  .effect = CONF_LIVE,
	  .max = MRT_ALL,
	  .offset = offsetof(struct protocol_config, mrtdump),
	  .more = mrtdump_words },
	{ .pattern = "vrf default",
	  .doc = "The default VRF is the only one.",
	  .type = CONF_IGNORED },
	{ .pattern = "vrf <string>",
	  .doc = "Run a meshd of its own inside the VRF (`ip vrf exec`).",
	  .type = CONF_REFUSED },
	{ 0 },
};

const struct conf_schema protocol_schema = {
	.name = "protocol",
	.doc = "Options of every protocol.",
	.size = sizeof(struct protocol_config),
	.items = protocol_items,
};

static const char *
router_id_take(struct conf_call *call)
{
	struct protocol_config *config = call->config;
	uint64_t number = call->values[0].number;
	config->has_router_id = true;
	config->router_id = (uint32_t)number;
	if (number != 0 && number <= UINT32_MAX)
		return NULL;
	call->culprit = 0;
	return "a router id is an IPv4 address or a number that is not 0";
}

static void
router_id_print(struct text *text, const void *field)
{
	char id[ADDR_TEXT];
	addr_format(addr_from_ip4(*(const uint32_t *)field), id);
	text_printf(text, "%s", id);
}

static const struct conf_item transport_items[] = {
	{ .pattern = "disabled @",
	  .doc = "The instance is not started; `enable` starts it.",
	  .type = CONF_SWITCH,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct transport_config, disabled) },
	{ .pattern = "debug @",
	  .doc = "What the instance writes to the log.",
	  .type = CONF_FLAGS,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct transport_config, debug),
	  .more = debug_words },
	{ .pattern = "description @",
	  .doc = "A text for people.",
	  .type = CONF_STRING,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct transport_config, description) },
	{ 0 },
};

const struct conf_schema transport_schema = {
	.name = "transport",
	.doc = "Options of every transport.",
	.size = sizeof(struct transport_config),
	.items = transport_items,
};
