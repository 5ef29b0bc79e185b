/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state machine of RFC 5880 §6.8.
 */
#include "proto/bfd/session.h"

#include "nest/router.h"

/* RFC 5880 §6.8.3: no faster while it is not up. */
#define SLOW USEC_S
/* What a neighbour asks for keeps nobody longer, as a router that is shut down and an
 * instance that restarts wait for it: three packets of a neighbour that wants one a
 * second. */
#define LEAVE_MOST (3 * USEC_S)

static void transmit_fire(struct timer *timer);
static void detect_fire(struct timer *timer);
static void state_set(struct bfd_session *session, enum bfd_state state,
		      enum bfd_diagnostic diagnostic);
static void state_advance(struct bfd_session *session, enum bfd_state received);
static void parameters_set(struct bfd_session *session);
static void poll_follow(struct bfd_session *session, const struct bfd_packet *packet);
static void packet_send(struct bfd_session *session, bool final);
static void transmit_arm(struct bfd_session *session);

void
bfd_session_start(struct bfd_session *session, struct router *router,
		  const struct bfd_options *options, uint32_t discriminator)
{
	session->router = router;
	session->options = *options;
	session->local_discriminator = discriminator;
	session->state = session->remote_state = BFD_DOWN;
	session->remote_min_rx = 1;
	session->since = router_now(router);
	/* The first goes at once. */
	session->sent = session->since - MAX(options->idle_tx, SLOW);
	timer_init(&session->transmit, router, transmit_fire);
	timer_init(&session->detect, router, detect_fire);
	parameters_set(session);
	transmit_arm(session);
}

void
bfd_session_stop(struct bfd_session *session)
{
	bool was_up = session->state == BFD_UP;
	if (session->state == BFD_ADMIN_DOWN)
		return;
	timer_stop(&session->transmit);
	timer_stop(&session->detect);
	session->state = BFD_ADMIN_DOWN;
	session->diagnostic = BFD_DIAGNOSTIC_ADMIN;
	session->since = router_now(session->router);
	session->polling = session->remote_demand = false;
	/* RFC 5880 §6.8.3 wants a packet a second at most of a session that is not up.
	 * Not so here, on purpose: at that rate the neighbour's time is over before the
	 * second one, and a lost packet a failure. It goes as fast as it went, which the
	 * neighbour agreed to, for that time alone. */
	if (session->remote_discriminator != 0)
		packet_send(session, false);
	if (was_up && session->remote_min_rx != 0)
		timer_start(&session->detect, MIN(session->options.multiplier *
							  bfd_session_interval(session),
						  LEAVE_MOST));
	else
		timer_stop(&session->transmit);
}

bool
bfd_session_is_over(const struct bfd_session *session)
{
	return session->state == BFD_ADMIN_DOWN && !timer_is_running(&session->detect);
}

void
bfd_session_end(struct bfd_session *session)
{
	session->state = BFD_ADMIN_DOWN;
	timer_stop(&session->transmit);
	timer_stop(&session->detect);
}

void
bfd_session_options(struct bfd_session *session, const struct bfd_options *options)
{
	if (session->state == BFD_ADMIN_DOWN)
		return;
	session->options = *options;
	parameters_set(session);
	transmit_arm(session);
}

void
bfd_session_receive(struct bfd_session *session, const struct bfd_packet *packet)
{
	session->packets_received++;
	session->remote_discriminator = packet->my_discriminator;
	session->remote_state = packet->state;
	session->remote_demand = packet->demand;
	session->remote_min_rx = packet->required_min_rx;
	session->remote_min_tx = packet->desired_min_tx;
	session->remote_multiplier = packet->multiplier;
	poll_follow(session, packet);
	/* Counted as received whatever becomes of the state. */
	timer_start(&session->detect, bfd_session_detection(session));
	uint64_t sent = session->packets_sent;
	state_advance(session, packet->state);
	if (packet->poll)
		packet_send(session, true);
	else if (session->packets_sent == sent)
		transmit_arm(session);
}

usec_t
bfd_session_interval(const struct bfd_session *session)
{
	bool is_passive = session->options.passive && session->remote_discriminator == 0;
	bool is_silenced = session->remote_demand && session->state == BFD_UP &&
			   session->remote_state == BFD_UP && !session->polling;
	if (session->remote_min_rx == 0 || is_passive || is_silenced)
		return 0;
	return MAX(session->min_tx, session->remote_min_rx);
}

usec_t
bfd_session_detection(const struct bfd_session *session)
{
	return session->remote_multiplier * MAX(session->min_rx, session->remote_min_tx);
}

/* ---- state ---- */

