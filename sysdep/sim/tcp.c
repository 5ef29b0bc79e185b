/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP, as far as routers can tell it from the real one: connections that take a
 * round trip, bytes that arrive once and in order over links that lose, duplicate and
 * reorder them, a window, time-outs that take long, resets.  Segments are packets that
 * are routed as others; hop limits and keys are held to.  Sequence numbers count bytes
 * from 0; SYN has none, FIN has the one after the last byte.
 *
 *   SYN_SENT --SYN,ACK--> OPEN <--ACK-- SYN_RECEIVED
 *      '------- reset, time-out, both directions ended: DEAD -------'
 */
#include "lib/mem.h"
#include "lib/wire.h"
#include "sysdep/sim/stream.h"
#include <errno.h>
#include <string.h>

#define HEADER     32 /* Of a segment. */
#define IP_HEADERS 60
#define WINDOW     (256 * 1024) /* Bytes that may wait unread. */
#define RTO_FIRST  USEC_S       /* Before anything was measured. */
#define RTO_LEAST  (200 * USEC_MS)
#define RTO_MOST   (60 * USEC_S)
#define SYN_TRIES  6  /* As Linux: about two minutes. */
#define DATA_TRIES 15 /* About a quarter of an hour. */
#define DUPLICATES 3  /* Equal acknowledgements that tell of a loss. */

enum { SEGMENT_SYN = 1, SEGMENT_ACK = 2, SEGMENT_FIN = 4, SEGMENT_RST = 8 };

enum tcp_state { TCP_SYN_SENT, TCP_SYN_RECEIVED, TCP_OPEN, TCP_DEAD };

struct segment {
	uint8_t flags;
	uint64_t seq, ack, key;
	uint32_t window;
	const uint8_t *bytes;
	size_t size;
};

struct tcp_stream {
	struct sys_stream stream;
	enum tcp_state state;
	struct sys_tcp_ends ends;
	uint32_t index; /* Leaves by this interface; 0: by route. */
	uint8_t ttl, ttl_least;
	uint64_t key;      /* Hash of the key; 0: none. */
	uint64_t listener; /* SYN_RECEIVED: serial of who will accept it. */
	/* What is sent. */
	struct text outbox; /* From `acked` on. */
	uint64_t acked;     /* The other side has all before. */
	uint64_t next;      /* To be sent next. */
	uint64_t limit;     /* The other side has room up to here. */
	bool fin_due, fin_acked;
	unsigned duplicates;
	/* What is received. */
	uint64_t expected;
	uint64_t offered; /* The other side knows of room up to here. */
	bool fin_received;
	/* Time. */
	struct sim_timer timer;
	unsigned tries;
	usec_t rto, rtt; /* 0: not measured. */
	uint64_t timed;  /* The acknowledgement that ends the measurement, */
	usec_t timed_at; /* and when it began; 0: none is under way. */
};

static const struct stream_kind tcp_kind;

static struct tcp_stream *tcp_cast(struct sys_stream *stream);
static const struct tcp_stream *tcp_const(const struct sys_stream *stream);
static struct tcp_stream *tcp_new(struct sim_node *node, const struct sys_tcp_ends *ends);
static struct tcp_stream *tcp_find(struct sim_node *node, const struct sim_interface *at,
				   const struct sim_packet *packet);
static uint64_t key_hash(const char *key);
static bool segment_read(const struct sim_packet *packet, struct segment *segment);
static void segment_send(struct sim_node *node, const struct sys_tcp_ends *ends,
			 uint32_t index, uint8_t ttl, const struct segment *segment);
static void reset_answer(struct sim_node *node, const struct sim_interface *at,
			 const struct sim_packet *packet, const struct segment *segment);
static void tcp_accept(struct sim_node *node, const struct sim_interface *at,
		       const struct sim_packet *packet, const struct segment *segment);
