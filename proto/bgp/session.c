/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The session: when a connection to the neighbour is attempted and which of its are
 * taken, which one becomes the session, and what follows when it ends.  Whether there is
 * a way to the neighbour at all is in way.c.
 */
#include "proto/bgp/session_private.h"

#include <assert.h>
#include <string.h>

#include "lib/pool.h"
#include "lib/text.h"
#include "nest/router.h"
#include "nest/subscribe.h"
#include "proto/bgp/cease.h"
#include "proto/bgp/collision.h"
#include "proto/bgp/routes.h"

#define CONNECT_LEAST USEC_S        /* Between two attempts, whatever is configured. */
#define RETURN_WAIT   (60 * USEC_S) /* For one whose instance is for its session alone. */
#define LISTEN_RETRY  (10 * USEC_S) /* Until an address or port is free for us. */

static void attempt_plan(struct bgp_session *session);

static const struct bgp_config *
config_of(const struct bgp_session *session)
{
	return bgp_config(&session->bgp->protocol);
}

static usec_t
now_of(const struct bgp_session *session)
{
	return router_now(session->bgp->protocol.router);
}

/* To connect is the neighbour's business alone. */
static bool
is_passive(const struct bgp_session *session)
{
	const struct bgp_config *config = config_of(session);
	return config->passive || config->remote.has_range;
}

/* Begins anew; or is over, where it was for one connection of the neighbour's. */
static void
session_again(struct bgp_session *session)
{
	struct protocol *protocol = &session->bgp->protocol;
	if (config_of(session)->transient)
		protocol_remove(protocol);
	else
		protocol_restart(protocol, NULL);
}

/* ---- what others see ---- */

enum bgp_state
bgp_state(const struct bgp *bgp)
{
	const struct bgp_session *session = bgp->session;
	enum bgp_state state = BGP_IDLE;
	if (session == NULL)
		return BGP_IDLE;
	for (unsigned i = 0; i < BGP_FSMS; i++)
		state = MAX(state, session->fsms[i].state);
	if (state < BGP_OPEN_SENT && session->phase == BGP_STARTED)
		state = state == BGP_CONNECT ? BGP_CONNECT : BGP_ACTIVE;
	return state;
}

const struct bgp_agreed *
bgp_agreed(const struct bgp *bgp)
{
	return bgp->session && bgp->session->established
		       ? &bgp->session->established->agreed
		       : NULL;
}

void
bgp_session_send(struct bgp *bgp, const struct bgp_piece *piece)
{
	if (bgp->session && bgp->session->established)
		bgp_connection_send(&bgp->session->established->connection, piece);
}

bool
bgp_session_has_room(const struct bgp *bgp)
{
	return bgp->session && bgp->session->established &&
	       !bgp->session->established->connection.full;
}

void
bgp_session_changed(struct bgp_session *session)
{
	struct bgp *bgp = session->bgp;
	const char *lacks = session->phase == BGP_WAITING ? session->lacks : NULL;
	const char *class = lacks ? "" : bgp_blame_class(bgp);
	const char *words = lacks ? lacks : bgp_blame_words(bgp);
	text_format(bgp->history.info, sizeof(bgp->history.info),
		    bgp->session ? "%-14s%s%s" : "%s%s%s",
		    bgp->session ? bgp_state_name(bgp_state(bgp)) : "", class, words);
	bgp_mrt_state(bgp);
	subscribe_changed(bgp->protocol.router, SUBSCRIBE_PROTOCOLS);
}

/* ---- connections ---- */

/* One that is free; null: there is none. */
static struct bgp_fsm *
fsm_free(struct bgp_session *session)
{
	for (unsigned i = 0; i < BGP_FSMS; i++)
		if (session->fsms[i].state == BGP_IDLE)
			return &session->fsms[i];
	return NULL;
}

static void
fsms_end(struct bgp_session *session, const struct bgp_fsm *but,
	 const struct bgp_failure *last)
{
	for (unsigned i = 0; i < BGP_FSMS; i++)
		if (&session->fsms[i] != but)
			bgp_fsm_end(&session->fsms[i], last);
}

