/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routes over sessions of routers of ours: what arrives with which attributes, what is
 * refused, which is best, and what happens when policies, neighbours and tables change.
 */
#include "test/unit/bgp/trio.h"

#include <stdio.h>

#include "proto/bgp/rib.h"
#include "proto/bgp/routes.h"

static uint64_t
heard(struct lab_router *router, const char *name)
{
	return protocol_channel(&lab_bgp(router, name)->protocol, NET_IP4)
		->import_updates.received;
}

START_TEST(attributes_arrive)
{
	struct trio trio = trio_new(
		ROUTE("bgp_path.prepend(65099); bgp_med = 7; bgp_local_pref = 300; "
		      "bgp_community.add((65001,1)); bgp_community.add((65001,2)); "
		      "bgp_ext_community.add((rt, 65001, 2)); "
		      "bgp_large_community.add((65001,3,4)); bgp_origin = ORIGIN_EGP; "
		      "bgp_aggregator = hex:0000fde801020304; bgp_atomic_aggr = hex:;")
			SESSION("two", "65001", "2", "65002", "", ALL),
		SESSION("one", "65002", "1", "65001", "", ALL), NULL);
	static const char *const parts[] = {
		"\"via\":\"10.0.0.1\"",
		"\"bgp_path\":\"65001 65099\"",
		"\"bgp_origin\":\"EGP\"",
		"\"bgp_next_hop\":\"10.0.0.1\"",
		"\"bgp_local_pref\":\"100\"",
		"\"bgp_community\":\"(65001,1) (65001,2)\"",
		"\"bgp_ext_community\":\"(rt, 65001, 2)\"",
		"\"bgp_large_community\":\"(65001, 3, 4)\"",
		"\"bgp_aggregator\":\"1.2.3.4 AS65000\"",
		"\"bgp_atomic_aggr\":\"\"",
		"\"info\":\"(100) [AS65099e]\"",
	};
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		hears(trio.two, parts[i]);
	/* RFC 4271 §5.1.4: of the AS that has it only. */
	ck_assert(!says(trio.two, SHOW, "bgp_med"));
	lab_free(trio.lab);
}
END_TEST

START_TEST(a_policy_sends_what_it_set)
{
	struct trio trio = trio_new(
		ROUTE("bgp_med = 7;") SESSION(
			"two", "65001", "2", "65002", "",
			"import all; export filter { bgp_med = 9; "
			"bgp_path.prepend(65001); bgp_community.add((1,1)); accept; };"),
		SESSION("one", "65002", "1", "65001", "", ALL), NULL);
	hears(trio.two, "\"bgp_med\":\"9\"");
	hears(trio.two, "\"bgp_path\":\"65001 65001\"");
	hears(trio.two, "\"bgp_community\":\"(1,1)\"");
	lab_free(trio.lab);
}
END_TEST

/* 2 does not know it, and passes it on. */
START_TEST(attributes_declared_by_number_are_sent)
{
	struct trio trio = trio_new(
		"attribute bgp 200 bytestring mark;\n" ROUTE("") SESSION(
			"two", "65001", "2", "65002", "",
			"import all; export filter { mark = hex:0102ff; accept; };"),
		SESSION("one", "65002", "1", "65001", "", ALL)
			SESSION("three", "65002", "3", "65003", "", ALL),
		"attribute bgp 200 bytestring label;\n" SESSION(
			"two", "65003", "2", "65002", "",
			"import where label = hex:0102ff; export all;"));
	hears(trio.three, "\"label\":\"01:02:ff\"");
	lab_configure(trio.one, "attribute bgp 200 bytestring mark;\n" ROUTE("") SESSION(
					"two", "65001", "2", "65002", "",
					"import all; export filter { mark = hex:0102ff; "
					"unset(mark); accept; };"));
	lab_run(trio.lab, 5 * USEC_S);
	ck_assert(!has_route(trio.three));
	lab_free(trio.lab);
}
END_TEST

