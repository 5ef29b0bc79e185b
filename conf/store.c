/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values into the structs rows say: presets, ranges, lists of blocks.
 */
#include "conf/store.h"

#include "conf/expect.h"
#include "conf/lint.h"
#include "conf/print.h"
#include "conf/reader.h"
#include "lib/arena.h"
#include "lib/text.h"
#include "nest/channel.h"
#include "nest/link.h"
#include "nest/schema.h"
#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* What was warned about. */
struct warned {
	struct warned *next;
	const void *key;
};

static void preset(const struct conf_item *item, void *field);
static void store(struct reader *reader, const struct rows_match *match, void *config);
static void store_number(struct reader *reader, const struct rows_match *match,
			 void *field);
static void complain_range(struct reader *reader, const struct conf_item *item,
			   const struct conf_value *value);
static void store_address(struct reader *reader, const struct rows_match *match,
			  void *field);
static void store_flags(const struct rows_match *match, unsigned *field);
static void store_filter(struct reader *reader, const struct rows_match *match,
			 const struct filter **field);
static const struct filter *filter_named(struct reader *reader,
					 const struct conf_value *name);
static void store_call(struct reader *reader, const struct rows_match *match,
		       void *config);
static void warn_ignored(struct reader *reader, const struct conf_item *item);
static void rows_fill(struct rows *rows, const void *schema);
static struct interface_pattern *patterns_new(struct reader *reader,
					      const struct rows_match *match);

void *
store_new(struct arena *arena, const struct conf_schema *schema)
{
	void *config = arena_alloc(arena, schema->size);
	store_preset(schema, config);
	return config;
}

void
store_preset(const struct conf_schema *schema, void *config)
{
	/* The base first, so that a schema can have other presets than its base. */
	if (schema->base != NULL)
		store_preset(schema->base, config);
	for (const struct conf_item *item = schema->items;
	     item != NULL && item->pattern != NULL; item++)
		preset(item, (char *)config + item->offset);
	if (schema->init != NULL)
		schema->init(config);
}

void
store_statement(struct reader *reader, const struct rows_match *match, void *config)
{
	const struct conf_item *item = match->row->item;
	struct block block = { .kind = BLOCK_STRUCT };
	if (item->type == CONF_INTERFACES || item->type == CONF_BLOCKS)
		store_block(reader, match, config, &block);
	else
		store(reader, match, config);
}

bool
store_block(struct reader *reader, const struct rows_match *match, void *config,
	    struct block *block)
{
	const struct conf_item *item = match->row->item;
	const struct conf_schema *schema = item->more;
	void *field = (char *)config + item->offset;
	void *inner = field;
	switch (item->type) {
	case CONF_INTERFACES:
	case CONF_BLOCKS:
		inner = store_new(reader->arena, schema);
		list_push_back(field, inner);
		break;
	case CONF_IGNORED:
		warn_ignored(reader, item);
		if (schema == NULL)
			return false;
		inner = store_new(reader->scratch, schema);
		block->is_ignored = true;
		break;
	case CONF_CALL:
		store_call(reader, match, config);
		if (schema == NULL)
			return false;
		break;
	case CONF_REFUSED: store(reader, match, config); return false;
	default: break;
	}
	if (item->type == CONF_INTERFACES)
		((struct conf_interface *)inner)->patterns = patterns_new(reader, match);
	else if (item->type == CONF_BLOCKS && item->take != NULL)
		store_call(reader, match, inner);
	block->structs[TARGET_OWN] = inner;
	block->schemas[TARGET_OWN] = schema;
	block->inside[TARGET_OWN] = schema;
	block->rows = reader_rows(reader, schema, BLOCK_STRUCT, rows_fill);
	return true;
}

void
store_warn_once(struct reader *reader, const void *key, const struct place *place,
		const char *hint, const char *message)
{
	for (struct warned *warned = reader->warned; warned != NULL;
	     warned = warned->next)
		if (warned->key == key)
			return;
	struct warned *warned = arena_alloc(reader->scratch, sizeof(*warned));
	*warned = (struct warned){ .next = reader->warned, .key = key };
	reader->warned = warned;
	complain_warning(&reader->complaints, place, hint, "%s", message);
}

static void
rows_fill(struct rows *rows, const void *schema)
{
	rows_add_schema(rows, schema, TARGET_OWN);
}

/* ---- presets
 * ------------------------------------------------------------------------------ */

