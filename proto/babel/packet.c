/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading of Babel packets (writing: packet_write.c).  Owns the layout of every TLV and
 * the parser state of RFC 8966 §4.5; knows nothing of neighbours, routes or time.  RFC
 * 8966 §4, RFC 9079 §7.
 */
#include "proto/babel/packet.h"

#include "lib/macros.h"
#include <assert.h>
#include <string.h>

#define SUBTLV_PAD1 0

const struct addr babel_link_local = { { 0xfe, 0x80 } };

/* What sub-TLVs may tell the TLV around them. */
struct subtlvs {
	bool has_source;
	uint8_t source_length;
	struct addr source;
};

static enum babel_drop tlv_read(struct babel_reader *, struct wire_in *,
				struct babel_tlv *);
static bool tlv_is_internal(uint8_t type);

enum babel_drop
babel_reader_open(struct babel_reader *reader, const void *packet, size_t size,
		  struct addr source)
{
	struct wire_in in = wire_in(packet, size);
	uint8_t magic = wire_get_u8(&in);
	uint8_t version = wire_get_u8(&in);
	uint16_t length = wire_get_u16(&in);

	memset(reader, 0, sizeof(*reader));
	if (in.bad)
		return BABEL_DROP_HEADER;
	if (magic != BABEL_MAGIC)
		return BABEL_DROP_MAGIC;
	if (version != BABEL_VERSION)
		return BABEL_DROP_VERSION;
	reader->body = wire_get_sub(&in, length);
	if (in.bad)
		return BABEL_DROP_BODY_LENGTH;
	/* RFC 8966 §4.6.8: without a Next Hop TLV, the packet's source is the next hop.
	 */
	if (addr_is_ip4(source))
		reader->state.next_hop4 = source;
	else
		reader->state.next_hop6 = source;
	return BABEL_DROP_NONE;
}

bool
babel_reader_next(struct babel_reader *reader, struct babel_tlv *tlv,
		  enum babel_drop *drop)
{
	while (wire_left(&reader->body) > 0) {
		uint8_t type = wire_get_u8(&reader->body);

		if (type == BABEL_TLV_PAD1)
			continue;
		uint8_t size = wire_get_u8(&reader->body);
		struct wire_in in = wire_get_sub(&reader->body, size);

		tlv->type = type;
		if (reader->body.bad) {
			/* Nothing tells where the next TLV would begin. */
			reader->body = wire_in(NULL, 0);
			*drop = BABEL_DROP_TLV_OVERRUN;
			return true;
		}
		*drop = tlv_read(reader, &in, tlv);
		if (*drop != BABEL_DROP_NONE || !tlv_is_internal(type))
			return true;
	}
	return false;
}

/* TLVs that only feed the parser state, or nothing at all. */
static bool
tlv_is_internal(uint8_t type)
{
	return type == BABEL_TLV_PADN || type == BABEL_TLV_ROUTER_ID ||
	       type == BABEL_TLV_NEXT_HOP;
}

/* RFC 9079 §7.1: octets beyond those of the prefix are ignored; all else that is wrong
 * condemns the whole TLV. */
static enum babel_drop
source_read(struct wire_in *in, struct subtlvs *subtlvs)
{
	uint8_t length = wire_get_u8(in);
	struct addr addr = addr_any;

	if (in->bad || length == 0 || length > 128 || subtlvs->has_source)
		return BABEL_DROP_SOURCE_PREFIX;
	wire_get_bytes(in, addr.bytes, (length + 7u) / 8);
	if (in->bad)
		return BABEL_DROP_SOURCE_PREFIX;
	subtlvs->has_source = true;
	subtlvs->source_length = length;
	subtlvs->source = addr_mask(addr, length);
	return BABEL_DROP_NONE;
}

/* Reads what follows the body of a TLV.  `subtlvs` is null if this TLV knows none of
 * them. */
static enum babel_drop
subtlvs_read(struct wire_in *in, struct subtlvs *subtlvs)
{
	enum babel_drop drop = BABEL_DROP_NONE;

	while (wire_left(in) > 0) {
		uint8_t type = wire_get_u8(in);

		if (type == SUBTLV_PAD1)
			continue;
		uint8_t size = wire_get_u8(in);
		struct wire_in body = wire_get_sub(in, size);

		if (in->bad)
			return BABEL_DROP_SUBTLV;
		if (type == BABEL_SUBTLV_SOURCE_PREFIX && subtlvs)
			drop = source_read(&body, subtlvs);
		else if (type & BABEL_SUBTLV_MANDATORY)
			drop = BABEL_DROP_SUBTLV_MANDATORY;
		if (drop != BABEL_DROP_NONE)
			return drop;
	}
	return BABEL_DROP_NONE;
}

