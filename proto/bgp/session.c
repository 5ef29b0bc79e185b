/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The session: a connection becomes it, and what follows when one ends.
 */
#include "proto/bgp/session_private.h"

#include <assert.h>
#include <string.h>

#include "lib/pool.h"
#include "lib/text.h"
#include "nest/router.h"
#include "proto/bgp/agree.h"
#include "proto/bgp/bfd.h"
#include "proto/bgp/cease.h"
#include "proto/bgp/history.h"
#include "proto/bgp/routes.h"
#include "proto/bgp/stale.h"
#include "proto/bgp/way.h"

/* ---- what others see ---- */

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

/* ---- the session begins ---- */

static void
fsms_end(struct bgp_session *session, const struct bgp_fsm *but,
	 const struct bgp_failure *last)
{
	for (unsigned i = 0; i < BGP_FSMS; i++)
		if (&session->fsms[i] != but)
			bgp_fsm_end(&session->fsms[i], last);
}

void
bgp_session_established(struct bgp_fsm *fsm)
{
	struct bgp_session *session = fsm->session;
	struct bgp *bgp = session->bgp;
	fsms_end(session, fsm, &bgp_cease_collision);
	bgp_attempts_rest(session);
	bgp_restart_end(session);
	session->established = fsm;
	fsm->agreed.link = session->link;
	fsm->agreed.ends = fsm->ends;
	/* Of options that may have changed since the OPEN. */
	bgp_agree_anew(bgp, &fsm->agreed);
	bgp->history.blame = BGP_BLAME_NOBODY;
	bgp->history.established_count++;
	bgp->history.established_at = bgp_session_now(session);
	bgp_state_changed(session);
	bgp_routes_up(bgp);
	bgp_bfd_look(session);
	bgp_session_settle(session);
}

/* ---- and ends ---- */

enum end {
	END_QUIET,   /* Nobody is to blame. */
	END_ERROR,   /* We wait before we try again. */
	END_DISABLE, /* We don't. */
};

static void
disable(struct bgp_session *session)
{
	protocol_log(&session->bgp->protocol, LOG_INFO, "Disabled after an error");
	protocol_disable(&session->bgp->protocol, NULL);
}

/* What other connections waited for is known now; new ones are attempted. */
static void
others_go_on(struct bgp_session *session)
{
	bgp_attempts_plan(session);
	for (unsigned i = 0; i < BGP_FSMS; i++)
		if (bgp_fsm_go_on(&session->fsms[i]))
			return;
}

/* A connection ended before there was a session. */
static void
attempt_failed(struct bgp_session *session, enum end end)
{
	bool is_transient = bgp_session_config(session)->transient;
	if (end == END_DISABLE) {
		disable(session);
		return;
	}
	if (end == END_ERROR) {
		fsms_end(session, NULL, NULL);
	} else if (is_transient && !session->restart.is_awaited &&
		   !bgp_attempts_is_under_way(session)) {
		bgp_state_again(session);
		return;
	}
	others_go_on(session);
}

/* The session that ran by `agreed` ended; `keeps`: the neighbour's routes stay. */
static void
session_ended(struct bgp_session *session, const struct bgp_agreed *agreed, bool keeps,
	      enum end end)
{
	struct bgp *bgp = session->bgp;
	bgp->history.lost_at = bgp_session_now(session);
	session->established = NULL;
	bgp_bfd_look(session);
	timer_stop(&session->send_hold);
	if (keeps && end != END_DISABLE) {
		bgp_restart_await(session, agreed);
		others_go_on(session);
		return;
	}
	bgp_routes_down(bgp, NULL);
	/* Who erred must wait, so it is remembered. */
	if (end == END_DISABLE)
		disable(session);
	else if (end == END_ERROR)
		protocol_restart(&bgp->protocol, NULL);
	else
		bgp_state_again(session);
}

/* A connection has ended that was the session, or not; what follows.  Perhaps the session
 * is gone behind it. */
static void
connection_ended(struct bgp_fsm *fsm, bool was_established, bool keeps, enum end end)
{
	struct bgp_session *session = fsm->session;
	/* What becomes of another connection is nothing to the session. */
	if (!was_established && session->established != NULL) {
		session->bgp->history.blame = BGP_BLAME_NOBODY;
		bgp_state_changed(session);
		return;
	}
	if (end == END_ERROR && bgp_session_config(session)->disable_after_error)
		end = END_DISABLE;
	/* A graceful end costs no wait: the neighbour is to come back to its routes. */
	if (end == END_ERROR && !(was_established && keeps))
		bgp_attempts_delay(session);
	if (was_established)
		session_ended(session, &fsm->agreed, keeps, end);
	else
		attempt_failed(session, end);
}

