/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes of routes to UPDATEs.  What is to be sent waits in a window: a prefix is in it
 * once, with what holds now, and prefixes with the same attributes go into the same
 * messages.  The window is emptied when the changes pause or it is full; routes that came
 * together are told together, so a small one packs messages as full as a large one would.
 * It is there only while something waits.
 */
#include "proto/bgp/rib.h"

#include <string.h>

#include "lib/mem.h"
#include "nest/router.h"

#define WINDOW      1024 /* Prefixes. */
#define INDEX       (2 * WINDOW)
#define CHUNK       32768 /* Bytes of messages that go to the session at once. */
#define NONE        UINT16_MAX
#define WITHDRAWALS 0 /* The bucket of what is withdrawn. */

/* A prefix. */
struct entry {
	uint32_t path_id;
	uint16_t bucket;
	uint16_t next; /* In its bucket, when that is sent. */
	uint8_t size;
	uint8_t net[17]; /* Wire form. */
};

/* Routes that have all in common. */
struct bucket {
	struct bgp_outgoing given; /* Its set is held. */
	uint16_t first, last;
};

struct bgp_window {
	uint16_t entry_count, bucket_count;
	uint16_t entries_by_net[INDEX], buckets_by_attrs[INDEX];
	struct entry entries[WINDOW];
	struct bucket buckets[WINDOW + 1];
};

/* Messages being written. */
struct writer {
	const struct bgp_rib *rib;
	const struct bgp_agreed *agreed;
	struct bgp_chunk *chunk; /* Null: none begun. */
	size_t room;
	struct wire_out out;
};

static bool flush_run(struct job *job, unsigned budget);
static uint16_t bucket_of(struct bgp_rib *rib, const struct route_change *change);
static void entry_put(struct bgp_rib *rib, const struct route_change *change);
static void window_sort(struct bgp_window *window);
static void bucket_send(struct writer *writer, struct bgp_window *window,
			struct bucket *bucket);
static void withdrawals_send(struct writer *writer, struct bgp_window *window);
static void mark_send(struct writer *writer);
static void window_free(struct bgp_rib *rib);
static void refresh_send(struct bgp_rib *rib, enum bgp_refresh kind);

void
adj_rib_out_init(struct bgp_rib *rib)
{
	job_init(&rib->flush, rib->bgp->protocol.router, flush_run);
}

void
adj_rib_out_fini(struct bgp_rib *rib)
{
	job_cancel(&rib->flush);
	window_free(rib);
	rib->end_due = rib->is_told = false;
	rib->refresh_due = rib->refresh_ends = false;
}

/* ---- the window ---- */

static struct bgp_window *
window_of(struct bgp_rib *rib)
{
	if (rib->window != NULL)
		return rib->window;
	struct bgp_window *window = rib->window = mem_alloc(sizeof(*window));
	window->entry_count = 0;
	window->bucket_count = 1;
	memset(window->entries_by_net, 0xff, sizeof(window->entries_by_net));
	memset(window->buckets_by_attrs, 0xff, sizeof(window->buckets_by_attrs));
	return window;
}

void
adj_rib_out_change(struct bgp_rib *rib, const struct route_change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (rib->window != NULL && rib->window->entry_count == WINDOW)
			adj_rib_out_flush(rib);
		entry_put(rib, &changes[i]);
	}
	job_schedule(&rib->flush);
	if (!bgp_session_has_room(rib->bgp))
		channel_pause(rib->channel);
}

static bool
flush_run(struct job *job, unsigned budget)
{
	(void)budget;
	adj_rib_out_flush(container_of(job, struct bgp_rib, flush));
	return false;
}

static void
net_write(struct entry *entry, const struct prefix *net)
{
	unsigned bytes = (net->length + 7u) / 8;
	const uint8_t *from = net->addr.bytes + (net->type == NET_IP4 ? 12 : 0);
	entry->net[0] = net->length;
	memcpy(entry->net + 1, from, bytes);
	entry->size = (uint8_t)(bytes + 1);
}

