/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Babel routes: acquisition, feasibility, selection, hold time (RFC 8966 §3.5, §3.6).
 */
#include "test/unit/babel/lab.h"

#include <check.h>
#include <stdlib.h>
#include "lib/text.h"

#define NET "fd00:1::/64"
#define ID  7

START_TEST(the_cheapest_feasible_route_is_used)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);

	lab_meet(lab);
	lab_say_update(a, NET, ID, 1, 500);
	lab_run(lab, USEC_S);
	ck_assert_ptr_eq(lab_selected(lab, NET), a);
	ck_assert(lab_has_route(lab, NET));
	lab_say_update(b, NET, ID, 1, 50);
	lab_run(lab, USEC_S);
	ck_assert_ptr_eq(lab_selected(lab, NET), b);
	/* The other is told: b's metric and the link. */
	ck_assert_uint_eq(lab_update(a, NET)->metric, 146);
	ck_assert_uint_eq(lab_update(a, NET)->router_id, ID);
	lab_free(lab);
}
END_TEST

START_TEST(a_small_improvement_must_last)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);

	lab_meet(lab);
	lab_say_update(a, NET, ID, 1, 100);
	lab_run(lab, USEC_S);
	/* RFC 8966 §A.3: better by 10 of 196: not at once … */
	lab_say_update(b, NET, ID, 1, 90);
	lab_run(lab, USEC_S);
	ck_assert_ptr_eq(lab_selected(lab, NET), a);
	/* … but in the end, with nothing new happening. */
	for (unsigned i = 0; i < 15; i++) {
		lab_say_update(a, NET, ID, 1, 100);
		lab_say_update(b, NET, ID, 1, 90);
		lab_run(lab, USEC_S);
	}
	ck_assert_ptr_eq(lab_selected(lab, NET), b);
	lab_free(lab);
}
END_TEST

START_TEST(what_flaps_is_not_followed)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);
	unsigned switches = 0;
	struct lab_peer *last;

	lab_meet(lab);
	lab_say_update(a, NET, ID, 1, 100);
	lab_run(lab, USEC_S);
	last = a;
	for (unsigned i = 0; i < 30; i++) {
		lab_say_update(a, NET, ID, 1, 100);
		lab_say_update(b, NET, ID, 1, i % 2 ? 90 : 110);
		lab_run(lab, USEC_S);
		switches += lab_selected(lab, NET) != last;
		last = lab_selected(lab, NET);
	}
	/* RFC 8966 §3.6: two routes around a common value don't take turns. */
	ck_assert_uint_le(switches, 1);
	lab_free(lab);
}
END_TEST

START_TEST(seqnos_are_no_reason_to_switch)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);

	lab_meet(lab);
	lab_say_update(a, NET, ID, 1, 100);
	lab_run(lab, USEC_S);
	/* RFC 8966 §3.6: MUST NOT be preferred just because its seqno is newer. */
	for (uint16_t i = 0; i < 10; i++) {
		lab_say_update(a, NET, ID, 1, 100);
		lab_say_update(b, NET, ID, (uint16_t)(2 + i), 100);
		lab_run(lab, USEC_S);
		ck_assert_ptr_eq(lab_selected(lab, NET), a);
	}
	lab_free(lab);
}
END_TEST

START_TEST(feasibility_wraps_with_the_seqno)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);
	const struct babel_source *source;

	lab_meet(lab);
	lab_say_update(a, NET, ID, 65535, 100);
	lab_run(lab, USEC_S);
	source = babel_source_find(lab_entry(lab, NET), ID);
	/* T-01: the distance starts with the seqno that was sent, not with 0. */
	ck_assert_uint_eq(source->seqno, 65535);
	ck_assert_uint_eq(source->metric, 196);
	/* T-01: 0 is newer than 65535, so any metric of it is feasible. */
	ck_assert(babel_is_feasible(lab_entry(lab, NET), ID, 0, 1000));
	ck_assert(!babel_is_feasible(lab_entry(lab, NET), ID, 65535, 196));
	ck_assert(babel_is_feasible(lab_entry(lab, NET), ID, 65535, 195));
	ck_assert(!babel_is_feasible(lab_entry(lab, NET), ID, 65534, 1));
	ck_assert(babel_is_feasible(lab_entry(lab, NET), ID, 65534, BABEL_INFINITY));
	/* T-01: and forwarded updates carry it over the wrap. */
	lab_say_update(a, NET, ID, 0, 1000);
	lab_run(lab, USEC_S);
	ck_assert_uint_eq(lab_update(b, NET)->seqno, 0);
	ck_assert_uint_eq(source->seqno, 0);
	ck_assert_uint_eq(source->metric, 1096);
	lab_free(lab);
}
END_TEST