START_TEST(changes_and_ends_follow)
{
	struct trio trio =
		trio_new(ROUTE("bgp_community.add((1,1));")
				 SESSION("two", "65001", "2", "65002", "", ALL),
			 SESSION("one", "65002", "1", "65001", "", ALL), NULL);
	hears(trio.two, "(1,1)");
	lab_configure(trio.one, ROUTE("bgp_community.add((2,2));")
					SESSION("two", "65001", "2", "65002", "", ALL));
	lab_run(trio.lab, USEC_S);
	hears(trio.two, "\"bgp_community\":\"(2,2)\"");
	lab_command(trio.one, "disable s");
	lab_run(trio.lab, USEC_S);
	ck_assert(!has_route(trio.two));
	lab_command(trio.one, "enable s");
	lab_run(trio.lab, USEC_S);
	ck_assert(has_route(trio.two));
	ck_assert_uint_eq(lab_bgp(trio.two, "one")->history.established_count, 1);
	lab_free(trio.lab);
}
END_TEST

/* 1 - 2 - 3 - 1, each another AS: nobody takes its own route back, nor gets it. */
START_TEST(paths_through_ourselves_are_refused)
{
	struct trio trio =
		trio_new(ROUTE("") SESSION("two", "65001", "2", "65002", "", ALL)
				 SESSION("three", "65001", "3", "65003", "", ALL),
			 SESSION("one", "65002", "1", "65001", "", ALL)
				 SESSION("three", "65002", "3", "65003", "", ALL),
			 SESSION("one", "65003", "1", "65001", "", ALL)
				 SESSION("two", "65003", "2", "65002", "", ALL));
	hears(trio.two, "\"bgp_path\":\"65001\"");
	/* The longer way is there, behind. */
	hears(trio.two, "\"bgp_path\":\"65003 65001\"");
	ck_assert(!says(trio.one, SHOW, "bgp_path"));
	ck_assert(!says(trio.two, "show route " NET " export one", NET));
	lab_command(trio.one, "disable s");
	lab_run(trio.lab, 5 * USEC_S);
	ck_assert(!has_route(trio.two) && !has_route(trio.three));
	lab_free(trio.lab);
}
END_TEST

START_TEST(well_known_communities_are_obeyed)
{
	static const struct {
		const char *community;
		const char *as; /* Of the second router. */
		bool arrives;
	} cases[] = {
		{ "(65535, 65281)", "65002", false },
		{ "(65535, 65281)", "65001", true },
		{ "(65535, 65282)", "65001", false },
		{ "(65535, 65283)", "65002", false },
		{ "(65535, 65283)", "65001", true },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char one[512], two[512];
		snprintf(one, sizeof(one),
			 ROUTE("bgp_community.add(%s);")
				 SESSION("two", "65001", "2", "%s", "", ALL),
			 cases[i].community, cases[i].as);
		snprintf(two, sizeof(two), SESSION("one", "%s", "1", "65001", "", ALL),
			 cases[i].as);
		struct trio trio = trio_new(one, two, NULL);
		ck_assert_int_eq(lab_state(trio.one, "two"), BGP_ESTABLISHED);
		ck_assert_msg(has_route(trio.two) == cases[i].arrives, "%s to AS %s",
			      cases[i].community, cases[i].as);
		lab_free(trio.lab);
	}
}
END_TEST

/* 1 (AS 65001) - 2, 3 of AS 65002; 2 and 3 speak with each other. */
START_TEST(within_an_as_preference_and_next_hop_stay)
{
	struct trio trio = trio_new(
		ROUTE("") SESSION("two", "65001", "2", "65002", "", ALL),
		SESSION("one", "65002", "1", "65001", "",
			"import filter { bgp_local_pref = 250; accept; }; export all;")
			SESSION("three", "65002", "3", "65002", "", ALL),
		SESSION("two", "65002", "2", "65002", "", ALL));
	hears(trio.three, "\"bgp_local_pref\":\"250\"");
	hears(trio.three, "\"bgp_path\":\"65001\"");
	hears(trio.three, "\"bgp_next_hop\":\"10.0.0.1\"");
	lab_configure(trio.two, SESSION("one", "65002", "1", "65001", "", ALL)
					SESSION("three", "65002", "3", "65002", "",
						ALL " next hop self;"));
	lab_run(trio.lab, 2 * USEC_S);
	hears(trio.three, "\"bgp_next_hop\":\"10.0.0.2\"");
	hears(trio.three, "\"bgp_local_pref\":\"100\"");
	ck_assert_uint_eq(lab_bgp(trio.three, "two")->history.established_count, 1);
	lab_free(trio.lab);
}
END_TEST

