/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may stand in a channel of bgp, beside what may in every channel.
 */
#include "proto/bgp/bgp.h"

#include "lib/text.h"

#define AT(member) .offset = offsetof(struct bgp_channel_config, member)
#define STALE_MAX  ((((usec_t)1 << 24) - 1) * USEC_S) /* RFC 9494 §3 */

/* Tags of the patterns below. */
enum { TAG_SWITCH = 1, TAG_IBGP, TAG_EBGP };
enum { TAG_ORIGINATE = 2 };
enum { TAG_RX = 2, TAG_TX };

static const struct conf_word prefers[] = {
	{ "global", BGP_PREFER_GLOBAL },
	{ "local", BGP_PREFER_LOCAL },
	{ NULL, 0 },
};

static const struct conf_word link_locals[] = {
	{ "native", BGP_LL_NATIVE },
	{ "single", BGP_LL_SINGLE },
	{ "double", BGP_LL_DOUBLE },
	{ NULL, 0 },
};

static const struct conf_word gateways[] = {
	{ "direct", BGP_GATEWAY_DIRECT },
	{ "recursive", BGP_GATEWAY_RECURSIVE },
	{ NULL, 0 },
};

static uint32_t *
field_of(const struct conf_call *call)
{
	return (uint32_t *)(void *)((char *)call->config + call->item->offset);
}

static const char *
whose_take(struct conf_call *call)
{
	const struct conf_value *value = &call->values[0];
	*field_of(call) = value->tag == TAG_IBGP   ? BGP_IBGPS
			  : value->tag == TAG_EBGP ? BGP_EBGPS
			  : value->number != 0     ? BGP_ALLS
						   : BGP_NONES;
	return NULL;
}

static void
whose_print(struct text *text, const void *field)
{
	static const char *const words[] = { "", "off", "on", "ibgp", "ebgp" };
	text_add(text, words[*(const uint32_t *)field]);
}

static const char *
paths_take(struct conf_call *call)
{
	const struct conf_value *value = &call->values[0];
	*field_of(call) = value->tag == TAG_RX   ? BGP_PATHS_RX
			  : value->tag == TAG_TX ? BGP_PATHS_TX
			  : value->number != 0   ? BGP_PATHS_BOTH
						 : BGP_PATHS_OFF;
	return NULL;
}

static void
paths_print(struct text *text, const void *field)
{
	static const char *const words[] = { "off", "rx", "tx", "on" };
	text_add(text, words[*(const uint32_t *)field]);
}

static const char *
aigp_take(struct conf_call *call)
{
	const struct conf_value *value = &call->values[0];
	*field_of(call) = value->tag == TAG_ORIGINATE ? BGP_AIGP_ORIGINATE
			  : value->number != 0        ? BGP_AIGP_ON
						      : BGP_AIGP_OFF;
	return NULL;
}

static void
aigp_print(struct text *text, const void *field)
{
	static const char *const words[] = { "", "off", "on", "originate" };
	text_add(text, words[*(const uint32_t *)field]);
}

#define SWITCH(words, member, cost, text)                                                \
	{                                                                                \
		.pattern = words " @", .doc = text, .type = CONF_SWITCH, .effect = cost, \
		AT(member)                                                               \
	}
/* A switch or more with a preset of its own. */
#define SHAPED(words, shape, member, cost, taken, printed, text)                     \
	{                                                                            \
		.pattern = words " " shape, .doc = text, .type = CONF_CALL,          \
		.effect = cost, AT(member), .size = sizeof(uint32_t), .take = taken, \
		.print = printed                                                     \
	}
#define STALE(words, member, text)                                     \
	{                                                              \
		.pattern = words " @", .doc = text, .type = CONF_USEC, \
		.effect = CONF_RESTART, AT(member), .max = STALE_MAX   \
	}
#define WHOSE "( <switch:1> | ibgp:2 | ebgp:3 )"

