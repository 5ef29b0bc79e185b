/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Grids by themselves: when they write, and how wide. What tables and objects look like
 * is tested with out_text.c, in out.c.
 */
#include "lib/grid.h"
#include "lib/macros.h"
#include "lib/readable.h"
#include "test/unit/unit.h"

static const struct out_column columns[] = {
	{ .key = "net", .title = "Net" },
	{ .key = "hidden" },
	{ .key = "metric", .title = "Metric", .width = 8, .align = OUT_RIGHT },
	{ .key = "comment", .title = "" },
};

struct paper {
	struct text text;
	struct page page;
	struct grid outer, inner;
};

static void
paper_write(void *context, const char *bytes, size_t size)
{
	text_add_bytes(context, bytes, size);
}

static void
paper_open(struct paper *paper, size_t width)
{
	*paper = (struct paper){ .page = { .write = paper_write, .width = width } };
	paper->page.context = &paper->text;
}

static void
paper_close(struct paper *paper, const char *expected)
{
	ck_assert_str_eq(text_string(&paper->text), expected);
	grid_fini(&paper->outer);
	grid_fini(&paper->inner);
	text_fini(&paper->text);
}

START_TEST(columns_are_as_wide_as_their_widest_cell)
{
	struct paper paper;
	paper_open(&paper, SIZE_MAX);
	grid_open(&paper.outer, &paper.page, NULL, 0, columns, ARRAY_SIZE(columns));
	grid_cells(&paper.outer, (const char *const[]){ "10.0.0.0/8", "x", "7", "" }, 4);
	grid_cells(&paper.outer, (const char *const[]){ "::/0", "x", "12", "ü b" }, 4);
	ck_assert_uint_eq(paper.text.length, 0);
	grid_flush(&paper.outer);
	grid_cells(&paper.outer, (const char *const[]){ "1.0.0.0/8", "", "", "" }, 4);
	paper_close(&paper, "Net          Metric\n"
			    "10.0.0.0/8        7\n"
			    "::/0             12 ü b\n"
			    "1.0.0.0/8\n");
}
END_TEST

static void
announce(struct grid *grid)
{
	grid_line(grid->above, "first");
}

START_TEST(lines_of_an_inner_grid_are_lines_of_the_outer_one)
{
	struct paper paper;
	paper_open(&paper, SIZE_MAX);
	grid_open(&paper.outer, &paper.page, NULL, 1, NULL, 2);
	grid_open(&paper.inner, &paper.page, &paper.outer, 2, NULL, 2);
	paper.inner.before = announce;
	grid_field(&paper.inner, "Name:", "x");
	grid_field(&paper.inner, "Value of it:", "y");
	grid_flush(&paper.inner);
	grid_field(&paper.outer, "Key:", "z");
	grid_flush(&paper.outer);
	paper_close(&paper, " first\n"
			    "   Name:        x\n"
			    "   Value of it: y\n"
			    " Key: z\n");
}
END_TEST

/* It can't hold back what never ends. */
START_TEST(a_long_table_streams)
{
	struct paper paper;
	paper_open(&paper, SIZE_MAX);
	grid_open(&paper.outer, &paper.page, NULL, 0, NULL, 2);
	for (int i = 0; i < 1000; i++)
		grid_field(&paper.outer, "a", "b");
	ck_assert_uint_gt(paper.text.length, 700 * strlen("a b\n"));
	grid_flush(&paper.outer);
	ck_assert_uint_eq(paper.text.length, 1000 * strlen("a b\n"));
	text_reset(&paper.text);
	paper_close(&paper, "");
}
END_TEST

START_TEST(what_is_too_long_for_the_page_goes_on_below)
{
	struct paper paper;
	paper_open(&paper, 20);
	grid_open(&paper.outer, &paper.page, NULL, 2, NULL, 2);
	grid_field(&paper.outer, "Text:", "one two three four");
	grid_flush(&paper.outer);
	paper_close(&paper, "  Text: one two\n"
			    "        three four\n");
}
END_TEST

START_TEST(keys_and_values_are_readable)
{
	static const struct {
		struct out_item item;
		const char *text;
	} values[] = {
		{ { .event = OUT_STRING }, "-" },
		{ { .event = OUT_STRING, .string = "a\x1b[31m\xff\t" },
		  "a\\x1b[31m\\xff\t" },
		{ { .event = OUT_U64, .u64 = 9999, .unit = "B" }, "9999 B" },
		{ { .event = OUT_U64, .u64 = 12345678, .unit = "B" }, "12.3 MB" },
		{ { .event = OUT_U64, .u64 = 3, .unit = "routes" }, "3 routes" },
		{ { .event = OUT_I64, .i64 = -3 }, "-3" },
		{ { .event = OUT_BOOL, .i64 = 1 }, "yes" },
		{ { .event = OUT_USEC, .i64 = USEC_NEVER }, "never" },
		{ { .event = OUT_USEC, .i64 = 1500 * USEC_MS }, "1.500 s" },
	};
	struct text text = { .text = NULL };
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		text_reset(&text);
		readable_value(&text, &values[i].item);
		ck_assert_str_eq(text_string(&text), values[i].text);
	}
	text_reset(&text);
	readable_key(&text, "router_id");
	text_add(&text, ", ");
	readable_key(&text, "bgp_next_hop_ipv4");
	ck_assert_str_eq(text_string(&text), "Router ID, BGP next hop IPv4");
	text_fini(&text);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		columns_are_as_wide_as_their_widest_cell,
		lines_of_an_inner_grid_are_lines_of_the_outer_one,
		a_long_table_streams,
		what_is_too_long_for_the_page_goes_on_below,
		keys_and_values_are_readable,
	};
	return unit_run("grid", tests, ARRAY_SIZE(tests), NULL, 0);
}
