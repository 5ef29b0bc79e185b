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
#include <inttypes.h>
#include <string.h>

#define PAUSE (250 * USEC_MS) /* Between two pieces. */
#define PIECE ((size_t)64 << 10)

struct mrt_log {
	struct router *router;
	struct timer timer;
	uint8_t *bytes;
	size_t size, room;
	uint64_t count; /* Records that wait. */
	uint64_t lost;  /* Since the last that were written. */
	int error;      /* Of the last writing; 0: it went well. */
};

/* What waits went to the file, or could not. */
static void
log_tell(struct mrt_log *log, const char *path, int error)
{
	if (error != 0) {
		log->lost += log->count;
		if (error != log->error)
			router_log(log->router, LOG_ERROR,
				   "Cannot write MRT records to %s: %s", path,
				   text_error(error));
	} else if (log->lost > 0) {
		router_log(log->router, LOG_WARNING,
			   "%" PRIu64 " MRT records were lost: %s could not be written",
			   log->lost, path);
		log->lost = 0;
	}
	log->error = error;
}

static void
log_write(struct mrt_log *log)
{
	struct router *router = log->router;
	const char *path = router->config != NULL ? router->config->mrtdump_file : NULL;
	/* Without a file they are not wanted any more. */
	if (path != NULL && log->size > 0)
		log_tell(log, path,
			 router->sys->class->file_append(router->sys, path, log->bytes,
							 log->size));
	log->size = 0;
	log->count = 0;
	if (log->room > 4 * PIECE) {
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

/* Room for so much more. */
static void
log_widen(struct mrt_log *log, size_t size)
{
	if (log->bytes != NULL && log->size + size <= log->room)
		return;
	log->room = MAX(log->size + size, MAX(2 * log->room, PIECE));
	log->bytes = mem_resize(log->bytes, log->room, 1);
}

static void
log_put(struct mrt_log *log, const void *bytes, size_t size)
{
	if (size > 0)
		memcpy(log->bytes + log->size, bytes, size);
	log->size += size;
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
	if (log->size + size > MRT_LOG_MOST)
		log_write(log);
	log_widen(log, size);
	log_put(log, common, wire_used(&out));
	log_put(log, head, head_size);
	log_put(log, body, body_size);
	log->count++;
	timer_start_earlier(&log->timer, log->size >= PIECE ? 0 : PAUSE);
}

void
mrt_log_free(struct router *router)
{
	struct mrt_log *log = router->mrt_log;
	if (log == NULL)
		return;
	log_write(log);
	timer_stop(&log->timer);
	mem_free(log->bytes);
	mem_free(log);
	router->mrt_log = NULL;
}
