/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The peers of the daemon that is measured: blasters, which send feeds as fast as they
 * are taken, and sinks, which keep all they are sent as it came (a peer may be both).
 * While the clock runs a sink only counts prefixes; its table is made afterwards
 * (sink.h).
 */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include "test/bench/bgp/feed.h"

struct peer {
	const char *local, *remote; /* Addresses, link-local ones with %INTERFACE. */
	uint32_t as, router_id;
	const struct feed *const *feeds; /* Sent one after the other; null: a sink. */
	unsigned feed_count;
	bool wants_ip4, wants_ip6, add_path, extended_next_hop;
	bool is_direct;  /* What comes has not passed a daemon: its path is as sent. */
	bool is_open;    /* Both OPENs and KEEPALIVEs were exchanged. */
	bool is_sending; /* Its feeds. */
	bool is_endless; /* After the last feed comes the first. */
	bool forgets;    /* Keeps nothing of what comes. */
	int fd;
	unsigned feed; /* That is being sent, from `sent` on. */
	size_t sent;
	uint8_t *got; /* All that came. */
	size_t size;
	size_t at; /* Counted up to here. */
	uint64_t reached, withdrawn, updates;
	double last; /* When the last prefix came. */
};

/* Seconds of the monotonic clock. */
double peer_now(void);
/* Makes room for what comes. */
void peer_prepare(struct peer *peer);
/* Connects and says OPEN; what is refused is tried again until `deadline`, which ends the
 * program. */
void peers_open(struct peer *peers, unsigned count, double deadline);
/* Sends and receives for up to `wait` seconds; true if something happened.  A session
 * that ends, ends the program. */
bool peers_step(struct peer *peers, unsigned count, double wait);
void peer_close(struct peer *peer);

/* An attribute of an UPDATE. */
struct peer_attribute {
	uint8_t type;
	const uint8_t *value, *end;
};

/* An UPDATE, which is taken to be well-formed. */
struct peer_update {
	const uint8_t *withdrawn, *withdrawn_end;
	const uint8_t *attributes, *attributes_end; /* Prefixes follow. */
	const uint8_t *end;
};

struct peer_update peer_update_of(const uint8_t *body, size_t size);
/* The attribute at `*at`, which is moved behind it. */
struct peer_attribute peer_attribute_next(const uint8_t **at);
unsigned peer_get_u16(const uint8_t *from);
uint32_t peer_get_u32(const uint8_t *from);

#endif
