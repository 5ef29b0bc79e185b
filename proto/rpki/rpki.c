/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol rpki (RFC 8210): its configuration, which is read and checked; sessions are
 * not in this build.
 */
#include "interface_version.h"
#include "lib/text.h"
#include "nest/module.h"
#include "nest/protocol.h"
#include "nest/schema.h"

#include <string.h>

#define TCP_PORT    323 /* RFC 8210 §12 */
#define VERSION_MAX 2

/* Tags of the patterns below. */
enum { TAG_ADDR = 1, TAG_NAME, TAG_PORT };
enum { TAG_KEEP = 1, TAG_TIME };

/* Where the cache is. */
struct rpki_cache {
	const char *name; /* Null: by its address. */
	struct addr addr;
};

/* RFC 8210 §6 */
struct rpki_interval {
	usec_t time;
	bool keep; /* Whatever the cache says. */
};

enum rpki_authentication { RPKI_AUTH_NONE, RPKI_AUTH_MD5 };

struct rpki_tcp {
	uint32_t authentication;
	const char *password;
};

struct rpki_config {
	struct protocol_config common;
	struct rpki_cache cache;
	uint32_t port;
	struct addr local;
	struct rpki_interval refresh, retry, expire;
	bool ignore_max_length;
	uint32_t min_version, max_version;
	struct rpki_tcp tcp;
};

static const char *
remote_take(struct conf_call *call)
{
	struct rpki_config *config = call->config;
	config->cache = (struct rpki_cache){ .name = NULL };
	for (size_t i = 0; i < call->count; i++) {
		const struct conf_value *value = &call->values[i];
		if (value->tag == TAG_ADDR) {
			config->cache.addr = value->addr;
		} else if (value->tag == TAG_NAME) {
			config->cache.name = value->word;
		} else {
			config->port = (uint32_t)value->number;
			call->culprit = i;
			if (value->number < 1 || value->number > UINT16_MAX)
				return "a port is 1 to 65535";
		}
	}
	return NULL;
}

static bool
remote_equal(const void *old, const void *new)
{
	const struct rpki_cache *a = old, *b = new;
	return addr_equal(a->addr, b->addr) && !a->name == !b->name &&
	       (!a->name || !strcmp(a->name, b->name));
}

static void
remote_print(struct text *text, const void *field)
{
	const struct rpki_cache *cache = field;
	char addr[ADDR_TEXT];
	if (cache->name)
		text_printf(text, "\"%s\"", cache->name);
	else
		text_add(text, addr_format(cache->addr, addr));
}

static const char *
interval_take(struct conf_call *call)
{
	struct rpki_interval *interval =
		(struct rpki_interval *)(void *)((char *)call->config +
						 call->item->offset);
	const struct conf_value *value = &call->values[call->count - 1];
	interval->keep = call->count > 1;
	interval->time = (usec_t)value->number;
	call->culprit = call->count - 1;
	if (interval->time >= call->item->min && interval->time <= call->item->max)
		return NULL;
	/* RFC 8210 §6 */
	return "the cache's times are 1 s to 86400 s (refresh), 7200 s (retry), and 600 "
	       "s "
	       "to 172800 s (expire)";
}

static bool
interval_equal(const void *old, const void *new)
{
	const struct rpki_interval *a = old, *b = new;
	return a->time == b->time && a->keep == b->keep;
}

static void
interval_print(struct text *text, const void *field)
{
	const struct rpki_interval *interval = field;
	text_printf(text, "%s%lld s", interval->keep ? "keep " : "",
		    (long long)(interval->time / USEC_S));
}

static const char *
transport_take(struct conf_call *call)
{
	(void)call;
	return NULL;
}

static bool
transport_equal(const void *old, const void *new)
{
	const struct rpki_tcp *a = old, *b = new;
	return a->authentication == b->authentication && !a->password == !b->password &&
	       (!a->password || !strcmp(a->password, b->password));
}

#define INTERVAL(word, member, low, high, text)                                       \
	{                                                                             \
		.pattern = word " [keep:1] <time:2>", .doc = text, .type = CONF_CALL, \
		.effect = CONF_LIVE, .offset = offsetof(struct rpki_config, member),  \
		.min = (low)*USEC_S, .max = (high)*USEC_S, .take = interval_take,     \
		.equal = interval_equal, .print = interval_print                      \
	}

static const struct conf_word authentications[] = {
	{ "none", RPKI_AUTH_NONE },
	{ "md5", RPKI_AUTH_MD5 },
	{ NULL, 0 },
};

static const struct conf_item tcp_items[] = {
	{ .pattern = "authentication @",
	  .doc = "`md5` signs each segment with the password (RFC 2385).",
	  .type = CONF_ENUM,
	  .offset = offsetof(struct rpki_tcp, authentication),
	  .more = authentications },
	{ .pattern = "password @",
	  .doc = "The password of `authentication md5`.",
	  .type = CONF_SECRET,
	  .offset = offsetof(struct rpki_tcp, password) },
	{ 0 },
};

