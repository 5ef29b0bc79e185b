/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BFD Control packets, read in the order of RFC 5880 §6.8.6, and written.
 */
#include "proto/bfd/packet.h"

#include "lib/macros.h"

#define AUTHENTICATION_SIZE 2 /* Its type and length at least. */

/* The second byte. */
enum {
	FLAG_POLL = 0x20,
	FLAG_FINAL = 0x10,
	FLAG_INDEPENDENT = 0x08,
	FLAG_AUTHENTICATION = 0x04,
	FLAG_DEMAND = 0x02,
	FLAG_MULTIPOINT = 0x01
};

static const char *const drops[] = {
	[BFD_DROP_NONE] = "good",
	[BFD_DROP_SHORT] = "too short",
	[BFD_DROP_VERSION] = "wrong version",
	[BFD_DROP_LENGTH] = "wrong length",
	[BFD_DROP_MULTIPLIER] = "multiplier 0",
	[BFD_DROP_MULTIPOINT] = "multipoint",
	[BFD_DROP_DISCRIMINATOR] = "discriminator 0",
	[BFD_DROP_STATE] = "in a session, but not with us",
	[BFD_DROP_AUTHENTICATION] = "authenticated",
	[BFD_DROP_TTL] = "from too far away",
	[BFD_DROP_SESSION] = "of no session",
};

static enum bfd_drop
reason(const struct bfd_packet *packet, uint8_t version, uint8_t flags, size_t length,
       size_t size)
{
	size_t least =
		BFD_PACKET_SIZE + (flags & FLAG_AUTHENTICATION ? AUTHENTICATION_SIZE : 0);
	if (version != BFD_VERSION)
		return BFD_DROP_VERSION;
	if (length < least || length > size)
		return BFD_DROP_LENGTH;
	if (packet->multiplier == 0)
		return BFD_DROP_MULTIPLIER;
	if (flags & FLAG_MULTIPOINT)
		return BFD_DROP_MULTIPOINT;
	if (packet->my_discriminator == 0)
		return BFD_DROP_DISCRIMINATOR;
	if (packet->your_discriminator == 0 && packet->state > BFD_DOWN)
		return BFD_DROP_STATE;
	return flags & FLAG_AUTHENTICATION ? BFD_DROP_AUTHENTICATION : BFD_DROP_NONE;
}

enum bfd_drop
bfd_packet_read(const void *bytes, size_t size, struct bfd_packet *packet)
{
	struct wire_in in = wire_in(bytes, size);
	uint8_t first = wire_get_u8(&in), flags = wire_get_u8(&in);
	struct bfd_packet read = { .diagnostic = first & 0x1f,
				   .state = flags >> 6,
				   .poll = flags & FLAG_POLL,
				   .final = flags & FLAG_FINAL,
				   .control_plane_independent = flags & FLAG_INDEPENDENT,
				   .demand = flags & FLAG_DEMAND,
				   .multiplier = wire_get_u8(&in) };
	uint8_t length = wire_get_u8(&in);
	read.my_discriminator = wire_get_u32(&in);
	read.your_discriminator = wire_get_u32(&in);
	read.desired_min_tx = wire_get_u32(&in);
	read.required_min_rx = wire_get_u32(&in);
	read.required_min_echo_rx = wire_get_u32(&in);
	if (in.bad)
		return BFD_DROP_SHORT;
	enum bfd_drop drop = reason(&read, first >> 5, flags, length, size);
	if (drop == BFD_DROP_NONE)
		*packet = read;
	return drop;
}

void
bfd_packet_write(struct wire_out *out, const struct bfd_packet *packet)
{
	unsigned flags = (unsigned)packet->state << 6 | (packet->poll ? FLAG_POLL : 0) |
			 (packet->final ? FLAG_FINAL : 0) |
			 (packet->control_plane_independent ? FLAG_INDEPENDENT : 0) |
			 (packet->demand ? FLAG_DEMAND : 0);
	wire_put_u8(out, (uint8_t)(BFD_VERSION << 5 | packet->diagnostic));
	wire_put_u8(out, (uint8_t)flags);
	wire_put_u8(out, packet->multiplier);
	wire_put_u8(out, BFD_PACKET_SIZE);
	wire_put_u32(out, packet->my_discriminator);
	wire_put_u32(out, packet->your_discriminator);
	wire_put_u32(out, packet->desired_min_tx);
	wire_put_u32(out, packet->required_min_rx);
	wire_put_u32(out, packet->required_min_echo_rx);
}

const char *
bfd_drop_name(enum bfd_drop drop)
{
	return drop < ARRAY_SIZE(drops) ? drops[drop] : "";
}
