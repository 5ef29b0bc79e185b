/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of an instance; see state.h.  Knows how far the parts of a session are, and
 * changes none.
 */
#include "proto/bgp/state.h"

#include "lib/text.h"
#include "nest/router.h"
#include "nest/subscribe.h"
#include "proto/bgp/history.h"
#include "proto/bgp/mrt.h"
#include "proto/bgp/session_private.h"

enum bgp_state
bgp_state(const struct bgp *bgp)
{
	const struct bgp_session *session = bgp->session;
	enum bgp_state state = BGP_IDLE;
	if (session == NULL)
		return BGP_IDLE;
	for (unsigned i = 0; i < BGP_FSMS; i++)
		state = MAX(state, session->fsms[i].state);
	if (state < BGP_OPEN_SENT && session->attempts.phase == BGP_STARTED)
		state = state == BGP_CONNECT ? BGP_CONNECT : BGP_ACTIVE;
	return state;
}

const char *
bgp_state_name(enum bgp_state state)
{
	static const char *const names[] = {
		[BGP_IDLE] = "Idle",
		[BGP_CONNECT] = "Connect",
		[BGP_ACTIVE] = "Active",
		[BGP_OPEN_SENT] = "OpenSent",
		[BGP_OPEN_CONFIRM] = "OpenConfirm",
		[BGP_ESTABLISHED] = "Established",
	};
	return names[state];
}

void
bgp_state_changed(const struct bgp_session *session)
{
	struct bgp *bgp = session->bgp;
	const struct bgp_attempts *attempts = &session->attempts;
	const char *lacks = attempts->phase == BGP_WAITING ? attempts->lacks : NULL;
	const char *class = lacks ? "" : bgp_blame_class(bgp);
	const char *words = lacks ? lacks : bgp_blame_words(bgp);
	text_format(bgp->history.info, sizeof(bgp->history.info),
		    bgp->session ? "%-14s%s%s" : "%s%s%s",
		    bgp->session ? bgp_state_name(bgp_state(bgp)) : "", class, words);
	bgp_mrt_state(bgp);
	subscribe_changed(bgp->protocol.router, SUBSCRIBE_PROTOCOLS);
}

void
bgp_state_again(const struct bgp_session *session)
{
	struct protocol *protocol = &session->bgp->protocol;
	if (bgp_session_config(session)->transient)
		protocol_remove(protocol);
	else
		protocol_restart(protocol, NULL);
}
