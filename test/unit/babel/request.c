/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Babel requests, sequence numbers and acknowledgments (RFC 8966 §3.2.2, §3.3, §3.8).
 */
#include "test/unit/babel/lab.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define NET "fd00:1::/64"
#define ID  7
#define OWN 0x0a000001

START_TEST(starvation_is_asked_out_of)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);

	lab_meet(lab);
	lab_say_update(a, NET, ID, 65535, 100);
	lab_run(lab, USEC_S);
	/* Behind us: b's route is unfeasible (196 and more). */
	lab_say_update(b, NET, ID, 65535, 292);
	lab_run(lab, USEC_S);
	lab_forget(b);
	/* T-04: the last feasible route is lost while an unfeasible one is left. */
	lab_say_update(a, NET, ID, 65535, BABEL_INFINITY);
	lab_run(lab, 100 * USEC_MS);
	ck_assert_ptr_null(lab_selected(lab, NET));
	ck_assert_uint_eq(lab_count(b, BABEL_TLV_SEQNO_REQUEST, NET), 1);
	/* T-01: one more than what we sent, over the wrap. */
	ck_assert_uint_eq(lab_last(b, BABEL_TLV_SEQNO_REQUEST)->tlv.seqno_request.seqno,
			  0);
	ck_assert_uint_eq(
		lab_last(b, BABEL_TLV_SEQNO_REQUEST)->tlv.seqno_request.router_id, ID);
	ck_assert_uint_ge(
		lab_last(b, BABEL_TLV_SEQNO_REQUEST)->tlv.seqno_request.hop_count, 64);
	/* RFC 8966 §3.8.2.1: repeated a small number of times. */
	lab_run(lab, 20 * USEC_S);
	ck_assert_uint_eq(lab_count(b, BABEL_TLV_SEQNO_REQUEST, NET),
			  1 + BABEL_REQUEST_RESENDS);
	/* T-03: the new seqno makes it feasible. */
	lab_say_update(b, NET, ID, 0, 400);
	lab_run(lab, USEC_S);
	ck_assert_ptr_eq(lab_selected(lab, NET), b);
	lab_free(lab);
}
END_TEST

START_TEST(who_can_be_asked_at_last_is_asked_again_soon)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);

	lab_meet(lab);
	lab_say_update(a, NET, ID, 5, 100);
	lab_run(lab, USEC_S);
	/* T-04: nobody is left to be asked for a while. */
	lab_say_update(a, NET, ID, 5, BABEL_INFINITY);
	lab_run(lab, 2 * USEC_S);
	lab_forget(b);
	lab_say_update(b, NET, ID, 5, 292);
	lab_run(lab, 100 * USEC_MS);
	ck_assert_uint_eq(lab_count(b, BABEL_TLV_SEQNO_REQUEST, NET), 1);
	lab_run(lab, 300 * USEC_MS);
	ck_assert_uint_eq(lab_count(b, BABEL_TLV_SEQNO_REQUEST, NET), 2);
	lab_free(lab);
}
END_TEST

START_TEST(a_worse_metric_everywhere_is_asked_about)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);

	(void)b;
	lab_meet(lab);
	lab_say_update(a, NET, ID, 1, 40);
	lab_run(lab, USEC_S);
	lab_forget(a);
	/* T-03: the only route gets much worse, so it is unfeasible until there is a new
	 * seqno. */
	lab_say_update(a, NET, ID, 1, 1200);
	lab_run(lab, 100 * USEC_MS);
	ck_assert_uint_eq(lab_count(a, BABEL_TLV_SEQNO_REQUEST, NET), 1);
	lab_say_update(a, NET, ID, 2, 1200);
	lab_run(lab, 100 * USEC_MS);
	ck_assert_uint_eq(lab_entry(lab, NET)->selected->advertised, 1200);
	lab_free(lab);
}
END_TEST

START_TEST(a_better_unfeasible_route_is_asked_for_once)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);

	lab_meet(lab);
	lab_say_update(a, NET, ID, 1, 40);
	lab_run(lab, USEC_S);
	lab_say_update(a, NET, ID, 2, 2000);
	lab_run(lab, USEC_S);
	/* We have advertised (2, 2096); b is better, but of an old seqno. */
	lab_say_update(b, NET, ID, 1, 500);
	lab_run(lab, 3 * USEC_S);
	/* RFC 8966 §3.8.2.2: a unicast request to b, and no other. */
	ck_assert_uint_eq(lab_count(b, BABEL_TLV_SEQNO_REQUEST, NET), 1);
	ck_assert(lab_last(b, BABEL_TLV_SEQNO_REQUEST)->unicast);
	ck_assert_uint_eq(lab_last(b, BABEL_TLV_SEQNO_REQUEST)->tlv.seqno_request.seqno,
			  3);
	lab_free(lab);
}
END_TEST

