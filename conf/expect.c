/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What to say when a piece fits no row: what was expected, the nearest word that would
 * have fitted, and what the writer likely meant.
 */
#include "conf/expect.h"

#include "conf/hint.h"
#include "conf/reader.h"
#include "lib/arena.h"
#include "lib/macros.h"
#include "lib/text.h"
#include "nest/router.h"
#include <string.h>

#define EXPECT_SHOWN 6
#define EXPECT_GROUP 7 /* So many of a kind are named by their kind. */

/* What may stand at a place. */
struct expected {
	struct arena *arena;
	const char **words; /* Keywords. */
	size_t word_count, word_room;
	const char *values[32]; /* Kinds of values, each once. */
	size_t value_count;
	bool takes_value; /* A constant might stand here. */
};

static struct expected expected_at(struct reader *reader, rows_state state);
static void expected_add(void *context, const char *what, bool is_word);
static void word_add(struct expected *expected, const char *word);
static bool is_among(const char *const *names, const char *name);
static const char *tokens_text(struct reader *reader, const char *const *names,
			       size_t count);
static const char *nearest_row(struct reader *reader, const char *word,
			       const struct expected *expected);
static const char *expected_text(struct reader *reader, const struct expected *expected);
static void filter_found(void *context, const char *kind, const char *name,
			 const struct ast_place *place);
static void constant_found(void *context, const char *kind, const char *name,
			   const struct ast_place *place);
static void module_found(void *context, const char *name);
static const char *constant_hint(struct reader *reader, const struct piece *piece);
static const char *piece_word(struct reader *reader, const struct piece *piece);

void
expect_complain(struct reader *reader, const struct piece *piece)
{
	struct place place = piece_place(piece);
	struct expected expected = expected_at(reader, reader->state);
	bool is_word = piece->kind == PIECE_WORD;
	const char *word = piece_word(reader, piece);
	if (complaints_has(&reader->complaints, &place))
		return;
	if (reader->piece_count == 0 && is_word) {
		/* `local-port 6696` */
		bool has_dash = piece->text[piece->length] == '-';
		const char *hint =
			has_dash ? hint_dash(reader, piece) : hint_word(reader, word);
		bool known = hint != NULL;
		if (hint == NULL)
			hint = nearest_row(reader, word, &expected);
		complain(&reader->complaints, &place, hint,
			 known ? "`%s` cannot stand here" : "unknown option `%s`", word);
		return;
	}
	if (reader->piece_count == 0) {
		complain(&reader->complaints, &place, hint_mark(piece),
			 "a statement begins with a word, not with `%s`", word);
		return;
	}
	if (is_word && expected.takes_value)
		policy_each(reader->policy, constant_found, &expected);
	const char *hint = NULL;
	if (is_word)
		hint = expect_nearest(reader, word, expected.words, expected.word_count);
	if (hint == NULL)
		hint = hint_piece(reader, piece, word);
	if (hint == NULL && expected.takes_value &&
	    (is_word || piece->kind == PIECE_SCOPED))
		hint = constant_hint(reader, piece);
	struct expected plain = expected_at(reader, reader->state);
	complain(&reader->complaints, &place, hint, "%s expected here, not `%s`",
		 expected_text(reader, &plain), word);
}

/* A word where a value is to stand: what it is, or that it is nothing. */
static const char *
constant_hint(struct reader *reader, const struct piece *piece)
{
	const char *name =
		arena_strndup(reader->scratch, piece->text, piece->text_length);
	const char *kind = policy_kind_of(reader->policy, name);
	struct value value;
	if (kind == NULL)
		return arena_printf(reader->scratch,
				    "no constant of the name `%s` is defined before this",
				    name);
	if (!policy_constant(reader->policy, name, &value))
		return arena_printf(reader->scratch, "`%s` is the name of a %s", name,
				    kind);
	return arena_printf(reader->scratch, "the constant `%s` is of type %s", name,
			    value_type_name((enum value_type)value.type));
}

void
expect_complain_end(struct reader *reader)
{
	const struct piece *last = &reader->pieces[reader->piece_count - 1];
	struct place place = { .source = last->source,
			       .offset = last->offset + last->length,
			       .length = 1 };
	struct expected expected = expected_at(reader, reader->state);
	complain(&reader->complaints, &place, NULL,
		 "this statement is not complete: %s expected",
		 expected_text(reader, &expected));
}

