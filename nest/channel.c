/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Channels: making, starting, stopping, reconfiguring; limits; audit.  Import and export
 * have files of their own.
 */
#include "nest/channel_private.h"

#include "lib/mem.h"
#include "nest/export_group.h"
#include "nest/protocol.h"
#include "nest/recent.h"
#include "nest/router.h"
#include "nest/table_private.h"
#include <assert.h>
#include <string.h>

static const char *const limit_names[LIMIT_KINDS] = {
	[LIMIT_RECEIVE] = "receive",
	[LIMIT_IMPORT] = "import",
	[LIMIT_EXPORT] = "export",
};

static const char *const action_names[] = {
	[LIMIT_WARN] = "warn",
	[LIMIT_BLOCK] = "block",
	[LIMIT_RESTART] = "restart",
	[LIMIT_DISABLE] = "disable",
};

static const char *config_name(const struct channel_config *config);
static bool channel_may_export(const struct channel *channel);
static bool is_preferred_alike(const struct channel_config *a,
			       const struct channel_config *b);
static void order_name_keep(struct channel *channel);
static bool limits_widened(const struct channel *channel, enum limit_kind kind,
			   const struct channel_config *config);

struct channel *
channel_new(struct protocol *protocol, const struct channel_config *config)
{
	struct channel *channel = mem_zalloc(sizeof(*channel));
	channel->private = mem_zalloc(sizeof(*channel->private));
	channel->private->channel = channel;
	channel->protocol = protocol;
	channel->config = config;
	channel->table = router_table(protocol->router, config->table, config->type);
	assert(channel->table != NULL && table_type(channel->table) == config->type);
	channel->name = config_name(config);
	channel->mode = READER_BEST;
	channel->exports = protocol->class->route_event != NULL;
	import_init(channel);
	export_init(channel);
	roa_init(channel);
	order_name_keep(channel);
	list_push_back(&protocol->channels, &channel->link);
	return channel;
}

void
channel_start(struct channel *channel)
{
	assert(channel_is_flushed(channel));
	memset(channel->private->limit_hit, 0, sizeof(channel->private->limit_hit));
	rejections_clear(&channel->import_rejections);
	channel->state = CHANNEL_UP;
	if (channel_may_export(channel))
		export_start(channel);
	roa_start(channel);
}

void
channel_release(struct channel *channel)
{
	if (channel->state != CHANNEL_DOWN && !channel->private->has_reader &&
	    channel_may_export(channel))
		export_start(channel);
}

bool
channel_is_told(const struct channel *channel)
{
	return channel->exports && !filter_equal(channel->config->export, &filter_reject);
}

void
channel_stop(struct channel *channel, bool keep_stale)
{
	if (channel->state == CHANNEL_DOWN)
		return;
	channel->state = CHANNEL_DOWN;
	roa_stop(channel);
	if (channel->drains)
		export_drain(channel);
	else
		export_stop(channel);
	import_stop(channel, keep_stale);
}

void
channel_free(struct channel *channel)
{
	if (channel == NULL)
		return;
	roa_stop(channel);
	export_stop(channel);
	import_fini(channel);
	recent_forget(channel);
	rejections_clear(&channel->import_rejections);
	list_remove(&channel->link);
	mem_free(channel->private->order_name);
	mem_free(channel->private);
	mem_free(channel);
}

void
channel_reconfigure(struct channel *channel, const struct channel_config *config,
		    struct config *former)
{
	struct channel_private *private = channel->private;
	const struct channel_config *old = channel->config;
	struct channel_effect effect = channel_effect_of(channel, config);
	bool widened = limits_widened(channel, LIMIT_EXPORT, config);
	channel->config = config;
	channel->name = config_name(config);
	if (strcmp(private->order_name, channel->protocol->name) != 0) {
		order_name_keep(channel);
		channel_reorder(channel);
	}
	if (channel->state == CHANNEL_DOWN)
		return;
	if (effect.import) {
		rejections_clear(&channel->import_rejections);
		if (is_preferred_alike(old, config))
			channel_reimport(channel);
		else
			channel_renew(channel);
	}
	if (!private->has_reader && channel_may_export(channel))
		export_start(channel);
	else if (private->has_reader && effect.export)
		export_refilter(channel, old->export, former);
	else if (private->has_reader && widened)
		export_widen(channel);
	/* Behind the comparison, which must know what of the former tables is due. */
	roa_start(channel);
}

