/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One TCP connection with a neighbour: the stream of bytes cut into messages (RFC 4271
 * §4.1), and a queue of messages to be sent.  Knows no states: what a message means is
 * for its owner (fsm.h).
 */
#ifndef PROTO_BGP_CONNECTION_H
#define PROTO_BGP_CONNECTION_H

#include "nest/timer.h"
#include "proto/bgp/session.h"

struct bgp_connection;

/* What the owner is told; it may close the connection in each. */
struct bgp_connection_ops {
	/* What was asked for stands. */
	void (*connected)(struct bgp_connection *);
	/* A whole message; the body is good for the call only, as is the header just
	 * before it. */
	void (*message)(struct bgp_connection *, enum bgp_type type, const uint8_t *body,
			size_t size);
	/* All messages of what has come in one go were told. */
	void (*heard)(struct bgp_connection *);
	/* What came is no message; nothing more is told. */
	void (*broken)(struct bgp_connection *, const struct bgp_failure *);
	/* The neighbour is gone, or never answered; `error` 0: in good order. */
	void (*closed)(struct bgp_connection *, int error);
	/* sent() is to be told of messages that go out now. */
	bool (*is_watched)(const struct bgp_connection *);
	/* The world has taken all of this message, and of those before it; at the
	 * connection's end a NOTIFICATION, and the rest of a message before it, as soon
	 * as they are queued: what is logged was made here (RFC 6396 §4.4.5).  The body
	 * is good for the call only.  Must not close the connection. */
	void (*sent)(struct bgp_connection *, enum bgp_type type, const uint8_t *body,
		     size_t size);
	/* Some of the queue was to go out; `moved`: at least one piece is out. */
	void (*written)(struct bgp_connection *, bool moved);
	/* There was no room, and is again. */
	void (*writable)(struct bgp_connection *);
};

/* What came of a message that is not whole yet. */
struct bgp_part {
	uint8_t header[BGP_HEADER_SIZE];
	uint8_t *bytes; /* Once the length is known, room for it; owned. */
	size_t size, length;
};

struct bgp_connection {
	struct router *router;
	const struct bgp_connection_ops *ops;
	struct sys_stream *stream; /* Null: there is no connection. */
	bool stands;               /* Else it is only asked for. */
	size_t message_max;        /* Of what comes: BGP_MESSAGE_MAX or more. */
	struct bgp_part part;
	/* What waits to be written: pieces [begin, end), whose chunks are held; `sent`
	 * bytes of the first are gone. */
	struct bgp_piece *pieces;
	uint32_t begin, end, room;
	size_t sent, queued; /* Bytes. */
	bool blocked;        /* The world takes no more until it says drained(). */
	bool full;           /* So much is queued that more is to wait. */
	struct job writing;
	/* Reading rests until what was read has been dealt with, or for so many turns. */
	struct job rest;
	unsigned rest_turns;
};

/* One that is closed, and no memory of it yet. */
void bgp_connection_init(struct bgp_connection *connection, struct router *router,
			 const struct bgp_connection_ops *ops);
/* Asks for one; connected() or closed() follows, or an error at once. */
int bgp_connection_open(struct bgp_connection *connection,
			const struct sys_tcp_args *args);
/* Takes one that was accepted; it stands. */
void bgp_connection_accept(struct bgp_connection *connection, struct sys_stream *stream);
/* Ends it, with a NOTIFICATION behind the message that is half out unless `last` is null;
 * what else is queued is dropped.  Does nothing to one that is closed. */
void bgp_connection_close(struct bgp_connection *connection,
			  const struct bgp_failure *last);
/* Queues the piece (holds its chunk); it leaves in this turn of the router. */
void bgp_connection_send(struct bgp_connection *connection,
			 const struct bgp_piece *piece);
/* The same with a copy of a message. */
void bgp_connection_say(struct bgp_connection *connection,
			const struct wire_out *message);

#endif
