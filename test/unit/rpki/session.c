/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol rpki in a running router, with a cache that says and does what the tests want:
 * the conversations of RFC 8210 §8, versions (§7), times (§6), what breaks the rules
 * (§12), and caches that are slow, silent or have no end.
 */
#include "test/unit/rpki/bench.h"

#include "lib/out.h"
#include "test/unit/unit.h"
#include <stdio.h>
#include <string.h>

/* ---- RFC 8210 §8 ---- */

START_TEST(all_is_asked_for_and_imported_when_it_is_whole)
{
	struct bench bench;
	bench_synchronize(&bench, CONFIG(TIMES));
	ck_assert_uint_eq(channel_of(&bench, NET_ROA4)->import_updates.accepted, 2);
	bench_close(&bench);
}
END_TEST

START_TEST(only_news_is_asked_for_later)
{
	struct bench bench;
	bench_synchronize(&bench, CONFIG(TIMES));
	run(&bench, 100);
	hear_serial(&bench, 1);
	status_is(&bench, "Sync-Start");
	say_response(&bench);
	say_ip4(&bench, 1, false);
	say_ip4(&bench, 3, true);
	say_ip4(&bench, 4, true);
	say_ip4(&bench, 4, false);
	run(&bench, 1);
	status_is(&bench, "Sync-Running");
	holds(&bench, 2, 1);
	say_end(&bench, 2);
	run(&bench, 1);
	holds(&bench, 2, 1);
	const struct channel *channel = channel_of(&bench, NET_ROA4);
	ck_assert_uint_eq(channel->import_updates.received, 3);
	ck_assert_uint_eq(channel->import_withdraws.received, 1);
	run(&bench, 100);
	hear_serial(&bench, 2);
	bench_close(&bench);
}
END_TEST

START_TEST(a_notification_is_followed_by_a_query)
{
	struct bench bench;
	bench_synchronize(&bench, CONFIG(TIMES));
	say_type(&bench, RTR_SERIAL_NOTIFY, 1); /* No news. */
	run(&bench, 5);
	ck_assert_uint_eq(bench.heard.length, 0);
	say_type(&bench, RTR_SERIAL_NOTIFY, 2);
	run(&bench, 2);
	hear_serial(&bench, 1);
	say_response(&bench);
	say_type(&bench, RTR_SERIAL_NOTIFY, 3); /* In between. */
	say_end(&bench, 2);
	run(&bench, 3);
	hear_serial(&bench, 2);
	bench_close(&bench);
}
END_TEST

START_TEST(a_reset_imports_differences_only)
{
	struct bench bench;
	bench_synchronize(&bench, CONFIG(TIMES));
	run(&bench, 100);
	hear_serial(&bench, 1);
	say_type(&bench, RTR_CACHE_RESET, 0);
	run(&bench, 1);
	hear_type(&bench, RTR_RESET_QUERY);
	holds(&bench, 2, 1);
	say_response(&bench);
	say_ip4(&bench, 2, true);
	say_ip4(&bench, 5, true);
	say_end(&bench, 9);
	run(&bench, 1);
	holds(&bench, 2, 0);
	const struct channel *channel = channel_of(&bench, NET_ROA4);
	ck_assert_uint_eq(channel->import_updates.accepted, 3);
	ck_assert_uint_eq(channel->import_updates.ignored, 1);
	bench_close(&bench);
}
END_TEST

START_TEST(a_cache_without_data_is_asked_again_in_the_same_session)
{
	struct bench bench;
	bench_synchronize(&bench, CONFIG(TIMES));
	run(&bench, 100);
	hear_serial(&bench, 1);
	say_report(&bench, RTR_NO_DATA);
	run(&bench, 1);
	status_is(&bench, "Cache-Error-No-Data-Available");
	holds(&bench, 2, 1);
	run(&bench, 20);
	hear_type(&bench, RTR_RESET_QUERY);
	say_report(&bench, RTR_NO_DATA);
	run(&bench, 21);
	hear_type(&bench, RTR_RESET_QUERY);
	say_response(&bench);
	say_end(&bench, 1);
	run(&bench, 1);
	holds(&bench, 0, 0);
	status_is(&bench, "Established");
	ck_assert_uint_eq(bench.connections, 1);
	bench_close(&bench);
}
END_TEST

