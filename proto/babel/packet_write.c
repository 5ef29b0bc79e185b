/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing of Babel packets: TLVs as short as the parser state of RFC 8966 §4.5 allows.
 * The reading half is packet.c.
 */
#include "proto/babel/packet.h"

#include "lib/macros.h"
#include <assert.h>
#include <string.h>

/* A shorter prefix is no default that would save an octet. */
#define PREFIX_COMPRESS_MIN 8

void
babel_writer_open(struct babel_writer *writer, void *packet, size_t size,
		  struct addr source)
{
	assert(size >= 64 && size <= BABEL_HEADER_SIZE + UINT16_MAX);
	memset(writer, 0, sizeof(*writer));
	writer->out = wire_out(packet, size);
	writer->source = source;
	if (addr_is_ip4(source))
		writer->state.next_hop4 = source;
	else
		writer->state.next_hop6 = source;
	wire_put_u8(&writer->out, BABEL_MAGIC);
	wire_put_u8(&writer->out, BABEL_VERSION);
	wire_put_u16(&writer->out, 0);
}

bool
babel_writer_is_empty(const struct babel_writer *writer)
{
	return wire_used(&writer->out) == BABEL_HEADER_SIZE;
}

size_t
babel_writer_close(struct babel_writer *writer)
{
	size_t size = wire_used(&writer->out);
	struct wire_out header = wire_out(writer->out.start, BABEL_HEADER_SIZE);

	if (babel_writer_is_empty(writer))
		return 0;
	wire_put_u8(&header, BABEL_MAGIC);
	wire_put_u8(&header, BABEL_VERSION);
	wire_put_u16(&header, (uint16_t)(size - BABEL_HEADER_SIZE));
	return size;
}

void
babel_write_padding(struct babel_writer *writer)
{
	size_t room;

	while ((room = wire_room(&writer->out)) > 0) {
		size_t size = MIN(room, 2 + UINT8_MAX);
		uint8_t *pad = wire_put_gap(&writer->out, size);

		memset(pad, 0, size);
		/* A single octet left is a Pad1. */
		if (size == 1)
			continue;
		pad[0] = BABEL_TLV_PADN;
		pad[1] = (uint8_t)(size - 2);
	}
}

/* The type, and room for the length; gives where the length goes. */
static uint8_t *
tlv_open(struct wire_out *out, uint8_t type)
{
	wire_put_u8(out, type);
	return wire_put_gap(out, 1);
}

static void
tlv_close(struct wire_out *out, uint8_t *length)
{
	if (!out->full)
		*length = (uint8_t)(out->at - length - 1);
}

/* All or nothing: goes back to how it was if the TLV did not fit. */
static bool
writer_commit(struct babel_writer *writer, const struct babel_writer *before)
{
	if (!writer->out.full)
		return true;
	*writer = *before;
	return false;
}

bool
babel_write_tlv(struct babel_writer *writer, const struct babel_tlv *tlv)
{
	switch (tlv->type) {
	case BABEL_TLV_ACK_REQUEST:
		return babel_write_ack_request(writer, &tlv->ack_request);
	case BABEL_TLV_ACK: return babel_write_ack(writer, &tlv->ack);
	case BABEL_TLV_HELLO: return babel_write_hello(writer, &tlv->hello);
	case BABEL_TLV_IHU: return babel_write_ihu(writer, &tlv->ihu);
	case BABEL_TLV_UPDATE: return babel_write_update(writer, &tlv->update);
	case BABEL_TLV_ROUTE_REQUEST:
		return babel_write_route_request(writer, &tlv->route_request);
	case BABEL_TLV_SEQNO_REQUEST:
		return babel_write_seqno_request(writer, &tlv->seqno_request);
	default: assert(!"a TLV that is never written by itself"); return true;
	}
}

bool
babel_write_ack_request(struct babel_writer *writer,
			const struct babel_ack_request *request)
{
	struct babel_writer before = *writer;
	struct wire_out *out = &writer->out;
	uint8_t *length = tlv_open(out, BABEL_TLV_ACK_REQUEST);

	assert(request->interval != 0);
	wire_put_u16(out, 0);
	wire_put_u16(out, request->opaque);
	wire_put_u16(out, request->interval);
	tlv_close(out, length);
	return writer_commit(writer, &before);
}

bool
babel_write_ack(struct babel_writer *writer, const struct babel_ack *ack)
{
	struct babel_writer before = *writer;
	struct wire_out *out = &writer->out;
	uint8_t *length = tlv_open(out, BABEL_TLV_ACK);

	wire_put_u16(out, ack->opaque);
	tlv_close(out, length);
	return writer_commit(writer, &before);
}