void
channel_reorder(struct channel *channel)
{
	const struct channel_private *private = channel->private;
	for (uint32_t i = 0; i < private->source_count; i++)
		table_source_reorder(channel->table, private->sources[i].source);
}

void
channel_soften(struct channel *channel, const struct channel_config *config)
{
	export_alone(channel);
	channel->private->is_mixed |=
		channel->private->has_reader &&
		!filter_equal(channel->config->export, config->export);
	channel->config = config;
}

const struct channel_config *
channel_config_find(const struct protocol_config *protocol, const struct channel *channel)
{
	list_each(config, &protocol->channels, struct channel_config, link)
		if (config->type == channel->config->type &&
		    strcmp(config_name(config), config_name(channel->config)) == 0)
			return config;
	return NULL;
}

bool
channel_uses(const struct channel *channel, const struct table *table)
{
	const struct channel_private *private = channel->private;
	if (channel->table == table)
		return true;
	const struct filter_reads *reads = NULL;
	if (private->former != NULL)
		reads = private->former->class->reads(private->former);
	for (size_t i = 0; reads != NULL && i < reads->roa_count; i++)
		if (reads->roa[i] == table)
			return true;
	return false;
}

static bool
is_preferred_alike(const struct channel_config *a, const struct channel_config *b)
{
	return a->preference.said == b->preference.said &&
	       a->preference.value == b->preference.value;
}

struct channel_effect
channel_effect_of(const struct channel *channel, const struct channel_config *config)
{
	const struct channel_config *old = channel->config;
	return (struct channel_effect){
		.import = !filter_equal(old->import, config->import) ||
			  !is_preferred_alike(old, config) ||
			  old->keep_filtered != config->keep_filtered ||
			  limits_widened(channel, LIMIT_RECEIVE, config) ||
			  limits_widened(channel, LIMIT_IMPORT, config),
		.export = !filter_equal(old->export, config->export),
	};
}

void
channel_audit(const struct channel *channel)
{
	const struct channel_private *private = channel->private;
	uint32_t told = 0;
	for (uint32_t i = 0; i < private->told.word_count; i++)
		told += bits_count(private->told.words[i]);
	if (private->group == NULL)
		assert(told == channel->exported);
	/* It looks at all its members: once is enough. */
	else if (private->group_number == export_group_next(private->group, 0))
		export_group_audit(private->group);
	assert(private->has_reader || private->draining || told == 0);
	assert(channel->state != CHANNEL_DOWN || !private->has_reader);
	assert(channel->state == CHANNEL_DOWN || !private->draining);
	uint32_t live = 0;
	for (uint32_t i = 0; i < private->source_count; i++) {
		const struct table_source *source =
			source_at(channel->table, private->sources[i].source);
		assert(source->channel == channel && !source->closing);
		assert(source->path_id == private->sources[i].path_id);
		assert(i == 0 || private->sources[i - 1].path_id < source->path_id);
		live += source->count;
	}
	/* Dead ones are in the chunks too. */
	assert(channel->imported + channel->filtered <= live);
	for (uint32_t i = 0; i < private->told.word_count * 64; i++) {
		if (!handle_set_has(&private->told, i))
			continue;
		if (channel->mode == READER_ANY)
			assert(route_at(channel->table, i)->node != 0);
		else
			assert((node_at(channel->table, i)->shape.flags & NODE_LIVE) !=
			       0);
	}
}

