/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BFD sessions (RFC 5880 §6.8): the table of states, and two of them over a wire that
 * delays and loses: intervals that are negotiated, jitter, detection, changes while it
 * runs, restarts.
 */
#include "proto/bfd/session.h"

#include "conf/conf.h"
#include "daemon/modules.h"
#include "nest/router.h"
#include "sysdep/sim/sim.h"
#include "test/unit/unit.h"
#include <string.h>

#define FLIGHTS 64
#define DELAY   (5 * USEC_MS)

struct end;

struct flight {
	struct timer timer;
	struct end *to;
	struct bfd_packet packet;
	bool busy;
};

struct end {
	struct bfd_session session;
	struct bench *bench;
	struct end *other;
	bool cut;      /* Nothing of it arrives. */
	uint32_t loss; /* Of 100. */
	unsigned changes, sent;
	usec_t last, shortest, longest; /* Between packets, since measure(). */
	bool measures;
	struct bfd_packet newest;
};

struct bench {
	struct sim_world *world;
	struct router *router;
	struct end a, b;
	struct flight flights[FLIGHTS];
	uint64_t random;
};

static const struct bfd_options fast = { .min_rx = 100 * USEC_MS,
					 .min_tx = 100 * USEC_MS,
					 .idle_tx = USEC_S,
					 .multiplier = 3 };

static void
flight_land(struct timer *timer)
{
	struct flight *flight = container_of(timer, struct flight, timer);
	flight->busy = false;
	if (flight->to->session.state != BFD_ADMIN_DOWN)
		bfd_session_receive(&flight->to->session, &flight->packet);
}

static void
end_send(struct bfd_session *session, const struct bfd_packet *packet)
{
	struct end *end = container_of(session, struct end, session);
	struct bench *bench = end->bench;
	usec_t now = router_now(bench->router);
	end->newest = *packet;
	end->sent++;
	if (end->measures && !packet->final && end->last > 0) {
		end->shortest = MIN(end->shortest, now - end->last);
		end->longest = MAX(end->longest, now - end->last);
	}
	if (!packet->final)
		end->last = now;
	if (end->cut || unit_below(&bench->random, 100) < end->loss)
		return;
	for (unsigned i = 0; i < FLIGHTS; i++) {
		struct flight *flight = &bench->flights[i];
		if (flight->busy)
			continue;
		flight->busy = true;
		flight->to = end->other;
		flight->packet = *packet;
		timer_start(&flight->timer, DELAY);
		return;
	}
	ck_abort_msg("too many packets under way");
}

static void
end_changed(struct bfd_session *session)
{
	container_of(session, struct end, session)->changes++;
}

static void
end_start(struct end *end, struct bench *bench, struct end *other,
	  const struct bfd_options *options, uint32_t discriminator)
{
	memset(&end->session, 0, sizeof(end->session));
	end->bench = bench;
	end->other = other;
	end->session.send = end_send;
	end->session.changed = end_changed;
	bfd_session_start(&end->session, bench->router, options, discriminator);
}

static void
bench_open(struct bench *bench, const struct bfd_options *a, const struct bfd_options *b)
{
	memset(bench, 0, sizeof(*bench));
	bench->random = 3;
	bench->world = sim_world_new(5);
	bench->router = router_new(sim_node_sys(sim_node_new(bench->world, "one")),
				   &modules_linked, &conf_language);
	for (unsigned i = 0; i < FLIGHTS; i++)
		timer_init(&bench->flights[i].timer, bench->router, flight_land);
	end_start(&bench->a, bench, &bench->b, a, 11);
	end_start(&bench->b, bench, &bench->a, b, 22);
}

static void
bench_close(struct bench *bench)
{
	for (unsigned i = 0; i < FLIGHTS; i++)
		timer_stop(&bench->flights[i].timer);
	bfd_session_end(&bench->a.session);
	bfd_session_end(&bench->b.session);
	for (unsigned i = 0; i < FLIGHTS; i++)
		timer_stop(&bench->flights[i].timer);
	router_free(bench->router);
	sim_world_free(bench->world);
}

static void
run(struct bench *bench, usec_t time)
{
	sim_run(bench->world, sim_now(bench->world) + time);
}

static void
up_both(struct bench *bench)
{
	run(bench, 5 * USEC_S);
	ck_assert_int_eq(bench->a.session.state, BFD_UP);
	ck_assert_int_eq(bench->b.session.state, BFD_UP);
}

static void
measure(struct end *end)
{
	end->measures = true;
	end->last = 0;
	end->shortest = USEC_NEVER;
	end->longest = 0;
}