bool
babel_write_hello(struct babel_writer *writer, const struct babel_hello *hello)
{
	struct babel_writer before = *writer;
	struct wire_out *out = &writer->out;
	uint8_t *length = tlv_open(out, BABEL_TLV_HELLO);

	wire_put_u16(out, hello->unicast ? BABEL_FLAG_HELLO_UNICAST : 0);
	wire_put_u16(out, hello->seqno);
	wire_put_u16(out, hello->interval);
	tlv_close(out, length);
	return writer_commit(writer, &before);
}

static enum babel_ae
addr_ae(struct addr addr)
{
	if (addr_is_ip4(addr))
		return BABEL_AE_IP4;
	if (memcmp(addr.bytes, babel_link_local.bytes, 8) == 0)
		return BABEL_AE_LINK_LOCAL;
	return BABEL_AE_IP6;
}

static void
addr_write(struct wire_out *out, struct addr addr)
{
	static const uint8_t starts[BABEL_AE_COUNT] = { 16, 12, 0, 8 };
	size_t start = starts[addr_ae(addr)];

	wire_put_bytes(out, addr.bytes + start, 16 - start);
}

bool
babel_write_ihu(struct babel_writer *writer, const struct babel_ihu *ihu)
{
	struct babel_writer before = *writer;
	struct wire_out *out = &writer->out;
	uint8_t *length = tlv_open(out, BABEL_TLV_IHU);

	assert(ihu->interval != 0);
	wire_put_u8(out, ihu->wildcard ? BABEL_AE_WILDCARD : (uint8_t)addr_ae(ihu->addr));
	wire_put_u8(out, 0);
	wire_put_u16(out, ihu->rxcost);
	wire_put_u16(out, ihu->interval);
	if (!ihu->wildcard)
		addr_write(out, ihu->addr);
	tlv_close(out, length);
	return writer_commit(writer, &before);
}

/* The source prefix, if it has one: the only sub-TLV we send. */
static void
source_write(struct wire_out *out, const struct prefix *prefix)
{
	uint8_t octets = (uint8_t)((prefix->source_length + 7u) / 8);

	if (prefix->type != NET_IP6_SADR || prefix->source_length == 0)
		return;
	wire_put_u8(out, BABEL_SUBTLV_SOURCE_PREFIX);
	wire_put_u8(out, (uint8_t)(1 + octets));
	wire_put_u8(out, prefix->source_length);
	wire_put_bytes(out, prefix->source.bytes, octets);
}

static enum babel_ae
prefix_ae(const struct prefix *prefix)
{
	return prefix_is_ip4(prefix) ? BABEL_AE_IP4 : BABEL_AE_IP6;
}

/* Octets of the prefix but the first `omitted`. */
static void
prefix_write(struct wire_out *out, const struct prefix *prefix, uint8_t omitted)
{
	size_t start = prefix_offset(prefix) / 8;
	size_t octets = (prefix->length + 7u) / 8;

	wire_put_bytes(out, prefix->addr.bytes + start + omitted, octets - omitted);
}

static void
router_id_write(struct babel_writer *writer, uint64_t router_id)
{
	uint8_t *length = tlv_open(&writer->out, BABEL_TLV_ROUTER_ID);

	wire_put_u16(&writer->out, 0);
	wire_put_u64(&writer->out, router_id);
	tlv_close(&writer->out, length);
	writer->state.router_id = router_id;
}

static void
next_hop_write(struct babel_writer *writer, struct addr next_hop)
{
	uint8_t *length = tlv_open(&writer->out, BABEL_TLV_NEXT_HOP);

	wire_put_u8(&writer->out, (uint8_t)addr_ae(next_hop));
	wire_put_u8(&writer->out, 0);
	addr_write(&writer->out, next_hop);
	tlv_close(&writer->out, length);
	if (addr_is_ip4(next_hop))
		writer->state.next_hop4 = next_hop;
	else
		writer->state.next_hop6 = next_hop;
}

/* Says the next hop, unless the packet or a TLV before does. */
static void
update_write_next_hop(struct babel_writer *writer, const struct babel_update *update)
{
	bool ip4 = prefix_is_ip4(&update->prefix);
	struct addr next_hop =
		addr_is_any(update->next_hop) ? writer->source : update->next_hop;

	assert(addr_is_ip4(next_hop) == ip4);
	if (!addr_equal(next_hop,
			ip4 ? writer->state.next_hop4 : writer->state.next_hop6))
		next_hop_write(writer, next_hop);
}

/* Says the router-id, unless a TLV before does; gives the flag if the prefix itself says
 * it. That is only done for IPv6 host routes: not every speaker reads the flag elsewhere.
 */