/* All of one AS, 2 in the middle. */
START_TEST(only_a_reflector_passes_internal_routes_on)
{
	for (unsigned reflects = 0; reflects < 2; reflects++) {
		const char *two =
			reflects ? SESSION("one", "65001", "1", "65001", "", ALL)
					   SESSION("three", "65001", "3", "65001",
						   "rr client; rr cluster id 9.9.9.9;",
						   ALL)
				 : SESSION("one", "65001", "1", "65001", "", ALL) SESSION(
					   "three", "65001", "3", "65001", "", ALL);
		struct trio trio =
			trio_new(ROUTE("") SESSION("two", "65001", "2", "65001", "", ALL),
				 two, SESSION("two", "65001", "2", "65001", "", ALL));
		ck_assert(has_route(trio.two));
		ck_assert_int_eq(has_route(trio.three), reflects);
		if (reflects) {
			hears(trio.three, "\"bgp_originator_id\":\"10.0.0.1\"");
			hears(trio.three, "\"bgp_cluster_list\":\"9.9.9.9\"");
			hears(trio.three, "\"bgp_next_hop\":\"10.0.0.1\"");
		}
		lab_free(trio.lab);
	}
}
END_TEST

/* The cluster is that of the client's session, which others are told of. */
START_TEST(another_cluster_is_told_at_once)
{
#define REFLECTOR(id)                                                                  \
	SESSION("one", "65001", "1", "65001", "rr client; rr cluster id " id ";", ALL) \
	SESSION("three", "65001", "3", "65001", "", ALL)
	struct trio trio = trio_new(
		ROUTE("") SESSION("two", "65001", "2", "65001", "", ALL),
		REFLECTOR("9.9.9.9"), SESSION("two", "65001", "2", "65001", "", ALL));
	hears(trio.three, "\"bgp_cluster_list\":\"9.9.9.9\"");
	lab_configure(trio.two, REFLECTOR("9.9.9.7"));
	lab_run(trio.lab, 2 * USEC_S);
	hears(trio.three, "\"bgp_cluster_list\":\"9.9.9.7\"");
	ck_assert_uint_eq(lab_bgp(trio.three, "two")->history.established_count, 1);
	lab_free(trio.lab);
}
END_TEST

/* RFC 4456 §8: 2 and 3 are reflectors, 1 is a client of 2. */
START_TEST(a_reflector_takes_nothing_from_another_of_its_cluster)
{
	static const struct {
		const char *options; /* At 3. */
		bool takes;
	} cases[] = {
		{ "rr cluster id 9.9.9.9;", false },
		{ "rr client; rr cluster id 9.9.9.9;", false },
		{ "rr cluster id 9.9.9.8;", true },
		/* Whoever doesn't say so is in no cluster. */
		{ "", true },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char three[1024];
		snprintf(three, sizeof(three),
			 SESSION("two", "65001", "2", "65001", "%s", ALL),
			 cases[i].options);
		struct trio trio =
			trio_new(ROUTE("") SESSION("two", "65001", "2", "65001", "", ALL),
				 SESSION("one", "65001", "1", "65001",
					 "rr client; rr cluster id 9.9.9.9;", ALL)
					 SESSION("three", "65001", "3", "65001",
						 "rr cluster id 9.9.9.9;", ALL),
				 three);
		ck_assert_int_eq(lab_state(trio.three, "two"), BGP_ESTABLISHED);
		ck_assert_msg(has_route(trio.three) == cases[i].takes, "%s",
			      cases[i].options);
		lab_free(trio.lab);
	}
}
END_TEST

