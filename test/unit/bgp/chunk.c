/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Chunks: what each of several neighbours is sent of one.
 */
#include "proto/bgp/chunk.h"

#include <string.h>

#include "lib/macros.h"
#include "test/unit/unit.h"

#define SIZE  4096
#define STEP  16 /* From mark to mark. */
#define MARKS (SIZE / STEP)

static struct bgp_chunk *
chunk_blank(void)
{
	struct bgp_chunk *chunk = bgp_chunk_new(SIZE);
	chunk->size = SIZE;
	memset(chunk->bytes, 0, SIZE);
	return chunk;
}

/* The bytes between marks are zeros. */
static struct bgp_chunk *
chunk_marked(uint32_t hop_size)
{
	struct bgp_chunk *chunk = chunk_blank();
	for (uint32_t i = 0; i < MARKS; i++)
		bgp_chunk_mark(chunk, i * STEP, hop_size);
	return chunk;
}

static struct bgp_piece
piece_of(struct bgp_chunk *chunk, uint32_t begin, uint8_t hop)
{
	struct bgp_piece piece = bgp_chunk_whole(chunk);
	piece.begin = begin;
	memset(piece.own_hop, hop, sizeof(piece.own_hop));
	return piece;
}

static void
chunk_check(const struct bgp_chunk *chunk, uint8_t hop, uint32_t hop_size)
{
	for (uint32_t i = 0; i < SIZE; i++)
		ck_assert_uint_eq(chunk->bytes[i], i % STEP < hop_size ? hop : 0);
}

START_TEST(each_has_its_own_hop_at_all_marks)
{
	struct bgp_chunk *chunk = chunk_marked(4);
	struct bgp_piece one = piece_of(chunk, 0, 1), other = piece_of(chunk, 0, 2);
	bgp_piece_fit(&one);
	chunk_check(chunk, 1, 4);
	bgp_piece_fit(&other);
	chunk_check(chunk, 2, 4);
	bgp_chunk_release(chunk);
}
END_TEST

/* The rest of what was begun, when others have been sent theirs. */
START_TEST(a_later_piece_is_fitted_again)
{
	struct bgp_chunk *chunk = chunk_marked(8);
	struct bgp_piece one = piece_of(chunk, 0, 1), other = piece_of(chunk, 0, 2);
	struct bgp_piece rest = piece_of(chunk, SIZE / 2, 1);
	bgp_piece_fit(&one);
	bgp_piece_fit(&other);
	bgp_piece_fit(&rest);
	chunk_check(chunk, 1, 8);
	bgp_chunk_release(chunk);
}
END_TEST

/* Versions for several links are written by the own hop of one on each. */
START_TEST(own_hops_of_several_are_all_put)
{
	struct bgp_chunk *chunk = chunk_blank();
	for (uint32_t i = 0; i < MARKS; i++) {
		memset(chunk->bytes + i * STEP, i == 0 ? 1 : 2, 4);
		bgp_chunk_mark(chunk, i * STEP, 4);
	}
	struct bgp_piece piece = piece_of(chunk, 0, 1);
	bgp_piece_fit(&piece);
	chunk_check(chunk, 1, 4);
	bgp_chunk_release(chunk);
}
END_TEST

START_TEST(without_marks_all_are_sent_the_same)
{
	struct bgp_chunk *chunk = chunk_blank();
	struct bgp_piece piece = piece_of(chunk, 0, 1);
	bgp_piece_fit(&piece);
	chunk_check(chunk, 0, 0);
	bgp_chunk_release(chunk);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		each_has_its_own_hop_at_all_marks,
		a_later_piece_is_fitted_again,
		own_hops_of_several_are_all_put,
		without_marks_all_are_sent_the_same,
	};
	return unit_run("bgp/chunk", tests, ARRAY_SIZE(tests), NULL, 0);
}
