/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output: what people see, that every JSON line is JSON, and that misuse is caught.
 */
#include "lib/out.h"

#include "lib/text.h"
#include "test/unit/unit.h"
#include <string.h>

static const struct out_column protocol_columns[] = {
	{ "name", "Name", 10, OUT_LEFT },   { "proto", "Proto", 10, OUT_LEFT },
	{ "table", "Table", 10, OUT_LEFT }, { "state", "State", 6, OUT_LEFT },
	{ "since", "Since", 12, OUT_LEFT }, { "info", "Info", 0, OUT_LEFT },
};

static const struct out_column metric_columns[] = {
	{ "net", "Net", 0, OUT_LEFT },
	{ "metric", "Metric", 0, OUT_RIGHT },
	{ "seqno", NULL, 0, OUT_RIGHT },
};

/* ---- a strict reader of JSON (RFC 8259): what is behind a value, null if none ---- */

static const char *json_value(const char *at);

static const char *
json_string(const char *at)
{
	if (*at++ != '"')
		return NULL;
	while (*at != '"') {
		uint32_t rune = 0;
		size_t size = text_utf8(at, strlen(at), &rune);
		if (size == 0 || rune < ' ')
			return NULL;
		at += size;
		if (rune != '\\')
			continue;
		if (*at == 'u' && strspn(at + 1, "0123456789abcdefABCDEF") >= 4)
			at += 5;
		else if (*at != '\0' && strchr("\"\\/bfnrt", *at) != NULL)
			at++;
		else
			return NULL;
	}
	return at + 1;
}

static const char *
json_number(const char *at)
{
	at += *at == '-';
	size_t digits = strspn(at, "0123456789");
	if (digits == 0 || (*at == '0' && digits > 1))
		return NULL;
	at += digits;
	if (*at != '.')
		return at;
	digits = strspn(at + 1, "0123456789");
	return digits > 0 ? at + 1 + digits : NULL;
}

static const char *
json_members(const char *at, bool keys, char end)
{
	if (*at == end)
		return at + 1;
	for (;;) {
		if (keys) {
			at = json_string(at);
			if (at == NULL || *at++ != ':')
				return NULL;
		}
		at = json_value(at);
		if (at == NULL || (*at != ',' && *at != end))
			return NULL;
		if (*at++ == end)
			return at;
	}
}

static const char *
json_value(const char *at)
{
	static const char *const words[] = { "true", "false", "null" };
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strncmp(at, words[i], strlen(words[i])) == 0)
			return at + strlen(words[i]);
	return *at == '"'   ? json_string(at)
	       : *at == '{' ? json_members(at + 1, true, '}')
	       : *at == '[' ? json_members(at + 1, false, ']')
			    : json_number(at);
}

/* Every line is one object. */
static void
check_json(const char *text)
{
	while (*text != '\0') {
		const char *end = *text == '{' ? json_value(text) : NULL;
		ck_assert_msg(end != NULL && *end == '\n', "%s", text);
		text = end + 1;
	}
}

/* ---- what `make` emits, rendered both ways ---- */

struct both {
	struct text text, json;
};

static struct both
both_of(void (*make)(struct out *))
{
	struct both both = { { .text = NULL }, { .text = NULL } };
	struct out *text = out_text_new(out_to_text, &both.text);
	struct out *json = out_json_new(out_to_text, &both.json);
	make(text);
	make(json);
	out_end(text);
	out_end(json);
	out_free(text);
	out_free(json);
	check_json(text_string(&both.json));
	return both;
}

static void
check(void (*make)(struct out *), const char *text, const char *json)
{
	struct both both = both_of(make);
	ck_assert_str_eq(text_string(&both.text), text);
	ck_assert_str_eq(text_string(&both.json), json);
	text_fini(&both.text);
	text_fini(&both.json);
}

static void
make_protocols(struct out *out)
{
	out_table(out, "protocols", protocol_columns, ARRAY_SIZE(protocol_columns));
	out_row(out);
	out_str(out, "name", "babel1");
	out_str(out, "proto", "Babel");
	out_str(out, "table", "---");
	out_str(out, "state", "up");
	out_str(out, "since", "10:22:01.123");
	out_row(out);
	out_str(out, "name", "a_rather_long_name");
	out_str(out, "proto", "BGP");
	out_str(out, "table", "master4");
	out_str(out, "state", "start");
	out_str(out, "since", "10:22:01.124");
	out_str(out, "info", "Active");
	out_table_end(out);
}

