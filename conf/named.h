/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a configuration names so that its statements can refer to it: protocols,
 * templates, tables and transports, each kind with names of its own.  (Filters,
 * functions, constants and attributes are symbols of the policy language,
 * filter/symbol.h.)
 */
#ifndef CONF_NAMED_H
#define CONF_NAMED_H

#include "conf/complaint.h"
#include "lib/hash.h"
#include <stdbool.h>
#include <stdint.h>

struct config_table;
struct protocol_class;
struct reader;

enum named_kind {
	NAMED_PROTOCOL,
	NAMED_TEMPLATE,
	NAMED_TABLE,
	NAMED_TRANSPORT,
	NAMED_KINDS
};

/* What others can be `from`. */
struct named_block {
	const struct protocol_class *class;
	const struct named *from; /* Null: nothing. */
	struct place body;        /* Length 0: not whole in one file. */
};

/* Channels that join protocols to a table. */
struct joins {
	bool any, importing; /* Some; that may put routes in. */
};

struct named_table {
	int net_type;
	bool implicit;               /* It is always there. */
	struct config_table *config; /* Null: it was refused. */
	struct joins joins;          /* By its name, once all is read (lint.c). */
};

struct named {
	struct hash_node node;
	uint8_t kind; /* enum named_kind */
	bool is_bad;  /* Its statement was wrong: what it is, is not known. */
	bool used;    /* Some statement refers to it. */
	const char *name;
	struct place place;
	union {
		struct named_block block; /* NAMED_PROTOCOL, NAMED_TEMPLATE */
		struct named_table table; /* NAMED_TABLE */
	};
};

/* Null: there is none. */
struct named *named_find(const struct reader *reader, enum named_kind kind,
			 const char *name);
/* Zeroed but for that, in scratch memory.  Null after a complaint: the name is taken. */
struct named *named_add(struct reader *reader, enum named_kind kind, const char *name,
			const struct place *place);

#endif
