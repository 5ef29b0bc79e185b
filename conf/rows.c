/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A set of program positions is a state; its successors are computed when first asked for
 * and kept in a table by symbol.  A symbol is a kind of piece, a mark, or a keyword.
 */
#include "conf/rows.h"

#include "lib/arena.h"
#include <assert.h>
#include <string.h>

/* Symbols; those of keywords follow. */
enum {
	SYMBOL_NAME,
	SYMBOL_QUOTED,
	SYMBOL_STRING,
	SYMBOL_NUMBER,
	SYMBOL_BYTES,
	SYMBOL_ADDR4,
	SYMBOL_ADDR6,
	SYMBOL_ADDR_SCOPED,
	SYMBOL_PREFIX,
	SYMBOL_BODY,
	SYMBOL_WHERE,
	SYMBOL_COMMA,
	SYMBOL_MINUS,
	SYMBOL_EQUALS,
	SYMBOL_OPEN,
	SYMBOL_CLOSE,
	SYMBOL_BLOCK,
	SYMBOL_OTHER,
	SYMBOL_KEYWORD
};

#define ROWS_STATES  8192
#define ROWS_UNKNOWN UINT16_MAX /* A successor not computed yet. */

struct state {
	uint16_t *at; /* Steps that take something or accept, ascending. */
	uint16_t count;
	uint8_t flags;  /* enum rows_flag */
	uint16_t *next; /* By symbol. */
};

struct rows {
	struct arena *arena;
	struct pattern_program program;
	struct rows_row *rows;
	size_t row_count, row_room;
	struct state *states;
	size_t state_count, state_room;
	/* Scratch of the closure: a mark per step, the set being made. */
	bool *seen;
	uint16_t *set, *stack, *touched;
	size_t set_count, touched_count;
	struct conf_value *values;
	size_t value_room;
};

/* A capture under way. */
struct capture {
	struct rows *rows;
	const struct conf_item *item;
	const struct piece *pieces;
	size_t piece_count;
	struct arena *arena;
	size_t count, words, best_words;
	unsigned budget;
};

static void states_begin(struct rows *rows);
static rows_state step(struct rows *rows, rows_state state, unsigned symbol);
static void set_add(struct rows *rows, uint16_t at);
static rows_state set_intern(struct rows *rows);
static unsigned set_sort(struct rows *rows);
static bool set_equals(const struct state *state, const uint16_t *set, size_t count);
static unsigned step_flags(const struct pattern_step *step);
static bool step_takes(const struct pattern_step *step, unsigned symbol);
static bool value_takes(enum pattern_value value, unsigned symbol);
static unsigned symbol_of(const struct piece *piece);
static bool run(struct capture *capture, uint16_t at, size_t piece);
static bool run_piece(struct capture *capture, const struct pattern_step *step,
		      size_t piece);
static bool cannot_begin(const struct capture *capture, uint16_t at, size_t piece);
static struct conf_value *value_add(struct capture *capture, uint8_t tag, size_t piece);
static void value_fill(struct capture *capture, const struct pattern_step *step,
		       size_t piece);

struct rows *
rows_new(struct arena *arena)
{
	struct rows *rows = arena_alloc(arena, sizeof(*rows));
	rows->arena = arena;
	pattern_program_init(&rows->program, arena);
	return rows;
}

void
rows_add(struct rows *rows, const struct conf_item *item, unsigned target)
{
	assert(rows->states == NULL);
	rows->rows = arena_grow(rows->arena, rows->rows, rows->row_count, &rows->row_room,
				sizeof(*rows->rows));
	struct rows_row *row = &rows->rows[rows->row_count];
	row->item = item;
	row->target = (uint8_t)target;
	row->start = pattern_compile(&rows->program, item, (uint16_t)rows->row_count);
	rows->row_count++;
}

