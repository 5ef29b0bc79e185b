/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table that a sink was told, made from all that it kept, against the one that it
 * should have been told.
 */
#ifndef BENCH_SINK_H
#define BENCH_SINK_H

#include "test/bench/bgp/peer.h"

struct sink_table {
	uint32_t missing; /* Prefixes that are not there, or with too few paths. */
	uint32_t foreign; /* That no feed has. */
	uint32_t wrong;   /* Whose attributes are not those of a best feed. */
};

/* `feeds`: all that were sent; one with the shortest path must have won each prefix,
 * except that a peer is not told what is its own (`own`, null: it sends nothing).  With
 * ADD-PATH there must be as many paths as feeds.  Says on stderr what is missing, up to
 * a few. */
struct sink_table sink_table(const struct peer *sink, const struct feed *own,
			     const struct feed *const *feeds, unsigned feed_count);

#endif
