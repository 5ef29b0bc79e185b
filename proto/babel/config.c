/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options of Babel: one row each, named as BIRD names them.
 */
#include "proto/babel/babel.h"

#define STATE_DIRECTORY "/var/lib/meshd"
#define TX_CLASS        0xc0 /* Internetwork control. */
#define TX_PRIORITY     7    /* Linux: TC_PRIO_CONTROL */
#define RTT_DOC         "Round-trip times don't count in the cost yet."

static const struct conf_word link_types[] = {
	{ "wired", BABEL_WIRED },
	{ "wireless", BABEL_WIRELESS },
	{ "tunnel", BABEL_TUNNEL },
	{ "auto", BABEL_AUTO },
	{ 0 },
};

static const struct conf_word splits[] = {
	{ "auto", BABEL_SPLIT_AUTO }, { "off", BABEL_SPLIT_OFF },
	{ "no", BABEL_SPLIT_OFF },    { "on", BABEL_SPLIT_ON },
	{ "yes", BABEL_SPLIT_ON },    { 0 },
};

#define AT(member) .offset = offsetof(struct babel_interface_config, member)

static const struct conf_item interface_items[] = {
	{ .pattern = "type @",
	  .doc = "What the link is: wired and tunnel are up or down, wireless is as good "
		 "as its loss; auto asks the "
		 "link.",
	  .type = CONF_ENUM,
	  AT(type),
	  .preset = BABEL_AUTO,
	  .more = link_types },
	{ .pattern = "rxcost @",
	  .doc = "The cost of receiving on a perfect link; 0 is 96, or 256 on wireless "
		 "ones.",
	  .type = CONF_U32,
	  AT(rxcost),
	  .max = BABEL_INFINITY - 1 },
	{ .pattern = "limit @",
	  .doc = "How many of the last 16 Hellos must have come; 0 asks for 2 of the "
		 "last 3.",
	  .type = CONF_U32,
	  AT(limit),
	  .max = BABEL_HISTORY },
	{ .pattern = "hello interval @",
	  .doc = "How often a Hello is sent.",
	  .type = CONF_USEC,
	  AT(hello_interval),
	  .min = 10 * USEC_MS,
	  .max = BABEL_INTERVAL_MAX * 10 * USEC_MS,
	  .preset = BABEL_HELLO_INTERVAL },
	{ .pattern = "update interval @",
	  .doc = "How often all routes are sent; 0 is four Hello intervals.",
	  .type = CONF_USEC,
	  AT(update_interval),
	  .max = BABEL_INTERVAL_MAX * 10 * USEC_MS },
	{ .pattern = "port @",
	  .doc = "The UDP port.",
	  .type = CONF_U32,
	  AT(port),
	  .min = 1,
	  .max = UINT16_MAX,
	  .preset = BABEL_PORT },
	{ .pattern = "tx class @",
	  .doc = "The traffic class of what is sent.",
	  .type = CONF_U32,
	  AT(tx_class),
	  .max = UINT8_MAX,
	  .preset = TX_CLASS },
	{ .pattern = "tx priority @",
	  .doc = "The priority of what is sent in queues of this host.",
	  .type = CONF_U32,
	  AT(tx_priority),
	  .max = 7,
	  .preset = TX_PRIORITY },
	{ .pattern = "rx buffer @",
	  .doc = "Octets that may wait to be received; 0 is the system's default.",
	  .type = CONF_U32,
	  AT(rx_buffer),
	  .max = INT32_MAX },
	{ .pattern = "tx length @",
	  .doc = "The most octets in a packet, at least 512; 0 is what the link's MTU "
		 "allows.",
	  .type = CONF_U32,
	  AT(tx_length),
	  .max = UINT16_MAX },
	{ .pattern = "split horizon @",
	  .doc = "Whether routes are kept back on the link they came by; auto does so on "
		 "point-to-point links.",
	  .type = CONF_ENUM,
	  AT(split_horizon),
	  .preset = BABEL_SPLIT_AUTO,
	  .more = splits },
	{ .pattern = "next hop ipv4 @",
	  .doc = "The next hop announced with IPv4 routes, instead of the link's first "
		 "IPv4 address.",
	  .type = CONF_ADDR,
	  AT(next_hop4) },
	{ .pattern = "next hop ipv6 @",
	  .doc = "The next hop announced with IPv6 routes, instead of the link-local "
		 "address.",
	  .type = CONF_ADDR,
	  AT(next_hop6) },
	{ .pattern = "bfd <switch:1>",
	  .doc = "Watches neighbours by BFD; who fails is dropped at once, with its "
		 "routes.",
	  .type = CONF_CALL,
	  AT(bfd),
	  .take = babel_bfd_take,
	  .equal = babel_bfd_equal,
	  .print = babel_bfd_print },
	{ .pattern = "bfd {",
	  .doc = "The same with options for these neighbours.",
	  .type = CONF_CALL,
	  AT(bfd),
	  .take = babel_bfd_take,
	  .equal = babel_bfd_equal,
	  .print = babel_bfd_print,
	  .more = &babel_bfd_schema },
	{ .pattern = "check link @",
	  .doc = "A link without carrier is never used.",
	  .type = CONF_IGNORED },
	{ .pattern = "next hop prefer ( native | ipv6 )",
	  .doc = "IPv4 routes over IPv6 next hops (RFC 9229) are not there yet.",
	  .type = CONF_IGNORED },
	{ .pattern = "extended next hop @",
	  .doc = "IPv4 routes over IPv6 next hops (RFC 9229) are not there yet.",
	  .type = CONF_IGNORED },
	{ .pattern = "rtt cost <number>", .doc = RTT_DOC, .type = CONF_IGNORED },
	{ .pattern = "rtt min <time>", .doc = RTT_DOC, .type = CONF_IGNORED },
	{ .pattern = "rtt max <time>", .doc = RTT_DOC, .type = CONF_IGNORED },
	{ .pattern = "rtt decay <number>", .doc = RTT_DOC, .type = CONF_IGNORED },
	{ .pattern = "send timestamps <switch>", .doc = RTT_DOC, .type = CONF_IGNORED },
	{ .pattern = "authentication none",
	  .doc = "Packets carry no authentication.",
	  .type = CONF_KEYWORD,
	  AT(authentication) },
	{ .pattern = "authentication mac [ permissive ]",
	  .doc = "MAC authentication (RFC 8967) is not there yet; leave it out only if "
		 "the link is safe in another way.",
	  .type = CONF_REFUSED },
	{ .pattern = "password @ [{]",
	  .doc = "MAC authentication (RFC 8967) is not there yet, and a password would "
		 "do nothing without it.",
	  .type = CONF_REFUSED },
	{ 0 },
};

