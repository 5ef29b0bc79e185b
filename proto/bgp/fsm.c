/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The finite state machine of a connection: its timers, what comes in each state, what
 * goes.
 */
#include "proto/bgp/fsm.h"

#include <assert.h>
#include <string.h>

#include "nest/router.h"
#include "proto/bgp/agree.h"
#include "proto/bgp/cease.h"
#include "proto/bgp/collision.h"
#include "proto/bgp/mrt.h"
#include "proto/bgp/routes.h"
#include "proto/bgp/session_private.h"

#define GRACE (100 * USEC_MS) /* See hold_fire(). */

static struct bgp_fsm *
fsm_of(struct bgp_connection *connection)
{
	return container_of(connection, struct bgp_fsm, connection);
}

static const struct bgp_config *
config_of(const struct bgp_fsm *fsm)
{
	return bgp_config(&fsm->session->bgp->protocol);
}

static void
state_set(struct bgp_fsm *fsm, enum bgp_state state)
{
	fsm->state = state;
	fsm->since = router_now(fsm->connection.router);
	protocol_trace(&fsm->session->bgp->protocol, DEBUG_STATES, "%s connection: %s",
		       fsm->incoming ? "Incoming" : "Outgoing", bgp_state_name(state));
	bgp_state_changed(fsm->session);
}

/* ---- timers ---- */

/* 0: never. */
static void
hold_start(struct bgp_fsm *fsm, usec_t hold)
{
	fsm->is_late = false;
	if (hold > 0)
		timer_start(&fsm->hold, hold);
	else
		timer_stop(&fsm->hold);
}

static bool
is_parked(const struct bgp_fsm *fsm)
{
	return fsm->state == BGP_CONNECT && fsm->incoming;
}

static void
hold_fire(struct timer *timer)
{
	static const struct bgp_failure expired = { .code = BGP_ERROR_HOLD };
	struct bgp_fsm *fsm = container_of(timer, struct bgp_fsm, hold);
	if (bgp_fsm_go_on(fsm))
		return;
	if (fsm->state == BGP_CONNECT) {
		bgp_session_lost(fsm, 0);
		return;
	}
	/* We may have been kept from reading: what came meanwhile is told before this
	 * fires again. */
	if (!fsm->is_late) {
		fsm->is_late = true;
		timer_start(&fsm->hold, GRACE);
		return;
	}
	bgp_session_refuse(fsm, &expired, NULL);
}

static void
keepalive_say(struct bgp_fsm *fsm)
{
	uint8_t bytes[BGP_HEADER_SIZE];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	bgp_keepalive_write(&out);
	bgp_connection_say(&fsm->connection, &out);
}

/* RFC 4271 §10: with jitter. */
static void
keepalive_start(struct bgp_fsm *fsm)
{
	usec_t time = fsm->agreed.keepalive;
	if (time > 0)
		timer_start(&fsm->keepalive,
			    router_jitter(fsm->connection.router, time * 3 / 4, time));
}

static void
keepalive_fire(struct timer *timer)
{
	struct bgp_fsm *fsm = container_of(timer, struct bgp_fsm, keepalive);
	/* What waits says that we are there, as soon as the neighbour reads it. */
	if (fsm->connection.queued == 0)
		keepalive_say(fsm);
	keepalive_start(fsm);
}

void
bgp_fsm_ask(struct bgp_fsm *fsm)
{
	usec_t now = router_now(fsm->session->bgp->protocol.router);
	/* RFC 4271 §4.4: not more often than once a second. */
	if (now < fsm->asks_from || fsm->connection.queued > 0)
		return;
	fsm->asks_from = now + USEC_S;
	keepalive_say(fsm);
	keepalive_start(fsm);
}

/* ---- what comes ---- */

/* RFC 6608 §3 */
static void
unexpected(struct bgp_fsm *fsm, enum bgp_type type)
{
	uint8_t what = (uint8_t)type;
	struct bgp_failure failure = {
		.code = BGP_ERROR_FSM,
		.subcode = (uint8_t)(fsm->state - BGP_OPEN_SENT + 1),
		.data = &what,
		.size = 1,
	};
	bgp_session_refuse(fsm, &failure, NULL);
}

