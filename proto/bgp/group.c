/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Groups: one window, whose chunks are shared; see group.h.
 *
 * What only one member is told are withdrawals.  They are sent before the window of their
 * time: what that says of the same prefix came later.
 */
#include "proto/bgp/group.h"

#include <string.h>

#include "lib/mem.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include "proto/bgp/adj_rib_out.h"
#include "proto/bgp/next_hop.h"
#include "proto/bgp/rib.h"
#include "proto/bgp/writer.h"

#define NONE UINT32_MAX

/* A prefix that is withdrawn to one member. */
struct loss {
	uint32_t next; /* Of the same member. */
	uint16_t member;
	uint8_t size;
	uint8_t net[BGP_NET_MAX];
};

struct bgp_group {
	struct export_group *group;
	enum bgp_family family;
	struct bgp_window *window; /* Null: nothing is to be sent to all. */
	struct job flush;
	struct loss *losses;
	uint32_t loss_count, loss_room;
};

/* Those of one member. */
struct loss_list {
	struct bgp_withdrawals list;
	const struct loss *losses;
	uint32_t next;
};

static bool flush_run(struct job *job, unsigned budget);
static void group_flush(struct bgp_group *own);
static struct bgp_rib *rib_of(const struct channel *channel);
static const struct bgp_rib *voice_of(const struct bgp_group *own);
static void loss_add(struct bgp_group *own, uint16_t member,
		     const uint8_t net[static BGP_NET_MAX], size_t size);
static void losses_send(struct bgp_group *own, const struct bgp_audience *audience);
static void group_send(struct bgp_writer *writer, struct bgp_chunk *chunk);

/* ---- who is in one ---- */

static bool
session_is_alike(const struct bgp_agreed *a, const struct bgp_agreed *b,
		 enum bgp_family family)
{
	return a->four_byte_as == b->four_byte_as && a->long_lived == b->long_lived &&
	       !a->add_path[family] && !b->add_path[family] &&
	       a->extended_next_hop == b->extended_next_hop &&
	       a->link_local_next_hop == b->link_local_next_hop &&
	       a->message_max == b->message_max;
}

static bool
config_is_alike(const struct bgp_config *a, const struct bgp_config *b)
{
	return a->local.as == b->local.as && a->confederation == b->confederation &&
	       a->rs_client == b->rs_client && a->rr_client == b->rr_client &&
	       a->automatic == b->automatic &&
	       prefix_equal(&a->loopbacks, &b->loopbacks) &&
	       a->rr_cluster_id == b->rr_cluster_id && a->role == b->role &&
	       a->interpret_communities == b->interpret_communities &&
	       (a->terms.long_lived == BGP_OFF) == (b->terms.long_lived == BGP_OFF) &&
	       a->allow_local_pref == b->allow_local_pref &&
	       a->allow_med == b->allow_med &&
	       a->default_local_pref == b->default_local_pref;
}

static bool
channel_is_alike(const struct bgp_channel_config *a, const struct bgp_channel_config *b)
{
	return a->next_hop_self == b->next_hop_self && a->link_local == b->link_local &&
	       a->terms.next_hop_keep == b->terms.next_hop_keep &&
	       a->terms.aigp == b->terms.aigp && a->aigp == b->aigp;
}

/* At the marks of a chunk there is room for either.  Whose own is the same is at the same
 * distance by each next hop (aigp). */
static bool
own_hop_is_alike(const struct bgp_rib *a, const struct bgp_rib *b)
{
	const struct bgp_channel_config *config = a->channel->config->more;
	uint8_t bytes[BGP_HOP_MAX];
	if (config->terms.aigp && !bgp_next_hop_equal(&a->self, &b->self))
		return false;
	return !bgp_next_hop_is_neighbours(a, &a->self) &&
	       !bgp_next_hop_is_neighbours(b, &b->self) &&
	       bgp_next_hop_write(a, &a->self, bytes) ==
		       bgp_next_hop_write(b, &b->self, bytes);
}

static bool
is_alike(const struct channel *a, const struct channel *b)
{
	const struct bgp_rib *one = rib_of(a), *other = rib_of(b);
	if (one == NULL || other == NULL)
		return false;
	const struct bgp_routes *routes = one->bgp->routes, *others = other->bgp->routes;
	return session_is_alike(bgp_agreed(one->bgp), bgp_agreed(other->bgp),
				one->family) &&
	       routes->internal == others->internal &&
	       routes->interior == others->interior &&
	       protocol_router_id(&one->bgp->protocol) ==
		       protocol_router_id(&other->bgp->protocol) &&
	       config_is_alike(bgp_config(&one->bgp->protocol),
			       bgp_config(&other->bgp->protocol)) &&
	       channel_is_alike(a->config->more, b->config->more) &&
	       own_hop_is_alike(one, other);
}

