/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connection collision (RFC 4271 §6.8, RFC 6286 §2.3, RFC 4724 §5).
 *
 * By the letter each end chooses when it hears an OPEN, and among connections in
 * OpenConfirm alone.  But a KEEPALIVE by one connection and an OPEN by the other pass
 * each other: at one end the connection is Established already that the other end closes,
 * and who is Established gives up the other one, so that none is left and routes go.
 * Hence
 *
 * - an OPEN is confirmed by our KEEPALIVE, without which the other end is not
 * Established, only when no other connection is on its way; until that is known it
 * is held back;
 * - who is confirmed has won: other connections end, and one that comes later is
 * parked, neither read nor answered, so that the other end hears no OPEN for which it
 * would give up what we confirmed;
 * - just behind Established it is parked, too: it was on its way then, or the
 * neighbour has restarted already.  Its host tells: our KEEPALIVE by the session is
 * answered by a reset where nobody knows of that any more.
 *
 * None of this lasts long: the other end may be gone, or not do as we do.
 */
#include "proto/bgp/collision.h"

#include "nest/router.h"
#include "proto/bgp/cease.h"
#include "proto/bgp/session_private.h"

/* A connection is on its way for so long at most: one that nobody answers (a firewall may
 * eat it), one whose OPEN is awaited. */
#define CONNECT_MOST   (2 * USEC_S)
#define OPEN_SENT_MOST (5 * USEC_S)
/* Much less, for the other end may hold back by the one what we await by the other.
 */
#define PARK_MOST (500 * USEC_MS)
/* A session is that young: who connects again need not have restarted. */
#define FRESH (5 * USEC_S)
/* For the reset: some round trips. */
#define ASK_MOST (2 * USEC_S)

/* RFC 4271 §6.8, RFC 6286 §2.3: of two connections, that of the higher identifier stays.
 */
static bool
ours_counts(const struct bgp_fsm *fsm)
{
	const struct bgp_open *ours = &fsm->ours, *theirs = &fsm->theirs;
	return ours->id != theirs->id ? ours->id > theirs->id : ours->as > theirs->as;
}

bool
bgp_collision_won(struct bgp_fsm *fsm)
{
	struct bgp_fsm *other = bgp_fsm_other(fsm);
	if (other->state == BGP_OPEN_CONFIRM) {
		if (fsm->incoming == ours_counts(fsm))
			return false;
		bgp_session_refuse(other, &bgp_cease_collision, NULL);
	}
	/* RFC 4724 §5: it has forgotten the other one. */
	if (other->state == BGP_ESTABLISHED) {
		if (!other->agreed.restart)
			return false;
		bgp_session_lost(other, 0);
	}
	return fsm->state == BGP_OPEN_SENT;
}

usec_t
bgp_collision_hold(struct bgp_fsm *fsm)
{
	const struct bgp_fsm *other = bgp_fsm_other(fsm);
	usec_t most = other->state == BGP_CONNECT     ? CONNECT_MOST
		      : other->state == BGP_OPEN_SENT ? OPEN_SENT_MOST
						      : 0;
	/* The other end's hold timer runs already; the other connection may be in both
	 * states.
	 */
	if (fsm->agreed.hold > 0)
		most = MIN(most, fsm->agreed.hold / 3);
	return MAX(other->since + most - router_now(fsm->connection.router), 0);
}

usec_t
bgp_collision_park(struct bgp_fsm *fsm)
{
	const struct bgp_fsm *other = bgp_fsm_other(fsm);
	if (other->state == BGP_ESTABLISHED && bgp_collision_is_fresh(fsm->session))
		return ASK_MOST;
	return other->state == BGP_OPEN_CONFIRM ? PARK_MOST : 0;
}

bool
bgp_collision_is_fresh(const struct bgp_session *session)
{
	const struct bgp *bgp = session->bgp;
	return router_now(bgp->protocol.router) - bgp->history.established_at < FRESH;
}
