/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BGP's messages but UPDATE: framing, OPEN with capabilities in both encodings, refresh,
 * and the last words of a peer.
 */
#include "lib/macros.h"
#include "lib/text.h"
#include "proto/bgp/message.h"
#include "test/unit/unit.h"

#include <string.h>

static uint8_t bytes[2 * BGP_MESSAGE_MAX];

static const uint8_t *
header(uint16_t length, uint8_t type)
{
	memset(bytes, 0xff, 16);
	wire_store_u16(bytes + 16, length);
	bytes[18] = type;
	return bytes;
}

START_TEST(headers_are_held_to_marker_length_and_type)
{
	static const struct {
		uint16_t length;
		uint8_t type;
		size_t max;
		uint8_t subcode; /* 0: good. */
	} headers[] = {
		{ 19, BGP_KEEPALIVE, 4096, 0 },
		{ 20, BGP_KEEPALIVE, 4096, BGP_HEADER_LENGTH },
		{ 18, BGP_KEEPALIVE, 4096, BGP_HEADER_LENGTH },
		{ 0, BGP_UPDATE, 4096, BGP_HEADER_LENGTH },
		{ 23, BGP_UPDATE, 4096, 0 },
		{ 22, BGP_UPDATE, 4096, BGP_HEADER_LENGTH },
		{ 4096, BGP_UPDATE, 4096, 0 },
		{ 4097, BGP_UPDATE, 4096, BGP_HEADER_LENGTH },
		{ 65535, BGP_UPDATE, BGP_EXTENDED_MAX, 0 },
		/* RFC 8654 §3 */
		{ 4097, BGP_OPEN, BGP_EXTENDED_MAX, BGP_HEADER_LENGTH },
		{ 29, BGP_OPEN, 4096, 0 },
		{ 28, BGP_OPEN, 4096, BGP_HEADER_LENGTH },
		{ 21, BGP_NOTIFICATION, 4096, 0 },
		{ 20, BGP_NOTIFICATION, 4096, BGP_HEADER_LENGTH },
		{ 23, BGP_ROUTE_REFRESH, 4096, 0 },
		{ 19, 0, 4096, BGP_HEADER_TYPE },
		{ 19, 6, 4096, BGP_HEADER_TYPE },
	};
	struct bgp_failure failure;

	for (size_t i = 0; i < ARRAY_SIZE(headers); i++) {
		size_t length =
			bgp_header_read(header(headers[i].length, headers[i].type),
					headers[i].max, &failure);
		ck_assert_uint_eq(failure.subcode, headers[i].subcode);
		ck_assert_uint_eq(length, headers[i].subcode ? 0 : headers[i].length);
	}
	for (unsigned i = 0; i < 16; i++) {
		header(19, BGP_KEEPALIVE);
		bytes[i] ^= 1;
		ck_assert_uint_eq(bgp_header_read(bytes, 4096, &failure), 0);
		ck_assert_uint_eq(failure.subcode, BGP_HEADER_MARKER);
	}
}
END_TEST

static const struct bgp_open full = {
	.as = 4242421234,
	.hold = 240,
	.id = 0x0a000001,
	.capabilities = { .any = true,
			  .families = { true, true },
			  .refresh = true,
			  .enhanced_refresh = true,
			  .extended_messages = true,
			  .extended_next_hop = true,
			  .link_local_next_hop = true,
			  .four_byte_as = true,
			  .as = 4242421234,
			  .add_path = { 3, 1 },
			  .has_role = true,
			  .role = 4,
			  .restart = true,
			  .restarted = true,
			  .notifications = true,
			  .restart_time = 120,
			  .restarts = { { true, true, 0 }, { true, false, 0 } },
			  .long_lived = true,
			  .stale = { { true, false, 86400 }, { true, true, 3600 } },
			  .host = "router",
			  .host_size = 6,
			  .domain = "home",
			  .domain_size = 4 },
};

static struct bgp_open
written_and_read(const struct bgp_open *open)
{
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	struct bgp_failure failure;
	struct bgp_open again;

	bgp_open_write(&out, open);
	ck_assert_uint_eq(bgp_header_read(bytes, BGP_MESSAGE_MAX, &failure),
			  wire_used(&out));
	ck_assert(bgp_open_read(bytes + BGP_HEADER_SIZE,
				wire_used(&out) - BGP_HEADER_SIZE, &again, &failure));
	return again;
}

