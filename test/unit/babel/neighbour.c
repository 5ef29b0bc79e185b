/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Babel neighbours: what Hellos and IHUs of all kinds make of a link (RFC 8966 §3.4, App.
 * A).
 */
#include "test/unit/babel/lab.h"

#include <check.h>
#include <stdlib.h>

/* ---- histories, by themselves ---- */

static void
hello(struct babel_history *history, uint16_t seqno, uint16_t interval, usec_t now)
{
	babel_history_hello(history,
			    &(struct babel_hello){ .seqno = seqno, .interval = interval },
			    now);
}

START_TEST(a_history_counts_what_comes_and_what_does_not)
{
	struct babel_history history = { .due = USEC_NEVER };

	hello(&history, 65534, 100, 0);
	hello(&history, 65535, 100, USEC_S);
	/* T-01, T-20: the counter wraps. */
	hello(&history, 0, 100, 2 * USEC_S);
	ck_assert_uint_eq(history.received, 7);
	ck_assert_uint_eq(history.expected, 1);
	/* RFC 8966 §A.1: 1.5 times the interval at first, then once per miss. */
	ck_assert_int_eq(history.due, 3500 * USEC_MS);
	babel_history_miss(&history);
	ck_assert_uint_eq(history.received, 14);
	ck_assert_int_eq(history.due, 4500 * USEC_MS);
	ck_assert_uint_eq(history.expected, 2);
}
END_TEST

START_TEST(lost_hellos_fast_forward)
{
	struct babel_history history = { .due = USEC_NEVER };

	hello(&history, 10, 100, 0);
	/* T-20: 11 and 12 were lost, or the interval was lowered. */
	hello(&history, 13, 100, 0);
	ck_assert_uint_eq(history.received, 0x9);
	ck_assert_uint_eq(history.count, 4);
	/* 16 ahead is still the same sender. */
	hello(&history, 30, 100, 0);
	ck_assert_uint_eq(history.received, 0x1);
}
END_TEST

START_TEST(a_late_hello_undoes_history)
{
	struct babel_history history = { .due = USEC_NEVER };

	hello(&history, 10, 100, 0);
	hello(&history, 11, 100, 0);
	babel_history_miss(&history);
	babel_history_miss(&history);
	ck_assert_uint_eq(history.received, 0xc);
	/* T-20: it came late ("bufferbloat"), or its interval was raised. */
	hello(&history, 12, 100, 0);
	ck_assert_uint_eq(history.received, 0x7);
	ck_assert_uint_eq(history.expected, 13);
	ck_assert_uint_eq(history.count, 3);
}
END_TEST

START_TEST(a_jump_is_a_restart)
{
	struct babel_history history = { .due = USEC_NEVER };

	ck_assert(!babel_history_is_reset(&history,
					  &(struct babel_hello){ .seqno = 40000 }));
	hello(&history, 100, 100, 0);
	/* T-20, T-29: within 16 either way it is loss or reordering; beyond, a restart.
	 */
	ck_assert(
		!babel_history_is_reset(&history, &(struct babel_hello){ .seqno = 117 }));
	ck_assert(
		babel_history_is_reset(&history, &(struct babel_hello){ .seqno = 118 }));
	ck_assert(
		!babel_history_is_reset(&history, &(struct babel_hello){ .seqno = 85 }));
	ck_assert(babel_history_is_reset(&history, &(struct babel_hello){ .seqno = 84 }));
}
END_TEST

START_TEST(an_unscheduled_hello_makes_no_promise)
{
	struct babel_history history = { .due = USEC_NEVER };

	hello(&history, 1, 100, 0);
	/* T-21: interval 0: the deadline of the last scheduled one stands. */
	hello(&history, 2, 0, USEC_S);
	ck_assert_int_eq(history.due, 1500 * USEC_MS);
	ck_assert_uint_eq(history.received, 3);
}
END_TEST

START_TEST(metrics_add_up_to_infinity)
{
	ck_assert_uint_eq(babel_metric_add(96, 0), 96);
	ck_assert_uint_eq(babel_metric_add(96, 65400), 65496);
	ck_assert_uint_eq(babel_metric_add(200, 65400), BABEL_INFINITY);
	ck_assert_uint_eq(babel_metric_add(BABEL_INFINITY, 0), BABEL_INFINITY);
	ck_assert_uint_eq(babel_metric_add(1, BABEL_INFINITY), BABEL_INFINITY);
}
END_TEST

