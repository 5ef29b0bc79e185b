/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands by their words: abbreviations, mistakes, and what may follow.
 */
#include "lib/words.h"

#include "lib/macros.h"
#include "test/unit/unit.h"
#include <string.h>

static const struct words_row rows[] = {
	{ "show status", "", "Status.", NULL },
	{ "show protocols", "[all] [<protocol>|\"PATTERN\"]", "Protocols.", NULL },
	{ "show route|routes", "[<prefix>] [for|in <prefix>] [table <table>|all] [count]",
	  "Routes.", NULL },
	{ "show babel neighbours|neighbors", "", "Neighbours.", NULL },
	{ "show babel routes", "", "Babel's.", NULL },
	{ "configure", "[check|soft] [\"FILE\"] [timeout [SECONDS]]", "Reads.", NULL },
	{ "configure undo", "", "Goes back.", NULL },
	{ "configure unset", "", "Forgets.", NULL },
	{ "reload", "[in|out] <protocol>|all", "Filters again.", NULL },
	{ "debug", "<protocol>|all off|states|routes", "Logs.", NULL },
	{ "down", "", "Ends.", NULL },
	{ "show last", "", "Last.", NULL },
};

static void
each(const struct words_source *source,
     bool (*visit)(void *context, const struct words_row *), void *context)
{
	(void)source;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (!visit(context, &rows[i]))
			return;
}

static const struct words_source source = { .each = each };

/* "WORDS:number of settled ones", or "?choices~nearest" where none is complete. */
static void
check_find(const char *text, const char *expected)
{
	struct words_line line;
	struct words_found found;
	struct text said = { 0 };
	ck_assert(words_split(&line, text));
	words_find(&source, &line, &found);
	if (found.complete && !found.ambiguous)
		text_printf(&said, "%s:%u", found.row.words, found.count);
	else
		text_printf(&said, "%s%s~%s", found.ambiguous ? "!" : "?",
			    text_string(&found.choices), found.nearest);
	ck_assert_str_eq(text_string(&said), expected);
	text_fini(&said);
	words_found_fini(&found);
	words_fini(&line);
}

START_TEST(words_may_be_cut_to_what_only_one_has)
{
	check_find("show status", "show status:2");
	check_find("  sh\tst ", "show status:2");
	check_find("show babel neighbors", "show babel neighbours|neighbors:3");
	check_find("s b n", "show babel neighbours|neighbors:3");
	check_find("show ro 10.0.0.0/8", "show route|routes:2");
	check_find("show route", "show route|routes:2");
	check_find("show routes", "show route|routes:2");
}
END_TEST

START_TEST(a_command_may_begin_another_one)
{
	check_find("conf", "configure:1");
	check_find("configure \"some file\"", "configure:1");
	check_find("conf undo", "configure undo:2");
	check_find("conf und", "configure undo:2");
	check_find("conf un", "!undo, unset~");
}
END_TEST

START_TEST(mistakes_tell_what_could_be_meant)
{
	check_find("", "?show, configure, reload, debug, down~");
	check_find("d", "!debug, down~");
	check_find("shwo status", "?show, configure, reload, debug, down~show");
	check_find("show", "?status, protocols, route, babel, last~");
	check_find("show stauts", "?status, protocols, route, babel, last~status");
	check_find("show babel neihgbours", "?neighbours, routes~neighbours");
	check_find("show xyzzy", "?status, protocols, route, babel, last~");
}
END_TEST

START_TEST(strings_are_one_word)
{
	struct words_line line;
	ck_assert(words_split(&line, " a \"b c\" 'd \"e' f'g"));
	ck_assert_uint_eq(line.count, 4);
	ck_assert_uint_eq(line.quoted, 6);
	ck_assert_str_eq(line.words[1], "b c");
	ck_assert_str_eq(line.words[2], "d \"e");
	ck_assert_str_eq(line.words[3], "f'g");
	ck_assert_str_eq(line.starts[2], "'d \"e' f'g");
	words_fini(&line);
	ck_assert(!words_split(&line, "a \"b c"));
	words_fini(&line);
	char many[2 * WORDS_MOST + 3];
	for (size_t i = 0; i < sizeof(many); i++)
		many[i] = i % 2 ? ' ' : 'x';
	many[2 * WORDS_MOST] = '\0';
	ck_assert(words_split(&line, many));
	ck_assert_uint_eq(line.count, WORDS_MOST);
	words_fini(&line);
	many[2 * WORDS_MOST] = 'x';
	many[2 * WORDS_MOST + 1] = '\0';
	/* An expression may have hundreds: the last one is the rest. */
	ck_assert(words_split(&line, many));
	ck_assert_uint_eq(line.count, WORDS_MOST);
	ck_assert_str_eq(line.words[WORDS_MOST - 1], "x x");
	words_fini(&line);
}
END_TEST