static const struct conf_item items[] = {
	{ .pattern = "next hop address @",
	  .doc = "The next hop we announce, instead of our own address.",
	  .type = CONF_ADDR,
	  .effect = CONF_REFEED,
	  AT(next_hop) },
	SHAPED("next hop self", WHOSE, next_hop_self, CONF_REFEED, whose_take,
	       whose_print,
	       "Announces ourselves as next hop, for all routes or those from within or "
	       "outside of our AS; without it the next hop stays where both ends and it "
	       "are on one link, or where the session is within the AS."),
	SHAPED("next hop keep", WHOSE, next_hop_keep, CONF_REFEED, whose_take,
	       whose_print,
	       "Leaves the next hop as it came. Preset: off; `ibgp` for clients of a "
	       "reflector, on for those of a route server."),
	{ .pattern = "next hop prefer @",
	  .doc = "Which of two next hops of a route is used, the global address or the "
		 "link-local one. Preset: global if the gateway is direct.",
	  .type = CONF_ENUM,
	  .effect = CONF_REFEED,
	  AT(prefer),
	  .more = prefers },
	{ .pattern = "link local next hop format @",
	  .doc = "How a next hop without a global address is written: zeros and the "
		 "link-local one, it alone, or it twice.",
	  .type = CONF_ENUM,
	  .effect = CONF_REFEED,
	  AT(link_local),
	  .preset = BGP_LL_NATIVE,
	  .more = link_locals },
	{ .pattern = "missing lladdr ( self | drop | ignore )",
	  .doc = "The link-local address of the link is always known here.",
	  .type = CONF_IGNORED },
	SWITCH("mandatory", mandatory, CONF_RESTART,
	       "No session with a neighbour that does not speak this family."),
	{ .pattern = "gateway @",
	  .doc = "Whether a next hop must be on a link of ours or is looked up in the "
		 "igp table. Preset: direct where the session is.",
	  .type = CONF_ENUM,
	  .effect = CONF_REFEED,
	  AT(gateway),
	  .more = gateways },
	IGP_TABLE_ROW(struct bgp_channel_config, igp_tables),
	{ .pattern = "cost @",
	  .doc = "The igp metric of routes whose next hop is direct.",
	  .type = CONF_U32,
	  .effect = CONF_REFEED,
	  AT(cost),
	  .min = 1,
	  .max = UINT32_MAX },
	SWITCH("secondary", secondary, CONF_RESTART,
	       "Announces the best route the export policy takes, where it refuses the "
	       "best of all."),
	SWITCH("import table", import_table, CONF_RESTART,
	       "Keeps what the neighbour sent before the policy, so that a new policy "
	       "needs no new sending."),
	{ .pattern = "export table <switch>",
	  .doc = "What was sent is known without one: `show route export`.",
	  .type = CONF_IGNORED },
	SWITCH("extended next hop", extended_next_hop, CONF_RESTART,
	       "IPv4 routes with IPv6 next hops (RFC 8950)."),
	SWITCH("require extended next hop", require_extended_next_hop, CONF_LIVE,
	       "No session without it."),
	SHAPED("add paths", "( <switch:1> | rx:2 | tx:3 )", add_paths, CONF_RESTART,
	       paths_take, paths_print,
	       "Several routes to a prefix are received, sent, or both (RFC 7911)."),
	SWITCH("require add paths", require_add_paths, CONF_LIVE,
	       "No session without it."),
	SHAPED("aigp", "( <switch:1> | originate:2 )", aigp, CONF_REFEED, aigp_take,
	       aigp_print,
	       "The metric of the whole way is sent along, and begun (RFC 7311). "
	       "Preset: on within our AS."),
	SHAPED("graceful restart", "<switch:1>", graceful_restart, CONF_RESTART,
	       bgp_switch_take, bgp_switch_print,
	       "Graceful restart of this family. Preset: the protocol's."),
	SHAPED("long lived graceful restart", "<switch:1>", long_lived, CONF_RESTART,
	       bgp_switch_take, bgp_switch_print,
	       "Long-lived graceful restart of this family. Preset: the protocol's."),
	STALE("long lived stale time", stale_time,
	      "How long the neighbour is asked to keep stale routes. Preset: the "
	      "protocol's."),
	STALE("min long lived stale time", min_stale_time,
	      "The least we keep the neighbour's. Preset: the protocol's."),
	STALE("max long lived stale time", max_stale_time,
	      "The most. Preset: the protocol's."),
	{ .pattern = "validate @",
	  .doc = "It is for channels of flow specifications, which are not available.",
	  .type = CONF_REFUSED },
	{ .pattern = "base table <name>",
	  .doc = "It is for channels of flow specifications, which are not available.",
	  .type = CONF_REFUSED },
	{ 0 },
};

static void
preset(void *data)
{
	struct bgp_channel_config *config = data;
	config->stale_time = config->min_stale_time = config->max_stale_time = -1;
}

const struct conf_schema bgp_channel_schema = {
	.name = "bgp channel",
	.doc = "A family of routes that the session carries.",
	.size = sizeof(struct bgp_channel_config),
	.items = items,
	.init = preset,
};