static void tcp_receive(struct tcp_stream *tcp, const struct segment *segment);
static void take_ack(struct tcp_stream *tcp, const struct segment *segment);
static void take_bytes(struct tcp_stream *tcp, const struct segment *segment);
static bool tcp_offer(struct tcp_stream *tcp);
static void tcp_open(struct tcp_stream *tcp);
static uint32_t tcp_window(struct tcp_stream *tcp);
static void tcp_answer(struct tcp_stream *tcp, uint8_t flags);
static void tcp_output(struct tcp_stream *tcp);
static void tcp_send_at(struct tcp_stream *tcp, uint64_t seq, size_t size);
static void tcp_measure(struct tcp_stream *tcp, uint64_t ack);
static void tcp_timer_set(struct tcp_stream *tcp);
static void tcp_fire(struct sim_timer *timer);
static void tcp_fail(struct tcp_stream *tcp, int error);
static uint64_t tcp_end(const struct tcp_stream *tcp);
static uint64_t tcp_ack_due(const struct tcp_stream *tcp);

/* ---- what routers call ---- */

int
sim_tcp_listen(struct sys *sys, const struct sys_tcp_args *args, sys_accept *accept,
	       void *context, struct sys_listener **listener)
{
	struct sim_node *node = sim_node_cast(sys);

	*listener = NULL;
	if (!addr_is_any(args->local) && !args->free && !sim_node_owns(node, args->local))
		return -EADDRNOTAVAIL;
	list_each(other, &node->listeners, struct sys_listener, link) {
		const struct addr local = other->args.local;
		if (other->path || other->args.local_port != args->local_port ||
		    addr_is_ip4(local) != addr_is_ip4(args->local))
			continue;
		if ((addr_is_any(local) || addr_is_any(args->local) ||
		     addr_equal(local, args->local)) &&
		    other->args.index == args->index)
			return -EADDRINUSE;
	}
	*listener = sim_listener_new(node, accept, context);
	(*listener)->args = *args;
	return 0;
}

int
sim_tcp_md5(struct sys_listener *listener, const struct prefix *peer, const char *key)
{
	list_each_safe(old, &listener->keys, struct tcp_key, link) {
		if (!prefix_equal(&old->peer, peer))
			continue;
		list_remove(&old->link);
		mem_free(old);
	}
	if (!key)
		return 0;
	struct tcp_key *made = mem_zalloc(sizeof(*made));
	made->peer = *peer;
	made->hash = key_hash(key);
	list_push_back(&listener->keys, &made->link);
	return 0;
}

int
sim_tcp_connect(struct sys *sys, const struct sys_tcp_args *args,
		const struct sys_stream_ops *ops, void *context,
		struct sys_stream **stream)
{
	struct sim_node *node = sim_node_cast(sys);
	struct sys_tcp_ends ends = { .local = args->local,
				     .remote = args->remote,
				     .local_port = args->local_port,
				     .remote_port = args->remote_port };
	bool by_index = args->bound || addr_is_link_local(args->remote);
	struct sim_interface *out;
	struct addr next;

	*stream = NULL;
	if (node->dead)
		return -ENETDOWN;
	int error =
		sim_ip_out(node, by_index ? args->index : 0, args->remote, &out, &next);
	if (!error && !(args->free && !addr_is_any(ends.local)))
		error = sim_ip_source(node, out, args->remote, &ends.local);
	if (error)
		return error == -EINVAL ? -EADDRNOTAVAIL : error;
	if (!ends.local_port) {
		ends.local_port = node->next_port++;
		if (node->next_port == 0)
			node->next_port = 32768;
	}
	ends.index = addr_is_link_local(args->remote) ? args->index : 0;
	struct tcp_stream *tcp = tcp_new(node, &ends);
	tcp->index = by_index ? args->index : 0;
	tcp->ttl = args->ttl;
	tcp->ttl_least = args->ttl_least;
	tcp->key = key_hash(args->md5_key);
	tcp->stream.ops = ops;
	tcp->stream.context = context;
	tcp_answer(tcp, SEGMENT_SYN);
	tcp_timer_set(tcp);
	*stream = &tcp->stream;
	return 0;
}

void
sim_tcp_ends(const struct sys_stream *stream, struct sys_tcp_ends *ends)
{
	*ends = tcp_const(stream)->ends;
}

int
sim_tcp_limit(struct sys_stream *stream, uint8_t ttl, uint8_t ttl_least)
{
	struct tcp_stream *tcp = tcp_cast(stream);

	if (ttl)
		tcp->ttl = ttl;
	if (ttl_least)
		tcp->ttl_least = ttl_least;
	return 0;
}