/* ---- RFC 8210 §6 ---- */

START_TEST(the_cache_says_the_times_unless_they_are_kept)
{
	struct bench bench;
	bench_synchronize(&bench, CONFIG("refresh 100; retry 20; expire 1000;"));
	run(&bench, 298);
	ck_assert_uint_eq(bench.heard.length, 0);
	run(&bench, 2);
	hear_serial(&bench, 1);
	bench_close(&bench);
}
END_TEST

START_TEST(a_reload_changes_times_of_a_running_session)
{
	struct bench bench;
	bench_synchronize(&bench, CONFIG(TIMES));
	usec_t since = protocol_find(bench.router, "k")->since;
	configure(&bench, CONFIG("refresh keep 30; retry keep 20; expire keep 1000;"));
	run(&bench, 28);
	hear_serial(&bench, 1);
	ck_assert_int_eq(protocol_find(bench.router, "k")->since, since);
	bench_close(&bench);
}
END_TEST

START_TEST(a_lost_cache_keeps_its_routes_until_they_expire)
{
	struct bench bench;
	bench_synchronize(&bench, CONFIG(TIMES));
	bench.sys->class->stream_close(bench.stream);
	bench.stream = NULL;
	sim_interface_up(bench.wire, false);
	run(&bench, 990);
	holds(&bench, 2, 1);
	run(&bench, 20);
	holds(&bench, 0, 0);
	sim_interface_up(bench.wire, true);
	run(&bench, 90);
	hear_type(&bench, RTR_RESET_QUERY);
	bench_close(&bench);
}
END_TEST

START_TEST(a_cache_that_is_back_is_asked_for_news_only)
{
	struct bench bench;
	bench_synchronize(&bench, CONFIG(TIMES));
	bench.sys->class->stream_close(bench.stream);
	bench.stream = NULL;
	run(&bench, 25);
	ck_assert_uint_eq(bench.connections, 2);
	hear_serial(&bench, 1);
	say_response(&bench);
	say_ip4(&bench, 7, true);
	say_end(&bench, 2);
	run(&bench, 1);
	holds(&bench, 3, 1);
	bench_close(&bench);
}
END_TEST

START_TEST(a_cache_that_does_not_know_the_session_is_asked_for_all)
{
	struct bench bench;
	bench_synchronize(&bench, CONFIG("refresh keep 100; retry keep 300; "
					 "expire keep 1000;"));
	run(&bench, 100);
	hear_serial(&bench, 1);
	say_report(&bench, RTR_CORRUPT_DATA);
	run(&bench, 11);
	ck_assert_uint_eq(bench.connections, 2);
	hear_type(&bench, RTR_RESET_QUERY);
	holds(&bench, 2, 1);
	say_report(&bench, RTR_CORRUPT_DATA);
	run(&bench, 290);
	ck_assert_uint_eq(bench.connections, 2);
	run(&bench, 20);
	ck_assert_uint_eq(bench.connections, 3);
	bench_close(&bench);
}
END_TEST

/* ---- RFC 8210 §7 ---- */

START_TEST(a_lower_version_is_taken_from_the_answer)
{
	struct bench bench;
	bench_open(&bench, CONFIG(TIMES));
	hear_type(&bench, RTR_RESET_QUERY);
	bench.version = 0;
	say_type(&bench, RTR_SERIAL_NOTIFY, 1); /* Says nothing yet. */
	say_response(&bench);
	say_ip4(&bench, 1, true);
	say_end(&bench, 1);
	run(&bench, 1);
	holds(&bench, 1, 0);
	run(&bench, 100);
	hear_serial(&bench, 1);
	ck_assert_uint_eq(bench.connections, 1);
	bench_close(&bench);
}
END_TEST

START_TEST(a_lower_version_is_tried_at_once_where_the_first_is_refused)
{
	for (int closes = 0; closes < 2; closes++) {
		struct bench bench;
		bench_open(&bench, CONFIG(TIMES));
		hear_type(&bench, RTR_RESET_QUERY);
		bench.version = 0;
		if (closes) {
			bench.sys->class->stream_close(bench.stream);
			bench.stream = NULL;
		} else {
			say_report(&bench, RTR_UNSUPPORTED_VERSION);
		}
		run(&bench, 2);
		ck_assert_uint_eq(bench.connections, 2);
		hear_type(&bench, RTR_RESET_QUERY);
		say_response(&bench);
		say_end(&bench, 1);
		run(&bench, 1);
		status_is(&bench, "Established");
		bench_close(&bench);
	}
}
END_TEST

