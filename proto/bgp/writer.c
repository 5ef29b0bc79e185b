/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Windows to UPDATEs; see writer.h.
 */
#include "proto/bgp/writer.h"

#include <assert.h>
#include <string.h>

#include "nest/router.h"
#include "proto/bgp/advertise.h"
#include "proto/bgp/next_hop.h"
#include "proto/bgp/rib.h"

#define CHUNK      32768 /* Bytes of messages that go to the session at once. */
#define REACH_MOST 64 /* Bytes of a message that are neither prefixes nor attributes. */

/* A bucket's prefixes, withdrawn. */
struct bucket_list {
	struct bgp_withdrawals list;
	const struct bgp_window *window;
	uint16_t next;
};

static void bucket_withdraw(struct bgp_writer *writer, const struct bgp_window *window,
			    const struct bgp_window_bucket *bucket);

/* ---- messages ---- */

/* What lies in BGP_NET_MAX bytes. */
static inline void
net_put(struct wire_out *out, const uint8_t *net, size_t size)
{
	if (wire_room(out) < BGP_NET_MAX) {
		wire_put_bytes(out, net, size);
		return;
	}
	memcpy(out->at, net, BGP_NET_MAX);
	out->at += size;
}

void
bgp_writer_init(struct bgp_writer *writer, const struct bgp_rib *rib, bool is_small)
{
	writer->rib = rib;
	writer->agreed = bgp_agreed(rib->bgp);
	writer->audience = NULL;
	writer->chunk = NULL;
	writer->room = MAX(is_small ? 0 : CHUNK, writer->agreed->message_max);
	writer->send = NULL;
	writer->absent_count = writer->skip_count = 0;
}

static void
chunk_send(struct bgp_writer *writer)
{
	struct bgp_chunk *chunk = writer->chunk;
	if (chunk == NULL)
		return;
	chunk->size = (uint32_t)wire_used(&writer->out);
	struct bgp_piece whole = bgp_chunk_whole(chunk);
	if (writer->send != NULL)
		writer->send(writer, chunk);
	else
		bgp_session_send(writer->rib->bgp, &whole);
	bgp_chunk_release(chunk);
	writer->chunk = NULL;
	writer->skip_count = 0;
}

void
bgp_writer_end(struct bgp_writer *writer)
{
	chunk_send(writer);
}

/* Room for one message more. */
static uint8_t *
message_begin(struct bgp_writer *writer, enum bgp_type type)
{
	size_t most = writer->agreed->message_max;
	if (writer->chunk != NULL &&
	    (wire_room(&writer->out) < most ||
	     writer->skip_count + BGP_WRITER_ABSENT > BGP_WRITER_SKIPS))
		chunk_send(writer);
	if (writer->chunk == NULL) {
		writer->chunk = bgp_chunk_new(writer->room);
		writer->out = wire_out(writer->chunk->bytes, writer->room);
	}
	uint8_t *start = writer->out.at;
	bgp_message_begin(&writer->out, type);
	return start;
}

/* What is from `begin` to `end` is not for those, as that just before it may not be. */
static void
skip_add(struct bgp_writer *writer, uint32_t begin, uint32_t end,
	 const struct bgp_some *some)
{
	unsigned at = writer->skip_count;
	unsigned oldest = at - MIN(at, BGP_WRITER_ABSENT);
	while (at-- > oldest) {
		struct bgp_skip *skip = &writer->skips[at];
		if (skip->end != begin || !bgp_some_equal(&skip->some, some))
			continue;
		skip->end = end;
		return;
	}
	writer->skips[writer->skip_count++] = (struct bgp_skip){ begin, end, *some };
}

static void
message_end(struct bgp_writer *writer, uint8_t *start)
{
	uint32_t begin = (uint32_t)(start - writer->chunk->bytes);
	bgp_message_end(&writer->out, start);
	for (unsigned i = 0; i < writer->absent_count; i++)
		skip_add(writer, begin, (uint32_t)wire_used(&writer->out),
			 &writer->absent[i]);
}

