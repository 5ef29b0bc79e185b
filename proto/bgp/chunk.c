/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Chunks and the marks in them; see chunk.h.
 */
#include "proto/bgp/chunk.h"

#include <assert.h>
#include <string.h>

#include "lib/macros.h"
#include "lib/mem.h"

#define MARKS 64 /* Room at first. */

struct bgp_chunk *
bgp_chunk_new(size_t room)
{
	struct bgp_chunk *chunk = mem_alloc(sizeof(*chunk) + room);
	*chunk = (struct bgp_chunk){ .uses = 1 };
	return chunk;
}

void
bgp_chunk_release(struct bgp_chunk *chunk)
{
	if (--chunk->uses > 0)
		return;
	mem_free(chunk->marks);
	mem_free(chunk);
}

void
bgp_chunk_mark(struct bgp_chunk *chunk, uint32_t offset, uint32_t hop_size)
{
	assert(chunk->mark_count == 0 || chunk->hop_size == hop_size);
	if (chunk->mark_count == chunk->mark_room) {
		chunk->mark_room = MAX(MARKS, 2 * chunk->mark_room);
		chunk->marks = mem_resize(chunk->marks, chunk->mark_room,
					  sizeof(chunk->marks[0]));
	}
	chunk->hop_size = hop_size;
	/* It may be of another than that at the others (bgp_piece_fit). */
	if (chunk->mark_count > 0)
		memcpy(chunk->bytes + offset, chunk->bytes + chunk->marks[0], hop_size);
	chunk->marks[chunk->mark_count++] = offset;
}

struct bgp_piece
bgp_chunk_whole(struct bgp_chunk *chunk)
{
	return (struct bgp_piece){ .chunk = chunk, .end = chunk->size };
}

void
bgp_piece_fit(const struct bgp_piece *piece)
{
	struct bgp_chunk *chunk = piece->chunk;
	size_t size = chunk->hop_size;
	/* What one mark has all have. */
	if (chunk->mark_count == 0 ||
	    memcmp(chunk->bytes + chunk->marks[0], piece->own_hop, size) == 0)
		return;
	for (uint32_t i = 0; i < chunk->mark_count; i++)
		memcpy(chunk->bytes + chunk->marks[i], piece->own_hop, size);
}