/* An address without compression (RFC 8966 §4.1.4); AE 0 is the caller's. */
static enum babel_drop
addr_read(struct wire_in *in, uint8_t ae, struct addr *addr)
{
	*addr = addr_any;
	switch (ae) {
	case BABEL_AE_IP4: *addr = addr_from_ip4(wire_get_u32(in)); break;
	case BABEL_AE_IP6: wire_get_bytes(in, addr->bytes, 16); break;
	case BABEL_AE_LINK_LOCAL:
		*addr = babel_link_local;
		wire_get_bytes(in, addr->bytes + 8, 8);
		break;
	default: return BABEL_DROP_AE;
	}
	return in->bad ? BABEL_DROP_TLV_SHORT : BABEL_DROP_NONE;
}

/* A prefix whose first `omitted` octets come from the default prefix of its encoding.
 * RFC 8966 §4.6.9: bits beyond the length are cleared. */
static enum babel_drop
prefix_read(const struct babel_parser_state *state, struct wire_in *in, uint8_t ae,
	    uint8_t length, uint8_t omitted, struct prefix *prefix)
{
	unsigned start = ae == BABEL_AE_IP4 ? 12 : 0;
	unsigned octets = (length + 7u) / 8;
	unsigned implied = omitted;
	struct addr addr;

	if (length > (ae == BABEL_AE_IP4 ? 32 : 128))
		return BABEL_DROP_PREFIX_LENGTH;
	if (omitted > octets || (ae == BABEL_AE_LINK_LOCAL && omitted > 0))
		return BABEL_DROP_OMITTED;
	if (omitted > 0 && !state->has_prefix[ae])
		return BABEL_DROP_DEFAULT_PREFIX;
	addr = ae == BABEL_AE_IP4 ? addr_from_ip4(0) : addr_any;
	if (ae == BABEL_AE_LINK_LOCAL) {
		addr = babel_link_local;
		implied = MIN(octets, 8);
	} else {
		memcpy(addr.bytes + start, state->prefix[ae].bytes + start, omitted);
	}
	wire_get_bytes(in, addr.bytes + start + implied, octets - implied);
	if (in->bad)
		return BABEL_DROP_TLV_SHORT;
	/* A mapped IPv6 prefix stays one of IPv6. */
	*prefix = prefix_new_type(ae == BABEL_AE_IP4 ? NET_IP4 : NET_IP6, addr, length);
	return BABEL_DROP_NONE;
}

/* Adds a source prefix that a sub-TLV brought (RFC 9079 §7). */
static enum babel_drop
prefix_set_source(struct prefix *prefix, const struct subtlvs *subtlvs)
{
	if (!subtlvs->has_source)
		return BABEL_DROP_NONE;
	/* RFC 9079 §4: what the tables below can't hold is ignored. */
	if (prefix->type != NET_IP6)
		return BABEL_DROP_SOURCE_PREFIX;
	prefix->type = NET_IP6_SADR;
	prefix->source = subtlvs->source;
	prefix->source_length = subtlvs->source_length;
	return BABEL_DROP_NONE;
}

static enum babel_drop
ack_request_read(struct wire_in *in, struct babel_ack_request *request)
{
	wire_skip(in, 2);
	request->opaque = wire_get_u16(in);
	request->interval = wire_get_u16(in);
	if (in->bad)
		return BABEL_DROP_TLV_SHORT;
	if (request->interval == 0)
		return BABEL_DROP_INTERVAL;
	return subtlvs_read(in, NULL);
}

static enum babel_drop
ack_read(struct wire_in *in, struct babel_ack *ack)
{
	ack->opaque = wire_get_u16(in);
	if (in->bad)
		return BABEL_DROP_TLV_SHORT;
	return subtlvs_read(in, NULL);
}

static enum babel_drop
hello_read(struct wire_in *in, struct babel_hello *hello)
{
	hello->unicast = wire_get_u16(in) & BABEL_FLAG_HELLO_UNICAST;
	hello->seqno = wire_get_u16(in);
	hello->interval = wire_get_u16(in);
	if (in->bad)
		return BABEL_DROP_TLV_SHORT;
	return subtlvs_read(in, NULL);
}

