/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MRT records on their way to a file.
 */
#include "nest/mrt_log.h"

#include "lib/mem.h"
#include "lib/text.h"
#include "lib/wire.h"
#include "nest/config.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define PAUSE (250 * USEC_MS) /* Between two pieces. */
#define AGAIN (10 * USEC_MS)  /* Until a pipe that is full is looked at again. */
#define PIECE ((size_t)32 << 10)
#define HEAD  12 /* Bytes of a record before what its length counts (RFC 6396 §2). */

struct mrt_log {
	struct router *router;
	struct timer timer;
	uint8_t *bytes; /* Records that wait: [begin, end). */
	size_t begin, end, room;
	struct sys_pipe *pipe; /* That is written to; null: it is none. */
	uint64_t count;        /* Records that wait. */
	uint64_t lost;         /* Since none of them was. */
	bool is_full;          /* The pipe is, until the timer fires. */
	int error;             /* By which some were lost, as was said; 0: none were. */
};

static size_t
waiting(const struct mrt_log *log)
{
	return log->end - log->begin;
}

/* The first ones are out, or given up. */
static void
first_pass(struct mrt_log *log, size_t size, uint64_t count)
{
	log->begin += size;
	log->count -= count;
	if (log->begin == log->end)
		log->begin = log->end = 0;
}

static const char *
loss_text(int error)
{
	if (error == -EAGAIN)
		return "who reads it is too slow";
	return error == -ENXIO || error == -EPIPE ? "nobody reads it" : text_error(error);
}

/* So many records can't be written. */
static void
lost_add(struct mrt_log *log, uint64_t count, const char *path, int error)
{
	log->lost += count;
	if (error != log->error)
		router_log(log->router, LOG_ERROR, "Cannot write MRT records to %s: %s",
			   path, loss_text(error));
	log->error = error;
}

static void
pipe_drop(struct mrt_log *log)
{
	struct sys *sys = log->router->sys;
	sys->class->pipe_close(log->pipe);
	log->pipe = NULL;
}

/* None is lost any more. */
static void
lost_tell(struct mrt_log *log, const char *path)
{
	if (log->lost > 0)
		router_log(log->router, LOG_WARNING,
			   "%" PRIu64 " MRT records were lost: %s could not be written",
			   log->lost, path);
	log->lost = 0;
	log->error = 0;
}

/* The next piece, of whole records: of so many bytes at most, or one.  False: all are
 * out, or it did not go. */
static bool
piece_write(struct mrt_log *log, const char *path, size_t most)
{
	struct sys *sys = log->router->sys;
	const uint8_t *bytes = log->bytes + log->begin;
	size_t size = 0;
	uint64_t count = 0;
	while (size < waiting(log)) {
		size_t next = HEAD + wire_load_u32(bytes + size + HEAD - 4);
		if (count > 0 && size + next > most)
			break;
		size += next;
		count++;
	}
	ptrdiff_t done = sys->class->file_append(sys, path, &log->pipe, bytes, size);
	log->is_full = done == 0;
	if (done < 0) {
		lost_add(log, log->count, path, (int)done);
		first_pass(log, waiting(log), log->count);
	} else if (done > 0) {
		first_pass(log, size, count);
		if (waiting(log) == 0)
			lost_tell(log, path);
	}
	return done > 0 && waiting(log) > 0;
}

static void
log_write(struct mrt_log *log)
{
	const struct config *config = log->router->config;
	const char *path = config != NULL ? config->mrtdump_file : NULL;
	log->is_full = false;
	if (path == NULL) { /* They are not wanted any more. */
		first_pass(log, waiting(log), log->count);
		pipe_drop(log);
	}
	/* Behind the first it is known whether it is a pipe, which has no room for all;
	 * into a file all there are go. */
	bool more = waiting(log) > 0 && piece_write(log, path, PIECE);
	while (more)
		more = piece_write(log, path, log->pipe != NULL ? PIECE : SIZE_MAX);
	if (log->is_full)
		timer_start(&log->timer, AGAIN);
	if (waiting(log) == 0 && log->room > 8 * PIECE) {
		mem_free(log->bytes);
		log->bytes = NULL;
		log->room = 0;
	}
}

