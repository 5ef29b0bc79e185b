/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding the row of a line word by word: those before are settled, and the next one is
 * looked for among the rows that have these.
 */
#include "lib/words.h"

#include <string.h>

#include "lib/macros.h"
#include "lib/mem.h"

#define CHOICES_MOST 64 /* Looked at for the nearest. */

/* ---- lines ---- */

bool
words_split(struct words_line *line, const char *text)
{
	*line = (struct words_line){ .memory = mem_alloc(strlen(text) + 1) };
	char *to = line->memory;
	for (text += strspn(text, " \t"); *text; text += strspn(text, " \t")) {
		bool is_last = line->count == WORDS_MOST - 1;
		char quote = !is_last && (*text == '"' || *text == '\'') ? *text : 0;
		const char *start = quote ? text + 1 : text;
		const char *end = quote     ? strchr(start, quote)
				  : is_last ? start + strlen(start)
					    : start + strcspn(start, " \t");
		if (!end)
			return false;
		line->starts[line->count] = text;
		line->quoted |= (uint64_t)(quote != 0) << line->count;
		line->words[line->count++] = to;
		memcpy(to, start, (size_t)(end - start));
		to += end - start;
		*to++ = '\0';
		text = quote ? end + 1 : end;
	}
	return true;
}

void
words_fini(struct words_line *line)
{
	mem_free(line->memory);
	line->memory = NULL;
}

/* ---- rows ---- */

/* Word number `index` of a command, with its spellings; false if it has fewer. */
static bool
word_at(const char *words, unsigned index, const char **word, size_t *length)
{
	for (; index > 0; index--) {
		words = strchr(words, ' ');
		if (!words)
			return false;
		words++;
	}
	*word = words;
	*length = strcspn(words, " ");
	return true;
}

enum match { MATCH_NONE, MATCH_PREFIX, MATCH_EXACT };

/* How well `token` fits one of the spellings. */
static enum match
word_match(const char *spellings, size_t length, const char *token, size_t size)
{
	enum match best = MATCH_NONE;
	for (size_t at = 0; at < length;) {
		size_t one = strcspn(spellings + at, "| ");
		if (size <= one && !memcmp(spellings + at, token, size))
			best = MAX(best, size == one ? MATCH_EXACT : MATCH_PREFIX);
		at += one + 1;
	}
	return best;
}

/* One step: the word behind the settled ones. */
struct step {
	struct words_found *found;
	const char *token; /* Null: only what could come is looked for. */
	enum match best;
	const char *word; /* That matched best. */
	size_t length;    /* With its spellings. */
	const char *choices[CHOICES_MOST];
	size_t choice_lengths[CHOICES_MOST];
	enum match choice_matches[CHOICES_MOST];
	size_t choice_count;
};

static bool
head_matches(const struct words_found *found, const struct words_row *row)
{
	for (unsigned i = 0; i < found->count; i++) {
		const char *word;
		size_t length;
		if (!word_at(row->words, i, &word, &length) ||
		    word_match(word, length, found->settled[i], found->lengths[i]) !=
			    MATCH_EXACT)
			return false;
	}
	return true;
}

/* Rows that begin alike are one choice. */
static void
choice_add(struct step *step, const char *word, size_t length, enum match match)
{
	for (size_t i = 0; i < step->choice_count; i++)
		if (step->choice_lengths[i] == length &&
		    !memcmp(step->choices[i], word, length))
			return;
	if (step->choice_count == CHOICES_MOST)
		return;
	step->choice_matches[step->choice_count] = match;
	step->choice_lengths[step->choice_count] = length;
	step->choices[step->choice_count++] = word;
}

static bool
step_visit(void *context, const struct words_row *row)
{
	struct step *step = context;
	struct words_found *found = step->found;
	const char *word;
	size_t length;
	if (!head_matches(found, row))
		return true;
	if (!word_at(row->words, found->count, &word, &length)) {
		if (!found->complete)
			found->row = *row;
		found->complete = true;
		return true;
	}
	enum match match = MATCH_NONE;
	if (step->token)
		match = word_match(word, length, step->token, strlen(step->token));
	choice_add(step, word, strcspn(word, "| "), match);
	if (match == MATCH_NONE || match < step->best)
		return true;
	bool same =
		step->word && length == step->length && !memcmp(word, step->word, length);
	found->ambiguous = match == step->best && !same;
	step->best = match;
	step->word = word;
	step->length = length;
	return true;
}