/* The name is copied out of the message. */
static void
host_keep(struct bgp_fsm *fsm)
{
	struct bgp_capabilities *theirs = &fsm->theirs.capabilities;
	if (theirs->host_size > 0)
		memcpy(fsm->host, theirs->host, theirs->host_size);
	fsm->host[theirs->host_size] = '\0';
	for (char *at = fsm->host; *at != '\0'; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
	theirs->host = fsm->host;
	theirs->domain = NULL;
	theirs->domain_size = 0;
}

static void
keepalive_heard(struct bgp_fsm *fsm)
{
	fsm->was_confirmed = true;
	if (fsm->is_held)
		return;
	state_set(fsm, BGP_ESTABLISHED);
	bgp_session_established(fsm);
}

/* The neighbour's OPEN: this connection stays, and no other. */
static void
confirm(struct bgp_fsm *fsm)
{
	fsm->is_held = false;
	bgp_fsm_end(bgp_fsm_other(fsm), &bgp_cease_collision);
	keepalive_say(fsm);
	keepalive_start(fsm);
	hold_start(fsm, fsm->agreed.hold);
	if (fsm->was_confirmed)
		keepalive_heard(fsm);
}

static void
open_heard(struct bgp_fsm *fsm, const uint8_t *body, size_t size)
{
	struct bgp_failure failure;
	const char *what = NULL;
	if (!bgp_open_read(body, size, &fsm->theirs, &failure)) {
		bgp_session_refuse(fsm, &failure, NULL);
		return;
	}
	host_keep(fsm);
	if (!bgp_agree(fsm->session->bgp, &fsm->ours, &fsm->theirs, &fsm->agreed,
		       &failure, &what)) {
		bgp_session_refuse(fsm, &failure, what);
		return;
	}
	if (!bgp_collision_won(fsm)) {
		if (fsm->state != BGP_IDLE)
			bgp_session_refuse(fsm, &bgp_cease_collision, NULL);
		return;
	}
	fsm->connection.message_max = fsm->agreed.message_max;
	fsm->is_held = true;
	state_set(fsm, BGP_OPEN_CONFIRM);
	bgp_fsm_go_on(fsm);
}

/* RFC 7313 §5: it is told the whole message. */
static void
refresh_refuse(struct bgp_fsm *fsm, struct bgp_failure *failure, const uint8_t *body,
	       size_t size)
{
	failure->data = body - BGP_HEADER_SIZE;
	failure->size = BGP_HEADER_SIZE + size;
	bgp_session_refuse(fsm, failure, NULL);
}

static void
refresh_heard(struct bgp_fsm *fsm, const uint8_t *body, size_t size)
{
	const struct bgp_agreed *agreed = &fsm->agreed;
	struct bgp_failure failure;
	enum bgp_family family;
	enum bgp_refresh kind;
	if (!bgp_refresh_read(body, size, &family, &kind, &failure)) {
		/* RFC 7313 §5: if it knows of such errors. */
		if (failure.code != 0 && (agreed->enhanced_refresh || size < 4))
			refresh_refuse(fsm, &failure, body, size);
		return;
	}
	/* RFC 2918 §4, RFC 7313 §4: what was not agreed on is passed over. */
	if (agreed->families[family] && agreed->refresh &&
	    (kind == BGP_REFRESH_ASK || agreed->enhanced_refresh))
		bgp_routes_refresh(fsm->session->bgp, family, kind);
}

static void
established_heard(struct bgp_fsm *fsm, enum bgp_type type, const uint8_t *body,
		  size_t size)
{
	switch (type) {
	case BGP_UPDATE:
		fsm->session->updates_in++;
		bgp_routes_update(fsm->session->bgp, body, size);
		break;
	case BGP_ROUTE_REFRESH: refresh_heard(fsm, body, size); break;
	case BGP_OPEN: unexpected(fsm, type); break;
	case BGP_NOTIFICATION:
	case BGP_KEEPALIVE: break;
	}
	bgp_session_settle(fsm->session);
}

static void
message_heard(struct bgp_connection *connection, enum bgp_type type, const uint8_t *body,
	      size_t size)
{
	struct bgp_fsm *fsm = fsm_of(connection);
	const struct bgp_mrt_message heard = { BGP_MRT_HEARD, type, body, size };
	struct bgp_failure failure;
	fsm->was_heard = true;
	bgp_mrt_message(fsm, &heard);
	if (type == BGP_NOTIFICATION) {
		bgp_notification_read(body, size, &failure);
		bgp_session_told(fsm, &failure);
	} else if (fsm->state == BGP_ESTABLISHED) {
		established_heard(fsm, type, body, size);
	} else if (fsm->state == BGP_OPEN_SENT && type == BGP_OPEN) {
		open_heard(fsm, body, size);
	} else if (fsm->state == BGP_OPEN_CONFIRM && type == BGP_KEEPALIVE) {
		keepalive_heard(fsm);
	} else {
		unexpected(fsm, type);
	}
}

/* RFC 4271 §8.2.2: whole messages alone prove that the neighbour is there. */
static void
all_heard(struct bgp_connection *connection)
{
	struct bgp_fsm *fsm = fsm_of(connection);
	if (fsm->was_heard && fsm->state > BGP_OPEN_SENT && !fsm->is_held)
		hold_start(fsm, fsm->agreed.hold);
	fsm->was_heard = false;
	if (fsm->state == BGP_ESTABLISHED) {
		bgp_routes_heard(fsm->session->bgp);
		bgp_session_settle(fsm->session);
	}
}

static void
connection_broken(struct bgp_connection *connection, const struct bgp_failure *failure)
{
	bgp_session_refuse(fsm_of(connection), failure, NULL);
}

static void
connection_closed(struct bgp_connection *connection, int error)
{
	bgp_session_lost(fsm_of(connection), error);
}

/* ---- what goes ---- */

static void
open_say(struct bgp_fsm *fsm)
{
	uint8_t bytes[BGP_MESSAGE_MAX];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	bgp_open_make(fsm->session->bgp, &fsm->ours);
	bgp_open_write(&out, &fsm->ours);
	bgp_connection_say(&fsm->connection, &out);
	hold_start(fsm, config_of(fsm)->startup_hold);
	state_set(fsm, BGP_OPEN_SENT);
}

static void
ends_keep(struct bgp_fsm *fsm)
{
	struct bgp_connection *connection = &fsm->connection;
	connection->router->sys->class->tcp_ends(connection->stream, &fsm->ends);
}

static void
connection_stands(struct bgp_connection *connection)
{
	struct bgp_fsm *fsm = fsm_of(connection);
	ends_keep(fsm);
	open_say(fsm);
}

static bool
sent_is_watched(const struct bgp_connection *connection)
{
	const struct bgp_fsm *fsm = container_of(connection, struct bgp_fsm, connection);
	return bgp_mrt_wants(fsm->session->bgp, BGP_MRT_SENT);
}

static void
message_sent(struct bgp_connection *connection, enum bgp_type type, const uint8_t *body,
	     size_t size)
{
	const struct bgp_mrt_message sent = { BGP_MRT_SENT, type, body, size };
	bgp_mrt_message(fsm_of(connection), &sent);
}

/* RFC 9687 §3.2: the timer runs while something waits, anew with each chunk that leaves;
 * a byte now and then is not enough. */
static void
connection_written(struct bgp_connection *connection, bool moved)
{
	struct bgp_fsm *fsm = fsm_of(connection);
	struct timer *timer = &fsm->session->send_hold;
	if (fsm->state != BGP_ESTABLISHED || fsm->agreed.send_hold == 0)
		return;
	if (connection->queued == 0)
		timer_stop(timer);
	else if (moved || !timer_is_running(timer))
		timer_start(timer, fsm->agreed.send_hold);
}

static void
connection_writable(struct bgp_connection *connection)
{
	struct bgp_fsm *fsm = fsm_of(connection);
	if (fsm->state != BGP_ESTABLISHED)
		return;
	bgp_routes_write(fsm->session->bgp);
	bgp_session_settle(fsm->session);
}

/* ---- life ---- */

static const struct bgp_connection_ops connection_ops = {
	.connected = connection_stands,
	.message = message_heard,
	.heard = all_heard,
	.broken = connection_broken,
	.closed = connection_closed,
	.is_watched = sent_is_watched,
	.sent = message_sent,
	.written = connection_written,
	.writable = connection_writable,
};

struct bgp_fsm *
bgp_fsm_other(struct bgp_fsm *fsm)
{
	struct bgp_fsm *fsms = fsm->session->fsms;
	return fsm == fsms ? &fsms[1] : fsms;
}

void
bgp_fsm_init(struct bgp_fsm *fsm, struct bgp_session *session)
{
	struct router *router = session->bgp->protocol.router;
	fsm->session = session;
	fsm->state = BGP_IDLE;
	bgp_connection_init(&fsm->connection, router, &connection_ops);
	timer_init(&fsm->hold, router, hold_fire);
	timer_init(&fsm->keepalive, router, keepalive_fire);
}

void
bgp_fsm_connect(struct bgp_fsm *fsm, const struct sys_tcp_args *args)
{
	fsm->incoming = false;
	state_set(fsm, BGP_CONNECT);
	hold_start(fsm, config_of(fsm)->connect_retry);
	int error = bgp_connection_open(&fsm->connection, args);
	if (error)
		bgp_session_lost(fsm, error);
}

static void
pause_reading(struct bgp_fsm *fsm, bool paused)
{
	struct bgp_connection *connection = &fsm->connection;
	connection->router->sys->class->stream_pause(connection->stream, paused);
}

void
bgp_fsm_accept(struct bgp_fsm *fsm, struct sys_stream *stream)
{
	usec_t time = bgp_collision_park(fsm);
	fsm->incoming = true;
	bgp_connection_accept(&fsm->connection, stream);
	ends_keep(fsm);
	if (time == 0) {
		open_say(fsm);
		return;
	}
	pause_reading(fsm, true);
	hold_start(fsm, time);
	state_set(fsm, BGP_CONNECT);
}

bool
bgp_fsm_go_on(struct bgp_fsm *fsm)
{
	if (fsm->is_held) {
		usec_t hold = bgp_collision_hold(fsm);
		if (hold > 0)
			hold_start(fsm, hold);
		else
			confirm(fsm);
		return true;
	}
	if (!is_parked(fsm))
		return false;
	if (fsm->session->established != NULL) {
		protocol_trace(&fsm->session->bgp->protocol, DEBUG_EVENTS,
			       "An incoming connection came late");
		bgp_fsm_end(fsm, &bgp_cease_collision);
		return true;
	}
	open_say(fsm);
	pause_reading(fsm, false);
	return true;
}

void
bgp_fsm_end(struct bgp_fsm *fsm, const struct bgp_failure *last)
{
	if (fsm->state == BGP_IDLE)
		return;
	bgp_connection_close(&fsm->connection, last);
	timer_stop(&fsm->hold);
	timer_stop(&fsm->keepalive);
	fsm->was_heard = fsm->was_confirmed = fsm->is_held = false;
	state_set(fsm, BGP_IDLE);
}

void
bgp_fsm_audit(const struct bgp_fsm *fsm)
{
	const struct bgp_connection *connection = &fsm->connection;
	size_t queued = 0;
	for (uint32_t i = connection->begin; i < connection->end; i++)
		queued += connection->pieces[i].end - connection->pieces[i].begin;
	assert(queued - connection->sent == connection->queued);
	assert((fsm->state == BGP_IDLE) == (connection->stream == NULL));
	assert(fsm->state != BGP_ACTIVE);
	assert(fsm->state <= BGP_CONNECT || connection->stands);
	assert(fsm->state != BGP_IDLE || !timer_is_running(&fsm->hold));
	assert(fsm->state >= BGP_OPEN_CONFIRM || !timer_is_running(&fsm->keepalive));
	assert((fsm->state == BGP_ESTABLISHED) == (fsm->session->established == fsm));
}
