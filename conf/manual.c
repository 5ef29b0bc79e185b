/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks the schemas of the core and of all modules, and writes each option's syntax,
 * meaning, range, preset and what a change costs, as Markdown or as a man page.
 */
#include "conf/manual.h"

#include "conf/print.h"
#include "conf/reader.h"
#include "conf/statement.h"
#include "conf/store.h"
#include "lib/arena.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "nest/channel.h"
#include "nest/config_schema.h"
#include "nest/module.h"
#include "nest/protocol.h"
#include "nest/schema.h"
#include "nest/transport.h"
#include <inttypes.h>
#include <string.h>

struct manual {
	struct text *text;
	enum manual_form form;
	struct arena *arena;
	bool in_text;  /* A paragraph came last: the next needs a break before it. */
	size_t silent; /* What has no words for itself. */
};

static void preface(struct manual *manual);
static void protocol_write(struct manual *manual, const struct protocol_class *class);
static void class_doc(struct manual *manual, const char *doc,
		      const struct conf_schema *schema);
static void transport_write(struct manual *manual, const struct transport_class *class);
static void schema_write(struct manual *manual, const struct conf_schema *schema,
			 unsigned level);
static void blocks_write(struct manual *manual, const struct conf_schema *schema,
			 unsigned level);
static void statements_write(struct manual *manual, bool top);
static void item_write(struct manual *manual, const struct conf_item *item,
		       const void *presets);
static void item_facts(struct manual *manual, const struct conf_item *item,
		       const void *presets);
static void preset_write(struct manual *manual, const struct conf_item *item,
			 const void *field);
static bool has_preset(const struct conf_item *item, const void *field);
static void syntax_write(struct text *text, const struct conf_item *item);
static size_t syntax_part(struct text *text, const struct conf_item *item,
			  const char *pattern);
static const char *value_syntax(const char *kind, size_t length);
static void type_syntax(struct text *text, const struct conf_item *item);
static void words_syntax(struct text *text, const struct conf_word *words);
static void heading(struct manual *manual, unsigned level, const char *text);
static void paragraph(struct manual *manual, const char *text);
static void entry(struct manual *manual, const char *syntax);
static void man_text(struct text *to, const char *text);

size_t
manual_write(struct text *text, enum manual_form form, const struct modules *modules)
{
	struct pool *pool = pool_new(NULL, "manual");
	struct manual manual = { .text = text, .form = form, .arena = arena_new(pool) };
	preface(&manual);
	heading(&manual, 2, "Global options");
	schema_write(&manual, &config_schema, 2);
	heading(&manual, 2, "Tables, protocols, transports");
	statements_write(&manual, true);
	heading(&manual, 2, "Options of tables");
	schema_write(&manual, &table_schema, 2);
	heading(&manual, 2, "Options of every protocol");
	statements_write(&manual, false);
	schema_write(&manual, &protocol_schema, 2);
	heading(&manual, 2, "Options of every channel");
	schema_write(&manual, &channel_schema, 2);
	heading(&manual, 2, "Options of every transport");
	schema_write(&manual, &transport_schema, 2);
	for (size_t i = 0; i < modules->count; i++) {
		const struct module *module = modules->list[i];
		for (size_t j = 0;
		     module->protocols != NULL && module->protocols[j] != NULL; j++)
			protocol_write(&manual, module->protocols[j]);
		for (size_t j = 0;
		     module->transports != NULL && module->transports[j] != NULL; j++)
			transport_write(&manual, module->transports[j]);
	}
	pool_free(pool);
	return manual.silent;
}

