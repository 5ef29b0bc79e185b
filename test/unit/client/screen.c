/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Screens of text, and what is marked as changed between two.
 */
#include "client/screen.h"

#include "lib/macros.h"
#include "test/unit/unit.h"

/* What draws `text` on 3 rows of 8 columns, behind `before` (null: the first). */
static void
check(const char *before, const char *text, const char *drawn, unsigned left_out)
{
	struct screen old = { .cells = NULL }, screen;
	struct text drawing = { 0 };
	if (before)
		screen_init(&old, 3, 8, before);
	screen_init(&screen, 3, 8, text);
	ck_assert_uint_eq(screen.left_out, left_out);
	screen_draw(&drawing, &screen, before ? &old : NULL);
	ck_assert_str_eq(text_string(&drawing), drawn);
	screen_fini(&old);
	screen_fini(&screen);
	text_fini(&drawing);
}

#define BOTTOM "\x1b[J"
#define END    "\x1b[K\r\n"

START_TEST(text_is_laid_out_row_by_row)
{
	check(NULL, "one\ntwo\n", "one" END "two" END BOTTOM, 0);
	check(NULL, "one\ntwo", "one" END "two" END BOTTOM, 0);
	check(NULL, "", BOTTOM, 0);
	check(NULL, "a  \n\nb", "a" END END "b\x1b[K", 0);
}
END_TEST

START_TEST(what_has_no_room_is_cut)
{
	check(NULL, "123456789\nb\n", "12345678\r\nb" END BOTTOM, 0);
	check(NULL, "1\n2\n3\n4\n5\n", "1" END "2" END "3\x1b[K", 2);
	check(NULL, "ä€𝄞456789\n", "ä€𝄞45678\r\n" BOTTOM, 0);
}
END_TEST

START_TEST(colours_stay_with_their_characters)
{
	check(NULL, "\x1b[1mTitle\x1b[0m\n\x1b[32mup\x1b[0m x\n",
	      "\x1b[0m\x1b[1mTitle\x1b[0m" END "\x1b[0m\x1b[32mup\x1b[0m x" END BOTTOM,
	      0);
	check(NULL, "a\x1b[2Kb\x1b[", "ab" END BOTTOM, 0);
}
END_TEST

#define ON  "\x1b[0m\x1b[7m"
#define OFF "\x1b[0m"

START_TEST(what_differs_is_marked)
{
	check("up 17\n", "up 18\n", "up 1" ON "8" OFF END BOTTOM, 0);
	check("up 17\n", "up 17\n", "up 17" END BOTTOM, 0);
	check("longer\n", "long\n", "long" ON "  " OFF END BOTTOM, 0);
	check("one\n", "one\ntwo\n", "one" END ON "two" OFF END BOTTOM, 0);
	check("\x1b[31mno\x1b[0m\n", "\x1b[32mup\x1b[0m\n",
	      "\x1b[0m\x1b[32m\x1b[7mup" OFF END BOTTOM, 0);
}
END_TEST

START_TEST(a_screen_of_another_size_can_be_compared)
{
	struct screen old, screen;
	struct text drawing = { 0 };
	screen_init(&old, 1, 2, "ab\ncd\n");
	screen_init(&screen, 2, 4, "xbyz\ncd\n");
	screen_draw(&drawing, &screen, &old);
	ck_assert_str_eq(text_string(&drawing), ON "x" OFF "byz\r\ncd\x1b[K");
	screen_fini(&old);
	screen_fini(&screen);
	text_fini(&drawing);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		text_is_laid_out_row_by_row,
		what_has_no_room_is_cut,
		colours_stay_with_their_characters,
		what_differs_is_marked,
		a_screen_of_another_size_can_be_compared,
	};
	return unit_run("screen", tests, ARRAY_SIZE(tests), NULL, 0);
}
