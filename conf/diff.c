/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compares typed structs by their schemas.
 */
#include "conf/diff.h"

#include "conf/print.h"
#include "lib/arena.h"
#include "lib/list.h"
#include "lib/macros.h"
#include "lib/mem.h"
#include "lib/text.h"
#include "nest/channel.h"
#include "nest/filter.h"
#include "nest/link.h"
#include "nest/protocol.h"
#include "nest/transport.h"
#include <string.h>

/* Where in an instance the comparison is. */
struct spot {
	/* The instance's row that holds it; null: itself. */
	const struct conf_item *outer;
	const void *block; /* Which one, of several blocks; null: there is one. */
	unsigned place;
	const struct channel_config *channel;
};

/* The blocks of a list, in order, and which have found their partner. */
struct blocks {
	const struct list **list;
	bool *taken;
	size_t count;
};

static void compare(struct diff *diff, const struct conf_schema *schema, const void *old,
		    const void *new, const struct spot *spot);
static void compare_block(struct diff *diff, const struct conf_item *item,
			  const void *old, const void *new, const struct spot *spot);
static void compare_lists(struct diff *diff, const struct conf_item *item,
			  const struct list *old, const struct list *new,
			  const struct spot *spot);
static size_t block_find(const struct conf_item *item, const struct blocks *olds,
			 const struct list *block, size_t first);
static bool blocks_match(const struct conf_item *item, const struct list *old,
			 const struct list *new);
static void blocks_open(struct blocks *blocks, const struct list *list);
static void blocks_close(struct blocks *blocks);
static struct spot spot_in(const struct spot *spot, const struct conf_item *item,
			   const void *block, size_t place);
static void compare_channels(struct diff *diff, const struct protocol_config *old,
			     const struct protocol_config *new);
static const struct channel_config *channel_like(const struct protocol_config *protocol,
						 const struct channel_config *channel);
static void row_differs(struct diff *diff, const struct conf_item *item,
			const struct spot *spot, const void *old, const void *new);
static void differs(struct diff *diff, const struct conf_item *item,
		    const struct spot *spot, const char *note, enum conf_effect effect);
static bool has_base(const struct conf_schema *schema, const struct conf_schema *base);
static bool texts_equal(const char *a, const char *b);

void
diff_protocols(struct diff *diff, struct arena *arena, const struct protocol_config *old,
	       const struct protocol_config *new)
{
	const struct conf_schema *schema = new->class->schema;
	const struct spot here = { .outer = NULL };
	*diff = (struct diff){ .arena = arena, .conf.same = true };
	compare(diff, schema, old, new, &here);
	if (!has_base(schema, &protocol_schema))
		compare(diff, &protocol_schema, old, new, &here);
	compare_channels(diff, old, new);
	diff->conf.items = diff->items;
}

void
diff_structs(struct diff *diff, struct arena *arena, const struct conf_schema *schema,
	     const void *old, const void *new)
{
	const struct spot here = { .outer = NULL };
	*diff = (struct diff){ .arena = arena, .conf.same = true };
	compare(diff, schema, old, new, &here);
	diff->conf.items = diff->items;
}

void
diff_transports(struct diff *diff, struct arena *arena,
		const struct transport_config *old, const struct transport_config *new)
{
	const struct conf_schema *schema = new->class->schema;
	const struct spot here = { .outer = NULL };
	*diff = (struct diff){ .arena = arena, .conf.same = true };
	compare(diff, schema, old, new, &here);
	if (!has_base(schema, &transport_schema))
		compare(diff, &transport_schema, old, new, &here);
	diff->conf.items = diff->items;
}

const char *
diff_effect_name(const struct diff *diff)
{
	if (diff->conf.same)
		return "SAME";
	switch (diff->conf.effect) {
	case CONF_LIVE: return "LIVE";
	case CONF_REFEED: return "REFEED";
	case CONF_RESTART: break;
	}
	return "RESTART";
}

void
diff_line_text(const struct diff_line *line, struct text *text)
{
	if (line->channel != NULL)
		text_printf(text,
			    "%s: ", net_type_name((enum net_type)line->channel->type));
	if (line->outer != NULL) {
		print_words(text, line->outer->pattern);
		if (line->block != NULL &&
		    !print_block_name(text, line->outer, line->block))
			text_printf(text, " %u", line->place);
		text_add(text, ": ");
	}
	if (line->item != NULL)
		print_words(text, line->item->pattern);
	if (line->note != NULL)
		text_printf(text, "%s%s", line->item != NULL ? " " : "", line->note);
}

