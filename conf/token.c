/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The values of tokens, and the texts they come from.
 */
#include "conf/token.h"

#include "conf/grammar.h"
#include "lib/addr.h"
#include "lib/arena.h"
#include "lib/text.h"
#include "sysdep/sys.h"
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define BYTES_LEAST 16 /* Fewer pairs of digits are an address, a number or a word. */
#define HEX_DIGITS  "0123456789abcdefABCDEF"

/* A text being read: a file of an `include`, a part read again, or the first. */
struct scanner_frame {
	struct scanner_frame *below;
	uint16_t source;
	const char *base; /* Where it is in memory, and of what offset that is. */
	uint32_t offset;
	unsigned depth; /* Of includes. */
	bool is_replay;
	/* Files of the same include that come after it. */
	char **paths;
	size_t path_count;
	bool is_pattern;   /* They were found by one. */
	struct place from; /* The include. */
};

/* The files a pattern names. */
struct paths {
	struct arena *arena;
	char **list;
	size_t count, room;
};

static struct place place_at(const struct scanner *scanner, const char *text,
			     size_t length);
static const char *rune_hint(uint32_t rune);
static struct piece *piece_set(struct scanner *scanner, enum piece_kind kind,
			       const char *text, size_t length);
static void frame_push(struct scanner *scanner, const struct scanner_frame *new,
		       char *text, size_t size);
static void include_next(struct scanner *scanner, struct scanner_frame *frame);
static bool is_open(const struct scanner *scanner, const char *path);
static char *path_resolve(struct scanner *scanner, const char *path, size_t length);
static void path_found(void *context, const char *path);

void
scanner_open(struct scanner *scanner, unsigned source)
{
	struct source *text = &scanner->sources->list[source];
	scanner_begin(scanner);
	frame_push(
		scanner,
		&(struct scanner_frame){ .source = (uint16_t)source, .base = text->text },
		text->text, text->size);
}

int
scanner_token(struct scanner *scanner)
{
	if (scanner->ended)
		return 0;
	int token = scanner_next(scanner);
	if (token == 0)
		scanner->ended = true;
	return token;
}

void
scanner_replay(struct scanner *scanner, unsigned source, uint32_t offset, uint32_t size)
{
	const char *text = scanner->sources->list[source].text + offset;
	char *copy = arena_alloc_bytes(scanner->scratch, size + 2u);
	memcpy(copy, text, size);
	struct scanner_frame frame = { .source = (uint16_t)source,
				       .base = copy,
				       .offset = offset,
				       .depth = scanner->frame->depth,
				       .is_replay = true };
	frame_push(scanner, &frame, copy, size);
}

bool
scanner_is_replaying(const struct scanner *scanner)
{
	return scanner->frame != NULL && scanner->frame->is_replay;
}

void
scanner_close(struct scanner *scanner)
{
	if (scanner->flex != NULL)
		scanner_end(scanner);
}

struct place
scanner_place(const struct scanner *scanner)
{
	return (struct place){ .source = scanner->piece.source,
			       .offset = scanner->piece.offset,
			       .length = scanner->piece.length };
}

/* ---- values
 * ------------------------------------------------------------------------------ */

int
scanner_text(struct scanner *scanner, int token, const char *text, size_t length)
{
	piece_set(scanner, token == WORD ? PIECE_WORD : PIECE_BYTES, text, length);
	return token;
}

int
scanner_quoted(struct scanner *scanner, int token, const char *text, size_t length)
{
	struct piece *piece = piece_set(
		scanner, token == QUOTED ? PIECE_QUOTED : PIECE_STRING, text, length);
	piece->text++;
	piece->text_length = (uint32_t)(length - 1);
	if (length > 1 && text[length - 1] == text[0])
		piece->text_length--;
	return token;
}

int
scanner_digits(struct scanner *scanner, const char *text, size_t length)
{
	if (scanner_is_bytes(text, length))
		return scanner_text(scanner, BYTES, text, length);
	if (*text >= '0' && *text <= '9')
		return scanner_number(scanner, text, length);
	return scanner_text(scanner, WORD, text, length);
}

int
scanner_colons(struct scanner *scanner, const char *text, size_t length)
{
	if (scanner_is_bytes(text, length))
		return scanner_text(scanner, BYTES, text, length);
	return scanner_address(scanner, text, length, false);
}

bool
scanner_is_address(const char *text, size_t length)
{
	struct addr addr;
	return addr_parse(text, length, &addr);
}

bool
scanner_is_bytes(const char *text, size_t length)
{
	if (length < 2 * BYTES_LEAST)
		return false;
	bool has_colons = text[2] == ':';
	size_t step = has_colons ? 3 : 2, pairs = (length + has_colons) / step;
	if (pairs < BYTES_LEAST || pairs * step - has_colons != length)
		return false;
	for (size_t i = 0; i < length; i++)
		if (has_colons && i % 3 == 2 ? text[i] != ':'
					     : memchr(HEX_DIGITS, text[i], 22) == NULL)
			return false;
	return true;
}

