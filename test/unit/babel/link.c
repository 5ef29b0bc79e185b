/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Babel and its links: interfaces that come, go and change, periodic traffic, packet
 * sizes (RFC 8966 §3.1, §3.2.3, §3.7.1, §4).
 */
#include "test/unit/babel/lab.h"

#include <check.h>
#include <stdlib.h>
#include "lib/text.h"

#define NET "fd00:1::/64"
#define ID  7

START_TEST(hellos_and_ihus_keep_their_promise)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0);
	usec_t last_hello = 0, last_ihu = 0;
	uint16_t seqno = 0;
	unsigned ihus = 0;

	lab_meet(lab);
	lab_run(lab, 60 * USEC_S);
	for (size_t i = 0; i < a->heard_count; i++) {
		const struct lab_heard *heard = &a->heard[i];

		if (heard->tlv.type == BABEL_TLV_HELLO) {
			/* RFC 8966 §3.4.1: never later than the interval it carries. */
			ck_assert_uint_eq(heard->tlv.hello.interval, 100);
			if (last_hello) {
				ck_assert_int_le(heard->when - last_hello, USEC_S);
				ck_assert_uint_eq(heard->tlv.hello.seqno,
						  (uint16_t)(seqno + 1));
			}
			last_hello = heard->when;
			seqno = heard->tlv.hello.seqno;
		} else if (heard->tlv.type == BABEL_TLV_IHU) {
			if (last_ihu)
				ck_assert_int_le(heard->when - last_ihu, 3 * USEC_S);
			last_ihu = heard->when;
			ihus++;
		}
	}
	/* RFC 8966 App. B: on a lossless link, only with every third Hello. */
	ck_assert_uint_le(ihus, 26);
	lab_free(lab);
}
END_TEST

START_TEST(every_route_is_repeated_within_the_update_interval)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0);
	usec_t last = 0;
	unsigned count = 0;

	lab_meet(lab);
	lab_originate(lab, NET, true);
	lab_run(lab, USEC_S);
	last = lab_now(lab);
	lab_forget(a);
	lab_run(lab, 60 * USEC_S);
	for (size_t i = 0; i < a->heard_count; i++) {
		if (a->heard[i].tlv.type != BABEL_TLV_UPDATE)
			continue;
		/* RFC 8966 §3.7.1: MUST be advertised at least once every Update
		 * interval. */
		ck_assert_int_le(a->heard[i].when - last, 4 * USEC_S + 20 * USEC_MS);
		ck_assert_uint_eq(a->heard[i].tlv.update.interval, 400);
		last = a->heard[i].when;
		count++;
	}
	ck_assert_uint_ge(count, 15);
	ck_assert_uint_le(count, 19);
	lab_free(lab);
}
END_TEST

START_TEST(small_changes_wait_for_the_periodic_update)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);

	lab->interface_config.update_interval = 20 * USEC_S;
	lab_meet(lab);
	lab_say_update(a, NET, ID, 1, 1000);
	lab_run(lab, USEC_S);
	lab_forget(b);
	/* RFC 8966 §3.7.2: neither a minor fluctuation nor a new seqno is a reason. */
	for (uint16_t i = 0; i < 10; i++) {
		lab_say_update(a, NET, ID, (uint16_t)(2 + i), (uint16_t)(1000 + 5 * i));
		lab_run(lab, 100 * USEC_MS);
	}
	ck_assert_uint_eq(lab_count(b, BABEL_TLV_UPDATE, NET), 0);
	/* A large change is. */
	lab_say_update(a, NET, ID, 20, 2000);
	lab_run(lab, 300 * USEC_MS);
	ck_assert_uint_eq(lab_update(b, NET)->metric, 2096);
	/* Small ones add up. */
	lab_forget(b);
	for (uint16_t i = 0; i < 20; i++) {
		lab_say_update(a, NET, ID, (uint16_t)(21 + i), (uint16_t)(2000 + 40 * i));
		lab_run(lab, 100 * USEC_MS);
	}
	ck_assert_uint_ge(lab_count(b, BABEL_TLV_UPDATE, NET), 1);
	lab_free(lab);
}
END_TEST

START_TEST(hellos_may_go_every_ten_milliseconds)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0);

	/* T-20: the shortest interval. */
	lab->interface_config.hello_interval = 10 * USEC_MS;
	lab->interface_config.update_interval = 40 * USEC_MS;
	lab_meet(lab);
	lab_originate(lab, NET, true);
	lab_forget(a);
	lab_run(lab, USEC_S);
	ck_assert_uint_ge(lab_count(a, BABEL_TLV_HELLO, NULL), 100);
	ck_assert_uint_le(lab_count(a, BABEL_TLV_HELLO, NULL), 130);
	ck_assert_uint_eq(lab_last(a, BABEL_TLV_HELLO)->tlv.hello.interval, 1);
	ck_assert_uint_ge(lab_count(a, BABEL_TLV_UPDATE, NET), 20);
	lab_free(lab);
}
END_TEST

