/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output, held back until it is clear whether it fits on the screen.
 */
#include "client/output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/mem.h"

struct output {
	bool paged;
	struct text held; /* Less than a screen. */
	unsigned rows;    /* That it takes. */
	pid_t pager;      /* 0: none runs. */
	FILE *pipe;       /* To the pager. */
};

struct screen_size
screen_size(void)
{
	struct winsize window;
	struct screen_size size = { 0, 0 };
	if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0) {
		size.rows = window.ws_row > 0 ? window.ws_row : 24;
		size.columns = window.ws_col > 0 ? window.ws_col : 80;
	}
	return size;
}

struct output *
output_new(bool paged)
{
	const char *pager = getenv("PAGER");
	struct output *output = mem_zalloc(sizeof(*output));
	output->paged = paged && screen_size().rows > 0 &&
			!(pager && (!*pager || !strcmp(pager, "cat")));
	return output;
}

/* ---- the pager ---- */

/* It handles signals itself, and must not inherit that we don't. */
static int
pager_spawn(const char *command, int input, pid_t *pid)
{
	posix_spawnattr_t attributes;
	posix_spawn_file_actions_t actions;
	sigset_t none, all;
	char *const arguments[] = { (char[]){ "sh" }, (char[]){ "-c" },
				    (char *)(uintptr_t)command, NULL };
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes,
				 POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	int error =
		posix_spawn(pid, "/bin/sh", &actions, &attributes, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return error;
}

static void
pager_start(struct output *output)
{
	const char *pager = getenv("PAGER");
	int ends[2];
	output->paged = false;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return;
	/* Colours as they are, gone with the end, and nothing wrapped twice. */
	setenv("LESS", "FRX", 0);
	if (pager_spawn(pager ? pager : "less", ends[0], &output->pager) == 0)
		output->pipe = fdopen(ends[1], "w");
	else
		close(ends[1]);
	close(ends[0]);
}

/* ---- writing ---- */

/* Rows of the screen that text takes, colours not counted. */
static unsigned
rows_count(const char *text, size_t size, unsigned columns)
{
	unsigned rows = 0, column = 0;
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\x1b')
			while (i + 1 < size && text[i] != 'm')
				i++;
		else if (text[i] == '\n') {
			rows += 1 + (column > 0 ? (column - 1) / columns : 0);
			column = 0;
		} else
			column += ((unsigned char)text[i] & 0xc0) != 0x80;
	}
	return rows;
}

static bool
write_all(FILE *to, const char *bytes, size_t size)
{
	return fwrite(bytes, 1, size, to) == size;
}

static bool
output_take(void *context, enum reply_kind kind, const char *bytes, size_t size)
{
	struct output *output = context;
	if (output->pipe)
		return write_all(output->pipe, bytes, size);
	if (!output->paged) {
		if (kind == REPLY_ERROR)
			fflush(stdout);
		return write_all(kind == REPLY_ERROR ? stderr : stdout, bytes, size);
	}
	struct screen_size screen = screen_size();
	text_add_bytes(&output->held, bytes, size);
	output->rows += rows_count(bytes, size, MAX(screen.columns, 1u));
	if (output->rows < screen.rows)
		return true;
	pager_start(output);
	FILE *to = output->pipe ? output->pipe : stdout;
	bool written = write_all(to, output->held.text, output->held.length);
	text_fini(&output->held);
	return written;
}

/* What has come is shown before more is waited for. */
static void
output_idle(void *context)
{
	struct output *output = context;
	if (output->pipe)
		fflush(output->pipe);
	else if (!output->paged)
		fflush(stdout);
}

struct session_sink
output_sink(struct output *output)
{
	return (struct session_sink){ output_take, output_idle, output };
}

void
output_free(struct output *output)
{
	if (!output)
		return;
	if (output->held.length > 0)
		write_all(stdout, output->held.text, output->held.length);
	text_fini(&output->held);
	if (output->pipe)
		fclose(output->pipe);
	while (output->pager > 0 && waitpid(output->pager, NULL, 0) < 0 && errno == EINTR)
		;
	fflush(stdout);
	mem_free(output);
}
