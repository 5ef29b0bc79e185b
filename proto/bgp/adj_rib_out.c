/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one neighbour is sent, if it is told alone: changes of routes through a window to
 * UPDATEs, marks and refreshes.
 */
#include "proto/bgp/adj_rib_out.h"

#include "nest/router.h"
#include "proto/bgp/rib.h"
#include "proto/bgp/writer.h"

static bool flush_run(struct job *job, unsigned budget);
static void refresh_mark(struct bgp_rib *rib, enum bgp_refresh kind);
static void refresh_send(struct bgp_rib *rib, enum bgp_refresh kind);

#define REFRESH_ROOM 32

void
adj_rib_out_init(struct bgp_rib *rib)
{
	job_init(&rib->flush, rib->bgp->protocol.router, flush_run);
}

void
adj_rib_out_fini(struct bgp_rib *rib)
{
	job_cancel(&rib->flush);
	bgp_window_free(rib->window);
	rib->window = NULL;
	rib->end_due = rib->is_told = false;
	rib->refresh_due = rib->refresh_ends = rib->is_asked = false;
}

/* RFC 7911 §3: one of the destination's own.  That of who brought the path will do, which
 * is no other's before this is told that the path is gone.  There are few, as the
 * neighbour may have to remember each. */
static uint32_t
path_id_of(const struct bgp_rib *rib, const struct route_change *change)
{
	return table_route(rib->channel->table, change->route)->source;
}

void
adj_rib_out_change(struct bgp_rib *rib, const struct route_change *changes, size_t count)
{
	bool with_id = bgp_agreed(rib->bgp)->add_path[rib->family];
	for (size_t i = 0; i < count; i++) {
		struct bgp_window_item item = {
			.net = changes[i].net,
			.path_id = with_id ? path_id_of(rib, &changes[i]) : 0,
			.given = bgp_outgoing(rib, &changes[i]),
		};
		if (rib->window != NULL && bgp_window_is_full(rib->window))
			adj_rib_out_flush(rib);
		if (rib->window == NULL)
			rib->window = bgp_window_new(rib->bgp->protocol.router);
		bgp_window_put(rib->window, &item);
	}
	job_schedule(&rib->flush);
	if (!bgp_session_has_room(rib->bgp))
		channel_pause(rib->channel);
}

static bool
flush_run(struct job *job, unsigned budget)
{
	(void)budget;
	adj_rib_out_flush(container_of(job, struct bgp_rib, flush));
	return false;
}

void
adj_rib_out_flush(struct bgp_rib *rib)
{
	struct bgp_window *window = rib->window;
	rib->window = NULL;
	if (bgp_agreed(rib->bgp) == NULL) {
		bgp_window_free(window);
		return;
	}
	bool is_small = window == NULL || bgp_window_is_small(window);
	struct bgp_writer writer;
	bgp_writer_init(&writer, rib, is_small);
	if (window != NULL)
		bgp_writer_window(&writer, window);
	bgp_window_free(window);
	if (rib->end_due)
		bgp_writer_mark(&writer);
	rib->end_due = false;
	bgp_writer_end(&writer);
	if (rib->refresh_ends)
		refresh_mark(rib, BGP_REFRESH_END);
	rib->refresh_ends = false;
}

void
adj_rib_out_end(struct bgp_rib *rib)
{
	rib->end_due = !rib->is_told;
	rib->is_told = true;
	rib->refresh_ends |= rib->refresh_due;
	rib->refresh_due = false;
	job_schedule(&rib->flush);
}

/* RFC 7313 §4: for who knows marks. */
static void
refresh_mark(struct bgp_rib *rib, enum bgp_refresh kind)
{
	if (bgp_agreed(rib->bgp)->enhanced_refresh)
		refresh_send(rib, kind);
}

/* A message that stands for itself. */
static void
refresh_send(struct bgp_rib *rib, enum bgp_refresh kind)
{
	struct bgp_chunk *chunk = bgp_chunk_new(REFRESH_ROOM);
	struct wire_out out = wire_out(chunk->bytes, REFRESH_ROOM);
	bgp_refresh_write(&out, rib->family, kind);
	chunk->size = (uint32_t)wire_used(&out);
	struct bgp_piece whole = bgp_chunk_whole(chunk);
	bgp_session_send(rib->bgp, &whole);
	bgp_chunk_release(chunk);
}

void
adj_rib_out_refresh(struct bgp_rib *rib)
{
	refresh_mark(rib, BGP_REFRESH_BEGIN);
	rib->refresh_due = true;
}

void
adj_rib_out_ask(struct bgp_rib *rib)
{
	refresh_send(rib, BGP_REFRESH_ASK);
}