const char *
channel_state_name(const struct channel *channel)
{
	static const char *const names[] = {
		[CHANNEL_DOWN] = "DOWN",
		[CHANNEL_FEEDING] = "FEED",
		[CHANNEL_UP] = "UP",
	};
	if (channel->private->flushing || channel->private->draining)
		return "FLUSH";
	return names[channel->state];
}

bool
channel_limit_hit(struct channel *channel, enum limit_kind kind)
{
	struct channel_private *private = channel->private;
	const struct limit *limit = &channel->config->limits[kind];
	if (!private->limit_hit[kind]) {
		private->limit_hit[kind] = true;
		protocol_log(channel->protocol, LOG_WARNING,
			     "Channel %s: route %s limit (%u) reached, action: %s",
			     channel->name, limit_names[kind], limit->count,
			     action_names[limit->action]);
		if (limit->action == LIMIT_RESTART || limit->action == LIMIT_DISABLE) {
			private->limit_kind = (uint8_t)kind;
			private->limit_due = true;
			job_schedule(&private->import_job);
		}
	}
	return limit->action == LIMIT_WARN;
}

void
channel_limit_clear(struct channel *channel, enum limit_kind kind)
{
	channel->private->limit_hit[kind] = false;
}

bool
channel_is_at_limit(const struct channel *channel, enum limit_kind kind)
{
	return channel->private->limit_hit[kind];
}

const char *
limit_kind_name(enum limit_kind kind)
{
	return limit_names[kind];
}

const char *
limit_action_name(enum limit_action action)
{
	return action_names[action];
}

bool
channel_is_beyond_limit(const struct channel *channel)
{
	for (unsigned i = 0; i < LIMIT_KINDS; i++)
		if (channel->private->limit_hit[i] &&
		    channel->config->limits[i].action >= LIMIT_RESTART)
			return true;
	return false;
}

unsigned
channel_debug(const struct channel *channel)
{
	const struct config *config = channel->protocol->router->config;
	return channel->protocol->debug | channel->config->debug |
	       (config != NULL ? config->debug_channels : 0);
}

void
channel_trace(const struct channel *channel, const char *what, const struct prefix *net)
{
	char text[PREFIX_TEXT];
	router_log(channel->protocol->router, LOG_TRACE, "%s.%s %s %s",
		   channel->protocol->name, channel->name, what,
		   prefix_format(net, text));
}

static const char *
config_name(const struct channel_config *config)
{
	static const char *const names[NET_TYPES] = {
		[NET_IP4] = "ipv4",  [NET_IP6] = "ipv6",  [NET_IP6_SADR] = "ipv6-sadr",
		[NET_ROA4] = "roa4", [NET_ROA6] = "roa6",
	};
	return config->name != NULL ? config->name : names[config->type];
}

uint16_t
channel_preference(const struct channel *channel)
{
	const struct channel_preference *own = &channel->config->preference;
	return own->said ? own->value : channel->protocol->class->preference;
}

/* Without a reader the table needs to remember nothing for it.  A recovery may hold it.
 */
static bool
channel_may_export(const struct channel *channel)
{
	return channel_is_told(channel) &&
	       !(channel->defers &&
		 recovery_holds(channel->protocol->router, channel->config->type));
}

static void
order_name_keep(struct channel *channel)
{
	mem_free(channel->private->order_name);
	channel->private->order_name = mem_strdup(channel->protocol->name);
}

/* What was blocked may come in now. */
static bool
limits_widened(const struct channel *channel, enum limit_kind kind,
	       const struct channel_config *config)
{
	const struct limit *old = &channel->config->limits[kind];
	const struct limit *new = &config->limits[kind];
	return channel->private->limit_hit[kind] && old->action != LIMIT_WARN &&
	       (!new->on || new->count > old->count || new->action == LIMIT_WARN);
}
