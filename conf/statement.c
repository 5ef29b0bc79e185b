/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows of statements that conf itself knows, and those of them that are short:
 * tables, modules, what is not available.
 */
#include "conf/statement.h"

#include "conf/channels.h"
#include "conf/instance.h"
#include "conf/lint.h"
#include "conf/names.h"
#include "conf/reader.h"
#include "conf/store.h"
#include "lib/text.h"
#include "nest/config_schema.h"
#include "nest/module.h"
#include "nest/router.h"
#include "nest/schema.h"
#include <assert.h>
#include <string.h>

#define NET_WORDS    "( ipv4:10 | ipv6:11 | ipv6 sadr:12 | roa4:13 | roa6:14 )"
#define NO_NET_WORDS "vpn4 | vpn6 | flow4 | flow6 | mpls | eth | aspa | evpn"

static bool table_open(struct reader *reader, const struct rows_match *match,
		       struct block *block);
static bool table_refuse(struct reader *reader, const struct rows_match *match,
			 struct block *block);
static bool channel_refuse(struct reader *reader, const struct rows_match *match,
			   struct block *block);
static bool module_open(struct reader *reader, const struct rows_match *match,
			struct block *block);
static void table_implicit(struct reader *reader, enum net_type type, const char *name);
static void top_fill(struct rows *rows, const void *key);

static const struct statement top_statements[] = {
	{ .item.pattern = "protocol <name:1> [<name:2>] [from <name:3>] {",
	  .item.doc =
		  "An instance of a protocol, with its options. Without a name it gets "
		  "one "
		  "(`static1`); `from` takes over what a template or another protocol "
		  "says.",
	  .open = instance_protocol_open },
	{ .item.pattern = "ibgp:1 auto [<name:2>] [from <name:3>] {",
	  .item.doc = "The sessions within the AS, made by themselves: an instance of "
		      "protocol ibgp, with channels ipv4 and ipv6.",
	  .open = instance_protocol_open },
	{ .item.pattern = "template <name:1> [<name:2>] [from <name:3>] {",
	  .item.doc = "Options that protocols `from` it start with.",
	  .open = instance_template_open },
	{ .item.pattern = "transport <name:1> [<name:2>] {",
	  .item.doc = "An instance of a transport, which makes links.",
	  .open = instance_transport_open },
	{ .item.pattern =
		  "( protocol | template ) ( ospf:1 ( v2 | v3 ) | rip:1 ng ) [<name:2>] "
		  "[from <name:3>] {",
	  .item.doc = "These protocols of BIRD's are not available here.",
	  .item.type = CONF_REFUSED,
	  .open = instance_protocol_open },
	{ .item.pattern = NET_WORDS " table <name:2> [sorted] [{]",
	  .item.doc = "A route table of a net type. `master4` and `master6` are always "
		      "there.",
	  .open = table_open },
	{ .item.pattern = "( " NO_NET_WORDS " | neighbor ) table <name:2> [sorted] [{]",
	  .item.doc = "Tables of these types are not available here.",
	  .item.type = CONF_REFUSED,
	  .open = table_refuse },
	{ .item.pattern = "load ( <string:2> | <name:2> )",
	  .item.doc = "Loads a module from a shared object.",
	  .open = module_open },
	{ .open = NULL }
};

static const struct statement channel_statements[] = {
	{ .item.pattern = NET_WORDS " [{]",
	  .item.doc = "A channel of the net type, which joins the protocol to a table.",
	  .open = channels_open },
	{ .item.pattern = "( ( " NO_NET_WORDS
			  " ) [( mpls | multicast )] | ( ipv4 | ipv6 ) ( mpls "
			  "| multicast ) | neighbors ) [{]",
	  .item.doc = "Channels of these types are not available here.",
	  .item.type = CONF_REFUSED,
	  .open = channel_refuse },
	{ .open = NULL }
};

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

