/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads files in pieces through the world, refuses what can't be a configuration, and
 * counts lines.
 */
#include "conf/source.h"

#include "lib/arena.h"
#include "lib/macros.h"
#include "lib/mem.h"
#include "lib/text.h"
#include "sysdep/sys.h"
#include <errno.h>
#include <string.h>

#define SOURCE_FIRST_ROOM ((size_t)16 << 10)

static void lines_find(struct source *source);
static struct source *add(struct sources *sources, const char *name);
static int read_whole(struct sys_file *file, const struct sys_class *world,
		      struct source *source, const char **reason);

void
sources_init(struct sources *sources, struct arena *arena)
{
	*sources = (struct sources){ .arena = arena };
}

void
sources_fini(struct sources *sources)
{
	for (size_t i = 0; i < sources->count; i++) {
		mem_free(sources->list[i].text);
		mem_free(sources->list[i].line_starts);
	}
	mem_free(sources->list);
	*sources = (struct sources){ .arena = NULL };
}

int
source_add_text(struct sources *sources, const char *text, size_t size)
{
	struct source *source = add(sources, NULL);
	source->text = mem_alloc(size + 2);
	if (size > 0)
		memcpy(source->text, text, size);
	source->text[size] = source->text[size + 1] = '\0';
	source->size = size;
	return (int)(sources->count - 1);
}

int
source_add_file(struct sources *sources, struct sys *sys, const char *path,
		const char **reason)
{
	struct sys_file *file;
	if (sources->count >= SOURCE_COUNT_LIMIT) {
		*reason = "there are more files than the limit of 10000";
		return -EMFILE;
	}
	if (sources->size > SOURCE_ALL_LIMIT) {
		*reason = "all files together are larger than the limit of 128 MB";
		return -EFBIG;
	}
	int error = sys->class->file_open(sys, path, &file);
	if (error < 0) {
		*reason = text_error(error);
		return error;
	}
	struct source *source = add(sources, path);
	error = read_whole(file, sys->class, source, reason);
	sys->class->file_close(file);
	sources->size += source->size;
	if (error == 0)
		return (int)(sources->count - 1);
	mem_free(source->text);
	sources->count--;
	return error;
}

/* From 0. */
static size_t
line_find(struct source *source, uint32_t offset)
{
	lines_find(source);
	const uint32_t *starts = source->line_starts;
	/* `first` begins at or before the place, `end` behind it. */
	size_t first = source->asked, end = source->line_count;
	/* Who reads on asks for the line of before, or the one behind it. */
	if (starts[first] > offset) {
		end = first;
		first = 0;
	} else if (first + 1 < end && starts[first + 1] > offset) {
		return first;
	} else if (first + 2 < end && starts[first + 2] > offset) {
		return source->asked = first + 1;
	}
	while (end - first > 1) {
		size_t middle = first + (end - first) / 2;
		if (starts[middle] <= offset)
			first = middle;
		else
			end = middle;
	}
	return source->asked = first;
}

uint32_t
source_line(struct sources *sources, unsigned index, uint32_t offset)
{
	return (uint32_t)line_find(&sources->list[index], offset) + 1;
}

bool
source_line_start(struct sources *sources, unsigned index, uint32_t line,
		  uint32_t *offset)
{
	struct source *source = &sources->list[index];
	lines_find(source);
	if (line == 0 || line > source->line_count)
		return false;
	*offset = source->line_starts[line - 1];
	return true;
}

struct source_place
source_place(struct sources *sources, unsigned index, uint32_t offset)
{
	struct source *source = &sources->list[index];
	size_t line = line_find(source, offset);
	return (struct source_place){ .file = source->name,
				      .line = (uint32_t)line + 1,
				      .column = offset - source->line_starts[line] + 1 };
}

bool
source_begins_line(const struct sources *sources, unsigned index, uint32_t offset)
{
	const char *text = sources->list[index].text;
	while (offset > 0 && (text[offset - 1] == ' ' || text[offset - 1] == '\t'))
		offset--;
	return offset == 0 || text[offset - 1] == '\n';
}

const char *
source_line_text(const struct sources *sources, unsigned index, uint32_t offset,
		 size_t *length)
{
	const struct source *source = &sources->list[index];
	const char *start = source->text + MIN(offset, source->size);
	while (start > source->text && start[-1] != '\n')
		start--;
	const char *end =
		memchr(start, '\n', (size_t)(source->text + source->size - start));
	if (end == NULL)
		end = source->text + source->size;
	if (end > start && end[-1] == '\r')
		end--;
	*length = (size_t)(end - start);
	return start;
}

static void
lines_find(struct source *source)
{
	if (source->line_starts != NULL)
		return;
	size_t count = 1, line = 0;
	const char *at = source->text, *end = source->text + source->size;
	while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		count++;
		at++;
	}
	source->line_starts = mem_resize(NULL, count, sizeof(*source->line_starts));
	source->line_starts[line++] = 0;
	for (at = source->text; line < count; line++) {
		at = (const char *)memchr(at, '\n', (size_t)(end - at)) + 1;
		source->line_starts[line] = (uint32_t)(at - source->text);
	}
	source->line_count = count;
}

static struct source *
add(struct sources *sources, const char *name)
{
	if (sources->count == sources->room) {
		sources->room = MAX(sources->room * 2, 8);
		sources->list =
			mem_resize(sources->list, sources->room, sizeof(*sources->list));
	}
	struct source *source = &sources->list[sources->count++];
	*source = (struct source){ .name = NULL };
	if (name != NULL)
		source->name = arena_strdup(sources->arena, name);
	return source;
}

static int
refuse(const char **reason, const char *why)
{
	*reason = why;
	return -EINVAL;
}

static int
read_whole(struct sys_file *file, const struct sys_class *world, struct source *source,
	   const char **reason)
{
	size_t room = SOURCE_FIRST_ROOM;
	source->text = mem_alloc(room);
	for (;;) {
		ptrdiff_t got = world->file_read(file, source->text + source->size,
						 room - source->size - 2);
		if (got < 0) {
			*reason = text_error((int)got);
			return (int)got;
		}
		if (got == 0)
			break;
		/* Looked at piece by piece, so that a huge binary is refused at once. */
		if (memchr(source->text + source->size, '\0', (size_t)got) != NULL)
			return refuse(reason, "this is not a text file");
		source->size += (size_t)got;
		if (source->size > SOURCE_SIZE_LIMIT)
			return refuse(reason,
				      "the file is larger than the limit of 64 MB");
		if (room - source->size < SOURCE_FIRST_ROOM / 2) {
			room *= 2;
			source->text = mem_resize(source->text, room, 1);
		}
	}
	source->text[source->size] = source->text[source->size + 1] = '\0';
	return 0;
}