START_TEST(two_origins_of_one_prefix_are_asked_each_for_itself)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);
	bool asked[16] = { false };

	lab_meet(lab);
	/* T-07: an exit node each behind a and b; we have advertised both. */
	lab_say_update(a, NET, 8, 5, 50);
	lab_run(lab, USEC_S);
	lab_say_update(a, NET, ID, 1, 100);
	lab_run(lab, USEC_S);
	lab_say_update(b, NET, 8, 5, 400);
	lab_run(lab, USEC_S);
	lab_forget(b);
	lab_say_update(a, NET, ID, 1, BABEL_INFINITY);
	lab_run(lab, 100 * USEC_MS);
	for (size_t i = 0; i < b->heard_count; i++)
		if (b->heard[i].tlv.type == BABEL_TLV_SEQNO_REQUEST)
			asked[b->heard[i].tlv.seqno_request.router_id] = true;
	ck_assert(asked[ID]);
	ck_assert(asked[8]);
	lab_free(lab);
}
END_TEST

START_TEST(a_request_for_us_adds_one)
{
	static const uint16_t ahead[] = { 1, 5, 100, 101 };
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0);

	lab_meet(lab);
	lab_originate(lab, NET, true);
	lab_run(lab, USEC_S);
	for (size_t i = 0; i < ARRAY_SIZE(ahead); i++) {
		uint16_t before = lab->babel->seqno;

		lab_forget(a);
		/* T-06: however far ahead, +1 and an answer. */
		lab_say_request(a, NET, OWN, (uint16_t)(before + ahead[i]), 1);
		lab_run(lab, 200 * USEC_MS);
		ck_assert_uint_eq(lab->babel->seqno, (uint16_t)(before + 1));
		ck_assert_uint_eq(lab_update(a, NET)->seqno, (uint16_t)(before + 1));
	}
	/* T-06: 40000 ahead is behind, modulo 2^16: nothing new is needed. */
	uint16_t before = lab->babel->seqno;
	lab_forget(a);
	lab_say_request(a, NET, OWN, (uint16_t)(before + 40000), 1);
	lab_run(lab, 200 * USEC_MS);
	ck_assert_uint_eq(lab->babel->seqno, before);
	ck_assert_uint_eq(lab_update(a, NET)->seqno, before);
	lab_free(lab);
}
END_TEST

START_TEST(our_seqno_wraps)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0);

	lab_meet(lab);
	lab_originate(lab, NET, true);
	lab->babel->seqno = lab->babel->seqno_reserved = 65535;
	/* T-01: at the originator. */
	lab_say_request(a, NET, OWN, 0, 1);
	lab_run(lab, 200 * USEC_MS);
	ck_assert_uint_eq(lab->babel->seqno, 0);
	ck_assert_uint_eq(lab_update(a, NET)->seqno, 0);
	lab_free(lab);
}
END_TEST

START_TEST(a_request_that_is_met_is_answered)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);

	lab_meet(lab);
	lab_say_update(a, NET, ID, 5, 100);
	lab_run(lab, USEC_S);
	lab_forget(b);
	/* RFC 8966 §3.8.1.2: the seqno is new enough. */
	lab_say_request(b, NET, ID, 5, 64);
	lab_run(lab, 200 * USEC_MS);
	ck_assert_uint_eq(lab_update(b, NET)->seqno, 5);
	/* Another router-id than asked for. */
	lab_forget(b);
	lab_say_request(b, NET, 9, 77, 64);
	lab_run(lab, 200 * USEC_MS);
	ck_assert_uint_eq(lab_update(b, NET)->router_id, ID);
	ck_assert_uint_eq(lab_count(a, BABEL_TLV_SEQNO_REQUEST, NULL), 0);
	lab_free(lab);
}
END_TEST