START_TEST(distances_are_of_what_we_sent_only)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);

	lab_meet(lab);
	lab_say_update(a, NET, ID, 1, 100);
	lab_run(lab, USEC_S);
	/* Received, better by its seqno, not selected, not sent: no distance. */
	lab_say_update(b, NET, ID, 2, 300);
	lab_run(lab, USEC_S);
	ck_assert_uint_eq(babel_source_find(lab_entry(lab, NET), ID)->seqno, 1);
	/* RFC 8966 §3.7.3: a retraction changes no distance. */
	lab_say_update(a, NET, ID, 1, BABEL_INFINITY);
	lab_say_update(b, NET, ID, 1, BABEL_INFINITY);
	lab_run(lab, USEC_S);
	ck_assert_uint_eq(babel_source_find(lab_entry(lab, NET), ID)->metric, 196);
	/* Garbage after three minutes. */
	lab_run(lab, 200 * USEC_S);
	ck_assert_ptr_null(lab_entry(lab, NET));
	lab_free(lab);
}
END_TEST

START_TEST(an_unfeasible_update_of_the_selected_route_is_ignored)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);
	usec_t expires;

	(void)b;
	lab_meet(lab);
	lab_say_update(a, NET, ID, 1, 100);
	lab_run(lab, USEC_S);
	expires = lab_entry(lab, NET)->selected->expires;
	lab_forget(a);
	/* T-08: same source, worse than what we advertised (196): it may be our own route
	 * that came around. */
	lab_say_update(a, NET, ID, 1, 300);
	lab_run(lab, USEC_S);
	ck_assert_ptr_eq(lab_selected(lab, NET), a);
	ck_assert_uint_eq(lab_entry(lab, NET)->selected->advertised, 100);
	/* T-08: its timer is not reset. */
	ck_assert_int_eq(lab_entry(lab, NET)->selected->expires, expires);
	/* RFC 8966 §3.8.2.2: it is asked for a new seqno, by unicast, once. */
	ck_assert_uint_eq(lab_count(a, BABEL_TLV_SEQNO_REQUEST, NET), 1);
	ck_assert(lab_last(a, BABEL_TLV_SEQNO_REQUEST)->unicast);
	ck_assert_uint_eq(lab_last(a, BABEL_TLV_SEQNO_REQUEST)->tlv.seqno_request.seqno,
			  2);
	ck_assert_uint_eq(lab->babel->drops[BABEL_DROP_UNFEASIBLE], 1);
	lab_free(lab);
}
END_TEST

START_TEST(an_unfeasible_update_from_another_source_unselects)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);
	usec_t begin;

	lab_meet(lab);
	/* A distance for the second source. */
	lab_say_update(a, NET, 8, 5, 50);
	lab_run(lab, USEC_S);
	lab_say_update(a, NET, ID, 1, 100);
	lab_run(lab, USEC_S);
	ck_assert_ptr_eq(lab_selected(lab, NET), a);
	lab_forget(b);
	begin = lab_now(lab);
	/* T-09: unfeasible with a new router-id, on the selected neighbour. */
	lab_say_update(a, NET, 8, 5, 400);
	lab_run(lab, 300 * USEC_MS);
	ck_assert_ptr_null(lab_selected(lab, NET));
	ck_assert_uint_eq(lab_update(b, NET)->metric, BABEL_INFINITY);
	ck_assert_int_le(lab_last(b, BABEL_TLV_UPDATE)->when - begin, 200 * USEC_MS);
	lab_free(lab);
}
END_TEST

