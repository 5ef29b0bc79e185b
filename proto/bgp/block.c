/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Blocks: canonical attributes in wire form, read and changed.
 */
#include "proto/bgp/update.h"

/* The width of the numbers in a list, 0: it is none. */
static unsigned
list_width(uint8_t type)
{
	switch (type) {
	case BGP_ATTRIBUTE_COMMUNITY:
	case BGP_ATTRIBUTE_CLUSTER_LIST:
	case BGP_ATTRIBUTE_LARGE_COMMUNITY: return 4;
	case BGP_ATTRIBUTE_EXT_COMMUNITY: return 8;
	default: return 0;
	}
}

void
bgp_list_turn(uint8_t *value, size_t size, uint8_t type)
{
	unsigned width = list_width(type);
	for (size_t at = 0; width == 4 && at + 4 <= size; at += 4) {
		uint32_t number = wire_load_u32(value + at);
		memcpy(value + at, &number, sizeof(number));
	}
	for (size_t at = 0; width == 8 && at + 8 <= size; at += 8) {
		uint64_t number = wire_load_u64(value + at);
		memcpy(value + at, &number, sizeof(number));
	}
}

void
bgp_block_turn(uint8_t *block, size_t size)
{
	struct wire_in in = wire_in(block, size);
	struct bgp_field field;

	while (bgp_block_next(&in, &field))
		bgp_list_turn(block + (field.value - block), field.size, field.type);
}

bool
bgp_block_find(const uint8_t *block, size_t size, uint8_t type, struct bgp_field *field)
{
	const uint8_t *at = block, *end = block + size;

	/* As bgp_block_next(), but only of what is found more is read than its type and
	 * length: filters and the decision look for attributes all the time. */
	while (end - at >= BGP_FIELD_HEAD - 1) {
		bool is_long = (at[0] & BGP_FLAG_EXTENDED) != 0;
		size_t head = is_long ? BGP_FIELD_HEAD : BGP_FIELD_HEAD - 1;
		size_t length = is_long && end - at >= BGP_FIELD_HEAD
					? wire_load_u16(at + 2)
					: at[2];
		if ((size_t)(end - at) < head + length)
			return false;
		if (at[1] > type)
			return false;
		if (at[1] == type) {
			*field = (struct bgp_field){ at[0], at[1], at + head, length };
			return true;
		}
		at += head + length;
	}
	return false;
}

void
bgp_block_look(const uint8_t *block, size_t size, struct bgp_block_look *look)
{
	struct wire_in in = wire_in(block, size);
	struct bgp_field field;
	look->block = block;
	look->has = 0;
	for (const uint8_t *at = in.at; bgp_block_next(&in, &field); at = in.at) {
		if (field.type > BGP_LOOK_MAX)
			break;
		look->has |= UINT64_C(1) << field.type;
		look->at[field.type] = (uint32_t)(at - block);
	}
}

bool
bgp_list_has(const struct bgp_field *list, uint32_t wanted)
{
	for (size_t at = 0; at + 4 <= list->size; at += 4) {
		uint32_t community;
		memcpy(&community, list->value + at, sizeof(community));
		if (community == wanted)
			return true;
	}
	return false;
}

uint8_t *
bgp_field_write(struct wire_out *out, const struct bgp_field *field)
{
	bool is_long = field->size > 255;
	unsigned head = is_long ? BGP_FIELD_HEAD : BGP_FIELD_HEAD - 1;
	uint8_t *to = wire_put_gap(out, head + field->size);
	if (to == NULL)
		return NULL;
	to[0] = (uint8_t)((field->flags & ~BGP_FLAG_EXTENDED) |
			  (is_long ? BGP_FLAG_EXTENDED : 0));
	to[1] = field->type;
	if (is_long)
		wire_store_u16(to + 2, (uint16_t)field->size);
	else
		to[2] = (uint8_t)field->size;
	if (field->size > 0)
		memcpy(to + head, field->value, field->size);
	return to + head;
}

void
bgp_block_replace(struct wire_out *out, const uint8_t *block, size_t size,
		  const struct bgp_field *field)
{
	struct wire_in in = wire_in(block, size);
	const uint8_t *before = in.end, *after = in.end; /* Its place. */
	struct bgp_field other;

	for (const uint8_t *at = in.at; bgp_block_next(&in, &other); at = in.at) {
		if (other.type < field->type)
			continue;
		before = at;
		after = other.type == field->type ? in.at : at;
		break;
	}
	wire_put_bytes(out, block, (size_t)(before - block));
	if (field->value != NULL)
		bgp_field_write(out, field);
	wire_put_bytes(out, after, (size_t)(block + size - after));
}

const uint8_t *
bgp_reach_block(struct wire_out *room, const struct bgp_update *update,
		const struct bgp_reach *reach, size_t *size)
{
	struct bgp_field field = { .flags = BGP_FLAG_TRANSITIVE,
				   .type = BGP_ATTRIBUTE_NEXT_HOP };
	uint8_t value[32];

	*size = update->block_size;
	if (!reach->is_multiprotocol)
		return update->block;
	field.value = value;
	if (addr_is_ip4(reach->next_hop)) {
		field.size = 4;
		wire_store_u32(value, addr_to_ip4(reach->next_hop));
	} else {
		struct wire_out to = wire_out(value, sizeof(value));
		if (!addr_is_any(reach->next_hop))
			wire_put_bytes(&to, reach->next_hop.bytes, 16);
		if (!addr_is_any(reach->link_local))
			wire_put_bytes(&to, reach->link_local.bytes, 16);
		field.size = wire_used(&to);
	}
	bgp_block_replace(room, update->block, update->block_size, &field);
	*size = wire_used(room);
	return room->start;
}
