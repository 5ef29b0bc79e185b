/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Segments: how packets get from one interface to others, and what happens to them on the
 * way.
 */
#include "lib/mem.h"
#include "lib/text.h"
#include "sysdep/sim/world.h"
#include <assert.h>
#include <string.h>

#define IP6_HEADERS    48 /* IPv6 and UDP. */
#define IP4_HEADERS    28
#define OVERTAKEN      (10 * USEC_MS)
#define SEGMENT_STREAM ((uint64_t)1 << 40) /* Random streams of segments begin here. */

/* A packet on its way to one interface. */
struct arrival {
	struct sim_timer timer;
	struct sim_interface *to;
	struct sim_packet *packet;
};

static void send_to(struct sim_interface *from, struct sim_interface *to,
		    struct sim_packet *packet);
static void send_copy(struct sim_pair *pair, struct sim_interface *to,
		      struct sim_packet *packet, const struct sim_quality *quality);
static void arrival_start(struct sim_interface *to, struct sim_packet *packet,
			  usec_t due);
static void arrive(struct sim_timer *timer);
static struct sim_pair *pair_find(const struct sim_interface *from,
				  const struct sim_interface *to);
static bool is_dropped(struct sim_segment *segment, const struct sim_interface *from,
		       const struct sim_interface *to, const struct sim_quality *quality,
		       const struct sim_packet *packet);

void
sim_net_init(struct sim_world *world)
{
	world->arrivals = slab_new(world->pool, sizeof(struct arrival));
	sim_packet_init(world);
}

/* What is under way is in the heap; its memory is the pool's, but for large packets. */
void
sim_net_fini(struct sim_world *world)
{
	for (struct heap_entry *first; (first = heap_first(&world->heap));) {
		struct sim_timer *timer = container_of(first, struct sim_timer, entry);
		heap_remove(&world->heap, first);
		if (timer->fire == arrive)
			sim_packet_release(
				world,
				container_of(timer, struct arrival, timer)->packet);
	}
}

struct sim_segment *
sim_segment_new(struct sim_world *world, const char *name, bool cable)
{
	struct sim_segment *segment = mem_zalloc(sizeof(*segment));

	assert(strlen(name) < SIM_NAME);
	text_format(segment->name, sizeof(segment->name), "%s", name);
	segment->world = world;
	segment->cable = cable;
	segment->quality.delay = USEC_MS;
	list_init(&segment->members);
	list_init(&segment->pairs);
	list_push_back(&world->segments, &segment->link);
	sim_random_init(&segment->random, world->seed,
			SEGMENT_STREAM + world->segment_count++);
	return segment;
}

void
sim_segment_free(struct sim_segment *segment)
{
	list_each_safe(pair, &segment->pairs, struct sim_pair, link)
		mem_free(pair);
	list_remove(&segment->link);
	mem_free(segment);
}

struct sim_segment *
sim_segment_find(const struct sim_world *world, const char *name)
{
	list_each(segment, &world->segments, struct sim_segment, link) {
		if (strcmp(segment->name, name) == 0)
			return segment;
	}
	return NULL;
}

struct sim_segment *
sim_segment_next(const struct sim_world *world, const struct sim_segment *previous)
{
	const struct list *at = previous ? previous->link.next : world->segments.next;

	return at == &world->segments ? NULL : container_of(at, struct sim_segment, link);
}

const char *
sim_segment_name(const struct sim_segment *segment)
{
	return segment->name;
}

bool
sim_segment_is_cable(const struct sim_segment *segment)
{
	return segment->cable;
}

void
sim_segment_quality(struct sim_segment *segment, const struct sim_quality *quality)
{
	segment->quality = *quality;
}

struct sim_quality *
sim_segment_pair(struct sim_segment *segment, struct sim_interface *from,
		 struct sim_interface *to)
{
	struct sim_pair *pair = pair_find(from, to);

	if (!pair) {
		pair = mem_zalloc(sizeof(*pair));
		pair->from = from;
		pair->to = to;
		pair->quality = segment->quality;
		from->has_pairs = true;
		list_push_back(&segment->pairs, &pair->link);
	}
	return &pair->quality;
}

void
sim_segment_restore(struct sim_segment *segment, struct sim_interface *from,
		    struct sim_interface *to)
{
	struct sim_pair *pair = pair_find(from, to);

	if (pair)
		pair->quality = segment->quality;
}

const struct sim_quality *
sim_segment_between(const struct sim_segment *segment, const struct sim_interface *from,
		    const struct sim_interface *to)
{
	const struct sim_pair *pair = pair_find(from, to);

	return pair ? &pair->quality : &segment->quality;
}

bool
sim_segment_passes(const struct sim_interface *from, const struct sim_interface *to)
{
	if (from->tun && to->tun)
		return sim_interface_works(from) && sim_interface_works(to);
	if (!from->segment || from->segment != to->segment ||
	    !sim_interface_works(from) || !sim_interface_works(to) ||
	    from->node->group != to->node->group)
		return false;
	const struct sim_quality *quality = sim_segment_between(from->segment, from, to);
	return !quality->silent && quality->loss < SIM_PPM;
}