START_TEST(protocols_look_as_in_birdc)
{
	check(make_protocols,
	      "Name               Proto      Table      State  Since        Info\n"
	      "babel1             Babel      ---        up     10:22:01.123\n"
	      "a_rather_long_name BGP        master4    start  10:22:01.124 Active\n",
	      "{\"row\":\"protocols\",\"name\":\"babel1\",\"proto\":\"Babel\","
	      "\"table\":\"---\",\"state\":\"up\",\"since\":\"10:22:01.123\"}\n"
	      "{\"row\":\"protocols\",\"name\":\"a_rather_long_name\",\"proto\":\"BGP\","
	      "\"table\":\"master4\",\"state\":\"start\",\"since\":\"10:22:01.124\","
	      "\"info\":\"Active\"}\n");
}
END_TEST

static void
make_order(struct out *out)
{
	out_table(out, "routes", metric_columns, ARRAY_SIZE(metric_columns));
	out_row(out);
	out_u64(out, "metric", 7);
	out_u64(out, "seqno", 3);
	out_str(out, "net", "a");
	out_row(out);
	out_str(out, "net", "täst");
	out_u64_unit(out, "metric", 65535, "ms");
	out_row(out);
	out_table_end(out);
}

START_TEST(cells_find_their_column_and_side_in_any_order)
{
	check(make_order,
	      "Net    Metric\n"
	      "a           7\n"
	      "  Seqno: 3\n"
	      "täst 65535 ms\n"
	      "\n",
	      "{\"row\":\"routes\",\"metric\":7,\"seqno\":3,\"net\":\"a\"}\n"
	      "{\"row\":\"routes\",\"net\":\"täst\",\"metric\":65535}\n"
	      "{\"row\":\"routes\"}\n");
}
END_TEST

static void
make_nested(struct out *out)
{
	out_table(out, "protocols", protocol_columns, 1);
	out_row(out);
	out_str(out, "name", "p1");
	out_u64(out, "router_id", 1);
	out_detail(out);
	out_usec(out, "hold_time", 90 * USEC_S);
	out_list(out, "groups");
	out_str(out, NULL, "a");
	out_u64(out, NULL, 2);
	out_list(out, NULL);
	out_bool(out, NULL, true);
	out_list_end(out);
	out_list_end(out);
	out_list(out, "nobody");
	out_list_end(out);
	out_table(out, "channels", metric_columns, 2);
	out_row(out);
	out_str(out, "net", "x");
	out_u64(out, "metric", 1);
	out_detail(out);
	out_bool(out, "deep", false);
	out_detail_end(out);
	out_table_end(out);
	out_object(out, "limits");
	out_i64(out, "low", -1);
	out_object_end(out);
	out_list(out, "peer");
	for (uint64_t i = 1; i < 3; i++) {
		out_object(out, NULL);
		out_u64(out, "number", i);
		out_object_end(out);
	}
	out_list_end(out);
	out_detail_end(out);
	out_row(out);
	out_str(out, "name", "p2");
	out_table_end(out);
}

START_TEST(details_nest_and_indent)
{
	check(make_nested,
	      "Name\n"
	      "p1\n"
	      "  Router ID: 1\n"
	      "  Hold time: 90.000 s\n"
	      "  Groups:    a, 2, yes\n"
	      "  Nobody:    none\n"
	      "  Channels:\n"
	      "    Net Metric\n"
	      "    x        1\n"
	      "      Deep: no\n"
	      "  Limits:\n"
	      "    Low: -1\n"
	      "  Peer 1:\n"
	      "    Number: 1\n"
	      "  Peer 2:\n"
	      "    Number: 2\n"
	      "p2\n",
	      "{\"row\":\"protocols\",\"name\":\"p1\",\"router_id\":1,\"hold_time\":90."
	      "000000,"
	      "\"groups\":[\"a\",2,[true]],\"nobody\":[],"
	      "\"channels\":[{\"net\":\"x\",\"metric\":1,\"deep\":false}],"
	      "\"limits\":{\"low\":-1},\"peer\":[{\"number\":1},{\"number\":2}]}\n"
	      "{\"row\":\"protocols\",\"name\":\"p2\"}\n");
}
END_TEST

