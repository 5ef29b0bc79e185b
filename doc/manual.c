/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes what the rows of options and commands say to standard output: `manual md LIST`
 * the manual (with the table of BIRD's options, by the list of them), `manual man` the
 * options alone as a man page, `manual commands` the commands as a part of one, `manual
 * c` these for the client.  Fails if one says nothing about itself.
 */
#include "conf/manual.h"
#include "daemon/modules.h"
#include "doc/options.h"
#include "lib/text.h"
#include "lib/words.h"
#include "nest/command_private.h"
#include <stdio.h>
#include <string.h>

/* How commands are written. */
struct command_form {
	struct text *text;
	void (*write)(struct text *text, const char *words,
		      const struct command *command);
	size_t silent;
};

static bool
command_visit(void *context, const struct command *command)
{
	struct command_form *form = context;
	struct text words = { .text = NULL };
	words_spell(&words, command->words);
	form->silent += !command->doc || !*command->doc;
	form->write(form->text, text_string(&words), command);
	text_fini(&words);
	return true;
}

/* All of them; how many say nothing. */
static size_t
commands_write(struct text *text, void (*write)(struct text *text, const char *words,
						const struct command *command))
{
	struct command_form form = { .text = text, .write = write };
	command_each_of(modules_linked.list, modules_linked.count, command_visit, &form);
	return form.silent;
}

/* Markdown: `|` ends a cell of a table, so it is a list. */
static void
command_md(struct text *text, const char *words, const struct command *command)
{
	text_printf(text, "- `%s%s%s`  \n  %s\n", words, *command->args ? " " : "",
		    command->args, command->doc);
}

/* mdoc(7): what roff would take for its own is escaped; a word between two backquotes
 * stands in quotation marks. */
static void
mdoc_add(struct text *text, const char *string)
{
	bool quoted = false;
	for (; *string; string++) {
		switch (*string) {
		case '\\': text_add(text, "\\e"); break;
		case '-': text_add(text, "\\-"); break;
		case '"': text_add(text, "\\(dq"); break;
		case '`':
			text_add(text, quoted ? "\\(cq" : "\\(oq");
			quoted = !quoted;
			break;
		default: text_add_char(text, *string);
		}
	}
}

static void
command_mdoc(struct text *text, const char *words, const struct command *command)
{
	text_add(text, ".It Xo\n.Ic ");
	mdoc_add(text, words);
	if (*command->args) {
		text_add(text, "\n.No \\&");
		mdoc_add(text, command->args);
	}
	text_add(text, "\n.Xc\n");
	mdoc_add(text, command->doc);
	text_add_char(text, '\n');
}

static void
c_string(struct text *text, const char *string)
{
	text_add_char(text, '"');
	for (; *string; string++) {
		if (*string == '"' || *string == '\\')
			text_add_char(text, '\\');
		text_add_char(text, *string);
	}
	text_add_char(text, '"');
}

static void
command_c(struct text *text, const char *words, const struct command *command)
{
	(void)words;
	text_add(text, "\t{ ");
	c_string(text, command->words);
	text_add(text, ", ");
	c_string(text, command->args);
	text_add(text, ",\n\t  ");
	c_string(text, command->doc);
	text_add(text, ", NULL },\n");
}

static size_t
c_write(struct text *text)
{
	text_add(text, "/* Generated from the rows of the daemon's commands. */\n"
		       "#include \"client/commands.h\"\n\n"
		       "const struct words_row daemon_rows[] = {\n");
	size_t silent = commands_write(text, command_c);
	text_add(text, "\t{ NULL, NULL, NULL, NULL },\n};\n");
	return silent;
}

static size_t
md_write(struct text *text, const char *list)
{
	size_t silent = manual_write(text, MANUAL_MARKDOWN, &modules_linked);
	if (list)
		options_write(text, list);
	text_add(text,
		 "\n## Commands\n\nOf `meshc`, and of the control socket. Words may be "
		 "cut to any beginning that only one has; `|` stands between what may "
		 "stand in one place, brackets around what may be left out.\n\n");
	return silent + commands_write(text, command_md);
}

int
main(int argc, char **argv)
{
	struct text text = { .text = NULL };
	const char *what = argc > 1 ? argv[1] : "md";
	size_t silent = 0;
	if (!strcmp(what, "man"))
		silent = manual_write(&text, MANUAL_MAN, &modules_linked);
	else if (!strcmp(what, "commands"))
		silent = commands_write(&text, command_mdoc);
	else if (!strcmp(what, "c"))
		silent = c_write(&text);
	else
		silent = md_write(&text, argc > 2 ? argv[2] : NULL);
	fputs(text_string(&text), stdout);
	text_fini(&text);
	if (silent > 0)
		fprintf(stderr, "%zu options, commands or schemas have no text\n",
			silent);
	return silent > 0;
}
