/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options of BFD sessions.
 */
#include "nest/bfd_options.h"

const char *
bfd_interval_take(struct conf_call *call)
{
	usec_t *times = (usec_t *)(void *)((char *)call->config + call->item->offset);
	times[0] = times[1] = (usec_t)call->values[0].number;
	return NULL;
}

const char *
bfd_authentication_take(struct conf_call *call)
{
	(void)call;
	return NULL;
}

bool
bfd_options_equal(const struct bfd_options *a, const struct bfd_options *b)
{
	return a->min_rx == b->min_rx && a->min_tx == b->min_tx &&
	       a->idle_tx == b->idle_tx && a->multiplier == b->multiplier &&
	       a->passive == b->passive;
}
