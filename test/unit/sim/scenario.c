/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The simulator's own judgement: scenarios that must fail, with the reason they must
 * give, and some that must not.  The routers have empty configurations; routes are put
 * into the kernels by hand.
 */
#include <check.h>
#include <string.h>
#include "conf/conf.h"
#include "lib/text.h"
#include "sim/oracle.h"
#include "sim/run.h"

/* a - b - c; b's link-local addresses are fe80::2:2 towards a, fe80::2:3 towards c. */
#define LINE_OF_THREE        \
	"router a b c { }\n" \
	"link a b\n"         \
	"link b c\n"         \
	"wait 1s\n"
#define C_KNOWN                                             \
	"address add c lo 10.0.3.1/32\n"                    \
	"kernel a add 10.0.3.1/32 via fe80::2:2 dev eth0\n" \
	"kernel b add 10.0.3.1/32 via fe80::3:2 dev eth1\n"

static const struct modules no_modules;

static void
print(void *context, const char *bytes, size_t size)
{
	(void)context;
	(void)bytes;
	(void)size;
}

static const struct run_options options = {
	.seed = 1, .modules = &no_modules, .language = &conf_language, .print = print
};

static void
passes(const char *text)
{
	struct run run;

	run_init(&run, &options);
	run_scenario(&run, "x.scn", text);
	ck_assert_str_eq(text_string(&run.error), "");
	ck_assert(!run.failed);
	run_fini(&run);
}

static void
fails(const char *text, const char *reason)
{
	struct run run;

	run_init(&run, &options);
	ck_assert(!run_scenario(&run, "x.scn", text));
	ck_assert_msg(strstr(text_string(&run.error), reason), "it says: %s",
		      text_string(&run.error));
	run_fini(&run);
}

START_TEST(loop_is_found_when_it_closes)
{
	const char *text =
		LINE_OF_THREE "kernel a add 10.0.0.0/24 via fe80::2:2 dev eth0\n"
			      "kernel b add 10.0.0.0/24 via fe80::1:2 dev eth0\n";

	fails(text, "forwarding loop to 10.0.0.0/24: b > a > b");
	fails(text, "x.scn:6:1:");
}
END_TEST

START_TEST(loop_by_a_covering_route_is_found)
{
	fails(LINE_OF_THREE C_KNOWN "kernel b delete 10.0.3.1/32\n"
				    "kernel b add 10.0.0.0/8 via fe80::1:2 dev eth0\n",
	      "forwarding loop to 10.0.3.1/32");
}
END_TEST

START_TEST(allowed_loops_are_counted)
{
	fails("allow loops\n" LINE_OF_THREE
	      "kernel a add 10.0.0.0/24 via fe80::2:2 dev eth0\n"
	      "kernel b add 10.0.0.0/24 via fe80::1:2 dev eth0\n"
	      "expect no loop\n",
	      "there were 1 forwarding loops");
}
END_TEST

START_TEST(black_hole_is_not_converged)
{
	passes(LINE_OF_THREE C_KNOWN "expect converged\n");
	fails(LINE_OF_THREE C_KNOWN "kernel b delete 10.0.3.1/32\nexpect converged\n",
	      "a does not reach 10.0.3.1/32: a > b (b: no route)");
	fails(LINE_OF_THREE C_KNOWN "kernel b delete 10.0.3.1/32\n"
				    "kernel b add 10.0.3.1/32 unreachable\n"
				    "expect converged\n",
	      "a does not reach 10.0.3.1/32: a > b (b: unreachable)");
}
END_TEST

START_TEST(route_to_what_is_gone_is_not_converged)
{
	fails(LINE_OF_THREE C_KNOWN "cut b c\nwait 1s\nexpect converged\n",
	      "a still forwards to 10.0.3.1/32");
	fails(LINE_OF_THREE C_KNOWN "silence b c\nwait 1s\nexpect converged\n",
	      "a > b (b forwards over a link that is cut)");
	fails(LINE_OF_THREE C_KNOWN "kill c\nexpect converged\n",
	      "a still forwards to 10.0.3.1/32");
	fails(LINE_OF_THREE C_KNOWN "partition c\nexpect converged\n",
	      "a still forwards to 10.0.3.1/32");
	passes(LINE_OF_THREE C_KNOWN "cut b c\n"
				     "kernel a delete 10.0.3.1/32\n"
				     "kernel b delete 10.0.3.1/32\n"
				     "expect converged\n");
}
END_TEST

