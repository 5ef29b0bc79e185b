/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What outlives us: our sequence number (RFC 8966 §3.2.2), and whether we ended in good
 * order.
 *
 * The seqno must never go back while the router-id stays, or all that we originate is
 * unfeasible for minutes.  So a file says up to where seqnos may have been used: it is
 * written ahead, in blocks, and a restart, after a crash as well, goes on behind it.
 *
 *   4711 6ff43a4e-0e3b-4b1b-8d6a-2c1e5e8e1a51 running
 *   seqno, boot of the kernel, what we do
 */
#include "proto/babel/babel.h"

#include "lib/text.h"
#include "nest/router.h"
#include <string.h>

#define BLOCK     16
#define PATH_SIZE 256
#define BOOT_SIZE 64
#define TEXT_SIZE (BOOT_SIZE + 32)
/* Without a file, time itself is a seqno that grows. */
#define WALL_STEP (64 * USEC_S)

/* One file for each router-id, so that daemons can share a directory. */
static bool
state_path(const struct babel *babel, char path[static PATH_SIZE])
{
	const char *directory = babel_config(babel)->state_directory;

	if (!directory || !*directory)
		return false;
	return text_format(path, PATH_SIZE, "%s/babel-%016llx.seqno", directory,
			   (unsigned long long)babel->router_id);
}

/* Which start of the kernel this is; "-" where that can't be told. */
static const char *
boot_read(const struct babel *babel, char boot[static BOOT_SIZE])
{
	struct sys *sys = babel->protocol.router->sys;

	if (sys->class->setting_read(sys, "kernel.random.boot_id", boot, BOOT_SIZE))
		return "-";
	boot[strcspn(boot, " \n")] = '\0';
	return boot;
}

/* The whole file, terminated; false if there is none. */
static bool
state_read(const struct babel *babel, char text[static TEXT_SIZE])
{
	struct sys *sys = babel->protocol.router->sys;
	char path[PATH_SIZE];
	struct sys_file *file;
	ptrdiff_t size;

	if (!state_path(babel, path) || sys->class->file_open(sys, path, &file))
		return false;
	size = sys->class->file_read(file, text, TEXT_SIZE - 1);
	sys->class->file_close(file);
	text[MAX(size, 0)] = '\0';
	return true;
}

static void
state_write(struct babel *babel, uint16_t seqno, const char *what)
{
	struct sys *sys = babel->protocol.router->sys;
	char path[PATH_SIZE], text[TEXT_SIZE], boot[BOOT_SIZE];
	int error;

	if (!state_path(babel, path))
		return;
	text_format(text, sizeof(text), "%u %s %s\n", seqno, boot_read(babel, boot),
		    what);
	error = sys->class->file_write(sys, path, text, strlen(text));
	if (error && babel->seqno_kept)
		protocol_log(
			&babel->protocol, LOG_WARNING,
			"Cannot keep the seqno in %s: %s; a restart may be noticed late",
			path, text_error(error));
	babel->seqno_kept = !error;
}

/* Seqnos up to the reserved one may be used once this is on disk. */
static void
seqno_reserve(struct babel *babel)
{
	babel->seqno_reserved = (uint16_t)(babel->seqno + BLOCK);
	state_write(babel, babel->seqno_reserved, "running");
}

/* The kernel is still the one that the crashed run put its routes into. */
static bool
was_crash(const struct babel *babel, const char *text)
{
	char boot[BOOT_SIZE], tail[TEXT_SIZE];
	const char *now = boot_read(babel, boot);

	if (strcmp(now, "-") == 0)
		return false;
	text_format(tail, sizeof(tail), " %s running\n", now);
	return strstr(text, tail) != NULL;
}

bool
babel_seqno_start(struct babel *babel)
{
	struct sys *sys = babel->protocol.router->sys;
	char text[TEXT_SIZE] = "";
	bool crashed = false;
	uint64_t number;

	babel->seqno_kept = true;
	babel->seqno = (uint16_t)(sys->class->wall(sys) / WALL_STEP);
	if (state_read(babel, text)) {
		if (text_parse_u64(text, strcspn(text, " \n"), &number) &&
		    number <= UINT16_MAX)
			babel->seqno = (uint16_t)number;
		crashed = was_crash(babel, text);
	}
	seqno_reserve(babel);
	return crashed;
}

void
babel_seqno_stop(struct babel *babel)
{
	state_write(babel, (uint16_t)(babel->seqno + 1), "stopped");
}

/* Some seqno of ours that is still about: of a former life, if it is newer than ours. */
bool
babel_seqno_seen(struct babel *babel, uint16_t seqno)
{
	if (!babel_seqno_is_less(babel->seqno, seqno))
		return false;
	protocol_log(&babel->protocol, LOG_WARNING,
		     "Our own routes are about with seqno %u; going on behind it", seqno);
	babel->seqno = seqno;
	babel_seqno_increase(babel);
	return true;
}

void
babel_seqno_increase(struct babel *babel)
{
	babel->seqno++;
	if (!babel_seqno_is_less(babel->seqno, babel->seqno_reserved))
		seqno_reserve(babel);
	protocol_trace(&babel->protocol, DEBUG_EVENTS, "Our seqno is %u now",
		       babel->seqno);
}
