/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journal of a table and its readers.  It is about states, not events: an entry says
 * that a node changed and whom that may interest; a node that changes again before
 * anybody read it is not entered twice, and of several entries only a node's newest
 * counts.
 *
 *        begin           passed   done   cursor        front       end
 *          | passed by all |        |       |            |           |
 *          +---------------+--------+-------+------------+-----------+
 *                                   `- of one reader -'  `- of the fastest one
 *
 * When `begin` passes a node's newest entry, its dead routes are freed, and itself if it
 * has none.  Nodes wait with that until nothing else is to be done: that they are gone is
 * to be told first.
 */
#include "nest/table_private.h"

#include "lib/mem.h"

#define JOURNAL_FIRST  64u
#define JOURNAL_BEHIND 4096u /* Preset of journal.behind. */
/* So many nodes are fetched at once. */
#define SETTLE_AHEAD 16u
/* So many entries are read before the ring is looked at for what can go. */
#define JOURNAL_PIECE 256u
/* Few of the nodes that are looked at for orphans have any. */
#define ORPHAN_LOOKS 8u

static uint32_t mode_flag(enum reader_mode mode);
static void journal_write(struct table *table, node_handle node, uint32_t flags);
static void journal_grow(struct journal *journal);
static void journal_trim(struct table *table);
static bool settle_run(struct job *job, unsigned budget);
static void journal_settle(struct table *table, uint64_t until);
static void journal_emptied(struct journal *journal);
static void journal_bound(struct table *table);
static void journal_lose(struct table *table, uint64_t allowed);
static void journal_wake(struct journal *journal, uint32_t flags);
static void journal_sum(struct journal *journal);
static inline uint64_t node_position(const struct table *table, node_handle node);
static void orphans_settle(struct table *table);

void
journal_init(struct journal *journal, struct router *router)
{
	*journal = (struct journal){
		.begin = 1,
		.passed = 1,
		.end = 1,
		.front = 1,
		.behind = JOURNAL_BEHIND,
	};
	list_init(&journal->readers);
	job_init(&journal->settle, router, settle_run);
}

void
journal_fini(struct journal *journal)
{
	list_each_safe(reader, &journal->readers, struct table_reader, link) {
		list_remove(&reader->link);
		reader->table = NULL;
	}
	job_cancel(&journal->settle);
	mem_free(journal->entries);
}

void
table_reader_init(struct table_reader *reader, struct table *table, enum reader_mode mode,
		  void (*wake)(struct table_reader *))
{
	struct journal *journal = &table->journal;
	*reader = (struct table_reader){ .table = table, .mode = mode, .wake = wake };
	reader->cursor = reader->done = journal->front = journal->end;
	list_push_back(&journal->readers, &reader->link);
	journal_sum(journal);
}

void
table_reader_copy(struct table_reader *reader, const struct table_reader *from)
{
	*reader = *from;
	list_init(&reader->link);
	if (reader->table == NULL)
		return;
	list_push_back(&reader->table->journal.readers, &reader->link);
	journal_sum(&reader->table->journal);
}

void
table_reader_fini(struct table_reader *reader)
{
	struct table *table = reader->table;
	if (table == NULL)
		return;
	list_remove(&reader->link);
	reader->table = NULL;
	journal_sum(&table->journal);
	journal_trim(table);
	if (reader->recovering)
		orphans_settle(table);
}

node_handle
table_read(struct table_reader *reader)
{
	node_handle node;
	return table_read_some(reader, &node, 1) > 0 ? node : 0;
}

size_t
table_read_some(struct table_reader *reader, node_handle *nodes, size_t most)
{
	struct table *table = reader->table;
	struct journal *journal = &table->journal;
	uint32_t wanted = mode_flag(reader->mode), mask = journal->room - 1;
	uint64_t cursor = reader->cursor;
	uint64_t end = reader->lost ? cursor : journal->end;
	size_t count = 0;
	for (; cursor < end && count < most; cursor++) {
		uint32_t entry = journal->entries[cursor & mask];
		node_handle node = entry & JOURNAL_NODE;
		/* A newer entry follows where the positions differ. */
		if ((entry & wanted) != 0 &&
		    node_at(table, node)->position == (uint32_t)cursor)
			nodes[count++] = node;
	}
	reader->cursor = cursor;
	journal->front = MAX(journal->front, cursor);
	if (count == 0 && reader->awake) {
		reader->awake = false;
		journal_sum(journal);
	}
	return count;
}