/* RFC 9234: 1 is the provider of 2; 3 is 2's peer. */
START_TEST(routes_for_customers_do_not_leak)
{
	struct trio trio = trio_new(
		ROUTE("") SESSION("two", "65001", "2", "65002", "local role provider;",
				  ALL),
		SESSION("one", "65002", "1", "65001", "local role customer;", ALL)
			SESSION("three", "65002", "3", "65003", "local role peer;", ALL),
		SESSION("two", "65003", "2", "65002", "local role peer;", ALL));
	hears(trio.two, "\"bgp_otc\":\"65001\"");
	ck_assert_int_eq(lab_state(trio.three, "two"), BGP_ESTABLISHED);
	ck_assert(!has_route(trio.three));
	lab_says(trio.two, "why " NET " not exported to three", "customers only");
	lab_free(trio.lab);
}
END_TEST

/* 2 and 3 send the same destination to 1, with what is said here; which is best? */
START_TEST(the_better_one_wins)
{
	static const struct {
		const char *two, *three; /* Statements of their export policies. */
		const char *options;     /* Of both sessions at 1. */
		const char *best;
		const char *why;
	} cases[] = {
		{ "bgp_path.prepend(65002);", "", "", "three", "AS path of 1 against 2" },
		{ "bgp_path.prepend(65002);", "", "path metric off;", "two",
		  "router id 10.0.0.2 against 10.0.0.3" },
		{ "bgp_origin = ORIGIN_INCOMPLETE;", "bgp_origin = ORIGIN_EGP;", "",
		  "three", "a better origin" },
		/* Of two ASes: MED does not count unless it is to. */
		{ "bgp_med = 9;", "bgp_med = 5;", "", "two", "router id" },
		{ "bgp_med = 9;", "bgp_med = 5;", "med metric on;", "three",
		  "MED 5 against 9" },
		{ "", "bgp_med = 5;", "med metric on; default bgp_med 3;", "two",
		  "MED 3 against 5" },
		{ "", "", "", "two", "router id 10.0.0.2 against 10.0.0.3" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char one[1024], two[512], three[512];
		snprintf(one, sizeof(one),
			 SESSION("two", "65001", "2", "65002", "%s", NONE)
				 SESSION("three", "65001", "3", "65003", "%s", NONE),
			 cases[i].options, cases[i].options);
		snprintf(two, sizeof(two),
			 ROUTE("") SESSION("one", "65002", "1", "65001", "",
					   "import none; export filter { %s accept; };"),
			 cases[i].two);
		snprintf(three, sizeof(three),
			 ROUTE("") SESSION("one", "65003", "1", "65001", "",
					   "import none; export filter { %s accept; };"),
			 cases[i].three);
		struct trio trio = trio_new(one, two, three);
		char best[64];
		snprintf(best, sizeof(best), "\"protocol\":\"%s\"", cases[i].best);
		ck_assert_msg(says(trio.one, "show route primary " NET, best),
			      "case %zu: %s", i, lab_command(trio.one, SHOW));
		lab_says(trio.one, "why " NET, cases[i].why);
		lab_free(trio.lab);
	}
}
END_TEST

/* 2 and 3 are of one AS: the lower MED wins, whichever came first or changes last. */
START_TEST(med_counts_within_one_as)
{
	const char *three =
		ROUTE("") SESSION("one", "65002", "1", "65001", "",
				  "import none; export filter { bgp_med = 5; accept; };");
	struct trio trio = trio_new(
		SESSION("two", "65001", "2", "65002", "", NONE)
			SESSION("three", "65001", "3", "65002", "", NONE),
		ROUTE("") SESSION("one", "65002", "1", "65001", "",
				  "import none; export filter { bgp_med = 9; accept; };"),
		three);
	lab_says(trio.one, "show route primary " NET, "\"protocol\":\"three\"");
	lab_command(trio.three, "disable s");
	lab_run(trio.lab, USEC_S);
	lab_says(trio.one, "show route primary " NET, "\"protocol\":\"two\"");
	lab_command(trio.three, "enable s");
	lab_run(trio.lab, USEC_S);
	lab_says(trio.one, "show route primary " NET, "\"protocol\":\"three\"");
	lab_command(trio.two, "disable s");
	lab_run(trio.lab, USEC_S);
	lab_says(trio.one, "show route primary " NET, "\"protocol\":\"three\"");
	router_audit(trio.one->router, AUDIT_FULL);
	lab_free(trio.lab);
}
END_TEST

/* A changed policy asks the neighbour again; the session stays. */
START_TEST(another_import_policy_needs_no_new_session)
{
	static const char *const tables[] = { "", "import table on;" };
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		char two[512];
		snprintf(two, sizeof(two),
			 SESSION("one", "65002", "1", "65001", "", "%s %s"), ALL,
			 tables[i]);
		struct trio trio =
			trio_new(ROUTE("") SESSION("two", "65001", "2", "65002", "", ALL),
				 two, NULL);
		uint64_t before = heard(trio.two, "one");
		snprintf(two, sizeof(two),
			 SESSION("one", "65002", "1", "65001", "",
				 "import filter { bgp_community.add((5,5)); accept; }; "
				 "export all; %s"),
			 tables[i]);
		lab_configure(trio.two, two);
		lab_run(trio.lab, 2 * USEC_S);
		hears(trio.two, "(5,5)");
		ck_assert(heard(trio.two, "one") > before);
		ck_assert_uint_eq(lab_bgp(trio.two, "one")->history.established_count, 1);
		/* And back. */
		snprintf(two, sizeof(two),
			 SESSION("one", "65002", "1", "65001", "", "%s %s"),
			 "import none; export all;", tables[i]);
		lab_configure(trio.two, two);
		lab_run(trio.lab, 2 * USEC_S);
		ck_assert(!has_route(trio.two));
		lab_free(trio.lab);
	}
}
END_TEST