void
sim_tcp_power_off(struct sim_node *node)
{
	list_each_safe(stream, &node->streams, struct sys_stream, link) {
		if (stream->kind == &tcp_kind)
			stream->kind->free(stream);
	}
}

/* ---- what scenarios ask ---- */

static bool
is_held(const struct sys_stream *stream)
{
	return stream->kind == &tcp_kind && !stream->gone && !stream->error &&
	       tcp_const(stream)->state == TCP_OPEN;
}

/* The other end of it, null: there is none that is held. */
static const struct tcp_stream *
other_end(const struct tcp_stream *tcp, const struct sim_node *node)
{
	list_each(stream, &node->streams, const struct sys_stream, link) {
		const struct sys_tcp_ends *ends = &tcp_const(stream)->ends;
		if (is_held(stream) && ends->local_port == tcp->ends.remote_port &&
		    ends->remote_port == tcp->ends.local_port &&
		    addr_equal(ends->local, tcp->ends.remote) &&
		    addr_equal(ends->remote, tcp->ends.local))
			return tcp_const(stream);
	}
	return NULL;
}

struct sim_connections
sim_tcp_between(const struct sim_node *a, const struct sim_node *b)
{
	struct sim_connections count = { 0 };

	for (unsigned side = 0; side < 2; side++) {
		const struct sim_node *here = side ? b : a, *there = side ? a : b;
		list_each(stream, &here->streams, const struct sys_stream, link) {
			if (!is_held(stream) ||
			    !sim_node_owns(there, tcp_const(stream)->ends.remote))
				continue;
			if (!other_end(tcp_const(stream), there))
				count.half++;
			else if (side == 0)
				count.whole++;
		}
	}
	return count;
}

/* ---- packets ---- */

void
sim_tcp_deliver(struct sim_node *node, struct sim_interface *at,
		const struct sim_packet *packet)
{
	struct segment segment;

	if (!node->powered || !segment_read(packet, &segment))
		return;
	struct tcp_stream *tcp = tcp_find(node, at, packet);
	if (tcp) {
		/* The kernel drops both without a word. */
		if (packet->hops >= tcp->ttl_least && segment.key == tcp->key)
			tcp_receive(tcp, &segment);
		return;
	}
	if (segment.flags == SEGMENT_SYN)
		tcp_accept(node, at, packet, &segment);
	else if (!(segment.flags & SEGMENT_RST))
		reset_answer(node, at, packet, &segment);
}

/* A connection is asked for. */
static void
tcp_accept(struct sim_node *node, const struct sim_interface *at,
	   const struct sim_packet *packet, const struct segment *segment)
{
	struct sys_tcp_ends ends = { .local = packet->to,
				     .remote = packet->source,
				     .local_port = packet->port,
				     .remote_port = packet->source_port };
	uint64_t key = 0;

	if (addr_is_link_local(packet->source))
		ends.index = at->info.index;
	list_each(listener, &node->listeners, struct sys_listener, link) {
		const struct sys_tcp_args *args = &listener->args;
		if (listener->path || args->local_port != packet->port ||
		    addr_is_ip4(args->local) != addr_is_ip4(packet->to))
			continue;
		if ((!addr_is_any(args->local) && !addr_equal(args->local, packet->to)) ||
		    (args->index && args->index != at->info.index))
			continue;
		list_each(entry, &listener->keys, struct tcp_key, link) {
			if (prefix_has_addr(&entry->peer, packet->source))
				key = entry->hash;
		}
		if (packet->hops < args->ttl_least || segment->key != key)
			return;
		struct tcp_stream *tcp = tcp_new(node, &ends);
		tcp->state = TCP_SYN_RECEIVED;
		tcp->listener = listener->serial;
		tcp->index = ends.index;
		tcp->ttl = args->ttl;
		tcp->ttl_least = args->ttl_least;
		tcp->key = key;
		tcp->limit = segment->window;
		tcp_answer(tcp, SEGMENT_SYN | SEGMENT_ACK);
		tcp_timer_set(tcp);
		return;
	}
	reset_answer(node, at, packet, segment);
}