/* ---- with a router ---- */

START_TEST(first_contact_is_answered_at_once)
{
	struct lab *lab = lab_new();
	struct lab_peer *peer = lab_peer_add(lab, 0);

	lab_start(lab);
	lab_run(lab, 10 * USEC_S);
	lab_forget(peer);
	/* T-22: first contact: a Hello and an IHU, long before the next second. */
	lab_say_hello(peer, 1, 100, false);
	lab_run(lab, 100 * USEC_MS);
	ck_assert_ptr_nonnull(lab_last(peer, BABEL_TLV_HELLO));
	ck_assert_ptr_nonnull(lab_last(peer, BABEL_TLV_IHU));
	ck_assert(addr_equal(lab_last(peer, BABEL_TLV_IHU)->tlv.ihu.addr, peer->addr));
	ck_assert_uint_eq(lab_last(peer, BABEL_TLV_IHU)->tlv.ihu.interval, 300);
	lab_free(lab);
}
END_TEST

START_TEST(two_hellos_of_three_make_a_link)
{
	struct lab *lab = lab_new();
	struct lab_peer *peer = lab_peer_add(lab, 0);

	lab_start(lab);
	lab_say_hello(peer, 1, 100, false);
	lab_say_ihu(peer, 100);
	lab_run(lab, 10 * USEC_MS);
	ck_assert_uint_eq(lab_neighbour(peer)->rxcost, BABEL_INFINITY);
	ck_assert_uint_eq(lab_neighbour(peer)->cost, BABEL_INFINITY);
	lab_say_hello(peer, 2, 100, false);
	lab_run(lab, 10 * USEC_MS);
	/* RFC 8966 §A.2.1: the cost is what the neighbour says, the rxcost ours. */
	ck_assert_uint_eq(lab_neighbour(peer)->rxcost, 96);
	ck_assert_uint_eq(lab_neighbour(peer)->cost, 100);
	/* The last Hello counts for 2.5 s: two missed of the last three. */
	lab_run(lab, 2400 * USEC_MS);
	ck_assert_uint_eq(lab_neighbour(peer)->cost, 100);
	lab_run(lab, 200 * USEC_MS);
	ck_assert_uint_eq(lab_neighbour(peer)->cost, BABEL_INFINITY);
	/* RFC 8966 §A.1: forgotten when all 16 are missed. */
	lab_run(lab, 20 * USEC_S);
	ck_assert_ptr_null(lab_neighbour(peer));
	lab_free(lab);
}
END_TEST

/* Two Hellos a second apart, and an IHU; then nothing more of its own accord. */
static struct lab_peer *
silent_peer(struct lab *lab, bool acks)
{
	struct lab_peer *peer = lab_peer_add(lab, 0);

	peer->acks = acks;
	lab_start(lab);
	lab_say_hello(peer, 1, 100, false);
	lab_say_ihu(peer, 100);
	lab_run(lab, USEC_S);
	lab_say_hello(peer, 2, 100, false);
	lab_run(lab, 10 * USEC_MS);
	ck_assert_uint_eq(lab_neighbour(peer)->cost, 100);
	return peer;
}

START_TEST(who_is_silent_after_a_missed_hello_has_missed_two)
{
	struct lab *lab = lab_new();
	struct lab_peer *peer = silent_peer(lab, true);

	lab_run(lab, USEC_S);
	peer->acks = false;
	lab_forget(peer);
	/* Missed after 1.5 s, and asked for half a second more. */
	lab_run(lab, 450 * USEC_MS);
	ck_assert_uint_eq(lab_count(peer, BABEL_TLV_ACK_REQUEST, NULL), 0);
	lab_run(lab, 450 * USEC_MS);
	ck_assert_uint_eq(lab_count(peer, BABEL_TLV_ACK_REQUEST, NULL), 3);
	ck_assert_uint_eq(lab_neighbour(peer)->cost, 100);
	lab_run(lab, 150 * USEC_MS);
	ck_assert_uint_eq(lab_neighbour(peer)->cost, BABEL_INFINITY);
	/* The Hello that was taken for missed comes. */
	lab_say_hello(peer, 4, 100, false);
	lab_run(lab, 10 * USEC_MS);
	ck_assert_uint_eq(lab_neighbour(peer)->cost, 100);
	lab_free(lab);
}
END_TEST

