/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who listens.  Listeners are shared, so who connects is known by its address alone:
 * that of a neighbour, with the interface where it is a link-local one, or one in a range
 * of neighbours.  Whoever else connects is told so and closed.
 */
#include "proto/bgp/listen.h"

#include "lib/mem.h"
#include "lib/text.h"
#include "nest/router.h"
#include "proto/bgp/cease.h"
#include "proto/bgp/dynamic.h"
#include "proto/bgp/history.h"
#include "proto/bgp/session_private.h"
#include "proto/bgp/way.h"

#define TOLD_INTERVAL (60 * USEC_S) /* Between two lines about strangers. */
#define RETRY         (10 * USEC_S) /* Until an address or port is free for us. */

struct bgp_listener {
	struct router *router;
	const struct protocol_class *class;
	struct sys_listener *listener;
	struct sys_tcp_args args;
	uint32_t uses; /* Sessions. */
	/* Strangers: of how many nothing was said, and when something was. */
	uint32_t untold;
	usec_t told;
};

static struct addr
any_like(struct addr addr)
{
	return addr_is_ip4(addr) ? addr_from_ip4(0) : addr_any;
}

static struct sys_tcp_args
args_of(const struct bgp_session *session)
{
	const struct bgp_config *config = bgp_config(&session->bgp->protocol);
	struct sys_tcp_args args;
	bgp_way_args(session, &args);
	struct sys_tcp_args listening = {
		.local = config->strict_bind && !addr_is_any(config->local.addr)
				 ? config->local.addr
				 : any_like(args.remote),
		.local_port = (uint16_t)config->local.port,
		.free = args.free,
		/* RFC 5082 §3: neighbours may drop an answer that has less. */
		.ttl = UINT8_MAX,
		.tos = args.tos,
		.priority = args.priority,
	};
	if (config->strict_bind || addr_is_link_local(listening.local))
		listening.index = args.index;
	listening.bound = config->strict_bind && args.index != 0;
	return listening;
}

static bool
args_equal(const struct sys_tcp_args *a, const struct sys_tcp_args *b)
{
	return addr_equal(a->local, b->local) && a->local_port == b->local_port &&
	       a->index == b->index && a->bound == b->bound && a->free == b->free;
}

static struct bgp_session *
session_of(struct protocol *protocol, const struct protocol_class *class)
{
	return protocol->class == class && protocol_is_running(protocol)
		       ? bgp_of(protocol)->session
		       : NULL;
}

/* One that another instance made. */
static struct bgp_listener *
listener_find(const struct bgp_session *session, const struct sys_tcp_args *args)
{
	const struct protocol *own = &session->bgp->protocol;
	list_each(protocol, &own->router->protocols, struct protocol, link) {
		const struct bgp_session *other = session_of(protocol, own->class);
		if (other && other->attempts.listening.listener &&
		    args_equal(&other->attempts.listening.listener->args, args))
			return other->attempts.listening.listener;
	}
	return NULL;
}

/* ---- who connects ---- */

static bool
is_neighbour(const struct bgp_session *session, const struct sys_tcp_ends *ends)
{
	const struct bgp_config *config = bgp_config(&session->bgp->protocol);
	if (!addr_equal(config->remote.addr, ends->remote))
		return false;
	if (!addr_is_any(config->local.addr) &&
	    !addr_equal(config->local.addr, ends->local))
		return false;
	/* IPv4 has no scopes. */
	return !addr_is_link_local(ends->remote) || session->index == ends->index;
}

static void
stranger_tell(struct bgp_listener *listener, const struct sys_tcp_ends *ends,
	      const char *why)
{
	usec_t now = router_now(listener->router);
	char shown[ADDR_TEXT];
	if (listener->told != 0 && now - listener->told < TOLD_INTERVAL) {
		listener->untold++;
		return;
	}
	router_log(listener->router, LOG_WARNING,
		   "BGP: %s, port %u, was refused: %s (so were %u since the last such "
		   "line)",
		   addr_format(ends->remote, shown), ends->remote_port, why,
		   listener->untold);
	listener->told = now;
	listener->untold = 0;
}

void
bgp_listen_refuse(struct router *router, struct sys_stream *stream,
		  const struct bgp_failure *why)
{
	uint8_t bytes[BGP_HEADER_SIZE + 2];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	bgp_notification_write(&out, why);
	router->sys->class->stream_send(stream, bytes, wire_used(&out));
	router->sys->class->stream_close(stream);
}

/* It has a range with the remote end in it. */
static bool
is_ranging(const struct bgp_session *session, const struct sys_tcp_ends *ends)
{
	return bgp_dynamic_covers(&session->bgp->protocol, ends);
}

/* Whose neighbour it is from; of several, that with the narrowest range. */
static struct bgp_session *
session_find(const struct bgp_listener *listener, const struct sys_tcp_ends *ends,
	     bool (*is_for)(const struct bgp_session *, const struct sys_tcp_ends *))
{
	struct bgp_session *found = NULL;
	unsigned length = 0;
	list_each(protocol, &listener->router->protocols, struct protocol, link) {
		struct bgp_session *session = session_of(protocol, listener->class);
		if (session == NULL || session->attempts.listening.listener != listener ||
		    !is_for(session, ends))
			continue;
		unsigned own = bgp_config(protocol)->remote.range.length;
		if (found == NULL || own > length) {
			found = session;
			length = own;
		}
	}
	return found;
}