/* What is said of a word that was not found: those meant by it, or all. */
static void
choices_tell(const struct step *step)
{
	struct words_found *found = step->found;
	const char *names[CHOICES_MOST];
	struct text all = { 0 };
	for (size_t i = 0; i < step->choice_count; i++) {
		text_add_bytes(&all, step->choices[i], step->choice_lengths[i]);
		text_add_bytes(&all, "", 1);
		if (!found->ambiguous || step->choice_matches[i] == step->best)
			text_printf(&found->choices, "%s%.*s",
				    found->choices.length > 0 ? ", " : "",
				    (int)step->choice_lengths[i], step->choices[i]);
	}
	const char *name = all.text;
	for (size_t i = 0; i < step->choice_count; i++, name += strlen(name) + 1)
		names[i] = name;
	const char *nearest =
		step->token ? text_nearest(step->token, names, step->choice_count) : NULL;
	if (nearest)
		text_format(found->nearest, sizeof(found->nearest), "%s", nearest);
	text_fini(&all);
}

/* Settles the next word; false if none is. */
static bool
step_take(const struct words_source *source, const char *token, struct words_found *found)
{
	struct step step = { .found = found, .token = token };
	found->complete = found->ambiguous = false;
	source->each(source, step_visit, &step);
	bool ambiguous = found->ambiguous && step.best != MATCH_EXACT;
	found->ambiguous = ambiguous;
	if (!step.word || ambiguous || found->count == WORDS_DEPTH) {
		choices_tell(&step);
		return false;
	}
	found->settled[found->count] = step.word;
	found->lengths[found->count++] = strcspn(step.word, "| ");
	return true;
}

void
words_find(const struct words_source *source, const struct words_line *line,
	   struct words_found *found)
{
	*found = (struct words_found){ .count = 0 };
	while (step_take(source,
			 found->count < line->count ? line->words[found->count] : NULL,
			 found))
		;
}

void
words_found_fini(struct words_found *found)
{
	text_fini(&found->choices);
}

void
words_spell(struct text *to, const char *words)
{
	for (; *words; words += strcspn(words, " ")) {
		if (*words == ' ') {
			text_add_char(to, ' ');
			words++;
		}
		text_add_bytes(to, words, strcspn(words, "| "));
	}
}

/* ---- what may follow ---- */

struct completion {
	const struct words_offer *offer;
	const struct words_found *found;
	const char *partial;
	struct text told; /* Words, each between newlines: told once. */
};

static void
word_offer(const struct completion *completion, const char *word, const char *doc)
{
	if (!strncmp(word, completion->partial, strlen(completion->partial)))
		completion->offer->word(completion->offer->context, word, doc);
}

static bool
completion_visit(void *context, const struct words_row *row)
{
	struct completion *completion = context;
	const char *word;
	size_t length;
	if (!head_matches(completion->found, row) ||
	    !word_at(row->words, completion->found->count, &word, &length))
		return true;
	struct text line = { 0 };
	text_printf(&line, "\n%.*s\n", (int)strcspn(word, "| "), word);
	if (!strstr(text_string(&completion->told), line.text)) {
		text_add(&completion->told, line.text);
		line.text[line.length - 1] = '\0';
		word_offer(completion, line.text + 1, word[length] ? "…" : row->doc);
	}
	text_fini(&line);
	return true;
}

/* One thing of a command's args: a word, a `<kind>` or SOMETHING else. */
struct token {
	const char *text;
	size_t length;
	bool is_kind, is_other;
	bool is_optional;  /* In brackets. */
	unsigned group;    /* Of those in brackets, or of those not in brackets. */
	unsigned position; /* In its group: behind so many others. */
};

/* Where a walk over args is. */
struct args_walk {
	const char *at;
	unsigned depth, groups[2], position;
	bool begun; /* Something that is not in brackets was met. */
};

static bool
is_word(char character)
{
	return (character >= 'a' && character <= 'z') ||
	       (character >= 'A' && character <= 'Z') || character == '-';
}

static void
walk_over(struct args_walk *walk)
{
	char character = *walk->at++;
	if (character == '[' && walk->depth++ == 0) {
		walk->position = 0;
		walk->groups[true]++;
	} else if (character == ']' && walk->depth > 0) {
		walk->depth--;
	} else if (character == ' ' && walk->depth > 0) {
		walk->position++;
	} else if (character == ' ' && *walk->at != '[' && walk->begun) {
		walk->groups[false]++;
	}
}

/* The next token; false at the end. */
static bool
token_next(struct args_walk *walk, struct token *token)
{
	while (*walk->at && *walk->at != '<' && !is_word(*walk->at))
		walk_over(walk);
	bool is_kind = *walk->at == '<', is_optional = walk->depth > 0;
	walk->at += is_kind;
	walk->begun |= !is_optional;
	*token = (struct token){ .text = walk->at,
				 .is_kind = is_kind,
				 .is_other = *walk->at >= 'A' && *walk->at <= 'Z',
				 .is_optional = is_optional,
				 .group = walk->groups[is_optional],
				 .position = is_optional ? walk->position : 0 };
	while (is_word(walk->at[token->length]))
		token->length++;
	walk->at += token->length;
	walk->at += is_kind && *walk->at == '>';
	return token->length > 0;
}