static void
take_word(void *context, const char *word, const char *doc)
{
	text_printf(context, "%s%s", word, *doc ? "; " : " ");
}

static void
take_names(void *context, const char *kind, const char *partial)
{
	text_printf(context, "<%s>%s ", kind, partial);
}

static void
check_complete(const char *text, const char *expected)
{
	struct text said = { 0 };
	struct words_offer offer = { take_word, take_names, &said };
	words_complete(&source, text, &offer);
	ck_assert_str_eq(text_string(&said), expected);
	text_fini(&said);
}

START_TEST(the_next_word_is_offered)
{
	check_complete("", "show; configure; reload; debug; down; ");
	check_complete("d", "debug; down; ");
	check_complete("sh", "show; ");
	check_complete("show ", "status; protocols; route; babel; last; ");
	check_complete("sh b ", "neighbours; routes; ");
	check_complete("show babel r", "routes; ");
	check_complete("show nothing ", "");
	check_complete("conf u", "undo; unset; ");
	check_complete("\"open", "");
}
END_TEST

START_TEST(names_are_offered_where_they_belong)
{
	check_complete("show protocols ", "all <protocol> ");
	check_complete("show protocols ho", "<protocol>ho ");
	check_complete("show route ", "<prefix> for in table count ");
	check_complete("show route co", "<prefix>co count ");
	check_complete("show route table ", "<table> all ");
	check_complete("show route count table ma", "<table>ma ");
	check_complete("show route for ", "<prefix> ");
	check_complete("show route in ", "<prefix> ");
	check_complete("show route for 10.0.0.1 ", "<prefix> for in table count ");
	check_complete("configure ", "undo; unset; check soft timeout ");
	check_complete("configure timeout ", "");
	check_complete("reload ", "in out <protocol> all ");
	check_complete("reload in ", "in out <protocol> all ");
	check_complete("debug ", "<protocol> all ");
	check_complete("debug home ", "off states routes ");
	check_complete("down ", "");
}
END_TEST

static bool
take_kind(void *context, const char *kind)
{
	text_printf(context, "%s ", kind);
	return strcmp(kind, "table") != 0;
}

START_TEST(args_know_their_words_and_kinds)
{
	static const char args[] = "<protocol>|all [for|filtered <prefix>] [table "
				   "<table>|all] [count <more>] [export <it>|EXPRESSION]";
	char full[WORDS_ARG];
	struct text kinds = { 0 };
	ck_assert_int_eq(words_arg_find(args, "all", full), WORDS_EXACT);
	ck_assert_int_eq(words_arg_find(args, "a", full), WORDS_PREFIX);
	ck_assert_str_eq(full, "all");
	ck_assert_int_eq(words_arg_find(args, "cou", full), WORDS_PREFIX);
	ck_assert_str_eq(full, "count");
	ck_assert_int_eq(words_arg_find(args, "f", full), WORDS_AMBIGUOUS);
	ck_assert_int_eq(words_arg_find(args, "for", full), WORDS_EXACT);
	ck_assert_int_eq(words_arg_find(args, "pro", full), WORDS_NONE);
	ck_assert_int_eq(words_arg_find(args, "EX", full), WORDS_NONE);
	ck_assert(words_arg_nearest(args, "exprot", full));
	ck_assert_str_eq(full, "export");
	ck_assert(!words_arg_nearest(args, "10.0.0.0/8", full));
	words_arg_kinds(args, take_kind, &kinds);
	ck_assert_str_eq(text_string(&kinds), "protocol prefix table ");
	text_fini(&kinds);
}
END_TEST

START_TEST(words_are_spelled_as_they_stand_first)
{
	struct text text = { 0 };
	words_spell(&text, "show babel neighbours|neighbors");
	words_spell(&text, " a|b c");
	ck_assert_str_eq(text_string(&text), "show babel neighbours a c");
	text_fini(&text);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		words_may_be_cut_to_what_only_one_has,
		a_command_may_begin_another_one,
		mistakes_tell_what_could_be_meant,
		strings_are_one_word,
		the_next_word_is_offered,
		names_are_offered_where_they_belong,
		args_know_their_words_and_kinds,
		words_are_spelled_as_they_stand_first,
	};
	return unit_run("words", tests, ARRAY_SIZE(tests), NULL, 0);
}