const char *
expect_nearest(struct reader *reader, const char *word, const char *const *candidates,
	       size_t count)
{
	const char *nearest = text_nearest(word, candidates, count);
	return nearest == NULL
		       ? NULL
		       : arena_printf(reader->scratch, "did you mean `%s`?", nearest);
}

const char *
expect_class(struct reader *reader, const char *word, const char *const *candidates,
	     size_t count)
{
	struct expected names = { .arena = reader->scratch };
	if (reader->router != NULL) {
		struct sys *sys = reader->router->sys;
		sys->class->module_list(sys, module_found, &names);
	}
	for (size_t i = 0; i < names.word_count; i++)
		if (strcmp(names.words[i], word) == 0)
			return arena_printf(reader->scratch,
					    "`load \"%s\";` brings it in", word);
	for (size_t i = 0; i < count; i++)
		expected_add(&names, candidates[i], true);
	return expect_nearest(reader, word, names.words, names.word_count);
}

const char *
expect_named(struct reader *reader, enum named_kind kind, const char *word)
{
	struct expected names = { .arena = reader->scratch };
	hash_each(named, &reader->named, struct named, node)
		if (named->kind == kind)
			word_add(&names, named->name);
	return expect_nearest(reader, word, names.words, names.word_count);
}

const char *
expect_filter(struct reader *reader, const char *word)
{
	struct expected names = { .arena = reader->scratch };
	policy_each(reader->policy, filter_found, &names);
	return expect_nearest(reader, word, names.words, names.word_count);
}

const char *
expect_tokens(struct reader *reader, const char *const *names, size_t count)
{
	enum { OPERATOR, VALUE, STATEMENT, GROUPS };
	static const char *const groups[GROUPS][24] = {
		[OPERATOR] = { "`||`", "`&&`", "'='", "`!=`", "'<'", "`<=`", "'>'",
			       "`>=`", "'~'", "`!~`", "`++`", "'+'", "'-'", "'*'", "'/'",
			       "'.'" },
		[VALUE] = { "a word", "a 'name'", "a number", "a string", "an address",
			    "a prefix", "bytes", "`true`", "`false`", "'('", "'['",
			    "`[=`", "'!'", "'-'", "`+empty+`", "`-empty-`", "`--empty--`",
			    "`---empty---`" },
		[STATEMENT] = { "`if`", "`case`", "`for`", "`return`", "`accept`",
				"`reject`", "`error`", "`print`", "`printn`", "'{'",
				"';'" },
	};
	static const char *const titles[GROUPS] = { "an operator", "a value",
						    "a statement" };
	const char *left[EXPECT_SHOWN + GROUPS];
	size_t met[GROUPS] = { 0 }, shown = 0;
	for (size_t i = 0; i < count; i++)
		for (unsigned group = 0; group < GROUPS; group++)
			met[group] += is_among(groups[group], names[i]);
	for (size_t i = 0; i < count; i++) {
		bool grouped = false;
		for (unsigned group = 0; group < GROUPS; group++)
			grouped |= met[group] >= EXPECT_GROUP &&
				   is_among(groups[group], names[i]);
		if (!grouped && shown == EXPECT_SHOWN)
			return NULL;
		if (!grouped)
			left[shown++] = names[i];
	}
	/* A statement may begin with a value. */
	if (met[STATEMENT] >= EXPECT_GROUP)
		met[VALUE] = 0;
	for (unsigned group = 0; group < GROUPS; group++)
		if (met[group] >= EXPECT_GROUP)
			left[shown++] = titles[group];
	return shown > 0 ? tokens_text(reader, left, shown) : NULL;
}

