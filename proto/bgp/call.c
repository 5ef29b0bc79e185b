/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One call, ours or the neighbour's: from asking for a connection to Established (RFC
 * 4271 §8.2.2), and what comes in each state.
 */
#include "proto/bgp/session_private.h"

#include <string.h>

#include "nest/router.h"
#include "proto/bgp/routes.h"

#define GRACE (100 * USEC_MS) /* See hold_fire(). */

static struct bgp_call *
call_of(struct bgp_connection *connection)
{
	return container_of(connection, struct bgp_call, connection);
}

static const struct bgp_config *
config_of(const struct bgp_call *call)
{
	return bgp_config(&call->session->bgp->protocol);
}

static void
state_set(struct bgp_call *call, enum bgp_state state)
{
	call->state = state;
	call->since = router_now(call->connection.router);
	protocol_trace(&call->session->bgp->protocol, DEBUG_STATES, "%s call: %s",
		       call->incoming ? "Incoming" : "Outgoing", bgp_state_name(state));
	bgp_session_changed(call->session);
}

/* ---- timers ---- */

/* 0: never. */
static void
hold_start(struct bgp_call *call, usec_t hold)
{
	call->is_late = false;
	if (hold > 0)
		timer_start(&call->hold, hold);
	else
		timer_stop(&call->hold);
}

static bool
is_parked(const struct bgp_call *call)
{
	return call->state == BGP_CONNECT && call->incoming;
}

static void
hold_fire(struct timer *timer)
{
	static const struct bgp_failure expired = { .code = BGP_ERROR_HOLD };
	struct bgp_call *call = container_of(timer, struct bgp_call, hold);
	if (bgp_call_go_on(call))
		return;
	if (call->state == BGP_CONNECT) {
		bgp_session_lost(call, 0);
		return;
	}
	/* We may have been kept from reading: what came meanwhile is told before this
	 * fires again. */
	if (!call->is_late) {
		call->is_late = true;
		timer_start(&call->hold, GRACE);
		return;
	}
	bgp_session_refuse(call, &expired, NULL);
}

static void
keepalive_say(struct bgp_call *call)
{
	uint8_t bytes[BGP_HEADER_SIZE];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	bgp_keepalive_write(&out);
	bgp_connection_say(&call->connection, &out);
}

/* RFC 4271 §10: with jitter. */
static void
keepalive_start(struct bgp_call *call)
{
	usec_t time = call->agreed.keepalive;
	if (time > 0)
		timer_start(&call->keepalive,
			    router_jitter(call->connection.router, time * 3 / 4, time));
}

static void
keepalive_fire(struct timer *timer)
{
	struct bgp_call *call = container_of(timer, struct bgp_call, keepalive);
	/* What waits says that we are there, as soon as the neighbour reads it. */
	if (call->connection.queued == 0)
		keepalive_say(call);
	keepalive_start(call);
}

/* ---- what comes ---- */

/* RFC 6608 §3 */
static void
unexpected(struct bgp_call *call, enum bgp_type type)
{
	uint8_t what = (uint8_t)type;
	struct bgp_failure failure = {
		.code = BGP_ERROR_FSM,
		.subcode = (uint8_t)(call->state - BGP_OPEN_SENT + 1),
		.data = &what,
		.size = 1,
	};
	bgp_session_refuse(call, &failure, NULL);
}