START_TEST(another_decision_orders_anew)
{
#define RECEIVER(options)                                    \
	SESSION("two", "65001", "2", "65002", options, NONE) \
	SESSION("three", "65001", "3", "65003", options, NONE)
#define PREPENDER                                 \
	SESSION("one", "65002", "1", "65001", "", \
		"import none; export filter { bgp_path.prepend(65002); accept; };")
	struct trio trio =
		trio_new(RECEIVER(""), ROUTE("") PREPENDER,
			 ROUTE("") SESSION("one", "65003", "1", "65001", "", ALL));
	lab_says(trio.one, "show route primary " NET, "\"protocol\":\"three\"");
	lab_configure(trio.one, RECEIVER("path metric off;"));
	lab_run(trio.lab, 2 * USEC_S);
	lab_says(trio.one, "show route primary " NET, "\"protocol\":\"two\"");
	/* And what comes from then on is ordered so. */
	lab_configure(trio.two, PREPENDER);
	lab_run(trio.lab, 2 * USEC_S);
	lab_says(trio.one, "show route primary " NET, "\"protocol\":\"three\"");
	lab_configure(trio.two, ROUTE("") PREPENDER);
	lab_run(trio.lab, 2 * USEC_S);
	lab_says(trio.one, "show route primary " NET, "\"protocol\":\"two\"");
	lab_free(trio.lab);
}
END_TEST

/* What a set without LOCAL_PREF counts for, its session says. */
START_TEST(another_default_preference_orders_anew)
{
#define UNSET(preference)                                                               \
	SESSION("two", "65001", "2", "65002", "default bgp_local_pref " preference ";", \
		"import filter { unset(bgp_local_pref); accept; }; export none;")       \
	SESSION("three", "65001", "3", "65003", "", NONE)
	struct trio trio = trio_new(
		UNSET("50"), ROUTE("") SESSION("one", "65002", "1", "65001", "", ALL),
		ROUTE("") SESSION("one", "65003", "1", "65001", "", ALL));
	lab_says(trio.one, "show route primary " NET, "\"protocol\":\"three\"");
	lab_configure(trio.one, UNSET("200"));
	lab_run(trio.lab, 2 * USEC_S);
	lab_says(trio.one, "show route primary " NET, "\"protocol\":\"two\"");
	lab_free(trio.lab);
}
END_TEST

