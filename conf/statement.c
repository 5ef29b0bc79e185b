/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The statements conf itself knows: tables, protocols, templates, transports, channels,
 * modules; and what has to be right of the configuration as a whole.
 */
#include "conf/reader.h"

#include "conf/foreign.h"
#include "conf/names.h"
#include "lib/arena.h"
#include "lib/text.h"
#include "nest/channel.h"
#include "nest/config_schema.h"
#include "nest/module.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include "nest/schema.h"
#include "nest/transport.h"
#include <assert.h>
#include <string.h>

/* What a row of TARGET_CONF does: in its offset. */
enum statement {
	STATEMENT_PROTOCOL,
	STATEMENT_TEMPLATE,
	STATEMENT_TRANSPORT,
	STATEMENT_TABLE,
	STATEMENT_NO_TABLE,
	STATEMENT_LOAD,
	STATEMENT_CHANNEL,
	STATEMENT_NO_CHANNEL
};

/* Tags of the patterns below. */
enum {
	TAG_CLASS = 1,
	TAG_NAME,
	TAG_FROM,
	TAG_TYPE = 10 /* And its net type. */
};

#define NET_WORDS    "( ipv4:10 | ipv6:11 | ipv6 sadr:12 | roa4:13 | roa6:14 )"
#define NO_NET_WORDS "vpn4 | vpn6 | flow4 | flow6 | mpls | eth | aspa | evpn"

static const struct conf_item top_items[] = {
	{ .pattern = "protocol <name:1> [<name:2>] [from <name:3>] {",
	  .doc = "An instance of a protocol, with its options. Without a name it gets "
		 "one "
		 "(`static1`); `from` takes over what a template or another protocol "
		 "says.",
	  .offset = STATEMENT_PROTOCOL },
	{ .pattern = "ibgp:1 auto [<name:2>] [from <name:3>] {",
	  .doc = "The sessions within the AS, made by themselves: an instance of "
		 "protocol ibgp, with channels ipv4 and ipv6.",
	  .offset = STATEMENT_PROTOCOL },
	{ .pattern = "template <name:1> [<name:2>] [from <name:3>] {",
	  .doc = "Options that protocols `from` it start with.",
	  .offset = STATEMENT_TEMPLATE },
	{ .pattern = "transport <name:1> [<name:2>] {",
	  .doc = "An instance of a transport, which makes links.",
	  .offset = STATEMENT_TRANSPORT },
	{ .pattern =
		  "( protocol | template ) ( ospf:1 ( v2 | v3 ) | rip:1 ng ) [<name:2>] "
		  "[from <name:3>] {",
	  .doc = "These protocols of BIRD's are not available here.",
	  .type = CONF_REFUSED,
	  .offset = STATEMENT_PROTOCOL },
	{ .pattern = NET_WORDS " table <name:2> [sorted] [{]",
	  .doc = "A route table of a net type. `master4` and `master6` are always there.",
	  .offset = STATEMENT_TABLE },
	{ .pattern = "( " NO_NET_WORDS " | neighbor ) table <name:2> [sorted] [{]",
	  .doc = "Tables of these types are not available here.",
	  .type = CONF_REFUSED,
	  .offset = STATEMENT_NO_TABLE },
	{ .pattern = "load ( <string:2> | <name:2> )",
	  .doc = "Loads a module from a shared object.",
	  .offset = STATEMENT_LOAD },
	{ 0 }
};

static const struct conf_item channel_items[] = {
	{ .pattern = NET_WORDS " [{]",
	  .doc = "A channel of the net type, which joins the protocol to a table.",
	  .offset = STATEMENT_CHANNEL },
	{ .pattern = "( ( " NO_NET_WORDS
		     " ) [( mpls | multicast )] | ( ipv4 | ipv6 ) ( mpls "
		     "| multicast ) | neighbors ) [{]",
	  .doc = "Channels of these types are not available here.",
	  .type = CONF_REFUSED,
	  .offset = STATEMENT_NO_CHANNEL },
	{ 0 }
};

const struct conf_item *
statement_items(bool top)
{
	return top ? top_items : channel_items;
}

/* The last number given to instances of a class without names. */
struct name_count {
	struct name_count *next;
	enum symbol_kind kind;
	const char *class;
	unsigned last;
};

/* A check of an instance under way. */
struct whole {
	struct conf_check check;
	struct reader *reader;
};

static void top_fill(struct rows *rows, const void *key);
static void protocol_fill(struct rows *rows, const void *key);
static void transport_fill(struct rows *rows, const void *key);
static void channel_fill(struct rows *rows, const void *key);
static void table_fill(struct rows *rows, const void *key);
static bool protocol_open(struct reader *reader, const struct rows_match *match,
			  struct block *block, bool is_template);