START_TEST(another_router_id_is_told_at_once_and_acknowledged)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);
	usec_t begin;

	lab_meet(lab);
	lab_say_update(a, NET, ID, 1, 100);
	lab_run(lab, USEC_S);
	lab_forget(b);
	begin = lab_now(lab);
	/* RFC 8966 §3.7.2: a change of router-id MUST be urgent. */
	lab_say_update(a, NET, 8, 5, 100);
	lab_run(lab, 200 * USEC_MS);
	ck_assert_uint_eq(lab_update(b, NET)->router_id, 8);
	ck_assert_int_le(lab_last(b, BABEL_TLV_UPDATE)->when - begin, 100 * USEC_MS);
	ck_assert_uint_ge(lab_count(b, BABEL_TLV_ACK_REQUEST, NULL), 1);
	lab_free(lab);
}
END_TEST

START_TEST(our_own_router_id_is_never_accepted)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0);

	lab_meet(lab);
	lab_say_update(a, NET, 0x0a000001, 1, 100);
	lab_run(lab, USEC_S);
	ck_assert_ptr_null(lab_selected(lab, NET));
	ck_assert_uint_eq(lab->babel->drops[BABEL_DROP_OWN_ROUTER_ID], 1);
	/* What it had before, it hasn't any more. */
	lab_say_update(a, NET, ID, 1, 100);
	lab_run(lab, USEC_S);
	ck_assert_ptr_eq(lab_selected(lab, NET), a);
	lab_say_update(a, NET, 0x0a000001, 1, 100);
	lab_run(lab, USEC_S);
	ck_assert_ptr_null(lab_selected(lab, NET));
	lab_free(lab);
}
END_TEST

START_TEST(martians_are_never_accepted)
{
	static const char *const nets[] = { "fe80::/64",    "ff02::/16",
					    "::1/128",      "::/128",
					    "127.0.0.1/32", "224.0.0.0/4",
					    "0.0.0.0/32",   "255.255.255.255/32",
					    "127.0.0.0/8" };
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0);

	lab_meet(lab);
	for (size_t i = 0; i < ARRAY_SIZE(nets); i++) {
		struct babel_tlv tlv = { .type = BABEL_TLV_UPDATE,
					 .update = { .prefix = lab_net(nets[i]),
						     .router_id = ID,
						     .seqno = 1,
						     .metric = 1,
						     .interval = 400 } };

		if (prefix_is_ip4(&tlv.update.prefix))
			tlv.update.next_hop = addr_from_ip4(0x0a630001);
		lab_say(a, &tlv);
		lab_run(lab, 10 * USEC_MS);
		ck_assert_uint_eq(lab->babel->drops[BABEL_DROP_MARTIAN], i + 1);
	}
	ck_assert_uint_eq(lab->babel->entries.count, 0);
	/* The default routes are none. */
	lab_say_update(a, "::/0", ID, 1, 1);
	lab_say_update(a, "0.0.0.0/0", ID, 1, 1);
	lab_run(lab, 10 * USEC_MS);
	ck_assert_ptr_eq(lab_selected(lab, "::/0"), a);
	ck_assert_ptr_eq(lab_selected(lab, "0.0.0.0/0"), a);
	lab_free(lab);
}
END_TEST

