/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records of a cache: each once, changes that are settled or undone, and no more than is
 * allowed; held against a plain list.
 */
#include "proto/rpki/records.h"

#include "lib/macros.h"
#include "test/unit/unit.h"
#include <string.h>

#define NETS 200u

static struct prefix
net_of(uint32_t number)
{
	return (struct prefix){ .addr = addr_from_ip4(0x0a000000 | number / 2 << 8),
				.type = NET_ROA4,
				.length = 24,
				.max_length = (uint8_t)(24 + number % 2),
				.asn = 64496 };
}

static enum rpki_change
change(struct rpki_records *records, uint32_t number, bool announces)
{
	struct prefix net = net_of(number);
	return rpki_records_change(records, &net, announces);
}

static void
settle(struct rpki_records *records)
{
	for (uint32_t i = 0; i < records->changed_count; i++)
		rpki_record_settle(records, records->changed[i]);
	rpki_records_settled(records);
}

START_TEST(a_record_is_there_once)
{
	struct rpki_records records;
	rpki_records_init(&records, 1);
	ck_assert_int_eq(change(&records, 0, false), RPKI_NOT_KNOWN);
	ck_assert_int_eq(change(&records, 0, true), RPKI_CHANGED);
	ck_assert_int_eq(change(&records, 0, true), RPKI_KNOWN_ALREADY);
	settle(&records);
	ck_assert_int_eq(change(&records, 0, true), RPKI_KNOWN_ALREADY);
	ck_assert_int_eq(change(&records, 1, false), RPKI_NOT_KNOWN);
	ck_assert_int_eq(change(&records, 0, false), RPKI_CHANGED);
	ck_assert_int_eq(change(&records, 0, false), RPKI_NOT_KNOWN);
	ck_assert_int_eq(change(&records, 0, true), RPKI_CHANGED);
	ck_assert_uint_eq(records.changed_count, 1);
	settle(&records);
	ck_assert_uint_eq(rpki_records_count(&records), 1);
	rpki_records_fini(&records);
}
END_TEST

START_TEST(there_are_no_more_than_allowed)
{
	struct rpki_records records;
	rpki_records_init(&records, 1);
	ck_assert_uint_eq(records.most, RPKI_RECORD_MAX);
	records.most = 3;
	for (uint32_t i = 0; i < 3; i++)
		ck_assert_int_eq(change(&records, i, true), RPKI_CHANGED);
	ck_assert_int_eq(change(&records, 3, true), RPKI_TOO_MANY);
	ck_assert_int_eq(change(&records, 2, false), RPKI_CHANGED);
	settle(&records);
	ck_assert_int_eq(change(&records, 3, true), RPKI_CHANGED);
	rpki_records_fini(&records);
}
END_TEST

START_TEST(changes_are_settled_or_undone)
{
	struct rpki_records records;
	bool now[NETS] = { false }, before[NETS] = { false };
	uint64_t random = 5;
	rpki_records_init(&records, 1);
	for (unsigned round = 0; round < 300; round++) {
		for (unsigned i = unit_below(&random, 80); i > 0; i--) {
			uint32_t number = unit_below(&random, NETS);
			bool announces = unit_below(&random, 5) < 3;
			enum rpki_change expected = announces != now[number]
							    ? RPKI_CHANGED
						    : announces ? RPKI_KNOWN_ALREADY
								: RPKI_NOT_KNOWN;
			ck_assert_int_eq(change(&records, number, announces), expected);
			now[number] = announces;
		}
		if (unit_below(&random, 2)) {
			rpki_records_undo(&records);
			memcpy(now, before, sizeof(now));
		} else {
			settle(&records);
			memcpy(before, now, sizeof(now));
		}
		uint32_t count = 0;
		for (uint32_t i = 0; i < NETS; i++)
			count += now[i];
		ck_assert_uint_eq(rpki_records_count(&records), count);
	}
	rpki_records_fini(&records);
}
END_TEST

/* At each size, so that the index is met in the middle of its growth, too. */
START_TEST(records_that_were_taken_can_grow)
{
	for (uint32_t size = 0; size < 3 * NETS; size++) {
		struct rpki_records records, fresh;
		rpki_records_init(&records, 1);
		rpki_records_init(&fresh, 1);
		ck_assert_int_eq(change(&records, 1, true), RPKI_CHANGED);
		for (uint32_t i = 0; i < size; i++)
			ck_assert_int_eq(change(&fresh, i, true), RPKI_CHANGED);
		rpki_records_take(&records, &fresh);
		ck_assert_uint_eq(rpki_records_count(&fresh), 0);
		settle(&records);
		for (uint32_t i = size; i < 2 * size + 2; i++)
			ck_assert_int_eq(change(&records, i, true), RPKI_CHANGED);
		ck_assert_int_eq(change(&records, 0, true), RPKI_KNOWN_ALREADY);
		ck_assert_uint_eq(rpki_records_count(&records), 2 * size + 2);
		rpki_records_fini(&records);
		rpki_records_fini(&fresh);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_record_is_there_once,
		there_are_no_more_than_allowed,
		changes_are_settled_or_undone,
		records_that_were_taken_can_grow,
	};

	return unit_run("rpki records", tests, ARRAY_SIZE(tests), NULL, 0);
}