static void
tcp_receive(struct tcp_stream *tcp, const struct segment *segment)
{
	if (segment->flags & SEGMENT_RST) {
		tcp_fail(tcp, tcp->state == TCP_SYN_SENT ? -ECONNREFUSED : -ECONNRESET);
		return;
	}
	if (tcp->state == TCP_SYN_SENT) {
		if (!(segment->flags & SEGMENT_SYN)) {
			/* The other side knows a connection we have forgotten. */
			tcp_answer(tcp, SEGMENT_RST);
			return;
		}
		tcp->limit = segment->window;
		tcp_open(tcp);
		tcp->stream.connected = true;
		sim_stream_arm(&tcp->stream);
		tcp_answer(tcp, SEGMENT_ACK);
		tcp_output(tcp);
		return;
	}
	if (segment->flags & SEGMENT_SYN) {
		/* Our answer was lost; or it has forgotten us, and will reset this. */
		tcp_answer(tcp, tcp->state == TCP_SYN_RECEIVED ? SEGMENT_SYN | SEGMENT_ACK
							       : SEGMENT_ACK);
		return;
	}
	if (tcp->state == TCP_SYN_RECEIVED && !tcp_offer(tcp))
		return;
	take_ack(tcp, segment);
	if (segment->size > 0 || segment->flags & SEGMENT_FIN ||
	    segment->seq != tcp->expected)
		take_bytes(tcp, segment);
	tcp_output(tcp);
}

/* It stands, and is to be accepted; false: nobody listens any more. */
static bool
tcp_offer(struct tcp_stream *tcp)
{
	list_each(listener, &tcp->stream.node->listeners, struct sys_listener, link) {
		if (listener->serial != tcp->listener)
			continue;
		tcp_open(tcp);
		tcp->stream.from = listener;
		sim_stream_arm(&tcp->stream);
		return true;
	}
	tcp_answer(tcp, SEGMENT_RST);
	tcp_fail(tcp, 0);
	return false;
}

static void
tcp_open(struct tcp_stream *tcp)
{
	tcp->state = TCP_OPEN;
	tcp->tries = 0;
	tcp->rto = RTO_FIRST;
	sim_timer_stop(tcp->stream.node->world, &tcp->timer);
}

static void
take_ack(struct tcp_stream *tcp, const struct segment *segment)
{
	bool moved = segment->ack > tcp->acked;
	uint64_t limit = segment->ack + segment->window;

	if (segment->ack > tcp_end(tcp) + 1 || segment->ack < tcp->acked)
		return;
	if (!moved && segment->size == 0 && tcp->next > tcp->acked &&
	    limit == tcp->limit && ++tcp->duplicates == DUPLICATES)
		tcp_send_at(tcp, tcp->acked, SIZE_MAX);
	tcp->limit = limit;
	if (!moved)
		return;
	size_t gone = (size_t)MIN(segment->ack - tcp->acked, tcp->outbox.length);
	if (gone > 0)
		memmove(tcp->outbox.text, tcp->outbox.text + gone,
			tcp->outbox.length - gone);
	tcp->outbox.length -= gone;
	tcp->acked += gone;
	tcp->fin_acked = tcp->fin_due && segment->ack > tcp_end(tcp);
	tcp->next = MAX(tcp->next, tcp->acked);
	tcp->duplicates = tcp->tries = 0;
	tcp_measure(tcp, segment->ack);
	sim_timer_stop(tcp->stream.node->world, &tcp->timer);
	if (tcp->stream.full || tcp->stream.gone)
		sim_stream_arm(&tcp->stream);
}

static void
take_bytes(struct tcp_stream *tcp, const struct segment *segment)
{
	struct sys_stream *stream = &tcp->stream;

	if (segment->seq == tcp->expected && !tcp->fin_received) {
		tcp->expected += segment->size;
		if (stream->gone && segment->size > 0) {
			/* Nobody reads it any more. */
			tcp_answer(tcp, SEGMENT_RST);
			tcp_fail(tcp, -ECONNRESET);
			return;
		}
		if (segment->size > 0)
			text_add_bytes(&stream->inbox, (const char *)segment->bytes,
				       segment->size);
		if (segment->flags & SEGMENT_FIN)
			tcp->fin_received = stream->over = true;
		sim_stream_arm(stream);
	}
	tcp_answer(tcp, SEGMENT_ACK);
}

