/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AS paths: what they say, and longer and shorter ones.
 */
#include "proto/bgp/path.h"

#include "proto/bgp/message.h"

#define SEGMENT_HEAD 2 /* Kind and number of ASes. */
#define SEGMENT_MAX  255

/* A segment; the ASes are borrowed. */
struct segment {
	uint8_t kind, count;
	const uint8_t *ases;
};

static inline bool
segment_next(struct wire_in *in, struct segment *segment)
{
	if (wire_left(in) == 0)
		return false;
	segment->kind = wire_get_u8(in);
	segment->count = wire_get_u8(in);
	segment->ases = wire_get_view(in, (size_t)segment->count * 4);
	return !in->bad;
}

static inline bool
is_confederate(const struct segment *segment)
{
	return segment->kind == BGP_AS_CONFED_SEQUENCE ||
	       segment->kind == BGP_AS_CONFED_SET;
}

static inline unsigned
segment_length(const struct segment *segment)
{
	if (segment->kind == BGP_AS_SET)
		return 1;
	return segment->kind == BGP_AS_SEQUENCE ? segment->count : 0;
}

unsigned
bgp_path_length(const uint8_t *path, size_t size)
{
	struct wire_in in = wire_in(path, size);
	struct segment segment;
	unsigned length = 0;
	while (segment_next(&in, &segment))
		length += segment_length(&segment);
	return length;
}

/* It says who the path is heard from. */
static inline bool
segment_leads(const struct segment *segment)
{
	return !is_confederate(segment) && segment->count > 0;
}

static inline uint32_t
segment_first(const struct segment *segment)
{
	return segment->kind == BGP_AS_SEQUENCE ? wire_load_u32(segment->ases) : 0;
}

uint32_t
bgp_path_first(const uint8_t *path, size_t size)
{
	struct wire_in in = wire_in(path, size);
	struct segment segment;
	while (segment_next(&in, &segment)) {
		if (segment_leads(&segment))
			return segment_first(&segment);
	}
	return 0;
}

uint32_t
bgp_path_origin(const uint8_t *path, size_t size)
{
	struct wire_in in = wire_in(path, size);
	struct segment segment;
	uint32_t origin = 0;
	while (segment_next(&in, &segment)) {
		if (segment.kind == BGP_AS_SET)
			origin = 0;
		else if (segment.kind == BGP_AS_SEQUENCE && segment.count > 0)
			origin = wire_load_u32(segment.ases + (segment.count - 1u) * 4);
	}
	return origin;
}

static inline unsigned
segment_count(const struct segment *segment, uint32_t as)
{
	unsigned count = 0;
	for (unsigned i = 0; i < segment->count; i++)
		count += wire_load_u32(segment->ases + i * 4) == as;
	return count;
}

unsigned
bgp_path_count(const uint8_t *path, size_t size, uint32_t as)
{
	struct wire_in in = wire_in(path, size);
	struct segment segment;
	unsigned count = 0;
	while (segment_next(&in, &segment))
		count += segment_count(&segment, as);
	return count;
}

struct bgp_path_look
bgp_path_look(const uint8_t *path, size_t size, uint32_t own)
{
	struct bgp_path_look look = { .kinds = 0 };
	struct wire_in in = wire_in(path, size);
	struct segment segment;
	bool has_first = false;
	while (segment_next(&in, &segment)) {
		look.kinds |= 1u << segment.kind;
		look.own += segment_count(&segment, own);
		look.length += segment_length(&segment);
		if (has_first || !segment_leads(&segment))
			continue;
		has_first = true;
		look.first = segment_first(&segment);
	}
	return look;
}

void
bgp_path_prepend(struct wire_out *out, const uint8_t *path, size_t size, uint32_t as,
		 enum bgp_segment kind)
{
	bool joins = size >= SEGMENT_HEAD && path[0] == kind && path[1] < SEGMENT_MAX;
	wire_put_u8(out, (uint8_t)kind);
	wire_put_u8(out, joins ? (uint8_t)(path[1] + 1) : 1);
	wire_put_u32(out, as);
	size_t head = joins ? SEGMENT_HEAD : 0;
	wire_put_bytes(out, path + head, size - head);
}

void
bgp_path_leave(struct wire_out *out, const uint8_t *path, size_t size)
{
	struct wire_in in = wire_in(path, size);
	struct segment segment;
	while (segment_next(&in, &segment)) {
		if (is_confederate(&segment))
			continue;
		wire_put_u8(out, segment.kind);
		wire_put_u8(out, segment.count);
		wire_put_bytes(out, segment.ases, segment.count * 4u);
	}
}

bool
bgp_path_narrow(struct wire_out *out, const uint8_t *path, size_t size)
{
	struct wire_in in = wire_in(path, size);
	struct segment segment;
	bool is_lossy = false;
	while (segment_next(&in, &segment)) {
		wire_put_u8(out, segment.kind);
		wire_put_u8(out, segment.count);
		for (unsigned i = 0; i < segment.count; i++) {
			uint32_t as = wire_load_u32(segment.ases + i * 4);
			is_lossy |= as > UINT16_MAX;
			wire_put_u16(out,
				     (uint16_t)(as > UINT16_MAX ? BGP_AS_TRANS : as));
		}
	}
	return is_lossy;
}