START_TEST(a_silent_route_is_asked_for_then_retracted_then_freed)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);

	lab_meet(lab);
	b->acks = false;
	lab_say_update(a, NET, ID, 1, 100);
	lab_run(lab, 9500 * USEC_MS);
	/* T-11: the update interval is 4 s; not before 2.5 of them … */
	ck_assert_uint_eq(lab_count(a, BABEL_TLV_ROUTE_REQUEST, NET), 0);
	lab_run(lab, 1000 * USEC_MS);
	/* T-11: … a unicast route request, before it expires. */
	ck_assert_uint_eq(lab_count(a, BABEL_TLV_ROUTE_REQUEST, NET), 1);
	ck_assert(lab_last(a, BABEL_TLV_ROUTE_REQUEST)->unicast);
	lab_run(lab, 3400 * USEC_MS);
	ck_assert_ptr_eq(lab_selected(lab, NET), a);
	/* T-11: expired after 3.5: first retracted, and held as unreachable … */
	lab_run(lab, 300 * USEC_MS);
	ck_assert_ptr_null(lab_selected(lab, NET));
	ck_assert_uint_eq(lab_update(b, NET)->metric, BABEL_INFINITY);
	ck_assert(lab_is_unreachable(lab, NET));
	/* T-11: … for 3.5 of our own update intervals, as nobody acknowledges … */
	lab_run(lab, 13 * USEC_S);
	ck_assert(lab_is_unreachable(lab, NET));
	lab_run(lab, 2 * USEC_S);
	ck_assert(!lab_has_route(lab, NET));
	/* … and forgotten when the distance is. */
	lab_run(lab, 200 * USEC_S);
	ck_assert_ptr_null(lab_entry(lab, NET));
	lab_free(lab);
}
END_TEST

START_TEST(updates_keep_a_route_alive)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0);

	lab_meet(lab);
	for (unsigned i = 0; i < 12; i++) {
		lab_say_update(a, NET, ID, 1, 100);
		lab_run(lab, 4 * USEC_S);
		ck_assert_ptr_eq(lab_selected(lab, NET), a);
	}
	ck_assert_uint_eq(lab_count(a, BABEL_TLV_ROUTE_REQUEST, NET), 0);
	lab_free(lab);
}
END_TEST

START_TEST(an_update_that_is_not_repeated_stays)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0);
	struct babel_tlv tlv = { .type = BABEL_TLV_UPDATE,
				 .update = { .prefix = lab_net(NET),
					     .router_id = ID,
					     .metric = 100,
					     .interval = BABEL_INTERVAL_ONCE } };

	lab_meet(lab);
	/* T-23: interval FFFF: never repeated, and never to expire. */
	lab_say(a, &tlv);
	lab_run(lab, 3000 * USEC_S);
	ck_assert_ptr_eq(lab_selected(lab, NET), a);
	lab_free(lab);
}
END_TEST

START_TEST(a_retraction_needs_nothing_but_its_prefix)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0);
	/* T-12: no Router-Id, no Next Hop, another seqno. */
	static const uint8_t retraction6[] = { 42,   2, 0, 20,  8, 18, 2,   0,
					       64,   0, 1, 144, 0, 99, 255, 255,
					       0xfd, 0, 0, 1,   0, 0,  0,   0 };
	static const uint8_t retraction4[] = { 42, 2, 0,   14, 8,  12,  1,   0,  16,
					       0,  1, 144, 0,  99, 255, 255, 10, 7 };

	lab_meet(lab);
	lab_say_update(a, NET, ID, 1, 100);
	lab_say_update(a, "10.7.0.0/16", ID, 1, 100);
	lab_run(lab, USEC_S);
	ck_assert_ptr_eq(lab_selected(lab, NET), a);
	ck_assert_ptr_eq(lab_selected(lab, "10.7.0.0/16"), a);
	lab_say_bytes(a, retraction6, sizeof(retraction6));
	lab_say_bytes(a, retraction4, sizeof(retraction4));
	lab_run(lab, 10 * USEC_MS);
	ck_assert_ptr_null(lab_selected(lab, NET));
	ck_assert_ptr_null(lab_selected(lab, "10.7.0.0/16"));
	lab_free(lab);
}
END_TEST