static void
preset(const struct conf_item *item, void *field)
{
	switch (item->type) {
	case CONF_SWITCH: *(bool *)field = item->preset != 0; break;
	case CONF_U32:
	case CONF_ENUM:
	case CONF_IP4:
		if (item->preset != 0)
			*(uint32_t *)field = (uint32_t)item->preset;
		break;
	case CONF_FLAGS: *(unsigned *)field = (unsigned)item->preset; break;
	case CONF_U64: *(uint64_t *)field = (uint64_t)item->preset; break;
	case CONF_USEC: *(usec_t *)field = item->preset; break;
	case CONF_INTERFACES:
	case CONF_BLOCKS: list_init(field); break;
	case CONF_BLOCK: store_preset(item->more, field); break;
	case CONF_STRING:
	case CONF_NAME:
	case CONF_TABLE:
	case CONF_ADDR:
	case CONF_PREFIX:
	case CONF_KEYWORD:
	case CONF_SECRET:
	case CONF_FILTER:
	case CONF_CALL:
	case CONF_IGNORED:
	case CONF_REFUSED: break;
	}
}

/* ---- values
 * ------------------------------------------------------------------------------- */

static void
store(struct reader *reader, const struct rows_match *match, void *config)
{
	const struct conf_item *item = match->row->item;
	const struct conf_value *value = match->values; /* The types below have one. */
	void *field = (char *)config + item->offset;
	struct place place = piece_place(&reader->pieces[0]);
	switch (item->type) {
	case CONF_SWITCH: *(bool *)field = value->number != 0; break;
	case CONF_U32:
	case CONF_U64:
	case CONF_USEC: store_number(reader, match, field); break;
	case CONF_STRING:
	case CONF_NAME:
	case CONF_TABLE:
	case CONF_SECRET: *(const char **)field = value->word; break;
	case CONF_ADDR:
	case CONF_IP4: store_address(reader, match, field); break;
	case CONF_PREFIX: *(struct prefix *)field = value->prefix; break;
	case CONF_ENUM: *(uint32_t *)field = (uint32_t)value->number; break;
	case CONF_FLAGS: store_flags(match, field); break;
	case CONF_KEYWORD: *(uint32_t *)field = (uint32_t)item->preset; break;
	case CONF_FILTER: store_filter(reader, match, field); break;
	case CONF_CALL: store_call(reader, match, config); break;
	case CONF_IGNORED: warn_ignored(reader, item); break;
	case CONF_REFUSED:
		complain(&reader->complaints, &place, item->doc,
			 "this option is not available here");
		break;
	case CONF_INTERFACES:
	case CONF_BLOCK:
	case CONF_BLOCKS: break;
	}
}

static void
store_number(struct reader *reader, const struct rows_match *match, void *field)
{
	const struct conf_item *item = match->row->item;
	const struct conf_value *value = &match->values[0];
	uint64_t most = item->type == CONF_U32 ? UINT32_MAX : INT64_MAX;
	if (item->max > 0)
		most = (uint64_t)item->max;
	if (value->number > most ||
	    (item->min > 0 && value->number < (uint64_t)item->min)) {
		complain_range(reader, item, value);
		return;
	}
	if (item->type == CONF_U32)
		*(uint32_t *)field = (uint32_t)value->number;
	else if (item->type == CONF_U64)
		*(uint64_t *)field = value->number;
	else
		*(usec_t *)field = (usec_t)value->number;
}

static void
complain_range(struct reader *reader, const struct conf_item *item,
	       const struct conf_value *value)
{
	struct place place = value_place(reader, value);
	struct text low = { .text = NULL }, high = { .text = NULL };
	int64_t most = item->max > 0            ? item->max
		       : item->type == CONF_U32 ? UINT32_MAX
						: INT64_MAX;
	if (item->type == CONF_USEC) {
		print_time(&low, item->min);
		print_time(&high, most);
	} else {
		text_printf(&low, "%" PRId64, item->min);
		text_printf(&high, "%" PRId64, most);
	}
	complain(&reader->complaints, &place, NULL, "this must be from %s to %s",
		 text_string(&low), text_string(&high));
	text_fini(&low);
	text_fini(&high);
}