START_TEST(the_longest_intervals_fit_their_fields)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0);

	/* T-23: three Hello intervals don't fit 16 bits of centiseconds any more. */
	lab->interface_config.hello_interval = 655 * USEC_S;
	lab->interface_config.update_interval = 0;
	lab_start(lab);
	lab_run(lab, 10 * USEC_S);
	lab_say_hello(a, 1, 60000, false);
	lab_run(lab, 700 * USEC_S);
	ck_assert_uint_eq(lab_last(a, BABEL_TLV_HELLO)->tlv.hello.interval, 65500);
	ck_assert_uint_eq(lab_last(a, BABEL_TLV_IHU)->tlv.ihu.interval, 65534);
	lab_originate(lab, NET, true);
	lab_run(lab, 400 * USEC_S);
	/* FFFF would say that it is not repeated. */
	ck_assert_uint_eq(lab_update(a, NET)->interval, 65534);
	lab_free(lab);
}
END_TEST

START_TEST(a_flapping_interface_is_met_again)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0);

	lab_meet(lab);
	/* T-24: carrier and interface flap. */
	for (unsigned i = 0; i < 10; i++) {
		sim_interface_plug(a->router_interface, false);
		lab_run(lab, 50 * USEC_MS);
		ck_assert_ptr_null(lab_neighbour(a));
		sim_interface_plug(a->router_interface, true);
		lab_run(lab, 50 * USEC_MS);
	}
	for (unsigned i = 0; i < 3; i++) {
		sim_interface_up(a->router_interface, false);
		lab_run(lab, 50 * USEC_MS);
		sim_interface_up(a->router_interface, true);
		lab_run(lab, 50 * USEC_MS);
	}
	/* Usable again within two Hellos. */
	lab_run(lab, 2500 * USEC_MS);
	ck_assert_ptr_nonnull(lab_neighbour(a));
	ck_assert_uint_ne(lab_neighbour(a)->cost, BABEL_INFINITY);
	lab_free(lab);
}
END_TEST

START_TEST(a_link_local_address_may_come_late)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0);

	/* T-24: nothing to speak from at first (duplicate detection). */
	ck_assert_int_eq(sim_address_remove(a->router_interface, a->router_addr), 0);
	lab_start(lab);
	lab_run(lab, 5 * USEC_S);
	ck_assert_uint_eq(a->packets, 0);
	ck_assert_int_eq(sim_address_add(a->router_interface, a->router_addr, 64,
					 SYS_ADDRESS_TENTATIVE),
			 0);
	lab_run(lab, 2 * USEC_S);
	ck_assert_uint_eq(a->packets, 0);
	ck_assert_int_eq(sim_address_remove(a->router_interface, a->router_addr), 0);
	ck_assert_int_eq(sim_address_add(a->router_interface, a->router_addr, 64, 0), 0);
	lab_meet(lab);
	/* T-24: another one instead. */
	struct addr other = a->router_addr;
	other.bytes[15] ^= 0x55;
	ck_assert_int_eq(sim_address_remove(a->router_interface, a->router_addr), 0);
	ck_assert_int_eq(sim_address_add(a->router_interface, other, 64, 0), 0);
	a->router_addr = other;
	lab_run(lab, 4 * USEC_S);
	ck_assert_uint_ne(lab_neighbour(a)->cost, BABEL_INFINITY);
	lab_free(lab);
}
END_TEST

START_TEST(an_interface_may_be_removed_and_made_anew)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0), *b = lab_peer_add(lab, 0);

	lab_meet(lab);
	lab_say_update(a, NET, ID, 1, 100);
	lab_run(lab, USEC_S);
	/* T-24: deleted, and recreated with the same name. */
	for (unsigned i = 0; i < 3; i++) {
		sim_interface_remove(a->router_interface);
		lab_run(lab, 200 * USEC_MS);
		ck_assert_ptr_null(lab_selected(lab, NET));
		ck_assert_uint_eq(lab_update(b, NET)->metric, BABEL_INFINITY);
		a->router_interface = sim_interface_new(lab->node, "p0", 0, a->segment);
		const struct sys_address *address =
			sim_address_next(a->router_interface, NULL);
		while (!addr_is_link_local(address->addr))
			address = sim_address_next(a->router_interface, address);
		a->router_addr = address->addr;
		lab_run(lab, 4 * USEC_S);
		ck_assert_uint_ne(lab_neighbour(a)->cost, BABEL_INFINITY);
		lab_say_update(a, NET, ID, 1, 100);
		lab_run(lab, USEC_S);
		ck_assert_ptr_eq(lab_selected(lab, NET), a);
	}
	lab_free(lab);
}
END_TEST