static void
preface(struct manual *manual)
{
	if (manual->form == MANUAL_MAN)
		text_add(manual->text,
			 ".TH MESHD.CONF 5 \"\" meshd\n.SH NAME\nmeshd.conf \\- "
			 "configuration of the mesh router daemon\n.SH DESCRIPTION\n");
	else
		text_add(manual->text, "# The configuration of meshd\n\n"
				       "Made from the rows that read it; not written by "
				       "hand.\n\n");
	static const char *const paragraphs[] = {
		"A configuration is a list of statements, each ended by `;` or by a "
		"block in "
		"`{ }`. Blanks and line ends only separate; `#` begins a comment to the "
		"end "
		"of the line, `/* */` encloses one. Words mean an option only where the "
		"option may stand: any word may name a protocol, a table, a filter or a "
		"constant. A name of letters, digits and `. : - _` may be put in single "
		"quotes.",
		"Values: numbers are decimal or `0x` hexadecimal; times are numbers with "
		"`s`, "
		"`ms` or `us`, seconds without; switches are `on`, `off`, `yes`, `no`, a "
		"number, or nothing for `on`. Wherever a value stands, a constant or an "
		"expression in parentheses does too.",
		"`include \"FILE\";` reads another file in its place, a pattern such as "
		"`\"peers/*.conf\"` all that match, in order of their names; paths are "
		"relative "
		"to the file that includes. `define NAME = EXPRESSION;` names a "
		"constant. "
		"`filter NAME { … }` and `function NAME(…) { … }` declare policy.",
		"At a reconfiguration only what changed is touched. Of each option it is "
		"said "
		"what a change costs: it is applied as it is, or routes are passed "
		"through "
		"policy again, or the instance is restarted.",
	};
	for (size_t i = 0; i < ARRAY_SIZE(paragraphs); i++) {
		if (manual->form == MANUAL_MAN && i > 0) {
			text_add(manual->text, ".PP\n");
			manual->in_text = false;
		}
		paragraph(manual, paragraphs[i]);
	}
}

static void
protocol_write(struct manual *manual, const struct protocol_class *class)
{
	char title[96];
	text_format(title, sizeof(title), "Protocol %s", class->name);
	heading(manual, 2, title);
	class_doc(manual, class->doc, class->schema);
	if (class->families != 0) {
		struct text text = { .text = NULL };
		text_add(&text, "Channels:");
		for (int type = 0; type < NET_TYPES; type++)
			if ((class->families & NET_BIT(type)) != 0)
				text_printf(&text, " `%s`",
					    net_type_name((enum net_type)type));
		text_printf(&text, ". Preference of its routes: %u.", class->preference);
		paragraph(manual, text_string(&text));
		text_fini(&text);
	}
	if (class->schema != NULL && class->schema != &protocol_schema)
		schema_write(manual, class->schema, 2);
	if (class->channel_schema != NULL) {
		heading(manual, 3, "In its channels");
		schema_write(manual, class->channel_schema, 3);
	}
}

/* What the class is, unless its schema begins with the same words. */
static void
class_doc(struct manual *manual, const char *doc, const struct conf_schema *schema)
{
	if (doc == NULL || *doc == '\0')
		manual->silent++;
	else if (schema == NULL || schema->doc == NULL || strcmp(doc, schema->doc) != 0)
		paragraph(manual, doc);
}

static void
transport_write(struct manual *manual, const struct transport_class *class)
{
	char title[96];
	text_format(title, sizeof(title), "Transport %s", class->name);
	heading(manual, 2, title);
	class_doc(manual, class->doc, class->schema);
	if (class->schema != NULL && class->schema != &transport_schema)
		schema_write(manual, class->schema, 2);
}

/* ---- rows -----------------------------------------------------------------------------
 */

static void
schema_write(struct manual *manual, const struct conf_schema *schema, unsigned level)
{
	const struct conf_schema *whole = schema;
	void *presets = store_new(manual->arena, schema);
	if (schema->doc == NULL || *schema->doc == '\0')
		manual->silent++;
	else
		paragraph(manual, schema->doc);
	for (;
	     schema != NULL && schema != &protocol_schema && schema != &transport_schema;
	     schema = schema->base)
		for (const struct conf_item *item = schema->items;
		     item != NULL && item->pattern != NULL; item++)
			item_write(manual, item, presets);
	if (whole == &protocol_schema || whole == &transport_schema)
		for (const struct conf_item *item = whole->items;
		     item != NULL && item->pattern != NULL; item++)
			item_write(manual, item, presets);
	blocks_write(manual, whole, level + 1);
}

/* The blocks some rows open, each below a heading of its own. */
static void
blocks_write(struct manual *manual, const struct conf_schema *schema, unsigned level)
{
	for (const struct conf_item *item = schema->items;
	     item != NULL && item->pattern != NULL; item++) {
		bool opens = item->type == CONF_BLOCK || item->type == CONF_BLOCKS ||
			     item->type == CONF_INTERFACES || item->type == CONF_CALL;
		const struct conf_schema *inner = item->more;
		if (!opens || inner == NULL)
			continue;
		struct text title = { .text = NULL };
		text_printf(&title, "In `%.*s`", (int)strcspn(item->pattern, " @<[{("),
			    item->pattern);
		heading(manual, level, text_string(&title));
		text_fini(&title);
		schema_write(manual, inner, level);
	}
}

