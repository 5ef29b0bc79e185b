/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the writer of a wrong statement likely meant.
 */
#include "conf/hint.h"

#include "conf/foreign.h"
#include "conf/reader.h"
#include "lib/arena.h"
#include "lib/macros.h"
#include "lib/text.h"
#include "nest/channel.h"
#include "nest/module.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include <string.h>

#define BIRD1   "this is BIRD 1 syntax; "
#define INCLUDE "write the name of the file in quotes: include \"…\";"
#define BABELD  "this looks like babeld's language; here it is `protocol babel { … }`"
#define FRR     "this looks like the language of FRR; meshd reads that of BIRD"

static const char *known_word(const struct block *block, const char *word);
static const char *outer_block(struct reader *reader, const char *word);
static const char *channel_row(struct reader *reader, const char *word);
static const char *inner_block(struct reader *reader, const char *word);
static const char *other_class(struct reader *reader, const char *word);
static const char *place_in_class(struct reader *reader,
				  const struct protocol_class *class, const char *word);
static const char *opener_of(const struct conf_schema *schema, const char *word);
static bool schema_begins(const struct conf_schema *schema, const char *word);
static bool pattern_begins(const char *pattern, const char *word);
static const char *family_word(const struct protocol_class *class);
static const char *unavailable_class(struct reader *reader, const struct piece *piece);
static const char *known_piece(const struct reader *reader, const char *word);
static const char *value_form(struct reader *reader, const struct piece *piece,
			      const char *word);

const char *
hint_word(struct reader *reader, const char *word)
{
	const struct block *block = reader_block(reader);
	const char *hint = known_word(block, word);
	if (hint == NULL)
		hint = outer_block(reader, word);
	if (hint == NULL && block->protocol != NULL)
		hint = channel_row(reader, word);
	if (hint == NULL)
		hint = inner_block(reader, word);
	if (hint == NULL)
		hint = other_class(reader, word);
	return hint;
}

const char *
hint_dash(struct reader *reader, const struct piece *piece)
{
	static const char *const babeld[] = { "local-",  "skip-",   "random-",
					      "allow-",  "kernel-", "import-",
					      "export-", "state-",  "protocol-",
					      "keep-",   "link-",   "default-" };
	for (size_t i = 0; i < ARRAY_SIZE(babeld) && reader->depth == 1; i++)
		if (strncmp(babeld[i], piece->text, strlen(babeld[i])) == 0)
			return BABELD;
	return "an option's words stand apart, without `-`";
}

const char *
hint_piece(struct reader *reader, const struct piece *piece, const char *word)
{
	const struct piece *first = &reader->pieces[0];
	const char *hint = known_piece(reader, word);
	if (hint == NULL && piece_is(first, "neighbor") &&
	    (reader_block(reader)->kind == BLOCK_TOP || piece_is(piece, "as")))
		hint = other_class(reader, "neighbor");
	if (hint == NULL && reader->piece_count > 1 &&
	    (piece_is(first, "protocol") || piece_is(first, "template")))
		hint = unavailable_class(reader, &reader->pieces[1]);
	return hint != NULL ? hint : value_form(reader, piece, word);
}

const char *
hint_mark(const struct piece *piece)
{
	switch (piece->mark) {
	case '/': return "comments begin with `#`, or stand between `/*` and `*/`";
	case '[':
		return "this looks like a file of wg-quick; meshd reads BIRD's language";
	case '!': return FRR;
	default: return NULL;
	}
}

static bool
is_reserved(const struct piece *piece)
{
	static const char *const words[] = { "if",     "then",   "else",  "case",
					     "for",    "in",     "do",    "return",
					     "accept", "reject", "print", "printn",
					     "true",   "false" };
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (piece_is(piece, words[i]))
			return true;
	return false;
}

/* A name follows this word. */
static bool
before_names(const char *text, size_t length)
{
	static const char *const words[] = { "filter", "function", "define" };
	char word[16];
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i]) == length && memcmp(words[i], text, length) == 0)
			return true;
	return text_format(word, sizeof(word), "%.*s", (int)length, text) &&
	       ast_names_type(word);
}

static char
bracket_missing(const struct reader *reader, const struct piece *piece)
{
	static const char *const words[] = { "then", "do", "else", "accept", "reject" };
	const struct lexer *lexer = &reader->lexer;
	bool ends = piece->mark == ';' || piece->mark == '{';
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		ends |= piece_is(piece, words[i]);
	char last = lexer->brackets.count > 0
			    ? lexer->brackets.open[lexer->brackets.count - 1]
			    : '\0';
	return !ends         ? '\0'
	       : last == '(' ? ')'
	       : last == '[' ? ']'
	       : last == 'l' ? '}'
	       : last == 'm' ? '='
			     : '\0';
}