static void
make_amounts(struct out *out)
{
	out_object(out, "amounts");
	out_u64_unit(out, "few", 9999, "B");
	out_u64_unit(out, "some", 10000, "B");
	out_u64_unit(out, "ipv4_mtu", 999999, "B");
	out_u64_unit(out, "idle", 1234567, "B");
	out_u64_unit(out, "most", UINT64_MAX, "B");
	out_object_end(out);
}

START_TEST(amounts_have_units_people_can_read)
{
	check(make_amounts,
	      "Few:      9999 B\n"
	      "Some:     10.0 kB\n"
	      "IPv4 MTU: 999.9 kB\n"
	      "Idle:     1.2 MB\n"
	      "Most:     18.4 EB\n",
	      "{\"object\":\"amounts\",\"few\":9999,\"some\":10000,"
	      "\"ipv4_mtu\":999999,\"idle\":1234567,"
	      "\"most\":18446744073709551615}\n");
}
END_TEST

static void
make_blocks(struct out *out)
{
	struct prefix prefix = prefix_new(addr_from_ip4(0x0a000000), 8);
	out_note(out, "hello %s", "there");
	out_object(out, "status");
	out_str(out, "version", "0.1");
	out_str(out, "hostname", NULL);
	out_addr(out, "router_id", addr_from_ip4(0x0a000001));
	out_prefix(out, "net", &prefix);
	out_printf(out, "text", "%d/%d", 1, 2);
	out_object_end(out);
	out_note(out, "right below");
	out_object(out, "times");
	out_usec(out, "none", 0);
	out_usec(out, "never", USEC_NEVER);
	out_usec(out, "less", -1234567);
	out_usec(out, "least", INT64_MIN);
	out_u64(out, "most", UINT64_MAX);
	out_object_end(out);
	out_list(out, "names");
	out_str(out, NULL, "one");
	out_str(out, NULL, "two");
	out_list_end(out);
	out_list(out, "things");
	for (uint64_t i = 1; i < 3; i++) {
		out_object(out, NULL);
		out_u64(out, "number", i);
		out_object_end(out);
	}
	out_list_end(out);
}

static void
make_messages(struct out *out)
{
	static const struct out_column columns[] = { { .key = "n", .title = "N" } };
	out_title(out, "Table %s:", "one");
	out_table(out, "things", columns, 1);
	out_row(out);
	out_u64(out, "n", 1);
	out_table_end(out);
	out_note_code(out, 11, "%s: enabled", "p");
	out_error_code(out, 8001, "not found");
}

START_TEST(titles_are_for_people_and_numbers_for_programs)
{
	check(make_messages,
	      "Table one:\n"
	      "N\n"
	      "1\n"
	      "p: enabled\n"
	      "not found\n",
	      "{\"row\":\"things\",\"n\":1}\n"
	      "{\"note\":\"p: enabled\",\"code\":11}\n"
	      "{\"error\":\"not found\",\"code\":8001}\n");
}
END_TEST

START_TEST(blocks_stand_apart_and_notes_do_not)
{
	check(make_blocks,
	      "hello there\n"
	      "Version:   0.1\n"
	      "Hostname:  -\n"
	      "Router ID: 10.0.0.1\n"
	      "Net:       10.0.0.0/8\n"
	      "Text:      1/2\n"
	      "right below\n"
	      "\n"
	      "None:  0.000 s\n"
	      "Never: never\n"
	      "Less:  -1.234 s\n"
	      "Least: -9223372036854.775 s\n"
	      "Most:  18446744073709551615\n"
	      "\n"
	      "one\n"
	      "two\n"
	      "\n"
	      "Number: 1\n"
	      "\n"
	      "Number: 2\n",
	      "{\"note\":\"hello there\"}\n"
	      "{\"object\":\"status\",\"version\":\"0.1\",\"hostname\":null,"
	      "\"router_id\":\"10.0.0.1\",\"net\":\"10.0.0.0/8\",\"text\":\"1/2\"}\n"
	      "{\"note\":\"right below\"}\n"
	      "{\"object\":\"times\",\"none\":0.000000,\"never\":null,\"less\":-1.234567,"
	      "\"least\":-9223372036854.775808,\"most\":18446744073709551615}\n"
	      "{\"list\":\"names\",\"items\":[\"one\",\"two\"]}\n"
	      "{\"list\":\"things\",\"items\":[{\"number\":1},{\"number\":2}]}\n");
}
END_TEST