/* As many prefixes as there is room for up to `end`; what is left. */
static uint16_t
nlri_write(struct bgp_writer *writer, const struct bgp_window *window, uint16_t at,
	   const uint8_t *end)
{
	bool with_id = writer->agreed->add_path[writer->rib->family];
	while (at != BGP_NO_ENTRY) {
		const struct bgp_window_entry *entry = &window->entries[at];
		size_t size = entry->size + (with_id ? 4u : 0u);
		if (size > (size_t)(end - writer->out.at))
			break;
		if (with_id)
			wire_put_u32(&writer->out, entry->path_id);
		net_put(&writer->out, entry->net, entry->size);
		at = entry->next;
	}
	return at;
}

/* The head of an attribute whose size is still to be said: where. */
static uint8_t *
field_begin(struct bgp_writer *writer, uint8_t type)
{
	wire_put_u8(&writer->out, BGP_FLAG_OPTIONAL | BGP_FLAG_EXTENDED);
	wire_put_u8(&writer->out, type);
	uint8_t *size = wire_put_gap(&writer->out, 2);
	wire_put_u16(&writer->out, bgp_family_afi(writer->rib->family));
	wire_put_u8(&writer->out, BGP_SAFI_UNICAST);
	return size;
}

static void
size_fill(const struct bgp_writer *writer, uint8_t *gap)
{
	wire_store_u16(gap, (uint16_t)(writer->out.at - gap - 2));
}

/* The next hop was written there. */
static void
hop_mark(struct bgp_writer *writer, const struct bgp_advert *advert, const uint8_t *at)
{
	if (writer->audience != NULL && advert->is_own)
		bgp_chunk_mark(writer->chunk, (uint32_t)(at - writer->chunk->bytes),
			       advert->hop_size);
}

/* RFC 4760 §3 */
static void
next_hop_write(struct bgp_writer *writer, const struct bgp_advert *advert)
{
	wire_put_u8(&writer->out, (uint8_t)advert->hop_size);
	const uint8_t *at = writer->out.at;
	wire_put_bytes(&writer->out, advert->hop_bytes, advert->hop_size);
	hop_mark(writer, advert, at);
}

/* NEXT_HOP is among them, or the next hop was written before. */
static void
attributes_write(struct bgp_writer *writer, const struct bgp_advert *advert)
{
	const uint8_t *start = writer->out.at;
	struct bgp_field field;
	wire_put_bytes(&writer->out, advert->attributes, advert->size);
	if (!advert->by_mp &&
	    bgp_block_find(start, advert->size, BGP_ATTRIBUTE_NEXT_HOP, &field))
		hop_mark(writer, advert, field.value);
}

static uint16_t
reach_send(struct bgp_writer *writer, const struct bgp_window *window,
	   const struct bgp_advert *advert, uint16_t at)
{
	uint8_t *start = message_begin(writer, BGP_UPDATE);
	const uint8_t *end = start + writer->agreed->message_max;
	struct wire_out *out = &writer->out;
	wire_put_u16(out, 0);
	uint8_t *attributes = wire_put_gap(out, 2);
	if (advert->by_mp) {
		uint8_t *size = field_begin(writer, BGP_ATTRIBUTE_MP_REACH);
		next_hop_write(writer, advert);
		wire_put_u8(out, 0);
		at = nlri_write(writer, window, at, end - advert->size);
		size_fill(writer, size);
	}
	attributes_write(writer, advert);
	size_fill(writer, attributes);
	if (!advert->by_mp)
		at = nlri_write(writer, window, at, end);
	message_end(writer, start);
	return at;
}

/* ---- to whom ---- */

/* Those, too, are not told what is written now. */
static void
absent_push(struct bgp_writer *writer, const struct bgp_some *some)
{
	assert(writer->absent_count < BGP_WRITER_ABSENT);
	writer->absent[writer->absent_count++] = *some;
}

static void
absent_pop(struct bgp_writer *writer)
{
	writer->absent_count--;
}

/* One who is told; null: there is nobody. */
static const struct bgp_rib *
told_find(const struct bgp_writer *writer)
{
	if (writer->audience == NULL)
		return writer->rib;
	const struct bgp_recipient *recipient =
		bgp_audience_find(writer->audience, writer->absent, writer->absent_count);
	return recipient != NULL ? recipient->rib : NULL;
}

