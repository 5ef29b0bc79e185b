/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reader and writer at every boundary: each call with every number of bytes left.
 */
#include "lib/wire.h"

#include "lib/macros.h"
#include "test/unit/unit.h"
#include <string.h>

enum call { CALL_U8, CALL_U16, CALL_U32, CALL_U64, CALL_BYTES, CALL_VIEW, CALLS };

static const uint8_t sample[] = { 0xf1, 0xe2, 0xd3, 0xc4, 0xb5, 0xa6, 0x97, 0x88, 0x79 };
static const size_t call_sizes[CALLS] = { 1, 2, 4, 8, 5, 7 };

/* A copy of exactly `size` bytes, so that a sanitizer sees every step beyond it. */
static uint8_t *
copy_new(size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);
	ck_assert_ptr_nonnull(copy);
	memcpy(copy, sample, size);
	return copy;
}

/* The big-endian number of the first `size` bytes. */
static uint64_t
number(const uint8_t *bytes, size_t size)
{
	uint64_t value = 0;
	for (size_t i = 0; i < size; i++)
		value = value << 8 | bytes[i];
	return value;
}

static uint64_t
get(struct wire_in *in, enum call call)
{
	uint8_t bytes[8] = { 0xee, 0xee, 0xee, 0xee, 0xee };
	const uint8_t *view;
	switch (call) {
	case CALL_U8: return wire_get_u8(in);
	case CALL_U16: return wire_get_u16(in);
	case CALL_U32: return wire_get_u32(in);
	case CALL_U64: return wire_get_u64(in);
	case CALL_BYTES: wire_get_bytes(in, bytes, 5); return number(bytes, 5);
	case CALL_VIEW:
		view = wire_get_view(in, 7);
		return view != NULL ? number(view, 7) : 0;
	case CALLS: break;
	}
	return 0;
}

static void
put(struct wire_out *out, enum call call)
{
	uint8_t *gap;
	switch (call) {
	case CALL_U8: wire_put_u8(out, 0xf1); break;
	case CALL_U16: wire_put_u16(out, 0xf1e2); break;
	case CALL_U32: wire_put_u32(out, 0xf1e2d3c4); break;
	case CALL_U64: wire_put_u64(out, 0xf1e2d3c4b5a69788); break;
	case CALL_BYTES: wire_put_bytes(out, sample, 5); break;
	case CALL_VIEW:
		gap = wire_put_gap(out, 7);
		if (gap != NULL)
			memcpy(gap, sample, 7);
		break;
	case CALLS: break;
	}
}

START_TEST(every_read_at_every_size)
{
	for (enum call call = 0; call < CALLS; call++) {
		for (size_t size = 0; size <= sizeof(sample); size++) {
			uint8_t *bytes = copy_new(size);
			struct wire_in in = wire_in(bytes, size);
			bool fits = call_sizes[call] <= size;
			uint64_t value = get(&in, call);
			ck_assert(in.bad == !fits);
			ck_assert_uint_eq(value,
					  fits ? number(sample, call_sizes[call]) : 0);
			ck_assert_uint_eq(wire_left(&in),
					  fits ? size - call_sizes[call] : 0);
			free(bytes);
		}
	}
}
END_TEST

START_TEST(after_one_bad_read_all_give_zeros)
{
	uint8_t *bytes = copy_new(3);
	struct wire_in in = wire_in(bytes, 3);
	wire_skip(&in, 4);
	ck_assert(in.bad);
	/* Three bytes were there for these. */
	for (enum call call = 0; call < CALLS; call++)
		ck_assert_uint_eq(get(&in, call), 0);
	ck_assert_ptr_null(wire_get_view(&in, 0));
	ck_assert_uint_eq(wire_left(&in), 0);
	free(bytes);
}
END_TEST

