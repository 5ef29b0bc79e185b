/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replies in BIRD's control protocol: codes and continuation of lines, and gathering a
 * row whole before its layout makes lines of it.  What has no layout gets one from its
 * columns here.
 */
#include "nest/bird/bird.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "lib/mem.h"
#include "lib/text.h"
#include "nest/attr.h"
#include "nest/command.h"
#include "nest/reply.h"
#include "nest/router.h"

#define TITLES 16

struct bird_reply {
	struct out base;
	struct text *to;
	const struct command_call *call;
	unsigned code; /* Of the line before; 0: none. */
	struct text line;
	/* The last line, as far as is known. */
	struct text held;
	unsigned held_code; /* 0: none. */
	/* The row, object or list that is being gathered. */
	struct bird_node *nodes;
	size_t count, room;
	size_t open[OUT_DEPTH]; /* By depth: its node. */
	struct text strings;    /* Till it is whole, strings are places here, plus 1. */
	/* The table it is of. */
	const char *table;
	const struct out_column *columns;
	size_t column_count;
	bool headed;
	struct text before; /* A layout's. */
	/* Names of attributes that were looked up, by the place of the name. */
	struct {
		const char *name, *title;
	} titles[TITLES];
};

static void reply_emit(struct out *out, const struct out_item *item);
static void reply_free(struct out *out);
static void open_thing(struct bird_reply *reply, const struct out_item *item);
static void close_thing(struct bird_reply *reply, enum out_event event);
static bool is_whole(const struct bird_reply *reply, enum out_event event);
static struct bird_node *node_add(struct bird_reply *reply, const struct out_item *item);
static const struct bird_layout *layout_of(const struct bird_reply *reply);
static void node_show(struct bird_reply *reply);
static void title(struct bird_reply *reply, const char *string);
static void message(struct bird_reply *reply, const struct out_item *item);
static void complaint(struct bird_reply *reply, const struct bird_node *node);
static void rows_line(struct bird_reply *reply, const struct bird_node *row);
static void columns_line(struct bird_reply *reply, const struct bird_node *row);
static void fields_lines(struct bird_reply *reply, const struct bird_node *node,
			 unsigned indent);
static void cell_add(struct text *line, const struct out_column *column,
		     const char *value, bool last);
static void value_add(struct text *to, const struct bird_node *node);
static unsigned code_of(const struct bird_reply *reply);
static bool is_last(unsigned code);
static void held_say(struct bird_reply *reply);
static void put(struct bird_reply *reply, unsigned code, const char *text, size_t length);

static const struct out_class reply_class = { .emit = reply_emit,
					      .free = reply_free,
					      .is_structured = true };

struct out *
bird_out_new(struct text *to, const struct command_call *call)
{
	struct bird_reply *reply = mem_zalloc(sizeof(*reply));
	reply->base.class = &reply_class;
	reply->to = to;
	reply->call = call;
	return &reply->base;
}

static void
reply_free(struct out *out)
{
	struct bird_reply *reply = container_of(out, struct bird_reply, base);
	text_fini(&reply->line);
	text_fini(&reply->held);
	text_fini(&reply->strings);
	text_fini(&reply->before);
	mem_free(reply->nodes);
	mem_free(reply);
}

void
bird_out_finish(struct out *out, int status)
{
	struct bird_reply *reply = container_of(out, struct bird_reply, base);
	if (status < 0 && out->errors == 0)
		bird_last(reply, status == -EPERM ? REPLY_DENIED : REPLY_FAILED, "%s",
			  status == -EPERM ? "Access denied" : text_error(status));
	const char *last = text_string(&reply->held), *newline = strrchr(last, '\n');
	if (reply->held_code > 0 && newline != NULL) {
		put(reply, reply->held_code, last, (size_t)(newline - last));
		last = newline + 1;
	}
	if (reply->held_code > 0)
		text_printf(reply->to, "%04u %s\n", reply->held_code, last);
	else
		text_add(reply->to, "0000 \n");
	reply->held_code = reply->code = 0;
}

/* ---- lines ---- */

void
bird_line(struct bird_reply *reply, unsigned code, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	text_vprintf(bird_open(reply), format, arguments);
	va_end(arguments);
	bird_say(reply, code);
}

struct text *
bird_open(struct bird_reply *reply)
{
	text_reset(&reply->line);
	return &reply->line;
}