static enum babel_drop
ihu_read(struct wire_in *in, struct babel_ihu *ihu)
{
	uint8_t ae = wire_get_u8(in);

	wire_skip(in, 1);
	ihu->rxcost = wire_get_u16(in);
	ihu->interval = wire_get_u16(in);
	if (in->bad)
		return BABEL_DROP_TLV_SHORT;
	ihu->wildcard = ae == BABEL_AE_WILDCARD;
	ihu->addr = addr_any;
	if (!ihu->wildcard) {
		enum babel_drop drop = addr_read(in, ae, &ihu->addr);

		if (drop != BABEL_DROP_NONE)
			return drop;
	}
	if (ihu->interval == 0)
		return BABEL_DROP_INTERVAL;
	return subtlvs_read(in, NULL);
}

/* A Router-Id that can't be read leaves none, so that no later route gets a wrong one. */
static enum babel_drop
router_id_read(struct babel_reader *reader, struct wire_in *in)
{
	uint64_t router_id;

	wire_skip(in, 2);
	router_id = wire_get_u64(in);
	reader->state.router_id = 0;
	if (in->bad)
		return BABEL_DROP_TLV_SHORT;
	if (!babel_router_id_is_valid(router_id))
		return BABEL_DROP_ROUTER_ID;
	/* RFC 8966 §4.5: the parser state changes even if a sub-TLV is refused. */
	reader->state.router_id = router_id;
	return subtlvs_read(in, NULL);
}

/* An IPv4 address that comes as an IPv6 one (::ffff:a.b.c.d) belongs to neither family.
 */
static bool
next_hop_is_usable(struct addr addr, uint8_t ae)
{
	return addr_is_ip4(addr) == (ae == BABEL_AE_IP4) && !addr_is_any(addr) &&
	       !addr_is_multicast(addr) && !addr_is_loopback(addr);
}

/* A Next Hop that can't be used leaves its family without one; an unknown encoding
 * changes nothing (RFC 8966 §4.6.8). */
static enum babel_drop
next_hop_read(struct babel_reader *reader, struct wire_in *in)
{
	uint8_t ae = wire_get_u8(in);
	struct addr *next_hop =
		ae == BABEL_AE_IP4 ? &reader->state.next_hop4 : &reader->state.next_hop6;
	struct addr addr;
	enum babel_drop drop;

	wire_skip(in, 1);
	drop = addr_read(in, ae, &addr);
	if (drop == BABEL_DROP_AE)
		return drop;
	if (drop == BABEL_DROP_NONE && !next_hop_is_usable(addr, ae))
		drop = BABEL_DROP_NEXT_HOP;
	if (drop != BABEL_DROP_NONE) {
		*next_hop = addr_any;
		return drop;
	}
	*next_hop = addr;
	return subtlvs_read(in, NULL);
}

uint64_t
babel_router_id_from_prefix(const struct prefix *prefix)
{
	struct wire_in in = wire_in(prefix->addr.bytes + 8, 8);

	/* RFC 8966 §4.6.9: an IPv4 address stands on the right of zeroes. */
	if (prefix_is_ip4(prefix))
		return addr_to_ip4(prefix->addr);
	return wire_get_u64(&in);
}

/* RFC 8966 §4.5: before anything else of the Update is judged, it changes the parser
 * state. `prefix` is null if it could not be read: then what it would have set is
 * undefined. */
static void
update_set_state(struct babel_parser_state *state, uint8_t ae, uint8_t flags,
		 const struct prefix *prefix)
{
	if (flags & BABEL_FLAG_UPDATE_PREFIX && ae != BABEL_AE_LINK_LOCAL) {
		state->has_prefix[ae] = prefix != NULL;
		if (prefix)
			state->prefix[ae] = prefix->addr;
	}
	if (flags & BABEL_FLAG_UPDATE_ROUTER_ID) {
		uint64_t router_id = prefix ? babel_router_id_from_prefix(prefix) : 0;

		state->router_id = babel_router_id_is_valid(router_id) ? router_id : 0;
	}
}

/* RFC 8966 §4.6.9: AE 0 retracts everything, and does nothing else. */
static enum babel_drop
update_read_wildcard(struct wire_in *in, uint8_t length, uint8_t omitted,
		     struct babel_update *update)
{
	struct subtlvs subtlvs = { 0 };
	enum babel_drop drop = subtlvs_read(in, &subtlvs);

