/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Expressions and the texts of their values: the table expressions.txt, a line each.
 */
#include "test/unit/filter/lab.h"
#include "test/unit/unit.h"
#include <stdio.h>

#define LEAST_LINES 500

static FILE *
table_open(void)
{
	char path[4096];
	const char *source = getenv("SRC");
	snprintf(path, sizeof(path), "%s/test/unit/filter/expressions.txt",
		 source ? source : ".");
	FILE *file = fopen(path, "r");
	ck_assert_msg(file != NULL, "%s cannot be read", path);
	return file;
}

/* `line` is `EXPRESSION => TEXT` or `EXPRESSION => !PIECE OF COMPLAINT`. */
static bool
line_holds(struct lab *lab, char *line, unsigned number)
{
	static const char between[] = " => ";
	char *text = strstr(line, between);
	ck_assert_msg(text != NULL, "line %u has no value", number);
	*text = '\0';
	text += strlen(between);
	const char *got = lab_eval(lab, line);
	bool holds = text[0] == '!' ? got[0] == '!' && strstr(got + 1, text + 1) != NULL
				    : strcmp(got, text) == 0;
	if (!holds)
		printf("line %u: %s\n  expected: %s\n  got:      %s\n", number, line,
		       text, got);
	return holds;
}

START_TEST(expressions_have_these_values)
{
	struct lab lab;
	char line[4096];
	unsigned number = 0, tried = 0, wrong = 0;
	FILE *file = table_open();
	ck_assert(lab_open(&lab, ""));
	while (fgets(line, sizeof(line), file) != NULL) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '\0' || line[0] == '#')
			continue;
		tried++;
		if (!line_holds(&lab, line, number))
			wrong++;
	}
	fclose(file);
	lab_close(&lab);
	ck_assert_uint_eq(wrong, 0);
	ck_assert_uint_ge(tried, LEAST_LINES);
}
END_TEST

/* Whatever the depth, it ends in a value or a complaint. */
START_TEST(deep_expressions_are_complained_about)
{
	struct lab lab;
	struct text text = { 0 };
	ck_assert(lab_open(&lab, ""));
	for (unsigned depth = 8; depth <= 32768; depth *= 4) {
		text_reset(&text);
		for (unsigned i = 0; i < depth; i++)
			text_add(&text, "!");
		text_add(&text, "true");
		const char *got = lab_eval(&lab, text_string(&text));
		if (depth < 100)
			ck_assert_str_eq(got, "TRUE");
		else if (depth > 1000)
			ck_assert_msg(got[0] == '!' && strstr(got, "nested"), "%s", got);
	}
	text_fini(&text);
	lab_close(&lab);
}
END_TEST

/* A generated policy may have thousands of terms. */
START_TEST(long_chains_are_not_deep)
{
	struct lab lab;
	struct text text = { 0 };
	ck_assert(lab_open(&lab, ""));
	for (unsigned i = 0; i < 5000; i++)
		text_printf(&text, "%u = %u || ", i, i + 1);
	text_add(&text, "7 = 7");
	ck_assert_str_eq(lab_eval(&lab, text_string(&text)), "TRUE");
	text_fini(&text);
	lab_close(&lab);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { expressions_have_these_values,
				       deep_expressions_are_complained_about,
				       long_chains_are_not_deep };
	return unit_run("filter expressions", tests, ARRAY_SIZE(tests), NULL, 0);
}