static void
entry_put(struct bgp_rib *rib, const struct route_change *change)
{
	struct bgp_window *window = window_of(rib);
	struct entry entry = { .bucket = bucket_of(rib, change) };
	if (bgp_agreed(rib->bgp)->add_path[rib->family])
		entry.path_id = change->route;
	net_write(&entry, change->net);
	uint32_t at = hash_bytes(entry.net, entry.size, entry.path_id) % INDEX;
	for (; window->entries_by_net[at] != NONE; at = (at + 1) % INDEX) {
		struct entry *other = &window->entries[window->entries_by_net[at]];
		if (other->path_id != entry.path_id || other->size != entry.size ||
		    memcmp(other->net, entry.net, entry.size) != 0)
			continue;
		other->bucket = entry.bucket;
		return;
	}
	window->entries_by_net[at] = window->entry_count;
	window->entries[window->entry_count++] = entry;
}

/* ---- buckets ---- */

static bool
med_find(const struct bgp_rib *rib, const struct attrs *attrs, uint32_t *med)
{
	struct value block;
	struct bgp_field field;
	if (!bgp_block_of(attrs, rib->bgp->protocol.attr_base, &block) ||
	    !bgp_block_find(block.bytes, block.size, BGP_ATTRIBUTE_MED, &field))
		return false;
	*med = wire_load_u32(field.value);
	return true;
}

/* The export policy set MULTI_EXIT_DISC. */
static bool
has_own_med(const struct bgp_rib *rib, const struct route_change *change)
{
	const struct table *table = rib->channel->table;
	const struct attrs *before =
		table_route_attrs(table, table_route(table, change->route));
	uint32_t own, foreign;
	if (before == change->attrs || !med_find(rib, change->attrs, &own))
		return false;
	return !med_find(rib, before, &foreign) || own != foreign;
}

static bool
is_of(const struct bucket *bucket, const struct bgp_outgoing *given)
{
	return bucket->given.attrs == given->attrs && bucket->given.from == given->from &&
	       bucket->given.has_own_med == given->has_own_med &&
	       bucket->given.metric == given->metric;
}

static uint16_t
bucket_of(struct bgp_rib *rib, const struct route_change *change)
{
	struct bgp_window *window = window_of(rib);
	if (change->attrs == NULL)
		return WITHDRAWALS;
	struct bgp_outgoing given = { .attrs = (struct attrs *)(uintptr_t)change->attrs,
				      .from = change->from,
				      .has_own_med = has_own_med(rib, change) };
	const struct bgp_channel_config *config = rib->channel->config->more;
	if (config->aigp == BGP_AIGP_ORIGINATE)
		given.metric = change->metric;
	/* Equal ones come together. */
	uint16_t last = (uint16_t)(window->bucket_count - 1);
	if (last != WITHDRAWALS && is_of(&window->buckets[last], &given))
		return last;
	uint32_t at = hash_u64(given.attrs->handle) % INDEX;
	for (; window->buckets_by_attrs[at] != NONE; at = (at + 1) % INDEX) {
		if (is_of(&window->buckets[window->buckets_by_attrs[at]], &given))
			return window->buckets_by_attrs[at];
	}
	attrs_hold(given.attrs, 1);
	window->buckets_by_attrs[at] = window->bucket_count;
	window->buckets[window->bucket_count] = (struct bucket){ .given = given };
	return window->bucket_count++;
}

/* Puts entries in the order they came into the lists of their buckets. */
static void
window_sort(struct bgp_window *window)
{
	for (unsigned i = 0; i < window->bucket_count; i++)
		window->buckets[i].first = window->buckets[i].last = NONE;
	for (uint16_t i = 0; i < window->entry_count; i++) {
		struct bucket *bucket = &window->buckets[window->entries[i].bucket];
		window->entries[i].next = NONE;
		if (bucket->first == NONE)
			bucket->first = i;
		else
			window->entries[bucket->last].next = i;
		bucket->last = i;
	}
}

static void
window_free(struct bgp_rib *rib)
{
	struct bgp_window *window = rib->window;
	if (window == NULL)
		return;
	for (unsigned i = 1; i < window->bucket_count; i++)
		attrs_release(rib->bgp->protocol.router, window->buckets[i].given.attrs,
			      1);
	mem_free(window);
	rib->window = NULL;
}

/* ---- sending ---- */

static void
chunk_send(struct writer *writer)
{
	struct bgp_chunk *chunk = writer->chunk;
	if (chunk == NULL)
		return;
	chunk->size = (uint32_t)wire_used(&writer->out);
	bgp_session_send(writer->rib->bgp, chunk);
	bgp_chunk_release(chunk);
	writer->chunk = NULL;
}