START_TEST(states_follow_the_table)
{
	static const struct {
		enum bfd_state state, received, next;
		enum bfd_diagnostic diagnostic;
	} rows[] = {
		{ BFD_DOWN, BFD_ADMIN_DOWN, BFD_DOWN, 0 },
		{ BFD_DOWN, BFD_DOWN, BFD_INIT, 0 },
		{ BFD_DOWN, BFD_INIT, BFD_UP, 0 },
		{ BFD_DOWN, BFD_UP, BFD_DOWN, 0 },
		{ BFD_INIT, BFD_ADMIN_DOWN, BFD_DOWN, BFD_DIAGNOSTIC_NEIGHBOUR },
		{ BFD_INIT, BFD_DOWN, BFD_INIT, 0 },
		{ BFD_INIT, BFD_INIT, BFD_UP, 0 },
		{ BFD_INIT, BFD_UP, BFD_UP, 0 },
		{ BFD_UP, BFD_ADMIN_DOWN, BFD_DOWN, BFD_DIAGNOSTIC_NEIGHBOUR },
		{ BFD_UP, BFD_DOWN, BFD_DOWN, BFD_DIAGNOSTIC_NEIGHBOUR },
		{ BFD_UP, BFD_INIT, BFD_UP, 0 },
		{ BFD_UP, BFD_UP, BFD_UP, 0 },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bench bench;
		struct bfd_packet packet = { .multiplier = 3,
					     .my_discriminator = 9,
					     .your_discriminator = 11,
					     .desired_min_tx = 1000000,
					     .required_min_rx = 1000000 };
		bench_open(&bench, &fast, &fast);
		bench.a.cut = bench.b.cut = true;
		packet.state = BFD_DOWN;
		if (rows[i].state != BFD_DOWN)
			bfd_session_receive(&bench.a.session, &packet);
		packet.state = BFD_INIT;
		if (rows[i].state == BFD_UP)
			bfd_session_receive(&bench.a.session, &packet);
		ck_assert_int_eq(bench.a.session.state, rows[i].state);
		packet.state = (uint8_t)rows[i].received;
		bfd_session_receive(&bench.a.session, &packet);
		ck_assert_int_eq(bench.a.session.state, rows[i].next);
		ck_assert_int_eq(bench.a.session.diagnostic, rows[i].diagnostic);
		bench_close(&bench);
	}
}
END_TEST

START_TEST(a_session_comes_up_and_stays)
{
	struct bench bench;
	bench_open(&bench, &fast, &fast);
	up_both(&bench);
	ck_assert_uint_eq(bench.a.session.remote_discriminator, 22);
	unsigned changes = bench.a.changes + bench.b.changes;
	run(&bench, 600 * USEC_S);
	ck_assert_uint_eq(bench.a.changes + bench.b.changes, changes);
	ck_assert(!bench.a.session.polling && !bench.b.session.polling);
	bench_close(&bench);
}
END_TEST

/* RFC 5880 §6.8.7: the slower one decides; 75 to 100 % of it. */
START_TEST(intervals_are_negotiated_and_jittered)
{
	struct bfd_options slow = fast;
	struct bench bench;
	slow.min_rx = 300 * USEC_MS;
	slow.min_tx = 50 * USEC_MS;
	bench_open(&bench, &fast, &slow);
	up_both(&bench);
	measure(&bench.a);
	measure(&bench.b);
	run(&bench, 100 * USEC_S);
	ck_assert_int_ge(bench.a.shortest, 225 * USEC_MS);
	ck_assert_int_le(bench.a.longest, 300 * USEC_MS);
	ck_assert_int_gt(bench.a.longest - bench.a.shortest, 50 * USEC_MS);
	ck_assert_int_ge(bench.b.shortest, 75 * USEC_MS);
	ck_assert_int_le(bench.b.longest, 100 * USEC_MS);
	ck_assert_int_eq(bfd_session_detection(&bench.a.session), 300 * USEC_MS);
	ck_assert_int_eq(bfd_session_detection(&bench.b.session), 900 * USEC_MS);
	bench_close(&bench);
}
END_TEST

START_TEST(where_each_packet_counts_they_come_earlier)
{
	struct bfd_options single = fast;
	struct bench bench;
	single.multiplier = 1;
	bench_open(&bench, &single, &single);
	up_both(&bench);
	measure(&bench.a);
	run(&bench, 100 * USEC_S);
	ck_assert_int_ge(bench.a.shortest, 75 * USEC_MS);
	ck_assert_int_le(bench.a.longest, 90 * USEC_MS);
	ck_assert_int_eq(bench.b.session.state, BFD_UP);
	bench_close(&bench);
}
END_TEST