void
rows_add_schema(struct rows *rows, const struct conf_schema *schema, unsigned target)
{
	for (; schema != NULL; schema = schema->base)
		for (const struct conf_item *item = schema->items;
		     item != NULL && item->pattern != NULL; item++)
			rows_add(rows, item, target);
}

void
rows_find_keyword(const struct rows *rows, struct piece *piece)
{
	piece->keyword = pattern_keyword(&rows->program, piece->text, piece->text_length);
}

rows_state
rows_step(struct rows *rows, rows_state state, struct piece *piece)
{
	piece->symbol = (uint16_t)symbol_of(piece);
	return step(rows, state, piece->symbol);
}

rows_state
rows_step_block(struct rows *rows, rows_state state)
{
	return step(rows, state, SYMBOL_BLOCK);
}

unsigned
rows_flags(const struct rows *rows, rows_state state)
{
	return state < rows->state_count ? rows->states[state].flags : 0;
}

bool
rows_takes(struct rows *rows, rows_state state, enum piece_kind kind)
{
	struct piece piece = { .kind = (uint8_t)kind };
	return step(rows, state, symbol_of(&piece)) != ROWS_DEAD;
}

void
rows_match(struct rows *rows, rows_state state, const struct piece *pieces, size_t count,
	   struct arena *arena, struct rows_match *match)
{
	const struct state *end = &rows->states[state];
	const struct rows_row *best = NULL;
	size_t best_words = 0, accepting = 0;
	for (size_t i = 0; i < end->count; i++)
		accepting += rows->program.steps[end->at[i]].op == PATTERN_ACCEPT;
	struct capture capture = {
		.rows = rows, .pieces = pieces, .piece_count = count, .arena = arena
	};
	/* Of several, the one with most words of its own; then the first.  The winner is
	 * run last. */
	for (unsigned round = accepting > 1 ? 0 : 1; round < 2; round++)
		for (size_t i = 0; i < end->count; i++) {
			const struct pattern_step *accept =
				&rows->program.steps[end->at[i]];
			if (accept->op != PATTERN_ACCEPT)
				continue;
			const struct rows_row *row = &rows->rows[accept->x];
			if (round == 1 && accepting > 1 && row != best)
				continue;
			capture.item = row->item;
			capture.count = capture.words = 0;
			capture.budget = 1u << 20;
			if (run(&capture, row->start, 0) &&
			    (best == NULL || capture.words > best_words)) {
				best = row;
				best_words = capture.words;
			}
		}
	match->row = best;
	match->values = rows->values;
	match->count = capture.count;
}

/* The row a step is of. */
static const struct rows_row *
row_of(const struct rows *rows, uint16_t step)
{
	size_t at = 0;
	while (at + 1 < rows->row_count && rows->rows[at + 1].start <= step)
		at++;
	return &rows->rows[at];
}

bool
rows_is_refused(const struct rows *rows, rows_state state)
{
	const struct state *set = &rows->states[state];
	for (size_t i = 0; i < set->count; i++)
		if (row_of(rows, set->at[i])->item->type != CONF_REFUSED)
			return false;
	return set->count > 0;
}

/* What a step takes, as people read it. */
static const char *
step_name(const struct rows *rows, const struct pattern_step *step)
{
	static const char *const marks[] = {
		[','] = "`,`", ['-'] = "`-`", ['='] = "`=`", ['{'] = "`{`", ['}'] = "`}`"
	};
	switch ((enum pattern_op)step->op) {
	case PATTERN_WORD: return rows->program.keywords[step->x];
	case PATTERN_VALUE: return pattern_value_name(step->x);
	case PATTERN_MARK: return marks[step->x];
	case PATTERN_BLOCK: return "`{`";
	default: return "`;`";
	}
}

