/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands about instances of a kind where there is none, or none of that name.
 */
#include "test/unit/conf/bench.h"

#include "lib/macros.h"

static const struct {
	const char *line, *class, *title;
} lines[] = {
	{ "show static", "static", "Static" },
	{ "show babel interfaces", "babel", "Babel" },
	{ "show babel neighbours", "babel", "Babel" },
	{ "show babel entries", "babel", "Babel" },
	{ "show babel routes", "babel", "Babel" },
	{ "show babel sources", "babel", "Babel" },
	{ "show bgp summary", "bgp", "BGP" },
	{ "show bgp neighbours", "bgp", "BGP" },
	{ "show bgp groups", "bgp", "BGP" },
	{ "show bgp flaps", "bgp", "BGP" },
	{ "show bfd sessions", "bfd", "BFD" },
};

/* What is said to people, and the errors that were counted. */
static int
said_to_people(struct bench *bench, const char *line, bool bird)
{
	text_reset(&bench->text);
	struct command_call call = { .router = bench->router,
				     .out = out_text_new(bench_take, &bench->text),
				     .pool = pool_new(bench->router->pool, "test"),
				     .bird = bird };
	call.command = command_parse(&call, line);
	ck_assert_ptr_nonnull(call.command);
	while (command_run(&call) == COMMAND_MORE)
		;
	out_end(call.out);
	int errors = call.out->errors;
	out_free(call.out);
	pool_free(call.pool);
	return errors;
}

static void
check_text(const struct bench *bench, const char *line, const char *wanted)
{
	ck_assert_msg(strstr(text_string(&bench->text), wanted) != NULL,
		      "`%s` says\n%s\nwithout `%s`", line, text_string(&bench->text),
		      wanted);
}

START_TEST(nothing_to_show_is_no_mistake)
{
	struct bench bench;
	bench_open(&bench, "router id 1.1.1.1;\nprotocol device d { }\n");
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		const char *line = lines[i].line;
		char wanted[64];
		ck_assert_int_eq(said_to_people(&bench, line, false), 0);
		text_format(wanted, sizeof(wanted), "No protocol %s runs",
			    lines[i].class);
		check_text(&bench, line, wanted);
		ck_assert_ptr_null(strstr(command(&bench, line), "error"));
		/* BIRD: a mistake. */
		ck_assert_int_eq(said_to_people(&bench, line, true), 1);
		text_format(wanted, sizeof(wanted), "There is no %s protocol running",
			    lines[i].title);
		check_text(&bench, line, wanted);
	}
	bench_close(&bench);
}
END_TEST

START_TEST(whom_there_is_is_said)
{
	static const struct {
		const char *line, *wanted;
	} names[] = {
		{ "show static d", "`d' is a protocol device, not static; there are "
				   "`north', `south'" },
		{ "show static nort", "There is no protocol static `nort'; did you mean "
				      "`north'?" },
		{ "show static xyz", "There is no protocol static `xyz'; there are "
				     "`north', `south'" },
		{ "show babel routes xyz", "There is no protocol babel `xyz'; there is "
					   "`mesh'" },
		{ "show bgp neighbours xyz", "There is no protocol bgp `xyz'" },
		{ "show bgp flaps d", "`d' is a protocol device, not bgp" },
		{ "show bfd sessions xyz", "There is no protocol bfd `xyz'" },
	};
	struct bench bench;
	bench_open(&bench, "router id 1.1.1.1;\nprotocol device d { }\n"
			   "protocol static north { ipv4; }\n"
			   "protocol static south { ipv4; disabled; }\n"
			   "protocol babel mesh { interface \"none*\"; ipv4; }\n");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		ck_assert_int_eq(said_to_people(&bench, names[i].line, false), 1);
		check_text(&bench, names[i].line, names[i].wanted);
	}
	/* What is down has what it was configured to. */
	ck_assert_int_eq(said_to_people(&bench, "show static south", false), 0);
	bench_close(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		nothing_to_show_is_no_mistake,
		whom_there_is_is_said,
	};
	return unit_run("conf/absent", tests, ARRAY_SIZE(tests), NULL, 0);
}
