/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output as CSV: what a spreadsheet reads, and what it is spared.
 */
#include "lib/out.h"

#include "lib/text.h"
#include "test/unit/unit.h"
#include <string.h>

static const struct out_column route_columns[] = {
	{ "net", "Network", 20, OUT_LEFT },
	{ "metric", "Metric", 0, OUT_RIGHT },
	{ "hops", NULL, 0, OUT_LEFT },
	{ "details", NULL, 0, OUT_LEFT },
};

static const struct out_column name_columns[] = { { "name", "Name", 0, OUT_LEFT } };

static void
check(void (*make)(struct out *), const char *csv)
{
	struct text text = { .text = NULL };
	struct out *out = out_csv_new(out_to_text, &text);
	make(out);
	out_end(out);
	out_free(out);
	ck_assert_str_eq(text_string(&text), csv);
	text_fini(&text);
}

static void
make_rows(struct out *out)
{
	out_table(out, "routes", route_columns, ARRAY_SIZE(route_columns));
	out_row(out);
	out_u64_unit(out, "metric", 7, "ms");
	out_str(out, "net", "a");
	out_note(out, "for people");
	out_detail(out);
	out_list(out, "hops");
	out_str(out, NULL, "via x");
	out_str(out, NULL, "via y");
	out_list_end(out);
	out_bool(out, "stale", false);
	out_object(out, "bgp");
	out_str(out, "origin", "IGP");
	out_list(out, "path");
	out_u64(out, NULL, 65001);
	out_u64(out, NULL, 65002);
	out_list_end(out);
	out_list(out, "nothing");
	out_list_end(out);
	out_object_end(out);
	out_detail_end(out);
	out_row(out);
	out_str(out, "net", NULL);
	out_usec(out, "metric", 1500 * USEC_MS);
	out_row(out);
	out_usec(out, "metric", USEC_NEVER);
	out_table_end(out);
}

START_TEST(rows_are_lines_below_the_keys)
{
	check(make_rows, "net,metric,hops,details\n"
			 "a,7,via x via y,stale=false; bgp.origin=IGP; "
			 "bgp.path=65001 65002\n"
			 ",1.500000,,\n"
			 ",,,\n");
}
END_TEST

static void
make_quotes(struct out *out)
{
	static const char *const names[] = {
		"plain", "two words", "a,b",   "say \"so\"", "two\nlines",
		"",      "\x1b[2J",   "a\xff", "täst",
	};
	out_table(out, "names", name_columns, 1);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		out_row(out);
		out_str(out, "name", names[i]);
	}
	out_table_end(out);
}

/* RFC 4180 §2.5 to §2.7 */
START_TEST(fields_are_quoted_where_they_must_be)
{
	check(make_quotes, "name\n"
			   "plain\n"
			   "two words\n"
			   "\"a,b\"\n"
			   "\"say \"\"so\"\"\"\n"
			   "\"two\nlines\"\n"
			   "\n"
			   "\xef\xbf\xbd[2J\n"
			   "a\xef\xbf\xbd\n"
			   "täst\n");
}
END_TEST

static void
table_of(struct out *out, const struct out_column *columns, size_t count, const char *key,
	 const char *value)
{
	out_table(out, "table", columns, count);
	out_row(out);
	out_str(out, key, value);
	out_table_end(out);
}

static void
make_tables(struct out *out)
{
	table_of(out, name_columns, 1, "name", "one");
	table_of(out, name_columns, 1, "name", "two");
	table_of(out, route_columns, 2, "net", "three");
	out_table(out, "empty", name_columns, 1);
	out_table_end(out);
}

START_TEST(a_table_that_goes_on_has_its_keys_once)
{
	check(make_tables, "name\none\ntwo\n\nnet,metric\nthree,\n\nname\n");
}
END_TEST

static void
make_nested(struct out *out)
{
	out_table(out, "names", name_columns, 1);
	out_row(out);
	out_str(out, "name", "outer");
	out_detail(out);
	table_of(out, name_columns, 1, "name", "inner");
	out_detail_end(out);
	out_table_end(out);
}

START_TEST(tables_within_rows_are_left_out)
{
	check(make_nested, "name\nouter\n");
}
END_TEST

static void
make_others(struct out *out)
{
	out_object(out, "status");
	out_str(out, "version", "0.1");
	out_object(out, "limits");
	out_i64(out, "low", -1);
	out_object_end(out);
	out_list(out, "peers");
	for (uint64_t i = 1; i < 3; i++) {
		out_object(out, NULL);
		out_u64(out, "number", i);
		out_str(out, "state", "up");
		out_object_end(out);
	}
	out_list_end(out);
	out_object_end(out);
	out_list(out, "words");
	out_str(out, NULL, "one");
	out_str(out, NULL, "two, three");
	out_list_end(out);
}

START_TEST(an_object_is_one_row_and_a_list_one_column)
{
	check(make_others, "version,limits.low,peers\n"
			   "0.1,-1,number=1 state=up; number=2 state=up\n"
			   "\n"
			   "words\n"
			   "one\n"
			   "\"two, three\"\n");
}
END_TEST

struct heard {
	struct text data, errors;
};

static void
hear_data(void *context, const char *bytes, size_t size)
{
	text_add_bytes(&((struct heard *)context)->data, bytes, size);
}

static void
hear_error(void *context, const char *bytes, size_t size)
{
	text_add_bytes(&((struct heard *)context)->errors, bytes, size);
}

START_TEST(errors_are_told_apart_from_rows)
{
	struct heard heard = { .data = { 0 } };
	struct out *out = out_csv_new(hear_data, &heard);
	out_error(out, "nobody hears");
	out->complain = hear_error;
	out_table(out, "names", name_columns, 1);
	out_row(out);
	out_error(out, "in a row");
	out_error(out, "two\nlines\n");
	out_str(out, "name", "one");
	out_table_end(out);
	ck_assert_int_eq(out->errors, 3);
	ck_assert_str_eq(text_string(&heard.data), "name\none\n");
	ck_assert_str_eq(text_string(&heard.errors), "in a row\ntwo\nlines\n");
	out_free(out);
	text_fini(&heard.data);
	text_fini(&heard.errors);
}
END_TEST

START_TEST(a_command_broken_off_is_freed)
{
	struct text text = { .text = NULL };
	struct out *out = out_csv_new(out_to_text, &text);
	out_table(out, "names", name_columns, 1);
	out_row(out);
	out_list(out, "open");
	out_str(out, NULL, "x");
	out_free(out);
	ck_assert_str_eq(text_string(&text), "name\n");
	text_fini(&text);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		rows_are_lines_below_the_keys,
		fields_are_quoted_where_they_must_be,
		a_table_that_goes_on_has_its_keys_once,
		tables_within_rows_are_left_out,
		an_object_is_one_row_and_a_list_one_column,
		errors_are_told_apart_from_rows,
		a_command_broken_off_is_freed,
	};
	return unit_run("out_csv", tests, ARRAY_SIZE(tests), NULL, 0);
}
