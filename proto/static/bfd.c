/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BFD sessions that routes wait for: one request for each gateway with `bfd`, whichever
 * targets have it (RFC 5882 §4).
 */
#include "proto/static/static.h"

#include "lib/mem.h"
#include "nest/bfd.h"
#include "nest/router.h"
#include <string.h>

/* The session of a gateway. */
struct static_session {
	struct list link; /* In the instance. */
	struct static_protocol *instance;
	struct bfd_request request;
	const struct static_hop *hop; /* One that has it, of the present configuration. */
	bool wanted;
};

static bool
is_of(const struct static_session *session, const struct static_hop *hop)
{
	const char *a = session->hop->interface, *b = hop->interface;
	return addr_equal(session->hop->gateway, hop->gateway) && !a == !b &&
	       (!a || !strcmp(a, b));
}

static struct static_session *
session_find(const struct static_protocol *instance, const struct static_hop *hop)
{
	list_each(session, &instance->sessions, struct static_session, link)
		if (is_of(session, hop))
			return session;
	return NULL;
}

static void
session_changed(struct bfd_request *request)
{
	static_look_again(
		container_of(request, struct static_session, request)->instance);
}

static uint32_t
hop_index(const struct static_protocol *instance, const struct static_hop *hop)
{
	const struct interface *interface =
		hop->interface ? interface_find(instance->protocol.router, hop->interface)
			       : NULL;
	return interface ? interface->sys.index : 0;
}

static void
session_want(struct static_protocol *instance, const struct static_hop *hop)
{
	struct static_session *session = session_find(instance, hop);
	uint32_t index = hop_index(instance, hop);
	if (!session) {
		session = mem_zalloc(sizeof(*session));
		session->instance = instance;
		session->request.addr = hop->gateway;
		session->request.changed = session_changed;
		list_push_back(&instance->sessions, &session->link);
	}
	session->hop = hop;
	session->wanted = true;
	if (session->request.link.next && session->request.index == index)
		return;
	bfd_request_close(&session->request);
	session->request.index = index;
	bfd_request_open(instance->protocol.router, &session->request);
}

static void
session_free(struct static_session *session)
{
	bfd_request_close(&session->request);
	list_remove(&session->link);
	mem_free(session);
}

void
static_bfd_update(struct static_protocol *instance)
{
	const struct static_routes *routes = &static_config(instance)->routes;
	/* The hops of the former configuration are still there. */
	list_each(session, &instance->sessions, struct static_session, link)
		session->wanted = false;
	for (const struct static_target *target = routes->targets; target;
	     target = target->next)
		for (unsigned i = 0; i < target->hop_count; i++)
			if (static_hop_has_bfd(&target->hops[i]))
				session_want(instance, &target->hops[i]);
	list_each_safe(session, &instance->sessions, struct static_session, link)
		if (!session->wanted)
			session_free(session);
}

bool
static_bfd_allows(const struct static_protocol *instance, const struct static_hop *hop)
{
	const struct static_session *session =
		static_hop_has_bfd(hop) ? session_find(instance, hop) : NULL;
	return !session || session->request.state == BFD_UP;
}

void
static_bfd_stop(struct static_protocol *instance)
{
	list_each_safe(session, &instance->sessions, struct static_session, link)
		session_free(session);
}
