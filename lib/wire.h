/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Big-endian fields from and to byte buffers.  The reader is for untrusted input: the
 * first read past the end sets `bad`, and every later read gives zeros, so a parser reads
 * straight through and tests once.  The writer is the same: the first write past the end
 * sets `full` and every later one writes nothing.  Both are plain values: a copy made
 * before is a mark to go back to.
 */
#ifndef LIB_WIRE_H
#define LIB_WIRE_H

#include "lib/macros.h"
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct wire_in {
	const uint8_t *at, *end; /* What is left to read. */
	bool bad;
};

struct wire_out {
	uint8_t *start, *at, *end; /* Written up to `at`; room up to `end`. */
	bool full;
};

/* Big-endian numbers at any address. */
static inline uint16_t
wire_load_u16(const uint8_t *from)
{
	return (uint16_t)(from[0] << 8 | from[1]);
}

static inline uint32_t
wire_load_u32(const uint8_t *from)
{
	return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 |
	       (uint32_t)from[2] << 8 | (uint32_t)from[3];
}

static inline uint64_t
wire_load_u64(const uint8_t *from)
{
	return (uint64_t)from[0] << 56 | (uint64_t)from[1] << 48 |
	       (uint64_t)from[2] << 40 | (uint64_t)from[3] << 32 |
	       (uint64_t)from[4] << 24 | (uint64_t)from[5] << 16 |
	       (uint64_t)from[6] << 8 | (uint64_t)from[7];
}

static inline void
wire_store_u16(uint8_t *to, uint16_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

static inline void
wire_store_u32(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)(value >> 24);
	to[1] = (uint8_t)(value >> 16);
	to[2] = (uint8_t)(value >> 8);
	to[3] = (uint8_t)value;
}

static inline void
wire_store_u64(uint8_t *to, uint64_t value)
{
#if defined(__GNUC__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	/* Of a number that is partly known gcc makes the other bytes one by one. */
	value = __builtin_bswap64(value);
	memcpy(to, &value, sizeof(value));
#else
	to[0] = (uint8_t)(value >> 56);
	to[1] = (uint8_t)(value >> 48);
	to[2] = (uint8_t)(value >> 40);
	to[3] = (uint8_t)(value >> 32);
	to[4] = (uint8_t)(value >> 24);
	to[5] = (uint8_t)(value >> 16);
	to[6] = (uint8_t)(value >> 8);
	to[7] = (uint8_t)value;
#endif
}

/* A reader of `size` bytes, which stay the caller's; `bytes` may be null if there are
 * none. */
static inline struct wire_in
wire_in(const void *bytes, size_t size)
{
	assert(bytes != NULL || size == 0);
	const uint8_t *at = bytes != NULL ? bytes : (const uint8_t *)"";
	return (struct wire_in){ .at = at, .end = at + size };
}

/* Bytes left to read; 0 once `bad`. */
ALWAYS_INLINE size_t
wire_left(const struct wire_in *in)
{
	return (size_t)(in->end - in->at);
}

/* `size` bytes in place; null if they are not there. */
ALWAYS_INLINE const uint8_t *
wire_get_view(struct wire_in *in, size_t size)
{
	if (in->bad || wire_left(in) < size) {
		in->bad = true;
		in->at = in->end;
		return NULL;
	}
	const uint8_t *view = in->at;
	in->at += size;
	return view;
}

ALWAYS_INLINE uint8_t
wire_get_u8(struct wire_in *in)
{
	const uint8_t *view = wire_get_view(in, 1);
	return view != NULL ? *view : 0;
}

ALWAYS_INLINE uint16_t
wire_get_u16(struct wire_in *in)
{
	const uint8_t *view = wire_get_view(in, 2);
	return view != NULL ? wire_load_u16(view) : 0;
}

static inline uint32_t
wire_get_u32(struct wire_in *in)
{
	const uint8_t *view = wire_get_view(in, 4);
	return view != NULL ? wire_load_u32(view) : 0;
}

static inline uint64_t
wire_get_u64(struct wire_in *in)
{
	const uint8_t *view = wire_get_view(in, 8);
	return view != NULL ? wire_load_u64(view) : 0;
}

/* Copies `size` bytes; zeros if they are not there. */
static inline void
wire_get_bytes(struct wire_in *in, void *to, size_t size)
{
	const uint8_t *view = wire_get_view(in, size);
	if (size == 0)
		return;
	if (view != NULL)
		memcpy(to, view, size);
	else
		memset(to, 0, size);
}

static inline void
wire_skip(struct wire_in *in, size_t size)
{
	(void)wire_get_view(in, size);
}

/* The next `size` bytes as a reader of their own (empty and bad if they are not there).
 */
static inline struct wire_in
wire_get_sub(struct wire_in *in, size_t size)
{
	const uint8_t *view = wire_get_view(in, size);
	struct wire_in sub = wire_in(view, view != NULL ? size : 0);
	sub.bad = view == NULL;
	return sub;
}

/* A writer into `size` bytes, which stay the caller's. */
static inline struct wire_out
wire_out(void *bytes, size_t size)
{
	assert(bytes != NULL);
	uint8_t *start = bytes;
	return (struct wire_out){ .start = start, .at = start, .end = start + size };
}

/* Bytes written. */
static inline size_t
wire_used(const struct wire_out *out)
{
	return (size_t)(out->at - out->start);
}

/* Bytes that still fit; 0 once `full`. */
ALWAYS_INLINE size_t
wire_room(const struct wire_out *out)
{
	return (size_t)(out->end - out->at);
}

/* `size` bytes to be filled in by the caller, now or later; null if there is no room. */
ALWAYS_INLINE uint8_t *
wire_put_gap(struct wire_out *out, size_t size)
{
	if (out->full || wire_room(out) < size) {
		out->full = true;
		out->end = out->at;
		return NULL;
	}
	uint8_t *gap = out->at;
	out->at += size;
	return gap;
}

ALWAYS_INLINE void
wire_put_u8(struct wire_out *out, uint8_t value)
{
	uint8_t *gap = wire_put_gap(out, 1);
	if (gap != NULL)
		*gap = value;
}

static inline void
wire_put_u16(struct wire_out *out, uint16_t value)
{
	uint8_t *gap = wire_put_gap(out, 2);
	if (gap != NULL)
		wire_store_u16(gap, value);
}

static inline void
wire_put_u32(struct wire_out *out, uint32_t value)
{
	uint8_t *gap = wire_put_gap(out, 4);
	if (gap != NULL)
		wire_store_u32(gap, value);
}

static inline void
wire_put_u64(struct wire_out *out, uint64_t value)
{
	uint8_t *gap = wire_put_gap(out, 8);
	if (gap != NULL)
		wire_store_u64(gap, value);
}

ALWAYS_INLINE void
wire_put_bytes(struct wire_out *out, const void *from, size_t size)
{
	uint8_t *gap = wire_put_gap(out, size);
	if (gap != NULL && size > 0)
		memcpy(gap, from, size);
}

#endif
