/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sessions between two routers of ours: how they come up, who is refused, how they end
 * and come back.
 */
#include "test/unit/bgp/lab.h"

#include <string.h>

#include "test/unit/unit.h"

#define CHANNEL "ipv4 { import all; export all; }; "
#define ONE \
	"protocol bgp two { local as 65001; neighbor 10.0.0.2 as 65002; " CHANNEL "}\n"
#define TWO \
	"protocol bgp one { local as 65002; neighbor 10.0.0.1 as 65001; " CHANNEL "}\n"
/* The same with more options. */
#define ONE_WITH(options)                                                         \
	"protocol bgp two { local as 65001; neighbor 10.0.0.2 as 65002; " options \
	" " CHANNEL "}\n"
#define TWO_WITH(options)                                                         \
	"protocol bgp one { local as 65002; neighbor 10.0.0.1 as 65001; " options \
	" " CHANNEL "}\n"

struct pair {
	struct lab *lab;
	struct lab_router *one, *two;
};

static struct pair
pair_new(uint64_t seed, const char *one, const char *two)
{
	struct pair pair = { .lab = lab_new(seed) };
	pair.one = lab_router_add(pair.lab, 1, one);
	pair.two = lab_router_add(pair.lab, 2, two);
	return pair;
}

static bool
is_up(const struct pair *pair)
{
	return lab_state(pair->one, "two") == BGP_ESTABLISHED &&
	       lab_state(pair->two, "one") == BGP_ESTABLISHED;
}

START_TEST(two_establish_whoever_calls_first)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct pair pair = pair_new(seed, ONE, TWO);
		lab_run(pair.lab, 10 * USEC_S);
		ck_assert(is_up(&pair));
		ck_assert_int_eq(lab_bgp(pair.one, "two")->protocol.state, PROTOCOL_UP);
		ck_assert_uint_eq(bgp_agreed(lab_bgp(pair.one, "two"))->as, 65002);
		/* And stay so. */
		lab_run(pair.lab, 1000 * USEC_S);
		ck_assert(is_up(&pair));
		ck_assert_uint_eq(lab_bgp(pair.one, "two")->history.established_count, 1);
		ck_assert_uint_eq(lab_bgp(pair.two, "one")->history.established_count, 1);
		lab_free(pair.lab);
	}
}
END_TEST

/* Both connect in the same moment, so two connections stand; one stays. */
START_TEST(of_two_calls_at_once_that_of_the_higher_id_stays)
{
	for (unsigned higher = 0; higher < 2; higher++) {
		struct pair pair =
			pair_new(3, ONE_WITH("passive;"), TWO_WITH("passive;"));
		struct bgp *one = lab_bgp(pair.one, "two"),
			   *two = lab_bgp(pair.two, "one");
		lab_run(pair.lab, 10 * USEC_S);
		ck_assert(!is_up(&pair));
		if (higher == 0) {
			lab_configure(pair.one, ONE_WITH("passive; router id 10.9.9.9;"));
			lab_run(pair.lab, USEC_S);
		}
		lab_configure(pair.one,
			      higher == 0 ? ONE_WITH("router id 10.9.9.9;") : ONE);
		lab_configure(pair.two, TWO);
		timer_start(&one->session->attempts.next, 0);
		timer_start(&two->session->attempts.next, 0);
		lab_run(pair.lab, 3 * USEC_S);
		ck_assert(is_up(&pair));
		ck_assert_int_eq(one->session->established->incoming, higher == 1);
		ck_assert_int_eq(two->session->established->incoming, higher == 0);
		ck_assert_uint_eq(one->history.established_count, 1);
		ck_assert_uint_eq(two->history.established_count, 1);
		lab_free(pair.lab);
	}
}
END_TEST