static const char *
interface_check(struct arena *arena, void *config)
{
	const struct babel_interface_config *interface = config;

	(void)arena;
	if (!addr_is_any(interface->next_hop4) && !addr_is_ip4(interface->next_hop4))
		return "next hop ipv4 takes an IPv4 address";
	if (addr_is_ip4(interface->next_hop6))
		return "next hop ipv6 takes an IPv6 address";
	if (interface->tx_length && interface->tx_length < 512)
		return "tx length must be at least 512";
	return NULL;
}

static const struct conf_schema interface_schema = {
	.name = "babel interface",
	.doc = "Links that Babel speaks on.",
	.size = sizeof(struct babel_interface_config),
	.items = interface_items,
	.check = interface_check,
};

static const struct conf_item items[] = {
	{ .pattern = "interface @ [{]",
	  .doc = "Links that Babel speaks on; the first statement that matches a link "
		 "decides.",
	  .type = CONF_INTERFACES,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct babel_config, interfaces),
	  .more = &interface_schema },
	{ .pattern = "randomize router id @",
	  .doc = "Takes another router-id at each start, so that no old seqno can be in "
		 "the way.",
	  .type = CONF_SWITCH,
	  .effect = CONF_RESTART,
	  .offset = offsetof(struct babel_config, randomize_router_id) },
	{ .pattern = "state directory @",
	  .doc = "Where the seqno is kept over restarts and crashes; an empty string "
		 "keeps none.",
	  .type = CONF_STRING,
	  .effect = CONF_RESTART,
	  .offset = offsetof(struct babel_config, state_directory) },
	{ 0 },
};

static void
babel_config_init(void *config)
{
	((struct babel_config *)config)->state_directory = STATE_DIRECTORY;
}

const struct conf_schema babel_schema = {
	.name = "babel",
	.doc = "The Babel routing protocol (RFC 8966).",
	.size = sizeof(struct babel_config),
	.items = items,
	.base = &protocol_schema,
	.init = babel_config_init,
};

const struct babel_config *
babel_config(const struct babel *babel)
{
	return (const struct babel_config *)babel->protocol.config;
}

const struct babel_interface_config *
babel_config_of(const struct babel *babel, const struct link *link)
{
	list_each(config, &babel_config(babel)->interfaces, struct babel_interface_config,
		  common.link)
		if (interface_pattern_matches(config->common.patterns, link))
			return config;
	return NULL;
}