/* ---- sending ---- */

static size_t
segment_most(const struct tcp_stream *tcp)
{
	struct sim_interface *out;
	struct addr next;

	if (sim_ip_out(tcp->stream.node, tcp->index, tcp->ends.remote, &out, &next))
		return 1280 - IP_HEADERS - HEADER;
	return out->info.mtu - IP_HEADERS - HEADER;
}

/* Sends what there is and the other side has room for. */
static void
tcp_output(struct tcp_stream *tcp)
{
	if (tcp->state != TCP_OPEN)
		return;
	size_t most = segment_most(tcp);
	while (tcp->next < tcp_end(tcp) && tcp->next < tcp->limit) {
		size_t size =
			(size_t)MIN(MIN(tcp_end(tcp), tcp->limit) - tcp->next, most);
		if (tcp->timed_at == 0 && tcp->tries == 0) {
			tcp->timed = tcp->next + size;
			tcp->timed_at = tcp->stream.node->world->now;
		}
		tcp_send_at(tcp, tcp->next, size);
		tcp->next += size;
	}
	if (tcp->fin_due && !tcp->fin_acked && tcp->next == tcp_end(tcp)) {
		tcp_answer(tcp, SEGMENT_FIN | SEGMENT_ACK);
		tcp->next++;
	}
	tcp_timer_set(tcp);
}

/* A segment of what is not acknowledged, at most `size` bytes. */
static void
tcp_send_at(struct tcp_stream *tcp, uint64_t seq, size_t size)
{
	size_t at = (size_t)(seq - tcp->acked);

	size = MIN(MIN(size, segment_most(tcp)), tcp->outbox.length - at);
	bool with_fin = tcp->fin_due && seq + size == tcp_end(tcp) && size == 0;
	segment_send(
		tcp->stream.node, &tcp->ends, tcp->index, tcp->ttl,
		&(struct segment){
			.flags = SEGMENT_ACK | (with_fin ? SEGMENT_FIN : 0),
			.seq = seq,
			.ack = tcp_ack_due(tcp),
			.key = tcp->key,
			.window = tcp_window(tcp),
			.bytes = size > 0 ? (const uint8_t *)tcp->outbox.text + at : NULL,
			.size = size });
}

/* The room there is, for a segment that tells of it. */
static uint32_t
tcp_window(struct tcp_stream *tcp)
{
	uint32_t window = (uint32_t)(WINDOW - MIN(tcp->stream.inbox.length, WINDOW));

	tcp->offered = tcp_ack_due(tcp) + window;
	return window;
}

/* A segment without bytes. */
static void
tcp_answer(struct tcp_stream *tcp, uint8_t flags)
{
	uint64_t seq = flags & SEGMENT_FIN ? tcp_end(tcp) : tcp->next;

	segment_send(tcp->stream.node, &tcp->ends, tcp->index, tcp->ttl,
		     &(struct segment){ .flags = flags,
					.seq = seq,
					.ack = tcp_ack_due(tcp),
					.key = tcp->key,
					.window = tcp_window(tcp) });
}

static void
reset_answer(struct sim_node *node, const struct sim_interface *at,
	     const struct sim_packet *packet, const struct segment *segment)
{
	struct sys_tcp_ends ends = { .local = packet->to,
				     .remote = packet->source,
				     .local_port = packet->port,
				     .remote_port = packet->source_port };

	segment_send(node, &ends, addr_is_link_local(packet->source) ? at->info.index : 0,
		     0, &(struct segment){ .flags = SEGMENT_RST, .key = segment->key });
}