START_TEST(another_cost_orders_anew)
{
#define COSTLY(two, three)                                               \
	SESSION("two", "65001", "2", "65002", "", NONE " cost " two ";") \
	SESSION("three", "65001", "3", "65003", "", NONE " cost " three ";")
	struct trio trio =
		trio_new(COSTLY("5", "7"),
			 ROUTE("") SESSION("one", "65002", "1", "65001", "", ALL),
			 ROUTE("") SESSION("one", "65003", "1", "65001", "", ALL));
	lab_says(trio.one, "show route primary " NET, "\"protocol\":\"two\"");
	lab_configure(trio.one, COSTLY("9", "7"));
	lab_run(trio.lab, 2 * USEC_S);
	lab_says(trio.one, "show route primary " NET, "\"protocol\":\"three\"");
	lab_free(trio.lab);
}
END_TEST

/* 2 has the destination twice, and tells 3 both. */
START_TEST(several_paths_are_told_where_both_can)
{
	struct trio trio = trio_new(
		ROUTE("") SESSION("two", "65001", "2", "65002", "", ALL),
		ROUTE("") SESSION("one", "65002", "1", "65001", "", ALL)
			SESSION("three", "65002", "3", "65003", "", ALL " add paths tx;"),
		SESSION("two", "65003", "2", "65002", "", ALL " add paths rx;"));
	hears(trio.three, "\"bgp_path\":\"65002\"");
	hears(trio.three, "\"bgp_path\":\"65002 65001\"");
	lab_command(trio.one, "disable s");
	lab_run(trio.lab, USEC_S);
	hears(trio.three, "\"bgp_path\":\"65002\"");
	ck_assert(!says(trio.three, SHOW, "65001"));
	lab_free(trio.lab);
}
END_TEST

/* What a neighbour that went away brought is gone; all of it comes again. */
START_TEST(routes_go_with_the_session)
{
	struct trio trio =
		trio_new(ROUTE("") SESSION("two", "65001", "2", "65002", "", ALL),
			 SESSION("one", "65002", "1", "65001", "", ALL)
				 SESSION("three", "65002", "3", "65003", "", ALL),
			 SESSION("two", "65003", "2", "65002", "", ALL));
	ck_assert(has_route(trio.three));
	lab_command(trio.one, "disable two");
	lab_run(trio.lab, USEC_S);
	ck_assert(!has_route(trio.two) && !has_route(trio.three));
	lab_command(trio.one, "enable two");
	lab_run(trio.lab, 70 * USEC_S);
	ck_assert(has_route(trio.two) && has_route(trio.three));
	lab_free(trio.lab);
}
END_TEST

START_TEST(a_limit_acts)
{
	struct trio trio = trio_new(
		"protocol static s { ipv4; route 10.9.0.0/16 blackhole; route "
		"10.10.0.0/16 blackhole; route 10.11.0.0/16 blackhole; }\n" SESSION(
			"two", "65001", "2", "65002", "", ALL),
		SESSION("one", "65002", "1", "65001", "",
			ALL " import limit 2 action disable;"),
		NULL);
	ck_assert_int_eq(lab_bgp(trio.two, "one")->protocol.state, PROTOCOL_DOWN);
	ck_assert_uint_eq(lab_logged(trio.two, "route import limit (2) reached"), 1);
	ck_assert(!has_route(trio.two));
	lab_free(trio.lab);
}
END_TEST

/* An IGP table with its metric decides; without a route to the next hop it can't be best.
 */
START_TEST(next_hops_are_looked_up)
{
	struct trio trio = trio_new(ROUTE("") SESSION("two", "65001", "2", "65002", "",
						      ALL " next hop address 192.0.2.1;"),
				    "protocol bgp one { local as 65002; neighbor "
				    "10.0.0.1 as 65001; multihop; "
				    "connect delay time 1; ipv4 { " ALL " }; }\n",
				    NULL);
	hears(trio.two, "\"bgp_next_hop\":\"192.0.2.1\"");
	hears(trio.two, "unreachable");
	lab_configure(trio.two,
		      "protocol static s { ipv4; route 192.0.2.0/24 via 10.0.0.1; }\n"
		      "protocol bgp one { local as 65002; neighbor 10.0.0.1 as 65001; "
		      "multihop; connect delay time 1; ipv4 { " ALL " }; }\n");
	lab_run(trio.lab, 2 * USEC_S);
	hears(trio.two, "\"gateway\":\"10.0.0.1\"");
	ck_assert(says(trio.two, "show route primary " NET, "\"net\":\"" NET "\""));
	lab_free(trio.lab);
}
END_TEST

