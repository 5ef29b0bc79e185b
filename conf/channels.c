/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The channels of a configuration that is being read: making them, where they and the
 * tables they name were written, and whether those fit.
 */
#include "conf/channels.h"

#include "conf/expect.h"
#include "conf/reader.h"
#include "conf/statement.h"
#include "conf/store.h"
#include "lib/arena.h"
#include "lib/macros.h"
#include "lib/mem.h"
#include "nest/channel.h"
#include "nest/config_schema.h"
#include "nest/protocol.h"
#include "nest/schema.h"

/* Where a table was named. */
struct table_use {
	struct table_use *next;
	const char *name; /* As it was stored. */
	struct place place;
};

/* Where a channel was opened last, and what was said of it. */
struct channel_written {
	struct place place, table; /* Of its table's name; length 0: it has none. */
	bool says_export;
};

static struct channel_written *written(const struct reader *reader,
				       const struct channel_config *channel);
static void protocol_check(struct reader *reader, struct protocol_config *protocol);
static void channel_check(struct reader *reader, const struct protocol_config *protocol,
			  struct channel_config *channel);
static void table_check(struct reader *reader, const struct table_use *use);

struct channel_config *
channels_new(struct reader *reader, const struct protocol_class *class, int type)
{
	struct channel_config *channel = store_new(reader->arena, &channel_schema);
	list_init(&channel->link);
	for (int family = 0; type < 0 && family < NET_TYPES; family++)
		if ((class->families & NET_BIT(family)) != 0)
			type = family;
	channel->type = (uint8_t)MAX(type, 0);
	if (class->channel_schema != NULL)
		channel->more = store_new(reader->arena, class->channel_schema);
	if (class->channel_preset != NULL)
		class->channel_preset(channel);
	return channel;
}

static void
channel_fill(struct rows *rows, const void *key)
{
	const struct protocol_class *class = key;
	rows_add_schema(rows, class->channel_schema, TARGET_MORE);
	rows_add_schema(rows, &channel_schema, TARGET_CHANNEL);
}

bool
channels_open(struct reader *reader, const struct rows_match *match, struct block *block)
{
	struct protocol_config *protocol = block->protocol;
	const struct protocol_class *class = protocol->class;
	struct place place = statement_net_place(reader, match);
	int type = statement_net_type(match);
	if ((class->families & NET_BIT(type)) == 0) {
		complain(&reader->complaints, &place, NULL,
			 "protocol %s has no %s channel", class->name,
			 net_type_name((enum net_type)type));
		return false;
	}
	/* What a template said goes on. */
	struct channel_config *channel = NULL;
	list_each(old, &protocol->channels, struct channel_config, link)
		if (old->type == type)
			channel = old;
	if (channel == NULL) {
		channel = channels_new(reader, class, type);
		list_push_back(&protocol->channels, &channel->link);
	}
	channels_opened(reader, channel, &place);
	block->kind = BLOCK_CHANNEL;
	block->rows = reader_rows(reader, class, BLOCK_CHANNEL, channel_fill);
	block->structs[TARGET_CHANNEL] = channel;
	block->structs[TARGET_MORE] = (void *)channel->more;
	block->schemas[TARGET_CHANNEL] = &channel_schema;
	block->schemas[TARGET_MORE] = class->channel_schema;
	return true;
}

void
channels_opened(struct reader *reader, struct channel_config *channel,
		const struct place *place)
{
	if (channel->written == 0) {
		if (reader->channel_count == reader->channel_room) {
			reader->channel_room = MAX(reader->channel_room * 2, 64);
			reader->channels =
				mem_resize(reader->channels, reader->channel_room,
					   sizeof(*reader->channels));
		}
		reader->channels[reader->channel_count] =
			(struct channel_written){ .says_export = false };
		channel->written = (uint32_t)++reader->channel_count;
	}
	written(reader, channel)->place = *place;
}

/* Null: it is in no text. */
static struct channel_written *
written(const struct reader *reader, const struct channel_config *channel)
{
	return channel->written > 0 ? &reader->channels[channel->written - 1] : NULL;
}

void
channels_preset(struct reader *reader, struct protocol_config *config,
		const struct place *place)
{
	for (int type = 0; type < NET_TYPES; type++) {
		if ((config->class->families & NET_BIT(type)) == 0)
			continue;
		struct channel_config *channel =
			channels_new(reader, config->class, type);
		list_push_back(&config->channels, &channel->link);
		channels_opened(reader, channel, place);
	}
}