static void
log_fire(struct timer *timer)
{
	log_write(container_of(timer, struct mrt_log, timer));
}

static struct mrt_log *
log_of(struct router *router)
{
	if (router->mrt_log != NULL)
		return router->mrt_log;
	struct mrt_log *log = router->mrt_log = mem_zalloc(sizeof(*log));
	log->router = router;
	timer_init(&log->timer, router, log_fire);
	return log;
}

bool
mrt_log_wants(const struct protocol *protocol, enum mrt_what what)
{
	const struct config *config = protocol->router->config;
	return config != NULL && config->mrtdump_file != NULL &&
	       ((config->mrtdump_protocols | protocol->mrtdump) & what) != 0;
}

/* Room for so much more; a quarter of it is kept for what comes after, so that little is
 * moved often. */
static void
log_widen(struct mrt_log *log, size_t size)
{
	size_t before = waiting(log);
	if (log->bytes != NULL && log->end + size <= log->room)
		return;
	if (log->bytes == NULL || before + size > log->room - log->room / 4) {
		log->room = MAX(before + size, MAX(2 * log->room, PIECE));
		log->bytes = mem_resize(log->bytes, log->room, 1);
	}
	memmove(log->bytes, log->bytes + log->begin, before);
	log->begin = 0;
	log->end = before;
}

static void
log_put(struct mrt_log *log, const void *bytes, size_t size)
{
	if (size > 0)
		memcpy(log->bytes + log->end, bytes, size);
	log->end += size;
}

/* There is room for one more, if need be behind writing what waits. */
static bool
has_room(struct mrt_log *log, size_t size)
{
	if (waiting(log) + size <= MRT_LOG_MOST)
		return true;
	if (!log->is_full)
		log_write(log);
	return waiting(log) + size <= MRT_LOG_MOST;
}

void
mrt_log_add(struct router *router, uint16_t subtype, const void *head, size_t head_size,
	    const void *body, size_t body_size)
{
	struct mrt_log *log = log_of(router);
	uint8_t common[16];
	struct wire_out out = wire_out(common, sizeof(common));
	usec_t now = router->sys->class->wall(router->sys);
	bool is_exact = router->config->mrtdump_exact;
	size_t size = head_size + body_size + (is_exact ? 4 : 0);
	wire_put_u32(&out, (uint32_t)(now / USEC_S));
	wire_put_u16(&out, is_exact ? MRT_BGP4MP_ET : MRT_BGP4MP);
	wire_put_u16(&out, subtype);
	wire_put_u32(&out, (uint32_t)size);
	/* RFC 6396 §3: counted in the length. */
	if (is_exact)
		wire_put_u32(&out, (uint32_t)(now % USEC_S));
	size = wire_used(&out) + head_size + body_size;
	if (!has_room(log, size)) {
		lost_add(log, 1, router->config->mrtdump_file, -EAGAIN);
		return;
	}
	log_widen(log, size);
	log_put(log, common, wire_used(&out));
	log_put(log, head, head_size);
	log_put(log, body, body_size);
	log->count++;
	if (!log->is_full)
		timer_start_earlier(&log->timer, waiting(log) >= PIECE ? 0 : PAUSE);
}

void
mrt_log_move(struct router *router, const char *former)
{
	const char *path = router->config->mrtdump_file;
	if (router->mrt_log == NULL ||
	    (path != NULL && former != NULL && strcmp(path, former) == 0))
		return;
	pipe_drop(router->mrt_log);
}

void
mrt_log_free(struct router *router)
{
	struct mrt_log *log = router->mrt_log;
	if (log == NULL)
		return;
	log_write(log);
	log->lost += log->count;
	if (log->lost > 0 && router->config->mrtdump_file != NULL)
		lost_tell(log, router->config->mrtdump_file);
	timer_stop(&log->timer);
	mem_free(log->bytes);
	pipe_drop(log);
	mem_free(log);
	router->mrt_log = NULL;
}
