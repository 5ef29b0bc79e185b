/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The conversation with the cache (RFC 8210 §6, §7, §8): connects, negotiates the version
 * downwards, asks, takes responses into records, hands whole ones to import.c, and holds
 * the timers.  Whatever the cache does, it costs bounded memory and ends: a response has
 * RPKI_RECORD_MAX records and ANSWER_TIME at most, and nothing waits longer than SILENCE
 * for the next PDU.
 */
#include "proto/rpki/rpki.h"

#include "nest/subscribe.h"
#include <string.h>

#define SILENCE       (60 * USEC_S)  /* For the connection, or the next PDU due. */
#define ANSWER_TIME   (600 * USEC_S) /* For a whole response. */
#define NOTIFY_PACE   (1 * USEC_S)   /* Serial Notifies lead to no more queries. */
#define RENEWAL_DELAY (10 * USEC_S)  /* After a session that was another's. */
#define UNREAD_MAX    ((size_t)4 << 20)

static void connect_now(struct rpki *rpki);
static void connect_to(struct rpki *rpki, struct addr addr);
static usec_t connect_again(const struct rpki *rpki);
static void name_found(void *context, const struct addr *addrs, size_t count);
static void retry_fire(struct timer *timer);
static void refresh_fire(struct timer *timer);
static void expire_fire(struct timer *timer);
static void answer_fire(struct timer *timer);
static void stream_receive(void *context, struct sys_stream *stream, const void *bytes,
			   size_t size);
static void stream_drained(void *context, struct sys_stream *stream);
static void stream_closed(void *context, struct sys_stream *stream, int error);
static void stream_connected(void *context, struct sys_stream *stream);
static void unread_take(struct rpki *rpki);
static size_t pdu_take(struct rpki *rpki, const uint8_t *bytes, size_t size);
static bool version_agree(struct rpki *rpki, const struct rtr_pdu *pdu,
			  const uint8_t *bytes, size_t size);
static bool pdu_handle(struct rpki *rpki, const struct rtr_pdu *pdu,
		       struct rtr_failure *failure);
static bool notify_take(struct rpki *rpki, const struct rtr_pdu *pdu,
			struct rtr_failure *failure);
static bool response_begin(struct rpki *rpki, const struct rtr_pdu *pdu,
			   struct rtr_failure *failure);
static bool prefix_take(struct rpki *rpki, const struct rtr_pdu *pdu,
			struct rtr_failure *failure);
static bool response_end(struct rpki *rpki, const struct rtr_pdu *pdu,
			 struct rtr_failure *failure);
static void report_take(struct rpki *rpki, const struct rtr_pdu *pdu);
static void query_send(struct rpki *rpki);
static void pdu_send(struct rpki *rpki, const struct rtr_pdu *pdu);
static void answer_expect(struct rpki *rpki);
static void intervals_learn(struct rpki *rpki, const struct rtr_pdu *pdu);
static void updated_times(struct rpki *rpki);
static bool downgrade(struct rpki *rpki, uint8_t version);
static bool fail(struct rtr_failure *failure, enum rtr_error code, const char *text);
static void session_error(struct rpki *rpki, const struct rtr_failure *failure,
			  const uint8_t *bytes, size_t size);
static void session_lost(struct rpki *rpki, usec_t retry, const char *format, ...)
	PRINTF_LIKE(3, 4);
static void session_close(struct rpki *rpki);
static void state_set(struct rpki *rpki, enum rpki_state state);

static const struct sys_stream_ops stream_ops = { .receive = stream_receive,
						  .drained = stream_drained,
						  .closed = stream_closed,
						  .connected = stream_connected };

static uint8_t
version_most(const struct rpki *rpki)
{
	return (uint8_t)MIN(rpki_config(rpki)->max_version, RTR_VERSION_MAX);
}

/* ---- life ---- */

void
rpki_session_start(struct rpki *rpki)
{
	struct router *router = rpki->protocol.router;
	timer_init(&rpki->refresh, router, refresh_fire);
	timer_init(&rpki->retry, router, retry_fire);
	timer_init(&rpki->expire, router, expire_fire);
	timer_init(&rpki->answer, router, answer_fire);
	rpki->version = version_most(rpki);
	connect_now(rpki);
}

