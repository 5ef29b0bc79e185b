/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pipes: what its files share.
 */
#ifndef PROTO_PIPE_PIPE_H
#define PROTO_PIPE_PIPE_H

#include "lib/hash.h"
#include "nest/channel.h"
#include "nest/protocol.h"

struct pipe {
	struct protocol protocol;
	char *tables; /* "one <=> other" */
	/* The one of the table, with the filters, and the one of the peer table. */
	struct channel *channels[2];
	/* Its routes are being refreshed, till the other has been fed. */
	bool refreshes[2];
	/* struct pipe_source: routes told with a source prefix; of the instance's pool.
	 */
	struct hash sources;
};

/* The net of a change in a table of type `to`, the other of ipv6 and ipv6 sadr: none (0);
 * one; or two, of which the first is to be withdrawn. */
size_t pipe_translate(struct pipe *pipe, enum net_type to,
		      const struct route_change *change, uint32_t path_id,
		      struct prefix nets[static 2]);

#endif
