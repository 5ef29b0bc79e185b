/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * meshc: talks to meshd.  With a command on the command line it runs that one and exits;
 * else it asks for commands, with history and completion on a terminal, or reads them
 * from its input.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "client/client.h"
#include "client/commands.h"
#include "client/complete.h"
#include "client/terminal.h"
#include "directories.h"
#include "lib/macros.h"

enum colour_choice { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

struct options {
	const char *path;
	enum client_form form;
	enum colour_choice colour;
	bool completes; /* `--complete`: for shells. */
};

/* Read by usage, completion and getopt. */
static const struct client_option {
	char letter; /* 0: none. */
	const char *name, *argument;
	const char *doc;
} option_rows[] = {
	{ 's', "socket", "SOCKET", "The daemon's control socket" },
	{ 'l', "local", NULL, "The socket meshd.ctl of this directory" },
	{ 'j', "json", NULL, "JSON, a row per line" },
	{ 'c', "csv", NULL, "CSV, a row per line" },
	{ 0, "color", "[=WHEN]", "Colours: auto, always or never" },
	{ 'h', "help", NULL, "This text" },
	{ 'V', "version", NULL, "The version" },
};

/* Long options without a letter. */
enum { OPTION_COLOUR = 256, OPTION_COMPLETE };

/* ---- one command ---- */

/* The arguments as one line; one with blanks was quoted for us, and is quoted again for
 * the daemon, unless it is (part of) an expression. */
static void
line_join(struct text *line, char *const *words, int count)
{
	bool is_expression = count == 1;
	for (int i = 0; i < count; i++) {
		bool quote = !is_expression && strpbrk(words[i], " \t") &&
			     !strpbrk(words[i], "\"'(");
		text_printf(line, quote ? "%s\"%s\"" : "%s%s", i ? " " : "", words[i]);
		is_expression |= !strcmp(words[i], "where") ||
				 (i == 0 && !strncmp(words[i], "ev", 2));
	}
}

static int
run_once(struct client *client, char *const *words, int count)
{
	struct text line = { 0 };
	line_join(&line, words, count);
	int status = client_line(client, text_string(&line), false);
	text_fini(&line);
	return status == STATUS_QUIT ? STATUS_GOOD : status;
}

/* ---- many ---- */

static int
run_input(struct client *client)
{
	char *line = NULL;
	size_t room = 0;
	int status = STATUS_GOOD, one = STATUS_GOOD;
	while (one != STATUS_DAEMON && one != STATUS_QUIT &&
	       getline(&line, &room, stdin) > 0) {
		line[strcspn(line, "\r\n")] = '\0';
		if (!line[strspn(line, " \t")] || *line == '#')
			continue;
		one = client_line(client, line, false);
		if (one != STATUS_GOOD && one != STATUS_QUIT)
			status = one;
		fflush(stdout);
	}
	free(line);
	return status;
}

/* ---- options ---- */

static void
usage(FILE *to)
{
	fprintf(to, "usage: meshc [OPTION…] [COMMAND…]\n");
	for (size_t i = 0; i < ARRAY_SIZE(option_rows); i++) {
		const struct client_option *row = &option_rows[i];
		char letter[] = { '-', row->letter, ',', '\0' };
		const char *argument = row->argument ? row->argument : "";
		int used = fprintf(to, "  %s --%s%s%s", row->letter ? letter : "   ",
				   row->name, *argument && *argument != '[' ? " " : "",
				   argument);
		fprintf(to, "%*s%s\n", used < 24 ? 24 - used : 1, "", row->doc);
	}
	fprintf(to, "Without a command it asks for commands; `help' lists them. The "
		    "socket is\n" MESHD_CONTROL_SOCKET " if no other is named.\n"
		    "Exit status: 0 all good, 1 the command failed, 2 wrong usage, 3 the "
		    "daemon can't be\nreached.\n");
}

static bool
colour_read(struct options *options, const char *word)
{
	static const char *const words[] = { [COLOUR_AUTO] = "auto",
					     [COLOUR_ALWAYS] = "always",
					     [COLOUR_NEVER] = "never" };
	for (unsigned i = 0; i < ARRAY_SIZE(words); i++) {
		if (word && strcmp(word, words[i]) != 0)
			continue;
		options->colour = word ? i : COLOUR_ALWAYS;
		return true;
	}
	fprintf(stderr, "meshc: --color is auto, always or never\n");
	return false;
}

/* -1: go on; else the exit status. */
static int
option_take(struct options *options, int option)
{
	switch (option) {
	case 's': options->path = optarg; break;
	case 'l': options->path = "meshd.ctl"; break;
	case 'j': options->form = FORM_JSON; break;
	case 'c': options->form = FORM_CSV; break;
	case OPTION_COLOUR: return colour_read(options, optarg) ? -1 : STATUS_USAGE;
	case OPTION_COMPLETE: options->completes = true; break;
	case 'h': usage(stdout); return STATUS_GOOD;
	case 'V': printf("meshc " PACKAGE_VERSION "\n"); return STATUS_GOOD;
	default:
		if (opterr)
			fprintf(stderr, "`meshc --help' lists the options\n");
		return STATUS_USAGE;
	}
	return -1;
}

static int
options_read(struct options *options, int argc, char **argv)
{
	static const struct option table[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "local", no_argument, NULL, 'l' },
		{ "json", no_argument, NULL, 'j' },
		{ "csv", no_argument, NULL, 'c' },
		{ "color", optional_argument, NULL, OPTION_COLOUR },
		{ "colour", optional_argument, NULL, OPTION_COLOUR },
		{ "complete", no_argument, NULL, OPTION_COMPLETE },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 }
	};
	int option, status = -1;
	while (status < 0 && !options->completes &&
	       (option = getopt_long(argc, argv, "+s:ljchV", table, NULL)) != -1)
		status = option_take(options, option);
	return status;
}