	if (drop != BABEL_DROP_NONE)
		return drop;
	if (update->metric != BABEL_INFINITY || length || omitted || subtlvs.has_source)
		return BABEL_DROP_WILDCARD;
	if (update->interval == 0)
		return BABEL_DROP_INTERVAL;
	update->wildcard = true;
	return BABEL_DROP_NONE;
}

/* Router-id and next hop of an update come from the parser state. */
static enum babel_drop
update_resolve(const struct babel_parser_state *state, struct babel_update *update)
{
	update->router_id = state->router_id;
	update->next_hop =
		prefix_is_ip4(&update->prefix) ? state->next_hop4 : state->next_hop6;
	/* RFC 8966 §4.6.9: a retraction uses neither. */
	if (update->metric == BABEL_INFINITY)
		return BABEL_DROP_NONE;
	if (update->router_id == 0)
		return BABEL_DROP_ROUTER_ID;
	if (addr_is_any(update->next_hop))
		return BABEL_DROP_NEXT_HOP;
	return BABEL_DROP_NONE;
}

static enum babel_drop
update_read(struct babel_reader *reader, struct wire_in *in, struct babel_update *update)
{
	uint8_t ae = wire_get_u8(in);
	uint8_t flags = wire_get_u8(in);
	uint8_t length = wire_get_u8(in);
	uint8_t omitted = wire_get_u8(in);
	struct subtlvs subtlvs = { 0 };
	enum babel_drop drop;

	memset(update, 0, sizeof(*update));
	update->interval = wire_get_u16(in);
	update->seqno = wire_get_u16(in);
	update->metric = wire_get_u16(in);
	if (in->bad)
		return BABEL_DROP_TLV_SHORT;
	if (ae == BABEL_AE_WILDCARD)
		return update_read_wildcard(in, length, omitted, update);
	if (ae >= BABEL_AE_COUNT)
		return BABEL_DROP_AE;
	drop = prefix_read(&reader->state, in, ae, length, omitted, &update->prefix);
	update_set_state(&reader->state, ae, flags,
			 drop == BABEL_DROP_NONE ? &update->prefix : NULL);
	if (drop == BABEL_DROP_NONE)
		drop = subtlvs_read(in, &subtlvs);
	if (drop == BABEL_DROP_NONE)
		drop = prefix_set_source(&update->prefix, &subtlvs);
	if (drop == BABEL_DROP_NONE && update->interval == 0)
		drop = BABEL_DROP_INTERVAL;
	if (drop == BABEL_DROP_NONE)
		drop = update_resolve(&reader->state, update);
	return drop;
}

static enum babel_drop
route_request_read(struct babel_reader *reader, struct wire_in *in,
		   struct babel_route_request *request)
{
	uint8_t ae = wire_get_u8(in);
	uint8_t length = wire_get_u8(in);
	struct subtlvs subtlvs = { 0 };
	enum babel_drop drop;

	memset(request, 0, sizeof(*request));
	if (in->bad)
		return BABEL_DROP_TLV_SHORT;
	if (ae >= BABEL_AE_COUNT)
		return BABEL_DROP_AE;
	request->wildcard = ae == BABEL_AE_WILDCARD;
	if (!request->wildcard) {
		drop = prefix_read(&reader->state, in, ae, length, 0, &request->prefix);
		if (drop != BABEL_DROP_NONE)
			return drop;
	}
	drop = subtlvs_read(in, &subtlvs);
	if (drop != BABEL_DROP_NONE)
		return drop;
	/* RFC 8966 §4.6.10, RFC 9079 §7.3. */
	if (request->wildcard)
		return length || subtlvs.has_source ? BABEL_DROP_WILDCARD
						    : BABEL_DROP_NONE;
	return prefix_set_source(&request->prefix, &subtlvs);
}

static enum babel_drop
seqno_request_read(struct babel_reader *reader, struct wire_in *in,
		   struct babel_seqno_request *request)
{
	uint8_t ae = wire_get_u8(in);
	uint8_t length = wire_get_u8(in);
	struct subtlvs subtlvs = { 0 };
	enum babel_drop drop;