const char *
hint_filter(const struct reader *reader, const struct piece *piece)
{
	const struct place *before = &reader->lexer.before;
	const char *text = reader->sources.list[before->source].text + before->offset;
	switch (bracket_missing(reader, piece)) {
	case ')': return "`)` is missing before it";
	case ']': return "`]` is missing before it";
	case '}': return "`}` is missing before it";
	case '=': return "`=]` is missing before it";
	default: break;
	}
	if (piece->mark == '/' && before->length == 1 && *text == '~')
		return "a path mask is written `[= … =]`";
	const struct lexer *lexer = &reader->lexer;
	bool in_set = brackets_are_in(&lexer->brackets, '[');
	if (!in_set && before->length == 1 && (*text == '+' || *text == '-') &&
	    before->offset > 0 && text[-1] >= '0' && text[-1] <= '9')
		return "a pattern of prefixes stands in a set: `[ … ]`";
	if (is_reserved(piece) && before_names(text, before->length))
		return arena_printf(reader->scratch,
				    "this word is taken; quote it: '%.*s'",
				    (int)piece->text_length, piece->text);
	if (piece_is(piece, "and"))
		return "it is written `&&`";
	if (piece_is(piece, "or"))
		return "it is written `||`";
	if (before->length == 3 && memcmp(text, "not", 3) == 0)
		return "`not` is written `!`";
	if (before->length == 5 && memcmp(text, "while", 5) == 0)
		return "there is no `while`; `for … in … do …` walks a list";
	return NULL;
}

bool
hint_declare(struct reader *reader, const struct piece *word, const struct piece *piece)
{
	bool is_roa = piece_is(word, "roa");
	if (reader->depth > 1 || (!is_roa && !piece_is(word, "table")) ||
	    piece->kind > PIECE_QUOTED || piece_is(piece, "table"))
		return false;
	const char *name =
		arena_strndup(reader->scratch, piece->text, piece->text_length);
	struct place place = piece_place(piece);
	if (named_find(reader, NAMED_TABLE, name) != NULL)
		return true;
	struct named *named = named_add(reader, NAMED_TABLE, name, &place);
	named->table.net_type = is_roa ? NET_ROA4 : NET_IP4;
	named->is_bad = true;
	return true;
}

/* ---- where a word would be right
 * ---------------------------------------------------------- */

/* Words that were options once, or are others' language. */
static const char *
known_word(const struct block *block, const char *word)
{
	static const struct {
		enum block_kind kind;
		const char *class; /* Null: any. */
		const char *word, *hint;
	} known[] = {
		{ BLOCK_TOP, NULL, "table", BIRD1 "say what it holds: `ipv4 table …;`" },
		{ BLOCK_TOP, NULL, "roa",
		  BIRD1
		  "write `roa4 table …;`, and what it holds as routes of a `protocol "
		  "static { roa4 { table …; }; … }`" },
		{ BLOCK_TOP, NULL, "listen",
		  BIRD1 "address and port are said in each protocol" },
		{ BLOCK_TOP, NULL, "thread",
		  "this is BIRD 3 syntax; there are no thread groups here: leave it "
		  "out" },
		{ BLOCK_TABLE, NULL, "thread",
		  "this is BIRD 3 syntax; there are no thread groups here: leave it "
		  "out" },
		{ BLOCK_TOP, NULL, "redistribute", BABELD },
		{ BLOCK_TOP, NULL, "in", BABELD },
		{ BLOCK_TOP, NULL, "out", BABELD },
		{ BLOCK_TOP, NULL, "install", BABELD },
		{ BLOCK_TOP, NULL, "ip", FRR },
		{ BLOCK_TOP, NULL, "network", FRR },
		{ BLOCK_TOP, NULL, "include", INCLUDE },
		{ BLOCK_PROTOCOL, NULL, "include", INCLUDE },
		{ BLOCK_CHANNEL, NULL, "include", INCLUDE },
		{ BLOCK_STRUCT, NULL, "include", INCLUDE },
		{ BLOCK_TABLE, NULL, "roa",
		  BIRD1 "entries are routes of a `protocol static { roa4 { table …; }; … "
			"}`" },
		{ BLOCK_PROTOCOL, NULL, "device",
		  BIRD1 "use `protocol direct` for networks on link" },
		{ BLOCK_PROTOCOL, "device", "primary",
		  BIRD1 "write `interface \"…\" { preferred …; };`" },
		{ BLOCK_PROTOCOL, "pipe", "mode",
		  BIRD1 "pipes pass all attributes on now: leave it out" },
		{ BLOCK_PROTOCOL, "bgp", "route",
		  BIRD1 "the limit is a channel's: `ipv4 { import limit …; };`" },
		{ BLOCK_PROTOCOL, "bgp", "start",
		  BIRD1 "it is called `connect delay time` now" },
	};
	const char *class =
		block->kind == BLOCK_PROTOCOL ? block->protocol->class->name : "";
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (known[i].kind == block->kind && strcmp(known[i].word, word) == 0 &&
		    (known[i].class == NULL || strcmp(known[i].class, class) == 0))
			return known[i].hint;
	return NULL;
}