void
table_unread(struct table_reader *reader, const node_handle *nodes, size_t count)
{
	const struct journal *journal = &reader->table->journal;
	while (count > 0) {
		assert(reader->cursor > reader->done);
		uint64_t at = --reader->cursor;
		node_handle node =
			journal->entries[at & (journal->room - 1)] & JOURNAL_NODE;
		count -= node == nodes[count - 1];
	}
}

bool
table_reader_is_due(const struct table_reader *reader, node_handle node)
{
	const struct table *table = reader->table;
	const struct journal *journal = &table->journal;
	if (reader->lost || !journal_has(table, node))
		return false;
	uint64_t position = node_position(table, node);
	return position >= reader->cursor &&
	       (journal->entries[position & (journal->room - 1)] &
		mode_flag(reader->mode)) != 0;
}

uint64_t
table_reader_behind(const struct table_reader *reader)
{
	const struct table *table = reader->table;
	if (reader->lost)
		return table->nodes.count;
	return reader->awake ? table->journal.end - reader->cursor : 0;
}

void
table_read_done(struct table_reader *reader)
{
	struct journal *journal = &reader->table->journal;
	reader->done = reader->cursor;
	if (!reader->awake || reader->done - journal->passed >= JOURNAL_PIECE)
		journal_trim(reader->table);
}

void
table_feed_begin(struct table_reader *reader)
{
	struct journal *journal = &reader->table->journal;
	/* One that is not lost goes on reading where it is: what it was told of and has
	 * not read the end of is kept by that. */
	if (!reader->lost)
		return;
	reader->cursor = reader->done = journal->end;
	journal->front = journal->end;
	reader->lost = false;
	journal_sum(journal);
	journal_trim(reader->table);
}

node_handle
table_feed(const struct table_reader *reader, node_handle node)
{
	return node_next(reader->table, node);
}

void
table_feed_end(struct table_reader *reader)
{
	/* It may have been lost again meanwhile: then the next feed mends it. */
	if (!reader->recovering || reader->lost)
		return;
	reader->recovering = false;
	journal_sum(&reader->table->journal);
	orphans_settle(reader->table);
}

void
table_touch(struct table *table, node_handle node)
{
	route_handle route = node_at(table, node)->first;
	for (; route != 0; route = route_at(table, route)->next)
		route_at(table, route)->flags |= ROUTE_FRESH;
	journal_add(table, node, JOURNAL_ALL);
}

void
journal_enter(struct table *table, node_handle node, uint32_t flags)
{
	struct journal *journal = &table->journal;
	if (table->watched_count > 0)
		nexthop_node_changed(table, node);
	bool is_empty = node_at(table, node)->first == 0;
	journal->settling |=
		is_empty || journal->any_readers > 0 || table->dead_count > 0;
	if ((flags & journal->wanted) != 0) {
		journal->changes++;
		journal_write(table, node, flags);
		if ((flags & journal->sleeping) != 0)
			journal_wake(journal, flags);
		if (journal->end - journal->begin > journal->behind)
			journal_bound(table);
	} else if ((is_empty || table->dead_count > 0) && !journal_has(table, node)) {
		node_settle(table, node, 0);
	}
}

bool
journal_needs_route(const struct table *table, route_handle route)
{
	if (table->journal.recovering == 0)
		return false;
	list_each(reader, &table->journal.readers, struct table_reader, link) {
		if (reader->recovering && reader->mode == READER_ANY &&
		    reader->has_told != NULL && reader->has_told(reader, route))
			return true;
	}
	return false;
}

bool
journal_needs_node(const struct table *table, node_handle node)
{
	if (table->journal.recovering == 0)
		return false;
	list_each(reader, &table->journal.readers, struct table_reader, link) {
		if (reader->recovering && reader->mode != READER_ANY &&
		    reader->has_told != NULL && reader->has_told(reader, node))
			return true;
	}
	return false;
}

bool
journal_has(const struct table *table, node_handle node)
{
	const struct journal *journal = &table->journal;
	uint64_t position = node_position(table, node);
	return position < journal->end &&
	       (journal->entries[position & (journal->room - 1)] & JOURNAL_NODE) == node;
}