static void
compare(struct diff *diff, const struct conf_schema *schema, const void *old,
	const void *new, const struct spot *spot)
{
	for (; schema != NULL; schema = schema->base)
		for (const struct conf_item *item = schema->items;
		     item != NULL && item->pattern != NULL; item++) {
			const void *a = (const char *)old + item->offset;
			const void *b = (const char *)new + item->offset;
			/* Several rows may fill the same thing. */
			if (item > schema->items && item[-1].type == item->type &&
			    item[-1].offset == item->offset)
				continue;
			if (item->type == CONF_INTERFACES || item->type == CONF_BLOCKS)
				compare_lists(diff, item, a, b, spot);
			else if (item->type == CONF_BLOCK)
				compare_block(diff, item, a, b, spot);
			else if (!diff_row_is_equal(item, a, b))
				row_differs(diff, item, spot, a, b);
		}
}

static void
row_differs(struct diff *diff, const struct conf_item *item, const struct spot *spot,
	    const void *old, const void *new)
{
	differs(diff, item, spot, NULL, item->effect);
	if (diff->arena == NULL)
		return;
	diff->last_line->old = old;
	diff->last_line->new = new;
}

bool
diff_row_is_equal(const struct conf_item *item, const void *old, const void *new)
{
	switch (item->type) {
	case CONF_SWITCH: return *(const bool *)old == *(const bool *)new;
	case CONF_U32:
	case CONF_IP4:
	case CONF_ENUM:
	case CONF_KEYWORD: return *(const uint32_t *)old == *(const uint32_t *)new;
	case CONF_FLAGS: return *(const unsigned *)old == *(const unsigned *)new;
	case CONF_U64: return *(const uint64_t *)old == *(const uint64_t *)new;
	case CONF_USEC: return *(const usec_t *)old == *(const usec_t *)new;
	case CONF_STRING:
	case CONF_NAME:
	case CONF_TABLE:
	case CONF_SECRET:
		return texts_equal(*(const char *const *)old, *(const char *const *)new);
	case CONF_ADDR: return memcmp(old, new, sizeof(struct addr)) == 0;
	case CONF_PREFIX: return memcmp(old, new, sizeof(struct prefix)) == 0;
	case CONF_FILTER:
		return filter_equal(*(const struct filter *const *)old,
				    *(const struct filter *const *)new);
	case CONF_CALL:
		return item->equal != NULL ? item->equal(old, new)
					   : memcmp(old, new, item->size) == 0;
	case CONF_INTERFACES:
	case CONF_BLOCK:
	case CONF_BLOCKS:
	case CONF_IGNORED:
	case CONF_REFUSED: break;
	}
	return true;
}

static void
compare_block(struct diff *diff, const struct conf_item *item, const void *old,
	      const void *new, const struct spot *spot)
{
	const struct spot inner = spot_in(spot, item, NULL, 0);
	compare(diff, item->more, old, new, &inner);
}

static void
compare_lists(struct diff *diff, const struct conf_item *item, const struct list *old,
	      const struct list *new, const struct spot *spot)
{
	struct blocks olds, news;
	size_t first = 0; /* Where the next one stands, if nothing else changed. */
	bool in_order = true;
	blocks_open(&olds, old);
	blocks_open(&news, new);
	for (size_t i = 0; i < news.count; i++) {
		const struct spot inner = spot_in(spot, item, news.list[i], i);
		size_t at = block_find(item, &olds, news.list[i], first);
		if (at == olds.count) {
			differs(diff, NULL, &inner, "added", item->effect);
			continue;
		}
		in_order &= at >= first;
		olds.taken[at] = true;
		first = at + 1;
		compare(diff, item->more, olds.list[at], news.list[i], &inner);
	}
	for (size_t i = 0; i < olds.count; i++) {
		const struct spot inner = spot_in(spot, item, olds.list[i], i);
		if (!olds.taken[i])
			differs(diff, NULL, &inner, "removed", item->effect);
	}
	if (item->type == CONF_INTERFACES && !in_order)
		differs(diff, item, spot, "order", item->effect);
	blocks_close(&olds);
	blocks_close(&news);
}

/* The partner of a block among those that have none, looked for from `first` on and then
 * before it; the count if there is none. */
static size_t
block_find(const struct conf_item *item, const struct blocks *olds,
	   const struct list *block, size_t first)
{
	for (size_t i = 0; i < olds->count; i++) {
		size_t at = (first + i) % olds->count;
		if (!olds->taken[at] && blocks_match(item, olds->list[at], block))
			return at;
	}
	return olds->count;
}

