/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands that take several turns, and configurations that come between two of them.
 */
#include "test/unit/conf/bench.h"

#include <stdio.h>

#define STATIC(name, net) "protocol static " name " { ipv4; route " net " blackhole; }\n"
#define BABEL(name)       "protocol babel " name " { interface \"none*\"; ipv4; }\n"

struct turns {
	struct bench bench;
	struct command_call call;
};

static void
turns_begin(struct turns *turns, const char *config, const char *line)
{
	bench_open(&turns->bench, config);
	sim_run(turns->bench.world, 10 * SECOND);
	text_reset(&turns->bench.text);
	turns->call = (struct command_call){
		.router = turns->bench.router,
		.out = out_json_new(bench_take, &turns->bench.text),
		.pool = pool_new(turns->bench.router->pool, "test")
	};
	turns->call.command = command_parse(&turns->call, line);
	ck_assert_ptr_nonnull(turns->call.command);
}

/* What configure() says is not the command's. */
static void
turns_configure(struct turns *turns, const char *config)
{
	struct text said = turns->bench.text;
	turns->bench.text = (struct text){ .length = 0 };
	configure(&turns->bench, config);
	text_fini(&turns->bench.text);
	turns->bench.text = said;
	sim_run(turns->bench.world, sim_now(turns->bench.world) + 2 * SECOND);
}

/* To its end: what was said. */
static const char *
turns_end(struct turns *turns)
{
	while (command_run(&turns->call) == COMMAND_MORE)
		;
	out_end(turns->call.out);
	out_free(turns->call.out);
	pool_free(turns->call.pool);
	return text_string(&turns->bench.text);
}

static void
check_order(const char *said, const char *first, const char *second)
{
	const char *a = strstr(said, first), *b = second ? strstr(said, second) : NULL;
	ck_assert_msg(a != NULL, "%s: no %s", said, first);
	ck_assert_msg(strstr(a + 1, first) == NULL, "%s: %s twice", said, first);
	ck_assert_msg(second == NULL || (b != NULL && a < b), "%s: no %s behind", said,
		      second);
}

START_TEST(the_next_instance_may_be_gone)
{
	static const char *const lines[] = { "show static", "show babel entries" };
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct turns turns;
		const char *one = i == 0 ? STATIC("one", "10.1.0.0/16") : BABEL("one");
		const char *two = i == 0 ? STATIC("two", "10.2.0.0/16") : BABEL("two");
		char both[512];
		snprintf(both, sizeof(both), "router id 1.1.1.1;\n%s%s", one, two);
		turns_begin(&turns, both, lines[i]);
		ck_assert_int_eq(command_run(&turns.call), COMMAND_MORE);
		snprintf(both, sizeof(both), "router id 1.1.1.1;\n%s", one);
		turns_configure(&turns, both);
		const char *said = turns_end(&turns);
		if (i == 0)
			check_order(said, "10.1.0.0/16", NULL);
		ck_assert_ptr_null(strstr(said, "10.2.0.0/16"));
		ck_assert_ptr_null(strstr(said, "two"));
		bench_close(&turns.bench);
	}
}
END_TEST

START_TEST(one_that_was_shown_may_be_gone)
{
	struct turns turns;
	turns_begin(&turns,
		    STATIC("one", "10.1.0.0/16") STATIC("two", "10.2.0.0/16")
			    STATIC("three", "10.3.0.0/16"),
		    "show static");
	ck_assert_int_eq(command_run(&turns.call), COMMAND_MORE);
	turns_configure(&turns,
			STATIC("two", "10.2.0.0/16") STATIC("three", "10.3.0.0/16"));
	const char *said = turns_end(&turns);
	check_order(said, "10.1.0.0/16", "10.2.0.0/16");
	check_order(said, "10.2.0.0/16", "10.3.0.0/16");
	check_order(said, "10.3.0.0/16", NULL);
	bench_close(&turns.bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		the_next_instance_may_be_gone,
		one_that_was_shown_may_be_gone,
	};
	return unit_run("conf/turns", tests, sizeof(tests) / sizeof(tests[0]), NULL, 0);
}