/* Whatever passes what: who is Established stays so. */
START_TEST(connections_that_collide_cost_no_session)
{
	static const struct sim_quality slow = { .delay = 10 * USEC_MS,
						 .jitter = 40 * USEC_MS };
	unsigned met = 0;
	for (uint64_t seed = 1; seed <= 500; seed++) {
		struct pair pair = pair_new(seed, ONE, TWO);
		struct bgp *one = lab_bgp(pair.one, "two"),
			   *two = lab_bgp(pair.two, "one");
		sim_segment_quality(pair.lab->lan, &slow);
		timer_start(&one->session->attempts.next, USEC_S);
		timer_start(&two->session->attempts.next,
			    USEC_S + (usec_t)(seed % 100) * USEC_MS);
		lab_run(pair.lab, 10 * USEC_S);
		ck_assert(is_up(&pair));
		ck_assert_msg(one->history.established_count == 1 &&
				      two->history.established_count == 1,
			      "seed %u", (unsigned)seed);
		met += one->history.sent.code == BGP_ERROR_CEASE ||
		       two->history.sent.code == BGP_ERROR_CEASE;
		lab_free(pair.lab);
	}
	ck_assert_uint_gt(met, 50);
}
END_TEST

/* Both connect again and again over a network that delays, loses and cuts. */
START_TEST(storms_of_calls_end_in_one_session)
{
	static const struct sim_quality bad = { .delay = 300 * USEC_MS,
						.jitter = 700 * USEC_MS,
						.loss = 300000,
						.duplicate = 50000 };
	static const struct sim_quality good = { .delay = USEC_MS };
#define HASTY "connect delay time 1; hold time 6; error wait time 1, 2;"
	unsigned sessions = 0;
	for (uint64_t seed = 1; seed <= 100; seed++) {
		struct pair pair = pair_new(seed, ONE_WITH(HASTY), TWO_WITH(HASTY));
		sim_segment_quality(pair.lab->lan, &bad);
		for (unsigned second = 0; second < 120; second++) {
			lab_run(pair.lab, USEC_S);
			bgp_session_audit(lab_bgp(pair.one, "two"));
			bgp_session_audit(lab_bgp(pair.two, "one"));
		}
		sim_segment_quality(pair.lab->lan, &good);
		lab_run(pair.lab, 130 * USEC_S);
		ck_assert_msg(is_up(&pair), "seed %u", (unsigned)seed);
		uint32_t count = lab_bgp(pair.one, "two")->history.established_count;
		lab_run(pair.lab, 200 * USEC_S);
		ck_assert_uint_eq(lab_bgp(pair.one, "two")->history.established_count,
				  count);
		sessions += count;
		lab_free(pair.lab);
	}
	/* Or it was no storm. */
	ck_assert_uint_gt(sessions, 300);
}
END_TEST

START_TEST(another_as_is_refused_and_waited_for)
{
	struct pair pair = pair_new(1, ONE,
				    "protocol bgp one { local as 65003; neighbor "
				    "10.0.0.1 as 65001; " CHANNEL "}\n");
	struct bgp *one = lab_bgp(pair.one, "two");
	lab_run(pair.lab, 10 * USEC_S);
	ck_assert_int_eq(one->history.sent.code, BGP_ERROR_OPEN);
	ck_assert_int_eq(one->history.sent.subcode, BGP_OPEN_AS);
	ck_assert_int_eq(lab_bgp(pair.two, "one")->history.received.subcode, BGP_OPEN_AS);
	ck_assert_int_eq(one->session->attempts.phase, BGP_IDLE_HOLD);
	ck_assert_int_eq(one->history.error_wait, 60 * USEC_S);
	lab_says(pair.one, "show protocols two", "Bad peer AS");
	/* Doubled, up to the most. */
	lab_run(pair.lab, 80 * USEC_S);
	ck_assert_int_eq(one->history.error_wait, 120 * USEC_S);
	lab_run(pair.lab, 150 * USEC_S);
	ck_assert_int_eq(one->history.error_wait, 240 * USEC_S);
	lab_run(pair.lab, 300 * USEC_S);
	ck_assert_int_eq(one->history.error_wait, 300 * USEC_S);
	lab_free(pair.lab);
}
END_TEST