static void
accepted(void *context, struct sys_stream *stream)
{
	struct bgp_listener *listener = context;
	struct router *router = listener->router;
	struct sys_tcp_ends ends;
	router->sys->class->tcp_ends(stream, &ends);
	const char *why = "it is no neighbour";
	struct bgp_session *session = session_find(listener, &ends, is_neighbour);
	if (session == NULL) {
		struct bgp_session *parent = session_find(listener, &ends, is_ranging);
		if (parent != NULL)
			session = bgp_dynamic_meet(&parent->bgp->protocol, &ends, &why);
	}
	if (session != NULL) {
		bgp_attempts_accept(session, stream);
		return;
	}
	stranger_tell(listener, &ends, why);
	bgp_listen_refuse(router, stream, &bgp_cease_rejected);
}

/* ---- life ---- */

struct prefix
bgp_key_peer(const struct bgp_config *config)
{
	if (config->remote.has_range)
		return config->remote.range;
	return prefix_new(config->remote.addr,
			  addr_is_ip4(config->remote.addr) ? 32 : 128);
}

static struct prefix
key_peer(const struct bgp_session *session)
{
	return bgp_key_peer(bgp_config(&session->bgp->protocol));
}

/* RFC 2385: the kernel drops what the key does not fit. */
static int
key_set(const struct bgp_session *session, bool is_there)
{
	const struct bgp_config *config = bgp_config(&session->bgp->protocol);
	const struct sys_class *world = session->bgp->protocol.router->sys->class;
	struct prefix peer = key_peer(session);
	if (config->password == NULL)
		return 0;
	return world->tcp_md5(session->attempts.listening.listener->listener, &peer,
			      is_there ? config->password : NULL);
}

/* Another session may have one for the same peer, on another interface. */
static void
key_remove(struct bgp_session *session)
{
	const struct protocol *own = &session->bgp->protocol;
	const struct bgp_listener *listener = session->attempts.listening.listener;
	struct prefix peer = key_peer(session);
	key_set(session, false);
	session->attempts.listening.listener = NULL;
	if (bgp_config(own)->password == NULL)
		return;
	list_each(protocol, &own->router->protocols, struct protocol, link) {
		const struct bgp_session *other = session_of(protocol, own->class);
		if (other == NULL || other->attempts.listening.listener != listener)
			continue;
		struct prefix others = key_peer(other);
		if (prefix_equal(&others, &peer))
			key_set(other, true);
	}
}

static int
listener_new(const struct bgp_session *session, const struct sys_tcp_args *args,
	     struct bgp_listener **made)
{
	const struct protocol *protocol = &session->bgp->protocol;
	struct sys *sys = protocol->router->sys;
	struct bgp_listener *listener = mem_zalloc(sizeof(*listener));
	listener->router = protocol->router;
	listener->class = protocol->class;
	listener->args = *args;
	int error = sys->class->tcp_listen(sys, args, accepted, listener,
					   &listener->listener);
	if (error) {
		mem_free(listener);
		return error;
	}
	*made = listener;
	return 0;
}

/* The session's part of it; a negative errno: why it can't, until it is tried again. */
static int
listener_take(struct bgp_session *session)
{
	const struct sys_tcp_args args = args_of(session);
	struct bgp_listener *listener = listener_find(session, &args);
	int error = listener ? 0 : listener_new(session, &args, &listener);
	if (error)
		return error;
	session->attempts.listening.listener = listener;
	listener->uses++;
	return key_set(session, true);
}

static void
listener_release(struct bgp_session *session)
{
	struct bgp_listening *listening = &session->attempts.listening;
	struct bgp_listener *listener = listening->listener;
	if (listener == NULL)
		return;
	key_remove(session);
	if (--listener->uses > 0)
		return;
	listener->router->sys->class->listener_close(listener->listener);
	mem_free(listener);
}

static void
listen_try(struct bgp_session *session)
{
	struct bgp_listening *listening = &session->attempts.listening;
	int error = listener_take(session);
	if (error == 0)
		return;
	listener_release(session);
	if (!listening->has_failed) {
		bgp_history_trouble(session->bgp, error, NULL);
		protocol_log(&session->bgp->protocol, LOG_ERROR, "Cannot listen: %s",
			     text_error(error));
	}
	listening->has_failed = true;
	timer_start(&listening->retry, RETRY);
}

static void
retry_fire(struct timer *timer)
{
	listen_try(container_of(timer, struct bgp_session, attempts.listening.retry));
}

void
bgp_listening_init(struct bgp_session *session)
{
	timer_init(&session->attempts.listening.retry, session->bgp->protocol.router,
		   retry_fire);
}

void
bgp_listening_start(struct bgp_session *session)
{
	session->attempts.listening.has_failed = false;
	listen_try(session);
}

void
bgp_listening_stop(struct bgp_session *session)
{
	timer_stop(&session->attempts.listening.retry);
	listener_release(session);
}