	memset(request, 0, sizeof(*request));
	request->seqno = wire_get_u16(in);
	request->hop_count = wire_get_u8(in);
	wire_skip(in, 1);
	request->router_id = wire_get_u64(in);
	if (in->bad)
		return BABEL_DROP_TLV_SHORT;
	if (ae == BABEL_AE_WILDCARD || ae >= BABEL_AE_COUNT)
		return BABEL_DROP_AE;
	drop = prefix_read(&reader->state, in, ae, length, 0, &request->prefix);
	if (drop == BABEL_DROP_NONE)
		drop = subtlvs_read(in, &subtlvs);
	if (drop == BABEL_DROP_NONE)
		drop = prefix_set_source(&request->prefix, &subtlvs);
	if (drop == BABEL_DROP_NONE && request->hop_count == 0)
		drop = BABEL_DROP_HOP_COUNT;
	if (drop == BABEL_DROP_NONE && !babel_router_id_is_valid(request->router_id))
		drop = BABEL_DROP_ROUTER_ID;
	return drop;
}

static enum babel_drop
tlv_read(struct babel_reader *reader, struct wire_in *in, struct babel_tlv *tlv)
{
	switch (tlv->type) {
	case BABEL_TLV_PADN: return BABEL_DROP_NONE;
	case BABEL_TLV_ACK_REQUEST: return ack_request_read(in, &tlv->ack_request);
	case BABEL_TLV_ACK: return ack_read(in, &tlv->ack);
	case BABEL_TLV_HELLO: return hello_read(in, &tlv->hello);
	case BABEL_TLV_IHU: return ihu_read(in, &tlv->ihu);
	case BABEL_TLV_ROUTER_ID: return router_id_read(reader, in);
	case BABEL_TLV_NEXT_HOP: return next_hop_read(reader, in);
	case BABEL_TLV_UPDATE: return update_read(reader, in, &tlv->update);
	case BABEL_TLV_ROUTE_REQUEST:
		return route_request_read(reader, in, &tlv->route_request);
	case BABEL_TLV_SEQNO_REQUEST:
		return seqno_request_read(reader, in, &tlv->seqno_request);
	default:
		/* RFC 8966 §4.3: an unknown TLV is silently ignored. */
		return BABEL_DROP_TLV_UNKNOWN;
	}
}

/* ---- names ---- */

const char *
babel_drop_name(enum babel_drop drop)
{
	static const char *const names[BABEL_DROP_COUNT] = {
		[BABEL_DROP_NONE] = "none",
		[BABEL_DROP_HEADER] = "short header",
		[BABEL_DROP_MAGIC] = "magic",
		[BABEL_DROP_VERSION] = "version",
		[BABEL_DROP_BODY_LENGTH] = "body length",
		[BABEL_DROP_TLV_OVERRUN] = "TLV overrun",
		[BABEL_DROP_TLV_UNKNOWN] = "unknown TLV",
		[BABEL_DROP_TLV_SHORT] = "short TLV",
		[BABEL_DROP_SUBTLV] = "bad sub-TLV",
		[BABEL_DROP_SUBTLV_MANDATORY] = "unknown mandatory sub-TLV",
		[BABEL_DROP_AE] = "address encoding",
		[BABEL_DROP_INTERVAL] = "interval",
		[BABEL_DROP_PREFIX_LENGTH] = "prefix length",
		[BABEL_DROP_OMITTED] = "omitted octets",
		[BABEL_DROP_DEFAULT_PREFIX] = "no default prefix",
		[BABEL_DROP_ROUTER_ID] = "router-id",
		[BABEL_DROP_NEXT_HOP] = "next hop",
		[BABEL_DROP_WILDCARD] = "bad wildcard",
		[BABEL_DROP_HOP_COUNT] = "hop count",
		[BABEL_DROP_SOURCE_PREFIX] = "source prefix",
		[BABEL_DROP_SOURCE_ADDRESS] = "source address",
		[BABEL_DROP_SOURCE_PORT] = "source port",
		[BABEL_DROP_OWN] = "own packet",
		[BABEL_DROP_NEIGHBOUR] = "no Hello yet",
		[BABEL_DROP_NEIGHBOUR_LIMIT] = "neighbour limit",
		[BABEL_DROP_ROUTE_LIMIT] = "route limit",
		[BABEL_DROP_SOURCE_LIMIT] = "source limit",
		[BABEL_DROP_REQUEST_LIMIT] = "request limit",
		[BABEL_DROP_MARTIAN] = "martian",
		[BABEL_DROP_OWN_ROUTER_ID] = "own router-id",
		[BABEL_DROP_FAMILY] = "no channel",
		[BABEL_DROP_UNFEASIBLE] = "unfeasible",
		[BABEL_DROP_ACK_UNKNOWN] = "unknown acknowledgment",
		[BABEL_DROP_REQUEST_DUPLICATE] = "duplicate request",
	};

	assert(drop < BABEL_DROP_COUNT);
	return names[drop];
}