void
rpki_session_stop(struct rpki *rpki)
{
	session_close(rpki);
	timer_stop(&rpki->retry);
	timer_stop(&rpki->expire);
	text_fini(&rpki->unread);
}

void
rpki_session_reconfigure(struct rpki *rpki)
{
	if (timer_is_running(&rpki->retry))
		timer_start_earlier(&rpki->retry, rpki_interval(rpki, RPKI_RETRY));
	if (rpki->has_session)
		updated_times(rpki);
}

void
rpki_session_imported(struct rpki *rpki)
{
	/* The connection may be gone, or a new one. */
	if (rpki->state != RPKI_IMPORTING)
		return;
	state_set(rpki, RPKI_SYNCHRONIZED);
	updated_times(rpki);
	if (rpki->was_notified)
		timer_start_earlier(&rpki->refresh, NOTIFY_PACE);
	rpki->protocol.router->sys->class->stream_pause(rpki->stream, false);
	unread_take(rpki);
}

usec_t
rpki_interval(const struct rpki *rpki, enum rpki_interval_kind kind)
{
	const struct rpki_interval *interval = &rpki_config(rpki)->intervals[kind];
	usec_t said = rpki->said[kind];
	return interval->keep || said == 0 ? interval->time : said;
}

const char *
rpki_session_name(const struct rpki *rpki)
{
	switch (rpki->state) {
	case RPKI_IDLE:
		return rpki->is_broken ? "Fatal-Protocol-Error" : "Transport-Error";
	case RPKI_CONNECTING: return "Connecting";
	case RPKI_ASKED: return "Sync-Start";
	case RPKI_RECEIVING:
	case RPKI_IMPORTING: return "Sync-Running";
	case RPKI_SYNCHRONIZED: return "Established";
	case RPKI_NO_DATA: return "Cache-Error-No-Data-Available";
	}
	return "";
}

/* ---- timers ---- */

/* The cache's address is asked for anew each time all that were found have been tried: a
 * name may have moved. */
static void
connect_now(struct rpki *rpki)
{
	const struct rpki_cache *cache = &rpki_config(rpki)->cache;
	struct sys *sys = rpki->protocol.router->sys;
	if (!addr_is_any(cache->addr)) {
		connect_to(rpki, cache->addr);
		return;
	}
	if (rpki->found_at < rpki->found_count) {
		connect_to(rpki, rpki->found[rpki->found_at++]);
		return;
	}
	int error =
		sys->class->name_find(sys, cache->name, name_found, rpki, &rpki->lookup);
	if (error)
		session_lost(rpki, rpki_interval(rpki, RPKI_RETRY), "%s: %s", cache->name,
			     text_error(error));
	else
		state_set(rpki, RPKI_CONNECTING);
}

static void
name_found(void *context, const struct addr *addrs, size_t count)
{
	struct rpki *rpki = context;
	rpki->lookup = NULL;
	rpki->found_count = count;
	rpki->found_at = 0;
	if (count == 0) {
		session_lost(rpki, rpki_interval(rpki, RPKI_RETRY),
			     "%s: no address is known", rpki_config(rpki)->cache.name);
		return;
	}
	memcpy(rpki->found, addrs, count * sizeof(addrs[0]));
	connect_now(rpki);
}

static void
connect_to(struct rpki *rpki, struct addr addr)
{
	const struct rpki_config *config = rpki_config(rpki);
	struct sys *sys = rpki->protocol.router->sys;
	struct sys_tcp_args args = {
		.local = config->local,
		.remote = addr,
		.remote_port = (uint16_t)config->port,
		.priority = -1,
		.md5_key = config->tcp.password,
	};
	if (addr_is_any(args.local))
		args.local = addr_is_ip4(args.remote) ? addr_from_ip4(0) : addr_any;
	rpki->is_agreed = rpki->is_broken = rpki->was_notified = false;
	int error = sys->class->tcp_connect(sys, &args, &stream_ops, rpki, &rpki->stream);
	if (error) {
		rpki->stream = NULL;
		session_lost(rpki, connect_again(rpki), "%s", text_error(error));
		return;
	}
	state_set(rpki, RPKI_CONNECTING);
	timer_start(&rpki->answer, SILENCE);
}

