/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replies of the daemon, in whatever pieces they come.
 */
#include "client/reply.h"

#include "lib/macros.h"
#include "lib/text.h"
#include "test/unit/unit.h"
#include <string.h>

struct heard {
	struct text output, errors;
};

static void
hear(void *context, enum reply_kind kind, const char *bytes, size_t size)
{
	struct heard *heard = context;
	text_add_bytes(kind == REPLY_OUTPUT ? &heard->output : &heard->errors, bytes,
		       size);
}

/* Gives it in pieces of `piece` bytes; how many bytes were taken. */
static size_t
take(struct reply *reply, struct heard *heard, const char *bytes, size_t size,
     size_t piece)
{
	size_t taken = 0;
	while (taken < size && !reply->ended) {
		size_t give = MIN(piece, size - taken);
		size_t got = reply_take(reply, bytes + taken, give, hear, heard);
		ck_assert(got == give || reply->ended);
		taken += got;
	}
	return taken;
}

static void
check(const char *bytes, const char *output, const char *errors, char status, size_t rest)
{
	size_t size = strlen(bytes);
	for (size_t piece = 1; piece <= size; piece++) {
		struct reply reply = { .ended = false };
		struct heard heard = { .output = { 0 } };
		ck_assert_uint_eq(take(&reply, &heard, bytes, size, piece), size - rest);
		ck_assert_str_eq(text_string(&heard.output), output);
		ck_assert_str_eq(text_string(&heard.errors), errors);
		ck_assert_int_eq(reply.status, status);
		ck_assert(reply.ended == (status != 0));
		text_fini(&heard.output);
		text_fini(&heard.errors);
	}
}

START_TEST(output_and_errors_are_told_apart)
{
	check(" one\n \n!wrong\n  two\n.1\n", "one\n\n two\n", "wrong\n", '1', 0);
	check(".0\n", "", "", '0', 0);
}
END_TEST

START_TEST(what_follows_the_end_is_left_alone)
{
	check(" one\n.0\n two\n.1\n", "one\n", "", '0', 8);
}
END_TEST

START_TEST(lines_of_later_versions_are_skipped)
{
	check("+log line\n\n one\n?.0\n.07 and more\n", "one\n", "", '0', 0);
}
END_TEST

START_TEST(a_reply_without_end_has_no_status)
{
	check(" one\n tw", "one\ntw", "", 0, 0);
	check(" one\n", "one\n", "", 0, 0);
}
END_TEST

START_TEST(an_end_without_status_is_no_good_one)
{
	struct reply reply = { .ended = false };
	struct heard heard = { .output = { 0 } };
	ck_assert_uint_eq(take(&reply, &heard, ".\n", 2, 2), 2);
	ck_assert(reply.ended && reply.status != '0');
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		output_and_errors_are_told_apart,     what_follows_the_end_is_left_alone,
		lines_of_later_versions_are_skipped,  a_reply_without_end_has_no_status,
		an_end_without_status_is_no_good_one,
	};
	return unit_run("reply", tests, ARRAY_SIZE(tests), NULL, 0);
}
