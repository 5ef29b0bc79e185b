/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a neighbour's preference and metrics (MED, AIGP) count for, where they begin, and
 * to whom they are told.
 */
#include "test/unit/bgp/trio.h"

#include <stdio.h>

/* RFC 7311: begun at an IGP's route, grown at each next hop, compared before the path. */
START_TEST(the_metric_of_the_whole_way_decides)
{
	struct trio trio = trio_new(
		ROUTE("bgp_aigp = hex:01000b0000000000000014;")
			SESSION("two", "65001", "2", "65002", "", ALL " aigp;"),
		SESSION("one", "65002", "1", "65001", "", ALL " aigp; cost 7;") SESSION(
			"three", "65002", "3", "65003", "", ALL " aigp; next hop self;"),
		SESSION("two", "65003", "2", "65002", "", ALL " aigp;")
			ROUTE("bgp_aigp = hex:01000b0000000000000015; "
			      "bgp_path.prepend(65098); bgp_path.prepend(65099);"));
	hears(trio.two, "\"bgp_aigp\":\"20\"");
	hears(trio.two, "\"bgp_aigp\":\"21\"");
	/* 21 by a way of 0 is less than 20 by one of 7, whatever the path. */
	lab_says(trio.two, "show route primary " NET, "\"protocol\":\"three\"");
	lab_says(trio.two, "why " NET, "a lower AIGP metric");
	lab_command(trio.three, "disable s");
	lab_run(trio.lab, USEC_S);
	hears(trio.three, "\"bgp_aigp\":\"27\"");
	lab_free(trio.lab);
}
END_TEST

/* Where the way of who becomes the next hop is another one, so is the metric that is told
 * (RFC 7311 §3.4). */
START_TEST(the_metric_follows_the_way)
{
#define MIDDLE(cost)                                                           \
	SESSION("one", "65002", "1", "65001", "", ALL " aigp; cost " cost ";") \
	SESSION("three", "65002", "3", "65003", "", ALL " aigp; next hop self;")
	struct trio trio = trio_new(
		ROUTE("bgp_aigp = hex:01000b0000000000000014;")
			SESSION("two", "65001", "2", "65002", "", ALL " aigp;"),
		MIDDLE("7"), SESSION("two", "65003", "2", "65002", "", ALL " aigp;"));
	hears(trio.three, "\"bgp_aigp\":\"27\"");
	lab_configure(trio.two, MIDDLE("9"));
	lab_run(trio.lab, 2 * USEC_S);
	hears(trio.three, "\"bgp_aigp\":\"29\"");
	lab_free(trio.lab);
}
END_TEST

START_TEST(the_metric_begins_where_it_is_configured)
{
	struct trio trio = trio_new(
		"protocol direct { ipv4; }\n"
		"protocol static s { ipv4; route " NET " recursive 10.0.0.9; }\n" SESSION(
			"two", "65001", "2", "65002", "", ALL " aigp originate;"),
		SESSION("one", "65002", "1", "65001", "", ALL " aigp;")
			SESSION("three", "65002", "3", "65003", "", ALL " aigp off;"),
		SESSION("two", "65003", "2", "65002", "", ALL " aigp;"));
	hears(trio.two, "\"bgp_aigp\":\"0\"");
	ck_assert(has_route(trio.three) && !says(trio.three, SHOW, "bgp_aigp"));
	lab_free(trio.lab);
}
END_TEST

START_TEST(a_med_is_passed_on_where_it_may_be)
{
	struct trio trio = trio_new(
		ROUTE("") SESSION("two", "65001", "2", "65002", "",
				  "import all; export filter { bgp_med = 9; accept; };"),
		SESSION("one", "65002", "1", "65001", "", ALL)
			SESSION("three", "65002", "3", "65003", "allow bgp_med;", ALL),
		SESSION("two", "65003", "2", "65002", "", ALL));
	hears(trio.three, "\"bgp_med\":\"9\"");
	lab_free(trio.lab);
}
END_TEST

/* Of two options that say what is taken of what another AS sends: they count without a
 * new session. */