START_TEST(a_request_is_forwarded_once_to_one)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0),
			*c = lab_peer_add(lab, 0);
	usec_t begin;

	lab_meet(lab);
	lab_say_update(a, NET, ID, 5, 100);
	lab_say_update(c, NET, ID, 5, 150);
	lab_run(lab, USEC_S);
	/* T-05: unicast, to one neighbour, a hop less, and not again. */
	lab_say_request(b, NET, ID, 6, 64);
	lab_run(lab, 100 * USEC_MS);
	ck_assert_uint_eq(lab_count(a, BABEL_TLV_SEQNO_REQUEST, NET), 1);
	ck_assert_uint_eq(lab_count(c, BABEL_TLV_SEQNO_REQUEST, NET), 0);
	ck_assert(lab_last(a, BABEL_TLV_SEQNO_REQUEST)->unicast);
	ck_assert_uint_eq(
		lab_last(a, BABEL_TLV_SEQNO_REQUEST)->tlv.seqno_request.hop_count, 63);
	/* T-05: duplicates are dropped for a while. */
	lab_say_request(b, NET, ID, 6, 64);
	lab_say_request(c, NET, ID, 6, 64);
	lab_run(lab, 100 * USEC_MS);
	ck_assert_uint_eq(lab->babel->drops[BABEL_DROP_REQUEST_DUPLICATE], 2);
	lab_run(lab, 3 * USEC_S);
	ck_assert_uint_eq(lab_count(a, BABEL_TLV_SEQNO_REQUEST, NET), 1);
	/* The answer goes to all who wanted it, at once. */
	lab_forget(b);
	lab_forget(c);
	begin = lab_now(lab);
	lab_say_update(a, NET, ID, 6, 100);
	lab_run(lab, 200 * USEC_MS);
	ck_assert_uint_eq(lab_update(b, NET)->seqno, 6);
	ck_assert_uint_eq(lab_update(c, NET)->seqno, 6);
	ck_assert_int_le(lab_last(b, BABEL_TLV_UPDATE)->when - begin, 100 * USEC_MS);
	lab_free(lab);
}
END_TEST

START_TEST(what_was_asked_of_nobody_is_still_forwarded)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0),
			*c = lab_peer_add(lab, 0);

	lab_meet(lab);
	lab_say_update(a, NET, ID, 5, 100);
	lab_run(lab, USEC_S);
	/* We starve ourselves, with nobody to ask; then there is another way. */
	lab_say_update(a, NET, ID, 5, BABEL_INFINITY);
	lab_run(lab, 10 * USEC_MS);
	lab_say_update(c, NET, ID, 5, 50);
	lab_run(lab, 10 * USEC_MS);
	ck_assert_ptr_eq(lab_selected(lab, NET), c);
	lab_say_request(b, NET, ID, 6, 64);
	lab_run(lab, 100 * USEC_MS);
	ck_assert_uint_eq(lab_count(c, BABEL_TLV_SEQNO_REQUEST, NET), 1);
	lab_free(lab);
}
END_TEST

START_TEST(what_another_was_asked_is_forwarded_to_who_has_the_route_now)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0),
			*c = lab_peer_add(lab, 0);

	lab_meet(lab);
	lab_say_update(a, NET, ID, 5, 100);
	lab_run(lab, USEC_S);
	lab_say_request(b, NET, ID, 6, 64);
	lab_run(lab, 50 * USEC_MS);
	ck_assert_uint_eq(lab_count(a, BABEL_TLV_SEQNO_REQUEST, NET), 1);
	/* It had no time to answer. */
	lab_say_update(a, NET, ID, 5, BABEL_INFINITY);
	lab_say_update(c, NET, ID, 5, 50);
	lab_run(lab, 10 * USEC_MS);
	lab_say_request(b, NET, ID, 6, 64);
	lab_run(lab, 50 * USEC_MS);
	ck_assert_uint_eq(lab_count(c, BABEL_TLV_SEQNO_REQUEST, NET), 1);
	lab_free(lab);
}
END_TEST