void
rows_expect(const struct rows *rows, rows_state state,
	    void (*found)(void *context, const char *what, bool is_word), void *context)
{
	const struct state *set = &rows->states[state];
	bool any = false;
	/* What would be refused, or do nothing, is no advice, unless there is nothing
	 * else. */
	for (unsigned vain = 0; vain < 2 && !any; vain++)
		for (size_t i = 0; i < set->count; i++) {
			const struct pattern_step *step =
				&rows->program.steps[set->at[i]];
			enum conf_type type = row_of(rows, set->at[i])->item->type;
			if ((type == CONF_REFUSED || type == CONF_IGNORED) != vain)
				continue;
			any = true;
			found(context, step_name(rows, step), step->op == PATTERN_WORD);
		}
}

const char *
rows_words(const struct rows *rows, const char *word)
{
	const char *found = NULL;
	size_t length = strlen(word);
	for (size_t i = 0; i < rows->row_count; i++) {
		const char *pattern = rows->rows[i].item->pattern;
		if (strncmp(pattern, word, length) != 0 ||
		    (pattern[length] != ' ' && pattern[length] != '\0'))
			continue;
		if (found != NULL)
			return NULL;
		found = pattern;
	}
	return found;
}

/* ---- states
 * -------------------------------------------------------------------------------------
 */

/* All rows are there: states 0 (dead) and 1 (start). */
static void
states_begin(struct rows *rows)
{
	size_t steps = rows->program.count;
	rows->seen = arena_alloc(rows->arena, steps * sizeof(*rows->seen));
	rows->set = arena_alloc(rows->arena, steps * sizeof(*rows->set));
	rows->touched = arena_alloc(rows->arena, steps * sizeof(*rows->touched));
	/* A step that is waiting may be waiting twice. */
	rows->stack = arena_alloc(rows->arena, 2 * steps * sizeof(*rows->stack));
	set_intern(rows);
	for (size_t i = 0; i < rows->row_count; i++)
		set_add(rows, rows->rows[i].start);
	/* A start without rows must not be taken for the dead state. */
	rows_state start = set_intern(rows);
	if (start == ROWS_DEAD) {
		rows->states = arena_grow(rows->arena, rows->states, rows->state_count,
					  &rows->state_room, sizeof(*rows->states));
		rows->states[rows->state_count++] = rows->states[ROWS_DEAD];
	}
}

static rows_state
step(struct rows *rows, rows_state state, unsigned symbol)
{
	if (rows->states == NULL)
		states_begin(rows);
	rows_state known = rows->states[state].next[symbol];
	if (known != ROWS_UNKNOWN)
		return known;
	const struct state from = rows->states[state];
	for (size_t i = 0; i < from.count; i++)
		if (step_takes(&rows->program.steps[from.at[i]], symbol))
			set_add(rows, (uint16_t)(from.at[i] + 1));
	return from.next[symbol] = set_intern(rows);
}

/* Adds all that can be reached from a step without taking anything. */
static void
set_add(struct rows *rows, uint16_t first)
{
	size_t depth = 0;
	rows->stack[depth++] = first;
	while (depth > 0) {
		uint16_t at = rows->stack[--depth];
		if (rows->seen[at])
			continue;
		rows->seen[at] = true;
		rows->touched[rows->touched_count++] = at;
		const struct pattern_step *here = &rows->program.steps[at];
		switch ((enum pattern_op)here->op) {
		case PATTERN_FAIL: break;
		case PATTERN_SPLIT:
			if (!rows->seen[here->y])
				rows->stack[depth++] = here->y;
			if (!rows->seen[here->x])
				rows->stack[depth++] = here->x;
			break;
		case PATTERN_JUMP: rows->stack[depth++] = here->x; break;
		case PATTERN_CONST:
		case PATTERN_SCALE: rows->stack[depth++] = (uint16_t)(at + 1); break;
		case PATTERN_WORD:
		case PATTERN_MARK:
		case PATTERN_VALUE:
		case PATTERN_BLOCK:
		case PATTERN_ACCEPT: rows->set[rows->set_count++] = at; break;
		}
	}
}