void
journal_audit(const struct table *table)
{
	const struct journal *journal = &table->journal;
	uint64_t least = journal->end, front = 0;
	uint32_t recovering = 0;
	assert(journal->end - journal->begin <= journal->room);
	list_each(reader, &journal->readers, struct table_reader, link) {
		assert(reader->table == table && reader->done <= reader->cursor);
		assert(!reader->lost || reader->recovering);
		recovering += reader->recovering;
		if (reader->lost)
			continue;
		assert(reader->cursor <= journal->end);
		front = MAX(front, reader->cursor);
		if (reader->awake)
			least = MIN(least, reader->done);
	}
	assert(recovering == journal->recovering);
	assert(journal->begin <= journal->passed && journal->passed <= least);
	assert(front <= journal->front);
	assert(journal->begin == journal->passed || job_is_scheduled(&journal->settle));
	assert(journal->front <= journal->end);
	for (uint64_t i = journal->begin; i < journal->end; i++) {
		node_handle node =
			journal->entries[i & (journal->room - 1)] & JOURNAL_NODE;
		assert(node < table->nodes.end);
		assert((node_at(table, node)->shape.flags & NODE_LIVE) != 0);
	}
}

static uint32_t
mode_flag(enum reader_mode mode)
{
	static const uint32_t flags[] = {
		[READER_BEST] = JOURNAL_BEST,
		[READER_ANY] = JOURNAL_ANY,
		[READER_MERGED] = JOURNAL_MERGED,
		[READER_ACCEPTED] = JOURNAL_ANY,
	};
	return flags[mode];
}

/* The full position of the node's newest entry, if there is one; at the end or behind it
 * if not. */
static inline uint64_t
node_position(const struct table *table, node_handle node)
{
	uint64_t begin = table->journal.begin;
	return begin + (uint32_t)(node_at(table, node)->position - (uint32_t)begin);
}

static void
journal_write(struct table *table, node_handle node, uint32_t flags)
{
	struct journal *journal = &table->journal;
	if (journal_has(table, node) && node_position(table, node) >= journal->passed) {
		uint64_t position = node_position(table, node);
		uint32_t *entry = &journal->entries[position & (journal->room - 1)];
		*entry |= flags;
		/* Nobody has read it: it says enough. */
		if (position >= journal->front)
			return;
		/* Who is behind skips it and must learn all from the new one. */
		flags = *entry & JOURNAL_ALL;
	}
	if (journal->end - journal->begin == journal->room)
		journal_grow(journal);
	node_at(table, node)->position = (uint32_t)journal->end;
	journal->entries[journal->end++ & (journal->room - 1)] = node | flags;
}

static void
journal_grow(struct journal *journal)
{
	uint32_t room = journal->room > 0 ? journal->room * 2 : JOURNAL_FIRST;
	uint32_t *entries = mem_resize(NULL, room, sizeof(entries[0]));
	for (uint64_t i = journal->begin; i < journal->end; i++)
		entries[i & (room - 1)] = journal->entries[i & (journal->room - 1)];
	mem_free(journal->entries);
	journal->entries = entries;
	journal->room = room;
}

/* Moves `passed` up to what the last reader has handled. */
static void
journal_trim(struct table *table)
{
	struct journal *journal = &table->journal;
	uint64_t least = journal->end;
	list_each(reader, &journal->readers, struct table_reader, link) {
		if (reader->lost)
			continue;
		/* Nothing of interest can lie before one that sleeps. */
		if (!reader->awake && reader->cursor == reader->done)
			reader->cursor = reader->done = journal->end;
		least = MIN(least, reader->done);
		journal->front = MAX(journal->front, reader->cursor);
	}
	journal->passed = MAX(journal->passed, least);
	if (!journal->settling)
		journal->begin = journal->passed;
	else if (journal->any_readers > 0)
		/* What they passed is not to be told them again: that can't wait. */
		journal_settle(table, journal->passed);
	else if (journal->begin < journal->passed)
		job_schedule_idle(&journal->settle);
	journal_emptied(journal);
}