static void
store_address(struct reader *reader, const struct rows_match *match, void *field)
{
	const struct conf_value *value = &match->values[0];
	if (match->row->item->type == CONF_ADDR) {
		*(struct addr *)field = value->addr;
		return;
	}
	struct place place = value_place(reader, value);
	if (value->number > UINT32_MAX)
		complain(&reader->complaints, &place, NULL, "this number is too large");
	else
		*(uint32_t *)field = (uint32_t)value->number;
}

static unsigned
flags_all(const struct conf_item *item)
{
	unsigned flags = 0;
	if (item->max != 0)
		return (unsigned)item->max;
	for (const struct conf_word *word = item->more; word->name != NULL; word++)
		flags |= word->value;
	return flags;
}

static void
store_flags(const struct rows_match *match, unsigned *field)
{
	unsigned flags = 0;
	for (size_t i = 0; i < match->count; i++) {
		const struct conf_value *value = &match->values[i];
		if (value->tag == 1)
			flags = flags_all(match->row->item);
		else if (value->tag == 0)
			flags |= (unsigned)value->number;
	}
	*field = flags;
}

/* Tags as in pattern.c: all, none, a name, a filter. */
static void
store_filter(struct reader *reader, const struct rows_match *match,
	     const struct filter **field)
{
	const struct conf_value *value = &match->values[0];
	switch (value->tag) {
	case 1: *field = NULL; break;
	case 2: *field = &filter_reject; break;
	case 3: *field = filter_named(reader, value); break;
	default: *field = value->filter; break;
	}
}

static const struct filter *
filter_named(struct reader *reader, const struct conf_value *name)
{
	const struct filter *filter = policy_use_filter(reader->policy, name->word);
	if (filter != NULL)
		return filter;
	struct place place = value_place(reader, name);
	/* A filter that was declared wrong has been complained about. */
	const char *kind = policy_kind_of(reader->policy, name->word);
	if (kind == NULL)
		complaints_about(&reader->complaints, name->word);
	if (kind == NULL || strcmp(kind, "filter") != 0)
		complain(&reader->complaints, &place, expect_filter(reader, name->word),
			 kind == NULL ? "there is no filter `%s`" : "`%s` is no filter",
			 name->word);
	return &filter_reject;
}

static void
store_call(struct reader *reader, const struct rows_match *match, void *config)
{
	const struct piece *first = &reader->pieces[0];
	struct conf_call call = {
		.item = match->row->item,
		.config = config,
		.arena = reader->arena,
		.values = match->values,
		.count = match->count,
		.culprit = SIZE_MAX,
		.line = source_line(&reader->sources, first->source, first->offset),
		.file = reader->sources.list[first->source].name,
	};
	const char *problem = call.item->take(&call);
	struct place place = piece_place(first);
	if (call.warning != NULL)
		store_warn_once(reader, call.warning, &place, NULL, call.warning);
	if (problem == NULL)
		return;
	if (call.culprit < match->count)
		place = value_place(reader, &match->values[call.culprit]);
	complain(&reader->complaints, &place, NULL, "%s", problem);
}

static void
warn_ignored(struct reader *reader, const struct conf_item *item)
{
	if (reader_block(reader)->is_ignored)
		return;
	struct place place = piece_place(&reader->pieces[0]);
	store_warn_once(reader, item, &place, item->doc, "this option does nothing here");
}

/* Tags as in pattern.c: `-`, a name, a prefix or address. */
static struct interface_pattern *
patterns_new(struct reader *reader, const struct rows_match *match)
{
	struct interface_pattern *first = NULL, **end = &first;
	bool exclude = false, named = false;
	struct interface_pattern *pattern = NULL;
	for (size_t i = 0; i < match->count; i++) {
		const struct conf_value *value = &match->values[i];
		bool is_more = value->tag == 3 && named &&
			       match->values[i - 1].place + 1 == value->place;
		if (value->tag == 1) {
			exclude = true;
			continue;
		}
		if (!is_more) {
			pattern = arena_alloc(reader->arena, sizeof(*pattern));
			pattern->exclude = exclude;
			*end = pattern;
			end = &pattern->next;
			exclude = false;
		}
		named = value->tag == 2;
		if (value->tag == 2) {
			struct place place = value_place(reader, value);
			pattern->name = value->word;
			lint_interface(reader, value->word, &place);
		} else {
			pattern->has_prefix = true;
			pattern->prefix =
				value->kind == CONF_PREFIX
					? value->prefix
					: prefix_new(value->addr,
						     addr_is_ip4(value->addr) ? 32 : 128);
		}
	}
	return first;
}