/* The state of the set made by set_add(), which is empty again afterwards. */
static rows_state
set_intern(struct rows *rows)
{
	size_t count = rows->set_count;
	unsigned flags = set_sort(rows);
	for (size_t i = 0; i < rows->touched_count; i++)
		rows->seen[rows->touched[i]] = false;
	rows->touched_count = rows->set_count = 0;
	assert(rows->states || rows->state_count == 0);
	for (size_t i = 0; i < rows->state_count; i++)
		if (set_equals(&rows->states[i], rows->set, count))
			return (rows_state)i;
	assert(rows->state_count < ROWS_STATES);
	rows->states = arena_grow(rows->arena, rows->states, rows->state_count,
				  &rows->state_room, sizeof(*rows->states));
	struct state *state = &rows->states[rows->state_count];
	size_t symbols = SYMBOL_KEYWORD + rows->program.keyword_count;
	state->at = arena_alloc(rows->arena, (count + 1) * sizeof(*state->at));
	memcpy(state->at, rows->set, count * sizeof(*state->at));
	state->count = (uint16_t)count;
	state->flags = (uint8_t)flags;
	state->next = arena_alloc(rows->arena, symbols * sizeof(*state->next));
	memset(state->next, 0xff, symbols * sizeof(*state->next));
	return (rows_state)rows->state_count++;
}

/* Ascending (it nearly is); the flags of all. */
static unsigned
set_sort(struct rows *rows)
{
	unsigned flags = 0;
	for (size_t i = 0; i < rows->set_count; i++) {
		uint16_t at = rows->set[i];
		size_t to = i;
		for (; to > 0 && rows->set[to - 1] > at; to--)
			rows->set[to] = rows->set[to - 1];
		rows->set[to] = at;
		flags |= step_flags(&rows->program.steps[at]);
	}
	return flags;
}

static bool
set_equals(const struct state *state, const uint16_t *set, size_t count)
{
	return state->count == count && memcmp(state->at, set, count * sizeof(*set)) == 0;
}

static unsigned
step_flags(const struct pattern_step *step)
{
	if (step->op == PATTERN_ACCEPT)
		return ROWS_ENDS;
	if (step->op == PATTERN_BLOCK)
		return ROWS_BLOCK;
	if (step->op == PATTERN_MARK)
		return step->x == '{' ? ROWS_BRACE : 0;
	if (step->op != PATTERN_VALUE)
		return 0;
	return step->x == PATTERN_BODY    ? ROWS_BODY
	       : step->x == PATTERN_WHERE ? ROWS_WHERE
					  : 0;
}

static bool
step_takes(const struct pattern_step *step, unsigned symbol)
{
	switch ((enum pattern_op)step->op) {
	case PATTERN_WORD: return symbol == (unsigned)SYMBOL_KEYWORD + step->x;
	case PATTERN_MARK:
		return symbol == (step->x == ','   ? SYMBOL_COMMA
				  : step->x == '-' ? SYMBOL_MINUS
				  : step->x == '=' ? SYMBOL_EQUALS
				  : step->x == '{' ? SYMBOL_OPEN
						   : SYMBOL_CLOSE);
	case PATTERN_VALUE: return value_takes(step->x, symbol);
	case PATTERN_BLOCK: return symbol == SYMBOL_BLOCK;
	case PATTERN_FAIL:
	case PATTERN_SPLIT:
	case PATTERN_JUMP:
	case PATTERN_CONST:
	case PATTERN_SCALE:
	case PATTERN_ACCEPT: break;
	}
	return false;
}

