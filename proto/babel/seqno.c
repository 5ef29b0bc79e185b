/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our sequence number (RFC 8966 §3.2.2).  It must never go back while the router-id
 * stays, or all that we originate is unfeasible for minutes.  So a file says up to where
 * seqnos may have been used: it is written ahead, in blocks, and a restart, after a crash
 * as well, goes on behind it.
 */
#include "proto/babel/babel.h"

#include <string.h>
#include "lib/text.h"
#include "nest/router.h"

#define BLOCK     16
#define PATH_SIZE 256
#define WALL_STEP (64 * USEC_S) /* Without a file, time itself is a seqno that grows. */

/* One file for each router-id, so that daemons can share a directory. */
static bool
seqno_path(const struct babel *babel, char path[static PATH_SIZE])
{
	const char *directory = babel_config(babel)->state_directory;

	if (!directory || !*directory)
		return false;
	return text_format(path, PATH_SIZE, "%s/babel-%016llx.seqno", directory,
			   (unsigned long long)babel->router_id);
}

static bool
seqno_read(const struct babel *babel, uint16_t *seqno)
{
	const struct sys_class *sys = babel->protocol.router->sys->class;
	char path[PATH_SIZE], text[16];
	struct sys_file *file;
	ptrdiff_t size;
	uint64_t number;

	if (!seqno_path(babel, path) ||
	    sys->file_open(babel->protocol.router->sys, path, &file))
		return false;
	size = sys->file_read(file, text, sizeof(text));
	sys->file_close(file);
	while (size > 0 && text[size - 1] == '\n')
		size--;
	if (size <= 0 || !text_parse_u64(text, (size_t)size, &number) ||
	    number > UINT16_MAX)
		return false;
	*seqno = (uint16_t)number;
	return true;
}

/* Seqnos up to the reserved one may be used once this is on disk. */
static void
seqno_reserve(struct babel *babel)
{
	struct sys *sys = babel->protocol.router->sys;
	char path[PATH_SIZE], text[16];
	int error;

	babel->seqno_reserved = (uint16_t)(babel->seqno + BLOCK);
	if (!seqno_path(babel, path))
		return;
	text_format(text, sizeof(text), "%u\n", babel->seqno_reserved);
	error = sys->class->file_write(sys, path, text, strlen(text));
	if (error && babel->seqno_kept)
		protocol_log(
			&babel->protocol, LOG_WARNING,
			"Cannot keep the seqno in %s: %s; a restart may be noticed late",
			path, text_error(error));
	babel->seqno_kept = !error;
}

void
babel_seqno_start(struct babel *babel)
{
	struct sys *sys = babel->protocol.router->sys;

	babel->seqno_kept = true;
	if (!seqno_read(babel, &babel->seqno))
		babel->seqno = (uint16_t)(sys->class->wall(sys) / WALL_STEP);
	seqno_reserve(babel);
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