START_TEST(who_answers_after_a_missed_hello_may_miss_one)
{
	struct lab *lab = lab_new();
	struct lab_peer *peer = silent_peer(lab, true);

	lab_run(lab, USEC_S);
	lab_forget(peer);
	lab_run(lab, 1400 * USEC_MS);
	ck_assert_uint_eq(lab_count(peer, BABEL_TLV_ACK_REQUEST, NULL), 1);
	ck_assert_uint_eq(lab_neighbour(peer)->cost, 100);
	lab_run(lab, 200 * USEC_MS);
	ck_assert_uint_eq(lab_neighbour(peer)->cost, BABEL_INFINITY);
	lab_free(lab);
}
END_TEST

START_TEST(who_never_acknowledged_is_not_asked)
{
	struct lab *lab = lab_new();
	struct lab_peer *peer = silent_peer(lab, false);

	/* What asks for the size of packets has been given up. */
	lab_run(lab, 1200 * USEC_MS);
	ck_assert(!lab_neighbour(peer)->acknowledges);
	ck_assert(!timer_is_running(&lab_neighbour(peer)->doubt.timer));
	lab_run(lab, 600 * USEC_MS);
	ck_assert(!timer_is_running(&lab_neighbour(peer)->doubt.timer));
	ck_assert_uint_eq(lab_neighbour(peer)->cost, 100);
	lab_free(lab);
}
END_TEST

START_TEST(an_rxcost_of_zero_costs_something)
{
	struct lab *lab = lab_new();
	struct lab_peer *peer = lab_peer_add(lab, 0);

	peer->rxcost = 0;
	lab_meet(lab);
	/* T-14: M(c, m) > m, or there are loops. */
	ck_assert_uint_eq(lab_neighbour(peer)->cost, 1);
	lab_say_update(peer, "fd00:1::/64", 7, 1, 10);
	lab_run(lab, USEC_S);
	ck_assert_uint_eq(lab_entry(lab, "fd00:1::/64")->selected->metric, 11);
	lab_free(lab);
}
END_TEST

START_TEST(without_ihu_the_link_is_unusable)
{
	struct lab *lab = lab_new();
	struct lab_peer *peer = lab_peer_add(lab, 0);

	lab_meet(lab);
	peer->alive = false;
	/* T-22: Hellos come, IHUs don't: 3.5 times their interval of 3 s. */
	for (unsigned i = 0; i < 12; i++) {
		lab_say_hello(peer, peer->hello_seqno++, 100, false);
		lab_run(lab, USEC_S);
		if (i < 9)
			ck_assert_uint_ne(lab_neighbour(peer)->cost, BABEL_INFINITY);
	}
	ck_assert_uint_eq(lab_neighbour(peer)->txcost, BABEL_INFINITY);
	ck_assert_uint_eq(lab_neighbour(peer)->cost, BABEL_INFINITY);
	ck_assert_uint_eq(lab_neighbour(peer)->rxcost, 96);
	lab_free(lab);
}
END_TEST

START_TEST(an_ihu_may_be_for_all_or_for_others)
{
	struct lab *lab = lab_new();
	struct lab_peer *peer = lab_peer_add(lab, 0);
	struct babel_tlv ihu = {
		.type = BABEL_TLV_IHU,
		.ihu = { .wildcard = true, .rxcost = 50, .interval = 300 }
	};

	lab_start(lab);
	lab_say_hello(peer, 1, 100, false);
	lab_say_hello(peer, 2, 100, false);
	/* T-22: AE 0 is for whoever reads it. */
	lab_say(peer, &ihu);
	lab_run(lab, 10 * USEC_MS);
	ck_assert_uint_eq(lab_neighbour(peer)->txcost, 50);
	/* T-22: not for us. */
	ihu.ihu.wildcard = false;
	ihu.ihu.addr = peer->addr;
	ihu.ihu.rxcost = 70;
	lab_say(peer, &ihu);
	lab_run(lab, 10 * USEC_MS);
	ck_assert_uint_eq(lab_neighbour(peer)->txcost, 50);
	lab_free(lab);
}
END_TEST

