/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The policy language within a configuration: its declarations, and pieces of statements
 * that are values, filters or conditions in it.
 */
#include "conf/code.h"

#include "conf/commit.h"
#include "conf/expect.h"
#include "conf/lint.h"
#include "conf/reader.h"
#include "lib/arena.h"
#include "nest/module.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include <string.h>

/* A filter that was written in place.  The text of a template is read again and again,
 * and what is in it is not compiled again. */
struct body {
	uint32_t offset;
	const struct filter *filter;
};

/* Those of a source, as they stand in it: it is read from front to back. */
struct bodies {
	struct body *list;
	size_t count, room;
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
	       (piece->kind != PIECE_SCOPED || value.type == VALUE_IP) &&
	       piece_of_value(piece, &value);
}

void
code_take_value(struct reader *reader, struct ast_node *expr)
{
	struct piece piece = { .kind = PIECE_OTHER };
	struct value value;
	struct place end = scanner_place(&reader->scanner);
	piece.source = end.source;
	piece.offset = reader->lexer.brackets.place.offset;
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
	if (piece->filter == NULL || scanner_is_replaying(&reader->scanner))
		return;
	while (reader->bodies_count <= piece->source) {
		reader->bodies =
			arena_grow(reader->scratch, reader->bodies, reader->bodies_count,
				   &reader->bodies_room, sizeof(*reader->bodies));
		reader->bodies[reader->bodies_count++] = (struct bodies){ .count = 0 };
	}
	struct bodies *bodies = &reader->bodies[piece->source];
	bodies->list = arena_grow(reader->scratch, bodies->list, bodies->count,
				  &bodies->room, sizeof(*bodies->list));
	bodies->list[bodies->count++] =
		(struct body){ .offset = piece->offset, .filter = piece->filter };
}

static const struct filter *
body_find(const struct reader *reader, const struct place *place)
{
	if (place->source >= reader->bodies_count)
		return NULL;
	const struct bodies *bodies = &reader->bodies[place->source];
	size_t first = 0, end = bodies->count;
	while (first < end) {
		size_t middle = first + (end - first) / 2;
		if (bodies->list[middle].offset == place->offset)
			return bodies->list[middle].filter;
		if (bodies->list[middle].offset < place->offset)
			first = middle + 1;
		else
			end = middle;
	}
	return NULL;
}

void
code_take_body(struct reader *reader, struct ast_node *statements)
{
	struct place end = scanner_place(&reader->scanner);
	struct piece piece = { .kind = PIECE_FILTER };
	piece.source = end.source;
	piece.offset = reader->lexer.brackets.place.offset;
	piece.length = 1;
	struct ast_place place = reader_place(reader, &piece);
	struct ast_node *block = ast_block(&reader->ast, place, statements);
	/* `filter {` takes verdicts; another body sets attributes. */
	const struct piece *last = &reader->pieces[reader->piece_count - 1];
	bool is_filter = piece_is(last, "filter");
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
code_take_where(struct reader *reader, struct ast_node *expr)
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
code_take_again(struct reader *reader, enum piece_kind kind, const struct place *place)
{
	if (!scanner_is_replaying(&reader->scanner))
		return false;
	const struct filter *filter = body_find(reader, place);
	struct piece piece = { .kind = (uint8_t)kind,
			       .source = place->source,
			       .offset = place->offset,
			       .length = 1,
			       .filter = filter };
	return filter != NULL && reader_take(reader, &piece);
}

/* ---- declarations
 * ----------------------------------------------------------------------------- */

void
code_define(struct reader *reader, const struct lexed *name, struct ast_node *expr)
{
	policy_define(reader->policy, &name->place, name->word, expr);
	arena_reset(reader->trees);
}

void
code_function(struct reader *reader, struct ast_function *function)
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
code_eval(struct reader *reader, struct ast_node *expr)
{
	struct value value;
	if (expr != NULL)
		policy_compute(reader->policy, expr, &value);
	arena_reset(reader->trees);
}

void
code_attribute(struct reader *reader, struct ast_node *type, const struct lexed *name)
{
	policy_add_attribute(reader->policy, &name->place, name->word, type, NULL);
	arena_reset(reader->trees);
}

void
code_attribute_of(struct reader *reader, const struct lexed *protocol,
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
