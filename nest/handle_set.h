/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets of handles of nodes or routes, a bit for each: whom a reader of a table was told
 * of.
 */
#ifndef NEST_HANDLE_SET_H
#define NEST_HANDLE_SET_H

#include <stdbool.h>
#include <stdint.h>

/* Starts as all zeros, grows. */
struct handle_set {
	uint64_t *words;
	uint32_t word_count;
};

static inline bool
handle_set_has(const struct handle_set *set, uint32_t handle)
{
	return handle / 64 < set->word_count &&
	       (set->words[handle / 64] >> (handle % 64) & 1) != 0;
}

/* Gives it room for the handle. */
void handle_set_widen(struct handle_set *set, uint32_t handle);

static inline void
handle_set_put(struct handle_set *set, uint32_t handle, bool is_in)
{
	uint64_t bit = UINT64_C(1) << (handle % 64);
	if (handle / 64 >= set->word_count) {
		if (!is_in)
			return;
		handle_set_widen(set, handle);
	}
	uint64_t *word = &set->words[handle / 64];
	*word = is_in ? *word | bit : *word & ~bit;
}

/* The first that is in it from `handle` on; 0: there is none. */
uint32_t handle_set_next(const struct handle_set *set, uint32_t handle);
/* Empties it. */
void handle_set_fini(struct handle_set *set);

#endif
