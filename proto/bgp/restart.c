/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Graceful restart: how long either end is waited for.
 */
#include "proto/bgp/restart.h"

#include <assert.h>

#include "nest/router.h"
#include "proto/bgp/history.h"
#include "proto/bgp/routes.h"
#include "proto/bgp/session_private.h"
#include "proto/bgp/stale.h"

static void
away_fire(struct timer *timer)
{
	struct bgp_session *session =
		container_of(timer, struct bgp_session, restart.away);
	bgp_stale_wait_over(session->bgp);
	if (!bgp_stale_is_kept(session->bgp))
		bgp_restart_forget(session->bgp);
}

/* By now the neighbour has let go of our routes, too. */
static void
ended_fire(struct timer *timer)
{
	struct bgp_session *session =
		container_of(timer, struct bgp_session, restart.ended);
	if (!recovery_is_active(timer->router))
		return;
	protocol_log(&session->bgp->protocol, LOG_INFO,
		     "Graceful restart: the neighbour is not waited for any more");
	bgp_routes_give_up(session->bgp);
}

void
bgp_restart_init(struct bgp_session *session)
{
	struct bgp_restart *restart = &session->restart;
	struct router *router = session->bgp->protocol.router;
	timer_init(&restart->away, router, away_fire);
	timer_init(&restart->ended, router, ended_fire);
	if (!recovery_is_known(router) || recovery_is_active(router))
		timer_start(&restart->ended, bgp_session_config(session)->restart_time);
}

void
bgp_restart_await(struct bgp_session *session, const struct bgp_agreed *agreed)
{
	session->restart.is_awaited = true;
	timer_start(&session->restart.away, agreed->restart_time);
	protocol_log(&session->bgp->protocol, LOG_INFO,
		     "Graceful restart: routes are kept for %lld s",
		     (long long)(agreed->restart_time / USEC_S));
	bgp_routes_down(session->bgp, agreed);
}

void
bgp_restart_end(struct bgp_session *session)
{
	timer_stop(&session->restart.away);
	timer_stop(&session->restart.ended);
	session->restart.is_awaited = false;
}

void
bgp_restart_forget(struct bgp *bgp)
{
	if (!bgp->session->restart.is_awaited)
		return;
	bgp_history_trouble(bgp, 0, "Graceful restart timed out");
	protocol_log(&bgp->protocol, LOG_INFO,
		     "Graceful restart: the neighbour did not come back");
	bgp_state_again(bgp->session);
}

void
bgp_restart_audit(const struct bgp_session *session)
{
	const struct bgp_restart *restart = &session->restart;
	bool is_running = timer_is_running(&restart->away);
	assert(!restart->is_awaited || session->established == NULL);
	assert(restart->is_awaited || !is_running);
	assert(!restart->is_awaited || is_running || bgp_stale_is_kept(session->bgp));
}
