/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Collects complaints with the line they are about, and shows them: for people
 *
 *     home.conf:9:17: error: unknown option `helo`
 *         helo interval 4 s;
 *         ^~~~
 *         did you mean `hello interval`?
 *
 * and for programs as objects.
 */
#include "conf/complaint.h"

#include "lib/arena.h"
#include "lib/out.h"
#include "lib/text.h"
#include <stdlib.h>
#include <string.h>

#define EXCERPT_WIDTH 160 /* Longer lines are cut. */

static void add(struct complaints *complaints, const struct complaint *new);
static void add_formatted(struct complaints *complaints, bool is_warning,
			  const struct place *place, const char *hint, const char *format,
			  va_list arguments);
static bool has_room(const struct complaints *complaints, bool is_warning);
static void warning_replace(struct complaints *complaints, const struct complaint *new);
static const char *excerpt_at(struct complaints *complaints, unsigned source,
			      uint32_t offset, uint32_t *shift);
static int compare(const void *a, const void *b);
static void show_text(const struct complaint *complaint, struct out *out);
static void show_excerpt(const struct complaint *complaint, struct text *text);
static void show_structured(const struct complaint *complaint, struct out *out);

void
complaints_init(struct complaints *complaints, struct arena *arena,
		struct sources *sources)
{
	*complaints = (struct complaints){ .arena = arena,
					   .sources = sources,
					   .limit = COMPLAINT_LIMIT };
}

void
complain(struct complaints *complaints, const struct place *place, const char *hint,
	 const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	add_formatted(complaints, false, place, hint, format, arguments);
	va_end(arguments);
}

void
complain_warning(struct complaints *complaints, const struct place *place,
		 const char *hint, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	add_formatted(complaints, true, place, hint, format, arguments);
	va_end(arguments);
}

void
complain_at(struct complaints *complaints, bool is_warning,
	    const struct source_place *place, uint32_t length, const char *hint,
	    const char *message)
{
	struct arena *arena = complaints->arena;
	struct complaint new = { .is_warning = is_warning,
				 .place = *place,
				 .length = length,
				 .message = arena_strdup(arena, message),
				 .hint = hint != NULL ? arena_strdup(arena, hint) : NULL,
				 .source = UINT16_MAX };
	bool is_shown = has_room(complaints, is_warning);
	for (size_t i = 0; is_shown && i < complaints->sources->count && place->line > 0;
	     i++) {
		const struct source *source = &complaints->sources->list[i];
		bool same = place->file == NULL
				    ? source->name == NULL
				    : source->name != NULL &&
					      strcmp(place->file, source->name) == 0;
		uint32_t offset;
		if (!same || !source_line_start(complaints->sources, (unsigned)i,
						place->line, &offset))
			continue;
		new.source = (uint16_t)i;
		offset += place->column > 0 ? place->column - 1 : 0;
		new.offset = offset;
		new.excerpt = excerpt_at(complaints, (unsigned)i, offset, &new.shift);
		break;
	}
	add(complaints, &new);
}

const char *
complaint_after(const struct complaints *complaints, size_t errors)
{
	for (size_t i = 0; i < complaints->count; i++) {
		const struct complaint *complaint = &complaints->list[i];
		if (!complaint->is_warning && errors-- == 0)
			return complaint->message;
	}
	return "it has mistakes";
}

void
complaints_about(struct complaints *complaints, const char *name)
{
	complaints->about = arena_strdup(complaints->arena, name);
}

bool
complaints_has(const struct complaints *complaints, const struct place *place)
{
	for (size_t i = 0; i < complaints->count; i++) {
		const struct complaint *complaint = &complaints->list[i];
		if (!complaint->is_warning && complaint->source == place->source &&
		    complaint->offset == place->offset)
			return true;
	}
	return false;
}

void
complaints_show(struct complaints *complaints, struct out *out)
{
	if (complaints->count > 1)
		qsort(complaints->list, complaints->count, sizeof(*complaints->list),
		      compare);
	for (size_t i = 0; i < complaints->count; i++)
		if (out->class->is_structured)
			show_structured(&complaints->list[i], out);
		else
			show_text(&complaints->list[i], out);
	size_t more = complaints->errors + complaints->warnings - complaints->count;
	if (more > 0)
		out_error(out, "%zu more problems are not shown%s", more,
			  complaints->is_cut ? "; what comes after them was not read"
					     : "");
}

static void
add_formatted(struct complaints *complaints, bool is_warning, const struct place *place,
	      const char *hint, const char *format, va_list arguments)
{
	struct arena *arena = complaints->arena;
	struct complaint new = { .is_warning = is_warning,
				 .length = place->length > 0 ? place->length : 1,
				 .source = place->source,
				 .offset = place->offset };
	if (has_room(complaints, is_warning)) {
		new.place =
			source_place(complaints->sources, place->source, place->offset);
		new.excerpt =
			excerpt_at(complaints, place->source, place->offset, &new.shift);
		new.message = arena_vprintf(arena, format, arguments);
		new.hint = hint != NULL ? arena_strdup(arena, hint) : NULL;
	}
	add(complaints, &new);
}

