/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A BFD session in asynchronous mode (RFC 5880 §6): states, timers that are negotiated,
 * jitter, detection.  Packets come and go through its owner, who knows the addresses.
 * Echo and demand mode are not ours: a neighbour that is in demand mode gets what it asks
 * for, silence.
 *
 *               received Down              received Init or Up
 *        DOWN ------------------> INIT ----------------------------> UP
 *        ^ ^ '-------------------------------------------------------^ |
 *        | |                received Init                              |
 *        | '--------------------- nothing came in time ----------------|
 *        '------------- received AdminDown, or (UP) Down --------------'
 */
#ifndef PROTO_BFD_SESSION_H
#define PROTO_BFD_SESSION_H

#include "nest/bfd.h"
#include "nest/timer.h"
#include "proto/bfd/packet.h"

struct bfd_session {
	struct router *router;
	/* To the neighbour; `changed`: the state is another one. */
	void (*send)(struct bfd_session *, const struct bfd_packet *);
	void (*changed)(struct bfd_session *);
	struct bfd_options options; /* What we want; none is 0 but `passive`. */
	/* RFC 5880 §6.8.1, under its names. */
	enum bfd_state state, remote_state;
	uint32_t local_discriminator, remote_discriminator;
	uint8_t diagnostic;
	usec_t desired_min_tx, required_min_rx; /* As we say them. */
	usec_t remote_min_rx, remote_min_tx;
	uint8_t remote_multiplier; /* 0: nothing came yet. */
	bool remote_demand;
	/* In force: with a change of ours, once the neighbour knows (RFC 5880 §6.8.3). */
	usec_t min_tx, min_rx;
	bool polling;  /* A Poll Sequence is under way. */
	bool settling; /* It is over, but the next packet without Final is to come. */
	usec_t sent;   /* When the last packet went; monotonic. */
	usec_t since;  /* Of the state. */
	struct timer transmit, detect;
	uint64_t packets_sent, packets_received, failures;
};

/* Down, and sending unless it is passive.  `discriminator`: of no other session. */
void bfd_session_start(struct bfd_session *session, struct router *router,
		       const struct bfd_options *options, uint32_t discriminator);
/* AdminDown.  A neighbour that was up is told so for a detection time of its own, so that
 * a lost packet is no failure for it (RFC 5880 §6.8.16), at most 3 s; then `changed` is
 * called.  A session that is over already stays so. */
void bfd_session_stop(struct bfd_session *session);
/* It is AdminDown, and no packet is to be sent any more. */
bool bfd_session_is_over(const struct bfd_session *session);
/* No packet any more, whatever the neighbour knows. */
void bfd_session_end(struct bfd_session *session);
/* What we want is something else now; the session stays. */
void bfd_session_options(struct bfd_session *session, const struct bfd_options *options);
/* A packet of this session that may be believed. */
void bfd_session_receive(struct bfd_session *session, const struct bfd_packet *packet);
/* How often we send, and after what time without a packet it is down; 0: never. */
usec_t bfd_session_interval(const struct bfd_session *session);
usec_t bfd_session_detection(const struct bfd_session *session);

#endif
