/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a router says of its routes: which of them is best behind a pipe, which it does
 * not use, and what it tells instead.
 */
#include "test/unit/bgp/trio.h"

#include <stdio.h>

START_TEST(channels_show_the_next_hop_they_tell)
{
	struct trio trio =
		trio_new(SESSION("two", "65001", "2", "65002", "", ALL),
			 "protocol bgp one { local as 65002; neighbor 10.0.0.1 as 65001; "
			 "multihop; connect delay time 1; ipv4 { " ALL
			 " next hop address 192.0.2.7; }; }\n",
			 NULL);
	lab_says(trio.one, "show protocols all two", "\"next_hop\":\"10.0.0.1\"");
	lab_says(trio.two, "show protocols all one", "\"next_hop\":\"192.0.2.7\"");
	lab_says(trio.two, "show protocols all one", "\"igp_table_ipv4\":\"master4\"");
	lab_free(trio.lab);
}
END_TEST

/* Whoever of the two was heard first, and whichever is better. */
START_TEST(behind_a_pipe_the_better_path_is_best)
{
	static const char *const prepended[] = { "bgp_path.prepend(65009);", "" };
	static const char two[] =
		"ipv4 table up; protocol pipe p { table up; peer table master4; "
		"import none; export all; }\n" SESSION("first", "65002", "1", "65001", "",
						       "table up; " NONE)
			SESSION("third", "65002", "3", "65003", "", "table up; " NONE);
	for (unsigned i = 0; i < 2; i++) {
		char one[512], three[512];
		snprintf(one, sizeof(one),
			 ROUTE("%s") SESSION("two", "65001", "2", "65002", "", ALL),
			 prepended[i]);
		snprintf(three, sizeof(three),
			 ROUTE("%s") SESSION("two", "65003", "2", "65002", "", ALL),
			 prepended[!i]);
		struct trio trio = trio_new(one, two, three);
		const char *better = i == 0 ? "\"10.0.0.3\"" : "\"10.0.0.1\"";
		lab_says(trio.two, "show route table up primary " NET, better);
		lab_says(trio.two, "show route primary " NET, better);
		lab_says(trio.two, "why " NET, "by their attributes");
		lab_free(trio.lab);
	}
}
END_TEST

/* What a neighbour sends and we don't use, and why. */
START_TEST(why_routes_are_not_in_use_is_told)
{
	struct trio trio = trio_new(
		"protocol static s { ipv4; route 10.9.0.0/16 blackhole; route "
		"10.10.0.0/16 blackhole; route 10.11.0.0/16 blackhole; route "
		"10.12.0.0/16 blackhole { bgp_path.prepend(65002); }; }\n" SESSION(
			"two", "65001", "2", "65002", "",
			ALL " next hop address 192.0.2.1;"),
		"filter incoming {\n if net = 10.10.0.0/16 then reject;\n if net.len > "
		"20 then "
		"accept;\n if net ~ [10.11.0.0/16] then reject; accept;\n}\n"
		"protocol bgp one { local as 65002; neighbor 10.0.0.1 as 65001; "
		"multihop; "
		"connect delay time 1; ipv4 { import filter incoming; import limit 1 "
		"action "
		"block; export all; }; }\n",
		NULL);
	lab_says(trio.two, "show bgp peer one problem",
		 "{\"routes\":1,\"why\":\"rejected by import filter incoming, line 3\"}");
	lab_says(trio.two, "show bgp peer one problem",
		 "{\"routes\":1,\"why\":\"rejected by import filter incoming, line 5\"}");
	lab_says(trio.two, "show bgp peer one problem",
		 "{\"routes\":1,\"why\":\"refused: our own AS is in the path\"}");
	lab_says(trio.two, "show bgp peer one problem",
		 "{\"next_hop\":\"192.0.2.1\",\"routes\":1}");
	ck_assert(!says(trio.two, "show bgp peer one problem", "limit"));
	/* Of another policy nothing is known yet; a limit that holds routes back is. */
	lab_configure(trio.two,
		      "protocol bgp one { local as 65002; neighbor 10.0.0.1 as 65001; "
		      "multihop; connect delay time 1; ipv4 { " ALL
		      " import limit 1 action block; }; }\n");
	lab_run(trio.lab, 10 * USEC_S);
	ck_assert(!says(trio.two, "show bgp peer one problem", "incoming"));
	lab_says(trio.two, "show bgp peer one problem",
		 "\"import_limit\":\"reached: 1 routes, action block\"");
	lab_command(trio.two, "disable one");
	lab_says(trio.two, "show bgp peer one problem", "the instance is disabled");
	lab_free(trio.lab);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		channels_show_the_next_hop_they_tell,
		behind_a_pipe_the_better_path_is_best,
		why_routes_are_not_in_use_is_told,
	};
	return unit_run("bgp/explain", tests, ARRAY_SIZE(tests), NULL, 0);
}
