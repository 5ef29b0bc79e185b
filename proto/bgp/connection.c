/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP connections: framing and the queue.
 *
 * One read of the world is bounded, and after it all others have their turn, so no
 * neighbour that sends fast starves another.  What it brings is read in place: only a
 * message that is not whole at its end is copied.  Writes take many chunks at once, and
 * one of them is all a connection gets before others are at it.
 */
#include "proto/bgp/connection.h"

#include <string.h>

#include "lib/mem.h"
#include "nest/router.h"

#define REST_SIZE  16384        /* Bytes in one go that make it rest. */
#define REST_SHARE 2048         /* Bytes for which the router's jobs get a turn. */
#define SLICES     64           /* Pieces written at once. */
#define QUEUE_HIGH (256 * 1024) /* This much queued is full … */
#define QUEUE_LOW  (64 * 1024)  /* … until no more than this is left. */

/* ---- what comes ---- */

static void
deliver(struct bgp_connection *connection, const uint8_t *message, size_t length)
{
	connection->ops->message(connection, (enum bgp_type)message[18],
				 message + BGP_HEADER_SIZE, length - BGP_HEADER_SIZE);
}

/* The length of the message; 0: it is none, and its owner was told. */
static size_t
header_look(struct bgp_connection *connection, const uint8_t *header)
{
	struct bgp_failure failure;
	size_t length = bgp_header_read(header, connection->message_max, &failure);
	if (length == 0)
		connection->ops->broken(connection, &failure);
	return length;
}

/* Takes the whole message at `at`, or the beginning of one: where the next one is, null:
 * nowhere. */
static const uint8_t *
message_take(struct bgp_connection *connection, const uint8_t *at, const uint8_t *end)
{
	struct bgp_part *part = &connection->part;
	size_t size = (size_t)(end - at);
	if (size < BGP_HEADER_SIZE) {
		memcpy(part->header, at, size);
		part->size = size;
		return end;
	}
	size_t length = header_look(connection, at);
	if (length == 0)
		return NULL;
	if (length <= size) {
		deliver(connection, at, length);
		return at + length;
	}
	part->bytes = mem_alloc(length);
	memcpy(part->bytes, at, size);
	part->size = size;
	part->length = length;
	return end;
}

static void
part_end(struct bgp_connection *connection)
{
	struct bgp_part part = connection->part;
	connection->part = (struct bgp_part){ .size = 0 };
	deliver(connection, part.bytes, part.length);
	mem_free(part.bytes);
}

/* The header of the part is whole. */
static bool
part_measure(struct bgp_connection *connection)
{
	struct bgp_part *part = &connection->part;
	part->length = header_look(connection, part->header);
	if (part->length == 0)
		return false;
	part->bytes = mem_alloc(part->length);
	memcpy(part->bytes, part->header, BGP_HEADER_SIZE);
	return true;
}

/* Goes on with a message that began before. */
static const uint8_t *
part_fill(struct bgp_connection *connection, const uint8_t *at, const uint8_t *end)
{
	struct bgp_part *part = &connection->part;
	size_t wanted = (part->bytes ? part->length : BGP_HEADER_SIZE) - part->size;
	size_t size = MIN(wanted, (size_t)(end - at));
	memcpy((part->bytes ? part->bytes : part->header) + part->size, at, size);
	part->size += size;
	if (part->size == BGP_HEADER_SIZE && !part->bytes && !part_measure(connection))
		return NULL;
	if (part->bytes && part->size == part->length)
		part_end(connection);
	return at + size;
}

static void rest_begin(struct bgp_connection *connection, size_t size);

static void
stream_receive(void *context, struct sys_stream *stream, const void *bytes, size_t size)
{
	struct bgp_connection *connection = context;
	const uint8_t *at = bytes, *end = at + size;
	while (at != NULL && at < end && connection->stream == stream)
		at = connection->part.size > 0 ? part_fill(connection, at, end)
					       : message_take(connection, at, end);
	if (at != NULL && connection->stream == stream)
		connection->ops->heard(connection);
	if (connection->stream == stream && size >= REST_SIZE)
		rest_begin(connection, size);
}

/* What was read makes work (routes to be told, a walk for a command), which a neighbour
 * that says much must not keep from being done. */
static void
rest_begin(struct bgp_connection *connection, size_t size)
{
	connection->rest_turns = (unsigned)(size / REST_SHARE);
	connection->router->sys->class->stream_pause(connection->stream, true);
	job_schedule(&connection->rest);
}

