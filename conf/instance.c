/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Instances: protocols, templates of them, and transports.  A block of its own for each,
 * what is to be right of it as a whole, and a name where none is written.
 */
#include "conf/instance.h"

#include "conf/channels.h"
#include "conf/expect.h"
#include "conf/foreign.h"
#include "conf/reader.h"
#include "conf/statement.h"
#include "conf/store.h"
#include "conf/template.h"
#include "lib/arena.h"
#include "lib/text.h"
#include "nest/channel.h"
#include "nest/config_schema.h"
#include "nest/module.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include "nest/schema.h"
#include "nest/transport.h"
#include <string.h>

/* ---- names, rows
 * -------------------------------------------------------------------------------- */

/* The last number given to instances of a class without names. */
struct name_count {
	struct name_count *next;
	enum named_kind kind;
	const char *class;
	unsigned last;
};

/* The next of "static1", "static2" … that is free. */
static const char *
name_generate(struct reader *reader, enum named_kind kind, const char *class)
{
	struct name_count *count = reader->name_counts;
	while (count != NULL && (count->kind != kind || strcmp(count->class, class) != 0))
		count = count->next;
	if (count == NULL) {
		count = arena_alloc(reader->scratch, sizeof(*count));
		*count = (struct name_count){ .next = reader->name_counts,
					      .kind = kind,
					      .class = class };
		reader->name_counts = count;
	}
	char name[64];
	do
		text_format(name, sizeof(name), "%s%u", class, ++count->last);
	while (named_find(reader, kind, name) != NULL);
	return arena_strdup(reader->arena, name);
}

/* Where the statement at hand begins. */
static unsigned
instance_line(struct reader *reader, const char **file)
{
	const struct piece *first = &reader->pieces[0];
	*file = reader->sources.list[first->source].name;
	return source_line(&reader->sources, first->source, first->offset);
}

static bool
schema_has_base(const struct conf_schema *schema, const struct conf_schema *base)
{
	while (schema != NULL && schema != base)
		schema = schema->base;
	return schema == base;
}

static void
protocol_fill(struct rows *rows, const void *key)
{
	const struct protocol_class *class = key;
	rows_add_schema(rows, class->schema, TARGET_OWN);
	if (!schema_has_base(class->schema, &protocol_schema))
		rows_add_schema(rows, &protocol_schema, TARGET_OWN);
	statement_rows_add(rows, false);
	if (class->channels == CHANNELS_ANY) {
		rows_add_schema(rows, &channel_schema, TARGET_CHANNEL);
		rows_add_schema(rows, class->channel_schema, TARGET_MORE);
	}
}

static void
transport_fill(struct rows *rows, const void *key)
{
	const struct transport_class *class = key;
	rows_add_schema(rows, class->schema, TARGET_OWN);
	if (!schema_has_base(class->schema, &transport_schema))
		rows_add_schema(rows, &transport_schema, TARGET_OWN);
}

/* ---- the whole
 * ---------------------------------------------------------------------------------- */

/* A check of an instance under way. */
struct whole {
	struct conf_check check;
	struct reader *reader;
};

static void
whole_say(struct conf_check *check, bool is_warning, const char *text)
{
	struct reader *reader = container_of(check, struct whole, check)->reader;
	const struct place *place = &reader_block(reader)->place;
	if (is_warning)
		complain_warning(&reader->complaints, place, NULL, "%s", text);
	else
		complain(&reader->complaints, place, NULL, "%s", text);
}

/* What schemas and class say about a whole instance; the class speaks only if the schemas
 * had nothing to say. */
static void
whole_check(struct reader *reader, const struct conf_schema *schema,
	    void (*class_check)(void *config, struct conf_check *check), void *config)
{
	struct whole whole = {
		.check = { .arena = reader->arena, .say = whole_say },
		.reader = reader,
	};
	for (; schema != NULL; schema = schema->base) {
		const char *problem = schema->check != NULL
					      ? schema->check(reader->arena, config)
					      : NULL;
		if (problem == NULL)
			continue;
		complain(&reader->complaints, &reader_block(reader)->place, NULL, "%s",
			 problem);
		return;
	}
	if (class_check != NULL)
		class_check(config, &whole.check);
}