void
bird_say(struct bird_reply *reply, unsigned code)
{
	held_say(reply);
	put(reply, code, text_string(&reply->line), reply->line.length);
}

void
bird_last(struct bird_reply *reply, unsigned code, const char *format, ...)
{
	va_list arguments;
	held_say(reply);
	text_reset(&reply->held);
	va_start(arguments, format);
	text_vprintf(&reply->held, format, arguments);
	va_end(arguments);
	reply->held_code = code;
}

/* It was not the last one. */
static void
held_say(struct bird_reply *reply)
{
	unsigned code = reply->held_code;
	if (code == 0)
		return;
	reply->held_code = 0;
	put(reply, code, text_string(&reply->held), reply->held.length);
}

/* One line for each of the text's. */
static void
put(struct bird_reply *reply, unsigned code, const char *text, size_t length)
{
	struct text *to = reply->to;
	for (;;) {
		const char *end = memchr(text, '\n', length);
		size_t part = end != NULL ? (size_t)(end - text) : length;
		char prefix[] = { (char)('0' + code / 1000 % 10),
				  (char)('0' + code / 100 % 10),
				  (char)('0' + code / 10 % 10), (char)('0' + code % 10),
				  '-' };
		if (code == reply->code)
			text_add_char(to, ' ');
		else
			text_add_bytes(to, prefix, sizeof(prefix));
		reply->code = code;
		text_add_bytes(to, text, part);
		text_add_char(to, '\n');
		if (end == NULL)
			return;
		text += part + 1;
		length -= part + 1;
	}
}

/* ---- what is emitted ---- */

static void
reply_emit(struct out *out, const struct out_item *item)
{
	struct bird_reply *reply = container_of(out, struct bird_reply, base);
	switch (item->event) {
	case OUT_TITLE: title(reply, item->string); break;
	case OUT_NOTE:
	case OUT_ERROR: message(reply, item); break;
	case OUT_TABLE:
	case OUT_ROW:
	case OUT_DETAIL:
	case OUT_OBJECT:
	case OUT_LIST: open_thing(reply, item); break;
	case OUT_ROW_END:
	case OUT_DETAIL_END:
	case OUT_TABLE_END:
	case OUT_OBJECT_END:
	case OUT_LIST_END: close_thing(reply, item->event); break;
	case OUT_STRING:
	case OUT_U64:
	case OUT_I64:
	case OUT_BOOL:
	case OUT_USEC: node_add(reply, item); break;
	}
}

/* Where several tables follow one another, an empty line stands between them. */
static void
title(struct bird_reply *reply, const char *string)
{
	unsigned code = code_of(reply);
	if (reply->code != 0)
		bird_line(reply, code, "%s", "");
	bird_line(reply, code, "%s", string);
	text_reset(&reply->before);
}

static void
message(struct bird_reply *reply, const struct out_item *item)
{
	unsigned code = item->code;
	if (code == 0)
		code = item->event == OUT_ERROR ? REPLY_SYNTAX : code_of(reply);
	if (is_last(code))
		bird_last(reply, code, "%s", item->string);
	else
		bird_line(reply, code, "%s", item->string);
}

/* Codes of lines behind which BIRD says no more. */
static bool
is_last(unsigned code)
{
	switch (code) {
	case REPLY_READING:
	case REPLY_ALREADY_DISABLED:
	case REPLY_DISABLED:
	case REPLY_ALREADY_ENABLED:
	case REPLY_ENABLED:
	case REPLY_RESTARTED:
	case REPLY_RELOADING:
	case REPLY_UNDO:
	case REPLY_UNDO_SCHEDULED:
	case REPLY_RELOAD_FAILED: return false;
	}
	return code < 1000 || code >= 8000;
}

static unsigned
code_of(const struct bird_reply *reply)
{
	const struct command *command = reply->call->command;
	return command != NULL && command->code != 0 ? command->code : REPLY_OTHER;
}

/* ---- gathering ---- */