/* To whom the next hop is it is withdrawn: the routes may have been told before. */
static void
hop_withdraw(struct bgp_writer *writer, const struct bgp_window *window,
	     const struct bgp_window_bucket *bucket, const struct bgp_next_hop *hop)
{
	absent_push(writer, &(struct bgp_some){ .trait = BGP_IS_NO_HOP, .hop = *hop });
	bool is_told = told_find(writer) != NULL;
	if (is_told)
		bucket_withdraw(writer, window, bucket);
	absent_pop(writer);
	if (is_told)
		absent_push(writer,
			    &(struct bgp_some){ .trait = BGP_IS_HOP, .hop = *hop });
}

/* One version of the routes, to all who are not absent; false: they can't be sent it. */
static bool
version_send(struct bgp_writer *writer, const struct bgp_window *window,
	     const struct bgp_window_bucket *bucket)
{
	const struct bgp_rib *rib = told_find(writer);
	struct bgp_advert advert;
	unsigned absent_count = writer->absent_count;
	if (rib == NULL)
		return true;
	if (!bgp_advertise(rib, &bucket->given, &advert) ||
	    BGP_HEADER_SIZE + REACH_MOST + advert.size + sizeof(struct bgp_window_entry) >
		    writer->agreed->message_max)
		return false;
	if (writer->audience == NULL) {
		if (bgp_next_hop_is_neighbours(rib, &advert.hop))
			return false;
	} else if (!advert.is_own)
		hop_withdraw(writer, window, bucket, &advert.hop);
	for (uint16_t at = told_find(writer) != NULL ? bucket->first : BGP_NO_ENTRY;
	     at != BGP_NO_ENTRY;)
		at = reach_send(writer, window, &advert, at);
	writer->absent_count = absent_count;
	return true;
}

/* The version for those on a link, where a next hop may be that they can use. */
static void
link_send(struct bgp_writer *writer, const struct bgp_window *window,
	  const struct bgp_window_bucket *bucket, const struct link *link)
{
	absent_push(writer,
		    &(struct bgp_some){ .trait = BGP_IS_ELSEWHERE, .link = link });
	if (!version_send(writer, window, bucket))
		bucket_withdraw(writer, window, bucket);
	absent_pop(writer);
}

/* The links whose neighbours may get another version than all others: how many. */
static unsigned
links_find(const struct bgp_writer *writer, const struct bgp_window_bucket *bucket,
	   const struct link *links[static BGP_HOP_LINKS])
{
	if (writer->audience == NULL || !writer->audience->is_scattered ||
	    bucket->given.attrs == NULL)
		return 0;
	return bgp_next_hop_links(writer->rib, &bucket->given, links);
}

static void
links_send(struct bgp_writer *writer, struct bgp_window *window,
	   const struct bgp_window_bucket *bucket)
{
	const struct link *links[BGP_HOP_LINKS];
	unsigned count = links_find(writer, bucket, links);
	for (unsigned i = 0; i < count; i++)
		link_send(writer, window, bucket, links[i]);
}

/* The version for all others, or a withdrawal. */
static void
bucket_send(struct bgp_writer *writer, struct bgp_window *window,
	    const struct bgp_window_bucket *bucket)
{
	struct bgp_window_bucket *withdrawals = &window->buckets[BGP_WITHDRAWALS];
	const struct link *links[BGP_HOP_LINKS];
	if (bucket->given.attrs == NULL) {
		bucket_withdraw(writer, window, bucket);
		return;
	}
	unsigned count = links_find(writer, bucket, links);
	for (unsigned i = 0; i < count; i++)
		absent_push(writer,
			    &(struct bgp_some){ .trait = BGP_IS_ON, .link = links[i] });
	if (version_send(writer, window, bucket))
		return;
	/* It may have been told before, with other attributes. */
	if (count > 0) {
		bucket_withdraw(writer, window, bucket);
		return;
	}
	if (withdrawals->first == BGP_NO_ENTRY)
		withdrawals->first = bucket->first;
	else
		window->entries[withdrawals->last].next = bucket->first;
	withdrawals->last = bucket->last;
}

/* ---- withdrawals ---- */

