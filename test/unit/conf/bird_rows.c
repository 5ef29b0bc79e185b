/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows in the manner of BIRD's bgp, which only remember what they captured, to try the
 * notation: optional parts, alternatives, repetition, lists, words of several words.
 */
#include "test/unit/conf/bird_rows.h"

#include "interface_version.h"
#include "lib/arena.h"
#include "lib/text.h"
#include "nest/config.h"
#include "nest/protocol.h"
#include "nest/schema.h"
#include <inttypes.h>
#include <string.h>

struct line {
	struct line *next;
	const char *text;
};

struct bird_config {
	struct protocol_config common;
	struct line *first, *last;
	bool passive, dynamic;
	uint32_t algorithm, hold;
	usec_t wait;
	const char *password;
	struct list keys;
	struct {
		usec_t interval;
		uint32_t multiplier;
	} bfd;
};

struct key {
	struct list link;
	uint32_t id;
	const char *secret;
};

static const char *take(struct conf_call *call);
static const char *neighbor_take(struct conf_call *call);

static const struct conf_word algorithms[] = {
	{ "keyed md5", 1 },   { "keyed sha1", 2 }, { "hmac sha1", 3 },
	{ "hmac sha256", 4 }, { "blake2s128", 5 }, { NULL, 0 },
};

static const struct conf_item key_items[] = {
	{ .pattern = "id @",
	  .doc = "Number of the key.",
	  .type = CONF_U32,
	  .min = 1,
	  .max = 255,
	  .offset = offsetof(struct key, id) },
	{ .pattern = "secret @",
	  .doc = "The key.",
	  .type = CONF_SECRET,
	  .offset = offsetof(struct key, secret) },
	{ 0 },
};
static const struct conf_schema key_schema = {
	.name = "bgp key", .doc = "A key.", .size = sizeof(struct key), .items = key_items
};

static const struct conf_item bfd_items[] = {
	{ .pattern = "interval @",
	  .doc = "Time.",
	  .type = CONF_USEC,
	  .offset = offsetof(struct bird_config, bfd.interval) },
	{ .pattern = "multiplier @",
	  .doc = "Count.",
	  .type = CONF_U32,
	  .preset = 5,
	  .offset = offsetof(struct bird_config, bfd.multiplier) },
	{ 0 },
};
static const struct conf_schema bfd_schema = { .name = "bgp bfd",
					       .doc = "BFD.",
					       .size = sizeof(struct bird_config),
					       .items = bfd_items };

#define CALL(text)                                                                   \
	{                                                                            \
		.pattern = text, .doc = "Captured.", .type = CONF_CALL, .take = take \
	}

static const struct conf_item bird_items[] = {
	CALL("local [ <addr:1> ] [ port <number:2> ] [ as <number:3> ]"),
	{ .pattern = "neighbor ( <addr%:1> | range:2 <prefix:3> ) [ port <number:4> ] "
		     "[ as <number:5> ] [ ( internal:6 | external:7 ) ]",
	  .doc = "Captured.",
	  .type = CONF_CALL,
	  .take = neighbor_take },
	CALL("multihop [ <number> ]"),
	CALL("direct"),
	CALL("source address <addr>"),
	CALL("interface <name>"),
	CALL("error wait time <time:1> , <time:2>"),
	CALL("bfd <switch:1>"),
	CALL("bfd graceful:2"),
	CALL("next hop ( self:1 [ ( ibgp:2 | ebgp:3 | <switch:4> ) ] | keep:5 | "
	     "address <addr:6> | prefer ( global:7 | local:8 ) )"),
	CALL("import table <switch>"),
	CALL("extended next hop <switch>"),
	CALL("add paths ( rx:1 | tx:2 | <switch:3> )"),
	CALL("gateway ( direct:1 | recursive:2 )"),
	CALL("cost <number>"),
	CALL("rr client"),
	CALL("rr cluster id <ip4>"),
	CALL("allow local as [ <number> ]"),
	CALL("local role ( peer:1 | provider:2 | customer:3 | rs_server:4 | rs_client:5 "
	     ")"),
	CALL("disable after cease ( <switch:1> | { <name:2> [ ( , <name:2> )... ] } )"),
	CALL("dynamic name <string>"),
	CALL("dynamic name digits <number>"),
	CALL("default bgp_med <number>"),
	{ .pattern = "password @",
	  .doc = "Secret.",
	  .type = CONF_SECRET,
	  .offset = offsetof(struct bird_config, password) },
	{ .pattern = "passive @",
	  .doc = "Waits.",
	  .type = CONF_SWITCH,
	  .offset = offsetof(struct bird_config, passive) },
	{ .pattern = "authentication @",
	  .doc = "How.",
	  .type = CONF_ENUM,
	  .more = algorithms,
	  .offset = offsetof(struct bird_config, algorithm) },
	{ .pattern = "hold time @",
	  .doc = "Seconds.",
	  .type = CONF_U32,
	  .min = 3,
	  .max = 65535,
	  .preset = 240,
	  .offset = offsetof(struct bird_config, hold) },
	{ .pattern = "connect delay time @",
	  .doc = "Time.",
	  .type = CONF_USEC,
	  .preset = 5 * USEC_S,
	  .offset = offsetof(struct bird_config, wait) },
	{ .pattern = "key {",
	  .doc = "A key.",
	  .type = CONF_BLOCKS,
	  .more = &key_schema,
	  .offset = offsetof(struct bird_config, keys) },
	{ .pattern = "bfd {",
	  .doc = "BFD options.",
	  .type = CONF_BLOCK,
	  .more = &bfd_schema },
	{ .pattern = "interpret communities @",
	  .doc = "Communities are always understood.",
	  .type = CONF_IGNORED },
	{ .pattern = "enable as4 @",
	  .doc = "There is no peer without it any more.",
	  .type = CONF_REFUSED },
	{ 0 },
};