static void
make_headings(struct out *out)
{
	for (unsigned i = 1; i < 3; i++) {
		out_title(out, "Table t%u:", i);
		out_table(out, "routes", metric_columns, 1);
		out_row(out);
		out_str(out, "net", "x");
		out_table_end(out);
	}
	out_note(out, "the end");
}

START_TEST(a_heading_belongs_to_what_follows)
{
	check(make_headings,
	      "Table t1:\n"
	      "Net\n"
	      "x\n"
	      "\n"
	      "Table t2:\n"
	      "Net\n"
	      "x\n"
	      "the end\n",
	      "{\"row\":\"routes\",\"net\":\"x\"}\n"
	      "{\"row\":\"routes\",\"net\":\"x\"}\n"
	      "{\"note\":\"the end\"}\n");
}
END_TEST

static void
make_errors(struct out *out)
{
	out_error(out, "a.conf:1:2: no such word\n\tprotcol\n\t^\n");
	out_table(out, "routes", metric_columns, 1);
	out_row(out);
	out_str(out, "net", "x");
	out_error(out, "met in a row");
	out_row(out);
	out_str(out, "net", "y");
	out_table_end(out);
	ck_assert_int_eq(out->errors, 2);
}

START_TEST(errors_are_counted_and_stand_where_they_are_met)
{
	check(make_errors,
	      "a.conf:1:2: no such word\n"
	      "\tprotcol\n"
	      "\t^\n"
	      "Net\n"
	      "x\n"
	      "  met in a row\n"
	      "y\n",
	      "{\"error\":\"a.conf:1:2: no such word\\n\\u0009protcol\\n\\u0009^\\n\"}\n"
	      "{\"error\":\"met in a row\"}\n"
	      "{\"row\":\"routes\",\"net\":\"x\"}\n"
	      "{\"row\":\"routes\",\"net\":\"y\"}\n");
}
END_TEST

static void
make_nasty(struct out *out)
{
	out_object(out, "nasty");
	out_str(out, "quotes", "\"\\/");
	out_str(out, "controls", "\x01\x1b[2J\n\t\x7f");
	out_str(out, "c1", "\xc2\x9b");
	out_str(out, "broken", "a\xff\xc3(\xed\xa0\x80z");
	out_str(out, "cut", "\xe2\x82");
	out_str(out, "fine", "€𝄞");
	out_object_end(out);
}

START_TEST(strings_from_peers_can_harm_neither_terminal_nor_reader)
{
	check(make_nasty,
	      "Quotes:   \"\\/\n"
	      "Controls: \\x01\\x1b[2J\\x0a\t\\x7f\n"
	      "C1:       \\x9b\n"
	      "Broken:   a\\xff\\xc3(\\xed\\xa0\\x80z\n"
	      "Cut:      \\xe2\\x82\n"
	      "Fine:     €𝄞\n",
	      "{\"object\":\"nasty\",\"quotes\":\"\\\"\\\\/\","
	      "\"controls\":\"\\u0001\\u001b[2J\\n\\u0009\x7f\",\"c1\":\"\xc2\x9b\","
	      "\"broken\":\"a\\ufffd\\ufffd(\\ufffd\\ufffd\\ufffdz\","
	      "\"cut\":\"\\ufffd\\ufffd\",\"fine\":\"€𝄞\"}\n");
}
END_TEST

static void
make_bytes(struct out *out)
{
	uint64_t random = 15;
	out_table(out, "routes", metric_columns, 1);
	for (int i = 0; i < 2000; i++) {
		char bytes[24];
		size_t length = unit_below(&random, sizeof(bytes));
		for (size_t j = 0; j < length; j++)
			bytes[j] = (char)(1 + unit_below(&random, 255));
		bytes[length] = '\0';
		out_row(out);
		out_str(out, "net", bytes);
		out_note(out, "%s", bytes);
	}
	out_table_end(out);
}

START_TEST(any_bytes_make_json_and_printable_text)
{
	struct both both = both_of(make_bytes);
	uint32_t rune = 0;
	size_t size = 1;
	for (size_t at = 0; at < both.text.length; at += size) {
		size = text_utf8(both.text.text + at, both.text.length - at, &rune);
		ck_assert_uint_gt(size, 0);
		ck_assert(rune == '\n' || rune == '\t' ||
			  (rune >= ' ' && (rune < 0x7f || rune >= 0xa0)));
	}
	text_fini(&both.text);
	text_fini(&both.json);
}
END_TEST

