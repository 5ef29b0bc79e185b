/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The policy language within a configuration: its declarations, and pieces of statements
 * that are values, filters or conditions in it.
 */
#include "conf/reader.h"

#include "conf/commit.h"
#include "lib/arena.h"
#include "nest/module.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include <string.h>

/* A filter that was written in place.  The text of a template is read again and again,
 * and what is in it is not compiled again. */
struct body {
	struct hash_node node;
	struct place place;
	const struct filter *filter;
};

/* ---- what the language asks
 * ------------------------------------------------------------------------- */

static void
filter_complain(void *context, enum ast_severity severity, const struct ast_place *place,
		const char *text, const char *hint)
{
	struct reader *reader = context;
	/* What is odd about code that is wrong, is odd because of that. */
	if (severity == AST_WARNING && reader->complaints.errors > reader->errors_before)
		return;
	struct source_place where = { .file = place->file,
				      .line = place->line,
				      .column = place->column };
	complain_at(&reader->complaints, severity == AST_WARNING, &where, place->length,
		    hint, text);
}

static int
table_type_of(void *context, const char *name)
{
	const struct reader *reader = context;
	struct named *named = named_find(reader, NAMED_TABLE, name);
	if (named != NULL)
		named->used = true;
	if (named != NULL || !reader->is_expression)
		return named != NULL ? named->table.net_type : -1;
	list_each(entry, &reader->router->tables, struct table_entry, link)
		if (strcmp(table_name(entry->table), name) == 0)
			return (int)table_type(entry->table);
	return -1;
}

/* Who typed an expression sees it; what a configuration prints is for the log. */
static void
printed(void *context, const char *line)
{
	struct reader *reader = context;
	if (reader->is_expression)
		text_printf(&reader->printed, "%s%s",
			    reader->printed.length > 0 ? "\n" : "", line);
	else if (reader->router != NULL)
		router_log(reader->router, LOG_INFO, "%s", line);
}

static const char *
name_hint(void *context, const char *name)
{
	return lint_name(context, name);
}

void
code_begin(struct reader *reader)
{
	struct router *router = reader->router;
	struct policy_world world = { .router = router,
				      .table_type = table_type_of,
				      .name_hint = name_hint,
				      .print = printed,
				      .context = reader };
	const struct config *base = reader->is_expression ? router->config : NULL;
	const struct conf_kept *known = base != NULL ? base->kept : NULL;
	ast_init(&reader->ast, reader->trees, filter_complain, reader);
	reader->policy = known != NULL ? policy_new_above(reader->arena, &reader->ast,
							  &world, known->policy)
				       : policy_new(reader->arena, &reader->ast, &world);
}

/* ---- pieces
 * ----------------------------------------------------------------------------------- */

/* False if no row takes such a value. */
static bool
piece_of_value(struct piece *piece, const struct value *value)
{
	switch ((enum value_type)value->type) {
	case VALUE_BOOL:
		piece->kind = PIECE_NUMBER;
		piece->number = value->truth;
		return true;
	case VALUE_INT:
		piece->kind = PIECE_NUMBER;
		piece->number = value->number;
		return true;
	case VALUE_QUAD:
		piece->kind = PIECE_ADDR;
		piece->addr = addr_from_ip4(value->number);
		return true;
	case VALUE_IP:
		piece->kind = PIECE_ADDR;
		piece->addr = value->addr;
		return true;
	case VALUE_PREFIX:
		piece->kind = PIECE_PREFIX;
		piece->prefix = value->prefix;
		return true;
	case VALUE_STRING:
		piece->kind = PIECE_STRING;
		piece->text = value->bytes;
		piece->text_length = value->size;
		return true;
	case VALUE_VOID:
	case VALUE_PAIR:
	case VALUE_BYTES:
	case VALUE_ENUM:
	case VALUE_EC:
	case VALUE_LC:
	case VALUE_PATH:
	case VALUE_PATH_MASK:
	case VALUE_CLIST:
	case VALUE_ECLIST:
	case VALUE_LCLIST:
	case VALUE_ID:
	case VALUE_SET:
	case VALUE_PREFIX_SET:
	case VALUE_TYPES: break;
	}
	return false;
}

bool
code_constant(struct reader *reader, struct piece *piece)
{
	char name[64];
	struct value value;
	return piece->text_length < sizeof(name) &&
	       text_format(name, sizeof(name), "%.*s", (int)piece->text_length,
			   piece->text) &&
	       policy_constant(reader->policy, name, &value) &&
	       piece_of_value(piece, &value);
}

void
reader_take_value(struct reader *reader, struct ast_node *expr)
{
	struct piece piece = { .kind = PIECE_OTHER };
	struct value value;
	struct place end = scanner_place(&reader->scanner);
	piece.source = end.source;
	piece.offset = reader->lexer.brackets_place.offset;
	piece.length = end.offset + end.length - piece.offset;
	if (expr == NULL || !policy_evaluate(reader->policy, expr, &value)) {
		reader->skipping = true;
		return;
	}
	arena_reset(reader->trees);
	if (!piece_of_value(&piece, &value)) {
		struct place place = piece_place(&piece);
		complain(&reader->complaints, &place, NULL,
			 "no option takes a value of type %s",
			 value_type_name(value.type));
		reader->skipping = true;
		return;
	}
	if (reader->skipping)
		return;
	if (!reader_take(reader, &piece) && !reader->skipping) {
		expect_complain(reader, &piece);
		reader->skipping = true;
	}
}