START_TEST(versions_are_spoken_within_the_configured_ones)
{
	struct bench bench;
	bench_open(&bench, CONFIG(TIMES "min version 1;"));
	hear_type(&bench, RTR_RESET_QUERY);
	bench.version = 0;
	say_response(&bench);
	run(&bench, 1);
	hear_report(&bench, RTR_UNSUPPORTED_VERSION, RTR_CACHE_RESPONSE);
	bench_close(&bench);
	bench_open(&bench, CONFIG(TIMES "max version 0;"));
	bench.version = 0;
	hear_type(&bench, RTR_RESET_QUERY);
	bench.version = 1;
	say_response(&bench);
	run(&bench, 1);
	bench.version = 0;
	hear_report(&bench, RTR_UNSUPPORTED_VERSION, RTR_CACHE_RESPONSE);
	bench_close(&bench);
}
END_TEST

START_TEST(a_serial_number_is_of_its_version)
{
	struct bench bench;
	bench_synchronize(&bench, CONFIG(TIMES));
	bench.sys->class->stream_close(bench.stream);
	bench.stream = NULL;
	run(&bench, 25);
	hear_serial(&bench, 1);
	bench.version = 0;
	say_response(&bench);
	run(&bench, 2);
	ck_assert_uint_eq(bench.connections, 3);
	hear_type(&bench, RTR_RESET_QUERY);
	holds(&bench, 2, 1);
	bench_close(&bench);
}
END_TEST

/* ---- what breaks the rules ---- */

/* What the cache says when a query is to be answered (`stage` 0), a response is under way
 * (1: of a reset query, 2: of a serial query) or nothing is (3). */
static const struct {
	const char *name;
	int stage;
	struct rtr_pdu pdu;
	enum rtr_error code;
	int type;
	bool keeps; /* What is held stays. */
} offences[] = {
	{ "duplicate",
	  2,
	  { .type = RTR_IP4_PREFIX, .announces = true },
	  RTR_DUPLICATE,
	  RTR_IP4_PREFIX,
	  true },
	{ "withdrawn",
	  2,
	  { .type = RTR_IP4_PREFIX },
	  RTR_UNKNOWN_WITHDRAWAL,
	  RTR_IP4_PREFIX,
	  true },
	{ "withdrawn in a reset",
	  1,
	  { .type = RTR_IP4_PREFIX },
	  RTR_CORRUPT_DATA,
	  RTR_IP4_PREFIX,
	  true },
	{ "prefix without response",
	  3,
	  { .type = RTR_IP4_PREFIX, .announces = true },
	  RTR_CORRUPT_DATA,
	  RTR_IP4_PREFIX,
	  true },
	{ "end without response",
	  3,
	  { .type = RTR_END_OF_DATA, .session = SESSION },
	  RTR_CORRUPT_DATA,
	  RTR_END_OF_DATA,
	  true },
	{ "response without query",
	  3,
	  { .type = RTR_CACHE_RESPONSE, .session = SESSION },
	  RTR_CORRUPT_DATA,
	  RTR_CACHE_RESPONSE,
	  true },
	{ "reset without query",
	  3,
	  { .type = RTR_CACHE_RESET },
	  RTR_CORRUPT_DATA,
	  RTR_CACHE_RESET,
	  true },
	{ "a cache that asks",
	  3,
	  { .type = RTR_RESET_QUERY },
	  RTR_INVALID_REQUEST,
	  RTR_RESET_QUERY,
	  true },
	{ "notify of another session",
	  3,
	  { .type = RTR_SERIAL_NOTIFY, .session = 9 },
	  RTR_CORRUPT_DATA,
	  RTR_SERIAL_NOTIFY,
	  false },
	{ "response of another session",
	  0,
	  { .type = RTR_CACHE_RESPONSE, .session = 9 },
	  RTR_CORRUPT_DATA,
	  RTR_CACHE_RESPONSE,
	  false },
	{ "end of another session",
	  2,
	  { .type = RTR_END_OF_DATA, .session = 9 },
	  RTR_CORRUPT_DATA,
	  RTR_END_OF_DATA,
	  false },
};