START_TEST(an_open_says_what_it_was_told_to)
{
	struct bgp_open again = written_and_read(&full);
	const struct bgp_capabilities *got = &again.capabilities;

	ck_assert_uint_eq(again.as, full.as);
	ck_assert_uint_eq(again.hold, 240);
	ck_assert_uint_eq(again.id, full.id);
	ck_assert(got->families[BGP_IP4] && got->families[BGP_IP6] && got->refresh);
	ck_assert(got->enhanced_refresh && got->extended_messages);
	ck_assert(got->extended_next_hop && got->link_local_next_hop);
	ck_assert(got->add_path[BGP_IP4] == 3 && got->add_path[BGP_IP6] == 1);
	ck_assert(got->has_role && got->role == 4 && !got->has_roles);
	ck_assert(got->restart && got->restarted && got->notifications);
	ck_assert_uint_eq(got->restart_time, 120);
	ck_assert(got->restarts[BGP_IP4].forwarding && got->restarts[BGP_IP6].is_there &&
		  !got->restarts[BGP_IP6].forwarding);
	ck_assert_uint_eq(got->stale[BGP_IP4].time, 86400);
	ck_assert_uint_eq(got->host_size, 6);
	ck_assert_mem_eq(got->host, "router", 6);
	ck_assert_mem_eq(got->domain, "home", 4);
}
END_TEST

START_TEST(an_open_without_capabilities_is_of_the_first_kind)
{
	struct bgp_open open = { .as = 64512, .hold = 90, .id = 1 };
	struct bgp_open again = written_and_read(&open);

	ck_assert_uint_eq(again.as, 64512);
	ck_assert(!again.capabilities.any && !again.capabilities.has_families);
}
END_TEST

START_TEST(many_parameters_take_the_extended_form)
{
	static char name[64];
	struct bgp_open open = full;
	struct bgp_failure failure;

	/* RFC 9072 §2: whether it is needed shows in its type, not in its length. */
	memset(name, 'x', sizeof(name));
	open.capabilities.host = open.capabilities.domain = name;
	open.capabilities.host_size = open.capabilities.domain_size = sizeof(name);
	struct bgp_open again = written_and_read(&open);
	ck_assert_uint_eq(again.capabilities.host_size, 64);
	static const uint8_t short_one[] = { 4, 0xfc, 0, 0, 90, 0, 0, 0, 1,
					     7, 255,  0, 5, 2,  0, 2, 2, 0 };
	ck_assert(bgp_open_read(short_one, sizeof(short_one), &again, &failure));
	ck_assert(again.capabilities.refresh);
}
END_TEST

START_TEST(opens_nobody_can_accept_are_refused_with_the_reason)
{
	static const struct {
		uint8_t body[20];
		size_t size;
		uint8_t subcode;
	} opens[] = {
		{ { 3, 0xfc, 0, 0, 90, 0, 0, 0, 1, 0 }, 10, BGP_OPEN_VERSION },
		{ { 4, 0, 0, 0, 90, 0, 0, 0, 1, 0 }, 10, BGP_OPEN_AS },
		{ { 4, 0xfc, 0, 0, 90, 0, 0, 0, 0, 0 }, 10, BGP_OPEN_IDENTIFIER },
		{ { 4, 0xfc, 0, 0, 1, 0, 0, 0, 1, 0 }, 10, BGP_OPEN_HOLD },
		{ { 4, 0xfc, 0, 0, 2, 0, 0, 0, 1, 0 }, 10, BGP_OPEN_HOLD },
		{ { 4, 0xfc, 0, 0, 90, 0, 0, 0, 1, 3, 1, 1, 0 }, 13, BGP_OPEN_PARAMETER },
		/* Malformed: no subcode says it. */
		{ { 4, 0xfc, 0, 0, 90, 0, 0, 0, 1, 4, 2, 1, 0 }, 13, 0 },
		{ { 4, 0xfc, 0, 0, 90, 0, 0, 0, 1, 2, 2, 1 }, 12, 0 },
		{ { 4, 0xfc, 0, 0, 90, 0, 0, 0, 1, 4, 2, 2, 1, 4 }, 14, 0 },
	};
	struct bgp_failure failure;
	struct bgp_open open;

	for (size_t i = 0; i < ARRAY_SIZE(opens); i++) {
		ck_assert(!bgp_open_read(opens[i].body, opens[i].size, &open, &failure));
		ck_assert_uint_eq(failure.code, BGP_ERROR_OPEN);
		ck_assert_uint_eq(failure.subcode, opens[i].subcode);
	}
}
END_TEST