/* ---- protocols and templates
 * ---------------------------------------------------------------- */

/* What is `from` it need not be told that it is not there. */
static void
name_bad(struct reader *reader, enum named_kind kind, const struct conf_value *name)
{
	if (name == NULL || named_find(reader, kind, name->word) != NULL)
		return;
	struct place place = value_place(reader, name);
	struct named *named = named_add(reader, kind, name->word, &place);
	named->is_bad = named->used = true;
}

static const struct protocol_class *
class_find(struct reader *reader, const struct conf_value *value)
{
	const struct protocol_class *class =
		reader->router != NULL ? module_find_protocol(reader->router, value->word)
				       : NULL;
	if (class != NULL)
		return class;
	struct place place = value_place(reader, value);
	const struct foreign_protocol *foreign = foreign_find(value->word);
	if (foreign != NULL) {
		complain(&reader->complaints, &place, foreign->instead,
			 "protocol %s is not available here", value->word);
		return NULL;
	}
	const char *names[64];
	size_t count = 0;
	for (size_t i = 0; reader->router != NULL && i < reader->router->module_count;
	     i++) {
		const struct protocol_class *const *list =
			reader->router->modules[i]->protocols;
		for (; list != NULL && *list != NULL && count < ARRAY_SIZE(names); list++)
			names[count++] = (*list)->name;
	}
	bool is_transport = reader->router != NULL &&
			    module_find_transport(reader->router, value->word) != NULL;
	complain(&reader->complaints, &place,
		 is_transport ? "this is a transport: `transport … { … }`"
			      : expect_class(reader, value->word, names, count),
		 "there is no protocol `%s`", value->word);
	return NULL;
}

static struct protocol_config *
protocol_config_new(struct reader *reader, const struct protocol_class *class)
{
	size_t size = class->schema != NULL ? class->schema->size
					    : sizeof(struct protocol_config);
	struct protocol_config *config = arena_alloc(reader->arena, size);
	if (!schema_has_base(class->schema, &protocol_schema))
		store_preset(&protocol_schema, config);
	if (class->schema != NULL)
		store_preset(class->schema, config);
	list_init(&config->link);
	list_init(&config->channels);
	config->whole = reader->config;
	config->class = class;
	return config;
}

static bool
protocol_open(struct reader *reader, const struct rows_match *match, struct block *block,
	      enum named_kind kind)
{
	const struct conf_value *name = match_value(match, TAG_NAME);
	const struct conf_value *from = match_value(match, TAG_FROM);
	const struct protocol_class *class =
		class_find(reader, match_value(match, TAG_CLASS));
	if (class == NULL) {
		name_bad(reader, kind, name);
		return false;
	}
	struct protocol_config *config = protocol_config_new(reader, class);
	config->generated = name == NULL;
	config->name =
		name != NULL ? name->word : name_generate(reader, kind, class->name);
	config->line = instance_line(reader, &config->file);
	struct place place = name != NULL ? value_place(reader, name) : block->place;
	block->named = named_add(reader, kind, config->name, &place);
	if (block->named == NULL)
		return false;
	block->named->block.class = class;
	template_begin(reader, block->named);
	if (class->channels == CHANNELS_PRESET)
		channels_preset(reader, config, &place);
	if (from != NULL && !template_replay(reader, from, block->named))
		return false;
	block->kind = BLOCK_PROTOCOL;
	block->protocol = config;
	block->rows = reader_rows(reader, class, BLOCK_PROTOCOL, protocol_fill);
	block->inside[TARGET_OWN] = class->schema;
	block->structs[TARGET_OWN] = config;
	if (class->channels == CHANNELS_ANY) {
		struct channel_config *channel = channels_new(reader, class, -1);
		block->structs[TARGET_CHANNEL] = channel;
		block->structs[TARGET_MORE] = (void *)channel->more;
		channels_opened(reader, channel, &place);
	}
	return true;
}