/* One that can't be sent is lost as any other. */
static void
segment_send(struct sim_node *node, const struct sys_tcp_ends *ends, uint32_t index,
	     uint8_t ttl, const struct segment *segment)
{
	struct sim_interface *out;
	struct addr next, source = ends->local;

	if (node->dead && node->handler)
		return;
	if (sim_ip_out(node, index, ends->remote, &out, &next) ||
	    sim_ip_source(node, out, ends->remote, &source))
		return;
	struct sim_packet *packet = sim_packet_new(node->world, HEADER + segment->size);
	packet->from = node;
	packet->is_tcp = true;
	packet->source = source;
	packet->to = ends->remote;
	packet->source_port = ends->local_port;
	packet->port = ends->remote_port;
	packet->hops = ttl ? ttl : SIM_HOPS;
	memset(packet->bytes, 0, HEADER);
	packet->bytes[0] = segment->flags;
	wire_store_u32(packet->bytes + 4, segment->window);
	wire_store_u64(packet->bytes + 8, segment->seq);
	wire_store_u64(packet->bytes + 16, segment->ack);
	wire_store_u64(packet->bytes + 24, segment->key);
	if (segment->size > 0)
		memcpy(packet->bytes + HEADER, segment->bytes, segment->size);
	sim_packet_seal(packet);
	sim_ip_send(out, next, packet);
	sim_packet_release(node->world, packet);
}

static bool
segment_read(const struct sim_packet *packet, struct segment *segment)
{
	if (packet->size < HEADER)
		return false;
	*segment = (struct segment){ .flags = packet->bytes[0],
				     .window = wire_load_u32(packet->bytes + 4),
				     .seq = wire_load_u64(packet->bytes + 8),
				     .ack = wire_load_u64(packet->bytes + 16),
				     .key = wire_load_u64(packet->bytes + 24),
				     .bytes = packet->bytes + HEADER,
				     .size = packet->size - HEADER };
	return true;
}

/* ---- time ---- */

static void
tcp_measure(struct tcp_stream *tcp, uint64_t ack)
{
	if (tcp->timed_at != 0 && ack >= tcp->timed) {
		usec_t sample = tcp->stream.node->world->now - tcp->timed_at;
		tcp->rtt = tcp->rtt ? (7 * tcp->rtt + sample) / 8 : sample;
		tcp->timed_at = 0;
	}
	/* What moves on again is not waited for as long as what did not. */
	tcp->rto = tcp->rtt ? MAX(2 * tcp->rtt, RTO_LEAST) : RTO_FIRST;
}

/* Runs while something is not acknowledged, or there is no room for what waits. */
static void
tcp_timer_set(struct tcp_stream *tcp)
{
	struct sim_world *world = tcp->stream.node->world;
	bool waits = tcp->state != TCP_OPEN || tcp->next > tcp->acked ||
		     tcp->outbox.length > 0;

	if (tcp->fin_acked && tcp->outbox.length == 0)
		waits = false;
	if (tcp->state == TCP_DEAD || !waits)
		sim_timer_stop(world, &tcp->timer);
	else if (!heap_has(&world->heap, &tcp->timer.entry))
		sim_timer_start(world, &tcp->timer, world->now + tcp->rto);
}

static void
tcp_fire(struct sim_timer *timer)
{
	struct tcp_stream *tcp = container_of(timer, struct tcp_stream, timer);

	if (++tcp->tries > (tcp->state == TCP_OPEN ? DATA_TRIES : SYN_TRIES)) {
		tcp_fail(tcp, -ETIMEDOUT);
		return;
	}
	tcp->rto = MIN(tcp->rto * 2, RTO_MOST);
	tcp->timed_at = 0; /* What comes now may answer either try. */
	tcp->duplicates = 0;
	if (tcp->state == TCP_SYN_SENT)
		tcp_answer(tcp, SEGMENT_SYN);
	else if (tcp->state == TCP_SYN_RECEIVED)
		tcp_answer(tcp, SEGMENT_SYN | SEGMENT_ACK);
	else {
		/* All over again; a byte asks whether there is room. */
		tcp->next = tcp->acked;
		if (tcp->limit <= tcp->acked && tcp->outbox.length > 0)
			tcp_send_at(tcp, tcp->acked, 1);
		tcp_output(tcp);
	}
	tcp_timer_set(tcp);
}