static const struct conf_schema tcp_schema = {
	.name = "rpki tcp",
	.doc = "The session runs over TCP.",
	.size = sizeof(struct rpki_tcp),
	.items = tcp_items,
};

static const struct conf_item items[] = {
	{ .pattern = "remote ( <addr:1> | <string:2> ) [port <number:3>]",
	  .doc = "The cache, by its address or its name.",
	  .type = CONF_CALL,
	  .effect = CONF_RESTART,
	  .offset = offsetof(struct rpki_config, cache),
	  .take = remote_take,
	  .equal = remote_equal,
	  .print = remote_print },
	{ .pattern = "port @",
	  .doc = "The port of the cache.",
	  .type = CONF_U32,
	  .effect = CONF_RESTART,
	  .offset = offsetof(struct rpki_config, port),
	  .min = 1,
	  .max = UINT16_MAX,
	  .preset = TCP_PORT },
	{ .pattern = "local address @",
	  .doc = "Our address in the session.",
	  .type = CONF_ADDR,
	  .effect = CONF_RESTART,
	  .offset = offsetof(struct rpki_config, local) },
	INTERVAL(
		"refresh", refresh, 1, 86400,
		"How often the cache is asked for news; `keep` goes before what it says. "
		"Preset: 3600 s."),
	INTERVAL("retry", retry, 1, 7200,
		 "How long we wait where it did not answer. Preset: 600 s."),
	INTERVAL("expire", expire, 600, 172800,
		 "How long what it said holds without it. Preset: 7200 s."),
	{ .pattern = "ignore max length @",
	  .doc = "Takes every entry as if it covered all longer prefixes.",
	  .type = CONF_SWITCH,
	  .effect = CONF_RESTART,
	  .offset = offsetof(struct rpki_config, ignore_max_length) },
	{ .pattern = "min version @",
	  .doc = "The lowest version of the protocol that is spoken.",
	  .type = CONF_U32,
	  .effect = CONF_RESTART,
	  .offset = offsetof(struct rpki_config, min_version),
	  .max = VERSION_MAX },
	{ .pattern = "max version @",
	  .doc = "The highest one.",
	  .type = CONF_U32,
	  .effect = CONF_RESTART,
	  .offset = offsetof(struct rpki_config, max_version),
	  .max = VERSION_MAX,
	  .preset = VERSION_MAX },
	{ .pattern = "transport tcp [{]",
	  .doc = "The session runs over TCP, which is the preset.",
	  .type = CONF_CALL,
	  .effect = CONF_RESTART,
	  .offset = offsetof(struct rpki_config, tcp),
	  .take = transport_take,
	  .equal = transport_equal,
	  .more = &tcp_schema },
	{ .pattern = "transport ssh {",
	  .doc = "SSH is not available; run the cache on a network that is safe, or a "
		 "tunnel (`ssh -L`) to it.",
	  .type = CONF_REFUSED },
	{ 0 },
};

static void
preset(void *data)
{
	struct rpki_config *config = data;
	config->refresh.time = 3600 * USEC_S;
	config->retry.time = 600 * USEC_S;
	config->expire.time = 7200 * USEC_S;
}

static const struct conf_schema rpki_schema = {
	.name = "rpki",
	.doc = "Route origins from RPKI caches (RFC 8210). This build reads and checks "
	       "its "
	       "configuration; sessions are not in it yet.",
	.size = sizeof(struct rpki_config),
	.items = items,
	.base = &protocol_schema,
	.init = preset,
};

static void
rpki_check(void *data, struct conf_check *check)
{
	const struct rpki_config *config = data;
	if (config->cache.name == NULL && addr_is_any(config->cache.addr))
		conf_check_error(check,
				 "the cache is missing: `remote ADDRESS;` or `remote "
				 "\"NAME\";`");
	if (config->min_version > config->max_version)
		conf_check_error(check, "`min version` is more than `max version`");
	if ((config->tcp.authentication == RPKI_AUTH_MD5) !=
	    (config->tcp.password != NULL))
		conf_check_error(check,
				 "`authentication md5` and `password` go together");
}

static const struct protocol_class rpki_class = {
	.name = "rpki",
	.doc = "Route origins from RPKI caches (RFC 8210).",
	.size = sizeof(struct protocol),
	.schema = &rpki_schema,
	.families = NET_BIT(NET_ROA4) | NET_BIT(NET_ROA6),
	.preference = 100,
	.source = RTS_RPKI,
	.inert = "this build has no RPKI sessions",
	.check = rpki_check,
};

static const struct protocol_class *const rpki_classes[] = { &rpki_class, NULL };

extern const struct module rpki_module;
const struct module rpki_module = {
	.magic = MODULE_MAGIC,
	.interface = INTERFACE_VERSION,
	.name = "rpki",
	.doc = "Route origins from RPKI caches (RFC 8210).",
	.protocols = rpki_classes,
};