/* When to try again behind a call that came to nothing: another address of the name at
 * once. */
static usec_t
connect_again(const struct rpki *rpki)
{
	return rpki->found_at < rpki->found_count ? 0 : rpki_interval(rpki, RPKI_RETRY);
}

static void
retry_fire(struct timer *timer)
{
	struct rpki *rpki = container_of(timer, struct rpki, retry);
	if (rpki->state == RPKI_NO_DATA) {
		query_send(rpki);
	} else if (rpki_import_is_busy(rpki)) {
		timer_start(timer, USEC_S);
	} else {
		rpki->version = version_most(rpki);
		connect_now(rpki);
	}
}

static void
refresh_fire(struct timer *timer)
{
	struct rpki *rpki = container_of(timer, struct rpki, refresh);
	if (rpki->state == RPKI_SYNCHRONIZED)
		query_send(rpki);
}

/* RFC 8210 §6: nothing is kept longer. */
static void
expire_fire(struct timer *timer)
{
	struct rpki *rpki = container_of(timer, struct rpki, expire);
	if (rpki_import_is_busy(rpki)) {
		timer_start(timer, USEC_S);
		return;
	}
	protocol_log(&rpki->protocol, LOG_WARNING,
		     "The cache said nothing new for %lld s: its %u records expire",
		     (long long)(rpki_interval(rpki, RPKI_EXPIRE) / USEC_S),
		     rpki_records_count(&rpki->records));
	rpki->has_session = false;
	/* What is coming changes records that are gone. */
	if (rpki->state == RPKI_RECEIVING ||
	    (rpki->state == RPKI_ASKED && !rpki->is_reset))
		session_lost(rpki, USEC_S, "the response comes too late");
	rpki_import_flush(rpki);
}

static void
answer_fire(struct timer *timer)
{
	struct rpki *rpki = container_of(timer, struct rpki, answer);
	session_lost(rpki, connect_again(rpki), "%s",
		     rpki->state == RPKI_CONNECTING  ? "the cache does not answer"
		     : rpki->state == RPKI_RECEIVING ? "the response does not end"
						     : "the cache fell silent");
}

/* ---- bytes ---- */

static void
stream_connected(void *context, struct sys_stream *stream)
{
	struct rpki *rpki = context;
	(void)stream;
	rpki->connections++;
	/* When this is over the name is asked for again. */
	rpki->found_count = 0;
	query_send(rpki);
}

static void
stream_closed(void *context, struct sys_stream *stream, int error)
{
	struct rpki *rpki = context;
	(void)stream;
	usec_t retry = connect_again(rpki);
	/* A query that is answered by this may be about a session, or (RFC 8210 §7) in a
	 * version, that the cache does not know: a report can be lost with the
	 * connection.
	 */
	if (rpki->state == RPKI_ASKED && !rpki->is_agreed && !rpki->is_reset) {
		rpki->has_session = false;
		retry = MIN(retry, RENEWAL_DELAY);
	} else if (rpki->state == RPKI_ASKED && !rpki->is_agreed &&
		   downgrade(rpki, (uint8_t)(rpki->version - 1))) {
		return;
	}
	session_lost(rpki, retry, "%s",
		     error ? text_error(error) : "the cache closed the connection");
}

static void
stream_drained(void *context, struct sys_stream *stream)
{
	(void)context;
	(void)stream;
}

static void
stream_receive(void *context, struct sys_stream *stream, const void *bytes, size_t size)
{
	struct rpki *rpki = context;
	(void)stream;
	text_add_bytes(&rpki->unread, bytes, size);
	if (rpki->unread.length > UNREAD_MAX)
		session_lost(rpki, rpki_interval(rpki, RPKI_RETRY),
			     "the cache sends more than is read");
	else
		unread_take(rpki);
}