START_TEST(a_wildcard_retraction_takes_all_of_one_neighbour)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);
	struct babel_tlv tlv = {
		.type = BABEL_TLV_UPDATE,
		.update = { .wildcard = true, .interval = 400, .metric = BABEL_INFINITY }
	};

	lab_meet(lab);
	lab_say_update(a, NET, ID, 1, 100);
	lab_say_update(a, "10.7.0.0/16", ID, 1, 100);
	lab_say_update(b, NET, 8, 1, 200);
	lab_run(lab, USEC_S);
	/* T-13: all families, and of nobody else. */
	lab_say(a, &tlv);
	lab_run(lab, 10 * USEC_MS);
	ck_assert_ptr_eq(lab_selected(lab, NET), b);
	ck_assert_ptr_null(lab_selected(lab, "10.7.0.0/16"));
	ck_assert_uint_eq(lab->babel->route_count, 1);
	lab_free(lab);
}
END_TEST

START_TEST(a_covered_prefix_is_not_left_to_the_default_route)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);

	lab_meet(lab);
	b->acks = false;
	lab_say_update(a, "::/0", ID, 1, 100);
	lab_say_update(a, NET, 8, 1, 100);
	lab_run(lab, USEC_S);
	lab_say_update(a, NET, 8, 1, BABEL_INFINITY);
	lab_run(lab, 100 * USEC_MS);
	/* T-15: a black hole, no loop by way of ::/0. */
	ck_assert(lab_is_unreachable(lab, NET));
	/* T-15: the default route itself never becomes an unreachable one. */
	lab_say_update(a, "::/0", ID, 1, BABEL_INFINITY);
	lab_run(lab, 100 * USEC_MS);
	ck_assert(!lab_has_route(lab, "::/0"));
	lab_free(lab);
}
END_TEST

START_TEST(the_hold_ends_with_the_last_acknowledgment)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);

	lab_meet(lab);
	b->acks = false;
	lab_say_update(a, NET, ID, 1, 100);
	lab_run(lab, USEC_S);
	lab_forget(b);
	lab_say_update(a, NET, ID, 1, BABEL_INFINITY);
	lab_run(lab, 200 * USEC_MS);
	ck_assert(lab_is_unreachable(lab, NET));
	/* RFC 8966 §3.5.4: all but one have acknowledged; it is asked again, itself. */
	lab_run(lab, 300 * USEC_MS);
	ck_assert(lab_is_unreachable(lab, NET));
	ck_assert_uint_eq(lab_count(b, BABEL_TLV_UPDATE, NET), 2);
	ck_assert(lab_last(b, BABEL_TLV_UPDATE)->unicast);
	b->acks = true;
	lab_run(lab, 1000 * USEC_MS);
	ck_assert(!lab_has_route(lab, NET));
	lab_free(lab);
}
END_TEST

START_TEST(copies_are_bounded)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);

	lab->interface_config.update_interval = 600 * USEC_S;
	lab_meet(lab);
	lab_run(lab, 80 * USEC_S); /* Behind the first dump, and long before another. */
	b->acks = false;
	lab_say_update(a, NET, ID, 1, 100);
	lab_run(lab, USEC_S);
	lab_forget(b);
	lab_say_update(a, NET, ID, 1, BABEL_INFINITY);
	lab_run(lab, 60 * USEC_S);
	/* RFC 8966 §3.7.2: MUST NOT exceed five. */
	ck_assert_uint_eq(lab_count(b, BABEL_TLV_UPDATE, NET), 5);
	lab_free(lab);
}
END_TEST

START_TEST(a_new_route_ends_the_hold)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);

	lab_meet(lab);
	b->acks = false;
	lab_say_update(a, NET, ID, 1, 100);
	lab_run(lab, USEC_S);
	lab_say_update(a, NET, ID, 1, BABEL_INFINITY);
	lab_run(lab, 100 * USEC_MS);
	ck_assert(lab_is_unreachable(lab, NET));
	lab_say_update(a, NET, ID, 1, 100);
	lab_run(lab, 200 * USEC_MS);
	ck_assert(lab_has_route(lab, NET));
	ck_assert(!lab_is_unreachable(lab, NET));
	ck_assert_uint_eq(lab_update(b, NET)->metric, 196);
	lab_free(lab);
}
END_TEST