static void
open_thing(struct bird_reply *reply, const struct out_item *item)
{
	unsigned depth = reply->base.depth;
	if (item->event == OUT_DETAIL)
		return;
	if (item->event == OUT_TABLE && depth == 1) {
		reply->table = item->key;
		reply->columns = item->columns;
		reply->column_count = item->count;
		reply->headed = false;
		return;
	}
	if (is_whole(reply, item->event)) {
		reply->count = 0;
		text_reset(&reply->strings);
	}
	reply->open[depth - 1] = reply->count;
	struct bird_node *node = node_add(reply, item);
	if (item->event == OUT_ROW && depth == 2)
		node->key = reply->table;
}

static void
close_thing(struct bird_reply *reply, enum out_event event)
{
	unsigned depth = reply->base.depth;
	if (event == OUT_DETAIL_END)
		return;
	if (event == OUT_TABLE_END && depth == 1) {
		if (layout_of(reply) == NULL && bird_needs_heading(reply))
			columns_line(reply, NULL);
		return;
	}
	size_t place = reply->open[depth - 1];
	reply->nodes[place].size = (uint32_t)(reply->count - place);
	if (is_whole(reply, event))
		node_show(reply);
}

/* It is not in another one: a layout is given it. */
static bool
is_whole(const struct bird_reply *reply, enum out_event event)
{
	bool row = event == OUT_ROW || event == OUT_ROW_END;
	return row ? reply->base.depth == 2 && reply->base.nest[0] == OUT_TABLE
		   : reply->base.depth == 1;
}

static struct bird_node *
node_add(struct bird_reply *reply, const struct out_item *item)
{
	if (reply->count == reply->room) {
		reply->room = MAX(reply->room * 2, 32);
		reply->nodes =
			mem_resize(reply->nodes, reply->room, sizeof(*reply->nodes));
	}
	struct bird_node *node = &reply->nodes[reply->count++];
	*node = (struct bird_node){ .event = (uint8_t)item->event,
				    .size = 1,
				    .key = item->key,
				    .number = item->event == OUT_U64
						      ? item->u64
						      : (uint64_t)item->i64 };
	if (item->event == OUT_STRING && item->string != NULL) {
		node->number = reply->strings.length + 1;
		text_add_bytes(&reply->strings, item->string, strlen(item->string) + 1);
	}
	return node;
}

static const struct bird_layout *
layout_of(const struct bird_reply *reply)
{
	const struct command *command = reply->call->command;
	return command != NULL ? command->bird : NULL;
}

static void
node_show(struct bird_reply *reply)
{
	const struct bird_layout *layout = layout_of(reply);
	for (size_t i = 0; i < reply->count; i++) {
		struct bird_node *node = &reply->nodes[i];
		if (node->event == OUT_STRING && node->number > 0)
			node->string = reply->strings.text + node->number - 1;
	}
	if (reply->nodes->event == OUT_OBJECT && !strcmp(reply->nodes->key, "complaint"))
		complaint(reply, reply->nodes);
	else if (layout != NULL)
		layout->row(reply, reply->nodes);
	else if (reply->nodes->event != OUT_ROW)
		fields_lines(reply, reply->nodes, 0);
	else
		rows_line(reply, reply->nodes);
}

/* What is wrong with a configuration, or with what was typed. */
static void
complaint(struct bird_reply *reply, const struct bird_node *node)
{
	const char *file = bird_string(node, "file");
	bool is_warning = !strcmp(bird_string(node, "severity"), "warning");
	const struct command *command = reply->call->command;
	bool is_typed = command == NULL || strncmp(command->words, "configure", 9) != 0;
	unsigned code = is_typed ? REPLY_SYNTAX : REPLY_CONFIGURATION_WRONG;
	struct text text = { .text = NULL };
	if (*file)
		text_printf(&text, "%s:%" PRIu64 ":%" PRIu64 " ", file,
			    bird_number(node, "line"), bird_number(node, "column"));
	text_printf(&text, "%s%s", is_warning ? "warning: " : "",
		    bird_string(node, "message"));
	if (is_warning)
		bird_line(reply, REPLY_READING, "%s", text_string(&text));
	else
		bird_last(reply, code, "%s", text_string(&text));
	text_fini(&text);
}

/* ---- without a layout ---- */

/* A row by the columns of its table, below their titles. */
static void
rows_line(struct bird_reply *reply, const struct bird_node *row)
{
	if (bird_needs_heading(reply))
		columns_line(reply, NULL);
	columns_line(reply, row);
}