static bool
rest_run(struct job *job, unsigned budget)
{
	struct bgp_connection *connection =
		container_of(job, struct bgp_connection, rest);
	(void)budget;
	if (!list_is_empty(&connection->router->jobs) && connection->rest_turns-- > 0)
		return true;
	connection->router->sys->class->stream_pause(connection->stream, false);
	return false;
}

static void
stream_closed(void *context, struct sys_stream *stream, int error)
{
	struct bgp_connection *connection = context;
	(void)stream;
	connection->ops->closed(connection, error);
}

static void
stream_connected(void *context, struct sys_stream *stream)
{
	struct bgp_connection *connection = context;
	(void)stream;
	connection->stands = true;
	connection->ops->connected(connection);
}

/* ---- what goes ---- */

static void
stream_drained(void *context, struct sys_stream *stream)
{
	struct bgp_connection *connection = context;
	(void)stream;
	connection->blocked = false;
	if (connection->begin < connection->end)
		job_schedule(&connection->writing);
}

/* Those pieces that are next, as they are for this neighbour. */
static size_t
slices_fill(const struct bgp_connection *connection, struct sys_slice slices[SLICES])
{
	size_t count = MIN(connection->end - connection->begin, SLICES);
	for (size_t i = 0; i < count; i++) {
		const struct bgp_piece *piece =
			&connection->pieces[connection->begin + i];
		size_t begin = piece->begin + (i == 0 ? connection->sent : 0);
		bgp_piece_fit(piece);
		slices[i] = (struct sys_slice){ piece->chunk->bytes + begin,
						piece->end - begin };
	}
	return count;
}

/* So many bytes are out; true: with them the end of a piece. */
static bool
queue_advance(struct bgp_connection *connection, size_t size)
{
	uint32_t before = connection->begin;
	connection->queued -= size;
	size += connection->sent;
	while (connection->begin < connection->end) {
		struct bgp_piece *piece = &connection->pieces[connection->begin];
		if (size < piece->end - piece->begin)
			break;
		size -= piece->end - piece->begin;
		bgp_chunk_release(piece->chunk);
		connection->begin++;
	}
	connection->sent = size;
	bool ended = connection->begin > before;
	if (connection->begin == connection->end)
		connection->begin = connection->end = 0;
	return ended;
}

static void
sent_tell(struct bgp_connection *connection, const uint8_t *message)
{
	connection->ops->sent(connection, (enum bgp_type)message[18],
			      message + BGP_HEADER_SIZE,
			      wire_load_u16(message + 16) - (size_t)BGP_HEADER_SIZE);
}

/* Messages of the queue that end in the next `size` bytes of it, which are out: their
 * pieces are fitted. */
static void
queue_tell(struct bgp_connection *connection, size_t size)
{
	size_t before = connection->sent;
	size += before;
	for (uint32_t i = connection->begin; size > 0; i++) {
		const struct bgp_piece *piece = &connection->pieces[i];
		const uint8_t *bytes = piece->chunk->bytes + piece->begin;
		size_t out = MIN(size, piece->end - piece->begin), next;
		for (size_t at = 0; at < out; at = next) {
			next = at + wire_load_u16(bytes + at + 16);
			if (next > before && next <= out)
				sent_tell(connection, bytes + at);
		}
		size -= out;
		before = 0;
	}
}

static bool
writing_run(struct job *job, unsigned budget)
{
	struct bgp_connection *connection =
		container_of(job, struct bgp_connection, writing);
	const struct sys_class *world = connection->router->sys->class;
	struct sys_slice slices[SLICES];
	size_t wanted = 0, count = slices_fill(connection, slices);
	(void)budget;
	for (size_t i = 0; i < count; i++)
		wanted += slices[i].size;
	size_t taken = world->stream_write(connection->stream, slices, count);
	connection->blocked = taken < wanted;
	if (connection->ops->is_watched(connection))
		queue_tell(connection, taken);
	connection->ops->written(connection, queue_advance(connection, taken));
	if (connection->stream && connection->full && connection->queued <= QUEUE_LOW) {
		connection->full = false;
		connection->ops->writable(connection);
	}
	return connection->stream && !connection->blocked &&
	       connection->begin < connection->end;
}

