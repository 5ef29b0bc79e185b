/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands of a router: the core's rows and those of all its modules, found by their
 * words (lib/words.h).
 */
#include "nest/command.h"

#include <errno.h>
#include <string.h>

#include "lib/pool.h"
#include "lib/words.h"
#include "nest/command_private.h"
#include "nest/reply.h"
#include "nest/router.h"
#include "nest/transport.h"

#define NAMES_MOST 256 /* Looked at for the nearest. */

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
command_each_of(const struct module *const *modules, size_t count,
		bool (*visit)(void *, const struct command *), void *context)
{
	static const struct command *const core[] = {
		show_commands,      show_route_commands,
		subscribe_commands, subscribe_route_commands,
		action_commands,    session_commands,
		help_commands,      why_commands,
	};
	for (size_t i = 0; i < ARRAY_SIZE(core); i++)
		if (!table_each(core[i], visit, context))
			return;
	for (size_t i = 0; i < count; i++)
		if (!module_each(modules[i], visit, context))
			return;
}

void
command_each(const struct router *router, bool (*visit)(void *, const struct command *),
	     void *context)
{
	command_each_of(router->modules, router->module_count, visit, context);
}

/* The rows as lib/words.h wants them. */
struct command_source {
	struct words_source source;
	const struct router *router;
};

struct row_visit {
	bool (*visit)(void *context, const struct words_row *);
	void *context;
};

static bool
row_visit(void *context, const struct command *command)
{
	const struct row_visit *to = context;
	struct words_row row = { command->words, command->args, command->doc, command };
	return to->visit(to->context, &row);
}

static void
source_each(const struct words_source *source,
	    bool (*visit)(void *context, const struct words_row *), void *context)
{
	const struct command_source *commands =
		container_of(source, const struct command_source, source);
	struct row_visit to = { visit, context };
	command_each(commands->router, row_visit, &to);
}

/* ---- names ---- */

struct completion {
	const struct router *router;
	const char *kind, *partial;
	void (*candidate)(void *context, const char *word, const char *doc);
	void *context;
};

static void
name_offer(const struct completion *completion, const char *name, const char *doc)
{
	if (!strncmp(name, completion->partial, strlen(completion->partial)))
		completion->candidate(completion->context, name, doc);
}

static void
symbol_offer(void *context, const char *kind, const char *name, const char *where)
{
	(void)where;
	const struct completion *completion = context;
	if (!strcmp(completion->kind, "symbol") || !strcmp(completion->kind, kind))
		name_offer(completion, name, kind);
}

static void
instances_offer(const struct completion *completion)
{
	list_each(protocol, &completion->router->protocols, struct protocol, link)
		name_offer(completion, protocol->name, protocol->class->name);
	list_each(transport, &completion->router->transports, struct transport, link)
		name_offer(completion, transport->name, transport->class->name);
}

/* The live names of one kind. */
static void
names_offer(void *context, const char *kind, const char *partial)
{
	struct completion *completion = context;
	const struct router *router = completion->router;
	completion->kind = kind;
	completion->partial = partial;
	if (!strcmp(kind, "protocol")) {
		instances_offer(completion);
	} else if (!strcmp(kind, "table")) {
		list_each(entry, &router->tables, struct table_entry, link)
			name_offer(completion, table_name(entry->table), "table");
	} else if (!strcmp(kind, "interface")) {
		list_each(interface, &router->interfaces, struct interface, link)
			name_offer(completion, interface->sys.name, "interface");
	} else if (!strcmp(kind, "link")) {
		list_each(link, &router->links, struct link, link)
			name_offer(completion, link->name, "link");
	} else if (router->language->symbols) {
		router->language->symbols(router, symbol_offer, completion);
	}
}

struct name_list {
	struct pool *pool;
	const char *names[NAMES_MOST];
	size_t count;
};

static void
name_add(void *context, const char *word, const char *doc)
{
	(void)doc;
	struct name_list *list = context;
	if (list->count < NAMES_MOST)
		list->names[list->count++] = pool_strdup(list->pool, word);
}

int
command_missing(struct command_call *call, const char *kind, const char *name)
{
	struct name_list list = { .pool = call->pool };
	struct completion completion = { .router = call->router,
					 .candidate = name_add,
					 .context = &list };
	names_offer(&completion, kind, "");
	const char *nearest = text_nearest(name, list.names, list.count);
	if (nearest)
		out_error_code(call->out, REPLY_SYNTAX,
			       "There is no %s `%s'; did you mean `%s'?", kind, name,
			       nearest);
	else
		out_error_code(call->out, REPLY_SYNTAX, "There is no %s `%s'", kind,
			       name);
	return -ENOENT;
}

/* ---- lines ---- */

/* The settled words: "show babel", with a blank behind. */
static void
settled_add(struct text *text, const struct words_found *found)
{
	for (unsigned i = 0; i < found->count; i++)
		text_printf(text, "%.*s ", (int)found->lengths[i], found->settled[i]);
}