/* It begins a statement of a block around this one. */
static const char *
outer_block(struct reader *reader, const char *word)
{
	struct piece piece = { .kind = PIECE_WORD,
			       .text = word,
			       .text_length = (uint32_t)strlen(word) };
	for (size_t i = reader->depth - 1; i-- > 0;) {
		struct rows *rows = reader->blocks[i].rows;
		rows_find_keyword(rows, &piece);
		if (!reader_begins(reader, i, &piece) ||
		    rows_is_refused(rows, rows_step(rows, ROWS_START, &piece)))
			continue;
		if (i == 0)
			return "it stands outside of all blocks";
		return reader_block(reader)->kind == BLOCK_CHANNEL
			       ? "it stands in the protocol's block, outside of the "
				 "channel"
			       : "it stands in the block around this one";
	}
	return NULL;
}

/* In a protocol, as it was in BIRD 1. */
static const char *
channel_row(struct reader *reader, const char *word)
{
	const struct block *block = reader_block(reader);
	const struct protocol_class *class = block->protocol->class;
	if (block->kind == BLOCK_CHANNEL || block->kind == BLOCK_TABLE)
		return NULL;
	if (!schema_begins(class->channel_schema, word) &&
	    !schema_begins(&channel_schema, word))
		return NULL;
	return arena_printf(reader->scratch, "%sit belongs in a channel: `%s { %s …; };`",
			    block->kind == BLOCK_PROTOCOL ? BIRD1 : "",
			    family_word(class), word);
}

/* It begins a statement of a block that rows of this one open. */
static const char *
inner_block(struct reader *reader, const char *word)
{
	const struct block *block = reader_block(reader);
	for (unsigned i = 0; i < TARGETS; i++) {
		const char *opener = opener_of(block->inside[i], word);
		if (opener != NULL)
			return arena_printf(reader->scratch,
					    "it stands in a block: `%.*s … { %s …; }`",
					    (int)strcspn(opener, " @<[{("), opener, word);
	}
	return NULL;
}

/* Of which protocols it is an option, or which one it is itself. */
static const char *
other_class(struct reader *reader, const char *word)
{
	const struct block *block = reader_block(reader);
	const struct router *router = reader->router;
	if (block->kind != BLOCK_TOP && block->kind != BLOCK_PROTOCOL)
		return NULL;
	bool is_top = block->kind == BLOCK_TOP;
	if (is_top && router != NULL && module_find_protocol(router, word) != NULL)
		return arena_printf(reader->scratch, "did you mean `protocol %s`?", word);
	if (is_top && schema_begins(&channel_schema, word))
		return arena_printf(reader->scratch,
				    "it stands in a channel of a protocol: `protocol … { "
				    "ipv4 { %s …; }; }`",
				    word);
	for (size_t i = 0; router != NULL && i < router->module_count; i++)
		for (const struct protocol_class *const *class =
			     router->modules[i]->protocols;
		     class != NULL && *class != NULL; class ++) {
			const char *place = place_in_class(reader, *class, word);
			if (place != NULL && is_top)
				return arena_printf(reader->scratch,
						    "it stands in a protocol: `%s`",
						    place);
			/* One that has all of its options and more says nothing. */
			if (place != NULL && *class != block->protocol->class &&
			    (*class)->schema->base != block->protocol->class->schema)
				return arena_printf(
					reader->scratch,
					"it is an option of protocol %s, not of %s",
					(*class)->name, block->protocol->class->name);
		}
	if (is_top && schema_begins(&protocol_schema, word))
		return arena_printf(reader->scratch,
				    "it stands in a protocol: `protocol … { %s …; }`",
				    word);
	return NULL;
}

/* "protocol babel { interface … { hello …; } }" */
static const char *
place_in_class(struct reader *reader, const struct protocol_class *class,
	       const char *word)
{
	for (const struct conf_schema *schema = class->schema;
	     schema != NULL && schema != &protocol_schema; schema = schema->base) {
		struct conf_schema own = *schema;
		own.base = NULL;
		if (schema_begins(&own, word))
			return arena_printf(reader->scratch, "protocol %s { %s …; }",
					    class->name, word);
	}
	const char *opener = opener_of(class->schema, word);
	if (opener == NULL)
		return NULL;
	return arena_printf(reader->scratch, "protocol %s { %.*s … { %s …; } }",
			    class->name, (int)strcspn(opener, " @<[{("), opener, word);
}

