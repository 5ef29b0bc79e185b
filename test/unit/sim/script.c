/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scenario text: how it falls into statements, and complaints that point at the place.
 */
#include "sim/script.h"
#include <check.h>
#include <string.h>
#include "lib/arena.h"
#include "lib/pool.h"
#include "lib/text.h"

/* Splits, and joins again: words by blanks, blocks in (), strings in '', statements ended
 * by |. */
static struct text
split(const char *source)
{
	struct pool *pool = pool_new(NULL, "test");
	struct script script = { .name = "x.scn",
				 .text = source,
				 .arena = arena_new(pool) };
	struct list statements;
	struct text out = { 0 }, error = { 0 };

	list_init(&statements);
	if (!script_split(&script, source, strlen(source), 1, &statements, &error)) {
		pool_free(pool);
		return error;
	}
	list_each(statement, &statements, struct statement, link) {
		for (unsigned i = 0; i < statement->count; i++) {
			const struct token *token = &statement->tokens[i];
			ck_assert_uint_eq(token->length, strlen(token->text));
			if (token->kind == TOKEN_BLOCK)
				text_printf(&out, "(%s) ", token->text);
			else if (token->kind == TOKEN_STRING)
				text_printf(&out, "'%s' ", token->text);
			else
				text_printf(&out, "%s ", token->text);
		}
		text_add(&out, "|");
	}
	pool_free(pool);
	return out;
}

static void
split_gives(const char *source, const char *wanted)
{
	struct text out = split(source);

	ck_assert_str_eq(text_string(&out), wanted);
	text_fini(&out);
}

START_TEST(statements_end_with_line_or_semicolon)
{
	split_gives("a b\nc;d e", "a b |c |d e |");
	split_gives("\n\n;;\n", "");
	split_gives("a \\\n b", "a b |");
}
END_TEST

START_TEST(comments_are_left_out)
{
	split_gives("# all\na # rest { \nb", "a |b |");
}
END_TEST

START_TEST(blocks_keep_their_text)
{
	split_gives("r { a { b; } c }\nx", "r ( a { b; } c ) |x |");
	split_gives("r { \"}\" # }\n}", "r ( \"}\" # }\n) |");
}
END_TEST

START_TEST(strings_keep_blanks)
{
	split_gives("say \"a  { b\" c", "say 'a  { b' c |");
}
END_TEST

START_TEST(lines_are_counted_through_blocks)
{
	struct pool *pool = pool_new(NULL, "test");
	const char *source = "a {\n\n}\nb";
	struct script script = { .name = "x.scn",
				 .text = source,
				 .arena = arena_new(pool) };
	struct list statements;
	struct text error = { 0 };

	list_init(&statements);
	ck_assert(script_split(&script, source, strlen(source), 1, &statements, &error));
	const struct statement *last =
		container_of(statements.previous, struct statement, link);
	ck_assert_uint_eq(last->tokens[0].line, 4);
	pool_free(pool);
}
END_TEST

START_TEST(complaints_point_at_the_place)
{
	split_gives("a\n\tb }", "x.scn:2:4: this `}` closes nothing\n  \tb }\n  \t  ^\n");
	split_gives("a \"b\nc", "x.scn:1:3: this string has no end\n  a \"b\n    ^\n");
	split_gives("a\nb { {} ", "x.scn:2:3: this block has no end\n  b { {} \n    ^\n");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sim script");
	TCase *tests = tcase_create("script");
	SRunner *runner = srunner_create(suite);

	tcase_add_test(tests, statements_end_with_line_or_semicolon);
	tcase_add_test(tests, comments_are_left_out);
	tcase_add_test(tests, blocks_keep_their_text);
	tcase_add_test(tests, strings_keep_blanks);
	tcase_add_test(tests, lines_are_counted_through_blocks);
	tcase_add_test(tests, complaints_point_at_the_place);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