/* What the policy wants instead of the best, which it refuses, and what comes of it when
 * that goes. */
START_TEST(a_secondary_route_takes_the_place_of_a_refused_one)
{
	struct trio trio = trio_new(
		ROUTE("bgp_community.add((1,1));")
			SESSION("two", "65001", "2", "65002", "", ALL),
		SESSION("one", "65002", "1", "65001", "", ALL)
			SESSION("three", "65002", "3", "65003", "",
				"import none; secondary; export where bgp_path.len < 2;")
				ROUTE("preference = 50;"),
		SESSION("two", "65003", "2", "65002", "", ALL));
	/* The best is the one that came by BGP; static ones have no path. */
	lab_says(trio.two, "show route primary " NET, "\"protocol\":\"one\"");
	hears(trio.three, "\"bgp_path\":\"65002 65001\"");
	lab_configure(trio.two,
		      SESSION("one", "65002", "1", "65001", "", ALL) SESSION(
			      "three", "65002", "3", "65003", "",
			      "import none; secondary; export where bgp_path.len < 1;")
			      ROUTE("preference = 50;"));
	lab_run(trio.lab, USEC_S);
	hears(trio.three, "\"bgp_path\":\"65002\"");
	lab_says(trio.two, "why " NET " to three", "\"reason\":\"told\"");
	/* The other one, too, is withdrawn and comes again. */
	lab_command(trio.two, "disable s");
	lab_run(trio.lab, USEC_S);
	ck_assert(!has_route(trio.three));
	lab_command(trio.two, "enable s");
	lab_run(trio.lab, USEC_S);
	hears(trio.three, "\"bgp_path\":\"65002\"");
	lab_free(trio.lab);
}
END_TEST

#define STATIC(name, preference, more)                                               \
	"protocol static " name " { ipv4 { preference " preference "; }; route " NET \
	" blackhole { " more " }; }\n"

/* Whichever came first; what leads nowhere is none. */
START_TEST(the_best_of_those_that_are_taken_is_told)
{
	struct trio trio = trio_new(
		STATIC("best", "300", "bgp_community.add((9,9));")
			SESSION("two", "65001", "2", "65002", "",
				"import none; secondary; export filter { if (9,9) ~ "
				"bgp_community then reject; accept; };"),
		SESSION("one", "65002", "1", "65001", "", ALL), NULL);
	ck_assert(!has_route(trio.two));
	static const char *const orders[][3] = { { "200", "150", "100" },
						 { "100", "150", "200" },
						 { "150", "200", "100" } };
	for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
		char config[2048];
		size_t size = 0;
		for (unsigned j = 0; j < 3; j++)
			size += (size_t)snprintf(
				config + size, sizeof(config) - size,
				STATIC("s%u", "%s", "bgp_community.add((1,%s));"), j,
				orders[i][j], orders[i][j]);
		snprintf(config + size, sizeof(config) - size, "%s",
			 STATIC("best", "300", "bgp_community.add((9,9));") SESSION(
				 "two", "65001", "2", "65002", "",
				 "import none; secondary; export filter { if (9,9) ~ "
				 "bgp_community then reject; accept; };"));
		lab_configure(trio.one, config);
		lab_run(trio.lab, 5 * USEC_S);
		hears(trio.two, "\"bgp_community\":\"(1,200)\"");
		lab_says(trio.one, "why " NET " to two", "\"reason\":\"told\"");
		/* Each comes anew, so is behind the best. */
		for (unsigned j = 0; j < 3; j++) {
			char command[16];
			snprintf(command, sizeof(command), "restart s%u", j);
			lab_command(trio.one, command);
			lab_run(trio.lab, USEC_S);
			hears(trio.two, "\"bgp_community\":\"(1,200)\"");
		}
	}
	lab_free(trio.lab);
}
END_TEST