static bool
blocks_match(const struct conf_item *item, const struct list *old, const struct list *new)
{
	if (item->type == CONF_INTERFACES)
		return interface_pattern_equal(
			((const struct conf_interface *)old)->patterns,
			((const struct conf_interface *)new)->patterns);
	return item->equal == NULL || item->equal(old, new);
}

static void
blocks_open(struct blocks *blocks, const struct list *list)
{
	blocks->count = 0;
	for (const struct list *at = list->next; at != list; at = at->next)
		blocks->count++;
	blocks->list = mem_resize(NULL, blocks->count + 1, sizeof(blocks->list[0]));
	blocks->taken = mem_zalloc((blocks->count + 1) * sizeof(blocks->taken[0]));
	size_t i = 0;
	for (const struct list *at = list->next; at != list; at = at->next)
		blocks->list[i++] = at;
}

static void
blocks_close(struct blocks *blocks)
{
	mem_free(blocks->list);
	mem_free(blocks->taken);
}

/* In a block, one of several if `block` is not null; of nested ones the outermost counts.
 */
static struct spot
spot_in(const struct spot *spot, const struct conf_item *item, const void *block,
	size_t place)
{
	if (spot->outer != NULL)
		return *spot;
	return (struct spot){ .outer = item,
			      .block = block,
			      .place = (unsigned)place + 1,
			      .channel = spot->channel };
}

static void
compare_channels(struct diff *diff, const struct protocol_config *old,
		 const struct protocol_config *new)
{
	const struct conf_schema *more = new->class->channel_schema;
	list_each(channel, &old->channels, struct channel_config, link) {
		const struct spot spot = { .channel = channel };
		if (channel_like(new, channel) == NULL)
			differs(diff, NULL, &spot, "channel removed", CONF_RESTART);
	}
	list_each(channel, &new->channels, struct channel_config, link) {
		const struct spot spot = { .channel = channel };
		const struct channel_config *like = channel_like(old, channel);
		if (like == NULL) {
			differs(diff, NULL, &spot, "channel added", CONF_RESTART);
			continue;
		}
		compare(diff, &channel_schema, like, channel, &spot);
		if (more == NULL || like->more == NULL || channel->more == NULL)
			continue;
		enum conf_effect others = diff->conf.effect;
		diff->conf.effect = CONF_LIVE;
		compare(diff, more, like->more, channel->more, &spot);
		diff->own_effect = MAX(diff->own_effect, diff->conf.effect);
		diff->conf.effect = MAX(diff->conf.effect, others);
	}
}

static const struct channel_config *
channel_like(const struct protocol_config *protocol, const struct channel_config *channel)
{
	list_each(other, &protocol->channels, struct channel_config, link)
		if (other->type == channel->type &&
		    texts_equal(other->name, channel->name))
			return other;
	return NULL;
}

static void
differs(struct diff *diff, const struct conf_item *item, const struct spot *spot,
	const char *note, enum conf_effect effect)
{
	const struct conf_item *own = spot->outer != NULL ? spot->outer : item;
	diff->conf.same = false;
	diff->conf.effect = MAX(diff->conf.effect, effect);
	if (diff->arena == NULL)
		return;
	struct diff_line *line = arena_alloc(diff->arena, sizeof(*line));
	*line = (struct diff_line){ .outer = spot->outer,
				    .block = spot->block,
				    .place = spot->place,
				    .item = item,
				    .channel = spot->channel,
				    .note = note,
				    .effect = effect };
	if (diff->last_line != NULL)
		diff->last_line->next = line;
	else
		diff->lines = line;
	diff->last_line = line;
	if (spot->channel != NULL)
		return;
	diff->own_effect = MAX(diff->own_effect, effect);
	if (diff->conf.count > 0 && diff->items[diff->conf.count - 1] == own)
		return;
	if (diff->conf.count == diff->item_room) {
		diff->item_room = MAX(diff->item_room * 2, 8);
		const struct conf_item **items =
			arena_alloc(diff->arena, diff->item_room * sizeof(*items));
		if (diff->conf.count > 0)
			memcpy(items, diff->items, diff->conf.count * sizeof(*items));
		diff->items = items;
	}
	diff->items[diff->conf.count++] = own;
}

static bool
has_base(const struct conf_schema *schema, const struct conf_schema *base)
{
	while (schema != NULL && schema != base)
		schema = schema->base;
	return schema == base;
}

static bool
texts_equal(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}
