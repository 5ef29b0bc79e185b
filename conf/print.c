/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints configurations by their schemas.
 */
#include "conf/print.h"

#include "conf/diff.h"
#include "conf/reader.h"
#include "conf/store.h"
#include "lib/arena.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "nest/channel.h"
#include "nest/config_schema.h"
#include "nest/link.h"
#include "nest/protocol.h"
#include "nest/transport.h"
#include <inttypes.h>
#include <string.h>

/* A struct is printed against one with presets. */
struct printer {
	struct text *text;
	struct arena *arena;
	unsigned depth;
};

static void print_struct(struct printer *printer, const struct conf_schema *schema,
			 const void *config);
static void print_rows(struct printer *printer, const struct conf_schema *schema,
		       const void *config, const void *presets);
static void print_block(struct printer *printer, const struct conf_item *item,
			const struct conf_schema *schema, const void *config);
static void print_patterns(struct text *text, const struct interface_pattern *pattern);
static void print_indent(const struct printer *printer);
static void print_flags(struct text *text, const struct conf_word *words, unsigned flags);
static void print_protocol(struct printer *printer,
			   const struct protocol_config *protocol);
static const char *word_of(const struct conf_word *words, uint32_t value);

void
print_value(struct text *text, const struct conf_item *item, const void *field)
{
	char name[PREFIX_TEXT];
	const struct filter *filter;
	switch (item->type) {
	case CONF_SWITCH: text_add(text, *(const bool *)field ? "on" : "off"); break;
	case CONF_U32: text_printf(text, "%" PRIu32, *(const uint32_t *)field); break;
	case CONF_U64: text_printf(text, "%" PRIu64, *(const uint64_t *)field); break;
	case CONF_USEC: print_time(text, *(const usec_t *)field); break;
	case CONF_STRING: text_printf(text, "\"%s\"", *(const char *const *)field); break;
	case CONF_NAME:
	case CONF_TABLE: text_printf(text, "%s", *(const char *const *)field); break;
	case CONF_ADDR:
		text_add(text, addr_format(*(const struct addr *)field, name));
		break;
	case CONF_IP4:
		text_add(text,
			 addr_format(addr_from_ip4(*(const uint32_t *)field), name));
		break;
	case CONF_PREFIX: text_add(text, prefix_format(field, name)); break;
	case CONF_ENUM:
		text_add(text, word_of(item->more, *(const uint32_t *)field));
		break;
	case CONF_FLAGS: print_flags(text, item->more, *(const unsigned *)field); break;
	case CONF_FILTER:
		filter = *(const struct filter *const *)field;
		text_add(text, filter == NULL             ? "all"
			       : filter == &filter_reject ? "none"
			       : filter->name != NULL     ? "filter "
							  : "filter { … }");
		if (filter != NULL && filter != &filter_reject && filter->name != NULL)
			text_add(text, filter->name);
		break;
	case CONF_CALL:
		if (item->print != NULL)
			item->print(text, field);
		else
			text_add(text, "…");
		break;
	case CONF_SECRET: text_add(text, "…"); break;
	case CONF_KEYWORD:
	case CONF_INTERFACES:
	case CONF_BLOCK:
	case CONF_BLOCKS:
	case CONF_IGNORED:
	case CONF_REFUSED: break;
	}
}

void
print_words(struct text *text, const char *pattern)
{
	size_t length = strcspn(pattern, "@<[{(");
	while (length > 0 && pattern[length - 1] == ' ')
		length--;
	text_add_bytes(text, pattern, length);
}

bool
print_block_name(struct text *text, const struct conf_item *item, const void *block)
{
	if (item->type == CONF_INTERFACES) {
		print_patterns(text, ((const struct conf_interface *)block)->patterns);
		return true;
	}
	if (item->type != CONF_BLOCKS || item->print == NULL)
		return false;
	text_add_char(text, ' ');
	item->print(text, block);
	return true;
}

void
print_time(struct text *text, usec_t time)
{
	if (time % USEC_S == 0)
		text_printf(text, "%" PRId64 " s", time / USEC_S);
	else if (time % USEC_MS == 0)
		text_printf(text, "%" PRId64 " ms", time / USEC_MS);
	else
		text_printf(text, "%" PRId64 " us", time);
}

void
print_config(struct text *text, const struct config *config)
{
	struct pool *pool = pool_new(NULL, "print");
	struct printer printer = { .text = text, .arena = arena_new(pool) };
	print_struct(&printer, &config_schema, config);
	list_each(table, &config->tables, struct config_table, link) {
		if (table->implicit)
			continue;
		text_printf(text, "%s table %s {\n", net_type_name(table->table.type),
			    table->table.name);
		printer.depth++;
		print_struct(&printer, &table_schema, table);
		printer.depth--;
		text_add(text, "}\n");
	}
	list_each(transport, &config->transports, struct transport_config, link) {
		text_printf(text, "transport %s %s {\n", transport->class->name,
			    transport->name);
		printer.depth++;
		print_struct(&printer, transport->class->schema, transport);
		printer.depth--;
		text_add(text, "}\n");
	}
	list_each(protocol, &config->protocols, struct protocol_config, link)
		print_protocol(&printer, protocol);
	pool_free(pool);
}

