/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From records into tables, in pieces: the changes of a serial query's response one by
 * one; all of a reset query's response between the beginning and the end of a refresh, so
 * that only differences reach those who read the tables; and all that is held once more
 * where a policy changed.
 */
#include "proto/rpki/rpki.h"

#include "nest/attr.h"
#include "nest/channel.h"

#define BATCH 128

/* Updates of one channel on their way. */
struct batch {
	struct rpki *rpki;
	struct channel *channel;
	struct route_update updates[BATCH];
	struct prefix nets[BATCH];
	size_t count;
};

static void walk_begin(struct rpki *rpki, enum rpki_walk walk);
static void walk_end(struct rpki *rpki);
static void changes_import(struct batch *batch, unsigned budget);
static void held_import(struct batch *batch, unsigned budget);
static void refresh_mark(struct rpki *rpki, bool begins);
static void batch_add(struct batch *batch, const struct rpki_record *record,
		      bool is_there);
static void batch_flush(struct batch *batch);

void
rpki_import_response(struct rpki *rpki)
{
	if (rpki->walk == RPKI_WALK_NONE)
		walk_begin(rpki, rpki->is_reset ? RPKI_WALK_FRESH : RPKI_WALK_CHANGES);
	else
		rpki->waiting = true;
}

void
rpki_import_again(struct rpki *rpki)
{
	if (rpki->again)
		return;
	/* From now on: whoever asks has a refresh open that ends before we begin. */
	rpki->again = true;
	refresh_mark(rpki, true);
	if (rpki->walk == RPKI_WALK_NONE)
		walk_begin(rpki, RPKI_WALK_AGAIN);
}

bool
rpki_import_is_busy(const struct rpki *rpki)
{
	return rpki->waiting || rpki->walk == RPKI_WALK_CHANGES ||
	       rpki->walk == RPKI_WALK_FRESH;
}

void
rpki_import_flush(struct rpki *rpki)
{
	if (rpki->walk == RPKI_WALK_FRESH || rpki->walk == RPKI_WALK_AGAIN)
		refresh_mark(rpki, false);
	if (rpki->again)
		refresh_mark(rpki, false);
	rpki_import_fini(rpki);
	list_each(channel, &rpki->protocol.channels, struct channel, link)
		channel_flush(channel);
}

void
rpki_import_undo(struct rpki *rpki)
{
	if (rpki_import_is_busy(rpki))
		return;
	rpki_records_fini(&rpki->fresh);
	rpki_records_undo(&rpki->records);
}

bool
rpki_import_run(struct job *job, unsigned budget)
{
	struct rpki *rpki = container_of(job, struct rpki, job);
	struct batch batch;
	batch.rpki = rpki;
	batch.channel = NULL;
	batch.count = 0;
	if (rpki->walk == RPKI_WALK_AGAIN)
		held_import(&batch, budget);
	else
		changes_import(&batch, budget);
	batch_flush(&batch);
	uint32_t end = rpki->walk == RPKI_WALK_AGAIN ? rpki->records.store.end
						     : rpki->records.changed_count;
	if (rpki->at < end)
		return true;
	walk_end(rpki);
	return false;
}

void
rpki_import_fini(struct rpki *rpki)
{
	job_cancel(&rpki->job);
	rpki->walk = RPKI_WALK_NONE;
	rpki->again = rpki->waiting = false;
	rpki_records_fini(&rpki->records);
	rpki_records_fini(&rpki->fresh);
}

/* ---- walks ---- */

static void
walk_begin(struct rpki *rpki, enum rpki_walk walk)
{
	rpki->walk = walk;
	rpki->at = 0;
	/* All of it is a change. */
	if (walk == RPKI_WALK_FRESH)
		rpki_records_take(&rpki->records, &rpki->fresh);
	if (walk == RPKI_WALK_AGAIN) {
		rpki->again = false; /* The refresh is the walk's now. */
		rpki->at = 1;        /* The first handle. */
	} else {
		rpki->waiting = false;
	}
	if (walk == RPKI_WALK_FRESH)
		refresh_mark(rpki, true);
	job_schedule(&rpki->job);
}

static void
walk_end(struct rpki *rpki)
{
	enum rpki_walk walk = rpki->walk;
	rpki->walk = RPKI_WALK_NONE;
	if (walk != RPKI_WALK_CHANGES)
		refresh_mark(rpki, false);
	if (walk != RPKI_WALK_AGAIN) {
		rpki_records_settled(&rpki->records);
		rpki_session_imported(rpki);
	}
	/* What was just imported may be asked for in the next response already. */
	if (rpki->walk != RPKI_WALK_NONE)
		return;
	if (rpki->waiting)
		rpki_import_response(rpki);
	else if (rpki->again)
		walk_begin(rpki, RPKI_WALK_AGAIN);
}

static void
changes_import(struct batch *batch, unsigned budget)
{
	struct rpki *rpki = batch->rpki;
	struct rpki_records *records = &rpki->records;
	uint32_t end = (uint32_t)MIN((uint64_t)rpki->at + budget, records->changed_count);
	for (; rpki->at < end; rpki->at++) {
		uint32_t handle = records->changed[rpki->at];
		const struct rpki_record *record = rpki_record_at(records, handle);
		bool is_held = record->flags & RPKI_RECORD_HELD;
		bool is_told = record->flags & RPKI_RECORD_TOLD;
		if (is_held != is_told)
			batch_add(batch, record, is_told);
		rpki_record_settle(records, handle);
	}
}

static void
held_import(struct batch *batch, unsigned budget)
{
	struct rpki *rpki = batch->rpki;
	struct rpki_records *records = &rpki->records;
	uint32_t end = (uint32_t)MIN((uint64_t)rpki->at + budget, records->store.end);
	for (; rpki->at < end; rpki->at++) {
		const struct rpki_record *record = rpki_record_at(records, rpki->at);
		if (record->flags & RPKI_RECORD_HELD)
			batch_add(batch, record, true);
	}
}

/* What is not imported between the two goes. */
static void
refresh_mark(struct rpki *rpki, bool begins)
{
	list_each(channel, &rpki->protocol.channels, struct channel, link) {
		if (channel->state == CHANNEL_DOWN)
			continue;
		if (begins)
			channel_refresh_begin(channel);
		else
			channel_refresh_end(channel);
	}
}

/* ---- batches ---- */

static void
batch_add(struct batch *batch, const struct rpki_record *record, bool is_there)
{
	struct rpki *rpki = batch->rpki;
	struct channel *channel =
		protocol_channel(&rpki->protocol, (enum net_type)record->type);
	if (channel != batch->channel || batch->count == BATCH)
		batch_flush(batch);
	batch->channel = channel;
	struct prefix *net = &batch->nets[batch->count];
	*net = rpki_record_prefix(record);
	uint32_t path_id = 0;
	if (rpki_config(rpki)->ignore_max_length) {
		/* Several records make one destination then: each is a path to it. */
		path_id = record->max_length;
		net->max_length = (uint8_t)prefix_max_length(net);
	}
	batch->updates[batch->count++] = (struct route_update){
		.net = net, .attrs = is_there ? rpki->attrs : NULL, .path_id = path_id
	};
}

static void
batch_flush(struct batch *batch)
{
	if (batch->count > 0 && batch->channel && batch->channel->state != CHANNEL_DOWN)
		channel_import(batch->channel, batch->updates, batch->count);
	batch->count = 0;
}