static void
statements_write(struct manual *manual, bool top)
{
	const struct conf_item *item;
	for (size_t i = 0; (item = statement_item(top, i)) != NULL; i++)
		item_write(manual, item, NULL);
}

static void
item_write(struct manual *manual, const struct conf_item *item, const void *presets)
{
	struct text syntax = { .text = NULL };
	syntax_write(&syntax, item);
	entry(manual, text_string(&syntax));
	text_fini(&syntax);
	if (item->doc == NULL || *item->doc == '\0')
		manual->silent++;
	else
		paragraph(manual, item->doc);
	if (presets != NULL)
		item_facts(manual, item, presets);
}

/* Range, preset, effect. */
static void
item_facts(struct manual *manual, const struct conf_item *item, const void *presets)
{
	static const char *const effects[] = {
		[CONF_LIVE] = "A change is applied as it is.",
		[CONF_REFEED] = "A change passes routes through again.",
		[CONF_RESTART] = "A change restarts the instance.",
	};
	struct text text = { .text = NULL };
	if (item->type == CONF_IGNORED || item->type == CONF_REFUSED) {
		paragraph(manual,
			  item->type == CONF_IGNORED
				  ? "Accepted for BIRD's configurations; does nothing."
				  : "Not available here.");
		return;
	}
	if (item->max > 0 && item->type != CONF_FLAGS) {
		text_add(&text, "From ");
		if (item->type == CONF_USEC) {
			print_time(&text, item->min);
			text_add(&text, " to ");
			print_time(&text, item->max);
		} else {
			text_printf(&text, "%" PRId64 " to %" PRId64, item->min,
				    item->max);
		}
		text_add(&text, ". ");
	}
	struct text *whole = manual->text;
	manual->text = &text;
	preset_write(manual, item, (const char *)presets + item->offset);
	manual->text = whole;
	text_add(&text, effects[item->effect]);
	paragraph(manual, text_string(&text));
	text_fini(&text);
}

static void
preset_write(struct manual *manual, const struct conf_item *item, const void *field)
{
	if (!has_preset(item, field))
		return;
	text_add(manual->text, "Preset: ");
	print_value(manual->text, item, field);
	text_add(manual->text, ". ");
}

static bool
has_preset(const struct conf_item *item, const void *field)
{
	switch (item->type) {
	case CONF_SWITCH:
	case CONF_ENUM:
	case CONF_FLAGS:
	case CONF_FILTER: return true;
	case CONF_U32: return *(const uint32_t *)field != 0;
	case CONF_U64: return *(const uint64_t *)field != 0;
	case CONF_USEC: return *(const usec_t *)field > 0;
	case CONF_STRING:
	case CONF_NAME:
	case CONF_TABLE: return *(const char *const *)field != NULL;
	case CONF_ADDR:
	case CONF_IP4:
	case CONF_PREFIX:
	case CONF_KEYWORD:
	case CONF_SECRET:
	case CONF_INTERFACES:
	case CONF_BLOCK:
	case CONF_BLOCKS:
	case CONF_CALL:
	case CONF_IGNORED:
	case CONF_REFUSED: break;
	}
	return false;
}

/* ---- patterns as people read them
 * --------------------------------------------------------- */

static void
syntax_write(struct text *text, const struct conf_item *item)
{
	for (const char *at = item->pattern; *at != '\0';)
		at += syntax_part(text, item, at);
}

/* One part of the notation; how many characters it was. */
static size_t
syntax_part(struct text *text, const struct conf_item *item, const char *at)
{
	if (*at == '@') {
		type_syntax(text, item);
		return 1;
	}
	if (strcmp(at, "{") == 0 || strcmp(at, "[{]") == 0) {
		text_add(text, *at == '{' ? "{ … }" : "[{ … }]");
		return strlen(at);
	}
	if (*at == '<') {
		size_t length = strcspn(at + 1, ":>");
		const char *end = strchr(at, '>');
		if (strncmp(at + 1, "switch", length) == 0)
			text_add(text, "[on|off]");
		else
			text_add(text, value_syntax(at + 1, length));
		return (size_t)(end - at) + 1;
	}
	if (*at == ':') {
		/* A tag. */
		return 1 + strspn(at + 1, "0123456789");
	}
	text_add_char(text, *at);
	return 1;
}

