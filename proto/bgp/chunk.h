/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages to be sent, written once and sent to several neighbours from the same memory.
 *
 * All that may differ between those is our own next hop: the address each has us by,
 * which is of the link to it.  Where it stands is marked.  Whenever a piece of the chunk
 * is handed to the world, the own hop of whom that is for is put at the marks: the world
 * takes a copy, so the chunk is free for the next.
 */
#ifndef PROTO_BGP_CHUNK_H
#define PROTO_BGP_CHUNK_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of a next hop: NEXT_HOP has 4, MP_REACH_NLRI 16 or 32. */
#define BGP_HOP_MAX 32

struct bgp_chunk {
	uint32_t uses, size; /* Bytes there are. */
	uint32_t *marks;     /* Offsets, increasing; the same own hop is at all. */
	uint32_t mark_count, mark_room;
	uint32_t hop_size; /* Of the own hop; 0: nothing is marked. */
	uint8_t bytes[];
};

/* Whole messages of a chunk, for one neighbour. */
struct bgp_piece {
	struct bgp_chunk *chunk;
	uint32_t begin, end;
	uint8_t own_hop[BGP_HOP_MAX]; /* Chunk's `hop_size` bytes of it count. */
};

/* One with room for `room` bytes and one use, the caller's. */
struct bgp_chunk *bgp_chunk_new(size_t room);
void bgp_chunk_release(struct bgp_chunk *chunk);
/* Our own next hop, written already, stands at `offset`, of as many bytes as at the other
 * marks: what stands there becomes the same as at those. */
void bgp_chunk_mark(struct bgp_chunk *chunk, uint32_t offset, uint32_t hop_size);
/* All that is in it, without marks. */
struct bgp_piece bgp_chunk_whole(struct bgp_chunk *chunk);
/* Makes the chunk's bytes those of this piece, until another is fitted. */
void bgp_piece_fit(const struct bgp_piece *piece);

#endif