/* Remembers only the size of what is held back. */
struct counter {
	size_t bytes, lines;
};

static void
count_bytes(void *context, const char *bytes, size_t size)
{
	struct counter *counter = context;
	counter->bytes += size;
	counter->lines += size > 0 && bytes[size - 1] == '\n';
}

START_TEST(rows_stream_once_the_columns_are_measured)
{
	struct counter counter = { 0 };
	struct out *out = out_text_new(count_bytes, &counter);
	out_table(out, "routes", metric_columns, 2);
	for (size_t i = 0; i < 100000; i++) {
		out_row(out);
		out_str(out, "net", "10.0.0.0/8");
		out_u64(out, "metric", i);
		/* The title and all rows but those held and the open one. */
		ck_assert_uint_ge(counter.lines + 200, i);
		ck_assert(i > 150 || counter.lines == 0);
	}
	out_table_end(out);
	ck_assert_uint_eq(counter.lines, 100001);
	out_free(out);
}
END_TEST

START_TEST(a_later_wide_cell_shifts_its_own_row_only)
{
	struct text text = { .text = NULL };
	struct out *out = out_text_new(out_to_text, &text);
	out_table(out, "routes", metric_columns, 2);
	for (unsigned i = 0; i < 300; i++) {
		out_row(out);
		out_str(out, "net", i == 250 ? "far too wide" : "net");
		out_u64(out, "metric", i);
	}
	out_table_end(out);
	ck_assert_ptr_nonnull(strstr(text.text, "\nnet    249\n"));
	ck_assert_ptr_nonnull(strstr(text.text, "\nfar too wide    250\n"));
	ck_assert_ptr_nonnull(strstr(text.text, "\nnet    251\n"));
	out_free(out);
	text_fini(&text);
}
END_TEST

START_TEST(details_without_end_stream_below_their_row)
{
	struct text text = { .text = NULL };
	struct out *out = out_text_new(out_to_text, &text);
	out_table(out, "routes", metric_columns, 2);
	out_row(out);
	out_str(out, "net", "first");
	out_detail(out);
	for (unsigned i = 0; i < 1000; i++)
		out_u64(out, "line", i);
	ck_assert_ptr_nonnull(
		strstr(text.text, "Net   Metric\nfirst\n  Line: 0\n  Line: 1\n"));
	out_detail_end(out);
	/* Too late for the line of the row. */
	out_u64(out, "metric", 5);
	out_table_end(out);
	ck_assert_ptr_nonnull(strstr(text.text, "\n  Line: 999\n  Metric: 5\n"));
	out_free(out);
	text_fini(&text);
}
END_TEST

START_TEST(what_is_emitted_can_be_had_at_once)
{
	struct text text = { .text = NULL };
	struct out *out = out_text_new(out_to_text, &text);
	out_table(out, "routes", metric_columns, 2);
	out_row(out);
	out_str(out, "net", "first");
	ck_assert_str_eq(text_string(&text), "");
	out_flush(out);
	ck_assert_str_eq(text_string(&text), "Net   Metric\nfirst\n");
	out_flush(out);
	out_row(out);
	out_u64(out, "metric", 1);
	out_detail(out);
	out_object(out, "more");
	out_bool(out, "deep", true);
	out_object_end(out);
	out_detail_end(out);
	out_flush(out);
	ck_assert_str_eq(text_string(&text),
			 "Net   Metric\nfirst\n           1\n  More:\n    Deep: yes\n");
	out_table_end(out);
	out_end(out);
	out_free(out);
	text_fini(&text);
}
END_TEST

START_TEST(colours_tell_what_values_mean_and_shift_nothing)
{
	struct text text = { .text = NULL };
	struct out *out = out_text_new(out_to_text, &text);
	out_text_fit(out, 0, true);
	out_table(out, "protocols", &protocol_columns[3], 2);
	out_row(out);
	out_state(out, "state", "up", OUT_GOOD);
	out_str(out, "since", "now");
	out_row(out);
	out_state(out, "state", "start", OUT_WAIT);
	out_row(out);
	out_state(out, "state", "down", OUT_BAD);
	out_str(out, "since", "\x1b[1mthen");
	out_table_end(out);
	out_error(out, "one\ntwo");
	out_end(out);
	ck_assert_str_eq(text_string(&text), "\x1b[1mState  Since\x1b[0m\n"
					     "\x1b[32mup\x1b[0m     now\n"
					     "\x1b[33mstart\x1b[0m\n"
					     "\x1b[31mdown\x1b[0m   \\x1b[1mthen\n"
					     "\x1b[31mone\x1b[0m\n"
					     "\x1b[31mtwo\x1b[0m\n");
	out_free(out);
	text_fini(&text);
}
END_TEST