bool
instance_protocol_open(struct reader *reader, const struct rows_match *match,
		       struct block *block)
{
	return protocol_open(reader, match, block, NAMED_PROTOCOL);
}

bool
instance_template_open(struct reader *reader, const struct rows_match *match,
		       struct block *block)
{
	return protocol_open(reader, match, block, NAMED_TEMPLATE);
}

void
instance_protocol_close(struct reader *reader, struct block *block)
{
	struct protocol_config *config = block->protocol;
	struct named *named = block->named;
	template_end(reader, named);
	if (config->class->channels == CHANNELS_ANY)
		channels_own(reader, block);
	if (named->kind == NAMED_TEMPLATE)
		return;
	const struct protocol_class *class = config->class;
	if (class->inert != NULL)
		store_warn_once(reader, class, &block->place,
				"its configuration is checked, and it stays down",
				class->inert);
	/* After a mistake inside, the whole cannot be right. */
	bool is_wrong = reader->complaints.errors > block->errors;
	if (!is_wrong || !reader->is_lenient)
		list_push_back(&reader->config->protocols, &config->link);
	if (is_wrong)
		return;
	if (list_is_empty(&config->channels) && class->families != 0)
		complain(&reader->complaints, &block->place, NULL,
			 class->channels == CHANNELS_ANY
				 ? "this protocol needs a table: `table …;`"
				 : "this protocol needs a channel: `ipv4;` or `ipv6;`, "
				   "say");
	else
		whole_check(reader, class->schema, class->check, config);
}

/* ---- transports
 * -------------------------------------------------------------------------------- */

static const char *
transport_hint(struct reader *reader, const char *word)
{
	const struct router *router = reader->router;
	const char *names[64];
	size_t count = 0;
	if (router != NULL && module_find_protocol(router, word) != NULL)
		return "this is a protocol: `protocol … { … }`";
	for (size_t i = 0; router != NULL && i < router->module_count; i++)
		for (const struct transport_class *const *class =
			     router->modules[i]->transports;
		     class != NULL && *class != NULL && count < ARRAY_SIZE(names);
		     class ++)
			names[count++] = (*class)->name;
	return expect_class(reader, word, names, count);
}

bool
instance_transport_open(struct reader *reader, const struct rows_match *match,
			struct block *block)
{
	const struct conf_value *name = match_value(match, TAG_NAME);
	const struct conf_value *type = match_value(match, TAG_CLASS);
	const struct transport_class *class =
		reader->router != NULL ? module_find_transport(reader->router, type->word)
				       : NULL;
	struct place place = value_place(reader, type);
	if (class == NULL) {
		complain(&reader->complaints, &place, transport_hint(reader, type->word),
			 "there is no transport `%s`", type->word);
		return false;
	}
	size_t size = class->schema != NULL ? class->schema->size
					    : sizeof(struct transport_config);
	struct transport_config *config = arena_alloc(reader->arena, size);
	if (!schema_has_base(class->schema, &transport_schema))
		store_preset(&transport_schema, config);
	if (class->schema != NULL)
		store_preset(class->schema, config);
	list_init(&config->link);
	config->whole = reader->config;
	config->class = class;
	config->generated = name == NULL;
	config->name = name != NULL ? name->word
				    : name_generate(reader, NAMED_TRANSPORT, class->name);
	config->line = instance_line(reader, &config->file);
	if (name != NULL)
		place = value_place(reader, name);
	if (named_add(reader, NAMED_TRANSPORT, config->name, &place) == NULL)
		return false;
	block->kind = BLOCK_TRANSPORT;
	block->transport = config;
	block->rows = reader_rows(reader, class, BLOCK_TRANSPORT, transport_fill);
	block->inside[TARGET_OWN] = class->schema;
	block->structs[TARGET_OWN] = config;
	return true;
}

void
instance_transport_close(struct reader *reader, struct block *block)
{
	struct transport_config *config = block->transport;
	whole_check(reader, config->class->schema, config->class->check, config);
	list_push_back(&reader->config->transports, &config->link);
}
