/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may stand in `protocol rpki { … }`.
 */
#include "proto/rpki/rpki.h"

#include <string.h>

#define TCP_PORT    323 /* RFC 8210 §14 */
#define VERSION_MAX 2   /* That may be written; RTR_VERSION_MAX is spoken. */

/* Tags of the patterns below. */
enum { TAG_ADDR = 1, TAG_NAME, TAG_PORT };
enum { TAG_KEEP = 1, TAG_TIME };

/* RFC 8210 §6 */
static const struct {
	usec_t least, most, preset;
} limits[RPKI_INTERVALS] = {
	[RPKI_REFRESH] = { USEC_S, 86400 * USEC_S, 3600 * USEC_S },
	[RPKI_RETRY] = { USEC_S, 7200 * USEC_S, 600 * USEC_S },
	[RPKI_EXPIRE] = { 600 * USEC_S, 172800 * USEC_S, 7200 * USEC_S },
};

usec_t
rpki_interval_fit(enum rpki_interval_kind kind, usec_t time)
{
	return MIN(MAX(time, limits[kind].least), limits[kind].most);
}

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
			addr_parse(value->word, strlen(value->word), &config->cache.addr);
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

#define INTERVAL(word, kind, low, high, text)                                         \
	{                                                                             \
		.pattern = word " [keep:1] <time:2>", .doc = text, .type = CONF_CALL, \
		.effect = CONF_LIVE,                                                  \
		.offset = offsetof(struct rpki_config, intervals) +                   \
			  (kind) * sizeof(struct rpki_interval),                      \
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
	  .doc = "The cache, by its address or name; all addresses of a name are tried, "
		 "and it is asked for again when none of them answers.",
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
	INTERVAL("refresh", RPKI_REFRESH, 1, 86400,
		 "How often the cache is asked for news; `keep` goes before what it "
		 "says. Preset: 3600 s."),
	INTERVAL("retry", RPKI_RETRY, 1, 7200,
		 "How long we wait where it did not answer. Preset: 600 s."),
	INTERVAL("expire", RPKI_EXPIRE, 600, 172800,
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
	  .doc = "The highest one, which is asked for first; 2 is taken for 1, the "
		 "highest that is spoken.",
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
	for (unsigned i = 0; i < RPKI_INTERVALS; i++)
		config->intervals[i].time = limits[i].preset;
}

const struct conf_schema rpki_schema = {
	.name = "rpki",
	.doc = "Route origins from RPKI caches: a client of RFC 8210, and of RFC 6810 "
	       "where "
	       "the cache speaks no more. An instance asks one cache; several may fill "
	       "the "
	       "same tables. A response is taken as a whole or not at all, and what a "
	       "cache said holds until `expire` when it is gone.",
	.size = sizeof(struct rpki_config),
	.items = items,
	.base = &protocol_schema,
	.init = preset,
};

void
rpki_check(void *data, struct conf_check *check)
{
	const struct rpki_config *config = data;
	if (config->cache.name == NULL && addr_is_any(config->cache.addr))
		conf_check_error(check,
				 "the cache is missing: `remote ADDRESS;` or `remote "
				 "\"NAME\";`");
	if (config->min_version > config->max_version)
		conf_check_error(check, "`min version` is more than `max version`");
	else if (config->min_version > RTR_VERSION_MAX)
		conf_check_error(check, "version 2 is not spoken yet: `min version 1;`");
	if ((config->tcp.authentication == RPKI_AUTH_MD5) !=
	    (config->tcp.password != NULL))
		conf_check_error(check,
				 "`authentication md5` and `password` go together");
}
