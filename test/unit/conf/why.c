/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `why` says which line decided, by which step a route is best, where it leads, who is
 * told and why somebody is not; also of what is not there.
 */
#include "lib/mem.h"
#include "test/unit/conf/bench.h"

#define BASE "router id 10.0.0.1;\n"

struct answer {
	const char *line, *part;
};

/* What is said with a configuration. */
static void
answers_check(const char *config, const struct answer *answers, size_t count)
{
	struct bench bench;
	bench_open(&bench, config);
	for (size_t i = 0; i < count; i++)
		check_says(&bench, answers[i].line, answers[i].part);
	bench_close(&bench);
}

#define CHECK(config, ...)                                             \
	answers_check(config, (const struct answer[]){ __VA_ARGS__ },  \
		      sizeof((const struct answer[]){ __VA_ARGS__ }) / \
			      sizeof(struct answer))

START_TEST(the_step_that_makes_a_route_best_is_named)
{
	CHECK(BASE "protocol static a { ipv4 { preference 150; }; route 10.0.0.0/8 "
		   "blackhole; }\n"
		   "protocol static b { ipv4; route 10.0.0.0/8 unreachable; }\n"
		   "protocol static c { ipv4; route 10.0.0.0/8 prohibit; }\n",
	      { "why 10.0.0.0/8", "\"because\":\"better than c: equally good; the name b "
				  "comes before c\"" },
	      { "why 10.0.0.0/8", "\"because\":\"worse than b: equally good; the name b "
				  "comes before c\"" },
	      { "why 10.0.0.0/8",
		"\"because\":\"worse than b: preference 200 against 150\"" });
}
END_TEST

START_TEST(routes_that_lead_nowhere_lose)
{
	CHECK(BASE "protocol static a { ipv4 { preference 250; };\n"
		   "route 10.0.0.0/8 recursive 192.0.2.1; }\n"
		   "protocol static b { ipv4; route 10.0.0.0/8 blackhole; }\n",
	      { "why 10.0.0.0/8",
		"\"because\":\"better than a: the one of a leads nowhere "
		"now\"" },
	      { "why 10.0.0.0/8", "192.0.2.1: no route leads there in table master4" });
}
END_TEST

START_TEST(the_line_that_let_a_route_in_is_named)
{
	CHECK("router id 10.0.0.1;\nfilter into {\n\tpreference = 90;\n\taccept;\n}\n"
	      "protocol static s { ipv4 { import filter into; }; route 10.0.0.0/8 "
	      "blackhole; }\n",
	      { "why 10.0.0.0/8", "\"import\":{\"verdict\":\"accept\",\"how\":"
				  "\"accepted\",\"where\":\"4:2\","
				  "\"filter\":\"into\",\"exact\":true}" },
	      { "why 10.0.0.0/8", "\"preference\":90" });
}
END_TEST

START_TEST(what_was_refused_is_told_with_the_line)
{
	CHECK("router id 10.0.0.1;\n"
	      "protocol static s { ipv4 { import where net.len < 20; }; route "
	      "10.0.0.0/24 blackhole; }\n"
	      "protocol static k { ipv4 { import keep filtered; import filter {\n"
	      "\tprint \"not \", net;\n"
	      "\treject; }; }; route 10.1.0.0/24 blackhole; }\n"
	      "protocol static e { ipv4 { import filter {\n"
	      "\tpreference = 1 / (net.len - 24);\n"
	      "\taccept; }; }; route 10.2.0.0/24 blackhole; }\n",
	      { "why 10.0.0.0/24",
		"\"missing\":\"the table has no route to 10.0.0.0/24\"" },
	      { "why 10.0.0.0/24", "\"standing\":\"refused by the import policy\"" },
	      { "why 10.0.0.0/24", "\"how\":\"rejected\",\"where\":\"2:" },
	      { "why 10.1.0.0/24", "\"standing\":\"refused by the import policy\"" },
	      { "why 10.1.0.0/24", "\"where\":\"5:2\"" },
	      { "why 10.1.0.0/24", "\"printed\":\"not 10.1.0.0/24" },
	      { "why 10.2.0.0/24",
		"\"how\":\"failed: division by zero\",\"where\":\"7:" });
}
END_TEST

START_TEST(next_hops_are_followed_to_the_link)
{
	CHECK(BASE "protocol static s { ipv4;\n"
		   "route 10.0.0.0/8 recursive 192.0.2.1;\n"
		   "route 192.0.2.0/24 blackhole;\n"
		   "route 10.1.0.0/16 recursive 10.0.0.1; }\n",
	      { "why 10.0.0.0/8", "192.0.2.1 by 192.0.2.0/24 of s in table master4" },
	      { "why 10.1.0.0/16",
		"10.0.0.1: only a route that is recursive itself leads "
		"there in table master4" });
}
END_TEST

START_TEST(an_absent_destination_is_explained)
{
	CHECK(BASE "protocol static s { ipv4; route 10.0.0.0/8 blackhole;\n"
		   "route 10.5.0.0/16 via \"nowhere\"; }\n",
	      { "why 10.1.0.0/16", "\"longest_match\":\"10.0.0.0/8, by s\"" },
	      { "why 10.1.2.3", "\"net\":\"10.0.0.0/8\",\"table\":\"master4\",\"asked\":"
				"\"10.1.2.3/32\"" },
	      { "why 10.5.0.0/16",
		"\"standing\":\"not announced: it leads nowhere now\"" },
	      { "why fd00::/8", "\"table\":\"master6\",\"missing\":" });
}
END_TEST

