/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * meshc: talks to meshd.  With a command on the command line it runs that one and exits;
 * else it asks for commands, with history and completion on a terminal, or reads them
 * from its input.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "client/edit.h"
#include "client/session.h"
#include "lib/text.h"

/* Exit status: the command failed; the client could not do its part. */
enum { EXIT_COMMAND = 1, EXIT_CLIENT = 2 };

struct options {
	const char *path;
	bool json;
};

/* Where output goes; a pager may be in between. */
struct sink {
	FILE *to;
};

static bool
line_print(void *context, const char *line, size_t size)
{
	struct sink *sink = context;
	return fwrite(line, 1, size, sink->to) == size;
}

static int
command_send(struct session *session, const struct options *options, const char *line,
	     FILE *to)
{
	struct sink sink = { to };
	switch (session_request(session, options->json ? "json" : "text", line,
				line_print, &sink)) {
	case SESSION_GOOD: return 0;
	case SESSION_FAILED: return EXIT_COMMAND;
	case SESSION_LOST: break;
	}
	fprintf(stderr, "meshc: the connection to the daemon was lost\n");
	return EXIT_CLIENT;
}

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
run_once(struct session *session, const struct options *options, char *const *words,
	 int count)
{
	struct text line = { 0 };
	line_join(&line, words, count);
	int status = command_send(session, options, text_string(&line), stdout);
	text_fini(&line);
	return status;
}

/* ---- many
 * --------------------------------------------------------------------------------------
 */

/* Output that is longer than the screen goes through a pager. */
static int
run_paged(struct session *session, const struct options *options, const char *line)
{
	const char *pager = getenv("PAGER");
	if (!pager || !*pager)
		pager = "less -FRX";
	FILE *pipe = popen(pager, "w");
	if (!pipe)
		return command_send(session, options, line, stdout);
	int status = command_send(session, options, line, pipe);
	pclose(pipe);
	return status;
}

static bool
is_show(const char *line)
{
	return !strncmp(line, "sh", 2) || !strncmp(line, "help", 4);
}

static bool
is_quit(const char *line)
{
	return !strcmp(line, "quit") || !strcmp(line, "exit");
}

static int
run_terminal(struct session *session, const struct options *options)
{
	struct edit *edit = edit_new(session);
	const char *line;
	int status = 0;
	printf("%s; `help' lists the commands, `?' shows what may follow\n",
	       session_greeting(session));
	while (status != EXIT_CLIENT && (line = edit_read(edit)) && !is_quit(line)) {
		if (!*line)
			continue;
		status = is_show(line) ? run_paged(session, options, line)
				       : command_send(session, options, line, stdout);
		fflush(stdout);
	}
	edit_free(edit);
	return status == EXIT_CLIENT ? EXIT_CLIENT : 0;
}

static int
run_input(struct session *session, const struct options *options)
{
	char *line = NULL;
	size_t room = 0;
	int status = 0, one = 0;
	while (one != EXIT_CLIENT && getline(&line, &room, stdin) > 0) {
		line[strcspn(line, "\r\n")] = '\0';
		if (is_quit(line))
			break;
		if (!*line || *line == '#')
			continue;
		one = command_send(session, options, line, stdout);
		status = one ? one : status;
		fflush(stdout);
	}
	free(line);
	return status;
}

/* ---- main
 * ----------------------------------------------------------------------------------------
 */

static void
usage(FILE *to)
{
	fprintf(to, "usage: meshc [-s SOCKET] [-l] [-j] [COMMAND…]\n"
		    "  -s, --socket SOCKET  the daemon's control socket "
		    "(" MESHD_CONTROL_SOCKET ")\n"
		    "  -l, --local          the socket meshd.ctl of this directory\n"
		    "  -j, --json           JSON, one row per line\n"
		    "  -h, --help           this text\n"
		    "      --version        the version\n"
		    "Without a command it asks for commands; `help' lists them.\n"
		    "Exit status: 0 all good, 1 the command failed, 2 no answer from the "
		    "daemon.\n");
}

/* -1: go on; else the exit status. */
static int
options_read(struct options *options, int argc, char **argv)
{
	static const struct option table[] = { { "socket", required_argument, NULL, 's' },
					       { "local", no_argument, NULL, 'l' },
					       { "json", no_argument, NULL, 'j' },
					       { "help", no_argument, NULL, 'h' },
					       { "version", no_argument, NULL, 'V' },
					       { NULL, 0, NULL, 0 } };
	int option;
	while ((option = getopt_long(argc, argv, "+s:ljhV", table, NULL)) != -1) {
		switch (option) {
		case 's': options->path = optarg; break;
		case 'l': options->path = "meshd.ctl"; break;
		case 'j': options->json = true; break;
		case 'h': usage(stdout); return 0;
		case 'V': printf("meshc " PACKAGE_VERSION "\n"); return 0;
		default: usage(stderr); return EXIT_CLIENT;
		}
	}
	return -1;
}

int
main(int argc, char **argv)
{
	struct options options = { .path = MESHD_CONTROL_SOCKET };
	char error[256];
	int status = options_read(&options, argc, argv);
	if (status >= 0)
		return status;
	struct session *session = session_open(options.path, error, sizeof(error));
	if (!session) {
		fprintf(stderr, "meshc: %s\n", error);
		return EXIT_CLIENT;
	}
	if (optind < argc)
		status = run_once(session, &options, argv + optind, argc - optind);
	else if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		status = run_terminal(session, &options);
	else
		status = run_input(session, &options);
	session_close(session);
	return status;
}