START_TEST(a_silent_neighbour_expires)
{
	struct pair pair = pair_new(1, ONE_WITH("hold time 9;"), TWO);
	struct bgp *one = lab_bgp(pair.one, "two");
	lab_run(pair.lab, 10 * USEC_S);
	ck_assert(is_up(&pair));
	sim_node_group(pair.two->node, 1);
	lab_run(pair.lab, 6 * USEC_S);
	ck_assert_int_eq(one->protocol.state, PROTOCOL_UP);
	lab_run(pair.lab, 5 * USEC_S);
	ck_assert_int_ne(one->protocol.state, PROTOCOL_UP);
	ck_assert_int_eq(one->history.sent.code, BGP_ERROR_HOLD);
	ck_assert_uint_eq(lab_logged(pair.one, "Hold timer expired"), 1);
	/* Comes back behind the wait for errors. */
	sim_node_group(pair.two->node, 0);
	lab_run(pair.lab, 180 * USEC_S);
	ck_assert(is_up(&pair));
	lab_free(pair.lab);
}
END_TEST

START_TEST(a_passive_one_waits_to_be_called)
{
	struct pair pair = pair_new(1, ONE_WITH("passive;"), TWO_WITH("passive;"));
	lab_run(pair.lab, 100 * USEC_S);
	ck_assert_int_eq(lab_state(pair.one, "two"), BGP_ACTIVE);
	/* That is a live option. */
	lab_configure(pair.two, TWO);
	lab_run(pair.lab, 10 * USEC_S);
	ck_assert(is_up(&pair));
	ck_assert(lab_bgp(pair.one, "two")->session->established->incoming);
	lab_configure(pair.two, TWO_WITH("passive; hold time 30; description \"x\";"));
	lab_run(pair.lab, 10 * USEC_S);
	ck_assert_uint_eq(lab_bgp(pair.two, "one")->history.established_count, 1);
	ck_assert(is_up(&pair));
	lab_free(pair.lab);
}
END_TEST

START_TEST(the_words_of_a_shutdown_arrive)
{
	struct pair pair = pair_new(1, ONE, TWO);
	struct bgp *two = lab_bgp(pair.two, "one");
	lab_run(pair.lab, 10 * USEC_S);
	lab_command(pair.one, "disable two \"gone fishing \xc3\xa4\"");
	lab_run(pair.lab, USEC_S);
	ck_assert_int_eq(lab_bgp(pair.one, "two")->protocol.state, PROTOCOL_DOWN);
	lab_says(pair.one, "show protocols two", "gone fishing");
	lab_says(pair.two, "show protocols one",
		 "Received: Administrative shutdown: gone fishing \xc3\xa4");
	ck_assert_uint_eq(lab_logged(pair.two, "gone fishing"), 1);
	ck_assert_int_eq(two->history.received.subcode, 2);
	/* No error, so nobody waits. */
	lab_command(pair.one, "enable two");
	lab_run(pair.lab, 15 * USEC_S);
	ck_assert(is_up(&pair));
	lab_command(pair.one, "restart two \"for a moment\"");
	lab_run(pair.lab, USEC_S);
	ck_assert_int_eq(two->history.received.subcode, 4);
	lab_says(pair.two, "show bgp peer one problem", "for a moment");
	lab_run(pair.lab, 15 * USEC_S);
	ck_assert(is_up(&pair));
	lab_configure(pair.one, "");
	lab_run(pair.lab, USEC_S);
	ck_assert_int_eq(two->history.received.subcode, 3);
	lab_free(pair.lab);
}
END_TEST

