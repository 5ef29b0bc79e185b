/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory for one evaluation: values made on the way (a longer path, a text).  A bump of a
 * pointer in a first piece that lies within the struct, so that most routes never
 * allocate; all of it goes at once.
 */
#ifndef FILTER_SCRATCH_H
#define FILTER_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCRATCH_FIRST 2048
/* What one evaluation may use; a filter that wants more is stopped. */
#define SCRATCH_LIMIT ((size_t)16 << 20)

struct scratch_piece {
	struct scratch_piece *next;
	size_t room;
	max_align_t bytes[];
};

struct scratch {
	uint8_t *at, *end;
	struct scratch_piece *pieces; /* Further ones, newest first. */
	size_t used;                  /* Bytes of further pieces. */
	max_align_t first[SCRATCH_FIRST / sizeof(max_align_t)];
};

void scratch_init(struct scratch *scratch);
/* Empty again. */
void scratch_reset(struct scratch *scratch);
void scratch_fini(struct scratch *scratch);
/* All of `bytes` (size > 0) lies in memory that was given out since it was last empty. */
bool scratch_has(const struct scratch *scratch, const void *bytes, size_t size);
/* Everything `from` gave out but what lies in its first piece becomes that of `to`, which
 * is let go of whole. */
void scratch_replace(struct scratch *to, struct scratch *from);
/* Uninitialised, aligned for 64-bit numbers. Never fails; see scratch_is_over(). */
void *scratch_alloc(struct scratch *scratch, size_t size);

/* More than SCRATCH_LIMIT was used: the evaluation must end. */
static inline bool
scratch_is_over(const struct scratch *scratch)
{
	return scratch->used > SCRATCH_LIMIT;
}

#endif
