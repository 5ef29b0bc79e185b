/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A block as dumps of tables have it: the wire's byte order, and IPv6 next hops where RFC
 * 6396 §4.3.4 wants them.
 */
#include "proto/bgp/bgp.h"

#include "lib/wire.h"
#include "proto/bgp/update.h"

/* Lists of numbers are in the host's order. */
static void
list_write(struct wire_out *out, const struct bgp_field *field)
{
	uint8_t *start = out->at;

	bgp_field_write(out, field);
	if (!out->full)
		bgp_block_turn(start, (size_t)(out->at - start));
}

bool
bgp_attributes_dump(const struct attrs *attrs, attr_id base, struct wire_out *out)
{
	struct value block, next_hop = { .size = 0 };
	struct bgp_field field;

	if (!bgp_block_of(attrs, base, &block))
		return false;
	struct wire_in in = wire_in(block.bytes, block.size);
	while (bgp_block_next(&in, &field)) {
		if (field.type == BGP_ATTRIBUTE_NEXT_HOP && field.size != 4) {
			next_hop.bytes = field.value;
			next_hop.size = (uint32_t)field.size;
		} else
			list_write(out, &field);
	}
	/* RFC 6396 §4.3.4: its length, and itself. */
	if (next_hop.size > 0) {
		wire_put_u8(out, BGP_FLAG_OPTIONAL);
		wire_put_u8(out, BGP_ATTRIBUTE_MP_REACH);
		wire_put_u8(out, (uint8_t)(1 + next_hop.size));
		wire_put_u8(out, (uint8_t)next_hop.size);
		wire_put_bytes(out, next_hop.bytes, next_hop.size);
	}
	return true;
}