static void
connect_start(struct bgp_session *session, usec_t delay)
{
	session->connect_began = now_of(session);
	timer_start(&session->connect, delay);
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

static bool
is_under_way(const struct bgp_session *session)
{
	for (unsigned i = 0; i < BGP_FSMS; i++)
		if (session->fsms[i].state != BGP_IDLE)
			return true;
	return false;
}

static void
attempt(struct bgp_session *session)
{
	struct bgp_fsm *fsm = fsm_free(session);
	struct sys_tcp_args args;
	if (fsm == NULL || is_busy(session) || is_passive(session))
		return;
	bgp_session_args(session, &args);
	bgp_fsm_connect(fsm, &args);
}

/* The neighbour does not connect, or the rest behind an error is over; a connection under
 * way is waited for. */
static void
return_wait(struct bgp_session *session)
{
	if (session->keeps || is_under_way(session))
		connect_start(session, RETURN_WAIT);
	else
		session_again(session);
}

static void
connect_fire(struct timer *timer)
{
	struct bgp_session *session = container_of(timer, struct bgp_session, connect);
	if (config_of(session)->transient) {
		return_wait(session);
		return;
	}
	if (session->phase == BGP_IDLE_HOLD) {
		session->phase = BGP_STARTED;
		bgp_session_changed(session);
		attempt_plan(session);
		return;
	}
	attempt(session);
}

/* Nothing is under way: rests for as long as the last error asks for, or attempts a
 * connection soon. */
static void
attempt_plan(struct bgp_session *session)
{
	const struct bgp_config *config = config_of(session);
	const struct bgp_history *history = &session->bgp->history;
	usec_t rest = history->error_at + history->error_wait - now_of(session);
	if (session->phase == BGP_WAITING || is_busy(session))
		return;
	if (history->error_wait > 0 && rest > 0) {
		session->phase = BGP_IDLE_HOLD;
		connect_start(session, rest);
	} else if (is_passive(session)) {
		session->phase = BGP_STARTED;
		if (config->transient)
			connect_start(session, RETURN_WAIT);
		else
			timer_stop(&session->connect);
	} else if (session->phase != BGP_STARTED ||
		   !timer_is_running(&session->connect)) {
		usec_t delay = MAX(config->connect_delay, CONNECT_LEAST);
		session->phase = BGP_STARTED;
		connect_start(session, router_jitter(session->connect.router,
						     delay * 3 / 4, delay));
	}
	bgp_session_changed(session);
}

/* Where a connection of the neighbour's goes: of two of its it means the newer. */
static struct bgp_fsm *
incoming_fsm(struct bgp_session *session)
{
	if (session->phase != BGP_STARTED)
		return NULL;
	/* RFC 4724 §5: only who may have restarted connects again. */
	if (session->established &&
	    (!session->established->agreed.restart || bgp_collision_is_fresh(session)))
		return NULL;
	for (unsigned i = 0; i < BGP_FSMS; i++) {
		struct bgp_fsm *fsm = &session->fsms[i];
		if (fsm->incoming && fsm->state != BGP_ESTABLISHED)
			bgp_fsm_end(fsm, &bgp_cease_collision);
	}
	return fsm_free(session);
}

static void
incoming_refuse(struct bgp_session *session, struct sys_stream *stream)
{
	struct protocol *protocol = &session->bgp->protocol;
	bool meets = session->established != NULL;
	/* A neighbour that goes on connecting knows nothing of the session. */
	if (meets && bgp_collision_is_fresh(session))
		protocol_trace(protocol, DEBUG_EVENTS,
			       "An incoming connection came late");
	else
		protocol_log(protocol, LOG_WARNING,
			     "An incoming connection was refused in state %s",
			     bgp_state_name(bgp_state(session->bgp)));
	bgp_listen_refuse(protocol->router, stream,
			  meets ? &bgp_cease_collision : &bgp_cease_rejected);
}

void
bgp_session_accept(struct bgp_session *session, struct sys_stream *stream)
{
	struct router *router = session->bgp->protocol.router;
	struct bgp_fsm *fsm = incoming_fsm(session);
	struct sys_tcp_args args;
	if (fsm == NULL) {
		incoming_refuse(session, stream);
		return;
	}
	bgp_session_args(session, &args);
	router->sys->class->tcp_limit(stream, args.ttl, args.ttl_least);
	bgp_fsm_accept(fsm, stream);
	/* The connection it took the place of may have been all we waited for. */
	attempt_plan(session);
}

/* ---- the session begins ---- */

void
bgp_session_established(struct bgp_fsm *fsm)
{
	struct bgp_session *session = fsm->session;
	struct bgp *bgp = session->bgp;
	struct sys_stream *stream = fsm->connection.stream;
	fsms_end(session, fsm, &bgp_cease_collision);
	timer_stop(&session->connect);
	timer_stop(&session->restart);
	timer_stop(&session->comeback);
	session->keeps = false;
	session->established = fsm;
	fsm->agreed.link = session->link;
	bgp->protocol.router->sys->class->tcp_ends(stream, &fsm->agreed.ends);
	bgp->history.blame = BGP_BLAME_NOBODY;
	bgp->history.established_count++;
	bgp->history.established_at = now_of(session);
	bgp_session_changed(session);
	bgp_routes_up(bgp);
	bgp_bfd_look(session);
	bgp_session_settle(session);
}

/* ---- and ends ---- */

/* An error that makes us wait; longer if it is not the first one lately. */
static void
error_count(struct bgp_session *session)
{
	const struct bgp_config *config = config_of(session);
	struct bgp_history *history = &session->bgp->history;
	usec_t now = now_of(session), wait = history->error_wait;
	if (history->error_at != 0 && now - history->error_at >= config->error_forget)
		wait = 0;
	history->error_wait = wait == 0 ? config->error_wait.least
					: MIN(2 * wait, config->error_wait.most);
	history->error_at = now;
}

/* RFC 4724 §4.2: routes stay, until the neighbour is back or its time is over. */
static void
routes_keep(struct bgp_session *session, const struct bgp_agreed *agreed)
{
	session->keeps = true;
	timer_start(&session->restart, agreed->restart_time);
	protocol_log(&session->bgp->protocol, LOG_INFO,
		     "Graceful restart: routes are kept for %lld s",
		     (long long)(agreed->restart_time / USEC_S));
	bgp_routes_down(session->bgp, agreed);
}

void
bgp_session_forget(struct bgp *bgp)
{
	struct bgp_session *session = bgp->session;
	if (!session->keeps)
		return;
	bgp_history_trouble(bgp, 0, "Graceful restart timed out");
	protocol_log(&bgp->protocol, LOG_INFO,
		     "Graceful restart: the neighbour did not come back");
	session_again(session);
}

static void
restart_fire(struct timer *timer)
{
	struct bgp_session *session = container_of(timer, struct bgp_session, restart);
	bgp_stale_wait_over(session->bgp);
	if (!bgp_stale_is_kept(session->bgp))
		bgp_session_forget(session->bgp);
}

/* By now the neighbour has let go of our routes, too. */
static void
comeback_fire(struct timer *timer)
{
	struct bgp_session *session = container_of(timer, struct bgp_session, comeback);
	if (!recovery_is_active(timer->router))
		return;
	protocol_log(&session->bgp->protocol, LOG_INFO,
		     "Graceful restart: the neighbour is not waited for any more");
	bgp_routes_give_up(session->bgp);
}

enum end {
	END_QUIET,   /* Nobody is to blame. */
	END_ERROR,   /* We wait before we try again. */
	END_DISABLE, /* We don't. */
};

/* A connection has ended; what follows.  Perhaps the session is gone behind it. */
static void
connection_ended(struct bgp_session *session, bool was_established, bool is_graceful,
		 enum end end)
{
	struct bgp *bgp = session->bgp;
	const struct bgp_fsm *last = session->established;
	/* What becomes of another connection is nothing to the session. */
	if (!was_established && last != NULL)
		return;
	if (end == END_ERROR && config_of(session)->disable_after_error)
		end = END_DISABLE;
	if (end == END_ERROR && !is_graceful)
		error_count(session);
	if (was_established) {
		bgp->history.lost_at = now_of(session);
		session->established = NULL;
		bgp_bfd_look(session);
		timer_stop(&session->send_hold);
	}
	if (end == END_DISABLE) {
		if (was_established)
			bgp_routes_down(bgp, NULL);
		protocol_log(&bgp->protocol, LOG_INFO, "Disabled after an error");
		protocol_disable(&bgp->protocol, NULL);
		return;
	}
	if (was_established && !is_graceful) {
		bgp_routes_down(bgp, NULL);
		/* Who erred must wait, so it is remembered. */
		if (end == END_ERROR)
			protocol_restart(&bgp->protocol, NULL);
		else
			session_again(session);
		return;
	}
	if (was_established)
		routes_keep(session, &last->agreed);
	else if (end == END_ERROR)
		fsms_end(session, NULL, NULL);
	if (!was_established && end == END_QUIET && config_of(session)->transient &&
	    !session->keeps && !is_under_way(session)) {
		session_again(session);
		return;
	}
	attempt_plan(session);
	for (unsigned i = 0; i < BGP_FSMS; i++)
		if (bgp_fsm_go_on(&session->fsms[i]))
			return;
}

/* The neighbour may come back to its routes. */
static bool
can_keep(const struct bgp_fsm *fsm)
{
	return bgp_stale_may_keep(&fsm->agreed);
}

void
bgp_session_lost(struct bgp_fsm *fsm, int error)
{
	struct bgp_session *session = fsm->session;
	bool was_established = session->established == fsm;
	const char *what = fsm->state == BGP_CONNECT ? "No answer" : "Connection closed";
	bgp_history_trouble(session->bgp, error, what);
	if (was_established)
		protocol_log(&session->bgp->protocol, LOG_REMOTE, "Session lost: %s",
			     error ? text_error(error) : what);
	else
		protocol_trace(&session->bgp->protocol, DEBUG_EVENTS,
			       "Connection failed: %s", error ? text_error(error) : what);
	bgp_fsm_end(fsm, NULL);
	connection_ended(session, was_established, can_keep(fsm), END_QUIET);
}

void
bgp_session_refuse(struct bgp_fsm *fsm, const struct bgp_failure *failure,
		   const char *what)
{
	struct bgp_session *session = fsm->session;
	bool was_established = session->established == fsm;
	bool is_cease = failure->code == BGP_ERROR_CEASE;
	bgp_history_sent(session->bgp, failure, what);
	bgp_fsm_end(fsm, failure);
	connection_ended(session, was_established,
			 can_keep(fsm) && fsm->agreed.notifications &&
				 !bgp_cease_is_hard(failure),
			 is_cease ? END_QUIET : END_ERROR);
}

/* RFC 9384: the neighbour is told, for it may hear us still. */
void
bgp_session_unreachable(struct bgp_session *session)
{
	struct bgp_fsm *fsm = session->established;
	bool keeps = config_of(session)->bfd.graceful && can_keep(fsm);
	bgp_history_trouble(session->bgp, 0, "BFD session down");
	protocol_log(&session->bgp->protocol, LOG_INFO, "Session lost: BFD session down");
	/* A graceful one is to look like a restart, so nothing is said. */
	bgp_fsm_end(fsm, keeps ? NULL : &bgp_cease_bfd_down);
	connection_ended(session, true, keeps, END_QUIET);
}

void
bgp_session_told(struct bgp_fsm *fsm, const struct bgp_failure *failure)
{
	struct bgp_session *session = fsm->session;
	bool was_established = session->established == fsm;
	const struct bgp_failure inner = bgp_cease_inner(failure);
	/* An option names those of RFC 4486. */
	uint32_t bit =
		1u << (inner.subcode <= BGP_CEASE_RESOURCES ? inner.subcode : BGP_CEASE);
	enum end end = inner.code != BGP_ERROR_CEASE                   ? END_ERROR
		       : config_of(session)->disable_after_cease & bit ? END_DISABLE
								       : END_QUIET;
	bgp_history_received(session->bgp, &inner);
	bgp_fsm_end(fsm, NULL);
	connection_ended(session, was_established,
			 can_keep(fsm) && fsm->agreed.notifications &&
				 !bgp_cease_is_hard(failure),
			 end);
}

static void
send_hold_fire(struct timer *timer)
{
	static const struct bgp_failure expired = { .code = BGP_ERROR_SEND_HOLD };
	struct bgp_session *session = container_of(timer, struct bgp_session, send_hold);
	bgp_session_refuse(session->established, &expired, NULL);
}

/* ---- failures that the side of routes finds ---- */

void
bgp_session_fail(struct bgp *bgp, const struct bgp_failure *failure, const char *what)
{
	struct bgp_session *session = bgp->session;
	if (session == NULL || session->fate.is_due)
		return;
	struct bgp_fate *fate = &session->fate;
	fate->is_due = true;
	fate->failure = *failure;
	fate->failure.size = MIN(failure->size, BGP_MESSAGE_MAX);
	if (fate->failure.size > 0) {
		uint8_t *data = pool_alloc_raw(bgp->protocol.pool, fate->failure.size);
		memcpy(data, failure->data, fate->failure.size);
		fate->failure.data = data;
	}
	text_format(fate->what, sizeof(fate->what), "%s", what);
	job_schedule(&session->fail);
}

void
bgp_session_settle(struct bgp_session *session)
{
	if (!session->fate.is_due)
		return;
	session->fate.is_due = false;
	job_cancel(&session->fail);
	if (session->established)
		bgp_session_refuse(session->established, &session->fate.failure,
				   session->fate.what);
}

static bool
fail_run(struct job *job, unsigned budget)
{
	(void)budget;
	bgp_session_settle(container_of(job, struct bgp_session, fail));
	return false;
}

/* ---- life ---- */

static void
listen_try(struct bgp_session *session)
{
	int error = bgp_listen(session);
	if (error == 0)
		return;
	if (!session->cannot_listen) {
		bgp_history_trouble(session->bgp, error, NULL);
		protocol_log(&session->bgp->protocol, LOG_ERROR, "Cannot listen: %s",
			     text_error(error));
	}
	session->cannot_listen = true;
	timer_start(&session->listen, LISTEN_RETRY);
}

static void
listen_fire(struct timer *timer)
{
	listen_try(container_of(timer, struct bgp_session, listen));
}

/* There is no way to the neighbour. */
static void
way_lost(struct bgp_session *session, const char *lacks)
{
	bool was_up = session->established != NULL || session->keeps;
	struct bgp *bgp = session->bgp;
	session->lacks = lacks;
	if (session->phase != BGP_WAITING) {
		timer_stop(&session->connect);
		timer_stop(&session->listen);
		bgp_listen_end(session);
	}
	session->phase = BGP_WAITING;
	if (!was_up) {
		fsms_end(session, NULL, NULL);
		bgp_session_changed(session);
		if (config_of(session)->transient)
			session_again(session);
		return;
	}
	/* What went over a link that is gone is not worth keeping. */
	bgp_history_trouble(bgp, 0, lacks);
	protocol_log(&bgp->protocol, LOG_INFO, "Session lost: %s", lacks);
	bool was_established = session->established != NULL;
	fsms_end(session, NULL, NULL);
	if (was_established)
		connection_ended(session, true, false, END_QUIET);
	else
		session_again(session);
}

void
bgp_session_look(struct bgp_session *session)
{
	const char *lacks = bgp_way_find(session);
	if (lacks == NULL && session->established &&
	    session->established->agreed.link != session->link)
		lacks = "The neighbour is on another link now";
	if (lacks != NULL) {
		way_lost(session, lacks);
		return;
	}
	if (session->phase == BGP_WAITING) {
		session->phase = BGP_IDLE_HOLD;
		session->cannot_listen = false;
		listen_try(session);
	}
	bgp_bfd_look(session);
	/* An option may say now that we connect, or that we don't. */
	attempt_plan(session);
}

int
bgp_session_start(struct bgp *bgp)
{
	struct router *router = bgp->protocol.router;
	struct bgp_session *session = pool_alloc(bgp->protocol.pool, sizeof(*session));
	bgp->session = session;
	session->bgp = bgp;
	for (unsigned i = 0; i < BGP_FSMS; i++)
		bgp_fsm_init(&session->fsms[i], session);
	timer_init(&session->connect, router, connect_fire);
	timer_init(&session->listen, router, listen_fire);
	timer_init(&session->send_hold, router, send_hold_fire);
	timer_init(&session->restart, router, restart_fire);
	timer_init(&session->comeback, router, comeback_fire);
	job_init(&session->fail, router, fail_run);
	bgp_routes_start(bgp);
	if (!recovery_is_known(router) || recovery_is_active(router))
		timer_start(&session->comeback, config_of(session)->restart_time);
	bgp_session_look(session);
	return 0;
}

void
bgp_session_stop(struct bgp *bgp, bool quietly)
{
	struct bgp_session *session = bgp->session;
	struct bgp_parting parting;
	if (session == NULL)
		return;
	bgp_parting_fill(&parting, &bgp->protocol,
			 session->established &&
				 session->established->agreed.notifications);
	if (session->established) {
		bgp->history.lost_at = now_of(session);
		const struct bgp_failure inner = bgp_cease_inner(&parting.failure);
		if (!quietly)
			bgp_history_sent(bgp, &inner, NULL);
		session->established = NULL;
		bgp_bfd_look(session);
		bgp_routes_down(bgp, NULL);
	}
	bgp_routes_stop(bgp, quietly);
	/* The words of who stopped it say more than an error of the past. */
	if (bgp->protocol.message != NULL)
		bgp->history.blame = BGP_BLAME_NOBODY;
	/* Nor is anybody to wait for that who wants it otherwise now. */
	if (bgp->protocol.next != NULL || bgp->protocol.disabled)
		bgp->history.error_wait = 0;
	session->phase = BGP_WAITING;
	session->lacks = NULL;
	fsms_end(session, NULL, quietly ? NULL : &parting.failure);
	bgp_listen_end(session);
	timer_stop(&session->connect);
	timer_stop(&session->listen);
	timer_stop(&session->send_hold);
	timer_stop(&session->restart);
	timer_stop(&session->comeback);
	job_cancel(&session->fail);
	bgp->session = NULL;
	bgp_session_changed(session);
}

/* ---- audit ---- */

void
bgp_session_audit(const struct bgp *bgp)
{
	const struct bgp_session *session = bgp->session;
	assert((session != NULL) == protocol_is_running(&bgp->protocol));
	if (session == NULL)
		return;
	for (unsigned i = 0; i < BGP_FSMS; i++) {
		bgp_fsm_audit(&session->fsms[i]);
		assert(session->phase == BGP_STARTED ||
		       session->fsms[i].state == BGP_IDLE);
	}
	bool is_up = bgp->protocol.state == PROTOCOL_UP;
	assert(is_up == (session->established != NULL || session->keeps));
	assert(!session->keeps || session->established == NULL);
	assert(session->keeps || !timer_is_running(&session->restart));
	assert(!session->keeps || timer_is_running(&session->restart) ||
	       bgp_stale_is_kept(bgp));
	assert(session->phase != BGP_WAITING || session->listener == NULL);
	assert(session->phase != BGP_IDLE_HOLD || timer_is_running(&session->connect));
	/* A connection is attempted, unless that is the neighbour's business. */
	assert(session->phase != BGP_STARTED || is_busy(session) || is_passive(session) ||
	       timer_is_running(&session->connect));
}
