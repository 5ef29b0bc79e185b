/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compiles the pattern notation: recursive descent over the pattern's text, code for each
 * part in place.
 */
#include "conf/pattern.h"

#include "lib/arena.h"
#include <assert.h>
#include <stdbool.h>
#include <string.h>

/* One pattern being read. */
struct pattern_reader {
	struct pattern_program *program;
	const struct conf_item *item;
	const char *at;
	uint8_t tag; /* Of values without one of their own. */
};

static void sequence(struct pattern_reader *reader);
static void element(struct pattern_reader *reader);
static void alternatives(struct pattern_reader *reader);
static void option(struct pattern_reader *reader);
static void value(struct pattern_reader *reader);
static void value_of_type(struct pattern_reader *reader, enum conf_type type,
			  uint8_t number);
static void choice(struct pattern_reader *reader, const struct conf_word *words,
		   enum pattern_op op);
static void nested(struct pattern_reader *reader, const char *pattern);
static void word(struct pattern_reader *reader);
static uint8_t tag(struct pattern_reader *reader);
static void blanks(struct pattern_reader *reader);
static size_t emit(struct pattern_program *program, struct pattern_step step);
static uint16_t here(const struct pattern_program *program);
static uint16_t keyword_add(struct pattern_program *program, const char *text,
			    size_t length);
static void keywords_grow(struct pattern_program *program);
static uint16_t *keyword_bucket(const struct pattern_program *program, const char *text,
				size_t length);
static bool is_word_char(char character);

static const struct conf_word switch_words[] = {
	{ "on", 1 }, { "yes", 1 },   { "true", 1 }, { "off", 0 },
	{ "no", 0 }, { "false", 0 }, { NULL, 0 },
};
static const struct conf_word time_units[] = {
	{ "s", 1 }, { "ms", 1000 }, { "us", 1000000 }, { NULL, 0 }
};

void
pattern_program_init(struct pattern_program *program, struct arena *arena)
{
	*program = (struct pattern_program){ .arena = arena };
	emit(program, (struct pattern_step){ .op = PATTERN_FAIL });
	program->keyword_room = 32;
	program->keywords =
		arena_alloc(arena, program->keyword_room * sizeof(*program->keywords));
	program->keyword_count = 1;
	program->bucket_count = 64;
	program->buckets =
		arena_alloc(arena, program->bucket_count * sizeof(*program->buckets));
}

uint16_t
pattern_compile(struct pattern_program *program, const struct conf_item *item,
		uint16_t row)
{
	struct pattern_reader reader = { .program = program,
					 .item = item,
					 .at = item->pattern };
	uint16_t start = here(program);
	sequence(&reader);
	assert(*reader.at == '\0');
	emit(program, (struct pattern_step){ .op = PATTERN_ACCEPT, .x = row });
	return start;
}

uint16_t
pattern_keyword(const struct pattern_program *program, const char *text, size_t length)
{
	return *keyword_bucket(program, text, length);
}

const char *
pattern_value_name(enum pattern_value value)
{
	static const char *const names[PATTERN_VALUES] = {
		[PATTERN_NUMBER] = "a number",
		[PATTERN_TIME] = "a time",
		[PATTERN_STRING] = "a \"string\"",
		[PATTERN_NAME] = "a name",
		[PATTERN_TABLE] = "the name of a table",
		[PATTERN_ADDR] = "an address",
		[PATTERN_ADDR_SCOPED] = "an address",
		[PATTERN_PREFIX] = "a prefix",
		[PATTERN_IP4] = "an IPv4 address or a number",
		[PATTERN_BYTES] = "bytes in hex",
		[PATTERN_BODY] = "`{` and filter statements",
		[PATTERN_WHERE] = "an expression",
	};
	return names[value];
}

/* ---- the notation
 * -------------------------------------------------------------------------------- */

static void
sequence(struct pattern_reader *reader)
{
	for (blanks(reader); *reader->at != '\0' && strchr("|])", *reader->at) == NULL;
	     blanks(reader))
		element(reader);
}

/* One part of a sequence, with the dots behind it. */
static void
element(struct pattern_reader *reader)
{
	struct pattern_program *program = reader->program;
	uint16_t start = here(program);
	char first = *reader->at;
	if (first == '(') {
		alternatives(reader);
	} else if (first == '[') {
		option(reader);
	} else if (first == '<' || first == '@') {
		value(reader);
	} else if (first == '{' &&
		   (reader->at[1] == '\0' || strcmp(reader->at, "{]") == 0)) {
		reader->at++;
		emit(program, (struct pattern_step){ .op = PATTERN_BLOCK });
	} else if (strchr(",-={}", first) != NULL) {
		reader->at++;
		struct pattern_step step = { .op = PATTERN_MARK, .x = (uint8_t)first };
		step.tag = tag(reader);
		emit(program, step);
	} else if (first == '&') {
		reader->at++;
		choice(reader, reader->item->more, PATTERN_CONST);
	} else if (first == '$') {
		reader->at++;
		choice(reader, time_units, PATTERN_SCALE);
	} else if (first == '?') {
		reader->at++;
		emit(program, (struct pattern_step){ .op = PATTERN_CONST,
						     .tag = reader->tag,
						     .number = 1 });
	} else if (first == '!') {
		reader->at++;
		choice(reader, switch_words, PATTERN_CONST);
	} else {
		word(reader);
	}
	if (strncmp(reader->at, "...", 3) == 0) {
		reader->at += 3;
		emit(program,
		     (struct pattern_step){ .op = PATTERN_SPLIT,
					    .x = start,
					    .y = (uint16_t)(here(program) + 1) });
	}
}

