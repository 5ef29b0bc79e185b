/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attempts: when we connect, whose connection is taken.  Whether there is a way to the
 * neighbour at all is in way.c.
 */
#include "proto/bgp/attempts.h"

#include <assert.h>

#include "nest/router.h"
#include "proto/bgp/cease.h"
#include "proto/bgp/collision.h"
#include "proto/bgp/mrt.h"
#include "proto/bgp/session_private.h"
#include "proto/bgp/way.h"

#define CONNECT_LEAST USEC_S        /* Between two attempts, whatever is configured. */
#define RETURN_WAIT   (60 * USEC_S) /* For one whose instance is for its session alone. */
#define TOLD_INTERVAL (60 * USEC_S) /* Between two lines about refused connections. */

/* To connect is the neighbour's business alone. */
static bool
is_passive(const struct bgp_session *session)
{
	const struct bgp_config *config = bgp_session_config(session);
	return config->passive || config->remote.has_range;
}

/* An attempt of ours is under way, or the neighbour's connection has come far. */
static bool
is_busy(const struct bgp_session *session)
{
	for (unsigned i = 0; i < BGP_FSMS; i++) {
		const struct bgp_fsm *fsm = &session->fsms[i];
		if (fsm->state >= BGP_OPEN_CONFIRM ||
		    (fsm->state != BGP_IDLE && !fsm->incoming))
			return true;
	}
	return false;
}

bool
bgp_attempts_is_under_way(const struct bgp_session *session)
{
	for (unsigned i = 0; i < BGP_FSMS; i++)
		if (session->fsms[i].state != BGP_IDLE)
			return true;
	return false;
}

/* One that is free; null: there is none. */
static struct bgp_fsm *
fsm_free(struct bgp_session *session)
{
	for (unsigned i = 0; i < BGP_FSMS; i++)
		if (session->fsms[i].state == BGP_IDLE)
			return &session->fsms[i];
	return NULL;
}

/* ---- ours ---- */

static void
connect_now(struct bgp_session *session)
{
	struct bgp_fsm *fsm = fsm_free(session);
	struct sys_tcp_args args;
	if (fsm == NULL || is_busy(session) || is_passive(session))
		return;
	bgp_way_args(session, &args);
	bgp_fsm_connect(fsm, &args);
}

/* The neighbour does not connect, or the rest behind an error is over; a connection under
 * way is waited for. */
static void
return_wait(struct bgp_session *session)
{
	if (session->restart.is_awaited || bgp_attempts_is_under_way(session))
		timer_start(&session->attempts.next, RETURN_WAIT);
	else
		bgp_state_again(session);
}

static void
next_fire(struct timer *timer)
{
	struct bgp_session *session =
		container_of(timer, struct bgp_session, attempts.next);
	struct bgp_attempts *attempts = &session->attempts;
	if (bgp_session_config(session)->transient) {
		return_wait(session);
		return;
	}
	if (attempts->phase == BGP_IDLE_HOLD) {
		attempts->phase = BGP_STARTED;
		bgp_state_changed(session);
		bgp_attempts_plan(session);
		return;
	}
	connect_now(session);
}

/* How long the last error asks us to wait still. */
static usec_t
error_wait_left(const struct bgp_session *session)
{
	const struct bgp_history *history = &session->bgp->history;
	usec_t left = history->error_at + history->error_wait - bgp_session_now(session);
	return history->error_wait > 0 ? MAX(left, 0) : 0;
}

void
bgp_attempts_plan(struct bgp_session *session)
{
	const struct bgp_config *config = bgp_session_config(session);
	struct bgp_attempts *attempts = &session->attempts;
	usec_t wait = error_wait_left(session);
	bool was_started = attempts->phase == BGP_STARTED;
	if (attempts->phase == BGP_WAITING || is_busy(session))
		return;
	attempts->phase = wait > 0 ? BGP_IDLE_HOLD : BGP_STARTED;
	if (wait > 0) {
		timer_start(&attempts->next, wait);
	} else if (is_passive(session)) {
		if (config->transient)
			timer_start(&attempts->next, RETURN_WAIT);
		else
			timer_stop(&attempts->next);
	} else if (!was_started || !timer_is_running(&attempts->next)) {
		usec_t delay = MAX(config->connect_delay, CONNECT_LEAST);
		timer_start(&attempts->next,
			    router_jitter(attempts->next.router, delay * 3 / 4, delay));
	}
	bgp_state_changed(session);
}