static void
complain(struct out *out, const struct words_found *found, const char *token)
{
	struct text before = { 0 };
	const char *choices = text_string(&found->choices);
	settled_add(&before, found);
	const char *settled = text_string(&before);
	int length = (int)strlen(settled) - 1;
	if (!token)
		out_error(out, "More is needed: `%.*s' is followed by %s", length,
			  settled, choices);
	else if (found->ambiguous)
		out_error(out, "`%s%s' is not unique: %s", settled, token, choices);
	else if (found->nearest[0])
		out_error(out, "There is no command `%s%s'; did you mean `%s%s'?",
			  settled, token, settled, found->nearest);
	else if (found->count > 0)
		out_error(out, "There is no command `%s%s'; `%.*s' is followed by %s",
			  settled, token, length, settled, choices);
	else
		out_error(out, "There is no command `%s'; `help' lists them", token);
	text_fini(&before);
}

struct name_search {
	const struct router *router;
	const char *word;
	bool met;
};

static void
name_check(void *context, const char *word, const char *doc)
{
	(void)doc;
	struct name_search *search = context;
	search->met |= !strcmp(word, search->word);
}

static bool
kind_check(void *context, const char *kind)
{
	struct name_search *search = context;
	struct completion completion = { .router = search->router,
					 .candidate = name_check,
					 .context = search };
	names_offer(&completion, kind, search->word);
	return !search->met;
}

/* A word of args may be cut short where nothing is changed: `show protocols a` if there
 * is no protocol of that name. */
static const char *
arg_expand(const struct command_call *call, const char *word, bool quoted)
{
	const struct command *command = call->command;
	char full[WORDS_ARG];
	struct name_search search = { .router = call->router, .word = word };
	if (command->changes || quoted ||
	    words_arg_find(command->args, word, full) != WORDS_PREFIX)
		return word;
	words_arg_kinds(command->args, kind_check, &search);
	return search.met ? word : pool_strdup(call->pool, full);
}

/* The call gets what follows the command's words. */
static void
call_fill(struct command_call *call, const struct words_line *line,
	  const struct words_found *found)
{
	unsigned used = found->count;
	const char **words = pool_alloc(call->pool, (line->count + 1) * sizeof(*words));
	call->command = found->row.owner;
	for (unsigned i = used; i < line->count; i++)
		words[i - used] =
			arg_expand(call, pool_strdup(call->pool, line->words[i]),
				   line->quoted >> i & 1);
	call->words = words;
	call->count = line->count - used;
	call->quoted = line->quoted >> used;
	call->rest =
		used < line->count ? pool_strdup(call->pool, line->starts[used]) : "";
}

const struct command *
command_parse(struct command_call *call, const char *text)
{
	struct command_source commands = { { source_each }, call->router };
	struct words_line line;
	struct words_found found = { .count = 0 };
	if (!words_split(&line, text)) {
		out_error(call->out, "The line has an open quote");
	} else if (line.count > 0) {
		words_find(&commands.source, &line, &found);
		if (found.complete && !found.ambiguous)
			call_fill(call, &line, &found);
		else
			complain(call->out, &found,
				 found.count < line.count ? line.words[found.count]
							  : NULL);
	}
	words_found_fini(&found);
	words_fini(&line);
	return call->command;
}

int
command_run(struct command_call *call)
{
	if (call->restricted && call->command->changes) {
		out_error_code(call->out, REPLY_DENIED,
			       "This connection may only look: `%s' is refused",
			       call->command->words);
		return -EPERM;
	}
	return call->command->run(call);
}

bool
command_is_quoted(const struct command_call *call, size_t i)
{
	return call->quoted >> i & 1;
}

bool
command_is_name(const struct command_call *call, size_t i)
{
	const char *word = call->words[i];
	return !command_is_quoted(call, i) && !word[strcspn(word, "*?")];
}

int
command_no_protocol(struct command_call *call, const char *word, bool is_name)
{
	if (is_name)
		return command_missing(call, "protocol", word);
	out_error_code(call->out, REPLY_NO_PROTOCOL, "No protocols match");
	return -ENOENT;
}

const struct config_timeformat *
command_timeformat(const struct command_call *call,
		   const struct config_timeformat *configured)
{
	return call->timeformat ? call->timeformat : configured;
}

/* ---- completion ---- */

static void
word_offer(void *context, const char *word, const char *doc)
{
	const struct completion *completion = context;
	completion->candidate(completion->context, word, doc);
}

void
command_complete(struct router *router, const char *line,
		 void (*candidate)(void *context, const char *word, const char *doc),
		 void *context)
{
	struct command_source commands = { { source_each }, router };
	struct completion completion = { .router = router,
					 .candidate = candidate,
					 .context = context };
	words_complete(&commands.source, line,
		       &(struct words_offer){ word_offer, names_offer, &completion });
}