static void name_bad(struct reader *reader, enum symbol_kind kind,
		     const struct conf_value *name);
static const struct protocol_class *class_find(struct reader *reader,
					       const struct conf_value *value);
static const char *name_generate(struct reader *reader, enum symbol_kind kind,
				 const char *class);
static struct protocol_config *protocol_config_new(struct reader *reader,
						   const struct protocol_class *class);
static bool replay(struct reader *reader, const struct conf_value *from,
		   struct symbol *symbol);
static void protocol_close(struct reader *reader, struct block *block);
static void whole_check(struct reader *reader, const struct conf_schema *schema,
			void (*class_check)(void *config, struct conf_check *check),
			void *config);
static void whole_say(struct conf_check *check, bool is_warning, const char *text);
static bool transport_open(struct reader *reader, const struct rows_match *match,
			   struct block *block);
static void transport_close(struct reader *reader, struct block *block);
static bool channel_open(struct reader *reader, const struct rows_match *match,
			 struct block *block);
static bool table_open(struct reader *reader, const struct rows_match *match,
		       struct block *block);
static void table_implicit(struct reader *reader, enum net_type type, const char *name);
static void module_open(struct reader *reader, const struct rows_match *match);
static void refuse_type(struct reader *reader, const char *what);
static const struct conf_value *type_value(const struct rows_match *match);

/* ---- blocks
 * ------------------------------------------------------------------------------- */

void
statement_begin(struct reader *reader)
{
	struct config *config = reader->config;
	store_preset(&config_schema, config);
	if (reader->router != NULL)
		names_define(reader->policy, reader->router->sys);
	reader->blocks[0] = (struct block){ .kind = BLOCK_TOP };
	reader->blocks[0].rows = reader_rows(reader, NULL, BLOCK_TOP, top_fill);
	reader->blocks[0].structs[TARGET_OWN] = config;
	reader->depth = 1;
	table_implicit(reader, NET_IP4, "master4");
	table_implicit(reader, NET_IP6, "master6");
}

void
statement_run(struct reader *reader, const struct rows_match *match)
{
	struct block block = { .kind = BLOCK_STRUCT,
			       .protocol = reader_block(reader)->protocol };
	switch ((enum statement)match->row->item->offset) {
	case STATEMENT_TABLE: table_open(reader, match, &block); break;
	case STATEMENT_CHANNEL: channel_open(reader, match, &block); break;
	case STATEMENT_LOAD: module_open(reader, match); break;
	case STATEMENT_NO_TABLE: refuse_type(reader, "tables"); break;
	case STATEMENT_NO_CHANNEL: refuse_type(reader, "channels"); break;
	case STATEMENT_PROTOCOL:
	case STATEMENT_TEMPLATE:
	case STATEMENT_TRANSPORT: break;
	}
}

bool
statement_open(struct reader *reader, const struct rows_match *match, struct block *block)
{
	switch ((enum statement)match->row->item->offset) {
	case STATEMENT_PROTOCOL: return protocol_open(reader, match, block, false);
	case STATEMENT_TEMPLATE: return protocol_open(reader, match, block, true);
	case STATEMENT_TRANSPORT: return transport_open(reader, match, block);
	case STATEMENT_TABLE: return table_open(reader, match, block);
	case STATEMENT_CHANNEL: return channel_open(reader, match, block);
	case STATEMENT_NO_TABLE: refuse_type(reader, "tables"); return false;
	case STATEMENT_NO_CHANNEL: refuse_type(reader, "channels"); return false;
	case STATEMENT_LOAD: break;
	}
	return false;
}

void
statement_close(struct reader *reader, struct block *block)
{
	if (block->kind == BLOCK_PROTOCOL)
		protocol_close(reader, block);
	else if (block->kind == BLOCK_TRANSPORT)
		transport_close(reader, block);
}

void
statement_end(struct reader *reader)
{
	channels_check(reader);
	lint_config(reader);
}

static void
items_add(struct rows *rows, const struct conf_item *items)
{
	for (; items->pattern != NULL; items++)
		rows_add(rows, items, TARGET_CONF);
}