/* Columns as they are for people, but of their least width; null: the titles. */
static void
columns_line(struct bird_reply *reply, const struct bird_node *row)
{
	struct text value = { .text = NULL };
	struct text *line = bird_open(reply);
	size_t last = reply->column_count;
	while (last > 0 && reply->columns[last - 1].title == NULL)
		last--;
	for (size_t i = 0; i < last; i++) {
		const struct out_column *column = &reply->columns[i];
		if (column->title == NULL)
			continue;
		const struct bird_node *cell = row ? bird_find(row, column->key) : NULL;
		text_reset(&value);
		if (row == NULL)
			text_add(&value, column->title);
		else if (cell != NULL)
			value_add(&value, cell);
		cell_add(line, column, text_string(&value), i == last - 1);
	}
	bird_say(reply, code_of(reply));
	text_fini(&value);
}

static void
cell_add(struct text *line, const struct out_column *column, const char *value, bool last)
{
	size_t length = strlen(value);
	size_t pad = column->width > length ? column->width - length : 0;
	if (line->length > 0)
		text_add_char(line, ' ');
	if (column->align == OUT_RIGHT)
		text_pad(line, ' ', pad);
	text_add_bytes(line, value, length);
	if (column->align == OUT_LEFT && !last)
		text_pad(line, ' ', pad);
}

/* `Key: value`, what is inside further in. */
static void
fields_lines(struct bird_reply *reply, const struct bird_node *node, unsigned indent)
{
	bird_each(child, node) {
		struct text *line = bird_open(reply);
		text_pad(line, ' ', indent);
		if (child->key != NULL)
			text_printf(line, "%s: ", child->key);
		if (child->size == 1 && child->event != OUT_LIST)
			value_add(line, child);
		bird_say(reply, code_of(reply));
		if (child->size > 1)
			fields_lines(reply, child, indent + 2);
	}
}

static void
value_add(struct text *to, const struct bird_node *node)
{
	uint64_t usec = node->number;
	switch (node->event) {
	case OUT_STRING: text_add(to, node->string != NULL ? node->string : ""); break;
	case OUT_U64: text_add_u64(to, node->number); break;
	case OUT_I64: text_printf(to, "%" PRId64, (int64_t)node->number); break;
	case OUT_BOOL: text_add(to, node->number ? "yes" : "no"); break;
	case OUT_USEC:
		if ((usec_t)usec == USEC_NEVER)
			text_add(to, "-");
		else
			text_printf(to, "%" PRIu64 ".%03" PRIu64, usec / USEC_S,
				    usec % USEC_S / USEC_MS);
		break;
	default: break;
	}
}

/* ---- for layouts ---- */

const struct bird_node *
bird_find(const struct bird_node *node, const char *key)
{
	/* Equal literals mostly are one. */
	bird_each(child, node)
		if (child->key == key)
			return child;
	bird_each(child, node)
		if (child->key != NULL && *child->key == *key &&
		    strcmp(child->key, key) == 0)
			return child;
	return NULL;
}

const char *
bird_string(const struct bird_node *node, const char *key)
{
	const struct bird_node *found = bird_find(node, key);
	return found != NULL && found->string != NULL ? found->string : "";
}

uint64_t
bird_number(const struct bird_node *node, const char *key)
{
	const struct bird_node *found = bird_find(node, key);
	return found != NULL ? found->number : 0;
}

bool
bird_needs_heading(struct bird_reply *reply)
{
	bool needs = !reply->headed;
	reply->headed = true;
	return needs;
}

struct text *
bird_before(struct bird_reply *reply)
{
	return &reply->before;
}

const struct command_call *
bird_call(const struct bird_reply *reply)
{
	return reply->call;
}

bool
bird_was_said(const struct bird_reply *reply, const char *word)
{
	const struct command_call *call = reply->call;
	for (size_t i = 0; i < call->count; i++)
		if (!strcmp(call->words[i], word))
			return true;
	return false;
}

const char *
bird_attribute(struct bird_reply *reply, const char *name)
{
	const struct router *router = reply->call->router;
	size_t slot = (uintptr_t)name / 8 % TITLES;
	if (reply->titles[slot].name != name) {
		attr_id id = attr_find(router, name);
		const struct attr_class *class = attr_class_of(router, id);
		reply->titles[slot].name = name;
		reply->titles[slot].title = class && class->title ? class->title : name;
	}
	return reply->titles[slot].title;
}
