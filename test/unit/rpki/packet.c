/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PDUs of both versions: bytes to structs and back, and what is wrong with bad ones, by
 * the clause of RFC 8210.
 */
#include "proto/rpki/packet.h"

#include "lib/macros.h"
#include "test/unit/unit.h"
#include <string.h>

#define BYTES(...) \
	(const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })

#define KEY_ID 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20

struct sample {
	const char *name;
	const uint8_t *bytes;
	size_t size;
};

/* Each as RFC 8210 §5 draws it. */
static const struct sample good[] = {
	{ "notify", BYTES(1, 0, 0x12, 0x34, 0, 0, 0, 12, 0, 0, 0, 7) },
	{ "serial query", BYTES(1, 1, 0x12, 0x34, 0, 0, 0, 12, 0, 0, 0, 7) },
	{ "reset query", BYTES(1, 2, 0, 0, 0, 0, 0, 8) },
	{ "cache response", BYTES(0, 3, 0x12, 0x34, 0, 0, 0, 8) },
	{ "ipv4",
	  BYTES(1, 4, 0, 0, 0, 0, 0, 20, 1, 8, 24, 0, 10, 0, 0, 0, 0, 0, 0xfb, 0xf0) },
	{ "ipv4 withdrawn",
	  BYTES(0, 4, 0, 0, 0, 0, 0, 20, 0, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0) },
	{ "ipv6", BYTES(1, 6, 0, 0, 0, 0, 0, 32, 1, 8, 128, 0, 0xfd, 0, 0, 0, 0, 0, 0, 0,
			0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff) },
	{ "end of data 0", BYTES(0, 7, 0x12, 0x34, 0, 0, 0, 12, 0, 0, 0, 7) },
	{ "end of data 1", BYTES(1, 7, 0x12, 0x34, 0, 0, 0, 24, 0, 0, 0, 7, 0, 0, 0x0e,
				 0x10, 0, 0, 2, 0x58, 0, 0, 0x1c, 0x20) },
	{ "cache reset", BYTES(1, 8, 0, 0, 0, 0, 0, 8) },
	{ "router key", BYTES(1, 9, 1, 0, 0, 0, 0, 35, KEY_ID, 0, 0, 0, 9, 0x30, 1, 0) },
	{ "empty report", BYTES(1, 10, 0, 2, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0) },
	{ "report", BYTES(1, 10, 0, 4, 0, 0, 0, 26, 0, 0, 0, 8, 1, 2, 0, 0, 0, 0, 0, 8, 0,
			  0, 0, 2, 'n', 'o') },
};

START_TEST(every_pdu_is_the_same_after_reading_and_writing)
{
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		const struct sample *sample = &good[i];
		uint8_t bytes[RTR_PDU_MAX];
		struct wire_out out = wire_out(bytes, sizeof(bytes));
		struct rtr_failure failure;
		struct rtr_pdu pdu;
		ck_assert_msg(rtr_pdu_read(sample->bytes, sample->size, &pdu, &failure),
			      "%s: %s", sample->name, failure.text);
		rtr_pdu_write(&out, &pdu);
		ck_assert_msg(wire_used(&out) == sample->size &&
				      !memcmp(bytes, sample->bytes, sample->size),
			      "%s", sample->name);
	}
}
END_TEST