START_TEST(what_was_withdrawn_is_remembered)
{
	struct bench bench;
	bench_open(&bench, BASE "protocol static s { ipv4; route 10.0.0.0/8 blackhole; "
				"route 10.1.0.0/16 blackhole; }\n");
	configure(&bench,
		  BASE "protocol static s { ipv4; route 10.0.0.0/8 blackhole; }\n");
	sim_run(bench.world, sim_now(bench.world) + 10 * SECOND);
	check_says(&bench, "why 10.1.0.0/16",
		   "\"gone\":\"s withdrew 10.1.0.0/16 12 s ago\"");
	check_says(&bench, "why 10.1.2.0/24",
		   "\"gone\":\"s withdrew 10.1.0.0/16 12 s ago\"");
	configure(&bench, BASE "protocol static s { ipv4 { import where net.len > 8; }; "
			       "route 10.0.0.0/8 blackhole; }\n");
	check_says(
		&bench, "why 10.0.0.0/8",
		"\"gone\":\"s announced 10.0.0.0/8 again 2 s ago, and the import policy "
		"took it no more\"");
	/* Who is gone itself withdrew nothing. */
	configure(&bench, BASE);
	check_says(&bench, "why 10.1.0.0/16", "\"route\":[]");
	bench_close(&bench);
}
END_TEST

START_TEST(the_first_reason_against_telling_is_named)
{
	CHECK("router id 10.0.0.1;\n"
	      "filter out {\n\tif net.len = 16 then\n\t\treject;\n\taccept;\n}\n"
	      "protocol static s { ipv4; route 10.0.0.0/8 blackhole; route 10.1.0.0/16 "
	      "blackhole; }\n"
	      "protocol kernel yes { ipv4 { export filter out; }; }\n"
	      "protocol kernel no { ipv4 { export none; }; kernel table 7; learn; }\n"
	      "protocol kernel off { disabled; ipv4 { export all; }; kernel table 8; }\n"
	      "protocol kernel one { ipv4 { export all; export limit 1 action block; }; "
	      "kernel table 9; }\n"
	      "protocol kernel six { ipv6 { export all; }; }\n",
	      { "why 10.0.0.0/8 to yes", "\"exported\":true" },
	      { "why 10.0.0.0/8 to yes", "\"kernel\":\"installed in table 254\"" },
	      { "why 10.1.0.0/16 to yes", "\"where\":\"4:3\",\"filter\":\"out\"" },
	      { "why 10.1.0.0/16 not exported to yes",
		"\"reason\":\"its export policy refuses it\"" },
	      { "why 10.0.0.0/8 to no", "rejected: the policy is `none`" },
	      { "why 10.0.0.0/8 to off", "\"reason\":\"off is disabled\"" },
	      { "why 10.1.0.0/16 to one", "\"reason\":\"its export limit is reached\"" },
	      { "why 10.7.0.0/16 to yes", "\"reason\":\"there is no route to tell\"" },
	      { "why 10.0.0.0/8 to s", "\"reason\":\"protocol static tells nobody of "
				       "routes\"" },
	      { "why 10.0.0.0/8 to six", "six has no channel for such a prefix" });
}
END_TEST

START_TEST(show_route_explains_as_why_does)
{
	struct bench bench;
	bench_open(&bench,
		   BASE "protocol static s { ipv4; route 10.0.0.0/8 blackhole; }\n"
			"protocol kernel k { ipv4 { export all; }; }\n");
	char *why = mem_strdup(command(&bench, "why 10.0.0.0/8"));
	ck_assert_str_eq(command(&bench, "show route 10.0.0.0/8 all explain"), why);
	mem_free(why);
	why = mem_strdup(command(&bench, "why 10.0.0.0/8 to k"));
	ck_assert_str_eq(command(&bench, "show route 10.0.0.0/8 explain export k"), why);
	mem_free(why);
	check_says(&bench, "show route for 10.1.2.3 explain", "\"net\":\"10.0.0.0/8\"");
	check_says(&bench, "show route explain", "Which network is to be explained?");
	bench_close(&bench);
}
END_TEST

START_TEST(questions_that_are_none_are_refused)
{
	CHECK(BASE, { "why", "Which destination?" },
	      { "why nonsense", "neither a prefix nor an address" },
	      { "why 10.0.0.1/8", "did you mean 10.0.0.0/8?" },
	      { "why 10.0.0.0/8 to nobody", "nobody" },
	      { "why 10.0.0.0/8 table nothing", "There is no table `nothing'" },
	      { "why 10.0.0.0/8 because", "why PREFIX" });
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		the_step_that_makes_a_route_best_is_named,
		routes_that_lead_nowhere_lose,
		the_line_that_let_a_route_in_is_named,
		what_was_refused_is_told_with_the_line,
		next_hops_are_followed_to_the_link,
		an_absent_destination_is_explained,
		what_was_withdrawn_is_remembered,
		the_first_reason_against_telling_is_named,
		show_route_explains_as_why_does,
		questions_that_are_none_are_refused,
	};
	return unit_run("conf/why", tests, sizeof(tests) / sizeof(*tests), NULL, 0);
}