/* All whole PDUs; while a response is imported, what follows it waits. */
static void
unread_take(struct rpki *rpki)
{
	struct text *unread = &rpki->unread;
	uint64_t connection = rpki->closings;
	size_t at = 0, used;
	do {
		used = 0;
		if (rpki->state != RPKI_IMPORTING)
			used = pdu_take(rpki, (const uint8_t *)unread->text + at,
					unread->length - at);
		if (rpki->closings != connection)
			return;
		at += used;
	} while (used > 0);
	if (at == 0 && unread->length == 0)
		return;
	memmove(unread->text, unread->text + at, unread->length - at);
	unread->length -= at;
	/* The rest of a PDU is to come soon, also where no response is due. */
	bool is_quiet = rpki->state == RPKI_SYNCHRONIZED || rpki->state == RPKI_NO_DATA;
	if (is_quiet && unread->length == 0)
		timer_stop(&rpki->answer);
	else if (is_quiet && !timer_is_running(&rpki->answer))
		timer_start(&rpki->answer, SILENCE);
}

/* The size of the PDU that was handled; 0: none is whole, or the connection is over. */
static size_t
pdu_take(struct rpki *rpki, const uint8_t *bytes, size_t size)
{
	struct rtr_failure failure;
	struct rtr_header header;
	struct rtr_pdu pdu;
	if (size < RTR_HEADER_SIZE)
		return 0;
	rtr_header_read(bytes, &header);
	if (!rtr_header_check(&header, &failure)) {
		session_error(rpki, &failure, bytes, RTR_HEADER_SIZE);
		return 0;
	}
	if (size < header.length)
		return 0;
	if (!rtr_pdu_read(bytes, header.length, &pdu, &failure)) {
		session_error(rpki, &failure, bytes, header.length);
		return 0;
	}
	/* RFC 8210 §7: before the versions are agreed on, notifications say nothing. */
	if (pdu.type == RTR_SERIAL_NOTIFY && !rpki->is_agreed)
		return header.length;
	if (pdu.type == RTR_ERROR_REPORT) {
		report_take(rpki, &pdu);
	} else if (!version_agree(rpki, &pdu, bytes, header.length)) {
		return 0;
	} else if (!pdu_handle(rpki, &pdu, &failure)) {
		session_error(rpki, &failure, bytes, header.length);
		return 0;
	}
	if (rpki->state == RPKI_ASKED || rpki->state == RPKI_RECEIVING)
		answer_expect(rpki);
	return header.length;
}

/* RFC 8210 §7: the first answer decides. False: the session is over. */
static bool
version_agree(struct rpki *rpki, const struct rtr_pdu *pdu, const uint8_t *bytes,
	      size_t size)
{
	struct rtr_failure failure;
	if (pdu->version == rpki->version) {
		rpki->is_agreed = true;
		return true;
	}
	if (rpki->is_agreed) {
		fail(&failure,
		     rpki->version > 0 ? RTR_UNEXPECTED_VERSION : RTR_UNSUPPORTED_VERSION,
		     "its version is not that of the session");
		session_error(rpki, &failure, bytes, size);
		return false;
	}
	if (pdu->version > rpki->version ||
	    pdu->version < rpki_config(rpki)->min_version) {
		fail(&failure, RTR_UNSUPPORTED_VERSION, "its version is not spoken here");
		session_error(rpki, &failure, bytes, size);
		return false;
	}
	/* A serial number of another version says nothing in this one. */
	if (!rpki->is_reset)
		return !downgrade(rpki, pdu->version);
	rpki->version = pdu->version;
	rpki->is_agreed = true;
	return true;
}

/* ---- PDUs ---- */