static void
print_protocol(struct printer *printer, const struct protocol_config *protocol)
{
	const struct protocol_class *class = protocol->class;
	text_printf(printer->text, "protocol %s %s {%s\n", class->name, protocol->name,
		    protocol->generated ? " # unnamed" : "");
	printer->depth++;
	list_each(channel, &protocol->channels, struct channel_config, link) {
		print_indent(printer);
		text_printf(printer->text, "%s {\n",
			    net_type_name((enum net_type)channel->type));
		printer->depth++;
		print_struct(printer, &channel_schema, channel);
		if (class->channel_schema != NULL && channel->more != NULL)
			print_struct(printer, class->channel_schema, channel->more);
		printer->depth--;
		print_indent(printer);
		text_add(printer->text, "}\n");
	}
	print_struct(printer, class->schema != NULL ? class->schema : &protocol_schema,
		     protocol);
	printer->depth--;
	text_add(printer->text, "}\n");
}

static void
print_struct(struct printer *printer, const struct conf_schema *schema,
	     const void *config)
{
	print_rows(printer, schema, config, store_new(printer->arena, schema));
}

static void
print_rows(struct printer *printer, const struct conf_schema *schema, const void *config,
	   const void *presets)
{
	for (; schema != NULL; schema = schema->base)
		for (const struct conf_item *item = schema->items;
		     item != NULL && item->pattern != NULL; item++) {
			const void *field = (const char *)config + item->offset;
			const void *preset = (const char *)presets + item->offset;
			const struct list *list = field;
			if (item->type == CONF_INTERFACES || item->type == CONF_BLOCKS) {
				for (const struct list *at = list->next; at != list;
				     at = at->next)
					print_block(printer, item, item->more, at);
				continue;
			}
			if (item->type == CONF_BLOCK) {
				print_block(printer, item, item->more, field);
				continue;
			}
			bool told = item > schema->items &&
				    item[-1].offset == item->offset &&
				    (item[-1].type == CONF_CALL ||
				     item[-1].type == item->type);
			if (told || diff_row_is_equal(item, field, preset))
				continue;
			if (item->type == CONF_KEYWORD &&
			    *(const uint32_t *)field != (uint32_t)item->preset)
				continue;
			print_indent(printer);
			size_t before = printer->text->length;
			print_words(printer->text, item->pattern);
			if (item->type != CONF_KEYWORD && printer->text->length > before)
				text_add_char(printer->text, ' ');
			print_value(printer->text, item, field);
			text_add(printer->text, ";\n");
		}
}

static void
print_block(struct printer *printer, const struct conf_item *item,
	    const struct conf_schema *schema, const void *config)
{
	print_indent(printer);
	print_words(printer->text, item->pattern);
	print_block_name(printer->text, item, config);
	text_add(printer->text, " {\n");
	printer->depth++;
	print_struct(printer, schema, config);
	printer->depth--;
	print_indent(printer);
	text_add(printer->text, "}\n");
}

static void
print_patterns(struct text *text, const struct interface_pattern *pattern)
{
	char prefix[PREFIX_TEXT];
	for (const char *joint = " "; pattern != NULL; pattern = pattern->next) {
		text_printf(text, "%s%s", joint, pattern->exclude ? "-" : "");
		joint = ", ";
		if (pattern->name != NULL)
			text_printf(text, "\"%s\"", pattern->name);
		if (pattern->has_prefix)
			text_printf(text, "%s%s", pattern->name != NULL ? " " : "",
				    prefix_format(&pattern->prefix, prefix));
	}
}

static void
print_indent(const struct printer *printer)
{
	for (unsigned i = 0; i < printer->depth; i++)
		text_add_char(printer->text, '\t');
}

static void
print_flags(struct text *text, const struct conf_word *words, unsigned flags)
{
	const char *joint = "{ ";
	if (flags == 0) {
		text_add(text, "off");
		return;
	}
	for (; words->name != NULL; words++) {
		if ((flags & words->value) == 0)
			continue;
		text_printf(text, "%s%s", joint, words->name);
		joint = ", ";
	}
	text_add(text, " }");
}

static const char *
word_of(const struct conf_word *words, uint32_t value)
{
	while (words->name != NULL && words->value != value)
		words++;
	return words->name != NULL ? words->name : "?";
}