struct sim_interface *
sim_segment_member(const struct sim_segment *segment,
		   const struct sim_interface *previous)
{
	const struct list *at = previous ? previous->port.next : segment->members.next;

	for (; at != &segment->members; at = at->next) {
		struct sim_interface *member =
			container_of(at, struct sim_interface, port);
		if (!member->removed)
			return member;
	}
	return NULL;
}

void
sim_segment_send(struct sim_interface *from, struct sim_interface *to,
		 struct sim_packet *packet)
{
	if (from->tun) {
		sim_tun_output(from->tun, packet);
		return;
	}
	if (!from->segment || !sim_interface_works(from))
		return;
	if (to) {
		send_to(from, to, packet);
		return;
	}
	list_each(member, &from->segment->members, struct sim_interface, port) {
		if (member != from)
			send_to(from, member, packet);
	}
}

void
sim_segment_send_via(struct sim_interface *out, struct addr next,
		     struct sim_packet *packet)
{
	struct sim_interface *to = out->tun ? NULL : sim_segment_resolve(out, next);

	if (to || out->tun)
		sim_segment_send(out, to, packet);
}

struct sim_interface *
sim_segment_resolve(const struct sim_interface *out, struct addr addr)
{
	if (out->tun)
		return sim_tun_resolve(out, addr);
	if (!out->segment || !sim_interface_works(out))
		return NULL;
	list_each(member, &out->segment->members, struct sim_interface, port) {
		if (member == out || !sim_interface_works(member))
			continue;
		if (sim_address_of(member, addr))
			return member;
		/* A machine answers for all its addresses, but for link-local ones. */
		if (!addr_is_link_local(addr) && sim_node_owns(member->node, addr))
			return member;
	}
	return NULL;
}

static void
send_to(struct sim_interface *from, struct sim_interface *to, struct sim_packet *packet)
{
	struct sim_segment *segment = from->segment;
	struct sim_pair *pair = pair_find(from, to);
	const struct sim_quality *quality = pair ? &pair->quality : &segment->quality;

	if (is_dropped(segment, from, to, quality, packet)) {
		sim_trace(segment->world,
			  &(struct sim_event){ .when = segment->world->now,
					       .kind = SIM_LOST,
					       .node = to->node,
					       .from = packet->from,
					       .bytes = packet->bytes,
					       .size = packet->size },
			  packet->hash);
		return;
	}
	send_copy(pair, to, packet, quality);
	if (sim_random_chance(&segment->random, quality->duplicate))
		send_copy(pair, to, packet, quality);
}

static bool
is_dropped(struct sim_segment *segment, const struct sim_interface *from,
	   const struct sim_interface *to, const struct sim_quality *quality,
	   const struct sim_packet *packet)
{
	uint32_t headers = addr_is_ip4(packet->to) ? IP4_HEADERS : IP6_HEADERS;

	if (!sim_interface_works(to) || quality->silent ||
	    from->node->group != to->node->group)
		return true;
	if (quality->mtu && packet->size + headers > quality->mtu)
		return true;
	return sim_random_chance(&segment->random, quality->loss);
}

static void
send_copy(struct sim_pair *pair, struct sim_interface *to, struct sim_packet *packet,
	  const struct sim_quality *quality)
{
	struct sim_segment *segment = to->segment;
	usec_t *last = pair ? &pair->last_arrival : &to->last_arrival;
	usec_t due = segment->world->now + quality->delay;

	if (quality->jitter)
		due += sim_random_below(&segment->random, (uint32_t)quality->jitter + 1);
	if (sim_random_chance(&segment->random, quality->reorder))
		due += sim_random_below(&segment->random,
					(uint32_t)(quality->delay + OVERTAKEN));
	else
		*last = due = MAX(due, *last);
	arrival_start(to, packet, due);
}

void
sim_segment_loop(struct sim_interface *at, struct sim_packet *packet)
{
	arrival_start(at, packet, at->node->world->now);
}

static void
arrival_start(struct sim_interface *to, struct sim_packet *packet, usec_t due)
{
	struct sim_world *world = to->node->world;
	struct arrival *arrival = slab_alloc(world->arrivals);

	sim_timer_init(&arrival->timer, arrive);
	arrival->to = to;
	arrival->packet = packet;
	packet->uses++;
	sim_timer_start(world, &arrival->timer, due);
}

static void
arrive(struct sim_timer *timer)
{
	struct arrival *arrival = container_of(timer, struct arrival, timer);
	struct sim_interface *to = arrival->to;
	struct sim_packet *packet = arrival->packet;
	struct sim_world *world = to->node->world;

	slab_release(world->arrivals, arrival);
	sim_packet_arrive(to, packet);
	sim_packet_release(world, packet);
}

static struct sim_pair *
pair_find(const struct sim_interface *from, const struct sim_interface *to)
{
	if (!from->has_pairs)
		return NULL;
	list_each(pair, &from->segment->pairs, struct sim_pair, link) {
		if (pair->from == from && pair->to == to)
			return pair;
	}
	return NULL;
}