START_TEST(offences_are_reported_and_change_nothing_by_halves)
{
	for (size_t i = 0; i < ARRAY_SIZE(offences); i++) {
		struct bench bench;
		struct rtr_pdu pdu = offences[i].pdu;
		bench_synchronize(&bench, CONFIG(TIMES));
		if (offences[i].stage < 3) {
			run(&bench, 100);
			hear_serial(&bench, 1);
		}
		if (offences[i].stage == 1) {
			say_type(&bench, RTR_CACHE_RESET, 0);
			run(&bench, 1);
			hear_type(&bench, RTR_RESET_QUERY);
		}
		if (offences[i].stage == 1 || offences[i].stage == 2) {
			say_response(&bench);
			say_ip4(&bench, 8, true);
		}
		bool is_known = offences[i].code != RTR_UNKNOWN_WITHDRAWAL;
		pdu.roa = (struct prefix){ .addr = addr_from_ip4(is_known ? 0x0a010000
									  : 0x0a090000),
					   .length = 16,
					   .max_length = 24,
					   .asn = 64496 };
		say_pdu(&bench, pdu);
		run(&bench, 1);
		ck_assert_msg(bench.heard.length > 0, "%s", offences[i].name);
		hear_report(&bench, offences[i].code, offences[i].type);
		status_is(&bench, "Fatal-Protocol-Error");
		holds(&bench, offences[i].keeps ? 2 : 0, offences[i].keeps ? 1 : 0);
		/* And it goes on from where it was. */
		run(&bench, 21);
		ck_assert_uint_eq(bench.connections, 2);
		if (offences[i].keeps && offences[i].stage != 1)
			hear_serial(&bench, 1);
		else
			hear_type(&bench, RTR_RESET_QUERY);
		bench_close(&bench);
	}
}
END_TEST

START_TEST(bytes_that_are_no_pdu_are_reported_with_their_header)
{
	static const uint8_t bytes[][RTR_HEADER_SIZE] = {
		{ 1, 4, 0, 0, 0, 0, 0, 0 },
		{ 1, 4, 0, 0, 0xff, 0xff, 0xff, 0xff },
		{ 1, 99, 0, 0, 0, 0, 0, 8 },
		{ 'H', 'T', 'T', 'P', '/', '1', '.', '1' },
	};
	for (size_t i = 0; i < ARRAY_SIZE(bytes); i++) {
		struct bench bench;
		bench_synchronize(&bench, CONFIG(TIMES));
		say(&bench, bytes[i], sizeof(bytes[i]));
		run(&bench, 1);
		hear_report(&bench,
			    bytes[i][1] == 4 ? RTR_CORRUPT_DATA : RTR_UNSUPPORTED_TYPE,
			    bytes[i][1]);
		holds(&bench, 2, 1);
		bench_close(&bench);
	}
}
END_TEST

START_TEST(another_version_in_a_session_is_reported)
{
	struct bench bench;
	bench_synchronize(&bench, CONFIG(TIMES));
	bench.version = 0;
	say_type(&bench, RTR_SERIAL_NOTIFY, 2);
	run(&bench, 1);
	hear_report(&bench, RTR_UNEXPECTED_VERSION, RTR_SERIAL_NOTIFY);
	holds(&bench, 2, 1);
	bench_close(&bench);
}
END_TEST

START_TEST(reports_are_never_answered)
{
	static const uint8_t broken[] = {
		1, 10, 0, 0, 0, 0, 0, 16, 0, 0, 0, 9, 0, 0, 0, 0
	};
	struct bench bench;
	bench_synchronize(&bench, CONFIG(TIMES));
	say_report(&bench, RTR_INTERNAL_ERROR);
	run(&bench, 1);
	ck_assert_uint_eq(bench.heard.length, 0);
	ck_assert_ptr_null(bench.stream);
	ck_assert_str_eq(protocol_find(bench.router, "k")->message,
			 "the cache reports: Internal Error: so there");
	run(&bench, 21);
	hear_serial(&bench, 1);
	say(&bench, broken, sizeof(broken));
	run(&bench, 1);
	ck_assert_uint_eq(bench.heard.length, 0);
	ck_assert_ptr_null(bench.stream);
	holds(&bench, 2, 1);
	bench_close(&bench);
}
END_TEST

