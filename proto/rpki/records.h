/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a cache has told: records (prefix, maximum length, origin), each once, and what
 * the response under way does to them.  A response is taken as a whole or not at all:
 * until it is whole, a record is in the tables as before, and its changes can be undone.
 */
#ifndef PROTO_RPKI_RECORDS_H
#define PROTO_RPKI_RECORDS_H

#include "lib/addr.h"
#include "lib/index.h"
#include "lib/store.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* So many of a cache at most; twice what all of the Internet has. */
#define RPKI_RECORD_MAX 2000000u

enum rpki_record_flag {
	RPKI_RECORD_HELD = 1 << 0,   /* In the tables. */
	RPKI_RECORD_TOLD = 1 << 1,   /* There, once the response is whole. */
	RPKI_RECORD_CHANGED = 1 << 2 /* Among what the response has changed. */
};

struct rpki_record {
	struct addr addr;
	uint32_t asn;
	uint8_t type, length, max_length;
	uint8_t flags; /* enum rpki_record_flag; 0: no record. */
};

struct rpki_records {
	struct store store; /* struct rpki_record */
	struct index index;
	uint32_t seed;
	/* Handles of what the response has changed, each once, in its order. */
	uint32_t *changed;
	uint32_t changed_count, changed_room;
	uint32_t most; /* Records; RPKI_RECORD_MAX. */
};

enum rpki_change {
	RPKI_CHANGED,
	RPKI_KNOWN_ALREADY, /* What is announced is there. */
	RPKI_NOT_KNOWN,     /* What is withdrawn is not. */
	RPKI_TOO_MANY
};

/* Empty; `seed` is of the hash. */
void rpki_records_init(struct rpki_records *records, uint32_t seed);
void rpki_records_fini(struct rpki_records *records);
/* What `from` has, which is empty then; what `to` had is gone. */
void rpki_records_take(struct rpki_records *to, struct rpki_records *from);
/* The response announces or withdraws `roa`; a refusal changes nothing. */
enum rpki_change rpki_records_change(struct rpki_records *records,
				     const struct prefix *roa, bool announces);
/* The response is off: all is as it was before it. */
void rpki_records_undo(struct rpki_records *records);
/* The change of a record is final: what is told is held, else it is gone.  To be called
 * for each of `changed`, then rpki_records_settled(). */
void rpki_record_settle(struct rpki_records *records, uint32_t handle);
void rpki_records_settled(struct rpki_records *records);
struct prefix rpki_record_prefix(const struct rpki_record *record);

static inline struct rpki_record *
rpki_record_at(const struct rpki_records *records, uint32_t handle)
{
	return store_at(&records->store, handle);
}

static inline uint32_t
rpki_records_count(const struct rpki_records *records)
{
	return records->store.count;
}

#endif
