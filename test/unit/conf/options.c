/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each of BIRD's options is what doc/bird-options.txt says: taken, ignored with a
 * warning, or refused in one sentence; none is a syntax error.
 */
#include "doc/options.h"

#include "lib/text.h"
#include "test/unit/unit.h"
#include <stdio.h>
#include <string.h>

#define LIST "doc/bird-options.txt"

struct count {
	unsigned options, wrong;
	struct text text;
};

static void
look(void *context, const struct option *option)
{
	static const char *const words[] = { "taken", "ignored", "refused", "wrong" };
	struct count *count = context;
	count->options++;
	if (option->found == option->said)
		return;
	count->wrong++;
	text_printf(&count->text, LIST ":%u: %s: `%s` is %s, not %s: %s\n", option->line,
		    option->section, option->statement, words[option->found],
		    words[option->said], option->reason ? option->reason : "");
}

START_TEST(each_option_is_what_the_list_says)
{
	struct count count = { .options = 0 };
	ck_assert(options_each(LIST, look, &count));
	if (count.wrong > 0)
		fputs(text_string(&count.text), stderr);
	ck_assert_uint_eq(count.wrong, 0);
	ck_assert_uint_gt(count.options, 400);
	text_fini(&count.text);
}
END_TEST

static void
reasons(void *context, const struct option *option)
{
	(void)context;
	ck_assert_msg(option->found == OPTION_TAKEN ||
			      (option->reason != NULL && strlen(option->reason) > 10),
		      "%s: no reason", option->statement);
}

START_TEST(what_is_not_taken_says_why)
{
	ck_assert(options_each(LIST, reasons, NULL));
}
END_TEST

START_TEST(the_manual_has_them_all)
{
	struct text text = { .text = NULL };
	ck_assert_uint_eq(options_write(&text, LIST), 0);
	static const char *const lines[] = {
		"### bgp channel\n",
		"| `next hop self ebgp;` | yes |  |\n",
		"| `threads 2;` | ignored | ",
		"| `protocol ospf { };` | no | babel does this job |\n",
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ck_assert_msg(strstr(text_string(&text), lines[i]) != NULL, "%s",
			      lines[i]);
	text_fini(&text);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { each_option_is_what_the_list_says,
				       what_is_not_taken_says_why,
				       the_manual_has_them_all };
	return unit_run("conf/options", tests, 3, NULL, 0);
}