START_TEST(a_source_that_lost_its_seqno_is_asked_until_it_has_caught_up)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);

	lab_meet(lab);
	lab_say_update(a, NET, ID, 10, 0);
	lab_run(lab, USEC_S);
	lab_say_update(a, NET, ID, 10, BABEL_INFINITY);
	lab_run(lab, USEC_S);
	/* T-02: it starts again, far behind; each request is worth one (T-06). */
	lab_forget(a);
	for (uint16_t seqno = 5; seqno <= 10; seqno++) {
		lab_say_update(a, NET, ID, seqno, 0);
		lab_run(lab, 40 * USEC_MS);
		ck_assert_uint_eq(lab_count(a, BABEL_TLV_SEQNO_REQUEST, NET), seqno - 4);
	}
	/* Without progress there is no other. */
	lab_say_update(a, NET, ID, 10, 0);
	lab_run(lab, 40 * USEC_MS);
	ck_assert_uint_eq(lab_count(a, BABEL_TLV_SEQNO_REQUEST, NET), 6);
	lab_say_update(a, NET, ID, 11, 0);
	lab_run(lab, 40 * USEC_MS);
	ck_assert_ptr_eq(lab_selected(lab, NET), a);
	/* The same for who asks us. */
	lab_forget(a);
	lab_say_request(b, NET, ID, 14, 64);
	for (uint16_t seqno = 12; seqno <= 14; seqno++) {
		lab_run(lab, 40 * USEC_MS);
		ck_assert_uint_eq(lab_count(a, BABEL_TLV_SEQNO_REQUEST, NET), seqno - 11);
		ck_assert_uint_eq(
			lab_last(a, BABEL_TLV_SEQNO_REQUEST)->tlv.seqno_request.hop_count,
			63);
		lab_say_update(a, NET, ID, seqno, 0);
	}
	lab_run(lab, 40 * USEC_MS);
	ck_assert_uint_eq(lab_count(a, BABEL_TLV_SEQNO_REQUEST, NET), 3);
	ck_assert_uint_eq(lab_update(b, NET)->seqno, 14);
	lab_free(lab);
}
END_TEST

START_TEST(forwarding_prefers_the_feasible_way)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0),
			*c = lab_peer_add(lab, 0);

	lab_meet(lab);
	lab_say_update(a, NET, ID, 5, 100);
	lab_run(lab, USEC_S);
	/* T-10: c's is cheaper by its link, but not feasible. */
	c->rxcost = 1;
	lab_say_ihu(c, 1);
	lab_say_update(c, NET, ID, 4, 10);
	/* Our own question about it is over. */
	lab_run(lab, 2 * USEC_S);
	lab_forget(c);
	lab_say_request(b, NET, ID, 6, 64);
	lab_run(lab, 200 * USEC_MS);
	ck_assert_uint_eq(lab_count(a, BABEL_TLV_SEQNO_REQUEST, NET), 1);
	ck_assert_uint_eq(lab_count(c, BABEL_TLV_SEQNO_REQUEST, NET), 0);
	/* Not back to who asks: then the other one has to do. */
	lab_forget(a);
	lab_say_request(a, NET, ID, 9, 64);
	lab_run(lab, 200 * USEC_MS);
	ck_assert_uint_eq(lab_count(a, BABEL_TLV_SEQNO_REQUEST, NET), 0);
	ck_assert_uint_eq(lab_count(c, BABEL_TLV_SEQNO_REQUEST, NET), 1);
	lab_free(lab);
}
END_TEST

START_TEST(forwarding_follows_the_selected_route)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0),
			*c = lab_peer_add(lab, 0);

	lab_meet(lab);
	/* As good, and there first, but then lost for a while: not selected. */
	lab_say_update(c, NET, ID, 5, 100);
	lab_run(lab, USEC_S);
	lab_say_update(a, NET, ID, 5, 100);
	lab_say_update(c, NET, ID, 5, BABEL_INFINITY);
	lab_run(lab, USEC_S);
	lab_say_update(c, NET, ID, 5, 100);
	lab_run(lab, USEC_S);
	ck_assert_ptr_eq(lab_selected(lab, NET), a);
	/* T-05: an answer of c would not change what we advertise. */
	lab_say_request(b, NET, ID, 6, 64);
	lab_run(lab, 100 * USEC_MS);
	ck_assert_uint_eq(lab_count(a, BABEL_TLV_SEQNO_REQUEST, NET), 1);
	ck_assert_uint_eq(lab_count(c, BABEL_TLV_SEQNO_REQUEST, NET), 0);
	lab_free(lab);
}
END_TEST

START_TEST(our_own_route_from_a_former_life_pulls_the_seqno_up)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0);

	lab_meet(lab);
	lab_originate(lab, NET, true);
	lab_run(lab, USEC_S);
	lab_forget(a);
	/* T-02: the disk was lost, others still remember what we said before. */
	uint16_t old = (uint16_t)(lab->babel->seqno + 1000);
	lab_say_update(a, NET, OWN, old, 96);
	lab_run(lab, 200 * USEC_MS);
	ck_assert(babel_seqno_is_less(old, lab->babel->seqno));
	ck_assert(babel_seqno_is_less(old, lab_update(a, NET)->seqno));
	/* What is older is no news. */
	old = lab->babel->seqno;
	lab_say_update(a, NET, OWN, (uint16_t)(old - 3), 96);
	lab_run(lab, 200 * USEC_MS);
	ck_assert_uint_eq(lab->babel->seqno, old);
	lab_free(lab);
}
END_TEST