/* Room for one more; half of it is kept for what comes after. */
static void
queue_widen(struct bgp_connection *connection)
{
	uint32_t count = connection->end - connection->begin;
	if (connection->end < connection->room)
		return;
	if (count > connection->room / 2 || connection->room == 0) {
		connection->room = MAX(8, connection->room * 2);
		connection->pieces = mem_resize(connection->pieces, connection->room,
						sizeof(*connection->pieces));
	}
	memmove(connection->pieces, connection->pieces + connection->begin,
		count * sizeof(*connection->pieces));
	connection->begin = 0;
	connection->end = count;
}

void
bgp_connection_send(struct bgp_connection *connection, const struct bgp_piece *piece)
{
	if (connection->stream == NULL || piece->begin == piece->end)
		return;
	queue_widen(connection);
	piece->chunk->uses++;
	connection->pieces[connection->end++] = *piece;
	connection->queued += piece->end - piece->begin;
	if (connection->queued >= QUEUE_HIGH)
		connection->full = true;
	if (!connection->blocked)
		job_schedule(&connection->writing);
}

void
bgp_connection_say(struct bgp_connection *connection, const struct wire_out *message)
{
	size_t size = wire_used(message);
	struct bgp_chunk *chunk = bgp_chunk_new(size);
	memcpy(chunk->bytes, message->start, size);
	chunk->size = (uint32_t)size;
	struct bgp_piece whole = bgp_chunk_whole(chunk);
	bgp_connection_send(connection, &whole);
	bgp_chunk_release(chunk);
}

/* ---- life ---- */

static const struct sys_stream_ops stream_ops = {
	.receive = stream_receive,
	.drained = stream_drained,
	.closed = stream_closed,
	.connected = stream_connected,
};

void
bgp_connection_init(struct bgp_connection *connection, struct router *router,
		    const struct bgp_connection_ops *ops)
{
	*connection = (struct bgp_connection){ .router = router,
					       .ops = ops,
					       .message_max = BGP_MESSAGE_MAX };
	job_init(&connection->writing, router, writing_run);
	job_init(&connection->rest, router, rest_run);
}

int
bgp_connection_open(struct bgp_connection *connection, const struct sys_tcp_args *args)
{
	struct sys *sys = connection->router->sys;
	return sys->class->tcp_connect(sys, args, &stream_ops, connection,
				       &connection->stream);
}

void
bgp_connection_accept(struct bgp_connection *connection, struct sys_stream *stream)
{
	connection->stream = stream;
	connection->stands = true;
	connection->router->sys->class->stream_attach(stream, &stream_ops, connection);
}

/* How much of the message that is half out is left, behind the first piece's bytes that
 * are sent. */
static size_t
half_left(const struct bgp_connection *connection, const struct bgp_piece *piece)
{
	size_t at = piece->begin, sent = piece->begin + connection->sent;
	while (at < sent)
		at += wire_load_u16(piece->chunk->bytes + at + 16);
	return MIN(at, piece->end) - sent;
}

static void
last_send(struct bgp_connection *connection, const struct bgp_failure *last)
{
	const struct sys_class *world = connection->router->sys->class;
	uint8_t bytes[BGP_MESSAGE_MAX];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	bool is_watched = connection->ops->is_watched(connection);
	if (connection->sent > 0) {
		const struct bgp_piece *piece = &connection->pieces[connection->begin];
		size_t left = half_left(connection, piece);
		bgp_piece_fit(piece);
		world->stream_send(connection->stream,
				   piece->chunk->bytes + piece->begin + connection->sent,
				   left);
		if (is_watched)
			queue_tell(connection, left);
	}
	bgp_notification_write(&out, last);
	world->stream_send(connection->stream, bytes, wire_used(&out));
	if (is_watched)
		sent_tell(connection, bytes);
}

void
bgp_connection_close(struct bgp_connection *connection, const struct bgp_failure *last)
{
	if (connection->stream == NULL)
		return;
	if (last != NULL && connection->stands)
		last_send(connection, last);
	connection->router->sys->class->stream_close(connection->stream);
	job_cancel(&connection->writing);
	job_cancel(&connection->rest);
	while (connection->begin < connection->end)
		bgp_chunk_release(connection->pieces[connection->begin++].chunk);
	mem_free(connection->pieces);
	mem_free(connection->part.bytes);
	bgp_connection_init(connection, connection->router, connection->ops);
}