const struct conf_item *
statement_item(bool top, size_t index)
{
	const struct statement *at =
		top ? &top_statements[index] : &channel_statements[index];
	return at->open != NULL ? &at->item : NULL;
}

void
statement_rows_add(struct rows *rows, bool top)
{
	const struct conf_item *item;
	for (size_t i = 0; (item = statement_item(top, i)) != NULL; i++)
		rows_add(rows, item, TARGET_CONF);
}

bool
statement_open(struct reader *reader, const struct rows_match *match, struct block *block)
{
	const struct statement *statement =
		container_of(match->row->item, const struct statement, item);
	return statement->open(reader, match, block);
}

void
statement_run(struct reader *reader, const struct rows_match *match)
{
	struct block block = { .kind = BLOCK_STRUCT,
			       .protocol = reader_block(reader)->protocol };
	statement_open(reader, match, &block);
}

void
statement_close(struct reader *reader, struct block *block)
{
	if (block->kind == BLOCK_PROTOCOL)
		instance_protocol_close(reader, block);
	else if (block->kind == BLOCK_TRANSPORT)
		instance_transport_close(reader, block);
}

void
statement_end(struct reader *reader)
{
	channels_check(reader);
	lint_config(reader);
}

static const struct conf_value *
net_value(const struct rows_match *match)
{
	for (size_t i = 0; i < match->count; i++)
		if (match->values[i].tag >= TAG_TYPE)
			return &match->values[i];
	assert(false);
	return NULL;
}

int
statement_net_type(const struct rows_match *match)
{
	return net_value(match)->tag - TAG_TYPE;
}

struct place
statement_net_place(const struct reader *reader, const struct rows_match *match)
{
	return value_place(reader, net_value(match));
}

static void
top_fill(struct rows *rows, const void *key)
{
	(void)key;
	statement_rows_add(rows, true);
	rows_add_schema(rows, &config_schema, TARGET_OWN);
}

static void
table_fill(struct rows *rows, const void *key)
{
	rows_add_schema(rows, key, TARGET_OWN);
}

/* ---- tables, modules
 * -------------------------------------------------------------------------------- */

static bool
table_open(struct reader *reader, const struct rows_match *match, struct block *block)
{
	const struct conf_value *name = match_value(match, TAG_NAME);
	enum net_type type = (enum net_type)statement_net_type(match);
	struct place place = value_place(reader, name);
	struct named *named = named_find(reader, NAMED_TABLE, name->word);
	struct config_table *config = named != NULL ? named->table.config : NULL;
	if (config == NULL || !config->implicit || config->table.type != type) {
		named = named_add(reader, NAMED_TABLE, name->word, &place);
		if (named == NULL)
			return false;
		config = store_new(reader->arena, &table_schema);
		named->table.net_type = (int)type;
		named->table.config = config;
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
	struct named *named = named_add(reader, NAMED_TABLE, name, &nowhere);
	named->table.net_type = (int)type;
	named->table.implicit = true;
	named->table.config = config;
	config->implicit = true;
	config->table.name = name;
	config->table.type = type;
	list_push_back(&reader->config->tables, &config->link);
}

static bool
module_open(struct reader *reader, const struct rows_match *match, struct block *block)
{
	const struct conf_value *name = match_value(match, TAG_NAME);
	struct place place = value_place(reader, name);
	char problem[256] = "";
	(void)block;
	if (reader->router != NULL &&
	    module_load(reader->router, name->word, problem, sizeof(problem)) < 0)
		complain(&reader->complaints, &place, NULL, "cannot load `%s`: %s",
			 name->word, problem);
	return true;
}

/* ---- what is not available
 * ------------------------------------------------------------------------ */

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

static bool
table_refuse(struct reader *reader, const struct rows_match *match, struct block *block)
{
	(void)match;
	(void)block;
	refuse_type(reader, "tables");
	return false;
}

static bool
channel_refuse(struct reader *reader, const struct rows_match *match, struct block *block)
{
	(void)match;
	(void)block;
	refuse_type(reader, "channels");
	return false;
}