static void
tcp_fail(struct tcp_stream *tcp, int error)
{
	struct sys_stream *stream = &tcp->stream;
	bool nobody = tcp->state == TCP_SYN_RECEIVED;

	tcp->state = TCP_DEAD;
	sim_timer_stop(stream->node->world, &tcp->timer);
	if (nobody)
		stream->gone = true;
	stream->error = error;
	sim_stream_arm(stream);
}

/* ---- the kind ---- */

static void
tcp_send(struct sys_stream *stream, const void *bytes, size_t size)
{
	struct tcp_stream *tcp = tcp_cast(stream);

	if (tcp->state == TCP_DEAD || size == 0)
		return;
	text_add_bytes(&tcp->outbox, bytes, size);
}

static void
tcp_push(struct sys_stream *stream)
{
	tcp_output(tcp_cast(stream));
}

static size_t
tcp_backlog(const struct sys_stream *stream)
{
	return tcp_const(stream)->outbox.length;
}

/* There is room again: tells, if the other side knows of much less. */
static void
tcp_read(struct sys_stream *stream)
{
	struct tcp_stream *tcp = tcp_cast(stream);

	if (tcp->state == TCP_OPEN && tcp->expected + WINDOW - tcp->offered >= WINDOW / 4)
		tcp_answer(tcp, SEGMENT_ACK);
}

static void
tcp_close(struct sys_stream *stream)
{
	struct tcp_stream *tcp = tcp_cast(stream);

	if (tcp->state == TCP_SYN_SENT)
		tcp_fail(tcp, 0);
	if (tcp->state != TCP_OPEN)
		return;
	tcp->fin_due = true;
	tcp_output(tcp);
}

static bool
tcp_is_done(const struct sys_stream *stream)
{
	const struct tcp_stream *tcp = tcp_const(stream);

	return tcp->state == TCP_DEAD || tcp->fin_acked;
}

static void
tcp_free(struct sys_stream *stream)
{
	struct tcp_stream *tcp = tcp_cast(stream);

	sim_timer_stop(stream->node->world, &tcp->timer);
	text_fini(&tcp->outbox);
	sim_stream_fini(stream);
	mem_free(tcp);
}

static const struct stream_kind tcp_kind = {
	tcp_send, tcp_push, tcp_backlog, tcp_read, tcp_close, tcp_is_done, tcp_free,
};

/* ---- helpers ---- */

static struct tcp_stream *
tcp_new(struct sim_node *node, const struct sys_tcp_ends *ends)
{
	struct tcp_stream *tcp = mem_zalloc(sizeof(*tcp));

	sim_stream_init(&tcp->stream, node, &tcp_kind, true);
	sim_timer_init(&tcp->timer, tcp_fire);
	tcp->ends = *ends;
	tcp->rto = RTO_FIRST;
	return tcp;
}

static struct tcp_stream *
tcp_find(struct sim_node *node, const struct sim_interface *at,
	 const struct sim_packet *packet)
{
	list_each(stream, &node->streams, struct sys_stream, link) {
		if (stream->kind != &tcp_kind)
			continue;
		struct tcp_stream *tcp = tcp_cast(stream);
		const struct sys_tcp_ends *ends = &tcp->ends;
		if (tcp->state != TCP_DEAD && ends->local_port == packet->port &&
		    ends->remote_port == packet->source_port &&
		    addr_equal(ends->remote, packet->source) &&
		    addr_equal(ends->local, packet->to) &&
		    (!ends->index || ends->index == at->info.index))
			return tcp;
	}
	return NULL;
}

static struct tcp_stream *
tcp_cast(struct sys_stream *stream)
{
	return container_of(stream, struct tcp_stream, stream);
}

static const struct tcp_stream *
tcp_const(const struct sys_stream *stream)
{
	return container_of(stream, const struct tcp_stream, stream);
}

/* Behind the last byte that was ever to be sent. */
static uint64_t
tcp_end(const struct tcp_stream *tcp)
{
	return tcp->acked + tcp->outbox.length;
}

static uint64_t
tcp_ack_due(const struct tcp_stream *tcp)
{
	return tcp->expected + (tcp->fin_received ? 1 : 0);
}

static uint64_t
key_hash(const char *key)
{
	return key ? hash_bytes64(key, strlen(key), 1) | 1 : 0;
}