START_TEST(a_preference_and_a_metric_of_another_as_may_be_taken)
{
#define TAKER(session, channel) \
	SESSION("one", "65002", "1", "65001", session, ALL " " channel)
	static const char *const without[] = { TAKER("", ""),
					       TAKER("", "import table;") };
	static const char *const with[] = { TAKER("allow bgp_local_pref;", "aigp;"),
					    TAKER("allow bgp_local_pref;",
						  "aigp; import table;") };
	for (size_t i = 0; i < ARRAY_SIZE(with); i++) {
		struct trio trio =
			trio_new(ROUTE("bgp_local_pref = 333; "
				       "bgp_aigp = hex:01000b0000000000000014;")
					 SESSION("two", "65001", "2", "65002",
						 "allow bgp_local_pref;", ALL " aigp;"),
				 without[i], NULL);
		hears(trio.two, "\"bgp_local_pref\":\"100\"");
		ck_assert(!says(trio.two, SHOW, "bgp_aigp"));
		lab_configure(trio.two, with[i]);
		lab_run(trio.lab, 5 * USEC_S);
		hears(trio.two, "\"bgp_local_pref\":\"333\"");
		hears(trio.two, "\"bgp_aigp\":\"20\"");
		lab_configure(trio.two, without[i]);
		lab_run(trio.lab, 5 * USEC_S);
		hears(trio.two, "\"bgp_local_pref\":\"100\"");
		ck_assert(!says(trio.two, SHOW, "bgp_aigp"));
		ck_assert_uint_eq(lab_bgp(trio.two, "one")->history.established_count, 1);
		lab_free(trio.lab);
	}
}
END_TEST

/* What AS 65002 announces by one UPDATE with an AIGP of 20: 10.9.0.0/16 and, by fe80::2,
 * 2001:db8::/32. */
static void
say_both_families(struct lab_peer *peer)
{
	static const uint8_t
		body[] = {
			0,    0,  0,  63, /* Nothing withdrawn; attributes. */
			0x40, 1,  1,  0,  /* ORIGIN */
			0x40, 2,  6,  2,  1,  0,    0,    0xfd, 0xea, /* AS_PATH */
			0x40, 3,  4,  10, 0,  0,    2,                /* NEXT_HOP */
			0x80, 26, 11, 1,  0,  11,   0,    0,    0,    0,
			0,    0,  0,  20, /* AIGP */
			0x80, 14, 26, 0,  2,  1,    16,   0xfe, 0x80, 0,
			0,    0,  0,  0,  0,  0,    0,    0,    0,    0,
			0,    0,  2,  0,  32, 0x20, 0x01, 0x0d, 0xb8, /* MP_REACH_NLRI */
			16,   10, 9
		};
	ck_assert_uint_eq(sizeof(body), 4 + 63 + 3);
	lab_say_update(peer, body, sizeof(body));
}

/* Each family takes it or not by its own word, also where one UPDATE brings both. */
START_TEST(a_metric_is_taken_by_family)
{
	static const char *const words[] = { "off", "on" };
	for (unsigned i = 0; i < 4; i++) {
		char config[512];
		snprintf(config, sizeof(config),
			 "protocol bgp two { local as 65001; neighbor 10.0.0.2 as 65002; "
			 "passive; ipv4 { " ALL " aigp %s; }; ipv6 { " ALL
			 " aigp %s; }; }\n",
			 words[i & 1], words[i >> 1]);
		struct lab *lab = lab_new(1);
		struct lab_router *router = lab_router_add(lab, 1, config);
		struct lab_peer *peer = lab_peer_add(lab, 2);
		struct bgp_open open = lab_open(peer, 65002);
		open.capabilities.families[BGP_IP6] = true;
		lab_run(lab, USEC_S);
		lab_peer_establish_as(peer, router, &open);
		say_both_families(peer);
		lab_run(lab, USEC_S);
		ck_assert_int_eq(lab_state(router, "two"), BGP_ESTABLISHED);
		hears(router, "\"via\":\"10.0.0.2\"");
		ck_assert_int_eq(says(router, SHOW, "\"bgp_aigp\":\"20\""), i & 1);
		lab_says(router, "show route all 2001:db8::/32", "\"via\":\"fe80::2\"");
		ck_assert_int_eq(says(router, "show route all 2001:db8::/32",
				      "\"bgp_aigp\":\"20\""),
				 i >> 1);
		lab_free(lab);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		the_metric_of_the_whole_way_decides,
		the_metric_follows_the_way,
		the_metric_begins_where_it_is_configured,
		a_med_is_passed_on_where_it_may_be,
		a_preference_and_a_metric_of_another_as_may_be_taken,
		a_metric_is_taken_by_family,
	};
	return unit_run("bgp/metric", tests, ARRAY_SIZE(tests), NULL, 0);
}
