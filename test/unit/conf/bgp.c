/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The module bgp without a neighbour that answers: instances take configurations;
 * attributes can be set, compared and shown.
 */
#include "test/unit/conf/bench.h"

#define PEER                                                       \
	"router id 10.0.0.1;\n"                                    \
	"protocol bgp peer { local as 65000; neighbor 10.0.0.2 as" \
	" 65001; ipv4 { import all; export none; }; }\n"

START_TEST(a_changed_instance_takes_its_configuration)
{
	struct bench bench;
	bench_open(&bench, PEER);
	const struct protocol *peer = protocol_find(bench.router, "peer");
	/* Live, and what would restart a session. */
	configure(&bench, "router id 10.0.0.1;\n"
			  "protocol bgp peer { local as 65000; neighbor 10.0.0.3 as "
			  "65001; hold time 90; description \"x\"; ipv4 { import all; "
			  "export none; }; }\n");
	ck_assert_ptr_eq(protocol_find(bench.router, "peer"), peer);
	ck_assert_str_eq(peer->config->description, "x");
	configure(&bench, "router id 10.0.0.1;\n");
	ck_assert_ptr_null(protocol_find(bench.router, "peer"));
	bench_close(&bench);
}
END_TEST

#define ROUTE "10.9.0.0/16"

START_TEST(attributes_are_shown_as_in_bird)
{
	struct bench bench;
	bench_open(&bench,
		   "router id 10.0.0.1;\n"
		   "protocol static s { ipv4; route " ROUTE " blackhole {\n"
		   "	bgp_path.prepend(65002); bgp_path.prepend(65001);\n"
		   "	bgp_origin = ORIGIN_EGP; bgp_next_hop = 10.0.0.7;\n"
		   "	bgp_med = 5; bgp_local_pref = 300;\n"
		   "	bgp_community.add((65000, 1)); bgp_community.add((65000, 2));\n"
		   "	bgp_ext_community.add((rt, 65000, 2));\n"
		   "	bgp_large_community.add((65000, 3, 4));\n"
		   "	bgp_originator_id = 1.2.3.4;\n"
		   "	bgp_cluster_list.add(1.2.3.4); bgp_cluster_list.add(5.6.7.8);\n"
		   "	bgp_otc = 65001; bgp_atomic_aggr = hex:;\n"
		   "	bgp_aggregator = hex:0000fde801020304;\n"
		   "	bgp_aigp = hex:01000b0000000000000064;\n"
		   "}; }\n");
	static const char *const lines[] = {
		"\"bgp_path\":\"65001 65002\"",
		"\"bgp_origin\":\"EGP\"",
		"\"bgp_next_hop\":\"10.0.0.7\"",
		"\"bgp_med\":\"5\"",
		"\"bgp_local_pref\":\"300\"",
		"\"bgp_community\":\"(65000,1) (65000,2)\"",
		"\"bgp_ext_community\":\"(rt, 65000, 2)\"",
		"\"bgp_large_community\":\"(65000, 3, 4)\"",
		"\"bgp_originator_id\":\"1.2.3.4\"",
		"\"bgp_cluster_list\":\"1.2.3.4 5.6.7.8\"",
		"\"bgp_otc\":\"65001\"",
		"\"bgp_aggregator\":\"1.2.3.4 AS65000\"",
		"\"bgp_aigp\":\"100\"",
	};
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		check_says(&bench, "show route all", lines[i]);
	bench_close(&bench);
}
END_TEST

/* A value that is no such attribute is refused, and the block with it. */
START_TEST(wire_forms_are_checked)
{
	static const char *const blocks[] = {
		"bgp_atomic_aggr = hex:00;", "bgp_aggregator = hex:0000fde8;",
		"bgp_aigp = hex:;",          "bgp_aigp = hex:01000b00;",
		"bgp_aigp = hex:010000;",
	};
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++) {
		struct bench bench;
		char config[200];
		ck_assert(text_format(config, sizeof(config),
				      "router id 1.1.1.1; protocol static s { ipv4; "
				      "route " ROUTE " blackhole { bgp_med = 7; %s }; }",
				      blocks[i]));
		bench_open(&bench, config);
		const char *said = command(&bench, "show route all");
		ck_assert_ptr_nonnull(strstr(said, ROUTE));
		ck_assert_ptr_null(strstr(said, "bgp_"));
		bench_close(&bench);
	}
}
END_TEST

START_TEST(policies_read_and_change_attributes)
{
	struct bench bench;
	bench_open(&bench,
		   "router id 10.0.0.1;\n"
		   "ipv4 table seen;\n"
		   "protocol static s { ipv4; route " ROUTE " blackhole {"
		   " bgp_path.prepend(65001); bgp_community.add((65000, 1)); }; }\n"
		   "protocol pipe { table master4; peer table seen; export filter {"
		   " if bgp_path.last != 65001 || bgp_community !~ [(65000, *)] ||"
		   " defined(bgp_med) then reject;"
		   " bgp_path.prepend(65009); bgp_community.delete([(65000, 1)]);"
		   " bgp_origin = ORIGIN_INCOMPLETE; accept; }; }\n");
	check_says(&bench, "show route table seen all", "\"bgp_path\":\"65009 65001\"");
	check_says(&bench, "show route table seen all", "\"bgp_origin\":\"Incomplete\"");
	bench_close(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_changed_instance_takes_its_configuration,
		attributes_are_shown_as_in_bird,
		wire_forms_are_checked,
		policies_read_and_change_attributes,
	};
	return unit_run("conf/bgp", tests, ARRAY_SIZE(tests), NULL, 0);
}