/* Room for one message more. */
static uint8_t *
message_begin(struct writer *writer, enum bgp_type type)
{
	size_t most = writer->agreed->message_max;
	if (writer->chunk != NULL && wire_room(&writer->out) < most)
		chunk_send(writer);
	if (writer->chunk == NULL) {
		writer->chunk = bgp_chunk_new(writer->room);
		writer->out = wire_out(writer->chunk->bytes, writer->room);
	}
	uint8_t *start = writer->out.at;
	bgp_message_begin(&writer->out, type);
	return start;
}

/* As many prefixes as there is room for up to `end`; what is left. */
static uint16_t
nlri_write(struct writer *writer, const struct bgp_window *window, uint16_t at,
	   const uint8_t *end)
{
	bool with_id = writer->agreed->add_path[writer->rib->family];
	while (at != NONE) {
		const struct entry *entry = &window->entries[at];
		size_t size = entry->size + (with_id ? 4u : 0u);
		if (size > (size_t)(end - writer->out.at))
			break;
		if (with_id)
			wire_put_u32(&writer->out, entry->path_id);
		wire_put_bytes(&writer->out, entry->net, entry->size);
		at = entry->next;
	}
	return at;
}

/* The head of an attribute whose size is still to be said: where. */
static uint8_t *
field_begin(struct writer *writer, uint8_t type)
{
	wire_put_u8(&writer->out, BGP_FLAG_OPTIONAL | BGP_FLAG_EXTENDED);
	wire_put_u8(&writer->out, type);
	uint8_t *size = wire_put_gap(&writer->out, 2);
	wire_put_u16(&writer->out, bgp_family_afi(writer->rib->family));
	wire_put_u8(&writer->out, BGP_SAFI_UNICAST);
	return size;
}

static void
size_fill(const struct writer *writer, uint8_t *gap)
{
	wire_store_u16(gap, (uint16_t)(writer->out.at - gap - 2));
}

/* RFC 4760 §3, RFC 2545 §3, capability 77. */
static void
next_hop_write(struct writer *writer, const struct bgp_next_hop *hop)
{
	const struct bgp_channel_config *config = writer->rib->channel->config->more;
	struct wire_out *out = &writer->out;
	bool has_global = !addr_is_any(hop->global);
	bool has_local = !addr_is_any(hop->link_local);
	struct addr first = has_global ? hop->global : hop->link_local;
	uint32_t format = config->link_local;
	if (!has_global && writer->agreed->link_local_next_hop)
		format = BGP_LL_SINGLE;
	/* Native: zeros and the link-local one. */
	if (!has_global && format == BGP_LL_NATIVE)
		first = addr_any;
	bool is_pair = has_local && (has_global || format != BGP_LL_SINGLE);
	wire_put_u8(out, is_pair ? 32 : 16);
	wire_put_bytes(out, first.bytes, 16);
	if (is_pair)
		wire_put_bytes(out, hop->link_local.bytes, 16);
}

static uint16_t
reach_send(struct writer *writer, const struct bgp_window *window,
	   const struct bgp_advert *advert, uint16_t at)
{
	uint8_t *start = message_begin(writer, BGP_UPDATE);
	const uint8_t *end = start + writer->agreed->message_max;
	struct wire_out *out = &writer->out;
	wire_put_u16(out, 0);
	uint8_t *attributes = wire_put_gap(out, 2);
	if (advert->by_mp) {
		uint8_t *size = field_begin(writer, BGP_ATTRIBUTE_MP_REACH);
		next_hop_write(writer, &advert->hop);
		wire_put_u8(out, 0);
		at = nlri_write(writer, window, at, end - advert->size);
		size_fill(writer, size);
	}
	wire_put_bytes(out, advert->attributes, advert->size);
	size_fill(writer, attributes);
	if (!advert->by_mp)
		at = nlri_write(writer, window, at, end);
	bgp_message_end(out, start);
	return at;
}

#define REFRESH_ROOM 32
#define REACH_MOST   64 /* Bytes of a message that are neither prefixes nor attributes. */

