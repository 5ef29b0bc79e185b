/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may stand in `protocol bfd { … }`.
 */
#include "proto/bfd/bfd.h"

#include "lib/text.h"
#include <string.h>

#define MIN_RX     (10 * USEC_MS)
#define MIN_TX     (100 * USEC_MS)
#define IDLE_TX    USEC_S
#define MULTIPLIER 5

/* Tags of the patterns below. */
enum { TAG_IP4 = 1, TAG_IP6, TAG_DIRECT, TAG_MULTIHOP };
enum { TAG_ADDR = 1, TAG_DEV, TAG_LOCAL, TAG_HOPS };

/* Each word leaves out its opposite. */
static const char *
accept_take(struct conf_call *call)
{
	struct bfd_accept *accept = &((struct bfd_config *)call->config)->accept;
	*accept = (struct bfd_accept){ true, true, true, true };
	for (size_t i = 0; i < call->count; i++)
		switch (call->values[i].tag) {
		case TAG_IP4: accept->ip4 = true, accept->ip6 = false; break;
		case TAG_IP6: accept->ip4 = false, accept->ip6 = true; break;
		case TAG_DIRECT: accept->direct = true, accept->multihop = false; break;
		case TAG_MULTIHOP: accept->direct = false, accept->multihop = true; break;
		}
	return NULL;
}

static void
accept_print(struct text *text, const void *field)
{
	const struct bfd_accept *accept = field;
	text_add(text, accept->ip4 && accept->ip6 ? "" : accept->ip4 ? "ipv4" : "ipv6");
	text_add(text, accept->ip4 != accept->ip6 && accept->direct != accept->multihop
			       ? " "
			       : "");
	text_add(text, accept->direct && accept->multihop ? ""
		       : accept->direct                   ? "direct"
							  : "multihop");
}

static const char *
neighbor_take(struct conf_call *call)
{
	struct bfd_neighbor_config *neighbor = call->config;
	for (size_t i = 0; i < call->count; i++) {
		const struct conf_value *value = &call->values[i];
		switch (value->tag) {
		case TAG_ADDR:
			neighbor->addr = value->addr;
			neighbor->interface = value->word;
			break;
		case TAG_DEV: neighbor->interface = value->word; break;
		case TAG_LOCAL: neighbor->local = value->addr; break;
		case TAG_HOPS: neighbor->multihop = value->number != 0; break;
		}
	}
	if (neighbor->multihop && neighbor->interface)
		return "a neighbour several hops away is on no interface";
	if (neighbor->multihop && addr_is_any(neighbor->local))
		return "a neighbour several hops away needs our address: `local ADDRESS`";
	return NULL;
}

static bool
neighbor_equal(const void *old, const void *new)
{
	const struct bfd_neighbor_config *a = old, *b = new;
	return addr_equal(a->addr, b->addr) && addr_equal(a->local, b->local) &&
	       a->multihop == b->multihop && !a->interface == !b->interface &&
	       (!a->interface || !strcmp(a->interface, b->interface));
}

static const struct conf_item interface_items[] = {
	BFD_OPTION_ROWS(struct bfd_interface_config, options, MIN_RX, MIN_TX, IDLE_TX,
			MULTIPLIER),
	{ 0 },
};

static const struct conf_schema interface_schema = {
	.name = "bfd interface",
	.doc = "Sessions on these interfaces.",
	.size = sizeof(struct bfd_interface_config),
	.items = interface_items,
};

static const struct conf_item multihop_items[] = {
	BFD_OPTION_ROWS(struct bfd_multihop_config, options, MIN_RX, MIN_TX, IDLE_TX,
			MULTIPLIER),
	{ 0 },
};

static const struct conf_schema multihop_schema = {
	.name = "bfd multihop",
	.doc = "Sessions with neighbours several hops away.",
	.size = sizeof(struct bfd_multihop_config),
	.items = multihop_items,
};

static const struct conf_schema neighbor_schema = {
	.name = "bfd neighbor",
	.doc = "A session with this neighbour, asked for by nobody else.",
	.size = sizeof(struct bfd_neighbor_config),
};

static const struct conf_item items[] = {
	{ .pattern = "accept [( ipv4:1 | ipv6:2 | direct:3 | multihop:4 )...]",
	  .doc = "Which sessions neighbours may ask for; each word leaves out its "
		 "opposite.",
	  .type = CONF_CALL,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct bfd_config, accept),
	  .size = sizeof(struct bfd_accept),
	  .take = accept_take,
	  .print = accept_print },
	{ .pattern = "interface @ [{]",
	  .doc = "Sessions on these interfaces; the first statement that matches "
		 "decides.",
	  .type = CONF_INTERFACES,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct bfd_config, interfaces),
	  .more = &interface_schema },
	{ .pattern = "multihop [{]",
	  .doc = "Sessions with neighbours several hops away.",
	  .type = CONF_BLOCK,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct bfd_config, multihop),
	  .more = &multihop_schema },
	{ .pattern = "neighbor <addr%:1> [dev <string:2>] [local <addr:3>] "
		     "[multihop <switch:4>]",
	  .doc = "A session with this neighbour, whoever asks for it.",
	  .type = CONF_BLOCKS,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct bfd_config, neighbors),
	  .more = &neighbor_schema,
	  .take = neighbor_take,
	  .equal = neighbor_equal },
	{ .pattern = "strict bind @",
	  .doc = "Takes packets to the addresses of sessions only, as is always so.",
	  .type = CONF_SWITCH,
	  .effect = CONF_RESTART,
	  .offset = offsetof(struct bfd_config, strict_bind) },
	{ .pattern = "zero udp6 checksum rx @",
	  .doc = "Packets over IPv6 without a checksum are never taken.",
	  .type = CONF_IGNORED },
	{ 0 },
};

static void
preset(void *data)
{
	struct bfd_config *config = data;
	config->accept = (struct bfd_accept){ true, true, true, true };
}

const struct conf_schema bfd_schema = {
	.name = "bfd",
	.doc = "Bidirectional Forwarding Detection (RFC 5880) in asynchronous mode, "
	       "single "
	       "hop (RFC 5881) and multihop (RFC 5883). Other protocols ask for "
	       "sessions, "
	       "or `neighbor` does. Echo, demand mode and authentication are not there.",
	.size = sizeof(struct bfd_config),
	.items = items,
	.base = &protocol_schema,
	.init = preset,
};
