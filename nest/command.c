/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding the command of a line.  The table is the core's rows and those of all modules'
 * protocols; a word may be cut to any unique prefix, an exact word beats longer ones.
 */
#include "nest/command.h"

#include <errno.h>
#include <string.h>

#include "lib/mem.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "nest/command_private.h"
#include "nest/router.h"
#include "nest/transport.h"

/* ---- the table ---- */

static bool
table_each(const struct command *commands, bool (*visit)(void *, const struct command *),
	   void *context)
{
	for (; commands && commands->words; commands++)
		if (!visit(context, commands))
			return false;
	return true;
}

static bool
module_each(const struct module *module, bool (*visit)(void *, const struct command *),
	    void *context)
{
	for (const struct protocol_class *const *one = module->protocols; one && *one;
	     one++)
		if (!table_each((*one)->commands, visit, context))
			return false;
	for (const struct transport_class *const *one = module->transports; one && *one;
	     one++)
		if (!table_each((*one)->commands, visit, context))
			return false;
	return true;
}

void
command_each(const struct router *router, bool (*visit)(void *, const struct command *),
	     void *context)
{
	static const struct command *const core[] = { show_commands, show_route_commands,
						      action_commands };
	for (size_t i = 0; i < ARRAY_SIZE(core); i++)
		if (!table_each(core[i], visit, context))
			return;
	for (size_t i = 0; i < router->module_count; i++)
		if (!module_each(router->modules[i], visit, context))
			return;
}

/* ---- words ---- */

/* Word number `index` of a command, with its spellings: "neighbours|neighbors"; false if
 * it has fewer. */
static bool
words_at(const char *words, unsigned index, const char **word, size_t *length)
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

static enum match
word_match(const char *spellings, size_t length, const char *token)
{
	enum match best = MATCH_NONE;
	size_t size = strlen(token);
	while (length > 0) {
		size_t one = 0;
		while (one < length && spellings[one] != '|')
			one++;
		if (size <= one && !strncmp(spellings, token, size)) {
			enum match match = size == one ? MATCH_EXACT : MATCH_PREFIX;
			best = MAX(best, match);
		}
		size_t step = one < length ? one + 1 : one;
		spellings += step;
		length -= step;
	}
	return best;
}

/* What is known of the commands that go on with one word. */
struct step {
	const char *const *tokens; /* Those before are settled. */
	unsigned index;
	const char *token; /* Null: only look what could come. */
	enum match best;
	const char *word; /* The first that matched best; its length. */
	size_t length;
	bool ambiguous;
	const struct command *complete; /* A command that ends here. */
	struct text candidates;         /* For messages. */
	void (*found)(void *context, const char *word, size_t length, const char *doc);
	void *context;
};

/* The words before the step's are those of this command. */
static bool
head_matches(const struct step *step, const struct command *command)
{
	for (unsigned i = 0; i < step->index; i++) {
		const char *word;
		size_t length;
		if (!words_at(command->words, i, &word, &length) ||
		    word_match(word, length, step->tokens[i]) != MATCH_EXACT)
			return false;
	}
	return true;
}

static bool
step_visit(void *context, const struct command *command)
{
	struct step *step = context;
	const char *word;
	size_t length;
	if (!head_matches(step, command))
		return true;
	if (!words_at(command->words, step->index, &word, &length)) {
		if (!step->complete)
			step->complete = command;
		return true;
	}
	enum match match =
		step->token ? word_match(word, length, step->token) : MATCH_PREFIX;
	size_t first = strcspn(word, " |");
	if (step->found && match != MATCH_NONE)
		step->found(step->context, word, first,
			    strchr(word, ' ') ? "…" : command->doc);
	if (match == MATCH_NONE || match < step->best)
		return true;
	if (match == step->best && step->word &&
	    (length != step->length || strncmp(word, step->word, length) != 0))
		step->ambiguous = true;
	if (match > step->best || !step->word) {
		step->ambiguous = false;
		step->word = word;
		step->length = length;
		text_reset(&step->candidates);
	}
	step->best = match;
	text_printf(&step->candidates, "%s%.*s", step->candidates.length ? ", " : "",
		    (int)first, word);
	return true;
}