static bool
pdu_handle(struct rpki *rpki, const struct rtr_pdu *pdu, struct rtr_failure *failure)
{
	switch ((enum rtr_type)pdu->type) {
	case RTR_SERIAL_NOTIFY: return notify_take(rpki, pdu, failure);
	case RTR_CACHE_RESPONSE: return response_begin(rpki, pdu, failure);
	case RTR_IP4_PREFIX:
	case RTR_IP6_PREFIX: return prefix_take(rpki, pdu, failure);
	case RTR_ROUTER_KEY:
		if (rpki->state != RPKI_RECEIVING)
			return fail(failure, RTR_CORRUPT_DATA,
				    "no response is under way");
		return true; /* Keys of routers are for those who check paths. */
	case RTR_END_OF_DATA: return response_end(rpki, pdu, failure);
	case RTR_CACHE_RESET:
		if (rpki->state != RPKI_ASKED || rpki->is_reset)
			return fail(failure, RTR_CORRUPT_DATA,
				    "no serial query is to be answered");
		rpki->has_session = false;
		query_send(rpki);
		return true;
	case RTR_SERIAL_QUERY:
	case RTR_RESET_QUERY:
		return fail(failure, RTR_INVALID_REQUEST, "a router has no data");
	case RTR_ERROR_REPORT: return true;
	}
	return true;
}

/* RFC 8210 §5.1: all that was learned goes. */
static bool
session_mismatch(struct rpki *rpki, struct rtr_failure *failure)
{
	rpki->has_session = false;
	rpki->is_another = true;
	return fail(failure, RTR_CORRUPT_DATA, "its session is another one");
}

static bool
notify_take(struct rpki *rpki, const struct rtr_pdu *pdu, struct rtr_failure *failure)
{
	if (rpki->has_session && pdu->session != rpki->session)
		return session_mismatch(rpki, failure);
	usec_t now = router_now(rpki->protocol.router);
	if (rpki->state == RPKI_NO_DATA) {
		timer_start_earlier(&rpki->retry,
				    MAX(rpki->asked + NOTIFY_PACE - now, 0));
	} else if (rpki->state == RPKI_SYNCHRONIZED && pdu->serial != rpki->serial) {
		timer_start_earlier(&rpki->refresh,
				    MAX(rpki->updated + NOTIFY_PACE - now, 0));
	} else {
		rpki->was_notified = true;
	}
	return true;
}

static bool
response_begin(struct rpki *rpki, const struct rtr_pdu *pdu, struct rtr_failure *failure)
{
	if (rpki->state != RPKI_ASKED)
		return fail(failure, RTR_CORRUPT_DATA, "no query is to be answered");
	if (!rpki->is_reset && pdu->session != rpki->session)
		return session_mismatch(rpki, failure);
	rpki->response_session = pdu->session;
	rpki->was_notified = false;
	state_set(rpki, RPKI_RECEIVING);
	return true;
}

static bool
prefix_take(struct rpki *rpki, const struct rtr_pdu *pdu, struct rtr_failure *failure)
{
	if (rpki->state != RPKI_RECEIVING)
		return fail(failure, RTR_CORRUPT_DATA, "no response is under way");
	/* RFC 8210 §5.5. */
	if (rpki->is_reset && !pdu->announces)
		return fail(failure, RTR_CORRUPT_DATA,
			    "a reset query is answered with announcements");
	switch (rpki_records_change(rpki->is_reset ? &rpki->fresh : &rpki->records,
				    &pdu->roa, pdu->announces)) {
	case RPKI_CHANGED: return true;
	case RPKI_KNOWN_ALREADY:
		return fail(failure, RTR_DUPLICATE, "it was announced before");
	case RPKI_NOT_KNOWN:
		return fail(failure, RTR_UNKNOWN_WITHDRAWAL, "it was not announced");
	case RPKI_TOO_MANY: break;
	}
	return fail(failure, RTR_INTERNAL_ERROR, "so many records are not kept");
}