void
channels_own(struct reader *reader, struct block *block)
{
	struct channel_config *channel = block->structs[TARGET_CHANNEL];
	struct list *channels = &block->protocol->channels;
	if (!block->has_own_channel)
		return;
	if (!list_is_empty(channels)) {
		complain(&reader->complaints, &block->place, NULL,
			 "options of the channel stand partly outside of its block");
		return;
	}
	const struct named *table =
		channel->table != NULL ? named_find(reader, NAMED_TABLE, channel->table)
				       : NULL;
	if (table != NULL)
		channel->type = (uint8_t)table->table.net_type;
	list_push_back(channels, &channel->link);
}

void
channels_stored(struct reader *reader, const struct rows_match *match,
		const struct channel_config *channel)
{
	const struct conf_item *item = match->row->item;
	struct channel_written *at = channel != NULL ? written(reader, channel) : NULL;
	for (size_t i = 0; i < match->count; i++) {
		const struct conf_value *value = &match->values[i];
		if (value->kind != CONF_TABLE)
			continue;
		struct table_use *use = arena_alloc(reader->scratch, sizeof(*use));
		*use = (struct table_use){ .next = reader->table_uses,
					   .name = value->word,
					   .place = value_place(reader, value) };
		reader->table_uses = use;
		if (at != NULL)
			at->table = use->place;
	}
	if (at != NULL && item->type == CONF_FILTER &&
	    item->offset == offsetof(struct channel_config, export))
		at->says_export = true;
}

bool
channels_say_export(const struct reader *reader, const struct channel_config *channel)
{
	const struct channel_written *at = written(reader, channel);
	return at != NULL && at->says_export;
}

struct place
channels_place(const struct reader *reader, const struct channel_config *channel)
{
	const struct channel_written *at = written(reader, channel);
	if (at != NULL)
		return at->table.length > 0 ? at->table : at->place;
	/* A protocol's own, by an option of its own. */
	for (const struct table_use *use = reader->table_uses; use; use = use->next)
		if (use->name == channel->table)
			return use->place;
	return (struct place){ .length = 1 };
}

void
channels_check(struct reader *reader)
{
	list_each_safe(protocol, &reader->config->protocols, struct protocol_config,
		       link) {
		size_t errors = reader->complaints.errors;
		protocol_check(reader, protocol);
		if (reader->complaints.errors > errors && reader->is_lenient)
			list_remove(&protocol->link);
	}
	for (const struct table_use *use = reader->table_uses; use; use = use->next)
		table_check(reader, use);
}

/* With a source prefix or without. */
static bool
is_ip6(int net_type)
{
	return net_type == NET_IP6 || net_type == NET_IP6_SADR;
}

static bool
has_table_of(const struct config *config, uint8_t net_type)
{
	list_each(table, &config->tables, struct config_table, link)
		if (table->table.type == net_type)
			return true;
	return false;
}

/* The tables are of the channels' types. */
static void
protocol_check(struct reader *reader, struct protocol_config *protocol)
{
	list_each(channel, &protocol->channels, struct channel_config, link)
		channel_check(reader, protocol, channel);
}

static void
channel_check(struct reader *reader, const struct protocol_config *protocol,
	      struct channel_config *channel)
{
	const char *type = net_type_name((enum net_type)channel->type);
	const struct named *table =
		channel->table != NULL ? named_find(reader, NAMED_TABLE, channel->table)
				       : NULL;
	if (channel->table == NULL && !has_table_of(reader->config, channel->type)) {
		struct place place = channels_place(reader, channel);
		complain(&reader->complaints, &place, NULL,
			 "there is no %s table for the channel of `%s`", type,
			 protocol->name);
	}
	if (table == NULL)
		return;
	if (protocol->class->joins_sources && is_ip6(table->table.net_type) &&
	    is_ip6(channel->type))
		channel->type = (uint8_t)table->table.net_type;
	if (table->table.net_type != channel->type && !table->is_bad) {
		struct place place = channels_place(reader, channel);
		complain(&reader->complaints, &place, NULL,
			 "table `%s` is %s, but the channel is %s", channel->table,
			 net_type_name((enum net_type)table->table.net_type), type);
	}
}

/* The table is there. */
static void
table_check(struct reader *reader, const struct table_use *use)
{
	struct named *table = named_find(reader, NAMED_TABLE, use->name);
	if (table == NULL)
		complain(&reader->complaints, &use->place,
			 expect_named(reader, NAMED_TABLE, use->name),
			 "there is no table `%s`", use->name);
	else
		table->used = true;
}