START_TEST(what_a_pdu_says_is_where_it_belongs)
{
	struct rtr_failure failure;
	struct rtr_pdu pdu;
	char text[PREFIX_TEXT];
	ck_assert(rtr_pdu_read(good[4].bytes, good[4].size, &pdu, &failure));
	ck_assert_str_eq(prefix_format(&pdu.roa, text), "10.0.0.0/8-24 AS64496");
	ck_assert(pdu.announces);
	ck_assert(rtr_pdu_read(good[5].bytes, good[5].size, &pdu, &failure));
	ck_assert_str_eq(prefix_format(&pdu.roa, text), "0.0.0.0/0-32 AS0");
	ck_assert(!pdu.announces);
	ck_assert(rtr_pdu_read(good[6].bytes, good[6].size, &pdu, &failure));
	ck_assert_str_eq(prefix_format(&pdu.roa, text), "fd00::/8-128 AS4294967295");
	ck_assert(rtr_pdu_read(good[8].bytes, good[8].size, &pdu, &failure));
	ck_assert_uint_eq(pdu.session, 0x1234);
	ck_assert_uint_eq(pdu.serial, 7);
	ck_assert_uint_eq(pdu.refresh, 3600);
	ck_assert_uint_eq(pdu.retry, 600);
	ck_assert_uint_eq(pdu.expire, 7200);
	ck_assert(rtr_pdu_read(good[12].bytes, good[12].size, &pdu, &failure));
	ck_assert_uint_eq(pdu.code, RTR_UNSUPPORTED_VERSION);
	ck_assert_uint_eq(pdu.erroneous_size, 8);
	ck_assert_mem_eq(pdu.text, "no", pdu.text_size);
}
END_TEST

static const struct {
	struct sample sample;
	enum rtr_error code;
} bad[] = {
	/* RFC 8210 §12: a type we don't know. */
	{ { "type 5", BYTES(1, 5, 0, 0, 0, 0, 0, 8) }, RTR_UNSUPPORTED_TYPE },
	{ { "type 11", BYTES(1, 11, 0, 0, 0, 0, 0, 8) }, RTR_UNSUPPORTED_TYPE },
	{ { "type 255", BYTES(0, 255, 0, 0, 0, 0, 0, 8) }, RTR_UNSUPPORTED_TYPE },
	/* RFC 6810 has no keys. */
	{ { "key 0", BYTES(0, 9, 1, 0, 0, 0, 0, 33, KEY_ID, 0, 0, 0, 9, 0x30) },
	  RTR_UNSUPPORTED_TYPE },
	/* RFC 8210 §5.1: lengths. */
	{ { "empty", BYTES(1, 3, 0, 0, 0, 0, 0, 0) }, RTR_CORRUPT_DATA },
	{ { "shorter than a header", BYTES(1, 3, 0, 0, 0, 0, 0, 7) }, RTR_CORRUPT_DATA },
	{ { "longer", BYTES(1, 3, 0, 0, 0, 0, 0, 9, 0) }, RTR_CORRUPT_DATA },
	{ { "endless", BYTES(1, 10, 0, 0, 0xff, 0xff, 0xff, 0xff) }, RTR_CORRUPT_DATA },
	{ { "cut", BYTES(1, 0, 0, 0, 0, 0, 0, 12, 0, 0, 0) }, RTR_CORRUPT_DATA },
	{ { "half a header", BYTES(1, 0, 0) }, RTR_CORRUPT_DATA },
	{ { "no bytes", (const uint8_t *)"", 0 }, RTR_CORRUPT_DATA },
	{ { "end of data 1 as 0", BYTES(1, 7, 0, 0, 0, 0, 0, 12, 0, 0, 0, 7) },
	  RTR_CORRUPT_DATA },
	{ { "end of data 0 as 1", BYTES(0, 7, 0, 0, 0, 0, 0, 24, 0, 0, 0, 7, 0, 0, 0, 1,
					0, 0, 0, 1, 0, 0, 0, 1) },
	  RTR_CORRUPT_DATA },
	/* RFC 8210 §5.6: prefixes. */
	{ { "length 33",
	    BYTES(1, 4, 0, 0, 0, 0, 0, 20, 1, 33, 33, 0, 10, 0, 0, 0, 0, 0, 0, 1) },
	  RTR_CORRUPT_DATA },
	{ { "max 33",
	    BYTES(1, 4, 0, 0, 0, 0, 0, 20, 1, 8, 33, 0, 10, 0, 0, 0, 0, 0, 0, 1) },
	  RTR_CORRUPT_DATA },
	{ { "max below length",
	    BYTES(1, 4, 0, 0, 0, 0, 0, 20, 1, 8, 7, 0, 10, 0, 0, 0, 0, 0, 0, 1) },
	  RTR_CORRUPT_DATA },
	{ { "host bits",
	    BYTES(1, 4, 0, 0, 0, 0, 0, 20, 1, 8, 24, 0, 10, 0, 0, 1, 0, 0, 0, 1) },
	  RTR_CORRUPT_DATA },
	{ { "ipv6 max 129", BYTES(1, 6, 0, 0, 0, 0, 0, 32, 1, 8, 129, 0, 0xfd, 0, 0, 0, 0,
				  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1) },
	  RTR_CORRUPT_DATA },
	/* RFC 8210 §5.11: the parts of a report. */
	{ { "PDU too long", BYTES(1, 10, 0, 4, 0, 0, 0, 16, 0, 0, 0, 9, 0, 0, 0, 0) },
	  RTR_CORRUPT_DATA },
	{ { "PDU far too long",
	    BYTES(1, 10, 0, 4, 0, 0, 0, 16, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0) },
	  RTR_CORRUPT_DATA },
	{ { "text too long", BYTES(1, 10, 0, 4, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 1) },
	  RTR_CORRUPT_DATA },
	{ { "text too short",
	    BYTES(1, 10, 0, 4, 0, 0, 0, 18, 0, 0, 0, 0, 0, 0, 0, 1, 'n', 'o') },
	  RTR_CORRUPT_DATA },
};