static void
make_wide(struct out *out)
{
	static const struct out_column columns[] = {
		{ "net", "Network", 12, OUT_LEFT },
		{ "via", "Via", 0, OUT_LEFT },
		{ "metric", "Metric", 0, OUT_RIGHT },
		{ "info", "Info", 0, OUT_LEFT },
	};
	out_table(out, "routes", columns, ARRAY_SIZE(columns));
	out_row(out);
	out_str(out, "net", "10.0.0.0/8");
	out_str(out, "via", "10.0.0.1");
	out_u64(out, "metric", 96);
	out_str(out, "info", "short");
	out_row(out);
	out_str(out, "net", "fd00:1:2:3::/64");
	out_str(out, "via", "fe80::1:2:3:4:5:6:7");
	out_u64(out, "metric", 100);
	out_str(out, "info", "(130/96) [id]");
	out_detail(out);
	out_str(out, "path", "one two three four five six seven");
	out_str(out, "whole", "a-word-that-can-not-be-broken-anywhere-at-all");
	out_detail_end(out);
	out_table_end(out);
	out_object(out, "status");
	out_str(out, "a_key_that_is_much_too_long_itself", "one two three four five");
	out_object_end(out);
}

START_TEST(long_lines_are_folded_to_the_width)
{
	struct text text = { .text = NULL };
	struct out *out = out_text_new(out_to_text, &text);
	out_text_fit(out, 40, false);
	make_wide(out);
	out_end(out);
	ck_assert_str_eq(text_string(&text),
			 "Network         Via\n"
			 "    Metric Info\n"
			 "10.0.0.0/8      10.0.0.1\n"
			 "    96 short\n"
			 "fd00:1:2:3::/64 fe80::1:2:3:4:5:6:7\n"
			 "    100 (130/96) [id]\n"
			 "  Path:  one two three four five six\n"
			 "         seven\n"
			 "  Whole: a-word-that-can-not-be-broken-anywhere-at-all\n"
			 "\n"
			 "A key that is much too long itself:\n"
			 "    one two three four five\n");
	out_free(out);
	text_fini(&text);
}
END_TEST

START_TEST(columns_are_only_as_wide_as_there_is_room)
{
	static const struct out_column columns[] = { { "net", "Network", 12, OUT_LEFT },
						     { "via", "Via", 9, OUT_LEFT } };
	static const char *const shown[] = { "Network      Via\na            b\n",
					     "Network Via\na       b\n" };
	for (unsigned i = 0; i < ARRAY_SIZE(shown); i++) {
		struct text text = { .text = NULL };
		struct out *out = out_text_new(out_to_text, &text);
		out_text_fit(out, 30 - 10 * i, false);
		out_table(out, "routes", columns, ARRAY_SIZE(columns));
		out_row(out);
		out_str(out, "net", "a");
		out_str(out, "via", "b");
		out_table_end(out);
		ck_assert_str_eq(text_string(&text), shown[i]);
		out_free(out);
		text_fini(&text);
	}
}
END_TEST

START_TEST(text_in_the_last_column_is_wrapped_in_it)
{
	struct text text = { .text = NULL };
	struct out *out = out_text_new(out_to_text, &text);
	static const struct out_column columns[] = {
		{ "command", "Command", 0, OUT_LEFT },
		{ "doc", "What it does", 0, OUT_LEFT },
	};
	out_text_fit(out, 32, true);
	out_table(out, "commands", columns, ARRAY_SIZE(columns));
	out_row(out);
	out_str(out, "command", "show route");
	out_str(out, "doc", "Shows rōutes, and with `all' their attributes.");
	out_table_end(out);
	out_end(out);
	ck_assert_str_eq(text_string(&text), "\x1b[1mCommand    What it does\x1b[0m\n"
					     "show route Shows rōutes, and\n"
					     "           with `all' their\n"
					     "           attributes.\n");
	out_free(out);
	text_fini(&text);
}
END_TEST

