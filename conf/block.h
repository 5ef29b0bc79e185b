/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A block of a configuration that is being read: whose rows stand in it, and which
 * structs they fill.
 */
#ifndef CONF_BLOCK_H
#define CONF_BLOCK_H

#include "conf/complaint.h"
#include <stdbool.h>
#include <stddef.h>

struct conf_schema;
struct named;
struct protocol_config;
struct rows;
struct transport_config;

/* Which struct a row of a block fills. */
enum target {
	TARGET_OWN,     /* The block's own. */
	TARGET_CHANNEL, /* The channel's; in a protocol with one channel, that one's. */
	TARGET_MORE,    /* The protocol's own part of the channel. */
	TARGET_CONF,    /* None: the item is a statement's (statement.h). */
	TARGETS
};

enum block_kind {
	BLOCK_TOP,
	BLOCK_PROTOCOL,
	BLOCK_TRANSPORT,
	BLOCK_CHANNEL,
	BLOCK_TABLE,
	BLOCK_STRUCT
};

/* A block being read; the whole text is the first. */
struct block {
	enum block_kind kind;
	struct rows *rows;
	void *structs[TARGETS];
	const struct conf_schema *schemas[TARGETS]; /* To be checked at the end. */
	const struct conf_schema *inside[TARGETS];  /* Whose rows open blocks in it. */
	struct protocol_config *protocol;           /* BLOCK_PROTOCOL and below it. */
	struct transport_config *transport;         /* BLOCK_TRANSPORT */
	struct named *named;                        /* BLOCK_PROTOCOL: its name. */
	/* BLOCK_PROTOCOL with one channel: its options stood outside of a channel's
	 * block. */
	bool has_own_channel;
	struct place place; /* The statement it belongs to. */
	bool is_ignored;    /* It is a row's that does nothing. */
	size_t errors;      /* Complaints when it began. */
};

#endif