START_TEST(a_cease_may_disable)
{
	struct pair pair = pair_new(
		1, ONE, TWO_WITH("disable after cease { administrative reset };"));
	struct bgp *two = lab_bgp(pair.two, "one");
	lab_run(pair.lab, 10 * USEC_S);
	lab_command(pair.one, "restart two");
	lab_run(pair.lab, 15 * USEC_S);
	ck_assert(two->protocol.disabled);
	ck_assert_int_eq(two->protocol.state, PROTOCOL_DOWN);
	lab_says(pair.two, "show protocols one", "Received: Administrative reset");
	lab_free(pair.lab);
}
END_TEST

START_TEST(a_session_ends_with_its_link_and_comes_back)
{
	struct pair pair = pair_new(1, ONE, TWO);
	struct bgp *one = lab_bgp(pair.one, "two");
	lab_run(pair.lab, 10 * USEC_S);
	ck_assert(is_up(&pair));
	sim_interface_plug(pair.one->interface, false);
	lab_run(pair.lab, USEC_S);
	ck_assert_int_eq(lab_state(pair.one, "two"), BGP_IDLE);
	ck_assert_int_eq(one->session->attempts.phase, BGP_WAITING);
	ck_assert_ptr_null(one->session->attempts.listening.listener);
	lab_says(pair.one, "show bgp peer two problem", "on no link of ours");
	sim_interface_plug(pair.one->interface, true);
	/* The other side has not noticed and refuses a second connection, until its hold
	 * time is over. */
	lab_run(pair.lab, 320 * USEC_S);
	ck_assert(is_up(&pair));
	lab_free(pair.lab);
}
END_TEST

START_TEST(a_named_interface_is_waited_for)
{
	struct pair pair = pair_new(1, ONE_WITH("interface \"eth0\";"), TWO);
	lab_run(pair.lab, 10 * USEC_S);
	ck_assert(is_up(&pair));
	sim_interface_plug(pair.one->interface, false);
	lab_run(pair.lab, USEC_S);
	lab_says(pair.one, "show bgp peer two problem", "Link down");
	sim_interface_up(pair.one->interface, false);
	lab_run(pair.lab, USEC_S);
	lab_says(pair.one, "show bgp peer two problem", "Interface down");
	/* There was nobody to be told a reason. */
	ck_assert_int_eq(lab_bgp(pair.one, "two")->history.sent.when, 0);
	sim_interface_remove(pair.one->interface);
	lab_run(pair.lab, USEC_S);
	ck_assert_int_eq(lab_state(pair.one, "two"), BGP_IDLE);
	lab_free(pair.lab);
}
END_TEST

START_TEST(without_check_link_a_carrier_may_go)
{
	struct pair pair = pair_new(1, ONE_WITH("check link off;"), TWO);
	struct bgp *one = lab_bgp(pair.one, "two");
	lab_run(pair.lab, 10 * USEC_S);
	sim_interface_plug(pair.one->interface, false);
	lab_run(pair.lab, 5 * USEC_S);
	ck_assert_int_eq(lab_state(pair.one, "two"), BGP_ESTABLISHED);
	sim_interface_plug(pair.one->interface, true);
	lab_run(pair.lab, 5 * USEC_S);
	ck_assert(is_up(&pair));
	ck_assert_uint_eq(one->history.established_count, 1);
	/* A live option, which counts at once. */
	sim_interface_plug(pair.one->interface, false);
	lab_configure(pair.one, ONE);
	lab_run(pair.lab, USEC_S);
	ck_assert_int_eq(lab_state(pair.one, "two"), BGP_IDLE);
	sim_interface_remove(pair.one->interface);
	lab_run(pair.lab, USEC_S);
	lab_free(pair.lab);
}
END_TEST