START_TEST(while_it_is_not_up_it_is_slow)
{
	struct bench bench;
	bench_open(&bench, &fast, &fast);
	bench.a.cut = bench.b.cut = true;
	measure(&bench.a);
	run(&bench, 100 * USEC_S);
	ck_assert_int_ge(bench.a.shortest, 750 * USEC_MS);
	ck_assert_uint_eq(bench.a.newest.desired_min_tx, 1000000);
	bench_close(&bench);
}
END_TEST

START_TEST(silence_is_noticed_in_the_detection_time)
{
	struct bench bench;
	bench_open(&bench, &fast, &fast);
	up_both(&bench);
	bench.b.cut = true;
	run(&bench, 150 * USEC_MS);
	ck_assert_int_eq(bench.a.session.state, BFD_UP);
	run(&bench, 200 * USEC_MS);
	ck_assert_int_eq(bench.a.session.state, BFD_DOWN);
	ck_assert_int_eq(bench.a.session.diagnostic, BFD_DIAGNOSTIC_EXPIRED);
	ck_assert_uint_eq(bench.a.session.remote_discriminator, 0);
	/* It says so, and the other believes it. */
	run(&bench, 100 * USEC_MS);
	ck_assert_int_eq(bench.b.session.state, BFD_DOWN);
	ck_assert_int_eq(bench.b.session.diagnostic, BFD_DIAGNOSTIC_NEIGHBOUR);
	bench.b.cut = false;
	up_both(&bench);
	bench_close(&bench);
}
END_TEST

START_TEST(a_lossy_wire_does_not_make_it_flap)
{
	struct bfd_options patient = fast;
	struct bench bench;
	patient.multiplier = 8;
	bench_open(&bench, &patient, &patient);
	up_both(&bench);
	bench.a.loss = bench.b.loss = 10;
	run(&bench, 3600 * USEC_S);
	ck_assert_uint_eq(bench.a.session.failures, 0);
	ck_assert_uint_eq(bench.b.session.failures, 0);
	bench_close(&bench);
}
END_TEST

/* RFC 5880 §6.8.3: in both directions, also where polls are lost. */
START_TEST(intervals_change_while_it_stays_up)
{
	struct bfd_options other = fast;
	struct bench bench;
	other.multiplier = 8;
	bench_open(&bench, &other, &other);
	up_both(&bench);
	bench.a.loss = bench.b.loss = 10;
	for (unsigned i = 0; i < 100; i++) {
		usec_t interval = (usec_t)(20 + 97 * i % 1500) * USEC_MS;
		other.min_rx = interval;
		other.min_tx = (usec_t)(20 + 61 * i % 1500) * USEC_MS;
		bfd_session_options(&bench.a.session, &other);
		/* At times another change before the neighbour knows of the first. */
		if (i % 3 == 0) {
			other.min_tx = (usec_t)(30 + 31 * i % 700) * USEC_MS;
			bfd_session_options(&bench.a.session, &other);
		}
		run(&bench, 60 * USEC_S);
		ck_assert_uint_eq(bench.a.session.failures, 0);
		ck_assert_uint_eq(bench.b.session.failures, 0);
		ck_assert_int_eq(bench.a.session.min_tx, other.min_tx);
		ck_assert_int_eq(bench.a.session.min_rx, other.min_rx);
		ck_assert_int_eq(bench.b.session.remote_min_rx, other.min_rx);
	}
	bench_close(&bench);
}
END_TEST

START_TEST(a_restarted_neighbour_is_met_anew)
{
	struct bench bench;
	bench_open(&bench, &fast, &fast);
	up_both(&bench);
	timer_stop(&bench.b.session.transmit);
	timer_stop(&bench.b.session.detect);
	end_start(&bench.b, &bench, &bench.a, &fast, 33);
	/* Its first packet says Down. */
	run(&bench, 50 * USEC_MS);
	ck_assert_uint_eq(bench.a.session.failures, 1);
	up_both(&bench);
	ck_assert_uint_eq(bench.a.session.remote_discriminator, 33);
	bench_close(&bench);
}
END_TEST

START_TEST(one_that_is_stopped_says_so)
{
	struct bench bench;
	bench_open(&bench, &fast, &fast);
	up_both(&bench);
	bfd_session_stop(&bench.b.session);
	run(&bench, 50 * USEC_MS);
	ck_assert_int_eq(bench.a.session.state, BFD_DOWN);
	ck_assert_int_eq(bench.a.session.remote_state, BFD_ADMIN_DOWN);
	run(&bench, USEC_S);
	unsigned sent = bench.b.sent;
	run(&bench, 10 * USEC_S);
	ck_assert_uint_eq(bench.b.sent, sent);
	bench_close(&bench);
}
END_TEST