START_TEST(the_last_hop_is_not_forwarded)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);

	lab_meet(lab);
	lab_say_update(a, NET, ID, 5, 100);
	lab_run(lab, USEC_S);
	lab_say_request(b, NET, ID, 6, 1);
	lab_run(lab, 200 * USEC_MS);
	ck_assert_uint_eq(lab_count(a, BABEL_TLV_SEQNO_REQUEST, NET), 0);
	/* Nor what we don't advertise. */
	lab_say_request(b, "fd00:77::/64", ID, 6, 64);
	lab_run(lab, 200 * USEC_MS);
	ck_assert_uint_eq(lab_count(a, BABEL_TLV_SEQNO_REQUEST, NULL), 0);
	ck_assert_uint_eq(lab->babel->request_count, 0);
	lab_free(lab);
}
END_TEST

START_TEST(requests_outlive_those_who_asked)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);

	lab_meet(lab);
	lab_say_update(a, NET, ID, 5, 100);
	lab_run(lab, USEC_S);
	lab_say_request(b, NET, ID, 6, 64);
	lab_run(lab, 100 * USEC_MS);
	ck_assert_uint_eq(lab->babel->request_count, 1);
	/* T-24: the neighbour, and its interface, vanish while a request of theirs is
	 * pending. */
	sim_interface_remove(b->router_interface);
	lab_run(lab, 100 * USEC_MS);
	ck_assert_uint_eq(lab->babel->request_count, 0);
	lab_say_update(a, NET, ID, 6, 100);
	lab_run(lab, USEC_S);
	ck_assert_ptr_eq(lab_selected(lab, NET), a);
	lab_free(lab);
}
END_TEST

START_TEST(a_route_request_is_always_answered)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);

	lab_meet(lab);
	lab_say_update(a, NET, ID, 5, 100);
	lab_run(lab, USEC_S);
	lab_forget(b);
	lab_say_route_request(b, NET);
	lab_run(lab, 200 * USEC_MS);
	ck_assert_uint_eq(lab_update(b, NET)->metric, 196);
	/* RFC 8966 §3.8.1.1: and if there is none, by a retraction; a covering one is
	 * none. */
	lab_say_route_request(b, "fd00:1::5/128");
	lab_run(lab, 200 * USEC_MS);
	ck_assert_uint_eq(lab_update(b, "fd00:1::5/128")->metric, BABEL_INFINITY);
	lab_free(lab);
}
END_TEST

START_TEST(a_wildcard_request_gets_everything_but_not_too_often)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);

	lab->interface_config.update_interval = 600 * USEC_S;
	lab_meet(lab);
	lab_say_update(a, NET, ID, 5, 100);
	lab_say_update(a, "fd00:2::/64", ID, 5, 100);
	lab_run(lab, USEC_S);
	lab_run(lab, 5 * USEC_S);
	lab_forget(b);
	/* T-13: a full dump … */
	lab_say_route_request(b, NULL);
	lab_run(lab, 100 * USEC_MS);
	ck_assert_uint_eq(lab_count(b, BABEL_TLV_UPDATE, NULL), 2);
	ck_assert_uint_ge(lab_count(b, BABEL_TLV_IHU, NULL), 1);
	/* … rate-limited. */
	for (unsigned i = 0; i < 8; i++) {
		lab_say_route_request(b, NULL);
		lab_run(lab, 100 * USEC_MS);
	}
	ck_assert_uint_eq(lab_count(b, BABEL_TLV_UPDATE, NULL), 2);
	lab_run(lab, USEC_S);
	lab_say_route_request(b, NULL);
	lab_run(lab, 100 * USEC_MS);
	ck_assert_uint_eq(lab_count(b, BABEL_TLV_UPDATE, NULL), 4);
	lab_free(lab);
}
END_TEST