/* Null: its session is not established, or does not speak the family. */
static struct bgp_rib *
rib_of(const struct channel *channel)
{
	struct bgp_rib *rib = bgp_rib_of(channel);
	return bgp_agreed(rib->bgp) != NULL && rib->is_spoken ? rib : NULL;
}

/* ---- life ---- */

static void
group_open(struct export_group *group)
{
	struct bgp_group *own = mem_zalloc(sizeof(*own));
	own->group = group;
	own->family = table_type(group->table) == NET_IP4 ? BGP_IP4 : BGP_IP6;
	job_init(&own->flush, group->router, flush_run);
	group->more = own;
}

static void
group_close(struct export_group *group)
{
	struct bgp_group *own = group->more;
	job_cancel(&own->flush);
	bgp_window_free(own->window);
	mem_free(own->losses);
	mem_free(own);
}

static void
group_part(struct export_group *group, struct channel *channel)
{
	struct bgp_rib *rib = rib_of(channel);
	group_flush(group->more);
	if (rib != NULL)
		adj_rib_out_flush(rib);
}

/* ---- telling ---- */

static void
change_put(struct bgp_group *own, const struct bgp_rib *voice,
	   const struct group_change *change)
{
	struct bgp_window_item item = {
		.net = change->change.net,
		.given = bgp_outgoing(voice, &change->change),
		.owner = change->owner,
	};
	if (own->window != NULL && bgp_window_is_full(own->window))
		group_flush(own);
	if (own->window == NULL)
		own->window = bgp_window_new(own->group->router);
	int former = bgp_window_put(own->window, &item);
	if (change->owner == 0)
		return;
	/* What waited was for the owner, too: whether it knows the prefix by what was
	 * sent before isn't known any more. */
	if (!change->owner_was_told && (former < 0 || former == change->owner))
		return;
	uint8_t net[BGP_NET_MAX];
	loss_add(own, change->owner, net, bgp_net_write(net, change->change.net));
}

static void
group_tell(struct export_group *group, const struct group_change *changes, size_t count)
{
	struct bgp_group *own = group->more;
	const struct bgp_rib *voice = voice_of(own);
	for (size_t i = 0; voice != NULL && i < count; i++)
		change_put(own, voice, &changes[i]);
	job_schedule(&own->flush);
}

static bool
flush_run(struct job *job, unsigned budget)
{
	(void)budget;
	group_flush(container_of(job, struct bgp_group, flush));
	return false;
}

/* One whose session is established, null if there is none. */
static const struct bgp_rib *
voice_of(const struct bgp_group *own)
{
	const struct export_group *group = own->group;
	for (uint16_t i = export_group_next(group, 0); i != 0;
	     i = export_group_next(group, i)) {
		if (rib_of(group->members[i]) != NULL)
			return rib_of(group->members[i]);
	}
	return NULL;
}

/* Those who can't keep up are waited for. */
static void
members_look(const struct export_group *group)
{
	for (uint16_t i = export_group_next(group, 0); i != 0;
	     i = export_group_next(group, i)) {
		struct channel *member = group->members[i];
		const struct bgp_rib *rib = rib_of(member);
		if (rib != NULL && !bgp_session_has_room(rib->bgp))
			export_group_wait(member);
	}
}

/* Its list is the caller's. */
static struct bgp_audience
audience_of(const struct export_group *group)
{
	struct bgp_audience audience = { .count = 0 };
	struct bgp_recipient *recipients =
		mem_resize(NULL, group->count, sizeof(recipients[0]));
	audience.recipients = recipients;
	for (uint16_t i = export_group_next(group, 0); i != 0;
	     i = export_group_next(group, i)) {
		const struct bgp_rib *rib = rib_of(group->members[i]);
		if (rib == NULL)
			continue;
		const struct link *link = bgp_agreed(rib->bgp)->link;
		recipients[audience.count++] = (struct bgp_recipient){ rib, link, i };
		audience.is_scattered |= link != recipients[0].link;
	}
	return audience;
}