START_TEST(what_is_wrong_has_its_code)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		const struct sample *sample = &bad[i].sample;
		struct rtr_failure failure;
		struct rtr_pdu pdu;
		ck_assert_msg(!rtr_pdu_read(sample->bytes, sample->size, &pdu, &failure),
			      "%s", sample->name);
		ck_assert_msg(failure.code == bad[i].code, "%s: %s", sample->name,
			      rtr_error_name((uint16_t)failure.code));
	}
}
END_TEST

START_TEST(no_prefix_of_a_pdu_is_one)
{
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		for (size_t size = 0; size < good[i].size; size++) {
			/* Of its own, so that a sanitizer sees the end. */
			uint8_t *bytes = malloc(size + 1);
			struct rtr_failure failure;
			struct rtr_pdu pdu;
			memcpy(bytes, good[i].bytes, size);
			ck_assert(!rtr_pdu_read(bytes, size, &pdu, &failure));
			free(bytes);
		}
	}
}
END_TEST

START_TEST(what_does_not_fit_is_not_written)
{
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		uint8_t bytes[RTR_PDU_MAX];
		struct rtr_failure failure;
		struct rtr_pdu pdu;
		ck_assert(rtr_pdu_read(good[i].bytes, good[i].size, &pdu, &failure));
		for (size_t room = 0; room < good[i].size; room++) {
			struct wire_out out = wire_out(bytes, room);
			rtr_pdu_write(&out, &pdu);
			ck_assert(out.full);
		}
	}
}
END_TEST

START_TEST(numbers_have_names)
{
	ck_assert_str_eq(rtr_type_name(RTR_END_OF_DATA), "End of Data");
	ck_assert_str_eq(rtr_type_name(5), "PDU of an unknown type");
	ck_assert_str_eq(rtr_type_name(255), "PDU of an unknown type");
	ck_assert_str_eq(rtr_error_name(RTR_UNEXPECTED_VERSION),
			 "Unexpected Protocol Version");
	ck_assert_str_eq(rtr_error_name(9), "Unknown Error");
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		every_pdu_is_the_same_after_reading_and_writing,
		what_a_pdu_says_is_where_it_belongs,
		what_is_wrong_has_its_code,
		no_prefix_of_a_pdu_is_one,
		what_does_not_fit_is_not_written,
		numbers_have_names,
	};

	return unit_run("rpki packet", tests, ARRAY_SIZE(tests), NULL, 0);
}