/* ---- lines ---- */

#define TOKENS_MOST 64

struct tokens {
	char *words[TOKENS_MOST]; /* Of the pool; unquoted. */
	const char *starts[TOKENS_MOST];
	unsigned count;
};

/* Splits at blanks; "…" and '…' keep theirs. False: too many words or an open quote. */
static bool
line_split(struct pool *pool, const char *line, struct tokens *tokens)
{
	while (true) {
		line += strspn(line, " \t");
		if (!*line)
			return true;
		if (tokens->count == TOKENS_MOST)
			return false;
		tokens->starts[tokens->count] = line;
		char quote = *line == '"' || *line == '\'' ? *line : 0;
		const char *start = quote ? line + 1 : line;
		const char *end =
			quote ? strchr(start, quote) : start + strcspn(start, " \t");
		if (!end)
			return false;
		char *word = pool_alloc(pool, (size_t)(end - start) + 1);
		memcpy(word, start, (size_t)(end - start));
		tokens->words[tokens->count++] = word;
		line = quote ? end + 1 : end;
	}
}

static void
complain(struct command_call *call, const struct step *step)
{
	if (step->ambiguous)
		out_error(call->out, "`%s' is not unique: %s", step->token,
			  text_string(&step->candidates));
	else if (step->index == 0)
		out_error(call->out, "There is no command `%s'; `help' lists them",
			  step->token);
	else if (step->token)
		out_error(call->out, "There is no `%s' here; try `?' or `help %s'",
			  step->token, step->tokens[0]);
	else
		out_error(call->out, "More is needed: %s",
			  text_string(&step->candidates));
}

/* Takes one word more; false if the command's words end here (`complete` may be null
 * then: none does). */
static bool
step_take(struct command_call *call, struct step *step, struct tokens *tokens)
{
	step->token = step->index < tokens->count ? tokens->words[step->index] : NULL;
	step->best = MATCH_NONE;
	step->word = NULL;
	step->ambiguous = false;
	step->complete = NULL;
	text_reset(&step->candidates);
	command_each(call->router, step_visit, step);
	if (!step->token || !step->word || (step->ambiguous && step->best != MATCH_EXACT))
		return false;
	/* From here on it is spelled out, in the spelling that stands first. */
	size_t length = strcspn(step->word, " |");
	char *word = pool_alloc(call->pool, length + 1);
	memcpy(word, step->word, length);
	tokens->words[step->index++] = word;
	return true;
}

const struct command *
command_parse(struct command_call *call, const char *line)
{
	struct tokens tokens = { .count = 0 };
	if (!line_split(call->pool, line, &tokens)) {
		out_error(call->out, "The line has an open quote or too many words");
		return NULL;
	}
	if (tokens.count == 0)
		return NULL;
	struct step step = { .tokens = (const char *const *)tokens.words };
	const struct command *command = NULL;
	while (step_take(call, &step, &tokens))
		;
	command = step.token && step.ambiguous ? NULL : step.complete;
	if (!command) {
		complain(call, &step);
		text_fini(&step.candidates);
		return NULL;
	}
	text_fini(&step.candidates);
	unsigned used = step.index;
	const char **words = pool_alloc(call->pool, (tokens.count + 1) * sizeof(*words));
	for (unsigned i = used; i < tokens.count; i++)
		words[i - used] = tokens.words[i];
	call->command = command;
	call->words = words;
	call->count = tokens.count - used;
	call->rest =
		used < tokens.count ? pool_strdup(call->pool, tokens.starts[used]) : "";
	return command;
}

int
command_run(struct command_call *call)
{
	if (call->restricted && call->command->changes) {
		out_error(call->out, "This connection may only look: `%s' is refused",
			  call->command->words);
		return -EPERM;
	}
	return call->command->run(call);
}

