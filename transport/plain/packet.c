/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The packets of transport plain, read and written; see packet.h.
 */
#include "transport/plain/packet.h"

#include "lib/wire.h"

enum plain_drop
plain_packet_read(const void *bytes, size_t size, struct plain_packet *packet)
{
	struct wire_in in = wire_in(bytes, size);
	uint8_t version = wire_get_u8(&in);
	struct addr to;

	*packet = (struct plain_packet){ .type = wire_get_u8(&in) };
	packet->tag = wire_get_u16(&in);
	if (in.bad)
		return PLAIN_TRUNCATED;
	if (version != PLAIN_VERSION)
		return PLAIN_FOREIGN;
	if (packet->type == PLAIN_DATA) {
		packet->size = wire_left(&in);
		packet->data = in.at;
		return plain_packet_destination(packet->data, packet->size, &to);
	}
	if (packet->type >= PLAIN_TYPES)
		return PLAIN_BAD_TYPE;
	packet->clock = wire_get_u64(&in);
	if (in.bad)
		return PLAIN_TRUNCATED;
	return wire_left(&in) > 0 ? PLAIN_BAD_SIZE : PLAIN_GOOD;
}

size_t
plain_packet_write(const struct plain_packet *packet, void *bytes, size_t room)
{
	struct wire_out out = wire_out(bytes, room);

	wire_put_u8(&out, PLAIN_VERSION);
	wire_put_u8(&out, packet->type);
	wire_put_u16(&out, packet->tag);
	if (packet->type == PLAIN_DATA)
		wire_put_bytes(&out, packet->data, packet->size);
	else
		wire_put_u64(&out, packet->clock);
	return out.full ? 0 : wire_used(&out);
}

/* RFC 791 §3.1, RFC 8200 §3. */
enum plain_drop
plain_packet_destination(const void *bytes, size_t size, struct addr *to)
{
	struct wire_in in = wire_in(bytes, size);
	unsigned version = wire_get_u8(&in) >> 4;
	size_t whole;

	if (version == 4) {
		wire_skip(&in, 1);
		whole = wire_get_u16(&in);
		wire_skip(&in, 12);
		*to = addr_from_ip4(wire_get_u32(&in));
	} else if (version == 6) {
		wire_skip(&in, 3);
		whole = 40u + wire_get_u16(&in);
		wire_skip(&in, 18);
		wire_get_bytes(&in, to->bytes, sizeof(to->bytes));
	} else {
		return in.bad ? PLAIN_TRUNCATED : PLAIN_NOT_IP;
	}
	if (in.bad)
		return PLAIN_TRUNCATED;
	return whole == size ? PLAIN_GOOD : PLAIN_BAD_SIZE;
}

const char *
plain_drop_name(enum plain_drop drop)
{
	static const char *const names[PLAIN_DROPS] = {
		[PLAIN_GOOD] = "good",           [PLAIN_TRUNCATED] = "truncated",
		[PLAIN_FOREIGN] = "foreign",     [PLAIN_BAD_TYPE] = "bad_type",
		[PLAIN_BAD_SIZE] = "bad_size",   [PLAIN_NOT_IP] = "not_ip",
		[PLAIN_STRANGER] = "stranger",   [PLAIN_STALE] = "stale",
		[PLAIN_LINK_DOWN] = "link_down", [PLAIN_NO_ROUTE] = "no_route",
		[PLAIN_MULTICAST] = "multicast", [PLAIN_TOO_BIG] = "too_big",
		[PLAIN_NOT_SENT] = "not_sent",   [PLAIN_NOT_TAKEN] = "not_taken",
	};
	return names[drop];
}