static void
alternatives(struct pattern_reader *reader)
{
	struct pattern_program *program = reader->program;
	uint16_t ends[32];
	size_t end_count = 0;
	do {
		reader->at++;
		size_t split =
			emit(program, (struct pattern_step){ .op = PATTERN_SPLIT });
		program->steps[split].x = here(program);
		sequence(reader);
		assert(end_count < ARRAY_SIZE(ends));
		ends[end_count++] = (uint16_t)emit(
			program, (struct pattern_step){ .op = PATTERN_JUMP });
		/* The last one's other way stays 0, which fails. */
		if (*reader->at == '|')
			program->steps[split].y = here(program);
	} while (*reader->at == '|');
	assert(*reader->at == ')');
	reader->at++;
	for (size_t i = 0; i < end_count; i++)
		program->steps[ends[i]].x = here(program);
}

static void
option(struct pattern_reader *reader)
{
	struct pattern_program *program = reader->program;
	reader->at++;
	size_t split = emit(program, (struct pattern_step){ .op = PATTERN_SPLIT });
	program->steps[split].x = here(program);
	sequence(reader);
	assert(*reader->at == ']');
	reader->at++;
	program->steps[split].y = here(program);
}

static void
value(struct pattern_reader *reader)
{
	static const struct {
		const char *name;
		enum pattern_value value;
	} kinds[] = {
		{ "number", PATTERN_NUMBER },     { "string", PATTERN_STRING },
		{ "name", PATTERN_NAME },         { "addr", PATTERN_ADDR },
		{ "addr%", PATTERN_ADDR_SCOPED }, { "prefix", PATTERN_PREFIX },
		{ "ip4", PATTERN_IP4 },           { "bytes", PATTERN_BYTES },
		{ "body", PATTERN_BODY },         { "expr", PATTERN_WHERE },
		{ "time", PATTERN_TIME },         { "table", PATTERN_TABLE },
	};
	if (*reader->at == '@') {
		reader->at++;
		value_of_type(reader, reader->item->type, 0);
		return;
	}
	const char *name = ++reader->at;
	size_t length = strcspn(name, ":>");
	reader->at += length;
	struct pattern_step step = { .op = PATTERN_VALUE, .tag = tag(reader) };
	if (step.tag == 0)
		step.tag = reader->tag;
	assert(*reader->at == '>');
	reader->at++;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strlen(kinds[i].name) != length ||
		    strncmp(kinds[i].name, name, length) != 0)
			continue;
		step.x = (uint16_t)kinds[i].value;
		emit(reader->program, step);
		if (kinds[i].value == PATTERN_TIME)
			nested(reader, "[$]");
		return;
	}
	assert(length == 6 && (*name == 's' || *name == 'f'));
	value_of_type(reader, *name == 's' ? CONF_SWITCH : CONF_FILTER, step.tag);
}

/* What `@` stands for: & a word of the row's table, $ a unit of time, ! on or off, ? on.
 */
static void
value_of_type(struct pattern_reader *reader, enum conf_type type, uint8_t number)
{
	static const char *const patterns[] = {
		[CONF_SWITCH] = "( <number> | ! | ? )",
		[CONF_U32] = "<number>",
		[CONF_U64] = "<number>",
		[CONF_USEC] = "<time>",
		[CONF_STRING] = "<string>",
		[CONF_NAME] = "<name>",
		[CONF_TABLE] = "<table>",
		[CONF_ADDR] = "<addr>",
		[CONF_IP4] = "<ip4>",
		[CONF_PREFIX] = "<prefix>",
		[CONF_ENUM] = "&",
		[CONF_FLAGS] = "( { & [( , & )...] } | all:1 | off:2 | & )",
		[CONF_SECRET] = "( <string> | <bytes> )",
		[CONF_FILTER] = "( all:1 | none:2 | filter ( <name:3> | <body:4> ) | "
				"where <expr:4> )",
		[CONF_INTERFACES] =
			"[-:1] ( <string:2> [<prefix:3>] | <prefix:3> | <addr:3> )"
			" [( , [-:1] ( <string:2> [<prefix:3>] | <prefix:3> | <addr:3> ) "
			")...]",
		[CONF_IGNORED] =
			"[( <number> | <name> | <addr%> | <prefix> | <bytes> )...]",
		[CONF_REFUSED] =
			"[( <number> | <name> | <addr%> | <prefix> | <bytes> )...]",
	};
	assert(patterns[type] != NULL);
	struct pattern_reader inner = { .program = reader->program,
					.item = reader->item,
					.tag = number };
	nested(&inner, patterns[type]);
}