/* ---- slow and endless ones ---- */

START_TEST(bytes_may_come_one_by_one_but_not_never)
{
	struct bench bench;
	uint8_t bytes[RTR_PDU_MAX];
	bench_synchronize(&bench, CONFIG("refresh keep 10; retry keep 20; "
					 "expire keep 10000;"));
	run(&bench, 10);
	hear_serial(&bench, 1);
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	rtr_pdu_write(&out, &(struct rtr_pdu){ .version = 1,
					       .type = RTR_CACHE_RESPONSE,
					       .session = SESSION });
	rtr_pdu_write(&out, &(struct rtr_pdu){ .version = 1,
					       .type = RTR_END_OF_DATA,
					       .session = SESSION,
					       .serial = 2,
					       .refresh = 10,
					       .retry = 20,
					       .expire = 900 });
	for (size_t i = 0; i < wire_used(&out); i++) {
		say(&bench, bytes + i, 1);
		run(&bench, 2);
	}
	status_is(&bench, "Established");
	/* A beginning without an end. */
	say(&bench, bytes, 3);
	run(&bench, 1);
	status_is(&bench, "Established");
	/* The refresh has begun its own wait. */
	run(&bench, 72);
	ck_assert_ptr_null(bench.stream);
	holds(&bench, 2, 1);
	bench_close(&bench);
}
END_TEST

START_TEST(a_response_without_an_end_is_given_up)
{
	struct bench bench;
	bench_synchronize(&bench, CONFIG("refresh keep 10; retry keep 20; "
					 "expire keep 10000;"));
	run(&bench, 10);
	hear_serial(&bench, 1);
	say_response(&bench);
	for (unsigned i = 0; bench.stream; i++) {
		ck_assert_uint_lt(i, 30);
		say_ip4(&bench, 100, i % 2 == 0);
		run(&bench, 30);
	}
	ck_assert_str_eq(protocol_find(bench.router, "k")->message,
			 "the response does not end");
	holds(&bench, 2, 1);
	run(&bench, 21);
	hear_serial(&bench, 1);
	bench_close(&bench);
}
END_TEST

START_TEST(a_silent_cache_is_left)
{
	struct bench bench;
	bench_open(&bench, CONFIG(TIMES));
	hear_type(&bench, RTR_RESET_QUERY);
	run(&bench, 61);
	ck_assert_ptr_null(bench.stream);
	run(&bench, 21);
	ck_assert_uint_eq(bench.connections, 2);
	bench_close(&bench);
}
END_TEST

START_TEST(many_records_come_and_go)
{
	struct bench bench;
	bench_open(&bench, CONFIG(TIMES));
	hear_type(&bench, RTR_RESET_QUERY);
	say_response(&bench);
	for (unsigned i = 0; i < 20000; i++) {
		struct prefix roa = { .addr = addr_from_ip4(0x0a000000 | i << 8),
				      .type = NET_ROA4,
				      .length = 24,
				      .max_length = 24,
				      .asn = i };
		say_pdu(&bench, (struct rtr_pdu){ .type = RTR_IP4_PREFIX,
						  .announces = true,
						  .roa = roa });
	}
	say_end(&bench, 1);
	say_type(&bench, RTR_SERIAL_NOTIFY, 2); /* Waits. */
	run(&bench, 5);
	holds(&bench, 20000, 0);
	hear_serial(&bench, 1);
	say_type(&bench, RTR_CACHE_RESET, 0);
	run(&bench, 1);
	hear_type(&bench, RTR_RESET_QUERY);
	say_response(&bench);
	say_end(&bench, 3);
	run(&bench, 2);
	holds(&bench, 0, 0);
	bench_close(&bench);
}
END_TEST

/* ---- policies ---- */

START_TEST(another_import_policy_needs_no_query)
{
	struct bench bench;
	bench_synchronize(&bench, CONFIG(TIMES));
	configure(
		&bench,
		"router id 10.0.0.1; roa4 table r4; roa6 table r6; protocol device { }\n"
		"protocol rpki k { roa4 { table r4; import where net.ip = 10.1.0.0; };"
		" roa6 { table r6; }; remote 10.0.0.2; " TIMES "}\n");
	holds(&bench, 1, 1);
	configure(&bench, CONFIG(TIMES));
	holds(&bench, 2, 1);
	ck_assert_uint_eq(bench.heard.length, 0);
	ck_assert_uint_eq(bench.connections, 1);
	bench_close(&bench);
}
END_TEST

