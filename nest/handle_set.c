/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets of handles.
 */
#include "nest/handle_set.h"

#include "lib/macros.h"
#include "lib/mem.h"
#include <string.h>

void
handle_set_put(struct handle_set *set, uint32_t handle, bool is_in)
{
	uint32_t word = handle / 64;
	if (word >= set->word_count) {
		uint32_t count = MAX(set->word_count * 2, word + 4);
		set->words = mem_resize(set->words, count, sizeof(set->words[0]));
		memset(set->words + set->word_count, 0,
		       (count - set->word_count) * sizeof(set->words[0]));
		set->word_count = count;
	}
	uint64_t bit = UINT64_C(1) << (handle % 64);
	set->words[word] = is_in ? set->words[word] | bit : set->words[word] & ~bit;
}

void
handle_set_fini(struct handle_set *set)
{
	mem_free(set->words);
	*set = (struct handle_set){ .words = NULL };
}