START_TEST(a_lost_neighbour_takes_its_routes_along)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);
	usec_t begin;

	lab_meet(lab);
	lab_say_update(a, NET, ID, 1, 100);
	lab_say_update(b, NET, 8, 1, 300);
	lab_run(lab, USEC_S);
	ck_assert_ptr_eq(lab_selected(lab, NET), a);
	/* The cable is pulled: at once. */
	begin = lab_now(lab);
	lab_forget(b);
	sim_interface_plug(a->router_interface, false);
	lab_run(lab, 300 * USEC_MS);
	ck_assert_ptr_eq(lab_selected(lab, NET), b);
	ck_assert_ptr_null(lab_neighbour(a));
	(void)begin;
	lab_free(lab);
}
END_TEST

START_TEST(a_silent_neighbour_is_left_within_three_seconds)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);
	usec_t begin;

	lab_meet(lab);
	lab_say_update(a, NET, ID, 1, 100);
	lab_say_update(b, NET, 8, 1, 300);
	lab_run(lab, USEC_S);
	a->alive = false;
	begin = lab_now(lab);
	while (lab_selected(lab, NET) == a && lab_now(lab) - begin < 10 * USEC_S)
		lab_run(lab, 10 * USEC_MS);
	ck_assert_ptr_eq(lab_selected(lab, NET), b);
	ck_assert_int_le(lab_now(lab) - begin, 3 * USEC_S);
	lab_free(lab);
}
END_TEST

START_TEST(our_own_route_beats_the_same_from_babel)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);

	lab_meet(lab);
	lab_say_update(a, NET, ID, 1, 100);
	lab_run(lab, USEC_S);
	/* T-16: our own route of the same prefix comes … */
	lab_originate(lab, NET, true);
	lab_run(lab, USEC_S);
	ck_assert_uint_eq(lab_update(b, NET)->router_id, 0x0a000001);
	ck_assert_uint_eq(lab_update(b, NET)->metric, 0);
	/* T-16: there is no distance to ourselves. */
	ck_assert_ptr_null(babel_source_find(lab_entry(lab, NET), 0x0a000001));
	/* T-16: … and goes: the one from Babel is back. */
	lab_say_update(a, NET, ID, 1, 100);
	lab_originate(lab, NET, false);
	lab_run(lab, USEC_S);
	ck_assert_uint_eq(lab_update(b, NET)->router_id, ID);
	ck_assert(lab_has_route(lab, NET));
	lab_free(lab);
}
END_TEST

START_TEST(what_we_withdraw_is_retracted_and_not_held)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0);

	lab_meet(lab);
	lab_originate(lab, NET, true);
	lab_run(lab, USEC_S);
	ck_assert_uint_eq(lab_update(a, NET)->metric, 0);
	/* T-17: un-redistributed: retracted. */
	lab_originate(lab, NET, false);
	lab_run(lab, 100 * USEC_MS);
	ck_assert_uint_eq(lab_update(a, NET)->metric, BABEL_INFINITY);
	ck_assert(!lab_has_route(lab, NET));
	lab_free(lab);
}
END_TEST

START_TEST(ipv4_needs_a_next_hop)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);

	ck_assert_int_eq(
		sim_address_add(a->router_interface, addr_from_ip4(0x0a010101), 32, 0),
		0);
	lab_meet(lab);
	lab_originate(lab, "10.7.0.0/16", true);
	lab_run(lab, 5 * USEC_S);
	/* T-40: by our address there, a /32 as well as any; no address, no announcement.
	 */
	ck_assert(addr_equal(lab_update(a, "10.7.0.0/16")->next_hop,
			     addr_from_ip4(0x0a010101)));
	ck_assert_ptr_null(lab_update(b, "10.7.0.0/16"));
	/* T-40: the address comes later. */
	ck_assert_int_eq(
		sim_address_add(b->router_interface, addr_from_ip4(0x0a010102), 32, 0),
		0);
	lab_run(lab, USEC_S);
	ck_assert(addr_equal(lab_update(b, "10.7.0.0/16")->next_hop,
			     addr_from_ip4(0x0a010102)));
	lab_free(lab);
}
END_TEST