/* `meshc show route --json`: a form behind the command is meant as one. */
static int
form_take(struct options *options, char **words, int count)
{
	while (count > 1 && options->form == FORM_TEXT) {
		if (!strcmp(words[count - 1], "--json"))
			options->form = FORM_JSON;
		else if (!strcmp(words[count - 1], "--csv"))
			options->form = FORM_CSV;
		else
			break;
		count--;
	}
	return count;
}

static bool
is_coloured(const struct options *options)
{
	const char *none = getenv("NO_COLOR"), *terminal = getenv("TERM");
	if (options->form != FORM_TEXT || options->colour == COLOUR_NEVER)
		return false;
	return options->colour == COLOUR_ALWAYS ||
	       (isatty(STDOUT_FILENO) && !(none && *none) &&
		!(terminal && !strcmp(terminal, "dumb")));
}

/* ---- completion for shells ---- */

static void
options_offer(const char *partial)
{
	for (size_t i = 0; i < ARRAY_SIZE(option_rows); i++) {
		const struct client_option *row = &option_rows[i];
		struct text name = { 0 };
		text_printf(&name, "--%s", row->name);
		if (!strncmp(name.text, partial, strlen(partial)))
			printf("%s\t%s\n", name.text, row->doc);
		text_fini(&name);
	}
}

/* What may stand for the last of the words typed behind `meshc`.  The options among them
 * say whom to ask. */
static int
run_complete(int argc, char **argv)
{
	struct options options = { .path = MESHD_CONTROL_SOCKET };
	struct text line = { 0 };
	struct candidates candidates;
	const char *last = argc > 1 ? argv[argc - 1] : "";
	/* getopt() begins anew, and says nothing. */
	optind = opterr = 0;
	int status = options_read(&options, argc > 1 ? argc - 1 : argc, argv);
	if (status == STATUS_USAGE)
		return STATUS_GOOD; /* An argument is missing: the shell knows files. */
	if (optind >= argc - 1 && *last == '-') {
		options_offer(last);
		return STATUS_GOOD;
	}
	for (int i = optind; i < argc; i++)
		text_printf(&line, "%s%s", i > optind ? " " : "", argv[i]);
	struct session *session = session_new(options.path, -1);
	session_set_patience(session, 1000);
	complete_line(session, text_string(&line), &candidates);
	for (size_t i = 0; i < candidates.count; i++)
		printf("%s\t%s\n", candidates.list[i].word, candidates.list[i].doc);
	candidates_fini(&candidates);
	session_free(session);
	text_fini(&line);
	return STATUS_GOOD;
}

/* ---- main ---- */

/* Ctrl-C comes as something to read, between two pieces of an answer.  -1: the process
 * ends by it, as one that runs a single command should. */
static int
interrupt_open(void)
{
	sigset_t signals;
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int
run(const struct options *options, char **words, int count)
{
	bool is_terminal = count == 0 && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	bool watches = count > 0 && !strncmp(words[0], "w", 1);
	int interrupt = is_terminal || watches ? interrupt_open() : -1;
	struct client client = { .session = session_new(options->path, interrupt),
				 .form = options->form,
				 .coloured = is_coloured(options) };
	int status = count > 0     ? run_once(&client, words, count)
		     : is_terminal ? terminal_run(&client)
				   : run_input(&client);
	session_free(client.session);
	if (interrupt >= 0)
		close(interrupt);
	if (fflush(stdout) != 0 && status == STATUS_GOOD)
		status = STATUS_FAILED;
	return status;
}

int
main(int argc, char **argv)
{
	struct options options = { .path = MESHD_CONTROL_SOCKET };
	int status = options_read(&options, argc, argv);
	if (status >= 0)
		return status;
	/* What was `--complete` stands for the program's name. */
	if (options.completes)
		return run_complete(argc - optind + 1, argv + optind - 1);
	char **words = argv + optind;
	return run(&options, words, form_take(&options, words, argc - optind));
}