START_TEST(paths_and_routes_are_as_the_kernels_say)
{
	passes(LINE_OF_THREE C_KNOWN "expect path a c via b\n"
				     "expect route a 10.0.3.1/32 via b\n"
				     "expect no route c 10.0.3.1/32\n"
				     "expect unreachable a 10.9.0.0/16\n"
				     "expect reachable a c\n");
	fails(LINE_OF_THREE C_KNOWN "expect route a 10.0.3.1/32 unreachable\n",
	      "the route is of another kind");
	fails(LINE_OF_THREE C_KNOWN "expect path c a via b\n", "a is no origin");
	fails(LINE_OF_THREE C_KNOWN "expect route b 10.0.3.1/32 via a\n", "is via c");
	fails(LINE_OF_THREE C_KNOWN "expect no route a 10.0.3.1/32\n", "there is such a");
}
END_TEST

START_TEST(conditions_wait_and_hold)
{
	passes(LINE_OF_THREE C_KNOWN "kernel a latency 1s\nexpect stable within 2s\n");
	passes(LINE_OF_THREE C_KNOWN "expect reachable a c for 1h\n");
	fails(LINE_OF_THREE C_KNOWN "cut b c\nexpect reachable a c within 1s\n",
	      "at 2.000000 s");
}
END_TEST

START_TEST(probes_see_what_is_lost)
{
	const char *both = LINE_OF_THREE C_KNOWN "address add a lo 10.0.1.1/32\n"
						 "probe a c every 10ms\n"
						 "wait 1s\n";
	struct text text = { 0 };

	text_printf(&text, "%sexpect lost a c < 1\nexpect gap a c < 20ms\n", both);
	passes(text_string(&text));
	text_reset(&text);
	text_printf(&text, "%ssilence b c\nwait 1s\nheal\nwait 1s\nexpect lost a c < 1\n",
		    both);
	fails(text_string(&text), "100 of");
	text_reset(&text);
	text_printf(&text, "%ssilence b c\nwait 1s\nexpect gap a c < 900ms\n", both);
	fails(text_string(&text), "nothing arrived for");
	text_fini(&text);
}
END_TEST

START_TEST(mistakes_are_told_all_at_once_before_anything_runs)
{
	const char *text = "routr a\n"
			   "router b { }\n"
			   "link b c\n"
			   "wait 5\n"
			   "expect convergd\n"
			   "repeat 2 { cutt b }\n"
			   "set b b loss 200%\n";

	fails(text, "x.scn:1:1: expected a statement; did you mean `router`?");
	fails(text, "x.scn:3:8: expected the name of a router");
	fails(text, "x.scn:4:6: expected a time");
	fails(text, "x.scn:5:8: expected a condition; did you mean `converged`?");
	fails(text, "x.scn:6:12: expected a statement; did you mean `cut`?");
	fails(text, "x.scn:7:14: expected a share");
}
END_TEST

START_TEST(bad_configuration_is_told_with_its_place)
{
	fails("router a { protocol nonsense { } }\n", "a refuses its configuration");
}
END_TEST

START_TEST(time_does_not_run_backwards)
{
	fails("router a { }\nwait 5s\nat 3s wait 1s\n",
	      "x.scn:3:4: this time has gone by");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sim scenario");
	TCase *tests = tcase_create("scenario");
	SRunner *runner = srunner_create(suite);

	tcase_add_test(tests, loop_is_found_when_it_closes);
	tcase_add_test(tests, loop_by_a_covering_route_is_found);
	tcase_add_test(tests, allowed_loops_are_counted);
	tcase_add_test(tests, black_hole_is_not_converged);
	tcase_add_test(tests, route_to_what_is_gone_is_not_converged);
	tcase_add_test(tests, paths_and_routes_are_as_the_kernels_say);
	tcase_add_test(tests, conditions_wait_and_hold);
	tcase_add_test(tests, probes_see_what_is_lost);
	tcase_add_test(tests, mistakes_are_told_all_at_once_before_anything_runs);
	tcase_add_test(tests, bad_configuration_is_told_with_its_place);
	tcase_add_test(tests, time_does_not_run_backwards);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