START_TEST(records_that_differ_in_length_only_are_one_destination_where_it_is_ignored)
{
	struct bench bench;
	bench_open(&bench, CONFIG(TIMES "ignore max length;"));
	hear_type(&bench, RTR_RESET_QUERY);
	say_response(&bench);
	struct prefix roa = { .addr = addr_from_ip4(0x0a010000),
			      .type = NET_ROA4,
			      .length = 16,
			      .max_length = 20,
			      .asn = 64496 };
	say_pdu(&bench, (struct rtr_pdu){
				.type = RTR_IP4_PREFIX, .announces = true, .roa = roa });
	say_ip4(&bench, 1, true);
	say_end(&bench, 1);
	run(&bench, 1);
	const struct table *table = channel_of(&bench, NET_ROA4)->table;
	roa.max_length = 32;
	ck_assert_uint_ne(table_find(table, &roa), 0);
	run(&bench, 100);
	hear_serial(&bench, 1);
	say_response(&bench);
	say_ip4(&bench, 1, false);
	say_end(&bench, 2);
	run(&bench, 1);
	holds(&bench, 1, 0);
	ck_assert_uint_ne(table_find(table, &roa), 0);
	bench_close(&bench);
}
END_TEST

/* ---- caches that have a name ---- */

#define NAMED CONFIG(TIMES " remote \"cache.example\";")
#define NAME_IS(bench, addrs) \
	sim_node_setting((bench)->node, "hosts.cache.example", addrs)

/* Nobody answers at the first address of it; that is no reason to wait. */
START_TEST(all_addresses_of_a_name_are_tried)
{
	struct bench bench;
	bench_open(&bench, NAMED);
	ck_assert_str_eq(protocol_find(bench.router, "k")->message,
			 "cache.example: no address is known");
	NAME_IS(&bench, "10.0.0.77 10.0.0.2");
	run(&bench, 20 + 61 + 5);
	ck_assert_uint_eq(bench.connections, 1);
	hear_type(&bench, RTR_RESET_QUERY);
	bench_close(&bench);
}
END_TEST

START_TEST(a_name_may_move)
{
	struct bench bench;
	bench_open(&bench, CONFIG(TIMES));
	NAME_IS(&bench, "10.0.0.2");
	configure(&bench, NAMED);
	run(&bench, 5);
	ck_assert_uint_eq(bench.connections, 2);
	NAME_IS(&bench, "10.0.0.77");
	bench.sys->class->stream_close(bench.stream);
	bench.stream = NULL;
	run(&bench, 25);
	NAME_IS(&bench, "10.0.0.2");
	run(&bench, 61 + 25);
	ck_assert_uint_eq(bench.connections, 3);
	bench_close(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		all_is_asked_for_and_imported_when_it_is_whole,
		only_news_is_asked_for_later,
		a_notification_is_followed_by_a_query,
		a_reset_imports_differences_only,
		a_cache_without_data_is_asked_again_in_the_same_session,
		the_cache_says_the_times_unless_they_are_kept,
		a_reload_changes_times_of_a_running_session,
		a_lost_cache_keeps_its_routes_until_they_expire,
		a_cache_that_is_back_is_asked_for_news_only,
		a_cache_that_does_not_know_the_session_is_asked_for_all,
		a_lower_version_is_taken_from_the_answer,
		a_lower_version_is_tried_at_once_where_the_first_is_refused,
		versions_are_spoken_within_the_configured_ones,
		a_serial_number_is_of_its_version,
		offences_are_reported_and_change_nothing_by_halves,
		bytes_that_are_no_pdu_are_reported_with_their_header,
		another_version_in_a_session_is_reported,
		reports_are_never_answered,
		bytes_may_come_one_by_one_but_not_never,
		a_response_without_an_end_is_given_up,
		a_silent_cache_is_left,
		many_records_come_and_go,
		another_import_policy_needs_no_query,
		records_that_differ_in_length_only_are_one_destination_where_it_is_ignored,
		all_addresses_of_a_name_are_tried,
		a_name_may_move,
	};

	return unit_run("rpki session", tests, ARRAY_SIZE(tests), NULL, 0);
}