static bool
settle_run(struct job *job, unsigned budget)
{
	struct table *table = container_of(job, struct table, journal.settle);
	struct journal *journal = &table->journal;
	journal_settle(table, MIN(journal->passed, journal->begin + budget));
	if (journal->begin < journal->passed)
		return true;
	journal_emptied(journal);
	return false;
}

/* Settles the nodes whose newest entries lie before `until`. */
static void
journal_settle(struct table *table, uint64_t until)
{
	struct journal *journal = &table->journal;
	uint32_t mask = journal->room - 1, hashes[SETTLE_AHEAD];
	while (journal->begin < until) {
		uint64_t begin = journal->begin, end = MIN(until, begin + SETTLE_AHEAD);
		for (uint64_t i = begin; i < end; i++) {
			node_handle node = journal->entries[i & mask] & JOURNAL_NODE;
			hashes[i - begin] = node_free_ahead(table, node);
		}
		for (uint64_t i = begin; i < end; i++) {
			node_handle node = journal->entries[i & mask] & JOURNAL_NODE;
			journal->begin = i + 1;
			if (node_at(table, node)->position == (uint32_t)i)
				node_settle(table, node, hashes[i - begin]);
		}
	}
}

/* Where nothing is in it. */
static void
journal_emptied(struct journal *journal)
{
	if (journal->begin != journal->end)
		return;
	journal->settling = false;
	journal->front = journal->end;
	if (journal->room > JOURNAL_BEHIND) {
		mem_free(journal->entries);
		journal->entries = NULL;
		journal->room = 0;
	}
}

/* It is longer than a reader may be behind: neither they nor what is to be freed may make
 * it longer still. */
static void
journal_bound(struct table *table)
{
	struct journal *journal = &table->journal;
	uint64_t allowed = MAX(journal->behind, table->nodes.count);
	if (journal->end - journal->passed > allowed)
		journal_lose(table, allowed);
	if (journal->passed - journal->begin > allowed)
		journal_hurry(table);
}

void
journal_hurry(struct table *table)
{
	const struct journal *journal = &table->journal;
	journal_settle(table, MIN(journal->passed, journal->begin + SETTLE_AHEAD));
}

/* Gives up on readers that are too far behind. */
static void
journal_lose(struct table *table, uint64_t allowed)
{
	struct journal *journal = &table->journal;
	list_each(reader, &journal->readers, struct table_reader, link) {
		if (reader->lost || !reader->awake ||
		    journal->end - reader->done <= allowed)
			continue;
		reader->lost = true;
		reader->recovering = true;
	}
	journal_sum(journal);
	journal_trim(table);
}

static void
journal_wake(struct journal *journal, uint32_t flags)
{
	list_each(reader, &journal->readers, struct table_reader, link) {
		if (reader->awake || reader->lost ||
		    (flags & mode_flag(reader->mode)) == 0)
			continue;
		reader->awake = true;
		if (reader->wake != NULL)
			reader->wake(reader);
	}
	journal_sum(journal);
}

/* What the readers' states add up to. */
static void
journal_sum(struct journal *journal)
{
	journal->wanted = journal->sleeping = 0;
	journal->recovering = journal->any_readers = 0;
	list_each(reader, &journal->readers, struct table_reader, link) {
		uint32_t flag = mode_flag(reader->mode);
		journal->any_readers += reader->mode == READER_ANY;
		journal->recovering += reader->recovering;
		if (reader->lost)
			continue;
		journal->wanted |= flag;
		if (!reader->awake)
			journal->sleeping |= flag;
	}
}

/* What was kept for a reader that has been told now.  Where others recover still, what
 * they need is met again. */
static void
orphans_settle(struct table *table)
{
	if (!table->has_orphans)
		return;
	table->has_orphans = false;
	table->orphans_at = 0;
	job_schedule(&table->orphans);
}

/* Nodes in the journal are settled when they are passed. */
bool
table_orphans_run(struct job *job, unsigned budget)
{
	struct table *table = container_of(job, struct table, orphans);
	node_handle node = table->orphans_at;
	for (unsigned looks = ORPHAN_LOOKS * budget; looks > 0; looks--) {
		node = node_next(table, node);
		if (node == 0)
			return false;
		if (!journal_has(table, node))
			node_settle(table, node, 0);
	}
	table->orphans_at = node;
	return true;
}