static void
body_keep(struct reader *reader, const struct piece *piece)
{
	if (piece->filter == NULL)
		return;
	struct body *body = arena_alloc(reader->scratch, sizeof(*body));
	body->place = piece_place(piece);
	body->filter = piece->filter;
	uint64_t key = (uint64_t)piece->source << 32 | piece->offset;
	hash_insert(&reader->bodies, &body->node, (uint32_t)hash_mix(key));
}

void
reader_take_body(struct reader *reader, struct ast_node *statements)
{
	struct place end = scanner_place(&reader->scanner);
	struct piece piece = { .kind = PIECE_FILTER };
	piece.source = end.source;
	piece.offset = reader->lexer.brackets_place.offset;
	piece.length = 1;
	struct ast_place place = reader_place(reader, &piece);
	struct ast_node *block = ast_block(&reader->ast, place, statements);
	/* `filter {` takes verdicts; another body sets attributes. */
	const struct piece *last = &reader->pieces[reader->piece_count - 1];
	bool is_filter = last->kind == PIECE_WORD && last->text_length == 6 &&
			 memcmp(last->text, "filter", 6) == 0;
	if (is_filter)
		piece.filter = policy_compile_filter(
			reader->policy,
			ast_filter(&reader->ast, place, NULL, NULL, block));
	else
		piece.filter = policy_compile_block(reader->policy, block);
	arena_reset(reader->trees);
	body_keep(reader, &piece);
	if (!reader_take(reader, &piece))
		reader->skipping = true;
}

void
reader_take_where(struct reader *reader, struct ast_node *expr)
{
	struct piece piece = { .kind = PIECE_WHERE };
	const struct piece *last = &reader->pieces[reader->piece_count - 1];
	piece.source = last->source;
	piece.offset = last->offset;
	piece.length = last->length;
	if (expr != NULL)
		piece.filter = policy_compile_where(reader->policy, expr);
	arena_reset(reader->trees);
	body_keep(reader, &piece);
	if (!reader_take(reader, &piece))
		reader->skipping = true;
}

bool
reader_take_again(struct reader *reader, enum piece_kind kind, const struct place *place)
{
	uint32_t key = (uint32_t)hash_mix((uint64_t)place->source << 32 | place->offset);
	for (struct hash_node *node = hash_find(&reader->bodies, key); node != NULL;
	     node = hash_find_next(node)) {
		const struct body *body = container_of(node, struct body, node);
		if (body->place.source != place->source ||
		    body->place.offset != place->offset)
			continue;
		struct piece piece = { .kind = (uint8_t)kind,
				       .source = place->source,
				       .offset = place->offset,
				       .length = 1,
				       .filter = body->filter };
		return reader_take(reader, &piece);
	}
	return false;
}

/* ---- declarations
 * ----------------------------------------------------------------------------- */

void
reader_define(struct reader *reader, const struct lexed *name, struct ast_node *expr)
{
	policy_define(reader->policy, &name->place, name->word, expr);
	arena_reset(reader->trees);
}

void
reader_function(struct reader *reader, struct ast_function *function)
{
	if (function != NULL && function->is_filter)
		policy_add_filter(reader->policy, function);
	else if (function != NULL)
		policy_add_function(reader->policy, function);
	/* Whatever it was, the function is not what it was meant to be. */
	if (function != NULL && reader->complaints.errors > reader->errors_before)
		policy_spoil(reader->policy, function->name,
			     complaint_after(&reader->complaints, reader->errors_before));
	arena_reset(reader->trees);
}

void
reader_eval(struct reader *reader, struct ast_node *expr)
{
	struct value value;
	if (expr != NULL)
		policy_compute(reader->policy, expr, &value);
	arena_reset(reader->trees);
}

void
reader_attribute(struct reader *reader, struct ast_node *type, const struct lexed *name)
{
	policy_add_attribute(reader->policy, &name->place, name->word, type, NULL);
	arena_reset(reader->trees);
}

void
reader_attribute_of(struct reader *reader, const struct lexed *protocol,
		    const struct lexed *number, struct ast_node *type,
		    const struct lexed *name)
{
	const struct protocol_class *class =
		reader->router != NULL
			? module_find_protocol(reader->router, protocol->word)
			: NULL;
	bool is_known = class != NULL && class->attr_numbered != NULL;
	struct attr_class like = { .name = NULL };
	if (!is_known)
		ast_error(&reader->ast, &protocol->place, NULL,
			  "attributes have numbers in protocol bgp only");
	if (number->value.number < 1 || number->value.number > UINT8_MAX) {
		ast_error(&reader->ast, &number->place, NULL,
			  "this must be from 1 to 255");
		is_known = false;
	}
	if (type != NULL && type->type.base != VALUE_BYTES)
		ast_error(&reader->ast, &type->place, NULL,
			  "such an attribute is a bytestring");
	if (is_known) {
		like = *class->attr_numbered;
		like.number = (uint8_t)number->value.number;
		const char *taken = class->attr_number_taken(like.number);
		if (taken != NULL)
			ast_error(&reader->ast, &number->place, NULL,
				  "that is %s, which needs no declaration", taken);
	}
	policy_add_attribute(reader->policy, &name->place, name->word, type,
			     is_known ? &like : NULL);
	arena_reset(reader->trees);
}