START_TEST(many_routes_are_all_told)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);
	char text[64];

	lab_meet(lab);
	for (unsigned i = 0; i < 3000; i++) {
		text_format(text, sizeof(text), "fd00:%x::/64", i + 1);
		lab_say_update(a, text, ID, 1, 100);
	}
	lab_run(lab, 2 * USEC_S);
	for (unsigned i = 0; i < 3000; i++) {
		text_format(text, sizeof(text), "fd00:%x::/64", i + 1);
		ck_assert_msg(lab_has_route(lab, text), "%s", text);
	}
	ck_assert_uint_ge(lab_count(b, BABEL_TLV_UPDATE, NULL), 3000);
	/* Well packed: more than 60 updates in each. */
	ck_assert_uint_le(b->packets, lab_count(b, BABEL_TLV_UPDATE, NULL) / 60 + 10);
	lab_free(lab);
}
END_TEST

START_TEST(split_horizon_holds_on_point_to_point_links)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, SYS_IF_POINTTOPOINT | SYS_IF_TUNNEL);
	struct lab_peer *b = lab_peer_add(lab, SYS_IF_POINTTOPOINT | SYS_IF_TUNNEL);
	struct lab_peer *c = lab_peer_add(lab, 0);

	lab_meet(lab);
	lab_say_update(a, NET, ID, 1, 100);
	lab_run(lab, USEC_S);
	/* RFC 8966 §3.7.4: not back where it came from. */
	ck_assert_ptr_null(lab_update(a, NET));
	ck_assert_uint_eq(lab_update(b, NET)->metric, 196);
	/* Now it comes from b, which had heard it from us: there it is taken back. */
	lab_say_update(b, NET, ID, 1, 2);
	lab_run(lab, USEC_S);
	ck_assert_ptr_eq(lab_selected(lab, NET), b);
	ck_assert_uint_eq(lab_update(b, NET)->metric, BABEL_INFINITY);
	ck_assert_uint_eq(lab_update(a, NET)->metric, 98);
	/* On a LAN it is also told to where it came from. */
	lab_say_update(c, "fd00:9::/64", ID, 1, 100);
	lab_run(lab, USEC_S);
	ck_assert_ptr_nonnull(lab_update(c, "fd00:9::/64"));
	lab_free(lab);
}
END_TEST

static Suite *
route_suite(void)
{
	const TTest *const tests[] = {
		the_cheapest_feasible_route_is_used,
		a_small_improvement_must_last,
		what_flaps_is_not_followed,
		seqnos_are_no_reason_to_switch,
		feasibility_wraps_with_the_seqno,
		distances_are_of_what_we_sent_only,
		an_unfeasible_update_of_the_selected_route_is_ignored,
		an_unfeasible_update_from_another_source_unselects,
		another_router_id_is_told_at_once_and_acknowledged,
		our_own_router_id_is_never_accepted,
		martians_are_never_accepted,
		a_silent_route_is_asked_for_then_retracted_then_freed,
		updates_keep_a_route_alive,
		an_update_that_is_not_repeated_stays,
		a_retraction_needs_nothing_but_its_prefix,
		a_wildcard_retraction_takes_all_of_one_neighbour,
		a_covered_prefix_is_not_left_to_the_default_route,
		the_hold_ends_with_the_last_acknowledgment,
		copies_are_bounded,
		a_new_route_ends_the_hold,
		a_lost_neighbour_takes_its_routes_along,
		a_silent_neighbour_is_left_within_three_seconds,
		our_own_route_beats_the_same_from_babel,
		what_we_withdraw_is_retracted_and_not_held,
		ipv4_needs_a_next_hop,
		many_routes_are_all_told,
		split_horizon_holds_on_point_to_point_links,
	};
	Suite *suite = suite_create("babel route");
	TCase *tcase = tcase_create("route");

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_test(tcase, tests[i]);
	tcase_set_timeout(tcase, 120);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(route_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