static void
add(struct complaints *complaints, const struct complaint *new)
{
	for (size_t i = 0; i < complaints->count && new->message != NULL; i++) {
		const struct complaint *old = &complaints->list[i];
		if (old->place.file == new->place.file &&
		    old->place.line == new->place.line &&
		    old->place.column == new->place.column &&new->place.line != 0 &&
		    strcmp(old->message, new->message) == 0)
			return;
	}
	if (new->is_warning)
		complaints->warnings++;
	else
		complaints->errors++;
	if (!has_room(complaints, new->is_warning)) {
		complaints->about = NULL;
		return;
	}
	if (complaints->count >= complaints->limit) {
		warning_replace(complaints, new);
		return;
	}
	complaints->listed_warnings += new->is_warning;
	if (complaints->count == complaints->room) {
		size_t room = MAX(complaints->room * 2, 8);
		struct complaint *list =
			arena_alloc(complaints->arena, room * sizeof(*list));
		if (complaints->count > 0)
			memcpy(list, complaints->list, complaints->count * sizeof(*list));
		complaints->list = list;
		complaints->room = room;
	}
	complaints->list[complaints->count] = *new;
	complaints->list[complaints->count].about = complaints->about;
	complaints->about = NULL;
	complaints->list[complaints->count].order = (uint32_t)complaints->count;
	complaints->count++;
}

/* When the list is full, errors take the places of warnings. */
static bool
has_room(const struct complaints *complaints, bool is_warning)
{
	return complaints->count < complaints->limit ||
	       (!is_warning && complaints->listed_warnings > 0);
}

static void
warning_replace(struct complaints *complaints, const struct complaint *new)
{
	for (size_t i = complaints->count; i-- > 0;) {
		struct complaint *old = &complaints->list[i];
		if (!old->is_warning)
			continue;
		uint32_t order = old->order;
		*old = *new;
		old->order = order;
		old->about = complaints->about;
		complaints->listed_warnings--;
		break;
	}
	complaints->about = NULL;
}

/* The line, tabs and what can't be shown made blanks, so that the caret stands right. */
static const char *
excerpt_at(struct complaints *complaints, unsigned source, uint32_t offset,
	   uint32_t *shift)
{
	size_t length;
	const char *line = source_line_text(complaints->sources, source, offset, &length);
	/* Of a long line the part around the place. */
	const char *place = complaints->sources->list[source].text + offset;
	size_t column = (size_t)(place - line);
	*shift = 0;
	if (length > EXCERPT_WIDTH && column > EXCERPT_WIDTH / 2) {
		*shift = (uint32_t)(column - EXCERPT_WIDTH / 2);
		line += *shift;
		length -= MIN(*shift, length);
	}
	char *excerpt =
		arena_strndup(complaints->arena, line, MIN(length, EXCERPT_WIDTH));
	for (char *at = excerpt; *at != '\0'; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = ' ';
	return excerpt;
}

/* By source, then by line; in order of discovery where these are equal. */
static int
compare(const void *first, const void *second)
{
	const struct complaint *a = first, *b = second;
	if (a->source != b->source)
		return a->source < b->source ? -1 : 1;
	if (a->place.line != b->place.line)
		return a->place.line < b->place.line ? -1 : 1;
	if (a->place.column != b->place.column)
		return a->place.column < b->place.column ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

static void
show_text(const struct complaint *complaint, struct out *out)
{
	struct text text = { .text = NULL };
	const struct source_place *place = &complaint->place;
	if (place->file != NULL)
		text_printf(&text, "%s:", place->file);
	if (place->line != 0)
		text_printf(&text, place->file != NULL ? "%u:%u:" : "line %u, column %u:",
			    place->line, place->column);
	text_printf(&text, "%s%s: %s", text.length > 0 ? " " : "",
		    complaint->is_warning ? "warning" : "error", complaint->message);
	if (complaint->excerpt != NULL)
		show_excerpt(complaint, &text);
	if (complaint->hint != NULL)
		text_printf(&text, "\n    %s", complaint->hint);
	if (complaint->is_warning)
		out_note(out, "%s", text_string(&text));
	else
		out_error(out, "%s", text_string(&text));
	text_fini(&text);
}

/* The line without its indentation, and the caret below. */
static void
show_excerpt(const struct complaint *complaint, struct text *text)
{
	const char *line = complaint->excerpt;
	size_t length = strlen(line), indent = strspn(line, " ");
	size_t column = complaint->place.column - 1 - complaint->shift;
	indent = MIN(indent, column);
	text_printf(text, "\n    %s\n    ", line + indent);
	for (size_t i = indent; i < column; i++)
		if (i >= length || ((unsigned char)line[i] & 0xc0) != 0x80)
			text_add_char(text, ' ');
	text_add_char(text, '^');
	for (size_t i = column + 1; i < column + complaint->length && i < length; i++)
		if (((unsigned char)line[i] & 0xc0) != 0x80)
			text_add_char(text, '~');
}

static void
show_structured(const struct complaint *complaint, struct out *out)
{
	const struct source_place *place = &complaint->place;
	out_object(out, "complaint");
	out_str(out, "severity", complaint->is_warning ? "warning" : "error");
	if (place->file != NULL)
		out_str(out, "file", place->file);
	if (place->line != 0) {
		out_u64(out, "line", place->line);
		out_u64(out, "column", place->column);
		out_u64(out, "length", complaint->length);
	}
	out_str(out, "message", complaint->message);
	if (complaint->hint != NULL)
		out_str(out, "hint", complaint->hint);
	if (complaint->excerpt != NULL)
		out_str(out, "excerpt", complaint->excerpt);
	out_object_end(out);
	if (!complaint->is_warning)
		out->errors++;
}
