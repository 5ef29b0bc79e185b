/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets of handles.
 */
#include "nest/handle_set.h"

#include "lib/macros.h"
#include "lib/mem.h"
#include <string.h>

void
handle_set_widen(struct handle_set *set, uint32_t handle)
{
	uint32_t count = MAX(set->word_count * 2, handle / 64 + 4);
	set->words = mem_resize(set->words, count, sizeof(set->words[0]));
	memset(set->words + set->word_count, 0,
	       (count - set->word_count) * sizeof(set->words[0]));
	set->word_count = count;
}

uint32_t
handle_set_next(const struct handle_set *set, uint32_t handle)
{
	uint64_t skip = ~UINT64_C(0) << (handle % 64);
	for (uint32_t word = handle / 64; word < set->word_count; word++) {
		uint64_t bits = set->words[word] & skip;
		if (bits != 0)
			return word * 64 + (uint32_t)__builtin_ctzll(bits);
		skip = ~UINT64_C(0);
	}
	return 0;
}

void
handle_set_fini(struct handle_set *set)
{
	mem_free(set->words);
	*set = (struct handle_set){ .words = NULL };
}