START_TEST(an_acknowledgment_is_given_in_time)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0);
	usec_t begin;

	lab_meet(lab);
	for (uint16_t interval = 1; interval < 100; interval = (uint16_t)(interval * 7)) {
		struct babel_tlv tlv = { .type = BABEL_TLV_ACK_REQUEST,
					 .ack_request = {
						 .opaque = (uint16_t)(1000 + interval),
						 .interval = interval } };

		begin = lab_now(lab);
		lab_say(a, &tlv);
		lab_run(lab, interval * 10 * USEC_MS);
		/* RFC 8966 §3.3: unicast, before the interval is over. */
		ck_assert_ptr_nonnull(lab_last(a, BABEL_TLV_ACK));
		ck_assert(lab_last(a, BABEL_TLV_ACK)->unicast);
		ck_assert_uint_eq(lab_last(a, BABEL_TLV_ACK)->tlv.ack.opaque,
				  1000 + interval);
		ck_assert_int_le(lab_last(a, BABEL_TLV_ACK)->when - begin,
				 interval * 10 * USEC_MS);
	}
	lab_free(lab);
}
END_TEST

START_TEST(an_acknowledgment_nobody_asked_for_is_counted)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0);
	struct babel_tlv tlv = { .type = BABEL_TLV_ACK, .ack = { .opaque = 77 } };

	lab_meet(lab);
	lab_say(a, &tlv);
	lab_run(lab, 10 * USEC_MS);
	ck_assert_uint_eq(lab->babel->drops[BABEL_DROP_ACK_UNKNOWN], 1);
	lab_free(lab);
}
END_TEST

START_TEST(the_seqno_never_goes_back)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0);
	uint16_t before;

	lab_meet(lab);
	lab_originate(lab, NET, true);
	/* More than one block of reservations. */
	for (unsigned i = 0; i < 150; i++) {
		lab_say_request(a, NET, OWN, (uint16_t)(lab->babel->seqno + 1), 1);
		lab_run(lab, 20 * USEC_MS);
	}
	before = lab->babel->seqno;
	/* T-02: kill -9, and the same router-id again. */
	lab_restart(lab);
	ck_assert(babel_seqno_is_less(before, lab->babel->seqno) ||
		  lab->babel->seqno == before);
	before = lab->babel->seqno;
	lab_restart(lab);
	ck_assert(babel_seqno_is_less(before, lab->babel->seqno) ||
		  lab->babel->seqno == before);
	lab_free(lab);
}
END_TEST

START_TEST(a_lost_or_broken_seqno_file_is_survived)
{
	static const char *const texts[] = { "",        "\n",   "x\n",
					     "99999\n", "-1\n", "123456789012345678\n" };
	struct lab *lab = lab_new();
	const char *path = "/var/lib/meshd/babel-000000000a000001.seqno";
	size_t size;

	lab_start(lab);
	ck_assert_ptr_nonnull(sim_file_get(lab->node, path, &size));
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		sim_file_put(lab->node, path, texts[i], strlen(texts[i]));
		lab_restart(lab);
		ck_assert(lab->babel->seqno_kept);
	}
	sim_file_put(lab->node, path, "4242\n", 5);
	lab_restart(lab);
	ck_assert_uint_eq(lab->babel->seqno, 4242);
	/* A full disk is no reason not to run. */
	sim_file_refuse(lab->node, -28);
	lab_restart(lab);
	ck_assert(!lab->babel->seqno_kept);
	ck_assert_uint_ge(lab->babel->seqno, 4242);
	lab_free(lab);
}
END_TEST

static Suite *
request_suite(void)
{
	const TTest *const tests[] = {
		starvation_is_asked_out_of,
		who_can_be_asked_at_last_is_asked_again_soon,
		a_worse_metric_everywhere_is_asked_about,
		a_better_unfeasible_route_is_asked_for_once,
		two_origins_of_one_prefix_are_asked_each_for_itself,
		a_request_for_us_adds_one,
		our_seqno_wraps,
		a_request_that_is_met_is_answered,
		a_request_is_forwarded_once_to_one,
		what_was_asked_of_nobody_is_still_forwarded,
		what_another_was_asked_is_forwarded_to_who_has_the_route_now,
		a_source_that_lost_its_seqno_is_asked_until_it_has_caught_up,
		forwarding_prefers_the_feasible_way,
		forwarding_follows_the_selected_route,
		our_own_route_from_a_former_life_pulls_the_seqno_up,
		the_last_hop_is_not_forwarded,
		requests_outlive_those_who_asked,
		a_route_request_is_always_answered,
		a_wildcard_request_gets_everything_but_not_too_often,
		an_acknowledgment_is_given_in_time,
		an_acknowledgment_nobody_asked_for_is_counted,
		the_seqno_never_goes_back,
		a_lost_or_broken_seqno_file_is_survived,
	};
	Suite *suite = suite_create("babel request");
	TCase *tcase = tcase_create("request");

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_test(tcase, tests[i]);
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(request_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