static void
top_fill(struct rows *rows, const void *key)
{
	(void)key;
	items_add(rows, top_items);
	rows_add_schema(rows, &config_schema, TARGET_OWN);
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
	items_add(rows, channel_items);
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

static void
channel_fill(struct rows *rows, const void *key)
{
	const struct protocol_class *class = key;
	rows_add_schema(rows, class->channel_schema, TARGET_MORE);
	rows_add_schema(rows, &channel_schema, TARGET_CHANNEL);
}

static void
table_fill(struct rows *rows, const void *key)
{
	rows_add_schema(rows, key, TARGET_OWN);
}

/* ---- protocols and templates
 * ---------------------------------------------------------------- */

static bool
protocol_open(struct reader *reader, const struct rows_match *match, struct block *block,
	      bool is_template)
{
	const struct conf_value *name = match_value(match, TAG_NAME);
	const struct conf_value *from = match_value(match, TAG_FROM);
	const struct protocol_class *class =
		class_find(reader, match_value(match, TAG_CLASS));
	enum symbol_kind kind = is_template ? SYMBOL_TEMPLATE : SYMBOL_PROTOCOL;
	if (class == NULL) {
		name_bad(reader, kind, name);
		return false;
	}
	struct protocol_config *config = protocol_config_new(reader, class);
	config->generated = name == NULL;
	config->name =
		name != NULL ? name->word : name_generate(reader, kind, class->name);
	const struct piece *first = &reader->pieces[0];
	config->line = source_line(&reader->sources, first->source, first->offset);
	config->file = reader->sources.list[first->source].name;
	struct place place = name != NULL ? value_place(reader, name) : block->place;
	block->symbol = symbol_add(reader, kind, config->name, &place);
	if (block->symbol == NULL)
		return false;
	struct place brace = scanner_place(&reader->scanner);
	block->symbol->class = class;
	block->symbol->body = brace;
	block->symbol->body.offset++;
	if (class->channels == CHANNELS_PRESET)
		channels_preset(reader, config, &place);
	if (from != NULL && !replay(reader, from, block->symbol))
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

/* What is `from` it need not be told that it is not there. */
static void
name_bad(struct reader *reader, enum symbol_kind kind, const struct conf_value *name)
{
	if (name == NULL || symbol_find(reader, kind, name->word) != NULL)
		return;
	struct place place = value_place(reader, name);
	struct symbol *symbol = symbol_add(reader, kind, name->word, &place);
	symbol->is_bad = symbol->used = true;
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

/* The next of "static1", "static2" … that is free. */
static const char *
name_generate(struct reader *reader, enum symbol_kind kind, const char *class)
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
	while (symbol_find(reader, kind, name) != NULL);
	return arena_strdup(reader->arena, name);
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

/* What `from` names is read first, and first of all what that is from.  False after a
 * complaint. */
static bool
replay(struct reader *reader, const struct conf_value *from, struct symbol *symbol)
{
	struct place place = value_place(reader, from);
	struct symbol *base = symbol_find(reader, SYMBOL_TEMPLATE, from->word);
	if (base == NULL)
		base = symbol_find(reader, SYMBOL_PROTOCOL, from->word);
	if (base == NULL) {
		complain(&reader->complaints, &place,
			 expect_symbol(reader, SYMBOL_TEMPLATE, from->word),
			 "there is no template `%s`", from->word);
		return false;
	}
	if (base->is_bad)
		return false;
	if (base->class != symbol->class) {
		complain(&reader->complaints, &place, NULL,
			 "`%s` is for protocol %s, not %s", from->word, base->class->name,
			 symbol->class->name);
		return false;
	}
	if (base == symbol) {
		complain(&reader->complaints, &place, NULL, "`%s` is from itself",
			 from->word);
		return false;
	}
	symbol->from = base;
	unsigned depth = 0;
	for (const struct symbol *at = base; at != NULL; at = at->from) {
		if (at->body.length == 0) {
			complain(
				&reader->complaints, &place, NULL,
				"`%s` cannot be taken over: its block begins and ends in "
				"different files",
				at->name);
			return false;
		}
		if (++depth > TEMPLATE_DEPTH) {
			complain(&reader->complaints, &place, NULL,
				 "templates are nested more than %d deep",
				 TEMPLATE_DEPTH);
			return false;
		}
	}
	base->used = true;
	for (const struct symbol *at = base; at != NULL; at = at->from)
		reader->replayed += at->body.length;
	if (reader->replayed > REPLAY_LIMIT) {
		complain(&reader->complaints, &place, NULL,
			 "templates are taken over more than the limit of %d MB in all",
			 (int)(REPLAY_LIMIT >> 20));
		return false;
	}
	for (const struct symbol *at = base; at != NULL; at = at->from)
		scanner_replay(&reader->scanner, at->body.source, at->body.offset,
			       at->body.length - 1);
	return true;
}

static void
protocol_close(struct reader *reader, struct block *block)
{
	struct protocol_config *config = block->protocol;
	struct symbol *symbol = block->symbol;
	/* The text between the braces, one longer so that an empty one is not none. */
	const struct piece *end = &reader->scanner.piece;
	bool whole = end->source == symbol->body.source && end->mark == '}' &&
		     end->offset >= symbol->body.offset;
	symbol->body.length = whole ? end->offset - symbol->body.offset + 1 : 0;
	if (config->class->channels == CHANNELS_ANY)
		channels_own(reader, block);
	if (symbol->kind == SYMBOL_TEMPLATE)
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

static bool
transport_open(struct reader *reader, const struct rows_match *match, struct block *block)
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
	config->name = name != NULL
			       ? name->word
			       : name_generate(reader, SYMBOL_TRANSPORT, class->name);
	const struct piece *first = &reader->pieces[0];
	config->line = source_line(&reader->sources, first->source, first->offset);
	config->file = reader->sources.list[first->source].name;
	if (name != NULL)
		place = value_place(reader, name);
	if (symbol_add(reader, SYMBOL_TRANSPORT, config->name, &place) == NULL)
		return false;
	block->kind = BLOCK_TRANSPORT;
	block->transport = config;
	block->rows = reader_rows(reader, class, BLOCK_TRANSPORT, transport_fill);
	block->inside[TARGET_OWN] = class->schema;
	block->structs[TARGET_OWN] = config;
	return true;
}

static void
transport_close(struct reader *reader, struct block *block)
{
	struct transport_config *config = block->transport;
	whole_check(reader, config->class->schema, config->class->check, config);
	list_push_back(&reader->config->transports, &config->link);
}

/* ---- channels
 * ------------------------------------------------------------------------------------ */

static bool
channel_open(struct reader *reader, const struct rows_match *match, struct block *block)
{
	struct protocol_config *protocol = block->protocol;
	const struct protocol_class *class = protocol->class;
	const struct conf_value *word = type_value(match);
	int type = word->tag - TAG_TYPE;
	struct place place = value_place(reader, word);
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

/* ---- tables, modules
 * -------------------------------------------------------------------------------- */

static bool
table_open(struct reader *reader, const struct rows_match *match, struct block *block)
{
	const struct conf_value *name = match_value(match, TAG_NAME);
	enum net_type type = (enum net_type)(type_value(match)->tag - TAG_TYPE);
	struct place place = value_place(reader, name);
	struct config_table *config = NULL;
	list_each(old, &reader->config->tables, struct config_table, link)
		if (old->implicit && old->table.type == type &&
		    strcmp(old->table.name, name->word) == 0)
			config = old;
	if (config == NULL) {
		struct symbol *symbol =
			symbol_add(reader, SYMBOL_TABLE, name->word, &place);
		if (symbol == NULL)
			return false;
		symbol->net_type = (int)type;
		config = store_new(reader->arena, &table_schema);
		list_push_back(&reader->config->tables, &config->link);
	}
	config->implicit = false;
	config->table.name = name->word;
	config->table.type = type;
	block->kind = BLOCK_TABLE;
	block->rows = reader_rows(reader, &table_schema, BLOCK_TABLE, table_fill);
	block->structs[TARGET_OWN] = config;
	block->schemas[TARGET_OWN] = &table_schema;
	return true;
}

static void
table_implicit(struct reader *reader, enum net_type type, const char *name)
{
	struct config_table *config = store_new(reader->arena, &table_schema);
	struct place nowhere = { .length = 1 };
	struct symbol *symbol = symbol_add(reader, SYMBOL_TABLE, name, &nowhere);
	symbol->net_type = (int)type;
	symbol->implicit = true;
	config->implicit = true;
	config->table.name = name;
	config->table.type = type;
	list_push_back(&reader->config->tables, &config->link);
}

static void
module_open(struct reader *reader, const struct rows_match *match)
{
	const struct conf_value *name = match_value(match, TAG_NAME);
	struct place place = value_place(reader, name);
	char problem[256] = "";
	if (reader->router != NULL &&
	    module_load(reader->router, name->word, problem, sizeof(problem)) < 0)
		complain(&reader->complaints, &place, NULL, "cannot load `%s`: %s",
			 name->word, problem);
}

static void
refuse_type(struct reader *reader, const char *what)
{
	const struct piece *first = &reader->pieces[0];
	struct place place = piece_place(first);
	/* BIRD's `neighbor table` and `neighbors`. */
	bool finds = first->text_length >= 8 && memcmp(first->text, "neighbor", 8) == 0;
	complain(&reader->complaints, &place,
		 finds ? "`neighbor interface \"NAME*\" external;` in protocol bgp finds "
			 "neighbours by itself"
		       : "there are ipv4, ipv6, ipv6 sadr, roa4 and roa6",
		 "%s of this type are not available here", what);
}

static const struct conf_value *
type_value(const struct rows_match *match)
{
	for (size_t i = 0; i < match->count; i++)
		if (match->values[i].tag >= TAG_TYPE)
			return &match->values[i];
	assert(false);
	return NULL;
}
