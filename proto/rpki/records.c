/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records in a store, found by an index of their contents.
 */
#include "proto/rpki/records.h"

#include "lib/hash.h"
#include "lib/mem.h"

static uint32_t record_hash(const struct rpki_records *records,
			    const struct rpki_record *record);
static bool index_hash_of(const void *owner, uint32_t handle, uint32_t *hash);
static bool is_same(const struct rpki_record *a, const struct rpki_record *b);
static uint32_t record_find(const struct rpki_records *records,
			    const struct rpki_record *wanted, uint32_t hash);
static uint32_t record_new(struct rpki_records *records, const struct rpki_record *from,
			   uint32_t hash);
static void changed_add(struct rpki_records *records, uint32_t handle);

void
rpki_records_init(struct rpki_records *records, uint32_t seed)
{
	*records = (struct rpki_records){ .seed = seed, .most = RPKI_RECORD_MAX };
	store_init(&records->store, sizeof(struct rpki_record));
	index_init(&records->index, index_hash_of, records);
}

void
rpki_records_fini(struct rpki_records *records)
{
	store_fini(&records->store);
	index_fini(&records->index);
	mem_free(records->changed);
	rpki_records_init(records, records->seed);
}

void
rpki_records_take(struct rpki_records *to, struct rpki_records *from)
{
	rpki_records_fini(to);
	*to = *from;
	index_moved(&to->index, to);
	rpki_records_init(from, to->seed);
}

enum rpki_change
rpki_records_change(struct rpki_records *records, const struct prefix *roa,
		    bool announces)
{
	const struct rpki_record wanted = { .addr = roa->addr,
					    .asn = roa->asn,
					    .type = roa->type,
					    .length = roa->length,
					    .max_length = roa->max_length };
	uint32_t hash = record_hash(records, &wanted);
	uint32_t handle = record_find(records, &wanted, hash);
	bool is_told =
		handle != 0 && rpki_record_at(records, handle)->flags & RPKI_RECORD_TOLD;
	if (announces == is_told)
		return announces ? RPKI_KNOWN_ALREADY : RPKI_NOT_KNOWN;
	if (handle == 0 && records->store.count >= records->most)
		return RPKI_TOO_MANY;
	if (handle == 0)
		handle = record_new(records, &wanted, hash);
	rpki_record_at(records, handle)->flags ^= RPKI_RECORD_TOLD;
	changed_add(records, handle);
	return RPKI_CHANGED;
}

void
rpki_records_undo(struct rpki_records *records)
{
	for (uint32_t i = 0; i < records->changed_count; i++) {
		struct rpki_record *record = rpki_record_at(records, records->changed[i]);
		if (record->flags & RPKI_RECORD_HELD)
			record->flags |= RPKI_RECORD_TOLD;
		else
			record->flags &= (uint8_t)~RPKI_RECORD_TOLD;
		rpki_record_settle(records, records->changed[i]);
	}
	rpki_records_settled(records);
}

void
rpki_record_settle(struct rpki_records *records, uint32_t handle)
{
	struct rpki_record *record = rpki_record_at(records, handle);
	if (record->flags & RPKI_RECORD_TOLD) {
		record->flags = RPKI_RECORD_HELD | RPKI_RECORD_TOLD;
		return;
	}
	index_remove(&records->index, record_hash(records, record), handle);
	record->flags = 0;
	store_release(&records->store, handle);
}

void
rpki_records_settled(struct rpki_records *records)
{
	records->changed_count = 0;
}

struct prefix
rpki_record_prefix(const struct rpki_record *record)
{
	return (struct prefix){ .addr = record->addr,
				.type = record->type,
				.length = record->length,
				.max_length = record->max_length,
				.asn = record->asn };
}

/* ---- finding ---- */

static uint32_t
record_hash(const struct rpki_records *records, const struct rpki_record *record)
{
	uint32_t rest = (uint32_t)record->type << 16 | (uint32_t)record->length << 8 |
			record->max_length;
	return addr_hash(record->addr,
			 hash_u64((uint64_t)record->asn << 32 | rest) ^ records->seed);
}

static bool
index_hash_of(const void *owner, uint32_t handle, uint32_t *hash)
{
	const struct rpki_record *record = rpki_record_at(owner, handle);
	*hash = record_hash(owner, record);
	return record->flags != 0;
}

static bool
is_same(const struct rpki_record *a, const struct rpki_record *b)
{
	return a->asn == b->asn && a->type == b->type && a->length == b->length &&
	       a->max_length == b->max_length && addr_equal(a->addr, b->addr);
}

static uint32_t
record_find(const struct rpki_records *records, const struct rpki_record *wanted,
	    uint32_t hash)
{
	struct index_cursor cursor;
	uint32_t handle = index_find(&records->index, &cursor, hash);
	while (handle != 0 && !is_same(rpki_record_at(records, handle), wanted))
		handle = index_next(&records->index, &cursor);
	return handle;
}

static uint32_t
record_new(struct rpki_records *records, const struct rpki_record *from, uint32_t hash)
{
	uint32_t handle = store_take(&records->store);
	*rpki_record_at(records, handle) = *from;
	index_reserve(&records->index, 1, records->store.end);
	index_put(&records->index, hash, handle);
	changed_add(records, handle);
	return handle;
}

static void
changed_add(struct rpki_records *records, uint32_t handle)
{
	struct rpki_record *record = rpki_record_at(records, handle);
	if (record->flags & RPKI_RECORD_CHANGED)
		return;
	record->flags |= RPKI_RECORD_CHANGED;
	if (records->changed_count == records->changed_room) {
		records->changed_room =
			records->changed_room > 0 ? 2 * records->changed_room : 64;
		records->changed = mem_resize(records->changed, records->changed_room,
					      sizeof(records->changed[0]));
	}
	records->changed[records->changed_count++] = handle;
}