static bool
is_among(const char *const *names, const char *name)
{
	while (*names != NULL && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

static const char *
tokens_text(struct reader *reader, const char *const *names, size_t count)
{
	struct text text = { .text = NULL };
	for (size_t i = 0; i < count; i++) {
		text_add(&text, i == 0 ? "expected " : i + 1 < count ? ", " : " or ");
		if (names[i][0] == '\'')
			text_printf(&text, "`%c`", names[i][1]);
		else
			text_add(&text, names[i]);
	}
	char *result = arena_strdup(reader->scratch, text_string(&text));
	text_fini(&text);
	return result;
}

static struct expected
expected_at(struct reader *reader, rows_state state)
{
	struct expected expected = { .arena = reader->scratch };
	rows_expect(reader_block(reader)->rows, state, expected_add, &expected);
	return expected;
}

/* All the words of the row that begins with the nearest one, if only one does. */
static const char *
nearest_row(struct reader *reader, const char *word, const struct expected *expected)
{
	const char *nearest = text_nearest(word, expected->words, expected->word_count);
	if (nearest == NULL)
		return NULL;
	const char *words = rows_words(reader_block(reader)->rows, nearest);
	size_t length = words != NULL ? strcspn(words, "@<[{(") : strlen(nearest);
	while (words != NULL && length > 0 && words[length - 1] == ' ')
		length--;
	return arena_printf(reader->scratch, "did you mean `%.*s`?", (int)length,
			    words != NULL ? words : nearest);
}

static void
expected_add(void *context, const char *what, bool is_word)
{
	struct expected *expected = context;
	if (!is_word) {
		for (size_t i = 0; i < expected->value_count; i++)
			if (expected->values[i] == what)
				return;
		if (expected->value_count < ARRAY_SIZE(expected->values))
			expected->values[expected->value_count++] = what;
		if (what[0] == 'a')
			expected->takes_value = true;
		return;
	}
	for (size_t i = 0; i < expected->word_count; i++)
		if (strcmp(expected->words[i], what) == 0)
			return;
	word_add(expected, what);
}

/* One that is not among them: there may be thousands of a configuration's own names. */
static void
word_add(struct expected *expected, const char *word)
{
	if (expected->word_count == expected->word_room) {
		size_t room = MAX(expected->word_room * 2, 16);
		const char **words = arena_alloc(expected->arena, room * sizeof(*words));
		if (expected->word_count > 0)
			memcpy(words, expected->words,
			       expected->word_count * sizeof(*words));
		expected->words = words;
		expected->word_room = room;
	}
	expected->words[expected->word_count++] = word;
}

/* "a number, `s` or `ms`" */
static const char *
expected_text(struct reader *reader, const struct expected *expected)
{
	struct text text = { .text = NULL };
	size_t count = expected->value_count + expected->word_count;
	/* One more takes no more room than saying so. */
	size_t shown = count <= EXPECT_SHOWN + 1 ? count : EXPECT_SHOWN;
	for (size_t i = 0; i < shown; i++) {
		bool is_value = i < expected->value_count;
		const char *what = is_value ? expected->values[i]
					    : expected->words[i - expected->value_count];
		const char *joint = i == 0                           ? ""
				    : i + 1 < shown || count > shown ? ", "
								     : " or ";
		text_printf(&text, is_value ? "%s%s" : "%s`%s`", joint, what);
	}
	if (count > shown)
		text_printf(&text, " or %zu other words", count - shown);
	char *result = arena_strdup(reader->scratch, text_string(&text));
	text_fini(&text);
	return result;
}

static void
module_found(void *context, const char *name)
{
	struct expected *names = context;
	expected_add(names, arena_strdup(names->arena, name), true);
}

static void
filter_found(void *context, const char *kind, const char *name,
	     const struct ast_place *place)
{
	(void)place;
	if (strcmp(kind, "filter") == 0)
		word_add(context, name);
}

static void
constant_found(void *context, const char *kind, const char *name,
	       const struct ast_place *place)
{
	(void)place;
	if (strcmp(kind, "constant") == 0)
		word_add(context, name);
}

/* The text of a piece, terminated. */
static const char *
piece_word(struct reader *reader, const struct piece *piece)
{
	if (piece->kind == PIECE_WORD || piece->kind == PIECE_QUOTED)
		return arena_strndup(reader->scratch, piece->text, piece->text_length);
	const struct source *source = &reader->sources.list[piece->source];
	return arena_strndup(reader->scratch, source->text + piece->offset,
			     MIN(piece->length, 40));
}