static void
bucket_send(struct writer *writer, struct bgp_window *window, struct bucket *bucket)
{
	const struct bgp_rib *rib = writer->rib;
	struct bgp_advert advert;
	struct bucket *withdrawals = &window->buckets[WITHDRAWALS];
	if (bgp_advertise(rib, &bucket->given, &advert) &&
	    BGP_HEADER_SIZE + REACH_MOST + advert.size + sizeof(struct entry) <=
		    writer->agreed->message_max) {
		for (uint16_t at = bucket->first; at != NONE;)
			at = reach_send(writer, window, &advert, at);
		return;
	}
	/* It may have been told before, with other attributes. */
	if (withdrawals->first == NONE)
		withdrawals->first = bucket->first;
	else
		window->entries[withdrawals->last].next = bucket->first;
	withdrawals->last = bucket->last;
}

static void
withdrawals_send(struct writer *writer, struct bgp_window *window)
{
	uint16_t at = window->buckets[WITHDRAWALS].first;
	while (at != NONE) {
		uint8_t *start = message_begin(writer, BGP_UPDATE);
		const uint8_t *end = start + writer->agreed->message_max;
		if (writer->rib->family == BGP_IP4) {
			uint8_t *size = wire_put_gap(&writer->out, 2);
			at = nlri_write(writer, window, at, end - 2);
			size_fill(writer, size);
			wire_put_u16(&writer->out, 0);
		} else {
			wire_put_u16(&writer->out, 0);
			uint8_t *attributes = wire_put_gap(&writer->out, 2);
			uint8_t *size = field_begin(writer, BGP_ATTRIBUTE_MP_UNREACH);
			at = nlri_write(writer, window, at, end);
			size_fill(writer, size);
			size_fill(writer, attributes);
		}
		bgp_message_end(&writer->out, start);
	}
}

/* RFC 4724 §2 */
static void
mark_send(struct writer *writer)
{
	struct bgp_rib *rib = writer->rib->bgp->routes->ribs + writer->rib->family;
	if (rib->end_due) {
		uint8_t *start = message_begin(writer, BGP_UPDATE);
		wire_put_u16(&writer->out, 0);
		uint8_t *attributes = wire_put_gap(&writer->out, 2);
		if (rib->family != BGP_IP4)
			size_fill(writer, field_begin(writer, BGP_ATTRIBUTE_MP_UNREACH));
		size_fill(writer, attributes);
		bgp_message_end(&writer->out, start);
	}
	rib->end_due = false;
}

void
adj_rib_out_flush(struct bgp_rib *rib)
{
	struct bgp_window *window = rib->window;
	struct writer writer = { .rib = rib, .agreed = bgp_agreed(rib->bgp) };
	if (writer.agreed == NULL) {
		window_free(rib);
		return;
	}
	writer.room = MAX(window != NULL && window->entry_count > 32 ? CHUNK : 0,
			  writer.agreed->message_max);
	if (window != NULL) {
		window_sort(window);
		for (unsigned i = 1; i < window->bucket_count; i++)
			if (window->buckets[i].first != NONE)
				bucket_send(&writer, window, &window->buckets[i]);
		withdrawals_send(&writer, window);
		window_free(rib);
	}
	mark_send(&writer);
	chunk_send(&writer);
	if (rib->refresh_ends)
		refresh_send(rib, BGP_REFRESH_END);
	rib->refresh_ends = false;
}

void
adj_rib_out_end(struct bgp_rib *rib)
{
	rib->end_due = !rib->is_told;
	rib->is_told = true;
	rib->refresh_ends |= rib->refresh_due;
	rib->refresh_due = false;
	job_schedule(&rib->flush);
}

/* A message that stands for itself. */
static void
refresh_send(struct bgp_rib *rib, enum bgp_refresh kind)
{
	struct bgp_chunk *chunk = bgp_chunk_new(REFRESH_ROOM);
	struct wire_out out = wire_out(chunk->bytes, REFRESH_ROOM);
	bgp_refresh_write(&out, rib->family, kind);
	chunk->size = (uint32_t)wire_used(&out);
	bgp_session_send(rib->bgp, chunk);
	bgp_chunk_release(chunk);
}

void
adj_rib_out_refresh(struct bgp_rib *rib)
{
	if (!bgp_agreed(rib->bgp)->enhanced_refresh)
		return;
	refresh_send(rib, BGP_REFRESH_BEGIN);
	rib->refresh_due = true;
}

void
adj_rib_out_ask(struct bgp_rib *rib)
{
	refresh_send(rib, BGP_REFRESH_ASK);
}