int
scanner_number(struct scanner *scanner, const char *text, size_t length)
{
	struct piece *piece = piece_set(scanner, PIECE_NUMBER, text, length);
	if (!text_parse_u64(text, length, &piece->number)) {
		scanner_bad(scanner, text, length, "this number is too large");
		return scanner_mark(scanner, STRANGE, text, length);
	}
	return NUMBER;
}

int
scanner_prefix(struct scanner *scanner, const char *text, size_t length)
{
	struct piece *piece = piece_set(scanner, PIECE_PREFIX, text, length);
	bool host_bits = false;
	if (prefix_parse(text, length, &piece->prefix, &host_bits))
		return PREFIX;
	struct place place = scanner_place(scanner);
	if (!host_bits) {
		complain(scanner->complaints, &place, NULL, "this is no prefix");
		return scanner_mark(scanner, STRANGE, text, length);
	}
	char cut[PREFIX_TEXT];
	prefix_format(&piece->prefix, cut);
	char *hint = arena_printf(scanner->scratch, "did you mean %s?", cut);
	complain(scanner->complaints, &place, hint,
		 "this prefix has bits set behind its length");
	return PREFIX;
}

/* Takes the `% interface` off the end of a text with one: the length of the rest. */
static size_t
scope_cut(struct piece *piece, const char *text, size_t length)
{
	const char *end = text + length;
	const char *at = memchr(text, '%', length);
	size_t rest = (size_t)(at - text);
	while (text[rest - 1] == ' ' || text[rest - 1] == '\t')
		rest--;
	for (at++; *at == ' ' || *at == '\t'; at++)
		;
	if (*at == '\'') {
		at++;
		end--;
	}
	piece->scope = at;
	piece->scope_length = (uint32_t)(end - at);
	return rest;
}

int
scanner_address(struct scanner *scanner, const char *text, size_t length, bool scope)
{
	struct piece *piece = piece_set(scanner, PIECE_ADDR, text, length);
	size_t addr_length = scope ? scope_cut(piece, text, length) : length;
	if (addr_parse(text, addr_length, &piece->addr))
		return ADDRESS;
	scanner_bad(scanner, text, addr_length, "this is no address");
	return scanner_mark(scanner, STRANGE, text, length);
}

int
scanner_scoped(struct scanner *scanner, const char *text, size_t length)
{
	struct piece *piece = piece_set(scanner, PIECE_SCOPED, text, length);
	piece->text_length = (uint32_t)scope_cut(piece, text, length);
	return ADDRESS;
}

int
scanner_mark(struct scanner *scanner, int token, const char *text, size_t length)
{
	bool plain = length == 1 && memchr(",-={}", *text, 5) != NULL;
	piece_set(scanner, plain ? PIECE_MARK : PIECE_OTHER, text, length)->mark =
		token == STRANGE ? '\0' : *text;
	return token;
}

int
scanner_strange(struct scanner *scanner, const char *text, size_t length)
{
	uint32_t rune;
	size_t at = 0;
	while (at + 1 < length && (unsigned char)text[at] < 0x80)
		at++;
	size_t size = text_utf8(text + at, length - at, &rune);
	struct place place = place_at(scanner, text + at, MAX(size, 1));
	if (size > 1)
		complain(scanner->complaints, &place, rune_hint(rune),
			 "the character U+%04" PRIX32 " has no meaning here", rune);
	else
		complain(scanner->complaints, &place,
			 text[at] == '%' ? "an interface follows a `%`" : NULL,
			 "this character has no meaning here");
	return scanner_mark(scanner, STRANGE, text, length);
}

bool
scanner_is_bom(const struct scanner *scanner, const char *text, size_t length)
{
	return length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 &&
	       place_at(scanner, text, length).offset == 0;
}

void
scanner_warn_equal(struct scanner *scanner, const char *text)
{
	struct place place = place_at(scanner, text, 2);
	complain(scanner->complaints, &place, NULL, "equality is written `=`");
}

void
scanner_bad(struct scanner *scanner, const char *text, size_t length, const char *problem)
{
	struct place place = place_at(scanner, text, length);
	complain(scanner->complaints, &place, NULL, "%s", problem);
}

static struct place
place_at(const struct scanner *scanner, const char *text, size_t length)
{
	const struct scanner_frame *frame = scanner->frame;
	return (struct place){ .source = frame->source,
			       .offset = (uint32_t)(text - frame->base) + frame->offset,
			       .length = (uint32_t)length };
}

/* What comes from word processors and web pages. */
static const char *
rune_hint(uint32_t rune)
{
	if ((rune >= 0x2018 && rune <= 0x201f) || rune == 0xab || rune == 0xbb)
		return "strings stand in plain quotes: \"…\"";
	if (rune == 0xa0 || rune == 0x3000 || rune == 0x202f ||
	    (rune >= 0x2000 && rune <= 0x200f) || rune == 0xfeff)
		return "it looks like a blank, or like nothing: type a plain blank "
		       "instead";
	if ((rune >= 0x2010 && rune <= 0x2015) || rune == 0x2212)
		return "type a plain `-` instead";
	return "outside of strings and comments, only plain letters, digits and marks "
	       "may stand";
}

