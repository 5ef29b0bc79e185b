/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dumps of tables into files, a piece at a time.  A file appears under its name when it
 * is whole; until then it is in memory, so a dump takes as much as its file is large.
 */
#ifndef PROTO_MRT_DUMP_H
#define PROTO_MRT_DUMP_H

#include "lib/text.h"
#include "nest/command.h"
#include "nest/filter.h"
#include "nest/protocol.h"
#include "nest/table.h"
#include "proto/mrt/packet.h"

/* What is to be dumped; good as long as the dump. */
struct mrt_order {
	const char *table;           /* The name of one, or null: */
	const char *tables;          /* a shell pattern. */
	const char *filename;        /* %N: the table; else as in `timeformat`. */
	const struct filter *filter; /* Null: all; what it changes is not in the file. */
	bool always_add_path;
};

struct mrt_dump {
	struct router *router;
	struct mrt_order order;
	usec_t wall;       /* When it began. */
	unsigned position; /* Of the next table among the router's. */
	const char *name;  /* The table's that is being dumped, null: none. */
	node_handle node;
	uint32_t sequence;      /* Of prefixes in this table. */
	struct mrt_peer *peers; /* The first is nobody. */
	uint16_t peer_count;
	uint16_t *peer_of; /* By source of the table. */
	struct text file, path, view;
	uint8_t *record; /* Room for one. */
	size_t record_room;
	unsigned files;  /* That were written. */
	uint64_t routes; /* That are in them. */
	int error;       /* The first, a negative errno. */
};

/* Frees by mrt_dump_fini() whatever comes. */
void mrt_dump_init(struct mrt_dump *dump, struct router *router,
		   const struct mrt_order *order);
/* Dumps up to `budget` prefixes; true: there is more to do. */
bool mrt_dump_step(struct mrt_dump *dump, unsigned budget);
void mrt_dump_fini(struct mrt_dump *dump);
/* Why the file could not be written, for a person; `error` as in the dump. */
const char *mrt_dump_error(int error);

/* The command `mrt dump`; ends with null words. */
extern const struct command mrt_commands[];

#endif
