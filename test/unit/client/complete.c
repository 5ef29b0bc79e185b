/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Completion without a daemon, and where a question mark asks for help.
 */
#include "client/complete.h"

#include "client/commands.h"
#include "lib/macros.h"
#include "test/unit/unit.h"
#include <string.h>

static bool
is_offered(const char *line, const char *word)
{
	struct candidates candidates;
	bool found = false;
	complete_line(NULL, line, &candidates);
	for (size_t i = 0; i < candidates.count; i++)
		found |= !strcmp(candidates.list[i].word, word);
	candidates_fini(&candidates);
	return found;
}

START_TEST(commands_of_the_build_are_known)
{
	ck_assert(is_offered("", "show"));
	ck_assert(is_offered("sh", "show"));
	ck_assert(!is_offered("sh", "configure"));
	ck_assert(is_offered("show ", "route"));
	ck_assert(is_offered("sh ro ", "table"));
	ck_assert(is_offered("configure ", "timeout"));
}
END_TEST

START_TEST(the_clients_own_commands_are_known)
{
	ck_assert(is_offered("", "watch"));
	ck_assert(is_offered("qu", "quit"));
	ck_assert(is_offered("watch ", "routes"));
	ck_assert(is_offered("watch ", "show"));
	ck_assert(is_offered("watch show ", "route"));
	ck_assert(is_offered("watch -n 5 show ", "route"));
	ck_assert(is_offered("watch -n5 sho", "show"));
	ck_assert(is_offered("watch routes ", "changes"));
}
END_TEST

START_TEST(what_all_begin_with_can_be_typed)
{
	struct candidate list[] = { { (char[]){ "routes" }, NULL },
				    { (char[]){ "route" }, NULL },
				    { (char[]){ "roa" }, NULL } };
	struct candidates candidates = { list, 2 };
	ck_assert_uint_eq(candidates_common(&candidates), 5);
	candidates.count = 3;
	ck_assert_uint_eq(candidates_common(&candidates), 2);
	candidates.count = 0;
	ck_assert_uint_eq(candidates_common(&candidates), 0);
}
END_TEST

START_TEST(a_question_mark_in_an_expression_is_one)
{
	static const char *const help[] = { "",
					    "show ",
					    "show route where_ ",
					    "eval ",
					    "show protocols \"a\" ",
					    "show route [a] " };
	static const char *const other[] = { "show protocols \"", "show protocols 'a",
					     "show route where ", "eval [= 1 " };
	for (size_t i = 0; i < ARRAY_SIZE(help); i++)
		ck_assert_msg(complete_is_help(help[i]), "%s", help[i]);
	for (size_t i = 0; i < ARRAY_SIZE(other); i++)
		ck_assert_msg(!complete_is_help(other[i]), "%s", other[i]);
}
END_TEST

START_TEST(every_command_says_what_it_does)
{
	const struct words_row *const tables[] = { daemon_rows, client_rows };
	unsigned count = 0;
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		for (const struct words_row *row = tables[i]; row->words; row++) {
			ck_assert_msg(row->doc && strlen(row->doc) > 5, "%s", row->words);
			ck_assert(row->args != NULL);
			count++;
		}
	ck_assert_uint_gt(count, 20);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		commands_of_the_build_are_known,  the_clients_own_commands_are_known,
		what_all_begin_with_can_be_typed, a_question_mark_in_an_expression_is_one,
		every_command_says_what_it_does,
	};
	return unit_run("complete", tests, ARRAY_SIZE(tests), NULL, 0);
}