static bool
response_end(struct rpki *rpki, const struct rtr_pdu *pdu, struct rtr_failure *failure)
{
	if (rpki->state != RPKI_RECEIVING)
		return fail(failure, RTR_CORRUPT_DATA, "no response is under way");
	if (pdu->session != rpki->response_session)
		return session_mismatch(rpki, failure);
	rpki->has_session = true;
	rpki->session = pdu->session;
	rpki->session_version = rpki->version;
	rpki->serial = pdu->serial;
	rpki->updated = router_now(rpki->protocol.router);
	if (rpki->is_reset)
		rpki->resets++;
	else
		rpki->changes++;
	intervals_learn(rpki, pdu);
	updated_times(rpki);
	timer_stop(&rpki->answer);
	timer_stop(&rpki->retry);
	protocol_message(&rpki->protocol, NULL);
	protocol_trace(&rpki->protocol, DEBUG_EVENTS, "Serial %u is whole", rpki->serial);
	state_set(rpki, RPKI_IMPORTING);
	rpki->protocol.router->sys->class->stream_pause(rpki->stream, true);
	rpki_import_response(rpki);
	return true;
}

/* RFC 8210 §12: all but one end the session. */
static void
report_take(struct rpki *rpki, const struct rtr_pdu *pdu)
{
	char text[RTR_TEXT_MAX + 1];
	rpki->reports_received++;
	text_printable(text, pdu->text, MIN(pdu->text_size, RTR_TEXT_MAX));
	if (pdu->code == RTR_NO_DATA && rpki->state == RPKI_ASKED) {
		rpki->has_session = false;
		rpki->is_agreed = true;
		timer_stop(&rpki->answer);
		timer_start(&rpki->retry, rpki_interval(rpki, RPKI_RETRY));
		protocol_message(&rpki->protocol, "the cache has no data yet");
		state_set(rpki, RPKI_NO_DATA);
		return;
	}
	if (pdu->code == RTR_UNSUPPORTED_VERSION && !rpki->is_agreed &&
	    downgrade(rpki, (uint8_t)(pdu->version < rpki->version ? pdu->version
								   : rpki->version - 1)))
		return;
	/* RFC 8210 §5.1: a cache that doesn't know our session says no more than this (so
	 * does StayRTR that was started anew): all is asked for next, and until it is
	 * there what we hold is that of any lost cache. */
	usec_t retry = rpki_interval(rpki, RPKI_RETRY);
	if (rpki->state == RPKI_ASKED && !rpki->is_reset) {
		rpki->has_session = false;
		retry = MIN(retry, RENEWAL_DELAY);
	}
	rpki->is_broken = true;
	session_lost(rpki, retry, "the cache reports: %s%s%s", rtr_error_name(pdu->code),
		     *text ? ": " : "", text);
}

/* ---- what we say ---- */

static void
query_send(struct rpki *rpki)
{
	rpki->is_reset = !rpki->has_session || rpki->session_version != rpki->version;
	rpki->asked = router_now(rpki->protocol.router);
	timer_stop(&rpki->retry);
	timer_stop(&rpki->refresh);
	rpki_import_undo(rpki);
	struct rtr_pdu query = { .version = rpki->version, .type = RTR_RESET_QUERY };
	if (!rpki->is_reset) {
		query.type = RTR_SERIAL_QUERY;
		query.session = rpki->session;
		query.serial = rpki->serial;
	}
	pdu_send(rpki, &query);
	state_set(rpki, RPKI_ASKED);
	answer_expect(rpki);
}

static void
pdu_send(struct rpki *rpki, const struct rtr_pdu *pdu)
{
	uint8_t bytes[RTR_PDU_MAX];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	rtr_pdu_write(&out, pdu);
	rpki->protocol.router->sys->class->stream_send(rpki->stream, bytes,
						       wire_used(&out));
	protocol_trace(&rpki->protocol, DEBUG_PACKETS, "Sent %s",
		       rtr_type_name(pdu->type));
}

static void
answer_expect(struct rpki *rpki)
{
	usec_t now = router_now(rpki->protocol.router);
	timer_start_at(&rpki->answer, MIN(now + SILENCE, rpki->asked + ANSWER_TIME));
}

/* ---- times ---- */

/* RFC 8210 §6; version 0 says none. */
static void
intervals_learn(struct rpki *rpki, const struct rtr_pdu *pdu)
{
	const uint32_t said[RPKI_INTERVALS] = { [RPKI_REFRESH] = pdu->refresh,
						[RPKI_RETRY] = pdu->retry,
						[RPKI_EXPIRE] = pdu->expire };
	for (unsigned i = 0; i < RPKI_INTERVALS; i++)
		rpki->said[i] = pdu->version == 0
					? 0
					: rpki_interval_fit((enum rpki_interval_kind)i,
							    said[i] * USEC_S);
}