static uint8_t
update_write_router_id(struct babel_writer *writer, const struct babel_update *update)
{
	const struct prefix *prefix = &update->prefix;

	assert(babel_router_id_is_valid(update->router_id));
	if (update->router_id == writer->state.router_id)
		return 0;
	if (!prefix_is_ip4(prefix) && prefix->length == 128 &&
	    babel_router_id_from_prefix(prefix) == update->router_id) {
		writer->state.router_id = update->router_id;
		return BABEL_FLAG_UPDATE_ROUTER_ID;
	}
	router_id_write(writer, update->router_id);
	return 0;
}

/* How many octets the default prefix saves; then this prefix is the default. */
static uint8_t
update_compress(struct babel_parser_state *state, const struct prefix *prefix,
		uint8_t *flags)
{
	enum babel_ae ae = prefix_ae(prefix);
	unsigned octets = (prefix->length + 7u) / 8;
	unsigned omitted = 0;

	if (state->has_prefix[ae])
		omitted = (addr_common(state->prefix[ae], prefix->addr) -
			   prefix_offset(prefix)) /
			  8;
	if (prefix->length >= PREFIX_COMPRESS_MIN) {
		*flags |= BABEL_FLAG_UPDATE_PREFIX;
		state->has_prefix[ae] = true;
		state->prefix[ae] = prefix->addr;
	}
	return (uint8_t)MIN(omitted, octets);
}

static void
update_write_body(struct wire_out *out, uint8_t ae, uint8_t flags, uint8_t omitted,
		  const struct babel_update *update)
{
	wire_put_u8(out, ae);
	wire_put_u8(out, flags);
	wire_put_u8(out, ae == BABEL_AE_WILDCARD ? 0 : update->prefix.length);
	wire_put_u8(out, omitted);
	wire_put_u16(out, update->interval);
	wire_put_u16(out, update->seqno);
	wire_put_u16(out, update->metric);
}

bool
babel_write_update(struct babel_writer *writer, const struct babel_update *update)
{
	struct babel_writer before = *writer;
	struct wire_out *out = &writer->out;
	uint8_t flags = 0, omitted = 0;
	uint8_t *length;

	assert(update->interval != 0);
	assert(!update->wildcard || update->metric == BABEL_INFINITY);
	/* RFC 8966 §4.6.9: a retraction uses neither router-id nor next hop. */
	if (update->metric != BABEL_INFINITY) {
		update_write_next_hop(writer, update);
		flags = update_write_router_id(writer, update);
	}
	if (!update->wildcard)
		omitted = update_compress(&writer->state, &update->prefix, &flags);
	length = tlv_open(out, BABEL_TLV_UPDATE);
	if (update->wildcard) {
		update_write_body(out, BABEL_AE_WILDCARD, 0, 0, update);
	} else {
		update_write_body(out, (uint8_t)prefix_ae(&update->prefix), flags,
				  omitted, update);
		prefix_write(out, &update->prefix, omitted);
		source_write(out, &update->prefix);
	}
	tlv_close(out, length);
	return writer_commit(writer, &before);
}

bool
babel_write_route_request(struct babel_writer *writer,
			  const struct babel_route_request *request)
{
	struct babel_writer before = *writer;
	struct wire_out *out = &writer->out;
	uint8_t *length = tlv_open(out, BABEL_TLV_ROUTE_REQUEST);

	if (request->wildcard) {
		wire_put_u8(out, BABEL_AE_WILDCARD);
		wire_put_u8(out, 0);
	} else {
		wire_put_u8(out, (uint8_t)prefix_ae(&request->prefix));
		wire_put_u8(out, request->prefix.length);
		prefix_write(out, &request->prefix, 0);
		source_write(out, &request->prefix);
	}
	tlv_close(out, length);
	return writer_commit(writer, &before);
}

bool
babel_write_seqno_request(struct babel_writer *writer,
			  const struct babel_seqno_request *request)
{
	struct babel_writer before = *writer;
	struct wire_out *out = &writer->out;
	uint8_t *length = tlv_open(out, BABEL_TLV_SEQNO_REQUEST);

	assert(request->hop_count != 0);
	wire_put_u8(out, (uint8_t)prefix_ae(&request->prefix));
	wire_put_u8(out, request->prefix.length);
	wire_put_u16(out, request->seqno);
	wire_put_u8(out, request->hop_count);
	wire_put_u8(out, 0);
	wire_put_u64(out, request->router_id);
	prefix_write(out, &request->prefix, 0);
	source_write(out, &request->prefix);
	tlv_close(out, length);
	return writer_commit(writer, &before);
}