/* Writes an UPDATE of what AS 65002 announces of IPv6, by fe80::2: 2001:db8::/32, or
 * nothing. */
static void
ip6_write(struct wire_out *out, bool has_net)
{
	static const uint8_t head[] = { 0x40, 1, 1, 0,    0x40, 2,    6, 2,
					1,    0, 0, 0xfd, 0xea, 0x80, 14 };
	static const uint8_t hop[] = { 0, 2, 1, 16, 0xfe, 0x80, 0, 0, 0, 0, 0,
				       0, 0, 0, 0,  0,    0,    0, 0, 2, 0 };
	static const uint8_t net[] = { 32, 0x20, 0x01, 0x0d, 0xb8 };
	uint8_t size = (uint8_t)(sizeof(hop) + (has_net ? sizeof(net) : 0));
	uint8_t *start = out->at;
	bgp_message_begin(out, BGP_UPDATE);
	wire_put_u16(out, 0);
	wire_put_u16(out, (uint16_t)(sizeof(head) + 1 + size));
	wire_put_bytes(out, head, sizeof(head));
	wire_put_u8(out, size);
	wire_put_bytes(out, hop, sizeof(hop));
	if (has_net)
		wire_put_bytes(out, net, sizeof(net));
	bgp_message_end(out, start);
}

static void
ip4_write(struct wire_out *out)
{
	static const uint8_t body[] = { 0, 0, 0,  20, 0x40, 1, 1,    0,    0x40,
					2, 6, 2,  1,  0,    0, 0xfd, 0xea, 0x40,
					3, 4, 10, 0,  0,    2, 16,   10,   9 };
	uint8_t *start = out->at;
	bgp_message_begin(out, BGP_UPDATE);
	wire_put_bytes(out, body, sizeof(body));
	bgp_message_end(out, start);
}

/* All that is read at once. */
START_TEST(attributes_without_prefixes_are_of_their_family)
{
	struct lab *lab = lab_new(1);
	struct lab_router *router =
		lab_router_add(lab, 1,
			       "protocol bgp two { local as 65001; neighbor 10.0.0.2 as "
			       "65002; passive; " ALL_FAMILIES " }\n");
	struct lab_peer *peer = lab_peer_add(lab, 2);
	struct bgp_open open = lab_open(peer, 65002);
	uint8_t bytes[512];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	open.capabilities.families[BGP_IP6] = true;
	lab_run(lab, USEC_S);
	lab_peer_establish_as(peer, router, &open);
	ip6_write(&out, false);
	ip4_write(&out);
	ip6_write(&out, true);
	ip4_write(&out);
	lab_say_bytes(peer, bytes, wire_used(&out));
	ck_assert_int_eq(lab_state(router, "two"), BGP_ESTABLISHED);
	hears(router, "\"via\":\"10.0.0.2\"");
	lab_says(router, "show route 2001:db8::/32", "\"via\":\"fe80::2\"");
	lab_free(lab);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		attributes_arrive,
		a_policy_sends_what_it_set,
		attributes_declared_by_number_are_sent,
		changes_and_ends_follow,
		attributes_without_prefixes_are_of_their_family,
		paths_through_ourselves_are_refused,
		well_known_communities_are_obeyed,
		within_an_as_preference_and_next_hop_stay,
		only_a_reflector_passes_internal_routes_on,
		another_cluster_is_told_at_once,
		a_reflector_takes_nothing_from_another_of_its_cluster,
		routes_for_customers_do_not_leak,
		the_better_one_wins,
		med_counts_within_one_as,
		another_import_policy_needs_no_new_session,
		another_decision_orders_anew,
		another_default_preference_orders_anew,
		another_cost_orders_anew,
		several_paths_are_told_where_both_can,
		routes_go_with_the_session,
		a_limit_acts,
		next_hops_are_looked_up,
		a_secondary_route_takes_the_place_of_a_refused_one,
		the_best_of_those_that_are_taken_is_told,
	};
	return unit_run("bgp/routes", tests, ARRAY_SIZE(tests), NULL, 0);
}