START_TEST(keys_must_be_the_same)
{
	struct pair pair = pair_new(1, ONE_WITH("authentication md5; password \"salt\";"),
				    TWO_WITH("authentication md5; password \"pepper\";"));
	lab_run(pair.lab, 60 * USEC_S);
	ck_assert(!is_up(&pair));
	lab_configure(pair.two, TWO_WITH("authentication md5; password \"salt\";"));
	lab_run(pair.lab, 200 * USEC_S);
	ck_assert(is_up(&pair));
	/* Without a key nobody is heard either. */
	lab_configure(pair.two, TWO);
	lab_run(pair.lab, 60 * USEC_S);
	ck_assert_int_ne(lab_state(pair.two, "one"), BGP_ESTABLISHED);
	lab_free(pair.lab);
}
END_TEST

START_TEST(hop_limits_are_held_to)
{
	struct pair pair =
		pair_new(1, ONE_WITH("ttl security;"), TWO_WITH("ttl security;"));
	lab_run(pair.lab, 15 * USEC_S);
	ck_assert(is_up(&pair));
	lab_configure(pair.two, TWO);
	lab_run(pair.lab, 60 * USEC_S);
	ck_assert(!is_up(&pair));
	lab_free(pair.lab);
}
END_TEST

START_TEST(link_local_neighbours_are_met_on_their_interface)
{
	struct pair pair = pair_new(1, "", "");
	struct text config = { .text = NULL };
	char shown[ADDR_TEXT];
	struct lab_router *routers[] = { pair.one, pair.two };
	for (unsigned i = 0; i < 2; i++) {
		const struct link *link = link_find(routers[1 - i]->router, "eth0");
		text_reset(&config);
		text_printf(&config,
			    "protocol bgp %s { local as %u; neighbor %s%%eth0 as %u; "
			    "ipv6 { import all; export all; }; }\n",
			    i ? "one" : "two", 65001 + i, addr_format(link->local, shown),
			    65002 - i);
		lab_configure(routers[i], text_string(&config));
	}
	text_fini(&config);
	lab_run(pair.lab, 15 * USEC_S);
	ck_assert(is_up(&pair));
	ck_assert_ptr_eq(bgp_agreed(lab_bgp(pair.one, "two"))->link,
			 link_find(pair.one->router, "eth0"));
	ck_assert(bgp_agreed(lab_bgp(pair.one, "two"))->link_local_next_hop);
	lab_says(pair.one, "show protocols all two", "%eth0\"");
	lab_free(pair.lab);
}
END_TEST

START_TEST(neighbours_of_one_as_need_no_common_link)
{
	struct pair pair = pair_new(
		1,
		"protocol bgp two { local 10.0.0.1 as 65001; neighbor 10.0.0.2 internal; "
		"multihop; " CHANNEL "}\n",
		"protocol bgp one { local 10.0.0.2 as 65001; neighbor 10.0.0.1 as 65001; "
		"strict bind; " CHANNEL "}\n");
	lab_run(pair.lab, 15 * USEC_S);
	ck_assert(is_up(&pair));
	lab_says(pair.one, "show protocols all two", "internal multihop AS4");
	lab_free(pair.lab);
}
END_TEST

START_TEST(a_listener_is_shared_and_ends_with_its_last_user)
{
	struct lab *lab = lab_new(1);
	struct lab_router *one =
		lab_router_add(lab, 1,
			       ONE "protocol bgp three { local as 65001; neighbor "
				   "10.0.0.3 as 65003; " CHANNEL "}\n");
	struct lab_peer *peer = lab_peer_add(lab, 3);
	lab_run(lab, 2 * USEC_S);
	ck_assert_ptr_nonnull(lab_bgp(one, "two")->session->attempts.listening.listener);
	ck_assert_ptr_eq(lab_bgp(one, "two")->session->attempts.listening.listener,
			 lab_bgp(one, "three")->session->attempts.listening.listener);
	lab_command(one, "disable two");
	lab_run(lab, USEC_S);
	lab_peer_call(peer, one, NULL);
	ck_assert_ptr_nonnull(lab_last(peer, BGP_OPEN));
	lab_command(one, "disable three");
	lab_run(lab, USEC_S);
	ck_assert_uint_eq(peer->closed, 1);
	lab_peer_call(peer, one, NULL);
	ck_assert_int_eq(peer->error, -111);
	lab_free(lab);
}
END_TEST

