/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `help`: the rows of all commands, or those that begin with what is asked about.
 */
#include "nest/command_private.h"

#include <errno.h>
#include <string.h>

#include "lib/text.h"
#include "lib/words.h"
#include "nest/router.h"

struct help {
	struct command_call *call;
	unsigned met;
};

/* Each word of the call begins the word of the command in its place. */
static bool
is_asked_for(const struct command_call *call, const char *words)
{
	for (size_t i = 0; i < call->count; i++) {
		size_t length = strcspn(words, " ");
		bool fits = false;
		for (size_t at = 0; at < length; at += strcspn(words + at, "| ") + 1)
			fits |= !strncmp(words + at, call->words[i],
					 strlen(call->words[i]));
		if (!fits)
			return false;
		words += length + (words[length] == ' ');
	}
	return true;
}

static bool
help_row(void *context, const struct command *command)
{
	struct help *help = context;
	const struct command_call *call = help->call;
	struct out *out = call->out;
	struct text words = { 0 };
	if (!is_asked_for(call, command->words))
		return true;
	help->met++;
	words_spell(&words, command->words);
	out_row(out);
	out_str(out, "command", text_string(&words));
	out_str(out, "doc", command->doc);
	if (out->class->is_structured)
		out_str(out, "args", command->args);
	else if (call->count > 0 && *command->args)
		out_printf(out, "usage", "%s %s", text_string(&words), command->args);
	text_fini(&words);
	return true;
}

static int
run_help(struct command_call *call)
{
	static const struct out_column columns[] = {
		{ .key = "command", .title = "Command" },
		{ .key = "doc", .title = "What it does" },
		{ .key = "args" },
	};
	struct help help = { .call = call };
	out_table(call->out, "commands", columns, ARRAY_SIZE(columns));
	command_each(call->router, help_row, &help);
	out_table_end(call->out);
	if (help.met == 0) {
		out_error(call->out, "No command begins with `%s'", call->rest);
		return -ENOENT;
	}
	if (call->count == 0 && !call->out->class->is_structured)
		out_note(call->out, "`help COMMAND' shows what may follow a command.");
	return COMMAND_DONE;
}

const struct command help_commands[] = {
	{ .words = "help",
	  .args = "[COMMAND]",
	  .doc = "Lists the commands, or tells how one is used.",
	  .run = run_help },
	{ .words = NULL },
};