/* RFC 5880 §6.8.16: it is said again for a detection time. */
START_TEST(one_whose_good_bye_is_lost_has_not_failed)
{
	struct bench bench;
	bench_open(&bench, &fast, &fast);
	up_both(&bench);
	unsigned sent = bench.b.sent;
	bench.b.cut = true;
	bfd_session_stop(&bench.b.session);
	bench.b.cut = false;
	/* The detection time of the other end, less what is under way. */
	run(&bench, 200 * USEC_MS);
	ck_assert_int_eq(bench.a.session.state, BFD_DOWN);
	ck_assert_int_eq(bench.a.session.remote_state, BFD_ADMIN_DOWN);
	ck_assert_int_eq(bench.a.session.diagnostic, BFD_DIAGNOSTIC_NEIGHBOUR);
	ck_assert(!bfd_session_is_over(&bench.b.session));
	run(&bench, 100 * USEC_MS);
	ck_assert(bfd_session_is_over(&bench.b.session));
	ck_assert_uint_ge(bench.b.sent - sent, 3);
	bench_close(&bench);
}
END_TEST

START_TEST(a_neighbour_that_wants_few_packets_does_not_keep_a_stop_waiting)
{
	struct bench bench;
	bench_open(&bench, &fast, &fast);
	up_both(&bench);
	bench.b.cut = true;
	run(&bench, 10 * USEC_MS);
	bench.a.session.remote_min_rx = 60 * USEC_S;
	bfd_session_stop(&bench.a.session);
	ck_assert(!bfd_session_is_over(&bench.a.session));
	run(&bench, 3 * USEC_S + USEC_MS);
	ck_assert(bfd_session_is_over(&bench.a.session));
	bench_close(&bench);
}
END_TEST

START_TEST(a_passive_one_waits_for_the_other)
{
	struct bfd_options passive = fast;
	struct bench bench;
	passive.passive = true;
	bench_open(&bench, &passive, &passive);
	run(&bench, 10 * USEC_S);
	ck_assert_uint_eq(bench.a.sent + bench.b.sent, 0);
	bfd_session_options(&bench.a.session, &fast);
	up_both(&bench);
	bench_close(&bench);
}
END_TEST

/* RFC 5880 §6.6, §6.8.7. */
START_TEST(who_wants_silence_gets_it_and_polls_are_answered)
{
	struct bench bench;
	struct bfd_packet packet = { .multiplier = 3,
				     .my_discriminator = 9,
				     .your_discriminator = 11,
				     .desired_min_tx = 100000,
				     .required_min_rx = 100000 };
	bench_open(&bench, &fast, &fast);
	bench.a.cut = bench.b.cut = true;
	packet.state = BFD_DOWN;
	bfd_session_receive(&bench.a.session, &packet);
	packet.state = BFD_INIT;
	bfd_session_receive(&bench.a.session, &packet);
	packet.state = BFD_UP;
	packet.final = true;
	packet.demand = true;
	bfd_session_receive(&bench.a.session, &packet);
	unsigned sent = bench.a.sent;
	run(&bench, 250 * USEC_MS);
	ck_assert_uint_eq(bench.a.sent, sent);
	packet.final = false;
	packet.poll = true;
	bfd_session_receive(&bench.a.session, &packet);
	ck_assert_uint_eq(bench.a.sent, sent + 1);
	ck_assert(bench.a.newest.final && !bench.a.newest.poll);
	packet.poll = packet.demand = false;
	packet.required_min_rx = 0;
	bfd_session_receive(&bench.a.session, &packet);
	ck_assert_int_eq(bfd_session_interval(&bench.a.session), 0);
	bench_close(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		states_follow_the_table,
		a_session_comes_up_and_stays,
		intervals_are_negotiated_and_jittered,
		where_each_packet_counts_they_come_earlier,
		while_it_is_not_up_it_is_slow,
		silence_is_noticed_in_the_detection_time,
		a_lossy_wire_does_not_make_it_flap,
		intervals_change_while_it_stays_up,
		a_restarted_neighbour_is_met_anew,
		one_that_is_stopped_says_so,
		one_whose_good_bye_is_lost_has_not_failed,
		a_neighbour_that_wants_few_packets_does_not_keep_a_stop_waiting,
		a_passive_one_waits_for_the_other,
		who_wants_silence_gets_it_and_polls_are_answered,
	};

	return unit_run("bfd session", tests, ARRAY_SIZE(tests), NULL, 0);
}