START_TEST(different_roles_are_noticed)
{
	static const uint8_t body[] = { 4, 0xfc, 0, 0, 90, 0, 0, 0, 1,
					8, 2,    6, 9, 1,  3, 9, 1, 4 };
	struct bgp_failure failure;
	struct bgp_open open;

	ck_assert(bgp_open_read(body, sizeof(body), &open, &failure));
	ck_assert(open.capabilities.has_roles);
}
END_TEST

START_TEST(refreshes_of_all_kinds_come_back)
{
	struct bgp_failure failure;

	for (enum bgp_refresh kind = BGP_REFRESH_ASK; kind <= BGP_REFRESH_END; kind++) {
		struct wire_out out = wire_out(bytes, sizeof(bytes));
		enum bgp_family family;
		enum bgp_refresh got;
		bgp_refresh_write(&out, BGP_IP6, kind);
		ck_assert(bgp_refresh_read(bytes + 19, 4, &family, &got, &failure));
		ck_assert(family == BGP_IP6 && got == kind);
		/* RFC 7313 §5 */
		ck_assert(!bgp_refresh_read(bytes + 19, 3, &family, &got, &failure));
		ck_assert_uint_eq(failure.code, BGP_ERROR_REFRESH);
		bytes[19 + 2] = 77;
		ck_assert(!bgp_refresh_read(bytes + 19, 4, &family, &got, &failure));
		ck_assert_uint_eq(failure.code, 0);
	}
}
END_TEST

START_TEST(last_words_are_read_and_can_be_logged)
{
	static const struct {
		uint8_t subcode;
		const char *data;
		size_t size;
		const char *text;
	} words[] = {
		{ 2, "\5hello", 6, "hello" },
		{ 4, "\5hello", 6, "hello" },
		{ 3, "\5hello", 6, "" },
		{ 2, "\6hello", 6, "" }, /* Longer than what there is. */
		{ 2,
		  "\4a\n\x1b"
		  "b",
		  5, "a  b" },
		{ 2, "\3\xc3\xa4\xff", 4, "\xc3\xa4 " },
		{ 2, "", 0, "" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		struct bgp_failure failure = { .code = BGP_ERROR_CEASE,
					       .subcode = words[i].subcode,
					       .data = (const uint8_t *)words[i].data,
					       .size = words[i].size };
		struct wire_out out = wire_out(bytes, sizeof(bytes));
		struct bgp_failure again;
		char text[BGP_TEXT_MAX + 1];
		bgp_notification_write(&out, &failure);
		bgp_notification_read(bytes + 19, wire_used(&out) - 19, &again);
		ck_assert_uint_eq(again.subcode, failure.subcode);
		ck_assert_uint_eq(bgp_shutdown_text(&again, text), strlen(words[i].text));
		ck_assert_str_eq(text, words[i].text);
	}
}
END_TEST

START_TEST(failures_have_words)
{
	static const struct {
		uint8_t code, subcode;
		const char *words;
	} failures[] = {
		{ 6, 2, "Administrative shutdown" },
		{ 4, 0, "Hold timer expired" },
		{ 6, 77, "Cease, subcode 77" },
		{ 99, 1, "Error 99, subcode 1" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(failures); i++) {
		struct bgp_failure failure = { .code = failures[i].code,
					       .subcode = failures[i].subcode };
		struct text text = { 0 };
		bgp_failure_format(&failure, &text);
		ck_assert_str_eq(text_string(&text), failures[i].words);
		text_fini(&text);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		headers_are_held_to_marker_length_and_type,
		an_open_says_what_it_was_told_to,
		an_open_without_capabilities_is_of_the_first_kind,
		many_parameters_take_the_extended_form,
		opens_nobody_can_accept_are_refused_with_the_reason,
		different_roles_are_noticed,
		refreshes_of_all_kinds_come_back,
		last_words_are_read_and_can_be_logged,
		failures_have_words,
	};

	return unit_run("bgp message", tests, ARRAY_SIZE(tests), NULL, 0);
}