static void
group_flush(struct bgp_group *own)
{
	struct bgp_window *window = own->window;
	own->window = NULL;
	if (window == NULL)
		return;
	struct bgp_audience audience = audience_of(own->group);
	if (audience.count > 0) {
		losses_send(own, &audience);
		struct bgp_writer writer;
		bgp_writer_init(&writer, audience.recipients[0].rib,
				bgp_window_is_small(window));
		writer.audience = &audience;
		writer.send = group_send;
		bgp_writer_window(&writer, window);
		bgp_writer_end(&writer);
		members_look(own->group);
	}
	mem_free(audience.recipients);
	bgp_window_free(window);
}

/* To a member what of the chunk is for it, in as few pieces as there can be. */
static void
chunk_share(const struct bgp_writer *writer, struct bgp_chunk *chunk,
	    const struct bgp_recipient *recipient)
{
	const struct bgp_rib *rib = recipient->rib;
	struct bgp_piece piece = bgp_chunk_whole(chunk);
	bgp_next_hop_write(rib, &rib->self, piece.own_hop);
	for (unsigned i = 0; i < writer->skip_count; i++) {
		const struct bgp_skip *skip = &writer->skips[i];
		if (skip->end <= piece.begin || !bgp_some_have(&skip->some, recipient))
			continue;
		piece.end = MAX(piece.begin, skip->begin);
		bgp_session_send(rib->bgp, &piece);
		piece.begin = skip->end;
	}
	piece.end = chunk->size;
	bgp_session_send(rib->bgp, &piece);
}

static void
group_send(struct bgp_writer *writer, struct bgp_chunk *chunk)
{
	for (uint32_t i = 0; i < writer->audience->count; i++)
		chunk_share(writer, chunk, &writer->audience->recipients[i]);
}

/* ---- losses ---- */

static void
loss_add(struct bgp_group *own, uint16_t member, const uint8_t net[static BGP_NET_MAX],
	 size_t size)
{
	if (own->loss_count == own->loss_room) {
		own->loss_room = MAX(64, own->loss_room * 2);
		own->losses =
			mem_resize(own->losses, own->loss_room, sizeof(own->losses[0]));
	}
	struct loss *loss = &own->losses[own->loss_count++];
	loss->member = member;
	loss->size = (uint8_t)size;
	memcpy(loss->net, net, sizeof(loss->net));
}

static const uint8_t *
loss_list_at(struct bgp_withdrawals *list, size_t *size, uint32_t *path_id)
{
	const struct loss_list *own = container_of(list, struct loss_list, list);
	if (own->next == NONE)
		return NULL;
	*size = own->losses[own->next].size;
	*path_id = 0;
	return own->losses[own->next].net;
}

static void
loss_list_pass(struct bgp_withdrawals *list)
{
	struct loss_list *own = container_of(list, struct loss_list, list);
	own->next = own->losses[own->next].next;
}

static void
member_send(const struct bgp_rib *rib, const struct loss *losses, uint32_t first)
{
	struct loss_list list = { .list = { loss_list_at, loss_list_pass },
				  .losses = losses,
				  .next = first };
	struct bgp_writer writer;
	bgp_writer_init(&writer, rib, losses[first].next == NONE);
	bgp_writer_withdraw(&writer, &list.list);
	bgp_writer_end(&writer);
}

static void
losses_send(struct bgp_group *own, const struct bgp_audience *audience)
{
	if (own->loss_count == 0)
		return;
	size_t end = own->group->end;
	uint32_t *firsts = mem_resize(NULL, end, sizeof(firsts[0]));
	memset(firsts, 0xff, end * sizeof(firsts[0]));
	for (uint32_t i = own->loss_count; i-- > 0;) {
		own->losses[i].next = firsts[own->losses[i].member];
		firsts[own->losses[i].member] = i;
	}
	for (uint32_t i = 0; i < audience->count; i++) {
		const struct bgp_recipient *recipient = &audience->recipients[i];
		if (firsts[recipient->number] != NONE)
			member_send(recipient->rib, own->losses,
				    firsts[recipient->number]);
	}
	mem_free(firsts);
	mem_free(own->losses);
	own->losses = NULL;
	own->loss_count = own->loss_room = 0;
}

const struct export_group_ops bgp_group_ops = {
	.is_alike = is_alike,
	.open = group_open,
	.close = group_close,
	.tell = group_tell,
	.part = group_part,
};