static void
detect_fire(struct timer *timer)
{
	struct bfd_session *session = container_of(timer, struct bfd_session, detect);
	if (session->state == BFD_ADMIN_DOWN) {
		timer_stop(&session->transmit);
		session->changed(session);
		return;
	}
	/* RFC 5880 §6.8.1: whoever speaks next may be another. */
	session->remote_discriminator = 0;
	session->remote_demand = false;
	if (session->state == BFD_INIT || session->state == BFD_UP)
		state_set(session, BFD_DOWN, BFD_DIAGNOSTIC_EXPIRED);
	else
		transmit_arm(session);
}

/* RFC 5880 §6.8.6. */
static void
state_advance(struct bfd_session *session, enum bfd_state received)
{
	static const enum bfd_state next[][BFD_UP + 1] = {
		[BFD_DOWN] = { [BFD_ADMIN_DOWN] = BFD_DOWN,
			       [BFD_DOWN] = BFD_INIT,
			       [BFD_INIT] = BFD_UP,
			       [BFD_UP] = BFD_DOWN },
		[BFD_INIT] = { [BFD_ADMIN_DOWN] = BFD_DOWN,
			       [BFD_DOWN] = BFD_INIT,
			       [BFD_INIT] = BFD_UP,
			       [BFD_UP] = BFD_UP },
		[BFD_UP] = { [BFD_ADMIN_DOWN] = BFD_DOWN,
			     [BFD_DOWN] = BFD_DOWN,
			     [BFD_INIT] = BFD_UP,
			     [BFD_UP] = BFD_UP },
	};
	enum bfd_state state = next[session->state][received];
	if (state != session->state)
		state_set(session, state,
			  state == BFD_DOWN ? BFD_DIAGNOSTIC_NEIGHBOUR
					    : BFD_DIAGNOSTIC_NONE);
}

/* The only place where the state changes while the session runs.  Its owner hears of it
 * last, and may end it. */
static void
state_set(struct bfd_session *session, enum bfd_state state,
	  enum bfd_diagnostic diagnostic)
{
	session->failures += session->state == BFD_UP;
	session->state = state;
	session->diagnostic = (uint8_t)diagnostic;
	session->since = router_now(session->router);
	session->polling = session->settling = false;
	parameters_set(session);
	/* RFC 5880 §6.8.7: news is told at once. */
	packet_send(session, false);
	session->changed(session);
}

/* ---- parameters ---- */

/* What we want, into what we say, and into what holds as far as it may at once (RFC 5880
 * §6.8.3). One Poll Sequence is over before the next begins. */
static void
parameters_set(struct bfd_session *session)
{
	const struct bfd_options *options = &session->options;
	bool is_up = session->state == BFD_UP;
	usec_t tx = is_up ? options->min_tx : MAX(options->idle_tx, SLOW);
	usec_t rx = options->min_rx;
	if (session->polling || session->settling)
		return;
	session->polling = is_up && (tx != session->desired_min_tx ||
				     rx != session->required_min_rx);
	if (!is_up || tx < session->min_tx)
		session->min_tx = tx;
	if (!is_up || rx > session->min_rx)
		session->min_rx = rx;
	session->desired_min_tx = tx;
	session->required_min_rx = rx;
}

static void
poll_follow(struct bfd_session *session, const struct bfd_packet *packet)
{
	if (session->polling && packet->final) {
		session->polling = false;
		session->settling = true;
		session->min_tx = session->desired_min_tx;
		session->min_rx = session->required_min_rx;
	} else if (session->settling && !packet->final) {
		session->settling = false;
		parameters_set(session); /* What was wanted meanwhile. */
	}
}

/* ---- packets ---- */

static void
transmit_fire(struct timer *timer)
{
	packet_send(container_of(timer, struct bfd_session, transmit), false);
}

static void
packet_send(struct bfd_session *session, bool final)
{
	const struct bfd_packet packet = {
		.diagnostic = session->diagnostic,
		.state = (uint8_t)session->state,
		/* RFC 5880 §6.5: never both. */
		.poll = session->polling && !final,
		.final = final,
		.multiplier = (uint8_t)session->options.multiplier,
		.my_discriminator = session->local_discriminator,
		.your_discriminator = session->remote_discriminator,
		.desired_min_tx = (uint32_t)session->desired_min_tx,
		.required_min_rx = (uint32_t)session->required_min_rx,
	};
	session->sent = router_now(session->router);
	session->packets_sent++;
	transmit_arm(session);
	session->send(session, &packet);
}

/* RFC 5880 §6.8.7: 75 to 100 % of the interval behind the last packet, 90 % where each
 * counts. */
static void
transmit_arm(struct bfd_session *session)
{
	usec_t interval = bfd_session_interval(session);
	usec_t most = session->options.multiplier == 1 ? interval * 9 / 10 : interval;
	if (interval == 0) {
		timer_stop(&session->transmit);
		return;
	}
	usec_t due =
		session->sent + router_jitter(session->router, interval * 3 / 4, most);
	timer_start_at(&session->transmit, MAX(due, router_now(session->router)));
}