START_TEST(unicast_hellos_have_a_history_of_their_own)
{
	struct lab *lab = lab_new();
	struct lab_peer *peer = lab_peer_add(lab, 0);

	lab_start(lab);
	/* T-21: the two counters have nothing to do with each other. */
	lab_say_hello(peer, 1, 100, false);
	lab_say_hello(peer, 40000, 100, true);
	lab_say_hello(peer, 2, 100, false);
	lab_run(lab, 10 * USEC_MS);
	ck_assert_uint_eq(lab_neighbour(peer)->multicast.received, 3);
	ck_assert_uint_eq(lab_neighbour(peer)->unicast.received, 1);
	ck_assert_uint_eq(lab_neighbour(peer)->unicast.expected, 40001);
	lab_free(lab);
}
END_TEST

START_TEST(a_peer_may_speak_unicast_only)
{
	struct lab *lab = lab_new();
	struct lab_peer *peer = lab_peer_add(lab, 0);

	lab_start(lab);
	/* T-21: either history makes the link. */
	for (uint16_t i = 0; i < 5; i++) {
		lab_say_hello(peer, i, 100, true);
		lab_say_ihu(peer, 96);
		lab_run(lab, USEC_S);
	}
	ck_assert_uint_eq(lab_neighbour(peer)->cost, 96);
	lab_run(lab, 3 * USEC_S);
	ck_assert_uint_eq(lab_neighbour(peer)->cost, BABEL_INFINITY);
	lab_free(lab);
}
END_TEST

START_TEST(only_unscheduled_hellos_do_not_last_for_ever)
{
	struct lab *lab = lab_new();
	struct lab_peer *peer = lab_peer_add(lab, 0);

	lab_start(lab);
	for (uint16_t i = 0; i < 5; i++)
		lab_say_hello(peer, i, 0, false);
	lab_say_ihu(peer, 96);
	lab_run(lab, USEC_S);
	/* T-21: interval 0 is legal, though nothing was ever promised. */
	ck_assert_uint_eq(lab_neighbour(peer)->cost, 96);
	lab_run(lab, 300 * USEC_S);
	ck_assert_ptr_null(lab_neighbour(peer));
	lab_free(lab);
}
END_TEST

START_TEST(wireless_links_cost_what_they_lose)
{
	struct lab *lab = lab_new();
	struct lab_peer *peer;

	lab->interface_config.type = BABEL_WIRELESS;
	peer = lab_peer_add(lab, 0);
	lab_start(lab);
	for (uint16_t i = 0; i < 12; i++) {
		if (i % 2)
			lab_say_hello(peer, i, 100, false);
		lab_say_ihu(peer, 256);
		lab_run(lab, USEC_S);
	}
	/* RFC 8966 §A.2.2: half of the last six: 256 / 0.5. */
	ck_assert_uint_eq(lab_neighbour(peer)->rxcost, 512);
	ck_assert_uint_eq(lab_neighbour(peer)->cost, 512);
	/* The other direction counts as well. */
	lab_say_ihu(peer, 384);
	lab_run(lab, 10 * USEC_MS);
	ck_assert_uint_eq(lab_neighbour(peer)->cost, 768);
	lab_free(lab);
}
END_TEST

START_TEST(a_limit_is_a_share_of_the_last_sixteen)
{
	struct lab *lab = lab_new();
	struct lab_peer *peer;

	lab->interface_config.limit = 12;
	peer = lab_peer_add(lab, 0);
	lab_meet(lab);
	lab_run(lab, 16 * USEC_S);
	peer->alive = false;
	/* As BIRD counts: the fifth lost Hello is one too many. */
	lab_say_ihu(peer, 96);
	lab_run(lab, 4 * USEC_S);
	ck_assert_uint_eq(lab_neighbour(peer)->rxcost, 96);
	lab_run(lab, 2 * USEC_S);
	ck_assert_uint_eq(lab_neighbour(peer)->rxcost, BABEL_INFINITY);
	lab_free(lab);
}
END_TEST

START_TEST(a_restarted_peer_keeps_only_what_it_repeats)
{
	struct lab *lab = lab_new();
	struct lab_peer *peer = lab_peer_add(lab, 0);

	lab_meet(lab);
	lab_say_update(peer, "fd00:1::/64", 7, 1, 10);
	lab_say_update(peer, "fd00:2::/64", 7, 1, 10);
	lab_run(lab, USEC_S);
	lab_forget(peer);
	/* T-20: the Hello seqno jumps; it is asked for its routes, and forwarding goes on
	 * meanwhile. */
	peer->hello_seqno = (uint16_t)(peer->hello_seqno + 30000);
	lab_run(lab, 1200 * USEC_MS);
	ck_assert_ptr_eq(lab_selected(lab, "fd00:1::/64"), peer);
	ck_assert_uint_ge(lab_count(peer, BABEL_TLV_ROUTE_REQUEST, NULL), 1);
	lab_say_update(peer, "fd00:1::/64", 7, 1, 10);
	lab_run(lab, 4 * USEC_S);
	ck_assert_ptr_eq(lab_selected(lab, "fd00:1::/64"), peer);
	ck_assert_ptr_null(lab_selected(lab, "fd00:2::/64"));
	lab_free(lab);
}
END_TEST