/* ---- completion ---- */

struct completion {
	struct router *router;
	const char *partial;
	void (*candidate)(void *context, const char *word, const char *doc);
	void *context;
	char last[64];
};

static void
completion_found(void *context, const char *word, size_t length, const char *doc)
{
	struct completion *completion = context;
	char text[64];
	if (length >= sizeof(text))
		return;
	memcpy(text, word, length);
	text[length] = '\0';
	/* Rows that begin alike stand together: one candidate for all of them. */
	if (!strcmp(text, completion->last))
		return;
	memcpy(completion->last, text, length + 1);
	completion->candidate(completion->context, text, doc);
}

static void
name_offer(struct completion *completion, const char *name, const char *doc)
{
	if (!strncmp(name, completion->partial, strlen(completion->partial)))
		completion->candidate(completion->context, name, doc);
}

static void
symbol_offer(void *context, const char *kind, const char *name, const char *where)
{
	(void)where;
	name_offer(context, name, kind);
}

/* The live names of one kind: what `<kind>` stands for in a command's args. */
static void
kind_offer(struct completion *completion, const char *kind)
{
	const struct router *router = completion->router;
	if (!strcmp(kind, "protocol")) {
		list_each(protocol, &router->protocols, struct protocol, link)
			name_offer(completion, protocol->name, protocol->class->name);
	} else if (!strcmp(kind, "table")) {
		list_each(entry, &router->tables, struct table_entry, link)
			name_offer(completion, table_name(entry->table), "table");
	} else if (!strcmp(kind, "interface")) {
		list_each(interface, &router->interfaces, struct interface, link)
			name_offer(completion, interface->sys.name, "interface");
	} else if (!strcmp(kind, "link")) {
		list_each(link, &router->links, struct link, link)
			name_offer(completion, link->name, "link");
	} else if (!strcmp(kind, "symbol") && router->language->symbols) {
		router->language->symbols(router, symbol_offer, completion);
	}
}

static bool
is_word(char character)
{
	return (character >= 'a' && character <= 'z') || character == '-' ||
	       character == '_';
}

/* Offers the words and the live names a command's args mention. */
static void
args_offer(struct completion *completion, const char *args)
{
	char word[64];
	while (*args) {
		bool is_kind = *args == '<';
		args += is_kind;
		size_t length = 0;
		while (is_word(args[length]))
			length++;
		if (length == 0) {
			args++;
			continue;
		}
		if (length < sizeof(word)) {
			memcpy(word, args, length);
			word[length] = '\0';
			if (is_kind)
				kind_offer(completion, word);
			else
				name_offer(completion, word, "");
		}
		args += length;
	}
}

void
command_complete(struct router *router, const char *line,
		 void (*candidate)(void *context, const char *word, const char *doc),
		 void *context)
{
	struct pool *pool = pool_new(router->pool, "completion");
	struct tokens tokens = { .count = 0 };
	struct command_call call = { .router = router, .pool = pool };
	struct completion completion = { .router = router,
					 .candidate = candidate,
					 .context = context,
					 .partial = "" };
	size_t length = strlen(line);
	if (line_split(pool, line, &tokens)) {
		bool is_open =
			length > 0 && line[length - 1] != ' ' && line[length - 1] != '\t';
		if (is_open && tokens.count > 0)
			completion.partial = tokens.words[--tokens.count];
		struct step step = { .tokens = (const char *const *)tokens.words };
		while (step_take(&call, &step, &tokens))
			;
		const struct command *complete = step.complete;
		bool at_end = step.index == tokens.count;
		if (at_end) {
			step.token = completion.partial;
			step.found = completion_found;
			step.context = &completion;
			command_each(router, step_visit, &step);
		}
		if (complete)
			args_offer(&completion, complete->args);
		text_fini(&step.candidates);
	}
	pool_free(pool);
}