/* The same row's code for a pattern of ours. */
static void
nested(struct pattern_reader *reader, const char *pattern)
{
	struct pattern_reader inner = *reader;
	inner.at = pattern;
	sequence(&inner);
	assert(*inner.at == '\0');
}

/* One of the words of a table; what is captured is its value. */
static void
choice(struct pattern_reader *reader, const struct conf_word *words, enum pattern_op op)
{
	struct pattern_program *program = reader->program;
	size_t end = 0;
	for (; words->name != NULL; words++) {
		size_t split =
			emit(program, (struct pattern_step){ .op = PATTERN_SPLIT });
		program->steps[split].x = here(program);
		nested(reader, words->name);
		emit(program, (struct pattern_step){ .op = (uint8_t)op,
						     .tag = reader->tag,
						     .number = words->value });
		/* The ends are chained by `y` till the common end is known. */
		end = emit(program, (struct pattern_step){ .op = PATTERN_JUMP,
							   .y = (uint16_t)end });
		if (words[1].name != NULL)
			program->steps[split].y = here(program);
	}
	while (end != 0) {
		size_t next = program->steps[end].y;
		program->steps[end].x = here(program);
		end = next;
	}
}

static void
word(struct pattern_reader *reader)
{
	size_t length = 0;
	while (is_word_char(reader->at[length]))
		length++;
	assert(length > 0);
	struct pattern_step step = {
		.op = PATTERN_WORD, .x = keyword_add(reader->program, reader->at, length)
	};
	reader->at += length;
	step.tag = tag(reader);
	emit(reader->program, step);
}

/* `:7`, or 0. */
static uint8_t
tag(struct pattern_reader *reader)
{
	unsigned number = 0;
	if (*reader->at != ':')
		return 0;
	for (reader->at++; *reader->at >= '0' && *reader->at <= '9'; reader->at++)
		number = number * 10 + (unsigned)(*reader->at - '0');
	assert(number > 0 && number <= UINT8_MAX);
	return (uint8_t)number;
}

static void
blanks(struct pattern_reader *reader)
{
	while (*reader->at == ' ')
		reader->at++;
}

static bool
is_word_char(char character)
{
	return (character >= 'a' && character <= 'z') ||
	       (character >= 'A' && character <= 'Z') ||
	       (character >= '0' && character <= '9') || character == '_';
}

/* ---- the program
 * ------------------------------------------------------------------------------------ */

static size_t
emit(struct pattern_program *program, struct pattern_step step)
{
	assert(program->count < PATTERN_STEPS);
	if (program->count == program->room) {
		size_t room = MAX(program->room * 2, 128);
		struct pattern_step *steps =
			arena_alloc(program->arena, room * sizeof(*steps));
		if (program->count > 0)
			memcpy(steps, program->steps, program->count * sizeof(*steps));
		program->steps = steps;
		program->room = room;
	}
	program->steps[program->count] = step;
	return program->count++;
}

/* Where the next step will stand. */
static uint16_t
here(const struct pattern_program *program)
{
	return (uint16_t)program->count;
}

static uint16_t
keyword_add(struct pattern_program *program, const char *text, size_t length)
{
	uint16_t *bucket = keyword_bucket(program, text, length);
	if (*bucket != 0)
		return *bucket;
	assert(program->keyword_count < PATTERN_KEYWORDS);
	if (program->keyword_count == program->keyword_room ||
	    program->keyword_count * 2 >= program->bucket_count) {
		keywords_grow(program);
		bucket = keyword_bucket(program, text, length);
	}
	*bucket = (uint16_t)program->keyword_count;
	program->keywords[program->keyword_count] =
		arena_strndup(program->arena, text, length);
	return (uint16_t)program->keyword_count++;
}

static void
keywords_grow(struct pattern_program *program)
{
	size_t count = program->keyword_count;
	const char **keywords = arena_alloc(program->arena, program->keyword_room * 2 *
								    sizeof(*keywords));
	memcpy(keywords, program->keywords, count * sizeof(*keywords));
	program->keywords = keywords;
	program->keyword_room *= 2;
	program->bucket_count *= 2;
	program->buckets = arena_alloc(program->arena,
				       program->bucket_count * sizeof(*program->buckets));
	for (size_t i = 1; i < count; i++)
		*keyword_bucket(program, keywords[i], strlen(keywords[i])) = (uint16_t)i;
}

/* Where the keyword stands, or an empty bucket where it would. */
static uint16_t *
keyword_bucket(const struct pattern_program *program, const char *text, size_t length)
{
	uint32_t key = 2166136261u;
	for (size_t i = 0; i < length; i++)
		key = (key ^ (uint8_t)text[i]) * 16777619u;
	for (size_t i = key ^ key >> 16;; i++) {
		uint16_t *bucket = &program->buckets[i & (program->bucket_count - 1)];
		if (*bucket == 0)
			return bucket;
		const char *keyword = program->keywords[*bucket];
		if (strncmp(keyword, text, length) == 0 && keyword[length] == '\0')
			return bucket;
	}
}