static const struct conf_schema bird_schema = {
	.name = "remember",
	.doc = "Remembers.",
	.size = sizeof(struct bird_config),
	.items = bird_items,
	.base = &protocol_schema,
};

static const struct protocol_class bird_class = {
	.name = "remember",
	.doc = "Remembers.",
	.size = sizeof(struct protocol),
	.schema = &bird_schema,
	.families = NET_BIT(NET_IP4) | NET_BIT(NET_IP6) | NET_BIT(NET_IP6_SADR),
	.preference = 100,
};
static const struct protocol_class *const classes[] = { &bird_class, NULL };
const struct module bird_rows_module = { .magic = MODULE_MAGIC,
					 .interface = INTERFACE_VERSION,
					 .name = "bird_rows",
					 .doc = "Remembers.",
					 .protocols = classes };

static void
value_print(struct text *text, const struct conf_value *value)
{
	char shown[PREFIX_TEXT];
	text_printf(text, " %u:", value->tag);
	switch (value->kind) {
	case CONF_ADDR:
		text_add(text, addr_format(value->addr, shown));
		if (value->word != NULL)
			text_printf(text, "%%%s", value->word);
		break;
	case CONF_PREFIX: text_add(text, prefix_format(&value->prefix, shown)); break;
	case CONF_FILTER: text_add(text, "{ … }"); break;
	case CONF_NAME:
	case CONF_STRING: text_printf(text, "\"%s\"", value->word); break;
	default:
		if (value->word != NULL)
			text_add(text, value->word);
		else
			text_printf(text, "%" PRIu64, value->number);
	}
}

static const char *
take(struct conf_call *call)
{
	struct bird_config *config = call->config;
	struct text text = { .text = NULL };
	text_printf(&text, "line %u: %.*s", call->line, 12, call->item->pattern);
	for (size_t i = 0; i < call->count; i++)
		value_print(&text, &call->values[i]);
	struct line *line = arena_alloc(call->arena, sizeof(*line));
	line->text = arena_strdup(call->arena, text_string(&text));
	text_fini(&text);
	if (config->last != NULL)
		config->last->next = line;
	else
		config->first = line;
	config->last = line;
	return NULL;
}

static const char *
neighbor_take(struct conf_call *call)
{
	for (size_t i = 0; i < call->count; i++)
		if (call->values[i].tag == 5 && call->values[i].number == 0) {
			call->culprit = i;
			return "AS 0 is nobody's (RFC 7607)";
		}
	return take(call);
}

void
bird_rows_print(struct text *text, const struct config *config)
{
	list_each(protocol, &config->protocols, struct protocol_config, link) {
		if (protocol->class != &bird_class)
			continue;
		const struct bird_config *own = (const struct bird_config *)protocol;
		for (const struct line *line = own->first; line != NULL;
		     line = line->next)
			text_printf(text, "%s: %s\n", protocol->name, line->text);
	}
}