START_TEST(errors_may_have_a_place_of_their_own)
{
	struct text text = { .text = NULL };
	struct out *out = out_text_new(out_to_text, &text);
	struct counter counter = { 0 };
	out_table(out, "routes", metric_columns, 2);
	out_row(out);
	out_str(out, "net", "x");
	out->complain = count_bytes;
	out->context = &counter;
	out_error(out, "one\ntwo");
	out->context = &text;
	out_table_end(out);
	ck_assert_uint_eq(counter.lines, 2);
	ck_assert_str_eq(text_string(&text), "Net Metric\nx\n");
	out_free(out);
	text_fini(&text);
}
END_TEST

START_TEST(a_command_broken_off_is_freed)
{
	struct counter counter = { 0 };
	struct out *outs[] = { out_text_new(count_bytes, &counter),
			       out_json_new(count_bytes, &counter) };
	for (size_t i = 0; i < ARRAY_SIZE(outs); i++) {
		out_table(outs[i], "routes", metric_columns, 2);
		out_row(outs[i]);
		out_list(outs[i], "open");
		out_str(outs[i], NULL, "x");
		out_free(outs[i]);
	}
	ck_assert_uint_eq(counter.bytes, 0);
	out_free(NULL);
}
END_TEST

static struct out *
any_out(void)
{
	return out_json_new(count_bytes, &(struct counter){ 0 });
}

START_TEST(a_value_outside_is_a_mistake)
{
	out_str(any_out(), "key", "value");
}
END_TEST

START_TEST(a_value_between_rows_is_a_mistake)
{
	struct out *out = any_out();
	out_table(out, "routes", metric_columns, 2);
	out_str(out, "key", "value");
}
END_TEST

START_TEST(a_row_outside_a_table_is_a_mistake)
{
	out_row(any_out());
}
END_TEST

START_TEST(a_detail_left_open_is_a_mistake)
{
	struct out *out = any_out();
	out_table(out, "routes", metric_columns, 2);
	out_row(out);
	out_detail(out);
	out_row(out);
}
END_TEST

START_TEST(a_table_left_open_is_a_mistake)
{
	struct out *out = any_out();
	out_table(out, "routes", metric_columns, 2);
	out_row(out);
	out_end(out);
}
END_TEST

START_TEST(closing_another_thing_is_a_mistake)
{
	struct out *out = any_out();
	out_object(out, "status");
	out_list_end(out);
}
END_TEST

START_TEST(a_key_in_a_list_is_a_mistake)
{
	struct out *out = any_out();
	out_list(out, "names");
	out_str(out, "key", "value");
}
END_TEST

START_TEST(a_value_without_key_is_a_mistake)
{
	struct out *out = any_out();
	out_object(out, "status");
	out_str(out, NULL, "value");
}
END_TEST

START_TEST(a_key_that_names_the_line_is_a_mistake)
{
	struct out *out = any_out();
	out_table(out, "routes", metric_columns, 2);
	out_row(out);
	out_u64(out, "row", 1);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		protocols_look_as_in_birdc,
		cells_find_their_column_and_side_in_any_order,
		details_nest_and_indent,
		amounts_have_units_people_can_read,
		blocks_stand_apart_and_notes_do_not,
		titles_are_for_people_and_numbers_for_programs,
		a_heading_belongs_to_what_follows,
		errors_are_counted_and_stand_where_they_are_met,
		strings_from_peers_can_harm_neither_terminal_nor_reader,
		any_bytes_make_json_and_printable_text,
		rows_stream_once_the_columns_are_measured,
		a_later_wide_cell_shifts_its_own_row_only,
		details_without_end_stream_below_their_row,
		what_is_emitted_can_be_had_at_once,
		colours_tell_what_values_mean_and_shift_nothing,
		long_lines_are_folded_to_the_width,
		columns_are_only_as_wide_as_there_is_room,
		text_in_the_last_column_is_wrapped_in_it,
		errors_may_have_a_place_of_their_own,
		a_command_broken_off_is_freed,
	};
	const TTest *const aborting[] = {
		a_value_outside_is_a_mistake,
		a_value_between_rows_is_a_mistake,
		a_row_outside_a_table_is_a_mistake,
		a_detail_left_open_is_a_mistake,
		a_table_left_open_is_a_mistake,
		closing_another_thing_is_a_mistake,
		a_key_in_a_list_is_a_mistake,
		a_value_without_key_is_a_mistake,
		a_key_that_names_the_line_is_a_mistake,
	};
	return unit_run("out", tests, ARRAY_SIZE(tests), aborting, ARRAY_SIZE(aborting));
}
