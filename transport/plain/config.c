/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may stand in `transport plain { … }`.
 */
#include "transport/plain/plain.h"

#include <string.h>

#include "lib/text.h"
#include "nest/config.h"

/* Tags of the patterns below. */
enum { TAG_ADDR, TAG_PORT };

static void *
field(const struct conf_call *call)
{
	return (char *)call->config + call->item->offset;
}

static const char *
endpoint_take(struct conf_call *call)
{
	struct plain_endpoint *endpoint = field(call);

	for (size_t i = 0; i < call->count; i++) {
		const struct conf_value *value = &call->values[i];
		call->culprit = i;
		if (value->tag == TAG_ADDR) {
			endpoint->addr = value->addr;
			if (addr_is_link_local(value->addr) ||
			    addr_is_multicast(value->addr))
				return "this must be an address that needs no interface";
		} else {
			if (value->number < 1 || value->number > UINT16_MAX)
				return "a port is from 1 to 65535";
			endpoint->port = (uint32_t)value->number;
		}
	}
	return NULL;
}

static const char *
address_take(struct conf_call *call)
{
	struct plain_nets *nets = field(call);
	const struct conf_value *value = &call->values[0];

	if (nets->count == PLAIN_NETS)
		return "no more than 16 addresses are possible";
	nets->list[nets->count++] =
		value->kind == CONF_PREFIX
			? value->prefix
			: prefix_new(value->addr, addr_is_ip4(value->addr) ? 32 : 128);
	return NULL;
}

static const char *
peer_take(struct conf_call *call)
{
	((struct plain_peer_config *)call->config)->name = call->values[0].word;
	return NULL;
}

static bool
peer_equal(const void *old, const void *new)
{
	const struct plain_peer_config *a = old, *b = new;
	return strcmp(a->name, b->name) == 0;
}

static void
peer_print(struct text *text, const void *peer)
{
	text_add(text, ((const struct plain_peer_config *)peer)->name);
}

static const char *
peer_check(struct arena *arena, void *data)
{
	const struct plain_peer_config *peer = data;

	(void)arena;
	if (!peer->roaming && peer->endpoint.port == 0)
		return "a peer has an endpoint, or is `roaming`";
	if (peer->roaming && peer->tag == 0)
		return "a roaming peer is known by its tag: write `tag N`";
	return NULL;
}

#define AT(member) .offset = offsetof(struct plain_peer_config, member)

static const struct conf_item peer_items[] = {
	{ .pattern = "endpoint <addr> port <number:1>",
	  .doc = "Where the peer is; packets from elsewhere are not from it.",
	  .type = CONF_CALL,
	  .take = endpoint_take,
	  AT(endpoint),
	  .size = sizeof(struct plain_endpoint) },
	{ .pattern = "roaming @",
	  .doc = "The peer goes by its tag wherever it sends from, and is answered "
		 "there. "
		 "Anybody who knows the tag can be the peer.",
	  .type = CONF_SWITCH,
	  AT(roaming) },
	{ .pattern = "tag @",
	  .doc = "A number that both sides write into every packet; tells apart links "
		 "between the same endpoints.",
	  .type = CONF_U32,
	  AT(tag),
	  .max = UINT16_MAX },
	{ .pattern = "keepalive @",
	  .doc = "How often the peer is asked for a sign of life; without one for three "
		 "and a half times as long the link is down.",
	  .type = CONF_USEC,
	  AT(keepalive),
	  .min = 10 * USEC_MS,
	  .max = 3600 * USEC_S,
	  .preset = USEC_S },
	{ .pattern = "address (<addr> | <prefix>)",
	  .doc = "An address of the peer, or a prefix behind it, that is sent to it "
		 "where "
		 "no routing protocol says otherwise; may be repeated.",
	  .type = CONF_CALL,
	  .take = address_take,
	  AT(addresses),
	  .size = sizeof(struct plain_nets) },
	{ 0 }
};

static const struct conf_schema peer_schema = {
	.name = "plain peer",
	.doc = "One peer of a plain transport: a link of its own, called NAME/PEER.",
	.size = sizeof(struct plain_peer_config),
	.items = peer_items,
	.check = peer_check,
};

#undef AT
#define AT(member) .offset = offsetof(struct plain_config, member)

static const struct conf_item plain_items[] = {
	{ .pattern = "local [<addr>] port <number:1>",
	  .doc = "The address (any if there is none) and UDP port of this side. "
		 "Without it the port is 7477.",
	  .type = CONF_CALL,
	  .effect = CONF_RESTART,
	  .take = endpoint_take,
	  AT(local),
	  .size = sizeof(struct plain_endpoint) },
	{ .pattern = "mtu @",
	  .doc = "The largest packet the links take; datagrams are 4 bytes and the "
		 "headers of UDP and IP larger.",
	  .type = CONF_U32,
	  .effect = CONF_RESTART,
	  AT(mtu),
	  .min = 1280,
	  .max = PLAIN_MOST,
	  .preset = PLAIN_MTU },
	{ .pattern = "address <addr>",
	  .doc = "An address of the interface; may be repeated. Without a link-local one "
		 "it gets one made of the router id and the names of host and transport.",
	  .type = CONF_CALL,
	  .effect = CONF_RESTART,
	  .take = address_take,
	  AT(addresses),
	  .size = sizeof(struct plain_nets) },
	{ .pattern = "peer <name> {",
	  .doc = "A peer, which becomes a point-to-point link.",
	  .type = CONF_BLOCKS,
	  AT(peers),
	  .more = &peer_schema,
	  .take = peer_take,
	  .equal = peer_equal,
	  .print = peer_print },
	{ 0 }
};

static void
plain_preset(void *data)
{
	((struct plain_config *)data)->local.port = PLAIN_PORT;
}

/* Could a datagram be of both? */
static bool
are_alike(const struct plain_peer_config *a, const struct plain_peer_config *b)
{
	if (a->tag != b->tag)
		return false;
	return a->roaming || b->roaming ||
	       (addr_equal(a->endpoint.addr, b->endpoint.addr) &&
		a->endpoint.port == b->endpoint.port);
}

static const char *
plain_check(struct arena *arena, void *data)
{
	const struct plain_config *config = data;
	struct addr local = config->local.addr;

	(void)arena;
	if (strlen(config->common.name) >= SYS_NAME)
		return "the name is also that of an interface: 15 characters at most";
	list_each(peer, &config->peers, struct plain_peer_config, list) {
		if (peer->endpoint.port != 0 && !addr_is_any(local) &&
		    addr_is_ip4(peer->endpoint.addr) != addr_is_ip4(local))
			return "an endpoint is not of the family of the local address";
		for (struct list *at = peer->list.next; at != &config->peers;
		     at = at->next) {
			const struct plain_peer_config *other =
				container_of(at, struct plain_peer_config, list);
			if (!strcmp(peer->name, other->name))
				return "two peers have the same name";
			if (are_alike(peer, other))
				return "two peers can't be told apart: give them tags";
		}
	}
	return NULL;
}

const struct conf_schema plain_schema = {
	.name = "plain",
	.doc = "Nothing is encrypted and nobody proves who they are: for tests and for "
	       "networks that are safe already.",
	.size = sizeof(struct plain_config),
	.items = plain_items,
	.base = &transport_schema,
	.init = plain_preset,
	.check = plain_check,
};