void
bgp_attempts_delay(struct bgp_session *session)
{
	const struct bgp_config *config = bgp_session_config(session);
	struct bgp_history *history = &session->bgp->history;
	usec_t now = bgp_session_now(session), wait = history->error_wait;
	if (history->error_at != 0 && now - history->error_at >= config->error_forget)
		wait = 0;
	history->error_wait = wait == 0 ? config->error_wait.least
					: MIN(2 * wait, config->error_wait.most);
	history->error_at = now;
}

void
bgp_attempts_rest(struct bgp_session *session)
{
	timer_stop(&session->attempts.next);
}

/* ---- the neighbour's ---- */

/* Where a connection of the neighbour's goes: of two of its it means the newer. */
static struct bgp_fsm *
incoming_fsm(struct bgp_session *session)
{
	if (session->attempts.phase != BGP_STARTED)
		return NULL;
	/* RFC 4724 §5: only who may have restarted connects again. */
	if (session->established && !session->established->agreed.restart)
		return NULL;
	for (unsigned i = 0; i < BGP_FSMS; i++) {
		struct bgp_fsm *fsm = &session->fsms[i];
		if (fsm->incoming && fsm->state != BGP_ESTABLISHED)
			bgp_fsm_end(fsm, &bgp_cease_collision);
	}
	return fsm_free(session);
}

static void
refusal_tell(struct bgp_session *session)
{
	struct bgp_attempts *attempts = &session->attempts;
	usec_t now = bgp_session_now(session);
	if (attempts->told != 0 && now - attempts->told < TOLD_INTERVAL) {
		attempts->untold++;
		return;
	}
	protocol_log(&session->bgp->protocol, LOG_WARNING,
		     "An incoming connection was refused in state %s (so were %u since "
		     "the last such line)",
		     bgp_state_name(bgp_state(session->bgp)), attempts->untold);
	attempts->told = now;
	attempts->untold = 0;
}

static void
incoming_refuse(struct bgp_session *session, struct sys_stream *stream)
{
	struct protocol *protocol = &session->bgp->protocol;
	bool collides = session->established != NULL;
	const struct bgp_failure *why =
		collides ? &bgp_cease_collision : &bgp_cease_rejected;
	/* A neighbour that goes on connecting knows nothing of the session. */
	if (collides && bgp_collision_is_fresh(session))
		protocol_trace(protocol, DEBUG_EVENTS,
			       "An incoming connection came late");
	else
		refusal_tell(session);
	bgp_mrt_refusal(session->bgp, stream, why);
	bgp_listen_refuse(protocol->router, stream, why);
}

void
bgp_attempts_accept(struct bgp_session *session, struct sys_stream *stream)
{
	struct router *router = session->bgp->protocol.router;
	struct bgp_fsm *fsm = incoming_fsm(session);
	struct sys_tcp_args args;
	/* Who connects again may know nothing of the session. */
	if (session->established != NULL)
		bgp_fsm_ask(session->established);
	if (fsm == NULL) {
		incoming_refuse(session, stream);
		return;
	}
	bgp_way_args(session, &args);
	router->sys->class->tcp_limit(stream, args.ttl, args.ttl_least);
	bgp_fsm_accept(fsm, stream);
	/* The connection it took the place of may have been all we waited for. */
	bgp_attempts_plan(session);
}

/* ---- phases ---- */

void
bgp_attempts_init(struct bgp_session *session)
{
	timer_init(&session->attempts.next, session->bgp->protocol.router, next_fire);
	bgp_listening_init(session);
}

void
bgp_attempts_wait(struct bgp_session *session, const char *lacks)
{
	session->attempts.phase = BGP_WAITING;
	session->attempts.lacks = lacks;
	timer_stop(&session->attempts.next);
	bgp_listening_stop(session);
}

void
bgp_attempts_begin(struct bgp_session *session)
{
	if (session->attempts.phase != BGP_WAITING)
		return;
	session->attempts.phase = BGP_IDLE_HOLD;
	bgp_listening_start(session);
}

void
bgp_attempts_audit(const struct bgp_session *session)
{
	const struct bgp_attempts *attempts = &session->attempts;
	bool is_running = timer_is_running(&attempts->next);
	assert(attempts->phase == BGP_STARTED || !bgp_attempts_is_under_way(session));
	assert(attempts->phase != BGP_WAITING || attempts->listening.listener == NULL);
	assert(attempts->phase != BGP_IDLE_HOLD || is_running);
	/* A connection is attempted, unless that is the neighbour's business. */
	assert(attempts->phase != BGP_STARTED || is_busy(session) ||
	       is_passive(session) || is_running);
}