static void
token_offer(const struct completion *completion, const struct token *token)
{
	struct text text = { 0 };
	text_add_bytes(&text, token->text, token->length);
	if (!token->is_kind && !token->is_other)
		word_offer(completion, text_string(&text), "");
	else if (token->is_kind && completion->offer->names)
		completion->offer->names(completion->offer->context, text_string(&text),
					 completion->partial);
	text_fini(&text);
}

static bool
token_is(const struct token *token, const char *word)
{
	return !token->is_kind && !token->is_other && strlen(word) == token->length &&
	       !memcmp(word, token->text, token->length);
}

/* `word` is one of those in brackets. */
static bool
args_have(const char *args, const char *word)
{
	struct args_walk walk = { .at = args };
	struct token token;
	while (token_next(&walk, &token))
		if (token.is_optional && token_is(&token, word))
			return true;
	return false;
}

/* Finds what `previous` wants behind it: true, and `wanted` has its group and place. */
static bool
args_want(const char *args, const char *previous, struct token *wanted)
{
	struct args_walk walk = { .at = args };
	struct token token, before = { .group = 0 };
	while (token_next(&walk, &token)) {
		if (before.group > 0 && token.is_optional &&
		    token.group == before.group &&
		    token.position == before.position + 1) {
			*wanted = token;
			return true;
		}
		if (token.is_optional && token_is(&token, previous))
			before = token;
	}
	return false;
}

/* `words` are those of args that have been typed. */
static void
args_offer(const struct completion *completion, const char *args,
	   const char *const *words, unsigned count)
{
	struct args_walk walk = { .at = args };
	struct token token, wanted;
	bool is_wanted = count > 0 && args_want(args, words[count - 1], &wanted);
	unsigned place = 0;
	for (unsigned i = 0; i < count; i++)
		place += !args_have(args, words[i]);
	while (token_next(&walk, &token)) {
		bool fits = is_wanted
				    ? token.is_optional && token.group == wanted.group &&
					      token.position == wanted.position
			    : token.is_optional ? token.position == 0
						: token.group == place;
		if (fits)
			token_offer(completion, &token);
	}
}

void
words_complete(const struct words_source *source, const char *text,
	       const struct words_offer *offer)
{
	struct words_line line;
	struct words_found found;
	size_t length = strlen(text);
	bool is_open = length > 0 && text[length - 1] != ' ' && text[length - 1] != '\t';
	struct completion completion = { .offer = offer, .found = &found, .partial = "" };
	if (words_split(&line, text)) {
		if (is_open && line.count > 0)
			completion.partial = line.words[--line.count];
		words_find(source, &line, &found);
		if (found.count == line.count)
			source->each(source, completion_visit, &completion);
		if (found.complete)
			args_offer(&completion, found.row.args, line.words + found.count,
				   line.count - found.count);
		words_found_fini(&found);
		text_fini(&completion.told);
	}
	words_fini(&line);
}

/* ---- args ---- */

static void
token_copy(const struct token *token, char text[WORDS_ARG])
{
	text_format(text, WORDS_ARG, "%.*s", (int)token->length, token->text);
}

enum words_arg
words_arg_find(const char *args, const char *word, char full[WORDS_ARG])
{
	struct args_walk walk = { .at = args };
	struct token token;
	size_t length = strlen(word);
	enum words_arg found = WORDS_NONE;
	while (token_next(&walk, &token)) {
		if (token_is(&token, word))
			found = WORDS_EXACT;
		if (token.is_kind || token.is_other || found == WORDS_EXACT ||
		    token.length <= length || memcmp(word, token.text, length) != 0)
			continue;
		char text[WORDS_ARG];
		token_copy(&token, text);
		if (found == WORDS_PREFIX && strcmp(text, full) != 0)
			found = WORDS_AMBIGUOUS;
		else if (found == WORDS_NONE)
			found = WORDS_PREFIX;
		if (found == WORDS_PREFIX)
			memcpy(full, text, sizeof(text));
	}
	return found;
}

bool
words_arg_nearest(const char *args, const char *word, char nearest[WORDS_ARG])
{
	struct args_walk walk = { .at = args };
	struct token token;
	char words[CHOICES_MOST][WORDS_ARG];
	const char *choices[CHOICES_MOST];
	size_t count = 0;
	while (count < CHOICES_MOST && token_next(&walk, &token)) {
		if (token.is_kind || token.is_other)
			continue;
		token_copy(&token, words[count]);
		choices[count] = words[count];
		count++;
	}
	const char *found = text_nearest(word, choices, count);
	if (found)
		text_format(nearest, WORDS_ARG, "%s", found);
	return found;
}

void
words_arg_kinds(const char *args, bool (*visit)(void *context, const char *kind),
		void *context)
{
	struct args_walk walk = { .at = args };
	struct token token;
	char kind[WORDS_ARG];
	while (token_next(&walk, &token)) {
		token_copy(&token, kind);
		if (token.is_kind && !visit(context, kind))
			return;
	}
}