START_TEST(no_bytes_can_be_read_anywhere)
{
	struct wire_in in = wire_in(NULL, 0);
	ck_assert_ptr_nonnull(wire_get_view(&in, 0));
	wire_get_bytes(&in, NULL, 0);
	wire_skip(&in, 0);
	ck_assert(!in.bad);
	struct wire_in sub = wire_get_sub(&in, 0);
	ck_assert(!sub.bad && !in.bad);
	ck_assert_uint_eq(wire_get_u8(&sub), 0);
	ck_assert(sub.bad && !in.bad);
}
END_TEST

START_TEST(a_sub_reader_ends_where_it_was_told)
{
	uint8_t *bytes = copy_new(5);
	for (size_t size = 0; size <= 6; size++) {
		struct wire_in in = wire_in(bytes, 5);
		struct wire_in sub = wire_get_sub(&in, size);
		ck_assert(sub.bad == (size > 5) && in.bad == (size > 5));
		ck_assert_uint_eq(wire_left(&sub), size > 5 ? 0 : size);
		ck_assert_uint_eq(wire_left(&in), size > 5 ? 0 : 5 - size);
		wire_skip(&sub, size + 1);
		ck_assert(sub.bad);
		ck_assert(in.bad == (size > 5));
	}
	free(bytes);
}
END_TEST

START_TEST(huge_sizes_do_not_wrap)
{
	uint8_t *bytes = copy_new(4);
	struct wire_in in = wire_in(bytes, 4);
	wire_get_u8(&in);
	wire_skip(&in, SIZE_MAX);
	ck_assert(in.bad);
	struct wire_out out = wire_out(bytes, 4);
	wire_put_u8(&out, 0);
	ck_assert_ptr_null(wire_put_gap(&out, SIZE_MAX));
	ck_assert(out.full);
	free(bytes);
}
END_TEST

START_TEST(every_write_at_every_size)
{
	for (enum call call = 0; call < CALLS; call++) {
		for (size_t size = 0; size <= sizeof(sample); size++) {
			uint8_t *bytes = copy_new(size);
			memset(bytes, 0x55, size);
			struct wire_out out = wire_out(bytes, size);
			bool fits = call_sizes[call] <= size;
			put(&out, call);
			size_t used = fits ? call_sizes[call] : 0;
			ck_assert(out.full == !fits);
			ck_assert_uint_eq(wire_used(&out), used);
			ck_assert_uint_eq(wire_room(&out), fits ? size - used : 0);
			ck_assert_mem_eq(bytes, sample, used);
			for (size_t i = used; i < size; i++)
				ck_assert_uint_eq(bytes[i], 0x55);
			free(bytes);
		}
	}
}
END_TEST

START_TEST(after_one_full_write_none_writes)
{
	uint8_t *bytes = copy_new(3);
	struct wire_out out = wire_out(bytes, 3);
	wire_put_u8(&out, 1);
	wire_put_u32(&out, 2);
	/* Two bytes were there for these. */
	for (enum call call = 0; call < CALLS; call++)
		put(&out, call);
	wire_put_bytes(&out, NULL, 0);
	ck_assert(out.full);
	ck_assert_uint_eq(wire_used(&out), 1);
	ck_assert_uint_eq(bytes[0], 1);
	ck_assert_mem_eq(bytes + 1, sample + 1, 2);
	free(bytes);
}
END_TEST

START_TEST(a_copy_is_a_mark_to_go_back_to)
{
	uint8_t bytes[4];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	wire_put_u16(&out, 1);
	struct wire_out mark = out;
	wire_put_u32(&out, 2);
	ck_assert(out.full);
	out = mark;
	wire_put_u16(&out, 3);
	ck_assert(!out.full);
	ck_assert_uint_eq(wire_used(&out), 4);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		every_read_at_every_size,         after_one_bad_read_all_give_zeros,
		no_bytes_can_be_read_anywhere,    a_sub_reader_ends_where_it_was_told,
		huge_sizes_do_not_wrap,           every_write_at_every_size,
		after_one_full_write_none_writes, a_copy_is_a_mark_to_go_back_to,
	};
	return unit_run("wire", tests, ARRAY_SIZE(tests), NULL, 0);
}