START_TEST(what_a_restarted_peer_has_not_repeated_is_no_way_out)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);

	lab_meet(lab);
	lab_say_update(a, "fd00:1::/64", 7, 1, 50);
	lab_say_update(b, "fd00:1::/64", 7, 1, 10);
	lab_say_update(a, "fd00:2::/64", 7, 1, 10);
	lab_run(lab, USEC_S);
	ck_assert_ptr_eq(lab_selected(lab, "fd00:1::/64"), b);
	ck_assert_ptr_eq(lab_selected(lab, "fd00:2::/64"), a);
	lab_forget(a);
	/* T-20, T-02: it may have lost all it knew. */
	a->hello_seqno = (uint16_t)(a->hello_seqno + 30000);
	lab_say_hello(a, a->hello_seqno++, 100, false);
	lab_say_route_request(a, NULL);
	lab_run(lab, 200 * USEC_MS);
	ck_assert_ptr_nonnull(lab_update(a, "fd00:1::/64"));
	ck_assert_ptr_null(lab_update(a, "fd00:2::/64"));
	ck_assert_ptr_eq(lab_selected(lab, "fd00:2::/64"), a);
	/* Its old route is feasible, and of no use until it is repeated. */
	lab_say_update(b, "fd00:1::/64", 7, 1, BABEL_INFINITY);
	lab_run(lab, 100 * USEC_MS);
	ck_assert_ptr_null(lab_selected(lab, "fd00:1::/64"));
	lab_say_update(a, "fd00:1::/64", 7, 1, 50);
	lab_run(lab, 100 * USEC_MS);
	ck_assert_ptr_eq(lab_selected(lab, "fd00:1::/64"), a);
	lab_free(lab);
}
END_TEST

START_TEST(our_own_packets_are_ignored)
{
	struct lab *lab = lab_new();
	struct lab_peer *peer = lab_peer_add(lab, 0);
	struct lab_peer *other = lab_peer_add(lab, 0);
	struct sys *sys;
	static const uint8_t packet[] = { 42, 2, 0, 8, 4, 6, 0, 0, 0, 1, 0, 100 };

	lab_start(lab);
	/* T-28: a bridge brings what we sent on another interface back to this one. */
	ck_assert_int_eq(sim_address_add(peer->interface, other->router_addr, 64, 0), 0);
	sys = sim_node_sys(peer->node);
	ck_assert_int_eq(sys->class->udp_send(peer->udp,
					      sim_interface_info(peer->interface)->index,
					      other->router_addr, peer->router_addr,
					      BABEL_PORT, packet, sizeof(packet)),
			 0);
	lab_run(lab, 10 * USEC_MS);
	ck_assert_uint_eq(lab->babel->drops[BABEL_DROP_OWN], 1);
	ck_assert_uint_eq(lab->babel->neighbour_count, 0);
	lab_free(lab);
}
END_TEST

START_TEST(strangers_are_ignored)
{
	struct lab *lab = lab_new();
	struct lab_peer *peer = lab_peer_add(lab, 0);
	struct sys *sys;
	struct sys_udp *udp;
	struct sys_udp_args args = { .port = 7000, .reuse = true };
	static const uint8_t packet[] = { 42, 2, 0, 8, 4, 6, 0, 0, 0, 1, 0, 100 };

	lab_start(lab);
	sys = sim_node_sys(peer->node);
	args.index = sim_interface_info(peer->interface)->index;
	/* RFC 8966 §4: the source port must be Babel's. */
	ck_assert_int_eq(
		sys->class->udp_open(sys, &args, &(struct sys_udp_ops){ 0 }, NULL, &udp),
		0);
	sys->class->udp_send(udp, args.index, addr_any, peer->router_addr, BABEL_PORT,
			     packet, sizeof(packet));
	lab_run(lab, 10 * USEC_MS);
	ck_assert_uint_eq(lab->babel->drops[BABEL_DROP_SOURCE_PORT], 1);
	/* Updates of somebody who never said Hello. */
	lab_say_update(peer, "fd00:1::/64", 7, 1, 10);
	lab_run(lab, 10 * USEC_MS);
	ck_assert_uint_eq(lab->babel->drops[BABEL_DROP_NEIGHBOUR], 1);
	ck_assert_uint_eq(lab->babel->neighbour_count, 0);
	sys->class->udp_close(udp);
	lab_free(lab);
}
END_TEST