static void
unreach_write(struct bgp_writer *writer, struct bgp_withdrawals *list, const uint8_t *end)
{
	bool with_id = writer->agreed->add_path[writer->rib->family];
	const uint8_t *net;
	uint32_t path_id;
	size_t size;
	while ((net = list->at(list, &size, &path_id)) != NULL) {
		if (size + (with_id ? 4u : 0u) > (size_t)(end - writer->out.at))
			break;
		if (with_id)
			wire_put_u32(&writer->out, path_id);
		net_put(&writer->out, net, size);
		list->pass(list);
	}
}

void
bgp_writer_withdraw(struct bgp_writer *writer, struct bgp_withdrawals *list)
{
	uint32_t path_id;
	size_t bytes;
	while (list->at(list, &bytes, &path_id) != NULL) {
		uint8_t *start = message_begin(writer, BGP_UPDATE);
		const uint8_t *end = start + writer->agreed->message_max;
		if (writer->rib->family == BGP_IP4) {
			uint8_t *size = wire_put_gap(&writer->out, 2);
			unreach_write(writer, list, end - 2);
			size_fill(writer, size);
			wire_put_u16(&writer->out, 0);
		} else {
			wire_put_u16(&writer->out, 0);
			uint8_t *attributes = wire_put_gap(&writer->out, 2);
			uint8_t *size = field_begin(writer, BGP_ATTRIBUTE_MP_UNREACH);
			unreach_write(writer, list, end);
			size_fill(writer, size);
			size_fill(writer, attributes);
		}
		message_end(writer, start);
	}
}

static const uint8_t *
bucket_list_at(struct bgp_withdrawals *list, size_t *size, uint32_t *path_id)
{
	const struct bucket_list *entries = container_of(list, struct bucket_list, list);
	if (entries->next == BGP_NO_ENTRY)
		return NULL;
	const struct bgp_window_entry *entry = &entries->window->entries[entries->next];
	*size = entry->size;
	*path_id = entry->path_id;
	return entry->net;
}

static void
bucket_list_pass(struct bgp_withdrawals *list)
{
	struct bucket_list *entries = container_of(list, struct bucket_list, list);
	entries->next = entries->window->entries[entries->next].next;
}

static void
bucket_withdraw(struct bgp_writer *writer, const struct bgp_window *window,
		const struct bgp_window_bucket *bucket)
{
	struct bucket_list entries = { .list = { bucket_list_at, bucket_list_pass },
				       .window = window,
				       .next = bucket->first };
	bgp_writer_withdraw(writer, &entries.list);
}

/* Its owner is told nothing of the bucket; false: it is empty. */
static inline bool
bucket_begin(struct bgp_writer *writer, const struct bgp_window_bucket *bucket)
{
	writer->absent_count = 0;
	if (bucket->owner != 0)
		absent_push(writer, &(struct bgp_some){ .trait = BGP_IS_MEMBER,
							.number = bucket->owner });
	return bucket->first != BGP_NO_ENTRY;
}

void
bgp_writer_window(struct bgp_writer *writer, struct bgp_window *window)
{
	uint16_t order[BGP_WINDOW];
	bool is_scattered = writer->audience != NULL && writer->audience->is_scattered;
	unsigned count = window->bucket_count - 1u;
	bgp_window_sort(window, order);
	/* One behind the other, so that what is not for some is in few parts. */
	for (unsigned i = 0; is_scattered && i < count; i++)
		if (bucket_begin(writer, &window->buckets[order[i]]))
			links_send(writer, window, &window->buckets[order[i]]);
	for (unsigned i = 0; i < count; i++)
		if (bucket_begin(writer, &window->buckets[order[i]]))
			bucket_send(writer, window, &window->buckets[order[i]]);
	writer->absent_count = 0;
	bucket_withdraw(writer, window, &window->buckets[BGP_WITHDRAWALS]);
}

void
bgp_writer_mark(struct bgp_writer *writer)
{
	uint8_t *start = message_begin(writer, BGP_UPDATE);
	wire_put_u16(&writer->out, 0);
	uint8_t *attributes = wire_put_gap(&writer->out, 2);
	if (writer->rib->family != BGP_IP4)
		size_fill(writer, field_begin(writer, BGP_ATTRIBUTE_MP_UNREACH));
	size_fill(writer, attributes);
	bgp_message_end(&writer->out, start);
}