START_TEST(a_renamed_interface_stays)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0);

	lab_meet(lab);
	/* T-24: a new name under a pattern that takes any. */
	sim_interface_rename(a->router_interface, "lan7");
	lab_run(lab, 100 * USEC_MS);
	lab_run(lab, 3 * USEC_S);
	ck_assert_uint_ne(lab_neighbour(a)->cost, BABEL_INFINITY);
	ck_assert_str_eq(lab_neighbour(a)->interface->link->name, "lan7");
	lab_free(lab);
}
END_TEST

START_TEST(packets_follow_the_mtu)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0);
	char text[32];

	lab_meet(lab);
	for (unsigned i = 0; i < 200; i++) {
		text_format(text, sizeof(text), "fd00:%x::/64", i + 1);
		lab_originate(lab, text, true);
	}
	lab_run(lab, 5 * USEC_S);
	lab_forget(a);
	lab_say_route_request(a, NULL);
	lab_run(lab, 100 * USEC_MS);
	ck_assert_uint_eq(lab_count(a, BABEL_TLV_UPDATE, NULL), 200);
	unsigned large = a->packets;
	/* T-24: the MTU changes under way; RFC 8966 §4: never more than it, but 512 are
	 * fine. */
	sim_interface_mtu(a->router_interface, 700);
	lab_run(lab, 5 * USEC_S);
	lab_forget(a);
	lab_say_route_request(a, NULL);
	lab_run(lab, 100 * USEC_MS);
	ck_assert_uint_eq(lab_count(a, BABEL_TLV_UPDATE, NULL), 200);
	ck_assert_uint_gt(a->packets, large);
	lab_free(lab);
}
END_TEST

START_TEST(a_hole_that_swallows_large_packets_is_found)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0);
	char text[32];

	/* T-26: Hellos pass, full packets don't. */
	sim_segment_pair(a->segment, a->router_interface, a->interface)->mtu = 900;
	for (unsigned i = 0; i < 200 && !lab->router; i++)
		lab_start(lab);
	lab_meet(lab);
	for (unsigned i = 0; i < 200; i++) {
		text_format(text, sizeof(text), "fd00:%x::/64", i + 1);
		lab_originate(lab, text, true);
	}
	lab_run(lab, 30 * USEC_S);
	ck_assert_uint_ne(lab_neighbour(a)->probe.limit, 0);
	ck_assert_uint_le(lab_neighbour(a)->probe.limit, 900 - 48);
	lab_forget(a);
	lab_run(lab, 5 * USEC_S);
	ck_assert_uint_ge(lab_count(a, BABEL_TLV_UPDATE, NULL), 200);
	lab_free(lab);
}
END_TEST

START_TEST(a_good_bye_is_said)
{
	struct lab *lab = lab_new();
	struct lab_peer *a = lab_peer_add(lab, 0);

	lab_meet(lab);
	lab_originate(lab, NET, true);
	lab_run(lab, USEC_S);
	lab_forget(a);
	protocol_disable(&lab->babel->protocol, NULL);
	lab_run(lab, 100 * USEC_MS);
	/* T-13: on the way out: a wildcard retraction. */
	ck_assert(lab_last(a, BABEL_TLV_UPDATE)->tlv.update.wildcard);
	/* And back: everything again. */
	protocol_enable(&lab->babel->protocol);
	lab_run(lab, 4 * USEC_S);
	ck_assert_uint_eq(lab_update(a, NET)->metric, 0);
	lab_free(lab);
}
END_TEST

static Suite *
link_suite(void)
{
	const TTest *const tests[] = {
		hellos_and_ihus_keep_their_promise,
		every_route_is_repeated_within_the_update_interval,
		small_changes_wait_for_the_periodic_update,
		hellos_may_go_every_ten_milliseconds,
		the_longest_intervals_fit_their_fields,
		a_flapping_interface_is_met_again,
		a_link_local_address_may_come_late,
		an_interface_may_be_removed_and_made_anew,
		a_renamed_interface_stays,
		packets_follow_the_mtu,
		a_hole_that_swallows_large_packets_is_found,
		a_good_bye_is_said,
	};
	Suite *suite = suite_create("babel link");
	TCase *tcase = tcase_create("link");

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_test(tcase, tests[i]);
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(link_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