/* ---- BFD, played by hand ---- */

struct watch {
	struct bfd_provider provider;
	struct bfd_request *request;
	unsigned taken;
};

static bool
watch_take(struct bfd_provider *provider, struct bfd_request *request)
{
	struct watch *watch = container_of(provider, struct watch, provider);
	watch->request = request;
	watch->taken++;
	return true;
}

static void
watch_drop(struct bfd_provider *provider, struct bfd_request *request)
{
	struct watch *watch = container_of(provider, struct watch, provider);
	(void)request;
	watch->request = NULL;
}

static void
watch_update(struct bfd_provider *provider, struct bfd_request *request)
{
	(void)provider;
	(void)request;
}

START_TEST(a_neighbour_that_bfd_loses_is_dropped_at_once)
{
	struct watch watch = { .provider = { .take = watch_take,
					     .drop = watch_drop,
					     .update = watch_update } };
	struct lab *lab = lab_new();
	struct lab_peer *peer = lab_peer_add(lab, 0);
	lab->interface_config.bfd.on = true;
	lab_start(lab);
	bfd_provider_open(lab->router, &watch.provider);
	/* Whom we only hear is nobody yet. */
	lab_say_hello(peer, 1, 100, false);
	ck_assert_uint_eq(watch.taken, 0);
	lab_meet(lab);
	ck_assert_uint_eq(watch.taken, 1);
	ck_assert(addr_equal(watch.request->addr, peer->addr));
	lab_say_update(peer, "fd00:1::/64", 1, 1, 0);
	lab_run(lab, USEC_S);
	ck_assert_ptr_eq(lab_selected(lab, "fd00:1::/64"), peer);
	/* That it never came up says nothing (RFC 5882 §3.2). */
	bfd_request_tell(watch.request, BFD_INIT, 0);
	bfd_request_tell(watch.request, BFD_DOWN, BFD_DIAGNOSTIC_EXPIRED);
	ck_assert_ptr_nonnull(lab_neighbour(peer));
	bfd_request_tell(watch.request, BFD_UP, 0);
	peer->alive = false;
	bfd_request_tell(watch.request, BFD_DOWN, BFD_DIAGNOSTIC_EXPIRED);
	ck_assert_ptr_null(lab_neighbour(peer));
	ck_assert_ptr_null(lab_selected(lab, "fd00:1::/64"));
	ck_assert_ptr_null(watch.request);
	bfd_provider_close(&watch.provider);
	lab_free(lab);
}
END_TEST

static Suite *
neighbour_suite(void)
{
	const TTest *const tests[] = {
		a_history_counts_what_comes_and_what_does_not,
		lost_hellos_fast_forward,
		a_late_hello_undoes_history,
		a_jump_is_a_restart,
		an_unscheduled_hello_makes_no_promise,
		metrics_add_up_to_infinity,
		first_contact_is_answered_at_once,
		two_hellos_of_three_make_a_link,
		who_is_silent_after_a_missed_hello_has_missed_two,
		who_answers_after_a_missed_hello_may_miss_one,
		who_never_acknowledged_is_not_asked,
		an_rxcost_of_zero_costs_something,
		without_ihu_the_link_is_unusable,
		an_ihu_may_be_for_all_or_for_others,
		unicast_hellos_have_a_history_of_their_own,
		a_peer_may_speak_unicast_only,
		only_unscheduled_hellos_do_not_last_for_ever,
		wireless_links_cost_what_they_lose,
		a_limit_is_a_share_of_the_last_sixteen,
		a_restarted_peer_keeps_only_what_it_repeats,
		what_a_restarted_peer_has_not_repeated_is_no_way_out,
		our_own_packets_are_ignored,
		strangers_are_ignored,
		a_neighbour_that_bfd_loses_is_dropped_at_once,
	};
	Suite *suite = suite_create("babel neighbour");
	TCase *tcase = tcase_create("neighbour");

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_test(tcase, tests[i]);
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(neighbour_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