/* What is counted from the last End of Data on. */
static void
updated_times(struct rpki *rpki)
{
	usec_t expire = rpki_interval(rpki, RPKI_EXPIRE);
	usec_t refresh = rpki_interval(rpki, RPKI_REFRESH);
	/* RFC 8210 §6: who says so forgets; records that expire before they are asked for
	 * would come and go. */
	if (refresh >= expire)
		refresh = expire / 2;
	timer_start_at(&rpki->expire, rpki->updated + expire);
	if (rpki->state == RPKI_SYNCHRONIZED)
		timer_start_at(&rpki->refresh, rpki->updated + refresh);
}

/* ---- ends ---- */

/* Connects anew with a lower version; false: we don't speak it. */
static bool
downgrade(struct rpki *rpki, uint8_t version)
{
	if (version >= rpki->version || version < rpki_config(rpki)->min_version)
		return false;
	protocol_trace(&rpki->protocol, DEBUG_EVENTS, "The cache speaks no version %u",
		       rpki->version);
	session_close(rpki);
	rpki->version = version;
	connect_now(rpki);
	return true;
}

static bool
fail(struct rtr_failure *failure, enum rtr_error code, const char *text)
{
	*failure = (struct rtr_failure){ code, text };
	return false;
}

/* The cache broke the rules: it is told, unless that was a report itself. */
static void
session_error(struct rpki *rpki, const struct rtr_failure *failure, const uint8_t *bytes,
	      size_t size)
{
	usec_t retry = rpki_interval(rpki, RPKI_RETRY);
	if (bytes[1] != RTR_ERROR_REPORT) {
		struct rtr_pdu report = { .version = rpki->version,
					  .type = RTR_ERROR_REPORT,
					  .code = (uint16_t)failure->code,
					  .erroneous = bytes,
					  .erroneous_size = MIN(size, RTR_PDU_MAX / 2),
					  .text = failure->text,
					  .text_size = strlen(failure->text) };
		pdu_send(rpki, &report);
		rpki->reports_sent++;
	}
	rpki->is_broken = true;
	session_lost(rpki, rpki->is_another ? MIN(retry, RENEWAL_DELAY) : retry,
		     "%s of the cache: %s (%s)", rtr_type_name(bytes[1]), failure->text,
		     rtr_error_name((uint16_t)failure->code));
	if (rpki->is_another)
		rpki_import_flush(rpki);
	rpki->is_another = false;
}

static void
session_lost(struct rpki *rpki, usec_t retry, const char *format, ...)
{
	char reason[512];
	va_list arguments;
	va_start(arguments, format);
	text_vformat(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	const char *before = rpki->protocol.message;
	if (!before || strcmp(before, reason) != 0)
		protocol_log(&rpki->protocol, LOG_WARNING, "%s", reason);
	protocol_message(&rpki->protocol, "%s", reason);
	session_close(rpki);
	timer_start(&rpki->retry, retry);
}

/* What was told stays until it expires; what was half told is forgotten. */
static void
session_close(struct rpki *rpki)
{
	if (rpki->stream)
		rpki->protocol.router->sys->class->stream_close(rpki->stream);
	rpki->stream = NULL;
	rpki->protocol.router->sys->class->name_forget(rpki->lookup);
	rpki->lookup = NULL;
	rpki->closings++;
	text_reset(&rpki->unread);
	timer_stop(&rpki->answer);
	timer_stop(&rpki->refresh);
	rpki_import_undo(rpki);
	state_set(rpki, RPKI_IDLE);
}

static void
state_set(struct rpki *rpki, enum rpki_state state)
{
	if (rpki->state == state)
		return;
	rpki->state = state;
	subscribe_changed(rpki->protocol.router, SUBSCRIBE_PROTOCOLS);
	protocol_trace(&rpki->protocol, DEBUG_STATES, "%s", rpki_session_name(rpki));
}
