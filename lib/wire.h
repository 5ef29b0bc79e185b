/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Big-endian fields from and to byte buffers.  The reader is for untrusted input: the first read
 * past the end sets `bad`, and every later read gives zeros, so a parser reads straight through
 * and tests once.  The writer is the same: the first write past the end sets `full`.
 */
#ifndef LIB_WIRE_H
#define LIB_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wire_in {
	const uint8_t *at, *end;
	bool bad;
};

struct wire_out {
	uint8_t *start, *at, *end;
	bool full;
};

struct wire_in wire_in(const void *bytes, size_t size);
size_t wire_left(const struct wire_in *in);
uint8_t wire_get_u8(struct wire_in *in);
uint16_t wire_get_u16(struct wire_in *in);
uint32_t wire_get_u32(struct wire_in *in);
uint64_t wire_get_u64(struct wire_in *in);
/* Copies `size` bytes; zeros if they are not there. */
void wire_get_bytes(struct wire_in *in, void *to, size_t size);
/* `size` bytes in place; null if they are not there. */
const uint8_t *wire_get_view(struct wire_in *in, size_t size);
void wire_skip(struct wire_in *in, size_t size);
/* The next `size` bytes as a reader of their own (empty and bad if they are not there). */
struct wire_in wire_get_sub(struct wire_in *in, size_t size);

struct wire_out wire_out(void *bytes, size_t size);
size_t wire_used(const struct wire_out *out);
size_t wire_room(const struct wire_out *out);
void wire_put_u8(struct wire_out *out, uint8_t value);
void wire_put_u16(struct wire_out *out, uint16_t value);
void wire_put_u32(struct wire_out *out, uint32_t value);
void wire_put_u64(struct wire_out *out, uint64_t value);
void wire_put_bytes(struct wire_out *out, const void *from, size_t size);
/* Reserves `size` bytes to be filled in later; null if there is no room. */
uint8_t *wire_put_gap(struct wire_out *out, size_t size);

#endif