/* The name is copied out of the message. */
static void
host_keep(struct bgp_call *call)
{
	struct bgp_capabilities *theirs = &call->theirs.capabilities;
	if (theirs->host_size > 0)
		memcpy(call->host, theirs->host, theirs->host_size);
	call->host[theirs->host_size] = '\0';
	for (char *at = call->host; *at != '\0'; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
	theirs->host = call->host;
	theirs->domain = NULL;
	theirs->domain_size = 0;
}

static void
keepalive_heard(struct bgp_call *call)
{
	call->was_confirmed = true;
	if (call->is_held)
		return;
	state_set(call, BGP_ESTABLISHED);
	bgp_session_established(call);
}

/* The neighbour's OPEN: this call stays, and no other. */
static void
confirm(struct bgp_call *call)
{
	call->is_held = false;
	bgp_call_end(bgp_call_other(call), &bgp_collision);
	keepalive_say(call);
	keepalive_start(call);
	hold_start(call, call->agreed.hold);
	if (call->was_confirmed)
		keepalive_heard(call);
}

static void
open_heard(struct bgp_call *call, const uint8_t *body, size_t size)
{
	struct bgp_failure failure;
	const char *what = NULL;
	if (!bgp_open_read(body, size, &call->theirs, &failure)) {
		bgp_session_refuse(call, &failure, NULL);
		return;
	}
	host_keep(call);
	if (!bgp_agree(call->session->bgp, &call->ours, &call->theirs, &call->agreed,
		       &failure, &what)) {
		bgp_session_refuse(call, &failure, what);
		return;
	}
	if (!bgp_collision_won(call)) {
		if (call->state != BGP_IDLE)
			bgp_session_refuse(call, &bgp_collision, NULL);
		return;
	}
	call->connection.message_max = call->agreed.message_max;
	call->is_held = true;
	state_set(call, BGP_OPEN_CONFIRM);
	bgp_call_go_on(call);
}

static void
refresh_heard(struct bgp_call *call, const uint8_t *body, size_t size)
{
	const struct bgp_agreed *agreed = &call->agreed;
	struct bgp_failure failure;
	enum bgp_family family;
	enum bgp_refresh kind;
	if (!bgp_refresh_read(body, size, &family, &kind, &failure)) {
		if (failure.code != 0)
			bgp_session_refuse(call, &failure, NULL);
		return;
	}
	/* RFC 2918 §4, RFC 7313 §4: what was not agreed on is passed over. */
	if (agreed->families[family] && agreed->refresh &&
	    (kind == BGP_REFRESH_ASK || agreed->enhanced_refresh))
		bgp_routes_refresh(call->session->bgp, family, kind);
}

static void
established_heard(struct bgp_call *call, enum bgp_type type, const uint8_t *body,
		  size_t size)
{
	switch (type) {
	case BGP_UPDATE:
		call->session->updates_in++;
		bgp_routes_update(call->session->bgp, body, size);
		break;
	case BGP_ROUTE_REFRESH: refresh_heard(call, body, size); break;
	case BGP_OPEN: unexpected(call, type); break;
	case BGP_NOTIFICATION:
	case BGP_KEEPALIVE: break;
	}
	bgp_session_settle(call->session);
}

static void
message_heard(struct bgp_connection *connection, enum bgp_type type, const uint8_t *body,
	      size_t size)
{
	struct bgp_call *call = call_of(connection);
	struct bgp_failure failure;
	call->was_heard = true;
	bgp_mrt_message(call, type, body, size);
	if (type == BGP_NOTIFICATION) {
		bgp_notification_read(body, size, &failure);
		bgp_session_told(call, &failure);
	} else if (call->state == BGP_ESTABLISHED) {
		established_heard(call, type, body, size);
	} else if (call->state == BGP_OPEN_SENT && type == BGP_OPEN) {
		open_heard(call, body, size);
	} else if (call->state == BGP_OPEN_CONFIRM && type == BGP_KEEPALIVE) {
		keepalive_heard(call);
	} else {
		unexpected(call, type);
	}
}

/* RFC 4271 §8.2.2: whole messages alone prove that the neighbour is there. */
static void
all_heard(struct bgp_connection *connection)
{
	struct bgp_call *call = call_of(connection);
	if (call->was_heard && call->state > BGP_OPEN_SENT && !call->is_held)
		hold_start(call, call->agreed.hold);
	call->was_heard = false;
	if (call->state == BGP_ESTABLISHED) {
		bgp_routes_heard(call->session->bgp);
		bgp_session_settle(call->session);
	}
}

static void
connection_broken(struct bgp_connection *connection, const struct bgp_failure *failure)
{
	bgp_session_refuse(call_of(connection), failure, NULL);
}

static void
connection_closed(struct bgp_connection *connection, int error)
{
	bgp_session_lost(call_of(connection), error);
}

/* ---- what goes ---- */

static void
open_say(struct bgp_call *call)
{
	uint8_t bytes[BGP_MESSAGE_MAX];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	bgp_open_make(call->session->bgp, &call->ours);
	bgp_open_write(&out, &call->ours);
	bgp_connection_say(&call->connection, &out);
	hold_start(call, config_of(call)->startup_hold);
	state_set(call, BGP_OPEN_SENT);
}

static void
connection_stands(struct bgp_connection *connection)
{
	open_say(call_of(connection));
}

/* RFC 9687 §3.2: the timer runs while something waits, anew with each chunk that leaves;
 * a byte now and then is not enough. */
static void
connection_written(struct bgp_connection *connection, bool moved)
{
	struct bgp_call *call = call_of(connection);
	struct timer *timer = &call->session->send_hold;
	if (call->state != BGP_ESTABLISHED || call->agreed.send_hold == 0)
		return;
	if (connection->queued == 0)
		timer_stop(timer);
	else if (moved || !timer_is_running(timer))
		timer_start(timer, call->agreed.send_hold);
}

static void
connection_writable(struct bgp_connection *connection)
{
	struct bgp_call *call = call_of(connection);
	if (call->state != BGP_ESTABLISHED)
		return;
	bgp_routes_write(call->session->bgp);
	bgp_session_settle(call->session);
}

/* ---- life ---- */

static const struct bgp_connection_ops connection_ops = {
	.connected = connection_stands,
	.message = message_heard,
	.heard = all_heard,
	.broken = connection_broken,
	.closed = connection_closed,
	.written = connection_written,
	.writable = connection_writable,
};

struct bgp_call *
bgp_call_other(struct bgp_call *call)
{
	struct bgp_call *calls = call->session->calls;
	return call == calls ? &calls[1] : calls;
}

void
bgp_call_init(struct bgp_call *call, struct bgp_session *session)
{
	struct router *router = session->bgp->protocol.router;
	call->session = session;
	call->state = BGP_IDLE;
	bgp_connection_init(&call->connection, router, &connection_ops);
	timer_init(&call->hold, router, hold_fire);
	timer_init(&call->keepalive, router, keepalive_fire);
}

void
bgp_call_open(struct bgp_call *call, const struct sys_tcp_args *args)
{
	call->incoming = false;
	state_set(call, BGP_CONNECT);
	hold_start(call, config_of(call)->connect_retry);
	int error = bgp_connection_open(&call->connection, args);
	if (error)
		bgp_session_lost(call, error);
}

static void
pause_reading(struct bgp_call *call, bool paused)
{
	struct bgp_connection *connection = &call->connection;
	connection->router->sys->class->stream_pause(connection->stream, paused);
}

void
bgp_call_accept(struct bgp_call *call, struct sys_stream *stream)
{
	usec_t time = bgp_collision_park(call);
	call->incoming = true;
	bgp_connection_accept(&call->connection, stream);
	if (time == 0) {
		open_say(call);
		return;
	}
	pause_reading(call, true);
	hold_start(call, time);
	state_set(call, BGP_CONNECT);
}

bool
bgp_call_go_on(struct bgp_call *call)
{
	if (call->is_held) {
		usec_t hold = bgp_collision_hold(call);
		if (hold > 0)
			hold_start(call, hold);
		else
			confirm(call);
		return true;
	}
	if (!is_parked(call))
		return false;
	open_say(call);
	pause_reading(call, false);
	return true;
}

void
bgp_call_end(struct bgp_call *call, const struct bgp_failure *last)
{
	if (call->state == BGP_IDLE)
		return;
	bgp_connection_close(&call->connection, last);
	timer_stop(&call->hold);
	timer_stop(&call->keepalive);
	call->was_heard = call->was_confirmed = call->is_held = false;
	state_set(call, BGP_IDLE);
}
