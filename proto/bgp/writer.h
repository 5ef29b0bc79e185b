/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A writer makes UPDATEs (RFC 4271 §4.3) of what is in a window, in chunks for one
 * neighbour or for all of a group.  What is not for some of the group is said by the part
 * of the chunk it takes; where our own next hop stands, each is sent its own (chunk.h).
 */
#ifndef PROTO_BGP_WRITER_H
#define PROTO_BGP_WRITER_H

#include "proto/bgp/audience.h"
#include "proto/bgp/window.h"

/* Messages that are not for some: a part of a chunk. */
struct bgp_skip {
	uint32_t begin, end;
	struct bgp_some some;
};

#define BGP_WRITER_SKIPS  64
#define BGP_WRITER_ABSENT 4 /* An owner, two links, a next hop. */

struct bgp_writer {
	const struct bgp_rib *rib; /* Of a neighbour; any, of a group. */
	const struct bgp_agreed *agreed;
	const struct bgp_audience *audience; /* Null: the neighbour alone. */
	struct bgp_chunk *chunk;             /* Null: none begun. */
	size_t room;
	struct wire_out out;
	/* A chunk is full, or the last: to be sent now; null: to the neighbour. */
	void (*send)(struct bgp_writer *, struct bgp_chunk *);
	/* Who is not told what is being written. */
	struct bgp_some absent[BGP_WRITER_ABSENT];
	unsigned absent_count;
	/* By their beginning; of this chunk. */
	struct bgp_skip skips[BGP_WRITER_SKIPS];
	unsigned skip_count;
};

/* A writer for the neighbour, of many messages or of few. */
void bgp_writer_init(struct bgp_writer *writer, const struct bgp_rib *rib, bool is_small);
/* All that is in the window, as it is told now; the window is to be freed behind it. */
void bgp_writer_window(struct bgp_writer *writer, struct bgp_window *window);
/* Prefixes that are withdrawn. */
struct bgp_withdrawals {
	/* The one that is next, in wire form, in BGP_NET_MAX bytes; null at the end. */
	const uint8_t *(*at)(struct bgp_withdrawals *, size_t *size, uint32_t *path_id);
	/* It is written: the one behind it is next. */
	void (*pass)(struct bgp_withdrawals *);
};
void bgp_writer_withdraw(struct bgp_writer *writer, struct bgp_withdrawals *list);
/* A mark that all was told (RFC 4724 §2). */
void bgp_writer_mark(struct bgp_writer *writer);
/* Sends what was begun. */
void bgp_writer_end(struct bgp_writer *writer);

#endif