START_TEST(a_taken_port_is_tried_again)
{
	struct lab *lab = lab_new(1);
	struct lab_router *one = lab_router_add(
		lab, 1,
		"protocol bgp two { local 10.0.0.9 as 65001; neighbor 10.0.0.2 as 65002; "
		"strict bind; " CHANNEL "}\n");
	lab_run(lab, 30 * USEC_S);
	ck_assert_ptr_null(lab_bgp(one, "two")->session->attempts.listening.listener);
	ck_assert_uint_eq(lab_logged(one, "Cannot listen"), 1);
	ck_assert_int_eq(
		sim_address_add(one->interface, addr_from_ip4(0x0a000009), 24, 0), 0);
	lab_run(lab, 11 * USEC_S);
	ck_assert_ptr_nonnull(lab_bgp(one, "two")->session->attempts.listening.listener);
	lab_free(lab);
}
END_TEST

static void
wire_silent(struct pair *pair, bool silent)
{
	struct sim_quality quality = { .delay = USEC_MS, .silent = silent };
	sim_segment_quality(pair->lab->lan, &quality);
}

START_TEST(bfd_notices_long_before_the_hold_timer)
{
#define BFD "protocol bfd { interface \"*\" { interval 100 ms; }; }\n"
	for (unsigned watches = 0; watches < 2; watches++) {
		struct pair pair =
			watches ? pair_new(1, BFD ONE_WITH("bfd;"), BFD TWO_WITH("bfd;"))
				: pair_new(1, BFD ONE, BFD TWO);
		lab_run(pair.lab, 20 * USEC_S);
		ck_assert(is_up(&pair));
		wire_silent(&pair, true);
		lab_run(pair.lab, 5 * USEC_S);
		ck_assert_int_eq(is_up(&pair), !watches);
		ck_assert_uint_eq(lab_logged(pair.one, "BFD session down"), watches);
		wire_silent(&pair, false);
		lab_run(pair.lab, 100 * USEC_S);
		ck_assert(is_up(&pair));
		/* The next session is watched, too. */
		wire_silent(&pair, true);
		lab_run(pair.lab, 5 * USEC_S);
		ck_assert_uint_eq(lab_logged(pair.one, "BFD session down"), 2 * watches);
		wire_silent(&pair, false);
		lab_run(pair.lab, 100 * USEC_S);
		/* Without BFD there, nothing is known and nothing happens. */
		if (watches)
			lab_configure(pair.two, TWO_WITH("bfd;"));
		lab_run(pair.lab, 20 * USEC_S);
		ck_assert(is_up(&pair));
		lab_free(pair.lab);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		two_establish_whoever_calls_first,
		of_two_calls_at_once_that_of_the_higher_id_stays,
		connections_that_collide_cost_no_session,
		storms_of_calls_end_in_one_session,
		another_as_is_refused_and_waited_for,
		a_silent_neighbour_expires,
		a_passive_one_waits_to_be_called,
		the_words_of_a_shutdown_arrive,
		a_cease_may_disable,
		a_session_ends_with_its_link_and_comes_back,
		a_named_interface_is_waited_for,
		without_check_link_a_carrier_may_go,
		keys_must_be_the_same,
		hop_limits_are_held_to,
		link_local_neighbours_are_met_on_their_interface,
		neighbours_of_one_as_need_no_common_link,
		a_listener_is_shared_and_ends_with_its_last_user,
		a_taken_port_is_tried_again,
		bfd_notices_long_before_the_hold_timer,
	};
	return unit_run("bgp/session", tests, ARRAY_SIZE(tests), NULL, 0);
}