static bool
value_takes(enum pattern_value value, unsigned symbol)
{
	switch (value) {
	case PATTERN_NUMBER:
	case PATTERN_TIME: return symbol == SYMBOL_NUMBER;
	case PATTERN_STRING: return symbol == SYMBOL_STRING;
	case PATTERN_TABLE: return symbol <= SYMBOL_QUOTED || symbol >= SYMBOL_KEYWORD;
	case PATTERN_NAME: return symbol <= SYMBOL_STRING || symbol >= SYMBOL_KEYWORD;
	case PATTERN_ADDR: return symbol == SYMBOL_ADDR4 || symbol == SYMBOL_ADDR6;
	case PATTERN_ADDR_SCOPED:
		return symbol >= SYMBOL_ADDR4 && symbol <= SYMBOL_ADDR_SCOPED;
	case PATTERN_PREFIX: return symbol == SYMBOL_PREFIX;
	case PATTERN_IP4: return symbol == SYMBOL_ADDR4 || symbol == SYMBOL_NUMBER;
	case PATTERN_BYTES: return symbol == SYMBOL_BYTES;
	case PATTERN_BODY: return symbol == SYMBOL_BODY;
	case PATTERN_WHERE: return symbol == SYMBOL_WHERE;
	case PATTERN_VALUES: break;
	}
	return false;
}

static unsigned
symbol_of(const struct piece *piece)
{
	switch ((enum piece_kind)piece->kind) {
	case PIECE_WORD:
		return piece->keyword != 0 ? SYMBOL_KEYWORD + (unsigned)piece->keyword
					   : SYMBOL_NAME;
	case PIECE_QUOTED: return SYMBOL_QUOTED;
	case PIECE_STRING: return SYMBOL_STRING;
	case PIECE_NUMBER: return SYMBOL_NUMBER;
	case PIECE_BYTES: return SYMBOL_BYTES;
	case PIECE_ADDR:
		return piece->scope != NULL       ? SYMBOL_ADDR_SCOPED
		       : addr_is_ip4(piece->addr) ? SYMBOL_ADDR4
						  : SYMBOL_ADDR6;
	case PIECE_PREFIX: return SYMBOL_PREFIX;
	case PIECE_FILTER: return SYMBOL_BODY;
	case PIECE_WHERE: return SYMBOL_WHERE;
	case PIECE_MARK:
		return piece->mark == ','   ? SYMBOL_COMMA
		       : piece->mark == '-' ? SYMBOL_MINUS
		       : piece->mark == '=' ? SYMBOL_EQUALS
		       : piece->mark == '{' ? SYMBOL_OPEN
		       : piece->mark == '}' ? SYMBOL_CLOSE
					    : SYMBOL_OTHER;
	case PIECE_SCOPED:
	case PIECE_OTHER: break;
	}
	return SYMBOL_OTHER;
}

/* ---- values
 * --------------------------------------------------------------------------------------
 */

/* Runs a row's program over the pieces from `piece` on, with all of them taken in the
 * end. */
static bool
run(struct capture *capture, uint16_t at, size_t piece)
{
	const struct pattern_step *steps = capture->rows->program.steps;
	for (;;) {
		const struct pattern_step *here = &steps[at];
		if (capture->budget-- == 0)
			return false;
		switch ((enum pattern_op)here->op) {
		case PATTERN_FAIL: return false;
		case PATTERN_ACCEPT: return piece == capture->piece_count;
		case PATTERN_BLOCK:
			/* Only rows_step_block() leads here: the pieces are at their end.
			 */
			if (piece != capture->piece_count)
				return false;
			at++;
			break;
		case PATTERN_JUMP: at = here->x; break;
		case PATTERN_SPLIT: {
			size_t count = capture->count, words = capture->words;
			if (cannot_begin(capture, here->x, piece)) {
				at = here->y;
				break;
			}
			if (cannot_begin(capture, here->y, piece)) {
				at = here->x;
				break;
			}
			if (run(capture, here->x, piece))
				return true;
			capture->count = count;
			capture->words = words;
			at = here->y;
			break;
		}
		case PATTERN_CONST:
		case PATTERN_SCALE: {
			struct conf_value *value =
				here->op == PATTERN_CONST
					? value_add(capture, here->tag, piece - 1)
					: &capture->rows->values[capture->count - 1];
			value->number = here->op == PATTERN_CONST
						? here->number
						: value->number / here->number;
			at++;
			break;
		}
		case PATTERN_WORD:
		case PATTERN_MARK:
		case PATTERN_VALUE:
			if (!run_piece(capture, here, piece))
				return false;
			piece++;
			at++;
			break;
		}
	}
}