/* RFC 8538 §2: routes stay behind this one, in either direction. */
static bool
notification_keeps(const struct bgp_fsm *fsm, const struct bgp_failure *failure)
{
	return bgp_stale_may_keep(&fsm->agreed) && fsm->agreed.notifications &&
	       !bgp_cease_is_hard(failure);
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
	connection_ended(fsm, was_established, bgp_stale_may_keep(&fsm->agreed),
			 END_QUIET);
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
	connection_ended(fsm, was_established, notification_keeps(fsm, failure),
			 is_cease ? END_QUIET : END_ERROR);
}

/* What the neighbour's NOTIFICATION asks of us. */
static enum end
end_of(const struct bgp_session *session, const struct bgp_failure *failure)
{
	/* `disable after cease` names those of RFC 4486. */
	unsigned subcode =
		failure->subcode <= BGP_CEASE_RESOURCES ? failure->subcode : BGP_CEASE;
	if (failure->code != BGP_ERROR_CEASE)
		return END_ERROR;
	return bgp_session_config(session)->disable_after_cease & 1u << subcode
		       ? END_DISABLE
		       : END_QUIET;
}

void
bgp_session_told(struct bgp_fsm *fsm, const struct bgp_failure *failure)
{
	struct bgp_session *session = fsm->session;
	bool was_established = session->established == fsm;
	const struct bgp_failure inner = bgp_cease_inner(failure);
	bgp_history_received(session->bgp, &inner);
	bgp_fsm_end(fsm, NULL);
	connection_ended(fsm, was_established, notification_keeps(fsm, failure),
			 end_of(session, &inner));
}

/* RFC 9384: the neighbour is told, for it may hear us still. */
void
bgp_session_unreachable(struct bgp_session *session)
{
	struct bgp_fsm *fsm = session->established;
	bool keeps = bgp_session_config(session)->bfd.graceful &&
		     bgp_stale_may_keep(&fsm->agreed);
	bgp_history_trouble(session->bgp, 0, "BFD session down");
	protocol_log(&session->bgp->protocol, LOG_INFO, "Session lost: BFD session down");
	/* A graceful one is to look like a restart, so nothing is said. */
	bgp_fsm_end(fsm, keeps ? NULL : &bgp_cease_bfd_down);
	connection_ended(fsm, true, keeps, END_QUIET);
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

/* There is no way to the neighbour. */
static void
way_lost(struct bgp_session *session, const char *lacks)
{
	bool was_up = session->established != NULL || session->restart.is_awaited;
	struct bgp *bgp = session->bgp;
	bgp_attempts_wait(session, lacks);
	if (!was_up) {
		fsms_end(session, NULL, NULL);
		bgp_state_changed(session);
		if (bgp_session_config(session)->transient)
			bgp_state_again(session);
		return;
	}
	/* What went over a link that is gone is not worth keeping. */
	bgp_history_trouble(bgp, 0, lacks);
	protocol_log(&bgp->protocol, LOG_INFO, "Session lost: %s", lacks);
	struct bgp_fsm *established = session->established;
	fsms_end(session, NULL, NULL);
	if (established != NULL)
		connection_ended(established, true, false, END_QUIET);
	else
		bgp_state_again(session);
}

/* What waits to be sent does so for another time now, from here on. */
static void
agree_anew(struct bgp_session *session)
{
	struct bgp_fsm *fsm = session->established;
	usec_t before = fsm->agreed.send_hold;
	bgp_agree_anew(session->bgp, &fsm->agreed);
	if (fsm->agreed.send_hold == before)
		return;
	timer_stop(&session->send_hold);
	if (fsm->agreed.send_hold > 0 && fsm->connection.queued > 0)
		timer_start(&session->send_hold, fsm->agreed.send_hold);
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
	if (session->established != NULL)
		agree_anew(session);
	bgp_attempts_begin(session);
	bgp_bfd_look(session);
	/* An option may say now that we connect, or that we don't. */
	bgp_attempts_plan(session);
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
	bgp_attempts_init(session);
	timer_init(&session->send_hold, router, send_hold_fire);
	bgp_restart_init(session);
	job_init(&session->fail, router, fail_run);
	bgp_routes_start(bgp);
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
		bgp->history.lost_at = bgp_session_now(session);
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
	bgp_attempts_wait(session, NULL);
	fsms_end(session, NULL, quietly ? NULL : &parting.failure);
	timer_stop(&session->send_hold);
	bgp_restart_end(session);
	job_cancel(&session->fail);
	bgp->session = NULL;
	bgp_state_changed(session);
}

/* ---- audit ---- */

void
bgp_session_audit(const struct bgp *bgp)
{
	const struct bgp_session *session = bgp->session;
	assert((session != NULL) == protocol_is_running(&bgp->protocol));
	if (session == NULL)
		return;
	for (unsigned i = 0; i < BGP_FSMS; i++)
		bgp_fsm_audit(&session->fsms[i]);
	bgp_attempts_audit(session);
	bgp_restart_audit(session);
	assert((bgp->protocol.state == PROTOCOL_UP) ==
	       (session->established != NULL || session->restart.is_awaited));
}