static const char *
value_syntax(const char *kind, size_t length)
{
	static const struct {
		const char *kind, *syntax;
	} kinds[] = {
		{ "number", "NUMBER" },
		{ "time", "TIME" },
		{ "string", "\"TEXT\"" },
		{ "name", "NAME" },
		{ "table", "NAME" },
		{ "addr", "ADDRESS" },
		{ "addr%", "ADDRESS[%INTERFACE]" },
		{ "prefix", "PREFIX" },
		{ "ip4", "IPV4-ADDRESS" },
		{ "bytes", "HEX" },
		{ "body", "{ filter statements }" },
		{ "expr", "CONDITION" },
		{ "filter", "(all|none|filter NAME|filter {…}|where CONDITION)" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strlen(kinds[i].kind) == length &&
		    strncmp(kinds[i].kind, kind, length) == 0)
			return kinds[i].syntax;
	return "VALUE";
}

static void
type_syntax(struct text *text, const struct conf_item *item)
{
	switch (item->type) {
	case CONF_SWITCH: text_add(text, "[on|off]"); break;
	case CONF_U32:
	case CONF_U64: text_add(text, "NUMBER"); break;
	case CONF_USEC: text_add(text, "TIME"); break;
	case CONF_STRING:
	case CONF_SECRET: text_add(text, "\"TEXT\""); break;
	case CONF_NAME:
	case CONF_TABLE: text_add(text, "NAME"); break;
	case CONF_ADDR: text_add(text, "ADDRESS"); break;
	case CONF_IP4: text_add(text, "IPV4-ADDRESS"); break;
	case CONF_PREFIX: text_add(text, "PREFIX"); break;
	case CONF_ENUM: words_syntax(text, item->more); break;
	case CONF_FLAGS:
		text_add(text, "all|off|{ ");
		words_syntax(text, item->more);
		text_add(text, ", … }");
		break;
	case CONF_FILTER: text_add(text, value_syntax("filter", 6)); break;
	case CONF_INTERFACES: text_add(text, "[-]\"PATTERN\" [PREFIX], …"); break;
	case CONF_IGNORED:
	case CONF_REFUSED: text_add(text, "…"); break;
	case CONF_KEYWORD:
	case CONF_BLOCK:
	case CONF_BLOCKS:
	case CONF_CALL: break;
	}
}

static void
words_syntax(struct text *text, const struct conf_word *words)
{
	for (const char *joint = ""; words->name != NULL; words++, joint = "|")
		text_printf(text, "%s%s", joint, words->name);
}

/* ---- forms
 * ---------------------------------------------------------------------------------- */

static void
heading(struct manual *manual, unsigned level, const char *title)
{
	struct text *text = manual->text;
	manual->in_text = false;
	if (manual->form == MANUAL_MAN) {
		text_add(text, level <= 2 ? ".SH " : ".SS ");
		man_text(text, title);
		text_add_char(text, '\n');
		return;
	}
	for (unsigned i = 0; i < level; i++)
		text_add_char(text, '#');
	text_printf(text, " %s\n\n", title);
}

static void
paragraph(struct manual *manual, const char *words)
{
	if (manual->form == MANUAL_MAN) {
		if (manual->in_text)
			text_add(manual->text, ".br\n");
		man_text(manual->text, words);
		text_add_char(manual->text, '\n');
		manual->in_text = true;
	} else {
		text_printf(manual->text, "%s\n\n", words);
	}
}

static void
entry(struct manual *manual, const char *syntax)
{
	manual->in_text = false;
	if (manual->form == MANUAL_MAN) {
		text_add(manual->text, ".TP\n.B ");
		man_text(manual->text, syntax);
		text_add_char(manual->text, '\n');
	} else {
		text_printf(manual->text, "**`%s`**\n\n", syntax);
	}
}

/* Backslashes, leading dots and dashes mean something to troff; backquotes nothing to
 * people. */
static void
man_text(struct text *to, const char *text)
{
	for (bool begins = true; *text != '\0'; begins = false, text++) {
		if (begins && (*text == '.' || *text == '\''))
			text_add(to, "\\&");
		if (*text == '\\')
			text_add(to, "\\e");
		else if (*text == '-')
			text_add(to, "\\-");
		else if (*text == '"')
			text_add(to, "\\(dq");
		else if (*text != '`')
			text_add_char(to, *text);
	}
}