/* The way fails at once: no need to try it. */
static bool
cannot_begin(const struct capture *capture, uint16_t at, size_t piece)
{
	const struct pattern_step *step = &capture->rows->program.steps[at];
	if (step->op == PATTERN_WORD || step->op == PATTERN_MARK ||
	    step->op == PATTERN_VALUE)
		return piece >= capture->piece_count ||
		       !step_takes(step, capture->pieces[piece].symbol);
	return step->op == PATTERN_FAIL;
}

/* One step that takes a piece. */
static bool
run_piece(struct capture *capture, const struct pattern_step *step, size_t piece)
{
	if (piece >= capture->piece_count ||
	    !step_takes(step, capture->pieces[piece].symbol))
		return false;
	if (step->op == PATTERN_WORD)
		capture->words++;
	if (step->op == PATTERN_VALUE)
		value_fill(capture, step, piece);
	else if (step->tag != 0)
		value_add(capture, step->tag, piece)->word =
			step->op == PATTERN_WORD
				? capture->rows->program.keywords[step->x]
				: "-";
	return true;
}

static struct conf_value *
value_add(struct capture *capture, uint8_t tag, size_t piece)
{
	struct rows *rows = capture->rows;
	rows->values = arena_grow(rows->arena, rows->values, capture->count,
				  &rows->value_room, sizeof(*rows->values));
	struct conf_value *value = &rows->values[capture->count++];
	*value = (struct conf_value){ .kind = (uint8_t)capture->item->type,
				      .tag = tag,
				      .place = (uint16_t)piece };
	return value;
}

static void
value_fill(struct capture *capture, const struct pattern_step *step, size_t index)
{
	static const uint8_t kinds[PATTERN_VALUES] = {
		[PATTERN_NUMBER] = CONF_U64,       [PATTERN_TIME] = CONF_USEC,
		[PATTERN_STRING] = CONF_STRING,    [PATTERN_NAME] = CONF_NAME,
		[PATTERN_TABLE] = CONF_TABLE,      [PATTERN_ADDR] = CONF_ADDR,
		[PATTERN_ADDR_SCOPED] = CONF_ADDR, [PATTERN_PREFIX] = CONF_PREFIX,
		[PATTERN_IP4] = CONF_IP4,          [PATTERN_BYTES] = CONF_STRING,
		[PATTERN_BODY] = CONF_FILTER,      [PATTERN_WHERE] = CONF_FILTER,
	};
	const struct piece *piece = &capture->pieces[index];
	struct conf_value *value = value_add(capture, step->tag, index);
	value->kind = kinds[step->x];
	switch ((enum piece_kind)piece->kind) {
	case PIECE_WORD:
	case PIECE_QUOTED:
	case PIECE_STRING:
	case PIECE_BYTES:
		value->word =
			arena_strndup(capture->arena, piece->text, piece->text_length);
		break;
	case PIECE_NUMBER:
		value->number = piece->number;
		if (step->x == PATTERN_TIME)
			value->number = piece->number > INT64_MAX / USEC_S
						? INT64_MAX
						: piece->number * USEC_S;
		break;
	case PIECE_ADDR:
		value->addr = piece->addr;
		if (piece->scope != NULL)
			value->word = arena_strndup(capture->arena, piece->scope,
						    piece->scope_length);
		if (step->x == PATTERN_IP4)
			value->number = addr_to_ip4(piece->addr);
		break;
	case PIECE_PREFIX: value->prefix = piece->prefix; break;
	case PIECE_FILTER:
	case PIECE_WHERE: value->filter = piece->filter; break;
	case PIECE_SCOPED:
	case PIECE_MARK:
	case PIECE_OTHER: break;
	}
}