static struct piece *
piece_set(struct scanner *scanner, enum piece_kind kind, const char *text, size_t length)
{
	const struct scanner_frame *frame = scanner->frame;
	struct piece *piece = &scanner->piece;
	piece->kind = (uint8_t)kind;
	piece->keyword = 0;
	piece->source = frame->source;
	piece->offset = (uint32_t)(text - frame->base) + frame->offset;
	piece->length = (uint32_t)length;
	piece->text = text;
	piece->text_length = (uint32_t)length;
	piece->scope = NULL;
	return piece;
}

/* ---- texts
 * ------------------------------------------------------------------------------- */

void
scanner_include(struct scanner *scanner, const char *text, size_t length)
{
	const char *end = text + length;
	const char *quote = memchr(text, '"', length);
	const char *from = quote + 1;
	const char *to = memchr(from, '"', (size_t)(end - from));
	const struct scanner_frame *top = scanner->frame;
	struct scanner_frame new = { .depth = top->depth + 1 };
	new.from = (struct place){ .source = top->source,
				   .offset = (uint32_t)(quote - top->base) + top->offset,
				   .length = (uint32_t)(to - from) + 2 };
	char *path = path_resolve(scanner, from, (size_t)(to - from));
	if (scanner->sys == NULL) {
		complain(scanner->complaints, &new.from, NULL,
			 "files cannot be included here");
		return;
	}
	if (new.depth > INCLUDE_DEPTH) {
		complain(scanner->complaints, &new.from, NULL,
			 "files are included more than %d deep", INCLUDE_DEPTH);
		return;
	}
	struct paths paths = { .arena = scanner->scratch };
	if (path[strcspn(path, "*?[")] == '\0') {
		path_found(&paths, path);
	} else {
		new.is_pattern = true;
		int error = scanner->sys->class->file_glob(scanner->sys, path, path_found,
							   &paths);
		if (error < 0)
			complain(scanner->complaints, &new.from, NULL,
				 "cannot look for `%s`: %s", path, text_error(error));
	}
	new.paths = paths.list;
	new.path_count = paths.count;
	include_next(scanner, &new);
}

bool
scanner_pop(struct scanner *scanner)
{
	struct scanner_frame *done = scanner->frame;
	scanner->frame = done->below;
	include_next(scanner, done);
	return scanner->frame != NULL;
}

/* Opens the next file of an include that can be read. */
static void
include_next(struct scanner *scanner, struct scanner_frame *frame)
{
	while (frame->path_count > 0) {
		const char *path = *frame->paths++, *reason;
		frame->path_count--;
		if (is_open(scanner, path)) {
			complain(scanner->complaints, &frame->from, NULL,
				 "`%s` includes itself", path);
			continue;
		}
		int source =
			source_add_file(scanner->sources, scanner->sys, path, &reason);
		/* A pattern means the files it fits. */
		if (source == -EISDIR && frame->is_pattern)
			continue;
		if (source < 0) {
			complain(scanner->complaints, &frame->from, NULL,
				 "cannot read `%s`: %s", path, reason);
			continue;
		}
		struct source *text = &scanner->sources->list[source];
		struct scanner_frame new = *frame;
		new.source = (uint16_t)source;
		new.base = text->text;
		new.offset = 0;
		frame_push(scanner, &new, text->text, text->size);
		return;
	}
}

static void
frame_push(struct scanner *scanner, const struct scanner_frame *new, char *text,
	   size_t size)
{
	struct scanner_frame *frame = arena_alloc(scanner->scratch, sizeof(*frame));
	*frame = *new;
	frame->below = scanner->frame;
	scanner->frame = frame;
	scanner_push(scanner, text, size);
}

/* The file is being read further down the stack. */
static bool
is_open(const struct scanner *scanner, const char *path)
{
	for (const struct scanner_frame *frame = scanner->frame; frame != NULL;
	     frame = frame->below) {
		const char *name = scanner->sources->list[frame->source].name;
		if (name != NULL && strcmp(name, path) == 0)
			return true;
	}
	return false;
}

/* Relative to the file that includes. */
static char *
path_resolve(struct scanner *scanner, const char *path, size_t length)
{
	const char *name = scanner->sources->list[scanner->frame->source].name;
	const char *slash = name != NULL ? strrchr(name, '/') : NULL;
	if (slash == NULL || (length > 0 && path[0] == '/'))
		return arena_strndup(scanner->scratch, path, length);
	return arena_printf(scanner->scratch, "%.*s/%.*s", (int)(slash - name), name,
			    (int)length, path);
}

static void
path_found(void *context, const char *path)
{
	struct paths *paths = context;
	if (paths->count == paths->room) {
		size_t room = MAX(paths->room * 2, 8);
		char **list = arena_alloc(paths->arena, room * sizeof(*list));
		if (paths->count > 0)
			memcpy(list, paths->list, paths->count * sizeof(*list));
		paths->list = list;
		paths->room = room;
	}
	paths->list[paths->count++] = arena_strdup(paths->arena, path);
}