/* The pattern of the row whose block has rows that begin with a word. */
static const char *
opener_of(const struct conf_schema *schema, const char *word)
{
	for (; schema != NULL; schema = schema->base)
		for (const struct conf_item *outer = schema->items;
		     outer != NULL && outer->pattern != NULL; outer++) {
			bool opens = outer->type == CONF_INTERFACES ||
				     outer->type == CONF_BLOCK ||
				     outer->type == CONF_BLOCKS;
			if (opens && schema_begins(outer->more, word))
				return outer->pattern;
		}
	return NULL;
}

static bool
schema_begins(const struct conf_schema *schema, const char *word)
{
	for (; schema != NULL; schema = schema->base)
		for (const struct conf_item *item = schema->items;
		     item != NULL && item->pattern != NULL; item++)
			if (pattern_begins(item->pattern, word))
				return true;
	return false;
}

/* The word is the first of a pattern, or of one of the alternatives it begins with. */
static bool
pattern_begins(const char *pattern, const char *word)
{
	size_t length = strlen(word);
	bool alternatives = pattern[0] == '(';
	for (pattern += alternatives ? 2 : 0;;) {
		if (strncmp(pattern, word, length) == 0 &&
		    strchr(" :", pattern[length]) != NULL)
			return true;
		size_t next = alternatives ? strcspn(pattern, "|)") : 0;
		if (next == 0 || pattern[next] != '|')
			return false;
		pattern += next + 1;
		pattern += *pattern == ' ';
	}
}

static const char *
family_word(const struct protocol_class *class)
{
	for (int type = 0; type < NET_TYPES; type++)
		if ((class->families & NET_BIT(type)) != 0)
			return net_type_name((enum net_type)type);
	return "ipv4";
}

/* `protocol ospf v3 name {` */
static const char *
unavailable_class(struct reader *reader, const struct piece *piece)
{
	const char *name =
		arena_strndup(reader->scratch, piece->text, piece->text_length);
	const struct foreign_protocol *foreign = foreign_find(name);
	return foreign == NULL ? NULL
			       : arena_printf(reader->scratch,
					      "protocol %s is not available here; %s",
					      name, foreign->instead);
}

/* ---- pieces in the wrong place
 * ------------------------------------------------------------ */

/* By the first word of the statement. */
static const char *
known_piece(const struct reader *reader, const char *word)
{
	static const struct {
		const char *first, *word, *hint;
	} known[] = {
		{ "route", "drop", BIRD1 "write `blackhole`" },
		{ "router", "bgp", FRR },
		{ "router", "ospf", FRR },
		{ "router", "babel", FRR },
		{ "multihop", "via",
		  BIRD1 "write `multihop N;` and `source address …;`" },
		{ "import", "exceed", BIRD1 "it is called `action` now" },
		{ "interface", "type", BABELD },
	};
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (strcmp(known[i].word, word) == 0 &&
		    piece_is(&reader->pieces[0], known[i].first))
			return known[i].hint;
	return NULL;
}

/* The right value in the wrong form. */
static const char *
value_form(struct reader *reader, const struct piece *piece, const char *word)
{
	struct rows *rows = reader_block(reader)->rows;
	bool takes_string = rows_takes(rows, reader->state, PIECE_STRING);
	if (piece->kind == PIECE_NUMBER && piece->text != NULL &&
	    piece->text[piece->length] == '.' &&
	    (rows_takes(rows, reader->state, PIECE_ADDR) ||
	     rows_takes(rows, reader->state, PIECE_PREFIX)))
		return "an IPv4 address has four numbers: 10.0.0.0";
	if (piece->kind == PIECE_ADDR && piece->scope == NULL &&
	    rows_takes(rows, reader->state, PIECE_PREFIX))
		return arena_printf(reader->scratch, "did you mean `%s/%u`?", word,
				    addr_is_ip4(piece->addr) ? 32u : 128u);
	if (piece->kind == PIECE_PREFIX && rows_takes(rows, reader->state, PIECE_ADDR))
		return arena_printf(reader->scratch,
				    "an address without its length: `%.*s`",
				    (int)strcspn(word, "/"), word);
	if (piece->kind == PIECE_WORD && takes_string)
		return arena_printf(reader->scratch, "write it in quotes: \"%s\"", word);
	if (piece->kind == PIECE_STRING && rows_takes(rows, reader->state, PIECE_WORD))
		return arena_printf(reader->scratch, "write it without quotes: %s", word);
	return NULL;
}
