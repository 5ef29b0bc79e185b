/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol roa: what its files share.
 *
 *   reader.c lines.c json.c   what files say, pure
 *   roa.c                     when they are read, and what of it goes into the tables
 *   config.c                  rows
 */
#ifndef PROTO_ROA_ROA_H
#define PROTO_ROA_ROA_H

#include "lib/list.h"
#include "nest/protocol.h"
#include "nest/schema.h"

/* A file that was named. */
struct roa_file {
	struct list link;
	const char *path;
};

struct roa_config {
	struct protocol_config common;
	struct list files; /* struct roa_file */
	usec_t refresh;    /* How often files are looked at. */
};

extern const struct conf_schema roa_schema;

#endif
